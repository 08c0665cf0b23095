"""One file: made by PyInstaller, and started."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from conftest import environment

CHECKOUT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def one_file(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("one-file")
    tool = CHECKOUT / "host/python/build/desktop.py"
    done = subprocess.run(
        [sys.executable, tool, out],
        env=environment(out, PYINSTALLER_CONFIG_DIR=str(out / "cache")),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    [made] = (it for it in out.iterdir() if it.is_file())
    print(f"one file of {made.stat().st_size:,} bytes")
    return made


def started(one_file, home, *words):
    """With nothing of Python's around."""
    env = environment(home, QT_QPA_PLATFORM="offscreen")
    for name in ("PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME"):
        env.pop(name, None)
    return subprocess.Popen(
        [one_file, *words],
        env=env,
        cwd=home,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_the_one_file_says_its_version(one_file, home):
    import sanchay

    said, complained = started(one_file, home, "--version").communicate(timeout=120)
    assert said.decode() == f"sanchay-desktop {sanchay.version()}\n", complained


def test_the_one_file_opens_its_window_finds_duplicates_and_ends_when_told(
    one_file, home, tmp_path
):
    folder = tmp_path / "tree"
    folder.mkdir()
    for name in "ab":
        (folder / name).write_bytes(b"same" * 1000)
    process = started(one_file, home, "--duplicates", folder)
    log = home / "data/sanchay/desktop.db"
    try:
        deadline = time.monotonic() + 120
        found = []
        while time.monotonic() < deadline and process.poll() is None:
            found = results(log)
            if found and found[0][1] == "done":
                break
            time.sleep(0.1)
        assert found, process.poll()
        assert found[0][:2] == ("duplicates", "done")
        assert "groups: 1" in found[0][2]
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def results(log):
    if not os.path.exists(log):
        return []
    try:
        with sqlite3.connect(log) as file:
            return file.execute("SELECT kind, state, result FROM jobs").fetchall()
    except sqlite3.OperationalError:
        return []
