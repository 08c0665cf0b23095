"""What the pages have in common: words, a job, tables, and their export."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import sanchay
from PySide6 import QtWidgets
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent

from sanchay_desktop import words
from sanchay_desktop.desk import Desk
from sanchay_desktop.details import Details
from sanchay_desktop.export import FORMATS, export
from sanchay_desktop.jobs import Hear, Job
from sanchay_desktop.rows import Rows
from sanchay_desktop.said import failures, progress_text, refused, show_progress
from sanchay_desktop.table import ArrowModel
from sanchay_desktop.table_view import TableView
from sanchay_desktop.widgets import (
    Flow,
    Frugal,
    action,
    button,
    column,
    holder,
    plain,
    row,
)
from sanchay_desktop.words import tr, translated

#: A narrower page has no room for details.
_NARROW = 620
#: How many characters are said at most.
_SAID = 2_000


class Page(Frugal):
    """A page of the window; what it says, shows and runs, each page declares."""

    title = about = empty = run_text = ""
    #: The kind of its job, then those of others that are done again here.
    kinds: tuple[str, ...] = ("",)
    columns: tuple[str, ...] = ()
    has_details = False
    #: Whether it looks into protected folders as into others: nothing is changed.
    all_folders = False
    #: The engine's call that finds what is shown.
    engine: Callable[..., Any]

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.job: Job | None = None
        self.following: Job | None = None
        self.name = translated(self.title)
        self.setAccessibleName(self.name)
        self.bar = Flow()
        self.run_button = self.button(translated(self.run_text), "F5", self.run_again)
        self.button(tr("Cancel"), "Esc", self.cancel)
        #: What a page has above its table and below it.
        self.above, self.below = column(), column()
        self.model = ArrowModel(*self.columns)
        self.view = self.table(self.name, self.model)
        self.tabs: QtWidgets.QTabWidget | None = None
        self.body = QtWidgets.QStackedWidget()
        self.nothing = plain(translated(self.empty), "empty")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.body.addWidget(self.nothing)
        self.body.addWidget(self.view)
        self.details = Details(desk)
        self.beside = holder(row(self.details))
        if self.has_details:
            self.view.row_changed.connect(self._show_details)
        self.progress = QtWidgets.QProgressBar()
        self.progress.setAccessibleName(tr("Progress"))
        self.progress.hide()
        self.status = plain(name="status")
        self.build()
        if self.columns:
            self.button(tr("E&xport…"), "Ctrl+E", self.ask_export)
        parts = (plain(self.name, "heading"), plain(translated(self.about), "about"))
        middle = row(self.body, self.beside)
        whole = column(*parts, holder(self.bar), self.above)
        whole.addLayout(middle, 1)
        whole.addLayout(self.below, 1)
        whole.addWidget(self.progress)
        whole.addWidget(self.status)
        self.setLayout(whole)
        desk.files_changed.connect(self.say_old)

    # What pages declare besides.

    def build(self) -> None:
        """Add what only this page has."""

    def places(self, roots: list[str]) -> list[str]:
        """Where it looks."""
        return roots

    def keywords(self) -> dict[str, Any]:
        """What the engine's call is given besides the roots and the options."""
        return {"path_bytes": True}

    def options(self) -> dict[str, Any]:
        """The keywords of that call that the history keeps."""
        return self.desk.options()

    def chosen(self) -> dict[str, Any]:
        """What else the history keeps of what was chosen, for restore()."""
        return {}

    def restore(self, options: dict[str, Any]) -> None:
        """Take up what the history kept of a job."""
        self.desk.filters.set_values(options)
        self.desk.filters.look()

    def told(self, answer: Any) -> str:
        """What the call came to, in words."""
        raise NotImplementedError

    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.model.rowCount()

    # What they are made of.

    def button(
        self, text: str, keys: str, call: Callable[[], object]
    ) -> QtWidgets.QPushButton:
        made = button(text, call)
        if keys:
            made.setToolTip(keys)
            # Wherever the focus is, while the page is shown.
            whole = Qt.ShortcutContext.WindowShortcut
            action(self, text, keys, made.click, whole)
        self.bar.addWidget(made)
        return made

    def table(self, name: str, model: Rows) -> TableView:
        """A table whose orders are jobs of the window."""
        made = TableView(name, model, self.desk.run)
        made.failed.connect(self.say)
        return made

    def add_tabs(
        self, first: str, *more: tuple[QtWidgets.QWidget, str]
    ) -> QtWidgets.QTabWidget:
        """Have the table stand beside others, or none where it has no name."""
        self.tabs = tabs = QtWidgets.QTabWidget()
        if first:
            tabs.addTab(self.view, first)
        for widget, title in more:
            tabs.addTab(widget, title)
        tabs.currentChanged.connect(self._place_details)
        self.body.addWidget(tabs)
        return tabs

    def shown_table(self) -> TableView:
        """The table that is in sight."""
        shown = self.tabs.currentWidget() if self.tabs else None
        return shown if isinstance(shown, TableView) else self.view

    def say(self, text: str) -> None:
        self.status.setText(text if len(text) <= _SAID else f"{text[:_SAID]}…")

    def say_old(self) -> None:
        """Say that files were changed since."""
        if self.model.rowCount() and self.job is None:
            self.say(tr("Files were changed since this was found: F5 looks again."))

    def roots(self) -> list[str]:
        """The folders to look into; says so if there are none."""
        folders = self.desk.folders
        found = folders.all() if self.all_folders else folders.roots()
        if not found:
            self.say(tr("Add a folder first: Ctrl+O, or drop one on the window."))
            self.desk.folders.add_button.setFocus()
        elif not self.desk.filters.look():
            self.say(tr("The filters have a mistake; it is shown beside them."))
            return []
        return found

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_details()

    def _place_details(self) -> None:
        wanted = self.has_details and self.shown_table() is self.view
        self.beside.setVisible(wanted and self.width() >= _NARROW)

    def _show_details(self, row: int) -> None:
        self.details.show_row(self.model.row(row) if row >= 0 else None)

    # Its job.

    def run_again(self) -> None:
        """Do what the page is for."""
        roots = self.roots()
        if roots:
            try:
                keywords = self.keywords()
            except OSError as error:
                # Where the catalog is to be.
                self.say(words.error_text(error))
                return
            call = partial(type(self).engine, self.places(roots), **keywords)
            self.begin(call, self.options())

    def begin(self, call: Callable[..., Any], options: dict[str, Any]) -> None:
        """Show the rows of a call as they come."""
        if self.job is not None:
            self.job.give_up()
        self.clear()
        whole = partial(call, **options)
        self.job = self.desk.start(
            self.kinds[0],
            lambda job: job.call(whole),
            {**options, **self.chosen()},
            found=lambda batches: self.model.append(batches),
            progress=self.show_progress,
            done=self._done,
            failed=self._failed,
        )
        self.progress.setRange(0, 0)
        self.progress.show()

    def clear(self) -> None:
        """Make room for other rows; they are at hand for the keys."""
        if self.following is not None:
            self.following.give_up()
        self.model.clear()
        self.view.no_order()
        self.body.setCurrentWidget(self.tabs or self.view)
        self.view.setFocus()

    def cancel(self) -> None:
        for job in (self.job, self.following):
            if job is not None:
                job.cancel()

    def follow(self, work: Callable[[Job], object], done: Hear) -> None:
        """Find out more of what was found, until something else is looked for."""
        self.following = Job("compare", work, done=done)
        self.desk.run(self.following)

    def show_progress(self, told: sanchay.Progress) -> None:
        """Show how far the job is."""
        show_progress(self.progress, told)
        self.say(progress_text(told))

    def _done(self, answer: Any) -> None:
        try:
            said = self.told(answer)
        except Exception as error:
            # A fault of the page's: what was found is shown, and the job is over.
            logging.exception("the answer is not understood")
            said = words.error_text(error)
        self._over(said + failures(getattr(answer, "errors", ())))

    def _failed(self, error: BaseException) -> None:
        said = refused(error)
        if isinstance(error, sanchay.Cancelled):
            rows = words.number(self.model.rowCount())
            said = tr("Cancelled. What was found stays: {0} rows.").format(rows)
        self._over(said)

    def _over(self, said: str) -> None:
        self.job = None
        self.progress.hide()
        self.say(said)
        if self.is_empty():
            self.nothing.setText(said)
            self.body.setCurrentWidget(self.nothing)

    # Its export.

    def ask_export(self) -> None:
        """Ask where to export the table to that is in sight."""
        if not self.shown_table().rows.rowCount():
            self.say(tr("There is nothing to export yet."))
            return
        kinds = ";;".join(f"{title} (*.{it})" for it, title in FORMATS.items())
        path, kind = QtWidgets.QFileDialog.getSaveFileName(
            self, tr("Export"), "table.csv", kinds
        )
        if path:
            chosen = Path(path)
            if chosen.suffix.lstrip(".").lower() not in FORMATS:
                chosen = chosen.with_name(f"{chosen.name}.{kind.split('*.')[1][:-1]}")
                # The dialog asked about another name.
                if chosen.exists() and not self._may_replace(chosen):
                    return
            self.export_to(chosen)

    def _may_replace(self, path: Path) -> bool:
        buttons = QtWidgets.QMessageBox.StandardButton
        asked = tr("{0} is there already. Replace it?").format(words.shown(str(path)))
        box = QtWidgets.QMessageBox
        return box.question(self, tr("Export"), asked) == buttons.Yes

    def export_to(self, path: Path) -> None:
        """Export the table that is in sight, as it is shown, to a file."""
        rows = self.shown_table().rows
        assert isinstance(rows, ArrowModel)
        chunks = rows.chunks()
        self.desk.start(
            "export",
            lambda job: export(job, chunks, path),
            done=lambda rows: self.say(
                tr("Exported rows: {0}").format(words.number(rows))
            ),
            failed=lambda error: self.say(
                tr("Not exported: {0}").format(words.error_text(error))
            ),
        )
