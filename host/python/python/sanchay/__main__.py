"""The program: ``python -m sanchay``, and the script ``sanchay``."""

from __future__ import annotations

import os
import sys

from sanchay import _native
from sanchay._itself import command

__all__ = ["main"]


def main() -> None:
    """Run the program with the arguments of this process, and end it."""
    arguments = [os.fsencode(argument) for argument in sys.argv[1:]]
    _native.run_program(command(), [b"sanchay", *arguments])


if __name__ == "__main__":
    main()
