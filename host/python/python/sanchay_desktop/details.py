"""The file at hand: its names and numbers, a picture of it, its past."""

from __future__ import annotations

import os
from typing import Any

import sanchay
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QFormLayout, QLabel, QWidget

from sanchay_desktop import words
from sanchay_desktop.desk import Desk
from sanchay_desktop.jobs import Job
from sanchay_desktop.thumbnails import thumbnails
from sanchay_desktop.titles import columns, title
from sanchay_desktop.widgets import column, plain
from sanchay_desktop.words import tr

_WIDTH = 260


class Details(QWidget):
    """A panel beside a table."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.setAccessibleName(tr("The file at hand"))
        self.setFixedWidth(_WIDTH)
        self.picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.form = QFormLayout()
        self.form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        self.values: dict[str, QLabel] = {}
        for it in columns("name", "folder", "size", "modified", "hash", "past"):
            self.values[it.key] = value = plain()
            value.setAccessibleName(it.title)
            self.form.addRow(plain(it.title, "about"), value)
        self.setLayout(column(self.picture, self.form, None))
        self._path = ""
        self.hide()

    def show_row(self, row: dict[str, Any] | None) -> None:
        """Show what is known of a row, or nothing."""
        self.picture.hide()
        self._path = path = str((row or {}).get("path") or "")
        self.setVisible(bool(path))
        if row is None or not path:
            return
        folder, name = os.path.split(path)
        for key, text in (
            ("name", words.breakable(words.shown(name))),
            ("folder", words.breakable(words.shown(folder))),
            ("size", words.size(row.get("size"))),
            ("modified", words.when(row.get("modified"))),
            ("hash", words.breakable(row.get("hash") or "")),
            ("past", ""),
        ):
            self._set(key, text)
        if self.desk.settings.thumbnails():
            thumbnails().ask(path, False, self._show_picture)
        catalog = self.desk.settings.catalog()

        def work(_: Job) -> object:
            return path, sanchay.history(path, catalog=catalog)

        if catalog.exists():
            self.desk.run(Job("history", work, done=self._show_past))

    def _set(self, key: str, text: str) -> None:
        self.values[key].setText(text)
        self.form.setRowVisible(self.values[key], bool(text))

    def _show_picture(self, path: str, image: QImage | None) -> None:
        if path == self._path and image is not None:
            self.picture.setPixmap(QPixmap.fromImage(image))
            self.picture.show()

    def _show_past(self, answer: tuple[str, list[sanchay.FileVersion]]) -> None:
        path, versions = answer
        lines = []
        for it in versions[-5:]:
            change, size = title("change", it.change), words.size(it.size)
            lines.append(f"{words.when(it.taken_ns)} {change} {size}")
        if path == self._path:
            self._set("past", "\n".join(lines))
