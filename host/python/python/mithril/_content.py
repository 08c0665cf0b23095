"""Content by its digest, kept once however often it is stored."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import timedelta
from typing import NamedTuple, cast

from mithril._hashing import HashFunction
from mithril._storage import StorageBackend, seconds
from mithril._types import Buffer
from mithril._waiting import finished
from sanchay import _native
from sanchay._fields import describe

__all__ = [
    "CasStats",
    "ContentAddressable",
    "ContentAddressedStore",
    "Garbage",
]


class CasStats(NamedTuple):
    """How much a store of content holds."""

    total_objects: int
    total_bytes: int
    deduplicated_bytes: int


describe(
    CasStats,
    total_objects="How many different contents there are.",
    total_bytes="How many bytes they take.",
    deduplicated_bytes=(
        "How many bytes more they would take if each reference had a copy."
    ),
)


class Garbage(NamedTuple):
    """What garbage was removed."""

    copies: int
    leftovers: int


describe(
    Garbage,
    copies="Copies that nothing relied on.",
    leftovers=(
        "References to copies that are not there, and marks of those who were "
        "killed."
    ),
)


class ContentAddressable(ABC):
    """Content by its digest."""

    @abstractmethod
    def store(self, data: Buffer) -> str:
        """Store content and answer with its address."""

    @abstractmethod
    def retrieve(self, address: str) -> bytes:
        """Read the content of an address."""

    @abstractmethod
    def contains(self, address: str) -> bool:
        """Tell whether there is content with an address."""

    @abstractmethod
    def delete(self, address: str) -> None:
        """Remove a reference, and with the last one the content."""

    @abstractmethod
    def stats(self) -> CasStats:
        """Tell how much there is."""


class ContentAddressedStore(ContentAddressable):
    """Content by its digest, in any storage, by any number of processes at once.

        cas = mithril.ContentAddressedStore(storage, mithril.XxHash3())
        address = cas.store(b"content")
        cas.retrieve(address)

    Content is kept once, with a reference for each time that it was stored. An
    address is the digest in lower-case hexadecimal. Each call ``name`` has an
    awaitable form ``aname``; all raise StorageException where the storage
    refuses.
    """

    def __init__(self, storage: StorageBackend, hasher: HashFunction) -> None:
        """Keep content in a storage, by the digests of a hash function.

        Args:
            storage: Where.
            hasher: The hash function. One that is not cryptographic is safe
                from accidents, not from enemies.
        """
        if not isinstance(storage, StorageBackend):
            kind = type(storage).__name__
            raise TypeError(f"storage: expected a StorageBackend, not {kind}")
        if not isinstance(hasher, HashFunction):
            kind = type(hasher).__name__
            raise TypeError(f"hasher: expected a HashFunction, not {kind}")
        self._storage = storage
        self._hasher = hasher

    @property
    def storage(self) -> StorageBackend:
        """Where it keeps content."""
        return self._storage

    @property
    def hasher(self) -> HashFunction:
        """The hash function of the addresses."""
        return self._hasher

    def _handle(self) -> _native.ContentStore:
        handle = self._storage._handle()
        return _native.ContentStore(handle, self._hasher._function)

    def store(self, data: Buffer) -> str:
        """Store content and answer with its address; adds a reference."""
        return cast(str, self._handle().store(data).wait())

    async def astore(self, data: Buffer) -> str:
        """Store content, as store()."""
        return cast(str, await finished(self._handle().store(data)))

    def retrieve(self, address: str) -> bytes:
        """Read the content of an address, whose digest is checked.

        Raises:
            ContentNotFoundException: There is none.
            CorruptContentException: No copy has the right digest.
            InvalidAddressException: That cannot be an address.
        """
        return cast(bytes, self._handle().retrieve(address).wait())

    async def aretrieve(self, address: str) -> bytes:
        """Read the content of an address, as retrieve()."""
        return cast(bytes, await finished(self._handle().retrieve(address)))

    def contains(self, address: str) -> bool:
        """Tell whether there is content with an address.

        Raises:
            InvalidAddressException: That cannot be an address.
        """
        return cast(bool, self._handle().contains(address).wait())

    async def acontains(self, address: str) -> bool:
        """Tell whether there is content with an address, as contains()."""
        return cast(bool, await finished(self._handle().contains(address)))

    def delete(self, address: str) -> None:
        """Remove a reference, and with the last one the content.

        Raises:
            ContentNotFoundException: There is no reference.
            InvalidAddressException: That cannot be an address.
        """
        self._handle().delete(address).wait()

    async def adelete(self, address: str) -> None:
        """Remove a reference, as delete()."""
        await finished(self._handle().delete(address))

    def stats(self) -> CasStats:
        """Tell how much there is."""
        numbers = cast("tuple[int, int, int]", self._handle().stats().wait())
        return CasStats(*numbers)

    async def astats(self) -> CasStats:
        """Tell how much there is, as stats()."""
        numbers = await finished(self._handle().stats())
        return CasStats(*cast("tuple[int, int, int]", numbers))

    def collect_garbage(self, age: float | timedelta) -> Garbage:
        """Remove what those have left who were killed.

        Safe beside those who store and delete.

        Args:
            age: How old it is, in seconds: a time within which whoever stores
                is done.
        """
        found = self._handle().collect_garbage(seconds(age)).wait()
        return Garbage(*cast("tuple[int, int]", found))

    async def acollect_garbage(self, age: float | timedelta) -> Garbage:
        """Remove what those have left who were killed, as collect_garbage()."""
        found = await finished(self._handle().collect_garbage(seconds(age)))
        return Garbage(*cast("tuple[int, int]", found))

    def __repr__(self) -> str:
        """What it was made by."""
        return f"ContentAddressedStore({self._storage!r}, {self._hasher!r})"
