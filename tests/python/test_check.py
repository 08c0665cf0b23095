"""check(): lists of digests against the files they name."""

import io
import subprocess

import pyarrow
import pytest
import sanchay
from sanchay import CheckedFile


@pytest.fixture
def checked(tree, monkeypatch):
    """A folder with three files and a list that sha256sum wrote of them."""
    folder = tree({"a": b"one", "b": b"two", "c d": b"three"})
    monkeypatch.chdir(folder)
    listed = subprocess.run(
        ["sha256sum", "a", "b", "c d"], capture_output=True, check=True
    )
    (folder / "SHA256SUMS").write_bytes(listed.stdout)
    return folder


def test_files_that_have_their_digests_are_ok(checked):
    records = sanchay.check("SHA256SUMS")
    assert list(records) == [
        CheckedFile("a", "ok", None),
        CheckedFile("b", "ok", None),
        CheckedFile("c d", "ok", None),
    ]
    assert records.summary == (3, 0, 0, 0, 0)
    assert records.summary.ok


def test_changed_and_missing_files_are_told_apart(checked):
    (checked / "a").write_bytes(b"other")
    (checked / "b").unlink()
    records = sanchay.check("SHA256SUMS")
    a, b, c = records
    assert (a.verdict, b.verdict, c.verdict) == ("failed", "missing", "ok")
    assert isinstance(b.error, FileNotFoundError)
    assert b.error.filename == "b"
    assert not records.summary.ok


def test_a_list_may_be_an_open_file(checked):
    with open("SHA256SUMS", "rb") as file:
        assert [it.verdict for it in sanchay.check(file)] == ["ok"] * 3
    content = (checked / "SHA256SUMS").read_bytes()
    assert sum(1 for _ in sanchay.check(io.BytesIO(content))) == 3
    with pytest.raises(TypeError, match="binary mode"):
        sanchay.check(io.StringIO(content.decode()))


def test_lines_that_name_no_digest_are_errors_of_the_answer(checked):
    with open("SHA256SUMS", "ab") as file:
        file.write(b"no digest at all\n" * 200)
    records = sanchay.check("SHA256SUMS").collect()
    assert records.summary.malformed == 200
    assert records.summary.ok
    assert len(records.errors) == 100
    assert "line 4:" in str(records.errors[0])
    assert records.errors[0].filename == "SHA256SUMS"


def test_a_list_that_cannot_be_read_raises_or_is_kept(checked):
    with pytest.raises(FileNotFoundError):
        list(sanchay.check(["SHA256SUMS", "nothing"]))
    with pytest.raises(IsADirectoryError):
        list(sanchay.check("."))
    records = sanchay.check(["nothing", "SHA256SUMS"], errors="keep")
    assert len(list(records)) == 3
    assert isinstance(records.errors[0], FileNotFoundError)


def test_a_list_that_says_nothing_is_not_all_well(checked):
    (checked / "nothing").write_text("no digest\n")
    records = sanchay.check(["SHA256SUMS", "nothing"]).collect()
    assert (records.summary.matched, records.summary.unreadable) == (3, 1)
    assert not records.summary.ok
    records = sanchay.check(["SHA256SUMS", "gone"], errors="keep").collect()
    assert not records.summary.ok


def test_the_algorithm_and_the_chunk_can_be_given(tree, monkeypatch):
    folder = tree({"a": b"x" * 300_000})
    monkeypatch.chdir(folder)
    [hashed] = sanchay.hash_files("a", partial="4KiB")
    (folder / "list").write_text(f"{hashed.hash}  a\n")
    [found] = sanchay.check("list", partial="4KiB")
    assert found.verdict == "ok"
    with pytest.raises(ValueError, match="algorithm"):
        sanchay.check("list", algorithm="sha3")


def test_relative_paths_are_those_of_the_directory_at_the_call(
    checked, monkeypatch
):
    records = sanchay.check("SHA256SUMS")
    monkeypatch.chdir("/")
    assert [it.verdict for it in records] == ["ok"] * 3


def test_a_table_has_a_row_for_each_file(checked):
    (checked / "b").unlink()
    table = pyarrow.table(sanchay.check("SHA256SUMS"))
    assert table.column_names == ["path", "verdict", "error"]
    assert table["verdict"].to_pylist() == ["ok", "missing", "ok"]
