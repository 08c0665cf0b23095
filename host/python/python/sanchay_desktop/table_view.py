"""The table on the screen: keys, order, copying, opening, export."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QMimeData, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QInputDialog,
    QMenu,
    QTableView,
    QWidget,
)

from sanchay_desktop import words
from sanchay_desktop.jobs import Control, Job
from sanchay_desktop.table import ArrowModel, sort_order
from sanchay_desktop.words import tr

__all__ = ["TableView", "open_path"]

#: How many rows are copied at most: what is copied is text in memory.
_MOST_COPIED = 100_000


def open_path(path: str) -> None:
    """Open a file as the desktop does, whatever the bytes of its name are."""
    path = os.path.abspath(path)
    if sys.platform == "win32":
        os.startfile(path)
        return
    program = "open" if sys.platform == "darwin" else "xdg-open"
    subprocess.Popen(
        [program, path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


class TableView(QTableView):
    """A table of any length."""

    #: The row at hand is another.
    row_changed = Signal(int)
    #: An order was asked for and is shown.
    ordered = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideLeft)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 6)
        rows.hide()
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        head = self.horizontalHeader()
        head.setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        head.setSectionsClickable(True)
        head.setHighlightSections(False)
        head.sectionClicked.connect(self._order_by)
        self.doubleClicked.connect(self._open_index)
        #: What a row's path is called in its columns.
        self.path_key = "path"
        self.more_actions: list[QAction] = []
        self.only: tuple[str, tuple[str, ...]] | None = None
        #: Runs a job of the window's.
        self.run: Callable[[Job], None] = lambda job: job.start()
        self._sorting: Job | None = None
        self._sorted: tuple[int, bool] | None = None
        self._actions()

    def _actions(self) -> None:
        entries: list[tuple[str, str, Callable[[], None]]] = [
            (tr("Open"), "Return", self.open_current),
            (tr("Open folder"), "Ctrl+Return", self.open_folder),
            (tr("Copy paths"), "Ctrl+C", self.copy_paths),
            (tr("Go to row…"), "G", self.ask_row),
        ]
        for text, keys, call in entries:
            action = QAction(text, self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(call)
            self.addAction(action)

    def rows(self) -> ArrowModel | None:
        """Its model, where that is of Arrow's rows."""
        model = self.model()
        return model if isinstance(model, ArrowModel) else None

    def show_rows(self, model: ArrowModel) -> None:
        """Show the rows of a model."""
        self.setModel(model)
        self.set_widths(
            [
                {"path": 0, "long": 0, "text": 160, "time": 140}.get(it.kind, 100)
                for it in model.columns
            ]
        )
        model.modelReset.connect(self._row_is_another)

    def set_widths(self, widths: list[int]) -> None:
        """Set the columns' widths; those of 0 share what is left."""
        head = self.horizontalHeader()
        for number, width in enumerate(widths):
            mode = QHeaderView.ResizeMode
            head.setSectionResizeMode(
                number, mode.Interactive if width else mode.Stretch
            )
            if width:
                self.setColumnWidth(number, width)

    def currentChanged(
        self,
        current: QModelIndex,  # type: ignore[override]
        previous: QModelIndex,  # type: ignore[override]
    ) -> None:
        """Tell which row is at hand."""
        super().currentChanged(current, previous)
        if current.row() != previous.row():
            self.row_changed.emit(current.row())

    def _row_is_another(self) -> None:
        self.row_changed.emit(-1)

    def current_path(self) -> str | None:
        """The path of the row at hand."""
        model, index = self.rows(), self.currentIndex()
        if model is None or not index.isValid():
            return None
        return model.path(index.row(), self.path_key) or None

    def selected_paths(self) -> list[str]:
        """The paths of the selected rows, in their order, up to a bound."""
        model = self.rows()
        if model is None:
            return []
        chosen = self.selectionModel().selection()
        ranges = sorted(
            (chosen.at(it).top(), chosen.at(it).bottom())
            for it in range(chosen.count())
        )
        found: dict[int, str] = {}
        for top, bottom in ranges:
            for row in range(top, bottom + 1):
                if len(found) == _MOST_COPIED:
                    return list(found.values())
                found[row] = model.path(row, self.path_key)
        return list(found.values())

    def open_current(self) -> None:
        """Open the file at hand."""
        path = self.current_path()
        if path is not None:
            open_path(path)

    def open_folder(self) -> None:
        """Open the folder of the file at hand."""
        path = self.current_path()
        if path is not None:
            open_path(os.path.dirname(os.path.abspath(path)))

    def _open_index(self, _index: object) -> None:
        self.open_current()

    def copy_paths(self) -> None:
        """Copy the paths: as text that is escaped, and as files."""
        paths = self.selected_paths()
        copied = QMimeData()
        copied.setText("\n".join(words.shown(it) for it in paths))
        copied.setUrls([words.url_of(it) for it in paths])
        QGuiApplication.clipboard().setMimeData(copied)

    def ask_row(self) -> None:
        """Go to a row by its number."""
        model = self.model()
        most = model.rowCount() if model else 0
        if most:
            row, wanted = QInputDialog.getInt(
                self,
                tr("Go to row"),
                tr("Row:"),
                self.currentIndex().row() + 1,
                1,
                most,
            )
            if wanted:
                self.go_to(row - 1)

    def go_to(self, row: int) -> None:
        """Make a row the one at hand."""
        model = self.model()
        if model is not None:
            self.setCurrentIndex(model.index(row, 0))

    def _show_menu(self, at: QPoint) -> None:
        menu = QMenu(self)
        menu.addActions(self.actions())
        if self.more_actions:
            menu.addSeparator()
            menu.addActions(self.more_actions)
        menu.exec(self.viewport().mapToGlobal(at))

    # Order: the rows' numbers are sorted in a thread.

    def _order_by(self, section: int) -> None:
        model = self.rows()
        if model is None or section >= len(model.columns):
            return
        descending = self._sorted == (section, False)
        self._sorted = (section, descending)
        self.order_again()

    def no_order(self) -> None:
        """Forget the order: other rows come."""
        self._sorted = None
        self.horizontalHeader().setSortIndicatorShown(False)

    def order_again(self) -> None:
        """Sort and filter the rows that are there, in a thread."""
        model = self.rows()
        if model is None or not model.table().num_columns or self._sorting:
            return
        table, wanted, only = model.table(), self._sorted, self.only
        key = model.columns[wanted[0]].key if wanted else None
        descending = wanted[1] if wanted else False

        def work(_control: Control) -> object:
            return sort_order(table, key, descending, only)

        job = Job("sort", tr("Sorting"), work)

        def show(order: Any) -> None:
            self._sorting = None
            if (self._sorted, self.only) != (wanted, only):
                self.order_again()
                return
            now = self.rows()
            if now is None or now.table().num_rows != table.num_rows:
                return
            now.set_order(order)
            if wanted:
                way = (
                    Qt.SortOrder.DescendingOrder
                    if descending
                    else Qt.SortOrder.AscendingOrder
                )
                self.horizontalHeader().setSortIndicator(wanted[0], way)
            self.horizontalHeader().setSortIndicatorShown(wanted is not None)
            self.ordered.emit()

        def give_up(_error: object) -> None:
            self._sorting = None

        job.finished.connect(show)
        job.failed.connect(give_up)
        self._sorting = job
        self.run(job)
