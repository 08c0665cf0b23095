"""Small copies of pictures, which another process decodes (see decoder)."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QImage

from sanchay_desktop.decoder import ANSWER, MOST, QUESTION

__all__ = ["Thumbnails", "is_picture", "thumbnails"]

_EXTENSIONS = frozenset("apng bmp dib gif jfif jpe jpeg jpg png tif tiff webp".split())
#: How long a picture may take, in seconds, and how many are kept.
_PATIENCE = 10.0
_KEPT = 128
#: How many wait at most; older ones are forgotten.
_WAITING = 32

_Key = tuple[str, int, int, int]
_Call = Callable[[str, QImage | None], None]


def is_picture(path: str) -> bool:
    """Whether the name is that of a picture that is decoded."""
    return os.path.splitext(path)[1][1:].lower() in _EXTENSIONS


class Thumbnails(QObject):
    """Asks the process, picture by picture, and keeps the last answers."""

    _made = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._kept: OrderedDict[_Key, QImage | None] = OrderedDict()
        self._calls: dict[_Key, list[_Call]] = {}
        self._waiting: list[_Key] = []
        self._news = threading.Condition()
        self._process: subprocess.Popen[bytes] | None = None
        self._over = False
        self._made.connect(self._hand_on, Qt.ConnectionType.QueuedConnection)
        threading.Thread(target=self._work, daemon=True, name="thumbnails").start()

    def ask(self, path: str, side: int, call: _Call) -> None:
        """Have a call told of a picture, or None where there is none."""
        try:
            facts = os.stat(path)
        except OSError:
            call(path, None)
            return
        key = (path, side, facts.st_mtime_ns, facts.st_size)
        if key in self._kept:
            self._kept.move_to_end(key)
            call(path, self._kept[key])
            return
        self._calls.setdefault(key, []).append(call)
        with self._news:
            if key not in self._waiting:
                self._waiting.append(key)
            while len(self._waiting) > _WAITING:
                self._calls.pop(self._waiting.pop(0), None)
            self._news.notify()

    def close(self) -> None:
        """End the process."""
        with self._news:
            self._over = True
            self._news.notify()
        self._end_process()

    def _hand_on(self, key: _Key, image: QImage | None) -> None:
        self._kept[key] = image
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        for call in self._calls.pop(key, []):
            try:
                call(key[0], image)
            except RuntimeError:
                # Its window was closed meanwhile.
                continue

    def _work(self) -> None:
        while True:
            with self._news:
                while not self._waiting and not self._over:
                    self._news.wait()
                if self._over:
                    return
                # What was asked for last is in sight.
                key = self._waiting.pop()
            try:
                image = self._decode(key)
            except (OSError, ValueError):
                self._end_process()
                image = None
            if self._over:
                return
            try:
                self._made.emit(key, image)
            except RuntimeError:
                return

    def _decode(self, key: _Key) -> QImage | None:
        path, side, _, length = key
        if not 0 < length <= MOST:
            return None
        with open(path, "rb") as file:
            data = file.read(MOST + 1)
        if len(data) > MOST:
            return None
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
            if not width or width > side or height > side:
                if width:
                    raise ValueError("the decoder answered with another size")
                return None
            pixels = process.stdout.read(4 * width * height)
            if len(pixels) < 4 * width * height:
                raise ValueError("the decoder ended")
        finally:
            timer.cancel()
        shape = QImage.Format.Format_RGBA8888
        return QImage(pixels, width, height, 4 * width, shape).copy()

    def _start(self) -> subprocess.Popen[bytes]:
        words = [sys.executable, "-m", "sanchay_desktop", "--decode"]
        if getattr(sys, "frozen", False):
            words = [sys.executable, "--decode"]
        self._process = subprocess.Popen(
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            close_fds=True,
        )
        return self._process

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()


_ONE: list[Thumbnails] = []


def thumbnails() -> Thumbnails:
    """The one that all windows share."""
    if not _ONE:
        _ONE.append(Thumbnails())
    return _ONE[0]
