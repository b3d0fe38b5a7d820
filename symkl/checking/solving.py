"""What rows say of the solution of a problem that the kernel does not solve: its name, and what it is.

``π* = argmax_π E[r] - β TV(π, μ)`` gives π*, whatever that is. ``π* = μ exp(r/β)/Z`` behind it, or behind the problem
alone, claims that this is the solution, and gives nothing: a policy that does better refutes it.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

import symkl.language.terms as t
from symkl.checking.asking import contradict_in
from symkl.checking.posing import founded_on
from symkl.checking.report import Status
from symkl.checking.state import Judged, Posed, State
from symkl.checking.stating import has_entropy
from symkl.language.roles import Role
from symkl.language.terms import EQUATIONS, Relation, Statement, Variable
from symkl.language.verdict import Refuted, Unknown
from symkl.proving.problems import maximiser

_NOT_SHOWN = "it says what solves the problem in line {line}, and that this does was not shown"
_REFUTED = "read as what solves the problem in line {line}"


def named(state: State, statement: Statement, row: int) -> Judged | None:
    """The row, number ``row``, that calls the solution of a problem by a name which no row before mentions."""
    head, of = statement.left, statement.right
    if not isinstance(of, t.Optimiser) or statement.relation not in EQUATIONS or not _is_a_solution(state, head, of):
        return None
    assert isinstance(head, t.Apply)
    before = state.document.proof.rows[:row]
    if any(head.symbol in t.symbols(term) for each in before for clause in each.clauses for term in clause.terms):
        return None
    if head.symbol in t.symbols(of) or maximiser(of, state.context) is not None or has_entropy(of, state.context):
        return None
    return Judged(statement, Unknown(""), status=Status.ASSUMED)


def claimed(state: State, statement: Statement) -> Judged | None:
    """What a row that gives a policy claims, where a problem before it has that for its solution."""
    head, body = statement.left, statement.right
    posed = next((each for each in reversed(state.posed) if _is_a_solution(state, head, each.objective)), None)
    if posed is None or posed.best is not None or statement.relation not in (*EQUATIONS, Relation.PROPORTIONAL):
        return None
    assert isinstance(head, t.Apply)
    if head.symbol in founded_on(state, posed.objective) or not _is_made_of(state, body, posed):
        return None  # what the problem is not about cannot solve it
    if any(each.star == head.symbol for each in (*state.posed, *state.past)):
        return None  # it solves another one
    of = posed.objective
    asked = Statement(head, Relation.EQUAL, t.Optimiser(of.sense, of.policy, of.body))
    witness = contradict_in(state, asked, state.known.informed)
    unsaid = state.opaque.keys() & founded_on(state, posed.objective)
    if witness is None and unsaid and maximiser(of, _as_fixed(state.context, unsaid)) is not None:
        return None  # of what stands in the problem nothing is said: the row may be right, and gives what it gives
    if witness is None or unsaid or state.unread:
        return Judged(statement, Unknown(_NOT_SHOWN.format(line=posed.line)))
    found = Judged(asked, Refuted(witness), (_REFUTED.format(line=posed.line),))
    return replace(found, written=statement)


def _as_fixed(context: t.Context, symbols: Set[str]) -> t.Context:
    """What holds where functions of which nothing is said do not move with the policy."""
    return replace(context, moves={name: by for name, by in context.moves.items() if name not in symbols})


def is_of_a_problem(judged: Judged) -> bool:
    """Whether what was judged is that a row solves a problem which stands in another: no edit of the row shows that."""
    return judged.written is not None and isinstance(judged.statement.right, t.Optimiser) and not isinstance(
        judged.written.right, t.Optimiser
    )


def _is_a_solution(state: State, head: t.Term, of: t.Optimum | t.Optimiser) -> bool:
    """Whether a side is a policy at any response that a problem's own may be, once it is solved: π, or π*."""
    if not isinstance(head, t.Apply) or not head.outcomes:
        return False
    places = (*head.outcomes, *head.given)
    if not all(isinstance(v, Variable) for v in places) or len(set(places)) < len(places):
        return False
    roles = state.context.roles
    starred = roles.get(head.symbol) is Role.OPTIMUM and roles.get(of.policy) is Role.POLICY
    return starred or head.symbol in (of.policy, f"{of.policy}*")


def _is_made_of(state: State, body: t.Term, posed: Posed) -> bool:
    """Whether a policy is made of what its problem is made of, and of normalisers."""
    names = t.symbols(body) - state.context.definitions.keys()
    names -= {name for name in names if state.context.roles.get(name) is Role.PARTITION}
    return names <= founded_on(state, posed.objective) | {posed.policy}
