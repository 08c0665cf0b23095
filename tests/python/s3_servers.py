"""Servers of S3 on loopback, for tests and benchmarks: moto, and s3s-fs, which
looks at signatures and checksums and answers some thousand requests a second,
where `./x --peer-tools` has compiled it.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Where s3s-fs is, if it is.
S3S = Path(__file__).resolve().parents[2] / ".tools/s3s-fs/bin/s3s-fs"

#: Those that are there: moto needs the package of that name.
SERVERS = ["moto", *(["s3s-fs"] if S3S.is_file() else [])]


def command(name: str, port: int, folder: Path, keys: tuple[str, str]) -> list[str]:
    """What starts a server. The buckets of s3s-fs are the folders in a folder;
    moto takes any keys and has none.
    """
    if name == "moto":
        words = [sys.executable, "-m", "moto.server"]
        return [*words, "-H", "127.0.0.1", "-p", str(port)]
    who = ["--access-key", keys[0], "--secret-key", keys[1]]
    return [str(S3S), "--host", "127.0.0.1", "--port", str(port), *who, str(folder)]


def make_bucket(name: str, url: str, folder: Path, bucket: str) -> None:
    """Makes a bucket in a server that answers."""
    if name == "moto":
        request = urllib.request.Request(f"{url}/{bucket}", method="PUT")
        urllib.request.urlopen(request).close()
    else:
        (folder / bucket).mkdir()


def wait(url: str, process: subprocess.Popen[bytes]) -> None:
    """Waits until a server answers, also with a refusal.

    Raises:
        RuntimeError: It has ended, or does not answer within a minute.
    """
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for _ in range(600):
        try:
            opener.open(url, timeout=5).close()
            return
        except urllib.error.HTTPError:
            return
        except OSError:
            if process.poll() is not None:
                break
            time.sleep(0.1)
    raise RuntimeError(f"{process.args!r} does not answer")


def free_port() -> int:
    """A port of loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    name: str, port: int, folder: Path, keys: tuple[str, str]
) -> Iterator[str]:
    """Runs a server, whose address is told, and ends it."""
    process = subprocess.Popen(
        command(name, port, folder, keys),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        wait(url, process)
        yield url
    finally:
        process.terminate()
        process.wait()
