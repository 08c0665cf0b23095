"""Duplicates: groups of equal files, rules of keeping, the way to the plan."""

from __future__ import annotations

from typing import Any

import sanchay
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QComboBox, QFileDialog, QLabel

from sanchay_desktop import words
from sanchay_desktop.desk import Desk
from sanchay_desktop.details import Details
from sanchay_desktop.jobs import Control, take
from sanchay_desktop.keep_rules import KeepRules, exactly
from sanchay_desktop.page import TablePage
from sanchay_desktop.planning import Planner
from sanchay_desktop.table import Column
from sanchay_desktop.words import tr

__all__ = ["DuplicatesPage", "action_box"]


def action_box(actions: tuple[str, ...]) -> QComboBox:
    """What becomes of files that make way, to choose from."""
    titles = {
        "trash": tr("move to the trash"),
        "hardlink": tr("replace by hard links"),
        "reflink": tr("share blocks (reflink)"),
        "symlink": tr("replace by symbolic links"),
        "move-to": tr("move to a folder…"),
        "delete": tr("delete for good"),
    }
    box = QComboBox()
    box.setAccessibleName(tr("What becomes of the others"))
    for action in actions:
        box.addItem(titles[action], action)
    return box


class DuplicatesPage(TablePage):
    """Which files are the same."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            tr("Duplicates"),
            tr(
                "Files with equal content. One of every group stays, always; those in"
                " protected folders stay, too."
            ),
            [
                Column("group", tr("Group"), "number"),
                Column("path", tr("Path"), "path"),
                Column("size", tr("Size"), "size"),
                Column("reclaimable", tr("Reclaimable"), "size"),
            ],
        )
        #: Files that stay because somebody said so.
        self.kept: set[str] = set()
        self.model.group_by = "group"
        self.model.mark = self._mark
        self.view.show_rows(self.model)
        self.find_button = self.button(tr("&Find duplicates"), "F5", self.run_again)
        self.button(tr("Cancel"), "Esc", self.cancel)
        self.action = action_box(
            ("trash", "hardlink", "reflink", "symlink", "move-to", "delete")
        )
        label = QLabel(tr("The o&thers:"))
        label.setBuddy(self.action)
        self.bar.addWidget(label)
        self.bar.addWidget(self.action)
        self.plan_button = self.button(tr("&Plan…"), "Ctrl+P", self.plan)
        self.keep = KeepRules()
        self.column.addWidget(self.keep)
        keep = QAction(tr("Keep this file, or not"), self)
        keep.setShortcut(QKeySequence("K"))
        keep.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        keep.triggered.connect(self.keep_selected)
        self.view.addAction(keep)
        self.empty.setText(tr("Add a folder above, then find its duplicates: F5."))
        self.details = Details(desk)
        self.view.row_changed.connect(self._show_details)
        self.planner = Planner(self)
        self.finish_layout(self.details)

    def _show_details(self, row: int) -> None:
        self.details.show_row(self.model.row(row) if row >= 0 else None)

    def _mark(self, row: dict[str, Any]) -> str:
        if row.get("role") == "reference":
            return tr("protected: stays")
        return tr("stays, by hand") if row["path"] in self.kept else ""

    def keep_selected(self) -> None:
        """Have the selected files stay, or leave them to the rules again."""
        for path in self.view.selected_paths():
            self.kept ^= {path}
        self.model.refresh_marks()

    def run_again(self) -> None:
        """Find duplicates."""
        roots = self.roots()
        if not roots:
            return
        options: dict[str, Any] = self.desk.options()
        protected = self.desk.folders.protected()
        catalog = self.desk.catalog()
        self.kept.clear()

        def work(control: Control) -> object:
            records = sanchay.duplicates(
                roots,
                reference=protected,
                catalog=catalog,
                progress=control.progress,
                path_bytes=True,
                **options,
            )
            return take(control, records)

        self.begin(self.desk.job("duplicates", work, options))

    def job_done(self, answer: Any) -> None:
        """Say what could be freed."""
        summary: sanchay.DuplicateSummary = answer.summary
        said = tr("Groups: {0}; files that could go: {1}, which frees {2}.").format(
            words.number(summary.groups),
            words.number(summary.redundant_files),
            words.size(summary.reclaimable),
        )
        if not summary.groups:
            said = tr("There are no duplicates among {0} files.").format(
                words.number(summary.files)
            )
        self.say(f"{said} {self.failure_text()}".strip())

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
        kept = sorted(self.kept)
        # By hand comes before the rules.
        rules = [*([exactly(kept)] if kept else []), *self.keep.rules]
        options: dict[str, Any] = self.desk.options()
        protected = self.desk.folders.protected()
        catalog = self.desk.catalog()

        def make(control: Control) -> sanchay.BatchPlan:
            plan = sanchay.dedupe(
                roots,
                action,
                keep=rules,
                into=into,
                reference=protected,
                catalog=catalog,
                on_conflict="skip",
                progress=control.progress,
                **options,
            )
            if kept:
                # Of several that were marked in a group, all stay.
                stay = frozenset(kept)
                plan.retain(lambda step: step.from_path not in stay)
            return plan

        self.planner.plan(make, {**options, "action": action}, action == "delete")
