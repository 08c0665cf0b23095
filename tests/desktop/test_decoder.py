"""The process that decodes pictures: it decodes, and can do nothing else."""

import os
import struct
import subprocess
import sys
import zlib

import pytest
from conftest import environment, program
from PySide6.QtGui import QImage
from sanchay_desktop.decoder import ANSWER, QUESTION, decode

#: Tries, once confined, what an attacker would.
_TRIES = """
import os, socket, sys
from sanchay_desktop import decoder
decoder.warm_up()
how = decoder.confine()
def refused(call):
    try:
        call()
    except OSError:
        return True
    return False
victim = sys.argv[1]
tries = {
    "open": lambda: open("/etc/passwd"),
    "socket": lambda: socket.socket(),
    "unlink": lambda: os.unlink(victim),
    "rename": lambda: os.rename(victim, victim + "2"),
    "kill": lambda: os.kill(os.getppid(), 0),
    "fork": lambda: os.fork() or os._exit(0),
    "execute": lambda: os.execv("/bin/true", ["true"]),
}
print(how, *(name for name, call in tries.items() if refused(call)), flush=True)
"""


def picture(kind, width=40, height=20):
    from PySide6.QtCore import QBuffer

    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0xFF336699)
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.ReadWrite)
    assert image.save(buffer, kind)
    return bytes(buffer.data().data())


def ask(home, *questions):
    given = b"".join(QUESTION.pack(len(data), side) + data for data, side in questions)
    done = subprocess.run(
        [*program(), "--decode"],
        input=given,
        capture_output=True,
        env=environment(home),
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    answers, rest = [], done.stdout
    while rest:
        width, height = ANSWER.unpack(rest[: ANSWER.size])
        end = ANSWER.size + 4 * width * height
        answers.append((width, height, rest[ANSWER.size : end]))
        rest = rest[end:]
    return answers


def test_pictures_of_each_format_are_decoded_after_it_is_confined(home):
    kinds = ["png", "jpeg", "bmp", "tiff", "webp"]
    answers = ask(home, *((picture(kind), 20) for kind in kinds))
    assert [it[:2] for it in answers] == [(20, 10)] * len(kinds)
    for _, _, pixels in answers:
        red, green, blue, alpha = pixels[:4]
        assert abs(red - 0x33) < 6 and abs(green - 0x66) < 6 and abs(blue - 0x99) < 6
        assert alpha == 255


def test_a_large_picture_is_scaled_though_there_can_be_no_threads(home):
    [(width, height, _)] = ask(home, (picture("png", 4000, 3000), 1200))
    assert (width, height) == (1200, 900)


def test_what_is_no_picture_has_no_pixels_and_the_next_is_decoded(home):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    bad = [b"", b"hello", svg, picture("png")[:60]]
    answers = ask(home, *((it, 20) for it in bad), (picture("png"), 40))
    assert [it[:2] for it in answers[:3]] == [(0, 0)] * 3
    assert answers[-1][:2] == (40, 20)


def test_a_picture_that_would_fill_the_memory_is_refused():
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body))
        + kind
        + body
        + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    assert decode(data, 100_000) is None


@pytest.mark.skipif(sys.platform != "linux", reason="seccomp is Linux's")
def test_it_can_neither_open_nor_remove_nor_start_anything(home, tmp_path):
    victim = tmp_path / "victim"
    victim.write_bytes(b"x")
    done = subprocess.run(
        [sys.executable, "-c", _TRIES, str(victim)],
        capture_output=True,
        text=True,
        env=environment(home),
        timeout=60,
    )
    how, *refused = done.stdout.split()
    assert victim.exists()
    assert {"open", "socket"} <= set(refused), done.stderr
    if os.uname().machine in ("x86_64", "aarch64"):
        assert how == "calls"
        assert refused == [
            "open",
            "socket",
            "unlink",
            "rename",
            "kill",
            "fork",
            "execute",
        ]
