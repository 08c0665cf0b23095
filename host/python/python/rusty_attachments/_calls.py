"""The calls. One that takes time to reach S3 is a coroutine function, and has
a twin whose name ends in _sync and that blocks: that is what is written here,
and the other is made of it."""

from __future__ import annotations

import asyncio
import functools
import os
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Future
from contextvars import ContextVar, copy_context
from threading import Thread
from typing import Any, ParamSpec, TypeVar

from sanchay import _native

from rusty_attachments._errors import ValidationError, call
from rusty_attachments._types import (
    AssetReferences,
    Attachments,
    AwsCredentials,
    BundleSubmitOptions,
    BundleSubmitResult,
    ConflictResolution,
    DownloadResult,
    FileSystemLocationType,
    Manifest,
    ManifestDiff,
    ManifestLocation,
    Path,
    PathMappingRule,
    S3Location,
    ScanProgress,
    SnapshotOptions,
    StepOutputManifestPath,
    StorageProfile,
    SummaryStatistics,
    SyncResult,
    TaskOutputManifestPath,
    TransferProgress,
    UploadedManifest,
    WorkerSyncOptions,
    conflict_of,
    decode,
    encode,
)

__all__ = [
    "create_manifest",
    "diff_manifests",
    "download_manifest",
    "download_manifest_contents",
    "download_manifest_contents_sync",
    "download_manifest_sync",
    "download_outputs",
    "download_outputs_sync",
    "expand_input_paths",
    "hash_file",
    "load_manifest",
    "submit_bundle_attachments",
    "submit_bundle_attachments_sync",
    "sync_inputs",
    "sync_inputs_sync",
    "sync_outputs",
    "sync_outputs_sync",
    "upload_input_manifest",
    "upload_input_manifest_sync",
    "upload_manifest_contents",
    "upload_manifest_contents_sync",
]

ScanCallback = Callable[[ScanProgress], bool | None]
TransferCallback = Callable[[TransferProgress], bool | None]
OutputManifestPath = TaskOutputManifestPath | StepOutputManifestPath

_P = ParamSpec("_P")
_T = TypeVar("_T")
_Access = tuple[
    str | None,
    str | None,
    str | None,
    tuple[str, str, str | None] | None,
]


def _access(
    region: str | None,
    credentials: AwsCredentials | None,
    endpoint_url: str | None,
    profile: str | None,
) -> _Access:
    keys = None
    if credentials is not None:
        keys = (
            credentials.access_key_id,
            credentials.secret_access_key,
            credentials.session_token,
        )
    return region, endpoint_url, profile, keys


def _scanning(
    callback: ScanCallback | None,
) -> Callable[..., bool] | None:
    if callback is None:
        return None

    def tell(kind: str, *facts: object) -> bool:
        if kind != "scan":
            return True
        return callback(ScanProgress(*facts)) is not False  # type: ignore[arg-type]

    return tell


def _transferring(
    callback: TransferCallback | None,
) -> Callable[..., bool] | None:
    if callback is None:
        return None

    def tell(kind: str, *facts: object) -> bool:
        if kind != "transfer":
            return True
        return callback(TransferProgress(*facts)) is not False  # type: ignore[arg-type]

    return tell


#: What ends the call that is being made, if a task may.
_cancel: ContextVar[_native.AttachmentCancel | None] = ContextVar(
    "_cancel", default=None
)


def _cancelling() -> _native.AttachmentCancel:
    return _cancel.get() or _native.AttachmentCancel()


def _coroutine(
    blocking: Callable[_P, _T],
) -> Callable[_P, Coroutine[Any, Any, _T]]:
    """A coroutine function that has another thread do what blocks. A task that
    is cancelled cancels that, and waits until it has ended."""

    @functools.wraps(blocking)
    async def awaited(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        cancel = _native.AttachmentCancel()
        context = copy_context()
        context.run(_cancel.set, cancel)
        future: Future[_T] = Future()

        def run() -> None:
            try:
                result = context.run(blocking, *args, **kwargs)
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)

        Thread(target=run, name="rusty-attachments", daemon=True).start()
        waiting = asyncio.wrap_future(future)
        try:
            return await asyncio.shield(waiting)
        except asyncio.CancelledError:
            cancel.cancel()
            await asyncio.wait([waiting])
            if not waiting.cancelled():
                # What it came to does not matter any more.
                waiting.exception()
            raise

    name = blocking.__name__.removesuffix("_sync")
    awaited.__name__ = awaited.__qualname__ = name
    return awaited


def submit_bundle_attachments_sync(
    region: str | None,
    s3_location: S3Location,
    manifest_location: ManifestLocation,
    asset_references: AssetReferences,
    storage_profile: StorageProfile | None = None,
    options: BundleSubmitOptions | None = None,
    progress_callback: ScanCallback | None = None,
    *,
    credentials: AwsCredentials | None = None,
    endpoint_url: str | None = None,
    profile: str | None = None,
) -> BundleSubmitResult:
    """Upload what a job reads.

    Everything is hashed before anything is uploaded, contents before the
    manifests that name them.

    Args:
        region: The region of the bucket; None: that of the environment.
        s3_location: Where the files are.
        manifest_location: Where the manifests are.
        asset_references: The paths of the job.
        storage_profile: Locations: nothing in a shared one is uploaded.
        options: How.
        progress_callback: Called in another thread than the event loop's; an
            answer that is False cancels, and an exception is raised here.
        credentials: Those to use; None: those that are found.
        endpoint_url: The server, if it is not that of AWS.
        profile: The profile of ~/.aws.

    Raises:
        ValidationError: Inputs are missing, or what lies in directories is
            no file, where every path has to exist.
        StorageError: S3 refused.
        OperationCancelled: The callback returned False.
        AttachmentError: A file cannot be read.
    """
    locations = storage_profile.locations if storage_profile else ()
    text, hashing, upload, missing, left_out = call(
        _native.attachments_submit,
        _access(region, credentials, endpoint_url, profile),
        s3_location._native(),
        manifest_location._native(),
        list(asset_references.input_filenames),
        list(asset_references.output_directories),
        list(asset_references.referenced_paths),
        [
            (
                it.name,
                it.path,
                it.location_type == FileSystemLocationType.SHARED,
            )
            for it in locations
        ],
        (options or BundleSubmitOptions())._native(),
        _cancelling(),
        _scanning(progress_callback),
    )
    return BundleSubmitResult(
        text,
        SummaryStatistics(*hashing),
        SummaryStatistics(*upload),
        [os.fspath(path) for path in missing],
        [os.fspath(path) for path in left_out],
    )


submit_bundle_attachments = _coroutine(submit_bundle_attachments_sync)


def _synced(
    session_dir: Path,
    numbers: tuple[int, int, int, int, int, int, float],
    rules: list[tuple[str, bytes, bytes]],
    files: Sequence[Path],
    keys: list[str],
) -> SyncResult:
    return SyncResult(
        SummaryStatistics(*numbers),
        os.path.abspath(session_dir),
        [
            PathMappingRule(path_format, decode(source), decode(target))
            for path_format, source, target in rules
        ],
        [os.fspath(path) for path in files],
        keys,
    )


def sync_inputs_sync(
    region: str | None,
    s3_location: S3Location,
    attachments: Attachments,
    session_dir: Path,
    options: WorkerSyncOptions | None = None,
    progress_callback: TransferCallback | None = None,
    *,
    credentials: AwsCredentials | None = None,
    endpoint_url: str | None = None,
    profile: str | None = None,
) -> SyncResult:
    """Download what a job reads into the directory of a session.

    Files are verified by size and hash, and appear when they are complete.
    Nothing is written outside the directories of the roots.

    Raises:
        ManifestError: A manifest, or a path in it, is refused.
        StorageError: S3 refused, or a content is damaged.
        OperationCancelled: The callback returned False.
    """
    done = call(
        _native.attachments_sync_inputs,
        _access(region, credentials, endpoint_url, profile),
        s3_location._native(),
        attachments.file_system,
        attachments._native(),
        session_dir,
        (options or WorkerSyncOptions())._native(),
        _cancelling(),
        _transferring(progress_callback),
    )
    return _synced(session_dir, *done)


sync_inputs = _coroutine(sync_inputs_sync)


def sync_outputs_sync(
    region: str | None,
    s3_location: S3Location,
    manifest_location: ManifestLocation,
    output_path: OutputManifestPath,
    attachments: Attachments,
    session_dir: Path,
    options: WorkerSyncOptions | None = None,
    progress_callback: TransferCallback | None = None,
    *,
    credentials: AwsCredentials | None = None,
    endpoint_url: str | None = None,
    profile: str | None = None,
) -> SyncResult:
    """Upload what is new or changed in the directories of outputs.

    Raises:
        StorageError: S3 refused.
        OperationCancelled: The callback returned False.
        AttachmentError: A file cannot be read.
    """
    done = call(
        _native.attachments_sync_outputs,
        _access(region, credentials, endpoint_url, profile),
        s3_location._native(),
        manifest_location._native(),
        output_path._native(),
        attachments.file_system,
        attachments._native(),
        session_dir,
        (options or WorkerSyncOptions())._native(),
        _cancelling(),
        _transferring(progress_callback),
    )
    return _synced(session_dir, *done)


sync_outputs = _coroutine(sync_outputs_sync)


def download_outputs_sync(
    region: str | None,
    s3_location: S3Location,
    manifest_location: ManifestLocation,
    job_id: str,
    step_id: str | None = None,
    task_id: str | None = None,
    session_action_id: str | None = None,
    path_mapping: dict[str, str] | None = None,
    conflict_resolution: ConflictResolution | str = (
        ConflictResolution.CREATE_COPY
    ),
    progress_callback: TransferCallback | None = None,
    *,
    attachments: Attachments | None = None,
    output_dir: Path | None = None,
    trust_roots: bool = False,
    credentials: AwsCredentials | None = None,
    endpoint_url: str | None = None,
    profile: str | None = None,
) -> DownloadResult:
    """Download what the tasks of a job made: of each task the last session
    action counts, of a file that several made the last manifest.

    Outputs name the root that they were made for, and any task may have them
    name another one: nothing is written to a root of which only they tell.

    Args:
        path_mapping: Where roots are here, by the paths that outputs name.
        attachments: The job's: outputs go back to the roots in them.
        output_dir: Where the outputs go of a root of which nothing else tells;
            refused if something tells of all of them.
        trust_roots: Whether outputs go to whatever other root they name.

    Raises:
        ValidationError: Nothing tells of a root.
    """
    numbers, files = call(
        _native.attachments_outputs,
        _access(region, credentials, endpoint_url, profile),
        s3_location._native(),
        manifest_location._native(),
        (job_id, step_id, task_id, session_action_id),
        (
            [(encode(it), to) for it, to in (path_mapping or {}).items()],
            [
                encode(it.root_path)
                for it in (attachments.manifests if attachments else ())
            ],
            output_dir,
            trust_roots,
        ),
        conflict_of(conflict_resolution).value,
        _cancelling(),
        _transferring(progress_callback),
    )
    written = [os.fspath(path) for path in files]
    return DownloadResult(SummaryStatistics(*numbers), written)


download_outputs = _coroutine(download_outputs_sync)


def upload_manifest_contents_sync(
    region: str | None,
    s3_location: S3Location,
    manifest: Manifest,
    source_root: Path,
    progress_callback: TransferCallback | None = None,
    *,
    s3_check_cache_dir: Path | None = None,
    follow_symlinks: bool = False,
    credentials: AwsCredentials | None = None,
    endpoint_url: str | None = None,
    profile: str | None = None,
) -> SummaryStatistics:
    """Upload the files of a manifest that are not in S3 yet.

    A file that is not what the manifest says is an error, and not stored. So is
    a symbolic link on the way to a file, unless follow_symlinks: as create_manifest
    was told, or had to for links that lead out of the root.
    """
    numbers = call(
        _native.attachments_upload,
        _access(region, credentials, endpoint_url, profile),
        s3_location._native(),
        manifest._manifest,
        source_root,
        {
            "s3_check_cache_dir": s3_check_cache_dir,
            "follow_symlinks": follow_symlinks,
        },
        _cancelling(),
        _transferring(progress_callback),
    )
    return SummaryStatistics(*numbers)


upload_manifest_contents = _coroutine(upload_manifest_contents_sync)


def download_manifest_contents_sync(
    region: str | None,
    s3_location: S3Location,
    manifest: Manifest,
    destination: Path,
    conflict_resolution: ConflictResolution | str = (
        ConflictResolution.CREATE_COPY
    ),
    progress_callback: TransferCallback | None = None,
    *,
    credentials: AwsCredentials | None = None,
    endpoint_url: str | None = None,
    profile: str | None = None,
) -> DownloadResult:
    """Download the files of a manifest beneath a directory."""
    numbers, files = call(
        _native.attachments_download,
        _access(region, credentials, endpoint_url, profile),
        s3_location._native(),
        manifest._manifest,
        destination,
        conflict_of(conflict_resolution).value,
        _cancelling(),
        _transferring(progress_callback),
    )
    written = [os.fspath(path) for path in files]
    return DownloadResult(SummaryStatistics(*numbers), written)


download_manifest_contents = _coroutine(download_manifest_contents_sync)


def upload_input_manifest_sync(
    region: str | None,
    s3_location: S3Location,
    manifest_location: ManifestLocation,
    manifest: Manifest,
    asset_root: str,
    *,
    credentials: AwsCredentials | None = None,
    endpoint_url: str | None = None,
    profile: str | None = None,
) -> UploadedManifest:
    """Upload the manifest of a root's inputs."""
    path, digest = call(
        _native.attachments_upload_manifest,
        _access(region, credentials, endpoint_url, profile),
        s3_location._native(),
        manifest_location._native(),
        manifest._manifest,
        encode(asset_root),
        _cancelling(),
    )
    return UploadedManifest(path, digest)


upload_input_manifest = _coroutine(upload_input_manifest_sync)


def download_manifest_sync(
    region: str | None,
    s3_location: S3Location,
    manifest_path: str,
    expected_hash: str | None = None,
    *,
    credentials: AwsCredentials | None = None,
    endpoint_url: str | None = None,
    profile: str | None = None,
) -> Manifest:
    """Download a manifest by what attachments call it, and check its hash."""
    return Manifest(
        call(
            _native.attachments_fetch_manifest,
            _access(region, credentials, endpoint_url, profile),
            s3_location._native(),
            manifest_path,
            expected_hash,
            _cancelling(),
        )
    )


download_manifest = _coroutine(download_manifest_sync)


def create_manifest(
    root: Path,
    options: SnapshotOptions | None = None,
    progress_callback: ScanCallback | None = None,
) -> Manifest:
    """Hash the files beneath a directory and make a manifest of them.

    Raises:
        ValidationError: There is no such directory.
        OperationCancelled: The callback returned False.
        AttachmentError: Something in it cannot be read.
    """
    native, _ = call(
        _native.attachments_create,
        root,
        (options or SnapshotOptions())._native(),
        _cancelling(),
        _scanning(progress_callback),
    )
    return Manifest(native)


def load_manifest(text: str | bytes) -> Manifest:
    """Read a manifest.

    Raises:
        ManifestError: It is none, in the words of the package deadline.
    """
    data = text if isinstance(text, bytes) else encode(text)
    return Manifest(call(_native.AttachmentManifest.load, data))


def diff_manifests(old: Manifest, new: Manifest) -> ManifestDiff:
    """Compare two manifests by path and content; two of V2025_12_04_BETA also
    by size, time, and whether files may be executed."""
    added, modified, deleted = old._manifest.diff(new._manifest)
    return ManifestDiff(
        [decode(path) for path in added],
        [decode(path) for path in modified],
        [decode(path) for path in deleted],
    )


def expand_input_paths(
    paths: Sequence[Path], *, missing_ok: bool = False
) -> list[str]:
    """List files, and those beneath the directories among them, each once.

    Raises:
        ValidationError: There is nothing at a path, unless missing_ok.
        AttachmentError: A directory cannot be read.
    """
    files, missing, _ = call(
        _native.attachments_expand, list(paths), _cancelling()
    )
    if missing and not missing_ok:
        names = "\n\t".join(sorted(os.fspath(path) for path in missing))
        message = f"Missing input files:\n\t{names}"
        raise ValidationError(message)
    return [os.fspath(path) for path in files]


def hash_file(path: Path) -> str:
    """Compute the XXH128 hash of a file, as manifests have it.

    Raises:
        AttachmentError: It cannot be read.
    """
    return call(_native.attachments_hash, path, _cancelling())
