"""The types of rusty_attachments under pyright's engine, as others check them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import rusty_attachments as ra

s3 = ra.S3Location("b", "p")
place = ra.ManifestLocation("b", "p", "f", "q")


def look(progress: ra.ScanProgress) -> bool:
    return progress.files_processed < 5


async def go() -> None:
    done = await ra.submit_bundle_attachments(
        region="r",
        s3_location=s3,
        manifest_location=place,
        asset_references=ra.AssetReferences(["x"]),
        options=ra.BundleSubmitOptions(manifest_version="2023-03-03"),
        progress_callback=look,
        credentials=ra.AwsCredentials("k", "s"),
    )
    reveal_type(done)
    synced = await ra.sync_inputs(
        "r",
        s3,
        done.attachments,
        "x",
        progress_callback=lambda p: print(p.current_key),
    )
    reveal_type(synced)
    await ra.sync_inputs("r", s3, done.attachments, 3)
    await ra.sync_inputs("r", s3, done.attachments, "x", callback=look)


made = ra.create_manifest("x")
reveal_type(made)
reveal_type(ra.diff_manifests(made, made).added)
reveal_type(ra.download_manifest_sync("r", s3, "p"))
"""


def test_the_types_hold_under_pyright(tmp_path: Path) -> None:
    (tmp_path / "program.py").write_text(PROGRAM)
    (tmp_path / "pyrightconfig.json").write_text(
        json.dumps({"typeCheckingMode": "strict"})
    )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "basedpyright",
            "--outputjson",
            "--pythonpath",
            sys.executable,
            "program.py",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    found = json.loads(done.stdout)["generalDiagnostics"]
    told = {"information": [], "error": []}
    for it in found:
        kind = it["rule"] if it["severity"] == "error" else it["message"]
        told.setdefault(it["severity"], []).append(kind)
    types = [it.rsplit(" is ", 1)[1].strip('"') for it in told["information"]]
    assert types == [
        "BundleSubmitResult",
        "SyncResult",
        "Manifest",
        "list[str]",
        "Manifest",
    ]
    assert told["error"] == ["reportArgumentType", "reportCallIssue"]
