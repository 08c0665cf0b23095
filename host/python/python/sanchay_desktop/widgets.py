"""Widgets as the windows set them up: named, with their keys, laid out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, Union

from PySide6 import QtWidgets
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAction, QTextCharFormat, QTextCursor

_Part = Union[QtWidgets.QWidget, QtWidgets.QLayout, None]
_Box = TypeVar("_Box", bound=QtWidgets.QBoxLayout)


def plain(text: str = "", name: str = "") -> QtWidgets.QLabel:
    """A label that takes nothing for markup: it may show names of files."""
    label = QtWidgets.QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setObjectName(name)
    return label


def button(
    text: str, call: Callable[[], object], name: str = ""
) -> QtWidgets.QPushButton:
    """A button that calls something."""
    made = QtWidgets.QPushButton(text)
    made.setAutoDefault(False)
    made.setAccessibleName(name)
    made.clicked.connect(call)
    return made


def combo(name: str, items: Iterable[tuple[Any, str]]) -> QtWidgets.QComboBox:
    """A box to choose one of some values, each with its title."""
    made = QtWidgets.QComboBox()
    made.setAccessibleName(name)
    # A narrow window cuts what is long; the list below it shows all.
    made.setMinimumContentsLength(6)
    made.setSizeAdjustPolicy(QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToContents)
    for value, text in items:
        made.addItem(text, value)
    return made


def check(text: str, changed: Any = None) -> QtWidgets.QCheckBox:
    made = QtWidgets.QCheckBox(text)
    if changed is not None:
        made.toggled.connect(changed)
    return made


def labelled(text: str, widget: QtWidgets.QWidget) -> QtWidgets.QWidget:
    """A widget with its label, which stay together."""
    label = QtWidgets.QLabel(text)
    label.setBuddy(widget)
    return holder(row(label, widget))


def action(
    owner: QtWidgets.QWidget,
    text: str,
    keys: str,
    call: Callable[[], object],
    context: Qt.ShortcutContext = Qt.ShortcutContext.WidgetShortcut,
) -> QAction:
    """What keys do in a widget, or while it is shown."""
    made = owner.addAction(text, keys, call)
    made.setShortcutContext(context)
    return made


def selection(cursor: QTextCursor, how: QTextCharFormat) -> Any:
    """Text that is shown in another way, without being changed."""
    # Its fields are missing in the types of some versions of PySide6.
    made: Any = QtWidgets.QTextEdit.ExtraSelection()
    made.cursor, made.format = cursor, how
    return made


def _fill(box: _Box, parts: tuple[_Part, ...], margin: int) -> _Box:
    box.setContentsMargins(margin, margin, margin, margin)
    for part in parts:
        if isinstance(part, QtWidgets.QWidget):
            box.addWidget(part)
        elif isinstance(part, QtWidgets.QLayout):
            box.addLayout(part)
        else:
            box.addStretch(1)
    return box


def row(*parts: _Part, margin: int = 0) -> QtWidgets.QHBoxLayout:
    """Beside each other; None takes the room that is left."""
    return _fill(QtWidgets.QHBoxLayout(), parts, margin)


def column(*parts: _Part, margin: int = 0) -> QtWidgets.QVBoxLayout:
    """Below each other."""
    return _fill(QtWidgets.QVBoxLayout(), parts, margin)


def holder(layout: QtWidgets.QLayout) -> QtWidgets.QWidget:
    """A widget for a layout."""
    made = QtWidgets.QWidget()
    made.setLayout(layout)
    return made


class Frugal(QtWidgets.QWidget):
    """Asks for the least height that will do, and for none while it is hidden."""

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return layout.minimumHeightForWidth(width) if layout and self.isVisible() else 0


class Flow(QtWidgets.QLayout):
    """Beside each other, in as many lines as that takes; Qt has none."""

    def __init__(self, *parts: QtWidgets.QWidget) -> None:
        super().__init__()
        self._items: list[QtWidgets.QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)
        for part in parts:
            self.addWidget(part)

    def addItem(self, item: QtWidgets.QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QtWidgets.QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QtWidgets.QLayoutItem | None:  # type: ignore[override]
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), False)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        found = QSize()
        for item in self._items:
            found = found.expandedTo(item.minimumSize())
        return found

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, True)

    def _place(self, room: QRect, move: bool) -> int:
        space = max(self.spacing(), 4)
        x, y, line = room.x(), room.y(), 0
        for item in (it for it in self._items if not it.isEmpty()):
            wide = min(item.sizeHint().width(), room.width())
            tall = item.sizeHint().height()
            if x > room.x() and x + wide > room.right() + 1:
                x, y, line = room.x(), y + line + space, 0
            if move:
                item.setGeometry(QRect(QPoint(x, y), QSize(wide, tall)))
            x, line = x + wide + space, max(line, tall)
        return y + line - room.y()
