"""The keywords that calls share, and what they are where they are not given.

A call takes them as ``**options: Unpack[...]`` of one of these types, so that
each is written down once: for static types, for help() and for signatures.
"""

from __future__ import annotations

from typing import Any, TypedDict

from sanchay._types import (
    Algorithm,
    Errors,
    OnConflict,
    Paths,
    Size,
    Texts,
    WalkOptions,
)

__all__ = [
    "DEFAULTS",
    "BatchOptions",
    "DedupeOptions",
    "DedupeSimilarOptions",
    "DuplicateOptions",
    "GroupOptions",
    "HashOptions",
    "LikenessOptions",
    "NameOptions",
    "RecordOptions",
    "RunOptions",
    "ScanOptions",
    "SimilarOptions",
    "StoreOptions",
    "ThreadOptions",
]


class RunOptions(TypedDict, total=False):
    """How a call runs.

    Args:
        threads: How many threads work, 1 to 1024; None is one for each
            processor, and more while these wait for a disk.
        errors: "raise" raises the OSError of a path that was named and cannot
            be opened; "keep" keeps it with the other failures, as is always
            done with entries that were found.
    """

    threads: int | None
    errors: Errors


class RecordOptions(RunOptions, total=False):
    """How a call runs that answers with Records.

    Args:
        path_bytes: Whether Arrow tables have the column path_bytes as well: the
            bytes of each path that is not UTF-8, for which path is null.
    """

    path_bytes: bool


class ScanOptions(WalkOptions, RecordOptions, total=False):
    """The keywords of scan()."""


class HashOptions(WalkOptions, RecordOptions, total=False):
    """The keywords of hash_files().

    Args:
        algorithm: The hash function; None is xxh3-128. Of these, blake3,
            sha256 and sha512 are cryptographic; sha1 and md5 are broken.
        partial: Hash only this many bytes at either end, with xxh64: a
            chunk in bytes from 1 to 16 MiB, as a number or as text ("64KiB");
            True is 64 KiB. Of a file smaller than two chunks, all is hashed.
    """

    algorithm: Algorithm | None
    partial: Size | bool | None


class GroupOptions(WalkOptions, RunOptions, total=False):
    """The keywords of the calls that look for equal files.

    Args:
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
    """

    algorithm: Algorithm | None
    hardlinks: bool
    against: Paths
    reference: Paths
    same_device: bool
    min_group: int
    verify: bool
    sort: str


class DuplicateOptions(GroupOptions, RecordOptions, total=False):
    """The keywords of duplicates().

    Args:
        folders: Find identical folders, too, and tell each group of the
            topmost ones, before those of files: the files of folders that could
            go are in no other group. Folders are identical as far as the
            filters go, so hidden=True is wanted most times.
    """

    folders: bool


class LikenessOptions(TypedDict, total=False):
    """Which files are nearly the same.

    Args:
        images: Find pictures that look the same, rather than texts: JPEG, PNG,
            WebP, GIF, BMP and TIFF, by their extensions; decoded in the sandbox.
        rotations: With images: find turned pictures, too.
        threshold: How alike they are at least: texts 0.05 to 1, by default 0.8;
            pictures 0.7 to 1, by default 0.9.
        shingle_size: How many words, or characters, a shingle of a text has: 1
            to 64. The more, the more a change counts.
        characters: Compare shingles of characters rather than of words. White
            space then counts, too.
        max_file_size: Leave out larger files; None is 16 MiB for texts, 128 MiB
            for pictures.
    """

    images: bool
    rotations: bool
    threshold: float | None
    shingle_size: int
    characters: bool
    max_file_size: Size | None


class SimilarOptions(LikenessOptions, WalkOptions, RecordOptions, total=False):
    """The keywords of similar() and similar_pairs()."""


class ThreadOptions(TypedDict, total=False):
    """How a call runs in which no path was named.

    Args:
        threads: How many threads work, 1 to 1024; None is one for each
            processor.
    """

    threads: int | None


class StoreOptions(WalkOptions, ThreadOptions, total=False):
    """The keywords of the calls that look into a snapshot of a Store."""


class BatchOptions(WalkOptions, RunOptions, total=False):
    """The keywords of the calls that plan a batch.

    Args:
        on_conflict: What becomes of entries that something stands in the way
            of: "error" does nothing at all, "skip" leaves them out, "rename"
            puts a number behind the stem ("a (2).txt").
    """

    on_conflict: OnConflict


class NameOptions(BatchOptions, total=False):
    """The keywords of the calls that give entries names.

    Args:
        match: Only entries in whose names this regular expression is found.
            Its groups are {1}, {2}, ..., and {part} for (?<part>...).
        replace: Replacements in what the template makes, as "s/ +/_/g", one
            after the other; i ignores case, $1 and ${part} are groups.
        truncate: Cut names of more than 255 bytes, before the extension.
        sort: The order in which {n} counts, as "modified,name:desc"; None is
            folder by folder, and by name in each.
        portable: Refuse names that Windows would refuse or change.
    """

    match: str | None
    replace: Texts
    truncate: bool
    sort: str | None
    portable: bool


class DedupeOptions(GroupOptions, BatchOptions, total=False):
    """The keywords of dedupe()."""


class DedupeSimilarOptions(LikenessOptions, BatchOptions, total=False):
    """The keywords of dedupe_similar()."""


#: What keywords are where they are not given, but for those of a walk.
DEFAULTS: dict[type, dict[str, Any]] = {
    RunOptions: {"threads": None, "errors": "raise"},
    RecordOptions: {"path_bytes": False},
    HashOptions: {"algorithm": None, "partial": None},
    GroupOptions: {
        "algorithm": None,
        "hardlinks": False,
        "against": (),
        "reference": (),
        "same_device": False,
        "min_group": 2,
        "verify": False,
        "sort": "reclaimable:desc",
    },
    DuplicateOptions: {"folders": False},
    LikenessOptions: {
        "images": False,
        "rotations": False,
        "threshold": None,
        "shingle_size": 3,
        "characters": False,
        "max_file_size": None,
    },
    ThreadOptions: {"threads": None},
    BatchOptions: {"on_conflict": "error"},
    NameOptions: {
        "match": None,
        "replace": (),
        "truncate": False,
        "sort": None,
        "portable": False,
    },
}
