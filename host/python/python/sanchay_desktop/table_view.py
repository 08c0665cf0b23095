"""The table on the screen: keys, order, copying, opening."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QMimeData, QModelIndex, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QInputDialog, QTableView

from sanchay_desktop import words
from sanchay_desktop.jobs import Job
from sanchay_desktop.rows import Rows
from sanchay_desktop.table import ArrowModel, Only, sort_order
from sanchay_desktop.widgets import action
from sanchay_desktop.words import tr

#: How many rows are copied at most: what is copied is text in memory.
_MOST_COPIED = 100_000
#: How wide columns are, in pixels; the others share what is left, if that is enough.
_WIDTHS = {"size": 100, "growth": 110, "number": 95, "share": 90, "time": 145}
_WIDTHS |= {"change": 150, "text": 150}
_LEAST = 180


def open_path(path: str) -> None:
    """Open a file as the desktop does, whatever the bytes of its name are."""
    path = os.path.abspath(path)
    if sys.platform == "win32":
        os.startfile(path)
        return
    program = "open" if sys.platform == "darwin" else "xdg-open"
    none = subprocess.DEVNULL
    subprocess.Popen(
        [program, path], stdin=none, stdout=none, stderr=none, start_new_session=True
    )


class TableView(QTableView):
    """A table of any length."""

    #: The row at hand is another.
    row_changed = Signal(int)
    #: An order was asked for and is shown.
    ordered = Signal()
    #: Why a file cannot be opened.
    failed = Signal(str)

    def __init__(
        self, name: str, model: Rows, run: Callable[[Job], None] = Job.start
    ) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSelectionBehavior(self.SelectionBehavior.SelectRows)
        self.setSelectionMode(self.SelectionMode.ExtendedSelection)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideLeft)
        self.setVerticalScrollMode(self.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(self.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        lines = self.verticalHeader()
        lines.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        lines.setDefaultSectionSize(self.fontMetrics().height() + 6)
        lines.hide()
        self.setMinimumHeight(7 * lines.defaultSectionSize())
        head = self.horizontalHeader()
        head.setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        head.setSectionsClickable(True)
        head.setHighlightSections(False)
        head.sectionClicked.connect(self._order_by)
        self.doubleClicked.connect(self.open_current)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        action(self, tr("Open"), "Return", self.open_current)
        action(self, tr("Open folder"), "Ctrl+Return", self.open_folder)
        action(self, tr("Copy paths"), "Ctrl+C", self.copy_paths)
        action(self, tr("Go to row…"), "G", self.ask_row)
        self.only: Only | None = None
        self._run = run
        self._sorting: Job | None = None
        self._sorted: tuple[int, bool] | None = None
        self.show_rows(model)

    def show_rows(self, model: Rows) -> None:
        self.rows = model
        self.setModel(model)
        model.modelReset.connect(lambda: self.row_changed.emit(-1))
        self._share_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()

    def _share_room(self) -> None:
        widths = [_WIDTHS.get(it.kind, 0) for it in self.rows.columns]
        room = self.viewport().width() - sum(widths)
        share = max(room // max(widths.count(0), 1), _LEAST)
        for number, width in enumerate(widths):
            self.setColumnWidth(number, width or share)

    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]
        super().currentChanged(current, previous)
        if current.row() != previous.row():
            self.row_changed.emit(current.row())

    def current_path(self) -> str | None:
        """The path of the row at hand."""
        row = self.currentIndex().row()
        return self.rows.path(row) or None if row >= 0 else None

    def selected_numbers(self) -> list[int]:
        """Which rows are selected, in their order."""
        chosen = self.selectionModel().selection()
        ranges = [chosen.at(it) for it in range(chosen.count())]
        found: dict[int, None] = {}
        for one in sorted(ranges, key=lambda it: it.top()):
            found.update(dict.fromkeys(range(one.top(), one.bottom() + 1)))
        return list(found)

    def selected_rows(self) -> list[dict[str, Any]]:
        """The values of the selected rows, in their order."""
        return [self.rows.row(it) for it in self.selected_numbers()]

    def selected_paths(self) -> list[str]:
        """The paths of the selected rows, in their order, up to a bound."""
        return [self.rows.path(it) for it in self.selected_numbers()[:_MOST_COPIED]]

    def open_current(self) -> None:
        self._open(self.current_path())

    def open_folder(self) -> None:
        path = self.current_path()
        self._open(path and os.path.dirname(os.path.abspath(path)))

    def _open(self, path: str | None) -> None:
        try:
            if path is not None:
                open_path(path)
        except OSError as error:
            said = tr("It cannot be opened: {0}").format(words.error_text(error))
            self.failed.emit(said)

    def copy_paths(self) -> None:
        """Copy the paths: as text that is escaped, and as files."""
        paths = self.selected_paths()
        copied = QMimeData()
        copied.setText("\n".join(words.shown(it) for it in paths))
        copied.setUrls([words.url_of(it) for it in paths])
        QGuiApplication.clipboard().setMimeData(copied)

    def ask_row(self) -> None:
        """Go to a row by its number."""
        most, here = self.rows.rowCount(), self.currentIndex().row() + 1
        if most:
            row, wanted = QInputDialog.getInt(
                self, tr("Go to row"), tr("Row:"), here, 1, most
            )
            if wanted:
                self.go_to(row - 1)

    def go_to(self, row: int) -> None:
        self.setCurrentIndex(self.rows.index(row, 0))

    # Order: the rows' numbers are sorted in a thread.

    def _order_by(self, section: int) -> None:
        if self.rows.columns[section].key != "mark":
            self._sorted = (section, self._sorted == (section, False))
            self.order_again()

    def no_order(self) -> None:
        """Forget the order: other rows come."""
        self._sorted = None
        self.horizontalHeader().setSortIndicatorShown(False)

    def order_again(self) -> None:
        """Sort and filter the rows that are there, in a thread."""
        model = self.rows
        if not isinstance(model, ArrowModel) or self._sorting or not model.table():
            return
        table, wanted, only = model.table(), self._sorted, self.only
        section, descending = wanted or (0, False)
        key = model.columns[section].key if wanted else None

        def work(_: Job) -> object:
            return sort_order(table, key, descending, only)

        def show(order: object) -> None:
            self._sorting = None
            if (self._sorted, self.only) != (wanted, only):
                self.order_again()
            elif model.table().num_rows == table.num_rows:
                model.set_order(order)
                way = Qt.SortOrder(int(descending))
                self.horizontalHeader().setSortIndicator(section, way)
                self.horizontalHeader().setSortIndicatorShown(wanted is not None)
                self.ordered.emit()

        def give_up(_error: object) -> None:
            self._sorting = None

        self._sorting = Job("sort", work, done=show, failed=give_up)
        self._run(self._sorting)
