"""What trees consist of: summary()."""

from __future__ import annotations

from typing import Any

from sanchay import _native
from sanchay._arguments import raises, reporter
from sanchay._keywords import RunOptions
from sanchay._options import Unpack, split, takes
from sanchay._types import OnProgress, Paths, WalkOptions

__all__ = ["TreeSummary", "summary"]


class TreeSummary(dict[str, Any]):
    """What trees consist of: the object that the program prints as JSON.

    Its members are in docs/FORMATS.md: ``found["bytes"]``,
    ``found["extensions"][0]["files"]``. Times are text, as RFC 3339 has them.
    Of a name that is not UTF-8 there is ``path_base64``.
    """

    #: What went wrong with entries: each is the OSError that Python would raise.
    errors: tuple[OSError, ...] = ()

    def _repr_html_(self) -> str:
        """For notebooks."""
        from sanchay._html import summary

        return summary(self)


class SummaryOptions(WalkOptions, RunOptions, total=False):
    """The keywords of summary() that others have, too."""


@takes(WalkOptions, RunOptions)
def summary(
    roots: Paths | None = None,
    *,
    depth: int = 2,
    top: int = 10,
    content: bool = False,
    progress: OnProgress | None = None,
    **options: Unpack[SummaryOptions],
) -> TreeSummary:
    """Sum up what trees consist of: sizes, types, ages, owners, folders.

    It returns when all is done; asyncio.to_thread() waits without blocking.
    Bytes of a file with several names (hard links) count once.

    Args:
        roots: A directory, or several; None is the current directory.
        depth: How deep the sums by folder go: 0 for the roots alone.
        top: How many entries each list has at most.
        content: Whether to tell kinds of content (text, image, ...), for which
            every file is opened and its first bytes are read.
        **options: As SummaryOptions.
        progress: Called with a Progress, as in scan(), or True for a bar.

    Raises:
        ValueError: An option makes no sense; the message names it.
        TypeError: Likewise, for its type.
        FileNotFoundError: A root is an empty path, or there is none.
        Cancelled: The progress callback returned False.
    """
    # Not where nobody wants it: importing it takes some milliseconds.
    from json import loads

    walk, others = split(summary, options)
    text, failures = _native.summary(
        roots,
        walk,
        depth,
        top,
        content,
        others["threads"],
        reporter(progress),
        raises(others["errors"]),
    )
    found = TreeSummary(loads(text))
    found.errors = failures
    return found
