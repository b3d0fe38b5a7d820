"""What says of something free what it shall be, and is no claim: a policy that is to be another, a better response.

``r(x, y_w) > r(x, y_l)`` holds for some pairs of responses and fails for others; ``π_θ = π*`` for one policy and not
for others. Nobody claims that these hold for all, so nothing is refuted by one for which they fail.
"""

from __future__ import annotations

from itertools import combinations

import symkl.language.terms as t
from symkl.checking.asking import inside, proves
from symkl.checking.state import State
from symkl.language.dependence import reached
from symkl.language.joints import written
from symkl.language.roles import Role
from symkl.language.terms import INEQUALITIES, Relation, Statement, Variable
from symkl.language.verdict import Unknown
from symkl.meaning.dependence import parameters

_CONDITION = "this holds for some {one} and {other} and not for others: if that is supposed, write “Suppose” before it"
_BOUNDED = "of {bound} nothing is known but that it may be such a bound: if that is supposed, write “Suppose” before it"
_CASES = "{one} and {other} are two symbols; if {other} is the density of {one}, write it in one way, and the row holds"
_TIED = "{reward} moves with the policy's parameters, and no row says how: give it, as an implicit reward if it is one"
_SOLUTION = "no row before says what {policy} is: if it solves a problem, state that before, as max_{policy} ..."


def specified(state: State, statement: Statement) -> Unknown | None:
    """Why a statement that is not proved says what something shall be, rather than what holds always."""
    if statement.relation in INEQUALITIES and (pair := _told_apart(statement)) is not None:
        one, other = pair
        return Unknown(_CONDITION.format(one=one, other=other))
    if (bound := _bound_of(state, statement)) is not None:
        return Unknown(_BOUNDED.format(bound=bound))
    if (capital := _in_two_cases(state, statement)) is not None:
        return Unknown(_CASES.format(one=capital, other=capital.lower()))
    if (reward := _moved_beside(state, statement)) is not None:
        return Unknown(_TIED.format(reward=written(reward)))
    if statement.relation in (Relation.EQUAL, Relation.EQUIVALENT, Relation.PROPORTIONAL):
        for side in (statement.left, statement.right):
            if isinstance(side, t.Apply) and _is_free(state, side):
                return Unknown(_SOLUTION.format(policy=side.symbol))
    return None


def _bound_of(state: State, statement: Statement) -> str | None:
    """A number that stands alone on one side of an inequality, or in a function of it, and of which nothing is known:
    the ε of ``|u| ≤ ε``, the n of ``H(p) ≤ log n``."""
    given = {*state.context.definitions, *(fact.symbol for fact in state.facts)}
    supposed = (side for each in state.hypotheses for side in (each.statement.left, each.statement.right))
    given.update(*map(t.symbols, supposed))
    for side, other in ((statement.left, statement.right), (statement.right, statement.left)):
        while isinstance(side, t.Fn) and len(side.arguments) == 1:
            (side,) = side.arguments
        varies = t.free_variables(other) or t.Bind in t.kinds(other)
        if statement.relation in INEQUALITIES and isinstance(side, t.Scalar) and varies:
            names = reached((other,), state.known.informed)
            if side.symbol not in given | names and state.context.roles.get(side.symbol) is None:
                return side.symbol
    return None


def _in_two_cases(state: State, statement: Statement) -> str | None:
    """A distribution by its capital where the row has its density by the small letter: ``KL(P‖Q) = ∫ p log(p/q)``."""
    sides = statement.left, statement.right
    laws = {part.symbol for side in sides for part in inside(side) if isinstance(part, t.Apply) and part.outcomes}
    capitals = sorted(name for name in laws if name.lower() != name and name.lower() in laws)
    if not capitals:
        return None
    exchange: dict[t.Argument, t.Argument] = {t.Policy(name): t.Policy(name.lower()) for name in capitals}
    one = Statement(t.substitute(sides[0], exchange), statement.relation, t.substitute(sides[1], exchange))
    return capitals[0] if proves(state, one, state.facts) else None


def _moved_beside(state: State, statement: Statement) -> str | None:
    """What moves with the parameters of a gradient beside a policy that does, and no row says how.

    In the gradient of DPO's loss ``r_θ`` is made of ``π_θ``: that no row says so makes the row no false claim.
    """
    sides = statement.left, statement.right
    if not any(isinstance(part, t.Gradient) for side in sides for part in inside(side)):
        return None
    names = reached(sides, state.known.informed)
    given = {*state.context.definitions, *(fact.symbol for fact in state.facts)}
    carrying = {part.symbol for side in sides for part in inside(side) if isinstance(part, t.Apply) and part.outcomes}
    by = frozenset().union(*map(parameters, carrying & state.context.parametrised))
    functions = sorted(n for n in names - given - carrying if state.context.roles.get(n) is Role.REWARD)
    moves = state.context.moves
    return next((name for name in functions if by & (parameters(name) | moves.get(name, frozenset()))), None)


def _told_apart(statement: Statement) -> tuple[str, str] | None:
    """Two variables of which the two sides say the same: ``f(y_w) > f(y_l)``."""
    free = t.free_variables(statement.left) | t.free_variables(statement.right)
    variables = sorted((v for v in free if isinstance(v, Variable)), key=lambda v: v.name)
    for v, w in combinations(variables, 2):
        if v.sort == w.sort and t.substitute(statement.left, {v: w, w: v}) == statement.right:
            return v.name, w.name
    return None


def _is_free(state: State, side: t.Apply) -> bool:
    """Whether a side is a trained policy, at any response, of which no row, no problem and no name says what it is."""
    places = (*side.outcomes, *side.given)
    known = {*state.context.definitions, *(fact.symbol for fact in state.facts), *(each.policy for each in state.posed)}
    return (
        bool(side.outcomes)
        and side.symbol not in known
        and side.symbol in state.context.parametrised | state.context.moves.keys()
        and state.context.roles.get(side.symbol) is Role.POLICY
        and all(isinstance(place, Variable) for place in places)
        and len(set(places)) == len(places)
    )
