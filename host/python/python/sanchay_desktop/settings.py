"""What the user chose, kept between starts."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import cast

from PySide6.QtCore import QByteArray, QSettings, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

_SCHEMES = {
    "system": Qt.ColorScheme.Unknown,
    "light": Qt.ColorScheme.Light,
    "dark": Qt.ColorScheme.Dark,
}
#: For desktops that have no such colours: those of buttons, windows, and tables.
_PLAIN = {
    "light": ("#e4e4e4", "#f4f4f4", "#ffffff"),
    "dark": ("#46494c", "#2b2b2b", "#1f2021"),
}
#: How many folders are offered again.
_RECENT = 12


def data_folder() -> Path:
    """Where the user's catalog is: the folder that the engine takes."""
    home = Path.home()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", home)) / "sanchay"
    named = os.environ.get("XDG_DATA_HOME", "")
    return (Path(named) if os.path.isabs(named) else home / ".local/share") / "sanchay"


class Settings:
    """The settings, each with its default."""

    def __init__(self) -> None:
        kind, scope = QSettings.Format.IniFormat, QSettings.Scope.UserScope
        self._kept = QSettings(kind, scope, "sanchay", "desktop")

    def text(self, name: str, default: str = "") -> str:
        return str(self._kept.value(name, default))

    def thumbnails(self) -> bool:
        """Whether pictures are shown."""
        return bool(self._kept.value("thumbnails", True, bool))

    def set(self, name: str, value: object) -> None:
        self._kept.setValue(name, value)

    def bytes(self, name: str) -> QByteArray:
        """A setting that Qt made: where a window was."""
        return cast("QByteArray", self._kept.value(name, QByteArray(), QByteArray))

    def folders(self, name: str) -> list[str]:
        """Folders that are kept under a name."""
        try:
            # ASCII with escapes: also for bytes that are no text.
            found = json.loads(self.text(name, "[]"))
        except ValueError:
            return []
        return [it for it in cast("list[object]", found) if isinstance(it, str)]

    def set_folders(self, name: str, folders: list[str]) -> None:
        self.set(name, json.dumps(folders))

    def remember(self, folder: str) -> None:
        """Put a folder first among the recent ones."""
        others = [it for it in self.folders("recent") if it != folder]
        self.set_folders("recent", [folder, *others][:_RECENT])

    def catalog(self) -> Path:
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
            # Of two colours Qt makes the others, text and shades by their lightness.
            app.setStyle("Fusion")
            button, window, base = map(QColor, _PLAIN[theme])
            colours, role = QPalette(button, window), QPalette.ColorRole
            grey = colours.color(role.Text)
            grey.setAlphaF(0.65)
            colours.setColor(role.PlaceholderText, grey)
            for one in (role.WindowText, role.Text, role.ButtonText):
                colours.setColor(QPalette.ColorGroup.Disabled, one, grey)
            colours.setColor(role.Base, base)
            colours.setColor(role.AlternateBase, window)
            colours.setColor(role.Highlight, QColor("#2f7f96"))
            colours.setColor(role.HighlightedText, QColor("white"))
            app.setPalette(colours)
        # What has a style of its own keeps its colours until that is set anew.
        sheet = app.styleSheet()
        app.setStyleSheet("")
        app.setStyleSheet(sheet)

    def sync(self) -> None:
        """Write what is not yet written."""
        self._kept.sync()
