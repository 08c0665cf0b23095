"""What is handed out: the source distribution, its metadata, and what it needs."""

import re
import shutil
import subprocess
import sys
import tarfile
from email.parser import Parser
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]


def run(*words, cwd=CHECKOUT):
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    if shutil.which("git") is None or not (CHECKOUT / ".git").exists():
        pytest.skip("the sources are not a checkout")
    folder = tmp_path_factory.mktemp("sdist")
    run(sys.executable, "-m", "maturin", "sdist", "--out", folder)
    [archive] = folder.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    [root] = (it for it in folder.iterdir() if it.is_dir())
    return root


def test_the_source_distribution_has_all_that_the_build_reads(unpacked):
    tracked = run("git", "ls-files").splitlines()
    left_out = [it for it in tracked if not (unpacked / it).exists()]
    # What is deleted and not committed is nowhere.
    left_out = [it for it in left_out if (CHECKOUT / it).exists()]
    assert all(it.startswith("fuzz/corpus/") for it in left_out), left_out
    for needed in [
        "Cargo.lock", "guest/Cargo.lock", "guest/inspector/src/lib.rs",
        "host/guest/build.rs", "host/toolchain/src/lib.rs",
        "rust-toolchain.toml", "wit/world.wit",
    ]:
        assert (unpacked / needed).is_file(), needed


@pytest.mark.parametrize("workspace", [".", "guest"])
def test_the_source_distribution_is_whole_workspaces_with_lock_files(
    unpacked, workspace
):
    run(
        "cargo", "metadata", "--locked", "--format-version", "1",
        cwd=unpacked / workspace,
    )


def test_the_metadata_says_who_and_what_and_names_no_made_up_place(unpacked):
    said = Parser().parsestr((unpacked / "PKG-INFO").read_text())
    assert said["Author"] == "The Sanchay developers"
    assert said["License-Expression"] == "MIT OR Apache-2.0"
    assert {"LICENSE-APACHE", "LICENSE-MIT"} <= set(said.get_all("License-File"))
    classifiers = said.get_all("Classifier")
    assert "Programming Language :: Rust" in classifiers
    assert "Typing :: Typed" in classifiers
    assert said.get_all("Project-URL") is None and said["Home-page"] is None


def test_every_package_that_the_tests_install_has_a_digest():
    lines = (CHECKOUT / "tests/python/requirements.txt").read_text().splitlines()
    packages = [it for it in lines if it and not it.startswith((" ", "#"))]
    assert len(packages) > 9
    for package in packages:
        assert package.endswith(" \\"), package
    wanted = (CHECKOUT / "tests/python/requirements.in").read_text().splitlines()
    for package in wanted:
        if not package.startswith("#"):
            # Without its extras: what they need has lines of its own.
            package = re.sub(r"\[.*\]", "", package)
            assert f"{package} \\" in packages, package


def test_the_page_of_the_package_has_no_link_that_is_relative(unpacked):
    page = (unpacked / "PKG-INFO").read_text().split("\n\n", 1)[1]
    assert page.startswith("# Sanchay for Python")
    links = re.findall(r"\]\(([^)]*)\)", page)
    assert links and all(it.startswith("https://") for it in links), links
