"""The calls: the program's commands as functions."""

from __future__ import annotations

from os import PathLike
from typing import BinaryIO

from sanchay import _native
from sanchay._arguments import raises, reporter
from sanchay._options import Unpack, takes_walk_options, walk
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

__all__ = ["check", "duplicates", "hash_files", "scan", "version"]


@takes_walk_options
def scan(
    roots: Paths | None = None,
    *,
    threads: int | None = None,
    progress: OnProgress | None = None,
    errors: Errors = "raise",
    path_bytes: bool = False,
    **options: Unpack[WalkOptions],
) -> Records[ScannedFile, Summary]:
    """Find the files below directories, in no particular order.

    They are regular files, unless kind says otherwise.

    The run begins when the first record is taken; see Records for the ways to
    take them, for asyncio and for Arrow (columns path, size, modified).

    Args:
        roots: A directory, or several; None is the current directory, whose
            files are reported without "./". A root that is a file is taken
            whatever its name; sizes and times are tested all the same.
        **options: As WalkOptions.
        threads: How many threads work, 1 to 1024; None is one for each
            processor, and more while these wait for a disk.
        progress: Called with a Progress at most ten times a second, and once
            more at the end, in the thread that takes the records; False ends
            the run with Cancelled. It cannot be a coroutine function. True
            shows a bar: tqdm's where it is installed, also in notebooks.
        errors: "raise" raises the OSError of a root that cannot be opened;
            "keep" adds it to the errors of the answer, as is always done with
            entries that were found.
        path_bytes: Whether Arrow tables have the column path_bytes as well: the
            bytes of each path that is not UTF-8, for which path is null.

    Raises:
        ValueError: An option makes no sense; the message names it.
        TypeError: Likewise, for its type.
        FileNotFoundError: A root is an empty path. All other errors of roots
            are raised when records are taken. With errors="keep", what can be
            no path (an empty one, one with a null byte or a lone surrogate) is
            an error of the answer too.
    """
    return start_scan(
        roots,
        walk(scan, options),
        threads=threads,
        progress=progress,
        errors=errors,
        path_bytes=path_bytes,
    )


@takes_walk_options
def hash_files(
    paths: Paths,
    *,
    algorithm: Algorithm | None = None,
    partial: Size | bool | None = None,
    catalog: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: OnProgress | None = None,
    errors: Errors = "raise",
    path_bytes: bool = False,
    **options: Unpack[WalkOptions],
) -> Records[HashedFile, Summary]:
    """Hash files, and all files in directories, in order.

    The order is that of the paths, and within a directory the byte order of
    paths, whatever the number of threads. The run begins when the first record
    is taken; see Records for the ways to take them, for asyncio and for Arrow
    (columns path, size, modified, algorithm, hash, error).

    Args:
        paths: A file or a directory, or several; records of scan() are paths
            too: hash_files(scan(root)). All of an iterable is taken before the
            first is hashed, and needs eight bytes for each besides its path.
        algorithm: The hash function; None is xxh3-128. Of these, blake3,
            sha256 and sha512 are cryptographic; sha1 and md5 are broken.
        partial: Hash only this many bytes at either end, with xxh64: a
            chunk in bytes from 1 to 16 MiB, as a number or as text ("64KiB");
            True is 64 KiB. Of a file smaller than two chunks, all is hashed.
        catalog: A file in which digests are remembered, and made if there is
            none: a file that is as it was is not read again. None remembers
            nothing. Digests go into it as they are made.
        **options: As WalkOptions.
        threads: How many threads work, 1 to 1024; None is one for each
            processor, and more while these wait for a disk.
        progress: Called with a Progress at most ten times a second, and once
            more at the end, in the thread that takes the records; False ends
            the run with Cancelled. It cannot be a coroutine function. True
            shows a bar: tqdm's where it is installed, also in notebooks.
        errors: "raise" raises the OSError of a path in paths that cannot be
            hashed, once the records before it are taken; "keep" makes a record
            of it with an error in place of a hash, as is always done with
            files that were found.
        path_bytes: Whether Arrow tables have the column path_bytes as well: the
            bytes of each path that is not UTF-8, for which path is null.

    Raises:
        ValueError: An option makes no sense; the message names it.
        TypeError: Likewise, for its type.
        FileNotFoundError: A path is empty. All other errors of files are
            raised when records are taken. With errors="keep", what can be no
            path (an empty one, one with a null byte or a lone surrogate) has a
            record too.
    """
    return start_hash_files(
        paths,
        walk(hash_files, options),
        algorithm=algorithm,
        partial=partial,
        catalog=catalog,
        threads=threads,
        progress=progress,
        errors=errors,
        path_bytes=path_bytes,
    )


@takes_walk_options
def duplicates(
    roots: Paths | None = None,
    *,
    algorithm: Algorithm | None = None,
    hardlinks: bool = False,
    against: Paths = (),
    reference: Paths = (),
    same_device: bool = False,
    min_group: int = 2,
    verify: bool = False,
    sort: str = "reclaimable:desc",
    catalog: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: OnProgress | None = None,
    errors: Errors = "raise",
    path_bytes: bool = False,
    **options: Unpack[WalkOptions],
) -> Records[DuplicateGroup, DuplicateSummary]:
    """Find groups of files with equal content.

    The groups of which most can be reclaimed come first, and among equals the
    one with the least first path. All files are compared before there is a
    first group: the run begins when it is asked for. See Records for the ways
    to take groups, for asyncio and for Arrow (a row for each file, with the
    columns group, size, algorithm, hash, path, reclaimable; groups are counted
    from 1, and reclaimable stands in the first row of each group only, so that
    its sum is that of the groups).

    Args:
        roots: A directory, or several; None is the current directory. Roots
            may overlap. One that is a file is taken whatever its name.
        algorithm: The hash function that equal files share; None is xxh3-128.
            crc32 is refused: it cannot tell files apart.
        hardlinks: Count hard links to one file as files of their own.
        against: A directory or file, or several, that the roots are compared
            with: only groups that have a file of these are told. Their files
            are references, which stay.
        reference: A directory or file, or several, whose files are references:
            they are compared, and stay.
        same_device: Put only files on one device into one group.
        min_group: Leave out groups of fewer files.
        verify: Compare equal files byte by byte as well. One that differs is
            among the errors of the answer, and in no group.
        sort: The order of the groups: reclaimable, size, copies or path, each
            with or without :desc, as "size:desc,path".
        catalog: A file in which digests are remembered, and made if there is
            none: a file that is as it was is not read again. None remembers
            nothing. Digests go into it as they are made.
        **options: As WalkOptions.
        threads: How many threads work, 1 to 1024; None is one for each
            processor, and more while these wait for a disk.
        progress: Called with a Progress at most ten times a second, and once
            more at the end, in the thread that takes the groups; False ends
            the run with Cancelled. It cannot be a coroutine function. True
            shows a bar: tqdm's where it is installed, also in notebooks.
        errors: "raise" raises the OSError of a root that cannot be opened;
            "keep" adds it to the errors of the answer, as is always done with
            entries that were found.
        path_bytes: Whether Arrow tables have the column path_bytes as well: the
            bytes of each path that is not UTF-8, for which path is null.

    Raises:
        ValueError: An option makes no sense; the message names it.
        TypeError: Likewise, for its type.
        FileNotFoundError: A root is an empty path. All other errors of roots
            are raised when groups are taken. With errors="keep", what can be
            no path (an empty one, one with a null byte or a lone surrogate) is
            an error of the answer too.
    """
    return start_duplicates(
        roots,
        walk(duplicates, options),
        algorithm=algorithm,
        hardlinks=hardlinks,
        against=against,
        reference=reference,
        same_device=same_device,
        min_group=min_group,
        verify=verify,
        sort=sort,
        catalog=catalog,
        threads=threads,
        progress=progress,
        errors=errors,
        path_bytes=path_bytes,
    )


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
    walk: _native.Walk,
    shard: tuple[int, int] | None = None,
    *,
    threads: int | None = None,
    progress: OnProgress | None = None,
    errors: Errors = "raise",
    path_bytes: bool = False,
) -> Records[ScannedFile, Summary]:
    """Begin a scan, or a shard of one."""
    run = _native.scan(
        roots,
        walk,
        shard,
        threads,
        reporter(progress),
        raises(errors),
        path_bytes,
        ExtractedFile if walk.has_values else ScannedFile,
    )
    return Records(run, Summary, "sanchay.scan")


def start_hash_files(
    paths: Paths,
    walk: _native.Walk,
    shard: tuple[int, int] | None = None,
    *,
    algorithm: Algorithm | None = None,
    partial: Size | bool | None = None,
    catalog: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: OnProgress | None = None,
    errors: Errors = "raise",
    path_bytes: bool = False,
) -> Records[HashedFile, Summary]:
    """Begin hashing, or a shard of it."""
    run = _native.hash_files(
        paths,
        walk,
        shard,
        algorithm,
        partial,
        catalog,
        threads,
        reporter(progress),
        raises(errors),
        path_bytes,
        ExtractedHash if walk.has_values else HashedFile,
    )
    return Records(run, Summary, "sanchay.hash_files")


def start_duplicates(
    roots: Paths | None,
    walk: _native.Walk,
    *,
    algorithm: Algorithm | None = None,
    hardlinks: bool = False,
    against: Paths = (),
    reference: Paths = (),
    same_device: bool = False,
    min_group: int = 2,
    verify: bool = False,
    sort: str = "reclaimable:desc",
    catalog: str | PathLike[str] | None = None,
    threads: int | None = None,
    progress: OnProgress | None = None,
    errors: Errors = "raise",
    path_bytes: bool = False,
) -> Records[DuplicateGroup, DuplicateSummary]:
    """Begin a search for duplicates."""
    run = _native.duplicates(
        roots,
        walk,
        {
            "against": against,
            "reference": reference,
            "same_device": same_device,
            "min_group": min_group,
            "verify": verify,
            "sort": sort,
        },
        algorithm,
        hardlinks,
        catalog,
        threads,
        reporter(progress),
        raises(errors),
        path_bytes,
        ExtractedGroup if walk.has_values else DuplicateGroup,
    )
    return Records(run, DuplicateSummary, "sanchay.duplicates")


def version() -> str:
    """Tell the version of Sanchay, for instance "0.1.0"."""
    return _native.version()
