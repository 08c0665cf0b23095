"""What the tests of the engines share: a tree, and what one machine says of it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# Servers that other tests have, too; behind this folder's own modules.
sys.path.append(str(Path(__file__).parents[1] / "python"))


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree with equal files, hard links, odd names and large files."""
    root = tmp_path_factory.mktemp("tree") / "in"
    for number in range(240):
        folder = root / f"{number % 6}" / f"{number % 5}"
        folder.mkdir(parents=True, exist_ok=True)
        # Of each size there are several contents.
        (folder / f"{number}.txt").write_text(text(number % 40))
    for number in range(12):
        os.link(root / f"{number % 6}/{number % 5}/{number}.txt", root / f"link{number}")
    (root / "empty").touch()
    (root / "empty2").touch()
    (root / ".hidden").write_text(text(1))
    for name in (b"\xff\xfe", b"\xc3\x28.txt", b"new\nline", b" "):
        with open(os.fsencode(root) + b"/" + name, "wb") as file:
            file.write(text(3).encode())
    return root


def text(number: int) -> str:
    """Texts of which neighbours are nearly the same."""
    words = [f"word{number // 4}-{at}" for at in range(120)]
    words[number % 4] = "other"
    return " ".join(words)


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tree whose files take some seconds to hash: there is time to kill."""
    root = tmp_path_factory.mktemp("slow") / "in"
    root.mkdir()
    for number in range(12):
        with (root / f"{number}.bin").open("wb") as file:
            file.write(bytes([number % 3]))
            file.truncate(SLOW_BYTES)
    return root


#: How large the files of `slow` are: none of it is on disk.
SLOW_BYTES = int(os.environ.get("SANCHAY_TEST_SLOW_BYTES", 2 << 30))


def until(happened: Callable[[], object], seconds: float = 120) -> object:
    """Wait for something to be the case."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := happened():
            return found
        time.sleep(0.02)
    raise AssertionError(f"it did not come within {seconds} s: {happened}")


def processes() -> Iterator[tuple[int, int, bytes]]:
    """Those of this machine: numbers, those of their parents, command lines."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_bytes()
            line = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        parent = stat.rpartition(b")")[2].split()[1]
        yield int(entry.name), int(parent), line


def below(ancestor: int) -> list[tuple[int, bytes]]:
    """The processes that a process started, directly or by others."""
    found, wanted = [], {ancestor}
    known = list(processes())
    while True:
        more = [(pid, line) for pid, parent, line in known if parent in wanted]
        more = [it for it in more if it not in found]
        if not more:
            return found
        found += more
        wanted = {pid for pid, _ in more}
