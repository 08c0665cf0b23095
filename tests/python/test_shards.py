"""Shards: planned, pickled, run in other processes, and merged."""

import json
import os
import pathlib
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import polars
import pyarrow
import pyarrow.parquet
import pytest
import sanchay


@pytest.fixture
def files(tree):
    names = {f"in/{a}/{b}.x": b"%d" % (b % 7) for a in range(6) for b in range(20)}
    root = tree(names)
    odd = os.fsencode(root) + b"/in/\xff"
    with open(odd, "wb") as file:
        file.write(b"3")
    return root


def write(shard, out):
    return shard.write(out, threads=1)


def test_shards_are_values_that_other_processes_run(files):
    shards = sanchay.plan_shards(files / "in", target_files=25)
    assert len(shards) >= 3
    assert all(it.files <= 2 * 25 for it in shards)
    assert [it.index for it in shards] == list(range(len(shards)))
    assert sum(it.files for it in shards) == 121
    for shard in shards:
        copy = pickle.loads(pickle.dumps(shard))
        assert copy == shard
        assert hash(copy) == hash(shard)
        assert (copy.id, copy.bytes) == (shard.id, shard.bytes)
        assert json.loads(shard.text)["id"] == shard.id
    assert sanchay.plan_shards(files / "in", target_files=25) == shards
    out = files / "out"
    context = get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        written = list(pool.map(write, shards, [out] * len(shards)))
    assert not any(it.kept for it in written)
    assert sum(it.files for it in written) == 121
    again = shards[0].write(out)
    assert again.kept
    assert again.files == written[0].files
    expected = list(sanchay.duplicates(files / "in"))
    assert list(sanchay.merge_partition(out, None)) == expected
    parts = [it for at in range(256) for it in sanchay.merge_partition(out, at)]
    assert sorted(parts) == sorted(expected)
    assert {it.hash[:2] for it in sanchay.merge_partition(out, 0)} <= {"00"}


def test_texts_of_all_shards_that_are_alike_are_those_of_one_search(tree):
    def text(group, own):
        words = (own if at % 11 == own else at for at in range(90))
        return " ".join(f"{group}-{word}" for word in words).encode()

    names = {f"in/{a}/{b}": text(b // 4, b) for a in range(4) for b in range(12)}
    root = tree(names)
    like = {"threshold": 0.6, "shingle_size": 2}
    shards = sanchay.plan_shards(root / "in", target_files=9, similar=like)
    assert len(shards) > 3
    for shard in shards:
        shard.write(root / "out")
    search = sanchay.similar(root / "in", **like)
    expected = list(search)
    found = sanchay.merge_similar(root / "out", None)
    assert list(found) == expected
    assert len(expected) == 3
    files = sum(len(it.files) for it in expected)
    assert found.summary.similar_files == search.summary.similar_files == files
    table = pyarrow.table(sanchay.merge_similar(root / "out", None))
    assert table.equals(pyarrow.table(sanchay.similar(root / "in", **like)))
    parts = [it for at in range(256) for it in sanchay.merge_similar(root / "out", at)]
    all_files = {file for group in expected for file in group.files}
    assert {file for group in parts for file in group.files} == all_files
    os.remove(root / "in/0/0")
    gone = sanchay.merge_similar(root / "out", None)
    assert {file for it in gone for file in it.files} == all_files - {
        str(root / "in/0/0")
    }
    assert [it.filename for it in gone.errors] == [str(root / "in/0/0")]


def test_merges_are_of_the_directory_at_the_call(tree, monkeypatch):
    root = tree({"in/a": b"same words " * 30, "in/b": b"same words " * 30})
    os.link(root / "in/a", root / "in/c")
    monkeypatch.chdir(root)
    for shard in sanchay.plan_shards("in", target_files=9, similar={}):
        shard.write("out")
    groups = sanchay.merge_partition("out", None, hardlinks=True)
    texts = sanchay.merge_similar("out", None)
    (root / "elsewhere/in/a").mkdir(parents=True)
    monkeypatch.chdir(root / "elsewhere")
    assert [len(it.files) for it in groups] == [3]
    assert [len(it.files) for it in texts] == [2]
    assert not texts.errors


def test_a_place_is_a_url_or_a_path(files):
    [shard, *_] = sanchay.plan_shards(files / "in", target_files=25)
    with pytest.raises(ValueError, match="as str"):
        shard.write(pathlib.Path("s3://bucket/out"))


def test_a_plan_of_alike_texts_refuses_what_it_cannot_say(files):
    def plan(**like):
        return sanchay.plan_shards(files / "in", target_files=25, similar=like)

    with pytest.raises(ValueError, match="^threshold: "):
        plan(threshold=0.66666667)
    with pytest.raises(ValueError, match="^images: "):
        plan(images=True)
    with pytest.raises(TypeError, match="'like'"):
        plan(like=1)
    for shard in sanchay.plan_shards(files / "in", target_files=25):
        shard.write(files / "plain")
    with pytest.raises(LookupError, match="--similar"):
        list(sanchay.merge_similar(files / "plain", None))
    with pytest.raises(ValueError, match="^partition: "):
        sanchay.merge_similar(files / "plain", 256)


def test_a_shard_is_a_stream_of_its_files_in_arrow(files):
    shards = sanchay.plan_shards(
        files / "in", target_files=40, fields=["mode"], algorithm="blake3"
    )
    tables = [pyarrow.table(it.run()) for it in shards]
    table = pyarrow.concat_tables(tables)
    assert table.num_rows == 121
    assert table["path"].null_count == 1
    names = {"path_bytes", "size", "hash", "device", "inode", "links", "mode"}
    assert names <= set(table.column_names)
    records = [record for it in shards for record in it.run()]
    hashed = list(sanchay.hash_files(files / "in", algorithm="blake3"))
    assert records == hashed
    # What is written has the same columns and rows, but for the errors.
    shards[0].write(files / "out")
    paths = (files / "out/files").glob("*/*.parquet")
    tables = [pyarrow.parquet.ParquetFile(it).read() for it in paths]
    written = polars.concat([polars.from_arrow(it) for it in tables])
    own = polars.from_arrow(pyarrow.table(shards[0].run())).drop("error")
    assert written.columns == own.columns
    assert sorted(written["hash"]) == sorted(own["hash"])
    assert sorted(written["inode"]) == sorted(own["inode"])


def test_what_cannot_be_planned_run_or_merged_is_an_exception(files):
    with pytest.raises(ValueError, match="expected one of them"):
        sanchay.plan_shards(files)
    with pytest.raises(ValueError, match="would be in two shards"):
        sanchay.plan_shards([files, files / "in"], target_files=1)
    with pytest.raises(FileNotFoundError):
        sanchay.plan_shards(files / "gone", target_files=1)
    with pytest.raises(ValueError, match="links are|links lead"):
        sanchay.plan_shards(files, target_files=1, follow=True)
    [shard] = sanchay.plan_shards(files / "in", target_files=1000)
    with pytest.raises(ValueError, match="it was edited"):
        sanchay.Shard(shard.text.replace('"files":121', '"files":122'))
    with pytest.raises(ValueError, match="choose another place"):
        shard.write(files / "in/out")
    with pytest.raises(FileNotFoundError):
        list(sanchay.merge_partition(files / "out", None))
    with pytest.raises(ValueError, match="partition"):
        sanchay.merge_partition(files / "out", 256)
    one, *_ = sanchay.plan_shards(files / "in", target_files=50)
    one.write(files / "out")
    with pytest.raises(LookupError, match="are not there: 1"):
        list(sanchay.merge_partition(files / "out", None))
    assert list(sanchay.merge_partition(files / "out", None, allow_missing=True))
    (files / "in").rename(files / "moved")
    with pytest.raises(FileNotFoundError):
        list(one.run())
    with pytest.raises(FileNotFoundError):
        one.write(files / "out2")


def test_plans_of_the_program_are_loaded(files):
    shards = sanchay.plan_shards(files / "in", target_files=30)
    plan = files / "plan.ndjson"
    plan.write_text("".join(f"{it.text}\n" for it in shards))
    assert sanchay.load_shards(plan) == shards
