"""Is it here? Copies of dropped files among those in the folders."""

from __future__ import annotations

import os
from typing import Any

import sanchay
from PySide6.QtWidgets import QFileDialog

from sanchay_desktop import words
from sanchay_desktop.kernels import pc
from sanchay_desktop.page import Page
from sanchay_desktop.table import paths_of
from sanchay_desktop.words import mark, tr


class HerePage(Page):
    """Whether files are in the folders already."""

    title = mark("Is it here?")
    about = mark(
        "Drop files on the window: it says where in the folders the same ones are."
    )
    empty = mark("Drop files on the window, or choose some.")
    run_text = mark("Look again")
    kinds = ("here",)
    columns = ("group", "path", "size", "mark")
    all_folders = True
    engine = sanchay.duplicates

    def build(self) -> None:
        self.model.group_by = "group"
        self.model.mark = lambda row: (
            tr("asked about") if row.get("role") == "reference" else tr("here")
        )
        self.asked: list[str] = []
        self.button(tr("Choose &files…"), "Ctrl+Shift+O", self._choose)

    def _choose(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self, tr("Choose files"))
        if paths:
            self.ask(paths)

    def ask(self, paths: list[str]) -> None:
        """Look for copies of these."""
        self.asked = [os.path.abspath(it) for it in paths]
        self.run_again()

    def run_again(self) -> None:
        if self.asked:
            super().run_again()
        else:
            self.say(tr("Drop the files on the window that you ask about."))

    def options(self) -> dict[str, Any]:
        # The filters are not asked: whoever asks means all files.
        return {"min_size": 0, "hidden": True}

    def chosen(self) -> dict[str, Any]:
        return {"against": self.asked}

    def restore(self, options: dict[str, Any]) -> None:
        self.asked = list(options.get("against", ()))

    def keywords(self) -> dict[str, Any]:
        # Other names of the files that are asked about count as copies.
        found = {"catalog": self.desk.catalog(), "hardlinks": True}
        return {**super().keywords(), **found, **self.chosen()}

    def _inside(self) -> set[str]:
        """Which of the files are in the folders themselves."""
        roots = [os.path.join(os.path.realpath(it), "") for it in self.roots()]
        return {
            it for it in self.asked if os.path.realpath(it).startswith(tuple(roots))
        }

    def told(self, answer: Any) -> str:
        table, found = self.model.table(), self._inside()
        if table.num_rows:
            table = table.filter(pc.equal(table["role"], "reference"))
            found.update(paths_of(table))
        missing = [words.shown(it) for it in self.asked if it not in found]
        if not missing:
            return tr("All of them are here.")
        return tr("Not here: {0} of {1}: {2}").format(
            words.number(len(missing)),
            words.number(len(self.asked)),
            ", ".join(words.few(missing, 5)),
        )
