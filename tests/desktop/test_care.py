"""What careless users do: nothing that they wanted kept goes, no answer misleads."""

import os

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFileDialog, QMessageBox
from sanchay_desktop.start import make_window


def find(window, idle, roots, protected=()):
    window.desk.folders.set([str(it) for it in roots], [str(it) for it in protected])
    window.show_page(window.duplicates)
    window.duplicates.run_button.click()
    idle()


def apply(page, idle):
    page.plan_button.click()
    idle()
    page.plan_window.apply_button.click()
    idle()


def files(folder):
    return sorted(
        os.path.relpath(os.path.join(here, name), folder)
        for here, _, names in os.walk(folder)
        for name in names
    )


def test_history_acts_on_the_row_that_is_shown_whatever_the_order(window, idle, tree):
    folder = tree({"one/a": b"1", "one/b": b"1"} | {f"two/{it}": b"2" for it in "abc"})
    for name in ("one", "two"):
        find(window, idle, [folder / name])
        apply(window.duplicates, idle)
    page = window.history
    window.show_page(page)
    page.tabs.setCurrentWidget(page.run_view)
    page.run_view.horizontalHeader().sectionClicked.emit(3)
    idle()
    steps = page.run_rows.cell(0, 3)
    page.run_view.go_to(0)
    page.undo_button.click()
    idle()
    undone = "one" if steps == "1" else "two"
    other = "two" if undone == "one" else "one"
    assert len(files(folder / undone)) == (2 if undone == "one" else 3)
    assert len(files(folder / other)) == 1


def test_a_folder_that_is_marked_stays_with_all_that_is_in_it(window, idle, tree):
    folder = tree({f"{name}/{it}": it.encode() for name in "ab" for it in ("1", "own")})
    page = window.duplicates
    page.whole.setChecked(True)
    find(window, idle, [folder])
    rows = [page.model.path(it) for it in range(2)]
    page.view.go_to(rows.index(str(folder / "b")))
    page.keep_selected()
    mark = page.columns.index("mark")
    assert page.model.cell(rows.index(str(folder / "b")), mark) == "stays, by hand"
    apply(page, idle)
    assert files(folder) == ["b/1", "b/own"]


def test_that_folders_are_identical_only_as_far_as_filters_go_is_said(
    window, idle, tree
):
    folder = tree({"a/1": b"one", "b/1": b"one", "b/.secret": b"other"})
    window.duplicates.whole.setChecked(True)
    find(window, idle, [folder])
    assert "as far as the filters go" in window.duplicates.status.text()


def test_a_thousand_marks_make_a_plan(window, idle, tree):
    long = "n" * 90
    folder = tree({f"{name}/{long}{it}": b"%d" % it for it in range(1000) for name in "ab"})
    find(window, idle, [folder])
    page = window.duplicates
    page.kept = {str(folder / f"b/{long}{it}") for it in range(1000)}
    apply(page, idle)
    assert files(folder) == sorted(f"b/{long}{it}" for it in range(1000))


def test_protected_folders_stay_protected(window, idle, tree):
    folder = tree({"masters/a": b"same", "inbox/a": b"same"})
    inbox, masters = str(folder / "inbox"), str(folder / "masters")
    find(window, idle, [inbox], [masters])
    # A job that is done again has those that it had.
    window.desk.folders.set([inbox], [])
    window.show_page(window.history)
    window.history.view.go_to(0)
    window.history.again_button.click()
    idle()
    assert window.desk.folders.protected() == [masters]
    assert window.desk.folders.roots() == [inbox]
    # What the command line names takes nobody's protection away.
    window.open([inbox], "duplicates")
    idle()
    assert window.desk.folders.protected() == [masters]
    # One that is not there for a start is protected when it is.
    os.rename(masters, masters + ".away")
    again = make_window()
    assert again.desk.folders.protected() == [masters]
    again.close()


def test_a_window_that_does_not_know_keeps_what_another_protects(window, tree):
    folder = tree({"masters/a": b"same", "inbox/a": b"same"})
    other = make_window()
    other.desk.folders.add(str(folder / "masters"), protected=True)
    window.desk.folders.add(str(folder / "inbox"))
    third = make_window()
    assert third.desk.folders.protected() == [str(folder / "masters")]
    assert third.desk.folders.roots() == [str(folder / "inbox")]
    # Who takes the protection away is heeded.
    other.desk.folders.set([], [])
    window.desk.folders.add(str(folder / "masters"))
    fourth = make_window()
    assert fourth.desk.folders.protected() == []
    for one in (other, third, fourth):
        one.close()


@pytest.mark.parametrize("wanted", [True, False])
def test_an_export_asks_before_it_replaces_another_name(
    window, idle, tree, tmp_path, monkeypatch, wanted
):
    folder = tree({"a": b"1"})
    window.desk.folders.set([str(folder)], [])
    window.show_page(window.files)
    window.files.run_again()
    idle()
    (tmp_path / "report.csv").write_text("mine")
    chosen = (str(tmp_path / "report"), "CSV (*.csv)")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: chosen)
    buttons = QMessageBox.StandardButton
    answer = buttons.Yes if wanted else buttons.No
    monkeypatch.setattr(QMessageBox, "question", lambda *_: answer)
    window.files.ask_export()
    idle()
    assert ((tmp_path / "report.csv").read_text() == "mine") is not wanted
    (tmp_path / "R.CSV").touch()
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "R.CSV"), chosen[1])
    )
    window.files.ask_export()
    idle()
    assert (tmp_path / "R.CSV").stat().st_size and not (tmp_path / "R.CSV.csv").exists()


def test_what_is_here_is_found_wherever_it_is(window, idle, tree, tmp_path):
    folder = tree({"in/a": b"one", "in/.hidden": b"two", "safe/b": b"three"})
    window.desk.folders.set([str(folder / "in")], [str(folder / "safe")])
    window.desk.filters.where.setPlainText("size > 1MiB")
    for name, content in (("x", b"two"), ("y", b"three")):
        (tmp_path / name).write_bytes(content)
    os.link(folder / "in/a", tmp_path / "z")
    window.show_page(window.here)
    for asked in ([str(tmp_path / it) for it in "xyz"], [str(folder / "in/a")]):
        window.here.ask(asked)
        idle()
        assert window.here.status.text() == "All of them are here."
    (tmp_path / "new").write_bytes(b"nowhere")
    window.here.ask([str(tmp_path / "new")])
    idle()
    assert "Not here: 1 of 1" in window.here.status.text()


def test_files_of_changes_are_those_of_their_root(window, idle, tree):
    folder = tree({"a": b"1"})
    window.desk.folders.set([str(folder)], [])
    window.show_page(window.changes)
    window.changes.take()
    idle()
    (folder / "new").write_bytes(b"2")
    window.changes.run_again()
    idle()
    window.changes.view.go_to(0)
    assert window.changes.view.current_path() == str(folder / "new")


def test_a_time_beyond_all_tables_ends_no_page(window, idle, tree):
    folder = tree({"far": b"1", "near": b"2"})
    os.utime(folder / "far", (9_223_372_037, 9_223_372_037))
    window.desk.folders.set([str(folder)], [])
    window.show_page(window.summary)
    window.summary.run_again()
    idle()
    assert window.summary.job is None
    assert "Files: 2" in window.summary.status.text()
    assert window.summary.parts["largest"].model.rowCount() == 2


def test_colours_of_a_running_window_are_those_that_were_chosen(window, qapp):
    roles = QPalette.ColorRole
    for theme, is_dark in (("dark", True), ("light", False)):
        window.desk.settings.set("theme", theme)
        window.desk.settings.apply_theme()
        for widget in (window, window.files.view, window.files.status, window.names):
            base, text = (
                widget.palette().color(it).lightnessF()
                for it in (roles.Base, roles.Text)
            )
            assert (base < text) is is_dark, widget


def test_a_preview_is_gone_when_a_window_has_its_plan(window, idle, tree):
    folder = tree({f"{it}": b"x" for it in range(40)})
    window.desk.folders.set([str(folder)], [])
    page = window.rename
    window.show_page(page)
    page.template.setPlainText("new-{name}")
    page.run_again()
    idle()
    page.plan_button.click()
    plan = page.plan_window
    plan.plan.retain(lambda step: step.from_path == str(folder / "1"))
    assert page.view.rows.rowCount() == 0
    plan.close()
