"""A file inventory: which files there are, what is in them, which are the same.

All code that parses untrusted bytes or names runs in a WebAssembly component
that imports nothing; docs/SECURITY.md says what that is worth.

    >>> import sanchay
    >>> for file in sanchay.scan("/usr/share/doc", extension="png"):
    ...     print(file.size, file.path)
    >>> import polars
    >>> polars.DataFrame(sanchay.scan("/usr/share"))

:func:`scan`, :func:`hash_files` and :func:`duplicates` take the options of the
program's commands, under the same names, and answer with :class:`Records`: an
iterable, an async iterable, an awaitable and an Arrow stream in one.
:func:`check` compares files with lists of digests, and :func:`summary` adds up
what trees consist of. A :class:`Plan` is such a call as a value, to be sent to other machines, whole or in shards.

For annotations there are the types of what the calls take: Paths (a path or
several), Extensions, Kinds and Plugins (one or several), Size (bytes, as a
number or as text), Time (a point in time), Algorithm, Kind, Walker and Errors
(the words that these options can be), WalkOptions (the keywords that all calls
share), and OnProgress (what is called with a Progress). Verdict is what check()
says of a file, Value what a plugin finds in one. An answer is annotated as
``Records[ScannedFile, Summary]``, ``Records[HashedFile, Summary]``,
``Records[DuplicateGroup, DuplicateSummary]`` or
``Records[CheckedFile, CheckSummary]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sanchay._calls import check, duplicates, hash_files, scan, version
from sanchay._records import Records
from sanchay._summary import TreeSummary, summary
from sanchay._types import (
    Algorithm,
    Cancelled,
    CheckedFile,
    CheckSummary,
    DuplicateGroup,
    DuplicateSummary,
    EntryError,
    Errors,
    Extensions,
    ExtractedFile,
    ExtractedGroup,
    ExtractedHash,
    HashedFile,
    Kind,
    Kinds,
    OnProgress,
    Paths,
    Plugins,
    Progress,
    ScannedFile,
    Size,
    Summary,
    Time,
    Value,
    Verdict,
    Walker,
    WalkOptions,
)

if TYPE_CHECKING:
    from sanchay._plan import Plan

__all__ = [
    "Algorithm",
    "Cancelled",
    "CheckSummary",
    "CheckedFile",
    "DuplicateGroup",
    "DuplicateSummary",
    "EntryError",
    "Errors",
    "Extensions",
    "ExtractedFile",
    "ExtractedGroup",
    "ExtractedHash",
    "HashedFile",
    "Kind",
    "Kinds",
    "OnProgress",
    "Paths",
    "Plan",
    "Plugins",
    "Progress",
    "Records",
    "ScannedFile",
    "Size",
    "Summary",
    "Time",
    "TreeSummary",
    "Value",
    "Verdict",
    "WalkOptions",
    "Walker",
    "check",
    "duplicates",
    "hash_files",
    "scan",
    "summary",
    "version",
]

__version__ = version()


def __getattr__(name: str) -> object:
    """Import what only some need, and takes some milliseconds."""
    if name == "Plan":
        from sanchay._plan import Plan

        globals()["Plan"] = Plan
        return Plan
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Name what is there, imported or not."""
    return sorted({*globals(), *__all__})
