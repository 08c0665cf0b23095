"""Pictures: small copies that the engine makes in its sandbox."""

import os
import struct
import subprocess
import sys
import threading
import zlib

import pytest
import sanchay
from conftest import environment, picture
from PySide6.QtGui import QImage
from sanchay_desktop.thumbnails import Thumbnails, image_of


@pytest.fixture
def copies(qapp, qtbot):
    """Asks for pictures, and waits for their sizes; None is none."""
    asked = Thumbnails()

    def look(*paths, large=False):
        answers = []
        for path in paths:
            asked.ask(str(path), large, lambda *it: answers.append(it))
        qtbot.waitUntil(lambda: len(answers) == len(paths), timeout=60_000)
        return {path: image and (image.width(), image.height()) for path, image in answers}

    yield look
    asked.close()


def plain(path, width=40, height=20):
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(0xFF336699)
    assert image.save(str(path)), path


def test_pictures_of_each_format_are_shown_in_their_colours(tmp_path, copies, qtbot):
    paths = [tmp_path / f"a.{kind}" for kind in ("png", "jpg", "bmp", "tif", "webp")]
    for path in paths:
        plain(path)
    assert copies(*paths) == {str(it): (40, 20) for it in paths}
    for path in paths:
        colour = image_of(sanchay.picture_preview(path).bitmap).pixelColor(20, 10)
        for found, given in zip(colour.getRgb(), (0x33, 0x66, 0x99, 255)):
            assert abs(found - given) < 6, path


def test_a_copy_is_as_large_as_it_is_shown(tmp_path, copies):
    path = tmp_path / "a.png"
    picture(path, 2400)
    assert copies(path) == {str(path): (240, 180)}
    assert copies(path, large=True) == {str(path): (1200, 900)}


def test_rows_are_the_right_way_up(tmp_path):
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    colours = [[0xFF0000, 0x00FF00, 0x0000FF], [0x111111, 0x223344, 0x998877]]
    for y, row in enumerate(colours):
        for x, colour in enumerate(row):
            image.setPixel(x, y, colour)
    image.save(str(tmp_path / "a.png"))
    copy = image_of(sanchay.picture_preview(tmp_path / "a.png").bitmap)
    found = [[copy.pixel(x, y) & 0xFFFFFF for x in range(3)] for y in range(2)]
    assert found == colours


def test_a_copy_that_is_not_what_it_says_is_none():
    head = b"BM" + bytes(16)
    for width, height, more in ((2, 2, 15), (2, 2, 17), (0, 2, 0), (1 << 30, 4, 16)):
        bitmap = head + struct.pack("<ii", width, height) + bytes(28 + more)
        with pytest.raises(ValueError):
            image_of(bitmap)
    with pytest.raises(struct.error):
        image_of(b"BM")


def bomb():
    """A PNG of a thousand bytes that claims 60,000 by 60,000 pixels."""
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 6, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body))
        + kind
        + body
        + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )


def test_hostile_pictures_are_not_shown_and_the_next_one_is(tree, copies):
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'
    contents = {
        "empty.png": b"",
        "text.jpg": b"hello",
        "drawing.png": svg,
        "huge.png": bomb(),
        "note.txt": b"no picture's name",
    }
    folder = tree(contents)
    os.mkfifo(folder / "pipe.png")
    os.mkdir(folder / "folder.png")
    os.symlink("/no/such", folder / "lost.png")
    name = os.fsdecode(b"caf\xe9 \xff.png")
    plain(folder / "good.png")
    os.rename(folder / "good.png", folder / name)
    cut = (folder / name).read_bytes()[:60]
    (folder / "cut.png").write_bytes(cut)
    hostile = ["pipe.png", "folder.png", "lost.png", "cut.png", "gone.png", *contents]
    wanted = {str(folder / it): None for it in hostile}
    wanted[str(folder / name)] = (40, 20)
    assert copies(*(folder / it for it in [name, *hostile])) == wanted


def test_what_was_asked_for_last_comes_first_and_is_kept(
    tmp_path, qapp, qtbot, monkeypatch
):
    for number in range(41):
        plain(tmp_path / f"{number}.png")
    copy = sanchay.picture_preview(tmp_path / "0.png")
    begun, gate = threading.Event(), threading.Event()
    decoded, answers = [], []

    def preview(path, *, large):
        begun.set()
        gate.wait(20)
        decoded.append(int(os.path.basename(path).removesuffix(".png")))
        return copy

    monkeypatch.setattr(sanchay, "picture_preview", preview)
    asked = Thumbnails()

    def ask(number):
        path = str(tmp_path / f"{number}.png")
        asked.ask(path, False, lambda *it: answers.append(it))

    ask(0)
    assert begun.wait(20)
    for number in range(1, 41):
        ask(number)
    gate.set()
    # The 32 that were asked for last; nobody looks at the others any more.
    qtbot.waitUntil(lambda: len(answers) == 33, timeout=20_000)
    assert decoded == [0, *range(40, 8, -1)]
    ask(20)
    qtbot.waitUntil(lambda: len(answers) == 34, timeout=20_000)
    assert len(decoded) == 33, "it is kept"
    os.utime(tmp_path / "20.png", (1, 1))
    ask(20)
    qtbot.waitUntil(lambda: len(answers) == 35, timeout=20_000)
    assert decoded[33:] == [20], "it is another file"
    asked.close()


def test_the_program_has_no_way_to_decode_by_itself(home):
    done = subprocess.run(
        [sys.executable, "-m", "sanchay_desktop", "--decode"],
        env=environment(home),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2 and "--decode" in done.stderr
