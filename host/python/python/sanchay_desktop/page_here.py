"""Is it here? Copies of dropped files among those in the folders."""

from __future__ import annotations

import os
from functools import partial
from typing import Any

import pyarrow.compute as pc
import sanchay
from PySide6.QtWidgets import QFileDialog

from sanchay_desktop import words
from sanchay_desktop.desk import Desk
from sanchay_desktop.jobs import Control, take
from sanchay_desktop.page import TablePage
from sanchay_desktop.table import Column
from sanchay_desktop.words import tr

__all__ = ["HerePage"]


class HerePage(TablePage):
    """Whether files are in the folders already."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            tr("Is it here?"),
            tr(
                "Drop files on the window: it says where in the folders the same ones are."
            ),
            [
                Column("group", tr("Group"), "number"),
                Column("path", tr("Path"), "path"),
                Column("size", tr("Size"), "size"),
            ],
        )
        self.model.group_by = "group"
        self.model.mark = self._mark
        self.view.show_rows(self.model)
        self.asked: list[str] = []
        self.choose_button = self.button(
            tr("Choose &files…"), "Ctrl+Shift+O", self._choose
        )
        self.button(tr("Look again"), "F5", self.run_again)
        self.button(tr("Cancel"), "Esc", self.cancel)
        self.empty.setText(tr("Drop files on the window, or choose some."))
        self.finish_layout()

    def _mark(self, row: dict[str, Any]) -> str:
        asked = row.get("role") == "reference"
        return tr("asked about") if asked else tr("here")

    def _choose(self) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self, tr("Choose files"))
        if paths:
            self.ask(paths)

    def ask(self, paths: list[str]) -> None:
        """Look for copies of these."""
        self.asked = [os.path.abspath(it) for it in paths]
        self.run_again()

    def run_again(self) -> None:
        """Look."""
        roots = self.roots()
        if not roots or not self.asked:
            return
        asked = list(self.asked)
        options: dict[str, Any] = {"min_size": 0, **self.desk.options()}
        catalog = self.desk.catalog()

        def work(control: Control) -> object:
            records = sanchay.duplicates(
                roots,
                against=asked,
                catalog=catalog,
                progress=control.progress,
                path_bytes=True,
                **options,
            )
            return take(control, records)

        job = self.desk.job("here", work, options)
        job.finished.connect(partial(self._tell, asked))
        self.begin(job)

    def job_done(self, answer: Any) -> None:
        """Say which are here; what is not here is said by name."""
        self.failures = tuple(answer.errors)

    def _tell(self, asked: list[str], _answer: object) -> None:
        table = self.model.table()
        found: set[str] = set()
        if table.num_rows:
            references = table.filter(pc.equal(table["role"], "reference"))
            found = {
                words.path_of(it["path"], it["path_bytes"])
                for it in references.to_pylist()
            }
        missing = [words.shown(it) for it in asked if it not in found]
        if not missing:
            said = tr("All of them are here.")
        else:
            few = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
            said = tr("Not here: {0} of {1}: {2}").format(
                words.number(len(missing)), words.number(len(asked)), few
            )
        self.say(f"{said} {self.failure_text()}".strip())
        self._show_emptiness()
