"""sanchay.ray on a cluster of two raylets, of which workers and one are killed."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
import s3_servers
import sanchay
from conftest import below, until

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
# Without it, Ray takes the address of an interface for that of loopback.
os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
ray = pytest.importorskip("ray", reason="LEFT OUT: there is no Ray here")

import ray.data  # noqa: E402
import sanchay.ray  # noqa: E402
from ray.cluster_utils import Cluster  # noqa: E402


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """A head and another node, each with one processor, on loopback."""
    folder = tempfile.mkdtemp(prefix="ray-", dir="/tmp")
    common = {
        "num_cpus": 1,
        "node_ip_address": "127.0.0.1",
        "object_store_memory": 100 << 20,
    }
    made = Cluster(
        initialize_head=True,
        head_node_args={**common, "include_dashboard": False, "temp_dir": folder},
    )
    made.add_node(**common)
    ray.init(
        address=made.address,
        _node_ip_address="127.0.0.1",
        log_to_driver=False,
        logging_level="error",
    )
    context = ray.data.DataContext.get_current()
    context.enable_progress_bars = False
    yield made
    ray.shutdown()
    made.shutdown()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def two_nodes(cluster: Any) -> Any:
    """The cluster, with a second node in the place of one that was killed."""
    if not cluster.worker_nodes:
        cluster.add_node(
            num_cpus=1,
            node_ip_address="127.0.0.1",
            object_store_memory=100 << 20,
        )
    cluster.wait_for_nodes(timeout=120)
    return cluster


def raylet(node: Any) -> int:
    [process] = node.all_processes["raylet"]
    return process.process.pid


def busy(node: Any, name: bytes) -> list[int]:
    """The workers of a node that are at a task."""
    return [pid for pid, line in below(raylet(node)) if line.startswith(b"ray::" + name)]


def path_of(row: dict[str, Any]) -> bytes:
    return row["path_bytes"] if row["path"] is None else row["path"].encode()


def groups_of(rows: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    """The groups of a table: size, hash, reclaimable and paths."""
    found: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["partition"], row["group"]].append(row)
    return {
        (it[0]["size"], it[0]["hash"], it[0]["reclaimable"], *map(path_of, it))
        for it in found.values()
    }


def expected_groups(root: Path | str, **options: Any) -> set[tuple[Any, ...]]:
    groups = list(sanchay.duplicates(root, **options))
    assert groups
    return {
        (it.size, it.hash, it.reclaimable, *map(os.fsencode, it.files))
        for it in groups
    }


def test_listed_and_hashed_files_are_those_of_one_machine(two_nodes, tree):
    shards = sanchay.plan_shards(tree, target_files=25, fields=["mode"])
    assert len(shards) > 5
    listed = sanchay.ray.scan(shards).take_all()
    expected = {(os.fsencode(it.path), it.size) for it in sanchay.scan(tree)}
    assert {(path_of(row), row["size"]) for row in listed} == expected
    assert len(listed) == len(expected) > 250
    assert all(row["error"] is None for row in listed)
    hashed = sanchay.ray.hash_files(shards).take_all()
    expected = {(os.fsencode(it.path), it.hash) for it in sanchay.hash_files(tree)}
    assert {(path_of(row), row["hash"]) for row in hashed} == expected
    assert len(hashed) == len(expected)
    assert all(row["mode"] and row["inode"] for row in hashed)


def test_tasks_are_spread_over_the_nodes(two_nodes, slow, tmp_path):
    shards = sanchay.plan_shards(slow, target_files=1)
    at: set[str] = set()

    def look(progress):
        at.update(
            node.unique_id for node in two_nodes.list_all_nodes() if busy(node, b"_of_shard")
        )

    sanchay.ray.write(shards, tmp_path / "out", progress=look)
    assert len(at) == 2


@pytest.fixture(scope="module")
def bucket(
    tree: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """A bucket with a tree's files, for whoever has these variables."""
    folder = tmp_path_factory.mktemp("objects")
    port, keys = s3_servers.free_port(), ("key", "secret")
    with s3_servers.serving("moto", port, folder, keys) as url:
        s3_servers.make_bucket("moto", url, folder, "files")
        for path in tree.rglob("*.txt"):
            # Names that are no text are no keys.
            key = os.fsencode(path.relative_to(tree)).decode(errors="ignore")
            put = f"{url}/files/in/{quote(key)}"
            # A form would be taken apart.
            kind = {"Content-Type": "application/octet-stream"}
            body = path.read_bytes()
            with urlopen(Request(put, data=body, headers=kind, method="PUT")):
                pass
        yield {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": keys[0],
            "AWS_SECRET_ACCESS_KEY": keys[1],
            "AWS_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def test_objects_of_a_bucket_are_dealt_with_as_files_are(
    two_nodes, bucket, monkeypatch
):
    for name, value in bucket.items():
        monkeypatch.setenv(name, value)
    root, out = "s3://files/in", "s3://files/out"
    # The nodes were started without them.
    there = {"runtime_env": {"env_vars": bucket}}
    shards = sanchay.plan_shards(root, target_files=50)
    assert len(shards) > 3
    hashed = sanchay.ray.hash_files(shards, ray_options=there).take_all()
    expected = {(it.path, it.hash) for it in sanchay.hash_files(root)}
    assert {(row["path"], row["hash"]) for row in hashed} == expected
    assert len(hashed) == len(expected) > 200
    rows = sanchay.ray.duplicates(shards, out, ray_options=there)
    assert groups_of(rows.take_all()) == expected_groups(root)
    like = sanchay.plan_shards(root, target_files=50, similar={})
    sanchay.ray.write(like, "s3://files/like", ray_options=there)
    found = list(sanchay.merge_similar("s3://files/like", None))
    assert found == list(sanchay.similar(root)) != []


def test_a_place_in_another_root_is_refused_and_options_of_ray_are_taken(
    two_nodes, tree, tmp_path
):
    roots = [tree / "0", tree / "1"]
    shards = sanchay.plan_shards(roots, target_files=20)
    with pytest.raises(ValueError, match="lies in"):
        sanchay.ray.write(shards, tree / "1/out")
    options = {"scheduling_strategy": "DEFAULT", "num_cpus": 1}
    done = sanchay.ray.write(shards, tmp_path / "out", ray_options=options)
    assert sum(it.files for it in done) == sum(it.files for it in shards)


def test_sums_by_folder_are_those_of_the_program(two_nodes, tree, tmp_path):
    shards = sanchay.plan_shards(tree, target_files=25, depth=1)
    sums = sanchay.ray.summary(shards).take_all()
    found = {path_of(row): row["file_count"] for row in sums}
    assert found[os.fsencode(tree)] == len(list(sanchay.scan(tree)))
    assert len(found) == 7
    sizes = {path_of(row): row["size"] for row in sums}
    for folder in range(6):
        own = list(sanchay.scan(tree / str(folder)))
        path = os.fsencode(tree / str(folder))
        assert (found[path], sizes[path]) == (len(own), sum(it.size for it in own))
    for row in sums:
        assert row["allocated"] >= row["size"] > 0


def test_duplicates_are_those_of_one_machine(two_nodes, tree, tmp_path):
    shards = sanchay.plan_shards(tree, target_files=25)
    seen: list[sanchay.Progress] = []
    rows = sanchay.ray.duplicates(shards, tmp_path / "out", progress=seen.append)
    assert groups_of(rows.take_all()) == expected_groups(tree)
    last = seen[-1]
    assert last.files == last.total_files == sum(it.files for it in shards)
    assert last.bytes == last.total_bytes
    # What is there is not done again, and may be merged otherwise.
    done = sanchay.ray.write(shards, tmp_path / "out")
    assert all(it.kept for it in done)
    assert [it.files for it in done] == [it.files for it in shards]
    rows = sanchay.ray.merge(tmp_path / "out", hardlinks=True, min_group=7)
    expected = expected_groups(tree, hardlinks=True, min_group=7)
    assert groups_of(rows.take_all()) == expected


def test_similar_files_are_those_of_one_machine(two_nodes, tree):
    shards = sanchay.plan_shards(tree, target_files=25)
    rows = sanchay.ray.similar(shards, threshold=0.9).take_all()
    found: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["partition"], row["group"]].append(row)
    own = {
        tuple((path_of(row), row["similarity"], row["size"]) for row in it)
        for it in found.values()
    }
    expected = {
        tuple(zip(map(os.fsencode, it.files), it.similarities, it.sizes, strict=True))
        for it in sanchay.similar(tree, threshold=0.9)
    }
    assert len(expected) >= 10
    assert own == expected
    rows = sanchay.ray.similar(shards, threshold=1.0, shingle_size=40).take_all()
    equal = {(row["partition"], row["group"]) for row in rows}
    assert len(equal) == len(list(sanchay.similar(tree, threshold=1.0))) == 40
    with pytest.raises(ValueError, match="threshold"):
        sanchay.ray.similar(shards, threshold=7)
    with pytest.raises(ValueError, match="pictures"):
        sanchay.ray.similar(shards, images=True)


def test_what_is_put_into_a_store_comes_back(two_nodes, tree, tmp_path):
    shards = sanchay.plan_shards(tree, target_files=60, hidden=True)
    store = sanchay.Store.init(tmp_path / "store")
    put = sanchay.ray.put(shards, tmp_path / "store", name="all").take_all()
    assert len(put) == len(shards) > 2
    assert sum(row["files"] for row in put) == sum(it.files for it in shards)
    assert not any(row["kept"] or row["errors"] for row in put)
    for snapshot in store.snapshots():
        assert snapshot.name.startswith("all.")
        store.get(snapshot, tmp_path / "restored")
    options = {"hidden": True, "min_depth": 1}
    relative = {
        os.path.relpath(it.path, tree): it.hash
        for it in sanchay.hash_files(tree, **options)
    }
    assert relative == {
        os.path.relpath(it.path, tmp_path / "restored"): it.hash
        for it in sanchay.hash_files(tmp_path / "restored", **options)
    }
    again = sanchay.ray.put(shards, tmp_path / "store", name="all").take_all()
    assert all(row["kept"] for row in again)
    assert {it["snapshot"] for it in again} == {it["snapshot"] for it in put}


def test_a_killed_worker_changes_nothing(two_nodes, slow, tmp_path):
    shards = sanchay.plan_shards(slow, target_files=1)
    killed: list[int] = []

    def kill(progress):
        at = [pid for node in two_nodes.list_all_nodes() for pid in busy(node, b"_of_shard")]
        if at and len(killed) < 2 and progress.files < progress.total_files:
            os.kill(at[0], signal.SIGKILL)
            killed.append(at[0])

    rows = sanchay.ray.duplicates(shards, tmp_path / "out", progress=kill)
    assert groups_of(rows.take_all()) == expected_groups(slow)
    assert killed


def test_a_killed_node_changes_nothing(two_nodes, slow, tmp_path):
    shards = sanchay.plan_shards(slow, target_files=1)
    [node] = two_nodes.worker_nodes
    killed: list[Any] = []

    def kill(progress):
        if not killed and progress.files and busy(node, b"_of_shard"):
            two_nodes.remove_node(node, allow_graceful=False)
            killed.append(node)

    rows = sanchay.ray.duplicates(shards, tmp_path / "out", progress=kill)
    assert groups_of(rows.take_all()) == expected_groups(slow)
    assert killed


def test_a_node_that_is_killed_while_rows_are_taken_changes_nothing(two_nodes, slow):
    shards = sanchay.plan_shards(slow, target_files=1)
    [node] = two_nodes.worker_nodes
    rows: list[dict[str, Any]] = []

    def kill():
        until(lambda: rows and busy(node, b""))
        two_nodes.remove_node(node, allow_graceful=False)

    killer = threading.Thread(target=kill)
    killer.start()
    for row in sanchay.ray.hash_files(shards).iter_rows():
        rows.append(row)
    killer.join()
    assert not two_nodes.worker_nodes
    expected = sorted((it.path, it.hash) for it in sanchay.hash_files(slow))
    assert sorted((row["path"], row["hash"]) for row in rows) == expected


def test_a_callback_that_returns_false_ends_the_tasks(two_nodes, tmp_path):
    (tmp_path / "in").mkdir()
    for number in range(4):
        with (tmp_path / f"in/{number}").open("wb") as file:
            file.truncate(64 << 30)
    shards = sanchay.plan_shards(tmp_path / "in", target_files=1)
    nodes = two_nodes.list_all_nodes()

    def at_work():
        return [pid for node in nodes for pid in busy(node, b"_of_shard")]

    ended: list[float] = []

    def cancel(progress):
        if at_work():
            ended.append(time.monotonic())
            return False
        return None

    with pytest.raises(sanchay.Cancelled):
        sanchay.ray.write(shards, tmp_path / "out", progress=cancel)
    until(lambda: not at_work(), 20)
    assert time.monotonic() - ended[0] < 20
    with pytest.raises(LookupError):
        list(sanchay.merge_partition(tmp_path / "out", None))


def test_what_cannot_be_run_is_the_exception_that_it_is(two_nodes, tmp_path):
    with pytest.raises(ValueError, match="there is none"):
        sanchay.ray.scan([])
    with pytest.raises(ValueError, match="there is none"):
        sanchay.ray.write([], tmp_path)
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a").write_text("x")
    shards = sanchay.plan_shards(tmp_path / "in", target_files=1)
    (tmp_path / "in").rename(tmp_path / "gone")
    with pytest.raises(FileNotFoundError):
        sanchay.ray.write(shards, tmp_path / "out")
    with pytest.raises(Exception, match="No such file.*/in'"):
        sanchay.ray.hash_files(shards).take_all()
