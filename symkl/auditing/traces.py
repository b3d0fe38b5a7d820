"""What a run of a function gives, on expressions or on numbers, and why it cannot be followed: plain data."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass

from symkl.auditing.expressions import Condition, Symbol


class Untraceable(Exception):
    """What stands in the function that cannot be followed."""


@dataclass(frozen=True)
class Output:
    """One tensor that a function gives: its shape and its entries, as expressions, row by row."""

    shape: tuple[int, ...]
    entries: tuple[int, ...]


@dataclass(frozen=True)
class Traced:
    """What a run on expressions gave. ``decided``: the comparisons on data that it made.

    ``taken``: what was taken at the sample, and is in no expression.
    """

    output: Output
    notes: tuple[str, ...]
    decided: tuple[Condition, ...]
    operations: tuple[str, ...]
    taken: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ran:
    """What a run on numbers gave: its entries, and the slope of their weighted sum by every symbol.

    ``slopes`` is None where no gradient flows. ``taken``: which of several results that is, where nobody said.
    """

    shape: tuple[int, ...]
    entries: tuple[float, ...]
    slopes: Mapping[Symbol, float] | None
    taken: str = ""


def where(error: BaseException, file: str) -> int | None:
    """The line of a file in which an exception arose, if it passed through it."""
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    return lines[-1] if lines else None


def names(text: str) -> frozenset[str]:
    """The words of a text, as a set of names."""
    return frozenset(text.split())
