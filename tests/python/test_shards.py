"""Shards: planned, pickled, run in other processes, and merged."""

import json
import os
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
