"""Makes the desktop know the application: menus, icon, file managers' actions."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

_HERE = Path(__file__).parent


def program() -> list[str]:
    """What starts this application."""
    if getattr(sys, "frozen", False):
        return [os.path.realpath(sys.executable)]
    beside = Path(sys.executable).with_name("sanchay-desktop")
    if beside.exists():
        return [str(beside)]
    return [sys.executable, "-m", "sanchay_desktop"]


def _share() -> Path:
    named = os.environ.get("XDG_DATA_HOME", "")
    return Path(named) if os.path.isabs(named) else Path.home() / ".local/share"


def _quoted(words: list[str]) -> str:
    """Words as the key Exec has them."""
    found = []
    for word in words:
        for character in '\\"`$':
            word = word.replace(character, "\\" + character)
        # The file's own escapes come on top, and % begins a field.
        found.append('"' + word.replace("\\", "\\\\").replace("%", "%%") + '"')
    return " ".join(found)


def files() -> dict[Path, str]:
    """The files that make the application known, and what is in them."""
    share, words = _share(), program()
    found = {
        share / place: (_HERE / os.path.basename(place))
        .read_text("utf-8")
        .replace("@PROGRAM@", _quoted(words))
        for place in (
            "applications/sanchay.desktop",
            "kio/servicemenus/sanchay-duplicates.desktop",
            "icons/hicolor/scalable/apps/sanchay.svg",
        )
    }
    script = f'#!/bin/sh\nexec {shlex.join(words)} --duplicates "$@"\n'
    found[share / "nautilus/scripts/Find duplicates here"] = script
    return found


def install() -> list[Path]:
    """Write them."""
    if sys.platform in ("win32", "darwin"):
        raise OSError(
            "menus and actions are for the desktops of Linux; pin the program itself"
        )
    for path, content in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
        if "scripts" in path.parts or "servicemenus" in path.parts:
            # KDE takes actions only from files that may be executed.
            path.chmod(0o755)
    _tell_desktop()
    return list(files())


def remove() -> list[Path]:
    """Remove them."""
    found = [path for path in files() if path.exists()]
    for path in found:
        path.unlink()
    _tell_desktop()
    return found


def _tell_desktop() -> None:
    # Desktops without it look at the folder by themselves.
    tool = shutil.which("update-desktop-database")
    if tool:
        subprocess.run([tool, str(_share() / "applications")], capture_output=True)
