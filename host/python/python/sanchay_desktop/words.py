"""Words, names and numbers as people read them."""

from __future__ import annotations

import os
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote_from_bytes, unquote_to_bytes

from PySide6.QtCore import QCoreApplication, QLocale, QUrl
from sanchay._native import escaped, human_bytes

#: Times in Arrow's columns, in nanoseconds since 1970.
_SECOND = 1_000_000_000


def mark(text: str) -> str:
    """A literal that is translated where it is shown, by translated()."""
    return text


def translated(text: str, n: int = -1) -> str:
    """The words for a text that was marked."""
    return QCoreApplication.translate("sanchay", text, None, n)


def tr(text: str, n: int = -1) -> str:
    """Translate a literal; %n is a number, by which the words are chosen."""
    return translated(text, n)


def shown(path: str | bytes | None) -> str:
    """A name that is shown and not obeyed, escaped as the program does."""
    return "" if path is None else escaped(os.fsdecode(path))


def path_of(text: str | None, raw: bytes | None) -> str:
    """The path of a row: its text, or its bytes where they are no text."""
    return os.fsdecode(raw or b"") if text is None else text


def named(path: str, key: str = "path") -> dict[str, Any]:
    """A path as tables have it: as text, or as bytes where it is none."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return {key: None, f"{key}_bytes": os.fsencode(path)}
    return {key: path}


def breakable(text: str) -> str:
    """Text that may be broken anywhere: QLabel breaks at spaces alone."""
    return "\u200b".join(text[at : at + 16] for at in range(0, len(text), 16))


def tip(text: str) -> str:
    """A tool tip; Qt would take a name with tags for markup."""
    return f"<p style='white-space:pre-wrap'>{escape(text)}</p>"


def number(value: int) -> str:
    """A number with the separators of the locale."""
    return QLocale().toString(value)


def size(value: int | None) -> str:
    """Bytes, in binary units."""
    return "" if value is None else human_bytes(value)


def growth(value: int) -> str:
    """How many bytes more, or less."""
    return f"{'−' if value < 0 else '+'}{human_bytes(abs(value))}"


def when(nanoseconds: int | None) -> str:
    """A time in the local zone, to the minute."""
    if nanoseconds is None:
        return ""
    try:
        moment = datetime.fromtimestamp(nanoseconds // _SECOND)
    except (OverflowError, OSError, ValueError):
        return f"{nanoseconds // _SECOND} s"
    return moment.isoformat(" ", "minutes")


def few(texts: list[str], most: int = 3) -> list[str]:
    """The first of some texts, and how many more there are."""
    more = len(texts) - most
    left = [tr("… and {0} more").format(number(more))] if more > 0 else []
    return texts[:most] + left


def units(text: str) -> int:
    """How long a text is as Qt counts, in UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def error_text(error: BaseException) -> str:
    """What went wrong, with the path escaped."""
    if isinstance(error, OSError) and error.filename is not None:
        return f"{shown(error.filename)}: {shown(error.strerror or str(error))}"
    # What the package says has its names escaped; only line ends are kept.
    lines = str(error).split("\n") or [type(error).__name__]
    return "\n".join(escaped(line).replace("\\\\", "\\") for line in lines)


def url_of(path: str) -> QUrl:
    """A file's address, with the bytes of its name whatever they are."""
    if os.name == "nt":
        return QUrl.fromLocalFile(path)
    raw = os.fsencode(os.path.abspath(path))
    return QUrl.fromEncoded(b"file://" + quote_from_bytes(raw).encode())


def local_path(url: QUrl) -> str | None:
    """The path of a file's address, or None for another address."""
    if not url.isLocalFile():
        return None
    if os.name == "nt":
        return url.toLocalFile()
    _, _, rest = bytes(url.toEncoded().data()).partition(b"://")
    return os.fsdecode(unquote_to_bytes(rest[rest.index(b"/") :].split(b"#")[0]))
