"""The folders that everything looks at: chosen, dropped, recent, protected."""

from __future__ import annotations

import os

from PySide6 import QtWidgets
from PySide6.QtCore import Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent

from sanchay_desktop import words
from sanchay_desktop.settings import Settings
from sanchay_desktop.widgets import action, button, column, row
from sanchay_desktop.words import tr

_PATH = Qt.ItemDataRole.UserRole


def dropped_paths(event: QDragEnterEvent | QDropEvent) -> list[str]:
    """The paths of what is dragged, whatever the bytes of their names are."""
    found = [words.local_path(it) for it in event.mimeData().urls()]
    return [it for it in found if it]


class FolderList(QtWidgets.QWidget):
    """Folders, each of which may be protected: its files stay."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        #: What the settings have as protected, by this window.
        self._told = settings.folders("protected")
        self.list = QtWidgets.QListWidget()
        self.list.setAccessibleName(tr("Folders"))
        self.list.setMaximumHeight(92)
        self.list.setTextElideMode(Qt.TextElideMode.ElideLeft)
        self.list.setToolTip(
            tr("A folder that is ticked is protected: its files are compared and stay.")
        )
        self.list.itemChanged.connect(self._tell)
        action(self.list, tr("Remove"), "Del", self.remove_current)
        self.add_button = button(tr("&Add folder…"), self.ask)
        self.recent = QtWidgets.QMenu(self)
        self.recent.aboutToShow.connect(self._fill_recent)
        recent = QtWidgets.QPushButton(tr("Re&cent"))
        recent.setMenu(self.recent)
        self.remove_button = button(tr("Remo&ve"), self.remove_current)
        buttons = column(self.add_button, recent, self.remove_button, None)
        self.setLayout(row(self.list, buttons))

    def ask(self) -> None:
        recent = self._settings.folders("recent")
        found = QtWidgets.QFileDialog.getExistingDirectory(
            self, tr("Choose a folder"), recent[0] if recent else ""
        )
        if found:
            self.add(found)

    def add(self, folder: str, protected: bool = False) -> None:
        """Add a folder, unless it is there."""
        folder = os.path.abspath(folder)
        if folder in self.all():
            return
        item = QtWidgets.QListWidgetItem(words.shown(folder))
        item.setData(_PATH, os.fsencode(folder))
        item.setToolTip(words.tip(words.shown(folder)))
        states = Qt.CheckState
        item.setCheckState(states.Checked if protected else states.Unchecked)
        self.list.addItem(item)
        self.list.setCurrentItem(item)
        self._settings.remember(folder)
        self._tell()

    def remove_current(self) -> None:
        """Take a folder from the list; nothing happens to it."""
        if self.list.currentRow() >= 0:
            self.list.takeItem(self.list.currentRow())
            self._tell()

    def all(self) -> list[str]:
        """All folders, protected or not."""
        return self.roots() + self.protected()

    def roots(self) -> list[str]:
        """The folders that are looked into."""
        return self._with(Qt.CheckState.Unchecked)

    def protected(self) -> list[str]:
        """The folders whose files stay."""
        return self._with(Qt.CheckState.Checked)

    def _with(self, state: Qt.CheckState) -> list[str]:
        items = [self.list.item(it) for it in range(self.list.count())]
        named = [it.data(_PATH) for it in items if it.checkState() == state]
        return [os.fsdecode(bytes(it)) for it in named]

    def set(self, roots: list[str], protected: list[str]) -> None:
        """Show these folders and no others."""
        self.list.clear()
        # First, so that they are kept in the settings all the while.
        for folder in protected:
            self.add(folder, protected=True)
        for folder in roots:
            self.add(folder)
        self._tell()

    def _tell(self) -> None:
        self._settings.set_folders("roots", self.roots())
        # What another window protected in the meantime stays protected.
        self._settings.sync()
        kept = self._settings.folders("protected")
        theirs = [it for it in kept if it not in self._told]
        self._told = self.protected()
        self._settings.set_folders("protected", self._told + theirs)
        self._settings.sync()

    def _fill_recent(self) -> None:
        self.recent.clear()
        for folder in self._settings.folders("recent"):
            # An ampersand in a menu would be a key.
            entry = self.recent.addAction(words.shown(folder).replace("&", "&&"))
            entry.triggered.connect(lambda _=False, it=folder: self.add(it))
        if self.recent.isEmpty():
            self.recent.addAction(tr("No recent folders")).setEnabled(False)

    def accept(self, event: QDragEnterEvent | QDragMoveEvent) -> None:
        """Take what has paths."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()
