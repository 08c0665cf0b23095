"""Summary: a map of folders, charts of types, ages and sizes, and the numbers."""

from __future__ import annotations

from base64 import b64decode
from datetime import datetime, timezone
from os import fsdecode
from typing import Any

import pyarrow as pa
import sanchay
from PySide6.QtCharts import (
    QBarCategoryAxis,
    QBarSet,
    QChart,
    QChartView,
    QHorizontalBarSeries,
    QValueAxis,
)
from PySide6.QtCore import QMargins, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHBoxLayout, QLabel, QTabWidget, QVBoxLayout, QWidget

from sanchay_desktop import words
from sanchay_desktop.desk import Desk
from sanchay_desktop.jobs import Control
from sanchay_desktop.page import TablePage, plain
from sanchay_desktop.table import ArrowModel, Column
from sanchay_desktop.table_view import TableView
from sanchay_desktop.treemap import AGES, Folder, Node, TreeMap, build
from sanchay_desktop.words import tr

__all__ = ["SummaryPage"]

#: How deep the map goes, how long lists are, how many bars a chart has.
_DEPTH = 5
_TOP = 200
_BARS = 10


def _path(found: dict[str, Any], name: str = "path") -> str | None:
    """A name of a summary, whatever its bytes are."""
    raw = found.get(f"{name}_base64")
    if raw is not None:
        return fsdecode(b64decode(raw))
    value = found.get(name)
    return None if value is None else str(value)


class Chart(QChartView):
    """Bars with a sentence for screen readers."""

    def __init__(self) -> None:
        super().__init__()
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.chart().legend().hide()
        self.chart().setMargins(QMargins(4, 4, 4, 4))
        self.chart().setAnimationOptions(QChart.AnimationOption.NoAnimation)

    def show_bars(self, title: str, bars: list[tuple[str, int]]) -> None:
        """Show names and bytes, the first at the top."""
        chart = self.chart()
        chart.removeAllSeries()
        for axis in chart.axes():
            chart.removeAxis(axis)
        dark = self.palette().window().color().lightnessF() < 0.5
        themes = QChart.ChartTheme
        chart.setTheme(themes.ChartThemeDark if dark else themes.ChartThemeLight)
        chart.setTitle(title)
        scale, unit = _unit(max((it for _, it in bars), default=0))
        values = QBarSet(title)
        values.setColor(QColor("#3c8fa6"))
        for _, amount in reversed(bars):
            values.append(amount / scale)
        series = QHorizontalBarSeries()
        series.append(values)
        chart.addSeries(series)
        names = QBarCategoryAxis()
        # Two bars of one name would be one.
        names.append(
            [name + "\u200b" * at for at, (name, _) in enumerate(reversed(bars))]
        )
        numbers = QValueAxis()
        numbers.setTitleText(unit)
        numbers.setLabelFormat("%.4g")
        numbers.setMin(0)
        chart.addAxis(names, Qt.AlignmentFlag.AlignLeft)
        chart.addAxis(numbers, Qt.AlignmentFlag.AlignBottom)
        series.attachAxis(names)
        series.attachAxis(numbers)
        told = ", ".join(f"{name} {words.size(amount)}" for name, amount in bars)
        self.setAccessibleName(f"{title}: {told}")


def _unit(most: int) -> tuple[float, str]:
    for power, unit in ((4, "TiB"), (3, "GiB"), (2, "MiB"), (1, "KiB")):
        if most >= 1 << 10 * power:
            return float(1 << 10 * power), unit
    return 1.0, tr("bytes")


class Part(QWidget):
    """A table, with a chart beside it."""

    def __init__(self, title: str, columns: list[Column], charted: bool) -> None:
        super().__init__()
        self.model = ArrowModel(columns)
        self.view = TableView(title)
        self.view.show_rows(self.model)
        self.chart = Chart() if charted else None
        row = QHBoxLayout(self)
        row.addWidget(self.view, 1)
        if self.chart is not None:
            row.addWidget(self.chart, 1)

    def show_rows(self, rows: list[dict[str, Any]], schema: pa.Schema) -> None:
        """Show rows of a summary."""
        self.model.clear()
        self.view.no_order()
        if rows:
            self.model.append([pa.RecordBatch.from_pylist(rows, schema)])


class SummaryPage(TablePage):
    """What trees consist of."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(
            desk,
            tr("Summary"),
            tr("What takes the space: by folder, type, age and size."),
            [],
        )
        self.sum_button = self.button(tr("&Sum up"), "F5", self.run_again)
        self.button(tr("Cancel"), "Esc", self.cancel)
        self.found: sanchay.TreeSummary | None = None
        self.map = TreeMap()
        self.where = plain()
        self.map.at_changed.connect(self._show_words)
        self.tabs = QTabWidget()
        mapped = QWidget()
        column = QVBoxLayout(mapped)
        column.addWidget(self.map, 1)
        column.addWidget(self.where)
        column.addLayout(self._legend())
        self.tabs.addTab(mapped, tr("Map"))
        size, files = (
            Column("size", tr("Size"), "size"),
            Column("files", tr("Files"), "number"),
        )
        self.parts: dict[str, Part] = {}
        for key, title, columns, charted in (
            (
                "folders",
                tr("Folders"),
                [Column("path", tr("Path"), "path"), size, files],
                False,
            ),
            (
                "types",
                tr("Types"),
                [Column("name", tr("Type"), "long"), size, files],
                True,
            ),
            (
                "ages",
                tr("Ages"),
                [Column("name", tr("Age"), "long"), size, files],
                True,
            ),
            (
                "sizes",
                tr("Sizes"),
                [Column("name", tr("Size of files"), "long"), size, files],
                True,
            ),
            (
                "largest",
                tr("Largest"),
                [
                    Column("path", tr("Path"), "path"),
                    size,
                    Column("modified", tr("Modified"), "time"),
                ],
                False,
            ),
        ):
            part = Part(title, columns, charted)
            part.view.run = desk.run_quietly
            self.parts[key] = part
            self.tabs.addTab(part, title)
        self.stack.addWidget(self.tabs)
        self.empty.setText(tr("Add a folder above, then sum it up: F5."))
        self.finish_layout()

    def _legend(self) -> QHBoxLayout:
        row = QHBoxLayout()
        titles = (
            tr("a week"),
            tr("a month"),
            tr("a year"),
            tr("five years"),
            tr("older"),
        )
        row.addWidget(plain(tr("Newest file:")))
        for (_, colour), title in zip(AGES, titles):
            patch = QLabel()
            patch.setFixedSize(14, 14)
            patch.setStyleSheet(f"background: {colour}")
            row.addWidget(patch)
            row.addWidget(plain(title))
        row.addStretch(1)
        return row

    def run_again(self) -> None:
        """Sum up."""
        roots = self.roots()
        if not roots:
            return
        options: dict[str, Any] = self.desk.options()

        def work(control: Control) -> object:
            return sanchay.summary(
                roots, depth=_DEPTH, top=_TOP, progress=control.progress, **options
            )

        self.begin(self.desk.job("summary", work, options))
        self.stack.setCurrentWidget(self.tabs)

    def job_done(self, answer: sanchay.TreeSummary) -> None:
        """Show it."""
        self.found = answer
        folders = [
            Folder(
                _path(it) or "",
                it["bytes"],
                it["files"],
                _age(it, answer["now"]),
                it["depth"],
            )
            for it in answer["folders"]
        ]
        self.map.show_tree(build(folders) if folders else None)
        self._show_parts(answer, folders)
        said = tr("Files: {0}, {1}, in folders: {2}.").format(
            words.number(answer["files"]),
            words.size(answer["bytes"]),
            words.number(answer["directories"]),
        )
        self.say(f"{said} {self.failure_text()}".strip())

    def _show_parts(self, found: dict[str, Any], folders: list[Folder]) -> None:
        named = pa.schema(
            [("name", pa.string()), ("size", pa.uint64()), ("files", pa.uint64())]
        )
        placed = pa.schema(
            [
                ("path", pa.string()),
                ("path_bytes", pa.binary()),
                ("size", pa.uint64()),
                ("files", pa.uint64()),
                ("modified", pa.timestamp("ns", "UTC")),
            ]
        )
        self.parts["folders"].show_rows(
            [{**_named(it.path), "size": it.size, "files": it.files} for it in folders],
            placed,
        )
        self.parts["largest"].show_rows(
            [
                {
                    **_named(_path(it) or ""),
                    "size": it["size"],
                    "modified": _moment(it["modified"]),
                }
                for it in found["largest"]
            ],
            placed,
        )
        types = [
            (words.shown(_path(it, "extension")) or tr("none"), it)
            for it in found["extensions"]
        ]
        ages = [(_age_title(it["age"]), it) for it in found["ages"]]
        sizes = [(_class_title(it), it) for it in found["sizes"]]
        for key, title, rows in (
            ("types", tr("Bytes by type"), types),
            ("ages", tr("Bytes by age"), ages),
            ("sizes", tr("Bytes by size of files"), sizes),
        ):
            part = self.parts[key]
            part.show_rows(
                [
                    {"name": name, "size": it["bytes"], "files": it["files"]}
                    for name, it in rows
                ],
                named,
            )
            if part.chart is not None:
                part.chart.show_bars(
                    title, [(name, it["bytes"]) for name, it in rows[:_BARS]]
                )

    def _show_words(self, node: Node | None) -> None:
        self.where.setText(self.map.words_of(node) if node else "")

    def ask_export(self) -> None:
        """Export the table that is in sight; of the map, its folders."""
        part = self.tabs.currentWidget()
        self.model = (
            part.model if isinstance(part, Part) else self.parts["folders"].model
        )
        super().ask_export()

    def _show_emptiness(self) -> None:
        if self.found is None:
            self.empty.setText(self.status.text())
            self.stack.setCurrentWidget(self.empty)


def _named(path: str) -> dict[str, Any]:
    try:
        path.encode()
    except UnicodeEncodeError:
        return {"path": None, "path_bytes": path.encode("utf-8", "surrogateescape")}
    return {"path": path}


def _moment(text: str) -> int:
    """Nanoseconds since 1970 of a time as a summary has it."""
    seconds, _, fraction = text.rstrip("Z").partition(".")
    moment = datetime.fromisoformat(seconds).replace(tzinfo=timezone.utc)
    return int(moment.timestamp()) * 1_000_000_000 + int(
        fraction.ljust(9, "0")[:9] or 0
    )


def _age(folder: dict[str, Any], now: str) -> float:
    newest = folder.get("newest")
    if not newest:
        return float("inf")
    return (_moment(now) - _moment(newest)) / 86_400e9


def _age_title(age: str) -> str:
    titles = {
        "future": tr("in the future"),
        "day": tr("a day"),
        "week": tr("a week"),
        "month": tr("a month"),
        "year": tr("a year"),
        "five-years": tr("five years"),
        "older": tr("older"),
    }
    return titles.get(age, age)


def _class_title(found: dict[str, Any]) -> str:
    if found["below"] is None:
        return tr("from {0}").format(words.size(found["from"]))
    if found["below"] == 1:
        return tr("empty")
    return f"{words.size(found['from'])} – {words.size(found['below'])}"
