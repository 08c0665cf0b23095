"""Tables of many rows: nothing is made of rows that nobody looks at."""

import time

import pyarrow as pa
from PySide6.QtWidgets import QApplication
from sanchay_desktop.table import ArrowModel, sort_order
from sanchay_desktop.table_view import TableView

ROWS = 1_000_000


def batches(rows=ROWS, chunk=8192):
    for first in range(0, rows, chunk):
        numbers = range(first, min(first + chunk, rows))
        yield pa.record_batch(
            {
                "path": pa.array(
                    [
                        None if it % 1000 == 7 else f"/srv/photos/{it:09}.jpg"
                        for it in numbers
                    ]
                ),
                "path_bytes": pa.array(
                    [b"/srv/\xff%d" % it if it % 1000 == 7 else None for it in numbers],
                    pa.binary(),
                ),
                "size": pa.array([it * 7919 % ROWS for it in numbers], pa.uint64()),
                "modified": pa.array(
                    [it * 1_000_000_007 for it in numbers], pa.timestamp("ns", "UTC")
                ),
            }
        )


COLUMNS = ("path", "size", "modified")


def test_a_million_rows_scroll_at_sixty_frames_and_become_few_objects(
    qapp, home, qtbot
):
    model = ArrowModel(*COLUMNS)
    view = TableView("rows", model)
    qtbot.addWidget(view)
    view.resize(1200, 900)
    view.show()
    model.append(list(batches()))
    assert model.rowCount() == ROWS
    model.set_order(sort_order(model.table(), "size", True))
    assert [model.row(it)["size"] for it in (0, 1, ROWS - 1)] == [ROWS - 1, ROWS - 2, 0]
    bar, times = view.verticalScrollBar(), []
    for step in range(200):
        begun = time.monotonic()
        bar.setValue(bar.maximum() * (step * 37 % 200) // 200)
        view.viewport().repaint()
        times.append(time.monotonic() - begun)
    QApplication.processEvents()
    assert sorted(times)[100] < 1 / 60, f"median {1000 * sorted(times)[100]:.1f} ms"
    assert 0 < len(model.kept) <= 64 * 64
    assert model.memory() < 100 * ROWS


def test_rows_that_come_while_one_looks_are_shown_and_none_is_lost(qapp, qtbot):
    model = ArrowModel(*COLUMNS)
    for batch in batches(1000, 77):
        model.append([batch])
        last = model.rowCount() - 1
        assert model.row(last)["size"] == last * 7919 % ROWS
    assert [model.row(it)["size"] for it in range(1000)] == [
        it * 7919 % ROWS for it in range(1000)
    ]
    assert model.row(7)["path"] == "/srv/\udcff7"


def test_an_order_of_some_rows_has_these_alone_and_the_order_that_was_asked_for():
    table = pa.table(
        {"change": ["new", "gone", "new", "moved", "new"], "size": [3, 9, 1, 5, 2]}
    )
    order = sort_order(table, "size", False, ("change", ("new",)))
    assert order.to_pylist() == [2, 4, 0]
    assert sort_order(
        table, None, False, ("change", ("gone", "moved"))
    ).to_pylist() == [1, 3]
    assert sort_order(table, "size", True).to_pylist() == [1, 3, 0, 4, 2]
    chunked = pa.concat_tables([table, table])
    order = sort_order(chunked, "size", False, ("change", ("moved",)))
    assert order.to_pylist() == [3, 8]
