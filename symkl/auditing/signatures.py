"""A call of one of torch's functions, held against what our rule for it handles: an argument is heeded or refused.

A rule has torch's own signature. A parameter that its code never reads is one that it does not handle, and is refused
unless it is left at its default; so nobody has to list them.
"""

from __future__ import annotations

import dis
import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from symkl.auditing.traces import Untraceable, names

_NO_MATTER = names("dtype _stacklevel non_blocking memory_format sorted stable")
"""What changes nothing of exact numbers: kinds of floats, layouts, and which of several right orders is given."""

_SPELLINGS = {"axis": "dim", "input": "x", "self": "x"}
"""What torch calls an argument, by what it is called here."""


def bound(
    rule: Callable[..., Any], name: str, args: Sequence[Any], kwargs: Mapping[str, Any]
) -> inspect.BoundArguments:
    """The arguments of a call, by the parameters of our rule. Raises: Untraceable, where it does not handle one.

    >>> def relu(x, inplace=False):
    ...     return max(x, 0)
    >>> bound(relu, "relu", [3], {}).arguments
    {'x': 3}
    >>> bound(relu, "relu", [3], {"inplace": True})
    Traceback (most recent call last):
    symkl.auditing.traces.Untraceable: the argument inplace=True of relu
    """
    signature = _signature(rule)
    named = {_spelled(key, signature): value for key, value in kwargs.items() if key != "out" or value is not None}
    for key, value in named.items():
        if key not in signature.parameters:
            raise Untraceable(f"the argument {key}={_shown(value)} of {name}")
    if "x" in named and args:  # named though it is not the first: what is given in order stands around it
        place = list(signature.parameters).index("x")
        args = [*args[:place], named.pop("x"), *args[place:]]
    try:
        found = signature.bind(*args, **named)
    except TypeError as error:
        raise Untraceable(f"{name} with these arguments ({error})") from None
    for key, value in found.arguments.items():
        parameter = signature.parameters[key]
        if key in _NO_MATTER or _read(_code(rule)) & {key} or parameter.default is parameter.empty:
            continue
        plain = isinstance(value, int | float | str)
        if not (value is parameter.default or (plain and value == parameter.default)):
            raise Untraceable(f"the argument {key}={_shown(value)} of {name}")
    return found


def _spelled(key: str, signature: inspect.Signature) -> str:
    return key if key in signature.parameters else _SPELLINGS.get(key, key)


def _code(rule: Callable[..., Any]) -> Any:
    return getattr(rule, "__func__", rule).__code__


@cache
def _signature(rule: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(rule)


@cache
def _read(code: Any) -> frozenset[str]:
    """The local names that code reads, and those that the functions inside it do."""
    found: set[str] = set()
    for step in dis.get_instructions(code):
        if "LOAD" in step.opname and ("FAST" in step.opname or "DEREF" in step.opname or "CLOSURE" in step.opname):
            found |= set(step.argval) if isinstance(step.argval, tuple) else {step.argval}
    return frozenset(found)


def _shown(value: Any) -> str:
    """A value, short: of a tensor that it is one."""
    return "a tensor" if hasattr(value, "requires_grad") else repr(value)[:40]
