"""Inequalities: a difference written as a sum of things that are not negative, for the kernel to add up.

Nothing here is trusted. A gap that is guessed wrongly makes the law of the kernel fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import chain, product

import symkl.language.terms as t
from symkl.kernel import laws
from symkl.kernel.normal_form import BOUND_POLICY, EULER, Normaliser
from symkl.kernel.polynomials import (
    NOTHING,
    Atom,
    Monomial,
    Polynomial,
    Rational,
    constant,
    of_atom,
    of_monomial,
)
from symkl.kernel.quotients import MINUS_ONE, BudgetExceeded, Unsupported
from symkl.kernel.verdict import Proved
from symkl.language.certificate import Attainment, Guess, Optimality, Premise
from symkl.language.terms import Relation, Variable
from symkl.proving.bounding import bounded
from symkl.proving.branching import KINKED, by_cases
from symkl.proving.gaps import Gap, summed
from symkl.proving.problems import atoms, optimality
from symkl.proving.putting import anew, put
from symkl.proving.reading_back import plain
from symkl.proving.suprema import attainment


def inequality(nf: Normaliser, row: t.Statement) -> Proved | None:
    """A row with ≤, <, ≥ or > proved: by one gap at most, by many, or in cases."""
    strict = row.relation in (Relation.LESS, Relation.GREATER)
    downward = row.relation in (Relation.GREATER_EQUAL, Relation.GREATER)
    smaller, larger = (row.right, row.left) if downward else (row.left, row.right)
    residual = nf(larger) - nf(smaller)
    why: tuple[Optimality | Attainment, ...] = ()
    if residual.contains(lambda a: a.kind == "optimum"):
        why = _largest_values(nf, residual)
        residual = laws.with_values(nf, residual, why)
    rooted = () if strict or why else _of_roots(nf, smaller, larger)
    for gaps in chain(rooted, _ways(nf, residual, strict), () if strict else _of_quotients(nf, residual),
                      () if strict else _above_the_line(nf, residual)):
        certified = tuple(gap.certified for gap in gaps)
        met: dict[str, Guess] = {"why": why} if why else {}
        found = put(anew(nf), _named(nf, gaps), "inequality", row, gaps=certified, **met)
        if found is not None:
            return found
    if strict:
        return None
    found = _attained(nf, row, residual)
    return by_cases(nf, row, _candidates) if found is None else found


def _largest_values(nf: Normaliser, residual: Polynomial) -> tuple[Optimality | Attainment, ...]:
    """What shows the values of the maxima in a difference."""
    maxima = dict.fromkeys(a for a in atoms(residual) if a.kind == "optimum")
    best = [(a, optimality(nf, a.inside, BOUND_POLICY)) for a in maxima]
    found = [attainment(nf, a.inside) if why is None else why.why for a, why in best]
    return tuple(why for why in found if why is not None)


def _ways(nf: Normaliser, residual: Polynomial, strict: bool) -> Iterator[tuple[Gap, ...]]:
    """Ways to write a polynomial as gaps and a remainder that looks non-negative, or positive."""
    enough = nf.positive if strict else nf.nonnegative
    known: _Steps = {}
    for depth in (0, 1):
        yield from _decompositions(nf, residual, depth, known, enough)
    guesses, allowed = [gap for _, gap in _steps(nf, residual, known)], nf.budget * 5 // 8
    nf.budget -= allowed  # what is kept for what comes after
    try:
        yield from bounded(nf, residual, guesses, strict)
    except BudgetExceeded:
        nf.budget = 0
    nf.budget += allowed
    yield from _of_mixtures(nf, residual)
    told = nf.premises or any(atom.kind in ("abs", "top") for atom in atoms(residual))  # of which the weights know less
    for depth in () if strict else (2, 3) if told else (2,):
        yield from _decompositions(nf, residual, depth, known, enough)


def _of_quotients(nf: Normaliser, residual: Polynomial) -> Iterator[tuple[Gap, ...]]:
    """``a - b >= 0`` from ``1 - b/a >= 0``, or from ``a/b - 1 >= 0``, for a and b that are > 0."""
    if len(residual.terms) != 2:
        return
    for m in residual.terms:
        scale = of_monomial(m.inverse())
        if m.factors and nf.positive(scale):
            for gaps in _ways(nf, nf.times(residual, scale), strict=False):
                yield tuple(replace(gap, weight=nf.times(gap.weight, of_monomial(m))) for gap in gaps)


def _above_the_line(nf: Normaliser, residual: Polynomial) -> Iterator[tuple[Gap, ...]]:
    """``n/d >= 0`` from ``n >= 0``, of what is over a d > 0: ``λ KL(p‖m) + (1 - λ) KL(q‖m)`` with ``λ = w/(1 + w)``."""
    numerator, below = nf.clear(residual)
    if not below or not all(nf.positive_atom(a) for a, _ in below):
        return
    front = nf.power(nf.times(*[nf.power(of_atom(a), e) for a, e in below]), MINUS_ONE)
    for gaps in _ways(nf, numerator, strict=False):
        yield tuple(replace(gap, weight=nf.times(gap.weight, front)) for gap in gaps)


def _of_roots(nf: Normaliser, smaller: t.Term, larger: t.Term) -> Iterator[tuple[Gap, ...]]:
    """``A <= √B`` from ``A² <= B``, and ``√B <= A`` from ``B <= A²`` where A > 0::

        √B - A = (√B - A)² / 2√B + (B - A²) / 2√B          A - √B = (A - √B)² / 2A + (A² - B) / 2A
    """
    one, other = nf(smaller), nf(larger)
    if not _is_a_root(nf, larger) and not (_is_a_root(nf, smaller) and nf.positive(other)):
        return
    gap, squares, part = other - one, nf.times(other, other) - nf.times(one, one), nf.power(other.scaled(2), MINUS_ONE)
    for gaps in _ways(nf, squares, strict=False):
        scaled = [replace(each, weight=nf.times(each.weight, part)) for each in gaps]
        yield (*scaled, Gap((), part, gap, square=True))


def _is_a_root(nf: Normaliser, term: t.Term) -> bool:
    match term:
        case t.Power(_, exponent):
            return nf(exponent).rational == Fraction(1, 2)
        case t.Mul(factors):
            roots = [each for each in factors if not nf.positive(nf(each)) or _is_a_root(nf, each)]
            return len(roots) == 1 and _is_a_root(nf, roots[0])
    return False


def _attained(nf: Normaliser, row: t.Statement, *residuals: Polynomial) -> Proved | None:
    """A row about largest values proved of what they are the largest of, wherever it is so.

    Of an equation both differences are handed in: it is shown one way and then the other.
    """
    below = [[a for m, c in each.terms.items() if c < 0 for a, _ in m.factors if a.kind == "top"] for each in residuals]
    tops = {a: nf.open(a) for a in dict.fromkeys(a for some in below for a in some)}
    if not tops:
        return None
    ways = []
    for residual, some in zip(residuals, below, strict=True):
        there = nf.put(residual, {of_atom(a): tops[a][1] for a in some})
        if (gaps := next(_ways(nf, there, strict=False), None)) is None:
            return None
        ways.append(tuple(gap.certified for gap in gaps))
    of = tuple(t.Bind("maximum", tuple(names), (plain(inside),)) for names, inside in tops.values())
    return put(anew(nf), "attained", "cases", row, of=of, ways=tuple(ways))


def equation(nf: Normaliser, row: t.Statement) -> Proved | None:
    """An equation between what is made of pieces, or of largest values, proved piece by piece and both ways."""
    difference = nf(row.right) - nf(row.left)
    if (found := _attained(nf, row, difference, difference.scaled(-1))) is not None:
        return found
    return by_cases(nf, row, _candidates) if difference.contains(lambda a: a.kind in KINKED) else None


def _named(nf: Normaliser, gaps: tuple[Gap, ...]) -> str:
    """In what words an inequality with these gaps is proved."""
    if all(gap.square for gap in gaps):
        return "positivity"
    if all(gap.square or gap.absolute for gap in gaps):
        return "absolute value"
    if all(gap.top for gap in gaps):
        return "largest"
    if all(
        isinstance(gap.of, Polynomial)
        and not (gap.square or gap.absolute or gap.top)
        and nf.is_zero(nf.sum_over(gap.variables, nf.times(gap.weight, gap.of - constant(1))))
        for gap in gaps
    ):
        return "divergence"
    return "premises" if all(isinstance(gap.of, Premise) for gap in gaps) else "log bound"


_PROMISING = 8
"""How many ways to go on are looked into where none ends the proof at once."""


_Steps = dict[Polynomial, list[tuple[Polynomial, Gap]]]
"""What each polynomial that was met leaves once a gap is taken off, by every gap that may be."""


def _decompositions(
    nf: Normaliser, residual: Polynomial, depth: int, known: _Steps, enough: Callable[[Polynomial], bool]
) -> Iterator[tuple[Gap, ...]]:
    """Ways to write a polynomial as ``depth`` gaps and a remainder that looks as it should.

    ``known`` is filled on the way: two gaps lead to one place in either order, and each depth begins as the last did.
    """
    if not depth:
        if enough(nf.clear(residual)[0]):
            yield ()
        return
    rests: Iterable[tuple[Polynomial, Gap]] = _steps(nf, residual, known)
    if depth > 1:  # the less is left, the better
        rests = sorted(rests, key=lambda pair: len(pair[0].terms))[:_PROMISING]
    for rest, gap in rests:
        for more in _decompositions(nf, rest, depth - 1, known, enough):
            yield (gap, *more)


def _steps(nf: Normaliser, residual: Polynomial, known: _Steps) -> Iterator[tuple[Polynomial, Gap]]:
    if residual not in known:
        found = []
        for gap in _candidates(nf, residual):
            if (filled := gap.filled(nf)) is not None:
                found.append((residual - filled, gap))
                yield found[-1]
        known[residual] = found
    else:
        yield from known[residual]


def _candidates(nf: Normaliser, residual: Polynomial) -> Iterator[Gap]:
    kinds = (
        *(_optima, _jensen, _log_bounds, _variances, _absolutes, _tops, _means_below, _premises),
        *(_exponentials, _monotone_log, _shares),
    )
    for kind in kinds:
        try:
            yield from kind(nf, residual)
        except Unsupported:
            continue  # what cannot be divided by is no guess


def _optima(nf: Normaliser, residual: Polynomial) -> Iterator[Gap]:
    for policy in sorted({a.symbol for a in atoms(residual) if a.kind == "apply" and a.outcomes}):
        why = optimality(nf, residual.scaled(-1), policy)
        if why is not None:
            pi = of_atom(Atom("apply", policy, why.outcomes, why.given))
            variables = (*why.outcomes, *why.averaged)
            if why.above.terms:
                yield Gap(variables, nf.times(why.above, pi), nf.times(why.q, nf.power(pi, MINUS_ONE)))
            else:
                yield Gap(variables, why.below, nf.times(pi, nf.power(why.q, MINUS_ONE)))


def _jensen(nf: Normaliser, residual: Polynomial) -> Iterator[Gap]:
    """``log Σ m >= Σ p log(m/p)``: the gap is KL from p to m normalised."""
    for m, c in residual.terms.items():
        logs = [a for a, e in m.factors if a.kind == "log" and e.whole == 1]
        front = of_monomial(m.without(*logs), c)
        whole = logs[0].inside.single if len(logs) == 1 else None
        if (
            whole is None
            or not nf.positive(front)
            or len(whole[0].factors) != 1
            or whole[0].factors[0][0].kind != "sum"
        ):
            continue
        total = whole[0].factors[0][0]
        variables, body = nf.open(total)
        weights = {
            a for n in body.terms for a, _ in n.factors if a.kind == "apply" and set(a.outcomes) == set(variables)
        }
        others = [a for a in atoms(residual) if a.kind == "apply" and len(a.outcomes) == len(variables)]
        weights |= {Atom("apply", a.symbol, tuple(variables), a.given) for a in others}
        for p in sorted(weights, key=lambda a: a.key):
            ratio = nf.times(body, nf.power(nf.times(of_atom(total), of_atom(p)), MINUS_ONE))
            yield Gap(tuple(variables), nf.times(front, of_atom(p)), ratio)


def _of_mixtures(nf: Normaliser, residual: Polynomial) -> Iterator[tuple[Gap, ...]]:
    """Bounds on geometric means, ``g = p^α q^(1 - α)``::

        α p + (1 - α) q - g = α g φ(p/g) + (1 - α) g φ(q/g)          -log Σ g = α KL(h‖p) + (1 - α) KL(h‖q),  h = g/Σ g
    """
    fronts: dict[Atom, Polynomial] = {}
    for m, c in residual.terms.items():
        logs = [a for a, e in m.factors if a.kind == "log" and e.whole == 1]
        if len(logs) == 1 and (whole := logs[0].inside.atom) is not None and whole.kind == "sum":
            fronts[whole] = fronts.get(whole, NOTHING) + of_monomial(m.without(*logs), -c)
    for whole, front in fronts.items():
        over, body = nf.open(whole)
        if body.single is not None:
            share = nf.times(body, of_atom(whole, MINUS_ONE))
            yield tuple(_parts_of_a_mean(nf, tuple(over), body.single[0], front, share))
    for names, m, c in _opened(nf, residual):
        own = Monomial([(a, e) for a, e in m.factors if e.whole is None])
        if c < 0 and len(own.factors) > 1:
            front = of_monomial(m.without(*[a for a, _ in own.factors]), -c)
            yield tuple(_parts_of_a_mean(nf, names, own, front, of_monomial(own)))


def _parts_of_a_mean(
    nf: Normaliser, names: tuple[Variable, ...], mean: Monomial, front: Polynomial, share: Polynomial
) -> Iterator[Gap]:
    for a, e in mean.factors:
        yield Gap(names, nf.times(front, e, share), nf.times(of_atom(a), nf.power(share, MINUS_ONE)))


def _log_bounds(nf: Normaliser, residual: Polynomial) -> Iterator[Gap]:
    """``w φ(t)`` whose logarithms match those of the polynomial."""
    groups: dict[tuple[tuple[Variable, ...], Monomial], Polynomial] = {}
    for m, c in residual.terms.items():
        sums = [a for a, e in m.factors if a.kind == "sum" and e.whole == 1]
        binders: tuple[Variable, ...] = ()
        inside = of_monomial(m, c)
        if len(sums) == 1 and not any(a.kind == "log" for a, _ in m.factors):
            names, body = nf.open(sums[0])
            binders, inside = tuple(names), nf.times(of_monomial(m.without(sums[0]), c), body)
        for n, d in inside.terms.items():
            logs = [a for a, e in n.factors if a.kind == "log" and e.whole == 1]
            weight = n.without(*logs)
            if len(logs) == 1 or EULER in dict(n.factors) or not n.factors:
                key = binders, weight if logs else Monomial(())
                if logs:
                    groups[key] = groups.get(key, NOTHING) + of_atom(logs[0]).scaled(-d)
    for (binders, weight), log_t in groups.items():
        for scale in sorted({Fraction(max(c, -c)) for c in log_t.terms.values()} | {Fraction(1)}):
            front, ratio = of_monomial(weight, scale), nf.exp(log_t.scaled(Fraction(1) / scale))
            yield Gap(binders, front, ratio)
            # the log-sum inequality: the same with the ratio's mean under the weight brought to 1
            if binders and (mean := _mean(nf, binders, front, ratio)) is not None:
                yield Gap(binders, front, nf.times(ratio, nf.power(mean, MINUS_ONE)))


def _mean(nf: Normaliser, binders: tuple[Variable, ...], weight: Polynomial, of: Polynomial) -> Polynomial | None:
    """``Σ w f / Σ w``."""
    above, below = summed(nf, binders, nf.times(weight, of)), summed(nf, binders, weight)
    return None if above is None or below is None else nf.times(above, nf.power(below, MINUS_ONE))


def _opened(nf: Normaliser, residual: Polynomial) -> Iterator[tuple[tuple[Variable, ...], Monomial, Rational]]:
    """Each term with its sum, if it has exactly one, opened: bound variables, what is summed, its coefficient."""
    for m, c in residual.terms.items():
        sums = [a for a, e in m.factors if a.kind == "sum" and e.whole == 1]
        if len(sums) == 1:
            names, body = nf.open(sums[0])
            body = nf.times(of_monomial(m.without(sums[0]), c), body)
            if body.single is not None:
                yield tuple(names), *body.single
        else:
            yield (), m, c


def _variances(nf: Normaliser, residual: Polynomial) -> Iterator[Gap]:
    """``Σ w f² - (Σ w f)² / Σ w``, the variance of f under w: the sum of ``w (f - mean)²``."""
    for binders, m, c in _opened(nf, residual):
        if not binders or c < 0:
            continue
        for f, e in m.factors:
            if e.whole == 2 and not f.names.isdisjoint(binders):
                weight = of_monomial(m.without(f), c)
                if nf.nonnegative(weight) and (mean := _mean(nf, binders, weight, of_atom(f))) is not None:
                    yield Gap(binders, weight, of_atom(f) - mean, square=True)


def _absolutes(nf: Normaliser, residual: Polynomial) -> Iterator[Gap]:
    """``w (|u| - u)`` and ``w (|u| + u)``, for each absolute value, or product of them, that stands with a weight w."""
    for binders, m, c in _opened(nf, residual):
        bars = [a for a, e in m.factors if a.kind == "abs" and e.whole == 1]
        rest = of_monomial(m.without(*bars), c)
        if len(bars) > 1 and nf.nonnegative(rest):
            whole = nf.times(*[a.inside for a in bars])
            yield from (Gap(binders, rest, whole.scaled(sign), absolute=True) for sign in (1, -1))
        for a, e in m.factors:
            weight = of_monomial(m.without(a), c)
            if a.kind == "abs" and e.whole == 1 and nf.nonnegative(weight):
                yield from (Gap(binders, weight, a.inside.scaled(sign), absolute=True) for sign in (1, -1))


def _tops(nf: Normaliser, residual: Polynomial) -> Iterator[Gap]:
    """``w (max f - f)`` at the places and with the weights that cancel a term, or the largest value itself."""
    tops = dict.fromkeys(a for m in residual.terms for a, _ in m.factors if a.kind == "top")
    tops |= dict.fromkeys(a for _, m, _ in _opened(nf, residual) for a, _ in m.factors if a.kind == "top")
    for top in tops if tops else ():
        (bound, *_), inside = nf.open(top)
        free = [bound, *sorted(top.free, key=lambda v: v.name)]
        for binders, m, c in _opened(nf, residual):
            places = sorted({*binders, *(v for v in m.names if isinstance(v, Variable))}, key=lambda v: v.name)
            rest, alone = of_monomial(m.without(top), c), m.exponent(top).whole == 1
            everywhere = sorted((v for v in {*residual.free, *binders} if v.sort == bound.sort), key=lambda v: v.name)
            for v in everywhere if alone and nf.nonnegative(rest) else ():
                yield Gap(binders, rest, nf.rename(inside, {bound: v}), top=(v,))
            for chosen in product(*([v for v in places if v.sort == f.sort] or [f] for f in free)):
                here = nf.rename(inside, dict(zip(free, chosen, strict=True)))
                for n, d in here.terms.items():
                    weight = nf.times(of_monomial(m, Fraction(-c) / d), of_monomial(n.inverse()))
                    if nf.nonnegative(weight):
                        yield Gap(binders, weight, here, top=chosen[:1])


def _means_below(nf: Normaliser, residual: Polynomial) -> Iterator[Gap]:
    """``Σ p (M - f)`` of M the largest f, for each distribution p of its places; and of log M ``Σ p φ(f/M)``."""
    logs = [a.inside for m in residual.terms for a, e in m.factors if a.kind == "log" and e.whole == 1]
    plain = dict.fromkeys(a for m in residual.terms for a, _ in m.factors if a.kind == "top")
    inside_logs = dict.fromkeys(u.atom for u in logs if u.atom is not None and u.atom.kind == "top")
    for top in {**plain, **inside_logs}:
        (v, *more), f = nf.open(top)
        found = [a for a in atoms(of_atom(top) + residual) if a.kind == "apply"]
        laws = [] if more else [a for a in found if [o.sort for o in a.outcomes] == [v.sort]]
        largest, below = of_atom(top), of_atom(top, MINUS_ONE)
        for p in dict.fromkeys(of_atom(Atom("apply", a.symbol, (v,), a.given)) for a in laws):
            yield Gap((v,), p, f, top=(v,))
            if f.atom is not None and f.atom.kind == "abs":
                yield from (Gap((v,), p, f.atom.inside.scaled(sign), absolute=True) for sign in (1, -1))
            if top in inside_logs:
                yield Gap((v,), nf.times(p, below), f, top=(v,))
                yield Gap((v,), p, nf.times(f, below))
        if top in inside_logs and not more:
            yield Gap((), constant(1), below)
            yield from _tops_below(nf, residual, f, v, largest)


def _tops_below(nf: Normaliser, residual: Polynomial, f: Polynomial, v: Variable, top: Polynomial) -> Iterator[Gap]:
    """``φ(f/M)`` and ``(M - f)/M`` at each place that is free, of M the largest f."""
    below = nf.power(top, MINUS_ONE)
    for place in sorted((w for w in residual.free if w.sort == v.sort), key=lambda w: w.name):
        here = nf.rename(f, {v: place})
        yield Gap((), below, here, top=(place,))
        yield Gap((), constant(1), nf.times(here, below))


def _premises(nf: Normaliser, residual: Polynomial) -> Iterator[Gap]:
    """Premises, at the places and with the weights that cancel a term."""
    for premise in nf.premises:
        known = nf(premise.upper) - nf(premise.lower)
        free = sorted(known.free, key=lambda v: v.name)
        sums = {a for m in known.terms for a, _ in m.factors if a.kind == "sum"}
        kept = [((), m, c) for m, c in residual.terms.items() if any(a in sums for a, _ in m.factors)]
        for binders, m, c in (*_opened(nf, residual), *kept):
            places = sorted({*binders, *(v for v in m.names if isinstance(v, Variable))}, key=lambda v: v.name)
            for chosen in product(*([v for v in places if v.sort == f.sort] or [f] for f in free)):
                exchange = tuple((a, b) for a, b in zip(free, chosen, strict=True) if a != b)
                here = nf.rename(known, dict(exchange))
                for n, d in here.terms.items():
                    weight = nf.times(of_monomial(m, Fraction(c) / d), of_monomial(n.inverse()))
                    if nf.nonnegative(weight):
                        yield Gap(binders, weight, premise, exchange=exchange)


def _shares(nf: Normaliser, residual: Polynomial) -> Iterator[Gap]:
    """``-log t >= 1 - t`` and ``t <= 1``, for the share t of a sum that its best have."""
    steps = dict.fromkeys(a for a in atoms(residual) if a.kind == "step" and nf.peak(a.inside))
    sums = dict.fromkeys(a for a in atoms(residual) if a.kind == "sum" and len(a.outcomes) == 1)
    for step, whole in product(steps, sums):
        names, inside = nf.open(whole)
        turned = [v for v in step.free if v.sort == names[0].sort]
        rest = nf.power(of_atom(whole), MINUS_ONE)
        if len(turned) == 1 and nf.positive(inside):
            here = nf.rename(of_atom(step), {turned[0]: names[0]})
            yield Gap((), constant(1), nf.times(nf.sum_over(names, nf.times(inside, here)), rest))
            yield Gap(tuple(names), nf.times(inside, rest), constant(1) - here, square=True)


def _exponentials(nf: Normaliser, residual: Polynomial) -> Iterator[Gap]:
    """``w e^v - w e^u >= w e^u (v - u)``, w from either term."""
    terms = list(_opened(nf, residual))
    for _, m, c in terms:
        for binders, n, d in terms:
            u, v = m.exponent(EULER), n.exponent(EULER)
            if c < 0 < d and u != v:
                ratio = nf.exp(v - u)
                yield Gap(binders, nf.times(of_monomial(n, d), nf.exp(u - v)), ratio)
    for binders, m, c in terms:
        for _, n, d in terms:
            u, v = m.exponent(EULER), n.exponent(EULER)
            if c < 0 < d and u != v:
                yield Gap(binders, of_monomial(m, -c), nf.exp(v - u))


def _monotone_log(nf: Normaliser, residual: Polynomial) -> Iterator[Gap]:
    """``w (b - log a) >= w (1 - a e^-b)``."""
    logs = [(m, a) for m in residual.terms for a, e in m.factors if a.kind == "log" and e.whole == 1]
    for weight in dict.fromkeys([*[Monomial(()) for _ in logs[:1]], *[m.without(a) for m, a in logs]]):
        if nf.nonnegative(of_monomial(weight)):
            yield Gap((), of_monomial(weight), nf.exp(nf.times(residual.scaled(-1), of_monomial(weight.inverse()))))
