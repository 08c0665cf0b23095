"""Filters: a form for what is common, and an expression for all else."""

from __future__ import annotations

import sanchay

from sanchay_desktop.form import Field, Form
from sanchay_desktop.words import mark

_FIELDS = (
    Field("extension", mark("Extensions"), "list", "jpg, png"),
    Field("min_size", mark("At least"), "word", "1MiB"),
    Field("max_size", mark("At most"), "word", "2GiB"),
    Field("changed_within", mark("Changed within"), "word", "7d"),
    Field("changed_before", mark("Changed before"), "word", "2026-01-31"),
    Field("exclude", mark("Leave out"), "list", "node_modules/, *.tmp"),
    Field("hidden", mark("&Hidden files"), "flag"),
    Field("gitignore", mark("Leave out what &git ignores"), "flag"),
    Field("kind", mark("Kind"), "choice", "kind"),
    Field(
        "where",
        mark("E&xpression"),
        "marked",
        "size > 1GiB and ext in (csv, parquet) and modified within 7d",
    ),
)


class FilterForm(Form):
    """Which files are looked at."""

    def __init__(self) -> None:
        super().__init__(_FIELDS, 150)
        self.where = self.fields["where"]
        self.settled.connect(self.look)

    def look(self) -> bool:
        """Ask the engine whether all of it makes sense; show what does not."""
        self.timer.stop()
        try:
            # A run that nobody takes from does nothing.
            sanchay.scan(".", **self.values())
        except (ValueError, TypeError) as error:
            self.show_mistake(error)
            return False
        self.show_mistake(None)
        return True
