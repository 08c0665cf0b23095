"""The folders that everything looks at: chosen, dropped, recent, protected."""

from __future__ import annotations

import os
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeySequence,
    QShortcut,
)
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sanchay_desktop import words
from sanchay_desktop.settings import Settings
from sanchay_desktop.words import tr

__all__ = ["FolderList", "dropped_paths"]

_PATH = Qt.ItemDataRole.UserRole


def dropped_paths(event: QDragEnterEvent | QDropEvent) -> list[str]:
    """The paths of what is dragged, whatever the bytes of their names are."""
    found = [words.local_path(it) for it in event.mimeData().urls()]
    return [it for it in found if it]


class FolderList(QWidget):
    """Folders, each of which may be protected: its files stay."""

    changed = Signal()

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Folders"))
        self.list.setMaximumHeight(92)
        self.list.setTextElideMode(Qt.TextElideMode.ElideLeft)
        self.list.setToolTip(
            tr("A folder that is ticked is protected: its files are compared and stay.")
        )
        self.list.itemChanged.connect(self._tell)
        QShortcut(
            QKeySequence("Del"),
            self.list,
            self.remove_current,
            context=Qt.ShortcutContext.WidgetShortcut,
        )
        self.add_button = QPushButton(tr("&Add folder…"))
        self.add_button.clicked.connect(self.ask)
        self.recent = QMenu(self)
        self.recent.aboutToShow.connect(self._fill_recent)
        recent = QPushButton(tr("Re&cent"))
        recent.setMenu(self.recent)
        self.remove_button = QPushButton(tr("Remo&ve"))
        self.remove_button.clicked.connect(self.remove_current)
        buttons = QVBoxLayout()
        for button in (self.add_button, recent, self.remove_button):
            buttons.addWidget(button)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.list, 1)
        row.addLayout(buttons)

    def ask(self) -> None:
        """Ask for a folder."""
        recent = self._settings.folders("recent")
        found = QFileDialog.getExistingDirectory(
            self, tr("Choose a folder"), recent[0] if recent else ""
        )
        if found:
            self.add(found)

    def add(self, folder: str, protected: bool = False) -> None:
        """Add a folder, unless it is there."""
        folder = os.path.abspath(folder)
        if folder in self.all():
            return
        item = QListWidgetItem(words.shown(folder))
        item.setData(_PATH, os.fsencode(folder))
        item.setToolTip(words.tip(words.shown(folder)))
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(_state(protected))
        self.list.addItem(item)
        self.list.setCurrentItem(item)
        self._settings.remember(folder)
        self._tell()

    def remove_current(self) -> None:
        """Take a folder from the list; nothing happens to it."""
        row = self.list.currentRow()
        if row >= 0:
            self.list.takeItem(row)
            self._tell()

    def all(self) -> list[str]:
        """All folders, protected or not."""
        return [it for it, _ in self._items()]

    def roots(self) -> list[str]:
        """The folders that are looked into."""
        return [it for it, protected in self._items() if not protected]

    def protected(self) -> list[str]:
        """The folders whose files stay."""
        return [it for it, protected in self._items() if protected]

    def set(self, roots: list[str], protected: list[str]) -> None:
        """Show these folders and no others."""
        self.list.clear()
        for folder in roots:
            self.add(folder)
        for folder in protected:
            self.add(folder, protected=True)
        self._tell()

    def _items(self) -> list[tuple[str, bool]]:
        found = []
        for row in range(self.list.count()):
            item = self.list.item(row)
            checked = item.checkState() == Qt.CheckState.Checked
            raw = item.data(_PATH)
            found.append((os.fsdecode(bytes(raw)), checked))
        return found

    def _tell(self, _item: object = None) -> None:
        self._settings.set_folders("roots", self.roots())
        self._settings.set_folders("protected", self.protected())
        self.changed.emit()

    def _fill_recent(self) -> None:
        self.recent.clear()
        for folder in self._settings.folders("recent"):
            # An ampersand in a menu would be a key.
            text = words.shown(folder).replace("&", "&&")
            self.recent.addAction(text).triggered.connect(
                partial(self._add_again, folder)
            )
        if self.recent.isEmpty():
            self.recent.addAction(tr("No recent folders")).setEnabled(False)

    def _add_again(self, folder: str, _checked: bool = False) -> None:
        self.add(folder)

    def accept(self, event: QDragEnterEvent | QDragMoveEvent) -> None:
        """Take what has paths."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()


def _state(checked: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked
