"""Finite problems with numbers in them, and what an expression is in each: its values, its slopes, its score."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from symkl.auditing.expressions import Expressions, Symbol
from symkl.auditing.roles import NUMBERS, POLICIES, Input, scalar

Array = NDArray[np.float64]

FAMILIES = ("close", "ordinary", "far")
"""How far apart policies are: nearly one, by a factor of a few, by as much as a float holds."""


@dataclass(frozen=True)
class World:
    """A problem: a table for every policy and every real function of a response, and a number for every scalar."""

    tables: Mapping[str, Array]
    scalars: Mapping[str, float]

    def at(self, symbols: Iterable[Symbol], y: int) -> dict[Symbol, float]:
        """What the symbols of one sample are at a response."""
        return {symbol: self._number(symbol.role, y) for symbol in symbols}

    def _number(self, role: str, y: int) -> float:
        if role.startswith("scalar "):
            return self.scalars[role.removeprefix("scalar ")]
        if role in NUMBERS:
            return float(self.tables[NUMBERS[role]][y])
        return float(np.log(self.tables[POLICIES[role]][y]))


def worlds(family: str, scalars: Mapping[str, Input], count: int, responses: int = 4, seed: int = 1) -> list[World]:
    """So many problems of one family; the same at every call."""
    rng = np.random.default_rng([seed, len(family)])
    found = []
    for index in range(count):
        tables: dict[str, Array] = {}
        middle = rng.dirichlet(np.ones(responses) * 4)
        for symbol in POLICIES.values():
            if family == "close":
                weights = (middle + 0.2) * np.exp(rng.uniform(-0.02, 0.02, responses))
            elif family == "ordinary":
                weights = rng.dirichlet(np.ones(responses) * 2) + 0.15
            else:
                weights = rng.dirichlet(np.ones(responses) * 0.12) + 1e-13
            tables[symbol] = weights / weights.sum()
        tables |= {symbol: rng.normal(size=responses) for symbol in NUMBERS.values()}
        # policies are close for every scalar, but for one that is nearly 0 they would have to be closer
        lowest = 0.125 if family == "far" else 0.5 if family == "close" and index % 2 else 0.0
        found.append(World(tables, {symbol: _scalar(each, rng, lowest) for symbol, each in scalars.items()}))
    return found


def _scalar(each: Input, rng: np.random.Generator, lowest: float) -> float:
    """A scalar from the middle of its range; where a ``lowest`` share of it is said, from there to nearly its end."""
    return each.low + scalar(each, float(rng.uniform(lowest or 0.125, 0.875)), lowest > 0)


def values(e: Expressions, expression: int, world: World) -> Array:
    """An expression of one sample, at every response."""
    symbols = e.symbols(expression)
    count = len(world.tables["π"])
    return np.array([e.value(expression, world.at(symbols, y)) for y in range(count)])


def slopes(e: Expressions, expression: int, world: World, by: Symbol) -> Array:
    """Its derivative at every response, on the branch taken there; nothing flows through what is detached."""
    symbols = e.symbols(expression)
    found = []
    known: dict[int, int] = {}
    for y in range(len(world.tables["π"])):
        at = world.at(symbols, y)
        settled = e.settled(expression, at)[0]
        if settled not in known:
            known[settled] = e.derivative(settled, by)
        found.append(e.value(known[settled], at))
    return np.array(found)


def score(weights: Array, h: Array, policy: Array) -> Array:
    """``Σ_y weights(y) h(y) ∇log π(y)`` by the logits of π."""
    both: Array = weights * h
    found: Array = both - policy * both.sum()
    return found


def by_logits(slope: Array, policy: Array) -> Array:
    """The gradient by the logits of π of what has this slope by its probabilities."""
    centred: Array = policy * (slope - float((policy * slope).sum()))
    return centred
