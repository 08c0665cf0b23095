"""What calls answer with and what they take, as types."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Literal, NamedTuple, TypedDict, Union

from sanchay._fields import describe
from sanchay._native import Cancelled, ConflictError, EntryError

__all__ = [
    "Algorithm",
    "Cancelled",
    "Change",
    "CheckSummary",
    "CheckedFile",
    "ConflictError",
    "DedupeAction",
    "DuplicateGroup",
    "DuplicateSummary",
    "EntryError",
    "Errors",
    "Extensions",
    "ExtractedFile",
    "ExtractedGroup",
    "ExtractedHash",
    "HashedFile",
    "Kind",
    "Kinds",
    "Patterns",
    "OnConflict",
    "OnProgress",
    "Operation",
    "Path",
    "Paths",
    "Plugins",
    "Progress",
    "ScannedFile",
    "SimilarAction",
    "Size",
    "Summary",
    "Template",
    "Texts",
    "Time",
    "Value",
    "Verdict",
    "WalkOptions",
    "Walker",
    "moment",
]

#: A path: text, bytes, or an object that stands for one.
Path = Union[str, bytes, os.PathLike[str], os.PathLike[bytes]]
#: One path, or several.
Paths = Union[Path, Iterable[Path]]
#: One extension, or several, with or without a leading dot.
Extensions = Union[str, bytes, Iterable[Union[str, bytes]]]

#: One pattern or expression, or several.
Patterns = Union[str, bytes, Iterable[Union[str, bytes]]]
#: One plugin, or several: "FILE[@sha256:HEX][,name=NAME][,KEY=VALUE]...".
Plugins = Union[Path, Iterable[Path]]
#: What a plugin finds in a file: times in UTC, to the microsecond.
Value = Union[bool, int, float, str, bytes, datetime, None]
#: A size in bytes: a number, or text as the program takes it: "10MB", "1KiB".
Size = Union[int, str]
#: A point in time: as the program takes it ("7d" for so long ago,
#: "2026-01-31", "2026-01-31T12:00:00Z"), or a datetime with a time zone, a date
#: (its midnight in the local zone), a timedelta (so long ago).
Time = Union[str, datetime, date, timedelta]
#: What an entry can be.
Kind = Literal[
    "file",
    "directory",
    "symlink",
    "fifo",
    "socket",
    "block-device",
    "char-device",
    "empty",
    "executable",
]
#: One kind, or several.
Kinds = Union[Kind, Iterable[Kind]]
#: The hash functions. A search for duplicates has no use for ``crc32``.
Algorithm = Literal[
    "xxh64",
    "xxh3-64",
    "xxh3-128",
    "blake3",
    "sha256",
    "sha512",
    "sha1",
    "md5",
    "crc32",
]
#: The ways to list directories.
Walker = Literal["native", "portable"]
#: What became of a file of a list of digests.
Verdict = Literal["ok", "failed", "missing", "unreadable"]
#: What becomes of an entry that fails.
Errors = Literal["raise", "keep"]
#: One text, or several.
Texts = Union[str, Iterable[str]]
#: New names: a template of them, or a function that is called with the path of
#: an entry and answers with its new name, or None to leave it as it is.
Template = Union[str, Callable[[str], Union[str, None]]]
#: What a step of a batch does.
Operation = Literal[
    "mkdir",
    "rename",
    "move",
    "copy",
    "hardlink",
    "symlink",
    "reflink",
    "trash",
    "delete",
]
#: What becomes of files that are the same as one that stays.
DedupeAction = Literal[
    "hardlink", "reflink", "symlink", "trash", "delete", "move-to"
]
#: What becomes of files that are similar to one that stays.
SimilarAction = Literal["trash", "delete", "move-to"]
#: What is done where something stands in the way of a step.
OnConflict = Literal["error", "skip", "rename"]
#: What became of a file between two looks at it.
Change = Literal["new", "changed", "moved", "deleted", "touched"]


class WalkOptions(TypedDict, total=False):
    """Which entries a call looks at, as keywords of all calls.

    Args:
        glob: Only entries that one of these globs matches: "*.rs" by name,
            "src/**" by the path below the root, as it has a slash. Those that
            begin with "!" leave out, as exclude.
        iglob: As glob, without regard to case.
        regex: Only entries in whose name one of these regular expressions is
            found, or in whose path below the root where it has a slash. One
            without capital letters is matched without regard to case.
        exclude: Leave out what one of these globs matches, and enter no
            directory that one matches.
        min_depth: Only entries at least this many levels down; a root's own
            entries have depth 1.
        exact_depth: Only entries exactly this many levels down; none further
            down are looked for.
        where: Only entries of which this expression is true, or each of these:
            'size > 1GiB and ext in (csv, parquet) and modified within 7d'.
            Columns of plugins are tested as fields are: 'images.width > 4000'.
        extension: Only files whose name ends in this extension, or in one of
            these, with or without their leading dot; case does not matter
            (Unicode's simple case folding). Files that were named are taken
            whatever their names.
        min_size: Only files of at least this many bytes; or text: "10MB",
            "1KiB". This, max_size and the times hold for files that were
            named as well. A search for duplicates leaves out empty files
            unless min_size=0.
        max_size: Only files of at most this many bytes. In a search for
            duplicates, 0 needs min_size=0.
        changed_within: Only what was modified since a time, or within a
            duration: "7d", "2026-01-31", a datetime with a time zone, a date, a
            timedelta.
        changed_before: Only what was modified before a time, or longer ago than
            a duration.
        created_within: As changed_within, of when the file was created.
        created_before: As changed_before, likewise.
        accessed_within: As changed_within, of when the content was last read.
        accessed_before: As changed_before, likewise.
        status_changed_within: As changed_within, of when the content or the
            metadata last changed (st_ctime).
        status_changed_before: As changed_before, likewise.
        kind: Entries of this kind, or of one of these, in place of regular
            files: "directory", "symlink", ... "empty" and "executable" must
            be true as well where they are among them. Of all these only
            regular files are ever hashed or compared.
        perm: Only entries with these permissions, in octal: "644" for exactly
            these, "-222" for all of these bits, "/111" for any of them.
        owner: Only what belongs to this user and group, "USER", "USER:GROUP"
            or ":GROUP", by name or number; "!USER" means any other.
        hidden: Also hidden files and directories, whose names begin with a
            dot. What was named is never hidden.
        follow: Follow symbolic links. Each real directory is then visited
            once, and each real file that a link leads to is reported once.
        beneath: With follow: refuse links that lead out of the root.
        max_depth: Go at most this many levels down; a root's own entries have
            depth 1, and 0 enters no directory.
        one_file_system: Enter no directory on another file system than its
            root. Pseudo file systems (/proc, /sys) are never entered on the
            way from another one.
        media: Tell what pictures and films say of themselves in the ``values``
            of the records, as plugins do: "media_type", "width", "height",
            "taken", "camera" and "duration" (in seconds). To filter by them,
            ``where`` is enough.
        plugin: Plugins, as the program's --plugin takes them:
            "FILE[@sha256:HEX][,name=NAME][,KEY=VALUE]...". A filter decides
            which of the entries that pass the other options are wanted. What
            an extractor finds in files is in the ``values`` of the records,
            which then are an ExtractedFile, ExtractedHash or ExtractedGroup,
            and in columns of Arrow tables. Compiling one may take seconds.
        gitignore: Leave out what git ignores: by .gitignore and .ignore in each
            directory, .git/info/exclude, the user's own excludes file, and
            the files above a root up to the top of its repository; and .git.
        ignore_file: Leave out what the rules in this file ignore, or in one of
            these, matched with the path below each root.
        walker: How directories are listed; the answers are the same.
    """

    glob: Patterns
    iglob: Patterns
    regex: Patterns
    exclude: Patterns
    min_depth: int | None
    exact_depth: int | None
    where: Patterns
    extension: Extensions
    min_size: Size | None
    max_size: Size | None
    changed_within: Time | None
    changed_before: Time | None
    created_within: Time | None
    created_before: Time | None
    accessed_within: Time | None
    accessed_before: Time | None
    status_changed_within: Time | None
    status_changed_before: Time | None
    kind: Kinds
    perm: str | bytes | None
    owner: str | bytes | None
    hidden: bool
    follow: bool
    beneath: bool
    max_depth: int | None
    one_file_system: bool
    media: bool
    plugin: Plugins
    gitignore: bool
    ignore_file: Paths
    walker: Walker


_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def moment(nanoseconds: int) -> datetime:
    """Make a point in time of nanoseconds since 1970: in UTC, in microseconds.

    Raises OverflowError outside of the years 1 to 9999.
    """
    return _EPOCH + timedelta(microseconds=nanoseconds // 1000)


class ScannedFile(NamedTuple):
    """A file that a scan found, or an entry of another kind that it asked for."""

    path: str
    size: int
    modified_ns: int

    def __fspath__(self) -> str:
        """Its path: open() and other calls take the record itself."""
        return self.path

    @property
    def modified(self) -> datetime:
        """When its contents were last modified, in UTC, to the microsecond.

        Raises OverflowError outside of the years 1 to 9999.
        """
        return moment(self.modified_ns)


describe(
    ScannedFile,
    path=(
        "Its path: the root as it was given, and the way down from it. Bytes "
        "that are not text are lone surrogates, as in os.fsdecode: it opens "
        "again."
    ),
    size="Its size in bytes.",
    modified_ns=(
        "When its contents were last modified, in nanoseconds since "
        "1970-01-01 00:00 UTC; negative before."
    ),
)


class HashedFile(NamedTuple):
    """A file that was hashed, or could not be."""

    path: str
    size: int | None
    modified_ns: int | None
    algorithm: str | None
    hash: str | None
    error: OSError | None

    def __fspath__(self) -> str:
        """Its path: open() and other calls take the record itself."""
        return self.path

    @property
    def modified(self) -> datetime | None:
        """When it was last modified, in UTC, to the microsecond.

        Raises OverflowError outside of the years 1 to 9999.
        """
        if self.modified_ns is None:
            return None
        return moment(self.modified_ns)


describe(
    HashedFile,
    path="Its path, as in ScannedFile.",
    size="Its size in bytes, or None if it could not be hashed.",
    modified_ns=(
        "When it was last modified, as in ScannedFile, or None if it could "
        "not be hashed."
    ),
    algorithm="The hash function, or None if it could not be hashed.",
    hash=(
        "Its digest in lower-case hexadecimal; a partial one is "
        "``xxh64:FIRST:LAST:SIZE``. None if it could not be hashed."
    ),
    error=(
        "Why it could not be hashed, or None if it was. Exceptions equal "
        "only themselves: two records with an error are never equal."
    ),
)


class CheckedFile(NamedTuple):
    """A file of a list of digests that was checked."""

    path: str
    verdict: Verdict
    error: OSError | None

    def __fspath__(self) -> str:
        """Its path: open() and other calls take the record itself."""
        return self.path


describe(
    CheckedFile,
    path="Its path, as the list has it.",
    verdict=(
        "'ok' if it has the digest on the list, 'failed' if it has another, "
        "'missing' if there is no such file, 'unreadable' if it could not be "
        "opened or read."
    ),
    error="Why it could not be opened or read, or None.",
)


class DuplicateGroup(NamedTuple):
    """Files with equal content, or identical folders."""

    size: int
    algorithm: str
    hash: str
    files: tuple[str, ...]
    reclaimable: int
    roles: tuple[Literal["reference", "duplicate"], ...] = ()
    kind: Literal["file", "directory"] = "file"
    file_count: int | None = None

    def _repr_html_(self) -> str:
        """For notebooks."""
        from sanchay._html import group

        return group(self)


describe(
    DuplicateGroup,
    size="The size of each of them, in bytes.",
    algorithm="The hash function of their digest.",
    hash="The digest that they share, in lower-case hexadecimal.",
    files="Their paths in byte order; at least two.",
    reclaimable=(
        "How many bytes would be free if the references, or else one of them, "
        "were left. Hard links to one file share its bytes."
    ),
    roles=(
        "What each of the files is: a reference, which stays, or a duplicate."
    ),
    kind='What they are: "directory" with ``folders=True`` alone.',
    file_count="How many files are in each folder, at any depth.",
)


class ExtractedFile(ScannedFile):
    """A file that a scan with plugins or media found."""

    #: What they found in it, by column: ``{"images.width": 640}``.
    values: Mapping[str, Value] = MappingProxyType({})


class ExtractedHash(HashedFile):
    """A file that was hashed with plugins or media."""

    #: What they found in it, by column.
    values: Mapping[str, Value] = MappingProxyType({})


class ExtractedGroup(DuplicateGroup):
    """Files with equal content, found with plugins or media."""

    #: What they found in each of the files, by column.
    values: tuple[Mapping[str, Value], ...] = ()


class Progress(NamedTuple):
    """How far a run is. At its end it has the numbers of its summary."""

    phase: Literal[
        "walking",
        "hashing",
        "comparing",
        "checking",
        "planning",
        "applying",
        "undoing",
    ]
    directories: int
    files: int
    bytes: int
    total_files: int | None
    total_bytes: int | None
    errors: int


describe(
    Progress,
    phase=(
        "What it is doing. A search for duplicates walks, then compares; "
        "hash_files() hashes from the beginning. Of a batch, files are entries "
        "when it is planned, and steps when it is applied or undone."
    ),
    directories="Directories listed so far.",
    files="Files found, hashed or compared so far, in this phase.",
    bytes=(
        "Bytes read so far in this phase; of a scan, bytes of the files found."
    ),
    total_files=(
        "How many files this phase will deal with, where that is known: when "
        "comparing, and when hashing files that were all named."
    ),
    total_bytes=(
        "How many bytes this phase will read at most, where that is known."
    ),
    errors="Entries that failed so far.",
)


#: Told how far a run is, at most ten times a second and once more at its end;
#: False ends the run. True in place of a function shows a bar: tqdm's, in a
#: terminal or a notebook, if it is installed, else a line on standard error.
OnProgress = Union[Callable[[Progress], Union[bool, None]], bool]


class Summary(NamedTuple):
    """What a finished run did."""

    files: int
    directories: int
    bytes: int
    errors: int
    named_errors: int


describe(
    Summary,
    files="Files found or hashed.",
    directories="Directories listed.",
    bytes="Bytes of the files found, or bytes hashed.",
    errors="Entries that failed.",
    named_errors="Of these, the ones that the caller had named.",
)


class CheckSummary(NamedTuple):
    """What checking lists of digests came to."""

    matched: int
    mismatched: int
    missing: int
    unreadable: int
    malformed: int

    @property
    def ok(self) -> bool:
        """Whether some file was checked and all have their digests."""
        bad = self.mismatched + self.missing + self.unreadable
        return self.matched > 0 and bad == 0


describe(
    CheckSummary,
    matched="Files that have the digest on the list.",
    mismatched="Files that have another one.",
    missing="Files that do not exist.",
    unreadable=(
        "Files that could not be opened or read; also lists that could not, or "
        "that name no file."
    ),
    malformed="Lines that have nothing that can be checked.",
)


class DuplicateSummary(NamedTuple):
    """What a finished search for duplicates came to."""

    files: int
    directories: int
    bytes: int
    errors: int
    named_errors: int
    groups: int
    redundant_files: int
    reclaimable: int
    folder_groups: int = 0
    redundant_folders: int = 0


describe(
    DuplicateSummary,
    files="Files looked at.",
    directories="Directories listed.",
    bytes="Bytes of the files looked at.",
    errors="Entries that failed.",
    named_errors="Of these, the ones that the caller had named.",
    groups="How many groups there are, of files and of folders.",
    redundant_files="How many files could go: all but one of each group.",
    reclaimable="How many bytes that would free.",
    folder_groups="How many of the groups are of identical folders.",
    redundant_folders="How many folders could go.",
)
