"""What engines run on their workers, without an engine."""

import json
import os
import random
import subprocess
import sys
import time

import pyarrow
import pyarrow.compute  # noqa: F401 - before somebody may not read it
import pytest
import sanchay
from conftest import unprivileged
from sanchay import _engines
from sanchay._components import Components


@pytest.fixture
def files(tree):
    words = [f"word{at}" for at in range(90)]
    names = {}
    for number in range(60):
        text = [f"{number // 6}{it}" for it in words]
        text[number % 6] = "other"
        names[f"in/{number % 7}/{number}.txt"] = " ".join(text).encode()
    root = tree(names)
    with open(os.fsencode(root) + b"/in/3/\xff", "wb") as file:
        file.write(names["in/3/3.txt"])
    os.link(root / "in/3/3.txt", root / "in/link")
    (root / "in/image").write_bytes(bytes(300))
    return root / "in"


def shards_of(root, **options):
    shards = sanchay.plan_shards(root, target_files=9, **options)
    assert len(shards) > 4
    return shards


def together(shards, work, **options):
    return pyarrow.concat_tables([work(it, 1, **options) for it in shards])


def path_of(row):
    return row["path_bytes"] if row["path"] is None else row["path"].encode()


def test_shards_are_listed_in_order_and_without_gaps(files):
    listed = together(shards_of(files), _engines.scanned)
    assert listed.schema == _engines.scanned_schema()
    paths = [path_of(row) for row in listed.to_pylist()]
    assert paths == sorted(os.fsencode(it.path) for it in sanchay.scan(files))
    assert len(paths) == 63


def test_what_cannot_be_listed_has_a_row_with_its_error(open_folder):
    for name in ("a/1", "closed/2", "z/3"):
        (open_folder / name).parent.mkdir()
        (open_folder / name).write_text(name)
    shards = sanchay.plan_shards(open_folder, target_files=1)
    (open_folder / "closed").chmod(0)
    with unprivileged():
        listed = together(shards, _engines.scanned)
    listed = listed.drop_columns(["modified"]).to_pylist()
    told = [(path_of(row), row["size"]) for row in listed]
    expected = [("a/1", 3), ("closed", None), ("z/3", 3)]
    assert told == [(os.fsencode(open_folder / it), size) for it, size in expected]
    assert [row["error"] is None for row in listed] == [True, False, True]
    assert "ermission denied" in listed[1]["error"]


def test_hashed_files_have_the_columns_that_were_told_before(files):
    shards = shards_of(files, fields=["mode"])
    hashed = together(shards, _engines.hashed)
    assert hashed.schema == _engines.hashed_schema(shards)
    expected = [it.hash for it in sanchay.hash_files(files)]
    assert hashed["hash"].to_pylist() == expected


def test_sums_of_shards_are_those_of_what_shards_write(files, tmp_path):
    shards = shards_of(files, depth=1)
    sums = together(shards, _engines.summed)
    assert sums.schema == _engines.summed_schema()
    sums = _engines.with_key(sums).group_by("key").aggregate(
        [(name, "sum") for name in _engines.SUMS]
    )
    sums = sums.rename_columns(["key", *_engines.SUMS])
    found = _engines.without_key(sums).to_pylist()
    for shard in shards:
        shard.write(tmp_path / "out")
    words = ["shards", "merge", "--all", "--sums", "--from", tmp_path / "out"]
    merged = subprocess.run(
        [sys.executable, "-m", "sanchay", *words, "--format", "ndjson"],
        capture_output=True, text=True, check=True,
    )
    names = ("path", *_engines.SUMS)
    told = [json.loads(line) for line in merged.stdout.splitlines()]
    expected, own = (
        sorted(tuple(row[it] for it in names) for row in rows) for rows in (told, found)
    )
    assert own == expected
    assert len(own) == 8


def test_groups_of_similar_files_are_those_of_one_machine(files):
    likeness = _engines.checked_likeness({"threshold": 0.85})
    shards = shards_of(files)
    sketches = together(shards, _engines.sketched, likeness=likeness)
    found = Components()
    links = _engines.links(sketches).to_pylist()
    random.Random(7).shuffle(links)
    for link in links:
        found.join(link["path"], link["other"])
    parts = list(found.packed(13))
    assert len(parts) > 3 and all(len(set(it)) == len(it) for it in parts)
    groups = []
    for number, part in enumerate(parts):
        rows = _engines.compared(number, part, 1, likeness).to_pylist()
        assert {row["partition"] for row in rows} == {number}
        for group in sorted({row["group"] for row in rows}):
            own = [row for row in rows if row["group"] == group]
            groups.append([(path_of(row), row["similarity"]) for row in own])
    expected = [
        list(zip(map(os.fsencode, it.files), it.similarities))
        for it in sanchay.similar(files, threshold=0.85)
    ]
    assert sorted(groups) == sorted(expected)
    assert len(expected) == 10


def test_likeness_that_makes_no_sense_is_an_error_before_anything_runs():
    with pytest.raises(ValueError, match="threshold"):
        _engines.checked_likeness({"threshold": 3})
    with pytest.raises(ValueError, match="on one machine"):
        _engines.checked_likeness({"images": True})
    with pytest.raises(TypeError, match="Did you mean 'threshold'"):
        _engines.checked_likeness({"treshold": 0.5})


def test_partitions_are_merged_and_numbered(files, tmp_path):
    for shard in shards_of(files):
        row = _engines.written(shard, 1, out=str(tmp_path / "out"), again=False)
        [row] = row.to_pylist()
        assert (row["index"], row["files"]) == (shard.index, shard.files)
    merged = _engines.merged(range(256), str(tmp_path / "out"), {})
    groups = {(row["partition"], row["group"]): row["hash"] for row in merged.to_pylist()}
    assert all(int(it[:2], 16) == partition for (partition, _), it in groups.items())
    expected = {it.hash for it in sanchay.duplicates(files)}
    assert set(groups.values()) == expected and expected
    assert not _engines.merged([], str(tmp_path / "out"), {}).num_rows


def test_groups_of_merged_partitions_are_numbered_in_each(tmp_path):
    (tmp_path / "in").mkdir()
    for number in range(900):
        (tmp_path / f"in/{number}").write_text(f"content {number // 2}")
    shards = sanchay.plan_shards(tmp_path / "in", target_files=300)
    for shard in shards:
        shard.write(tmp_path / "out")
    merged = _engines.merged(range(256), str(tmp_path / "out"), {})
    rows = merged.to_pylist()
    groups = {(row["partition"], row["group"]): row["hash"] for row in rows}
    assert len(groups) == len(set(groups.values())) == 450
    by_partition = {}
    for partition, group in groups:
        by_partition.setdefault(partition, []).append(group)
    assert all(it == list(range(1, len(it) + 1)) for it in by_partition.values())
    assert 1 < max(map(len, by_partition.values())) < 450
    # Of each group, the first row says what can be reclaimed.
    told = [row["reclaimable"] for row in rows if row["reclaimable"] is not None]
    expected = sanchay.duplicates(tmp_path / "in")
    assert (len(told), sum(told)) == (450, sum(it.reclaimable for it in expected))


def test_shards_are_put_once_and_come_back_together(files, tmp_path):
    store = sanchay.Store.init(tmp_path / "store")
    put = {"location": tmp_path / "store", "name": "all", "level": 3}
    shards = shards_of(files)
    # What changed a moment ago is read again.
    time.sleep(3)
    rows = together(shards, _engines.put, **put).to_pylist()
    assert [row["files"] for row in rows] == [it.files for it in shards]
    assert sum(row["read"] for row in rows) >= 62
    again = together(shards, _engines.put, **put).to_pylist()
    assert all(row["kept"] and not row["read"] for row in again)
    assert len(store.snapshots()) == len(shards)
    for row in rows:
        store.get(row["snapshot"], tmp_path / "back")
    own = {
        os.path.relpath(it.path, files): it.hash for it in sanchay.hash_files(files)
    }
    back = tmp_path / "back"
    assert own == {
        os.path.relpath(it.path, back): it.hash for it in sanchay.hash_files(back)
    }
    # A change is read, and nothing else: each part has its own parent.
    (files / "3/3.txt").write_text("changed")
    later = together(shards, _engines.put, **{**put, "name": "later"}).to_pylist()
    assert sum(row["read"] for row in later) <= 2


def test_a_root_that_is_gone_is_no_empty_tree(tmp_path):
    root = tmp_path / "in"
    root.mkdir()
    (root / "a").write_text("what is kept " * 20)
    [shard] = sanchay.plan_shards(root, target_files=9)
    store = sanchay.Store.init(tmp_path / "store")
    root.rename(tmp_path / "away")
    root.mkdir()
    put = {"location": tmp_path / "store", "name": "all", "level": 3}
    likeness = _engines.checked_likeness({})
    for work in (
        lambda: _engines.scanned(shard, 1),
        lambda: _engines.sketched(shard, 1, likeness=likeness),
        lambda: _engines.put(shard, 1, **put),
        lambda: _engines.written(shard, 1, out=str(tmp_path / "out"), again=False),
    ):
        with pytest.raises(OSError, match="nothing is there"):
            work()
    assert not store.snapshots()
    root.rmdir()
    (tmp_path / "away").rename(root)
    [row] = _engines.put(shard, 1, **put).to_pylist()
    assert (row["kept"], row["files"]) == (False, 1)


def test_what_is_no_file_any_more_is_not_compared(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("one", "was"):
        (tmp_path / name).write_text("the same words again and again " * 9)
    (tmp_path / "was").unlink()
    (tmp_path / "was").mkdir()
    (tmp_path / "was/inner").write_text("the same words again and again " * 9)
    os.symlink("one", tmp_path / "link")
    likeness = _engines.checked_likeness({})
    paths = [b"one", b"was", b"link"]
    assert not _engines.compared(0, paths, 1, likeness).num_rows


def test_a_shard_of_several_roots_is_listed_and_put_whole(files, tmp_path):
    roots = [files / "1", files / "2"]
    [shard] = sanchay.plan_shards(roots, target_files=1000)
    listed = _engines.scanned(shard, 1)
    assert len(listed) == shard.files == len(list(sanchay.scan(roots)))
    sanchay.Store.init(tmp_path / "store")
    rows = _engines.put(
        shard, 1, location=tmp_path / "store", name="two", level=1
    ).to_pylist()
    assert [row["name"] for row in rows] == [
        f"two.{shard.id[:16]}", f"two.{shard.id[:16]}.1"
    ]
    assert sum(row["files"] for row in rows) == shard.files


def test_sets_are_the_same_whatever_the_order_of_the_pairs():
    chance = random.Random(3)
    pairs = [(b"%d" % it, b"%d" % (it + 7)) for it in range(200) if it % 50]
    parts = []
    for _ in range(5):
        chance.shuffle(pairs)
        found = Components()
        for pair in pairs:
            found.join(*chance.sample(pair, 2))
        parts.append(list(found.packed(30)))
    assert all(it == parts[0] for it in parts)
    whole = [path for part in parts[0] for path in part]
    assert len(whole) == len(set(whole)) == len({it for pair in pairs for it in pair})
    of = {path: at for at, part in enumerate(parts[0]) for path in part}
    assert all(of[one] == of[other] for one, other in pairs)
    assert list(Components().packed(30)) == []


def test_without_ray_its_module_says_how_to_install_it(tmp_path):
    (tmp_path / "ray.py").write_text("raise ImportError('no Ray')")
    paths = os.pathsep.join([str(tmp_path), os.path.dirname(os.path.dirname(sanchay.__file__))])
    done = subprocess.run(
        [sys.executable, "-c", "import sanchay.spark, sanchay.ray"],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": paths},
    )
    assert done.returncode == 1
    assert "pip install 'sanchay[ray]'" in done.stderr
