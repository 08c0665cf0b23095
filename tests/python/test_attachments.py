"""rusty_attachments: its contract, against moto on loopback. Whether it agrees
with the package deadline is tested in tests/peers."""

from __future__ import annotations

import asyncio
import inspect
import json
import socket
import threading
import time
from pathlib import Path

import pytest
import rusty_attachments as ra
from conftest import unprivileged
from farms import KEYS, Farm, files


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
            attachments=ra.Attachments.from_json(attachments_json),
            **farm.access,  # type: ignore[arg-type]
        )
        assert fetched.files == [str(farm.project / "renders/f.exr")]

    asyncio.run(main())


def output_of_a_step(farm: Farm) -> str:
    """The key of the manifest of an output of a step."""
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
    return key


def test_outputs_of_a_step_have_no_task_in_their_key(farm: Farm) -> None:
    assert output_of_a_step(farm).startswith(
        "Root/Manifests/farm-1/queue-1/job-1/step-1/"
        "1970-01-01T00:00:00.000000Z_action-1/"
    )


def test_outputs_go_to_no_root_that_only_they_name(farm: Farm) -> None:
    output_of_a_step(farm)

    def fetch(**options: object) -> list[str]:
        return ra.download_outputs_sync(
            "us-west-2",
            farm.s3,
            farm.place,
            "job-1",
            **options,  # type: ignore[arg-type]
            **farm.access,  # type: ignore[arg-type]
        ).files

    with pytest.raises(ra.ValidationError, match="and nothing else does"):
        fetch()
    assert not (farm.project / "renders").exists()
    to = farm.folder / "to"
    assert fetch(output_dir=to) == [str(to / "renders/f")]
    named = str(farm.project / "renders/f")
    assert fetch(trust_roots=True) == [named]


def test_an_output_dir_that_nothing_would_go_to_is_refused(
    farm: Farm,
) -> None:
    output_of_a_step(farm)
    to = farm.folder / "to"
    with pytest.raises(ra.ValidationError, match="map that root"):
        ra.download_outputs_sync(
            "us-west-2",
            farm.s3,
            farm.place,
            "job-1",
            attachments=farm.submit().attachments,
            output_dir=to,
            **farm.access,  # type: ignore[arg-type]
        )
    assert not to.exists()


def test_outputs_of_no_session_or_of_an_id_that_is_none_are_refused(
    farm: Farm,
) -> None:
    farm.write("scene", b"s")
    attachments = farm.submit().attachments

    def give(job_id: str, began: float) -> ra.SyncResult:
        return ra.sync_outputs_sync(
            "us-west-2",
            farm.s3,
            farm.place,
            ra.StepOutputManifestPath(job_id, "step-1", "action-1", began),
            attachments,
            farm.session,
            **farm.access,  # type: ignore[arg-type]
        )

    with pytest.raises(ra.ValidationError, match="no such session"):
        give("job-1", 0.0)
    farm.session.mkdir()
    with pytest.raises(ra.ValidationError, match="no ID of a job"):
        give("a/b", 0.0)
    for odd in [float("nan"), -1.0]:
        with pytest.raises(ra.ValidationError, match="seconds since 1970"):
            give("job-1", odd)
    assert give("job-1", 0.0).manifest_keys == []


def test_a_root_is_synced_to_where_it_is_mapped(farm: Farm) -> None:
    farm.write("scene", b"s")
    attachments = farm.submit().attachments
    there = farm.folder / "there"
    options = ra.WorkerSyncOptions(
        path_mapping={str(farm.project): str(there)}
    )
    done = ra.sync_inputs_sync(
        "us-west-2",
        farm.s3,
        attachments,
        farm.session,
        options,
        **farm.access,  # type: ignore[arg-type]
    )
    assert done.files == [str(there / "scene")]
    [rule] = done.path_mapping_rules
    assert rule.destination_path == str(there)


def test_what_is_no_file_in_a_directory_is_told(farm: Farm) -> None:
    farm.write("a", b"a")
    (farm.project / "broken").symlink_to("nowhere")

    def submit(strict: bool) -> ra.BundleSubmitResult:
        return ra.submit_bundle_attachments_sync(
            "us-west-2",
            farm.s3,
            farm.place,
            ra.AssetReferences([farm.project]),
            options=ra.BundleSubmitOptions(require_paths_exist=strict),
            **farm.access,  # type: ignore[arg-type]
        )

    result = submit(False)
    assert result.left_out_paths == [str(farm.project / "broken")]
    assert result.missing_paths == []
    with pytest.raises(ra.ValidationError, match="a link that leads nowhere"):
        submit(True)


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

    asked = []

    def refuse(progress: ra.ScanProgress) -> bool:
        asked.append(progress)
        return False

    with pytest.raises(ra.OperationCancelled, match="cancelled"):
        submit(refuse)
    assert len(asked) == 1
    assert not any("/Manifests/" in key for key in farm.keys())

    def fail(progress: ra.ScanProgress) -> bool:
        raise LookupError(progress.phase)

    with pytest.raises(LookupError):
        submit(fail)
    with pytest.raises(LookupError):
        asyncio.run(
            ra.submit_bundle_attachments(
                "us-west-2",
                farm.s3,
                farm.place,
                farm.references(),
                progress_callback=fail,
                **farm.access,  # type: ignore[arg-type]
            )
        )
    assert not any("/Manifests/" in key for key in farm.keys())
    assert submit(lambda progress: None).upload_stats.processed_files == 50
    attachments = submit(lambda progress: True).attachments
    for answer in (False, None):
        options = ra.WorkerSyncOptions(conflict_resolution="CREATE_COPY")
        arguments = ("us-west-2", farm.s3, attachments, farm.session, options)
        if answer is None:
            done = ra.sync_inputs_sync(
                *arguments,
                lambda progress: None,
                **farm.access,  # type: ignore[arg-type]
            )
            assert done.files_transferred == 50
        else:
            with pytest.raises(ra.OperationCancelled, match="download"):
                ra.sync_inputs_sync(
                    *arguments,
                    lambda progress: False,
                    **farm.access,  # type: ignore[arg-type]
                )
    assert not list(farm.session.rglob("*.part"))


def cancelled_after(delay: float, call: object) -> float:
    """How long it takes until a task has ended that is cancelled."""

    async def main() -> float:
        task = asyncio.create_task(call())  # type: ignore[operator]
        await asyncio.sleep(delay)
        assert not task.done()
        began = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        # The transfer has ended when its thread has.
        while "rusty-attachments" in [it.name for it in threading.enumerate()]:
            assert time.monotonic() - began < 10
            await asyncio.sleep(0.01)
        return time.monotonic() - began

    # Other tests may have the machine to themselves for a moment.
    return min(asyncio.run(main()) for _ in range(3))


def test_a_cancelled_task_stops_within_a_second(farm: Farm) -> None:
    farm.write("a", b"a")
    manifest = ra.create_manifest(farm.project)
    # A server that takes connections and answers nothing.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        access = {"credentials": KEYS, "endpoint_url": url}
        for call in (
            lambda: ra.submit_bundle_attachments(
                "us-west-2",
                farm.s3,
                farm.place,
                farm.references(),
                **access,  # type: ignore[arg-type]
            ),
            lambda: ra.download_manifest_contents(
                "us-west-2",
                farm.s3,
                manifest,
                farm.session,
                **access,  # type: ignore[arg-type]
            ),
        ):
            assert cancelled_after(0.5, call) < 1
    # While files are hashed: minutes of it, none of them on disk.
    with (farm.project / "big").open("wb") as file:
        file.truncate(64 << 30)
    assert (
        cancelled_after(
            0.5,
            lambda: ra.submit_bundle_attachments(
                "us-west-2",
                farm.s3,
                farm.place,
                farm.references(),
                **farm.access,  # type: ignore[arg-type]
            ),
        )
        < 1
    )
    assert farm.keys() == []


def test_every_coroutine_has_a_twin_that_blocks() -> None:
    twins = [name for name in ra.__all__ if name.endswith("_sync")]
    assert len(twins) == 8
    for name in twins:
        blocks = getattr(ra, name)
        awaited = getattr(ra, name.removesuffix("_sync"))
        assert inspect.iscoroutinefunction(awaited), name
        assert not inspect.iscoroutinefunction(blocks), name
        assert inspect.signature(awaited) == inspect.signature(blocks), name
        assert awaited.__name__ == name.removesuffix("_sync")
    submit = inspect.signature(ra.submit_bundle_attachments)
    assert list(submit.parameters)[:7] == [
        "region",
        "s3_location",
        "manifest_location",
        "asset_references",
        "storage_profile",
        "options",
        "progress_callback",
    ]


def test_what_cannot_be_read_is_an_error_before_anything_is_uploaded(
    farm: Farm, open_folder: Path
) -> None:
    for name in ["locked/a", "project/fine", "project/locked"]:
        path = open_folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(name.encode())
    (open_folder / "project").chmod(0o755)
    (open_folder / "project/locked").chmod(0)
    (open_folder / "locked").chmod(0)

    def submit(*paths: Path) -> ra.BundleSubmitResult:
        return ra.submit_bundle_attachments_sync(
            "us-west-2",
            farm.s3,
            farm.place,
            ra.AssetReferences([*paths]),
            **farm.access,  # type: ignore[arg-type]
        )

    try:
        with unprivileged():
            # It is there, for all that is known: it is no reference.
            for path in [open_folder / "locked/a", open_folder / "locked"]:
                with pytest.raises(ra.AttachmentError) as raised:
                    submit(open_folder / "project/fine", path)
                assert str(path) in str(raised.value)
            with pytest.raises(ra.AttachmentError) as raised:
                submit(open_folder / "project")
            assert raised.value.path == str(open_folder / "project/locked")
    finally:
        (open_folder / "locked").chmod(0o755)
    assert farm.keys() == []


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
