"""The main window: folders and filters above, pages, the jobs that go on below."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

import sanchay
from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QAction,
    QCloseEvent,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QIcon,
    QKeySequence,
)
from PySide6.QtWidgets import (
    QApplication,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QMainWindow,
    QMenu,
    QMessageBox,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from sanchay_desktop.desk import Desk
from sanchay_desktop.folders import dropped_paths
from sanchay_desktop.jobs import Job
from sanchay_desktop.log import LoggedJob
from sanchay_desktop.page import Page, TablePage, progress_text
from sanchay_desktop.page_changes import ChangesPage
from sanchay_desktop.page_duplicates import DuplicatesPage
from sanchay_desktop.page_files import FilesPage
from sanchay_desktop.page_here import HerePage
from sanchay_desktop.page_history import HistoryPage
from sanchay_desktop.page_rename import RenamePage
from sanchay_desktop.page_similar import SimilarPage
from sanchay_desktop.page_summary import SummaryPage
from sanchay_desktop.settings_window import SettingsWindow
from sanchay_desktop.thumbnails import thumbnails
from sanchay_desktop.words import tr

__all__ = ["STYLE", "Window"]

#: Colours come from the palette, so that light and dark are the system's.
STYLE = """
QLabel#heading { font-size: 15pt; font-weight: 600; }
QLabel#about, QLabel#empty { color: palette(placeholder-text); }
QLabel#error { color: #d33; }
QLineEdit[wrong="true"] { border: 1px solid #d33; }
"""

#: For how long the window waits for jobs when it is closed, in seconds.
_PATIENCE = 3.0


class JobRow(QWidget):
    """A job that goes on, with the way to end it."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.job = job
        self.label = QLabel(job.title)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.button = QPushButton(tr("Cancel"))
        self.button.setAccessibleName(tr("Cancel: {0}").format(job.title))
        self.button.clicked.connect(job.cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.label, 1)
        row.addWidget(self.button)
        job.progressed.connect(self._progress)

    def _progress(self, told: sanchay.Progress) -> None:
        self.label.setText(f"{self.job.title} – {progress_text(told)}")


class Window(QMainWindow):
    """The main window."""

    def __init__(self, log_path: Path | None = None) -> None:
        super().__init__()
        self.desk = Desk(log_path)
        self.setWindowTitle("Sanchay")
        self.setWindowIcon(QIcon(str(Path(__file__).with_name("sanchay.svg"))))
        self.setAcceptDrops(True)
        self.files = FilesPage(self.desk)
        self.duplicates = DuplicatesPage(self.desk)
        self.summary = SummaryPage(self.desk)
        self.rename = RenamePage(self.desk)
        self.changes = ChangesPage(self.desk)
        self.similar = SimilarPage(self.desk)
        self.here = HerePage(self.desk)
        self.history = HistoryPage(self.desk)
        self.pages: list[Page] = [
            self.files,
            self.duplicates,
            self.summary,
            self.rename,
            self.changes,
            self.similar,
            self.here,
            self.history,
        ]
        self.stack = QStackedWidget()
        self.names = QListWidget()
        self.names.setAccessibleName(tr("Pages"))
        for page in self.pages:
            self.stack.addWidget(page)
            self.names.addItem(page.title)
        wide = self.names.sizeHintForColumn(0) + 40
        self.names.setFixedWidth(max(wide, 120))
        self.names.currentRowChanged.connect(self._show_page)
        self.filter_button = QToolButton()
        self.filter_button.setText(tr("Fi&lters"))
        self.filter_button.setCheckable(True)
        self.filter_button.setToolButtonStyle(
            Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        )
        self.filter_button.toggled.connect(self._show_filters)
        self.desk.filters.entered.connect(self._run_page)
        self.desk.filters.changed.connect(self._count_filters)
        self.jobs = QVBoxLayout()
        self._lay_out()
        self._menus()
        self.desk.began.connect(self._add_job)
        self.history.again.connect(self.do_again)
        self._restore()
        self.names.setCurrentRow(0)
        self.statusBar().hide()

    def _lay_out(self) -> None:
        above = QGroupBox(tr("Folders"))
        column = QVBoxLayout(above)
        column.addWidget(self.desk.folders)
        column.addWidget(self.filter_button)
        column.addWidget(self.desk.filters)
        right = QVBoxLayout()
        right.addWidget(above)
        right.addWidget(self.stack, 1)
        right.addLayout(self.jobs)
        middle = QWidget()
        row = QHBoxLayout(middle)
        row.addWidget(self.names)
        row.addLayout(right, 1)
        self.setCentralWidget(middle)

    def _menus(self) -> None:
        file = self.menuBar().addMenu(tr("&File"))
        self._entry(file, tr("&Add folder…"), "Ctrl+O", self.desk.folders.ask)
        self._entry(file, tr("&Filters"), "Ctrl+F", self._focus_filters)
        self._entry(file, tr("&Settings…"), "Ctrl+,", self._show_settings)
        self._entry(file, tr("&Quit"), "Ctrl+Q", self.close)
        go = self.menuBar().addMenu(tr("&Go"))
        for number, page in enumerate(self.pages):
            show = partial(self.names.setCurrentRow, number)
            self._entry(go, page.title, f"Ctrl+{number + 1}", show)
        help_ = self.menuBar().addMenu(tr("&Help"))
        self._entry(help_, tr("&Keys"), "F1", self.show_keys)
        self._entry(help_, tr("A&bout"), "", self._show_about)

    def _entry(
        self, menu: QMenu, text: str, keys: str, call: Callable[[], object]
    ) -> None:
        action = QAction(text, self)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _checked=False: call())
        menu.addAction(action)

    def _restore(self) -> None:
        settings = self.desk.settings
        self._show_filters(False)
        self.resize(1180, 800)
        self.restoreGeometry(settings.bytes("geometry"))
        roots, protected = settings.folders("roots"), settings.folders("protected")
        self.desk.folders.set(
            [it for it in roots if os.path.isdir(it)],
            [it for it in protected if os.path.isdir(it)],
        )

    def _show_filters(self, shown: bool) -> None:
        self.desk.filters.setVisible(shown)
        arrow = Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow
        self.filter_button.setArrowType(arrow)

    def _focus_filters(self) -> None:
        self.filter_button.setChecked(True)
        self.desk.filters.where.setFocus()

    def _count_filters(self) -> None:
        count = len(self.desk.options())
        text = tr("Fi&lters")
        self.filter_button.setText(f"{text} ({count})" if count else text)

    def page(self) -> Page:
        """The page that is shown."""
        return self.pages[self.stack.currentIndex()]

    def show_page(self, page: Page) -> None:
        """Show a page."""
        self.names.setCurrentRow(self.pages.index(page))

    def _show_page(self, row: int) -> None:
        self.stack.setCurrentIndex(row)
        page = self.page()
        if page is self.history:
            self.history.run_again()
        elif page is self.changes:
            self.changes.show_snapshots()
        if isinstance(page, TablePage):
            page.view.setFocus()

    def _run_page(self) -> None:
        self.page().run_again()

    def _add_job(self, job: Job) -> None:
        if job.number is None:
            return
        row = JobRow(job)
        self.jobs.addWidget(row)
        job.ended.connect(row.deleteLater)

    def do_again(self, job: LoggedJob) -> None:
        """Show the page of a job, with its folders and filters, and begin."""
        pages: dict[str, Page] = {
            "scan": self.files,
            "duplicates": self.duplicates,
            "summary": self.summary,
            "diff": self.changes,
            "snapshot": self.changes,
            "similar": self.similar,
            "here": self.here,
        }
        page = pages.get(job.kind)
        if page is None:
            said = tr("A plan or a run is not done again from here: make a new plan.")
            self.history.say(said)
            return
        protected = [it for it in self.desk.folders.protected() if it in job.folders]
        self.desk.folders.set(
            [it for it in job.folders if it not in protected], protected
        )
        self.desk.filters.set_options(dict(job.options))
        self.show_page(page)
        page.run_again()

    def open(self, paths: list[str], page: str = "") -> None:
        """Look at what the command line, or a drop, names."""
        folders = [it for it in paths if os.path.isdir(it)]
        files = [it for it in paths if os.path.isfile(it)]
        for folder in folders:
            self.desk.folders.add(folder)
        if files:
            self.show_page(self.here)
            self.here.ask(files)
        named: dict[str, Page] = {
            "scan": self.files,
            "duplicates": self.duplicates,
            "summary": self.summary,
        }
        if page in named and folders:
            self.desk.folders.set([os.path.abspath(it) for it in folders], [])
            self.show_page(named[page])
            named[page].run_again()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take folders and files."""
        self.desk.folders.accept(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Likewise."""
        self.desk.folders.accept(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Folders are added, files are asked about."""
        event.acceptProposedAction()
        self.open(dropped_paths(event))

    def _show_settings(self) -> None:
        SettingsWindow(self.desk, self).exec()

    def keys_text(self) -> str:
        """Which keys there are, those of the page that is shown among them."""
        lines = []
        view = getattr(self.page(), "view", None)
        for holder in (self, self.page(), view):
            for action in holder.actions() if holder is not None else []:
                keys = action.shortcut().toString(
                    QKeySequence.SequenceFormat.NativeText
                )
                if keys:
                    lines.append(f"{keys}\t{action.text().replace('&', '')}")
        for menu in self.menuBar().actions():
            for action in menu.menu().actions():  # type: ignore[attr-defined]
                keys = action.shortcut().toString(
                    QKeySequence.SequenceFormat.NativeText
                )
                if keys:
                    lines.append(f"{keys}\t{action.text().replace('&', '')}")
        return "\n".join(lines)

    def show_keys(self) -> None:
        """Show the keys."""
        self._box(tr("Keys"), self.keys_text()).exec()

    def _show_about(self) -> None:
        told = tr("Sanchay {0}: a file inventory.").format(sanchay.version())
        self._box(tr("About"), told).exec()

    def _box(self, title: str, text: str) -> QMessageBox:
        box = QMessageBox(self)
        box.setWindowTitle(title)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(text)
        return box

    def _may_close(self) -> bool:
        changing = [it for it in self.desk.jobs if it.changes_files]
        if not changing:
            return True
        box = self._box(
            tr("Files are being changed"),
            tr(
                "A run is going on. Closing ends it after the step that it is at;"
                " History goes on with it, or takes it back."
            ),
        )
        box.setStandardButtons(
            QMessageBox.StandardButton.Close | QMessageBox.StandardButton.Cancel
        )
        return box.exec() == QMessageBox.StandardButton.Close

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask only if something would be lost; what only looks is interrupted."""
        if not self._may_close():
            event.ignore()
            return
        settings = self.desk.settings
        settings.set_bytes("geometry", self.saveGeometry())
        settings.sync()
        # What the log says of them stays "running": the next start finds them.
        for job in list(self.desk.jobs):
            job.cancel()
        for job in list(self.desk.jobs):
            job.wait(_PATIENCE)
        thumbnails().close()
        self.desk.log.close()
        event.accept()
        app = QApplication.instance()
        if app is not None:
            for other in QApplication.topLevelWidgets():
                if other is not self and other.isVisible():
                    other.close()
