"""Expressions as terms of symkl's language, in which a ratio of policies is written as one."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import symkl.language.terms as t
from symkl.auditing.expressions import Call, Constant, Entry, Expressions, Product, Sum, Symbol
from symkl.auditing.roles import CHOSEN, NUMBERS, POLICIES

Y = t.Variable("y", "y")
W, L = t.Variable("y_w", "y"), t.Variable("y_l", "y")
ONE = t.Number(Fraction(1))


class Untranslatable(Exception):
    """What has no term in the language."""


def number(value: Fraction | int) -> t.Number:
    """A rational."""
    return t.Number(Fraction(value))


def add(*terms: t.Term) -> t.Term:
    """A sum, without the zeros."""
    kept = tuple(each for each in terms if each != number(0))
    return kept[0] if len(kept) == 1 else t.Add(kept) if kept else number(0)


def multiply(*factors: t.Term) -> t.Term:
    """A product, without the ones."""
    flat = [part for each in factors for part in (each.factors if isinstance(each, t.Mul) else (each,))]
    if any(each == number(0) for each in flat):
        return number(0)
    kept = tuple(each for each in flat if each != ONE)
    return kept[0] if len(kept) == 1 else t.Mul(kept) if kept else ONE


def power(base: t.Term, exponent: Fraction) -> t.Term:
    """A power."""
    return base if exponent == 1 else t.Power(base, number(exponent))


def probability(role: str) -> t.Apply:
    """The probability whose logarithm has this role: ``π(y)``, ``π_ref(y_w)``."""
    policy, _, side = role.partition(".")
    variable = Y if not side else W if side == CHOSEN else L
    return t.Apply(POLICIES[policy], (variable,), ())


def leaf(symbol: Symbol) -> t.Term:
    """What a symbol is."""
    role = symbol.role
    if role.startswith("scalar "):
        return t.Scalar(role.removeprefix("scalar "))
    if role in NUMBERS:
        return t.Apply(NUMBERS[role], (), (Y,))
    if role.partition(".")[0] in POLICIES:
        return t.log(probability(role))
    raise Untranslatable(f"{role} has no formula of one sample")


def term(e: Expressions, expression: int, of: Callable[[Symbol], t.Term] = leaf) -> t.Term:
    """An expression as a term; ``of``: what a symbol is. Raises: Untranslatable.

    >>> e = Expressions()
    >>> ratio = e.call("exp", e.subtract(e.entry("reference"), e.entry("policy")))
    >>> from symkl.language.writing import formula
    >>> formula(term(e, ratio)).text
    'π_ref(y)/π(y)'
    """
    return _Translator(e, of).of(expression)


class _Translator:
    def __init__(self, e: Expressions, leaf: Callable[[Symbol], t.Term]) -> None:
        self._e = e
        self._leaf = leaf
        self._known: dict[int, t.Term] = {}

    def of(self, expression: int) -> t.Term:
        if expression not in self._known:
            self._known[expression] = self._new(expression)
        return self._known[expression]

    def _new(self, expression: int) -> t.Term:
        match self._e.nodes[expression]:
            case Constant(value):
                return number(value)
            case Entry(symbol):
                return self._leaf(symbol)
            case Sum(parts, constant):
                above = [multiply(number(factor), self.of(part)) for part, factor in parts if factor > 0]
                below = [multiply(number(factor), self.of(part)) for part, factor in parts if factor < 0]
                own = number(constant)
                return add(*above, own, *below) if constant > 0 else add(*above, *below, own)
            case Product(parts, factor):
                return multiply(number(factor), *(self._factor(part, p) for part, p in parts))
            case Call("exp", (inner,)):
                return self._exp(inner)
            case Call("max" | "min" as name, (a, b)):
                return self._bounded(name, a, b)
            case Call("if", (guard, yes, no)):
                return t.Cases((self.of(guard),), (self.of(yes), self.of(no)))
            case Call(name, arguments):
                return t.Fn(name, tuple(map(self.of, arguments)))
        raise Untranslatable("a number that is infinite")

    def _factor(self, part: int, exponent: Fraction) -> t.Term:
        base = self.of(part)
        if isinstance(base, t.Mul):
            return multiply(*(power(each.base, each.exponent.value * exponent)
                              if isinstance(each, t.Power) and isinstance(each.exponent, t.Number)
                              else power(each, exponent) for each in base.factors))  # fmt: skip
        return power(base, exponent)

    def _exp(self, inner: int) -> t.Term:
        """``exp(log p − log q + u)`` is ``p/q exp(u)``."""
        node = self._e.nodes[inner]
        parts = node.parts if isinstance(node, Sum) else ((inner, Fraction(1)),)
        rest, factors = [], list[t.Term]()
        for part, factor in parts:
            each = self._e.nodes[part]
            if isinstance(each, Entry) and each.symbol.role.partition(".")[0] in POLICIES and factor.denominator == 1:
                factors.append(power(probability(each.symbol.role), factor))
            else:
                rest.append(multiply(number(factor), self.of(part)))
        if isinstance(node, Sum) and node.constant:
            rest.append(number(node.constant))
        factors.sort(key=lambda each: isinstance(each, t.Power))
        return multiply(*factors, *([t.exp(add(*rest))] if rest else []))

    def _bounded(self, name: str, a: int, b: int) -> t.Term:
        """``min(max(u, low), high)`` is ``clip(u, low, high)``."""
        low_first = self._bound(a, b)
        if low_first is not None:
            inner, bound = low_first
            node = self._e.nodes[inner]
            if isinstance(node, Call) and node.name == ("max" if name == "min" else "min"):
                within = self._bound(*node.arguments)
                if within is not None:
                    low, high = (within[1], bound) if name == "min" else (bound, within[1])
                    if low <= high:
                        return t.Fn("clip", (self.of(within[0]), number(low), number(high)))
        return t.Fn(name, (self.of(a), self.of(b)))

    def _bound(self, a: int, b: int) -> tuple[int, Fraction] | None:
        """Which of two is a number, and the other."""
        x, y = self._e.number_of(a), self._e.number_of(b)
        if y is not None:
            return a, y
        return (b, x) if x is not None else None
