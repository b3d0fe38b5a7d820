"""Optimisation problems: where they are, how a policy enters them, and which policy is best.

Nothing here is trusted. A maximiser that is guessed wrongly makes a law of the kernel fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import symkl.language.terms as t
from symkl.kernel import laws
from symkl.kernel.normal_form import BOUND_POLICY, Normaliser
from symkl.kernel.polynomials import NOTHING, Atom, Monomial, Polynomial, of_atom, of_monomial
from symkl.kernel.quotients import MINUS_ONE, BudgetExceeded, Unsupported
from symkl.language.certificate import Optimality
from symkl.language.sorts import usual_name
from symkl.language.terms import Variable
from symkl.proving.reading_back import plain


def problem(term: t.Term) -> t.Optimum | t.Optimiser | None:
    """The one optimisation problem inside an expression, if there is exactly one."""
    if isinstance(term, t.Optimum | t.Optimiser):
        return term
    if t.kinds(term).isdisjoint((t.Optimum, t.Optimiser)):
        return None
    found = [p for p in (problem(part) for part in term.parts()) if p is not None]
    return found[0] if len(found) == 1 else None


def lifted(term: t.Term, context: t.Context) -> t.Optimum | None:
    """``c max f + d`` as ``max (c f + d)``, and as ``min`` where c < 0: one problem, of the same value."""
    if isinstance(term, t.Optimum):
        return term
    if not isinstance(term, t.Add | t.Mul):
        return None
    parts = list(term.parts())
    holders = [part for part in parts if problem(part) is not None]
    inner = lifted(holders[0], context) if len(holders) == 1 else None
    rest = tuple(part for part in parts if part not in holders)
    if inner is None or any(inner.policy in t.symbols(part) for part in rest):
        return None
    if isinstance(term, t.Add):
        return replace(inner, body=t.Add((*rest, inner.body)))
    nf, body = Normaliser(context), t.Mul((*rest, inner.body))
    try:
        factor = nf(t.Mul(rest))
        if nf.positive(factor):
            return replace(inner, body=body)
        return replace(inner, sense=inner.sense.opposite, body=body) if nf.positive(factor.scaled(-1)) else None
    except (Unsupported, BudgetExceeded):
        return None


class Shape(NamedTuple):
    """``Σ π linear - Σ entropy π log π + Σ cross log π + rest``, sums over outcomes and averaged."""

    outcomes: tuple[Variable, ...]
    given: tuple[Variable, ...]
    averaged: tuple[Variable, ...]
    linear: Polynomial
    entropy: Polynomial
    cross: Polynomial
    rest: Polynomial


def shape(nf: Normaliser, body: Polynomial, policy: str) -> Shape | None:
    """How a policy enters an objective, if in one of the three ways of :class:`Shape`.

    Outcome and prompt are called by fresh names, except a prompt that is free in ``body``.
    """
    inside, rest = body.split(policy)
    place: tuple[Variable, ...] | None = None
    outcomes: tuple[Variable, ...] = ()
    averaged: tuple[Variable, ...] = ()
    sums = {"linear": NOTHING, "entropy": NOTHING, "cross": NOTHING}
    for m, c in inside.terms.items():
        holders = [(a, e) for a, e in m.factors if policy in of_atom(a, e).names]
        if len(holders) != 1 or holders[0][0].kind != "sum" or holders[0][1].whole != 1:
            return None
        names, opened = nf.open(holders[0][0])
        if opened.single is None:
            return None
        own = [(a, e) for a, e in opened.single[0].factors if policy in of_atom(a, e).names]
        logs = [a for a, _ in own if a.kind == "log"]
        bare = [a for a, _ in own if a.kind == "apply"] + [
            a.inside.single[0].factors[0][0] for a in logs if a.inside.single and len(a.inside.single[0].factors) == 1
        ]
        if (
            len(own) != len(bare)
            or len(bare) > 2
            or len(set(bare)) != 1
            or len(logs) > 1
            or any(e.whole != 1 for _, e in own)
        ):
            return None
        atom = bare[0]
        arguments = tuple(a for a in (*atom.outcomes, *atom.given) if isinstance(a, Variable))
        if atom.symbol != policy or len(set(arguments)) < len(arguments) or not set(atom.outcomes) <= set(names):
            return None
        front = nf.times(
            of_monomial(m.without(holders[0][0]), c),
            of_monomial(opened.single[0].without(*(a for a, _ in own)), opened.single[1]),
        )
        if place is None:
            place, outcomes = arguments, atom.outcomes
            averaged = tuple(v for v in names if v in atom.given)
        if [v.sort for v in arguments] != [v.sort for v in place] or len(atom.outcomes) != len(outcomes):
            return None
        exchange: dict[t.Argument, t.Argument] = dict(zip(arguments, place, strict=True))
        if any(a != b and a not in names for a, b in exchange.items()):
            return None
        front = nf.rename(nf.sum_over([v for v in names if v not in arguments], front), exchange)
        kind = "linear" if not logs else "entropy" if len(bare) == 2 else "cross"
        sums[kind] = sums[kind] + (front.scaled(-1) if kind == "entropy" else front)
    if place is None:
        return None
    return Shape(outcomes, place[len(outcomes) :], averaged, sums["linear"], sums["entropy"], sums["cross"], rest)


class Maximiser(NamedTuple):
    """An :class:`~symkl.language.certificate.Optimality` whose terms are in normal form."""

    outcomes: tuple[Variable, ...]
    given: tuple[Variable, ...]
    averaged: tuple[Variable, ...]
    q: Polynomial
    above: Polynomial
    below: Polynomial

    @property
    def why(self) -> Optimality:
        """The same as a certificate has it."""
        return Optimality(self.outcomes, self.given, self.averaged, *map(plain, (self.q, self.above, self.below)))


def optimality(nf: Normaliser, body: Polynomial, policy: str) -> Maximiser | None:
    """The maximiser of an entropy-regularised (or of a cross-entropy) objective, ready to be checked."""
    found = shape(nf, body, policy)
    if found is None:
        return None
    if found.entropy.terms and not found.cross.terms:
        weight = nf.exp(nf.times(found.linear, nf.power(found.entropy, MINUS_ONE)))
        above, below = found.entropy, NOTHING
    elif found.cross.terms and not found.entropy.terms and not found.linear.terms:
        weight = found.cross
        above, below = NOTHING, found.cross
    else:
        return None
    q = nf.times(weight, nf.power(nf.sum_over(found.outcomes, weight), MINUS_ONE))
    return Maximiser(found.outcomes, found.given, found.averaged, q, above, below)


def spelled(
    nf: Normaliser,
    why: Maximiser,
    outcomes: tuple[Variable, ...],
    given: tuple[Variable, ...],
) -> Maximiser | None:
    """The same in other variables."""
    old, new = (*why.outcomes, *why.given), (*outcomes, *given)
    if [v.sort for v in old] != [v.sort for v in new]:
        return None
    exchange: dict[t.Argument, t.Argument] = dict(zip(old, new, strict=True))
    averaged = tuple(v for a in why.averaged if isinstance(v := exchange[a], Variable))
    return Maximiser(outcomes, given, averaged, *(nf.rename(p, exchange) for p in (why.q, why.above, why.below)))


def maximiser(of: t.Optimum | t.Optimiser, context: t.Context) -> Maximiser | None:
    """The unique optimiser of a problem, checked by the kernel, in variables called after their sorts."""
    nf = Normaliser(context)
    try:
        f = nf.objective(of)
        why = optimality(nf, f, BOUND_POLICY)
        if why is None:
            return None
        places = (*why.outcomes, *why.given)
        names = [Variable(usual_name(v.sort), v.sort) if v.name.startswith("~") else v for v in places]
        if len(set(names)) < len(names):
            return None
        count = len(why.outcomes)
        why = spelled(nf, why, tuple(names[:count]), tuple(names[count:]))
        return None if why is None or laws.maximum(nf, f, why.why) is None else why
    except (Unsupported, BudgetExceeded):
        return None


def at_one_prompt(
    nf: Normaliser,
    f: Polynomial,
    g: Polynomial,
    of_f: Maximiser,
    of_g: Maximiser,
) -> tuple[Polynomial, Polynomial] | tuple[None, None]:
    """How two objectives compare at one prompt, when exactly one of them averages over prompts."""
    if bool(of_f.averaged) == bool(of_g.averaged) or not of_f.above.terms or not of_g.above.terms:
        return None, None
    factor = nf.times(of_f.above, nf.power(of_g.above, MINUS_ONE))
    pi = of_atom(Atom("apply", BOUND_POLICY, of_f.outcomes, of_f.given))
    sides = []
    for body, why in ((f, of_f), (g, of_g)):
        found = shape(nf, body, BOUND_POLICY)
        assert found is not None
        exchange: dict[t.Argument, t.Argument] = dict(
            zip((*found.outcomes, *found.given), (*why.outcomes, *why.given), strict=True)
        )
        mean = nf.sum_over(why.outcomes, nf.times(pi, nf.rename(found.linear, exchange)))
        sides.append(mean + (NOTHING if why.averaged else found.rest))
    return factor, sides[0] - nf.times(factor, sides[1])


def quotients(nf: Normaliser, over: Polynomial, under: Polynomial) -> Iterator[Polynomial]:
    """Each term of one polynomial over the first term of another."""
    for n, d in list(under.terms.items())[:1]:
        below = of_monomial(Monomial((a, NOTHING - e) for a, e in n.factors), Fraction(1) / d)
        for m, c in over.terms.items():
            yield nf.times(of_monomial(m, c), below)


def atoms(polynomial: Polynomial) -> Iterator[Atom]:
    """The atoms at any depth."""
    for m in polynomial.terms:
        for atom, e in m.factors:
            yield atom
            yield from atoms(atom.inside)
            yield from atoms(e)
