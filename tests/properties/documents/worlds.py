"""Finite worlds: random tables for what is free, and the value of every term in them by enumeration."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping
from functools import singledispatchmethod

import numpy as np
from numpy.typing import NDArray

from tests.properties.documents.duals import Dual
from tests.properties.documents.terms import (
    KL,
    At,
    Call,
    Derivative,
    Entropy,
    Extremum,
    Gradient,
    Limit,
    Mean,
    Meaning,
    Meanings,
    Minus,
    Number,
    Over,
    Partial,
    Plus,
    Power,
    Sum,
    SumPrompts,
    Symbol,
    Term,
    Times,
    Variance,
)

PROMPTS, OUTCOMES, DIRECTIONS = 2, 3, 2
Places = Mapping[str, int]
# What a derivative is by: a parameter or scalar by its name, or one entry of a law.
Moving = str | tuple[Symbol, tuple[int, ...]] | None


class NoOptimum(AssertionError):
    """A competitor beats what was given as the closed form of an optimum."""


class World:
    """One way for things to be: all that is free has a table, drawn from the seed and the symbol's name alone."""

    def __init__(self, seed: int, meanings: Meanings, fixed: Mapping[str, float] | None = None) -> None:
        self.seed, self.meanings, self.fixed = seed, meanings, dict(fixed or {})
        self.tables: dict[Symbol, NDArray[np.float64]] = {}
        self._known: dict[object, Dual] = {}

    def _draws(self, *names: str) -> np.random.Generator:
        return np.random.default_rng(zlib.crc32("|".join(names).encode()) + 7919 * self.seed)

    def table(self, symbol: Symbol) -> NDArray[np.float64]:
        """The values of a free symbol, its prompt first."""
        if symbol not in self.tables:
            draws = self._draws(symbol.latex, symbol.argument)
            if symbol.kind == "prompts":
                logits = draws.normal(size=PROMPTS)
                self.tables[symbol] = np.exp(logits) / np.exp(logits).sum()
            elif symbol.kind == "scalar" and symbol.prompt is None:
                drawn = draws.uniform(0.3, 2.5)
                self.tables[symbol] = np.array(drawn if symbol.positive else drawn * draws.choice([-1, 1]))
            else:
                shape = ((PROMPTS,) if symbol.prompt else ()) + (OUTCOMES,) * symbol.outcomes
                drawn = np.asarray(draws.normal(size=shape))
                if symbol.kind == "law":
                    drawn = np.exp(drawn) / np.exp(drawn).sum(axis=-1, keepdims=True)
                self.tables[symbol] = np.exp(drawn) if symbol.positive else drawn
        return self.tables[symbol]

    def _moves(self, symbol: Symbol, moving: Moving, at: tuple[int, ...]) -> NDArray[np.float64] | None:
        if moving is None:
            return None
        if isinstance(moving, tuple):
            if symbol.standing == "opaque":
                return self._draws(symbol.latex, "entry", str(moving[1])).normal(size=1)
            return np.ones(1) if (symbol, at) == moving else None
        if symbol.kind == "scalar" and symbol.latex == moving:
            return np.ones(1)
        if moving not in symbol.carries and symbol.standing != "opaque":
            return None
        table = self.table(symbol)
        drift = self._draws(symbol.latex, "moves", moving).normal(size=(*table.shape, DIRECTIONS))
        if symbol.kind == "law":
            drift = table[..., None] * (drift - (table[..., None] * drift).sum(axis=-2, keepdims=True))
        return np.array(drift[at])

    def at(self, symbol: Symbol, outcomes: tuple[int, ...], places: Places, moving: Moving) -> Dual:
        """A symbol's value: by its meaning where it has one, else by its table."""
        index = ((places[symbol.prompt],) if symbol.prompt else ()) + outcomes
        if symbol.kind == "scalar" and symbol.latex in self.fixed:
            return Dual(self.fixed[symbol.latex], self._moves(symbol, moving, index))
        meaning = self.meanings.get(symbol)
        if meaning is None or symbol in self.tables:
            return Dual(float(self.table(symbol)[index]), self._moves(symbol, moving, index))
        if isinstance(moving, tuple) and moving[0] == symbol:
            # Its entries are the variables, whatever fixes their values.
            return Dual(self.at(symbol, outcomes, places, None).v, self._moves(symbol, moving, index))
        key = (symbol, outcomes, tuple(sorted(places.items())), moving)
        if key not in self._known:
            inside = {**places, **dict(zip(meaning.letters, outcomes, strict=True))}
            self._known[key] = self.value(meaning.body, inside, moving)
        return self._known[key]

    def given(self, meanings: Mapping[Symbol, Meaning]) -> World:
        """The same world where these symbols mean something else."""
        other = World(self.seed, {**self.meanings, **meanings}, self.fixed)
        other.tables = {s: t for s, t in self.tables.items() if s not in meanings}
        return other

    @singledispatchmethod
    def value(self, whole: Term, places: Places, moving: Moving = None) -> Dual:
        """The value of a term where its letters stand at these places."""
        raise TypeError(whole)

    @value.register
    def _(self, whole: Number, places: Places, moving: Moving = None) -> Dual:
        return Dual(float(whole.value))

    @value.register
    def _(self, whole: At, places: Places, moving: Moving = None) -> Dual:
        return self.at(whole.symbol, tuple(places[letter] for letter in whole.letters), places, moving)

    @value.register
    def _(self, whole: Minus, places: Places, moving: Moving = None) -> Dual:
        return -self.value(whole.body, places, moving)

    @value.register
    def _(self, whole: Plus, places: Places, moving: Moving = None) -> Dual:
        return _total(self.value(part, places, moving) for part in whole.parts)

    @value.register
    def _(self, whole: Times, places: Places, moving: Moving = None) -> Dual:
        product = Dual(1.0)
        for factor in whole.factors:
            product = product * self.value(factor, places, moving)
        return product

    @value.register
    def _(self, whole: Over, places: Places, moving: Moving = None) -> Dual:
        return self.value(whole.above, places, moving) / self.value(whole.below, places, moving)

    @value.register
    def _(self, whole: Power, places: Places, moving: Moving = None) -> Dual:
        base, n = self.value(whole.base, places, moving), whole.exponent
        return base.chained(base.v**n, n * base.v ** (n - 1))

    @value.register
    def _(self, whole: Call, places: Places, moving: Moving = None) -> Dual:
        body = self.value(whole.body, places, moving)
        v = float(body.v)
        if whole.name == "exp":
            return body.chained(math.exp(v), math.exp(v))
        if whole.name == "log":
            return body.chained(math.log(v), 1 / v) if v > 0 else body.chained(math.nan, math.nan)
        s = 1 / (1 + math.exp(-v))
        return body.chained(s, s * (1 - s))

    @value.register
    def _(self, whole: Sum, places: Places, moving: Moving = None) -> Dual:
        return self._over(OUTCOMES, whole.letter, places, lambda p: self.value(whole.body, p, moving))

    @value.register
    def _(self, whole: SumPrompts, places: Places, moving: Moving = None) -> Dual:
        return self._over(PROMPTS, whole.letter, places, lambda p: self.value(whole.body, p, moving))

    @value.register
    def _(self, whole: Mean, places: Places, moving: Moving = None) -> Dual:
        return self._mean(whole.letter, whole.law, places, moving, lambda p: self.value(whole.body, p, moving))

    @value.register
    def _(self, whole: Variance, places: Places, moving: Moving = None) -> Dual:
        def inner(p: Places) -> Dual:
            return self.value(whole.body, p, moving)

        mean = self._mean(whole.letter, whole.law, places, moving, inner)
        square = self._mean(whole.letter, whole.law, places, moving, lambda p: inner(p) * inner(p))
        return square + -(mean * mean)

    @value.register
    def _(self, whole: KL, places: Places, moving: Moving = None) -> Dual:
        ratio = log_of(Over(At(whole.p, ("?",)), At(whole.q, ("?",))))
        return self._mean("?", whole.p, places, moving, lambda p: self.value(ratio, p, moving))

    @value.register
    def _(self, whole: Entropy, places: Places, moving: Moving = None) -> Dual:
        surprise = log_of(At(whole.p, ("?",)))
        return -self._mean("?", whole.p, places, moving, lambda p: self.value(surprise, p, moving))

    @value.register
    def _(self, whole: Gradient, places: Places, moving: Moving = None) -> Dual:
        return self._taken(self.value(whole.body, places, whole.parameter), moving, DIRECTIONS)

    @value.register
    def _(self, whole: Derivative, places: Places, moving: Moving = None) -> Dual:
        taken = self._taken(self.value(whole.body, places, whole.by.latex), moving, 1)
        return Dual(float(taken.v[0]))  # type: ignore[index]

    @value.register
    def _(self, whole: Partial, places: Places, moving: Moving = None) -> Dual:
        by = whole.by
        index = ((places[by.symbol.prompt],) if by.symbol.prompt else ()) + tuple(places[n] for n in by.letters)
        taken = self._taken(self.value(whole.body, places, (by.symbol, index)), moving, 1)
        return Dual(float(taken.v[0]))  # type: ignore[index]

    @value.register
    def _(self, whole: Limit, places: Places, moving: Moving = None) -> Dual:
        assert moving is None
        far = World(self.seed, self.meanings, {**self.fixed, whole.by.latex: 1e7 if whole.to == "inf" else 1e-7})
        return far.value(whole.body, places)

    @value.register
    def _(self, whole: Extremum, places: Places, moving: Moving = None) -> Dual:
        solved = self.given({whole.policy: Meaning((whole.letter,), whole.solution)})
        best = solved.value(whole.body, places, moving)
        sign = 1 if whole.sense == "max" else -1
        prompt = whole.policy.prompt
        prompts = [{**places, prompt: x} for x in range(PROMPTS)] if prompt else [dict(places)]
        bare = {s: m for s, m in self.meanings.items() if s != whole.policy}
        for k in range(2):
            rival = World(self.seed, bare, self.fixed)
            rival.tables = dict(self.tables)
            mine = np.array(
                [[solved.at(whole.policy, (y,), here, None).v for y in range(OUTCOMES)] for here in prompts]
            )
            other = World(self.seed + 31 * (k + 1), {}).table(whole.policy)
            near = 0.9 if k % 2 else 0.2
            rival.tables[whole.policy] = near * (mine if prompt else mine[0]) + (1 - near) * other
            if sign * float(rival.value(whole.body, places).v) > sign * float(best.v) + 1e-9:
                raise NoOptimum(whole)
        return best

    def _taken(self, found: Dual, moving: Moving, directions: int) -> Dual:
        if moving is not None:
            raise TypeError("a derivative of a derivative")
        return Dual(np.zeros(directions) if found.d is None else np.asarray(found.d, dtype=float))

    def _over(self, n: int, letter: str, places: Places, body: Callable[[Places], Dual]) -> Dual:
        return _total(body({**places, letter: i}) for i in range(n))

    def _mean(self, letter: str, law: Symbol, places: Places, moving: Moving, body: Callable[[Places], Dual]) -> Dual:
        n = PROMPTS if law.kind == "prompts" else OUTCOMES
        return _total(self.at(law, (i,), places, moving) * body({**places, letter: i}) for i in range(n))


def log_of(body: Term) -> Term:
    return Call("log", body)


def _total(parts: object) -> Dual:
    total = Dual(0.0)
    for part in parts:  # type: ignore[attr-defined]
        total = total + part
    return total
