"""Arguments that several calls share and that Python checks."""

from __future__ import annotations

from collections.abc import Callable

from sanchay._types import Errors, OnProgress, Progress

__all__ = ["raises", "reporter"]


def reporter(progress: OnProgress | None) -> Callable[..., object] | None:
    """What to call with the fields of a Progress."""
    if progress is None or progress is False:
        return None
    if progress is True:
        from sanchay._progress import bar

        return bar()
    # Not where nobody wants it: importing it takes some milliseconds.
    from inspect import iscoroutinefunction

    if not callable(progress):
        raise TypeError("progress: expected something to call, or True")
    if iscoroutinefunction(progress) or iscoroutinefunction(
        getattr(progress, "__call__", None)  # noqa: B004
    ):
        raise TypeError(
            "progress: expected a plain function: nobody would await what a "
            "coroutine function returns"
        )
    told = progress

    def report(*fields: object) -> object:
        return told(Progress(*fields))  # type: ignore[arg-type]

    return report


def raises(errors: Errors) -> bool:
    """Whether what was named raises."""
    if errors not in ("raise", "keep"):
        kind = ValueError if isinstance(errors, str) else TypeError
        raise kind(f"errors: expected 'raise' or 'keep', not {errors!r}")
    return errors == "raise"
