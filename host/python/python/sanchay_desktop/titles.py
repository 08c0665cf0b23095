"""What codes of the engine and of the log are called, and what columns are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from sanchay_desktop.words import translated

_ALL = json.loads(Path(__file__).with_name("titles.json").read_text("utf-8"))
_CODES: dict[str, dict[str, str]] = _ALL["codes"]
_COLUMNS: dict[str, dict[str, str]] = _ALL["columns"]


class Column(NamedTuple):
    """A column that is shown; its kind says how its values are."""

    key: str
    title: str
    kind: str


def title(of: str, code: str) -> str:
    """What a code is called; a code that is not known, as it is."""
    return translated(_CODES[of].get(code, code))


def titles(of: str) -> list[tuple[str, str]]:
    """All codes of a kind, and what they are called."""
    return [(code, translated(text)) for code, text in _CODES[of].items()]


def columns(*keys: str) -> list[Column]:
    made = [(key, _COLUMNS[key]) for key in keys]
    return [Column(key, translated(it["title"]), it["kind"]) for key, it in made]
