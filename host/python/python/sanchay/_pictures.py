"""Small copies of pictures: picture_preview()."""

from __future__ import annotations

from typing import NamedTuple, cast

from sanchay import _native
from sanchay._fields import describe
from sanchay._types import Path

__all__ = ["PicturePreview", "picture_preview"]


class PicturePreview(NamedTuple):
    """A small copy of a picture."""

    width: int
    height: int
    bitmap: bytes


describe(
    PicturePreview,
    width="The width of the picture itself, in pixels, when it is upright.",
    height="Its height in pixels.",
    bitmap="The copy, upright and on white, as a BMP file.",
)


def picture_preview(path: Path, *, large: bool = False) -> PicturePreview | None:
    """Make a small copy of a picture, decoded in the sandbox.

        copy = sanchay.picture_preview("photo.jpg")
        if copy is not None:
            print(copy.width, copy.height, len(copy.bitmap))

    JPEG, PNG, WebP, GIF, BMP and TIFF are decoded; of several pictures in a file,
    the first. The decoders are in a WebAssembly component that imports nothing:
    whatever a file makes them do, they reach no other. A picture may have 64 MiB
    as a file, and take 8 seconds and 512 MiB of memory. Links are followed, as
    for any path that is named. asyncio.to_thread() waits without blocking.

    Args:
        path: The file.
        large: Whether the copy has up to 1200 pixels in either direction, in place
            of 240. No copy is larger than its picture.

    Returns:
        The copy; None for a file whose name is not that of a picture.

    Raises:
        FileNotFoundError: There is no such file; other kinds of OSError likewise.
        EntryError: It is no regular file, its bytes are no picture or damaged, or
            it takes too much.
        ValueError: The path can be none, for it has a zero byte.
        TypeError: What is given is no path, or neither True nor False.
    """
    found = _native.picture_preview(path, large, PicturePreview)
    return cast("PicturePreview | None", found)
