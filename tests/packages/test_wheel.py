"""The wheel: in a new environment of Python, with nothing from anywhere else."""

from __future__ import annotations

import os
import subprocess
import venv
from pathlib import Path

import pytest
from conftest import WHEELS, the_only
from environments import does_its_job, listing, make_tree

PROGRAM = """
import hashlib, sys, sanchay
for file in sanchay.hash_files(sys.argv[1], algorithm="sha256"):
    content = open(file.path, "rb").read()
    assert file.hash == hashlib.sha256(content).hexdigest(), file
print(len(list(sanchay.scan(sys.argv[1]))))
"""


@pytest.fixture
def wheel() -> Path:
    return the_only(WHEELS, "sanchay-*-manylinux*.whl")


def test_the_wheel_is_installed_used_and_removed_without_a_trace(
    wheel: Path, tmp_path: Path
) -> None:
    place = tmp_path / "environment"
    venv.create(place, with_pip=True)
    environment = {"PATH": f"{place}/bin:/usr/bin:/bin", "HOME": str(tmp_path)}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    environment["PIP_NO_COMPILE"] = "1"

    def run(*words: str, code: int = 0) -> str:
        done = subprocess.run(words, env=environment, capture_output=True, check=False)
        assert done.returncode == code, done.stderr.decode()
        return done.stdout.decode()

    before = listing(place)
    pip = (f"{place}/bin/pip", "--quiet", "--disable-pip-version-check")
    run(*pip, "install", "--no-index", "--no-deps", str(wheel))
    tree = make_tree(tmp_path / "data")
    shown = run(f"{place}/bin/python", "-c", PROGRAM, str(tree)).strip()
    assert shown == "4"
    (tmp_path / "state").mkdir()
    does_its_job(run, f"{place}/bin/sanchay", str(tree), str(tmp_path / "state"))
    run(*pip, "uninstall", "--yes", "sanchay")
    assert listing(place) == before


def test_the_wheel_is_for_linux_of_2018_and_all_that_is_newer(wheel: Path) -> None:
    [tag] = {it.rsplit("_", 2)[0] for it in wheel.stem.split("-")[-1].split(".")}
    assert tag == "manylinux_2_28"


def test_no_wheel_is_larger_than_a_registry_takes() -> None:
    for wheel in WHEELS.glob("*.whl"):
        assert os.path.getsize(wheel) < 100_000_000, wheel.name
