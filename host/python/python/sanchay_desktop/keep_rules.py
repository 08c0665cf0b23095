"""The rules by which one file of a group stays, in their order."""

from __future__ import annotations

from PySide6.QtWidgets import QInputDialog, QListWidget, QWidget

from sanchay_desktop import words
from sanchay_desktop.titles import title, titles
from sanchay_desktop.widgets import Flow, button, column, combo, holder, labelled
from sanchay_desktop.words import tr


def _title(rule: str) -> str:
    kind, _, rest = rule.partition(":")
    if kind == "under":
        return tr("beneath {0}").format(words.shown(rest))
    if kind == "regex":
        return tr("path matches {0}").format(words.shown(rest))
    return title("rule", rule)


class KeepRules(QWidget):
    """Rules that are added, removed and moved."""

    def __init__(self) -> None:
        super().__init__()
        self.rules: list[str] = []
        asked = [("under", tr("beneath a folder…")), ("regex", tr("path matches…"))]
        self.choice = combo(tr("Rule to add"), titles("rule") + asked)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Which file stays"))
        self.list.setFixedHeight(3 * self.fontMetrics().height() + 12)
        tools = Flow(
            labelled(tr("Which file stays"), self.choice),
            button(tr("Add &rule"), self._add_chosen),
            button(tr("First"), self._make_first),
            button(tr("Remove rule"), self._remove),
        )
        self.setLayout(column(holder(tools), self.list))
        self._show(-1)

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
        # While there are none, there is more room for the table.
        self.list.setVisible(bool(self.rules))
