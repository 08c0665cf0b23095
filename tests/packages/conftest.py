"""The packages that are tested, and where they are installed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from environments import Root, make_tree, run_here

CHECKOUT = Path(__file__).resolve().parents[2]
# What `./x packages`, `./x wheel` and `x --package-test-tools` made.
PACKAGES = Path(os.environ.get("SANCHAY_PACKAGES", CHECKOUT / "target/packages"))
WHEELS = Path(os.environ.get("SANCHAY_WHEELS", CHECKOUT / "target/wheels"))
DEBIAN = Path(os.environ.get("SANCHAY_DEBIAN", CHECKOUT / ".tools/debian.tar"))

Find = Callable[[str], Path]


def the_only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if not found:
        pytest.skip(f"LEFT OUT: there is no {pattern} in {folder}")
    assert len(found) == 1, found
    return found[0]


@pytest.fixture
def package() -> Find:
    """Finds a package by a pattern."""
    return lambda pattern: the_only(PACKAGES, pattern)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "data")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    folder.chmod(0o777)
    return folder


@pytest.fixture
def shown(tree: Path, state: Path) -> dict[str, Path]:
    """What is shown to what runs in a root of its own: files, and a place for
    what it remembers."""
    if shutil.which("bwrap") is None:
        pytest.skip("LEFT OUT: there is no bwrap")
    return {"/data": tree, "/state": state}


@pytest.fixture
def nothing(tmp_path: Path, shown: dict[str, Path]) -> Root:
    """A root without anything but the folders that things are mounted on."""
    path = tmp_path / "root"
    for name in ("data", "state", "proc", "dev", "tmp", "usr/local"):
        (path / name).mkdir(parents=True)
    return Root(path, shown)


@pytest.fixture
def debian(tmp_path: Path, shown: dict[str, Path]) -> Root:
    """A Debian that has nothing but what every Debian has."""
    if os.geteuid() != 0:
        pytest.skip("LEFT OUT: only root can set up a Debian")
    if not DEBIAN.exists():
        pytest.skip(f"LEFT OUT: there is no {DEBIAN}: x --package-test-tools makes it")
    path = tmp_path / "debian"
    path.mkdir()
    run_here("tar", "-C", str(path), "-xf", str(DEBIAN))
    for name in ("data", "state", "package"):
        (path / name).mkdir()
    return Root(path, shown)
