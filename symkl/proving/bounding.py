"""Which gaps a difference may be made of, and how much of each: many are guessed, and the weights are worked out.

Nothing here is trusted. What is guessed wrongly gets no weight, or makes the law of the kernel fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from symkl.kernel.normal_form import EULER, Normaliser
from symkl.kernel.polynomials import (
    NOTHING,
    Atom,
    Monomial,
    Polynomial,
    Rational,
    constant,
    of_atom,
    of_monomial,
    total,
)
from symkl.kernel.quotients import MINUS_ONE, Unsupported
from symkl.language.terms import Variable
from symkl.proving.combining import combined
from symkl.proving.gaps import Gap, summed

_MOST = 240
"""How many gaps are guessed at most."""

_POSITIVE, _LITTLE = 8, Fraction(1, 16)
"""Of how many positive terms a strict inequality may keep one, and how much of it."""


class _Term(NamedTuple):
    """``coefficient Σ over binders of monomial``."""

    binders: tuple[Variable, ...]
    monomial: Monomial
    coefficient: Rational


def bounded(
    nf: Normaliser, residual: Polynomial, guesses: Iterable[Gap], strict: bool
) -> Iterator[tuple[Gap, ...]]:
    """Gaps that add up to a polynomial, but for terms that are not negative, one of them positive where that is asked.

    ``guesses``: those that others propose.
    """
    search = _Search(nf)
    closed, terms = [_Term((), m, c) for m, c in residual.terms.items()], search.terms(residual)
    pairs = search.pairs(residual)
    for kind in (guesses, _logarithms(nf, terms), _conjugate(nf, terms), _exponentials(nf, terms),
                 _exponentials(nf, pairs), _distances(nf, residual), _squares(nf, closed), _squares(nf, terms),
                 _products(nf, terms), _products(nf, pairs), _parts(nf, terms),
                 _shares_of_sets(nf, terms)):  # fmt: skip
        search.take(kind)
    yield from search.weighed(residual, strict)
    search.take(_shares_of_logarithms(nf, terms, closed))
    more = list(dict.fromkeys(each for part in search.parts for each in search.terms(part)))
    every = list(dict.fromkeys([*terms, *more]))
    for kind in (_parts(nf, every), _quotients(nf, every), _products(nf, more), _shares_of_sets(nf, every)):
        search.take(kind)
    yield from search.weighed(residual, strict)


class _Search:
    """The gaps guessed so far, and what they come to."""

    def __init__(self, nf: Normaliser) -> None:
        self.nf = nf
        self.gaps: list[Gap] = []
        self.parts: list[Polynomial] = []
        self._shared: dict[str, list[Variable]] = {}

    def terms(self, polynomial: Polynomial) -> list[_Term]:
        """The terms with their sums opened, all under the same names."""
        found = []
        for m, c in polynomial.terms.items():
            sums = [a for a, e in m.factors if a.kind == "sum" and e.whole == 1]
            if len(sums) != 1:
                found.append(_Term((), m, c))
                continue
            names = self._names(sums[0].outcomes)
            inside = self.nf.rename(sums[0].inside, dict(zip(sums[0].outcomes, names, strict=True)))
            body = self.nf.times(of_monomial(m.without(sums[0]), c), inside)
            found += [_Term(names, n, d) for n, d in body.terms.items()]
        return found

    def pairs(self, polynomial: Polynomial) -> list[_Term]:
        """The terms that are a product of two sums over an alphabet, as one sum over two of it, both ways round."""
        found = []
        for m, c in polynomial.terms.items():
            sums = [a for a, e in m.factors if a.kind == "sum" and e.whole in (1, 2) for _ in range(e.whole or 0)]
            outcomes = [v for a in sums for v in a.outcomes]
            if len(sums) != 2 or len(outcomes) != 2 or len({v.sort for v in outcomes}) > 1:
                continue
            names = self._names(outcomes)
            for order in (names, names[::-1]):
                inside = [self.nf.rename(a.inside, {a.outcomes[0]: v}) for a, v in zip(sums, order, strict=True)]
                body = self.nf.times(of_monomial(m.without(*sums), c), *inside)
                found += [_Term(names, n, d) for n, d in body.terms.items()]
        return found

    def _names(self, outcomes: Sequence[Variable]) -> tuple[Variable, ...]:
        counts: dict[str, int] = {}
        names = []
        for v in outcomes:
            shared = self._shared.setdefault(v.sort, [])
            if (at := counts.get(v.sort, 0)) == len(shared):
                self.nf.fresh += 1
                shared.append(Variable(f"~{self.nf.fresh}", v.sort))
            names.append(shared[at])
            counts[v.sort] = at + 1
        return tuple(names)

    def take(self, gaps: Iterable[Gap]) -> None:
        """Those of the gaps that the kernel may take, each thing once."""
        known = set(self.parts)
        for gap in gaps:
            if len(self.gaps) >= _MOST:
                return
            try:
                part = gap.filled(self.nf)
            except Unsupported:
                continue
            if part is not None and part.terms and part not in known:
                known.add(part)
                self.gaps.append(gap)
                self.parts.append(part)

    def weighed(self, residual: Polynomial, strict: bool) -> Iterator[tuple[Gap, ...]]:
        """The gaps that make up a polynomial, each with its weight."""
        for left in self._targets(residual) if strict else [residual]:
            hopeful = self._hopeful(left)
            found = combined(left, [self.parts[i] for i in hopeful], self._spare)
            if found is not None:
                pairs = [(self.gaps[i], w) for i, w in zip(hopeful, found, strict=True) if w]
                yield tuple(replace(gap, weight=gap.weight.scaled(w)) for gap, w in pairs)
                return

    def _spare(self, m: Monomial) -> bool:
        return self.nf.nonnegative(of_monomial(m))

    def _hopeful(self, residual: Polynomial) -> list[int]:
        """The places of the parts of which no term is one that nothing else can cancel."""
        kept = list(range(len(self.parts)))
        while True:
            signs: dict[Monomial, set[bool]] = {m: {c < 0} for m, c in residual.terms.items()}
            for i in kept:
                for m, c in self.parts[i].terms.items():
                    signs.setdefault(m, set()).add(c > 0)
            alone = {m for m, found in signs.items() if len(found) == 1 and not (found == {False} and self._spare(m))}
            left = [i for i in kept if alone.isdisjoint(self.parts[i].terms.keys())]
            if len(left) == len(kept):
                return kept
            kept = left

    def _targets(self, residual: Polynomial) -> Iterator[Polynomial]:
        """What is left of a polynomial once a little of something positive is taken away."""
        terms = dict.fromkeys(m for each in (residual, *self.parts) for m in each.terms)
        positive = [m for m in terms if self.nf.positive(of_monomial(m))]
        for m in positive[:_POSITIVE]:
            yield residual - of_monomial(m, _LITTLE)


def _quotient(m: Monomial, n: Monomial) -> Monomial:
    return Monomial([*dict(_product(m.factors, n.inverse().factors)).items()])


def _product(*factors: Iterable[tuple[Atom, Polynomial]]) -> list[tuple[Atom, Polynomial]]:
    merged: dict[Atom, Polynomial] = {}
    for each in factors:
        for atom, e in each:
            merged[atom] = merged[atom] + e if atom in merged else e
    return [(atom, e) for atom, e in merged.items() if e.terms]


def _weight(nf: Normaliser, m: Monomial) -> Polynomial | None:
    """A monomial as a weight, if it is not negative."""
    found = of_monomial(m)
    return found if nf.nonnegative(found) else None


def _normalised(nf: Normaliser, binders: tuple[Variable, ...], weight: Polynomial, t: Polynomial) -> Polynomial | None:
    """A ratio with its mean under the weight brought to 1."""
    above, below = summed(nf, binders, nf.times(weight, t)), summed(nf, binders, weight)
    if above is None or below is None:
        return None
    return nf.times(t, below, nf.power(above, MINUS_ONE))


def _ratios(nf: Normaliser, binders: tuple[Variable, ...], weight: Polynomial, t: Polynomial) -> Iterator[Gap]:
    yield Gap(binders, weight, t)
    for some in dict.fromkeys([binders, *((v,) for v in binders)]) if binders else ():
        if (brought := _normalised(nf, some, weight, t)) is not None:
            yield Gap(binders, weight, brought)


def _logarithms(nf: Normaliser, terms: Sequence[_Term]) -> Iterator[Gap]:
    """``w φ(t)``, where t has the logarithms that stand beside w, all of them or one alone."""
    groups: dict[tuple[tuple[Variable, ...], Monomial], list[Polynomial]] = {}
    for each in terms:
        for log in [a for a, e in each.monomial.factors if a.kind == "log" and e.whole == 1]:
            groups.setdefault((each.binders, each.monomial.without(log)), []).append(
                of_atom(log).scaled(-each.coefficient)
            )
    for (binders, m), logs in groups.items():
        if (weight := _weight(nf, m)) is None:
            continue
        for log_t in dict.fromkeys([total(logs), *logs]):
            for scale in sorted({Fraction(max(c, -c)) for c in log_t.terms.values()}):
                yield from _ratios(nf, binders, weight, nf.exp(log_t.scaled(Fraction(1) / scale)))


def _exponentials(nf: Normaliser, terms: Sequence[_Term]) -> Iterator[Gap]:
    """``w φ(e^u)`` and ``w φ(e^-u)``, for the exponents that occur and their differences, where ``w u`` occurs."""
    found = [each.monomial.exponent(EULER) for each in terms]
    exponents = [e for e in dict.fromkeys(found) if e.terms]
    differences = [u - v for i, u in enumerate(exponents) for v in exponents[:i]]
    for v, w in {each.binders for each in terms if len(each.binders) == 2 and len({v.sort for v in each.binders}) == 1}:
        differences += [u - nf.rename(u, {v: w, w: v}) for u in exponents]
    linear = [of_monomial(n) for each in terms for n in (_unsigned(nf, each.monomial),) if n.factors]
    for u in dict.fromkeys([*exponents, *differences, *linear]):
        for each in terms:
            for n in u.terms:
                weight = _weight(nf, _quotient(each.monomial, n))
                if weight is None:
                    continue
                for sign in (1, -1):
                    yield from _ratios(nf, each.binders, weight, nf.exp(u.scaled(sign)))
    for each in terms:
        for other in found:
            if each.monomial.exponent(EULER) != other and (weight := _weight(nf, each.monomial)) is not None:
                yield from _ratios(nf, each.binders, weight, nf.exp(other - each.monomial.exponent(EULER)))


def _conjugate(nf: Normaliser, terms: Sequence[_Term]) -> Iterator[Gap]:
    """``w φ(b e^u / w)``, for a term ``b e^u`` and a weight w of what stands in u, or of a logarithm beside it."""
    for each in terms:
        exponent = each.monomial.exponent(EULER)
        if each.coefficient <= 0 or not exponent.terms:
            continue
        weights: dict[Monomial, None] = {}
        for other in terms:
            logs = [Monomial([(a, e)]) for a, e in other.monomial.factors if a.kind == "log" and e.whole == 1]
            for n in (*exponent.terms, *logs) if other.binders == each.binders and other is not each else ():
                if n.factors and nf.nonnegative(of_monomial(w := _quotient(other.monomial, n))):
                    weights[w] = None
        for w in weights:
            yield Gap(each.binders, of_monomial(w), of_monomial(_quotient(each.monomial, w), each.coefficient))


def _unsigned(nf: Normaliser, m: Monomial) -> Monomial:
    """The factors of which no sign is known."""
    return Monomial([(a, e) for a, e in m.factors if not nf.nonnegative(of_atom(a, e))])


def _squares(nf: Normaliser, terms: Sequence[_Term]) -> Iterator[Gap]:
    """``w (f - h)²``: the square completed with what stands beside f, or with its mean."""
    for each in terms:
        if each.coefficient < 0:
            continue
        even = [(a, e) for a, e in each.monomial.factors if e.whole is not None and e.whole % 2 == 0]
        unsigned = [(a, e) for a, e in even if not nf.positive_atom(a)]
        positive = [(a, e) for a, e in each.monomial.factors if nf.positive_atom(a)]
        for root in [unsigned, *([pair] for pair in dict.fromkeys([*even, *positive]))]:
            if not root:
                continue
            half = Monomial([(a, e.scaled(Fraction(1, 2))) for a, e in root])
            rest = each.monomial.without(*(a for a, _ in root))
            if (weight := _weight(nf, rest)) is None:
                continue
            beside = NOTHING
            for other in terms:
                h = _quotient(_quotient(other.monomial, half), rest)
                if other.binders == each.binders and other is not each and not _shares(h, half):
                    beside = beside + of_monomial(h, Fraction(other.coefficient) / each.coefficient / 2)
            f = of_monomial(half)
            for u in dict.fromkeys([f + beside, *(f + of_monomial(n, c) for n, c in beside.terms.items())]):
                yield Gap(each.binders, weight, u, square=True)
            for u in dict.fromkeys([f, f + beside]) if each.binders else ():
                for g in (constant(1), nf.power(weight, MINUS_ONE), of_monomial(half.inverse())):
                    above = summed(nf, each.binders, nf.times(weight, u, g))
                    below = summed(nf, each.binders, nf.times(weight, g, g))
                    if above is not None and below is not None and below.terms:
                        mean = nf.times(above, nf.power(below, MINUS_ONE))
                        yield Gap(each.binders, weight, u - nf.times(g, mean), square=True)


def _distances(nf: Normaliser, residual: Polynomial) -> Iterator[Gap]:
    """What bounds ``(Σ p |t - 1|)²``, for t = q/p: Cauchy's inequality, and Pinsker's, by ``h(t)``."""
    for distance in dict.fromkeys(a for m in residual.terms for a, e in m.factors if a.kind == "sum" and e.whole == 2):
        names, body = nf.open(distance)
        kinks = [a for a, _ in body.single[0].factors if a.kind == "abs"] if body.single else []
        if len(kinks) != 1 or body.single is None:
            continue
        p = of_monomial(body.single[0].without(kinks[0]))
        inside = kinks[0].inside
        first = inside.terms.get(Monomial(()))
        if first is None:
            continue
        t = constant(1) - inside.scaled(Fraction(1) / first)
        for law, ratio in ((p, t), (nf.times(p, t), nf.power(t, MINUS_ONE))):
            kink, variables = nf.abs(ratio - constant(1)), tuple(names)
            whole = summed(nf, variables, nf.times(law, kink))
            if whole is None:
                continue
            yield Gap(variables, law, kink - whole, square=True)
            twice = ratio.scaled(2) + constant(4)
            below = nf.power(twice, MINUS_ONE)
            yield Gap(variables, nf.times(law, below), ratio, sharp=True)
            yield Gap(variables, nf.times(law, twice), nf.times(kink, below).scaled(6) - whole, square=True)


def _products(nf: Normaliser, terms: Sequence[_Term]) -> Iterator[Gap]:
    """``w (a - b)²`` and ``w (a + b)²``, for a product ``w a b`` of which a sign is not known, or with roots in it."""
    for each in terms:
        factors = [(a, e) for a, e in each.monomial.factors if _of_a_product(nf, a, e)]
        if not 1 <= len(factors) <= 4:
            continue
        weight = _weight(nf, each.monomial.without(*(a for a, _ in factors)))
        if weight is None:
            continue
        whole = Monomial(factors)
        halves = [Monomial(factors[:k] + factors[k + 1 :]) for k in range(len(factors))]
        if len(each.binders) == 2 and each.binders[0].sort == each.binders[1].sort:  # a(y) b(y') - a(y') b(y)
            halves.append(whole.parted([each.binders[0]])[0])
        for a in halves:
            b = _quotient(whole, a)
            for sign in (1, -1):
                yield Gap(each.binders, weight, of_monomial(a) - of_monomial(b, sign), square=True)
            if not a.factors:
                yield Gap(each.binders, weight, constant(1) - of_monomial(b.inverse()), square=True)
    yield from _exchanged(nf, terms)


def _of_a_product(nf: Normaliser, a: Atom, e: Polynomial) -> bool:
    root = e.rational is not None and Fraction(e.rational).denominator > 1
    return root or a == EULER or not nf.nonnegative(of_atom(a, e))


def _exchanged(nf: Normaliser, terms: Sequence[_Term]) -> Iterator[Gap]:
    """``w w' (a b' - a' b)²``, for ``w a² w' b'²`` under a sum over two: the inequality of Cauchy and Schwarz."""
    for each in terms:
        if len(each.binders) != 2 or each.coefficient < 0 or len({v.sort for v in each.binders}) > 1:
            continue
        v, w = each.binders
        one, rest = each.monomial.parted([v])
        two, _ = rest.parted([w])
        if one.names.isdisjoint([w]) and nf.nonnegative(of_monomial(one)) and nf.nonnegative(of_monomial(two)):
            turned = nf.rename(of_monomial(two), {w: v})
            if turned.single is None:
                continue
            other = turned.single[0]
            shared = Monomial([(a, e) for a, e in one.factors if other.exponent(a) == e and nf.positive_atom(a)])
            a, b = (_root(nf, _quotient(m, shared)) for m in (one, other))
            if a is None or b is None:
                continue
            a_there, b_there, there = (nf.rename(x, {v: w}) for x in (a, b, of_monomial(shared)))
            weight = nf.times(of_monomial(shared), there, of_monomial(_quotient(rest, two)))
            yield Gap(each.binders, weight, nf.times(a, b_there) - nf.times(a_there, b), square=True)
            means = [summed(nf, (v,), nf.times(of_monomial(shared), x)) for x in (constant(1), a, b)]
            if means[0] == constant(1) and means[1] is not None and means[2] is not None:  # of deviations
                a, b, a_there, b_there = a - means[1], b - means[2], a_there - means[1], b_there - means[2]
                yield Gap(each.binders, weight, nf.times(a, b_there) - nf.times(a_there, b), square=True)


def _root(nf: Normaliser, m: Monomial) -> Polynomial | None:
    """The square root of a monomial, where it has one."""
    good = all(nf.positive_atom(a) or (e.whole is not None and e.whole % 2 == 0) for a, e in m.factors)
    return of_monomial(Monomial([(a, e.scaled(Fraction(1, 2))) for a, e in m.factors])) if good else None


def _shares_of_logarithms(nf: Normaliser, terms: Sequence[_Term], closed: Sequence[_Term]) -> Iterator[Gap]:
    """``w φ(t)``, where t has some of what stands beside w in its logarithm, times a constant that has its own."""
    groups: dict[tuple[tuple[Variable, ...], Monomial], dict[Polynomial, None]] = {}
    for each in terms:
        for log in [a for a, e in each.monomial.factors if a.kind == "log" and e.whole == 1]:
            group = groups.setdefault((each.binders, each.monomial.without(log)), {})
            group[of_atom(log).scaled(-each.coefficient)] = None
    constants = [NOTHING]
    for each in closed:
        for log in [a for a, e in each.monomial.factors if a.kind == "log" and e.whole == 1]:
            constants += [of_atom(log), of_atom(log).scaled(-1)]
    exponents = [e.rational for each in terms for _, e in each.monomial.factors]
    roots = {Fraction(e).denominator for e in exponents if e is not None}
    for (binders, m), logs in groups.items():
        if (weight := _weight(nf, m)) is None:
            continue
        beside = []
        for each in terms:
            n = _quotient(each.monomial, m)
            if each.binders == binders and all(a.kind != "log" for a, _ in n.factors) and n.factors:
                beside.append(of_monomial(n, -each.coefficient))
        ones = [part.scaled(Fraction(1) / max(c, -c)) for part in logs for c in part.terms.values()]
        parts = [*dict.fromkeys(ones), *([total(beside)] if beside else [])][:4]
        for k in range(1, 2 ** len(parts)):
            chosen = total([part for i, part in enumerate(parts) if k >> i & 1])
            for scale in sorted({1, *roots}):
                for constant_log in dict.fromkeys(constants):
                    yield Gap(binders, weight, nf.exp(chosen.scaled(Fraction(1) / scale) + constant_log))


def _shares(h: Monomial, half: Monomial) -> bool:
    return any(h.exponent(a).terms for a, _ in half.factors)


def _shares_of_sets(nf: Normaliser, terms: Sequence[_Term]) -> Iterator[Gap]:
    """``w (1 - [u >= 0])``, which is a square: what lies in a set is a part of all there is."""
    steps = dict.fromkeys(a for each in terms for a, _ in each.monomial.factors if a.kind == "step")
    for each in terms:
        if each.coefficient > 0 and (weight := _weight(nf, each.monomial)) is not None:
            yield from (Gap(each.binders, weight, constant(1) - of_atom(step), square=True) for step in steps)
        for step in [a for a, _ in each.monomial.factors if a.kind == "step"]:  # where max f is f, all may have been f
            if (found := nf.peak(step.inside)) and (most := found[2].atom) is not None:
                weight = nf.put(of_monomial(each.monomial.without(step)), {of_atom(most): found[1]})
                if nf.nonnegative(weight):
                    yield Gap(each.binders, weight, constant(1) - of_atom(step), square=True)


def _parts(nf: Normaliser, terms: Sequence[_Term]) -> Iterator[Gap]:
    """``w (1 - p)`` for a probability p that stands beside w, and ``w (Σ v - v)`` for a v over its sum."""
    for each in terms:
        for a, e in each.monomial.factors:
            if a.kind == "poly" and (e.whole or 0) < 0:
                below = {b for n in a.inside.terms for b, _ in n.factors if b.kind == "apply" and b.outcomes}
                for n in a.inside.terms if below else ():
                    if (weight := _weight(nf, Monomial(_product(each.monomial.factors, n.factors)))) is not None:
                        for b in sorted(below, key=lambda b: b.key):
                            yield Gap(each.binders, weight, of_atom(b), over=b.outcomes)
            if a.kind == "apply" and a.outcomes and (e.whole or 0) >= 1:
                weight = _weight(nf, _quotient(each.monomial, of_atom(a).single[0]))  # type: ignore[index]
                if weight is not None:
                    yield Gap(each.binders, weight, of_atom(a), over=a.outcomes)
            elif a.kind == "sum" and len(a.outcomes) == 1 and (e.whole or 0) < 0:
                places = sorted((v for v in each.monomial.names if isinstance(v, Variable)), key=lambda v: v.name)
                for v in places:
                    if v.sort == a.outcomes[0].sort and v not in a.names:
                        inside = nf.rename(a.inside, {a.outcomes[0]: v})
                        if inside.single is None:
                            continue
                        weight = _weight(nf, _quotient(each.monomial, inside.single[0]))
                        if weight is not None:
                            yield Gap(each.binders, weight, inside, over=(v,))


def _quotients(nf: Normaliser, terms: Sequence[_Term]) -> Iterator[Gap]:
    """``w n / D`` for a term n of a sum D that stands below w: not negative, which one part of ``w - w/D`` is not."""
    for each in terms:
        for a, e in each.monomial.factors:
            if a.kind == "poly" and (e.whole or 0) < 0 and nf.positive_atom(a):
                root = nf.power(of_atom(a), e.scaled(Fraction(1, 2)))
                for n in a.inside.terms:
                    rest = Monomial(_product(each.monomial.without(a).factors, n.factors))
                    if (weight := _weight(nf, rest)) is not None:
                        yield Gap(each.binders, weight, root, square=True)
