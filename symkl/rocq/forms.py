"""Normal forms as terms, spelled in one way: what scripts say of the numbers between two steps.

An exponential is spelled ``exp(n)^k`` for each term ``k n`` of its exponent, so that products of exponentials are
products of powers of the same few numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor, lcm

import symkl.language.terms as t
from symkl.kernel.normal_form import EULER, Normaliser
from symkl.kernel.polynomials import ONE, Atom, Monomial, Polynomial, Rational, constant, of_atom
from symkl.language.terms import Argument, Policy, Variable
from symkl.rocq.refusals import NotExported

SCORE, RATE, SAME, CLOSED = "∇log ", "∇ ", t.SAME, "#π"
"""What these are called: the slope of a logarithm, and of a function; whether two places are the same; and the policy
of a problem."""


def number(value: Rational) -> t.Number:
    """A rational as a term."""
    return t.Number(Fraction(value))


class Forms:
    """Normal forms as terms. ``roots``: which root of each exponential is taken as the base of its powers."""

    def __init__(self, nf: Normaliser, roots: dict[str, int]) -> None:
        self.nf, self.roots = nf, roots

    def term(self, of: Polynomial) -> t.Term:
        """The polynomial as a sum of products."""
        terms = sorted(of.terms.items(), key=lambda term: term[0].key)
        parts = [self.monomial(m, c) for m, c in terms]
        return number(0) if not parts else parts[0] if len(parts) == 1 else t.Add(tuple(parts))

    def monomial(self, m: Monomial, c: Rational = 1) -> t.Term:
        """A product with its coefficient."""
        factors = [each for a, e in m.factors for each in self.factor(a, e)]
        if c != 1 or not factors:
            factors.insert(0, number(c))
        return factors[0] if len(factors) == 1 else t.Mul(tuple(factors))

    def factor(self, atom: Atom, e: Polynomial) -> list[t.Term]:
        """An atom to a power, as factors."""
        if atom != EULER and e.whole is not None:
            return [powered(self.atom(atom), e.whole)]
        if atom == EULER:
            return self._exponentials(e)
        whole = floor(e.terms.get(ONE, 0))
        rest = e - constant(whole)
        left = self._exponentials(self.nf.times(rest, of_atom(_logarithm(atom))))
        return [powered(self.atom(atom), whole), *left] if whole else left

    def _exponentials(self, of: Polynomial) -> list[t.Term]:
        return [self._exponential(n, Fraction(d)) for n, d in sorted(of.terms.items(), key=lambda term: term[0].key)]

    def _exponential(self, n: Monomial, d: Fraction) -> t.Term:
        root = self.roots[n.key] = lcm(self.roots.get(n.key, 1), d.denominator)
        base = t.exp(self.monomial(n, Fraction(1, root)))
        return powered(base, int(d * root))

    def atom(self, atom: Atom) -> t.Term:
        """An atom as a term."""
        places = (*atom.outcomes, *atom.given)
        match atom.kind:
            case "scalar":
                return t.Scalar(atom.symbol)
            case "entry" if not places:
                return t.Scalar(atom.symbol)
            case "apply" | "entry":
                return t.Apply(atom.symbol, atom.outcomes, atom.given)
            case "score":
                return t.Apply(SCORE + atom.symbol, (), places)
            case "same":
                return t.Apply(SAME, (), places)
            case "value":
                return t.Value(atom.symbol, self.term(atom.inside))
            case "log":
                return t.log(self.term(atom.inside))
            case "poly" | "prime":
                return self.term(atom.inside)
            case "abs":
                return t.Fn("abs", (self.term(atom.inside),))
            case "sum":
                return t.Bind("sum", atom.outcomes, (self.term(atom.inside),))
            case "top":
                return t.Bind("maximum", atom.outcomes, (self.term(atom.inside),))
            case "step":
                return t.Cases((self.term(atom.inside),), (number(1), number(0)))
        raise NotExported(f"a normal form with what is called {atom.kind!r}")


def _logarithm(atom: Atom) -> Atom:
    return Atom("log", inside=atom.inside if atom.kind in ("poly", "prime") else of_atom(atom))


def powered(base: t.Term, exponent: int) -> t.Term:
    """A term to an integer power."""
    return base if exponent == 1 else t.Power(base, number(exponent))


def pattern(term: t.Term) -> tuple[t.Term, tuple[Variable, ...]]:
    """A term with names for its free variables that say only in which order they come, and these variables."""
    free: dict[Variable, None] = {}

    def look(part: t.Term, bound: frozenset[Variable]) -> None:
        if isinstance(part, t.Apply):
            free.update({a: None for a in (*part.outcomes, *part.given) if isinstance(a, Variable) and a not in bound})
        if isinstance(part, t.Partial) and isinstance(part.target, t.Apply):
            look(part.target, bound)
        inner = bound | set(part.variables) if isinstance(part, t.Bind) else bound
        for each in part.parts():
            look(each, inner)

    look(term, frozenset())
    names = {v: Variable(f"◦{i}", v.sort) for i, v in enumerate(free)}
    exchange: dict[Argument, Argument] = {a: b for a, b in names.items()}  # noqa: C416
    return _unnamed(t.substitute(term, exchange), 0), tuple(free)


def alike(a: t.Term, b: t.Term) -> bool:
    """Whether two terms are the same but for the names of what they bind."""
    return a == b or _unnamed(a, 0) == _unnamed(b, 0)


def _unnamed(term: t.Term, depth: int) -> t.Term:
    if isinstance(term, t.Bind):
        names = tuple(Variable(f"•{depth + i}", v.sort) for i, v in enumerate(term.variables))
        exchange: Mapping[Argument, Argument] = dict(zip(term.variables, names, strict=True))
        bodies = tuple(_unnamed(t.substitute(each, exchange), depth + len(names)) for each in term.arguments)
        others = tuple(_unnamed(each, depth) for each in term.parameters)
        return t.Bind(term.name, names, bodies, others)
    return t.rebuilt(term, lambda part: _unnamed(part, depth))


def bound(body: t.Term, policy: str) -> t.Term:
    """The body of a problem with its policy called by the name that the kernel gives it."""
    return t.substitute(body, {Policy(policy): Policy(CLOSED)})
