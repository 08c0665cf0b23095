"""Whole flows by the keys and buttons that people have, from a first start on."""

import csv
import os

import pytest
from conftest import drop, picture
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def press(qtbot, window):
    """Presses a key wherever the window has its focus."""

    def send(key, modifier=Qt.KeyboardModifier.NoModifier):
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        qtbot.keyClick(QApplication.focusWidget() or window, key, modifier)

    return send


@pytest.fixture
def begin(window, press, idle, monkeypatch):
    """From an empty start: adds a folder by the dialog, and does a page's job."""

    def start(number, folder, run=True):
        assert window.desk.folders.all() == [] and window.desk.log.jobs() == []
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
        press(Qt.Key.Key_O, CONTROL)
        assert window.desk.folders.roots() == [str(folder)]
        press(Qt.Key(Qt.Key.Key_0 + number), CONTROL)
        if run:
            press(Qt.Key.Key_F5)
            idle()
        return window.page()

    return start


@pytest.fixture
def plan(press, idle):
    """Opens a page's plan by its key."""

    def open_it(page):
        press(Qt.Key.Key_P, CONTROL)
        idle()
        assert page.plan_window.isVisible(), page.status.text()
        return page.plan_window

    return open_it


def listing(folder):
    return sorted(
        os.path.relpath(os.path.join(here, name), folder)
        for here, _, files in os.walk(folder)
        for name in files
    )


def apply_and_undo(plan, idle, folder, before, after):
    assert listing(folder) == before, "a plan changes nothing"
    plan.apply_button.click()
    idle()
    assert listing(folder) == after
    plan.undo_button.click()
    idle()
    assert listing(folder) == before
    plan.close()


def test_from_an_empty_start_duplicates_are_found_planned_applied_and_undone(
    begin, plan, idle, tree
):
    folder = tree({"old/a": b"same", "new/b": b"same", "x": b"alone"})
    os.utime(folder / "old/a", (1, 1))
    page = begin(2, folder)
    page.keep.add("oldest")
    before = ["new/b", "old/a", "x"]
    apply_and_undo(plan(page), idle, folder, before, ["old/a", "x"])


def test_from_an_empty_start_similar_pictures_are_found_planned_applied_and_undone(
    begin, plan, idle, tree
):
    folder = tree({"note.txt": b"no picture"})
    picture(folder / "large.png")
    picture(folder / "small.png", 200)
    page = begin(6, folder)
    assert page.compare.isVisible()
    page.keep.add("largest")
    before = ["large.png", "note.txt", "small.png"]
    apply_and_undo(plan(page), idle, folder, before, ["large.png", "note.txt"])


def test_from_an_empty_start_names_are_previewed_planned_applied_and_undone(
    begin, plan, idle, qtbot, tree
):
    folder = tree({"a b.TXT": b"1", "sub/c.TXT": b"2"})
    page = begin(4, folder, run=False)
    page.template.setFocus()
    qtbot.keyClicks(page.template, "x_{stem}.{ext:lower}")
    qtbot.keyClick(page.template, Qt.Key.Key_Return)
    idle()
    before, after = ["a b.TXT", "sub/c.TXT"], ["sub/x_c.txt", "x_a b.txt"]
    apply_and_undo(plan(page), idle, folder, before, after)


def test_from_an_empty_start_a_run_is_undone_by_the_history(
    begin, plan, press, idle, window, tree
):
    folder = tree({"a": b"same", "b": b"same"})
    done = plan(begin(2, folder))
    done.apply_button.click()
    idle()
    done.close()
    assert listing(folder) == ["a"]
    window.show_page(window.history)
    window.history.tabs.setCurrentIndex(1)
    window.history.run_view.setFocus()
    window.history.run_view.go_to(0)
    press(Qt.Key.Key_Z, CONTROL)
    idle()
    assert listing(folder) == ["a", "b"]
    assert window.history.run_rows.cell(0, 2) == "undone"


def test_from_an_empty_start_files_are_scanned_sorted_and_exported(
    begin, press, idle, tree, tmp_path, monkeypatch
):
    page = begin(1, tree({"a": b"1", "b": b"333", "c": b"22"}))
    page.view.horizontalHeader().sectionClicked.emit(1)
    idle()
    path = str(tmp_path / "out.csv")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (path, "CSV"))
    press(Qt.Key.Key_E, CONTROL)
    idle()
    with open(path, newline="") as file:
        assert [row["size"] for row in csv.DictReader(file)] == ["1", "2", "3"]


def test_from_an_empty_start_folders_are_summed_up_and_walked(
    begin, press, window, tree
):
    page = begin(3, tree({"a/x": b"x" * 3000, "c": b"x" * 10}))
    assert page.found["files"] == 2
    page.map.setFocus()
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Return)
    assert "2.93 KiB" in page.where.text()


def test_from_an_empty_start_a_snapshot_is_taken_and_tells_what_changed(
    begin, press, idle, tree, rows
):
    folder = tree({"stays": b"1", "goes": b"2"})
    page = begin(5, folder, run=False)
    press(Qt.Key.Key_T, CONTROL)
    idle()
    (folder / "goes").unlink()
    press(Qt.Key.Key_F5)
    idle()
    assert [(it["path"], it["change"]) for it in rows(page)] == [("goes", "deleted")]


def test_from_an_empty_start_a_dropped_file_is_looked_for(
    begin, window, idle, tree, tmp_path
):
    folder = tree({"kept/a": b"known"})
    begin(7, folder, run=False)
    (tmp_path / "mine").write_bytes(b"known")
    drop(window, [tmp_path / "mine"])
    idle()
    assert window.here.status.text() == "All of them are here."


def test_from_an_empty_start_a_recent_folder_and_filters_are_at_hand(
    begin, press, idle, window, qtbot, tree
):
    page = begin(1, tree({"a.txt": b"1", "b.jpg": b"1"}))
    window.desk.folders.set([], [])
    window.desk.folders.recent.aboutToShow.emit()
    window.desk.folders.recent.actions()[0].trigger()
    press(Qt.Key.Key_F, CONTROL)
    assert window.desk.filters.where.isVisible()
    qtbot.keyClicks(window.desk.filters.where, "ext = jpg")
    qtbot.keyClick(window.desk.filters.where, Qt.Key.Key_Return)
    idle()
    assert os.path.basename(page.model.path(0)) == "b.jpg"
    assert page.model.rowCount() == 1
