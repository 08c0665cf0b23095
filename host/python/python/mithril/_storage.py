"""Storages of objects: folders, memory, S3, Google Cloud Storage."""

from __future__ import annotations

import builtins
import os
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple, Union, cast

from mithril._streams import ByteStream, ObjectListing, ObjectMeta, meta
from mithril._types import Buffer, Readable
from mithril._waiting import finished
from sanchay import _native
from sanchay._fields import describe
from sanchay._types import Path as AnyPath

__all__ = [
    "GcsStorage",
    "LocalStorage",
    "MemoryStorage",
    "ObjectMeta",
    "Patience",
    "S3Storage",
    "StorageBackend",
    "seconds",
    "settle",
]

#: What an object is made of that comes in pieces.
Pieces = Union[Iterable[Buffer], Readable]
#: Likewise, in asyncio.
AsyncPieces = Union[AsyncIterable[Buffer], Iterable[Buffer], Readable]

#: How much is read from a file at once, in bytes.
_PIECE = 1 << 20


class StorageBackend:
    """Objects by key.

    A key is text of 1 to 1024 bytes in UTF-8: components of at most 255 bytes
    between single slashes, none of them empty, "." or "..", without control
    characters. Keys that begin with ".mithril/" or
    ".well-known/acme-challenge/" are reserved. All storages refuse other keys
    with InvalidKeyException, before they do anything.

    An object is written at once: readers see what was there before or all of
    what was put, and a put that fails or is cancelled leaves what was there. When
    a put returns, the object survives a loss of power.

    Each call ``name`` has an awaitable form ``aname`` for asyncio. All raise
    StorageException, of which PermissionDeniedException, ConnectionException
    and InvalidKeyException are kinds.
    """

    def __init__(self) -> None:
        """Not to be called: LocalStorage and the others are made."""
        raise TypeError(
            "make a LocalStorage, MemoryStorage, S3Storage or GcsStorage, or "
            "call create_storage()"
        )

    def _opened(self, handle: _native.Storage) -> None:
        self._storage = handle
        self._process = os.getpid()

    def _handle(self) -> _native.Storage:
        """What does the work; a process that was forked opens it anew."""
        if self._process != os.getpid():
            self._reopen()
        return self._storage

    def _reopen(self) -> None:
        """Open it in a process that was forked, where that is possible."""

    def get(self, key: str) -> bytes:
        """Read an object.

        Raises:
            NotFoundException: There is none with this key.
        """
        return cast(bytes, self._handle().get(key).wait())

    async def aget(self, key: str) -> bytes:
        """Read an object, as get()."""
        return cast(bytes, await finished(self._handle().get(key)))

    def get_opt(self, key: str) -> bytes | None:
        """Read an object; None if there is none with this key."""
        return cast("bytes | None", self._handle().get_opt(key).wait())

    async def aget_opt(self, key: str) -> bytes | None:
        """Read an object, as get_opt()."""
        found = await finished(self._handle().get_opt(key))
        return cast("bytes | None", found)

    def get_range(self, key: str, start: int, end: int) -> bytes:
        """Read part of an object: less where the object ends sooner.

        Args:
            key: The key.
            start: Where the part begins, in bytes.
            end: Where it ends: the first byte that is not in it.

        Raises:
            NotFoundException: There is no object with this key.
            StorageException: The object ends before the part begins.
        """
        return cast(bytes, self._handle().get_range(key, start, end).wait())

    async def aget_range(self, key: str, start: int, end: int) -> bytes:
        """Read part of an object, as get_range()."""
        part = await finished(self._handle().get_range(key, start, end))
        return cast(bytes, part)

    def put(self, key: str, data: Buffer) -> None:
        """Store an object; one that has this key is replaced."""
        self._handle().put(key, data).wait()

    async def aput(self, key: str, data: Buffer) -> None:
        """Store an object, as put()."""
        await finished(self._handle().put(key, data))

    def put_new(self, key: str, data: Buffer) -> bool:
        """Store an object unless there is one with this key; False if there is.

        Two who do so at once may both get True: some servers ignore the
        condition. Nothing must depend on it but the saving of work.
        """
        return cast(bool, self._handle().put_new(key, data).wait())

    async def aput_new(self, key: str, data: Buffer) -> bool:
        """Store an object unless there is one, as put_new()."""
        return cast(bool, await finished(self._handle().put_new(key, data)))

    def delete(self, key: str) -> None:
        """Delete an object.

        Raises:
            NotFoundException: There is none with this key.
        """
        self._handle().delete(key).wait()

    async def adelete(self, key: str) -> None:
        """Delete an object, as delete()."""
        await finished(self._handle().delete(key))

    def delete_many(self, keys: Iterable[str]) -> None:
        """Delete objects, with as few requests as the storage allows.

        It is no error that one is not there. Where one is refused, others may
        have been deleted.
        """
        self._handle().delete_many(_several(keys)).wait()

    async def adelete_many(self, keys: Iterable[str]) -> None:
        """Delete objects, as delete_many()."""
        await finished(self._handle().delete_many(_several(keys)))

    def exists(self, key: str) -> bool:
        """Tell whether there is an object with this key."""
        return cast(bool, self._handle().exists(key).wait())

    async def aexists(self, key: str) -> bool:
        """Tell whether there is an object, as exists()."""
        return cast(bool, await finished(self._handle().exists(key)))

    def list(self, prefix: str = "") -> builtins.list[str]:
        """List the keys that begin with a prefix, in the order of their bytes.

        They are of any depth. A prefix is any text: "a/b" is one of "a/b/c" and
        of "a/bc". list_objects() takes no more memory than there are at a time.
        """
        found = self._handle().list(prefix).wait()
        return cast("builtins.list[str]", found)

    async def alist(self, prefix: str = "") -> builtins.list[str]:
        """List keys, as list()."""
        found = await finished(self._handle().list(prefix))
        return cast("builtins.list[str]", found)

    def list_objects(self, prefix: str = "") -> ObjectListing:
        """List what is known of the objects whose keys begin with a prefix.

        For ``for`` and ``async for``; it begins when the first is asked for.
        """
        handle = self._handle()
        return ObjectListing(lambda: handle.list_objects(prefix))

    def head(self, key: str) -> ObjectMeta:
        """Tell what is known of an object without its contents.

        Raises:
            NotFoundException: There is none with this key.
        """
        return meta(self._handle().head(key).wait())

    async def ahead(self, key: str) -> ObjectMeta:
        """Tell what is known of an object, as head()."""
        return meta(await finished(self._handle().head(key)))

    def get_stream(self, key: str) -> ByteStream:
        """Read an object in pieces, in bounded memory.

        Raises:
            NotFoundException: There is none with this key. What goes wrong
                later is raised when pieces are taken.
        """
        begun = self._handle().get_stream(key).wait()
        return ByteStream(cast("_native.Download", begun))

    async def aget_stream(self, key: str) -> ByteStream:
        """Read an object in pieces, as get_stream(), for ``async for``."""
        begun = await finished(self._handle().get_stream(key))
        return ByteStream(cast("_native.Download", begun))

    def put_stream(self, key: str, stream: Pieces) -> None:
        """Store an object that comes in pieces, in bounded memory.

        If the stream raises, nothing is stored, and that is raised.

        Args:
            key: The key.
            stream: The pieces, of any size: an iterable, or a binary file.
        """
        upload = self._handle().put_stream(key)
        try:
            for piece in _pieces(stream):
                if not upload.send(piece).wait():
                    break
        except BaseException:
            upload.abort().wait()
            raise
        upload.finish().wait()

    async def aput_stream(self, key: str, stream: AsyncPieces) -> None:
        """Store an object that comes in pieces, as put_stream().

        Args:
            key: The key.
            stream: The pieces: an async iterable, an iterable, or a binary
                file, which is read in a thread (or awaited, where its ``read``
                is a coroutine function).
        """
        upload = self._handle().put_stream(key)
        try:
            async for piece in _async_pieces(stream):
                if not await finished(upload.send(piece)):
                    break
            await finished(upload.finish())
        except BaseException:
            # Nothing waits for it here: a task that is cancelled may not.
            upload.close()
            raise


def _several(keys: Iterable[str]) -> builtins.list[str]:
    if isinstance(keys, str):
        raise TypeError("keys: expected several keys, not str")
    return builtins.list(keys)


def _pieces(stream: Pieces) -> Iterator[Buffer]:
    read = getattr(stream, "read", None)
    if read is None:
        yield from cast("Iterable[Buffer]", _not_bytes(stream))
        return
    while piece := read(_PIECE):
        yield piece


async def _async_pieces(stream: AsyncPieces) -> AsyncIterator[Buffer]:
    read = getattr(stream, "read", None)
    if hasattr(stream, "__aiter__"):
        async for piece in cast("AsyncIterable[Buffer]", stream):
            yield piece
    elif read is None:
        for piece in cast("Iterable[Buffer]", _not_bytes(stream)):
            yield piece
    else:
        from asyncio import to_thread
        from inspect import iscoroutinefunction

        waits = iscoroutinefunction(read)
        while more := await (read(_PIECE) if waits else to_thread(read, _PIECE)):
            yield more


def _not_bytes(stream: Any) -> Any:
    """Refuse what would be iterated number by number."""
    if isinstance(stream, (str, bytes, bytearray, memoryview)):
        raise TypeError(
            f"stream: expected pieces of bytes, or a binary file, not "
            f"{type(stream).__name__}; put() stores bytes that are there"
        )
    return stream


class LocalStorage(StorageBackend):
    """Objects as files of a folder: "a/b" is the file b of the folder a in it.

    Nothing outside the folder is ever touched; symbolic links in it are not
    followed, and are no objects. While there is "a/b", "a" is an invalid key, and
    the other way round.
    """

    def __init__(self, root: AnyPath, *, durable: bool = True) -> None:
        """Open a folder, which is created if there is none.

        Args:
            root: The folder.
            durable: Whether a put waits until the object would survive a loss
                of power. Objects are written at once either way.

        Raises:
            StorageException: It can be neither opened nor created.
        """
        self._durable = durable
        root = os.fsdecode(root)
        if not root:
            raise _native.StorageException("an empty path names no folder")
        self._opened(_native.Storage.folder(os.path.abspath(root), durable))

    @classmethod
    def temp(cls, *, durable: bool = True) -> LocalStorage:
        """Open a new temporary folder, which is removed with this object.

        Args:
            durable: As in LocalStorage().
        """
        storage = cls.__new__(cls)
        storage._durable = durable
        storage._opened(_native.Storage.temp(durable))
        return storage

    def _reopen(self) -> None:
        # A temporary one is still the parent's to remove.
        self._opened(_native.Storage.folder(self.root, self._durable))

    @property
    def root(self) -> Path:
        """The folder."""
        return Path(cast(Path, self._storage.root))

    def remove_stale(self, age: float | timedelta) -> int:
        """Remove what writers left that were killed; answers with how many.

        Args:
            age: For how long a file has not grown that is removed, in seconds.
        """
        removed = self._handle().remove_stale(seconds(age)).wait()
        return cast(int, removed)

    async def aremove_stale(self, age: float | timedelta) -> int:
        """Remove what writers left that were killed, as remove_stale()."""
        removed = await finished(self._handle().remove_stale(seconds(age)))
        return cast(int, removed)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle where it is; a temporary folder still goes with this object."""
        return _folder, (type(self), str(self.root), self._durable)

    def __repr__(self) -> str:
        """What it was made by."""
        return f"LocalStorage({str(self.root)!r})"


def _folder(
    kind: type[LocalStorage], root: str, durable: bool
) -> LocalStorage:
    return kind(root, durable=durable)


class MemoryStorage(StorageBackend):
    """Objects in memory, which end with this object or the process.

    It cannot be pickled, and a process that was forked cannot use it.
    """

    def __init__(self) -> None:
        """Make an empty one."""
        self._opened(_native.Storage.memory())

    def __reduce__(self) -> tuple[Any, ...]:
        """Refuse: what is in memory stays there."""
        raise TypeError("a MemoryStorage cannot be pickled")

    def __repr__(self) -> str:
        """What it was made by."""
        return "MemoryStorage()"


class Patience(NamedTuple):
    """How long to wait for a server, and how often to ask it again.

    A request is sent again if the server does not answer, if the connection
    breaks, and after the answers 408, 429 and 5xx, each time after a longer
    pause, or after the time that the server asks for (Retry-After).
    """

    retries: int = 8
    total: float = 120.0
    connect: float = 5.0
    answer: float = 30.0
    slowest: int = 64 << 10
    pause: float = 0.1


describe(
    Patience,
    retries="How often a request is sent again.",
    total="No request is sent again so many seconds after it was first sent.",
    connect="How long to wait for a connection, in seconds.",
    answer=(
        "How long to wait for the beginning of an answer, and for each further "
        "piece of it, in seconds."
    ),
    slowest=(
        "How many bytes a second a request is sent at, at least: so much longer "
        "its answer is waited for."
    ),
    pause=(
        "The first pause in seconds; each further one is up to twice as long, "
        "and none longer than a hundred times this."
    ),
)


class S3Storage(StorageBackend):
    """Objects in a bucket of S3, or of a server that speaks its language.

    Credentials are the first of: those that are given here; the environment
    (AWS_ACCESS_KEY_ID and its like, or a web identity); a profile of
    ~/.aws/config and ~/.aws/credentials (keys, SSO, credential_process); the
    container; the machine. With an endpoint, without signatures, and with
    AWS_EC2_METADATA_DISABLED, the machine is never asked.
    """

    def __init__(
        self,
        bucket: str,
        prefix: str | None = None,
        *,
        endpoint: str | None = None,
        region: str | None = None,
        anonymous: bool = False,
        key_id: str | None = None,
        secret_key: str | None = None,
        session_token: str | None = None,
        profile: str | None = None,
        patience: Patience | None = None,
    ) -> None:
        """Open a bucket. Nothing is asked of the server yet.

        Args:
            bucket: Its name.
            prefix: What all keys begin with there.
            endpoint: The server, such as "http://127.0.0.1:9000"; None is that
                of the environment (AWS_ENDPOINT_URL_S3), else Amazon's.
            region: The region; None is that of the environment or the profile,
                else "us-east-1".
            anonymous: Sign nothing, and look for no credentials.
            key_id: The public part of a key, if credentials are not to be
                looked for; with secret_key.
            secret_key: The secret part. It is never shown, and not pickled.
            session_token: The third part of a temporary key.
            profile: The profile; None is AWS_PROFILE, else "default".
            patience: How long to wait for the server.

        Raises:
            InvalidKeyException: That cannot be a prefix.
            PermissionDeniedException: There are no credentials.
            StorageException: That cannot be an endpoint.
        """
        if (key_id is None) != (secret_key is None):
            raise ValueError("key_id and secret_key go together")
        credentials = None
        if key_id is not None and secret_key is not None:
            credentials = (key_id, secret_key, session_token)
        elif session_token is not None:
            raise ValueError("session_token: needs key_id and secret_key")
        self._place = (bucket, prefix)
        self._options: tuple[Any, ...] = (
            endpoint,
            region,
            anonymous,
            credentials,
            profile,
            None if patience is None else Patience(*patience),
        )
        self._reopen()

    @classmethod
    def from_env(cls) -> S3Storage:
        """Open the bucket of AWS_BUCKET, with the prefix of AWS_PREFIX.

        Raises:
            StorageException: AWS_BUCKET names no bucket; as S3Storage().
        """
        storage = cls.__new__(cls)
        storage._place = None
        storage._reopen()
        return storage

    _place: tuple[str, str | None] | None

    def _reopen(self) -> None:
        if self._place is None:
            self._opened(_native.Storage.s3_of_environment())
        else:
            self._opened(_native.Storage.s3(*self._place, *self._options))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle where it is; credentials that were given are not."""
        if self._place is None:
            return type(self).from_env, ()
        if self._options[3] is not None:
            raise TypeError(
                "credentials are not pickled: take them from the environment, "
                "or make another S3Storage"
            )
        return _bucket, (type(self), self._place, self._options)

    def __repr__(self) -> str:
        """Where it is."""
        return _shown("S3Storage", self._place)


class GcsStorage(StorageBackend):
    """Objects in a bucket of Google Cloud Storage.

    Credentials are the first of: the token that is given here; the environment
    (GOOGLE_APPLICATION_CREDENTIALS, GOOGLE_SERVICE_ACCOUNT); what ``gcloud auth
    application-default login`` has left; the machine. With an endpoint, and
    anonymously, the machine is never asked.
    """

    def __init__(
        self,
        bucket: str,
        prefix: str | None = None,
        *,
        endpoint: str | None = None,
        anonymous: bool = False,
        token: str | None = None,
        patience: Patience | None = None,
    ) -> None:
        """Open a bucket. Nothing is asked of the server yet.

        Args:
            bucket: Its name.
            prefix: What all keys begin with there.
            endpoint: The server; None is STORAGE_EMULATOR_HOST, else Google's.
            anonymous: Send no token, and look for none.
            token: The token, if it is not to be looked for. It is never
                renewed, never shown, and not pickled.
            patience: How long to wait for the server.

        Raises:
            InvalidKeyException: That cannot be a prefix.
            StorageException: The credentials cannot be read, or that cannot be
                an endpoint.
        """
        self._place = (bucket, prefix)
        self._options: tuple[Any, ...] = (
            endpoint,
            anonymous,
            token,
            None if patience is None else Patience(*patience),
        )
        self._reopen()

    def _reopen(self) -> None:
        self._opened(_native.Storage.gcs(*self._place, *self._options))

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle where it is; a token that was given is not."""
        if self._options[2] is not None:
            raise TypeError(
                "tokens are not pickled: take credentials from the "
                "environment, or make another GcsStorage"
            )
        return _bucket, (type(self), self._place, self._options)

    def __repr__(self) -> str:
        """Where it is."""
        return _shown("GcsStorage", self._place)


def _bucket(
    kind: Any, place: tuple[str, str | None], options: tuple[Any, ...]
) -> Any:
    storage = kind.__new__(kind)
    storage._place = place
    storage._options = options
    storage._reopen()
    return storage


def _shown(name: str, place: tuple[str, str | None] | None) -> str:
    if place is None:
        return f"{name}.from_env()"
    return f"{name}({', '.join(repr(it) for it in place if it is not None)})"


def seconds(time: float | timedelta) -> float:
    """Tell a length of time in seconds."""
    return time.total_seconds() if isinstance(time, timedelta) else time


def settle(timeout: float | timedelta = 5.0) -> bool:
    """Wait until uploads that were cancelled have been aborted on their servers.

    A program that was interrupted calls it before it ends: what is not aborted
    takes up room in the bucket until one of its rules removes it.

    Args:
        timeout: For how long to wait at most, in seconds.

    Returns:
        Whether all have been aborted.
    """
    return _native.settle(seconds(timeout))
