"""What a traced function computes, as numbered expressions: exact constants, symbols, and a node for what is detached.

Equal expressions have one number, so a tensor of expressions is a tensor of whole numbers, and what only moves entries
of a tensor moves numbers. Nothing here knows torch, or what a symbol is for.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

Place = tuple[int, ...]
"""Where in its tensor an entry stands; empty for a number that stands alone."""


class Symbol(NamedTuple):
    """One entry of an input of the function: its role, and where it stands."""

    role: str
    place: Place = ()


Values = Mapping[Symbol, float]
"""A number for every symbol."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A rational."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Infinite:
    """A float that is no number: ∞, -∞ or NaN."""

    value: float


@dataclass(frozen=True, slots=True)
class Entry:
    """A symbol."""

    symbol: Symbol


@dataclass(frozen=True, slots=True)
class Sum:
    """``Σ c_j e_j + constant``, each part once."""

    parts: tuple[tuple[int, Fraction], ...]
    constant: Fraction


@dataclass(frozen=True, slots=True)
class Product:
    """``factor Π e_j ** p_j``, each part once."""

    parts: tuple[tuple[int, Fraction], ...]
    factor: Fraction


@dataclass(frozen=True, slots=True)
class Call:
    """A function of expressions: ``exp``, ``log``, ``σ``, ``log σ``, ``abs``, ``sg``, ``max``, ``min``.

    ``if`` takes a guard and two expressions: the first where the guard is >= 0, else the second.
    """

    name: str
    arguments: tuple[int, ...]


Node = Constant | Infinite | Entry | Sum | Product | Call


class Condition(NamedTuple):
    """Where a branch was taken: ``larger >= smaller``, by number."""

    larger: int
    smaller: int


KINKED = frozenset({"abs", "max", "min", "if"})
"""The functions that have branches."""


class Expressions:
    """The numbered expressions of one audit. ``moving``: the roles that gradients flow to; None for all.

    >>> e = Expressions()
    >>> x = e.entry("policy")
    >>> e.subtract(x, x) == e.zero, e.call("log", e.call("exp", x)) == x
    (True, True)
    """

    def __init__(self, moving: frozenset[str] | None = None) -> None:
        self._moving = moving
        self.nodes: list[Node] = []
        self._numbers: dict[Node, int] = {}
        self._within: dict[int, frozenset[Symbol]] = {}
        self._bare: dict[int, int] = {}
        self._slopes: dict[Symbol, dict[int, int]] = {}
        self.zero = self.constant(0)
        self.one = self.constant(1)

    def _numbered(self, node: Node) -> int:
        number = self._numbers.get(node)
        if number is None:
            number = self._numbers[node] = len(self.nodes)
            self.nodes.append(node)
        return number

    # -- making them -------------------------------------------------------------------------

    def constant(self, value: float | Fraction) -> int:
        """A number. A float is the decimal that it is written as: 0.2 is 1/5."""
        if isinstance(value, float):
            if not math.isfinite(value):
                # NaN is not equal to itself: one is as good as another.
                return self._numbered(Infinite(value if value == value else math.nan))
            value = Fraction(repr(value))
        return self._numbered(Constant(Fraction(value)))

    def entry(self, role: str, place: Place = ()) -> int:
        """A symbol."""
        return self._numbered(Entry(Symbol(role, place)))

    def number_of(self, e: int) -> Fraction | None:
        """The rational that an expression is, if it is one."""
        node = self.nodes[e]
        return node.value if isinstance(node, Constant) else None

    def add(self, *terms: int) -> int:
        """A sum."""
        parts: dict[int, Fraction] = {}
        constant = Fraction(0)
        for term in terms:
            node = self.nodes[term]
            if isinstance(node, Infinite):
                return self._with_infinite(terms)
            if isinstance(node, Constant):
                constant += node.value
                continue
            for part, factor in node.parts if isinstance(node, Sum) else (self._split(term),):
                parts[part] = parts.get(part, Fraction(0)) + factor
            if isinstance(node, Sum):
                constant += node.constant
        kept = tuple(sorted((part, factor) for part, factor in parts.items() if factor))
        if not kept:
            return self.constant(constant)
        if len(kept) == 1 and not constant:
            return self.scale(*kept[0])
        return self._numbered(Sum(kept, constant))

    def _with_infinite(self, terms: tuple[int, ...]) -> int:
        """A sum with ∞ in it is ∞, whatever finite numbers stand beside it."""
        found = [node.value for node in (self.nodes[each] for each in terms) if isinstance(node, Infinite)]
        return self.constant(math.fsum(found) if len(set(found)) == 1 else math.nan)

    def _split(self, e: int) -> tuple[int, Fraction]:
        node = self.nodes[e]
        if isinstance(node, Product) and node.factor != 1:
            return self._product(node.parts, Fraction(1)), node.factor
        return e, Fraction(1)

    def _product(self, parts: tuple[tuple[int, Fraction], ...], factor: Fraction) -> int:
        if not factor:
            return self.zero
        if not parts:
            return self.constant(factor)
        if factor == 1 and len(parts) == 1 and parts[0][1] == 1:
            return parts[0][0]
        return self._numbered(Product(parts, factor))

    def scale(self, e: int, factor: Fraction) -> int:
        """An expression, so many times."""
        match self.nodes[e]:
            case Constant(value):
                return self.constant(value * factor)
            case Infinite(value):
                return self.constant(value * float(factor) if factor else math.nan)
            case Sum(parts, constant):
                if not factor:
                    return self.zero
                return self._numbered(Sum(tuple((part, c * factor) for part, c in parts), constant * factor))
            case Product(parts, own):
                return self._product(parts, own * factor)
        return self._product(((e, Fraction(1)),), Fraction(factor))

    def multiply(self, *factors: int) -> int:
        """A product."""
        powers: dict[int, Fraction] = {}
        factor = Fraction(1)
        infinite = 1.0
        for each in factors:
            match self.nodes[each]:
                case Constant(value):
                    factor *= value
                case Infinite(value):
                    infinite *= value
                case Product(parts, own):
                    factor *= own
                    for part, power in parts:
                        powers[part] = powers.get(part, Fraction(0)) + power
                case _:
                    powers[each] = powers.get(each, Fraction(0)) + 1
        kept = tuple(sorted((part, power) for part, power in powers.items() if power))
        if infinite != 1.0:
            return self.constant(infinite * float(factor) if factor and not kept else math.nan)
        if len(kept) == 1 and kept[0][1] == 1:
            return self.scale(kept[0][0], factor)
        return self._product(kept, factor)

    def power(self, base: int, exponent: float | Fraction) -> int:
        """A power with a constant exponent."""
        p = Fraction(repr(exponent)) if isinstance(exponent, float) else Fraction(exponent)
        node = self.nodes[base]
        if p == 0:
            return self.one
        if p == 1:
            return base
        if isinstance(node, Constant) and p.denominator == 1:
            return self.constant(math.inf) if not node.value and p < 0 else self.constant(node.value ** int(p))
        if isinstance(node, Product) and p.denominator == 1:
            return self._product(tuple((part, each * p) for part, each in node.parts), node.factor ** int(p))
        if isinstance(node, Infinite):
            return self.constant(node.value ** float(p) if p > 0 else 0.0)
        return self._numbered(Product(((base, p),), Fraction(1)))

    def negate(self, e: int) -> int:
        """Minus an expression."""
        return self.scale(e, Fraction(-1))

    def subtract(self, left: int, right: int) -> int:
        """A difference."""
        return self.add(left, self.negate(right))

    def divide(self, above: int, below: int) -> int:
        """A quotient."""
        return self.multiply(above, self.power(below, -1))

    def call(self, name: str, *arguments: int) -> int:
        """A function of expressions, made simpler where that changes neither its value nor its slope."""
        first = arguments[0]
        node = self.nodes[first]
        match name, node:
            case "exp", Constant(value) if not value:
                return self.one
            case "exp", Infinite(value):
                return self.constant(0.0 if value < 0 else value)
            case ("exp", Call("log", (inner,))) | ("log", Call("exp", (inner,))):
                return inner
            case "log", Constant(value) if value == 1:
                return self.zero
            case "log", Constant(value) if not value:
                return self.constant(-math.inf)
            case "abs", Constant(value):
                return self.constant(abs(value))
            case "sg", Constant() | Infinite() | Call("sg", _):
                return first
            case "sg", _ if self._moving is not None and not self._flows(first):
                return first
        if name in ("max", "min"):
            return self._larger(name, *arguments)
        if name == "if" and arguments[1] == arguments[2]:
            return arguments[1]
        return self._numbered(Call(name, arguments))

    def _flows(self, e: int) -> bool:
        """Whether any gradient could flow through an expression."""
        return any(symbol.role in (self._moving or ()) for symbol in self.symbols(e))

    def _larger(self, name: str, a: int, b: int) -> int:
        if a == b:
            return a
        chosen = max if name == "max" else min
        x, y = self.nodes[a], self.nodes[b]
        if isinstance(x, Constant | Infinite) and isinstance(y, Constant | Infinite):
            return self.constant(chosen(x.value, y.value))
        for one, other in ((x, b), (y, a)):
            if isinstance(one, Infinite) and one.value == one.value:
                return other if (one.value < 0) == (name == "max") else self.constant(one.value)
        return self._numbered(Call(name, (a, b)))

    # -- looking at them ---------------------------------------------------------------------

    def parts(self, e: int) -> tuple[int, ...]:
        """The expressions directly inside one."""
        match self.nodes[e]:
            case Sum(parts, _) | Product(parts, _):
                return tuple(part for part, _ in parts)
            case Call(_, arguments):
                return arguments
        return ()

    def inside(self, *starts: int) -> set[int]:
        """Some expressions and all that is inside them."""
        found: set[int] = set()
        left = list(starts)
        while left:
            e = left.pop()
            if e not in found:
                found.add(e)
                left += self.parts(e)
        return found

    def symbols(self, e: int) -> frozenset[Symbol]:
        """The symbols in an expression."""
        found = self._within.get(e)
        if found is None:
            node = self.nodes[e]
            found = frozenset({node.symbol}) if isinstance(node, Entry) else frozenset()
            found = found.union(*map(self.symbols, self.parts(e)))
            self._within[e] = found
        return found

    def has(self, e: int, names: frozenset[str]) -> bool:
        """Whether one of these functions is called inside an expression."""
        inside = (self.nodes[each] for each in self.inside(e))
        return any(isinstance(node, Call) and node.name in names for node in inside)

    def rebuilt(self, e: int, change: Callable[[int, Callable[[int], int]], int | None]) -> int:
        """An expression with a change made to all inside it; None from ``change`` leaves a node as it is."""
        done: dict[int, int] = {}

        def go(number: int) -> int:
            if number not in done:
                found = change(number, go)
                done[number] = self._again(number, go) if found is None else found
            return done[number]

        return go(e)

    def _again(self, e: int, go: Callable[[int], int]) -> int:
        match self.nodes[e]:
            case Sum(parts, constant):
                return self.add(self.constant(constant), *(self.scale(go(part), c) for part, c in parts))
            case Product(parts, factor):
                return self.multiply(self.constant(factor), *(self.power(go(part), p) for part, p in parts))
            case Call(name, arguments):
                return self.call(name, *map(go, arguments))
        return e

    def renamed(self, e: int, name: Callable[[Symbol], Symbol]) -> int:
        """An expression with other symbols in it."""

        def change(number: int, go: Callable[[int], int]) -> int | None:
            node = self.nodes[number]
            return self.entry(*name(node.symbol)) if isinstance(node, Entry) else None

        return self.rebuilt(e, change)

    def bare(self, e: int) -> int:
        """An expression without places."""
        if e not in self._bare:
            self._bare[e] = self.renamed(e, lambda symbol: Symbol(symbol.role))
        return self._bare[e]

    def unstopped(self, e: int) -> int:
        """An expression as a value: what is detached is itself."""

        def change(number: int, go: Callable[[int], int]) -> int | None:
            match self.nodes[number]:
                case Call("sg", (inner,)):
                    return go(inner)
            return None

        return self.rebuilt(e, change)

    def value(self, e: int, values: Values, known: dict[int, float] | None = None) -> float:
        """A float, as floats go: ∞ and NaN where there is no number."""
        known = {} if known is None else known
        if e in known:
            return known[e]
        match self.nodes[e]:
            case Constant(value):
                found = float(value)
            case Infinite(value):
                found = value
            case Entry(symbol):
                found = values[symbol]
            case Sum(parts, constant):
                found = float(constant) + sum([float(c) * self.value(p, values, known) for p, c in parts])
            case Product(parts, factor):
                found = float(factor)
                for part, exponent in parts:
                    found *= _power(self.value(part, values, known), exponent)
            case Call(name, arguments):
                found = FUNCTIONS[name](*(self.value(each, values, known) for each in arguments))
        known[e] = found
        return found

    def rounding(self, e: int, values: Values, known: dict[int, float], bounds: dict[int, float]) -> float:
        """About how far off the float of an expression may be: errors of its parts carried on to first order.

        Requires: no branches.
        """
        if e in bounds:
            return bounds[e]

        def inner(part: int) -> float:
            return self.rounding(part, values, known, bounds)

        own = abs(self.value(e, values, known))
        match self.nodes[e]:
            case Sum(parts, constant):
                found = sum(float(abs(c)) * (inner(p) + _EPSILON * abs(self.value(p, values, known))) for p, c in parts)
                found += _EPSILON * float(abs(constant))
            case Product(parts, factor):
                found = 0.0
                powers = [abs(_power(self.value(part, values, known), p)) for part, p in parts]
                for k, (part, p) in enumerate(parts):
                    if error := inner(part):  # by the product of the others: own / value is 0/0 where a value is 0
                        slope = float(abs(p)) * abs(_power(self.value(part, values, known), p - 1))
                        found += error * math.prod((float(abs(factor)), slope, *powers[:k], *powers[k + 1 :]))
            case Call("exp", (part,)):
                found = own * inner(part) if own else 0.0
            case Call("log", (part,)):
                found = _over(inner(part), self.value(part, values, known))
            case Call(_, arguments):
                found = max(map(inner, arguments))
            case _:
                found = 0.0
        bounds[e] = found + _EPSILON * own
        return bounds[e]

    def settled(self, e: int, values: Values) -> tuple[int, tuple[Condition, ...]]:
        """The branch that an expression takes at a point, and where it takes it."""
        known: dict[int, float] = {}
        conditions: dict[Condition, None] = {}

        def change(number: int, go: Callable[[int], int]) -> int | None:
            node = self.nodes[number]
            if not isinstance(node, Call) or node.name not in KINKED:
                return None
            if node.name == "abs":
                (inner,) = node.arguments
                positive = self.value(inner, values, known) >= 0
                conditions[Condition(go(inner), self.zero) if positive else Condition(self.zero, go(inner))] = None
                return go(inner) if positive else self.negate(go(inner))
            if node.name == "if":
                guard, yes, no = node.arguments
                holds = self.value(guard, values, known) >= 0
                conditions[Condition(go(guard), self.zero) if holds else Condition(self.zero, go(guard))] = None
                return go(yes) if holds else go(no)
            a, b = node.arguments
            x, y = self.value(a, values, known), self.value(b, values, known)
            first = x >= y if node.name == "max" else x <= y
            taken, other = (go(a), go(b)) if first else (go(b), go(a))
            larger = node.name == "max"
            conditions[Condition(taken, other) if larger else Condition(other, taken)] = None
            return taken

        found = self.rebuilt(e, change)
        return found, tuple(conditions)

    def derivative(self, e: int, by: Symbol) -> int:
        """The slope by one symbol; nothing flows through what is detached.

        Requires: no branches (:meth:`settled`).
        """
        done = self._slopes.setdefault(by, {})

        def slope(number: int) -> int:
            if number not in done:
                done[number] = self._slope(number, by, slope)
            return done[number]

        return slope(e)

    def _slope(self, e: int, by: Symbol, slope: Callable[[int], int]) -> int:
        if by not in self.symbols(e):
            return self.zero
        match self.nodes[e]:
            case Entry():
                return self.one
            case Sum(parts, _):
                return self.add(*(self.scale(slope(part), c) for part, c in parts))
            case Product(parts, factor):
                found = []
                for part, p in parts:
                    if (inner := slope(part)) != self.zero:
                        rest = [self.power(other, each) for other, each in parts if other != part]
                        found.append(self.multiply(self.constant(factor * p), *rest, self.power(part, p - 1), inner))
                return self.add(*found)
            case Call("exp", (inner,)):
                return self.multiply(e, slope(inner))
            case Call("log", (inner,)):
                return self.divide(slope(inner), inner)
            case Call("σ", (inner,)):
                return self.multiply(e, self.subtract(self.one, e), slope(inner))
            case Call("log σ", (inner,)):
                return self.multiply(self.call("σ", self.negate(inner)), slope(inner))
            case Call("sg", _):
                return self.zero
        raise ValueError("an expression with branches has no one slope")


_EPSILON = 2.0**-52


def _over(error: float, value: float) -> float:
    return error / abs(value) if value else math.inf if error else 0.0


def _power(base: float, exponent: Fraction) -> float:
    try:
        if exponent.denominator == 1:
            return base ** int(exponent)
        return math.pow(base, float(exponent)) if base >= 0 else math.nan
    except (ZeroDivisionError, OverflowError, ValueError):  # of math.pow, 0 to a negative power
        return math.inf


def _exp(x: float) -> float:
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def _log(x: float) -> float:
    return math.log(x) if x > 0 else -math.inf if x == 0 else math.nan


def _logistic(x: float) -> float:
    return 1 / (1 + _exp(-x))


def _log_logistic(x: float) -> float:
    return -math.log1p(_exp(-x)) if x > 0 else x - math.log1p(_exp(x))


FUNCTIONS: dict[str, Callable[..., float]] = {
    "exp": _exp, "log": _log, "σ": _logistic, "log σ": _log_logistic, "abs": abs, "sg": lambda x: x,
    "max": max, "min": min, "if": lambda guard, yes, no: yes if guard >= 0 else no,
}  # fmt: skip
"""What each function of expressions is, on floats."""
