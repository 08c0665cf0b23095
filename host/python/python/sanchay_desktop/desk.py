"""What the pages share: folders, filters, settings, the jobs that go on."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from sanchay_desktop import words
from sanchay_desktop.filters import FilterForm
from sanchay_desktop.folders import FolderList
from sanchay_desktop.jobs import Hear, Job
from sanchay_desktop.log import JobLog
from sanchay_desktop.settings import Settings, data_folder
from sanchay_desktop.words import tr

#: How often it is tried again to write the log, in milliseconds.
_AGAIN = 500


class Desk(QObject):
    """One for a window."""

    #: A job began.
    began = Signal(object)
    #: A job ended, and is in the log.
    logged = Signal()
    #: Files were changed by a run: what is shown may be old.
    files_changed = Signal()
    #: What is wrong and concerns all pages; empty when it is well again.
    troubled = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.settings = Settings()
        self.log = JobLog(data_folder() / "desktop.db")
        self.folders = FolderList(self.settings)
        self.filters = FilterForm()
        self.jobs: list[Job] = []
        self._again = QTimer(self, interval=_AGAIN)
        self._again.timeout.connect(self.write_log)

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
        job.number = self.log.begin(kind, folders, protected, options or {})
        self.write_log()
        self.run(job)
        return job

    def write_log(self) -> None:
        """Write what is to be noted, now or when that can be; jobs go on."""
        said = tr("Another program has the history locked: what is new waits for it.")
        try:
            written = self.log.flush()
        except (OSError, sqlite3.Error) as error:
            written = False
            said = tr("The history cannot be written: {0}").format(
                words.error_text(error)
            )
        was_waiting = self._again.isActive()
        if written and was_waiting:
            self._again.stop()
            self.troubled.emit("")
            self.logged.emit()
        elif not written:
            self._again.start()
            # Another window has it for a moment, which is not worth a word.
            if was_waiting:
                self.troubled.emit(said)

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
            self.log.end(job.number, job.state, _result(job.answer))
            self.write_log()
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
