"""Two files side by side: pictures with a slider or their difference, texts."""

from __future__ import annotations

import difflib

from PySide6 import QtGui
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QPlainTextEdit, QSlider, QStackedWidget, QWidget

from sanchay_desktop import words
from sanchay_desktop.desk import Desk
from sanchay_desktop.jobs import Job
from sanchay_desktop.thumbnails import thumbnails
from sanchay_desktop.titles import titles
from sanchay_desktop.widgets import column, combo, holder, plain, row, selection
from sanchay_desktop.words import tr

#: How much of a text is compared, in bytes, and in lines.
_MOST = 256 << 10
_LINES = 4000

#: A line of the left, a line of the right; None where there is none.
_Pair = tuple["str | None", "str | None", bool]


def line_pairs(one: str, other: str) -> list[_Pair]:
    """The lines of two texts, those beside each other that belong together."""
    left, right = one.splitlines()[:_LINES], other.splitlines()[:_LINES]
    found: list[_Pair] = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, left, right).get_opcodes():
        for step in range(max(b - a, d - c)):
            ours = left[a + step] if a + step < b else None
            theirs = right[c + step] if c + step < d else None
            found.append((ours, theirs, kind == "equal"))
    return found


class Pictures(QWidget):
    """Two pictures: beside each other, one over the other, or their difference."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Pictures"))
        self.setMinimumHeight(180)
        self.images: list[QtGui.QImage | None] = [None, None]
        self.mode = "beside"
        self.share = 0.5

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        painter = QtGui.QPainter(self)
        painter.fillRect(self.rect(), self.palette().base())
        painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform)
        one, other = self.images
        if self.mode == "beside" or one is None or other is None:
            half = self.width() // 2
            for image, left in ((one, 0), (other, half + 2)):
                room = QRect(left, 0, half - 2, self.height())
                if image is None:
                    centre = Qt.AlignmentFlag.AlignCenter
                    painter.drawText(room, centre, tr("no picture"))
                else:
                    painter.drawImage(_fit(image, room), image)
            return
        room = _fit(one, self.rect())
        painter.drawImage(room, one)
        cut = room.left() + round(room.width() * self.share)
        if self.mode == "slide":
            painter.setClipRect(QRect(cut, 0, self.width() - cut, self.height()))
        else:
            modes = QtGui.QPainter.CompositionMode
            painter.setCompositionMode(modes.CompositionMode_Difference)
        painter.drawImage(room, other)
        if self.mode == "slide":
            painter.fillRect(cut, room.top(), 2, room.height(), QtGui.QColor("white"))


def _fit(image: QtGui.QImage, room: QRect) -> QRect:
    size = image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
    found = QRect(room.topLeft(), size)
    found.moveCenter(room.center())
    return found


class Compare(QWidget):
    """A pair of files."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.pair = ("", "")
        self.titles = (plain(), plain())
        self.pictures = Pictures()
        self.mode = combo(tr("How pictures are compared"), titles("pictures"))
        self.mode.currentIndexChanged.connect(self._set_mode)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(tr("Share of the first picture"))
        self.slider.setRange(0, 1000)
        self.slider.setValue(500)
        self.slider.setEnabled(False)
        self.slider.valueChanged.connect(self._slide)
        self.texts = (QPlainTextEdit(), QPlainTextEdit())
        for text, name in zip(self.texts, (tr("First text"), tr("Second text"))):
            text.setReadOnly(True)
            text.setAccessibleName(name)
            text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            text.setFont(
                QtGui.QFontDatabase.systemFont(QtGui.QFontDatabase.SystemFont.FixedFont)
            )
        one, other = (it.verticalScrollBar() for it in self.texts)
        one.valueChanged.connect(other.setValue)
        other.valueChanged.connect(one.setValue)
        self.stack = QStackedWidget()
        self.stack.addWidget(holder(column(self.pictures, row(self.mode, self.slider))))
        self.stack.addWidget(holder(row(*self.texts)))
        self.setLayout(column(row(*self.titles), self.stack))

    def show_pair(self, one: str, other: str, pictures: bool) -> None:
        self.pair = (one, other)
        for label, path in zip(self.titles, self.pair):
            label.setText(words.breakable(words.shown(path)))
        self.stack.setCurrentIndex(0 if pictures else 1)
        if pictures:
            self.pictures.images = [None, None]
            self.pictures.update()
            for path in self.pair:
                thumbnails().ask(path, True, self._show_picture)
            return

        def work(_: Job) -> object:
            return (one, other), line_pairs(_read(one), _read(other))

        self.desk.run(Job("compare", work, done=self._show_texts, failed=self._failed))

    def _show_picture(self, path: str, image: QtGui.QImage | None) -> None:
        for number, its in enumerate(self.pair):
            if its == path:
                self.pictures.images[number] = image
                self.pictures.update()

    def _show_texts(self, answer: tuple[tuple[str, str], list[_Pair]]) -> None:
        pair, lines = answer
        if pair != self.pair:
            return
        dark = self.palette().base().color().lightnessF() < 0.5
        colours = ("#5a2d2d", "#2d5a35") if dark else ("#ffe0e0", "#dcf5e0")
        for side, text in enumerate(self.texts):
            # Other files' text: controls are shown, and not obeyed.
            told = [words.shown(it[1] if side else it[0]) for it in lines]
            text.setPlainText("\n".join(told))
            how = QtGui.QTextCharFormat()
            how.setBackground(QtGui.QColor(colours[side]))
            how.setProperty(QtGui.QTextCharFormat.Property.FullWidthSelection, True)
            find = text.document().findBlockByNumber
            differ = [number for number, it in enumerate(lines) if not it[2]]
            text.setExtraSelections(
                [selection(QtGui.QTextCursor(find(it)), how) for it in differ]
            )

    def _failed(self, error: BaseException) -> None:
        for text in self.texts:
            text.setPlainText(words.error_text(error))

    def _set_mode(self) -> None:
        self.pictures.mode = str(self.mode.currentData())
        self.slider.setEnabled(self.pictures.mode == "slide")
        self.pictures.update()

    def _slide(self, value: int) -> None:
        self.pictures.share = value / 1000
        self.pictures.update()


def _read(path: str) -> str:
    with open(path, "rb") as file:
        data = file.read(_MOST)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "surrogateescape")
