"""The packages for other systems and processors: unpacked, run by Wine and QEMU."""

from __future__ import annotations

import os
import shutil
import zipfile
from functools import partial
from pathlib import Path

import pytest
from conftest import CHECKOUT, Find
from environments import does_its_job, make_tree, run_here
from test_archives import install, left, remove

WINDOWS = "sanchay-*-x86_64-pc-windows-gnu.zip"
AARCH64 = "sanchay-*-aarch64-unknown-linux-gnu.tar.gz"
#: Where Debian has the C library of that processor.
LIBRARIES = Path("/usr/aarch64-linux-gnu")


def test_the_program_for_windows_runs_under_wine(
    package: Find, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = package(WINDOWS)
    if not (shutil.which("wine") and shutil.which("x86_64-w64-mingw32-gcc")):
        pytest.skip("LEFT OUT: there is no Wine, or no compiler for it")
    place, state = tmp_path / "unpacked", tmp_path / "state"
    state.mkdir()
    with zipfile.ZipFile(archive) as it:
        names = it.namelist()
        it.extractall(place)
    top = archive.name.removesuffix(".zip")
    for name in (
        "bin/sanchay.exe",
        "share/doc/sanchay/LICENSE-MIT",
        "share/doc/sanchay/THIRD-PARTY-LICENSES.txt",
        "share/doc/sanchay/sanchay.cdx.json",
        "share/doc/sanchay/sanchay.ps1",
        "share/doc/sanchay/WINDOWS.md",
    ):
        assert f"{top}/{name}" in names, name
    # What they would link to is not there.
    for page in (place / top / "share/doc/sanchay").glob("[RW]*.md"):
        assert "](" not in page.read_text(), page
    # Relative paths are the same for both systems.
    make_tree(tmp_path / "data")
    monkeypatch.chdir(tmp_path)
    run = partial(run_here, str(CHECKOUT / "tests/windows/wine"))
    does_its_job(run, str(place / top / "bin/sanchay.exe"), "data", "state")
    shutil.rmtree(place)
    assert sorted(os.listdir(tmp_path)) == ["data", "state"]


def test_the_program_for_aarch64_runs_under_qemu(
    package: Find, nothing, tmp_path: Path
) -> None:
    archive = package(AARCH64)
    qemu = shutil.which("qemu-aarch64-static")
    if qemu is None or not LIBRARIES.exists():
        pytest.skip("LEFT OUT: there is no qemu-aarch64-static, or no C library for it")
    # What a Debian of that processor has: its loader and the C library.
    shutil.copytree(LIBRARIES / "lib", nothing.path / "lib", symlinks=True)
    shutil.copy(qemu, nothing.path / "qemu")
    before = nothing.listing()
    install(archive, nothing)
    run = partial(nothing.run, "/qemu")
    does_its_job(run, "/usr/local/bin/sanchay", "/data", "/state")
    remove(archive, nothing)
    assert left(before, nothing.listing()) == set()
