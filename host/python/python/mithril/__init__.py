"""Mithril's interfaces: storage, compression, hashing, content by its digest.

    >>> import mithril
    >>> storage = mithril.LocalStorage("/tmp/mithril")
    >>> storage.put("key", b"value")
    >>> storage.get("key")
    b'value'
    >>> compressor = mithril.ZstdCompressor(mithril.CompressionLevel.Default)
    >>> compressor.decompress(compressor.compress(b"data")) == b"data"
    True

What takes time has two forms: ``get`` waits, with the interpreter released, and
Ctrl-C ends it within a second; ``aget`` is awaited in asyncio, and cancelling
the task ends it. What is listed or read in pieces is for ``for`` and ``async
for`` alike. All objects may be used by several threads at once.

Storage: LocalStorage, MemoryStorage, S3Storage and GcsStorage are
StorageBackends; create_storage() opens what a StorageConfig or a URL names.
ObjectMeta is what is known of an object, ByteStream its contents in pieces,
ObjectListing a listing, Patience how long to wait for a server. settle() waits
for uploads that are being aborted.

Compression: ZstdCompressor, Lz4Compressor, StoredCompressor and
AdaptiveCompressor, which chooses between others, are Compressors;
CompressionLevel is how much effort they make.

Hashing: XxHash, XxHash3, Blake3Hash and Sha256Hash are HashFunctions; a Hasher is
a digest in the making. ContentAddressedStore keeps content once, by its digest;
CasStats is how much it has, Garbage what it removed. MinHasher makes
MinHashSignatures of what may be nearly the same.

Tensors: TensorMeta is what one is like, DType what its elements are;
numpy_to_bytes() and bytes_to_numpy() go between arrays and bytes, without a copy
where that is possible. CoreConfig has settings of a file or the environment.

Every error is a MithrilException: StorageException (NotFoundException,
PermissionDeniedException, ConnectionException, InvalidKeyException),
CompressionException (InvalidDataException), CasException
(ContentNotFoundException, InvalidAddressException, CorruptContentException). A
wrong argument is a ValueError or a TypeError.

Buffer is what has bytes, Readable and Writable are files, for annotations.

A process that was forked opens folders and buckets anew by itself; what is in
memory, and what goes on at the time, stays behind: RuntimeError.
"""

from __future__ import annotations

from mithril._compression import (
    AdaptiveCompressor,
    CompressionLevel,
    Compressor,
    Lz4Compressor,
    StoredCompressor,
    ZstdCompressor,
)
from mithril._config import CoreConfig, StorageConfig, create_storage
from mithril._content import (
    CasStats,
    ContentAddressable,
    ContentAddressedStore,
    Garbage,
)
from mithril._hashing import (
    Blake3Hash,
    Hasher,
    HashFunction,
    Sha256Hash,
    XxHash,
    XxHash3,
)
from mithril._similarity import MinHasher, MinHashSignature
from mithril._storage import (
    GcsStorage,
    LocalStorage,
    MemoryStorage,
    ObjectMeta,
    Patience,
    S3Storage,
    StorageBackend,
    settle,
)
from mithril._streams import ByteStream, ObjectListing
from mithril._tensors import (
    DType,
    TensorMeta,
    bytes_to_numpy,
    numpy_to_bytes,
)
from mithril._types import Buffer, Readable, Writable
from sanchay._native import (
    CasException,
    CompressionException,
    ConnectionException,
    ContentNotFoundException,
    CorruptContentException,
    InvalidAddressException,
    InvalidDataException,
    InvalidKeyException,
    MithrilException,
    NotFoundException,
    PermissionDeniedException,
    StorageException,
    version,
)

__all__ = [
    "AdaptiveCompressor",
    "Blake3Hash",
    "Buffer",
    "ByteStream",
    "CasException",
    "CasStats",
    "CompressionException",
    "CompressionLevel",
    "Compressor",
    "ConnectionException",
    "ContentAddressable",
    "ContentAddressedStore",
    "ContentNotFoundException",
    "CoreConfig",
    "CorruptContentException",
    "DType",
    "Garbage",
    "GcsStorage",
    "HashFunction",
    "Hasher",
    "InvalidAddressException",
    "InvalidDataException",
    "InvalidKeyException",
    "LocalStorage",
    "Lz4Compressor",
    "MemoryStorage",
    "MinHashSignature",
    "MinHasher",
    "MithrilException",
    "NotFoundException",
    "ObjectListing",
    "ObjectMeta",
    "Patience",
    "PermissionDeniedException",
    "Readable",
    "S3Storage",
    "Sha256Hash",
    "StorageBackend",
    "StorageConfig",
    "StorageException",
    "StoredCompressor",
    "TensorMeta",
    "Writable",
    "XxHash",
    "XxHash3",
    "ZstdCompressor",
    "bytes_to_numpy",
    "create_storage",
    "numpy_to_bytes",
    "settle",
]

__version__ = version()
