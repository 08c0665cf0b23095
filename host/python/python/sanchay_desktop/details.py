"""The file at hand: its names and numbers, a picture of it, its past."""

from __future__ import annotations

import os
from typing import Any

import sanchay
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFormLayout, QLabel, QVBoxLayout, QWidget

from sanchay_desktop import words
from sanchay_desktop.desk import Desk
from sanchay_desktop.jobs import Control, Job
from sanchay_desktop.thumbnails import is_picture, thumbnails
from sanchay_desktop.words import tr

__all__ = ["Details"]

_WIDTH = 260


class Details(QWidget):
    """A panel beside a table."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setAccessibleName(tr("The file at hand"))
        self.setFixedWidth(_WIDTH)
        self.picture = QLabel()
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.hide()
        self.values: dict[str, QLabel] = {}
        self.form = form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        for key, title in (
            ("name", tr("Name")),
            ("folder", tr("Folder")),
            ("size", tr("Size")),
            ("modified", tr("Modified")),
            ("hash", tr("Digest")),
            ("past", tr("In snapshots")),
        ):
            value = QLabel()
            value.setTextFormat(Qt.TextFormat.PlainText)
            value.setWordWrap(True)
            value.setAccessibleName(title)
            form.addRow(title, value)
            self.values[key] = value
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.picture)
        column.addLayout(form)
        column.addStretch(1)
        self._path = ""
        self.hide()

    def show_row(self, row: dict[str, Any] | None) -> None:
        """Show what is known of a row, or nothing."""
        for value in self.values.values():
            value.clear()
        self.picture.hide()
        self.setVisible(row is not None)
        self._path = str((row or {}).get("path") or "")
        if row is None or not self._path:
            return
        folder, name = os.path.split(self._path)
        self.values["name"].setText(_breakable(words.shown(name)))
        self.values["folder"].setText(_breakable(words.shown(folder)))
        self.values["size"].setText(words.size(row.get("size")))
        self.values["modified"].setText(words.when(row.get("modified")))
        self.values["hash"].setText(_breakable(str(row.get("hash") or "")))
        for value in self.values.values():
            self.form.setRowVisible(value, bool(value.text()))
        if is_picture(self._path) and self.desk.settings.flag("thumbnails", True):
            thumbnails().ask(self._path, _WIDTH, self._show_picture)
        self._ask_past(self._path)

    def _show_picture(self, path: str, image: QImage | None) -> None:
        if path == self._path and image is not None:
            self.picture.setPixmap(QPixmap.fromImage(image))
            self.picture.show()

    def _ask_past(self, path: str) -> None:
        catalog = self.desk.settings.catalog()
        if not catalog.exists():
            return

        def work(_control: Control) -> object:
            return path, sanchay.history(path, catalog=catalog)

        job = Job("history", tr("History"), work)
        job.finished.connect(self._show_past)
        self.desk.run_quietly(job)

    def _show_past(self, answer: tuple[str, list[sanchay.FileVersion]]) -> None:
        path, versions = answer
        if path == self._path:
            lines = [
                f"{words.when(it.taken_ns)} {it.change} {words.size(it.size)}"
                for it in versions[-5:]
            ]
            self.values["past"].setText("\n".join(lines))
            self.form.setRowVisible(self.values["past"], bool(lines))


def _breakable(text: str) -> str:
    """Text that may be broken anywhere: QLabel breaks at spaces alone."""
    return "\u200b".join(text[at : at + 16] for at in range(0, len(text), 16))
