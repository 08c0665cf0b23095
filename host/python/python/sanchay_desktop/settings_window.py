"""The settings, in a window."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QWidget,
)

from sanchay_desktop.desk import Desk
from sanchay_desktop.page import plain
from sanchay_desktop.translation import LANGUAGES
from sanchay_desktop.words import shown, tr

__all__ = ["SettingsWindow"]


class SettingsWindow(QDialog):
    """Shows the settings; OK keeps them."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings = desk.settings
        self.setWindowTitle(tr("Settings"))
        self.theme = QComboBox()
        for theme, title in (
            ("system", tr("as the system")),
            ("light", tr("light")),
            ("dark", tr("dark")),
        ):
            self.theme.addItem(title, theme)
        self.theme.setCurrentIndex(self.theme.findData(self.settings.theme()))
        self.language = QComboBox()
        self.language.addItem(tr("as the system"), "")
        for code in LANGUAGES:
            self.language.addItem(QLocale(code).nativeLanguageName(), code)
        chosen = self.language.findData(self.settings.text("language"))
        self.language.setCurrentIndex(max(chosen, 0))
        self.thumbnails = QCheckBox(
            tr("Show &pictures, decoded in a process of its own")
        )
        self.thumbnails.setChecked(self.settings.flag("thumbnails", True))
        self.catalog = QLineEdit(self.settings.text("catalog"))
        self.catalog.setPlaceholderText(shown(str(desk.settings.catalog())))
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout(self)
        form.addRow(tr("&Colours"), self.theme)
        form.addRow(tr("&Language"), self.language)
        form.addRow("", plain(tr("The language changes at the next start.")))
        form.addRow("", self.thumbnails)
        form.addRow(tr("C&atalog"), self.catalog)
        form.addRow(buttons)
        self.setMinimumWidth(460)

    def accept(self) -> None:
        """Keep what was chosen."""
        self.settings.set("theme", str(self.theme.currentData()))
        self.settings.set("language", str(self.language.currentData()))
        self.settings.set("thumbnails", self.thumbnails.isChecked())
        self.settings.set("catalog", self.catalog.text().strip())
        self.settings.apply_theme()
        self.settings.sync()
        super().accept()
