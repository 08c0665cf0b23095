"""Rows of Arrow record batches as a model of Qt's: no object a row.

What is kept is the batches as the engine made them, and the order as row numbers.
Only rows that are in sight become objects of Python's, page by page.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, Literal, NamedTuple, Union

import pyarrow as pa
import pyarrow.compute as pc
from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QBrush, QPalette
from PySide6.QtWidgets import QApplication

from sanchay_desktop import words
from sanchay_desktop.words import tr

__all__ = ["ArrowModel", "Column", "Index", "sort_order"]

Index = Union[QModelIndex, QPersistentModelIndex]
_TOP = QModelIndex()
_ROLE = Qt.ItemDataRole

#: Rows that become objects together, and how many such pages are kept.
_PAGE = 64
_PAGES = 64


class Column(NamedTuple):
    """A column that is shown."""

    key: str
    title: str
    kind: Literal["path", "size", "time", "number", "share", "text", "long"]


class ArrowModel(QAbstractTableModel):
    """Batches of rows, in the order of their coming or in another."""

    def __init__(self, columns: list[Column]) -> None:
        super().__init__()
        self.columns = columns
        #: Says of a row's values how it is marked, in a word or two.
        self.mark: Callable[[dict[str, Any]], str] | None = None
        #: The column whose values put rows into groups, which are shaded.
        self.group_by: str | None = None
        self._batches: list[pa.RecordBatch] = []
        self._starts: list[int] = []
        self._total = 0
        self._order: Any = None
        self._pages: OrderedDict[int, list[dict[str, Any]]] = OrderedDict()

    def clear(self) -> None:
        """Drop all rows."""
        self.beginResetModel()
        self._batches, self._starts, self._total = [], [], 0
        self._order = None
        self._pages.clear()
        self.endResetModel()

    def append(self, batches: list[pa.RecordBatch]) -> None:
        """Put rows at the end; while they come, they have no other order."""
        more = sum(it.num_rows for it in batches)
        if self._order is not None:
            self.set_order(None)
        self.beginInsertRows(QModelIndex(), self._total, self._total + more - 1)
        for batch in batches:
            self._starts.append(self._total)
            self._batches.append(batch)
            self._total += batch.num_rows
        # The last page may have been short.
        self._pages.pop((self._total - more) // _PAGE, None)
        self.endInsertRows()

    def set_order(self, order: Any) -> None:
        """Show the rows with these numbers, in this order; None is all."""
        self.beginResetModel()
        self._order = order
        self._pages.clear()
        self.endResetModel()

    def table(self) -> pa.Table:
        """All rows, in the order of their coming."""
        if not self._batches:
            return pa.table({})
        return pa.Table.from_batches(self._batches)

    def memory(self) -> int:
        """Bytes that the rows and their order take."""
        order = 0 if self._order is None else self._order.nbytes
        return int(sum(it.nbytes for it in self._batches) + order)

    def row(self, number: int) -> dict[str, Any]:
        """The values of a row, by column; paths under their own names."""
        page = number // _PAGE
        rows = self._pages.get(page)
        if rows is None:
            rows = self._read(page * _PAGE)
            self._pages[page] = rows
            if len(self._pages) > _PAGES:
                self._pages.popitem(last=False)
        return rows[number - page * _PAGE]

    def _read(self, first: int) -> list[dict[str, Any]]:
        end = min(first + _PAGE, self.rowCount())
        if self._order is None:
            numbers: list[int] = list(range(first, end))
        else:
            numbers = self._order.slice(first, end - first).to_pylist()
        return [self._values(it) for it in numbers]

    def _values(self, number: int) -> dict[str, Any]:
        place = bisect_right(self._starts, number) - 1
        batch, at = self._batches[place], number - self._starts[place]
        found: dict[str, Any] = {}
        for name, column in zip(batch.schema.names, batch.columns):
            cell = column[at]
            if name.endswith("_bytes"):
                own = name.removesuffix("_bytes")
                if cell.is_valid:
                    found[own] = words.path_of(None, cell.as_py())
            elif pa.types.is_timestamp(column.type):
                found[name] = cell.value if cell.is_valid else None
            else:
                found[name] = cell.as_py()
        return found

    def path(self, number: int, key: str = "path") -> str:
        """The path of a row."""
        return str(self.row(number).get(key) or "")

    def chunks(self, rows: int = 65_536) -> Iterator[pa.Table]:
        """All rows as they are shown, some at a time."""
        # Another thread takes them, whatever is shown by then.
        order, table = self._order, self.table()
        if order is None:
            for batch in table.to_batches():
                yield pa.Table.from_batches([batch])
            return
        for first in range(0, len(order), rows):
            yield table.take(order.slice(first, rows))

    # What Qt asks.

    def rowCount(self, parent: Index = _TOP) -> int:
        """How many rows are shown."""
        if parent.isValid():
            return 0
        return self._total if self._order is None else int(len(self._order))

    def columnCount(self, parent: Index = _TOP) -> int:
        """How many columns are shown."""
        return 0 if parent.isValid() else len(self.columns) + bool(self.mark)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = _ROLE.DisplayRole,
    ) -> Any:
        """The title of a column."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == _ROLE.TextAlignmentRole and self._is_number(section):
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role != _ROLE.DisplayRole:
            return None
        if section >= len(self.columns):
            return tr("Mark")
        return self.columns[section].title

    def _is_number(self, section: int) -> bool:
        kinds = ("size", "number", "share")
        return section < len(self.columns) and self.columns[section].kind in kinds

    def data(self, index: Index, role: int = _ROLE.DisplayRole) -> Any:
        """What is shown of a cell."""
        if not index.isValid():
            return None
        if role == _ROLE.TextAlignmentRole:
            if self._is_number(index.column()):
                return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            return None
        if role == _ROLE.DisplayRole:
            return self.cell(index.row(), index.column())
        if role == _ROLE.ToolTipRole:
            return words.tip(self.cell(index.row(), index.column()))
        if role == _ROLE.BackgroundRole and self.group_by is not None:
            if self.row(index.row()).get(self.group_by, 0) % 2:
                palette = QApplication.palette()
                return QBrush(palette.color(QPalette.ColorRole.AlternateBase))
        return None

    def cell(self, row: int, section: int) -> str:
        """The text of a cell."""
        values = self.row(row)
        if section >= len(self.columns):
            return self.mark(values) if self.mark else ""
        column = self.columns[section]
        value = values.get(column.key)
        if value is None:
            return ""
        if column.kind == "path":
            return words.shown(value)
        if column.kind == "size":
            return words.size(value)
        if column.kind == "time":
            return words.when(value)
        if column.kind == "number":
            return words.number(value)
        if column.kind == "share":
            return f"{value:.3f}"
        # Names that are told as text were escaped by whoever told them.
        return str(value)

    def refresh_marks(self) -> None:
        """Show the marks anew."""
        last = self.index(self.rowCount() - 1, self.columnCount() - 1)
        if last.isValid():
            self.dataChanged.emit(self.index(0, 0), last)


def sort_order(
    table: pa.Table,
    key: str | None,
    descending: bool = False,
    only: tuple[str, tuple[str, ...]] | None = None,
) -> Any:
    """The numbers of rows in another order, or of some rows: an Arrow array.

    It is Arrow's kernels that sort, outside of the interpreter; call it in a
    thread. Rows without a value come last.
    """
    order = None
    if key is not None:
        direction = "descending" if descending else "ascending"
        order = pc.sort_indices(table, sort_keys=[(key, direction)])
    if only is not None:
        column, wanted = only
        kept = pc.is_in(table[column], value_set=pa.array(wanted))
        if order is None:
            order = pc.indices_nonzero(kept)
        else:
            order = order.filter(pc.take(kept.combine_chunks(), order))
    if order is not None and table.num_rows < 1 << 32:
        order = order.cast(pa.uint32())
    return order
