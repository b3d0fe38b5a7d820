"""Branches that no point took: what they hang on, and a point that takes them, where one is found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Protocol

from symkl.auditing.expressions import Condition, Expressions, Symbol
from symkl.auditing.roles import Input, sampled
from symkl.auditing.traces import Traced
from symkl.auditing.translating import Untranslatable, term
from symkl.language.writing import formula

DRAWS = 240
"""How many points are looked at for one that takes a branch."""


class Met(Protocol):
    """A point that was met, as far as it matters here."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """The sizes of its tensors."""

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Where its branches were taken."""

    @property
    def traced(self) -> Traced:
        """What the function decided on data there."""


@dataclass(frozen=True)
class Unmet:
    """A comparison that came out one way at all points. ``key``: its sides without places. ``words``: said of it.

    ``decided``: whether the function decided by it what to run; else it is a choice in its formula.
    """

    condition: Condition
    sizes: tuple[tuple[str, int], ...]
    key: tuple[int, int]
    words: str
    decided: bool


def unmet(e: Expressions, points: Iterable[Met]) -> list[Unmet]:
    """The comparisons of symbols that came out one way at all of some points, in the order in which they were met."""
    seen: dict[tuple[int, int], tuple[Condition, Met]] = {}
    for point in points:
        for each in point.conditions:
            if e.symbols(each.larger) or e.symbols(each.smaller):
                seen.setdefault((e.bare(each.larger), e.bare(each.smaller)), (each, point))
    found = []
    for key, (condition, point) in seen.items():
        if key[::-1] not in seen:
            decided = condition in point.traced.decided
            sizes = tuple(point.sizes.items())
            found.append(Unmet(condition, sizes, key, _words(e, condition, key, decided), decided))
    return sorted(found, key=lambda each: not each.decided)


def _words(e: Expressions, condition: Condition, key: tuple[int, int], decided: bool) -> str:
    larger, smaller = key
    several = len({s.place for side in condition for s in e.symbols(side) if s.place}) > 1
    try:
        shown = f"where {formula(term(e, larger)).text} < {formula(term(e, smaller)).text}"
        shown += ", over several entries" if several else ""
    except Untranslatable:
        shown = "on the other side of a comparison that it makes"
    what = "what it does there was not looked at" if decided else "its formula was not held against it there"
    return f"no sample was found {shown}: {what}"


def elsewhere(e: Expressions, branch: Unmet, inputs: Mapping[str, Input]) -> dict[Symbol, float] | None:
    """A point at which a comparison comes out the other way: drawn near and far, by wide ranges of all that is free."""
    sizes = dict(branch.sizes)
    rng = Random(3)
    for _ in range(DRAWS):
        values = sampled(inputs, sizes, rng, 10 ** rng.uniform(-2, 1.7), 10 ** rng.uniform(-1, 3), wide=True)
        if e.value(branch.condition.larger, values) < e.value(branch.condition.smaller, values):
            return values
    return None
