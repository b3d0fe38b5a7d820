"""Finding a proof for the kernel to check: which law, with which factor, maximiser or weight.

Nothing here is trusted. Whatever is guessed wrongly makes a law of the kernel fail.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction

import symkl.language.terms as t
from symkl.kernel.normal_form import BOUND_POLICY, Normaliser
from symkl.kernel.polynomials import Polynomial
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.kernel.verdict import Fact, Proved
from symkl.language.certificate import Attainment, Optimality, Premise
from symkl.language.terms import Relation, Variable
from symkl.language.verdict import Unknown
from symkl.proving.inequalities import equation, inequality
from symkl.proving.problems import Maximiser, at_one_prompt, atoms, optimality, problem, quotients, shape, spelled
from symkl.proving.putting import put, put_anew
from symkl.proving.reading_back import plain
from symkl.proving.remembering import Memo, Remembering
from symkl.proving.suprema import attainment

PROMPT_SORTS = ("x", "s")
"""Sorts that condition; a proportionality is in the other free variables unless its left side says."""


def decide(
    statement: t.Statement,
    context: t.Context,
    facts: Iterable[Fact] = (),
    budget: int = 60_000,
    premises: Iterable[Premise] = (),
) -> Proved | Unknown:
    """Try every law on a statement. ``facts`` unfold; ``premises`` are inequalities that hold.

    Raises BudgetExceeded when the work allowed is used up.

    >>> beta = t.Scalar("β")
    >>> decide(t.Statement(t.log(t.exp(beta)), Relation.EQUAL, beta), t.Context()).law
    'identity'
    """
    return _answer(Normaliser(context, facts, budget, premises), statement)


def decide_within(
    statement: t.Statement,
    context: t.Context,
    facts: Iterable[Fact] = (),
    budget: int = 60_000,
    premises: Iterable[Premise] = (),
    memo: Memo | None = None,
) -> tuple[Proved | Unknown | None, int]:
    """The same with the steps that it took; no answer where the work allowed is used up.

    ``memo``: what was found for other statements of the document, and what is found now.
    """
    nf = Remembering(context, facts, budget, premises, memo={} if memo is None else memo)
    try:
        return _answer(nf, statement), budget - nf.budget
    except (BudgetExceeded, RecursionError):
        return None, budget


def _answer(nf: Normaliser, statement: t.Statement) -> Proved | Unknown:
    try:
        found = _attempt(nf, statement)
    except Unsupported as reason:
        if statement.left == statement.right and statement.relation in t.EQUATIONS:
            return _alike(nf, statement)
        return Unknown(str(reason))
    return Unknown("no law of the kernel shows it") if found is None else found


def _alike(nf: Normaliser, row: t.Statement) -> Proved | Unknown:
    """``A = A`` is a case of ``a = a``, which holds for every function a of what is free in A."""
    free = tuple(sorted(t.free_variables(row.left), key=lambda v: (v.sort, v.name)))
    one = t.Apply("◦", (), free)
    found = put(nf, "alike", "identity", t.Statement(one, row.relation, one))
    return Unknown("no law of the kernel shows it") if found is None else found


def _attempt(nf: Normaliser, row: t.Statement) -> Proved | None:
    left, right = row.left, row.right
    match row.relation:
        case Relation.PROPORTIONAL:
            found = put(nf, "proportional", "proportional", row, outcomes=outcomes_of(left))
            return put_anew(nf, "identity", "identity", row) if found is None else found
        case Relation.LESS_EQUAL | Relation.LESS | Relation.GREATER_EQUAL | Relation.GREATER:
            return inequality(nf, row)
        case Relation.IMPLIES | Relation.DIFFERENT:
            return None
    match left, right:
        case (t.Limit(), _) | (_, t.Limit()):
            return put(nf, "limit", "tends", row)
        case t.Optimiser(), t.Optimiser():
            found = _same_up_to_scale(nf, row)
            return _same_maximiser(nf, row) if found is None else found
        case (t.Optimiser() as of, claimed) | (claimed, t.Optimiser() as of):
            return _optimal(nf, row, of, claimed)
    attempts: list[Callable[[Normaliser, t.Statement], Proved | None]] = [_identity, equation]
    both = problem(left) is not None and problem(right) is not None
    if isinstance(left, t.Optimum) and isinstance(right, t.Optimum):  # what is made from maxima is values
        attempts += [_same_up_to_scale, _same_maximiser]
    if (problem(left) or problem(right)) and not (both and row.relation is Relation.EQUIVALENT):
        attempts.append(_value)  # that two problems attain the same does not make them the same problem
    return next((found for attempt in attempts if (found := attempt(nf, row)) is not None), None)


def outcomes_of(left: t.Term) -> tuple[Variable, ...]:
    """The variables that a proportionality with this left side is in."""
    if isinstance(left, t.Apply) and left.outcomes:
        return left.outcomes
    return tuple(sorted((v for v in t.free_variables(left) if v.sort not in PROMPT_SORTS), key=lambda v: v.name))


def in_full(statement: t.Statement) -> t.Statement:
    """``arg max f ∝ h`` as what it says, ``arg max f = h / Σ h``: an optimiser is a policy, and sums to 1.

    >>> y = Variable("y", "y")
    >>> p, q = (t.Apply(s, (y,), ()) for s in ("p", "q"))
    >>> best = t.Optimiser(t.Sense.MIN, "p", t.kl(y, p, q))
    >>> in_full(t.Statement(best, Relation.PROPORTIONAL, q)).relation
    <Relation.EQUAL: '='>
    """
    left, claimed = statement.left, statement.right
    if statement.relation is not Relation.PROPORTIONAL or not isinstance(left, t.Optimiser):
        return statement
    over = outcomes_of(claimed)
    if len(over) != 1 or problem(claimed) is not None:
        return statement
    below = t.Power(t.Bind("sum", over, (claimed,)), t.Number(Fraction(-1)))
    return t.Statement(left, Relation.EQUAL, t.Mul((claimed, below)))


def _identity(nf: Normaliser, row: t.Statement) -> Proved | None:
    return put(nf, "identity", "identity", row)


def _value(nf: Normaliser, row: t.Statement) -> Proved | None:
    maxima = {atom: None for atom in atoms(nf(row.left) - nf(row.right)) if atom.kind == "optimum"}
    found = [why for atom in maxima if (why := optimality(nf, atom.inside, BOUND_POLICY)) is not None]
    shown = put_anew(nf, "value", "value", row, why=tuple(each.why for each in found)) if found else None
    if shown is not None:
        return shown
    met = [each for atom in maxima if (each := attainment(nf, atom.inside)) is not None]
    every: tuple[Optimality | Attainment, ...] = (*[each.why for each in found], *met)
    return put_anew(nf, "reached", "value", row, why=every) if met else None


def _optimal(nf: Normaliser, row: t.Statement, of: t.Optimiser, claimed: t.Term) -> Proved | None:
    if isinstance(claimed, t.Optimum | t.Optimiser | t.Limit):
        return None
    f, q = nf.objective(of), nf(claimed)
    best = optimality(nf, f, BOUND_POLICY)
    if not isinstance(claimed, t.Apply):
        by_sort = {v.sort: v for v in t.free_variables(claimed)}
        places = tuple(by_sort.get(v.sort, v) for v in (*best.outcomes, *best.given)) if best else ()
        best = spelled(nf, best, places[: len(best.outcomes)], places[len(best.outcomes) :]) if best else None
        return None if best is None else put_anew(nf, _how(best), "optimal", row, why=best.why)
    given = tuple(v for v in claimed.given if isinstance(v, Variable))
    if best is None and (found := shape(nf, f, BOUND_POLICY)) is not None:
        places = (*found.outcomes, *found.given)
        back: dict[t.Argument, t.Argument] = dict(zip((*claimed.outcomes, *given), places, strict=False))
        best = Maximiser(found.outcomes, found.given, found.averaged, nf.rename(q, back), found.entropy, found.cross)
    best = spelled(nf, best, claimed.outcomes, given) if best else None
    if best is None:
        return None
    return put_anew(nf, _how(best), "optimal", row, why=best.why)


def _how(best: Maximiser) -> str:
    return "stationary" if best.below.terms else "Gibbs"


def _objectives(nf: Normaliser, row: t.Statement) -> tuple[Polynomial, Polynomial] | None:
    a, b = problem(row.left), problem(row.right)
    return None if a is None or b is None else (nf.objective(a), nf.objective(b))


def _same_up_to_scale(nf: Normaliser, row: t.Statement) -> Proved | None:
    if (both := _objectives(nf, row)) is None:
        return None
    f, g = both
    for factor in quotients(nf, f.split(BOUND_POLICY)[0], g.split(BOUND_POLICY)[0]):
        found = put_anew(nf, "same optimiser", "same_optimiser", row, factor=plain(factor))
        if found is not None:
            return found
    return None


def _same_maximiser(nf: Normaliser, row: t.Statement) -> Proved | None:
    if (both := _objectives(nf, row)) is None:
        return None
    f, g = both
    one, two = optimality(nf, f, BOUND_POLICY), optimality(nf, g, BOUND_POLICY)
    if one is None or two is None:
        return None
    this, that = (one, two) if one.averaged else (two, one)  # spell both in the names of the problem at one prompt
    moved = spelled(nf, this, that.outcomes, that.given)
    if moved is None:
        return None
    of_f, of_g = (moved, that) if one.averaged else (that, moved)
    words = "one maximiser" if bool(of_f.averaged) == bool(of_g.averaged) else "prompt by prompt"
    found = put_anew(nf, words, "same_maximiser", row, of_left=of_f.why, of_right=of_g.why)
    if found is None:
        return None
    factor, difference = at_one_prompt(nf, f, g, of_f, of_g)
    return replace(found, factor=factor, difference=difference)
