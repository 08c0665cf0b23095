"""The archives: unpacked below /usr/local of a root where nothing else is."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest
from conftest import Find
from environments import Root, does_its_job, run_here

STATIC = "sanchay-*-unknown-linux-musl.tar.gz"
SHARED = "sanchay-*-x86_64-unknown-linux-gnu.tar.gz"

# As docs/INSTALL.md has it.
UNPACK = ("tar", "--strip-components=1", "--no-same-owner", "-C")


def install(archive: Path, root: Root) -> None:
    run_here(*UNPACK, str(root.path / "usr/local"), "-xzf", str(archive))


def remove(archive: Path, root: Root) -> None:
    """Removes the files that the archive has, and the folder that is its own."""
    prefix = root.path / "usr/local"
    with tarfile.open(archive) as it:
        names = [member.name for member in it.getmembers() if member.isfile()]
    for name in names:
        prefix.joinpath(*Path(name).parts[1:]).unlink()
    (prefix / "share/doc/sanchay").rmdir()


def left(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """What is there now and was not, but for folders that programs share."""
    assert {it: after.get(it) for it in before} == before
    new = set(after) - set(before)
    return {it for it in new if "sanchay" in it or not after[it].startswith("d")}


def comes_and_goes(archive: Path, root: Root, program: str) -> None:
    """Unpacks, runs and removes what an archive has: nothing of it is left."""
    before = root.listing()
    install(archive, root)
    does_its_job(root.run, program, "/data", "/state")
    remove(archive, root)
    assert left(before, root.listing()) == set()


def test_the_static_program_runs_where_there_is_nothing_else(
    package: Find, nothing: Root
) -> None:
    comes_and_goes(package(STATIC), nothing, "/usr/local/bin/sanchay")


def test_the_other_program_runs_on_a_debian_that_has_nothing_else(
    package: Find, debian: Root
) -> None:
    comes_and_goes(package(SHARED), debian, "sanchay")


@pytest.mark.parametrize("pattern", [STATIC, SHARED])
def test_an_archive_has_pages_completions_licences_and_a_bill(
    package: Find, pattern: str
) -> None:
    archive = package(pattern)
    with tarfile.open(archive) as it:
        members = {member.name: member for member in it.getmembers()}
        top = archive.name.removesuffix(".tar.gz")
        for name in (
            "bin/sanchay",
            "lib/systemd/system/sanchay.service",
            "share/bash-completion/completions/sanchay",
            "share/doc/sanchay/LICENSE-APACHE",
            "share/doc/sanchay/LICENSE-MIT",
            "share/doc/sanchay/README.md",
            "share/doc/sanchay/THIRD-PARTY-LICENSES.txt",
            "share/doc/sanchay/sanchay.cdx.json",
            "share/fish/vendor_completions.d/sanchay.fish",
            "share/man/man1/sanchay-scan.1",
            "share/man/man1/sanchay.1",
            "share/zsh/site-functions/_sanchay",
        ):
            assert members[f"{top}/{name}"].size > 0, name
        times = {member.mtime for member in members.values()}
        assert len(times) == 1, "not one time"
        owners = {(it.uid, it.gid, it.uname, it.gname) for it in members.values()}
        assert owners == {(0, 0, "", "")}
        for member in members.values():
            assert member.mode & 0o022 == 0, f"{member.name}: others may write"
        page = it.extractfile(f"{top}/share/man/man1/sanchay.1")
        assert page is not None
        assert ".TH sanchay 1" in page.read().decode()
