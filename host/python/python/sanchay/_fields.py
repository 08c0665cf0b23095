"""Words for the fields of records, which help() shows."""

from __future__ import annotations

__all__ = ["describe"]


def describe(record: type, **fields: str) -> None:
    """Give each field of a named tuple its words.

    Without them, help() calls a field an "Alias for field number 0".
    """
    for name, words in fields.items():
        getattr(record, name).__doc__ = words
