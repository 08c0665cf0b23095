"""What the pages share: folders, filters, settings, the jobs that go on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from sanchay_desktop import words
from sanchay_desktop.filters import FilterForm
from sanchay_desktop.folders import FolderList
from sanchay_desktop.jobs import Control, Job
from sanchay_desktop.log import JobLog
from sanchay_desktop.settings import Settings, data_folder
from sanchay_desktop.words import tr

__all__ = ["Desk", "kind_title"]


def kind_title(kind: str) -> str:
    """What a kind of job is called."""
    titles = {
        "scan": tr("Scan"),
        "duplicates": tr("Duplicates"),
        "summary": tr("Summary"),
        "snapshot": tr("Snapshot"),
        "diff": tr("Changes"),
        "similar": tr("Similar files"),
        "rename": tr("Rename"),
        "plan": tr("Plan"),
        "apply": tr("Apply"),
        "undo": tr("Undo"),
        "here": tr("Is it here?"),
        "export": tr("Export"),
        "sort": tr("Sorting"),
    }
    return titles.get(kind, kind)


class Desk(QObject):
    """One for a window."""

    #: A job began.
    began = Signal(object)
    #: A job ended, and is in the log.
    logged = Signal()
    #: Something to say in the line at the bottom.
    said = Signal(str)
    #: Files were changed by a run: what is shown may be old.
    files_changed = Signal()

    def __init__(self, log_path: Path | None = None) -> None:
        super().__init__()
        self.settings = Settings()
        self.log = JobLog(log_path or data_folder() / "desktop.db")
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
        return self.filters.options()

    def job(
        self,
        kind: str,
        work: Callable[[Control], object],
        options: dict[str, Any] | None = None,
        *,
        changes_files: bool = False,
    ) -> Job:
        """Make a job and note it in the log; run() begins it."""
        job = Job(kind, kind_title(kind), work)
        job.changes_files = changes_files
        folders = tuple(self.folders.all())
        job.number = self.log.begin(kind, folders, dict(options or {}))
        return job

    def run(self, job: Job) -> None:
        """Begin a job, which is shown while it goes on."""
        self.jobs.append(job)
        job.finished.connect(self._finished)
        job.failed.connect(self._failed)
        job.start()
        self.began.emit(job)

    def _finished(self, answer: object) -> None:
        told = self.sender()
        if isinstance(told, Job):
            self._end(told, _result(answer))

    def _failed(self, error: BaseException) -> None:
        told = self.sender()
        if isinstance(told, Job):
            self._end(told, words.error_text(error))

    def _end(self, job: Job, result: str) -> None:
        self.jobs.remove(job)
        if job.number is not None:
            self.log.end(job.number, job.state, result)
            self.logged.emit()
        if job.changes_files:
            self.files_changed.emit()

    def run_quietly(self, job: Job) -> None:
        """Begin a job that is over soon, and that the log need not have."""
        self.run(job)


def _result(answer: object) -> str:
    """What a job came to, in a line."""
    summary = getattr(answer, "summary", answer)
    fields: tuple[str, ...] = getattr(summary, "_fields", ())
    told = []
    for name in fields:
        value = getattr(summary, name)
        if isinstance(value, int) and value and not name.endswith("_ns"):
            told.append(f"{name.replace('_', ' ')}: {words.number(value)}")
    return ", ".join(told)
