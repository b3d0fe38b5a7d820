"""That the hypotheses of a theorem can all hold: a model of two elements, in which distributions are uniform.

A theorem whose hypotheses contradict each other would say nothing. All other functions and numbers are 1, but for one
or two; which, is tried in floating point here. Whether all hypotheses hold then, Rocq says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import NamedTuple

import symkl.language.terms as t
from symkl.language.functions import expansion
from symkl.language.terms import Relation, Statement, Variable
from symkl.rocq.forms import RATE, SCORE
from symkl.rocq.spelling import Signature

OTHERS = (0.0, 2.0, 0.5)
"""What a number, or a function, is where it is not 1."""

NEAR = 1e-9
_HOLDS: Mapping[Relation, Callable[[float], bool]] = {
    Relation.LESS_EQUAL: lambda apart: apart <= NEAR, Relation.GREATER_EQUAL: lambda apart: apart >= -NEAR,
    Relation.LESS: lambda apart: apart < -NEAR, Relation.GREATER: lambda apart: apart > NEAR,
    Relation.DIFFERENT: lambda apart: abs(apart) > NEAR,
}  # fmt: skip
"""By how much the left side is larger, where a relation holds."""


class Thing(NamedTuple):
    """What a theorem is about: its name and type there, and the symbol that it is, if it is one."""

    name: str
    kind: str
    symbol: str = ""
    signature: Signature | None = None

    @property
    def is_fixed(self) -> bool:
        """Whether it is the same in all models: an alphabet, a distribution, a slope."""
        return self.kind == "alphabet" or self.symbol.startswith((SCORE, RATE)) or bool(
            self.signature and self.signature.outcomes
        )


Values = Mapping[str, tuple[float, float]]
"""What each symbol is where its first argument is the one element, and the other."""


def model(
    about: Sequence[Thing],
    hypotheses: Sequence[str],
    asked: Sequence[Statement],
    context: t.Context,
    definitions: Sequence[str],
) -> tuple[str, str]:
    """That there are things of which hypotheses hold, and a script.

    ``asked``: those that say more than what is > 0 or sums to 1. ``definitions``: what they mention that is defined.
    """
    if not hypotheses:
        return "", ""
    says = f"{', '.join(f'exists {each.name} : {each.kind}' for each in about)},\n  "
    says += " /\\\n  ".join(f"({text})" for text in hypotheses)
    for values in _models(about):
        if all(_holds(each, values, context) for each in asked):
            script = "".join(f"exists {_witness(each, values)}. " for each in about)
            return says, script + "".join(f"try unfold {name}. " for name in definitions) + "model."
    return "", ""


def _models(about: Sequence[Thing]) -> Iterator[Values]:
    """What everything is in each of the models: the plainest first."""
    plain = {each.symbol: _plain(each) for each in about if each.symbol}
    yield plain
    free = [each for each in about if each.symbol and not each.is_fixed]
    others = [(value, value) for value in OTHERS]
    for each in free:
        for value in [*others, *([(1.0, 2.0)] if "->" in each.kind and not each.kind.startswith("R ") else [])]:
            yield {**plain, each.symbol: value}
    for two in combinations(free, 2):
        for pair in product(others, repeat=2):
            yield {**plain, **{each.symbol: value for each, value in zip(two, pair, strict=True)}}


def _plain(of: Thing) -> tuple[float, float]:
    if of.symbol.startswith((SCORE, RATE)):
        return 0.0, 0.0
    outcomes = of.signature.outcomes if of.signature else 0
    return (0.5**outcomes,) * 2


def _witness(of: Thing, values: Values) -> str:
    if of.kind == "alphabet":
        return "two"
    places = of.kind.count("->")
    one, other = values.get(of.symbol, (1.0, 1.0))
    if one != other:
        binders = " ".join(["(a : two)", *"_" * (places - 1)])
        return f"(fun {binders} => if a then {_spelled(one)} else {_spelled(other)})"
    return f"(fun {' '.join('_' * places)} => {_spelled(one)})" if places else _spelled(one)


def _spelled(value: float) -> str:
    above, below = value.as_integer_ratio()
    return str(above) if below == 1 else f"({above} / {below})"


# ---- values in a model ----


def _holds(of: Statement, values: Values, context: t.Context) -> bool:
    free = sorted(t.free_variables(of.left) | t.free_variables(of.right), key=lambda v: (v.sort, v.name))
    compare = _HOLDS.get(of.relation, _is_0)
    try:
        return all(
            compare(_value(of.left, values, context, place) - _value(of.right, values, context, place))
            for place in (dict(zip(free, at, strict=True)) for at in product((0, 1), repeat=len(free)))
        )
    except (ArithmeticError, ValueError, LookupError, TypeError):  # it is not defined in this model, or not known here
        return False


def _is_0(apart: float) -> bool:
    return abs(apart) < NEAR


def _value(term: t.Term, values: Values, context: t.Context, at: Mapping[Variable, int]) -> float:
    """What a term is in a model. Raises LookupError where that is not known."""

    def inner(part: t.Term) -> float:
        return _value(part, values, context, at)

    match term:
        case t.Number(value):
            return float(value)
        case t.Scalar(symbol) if symbol in context.definitions:
            return inner(context.definitions[symbol].body)
        case t.Scalar(symbol):
            return values[symbol][0]
        case t.Apply(symbol, outcomes, given) if symbol in context.definitions:
            found = context.definitions[symbol]
            return inner(t.substitute(found.body, dict(zip(found.parameters, (*outcomes, *given), strict=True))))
        case t.Apply(symbol, outcomes, given):
            first = (*outcomes, *given)[0]
            return values[symbol][at[first] if isinstance(first, Variable) else 0]
        case t.Add(terms):
            return math.fsum(map(inner, terms))
        case t.Mul(factors):
            return math.prod(map(inner, factors))
        case t.Power(base, exponent):
            return float(inner(base) ** inner(exponent))
        case t.Fn("exp", (argument,)):
            return math.exp(inner(argument))
        case t.Fn("log", (argument,)):
            return math.log(inner(argument))
        case t.Fn("abs", (argument,)):
            return abs(inner(argument))
        case t.Bind("sum" | "maximum" as kind, variables, (body,)):
            places = (dict(zip(variables, each, strict=True)) for each in product((0, 1), repeat=len(variables)))
            found_at = [_value(body, values, context, {**at, **place}) for place in places]
            return math.fsum(found_at) if kind == "sum" else max(found_at)
        case t.Fn() | t.Bind() if (meaning := expansion(term)) is not None:
            return inner(meaning)
    raise LookupError(type(term).__name__)
