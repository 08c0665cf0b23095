"""Decodes pictures in a process of its own, which can do nothing else.

Decoders are attacked more than any other parsers, and the package has no call for
the small copies that the sandbox makes. So this process gets bytes by a pipe and
answers with pixels. Before the first picture it gives up what it could do:

- everywhere: the time and the memory for a picture are bounded;
- on Unix: it can open nothing any more, neither files nor connections;
- on Linux on x86-64 and AArch64: a seccomp filter refuses all system calls but
  those that compute and talk by the pipe.
"""

from __future__ import annotations

import ctypes
import os
import re
import struct
import sys
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

#: A question: how many bytes follow, and how long the longer side may be.
QUESTION = struct.Struct("<QI")
#: An answer: width and height, then four bytes a pixel; nothing of 0 by 0.
ANSWER = struct.Struct("<II")
#: How large a file may be, in bytes.
MOST = 64 << 20
#: How much a picture may take when decoded, in MiB, and the whole process.
_PIXELS = 512
_MEMORY = 3 << 30

#: How files begin that are decoded, and what decodes them.
_FORMATS = {
    rb"\x89PNG\r\n\x1a\n": "png",
    rb"\xff\xd8\xff": "jpeg",
    rb"GIF8": "gif",
    rb"BM": "bmp",
    rb"II\*\0|MM\0\*": "tiff",
    rb"RIFF....WEBP": "webp",
}
#: A GIF of one pixel: Qt writes none.
_GIF = (
    b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,"
    b"\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"
)

#: System calls that remain, for each kind of processor, and its number in a filter:
#: read write close fstat lseek mmap mprotect munmap brk rt_sigaction
#: rt_sigprocmask rt_sigreturn sched_yield mremap madvise nanosleep getpid exit
#: gettid futex sched_getaffinity clock_gettime clock_nanosleep exit_group
#: set_robust_list getrandom rseq poll or ppoll sigaltstack
_CALLS = {
    "x86_64": (
        0xC000003E,
        (0, 1, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 28, 35, 39, 60, 186)
        + (202, 204, 228, 230, 231, 273, 318, 334, 7, 131),
    ),
    "aarch64": (
        0xC00000B7,
        (63, 64, 57, 80, 62, 222, 226, 215, 214, 134, 135, 139, 124, 216, 233)
        + (101, 172, 93, 178, 98, 123, 113, 115, 94, 99, 278, 293, 73, 132),
    ),
}


def decode(data: bytes, side: int) -> QImage | None:
    """Decode a picture, upright and no larger than asked for."""
    kinds = [it for begin, it in _FORMATS.items() if re.match(begin, data, re.DOTALL)]
    if not kinds:
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    QImageReader.setAllocationLimit(_PIXELS)
    reader = QImageReader(buffer, QByteArray(kinds[0].encode()))
    reader.setAutoDetectImageFormat(False)
    reader.setAutoTransform(True)
    size, room = reader.size(), QSize(side, side)
    if size.width() > side or size.height() > side:
        size = size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        # A side of less than a pixel is none.
        reader.setScaledSize(size.expandedTo(QSize(1, 1)))
    image = reader.read()
    # It looks at the buffer when it goes: it must go first.
    del reader
    return None if image.isNull() else image


def warm_up() -> None:
    """Have Qt load its decoders, for later it cannot."""
    pixel = QImage(1, 1, QImage.Format.Format_RGB32)
    pixel.fill(0)
    for kind in ("png", "jpeg", "bmp", "tiff", "webp"):
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.ReadWrite)
        if pixel.save(buffer, kind):  # type: ignore[call-overload]
            decode(bytes(buffer.data().data()), 1)
    decode(_GIF, 1)


def confine() -> str:
    """Give up what is not needed; says in a word what was given up."""
    if sys.platform == "win32":
        return "nothing"
    import resource

    # Nothing can be imported any more afterwards.
    machine = os.uname().machine if sys.platform == "linux" else ""
    prctl = ctypes.CDLL(None).prctl if machine in _CALLS else None
    for what, most in (
        (resource.RLIMIT_AS, _MEMORY),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            # macOS knows no bound of the address space; the others hold there.
            if what != resource.RLIMIT_AS:
                raise
    if prctl is not None and _filter_calls(prctl, *_CALLS[machine]):
        return "calls"
    return "files"


def _filter_calls(prctl: Any, arch: int, allowed: tuple[int, ...]) -> bool:
    """Refuse all system calls but these."""
    # The instructions of BPF: load a word, jump if equal, return.
    load, equal, answer = 0x20, 0x15, 0x06
    allow, refuse = 0x7FFF0000, 0x00050001
    steps: list[tuple[int, int, int, int]] = [
        (load, 0, 0, 4),
        (equal, 1, 0, arch),
        (answer, 0, 0, refuse),
        (load, 0, 0, 0),
    ]
    for number in allowed:
        steps += [(equal, 0, 1, number), (answer, 0, 0, allow)]
    steps.append((answer, 0, 0, refuse))
    program = b"".join(struct.pack("<HBBI", *it) for it in steps)
    code = ctypes.create_string_buffer(program, len(program))

    class Program(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("code", ctypes.c_void_p)]

    given = Program(len(steps), ctypes.addressof(code))
    prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    # No more rights by what is executed; then the filter.
    no_new_privileges, set_filter, filter_mode = 38, 22, 2
    if prctl(no_new_privileges, 1, 0, 0, 0) != 0:
        return False
    given_at = ctypes.addressof(given)
    return bool(prctl(set_filter, filter_mode, given_at, 0, 0) == 0)


def main() -> None:
    """Answer questions until there are no more."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    # Threads for large pictures could not be started any more.
    os.environ["QT_NO_GUI_THREADPOOL"] = "1"
    warm_up()
    confine()
    while len(head := source.read(QUESTION.size)) == QUESTION.size:
        length, side = QUESTION.unpack(head)
        if length > MOST:
            return
        image = decode(source.read(length), side) or QImage()
        image = image.convertToFormat(QImage.Format.Format_RGBA8888)
        sink.write(ANSWER.pack(image.width(), image.height()))
        sink.write(b"" if image.isNull() else bytes(image.constBits()))
        sink.flush()
