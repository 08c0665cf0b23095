"""The engine behind sanchay and sanchay.vpo. Private: use those."""

from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path as FilePath
from typing import Any, NoReturn, final

from typing_extensions import Buffer

from sanchay._batch import AppliedRun, UndoneRun
from sanchay._types import Path, Paths, Size, Texts, Time

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
    def candidate_count(self) -> int: ...
    @property
    def conflict_count(self) -> int: ...
    def step(self, number: int, record: type) -> object | None: ...
    def candidate(self, number: int, record: type) -> object | None: ...
    def conflicts(self, most: int, record: type) -> tuple[object, ...]: ...
    def errors(self) -> tuple[OSError, ...]: ...
    def duplicates(self) -> tuple[int, int, int, int] | None: ...
    def check(self) -> None: ...
    def retain(self, kept: list[bool]) -> None: ...
    def save(self, path: str | PathLike[str]) -> None: ...
    def to_bytes(self) -> bytes: ...
    def apply(
        self,
        on_conflict: str | None,
        state_dir: str | PathLike[str] | None,
        progress: Callable[..., object] | None,
        record: type,
    ) -> object: ...

@final
class Store:
    """A store."""

    def __new__(
        cls,
        place: str | PathLike[str] | Storage,
        location: str | PathLike[str],
        init: bool,
    ) -> Store: ...
    def put(
        self,
        roots: Paths | None,
        walk: Walk,
        name: str | None,
        read_all: bool,
        level: int,
        catalog: str | PathLike[str] | None,
        threads: int | None,
        progress: Callable[..., object] | None,
        raises: bool,
        record: type,
    ) -> tuple[
        object, tuple[int, int, int, int, int], tuple[OSError, ...]
    ]: ...
    def get(
        self,
        snapshot: str,
        target: str | PathLike[str],
        walk: Walk,
        overwrite: bool,
        verify: bool,
        threads: int | None,
        progress: Callable[..., object] | None,
    ) -> tuple[tuple[int, int, int, int, int], tuple[OSError, ...]]: ...
    def snapshots(self, record: type) -> tuple[list[object], list[str]]: ...
    def find(self, wanted: str, record: type) -> object: ...
    def entries(
        self,
        snapshot: str,
        walk: Walk,
        threads: int | None,
        progress: Callable[..., object] | None,
        path_bytes: bool,
        record: type,
    ) -> Run: ...
    def open(self, path: Path, snapshot: str) -> StoredFile: ...
    def remove(
        self,
        snapshots: list[str],
        keep: int | None,
        dry_run: bool,
        record: type,
    ) -> list[object]: ...
    def gc(
        self, grace: float | Time, waste: float, dry_run: bool
    ) -> tuple[int, int, int, int, int, int]: ...
    def check(
        self,
        read_data: bool,
        threads: int | None,
        progress: Callable[..., object] | None,
    ) -> tuple[
        tuple[int, int, int, int], list[tuple[str, str, str, bool]]
    ]: ...
    def stats(
        self,
    ) -> tuple[int, int, int, int, int, int, int, int, int, int, int]: ...

@final
class StoredFile:
    """A file of a snapshot."""

    @property
    def size(self) -> int: ...
    def read_at(self, offset: int, size: int) -> bytes: ...

# What the module mithril wraps.

class MithrilException(Exception):
    """Something of Mithril failed."""

class StorageException(MithrilException):
    """A storage could not do what it was asked to."""

class NotFoundException(StorageException):
    """There is no object with that key."""

class PermissionDeniedException(StorageException):
    """The storage refuses."""

class ConnectionException(StorageException):
    """The server cannot be reached or does not answer."""

class InvalidKeyException(StorageException):
    """That cannot be a key."""

class CompressionException(MithrilException):
    """Something could not be compressed or decompressed."""

class InvalidDataException(CompressionException):
    """The data is not what this compressor makes."""

class CasException(MithrilException):
    """Content can be neither stored nor retrieved by its address."""

class ContentNotFoundException(CasException):
    """There is no content with that address."""

class InvalidAddressException(CasException):
    """That cannot be an address."""

class CorruptContentException(CasException):
    """What is stored does not have the digest that it is stored by."""

@final
class Completions:
    """The operations of an event loop that are done."""

    def __new__(cls) -> Completions: ...
    def fileno(self) -> int: ...
    def drain(self) -> list[int]: ...

@final
class Operation:
    """Something that takes time, and is done once."""

    def wait(self) -> Any: ...
    def start(self, completions: Completions, number: int) -> None: ...
    def result(self) -> Any: ...
    def cancel(self) -> None: ...

@final
class Storage:
    """A storage of objects."""

    @staticmethod
    def folder(path: str | PathLike[str], durable: bool) -> Storage: ...
    @staticmethod
    def temp(durable: bool) -> Storage: ...
    @staticmethod
    def memory() -> Storage: ...
    @staticmethod
    def s3(
        bucket: str,
        prefix: str | None,
        endpoint: str | None,
        region: str | None,
        anonymous: bool,
        credentials: tuple[str, str, str | None] | None,
        profile: str | None,
        patience: tuple[int, float, float, float, int, float] | None,
    ) -> Storage: ...
    @staticmethod
    def s3_of_environment() -> Storage: ...
    @staticmethod
    def gcs(
        bucket: str,
        prefix: str | None,
        endpoint: str | None,
        anonymous: bool,
        token: str | None,
        patience: tuple[int, float, float, float, int, float] | None,
    ) -> Storage: ...
    @property
    def root(self) -> FilePath | None: ...
    def get(self, key: str) -> Operation: ...
    def get_opt(self, key: str) -> Operation: ...
    def get_range(self, key: str, start: int, end: int) -> Operation: ...
    def put(self, key: str, data: Buffer) -> Operation: ...
    def put_new(self, key: str, data: Buffer) -> Operation: ...
    def delete(self, key: str) -> Operation: ...
    def delete_many(self, keys: list[str]) -> Operation: ...
    def exists(self, key: str) -> Operation: ...
    def list(self, prefix: str) -> Operation: ...
    def head(self, key: str) -> Operation: ...
    def get_stream(self, key: str) -> Operation: ...
    def list_objects(self, prefix: str) -> Operation: ...
    def put_stream(self, key: str) -> Upload: ...
    def remove_stale(self, seconds: float) -> Operation: ...

@final
class Download:
    """The contents of an object, in pieces."""

    def next(self) -> Operation: ...
    def close(self) -> None: ...

@final
class Listing:
    """A listing of objects."""

    def next(self) -> Operation: ...
    def close(self) -> None: ...

@final
class Upload:
    """An object that is being stored."""

    def send(self, data: Buffer) -> Operation: ...
    def finish(self) -> Operation: ...
    def abort(self) -> Operation: ...
    def close(self) -> None: ...

@final
class Compressor:
    """A compressor."""

    @staticmethod
    def zstd(
        level: str | int, dictionary: Buffer | None, limit: int | None
    ) -> Compressor: ...
    @staticmethod
    def lz4(level: str | int, limit: int | None) -> Compressor: ...
    @staticmethod
    def stored(limit: int | None) -> Compressor: ...
    @staticmethod
    def adaptive(
        compressors: list[Compressor] | None, limit: int | None
    ) -> Compressor: ...
    @property
    def name(self) -> str: ...
    def compress(self, data: Buffer) -> Operation: ...
    def decompress(self, data: Buffer) -> Operation: ...
    def estimate_ratio(self, sample: Buffer) -> Operation: ...
    def stream(
        self, reader: object, writer: object, compresses: bool
    ) -> int: ...
    def choose(self, sample: Buffer) -> str: ...
    @staticmethod
    def chosen(compressed: Buffer) -> str: ...

@final
class HashFunction:
    """A hash function."""

    def __new__(cls, name: str) -> HashFunction: ...
    @property
    def output_size(self) -> int: ...
    def hash(self, data: Buffer) -> Operation: ...
    def hash_hex(self, data: Buffer) -> Operation: ...
    def hash_u64(self, data: Buffer) -> Operation: ...
    def hasher(self) -> Hasher: ...

@final
class Hasher:
    """A digest in the making."""

    def update(self, data: Buffer) -> None: ...
    def finalize(self) -> bytes: ...
    def finalize_u64(self) -> int: ...

@final
class ContentStore:
    """Content by its digest."""

    def __new__(
        cls, storage: Storage, function: HashFunction
    ) -> ContentStore: ...
    def store(self, data: Buffer) -> Operation: ...
    def retrieve(self, address: str) -> Operation: ...
    def contains(self, address: str) -> Operation: ...
    def delete(self, address: str) -> Operation: ...
    def stats(self) -> Operation: ...
    def collect_garbage(self, seconds: float) -> Operation: ...

@final
class MinHasher:
    """Makes MinHash signatures."""

    def __new__(cls, num_permutations: int, seed: int | None) -> MinHasher: ...
    @property
    def num_permutations(self) -> int: ...
    @property
    def seed(self) -> int: ...
    def hash_tokens(self, tokens: list[int]) -> Operation: ...
    def hash_text(self, text: str, ngram_size: int) -> Operation: ...
    def hash_words(self, text: str, ngram_size: int) -> Operation: ...

def bands(values: list[int], num_bands: int) -> list[int]: ...
def similarity(one: list[int], other: list[int]) -> float: ...
def train_dictionary(samples: list[Buffer], size: int) -> Operation: ...
def settle(seconds: float) -> bool: ...
def storage_of_url(url: str) -> tuple[object, ...]: ...
def config_of_file(path: str | PathLike[str]) -> tuple[object, ...]: ...
def config_of_environment() -> tuple[object, ...]: ...
def dtypes() -> list[tuple[str, int, str]]: ...
def dtype_of_numpy(name: str) -> str | None: ...
def tensor_size(name: str, shape: Sequence[int]) -> int: ...
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
def similar(
    roots: Paths | None,
    walk: Walk,
    pairs: bool,
    likeness: dict[str, object],
    threads: int | None,
    progress: Callable[..., object] | None,
    raises: bool,
    path_bytes: bool,
    record: type,
) -> Run: ...
def sketch(
    roots: Paths | None,
    walk: Walk,
    likeness: dict[str, object],
    threads: int | None,
    progress: Callable[..., object] | None,
) -> tuple[list[bytes], list[int], tuple[OSError, ...], int]: ...
def check_found(line: str, files: int, errors: int) -> None: ...
def check_place(lines: Sequence[str], out: str | PathLike[str]) -> None: ...
def plan_shards(
    roots: Paths | None,
    walk: Walk,
    target_files: int | None,
    target_bytes: Size | None,
    algorithm: str | None,
    fields: list[str],
    depth: int,
    likeness: dict[str, Any] | None,
    threads: int | None,
    progress: Callable[..., object] | None,
) -> list[str]: ...
def read_shards(
    text: bytes,
) -> list[tuple[str, int, int, int, int, str, str, bool]]: ...
def run_shard(
    line: str,
    threads: int | None,
    progress: Callable[..., object] | None,
    path_bytes: bool,
    record: type,
) -> Run: ...
def write_shard(
    line: str,
    out: str | PathLike[str],
    again: bool,
    threads: int | None,
    progress: Callable[..., object] | None,
) -> tuple[bool, int, int, int, list[OSError]]: ...
def shard_parts(line: str) -> list[tuple[bytes, Walk]]: ...
def sum_shard(
    line: str,
    threads: int | None,
    progress: Callable[..., object] | None,
) -> tuple[list[tuple[bytes, int, int, int]], list[OSError]]: ...
def merge_shards(
    out: str | PathLike[str],
    partitions: Sequence[int],
    together: bool,
    hardlinks: bool,
    same_device: bool,
    min_group: int,
    sort: str,
    allow_missing: bool,
    progress: Callable[..., object] | None,
    path_bytes: bool,
    record: type,
) -> Run: ...
def merge_similar_shards(
    out: str | PathLike[str],
    partitions: Sequence[int],
    allow_missing: bool,
    threads: int | None,
    progress: Callable[..., object] | None,
    path_bytes: bool,
    record: type,
) -> Run: ...
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
def plan_dedupe_similar(
    roots: Paths | None,
    walk: Walk,
    action: str,
    keep: Texts,
    into: str | PathLike[str] | None,
    reference: Paths,
    likeness: dict[str, object],
    on_conflict: str,
    threads: int | None,
    progress: Callable[..., object] | None,
    raises: bool,
) -> Batch: ...
def load_batch(path: str | PathLike[str], edited: bool) -> Batch: ...
def batch_of_bytes(data: bytes) -> Batch: ...
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
def picture_preview(
    path: Path, large: bool, record: type
) -> object | None: ...
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
) -> tuple[str, _Numbers, _Numbers, list[_AnyPath], list[_AnyPath]]: ...
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
    roots: tuple[
        list[tuple[bytes, str]], list[bytes], _AnyPath | None, bool
    ],
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
