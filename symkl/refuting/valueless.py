"""Rows that say nothing: a logarithm of what is below 0 in every problem that was tried, or a side without a value."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from itertools import islice

import symkl.language.terms as t
from symkl.language.functions import expansion
from symkl.language.terms import Statement
from symkl.language.writing import formula
from symkl.refuting.arithmetic import BALLS, NotEvaluable, Undefined, precision
from symkl.refuting.compiling import Program
from symkl.refuting.evaluating import Allowance, Run, points
from symkl.refuting.values import PROBE_WORK, consistent, probe_problems

_PLACES, _BITS = 16, 128


def nothing_there(statement: Statement, context: t.Context) -> str | None:
    """What in a statement has no value at any point of a few random problems, in words.

    It proves nothing, and is good for telling why nobody can say whether the statement holds.

    >>> from fractions import Fraction
    >>> p = t.Apply("p", (t.Variable("y", "y"),), ())
    >>> minus = t.Mul((t.Number(Fraction(-1)), p))
    >>> [nothing_there(Statement(t.log(a), t.Relation.EQUAL, p), t.Context.NOTHING) for a in (p, minus)]
    [None, 'the logarithm of −p(y), which is above 0']
    """
    sides = [_opened(side) for side in (statement.left, statement.right)]
    for argument in dict.fromkeys(each for side in sides for each in _arguments(side)):
        if _looks(argument, context) is _Looks.AT_MOST_ZERO:
            return f"the logarithm of {formula(argument).text}, which is above 0"
    for name, side in zip(("left", "right"), sides, strict=True):
        if _looks(side, context) is _Looks.UNDEFINED:
            return f"the {name} side, which can be computed"
    return None


def _opened(term: t.Term) -> t.Term:
    """What maxima and limits are of, in their place."""
    if isinstance(term, t.Optimum | t.Optimiser | t.Limit):
        return _opened(term.body)
    return t.rebuilt(term, _opened)


def _arguments(term: t.Term) -> Iterator[t.Term]:
    """What every logarithm in a term is of."""
    if isinstance(term, t.Bind) and (meaning := expansion(term)) is not None and meaning != term:
        term = meaning
    if isinstance(term, t.Fn) and term.name == "log":
        yield term.arguments[0]
    for part in term.parts():
        yield from _arguments(part)


class _Looks(Enum):
    """What a term is at every point that was tried."""

    AT_MOST_ZERO = "at most zero"
    UNDEFINED = "undefined"
    OTHERWISE = "otherwise"


def _looks(term: t.Term, context: t.Context) -> _Looks:
    program = Program(context)
    try:
        compiled = program.compile(term)
    except NotEvaluable:
        return _Looks.OTHERWISE
    found = [_Looks.OTHERWISE] if not consistent(program.needs) else list[_Looks]()
    for problem in probe_problems(program.needs):
        with precision(_BITS):
            run = Run.of(program, problem, BALLS, allowance=Allowance(PROBE_WORK))
            for at in islice(points(compiled.free, problem.alphabets), _PLACES):
                try:
                    found.append(_Looks.AT_MOST_ZERO if run.value(compiled, at) <= 0 else _Looks.OTHERWISE)
                except Undefined:
                    found.append(_Looks.UNDEFINED)
                except NotEvaluable:
                    return _Looks.OTHERWISE
    return found[0] if len(found) > 1 and len(set(found)) == 1 else _Looks.OTHERWISE
