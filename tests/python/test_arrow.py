"""Records as Arrow: what polars, pyarrow and pandas make of them."""

import datetime
import os

import polars
import pyarrow
import pytest
import sanchay
from polars.testing import assert_frame_equal


@pytest.fixture
def files(tree):
    return tree({f"{a}/{b}.x": b"%d" % (b % 7) for a in range(30) for b in range(400)})


def by_path(records):
    return sorted(records, key=lambda record: os.fsencode(record.path))


def test_a_scan_is_a_table_with_the_records_in_it(files):
    table = pyarrow.table(sanchay.scan(files)).sort_by("path")
    assert table.schema == pyarrow.schema(
        {
            "path": pyarrow.string(),
            "size": pyarrow.uint64(),
            "modified": pyarrow.timestamp("ns", "UTC"),
        }
    )
    table.validate(full=True)
    records = by_path(sanchay.scan(files))
    assert table["path"].to_pylist() == [it.path for it in records]
    assert table["size"].to_pylist() == [it.size for it in records]
    modified = table["modified"].cast(pyarrow.int64()).to_pylist()
    assert modified == [it.modified_ns for it in records]


def test_hashes_are_a_table_with_errors_in_their_places(files):
    given = [files / "0/1.x", files / "missing", files / "1"]
    table = pyarrow.table(sanchay.hash_files(given, errors="keep"))
    records = list(sanchay.hash_files(given, errors="keep"))
    assert table.num_rows == len(records) == 402
    for name in ["path", "size", "algorithm", "hash"]:
        assert table[name].to_pylist() == [getattr(it, name) for it in records]
    assert table["modified"].null_count == 1
    errors = table["error"].to_pylist()
    assert errors[1] == f"{files}/missing: cannot open: No such file or directory"
    assert errors.count(None) == 401
    partial = pyarrow.table(sanchay.hash_files(given[0], partial=True))
    assert partial["hash"].to_pylist()[0].startswith("xxh64:")


def test_duplicates_are_a_table_with_a_row_for_each_file(files):
    table = polars.DataFrame(sanchay.duplicates(files))
    groups = list(sanchay.duplicates(files))
    assert table["path"].to_list() == [path for it in groups for path in it.files]
    assert table["group"].unique().sort().to_list() == list(range(1, len(groups) + 1))
    sizes = table.group_by("group", maintain_order=True).first()
    assert sizes["reclaimable"].to_list() == [it.reclaimable for it in groups]
    assert table["reclaimable"].null_count() == table.height - len(groups)
    assert sizes["hash"].to_list() == [it.hash for it in groups]
    assert set(table["algorithm"]) == {"xxh3-128"}


def test_what_can_be_reclaimed_sums_to_what_can_be_reclaimed(files):
    records = sanchay.duplicates(files)
    table = polars.DataFrame(records)
    assert records.summary.reclaimable > 0
    assert table["reclaimable"].sum() == records.summary.reclaimable


def test_csv_and_json_can_be_written(files, tmp_path):
    for call in [sanchay.scan, sanchay.hash_files, sanchay.duplicates]:
        frame = polars.DataFrame(call(files))
        again = polars.read_csv(frame.write_csv().encode())
        assert again["path"].to_list() == frame["path"].to_list()
        frame.write_json(tmp_path / "x.json")


def test_a_path_that_is_not_text_is_bytes(tree):
    root = os.fsencode(tree({"plain": b""}))
    for name in [b"a\xff", b"b\xed\xa0\x80", b"c\n", "é".encode()]:
        open(root + b"/" + name, "wb").close()
    with pytest.warns(UnicodeWarning, match="path_bytes=True") as warned:
        plain = pyarrow.table(sanchay.scan(root))
    assert len(warned) == 1
    assert plain["path"].null_count == 2 and "path_bytes" not in plain.column_names
    table = pyarrow.table(sanchay.scan(root, path_bytes=True))
    table.validate(full=True)
    rows = table.to_pylist()
    assert len(rows) == 5
    for row in rows:
        assert (row["path"] is None) != (row["path_bytes"] is None)
    names = {row["path_bytes"] or os.fsencode(row["path"]) for row in rows}
    assert names == {os.path.join(root, name) for name in os.listdir(root)}
    odd = {row["path_bytes"] for row in rows if row["path"] is None}
    assert odd == {root + b"/a\xff", root + b"/b\xed\xa0\x80"}


def test_a_name_whose_bytes_are_text_only_with_the_next_name_is_bytes(tree):
    # Neither half of an é is text, though both in a row are.
    root = os.fsencode(tree({}))
    open(root + b"/x\xc3", "wb").close()
    os.chdir(root)
    table = pyarrow.table(sanchay.hash_files(b"x\xc3", path_bytes=True))
    assert table["path"].to_pylist() == [None]
    assert table["path_bytes"].to_pylist() == [b"x\xc3"]


def test_a_time_beyond_64_bits_of_nanoseconds_is_null(tree):
    root = tree({"a": b"", "b": b""})
    try:
        os.utime(root / "a", (10**10, 10**10))
    except OSError:
        pytest.skip("this file system knows no such time")
    if os.stat(root / "a").st_mtime != 10**10:
        pytest.skip("this file system knows no such time")
    table = pyarrow.table(sanchay.scan(root)).sort_by("path")
    assert [it is None for it in table["modified"].to_pylist()] == [True, False]
    [far] = (it for it in sanchay.scan(root) if it.path.endswith("a"))
    assert far.modified.year == 2286


def test_polars_pandas_and_pyarrow_agree(files):
    frame = polars.DataFrame(sanchay.scan(files)).sort("path")
    assert_frame_equal(
        frame, polars.from_arrow(pyarrow.table(sanchay.scan(files))).sort("path")
    )
    pandas = pyarrow.table(sanchay.scan(files)).to_pandas()
    assert pandas["size"].sum() == frame["size"].sum()
    utc = datetime.timezone.utc
    assert frame["modified"][0].astimezone(utc) == min(
        it.modified for it in sanchay.scan(files) if it.path == frame["path"][0]
    )


def test_nothing_is_an_empty_table_with_columns(tmp_path):
    for call in [sanchay.scan, sanchay.hash_files, sanchay.duplicates]:
        table = pyarrow.table(call(tmp_path))
        assert table.num_rows == 0 and "path" in table.column_names
        assert polars.DataFrame(call(tmp_path)).height == 0


def test_the_column_of_bytes_is_there_for_all_calls_if_asked_for(files):
    for call in [sanchay.scan, sanchay.hash_files, sanchay.duplicates]:
        table = pyarrow.table(call(files, path_bytes=True))
        assert table["path_bytes"].null_count == table.num_rows == 12_000
        assert table["path"].null_count == 0
        schema = pyarrow.schema(call(files, path_bytes=True))
        assert schema == table.schema
    with pytest.raises(TypeError, match="^path_bytes: "):
        sanchay.scan(files, path_bytes=1)


def test_what_was_taken_before_is_not_in_the_table(files):
    records = sanchay.scan(files)
    first = [next(records).path for _ in range(700)]
    table = pyarrow.table(records)
    assert table.num_rows == 12_000 - 700
    assert set(first).isdisjoint(table["path"].to_pylist())
    groups = sanchay.duplicates(files)
    taken = len(next(groups).files)
    assert pyarrow.table(groups).num_rows == 12_000 - taken


@pytest.mark.parametrize("form", [pyarrow.table, polars.DataFrame, list])
def test_a_second_table_is_an_error_and_not_an_empty_one(files, form):
    for call in [sanchay.scan, sanchay.hash_files, sanchay.duplicates]:
        records = call(files)
        form(records)
        for again in [pyarrow.table, polars.DataFrame]:
            with pytest.raises(RuntimeError, match="taken already.* new run"):
                again(records)
        assert list(records) == []


def test_a_stream_that_was_only_looked_at_takes_nothing(files):
    records = sanchay.scan(files)
    reader = pyarrow.RecordBatchReader.from_stream(records)
    assert reader.schema.names[0] == "path"
    del reader
    first = pyarrow.RecordBatchReader.from_stream(records)
    second = pyarrow.RecordBatchReader.from_stream(records)
    assert first.read_all().num_rows == 12_000
    with pytest.raises(OSError, match="taken already"):
        second.read_all()


def test_batches_come_while_the_run_goes_on(files, big):
    folders = sorted(it for it in files.iterdir() if it.is_dir())
    given = [*(folders * 3), big]
    records = sanchay.hash_files(given, algorithm="sha256")
    reader = pyarrow.RecordBatchReader.from_stream(records)
    rows = 0
    while rows < 24_000:
        rows += reader.read_next_batch().num_rows
    assert records.summary is None
    records.close()
    reader.read_all()


def test_a_failure_between_batches_is_an_error_with_its_words(files):
    records = sanchay.hash_files([files, files, files / "missing"])
    reader = pyarrow.RecordBatchReader.from_stream(records)
    with pytest.raises(OSError, match="FileNotFoundError: .*missing"):
        reader.read_all()
    with pytest.raises(RuntimeError, match="cut short .FileNotFoundError"):
        next(records)


def test_a_schema_can_be_had_without_a_run(tmp_path):
    records = sanchay.scan(tmp_path / "missing")
    assert pyarrow.schema(records).names[0] == "path"


def test_an_error_is_the_error_of_the_call(tmp_path):
    with pytest.raises(FileNotFoundError):
        polars.DataFrame(sanchay.scan(tmp_path / "missing"))
    with pytest.raises(FileNotFoundError):
        pyarrow.table(sanchay.hash_files(tmp_path / "missing"))


def test_a_stream_that_nobody_reads_is_released(files):
    for _ in range(50):
        sanchay.scan(files).__arrow_c_stream__()
        sanchay.scan(files).__arrow_c_schema__()


def test_partial_digests_have_a_column_with_their_chunk(files):
    partial = pyarrow.table(sanchay.hash_files(files / "1", partial="1KiB"))
    assert partial.column_names == [
        "path", "size", "modified", "algorithm", "chunk", "hash", "error"
    ]
    assert partial.schema.field("chunk").type == pyarrow.uint64()
    assert set(partial["chunk"].to_pylist()) == {1024}
    whole = pyarrow.table(sanchay.hash_files(files / "1"))
    assert whole.column_names == [
        "path", "size", "modified", "algorithm", "hash", "error"
    ]
    groups = pyarrow.table(sanchay.duplicates(files, path_bytes=True))
    assert groups.column_names == [
        "group", "size", "algorithm", "hash", "path", "path_bytes", "reclaimable"
    ]
