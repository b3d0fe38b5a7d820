"""The law of limits: what a normal form tends to as a scalar goes to 0 or beyond every bound."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import factorial

import symkl.language.terms as t
from symkl.kernel.laws import EQUATIONS
from symkl.kernel.normal_form import EULER, Normaliser
from symkl.kernel.polynomials import Atom, Monomial, Polynomial, Rational, constant, of_atom, of_monomial, total
from symkl.kernel.quotients import Unsupported
from symkl.kernel.verdict import Condition, Fact, Proved

SMALL = Atom("scalar", "#s")


def tends(nf: Normaliser, row: t.Statement) -> Proved | None:
    """What :func:`limit` finds is what is claimed; fails when it finds nothing, or another thing."""
    of, claimed = (row.left, row.right) if isinstance(row.left, t.Limit) else (row.right, row.left)
    if row.relation not in EQUATIONS or not isinstance(of, t.Limit) or (found := limit(nf, of)) is None:
        return None
    return Proved() if nf.is_zero(found - nf(claimed)) else None


def limit(nf: Normaliser, of: t.Limit) -> Polynomial | None:
    """A limit, factor by factor on finite sums, with l'Hôpital's rule for what stays over a power of s::

        A = N / s^k    N, N', ..., N^(k-1) → 0    N^(k) → k! B
        ──────────────────────────────────────────────────────
          A → B   as s → 0+      (β → ∞ is s = 1/β → 0+)

        Σ_y w e^(f/s) = e^(max f/s) Σ_y w e^((f - max f)/s)    e^((f - max f)/s) → 1[f = max f]

    With ``s^n e^(-c/s) → 0`` for c > 0, and exp, log and powers continuous at what is > 0. Of finitely many values the
    second largest is some way below: what vanishes does so faster than every power of s, and is left out at once.
    Requires: of β nothing is known. Fails when: a part diverges, lacks a sign, or the largest of it is of several
    variables at once. Source: W. Rudin, Mathematical Analysis (1976), 5.13, 8.6; P.-S. Laplace's method.
    """
    symbol, end = of.scalar.symbol, constant(1 if of.end is t.End.ZERO else -1)
    moves = Fact(symbol, (), (), of_atom(SMALL, end), "")
    inner = Normaliser(replace(nf.context, positive=nf.context.positive | {SMALL.symbol}), [moves], nf.budget,
                       rank=lambda p: sum((e.whole or 0) < 0 if SMALL.symbol in a.names else _grows(e)
                                          for m in p.terms for a, e in m.factors))
    (body, below), scale = inner.clear(inner(of.body)), constant(1)
    if symbol in {*nf.context.definitions, *nf.facts} or not inner(of.body).names.isdisjoint(nf.facts) \
            or any({symbol, "?"} & moved for n, moved in nf.context.moves.items() if n in inner(of.body).names) \
            or any(symbol in (nf(p.upper) - nf(p.lower)).names for p in nf.premises) \
            or SMALL.symbol in nf(of.body).names:
        return None
    body, under = _settled(inner, body), [_settled(inner, of_atom(a, e.scaled(-1))) for a, e in below]
    lowest = min([e.rational for m in body.terms if (e := m.exponent(SMALL)).rational is not None], default=0)
    body = inner.times(body, inner.power(of_atom(SMALL), constant(order := max(0, -int(lowest // 1)))))
    for k in range(order, -1, -1):  # what is below a line tends to something > 0, and is taken out
        scale = inner.times(scale, *[_at_zero(inner, each) for each in under])
        found = _at_zero(inner, body).scaled(Fraction(1, factorial(order)))
        if k and not inner.is_zero(found):
            return None
        body, below = inner.clear(inner.slope(body, lambda a: constant(int(a == SMALL)))) if k else (body, [])
        under = [of_atom(a, e.scaled(-1)) for a, e in below]
    nf.assumptions |= inner.assumptions - {Condition(SMALL.symbol, ">")}
    return nf.times(found, scale)


def _at_zero(nf: Normaliser, body: Polynomial) -> Polynomial:
    """What a normal form tends to as s → 0+; Unsupported where a part has no limit that is known."""
    parts = []
    for m, c in body.terms.items():
        order, front = constant(0), constant(c)
        for atom, e in m.factors:
            if atom == SMALL:
                order = e
            elif atom == EULER:
                front = nf.times(front, nf.exp(_by_order(e).get(0, constant(0))))
            elif SMALL.symbol not in of_atom(atom, e).names:
                front = nf.times(front, of_atom(atom, e))
            else:
                names, inside = nf.open(atom) if atom.kind == "sum" else ([], atom.inside)
                value = _sound(nf, atom, e, nf.sum_over(names, _at_zero(nf, inside)))
                front = nf.times(front, nf.power(nf.log(value) if atom.kind == "log" else value, e))
        if (lowest := order.rational) is None or lowest < 0:
            raise Unsupported("a part grows without bound")
        parts += [front] if lowest == 0 else []
    return total(parts)


def _settled(nf: Normaliser, body: Polynomial) -> Polynomial:
    """What differs by less than every power of s, with no ``e^(u/s)`` left in it."""
    return total([_vanished(nf, *_raised(nf, m, c)) for m, c in body.terms.items()])


def _raised(nf: Normaliser, m: Monomial, c: Rational) -> tuple[Polynomial, Polynomial]:
    """``f`` and ``g`` where a term is ``f e^g``, and f is settled: what is largest is taken out of each sum."""
    front, growth = constant(c), constant(0)
    for atom, e in m.factors:
        value, up = of_atom(atom), constant(0)
        if atom == EULER:
            growth = growth + e
            continue
        if atom != SMALL and SMALL.symbol in value.names | e.names:
            if atom.kind == "sum":
                value, up = _summed(nf, atom)
            else:
                single = atom.inside.single
                value, up = _raised(nf, *single) if single else (_settled(nf, atom.inside), up)
            value = _sound(nf, atom, e, value)
            if atom.kind == "log":
                value, up = nf.log(value) + up, constant(0)
        front, growth = nf.times(front, nf.power(value, e)), growth + nf.times(up, e)
    return front, growth


def _summed(nf: Normaliser, atom: Atom) -> tuple[Polynomial, Polynomial]:
    """The same of a sum."""
    nf.counted(atom.outcomes, "a limit term by term")
    names, inside = nf.open(atom)
    (term,), up = inside.terms.items(), constant(0)
    front, growth = _raised(nf, *term)
    for k, u in _by_order(growth).items():
        over = [v for v in names if v in u.free]
        if k < 0 and len(over) == 1 and not nf.positive(u.scaled(-1)):
            up = up + nf.times(nf.largest(over, u), of_atom(SMALL, constant(k)))
    return nf.sum_over(names, _vanished(nf, front, growth - up)), up


def _vanished(nf: Normaliser, front: Polynomial, growth: Polynomial) -> Polynomial:
    """``front e^growth``: 0 where an exponent is < 0, and 1 where one is ``f - max f`` and f is largest.

    The highest power of 1/s outweighs all others, and they count where it is 0.
    """
    for k, u in sorted(_by_order(growth).items()):
        if k >= 0:
            front = nf.times(front, nf.exp(nf.times(u, of_atom(SMALL, constant(k)))))
        elif nf.positive(u.scaled(-1)):
            return constant(0)
        elif nf.peak(u) is None:
            raise Unsupported("an exponential whose limit is not known")
        else:  # beside which f is max f
            front = nf.times(nf.choose(u, constant(1), constant(0)), front)
    return front


def _sound(nf: Normaliser, atom: Atom, e: Polynomial, value: Polynomial) -> Polynomial:
    """What stands for a factor, if that tends to something > 0 wherever one has to: under a log, below a line."""
    if atom.kind not in ("sum", "log", "poly") or SMALL.symbol in e.names:
        raise Unsupported("a limit of what is neither a sum, a logarithm nor a power of one")
    nf.counted(atom.outcomes, "a limit term by term")
    if (atom.kind != "sum" or (e.whole or -1) < 0) and not nf.positive(value):
        raise Unsupported("a logarithm or a quotient of what may tend to 0")
    return value


def _by_order(growth: Polynomial) -> dict[Rational, Polynomial]:
    """The coefficients of the powers of s."""
    found: dict[Rational, Polynomial] = {}
    for n, d in growth.terms.items():
        k, rest = n.exponent(SMALL).rational, of_monomial(n.without(SMALL), d)
        if k is None or SMALL.symbol in rest.names:
            raise Unsupported("an exponential whose limit is not known")
        found[k] = found[k] + rest if k in found else rest
    return found


def _grows(exponent: Polynomial) -> bool:
    """Whether a factor with this exponent may grow, as far as its sign is seen."""
    return any((n.exponent(SMALL).rational or 0) < 0 < d for n, d in exponent.terms.items())
