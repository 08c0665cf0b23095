"""Starts a fresh S3 server on loopback, in place of the one before.

s3-server.py PORT FOLDER: its process id is noted in FOLDER. Returns when the
server answers and has the bucket `bucket`; the server goes on. It is s3s-fs
where `./x --peer-tools` has compiled it, and otherwise moto, which answers some
400 requests a second and takes more time than its clients.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests/python"))
import s3_servers  # noqa: E402


def end_the_one_before(noted: Path) -> None:
    """Ends the server that was started last, if it is still one."""

    def words() -> bytes:
        # None of one that has ended, also before anybody asked how.
        return Path(f"/proc/{number}/cmdline").read_bytes()

    try:
        number = int(noted.read_text())
        if b"moto.server" in words() or b"s3s-fs" in words():
            os.kill(number, signal.SIGTERM)
            while words():
                time.sleep(0.05)
    except (OSError, ValueError):
        return


def main() -> None:
    port, folder = int(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    noted = folder / "s3-server.pid"
    end_the_one_before(noted)
    objects = folder / "s3-objects"
    shutil.rmtree(objects, ignore_errors=True)
    objects.mkdir()
    name = s3_servers.SERVERS[-1]
    server = subprocess.Popen(
        s3_servers.command(name, port, objects, ("x", "y")),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    noted.write_text(str(server.pid))
    url = f"http://127.0.0.1:{port}"
    s3_servers.wait(url, server)
    s3_servers.make_bucket(name, url, objects, "bucket")


main()
