"""Farms for tests of job attachments: buckets on loopback, projects and sessions
in temporary folders.

The server is moto, and s3s-fs as well where `./x --peer-tools` has installed it:
that one looks at signatures and checksums.
"""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
import rusty_attachments as ra

KEYS = ra.AwsCredentials("key", "secret")

#: The server that looks at signatures.
S3S = Path(__file__).parents[2] / ".tools/s3s-fs/bin/s3s-fs"
SERVERS = ["moto", *(["s3s-fs"] if S3S.is_file() else [])]


class Server(NamedTuple):
    """A server of objects."""

    url: str
    make_bucket: Callable[[str], None]
    keys: Callable[[str], list[str]]


def moto(url: str) -> Server:
    """The server that asks nobody who they are."""

    def make_bucket(name: str) -> None:
        request = urllib.request.Request(f"{url}/{name}", method="PUT")
        urllib.request.urlopen(request).close()

    def keys(bucket: str) -> list[str]:
        with urllib.request.urlopen(f"{url}/{bucket}") as listed:
            found = ElementTree.parse(listed).iter()
        return [it.text or "" for it in found if it.tag.endswith("}Key")]

    return Server(url, make_bucket, keys)


def s3s(url: str, folder: Path) -> Server:
    """The server whose objects are files of a folder."""

    def keys(bucket: str) -> list[str]:
        root = folder / bucket
        found = (it for it in root.rglob("*") if it.is_file())
        return sorted(str(it.relative_to(root)) for it in found)

    return Server(url, lambda name: (folder / name).mkdir(), keys)


@pytest.fixture(scope="session", params=SERVERS)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", port]
    found = moto(url)
    if request.param == "moto":
        pytest.importorskip("moto.server")
    else:
        folder = tmp_path_factory.mktemp("objects")
        found = s3s(url, folder)
        signed = ["--access-key", "key", "--secret-key", "secret"]
        place = ["--host", "127.0.0.1", "--port", port, str(folder)]
        command = [str(S3S), *signed, *place]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=5).close()
            break
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.1)
    yield found
    process.terminate()
    process.wait()


class Farm:
    """A bucket of its own, and a folder."""

    def __init__(self, server: Server, folder: Path, bucket: str) -> None:
        self.server, self.url = server, server.url
        self.folder, self.bucket = folder, bucket
        self.project = folder / "project"
        self.session = folder / "session"
        self.s3 = ra.S3Location(bucket, "Root")
        self.place = ra.ManifestLocation(bucket, "Root", "farm-1", "queue-1")
        server.make_bucket(bucket)

    @property
    def access(self) -> dict[str, object]:
        return {"credentials": KEYS, "endpoint_url": self.url}

    def write(self, name: str, content: bytes) -> Path:
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, ns=(1_704_164_645_123_456_789,) * 2)
        return path

    def keys(self) -> list[str]:
        """What is in the bucket."""
        return self.server.keys(self.bucket)

    def references(self) -> ra.AssetReferences:
        return ra.AssetReferences(
            input_filenames=[str(self.project)],
            output_directories=[str(self.project / "renders")],
            referenced_paths=[],
        )

    def submit(self, **options: object) -> ra.BundleSubmitResult:
        return ra.submit_bundle_attachments_sync(
            "us-west-2",
            self.s3,
            self.place,
            self.references(),
            options=ra.BundleSubmitOptions(**options),  # type: ignore[arg-type]
            **self.access,  # type: ignore[arg-type]
        )


@pytest.fixture
def farm(
    server: Server,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Farm:
    for name, value in {
        "HOME": str(tmp_path / "home"),
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-west-2",
        "AWS_ENDPOINT_URL": server.url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "DEADLINE_CLOUD_TELEMETRY_OPT_OUT": "true",
        "DEADLINE_CONFIG_FILE_PATH": str(tmp_path / "deadline.config"),
    }.items():
        monkeypatch.setenv(name, value)
    bucket = f"b{abs(hash(request.node.nodeid)):x}"[:40]
    return Farm(server, tmp_path, bucket)


def files(root: Path) -> dict[str, tuple[bytes, int]]:
    """Contents, and times in microseconds."""
    return {
        str(path.relative_to(root)): (
            path.read_bytes(),
            path.stat().st_mtime_ns // 1000,
        )
        for path in root.rglob("*")
        if path.is_file()
    }


def odd_names(count: int) -> list[str]:
    """Names with all that is hard about them."""
    made = random.Random(7)
    letters = [
        *"ab.-_ '\"\\$%&*?[]{}~",
        "\x7f",
        "\x01",
        "\n",
        "é",
        "e\u0301",
        "\u20ac",
        "\ufb33",
        "\U0001f600",
        "\ud7ff",
        "\ue000",
        os.fsdecode(b"\xff"),
        os.fsdecode(b"\xc3"),
    ]
    names = set()
    while len(names) < count:
        parts = [
            "".join(made.choices(letters, k=made.randint(1, 6)))
            for _ in range(made.randint(1, 3))
        ]
        if not any(part in (".", "..") for part in parts):
            # What is a directory is no file.
            folders = [f"{part}+" for part in parts[:-1]]
            names.add("/".join([*folders, f"{parts[-1]}_"]))
    return sorted(names)
