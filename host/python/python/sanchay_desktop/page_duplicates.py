"""Duplicates: groups of equal files, and the folders that have these."""

from __future__ import annotations

from typing import Any

import sanchay

from sanchay_desktop import words
from sanchay_desktop.folder_pairs import folder_pairs
from sanchay_desktop.planning import ChoosingPage
from sanchay_desktop.table import ArrowModel
from sanchay_desktop.widgets import action, check
from sanchay_desktop.words import mark, tr


class DuplicatesPage(ChoosingPage):
    """Which files are the same."""

    title = mark("Duplicates")
    about = mark(
        "Files with equal content. One of every group stays, always; those in"
        " protected folders stay, too."
    )
    empty = mark("Add a folder above, then find its duplicates: F5.")
    run_text = mark("&Find duplicates")
    kinds = ("duplicates",)
    columns = ("group", "path", "size", "reclaimable", "mark")
    has_details = True
    offered = ("trash", "hardlink", "reflink", "symlink", "move-to", "delete")
    engine = sanchay.duplicates
    planner = sanchay.dedupe

    def build(self) -> None:
        self.whole = check(tr("Identical folders as &one"))
        self.bar.addWidget(self.whole)
        super().build()
        self.model.group_by = "group"
        self.model.mark = self._mark
        action(self.view, tr("Keep this file, or not"), "K", self.keep_selected)
        keys = ("path", "other", "same", "size", "only_here", "only_there", "mark")
        self.pairs = ArrowModel(*keys)
        self.pairs.mark = _pair_mark
        self.pair_view = self.table(tr("Folder pairs"), self.pairs)
        self.add_tabs(tr("Groups"), (self.pair_view, tr("Folder pairs")))

    def _mark(self, row: dict[str, Any]) -> str:
        if row.get("role") == "reference":
            return tr("protected: stays")
        if row["path"] in self.kept:
            return tr("stays, by hand")
        if row.get("kind") == "directory":
            return tr("a folder, files: {0}").format(words.number(row["file_count"]))
        return ""

    def keep_selected(self) -> None:
        """Have the selected files stay, or leave them to the rules again."""
        self.kept ^= {it["path"] for it in self.view.selected_rows()}
        self.model.refresh()

    def keywords(self) -> dict[str, Any]:
        protected = self.desk.folders.protected()
        found = {"reference": protected, **self.chosen()}
        return {**super().keywords(), **self.catalog(), **found}

    def chosen(self) -> dict[str, Any]:
        return {"folders": self.whole.isChecked()}

    def restore(self, options: dict[str, Any]) -> None:
        super().restore(options)
        self.whole.setChecked(bool(options.get("folders")))

    def catalog(self) -> dict[str, Any]:
        return {"catalog": self.desk.catalog()}

    def clear(self) -> None:
        super().clear()
        self.kept.clear()
        self.pairs.clear()

    def told(self, answer: Any) -> str:
        summary: sanchay.DuplicateSummary = answer.summary
        if not summary.groups:
            files = words.number(summary.files)
            return tr("There are no duplicates among {0} files.").format(files)
        table = self.model.table()
        self.follow(lambda job: folder_pairs(table, job.cancelled), self.pairs.show)
        said = tr("Groups: {0}; files that could go: {1}, which frees {2}.").format(
            words.number(summary.groups),
            words.number(summary.redundant_files),
            words.size(summary.reclaimable),
        )
        if summary.folder_groups and set(self.options()) != {"hidden"}:
            # As the program says.
            said += " " + tr(
                "Folders are identical as far as the filters go: what they leave"
                " out, such as hidden files, was not compared."
            )
        return said


def _pair_mark(row: dict[str, Any]) -> str:
    return "" if row["only_here"] or row["only_there"] else tr("the same files")
