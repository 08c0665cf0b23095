"""Small copies of pictures, which another process decodes (see decoder)."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from functools import cache, lru_cache

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from sanchay_desktop.decoder import ANSWER, MOST, QUESTION

_EXTENSIONS = frozenset("apng bmp dib gif jfif jpe jpeg jpg png tif tiff webp".split())
#: How long a picture may take, in seconds; how many are kept, how many wait.
_PATIENCE = 10.0
_KEPT = 32
_WAITING = 32

_Call = Callable[[str, "QImage | None"], None]


def is_picture(path: str) -> bool:
    """Whether the name is that of a picture that is decoded."""
    return os.path.splitext(path)[1][1:].lower() in _EXTENSIONS


class Thumbnails(QObject):
    """Asks the process, picture by picture, and keeps the last answers."""

    _made = Signal(object, str, object)

    def __init__(self) -> None:
        super().__init__()
        #: What was asked for last is in sight; what waits longest is forgotten.
        self._waiting: deque[tuple[str, int, _Call]] = deque(maxlen=_WAITING)
        self._news = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._over = False
        self._decoded = lru_cache(_KEPT)(self._decode)
        self._made.connect(self._hand_on, Qt.ConnectionType.QueuedConnection)
        threading.Thread(target=self._work, daemon=True, name="thumbnails").start()

    def ask(self, path: str, side: int, call: _Call) -> None:
        """Have a call told of a picture, or None where there is none."""
        self._waiting.append((path, side, call))
        self._news.set()

    def close(self) -> None:
        """End the process."""
        self._over = True
        self._news.set()
        self._end_process()

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
                path, side, call = self._waiting.pop()
                image = None
                try:
                    facts = os.stat(path)
                    image = self._decoded(path, side, facts.st_mtime_ns, facts.st_size)
                except (OSError, ValueError):
                    self._end_process()
                try:
                    self._made.emit(call, path, image)
                except RuntimeError:
                    return

    def _decode(self, path: str, side: int, _when: int, length: int) -> QImage | None:
        if not 0 < length <= MOST:
            return None
        with open(path, "rb") as file:
            data = file.read(MOST)
        process = self._process or self._start()
        timer = threading.Timer(_PATIENCE, process.kill)
        timer.start()
        try:
            assert process.stdin and process.stdout
            process.stdin.write(QUESTION.pack(len(data), side) + data)
            process.stdin.flush()
            head = process.stdout.read(ANSWER.size)
            if len(head) < ANSWER.size:
                raise ValueError("the decoder ended")
            width, height = ANSWER.unpack(head)
            if width == 0:
                return None
            if max(width, height) > side:
                raise ValueError("the decoder answered with another size")
            pixels = process.stdout.read(4 * width * height)
            if len(pixels) < 4 * width * height:
                raise ValueError("the decoder ended")
        finally:
            timer.cancel()
        shape = QImage.Format.Format_RGBA8888
        return QImage(pixels, width, height, 4 * width, shape).copy()

    def _start(self) -> subprocess.Popen[bytes]:
        program = [sys.executable]
        if not getattr(sys, "frozen", False):
            program += ["-m", "sanchay_desktop"]
        self._process = subprocess.Popen(
            [*program, "--decode"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        return self._process

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()


@cache
def thumbnails() -> Thumbnails:
    """The one that all windows share."""
    return Thumbnails()
