"""The program out of the package: python -m sanchay."""

import json
import os
import signal
import subprocess
import sys
import time


def program(*words, **options):
    return subprocess.run(
        [sys.executable, "-m", "sanchay", *words], capture_output=True, **options
    )


def test_the_module_is_the_program(tree):
    folder = tree({"a.txt": b"one", "b/c.txt": b"two", os.fsdecode(b"\xff"): b""})
    done = program("scan", folder, "--format", "ndjson", "-e", "txt")
    assert done.returncode == 0, done.stderr
    paths = {json.loads(line)["path"] for line in done.stdout.splitlines()}
    assert paths == {f"{folder}/a.txt", f"{folder}/b/c.txt"}
    named = program("hash", folder / os.fsdecode(b"\xff"))
    assert named.returncode == 0, named.stderr


def test_it_calls_itself_sanchay_and_keeps_its_exit_codes(tmp_path):
    done = program("--version")
    assert done.stdout.startswith(b"sanchay ")
    wrong = program("scan", "--nothing")
    assert wrong.returncode == 2
    assert b"Usage: sanchay scan" in wrong.stderr
    assert program("scan", tmp_path / "gone").returncode == 2


def test_ctrl_c_ends_it_as_the_program_ends(big):
    with subprocess.Popen(
        [sys.executable, "-m", "sanchay", "hash", "-a", "sha256", str(big)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as running:
        time.sleep(1)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=20)
    assert running.returncode in (130, -signal.SIGINT), said
    assert b"Traceback" not in said
