"""Plans: calls as values, which can be stored, compared and sent elsewhere."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from importlib import import_module
from inspect import signature
from operator import index
from os import PathLike, fspath
from typing import Any, Literal, cast

from sanchay._calls import (
    duplicates,
    hash_files,
    scan,
    start_duplicates,
    start_hash_files,
    start_scan,
)
from sanchay._keywords import (
    DuplicateOptions,
    GroupOptions,
    HashOptions,
    LikenessOptions,
    RecordOptions,
    RunOptions,
    ScanOptions,
    SimilarOptions,
)
from sanchay._options import Unpack, takes, unexpected
from sanchay._records import Records
from sanchay._similar import similar, start_similar
from sanchay._types import OnProgress, Paths, WalkOptions

__all__ = ["Plan"]

#: What a plan does: the command of the program.
Command = Literal["scan", "hash", "duplicates", "similar"]

#: What compares all files, and has no shards.
_WHOLE = ("duplicates", "similar")

#: The version of the form in JSON.
_VERSION = 1

_CALLS: dict[str, Callable[..., object]] = {
    "scan": scan,
    "hash": hash_files,
    "duplicates": duplicates,
    "similar": similar,
}
_STARTS: dict[str, Callable[..., Records[Any, Any]]] = {
    "scan": start_scan,
    "hash": start_hash_files,
    "duplicates": start_duplicates,
    "similar": start_similar,
}


@dataclass(frozen=True)
class Plan:
    """A call of scan(), hash_files(), duplicates() or similar() as a value.

    Made by ``Plan.scan(...)``, ``Plan.hash_files(...)``, ``Plan.duplicates(...)``
    and ``Plan.similar(...)``, which take what the calls take, but for progress.
    A plan does nothing before run(). It can be pickled, compared, hashed and
    written as JSON, and its repr() is Python that makes it again. An option
    that makes no sense is an error when the plan is made.

    What a plan says of paths and times holds where it runs: relative paths are
    those of the working directory there, and "7d" is counted back from then.

    With a shard ``(i, n)``, it deals with the part i of n of the files, counted
    from 0: those for which ::

        xxhash.xxh3_64_intdigest(os.fsencode(below)) % n == i

    where ``below`` is a file's path below its root, with slashes between the
    components; of roots within each other, below the innermost; and of a file
    that was named, its name. The parts of a plan have no file in common, and
    together they have every one, if the tree does not change meanwhile and all
    run with the same paths. Each of them lists all directories. What goes wrong
    with an entry on the way is told by one of them, and a root of a scan that
    cannot be opened by all. What is hashed cannot have shards where links are
    followed, and a search for duplicates or similar
    texts never, for it compares all files.

    Attributes:
        command: "scan", "hash", "duplicates" or "similar".
        paths: The roots or paths, as they were given; None is the current
            directory.
        options: The other keywords and their values, by name, without those
            that are as if not given: ``dict(plan.options)``.
        shard: Which part of the files, (i, n); None for all.
    """

    command: Command
    paths: tuple[str | bytes, ...] | None
    options: tuple[tuple[str, object], ...] = ()
    shard: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        """Bring what was given into one form, and see that it makes sense."""
        if self.command not in _CALLS:
            words = "'scan', 'hash', 'duplicates' or 'similar'"
            raise ValueError(f"command: expected {words}, not {self.command!r}")
        call = _CALLS[self.command]
        parameters = list(signature(call).parameters.values())
        known = {it.name: it.default for it in parameters[1:]}
        options = {}
        for name, value in dict(self.options).items():
            if name == "progress":
                raise TypeError("progress: is no part of a plan; give it to run()")
            if name not in known:
                raise unexpected(call, name)
            value = _plain(value, several=known[name] == ())
            if name == "partial" and isinstance(value, bool):
                # For True equals 1, which is another chunk.
                value = "64KiB" if value else None
            if value != known[name] or type(value) is not type(known[name]):
                options[name] = value
        _set(self, "paths", _plain_paths(parameters[0].name, self.paths))
        _set(self, "options", tuple(sorted(options.items())))
        _set(self, "shard", _plain_shard(self.command, self.shard))
        # The call itself says what is wrong with the values; a run that nobody
        # takes from does nothing.
        self.run()

    @staticmethod
    @takes(WalkOptions, RunOptions, RecordOptions)
    def scan(
        roots: Paths | None = None,
        *,
        shard: tuple[int, int] | None = None,
        **options: Unpack[ScanOptions],
    ) -> Plan:
        """Make a plan of scan().

        Args:
            roots: As in scan().
            shard: Which part of the files, (i, n); None for all.
            **options: As ScanOptions.
        """
        return _plan(Plan.scan, "scan", roots, options, shard)

    @staticmethod
    @takes(HashOptions, WalkOptions, RunOptions, RecordOptions)
    def hash_files(
        paths: Paths,
        *,
        shard: tuple[int, int] | None = None,
        **options: Unpack[HashOptions],
    ) -> Plan:
        """Make a plan of hash_files().

        Args:
            paths: As in hash_files().
            shard: Which part of the files, (i, n); None for all.
            **options: As HashOptions.
        """
        return _plan(Plan.hash_files, "hash", paths, options, shard)

    @staticmethod
    @takes(GroupOptions, DuplicateOptions, WalkOptions, RunOptions, RecordOptions)
    def duplicates(
        roots: Paths | None = None,
        **options: Unpack[DuplicateOptions],
    ) -> Plan:
        """Make a plan of duplicates().

        Args:
            roots: As in duplicates().
            **options: As DuplicateOptions.
        """
        return _plan(Plan.duplicates, "duplicates", roots, options, None)

    @staticmethod
    @takes(LikenessOptions, WalkOptions, RunOptions, RecordOptions)
    def similar(
        roots: Paths | None = None,
        **options: Unpack[SimilarOptions],
    ) -> Plan:
        """Make a plan of similar().

        Args:
            roots: As in similar().
            **options: As SimilarOptions.
        """
        return _plan(Plan.similar, "similar", roots, options, None)

    def shards(self, count: int) -> tuple[Plan, ...]:
        """Make plans of all parts of this many."""
        count = index(count)
        if count < 1:
            raise ValueError(f"count: {count} is less than 1")
        if self.shard is not None:
            raise ValueError("count: the plan is a shard already")
        return tuple(replace(self, shard=(number, count)) for number in range(count))

    def run(self, progress: OnProgress | None = None) -> Records[Any, Any]:
        """Make the call: the same Records, which begin when they are taken.

        Args:
            progress: As in the calls.
        """
        options: dict[str, Any] = dict(self.options)
        # What only some of the calls take.
        own = {it: options.pop(it) for it in ("catalog",) if it in options}
        if self.command not in _WHOLE:
            own["shard"] = self.shard
        return _STARTS[self.command](self.paths, options, progress, **own)

    def reader(self, progress: OnProgress | None = None) -> Any:
        """Run, and hand the records on as a pyarrow.RecordBatchReader.

        Args:
            progress: As in the calls.

        Raises:
            ImportError: pyarrow is not installed.
        """
        reader = import_module("pyarrow").RecordBatchReader
        return reader.from_stream(self.run(progress))

    def to_json(self) -> str:
        """Write it as JSON, which from_json() reads.

        The text is ASCII, and that of equal plans is equal. What JSON has no
        type for is an object with one key: bytes in base64, datetime and date
        as in ISO 8601, timedelta in microseconds. A lone surrogate, which
        stands for a byte of a path that is not text, is escaped as such.
        """
        plan = {
            "version": _VERSION,
            "command": self.command,
            "paths": _to_json(self.paths),
            "options": {name: _to_json(value) for name, value in self.options},
            "shard": _to_json(self.shard),
        }
        return json.dumps(plan, sort_keys=True)

    @staticmethod
    def from_json(text: str | bytes) -> Plan:
        """Read what to_json() wrote.

        Raises:
            ValueError: It is no plan, or one of another version.
            TypeError: An option is unknown or has a value of the wrong type.
        """
        try:
            plan = json.loads(text)
        except RecursionError:
            raise ValueError("plan: it is nested too deeply") from None
        if not isinstance(plan, dict) or "version" not in plan:
            raise ValueError("plan: expected an object with a version")
        version = plan.pop("version")
        if version != _VERSION or type(version) is not int:
            raise ValueError(f"plan: its version is {version!r}, not {_VERSION}")
        if plan.keys() != {"command", "paths", "options", "shard"}:
            raise ValueError("plan: expected command, paths, options and shard")
        command, options = plan["command"], plan["options"]
        if not isinstance(command, str):
            raise ValueError("plan: its command is no text")
        if not isinstance(options, dict):
            raise ValueError("plan: its options are no object")
        return Plan(
            cast(Command, command),
            _from_json(plan["paths"]),
            tuple((name, _from_json(value)) for name, value in options.items()),
            _from_json(plan["shard"]),
        )


def _set(plan: Plan, name: str, value: object) -> None:
    """Set a field of a plan that is being made."""
    object.__setattr__(plan, name, value)


def _plan(
    call: Callable[..., object],
    command: Command,
    paths: Paths | None,
    options: Mapping[str, object],
    shard: tuple[int, int] | None,
) -> Plan:
    """Make a plan of the arguments of a call that makes one."""
    known = signature(call).parameters
    for name in options:
        if name not in known:
            raise unexpected(call, name)
    given = cast("tuple[str | bytes, ...] | None", paths)
    return Plan(command, given, tuple(options.items()), shard)


def _plain_paths(name: str, paths: Any) -> tuple[str | bytes, ...] | None:
    """Paths as texts and bytes, all of them."""
    if paths is None:
        return None
    if isinstance(paths, (str, bytes, PathLike)):
        return (_text(paths),)
    if hasattr(paths, "readline"):
        raise TypeError(f"{name}: expected a path or several, not an open file")
    try:
        return tuple(_text(path) for path in paths)
    except TypeError as error:
        raise TypeError(f"{name}: {error}") from error


def _text(given: str | bytes | PathLike[str] | PathLike[bytes]) -> str | bytes:
    """A text, bytes or path without whatever a class adds to them."""
    text = fspath(given)
    # str() would be what an enumeration calls its member.
    return str.__str__(text) if isinstance(text, str) else bytes(text)


def _plain_shard(command: str, shard: Any) -> tuple[int, int] | None:
    """A shard as two numbers."""
    if shard is None:
        return None
    if command in _WHOLE:
        words = "duplicates" if command == "duplicates" else "similar texts"
        raise ValueError(f"shard: a search for {words} compares all files")
    try:
        number, count = shard
        number, count = index(number), index(count)
    except (TypeError, ValueError) as error:
        raise TypeError(f"shard: expected two numbers, (i, n): {error}") from error
    if not 0 <= number < count < 1 << 63:
        raise ValueError(f"shard: {number} is not from 0 to {count} - 1")
    return (number, count)


def _plain(value: Any, *, several: bool = False) -> object:
    """A value as one of the types that can be written and compared.

    What is of no such type, or no time on any calendar, is left to the call,
    which has the words for it.
    """
    if isinstance(value, (str, bytes, PathLike)):
        return (_text(value),) if several else _text(value)
    if several and isinstance(value, Iterable) and not hasattr(value, "readline"):
        return tuple(_plain(it) for it in value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            return value
        try:
            value = value.astimezone(timezone.utc)
        except OverflowError:
            return value
        return datetime.combine(value.date(), value.time(), timezone.utc)
    if isinstance(value, date):
        return date(value.year, value.month, value.day)
    if isinstance(value, timedelta):
        return timedelta(value.days, value.seconds, value.microseconds)
    if type(value).__module__ == "numpy" and type(value).__name__ in ("bool", "bool_"):
        return bool(value)
    try:
        return index(value)
    except TypeError:
        return value


#: How values that JSON has no type for are written and read.
_MICROSECOND = timedelta(microseconds=1)
_READ: dict[str, Callable[[Any], object]] = {
    "bytes": lambda it: b64decode(it, validate=True),
    "datetime": lambda it: datetime.fromisoformat(it),
    "date": lambda it: date.fromisoformat(it),
    "timedelta": lambda it: timedelta(microseconds=index(it)),
}


def _to_json(value: object) -> object:
    if isinstance(value, tuple):
        return [_to_json(it) for it in value]
    if isinstance(value, bytes):
        return {"bytes": b64encode(value).decode()}
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, timedelta):
        return {"timedelta": value // _MICROSECOND}
    return value


def _from_json(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_from_json(it) for it in value)
    if not isinstance(value, dict):
        return value
    if len(value) != 1 or not value.keys() <= _READ.keys():
        raise ValueError("plan: there is an object that stands for no value")
    [(kind, written)] = value.items()
    try:
        return _READ[kind](written)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"plan: it has no {kind} there: {error}") from error
