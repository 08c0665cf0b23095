"""Makes one file of the desktop application, with Python and Qt in it.

    python host/python/build/desktop.py FOLDER

Needs PyInstaller, and the packages as they are installed or on PYTHONPATH. The
file is for the system that it is made on: FOLDER/sanchay-desktop, or
sanchay-desktop.exe.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import PyInstaller.__main__
import sanchay_desktop

#: What hooks would take in, and nothing here asks for.
LEFT_OUT = (
    "PySide6.QtNetwork",
    "PySide6.QtQml",
    "PySide6.QtQuick",
    "PySide6.QtQuickWidgets",
    "numpy",
    "pandas",
    "pyarrow.dataset",
    "pyarrow.flight",
    "pyarrow.gandiva",
    "pyarrow.orc",
    "pyarrow.substrait",
    "pyarrow.tests",
    "tkinter",
)
#: The files beside the sources that it reads.
DATA = ("*.qm", "*.svg", "*.desktop", "*.json")


def main() -> None:
    """Make it."""
    [out] = sys.argv[1:]
    package = Path(sanchay_desktop.__file__).parent
    with tempfile.TemporaryDirectory() as work:
        entry = Path(work) / "sanchay-desktop.py"
        entry.write_text(
            "import sys\nfrom sanchay_desktop.__main__ import main\nsys.exit(main())\n"
        )
        words = [str(entry), "--onefile", "--noconfirm", "--log-level", "WARN"]
        words += ["--name", "sanchay-desktop", "--paths", str(package.parent)]
        words += ["--distpath", out, "--workpath", work, "--specpath", work]
        # What is imported when it is first asked for.
        words += ["--collect-submodules", "sanchay_desktop"]
        words += ["--collect-submodules", "sanchay", "--collect-binaries", "sanchay"]
        if sys.platform != "linux":
            words += ["--windowed"]
        for name in LEFT_OUT:
            words += ["--exclude-module", name]
        for pattern in DATA:
            for path in package.glob(pattern):
                words += ["--add-data", f"{path}{os.pathsep}sanchay_desktop"]
        PyInstaller.__main__.run(words)


if __name__ == "__main__":
    main()
