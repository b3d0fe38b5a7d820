"""What is false whether the temperature that no row writes is any or is 1, is false."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import symkl.language.terms as t
from symkl.checking.state import Knowledge, State
from symkl.language.proof import NO_TEMPERATURE


def with_any_temperature(state: State, refuted: Callable[[State], bool]) -> State:
    """The state in which a temperature that no row writes is any, if a statement is ``refuted`` where it is 1, too."""
    name = "" if state.parts is None else state.parts.temperature
    if state.opaque.get(name) != NO_TEMPERATURE.format(name):
        return state
    free = state.knowing_again({name})
    one = t.Definition(name, (), t.Number(Fraction(1)))
    context = replace(free.context, definitions={**free.context.definitions, name: one})
    return free if refuted(replace(free, known=Knowledge(context, free.facts))) else state
