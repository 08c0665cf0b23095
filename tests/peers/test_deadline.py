"""rusty_attachments and the unmodified package deadline, both ways, against
the same server on loopback: moto, then s3s-fs. `./x test-peers` runs this."""

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
    if farm.server.name != "moto":
        pytest.skip("s3s-fs keeps no content types")
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


def test_assets_are_grouped_as_the_reference_groups_them(farm: Farm) -> None:
    made = random.Random(5)
    folders = ["a", "a/b", "a/b/c", "ab", "link", "sh/a", "sh"]
    for folder in folders:
        if folder != "link":
            farm.write(f"{folder}/f", folder.encode())
    (farm.project / "link").symlink_to("sh")
    seen = 0
    for _ in range(60):
        inputs = [
            str(farm.project / folder / "f")
            for folder in made.sample(folders, made.randint(0, 4))
        ]
        outputs = [
            str(farm.project / folder / "out")
            for folder in made.sample(folders, made.randint(0, 2))
        ]
        named = [
            str(farm.project / folder / made.choice(["f", "gone", "x/y"]))
            for folder in made.sample(folders, made.randint(0, 2))
        ]
        locations = [
            (f"L{number}", folder, made.choice(["LOCAL", "SHARED"]))
            for number, folder in enumerate(
                made.sample(folders, made.randint(0, 3))
            )
        ]
        profile = models.StorageProfile(
            "sp-1",
            "profile",
            models.StorageProfileOperatingSystemFamily.LINUX,
            [
                models.FileSystemLocation(
                    name,
                    str(farm.project / folder),
                    models.FileSystemLocationType(kind),
                )
                for name, folder, kind in locations
            ],
        )
        theirs = manager(farm)
        group = theirs.prepare_paths_for_upload(
            inputs, outputs, named, storage_profile=profile
        )
        _, manifests = theirs.hash_assets_and_create_manifest(
            group.asset_groups,
            group.total_input_files,
            group.total_input_bytes,
            str(farm.folder / "cache"),
        )
        _, attachments = theirs.upload_assets(
            manifests, s3_check_cache_dir=str(farm.folder / "cache")
        )
        ours = ra.submit_bundle_attachments_sync(
            "us-west-2",
            farm.s3,
            farm.place,
            ra.AssetReferences(inputs, outputs, named),
            ra.StorageProfile(
                [
                    ra.FileSystemLocation(
                        name,
                        str(farm.project / folder),
                        kind,  # type: ignore[arg-type]
                    )
                    for name, folder, kind in locations
                ]
            ),
            **farm.access,  # type: ignore[arg-type]
        )
        documents = [ours.attachments_dict(), attachments.to_dict()]
        for document in documents:
            for it in document["manifests"]:  # type: ignore[attr-defined]
                if path := it.get("inputManifestPath"):
                    it["inputManifestPath"] = path.split("/")[-1]
            document["manifests"].sort(  # type: ignore[attr-defined]
                key=lambda it: (
                    it["rootPath"],
                    it.get("fileSystemLocationName", ""),
                )
            )
        assert documents[0] == documents[1], (inputs, outputs, named, locations)
        seen += len(documents[0]["manifests"])  # type: ignore[arg-type]
    assert seen > 60


def test_the_reference_uses_the_caches_that_are_written_here(
    farm: Farm,
) -> None:
    # Where they are, a change of permissions later is none of the content.
    for number in range(20):
        path = farm.project / f"{number}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(f"{number}".encode())
    cache = farm.folder / "cache"
    farm.submit(
        hash_cache_dir=cache, update_hash_cache=True, s3_check_cache_dir=cache
    )
    theirs = manager(farm)
    group = theirs.prepare_paths_for_upload(
        [str(it) for it in farm.project.iterdir()], [], []
    )
    hashing, manifests = theirs.hash_assets_and_create_manifest(
        group.asset_groups,
        group.total_input_files,
        group.total_input_bytes,
        str(cache),
    )
    assert (hashing.processed_files, hashing.skipped_files) == (0, 20)
    uploading, _ = theirs.upload_assets(
        manifests, s3_check_cache_dir=str(cache)
    )
    assert (uploading.processed_files, uploading.skipped_files) == (0, 20)
    # And the other way round: theirs is read.
    mine = farm.submit(hash_cache_dir=cache, s3_check_cache_dir=cache)
    assert mine.hashing_stats.files_skipped == 20
    assert mine.upload_stats.files_skipped == 20


def test_copies_are_named_as_the_reference_names_them(farm: Farm) -> None:
    names = ["a.txt", "a.tar.gz", "noext", ".hid", "x (1).txt", "tr.", "..a"]
    for name in names:
        farm.write(name, name.encode())
    manifest = ra.create_manifest(farm.project)
    access: dict[str, object] = farm.access
    ra.upload_manifest_contents_sync(
        "us-west-2",
        farm.s3,
        manifest,
        farm.project,
        **access,  # type: ignore[arg-type]
    )
    theirs = ref_decode.decode_manifest(manifest.to_json())
    for _ in range(3):
        download.download_files_from_manifests(
            s3_bucket=farm.bucket,
            manifests_by_root={str(farm.folder / "theirs"): theirs},
            cas_prefix="Root/Data",
        )
        ra.download_manifest_contents_sync(
            "us-west-2",
            farm.s3,
            manifest,
            farm.folder / "ours",
            **access,  # type: ignore[arg-type]
        )
    ours = {name: it[0] for name, it in files(farm.folder / "ours").items()}
    assert ours == {
        name: it[0] for name, it in files(farm.folder / "theirs").items()
    }
    assert len(ours) == 3 * len(names)


def test_the_programs_write_the_same_snapshot(
    farm: Farm, tmp_path: Path
) -> None:
    for name in odd_names(200):
        farm.write(name, os.fsencode(name))
    (tmp_path / "other").mkdir()
    (tmp_path / "other/f").write_bytes(b"behind a link")
    (farm.project / "away").symlink_to(tmp_path / "other")
    written = []
    out = tmp_path / "out"
    for words in (
        [Path(sys.executable).with_name("deadline")],
        [sys.executable, "-m", "sanchay", "attachments"],
    ):
        destination = out / str(len(written))
        destination.mkdir(parents=True)
        done = subprocess.run(
            [
                *words,
                "manifest",
                "snapshot",
                "--root",
                farm.project,
                "--destination",
                destination,
                "--name",
                "n",
                "--json",
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        said = json.loads(done.stdout.strip().splitlines()[-1])
        assert said["root"] == str(farm.project)
        path = Path(said["manifest"])
        # NAME-HASH-, without the time.
        written.append((path.name.split("-")[:2], path.read_text()))
    assert written[0] == written[1]
