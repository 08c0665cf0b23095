"""The settings, in a window."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLineEdit, QWidget

from sanchay_desktop.settings import Settings
from sanchay_desktop.titles import titles
from sanchay_desktop.translation import LANGUAGES
from sanchay_desktop.widgets import check, combo, plain
from sanchay_desktop.words import shown, tr


class SettingsWindow(QDialog):
    """Shows the settings; OK keeps them."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.setWindowTitle(tr("Settings"))
        self.theme = combo(tr("Colours"), titles("theme"))
        self.theme.setCurrentIndex(self.theme.findData(settings.theme()))
        languages = [(it, QLocale(it).nativeLanguageName()) for it in LANGUAGES]
        self.language = combo(tr("Language"), [("", tr("as the system")), *languages])
        chosen = self.language.findData(settings.text("language"))
        self.language.setCurrentIndex(max(chosen, 0))
        self.thumbnails = check(tr("Show &pictures, decoded in a process of its own"))
        self.thumbnails.setChecked(settings.flag("thumbnails", True))
        self.catalog = QLineEdit(settings.text("catalog"))
        self.catalog.setPlaceholderText(shown(str(settings.catalog())))
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout(self)
        form.addRow(tr("&Colours"), self.theme)
        form.addRow(tr("&Language"), self.language)
        form.addRow("", plain(tr("The language changes at the next start.")))
        form.addRow("", self.thumbnails)
        form.addRow(tr("C&atalog"), self.catalog)
        form.addRow(buttons)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.resize(460, self.sizeHint().height())

    def accept(self) -> None:
        """Keep what was chosen."""
        self.settings.set("theme", self.theme.currentData())
        self.settings.set("language", self.language.currentData())
        self.settings.set("thumbnails", self.thumbnails.isChecked())
        self.settings.set("catalog", self.catalog.text().strip())
        self.settings.apply_theme()
        self.settings.sync()
        super().accept()
