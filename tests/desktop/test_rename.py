"""Rename: from a template to new names, and back."""

import os

import pytest
from PySide6.QtCore import Qt
from sanchay_desktop.rename_delegate import difference


@pytest.fixture
def page(window):
    window.show_page(window.rename)
    return window.rename


def preview(window, page, idle, qtbot, folder, template):
    window.desk.folders.set([str(folder)], [])
    page.template.setPlainText(template)
    page.run_again()
    qtbot.waitUntil(lambda: page.job is None, timeout=20_000)


def shown(page, column):
    model = page.view.model()
    return [
        os.path.basename(model.data(model.index(row, column)))
        for row in range(model.rowCount())
    ]


def test_names_are_shown_before_and_changed_by_the_plan_and_given_back(
    window, page, idle, qtbot, tree
):
    bad = os.fsdecode(b"c\xff.txt")
    folder = tree({"a b.TXT": b"1", "sub/d e.TXT": b"2", bad: b"3"})
    before = sorted(os.listdir(folder))
    preview(window, page, idle, qtbot, folder, "x_{stem}.{ext:lower}")
    assert set(shown(page, 1)) == {"a b.TXT", "d e.TXT", r"c\xff.txt"}
    assert set(shown(page, 2)) == {"x_a b.txt", "x_d e.txt", r"x_c\xff.txt"}
    assert sorted(os.listdir(folder)) == before
    page.plan_button.click()
    plan = page.plan_window
    plan.apply_button.click()
    idle()
    assert b"x_c\xff.txt" in os.listdir(os.fsencode(folder))
    assert (folder / "sub/x_d e.txt").read_bytes() == b"2"
    plan.undo_button.click()
    idle()
    assert sorted(os.listdir(folder)) == before


def test_typing_is_enough_for_a_preview(window, page, qtbot, tree):
    window.desk.folders.set([str(tree({"a.txt": b"1"}))], [])
    qtbot.keyClicks(page.template, "{stem}-1.{ext}")
    qtbot.waitUntil(lambda: page.names is not None, timeout=20_000)
    assert shown(page, 2) == ["a-1.txt"]


def test_a_mistake_in_a_template_is_shown_at_its_place(window, page, idle, qtbot, tree):
    preview(window, page, idle, qtbot, tree({"a": b"1"}), "x_{stem}{foo}")
    assert "no field 'foo'" in page.form.error.text()
    at, length = page.template.place
    assert page.template.text()[at : at + length] == "foo"
    assert not page.plan_button.isEnabled()


def test_what_stands_in_the_way_is_shown_first_and_alone(
    window, page, idle, qtbot, tree
):
    folder = tree({"a.txt": b"1", "b.txt": b"2", "c.md": b"3"})
    preview(window, page, idle, qtbot, folder, "same.{ext}")
    assert shown(page, 0) == ["⚠ in the way", "rename", "rename"]
    assert shown(page, 1)[0] == "b.txt"
    page.alone.setChecked(True)
    assert page.view.model().rowCount() == 1
    page.alone.setChecked(False)
    assert page.view.model().rowCount() == 3
    page.plan_button.click()
    page.plan_window.apply_button.click()
    idle()
    assert sorted(os.listdir(folder)) == ["b.txt", "same.md", "same.txt"]


def untick(plan, name):
    for row in range(plan.model.rowCount()):
        if plan.model.row(row)["from_path"].endswith(f"/{name}"):
            index = plan.model.index(row, 0)
            role = Qt.ItemDataRole.CheckStateRole
            assert plan.model.setData(index, Qt.CheckState.Unchecked, role)


def contents(folder):
    return {it.name: it.read_bytes() for it in folder.iterdir()}


def counted(window, page, idle, qtbot, folder, order):
    """The plan that gives files their places in an order as names."""
    page.form.fields["sort"].setText(order)
    preview(window, page, idle, qtbot, folder, "{n}")
    assert not any(".sanchay-" in it for it in shown(page, 2))
    page.plan_button.click()
    return page.plan_window


def test_of_exchanged_names_none_changes_when_one_is_left_alone_and_that_is_said(
    window, page, idle, qtbot, tree
):
    folder = tree({"1": b"one", "2": b"two"})
    before = contents(folder)
    plan = counted(window, page, idle, qtbot, folder, "name:desc")
    assert plan.count() == plan.model.rowCount() == 2
    untick(plan, "1")
    plan.apply_button.click()
    idle()
    assert contents(folder) == before
    assert "Nothing was done yet" in plan.said.text()
    assert plan.model.row(0)["step"] == "⚠ in the way"
    assert plan.model.row(0)["from_path"] == str(folder / "2")
    assert plan.count() == 0 and not plan.apply_button.isEnabled()


def test_what_needs_nothing_of_what_is_left_alone_is_done(
    window, page, idle, qtbot, tree
):
    folder = tree({"0": b"a", "1": b"b", "2": b"c"})
    before = contents(folder)
    plan = counted(window, page, idle, qtbot, folder, "name")
    untick(plan, "1")
    plan.apply_button.click()
    idle()
    assert contents(folder) == before, "0 would be 1, which stays"
    assert plan.apply_button.text() == "Do 1 step"
    plan.apply_button.click()
    idle()
    assert contents(folder) == {"0": b"a", "1": b"b", "3": b"c"}
    plan.undo_button.click()
    idle()
    assert contents(folder) == before


def test_names_are_exchanged(window, page, idle, qtbot, tree):
    folder = tree({"1": b"one", "2": b"two"})
    plan = counted(window, page, idle, qtbot, folder, "name:desc")
    plan.apply_button.click()
    idle()
    assert contents(folder) == {"1": b"two", "2": b"one"}
    plan.undo_button.click()
    idle()
    assert contents(folder) == {"1": b"one", "2": b"two"}


def test_matches_and_replacements_are_the_engines(window, page, idle, qtbot, tree):
    folder = tree({"IMG_12.jpg": b"1", "other.jpg": b"2"})
    page.form.fields["match"].setText(r"^IMG_(\d+)")
    page.form.fields["replace"].setText("s/IMG_/photo-/")
    preview(window, page, idle, qtbot, folder, "")
    assert shown(page, 2) == ["photo-12.jpg"]


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("a b.txt", "a_b.txt", "_"),
        ("a", "a", ""),
        ("x.JPG", "x.jpg", "jpg"),
        ("", "n", "n"),
    ],
)
def test_the_part_of_a_name_that_differs_is_found(old, new, part):
    start, end = difference(old, new)
    assert new[start:end] == part
