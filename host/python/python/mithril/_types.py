"""What calls take, as types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from typing_extensions import Buffer
else:
    #: What has bytes: bytes, bytearray, memoryview, numpy arrays, ... Only
    #: ``bytes`` are taken without a copy, since nobody can change them.
    Buffer = object

__all__ = ["Buffer", "Readable", "Writable"]


class Readable(Protocol):
    """A file that is read from: it has ``read(size)``, as open(..., "rb")."""

    def read(self, size: int, /) -> Buffer:
        """Read at most so many bytes; none at the end."""
        ...


class Writable(Protocol):
    """A file that is written to: it has ``write(data)``, as open(..., "wb")."""

    def write(self, data: bytes, /) -> object:
        """Write bytes; may answer with how many."""
        ...
