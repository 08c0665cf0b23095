"""Two files side by side: pictures with a slider or their difference, texts."""

from __future__ import annotations

import difflib
from typing import Any

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import (
    QColor,
    QFontDatabase,
    QImage,
    QPainter,
    QPaintEvent,
    QPalette,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPlainTextEdit,
    QSlider,
    QStackedWidget,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from sanchay_desktop import words
from sanchay_desktop.desk import Desk
from sanchay_desktop.jobs import Control, Job
from sanchay_desktop.page import plain
from sanchay_desktop.thumbnails import thumbnails
from sanchay_desktop.words import tr

__all__ = ["Compare", "Pictures", "line_pairs"]

#: How long the longer side of a picture is, in pixels.
_SIDE = 1200
#: How much of a text is compared, in bytes, and in lines.
_MOST = 256 << 10
_LINES = 4000

#: A line of the left, a line of the right; None where there is none.
_Pair = tuple[str | None, str | None, bool]


def line_pairs(one: str, other: str) -> list[_Pair]:
    """The lines of two texts, those beside each other that belong together."""
    left, right = one.splitlines()[:_LINES], other.splitlines()[:_LINES]
    found: list[_Pair] = []
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=True)
    for kind, a, b, c, d in matcher.get_opcodes():
        for step in range(max(b - a, d - c)):
            found.append(
                (
                    left[a + step] if a + step < b else None,
                    right[c + step] if c + step < d else None,
                    kind == "equal",
                )
            )
    return found


class Pictures(QWidget):
    """Two pictures: beside each other, one over the other, or their difference."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Pictures"))
        self.setMinimumHeight(180)
        self.images: list[QImage | None] = [None, None]
        self.mode = "beside"
        self.share = 0.5

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint them as chosen."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Base))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        one, other = self.images
        half = self.width() // 2
        if self.mode == "beside" or one is None or other is None:
            self._draw(painter, one, QRect(0, 0, half - 2, self.height()))
            self._draw(painter, other, QRect(half + 2, 0, half - 2, self.height()))
            return
        room = self._fit(one, self.rect())
        painter.drawImage(room, one)
        if self.mode == "slide":
            cut = room.left() + round(room.width() * self.share)
            painter.setClipRect(QRect(cut, 0, self.width() - cut, self.height()))
            painter.drawImage(room, other)
            painter.setClipping(False)
            painter.fillRect(cut - 1, room.top(), 2, room.height(), QColor("white"))
        else:
            difference = QPainter.CompositionMode.CompositionMode_Difference
            painter.setCompositionMode(difference)
            painter.drawImage(room, other)

    def _draw(self, painter: QPainter, image: QImage | None, room: QRect) -> None:
        if image is not None:
            painter.drawImage(self._fit(image, room), image)
        else:
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, tr("no picture"))

    def _fit(self, image: QImage, room: QRect) -> QRect:
        shown = image.size().scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        found = QRect(0, 0, shown.width(), shown.height())
        found.moveCenter(room.center())
        return found


class Compare(QWidget):
    """A pair of files."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.titles = (plain(), plain())
        self.pictures = Pictures()
        self.mode = QComboBox()
        self.mode.setAccessibleName(tr("How pictures are compared"))
        for mode, title in (
            ("beside", tr("side by side")),
            ("slide", tr("slide")),
            ("difference", tr("difference")),
        ):
            self.mode.addItem(title, mode)
        self.mode.currentIndexChanged.connect(self._set_mode)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(tr("Share of the first picture"))
        self.slider.setRange(0, 1000)
        self.slider.setValue(500)
        self.slider.setEnabled(False)
        self.slider.valueChanged.connect(self._slide)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pictures, 1)
        row = QHBoxLayout()
        row.addWidget(self.mode)
        row.addWidget(self.slider, 1)
        column.addLayout(row)
        self.texts = (QPlainTextEdit(), QPlainTextEdit())
        beside = QWidget()
        both = QHBoxLayout(beside)
        both.setContentsMargins(0, 0, 0, 0)
        for text, name in zip(self.texts, (tr("First text"), tr("Second text"))):
            text.setReadOnly(True)
            text.setAccessibleName(name)
            text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
            text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
            both.addWidget(text)
        one, other = (it.verticalScrollBar() for it in self.texts)
        one.valueChanged.connect(other.setValue)
        other.valueChanged.connect(one.setValue)
        self.stack = QStackedWidget()
        self.stack.addWidget(holder)
        self.stack.addWidget(beside)
        heads = QHBoxLayout()
        for label in self.titles:
            heads.addWidget(label, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(heads)
        column.addWidget(self.stack, 1)
        self.pair = ("", "")

    def show_pair(self, one: str, other: str, pictures: bool) -> None:
        """Show two files."""
        self.pair = (one, other)
        for label, path in zip(self.titles, self.pair):
            label.setText(words.shown(path))
        self.stack.setCurrentIndex(0 if pictures else 1)
        if pictures:
            self.pictures.images = [None, None]
            self.pictures.update()
            for path in self.pair:
                thumbnails().ask(path, _SIDE, self._show_picture)
        else:
            self._ask_texts(one, other)

    def _show_picture(self, path: str, image: QImage | None) -> None:
        for number, its in enumerate(self.pair):
            if its == path:
                self.pictures.images[number] = image
                self.pictures.update()

    def _ask_texts(self, one: str, other: str) -> None:
        def work(_control: Control) -> object:
            return (one, other), line_pairs(_read(one), _read(other))

        job = Job("compare", tr("Comparing"), work)
        job.finished.connect(self._show_texts)
        job.failed.connect(self._no_texts)
        self.desk.run_quietly(job)

    def _show_texts(self, answer: tuple[tuple[str, str], list[_Pair]]) -> None:
        pair, lines = answer
        if pair != self.pair:
            return
        dark = self.palette().base().color().lightnessF() < 0.5
        colours = (
            QColor("#5a2d2d" if dark else "#ffe0e0"),
            QColor("#2d5a35" if dark else "#dcf5e0"),
        )
        for side, text in enumerate(self.texts):
            # Other files' text: controls are shown, and not obeyed.
            told = [words.shown(it[1] if side else it[0]) for it in lines]
            text.setPlainText("\n".join(told))
            how = QTextCharFormat()
            how.setBackground(colours[side])
            how.setProperty(QTextCharFormat.Property.FullWidthSelection, True)
            selections = []
            for number, it in enumerate(lines):
                if not it[2]:
                    # Its fields are missing in the types of some versions.
                    selection: Any = QTextEdit.ExtraSelection()
                    block = text.document().findBlockByNumber(number)
                    selection.cursor = QTextCursor(block)
                    selection.format = how
                    selections.append(selection)
            text.setExtraSelections(selections)

    def _no_texts(self, error: BaseException) -> None:
        for text in self.texts:
            text.setPlainText(words.error_text(error))

    def _set_mode(self, _index: int) -> None:
        self.pictures.mode = str(self.mode.currentData())
        self.slider.setEnabled(self.pictures.mode == "slide")
        self.pictures.update()

    def _slide(self, value: int) -> None:
        self.pictures.share = value / 1000
        self.pictures.update()


def _read(path: str) -> str:
    with open(path, "rb") as file:
        data = file.read(_MOST)
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    return data.decode("utf-8-sig", "surrogateescape")
