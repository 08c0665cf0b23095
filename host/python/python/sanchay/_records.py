"""The answer of a call: its records, however one wants to take them."""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterator,
)
from time import monotonic
from types import TracebackType
from typing import Generic, TypeVar, cast

from sanchay._loops import when_readable
from sanchay._native import Run

# asyncio is imported by those who use it: that takes longer than all the rest.

__all__ = ["Records"]

#: A record.
R = TypeVar("R")
#: What a run came to.
S = TypeVar("S")

#: For how long an event loop does nothing but take records, in seconds.
_TURN = 0.005


class Records(Generic[R, S]):
    """The records of one run, each of which is handed on once.

    Take them in any of these ways::

        for record in records: ...           # one by one, as they are found
        async for record in records: ...     # likewise, in asyncio
        records = await records              # run to the end, then take them
        asyncio.ensure_future(records)       # likewise, in the background
        polars.DataFrame(records)            # Arrow: also pyarrow.table(...)

    The run begins when the first record is asked for, in threads of its own
    that release the interpreter, and waits when some ten thousand records are
    not taken. Relative paths are those of the working directory at the time of
    the call. A run ends early when close() or aclose() is called, when the
    ``with`` or ``async with`` block that it was opened in ends, when a task is
    cancelled while it waits for records, or when nobody holds this object any
    more. Leaving a loop does not end it: another goes on with the next record.

    Taking records raises what ended the run: the OSError of a path that was
    named and cannot be opened (unless ``errors="keep"``), KeyboardInterrupt,
    what the progress callback raised (RuntimeError for StopIteration, which
    would look like the end), Cancelled if it returned False. One thread and one
    task at a time can take records (RuntimeError otherwise); any may call
    close(). After it, loops find no more records. After an exception or a
    cancelled task, they raise RuntimeError, so that an answer that was cut
    short is not taken for all there is.

    Arrow: each record is a row, and a group of duplicates a row for each of its
    files. The columns are those of the records; ``modified`` is a timestamp in
    nanoseconds, UTC (null before 1677 and after 2262). A path is text in the
    column ``path``. Where it is not UTF-8, ``path`` is null, which warns once
    (UnicodeWarning) unless the call was given ``path_bytes=True``: then its
    bytes are in the column ``path_bytes``, which is null for all others.

    Batches come while the run goes on, and no row becomes an object of Python's
    on the way. They are handed on once too: a second table is a RuntimeError.
    What ends a run before there is a first batch is raised as above; later, the
    consumer raises its own error with the same words (pyarrow an OSError), and
    KeyboardInterrupt comes after it.
    """

    def __init__(
        self,
        run: Run,
        summary: Callable[..., S],
        description: str,
    ) -> None:
        """Not to be called: scan() and the other calls make these."""
        self._run = run
        self._summary = summary
        self._description = description
        self._awaited = allocate_lock()
        self._turn_ends = 0.0

    def __repr__(self) -> str:
        """What was called."""
        return f"<Records of {self._description}>"

    def _repr_html_(self) -> str:
        """For notebooks: what was called, and what is known of the answer.

        Shows the first records after collect() or await. It takes none, and
        begins no run.
        """
        from sanchay._html import records

        return records(self._description, self.summary, self._peek())

    def _peek(self) -> list[R]:
        """The first records that are there and were not taken."""
        from sanchay._html import ROWS

        try:
            return cast("list[R]", self._run.peek(ROWS + 1))
        except RuntimeError:
            # Another thread takes them, or the run was cut short.
            return []

    def __iter__(self) -> Iterator[R]:
        """Take the records one by one."""
        return cast("Iterator[R]", self._run)

    def __next__(self) -> R:
        """Take the next record."""
        return cast(R, next(self._run))

    def __aiter__(self) -> AsyncIterator[R]:
        """Take the records one by one, without blocking the event loop."""
        return self

    async def __anext__(self) -> R:
        """Take the next record, without blocking the event loop."""
        self._alone()
        try:
            # Others want the loop too, however many records are there.
            if monotonic() >= self._turn_ends:
                from asyncio import sleep

                await self._wait(sleep(0))
            while (record := self._run.poll()) is None:
                await self._wait(_readable(self._run.fileno()))
            return cast(R, record)
        finally:
            self._awaited.release()

    def __await__(self) -> Generator[object, None, Records[R, S]]:
        """Run to the end without blocking the event loop, as collect()."""
        return self.acollect().__await__()

    async def acollect(self) -> Records[R, S]:
        """Run to the end without blocking the event loop; answers itself.

        As ``await records``, for what wants a coroutine and no other awaitable:
        ``asyncio.create_task(records.acollect())``. Records are no coroutine
        themselves, because they are an iterator.
        """
        self._alone()
        try:
            while not self._run.drain_ready():
                await self._wait(_readable(self._run.fileno()))
            return self
        finally:
            self._awaited.release()

    def _alone(self) -> None:
        """See to it that no other task waits, which would not be woken."""
        if not self._awaited.acquire(blocking=False):
            raise RuntimeError(
                "the records of this run are being taken already, by another "
                "task"
            )

    async def _wait(self, waiting: Awaitable[None]) -> None:
        """Let the event loop go on; if the task is cancelled, end the run."""
        try:
            await waiting
        except BaseException as error:
            self._run.cut(type(error).__name__)
            raise
        self._turn_ends = monotonic() + _TURN

    def collect(self) -> Records[R, S]:
        """Run to the end, and keep the records in columns; answers itself.

        Raises what taking the records would.
        """
        self._run.collect()
        return self

    def close(self) -> None:
        """End the run; what was not taken is dropped. From any thread."""
        self._run.close()

    def __enter__(self) -> Records[R, S]:
        """Itself, to be closed at the end of the block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    async def aclose(self) -> None:
        """End the run, as close()."""
        self.close()

    async def __aenter__(self) -> Records[R, S]:
        """Itself, to be closed at the end of the block."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()

    @property
    def errors(self) -> tuple[OSError, ...]:
        """What went wrong so far with entries that have no record.

        Each is the OSError that Python would raise (FileNotFoundError,
        PermissionError, ...), or an EntryError, with ``filename`` set. Of
        hash_files(), failures have records of their own.
        """
        return self._run.errors()

    @property
    def summary(self) -> S | None:
        """What the run came to; None before it has ended well.

        A DuplicateSummary for duplicates(), a CheckSummary for check(), else
        a Summary.
        """
        numbers = self._run.summary()
        return None if numbers is None else self._summary(*numbers)

    def __arrow_c_stream__(
        self, requested_schema: object | None = None
    ) -> object:
        """Hand all records that were not taken to Arrow, as they are found."""
        return self._run.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """The columns' names and types, for Arrow."""
        return self._run.__arrow_c_schema__()


async def _readable(descriptor: int) -> None:
    """Wait until a file descriptor can be read from."""
    import asyncio

    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def come() -> None:
        if not ready.done():
            ready.set_result(None)

    when_readable(loop, descriptor, come)
    try:
        await ready
    finally:
        loop.remove_reader(descriptor)
