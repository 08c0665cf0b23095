"""What duplicates finds."""

import os

import pyarrow
import pytest
import sanchay
import xxhash
from sanchay import DuplicateGroup


@pytest.fixture
def copies(tree):
    root = tree(
        {
            "a": b"same" * 1000,
            "b/a": b"same" * 1000,
            "c": b"other" * 100,
            "d": b"other" * 100,
            "e": b"other" * 100,
            "f": b"Other" * 100,
            "g": b"",
            "h": b"",
        }
    )
    os.link(root / "c", root / "linked")
    return root


def groups(answer, root):
    return [[os.path.relpath(it, root) for it in group.files] for group in answer]


def test_groups_are_in_the_order_of_what_can_be_reclaimed(copies):
    answer = list(sanchay.duplicates(copies))
    assert groups(answer, copies) == [["a", "b/a"], ["c", "d", "e"]]
    assert answer[0] == DuplicateGroup(
        size=4000,
        algorithm="xxh3-128",
        hash=xxhash.xxh3_128_hexdigest(b"same" * 1000),
        files=(str(copies / "a"), str(copies / "b/a")),
        reclaimable=4000,
        roles=("duplicate", "duplicate"),
    )
    assert type(answer[0]) is DuplicateGroup


def test_identical_folders_are_groups_before_those_of_files(tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder / "deep").mkdir(parents=True)
        (tmp_path / folder / "a").write_bytes(b"first")
        (tmp_path / folder / "deep/b").write_bytes(b"second")
    (tmp_path / "a").write_bytes(b"first")
    answer = sanchay.duplicates(tmp_path, folders=True)
    folders, files = answer
    assert groups([folders, files], tmp_path) == [["one", "two"], ["a", "one/a"]]
    assert (folders.kind, folders.file_count, folders.size) == ("directory", 2, 11)
    assert (files.kind, files.file_count) == ("file", None)
    assert folders.reclaimable == 11
    summary = answer.summary
    assert (summary.groups, summary.folder_groups) == (2, 1)
    assert (summary.redundant_folders, summary.redundant_files) == (1, 3)
    table = pyarrow.table(sanchay.duplicates(tmp_path, folders=True))
    assert table["kind"].to_pylist() == ["directory"] * 2 + ["file"] * 2
    assert table["file_count"].to_pylist() == [2, 2, None, None]
    assert "kind" not in pyarrow.table(sanchay.duplicates(tmp_path)).column_names
    assert "2 folders of 11 bytes" in folders._repr_html_()
    with pytest.raises(TypeError, match="^folders: "):
        sanchay.duplicates(tmp_path, folders=1)


def test_options_mean_what_the_programs_do(copies):
    linked = sanchay.duplicates(copies, hardlinks=True)
    assert groups(linked, copies) == [["a", "b/a"], ["c", "d", "e", "linked"]]
    empty = sanchay.duplicates(copies, min_size=0, max_size=0)
    assert groups(empty, copies) == [["g", "h"]]
    hashed = list(sanchay.duplicates(copies, algorithm="xxh64"))
    assert {it.algorithm for it in hashed} == {"xxh64"}
    assert hashed[0].hash == xxhash.xxh64_hexdigest(b"same" * 1000)
    same = sanchay.duplicates(copies, algorithm=None)
    assert [it.algorithm for it in same] == ["xxh3-128"] * 2
    with pytest.raises(ValueError, match="^algorithm: "):
        sanchay.duplicates(copies, algorithm="crc32")
    with pytest.raises(TypeError, match="^hardlinks: "):
        sanchay.duplicates(copies, hardlinks=1)


def test_references_stay(copies, monkeypatch):
    against = list(sanchay.duplicates(copies, against=copies / "b"))
    assert groups(against, copies) == [["a", "b/a"]]
    assert against[0].roles == ("duplicate", "reference")
    monkeypatch.chdir(copies)
    kept = sanchay.duplicates(copies, reference=["c", "d"])
    table = pyarrow.table(kept)
    roles = dict(zip(table["path"].to_pylist(), table["role"].to_pylist()))
    assert {os.path.basename(it) for it, role in roles.items() if role == "reference"} == {
        "c",
        "d",
    }
    with pytest.raises(ValueError, match="^reference: none: "):
        list(sanchay.duplicates(copies, reference="none"))
    with pytest.raises(TypeError, match="^against: "):
        sanchay.duplicates(copies, against=3)


def test_groups_are_chosen_and_sorted(copies):
    assert groups(sanchay.duplicates(copies, min_group=3), copies) == [["c", "d", "e"]]
    checked = sanchay.duplicates(copies, same_device=True, verify=True, sort="size")
    assert groups(checked, copies) == [["c", "d", "e"], ["a", "b/a"]]
    with pytest.raises(ValueError, match="^sort: 'down' is not "):
        sanchay.duplicates(copies, sort="down")
    plan = sanchay.Plan.duplicates(copies, reference=["c"], sort="path")
    assert sanchay.Plan.from_json(plan.to_json()) == plan


def test_only_empty_files_without_empty_files_is_refused_at_once(copies):
    with pytest.raises(ValueError, match="^max_size: .* least size of 0"):
        sanchay.duplicates(copies, max_size=0)


def test_the_summary_tells_what_it_came_to(copies):
    answer = sanchay.duplicates(copies).collect()
    summary = answer.summary
    assert type(summary) is sanchay.DuplicateSummary
    assert (summary.groups, summary.redundant_files) == (2, 3)
    assert summary.reclaimable == 4000 + 2 * 500
    assert len(list(answer)) == 2


def test_a_root_that_is_not_there_raises(copies):
    with pytest.raises(FileNotFoundError):
        list(sanchay.duplicates([copies, copies / "missing"]))
    kept = sanchay.duplicates([copies, copies / "missing"], errors="keep")
    assert len(list(kept)) == 2
    assert [type(it) for it in kept.errors] == [FileNotFoundError]
