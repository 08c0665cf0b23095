"""History: jobs, runs, and what was interrupted."""

import os
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest
from conftest import environment, program
from sanchay_desktop.log import JobLog


def cells(model, section):
    return [model.cell(row, section) for row in range(model.rowCount())]


def test_every_job_is_in_the_history_and_can_be_done_again(window, idle, tree):
    folder = tree({"a": b"same", "b": b"same"})
    window.desk.folders.set([str(folder)], [])
    window.desk.filters.where.setPlainText("size < 1KiB")
    window.duplicates.run_again()
    idle()
    window.desk.folders.set([], [])
    window.desk.filters.where.setPlainText("")
    window.show_page(window.history)
    assert cells(window.history.model, 1) == ["Duplicates"]
    assert cells(window.history.model, 2) == ["done"]
    window.history.view.go_to(0)
    window.history.again_button.click()
    idle()
    assert window.page() is window.duplicates
    assert window.desk.folders.roots() == [str(folder)]
    assert window.desk.options() == {"where": "size < 1KiB"}
    assert window.duplicates.model.rowCount() == 2


def again(window, idle, kind):
    """Does the last job of a kind again, by the history."""
    window.show_page(window.history)
    kinds = cells(window.history.model, 1)
    window.history.view.go_to(kinds.index(kind))
    window.history.again_button.click()
    idle()


def test_what_was_chosen_besides_folders_and_filters_is_chosen_again(
    window, idle, rows, tree
):
    folder = tree({"a/1": b"one", "a/2": b"two", "b/1": b"one", "b/2": b"two"})
    window.desk.folders.set([str(folder)], [])
    window.duplicates.whole.setChecked(True)
    window.duplicates.run_again()
    idle()
    changes = window.changes
    changes.digests.setChecked(True)
    for name in ("first", "second", "third"):
        changes.take()
        idle()
        (folder / name).write_bytes(b"new")
    window.show_page(changes)
    for box, snapshot in ((changes.before, 1), (changes.after, 2)):
        box.setCurrentIndex(box.findData(snapshot))
    changes.run_again()
    idle()
    assert [row["path"] for row in rows(changes)] == ["first"]
    window.duplicates.whole.setChecked(False)
    changes.digests.setChecked(False)
    changes.before.setCurrentIndex(0)
    changes.after.setCurrentIndex(0)
    again(window, idle, "Changes")
    assert [row["path"] for row in rows(changes)] == ["first"]
    changes.restore({"before": 1, "after": 99})
    changes.run_again()
    assert "is gone" in changes.status.text()
    again(window, idle, "Duplicates")
    assert [os.path.basename(row["path"]) for row in rows(window.duplicates)][:2] == [
        "a",
        "b",
    ]
    again(window, idle, "Snapshot")
    assert changes.digests.isChecked() and len(changes.snapshots) == 4


def test_a_run_is_undone_from_the_history_after_its_window_is_closed(
    window, idle, tree
):
    folder = tree({"a": b"same", "b": b"same"})
    window.desk.folders.set([str(folder)], [])
    window.duplicates.plan()
    idle()
    plan = window.duplicates.plan_window
    plan.apply_button.click()
    idle()
    plan.close()
    assert os.listdir(folder) == ["a"]
    window.show_page(window.history)
    page = window.history
    assert cells(page.run_rows, 2) == ["can be undone"]
    page.tabs.setCurrentWidget(page.run_view)
    page.run_view.go_to(0)
    page.undo_button.click()
    idle()
    assert sorted(os.listdir(folder)) == ["a", "b"]
    assert cells(page.run_rows, 2) == ["undone"]


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_job_of_a_window_that_was_killed_is_found_interrupted(
    home, tmp_path, qapp, request
):
    big = tmp_path / "big"
    big.mkdir()
    for name in "ab":
        with (big / name).open("wb") as file:
            file.truncate(64 << 30)
    process = subprocess.Popen(
        [*program(), "--duplicates", str(big)],
        env=environment(home),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    log = home / "data/sanchay/desktop.db"
    try:
        deadline = time.monotonic() + 60
        while not _states(log) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert _states(log) == ["running"]
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    window = request.getfixturevalue("window")
    window.show_page(window.history)
    assert cells(window.history.model, 2) == ["interrupted"]
    assert "Interrupted jobs: 1" in window.history.status.text()


def _states(path: Path) -> list[str]:
    if not path.exists():
        return []
    try:
        with sqlite3.connect(path) as file:
            return [state for (state,) in file.execute("SELECT state FROM jobs")]
    except sqlite3.OperationalError:
        # It is being made.
        return []


def test_the_log_keeps_folders_that_are_no_text(tmp_path):
    path = tmp_path / "log.db"
    log = JobLog(path)
    folder = os.fsdecode(b"/srv/\xff")
    number = log.begin("scan", [folder], [], {"where": "size > 1"})
    log.end(number, "done", "files: 1")
    log.close()
    [job] = JobLog(path).jobs()
    assert job.folders == [folder] and job.options == {"where": "size > 1"}


def locked(path):
    """Has the file for itself, as a program that writes for long has."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    return other


def test_a_locked_history_makes_the_window_wait_for_nothing_and_loses_nothing(
    window, idle, qtbot, tree
):
    window.desk.folders.set([str(tree({"a": b"1"}))], [])
    other = locked(window.desk.log.path)
    for page in (window.files, window.summary):
        begun = time.monotonic()
        page.run_again()
        assert time.monotonic() - begun < 0.1
        begun = time.monotonic()
        window.show_page(window.history)
        assert time.monotonic() - begun < 0.1
    idle()
    assert window.files.model.rowCount() == 1
    qtbot.waitUntil(window.trouble.isVisible, timeout=5_000)
    assert "history locked" in window.trouble.text()
    other.execute("ROLLBACK")
    other.close()
    qtbot.waitUntil(window.trouble.isHidden, timeout=5_000)
    noted = [(it.kind, it.state) for it in window.desk.log.jobs()]
    assert noted == [("summary", "done"), ("scan", "done")]


def test_a_window_opens_over_a_locked_history_and_keeps_what_it_does(
    home, qapp, request, tree, qtbot
):
    path = home / "data/sanchay/desktop.db"
    path.parent.mkdir(parents=True)
    other = locked(path)
    begun = time.monotonic()
    log = JobLog(path)
    assert time.monotonic() - begun < 0.1 and not log.flush()
    log.close(patience=0)
    window = request.getfixturevalue("window")
    qtbot.waitUntil(window.trouble.isVisible, timeout=5_000)
    window.desk.folders.set([str(tree({"a": b"1"}))], [])
    window.files.run_again()
    window.show_page(window.history)
    other.execute("ROLLBACK")
    other.close()
    qtbot.waitUntil(lambda: not window.desk.jobs, timeout=20_000)
    qtbot.waitUntil(window.trouble.isHidden, timeout=5_000)
    assert [(it.kind, it.state) for it in window.desk.log.jobs()] == [("scan", "done")]


def test_what_cannot_be_noted_until_the_end_is_told(tmp_path, caplog):
    path = tmp_path / "log.db"
    log = JobLog(path)
    other = locked(path)
    log.begin("scan", ["/srv"], [], {})
    log.close(patience=0.1)
    other.close()
    assert "not in the history" in caplog.text and "/srv" in caplog.text


def test_what_was_asked_about_is_asked_again(window, idle, tree, tmp_path):
    folder = tree({"kept/a": b"known"})
    asked = tmp_path / os.fsdecode(b"mine\xff")
    asked.write_bytes(b"known")
    window.desk.folders.set([str(folder)], [])
    window.desk.filters.where.setPlainText("size < 1KiB")
    window.show_page(window.here)
    window.here.ask([str(asked)])
    idle()
    window.desk.folders.set([], [])
    window.here.asked = []
    window.here.run_button.click()
    assert "Drop the files" in window.here.status.text()
    window.show_page(window.history)
    window.history.view.go_to(0)
    window.history.again_button.click()
    idle()
    assert window.page() is window.here
    assert window.here.status.text() == "All of them are here."
    assert window.here.model.rowCount() == 2
    assert window.desk.options() == {"where": "size < 1KiB"}, "it asks no filters"


def test_a_log_of_a_newer_version_is_refused_by_name(tmp_path):
    path = tmp_path / "log.db"
    with sqlite3.connect(path) as file:
        file.execute("PRAGMA user_version = 99")
    with pytest.raises(OSError, match="log.db is of version 99"):
        JobLog(path)


def test_closing_asks_only_while_files_are_changed(window, idle, tree, monkeypatch):
    from PySide6.QtWidgets import QMessageBox
    from sanchay_desktop.jobs import Job

    asked = []

    def answer(box):
        asked.append(box.text())
        return QMessageBox.StandardButton.Cancel

    monkeypatch.setattr(QMessageBox, "exec", answer)
    looking = Job("scan", lambda control: control.cancelled.wait(20))
    window.desk.run(looking)
    assert window._may_close() and not asked
    looking.cancel()
    changing = Job("apply", lambda control: control.cancelled.wait(20))
    changing.changes_files = True
    window.desk.run(changing)
    assert not window.close() and len(asked) == 1
    assert window.isVisible()
    changing.cancel()
    idle()
