"""Summary: a map of folders, charts of types, ages and sizes, and the numbers."""

from __future__ import annotations

from base64 import b64decode
from datetime import datetime, timezone
from os import fsdecode
from typing import Any

import sanchay
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QLabel, QWidget

from sanchay_desktop import words
from sanchay_desktop.chart import Chart
from sanchay_desktop.page import Page
from sanchay_desktop.table import ArrowModel
from sanchay_desktop.table_view import TableView
from sanchay_desktop.titles import title
from sanchay_desktop.treemap import AGES, Node, TreeMap, build
from sanchay_desktop.widgets import Flow, column, holder, plain, row
from sanchay_desktop.words import mark, tr

#: How deep the map goes, and how long lists are.
_DEPTH = 5
_TOP = 200
#: How wide a chart is at least, in pixels.
_NARROW = 280


class Part(QWidget):
    """A table, with a chart beside it if it has a title."""

    def __init__(self, view: TableView, model: ArrowModel, charted: str) -> None:
        super().__init__()
        self.view, self.model, self.charted = view, model, charted
        self.chart = Chart() if charted else None
        # They stand below each other where there is no room for both.
        self._layout = row(view, *([self.chart] if self.chart else []))
        self.setLayout(self._layout)

    def resizeEvent(self, event: QResizeEvent) -> None:
        ways = QBoxLayout.Direction
        wide = event.size().width() > 2 * _NARROW
        self._layout.setDirection(ways.LeftToRight if wide else ways.TopToBottom)

    def show_rows(self, rows: list[dict[str, Any]]) -> None:
        self.view.no_order()
        self.model.show(rows)
        if self.chart is not None:
            key = self.model.columns[0].key
            self.chart.show_bars(self.charted, [(it[key], it["size"]) for it in rows])


class SummaryPage(Page):
    """What trees consist of."""

    title = mark("Summary")
    about = mark("What takes the space: by folder, type, age and size.")
    empty = mark("Add a folder above, then sum it up: F5.")
    run_text = mark("&Sum up")
    kinds = ("summary",)
    columns = ("path", "size", "files")
    all_folders = True
    engine = sanchay.summary

    def build(self) -> None:
        self.found: sanchay.TreeSummary | None = None
        self.map = TreeMap()
        self.where = plain()
        self.map.at_changed.connect(
            lambda node: self.where.setText(self.map.words_of(node) if node else "")
        )
        mapped = holder(column(self.map, self.where, _legend()))
        tabs = self.add_tabs("", (mapped, tr("Map")))
        self.parts: dict[str, Part] = {}
        for key, name, first, last, charted in (
            ("folders", tr("Folders"), "path", "files", ""),
            ("types", tr("Types"), "type", "files", tr("Bytes by type")),
            ("ages", tr("Ages"), "age", "files", tr("Bytes by age")),
            ("sizes", tr("Sizes"), "class", "files", tr("Bytes by size of files")),
            ("largest", tr("Largest"), "path", "modified", ""),
        ):
            model = ArrowModel(first, "size", last)
            self.parts[key] = part = Part(self.table(name, model), model, charted)
            tabs.addTab(part, name)

    def keywords(self) -> dict[str, Any]:
        return {"depth": _DEPTH, "top": _TOP}

    def shown_table(self) -> TableView:
        """The table that is in sight; of the map, its folders."""
        part = self.tabs.currentWidget() if self.tabs else None
        return (part if isinstance(part, Part) else self.parts["folders"]).view

    def is_empty(self) -> bool:
        return self.found is None

    def told(self, answer: sanchay.TreeSummary) -> str:
        self.found = answer
        now = _moment(answer["now"])
        folders = [
            Node(
                _path(it),
                it["bytes"],
                it["files"],
                (now - _moment(it["newest"])) / 86_400e9 if it["newest"] else 1e9,
                it["depth"],
            )
            for it in answer["folders"]
        ]
        types = [
            (words.shown(_path(it, "extension")) or tr("none"), it)
            for it in answer["extensions"]
        ]
        ages = [(title("age", it["age"]), it) for it in answer["ages"]]
        sizes = [(_class_title(it), it) for it in answer["sizes"]]
        largest = [
            {**words.named(_path(it)), **it, "modified": _time(it["modified"])}
            for it in answer["largest"]
        ]
        listed = [
            {**words.named(it.path), "size": it.size, "files": it.files}
            for it in folders
        ]
        self.parts["folders"].show_rows(listed)
        self.parts["largest"].show_rows(largest)
        for key, rows in (("types", types), ("ages", ages), ("sizes", sizes)):
            part = self.parts[key]
            first = part.model.columns[0].key
            part.show_rows(
                [{**it, first: name, "size": it["bytes"]} for name, it in rows]
            )
        self.map.show_tree(build(folders) if folders else None)
        return tr("Files: {0}, {1}, in folders: {2}.").format(
            words.number(answer["files"]),
            words.size(answer["bytes"]),
            words.number(answer["directories"]),
        )


def _legend() -> Flow:
    legend = Flow(QLabel(tr("Newest file:")))
    titles = (tr("a week"), tr("a month"), tr("a year"), tr("five years"), tr("older"))
    for (_, colour), text in zip(AGES, titles):
        patch = QLabel()
        patch.setFixedSize(14, 14)
        patch.setStyleSheet(f"background: {colour}")
        legend.addWidget(holder(row(patch, QLabel(text))))
    return legend


def _path(found: dict[str, Any], name: str = "path") -> str:
    """A name of a summary, whatever its bytes are."""
    raw = found.get(f"{name}_base64")
    return str(found.get(name) or "") if raw is None else fsdecode(b64decode(raw))


def _moment(text: str) -> int:
    """Nanoseconds since 1970 of a time as a summary has it."""
    seconds, _, fraction = text.rstrip("Z").partition(".")
    moment = datetime.fromisoformat(seconds).replace(tzinfo=timezone.utc)
    return int(moment.timestamp()) * 1_000_000_000 + int(f"{fraction:0<9.9}")


def _time(text: str) -> int | None:
    """The same, if a table can have it: up to the year 2262."""
    moment = _moment(text)
    return moment if abs(moment) < 1 << 63 else None


def _class_title(found: dict[str, Any]) -> str:
    if found["below"] is None:
        return tr("from {0}").format(words.size(found["from"]))
    if found["below"] == 1:
        return tr("empty")
    return f"{words.size(found['from'])} – {words.size(found['below'])}"
