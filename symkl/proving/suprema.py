"""Where a bound is attained: the best of a linear objective, and the function at which a bound on one is met.

Nothing here is trusted. What is guessed wrongly makes a law of the kernel fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from symkl.kernel import laws
from symkl.kernel.normal_form import BOUND_POLICY, EULER, Normaliser
from symkl.kernel.polynomials import NOTHING, Atom, Monomial, Polynomial, constant, of_atom, of_monomial
from symkl.kernel.quotients import MINUS_ONE, Unsupported
from symkl.language.certificate import Attainment
from symkl.language.frozen import frozen
from symkl.language.terms import Variable
from symkl.proving.gaps import Gap
from symkl.proving.problems import shape
from symkl.proving.reading_back import plain


@frozen
class _Met:
    """What attains a bound, and what is to be added up for the bound."""

    outcomes: tuple[Variable, ...]
    given: tuple[Variable, ...]
    at: Polynomial
    gaps: tuple[Gap, ...]
    value: Polynomial


def attainment(nf: Normaliser, f: Polynomial) -> Attainment | None:
    """Why some value is the largest of what a maximum is of; None where none is found, or the kernel does not agree."""
    for guess in (_linear, _by_function):
        try:
            found = guess(nf, f)
            if found is None:
                continue
            gaps = tuple(gap.spelled(BOUND_POLICY) for gap in found.gaps)
            why = Attainment(found.outcomes, found.given, plain(found.value), plain(found.at), gaps)
            if laws.reached(nf, f, why) is not None:
                return why
        except Unsupported:
            continue
    return None


def _linear(nf: Normaliser, f: Polynomial) -> _Met | None:
    """``E_π[r] <= max r``, attained by what is uniform on the best."""
    found = shape(nf, f, BOUND_POLICY)
    if found is None or found.entropy.terms or found.cross.terms or len(found.outcomes) != 1:
        return None
    (y,), linear = found.outcomes, found.linear
    most = nf.largest([y], linear)
    best = nf.choose(linear - most, constant(1), constant(0))
    at = nf.times(best, nf.power(nf.sum_over([y], best), MINUS_ONE))
    pi = of_atom(Atom("apply", BOUND_POLICY, found.outcomes, found.given))
    gap = Gap((y, *found.averaged), pi, linear, top=(y,))
    return _Met(found.outcomes, found.given, at, (gap,), nf.sum_over(found.averaged, most) + found.rest)


@frozen
class _Parts:
    """``Σ linear g - Σ square g² - Σ b e^(k g) - c log Σ b e^(k g) + rest``; ``exponentials``: b, k, and c or None."""

    places: tuple[Variable, ...]
    bound: tuple[Variable, ...]
    linear: Polynomial
    square: Polynomial
    exponentials: tuple[tuple[Polynomial, Polynomial, Polynomial | None], ...]
    rest: Polynomial


def _by_function(nf: Normaliser, f: Polynomial) -> _Met | None:
    """A concave functional of one function g, where its derivative by g(y) is 0."""
    parts = _parts(nf, f)
    if parts is None:
        return None
    g = of_atom(Atom("apply", BOUND_POLICY, (), parts.places))
    below = [(b, k, c) for b, k, c in parts.exponentials]
    if parts.square.terms and not below:
        half = nf.times(parts.linear, nf.power(parts.square.scaled(2), MINUS_ONE))
        gap = Gap(parts.bound, parts.square, g - half, square=True)
        value = nf.sum_over(parts.bound, nf.times(parts.square, half, half)) + parts.rest
        return _Met((), parts.places, half, (gap,), value)
    if len(below) != 1 or parts.square.terms or not parts.linear.terms:
        return None
    ((b, k, c),) = below
    weight = nf.times(parts.linear, nf.power(k, MINUS_ONE))
    whole = nf.sum_over(parts.bound, nf.times(b, nf.exp(nf.times(k, g))))
    scale = constant(1) if c is None else nf.times(c, nf.power(whole, MINUS_ONE))
    ratio = nf.times(scale, b, nf.exp(nf.times(k, g)), nf.power(weight, MINUS_ONE))
    tilt = nf.times(weight, nf.power(b, MINUS_ONE))
    at = nf.times(nf.log(tilt), nf.power(k, MINUS_ONE))
    spread = nf.sum_over(parts.bound, nf.times(weight, nf.log(tilt)))
    less = nf.sum_over(parts.bound, weight) if c is None else nf.times(c, nf.log(c))
    return _Met((), parts.places, at, (Gap(parts.bound, weight, ratio),), spread - less + parts.rest)


def _parts(nf: Normaliser, f: Polynomial) -> _Parts | None:
    inside, rest = f.split(BOUND_POLICY)
    linear, square, found = NOTHING, NOTHING, list[tuple[Polynomial, Polynomial, Polynomial | None]]()
    spelled: tuple[tuple[Variable, ...], tuple[Variable, ...]] | None = None
    for m, c in inside.terms.items():
        for front, atom, logged in _holders(nf, m, c):
            names, body = nf.open(atom) if atom.kind == "sum" else ([], of_atom(atom))
            own = [a for n in body.terms for a in _functions(n)]
            if body.single is None or len(set(own)) != 1 or own[0].outcomes:
                return None
            places = tuple([v for v in own[0].given if isinstance(v, Variable)])
            bound = tuple([v for v in places if v in names])
            if len(places) != len(own[0].given) or len(bound) != len(names) or len(set(places)) < len(places):
                return None
            if spelled is None:
                spelled = places, bound
            if [v.sort for v in places] != [v.sort for v in spelled[0]] or len(bound) != len(spelled[1]):
                return None
            body = nf.rename(body, dict(zip(places, spelled[0], strict=True)))
            ((n, d),) = body.terms.items()
            g = Atom("apply", BOUND_POLICY, (), spelled[0])
            others = of_monomial(n.without(g, EULER), d)
            slope, shift = n.exponent(EULER).split(BOUND_POLICY)
            k = nf.times(slope, of_atom(g, MINUS_ONE))
            if BOUND_POLICY in (others + k + shift).names:
                return None
            if not slope.terms and not logged and n.exponent(g).whole == 1:
                linear = linear + nf.times(front, others, nf.exp(shift))
            elif not slope.terms and not logged and n.exponent(g).whole == 2:
                square = square - nf.times(front, others, nf.exp(shift))
            elif slope.terms and not n.exponent(g).terms:
                weight = nf.times(others, nf.exp(shift))
                front = front.scaled(-1)
                found.append((weight, k, front) if logged else (nf.times(front, weight), k, None))
            else:
                return None
    return None if spelled is None else _Parts(*spelled, linear, square, tuple(found), rest)


def _holders(nf: Normaliser, m: Monomial, c: Fraction | int) -> Iterator[tuple[Polynomial, Atom, bool]]:
    """The one factor that depends on the function, with what stands before it; and whether it is under a logarithm."""
    holders = [(a, e) for a, e in m.factors if BOUND_POLICY in of_atom(a, e).names]
    if len(holders) != 1 or holders[0][1].whole != 1:
        raise Unsupported("a product of what depends on a function")
    front, atom = of_monomial(m.without(holders[0][0]), c), holders[0][0]
    logged = atom.kind == "log" and atom.inside.atom is not None
    yield front, atom.inside.atom if logged and atom.inside.atom else atom, logged


def _functions(m: Monomial) -> list[Atom]:
    """What is called as the function is, in a monomial and its exponents."""
    return [a for a, _ in m.factors if a.symbol == BOUND_POLICY] + [
        a for _, e in m.factors for n in e.terms for a in _functions(n)
    ]
