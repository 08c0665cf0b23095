"""The answer of a call: its records, however one wants to take them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Generator, Iterator
from types import TracebackType
from typing import Generic, TypeVar, cast

from sanchay._native import Run
from sanchay._types import DuplicateSummary, Summary

__all__ = ["Records"]

R = TypeVar("R")


class Records(Generic[R]):
    """The records of one run, each of which is handed on once.

    Take them in any of these ways::

        for record in records: ...           # one by one, as they are found
        async for record in records: ...     # likewise, in asyncio
        records = await records              # run to the end, then take them
        polars.DataFrame(records)            # Arrow: also pyarrow.table(...)

    The run begins when the first record is asked for, in threads of its own
    that release the interpreter, and waits when some ten thousand records are
    not taken. It ends early when close() is called, when the ``with`` block
    that it was opened in ends, when the task that takes the records is
    cancelled, or when nobody holds this object any more.

    Taking records raises what ended the run: the OSError of a path that was
    named and cannot be opened (unless ``errors="keep"``), KeyboardInterrupt,
    what the progress callback raised, Cancelled if it returned False. One
    thread at a time can take records (RuntimeError otherwise); any may call
    close().

    Arrow: each record is a row, and a group of duplicates a row for each of its
    files. The columns are those of the records; ``modified`` is a timestamp in
    nanoseconds, UTC (null before 1677 and after 2262). A path is text in the
    column ``path`` where it is UTF-8; where it is not, ``path`` is null and
    ``path_bytes`` holds its bytes, which is null otherwise. No row becomes an
    object of Python's on the way.
    """

    def __init__(
        self,
        run: Run,
        summary: type[Summary] | type[DuplicateSummary],
        description: str,
    ) -> None:
        """Not to be called: scan(), hash_files(), duplicates() make these."""
        self._run = run
        self._summary = summary
        self._description = description

    def __repr__(self) -> str:
        """What was called."""
        return f"<Records of {self._description}>"

    def __iter__(self) -> Iterator[R]:
        """Take the records one by one."""
        return cast("Iterator[R]", self._run)

    def __next__(self) -> R:
        """Take the next record."""
        return cast(R, next(self._run))

    def __aiter__(self) -> AsyncIterator[R]:
        """Take the records one by one, without blocking the event loop."""
        return self._each()

    async def _each(self) -> AsyncIterator[R]:
        run = self._run
        try:
            while (records := run.poll()) is not None:
                if not records:
                    await _readable(run.fileno())
                for record in records:
                    yield cast(R, record)
        finally:
            run.close()

    def __await__(self) -> Generator[object, None, Records[R]]:
        """Run to the end without blocking the event loop, as collect()."""
        return self._collect().__await__()

    async def _collect(self) -> Records[R]:
        try:
            while not self._run.absorb():
                await _readable(self._run.fileno())
        except BaseException:
            self._run.close()
            raise
        return self

    def collect(self) -> Records[R]:
        """Run to the end, and keep the records in columns; answers itself.

        Raises what taking the records would.
        """
        self._run.collect()
        return self

    def close(self) -> None:
        """End the run; what was not taken is dropped. From any thread."""
        self._run.close()

    def __enter__(self) -> Records[R]:
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

    @property
    def errors(self) -> tuple[OSError, ...]:
        """What went wrong so far with entries that have no record.

        Each is the OSError that Python would raise (FileNotFoundError,
        PermissionError, ...), or an EntryError, with ``filename`` set. Of
        hash_files(), failures have records of their own.
        """
        return self._run.errors()

    @property
    def summary(self) -> Summary | DuplicateSummary | None:
        """What the run came to; None before it has ended well.

        A DuplicateSummary for duplicates(), otherwise a Summary.
        """
        numbers = self._run.summary()
        return None if numbers is None else self._summary(*numbers)

    def __arrow_c_stream__(
        self, requested_schema: object | None = None
    ) -> object:
        """Run to the end, and hand all records that were not taken to Arrow."""
        return self._run.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """The columns' names and types, for Arrow."""
        return self._run.__arrow_c_schema__()


async def _readable(descriptor: int) -> None:
    """Wait until a file descriptor can be read from."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()

    def come() -> None:
        if not ready.done():
            ready.set_result(None)

    loop.add_reader(descriptor, come)
    try:
        await ready
    finally:
        loop.remove_reader(descriptor)
