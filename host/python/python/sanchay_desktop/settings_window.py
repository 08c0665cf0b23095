"""The settings, in a window."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QWidget

from sanchay_desktop.form import Field, Form
from sanchay_desktop.settings import Settings
from sanchay_desktop.widgets import column, plain
from sanchay_desktop.words import mark, shown, tr

_FIELDS = (
    Field("theme", mark("&Colours"), "choice", "theme"),
    Field("language", mark("&Language"), "choice", "language"),
    Field("thumbnails", mark("Show &pictures, decoded in a sandbox"), "flag"),
    Field("catalog", mark("C&atalog"), "word"),
)


class SettingsWindow(QDialog):
    """Shows the settings; OK keeps them."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.settings = settings
        self.setWindowTitle(tr("Settings"))
        self.form = Form(_FIELDS)
        kept = {it.key: settings.text(it.key) for it in _FIELDS}
        self.form.set_values({**kept, "thumbnails": settings.thumbnails()})
        self.form.fields["catalog"].setPlaceholderText(shown(str(settings.catalog())))
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        note = plain(tr("The language changes at the next start."), "about")
        self.setLayout(column(self.form, note, buttons, margin=9))

    def accept(self) -> None:
        """Keep what was chosen."""
        chosen = self.form.values()
        for field in _FIELDS:
            self.settings.set(field.key, chosen.get(field.key, ""))
        self.settings.set("thumbnails", "thumbnails" in chosen)
        self.settings.apply_theme()
        self.settings.sync()
        super().accept()
