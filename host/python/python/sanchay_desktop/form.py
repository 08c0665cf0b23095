"""A form over the engine's options: what it asks for is declared, field by field.

The engine alone reads what is typed, in its sandbox: here is no second grammar.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Any, Literal, NamedTuple

from PySide6 import QtGui, QtWidgets
from PySide6.QtCore import Qt, QTimer, Signal

from sanchay_desktop import words
from sanchay_desktop.titles import titles
from sanchay_desktop.widgets import (
    Flow,
    check,
    column,
    combo,
    labelled,
    plain,
    row,
    selection,
)
from sanchay_desktop.words import translated


class Field(NamedTuple):
    """What is asked for: the engine's keyword, its label, an example."""

    key: str
    title: str
    #: A word or a list of them is taken without the space around it, text as it is.
    kind: Literal["word", "list", "text", "flag", "choice", "marked"]
    #: Of a choice, what kind of codes it has; the first is the engine's own.
    example: str = ""


def mistake(error: BaseException) -> tuple[str, int, int]:
    """Take the words of an error apart: the message, its column and length."""
    lines = words.error_text(error).split("\n")
    for number, line in enumerate(lines):
        caret = re.fullmatch(r"  ( *)(\^+)", line)
        if caret:
            said = [lines[0], *(it.strip() for it in lines[number + 1 :])]
            said[0] = re.sub(r'^where: ".*": ', "", said[0])
            return "\n".join(said), len(caret[1]), len(caret[2])
    return "\n".join(lines), -1, 0


class MarkedLine(QtWidgets.QPlainTextEdit):
    """A line of text in which the place of a mistake is underlined."""

    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setTabChangesFocus(True)
        self.setLineWrapMode(self.LineWrapMode.NoWrap)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(self.fontMetrics().height() + 14)
        self.place = (-1, 0)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
        else:
            super().keyPressEvent(event)

    def text(self) -> str:
        """The text, as one line."""
        return self.toPlainText().replace("\n", " ")

    def mark(self, at: int, length: int) -> None:
        """Underline a place, counted in characters; -1 is none."""
        self.place = (at, length)
        if at < 0:
            self.setExtraSelections([])
            return
        how = QtGui.QTextCharFormat()
        how.setUnderlineStyle(QtGui.QTextCharFormat.UnderlineStyle.WaveUnderline)
        how.setUnderlineColor(QtGui.QColor("#d33"))
        text = self.text()
        start, end = min(at, len(text) - 1), min(at + max(length, 1), len(text))
        cursor = self.textCursor()
        cursor.setPosition(words.units(text[: max(start, 0)]))
        cursor.setPosition(
            words.units(text[:end]), QtGui.QTextCursor.MoveMode.KeepAnchor
        )
        self.setExtraSelections([selection(cursor, how)])


_Titled = tuple[QtWidgets.QLabel, QtWidgets.QWidget]


class Form(QtWidgets.QWidget):
    """Fields; values() are keywords of the engine's calls."""

    #: Something was typed or ticked.
    changed = Signal()
    #: Nothing was for a moment.
    settled = Signal()
    #: Return was pressed.
    entered = Signal()

    def __init__(self, fields: Sequence[Field], pause: int = 0) -> None:
        super().__init__()
        self._declared = fields
        # However many fields stand beside each other, it can get narrower.
        self.setMinimumWidth(220)
        self.fields: dict[str, Any] = {}
        self._grids: list[tuple[QtWidgets.QGridLayout, list[_Titled]]] = []
        self.error = plain(name="error")
        self.error.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.error.hide()
        self.column = column()
        self.setLayout(self.column)
        for ticked, group in groupby(fields, lambda it: it.kind in ("flag", "choice")):
            made = [(it, self._make(it)) for it in group]
            if ticked:
                flow = Flow()
                for field, widget in made:
                    name = translated(field.title)
                    choice = field.kind == "choice"
                    flow.addWidget(labelled(name, widget) if choice else widget)
                self.column.addLayout(flow)
            else:
                self._add_grid(made)
        self.column.addWidget(self.error)
        self.timer = QTimer(self, singleShot=True, interval=pause)
        self.timer.timeout.connect(self.settled)
        self.changed.connect(self.timer.start)

    def _make(self, field: Field) -> Any:
        name = translated(field.title)
        made: Any
        if field.kind == "flag":
            made = check(name, self.changed)
        elif field.kind == "choice":
            made = combo(name.replace("&", ""), titles(field.example))
            made.currentIndexChanged.connect(self.changed)
        else:
            made = MarkedLine() if field.kind == "marked" else QtWidgets.QLineEdit()
            made.setPlaceholderText(field.example)
            made.setAccessibleName(name.replace("&", ""))
            made.textChanged.connect(self.changed)
            marked = field.kind == "marked"
            (made.entered if marked else made.returnPressed).connect(self.entered)
        self.fields[field.key] = made
        return made

    def _add_grid(self, made: list[tuple[Field, Any]]) -> None:
        parts: list[_Titled] = []
        for field, widget in made:
            label = QtWidgets.QLabel(translated(field.title))
            label.setBuddy(widget)
            if field.kind == "marked":
                self.column.addLayout(row(label, widget))
            else:
                parts.append((label, widget))
        if parts:
            grid = QtWidgets.QGridLayout()
            self.column.addLayout(grid)
            self._grids.append((grid, parts))
            self._reflow(1)

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """Fewer fields stand beside each other where room is short."""
        self._reflow(min(max(event.size().width() // 270, 1), 3))

    def _reflow(self, across: int) -> None:
        for grid, parts in self._grids:
            for number, (label, widget) in enumerate(parts):
                line, place = divmod(number, across)
                grid.addWidget(label, line, 2 * place)
                grid.addWidget(widget, line, 2 * place + 1)

    def values(self) -> dict[str, Any]:
        """What was asked for; what was left empty is not in it."""
        found = {it.key: _value(it, self.fields[it.key]) for it in self._declared}
        return {key: value for key, value in found.items() if value}

    def set_values(self, values: dict[str, Any]) -> None:
        """Show values that were kept."""
        for field in self._declared:
            widget, value = self.fields[field.key], values.get(field.key, "")
            if isinstance(widget, QtWidgets.QCheckBox):
                widget.setChecked(bool(value))
            elif isinstance(widget, QtWidgets.QComboBox):
                widget.setCurrentIndex(max(widget.findData(value), 0))
            else:
                text = ", ".join(value) if isinstance(value, list) else str(value)
                marked = field.kind == "marked"
                (widget.setPlainText if marked else widget.setText)(text)

    def show_mistake(self, error: BaseException | None) -> None:
        """Show what is wrong where it is, or that nothing is."""
        said, at, length = mistake(error) if error else ("", -1, 0)
        keyword, _, rest = said.partition(":")
        for field in self._declared:
            widget = self.fields[field.key]
            if field.kind == "marked":
                widget.mark(at, length)
                continue
            wrong = field.key == keyword
            if wrong:
                said = f"{widget.accessibleName()}:{rest}"
            widget.setProperty("wrong", wrong)
            widget.style().polish(widget)
        self.error.setText(said)
        self.error.setVisible(bool(said))


def _value(field: Field, widget: Any) -> Any:
    if field.kind == "flag":
        return widget.isChecked()
    if field.kind == "choice":
        return widget.currentData() if widget.currentIndex() > 0 else None
    text: str = widget.text()
    if field.kind == "list":
        return [it.strip() for it in text.split(",") if it.strip()]
    return text.strip() if field.kind == "word" else text * bool(text.strip())
