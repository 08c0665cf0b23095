"""What comes in pieces: contents of objects, and listings."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from types import TracebackType
from typing import NamedTuple, cast

from mithril._waiting import finished
from sanchay import _native
from sanchay._fields import describe
from sanchay._types import moment

__all__ = ["ByteStream", "ObjectListing", "ObjectMeta", "meta"]


class ObjectMeta(NamedTuple):
    """What is known of an object without its contents."""

    key: str
    size: int
    last_modified_ns: int
    etag: str | None
    content_type: str | None

    @property
    def last_modified(self) -> datetime:
        """When it was written, in UTC, to the microsecond."""
        return moment(self.last_modified_ns)


describe(
    ObjectMeta,
    key="Its key.",
    size="Its size in bytes.",
    last_modified_ns="When it was written, in nanoseconds since 1970, UTC.",
    etag=(
        "What changes whenever the object is written anew, if the storage "
        "tells. It is no digest of the contents."
    ),
    content_type=(
        "The type that it was stored with, if the storage keeps one. A "
        "listing does not tell it."
    ),
)


def meta(fields: object) -> ObjectMeta:
    """Make it of its fields."""
    return ObjectMeta(*cast("tuple[str, int, int, str | None, str | None]", fields))


class _Ends:
    """What ends: well, when it is closed, or cut short by an exception.

    After an exception, a piece may be missing that was on its way: whoever goes
    on must not take the rest for all there is.
    """

    _closed = False
    _cut_short: str | None = None

    def _take(self, operation: _native.Operation) -> object:
        self._refuse_rest()
        try:
            return operation.wait()
        except BaseException as error:
            self._cut(error)
            raise

    async def _await(self, operation: _native.Operation) -> object:
        self._refuse_rest()
        try:
            return await finished(operation)
        except BaseException as error:
            self._cut(error)
            raise

    def _cut(self, error: BaseException) -> None:
        self.close()
        self._cut_short = type(error).__name__

    def _refuse_rest(self) -> None:
        if self._cut_short is not None:
            raise RuntimeError(
                f"this was cut short ({self._cut_short}): there may be more "
                "that it did not come to. Begin anew"
            )

    def _is_over(self) -> bool:
        self._refuse_rest()
        return self._closed

    def close(self) -> None:
        """Take no more."""
        self._closed = True


class ByteStream(_Ends):
    """The contents of an object, in pieces of a few MiB at most.

        for piece in storage.get_stream("key"): ...
        async for piece in await storage.aget_stream("key"): ...

    It is a file as well, which has ``read()``. Memory is bounded: the storage is
    asked for more when pieces are taken. close(), the end of a ``with`` block,
    and nobody holding it any more end it. After an exception, or a task that was
    cancelled, taking more raises RuntimeError: a piece may be missing.
    """

    def __init__(self, download: _native.Download) -> None:
        """Not to be called: get_stream() makes these."""
        self._download = download
        self._left = b""

    def __iter__(self) -> Iterator[bytes]:
        """Take the pieces, one by one."""
        return self

    def __next__(self) -> bytes:
        """Take the next piece."""
        piece = self._next_or_end()
        if piece is None:
            raise StopIteration
        return piece

    def _next_or_end(self) -> bytes | None:
        if self._left:
            piece, self._left = self._left, b""
            return piece
        if self._is_over():
            return None
        return cast("bytes | None", self._take(self._download.next()))

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Take the pieces one by one, without blocking the event loop."""
        return self

    async def __anext__(self) -> bytes:
        """Take the next piece, without blocking the event loop."""
        if self._left:
            piece, self._left = self._left, b""
            return piece
        if self._is_over():
            raise StopAsyncIteration
        more = cast("bytes | None", await self._await(self._download.next()))
        if more is None:
            raise StopAsyncIteration
        return more

    def read(self, size: int = -1, /) -> bytes:
        """Read at most so many bytes, as a file does; all of them if negative.

        Fewer come at the end of a piece, and none at the end of all.
        """
        if size < 0:
            return b"".join(self)
        piece = self._next_or_end() or b""
        self._left = piece[size:]
        return piece[:size]

    def close(self) -> None:
        """Take no more."""
        super().close()
        self._left = b""
        self._download.close()

    def __enter__(self) -> ByteStream:
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

    async def __aenter__(self) -> ByteStream:
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


class ObjectListing(_Ends):
    """What is known of objects, as it is found, in no particular order.

        for meta in storage.list_objects("music/"): ...
        async for meta in storage.list_objects("music/"): ...

    It begins when the first is asked for. What is written or deleted meanwhile
    may be among them or not. close(), the end of a ``with`` block, and nobody
    holding it any more end it.
    """

    def __init__(self, begin: Callable[[], _native.Operation]) -> None:
        """Not to be called: list_objects() makes these."""
        self._begin = begin
        self._listing: _native.Listing | None = None
        self._found: deque[object] = deque()

    def __iter__(self) -> Iterator[ObjectMeta]:
        """Take them, one by one."""
        return self

    def __next__(self) -> ObjectMeta:
        """Take the next one."""
        if not self._found and not self._is_over():
            if self._listing is None:
                begun = self._take(self._begin())
                self._listing = cast("_native.Listing", begun)
            more = self._take(self._listing.next())
            self._found.extend(cast("tuple[object, ...]", more))
        if not self._found:
            raise StopIteration
        return meta(self._found.popleft())

    def __aiter__(self) -> AsyncIterator[ObjectMeta]:
        """Take them one by one, without blocking the event loop."""
        return self

    async def __anext__(self) -> ObjectMeta:
        """Take the next one, without blocking the event loop."""
        if not self._found and not self._is_over():
            if self._listing is None:
                begun = await self._await(self._begin())
                self._listing = cast("_native.Listing", begun)
            more = await self._await(self._listing.next())
            self._found.extend(cast("tuple[object, ...]", more))
        if not self._found:
            raise StopAsyncIteration
        return meta(self._found.popleft())

    def close(self) -> None:
        """Take no more."""
        super().close()
        self._found.clear()
        if self._listing is not None:
            self._listing.close()

    def __enter__(self) -> ObjectListing:
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

    async def __aenter__(self) -> ObjectListing:
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
