"""What the loss of a comparison leads to: the margin that it is least at, and what noise in the labels does to that.

Labels are those of Bradley and Terry: y_w wins with probability ``σ(d)``, where d is the difference of the rewards. A
loss f of the margin m of the two log-ratios is least, over m, where ``σ(d) f'(m) = σ(−d) f'(−m)``. That this is so at
``m = d/β`` says that the minimiser recovers differences of rewards, and is put to the kernel as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from symkl.auditing.expressions import KINKED, Expressions, Symbol
from symkl.auditing.naming import PAIR
from symkl.auditing.translating import Untranslatable, term
from symkl.language.terms import Relation, Statement
from symkl.language.writing import formula

GAP, MARGIN = "d", "m"


@dataclass(frozen=True)
class Margin:
    """A loss as a function of the margin alone. ``symbol``: the margin's."""

    e: Expressions
    formula: int
    symbol: Symbol

    def at(self, value: int) -> int:
        """The loss at a margin."""
        return _put(self.e, self.formula, self.symbol, value)

    def slope(self, value: int) -> int:
        """Its slope there. Requires: no branches."""
        return _put(self.e, self.e.derivative(self.formula, self.symbol), self.symbol, value)


def _put(e: Expressions, expression: int, symbol: Symbol, value: int) -> int:
    own = e.entry(*symbol)
    return e.rebuilt(expression, lambda n, go: value if n == own else None)


def margin(e: Expressions, f: int) -> Margin | None:
    """The loss of a comparison as a function of its margin; None where it depends on more than that."""
    roles = {symbol.role for symbol in e.symbols(f)}
    if not {"policy.chosen", "policy.rejected"} <= roles or not roles <= {*PAIR, *(r for r in roles if " " in r)}:
        return None
    symbol = Symbol(f"scalar {MARGIN}")
    zeros = dict.fromkeys(PAIR[1:], e.zero)

    def change(number_: int, go: object) -> int | None:
        for role in PAIR:
            if number_ == e.entry(role):
                return zeros.get(role, e.entry(*symbol))
        return None

    alone = Margin(e, e.rebuilt(f, change), symbol)
    signs = dict(zip(PAIR, (1, -1, -1, 1), strict=True))
    rng = Random(3)
    for _ in range(6):
        at = {s: rng.uniform(0.1, 0.4) if " " in s.role else rng.gauss(-2, 1.5) for s in sorted(e.symbols(f))}
        m = sum(signs[s.role] * v for s, v in at.items() if s.role in signs)
        apart = e.value(f, at) - e.value(alone.formula, {**at, symbol: m})
        if abs(apart) > 1e-9 * (1 + abs(m)):
            return None
    return alone


_TIMES = (Fraction(1), Fraction(1, 2), Fraction(2))
"""By what the margin may be off from the difference of rewards over the temperature."""


@dataclass(frozen=True)
class Question:
    """Something to be put to the kernel, and what follows where it holds."""

    of: str
    statement: Statement


def minima(of: Margin, betas: Sequence[int]) -> Iterator[Question]:
    """That the loss is least at a margin in proportion to the difference of the rewards, by a temperature of these."""
    e = of.e
    if e.has(of.formula, KINKED):
        return
    gap = e.entry(f"scalar {GAP}")
    won, lost = e.call("σ", gap), e.call("σ", e.negate(gap))
    for beta in betas:
        for factor in _TIMES:
            best = e.scale(e.divide(gap, beta), factor)
            left, right = e.multiply(won, of.slope(best)), e.multiply(lost, of.slope(e.negate(best)))
            if (statement := _statement(e, left, right)) is not None:
                words = f"least at m = {formula(term(e, best)).text}, where d is the difference of the rewards"
                yield Question(words, statement)


def noise(of: Margin, betas: Sequence[int], shares: Sequence[int]) -> Iterator[Question]:
    """That the mean over labels that are turned with probability ε is the loss of clean ones."""
    e = of.e
    for eps in shares:
        for beta in betas:
            share = e.subtract(e.one, eps)
            mixed = e.add(e.multiply(share, of.formula), e.multiply(eps, of.at(e.negate(e.entry(*of.symbol)))))
            clean = e.negate(e.call("log σ", e.multiply(beta, e.entry(*of.symbol))))
            found = _statement(e, mixed, clean)
            if found is not None:
                name, label = (formula(term(e, each)).text for each in (eps, beta))
                words = f"of labels turned with probability {name}, the mean is DPO's loss with β = {label}"
                yield Question(words, found)


def _statement(e: Expressions, left: int, right: int) -> Statement | None:
    try:
        return Statement(term(e, left), Relation.EQUAL, term(e, right))
    except Untranslatable:
        return None


def numbers_at(of: Margin, p: float, scalars: Mapping[Symbol, float]) -> float | None:
    """The margin at which the mean loss is least where y_w wins with probability p: by bisection, a number alone."""
    e = of.e

    def slope(m: float) -> float:
        total = 0.0
        for weight, sign in ((p, 1.0), (1 - p, -1.0)):
            at = {**scalars, of.symbol: sign * m}
            settled = e.settled(of.formula, at)[0]
            total += sign * weight * e.value(e.derivative(settled, of.symbol), at)
        return total

    low, high = -1e4, 1e4
    if not (slope(low) < 0 < slope(high)):
        return None
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if slope(middle) < 0 else (low, middle)
    return (low + high) / 2

