"""The calls that remember: snapshots of trees, and what became of files."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple, cast

from sanchay import _native
from sanchay._arguments import raises, reporter
from sanchay._batch import Location
from sanchay._fields import describe
from sanchay._keywords import RecordOptions, RunOptions, ScanOptions
from sanchay._options import Unpack, split, takes
from sanchay._records import Records
from sanchay._types import (
    Algorithm,
    Change,
    CheckedFile,
    OnProgress,
    Path,
    Paths,
    Summary,
    WalkOptions,
    moment,
)

__all__ = [
    "Difference",
    "FileVersion",
    "Snapshot",
    "SnapshotOptions",
    "TakenSnapshot",
    "VerifySummary",
    "diff",
    "history",
    "snapshot",
    "snapshots",
    "verify",
    "watch",
]


class Snapshot(NamedTuple):
    """A snapshot that a catalog has."""

    number: int
    name: str | None
    taken_ns: int
    roots: tuple[str, ...]
    selection: str
    files: int
    bytes: int
    errors: int

    @property
    def taken(self) -> datetime:
        """When it was begun, in UTC, to the microsecond."""
        return moment(self.taken_ns)


describe(
    Snapshot,
    number="Its number; those taken later have greater ones.",
    name="Its name, or None if it was given none.",
    taken_ns="When it was begun, in nanoseconds since 1970-01-01 00:00 UTC.",
    roots="The roots, absolute and without links.",
    selection="Which of their files, in words.",
    files="How many files it has.",
    bytes="How many bytes these have.",
    errors="How many entries failed: what was known of them before was kept.",
)


class TakenSnapshot(Snapshot):
    """A snapshot that was just taken."""

    #: What went wrong with entries: each is the OSError that Python would raise.
    failures: tuple[OSError, ...] = ()


class Difference(NamedTuple):
    """What became of a file between two looks at it."""

    change: Change
    path: str
    from_path: str | None
    size: int
    modified_ns: int
    algorithm: str | None
    hash: str | None

    @property
    def modified(self) -> datetime:
        """When it was last modified, in UTC, to the microsecond."""
        return moment(self.modified_ns)


describe(
    Difference,
    change=(
        "What became of it: 'new', 'deleted', 'moved', 'changed' (its size or "
        "content is another) or 'touched' (its times, owner or permissions)."
    ),
    path=(
        "Its path: below the root where both sides have a single one, else "
        "absolute."
    ),
    from_path="The path that it had, where it moved.",
    size="Its size in bytes; what it was, where it was deleted.",
    modified_ns="When it was last modified, in nanoseconds since 1970.",
    algorithm="The hash function, where its digest is known.",
    hash="Its digest in lower-case hexadecimal, where that is known.",
)


class FileVersion(NamedTuple):
    """What a snapshot was the first to show of a file."""

    snapshot: int
    taken_ns: int
    change: Change
    size: int
    modified_ns: int
    algorithm: str | None
    hash: str | None

    @property
    def taken(self) -> datetime:
        """When the snapshot was begun, in UTC, to the microsecond."""
        return moment(self.taken_ns)

    @property
    def modified(self) -> datetime:
        """When the file was last modified, in UTC, to the microsecond."""
        return moment(self.modified_ns)


describe(
    FileVersion,
    snapshot="The number of the snapshot.",
    taken_ns="When that was begun, in nanoseconds since 1970.",
    change="What became of the file.",
    size="Its size in bytes; what it had been, where it was deleted.",
    modified_ns="When it was last modified, in nanoseconds since 1970.",
    algorithm="The hash function, where its digest is known.",
    hash="Its digest in lower-case hexadecimal, where that is known.",
)


class VerifySummary(NamedTuple):
    """What reading files again came to."""

    files: int
    known: int
    verified: int
    mismatched: int
    changed: int
    unreadable: int

    @property
    def ok(self) -> bool:
        """Whether all files that were read are what they were."""
        return self.mismatched + self.unreadable == 0


describe(
    VerifySummary,
    files="How many files there are.",
    known="How many of them have known digests.",
    verified="How many were read and are what they were.",
    mismatched="How many are not, though size and times are: bit rot.",
    changed="How many changed while it ran, or went.",
    unreadable="How many could not be read.",
)


class SnapshotOptions(WalkOptions, RunOptions, total=False):
    """The keywords of snapshot() that others have, too."""


@takes(WalkOptions, RunOptions)
def snapshot(
    roots: Paths | None = None,
    *,
    name: str | None = None,
    hash: bool | Algorithm = False,
    catalog: Location | None = None,
    progress: OnProgress | None = None,
    **options: Unpack[SnapshotOptions],
) -> TakenSnapshot:
    """Keep what files there are in a catalog, to compare with later.

    It costs what changed since the one before of the same roots and options.
    One that is ended early is not kept.

    Args:
        roots: A directory, or several; None is the current directory.
        name: A name to ask for it by.
        hash: Also hash the files whose digests are not known yet: True is
            xxh3-128, or the name of a hash function.
        catalog: The catalog's file, made if there is none. None is the user's
            own, $XDG_DATA_HOME/sanchay/catalog.db.
        **options: As SnapshotOptions.
        progress: Called with a Progress, as in scan(), or True for a bar.

    Raises:
        ValueError: An option makes no sense, or the name is taken.
        TypeError: An option is of the wrong type.
        FileNotFoundError: A root is not there.
        OSError: The catalog cannot be used.
        Cancelled: The progress callback returned False.
    """
    walk, others = split(snapshot, options)
    taken, failures = _native.snapshot(
        roots,
        walk,
        name,
        hash,
        catalog,
        others["threads"],
        reporter(progress),
        raises(others["errors"]),
        TakenSnapshot,
    )
    found = cast(TakenSnapshot, taken)
    found.failures = failures
    return found


def snapshots(*, catalog: Location | None = None) -> list[Snapshot]:
    """List the snapshots of a catalog, the oldest first.

    Args:
        catalog: The catalog's file, as in snapshot().

    Raises:
        FileNotFoundError: There is no catalog yet.
    """
    return cast("list[Snapshot]", _native.snapshots(catalog, Snapshot))


@takes(WalkOptions, RunOptions, RecordOptions)
def diff(
    a: Snapshot | int | Path,
    b: Snapshot | int | Path,
    *,
    hash: bool | Algorithm = False,
    catalog: Location | None = None,
    progress: OnProgress | None = None,
    **options: Unpack[ScanOptions],
) -> Records[Difference, Summary]:
    """Tell what became of files between two snapshots, or one and the disk.

    The answer is in byte order of paths; the columns for Arrow are change, path,
    from, size, modified, algorithm and hash. The comparison is made when the
    first record is taken.

    Args:
        a: A Snapshot, the number or name of one, "latest", "latest~N" for the
            Nth before it, or a path on disk. What has a slash is a path.
        b: Likewise, what it is compared with.
        hash: Also compare the contents of files on disk, by digest.
        catalog: The catalog's file, as in snapshot().
        **options: As ScanOptions. Give those that the snapshot was taken with
            where one side is on disk.
        progress: Called with a Progress, as in scan(), or True for a bar.

    Raises:
        LookupError: There is no such snapshot.
        ValueError: The sides have different roots; or an option makes no sense.
        TypeError: An option is of the wrong type.
        OSError: The catalog cannot be used.
    """
    walk, others = split(diff, options)
    run = _native.diff(
        a.number if isinstance(a, Snapshot) else a,
        b.number if isinstance(b, Snapshot) else b,
        walk,
        hash,
        catalog,
        others["threads"],
        reporter(progress),
        raises(others["errors"]),
        others["path_bytes"],
        Difference,
    )
    return Records(run, Summary, "sanchay.diff")


def history(
    path: Path, *, catalog: Location | None = None
) -> list[FileVersion]:
    """Tell what became of a file, snapshot by snapshot, the oldest first.

    Args:
        path: The file. It need not be there any more.
        catalog: The catalog's file, as in snapshot().

    Raises:
        FileNotFoundError: There is no catalog yet.
    """
    found = _native.history(path, catalog, FileVersion)
    return cast("list[FileVersion]", found)


@takes(WalkOptions, RunOptions, RecordOptions)
def verify(
    roots: Paths | None = None,
    *,
    sample: float = 1.0,
    catalog: Location | None = None,
    progress: OnProgress | None = None,
    **options: Unpack[ScanOptions],
) -> Records[CheckedFile, VerifySummary]:
    """Read files again whose digests are known, and tell of bit rot.

    Files whose size and times are what they were are read, those first that were
    verified longest ago: verdict "failed" means that the content is another all
    the same. When each was verified is noted as it goes, so that a run that is
    ended goes on from there. Paths are absolute. Files that cannot be read are
    among the errors of the answer. ``records.summary.ok`` says whether all is
    well.

    Args:
        roots: A directory, or several; None is the current directory.
        sample: Which part of the files to read, above 0 and up to 1: 0.05 every
            week has all of them in twenty weeks.
        catalog: The catalog's file, as in snapshot().
        **options: As ScanOptions.
        progress: Called with a Progress, as in scan(), or True for a bar.

    Raises:
        ValueError: An option makes no sense; the message names it.
        TypeError: Likewise, for its type.
        FileNotFoundError: There is no catalog yet.
    """
    walk, others = split(verify, options)
    run = _native.verify(
        roots,
        walk,
        sample,
        catalog,
        others["threads"],
        reporter(progress),
        raises(others["errors"]),
        others["path_bytes"],
        CheckedFile,
    )
    return Records(run, VerifySummary, "sanchay.verify")


@takes(WalkOptions, RunOptions, RecordOptions)
def watch(
    roots: Paths | None = None,
    *,
    hash: bool | Algorithm = False,
    poll: float | timedelta | None = None,
    catalog: Location | None = None,
    **options: Unpack[ScanOptions],
) -> Records[Difference, None]:
    """Tell what becomes of files, as it happens, and keep it in a catalog.

        with sanchay.watch("/srv") as changes:
            for change in changes:
                print(change.change, change.path)

    It begins, when the first record is taken, with what changed since the newest
    snapshot of the same roots and options, and ends when it is closed. A snapshot
    is taken whenever something changes. What the system says is only a sign to
    look: events that are lost make nothing wrong. Where the system cannot tell,
    it is looked every ten seconds, and the errors of the answer say so.

    Args:
        roots: A directory, or several; None is the current directory.
        hash: Also hash the files that are new or changed, as in snapshot().
        poll: Look so often, in seconds or as a timedelta, whatever the system
            says; None only where it cannot tell of changes.
        catalog: The catalog's file, as in snapshot().
        **options: As ScanOptions.

    Raises:
        ValueError: An option makes no sense; the message names it.
        TypeError: Likewise, for its type.
        OSError: The catalog cannot be used.
    """
    walk, others = split(watch, options)
    run = _native.watch(
        roots,
        walk,
        hash,
        poll.total_seconds() if isinstance(poll, timedelta) else poll,
        catalog,
        others["threads"],
        raises(others["errors"]),
        others["path_bytes"],
        Difference,
    )
    return Records(run, _nothing, "sanchay.watch")


def _nothing(*_: int) -> None:
    """What a watch comes to: it has no end of its own."""
