"""sanchay.spark on a cluster of two executors, one of which is killed."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import sanchay
from conftest import below, until

pytest.importorskip("pyspark", reason="LEFT OUT: there is no Spark here")
if shutil.which("java") is None:
    pytest.skip("LEFT OUT: there is no Java here", allow_module_level=True)

import sanchay.spark  # noqa: E402
from pyspark.sql import SparkSession  # noqa: E402


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """Two executors, each a JVM of its own with one processor."""
    folder = tmp_path_factory.mktemp("spark")
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["PYSPARK_PYTHON"] = sys.executable
    made = (
        SparkSession.builder.master("local-cluster[2,1,1024]")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.executorEnv.PYTHONPATH", os.environ.get("PYTHONPATH", ""))
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.sql.warehouse.dir", str(folder / "warehouse"))
        .config("spark.local.dir", str(folder))
        .getOrCreate()
    )
    made.sparkContext.setLogLevel("OFF")
    yield made
    made.stop()


def path_of(row: Any) -> bytes:
    return bytes(row.path_bytes) if row.path is None else row.path.encode()


def groups_of(rows: list[Any]) -> set[tuple[Any, ...]]:
    """The groups of a table: size, hash, reclaimable and paths."""
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.size, row.hash].append(row)
    for key, group in found.items():
        group.sort(key=path_of)
        assert [row.copies for row in group] == [len(group)] * len(group)
        # Its sum is that of the groups.
        assert [row.reclaimable is None for row in group[1:]] == [True] * len(group[1:])
    return {
        (*key, group[0].reclaimable, *map(path_of, group))
        for key, group in found.items()
    }


def expected_groups(root: Path, **options: Any) -> set[tuple[Any, ...]]:
    groups = list(sanchay.duplicates(root, **options))
    assert groups
    return {
        (it.size, it.hash, it.reclaimable, *map(os.fsencode, it.files))
        for it in groups
    }


def executors() -> list[int]:
    return [
        pid
        for pid, line in below(os.getpid())
        if b"CoarseGrainedExecutorBackend" in line
    ]


def at_work() -> list[int]:
    """The executors that have a worker of Python's at work."""
    return [
        pid for pid in executors()
        if any(b"pyspark.daemon" in line for _, line in below(pid))
    ]


def test_listed_and_hashed_files_are_those_of_one_machine(session, tree):
    shards = sanchay.plan_shards(tree, target_files=25, fields=["mode", "hidden"])
    assert len(shards) > 5
    listed = sanchay.spark.scan(session, shards)
    assert listed.rdd.getNumPartitions() == len(shards)
    rows = listed.collect()
    expected = {(os.fsencode(it.path), it.size) for it in sanchay.scan(tree)}
    assert {(path_of(row), row.size) for row in rows} == expected
    assert len(rows) == len(expected) > 250
    rows = sanchay.spark.hash_files(session, shards).collect()
    hashed = {os.fsencode(it.path): it for it in sanchay.hash_files(tree)}
    assert len(rows) == len(hashed)
    for row in rows:
        own = hashed[path_of(row)]
        assert (row.hash, row.size, row.error) == (own.hash, own.size, None)
        facts = os.stat(path_of(row))
        assert (int(row.inode), int(row.device)) == (facts.st_ino, facts.st_dev)
        assert row.modified.timestamp() == own.modified_ns // 1000 / 1e6
        assert row.hidden is False


def test_sums_by_folder_are_those_of_one_machine(session, tree):
    shards = sanchay.plan_shards(tree, target_files=25, depth=1)
    rows = sanchay.spark.summary(session, shards).collect()
    assert len(rows) == 7
    for row in rows:
        own = list(sanchay.scan(path_of(row)))
        assert (row.file_count, row.size) == (len(own), sum(it.size for it in own))
        assert row.allocated >= row.size


def test_duplicates_are_those_of_one_machine(session, tree):
    for walk in ({}, {"hidden": True, "min_size": 0}):
        shards = sanchay.plan_shards(tree, target_files=25, **walk)
        rows = sanchay.spark.duplicates(session, shards).collect()
        assert groups_of(rows) == expected_groups(tree, **walk)
    rows = sanchay.spark.duplicates(session, shards, min_group=7, same_device=True)
    expected = expected_groups(tree, min_group=7, same_device=True, **walk)
    assert groups_of(rows.collect()) == expected


def test_duplicates_are_grouped_by_what_spills_and_files_are_hashed_once(session, tree):
    shards = sanchay.plan_shards(tree, target_files=25)
    groups = sanchay.spark.duplicates(session, shards)
    plan = groups._jdf.queryExecution().executedPlan().toString()
    assert plan.count("MapInArrow") == 1
    assert plan.count("Window ") == 3 and "Sort " in plan
    assert "collect_list" not in plan and "HashAggregate" not in plan


def test_a_killed_executor_changes_nothing(session, slow):
    shards = sanchay.plan_shards(slow, target_files=1)
    # Executors begin when they are wanted.
    until(lambda: len(executors()) == 2)
    killed: list[int] = []

    def kill():
        [pid, *_] = until(at_work)
        os.kill(pid, signal.SIGKILL)
        killed.append(pid)

    for pid in at_work():
        # Workers that earlier tests left would pass for those of this one.
        for worker, line in below(pid):
            if b"pyspark.daemon" in line:
                # It may have ended in the meantime.
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGTERM)
    killer = threading.Thread(target=kill)
    killer.start()
    rows = sanchay.spark.duplicates(session, shards).collect()
    killer.join()
    assert groups_of(rows) == expected_groups(slow)
    assert killed
    until(lambda: len(executors()) == 2 and killed[0] not in executors())


def test_what_cannot_be_run_is_an_exception(session, tmp_path):
    with pytest.raises(ValueError, match="there is none"):
        sanchay.spark.scan(session, [])
    with pytest.raises(ValueError, match="there is none"):
        sanchay.spark.duplicates(session, [])
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a").write_text("x")
    shards = sanchay.plan_shards(tmp_path / "in", target_files=1)
    (tmp_path / "in").rename(tmp_path / "gone")
    with pytest.raises(Exception, match="FileNotFoundError"):
        sanchay.spark.hash_files(session, shards).collect()
