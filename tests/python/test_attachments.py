"""rusty_attachments: its contract, and both ways with the package deadline,
against moto on loopback."""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import rusty_attachments as ra

try:
    import boto3
    from deadline import job_attachments as reference
    from deadline.job_attachments import asset_sync, download, models, upload
    from deadline.job_attachments.asset_manifests import decode as ref_decode
except ImportError:
    reference = None

peer = pytest.mark.skipif(
    reference is None,
    reason="the package deadline is not installed: nothing was compared with "
    "it (pip install deadline==0.60.10)",
)

KEYS = ra.AwsCredentials("key", "secret")


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    pytest.importorskip("moto.server")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "moto.server",
            "-H",
            "127.0.0.1",
            "-p",
            str(port),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            urllib.request.urlopen(url, timeout=5).close()
            break
        except OSError:
            time.sleep(0.1)
    yield url
    process.terminate()
    process.wait()


class Farm:
    """A bucket of its own, and a folder."""

    def __init__(self, url: str, folder: Path, bucket: str) -> None:
        self.url, self.folder, self.bucket = url, folder, bucket
        self.project = folder / "project"
        self.session = folder / "session"
        self.s3 = ra.S3Location(bucket, "Root")
        self.place = ra.ManifestLocation(bucket, "Root", "farm-1", "queue-1")
        request = urllib.request.Request(f"{url}/{bucket}", method="PUT")
        urllib.request.urlopen(request).close()

    @property
    def access(self) -> dict[str, object]:
        return {"credentials": KEYS, "endpoint_url": self.url}

    def write(self, name: str, content: bytes) -> Path:
        path = self.project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        os.utime(path, ns=(1_704_164_645_123_456_789,) * 2)
        return path

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
    server: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> Farm:
    for name, value in {
        "HOME": str(tmp_path / "home"),
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-west-2",
        "AWS_ENDPOINT_URL": server,
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


# The contract.


def test_the_example_of_a_submission(farm: Farm) -> None:
    farm.write("scene.blend", b"scene")
    farm.write("textures/a.png", b"png")
    seen: list[ra.ScanProgress] = []

    async def main() -> ra.BundleSubmitResult:
        return await ra.submit_bundle_attachments(
            region="us-west-2",
            s3_location=ra.S3Location(
                bucket=farm.bucket,
                root_prefix="DeadlineCloud",
                cas_prefix="Data",
                manifest_prefix="Manifests",
            ),
            manifest_location=ra.ManifestLocation(
                bucket=farm.bucket,
                root_prefix="DeadlineCloud",
                farm_id="farm-xxx",
                queue_id="queue-xxx",
            ),
            asset_references=ra.AssetReferences(
                input_filenames=[
                    str(farm.project / "scene.blend"),
                    str(farm.project / "textures"),
                ],
                output_directories=[str(farm.project / "renders")],
                referenced_paths=[],
            ),
            storage_profile=None,
            options=ra.BundleSubmitOptions(
                require_paths_exist=False,
                file_system_mode="COPIED",
            ),
            progress_callback=seen.append,
            credentials=KEYS,
            endpoint_url=farm.url,
        )

    result = asyncio.run(main())
    assert result.upload_stats.files_transferred == 2
    assert result.hashing_stats.processed_files == 2
    document = json.loads(result.attachments_json)
    assert document == result.attachments_dict()
    [manifest] = document["manifests"]
    assert document["fileSystem"] == "COPIED"
    assert manifest["rootPath"] == str(farm.project)
    assert manifest["rootPathFormat"] == "posix"
    assert manifest["outputRelativeDirectories"] == ["renders"]
    assert manifest["inputManifestPath"].startswith(
        "farm-xxx/queue-xxx/Inputs/"
    )
    assert seen[-1].phase == "Complete"
    assert {it.phase for it in seen} <= {
        "Walking",
        "Hashing",
        "Uploading",
        "Complete",
    }


def test_the_example_of_a_session(farm: Farm) -> None:
    farm.write("scene.blend", b"scene" * 1000)
    attachments_json = farm.submit().attachments_json

    async def main() -> None:
        result = await ra.sync_inputs(
            region="us-west-2",
            s3_location=farm.s3,
            attachments=ra.Attachments.from_json(attachments_json),
            session_dir=farm.session,
            options=ra.WorkerSyncOptions(conflict_resolution="OVERWRITE"),
            progress_callback=lambda p: print(f"Downloading: {p.current_key}"),
            **farm.access,  # type: ignore[arg-type]
        )
        assert result.files_transferred == 1
        assert result.session_dir == str(farm.session)
        [rule] = result.path_mapping_rules
        assert rule.source_path == str(farm.project)
        renders = Path(rule.destination_path, "renders")
        renders.mkdir()
        (renders / "f.exr").write_bytes(b"pixels")
        output_path = ra.TaskOutputManifestPath(
            job_id="job-xxx",
            step_id="step-xxx",
            task_id="task-xxx",
            session_action_id="sessionaction-xxx",
            timestamp=time.time(),
        )
        result = await ra.sync_outputs(
            region="us-west-2",
            s3_location=farm.s3,
            manifest_location=farm.place,
            output_path=output_path,
            attachments=ra.Attachments.from_json(attachments_json),
            session_dir=farm.session,
            progress_callback=lambda p: print(f"Uploading: {p.current_key}"),
            **farm.access,  # type: ignore[arg-type]
        )
        assert result.files_transferred == 1
        fetched = await ra.download_outputs(
            "us-west-2",
            farm.s3,
            farm.place,
            "job-xxx",
            **farm.access,  # type: ignore[arg-type]
        )
        assert fetched.files == [str(farm.project / "renders/f.exr")]

    asyncio.run(main())


def test_outputs_of_a_step_have_no_task_in_their_key(farm: Farm) -> None:
    farm.write("scene", b"s")
    attachments = farm.submit().attachments
    ra.sync_inputs_sync(
        "us-west-2",
        farm.s3,
        attachments,
        farm.session,
        **farm.access,  # type: ignore[arg-type]
    )
    [root] = farm.session.glob("assetroot-*")
    (root / "renders").mkdir()
    (root / "renders/f").write_bytes(b"1")
    done = ra.sync_outputs_sync(
        "us-west-2",
        farm.s3,
        farm.place,
        ra.StepOutputManifestPath("job-1", "step-1", "action-1", 0.0),
        attachments,
        farm.session,
        **farm.access,  # type: ignore[arg-type]
    )
    [key] = done.manifest_keys
    assert key.startswith(
        "Root/Manifests/farm-1/queue-1/job-1/step-1/"
        "1970-01-01T00:00:00.000000Z_action-1/"
    )


def test_the_example_of_manifests(tmp_path: Path) -> None:
    for name in ["a.exr", "b.tmp", "__pycache__/c", "d/__pycache__/e/f"]:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    seen: list[ra.ScanProgress] = []
    manifest = ra.create_manifest(
        root=str(tmp_path),
        options=ra.SnapshotOptions(
            version="v2025-12-04-beta",
            filter=ra.GlobFilter(exclude=["**/*.tmp", "**/__pycache__/**"]),
            follow_symlinks=False,
        ),
        progress_callback=seen.append,
    )
    assert (manifest.file_count, manifest.total_size) == (1, 5)
    assert manifest.is_v2025() and not manifest.is_v2023()
    assert manifest.version is ra.ManifestVersion.V2025_12_04_BETA
    again = ra.load_manifest(manifest.to_json())
    assert again.to_json() == manifest.to_json() == manifest.encode()
    old = ra.create_manifest(tmp_path)
    assert old.version is ra.ManifestVersion.V2023_03_03
    (tmp_path / "a.exr").write_bytes(b"other")
    (tmp_path / "b.tmp").unlink()
    (tmp_path / "new").write_bytes(b"")
    diff = ra.diff_manifests(old, ra.create_manifest(tmp_path))
    assert (diff.added, diff.modified, diff.deleted) == (
        ["new"],
        ["a.exr"],
        ["b.tmp"],
    )


def test_shared_locations_are_skipped(farm: Farm) -> None:
    farm.write("local/a", b"a")
    farm.write("shared/b", b"b")
    profile = ra.StorageProfile(
        locations=[
            ra.FileSystemLocation(
                name="ProjectFiles",
                path=str(farm.project / "local"),
                location_type="LOCAL",
            ),
            ra.FileSystemLocation(
                name="SharedAssets",
                path=str(farm.project / "shared"),
                location_type="SHARED",
            ),
        ]
    )
    result = ra.submit_bundle_attachments_sync(
        "us-west-2",
        farm.s3,
        farm.place,
        ra.AssetReferences([farm.project / "local", farm.project / "shared"]),
        storage_profile=profile,
        **farm.access,  # type: ignore[arg-type]
    )
    [manifest] = result.attachments.manifests
    assert manifest.file_system_location_name == "ProjectFiles"
    assert result.upload_stats.files_transferred == 1
    with pytest.raises(ValueError, match="Invalid location type"):
        ra.FileSystemLocation("x", "/x", "ELSEWHERE")  # type: ignore[arg-type]


def test_the_enums_and_types_of_the_contract_are_there() -> None:
    assert {it.name for it in ra.PathFormat} == {"POSIX", "WINDOWS"}
    assert {it.name for it in ra.ManifestVersion} == {
        "V2023_03_03",
        "V2025_12_04_BETA",
    }
    assert {it.name for it in ra.ConflictResolution} == {
        "SKIP",
        "OVERWRITE",
        "CREATE_COPY",
    }
    assert {it.name for it in ra.FileSystemLocationType} == {
        "LOCAL",
        "SHARED",
    }
    scan = ra.ScanProgress("Hashing", None, 1, 2, 3, 4)
    assert (scan.files_processed, scan.total_bytes) == (1, 4)
    transfer = ra.TransferProgress("upload", "k", 1, 2, 3)
    assert (transfer.current_key, transfer.overall_total) == ("k", 3)
    for error in [ra.StorageError, ra.ManifestError, ra.ValidationError]:
        assert issubclass(error, ra.AttachmentError)
    for name in ra.__all__:
        assert getattr(ra, name).__doc__, name
    with pytest.raises(ValueError, match="Invalid manifest version"):
        ra.create_manifest("/", ra.SnapshotOptions(version="v3"))


def test_manifests_by_themselves_go_both_ways(farm: Farm) -> None:
    farm.write("a", b"hello world")
    manifest = ra.create_manifest(farm.project)

    async def main() -> None:
        access: dict[str, object] = farm.access
        done = await ra.upload_manifest_contents(
            "us-west-2",
            farm.s3,
            manifest,
            farm.project,
            **access,  # type: ignore[arg-type]
        )
        assert done.files_transferred == 1
        uploaded = await ra.upload_input_manifest(
            "us-west-2",
            farm.s3,
            farm.place,
            manifest,
            str(farm.project),
            **access,  # type: ignore[arg-type]
        )
        found = await ra.download_manifest(
            "us-west-2",
            farm.s3,
            uploaded.input_manifest_path,
            uploaded.input_manifest_hash,
            **access,  # type: ignore[arg-type]
        )
        assert found == manifest
        fetched = await ra.download_manifest_contents(
            "us-west-2",
            farm.s3,
            found,
            farm.folder / "to",
            **access,  # type: ignore[arg-type]
        )
        assert fetched.files == [str(farm.folder / "to/a")]

    asyncio.run(main())
    access: dict[str, object] = farm.access
    again = ra.upload_manifest_contents_sync(
        "us-west-2",
        farm.s3,
        manifest,
        farm.project,
        **access,  # type: ignore[arg-type]
    )
    assert again.files_skipped == 1
    uploaded = ra.upload_input_manifest_sync(
        "us-west-2",
        farm.s3,
        farm.place,
        manifest,
        str(farm.project),
        **access,  # type: ignore[arg-type]
    )
    found = ra.download_manifest_sync(
        "us-west-2",
        farm.s3,
        uploaded.input_manifest_path,
        **access,  # type: ignore[arg-type]
    )
    fetched = ra.download_manifest_contents_sync(
        "us-west-2",
        farm.s3,
        found,
        farm.folder / "to",
        "CREATE_COPY",
        **access,  # type: ignore[arg-type]
    )
    assert fetched.files == [str(farm.folder / "to/a (1)")]


def test_utilities(tmp_path: Path) -> None:
    (tmp_path / "d/.hidden").mkdir(parents=True)
    (tmp_path / "d/.hidden/a").write_bytes(b"hello world")
    path = str(tmp_path / "d/.hidden/a")
    assert ra.hash_file(path) == "df8d09e93f874900a99b8775cc15b6c7"
    assert ra.expand_input_paths([tmp_path, path]) == [path]
    with pytest.raises(ra.ValidationError, match="Missing input files"):
        ra.expand_input_paths([tmp_path / "gone"])
    assert ra.expand_input_paths([tmp_path / "gone"], missing_ok=True) == []
    with pytest.raises(ra.AttachmentError) as raised:
        ra.hash_file(tmp_path / "gone")
    assert raised.value.path == str(tmp_path / "gone")
    globs = ra.GlobFilter(include=["*.exr"], exclude=["**/tmp/**"])
    assert globs.matches("a/b.exr") and not globs.matches("tmp/b.exr")


def test_a_callback_cancels_goes_on_or_raises(farm: Farm) -> None:
    for number in range(50):
        farm.write(f"{number}", f"{number}".encode())

    def submit(callback: object) -> ra.BundleSubmitResult:
        return ra.submit_bundle_attachments_sync(
            "us-west-2",
            farm.s3,
            farm.place,
            farm.references(),
            progress_callback=callback,  # type: ignore[arg-type]
            **farm.access,  # type: ignore[arg-type]
        )

    with pytest.raises(ra.OperationCancelled):
        submit(lambda progress: False)
    assert submit(lambda progress: None).upload_stats.processed_files == 50

    def fail(progress: ra.ScanProgress) -> bool:
        raise LookupError(progress.phase)

    with pytest.raises(LookupError):
        submit(fail)


def test_a_cancelled_task_stops_within_a_second(
    farm: Farm, monkeypatch: pytest.MonkeyPatch
) -> None:
    farm.write("a", b"a")
    # A server that takes connections and answers nothing.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"

        async def main() -> float:
            task = asyncio.create_task(
                ra.submit_bundle_attachments(
                    "us-west-2",
                    farm.s3,
                    farm.place,
                    farm.references(),
                    credentials=KEYS,
                    endpoint_url=url,
                )
            )
            await asyncio.sleep(1.5)
            began = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            return time.monotonic() - began

        took = asyncio.run(main())
    # Far below the 30 seconds that an answer is waited for.
    assert took < 10


def test_s3s_refusals_say_what_and_what_to_do(farm: Farm) -> None:
    farm.write("a", b"a")
    manifest = ra.create_manifest(farm.project)
    with pytest.raises(ra.StorageError) as raised:
        ra.download_manifest_contents_sync(
            "us-west-2",
            farm.s3,
            manifest,
            farm.folder / "to",
            **farm.access,  # type: ignore[arg-type]
        )
    error = raised.value
    assert (error.action, error.bucket) == ("downloading file", farm.bucket)
    assert error.status == 404 and error.key is not None
    assert f"in bucket '{farm.bucket}'" in str(error)
    assert "HTTP Status Code: 404" in str(error)


# Both ways with the package.


def manager(farm: Farm) -> upload.S3AssetManager:
    settings = models.JobAttachmentS3Settings(farm.bucket, "Root")
    return upload.S3AssetManager("farm-1", "queue-1", settings)


def attachments_of(text: str) -> models.Attachments:
    document = json.loads(text)
    return models.Attachments(
        manifests=[
            models.ManifestProperties.from_dict(it)
            for it in document["manifests"]
        ],
        fileSystem=document["fileSystem"],
    )


def submitted_by_reference(farm: Farm) -> models.Attachments:
    theirs = manager(farm)
    group = theirs.prepare_paths_for_upload(
        [str(it) for it in farm.project.rglob("*") if it.is_file()],
        [str(farm.project / "renders")],
        [],
    )
    _, manifests = theirs.hash_assets_and_create_manifest(
        asset_groups=group.asset_groups,
        total_input_files=group.total_input_files,
        total_input_bytes=group.total_input_bytes,
        hash_cache_dir=str(farm.folder / "cache"),
    )
    _, attachments = theirs.upload_assets(
        manifests, s3_check_cache_dir=str(farm.folder / "cache")
    )
    return attachments


@peer
def test_manifests_are_those_of_the_reference_byte_for_byte(
    farm: Farm,
) -> None:
    for number, name in enumerate(odd_names(3000)):
        farm.write(name, f"{number % 50}".encode())
    theirs = manager(farm)
    group = theirs.prepare_paths_for_upload(
        [
            os.path.join(top, name)
            for top, _, names in os.walk(farm.project)
            for name in names
        ],
        [],
        [],
    )
    _, [root] = theirs.hash_assets_and_create_manifest(
        group.asset_groups,
        group.total_input_files,
        group.total_input_bytes,
        str(farm.folder / "cache"),
    )
    expected = root.asset_manifest.encode()
    ours = ra.create_manifest(farm.project)
    assert ours.to_json() == expected
    assert ra.load_manifest(expected).to_json() == expected
    assert ref_decode.decode_manifest(ours.to_json()).encode() == expected
    assert all(
        (farm.project / entry.path).is_file() for entry in ours.entries
    )
    # Their cache is read; a file whose change time is later is not in it.
    cached = ra.create_manifest(
        farm.project, ra.SnapshotOptions(hash_cache_dir=farm.folder / "cache")
    )
    assert cached == ours


@peer
def test_the_reference_reads_what_was_submitted_here(farm: Farm) -> None:
    farm.write("a.txt", b"hello world")
    farm.write("sub/é\n.bin", bytes(range(256)) * 100_000)
    result = farm.submit(s3_check_cache_dir=farm.folder / "seen")
    theirs = asset_sync.AssetSync("farm-1")
    farm.session.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        statistics, rules = theirs.sync_inputs(
            models.JobAttachmentS3Settings(farm.bucket, "Root"),
            attachments_of(result.attachments_json),
            "queue-1",
            "job-1",
            farm.session,
        )
    assert statistics.processed_files == 2
    [root] = farm.session.glob("assetroot-*")
    assert {name: it[0] for name, it in files(root).items()} == {
        name: it[0] for name, it in files(farm.project).items()
    }
    assert rules[0]["destination_path"] == str(root)
    # Nothing is left to be uploaded for them.
    statistics, _ = manager(farm).upload_assets([])
    mine = farm.submit()
    assert mine.upload_stats.files_transferred == 0


@peer
def test_what_the_reference_submits_is_synced_here(farm: Farm) -> None:
    farm.write("a.txt", b"hello world")
    farm.write("b/ü.bin", b"x" * 1000)
    theirs = submitted_by_reference(farm)
    ours = farm.submit(
        hash_cache_dir=farm.folder / "cache",
        s3_check_cache_dir=farm.folder / "cache",
    )
    # But for the identifier the same is said, and nothing is uploaded again.
    assert ours.upload_stats.files_transferred == 0
    mine, others = ours.attachments_dict(), theirs.to_dict()
    for document in (mine, others):
        for it in document["manifests"]:  # type: ignore[attr-defined]
            parts = it["inputManifestPath"].split("/")
            it["inputManifestPath"] = [*parts[:3], parts[4]]
    assert mine == others
    attachments = ra.Attachments.from_json(json.dumps(theirs.to_dict()))
    ra.sync_inputs_sync(
        "us-west-2",
        farm.s3,
        attachments,
        farm.session,
        **farm.access,  # type: ignore[arg-type]
    )
    [root] = farm.session.glob("assetroot-*")
    assert files(root) == files(farm.project)


@peer
def test_outputs_of_both_are_chosen_and_merged_alike(farm: Farm) -> None:
    farm.write("scene", b"scene")
    result = farm.submit()
    settings = models.JobAttachmentS3Settings(farm.bucket, "Root")
    attachments = attachments_of(result.attachments_json)
    theirs = asset_sync.AssetSync("farm-1")
    farm.session.mkdir()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs.sync_inputs(
            settings, attachments, "queue-1", "job-1", farm.session
        )
        [root] = farm.session.glob("assetroot-*")
        (root / "renders").mkdir()
        (root / "renders/both").write_bytes(b"theirs")
        (root / "renders/theirs").write_bytes(b"theirs")
        theirs.sync_outputs(
            settings,
            attachments,
            "queue-1",
            "job-1",
            "step-1",
            "task-1",
            "action-1",
            1_700_000_000.5,
            farm.session,
        )
    other = farm.folder / "session2"
    ra.sync_inputs_sync(
        "us-west-2",
        farm.s3,
        result.attachments,
        other,
        **farm.access,  # type: ignore[arg-type]
    )
    [root] = other.glob("assetroot-*")
    (root / "renders").mkdir()
    (root / "renders/both").write_bytes(b"ours")
    (root / "renders/ours").write_bytes(b"ours")
    time.sleep(1.1)  # LastModified has whole seconds.
    done = ra.sync_outputs_sync(
        "us-west-2",
        farm.s3,
        farm.place,
        ra.TaskOutputManifestPath(
            "job-1", "step-1", "task-2", "action-2", 1_700_000_001.0
        ),
        result.attachments,
        other,
        **farm.access,  # type: ignore[arg-type]
    )
    client = boto3.client("s3")
    head = client.head_object(Bucket=farm.bucket, Key=done.manifest_keys[0])
    assert head["Metadata"] == {"asset-root": str(farm.project)}
    expected = download.get_job_output_paths_by_asset_root(
        settings, "farm-1", "queue-1", "job-1"
    )
    [group] = expected.values()
    paths = sorted(group.get_all_paths())
    assert paths == ["renders/both", "renders/ours", "renders/theirs"]
    downloader = download.OutputDownloader(
        settings, "farm-1", "queue-1", "job-1"
    )
    downloader.set_root_path(str(farm.project), str(farm.folder / "x"))
    downloader.download()
    ra.download_outputs_sync(
        "us-west-2",
        farm.s3,
        farm.place,
        "job-1",
        path_mapping={str(farm.project): str(farm.folder / "y")},
        **farm.access,  # type: ignore[arg-type]
    )
    theirs_read = {n: it[0] for n, it in files(farm.folder / "x").items()}
    ours_read = {n: it[0] for n, it in files(farm.folder / "y").items()}
    assert ours_read == theirs_read
    assert ours_read["renders/both"] == b"ours"


@peer
def test_objects_have_the_content_types_of_the_reference(farm: Farm) -> None:
    farm.write("a", b"a")
    client = boto3.client("s3")

    def types() -> dict[str, tuple[str, dict[str, str]]]:
        listed = client.list_objects_v2(Bucket=farm.bucket)
        found = {}
        for it in listed.get("Contents", []):
            head = client.head_object(Bucket=farm.bucket, Key=it["Key"])
            kind = it["Key"].split("/")[1]
            found[kind] = (head["ContentType"], head["Metadata"])
            client.delete_object(Bucket=farm.bucket, Key=it["Key"])
        return found

    farm.submit()
    ours = types()
    submitted_by_reference(farm)
    assert ours == types()


@peer
def test_the_refusals_are_those_of_the_reference() -> None:
    base = {
        "hashAlg": "xxh128",
        "manifestVersion": "2023-03-03",
        "paths": [{"path": "p", "hash": "a", "size": 1, "mtime": 1}],
        "totalSize": 1,
    }
    made = random.Random(3)
    values: list[object] = [None, 1, 1.5, True, "x", "", [], {}, -1, "é/"]
    for _ in range(2000):
        document = json.loads(json.dumps(base))
        for _ in range(made.randint(1, 3)):
            where = document
            if made.random() < 0.5 and isinstance(document.get("paths"), list):
                entry = made.choice(document["paths"] or [{}])
                where = entry if isinstance(entry, dict) else document
            key = made.choice([*where, "more"])
            if made.random() < 0.4:
                where.pop(key, None)
            else:
                where[key] = made.choice(values)
        if isinstance(document.get("manifestVersion"), float | list | dict):
            # How Python prints these is said of none.
            document["manifestVersion"] = None
        text = json.dumps(document)
        try:
            expected = ref_decode.decode_manifest(text).encode()
        except reference.exceptions.ManifestDecodeValidationError as error:
            with pytest.raises(ra.ManifestError) as raised:
                ra.load_manifest(text)
            assert str(raised.value) == str(error), text
        except (TypeError, AttributeError, KeyError):
            with pytest.raises(ra.ManifestError):
                ra.load_manifest(text)
        else:
            loaded = ra.load_manifest(text)
            # Truth values are numbers for both, and written as such here.
            if "true" not in text:
                assert loaded.to_json() == expected, text


def test_the_programs_thread_ends(farm: Farm) -> None:
    farm.write("a", b"a")
    farm.submit()
    names = [it.name for it in threading.enumerate()]
    assert "rusty-attachments" not in names
    assert isinstance(ra, ModuleType)
