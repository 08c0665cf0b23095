"""Starts a fresh S3 server (moto) on loopback, in place of the one before.

s3-server.py PORT FOLDER: its process id is noted in FOLDER. Returns when the
server answers and has the bucket `bucket`; the server goes on.
"""

import os
import pathlib
import signal
import subprocess
import sys
import time
import urllib.request


def end_the_one_before(noted: pathlib.Path) -> None:
    """Ends the server that was started last, if it is still one."""
    try:
        number = int(noted.read_text())
        words = pathlib.Path(f"/proc/{number}/cmdline").read_bytes()
    except (OSError, ValueError):
        return
    if b"moto.server" in words:
        os.kill(number, signal.SIGTERM)
        while pathlib.Path(f"/proc/{number}/cmdline").exists():
            time.sleep(0.05)


def main() -> None:
    port, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    noted = folder / "s3-server.pid"
    end_the_one_before(noted)
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", port],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    noted.write_text(str(server.pid))
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/bucket", method="PUT"
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(600):
        try:
            opener.open(request).close()
            return
        except OSError:
            if server.poll() is not None:
                sys.exit("moto.server does not start: is moto installed?")
            time.sleep(0.1)
    sys.exit("moto.server does not answer")


main()
