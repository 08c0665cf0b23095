"""What engines run on their workers: parts of a shard as tables of Arrow.

sanchay.ray and sanchay.spark move these tables. A task that is run again makes
the same table: its rows are in the byte order of the paths.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from os import PathLike, fsencode
from stat import S_ISREG
from typing import Any

from sanchay import _native
from sanchay._calls import scan
from sanchay._records import Records
from sanchay._shards import Shard, start_merge
from sanchay._similar import SimilarGroup, SimilarSummary, completed
from sanchay._store import PutSummary, Store
from sanchay._types import ScannedFile, Summary

__all__ = [
    "NO_SHARDS",
    "SUMS",
    "checked_likeness",
    "compared",
    "hashed",
    "hashed_schema",
    "links",
    "merged",
    "put",
    "scanned",
    "scanned_schema",
    "sketched",
    "summed",
    "summed_schema",
    "with_key",
    "without_key",
    "written",
]

_LOG = logging.getLogger("sanchay")

#: Why there is nothing to do.
NO_SHARDS = "shards: there is none; plan_shards() makes at least one"
#: What is summed up by folder.
SUMS = ("file_count", "size", "allocated")


def _arrow() -> Any:
    """Import pyarrow, which all engines bring with them."""
    return import_module("pyarrow")


def _table(records: Records[Any, Any]) -> Any:
    """Take all records as a table."""
    return _arrow().RecordBatchReader.from_stream(records).read_all()


def _with_paths(paths: Sequence[bytes], columns: Mapping[str, Any]) -> Any:
    """Make a table of paths as bytes and of other columns."""
    pyarrow = _arrow()
    texts: list[str | None] = []
    odd: list[bytes | None] = []
    for path in paths:
        try:
            texts.append(path.decode())
            odd.append(None)
        except UnicodeDecodeError:
            texts.append(None)
            odd.append(path)
    made = {
        "path": pyarrow.array(texts, pyarrow.string()),
        "path_bytes": pyarrow.array(odd, pyarrow.binary()),
    }
    return pyarrow.table({**made, **columns})


def _in_order(table: Any) -> Any:
    """Put rows in the byte order of their paths."""
    compute = import_module("pyarrow.compute")
    return table.take(compute.array_sort_indices(_keys(table)))


def _keys(table: Any) -> Any:
    """The paths of a table as bytes."""
    compute = import_module("pyarrow.compute")
    texts = compute.cast(table["path"], _arrow().binary())
    return compute.coalesce(texts, table["path_bytes"])


def _tell(shard: Shard, errors: Iterable[OSError]) -> None:
    """Write entries that failed and have no row to the log of the worker."""
    for error in errors:
        _LOG.warning("shard %d: %s", shard.index, error)


def scanned(shard: Shard, threads: int | None) -> Any:
    """List the files of a shard."""
    pyarrow = _arrow()
    tables = []
    listed = failures = 0
    for root, walk in _native.shard_parts(shard.text):
        run = _native.scan(
            [root], walk, None, threads, None, True, True, ScannedFile
        )
        records: Records[ScannedFile, Summary]
        records = Records(run, Summary, "sanchay.scan")
        found = _table(records)
        listed += len(found)
        none = pyarrow.nulls(len(found), pyarrow.string())
        tables.append(found.append_column("error", none))
        errors = records.errors
        failures += len(errors)
        if errors:
            paths = [_path_of(error) for error in errors]
            words = [str(error) for error in errors]
            failed = _with_paths(paths, {"error": pyarrow.array(words)})
            tables.append(failed)
    _native.check_found(shard.text, listed, failures)
    return _in_order(pyarrow.concat_tables(tables, promote_options="default"))


def scanned_schema() -> Any:
    """The columns of scanned()."""
    pyarrow = _arrow()
    listed = pyarrow.schema(scan((), path_bytes=True))
    return listed.append(pyarrow.field("error", pyarrow.string()))


def _path_of(error: OSError) -> bytes:
    """The path that an error is about."""
    return fsencode(error.filename) if error.filename else b""


def hashed(shard: Shard, threads: int | None) -> Any:
    """Hash the files of a shard."""
    return _table(shard.run(threads=threads))


def hashed_schema(shards: Sequence[Shard]) -> Any:
    """The columns of hashed(), which are the same for all shards of a plan."""
    if not shards:
        raise ValueError(NO_SHARDS)
    return _arrow().schema(shards[0].run())


def summed(shard: Shard, threads: int | None) -> Any:
    """Sum up the files of a shard by folder."""
    sums, errors = _native.sum_shard(shard.text, threads, None)
    _tell(shard, errors)
    return _sums(sums)


def _sums(sums: Sequence[tuple[bytes, int, int, int]]) -> Any:
    pyarrow = _arrow()
    columns = {
        name: pyarrow.array([it[place] for it in sums], pyarrow.uint64())
        for place, name in enumerate(SUMS, 1)
    }
    return _with_paths([it[0] for it in sums], columns)


def summed_schema() -> Any:
    """The columns of summed()."""
    return _sums([]).schema


def written(
    shard: Shard,
    threads: int | None,
    *,
    out: str | PathLike[str],
    again: bool,
) -> Any:
    """Write the output of a shard, and answer with a row of what it is."""
    done = shard.write(out, again=again, threads=threads)
    _tell(shard, done.exceptions)
    return _row(
        shard,
        kept=done.kept,
        files=done.files,
        bytes=done.bytes,
        errors=done.errors,
    )


def _row(shard: Shard, **values: object) -> Any:
    """Make a row of what became of a shard."""
    named = {"index": shard.index, "shard": shard.id, **values}
    return _arrow().table({name: [value] for name, value in named.items()})


def merged(
    partitions: Sequence[int], out: str | PathLike[str], options: Mapping[str, Any]
) -> Any:
    """Find the duplicates in some partitions of outputs.

    What the shards say of their outputs is read once for all of them.
    """
    compute, pyarrow = import_module("pyarrow.compute"), _arrow()
    groups = start_merge(out, partitions, False, path_bytes=True, **options)
    found = _table(groups)
    # A partition is known by the first byte of its digests.
    first = compute.utf8_slice_codeunits(found["hash"], 0, 2)
    bytes_in_hex = pyarrow.array([f"{it:02x}" for it in range(256)])
    parts = compute.index_in(first, value_set=bytes_in_hex)
    # Groups are numbered in each partition, which is done wherever it is.
    numbers, parts_ = found["group"].to_numpy(), parts.to_numpy()
    numpy = import_module("numpy")
    begins = numpy.flatnonzero(numpy.diff(parts_, prepend=-1))
    lengths = numpy.diff(begins, append=len(parts_))
    before = numpy.repeat(numbers[begins] - 1, lengths)
    at = found.column_names.index("group")
    found = found.set_column(at, "group", pyarrow.array(numbers - before))
    return found.add_column(0, "partition", parts.cast(pyarrow.uint32()))


def checked_likeness(options: Mapping[str, Any]) -> dict[str, Any]:
    """Complete options of likeness, and refuse those that make no sense."""
    likeness = completed(options)
    if likeness["images"]:
        raise ValueError(
            "images: shards compare texts; similar(images=True) compares "
            "pictures on one machine"
        )
    # A search that is not begun checks the rest.
    walk = _native.Walk()
    _native.similar(".", walk, False, likeness, 1, None, True, False, tuple)
    return likeness


def sketched(
    shard: Shard, threads: int | None, *, likeness: dict[str, Any]
) -> Any:
    """Tell which texts of a shard may be like others: a row for each band.

    Two files may be alike if they have the same ``key``.
    """
    pyarrow = _arrow()
    numpy = import_module("numpy")
    paths: list[bytes] = []
    numbers: list[int] = []
    looked_at = failures = 0
    for root, walk in _native.shard_parts(shard.text):
        found, bands, errors, files = _native.sketch(
            [root], walk, likeness, threads, None
        )
        looked_at += files
        failures += len(errors)
        paths += found
        numbers += bands
        _tell(shard, errors)
    _native.check_found(shard.text, looked_at, failures)
    each = len(numbers) // len(paths) if paths else 0
    keys = numpy.array(numbers, dtype=numpy.uint64)
    # The same number in another band says nothing.
    salt = numpy.arange(each, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
    keys = keys ^ numpy.tile(salt, len(paths))
    rows = numpy.repeat(numpy.arange(len(paths)), each)
    texts = pyarrow.array(paths, pyarrow.binary()).take(pyarrow.array(rows))
    return pyarrow.table({"key": pyarrow.array(keys), "path": texts})


def links(batch: Any) -> Any:
    """Tell which files have a key of a batch in common, which has all of it.

    Each is in a pair with the first that has the key.
    """
    pyarrow = _arrow()
    batch = batch.sort_by([("key", "ascending"), ("path", "ascending")])
    keys, paths = batch["key"].to_numpy(), batch["path"]
    numpy = import_module("numpy")
    begins = numpy.ones(len(keys), dtype=bool)
    begins[1:] = keys[1:] != keys[:-1]
    first = numpy.maximum.accumulate(
        numpy.where(begins, numpy.arange(len(keys)), 0)
    )
    others = pyarrow.array(numpy.flatnonzero(~begins))
    pairs = pyarrow.table(
        {
            "path": paths.take(pyarrow.array(first)).take(others),
            "other": paths.take(others),
        }
    )
    # Most pairs have many keys in common.
    return pairs.group_by(["path", "other"]).aggregate([])


def compared(
    number: int,
    paths: Sequence[bytes],
    threads: int | None,
    likeness: Mapping[str, Any],
) -> Any:
    """Find the groups among files that may be alike, one part of them."""
    run = _native.similar(
        [it for it in paths if _is_file(it)],
        # What is a folder now was no text.
        _native.Walk(max_depth=0, hidden=True),
        False,
        dict(likeness),
        threads,
        None,
        False,
        True,
        SimilarGroup,
    )
    records: Records[SimilarGroup, SimilarSummary]
    records = Records(run, SimilarSummary, "sanchay.similar")
    found = _numbered(_table(records), number)
    for error in records.errors:
        _LOG.warning("%s", error)
    return found


def _is_file(path: bytes) -> bool:
    """Whether a path is still that of a file; objects are told when opened."""
    if path.startswith((b"s3://", b"gs://")):
        return True
    try:
        is_file = S_ISREG(os.lstat(path).st_mode)
    except OSError:
        # That it is not there is told when it is opened.
        return True
    if not is_file:
        _LOG.warning("%s: it is no file any more", _native.escaped(os.fsdecode(path)))
    return is_file


def _numbered(table: Any, partition: int) -> Any:
    """Say in front of which part the rows are."""
    pyarrow = _arrow()
    number = pyarrow.scalar(partition, pyarrow.uint32())
    column = pyarrow.repeat(number, len(table))
    return table.add_column(0, "partition", column)


def with_key(table: Any) -> Any:
    """Add what folders are told apart by: the bytes of their paths."""
    return table.append_column("key", _keys(table)).drop_columns(
        ["path", "path_bytes"]
    )


def without_key(table: Any) -> Any:
    """Put the paths of folders in the place of their keys."""
    columns = {name: table[name] for name in SUMS}
    return _with_paths(table["key"].to_pylist(), columns)


def put(
    shard: Shard,
    threads: int | None,
    *,
    location: str | PathLike[str],
    name: str,
    level: int,
) -> Any:
    """Put the files of a shard into a store, unless that was done.

    A snapshot for each root of which the shard has a part.
    """
    store = Store(location)
    known = {it.name: it for it in store.snapshots()}
    rows = []
    made_now = []
    for place, (root, walk) in enumerate(_native.shard_parts(shard.text)):
        own = f"{name}.{shard.id[:16]}" + (f".{place}" if place else "")
        kept = own in known
        if kept:
            made = PutSummary(known[own], 0, 0, 0, 0, 0, ())
        else:
            made = store._put_part(root, walk, own, level, threads)
            _tell(shard, made.errors)
            made_now.append(made.snapshot)
        rows.append(
            _row(
                shard,
                kept=kept,
                snapshot=made.snapshot.id,
                name=own,
                files=made.snapshot.files,
                bytes=made.snapshot.bytes,
                errors=made.snapshot.errors,
                read=made.read,
                objects=made.objects,
                stored=made.stored,
            )
        )
    try:
        files = sum(it.files for it in made_now)
        failures = sum(it.errors for it in made_now)
        if len(made_now) == len(rows):
            _native.check_found(shard.text, files, failures)
    except OSError:
        # A snapshot of what is not mounted would be kept for good.
        store.rm(*made_now)
        raise
    return _arrow().concat_tables(rows)
