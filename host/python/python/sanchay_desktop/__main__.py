"""The program ``sanchay-desktop``, also ``python -m sanchay_desktop``."""

from __future__ import annotations

import argparse
import sys


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="sanchay-desktop",
        description="Find files, duplicates and what takes space, in a window.",
    )
    parser.add_argument("paths", nargs="*", help="folders to add; files to look for")
    what = parser.add_mutually_exclusive_group()
    for name, words in (
        ("scan", "scan the folders"),
        ("duplicates", "find duplicates in the folders"),
        ("summary", "sum up the folders"),
    ):
        what.add_argument(
            f"--{name}", dest="page", action="store_const", const=name, help=words
        )
    parser.add_argument(
        "--integrate",
        choices=("install", "remove"),
        help="make the desktop's menus and file managers know it, or forget it",
    )
    parser.add_argument("--version", action="store_true", help="print the version")
    return parser.parse_args()


def main() -> int:
    arguments = _arguments()
    if arguments.version:
        import sanchay

        print(f"sanchay-desktop {sanchay.version()}")
        return 0
    if arguments.integrate:
        return _integrate(arguments.integrate)
    try:
        import pyarrow  # noqa: F401
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        print(
            f"sanchay-desktop: {error}\nIt needs Qt and pyarrow: "
            "pip install 'sanchay[desktop]'",
            file=sys.stderr,
        )
        return 2
    from sanchay_desktop.start import start

    return start(arguments.paths, arguments.page or "")


def _integrate(wanted: str) -> int:
    from sanchay._native import escaped

    from sanchay_desktop import integration

    try:
        done = integration.install() if wanted == "install" else integration.remove()
    except OSError as error:
        print(f"sanchay-desktop: {escaped(str(error))}", file=sys.stderr)
        return 2
    for path in done:
        print(escaped(str(path)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
