"""Files: a scan as a table."""

from __future__ import annotations

from typing import Any

import sanchay

from sanchay_desktop import words
from sanchay_desktop.page import Page
from sanchay_desktop.words import mark, tr


class FilesPage(Page):
    """Which files are there."""

    title = mark("Files")
    about = mark("What is in the folders. A click on a heading sorts.")
    empty = mark("Add a folder above, then scan it: F5.")
    run_text = mark("&Scan")
    kinds = ("scan",)
    columns = ("path", "size", "modified")
    has_details = all_folders = True
    engine = sanchay.scan

    def told(self, answer: Any) -> str:
        summary: sanchay.Summary = answer.summary
        return tr("Files: {0}, {1}, in folders: {2}. In memory: {3}.").format(
            words.number(summary.files),
            words.size(summary.bytes),
            words.number(summary.directories),
            words.size(self.model.memory()),
        )
