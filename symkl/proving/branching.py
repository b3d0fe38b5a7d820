"""Proofs by cases: what stands in absolute values taken for either sign, each branch shown in its own way.

Nothing here is trusted: which signs are taken, and what is added up in a branch, the kernel goes through again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product

import symkl.language.terms as t
from symkl.kernel import laws
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.polynomials import Atom, Monomial, Polynomial, constant, of_atom, of_monomial
from symkl.kernel.quotients import Unsupported
from symkl.kernel.verdict import Proved
from symkl.language.certificate import Guess
from symkl.language.terms import Relation, Variable
from symkl.proving.combining import combined
from symkl.proving.gaps import Gap
from symkl.proving.problems import atoms
from symkl.proving.putting import anew, put
from symkl.proving.reading_back import plain

KINKED = ("abs", "step")
"""Kinds of atoms that a sign decides."""

_MOST_SIGNS = 5
_MOST_WEIGHTS = 8
"""Products that one thing known in a branch is tried with."""

Further = Callable[[Normaliser, Polynomial], Iterator[Gap]]
"""What else is not negative, of what may help with a difference."""

Signs = tuple[tuple[Polynomial, int], ...]


def by_cases(nf: Normaliser, row: t.Statement, further: Further) -> Proved | None:
    """A row proved in every branch of the signs of what stands in its absolute values, below a sum if need be."""
    difference = nf(row.right) - nf(row.left)
    for within, body in ((), difference), *_pointwise(nf, difference):
        try:
            found = _split(nf, row, within, body, further)
        except Unsupported:
            continue
        if found is not None:
            return found
    return None


def _split(
    nf: Normaliser, row: t.Statement, within: tuple[Variable, ...], body: Polynomial, further: Further
) -> Proved | None:
    of: list[Polynomial] = []
    branches: list[tuple[Polynomial, Signs]] = [(body, ())]
    while inside := [a.inside for rest, _ in branches for a in _kinks(rest)]:
        if len(of) == _MOST_SIGNS:
            return None
        of.append(u := min(inside, key=lambda each: (each.height, len(each.terms), each.key)))
        split = [(rest, (*signs, (u, sign))) for rest, signs in branches for sign in (1, -1)]
        branches = [(nf.put(rest, _put(nf, signs)), signs) for rest, signs in split]
    if not of:
        return None
    down = row.relation in (Relation.GREATER_EQUAL, Relation.GREATER)
    strict = row.relation in (Relation.LESS, Relation.GREATER)
    ways = []
    for sense in (1, -1) if row.relation in laws.EQUATIONS else (-1,) if down else (1,):
        for rest, signs in branches:
            if (way := _branch(nf, rest.scaled(sense), signs, further, strict)) is None:
                return None
            ways.append(tuple(gap.certified for gap in way))
    below: dict[str, Guess] = {"within": within, "body": plain(body)} if within else {}
    return put(anew(nf), "cases", "cases", row, of=tuple(map(plain, of)), ways=tuple(ways), **below)


def _put(nf: Normaliser, signs: Signs) -> dict[Polynomial, Polynomial]:
    """What is put for absolute values and steps in a branch."""
    put_in: dict[Polynomial, Polynomial] = {}
    for u, sign in signs:
        put_in |= nf.branch(u, sign)
    return put_in


def _kinks(body: Polynomial) -> Iterator[Atom]:
    """The absolute values and steps outside sums that have none inside."""
    for m in body.terms:
        for a, e in m.factors:
            if a.kind in (*KINKED, "log", "poly"):
                inner = list(_kinks(a.inside))
                yield from inner or ([a] if a.kind in KINKED else [])
            yield from _kinks(e)


def _pointwise(nf: Normaliser, difference: Polynomial) -> Iterator[tuple[tuple[Variable, ...], Polynomial]]:
    """A difference as the sum of one thing over some variables: what stands outside sums is averaged, too."""
    sums = [a for m in difference.terms for a, e in m.factors if a.kind == "sum" and e.whole == 1]
    kinked = [a for a in sums if a.inside.contains(lambda each: each.kind in KINKED)]
    for first in dict.fromkeys(tuple(v.sort for v in a.outcomes) for a in kinked):
        names, _ = nf.open(next(a for a in kinked if tuple(v.sort for v in a.outcomes) == first))
        inside, outside, weights = constant(0), constant(0), dict[Atom, None]()
        for m, c in difference.terms.items():
            own = [a for a, e in m.factors if a in sums and e.whole == 1 and tuple(v.sort for v in a.outcomes) == first]
            if len(own) == 1:
                opened, body = nf.open(own[0])
                body = nf.rename(body, dict(zip(opened, names, strict=True)))
                weights |= {a: None for n in body.terms for a, _ in n.factors if a.kind == "apply" and a.outcomes
                            and set(a.outcomes) == set(names)}
                inside = inside + nf.times(of_monomial(m.without(own[0]), c), body)
            else:
                outside = outside + of_monomial(m, c)
        if not outside.terms:
            yield tuple(names), inside
        for weight in weights:
            yield tuple(names), inside + nf.times(outside, of_atom(weight))
        for one, other in combinations(_distributions(inside, names), 2) if outside.terms else ():
            half = (of_atom(one) + of_atom(other)).scaled(Fraction(1, 2))  # |p - q| is at most p + q, whose sum is 2
            yield tuple(names), inside + nf.times(outside, half)


def _distributions(body: Polynomial, names: list[Variable]) -> list[Atom]:
    """The first of the distributions over some variables that stand anywhere in something."""
    found = [a for a in dict.fromkeys(atoms(body)) if a.kind == "apply" and a.outcomes and {*a.outcomes} == {*names}]
    return found[:3]


def _branch(
    nf: Normaliser, rest: Polynomial, signs: Signs, further: Further, strict: bool
) -> tuple[Gap, ...] | None:
    """What shows in a branch that something is not negative: nothing, what has a sign there, or that there is none."""
    if not strict and nf.nonnegative(nf.clear(rest)[0]):
        return ()
    known = [u.scaled(sign) for u, sign in signs]
    filled = _filled(nf, [*_weighted(nf, rest, known), *further(nf, rest)], signs)
    parts = [value for _, value in filled]
    chosen = None if strict else combined(rest, parts, lambda m: nf.nonnegative(of_monomial(m)))
    if chosen is None:
        chosen = combined(constant(0), parts, lambda m: nf.positive(of_monomial(m)), strictly=True)
    if chosen is None:
        filled += _filled(nf, [gap for h in known for gap in further(nf, h.scaled(-1))], signs)
        chosen = _impossible(nf, filled, [u for u, sign in signs if sign == -1])
    if chosen is None:
        return None
    return tuple(replace(gap, weight=gap.weight.scaled(c)) for (gap, _), c in zip(filled, chosen, strict=True) if c)


def _filled(nf: Normaliser, gaps: Iterable[Gap], signs: Signs) -> list[tuple[Gap, Polynomial]]:
    """Those of the gaps that the kernel may take, with what each comes to in a branch."""
    values, there = [(gap, gap.filled(nf)) for gap in dict.fromkeys(gaps)], _put(nf, signs)
    return [(gap, nf.put(value, there)) for gap, value in values if value is not None]


def _impossible(
    nf: Normaliser, filled: list[tuple[Gap, Polynomial]], below: list[Polynomial]
) -> tuple[Fraction, ...] | None:
    """Weights with which all adds up to 0, one of what is < 0 in a branch among it."""
    parts = [value for _, value in filled]
    for n, (gap, value) in enumerate(filled):
        if gap.absolute and gap.of in below and gap.weight.rational == 1:
            found = combined(value.scaled(-1), parts, lambda m: nf.nonnegative(of_monomial(m)))
            if found is not None:
                return tuple(c + (k == n) for k, c in enumerate(found))
    return None


def _weighted(nf: Normaliser, rest: Polynomial, known: list[Polynomial]) -> Iterator[Gap]:
    """``w (|h| + h)`` of each h that is >= 0 in a branch, where ``|h| = h``; w is a term over a term."""
    monomials = dict.fromkeys(m for each in (rest, *known) for m in each.terms)
    for h in known:
        weights = {Monomial(()): None}
        for m, n in product(monomials, h.terms):
            if len(weights) > _MOST_WEIGHTS:
                break
            weight = nf.times(of_monomial(m), of_monomial(n.inverse()))
            if weight.single is not None and nf.nonnegative(weight):
                weights[weight.single[0]] = None
        for w in weights:
            yield Gap((), of_monomial(w), h.scaled(-1), absolute=True)
