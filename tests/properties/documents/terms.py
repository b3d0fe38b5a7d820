"""What rows are made of: symbols, terms and statements. Nothing here knows LaTeX, numbers or symkl."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any


class Term:
    """A term; Python's operators build larger ones."""

    def __add__(self, other: Term | int) -> Term:
        return Plus((*_parts(self), *_parts(term(other))))

    def __radd__(self, other: int) -> Term:
        return term(other) + self

    def __sub__(self, other: Term | int) -> Term:
        return self + -term(other)

    def __rsub__(self, other: int) -> Term:
        return term(other) - self

    def __neg__(self) -> Term:
        if isinstance(self, Plus):
            return Plus(tuple(-part for part in self.parts))
        return self.body if isinstance(self, Minus) else Minus(self)

    def __mul__(self, other: Term | int) -> Term:
        return Times((*_factors(self), *_factors(term(other))))

    def __rmul__(self, other: int) -> Term:
        return term(other) * self

    def __truediv__(self, other: Term | int) -> Term:
        return Over(self, term(other))

    def __rtruediv__(self, other: int) -> Term:
        return term(other) / self

    def __pow__(self, exponent: int) -> Term:
        return Power(self, exponent)


def term(given: Term | int | Fraction) -> Term:
    """A number as a term; a term as it is."""
    if isinstance(given, Term):
        return given
    value = Fraction(given)
    return Minus(Number(-value)) if value < 0 else Number(value)


def _parts(whole: Term) -> tuple[Term, ...]:
    return whole.parts if isinstance(whole, Plus) else (whole,)


def _factors(whole: Term) -> tuple[Term, ...]:
    return whole.factors if isinstance(whole, Times) else (whole,)


@dataclass(frozen=True)
class Symbol:
    """A letter and what a reader takes it for.

    ``prompt``: the letter of the prompt where it depends on one. ``outcomes``: how many outcomes it takes.
    ``carries``: the parameters and scalars that its name says it moves with. ``standing``: ``free`` stands for all;
    ``marked`` for something that its name ties to what moves, but no row gives; ``opaque`` for what a row gives that
    nobody can read.
    """

    latex: str
    kind: str = "scalar"  # or function, law, prompts
    prompt: str | None = None
    outcomes: int = 0
    carries: frozenset[str] = frozenset()
    positive: bool = False
    standing: str = "free"
    bar: bool = False
    indexed: bool = False
    argument: str = ""

    def __call__(self, *letters: str) -> At:
        assert len(letters) == self.outcomes, (self, letters)
        return At(self, letters)


@dataclass(frozen=True)
class Number(Term):
    value: Fraction


@dataclass(frozen=True)
class At(Term):
    symbol: Symbol
    letters: tuple[str, ...]


@dataclass(frozen=True)
class Minus(Term):
    body: Term


@dataclass(frozen=True)
class Plus(Term):
    parts: tuple[Term, ...]


@dataclass(frozen=True)
class Times(Term):
    factors: tuple[Term, ...]


@dataclass(frozen=True)
class Over(Term):
    above: Term
    below: Term


@dataclass(frozen=True)
class Power(Term):
    base: Term
    exponent: int


@dataclass(frozen=True)
class Call(Term):
    name: str  # exp, log or sigma
    body: Term


@dataclass(frozen=True)
class Sum(Term):
    letter: str
    body: Term


@dataclass(frozen=True)
class SumPrompts(Term):
    letter: str
    body: Term


@dataclass(frozen=True)
class Mean(Term):
    letter: str
    law: Symbol
    body: Term


@dataclass(frozen=True)
class KL(Term):
    p: Symbol
    q: Symbol


@dataclass(frozen=True)
class Entropy(Term):
    p: Symbol


@dataclass(frozen=True)
class Variance(Term):
    letter: str
    law: Symbol
    body: Term


@dataclass(frozen=True)
class Gradient(Term):
    parameter: str
    body: Term


@dataclass(frozen=True)
class Derivative(Term):
    by: Symbol
    body: Term


@dataclass(frozen=True)
class Partial(Term):
    """The derivative by one entry of a law, its other entries held."""

    by: At
    body: Term


@dataclass(frozen=True)
class Limit(Term):
    by: Symbol
    to: str  # 0 or inf
    body: Term


@dataclass(frozen=True)
class Extremum(Term):
    """The largest or smallest value over a policy; ``solution`` is its closed form at ``letter``, to be confirmed."""

    sense: str  # max or min
    policy: Symbol
    body: Term
    letter: str
    solution: Term
    parameter: str = ""  # \max_\theta instead of \max_{\pi_\theta}


@dataclass(frozen=True)
class Meaning:
    """What a symbol stands for: a term in its own outcome letters (the prompt keeps its letter)."""

    letters: tuple[str, ...]
    body: Term


Meanings = Mapping[Symbol, Meaning]


@dataclass(frozen=True)
class Statement:
    """``left relation right``; the relation is one of = <= >= < > ∝."""

    left: Term
    relation: str
    right: Term


def exp(body: Term) -> Term:
    return Call("exp", body)


def log(body: Term) -> Term:
    return Call("log", body)


def sigma(body: Term) -> Term:
    return Call("sigma", body)


def below(whole: Term) -> Iterator[Term]:
    """The term and every term within it."""
    yield whole
    for child in children(whole):
        yield from below(child)


def children(whole: Term) -> list[Term]:
    found: list[Term] = []
    for field in fields(whole):  # type: ignore[arg-type]
        held = getattr(whole, field.name)
        if isinstance(held, Term):
            found.append(held)
        elif isinstance(held, tuple):
            found += [part for part in held if isinstance(part, Term)]
    return found


def symbols(whole: Term) -> Iterator[Symbol]:
    """Every symbol within, laws of means and divergences among them."""
    for part in below(whole):
        for field in fields(part):  # type: ignore[arg-type]
            held = getattr(part, field.name)
            if isinstance(held, Symbol):
                yield held


def mapped(whole: Term, change: Callable[[Any], Any]) -> Term:
    """The term with ``change`` put to every symbol, letter and term directly below."""
    new: dict[str, Any] = {}
    for field in fields(whole):  # type: ignore[arg-type]
        held = getattr(whole, field.name)
        if isinstance(held, tuple):
            new[field.name] = tuple(change(part) for part in held)
        elif isinstance(held, Term | Symbol):
            new[field.name] = change(held)
    return replace(whole, **new)  # type: ignore[type-var]


def with_symbols(whole: Term, change: Mapping[Symbol, Symbol]) -> Term:
    """The same term about other symbols."""

    def changed(held: Any) -> Any:
        if isinstance(held, Symbol):
            return change.get(held, held)
        return with_symbols(held, change) if isinstance(held, Term) else held

    return mapped(whole, changed)
