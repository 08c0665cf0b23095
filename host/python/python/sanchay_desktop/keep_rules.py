"""The rules by which one file of a group stays, in their order."""

from __future__ import annotations

import os
import re

from PySide6.QtWidgets import (
    QComboBox,
    QGridLayout,
    QInputDialog,
    QLabel,
    QListWidget,
    QPushButton,
    QWidget,
)

from sanchay_desktop import words
from sanchay_desktop.words import tr

__all__ = ["KeepRules", "exactly"]

_SIMPLE = (
    "oldest",
    "newest",
    "largest",
    "smallest",
    "shortest-path",
    "longest-path",
    "first-root",
)


def exactly(paths: list[str]) -> str:
    """A rule that prefers these paths, whatever the bytes of their names."""
    either = "|".join(_literal(os.path.abspath(it)) for it in paths)
    return f"regex:^(?:{either})$"


def _literal(path: str) -> str:
    found = []
    for character in path:
        if re.fullmatch(r"[A-Za-z0-9_/]", character):
            found.append(character)
        elif "\udc80" <= character <= "\udcff":
            found.append(f"(?-u:\\x{ord(character) - 0xDC00:02X})")
        else:
            found.append(f"\\x{{{ord(character):X}}}")
    return "".join(found)


def _title(rule: str) -> str:
    titles = {
        "oldest": tr("the oldest"),
        "newest": tr("the newest"),
        "largest": tr("the largest"),
        "smallest": tr("the smallest"),
        "shortest-path": tr("the shortest path"),
        "longest-path": tr("the longest path"),
        "first-root": tr("in the first folder"),
    }
    if rule in titles:
        return titles[rule]
    kind, _, rest = rule.partition(":")
    if kind == "under":
        return tr("beneath {0}").format(words.shown(rest))
    return tr("path matches {0}").format(words.shown(rest))


class KeepRules(QWidget):
    """Rules that are added, removed and moved."""

    def __init__(self) -> None:
        super().__init__()
        self.rules: list[str] = []
        self.choice = QComboBox()
        self.choice.setAccessibleName(tr("Rule to add"))
        for rule in _SIMPLE:
            self.choice.addItem(_title(rule), rule)
        self.choice.addItem(tr("beneath a folder…"), "under")
        self.choice.addItem(tr("path matches…"), "regex")
        add = QPushButton(tr("Add &rule"))
        add.clicked.connect(self._add_chosen)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Which file stays"))
        self.list.setMaximumHeight(70)
        first = QPushButton(tr("First"))
        first.clicked.connect(self._make_first)
        remove = QPushButton(tr("Remove rule"))
        remove.clicked.connect(self._remove)
        label = QLabel(tr("Which file stays"))
        label.setBuddy(self.list)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(label, 0, 0)
        grid.addWidget(self.list, 0, 1, 2, 1)
        grid.addWidget(self.choice, 0, 2)
        grid.addWidget(add, 0, 3)
        grid.addWidget(first, 1, 2)
        grid.addWidget(remove, 1, 3)
        grid.setColumnStretch(1, 1)

    def add(self, rule: str) -> None:
        """Add a rule, as the engine spells it."""
        if rule not in self.rules:
            self.rules.append(rule)
            self._show(len(self.rules) - 1)

    def _add_chosen(self) -> None:
        rule = str(self.choice.currentData())
        if rule in ("under", "regex"):
            asked = tr("Folder:") if rule == "under" else tr("Regular expression:")
            text, wanted = QInputDialog.getText(self, tr("Add rule"), asked)
            if not wanted or not text:
                return
            rule = f"{rule}:{text}"
        self.add(rule)

    def _make_first(self) -> None:
        row = self.list.currentRow()
        if row > 0:
            self.rules.insert(0, self.rules.pop(row))
            self._show(0)

    def _remove(self) -> None:
        row = self.list.currentRow()
        if row >= 0:
            del self.rules[row]
            self._show(min(row, len(self.rules) - 1))

    def _show(self, row: int) -> None:
        self.list.clear()
        for number, rule in enumerate(self.rules, 1):
            self.list.addItem(f"{number}. {_title(rule)}")
        self.list.setCurrentRow(row)
