r"""What stands at another value than its own: ``F'(0)``, ``Z(β/2)``, ``F[q + εh]``, ``\frac{d}{dε} f \big|_{ε=0}``.

::

    F(t) := body      F is n times differentiated      t := u      nothing else in the body may move with t
    ───────────────────────────────────────────────────────────────────────────────────────────────────────
                                    F^(n)(u) = (d^n body / dt^n) with u for t

Such a term is read before all definitions are known, and waits as one of the two kinds below until they are.
What is not known to be free of t may depend on it: then the row is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from dataclasses import field
from fractions import Fraction

import symkl.language.terms as t
from symkl.language.dependence import EVERYTHING
from symkl.language.frozen import frozen
from symkl.language.roles import Role
from symkl.language.terms import Span, Variable
from symkl.meaning.dependence import marks
from symkl.meaning.functions import derivative
from symkl.meaning.mistakes import refuse
from symkl.meaning.reader import Reader
from symkl.meaning.symbols import Declarations
from symkl.reading.syntax import Node

_VARYING = (t.Partial, t.Gradient, t.Limit, t.Optimum, t.Optimiser)
"""What varies something itself, and so may mean another thing where something is put in its place."""


_OTHER = "°"
"""What the name of a policy bears that only holds the place of a sum of others."""


@frozen(slots=True)
class Evaluated(t.Term):
    """``body``, ``order`` times differentiated by ``scalar``, with ``value`` for it."""

    body: t.Term
    scalar: t.Scalar
    value: t.Term
    order: int = 0


@frozen(slots=True)
class Moved(t.Term):
    """``body`` with ``instead``, a function of ``variables``, for the distribution ``policy``."""

    body: t.Term
    policy: t.Apply
    instead: t.Term


@frozen
class Given:
    """What is known when such terms get their meaning: all definitions in full, and what rows say of other symbols.

    ``stated``: the symbols that stand alone on a side of an equation and that no definition gives.
    """

    known: Declarations
    definition: Callable[[str], t.Definition | None]
    stated: Container[str] = field(default_factory=frozenset)


def at_value(read: Reader, node: Node) -> t.Term:
    """``F(u)``, or a derivative of F there, for the F of a scalar that a row gives."""
    body, by, argument = node.children
    scalar = read(by)
    assert isinstance(scalar, t.Scalar)
    return Evaluated(read(body), scalar, read(argument), int(node.value or 0))


def moved(name: str, of: t.Apply, argument: t.Term) -> t.Term:
    """``F[q + εh]`` for the F of a policy that a row gives; ``of``: q where nothing is written."""
    other = t.Apply(of.symbol + _OTHER, of.outcomes, of.given)
    return Moved(t.Apply(name, (), (t.Policy(other.symbol),)), other, argument)


def resolved(term: Evaluated | Moved, given: Given, span: Span) -> t.Term:
    """What such a term means. Raises Unreadable where something in it may move with what changes, unsaid."""
    if isinstance(term, Moved):
        return _with_another_policy(term, given, span)
    if t.free_variables(term.value):
        raise refuse("value of what varies", span, name=term.scalar.symbol)
    out = _in_full(term.body, term.scalar.symbol, given, span)
    for _ in range(term.order):
        slope = derivative(out, term.scalar.symbol, t.symbols(out) - {term.scalar.symbol})
        if slope is None:
            raise refuse("no slope", span, name=term.scalar.symbol)
        out = slope
    return _put(out, term.scalar, term.value, span)


def _put(term: t.Term, scalar: t.Scalar, value: t.Term, span: Span) -> t.Term:
    """A term with a value for a scalar. Raises Unreadable where that stands in what varies something."""

    def put(part: t.Term) -> t.Term:
        if part == scalar:
            return value
        if isinstance(part, _VARYING) and scalar.symbol in t.symbols(part):
            raise refuse("value of what varies", span, name=scalar.symbol)
        out = t.rebuilt(part, put)
        match out:
            case t.Power(t.Number(Fraction(numerator=0)), exponent):
                if not isinstance(exponent, t.Number) or exponent.value <= 0:
                    raise refuse("no value there", span, name=scalar.symbol)
            case t.Fn("log", (t.Number(Fraction(numerator=0)),)):
                raise refuse("no value there", span, name=scalar.symbol)
        return out

    return put(term)


def _in_full(term: t.Term, symbol: str, given: Given, span: Span) -> t.Term:
    """A term in which no definition stands that comes down to a symbol. Raises Unreadable where one may, unsaid."""
    _reach(term, symbol, given, span)

    def full(part: t.Term) -> t.Term:
        part = t.rebuilt(part, full)
        if not isinstance(part, t.Apply) or symbol not in _reach(part, symbol, given, span):
            return part
        definition = given.definition(part.symbol)
        if definition is None:
            return part
        if len(definition.parameters) != len(part.given):
            raise refuse("value of what varies", span, name=symbol)
        for parameter in definition.parameters:
            if isinstance(parameter, t.Policy):  # what only its name says to be of that policy is not read
                _reach(definition.body, parameter.symbol, given, span)
        return full(t.substitute(definition.body, dict(zip(definition.parameters, part.given, strict=True))))

    return full(term)


def _reach(term: t.Term, symbol: str, given: Given, span: Span) -> set[str]:
    """The symbols that a term comes down to. Raises Unreadable where one of them may move with a symbol, unsaid, or is
    made of itself."""
    found: set[str] = set()
    left = sorted(t.symbols(term))
    while left:
        name = left.pop()
        if name in found:
            continue
        found.add(name)
        definition = given.definition(name)
        if definition is None:
            if name != symbol and _may_move(name, symbol, given):
                raise refuse("may move unsaid", span, name=name, by=symbol)
        else:
            if name in set(_below(definition.body, given)):
                raise refuse("value of what varies", span, name=symbol)
            left += sorted(t.symbols(definition.body))
    return found


def _below(term: t.Term, given: Given) -> Iterator[str]:
    """The symbols below a definition, through others."""
    seen: set[str] = set()
    left = [term]
    while left:
        for name in t.symbols(left.pop()) - seen:
            seen.add(name)
            yield name
            if (more := given.definition(name)) is not None:
                left.append(more.body)


def _may_move(name: str, symbol: str, given: Given) -> bool:
    """Whether a symbol that no definition gives may move with another, for all that is known."""
    known = given.known
    if name in known.moves:
        return not known.moves[name].isdisjoint({symbol, EVERYTHING})
    derived = known.role(name) in (Role.OPTIMUM, Role.PARTITION)
    return derived or name in given.stated or name in known.defined or symbol in marks(name)


def _with_another_policy(term: Moved, given: Given, span: Span) -> t.Term:
    policy, places = term.policy, (*term.policy.outcomes, *term.policy.given)
    variables = [place for place in places if isinstance(place, Variable)]
    if len(set(variables)) != len(places) or not t.free_variables(term.instead) <= set(variables):
        raise refuse("value of what varies", span, name=policy.symbol)
    whole = _in_full(term.body, policy.symbol, given, span)

    def put(part: t.Term) -> t.Term:
        if isinstance(part, _VARYING) and policy.symbol in t.symbols(part):
            raise refuse("value of what varies", span, name=policy.symbol)
        if not isinstance(part, t.Apply):
            return t.rebuilt(part, put)
        if part.symbol != policy.symbol:
            if t.Policy(policy.symbol) in part.given:
                raise refuse("value of what varies", span, name=policy.symbol)
            return part
        there = (*part.outcomes, *part.given)
        if len(there) != len(variables):
            raise refuse("value of what varies", span, name=policy.symbol)
        return t.substitute(term.instead, dict(zip(variables, there, strict=True)))

    return put(whole)


def at_scalar(term: t.Term, scalar: str, value: t.Term) -> t.Term:
    """A term in which each derivative by a scalar is meant where that has a value."""
    order, body = 0, term
    while isinstance(body, t.Partial) and body.target == t.Scalar(scalar):
        order, body = order + 1, body.body
    if order:
        return Evaluated(body, t.Scalar(scalar), value, order, span=term.span)
    return t.rebuilt(term, lambda part: at_scalar(part, scalar, value))


def at_any_weight(term: t.Term, shares: Container[str]) -> Moved | None:
    """What is a mixture with a weight that nothing bounds, as ``F[(1-ε)p + εq]`` with ε outside of any derivative.

    ``shares``: the numbers between 0 and 1.
    """
    if isinstance(term, t.Partial | Evaluated):
        return None
    if isinstance(term, Moved):
        weights = [part.symbol for part in _inside(term.instead) if isinstance(part, t.Scalar)]
        return None if all(weight in shares for weight in weights) else term
    return next((found for part in term.parts() if (found := at_any_weight(part, shares)) is not None), None)


def _inside(term: t.Term) -> Iterator[t.Term]:
    yield term
    for part in term.parts():
        yield from _inside(part)
