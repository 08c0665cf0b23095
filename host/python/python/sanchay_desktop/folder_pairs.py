"""Pairs of folders that have equal files, of the groups that were found."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from functools import cache
from itertools import combinations
from threading import Event
from typing import Any

import pyarrow as pa
import sanchay

from sanchay_desktop.kernels import pc
from sanchay_desktop.table import paths_of
from sanchay_desktop.words import named

#: How many pairs are told, and how many folders of one group are paired.
_PAIRS = 200
_FOLDERS = 64


def folder_pairs(groups: pa.Table, cancelled: Event) -> list[dict[str, Any]]:
    """The pairs, those with most bytes first; it looks into them, in a thread."""
    folders: dict[int, Counter[str]] = defaultdict(Counter)
    sizes: dict[int, int] = {}
    if "kind" in groups.column_names:
        groups = groups.filter(pc.equal(groups["kind"], "file"))
    for batch in groups.to_batches():
        numbers, bytes_each = batch["group"].to_pylist(), batch["size"].to_pylist()
        sizes.update(zip(numbers, bytes_each))
        for number, path in zip(numbers, paths_of(batch)):
            folders[number][os.path.dirname(path)] += 1
    same: Counter[tuple[str, str]] = Counter()
    bytes_: Counter[tuple[str, str]] = Counter()
    for number, counts in folders.items():
        for pair in combinations(sorted(counts)[:_FOLDERS], 2):
            files = min(counts[pair[0]], counts[pair[1]])
            same[pair] += files
            bytes_[pair] += files * sizes[number]

    @cache
    def count(folder: str) -> int:
        """How many files are directly in a folder, whatever the filters say."""
        if cancelled.is_set():
            raise sanchay.Cancelled
        records = sanchay.scan(folder, max_depth=1, hidden=True, errors="keep")
        return sum(1 for _ in records)

    return [
        {
            **named(pair[0]),
            **named(pair[1], "other"),
            "same": same[pair],
            "size": size,
            "only_here": max(count(pair[0]) - same[pair], 0),
            "only_there": max(count(pair[1]) - same[pair], 0),
        }
        for pair, size in bytes_.most_common(_PAIRS)
    ]
