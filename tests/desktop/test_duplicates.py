"""Duplicates: found, decided by rules and by hand, planned, applied, undone."""

import os

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QInputDialog


@pytest.fixture
def page(window):
    window.show_page(window.duplicates)
    return window.duplicates


def find(window, idle, roots, protected=()):
    window.desk.folders.set([str(it) for it in roots], [str(it) for it in protected])
    window.duplicates.run_button.click()
    idle()


def planned(page, idle):
    page.plan_button.click()
    idle()
    return page.plan_window


def listing(folder):
    return {
        os.path.relpath(os.path.join(here, name), folder): open(
            os.path.join(here, name), "rb"
        ).read()
        for here, _, files in os.walk(folder)
        for name in files
    }


def test_groups_are_found_and_what_they_free_is_said(window, page, idle, rows, tree):
    folder = tree({"a": b"same", "b": b"same", "c/d": b"same", "e": b"other"})
    find(window, idle, [folder])
    found = rows(page)
    assert [os.path.relpath(row["path"], folder) for row in found] == ["a", "b", "c/d"]
    assert {row["group"] for row in found} == {1}
    assert "8 B" in page.status.text()


def test_folders_with_equal_files_are_paired_and_equal_ones_marked(
    window, page, idle, rows, tree
):
    other = os.fsdecode(b"copy\xff")
    folder = tree(
        {"a/1": b"one", "a/2": b"two!", f"{other}/1": b"one", f"{other}/x": b"two!"}
        | {"part/1": b"one", "part/own": b"mine", "part/.hid": b"too"}
    )
    find(window, idle, [folder])
    page.tabs.setCurrentWidget(page.pair_view)
    found = {
        tuple(os.path.basename(row[key]) for key in ("path", "other")): tuple(
            row[key] for key in ("same", "size", "only_here", "only_there")
        )
        for row in (page.pairs.row(it) for it in range(page.pairs.rowCount()))
    }
    assert found == {
        ("a", other): (2, 7, 0, 0),
        ("a", "part"): (1, 3, 1, 2),
        (other, "part"): (1, 3, 1, 2),
    }
    marks = [page.pairs.cell(it, 6) for it in range(3)]
    assert marks == ["the same files", "", ""]
    assert page.shown_table() is page.pair_view


def test_identical_folders_are_one_result_if_that_is_wanted(
    window, page, idle, rows, tree
):
    folder = tree({"a/1": b"one", "a/2": b"two", "b/1": b"one", "b/2": b"two"})
    page.whole.setChecked(True)
    find(window, idle, [folder])
    found = [os.path.relpath(row["path"], folder) for row in rows(page)]
    assert found == ["a", "b"]
    marks = [page.model.cell(it, page.columns.index("mark")) for it in range(2)]
    assert marks == ["a folder, files: 2"] * 2
    page.whole.setChecked(False)
    find(window, idle, [folder])
    assert len(rows(page)) == 4


def test_no_duplicates_is_said_in_words(window, page, idle, tree):
    find(window, idle, [tree({"a": b"1", "b": b"2"})])
    assert "no duplicates among 2" in page.nothing.text()


def test_a_rule_decides_the_plan_is_applied_and_undo_gives_all_back(
    window, page, idle, tree
):
    name = os.fsdecode(b"caf\xe9\n.txt")
    folder = tree({"old/a": b"same", f"new/{name}": b"same", "x": b"alone"})
    os.utime(folder / "old/a", (1, 1))
    before = listing(folder)
    find(window, idle, [folder])
    page.keep.add("oldest")
    plan = planned(page, idle)
    assert listing(folder) == before, "a plan changes nothing"
    assert plan.count() == 1
    assert plan.model.data(plan.model.index(0, 1)).endswith(r"new/caf\xe9\n.txt")
    assert "kept: oldest" in plan.model.data(plan.model.index(0, 3))
    plan.apply_button.click()
    idle()
    assert set(listing(folder)) == {"old/a", "x"}
    assert "Done: 1" in plan.said.text()
    plan.undo_button.click()
    idle()
    assert listing(folder) == before
    assert "Taken back: 1" in plan.said.text()


def test_files_of_protected_folders_stay(window, page, idle, rows, tree):
    folder = tree({"inbox/a": b"same", "inbox/b": b"same", "masters/m": b"same"})
    find(window, idle, [folder / "inbox"], [folder / "masters"])
    marks = [page.model.cell(it, 4) for it in range(page.model.rowCount())]
    roles = [row["role"] for row in rows(page)]
    assert [bool(it) for it in marks] == [role == "reference" for role in roles]
    plan = planned(page, idle)
    plan.apply_button.click()
    idle()
    assert set(listing(folder)) == {"masters/m"}


def test_a_mark_by_hand_comes_before_the_rules(window, page, idle, qtbot, rows, tree):
    name = os.fsdecode(b"z (1) \xe9 $.txt")
    folder = tree({"a": b"same", "b": b"same", name: b"same"})
    os.utime(folder / "a", (1, 1))
    find(window, idle, [folder])
    page.keep.add("oldest")
    paths = [os.path.basename(row["path"]) for row in rows(page)]
    page.view.go_to(paths.index(name))
    qtbot.keyClick(page.view, Qt.Key.Key_K)
    assert page.model.cell(paths.index(name), 4) == "stays, by hand"
    plan = planned(page, idle)
    plan.apply_button.click()
    idle()
    assert set(listing(folder)) == {name}


def test_of_two_marks_in_a_group_both_stay(window, page, idle, tree):
    folder = tree({"a": b"same", "b": b"same", "c": b"same"})
    find(window, idle, [folder])
    page.kept = {str(folder / "b"), str(folder / "c")}
    plan = planned(page, idle)
    plan.apply_button.click()
    idle()
    assert set(listing(folder)) == {"b", "c"}


def test_a_step_that_is_unticked_is_left_alone(window, page, idle, tree):
    folder = tree({"a": b"same", "b": b"same", "c": b"same"})
    find(window, idle, [folder])
    plan = planned(page, idle)
    assert plan.count() == 2 and "frees 8 B" in plan.sums.text()
    index = plan.model.index(0, 0)
    plan.model.setData(index, Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    assert plan.count() == 1 and "left alone: 1" in plan.sums.text()
    assert "make way: 1, frees at least 4 B" in plan.sums.text()
    assert plan.apply_button.text() == "Do 1 step"
    plan.apply_button.click()
    idle()
    assert set(listing(folder)) == {"a", "b"}
    plan.undo_button.click()
    idle()
    assert set(listing(folder)) == {"a", "b", "c"}


def test_hard_links_are_made_and_taken_apart_again(window, page, idle, tree):
    folder = tree({"a": b"same", "b": b"same"})
    find(window, idle, [folder])
    page.action.setCurrentIndex(page.action.findData("hardlink"))
    plan = planned(page, idle)
    plan.apply_button.click()
    idle()
    assert os.path.samefile(folder / "a", folder / "b")
    plan.undo_button.click()
    idle()
    assert not os.path.samefile(folder / "a", folder / "b")


@pytest.mark.parametrize(("typed", "remaining"), [("2", {"a"}), ("3", {"a", "b", "c"})])
def test_what_has_no_undo_asks_for_the_number(
    window, page, idle, tree, monkeypatch, typed, remaining
):
    folder = tree({"a": b"same", "b": b"same", "c": b"same"})
    find(window, idle, [folder])
    page.action.setCurrentIndex(page.action.findData("delete"))
    plan = planned(page, idle)
    assert "no undo" in plan.said.text()
    monkeypatch.setattr(QInputDialog, "getText", lambda *_: (typed, True))
    plan.apply_button.click()
    idle()
    assert set(listing(folder)) == remaining
    assert plan.undo_button.isHidden()


def test_a_file_that_changed_since_the_plan_stays(window, page, idle, tree):
    folder = tree({"a": b"same", "b": b"same"})
    find(window, idle, [folder])
    plan = planned(page, idle)
    (folder / "b").write_bytes(b"precious")
    plan.apply_button.click()
    idle()
    assert listing(folder) == {"a": b"same", "b": b"precious"}
    assert "not done: 1" in plan.said.text() and "b" in plan.said.text()


def test_a_saved_plan_is_one_of_the_packages(window, page, idle, tree, tmp_path):
    import sanchay

    find(window, idle, [tree({"a": b"same", "b": b"same"})])
    plan = planned(page, idle)
    plan.save(tmp_path / "plan.ndjson")
    assert len(sanchay.load_plan(tmp_path / "plan.ndjson")) == 1


def test_a_saved_plan_has_nothing_of_what_was_unticked(
    window, page, idle, tree, tmp_path
):
    import sanchay

    folder = tree({"a": b"same", "b": b"same", "c": b"same"})
    find(window, idle, [folder])
    plan = planned(page, idle)
    index = plan.model.index(0, 0)
    plan.model.setData(index, Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    plan.save(tmp_path / "plan.ndjson")
    idle()
    [step] = sanchay.load_plan(tmp_path / "plan.ndjson")
    assert step.from_path == str(folder / "c")
    assert plan.model.rowCount() == plan.count() == 1
