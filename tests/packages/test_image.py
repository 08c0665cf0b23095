"""The image of containers: unpacked by another's program, and run as it says."""

from __future__ import annotations

import json
import secrets
import shutil
import socket
import subprocess
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import CHECKOUT, Find
from environments import Root, does_its_job, run_here

NOBODY = ("--uid", "65532", "--gid", "65532")


def blob(layout: Path, digest: str) -> Any:
    return json.loads((layout / "blobs" / digest.replace(":", "/")).read_bytes())


@pytest.fixture
def layout(package: Find, tmp_path: Path) -> Path:
    folder = tmp_path / "layout"
    with tarfile.open(package("sanchay-*-amd64.oci.tar")) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture
def configuration(layout: Path) -> Any:
    """What the image says of itself."""
    index = json.loads((layout / "index.json").read_bytes())
    [manifest] = index["manifests"]
    manifest = blob(layout, manifest["digest"])
    return blob(layout, manifest["config"]["digest"])


@pytest.fixture
def image(
    layout: Path, configuration: Any, tmp_path: Path, shown: dict[str, Path]
) -> Root:
    """The image's root, read-only, as the user that the image says."""
    if shutil.which("umoci") is None:
        pytest.skip("LEFT OUT: there is no umoci")
    index = json.loads((layout / "index.json").read_bytes())
    tag = index["manifests"][0]["annotations"]["org.opencontainers.image.ref.name"]
    bundle = tmp_path / "bundle"
    run_here("umoci", "unpack", "--image", f"{layout}:{tag}", str(bundle))
    root = bundle / "rootfs"
    # An engine makes what it mounts on.
    for name in ("data", "proc", "dev"):
        (root / name).mkdir()
    settings = configuration["config"]
    variables = dict(it.split("=", 1) for it in settings["Env"])
    user, group = settings["User"].split(":")
    places = {"/data": shown["/data"], "/var/lib/sanchay": shown["/state"]}
    who = ("--uid", user, "--gid", group)
    return Root(root, places, True, who, variables)


def test_the_image_is_of_no_one_in_particular_and_says_what_runs(
    configuration: Any,
) -> None:
    settings = configuration["config"]
    assert settings["User"] == "65532:65532"
    assert settings["Entrypoint"] == ["/usr/bin/sanchay"]
    assert set(settings["ExposedPorts"]) == {"7227/tcp"}
    assert set(settings["Volumes"]) == {"/tmp", "/var/lib/sanchay"}
    assert settings["Labels"]["org.opencontainers.image.title"] == "sanchay"
    assert len(configuration["rootfs"]["diff_ids"]) == 1
    assert (configuration["os"], configuration["architecture"]) == ("linux", "amd64")


def test_the_image_has_nothing_but_the_program_and_what_it_reads(image: Root) -> None:
    files = {it for it in image.listing() if not (image.path / it).is_dir()}
    assert files == {
        "etc/group",
        "etc/passwd",
        "etc/ssl/certs/ca-certificates.crt",
        "usr/bin/sanchay",
        "usr/share/doc/sanchay/LICENSE-APACHE",
        "usr/share/doc/sanchay/LICENSE-MIT",
        "usr/share/doc/sanchay/THIRD-PARTY-LICENSES.txt",
        "usr/share/doc/sanchay/sanchay.cdx.json",
    }


def test_the_image_does_its_job_as_nobody_on_a_root_that_is_read_only(
    image: Root, configuration: Any
) -> None:
    [program] = configuration["config"]["Entrypoint"]
    before = image.listing()
    does_its_job(image.run, program, "/data", "/var/lib/sanchay")
    assert image.listing() == before
    said = image.run(program, "scan", "--output", "/listing", "/data", code=2)
    assert said == ""


@contextmanager
def service(image: Root, words: list[str]) -> Iterator[None]:
    """A service that runs in the image, in this machine's network."""
    line = ["bwrap", "--unshare-pid", "--unshare-ipc", "--die-with-parent"]
    line += ["--ro-bind", str(image.path), "/", "--proc", "/proc", "--dev", "/dev"]
    line += ["--tmpfs", "/tmp", "--clearenv", *NOBODY, "--unshare-user"]
    for inside, outside in image.shown.items():
        line += ["--bind", str(outside), inside]
    for name, value in image.variables.items():
        line += ["--setenv", name, value]
    line += ["/usr/bin/sanchay", *words]
    with subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as it:
        try:
            yield
        finally:
            it.terminate()
            it.communicate(timeout=30)


def ask(url: str, token: str | None = None, body: Any = None) -> Any:
    request = urllib.request.Request(url)
    if token is not None:
        request.add_header("Authorization", f"Bearer {token}")
    if body is not None:
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.loads(answer.read())


def wait_for(request: urllib.request.Request) -> None:
    end = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                assert answer.status == 200
                return
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{request.full_url}: {error}") from error
        except (urllib.error.URLError, ConnectionError):
            assert time.monotonic() < end, f"{request.full_url} does not answer"
            time.sleep(0.1)


def test_the_service_runs_in_the_image_as_the_manifest_starts_it(
    image: Root, tree: Path, state: Path, tmp_path: Path
) -> None:
    manifest = yaml.safe_load_all((CHECKOUT / "deploy/service.yaml").read_text())
    [deployment] = [it for it in manifest if it["kind"] == "Deployment"]
    [container] = deployment["spec"]["template"]["spec"]["containers"]

    token = secrets.token_urlsafe(32)
    tokens = tmp_path / "secret"
    tokens.mkdir()
    (tokens / "tokens").write_text(f"tests read,run {token}\n")
    # Who runs this is 65532 inside.
    (tokens / "tokens").chmod(0o400)
    volumes = {"files": tree, "state": state, "tokens": tokens}
    mounts = {it["mountPath"]: it["name"] for it in container["volumeMounts"]}
    assert mounts.pop("/tmp") == "temporary"
    for place in mounts:
        (image.path / place.lstrip("/")).mkdir(parents=True, exist_ok=True)
    shown = {place: volumes[name] for place, name in mounts.items()}

    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    words = [it.replace("0.0.0.0:7227", address) for it in container["args"]]
    assert f"--listen={address}" in words
    with service(replace(image, shown=shown), words):
        for probe in ("livenessProbe", "readinessProbe"):
            asked = container[probe]["httpGet"]
            headers = {it["name"]: it["value"] for it in asked["httpHeaders"]}
            url = f"http://{address}{asked['path']}"
            wait_for(urllib.request.Request(url, headers=headers))
        api = f"http://{address}/api/v1"
        [root] = ask(f"{api}/roots", token)["roots"]
        job = {"kind": "dupes", "roots": [{"root": root["id"]}]}
        job = ask(f"{api}/jobs", token, job)
        end = time.monotonic() + 60
        while job["state"] not in ("done", "failed"):
            assert time.monotonic() < end, job
            time.sleep(0.1)
            job = ask(f"{api}/jobs/{job['id']}", token)
        assert job["state"] == "done", job
    assert (state / "catalog.db").exists()
