"""What event loops wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
    from collections.abc import Callable

__all__ = ["when_readable"]


def when_readable(
    loop: AbstractEventLoop, descriptor: int, call: Callable[[], None]
) -> None:
    """Have an event loop call something while a descriptor can be read from.

    Windows' own event loop cannot: that is an error which says what can.
    """
    try:
        loop.add_reader(descriptor, call)
    except NotImplementedError:
        raise RuntimeError(
            f"{type(loop).__name__} cannot wait for this: use "
            "asyncio.SelectorEventLoop, as in asyncio.run(main(), "
            "loop_factory=asyncio.SelectorEventLoop)"
        ) from None
