"""Counterexamples to statements of every kind, and the guard that looks for them after a proof."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import symkl.language.terms as t
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.polynomials import constant
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.kernel.verdict import Fact, Proved
from symkl.language.certificate import Attainment
from symkl.language.dependence import reached, unsaid
from symkl.language.terms import EQUATIONS, INEQUALITIES, Relation, Statement
from symkl.language.verdict import Scope
from symkl.language.writing import formula
from symkl.proving.deciding import outcomes_of
from symkl.proving.problems import lifted, maximiser, problem
from symkl.proving.reading_back import read_back
from symkl.proving.suprema import attainment
from symkl.refuting.guard import Disagreement, confirm, confirm_limit, confirm_optimiser
from symkl.refuting.limits import drawn_in, refute_limit
from symkl.refuting.optima import beats, refute_optimiser, refute_optimum_value
from symkl.refuting.spreading import refute_with_densities
from symkl.refuting.values import equal_sides, refute
from symkl.refuting.witnesses import Claimed, Witness


def contradict(
    statement: Statement,
    context: t.Context,
    *,
    plain: tuple[str, ...] = (),
    given: tuple[Statement, ...] = (),
    optimum: str = "",
    holds: Callable[[Statement], bool] = lambda statement: False,
    facts: tuple[Fact, ...] = (),
) -> Witness | None:
    """A certified counterexample to a statement, of whichever kind its two sides ask for.

    ``plain``: the policies that stay uniform longest. ``given``: what the counterexample must satisfy. ``optimum``:
    the name of the policy that is the optimum, by which it is called. ``holds``: whether a statement is proved.
    ``facts``: those that are among the definitions.
    """
    if unsaid((statement.left, statement.right), context) is not None:
        return None  # how it moves there is nowhere said, so no counterexample could be computed
    found = _contradicted(statement, context, plain, given, optimum, holds)
    if found is None and statement.relation in _STRICT and holds(replace(statement, relation=Relation.EQUAL)):
        found = _of_equal_sides(statement, context, plain, given)
    if found is None:
        return None
    known = found.against.known if found.against is not None else None
    return found._replace(against=Claimed(statement, context, given, facts, known))


_STRICT = (Relation.LESS, Relation.GREATER)


def _contradicted(
    statement: Statement, context: t.Context, plain: tuple[str, ...], given: tuple[Statement, ...], optimum: str,
    holds: Callable[[Statement], bool],
) -> Witness | None:  # fmt: skip
    left, right = statement.left, statement.right
    if t.Limit in t.kinds(left) | t.kinds(right):
        return _contradict_limit(statement, context, plain, given)
    a, b = problem(left), problem(right)
    if (a or b) and statement.relation is Relation.PROPORTIONAL:
        return None
    if a is None and b is None:
        found = refute(
            statement,
            context,
            varying=outcomes_of(left) if statement.relation is Relation.PROPORTIONAL else (),
            plain=plain,
            given=given,
        )
        return refute_with_densities(statement, context, refute, given) if found is None else found
    if a is not None and b is not None:
        if statement.relation not in EQUATIONS:
            return None
        if left != a or right != b or any(is_free(each, context) for each in (a, b)):  # a statement of values
            one, two = lifted(left, context), lifted(right, context)
            if one is not None and two is not None and holds(Statement(one, Relation.EQUIVALENT, two)):
                return None  # as people write it: true of the optimiser, and of the values not shown
            return next((found.witness for found in _guard_values(statement, context, given)), None)
        for first, second in ((a, b), (b, a)):
            known = known_optimiser(first, context)
            if known is not None:
                found = refute_optimiser(
                    first, second, known[0], context, plain=plain, spelled=known[1], given=given
                )
                if found is not None:
                    best = maximiser(first, context)
                    found = found._replace(against=Claimed(statement, context, known=best and best.why))
                    return _seen_from(found, known[0], context, optimum, forwards=second is b)
        return None
    of, other = (a, right) if a is not None else (b, left)
    assert of is not None
    if isinstance(of, t.Optimiser):
        return beats(of, other, context, plain=plain, given=given)
    if left not in (of, other) or right not in (of, other):
        if of.policy in reached((other,), context):
            return None  # one name for what is bound and for what is not
        taken = _at_the_optima(statement, context)
        return None if taken is None else refute(*taken, plain=plain, given=given)
    relation = statement.relation if a is not None else _TURNED.get(statement.relation, statement.relation)
    if (value := known_value(of, context)) is not None:
        sides = (value, other) if a is not None else (other, value)
        found = refute(Statement(sides[0], statement.relation, sides[1]), context, plain=plain, given=given)
        if found is not None:
            return found._replace(against=Claimed(statement, context, known=attained_at(of, context)))
    known = known_optimiser(of, context)
    found = refute_optimum_value(
        of,
        other,
        context,
        relation=relation,
        known=known[0] if known else None,
        spelled=known[1] if known else None,
        plain=plain,
        given=given,
    )
    best = maximiser(of, context)
    return found and found._replace(against=Claimed(statement, context, known=best and best.why))


def is_free(of: t.Optimum | t.Optimiser, context: t.Context) -> bool:
    """Whether what a problem is of does not move with its policy: then its value is that, whatever the policy."""
    return of.policy not in reached((of.body,), context)


def _of_equal_sides(
    statement: Statement, context: t.Context, plain: tuple[str, ...], given: tuple[Statement, ...]
) -> Witness | None:
    """What ``<`` says of two sides that are proved to be equal fails everywhere: in the simplest problem, say."""
    if t.Limit in t.kinds(statement.left) | t.kinds(statement.right):
        return _contradict_limit(statement, context, plain, given, equal=True)
    found = _at_the_optima(statement, context)
    return None if found is None else equal_sides(*found, plain=plain, given=given)


def _contradict_limit(
    statement: Statement, context: t.Context, plain: tuple[str, ...], given: tuple[Statement, ...], *,
    equal: bool = False,
) -> Witness | None:  # fmt: skip
    """A counterexample to what is said of a limit; ``equal``: to ``<``, where both sides are known to be equal."""
    left, right, relation = statement.left, statement.right, statement.relation
    turned = t.Limit not in t.kinds(left)
    of, other = (right, left) if turned else (left, right)
    limit = drawn_in(of, context)
    if limit is None or unsaid((limit, other), context) is not None or relation not in (*EQUATIONS, *INEQUALITIES):
        return None
    if relation in EQUATIONS:
        relation = Relation.EQUAL
    relation = _TURNED.get(relation, relation) if turned else relation
    found = refute_limit(limit, other, context, plain=plain, relation=relation, equal=equal, given=given)
    if found is None or not turned:
        return found
    return found._replace(sides=tuple(side._replace(left=side.right, right=side.left) for side in found.sides))


def _seen_from(witness: Witness, known: t.Term, context: t.Context, optimum: str, *, forwards: bool) -> Witness:
    """The witness with its columns named from where the reader stands, and π* called by its name."""
    try:
        nf = Normaliser(context)
        definition = context.definitions.get(optimum)
        star = definition is not None and nf.is_zero(nf(definition.body) - nf(known))
    except (Unsupported, BudgetExceeded):
        star = False
    sides = []
    for k, side in enumerate(witness.sides):
        contenders = tuple(c._replace(label=optimum) if star and k == 0 else c for c in side.contenders)
        left, right = (side.left, side.right) if forwards else (side.right, side.left)
        sides.append(side._replace(left=left, right=right, contenders=contenders))
    return witness._replace(sides=tuple(sides), heads=("the row before", "this row"))


_TURNED = {
    Relation.LESS_EQUAL: Relation.GREATER_EQUAL,
    Relation.GREATER_EQUAL: Relation.LESS_EQUAL,
    Relation.LESS: Relation.GREATER,
    Relation.GREATER: Relation.LESS,
}


def known_optimiser(of: t.Optimum | t.Optimiser, context: t.Context) -> tuple[t.Term, tuple[t.Variable, ...]] | None:
    """The optimiser of a problem that the kernel knows, and the variables it is spelled in."""
    why = maximiser(of, context)
    return None if why is None else (read_back(why.q, context), (*why.outcomes, *why.given))


def known_value(of: t.Optimum, context: t.Context) -> t.Term | None:
    """The largest value, or the least, where a bound on it is attained that the kernel knows."""
    why = attained_at(of, context)
    sign = t.Number(Fraction(1 if of.sense is t.Sense.MAX else -1))
    return None if why is None else t.Mul((sign, why.value))


def attained_at(of: t.Optimum, context: t.Context) -> Attainment | None:
    """Where the bound on a problem is attained, and what shows it."""
    nf = Normaliser(context)
    try:
        return attainment(nf, nf.objective(of))
    except (Unsupported, BudgetExceeded):
        return None


def guard(
    statement: Statement, verdict: Proved, context: t.Context, given: tuple[Statement, ...] = ()
) -> str | None:
    """What speaks against a proved statement in a few random problems, in words: a bug of ours, wherever it is."""
    left, right = statement.left, statement.right
    a, b = problem(left), problem(right)
    if isinstance(left, t.Limit) or isinstance(right, t.Limit):
        limit, other = (left, right) if isinstance(left, t.Limit) else (right, left)
        against: list[object] = list(confirm_limit(limit, other, context)) if isinstance(limit, t.Limit) else []
    elif a is None and b is None:
        varying = outcomes_of(left) if statement.relation is Relation.PROPORTIONAL else ()
        against = list(confirm(statement, context, varying=varying, given=given))
    elif a is not None and b is not None:
        against = list(_guard_problems(verdict, statement, context, given))
    elif isinstance(a, t.Optimiser) or isinstance(b, t.Optimiser):
        of, other = (a, right) if a is not None else (b, left)
        found = beats(of, other, context, max_problems=3, given=given) if of is not None else None
        against = [found] if found is not None else []
    else:
        against = list(_guard_values(statement, context, given))
    if not against:
        return None
    return (
        f"{formula(left).text} {statement.relation.value} {formula(right).text}: the kernel proved it by "
        f"'{verdict.law}', and a certified computation contradicts it"
    )


def _guard_problems(
    verdict: Proved, statement: Statement, context: t.Context, given: tuple[Statement, ...]
) -> list[object]:
    """What speaks against two problems being one: at random policies, or at the optimum of the first."""
    left, right = statement.left, statement.right
    a, b = problem(left), problem(right)
    assert a is not None and b is not None
    bare = left == a and right == b
    factor, difference = verdict.factor, verdict.difference
    if verdict.law == "identity" and bare and a.sense is b.sense:
        factor, difference = constant(1), constant(0)
    if factor is not None and difference is not None and (verdict.factor is None or not separated(verdict, a)):
        shown = read_back(factor, context), read_back(difference, context)
        return list(confirm_optimiser(_as_max(a), _as_max(b), *shown, context, given=given))
    if verdict.scope is Scope.VALUE:
        relation = Relation.EQUAL if statement.relation in EQUATIONS else statement.relation
        return list(_guard_values(replace(statement, relation=relation), context, given))
    known = known_optimiser(a, context)
    if known is None:
        return []
    witness = refute_optimiser(a, b, known[0], context, spelled=known[1], max_problems=3, given=given)
    return [] if witness is None else [witness]


def _guard_values(
    statement: Statement, context: t.Context, given: tuple[Statement, ...] = ()
) -> list[Disagreement]:
    """What speaks against an equation of optimal values, each maximum taken at the optimiser the kernel knows."""
    at, within = with_optima_taken(statement, context)
    return list(confirm(at, within, given=given))


def _at_the_optima(statement: Statement, context: t.Context) -> tuple[Statement, t.Context] | None:
    """The same where every maximum is of a problem that the kernel has solved, else None."""
    at, within = with_optima_taken(statement, context)
    left = t.kinds(at.left) | t.kinds(at.right)
    return (at, within) if left.isdisjoint((t.Optimum, t.Optimiser)) else None


def with_optima_taken(statement: Statement, context: t.Context) -> tuple[Statement, t.Context]:
    """A statement of values with each maximum taken at the optimiser that the kernel knows, or wherever it is free."""
    definitions = dict(context.definitions)

    def attained(term: t.Term) -> t.Term:
        if not isinstance(term, t.Optimum):
            return t.rebuilt(term, attained)
        if is_free(term, context):
            return attained(term.body)
        name = f"{term.policy}°{len(definitions)}"
        if (why := maximiser(term, context)) is not None:
            definitions[name] = t.Definition(name, (*why.outcomes, *why.given), read_back(why.q, context))
        elif (met := attained_at(term, context)) is not None:
            definitions[name] = t.Definition(name, (*met.outcomes, *met.given), met.at)
        else:
            return term
        return t.substitute(term.body, {t.Policy(term.policy): t.Policy(name)})

    left, right = attained(statement.left), attained(statement.right)
    return Statement(left, statement.relation, right), replace(context, definitions=definitions)


def _as_max(of: t.Optimum | t.Optimiser) -> t.Optimum:
    return t.Optimum(of.sense, of.policy, of.body)


def separated(verdict: Proved, of: t.Optimum | t.Optimiser) -> bool:
    """Whether a verdict compares one prompt's problem with the average over prompts."""
    assert verdict.factor is not None
    return not {v.name for v in verdict.factor.free} <= {v.name for v in t.free_variables(of.body)}
