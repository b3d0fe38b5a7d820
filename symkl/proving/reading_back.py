"""A normal form read back as a term a person would write, under the document's own names."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import symkl.language.terms as t
from symkl.kernel.normal_form import BOUND_POLICY, Normaliser
from symkl.kernel.polynomials import Atom, Monomial, Polynomial, Rational, of_atom
from symkl.kernel.quotients import MINUS_ONE, BudgetExceeded, Unsupported
from symkl.language.sorts import usual_name


class _Name(NamedTuple):
    definition: t.Definition
    value: Polynomial


def read_back(polynomial: Polynomial, context: t.Context, policy: str = "π") -> t.Term:
    """The polynomial as a term: sums under their defined names (Z), expectations and KLs recognised.

    >>> from symkl.kernel.polynomials import constant
    >>> read_back(constant(2), t.Context())
    Number(span=None, value=Fraction(2, 1))
    """
    names = _names(
        context.positive, tuple(context.definitions.values()), context.parametrised, tuple(context.moves.items())
    )
    return _Reader(Normaliser(context), names, policy).polynomial(polynomial, {})


def plain(polynomial: Polynomial, policy: str = "π°") -> t.Term:
    """The polynomial as a term of the kernel's own symbols, with no definition put to use.

    ``policy``: what is called that a maximum binds; ``#π``, inside the maximum.
    """
    return _Reader(Normaliser(t.Context.NOTHING), (), policy).polynomial(polynomial, {})


@lru_cache(32)  # of one document the contexts are few, and each is read back under again and again
def _names(
    positive: frozenset[str],
    definitions: tuple[t.Definition, ...],
    parametrised: frozenset[str],
    moves: tuple[tuple[str, frozenset[str]], ...],
) -> tuple[_Name, ...]:
    """The definitions by whose names something can be called."""
    given = {definition.symbol: definition for definition in definitions}
    nf = Normaliser(t.Context(positive, given, parametrised, moves=dict(moves)))
    names = []
    for definition in definitions:
        if all(isinstance(p, t.Variable) for p in definition.parameters):
            try:
                value = nf(definition.body)
            except (Unsupported, BudgetExceeded):
                continue
            if value.single and value.single[1] == 1 and len(value.single[0].factors) == 1:
                names.append(_Name(definition, value))
    return tuple(names)


class _Reader:
    def __init__(self, nf: Normaliser, names: tuple[_Name, ...], policy: str) -> None:
        self.nf, self.names, self.policy = nf, names, policy

    def polynomial(self, of: Polynomial, bound: Mapping[t.Variable, t.Variable]) -> t.Term:
        terms = dict(of.terms)
        out: list[t.Term] = []
        for m in sorted(terms, key=lambda m: (len(m.factors), m.key)):
            if m not in terms:
                continue
            c = terms.pop(m)
            found = self.divergence(m, c, terms)
            if found is not None:
                partner, kl, coefficient = found
                del terms[partner]
                rest = [self.power(a, e, bound) for a, e in m.factors if a.kind != "sum" or e.whole != 1]
                out.append(_product(coefficient, [*rest, kl(bound)]))
            else:
                out.append(self.monomial(m, c, bound))
        if not out:
            return t.Number(Fraction(0))
        return out[0] if len(out) == 1 else t.Add(tuple(out))

    def divergence(self, m: Monomial, c: Rational, terms: Mapping[Monomial, Rational]):  # type: ignore[no-untyped-def]
        """``c Σ p log p - c Σ p log q`` is c KL(p‖q): the partner of m, and how to write the two."""
        one = _entropy_like(m)
        if one is None:
            return None
        sum_one, p, logged = one
        for n, d in terms.items():
            other = _entropy_like(n)
            if other is None or d != -c or n.without(other[0]) != m.without(sum_one) or other[1].key != p.key:
                continue
            q, coefficient = (other[2], c) if logged.key == p.key else (logged, d)
            if (logged.key == p.key) == (other[2].key == p.key):
                continue
            return n, lambda bound, q=q: self.kl(sum_one, p, q, bound), coefficient
        return None

    def kl(self, total: Atom, p: Atom, q: Atom, bound: Mapping[t.Variable, t.Variable]) -> t.Term:
        inner, (v,) = self.below(total, bound)
        return t.kl(v, self.atom(p, inner), self.atom(q, inner))

    def monomial(self, m: Monomial, c: Rational, bound: Mapping[t.Variable, t.Variable]) -> t.Term:
        """``f ∇log f`` is ∇f where f need not be > 0."""
        slopes, left = list[t.Term](), dict(m.factors)
        for score in [a for a, e in m.factors if a.kind == "score" and not a.outcomes and e.whole == 1]:
            base = Atom("apply" if score.given else "scalar", score.symbol, (), score.given)
            if (m.exponent(base).whole or 0) > 0:
                left[base] = left[base] + MINUS_ONE
                del left[score]
                slopes.append(t.Gradient(self.atom(base, bound)))
        kept = sorted(((a, e) for a, e in left.items() if e.terms), key=_order)
        return _product(c, [*(self.power(a, e, bound) for a, e in kept), *slopes])

    def power(self, atom: Atom, e: Polynomial, bound: Mapping[t.Variable, t.Variable]) -> t.Term:
        if atom.kind == "e":
            return t.exp(self.polynomial(e, bound))
        base = self.atom(atom, bound)
        return base if e.whole == 1 else t.Power(base, self.polynomial(e, bound))

    def atom(self, atom: Atom, bound: Mapping[t.Variable, t.Variable]) -> t.Term:
        name = self.named(atom)
        if name is not None:
            return _respelled(name, bound)
        outcomes = tuple(bound.get(v, v) for v in atom.outcomes)
        given = tuple(bound.get(v, v) if isinstance(v, t.Variable) else v for v in atom.given)
        symbol = self.policy if atom.symbol == BOUND_POLICY else atom.symbol
        match atom.kind:
            case "scalar":
                return t.Scalar(symbol)
            case "apply" | "entry" | "same":
                return t.Apply(symbol, outcomes, given)
            case "score":
                return t.Gradient(t.log(t.Apply(symbol, outcomes, given)))
            case "value":
                return t.Value(symbol, self.polynomial(atom.inside, bound))
            case "log":
                return t.log(self.polynomial(atom.inside, bound))
            case "abs":
                return t.Fn("abs", (self.polynomial(atom.inside, bound),))
            case "sum":
                inner, names = self.below(atom, bound)
                return self.total(atom, names, inner)
            case "step":
                pieces = t.Number(Fraction(1)), t.Number(Fraction(0))
                return t.Cases((self.polynomial(atom.inside, bound),), pieces)
            case "top":
                inner, names = self.below(atom, bound)
                return t.Bind("maximum", names, (self.polynomial(atom.inside, inner),))
            case "optimum":
                return t.Optimum(t.Sense.MAX, self.policy, self.polynomial(atom.inside, bound))
        return self.polynomial(atom.inside, bound)

    def total(self, atom: Atom, names: tuple[t.Variable, ...], inner: Mapping[t.Variable, t.Variable]) -> t.Term:
        """A sum, as nested expectations as far as distributions are found in it."""
        assert atom.inside.single is not None
        factors = list(atom.inside.single[0].factors)
        heads: list[tuple[tuple[t.Variable, ...], t.Term]] = []
        left = set(atom.outcomes)
        for a, e in sorted(factors, key=lambda pair: len(pair[0].given)):
            if a.kind == "apply" and a.outcomes and e.whole == 1 and set(a.outcomes) <= left:
                heads.append((tuple(inner[v] for v in a.outcomes), self.atom(a, inner)))
                left -= set(a.outcomes)
                factors.remove((a, e))
        body = self.monomial(Monomial(factors), atom.inside.single[1], inner)
        for v in sorted(left, key=lambda v: v.name):
            body = t.total(inner[v], body)
        for variables, weight in reversed(heads):
            body = t.mean(variables, weight, body)
        return body

    def below(
        self, atom: Atom, bound: Mapping[t.Variable, t.Variable]
    ) -> tuple[dict[t.Variable, t.Variable], tuple[t.Variable, ...]]:
        taken = {bound.get(v, v).name for v in atom.free}
        inner = dict(bound)
        names = []
        for v in atom.outcomes:
            name = usual_name(v.sort)
            while name in taken:
                name += "'"
            taken.add(name)
            inner[v] = t.Variable(name, v.sort)
            names.append(inner[v])
        return inner, tuple(names)

    def named(self, atom: Atom) -> t.Apply | t.Scalar | None:
        for name in self.names:
            parameters = [p for p in name.definition.parameters if isinstance(p, t.Variable)]
            places: list[t.Variable] = []
            for p in parameters:
                fitting = sorted((v for v in atom.free if v.sort == p.sort and v not in places), key=lambda v: v.name)
                places += fitting[:1]
            if len(places) == len(parameters) and self.nf.rename(
                name.value, dict(zip(parameters, places, strict=True))
            ) == of_atom(atom):
                return (
                    t.Apply(name.definition.symbol, (), tuple(places)) if places else t.Scalar(name.definition.symbol)
                )
        return None


def _respelled(name: t.Apply | t.Scalar, bound: Mapping[t.Variable, t.Variable]) -> t.Term:
    return t.substitute(name, {v: bound[v] for v in t.free_variables(name) if v in bound})


def _entropy_like(m: Monomial) -> tuple[Atom, Atom, Atom] | None:
    """The sum, p and q of a monomial that is something times ``Σ p log q``."""
    sums = [a for a, e in m.factors if a.kind == "sum" and e.whole == 1 and len(a.outcomes) == 1]
    if len(sums) != 1 or sums[0].inside.single is None:
        return None
    factors = sums[0].inside.single[0].factors
    weights = [a for a, e in factors if a.kind == "apply" and a.outcomes and e.whole == 1]
    logs = [
        a.inside.single[0].factors[0][0]
        for a, e in factors
        if a.kind == "log" and e.whole == 1 and a.inside.single and len(a.inside.single[0].factors) == 1
    ]
    if (
        len(factors) != 2
        or len(weights) != 1
        or len(logs) != 1
        or not sums[0].outcomes == weights[0].outcomes == logs[0].outcomes
    ):
        return None
    return sums[0], weights[0], logs[0]


def _order(pair: tuple[Atom, Polynomial]) -> tuple[int, str]:
    order = ("prime", "scalar", "apply", "e", "poly", "sum", "score", "log", "abs", "value", "step", "same", "top",
             "optimum", "entry")
    return order.index(pair[0].kind), pair[0].key


def _product(c: Rational, factors: list[t.Term]) -> t.Term:
    if c != 1 or not factors:
        factors = [t.Number(Fraction(c)), *factors]
    return factors[0] if len(factors) == 1 else t.Mul(tuple(factors))
