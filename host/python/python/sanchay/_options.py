"""How calls take the options of a walk: one definition for all of them.

:class:`~sanchay._types.WalkOptions` says which options there are and what they
mean. A call that takes them as keywords shows them in its documentation and
its signature as if they stood in its definition.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeVar, cast

from sanchay import _native
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


__all__ = ["Unpack", "takes_walk_options", "walk"]

#: A call.
F = TypeVar("F", bound=Callable[..., object])

#: Where the documentation of a call has that of the options.
_PLACE = "**options: As WalkOptions."


def takes_walk_options(call: F) -> F:
    """Show the options of a walk in a call's documentation and signature."""
    if call.__doc__ and WalkOptions.__doc__:
        lines: list[str] = []
        for line in call.__doc__.split("\n"):
            if line.strip() == _PLACE:
                # Python 3.13 has no indentation in front of them.
                margin = line[: line.index(_PLACE)]
                lines += [margin + it for it in _described()]
            else:
                lines.append(line)
        call.__doc__ = "\n".join(lines)
    cast(Any, call).__signature__ = _LazySignature(call)
    return call


def _described() -> list[str]:
    """The lines of the options' documentation, without indentation."""
    _, _, text = (WalkOptions.__doc__ or "").partition("Args:\n")
    lines = text.rstrip().split("\n")
    margin = len(lines[0]) - len(lines[0].lstrip())
    return [line[margin:] for line in lines]


def walk(
    call: Callable[..., object], options: Mapping[str, object]
) -> _native.Walk:
    """Make the options of a walk of the keywords of a call."""
    for name in options:
        if name not in WalkOptions.__annotations__:
            raise unexpected(call, name)
    return _native.Walk(**options)


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

    def __init__(self, call: Callable[..., object]) -> None:
        self._call = cast(FunctionType, call)
        self._made: Signature | None = None

    def _signature(self) -> Signature:
        if self._made is None:
            self._made = _signature(self._call)
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


def _signature(call: FunctionType) -> Signature:
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
    defaults = _native.walk_options()
    options = [
        Parameter(
            name,
            Parameter.KEYWORD_ONLY,
            default=defaults[name],
            annotation=getattr(kind, "__forward_arg__", kind),
        )
        for name, kind in WalkOptions.__annotations__.items()
    ]
    parameters: list[Parameter] = []
    for parameter in own.parameters.values():
        # They come before those of every run.
        if parameter.name == "threads":
            parameters += options
        if parameter.kind is not Parameter.VAR_KEYWORD:
            parameters.append(parameter)
    return own.replace(parameters=parameters)
