"""The main window: folders and filters above, pages, the jobs that go on below."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

import sanchay
from PySide6 import QtGui, QtWidgets
from PySide6.QtCore import Qt

from sanchay_desktop import words
from sanchay_desktop.desk import Desk
from sanchay_desktop.folders import dropped_paths
from sanchay_desktop.jobs import Job
from sanchay_desktop.log import LoggedJob
from sanchay_desktop.page import Page
from sanchay_desktop.page_changes import ChangesPage
from sanchay_desktop.page_duplicates import DuplicatesPage
from sanchay_desktop.page_files import FilesPage
from sanchay_desktop.page_here import HerePage
from sanchay_desktop.page_history import HistoryPage
from sanchay_desktop.page_rename import RenamePage
from sanchay_desktop.page_similar import SimilarPage
from sanchay_desktop.page_summary import SummaryPage
from sanchay_desktop.said import progress_text
from sanchay_desktop.settings_window import SettingsWindow
from sanchay_desktop.thumbnails import thumbnails
from sanchay_desktop.widgets import Frugal, button, column, combo, holder, plain, row
from sanchay_desktop.words import tr

#: Colours come from the palette, so that light and dark are the system's.
STYLE = """
QLabel#heading {
    font-size: 15pt; font-weight: 600; padding: 6px 0 2px 0; qproperty-indent: 0;
}
QLabel#about, QLabel#empty { color: palette(placeholder-text); }
QLabel#error { color: white; background: #b3261e; padding: 4px; }
QLineEdit[wrong="true"] { border: 1px solid #d33; }
QTableView::item { padding: 0 5px; }
"""

#: For how long the window waits for jobs when it is closed, in seconds.
_PATIENCE = 3.0
#: A narrower window has its pages in a box above, and not in a list beside.
_NARROW = 700


class Window(QtWidgets.QMainWindow):
    """The main window."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.setWindowTitle("Sanchay")
        self.setWindowIcon(QtGui.QIcon(str(Path(__file__).with_name("sanchay.svg"))))
        self.setAcceptDrops(True)
        self.files = FilesPage(self.desk)
        self.duplicates = DuplicatesPage(self.desk)
        self.summary = SummaryPage(self.desk)
        self.rename = RenamePage(self.desk)
        self.changes = ChangesPage(self.desk)
        self.similar = SimilarPage(self.desk)
        self.here = HerePage(self.desk)
        self.history = HistoryPage(self.desk)
        self.pages: list[Page] = [self.files, self.duplicates, self.summary]
        self.pages += [self.rename, self.changes, self.similar, self.here, self.history]
        self.stack = QtWidgets.QStackedWidget()
        self.names = QtWidgets.QListWidget()
        self.names.setAccessibleName(tr("Pages"))
        for page in self.pages:
            self.stack.addWidget(page)
            self.names.addItem(page.name)
        self.names.setFixedWidth(max(self.names.sizeHintForColumn(0) + 40, 120))
        self.names.currentRowChanged.connect(self._show_page)
        self.box = combo(tr("Pages"), [(it, it.name) for it in self.pages])
        self.box.activated.connect(self.names.setCurrentRow)
        self.names.currentRowChanged.connect(self.box.setCurrentIndex)
        self.filter_button = QtWidgets.QToolButton()
        self.filter_button.setText(tr("Fi&lters"))
        self.filter_button.setCheckable(True)
        beside = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        self.filter_button.setToolButtonStyle(beside)
        self.filter_button.toggled.connect(self._show_filters)
        self.desk.filters.entered.connect(lambda: self.page().run_again())
        self.desk.filters.changed.connect(self._count_filters)
        self.trouble = plain(name="error")
        self.trouble.hide()
        self.desk.troubled.connect(self._show_trouble)
        self.jobs = column()
        above = QtWidgets.QGroupBox(tr("Folders"))
        parts = (self.desk.folders, self.filter_button, self.desk.filters)
        above.setLayout(column(*parts, margin=6))
        right = column(self.box, above, self.stack, self.jobs, self.trouble)
        right.setStretch(2, 1)
        # What has no room is reached by scrolling, and not squeezed.
        area = QtWidgets.QScrollArea(widgetResizable=True)
        area.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = Frugal()
        inside.setLayout(right)
        area.setWidget(inside)
        self.setCentralWidget(holder(row(self.names, area, margin=9)))
        self._menus()
        self.desk.began.connect(self._add_job)
        self.history.again.connect(self.do_again)
        self._restore()
        self.names.setCurrentRow(0)
        # It was opened before there was a window to say what is wrong with it.
        self.desk.write_log()

    def _menus(self) -> None:
        file = self.menuBar().addMenu(tr("&File"))
        file.addAction(tr("&Add folder…"), "Ctrl+O", self.desk.folders.ask)
        file.addAction(tr("&Filters"), "Ctrl+F", self._focus_filters)
        file.addAction(tr("&Settings…"), "Ctrl+,", self._show_settings)
        file.addAction(tr("&Quit"), "Ctrl+Q", self.close)
        go = self.menuBar().addMenu(tr("&Go"))
        for number, page in enumerate(self.pages, 1):
            show = partial(self.show_page, page)
            go.addAction(page.name, f"Ctrl+{number}", show)
        help_ = self.menuBar().addMenu(tr("&Help"))
        help_.addAction(tr("&Keys"), "F1", self.show_keys)
        help_.addAction(tr("A&bout"), self._show_about)
        self._menu_actions = [*file.actions(), *go.actions(), *help_.actions()]

    def _restore(self) -> None:
        settings = self.desk.settings
        self._show_filters(False)
        # Pages are laid out anew where the window is narrow.
        self.setMinimumSize(320, 400)
        self.resize(1180, 800)
        self.restoreGeometry(settings.bytes("geometry"))
        roots, protected = settings.folders("roots"), settings.folders("protected")
        # A protected folder that is not there now is protected when it is.
        self.desk.folders.set([it for it in roots if os.path.isdir(it)], protected)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        super().resizeEvent(event)
        narrow = event.size().width() < _NARROW
        self.names.setVisible(not narrow)
        self.box.setVisible(narrow)

    def _show_filters(self, shown: bool) -> None:
        self.desk.filters.setVisible(shown)
        arrow = Qt.ArrowType.DownArrow if shown else Qt.ArrowType.RightArrow
        self.filter_button.setArrowType(arrow)

    def _focus_filters(self) -> None:
        self.filter_button.setChecked(True)
        self.desk.filters.where.setFocus()

    def _count_filters(self) -> None:
        count, text = len(self.desk.options()), tr("Fi&lters")
        self.filter_button.setText(f"{text} ({count})" if count else text)

    def page(self) -> Page:
        return self.pages[self.stack.currentIndex()]

    def show_page(self, page: Page, _checked: bool = False) -> None:
        self.names.setCurrentRow(self.pages.index(page))

    def _show_page(self, row: int) -> None:
        self.stack.setCurrentIndex(row)
        page, policy = self.page(), QtWidgets.QSizePolicy.Policy
        for it in self.pages:
            # The room that is needed is that of the page that is shown.
            its = policy.Preferred if it is page else policy.Ignored
            it.setSizePolicy(its, its)
        if page is self.history:
            self.history.run_again()
        elif page is self.changes:
            self.changes.show_snapshots()
        page.view.setFocus()

    def _add_job(self, job: Job) -> None:
        """Show a job while it goes on, with the way to end it."""
        if job.number is None:
            return
        title, label = job.title, plain(job.title)
        end = button(tr("Cancel"), job.cancel, tr("Cancel: {0}").format(title))
        line: QtWidgets.QHBoxLayout = row(label, end)
        line.setStretch(0, 1)
        shown: QtWidgets.QWidget = holder(line)
        shown.setObjectName(job.kind)
        job.progressed.connect(
            lambda told: label.setText(f"{title} – {progress_text(told)}")
        )
        job.ended.connect(shown.deleteLater)
        self.jobs.addWidget(shown)

    def _show_trouble(self, text: str) -> None:
        self.trouble.setText(text)
        self.trouble.setVisible(bool(text))

    def do_again(self, job: LoggedJob) -> None:
        """Show the page of a job, with its folders and filters, and begin."""
        page = next((it for it in self.pages if job.kind in it.kinds), None)
        if page is None:
            said = tr("A plan or a run is not done again from here: make a new plan.")
            self.history.say(said)
            return
        # What was protected then is, and what is protected now stays so.
        now = self.desk.folders.protected()
        protected = now + [it for it in job.protected if it not in now]
        self.desk.folders.set(
            [it for it in job.folders if it not in protected], protected
        )
        self.show_page(page)
        page.restore(job.options)
        if job.kind == "snapshot":
            self.changes.take()
        else:
            page.run_again()

    def open(self, paths: list[str], kind: str = "") -> None:
        """Look at what the command line, or a drop, names."""
        folders = [os.path.abspath(it) for it in paths if os.path.isdir(it)]
        files = [it for it in paths if os.path.isfile(it)]
        for folder in folders:
            self.desk.folders.add(folder)
        others = [it for it in paths if not (os.path.isdir(it) or os.path.isfile(it))]
        if others:
            told = ", ".join(words.few([words.shown(it) for it in others]))
            self.page().say(tr("Neither a folder nor a file: {0}").format(told))
        if files:
            self.show_page(self.here)
            self.here.ask(files)
        if kind and folders:
            protected = self.desk.folders.protected()
            roots = [it for it in folders if it not in protected]
            self.desk.folders.set(roots, protected)
            page = next(it for it in self.pages if kind in it.kinds)
            self.show_page(page)
            page.run_again()

    def dragEnterEvent(self, event: QtGui.QDragEnterEvent) -> None:
        self.desk.folders.accept(event)

    def dragMoveEvent(self, event: QtGui.QDragMoveEvent) -> None:
        self.desk.folders.accept(event)

    def dropEvent(self, event: QtGui.QDropEvent) -> None:
        """Folders are added, files are asked about."""
        event.acceptProposedAction()
        self.open(dropped_paths(event))

    def _show_settings(self) -> None:
        SettingsWindow(self.desk.settings, self).exec()

    def keys_text(self) -> str:
        """Which keys there are, those of the page that is shown among them."""
        page = self.page()
        native, lines = QtGui.QKeySequence.SequenceFormat.NativeText, []
        for one in [*page.actions(), *page.view.actions(), *self._menu_actions]:
            keys = one.shortcut().toString(native)
            if keys:
                lines.append(f"{keys}\t{one.text().replace('&', '')}")
        return "\n".join(lines)

    def show_keys(self) -> None:
        self._box(tr("Keys"), self.keys_text()).exec()

    def _show_about(self) -> None:
        told = tr("Sanchay {0}: a file inventory.").format(sanchay.version())
        self._box(tr("About"), told).exec()

    def _box(self, title: str, text: str) -> QtWidgets.QMessageBox:
        box = QtWidgets.QMessageBox(self)
        box.setWindowTitle(title)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(text)
        return box

    def _may_close(self) -> bool:
        if not any(it.changes_files for it in self.desk.jobs):
            return True
        told = tr(
            "A run is going on. Closing ends it after the step that it is at;"
            " History goes on with it, or takes it back."
        )
        box = self._box(tr("Files are being changed"), told)
        buttons = QtWidgets.QMessageBox.StandardButton
        box.setStandardButtons(buttons.Close | buttons.Cancel)
        return box.exec() == buttons.Close

    def closeEvent(self, event: QtGui.QCloseEvent) -> None:
        """Ask only if something would be lost; what only looks is interrupted."""
        if not self._may_close():
            event.ignore()
            return
        self.desk.settings.set("geometry", self.saveGeometry())
        self.desk.settings.sync()
        # What the log says of them stays "running": the next start finds them.
        for job in self.desk.jobs:
            job.cancel()
        for job in self.desk.jobs:
            job.wait(_PATIENCE)
        thumbnails().close()
        self.desk.log.close()
        event.accept()
        for other in QtWidgets.QApplication.topLevelWidgets():
            if other is not self and other.isVisible():
                other.close()
