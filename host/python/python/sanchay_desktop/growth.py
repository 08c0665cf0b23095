"""By how much folders grew between two looks at them."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pyarrow as pa

from sanchay_desktop.kernels import pc
from sanchay_desktop.words import named, path_of


def _paths(table: pa.Table, key: str) -> list[str]:
    pairs = zip(table[key].to_pylist(), table[f"{key}_bytes"].to_pylist())
    return [path_of(path, raw) for path, raw in pairs]


def _folder(path: str) -> str:
    return os.path.dirname(path)


def growth(there: pa.Table, back: pa.Table | None, root: str) -> list[dict[str, Any]]:
    """The folders, those that changed most first, with all that is beneath them.

    What changed is compared both ways: each way has the sizes of one side.
    """
    bytes_: Counter[str] = Counter()
    files: Counter[str] = Counter()
    before = {}
    if back is not None:
        changed = back.filter(pc.equal(back["change"], "changed"))
        before = dict(zip(_paths(changed, "path"), changed["size"].to_pylist()))
    kinds, sizes = there["change"].to_pylist(), there["size"].to_pylist()
    was = _paths(there, "from")
    for kind, path, came, size in zip(kinds, _paths(there, "path"), was, sizes):
        sign = -1 if kind == "deleted" else 1
        if kind in ("new", "deleted", "moved"):
            bytes_[_folder(path)] += sign * size
            files[_folder(path)] += sign
        if kind == "moved":
            bytes_[_folder(came)] -= size
            files[_folder(came)] -= 1
        if kind == "changed":
            bytes_[_folder(path)] += size - before.get(path, size)
    # A folder has what those in it have, the innermost first.
    whole: set[str] = set()
    for folder in bytes_:
        while folder not in whole:
            whole.add(folder)
            folder = _folder(folder)
    for folder in sorted(whole, key=len, reverse=True):
        above = _folder(folder)
        if above != folder:
            bytes_[above] += bytes_[folder]
            files[above] += files[folder]
    found = [it for it in whole if bytes_[it] or files[it]]
    return [
        {
            **named(os.path.join(root, it) if it else root),
            "growth": bytes_[it],
            "more_files": files[it],
        }
        for it in sorted(found, key=lambda it: (-abs(bytes_[it]), it))
    ]
