"""Waiting for operations in asyncio.

An event loop has one pipe for all of its operations, which can be read from
while some are done. So no thread but the loop's own ever runs code of Python's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from sanchay import _native
from sanchay._loops import when_readable

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop, Future

# asyncio is imported by those who use it: that takes longer than all the rest.

__all__ = ["finished"]


class _Waiting:
    """The operations that an event loop waits for."""

    def __init__(self, loop: AbstractEventLoop) -> None:
        self._done = _native.Completions()
        self._pending: dict[
            int, tuple[_native.Operation, Future[Any]]
        ] = {}
        self._last = 0
        when_readable(loop, self._done.fileno(), self._come)

    def _come(self) -> None:
        """Tell those who wait for what is done."""
        for number in self._done.drain():
            # One that was cancelled is not there any more.
            operation, future = self._pending.pop(number, (None, None))
            if operation is None or future is None or future.done():
                continue
            try:
                future.set_result(operation.result())
            except BaseException as error:
                future.set_exception(error)

    async def wait(
        self, operation: _native.Operation, loop: AbstractEventLoop
    ) -> Any:
        """Begin an operation, and wait for it."""
        self._last += 1
        number = self._last
        future = loop.create_future()
        self._pending[number] = (operation, future)
        try:
            operation.start(self._done, number)
            return await future
        finally:
            if self._pending.pop(number, None) is not None:
                operation.cancel()


_LOOPS: WeakKeyDictionary[AbstractEventLoop, _Waiting] = WeakKeyDictionary()


async def finished(operation: _native.Operation) -> Any:
    """Wait for an operation; if the task is cancelled, it ends."""
    from asyncio import get_running_loop

    loop = get_running_loop()
    waiting = _LOOPS.get(loop)
    if waiting is None:
        waiting = _LOOPS[loop] = _Waiting(loop)
    return await waiting.wait(operation, loop)
