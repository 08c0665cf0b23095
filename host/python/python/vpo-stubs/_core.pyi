"""vpo-core: find video files and hash their ends, fast."""

from collections.abc import Callable
from typing import NamedTuple

from sanchay import Progress as Progress

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

class DiscoveredFile(NamedTuple):
    """A discovered video file with basic metadata."""

    path: str
    size: int
    modified: float

def discover_videos(
    roots: list[str],
    extensions: list[str],
    follow_symlinks: bool = True,
    skip_hidden: bool = True,
    *,
    progress: Callable[[Progress], bool | None] | None = None,
) -> list[DiscoveredFile]: ...
def hash_files(
    paths: list[str],
    chunk_size: int = 65536,
    num_threads: int | None = None,
    *,
    progress: Callable[[Progress], bool | None] | None = None,
) -> list[FileHash]: ...
def version() -> str: ...
