"""Frozen dataclasses that cost little to make: a hundred of them are made at every start."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, fields
from dataclasses import field as field
from operator import attrgetter
from typing import Any, NoReturn, TypeVar, dataclass_transform, overload

Made = TypeVar("Made")

KEPT = "_hash"
"""The slot in which a class keeps its hash, if it has it: of what is nested, and asked for again and again."""


@overload
def frozen(kind: type[Made], /) -> type[Made]: ...


@overload
def frozen(*, slots: bool = False, eq: bool = True) -> Callable[[type[Made]], type[Made]]: ...


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(kind: Any = None, /, *, slots: bool = False, eq: bool = True) -> Any:
    """``dataclass(frozen=True)`` with the same methods, of which one is compiled for each class and not six.

    >>> @frozen
    ... class Span:
    ...     start: int
    ...     stop: int = 0
    >>> Span(3), Span(3) == Span(3, 0), hash(Span(3)) == hash((3, 0))
    (Span(start=3, stop=0), True, True)
    >>> Span(3).start = 4
    Traceback (most recent call last):
    dataclasses.FrozenInstanceError: cannot assign to field 'start'
    """
    return (lambda each: _made(each, slots, eq)) if kind is None else _made(kind, slots, eq)


def _made(kind: Any, slots: bool, eq: bool) -> Any:
    own = set(vars(kind))
    kind.__doc__ = kind.__doc__ or kind.__name__  # without one, the standard library spells the signature out
    made: Any = dataclass(init=False, repr=False, eq=False, slots=slots)(kind)
    every = fields(made)
    methods = {"__init__": _init(made, every), "__repr__": _repr(every), "__setattr__": _set, "__delattr__": _delete}
    if eq:
        methods |= _compared(tuple(each.name for each in every if each.compare), hasattr(made, KEPT))
    if slots:
        methods |= _pickled(tuple(each.name for each in every))
    for name, method in methods.items():
        if name not in own:
            setattr(made, name, method)
    return made


def _init(kind: Any, every: Iterable[Field[Any]]) -> Callable[..., None]:
    """Compiled, since it is called most, and since its parameters are the fields."""
    known: dict[str, Any] = {"_set": object.__setattr__, "_missing": MISSING}
    plain, named, body = ["self"], list[str](), list[str]()
    for each in every:
        known[f"_of_{each.name}"] = each.default if each.default is not MISSING else each.default_factory
        default = f"_of_{each.name}" if each.default_factory is MISSING else "_missing"
        optional = each.default is not MISSING or each.default_factory is not MISSING
        (named if each.kw_only else plain).append(f"{each.name}={default}" if optional else each.name)
        if each.default_factory is not MISSING:
            body.append(f"if {each.name} is _missing: {each.name} = _of_{each.name}()")
        body.append(f"_set(self, {each.name!r}, {each.name})")
    if hasattr(kind, "__post_init__"):
        body.append("self.__post_init__()")
    parameters = ", ".join(plain + (["*", *named] if named else []))
    method = f" def __init__({parameters}):\n  " + "\n  ".join(body or ["pass"])
    named_there = vars(sys.modules[kind.__module__])  # where who asks for its types finds them
    maker: dict[str, Any] = {}
    exec(f"def make({', '.join(known)}):\n{method}\n return __init__", named_there, maker)  # our own fields, no text
    made: Callable[..., None] = maker["make"](**known)
    made.__annotations__ = {each.name: each.type for each in every} | {"return": None}
    made.__qualname__ = f"{kind.__qualname__}.__init__"
    return made


def _compared(names: tuple[str, ...], kept: bool) -> dict[str, Callable[..., Any]]:
    get = attrgetter(*names) if names else lambda _: ()
    values = get if len(names) != 1 else lambda each: (get(each),)

    def equal(self: Any, other: object) -> Any:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: Any) -> int:
        return hash(values(self))

    def hashed_once(self: Any) -> int:
        try:
            return self._hash  # type: ignore[no-any-return]
        except AttributeError:
            object.__setattr__(self, KEPT, found := hash(values(self)))
            return found

    return {"__eq__": equal, "__hash__": hashed_once if kept else hashed}


def _pickled(names: tuple[str, ...]) -> dict[str, Callable[..., Any]]:
    """The fields alone: what else is kept in slots is worked out of them."""

    def state(self: Any) -> list[Any]:
        return [getattr(self, name) for name in names]

    def restored(self: Any, values: Iterable[Any]) -> None:
        for name, value in zip(names, values, strict=True):
            object.__setattr__(self, name, value)

    return {"__getstate__": state, "__setstate__": restored}


def _repr(every: Iterable[Field[Any]]) -> Callable[[Any], str]:
    names = [each.name for each in every if each.repr]

    def shown(self: Any) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return shown


def _set(self: Any, name: str, value: object) -> NoReturn:
    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(self: Any, name: str) -> NoReturn:
    raise FrozenInstanceError(f"cannot delete field {name!r}")
