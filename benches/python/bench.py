"""The Python package against the same work in pure Python, and against the
library that it binds, in one run: what counts are the ratios.

    just bench-python [--data FOLDER] [--rounds N] [--threads N]

Needs a folder for the data (by default target/bench-python): 100,000 small
files, and 10,000 sparse files of 8 GiB, which take no room. Everything is
measured warm, the contestants in turns, and the median of the rounds counts.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars
import sanchay
import xxhash
from vpo._core import discover_videos, hash_files

CHUNK = 65_536
SMALL = 100_000
SPARSE = 10_000

Times = tuple[float, float]


def make_small(folder: Path) -> None:
    """100,000 files of up to 8 KiB in 1,000 folders."""
    content = os.urandom(16_384)
    for number in range(SMALL):
        path = folder / f"{number // 100:04}" / f"episode {number:06}.mkv"
        if number % 100 == 0:
            path.parent.mkdir(parents=True)
        start = number * 7919 % 8192
        path.write_bytes(content[start : start + number * 31 % 8192])


def make_sparse(folder: Path) -> None:
    """10,000 files of 8 GiB in 100 folders, of which no byte is on disk."""
    for number in range(SPARSE):
        path = folder / f"{number // 100:03}" / f"movie {number:05}.mkv"
        if number % 100 == 0:
            path.parent.mkdir(parents=True)
        with path.open("wb") as file:
            file.truncate(8 << 30)


def data(root: Path, name: str, make: Callable[[Path], None]) -> Path:
    """A set of data, made once."""
    folder = root / name
    if not folder.exists():
        print(f"making {folder}", flush=True)
        half = root / f"{name}.half"
        subprocess.run(["rm", "-rf", half], check=True)
        half.mkdir(parents=True)
        make(half)
        half.rename(folder)
    return folder


def plain_find(root: str) -> Iterator[tuple[str, int, float]]:
    """What discover_videos finds, in pure Python."""
    folders = [root]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir():
                    folders.append(entry.path)
                elif entry.name.lower().endswith(".mkv") and entry.is_file():
                    status = entry.stat()
                    yield entry.path, status.st_size, status.st_mtime


def plain_hash(path: str) -> tuple[str, str | None, str | None]:
    """What hash_files says of a file, in pure Python."""
    try:
        with open(path, "rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            if size < 2 * CHUNK:
                first = last = xxhash.xxh64_hexdigest(file.read())
            else:
                first = xxhash.xxh64_hexdigest(file.read(CHUNK))
                file.seek(-CHUNK, os.SEEK_END)
                last = xxhash.xxh64_hexdigest(file.read(CHUNK))
    except OSError as error:
        return path, None, str(error)
    return path, f"xxh64:{first}:{last}:{size}", None


def plain(root: str, threads: int) -> tuple[Times, list[tuple[str | None, ...]]]:
    begun = time.perf_counter()
    found = sorted(plain_find(root))
    middle = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        paths = [it[0] for it in found]
        # In chunks, which is kinder to a pool of threads than one by one.
        parts = [paths[at : at + 256] for at in range(0, len(paths), 256)]
        work = pool.map(lambda part: [plain_hash(it) for it in part], parts)
        hashes = [record for part in work for record in part]
    return (middle - begun, time.perf_counter() - begun), hashes


def ours(root: str, threads: int) -> tuple[Times, list[tuple[str | None, ...]]]:
    begun = time.perf_counter()
    found = discover_videos([root], ["mkv"])
    middle = time.perf_counter()
    hashes = hash_files([it.path for it in found], num_threads=threads)
    return (middle - begun, time.perf_counter() - begun), list(hashes)


def direct(program: str, root: str, threads: int) -> Times:
    """The library alone: once to warm up, once to count."""
    words = [program, root, str(threads), "2"]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    found, whole, _ = done.stdout.splitlines()[-1].split()
    return float(found), float(whole)


def compare(name: str, root: Path, options: argparse.Namespace) -> None:
    """Measures one set of data and prints what came of it."""
    rounds: dict[str, list[Times]] = {"ours": [], "pure Python": [], "library": []}
    for number in range(options.rounds + 1):
        mine, answer = ours(str(root), options.threads)
        its = direct(options.direct, str(root), options.threads)
        theirs, expected = plain(str(root), options.threads)
        if [tuple(it) for it in answer] != expected:
            sys.exit(f"{name}: the answers differ")
        if number:
            rounds["ours"].append(mine)
            rounds["library"].append(its)
            rounds["pure Python"].append(theirs)
    median = {
        who: tuple(statistics.median(it) for it in zip(*times, strict=True))
        for who, times in rounds.items()
    }
    print(f"\n{name}: {len(answer)} files, {options.threads} threads")
    print(f"{'':14}{'find':>9}{'hash':>9}{'both':>9}  ours is")
    mine = median["ours"][1]
    for who, (found, whole) in median.items():
        ratio = f"{whole / mine:.2f} x as fast"
        if who == "library":
            ratio = f"{100 * (mine / whole - 1):+.1f} % of overhead"
        ratio = "" if who == "ours" else ratio
        print(f"{who:14}{found:9.3f}{whole - found:9.3f}{whole:9.3f}  {ratio}")


def arrow(root: Path, options: argparse.Namespace) -> None:
    """A million rows into polars, against the scan that finds them."""
    roots = [root] * 10
    scans, frames = [], []
    for _ in range(options.rounds):
        records = sanchay.scan(roots, threads=options.threads)
        begun = time.perf_counter()
        records.collect()
        scanned = time.perf_counter()
        frame = polars.DataFrame(records)
        frames.append(time.perf_counter() - scanned)
        scans.append(scanned - begun)
    scan, hand_over = statistics.median(scans), statistics.median(frames)
    begun = time.perf_counter()
    count = sum(1 for _ in sanchay.scan(roots, threads=options.threads))
    objects = time.perf_counter() - begun
    print(f"\narrow: {frame.height} rows")
    print(f"scan {scan:.3f} s, into a polars.DataFrame {hand_over:.3f} s more")
    print(f"iterating over {count} records, scan included: {objects:.3f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"peak memory of this process: {peak / 1024:.0f} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--direct", required=True, help="the example `direct`")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    small = data(options.data, "small", make_small)
    sparse = data(options.data, "sparse", make_sparse)
    compare("100,000 small files", small, options)
    compare("10,000 sparse files of 8 GiB", sparse, options)
    arrow(small, options)


if __name__ == "__main__":
    main()
