"""Derivatives worked out rule by rule, as people do it, so that it can be said which rules a step uses.

The kernel differentiates normal forms and names no rules. Here a formula is differentiated as it is written, and a rule
can be taken away: what it would give is then left standing. Nothing here is trusted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import symkl.language.terms as t
from symkl.language.functions import expansion, record_of
from symkl.language.records import Function

LINEAR = "derivatives are linear"
PRODUCT = "the product rule"
POWER = "the derivative of a power"
_ZERO, _ONE, _MINUS = (t.Number(Fraction(n)) for n in (0, 1, -1))

Derivative = t.Partial | t.Gradient


def definition_of(name: str) -> str:
    """The law by which a functional is what it means, by its name.

    >>> definition_of("KL")
    'the definition of KL'
    """
    return f"the definition of {name}"


def worked_out(
    term: t.Term, context: t.Context, without: frozenset[str] = frozenset()
) -> tuple[t.Term, frozenset[str]]:
    """A term with its derivatives worked out as far as the rules go, and the rules that were used.

    What is left standing: the gradient of a policy, which no rule takes further, and whatever a rule in ``without``, or
    none, would have taken further. Linearity is always at hand, and is no rule of these.

    >>> θ = t.Scalar("u")
    >>> found, rules = worked_out(t.Partial(t.Mul((t.Number(Fraction(2)), t.log(θ))), θ), t.Context.NOTHING)
    >>> sorted(rules)
    ['the derivative of log']
    """
    used: set[str] = set()

    def through(part: t.Term) -> t.Term:
        if not isinstance(part, Derivative):
            return t.rebuilt(part, through)
        body = through(part.body)
        return _Slopes(part, context, without, used).of(body)

    return through(term), frozenset(used)


def is_innermost(term: t.Term) -> bool:
    """Whether a derivative is one that no rule takes further: the gradient of a policy, or of another symbol."""
    return isinstance(term, t.Gradient) and isinstance(term.body, t.Apply | t.Scalar)


def cancelled(term: t.Term) -> t.Term:
    """A term in which no factor stands beside its own inverse: π ∇π/π is written ∇π.

    >>> u = t.Scalar("u")
    >>> cancelled(t.Mul((u, t.Power(u, t.Number(Fraction(-1))), t.Scalar("v")))).symbol
    'v'
    """
    term = t.rebuilt(term, cancelled)
    if isinstance(term, t.Add) and len(term.terms) == 1:
        return term.terms[0]
    if not isinstance(term, t.Mul):
        return term
    left: list[t.Term] = []
    for each in (f for part in term.factors for f in (part.factors if isinstance(part, t.Mul) else (part,))):
        inverse = each.base if isinstance(each, t.Power) and each.exponent == _MINUS else t.Power(each, _MINUS)
        if inverse in left:
            left.remove(inverse)
        elif each != _ONE:
            left.append(each)
    return left[0] if len(left) == 1 else t.Mul(tuple(left)) if left else _ONE


class _Stays(Exception):
    """No rule that is at hand takes it further."""


@dataclass
class _Slopes:
    """The rules, for one derivative."""

    of_what: Derivative
    context: t.Context
    without: frozenset[str]
    used: set[str]
    _known: dict[str, bool] = field(default_factory=dict)

    def of(self, body: t.Term) -> t.Term:
        """The derivative of ``body``; as it stands, where no rule takes it further."""
        if not self._moves(body):
            return _ZERO
        used = set(self.used)
        try:
            return self._by_rule(body)
        except _Stays:
            self.used.clear()
            self.used |= used
            return self._standing(body)

    def _standing(self, body: t.Term) -> t.Term:
        if isinstance(self.of_what, t.Gradient):
            return t.Gradient(body)
        return t.Partial(body, self.of_what.target)

    def _rule(self, name: str) -> None:
        if name in self.without:
            raise _Stays
        self.used.add(name)

    def _moves(self, term: t.Term) -> bool:
        return any(map(self._is_moved, t.symbols(term)))

    def _is_moved(self, symbol: str) -> bool:
        if symbol not in self._known:
            self._known[symbol] = False  # a definition never mentions itself; this is for safety alone
            given = self.context.definitions.get(symbol)
            if isinstance(self.of_what, t.Gradient):
                own = symbol in self.context.parametrised
            else:
                own = symbol == self.of_what.target.symbol
            self._known[symbol] = own or (given is not None and self._moves(given.body))
        return self._known[symbol]

    def _by_rule(self, body: t.Term) -> t.Term:
        match body:
            case t.Scalar() | t.Apply():
                return self._of_symbol(body)
            case t.Add(terms):
                return t.Add(tuple(self.of(each) for each in terms if self._moves(each)))
            case t.Mul(factors):
                return self._of_product(factors)
            case t.Power(base, exponent) if not self._moves(exponent):
                self._rule(POWER)
                less = t.Add((exponent, _MINUS))
                return t.Mul((exponent, t.Power(base, less), self.of(base)))
            case t.Fn(name, arguments):
                return self._of_function(body, name, arguments)
            case t.Bind("sum", variables, (inside,)):
                return self._of_sum(variables, inside)
            case t.Bind(name) if (meaning := expansion(body)) is not None:
                if name != "E":
                    self._rule(definition_of(name))
                return self._by_rule(meaning)
        raise _Stays

    def _of_symbol(self, body: t.Scalar | t.Apply) -> t.Term:
        given = self.context.definitions.get(body.symbol)
        if given is not None:
            places = (*body.outcomes, *body.given) if isinstance(body, t.Apply) else ()
            if len(places) != len(given.parameters):
                raise _Stays
            return self.of(t.substitute(given.body, dict(zip(given.parameters, places, strict=True))))
        if isinstance(self.of_what, t.Gradient):
            return t.Gradient(body)
        if body == self.of_what.target:
            return _ONE
        raise _Stays  # at other places: whether they are the same is no question of rules

    def _of_product(self, factors: tuple[t.Term, ...]) -> t.Term:
        moving = [n for n, each in enumerate(factors) if self._moves(each)]
        if len(moving) > 1:
            self._rule(PRODUCT)
        slopes = {n: self.of(factors[n]) for n in moving}
        return t.Add(tuple(t.Mul((*factors[:n], slopes[n], *factors[n + 1 :])) for n in moving))

    def _of_function(self, body: t.Fn, name: str, arguments: tuple[t.Term, ...]) -> t.Term:
        record = record_of(body)
        if not isinstance(record, Function) or record.derivative is None:
            meaning = expansion(body)
            if meaning is None:
                raise _Stays
            return self._by_rule(meaning)
        self._rule(f"the derivative of {name}")
        slopes = zip(record.derivative(*arguments), arguments, strict=True)
        return t.Add(tuple(t.Mul((slope, self.of(each))) for slope, each in slopes if self._moves(each)))

    def _of_sum(self, variables: tuple[t.Variable, ...], inside: t.Term) -> t.Term:
        entry = self.of_what.target if isinstance(self.of_what, t.Partial) else None
        if not isinstance(entry, t.Apply):
            return t.Bind("sum", variables, (self.of(inside),))
        # One entry of a policy: of the sum over its places the one with that entry is left.
        found = _at(entry, variables, inside)
        left = tuple(each for each in variables if each not in found)
        inside = self.of(t.substitute(inside, found))
        return t.Bind("sum", left, (inside,)) if left else inside


def _at(entry: t.Apply, bound: tuple[t.Variable, ...], inside: t.Term) -> Mapping[t.Argument, t.Argument]:
    """What is exchanged for what so that a symbol stands at the places of ``entry``; all its places must agree."""
    places: set[tuple[t.Argument, ...]] = set()

    def look(term: t.Term) -> None:
        if isinstance(term, t.Apply) and term.symbol == entry.symbol:
            places.add((*term.outcomes, *term.given))
        for each in term.parts():
            look(each)

    look(inside)
    if len(places) != 1:
        raise _Stays
    pairs = list(zip(places.pop(), (*entry.outcomes, *entry.given), strict=False))
    if any(there not in bound and there != here for there, here in pairs):
        raise _Stays
    return {there: here for there, here in pairs if there in bound}


