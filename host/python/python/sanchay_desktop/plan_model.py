"""The entries of a plan as a model of Qt's, each of which can be left alone.

Entries are what was asked for. How the engine gets there, by folders that are made
and by temporary names where names are exchanged, is not for choosing.
"""

from __future__ import annotations

from typing import Any

import sanchay
from PySide6.QtCore import Qt, Signal

from sanchay_desktop import words
from sanchay_desktop.rows import ROLE, TOP, Index, Rows
from sanchay_desktop.titles import title
from sanchay_desktop.words import tr


class PlanModel(Rows):
    """What stands in the way comes first, as rows that cannot be chosen."""

    chosen = Signal()

    def __init__(self, plan: sanchay.BatchPlan | None = None) -> None:
        super().__init__("step", "from_path", "to", "because", "size")
        self.plan = plan
        self.conflicts: tuple[sanchay.BatchConflict, ...] = ()
        self._length = 0
        #: The entries that are left alone, and their bytes.
        self.left_alone: dict[str, int] = {}
        #: While it is applied, nothing is chosen.
        self.frozen = False
        #: Whether only what stands in the way is shown.
        self.conflicts_alone = False
        self.show_plan()

    def show_plan(self) -> None:
        """Show what the plan has by now."""
        self.beginResetModel()
        self.kept.clear()
        # One without steps is false, and may have conflicts.
        if self.plan is not None:
            self.conflicts = self.plan.conflicts
            self._length = self.plan.entry_count
        self.endResetModel()

    def hide_plan(self) -> None:
        """Show nothing, while the plan is being changed."""
        self.beginResetModel()
        self.conflicts, self._length = (), 0
        self.endResetModel()

    def read(self, number: int) -> dict[str, Any]:
        if number < len(self.conflicts):
            it = self.conflicts[number]
            return {
                "step": tr("⚠ in the way"),
                "from_path": it.from_path,
                "to": it.to_path,
                "because": words.error_text(ValueError(it.why)),
            }
        assert self.plan is not None
        step = self.plan.entry(number - len(self.conflicts))
        return {
            "step": title("step", step.operation),
            "from_path": step.from_path,
            "path": step.from_path,
            "to": step.to_path or step.same_as or step.like,
            "because": words.shown(step.because),
            "size": step.size,
        }

    def rowCount(self, parent: Index = TOP) -> int:
        if parent.isValid():
            return 0
        return len(self.conflicts) + (0 if self.conflicts_alone else self._length)

    def _choice(self, index: Index) -> str | None:
        """The entry that can be left alone by ticking a cell, if it is no conflict."""
        return None if index.column() else self.row(index.row()).get("path")

    def flags(self, index: Index) -> Qt.ItemFlag:
        can = not self.frozen and self._choice(index) is not None
        more = Qt.ItemFlag.ItemIsUserCheckable if can else Qt.ItemFlag.NoItemFlags
        return super().flags(index) | more

    def data(self, index: Index, role: int = ROLE.DisplayRole) -> Any:
        if role != ROLE.CheckStateRole or not index.isValid():
            return super().data(index, role)
        entry = self._choice(index)
        if entry is None:
            return None
        left = entry in self.left_alone
        return Qt.CheckState.Unchecked if left else Qt.CheckState.Checked

    def setData(self, index: Index, value: Any, role: int = ROLE.EditRole) -> bool:
        """Leave an entry alone, or not."""
        entry = self._choice(index)
        if role != ROLE.CheckStateRole or entry is None or self.frozen:
            return False
        if Qt.CheckState(value) == Qt.CheckState.Checked:
            self.left_alone.pop(entry, None)
        else:
            self.left_alone[entry] = self.row(index.row())["size"]
        self.dataChanged.emit(index, index)
        self.chosen.emit()
        return True
