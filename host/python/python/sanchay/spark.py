"""Shards on Spark: trees and buckets that several machines deal with.

    import sanchay
    import sanchay.spark

    shards = sanchay.plan_shards("/srv", target_files=100_000)
    files = sanchay.spark.hash_files(spark, shards)     # a DataFrame
    files.write.parquet("s3a://bucket/files")
    groups = sanchay.spark.duplicates(spark, shards)

Each shard is a task, which Spark runs by ``mapInArrow`` and runs again where an
executor was lost. Sums and groups are Spark's SQL, which spills to disks what
does not fit. All executors need this package, and see the roots at the paths
that the plan has. ``pip install 'sanchay[spark]'`` installs Spark, which needs
Java. docs/SHARDS.md says when to take it.

Spark has no type for 64 bits without a sign and none for nanoseconds: sizes are
``long``, ``device`` and ``inode`` are ``decimal(20,0)``, and ``modified`` is to
the microsecond. DataFrames are lazy: each action runs the tasks again, unless
what they made is cached or written.

Tasks have as many threads as ``cpus``, which is to be ``spark.task.cpus``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from sanchay import _engines
from sanchay._shards import Shard

if TYPE_CHECKING:
    from pyspark.sql import (  # type: ignore[import-not-found,unused-ignore]
        DataFrame,
        SparkSession,
    )
else:
    # Only those import it who have a session.
    DataFrame = SparkSession = object

__all__ = ["duplicates", "hash_files", "scan", "summary"]

#: What is made of a shard, with so many threads: a table of Arrow.
Work = Callable[[Shard, int], Any]


def scan(
    session: SparkSession, shards: Iterable[Shard], *, cpus: int = 1
) -> DataFrame:
    """List the files of shards; none is read.

    Columns: path, path_bytes (the bytes of a path that is not UTF-8), size,
    modified, error. An entry that failed has a row with its error and no size.

    Args:
        session: Where it runs.
        shards: Those of plan_shards() or load_shards().
        cpus: How many processors a task has.
    """
    schema = _engines.scanned_schema()
    return _mapped(session, list(shards), _engines.scanned, schema, cpus)


def hash_files(
    session: SparkSession, shards: Iterable[Shard], *, cpus: int = 1
) -> DataFrame:
    """Hash the files of shards.

    Columns: those of Shard.run(). A file that cannot be read has an error in
    place of a hash.

    Args:
        session: As of scan().
        shards: As of scan().
        cpus: As of scan().
    """
    given = list(shards)
    schema = _engines.hashed_schema(given)
    return _mapped(session, given, _engines.hashed, schema, cpus)


def summary(
    session: SparkSession, shards: Iterable[Shard], *, cpus: int = 1
) -> DataFrame:
    """Sum up the files of shards by folder, down to the depth of their plan.

    Columns: path, path_bytes, file_count, size, allocated, as the program's
    ``shards merge --sums`` has them, in no particular order. No file is read.

    Args:
        session: As of scan().
        shards: As of scan().
        cpus: As of scan().
    """
    schema = _engines.summed_schema()
    sums = _mapped(session, list(shards), _engines.summed, schema, cpus)
    totals = [f"sum({name}) AS {name}" for name in _engines.SUMS]
    return session.sql(
        f"SELECT path, path_bytes, {', '.join(totals)} FROM {{sums}} "
        "GROUP BY path, path_bytes",
        sums=sums,
    )


def duplicates(
    session: SparkSession,
    shards: Iterable[Shard],
    *,
    same_device: bool = False,
    min_group: int = 2,
    cpus: int = 1,
) -> DataFrame:
    """Find groups of equal files: those that sanchay.duplicates() finds.

    A row for each file. Columns: size, algorithm, hash, path, path_bytes,
    copies (how many files the group has) and reclaimable (in the row of a group
    with the least path, so that its sum is that of the groups). In no
    particular order; what has the same size and hash is a group, with
    same_device on one device. Of several names of a file there is the first.
    Copies that share their bytes on disk (reflinks) count as reclaimable.

    Args:
        session: As of scan().
        shards: All shards of a plan.
        same_device: Whether only files on one device are in one group.
        min_group: How many files a group has at least.
        cpus: As of scan().
    """
    given = list(shards)
    files = hash_files(session, given, cpus=cpus)
    empty = bool(given) and json.loads(given[0].text).get("empty", False)
    return session.sql(
        _GROUPS.format(
            files="{files}",
            device="device" if same_device else "0",
            size=0 if empty else 1,
            least=max(2, int(min_group)),
        ),
        files=files,
    )


#: Each file goes once from where it was hashed to where its group is; windows
#: sort there, and spill.
_GROUPS = """
WITH hashed AS (
    SELECT *, {device} AS place,
        coalesce(path_bytes, cast(path AS binary)) AS name
    FROM {files} WHERE hash IS NOT NULL AND size >= {size}
    DISTRIBUTE BY size, hash
), named AS (
    SELECT *, row_number() OVER (
        PARTITION BY size, hash, device, inode ORDER BY name) AS alias
    FROM hashed
), counted AS (
    SELECT *,
        count(*) OVER (PARTITION BY size, hash, place) AS copies,
        row_number() OVER (
            PARTITION BY size, hash, place ORDER BY name) AS at
    FROM named WHERE alias = 1 OR links <= 1 OR inode IS NULL
)
SELECT size, algorithm, hash, path, path_bytes, copies,
    CASE WHEN at = 1 THEN size * (copies - 1) END AS reclaimable
FROM counted WHERE copies >= {least}
"""


def _mapped(
    session: SparkSession,
    shards: list[Shard],
    work: Work,
    schema: Any,
    cpus: int,
) -> DataFrame:
    """Have a task of Spark for each shard."""
    if not shards:
        raise ValueError(_engines.NO_SHARDS)
    count = len(shards)
    lines = [(number, shard.text) for number, shard in enumerate(shards)]
    texts = session.createDataFrame(lines, "id bigint, shard string")
    # A partition for each number, which a broadcast join keeps.
    numbers = session.range(0, count, 1, count)
    given = numbers.join(texts.hint("broadcast"), "id").select("shard")
    types = [(field.name, *_type(field)) for field in schema]
    pyarrow = import_module("pyarrow")
    wanted = pyarrow.schema([(name, kind) for name, kind, _ in types])
    return given.mapInArrow(
        partial(_made, work=work, cpus=cpus, schema=wanted),
        ", ".join(f"`{name}` {told}" for name, _, told in types),
    )


def _type(field: Any) -> tuple[Any, str]:
    """The type that Spark has for a column: Arrow's, and its name in SQL."""
    pyarrow = import_module("pyarrow")
    kind = field.type
    if pyarrow.types.is_timestamp(kind):
        return pyarrow.timestamp("us", tz="UTC"), "timestamp"
    if pyarrow.types.is_integer(kind):
        # These may be any number; the others count files and bytes.
        if field.name in ("device", "inode"):
            return pyarrow.decimal128(20, 0), "decimal(20,0)"
        return pyarrow.int64(), "bigint"
    if pyarrow.types.is_floating(kind):
        return pyarrow.float64(), "double"
    if pyarrow.types.is_boolean(kind):
        return kind, "boolean"
    if pyarrow.types.is_binary(kind):
        return kind, "binary"
    return pyarrow.string(), "string"


#: How many rows go to Spark at a time.
_ROWS = 10_000


def _made(
    batches: Iterator[Any], *, work: Work, cpus: int, schema: Any
) -> Iterator[Any]:
    """Do the work of the shards of a partition."""
    for batch in batches:
        for line in batch["shard"].to_pylist():
            table = work(Shard(line), cpus)
            # Of times, what is finer than Spark's is cut off.
            table = table.cast(schema, safe=False)
            yield from table.to_batches(max_chunksize=_ROWS)
