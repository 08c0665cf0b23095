"""How calls take options: one definition for all of them.

The types in ``_keywords`` and :class:`~sanchay._types.WalkOptions` say which
options there are and what they mean. A call that takes them as keywords shows
them in its documentation and its signature as if they stood in its definition.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sanchay import _native
from sanchay._keywords import DEFAULTS
from sanchay._types import WalkOptions

if TYPE_CHECKING:
    from inspect import Signature

    from typing_extensions import Unpack
elif sys.version_info >= (3, 11):
    from typing import Unpack
else:

    class Unpack:
        """Stands for typing.Unpack, which Python 3.10 lacks."""

        def __class_getitem__(cls, options: type) -> type:
            """Let the annotation be resolved: it is that of the keywords."""
            return options


__all__ = ["Unpack", "split", "takes", "unexpected"]

#: A call.
F = TypeVar("F", bound=Callable[..., object])

#: Where the documentation of a call has that of the options.
_PLACE = "**options: As "


def takes(*parts: type) -> Callable[[F], F]:
    """Show options in a call's documentation and signature.

    The parts are those of the type that its ``**options`` have, in the order in
    which they are shown.
    """

    def show(call: F) -> F:
        lines: list[str] = []
        for line in (call.__doc__ or "").split("\n"):
            if line.strip().startswith(_PLACE):
                # Python 3.13 has no indentation in front of them.
                margin = line[: line.index(_PLACE)]
                for part in parts:
                    lines += [margin + it for it in _described(part)]
            else:
                lines.append(line)
        call.__doc__ = "\n".join(lines)
        cast(Any, call).__signature__ = _LazySignature(call, parts)
        return call

    return show


def _described(part: type) -> list[str]:
    """The lines of the options' documentation, without indentation."""
    _, _, text = (part.__doc__ or "").partition("Args:\n")
    lines = text.rstrip().split("\n")
    margin = len(lines[0]) - len(lines[0].lstrip())
    return [line[margin:] for line in lines]


def _keywords(parts: tuple[type, ...]) -> dict[str, tuple[object, object]]:
    """The keywords of parts, in their order: the type and the default."""
    found: dict[str, tuple[object, object]] = {}
    for part in parts:
        known = part.__annotations__
        if part is WalkOptions:
            defaults = _native.walk_options()
            found.update({it: (known[it], defaults[it]) for it in known})
        else:
            own = DEFAULTS[part].items()
            found.update({name: (known[name], it) for name, it in own})
    return found


def split(
    call: Callable[..., object], options: Mapping[str, Any]
) -> tuple[_native.Walk, dict[str, Any]]:
    """Tell the options of a walk from the others of a call, which are all."""
    parts = cast(Any, call).__signature__.parts
    others = {
        name: default
        for part in parts
        if part is not WalkOptions
        for name, default in DEFAULTS[part].items()
    }
    walk: dict[str, object] = {}
    for name, value in options.items():
        if name in others:
            others[name] = value
        elif name in WalkOptions.__annotations__ and WalkOptions in parts:
            walk[name] = value
        else:
            raise unexpected(call, name)
    return _native.Walk(**walk), others


def unexpected(call: Callable[..., object], name: str) -> TypeError:
    """Make the error for a keyword that a call does not take."""
    # Only now: importing them takes some milliseconds.
    from difflib import get_close_matches
    from inspect import signature

    words = f"{call.__name__}() got an unexpected keyword argument {name!r}"
    near = get_close_matches(name, signature(call).parameters, n=1)
    if near:
        words += f". Did you mean {near[0]!r}?"
    return TypeError(words)


class _LazySignature:
    """The signature of a call, made when somebody asks for it.

    It passes for an inspect.Signature, which cannot be made before inspect is
    imported, and that takes longer than importing all the rest.
    """

    def __init__(
        self, call: Callable[..., object], parts: tuple[type, ...]
    ) -> None:
        self.parts = parts
        self._call = cast(FunctionType, call)
        self._made: Signature | None = None

    def _signature(self) -> Signature:
        if self._made is None:
            self._made = _signature(self._call, self.parts)
        return self._made

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        from inspect import Signature

        return Signature

    def __getattr__(self, name: str) -> Any:
        return getattr(self._signature(), name)

    def __str__(self) -> str:
        return str(self._signature())

    def __repr__(self) -> str:
        return repr(self._signature())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, type(self)):
            other = other._signature()
        return self._signature() == other

    def __hash__(self) -> int:
        return hash(self._signature())


def _signature(call: FunctionType, parts: tuple[type, ...]) -> Signature:
    from inspect import Parameter, signature

    # The same function without the attribute that leads here.
    bare = FunctionType(
        call.__code__,
        call.__globals__,
        call.__name__,
        call.__defaults__,
        call.__closure__,
    )
    bare.__kwdefaults__ = call.__kwdefaults__
    bare.__annotations__ = call.__annotations__
    own = signature(bare)
    keywords = _keywords(parts)
    parameters = [
        it
        for it in own.parameters.values()
        if it.kind is not Parameter.VAR_KEYWORD
        and not (it.name == "progress" and "threads" in keywords)
    ]
    for name, (kind, default) in keywords.items():
        annotation = getattr(kind, "__forward_arg__", kind)
        keyword = Parameter.KEYWORD_ONLY
        parameters.append(
            Parameter(name, keyword, default=default, annotation=annotation)
        )
        # How it runs: that comes last.
        if name == "threads" and "progress" in own.parameters:
            parameters.append(own.parameters["progress"])
    return own.replace(parameters=parameters)
