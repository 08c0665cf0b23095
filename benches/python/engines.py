"""Ray, Spark and the leases of the service against one process on the same files
of one machine: seconds from the first call to the last row, seconds of
processors that all processes of it took, and what an engine takes to start.

    python benches/python/engines.py [--files N] [--target N] [--rounds N]
        [--program PROGRAM] [--folder FOLDER] [--json]

The interpreter is one that has sanchay and both engines, such as that of
`./x test-engines`. All have as many processors; Ray and Spark run a task with
one thread on each. A shard has `--target` files. The fastest of some rounds
counts, and the one that took the processors least: where others use the machine
as well, the latter says more. Starting an engine is measured once. The service
is measured where the program is named; it plans the shards, too.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sanchay
from service import Service

#: How many files have the same content, and how many lie in a folder.
COPIES, FOLDER = 4, 500


def make(root: Path, files: int) -> None:
    """Make small files, of which every few are equal."""
    for number in range(files):
        folder = root / f"{number // FOLDER // 100}" / f"{number // FOLDER % 100}"
        if number % FOLDER == 0:
            folder.mkdir(parents=True)
        (folder / f"file-{number}").write_bytes(b"%d" % (number // COPIES) * 20)


def rows(groups: Any) -> int:
    """How many files are in groups."""
    return sum(len(group.files) for group in groups)


def processors() -> float:
    """The seconds of processors that this process and those below it took."""
    ticks, above = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                above[entry.name] = fields[1]
                # Its own, and of those that ended below it.
                ticks[entry.name] = sum(map(int, fields[11:15]))
    own = str(os.getpid())
    taken = 0
    for process, used in ticks.items():
        at: str | None = process
        while at is not None and at != own:
            at = above.get(at)
        taken += used if at == own else 0
    return taken / os.sysconf("SC_CLK_TCK")


class Bench:
    """What is measured, on a tree and with a place for outputs."""

    def __init__(
        self, root: Path, target: int, rounds: int, program: Path | None
    ) -> None:
        self.root = root
        self.target = target
        self.program = program
        self.rounds = rounds
        self.processors = os.cpu_count() or 1
        self.shards = sanchay.plan_shards(root, target_files=target)
        self.figures: dict[str, float] = {"shards": len(self.shards)}
        self.expected = rows(sanchay.duplicates(root))

    @contextmanager
    def place(self) -> Iterator[Path]:
        """A place for outputs, which nobody has written to."""
        folder = Path(tempfile.mkdtemp(dir=self.root.parent))
        yield folder / "out"
        shutil.rmtree(folder)

    def time(self, what: str, work: Callable[[Path], int]) -> None:
        """Measure how long it takes to find the files that are in groups."""
        taken = []
        for _ in range(self.rounds):
            with self.place() as out:
                used, begun = processors(), time.perf_counter()
                found = work(out)
                taken.append((time.perf_counter() - begun, processors() - used))
            assert found == self.expected, (what, found, self.expected)
        seconds, of_processors = (round(min(it), 2) for it in zip(*taken, strict=True))
        self.figures[what] = seconds
        self.figures[f"{what}, of processors"] = of_processors

    def one_process(self) -> None:
        """By one process, with as many threads as processors."""

        def sharded(out: Path) -> int:
            for shard in self.shards:
                shard.write(out, threads=self.processors)
            return rows(sanchay.merge_partition(out, None))

        self.time("one search", lambda _: rows(sanchay.duplicates(self.root)))
        self.time("one process, shards", sharded)

    def leases(self) -> None:
        """By jobs of the service, which its workers lease."""
        if self.program is None:
            return
        with self.place() as state:
            begun = time.perf_counter()
            jobs = [f"--jobs={self.processors}"]
            service = Service(self.program, self.root, state, jobs)
            self.figures["service, start"] = round(time.perf_counter() - begun, 2)

            def job(_: Path) -> int:
                whole = service.begin("shards", target_files=self.target)
                service.wait(whole)
                # The job that merges is there when the shards are over.
                merge: list[int] = []
                while not merge:
                    time.sleep(0.01)
                    parts = service.get(f"/api/v1/jobs?whole={whole}&limit=200")
                    merge = [it["id"] for it in parts["jobs"] if it["part"] == -1]
                told = service.wait(merge[0])["result"]
                # One file of each group may stay.
                found: int = told["groups"] + told["redundant_files"]
                return found

            try:
                self.time("service, leases", job)
            finally:
                service.process.terminate()
                service.process.wait()

    def ray(self) -> None:
        """By Ray, on one node."""
        begun = time.perf_counter()
        import ray
        import sanchay.ray

        ray.init(
            num_cpus=self.processors,
            include_dashboard=False,
            log_to_driver=False,
            logging_level="error",
            _node_ip_address="127.0.0.1",
        )
        ray.data.DataContext.get_current().enable_progress_bars = False
        nothing = ray.remote(lambda: None)
        ray.get([nothing.remote() for _ in range(self.processors)])
        self.figures["Ray, start"] = round(time.perf_counter() - begun, 2)
        self.time("Ray", lambda out: sanchay.ray.duplicates(self.shards, out).count())
        ray.shutdown()

    def spark(self) -> None:
        """By Spark, in one JVM."""
        begun = time.perf_counter()
        from pyspark.sql import SparkSession
        import sanchay.spark

        session = (
            SparkSession.builder.master(f"local[{self.processors}]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", str(4 * self.processors))
            .getOrCreate()
        )
        session.sparkContext.setLogLevel("OFF")
        session.range(1).count()
        self.figures["Spark, start"] = round(time.perf_counter() - begun, 2)
        self.time(
            "Spark", lambda _: sanchay.spark.duplicates(session, self.shards).count()
        )
        session.stop()


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--target", type=int, default=12_500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--program", type=Path, help="whose service is measured")
    parser.add_argument("--folder", type=Path, help="where the tree is made")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    folder = Path(tempfile.mkdtemp(prefix="engines-", dir=given.folder))
    try:
        make(folder / "in", given.files)
        bench = Bench(folder / "in", given.target, given.rounds, given.program)
        for engine in (bench.one_process, bench.leases, bench.ray, bench.spark):
            engine()
    finally:
        shutil.rmtree(folder)
    if given.json:
        print(json.dumps({"files": given.files, **bench.figures}))
        return
    print(f"{given.files} files")
    for what, figure in bench.figures.items():
        print(f"{what:36} {figure:10}")


if __name__ == "__main__":
    main()
