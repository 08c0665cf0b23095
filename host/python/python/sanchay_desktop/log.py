"""The jobs of this user: what was asked, what came of it, what was interrupted.

A file of its own beside the catalog: the catalog belongs to the engine, which
refuses what it does not know.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import time
from collections import deque
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
    """The file of jobs; one thread, the window's, uses it.

    Nobody waits for it. What is to be noted is kept until flush() has written it,
    which fails at once while another program has the file locked.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._is_set_up = self._closed = False
        self._last = 0
        self._waiting: deque[tuple[str, tuple[object, ...]]] = deque()
        self._file = sqlite3.connect(path, isolation_level=None, timeout=0)
        self.flush()

    def flush(self) -> bool:
        """Write what waits; whether all is written by now."""
        if self._closed:
            return True
        try:
            if not self._is_set_up:
                self._set_up()
            while self._waiting:
                self._file.execute(*self._waiting[0])
                self._waiting.popleft()
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            return False
        return True

    def _set_up(self) -> None:
        [version] = self._file.execute("PRAGMA user_version").fetchone()
        if version > _VERSION:
            self._file.close()
            said = f"{self.path} is of version {version}, which a newer program made"
            raise OSError(said)
        self._file.execute("PRAGMA journal_mode = WAL")
        # What the system has it writes, whatever becomes of this process: it is
        # not waited for until that is on the disk.
        self._file.execute("PRAGMA synchronous = NORMAL")
        self._file.execute(_TABLES)
        self._file.execute(f"PRAGMA user_version = {_VERSION}")
        self._is_set_up = True
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
        begun = time.time_ns()
        # Numbered by its time: the file need not be asked for a number.
        self._last = number = max(begun, self._last + 1)
        # JSON keeps lone surrogates, which stand for bytes that are no text.
        both = json.dumps([folders, protected])
        told = (both, json.dumps(options, default=str))
        insert = "INSERT INTO jobs VALUES (?, ?, ?, ?, ?, ?, NULL, 'running', '')"
        self._waiting.append((insert, (number, kind, *told, os.getpid(), begun)))
        return number

    def end(self, number: int, state: str, result: str) -> None:
        """Note how a job ended; after close() the next start finds out."""
        if self._closed:
            return
        update = "UPDATE jobs SET state = ?, result = ?, ended_ns = ? WHERE number = ?"
        self._waiting.append((update, (state, result, time.time_ns(), number)))

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
        self._waiting.append(("DELETE FROM jobs WHERE state != 'running'", ()))

    def close(self, patience: float = 2.0) -> None:
        """Write what is kept, and close it; what cannot be written is told."""
        until = time.monotonic() + patience
        try:
            while not self.flush() and time.monotonic() < until:
                time.sleep(0.05)
        except sqlite3.Error:
            logging.exception("the history is not written")
        for note in self._waiting:
            logging.error("not in the history: %s", note)
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
