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
what trees consist of. A :class:`Plan` is such a call as a value, to be sent to
other machines, whole or in shards.

:func:`rename`, :func:`move`, :func:`copy`, :func:`link`, :func:`delete`,
:func:`dedupe` and :func:`dedupe_similar` plan what is to be done with files and
answer with a :class:`BatchPlan`, which ``apply()`` carries out and :func:`undo`
takes back. :func:`snapshot` keeps what
files there are in a catalog, and :func:`diff`, :func:`history`, :func:`verify`
and :func:`watch` tell what became of them. :func:`plan_shards` cuts trees and
buckets into values of :class:`Shard` that any machine can run, and
:func:`merge_partition` finds the duplicates of what they wrote, and
:func:`merge_similar` what is nearly the same. :func:`similar` and
:func:`similar_pairs` find files with nearly the same text, or pictures that look
the same, of which :func:`picture_preview` makes small copies. A :class:`Store`
keeps snapshots of trees with all that files contain, each content once. The module
``mithril`` has storage, compression and hashing for programs.

For annotations there are the types of what the calls take: Paths (a path or
several), Extensions, Kinds and Plugins (one or several), Size (bytes, as a
number or as text), Time (a point in time), Algorithm, Kind, Walker and Errors
(the words that these options can be), WalkOptions (the keywords that all calls
share), ScanOptions, HashOptions, DuplicateOptions, SimilarOptions, StoreOptions,
BatchOptions, NameOptions, DedupeOptions and DedupeSimilarOptions (all keywords
of some), and OnProgress (what is called with a Progress). Verdict is what
check() says of a file, Value what a plugin finds in one, Change what diff() says
of one; Operation is what a step of a batch does, OnConflict what becomes of what
is in the way, DedupeAction and SimilarAction what becomes of equal and of similar
files. An answer is annotated as
``Records[ScannedFile, Summary]``, ``Records[HashedFile, Summary]``,
``Records[DuplicateGroup, DuplicateSummary]`` or
``Records[CheckedFile, CheckSummary]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sanchay._calls import check, duplicates, hash_files, scan, version
from sanchay._keywords import (
    BatchOptions,
    DedupeOptions,
    DedupeSimilarOptions,
    DuplicateOptions,
    HashOptions,
    NameOptions,
    ScanOptions,
    SimilarOptions,
    StoreOptions,
)
from sanchay._records import Records
from sanchay._summary import TreeSummary, summary
from sanchay._types import (
    Algorithm,
    Cancelled,
    Change,
    CheckedFile,
    CheckSummary,
    ConflictError,
    DedupeAction,
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
    OnConflict,
    OnProgress,
    Operation,
    Paths,
    Plugins,
    Progress,
    ScannedFile,
    SimilarAction,
    Size,
    Summary,
    Time,
    Value,
    Verdict,
    Walker,
    WalkOptions,
)

if TYPE_CHECKING:
    from sanchay._acting import (
        copy,
        dedupe,
        dedupe_similar,
        delete,
        link,
        load_plan,
        move,
        rename,
        resume,
        runs,
        undo,
    )
    from sanchay._batch import (
        AppliedRun,
        BatchConflict,
        BatchPlan,
        BatchRun,
        BatchStep,
        DedupeSummary,
        UndoneRun,
    )
    from sanchay._catalog import (
        Difference,
        FileVersion,
        Snapshot,
        TakenSnapshot,
        VerifySummary,
        diff,
        history,
        snapshot,
        snapshots,
        verify,
        watch,
    )
    from sanchay._pictures import PicturePreview, picture_preview
    from sanchay._plan import Plan
    from sanchay._shards import (
        Shard,
        ShardOutput,
        load_shards,
        merge_partition,
        merge_similar,
        plan_shards,
    )
    from sanchay._similar import (
        SimilarGroup,
        SimilarPair,
        SimilarSummary,
        similar,
        similar_pairs,
    )
    from sanchay._store import (
        CollectedGarbage,
        PutSummary,
        RestoredTree,
        Store,
        StoredEntry,
        StoreFlaw,
        StoreReport,
        StoreSnapshot,
        StoreStats,
    )

__all__ = [
    "Algorithm",
    "AppliedRun",
    "BatchConflict",
    "BatchOptions",
    "BatchPlan",
    "BatchRun",
    "BatchStep",
    "Cancelled",
    "Change",
    "CheckSummary",
    "CheckedFile",
    "CollectedGarbage",
    "ConflictError",
    "DedupeAction",
    "DedupeOptions",
    "DedupeSimilarOptions",
    "DedupeSummary",
    "Difference",
    "DuplicateGroup",
    "DuplicateOptions",
    "DuplicateSummary",
    "EntryError",
    "Errors",
    "Extensions",
    "ExtractedFile",
    "ExtractedGroup",
    "ExtractedHash",
    "FileVersion",
    "HashOptions",
    "HashedFile",
    "Kind",
    "Kinds",
    "NameOptions",
    "OnConflict",
    "OnProgress",
    "Operation",
    "Paths",
    "PicturePreview",
    "Plan",
    "Plugins",
    "Progress",
    "PutSummary",
    "Records",
    "RestoredTree",
    "ScanOptions",
    "ScannedFile",
    "Shard",
    "ShardOutput",
    "SimilarAction",
    "SimilarGroup",
    "SimilarOptions",
    "SimilarPair",
    "SimilarSummary",
    "Size",
    "Snapshot",
    "Store",
    "StoreFlaw",
    "StoreOptions",
    "StoreReport",
    "StoreSnapshot",
    "StoreStats",
    "StoredEntry",
    "Summary",
    "TakenSnapshot",
    "Time",
    "TreeSummary",
    "UndoneRun",
    "Value",
    "Verdict",
    "VerifySummary",
    "WalkOptions",
    "Walker",
    "check",
    "copy",
    "dedupe",
    "dedupe_similar",
    "delete",
    "diff",
    "duplicates",
    "hash_files",
    "history",
    "link",
    "load_plan",
    "load_shards",
    "merge_partition",
    "merge_similar",
    "move",
    "picture_preview",
    "plan_shards",
    "rename",
    "resume",
    "runs",
    "scan",
    "similar",
    "similar_pairs",
    "snapshot",
    "snapshots",
    "summary",
    "undo",
    "verify",
    "version",
    "watch",
]

__version__ = version()

#: What only some need, and takes some milliseconds to import: by module.
_LATER = {
    "_acting": (
        "copy",
        "dedupe",
        "dedupe_similar",
        "delete",
        "link",
        "load_plan",
        "move",
        "rename",
        "resume",
        "runs",
        "undo",
    ),
    "_batch": (
        "AppliedRun",
        "BatchConflict",
        "BatchPlan",
        "BatchRun",
        "BatchStep",
        "DedupeSummary",
        "UndoneRun",
    ),
    "_catalog": (
        "Difference",
        "FileVersion",
        "Snapshot",
        "TakenSnapshot",
        "VerifySummary",
        "diff",
        "history",
        "snapshot",
        "snapshots",
        "verify",
        "watch",
    ),
    "_pictures": ("PicturePreview", "picture_preview"),
    "_plan": ("Plan",),
    "_shards": (
        "Shard",
        "ShardOutput",
        "load_shards",
        "merge_partition",
        "merge_similar",
        "plan_shards",
    ),
    "_similar": (
        "SimilarGroup",
        "SimilarPair",
        "SimilarSummary",
        "similar",
        "similar_pairs",
    ),
    "_store": (
        "CollectedGarbage",
        "PutSummary",
        "RestoredTree",
        "Store",
        "StoreFlaw",
        "StoreReport",
        "StoreSnapshot",
        "StoreStats",
        "StoredEntry",
    ),
}


def __getattr__(name: str) -> object:
    """Import what only some need."""
    for module, names in _LATER.items():
        if name in names:
            from importlib import import_module

            found = getattr(import_module(f"{__name__}.{module}"), name)
            globals()[name] = found
            return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """Name what is there, imported or not."""
    return sorted({*globals(), *__all__})
