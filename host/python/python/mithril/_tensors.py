"""Tensors: what they are like, and arrays of NumPy as bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from typing import TYPE_CHECKING, Any

from mithril._types import Buffer
from sanchay import _native

# numpy is imported by those who use it, and needed by nobody else.
if TYPE_CHECKING:
    import numpy

    Array = numpy.ndarray[Any, Any]
else:
    Array = Any

__all__ = ["DType", "TensorMeta", "bytes_to_numpy", "numpy_to_bytes"]


class DType(Enum):
    """What the elements of a tensor are.

    Numbers of several bytes are little-endian. The value of each is NumPy's name
    of it; that of BFloat16 is the name of ``ml_dtypes``.
    """

    Float32 = "float32"
    Float16 = "float16"
    BFloat16 = "bfloat16"
    Float64 = "float64"
    Int8 = "int8"
    Int16 = "int16"
    Int32 = "int32"
    Int64 = "int64"
    UInt8 = "uint8"
    UInt16 = "uint16"
    UInt32 = "uint32"
    UInt64 = "uint64"
    Bool = "bool"

    @property
    def size_bytes(self) -> int:
        """The size of an element in bytes."""
        return _native.tensor_size(self.value, [])

    @classmethod
    def from_numpy_str(cls, s: str) -> DType | None:
        """Find the type that NumPy calls so: "float32", "<f4", "f4", "|b1".

        None for big-endian numbers and for all others.
        """
        name = _native.dtype_of_numpy(s)
        return None if name is None else cls[name]

    def to_numpy_str(self) -> str:
        """Tell NumPy's name of it: "float32"."""
        return self.value


@dataclass(frozen=True)
class TensorMeta:
    """What a tensor is like, without its contents."""

    #: Its name.
    name: str
    #: How many elements it has in each dimension; none for a single element.
    shape: tuple[int, ...]
    #: What its elements are.
    dtype: DType
    #: Its size in bytes.
    size_bytes: int

    @classmethod
    def new(cls, name: str, shape: Iterable[int], dtype: DType) -> TensorMeta:
        """Make one whose size follows from its shape.

        Raises:
            MithrilException: That has more than 2**64 bytes.
            ValueError: A length is negative.
            TypeError: That is no DType.
        """
        lengths = tuple(shape)
        _check_type(dtype)
        if any(length < 0 for length in lengths):
            raise ValueError(f"shape: {lengths} has a negative length")
        size = _native.tensor_size(dtype.value, lengths)
        return cls(name, lengths, dtype, size)

    @classmethod
    def from_numpy(cls, name: str, arr: Array) -> TensorMeta:
        """Make that of an array.

        Raises:
            TypeError: Its elements are none of DType.
        """
        return cls.new(name, arr.shape, _dtype_of(arr))

    @property
    def elements(self) -> int:
        """How many elements it has."""
        return self.size_bytes // self.dtype.size_bytes


def _check_type(dtype: object) -> None:
    if not isinstance(dtype, DType):
        kind = type(dtype).__name__
        raise TypeError(f"dtype: expected a DType, not {kind}")


def _dtype_of(arr: Array) -> DType:
    """Find what the elements of an array are, in either byte order."""
    dtype = DType.from_numpy_str(arr.dtype.name)
    if dtype is None:
        known = ", ".join(it.value for it in DType)
        raise TypeError(
            f"arr: elements of the type {arr.dtype.name!r} have no bytes of "
            f"their own that another program would understand; there are {known}"
        )
    return dtype


def numpy_to_bytes(arr: Array) -> memoryview:
    """Give the bytes of an array, without a copy where its layout allows it.

    They are those of its elements, little-endian, the last dimension changing
    fastest ("C" order). An array that is laid out so is not copied: the view
    keeps it alive, and shows what becomes of it. Others are copied first.

    Args:
        arr: The array, of any shape: 0-dimensional and empty ones, too.

    Returns:
        A read-only memoryview of single bytes. bytes() makes a copy of it; all
        calls here take it as it is.

    Raises:
        TypeError: It is no array, or its elements are none of DType (objects,
            text, complex numbers, dates, structures).
    """
    import numpy as np

    if not isinstance(arr, np.ndarray):
        kind = type(arr).__name__
        raise TypeError(f"arr: expected a numpy array, not {kind}")
    _dtype_of(arr)
    array = np.ascontiguousarray(arr, dtype=arr.dtype.newbyteorder("<"))
    # Masks and units are not in the bytes, and those of types that are not
    # NumPy's own have no buffers.
    flat = array.view(np.ndarray).reshape(-1).view(np.uint8)
    return flat.data.toreadonly()


def bytes_to_numpy(
    data: Buffer, dtype: DType, shape: Sequence[int] | None = None
) -> Array:
    """Make an array of bytes, without a copy.

    It has the bytes of the buffer, and keeps it alive: it is read-only where the
    buffer is, as that of ``bytes``. Where numbers are big-endian, it is an array
    of little-endian numbers.

    Args:
        data: The bytes: contiguous, and little-endian.
        dtype: What the elements are. BFloat16 needs the package ml_dtypes.
        shape: The shape; None is one dimension.

    Raises:
        ValueError: The bytes are no whole number of elements, or not as many as
            the shape has; or a Bool is neither 0 nor 1.
        TypeError: That is no DType, or has no bytes.
        ImportError: BFloat16, without ml_dtypes.
    """
    import numpy as np

    _check_type(dtype)
    view = memoryview(data)
    if not view.c_contiguous:
        raise ValueError("data: the bytes are not contiguous")
    if view.nbytes % dtype.size_bytes:
        raise ValueError(
            f"data: {view.nbytes} bytes are no whole number of elements of "
            f"{dtype.size_bytes} bytes"
        )
    if dtype is DType.BFloat16:
        try:
            bfloat16 = import_module("ml_dtypes").bfloat16
        except ImportError as error:
            raise ImportError(
                "arrays of BFloat16 need the package ml_dtypes", name="ml_dtypes"
            ) from error
        kind = np.dtype(bfloat16)
    else:
        kind = np.dtype(dtype.value).newbyteorder("<")
    flat = np.frombuffer(view, np.uint8) if view.nbytes else np.empty(0, np.uint8)
    if dtype is DType.Bool and flat.max(initial=0) > 1:
        raise ValueError("data: a byte of a Bool is neither 0 nor 1")
    array: Array = flat.view(kind)
    if not view.nbytes:
        array.flags.writeable = not view.readonly
    return array if shape is None else array.reshape(tuple(shape))
