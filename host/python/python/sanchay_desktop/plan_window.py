"""Plan, apply, undo: one window for all that changes files."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import sanchay
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog, QProgressBar

from sanchay_desktop import words
from sanchay_desktop.desk import Desk
from sanchay_desktop.jobs import Job
from sanchay_desktop.plan_model import PlanModel
from sanchay_desktop.said import outcome, progress_text, show_progress
from sanchay_desktop.table_view import TableView
from sanchay_desktop.titles import title
from sanchay_desktop.widgets import Flow, button, column, holder, plain
from sanchay_desktop.words import tr


class PlanWindow(QDialog):
    """Shows a plan, applies it, takes it back."""

    def __init__(self, desk: Desk, plan: sanchay.BatchPlan, permanent: bool) -> None:
        super().__init__()
        self.desk = desk
        self.plan = plan
        self.permanent = permanent
        self.run: sanchay.AppliedRun | None = None
        self.job: Job | None = None
        self.setWindowTitle(tr("Plan: {0}").format(title("step", plan.command)))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.resize(980, 560)
        self.model = PlanModel(plan)
        self.model.chosen.connect(self._show_sums)
        self.sums = plain(name="sums")
        self.view = TableView(tr("Steps of the plan"), self.model)
        self.progress = QProgressBar()
        self.progress.hide()
        self.said = plain(name="status")
        self.view.failed.connect(self.said.setText)
        self.apply_button = button("", self.apply)
        self.undo_button = button(tr("&Undo"), self.undo)
        self.undo_button.hide()
        self.cancel_button = button(tr("Cancel"), self._cancel)
        self.cancel_button.hide()
        buttons = Flow(
            self.apply_button,
            self.undo_button,
            self.cancel_button,
            button(tr("&Save plan…"), self._ask_save),
            button(tr("Close"), self.close),
        )
        parts = (self.sums, self.view, self.progress, self.said, holder(buttons))
        self.setLayout(column(*parts, margin=9))
        self._show_sums()
        if permanent:
            self.said.setText(tr("This has no undo."))

    def count(self) -> int:
        """How many entries would be changed."""
        return self.plan.entry_count - len(self.model.left_alone)

    def _show_sums(self) -> None:
        count, sums = self.count(), self.plan.duplicates
        left_alone = self.model.left_alone
        told = [tr("Steps: {0}").format(words.number(count))]
        if sums is not None and left_alone:
            # Names of one file free it together: the rest may free more than that.
            least = max(sums.reclaimable - sum(left_alone.values()), 0)
            makes_way = tr("files that make way: {0}, frees at least {1}")
            told.append(makes_way.format(words.number(count), words.size(least)))
        elif sums is not None:
            makes_way = tr(
                "files that make way: {0}, for files that stay: {1}, frees {2}"
            )
            told.append(
                makes_way.format(
                    words.number(sums.duplicates),
                    words.number(sums.kept),
                    words.size(sums.reclaimable),
                )
            )
        for text, some in (
            (tr("left alone: {0}"), left_alone),
            (tr("in the way, and left out: {0}"), self.model.conflicts),
        ):
            if some:
                told.append(text.format(words.number(len(some))))
        self.sums.setText("; ".join(told))
        self.apply_button.setText(tr("Do %n steps", count))
        self.apply_button.setEnabled(count > 0)

    def apply(self) -> None:
        """Do what the plan says; what has no undo asks for the number first."""
        if not self.permanent or self._is_sure():
            self._cut_down(self._apply)

    def _apply(self) -> None:
        self._begin("apply", lambda job: job.call(self.plan.apply))
        self.apply_button.hide()

    def _cut_down(self, go_on: Callable[[], object]) -> None:
        """Leave out what is left alone, and go on unless others cannot do without."""
        plan, left = self.plan, self.model.left_alone
        if not left:
            go_on()
            return
        before = {it.from_path for it in self.model.conflicts}

        def work(_: Job) -> object:
            plan.retain(lambda step: step.from_path not in left)
            return any(it.from_path not in before for it in plan.conflicts)

        def done(stands_in_the_way: bool) -> None:
            self.job = None
            self.model.left_alone = {}
            self.model.show_plan()
            self._show_sums()
            if not stands_in_the_way:
                go_on()
                return
            self.said.setText(
                tr(
                    "Nothing was done yet: what is left alone is in the way of the"
                    " entries that come first, which are left out, too."
                )
            )

        self.model.hide_plan()
        self.apply_button.setEnabled(False)
        self.job = Job("plan", work, done=done, failed=self._failed)
        self.desk.run(self.job)

    def _is_sure(self) -> bool:
        count = self.count()
        asked = tr("Type the number of steps, {0}, to delete these files for good:")
        typed, wanted = QInputDialog.getText(
            self, tr("This has no undo"), asked.format(count)
        )
        right = typed.strip() == str(count)
        if wanted and not right:
            self.said.setText(tr("That is another number; nothing was done."))
        return wanted and right

    def undo(self) -> None:
        if self.run is not None:
            take_back = partial(sanchay.undo, self.run)
            self._begin("undo", lambda job: job.call(take_back))
            self.undo_button.hide()

    def _begin(self, kind: str, work: Callable[[Job], object]) -> None:
        self.model.frozen = True
        self.progress.setRange(0, 0)
        self.progress.show()
        self.cancel_button.show()
        self.job = self.desk.start(
            kind,
            work,
            {"command": self.plan.command},
            changes_files=True,
            progress=self._show_progress,
            done=self._over,
            failed=self._failed,
        )

    def _show_progress(self, told: sanchay.Progress) -> None:
        show_progress(self.progress, told)
        self.said.setText(progress_text(told))

    def _over(self, answer: Any) -> None:
        """Show what a run, or an undo, came to."""
        self.job = None
        self.model.show_plan()
        self.progress.hide()
        self.cancel_button.hide()
        self.said.setText(outcome(answer))
        if isinstance(answer, sanchay.AppliedRun):
            self.run = answer
            self.undo_button.setVisible(answer.done > 0 and not self.permanent)
            self.undo_button.setFocus()
        elif isinstance(answer, sanchay.UndoneRun):
            # Once the way is clear, the rest can be taken back.
            self.undo_button.setVisible(answer.kept > 0)

    def _failed(self, error: BaseException) -> None:
        run: Any = getattr(error, "run", None)
        if isinstance(run, sanchay.AppliedRun) and run.done:
            self._over(run)
            self.said.setText(f"{tr('Cancelled.')} {self.said.text()}")
        elif isinstance(run, sanchay.UndoneRun) and run.undone:
            # What is left can be taken back by another undo.
            self._over(run)
            self.undo_button.show()
        else:
            self._over(error)
            self.apply_button.setVisible(self.run is None)
            self.apply_button.setEnabled(self.count() > 0)

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
        self._cut_down(partial(self._save, path))

    def _save(self, path: Path) -> None:
        try:
            self.plan.save(path)
        except OSError as error:
            self.said.setText(words.error_text(error))
        else:
            self.said.setText(tr("Saved: {0}").format(words.shown(str(path))))
