"""Settings: which storage, and what goes with it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, cast

from mithril._storage import (
    GcsStorage,
    LocalStorage,
    MemoryStorage,
    S3Storage,
    StorageBackend,
)
from sanchay import _native
from sanchay._native import StorageException
from sanchay._types import Path as AnyPath

__all__ = ["CoreConfig", "StorageConfig", "create_storage"]


@dataclass(frozen=True)
class StorageConfig:
    """Which storage to use.

    StorageConfig.Local("/srv/objects"), StorageConfig.S3("bucket", "prefix"),
    StorageConfig.Gcs("bucket"), StorageConfig.Memory(), or
    StorageConfig.from_url("s3://bucket/prefix"). str() is its URL, or the path of
    a folder.
    """

    #: Which kind it is.
    kind: Literal["Local", "S3", "Gcs", "Memory"]
    #: The folder of a Local one.
    path: Path | None = None
    #: The bucket of the others.
    bucket: str | None = None
    #: What all keys begin with there.
    prefix: str | None = None

    @classmethod
    def Local(cls, path: AnyPath) -> StorageConfig:
        """Use a folder."""
        return cls("Local", path=Path(os.fsdecode(path)))

    @classmethod
    def S3(cls, bucket: str, prefix: str | None = None) -> StorageConfig:
        """Use a bucket of S3, with what the environment says of it."""
        return cls("S3", bucket=bucket, prefix=prefix)

    @classmethod
    def Gcs(cls, bucket: str, prefix: str | None = None) -> StorageConfig:
        """Use a bucket of Google Cloud Storage, likewise."""
        return cls("Gcs", bucket=bucket, prefix=prefix)

    @classmethod
    def Memory(cls) -> StorageConfig:
        """Use memory, which ends with the process."""
        return cls("Memory")

    @classmethod
    def from_url(cls, url: str) -> StorageConfig:
        """Use the storage that a URL, or the path of a folder, names.

        Args:
            url: "file:///srv/objects", "/srv/objects", "s3://bucket/prefix",
                "gs://bucket/prefix" or "memory:". file: URLs are decoded.

        Raises:
            StorageException: It names none. A password in it is not repeated.
        """
        return cls(*cast("tuple[Any, ...]", _native.storage_of_url(url)))

    def __str__(self) -> str:
        """The URL, or the path of a folder."""
        if self.kind == "Local":
            return str(self.path)
        if self.kind == "Memory":
            return "memory:"
        scheme = "s3" if self.kind == "S3" else "gs"
        prefix = "" if self.prefix is None else f"/{self.prefix}"
        return f"{scheme}://{self.bucket}{prefix}"


@dataclass(frozen=True)
class CoreConfig:
    """Settings.

    A file of them is TOML, or JSON if its name ends with ".json"::

        storage = "s3://models/checkpoints"
        temp_dir = "/var/tmp"
        log_level = "info"

    In the environment they are MITHRIL_STORAGE (a URL or a path),
    MITHRIL_TEMP_DIR and MITHRIL_LOG_LEVEL.
    """

    #: Where objects are; None is not set.
    storage: StorageConfig | None = None
    #: The folder of temporary files, if not the system's.
    temp_dir: Path | None = None
    #: What is written to the log.
    log_level: str | None = None

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> CoreConfig:
        """Read a file.

        Raises:
            MithrilException: It cannot be read (__cause__ is the OSError), or
                has what makes no sense; the message names the place.
        """
        return _config(cls, _native.config_of_file(path))

    @classmethod
    def from_env(cls) -> CoreConfig:
        """Read the environment.

        Raises:
            MithrilException: A variable makes no sense; the message names it.
        """
        return _config(cls, _native.config_of_environment())

    def merge(self, other: CoreConfig) -> CoreConfig:
        """Make settings of these and, where they are set, those of another."""
        return CoreConfig(
            other.storage if other.storage is not None else self.storage,
            other.temp_dir if other.temp_dir is not None else self.temp_dir,
            other.log_level if other.log_level is not None else self.log_level,
        )


def _config(kind: type[CoreConfig], fields: object) -> CoreConfig:
    storage, temp_dir, log_level = cast("tuple[Any, Any, Any]", fields)
    config = None if storage is None else StorageConfig(*storage)
    return kind(config, temp_dir, log_level)


def create_storage(
    config: StorageConfig | CoreConfig | AnyPath,
) -> StorageBackend:
    """Open a storage. Of a server, nothing is asked yet.

    Args:
        config: Which one: a StorageConfig, the settings that have it, a URL, or
            the path of a folder.

    Raises:
        StorageException: It cannot be opened, or none is set.
    """
    if isinstance(config, CoreConfig):
        if config.storage is None:
            raise StorageException("no storage is set")
        config = config.storage
    if isinstance(config, str):
        config = StorageConfig.from_url(config)
    if not isinstance(config, StorageConfig):
        return LocalStorage(config)
    if config.kind == "Memory":
        return MemoryStorage()
    if config.kind == "Local":
        return LocalStorage(cast(Path, config.path))
    kind = S3Storage if config.kind == "S3" else GcsStorage
    return kind(cast(str, config.bucket), config.prefix)
