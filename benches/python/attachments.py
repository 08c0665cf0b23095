"""Job attachments against the Python package deadline, in one run, with moto
on loopback: seconds, and what part of its time was taken.

    python attachments.py --program target/release/sanchay [--files 10000]

The interpreter has deadline==0.60.10 and moto[server]; the program was built
with the feature attachments.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

REFERENCE = """
import json, sys
from pathlib import Path
from deadline.job_attachments import models, upload, asset_sync
job, bucket, root, cache, session, saved = sys.argv[1:]
settings = models.JobAttachmentS3Settings(bucket, "Root")
if job == "submit":
    theirs = upload.S3AssetManager("farm-1", "queue-1", settings)
    paths = [str(it) for it in Path(root).rglob("*") if it.is_file()]
    group = theirs.prepare_paths_for_upload(paths, [], [])
    _, manifests = theirs.hash_assets_and_create_manifest(
        group.asset_groups, group.total_input_files, group.total_input_bytes,
        cache)
    _, attachments = theirs.upload_assets(manifests, s3_check_cache_dir=cache)
    Path(saved).write_text(json.dumps(attachments.to_dict()))
else:
    document = json.loads(Path(saved).read_text())
    attachments = models.Attachments([
        models.ManifestProperties.from_dict(it)
        for it in document["manifests"]])
    Path(session).mkdir(exist_ok=True)
    asset_sync.AssetSync("farm-1").sync_inputs(
        settings, attachments, "queue-1", "job-1", Path(session))
"""


@contextlib.contextmanager
def server() -> Iterator[str]:
    """An S3 of moto."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-p", str(port)]
    process = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            break
        except OSError:
            time.sleep(0.1)
    yield url
    process.terminate()
    process.wait()


def timed(run: Callable[[], object]) -> float:
    """How long something takes, in seconds."""
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--size", type=int, default=64 << 10)
    parser.add_argument("--small", type=int, default=100_000)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-attachments-"))
    environment = {
        **os.environ,
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder / "data"),
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-west-2",
        "AWS_EC2_METADATA_DISABLED": "true",
        "DEADLINE_CLOUD_TELEMETRY_OPT_OUT": "true",
        "DEADLINE_CONFIG_FILE_PATH": str(folder / "config"),
    }
    for name, count, size in [
        ("small", given.small, 16),
        ("files", given.files, given.size),
    ]:
        for number in range(count):
            path = folder / name / f"{number % 100}" / f"{number}"
            path.parent.mkdir(parents=True, exist_ok=True)
            content = number.to_bytes(8, "big") * (size // 8)
            path.write_bytes(content)
    program = str(given.program.absolute())
    deadline = str(Path(sys.executable).with_name("deadline"))
    rows: list[tuple[str, float, float]] = []

    def run(*command: str, output: Path | None = None) -> None:
        with open(output or os.devnull, "wb") as out:
            subprocess.run(
                command, check=True, env=environment, stdout=out
            )

    snapshot = ["manifest", "snapshot", "--root", str(folder / "small")]
    snapshot += ["--destination", str(folder / "out"), "--name"]
    theirs = timed(lambda: run(deadline, *snapshot, "theirs"))
    ours = timed(lambda: run(program, "attachments", *snapshot, "ours", "-q"))
    rows.append((f"manifest of {given.small} files", theirs, ours))
    with server() as url:
        environment["AWS_ENDPOINT_URL"] = url
        for bucket in ["theirs", "ours"]:
            request = urllib.request.Request(f"{url}/{bucket}", method="PUT")
            urllib.request.urlopen(request).close()
        root, saved = str(folder / "files"), folder / "theirs.json"

        def reference(job: str) -> None:
            run(
                sys.executable,
                "-c",
                REFERENCE,
                job,
                "theirs",
                root,
                str(folder / "cache"),
                str(folder / "session1"),
                str(saved),
            )

        place = ["--s3-root-uri", "s3://ours/Root"]
        submit = [program, "attachments", "submit", *place, "--json", "-q"]
        submit += ["--farm-id", "farm-1", "--queue-id", "queue-1", root]
        submit += ["--catalog"]
        for title in ["submit", "submit again"]:
            theirs = timed(lambda: reference("submit"))
            ours = timed(lambda: run(*submit, output=folder / "ours.json"))
            rows.append((f"{title} {given.files} files", theirs, ours))
        inputs = [program, "attachments", "inputs", *place, "-q"]
        inputs += ["--attachments", str(folder / "ours.json")]
        theirs = timed(lambda: reference("sync"))
        ours = timed(lambda: run(*inputs, str(folder / "session2")))
        rows.append((f"sync_inputs {given.files} files", theirs, ours))
    print(json.dumps({"rows": rows}))
    for title, theirs, ours in rows:
        part = ours / theirs
        print(f"{title}: {theirs:.2f} s, here {ours:.2f} s ({part:.3f})")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
