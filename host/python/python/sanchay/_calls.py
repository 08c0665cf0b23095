"""The calls: the program's commands as functions."""

from __future__ import annotations

from collections.abc import Mapping
from os import PathLike
from typing import Any, BinaryIO

from sanchay import _native
from sanchay._arguments import raises, reporter
from sanchay._keywords import (
    DuplicateOptions,
    GroupOptions,
    HashOptions,
    RecordOptions,
    RunOptions,
    ScanOptions,
)
from sanchay._options import Unpack, split, takes
from sanchay._records import Records
from sanchay._types import (
    Algorithm,
    CheckedFile,
    CheckSummary,
    DuplicateGroup,
    DuplicateSummary,
    Errors,
    ExtractedFile,
    ExtractedGroup,
    ExtractedHash,
    HashedFile,
    OnProgress,
    Paths,
    ScannedFile,
    Size,
    Summary,
    WalkOptions,
)

__all__ = [
    "GROUPS",
    "check",
    "duplicates",
    "hash_files",
    "scan",
    "start_duplicates",
    "start_hash_files",
    "start_scan",
    "version",
]


@takes(WalkOptions, RunOptions, RecordOptions)
def scan(
    roots: Paths | None = None,
    *,
    progress: OnProgress | None = None,
    **options: Unpack[ScanOptions],
) -> Records[ScannedFile, Summary]:
    """Find the files below directories, in no particular order.

    They are regular files, unless kind says otherwise.

    The run begins when the first record is taken; see Records for the ways to
    take them, for asyncio and for Arrow (columns path, size, modified).

    Args:
        roots: A directory, or several; None is the current directory, whose
            files are reported without "./". A root that is a file is taken
            whatever its name; sizes and times are tested all the same.
        **options: As ScanOptions.
        progress: Called with a Progress at most ten times a second, and once
            more at the end, in the thread that takes the records; False ends
            the run with Cancelled. It cannot be a coroutine function. True
            shows a bar: tqdm's where it is installed, also in notebooks.

    Raises:
        ValueError: An option makes no sense; the message names it.
        TypeError: Likewise, for its type.
        FileNotFoundError: A root is an empty path. All other errors of roots
            are raised when records are taken. With errors="keep", what can be
            no path (an empty one, one with a null byte or a lone surrogate) is
            an error of the answer too.
    """
    return start_scan(roots, options, progress)


@takes(HashOptions, WalkOptions, RunOptions, RecordOptions)
def hash_files(
    paths: Paths,
    *,
    catalog: str | PathLike[str] | None = None,
    progress: OnProgress | None = None,
    **options: Unpack[HashOptions],
) -> Records[HashedFile, Summary]:
    """Hash files, and all files in directories, in order.

    The order is that of the paths, and within a directory the byte order of
    paths, whatever the number of threads. The run begins when the first record
    is taken; see Records for the ways to take them, for asyncio and for Arrow
    (columns path, size, modified, algorithm, hash, error).

    A path in paths that cannot be hashed is raised once the records before it
    are taken. With errors="keep" it has a record with an error in place of a
    hash, as is always done with files that were found.

    Args:
        paths: A file or a directory, or several; records of scan() are paths
            too: hash_files(scan(root)). All of an iterable is taken before the
            first is hashed, and needs eight bytes for each besides its path.
        catalog: A file in which digests are remembered, and made if there is
            none: a file that is as it was is not read again. None remembers
            nothing. Digests go into it as they are made.
        **options: As HashOptions.
        progress: Called with a Progress, as in scan(), or True for a bar.

    Raises:
        ValueError: An option makes no sense; the message names it.
        TypeError: Likewise, for its type.
        FileNotFoundError: A path is empty. All other errors of files are
            raised when records are taken. With errors="keep", what can be no
            path (an empty one, one with a null byte or a lone surrogate) has a
            record too.
    """
    return start_hash_files(paths, options, progress, catalog)


@takes(GroupOptions, DuplicateOptions, WalkOptions, RunOptions, RecordOptions)
def duplicates(
    roots: Paths | None = None,
    *,
    catalog: str | PathLike[str] | None = None,
    progress: OnProgress | None = None,
    **options: Unpack[DuplicateOptions],
) -> Records[DuplicateGroup, DuplicateSummary]:
    """Find groups of files with equal content.

    The groups of which most can be reclaimed come first, and among equals the
    one with the least first path. All files are compared before there is a
    first group: the run begins when it is asked for. See Records for the ways
    to take groups, for asyncio and for Arrow (a row for each file, with the
    columns group, size, algorithm, hash, path, reclaimable; groups are counted
    from 1, and reclaimable stands in the first row of each group only, so that
    its sum is that of the groups). With ``folders``, groups of identical folders
    come first, and there are the columns kind and file_count.

    Args:
        roots: A directory, or several; None is the current directory. Roots
            may overlap. One that is a file is taken whatever its name.
        catalog: A file in which digests are remembered, and made if there is
            none: a file that is as it was is not read again. None remembers
            nothing. Digests go into it as they are made.
        **options: As DuplicateOptions.
        progress: Called with a Progress, as in scan(), or True for a bar.

    Raises:
        ValueError: An option makes no sense; the message names it.
        TypeError: Likewise, for its type.
        FileNotFoundError: A root is an empty path. All other errors of roots
            are raised when groups are taken. With errors="keep", what can be
            no path (an empty one, one with a null byte or a lone surrogate) is
            an error of the answer too.
    """
    return start_duplicates(roots, options, progress, catalog)


def check(
    lists: Paths | BinaryIO,
    *,
    algorithm: Algorithm | None = None,
    partial: Size | bool | None = None,
    threads: int | None = None,
    progress: OnProgress | None = None,
    errors: Errors = "raise",
    path_bytes: bool = False,
) -> Records[CheckedFile, CheckSummary]:
    """Compare files with lists of their digests, in the order of the lists.

    A list is what the program's hash, sha256sum, b3sum, xxhsum or openssl
    write. The run begins when the first record is taken; see Records for the
    ways to take them, for asyncio and for Arrow (columns path, verdict, error).
    ``records.summary.ok`` says whether all is well. Lines that name no digest
    are counted there; the first 100 of a list are errors of the answer.

    Args:
        lists: A file, or several; or one open binary file, such as
            sys.stdin.buffer, which is read at once. Relative paths in a list
            are those of the working directory.
        algorithm: The hash function of lines that do not name theirs and are
            of a length that several have.
        partial: The chunk of partial digests whose lines do not have theirs:
            a size in bytes, or True for 64 KiB.
        threads: How many threads work, 1 to 1024; None is one for each
            processor.
        progress: Called with a Progress, as in scan(), or True for a bar.
        errors: "raise" raises the OSError of a list that cannot be read;
            "keep" adds it to the errors of the answer.
        path_bytes: Whether Arrow tables have the column path_bytes as well: the
            bytes of each path that is not UTF-8, for which path is null.

    Raises:
        ValueError: An option makes no sense; the message names it.
        TypeError: Likewise, for its type.
    """
    content = None
    if hasattr(lists, "read"):
        content = lists.read()
        if not isinstance(content, bytes):
            raise TypeError("lists: expected a file open in binary mode")
        lists = ()
    run = _native.check(
        lists,
        content,
        algorithm,
        partial,
        threads,
        reporter(progress),
        raises(errors),
        path_bytes,
        CheckedFile,
    )
    return Records(run, CheckSummary, "sanchay.check")


def start_scan(
    roots: Paths | None,
    options: Mapping[str, Any],
    progress: OnProgress | None,
    shard: tuple[int, int] | None = None,
) -> Records[ScannedFile, Summary]:
    """Begin a scan, or a shard of one."""
    walk, others = split(scan, options)
    run = _native.scan(
        roots,
        walk,
        shard,
        others["threads"],
        reporter(progress),
        raises(others["errors"]),
        others["path_bytes"],
        ExtractedFile if walk.has_values else ScannedFile,
    )
    return Records(run, Summary, "sanchay.scan")


def start_hash_files(
    paths: Paths,
    options: Mapping[str, Any],
    progress: OnProgress | None,
    catalog: str | PathLike[str] | None = None,
    shard: tuple[int, int] | None = None,
) -> Records[HashedFile, Summary]:
    """Begin hashing, or a shard of it."""
    walk, others = split(hash_files, options)
    run = _native.hash_files(
        paths,
        walk,
        shard,
        others["algorithm"],
        others["partial"],
        catalog,
        others["threads"],
        reporter(progress),
        raises(others["errors"]),
        others["path_bytes"],
        ExtractedHash if walk.has_values else HashedFile,
    )
    return Records(run, Summary, "sanchay.hash_files")


#: The options of a search for duplicates that are about its groups.
GROUPS = ("against", "reference", "same_device", "min_group", "verify", "sort")


def start_duplicates(
    roots: Paths | None,
    options: Mapping[str, Any],
    progress: OnProgress | None,
    catalog: str | PathLike[str] | None = None,
) -> Records[DuplicateGroup, DuplicateSummary]:
    """Begin a search for duplicates."""
    walk, others = split(duplicates, options)
    run = _native.duplicates(
        roots,
        walk,
        {name: others[name] for name in (*GROUPS, "folders")},
        others["algorithm"],
        others["hardlinks"],
        catalog,
        others["threads"],
        reporter(progress),
        raises(others["errors"]),
        others["path_bytes"],
        ExtractedGroup if walk.has_values else DuplicateGroup,
    )
    return Records(run, DuplicateSummary, "sanchay.duplicates")


def version() -> str:
    """Tell the version of Sanchay, for instance "0.1.0"."""
    return _native.version()
