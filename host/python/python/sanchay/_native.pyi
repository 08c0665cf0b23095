"""The engine behind sanchay and sanchay.vpo. Private: use those."""

from collections.abc import Callable
from os import PathLike
from typing import NoReturn, final

from sanchay._batch import AppliedRun, UndoneRun
from sanchay._types import Path, Paths, Size, Texts

class Cancelled(Exception):
    """The run was ended by its progress callback, which returned False."""

    run: AppliedRun | UndoneRun | None

class ConflictError(Exception):
    """A batch was not applied, because some entries are in conflict."""

class EntryError(OSError):
    """An entry could not be dealt with, though the system did not refuse."""

@final
class Walk:
    """Which files a walk reports."""

    def __new__(cls, **options: object) -> Walk: ...
    @property
    def has_values(self) -> bool: ...

@final
class Run:
    """A run: an iterator of its records, and a stream of them for Arrow."""

    def __iter__(self) -> Run: ...
    def __next__(self) -> object: ...
    def poll(self) -> object | None: ...
    def drain_ready(self) -> bool: ...
    def collect(self) -> None: ...
    def peek(self, most: int) -> list[object]: ...
    def fileno(self) -> int: ...
    def close(self) -> None: ...
    def cut(self, because: str) -> None: ...
    def errors(self) -> tuple[OSError, ...]: ...
    def summary(self) -> tuple[int, ...] | None: ...
    def __arrow_c_stream__(
        self, requested_schema: object | None = None
    ) -> object: ...
    def __arrow_c_schema__(self) -> object: ...

@final
class Batch:
    """A plan of what is to be done with files."""

    def __len__(self) -> int: ...
    @property
    def command(self) -> str: ...
    @property
    def unchanged(self) -> int: ...
    @property
    def entry_count(self) -> int: ...
    @property
    def conflict_count(self) -> int: ...
    def step(self, number: int, record: type) -> object | None: ...
    def entry(self, number: int, record: type) -> object | None: ...
    def conflicts(self, most: int, record: type) -> tuple[object, ...]: ...
    def errors(self) -> tuple[OSError, ...]: ...
    def duplicates(self) -> tuple[int, int, int, int] | None: ...
    def check(self) -> None: ...
    def retain(self, kept: list[bool]) -> None: ...
    def save(self, path: str | PathLike[str]) -> None: ...
    def apply(
        self,
        on_conflict: str | None,
        state_dir: str | PathLike[str] | None,
        progress: Callable[..., object] | None,
        record: type,
    ) -> object: ...

def walk_options() -> dict[str, object]: ...
def scan(
    roots: Paths | None,
    walk: Walk,
    shard: tuple[int, int] | None,
    threads: int | None,
    progress: Callable[..., object] | None,
    raises: bool,
    path_bytes: bool,
    record: type,
) -> Run: ...
def hash_files(
    paths: Paths,
    walk: Walk,
    shard: tuple[int, int] | None,
    algorithm: str | None,
    partial: Size | bool | None,
    catalog: str | PathLike[str] | None,
    threads: int | None,
    progress: Callable[..., object] | None,
    raises: bool,
    path_bytes: bool,
    record: type,
) -> Run: ...
def duplicates(
    roots: Paths | None,
    walk: Walk,
    groups: dict[str, object],
    algorithm: str | None,
    hardlinks: bool,
    catalog: str | PathLike[str] | None,
    threads: int | None,
    progress: Callable[..., object] | None,
    raises: bool,
    path_bytes: bool,
    record: type,
) -> Run: ...
def check(
    lists: Paths,
    content: bytes | None,
    algorithm: str | None,
    partial: Size | bool | None,
    threads: int | None,
    progress: Callable[..., object] | None,
    raises: bool,
    path_bytes: bool,
    record: type,
) -> Run: ...
def summary(
    roots: Paths | None,
    walk: Walk,
    depth: int,
    top: int,
    content: bool,
    threads: int | None,
    progress: Callable[..., object] | None,
    raises: bool,
) -> tuple[bytes, tuple[OSError, ...]]: ...
def plan_batch(
    command: str,
    roots: Paths | None,
    walk: Walk,
    options: dict[str, object],
    threads: int | None,
    progress: Callable[..., object] | None,
    raises: bool,
) -> Batch: ...
def plan_dedupe(
    roots: Paths | None,
    walk: Walk,
    action: str,
    keep: Texts,
    into: str | PathLike[str] | None,
    groups: dict[str, object],
    algorithm: str | None,
    hardlinks: bool,
    on_conflict: str,
    catalog: str | PathLike[str] | None,
    threads: int | None,
    progress: Callable[..., object] | None,
    raises: bool,
) -> Batch: ...
def load_batch(path: str | PathLike[str], edited: bool) -> Batch: ...
def undo_batch(
    run: str | None,
    dry_run: bool,
    state_dir: str | PathLike[str] | None,
    progress: Callable[..., object] | None,
    record: type,
) -> object: ...
def resume_batch(
    run: str,
    state_dir: str | PathLike[str] | None,
    progress: Callable[..., object] | None,
    record: type,
) -> object: ...
def list_runs(
    state_dir: str | PathLike[str] | None, record: type
) -> list[object]: ...
def snapshot(
    roots: Paths | None,
    walk: Walk,
    name: str | None,
    hash: bool | str,
    catalog: str | PathLike[str] | None,
    threads: int | None,
    progress: Callable[..., object] | None,
    raises: bool,
    record: type,
) -> tuple[object, tuple[OSError, ...]]: ...
def snapshots(
    catalog: str | PathLike[str] | None, record: type
) -> list[object]: ...
def diff(
    a: int | Path,
    b: int | Path,
    walk: Walk,
    hash: bool | str,
    catalog: str | PathLike[str] | None,
    threads: int | None,
    progress: Callable[..., object] | None,
    raises: bool,
    path_bytes: bool,
    record: type,
) -> Run: ...
def watch(
    roots: Paths | None,
    walk: Walk,
    hash: bool | str,
    poll: float | None,
    catalog: str | PathLike[str] | None,
    threads: int | None,
    raises: bool,
    path_bytes: bool,
    record: type,
) -> Run: ...
def verify(
    roots: Paths | None,
    walk: Walk,
    sample: float,
    catalog: str | PathLike[str] | None,
    threads: int | None,
    progress: Callable[..., object] | None,
    raises: bool,
    path_bytes: bool,
    record: type,
) -> Run: ...
def history(
    path: Path, catalog: str | PathLike[str] | None, record: type
) -> list[object]: ...
def run_program(
    command: list[bytes], arguments: list[bytes]
) -> NoReturn: ...
def escaped(path: str) -> str: ...
def human_bytes(bytes: int) -> str: ...
def version() -> str: ...
def vpo_discover(
    roots: list[Path],
    extensions: list[str],
    follow_symlinks: bool,
    skip_hidden: bool,
    progress: Callable[..., object] | None,
    record: type,
) -> list[object]: ...
def vpo_hash(
    paths: list[Path],
    chunk_size: int,
    num_threads: int | None,
    progress: Callable[..., object] | None,
    record: type,
) -> list[object]: ...

class AttachmentFailure(Exception):
    """Why something could not be done with attachments."""

@final
class AttachmentCancel:
    """Cancels a call from another thread."""

    def __new__(cls) -> AttachmentCancel: ...
    def cancel(self) -> None: ...

_Numbers = tuple[int, int, int, int, int, int, float]
_Place = tuple[str, str, str, str]
_Access = tuple[
    str | None,
    str | None,
    str | None,
    tuple[str, str, str | None] | None,
]
_Properties = tuple[
    bytes, bytes | None, str, str | None, str | None, list[bytes]
]
_AnyPath = str | PathLike[str]
_Synced = tuple[
    _Numbers, list[tuple[str, bytes, bytes]], list[_AnyPath], list[str]
]

@final
class AttachmentManifest:
    """A manifest."""

    @staticmethod
    def load(text: bytes) -> AttachmentManifest: ...
    def encode(self) -> bytes: ...
    @property
    def version(self) -> str: ...
    @property
    def total_size(self) -> int: ...
    @property
    def file_count(self) -> int: ...
    @property
    def parent(self) -> str | None: ...
    def entries(
        self,
    ) -> list[
        tuple[
            bytes, str, list[str], int | None, int | None, bool, bytes | None
        ]
    ]: ...
    def diff(
        self, new: AttachmentManifest
    ) -> tuple[list[bytes], list[bytes], list[bytes]]: ...

@final
class AttachmentGlobs:
    """Globs."""

    def __new__(
        cls, include: list[bytes], exclude: list[bytes]
    ) -> AttachmentGlobs: ...
    def matches(self, path: bytes) -> bool: ...

def attachments_parse(text: bytes) -> tuple[str, list[_Properties]]: ...
def attachments_document(
    file_system: str, manifests: list[_Properties]
) -> str: ...
def attachments_submit(
    access: _Access,
    place: _Place,
    manifests: _Place,
    inputs: list[_AnyPath],
    outputs: list[_AnyPath],
    references: list[_AnyPath],
    locations: list[tuple[str, str, bool]],
    options: dict[str, object],
    cancel: AttachmentCancel,
    progress: Callable[..., bool] | None,
) -> tuple[str, _Numbers, _Numbers, list[_AnyPath]]: ...
def attachments_sync_inputs(
    access: _Access,
    place: _Place,
    file_system: str,
    properties: list[_Properties],
    session: _AnyPath,
    options: dict[str, object],
    cancel: AttachmentCancel,
    progress: Callable[..., bool] | None,
) -> _Synced: ...
def attachments_sync_outputs(
    access: _Access,
    place: _Place,
    manifests: _Place,
    output: tuple[str, str, str | None, str, float],
    file_system: str,
    properties: list[_Properties],
    session: _AnyPath,
    options: dict[str, object],
    cancel: AttachmentCancel,
    progress: Callable[..., bool] | None,
) -> _Synced: ...
def attachments_outputs(
    access: _Access,
    place: _Place,
    manifests: _Place,
    query: tuple[str, str | None, str | None, str | None],
    roots: list[tuple[bytes, str]],
    resolution: str,
    cancel: AttachmentCancel,
    progress: Callable[..., bool] | None,
) -> tuple[_Numbers, list[_AnyPath]]: ...
def attachments_create(
    root: _AnyPath,
    options: dict[str, object],
    cancel: AttachmentCancel,
    progress: Callable[..., bool] | None,
) -> tuple[AttachmentManifest, _Numbers]: ...
def attachments_upload(
    access: _Access,
    place: _Place,
    manifest: AttachmentManifest,
    root: _AnyPath,
    options: dict[str, object],
    cancel: AttachmentCancel,
    progress: Callable[..., bool] | None,
) -> _Numbers: ...
def attachments_download(
    access: _Access,
    place: _Place,
    manifest: AttachmentManifest,
    root: _AnyPath,
    resolution: str,
    cancel: AttachmentCancel,
    progress: Callable[..., bool] | None,
) -> tuple[_Numbers, list[_AnyPath]]: ...
def attachments_upload_manifest(
    access: _Access,
    place: _Place,
    manifests: _Place,
    manifest: AttachmentManifest,
    root: bytes,
    cancel: AttachmentCancel,
) -> tuple[str, str]: ...
def attachments_fetch_manifest(
    access: _Access,
    place: _Place,
    path: str,
    hash: str | None,
    cancel: AttachmentCancel,
) -> AttachmentManifest: ...
def attachments_expand(
    paths: list[_AnyPath], cancel: AttachmentCancel
) -> tuple[list[_AnyPath], list[_AnyPath], list[_AnyPath]]: ...
def attachments_hash(path: _AnyPath, cancel: AttachmentCancel) -> str: ...
