"""Similar texts and pictures: pairs, side by side, and the way to the plan."""

from __future__ import annotations

from typing import Any

import sanchay
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFileDialog,
    QLabel,
)

from sanchay_desktop import words
from sanchay_desktop.compare import Compare
from sanchay_desktop.desk import Desk
from sanchay_desktop.jobs import Control, take
from sanchay_desktop.keep_rules import KeepRules
from sanchay_desktop.page import TablePage
from sanchay_desktop.page_duplicates import action_box
from sanchay_desktop.planning import Planner
from sanchay_desktop.table import Column
from sanchay_desktop.words import tr

__all__ = ["SimilarPage"]


class SimilarPage(TablePage):
    """Which files are nearly the same."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            tr("Similar"),
            tr("Texts that are nearly the same, and pictures that look the same."),
            [
                Column("similarity", tr("Similarity"), "share"),
                Column("path", tr("Path"), "path"),
                Column("other", tr("Other"), "path"),
                Column("group", tr("Group"), "number"),
            ],
        )
        self.model.group_by = "group"
        self.what = QComboBox()
        self.what.setAccessibleName(tr("What is compared"))
        self.what.addItem(tr("Pictures"), True)
        self.what.addItem(tr("Texts"), False)
        self.what.currentIndexChanged.connect(self._set_least)
        self.bar.addWidget(self.what)
        self.threshold = QDoubleSpinBox()
        self.threshold.setSingleStep(0.05)
        label = QLabel(tr("As ali&ke as"))
        label.setBuddy(self.threshold)
        self.bar.addWidget(label)
        self.bar.addWidget(self.threshold)
        self.rotations = QCheckBox(tr("Tur&ned, too"))
        self.bar.addWidget(self.rotations)
        self.find_button = self.button(tr("&Find similar"), "F5", self.run_again)
        self.button(tr("Cancel"), "Esc", self.cancel)
        self.action = action_box(("trash", "move-to", "delete"))
        self.bar.addWidget(self.action)
        self.plan_button = self.button(tr("&Plan…"), "Ctrl+P", self.plan)
        self.keep = KeepRules()
        self.column.addWidget(self.keep)
        self.compare = Compare(desk)
        self.view.row_changed.connect(self._compare)
        self.empty.setText(tr("Add a folder above, then look for similar files: F5."))
        self.planner = Planner(self)
        self.finish_layout()
        self.column.insertWidget(self.column.count() - 2, self.compare, 1)
        self.compare.hide()
        self._set_least()

    def _set_least(self, _index: object = None) -> None:
        pictures = self.what.currentData()
        self.threshold.setRange(0.7 if pictures else 0.05, 1.0)
        self.threshold.setValue(0.9 if pictures else 0.8)
        self.rotations.setEnabled(bool(pictures))

    def likeness(self) -> dict[str, Any]:
        """The keywords that say how alike files are to be."""
        pictures = bool(self.what.currentData())
        return {
            "images": pictures,
            "rotations": pictures and self.rotations.isChecked(),
            "threshold": round(self.threshold.value(), 2),
        }

    def run_again(self) -> None:
        """Look for similar files."""
        roots = self.roots()
        if not roots:
            return
        options: dict[str, Any] = {**self.desk.options(), **self.likeness()}
        looked_into = roots + self.desk.folders.protected()

        def work(control: Control) -> object:
            records = sanchay.similar_pairs(
                looked_into, progress=control.progress, path_bytes=True, **options
            )
            return take(control, records)

        self.begin(self.desk.job("similar", work, options))

    def job_done(self, answer: Any) -> None:
        """Say how many there are."""
        summary: sanchay.SimilarSummary = answer.summary
        said = tr("Groups: {0}; similar files: {1} of {2} that were compared.").format(
            words.number(summary.groups),
            words.number(summary.similar_files),
            words.number(summary.compared),
        )
        self.say(f"{said} {self.failure_text()}".strip())
        if self.model.rowCount():
            self.view.go_to(0)

    def _compare(self, row: int) -> None:
        self.compare.setVisible(row >= 0)
        if row >= 0:
            pictures = bool(self.what.currentData())
            one, other = self.model.path(row), self.model.path(row, "other")
            self.compare.show_pair(one, other, pictures)

    def cancel(self) -> None:
        """End what goes on."""
        super().cancel()
        self.planner.cancel()

    def plan(self) -> None:
        """Decide which files stay, and show what becomes of the others."""
        roots = self.roots()
        action = self.action.currentData()
        if not roots:
            return
        into = None
        if action == "move-to":
            into = QFileDialog.getExistingDirectory(self, tr("Move to"))
            if not into:
                return
        options: dict[str, Any] = {**self.desk.options(), **self.likeness()}
        rules, protected = list(self.keep.rules), self.desk.folders.protected()

        def make(control: Control) -> sanchay.BatchPlan:
            return sanchay.dedupe_similar(
                roots,
                action,
                keep=rules,
                into=into,
                reference=protected,
                on_conflict="skip",
                progress=control.progress,
                **options,
            )

        self.planner.plan(make, {**options, "action": action}, action == "delete")
