"""Tasks on Ray: one for each shard, by Ray Data where rows come of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from typing import Any

import ray.data  # type: ignore[import-not-found,unused-ignore]
from ray.data import (  # type: ignore[import-not-found,unused-ignore]
    Dataset,
)

from sanchay import _engines
from sanchay._arguments import reporter
from sanchay._shards import Shard
from sanchay._types import Cancelled, OnProgress

__all__ = ["for_each", "mapped", "run"]

#: What is made of a shard, with so many threads: a table of Arrow.
Work = Callable[[Shard, int], Any]


def mapped(
    shards: Iterable[Shard],
    work: Work,
    cpus: int,
    options: Mapping[str, Any] | None,
) -> Dataset:
    """Have a task of Ray Data for each shard."""
    lines = [shard.text for shard in shards]
    if not lines:
        raise ValueError(_engines.NO_SHARDS)
    return for_each(lines, partial(_of_shard, work=work, cpus=cpus), cpus, options)


def for_each(
    items: Sequence[Any],
    work: Callable[[Any], Any],
    cpus: int,
    options: Mapping[str, Any] | None,
) -> Dataset:
    """Have a task of Ray Data for each of some values, which makes a table.

    A task that is run again makes the same table, so that no row is lost or
    there twice.
    """
    table = import_module("pyarrow").table
    given = ray.data.from_arrow([table({"item": [item]}) for item in items])
    return given.map_batches(
        partial(_made, work=work),
        batch_size=None,
        batch_format="pyarrow",
        **{"num_cpus": cpus, **(options or {})},
    )


def _made(batch: Any, *, work: Callable[[Any], Any]) -> Iterator[Any]:
    """Do the work of the values of a batch: one, unless Ray puts them together."""
    for item in batch["item"].to_pylist():
        yield work(item)


def _of_shard(line: str, *, work: Work, cpus: int) -> Any:
    return work(Shard(line), cpus)


def run(
    shards: list[Shard],
    work: Work,
    progress: OnProgress | None,
    cpus: int,
    options: Mapping[str, Any] | None,
) -> list[dict[str, Any]]:
    """Have a task of Ray for each shard, and take the rows that they make."""
    if not shards:
        raise ValueError(_engines.NO_SHARDS)
    report = reporter(progress)
    remote: Any = ray.remote
    # Ray Data spreads tasks by itself; of these, short ones go to one node.
    own = {"num_cpus": cpus, "scheduling_strategy": "SPREAD"}
    task = remote(_of_shard).options(**{**own, **(options or {})})
    waiting = [task.remote(it.text, work=work, cpus=cpus) for it in shards]
    files, size = sum(it.files for it in shards), sum(it.bytes for it in shards)
    rows: list[dict[str, Any]] = []
    sums = dict.fromkeys(("files", "bytes", "errors"), 0)
    try:
        while waiting:
            # Whoever looks at the progress is asked now and then.
            done, waiting = ray.wait(
                waiting, num_returns=len(waiting), timeout=_LOOK
            )
            more = [row for table in ray.get(done) for row in table.to_pylist()]
            rows += more
            for name in sums:
                sums[name] += sum(row[name] for row in more)
            if report is None:
                continue
            so_far = (sums["files"], sums["bytes"], files, size, sums["errors"])
            if report("hashing", 0, *so_far) is False:
                raise Cancelled("the progress callback returned False")
    finally:
        # What ended it early ends the others: a shard may be killed any time.
        for one in waiting:
            ray.cancel(one, force=True)
    return rows


#: How often who waits looks up, in seconds.
_LOOK = 0.5
