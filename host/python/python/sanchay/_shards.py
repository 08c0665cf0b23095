"""Trees and buckets in shards, for engines that run on several machines."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from os import PathLike, fspath
from pathlib import Path
from typing import NamedTuple

from sanchay import _native
from sanchay._arguments import reporter
from sanchay._fields import describe
from sanchay._keywords import LikenessOptions
from sanchay._options import Unpack, split, takes
from sanchay._records import Records
from sanchay._similar import SimilarGroup, SimilarSummary, completed
from sanchay._types import (
    Algorithm,
    DuplicateGroup,
    DuplicateSummary,
    ExtractedHash,
    HashedFile,
    OnProgress,
    Paths,
    Size,
    Summary,
    WalkOptions,
)

__all__ = [
    "Shard",
    "ShardOutput",
    "load_shards",
    "merge_partition",
    "merge_similar",
    "plan_shards",
]


#: What is read of a line.
_READ = (
    "text",
    "index",
    "shards",
    "files",
    "bytes",
    "id",
    "plan",
    "_has_values",
)


class ShardOutput(NamedTuple):
    """What writing the output of a shard came to."""

    kept: bool
    files: int
    bytes: int
    errors: int
    exceptions: tuple[OSError, ...]


describe(
    ShardOutput,
    kept="Whether the output was there already and complete, and was kept.",
    files="Files that were hashed.",
    bytes="Bytes of these files.",
    errors="Entries that failed.",
    exceptions="What was wrong with each of them; nothing where it was kept.",
)


@dataclass(frozen=True)
class Shard:
    """A part of trees or buckets, and what is to be done with its files.

    plan_shards() and load_shards() make them. A shard is a value: it can be
    pickled, compared, hashed, and sent to any machine that sees the roots.
    ``text`` is its line of the plan. One that was edited is a ValueError.
    """

    #: The line of the plan.
    text: str = field(repr=False)
    #: Which shard it is, from 0.
    index: int = field(init=False, compare=False)
    #: How many shards the plan has.
    shards: int = field(init=False, compare=False)
    #: How many files it had when it was planned.
    files: int = field(init=False, compare=False)
    #: How many bytes these had.
    bytes: int = field(init=False, compare=False)
    #: What it is known by: its output has this name.
    id: str = field(init=False, compare=False)
    #: What its plan is known by.
    plan: str = field(init=False, compare=False)
    _has_values: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Read the line."""
        read = _native.read_shards(self.text.encode())
        if len(read) != 1:
            raise ValueError("a shard is one line of a plan")
        for name, value in zip(_READ, read[0], strict=True):
            object.__setattr__(self, name, value)

    def __reduce__(self) -> tuple[type[Shard], tuple[str]]:
        """Pickle the line, and nothing else."""
        return (Shard, (self.text,))

    def run(
        self,
        *,
        threads: int | None = None,
        progress: OnProgress | None = None,
        path_bytes: bool = True,
    ) -> Records[HashedFile, Summary]:
        """Hash the files of the shard, and write nothing.

        Answers as hash_files() does: with an iterable, an async iterable and
        an Arrow stream in one, in the order of the paths. In Arrow, the columns
        are those of the shard's Parquet files (path, path_bytes, size,
        modified, algorithm, hash, device, inode, links, and the fields of the
        plan) and error.

        Args:
            threads: How many threads work, 1 to 1024; None is one for each
                processor.
            progress: Called with a Progress, as in scan(), or True for a bar.
            path_bytes: Whether Arrow tables have the columns of bytes.

        Raises:
            OSError: When records are taken: a root cannot be looked into.
        """
        run = _native.run_shard(
            self.text,
            threads,
            reporter(progress),
            path_bytes,
            ExtractedHash if self._has_values else HashedFile,
        )
        return Records(run, Summary, "sanchay.Shard.run")

    def write(
        self,
        out: str | PathLike[str],
        *,
        again: bool = False,
        threads: int | None = None,
        progress: OnProgress | None = None,
    ) -> ShardOutput:
        """Hash the files of the shard, and write what is known of them.

        As ``sanchay shards run`` does: Parquet in partitions by the first byte
        of the digest. An output that is there and complete is kept. It may be
        called any number of times, by several at once, and be killed at any
        time.

        Args:
            out: A folder, ``s3://BUCKET/PREFIX`` or ``gs://BUCKET/PREFIX``.
            again: Whether an output that is there is replaced.
            threads: As of run().
            progress: As of run().

        Raises:
            OSError: A root cannot be looked into, or the output cannot be
                written. Then it does not count as complete.
            ValueError: The output would lie among the files.
        """
        kept, files, size, errors, exceptions = _native.write_shard(
            self.text, place_of(out), again, threads, reporter(progress)
        )
        return ShardOutput(kept, files, size, errors, tuple(exceptions))


@takes(WalkOptions)
def plan_shards(
    roots: Paths | None = None,
    *,
    target_files: int | None = None,
    target_bytes: Size | None = None,
    algorithm: Algorithm = "xxh3-128",
    fields: Iterable[str] = (),
    depth: int = 2,
    similar: LikenessOptions | None = None,
    threads: int | None = None,
    progress: OnProgress | None = None,
    **options: Unpack[WalkOptions],
) -> list[Shard]:
    """Cut trees and buckets into shards that other machines can run.

    Together the shards have every path below the roots, also what is made
    later, and none in two of them. The same tree has the same shards. Nothing
    is read: the roots are listed once. Relative roots are taken from the
    working directory of who runs a shard.

    Args:
        roots: A directory or a bucket, or several; None is the current
            directory.
        target_files: About how many files a shard is to have, at most twice
            as many.
        target_bytes: The same in bytes; one of the two is needed.
        algorithm: The hash function by which files are the same.
        fields: Fields that are kept of each file, besides those that all have:
            those of the program's hash, but for user, group and target.
        depth: How deep the sums by folder go: 0 for the roots alone.
        similar: Also look which texts may be alike, for merge_similar(): the
            options of LikenessOptions, where {} takes the usual ones. Each text
            is read once more for that when a shard is written. Pictures are
            not compared.
        threads: How many threads list, 1 to 1024; None is one for each
            processor.
        progress: Called with a Progress, as in scan(), or True for a bar.
        **options: As WalkOptions.

    Raises:
        ValueError: An option makes no sense, there is no root, or roots lie in
            each other.
        OSError: A root cannot be looked into.
    """
    if isinstance(fields, str):
        raise TypeError(f"fields: expected several names, not {fields!r}")
    if isinstance(depth, int) and not 0 <= depth < 2**32:
        raise ValueError(f"depth: expected a number from 0, not {depth}")
    walk, _ = split(plan_shards, options)
    lines = _native.plan_shards(
        roots,
        walk,
        target_files,
        target_bytes,
        algorithm,
        list(fields),
        depth,
        None if similar is None else completed(similar),
        threads,
        reporter(progress),
    )
    return [Shard(line) for line in lines]


def load_shards(plan: str | PathLike[str]) -> list[Shard]:
    """Read the shards of a plan that ``sanchay shards plan`` wrote.

    Raises:
        ValueError: A line is no shard; the message names it.
    """
    read = _native.read_shards(Path(plan).read_bytes())
    return [Shard(line) for line, *_ in read]


def merge_partition(
    out: str | PathLike[str],
    partition: int | None,
    *,
    hardlinks: bool = False,
    same_device: bool = False,
    min_group: int = 2,
    sort: str = "reclaimable:desc",
    allow_missing: bool = False,
    progress: OnProgress | None = None,
    path_bytes: bool = False,
) -> Records[DuplicateGroup, DuplicateSummary]:
    """Find the groups of equal files in a partition of what shards wrote.

    Equal files are in one partition, so that each can be merged by itself, on
    any machine. Of all partitions, the groups are those that duplicates() finds
    in the same files, in the same order.

    Args:
        out: Where the shards wrote: a folder, ``s3://BUCKET/PREFIX`` or
            ``gs://BUCKET/PREFIX``.
        partition: 0 to 255: the first byte of the digests; None is all.
        hardlinks: Whether names of one file count as duplicates.
        same_device: Whether only files on one device are in one group.
        min_group: How many files a group has at least.
        sort: The order of the groups, as in duplicates().
        allow_missing: Whether the outputs of some shards may be missing.
        progress: Called with a Progress, as in scan(), or True for a bar.
        path_bytes: Whether Arrow tables have the column path_bytes as well.

    Raises:
        LookupError: When groups are taken: the output of a shard is missing.
        OSError: Likewise: an output cannot be read, or is not what was written.
    """
    return start_merge(
        out,
        _partitions(partition),
        True,
        hardlinks=hardlinks,
        same_device=same_device,
        min_group=min_group,
        sort=sort,
        allow_missing=allow_missing,
        progress=progress,
        path_bytes=path_bytes,
    )


def start_merge(
    out: str | PathLike[str],
    partitions: Sequence[int],
    together: bool,
    *,
    hardlinks: bool = False,
    same_device: bool = False,
    min_group: int = 2,
    sort: str = "reclaimable:desc",
    allow_missing: bool = False,
    progress: OnProgress | None = None,
    path_bytes: bool = False,
) -> Records[DuplicateGroup, DuplicateSummary]:
    """Begin a merge: of partitions together, or of one after the other, each
    with an order of its own.
    """
    run = _native.merge_shards(
        place_of(out),
        partitions,
        together,
        hardlinks,
        same_device,
        min_group,
        sort,
        allow_missing,
        reporter(progress),
        path_bytes,
        DuplicateGroup,
    )
    return Records(run, DuplicateSummary, "sanchay.merge_partition")


def merge_similar(
    out: str | PathLike[str],
    partition: int | None,
    *,
    allow_missing: bool = False,
    threads: int | None = None,
    progress: OnProgress | None = None,
    path_bytes: bool = False,
) -> Records[SimilarGroup, SimilarSummary]:
    """Find the groups of files with nearly the same text, of several shards.

    For plans that were made with ``similar``. Of all partitions, the groups are
    those that similar() finds in the same files, in the same order. Texts that
    something in one partition joins are read once more and compared: their
    roots must be seen here. Of some partitions, the groups are a part of that.

    Args:
        out: Where the shards wrote, as of merge_partition().
        partition: 0 to 255; None is all.
        allow_missing: Whether the outputs of some shards may be missing.
        threads: How many threads work, 1 to 1024; None is one for each
            processor.
        progress: Called with a Progress, as in scan(), or True for a bar.
        path_bytes: Whether Arrow tables have the column path_bytes as well.

    Raises:
        LookupError: When groups are taken: the output of a shard is missing, or
            the plan did not ask for texts.
        OSError: Likewise: an output cannot be read, or is not what was written.
            Texts that cannot be read are among the errors of the answer.
    """
    run = _native.merge_similar_shards(
        place_of(out),
        _partitions(partition),
        allow_missing,
        threads,
        reporter(progress),
        path_bytes,
        SimilarGroup,
    )
    return Records(run, SimilarSummary, "sanchay.merge_similar")


def place_of(out: str | PathLike[str]) -> str:
    """Tell a place for outputs, in the working directory of now.

    Raises:
        ValueError: It was a URL before pathlib took it for a path.
    """
    text = fspath(out)
    if text.startswith(("s3:/", "gs:/")):
        if "://" not in text:
            raise ValueError(f"out: {text}: give a URL as str, not as a Path")
        return text
    # What is no place is refused where it is opened.
    return os.path.abspath(text) if text and "://" not in text else text


def _partitions(partition: int | None) -> Sequence[int]:
    """One partition, or all."""
    if partition is None:
        return range(256)
    if not 0 <= partition <= 255:
        raise ValueError(f"partition: {partition} is not from 0 to 255")
    return [partition]
