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


class Control:
    """What the work of a job has of its job."""

    def __init__(self, tell: Callable[[str, object], None]) -> None:
        self._tell = tell
        self.cancelled = threading.Event()
        self._closers: list[Callable[[], None]] = []
        self._last, self._phase = 0.0, ""

    def progress(self, told: Progress) -> bool:
        """What the engine is given as its callback; False ends the run."""
        now = monotonic()
        if told.phase != self._phase or now - self._last >= PAUSE:
            self._last, self._phase = now, told.phase
            self._tell("progress", told)
        return not self.cancelled.is_set()

    def call(self, engine: Callable[..., Any]) -> Any:
        """Call the engine; the rows of an answer go to the window as they come."""
        answer = engine(progress=self.progress)
        return self._take(answer) if isinstance(answer, Records) else answer

    def cancel(self) -> None:
        """End the work."""
        self.cancelled.set()
        for close in self._closers:
            close()

    def forget(self) -> None:
        """It is over: refer to nothing."""
        self._tell = lambda _what, _told: None
        self._closers.clear()

    def _take(self, records: Records[Any, Any]) -> Records[Any, Any]:
        self._closers.append(records.close)
        waiting: list[pa.RecordBatch] = []
        last = monotonic()
        for batch in pa.RecordBatchReader.from_stream(records):
            if batch.num_rows:
                waiting.append(batch)
            if waiting and monotonic() - last >= PAUSE:
                self._tell("found", waiting)
                waiting, last = [], monotonic()
        if waiting:
            self._tell("found", waiting)
        if self.cancelled.is_set():
            # Once it is closed, an answer simply ends: it is not whole all the same.
            raise Cancelled("the job was cancelled")
        return records


class Job(QObject):
    """A call that goes on in a thread, and who hears what it tells."""

    #: A Progress.
    progressed = Signal(object)
    #: It is over, in whichever way; its state says how.
    ended = Signal()
    _told = Signal(str, object)

    def __init__(
        self,
        kind: str,
        work: Callable[[Control], object],
        *,
        done: Hear | None = None,
        failed: Hear | None = None,
        progress: Hear | None = None,
        found: Hear | None = None,
    ) -> None:
        super().__init__()
        self.kind, self.title, self.state = kind, title("job", kind), "running"
        self.last: Progress | None = None
        #: What the work returned, or the exception that ended it.
        self.answer: object = None
        self.number: int | None = None
        self.changes_files = False
        self._work = work
        heard = {"done": done, "failed": failed, "progress": progress, "found": found}
        self._heard = {what: call for what, call in heard.items() if call}
        self.control = Control(self._tell)
        self._told.connect(self._hear, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._run, name=kind, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def cancel(self) -> None:
        """End it; what was found stays."""
        self.control.cancel()

    def give_up(self) -> None:
        """End it, and hear no more of it."""
        self._heard.clear()
        self.cancel()

    def wait(self, seconds: float) -> bool:
        """Wait for the thread; whether it ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            answer = self._work(self.control)
        except BaseException as error:
            # pyarrow has an error of its own for a run that was ended.
            if self.control.cancelled.is_set() and not isinstance(error, Cancelled):
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

    def _hear(self, what: str, told: Any) -> None:
        """In the window's thread."""
        over = what in ("done", "failed")
        if what == "progress":
            self.last = told
            self.progressed.emit(told)
        elif over:
            self.answer = told
            stopped = isinstance(told, Cancelled) or self.control.cancelled.is_set()
            self.state = "cancelled" if stopped else what
        try:
            self._heard.get(what, lambda _: None)(told)
        finally:
            if over:
                self.ended.emit()
                # What refers to itself would be taken apart in any thread.
                self._heard.clear()
                self.control.forget()
