"""Jobs: several at once, ended within a second, never in the window's way."""

import time

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QPushButton


@pytest.fixture
def big(tmp_path):
    """Files that take minutes to read whole, of which nothing is on disk."""
    folder = tmp_path / "big"
    folder.mkdir()
    for name in "ab":
        with (folder / name).open("wb") as file:
            file.truncate(64 << 30)
    return folder


def test_a_search_that_reads_ends_within_a_second_of_cancel(window, qtbot, big):
    window.desk.folders.set([str(big)], [])
    window.show_page(window.duplicates)
    told = []
    window.duplicates.run_again()
    window.duplicates.job.progressed.connect(lambda it: told.append(it.bytes))
    qtbot.waitUntil(lambda: bool(told) and told[-1] > 0, timeout=60_000)
    begun = time.monotonic()
    window.duplicates.cancel()
    qtbot.waitUntil(lambda: window.duplicates.job is None, timeout=10_000)
    assert time.monotonic() - begun < 1
    assert window.desk.log.jobs()[0].state == "cancelled"


def test_several_jobs_go_on_at_once_and_each_can_be_ended(
    window, qtbot, idle, big, tree
):
    folder = tree({"a": b"same", "b": b"same"})
    window.desk.folders.set([str(big)], [])
    window.duplicates.run_again()
    searching = window.duplicates.job
    window.desk.folders.set([str(folder)], [])
    window.files.run_again()
    window.summary.run_again()
    qtbot.waitUntil(
        lambda: window.files.job is None and window.summary.job is None, timeout=30_000
    )
    assert window.desk.jobs == [searching]
    assert window.files.model.rowCount() == 2
    assert window.summary.found["files"] == 2
    [row] = [window.jobs.itemAt(it).widget() for it in range(window.jobs.count())][:1]
    assert row.objectName() == "duplicates"
    row.findChild(QPushButton).click()
    idle()
    assert searching.state == "cancelled"


def test_the_window_answers_while_much_is_read(window, qtbot, big):
    window.desk.folders.set([str(big)], [])
    window.duplicates.run_again()
    beats = []
    timer = QTimer(interval=10)
    timer.timeout.connect(lambda: beats.append(time.monotonic()))
    timer.start()
    qtbot.wait(2000)
    window.duplicates.cancel()
    gaps = sorted(b - a for a, b in zip(beats, beats[1:]))
    assert len(beats) > 20 and gaps[len(gaps) // 2] < 0.05
    qtbot.waitUntil(lambda: window.duplicates.job is None, timeout=10_000)


def test_a_job_that_the_window_is_closed_over_is_interrupted(window, qtbot, big, qapp):
    from sanchay_desktop.start import make_window

    window.desk.folders.set([str(big)], [])
    window.duplicates.run_again()
    qtbot.waitUntil(lambda: window.duplicates.job.last is not None, timeout=30_000)
    begun = time.monotonic()
    window.close()
    assert time.monotonic() - begun < 3 and not window.isVisible()
    again = make_window()
    [job] = again.desk.log.jobs()
    assert (job.kind, job.state) == ("duplicates", "interrupted")
    again.close()


def test_another_scan_takes_the_place_of_one_that_goes_on(window, idle, rows, tree):
    window.desk.folders.set(["/usr"], [])
    window.files.run_again()
    first = window.files.job
    window.desk.folders.set([str(tree({"only": b"x"}))], [])
    window.files.run_again()
    idle()
    assert first.state == "cancelled"
    assert [row["size"] for row in rows(window.files)] == [1]
