"""Words, names and numbers as people read them."""

from __future__ import annotations

import os
from datetime import datetime
from html import escape
from urllib.parse import quote_from_bytes, unquote_to_bytes

from PySide6.QtCore import QCoreApplication, QLocale, QUrl
from sanchay._native import escaped, human_bytes

__all__ = [
    "error_text",
    "local_path",
    "number",
    "path_of",
    "shown",
    "size",
    "tip",
    "tr",
    "url_of",
    "when",
]

#: Times in Arrow's columns, in nanoseconds since 1970.
_SECOND = 1_000_000_000


def tr(text: str, n: int = -1) -> str:
    """Translate; %n is a number, by which the words are chosen.

    The test of the translations collects the texts: they must be literals.
    """
    return QCoreApplication.translate("sanchay", text, None, n)


def shown(path: str | bytes | None) -> str:
    """A name that is shown and not obeyed, escaped as the program does."""
    if path is None:
        return ""
    return escaped(os.fsdecode(path))


def path_of(text: str | None, raw: bytes | None) -> str:
    """The path of a row: its text, or its bytes where they are no text."""
    if text is not None:
        return text
    return os.fsdecode(raw or b"")


def tip(text: str) -> str:
    """A tool tip; Qt would take a name with tags for markup."""
    return f"<p style='white-space:pre-wrap'>{escape(text)}</p>"


def number(value: int) -> str:
    """A number with the separators of the locale."""
    return QLocale().toString(value)


def size(value: int | None) -> str:
    """Bytes, in binary units."""
    return "" if value is None else human_bytes(value)


def when(nanoseconds: int | None) -> str:
    """A time in the local zone, to the minute."""
    if nanoseconds is None:
        return ""
    try:
        moment = datetime.fromtimestamp(nanoseconds // _SECOND)
    except (OverflowError, OSError, ValueError):
        return f"{nanoseconds // _SECOND} s"
    return moment.isoformat(" ", "minutes")


def error_text(error: BaseException) -> str:
    """What went wrong, with the path escaped."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{shown(error.filename)}: {shown(error.strerror or str(error))}"
    # What the package says has its names escaped; only line ends are kept.
    lines = str(error).split("\n") or [type(error).__name__]
    return "\n".join(escaped(line).replace("\\\\", "\\") for line in lines)


def url_of(path: str) -> QUrl:
    """A file's address, with the bytes of its name whatever they are."""
    raw = os.fsencode(os.path.abspath(path))
    if os.name == "nt":
        return QUrl.fromLocalFile(path)
    return QUrl.fromEncoded(b"file://" + quote_from_bytes(raw).encode())


def local_path(url: QUrl) -> str | None:
    """The path of a file's address, or None for another address."""
    if not url.isLocalFile():
        return None
    if os.name == "nt":
        return url.toLocalFile()
    encoded = bytes(url.toEncoded().data())
    _, _, rest = encoded.partition(b"://")
    raw = unquote_to_bytes(rest[rest.index(b"/") :].split(b"#")[0])
    return os.fsdecode(raw)
