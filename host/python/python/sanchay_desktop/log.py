"""The jobs of this user: what was asked, what came of it, what was interrupted.

A file of its own beside the catalog: the catalog belongs to the engine, which
refuses what it does not know.
"""

from __future__ import annotations

import json
import os
import sqlite3
import time
from pathlib import Path
from typing import Any, NamedTuple

_TABLES = """
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    folders TEXT NOT NULL,
    options TEXT NOT NULL,
    process INTEGER NOT NULL,
    begun_ns INTEGER NOT NULL,
    ended_ns INTEGER,
    state TEXT NOT NULL,
    result TEXT NOT NULL
) STRICT
"""
#: The version of the file, which a newer program raises.
_VERSION = 1


class LoggedJob(NamedTuple):
    """A job as the log has it."""

    number: int
    kind: str
    #: All of them, and those of them that were protected.
    folders: list[str]
    protected: list[str]
    options: dict[str, Any]
    begun_ns: int
    state: str
    result: str


class JobLog:
    """The file of jobs; one thread, the window's, uses it."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._closed = False
        self._file = sqlite3.connect(path, isolation_level=None, timeout=5)
        [version] = self._file.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            self._file.close()
            raise OSError(f"{path} is of version {version}, which a newer program made")
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute(_TABLES)
        self._file.execute(f"PRAGMA user_version = {_VERSION}")
        # Jobs of processes that are gone did not end by themselves.
        running = "SELECT number, process FROM jobs WHERE state = 'running'"
        for number, process in self._file.execute(running).fetchall():
            if process == os.getpid() or not _is_running(process):
                self.end(number, "interrupted", "")

    def begin(
        self,
        kind: str,
        folders: list[str],
        protected: list[str],
        options: dict[str, Any],
    ) -> int:
        """Note that a job begins."""
        # JSON keeps lone surrogates, which stand for bytes that are no text.
        both = json.dumps([folders, protected])
        told = (both, json.dumps(options, default=str))
        cursor = self._file.execute(
            "INSERT INTO jobs (kind, folders, options, process, begun_ns, state,"
            " result) VALUES (?, ?, ?, ?, ?, 'running', '')",
            (kind, *told, os.getpid(), time.time_ns()),
        )
        return cursor.lastrowid or 0

    def end(self, number: int, state: str, result: str) -> None:
        """Note how a job ended; after close() the next start finds out."""
        if not self._closed:
            self._file.execute(
                "UPDATE jobs SET state = ?, result = ?, ended_ns = ? WHERE number = ?",
                (state, result, time.time_ns(), number),
            )

    def jobs(self, most: int = 500) -> list[LoggedJob]:
        """The last jobs, the newest first."""
        rows = self._file.execute(
            "SELECT number, kind, folders, options, begun_ns, state, result"
            " FROM jobs ORDER BY number DESC LIMIT ?",
            (most,),
        )
        return [
            LoggedJob(
                number, kind, *_folders(folders), json.loads(options), *rest
            )
            for number, kind, folders, options, *rest in rows
        ]

    def forget(self) -> None:
        """Remove all that ended."""
        self._file.execute("DELETE FROM jobs WHERE state != 'running'")

    def close(self) -> None:
        self._closed = True
        self._file.close()


def _folders(text: str) -> tuple[list[str], list[str]]:
    found = json.loads(text)
    if found and isinstance(found[0], list):
        return found[0], found[1]
    # Before protected folders were kept.
    return found, []


def _is_running(process: int) -> bool:
    if os.name == "nt":
        # os.kill would end it there. Another window's job is then shown as
        # interrupted until it ends, and loses nothing.
        return False
    try:
        os.kill(process, 0)
    except OSError as error:
        return isinstance(error, PermissionError)
    return True
