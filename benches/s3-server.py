"""Starts a fresh S3 server on loopback, in place of the one before.

s3-server.py PORT FOLDER: its process id is noted in FOLDER. Returns when the
server answers and has the bucket `bucket`; the server goes on.

The server is s3s-fs where it is found in SANCHAY_PEERS/bin, where `./x
--peer-tools` puts it, or on the search path; otherwise it is moto, which answers
some 400 requests a second and takes more time than its clients.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parents[1]


def end_the_one_before(noted: pathlib.Path) -> None:
    """Ends the server that was started last, if it is still one."""
    try:
        number = int(noted.read_text())
        words = pathlib.Path(f"/proc/{number}/cmdline").read_bytes()
    except (OSError, ValueError):
        return
    if b"moto.server" in words or b"s3s-fs" in words:
        os.kill(number, signal.SIGTERM)
        while pathlib.Path(f"/proc/{number}/cmdline").exists():
            time.sleep(0.05)


def command(port: str, folder: pathlib.Path) -> list[str]:
    """What starts the server, with its objects in a folder that is empty."""
    peers = os.environ.get("SANCHAY_PEERS")
    places = [f"{peers}/bin"] if peers else []
    places.append(str(HERE / ".tools/s3s-fs/bin"))
    places += os.environ.get("PATH", os.defpath).split(os.pathsep)
    program = shutil.which("s3s-fs", path=os.pathsep.join(places))
    if program is None:
        words = [sys.executable, "-m", "moto.server"]
        return [*words, "-H", "127.0.0.1", "-p", port]
    objects = folder / "objects"
    shutil.rmtree(objects, ignore_errors=True)
    (objects / "bucket").mkdir(parents=True)
    keys = ["--access-key", "x", "--secret-key", "y"]
    return [program, "--host", "127.0.0.1", "--port", port, *keys, str(objects)]


def main() -> None:
    port, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    noted = folder / "s3-server.pid"
    end_the_one_before(noted)
    server = subprocess.Popen(
        command(port, folder),
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
        except urllib.error.HTTPError:
            # It answers, and refuses who has not signed; the bucket is there.
            return
        except OSError:
            if server.poll() is not None:
                sys.exit("the server does not start: is moto installed?")
            time.sleep(0.1)
    sys.exit("the server does not answer")


main()
