"""What stands for things that are not here: it computes nothing, and decides nothing unsaid.

A stub is asked by the language itself, too: whether it is None, whether it has an attribute, of which class it is.
Those questions have no hook of their own, so a lifted file asks the functions below in place of Python's.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from symkl.auditing.traces import Untraceable, names


class Stub:
    """Stands for what is not installed: it has every attribute, and may be called, but not with what is computed.

    ``known``: its attributes that are the real thing. ``said``: where it is noted what was decided by it.
    """

    def __init__(self, name: str = "stub", said: dict[str, None] | None = None, **known: Any) -> None:
        self.__dict__.update(known)
        self.__dict__["_name"] = name
        self.__dict__["_said"] = {} if said is None else said

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        return Stub(f"{self!r}.{attribute}", self.__dict__["_said"])

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Nothing that matters; of what is computed it cannot say what it makes. Raises: Untraceable."""
        if any(map(_computed, (*args, *kwargs.values()))):
            self.__dict__["_said"][f"it calls {self!r}, which is not here, and goes on without"] = None
            raise Untraceable(f"it calls {self!r}, which is not here: lay its file beside, as in its package")
        return Stub(f"{self!r}()", self.__dict__["_said"])

    def __bool__(self) -> bool:
        return self._taken("to be false")

    def __iter__(self) -> Iterator[Any]:
        self._taken("to be empty")
        return iter(())

    def __getitem__(self, key: Any) -> Any:
        return Stub(f"{self!r}[{key!r}]", self.__dict__["_said"])

    def __contains__(self, key: Any) -> bool:
        return self._taken(f"not to contain {key!r}")

    def __eq__(self, other: object) -> bool:
        if _typing():
            return self is other
        self.__dict__["_said"][f"it compares {self!r}, which is not here, and goes on without"] = None
        raise Untraceable(f"it compares {self!r} with {other!r}: {self!r} is not here{self._advice()}")

    __ne__ = __eq__

    def __hash__(self) -> int:
        if not _typing():
            self._taken("to be no key of a table")
        return id(self)

    def __instancecheck__(self, instance: Any) -> bool:
        return self._taken(f"to be no class of {type(instance).__name__}")

    def __subclasscheck__(self, cls: Any) -> bool:
        return self._taken(f"to be no class above {cls!r}")

    def __mro_entries__(self, bases: Any) -> tuple[type, ...]:
        return ()

    def __or__(self, other: Any) -> Any:
        return self

    __ror__ = __or__

    def __str__(self) -> str:
        self._taken("to be written so")
        return repr(self)

    def __repr__(self) -> str:
        return str(self.__dict__["_name"])

    def _taken(self, what: str) -> bool:
        self.__dict__["_said"][f"{self!r} is not here, and taken {what}"] = None
        return False

    def _advice(self) -> str:
        name = repr(self)
        own = name.startswith("self.") and name.replace(".", "").isidentifier()
        return f"; say what it is: --set {name}=VALUE" if own else ""


def _computing(name: str) -> Any:
    def refuse(self: Stub, *others: Any) -> Any:
        self.__dict__["_said"][f"it computes with {self!r}, which is not here, and goes on without"] = None
        raise Untraceable(f"it computes with {self!r}, which is not here{self._advice()}")

    refuse.__name__ = name
    return refuse


_COMPUTED_WITH = names(
    "add sub mul truediv floordiv mod pow matmul radd rsub rmul rtruediv rfloordiv rmod rpow rmatmul neg pos abs lt le "
    "gt ge float int index len round"
)
for _operation in _COMPUTED_WITH:
    setattr(Stub, f"__{_operation}__", _computing(f"__{_operation}__"))


def _typing() -> bool:
    """Whether it is the module of types that asks, which decides nothing."""
    return sys._getframe(2).f_globals.get("__name__") == "typing"


def _computed(value: Any) -> bool:
    """Whether a value is a tensor, or has one in it."""
    if isinstance(value, tuple | list):
        return any(map(_computed, value))
    if isinstance(value, Mapping):
        return any(map(_computed, value.values()))
    return not isinstance(value, Stub) and hasattr(value, "requires_grad")


def is_same(one: Any, other: Any) -> bool:
    """``one is other``; of a stub it is said that it is taken to be nothing else."""
    for stub, against in ((one, other), (other, one)):
        if isinstance(stub, Stub) and one is not other and not isinstance(against, Stub):
            stub._taken(f"not to be {against!r}")
    return one is other


def _isinstance(value: Any, classes: Any) -> bool:
    if isinstance(value, Stub):
        shown = ", ".join(getattr(each, "__name__", repr(each)) for each in _flat(classes))
        if type(value) not in _flat(classes):
            value._taken(f"to be no {shown}")
    return builtins.isinstance(value, classes)


def _flat(classes: Any) -> list[Any]:
    return [each for some in classes for each in _flat(some)] if type(classes) is tuple else [classes]


def _hasattr(value: Any, name: str) -> bool:
    if isinstance(value, Stub) and name not in value.__dict__ and not builtins.hasattr(type(value), name):
        value._taken(f"to have {name}")
    return builtins.hasattr(value, name)


def _getattr(value: Any, name: str, *otherwise: Any) -> Any:
    if otherwise and isinstance(value, Stub):
        _hasattr(value, name)
    return builtins.getattr(value, name, *otherwise)


def _callable(value: Any) -> bool:
    return not value._taken("to be callable") if isinstance(value, Stub) else builtins.callable(value)


ASKED: dict[str, Any] = {
    "isinstance": _isinstance, "hasattr": _hasattr, "getattr": _getattr, "callable": _callable, "__is_same__": is_same,
}  # fmt: skip
"""What a lifted file asks in place of Python's own functions, by name."""


def gathered(said: Iterable[str]) -> list[str]:
    """What was said of several things in the same words, as one sentence.

    >>> gathered(["a is not here, and taken to be false", "b is not here, and taken to be false"])
    ['a, b are not here, and taken to be false']
    """
    found: dict[str, list[str]] = {}
    for each in said:
        subject, verb, rest = each.partition(" is not ")
        found.setdefault(rest if verb else each, []).append(subject)
    return [
        f"{', '.join(some)} {'are' if len(some) > 1 else 'is'} not {rest}" if some != [rest] else rest
        for rest, some in found.items()
    ]
