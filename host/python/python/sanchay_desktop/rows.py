"""Rows in titled columns as a model of Qt's; rows out of sight are no objects."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any, Union

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QBrush, QPalette
from PySide6.QtWidgets import QApplication

from sanchay_desktop import words
from sanchay_desktop.titles import columns, title

Index = Union[QModelIndex, QPersistentModelIndex]
TOP = QModelIndex()
ROLE = Qt.ItemDataRole

#: How many rows are objects at a time.
_KEPT = 4096
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
#: How values are shown; names that are told as text were escaped by their teller.
_SHOWN: dict[str, Callable[[Any], str]] = {
    "path": words.shown,
    "size": words.size,
    "growth": words.growth,
    "time": words.when,
    "number": words.number,
    "share": "{:.3f}".format,
    "change": partial(title, "change"),
}


class Rows(QAbstractTableModel):
    """What tables have in common; read() makes an object of a row."""

    def __init__(self, *keys: str) -> None:
        super().__init__()
        self.columns = columns(*keys)
        #: Says of a row's values how it is marked, in a word or two.
        self.mark: Callable[[dict[str, Any]], str] = lambda _: ""
        #: The column whose values put rows into groups, which are shaded.
        self.group_by: str | None = None
        self.kept: dict[int, dict[str, Any]] = {}
        #: Where relative paths begin.
        self.root = ""

    def read(self, number: int) -> dict[str, Any]:
        raise NotImplementedError

    def row(self, number: int) -> dict[str, Any]:
        """The values of a row, by column; paths under their own names."""
        found = self.kept.get(number)
        if found is None:
            if len(self.kept) == _KEPT:
                self.kept.clear()
            found = self.kept[number] = self.read(number)
        return found

    def path(self, number: int, key: str = "path") -> str:
        path = str(self.row(number).get(key) or "")
        return os.path.join(self.root, path) if path else ""

    def cell(self, row: int, section: int) -> str:
        column, values = self.columns[section], self.row(row)
        if column.key == "mark":
            return self.mark(values)
        value = values.get(column.key)
        return "" if value is None else _SHOWN.get(column.kind, str)(value)

    def refresh(self) -> None:
        """Show the rows that there are anew."""
        self.kept.clear()
        last = self.index(self.rowCount() - 1, self.columnCount() - 1)
        if last.isValid():
            self.dataChanged.emit(self.index(0, 0), last)

    def columnCount(self, parent: Index = TOP) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = ROLE.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == ROLE.DisplayRole:
            return self.columns[section].title
        return self._alignment(section) if role == ROLE.TextAlignmentRole else None

    def _alignment(self, section: int) -> Qt.AlignmentFlag | None:
        numbers = self.columns[section].kind in ("size", "growth", "number", "share")
        return _RIGHT if numbers else None

    def data(self, index: Index, role: int = ROLE.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == ROLE.DisplayRole:
            return self.cell(index.row(), index.column())
        if role == ROLE.ToolTipRole:
            return words.tip(self.cell(index.row(), index.column()))
        if role == ROLE.TextAlignmentRole:
            return self._alignment(index.column())
        if role == ROLE.BackgroundRole and self.group_by is not None:
            if self.row(index.row()).get(self.group_by, 0) % 2:
                return QBrush(
                    QApplication.palette().color(QPalette.ColorRole.AlternateBase)
                )
        return None
