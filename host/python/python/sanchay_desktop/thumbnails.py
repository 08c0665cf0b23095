"""Small copies of pictures, which the engine decodes in its sandbox.

What it answers with is pixels in the plainest of formats. They are taken as they
are, and no decoder of Qt's sees them.
"""

from __future__ import annotations

import os
import struct
import threading
from collections import deque
from collections.abc import Callable
from functools import cache, lru_cache

import sanchay
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

#: How many pictures are kept, how many wait.
_KEPT = 32
_WAITING = 32
#: How long the headers of a copy are, in bytes, and where its size is among them.
_HEADERS = 54
_SIZE = struct.Struct("<18xii")

_Call = Callable[[str, "QImage | None"], None]


class Thumbnails(QObject):
    """Asks the engine in a thread, picture by picture, and keeps the last answers."""

    #: The path is no str to Qt, which would lose bytes that are no text.
    _made = Signal(object, object, object)

    def __init__(self) -> None:
        super().__init__()
        #: What was asked for last is in sight; what waits longest is forgotten.
        self._waiting: deque[tuple[str, bool, _Call]] = deque(maxlen=_WAITING)
        self._news = threading.Event()
        self._over = False
        self._made.connect(self._hand_on, Qt.ConnectionType.QueuedConnection)
        threading.Thread(target=self._work, daemon=True, name="thumbnails").start()

    def ask(self, path: str, large: bool, call: _Call) -> None:
        """Have a call told of a picture, or None where there is none."""
        self._waiting.append((path, large, call))
        self._news.set()

    def close(self) -> None:
        """End the thread, once it is done with the picture that it is at."""
        self._over = True
        self._news.set()

    def _hand_on(self, call: _Call, path: str, image: QImage | None) -> None:
        try:
            call(path, image)
        except RuntimeError:
            # Its window was closed meanwhile.
            pass

    def _work(self) -> None:
        while self._news.wait() and not self._over:
            self._news.clear()
            while self._waiting and not self._over:
                path, large, call = self._waiting.pop()
                try:
                    facts = os.stat(path)
                    image = _decoded(path, large, facts.st_mtime_ns, facts.st_size)
                except (OSError, ValueError, RuntimeError):
                    image = None
                try:
                    self._made.emit(call, path, image)
                except RuntimeError:
                    return


@lru_cache(_KEPT)
def _decoded(path: str, large: bool, _when: int, _length: int) -> QImage | None:
    """The picture of a file as it is now."""
    found = sanchay.picture_preview(path, large=large)
    return None if found is None else image_of(found.bitmap)


def image_of(bitmap: bytes) -> QImage:
    """The pixels of a copy: three bytes each, the lowest row first."""
    width, height = _SIZE.unpack_from(bitmap)
    stride = (3 * width + 3) // 4 * 4
    if width <= 0 or height <= 0 or len(bitmap) != _HEADERS + stride * height:
        raise ValueError("the copy is not as large as it says")
    kinds = QImage.Format
    rows = range(len(bitmap) - stride, _HEADERS - 1, -stride)
    pixels = b"".join(bitmap[at : at + stride] for at in rows)
    image = QImage(pixels, width, height, stride, kinds.Format_BGR888)
    # Another format is a copy: the bytes go.
    return image.convertToFormat(kinds.Format_RGB32)


@cache
def thumbnails() -> Thumbnails:
    """The one that all windows share."""
    return Thumbnails()
