"""What prose takes from the usual meaning of what a statement is about: then that is neither shown nor refuted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import symkl.language.terms as t
from symkl.checking.asking import inside, sides
from symkl.checking.state import State
from symkl.language.dependence import reached
from symkl.language.proof import Aspect, Described
from symkl.language.roles import Role
from symkl.language.terms import INEQUALITIES, Relation, Statement
from symkl.proving.deciding import PROMPT_SORTS

_VARY = (t.Gradient, t.Partial, t.Limit, t.Optimum, t.Optimiser)
_SIGNED = ("abs", "log", "max", "min", "clip", "sign")


_GIVEN = ("KL", "H", "TV", "JS", "χ²", "Var", "Rényi", "L1", "L2", "L∞", "cross-entropy")


def given_otherwise(state: State, statement: Statement) -> dict[str, str]:
    """The operator that words announce, of which a refuted statement may be a definition, with the reason."""
    head = statement.left
    if statement.relation is not Relation.EQUAL or not isinstance(head, t.Bind) or head.name not in _GIVEN:
        return {}
    if not any(each.aspect is Aspect.GIVEN and head.name in each.names for each in state.said):
        return {}
    plain = len(set(head.arguments)) == len(head.arguments) and all(
        isinstance(each, t.Apply) for each in head.arguments
    )
    if not plain or any(isinstance(part, t.Bind) and part.name in _GIVEN for part in inside(statement.right)):
        return {}
    why = f"a row before says otherwise what {head.name} is, and was refuted: nobody can tell which is meant here"
    return {head.name: why}


def taken_away(state: State, statement: Statement) -> str | None:
    """Why nobody can tell of a statement what it says: the words, or the row, that take something from it."""
    given = (Described(Aspect.OPERATOR, frozenset([name]), why) for name, why in state.operators.items())
    said = (*state.said, *given)
    if not said:
        return None
    context = state.known.informed
    names = reached(sides(statement), context)
    bodies = [context.definitions[name].body for name in sorted(names) if name in context.definitions]
    parts = [part for term in (*sides(statement), *bodies) for part in inside(term)]
    return next((each.why for each in said if _touches(each, statement, names, parts)), None)


def said_otherwise(state: State, statement: Statement) -> str | None:
    """Why nobody can tell of a statement that is not proved whether it holds: words say that a symbol in it is
    something else than what its letter usually is."""
    said = [each for each in state.said if each.aspect is Aspect.OTHERWISE]
    names = reached(sides(statement), state.known.informed) if said else frozenset[str]()
    names -= state.context.definitions.keys() - state.document.unstated  # which a row gives
    names -= {name for name in names if state.context.roles.get(name) is Role.INVERSE}  # a number as any other
    return next((each.why for each in said if not each.names.isdisjoint(names)), None)


def may_depend(state: State) -> dict[str, str]:
    """The symbols of which words say something that may make them depend on what is not written, and the words."""
    aspects = (Aspect.OTHERWISE, Aspect.SPREADS)
    return {name: each.why for each in state.said if each.aspect in aspects for name in sorted(each.names)}


def _touches(each: Described, statement: Statement, names: frozenset[str], parts: list[t.Term]) -> bool:
    about = not each.names.isdisjoint(names)
    match each.aspect:
        case Aspect.OPERATOR:
            return any(part.name in each.names for part in parts if isinstance(part, t.Bind | t.Fn))
        case Aspect.GIVEN | Aspect.OTHERWISE:
            return False  # only where the row that gives it is not what it usually is, or nothing shows it
        case Aspect.MASS:
            return about
        case Aspect.MOVES:
            return about and any(isinstance(part, _VARY) for part in parts)
        case Aspect.SPREADS:
            return about and any(isinstance(part, (t.Bind, *_VARY)) for part in parts)
        case Aspect.PROMPTS:
            bound = (v for part in parts if isinstance(part, t.Bind) for v in part.variables)
            return about and any(v.sort in PROMPT_SORTS for v in bound)
        case Aspect.SIGN:
            return about and (statement.relation in INEQUALITIES or any(map(_needs_sign, parts)))
        case Aspect.DENSITY:
            return statement.relation in INEQUALITIES and (
                any(isinstance(part, t.Bind) and part.name in ("H", "cross-entropy") for part in parts)
                or any(
                    isinstance(part, t.Apply) and not set(part.outcomes).isdisjoint(_free(statement)) for part in parts
                )
            )
        case Aspect.TIED:
            return any(_draws_twice(side) for side in sides(statement))


def _needs_sign(part: t.Term) -> bool:
    if isinstance(part, t.Optimum | t.Optimiser | t.Limit | t.Cases):
        return True
    return (isinstance(part, t.Fn) and part.name in _SIGNED) or (
        isinstance(part, t.Power) and not (isinstance(part.exponent, t.Number) and part.exponent.value.denominator == 1)
    )


def _free(statement: Statement) -> frozenset[t.Variable]:
    return t.free_variables(statement.left) | t.free_variables(statement.right)


def _drawn(side: t.Term) -> Iterator[str]:
    for part in inside(side):
        if isinstance(part, t.Bind) and part.name in ("E", "Var", "Cov"):
            yield from (each.sort for each in part.variables)


def _draws_twice(side: t.Term) -> bool:
    """Whether a side averages over several samples of one kind, or over a list of them."""
    drawn = Counter(_drawn(side))
    return any(count > 1 for count in drawn.values())
