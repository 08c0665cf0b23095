"""The classes of the package: plain data, but for manifests."""

from __future__ import annotations

import enum
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from sanchay import _native

from rusty_attachments._errors import call

__all__ = [
    "AssetReferences",
    "Attachments",
    "AwsCredentials",
    "BundleSubmitOptions",
    "BundleSubmitResult",
    "ConflictResolution",
    "DownloadResult",
    "FileSystemLocation",
    "FileSystemLocationType",
    "GlobFilter",
    "Manifest",
    "ManifestDiff",
    "ManifestEntry",
    "ManifestLocation",
    "ManifestProperties",
    "ManifestVersion",
    "PathFormat",
    "PathMappingRule",
    "S3Location",
    "ScanProgress",
    "SnapshotOptions",
    "StepOutputManifestPath",
    "StorageProfile",
    "SummaryStatistics",
    "SyncResult",
    "TaskOutputManifestPath",
    "TransferProgress",
    "UploadedManifest",
    "WorkerSyncOptions",
]

Path = str | os.PathLike[str]


class PathFormat(str, enum.Enum):
    """Whose rules hold for a path."""

    POSIX = "posix"
    WINDOWS = "windows"


class ManifestVersion(str, enum.Enum):
    """The format of a manifest. The service takes V2023_03_03 alone."""

    V2023_03_03 = "v2023-03-03"
    V2025_12_04_BETA = "v2025-12-04-beta"


class ConflictResolution(str, enum.Enum):
    """What becomes of a file whose name is taken."""

    SKIP = "SKIP"
    OVERWRITE = "OVERWRITE"
    CREATE_COPY = "CREATE_COPY"


class FileSystemLocationType(str, enum.Enum):
    """Whether workers have a location too, so that nothing is uploaded."""

    LOCAL = "LOCAL"
    SHARED = "SHARED"


def version_of(version: ManifestVersion | str) -> ManifestVersion:
    """The version that a text names, with or without its v."""
    try:
        text = str(getattr(version, "value", version))
        return ManifestVersion("v" + text.removeprefix("v"))
    except ValueError:
        message = f"Invalid manifest version: {version}"
        raise ValueError(message) from None


def conflict_of(resolution: ConflictResolution | str) -> ConflictResolution:
    """The resolution that a text names."""
    try:
        return ConflictResolution(resolution)
    except ValueError:
        message = (
            f"Unknown choice for file conflict resolution: {resolution}"
        )
        raise ValueError(message) from None


def encode(text: str) -> bytes:
    """A text of a manifest as the engine has it."""
    return text.encode("utf-8", "surrogatepass")


def decode(text: bytes) -> str:
    """A text of a manifest as Python has it: os.fsencode makes it a path."""
    return text.decode("utf-8", "surrogatepass")


@dataclass
class AwsCredentials:
    """Credentials that are not to be looked for."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@dataclass
class S3Location:
    """Where the files of jobs are."""

    bucket: str
    root_prefix: str
    cas_prefix: str = "Data"
    manifest_prefix: str = "Manifests"

    def _native(self) -> tuple[str, str, str, str]:
        return (
            self.bucket,
            self.root_prefix,
            self.cas_prefix,
            self.manifest_prefix,
        )


@dataclass
class ManifestLocation:
    """Where the manifests of a queue are."""

    bucket: str
    root_prefix: str
    farm_id: str
    queue_id: str

    def _native(self) -> tuple[str, str, str, str]:
        return self.bucket, self.root_prefix, self.farm_id, self.queue_id


@dataclass
class AssetReferences:
    """The paths that a job has.

    Directories among the inputs stand for all files beneath them.
    """

    input_filenames: Sequence[Path] = field(default_factory=list)
    output_directories: Sequence[Path] = field(default_factory=list)
    referenced_paths: Sequence[Path] = field(default_factory=list)


@dataclass
class FileSystemLocation:
    """A location of a storage profile."""

    name: str
    path: str
    location_type: FileSystemLocationType | Literal["LOCAL", "SHARED"]

    def __post_init__(self) -> None:
        try:
            kind = FileSystemLocationType(self.location_type)
        except ValueError:
            message = f"Invalid location type: {self.location_type}"
            raise ValueError(message) from None
        self.location_type = kind


@dataclass
class StorageProfile:
    """The locations of a storage profile."""

    locations: Sequence[FileSystemLocation] = field(default_factory=list)


class GlobFilter:
    """Which files: globs to include, and to exclude.

    A glob with a slash looks at the path below the root, one without at the
    name, at any depth. Without any to include, all files are.
    """

    def __init__(
        self, include: Sequence[str] = (), exclude: Sequence[str] = ()
    ) -> None:
        self.include = list(include)
        self.exclude = list(exclude)
        self._globs = _native.AttachmentGlobs(
            [os.fsencode(glob) for glob in self.include],
            [os.fsencode(glob) for glob in self.exclude],
        )

    def matches(self, path: Path) -> bool:
        """Whether a file belongs, by its path below the root."""
        return self._globs.matches(os.fsencode(path))

    def __repr__(self) -> str:
        return f"GlobFilter(include={self.include}, exclude={self.exclude})"


@dataclass
class BundleSubmitOptions:
    """How a job is submitted.

    Attributes:
        require_paths_exist: Refuse inputs that are not there, which otherwise
            count as references, and what is no file in directories, which is
            left out.
        file_system_mode: COPIED or VIRTUAL.
        manifest_version: The format of manifests; the service takes
            V2023_03_03 alone.
        include_patterns, exclude_patterns: Globs of inputs, as of GlobFilter,
            below the directory that was named.
        hash_cache_dir: The hash cache of the package deadline, which is read,
            and written if update_hash_cache.
        s3_check_cache_dir: Where it is kept what was seen in S3; None: S3 is
            asked for every content.
        catalog: A catalog of sanchay, with digests of earlier runs.
    """

    require_paths_exist: bool = False
    file_system_mode: Literal["COPIED", "VIRTUAL"] = "COPIED"
    manifest_version: ManifestVersion | str = ManifestVersion.V2023_03_03
    exclude_patterns: Sequence[str] = field(default_factory=list)
    include_patterns: Sequence[str] = field(default_factory=list)
    hash_cache_dir: Path | None = None
    update_hash_cache: bool = False
    s3_check_cache_dir: Path | None = None
    catalog: Path | None = None

    def _native(self) -> dict[str, object]:
        return {
            "require_paths_exist": self.require_paths_exist,
            "file_system_mode": self.file_system_mode,
            "version": version_of(self.manifest_version).value,
            "include": [os.fsencode(it) for it in self.include_patterns],
            "exclude": [os.fsencode(it) for it in self.exclude_patterns],
            "hash_cache_dir": self.hash_cache_dir,
            "update_hash_cache": self.update_hash_cache,
            "s3_check_cache_dir": self.s3_check_cache_dir,
            "catalog": self.catalog,
        }


@dataclass
class SnapshotOptions:
    """What a manifest of a directory has.

    Attributes:
        version: The format; the service takes V2023_03_03 alone.
        filter: Which files.
        follow_symlinks: Whether what is behind links is listed as if it were
            there. If not, V2023_03_03 has no links.
        include_hidden: Whether files and directories are listed whose names
            begin with a dot.
        hash_cache_dir: The hash cache of the package deadline, which is read.
        catalog: A catalog of sanchay, with digests of earlier runs.
    """

    version: ManifestVersion | str = ManifestVersion.V2023_03_03
    filter: GlobFilter | None = None
    follow_symlinks: bool = False
    include_hidden: bool = True
    hash_cache_dir: Path | None = None
    catalog: Path | None = None

    def _native(self) -> dict[str, object]:
        globs = self.filter or GlobFilter()
        return {
            "version": version_of(self.version).value,
            "include": [os.fsencode(glob) for glob in globs.include],
            "exclude": [os.fsencode(glob) for glob in globs.exclude],
            "follow_symlinks": self.follow_symlinks,
            "hidden": self.include_hidden,
            "hash_cache_dir": self.hash_cache_dir,
            "catalog": self.catalog,
        }


@dataclass
class WorkerSyncOptions:
    """How a session is synced.

    Attributes:
        conflict_resolution: What becomes of files that are there.
        path_mapping: Where roots of the job are here, in place of a directory
            of the session; those of a storage profile have to be mapped.
        step_dependencies: Steps of the job whose outputs are inputs too, each
            with the location of its manifests and the ids of job and step.
        s3_check_cache_dir: As of BundleSubmitOptions.
        catalog: As of BundleSubmitOptions.
    """

    conflict_resolution: ConflictResolution | str = (
        ConflictResolution.OVERWRITE
    )
    path_mapping: dict[str, str] = field(default_factory=dict)
    step_dependencies: Sequence[tuple[ManifestLocation, str, str | None]] = (
        field(default_factory=list)
    )
    s3_check_cache_dir: Path | None = None
    catalog: Path | None = None

    def _native(self) -> dict[str, object]:
        return {
            "conflict": conflict_of(self.conflict_resolution).value,
            "mapping": [
                (encode(source), destination)
                for source, destination in self.path_mapping.items()
            ],
            "dependencies": [
                (place._native(), (job_id, step_id))
                for place, job_id, step_id in self.step_dependencies
            ],
            "s3_check_cache_dir": self.s3_check_cache_dir,
            "catalog": self.catalog,
        }


@dataclass
class TaskOutputManifestPath:
    """The task that made outputs; timestamp in seconds since 1970."""

    job_id: str
    step_id: str
    task_id: str
    session_action_id: str
    timestamp: float

    def _native(self) -> tuple[str, str, str | None, str, float]:
        return (
            self.job_id,
            self.step_id,
            self.task_id,
            self.session_action_id,
            self.timestamp,
        )


@dataclass
class StepOutputManifestPath:
    """The step that made outputs as a whole."""

    job_id: str
    step_id: str
    session_action_id: str
    timestamp: float

    def _native(self) -> tuple[str, str, str | None, str, float]:
        return (
            self.job_id,
            self.step_id,
            None,
            self.session_action_id,
            self.timestamp,
        )


@dataclass
class SummaryStatistics:
    """What was done: files and bytes, and seconds."""

    processed_files: int = 0
    processed_bytes: int = 0
    files_transferred: int = 0
    bytes_transferred: int = 0
    files_skipped: int = 0
    bytes_skipped: int = 0
    total_time: float = 0.0

    @property
    def transfer_rate(self) -> float:
        """Bytes transferred a second."""
        if self.total_time <= 0:
            return 0.0
        return self.bytes_transferred / self.total_time


@dataclass
class ManifestProperties:
    """What a job has beneath a root."""

    root_path: str
    root_path_format: PathFormat | str = PathFormat.POSIX
    file_system_location_name: str | None = None
    input_manifest_path: str | None = None
    input_manifest_hash: str | None = None
    output_relative_directories: Sequence[str] = field(default_factory=list)


_Properties = tuple[
    bytes, bytes | None, str, str | None, str | None, list[bytes]
]


@dataclass
class Attachments:
    """The attachments of a job, as the service has them."""

    manifests: list[ManifestProperties] = field(default_factory=list)
    file_system: str = "COPIED"

    @classmethod
    def from_json(cls, text: str | bytes) -> Attachments:
        """Read JSON.

        Raises:
            ValidationError: It is no JSON, or not of that form.
        """
        data = text if isinstance(text, bytes) else encode(text)
        mode, found = call(_native.attachments_parse, data)
        manifests = [
            ManifestProperties(
                root_path=decode(root),
                root_path_format=PathFormat(path_format),
                file_system_location_name=(
                    None if location is None else decode(location)
                ),
                input_manifest_path=path,
                input_manifest_hash=digest,
                output_relative_directories=[decode(it) for it in outputs],
            )
            for root, location, path_format, path, digest, outputs in found
        ]
        return cls(manifests, mode)

    def to_json(self) -> str:
        """Its JSON, as the package deadline prints it."""
        return call(
            _native.attachments_document, self.file_system, self._native()
        )

    def _native(self) -> list[_Properties]:
        return [
            (
                encode(it.root_path),
                (
                    None
                    if it.file_system_location_name is None
                    else encode(it.file_system_location_name)
                ),
                PathFormat(it.root_path_format).value,
                it.input_manifest_path,
                it.input_manifest_hash,
                [encode(path) for path in it.output_relative_directories],
            )
            for it in self.manifests
        ]


@dataclass
class BundleSubmitResult:
    """What became of a submission.

    Attributes:
        attachments_json: What CreateJob is to be told.
        hashing_stats, upload_stats: In numbers.
        missing_paths: Inputs that were not there, and count as references.
        left_out_paths: What lies in directories and is no file: links that
            lead nowhere, FIFOs, sockets and devices.
    """

    attachments_json: str
    hashing_stats: SummaryStatistics
    upload_stats: SummaryStatistics
    missing_paths: list[str] = field(default_factory=list)
    left_out_paths: list[str] = field(default_factory=list)

    @property
    def attachments(self) -> Attachments:
        """The attachments."""
        return Attachments.from_json(self.attachments_json)

    def attachments_dict(self) -> dict[str, object]:
        """The attachments as json.loads gives them."""
        import json

        loaded: dict[str, object] = json.loads(self.attachments_json)
        return loaded


class PathMappingRule(NamedTuple):
    """What lies beneath source_path lies beneath destination_path here."""

    source_path_format: str
    source_path: str
    destination_path: str


PathMappingRule.source_path_format.__doc__ = "posix or windows."
PathMappingRule.source_path.__doc__ = "The root where the job was submitted."
PathMappingRule.destination_path.__doc__ = "Where it is here."


@dataclass
class SyncResult:
    """What became of a sync.

    Attributes:
        statistics: In numbers.
        session_dir: The directory of the session.
        path_mapping_rules: Where the roots of the job are here.
        files: The files that were written, or uploaded.
        manifest_keys: The keys of manifests that were uploaded.
    """

    statistics: SummaryStatistics
    session_dir: str
    path_mapping_rules: list[PathMappingRule] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    manifest_keys: list[str] = field(default_factory=list)

    @property
    def files_transferred(self) -> int:
        """How many files were transferred."""
        return self.statistics.files_transferred

    @property
    def bytes_transferred(self) -> int:
        """How many bytes were transferred."""
        return self.statistics.bytes_transferred

    @property
    def files_skipped(self) -> int:
        """How many files were there already."""
        return self.statistics.files_skipped


@dataclass
class DownloadResult:
    """What was downloaded, and the files that were written."""

    statistics: SummaryStatistics
    files: list[str] = field(default_factory=list)

    @property
    def files_transferred(self) -> int:
        """How many files were written."""
        return self.statistics.files_transferred


@dataclass
class UploadedManifest:
    """A manifest that was uploaded: what attachments say of it."""

    input_manifest_path: str
    input_manifest_hash: str


@dataclass
class ScanProgress:
    """How far looking at files is; of a submission, all of it.

    Attributes:
        phase: Walking, Hashing, Building, Uploading or Complete.
        current_path: The file that was dealt with last, where that is told.
        files_processed, bytes_processed: In this phase.
        total_files, total_bytes: Of this phase, where that is known.
    """

    phase: str
    current_path: str | None
    files_processed: int
    total_files: int | None
    bytes_processed: int
    total_bytes: int | None


@dataclass
class TransferProgress:
    """How far a transfer is.

    Attributes:
        operation: upload or download.
        current_key: The key of the content that was dealt with last.
        current_bytes: Its bytes.
        overall_completed, overall_total: Bytes.
    """

    operation: str
    current_key: str
    current_bytes: int
    overall_completed: int
    overall_total: int


@dataclass
class ManifestEntry:
    """An entry of a manifest.

    Attributes:
        path: Its path below the root; os.fsencode makes it a name.
        kind: file, symlink, directory, deleted or deleted_directory.
        hashes: The hash of a file, or those of its parts.
        size: In bytes.
        mtime: When it was modified, in microseconds since 1970.
        runnable: Whether its owner may execute it.
        target: Where a link leads, below the root.
    """

    path: str
    kind: str
    hashes: list[str] = field(default_factory=list)
    size: int | None = None
    mtime: int | None = None
    runnable: bool = False
    target: str | None = None


@dataclass
class ManifestDiff:
    """The paths that differ between two manifests."""

    added: list[str] = field(default_factory=list)
    modified: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)


class Manifest:
    """A manifest. create_manifest, load_manifest and download_manifest make
    them."""

    def __init__(self, native: _native.AttachmentManifest) -> None:
        self._manifest = native

    @property
    def version(self) -> ManifestVersion:
        """Its format."""
        return version_of(self._manifest.version)

    @property
    def hash_alg(self) -> str:
        """The algorithm of its hashes."""
        return "xxh128"

    @property
    def total_size(self) -> int:
        """The sum of sizes that it states."""
        return self._manifest.total_size

    @property
    def file_count(self) -> int:
        """How many files it lists."""
        return self._manifest.file_count

    @property
    def parent_manifest_hash(self) -> str | None:
        """The hash of the manifest that it tells the changes of."""
        return self._manifest.parent

    def is_v2023(self) -> bool:
        """Whether its format is V2023_03_03."""
        return self.version is ManifestVersion.V2023_03_03

    def is_v2025(self) -> bool:
        """Whether its format is V2025_12_04_BETA."""
        return self.version is ManifestVersion.V2025_12_04_BETA

    @property
    def entries(self) -> list[ManifestEntry]:
        """Its entries, made anew with every call."""
        return [
            ManifestEntry(
                path=decode(path),
                kind=kind,
                hashes=hashes,
                size=size,
                mtime=mtime,
                runnable=runnable,
                target=None if target is None else decode(target),
            )
            for path, kind, hashes, size, mtime, runnable, target in (
                self._manifest.entries()
            )
        ]

    def to_json(self) -> str:
        """Its one text: canonical JSON, in ASCII."""
        return self._manifest.encode().decode("ascii")

    def encode(self) -> str:
        """The same as to_json."""
        return self.to_json()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Manifest):
            return NotImplemented
        return self._manifest == other._manifest

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return (
            f"<Manifest {self.version.value}: {self.file_count} files, "
            f"{self.total_size} bytes>"
        )
