"""Files: a scan as a table."""

from __future__ import annotations

from typing import Any

import sanchay

from sanchay_desktop import words
from sanchay_desktop.desk import Desk
from sanchay_desktop.details import Details
from sanchay_desktop.jobs import Control, take
from sanchay_desktop.page import TablePage
from sanchay_desktop.table import Column
from sanchay_desktop.words import tr

__all__ = ["FilesPage"]


class FilesPage(TablePage):
    """Which files are there."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            tr("Files"),
            tr("What is in the folders. A click on a heading sorts."),
            [
                Column("path", tr("Path"), "path"),
                Column("size", tr("Size"), "size"),
                Column("modified", tr("Modified"), "time"),
            ],
        )
        self.scan_button = self.button(tr("&Scan"), "F5", self.run_again)
        self.button(tr("Cancel"), "Esc", self.cancel)
        self.empty.setText(tr("Add a folder above, then scan it: F5."))
        self.details = Details(desk)
        self.view.row_changed.connect(self._show_details)
        self.finish_layout(self.details)

    def run_again(self) -> None:
        """Scan."""
        roots = self.roots()
        if not roots:
            return
        options: dict[str, Any] = self.desk.options()

        def work(control: Control) -> object:
            records = sanchay.scan(
                roots, progress=control.progress, path_bytes=True, **options
            )
            return take(control, records)

        self.begin(self.desk.job("scan", work, options))

    def job_done(self, answer: Any) -> None:
        """Say how much there is."""
        summary: sanchay.Summary = answer.summary
        said = tr("Files: {0}, {1}, in folders: {2}. In memory: {3}.").format(
            words.number(summary.files),
            words.size(summary.bytes),
            words.number(summary.directories),
            words.size(self.model.memory()),
        )
        self.say(f"{said} {self.failure_text()}".strip())

    def _show_details(self, row: int) -> None:
        self.details.show_row(self.model.row(row) if row >= 0 else None)
