"""What the pages share: folders, filters, settings, the jobs that go on."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from sanchay_desktop import words
from sanchay_desktop.filters import FilterForm
from sanchay_desktop.folders import FolderList
from sanchay_desktop.jobs import Hear, Job
from sanchay_desktop.log import JobLog
from sanchay_desktop.settings import Settings, data_folder


class Desk(QObject):
    """One for a window."""

    #: A job began.
    began = Signal(object)
    #: A job ended, and is in the log.
    logged = Signal()
    #: Files were changed by a run: what is shown may be old.
    files_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.settings = Settings()
        self.log = JobLog(data_folder() / "desktop.db")
        self.folders = FolderList(self.settings)
        self.filters = FilterForm()
        self.jobs: list[Job] = []

    def catalog(self) -> Path:
        """The catalog's file, in a folder that is there."""
        path = self.settings.catalog()
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def options(self) -> dict[str, Any]:
        """The filters, as keywords of the calls."""
        return self.filters.values()

    def start(
        self,
        kind: str,
        work: Callable[[Job], object],
        options: dict[str, Any] | None = None,
        *,
        changes_files: bool = False,
        **heard: Hear,
    ) -> Job:
        """Begin a job, which is in the log and is shown while it goes on."""
        job = Job(kind, work, **heard)
        job.changes_files = changes_files
        folders, protected = self.folders.all(), self.folders.protected()
        try:
            job.number = self.log.begin(kind, folders, protected, options or {})
        except sqlite3.Error:
            # Another program has the log: the job goes on all the same.
            logging.exception("a job is not in the history")
        self.run(job)
        return job

    def run(self, job: Job) -> None:
        """Begin a job; one without a number is neither logged nor shown."""
        self.jobs.append(job)
        job.ended.connect(self._end)
        job.start()
        self.began.emit(job)

    def _end(self) -> None:
        job = self.sender()
        assert isinstance(job, Job)
        self.jobs.remove(job)
        if job.number is not None:
            try:
                self.log.end(job.number, job.state, _result(job.answer))
            except sqlite3.Error:
                logging.exception("the end of a job is not in the history")
            self.logged.emit()
        if job.changes_files:
            self.files_changed.emit()


def _result(answer: object) -> str:
    """What a job came to, in a line."""
    if isinstance(answer, BaseException):
        return words.error_text(answer)
    summary = getattr(answer, "summary", answer)
    told = []
    for name in getattr(summary, "_fields", ()):
        value = getattr(summary, name)
        if isinstance(value, int) and value and not name.endswith("_ns"):
            told.append(f"{name.replace('_', ' ')}: {words.number(value)}")
    return ", ".join(told)
