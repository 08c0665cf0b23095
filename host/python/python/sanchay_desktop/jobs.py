"""Jobs: calls of the engine in threads of their own, seen from the window.

A call releases the interpreter while it works. What a thread tells comes to the
window's thread through Qt's queue, at most ten times a second.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

import pyarrow as pa
from PySide6.QtCore import QObject, Qt, Signal
from sanchay import Cancelled, Progress, Records

from sanchay_desktop.titles import title

#: How often a thread tells what it found, in seconds.
PAUSE = 0.1

#: What is called, in the window's thread, with what a job tells.
Hear = Callable[[Any], object]


class Job(QObject):
    """A call that goes on in a thread, and who hears what it tells.

    Heard can be "done", with what the work returned, "failed", with its
    exception, "progress", and "found", with batches of rows.
    """

    #: A Progress.
    progressed = Signal(object)
    #: It is over, in whichever way; its state says how.
    ended = Signal()
    _told = Signal(str, object)

    def __init__(self, kind: str, work: Callable[[Job], object], **heard: Hear) -> None:
        super().__init__()
        self.kind, self.title, self.state = kind, title("job", kind), "running"
        #: The last progress, and what the work returned or the error that ended it.
        self.last: Progress | None = None
        self.answer: object = None
        self.number: int | None = None
        self.changes_files = False
        self.cancelled = threading.Event()
        self._work, self._heard = work, heard
        self._records: Records[Any, Any] | None = None
        self._next, self._phase = 0.0, ""
        self._told.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._run, name=kind, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """End it; what was found stays."""
        self.cancelled.set()
        if self._records is not None:
            self._records.close()

    def give_up(self) -> None:
        """End it, and hear no more of it."""
        self._heard.clear()
        self.cancel()

    def wait(self, seconds: float) -> bool:
        """Wait for the thread; whether it ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    # In its thread.

    def progress(self, told: Progress) -> bool:
        """What the engine is given as its callback; False ends the run."""
        if told.phase != self._phase or monotonic() >= self._next:
            self._next, self._phase = monotonic() + PAUSE, told.phase
            self._tell("progress", told)
        return not self.cancelled.is_set()

    def call(self, engine: Callable[..., Any]) -> Any:
        """Call the engine; the rows of an answer go to the window as they come."""
        answer = engine(progress=self.progress)
        if not isinstance(answer, Records):
            return answer
        self._records = answer
        waiting: list[pa.RecordBatch] = []
        due = monotonic() + PAUSE
        for batch in pa.RecordBatchReader.from_stream(answer):
            if batch.num_rows:
                waiting.append(batch)
            if waiting and monotonic() >= due:
                self._tell("found", waiting)
                waiting, due = [], monotonic() + PAUSE
        if waiting:
            self._tell("found", waiting)
        if self.cancelled.is_set():
            # Once it is closed, an answer simply ends: it is not whole all the same.
            raise Cancelled("the job was cancelled")
        return answer

    def _run(self) -> None:
        try:
            answer = self._work(self)
        except BaseException as error:
            # pyarrow has an error of its own for a run that was ended.
            if self.cancelled.is_set() and not isinstance(error, Cancelled):
                error = Cancelled(str(error))
            self._tell("failed", error)
        else:
            self._tell("done", answer)

    def _tell(self, what: str, told: object) -> None:
        try:
            self._told.emit(what, told)
        except RuntimeError:
            # The window is gone, and with it whoever would hear of it.
            pass

    # In the window's.

    def _hear(self, what: str, told: Any) -> None:
        over = what in ("done", "failed")
        if what == "progress":
            self.last = told
            self.progressed.emit(told)
        elif over:
            self.answer = told
            stopped = isinstance(told, Cancelled) or self.cancelled.is_set()
            self.state = "cancelled" if stopped else what
        try:
            self._heard.get(what, lambda _: None)(told)
        finally:
            if over:
                self.ended.emit()
                # What refers to itself would be taken apart in any thread.
                self._heard.clear()
                self._work, self._records = lambda _: None, None
