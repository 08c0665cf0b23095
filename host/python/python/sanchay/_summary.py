"""What trees consist of: summary()."""

from __future__ import annotations

from typing import Any

from sanchay import _native
from sanchay._arguments import raises, reporter
from sanchay._options import Unpack, takes_walk_options, walk
from sanchay._types import Errors, OnProgress, Paths, WalkOptions

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


@takes_walk_options
def summary(
    roots: Paths | None = None,
    *,
    depth: int = 2,
    top: int = 10,
    content: bool = False,
    threads: int | None = None,
    progress: OnProgress | None = None,
    errors: Errors = "raise",
    **options: Unpack[WalkOptions],
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
        **options: As WalkOptions.
        threads: How many threads work, 1 to 1024; None is one for each
            processor, and more while these wait for a disk.
        progress: Called with a Progress, as in scan(), or True for a bar.
        errors: "raise" raises the OSError of a root that cannot be opened;
            "keep" adds it to the errors of the answer, as is always done with
            entries that were found.

    Raises:
        ValueError: An option makes no sense; the message names it.
        TypeError: Likewise, for its type.
        FileNotFoundError: A root is an empty path, or there is none.
        Cancelled: The progress callback returned False.
    """
    # Not where nobody wants it: importing it takes some milliseconds.
    from json import loads

    text, failures = _native.summary(
        roots,
        walk(summary, options),
        depth,
        top,
        content,
        threads,
        reporter(progress),
        raises(errors),
    )
    found = TreeSummary(loads(text))
    found.errors = failures
    return found
