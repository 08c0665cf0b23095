"""Stores: snapshots of trees, in which every content is kept once."""

from __future__ import annotations

import io
import warnings
from datetime import datetime
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Union, cast

from sanchay import _native
from sanchay._arguments import raises, reporter
from sanchay._batch import Location
from sanchay._fields import describe
from sanchay._keywords import RunOptions, StoreOptions, ThreadOptions
from sanchay._options import Unpack, split, takes
from sanchay._records import Records
from sanchay._types import (
    Kind,
    OnProgress,
    Path,
    Paths,
    Summary,
    Time,
    WalkOptions,
)
from sanchay._types import moment as _moment

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from mithril import StorageBackend
else:
    # Only those import it who have one.
    StorageBackend = object

__all__ = [
    "CollectedGarbage",
    "PutSummary",
    "RestoredTree",
    "Store",
    "StoreFlaw",
    "StoreReport",
    "StoreSnapshot",
    "StoreStats",
    "StoredEntry",
]


class StoreSnapshot(NamedTuple):
    """A snapshot that a store has."""

    id: str
    name: str | None
    taken_ns: int
    host: str
    roots: tuple[str, ...]
    selection: str
    files: int
    directories: int
    links: int
    bytes: int
    errors: int

    @property
    def taken(self) -> datetime:
        """When it was begun, in UTC, to the microsecond."""
        return _moment(self.taken_ns)


describe(
    StoreSnapshot,
    id="What it is called by: 16 hexadecimal digits.",
    name="Its name, or None if it was given none.",
    taken_ns="When it was begun, in nanoseconds since 1970-01-01 00:00 UTC.",
    host="The machine that it was made on.",
    roots="What was stored: absolute paths without links.",
    selection="Which entries, as an expression; empty for all.",
    files="How many files it has.",
    directories="How many directories.",
    links="How many symbolic links.",
    bytes="How many bytes its files have.",
    errors="How many entries could not be stored.",
)


class PutSummary(NamedTuple):
    """What became of a put."""

    snapshot: StoreSnapshot
    read: int
    read_bytes: int
    objects: int
    object_bytes: int
    stored: int
    errors: tuple[OSError, ...]


describe(
    PutSummary,
    snapshot="The snapshot.",
    read="Files that were read; the others were known.",
    read_bytes="How many bytes these had.",
    objects="Objects that the store did not have.",
    object_bytes="How many bytes these have.",
    stored="How many bytes the store grew by.",
    errors=(
        "What went wrong with entries, which the snapshot lacks: each is the "
        "OSError that Python would raise, or an EntryError."
    ),
)


class RestoredTree(NamedTuple):
    """What became of a get."""

    copied: int
    kept: int
    bytes: int
    incomplete: int
    failed: int
    errors: tuple[OSError, ...]


describe(
    RestoredTree,
    copied="Files and links that were restored.",
    kept="Those that were there already, and stayed.",
    bytes="How many bytes were written.",
    incomplete="Those that lack something, as an owner that may not be set.",
    failed="How many entries could not be restored.",
    errors="Why: each is the OSError that Python would raise, or an EntryError.",
)


class StoredEntry(NamedTuple):
    """An entry of a snapshot."""

    path: str
    kind: Kind
    size: int
    modified_ns: int

    @property
    def modified(self) -> datetime:
        """When it was last modified, in UTC, to the microsecond."""
        return _moment(self.modified_ns)


describe(
    StoredEntry,
    path="Its path in the snapshot.",
    kind="What it is: 'file', 'directory' or 'symlink'.",
    size="Its size in bytes.",
    modified_ns="When it was last modified, in nanoseconds since 1970.",
)


class CollectedGarbage(NamedTuple):
    """What a collection of garbage did, or would do."""

    condemned: int
    condemned_bytes: int
    copied: int
    deleted: int
    deleted_bytes: int
    leftovers: int


describe(
    CollectedGarbage,
    condemned="Packs that were condemned: a later collection deletes them.",
    condemned_bytes="How many bytes these have.",
    copied="Objects that were copied, since most of their pack is garbage.",
    deleted="Packs that were deleted.",
    deleted_bytes="How many bytes these had.",
    leftovers="Leftovers of puts that were cut off, which were removed.",
)


class StoreFlaw(NamedTuple):
    """What is wrong with a store."""

    kind: str
    subject: str
    why: str
    is_loss: bool


describe(
    StoreFlaw,
    kind="What it is, in a word or two.",
    subject="The file of the store, or the object.",
    why="What is wrong.",
    is_loss=(
        "Whether anything is lost, or may be; not where garbage collection "
        "takes care of it."
    ),
)


class StoreReport(NamedTuple):
    """What checking a store found."""

    snapshots: int
    objects: int
    packs: int
    bytes: int
    flaws: tuple[StoreFlaw, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is lost."""
        return not any(flaw.is_loss for flaw in self.flaws)


describe(
    StoreReport,
    snapshots="Snapshots that were looked at.",
    objects="Objects that the indexes have.",
    packs="Packs that were looked at.",
    bytes="Bytes that were read of packs.",
    flaws="What is wrong, in the order of what it is about.",
)


class StoreStats(NamedTuple):
    """What a store takes up, and what it would without it."""

    snapshots: int
    files: int
    bytes: int
    objects: int
    object_bytes: int
    referenced: int
    referenced_bytes: int
    packs: int
    stored: int
    condemned: int
    condemned_bytes: int


describe(
    StoreStats,
    snapshots="How many snapshots it has.",
    files="How many files these have, counted in each.",
    bytes="How many bytes these have.",
    objects="How many objects it has.",
    object_bytes="How many bytes these have, decompressed.",
    referenced="How many of them snapshots need.",
    referenced_bytes="How many bytes these have.",
    packs="How many packs it has.",
    stored="How many bytes these take.",
    condemned="How many packs wait to be deleted.",
    condemned_bytes="How many bytes these take.",
)

#: A snapshot: what put() or snapshots() answered, or what people call it by.
Wanted = Union[StoreSnapshot, PutSummary, str]


class PutOptions(WalkOptions, RunOptions, total=False):
    """The keywords of Store.put() that others have, too."""


class Store:
    """A content-addressed store of snapshots of trees.

        store = sanchay.Store.init("/backup/store")
        put = store.put("/srv/photos", name="before")
        for entry in store.ls(put.snapshot, extension="jpg"):
            print(entry.size, entry.path)
        store.get("before", "restored", where="ext = jpg")

    What files contain is in it once, in compressed chunks, however many names,
    trees and snapshots have it. Any number of processes may use a store at once.
    docs/STORE.md has its format.

    A snapshot is named by what put() or snapshots() answered, by "latest",
    "latest~1" (the one before), the name that it was given, or the first digits
    of its id.

    The calls wait for their end; asyncio.to_thread(store.put, ...) waits without
    blocking an event loop. Ctrl-C ends put() and get() when what they are at is
    whole: another goes on from there. It ends the waiting for gc() at once, which
    is then done by itself.
    """

    def __init__(
        self, location: Location | StorageBackend
    ) -> None:
        """Open a store.

        Args:
            location: A folder, "s3://BUCKET/PREFIX", "gs://BUCKET/PREFIX", or a
                storage of the module mithril.

        Raises:
            FileNotFoundError: There is no store.
            OSError: It cannot be opened.
        """
        self._open(location, False)

    @classmethod
    def init(cls, location: Location | StorageBackend) -> Store:
        """Make an empty store, and open it.

        Args:
            location: As in Store(). A folder is made, unless it is there and
                empty.

        Raises:
            FileExistsError: There is a store already.
            OSError: The folder is not empty, or it cannot be made.
        """
        store = cls.__new__(cls)
        store._open(location, True)
        return store

    def _open(self, location: Location | StorageBackend, init: bool) -> None:
        self._location = location
        if isinstance(location, (str, PathLike)):
            self._store = _native.Store(location, location, init)
        elif hasattr(location, "_handle"):
            self._store = _native.Store(location._handle(), repr(location), init)
        else:
            kind = type(location).__name__
            raise TypeError(
                f"location: expected a path, a URL or a storage, not {kind}"
            )

    @takes(WalkOptions, RunOptions)
    def put(
        self,
        roots: Paths | None = None,
        *,
        name: str | None = None,
        read_all: bool = False,
        level: int = 3,
        catalog: Location | None = None,
        progress: OnProgress | None = None,
        **options: Unpack[PutOptions],
    ) -> PutSummary:
        """Put trees into the store, as a snapshot.

        Everything is stored: hidden entries (also without ``hidden``),
        directories, links as links, permissions, owners, times, extended
        attributes, holes, hard links. Options leave out what they say. A file
        that is as it was in the last snapshot of the same roots is not read.
        What is in a single root that is a directory is at the top of the
        snapshot; else each root is in it by its absolute path.

        Args:
            roots: A directory or file, or several; None is the current
                directory.
            name: A name to ask for the snapshot by.
            read_all: Read all files, also those that are as they were.
            level: How well to compress: 1 to 19, a level of Zstandard.
            catalog: A file in which digests are remembered, as in
                hash_files().
            **options: As PutOptions.
            progress: Called with a Progress, as in scan(), or True for a bar.

        Raises:
            ValueError: An option makes no sense; the message names it.
            TypeError: An option is of the wrong type.
            FileNotFoundError: A root is not there.
            OSError: The store cannot be written.
            Cancelled: The progress callback returned False. Another put does
                not store again what this one did.
        """
        walk, others = split(Store.put, options)
        snapshot, numbers, errors = self._store.put(
            roots,
            walk,
            name,
            read_all,
            level,
            catalog,
            others["threads"],
            reporter(progress),
            raises(others["errors"]),
            StoreSnapshot,
        )
        return PutSummary(cast(StoreSnapshot, snapshot), *numbers, errors)

    def _put_part(
        self,
        root: bytes,
        walk: _native.Walk,
        name: str,
        level: int,
        threads: int | None,
    ) -> PutSummary:
        """Put what a shard has of a root."""
        snapshot, numbers, errors = self._store.put(
            [root],
            walk,
            name,
            False,
            level,
            None,
            threads,
            None,
            True,
            StoreSnapshot,
        )
        return PutSummary(cast(StoreSnapshot, snapshot), *numbers, errors)

    @takes(WalkOptions, ThreadOptions)
    def get(
        self,
        snapshot: Wanted,
        target: Location,
        *,
        overwrite: bool = False,
        verify: bool = False,
        progress: OnProgress | None = None,
        **options: Unpack[StoreOptions],
    ) -> RestoredTree:
        """Get a snapshot, or some of it, back into a folder.

        What comes has permissions, times, extended attributes, holes and hard
        links, and owners where that is allowed. Every byte has the digest by
        which it was stored. What is there and looks the same stays; what differs
        is an error, unless ``overwrite``. With options, only what they want comes,
        hidden or not, and the directories on the way to it.

        Args:
            snapshot: The snapshot.
            target: The folder, which is made if it is missing.
            overwrite: Replace files and links that differ.
            verify: Read what was written again, and compare it.
            **options: As StoreOptions.
            progress: Called with a Progress, as in scan(), or True for a bar.

        Raises:
            LookupError: There is no such snapshot.
            ValueError: An option makes no sense; the message names it.
            TypeError: An option is of the wrong type.
            OSError: The store cannot be read, or the folder can be none.
            Cancelled: The progress callback returned False.
        """
        walk, others = split(Store.get, options)
        numbers, errors = self._store.get(
            _called(snapshot),
            target,
            walk,
            overwrite,
            verify,
            others["threads"],
            reporter(progress),
        )
        return RestoredTree(*numbers, errors)

    def snapshots(self) -> list[StoreSnapshot]:
        """List the snapshots, the oldest first.

        One that cannot be read is left out, which is warned of: check() tells
        more.
        """
        found, errors = self._store.snapshots(StoreSnapshot)
        for error in errors:
            warnings.warn(error, RuntimeWarning, stacklevel=2)
        return cast("list[StoreSnapshot]", found)

    def find(self, snapshot: Wanted) -> StoreSnapshot:
        """Find a snapshot by what it is called.

        Raises:
            LookupError: There is none.
            ValueError: Several are called so.
        """
        found = self._store.find(_called(snapshot), StoreSnapshot)
        return cast(StoreSnapshot, found)

    @takes(WalkOptions, ThreadOptions)
    def ls(
        self,
        snapshot: Wanted = "latest",
        *,
        path_bytes: bool = False,
        progress: OnProgress | None = None,
        **options: Unpack[StoreOptions],
    ) -> Records[StoredEntry, Summary]:
        """List what is in a snapshot, in no particular order.

        All of it, hidden or not, unless options say otherwise. See Records for
        the ways to take entries, for asyncio and for Arrow (columns path, kind,
        size, modified). snapshots() lists the snapshots themselves.

        Args:
            snapshot: The snapshot.
            path_bytes: As in RecordOptions.
            **options: As StoreOptions.
            progress: Called with a Progress, as in scan(), or True for a bar.

        Raises:
            LookupError: There is no such snapshot.
            ValueError: An option makes no sense; the message names it.
            TypeError: An option is of the wrong type.
            OSError: The store cannot be read.
        """
        walk, others = split(Store.ls, options)
        run = self._store.entries(
            _called(snapshot),
            walk,
            others["threads"],
            reporter(progress),
            path_bytes,
            StoredEntry,
        )
        return Records(run, Summary, "sanchay.Store.ls")

    def open(
        self, path: Path, snapshot: Wanted = "latest"
    ) -> io.BufferedReader:
        """Open a file of a snapshot to read, at any place of it.

        Args:
            path: Its path in the snapshot.
            snapshot: The snapshot.

        Raises:
            LookupError: There is no such snapshot.
            FileNotFoundError: It has no such file.
            OSError: It is not a file, or cannot be read.
        """
        opened = self._store.open(path, _called(snapshot))
        return io.BufferedReader(_StoredFile(opened), 1 << 20)

    def read(self, path: Path, snapshot: Wanted = "latest") -> bytes:
        """Read a file of a snapshot, as open() would."""
        with self.open(path, snapshot) as file:
            return file.read()

    def rm(
        self,
        *snapshots: Wanted,
        keep: int | None = None,
        dry_run: bool = False,
    ) -> list[StoreSnapshot]:
        """Remove snapshots, and answer with those that went.

        What only they have stays in the store until gc().

        Args:
            *snapshots: The snapshots.
            keep: Remove all but the newest so many snapshots of each series,
                which are those of the same roots on the same machine, by the same
                options. Those that were given a name stay.
            dry_run: Only tell what would be removed.

        Raises:
            LookupError: There is no such snapshot; nothing was removed.
            ValueError: There is nothing that says which.
        """
        if not snapshots and keep is None:
            raise ValueError("snapshots: name some, or say how many to keep")
        called = [_called(it) for it in snapshots]
        gone = self._store.remove(called, keep, dry_run, StoreSnapshot)
        return cast("list[StoreSnapshot]", gone)

    def gc(
        self,
        *,
        grace: float | Time = "1d",
        waste: float = 25,
        dry_run: bool = False,
    ) -> CollectedGarbage:
        """Delete what no snapshot needs. Others may use the store meanwhile.

        Packs of which no snapshot needs anything, or little, are condemned first;
        a later collection, after the time of grace, looks at all snapshots again
        and deletes them. Nothing that a snapshot needs is ever deleted, however
        short the time is. Where nobody puts, ``grace=0`` frees the space at once.

        Args:
            grace: How old a pack is that is condemned, and for how long it stays
                so: text as the program takes it, a timedelta, or seconds.
            waste: Copy what is needed of packs of which more than so many
                percent are not: 0 to 100.
            dry_run: Only tell what would be condemned.

        Raises:
            ValueError: An option makes no sense; the message names it.
            OSError: A snapshot, or what it needs, cannot be read: nothing is
                deleted then.
        """
        if not 0 <= waste <= 100:
            raise ValueError(f"waste: {waste} is not from 0 to 100 percent")
        return CollectedGarbage(*self._store.gc(grace, waste / 100, dry_run))

    def check(
        self,
        *,
        read_data: bool = False,
        threads: int | None = None,
        progress: OnProgress | None = None,
    ) -> StoreReport:
        """Look for what is missing, damaged or foreign.

        Args:
            read_data: Read all data, and compare it with its digests.
            threads: How many threads work, as in scan().
            progress: Called with a Progress, as in scan(), or True for a bar.

        Raises:
            OSError: The store cannot be read.
            Cancelled: The progress callback returned False.
        """
        numbers, flaws = self._store.check(
            read_data, threads, reporter(progress)
        )
        return StoreReport(*numbers, tuple(StoreFlaw(*it) for it in flaws))

    def stats(self) -> StoreStats:
        """Tell what the store takes up, and what it would without it."""
        return StoreStats(*self._store.stats())

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle where it is."""
        return type(self), (self._location,)

    def __repr__(self) -> str:
        """Where it is."""
        location = self._location
        if isinstance(location, PathLike):
            location = str(location)
        return f"Store({location!r})"


def _called(snapshot: Wanted) -> str:
    """What a snapshot is called by."""
    if isinstance(snapshot, PutSummary):
        snapshot = snapshot.snapshot
    if isinstance(snapshot, StoreSnapshot):
        return snapshot.id
    if not isinstance(snapshot, str):
        kind = type(snapshot).__name__
        raise TypeError(f"snapshot: expected its name or itself, not {kind}")
    return snapshot


class _StoredFile(io.RawIOBase):
    """A file of a snapshot, for a BufferedReader."""

    def __init__(self, file: _native.StoredFile) -> None:
        self._file = file
        self._at = 0

    def readable(self) -> Literal[True]:
        return True

    def seekable(self) -> Literal[True]:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_CUR: self._at, io.SEEK_END: self._file.size}
        at = offset + start.get(whence, 0)
        if at < 0:
            raise ValueError(f"offset: {at} is before the beginning")
        self._at = at
        return at

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        space = memoryview(buffer).cast("B")
        piece = self._file.read_at(self._at, len(space))
        space[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
