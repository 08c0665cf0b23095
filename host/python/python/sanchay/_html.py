"""Answers as tables in notebooks. Names are untrusted: all text is escaped."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from os import fsdecode
from typing import Any

from sanchay._native import escaped

__all__ = ["ROWS", "batch", "group", "records", "similar", "summary"]

#: How many records a table shows.
ROWS = 10


def records(
    description: str, summary: Any, shown: Sequence[Any]
) -> str:
    """Show what was called, its first records and its summary."""
    parts = [f"<p><code>{_text(description)}</code></p>"]
    if shown:
        parts.append(_table(shown[:ROWS]))
    if len(shown) > ROWS:
        parts.append("<p>… and more</p>")
    if summary is None:
        parts.append("<p>Not finished.</p>")
    else:
        facts = zip(summary._fields, summary, strict=True)
        words = ", ".join(f"{_head(name)}: {_cell(it)}" for name, it in facts)
        parts.append(f"<p>{words}</p>")
    return "".join(parts)


def group(found: Any) -> str:
    """Show a group of duplicates."""
    files = "".join(f"<li>{_cell(file)}</li>" for file in found.files)
    what = "folders" if found.kind == "directory" else "files"
    return (
        f"<p>{len(found.files)} {what} of {_cell(found.size)} bytes, "
        f"{_cell(found.reclaimable)} of which can be reclaimed</p>"
        f"<ol>{files}</ol><p>{_text(found.algorithm)} "
        f"<code>{_text(found.hash)}</code></p>"
    )


def similar(found: Any) -> str:
    """Show a group of similar texts."""
    files = "".join(
        f"<tr><td{_align(0)}>{alike:.3f}</td><td>{_cell(file)}</td></tr>"
        for alike, file in zip(found.similarities, found.files, strict=True)
    )
    return (
        f"<p>{len(found.files)} similar files</p><table><thead><tr>"
        "<th>similarity</th><th>file</th></tr></thead>"
        f"<tbody>{files}</tbody></table>"
    )


def batch(
    description: str, entries: Sequence[Any], conflicts: Sequence[Any]
) -> str:
    """Show the first entries of a plan, and what stands in the way of others."""
    parts = [f"<p><code>{_text(description)}</code></p>"]
    for title, rows in (("", entries), ("In conflict:", conflicts)):
        if rows:
            parts += [f"<p>{title}</p>"] if title else []
            parts.append(_table(rows))
    return "".join(parts)


def summary(found: Mapping[str, Any]) -> str:
    """Show the sums of trees, and those of the largest extensions."""
    rows = "".join(
        f"<tr><td>{_extension(it)}</td>{_numbers(it)}</tr>"
        for it in found["extensions"][:ROWS]
    )
    return (
        f"<p>{_cell(found['files'])} files, {_cell(found['bytes'])} bytes, "
        f"{_cell(found['directories'])} directories</p>"
        "<table><thead><tr><th>extension</th><th>files</th><th>bytes</th></tr>"
        f"</thead><tbody>{rows}</tbody></table>"
    )


def _extension(totals: Mapping[str, Any]) -> str:
    # One that is not UTF-8 is there in base64.
    bare = totals.get("extension", b64decode(totals.get("extension_base64", "")))
    return _text(fsdecode(bare)) if isinstance(bare, bytes) else _cell(bare)


def _numbers(totals: Mapping[str, Any]) -> str:
    cells = (totals["files"], totals["bytes"])
    return "".join(f"<td{_align(it)}>{_cell(it)}</td>" for it in cells)


def _table(rows: Sequence[Any]) -> str:
    names = rows[0]._fields
    head = "".join(f"<th>{_head(name)}</th>" for name in names)
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{_align(it)}>{_value(name, it)}</td>"
            for name, it in zip(names, row, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _head(name: str) -> str:
    return _text(name.removesuffix("_ns").replace("_", " "))


def _align(value: object) -> str:
    return ' style="text-align: right"' if isinstance(value, int) else ""


def _value(name: str, value: object) -> str:
    if name == "modified_ns" and isinstance(value, int):
        try:
            seconds = value // 1_000_000_000
            return datetime.fromtimestamp(seconds).astimezone().isoformat(" ")
        except (OverflowError, OSError, ValueError):
            return _cell(value)
    return _cell(value)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, tuple):
        return "<br>".join(_cell(one) for one in value)
    return _text(str(value))


def _text(text: str) -> str:
    """Text that is shown and not obeyed, by a terminal or a page."""
    return escape(escaped(text))
