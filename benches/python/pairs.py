"""Pairs of files that are alike: those that sanchay tells, and how many of them
are right.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

Pair = tuple[str, str]


def pair(one: str, other: str) -> Pair:
    """Two paths, in one order."""
    return (one, other) if one < other else (other, one)


def timed(command: list[str | Path], accepted: Iterable[int] = (0,)) -> tuple[float, bytes]:
    """How many seconds a command takes, and what it prints."""
    started = time.perf_counter()
    done = subprocess.run(command, capture_output=True)
    seconds = time.perf_counter() - started
    if done.returncode not in accepted:
        sys.exit(f"{command}: {done.returncode}: {done.stderr.decode()}")
    return seconds, done.stdout


def told(program: Path, folder: Path, words: list[str]) -> tuple[float, set[Pair]]:
    """The pairs that sanchay finds, and in how many seconds."""
    begin: list[str | Path] = [program, "similar", "--pairs", "--format", "ndjson", "-q"]
    seconds, said = timed([*begin, *words, folder])
    rows = map(json.loads, said.splitlines())
    return seconds, {pair(row["path"], row["other"]) for row in rows}


def quality(found: set[Pair], truth: set[Pair]) -> tuple[float, float]:
    """Recall and precision."""
    right = len(found & truth)
    return right / len(truth), right / len(found) if found else 1.0
