"""That what a row writes is defined: no denominator is 0, and every logarithm is taken of what is > 0.

Rocq's quotients and logarithms have a value everywhere, so that a statement alone does not say it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import symkl.language.terms as t
from symkl.language.functions import expansion
from symkl.language.terms import Argument, Variable
from symkl.rocq import signs
from symkl.rocq.forms import CLOSED, bound
from symkl.rocq.posing import posed
from symkl.rocq.rows import Row, over
from symkl.rocq.steps import exchanged


@dataclass(frozen=True)
class Need:
    """What has to be > 0, or not 0, for all ``variables``, where the probabilities in ``weights`` are not 0.

    ``problem``: whose policy it is about.
    """

    of: t.Term
    positive: bool
    variables: tuple[Variable, ...] = ()
    weights: tuple[t.Apply, ...] = ()
    problem: t.Optimum | t.Optimiser | None = None


def needs(row: Row, term: t.Term, at: Need) -> Iterator[Need]:
    """What a term needs, below what ``at`` is below."""
    context = row.certificate.context

    def inside(part: t.Term, *weights: t.Apply, variables: tuple[Variable, ...] = ()) -> Iterator[Need]:
        here = Need(part, True, (*at.variables, *variables), (*at.weights, *weights), at.problem)
        return needs(row, part, here)

    def needed(of: t.Term, positive: bool) -> Need:
        return Need(of, positive, at.variables, at.weights, at.problem)

    match term:
        case t.Fn("log", (argument,)):
            yield needed(argument, True)
            yield from inside(argument)
        case t.Power(base, t.Number(value)) if value.denominator == 1:
            if value < 0:
                yield needed(base, False)
            yield from inside(base)
        case t.Power(base, exponent):
            yield needed(base, True)
            yield from inside(base)
            yield from inside(exponent)
        case t.Mul(factors):
            closed = [each for each in factors if isinstance(each, t.Apply) and each.symbol == CLOSED]
            for each in factors:
                yield from inside(each, *(w for w in closed if w is not each))
        case t.Apply(symbol, outcomes, given) if symbol in context.definitions:
            found = context.definitions[symbol]
            exchange = dict(zip(found.parameters, (*outcomes, *given), strict=True))
            yield from inside(t.substitute(found.body, exchange))
        case t.Scalar(symbol) if symbol in context.definitions:
            yield from inside(context.definitions[symbol].body)
        case t.Bind("sum" | "maximum" | "product", variables, (body,)):
            names = row.prover.fresh(variables)
            yield from inside(t.substitute(body, exchanged(names)), variables=tuple(names.values()))
        case t.Optimum() | t.Optimiser():
            body = bound(term.body, term.policy)
            yield from needs(row, body, Need(body, True, at.variables, (), term))
        case t.Partial(body=body):
            yield from inside(body)
        case t.Fn() | t.Bind() if (meaning := expansion(term)) is not None:
            yield from inside(meaning)
        case _:
            for part in term.parts():
                yield from inside(part)


def defined(row: Row) -> tuple[str, str]:
    """That both sides of a row are defined, and the script of that; nothing where there is nothing to say."""
    found: dict[str, str] = {}
    for side in (row.statement.left, row.statement.right):
        for need in needs(row, side, Need(side, True)):
            text, script = _shown(row, need)
            key = unnumbered(need)
            if text and key not in found.values():
                found[f"{text}\0{script}"] = key
    parts = [each.split("\0") for each in found]
    if not parts:
        return "", ""
    says = " /\\\n  ".join(f"({text})" for text, _ in parts)
    script = "".join(f"split. {{ {each} }} " for _, each in parts[:-1])
    return says, f"{script}{parts[-1][1]}"


def unnumbered(need: Need) -> str:
    """A need whatever its variables are called."""
    names = {v: Variable(f"•{i}", v.sort) for i, v in enumerate(need.variables)}
    exchange: dict[Argument, Argument] = exchanged(names)
    said = [repr(t.substitute(each, exchange)) for each in (need.of, *need.weights)]
    return " ".join([*said, str(need.positive), str(need.problem is not None)])


def _shown(row: Row, need: Need) -> tuple[str, str]:
    prover = row.prover
    said, begin = needed(row, need)
    if not said:
        return "", ""
    return said, begin + (signs.positive(prover, need.of) if need.positive else signs.nonzero(prover, need.of))


def needed(row: Row, need: Need) -> tuple[str, str]:
    """A need in words, and what a script of it begins with; nothing where it is of a number that is > 0."""
    spelling = row.spelling
    if isinstance(need.of, t.Number) and need.of.value > 0:
        return "", ""
    begin, script = "", ""
    if need.problem is not None:
        problem = posed(row, need.problem)
        begin, script = f"forall {problem.policy}, {problem.ok} {problem.policy} -> ", problem.opening
    every, intros = over(spelling, t.free_variables(need.of).union(*map(t.free_variables, need.weights)))
    begin, script = begin + every, script + intros
    for weight in dict.fromkeys(need.weights):
        at = spelling.term(weight, 4)
        places = " ".join(spelling.variable(v) for v in (*weight.outcomes, *weight.given) if isinstance(v, Variable))
        label = spelling.names.fresh("weighs")
        begin += f"{at} <> 0 -> "
        known = f"{spelling.base(CLOSED)}_nonneg {places}"
        script += f"intro {label}; apply (pos_of_nonzero _ ({known})) in {label}. "
    said = f"0 < {spelling.term(need.of)}" if need.positive else f"{spelling.term(need.of)} <> 0"
    return begin + said, script
