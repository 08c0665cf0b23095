"""Summary, changes, similar files, Is it here?: each over a real tree."""

import os
import time

import pytest
from conftest import drop, picture
from PySide6.QtCore import QRectF, Qt
from sanchay_desktop.compare import line_pairs
from sanchay_desktop.treemap import squarify


def test_a_summary_has_the_sums_that_the_system_gives(window, idle, qtbot, tree):
    folder = tree(
        {"a/x.bin": b"x" * 3000, "a/b/y.bin": b"x" * 5000, "c.txt": b"x" * 10}
    )
    page = window.summary
    window.show_page(page)
    window.desk.folders.set([str(folder)], [])
    page.run_button.click()
    idle()
    root = page.map.root
    assert root.size == 8010 and root.files == 3
    names = {it.name: it.size for it in root.children}
    assert names == {"a": 8000, "files in it": 10}
    types = page.parts["types"].model
    assert [types.cell(it, 0) for it in range(types.rowCount())] == ["bin", "txt"]
    chart = page.parts["types"].chart
    assert "bin" in chart.accessibleName() and "7.81 KiB" in chart.accessibleName()
    largest = page.parts["largest"].model
    assert os.path.basename(largest.path(0)) == "y.bin"
    assert largest.row(0)["modified"] == (folder / "a/b/y.bin").stat().st_mtime_ns


def test_the_map_is_walked_by_keys_and_says_where_it_is(window, idle, qtbot, tree):
    folder = tree({"a/x": b"x" * 3000, "a/b/y": b"x" * 5000, "c/z": b"x" * 100})
    page = window.summary
    window.show_page(page)
    window.desk.folders.set([str(folder)], [])
    page.run_button.click()
    idle()
    map_ = page.map
    map_.setFocus()
    qtbot.keyClick(map_, Qt.Key.Key_Down)
    assert map_.at.name == "a" and "7.81 KiB" in map_.accessibleDescription()
    qtbot.keyClick(map_, Qt.Key.Key_Right)
    assert map_.at.name == "c"
    qtbot.keyClick(map_, Qt.Key.Key_Left)
    qtbot.keyClick(map_, Qt.Key.Key_Return)
    assert map_.shown.name == "a"
    qtbot.keyClick(map_, Qt.Key.Key_Backspace)
    assert map_.shown is map_.root and map_.at.name == "a"
    centre = map_.places[map_.at.children[0]].center()
    assert map_.node_at(centre).path.endswith("/a/b")


def test_a_map_divides_a_rectangle_by_sizes_without_gaps():
    sizes = sorted(((n * 7919) % 1000 + 1 for n in range(200)), reverse=True)
    room = QRectF(10, 20, 800, 500)
    rooms = squarify(sizes, room)
    area = room.width() * room.height() / sum(sizes)
    for size, its in zip(sizes, rooms):
        assert its.width() * its.height() == pytest.approx(size * area, rel=1e-6)
        assert room.adjusted(-1e-6, -1e-6, 1e-6, 1e-6).contains(its)
    ratios = [max(r.width() / r.height(), r.height() / r.width()) for r in rooms[:50]]
    assert sorted(ratios)[25] < 1.6, "they are nearly squares"
    assert squarify([0, 0], room) == [QRectF(), QRectF()]


def test_changes_tell_what_became_of_files_and_show_one_kind(window, idle, rows, tree):
    folder = tree({"stays": b"1", "goes": b"2", "grows": b"3"})
    page = window.changes
    window.show_page(page)
    window.desk.folders.set([str(folder)], [])
    page.snapshot_name.setText("before")
    page.take_button.click()
    idle()
    assert "files 3" in page.status.text()
    (folder / "goes").unlink()
    (folder / "grows").write_bytes(b"333")
    (folder / "comes").write_bytes(b"4")
    page.run_button.click()
    idle()
    found = {row["path"]: row["change"] for row in rows(page)}
    assert found == {"goes": "deleted", "grows": "changed", "comes": "new"}
    page.shown_kinds["new"].setChecked(False)
    page.shown_kinds["changed"].setChecked(False)
    idle()
    assert [row["path"] for row in rows(page)] == ["goes"]
    page.take_button.click()
    idle()
    assert len(page.snapshots) == 2 and page.snapshots[0].name == "before"


@pytest.mark.parametrize("with_disk", [True, False])
def test_growth_is_told_by_folder_with_all_that_is_beneath(
    window, idle, tree, with_disk
):
    raw = os.fsdecode(b"caf\xe9")
    folder = tree(
        {"a/x": b"1" * 100, "a/b/y": b"2" * 10, f"{raw}/z": b"3" * 50, "same/s": b"4"}
    )
    page = window.changes
    window.show_page(page)
    window.desk.folders.set([str(folder)], [])
    page.take_button.click()
    idle()
    (folder / "a/x").write_bytes(b"1" * 30)
    (folder / "a/b/new").write_bytes(b"5" * 7)
    (folder / raw / "z").rename(folder / "a/moved")
    if not with_disk:
        page.take_button.click()
        idle()
        page.before.setCurrentIndex(1)
        page.after.setCurrentIndex(1)
    page.run_button.click()
    idle()
    grown = [page.grown.row(it) for it in range(page.grown.rowCount())]
    assert [
        (os.path.relpath(it["path"], folder), it["growth"], it["more_files"])
        for it in grown
    ] == [(".", -63, 1), (raw, -50, -1), ("a", -13, 2), ("a/b", 7, 1)]
    assert page.grown.cell(0, 1) == "−63 B" and page.grown.cell(3, 1) == "+7 B"


def test_without_a_snapshot_there_is_nothing_to_compare(window, tree):
    window.show_page(window.changes)
    window.changes.run_button.click()
    assert "Ctrl+T" in window.changes.status.text()


def test_similar_pictures_are_shown_side_by_side(window, idle, qtbot, rows, tree):
    folder = tree({"note.txt": b"no picture"})
    picture(folder / "one.png")
    picture(folder / "small.png", 200)
    picture(folder / "other.png", shift=120)
    page = window.similar
    window.show_page(page)
    window.desk.folders.set([str(folder)], [])
    page.run_button.click()
    idle()
    [row] = rows(page)
    names = {os.path.basename(row["path"]), os.path.basename(row["other"])}
    assert names == {"one.png", "small.png"}
    images = page.compare.pictures.images
    qtbot.waitUntil(lambda: None not in images, timeout=20_000)
    assert {it.width() for it in images} == {320, 200}
    for mode in range(3):
        page.compare.mode.setCurrentIndex(mode)
        page.compare.pictures.grab()
    page.compare.slider.setValue(250)
    assert page.compare.pictures.share == 0.25


def test_similar_files_make_way_and_come_back(window, idle, tree):
    folder = tree({})
    folder.mkdir(exist_ok=True)
    picture(folder / "large.png")
    picture(folder / "small.png", 200)
    page = window.similar
    window.show_page(page)
    window.desk.folders.set([str(folder)], [])
    page.keep.add("largest")
    page.plan_button.click()
    idle()
    plan = page.plan_window
    plan.apply_button.click()
    idle()
    assert os.listdir(folder) == ["large.png"]
    plan.undo_button.click()
    idle()
    assert sorted(os.listdir(folder)) == ["large.png", "small.png"]


def test_similar_texts_are_compared_line_by_line(window, idle, qtbot, rows, tree):
    text = "\n".join(f"line {n} says what line {n} has to say" for n in range(40))
    changed = text.replace("line 7 says", "line 7 sings")
    folder = tree({"a.txt": text.encode(), "b.txt": changed.encode()})
    page = window.similar
    window.show_page(page)
    window.desk.folders.set([str(folder)], [])
    page.what.setCurrentIndex(1)
    page.run_button.click()
    idle()
    assert len(rows(page)) == 1
    one, other = page.compare.texts
    qtbot.waitUntil(lambda: "sings" in other.toPlainText(), timeout=10_000)
    assert "sings" not in one.toPlainText()
    assert len(one.extraSelections()) == 1
    assert one.extraSelections()[0].cursor.blockNumber() == 7


def test_lines_that_belong_together_are_beside_each_other():
    assert line_pairs("a\nb\nd", "a\nb\nc\nd") == [
        ("a", "a", True),
        ("b", "b", True),
        (None, "c", False),
        ("d", "d", True),
    ]


def test_dropped_folders_are_added_whatever_their_names_are(window, tree):
    name = os.fsdecode(b"f\xe9 %25")
    folder = tree({f"{name}/a": b"1"})
    window.desk.folders.set([], [])
    drop(window, [folder / name])
    assert window.desk.folders.roots() == [str(folder / name)]


def test_dropped_files_are_looked_for(window, idle, rows, tree, tmp_path):
    folder = tree({"kept/a.bin": b"known", "kept/b.bin": b"other"})
    dropped = tmp_path / os.fsdecode(b"drop\xff.bin")
    dropped.write_bytes(b"known")
    stranger = tmp_path / "stranger.bin"
    stranger.write_bytes(b"never seen")
    window.desk.folders.set([str(folder)], [])
    drop(window, [dropped, stranger])
    idle()
    page = window.here
    assert window.page() is page
    found = {os.path.basename(row["path"]) for row in rows(page)}
    assert found == {"a.bin", dropped.name}
    assert "Not here: 1 of 2" in page.status.text()
    assert "stranger.bin" in page.status.text()
    drop(window, [dropped])
    idle()
    assert page.status.text() == "All of them are here."


def test_a_picture_at_hand_is_shown_and_a_damaged_one_is_not(window, idle, qtbot, tree):
    folder = tree({"bad.png": b"\x89PNG\r\n\x1a\n" + b"\0" * 100})
    name = os.fsdecode(b"good \xff.png")
    picture(folder / "good.png")
    (folder / "good.png").rename(folder / name)
    window.desk.folders.set([str(folder)], [])
    window.files.run_button.click()
    idle()
    window.files.view.horizontalHeader().sectionClicked.emit(0)
    idle()
    window.files.view.go_to(1)
    assert window.files.view.current_path() == str(folder / name)
    shown = window.files.details.picture
    qtbot.waitUntil(shown.isVisible, timeout=20_000)
    window.files.view.go_to(0)
    end = time.monotonic() + 1
    while time.monotonic() < end:
        qtbot.wait(50)
        assert not shown.isVisible()
