"""Compression: zstd, LZ4, and what chooses between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Union, cast

from mithril._types import Buffer, Readable, Writable
from mithril._waiting import finished
from sanchay import _native

__all__ = [
    "AdaptiveCompressor",
    "CompressionLevel",
    "Compressor",
    "Lz4Compressor",
    "StoredCompressor",
    "ZstdCompressor",
]


@dataclass(frozen=True, repr=False)
class CompressionLevel:
    """How much effort compression is worth.

    CompressionLevel.Fastest, Fast, Default and Best are what they say;
    CompressionLevel.Custom(19) is a level of the library, and the nearest that it
    has where it has no such.
    """

    #: The word, or the library's number.
    value: str | int

    Fastest: ClassVar[CompressionLevel]
    Fast: ClassVar[CompressionLevel]
    Default: ClassVar[CompressionLevel]
    Best: ClassVar[CompressionLevel]

    @classmethod
    def Custom(cls, level: int) -> CompressionLevel:
        """Make a level of the library's: -131072 to 22 of zstd, 0 to 3 of LZ4."""
        return cls(level)

    def __repr__(self) -> str:
        """What it was made by."""
        if isinstance(self.value, int):
            return f"CompressionLevel.Custom({self.value})"
        return f"CompressionLevel.{self.value}"


CompressionLevel.Fastest = CompressionLevel("Fastest")
CompressionLevel.Fast = CompressionLevel("Fast")
CompressionLevel.Default = CompressionLevel("Default")
CompressionLevel.Best = CompressionLevel("Best")

#: Levels beyond are the nearest that there are.
_LARGEST = 1 << 30

#: A level: a number is one of the library's.
Level = Union[CompressionLevel, int]


class Compressor:
    """What compresses and decompresses.

    What is decompressed is never trusted: its size is bounded by ``limit``, or
    by 1 GiB in memory, whatever it says of itself. The interpreter is released
    meanwhile, and one compressor may be used by several threads at once.
    """

    _compressor: _native.Compressor
    #: What it is made by.
    _made: tuple[Any, ...]

    def __init__(self) -> None:
        """Not to be called: ZstdCompressor and the others are made."""
        raise TypeError(
            "make a ZstdCompressor, Lz4Compressor, StoredCompressor or "
            "AdaptiveCompressor"
        )

    @property
    def name(self) -> str:
        """Its name, to be kept with what it has compressed."""
        return self._compressor.name

    def compress(self, data: Buffer) -> bytes:
        """Compress data.

        Raises:
            CompressionException: It cannot be compressed.
        """
        return cast(bytes, self._compressor.compress(data).wait())

    async def acompress(self, data: Buffer) -> bytes:
        """Compress data, as compress(), in another thread."""
        return cast(bytes, await finished(self._compressor.compress(data)))

    def decompress(self, data: Buffer) -> bytes:
        """Decompress data.

        Raises:
            InvalidDataException: It is no compressed data of this kind.
            CompressionException: It is damaged, cut off or too large.
        """
        return cast(bytes, self._compressor.decompress(data).wait())

    async def adecompress(self, data: Buffer) -> bytes:
        """Decompress data, as decompress(), in another thread."""
        return cast(bytes, await finished(self._compressor.decompress(data)))

    def compress_stream(self, reader: Readable, writer: Writable) -> int:
        """Compress from a binary file to another, in bounded memory.

        Args:
            reader: What is read from: open(..., "rb"), a ByteStream, ...
            writer: What is written to: open(..., "wb"), ...

        Returns:
            How many bytes were written.

        Raises:
            CompressionException: As compress(). What the files raise is raised
                as it is.
        """
        return self._compressor.stream(reader, writer, True)

    async def acompress_stream(
        self, reader: Readable, writer: Writable
    ) -> int:
        """Compress from a file to another, as compress_stream(), in a thread.

        If the task is cancelled, no more is read.
        """
        return await self._in_thread(reader, writer, True)

    def decompress_stream(self, reader: Readable, writer: Writable) -> int:
        """Decompress from a binary file to another, in bounded memory.

        Part of the result may have been written when it fails.

        Args:
            reader: What is read from, as in compress_stream().
            writer: What is written to.

        Returns:
            How many bytes were written.

        Raises:
            CompressionException: As decompress(). Without a limit, a stream may
                be of any size. What the files raise is raised as it is.
        """
        return self._compressor.stream(reader, writer, False)

    async def adecompress_stream(
        self, reader: Readable, writer: Writable
    ) -> int:
        """Decompress from a file to another, in a thread.

        As decompress_stream(). If the task is cancelled, no more is read.
        """
        return await self._in_thread(reader, writer, False)

    async def _in_thread(
        self, reader: Readable, writer: Writable, compresses: bool
    ) -> int:
        from asyncio import to_thread

        source = _Endable(reader)
        stream = self._compressor.stream
        try:
            return await to_thread(stream, source, writer, compresses)
        finally:
            source.ended = True

    def estimate_ratio(self, sample: Buffer) -> float:
        """Tell how many times smaller data like this becomes, roughly.

        1.0 if it does not shrink. Of a large sample, part is looked at.
        """
        return cast(float, self._compressor.estimate_ratio(sample).wait())

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what it was made by."""
        return _made, (type(self), *self._made)

    def __repr__(self) -> str:
        """What it was made by, but for dictionaries."""
        shown = ", ".join(repr(it) for it in self._made if it is not None)
        return f"{type(self).__name__}({shown})"


class _Endable:
    """A file that ends with an error when nobody waits any more."""

    def __init__(self, reader: Readable) -> None:
        self._reader = reader
        self.ended = False

    def read(self, size: int, /) -> Buffer:
        if self.ended:
            raise InterruptedError("nobody waits for this any more")
        return self._reader.read(size)


def _made(kind: Any, *arguments: Any) -> Any:
    compressor = kind.__new__(kind)
    compressor._make(*arguments)
    return compressor


def _value(level: Level) -> str | int:
    given: object = level
    if not isinstance(given, (CompressionLevel, int)):
        kind = type(given).__name__
        raise TypeError(f"level: expected a CompressionLevel or int, not {kind}")
    value = level.value if isinstance(level, CompressionLevel) else level
    if isinstance(value, int):
        return max(-_LARGEST, min(value, _LARGEST))
    return value


class ZstdCompressor(Compressor):
    """Zstandard (RFC 8878): a good ratio at a good speed.

    Frames say their size, where it is known, and end with a checksum.
    """

    def __init__(
        self,
        level: Level = CompressionLevel.Default,
        *,
        dictionary: Buffer | None = None,
        limit: int | None = None,
    ) -> None:
        """Make one.

        Args:
            level: How much effort it makes: 1 (Fastest), 2 (Fast), 3 (Default)
                and 19 (Best); a number is from -131072 to 22.
            dictionary: What the data resembles, as train() makes it. It is
                needed to decompress, too.
            limit: Decompress at most so many bytes.
        """
        if dictionary is not None:
            # Not bytes(dictionary), which takes a number for a length.
            dictionary = memoryview(dictionary).tobytes()
        self._make(level, dictionary, limit)

    def _make(
        self, level: Level, dictionary: bytes | None, limit: int | None
    ) -> None:
        self._made = (level, dictionary, limit)
        self._compressor = _native.Compressor.zstd(
            _value(level), dictionary, limit
        )

    @classmethod
    def with_dictionary(
        cls, dict: Buffer, level: Level = CompressionLevel.Default
    ) -> ZstdCompressor:
        """Make one with a dictionary, as ZstdCompressor()."""
        return cls(level, dictionary=dict)

    @staticmethod
    def train(samples: Iterable[Buffer], size: int) -> bytes:
        """Make a dictionary from samples of what is to be compressed.

        Args:
            samples: Some hundreds of them, together a hundred times as large.
            size: How many bytes it has at most; up to 64 MiB.

        Raises:
            CompressionException: There are too few samples.
        """
        return cast(bytes, _native.train_dictionary(list(samples), size).wait())

    @staticmethod
    async def atrain(samples: Iterable[Buffer], size: int) -> bytes:
        """Make a dictionary, as train(), in another thread."""
        made = await finished(_native.train_dictionary(list(samples), size))
        return cast(bytes, made)

    def __repr__(self) -> str:
        """What it was made by, but for the bytes of the dictionary."""
        level, dictionary, limit = self._made
        words = [repr(level)]
        if dictionary is not None:
            words.append(f"dictionary=<{len(dictionary)} bytes>")
        if limit is not None:
            words.append(f"limit={limit}")
        return f"ZstdCompressor({', '.join(words)})"


class Lz4Compressor(Compressor):
    """LZ4 in its frame format: hardly slower than copying.

    Frames say their size, where it is known, and end with a checksum.
    """

    def __init__(
        self,
        level: Level = CompressionLevel.Default,
        *,
        limit: int | None = None,
    ) -> None:
        """Make one.

        Args:
            level: How far it searches: blocks of 64 KiB (Fastest, 0), 256 KiB
                (Fast, 1) or 1 MiB (Default, 2) that know nothing of each other;
                blocks of 4 MiB that do (Best, 3).
            limit: Decompress at most so many bytes.
        """
        self._make(level, limit)

    def _make(self, level: Level, limit: int | None) -> None:
        self._made = (level, limit)
        self._compressor = _native.Compressor.lz4(_value(level), limit)


class StoredCompressor(Compressor):
    """Leaves data as it is: for data that does not shrink."""

    def __init__(self, *, limit: int | None = None) -> None:
        """Make one.

        Args:
            limit: "Decompress" at most so many bytes.
        """
        self._make(limit)

    def _make(self, limit: int | None) -> None:
        self._made = (limit,)
        self._compressor = _native.Compressor.stored(limit)


class AdaptiveCompressor(Compressor):
    """Chooses a compressor by samples of the data.

    It takes the first that makes the data nearly as small as the best does, and
    stores what does not shrink. What it makes begins with the name of the
    compressor that was chosen.
    """

    def __init__(self, *, limit: int | None = None) -> None:
        """Choose between LZ4, where it does nearly as well, and zstd.

        Args:
            limit: Decompress at most so many bytes.
        """
        self._make(None, limit)

    def _make(
        self, compressors: Sequence[Compressor] | None, limit: int | None
    ) -> None:
        self._made = (compressors, limit)
        handles = None
        if compressors is not None:
            handles = [it._compressor for it in compressors]
        self._compressor = _native.Compressor.adaptive(handles, limit)

    @classmethod
    def with_compressors(
        cls, compressors: Iterable[Compressor]
    ) -> AdaptiveCompressor:
        """Choose between these, the fastest first.

        Their names must differ: data is decompressed by the first that has the
        name.
        """
        known = tuple(compressors)
        for one in known:
            if not isinstance(one, Compressor):
                kind = type(one).__name__
                raise TypeError(f"compressors: expected Compressors, not {kind}")
        return cast(AdaptiveCompressor, _made(cls, known, None))

    def choose(self, sample: Buffer) -> str:
        """Tell the name of the compressor that data like this is given to."""
        return self._compressor.choose(sample)

    @staticmethod
    def chosen(compressed: Buffer) -> str:
        """Tell the name of the compressor by which data was compressed here.

        Raises:
            InvalidDataException: It was not.
        """
        return _native.Compressor.chosen(compressed)
