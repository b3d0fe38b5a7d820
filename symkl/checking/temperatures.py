"""What is false whether the temperature that no row writes is any or is 1, is false."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import symkl.language.terms as t
from symkl.checking.asking import inside
from symkl.checking.state import Knowledge, State
from symkl.language.proof import NO_TEMPERATURE


def with_any_temperature(state: State, statement: t.Statement, refuted: Callable[[State], bool]) -> State:
    """The state in which a temperature that no row writes is any, if a statement is ``refuted`` where it is 1, too.

    A number in the statement may be the temperature, by another name.
    """
    name = "" if state.parts is None else state.parts.temperature
    numbers = any(_is_number(part) for side in (statement.left, statement.right) for part in inside(side))
    if state.opaque.get(name) != NO_TEMPERATURE.format(name) or numbers:
        return state
    free = state.knowing_again({name})
    one = t.Definition(name, (), t.Number(Fraction(1)))
    context = replace(free.context, definitions={**free.context.definitions, name: one})
    return free if refuted(replace(free, known=Knowledge(context, free.facts))) else state


def _is_number(term: t.Term) -> bool:
    """Whether a term is a number by itself, or how many there are of something."""
    counted = isinstance(term, t.Bind) and all(isinstance(part, t.Number) for part in term.arguments)
    return counted or isinstance(term, t.Scalar)
