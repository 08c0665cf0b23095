"""How a process is started that has the program and nothing else of Python's."""

from __future__ import annotations

import os
import sys

from sanchay import _native

__all__ = ["command"]

#: Loads the extension module from its file, and runs the program in it. What
#: the environment says of Python's modules is not needed, and not heeded.
_CODE = """
import os, sys
from importlib import util
spec = util.spec_from_file_location("sanchay._native", sys.argv[1])
native = util.module_from_spec(spec)
spec.loader.exec_module(native)
native.run_program([], [b"sanchay", *map(os.fsencode, sys.argv[2:])])
"""


def command() -> list[bytes]:
    """Tell what starts the program; arguments follow."""
    words = [sys.executable, "-I", "-S", "-c", _CODE, _native.__file__]
    return [os.fsencode(word) for word in words]
