"""media=True: what pictures and films say of themselves."""

import struct
import zlib
from datetime import datetime, timezone
from pathlib import Path

import pyarrow
import pytest
import sanchay


def chunk(kind, data):
    """A chunk of a PNG image."""
    check = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)


def png(width, height, taken=None):
    """A picture, with the time in UTC at which it was taken."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    exif = b""
    if taken is not None:
        text = taken.strftime("%Y:%m:%d %H:%M:%S").encode() + b"\0"
        # A directory that names that of Exif, which has a time and an offset.
        first = struct.pack(">HHHIII", 1, 0x8769, 4, 1, 26, 0)
        times = struct.pack(">HHHII", 2, 0x9003, 2, len(text), 56)
        times += struct.pack(">HHIII", 0x9011, 2, 7, 76, 0)
        data = b"MM\0*\0\0\0\x08" + first + times + text + b"+00:00\0"
        exif = chunk(b"eXIf", data)
    begin = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + exif
    return begin + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


TAKEN = datetime(2024, 5, 17, 13, 30, 5, tzinfo=timezone.utc)


@pytest.fixture
def pictures(tree):
    return tree({"a.png": png(30, 20, TAKEN), "b.png": png(3, 2), "c.txt": b"text"})


def test_records_have_what_pictures_say_of_themselves(pictures):
    found = {Path(it).name: it for it in sanchay.scan(pictures, media=True)}
    assert type(found["a.png"]) is sanchay.ExtractedFile
    values = found["a.png"].values
    assert (values["width"], values["height"]) == (30, 20)
    assert values["media_type"] == "image/png"
    assert values["taken"] == TAKEN
    assert values["duration"] is None
    assert found["c.txt"].values["media_type"] is None
    [hashed] = sanchay.hash_files(pictures / "a.png", media=True)
    assert hashed.values["taken"] == TAKEN


def test_filters_ask_pictures_without_media(pictures):
    [found] = sanchay.scan(pictures, where="width > 10 and taken after 2024-01-01")
    assert type(found) is sanchay.ScannedFile
    assert Path(found).name == "a.png"


def test_tables_have_columns_of_them(pictures):
    table = pyarrow.table(sanchay.scan(pictures, media=True)).sort_by("path")
    assert table.schema.field("width").type == pyarrow.uint64()
    assert table.schema.field("taken").type == pyarrow.timestamp("ns", "UTC")
    assert table["width"].to_pylist() == [30, 3, None]
    seconds = table["taken"].cast(pyarrow.int64()).to_pylist()
    assert seconds == [int(TAKEN.timestamp()) * 10**9, None, None]
