"""History: the jobs of this user, and the runs that changed files."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import partial
from typing import Any

import sanchay
from PySide6.QtCore import Signal

from sanchay_desktop import words
from sanchay_desktop.log import LoggedJob
from sanchay_desktop.page import Page
from sanchay_desktop.said import outcome
from sanchay_desktop.table import ArrowModel
from sanchay_desktop.titles import title
from sanchay_desktop.words import mark, tr


class HistoryPage(Page):
    """What was done, what can be taken back, what was interrupted."""

    title = mark("History")
    about = mark("Every job, and every run that changed files, by its journal.")
    run_text = mark("Refresh")
    columns = ("begun", "what", "state", "folders", "result")

    #: A LoggedJob that should be done again.
    again = Signal(object)

    def build(self) -> None:
        self.again_button = self.button(tr("Do a&gain"), "Ctrl+R", self.do_again)
        self.undo_button = self.button(tr("&Undo run"), "Ctrl+Z", self.undo)
        self.resume_button = self.button(tr("Go &on with run"), "", self.resume)
        self.button(tr("Forget jobs"), "", self.forget)
        self.logged: list[LoggedJob] = []
        self.runs: list[sanchay.BatchRun] = []
        keys = ("begun", "run", "state", "steps", "done", "undone", "failed")
        self.run_rows = ArrowModel(*keys)
        self.run_view = self.table(tr("Runs"), self.run_rows)
        runs = (self.run_view, tr("Runs that changed files"))
        self.body.setCurrentWidget(self.add_tabs(tr("Jobs"), runs))
        self.desk.logged.connect(self._look_again)

    def say_old(self) -> None:
        """Nothing of it is old: each run is in it at once."""

    def _look_again(self) -> None:
        if self.isVisible():
            self._show()

    def _show(self) -> None:
        try:
            self.logged = self.desk.log.jobs()
        except sqlite3.Error as error:
            # What was shown stays.
            self.say(words.error_text(error))
        jobs: list[dict[str, Any]] = [
            {
                "begun": it.begun_ns,
                "what": title("job", it.kind),
                "state": title("state", it.state),
                "folders": ", ".join(words.shown(one) for one in it.folders),
                "result": it.result,
            }
            for it in self.logged
        ]
        self.model.show(jobs)
        try:
            self.runs = sanchay.runs()[::-1]
        except OSError as error:
            self.say(words.error_text(error))
        runs = [it._asdict() for it in self.runs]
        for row in runs:
            row["begun"], row["run"] = row["started_ns"], title("step", row["command"])
            row["state"] = title("state", row["state"])
        self.run_rows.show(runs)

    def run_again(self) -> None:
        self._show()
        interrupted = sum(it.state == "interrupted" for it in self.logged)
        if interrupted:
            text = tr(
                "Interrupted jobs: %n. Do again goes on from known digests.",
                interrupted,
            )
            self.say(text)

    def do_again(self) -> None:
        """Do the job at hand again, with the folders and filters that it had."""
        row = self.model.source(self.view.currentIndex().row())
        if row is not None:
            self.again.emit(self.logged[row])
        else:
            self.say(tr("Choose a job in the table first."))

    def forget(self) -> None:
        """Forget the jobs that ended; runs keep their journals."""
        self.desk.log.forget()
        self.desk.write_log()
        self.run_again()

    def undo(self) -> None:
        """Take the run at hand back."""
        self._change("undo", sanchay.undo)

    def resume(self) -> None:
        """Go on with the run at hand, which was ended early."""
        self._change("apply", sanchay.resume)

    def _change(self, kind: str, engine: Callable[..., Any]) -> None:
        if self.tabs is not None:
            self.tabs.setCurrentWidget(self.run_view)
        row = self.run_rows.source(self.run_view.currentIndex().row())
        if row is None:
            self.say(tr("Choose a run in the table first."))
            return
        call = partial(engine, self.runs[row])
        self.desk.start(
            kind,
            lambda job: job.call(call),
            changes_files=True,
            progress=self.show_progress,
            done=self._changed,
            failed=self._changed,
        )

    def _changed(self, answer: object) -> None:
        self._show()
        self.say(outcome(answer))
