"""Texts that are nearly the same: what sanchay finds of those that are made
here, against the truth; and what a signature costs, beside rensa and datasketch.

    python texts.py --program target/release/sanchay
        [--bench target/release/bench] [--texts 100000] [--folder FOLDER]

The interpreter may have rensa and datasketch (`pip install rensa datasketch`);
one that is not there is left out. Each text has 4 KB. A tenth of them are
variants of others: between no word and every twelfth is another one. Two texts
are alike if the Jaccard index of their shingles of three words, counted here
exactly, is at least the threshold; recall is what part of these pairs is told,
precision what part of what is told is such a pair.

Signatures have 128 permutations and are made by one thread, of shingles of one
word: the only ones that the others make without shingling of one's own.
Splitting the text into words is part of the time.
"""

from __future__ import annotations

import argparse
import importlib
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pairs import Pair, pair, quality, told

#: As many texts are given to datasketch, which takes long.
DATASKETCH_TEXTS = 2000
#: How often each is timed; the least counts.
ROUNDS = 3
SIZE = 4096


def vocabulary() -> list[str]:
    """Words of three to nine letters."""
    numbers = random.Random(1)
    letters = "abcdefghijklmnopqrstuvwxyz"
    return ["".join(numbers.choices(letters, k=3 + i % 7)) for i in range(20_000)]


def original(words: list[str], seed: int) -> list[str]:
    """The words of a text of about 4 KB."""
    numbers = random.Random(seed)
    return numbers.choices(words, k=SIZE // 7)


def variant(text: list[str], words: list[str], seed: int) -> list[str]:
    """A text with some words changed."""
    numbers = random.Random(seed)
    changed = list(text)
    for _ in range(numbers.randrange(len(text) // 12)):
        changed[numbers.randrange(len(text))] = numbers.choice(words)
    return changed


def alike(one: list[str], other: list[str]) -> float:
    """The Jaccard index of two texts' shingles of three words."""
    a, b = set(zip(one, one[1:], one[2:])), set(zip(other, other[1:], other[2:]))
    return len(a & b) / len(a | b)


def make(folder: Path, count: int) -> tuple[list[str], dict[Pair, float]]:
    """Writes the texts; tells them, and how alike variants are."""
    words = vocabulary()
    texts: list[list[str]] = []
    pairs: dict[Pair, float] = {}
    for number in range(count):
        if number % 10 == 9:
            of = random.Random(number).randrange(number)
            of -= of % 10 == 9
            texts.append(variant(texts[of], words, number))
            pairs[pair(f"{of:07}", f"{number:07}")] = 0.0
        else:
            texts.append(original(words, number))
    # Variants of one original are alike, too.
    families: dict[int, list[int]] = {}
    for one, other in list(pairs):
        families.setdefault(int(one), [int(one)]).append(int(other))
    for family in families.values():
        for place, first in enumerate(family):
            for second in family[place + 1 :]:
                similarity = alike(texts[first], texts[second])
                pairs[pair(f"{first:07}", f"{second:07}")] = similarity
    joined = [" ".join(text) for text in texts]
    for number, text in enumerate(joined):
        place = folder / f"{number // 1000:04}"
        place.mkdir(exist_ok=True)
        (place / f"{number:07}").write_text(text)
    return joined, pairs


def similar(program: Path, folder: Path, pairs: dict[Pair, float], threshold: float) -> None:
    """What sanchay finds, against the truth."""
    seconds, pairs_told = told(program, folder, ["--threshold", str(threshold)])
    found = {pair(Path(one).name, Path(other).name) for one, other in pairs_told}
    truth = {it for it, similarity in pairs.items() if similarity >= threshold}
    recall, precision = quality(found, truth)
    print(f"similar --threshold {threshold}: {len(truth)} pairs, recall {recall:.4f},")
    print(f"precision {precision:.4f}, {seconds:.2f} s\n")


def least(act: Callable[[], object]) -> float:
    """The least time that something takes, in seconds."""

    def once() -> float:
        started = time.perf_counter()
        act()
        return time.perf_counter() - started

    return min(once() for _ in range(ROUNDS))


def theirs(name: str, texts: list[str]) -> float | None:
    """How many microseconds a signature takes with a package, if it is there."""
    try:
        package: Any = importlib.import_module(name)
    except ImportError:
        print(f"{name} is not there: pip install {name}")
        return None
    if name == "rensa":

        def act() -> None:
            for text in texts:
                sketch = package.RMinHash(num_perm=128, seed=1)
                sketch.update(text.split())
                sketch.digest()
    else:
        texts = texts[:DATASKETCH_TEXTS]

        def act() -> None:
            for text in texts:
                sketch = package.MinHash(num_perm=128)
                sketch.update_batch([word.encode() for word in text.split()])
                sketch.digest()

    return least(act) / len(texts) * 1e6


def ours(bench: Path, texts: list[str], scratch: Path) -> float:
    """How many microseconds a signature takes in the sandbox."""
    lines = scratch / "texts"
    lines.write_text("\n".join(texts))
    said = subprocess.run(
        [bench, "sketch", "--rounds", str(ROUNDS), lines], capture_output=True, check=True
    )
    return float(said.stdout) / len(texts) * 1e6


def main() -> None:
    """Makes the texts, and has them compared and signed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--bench", type=Path, default=Path("target/release/bench"))
    parser.add_argument("--texts", type=int, default=100_000)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--threshold", type=float, default=0.8)
    given = parser.parse_args()
    if given.texts < 100:
        sys.exit("--texts: at least 100")
    with tempfile.TemporaryDirectory(dir=given.folder) as made:
        folder = Path(made, "tree")
        folder.mkdir()
        texts, pairs = make(folder, given.texts)
        similar(given.program.resolve(), folder, pairs, given.threshold)
        mine = ours(given.bench.resolve(), texts, Path(made))
        print("| | us a text | sanchay takes |\n|---|---|---|")
        print(f"| sanchay, in the sandbox | {mine:.1f} | |")
        for name in ("rensa", "datasketch"):
            if (cost := theirs(name, texts)) is not None:
                print(f"| {name} | {cost:.1f} | {mine / cost:.3f} x |")


if __name__ == "__main__":
    main()
