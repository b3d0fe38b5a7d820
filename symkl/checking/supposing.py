"""Hypotheses: what may be used of a statement that is supposed, once it is seen to agree with what is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import symkl.language.terms as t
from symkl.checking.asking import inside, sides, solved_from
from symkl.checking.judging import attempt
from symkl.checking.report import Status
from symkl.checking.state import Hypothesis, Judged, State
from symkl.kernel.verdict import Proved
from symkl.language.certificate import Premise
from symkl.language.dependence import reached
from symkl.language.points import points
from symkl.language.proof import Clause, Reach
from symkl.language.signs import size_of
from symkl.language.terms import EQUATIONS, INEQUALITIES, Relation, Statement, Variable
from symkl.language.verdict import Unknown
from symkl.language.writing import formula
from symkl.proving.deciding import PROMPT_SORTS
from symkl.proving.pointing import at_points
from symkl.refuting.values import satisfiable

NOT_USED = "a hypothesis with ≠ is not used: suppose that one side is the larger"
MAY_CONTRADICT = "no problem was found in which this holds together with what is known: it may contradict that"


def suppose(state: State, statement: Statement, source: str, reach: Reach = Reach.SECTION) -> Hypothesis:
    """The hypothesis that a statement is, with what may be used of it.

    ::

        some finite problem certainly satisfies it and all that was supposed before
        ───────────────────────────────────────────────────────────────────────────
                     facts, premises and positivity may be drawn from it

    What it says with bare letters holds for all of them; what it says at ``y_w`` holds there alone. Fails (nothing
    may be drawn from it) where no such problem is found: hypotheses that contradict each other prove nothing.
    """
    hypothesis = replace(_drawn(state, statement, source), reach=reach)
    if hypothesis.usable and consistent(state.under(hypothesis)):
        return hypothesis
    return Hypothesis(statement, source, reach=reach)


def consistent(state: State) -> bool:
    """Whether some problem satisfies all that is supposed, with what is known put in."""
    tested = [statement for each in state.hypotheses if each.usable for statement in each.tested]
    prompts = None
    for statement in list(tested):
        others = [each for each in tested if each is not statement]
        if (remaining := _named(state, statement, others)) is not None:  # KL(π‖μ) = c: whatever it is, call that c
            tested, prompts = [*others, *remaining], 1
    return not tested or satisfiable(tuple(tested), state.known.informed, prompts=prompts)


def _named(state: State, statement: Statement, others: Sequence[Statement]) -> tuple[Statement, ...] | None:
    """What is left of a statement that only names a number; None where it says more.

    Where there is one prompt the number is one. What is left is that it is > 0, if the name is one of such a number.
    """
    for name, value in ((statement.left, statement.right), (statement.right, statement.left)):
        if (
            statement.relation in EQUATIONS
            and isinstance(name, t.Scalar)
            and name.symbol not in state.known.informed.definitions
            and not any(name.symbol in t.symbols(side) for each in others for side in sides(each))
            and name.symbol not in reached((value,), state.known.informed)
            and all(v.sort in PROMPT_SORTS for v in t.free_variables(value))
        ):
            zero = t.Number(Fraction(0))
            return (Statement(zero, Relation.LESS, value),) if name.symbol in state.context.positive else ()
    return None


def supposed(state: State, statement: Statement, source: str, note: str, reach: Reach = Reach.SECTION) -> Judged:
    """A link that is supposed, as it is to be reported; nothing is supposed by what holds anyway."""
    if isinstance(attempt(state, statement)[0].verdict, Proved):
        return Judged(statement, Unknown(""), (note,), Status.ASSUMED)
    hypothesis = suppose(state, statement, source, reach)
    if statement.relation is Relation.DIFFERENT:
        return Judged(statement, Unknown(NOT_USED), (note,), supposed=hypothesis)
    if not hypothesis.usable:
        return Judged(statement, Unknown(MAY_CONTRADICT), (note,), supposed=hypothesis)
    return Judged(statement, Unknown(""), (note,), Status.ASSUMED, supposed=hypothesis)


RANGE = "a hypothesis: where a parameter lies of which nothing is known"


def is_a_range(state: State, clause: Clause) -> bool:
    """Whether a clause says between which numbers a parameter lies of which nothing is known: ``0 ≤ γ < 1``.

    It would be false of all numbers, and nobody who writes it claims it of all. Requires: nothing leads to it.
    """
    names = [term.symbol for term in clause.terms if isinstance(term, t.Scalar)]
    told = {*state.context.definitions, *state.context.positive, *(fact.symbol for fact in state.facts)}
    told.update(*(t.symbols(side) for each in state.hypotheses for side in sides(each.statement)))
    return (
        bool(names)
        and len(set(names)) == len(names)
        and all(relation in INEQUALITIES for relation in clause.relations)
        and all(isinstance(term, t.Scalar) or not t.symbols(term) for term in clause.terms)
        and not any(isinstance(part, t.Apply | t.Bind) for term in clause.terms for part in inside(term))
        and told.isdisjoint(names)
    )


RECURSION = "a hypothesis: an equation that a function of states solves, of which nothing else says what it is"
_STATE = "s"


def is_a_recursion(state: State, statement: Statement) -> bool:
    """Whether a value of which nothing is known is given at a state by what it is at the next: Bellman's equation.

    ``V(s) = Σ_a p Q(s,a)`` after ``Q(s,a) = r + Σ_s' P V(s')`` would be false of most functions, and it is no
    consequence of how Q was given. Fails where the function is met at the state itself, as Q is in ``Q = A + V`` after
    ``A = Q - V``: that follows or is false. So is what says that a value is the same at every state.
    """
    head, context = statement.left, state.context
    told = {*context.definitions, *(fact.symbol for fact in state.facts)}
    told.update(*(t.symbols(side) for each in state.hypotheses for side in sides(each.statement)))
    if statement.relation is not Relation.EQUAL or not isinstance(head, t.Apply) or head.outcomes:
        return False
    places = [v for v in head.given if isinstance(v, Variable)]
    if head.symbol in told or len(set(places)) != len(head.given) or not places:
        return False
    reach = reached((statement.right,), context)
    if head.symbol not in reach or t.free_variables(statement.right) != set(places):
        return False
    return _met_elsewhere(context, statement.right, head.symbol, frozenset())


def _met_elsewhere(context: t.Context, term: t.Term, symbol: str, bound: frozenset[Variable]) -> bool:
    """Whether a symbol stands only at states that are summed over, in what definitions put in, too."""
    if isinstance(term, t.Apply) and term.symbol == symbol:
        return any(isinstance(v, Variable) and v.sort == _STATE and v in bound for v in term.given)
    if isinstance(term, t.Apply) and (given := context.definitions.get(term.symbol)) is not None:
        at = zip(given.parameters, (*term.outcomes, *term.given), strict=False)
        summed = frozenset(own for own, argument in at if argument in bound and isinstance(own, Variable))
        return _met_elsewhere(context, given.body, symbol, summed)
    if isinstance(term, t.Bind):
        bound = bound | frozenset(term.variables)
    return all(_met_elsewhere(context, part, symbol, bound) for part in term.parts())


def words(statement: Statement) -> str:
    """A hypothesis as reports show it."""
    return f"{formula(statement.left).text} {statement.relation.value} {formula(statement.right).text}"


def _drawn(state: State, statement: Statement, source: str) -> Hypothesis:
    """All that could be drawn from it, were it known to agree with the rest."""
    bare = Hypothesis(statement, source)
    if places := points(statement):
        known = frozenset(fact.symbol for fact in state.facts)
        there = at_points(statement, places, state.context, known)
        if there is None or points(there.statement):
            return bare
        context = replace(state.context, positive=state.context.positive | there.positive)
        state = replace(state, known=replace(state.known, context=context))
        found = _drawn(state, there.statement, source)
        return replace(found, statement=statement, positive=found.positive | there.positive, equations=())
    if statement.relation in INEQUALITIES:
        lower, upper = _bounds(statement)
        pairs = [(each, above) for each in _parts(lower, "max") for above in _parts(upper, "min")]
        premises = tuple(Premise(small, large, source) for small, large in [(lower, upper), *pairs])
        above, below = _positive(statement), _below(state, statement)
        above |= t.symbols(below.body) if below is not None else frozenset()
        return replace(bare, premises=tuple(dict.fromkeys(premises)), positive=above, below=below)
    if statement.relation not in (*EQUATIONS, Relation.PROPORTIONAL):
        return bare
    facts = solved_from(state, statement, source)
    if facts or statement.relation is Relation.PROPORTIONAL or _moves(statement):
        return replace(bare, facts=facts)
    both = Premise(statement.left, statement.right, source), Premise(statement.right, statement.left, source)
    return replace(bare, premises=both, equations=(statement,))


def _moves(statement: Statement) -> bool:
    return any(
        isinstance(part, t.Partial | t.Gradient | t.Limit | t.Optimum | t.Optimiser)
        for side in sides(statement)
        for part in inside(side)
    )


def _bounds(statement: Statement) -> tuple[t.Term, t.Term]:
    """The smaller side of an inequality, and the larger."""
    turned = statement.relation in (Relation.GREATER_EQUAL, Relation.GREATER)
    return (statement.right, statement.left) if turned else (statement.left, statement.right)


def _parts(side: t.Term, name: str) -> tuple[t.Term, ...]:
    """What lies below a bound with this side of it: u and -u where |u| does, u and v where max(u, v) does."""
    match side:
        case t.Fn("abs", (inside_it,)) if name == "max":
            return (inside_it, t.Mul((t.Number(Fraction(-1)), inside_it)))
        case t.Fn(own, parts) if own == name:
            return tuple(each for part in parts for each in _parts(part, name))
    return (side,)


def _positive(statement: Statement) -> frozenset[str]:
    """The symbol that a hypothesis says to be > 0 at all its arguments, if it says that of one."""
    small, large = _bounds(statement)
    if statement.relation not in (Relation.LESS, Relation.GREATER):
        return frozenset()
    if not (isinstance(small, t.Number) and small.value >= 0) or (head := _everywhere(large)) is None:
        return frozenset()
    return frozenset({head.symbol})


def _below(state: State, statement: Statement) -> t.Definition | None:
    """What a hypothesis says to be < 0 at all its arguments, by what is > 0: A by ``-size(A)``.

    ::

        f(x) < 0  at every x, nothing else says what f is
        ─────────────────────────────────────────────────
                f(x) = -size(f)(x),   size(f)(x) > 0
    """
    small, large = _bounds(statement)
    if statement.relation not in (Relation.LESS, Relation.GREATER) or (head := _everywhere(small)) is None:
        return None
    told = {*state.context.definitions, *(fact.symbol for fact in state.facts), *state.context.positive}
    if not (isinstance(large, t.Number) and large.value <= 0) or head.symbol in told:
        return None
    size = replace(head, symbol=size_of(head.symbol))
    parameters = head.given if isinstance(head, t.Apply) else ()
    return t.Definition(head.symbol, parameters, t.Mul((t.Number(Fraction(-1)), size)))


def _everywhere(side: t.Term) -> t.Scalar | t.Apply | None:
    """A number, or a function at all its arguments: one that is no distribution."""
    match side:
        case t.Scalar():
            return side
        case t.Apply(_, (), given) if len({a for a in given if isinstance(a, Variable)}) == len(given):
            return side
    return None
