"""Jobs: calls of the engine in threads of their own, seen from the window.

A call releases the interpreter while it works. What a thread tells comes to the
window's thread through Qt's queue, at most ten times a second.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any

import pyarrow as pa
from PySide6.QtCore import QObject, Qt, Signal
from sanchay import Cancelled, Progress, Records

__all__ = ["Control", "Job", "take"]

#: How often a thread tells what it found, in seconds.
PAUSE = 0.1


class Control:
    """What the work of a job has of its job."""

    def __init__(self, tell: Callable[[str, object], None]) -> None:
        self._tell = tell
        self.cancelled = threading.Event()
        self._closers: list[Callable[[], None]] = []
        self._last = 0.0
        self._phase = ""

    def progress(self, told: Progress) -> bool:
        """What the engine is given as its callback; False ends the run."""
        now = monotonic()
        if told.phase != self._phase or now - self._last >= PAUSE:
            self._last, self._phase = now, told.phase
            self._tell("progress", told)
        return not self.cancelled.is_set()

    def found(self, batches: list[pa.RecordBatch]) -> None:
        """Hand batches of rows to the window."""
        self._tell("found", batches)

    def on_cancel(self, close: Callable[[], None]) -> None:
        """Call this as well when the job is cancelled."""
        self._closers.append(close)

    def cancel(self) -> None:
        """End the work."""
        self.cancelled.set()
        for close in self._closers:
            close()


class Job(QObject):
    """A call of the engine that goes on in a thread."""

    #: A Progress.
    progressed = Signal(object)
    #: A list of record batches.
    found = Signal(object)
    #: What the work returned.
    finished = Signal(object)
    #: The exception that ended it.
    failed = Signal(object)
    #: It is over, in whichever way; its state says how.
    ended = Signal()
    _told = Signal(str, object)

    def __init__(
        self, kind: str, title: str, work: Callable[[Control], object]
    ) -> None:
        super().__init__()
        self.kind = kind
        self.title = title
        self.state = "running"
        self.last: Progress | None = None
        self.number: int | None = None
        self.changes_files = False
        self._work = work
        self.control = Control(self._told.emit)
        self._told.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._run, name=kind, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def cancel(self) -> None:
        """End it; what was found stays."""
        self.control.cancel()

    def wait(self, seconds: float) -> bool:
        """Wait for the thread; whether it ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            answer = self._work(self.control)
        except BaseException as error:
            # pyarrow has an error of its own for a run that was ended.
            stopped = self.control.cancelled.is_set()
            if stopped and not isinstance(error, Cancelled):
                error = Cancelled(str(error))
            self._tell("failed", error)
        else:
            self._tell("finished", answer)

    def _tell(self, what: str, told: object) -> None:
        try:
            self._told.emit(what, told)
        except RuntimeError:
            # The window is gone, and with it whoever would hear of it.
            pass

    def _hear(self, what: str, told: Any) -> None:
        """In the window's thread."""
        if what == "progress":
            self.last = told
            self.progressed.emit(told)
        elif what == "found":
            self.found.emit(told)
        elif what == "finished":
            cancelled = self.control.cancelled.is_set()
            self.state = "cancelled" if cancelled else "done"
            self.finished.emit(told)
            self.ended.emit()
        else:
            stopped = isinstance(told, Cancelled)
            self.state = "cancelled" if stopped else "failed"
            self.failed.emit(told)
            self.ended.emit()


def take(control: Control, records: Records[Any, Any]) -> Records[Any, Any]:
    """Hand the batches of an answer to the window as they come."""
    control.on_cancel(records.close)
    waiting: list[pa.RecordBatch] = []
    last = monotonic()
    for batch in _batches(records):
        waiting.append(batch)
        if monotonic() - last >= PAUSE:
            control.found(waiting)
            waiting, last = [], monotonic()
    if waiting:
        control.found(waiting)
    if control.cancelled.is_set():
        # Once it is closed, an answer simply ends: it is not whole all the same.
        raise Cancelled("the job was cancelled")
    return records


def _batches(records: Records[Any, Any]) -> Iterable[pa.RecordBatch]:
    reader = pa.RecordBatchReader.from_stream(records)
    batches: Iterable[pa.RecordBatch] = (it for it in reader if it.num_rows)
    return batches
