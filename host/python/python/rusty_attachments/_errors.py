"""What can go wrong, and how the engine's failures become that."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from sanchay import _native

__all__ = [
    "AttachmentError",
    "ManifestError",
    "OperationCancelled",
    "StorageError",
    "ValidationError",
]


class AttachmentError(Exception):
    """Something could not be done. ``path`` is the file that it is about."""

    path: str | None = None


class StorageError(AttachmentError):
    """S3 refused, or what it has is damaged.

    The message says what to do; ``action``, ``bucket``, ``key`` and ``status``
    are None where the refusal is not one of a request.
    """

    action: str | None = None
    bucket: str | None = None
    key: str | None = None
    status: int | None = None


class ManifestError(AttachmentError):
    """A manifest is refused."""


class ValidationError(AttachmentError):
    """What was asked for makes no sense, or inputs are not there."""


class OperationCancelled(AttachmentError):
    """The progress callback returned False."""


_KINDS: dict[str, type[AttachmentError]] = {
    "storage": StorageError,
    "manifest": ManifestError,
    "validation": ValidationError,
    "cancelled": OperationCancelled,
    "file": AttachmentError,
}

_P = ParamSpec("_P")
_T = TypeVar("_T")


def call(
    function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs
) -> _T:
    """Call the engine, with exceptions of this package."""
    try:
        return function(*args, **kwargs)
    except _native.AttachmentFailure as failure:
        kind, message, refusal, path = failure.args
        error = _KINDS.get(kind, AttachmentError)(message)
        if path is not None:
            error.path = str(path)
        if refusal is not None and isinstance(error, StorageError):
            error.action, error.bucket, error.key, error.status = refusal
    raise error
