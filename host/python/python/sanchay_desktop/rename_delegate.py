"""Paints a new name with what differs from the old one in bold."""

from __future__ import annotations

import os
from typing import Any

from PySide6 import QtWidgets
from PySide6.QtCore import QPointF
from PySide6.QtGui import QFont, QPainter, QPalette, QTextCharFormat, QTextLayout

from sanchay_desktop import words
from sanchay_desktop.rows import Index


def difference(old: str, new: str) -> tuple[int, int]:
    """Where the part of the new name begins and ends that differs."""
    start = len(os.path.commonprefix([old, new]))
    ends = os.path.commonprefix([old[start:][::-1], new[start:][::-1]])
    return start, len(new) - len(ends)


class DifferenceDelegate(QtWidgets.QStyledItemDelegate):
    """For the column of new names, beside that of the old ones."""

    def paint(
        self, painter: QPainter, given: QtWidgets.QStyleOptionViewItem, index: Index
    ) -> None:
        new, old = index.data() or "", index.sibling(index.row(), 1).data() or ""
        start, end = difference(old, new)
        # Its fields are missing in the types of some versions, as are a range's.
        option: Any = given
        panel = QtWidgets.QStyle.PrimitiveElement.PE_PanelItemViewItem
        QtWidgets.QApplication.style().drawPrimitive(panel, option, painter)
        bold: Any = QTextLayout.FormatRange()
        bold.start, bold.length = words.units(new[:start]), words.units(new[start:end])
        bold.format = QTextCharFormat()
        bold.format.setFontWeight(QFont.Weight.Bold)
        layout = QTextLayout(new, option.font)
        layout.setFormats([bold])
        layout.beginLayout()
        line = layout.createLine()
        layout.endLayout()
        room = option.rect.adjusted(4, 0, -4, 0)
        # Where room is short the folder gives way and the name stays.
        left = room.left() - max(line.naturalTextWidth() - room.width(), 0)
        chosen = bool(option.state & QtWidgets.QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.Text
        painter.save()
        painter.setPen(option.palette.color(role))
        painter.setClipRect(option.rect)
        top = room.top() + (room.height() - line.height()) / 2
        layout.draw(painter, QPointF(left, top))
        painter.restore()
