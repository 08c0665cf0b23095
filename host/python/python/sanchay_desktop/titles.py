"""What codes of the engine and of the log are called, and what columns are."""

from __future__ import annotations

from typing import Literal, NamedTuple

from sanchay_desktop.words import mark, translated

Kind = Literal[
    "path", "size", "growth", "time", "number", "share", "change", "text", "long"
]

_TITLES = {
    "job": {
        "scan": mark("Scan"),
        "duplicates": mark("Duplicates"),
        "summary": mark("Summary"),
        "snapshot": mark("Snapshot"),
        "diff": mark("Changes"),
        "similar": mark("Similar files"),
        "rename": mark("Rename"),
        "plan": mark("Plan"),
        "apply": mark("Apply"),
        "undo": mark("Undo"),
        "here": mark("Is it here?"),
        "export": mark("Export"),
        "sort": mark("Sorting"),
        "compare": mark("Comparing"),
        "history": mark("History"),
    },
    "state": {
        "running": mark("going on"),
        "done": mark("done"),
        "failed": mark("failed"),
        "cancelled": mark("cancelled"),
        "interrupted": mark("interrupted"),
        "finished": mark("can be undone"),
        "unfinished": mark("ended early"),
        "undone": mark("undone"),
    },
    "phase": {
        "walking": mark("Looking for files"),
        "hashing": mark("Hashing"),
        "comparing": mark("Comparing"),
        "checking": mark("Checking"),
        "planning": mark("Planning"),
        "applying": mark("Applying"),
        "undoing": mark("Undoing"),
    },
    "step": {
        "mkdir": mark("make folder"),
        "rename": mark("rename"),
        "move": mark("move"),
        "copy": mark("copy"),
        "hardlink": mark("hard link"),
        "symlink": mark("symbolic link"),
        "reflink": mark("share blocks"),
        "trash": mark("to the trash"),
        "delete": mark("delete for good"),
        "dedupe": mark("duplicates"),
        "link": mark("link"),
    },
    # What becomes of files that make way.
    "action": {
        "trash": mark("move to the trash"),
        "hardlink": mark("replace by hard links"),
        "reflink": mark("share blocks (reflink)"),
        "symlink": mark("replace by symbolic links"),
        "move-to": mark("move to a folder…"),
        "delete": mark("delete for good"),
    },
    "rule": {
        "oldest": mark("the oldest"),
        "newest": mark("the newest"),
        "largest": mark("the largest"),
        "smallest": mark("the smallest"),
        "shortest-path": mark("the shortest path"),
        "longest-path": mark("the longest path"),
        "first-root": mark("in the first folder"),
    },
    "change": {
        "new": mark("new"),
        "changed": mark("changed"),
        "moved": mark("moved"),
        "deleted": mark("deleted"),
        "touched": mark("touched"),
    },
    "age": {
        "future": mark("in the future"),
        "day": mark("a day"),
        "week": mark("a week"),
        "month": mark("a month"),
        "year": mark("a year"),
        "five-years": mark("five years"),
        "older": mark("older"),
    },
    "kind": {
        "file": mark("Files"),
        "directory": mark("Folders"),
        "symlink": mark("Links"),
    },
    "theme": {
        "system": mark("as the system"),
        "light": mark("light"),
        "dark": mark("dark"),
    },
    "pictures": {
        "beside": mark("side by side"),
        "slide": mark("slide"),
        "difference": mark("difference"),
    },
}

#: The title of each column that a table can have, and how its values are shown.
_COLUMNS: dict[str, tuple[str, Kind]] = {
    "age": (mark("Age"), "long"),
    "because": (mark("Why"), "text"),
    "begun": (mark("Begun"), "time"),
    "change": (mark("Change"), "change"),
    "class": (mark("Size of files"), "long"),
    "done": (mark("Done"), "number"),
    "failed": (mark("Failed"), "number"),
    "files": (mark("Files"), "number"),
    "folders": (mark("Folders"), "long"),
    "from": (mark("Was at"), "path"),
    "from_path": (mark("From"), "path"),
    "group": (mark("Group"), "number"),
    "growth": (mark("Growth"), "growth"),
    "mark": (mark("Mark"), "text"),
    "modified": (mark("Modified"), "time"),
    "more_files": (mark("More files"), "number"),
    "only_here": (mark("Only here"), "number"),
    "only_there": (mark("Only there"), "number"),
    "other": (mark("Other"), "path"),
    "path": (mark("Path"), "path"),
    "reclaimable": (mark("Reclaimable"), "size"),
    "result": (mark("Result"), "long"),
    "run": (mark("Run"), "text"),
    "same": (mark("Equal files"), "number"),
    "similarity": (mark("Similarity"), "share"),
    "size": (mark("Size"), "size"),
    "state": (mark("State"), "text"),
    "step": (mark("Step"), "text"),
    "steps": (mark("Steps"), "number"),
    "to": (mark("To, or what stays"), "path"),
    "type": (mark("Type"), "long"),
    "undone": (mark("Undone"), "number"),
    "what": (mark("Job"), "text"),
}


class Column(NamedTuple):
    """A column that is shown."""

    key: str
    title: str
    kind: Kind


def title(of: str, code: str) -> str:
    """What a code is called; a code that is not known, as it is."""
    return translated(_TITLES[of].get(code, code))


def titles(of: str) -> list[tuple[str, str]]:
    """All codes of a kind, and what they are called."""
    return [(code, translated(text)) for code, text in _TITLES[of].items()]


def columns(*keys: str) -> list[Column]:
    """Columns of a table."""
    return [Column(key, translated(_COLUMNS[key][0]), _COLUMNS[key][1]) for key in keys]
