r"""``A \neq B``: that two sides are equal nowhere.

It is proved where one is always the larger, and refuted where they are equal always. What people mostly mean, that the
two are not equal in general, no counterexample can refute and no law proves: that is unknown, and said so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from symkl.checking.asking import contradict_in, proves
from symkl.checking.state import Judged, State
from symkl.kernel.verdict import Proved
from symkl.language.terms import Relation, Statement
from symkl.language.verdict import Refuted, Unknown

_SAID = "neither side is always the larger, and ≠ says that they are equal nowhere"


def differing(state: State, statement: Statement, prove: Callable[[State, Statement], Judged]) -> Judged:
    """What is known of two sides that are said to differ."""
    for relation in (Relation.GREATER, Relation.LESS):
        found = prove(state, replace(statement, relation=relation))
        if isinstance(found.verdict, Proved):
            return replace(found, written=statement)
    if proves(state, replace(statement, relation=Relation.EQUAL), state.facts):
        never = replace(statement, relation=Relation.LESS)  # fails as they are equal, in any problem
        if (witness := contradict_in(state, never, state.known.informed)) is not None:
            return Judged(never, Refuted(witness), written=statement)
        return Judged(statement, Unknown("the two sides are equal in every problem, so they do not differ"))
    return Judged(statement, Unknown(_SAID))
