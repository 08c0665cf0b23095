"""A map of folders: rectangles as large as what is in them.

It is laid out and drawn once into a picture. What the pointer and the keys are at
is drawn over that, so that nothing is laid out again while one looks around.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from sanchay_desktop import words
from sanchay_desktop.words import tr

__all__ = ["Node", "TreeMap", "build", "squarify"]

#: A rectangle with a shorter side than this is not divided, in pixels.
_LEAST = 2.5
#: Folders down to this depth have their names in a frame.
_NAMED = 3


class Node:
    """A folder, with all beneath it."""

    __slots__ = ("age", "children", "files", "name", "parent", "path", "rest", "size")

    def __init__(self, path: str, name: str, size: int, files: int, age: float) -> None:
        self.path = path
        self.name = name
        self.size = size
        self.files = files
        #: Since its newest file was modified, in days.
        self.age = age
        self.parent: Node | None = None
        self.children: list[Node] = []
        #: Whether it stands for the files that are directly in a folder.
        self.rest = False


class Folder(NamedTuple):
    """A folder as a summary has it."""

    path: str
    size: int
    files: int
    age: float
    depth: int


def build(folders: list[Folder]) -> Node:
    """Make a tree of folders, which come in the order of their depth."""
    top = Node("", "", 0, 0, 0)
    found: dict[str, Node] = {}
    for it in sorted(folders, key=lambda it: it.depth):
        parent_path, name = os.path.split(it.path.rstrip(os.sep))
        parent = found.get(parent_path) if it.depth else None
        shown = words.shown(name if parent else it.path)
        node = Node(it.path, shown, it.size, it.files, it.age)
        node.parent = parent or top
        node.parent.children.append(node)
        found[it.path.rstrip(os.sep)] = node
    top.size = sum(it.size for it in top.children)
    top.files = sum(it.files for it in top.children)
    top.age = min((it.age for it in top.children), default=0)
    for node in list(found.values()):
        left = node.size - sum(it.size for it in node.children)
        if node.children and left > 0:
            files = node.files - sum(it.files for it in node.children)
            own = Node(node.path, tr("files in it"), left, files, node.age)
            own.parent, own.rest = node, True
            node.children.append(own)
        node.children.sort(key=lambda it: -it.size)
    top.children.sort(key=lambda it: -it.size)
    return top.children[0] if len(top.children) == 1 else top


def squarify(sizes: list[int], room: QRectF) -> list[QRectF]:
    """Divide a rectangle by sizes, the greatest first, into nearly squares."""
    found: list[QRectF] = []
    total = sum(sizes)
    if total <= 0:
        return [QRectF() for _ in sizes]
    scale = room.width() * room.height() / total
    x, y, width, height = room.x(), room.y(), room.width(), room.height()
    at = 0
    while at < len(sizes):
        side = min(width, height)
        area, end, best = 0.0, at, float("inf")
        most = max(sizes[at] * scale, 1e-9)
        while end < len(sizes):
            least = max(sizes[end] * scale, 1e-9)
            more = area + least
            worst = max(
                side * side * most / (more * more), more * more / (side * side * least)
            )
            if worst > best:
                break
            area, best, end = more, worst, end + 1
        thick = area / side if side > 0 else 0.0
        along = y if width >= height else x
        for number in range(at, end):
            length = sizes[number] * scale / thick if thick > 0 else 0.0
            if width >= height:
                found.append(QRectF(x, along, thick, length))
            else:
                found.append(QRectF(along, y, length, thick))
            along += length
        if width >= height:
            x, width = x + thick, max(width - thick, 0.0)
        else:
            y, height = y + thick, max(height - thick, 0.0)
        at = end
    return found


def age_colour(days: float) -> QColor:
    """The colour of an age: new is warm, old is cold."""
    for most, colour in AGES:
        if days < most:
            return QColor(colour)
    return QColor(AGES[-1][1])


#: Ages in days, and their colours; the legend shows them.
AGES = (
    (7.0, "#e4792b"),
    (30.0, "#d9a521"),
    (365.0, "#7aa63c"),
    (1826.0, "#3c8fa6"),
    (float("inf"), "#6c7a99"),
)


class TreeMap(QWidget):
    """The map, with a folder that the keys or the pointer are at."""

    #: A Node: that the map is at, in words as well.
    at_changed = Signal(object)
    #: A Node that should fill the map.
    zoomed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Map of folders"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumHeight(220)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.root: Node | None = None
        self.shown: Node | None = None
        self.at: Node | None = None
        self._picture: QPixmap | None = None
        self._places: list[tuple[Node, QRectF]] = []
        self._by_node: dict[Node, QRectF] = {}
        self.colour: Callable[[Node], QColor] = lambda it: age_colour(it.age)

    def show_tree(self, root: Node | None) -> None:
        """Show another tree."""
        self.root = self.shown = root
        self.at = None
        self._lay_out()

    def zoom(self, node: Node) -> None:
        """Have a folder fill the map."""
        if node.children:
            self.shown = node
            self._set_at(None)
            self._lay_out()
            self.zoomed.emit(node)

    def zoom_out(self) -> None:
        """Show the folder around the one that is shown."""
        if self.shown is not None and self.shown.parent is not None:
            inner = self.shown
            if inner is not self.root:
                self.zoom(self.shown.parent)
                self._set_at(inner)

    def _lay_out(self) -> None:
        self._places, self._by_node, self._picture = [], {}, None
        if self.shown is not None and self.width() > 4:
            self._place(self.shown, QRectF(self.rect()), 0)
        self.update()

    def _place(self, node: Node, room: QRectF, depth: int) -> None:
        self._places.append((node, room))
        self._by_node[node] = room
        if not node.children or min(room.width(), room.height()) < 2 * _LEAST:
            return
        head = self._head(room, depth)
        inner = room.adjusted(2, head, -2, -2)
        if inner.width() < _LEAST or inner.height() < _LEAST:
            return
        rooms = squarify([it.size for it in node.children], inner)
        for child, its in zip(node.children, rooms):
            if min(its.width(), its.height()) >= _LEAST:
                self._place(child, its, depth + 1)

    def _head(self, room: QRectF, depth: int) -> float:
        tall = self.fontMetrics().height() + 2
        named = depth < _NAMED and room.height() > 2 * tall and room.width() > 40
        return tall if named else 2

    def _draw(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(self.palette().color(QPalette.ColorRole.Window))
        painter = QPainter(picture)
        edge = QPen(self.palette().color(QPalette.ColorRole.Window), 1)
        for node, room in self._places:
            painter.setPen(edge)
            colour = self.colour(node)
            painter.setBrush(colour.darker(135) if node.children else colour)
            painter.drawRect(room)
            tall = self.fontMetrics().height()
            if room.width() > 40 and room.height() > tall:
                light = colour.lightnessF() > 0.62 and not node.children
                painter.setPen(QColor("black" if light else "white"))
                place = room.adjusted(4, 1, -4, 0)
                text = f"{node.name}  {words.size(node.size)}".strip()
                if self.fontMetrics().horizontalAdvance(text) > place.width():
                    text = node.name
                cut = self.fontMetrics().elidedText(
                    text, Qt.TextElideMode.ElideRight, int(place.width())
                )
                painter.drawText(place, Qt.AlignmentFlag.AlignTop, cut)
        painter.end()
        return picture

    def paintEvent(self, event: QPaintEvent) -> None:
        """Show the picture, and where one is."""
        painter = QPainter(self)
        if self._picture is None:
            self._picture = self._draw()
        painter.drawPixmap(0, 0, self._picture)
        room = self._by_node.get(self.at) if self.at else None
        if room is not None:
            painter.setPen(QPen(QColor("white"), 4))
            painter.drawRect(room.adjusted(1, 1, -1, -1))
            painter.setPen(QPen(QColor("black"), 2))
            painter.drawRect(room.adjusted(1, 1, -1, -1))
        if self.hasFocus():
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Highlight), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        self._lay_out()

    def changeEvent(self, event: QEvent) -> None:
        """Colours changed."""
        if event.type() == QEvent.Type.PaletteChange:
            self._picture = None
            self.update()
        super().changeEvent(event)

    def node_at(self, place: QPointF | None) -> Node | None:
        """The innermost folder at a place."""
        found = None
        if place is not None:
            for node, room in self._places:
                if room.contains(place):
                    found = node
        return found

    def words_of(self, node: Node) -> str:
        """What the map says of a folder."""
        share = (
            100 * node.size / self.shown.size if self.shown and self.shown.size else 0
        )
        name = words.shown(node.path) + (f" ({node.name})" if node.rest else "")
        return tr("{0}: {1}, files {2}, {3} % of what is shown").format(
            name, words.size(node.size), words.number(node.files), f"{share:.1f}"
        )

    def _set_at(self, node: Node | None) -> None:
        if node is not self.at:
            self.at = node
            # Read out by screen readers.
            self.setAccessibleDescription(self.words_of(node) if node else "")
            self.at_changed.emit(node)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Be at what the pointer is at."""
        self._set_at(self.node_at(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Zoom into a folder."""
        node = self.node_at(event.position())
        if node is not None:
            self.zoom(node if node.children else (node.parent or node))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows go around, Return goes in, Backspace goes out."""
        if not self._go(event.key()):
            super().keyPressEvent(event)

    def _go(self, key: int) -> bool:
        here = self.at or self.shown
        if here is None:
            return False
        near = (
            here.parent.children if here.parent and here is not self.shown else [here]
        )
        place = near.index(here) if here in near else 0
        if key in (Qt.Key.Key_Right, Qt.Key.Key_Left):
            step = 1 if key == Qt.Key.Key_Right else -1
            self._set_at(near[(place + step) % len(near)])
        elif key == Qt.Key.Key_Down:
            if here.children:
                self._set_at(here.children[0])
        elif key == Qt.Key.Key_Up:
            if here is not self.shown:
                self._set_at(here.parent)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.zoom(here)
        elif key == Qt.Key.Key_Backspace:
            self.zoom_out()
        else:
            return False
        return True

    def event(self, event: QEvent) -> bool:
        """A tool tip says what is under the pointer."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            node = self.node_at(QPointF(event.pos()))
            text = words.tip(self.words_of(node)) if node else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)
