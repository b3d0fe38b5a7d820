"""At which other sizes a function is looked at: few and many sequences and tokens, and beyond the numbers in its code.

A function that does something else for long sequences, or in small batches, has a number in its code or among its
settings that sizes are compared with. So each whole number there is taken for a size, and for one less than a size.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from math import prod
from pathlib import PurePath
from typing import Any

from symkl.auditing.roles import Input

LARGEST = 2048
"""The largest number that is taken for a size."""

MOST = 6
"""So many numbers of a function are looked at, the largest of them first."""

LIKE: tuple[dict[str, int], ...] = ({"B": 1, "T": 3, "V": 3}, {"B": 4, "T": 1, "V": 4}, {"B": 6, "T": 5, "V": 5})
"""The sizes at which every function is looked at besides."""

SMALL = 64
"""Up to which number a size is taken that is that number itself, as well."""

ENTRIES = 8000
"""So many entries a tensor has at all other sizes together, at most."""

_FOLLOWED = 60


def resized(inputs: Mapping[str, Input], function: Callable[..., Any], given: Any) -> list[dict[str, int]]:
    """The other sizes for a function with these arguments."""
    letters = {letter for each in inputs.values() for letter in each.shape}
    found = [dict(each) for each in LIKE]
    numbers = sorted({n for n in (*numbers_in(function), *_numbers_of(given)) if 2 < n < LARGEST}, reverse=True)
    for number in numbers[:MOST]:
        for letter in sorted(letters):
            near = [number, number + 1, *([number + 2] if letter == "B" else [])]  # of groups, an even number
            found += [{"B": 2, "T": 2, "V": 3} | {letter: size} for size in (near if number <= SMALL else near[1:])]
    kept: dict[tuple[int, ...], dict[str, int]] = {}
    for each in found:
        kept.setdefault(tuple(each[letter] for letter in sorted(letters)), each)
    entries = 0
    return [each for each in kept.values() if (entries := entries + prod(each[x] for x in letters)) <= ENTRIES]


def said(sizes: Mapping[str, int], inputs: Mapping[str, Input]) -> str:
    """Sizes in words: ``with 1 sequence of 3 tokens``."""
    letters = {letter for each in inputs.values() for letter in each.shape}
    words = {"B": "sequence", "T": "token", "V": "word"}
    parts = [f"{sizes[x]} {words[x]}{'s' * (sizes[x] > 1)}" for x in "BTV" if x in letters]
    joined = " of ".join(parts[:2])
    return f"with {joined}" + (f" and a vocabulary of {sizes['V']}" if len(parts) > 2 else "")


def _numbers_of(given: Any) -> Iterator[int]:
    """The whole numbers among some values."""
    if isinstance(given, bool):
        return
    if isinstance(given, int | float):
        if given == given and abs(given) < LARGEST and given == int(given):
            yield int(given)
    elif isinstance(given, Mapping):
        for each in given.values():
            yield from _numbers_of(each)
    elif isinstance(given, tuple | list):
        for each in given:
            yield from _numbers_of(each)


def numbers_in(function: Callable[..., Any]) -> set[int]:
    """The whole numbers in the code of a function, and of what it calls beside it.

    >>> def f(x, most=512):
    ...     return x if len(x) < 100 else x[:7]
    >>> sorted(numbers_in(f))
    [7, 100, 512]
    """
    found: set[int] = set()
    left: list[Any] = [function]
    seen: set[int] = set()
    while left and len(seen) < _FOLLOWED:
        here = _plain(left.pop())
        if not isinstance(here, types.FunctionType) or id(here) in seen or not _own(here, function):
            continue
        seen.add(id(here))
        found |= set(_numbers_of([here.__defaults__ or (), here.__kwdefaults__ or {}]))
        cells = [cell.cell_contents for cell in here.__closure__ or () if _filled(cell)]
        outside = [here.__globals__[name] for name in _names(here.__code__) if name in here.__globals__]
        found |= set(_numbers_of([each for each in (*cells, *outside) if isinstance(each, int | float)]))
        found |= set(_constants(here.__code__))
        left += [*cells, *outside]
    return found


def _plain(function: Any) -> Any:
    """A function without what is wrapped around it."""
    match function:
        case types.MethodType():
            return _plain(function.__func__)
        case functools.partial():
            return _plain(function.func)
        case types.FunctionType():
            inner = getattr(function, "_torchdynamo_orig_callable", function)
            return function if inner is function else _plain(inner)
    return getattr(type(function), "forward", function)


def _own(here: types.FunctionType, function: Any) -> bool:
    """Whether a function lies beside the first, and is none of a library."""
    first = getattr(getattr(_plain(function), "__code__", None), "co_filename", "")
    return PurePath(first).parent == PurePath(here.__code__.co_filename).parent


def _filled(cell: types.CellType) -> bool:
    try:
        return cell.cell_contents is not None
    except ValueError:
        return False


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for each in code.co_consts:
        if isinstance(each, types.CodeType):
            yield from _codes(each)


def _names(code: types.CodeType) -> Iterable[str]:
    return {name for each in _codes(code) for name in each.co_names}


def _constants(code: types.CodeType) -> Iterator[int]:
    for each in _codes(code):
        yield from _numbers_of([c for c in each.co_consts if not isinstance(c, str | bytes | types.CodeType)])
