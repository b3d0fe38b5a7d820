"""Theorems that are no equation in letters: each is looked at side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import permutations

import symkl.language.terms as t
from symkl.checking.lettering import MINUS, ONE, over
from symkl.checking.shown import Reach, Shown
from symkl.kernel.normal_form import EULER, Normaliser
from symkl.language.terms import EQUATIONS, Relation

_LEVELS = 5
"""So many levels of reward are put in order; with more, nobody can say quickly which order is the right one."""


def limit_small(row: Shown, document: Reach) -> bool:
    """A policy tends to the reference given the best responses, which is a distribution over those alone."""
    left, right = row.statement.left, row.statement.right
    pairs = ((left, right), (right, left)) if row.statement.relation in EQUATIONS else ()
    return any(_is_small(limit, end, row.state.context) for limit, end in pairs if isinstance(limit, t.Limit))


def _is_small(limit: t.Limit, end: t.Term, context: t.Context) -> bool:
    nf, beta = Normaliser(context), limit.scalar.symbol
    places = sorted(t.free_variables(end), key=lambda v: v.name)
    return (
        limit.end is t.End.ZERO
        and t.free_variables(limit.body) == set(places)
        and bool(places)
        and nf(limit.body).contains(lambda a: any(beta in m.exponent(EULER).names for m in a.inside.terms))
        and nf.is_zero(nf.sum_over(places, nf(end)) - nf(ONE))
    )


def soft_bellman(row: Shown, document: Reach) -> bool:
    """``V(s) = β log Σ_a π_ref(a|s) exp((r(s,a) + V'(s,a))/β)``, V' given apart from V."""
    left, right = row.statement.left, row.statement.right
    pairs = ((left, right), (right, left)) if row.statement.relation in EQUATIONS else ()
    return any(
        _defined_apart(row.state.context, value.symbol, later) and _is_soft(other, value, later, row, document)
        for value, other in pairs
        if isinstance(value, t.Apply) and not value.outcomes
        for later in sorted(t.symbols(other) - {value.symbol})
    )


def _defined_apart(context: t.Context, value: str, later: str) -> bool:
    """Whether both values are given, and V not through V': what its own definition says of V shows nothing."""
    if value not in context.definitions or later not in context.definitions:
        return False
    return later not in t.symbols(context.definitions[value].body)


def _is_soft(right: t.Term, value: t.Apply, later: str, row: Shown, document: Reach) -> bool:
    nf = Normaliser(replace(row.state.context, definitions={}))
    side = nf(right)
    names = frozenset(name for name in side.names if isinstance(name, str)) - {later}
    visible = tuple(a for a in value.given if isinstance(a, t.Variable))
    for s in document.alphabet.letters({"reference", "reward", "temperature"}, names, visible, {}):
        after = t.Apply(later, (), s.reward.given)
        weight = t.Mul((s.reference, t.exp(over(t.Add((s.reward, after)), s.temperature))))
        soft = s.scaled(t.log(t.total(s.y, weight)))
        if nf.is_zero(side - nf(soft)):
            return True
    return False


def best_of_n(row: Shown, document: Reach) -> bool:
    """``Σ_k b_k log(b_k/p_k) <= log n - (n-1)/n``, where b is the law of the best of n draws from p."""
    statement = row.statement
    if statement.relation is Relation.GREATER_EQUAL:
        statement = t.Statement(statement.right, Relation.LESS_EQUAL, statement.left)
    levels = statement.left.terms if isinstance(statement.left, t.Add) else (statement.left,)
    pairs: list[tuple[t.Term, t.Term]] = []
    for level in levels:
        match level:
            case t.Mul((weight, t.Fn("log", (t.Mul((top, t.Power(base, exponent))),)))) if (
                top == weight and exponent == MINUS
            ):
                pairs.append((weight, base))
    if statement.relation is not Relation.LESS_EQUAL or len(pairs) != len(levels) or not 1 < len(pairs) <= _LEVELS:
        return False
    apart = Normaliser(replace(row.state.context, definitions={}))
    right = apart(statement.right)
    for name in sorted(t.symbols(statement.right)):
        n = t.Scalar(name)
        bound = t.Add((t.log(n), t.Power(n, MINUS), t.Mul((MINUS, ONE))))
        if apart.is_zero(right - apart(bound)):
            return any(_is_best(order, n, row) for order in permutations(pairs))
    return False


def _is_best(levels: Sequence[tuple[t.Term, t.Term]], n: t.Scalar, row: Shown) -> bool:
    """Whether the chance that the best of n draws is at most at a level is that of one draw, to the power n."""
    nf = Normaliser(row.state.context, row.state.facts)
    for k in range(1, len(levels) + 1):
        best, one = (t.Add(tuple(level[i] for level in levels[:k])) for i in (0, 1))
        if not nf.is_zero(nf(best) - nf.power(nf(one), nf(n))):
            return False
        if k < len(levels) and not any(isinstance(name, str) for name in nf(one).names):
            return False  # chances that are numbers are not all chances
    return nf.is_zero(nf(t.Add(tuple(p for _, p in levels))) - nf(ONE))


SHAPES: Mapping[str, Callable[[Shown, Reach], bool]] = {
    "limit-small-beta": limit_small,
    "soft-bellman": soft_bellman,
    "best-of-n-kl": best_of_n,
}
"""Whether a row states it, by the theorem's name."""
