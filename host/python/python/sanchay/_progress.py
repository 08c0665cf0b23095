"""Bars that show how far a run is: progress=True."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

from sanchay import _native
from sanchay._types import Progress

__all__ = ["bar"]


def bar() -> Callable[..., object]:
    """What to call with the fields of a Progress: tqdm's bar, or a line."""
    try:
        # Not by a statement: it need not be there when types are checked.
        tqdm = import_module("tqdm.auto").tqdm
    except ImportError:
        return _Line()
    return _Tqdm(tqdm)


class _Tqdm:
    """A bar of tqdm for each phase: in a notebook, a widget."""

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make
        self._bar: Any = None
        self._phase = ""

    def __call__(self, *fields: object) -> None:
        told = Progress(*fields)  # type: ignore[arg-type]
        if told.phase != self._phase:
            self.close()
            self._phase = told.phase
            self._bar = self._make(desc=told.phase, unit=" files")
        self._bar.total = told.total_files
        self._bar.set_postfix_str(_native.human_bytes(told.bytes), refresh=False)
        self._bar.update(told.files - self._bar.n)
        self._bar.refresh()

    def close(self) -> None:
        """Leave the bar as it is."""
        if self._bar is not None:
            self._bar.close()

    def __del__(self) -> None:
        """The run is over."""
        self.close()


class _Line:
    """A line on standard error that is written again and again."""

    def __init__(self) -> None:
        self._terminal = sys.stderr is not None and sys.stderr.isatty()
        self._width = 0

    def __call__(self, *fields: object) -> None:
        if not self._terminal:
            return
        told = Progress(*fields)  # type: ignore[arg-type]
        of = "" if told.total_files is None else f" of {told.total_files:,}"
        line = f"{told.phase}: {told.files:,}{of} files, {_native.human_bytes(told.bytes)}"
        sys.stderr.write("\r" + line.ljust(self._width))
        sys.stderr.flush()
        self._width = len(line)

    def __del__(self) -> None:
        """The run is over: what is written next begins a line."""
        if self._width and sys.stderr is not None:
            sys.stderr.write("\n")
