"""Equations that hold up to a constant, ``A = B + C``: what the constant is, and of what it is free.

Such a row is proved where the two sides differ by what depends on no policy that the row is about and on no response.
It is never refuted: a constant may hide anything that nobody said of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import symkl.language.terms as t
from symkl.checking.asking import decide_counted, inside
from symkl.checking.state import Judged, State
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.kernel.verdict import Proved
from symkl.language.dependence import EVERYTHING, reached
from symkl.language.roles import Role
from symkl.language.terms import EQUATIONS, Statement
from symkl.language.verdict import Unknown
from symkl.language.writing import formula
from symkl.meaning.dependence import parameters
from symkl.proving.deciding import PROMPT_SORTS
from symkl.proving.problems import problem
from symkl.proving.reading_back import read_back

OF_THE_OPTIMISER = "a constant in the objective does not change which policy is best: it is left out"
_UNSAID = "nothing says what the constant is, and what it would have to be is no constant"
_FIXED = (Role.REFERENCE, Role.PROMPTS, Role.OPTIMUM, Role.SAMPLES)


def bears_a_constant(state: State, statement: Statement) -> bool:
    """Whether a constant that nobody names is added in a statement."""
    symbols = t.symbols(statement.left) | t.symbols(statement.right)
    return any(state.context.roles.get(symbol) is Role.CONSTANT for symbol in symbols)


def without_a_common_one(state: State, statement: Statement) -> Statement:
    """``A + C = B + C`` as ``A = B``: one letter is one number; a statement without one as it is."""
    (left, of_left), (right, of_right) = (_parted(state, side) for side in (statement.left, statement.right))
    common = bool(of_left) and of_left == of_right and all(len(name) == 1 for _, name in of_left)
    return Statement(left, statement.relation, right) if common else statement


def up_to_a_constant(state: State, statement: Statement) -> Judged:
    """The answer to an equation that bears a constant: proved up to it, or unknown.

    ::

        left = right + K    K free of y and of π    what K is made of moves with nothing here
        ─────────────────────────────────────────────────────────────────────────────────────
                          left = right + C, with C = K, which is a constant

    Fails when: nothing on the left varies, so that any two sides differ by a constant.
    """
    (left, _), (right, _) = (_parted(state, side) for side in (statement.left, statement.right))
    plain = Statement(left, statement.relation, right)
    if bears_a_constant(state, plain) or statement.relation not in EQUATIONS:
        return Judged(statement, Unknown("nothing says what the constant is"))
    context = state.known.informed
    nf = Normaliser(context, state.facts, state.document.budget)
    try:
        of_left = nf(left)
        constant = read_back(of_left - nf(right), context)
    except (Unsupported, BudgetExceeded, RecursionError) as reason:
        return Judged(statement, Unknown(str(reason) or _UNSAID))
    varying = _varying(state, plain)
    responses = {v for v in t.free_variables(left) | t.free_variables(right) if v.sort not in PROMPT_SORTS}
    if of_left.names.isdisjoint(varying | responses):
        return Judged(statement, Unknown("nothing on the left side varies: any two numbers differ by a constant"))
    if not _is_free(state, constant, varying, responses):
        return Judged(statement, Unknown(_UNSAID))
    shown = Statement(left, t.Relation.EQUAL, t.Add((right, constant)))
    verdict, steps = decide_counted(state, shown, state.facts)
    if not isinstance(verdict, Proved):
        return Judged(statement, Unknown(_UNSAID), steps=steps)
    free = " and of ".join([*sorted(v.name for v in responses), *sorted(varying)])
    note = f"true up to a constant, which is {formula(constant).text}: it is free of {free}"
    named = replace(verdict, because="the two sides differ by a constant")
    return Judged(shown, named, (note,), steps=steps)


def of_the_optimiser(state: State, statement: Statement) -> Statement | None:
    """Two problems without the constants in what they optimise, which change no optimiser; None where it has others."""
    problems = [problem(side) for side in (statement.left, statement.right)]
    found = [each and replace(each, body=_parted(state, each.body)[0]) for each in problems]
    if found[0] is None or found[1] is None or problems != [statement.left, statement.right]:
        return None
    plain = Statement(found[0], statement.relation, found[1])
    return None if bears_a_constant(state, plain) else plain


def _parted(state: State, side: t.Term) -> tuple[t.Term, Counter[tuple[bool, str]]]:
    """A side without the constants that are added to it, and these, each with its sign."""
    if not isinstance(side, t.Add):
        return side, Counter()
    kept, found = list[t.Term](), Counter[tuple[bool, str]]()
    for part in side.terms:
        core = part
        if isinstance(part, t.Mul) and len(part.factors) == 2 and isinstance(part.factors[0], t.Number):
            core = part.factors[1]  # "- C"
        if isinstance(core, t.Scalar | t.Apply) and state.context.roles.get(core.symbol) is Role.CONSTANT:
            found[core is part, core.symbol] += 1
        else:
            kept.append(part)
    return (kept[0] if len(kept) == 1 else t.Add(tuple(kept), span=side.span)), found


def _varying(state: State, statement: Statement) -> frozenset[str]:
    """The policies that a statement is about: those that are optimised or trained; where it has none, any distribution
    that is no reference."""
    context = state.known.informed
    names = reached((statement.left, statement.right), context)
    defined = [context.definitions[name].body for name in sorted(names) if name in context.definitions]
    bodies = [statement.left, statement.right, *defined]
    laws = {each.symbol for body in bodies for each in _laws(body)} - context.definitions.keys()
    laws = {n for n in laws if context.roles.get(n) not in _FIXED and n not in {fact.symbol for fact in state.facts}}
    policies = {n for n in laws if context.roles.get(n) is Role.POLICY or n in context.parametrised}
    return frozenset(policies or laws)


def _laws(term: t.Term) -> Iterator[t.Apply | t.Policy]:
    """The distributions in a term, and the policies that functionals in it are of."""
    for part in inside(term):
        if isinstance(part, t.Apply):
            yield from [part] if part.outcomes else []
            yield from (a for a in part.given if isinstance(a, t.Policy))


def _is_free(state: State, constant: t.Term, varying: frozenset[str], responses: set[t.Variable]) -> bool:
    """Whether what a constant would have to be depends on nothing that varies, as far as anybody knows."""
    context = state.known.informed
    names = reached([constant], context)
    moving = varying.union(context.parametrised, {EVERYTHING}, *map(parameters, varying))
    still = all(moving.isdisjoint({name, *context.moves.get(name, ())}) for name in names)
    steady = not any(isinstance(p, t.Gradient | t.Partial | t.Limit | t.Optimum) for p in inside(constant))
    return still and steady and responses.isdisjoint(t.free_variables(constant))
