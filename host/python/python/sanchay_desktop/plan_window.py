"""Plan, apply, undo: one window for all that changes files."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

import sanchay
from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QInputDialog,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
)

from sanchay_desktop import words
from sanchay_desktop.desk import Desk
from sanchay_desktop.jobs import Control, Job
from sanchay_desktop.page import plain, progress_text
from sanchay_desktop.table import Index
from sanchay_desktop.table_view import TableView
from sanchay_desktop.words import tr

__all__ = ["PlanModel", "PlanWindow", "operation_title"]

_TOP = QModelIndex()
_ROLE = Qt.ItemDataRole
#: How many steps are objects at a time.
_KEPT = 4096


def operation_title(operation: str) -> str:
    """What is done, in a word."""
    titles = {
        "mkdir": tr("make folder"),
        "rename": tr("rename"),
        "move": tr("move"),
        "copy": tr("copy"),
        "hardlink": tr("hard link"),
        "symlink": tr("symbolic link"),
        "reflink": tr("share blocks"),
        "trash": tr("to the trash"),
        "delete": tr("delete for good"),
        "dedupe": tr("duplicates"),
        "link": tr("link"),
    }
    return titles.get(operation, operation)


class PlanModel(QAbstractTableModel):
    """The steps of a plan, each an object only while it is in sight.

    What stands in the way of entries comes first, as rows that cannot be chosen.
    """

    chosen = Signal()

    def __init__(self, plan: sanchay.BatchPlan) -> None:
        super().__init__()
        self.plan = plan
        self.conflicts = plan.conflicts
        #: The entries that are left alone.
        self.left_alone: set[str] = set()
        self._steps: OrderedDict[int, sanchay.BatchStep] = OrderedDict()
        self._length = len(plan)
        #: While it is applied, nothing is chosen.
        self.frozen = False
        #: Whether only what stands in the way is shown.
        self.conflicts_alone = False

    def show_steps(self, shown: bool) -> None:
        """Show the steps that the plan has by now, or none."""
        self.beginResetModel()
        self._steps.clear()
        self._length = len(self.plan) if shown else 0
        self.endResetModel()

    def step(self, row: int) -> sanchay.BatchStep | None:
        """The step of a row; None for a conflict."""
        number = row - len(self.conflicts)
        if number < 0:
            return None
        if number not in self._steps:
            self._steps[number] = self.plan[number]
            if len(self._steps) > _KEPT:
                self._steps.popitem(last=False)
        return self._steps[number]

    def rowCount(self, parent: Index = _TOP) -> int:
        """How many conflicts and steps there are."""
        if parent.isValid():
            return 0
        steps = 0 if self.conflicts_alone else self._length
        return len(self.conflicts) + steps

    def columnCount(self, parent: Index = _TOP) -> int:
        """What is done, to what, where to, why."""
        return 0 if parent.isValid() else 5

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = _ROLE.DisplayRole,
    ) -> Any:
        """The title of a column."""
        if orientation == Qt.Orientation.Horizontal and role == _ROLE.DisplayRole:
            titles = (
                tr("Step"),
                tr("From"),
                tr("To, or what stays"),
                tr("Why"),
                tr("Size"),
            )
            return titles[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """A step can be left out."""
        found = super().flags(index)
        if index.column() == 0 and self._can_choose(index.row()):
            found |= Qt.ItemFlag.ItemIsUserCheckable
        return found

    def _can_choose(self, row: int) -> bool:
        step = self.step(row)
        return not self.frozen and step is not None and step.from_path is not None

    def data(self, index: Index, role: int = _ROLE.DisplayRole) -> Any:
        """What is shown of a cell."""
        if not index.isValid():
            return None
        step = self.step(index.row())
        if role == _ROLE.CheckStateRole and index.column() == 0:
            if step is None or step.from_path is None:
                return None
            if step.from_path in self.left_alone:
                return Qt.CheckState.Unchecked
            return Qt.CheckState.Checked
        if role == _ROLE.DisplayRole:
            return self._text(index.row(), index.column())
        if role == _ROLE.TextAlignmentRole and index.column() == 4:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == _ROLE.ToolTipRole:
            return words.tip(self._text(index.row(), index.column()))
        return None

    def _text(self, row: int, section: int) -> str:
        step = self.step(row)
        if step is None:
            conflict = self.conflicts[row]
            told = (
                tr("⚠ in the way"),
                words.shown(conflict.from_path),
                words.shown(conflict.to_path),
                words.error_text(ValueError(conflict.why)),
                "",
            )
            return told[section]
        stays = step.same_as or step.like
        told = (
            operation_title(step.operation),
            words.shown(step.from_path),
            words.shown(step.to_path or stays),
            words.shown(step.because),
            words.size(step.size),
        )
        return told[section]

    def setData(self, index: Index, value: Any, role: int = _ROLE.EditRole) -> bool:
        """Leave an entry alone, or not."""
        step = self.step(index.row())
        if role != _ROLE.CheckStateRole or step is None or step.from_path is None:
            return False
        if self.frozen:
            return False
        if Qt.CheckState(value) == Qt.CheckState.Checked:
            self.left_alone.discard(step.from_path)
        else:
            self.left_alone.add(step.from_path)
        self.dataChanged.emit(index, index)
        self.chosen.emit()
        return True


class PlanWindow(QDialog):
    """Shows a plan, applies it, takes it back."""

    def __init__(self, desk: Desk, plan: sanchay.BatchPlan, permanent: bool) -> None:
        super().__init__()
        self.desk = desk
        self.plan = plan
        self.permanent = permanent
        self.run: sanchay.AppliedRun | None = None
        self.undone: sanchay.UndoneRun | None = None
        self.job: Job | None = None
        self.setWindowTitle(tr("Plan: {0}").format(operation_title(plan.command)))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.resize(980, 560)
        self.model = PlanModel(plan)
        self.model.chosen.connect(self._show_sums)
        self.sums = plain(name="sums")
        self.view = TableView(tr("Steps of the plan"))
        self.view.setModel(self.model)
        self.view.set_widths([130, 0, 0, 160, 80])
        self.progress = QProgressBar()
        self.progress.hide()
        self.said = plain(name="status")
        self.apply_button = QPushButton()
        self.apply_button.clicked.connect(self.apply)
        self.undo_button = QPushButton(tr("&Undo"))
        self.undo_button.clicked.connect(self.undo)
        self.undo_button.hide()
        self.cancel_button = QPushButton(tr("Cancel"))
        self.cancel_button.clicked.connect(self._cancel)
        self.cancel_button.hide()
        save = QPushButton(tr("&Save plan…"))
        save.clicked.connect(self._ask_save)
        close = QPushButton(tr("Close"))
        close.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.addWidget(save)
        buttons.addStretch(1)
        for button in (self.cancel_button, self.undo_button, self.apply_button, close):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.addWidget(self.sums)
        column.addWidget(self.view, 1)
        column.addWidget(self.progress)
        column.addWidget(self.said)
        column.addLayout(buttons)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)
        self._show_sums()

    def count(self) -> int:
        """How many steps would be done."""
        if self.model.frozen:
            return len(self.plan)
        return len(self.plan) - len(self.model.left_alone)

    def _show_sums(self) -> None:
        count = self.count()
        told = [tr("Steps: {0}").format(words.number(count))]
        sums = self.plan.duplicates
        if sums is not None:
            told.append(
                tr(
                    "files that make way: {0}, for files that stay: {1}, frees {2}"
                ).format(
                    words.number(sums.duplicates),
                    words.number(sums.kept),
                    words.size(sums.reclaimable),
                )
            )
        if self.model.left_alone:
            left = words.number(len(self.model.left_alone))
            told.append(tr("left alone: {0}").format(left))
        if self.model.conflicts:
            conflicts = words.number(len(self.model.conflicts))
            told.append(tr("in the way, and left out: {0}").format(conflicts))
        self.sums.setText("; ".join(told))
        self.apply_button.setText(tr("Do %n steps", count))
        self.apply_button.setEnabled(count > 0)
        if self.permanent:
            self.said.setText(tr("This has no undo."))

    def apply(self) -> None:
        """Do what the plan says; what has no undo asks for the number first."""
        if self.permanent and not self._is_sure():
            return
        left, plan = self.model.left_alone, self.plan

        def work(control: Control) -> object:
            if left:
                plan.retain(lambda step: step.from_path not in left)
            return plan.apply(on_conflict="skip", progress=control.progress)

        if left:
            # The steps get other numbers while it is applied.
            self.model.show_steps(False)
        self._begin("apply", work, self._applied)
        self.apply_button.hide()

    def _is_sure(self) -> bool:
        count = self.count()
        typed, wanted = QInputDialog.getText(
            self,
            tr("This has no undo"),
            tr("Type the number of steps, {0}, to delete these files for good:").format(
                count
            ),
        )
        if wanted and typed.strip() != str(count):
            self.said.setText(tr("That is another number; nothing was done."))
        return wanted and typed.strip() == str(count)

    def undo(self) -> None:
        """Take back what was done."""
        run = self.run
        if run is None:
            return

        def work(control: Control) -> object:
            return sanchay.undo(run, progress=control.progress)

        self._begin("undo", work, self._taken_back)
        self.undo_button.hide()

    def _begin(self, kind: str, work: Any, done: Any) -> None:
        self.model.frozen = True
        job = self.desk.job(
            kind, work, {"command": self.plan.command}, changes_files=True
        )
        job.progressed.connect(self._show_progress)
        job.finished.connect(done)
        job.failed.connect(self._failed)
        self.job = job
        self.progress.setRange(0, 0)
        self.progress.show()
        self.cancel_button.show()
        self.desk.run(job)

    def _show_progress(self, told: sanchay.Progress) -> None:
        if told.total_files:
            self.progress.setRange(0, 1000)
            self.progress.setValue(min(1000 * told.files // told.total_files, 1000))
        self.said.setText(progress_text(told))

    def _over(self) -> None:
        self.job = None
        self.model.show_steps(True)
        self.progress.hide()
        self.cancel_button.hide()

    def _applied(self, run: sanchay.AppliedRun) -> None:
        self._over()
        self.run = run
        said = tr("Done: {0}; not done: {1}.").format(
            words.number(run.done), words.number(run.refused)
        )
        self.said.setText(_with_errors(said, run.errors + run.notes))
        self.undo_button.setVisible(run.done > 0 and not self.permanent)
        self.undo_button.setFocus()

    def _taken_back(self, undone: sanchay.UndoneRun) -> None:
        self._over()
        self.undone = undone
        said = tr("Taken back: {0}; not taken back: {1}.").format(
            words.number(undone.undone), words.number(undone.kept)
        )
        self.said.setText(_with_errors(said, undone.errors + undone.notes))

    def _failed(self, error: BaseException) -> None:
        self._over()
        run = getattr(error, "run", None)
        if isinstance(run, sanchay.AppliedRun) and run.done:
            self._applied(run)
            self.said.setText(tr("Cancelled.") + " " + self.said.text())
            return
        if isinstance(run, sanchay.UndoneRun) and run.undone:
            # What is left can be taken back by another undo.
            self._taken_back(run)
            self.undo_button.show()
            return
        self.said.setText(words.error_text(error))
        self.apply_button.setVisible(self.run is None)

    def _cancel(self) -> None:
        if self.job is not None:
            self.job.cancel()

    def _ask_save(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, tr("Save plan"), "plan.ndjson", "NDJSON (*.ndjson)"
        )
        if path:
            self.save(Path(path))

    def save(self, path: Path) -> None:
        """Write the plan, which the program's apply reads."""
        try:
            self.plan.save(path)
        except OSError as error:
            self.said.setText(words.error_text(error))
        else:
            self.said.setText(tr("Saved: {0}").format(words.shown(str(path))))


def _with_errors(said: str, errors: tuple[OSError, ...]) -> str:
    few = [words.error_text(it) for it in errors[:3]]
    if len(errors) > 3:
        few.append(tr("… and {0} more").format(words.number(len(errors) - 3)))
    return "\n".join([said, *few])
