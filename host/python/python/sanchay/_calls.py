"""The calls: the program's commands as functions."""

from __future__ import annotations

from sanchay import _native
from sanchay._arguments import raises, reporter
from sanchay._records import Records
from sanchay._types import (
    Algorithm,
    DuplicateGroup,
    DuplicateSummary,
    Errors,
    Extensions,
    HashedFile,
    OnProgress,
    Paths,
    ScannedFile,
    Size,
    Summary,
    Walker,
)

__all__ = ["duplicates", "hash_files", "scan", "version"]


def scan(
    roots: Paths | None = None,
    *,
    extension: Extensions = (),
    min_size: Size | None = None,
    max_size: Size | None = None,
    hidden: bool = False,
    follow: bool = False,
    beneath: bool = False,
    max_depth: int | None = None,
    one_file_system: bool = False,
    walker: Walker = "native",
    threads: int | None = None,
    progress: OnProgress | None = None,
    errors: Errors = "raise",
    path_bytes: bool = False,
) -> Records[ScannedFile, Summary]:
    """Find the regular files below directories, in no particular order.

    The run begins when the first record is taken; see Records for the ways to
    take them, for asyncio and for Arrow (columns path, size, modified).

    Args:
        roots: A directory, or several; None is the current directory, whose
            files are reported without "./". A root that is a file is taken
            whatever its name; min_size and max_size hold for it too.
        extension: Only files whose name ends in this extension, or in one of
            these, with or without their leading dot; case does not matter
            (Unicode's simple case folding).
        min_size: Only files of at least this many bytes; or text: "10MB", "1KiB".
        max_size: Only files of at most this many bytes.
        hidden: Also hidden files and directories, whose names begin with a
            dot. A root is never hidden.
        follow: Follow symbolic links. Each real directory is then visited
            once, and each real file that a link leads to is reported once.
        beneath: With follow: refuse links that lead out of the root.
        max_depth: Go at most this many levels down; a root's own entries have
            depth 1.
        one_file_system: Enter no directory on another file system than its
            root. Pseudo file systems (/proc, /sys) are never entered on the
            way from another one.
        walker: How directories are listed; the answers are the same.
        threads: How many threads work, 1 to 1024; None is one for each
            processor, and more while these wait for a disk.
        progress: Called with a Progress at most ten times a second, and once
            more at the end, in the thread that takes the records; False ends
            the run with Cancelled. It cannot be a coroutine function.
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
    walk = _native.Walk(
        extension,
        min_size,
        max_size,
        hidden,
        follow,
        beneath,
        max_depth,
        one_file_system,
        walker,
    )
    run = _native.scan(
        roots,
        walk,
        threads,
        reporter(progress),
        raises(errors),
        path_bytes,
        ScannedFile,
    )
    return Records(run, Summary, "sanchay.scan")


def hash_files(
    paths: Paths,
    *,
    algorithm: Algorithm | None = None,
    partial: Size | bool | None = None,
    extension: Extensions = (),
    min_size: Size | None = None,
    max_size: Size | None = None,
    hidden: bool = False,
    follow: bool = False,
    beneath: bool = False,
    max_depth: int | None = None,
    one_file_system: bool = False,
    walker: Walker = "native",
    threads: int | None = None,
    progress: OnProgress | None = None,
    errors: Errors = "raise",
    path_bytes: bool = False,
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
        extension: Of files in directories, only those whose name ends in this
            extension, or in one of these.
        min_size: Only files of at least this many bytes, in paths too: a smaller
            one has no record.
        max_size: Likewise, only files of at most this many bytes.
        hidden: In directories also hidden files and directories, whose names
            begin with a dot.
        follow: Follow symbolic links in directories.
        beneath: With follow: refuse links that lead out of the directory.
        max_depth: Go at most this many levels down; 0 enters no directory.
        one_file_system: Enter no directory on another file system than its
            root. Pseudo file systems (/proc, /sys) are never entered on the
            way from another one.
        walker: How directories are listed; the answers are the same.
        threads: How many threads work, 1 to 1024; None is one for each
            processor, and more while these wait for a disk.
        progress: Called with a Progress at most ten times a second, and once
            more at the end, in the thread that takes the records; False ends
            the run with Cancelled. It cannot be a coroutine function.
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
    walk = _native.Walk(
        extension,
        min_size,
        max_size,
        hidden,
        follow,
        beneath,
        max_depth,
        one_file_system,
        walker,
    )
    run = _native.hash_files(
        paths,
        walk,
        algorithm,
        partial,
        threads,
        reporter(progress),
        raises(errors),
        path_bytes,
        HashedFile,
    )
    return Records(run, Summary, "sanchay.hash_files")


def duplicates(
    roots: Paths | None = None,
    *,
    algorithm: Algorithm | None = None,
    hardlinks: bool = False,
    extension: Extensions = (),
    min_size: Size | None = None,
    max_size: Size | None = None,
    hidden: bool = False,
    follow: bool = False,
    beneath: bool = False,
    max_depth: int | None = None,
    one_file_system: bool = False,
    walker: Walker = "native",
    threads: int | None = None,
    progress: OnProgress | None = None,
    errors: Errors = "raise",
    path_bytes: bool = False,
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
        extension: Only files whose name ends in this extension, or in one of
            these.
        min_size: Only files of at least this many bytes; None leaves out empty
            files, which 0 does not.
        max_size: Only files of at most this many bytes; 0 needs min_size=0.
        hidden: Also hidden files and directories.
        follow: Follow symbolic links.
        beneath: With follow: refuse links that lead out of the root.
        max_depth: Go at most this many levels down; a root's own entries have
            depth 1.
        one_file_system: Enter no directory on another file system than its
            root. Pseudo file systems (/proc, /sys) are never entered on the
            way from another one.
        walker: How directories are listed; the answers are the same.
        threads: How many threads work, 1 to 1024; None is one for each
            processor, and more while these wait for a disk.
        progress: Called with a Progress at most ten times a second, and once
            more at the end, in the thread that takes the groups; False ends
            the run with Cancelled. It cannot be a coroutine function.
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
    walk = _native.Walk(
        extension,
        min_size,
        max_size,
        hidden,
        follow,
        beneath,
        max_depth,
        one_file_system,
        walker,
    )
    run = _native.duplicates(
        roots,
        walk,
        algorithm,
        hardlinks,
        threads,
        reporter(progress),
        raises(errors),
        path_bytes,
        DuplicateGroup,
    )
    return Records(run, DuplicateSummary, "sanchay.duplicates")


def version() -> str:
    """Tell the version of Sanchay, for instance "0.1.0"."""
    return _native.version()
