"""Job attachments against the Python package deadline, in one run, with s3s-fs
on loopback, or moto where that was not compiled: seconds, what part of its time
was taken, and peak memory.

    ./x bench-attachments [--files N] [--small N] [--many N] [--json]

Both programs and the server share the machine, so that a server that is slow
is the same burden for both. Each job is done once, with cold caches where it
says so. The interpreter is one that has deadline and moto.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).resolve().parents[2]
sys.path.append(str(HERE / "tests/python"))
import s3_servers  # noqa: E402

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


class Cost(NamedTuple):
    """What a command took."""

    seconds: float
    mebibytes: float
    said: bytes


class Bench:
    """A folder with files, and an environment without anybody's settings."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
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

    def write(self, name: str, count: int, size: int) -> Path:
        """Write files, each with a content of its own."""
        for number in range(count):
            path = self.folder / name / f"{number % 100}" / f"{number}"
            if number < 100:
                path.parent.mkdir(parents=True)
            path.write_bytes(number.to_bytes(8, "big") * (size // 8))
        return self.folder / name

    def run(self, *command: object) -> Cost:
        """Run a command, which has to succeed."""
        words = [str(word) for word in command]
        with tempfile.TemporaryFile() as out:
            began = time.perf_counter()
            process = subprocess.Popen(
                words, env=self.environment, stdout=out
            )
            _, status, used = os.wait4(process.pid, 0)
            seconds = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            said = out.read()
        if process.returncode:
            sys.exit(f"{words[:6]} ended with {process.returncode}")
        return Cost(seconds, used.ru_maxrss / 1024, said)


@contextlib.contextmanager
def server(folder: Path) -> Iterator[str]:
    """An S3 with the buckets theirs and ours."""
    name, objects = s3_servers.SERVERS[-1], folder / "objects"
    objects.mkdir()
    keys, port = ("key", "secret"), s3_servers.free_port()
    with s3_servers.serving(name, port, objects, keys) as url:
        for bucket in ["theirs", "ours"]:
            s3_servers.make_bucket(name, url, objects, bucket)
        yield url


def measure(
    bench: Bench, given: argparse.Namespace
) -> Iterator[tuple[str, Cost | None, Cost]]:
    """Each job, what it took the package, and what it took here."""
    program = given.program.absolute()
    deadline = Path(sys.executable).with_name("deadline")
    small = bench.write("small", given.small, 16)
    (bench.folder / "out").mkdir()
    snapshot = ["manifest", "snapshot", "--root", small]
    snapshot += ["--destination", bench.folder / "out", "--name"]
    yield (
        f"manifest of {given.small} files, cold caches",
        bench.run(deadline, *snapshot, "theirs"),
        bench.run(program, "attachments", *snapshot, "ours", "-q"),
    )
    root, saved = bench.write("files", given.files, given.size), "theirs.json"
    cache, job = bench.folder / "cache", bench.folder / "ours.json"
    with server(bench.folder) as url:
        bench.environment["AWS_ENDPOINT_URL"] = url

        def reference(job: str) -> Cost:
            words = [sys.executable, "-c", REFERENCE, job, "theirs", root]
            session = bench.folder / "session1"
            return bench.run(*words, cache, session, bench.folder / saved)

        ours = [program, "attachments"]
        place = ["--s3-root-uri", "s3://ours/Root"]
        queue = ["--farm-id", "farm-1", "--queue-id", "queue-1"]
        submit = [*ours, "submit", *place, *queue, root, "--json"]
        submit += ["--catalog"]
        for title in ["submit", "submit again, nothing changed:"]:
            theirs, here = reference("submit"), bench.run(*submit)
            job.write_bytes(here.said)
            yield f"{title} {given.files} files", theirs, here
        inputs = [*ours, "inputs", *place, "--attachments", job, "-q"]
        yield (
            f"sync_inputs of {given.files} files",
            reference("sync"),
            bench.run(*inputs, bench.folder / "session2"),
        )
    if given.figures.exists():
        figures = given.figures.absolute()
        here = bench.run(figures, "diff", given.many)
        yield f"diff of {given.many} entries, and reading both", None, here
        many = bench.write("many", given.many, 16)
        here = bench.run(figures, "submit", many)
        yield f"submit {given.many} files to nowhere", None, here


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    release = HERE / "target/release"
    parser.add_argument("--program", type=Path, default=release / "sanchay")
    parser.add_argument(
        "--figures", type=Path, default=release / "examples/figures"
    )
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--size", type=int, default=64 << 10)
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--many", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="bench-attachments-"))
    try:
        for title, theirs, ours in measure(Bench(folder), given):
            row = {
                "job": title,
                "seconds": round(ours.seconds, 3),
                "mebibytes": round(ours.mebibytes),
            }
            if theirs:
                row["reference_seconds"] = round(theirs.seconds, 3)
                row["reference_mebibytes"] = round(theirs.mebibytes)
                row["ratio"] = round(ours.seconds / theirs.seconds, 4)
            elif ours.said:
                row["said"] = json.loads(ours.said)
            if given.json:
                print(json.dumps(row), flush=True)
            else:
                words = [f"{name} {it}" for name, it in row.items()]
                print(", ".join(words[1:]) + f": {title}", flush=True)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
