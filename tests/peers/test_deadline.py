"""rusty_attachments and the unmodified package deadline, both ways, against
the same server: moto on loopback. `./x test-peers` runs this."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
import warnings
from pathlib import Path

import boto3
import pytest
import rusty_attachments as ra
from deadline.job_attachments import (
    asset_sync,
    download,
    exceptions,
    models,
    upload,
)
from deadline.job_attachments.asset_manifests import decode as ref_decode
from farms import Farm, files, odd_names


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
        except exceptions.ManifestDecodeValidationError as error:
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
