"""That the hypotheses of a theorem can all hold: a model of two elements, in which distributions are uniform.

A theorem whose hypotheses contradict each other would say nothing. All other functions and numbers are 1, but for one
or two; which, is tried in floating point here. Whether all hypotheses hold then, Rocq says.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, islice, product
from typing import NamedTuple

import symkl.language.terms as t
from symkl.kernel.quotients import Unsupported
from symkl.language.dependence import reached
from symkl.language.functions import expansion
from symkl.language.terms import Relation, Statement, Variable
from symkl.proving.reading_back import plain
from symkl.rocq.forms import RATE, SAME, SCORE
from symkl.rocq.refusals import NotExported
from symkl.rocq.rows import EQUATIONS, Hypothesis, Row, over
from symkl.rocq.spelling import Signature

OTHERS = (0.0, 2.0, 0.5)
"""What a number, or a function, is where it is not 1."""

MORE = (*OTHERS, 1 / 3)
"""The same, where three of them are something else."""

MOST = 4000
"""How many models are tried at most."""

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
        return self.kind in ("alphabet", "space") or self.symbol.startswith((SCORE, RATE)) or bool(
            self.signature and self.signature.outcomes
        )


Values = Mapping[str, tuple[float, float]]
"""What each symbol is where its first argument is the one element, and the other."""


def model(row: Row, about: Sequence[Thing], hypotheses: Sequence[Hypothesis]) -> tuple[str, str]:
    """That there are things of which hypotheses hold, and a script."""
    if not hypotheses:
        return "", ""
    context, definitions = row.certificate.context, [each.name for each in row.spelling.definitions.values()]
    says = f"{', '.join(f'exists {each.name} : {each.kind}' for each in about)},\n  "
    says += " /\\\n  ".join(f"({each.text})" for each in hypotheses)
    asked = [each.of for each in hypotheses if each.of is not None]
    for clear in (True, False):
        for values in _models(about):
            if all(_holds(each, values, context, clear) for each in asked):
                script = "".join(f"exists {_witness(each, values)}. " for each in about)
                opened = "".join(f"try unfold {name}; " for name in definitions)
                known = f"cbv beta iota zeta delta [{' '.join(definitions)}]; " if definitions else ""
                apart = "repeat match goal with |- _ /\\ _ => split end"
                return says, f"{script}first [ solve [ {opened}model ] | {known}{apart}; closed ]."
        if clear and (script := _with_solutions(row, about, hypotheses)):
            return says, script
    return "", ""


def _with_solutions(row: Row, about: Sequence[Thing], hypotheses: Sequence[Hypothesis]) -> str:
    """A script where what equations were solved for is what they were solved to, and all else is numbers."""
    facts = {symbol: fact for symbol, fact in row.prover.nf.facts.items() if symbol in row.prover.facts}
    found = {symbol: t.Definition(symbol, (*fact.outcomes, *fact.given), plain(fact.value))
             for symbol, fact in facts.items()}  # fmt: skip
    context = replace(row.certificate.context, definitions={**row.certificate.context.definitions, **found})
    free = [each for each in about if each.symbol not in facts]
    rates = {label: Statement(rate, Relation.EQUAL, said) for label, (rate, said) in row.rates.items()}
    asked = [of for each in hypotheses if (of := rates.get(each.label, each.of)) is not None]
    tried = islice(_models(free, MORE, 3), MOST)
    values = next((each for each in tried if all(_holds(of, each, context) for of in asked)), None)
    if values is None or any(each.symbol.startswith((SCORE, RATE)) for each in about):
        return ""
    script = "".join(f"pose ({each.name} := {_witness(each, values)} : {each.kind}). " for each in free)
    for each in sorted((each for each in about if each.symbol in facts), key=lambda each: [*facts].index(each.symbol)):
        fact, spelling = facts[each.symbol], row.spelling
        places = [v for v in (*fact.outcomes, *fact.given) if isinstance(v, Variable)]
        value = spelling.term(row.prover.form(fact.value))
        binder = " ".join(f"({spelling.variable(v)} : {spelling.alphabet(v.sort)})" for v in places)
        head = " ".join([each.name, *map(spelling.variable, places)])
        every, _ = over(spelling, places)
        script += f"pose ({each.name} := ({f'fun {binder} => ' if binder else ''}{value}) : {each.kind}). "
        script += f"assert ({row.prover.facts[each.symbol]} : {every}{head} = {value}) by (intros; reflexivity). "
    gone = "".join(f"try subst {each.name}; " for each in reversed(about))
    defined = " ".join(each.name for each in row.spelling.definitions.values())
    unfolded = f"cbv beta iota zeta delta [{defined}]; " if defined else ""
    for hypothesis in hypotheses:
        shown = hypothesis.solved + (_equal(row, hypothesis) or f"{gone}{unfolded}first [ closed | model ].")
        script += f"assert ({hypothesis.label} : {hypothesis.text}). {{ {shown} }} "
    script += "".join(f"exists {each.name}. " for each in about)
    return script + "repeat match goal with |- _ /\\ _ => split end; assumption."


def _equal(row: Row, of: Hypothesis) -> str:
    """A script that an equation holds of what was solved from it; nothing where it takes numbers to say so."""
    if of.of is None or of.of.relation not in EQUATIONS:
        return ""
    left, right = row.rates.get(of.label) or (of.of.left, of.of.right)
    _, intros = ("", "") if of.solved else over(row.spelling, t.free_variables(left) | t.free_variables(right))
    nf = row.prover.nf
    try:
        return intros + row.prover.equal(left, right) if nf.is_zero(nf(left) - nf(right)) else ""
    except (NotExported, Unsupported):
        return ""


def _models(about: Sequence[Thing], values: Sequence[float] = OTHERS, most: int = 2) -> Iterator[Values]:
    """What everything is in each of the models: the plainest first; in the last ``most`` things are not 1."""
    plain = {each.symbol: _plain(each) for each in about if each.symbol}
    yield plain
    free = [each for each in about if each.symbol and not each.is_fixed]
    others = [(value, value) for value in values]
    for each in free:
        for value in [*others, *([(1.0, 2.0)] if "->" in each.kind and not each.kind.startswith("R ") else [])]:
            yield {**plain, each.symbol: value}
    for count in range(2, most + 1):
        for some in combinations(free, count):
            for each_is in product(others, repeat=count):
                yield {**plain, **{each.symbol: value for each, value in zip(some, each_is, strict=True)}}


def _plain(of: Thing) -> tuple[float, float]:
    if of.symbol.startswith((SCORE, RATE)):
        return 0.0, 0.0
    outcomes = of.signature.outcomes if of.signature else 0
    return (0.5**outcomes,) * 2


def _witness(of: Thing, values: Values) -> str:
    if of.kind in ("alphabet", "space"):
        return "two" if of.kind == "alphabet" else "(as_space two)"
    places = of.kind.count("->")
    one, other = values.get(of.symbol, (1.0, 1.0))
    if one != other:
        binders = " ".join(["(a : two)", *"_" * (places - 1)])
        return f"(fun {binders} => if a then {_spelled(one)} else {_spelled(other)})"
    return f"(fun {' '.join('_' * places)} => {_spelled(one)})" if places else _spelled(one)


def _spelled(value: float) -> str:
    above, below = Fraction(value).limit_denominator(16).as_integer_ratio()
    return str(above) if below == 1 else f"({above} / {below})"


# ---- values in a model ----


def _holds(of: Statement, values: Values, context: t.Context, clear: bool = True) -> bool:
    """Whether it is so in a model; ``clear``: an inequality between what is no fraction with room to spare."""
    if clear and of.relation in _WEAK and not _is_rational(of, context):
        of = replace(of, relation=_WEAK[of.relation])
    free = sorted(t.free_variables(of.left) | t.free_variables(of.right), key=lambda v: (v.sort, v.name))
    compare = _HOLDS.get(of.relation, _is_0)
    try:
        return all(
            compare(_value(of.left, values, context, place) - _value(of.right, values, context, place))
            for place in (dict(zip(free, at, strict=True)) for at in product((0, 1), repeat=len(free)))
        )
    except (ArithmeticError, ValueError, LookupError, TypeError):  # it is not defined in this model, or not known here
        return False


_WEAK = {Relation.LESS_EQUAL: Relation.LESS, Relation.GREATER_EQUAL: Relation.GREATER}


def _is_rational(of: Statement, context: t.Context) -> bool:
    """Whether neither side has a logarithm or an exponential in it, nor what defines their symbols."""
    names = reached((of.left, of.right), context)
    said = [of.left, of.right, *(found.body for symbol, found in context.definitions.items() if symbol in names)]
    return not any(isinstance(part, t.Fn) and part.name in ("exp", "log") for term in said for part in _inside(term))


def _inside(term: t.Term) -> Iterator[t.Term]:
    yield term
    meaning = expansion(term) if isinstance(term, t.Fn | t.Bind) else None
    for part in (meaning,) if meaning is not None and meaning != term else term.parts():
        yield from _inside(part)


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
        case t.Apply(symbol, (), (one, other)) if symbol == SAME:
            return float(isinstance(one, Variable) and isinstance(other, Variable) and at[one] == at[other])
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
