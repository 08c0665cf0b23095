"""Rename: a template, and the names that it would give, as one types."""

from __future__ import annotations

from functools import partial
from typing import Any

import sanchay
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
)

from sanchay_desktop import words
from sanchay_desktop.desk import Desk
from sanchay_desktop.filters import ErrorLabel, MarkedLine, mistake
from sanchay_desktop.jobs import Control, Job
from sanchay_desktop.page import Page, progress_text
from sanchay_desktop.plan_window import PlanModel
from sanchay_desktop.planning import Planner
from sanchay_desktop.rename_delegate import DifferenceDelegate
from sanchay_desktop.table_view import TableView
from sanchay_desktop.words import tr

__all__ = ["RenamePage"]

#: Parts of templates that are offered.
_PARTS = (
    "{stem}",
    ".{ext:lower}",
    "{modified:%Y-%m-%d}",
    "{taken|modified:%Y-%m-%d}",
    "{n:03}",
    "{n:03,parent}",
    '{camera|""}',
    "{hash:8}",
)


class RenamePage(Page):
    """New names for files."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            tr("Rename"),
            tr("Nothing is renamed before the plan is applied, and all can be undone."),
        )
        self.template = MarkedLine(
            tr("Template"), "{taken|modified:%Y-%m-%d}_{n:03}.{ext:lower}"
        )
        self.template.textChanged.connect(self._later)
        self.template.entered.connect(self.run_again)
        self.match = QLineEdit()
        self.match.setPlaceholderText(r"^IMG_(\d+)")
        self.replace = QLineEdit()
        self.replace.setPlaceholderText("s/ +/_/g")
        self.sort = QLineEdit()
        self.sort.setPlaceholderText("modified,name:desc")
        self.portable = QCheckBox(tr("Refuse names that &Windows would refuse"))
        self.truncate = QCheckBox(tr("Cut names that are too &long"))
        self.error = ErrorLabel()
        form = QFormLayout()
        form.addRow(tr("&Template"), self.template)
        parts = QHBoxLayout()
        for part in _PARTS:
            button = QPushButton(part)
            button.setAccessibleName(tr("Insert {0}").format(part))
            button.clicked.connect(partial(self._insert, part))
            parts.addWidget(button)
        parts.addStretch(1)
        form.addRow("", parts)
        form.addRow(self.error)
        for title, field in (
            (tr("Only names in which &is found"), self.match),
            (tr("R&eplace"), self.replace),
            (tr("Count in the order o&f"), self.sort),
        ):
            field.textChanged.connect(self._later)
            form.addRow(title, field)
        boxes = QHBoxLayout()
        for box in (self.portable, self.truncate):
            box.toggled.connect(self._later)
            boxes.addWidget(box)
        boxes.addStretch(1)
        form.addRow("", boxes)
        self.column.addLayout(form)
        self.preview_button = self.button(tr("Pre&view"), "F5", self.run_again)
        self.button(tr("Cancel"), "Esc", self.cancel)
        self.plan_button = self.button(tr("&Plan…"), "Ctrl+P", self.open_plan)
        self.plan_button.setEnabled(False)
        self.alone = QCheckBox(tr("Conflicts al&one"))
        self.alone.toggled.connect(self._show_plan)
        self.bar.addWidget(self.alone)
        self.bar.addStretch(1)
        self.view = TableView(tr("New names"))
        self.view.setItemDelegateForColumn(2, DifferenceDelegate(self.view))
        self.column.addWidget(self.view, 1)
        self.column.addWidget(self.status)
        self.plan: sanchay.BatchPlan | None = None
        self.planner = Planner(self)
        self._timer = QTimer(self, singleShot=True, interval=300)
        self._timer.timeout.connect(self.run_again)
        desk.files_changed.connect(self._forget)

    def _insert(self, part: str, _checked: bool = False) -> None:
        self.template.insertPlainText(part)
        self.template.setFocus()

    def _later(self, _value: object = None) -> None:
        self._drop_plan()
        self._timer.start()

    def _forget(self) -> None:
        """The files have other names by now."""
        self._drop_plan()

    def _drop_plan(self) -> None:
        self.plan = None
        self.plan_button.setEnabled(False)

    def names(self) -> dict[str, Any]:
        """The keywords of rename() that the page has."""
        found: dict[str, Any] = {}
        if self.match.text():
            found["match"] = self.match.text()
        if self.replace.text():
            found["replace"] = [self.replace.text()]
        if self.sort.text():
            found["sort"] = self.sort.text()
        if self.portable.isChecked():
            found["portable"] = True
        if self.truncate.isChecked():
            found["truncate"] = True
        return found

    def run_again(self) -> None:
        """Find out the new names, in a thread."""
        self._timer.stop()
        self.cancel()
        template = self.template.text() or None
        names = self.names()
        if template is None and not names:
            return
        roots = self.roots()
        if not roots:
            return
        options = self.desk.options()

        def work(control: Control) -> object:
            return sanchay.rename(
                roots, template, progress=control.progress, **options, **names
            )

        job = Job("rename", tr("Rename"), work)
        job.progressed.connect(self._progress)
        job.finished.connect(self._found)
        job.failed.connect(self._failed)
        self.job = job
        self.desk.run(job)

    def _progress(self, told: sanchay.Progress) -> None:
        if self.sender() is self.job:
            self.say(progress_text(told))

    def _found(self, plan: sanchay.BatchPlan) -> None:
        if self.sender() is not self.job:
            return
        self.job = None
        self.template.mark(-1, 0)
        self.error.say("")
        self.plan = plan
        self._show_plan()
        changes = len(plan)
        self.plan_button.setEnabled(changes > 0)
        said = tr("Steps: {0}; names that stay: {1}; in the way: {2}.").format(
            words.number(changes),
            words.number(plan.unchanged),
            words.number(len(plan.conflicts)),
        )
        self.say(said)

    def _show_plan(self, _checked: object = None) -> None:
        if self.plan is None:
            return
        model = PlanModel(self.plan)
        model.frozen = True
        model.conflicts_alone = self.alone.isChecked()
        self.view.setModel(model)
        self.view.set_widths([110, 0, 0, 160, 80])

    def _failed(self, error: BaseException) -> None:
        if self.sender() is not self.job:
            return
        self.job = None
        if isinstance(error, sanchay.Cancelled):
            self.say(tr("Cancelled."))
            return
        said, at, length = mistake(error)
        self.template.mark(at, length)
        self.error.say(said)
        self.say(tr("Nothing was changed."))

    def open_plan(self) -> None:
        """Show the plan, with the way to apply it."""
        if self.plan is not None:
            self.planner.open(self.plan)
            self._drop_plan()
