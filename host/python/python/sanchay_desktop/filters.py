"""Filters: a form for what is common, and an expression for all else.

The engine alone reads both, in its sandbox, also while one types: here is no
second grammar.
"""

from __future__ import annotations

import re
from typing import Any

import sanchay
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QSyntaxHighlighter,
    QTextCharFormat,
    QTextDocument,
    QTextOption,
)
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QGridLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from sanchay_desktop import words
from sanchay_desktop.words import tr

__all__ = ["ErrorLabel", "FilterForm", "MarkedLine", "mistake"]


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


class _Marker(QSyntaxHighlighter):
    """Underlines the place of a mistake."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self.place = (-1, 0)

    def highlightBlock(self, text: str) -> None:
        """Underline it."""
        at, length = self.place
        if at < 0:
            return
        how = QTextCharFormat()
        how.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        how.setUnderlineColor(QColor("#d33"))
        how.setFontUnderline(True)
        # Qt counts in UTF-16, the engine in characters.
        start = _units(text, min(at, len(text) - 1))
        self.setFormat(max(start, 0), max(_units(text, at + length) - start, 1), how)


def _units(text: str, characters: int) -> int:
    return len(text[: max(characters, 0)].encode("utf-16-le", "surrogatepass")) // 2


class MarkedLine(QPlainTextEdit):
    """A line of text in which the place of a mistake is underlined."""

    entered = Signal()

    def __init__(self, name: str, example: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(example)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setWordWrapMode(QTextOption.WrapMode.NoWrap)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(self.fontMetrics().height() + 14)
        self._marker = _Marker(self.document())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return enters it: it is one line."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.entered.emit()
            return
        super().keyPressEvent(event)

    def text(self) -> str:
        """The text, as one line."""
        return self.toPlainText().replace("\n", " ")

    def mark(self, at: int, length: int) -> None:
        """Underline a place; -1 is none."""
        if self._marker.place != (at, length):
            self._marker.place = (at, length)
            self._marker.rehighlight()


class ErrorLabel(QLabel):
    """What is wrong, where it is; hidden while nothing is."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setObjectName("error")
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.hide()

    def say(self, text: str) -> None:
        """Show a message, or none."""
        self.setText(text)
        self.setVisible(bool(text))


#: The fields of the form: the keyword, its label, an example.
def _fields() -> list[tuple[str, str, str]]:
    return [
        ("extension", tr("Extensions"), "jpg, png"),
        ("min_size", tr("At least"), "1MiB"),
        ("max_size", tr("At most"), "2GiB"),
        ("changed_within", tr("Changed within"), "7d"),
        ("changed_before", tr("Changed before"), "2026-01-31"),
        ("exclude", tr("Leave out"), "node_modules/, *.tmp"),
    ]


class FilterForm(QWidget):
    """Which files are looked at."""

    changed = Signal()
    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        grid = QGridLayout()
        self.fields: dict[str, QLineEdit] = {}
        for number, (keyword, title, example) in enumerate(_fields()):
            field = QLineEdit()
            field.setPlaceholderText(example)
            field.setAccessibleName(title)
            field.textChanged.connect(self._later)
            field.returnPressed.connect(self.entered)
            label = QLabel(title)
            label.setBuddy(field)
            row, place = divmod(number, 3)
            grid.addWidget(label, row, place * 2)
            grid.addWidget(field, row, place * 2 + 1)
            self.fields[keyword] = field
        self.hidden = QCheckBox(tr("&Hidden files"))
        self.gitignore = QCheckBox(tr("Leave out what &git ignores"))
        self.kind = QComboBox()
        self.kind.setAccessibleName(tr("Kind"))
        for kind, title in (
            ("file", tr("Files")),
            ("directory", tr("Folders")),
            ("symlink", tr("Links")),
        ):
            self.kind.addItem(title, kind)
        self.kind.currentIndexChanged.connect(self._later)
        for number, box in enumerate((self.hidden, self.gitignore)):
            box.toggled.connect(self._later)
            grid.addWidget(box, 2, number * 2, 1, 2)
        grid.addWidget(self.kind, 2, 4, 1, 2)
        self.where = MarkedLine(
            tr("Expression"),
            "size > 1GiB and ext in (csv, parquet) and modified within 7d",
        )
        self.where.textChanged.connect(self._later)
        self.where.entered.connect(self.entered)
        self.error = ErrorLabel()
        label = QLabel(tr("E&xpression"))
        label.setBuddy(self.where)
        line = QFormLayout()
        line.addRow(label, self.where)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(grid)
        column.addLayout(line)
        column.addWidget(self.error)
        self._timer = QTimer(self, singleShot=True, interval=150)
        self._timer.timeout.connect(self.look)

    def _later(self, _value: object = None) -> None:
        self._timer.start()

    def options(self) -> dict[str, Any]:
        """The keywords that all calls take."""
        found: dict[str, Any] = {}
        for keyword, field in self.fields.items():
            text = field.text().strip()
            if text and keyword in ("extension", "exclude"):
                found[keyword] = [it.strip() for it in text.split(",") if it.strip()]
            elif text:
                found[keyword] = text
        if self.hidden.isChecked():
            found["hidden"] = True
        if self.gitignore.isChecked():
            found["gitignore"] = True
        if self.kind.currentData() != "file":
            found["kind"] = self.kind.currentData()
        where = self.where.text().strip()
        if where:
            found["where"] = where
        return found

    def set_options(self, options: dict[str, Any]) -> None:
        """Show options that were kept."""
        for keyword, field in self.fields.items():
            value = options.get(keyword, "")
            field.setText(", ".join(value) if isinstance(value, list) else str(value))
        self.hidden.setChecked(bool(options.get("hidden")))
        self.gitignore.setChecked(bool(options.get("gitignore")))
        self.kind.setCurrentIndex(
            max(self.kind.findData(options.get("kind", "file")), 0)
        )
        self.where.setPlainText(str(options.get("where", "")))
        self.look()

    def look(self) -> bool:
        """Ask the engine whether all of it makes sense; show what does not."""
        self._timer.stop()
        text = self.where.text()
        indent = len(text) - len(text.lstrip())
        for field in self.fields.values():
            field.setProperty("wrong", False)
        try:
            # A run that nobody takes from does nothing.
            sanchay.scan(".", **self.options())
        except (ValueError, TypeError) as error:
            said, at, length = mistake(error)
            keyword = said.split(":")[0]
            wrong = self.fields.get(keyword)
            if wrong is not None:
                said = f"{wrong.accessibleName()}{said[len(keyword) :]}"
                wrong.setProperty("wrong", True)
            self.where.mark(at + indent if at >= 0 else -1, length)
            self.error.say(said)
            right = False
        else:
            self.where.mark(-1, 0)
            self.error.say("")
            right = True
        for field in self.fields.values():
            field.style().polish(field)
        self.changed.emit()
        return right
