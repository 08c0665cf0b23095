"""Hash functions as values. Digests are in their canonical byte order."""

from __future__ import annotations

from typing import ClassVar, cast

from mithril._types import Buffer
from mithril._waiting import finished
from sanchay import _native

__all__ = [
    "Blake3Hash",
    "HashFunction",
    "Hasher",
    "Sha256Hash",
    "XxHash",
    "XxHash3",
]


class Hasher:
    """A digest in the making, for what comes in pieces."""

    def __init__(self, hasher: _native.Hasher) -> None:
        """Not to be called: HashFunction.hasher() makes these."""
        self._hasher = hasher

    def update(self, data: Buffer) -> None:
        """Append bytes.

        Raises:
            ValueError: The digest is finished.
        """
        self._hasher.update(data)

    def finalize(self) -> bytes:
        """Finish the digest of all bytes.

        Raises:
            ValueError: It is finished already.
        """
        return self._hasher.finalize()

    def finalize_u64(self) -> int:
        """Finish the digest, as HashFunction.hash_u64().

        Raises:
            ValueError: It is finished already.
        """
        return self._hasher.finalize_u64()


class HashFunction:
    """A hash function. Two of one kind are equal."""

    #: Its name, as sanchay.hash_files() knows it.
    _name: ClassVar[str] = ""

    def __init__(self) -> None:
        """Make it. It has no settings."""
        if not self._name:
            raise TypeError(
                "make an XxHash, XxHash3, Blake3Hash or Sha256Hash"
            )
        self._function = _native.HashFunction(self._name)

    @property
    def name(self) -> str:
        """The name it goes by: xxh64, xxh3-128, blake3, sha256."""
        return self._name

    @property
    def output_size(self) -> int:
        """The length of a digest in bytes."""
        return self._function.output_size

    def hash(self, data: Buffer) -> bytes:
        """Make the digest of some bytes."""
        return cast(bytes, self._function.hash(data).wait())

    async def ahash(self, data: Buffer) -> bytes:
        """Make the digest of some bytes, in another thread."""
        return cast(bytes, await finished(self._function.hash(data)))

    def hash_hex(self, data: Buffer) -> str:
        """Make the digest as lower-case hexadecimal.

        That is what xxhsum, b3sum and sha256sum print.
        """
        return cast(str, self._function.hash_hex(data).wait())

    async def ahash_hex(self, data: Buffer) -> str:
        """Make the digest as lower-case hexadecimal, in another thread."""
        return cast(str, await finished(self._function.hash_hex(data)))

    def hash_u64(self, data: Buffer) -> int:
        """Tell the first eight bytes of the digest as a big-endian number."""
        return cast(int, self._function.hash_u64(data).wait())

    async def ahash_u64(self, data: Buffer) -> int:
        """Tell the first eight bytes of the digest, in another thread."""
        return cast(int, await finished(self._function.hash_u64(data)))

    def hasher(self) -> Hasher:
        """Begin a digest of what comes in pieces."""
        return Hasher(self._function.hasher())

    def __eq__(self, other: object) -> bool:
        """Tell whether it is the same function."""
        return type(self) is type(other)

    def __hash__(self) -> int:
        """Tell the same number for the same function."""
        return hash(self._name)

    def __reduce__(self) -> tuple[type[HashFunction], tuple[()]]:
        """Pickle which function it is."""
        return type(self), ()

    def __repr__(self) -> str:
        """What it was made by."""
        return f"{type(self).__name__}()"


class XxHash(HashFunction):
    """XXH64 with seed 0: 8 bytes. Fast, and no protection against an enemy."""

    _name = "xxh64"


class XxHash3(HashFunction):
    """XXH3 with a 128-bit result and seed 0: 16 bytes.

    Enough to tell any number of objects apart. Fast, and no protection against
    an enemy.
    """

    _name = "xxh3-128"


class Blake3Hash(HashFunction):
    """BLAKE3: 32 bytes. Cryptographic, and fast."""

    _name = "blake3"


class Sha256Hash(HashFunction):
    """SHA-256 (FIPS 180-4): 32 bytes. Cryptographic, and known everywhere."""

    _name = "sha256"
