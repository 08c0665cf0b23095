"""By how much folders grew between two looks at them."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pyarrow as pa

from sanchay_desktop.kernels import pc
from sanchay_desktop.table import paths_of
from sanchay_desktop.words import named


def growth(there: pa.Table, back: pa.Table | None, root: str) -> list[dict[str, Any]]:
    """The folders, those that changed most first, with all that is beneath them.

    What changed is compared both ways: each way has the sizes of one side.
    """
    bytes_: Counter[str] = Counter()
    files: Counter[str] = Counter()
    before = {}
    if back is not None:
        changed = back.filter(pc.equal(back["change"], "changed"))
        before = dict(zip(paths_of(changed), changed["size"].to_pylist()))
    kinds, sizes = there["change"].to_pylist(), there["size"].to_pylist()
    paths = paths_of(there)
    for kind, path, came, size in zip(kinds, paths, paths_of(there, "from"), sizes):
        folder, sign = os.path.dirname(path), -1 if kind == "deleted" else 1
        if kind in ("new", "deleted", "moved"):
            bytes_[folder] += sign * size
            files[folder] += sign
        if kind == "moved":
            bytes_[os.path.dirname(came)] -= size
            files[os.path.dirname(came)] -= 1
        if kind == "changed":
            bytes_[folder] += size - before.get(path, size)
    # A folder has what those in it have, the innermost first.
    whole: set[str] = set()
    for folder in bytes_:
        while folder not in whole:
            whole.add(folder)
            folder = os.path.dirname(folder)
    for folder in sorted(whole, key=len, reverse=True):
        above = os.path.dirname(folder)
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
