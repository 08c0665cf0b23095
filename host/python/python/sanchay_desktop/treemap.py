"""A map of folders: rectangles as large as what is in them."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from sanchay_desktop import words
from sanchay_desktop.words import tr

#: A rectangle with a shorter side than this is not divided, in pixels.
_LEAST = 2.5
#: Folders down to this depth have their names in a frame.
_NAMED = 3
#: Ages in days, and their colours, new is warm, old is cold; the legend shows them.
AGES = (
    (7.0, "#e4792b"),
    (30.0, "#d9a521"),
    (365.0, "#7aa63c"),
    (1826.0, "#3c8fa6"),
    (float("inf"), "#6c7a99"),
)


@dataclass(eq=False)
class Node:
    """A folder, with all beneath it."""

    path: str
    size: int
    files: int
    #: Since its newest file was modified, in days.
    age: float
    depth: int = 0
    name: str = ""
    #: Whether it stands for the files that are directly in a folder.
    rest: bool = False
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)

    def take(self, child: Node) -> None:
        """Have it beneath this."""
        child.parent = self
        self.children.append(child)


def build(folders: list[Node]) -> Node:
    """Make a tree of folders."""
    top = Node("", 0, 0, min((it.age for it in folders), default=0), name=tr("Folders"))
    found: dict[str, Node] = {}
    for node in sorted(folders, key=lambda it: it.depth):
        above, name = os.path.split(node.path.rstrip(os.sep))
        parent = found.get(above) if node.depth else None
        node.name = words.shown(name if parent else node.path)
        (parent or top).take(node)
        found[node.path.rstrip(os.sep)] = node
    for node in folders:
        left = node.size - sum(it.size for it in node.children)
        if node.children and left > 0:
            files = node.files - sum(it.files for it in node.children)
            node.take(
                Node(
                    node.path, left, files, node.age, name=tr("files in it"), rest=True
                )
            )
    for node in (top, *folders):
        node.children.sort(key=lambda it: -it.size)
    top.size = sum(it.size for it in top.children)
    top.files = sum(it.files for it in top.children)
    return top.children[0] if len(top.children) == 1 else top


def squarify(sizes: list[int], room: QRectF) -> list[QRectF]:
    """Divide a rectangle by sizes, the greatest first, into nearly squares."""
    if sum(sizes) <= 0 or room.isEmpty():
        return [QRectF() for _ in sizes]
    scale = room.width() * room.height() / sum(sizes)
    areas = [max(it * scale, 1e-9) for it in sizes]
    found: list[QRectF] = []
    while len(found) < len(areas):
        # A line of rectangles along the shorter side, while they get squarer.
        begin, side = len(found), min(room.width(), room.height())
        end, area, best = begin, 0.0, float("inf")
        while end < len(areas):
            more = area + areas[end]
            thick = more / side
            worst = max(areas[begin] / thick / thick, thick * thick / areas[end])
            if worst > best:
                break
            area, best, end = more, worst, end + 1
        thick, along = area / max(side, 1e-9), 0.0
        for its in areas[begin:end]:
            length = its / thick
            if room.width() >= room.height():
                found.append(QRectF(room.x(), room.y() + along, thick, length))
            else:
                found.append(QRectF(room.x() + along, room.y(), length, thick))
            along += length
        if room.width() >= room.height():
            room = room.adjusted(min(thick, room.width()), 0, 0, 0)
        else:
            room = room.adjusted(0, min(thick, room.height()), 0, 0)
    return found


def _colour(node: Node) -> QtGui.QColor:
    return QtGui.QColor(next(colour for most, colour in AGES if node.age <= most))


class TreeMap(QWidget):
    """The map, with a folder that the keys or the pointer are at."""

    #: A Node: that the map is at, in words as well.
    at_changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Map of folders"))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumHeight(160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.root: Node | None = None
        self.shown: Node | None = None
        self.at: Node | None = None
        #: Where the folders are, each before what is in it.
        self.places: dict[Node, QRectF] = {}

    def show_tree(self, root: Node | None) -> None:
        self.root = self.shown = root
        self.at = None
        self._lay_out()

    def zoom(self, node: Node) -> None:
        if node.children:
            self.shown = node
            self._set_at(None)
            self._lay_out()

    def zoom_out(self) -> None:
        """Show the folder around the one that is shown."""
        inner = self.shown
        if inner is not None and inner.parent is not None and inner is not self.root:
            self.zoom(inner.parent)
            self._set_at(inner)

    def _lay_out(self) -> None:
        self.places = {}
        if self.shown is not None and self.width() > 4:
            self._place(self.shown, QRectF(self.rect()), 0)
        self.update()

    def _place(self, node: Node, room: QRectF, depth: int) -> None:
        self.places[node] = room
        tall = self.fontMetrics().height() + 2
        named = depth < _NAMED and room.height() > 2 * tall and room.width() > 40
        inner = room.adjusted(2, tall if named else 2, -2, -2)
        if min(inner.width(), inner.height()) < _LEAST:
            return
        rooms = squarify([it.size for it in node.children], inner)
        for child, its in zip(node.children, rooms):
            if min(its.width(), its.height()) >= _LEAST:
                self._place(child, its, depth + 1)

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter, metrics = QtGui.QPainter(self), self.fontMetrics()
        edge = QtGui.QPen(self.palette().color(QtGui.QPalette.ColorRole.Window), 1)
        for node, room in self.places.items():
            colour = _colour(node).darker(150 if node.children else 100)
            painter.setPen(edge)
            painter.setBrush(colour)
            painter.drawRect(room)
            if room.width() > 40 and room.height() > metrics.height():
                painter.setPen(
                    QtGui.QColor(
                        "white" if QtGui.qGray(colour.rgb()) < 110 else "black"
                    )
                )
                place = room.adjusted(4, 1, -4, 0)
                text = f"{node.name}  {words.size(node.size)}".strip()
                if metrics.horizontalAdvance(text) > place.width():
                    text = node.name
                right = Qt.TextElideMode.ElideRight
                text = metrics.elidedText(text, right, int(place.width()))
                painter.drawText(place, Qt.AlignmentFlag.AlignTop, text)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        here = self.places.get(self.at) if self.at else None
        frames = (
            [(here, QtGui.QColor("white"), 4), (here, QtGui.QColor("black"), 2)]
            if here
            else []
        )
        if self.hasFocus():
            frames.append((QRectF(self.rect()), self.palette().highlight().color(), 2))
        for room, colour, width in frames:
            painter.setPen(QtGui.QPen(colour, width))
            painter.drawRect(room.adjusted(1, 1, -1, -1))

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        self._lay_out()

    def node_at(self, place: QPointF) -> Node | None:
        inside = [it for it, room in self.places.items() if room.contains(place)]
        return inside[-1] if inside else None

    def words_of(self, node: Node) -> str:
        share = 100 * node.size / max(self.shown.size if self.shown else 0, 1)
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

    def mouseMoveEvent(self, event: QtGui.QMouseEvent) -> None:
        self._set_at(self.node_at(event.position()))

    def mouseDoubleClickEvent(self, event: QtGui.QMouseEvent) -> None:
        node = self.node_at(event.position())
        if node is not None:
            self.zoom(node if node.children else (node.parent or node))

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        """Arrows go around, Return goes in, Backspace goes out."""
        here, keys, key = self.at or self.shown, Qt.Key, event.key()
        if here is None:
            return super().keyPressEvent(event)
        inside = here.parent is not None and here is not self.shown
        near = here.parent.children if here.parent and inside else [here]
        if key in (keys.Key_Right, keys.Key_Left):
            step = 1 if key == keys.Key_Right else -1
            self._set_at(near[(near.index(here) + step) % len(near)])
        elif key == keys.Key_Down and here.children:
            self._set_at(here.children[0])
        elif key == keys.Key_Up and inside:
            self._set_at(here.parent)
        elif key in (keys.Key_Return, keys.Key_Enter):
            self.zoom(here)
        elif key == keys.Key_Backspace:
            self.zoom_out()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QtGui.QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            node = self.node_at(QPointF(event.pos()))
            text = words.tip(self.words_of(node)) if node else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)
