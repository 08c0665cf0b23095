"""Farms for tests of job attachments: buckets on loopback, projects and sessions
in temporary folders.

The server is moto, and s3s-fs as well where `./x --peer-tools` has installed it:
that one looks at signatures and checksums.
"""

from __future__ import annotations

import os
import random
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
import rusty_attachments as ra
import s3_servers

KEYS = ra.AwsCredentials("key", "secret")


class Server(NamedTuple):
    """A server of objects."""

    name: str
    url: str
    folder: Path

    def make_bucket(self, bucket: str) -> None:
        s3_servers.make_bucket(self.name, self.url, self.folder, bucket)

    def keys(self, bucket: str) -> list[str]:
        """What is in a bucket."""
        if self.name == "s3s-fs":
            root = self.folder / bucket
            found = (it for it in root.rglob("*") if it.is_file())
            return sorted(str(it.relative_to(root)) for it in found)
        with urllib.request.urlopen(f"{self.url}/{bucket}") as listed:
            named = ElementTree.parse(listed).iter()
        return [it.text or "" for it in named if it.tag.endswith("}Key")]


@pytest.fixture(scope="session")
def port() -> int:
    """Where servers listen, one after the other: the package deadline keeps its
    clients, and those know one address.
    """
    return s3_servers.free_port()


@pytest.fixture(scope="session", params=s3_servers.SERVERS)
def server(
    request: pytest.FixtureRequest,
    port: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Server]:
    name = request.param
    if name == "moto":
        pytest.importorskip("moto.server")
    folder = tmp_path_factory.mktemp("objects")
    with s3_servers.serving(name, port, folder, ("key", "secret")) as url:
        yield Server(name, url, folder)


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
