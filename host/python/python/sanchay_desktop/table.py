"""Rows of Arrow record batches as a model of Qt's.

What is kept is the batches as the engine made them, and the order as row numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa

from sanchay_desktop import words
from sanchay_desktop.kernels import pc
from sanchay_desktop.rows import TOP, Index, Rows

#: Arrow's types of what is no text, in rows that are made here.
_TYPES = {
    **dict.fromkeys(("size", "growth", "number"), pa.int64()),
    "time": pa.timestamp("ns", "UTC"),
}
#: A column, and the values of the rows that are shown.
Only = tuple[str, tuple[str, ...]]


def paths_of(rows: pa.Table | pa.RecordBatch, key: str = "path") -> list[str]:
    """The paths of rows, those that are no text among them."""
    pairs = zip(rows[key].to_pylist(), rows[f"{key}_bytes"].to_pylist())
    return [words.path_of(path, raw) for path, raw in pairs]


class ArrowModel(Rows):
    """Batches of rows, in the order of their coming or in another."""

    def __init__(self, *keys: str) -> None:
        super().__init__(*keys)
        self._table: pa.Table = pa.table({})
        self._order: Any = None

    def clear(self) -> None:
        self._table = pa.table({})
        self.set_order(None)

    def append(self, batches: list[pa.RecordBatch]) -> None:
        """Put rows at the end; while they come, they have no other order."""
        more, rows = pa.Table.from_batches(batches), self._table.num_rows
        if self._order is not None:
            self.set_order(None)
        self.beginInsertRows(TOP, rows, rows + more.num_rows - 1)
        # Its columns are lists of the same batches: nothing is copied.
        self._table = pa.concat_tables([self._table, more]) if rows else more
        self.endInsertRows()

    def show(self, rows: list[dict[str, Any]]) -> None:
        """Show these rows and no others; paths are as words.named() has them."""
        self.clear()
        kinds = {it.key: it.kind for it in self.columns if it.key != "mark"}
        fields = [(key, _TYPES.get(kind, pa.string())) for key, kind in kinds.items()]
        paths = [key for key, kind in kinds.items() if kind == "path"]
        fields += [(f"{key}_bytes", pa.binary()) for key in paths]
        if rows:
            self.append([pa.RecordBatch.from_pylist(rows, pa.schema(fields))])

    def set_order(self, order: Any) -> None:
        """Show the rows with these numbers, in this order; None is all."""
        self.beginResetModel()
        self._order = order
        self.kept.clear()
        self.endResetModel()

    def table(self) -> pa.Table:
        """All rows, in the order of their coming."""
        return self._table

    def memory(self) -> int:
        """Bytes that the rows and their order take."""
        order = 0 if self._order is None else self._order.nbytes
        return int(self._table.nbytes + order)

    def source(self, number: int) -> int | None:
        """Which row in the order of their coming is shown at a place, if any."""
        if not 0 <= number < self.rowCount():
            return None
        return number if self._order is None else int(self._order[number].as_py())

    def read(self, number: int) -> dict[str, Any]:
        if self._order is not None:
            number = self._order[number].as_py()
        found: dict[str, Any] = {}
        for name, column in zip(self._table.column_names, self._table.columns):
            cell = column[number]
            if pa.types.is_timestamp(column.type):
                found[name] = cell.value if cell.is_valid else None
            elif not name.endswith("_bytes"):
                found[name] = cell.as_py()
            elif cell.is_valid:
                found[name.removesuffix("_bytes")] = words.path_of(None, cell.as_py())
        return found

    def chunks(self, rows: int = 65_536) -> Iterator[pa.Table]:
        """All rows as they are shown, some at a time."""
        # Another thread takes them, whatever is shown by then.
        order, table = self._order, self._table
        if order is None:
            yield from (pa.Table.from_batches([it]) for it in table.to_batches())
            return
        for first in range(0, len(order), rows):
            yield table.take(order.slice(first, rows))

    def rowCount(self, parent: Index = TOP) -> int:
        if parent.isValid():
            return 0
        return self._table.num_rows if self._order is None else len(self._order)


def sort_order(
    table: pa.Table, key: str | None, descending: bool = False, only: Only | None = None
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
        kept = pc.is_in(table[only[0]], value_set=pa.array(only[1]))
        if order is None:
            order = pc.indices_nonzero(kept)
        else:
            order = order.filter(pc.take(kept.combine_chunks(), order))
    if order is not None and table.num_rows < 1 << 32:
        order = order.cast(pa.uint32())
    return order
