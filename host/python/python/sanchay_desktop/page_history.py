"""History: the jobs of this user, and the runs that changed files."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import sanchay
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QTabWidget

from sanchay_desktop import words
from sanchay_desktop.desk import Desk, kind_title
from sanchay_desktop.jobs import Control
from sanchay_desktop.log import LoggedJob
from sanchay_desktop.page import TablePage, progress_text
from sanchay_desktop.table import ArrowModel, Column
from sanchay_desktop.table_view import TableView
from sanchay_desktop.words import tr

__all__ = ["HistoryPage"]


def _state_title(state: str) -> str:
    titles = {
        "running": tr("going on"),
        "done": tr("done"),
        "failed": tr("failed"),
        "cancelled": tr("cancelled"),
        "interrupted": tr("interrupted"),
        "finished": tr("can be undone"),
        "unfinished": tr("ended early"),
        "undone": tr("undone"),
    }
    return titles.get(state, state)


class HistoryPage(TablePage):
    """What was done, what can be taken back, what was interrupted."""

    #: A LoggedJob that should be done again.
    again = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            tr("History"),
            tr("Every job, and every run that changed files, by its journal."),
            [
                Column("begun", tr("Begun"), "time"),
                Column("what", tr("Job"), "text"),
                Column("state", tr("State"), "text"),
                Column("folders", tr("Folders"), "long"),
                Column("result", tr("Result"), "long"),
            ],
        )
        self.again_button = self.button(tr("Do a&gain"), "Ctrl+R", self.do_again)
        self.undo_button = self.button(tr("&Undo run"), "Ctrl+Z", self.undo_run)
        self.resume_button = self.button(tr("Go &on with run"), "", self.resume_run)
        self.button(tr("Forget jobs"), "", self.forget)
        self.button(tr("Refresh"), "F5", self.run_again)
        self.logged: list[LoggedJob] = []
        self.runs: list[sanchay.BatchRun] = []
        self.tabs = QTabWidget()
        self.run_rows = ArrowModel(
            [
                Column("begun", tr("Begun"), "time"),
                Column("what", tr("Run"), "text"),
                Column("state", tr("State"), "text"),
                Column("steps", tr("Steps"), "number"),
                Column("done", tr("Done"), "number"),
                Column("undone", tr("Undone"), "number"),
                Column("failed", tr("Failed"), "number"),
            ]
        )
        self.run_view = TableView(tr("Runs"))
        self.run_view.show_rows(self.run_rows)
        self.stack.removeWidget(self.view)
        self.tabs.addTab(self.view, tr("Jobs"))
        self.tabs.addTab(self.run_view, tr("Runs that changed files"))
        self.stack.addWidget(self.tabs)
        self.stack.setCurrentWidget(self.tabs)
        self.finish_layout()
        desk.logged.connect(self._refresh_if_seen)

    def say_old(self) -> None:
        """Nothing of it is old: each run is in it at once."""

    def _refresh_if_seen(self) -> None:
        if self.isVisible():
            self.run_again()

    def run_again(self) -> None:
        """Show what there is by now."""
        self.logged = self.desk.log.jobs()
        jobs: list[dict[str, Any]] = [
            {
                "number": it.number,
                "begun": it.begun_ns,
                "what": kind_title(it.kind),
                "state": _state_title(it.state),
                "folders": ", ".join(words.shown(one) for one in it.folders),
                "result": it.result,
            }
            for it in self.logged
        ]
        _show(self.model, jobs)
        self.stack.setCurrentWidget(self.tabs)
        try:
            self.runs = sanchay.runs()[::-1]
        except OSError as error:
            self.say(words.error_text(error))
        _show(
            self.run_rows,
            [
                {
                    "begun": it.started_ns,
                    "what": it.command,
                    "state": _state_title(it.state),
                    "steps": it.steps,
                    "done": it.done,
                    "undone": it.undone,
                    "failed": it.failed,
                }
                for it in self.runs
            ],
        )
        interrupted = sum(it.state == "interrupted" for it in self.logged)
        if interrupted:
            self.say(
                tr(
                    "Interrupted jobs: %n. Do again goes on from known digests.",
                    interrupted,
                )
            )

    def selected_job(self) -> LoggedJob | None:
        """The job at hand."""
        row = self.view.currentIndex().row()
        return self.logged[row] if 0 <= row < len(self.logged) else None

    def do_again(self) -> None:
        """Do a job again, with the folders and filters that it had."""
        job = self.selected_job()
        if job is None:
            self.say(tr("Choose a job in the table first."))
        else:
            self.again.emit(job)

    def forget(self) -> None:
        """Forget the jobs that ended; runs keep their journals."""
        self.desk.log.forget()
        self.run_again()

    def _selected_run(self) -> sanchay.BatchRun | None:
        self.tabs.setCurrentWidget(self.run_view)
        row = self.run_view.currentIndex().row()
        if not 0 <= row < len(self.runs):
            self.say(tr("Choose a run in the table first."))
            return None
        return self.runs[row]

    def undo_run(self) -> None:
        """Take a run back."""
        run = self._selected_run()
        if run is None:
            return

        def work(control: Control) -> object:
            return sanchay.undo(run, progress=control.progress)

        self._change("undo", work)

    def resume_run(self) -> None:
        """Go on with a run that was ended early."""
        run = self._selected_run()
        if run is None:
            return

        def work(control: Control) -> object:
            return sanchay.resume(run, progress=control.progress)

        self._change("apply", work)

    def _change(self, kind: str, work: Any) -> None:
        job = self.desk.job(kind, work, changes_files=True)
        job.progressed.connect(self._progress)
        job.finished.connect(self._changed)
        job.failed.connect(self._not_changed)
        self.desk.run(job)

    def _progress(self, told: sanchay.Progress) -> None:
        self.say(progress_text(told))

    def _changed(self, answer: Any) -> None:
        self.run_again()
        if isinstance(answer, sanchay.UndoneRun):
            said = tr("Taken back: {0}; not taken back: {1}.").format(
                words.number(answer.undone), words.number(answer.kept)
            )
        else:
            said = tr("Done: {0}; not done: {1}.").format(
                words.number(answer.done), words.number(answer.refused)
            )
        self.say(said)

    def _not_changed(self, error: BaseException) -> None:
        self.run_again()
        self.say(words.error_text(error))

    def ask_export(self) -> None:
        """Export the table that is in sight."""
        kept = self.model
        if self.tabs.currentWidget() is self.run_view:
            self.model = self.run_rows
        super().ask_export()
        self.model = kept


def _show(model: ArrowModel, rows: list[dict[str, Any]]) -> None:
    model.clear()
    if rows:
        batch = pa.RecordBatch.from_pylist(rows)
        place = batch.schema.get_field_index("begun")
        times = batch.column(place).cast(pa.timestamp("ns", "UTC"))
        model.append([batch.set_column(place, "begun", times)])
