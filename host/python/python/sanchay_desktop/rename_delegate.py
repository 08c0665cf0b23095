"""Paints a new name with what differs from the old one in bold."""

from __future__ import annotations

import os
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

__all__ = ["DifferenceDelegate", "difference"]


def difference(old: str, new: str) -> tuple[int, int]:
    """Where the part of the new name begins and ends that differs."""
    start = len(os.path.commonprefix([old, new]))
    ends = os.path.commonprefix([old[start:][::-1], new[start:][::-1]])
    return start, len(new) - len(ends)


class DifferenceDelegate(QStyledItemDelegate):
    """For the column of new names, beside that of the old ones."""

    def paint(
        self,
        painter: QPainter,
        given: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Paint the name in three parts."""
        new = str(index.data() or "")
        old = str(index.model().index(index.row(), 1).data() or "")
        start, end = difference(old, new)
        # Letters that are joined, or run from right to left, cannot be cut.
        if not new.isascii() or start >= end:
            super().paint(painter, given, index)
            return
        # Its fields are missing in the types of some versions of PySide6.
        option: Any = given
        style = QApplication.style()
        style.drawPrimitive(
            QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter
        )
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        role = QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.Text
        painter.save()
        painter.setPen(option.palette.color(role))
        painter.setClipRect(option.rect)
        bold = option.font
        plain = painter.font()
        bold.setBold(True)
        at = option.rect.adjusted(4, 0, -4, 0)
        parts = ((new[:start], plain), (new[start:end], bold), (new[end:], plain))
        widths = []
        for text, font in parts:
            painter.setFont(font)
            widths.append(painter.fontMetrics().horizontalAdvance(text))
        # Where room is short the folder gives way and the name stays.
        at.setLeft(at.left() - max(sum(widths) - at.width(), 0))
        where = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        for (text, font), width in zip(parts, widths):
            painter.setFont(font)
            painter.drawText(at, where | Qt.TextFlag.TextSingleLine, text)
            at.setLeft(at.left() + width)
        painter.restore()
