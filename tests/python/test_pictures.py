"""Small copies of pictures, decoded in the sandbox."""

import asyncio
import os
import struct
import subprocess
import sys
import threading
import time
import zlib

import pytest
import sanchay


def chunk(kind, body):
    crc = zlib.crc32(kind + body)
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)


def png(rows, claimed=None):
    """A picture of rows of pixels; it may claim another size."""
    width, height = claimed or (len(rows[0]), len(rows))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    lines = (b"\0" + bytes(value for pixel in row for value in pixel) for row in rows)
    body = zlib.compress(b"".join(lines), 1)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def patient_jpeg(scans):
    """A picture of 6000 by 6000 pixels that are all gone over in each scan."""
    side = 6000
    parts = [b"\xff\xd8", b"\xff\xdb\0\x43\0" + b"\1" * 64]
    parts.append(b"\xff\xc2" + struct.pack(">HBHHB3B", 11, 8, side, side, 1, 1, 0x11, 0))
    # One code of one bit, for the end of a band in 2**14 blocks and more.
    lengths = bytes([1] + [0] * 15)
    for kind, symbol in ((0x00, 0x00), (0x10, 0xE0)):
        parts.append(b"\xff\xc4" + struct.pack(">HB", 20, kind) + lengths + bytes([symbol]))
    blocks = (side // 8) ** 2
    # The last one is longer than what is left.
    longest = "0" + "1" * 14
    runs = longest * (blocks // ((1 << 15) - 1) + 1)
    runs += "1" * (-len(runs) % 8)
    packed = int(runs, 2).to_bytes(len(runs) // 8, "big").replace(b"\xff", b"\xff\0")
    dc = bytes((blocks + 7) // 8)
    parts.append(b"\xff\xda\0\x08\1\1\0\0\0\0" + dc)
    parts.append((b"\xff\xda\0\x08\1\1\0\1\x3f\0" + packed) * scans)
    return b"".join([*parts, b"\xff\xd9"])


def pixels(bitmap):
    """The rows of a BMP file, from the top."""
    assert bitmap.startswith(b"BM")
    [start] = struct.unpack_from("<I", bitmap, 10)
    width, height = struct.unpack_from("<ii", bitmap, 18)
    stride = (3 * width + 3) // 4 * 4
    assert len(bitmap) == start + stride * height
    rows = []
    for row in reversed(range(height)):
        line = bitmap[start + row * stride :][: 3 * width]
        rows.append([tuple(line[at : at + 3][::-1]) for at in range(0, 3 * width, 3)])
    return rows


ROWS = [[(255, 0, 0), (0, 255, 0), (0, 0, 255)], [(1, 2, 3), (4, 5, 6), (7, 8, 9)]]


def test_a_copy_has_the_pixels_of_a_small_picture(tree):
    path = tree({"a.png": png(ROWS)}) / "a.png"
    for large in (False, True):
        copy = sanchay.picture_preview(path, large=large)
        assert (copy.width, copy.height) == (3, 2)
        assert pixels(copy.bitmap) == ROWS


def test_a_copy_is_as_large_as_was_asked_for(tree):
    for height in (650, 1300):
        grey = [[(at % 256,) * 3 for at in range(1300)]] * height
        path = tree({"a.png": png(grey)}) / "a.png"
        for large, side in ((False, 240), (True, 1200)):
            copy = sanchay.picture_preview(path, large=large)
            assert (copy.width, copy.height) == (1300, height)
            rows = pixels(copy.bitmap)
            assert (len(rows[0]), len(rows)) == (side, side * height // 1300)


def test_paths_are_taken_as_by_the_other_calls(tree, tmp_path, monkeypatch):
    raw = b"caf\xe9 \xff.png"
    folder = tree({os.fsdecode(raw): png(ROWS), "plain.png": png(ROWS)})
    (folder / "link.png").symlink_to("plain.png")
    monkeypatch.chdir(folder)
    for path in (raw, os.fsdecode(raw), folder / "link.png", "plain.png"):
        assert sanchay.picture_preview(path).width == 3
    for wrong in (3, None, ["plain.png"]):
        with pytest.raises(TypeError, match="path: expected a path"):
            sanchay.picture_preview(wrong)
    with pytest.raises(TypeError, match="large: expected True or False, not str"):
        sanchay.picture_preview("plain.png", large="yes")
    with pytest.raises(ValueError, match="path: .*null byte"):
        sanchay.picture_preview("a\0.png")


def test_a_file_that_has_not_the_name_of_a_picture_has_none(tree):
    folder = tree({"a.txt": png(ROWS), "png": png(ROWS)})
    assert sanchay.picture_preview(folder / "a.txt") is None
    assert sanchay.picture_preview(folder / "png") is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text\n",
        png(ROWS)[:50],
        png(ROWS, claimed=(100_000, 100_000)),
        b"\xff\xd8\xff\xe0",
        b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
    ],
)
def test_what_is_no_picture_or_damaged_is_an_error_with_its_path(tree, content):
    path = tree({"bad\n.png": content}) / "bad\n.png"
    with pytest.raises(sanchay.EntryError) as caught:
        sanchay.picture_preview(path)
    assert caught.value.filename == str(path)
    assert caught.value.strerror.startswith("plugin pictures: ")
    # One that is whole is decoded all the same.
    good = tree({"good.png": png(ROWS)}) / "good.png"
    assert sanchay.picture_preview(good).height == 2


def test_what_is_no_regular_file_is_an_error_of_its_kind(tmp_path):
    with pytest.raises(FileNotFoundError) as caught:
        sanchay.picture_preview(tmp_path / "gone.png")
    assert caught.value.filename == str(tmp_path / "gone.png")
    os.mkfifo(tmp_path / "pipe.png")
    os.mkdir(tmp_path / "folder.png")
    for name in ("pipe.png", "folder.png"):
        with pytest.raises(sanchay.EntryError, match="not a regular file"):
            sanchay.picture_preview(tmp_path / name)


def test_one_that_takes_too_long_is_given_up_while_others_go_on(tree):
    folder = tree({"slow.jpg": patient_jpeg(20_000), "good.png": png(ROWS)})
    caught = []

    def look():
        try:
            sanchay.picture_preview(folder / "slow.jpg", large=True)
        except sanchay.EntryError as error:
            caught.append(error)

    begun = time.monotonic()
    thread = threading.Thread(target=look)
    thread.start()
    turns = 0
    while thread.is_alive():
        turns += 1
        if turns == 10:
            assert sanchay.picture_preview(folder / "good.png", large=True).width == 3
        time.sleep(0.01)
    assert turns > 100, "the interpreter is released"
    assert time.monotonic() - begun < 60
    assert "slow.jpg" in caught[0].filename and "within 8s" in caught[0].strerror


def test_asyncio_and_children_of_a_fork_have_it(tree):
    path = tree({"a.png": png(ROWS)}) / "a.png"
    copy = asyncio.run(asyncio.to_thread(sanchay.picture_preview, path))
    assert copy.width == 3
    program = (
        "import os, sanchay, sys\n"
        "first = sanchay.picture_preview(sys.argv[1])\n"
        "child = os.fork()\n"
        "if not child:\n"
        "    os._exit(sanchay.picture_preview(sys.argv[1]) != first)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    subprocess.run([sys.executable, "-c", program, path], check=True, timeout=60)
