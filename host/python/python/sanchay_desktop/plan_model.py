"""The steps of a plan as a model of Qt's, each of which can be left out."""

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
        self.conflicts = plan.conflicts if plan else ()
        #: The entries that are left alone.
        self.left_alone: set[str] = set()
        #: While it is applied, nothing is chosen.
        self.frozen = False
        #: Whether only what stands in the way is shown.
        self.conflicts_alone = False
        self._length = len(plan) if plan else 0

    def show_steps(self, shown: bool) -> None:
        """Show the steps that the plan has by now, or none."""
        self.beginResetModel()
        self.kept.clear()
        self._length = len(self.plan) if self.plan and shown else 0
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
        step = self.plan[number - len(self.conflicts)]
        return {
            "step": title("step", step.operation),
            "from_path": step.from_path,
            "path": step.from_path,
            "to": step.to_path or step.same_as or step.like,
            "because": words.shown(step.because),
            "size": step.size,
            "choice": step.from_path,
        }

    def rowCount(self, parent: Index = TOP) -> int:
        if parent.isValid():
            return 0
        return len(self.conflicts) + (0 if self.conflicts_alone else self._length)

    def _choice(self, index: Index) -> str | None:
        """The entry that can be left alone by ticking a cell."""
        found = self.row(index.row()).get("choice") if index.column() == 0 else None
        return found if isinstance(found, str) else None

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
            self.left_alone.discard(entry)
        else:
            self.left_alone.add(entry)
        self.dataChanged.emit(index, index)
        self.chosen.emit()
        return True
