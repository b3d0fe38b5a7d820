"""Which gaps a difference may be made of, and how much of each: many are guessed, and the weights are worked out.

Nothing here is trusted. What is guessed wrongly gets no weight, or makes the law of the kernel fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

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

_MOST = 160
"""How many gaps are guessed at most."""

_POSITIVE, _LITTLE = 8, Fraction(1, 16)
"""Of how many positive terms a strict inequality may keep one, and how much of it."""


@dataclass(frozen=True)
class _Term:
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
    terms = search.terms(residual)
    search.take(guesses)
    search.take(_logarithms(nf, terms))
    search.take(_exponentials(nf, terms))
    closed = [_Term((), m, c) for m, c in residual.terms.items()]
    search.take(_squares(nf, closed))
    search.take(_squares(nf, terms))
    search.take(_parts(nf, terms))
    yield from search.weighed(residual, strict)
    more = [each for each in search.terms(total(search.parts)) if each not in terms]
    search.take(_parts(nf, [*terms, *more]))
    search.take(_quotients(nf, [*terms, *more]))
    search.take(_squares(nf, more))
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
    if binders and (brought := _normalised(nf, binders, weight, t)) is not None:
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
        for root in [unsigned, *([pair] for pair in even)]:
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
            yield Gap(each.binders, weight, f + beside, square=True)
            for n in beside.terms:
                yield Gap(each.binders, weight, f + of_monomial(n, beside.terms[n]), square=True)
            for g in (constant(1), nf.power(weight, MINUS_ONE)) if each.binders else ():
                above = summed(nf, each.binders, nf.times(weight, f, g))
                below = summed(nf, each.binders, nf.times(weight, g, g))
                if above is not None and below is not None and below.terms:
                    mean = nf.times(above, nf.power(below, MINUS_ONE))
                    yield Gap(each.binders, weight, f - nf.times(g, mean), square=True)


def _shares(h: Monomial, half: Monomial) -> bool:
    return any(h.exponent(a).terms for a, _ in half.factors)


def _parts(nf: Normaliser, terms: Sequence[_Term]) -> Iterator[Gap]:
    """``w (1 - p)`` for a probability p that stands beside w, and ``w (Σ v - v)`` for a v over its sum."""
    for each in terms:
        for a, e in each.monomial.factors:
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
