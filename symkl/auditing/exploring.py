"""Branches that no point took: what they hang on, and a point that takes them, where one is found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Protocol

from symkl.auditing.expressions import Condition, Expressions, Symbol
from symkl.auditing.roles import Input, sampled
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


@dataclass(frozen=True)
class Unmet:
    """A comparison that came out one way at all points. ``key``: its sides without places. ``words``: said of it."""

    condition: Condition
    sizes: tuple[tuple[str, int], ...]
    key: tuple[int, int]
    words: str


def unmet(e: Expressions, points: Iterable[Met]) -> list[Unmet]:
    """The comparisons of symbols that came out one way at all of some points, in the order in which they were met."""
    seen: dict[tuple[int, int], tuple[Condition, Mapping[str, int]]] = {}
    for point in points:
        for each in point.conditions:
            if e.symbols(each.larger) or e.symbols(each.smaller):
                seen.setdefault((e.bare(each.larger), e.bare(each.smaller)), (each, point.sizes))
    return [
        Unmet(condition, tuple(sizes.items()), key, _words(e, *key))
        for key, (condition, sizes) in seen.items()
        if key[::-1] not in seen
    ]


def _words(e: Expressions, larger: int, smaller: int) -> str:
    try:
        shown = f"where {formula(term(e, larger)).text} < {formula(term(e, smaller)).text}"
    except Untranslatable:
        shown = "on the other side of a comparison that it makes"
    return f"no sample was found {shown}: what it does there was not looked at"


def elsewhere(e: Expressions, branch: Unmet, inputs: Mapping[str, Input]) -> dict[Symbol, float] | None:
    """A point at which a comparison comes out the other way: drawn near and far, by wide ranges of all that is free."""
    sizes = dict(branch.sizes)
    rng = Random(3)
    for _ in range(DRAWS):
        values = sampled(inputs, sizes, rng, 10 ** rng.uniform(-2, 1.7), 10 ** rng.uniform(-1, 3), wide=True)
        if e.value(branch.condition.larger, values) < e.value(branch.condition.smaller, values):
            return values
    return None
