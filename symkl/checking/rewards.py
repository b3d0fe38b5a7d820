"""One reward, written in several ways: ``r``, ``r_φ``, ``r*``.

A derivation starts with ``r_φ``, goes on with r and ends with ``r*``; the π* and the Z in its last rows are given by
the others. What holds once these are one reward is proved, with a note, as long as no row has two of them in it: who
writes ``r* - r_φ`` means two. And nothing is refuted because they differ.
"""

from __future__ import annotations

from dataclasses import replace

import symkl.language.terms as t
from symkl.checking.asking import proves
from symkl.checking.state import Knowledge, State
from symkl.language.dependence import reached
from symkl.language.terms import Statement
from symkl.language.verdict import Unknown


def rewards_of(state: State, statement: Statement) -> frozenset[str]:
    """The forms of the document's reward that a statement names, those that no row gives."""
    if state.parts is None:
        return frozenset()
    names = t.symbols(statement.left) | t.symbols(statement.right)
    return names & state.parts.rewards - set(state.context.definitions)


def with_one_reward(state: State, statement: Statement) -> tuple[State, Statement, str] | None:
    """The statement and what is known where the forms of the reward that it comes down to are one, and a note.

    None where it comes down to one only, or names two, or some row tells them apart.
    """
    parts = state.parts
    if parts is None:
        return None
    given = set(state.context.definitions)
    names = reached((statement.left, statement.right), state.known.informed) & parts.rewards - given
    several = len(names) > 1 and len(rewards_of(state, statement)) < 2
    if not several or not names.isdisjoint(state.opaque) or _told_apart(state, parts.rewards):
        return None
    exchange: dict[t.Argument, t.Argument] = {t.Policy(n): t.Policy(parts.reward) for n in parts.rewards - given}
    whole = state.known.informed
    definitions = {name: replace(d, body=t.substitute(d.body, exchange)) for name, d in whole.definitions.items()}
    known = Knowledge(replace(whole, definitions=definitions))
    one = Statement(t.substitute(statement.left, exchange), statement.relation, t.substitute(statement.right, exchange))
    *most, last = sorted(names)
    note = f"{', '.join(most)} and {last} are read as one reward, written in several ways"
    return replace(state, known=known), one, note


def _told_apart(state: State, forms: frozenset[str]) -> bool:
    """Whether some statement of the document has two forms of the reward in it."""
    clauses = (clause for row in state.document.proof.rows for clause in row.clauses)
    return any(len(forms.intersection(frozenset().union(*map(t.symbols, clause.terms)))) > 1 for clause in clauses)


def true_of_one(state: State, statement: Statement) -> Unknown | None:
    """Whether a statement is only false because one reward is written in two ways; nobody can tell."""
    rewards = rewards_of(state, statement)
    if state.parts is None or len(rewards) < 2:
        return None
    exchange: dict[t.Argument, t.Argument] = {t.Policy(n): t.Policy(state.parts.reward) for n in rewards}
    same = Statement(
        t.substitute(statement.left, exchange), statement.relation, t.substitute(statement.right, exchange)
    )
    if not proves(state, same, state.facts):
        return None
    names = " and ".join(sorted(rewards))
    return Unknown(f"{names} are different symbols; if they are one reward, write it in one way, and the row holds")
