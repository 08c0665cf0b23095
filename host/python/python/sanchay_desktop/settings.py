"""What the user chose, kept between starts."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import cast

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

__all__ = ["Settings", "data_folder"]

_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}
#: Colours for desktops that give none: window, base, button, text.
_PLAIN = {
    "light": ("#f0f0f0", "#ffffff", "#e4e4e4", "#151515"),
    "dark": ("#2b2b2b", "#3b3d3f", "#46494c", "#eaeaea"),
}
#: How many folders are offered again.
_RECENT = 12


def data_folder() -> Path:
    """Where the user's catalog is: the folder that the engine takes."""
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", home)) / "sanchay"
    named = os.environ.get("XDG_DATA_HOME", "")
    if os.path.isabs(named):
        return Path(named) / "sanchay"
    return home / ".local/share/sanchay"


class Settings:
    """The settings, each with its default."""

    def __init__(self) -> None:
        self._kept = QSettings(
            QSettings.Format.IniFormat,
            QSettings.Scope.UserScope,
            "sanchay",
            "desktop",
        )

    def text(self, name: str, default: str = "") -> str:
        """A setting that is text."""
        return str(self._kept.value(name, default))

    def flag(self, name: str, default: bool = False) -> bool:
        """A setting that is yes or no."""
        return self.text(name, str(default)).lower() == "true"

    def set(self, name: str, value: str | bool) -> None:
        """Keep a setting."""
        self._kept.setValue(name, str(value))

    def bytes(self, name: str) -> bytes:
        """A setting that Qt made: where a window was."""
        value = self._kept.value(name)
        return bytes(value.data()) if hasattr(value, "data") else b""

    def set_bytes(self, name: str, value: object) -> None:
        """Keep what Qt made."""
        self._kept.setValue(name, value)

    def folders(self, name: str) -> list[str]:
        """Folders that are kept under a name."""
        try:
            # ASCII with escapes: also for bytes that are no text.
            found = json.loads(self.text(name, "[]"))
        except ValueError:
            return []
        return [it for it in cast("list[object]", found) if isinstance(it, str)]

    def set_folders(self, name: str, folders: list[str]) -> None:
        """Keep folders under a name."""
        self._kept.setValue(name, json.dumps(folders))

    def remember(self, folder: str) -> None:
        """Put a folder first among the recent ones."""
        others = [it for it in self.folders("recent") if it != folder]
        self.set_folders("recent", [folder, *others][:_RECENT])

    def catalog(self) -> Path:
        """The catalog's file."""
        named = self.text("catalog")
        return Path(named) if named else data_folder() / "catalog.db"

    def theme(self) -> str:
        """One of system, light and dark."""
        named = self.text("theme", "system")
        return named if named in _SCHEMES else "system"

    def apply_theme(self) -> None:
        """Show the colours that were chosen."""
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        theme = self.theme()
        app.setPalette(QPalette())
        app.styleHints().setColorScheme(_SCHEMES[theme])
        dark = app.palette().window().color().lightnessF() < 0.5
        if theme != "system" and dark != (theme == "dark"):
            # The desktop has no such colours to give; these are Fusion's own.
            app.setStyle("Fusion")
            app.setPalette(_palette(*_PLAIN[theme]))

    def sync(self) -> None:
        """Write what is not yet written."""
        self._kept.sync()


def _palette(window: str, base: str, button: str, text: str) -> QPalette:
    """Colours made of some, and the greys between them."""
    found = QPalette(QColor(button), QColor(window))
    role = QPalette.ColorRole
    shade = QColor(text)
    for one in (role.WindowText, role.Text, role.ButtonText, role.ToolTipText):
        found.setColor(one, shade)
    found.setColor(role.Base, QColor(base))
    found.setColor(role.AlternateBase, QColor(button))
    found.setColor(role.ToolTipBase, QColor(button))
    found.setColor(role.Highlight, QColor("#2f7f96"))
    found.setColor(role.HighlightedText, QColor("white"))
    found.setColor(role.Link, QColor("#3c8fa6"))
    grey = QColor(text)
    grey.setAlphaF(0.6)
    found.setColor(role.PlaceholderText, grey)
    for one in (role.WindowText, role.Text, role.ButtonText):
        found.setColor(QPalette.ColorGroup.Disabled, one, grey)
    return found
