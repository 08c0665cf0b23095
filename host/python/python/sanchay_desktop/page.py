"""What the pages have in common: a heading, a table, its words and its export."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sanchay
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from sanchay_desktop import words
from sanchay_desktop.desk import Desk
from sanchay_desktop.export import FORMATS, export
from sanchay_desktop.jobs import Control, Job
from sanchay_desktop.table import ArrowModel, Column
from sanchay_desktop.table_view import TableView
from sanchay_desktop.words import tr

__all__ = ["Page", "TablePage", "plain"]


def plain(text: str = "", name: str = "") -> QLabel:
    """A label that takes nothing for markup: it may show names of files."""
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if name:
        label.setObjectName(name)
    return label


class Page(QWidget):
    """A page of the window."""

    def __init__(self, desk: Desk, title: str, about: str) -> None:
        super().__init__()
        self.desk = desk
        self.title = title
        self.setAccessibleName(title)
        self.column = QVBoxLayout(self)
        self.column.addWidget(plain(title, "heading"))
        self.column.addWidget(plain(about, "about"))
        self.bar = QHBoxLayout()
        self.column.addLayout(self.bar)
        self.status = plain(name="status")
        self.job: Job | None = None

    def button(self, text: str, keys: str, call: Any) -> QPushButton:
        """Put a button into the bar."""
        button = QPushButton(text)
        if keys:
            button.setToolTip(keys)
            action = QAction(text, self)
            action.setShortcut(QKeySequence(keys))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(button.click)
            self.addAction(action)
        button.clicked.connect(call)
        self.bar.addWidget(button)
        return button

    def say(self, text: str) -> None:
        """Say something at the page's foot."""
        self.status.setText(text)

    def roots(self) -> list[str]:
        """The folders to look into; says so if there are none."""
        found = self.desk.folders.roots()
        if not found:
            self.say(tr("Add a folder first: Ctrl+O, or drop one on the window."))
            self.desk.folders.add_button.setFocus()
        elif not self.desk.filters.look():
            self.say(tr("The filters have a mistake; it is shown beside them."))
            return []
        return found

    def cancel(self) -> None:
        """End what goes on."""
        if self.job is not None:
            self.job.cancel()

    def run_again(self) -> None:
        """Begin what the page is for."""


class TablePage(Page):
    """A page with a table of rows that a job finds."""

    def __init__(
        self, desk: Desk, title: str, about: str, columns: list[Column]
    ) -> None:
        super().__init__(desk, title, about)
        self.model = ArrowModel(columns)
        self.view = TableView(title)
        self.view.run = desk.run_quietly
        self.view.show_rows(self.model)
        self.progress = QProgressBar()
        self.progress.setAccessibleName(tr("Progress"))
        self.progress.setTextVisible(True)
        self.progress.hide()
        self.empty = plain(name="empty")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.stack = QStackedLayout()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.view)
        self.failures: tuple[OSError, ...] = ()
        desk.files_changed.connect(self.say_old)

    def say_old(self) -> None:
        """Say that files were changed since."""
        if self.model.rowCount() and self.job is None:
            self.say(tr("Files were changed since this was found: F5 looks again."))

    def finish_layout(self, beside: QWidget | None = None) -> None:
        """Put table, progress and words below the bar."""
        self.export_button = self.button(tr("E&xport…"), "Ctrl+E", self.ask_export)
        self.bar.addStretch(1)
        holder = QWidget()
        holder.setLayout(self.stack)
        middle = QHBoxLayout()
        middle.addWidget(holder, 1)
        if beside is not None:
            middle.addWidget(beside)
        self.column.addLayout(middle, 1)
        self.column.addWidget(self.progress)
        self.column.addWidget(self.status)

    def begin(self, job: Job) -> None:
        """Show the rows of a job as they come."""
        if self.job is not None:
            self.job.cancel()
            self.job.found.disconnect(self.add)
        self.model.clear()
        self.view.no_order()
        self.failures = ()
        self.job = job
        job.progressed.connect(self.show_progress)
        job.found.connect(self.add)
        job.finished.connect(self._finished)
        job.failed.connect(self._failed)
        self.stack.setCurrentWidget(self.view)
        # What was found is at hand for the keys.
        self.view.setFocus()
        self.progress.setRange(0, 0)
        self.progress.show()
        self.desk.run(job)

    def add(self, batches: Any) -> None:
        """Show more rows."""
        self.model.append(batches)

    def show_progress(self, told: sanchay.Progress) -> None:
        """Show how far the job is."""
        if told.total_files:
            self.progress.setRange(0, 1000)
            self.progress.setValue(min(1000 * told.files // told.total_files, 1000))
        self.say(progress_text(told))

    def _finished(self, answer: Any) -> None:
        if self.sender() is self.job:
            self.progress.hide()
            self.failures = tuple(getattr(answer, "errors", ()))
            self.job_done(answer)
            self.job = None
            self._show_emptiness()

    def _failed(self, error: BaseException) -> None:
        if self.sender() is not self.job:
            return
        self.progress.hide()
        rows = words.number(self.model.rowCount())
        if isinstance(error, sanchay.Cancelled):
            self.say(tr("Cancelled. What was found stays: {0} rows.").format(rows))
        else:
            said = words.error_text(error)
            self.say(tr("It failed, and nothing was changed: {0}").format(said))
        self.job = None
        self._show_emptiness()

    def _show_emptiness(self) -> None:
        if self.model.rowCount() == 0:
            self.empty.setText(self.status.text())
            self.stack.setCurrentWidget(self.empty)

    def job_done(self, answer: Any) -> None:
        """Say what the job came to."""
        self.say(tr("Rows: {0}").format(words.number(self.model.rowCount())))

    def failure_text(self) -> str:
        """What went wrong with entries, the first few."""
        if not self.failures:
            return ""
        few = [words.error_text(it) for it in self.failures[:3]]
        more = len(self.failures) - len(few)
        if more > 0:
            few.append(tr("… and {0} more").format(words.number(more)))
        return tr("Not read: {0}").format("; ".join(few))

    def ask_export(self) -> None:
        """Ask where to export the table to."""
        if not self.model.rowCount():
            self.say(tr("There is nothing to export yet."))
            return
        kinds = ";;".join(f"{title} (*.{it})" for it, title in FORMATS.items())
        path, kind = QFileDialog.getSaveFileName(self, tr("Export"), "table.csv", kinds)
        if path:
            chosen = Path(path)
            if chosen.suffix.lstrip(".") not in FORMATS:
                chosen = chosen.with_name(f"{chosen.name}.{kind.split('*.')[1][:-1]}")
            self.export_to(chosen)

    def export_to(self, path: Path) -> Job:
        """Export the table, as it is shown, to a file."""
        chunks = self.model.chunks()

        def work(control: Control) -> object:
            return export(control, chunks, path)

        job = self.desk.job("export", work)
        job.finished.connect(self._exported)
        job.failed.connect(self._not_exported)
        self.desk.run(job)
        return job

    def _exported(self, rows: int) -> None:
        self.say(tr("Exported rows: {0}").format(words.number(rows)))

    def _not_exported(self, error: BaseException) -> None:
        self.say(tr("Not exported: {0}").format(words.error_text(error)))

    def changeEvent(self, event: QEvent) -> None:
        """Colours changed: what is shaded is drawn anew."""
        if event.type() == QEvent.Type.PaletteChange:
            self.view.viewport().update()
        super().changeEvent(event)


def progress_text(told: sanchay.Progress) -> str:
    """How far a run is, in words."""
    phases = {
        "walking": tr("Looking for files"),
        "hashing": tr("Hashing"),
        "comparing": tr("Comparing"),
        "checking": tr("Checking"),
        "planning": tr("Planning"),
        "applying": tr("Applying"),
        "undoing": tr("Undoing"),
    }
    files = words.number(told.files)
    if told.total_files is not None:
        files = tr("{0} of {1}").format(files, words.number(told.total_files))
    text = tr("{0}: files {1}, {2}").format(
        phases.get(told.phase, told.phase), files, words.size(told.bytes)
    )
    if told.errors:
        text += tr(", errors {0}").format(words.number(told.errors))
    return text
