"""Equations that are known, but solved for no symbol: what they say is 0 may be added to either side.

Nothing here is trusted. What is added wrongly makes the kernel fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import permutations, product

import symkl.language.terms as t
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.polynomials import Monomial, Polynomial, Rational, of_monomial
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.kernel.verdict import Fact
from symkl.language.terms import Relation, Statement, Variable
from symkl.proving.reading_back import plain

_DEPTH = 3
"""How many equations, or places of one, are added at most."""


def with_multiples(
    statement: Statement, equations: Sequence[Statement], context: t.Context, facts: Iterable[Fact], budget: int
) -> tuple[Statement, frozenset[Statement]] | None:
    """The statement with multiples of what the equations say is 0 added on the right, and the equations used.

    ::

        a = b known, all its free variables any    A = B + Σ w (a - b)
        ──────────────────────────────────────────────────────────────
                                    A = B

    Fails (None) where no multiples are found that leave nothing of ``A - B``.

    >>> x, y = Variable("x", "x"), Variable("y", "y")
    >>> mean = t.mean((y,), t.Apply("p", (y,), (x,)), t.Apply("A", (), (x, y)))
    >>> known = Statement(mean, Relation.EQUAL, t.Number(Fraction(0)))
    >>> twice = Statement(t.Mul((t.Number(Fraction(2)), mean)), Relation.EQUAL, t.Number(Fraction(0)))
    >>> with_multiples(twice, [known], t.Context(), (), 10_000) is None
    False
    """
    if statement.relation is not Relation.EQUAL:
        return None
    nf = Normaliser(context, facts, budget)
    try:
        found = _found(nf, nf(statement.left) - nf(statement.right), equations, _DEPTH)
    except (Unsupported, BudgetExceeded, RecursionError):
        return None
    if not found:
        return None
    right = t.Add((statement.right, *(term for _, term in found)))
    return Statement(statement.left, Relation.EQUAL, right), frozenset(equation for equation, _ in found)


def _found(
    nf: Normaliser, residual: Polynomial, equations: Sequence[Statement], depth: int
) -> tuple[tuple[Statement, t.Term], ...] | None:
    if nf.is_zero(residual):
        return ()
    if not depth:
        return None
    for equation in equations:
        for part, term in _multiples(nf, residual, equation):
            rest = residual - part
            if len(rest.terms) < len(residual.terms) or nf.is_zero(rest):
                more = _found(nf, rest, equations, depth - 1)
                if more is not None:
                    return ((equation, term), *more)
    return None


def _multiples(nf: Normaliser, residual: Polynomial, equation: Statement) -> Iterator[tuple[Polynomial, t.Term]]:
    """Multiples of what an equation says is 0, each of which cancels a term."""
    known = nf(equation.left) - nf(equation.right)
    free = sorted(known.free, key=lambda v: v.name)
    for binders, m, c in _opened(nf, residual):
        places = sorted({*binders, *(v for v in m.names if isinstance(v, Variable))}, key=lambda v: v.name)
        for chosen in product(*([v for v in places if v.sort == f.sort] or [f] for f in free)):
            exchange: dict[t.Argument, t.Argument] = {a: b for a, b in zip(free, chosen, strict=True) if a != b}
            here = nf.rename(known, exchange)
            for n, d in here.terms.items():
                for inner, part in _within(nf, n, binders):
                    weight = nf.times(of_monomial(m, Fraction(c) / d), of_monomial(part.inverse()))
                    if _divides(nf, weight) or not weight.names.isdisjoint(inner):
                        continue
                    outer = tuple(v for v in binders if v not in inner)
                    yield nf.sum_over(outer, nf.times(weight, here)), _term(weight, equation, exchange, outer)


def _within(
    nf: Normaliser, m: Monomial, binders: tuple[Variable, ...]
) -> Iterator[tuple[tuple[Variable, ...], Monomial]]:
    """A term as it stands; and what it sums, in the place of some of the variables that are summed over elsewhere."""
    yield (), m
    sums = [a for a, e in m.factors if a.kind == "sum" and e.whole == 1]
    if len(sums) != 1:
        return
    names, body = nf.open(sums[0])
    body = nf.times(of_monomial(m.without(sums[0])), body)
    for chosen in permutations(binders, len(names)):
        if all(a.sort == b.sort for a, b in zip(names, chosen, strict=True)):
            here = nf.rename(body, dict(zip(names, chosen, strict=True)))
            if here.single is not None and here.single[1] == 1:
                yield chosen, here.single[0]


def _divides(nf: Normaliser, weight: Polynomial) -> bool:
    """Whether a weight divides by what may be 0, as what the equation is about may be."""
    below = (a for m in weight.terms for a, e in m.factors if e.whole is None or e.whole < 0)
    return not all(map(nf.positive_atom, below))


def _term(
    weight: Polynomial, equation: Statement, exchange: dict[t.Argument, t.Argument], binders: tuple[Variable, ...]
) -> t.Term:
    """``Σ w (a - b)`` in names that nobody else gives."""
    minus = t.Number(Fraction(-1))
    gap = t.Add((equation.left, t.Mul((minus, equation.right))))
    body: t.Term = t.Mul((plain(weight), t.substitute(gap, exchange)))
    for n, v in enumerate(binders):
        new = Variable(f"{v.sort}°{n}", v.sort)
        body = t.total(new, t.substitute(body, {v: new}))
    return body


def _opened(nf: Normaliser, residual: Polynomial) -> Iterator[tuple[tuple[Variable, ...], Monomial, Rational]]:
    """Each term with its sum, if it has one, opened, and as it stands."""
    for m, c in residual.terms.items():
        yield (), m, c
        sums = [a for a, e in m.factors if a.kind == "sum" and e.whole == 1]
        if len(sums) == 1:
            names, body = nf.open(sums[0])
            body = nf.times(of_monomial(m.without(sums[0]), c), body)
            if body.single is not None:
                yield tuple(names), *body.single
