"""The packages again, of the same program, elsewhere: the same bytes."""

from __future__ import annotations

import os
import subprocess
import tarfile
from pathlib import Path

import pytest
from conftest import CHECKOUT, PACKAGES, Find

MAKE = CHECKOUT / "dist/packages/make"
IMAGE = CHECKOUT / "dist/image/make"


def again(script: Path, archive: Path, folder: Path) -> Path:
    """Makes packages of the program in an archive, and gives the folder."""
    with tarfile.open(archive) as it:
        it.extractall(folder / "unpacked", filter="data")
        times = {int(member.mtime) for member in it.getmembers()}
    [epoch] = times
    [top] = (folder / "unpacked").iterdir()
    target = top.name.split("-", 2)[2]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(epoch)}
    # Whatever this says must change nothing.
    environment |= {"TZ": "Asia/Kathmandu", "LC_ALL": "C.UTF-8", "TMPDIR": str(folder)}
    notices = top / "share/doc/sanchay"
    output = folder / "output"
    words = [str(script), target]
    words += [str(it) for it in (top / "bin/sanchay", notices, output)]
    subprocess.run(words, env=environment, check=True, umask=0o077)
    return output


@pytest.mark.parametrize("target", ["gnu", "musl"])
def test_the_same_program_gives_the_same_packages(
    package: Find, tmp_path: Path, target: str
) -> None:
    archive = package(f"sanchay-*-x86_64-unknown-linux-{target}.tar.gz")
    for made in again(MAKE, archive, tmp_path).iterdir():
        assert made.read_bytes() == (PACKAGES / made.name).read_bytes(), made.name


def test_the_same_program_gives_the_same_image(package: Find, tmp_path: Path) -> None:
    archive = package("sanchay-*-x86_64-unknown-linux-musl.tar.gz")
    image = package("sanchay-*-amd64.oci.tar")
    [made] = again(IMAGE, archive, tmp_path).iterdir()
    assert made.read_bytes() == image.read_bytes()


def test_the_digests_are_those_of_the_packages() -> None:
    if not (PACKAGES / "SHA256SUMS").exists():
        pytest.skip(f"LEFT OUT: there is no SHA256SUMS in {PACKAGES}")
    words = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    subprocess.run(words, cwd=PACKAGES, check=True)
    listed = (PACKAGES / "SHA256SUMS").read_text().splitlines()
    names = {line.split(maxsplit=1)[1].lstrip("*") for line in listed}
    there = {it.name for it in PACKAGES.iterdir() if it.is_file()}
    assert names == there - {"SHA256SUMS"}
