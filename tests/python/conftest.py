"""What the tests share: trees with all that is hard about names and files."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

# As if vpo-core were installed, of which test_vpo_core.py makes sure.
sys.path.append(str(Path(__file__).parents[2] / "host/python/vpo-core/src"))
import vpo_core  # noqa: E402, F401
from farms import farm, port, server  # noqa: E402, F401

Tree = Callable[..., Path]


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Makes a tree of files from names and contents."""

    def make(files: dict[str, bytes]) -> Path:
        for name, content in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return tmp_path

    return make


@pytest.fixture
def big(tmp_path: Path) -> Path:
    """A file that takes minutes to hash whole: 64 GiB, none of them on disk."""
    path = tmp_path / "big.bin"
    with path.open("wb") as file:
        file.truncate(64 << 30)
    return path


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that users without privileges can reach as well."""
    folder = tempfile.mkdtemp(prefix="sanchay-")
    os.chmod(folder, 0o755)
    yield Path(folder)
    shutil.rmtree(folder)


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be a user without privileges for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def threads() -> int:
    """How many threads this process has."""
    return len(os.listdir("/proc/self/task"))
