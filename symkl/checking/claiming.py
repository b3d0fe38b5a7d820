"""Whether a document reaches the theorem it claims."""

from __future__ import annotations

from collections.abc import Sequence

import symkl.language.terms as t
from symkl.checking import theorems
from symkl.checking.asking import decide_in
from symkl.checking.report import Claim, Line, Status
from symkl.checking.state import State
from symkl.kernel.verdict import Proved
from symkl.language.proof import Row
from symkl.language.roles import POLICIES
from symkl.language.terms import EQUATIONS, Relation, Statement
from symkl.language.verdict import Scope


def claim_of(state: State, lines: Sequence[Line], name: str | None) -> Claim | None:
    """Whether the document reaches the theorem it claims."""
    if name is None:
        return None
    if name not in theorems.NAMES:
        return Claim(name, False, f"no theorem is called that; known are {', '.join(theorems.NAMES)}")
    rows = [(row, line) for row, line in zip(state.document.proof.rows, lines, strict=True) if row.clauses]
    if not rows:
        return Claim(name, False, "there is no row that could state it")
    row, line = rows[-1]
    broken = next((each for each in lines if each.status in (Status.REFUTED, Status.UNREADABLE, Status.UNKNOWN)), None)
    if broken is not None:
        return Claim(name, False, f"line {broken.line} is {broken.status.value}")
    if line.status is Status.ASSUMED:
        return Claim(name, False, f"the last row, line {line.line}, is assumed: nothing shows it")
    if line.status is not Status.PROVED:
        return Claim(name, False, f"the last row, line {line.line}, is {line.status.value}")
    if name == "optimal-policy" and not state.solved:
        return Claim(name, False, "no row states a problem of which the tilted policy is the optimiser")
    assert state.parts is not None
    written = frozenset().union(*(t.symbols(term) for clause in row.clauses for term in clause.terms))
    own = {name for name in written if state.context.roles.get(name) in POLICIES}
    policies = sorted(own | state.document.proof.optimised | {state.parts.optimum})
    for statement in _stated(state, row):
        shown = decide_in(state, statement, state.facts)
        if not isinstance(shown, Proved) or (shown.scope is Scope.OPTIMISER and name != "optimal-policy"):
            continue  # what a chain of rows adds up to is shown again, as one statement
        for policy in policies:
            if theorems.states(statement, name, theorems.Symbols(state.parts, policy), state.context):
                return Claim(name, True)
        if name == "optimal-policy" and _names_optimiser(state, statement):
            return Claim(name, True)
    return Claim(name, False, f"the last row, line {line.line}, is proved but does not state it")


def _stated(state: State, row: Row) -> list[Statement]:
    """What a row says: each link, and its first and last side."""
    out: list[Statement] = []
    for clause in row.clauses:
        links = zip(clause.terms, clause.relations, clause.terms[1:], strict=False)
        out += [Statement(a, relation, b) for a, relation, b in links]
        if len(clause.terms) > 2 and set(clause.relations) <= set(EQUATIONS):
            out.append(Statement(clause.terms[0], Relation.EQUAL, clause.terms[-1]))
        if clause.opening is not None and state.thread.start is not None:
            out.append(Statement(state.thread.start, Relation.EQUAL, clause.terms[-1]))
    return out


def _names_optimiser(state: State, statement: Statement) -> bool:
    """Whether a statement says that the tilted policy is the arg max of the document's problem."""
    assert state.parts is not None
    sides = (statement.left, statement.right)
    stars = [s for s in sides if isinstance(s, t.Apply) and s.symbol == state.parts.optimum]
    others = [
        s
        for s in sides
        if isinstance(s, t.Optimiser) or (isinstance(s, t.Apply) and s.symbol in state.document.proof.optimised)
    ]
    return bool(stars and others)
