"""Files: from an empty start to a table that is sorted, copied and exported."""

import csv
import json
import os
import stat
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from sanchay_desktop import table_view
from sanchay_desktop.words import local_path, url_of

HOSTILE = {
    "a\nb.txt": b"1",
    "gpj.\u202eexe": b"22",
    "<img src=x>.txt": b"333",
    os.fsdecode(b"caf\xe9.txt"): b"4444",
    "\x1b[2Jclear.txt": b"55555",
}


def scan(window, idle, folder):
    window.desk.folders.set([str(folder)], [])
    window.files.run_button.click()
    idle()


def test_the_first_start_is_empty_and_says_what_to_do(window):
    assert window.files.model.rowCount() == 0
    assert "F5" in window.files.nothing.text()
    window.files.run_button.click()
    assert "Ctrl+O" in window.files.status.text()


def test_a_scan_shows_each_file_that_the_system_lists(window, idle, rows, tree):
    names = {f"d{n % 7}/file{n}.txt": b"x" * n for n in range(300)}
    folder = tree(names)
    scan(window, idle, folder)
    found = {row["path"]: row["size"] for row in rows(window.files)}
    expected = {
        os.path.join(here, name): os.path.getsize(os.path.join(here, name))
        for here, _, files in os.walk(folder)
        for name in files
    }
    assert len(expected) == 300 and found == expected
    assert "300" in window.files.status.text()


def test_names_that_would_be_obeyed_are_shown_escaped(window, idle, rows, tree):
    scan(window, idle, tree(HOSTILE))
    model = window.files.model
    shown = {model.cell(it, 0).rpartition("/")[2] for it in range(model.rowCount())}
    assert shown == {
        r"a\nb.txt",
        r"gpj.\u{202e}exe",
        "<img src=x>.txt",
        r"caf\xe9.txt",
        r"\u{1b}[2Jclear.txt",
    }
    assert {os.path.basename(row["path"]) for row in rows(window.files)} == set(HOSTILE)
    for row in range(model.rowCount()):
        tip = model.data(model.index(row, 0), Qt.ItemDataRole.ToolTipRole)
        assert "<img" not in tip


def test_a_name_that_is_no_text_is_opened_by_its_bytes(
    window, idle, rows, tree, tmp_path, monkeypatch, qtbot
):
    opened = tmp_path / "opened"
    opener = tmp_path / "bin/xdg-open"
    opener.parent.mkdir()
    opener.write_text(f'#!/bin/sh\nprintf %s "$1" > {opened}\n')
    opener.chmod(stat.S_IRWXU)
    monkeypatch.setenv("PATH", f"{opener.parent}:{os.environ['PATH']}")
    folder = tree({os.fsdecode(b"caf\xe9.txt"): b"x"})
    scan(window, idle, folder)
    window.files.view.go_to(0)
    qtbot.keyClick(window.files.view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.exists() and opened.stat().st_size > 0)
    assert opened.read_bytes() == os.fsencode(folder) + b"/caf\xe9.txt"


def test_that_nothing_can_open_a_file_is_said(
    window, idle, tree, tmp_path, monkeypatch, qtbot
):
    monkeypatch.setenv("PATH", str(tmp_path))
    scan(window, idle, tree({"a.txt": b"x"}))
    window.files.view.go_to(0)
    for modifier in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier):
        window.files.say("")
        qtbot.keyClick(window.files.view, Qt.Key.Key_Return, modifier)
        said = window.files.status.text()
        assert said == "It cannot be opened: xdg-open: No such file or directory"


@pytest.mark.parametrize("name", list(HOSTILE) + ["50%25 #a?b.txt"])
def test_an_address_leads_back_to_the_same_bytes(name):
    assert local_path(url_of(f"/srv/{name}")) == f"/srv/{name}"


def test_copied_paths_are_text_and_addresses_of_files(window, idle, tree):
    folder = tree({os.fsdecode(b"caf\xe9.txt"): b"x"})
    scan(window, idle, folder)
    window.files.view.selectAll()
    window.files.view.copy_paths()
    copied = QGuiApplication.clipboard().mimeData()
    assert copied.text() == f"{folder}/caf\\xe9.txt"
    assert bytes(copied.urls()[0].toEncoded().data()).endswith(b"/caf%E9.txt")


def test_a_click_on_a_heading_sorts_and_another_turns_it(window, idle, rows, tree):
    scan(window, idle, tree({f"{n:03}": b"x" * (n * 37 % 101) for n in range(101)}))
    view = window.files.view
    for descending in (False, True):
        view.horizontalHeader().sectionClicked.emit(1)
        idle()
        sizes = [row["size"] for row in rows(window.files)]
        assert sizes == sorted(range(101), reverse=descending)


def test_filters_are_the_engines_and_narrow_the_scan(window, idle, rows, tree):
    folder = tree({"a.jpg": b"x" * 10, "b.jpg": b"x" * 5000, "c.txt": b"x" * 9000})
    window.desk.filters.fields["extension"].setText("jpg")
    window.desk.filters.where.setPlainText("size > 1KiB")
    scan(window, idle, folder)
    assert [os.path.basename(row["path"]) for row in rows(window.files)] == ["b.jpg"]


def test_a_mistake_in_an_expression_is_shown_at_its_place(window, qtbot):
    filters = window.desk.filters
    window.filter_button.setChecked(True)
    filters.where.setPlainText("size > 1GiB and modified > 30d")
    qtbot.waitUntil(lambda: filters.error.isVisible(), timeout=5000)
    assert "a duration is no point in time" in filters.error.text()
    assert "modified within 30d" in filters.error.text()
    at, length = filters.where.place
    assert filters.where.text()[at : at + length] == "30d"
    filters.where.setPlainText("size > 1GiB and modified within 30d")
    qtbot.waitUntil(lambda: not filters.error.isVisible(), timeout=5000)
    assert filters.where.place == (-1, 0)


def test_a_mistake_in_the_form_names_the_field_and_stops_the_scan(window, qtbot, tree):
    filters = window.desk.filters
    window.desk.folders.set([str(tree({"a": b"x"}))], [])
    window.filter_button.setChecked(True)
    filters.fields["min_size"].setText("12 parsecs")
    window.files.run_button.click()
    assert filters.error.text().startswith("At least")
    assert filters.fields["min_size"].property("wrong")
    assert not window.desk.jobs


@pytest.mark.skipif(not Path("/usr").is_dir(), reason="there is no large tree")
def test_the_window_answers_while_it_scans_and_cancels_within_a_second(window, qtbot):
    beats = []
    timer = QTimer(interval=10)
    timer.timeout.connect(lambda: beats.append(time.monotonic()))
    window.desk.folders.set(["/usr", "/lib"], [])
    timer.start()
    window.files.run_again()
    job = window.files.job
    told = []
    job.progressed.connect(lambda _: told.append(time.monotonic()))
    qtbot.waitUntil(lambda: window.files.model.rowCount() > 2000, timeout=30_000)
    begun = time.monotonic()
    window.files.cancel()
    qtbot.waitUntil(lambda: window.files.job is None, timeout=5000)
    assert time.monotonic() - begun < 1
    assert job.state == "cancelled"
    assert window.files.model.rowCount() > 2000, "what was found stays"
    assert "stays" in window.files.status.text()
    gaps = [b - a for a, b in zip(beats, beats[1:])]
    assert max(gaps) < 0.5, f"the window hung for {max(gaps):.2f} s"
    assert len(told) <= 3 + 10 * (told[-1] - told[0] + 0.2)


def test_a_folder_that_is_gone_is_an_error_that_names_it(window, idle, tmp_path):
    scan(window, idle, tmp_path / "gone")
    assert "gone" in window.files.nothing.text()
    assert "nothing was changed" in window.files.nothing.text()


@pytest.mark.parametrize("kind", ["csv", "ndjson", "parquet"])
def test_an_export_has_the_rows_as_they_are_shown(
    window, idle, rows, tree, tmp_path, kind
):
    folder = tree({**HOSTILE, **{f"{n:02}": b"x" * (n * 7 % 20) for n in range(20)}})
    scan(window, idle, folder)
    window.files.view.horizontalHeader().sectionClicked.emit(1)
    idle()
    path = tmp_path / f"table.{kind}"
    window.files.export_to(path)
    idle()
    expected = [(row["path"], row["size"]) for row in rows(window.files)]
    assert len(expected) == 25
    assert _read(path) == expected
    assert [it.name for it in tmp_path.iterdir() if it.name.startswith(".")] == []


def _read(path):
    from base64 import b64decode

    if path.suffix == ".parquet":
        table = pq.read_table(path)
        assert str(table.schema.field("modified").type) == "timestamp[ns, tz=UTC]"
        found = table.drop_columns(["modified"]).to_pylist()
        raw = {"path_bytes": lambda it: it}
    else:
        raw = {"path_base64": b64decode}
        with path.open(newline="") as file:
            if path.suffix == ".csv":
                found = list(csv.DictReader(file))
            else:
                found = [json.loads(line) for line in file]
    [(key, decode)] = raw.items()
    return [
        (
            os.fsdecode(decode(row[key])) if row.get(key) else row["path"],
            int(row["size"]),
        )
        for row in found
    ]


def test_an_export_that_fails_leaves_nothing_behind(window, idle, tree, tmp_path):
    scan(window, idle, tree({"a": b"x"}))
    window.files.export_to(tmp_path / "missing/table.csv")
    idle()
    assert "Not exported" in window.files.status.text()
    window.files.export_to(tmp_path / "table.docx")
    idle()
    assert "table.docx" in window.files.status.text()
    assert not list(tmp_path.glob("*table*"))


def test_go_to_row_and_the_details_follow_the_keys(window, idle, qtbot, tree):
    scan(window, idle, tree({f"{n:02}": b"x" * n for n in range(40)}))
    view = window.files.view
    view.go_to(5)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.currentIndex().row() == 6
    name = os.path.basename(window.files.model.path(6))
    assert window.files.details.values["name"].text() == name
    qtbot.keyClick(view, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert view.currentIndex().row() == 39


def test_opening_is_left_to_the_desktop(monkeypatch):
    called = []
    monkeypatch.setattr(
        table_view.subprocess, "Popen", lambda words, **_: called.append(words)
    )
    table_view.open_path("-rf.txt")
    assert called == [["xdg-open", os.path.abspath("-rf.txt")]]
