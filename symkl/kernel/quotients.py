"""The field that normal forms live in: Laurent polynomials, with sums below a line kept as atoms.

An atom of kind ``poly`` is a sum of several terms that stands below a line or under a power. Products
work out its positive powers and keep a fraction ``m / D^k`` of lower degree than ``D``; zero is
decided after clearing denominators. Nothing here knows what an atom means, only that whatever
is divided by is not 0; whether that is so, ``power`` asks in the kernel.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from fractions import Fraction
from math import floor

from symkl.kernel.polynomials import ONE, Atom, Monomial, Polynomial, Rational, constant, of_atom, of_monomial, total

MINUS_ONE = constant(-1)


class Unsupported(Exception):
    """A term outside the fragment, or undefined; the message tells a reader what."""


class BudgetExceeded(Exception):
    """The work allowed for one row is used up."""


class Field(ABC):
    """Arithmetic on normal forms, with a budget of steps.

    ``rank``: which of the ways to write a sum as one of its terms times ``1 + ...`` comes first;
    any will do, as long as one field always takes the same.
    """

    def __init__(self, budget: int, rank: Callable[[Polynomial], int] = lambda inside: 0) -> None:
        self.budget, self.rank = budget, rank

    @abstractmethod
    def power(self, base: Polynomial, exponent: Polynomial) -> Polynomial:
        """``base ^ exponent``, where it exists."""

    def tick(self, steps: int = 1) -> None:
        """Count work done; counting steps, not seconds, keeps every answer reproducible."""
        self.budget -= steps
        if self.budget < 0:
            raise BudgetExceeded

    def times(self, *parts: Polynomial) -> Polynomial:
        """The product."""
        result, *others = [part for part in parts if part.rational != 1] or [constant(1)]
        for part in others:
            self.tick(2 * len(result.terms) * len(part.terms))
            result, special = result.times(part, apart=("prime", "poly", "abs", "step", "same"))
            result = total([result, *[self.collect(factors, c) for factors, c in special]]) if special else result
        return result

    def collect(self, factors: Iterable[tuple[Atom, Polynomial]], coefficient: Rational = 1) -> Polynomial:
        """A product in which bases that are numbers or sums may have integer powers: those are worked out."""
        expanded, kept = constant(1), []
        for atom, e in factors:
            if atom.kind == "prime" and e.rational is not None:
                self.tick(abs(whole := floor(e.rational)))
                coefficient *= Fraction(atom.inside.rational or 1) ** whole
                kept.append((atom, e - constant(whole)))
            elif atom.kind == "abs" and e.whole is not None and e.whole not in (0, 1):
                even = constant(e.whole // 2 * 2)
                expanded, kept = self.times(expanded, self.power(atom.inside, even)), [*kept, (atom, e - even)]
            elif atom.kind in ("step", "same") and (e.whole or 0) > 0:
                kept.append((atom, constant(1)))
            elif atom.kind == "poly" and e.rational is not None and (whole := floor(e.rational)) > 0:
                expanded = self.times(expanded, self.power(atom.inside, constant(whole)))
                kept.append((atom, e - constant(whole)))
            elif atom.kind == "poly" and e.whole is not None and atom.inside.terms.get(ONE) != 1:
                expanded = self.times(expanded, self.power(atom.inside, e))
            else:
                kept.append((atom, e))
        steps = [a for a, e in kept if a.kind == "step" and e.whole == 1]
        for a, b in [(a, b) for a in steps for b in steps if a.inside == b.inside.scaled(-1)]:  # [u>=0][u<=0]
            rest = self.collect([each for each in kept if each[0] not in (a, b)], coefficient)
            return self.times(rest, expanded, of_atom(a) + of_atom(b) - constant(1))
        return self.times(self._divide(Monomial(kept), coefficient), expanded)

    def _divide(self, monomial: Monomial, coefficient: Rational) -> Polynomial:
        """``m / D^k`` with the degree of m brought below that of D, by ``lead = D - rest``.

        Without this ``e^u/(1+e^u)`` and ``1 - 1/(1+e^u)`` would be two forms of one number.
        """
        for atom, e in monomial.factors:
            if atom.kind != "poly" or e.whole is None or (pivot := atom.inside.pivot()) is None:
                continue
            degree, low, high = pivot
            at = degree(monomial.without(atom))
            if not 0 <= at < degree(high) - degree(low):
                self.tick(10)
                lead = high if at >= 0 else low
                quotient = self.times(of_monomial(monomial, Fraction(coefficient) / atom.inside.terms[lead]),
                                      self.power(of_monomial(lead), MINUS_ONE))
                return self.times(quotient, of_atom(atom) + of_monomial(lead, atom.inside.terms[lead]) - atom.inside)
        return of_monomial(monomial, coefficient)

    def clear(self, polynomial: Polynomial) -> tuple[Polynomial, list[tuple[Atom, Polynomial]]]:
        """``(N, [(D, k), ...])``: the polynomial is N over the product of D^k, no sum below a line in N."""
        cleared: list[tuple[Atom, Polynomial]] = []
        while below := [a for m in polynomial.terms for a, e in m.factors
                        if a.kind == "poly" and e.rational is not None and e.rational < 0]:
            atom = min(below, key=lambda a: a.key)
            power = constant(-floor(min([m.exponent(atom).rational or 0 for m in polynomial.terms])))
            polynomial = total([self.collect([*m.without(atom).factors, (atom, m.exponent(atom) + power)], c)
                                for m, c in polynomial.terms.items()])
            cleared.append((atom, power))
        return polynomial, cleared

    def is_zero(self, polynomial: Polynomial) -> bool:
        """Whether the polynomial is 0, decided after clearing denominators."""
        return not polynomial.terms or not self.clear(polynomial)[0].terms

    def factors(self, polynomial: Polynomial) -> tuple[Rational, list[tuple[Atom, Polynomial]]]:
        """``c`` and factors whose product is the polynomial; a sum has one of its terms pulled out,
        the same one however it is scaled, so that what is left is one atom."""
        numerator, below = self.clear(polynomial)
        if not numerator.terms:
            raise Unsupported("division by zero, or the logarithm of zero")
        rest = [(a, e.scaled(-1)) for a, e in below]
        if numerator.single is not None:
            return numerator.single[1], [*numerator.single[0].factors, *rest]
        plain = [term for term in numerator.terms.items() if all(a.kind != "abs" for a, _ in term[0].factors)]
        choices = [(self.times(numerator.scaled(Fraction(1) / c), of_monomial(m.inverse())), m, c)
                   for m, c in (plain or list(numerator.terms.items()))[: 1 if len(numerator.terms) > 32 else None]]
        inside, m, c = min(choices, key=lambda choice: (self.rank(choice[0]), choice[0].key))
        return c, [*m.factors, (Atom("poly", inside=inside), constant(1)), *rest]
