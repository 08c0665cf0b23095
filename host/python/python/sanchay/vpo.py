"""vpo-core: find video files and hash their ends, fast.

This is the contract of the extension of that name, kept by Sanchay. An
application that imports it as ``vpo._core`` either depends on the distribution
``vpo-core``, or has a file ``vpo/_core.py`` of its own with the line::

    from sanchay.vpo import *
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sanchay import _native
from sanchay._arguments import reporter
from sanchay._fields import describe
from sanchay._types import Progress

__all__ = [
    "DiscoveredFile",
    "FileHash",
    "Progress",
    "discover_videos",
    "hash_files",
    "version",
]


class FileHash(NamedTuple):
    """Result of hashing a single file."""

    path: str
    hash: str | None
    error: str | None


describe(
    FileHash,
    path="The path as it was given.",
    hash="``xxh64:FIRST:LAST:SIZE``; None if an error occurred.",
    error="What the error was, if hash is None.",
)


class DiscoveredFile(NamedTuple):
    """A discovered video file with basic metadata."""

    path: str
    size: int
    modified: float


describe(
    DiscoveredFile,
    path="Its path, as os.fsdecode gives it: it opens again, whatever it is.",
    size="Its size in bytes.",
    modified=(
        "When it was last modified, in seconds since 1970-01-01 00:00 UTC."
    ),
)


def discover_videos(
    roots: list[str],
    extensions: list[str],
    follow_symlinks: bool = True,
    skip_hidden: bool = True,
    *,
    progress: Callable[[Progress], bool | None] | None = None,
) -> list[DiscoveredFile]:
    """Recursively discover video files in the given directories.

    Directories are listed in parallel. What cannot be read below a root is
    left out.

    Args:
        roots: Paths of the directories to search.
        extensions: The extensions to match, such as ["mkv", "mp4"], in either
            case, with or without a leading dot. Only what follows the last dot
            of a name counts.
        follow_symlinks: Whether to follow symbolic links. Each real directory
            is searched once, under that of its paths with the fewest names
            below the root, then the least; each real file is reported once,
            and as the target of a link only if it is not found itself, under
            the path that is first in the same order. If links are not
            followed, what several roots have in common is reported for each.
        skip_hidden: Whether to leave out files and directories whose names
            begin with a dot. A root itself is never left out.
        progress: Called with a Progress at most ten times a second, and once
            more at the end; False ends the search with sanchay.Cancelled.

    Returns:
        All regular files that match, by the bytes of their paths.

    Raises:
        FileNotFoundError: A root does not exist.
        NotADirectoryError: A root is not a directory.
        PermissionError: A root cannot be opened. All of these are OSErrors,
            with filename set.
    """
    return _native.vpo_discover(  # type: ignore[return-value]
        roots,  # type: ignore[arg-type]
        extensions,
        follow_symlinks,
        skip_hidden,
        reporter(progress),
        DiscoveredFile,
    )


def hash_files(
    paths: list[str],
    chunk_size: int = 65536,
    num_threads: int | None = None,
    *,
    progress: Callable[[Progress], bool | None] | None = None,
) -> list[FileHash]:
    """Compute content hashes for multiple files in parallel.

    Only the first and the last chunk of each file are read. A hash is
    ``xxh64:FIRST:LAST:SIZE``: the XXH64 (seed 0) of both chunks in lower-case
    hexadecimal, and the size in bytes. Of a file smaller than two chunks both
    are the XXH64 of all of it.

    Args:
        paths: Paths of the files.
        chunk_size: Size of a chunk in bytes, 1 to 16 MiB.
        num_threads: Number of threads, 1 to 1024; None: one for each
            processor.
        progress: Called with a Progress at most ten times a second, and once
            more at the end; False ends the call with sanchay.Cancelled.

    Returns:
        A FileHash for each path, in the same order. Where a file could not be
        hashed, hash is None and error says why: "File not found", "Permission
        denied", or what else the system says.

    Raises:
        ValueError: chunk_size or num_threads is out of bounds.
    """
    return _native.vpo_hash(  # type: ignore[return-value]
        paths,  # type: ignore[arg-type]
        chunk_size,
        num_threads,
        reporter(progress),
        FileHash,
    )


def version() -> str:
    """Return the vpo-core library version, which is Sanchay's."""
    return _native.version()
