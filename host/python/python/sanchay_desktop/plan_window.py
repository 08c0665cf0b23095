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
        """How many steps would be done."""
        left = 0 if self.model.frozen else len(self.model.left_alone)
        return len(self.plan) - left

    def _show_sums(self) -> None:
        count, sums = self.count(), self.plan.duplicates
        told = [tr("Steps: {0}").format(words.number(count))]
        # The sums are those of all steps.
        if sums is not None and not self.model.left_alone:
            makes_way = tr(
                "files that make way: {0}, for files that stay: {1}, frees {2}"
            ).format(
                words.number(sums.duplicates),
                words.number(sums.kept),
                words.size(sums.reclaimable),
            )
            told.append(makes_way)
        for text, some in (
            (tr("left alone: {0}"), self.model.left_alone),
            (tr("in the way, and left out: {0}"), self.model.conflicts),
        ):
            if some:
                told.append(text.format(words.number(len(some))))
        self.sums.setText("; ".join(told))
        self.apply_button.setText(tr("Do %n steps", count))
        self.apply_button.setEnabled(count > 0)

    def apply(self) -> None:
        """Do what the plan says; what has no undo asks for the number first."""
        if self.permanent and not self._is_sure():
            return
        left, plan = self.model.left_alone, self.plan

        def work(job: Job) -> object:
            if left:
                plan.retain(lambda step: step.from_path not in left)
            return job.call(partial(plan.apply, on_conflict="skip"))

        if left:
            # The steps get other numbers while it is applied.
            self.model.show_steps(False)
        self._begin("apply", work)
        self.apply_button.hide()

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
        self.model.show_steps(True)
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
