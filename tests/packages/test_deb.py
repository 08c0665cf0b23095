"""The package of Debian: installed, used and removed where nothing else is."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import Find
from environments import Root, does_its_job, run_here

# What dpkg itself keeps, and rewrites.
OF_DPKG = ("var/lib/dpkg/", "var/log/")

# What lintian finds wrong and is as it should be.
KNOWN = {
    # No address is made up: there is no public one.
    "malformed-contact",
    # The changelog is the program's; that of the package is git's.
    "debian-changelog-file-missing-or-wrong-name",
}


def installed(root: Root) -> dict[str, str]:
    listing = root.listing()
    return {it: what for it, what in listing.items() if not it.startswith(OF_DPKG)}


def test_the_package_is_installed_used_and_removed_without_a_trace(
    package: Find, debian: Root
) -> None:
    shutil.copy(package("sanchay_*_amd64.deb"), debian.path / "package")
    before = installed(debian)
    [file] = (debian.path / "package").iterdir()
    debian.run("dpkg", "--install", f"/package/{file.name}")
    assert debian.run("dpkg", "--verify", "sanchay") == ""
    does_its_job(debian.run, "sanchay", "/data", "/state")

    documents = debian.path / "usr/share/doc/sanchay"
    assert (documents / "copyright").read_text().startswith("Format: ")
    unit = debian.path / "usr/lib/systemd/system/sanchay.service"
    assert "ExecStart=/usr/bin/sanchay " in unit.read_text()

    debian.run("dpkg", "--remove", "sanchay")
    assert installed(debian) == before
    debian.run("dpkg", "--purge", "sanchay")
    assert "sanchay" not in debian.run("dpkg-query", "--list")


def test_the_package_names_the_libraries_that_it_needs(package: Find) -> None:
    file = package("sanchay_*_amd64.deb")
    depends = run_here("dpkg-deb", "--field", str(file), "Depends")
    names = {it.split()[0] for it in depends.strip().split(", ")}
    assert names == {"libc6", "libgcc-s1"}
    assert "(>= 2." in depends


def test_lintian_finds_no_error(package: Find) -> None:
    file = package("sanchay_*_amd64.deb")
    if shutil.which("lintian") is None:
        pytest.skip("LEFT OUT: there is no lintian")
    words = ["lintian", "--allow-root", "--no-cfg", "--display-level", ">=error"]
    done = subprocess.run([*words, file], capture_output=True, text=True, check=False)
    lines = [it for it in done.stdout.splitlines() if it.startswith("E: ")]
    assert [it for it in lines if it.split()[2] not in KNOWN] == []


def test_the_unit_is_one_that_systemd_understands(
    package: Find, tmp_path: Path
) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("LEFT OUT: there is no systemd-analyze")
    file = package("sanchay_*_amd64.deb")
    run_here("dpkg-deb", "--extract", str(file), str(tmp_path))
    text = (tmp_path / "usr/lib/systemd/system/sanchay.service").read_text()
    assert "/usr/bin/sanchay" in text
    program = tmp_path / "usr/bin/sanchay"
    unit = tmp_path / "sanchay.service"
    unit.write_text(text.replace("/usr/bin/sanchay", str(program)))
    words = ("systemd-analyze", "verify", "--man=no", str(unit))
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    said = [it for it in done.stderr.splitlines() if "sanchay" in it]
    assert (done.returncode, said) == (0, []), done.stderr
