"""Shards on Ray: trees and buckets that several machines deal with.

    import sanchay
    import sanchay.ray

    shards = sanchay.plan_shards("/srv", target_files=100_000)
    files = sanchay.ray.hash_files(shards)              # a ray.data.Dataset
    files.write_parquet("s3://bucket/files")
    groups = sanchay.ray.duplicates(shards, "s3://bucket/inventory")

Each shard is a task of Ray Data, which spreads the tasks over the nodes, holds
them back when nobody takes what they found, shows how far they are, and runs
them again where a worker or a node was lost. All nodes need this package, and
see the roots at the paths that the plan has. ``pip install 'sanchay[ray]'``
installs Ray. docs/SHARDS.md says when to take it.

Datasets are lazy, as Ray's are: tasks run when rows are asked for. What writes
(write(), duplicates(), put()) runs when it is called, and ends with Cancelled
when its progress callback returns False.

A task has ``cpus`` processors and as many threads. ``ray_options`` is what else
Ray is to know of tasks, by the names that its remote functions and
``map_batches`` have for it: ``{"memory": 2 << 30, "resources": {"files": 1}}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from os import PathLike, fspath
from typing import Any

try:
    import ray.data  # type: ignore[import-not-found,unused-ignore]
    from ray.data import (  # type: ignore[import-not-found,unused-ignore]
        Dataset,
    )
except ImportError as error:
    raise ImportError(
        f"sanchay.ray needs Ray: pip install 'sanchay[ray]' ({error})"
    ) from error

from sanchay import _engines
from sanchay._components import Components
from sanchay._keywords import LikenessOptions
from sanchay._options import Unpack
from sanchay._ray_tasks import for_each, mapped, run
from sanchay._native import check_place
from sanchay._shards import Shard, ShardOutput, place_of
from sanchay._types import OnProgress

__all__ = [
    "duplicates",
    "hash_files",
    "merge",
    "put",
    "scan",
    "similar",
    "summary",
    "write",
]

#: About how many files a task has that merges, and how many texts one that
#: compares.
_FILES, _TEXTS = 100_000, 10_000


def scan(
    shards: Iterable[Shard],
    *,
    cpus: int = 1,
    ray_options: Mapping[str, Any] | None = None,
) -> Dataset:
    """List the files of shards; none is read.

    Columns: path, path_bytes (the bytes of a path that is not UTF-8), size,
    modified, error. An entry that failed has a row with its error and no size.

    Args:
        shards: Those of plan_shards() or load_shards().
        cpus: How many processors a task has.
        ray_options: What else Ray is to know of tasks.
    """
    return mapped(shards, _engines.scanned, cpus, ray_options)


def hash_files(
    shards: Iterable[Shard],
    *,
    cpus: int = 1,
    ray_options: Mapping[str, Any] | None = None,
) -> Dataset:
    """Hash the files of shards.

    Columns: those of Shard.run(). A file that cannot be read has an error in
    place of a hash.

    Args:
        shards: As of scan().
        cpus: As of scan().
        ray_options: As of scan().
    """
    return mapped(shards, _engines.hashed, cpus, ray_options)


def summary(
    shards: Iterable[Shard],
    *,
    cpus: int = 1,
    ray_options: Mapping[str, Any] | None = None,
) -> Dataset:
    """Sum up the files of shards by folder, down to the depth of their plan.

    Columns: path, path_bytes, file_count, size, allocated, as the program's
    ``shards merge --sums`` has them, in no particular order. No file is read.

    Args:
        shards: As of scan().
        cpus: As of scan().
        ray_options: As of scan().
    """
    from ray.data.aggregate import (  # type: ignore[import-not-found,unused-ignore]
        Sum,
    )

    sums = mapped(shards, _engines.summed, cpus, ray_options)
    numbers = ("file_count", "size", "allocated")
    total = [Sum(name, alias_name=name) for name in numbers]
    keyed = sums.map_batches(_engines.with_key, batch_format="pyarrow")
    added = keyed.groupby("key").aggregate(*total)
    return added.map_batches(_engines.without_key, batch_format="pyarrow")


def write(
    shards: Iterable[Shard],
    out: str | PathLike[str],
    *,
    again: bool = False,
    progress: OnProgress | None = None,
    cpus: int = 1,
    ray_options: Mapping[str, Any] | None = None,
) -> list[ShardOutput]:
    """Write the outputs of shards, as Shard.write() does.

    Outputs that are complete are kept, so that a call that was ended goes on
    when it is made again. Answers in the order of the shards; the exceptions of
    entries that failed are in ``out`` (docs/SHARDS.md) and in the logs.

    Args:
        shards: As of scan().
        out: A folder that all nodes see, ``s3://BUCKET/PREFIX`` or
            ``gs://BUCKET/PREFIX``.
        again: Whether outputs that are there are replaced.
        progress: Called with a Progress over all shards whenever one is done,
            or True for a bar.
        cpus: As of scan().
        ray_options: As of scan().

    Raises:
        Cancelled: The progress callback returned False.
        ray.exceptions.RayTaskError: A shard cannot be run; it has the OSError.
    """
    given, place = list(shards), place_of(out)
    # Each task looks at its own roots alone.
    check_place([it.text for it in given], place)
    work = partial(_engines.written, out=place, again=again)
    rows = run(given, work, progress, cpus, ray_options)
    rows.sort(key=lambda row: row["index"])
    return [
        ShardOutput(row["kept"], row["files"], row["bytes"], row["errors"], ())
        for row in rows
    ]


def merge(
    out: str | PathLike[str],
    *,
    hardlinks: bool = False,
    same_device: bool = False,
    min_group: int = 2,
    allow_missing: bool = False,
    files: int | None = None,
    ray_options: Mapping[str, Any] | None = None,
) -> Dataset:
    """Find the groups of equal files in what shards wrote.

    A row for each file. Columns: partition, group (counted from 1 in each
    partition), size, algorithm, hash, path, path_bytes, reclaimable (in the
    first row of a group). In no particular order of groups.

    Args:
        out: Where the shards wrote.
        hardlinks: As of merge_partition().
        same_device: As of merge_partition().
        min_group: As of merge_partition().
        allow_missing: As of merge_partition().
        files: How many files there are, if that is known: several partitions
            of few files are merged by one task.
        ray_options: As of scan().
    """
    options = {
        "hardlinks": hardlinks,
        "same_device": same_device,
        "min_group": min_group,
        "allow_missing": allow_missing,
    }
    tasks = 256 if files is None else min(256, max(1, files // _FILES))
    parts = [list(range(start, 256, tasks)) for start in range(tasks)]
    work = partial(_engines.merged, out=place_of(out), options=options)
    return for_each(parts, work, 1, ray_options)


def duplicates(
    shards: Iterable[Shard],
    out: str | PathLike[str],
    *,
    hardlinks: bool = False,
    same_device: bool = False,
    min_group: int = 2,
    progress: OnProgress | None = None,
    cpus: int = 1,
    ray_options: Mapping[str, Any] | None = None,
) -> Dataset:
    """Find groups of equal files: write(), and then merge().

    The groups are those that sanchay.duplicates() finds on one machine.

    Args:
        shards: All shards of a plan.
        out: As of write().
        hardlinks: As of merge_partition().
        same_device: As of merge_partition().
        min_group: As of merge_partition().
        progress: As of write().
        cpus: As of scan().
        ray_options: As of scan().

    Raises:
        Cancelled: The progress callback returned False.
    """
    done = write(shards, out, progress=progress, cpus=cpus, ray_options=ray_options)
    return merge(
        out,
        hardlinks=hardlinks,
        same_device=same_device,
        min_group=min_group,
        files=sum(it.files for it in done),
        ray_options=ray_options,
    )


def similar(
    shards: Iterable[Shard],
    *,
    cpus: int = 1,
    ray_options: Mapping[str, Any] | None = None,
    **options: Unpack[LikenessOptions],
) -> Dataset:
    """Find groups of files with nearly the same text.

    A row for each file. Columns: partition, group (counted from 1 in each
    partition), similarity, size, path, path_bytes. The groups are those that
    sanchay.similar() finds on one machine; pictures are not compared.

    Each text is read for its sketch. Ray brings together sketches that have
    something in common; files that these join are compared by one task. This
    call waits for the sketches, and holds the paths of those files.

    Args:
        shards: As of scan().
        cpus: As of scan().
        ray_options: As of scan().
        **options: threshold, shingle_size, characters and max_file_size, as
            of sanchay.similar().

    Raises:
        ValueError: An option makes no sense; the message names it.
    """
    likeness = _engines.checked_likeness(options)
    given = list(shards)
    work = partial(_engines.sketched, likeness=likeness)
    sketches = mapped(given, work, cpus, ray_options)
    files = sum(shard.files for shard in given)
    together = sketches.repartition(1 + files // _FILES, keys=["key"])
    links = together.map_batches(
        _engines.links, batch_format="pyarrow", batch_size=None
    )
    found = Components()
    batches: Iterable[Any]
    batches = links.iter_batches(batch_format="pyarrow", batch_size=None)
    for batch in batches:
        pairs = (batch[name].to_pylist() for name in ("path", "other"))
        for path, other in zip(*pairs, strict=True):
            found.join(path, other)
    parts = list(found.packed(_TEXTS)) or [[]]
    compare = partial(_compared, cpus=cpus, likeness=likeness)
    items = [{"number": at, "paths": part} for at, part in enumerate(parts)]
    return for_each(items, compare, cpus, ray_options)


def put(
    shards: Iterable[Shard],
    store: str | PathLike[str],
    *,
    name: str,
    level: int = 3,
    progress: OnProgress | None = None,
    cpus: int = 1,
    ray_options: Mapping[str, Any] | None = None,
) -> Dataset:
    """Put the files of shards into a store, a snapshot for each shard.

    They are called NAME.ID, with the first 16 digits of the shard's id (and a
    number behind it where a shard has parts of several roots). One that is
    there is kept. Getting all of them into one folder restores the files and
    the folders that they are in; hard links between shards become files of
    their own.

    Columns: index, shard, kept, snapshot, name, files, bytes, errors, read,
    objects, stored.

    Args:
        shards: As of scan().
        store: A store that all nodes see: a folder, ``s3://BUCKET/PREFIX`` or
            ``gs://BUCKET/PREFIX``. It must be there: ``sanchay store init``.
        name: What the snapshots are called.
        level: How well to compress, as of Store.put().
        progress: As of write().
        cpus: As of scan().
        ray_options: As of scan().

    Raises:
        Cancelled: The progress callback returned False.
    """
    place = fspath(store)
    work = partial(_engines.put, location=place, name=name, level=level)
    rows = run(list(shards), work, progress, cpus, ray_options)
    return ray.data.from_items(rows)


def _compared(part: Mapping[str, Any], *, cpus: int, likeness: Any) -> Any:
    """Compare the texts of a part."""
    return _engines.compared(part["number"], part["paths"], cpus, likeness)
