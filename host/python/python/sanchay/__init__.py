"""A file inventory: which files there are, what is in them, which are the same.

Every judgement of an untrusted byte or name is made in a WebAssembly component
that imports nothing; see the program's documentation for what that is worth.

    >>> import sanchay
    >>> for file in sanchay.scan("/usr/share/doc", extension="png"):
    ...     print(file.size, file.path)
    >>> import polars
    >>> polars.DataFrame(sanchay.scan("/usr/share"))

:func:`scan`, :func:`hash_files` and :func:`duplicates` take the options of the
program's commands, under the same names, and answer with :class:`Records`: an
iterable, an async iterable, an awaitable and an Arrow stream in one.
"""

from sanchay._calls import duplicates, hash_files, scan, version
from sanchay._records import Records
from sanchay._types import (
    Cancelled,
    DuplicateGroup,
    DuplicateSummary,
    EntryError,
    HashedFile,
    Progress,
    ScannedFile,
    Summary,
)

__all__ = [
    "Cancelled",
    "DuplicateGroup",
    "DuplicateSummary",
    "EntryError",
    "HashedFile",
    "Progress",
    "Records",
    "ScannedFile",
    "Summary",
    "duplicates",
    "hash_files",
    "scan",
    "version",
]

__version__ = version()
