"""Problems that rows state: which policy solves each, and from where to where a policy is read as the solution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import symkl.language.terms as t
from symkl.checking.asking import inside
from symkl.checking.state import Judged, Knowledge, Posed, State
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.polynomials import Polynomial
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.kernel.verdict import Proved
from symkl.language.proof import Row
from symkl.language.terms import EQUATIONS, Relation, Statement
from symkl.language.verdict import Refuted
from symkl.proving.problems import maximiser, problem
from symkl.proving.reading_back import read_back

EQUAL_OR_PROPORTIONAL = (*EQUATIONS, Relation.PROPORTIONAL)


def posing(state: State, row: Row, links: Sequence[Judged]) -> State:
    """The state after a row that states a problem, or says which policy solves one."""
    refuted = next((each for each in links if isinstance(each.verdict, Refuted) and each.status is None), None)
    stands = None if refuted is None else (refuted.written or refuted.statement).left
    terms = [term for clause in row.clauses for term in clause.terms] if stands is None else [stands]
    of = next((found for term in reversed(terms) if (found := problem(term)) is not None), None)
    if of is not None:
        return _posed(state, of, row.line)
    said = {_given(each.statement) for each in links if isinstance(each.verdict, Proved)}
    posed = tuple(replace(each, stated=True) if each.policy in said else each for each in state.posed)
    return replace(state, posed=posed)


def _given(statement: Statement) -> str:
    """The policy of which a statement says what it is: ``π(y|x) = ...``, ``π(y|x) ∝ ...``; none where it does not."""
    head = statement.left
    if not isinstance(head, t.Apply) or not head.outcomes or statement.relation not in EQUAL_OR_PROPORTIONAL:
        return ""
    return "" if head.symbol in t.symbols(statement.right) else head.symbol


def another(state: State, before: t.Term, now: t.Term) -> bool | None:
    """Whether two problems that differ are two, and not one with a slip in it; None where nobody can tell.

    Two, where the later one brings two or more symbols of its own, or another policy and a symbol; where it brings
    one, that may be a slip.
    """
    one, two = problem(before), problem(now)
    assert one is not None and two is not None
    old, new = founded_on(state, one), founded_on(state, two)
    brought, left = new - old, old - new
    if len(brought) > 1 or (one.policy != two.policy and (brought or left)):
        return True
    return None if brought else False


def founded_on(state: State, of: t.Optimum | t.Optimiser) -> set[str]:
    """The symbols of a problem, definitions looked through, without the policy that it is over."""
    found: set[str] = set()
    left = [of.body]
    while left:
        for name in t.symbols(left.pop()) - found:
            found.add(name)
            if (definition := state.context.definitions.get(name)) is not None:
                left.append(definition.body)
    return found - set(state.context.definitions) - {of.policy}


def _posed(state: State, of: t.Optimum | t.Optimiser, line: int) -> State:
    """The state once a problem is stated: what was known of its policy as the solution of another one is over."""
    context = state.context
    why = maximiser(of, context)
    if why is None:
        new = Posed(of, line)
    else:
        body = read_back(why.q, context, of.policy)
        best = t.Definition(of.policy, (*why.outcomes, *why.given), body)
        new = Posed(of, line, best, _star(state, best))
    old = next((each for each in state.posed if each.policy == of.policy), None)
    if old is not None and (old.best == new.best or _same(state, old.best, new.best)):
        return state
    others = tuple(each for each in state.posed if each is not old)
    past = state.past if old is None else (*state.past, old)
    return _without_conditions(replace(state, posed=(*others, new), past=past), new)


def _without_conditions(state: State, new: Posed) -> State:
    """The state without what first-order conditions said of the policy of another problem."""
    about = [fact for fact in state.conditions if fact.symbol == new.policy]
    if not about or (new.best is not None and _value(state, new.best) == about[-1].value):
        return state
    facts = tuple(fact for fact in state.facts if fact not in state.conditions)
    return replace(state, known=Knowledge(state.context, facts), conditions=())


def _star(state: State, best: t.Definition) -> str:
    """The document's own symbol for the optimum, where a policy is that."""
    star = "" if state.parts is None else state.parts.optimum
    definition = state.context.definitions.get(star)
    return star if definition is not None and _same(state, best, definition) else ""


def _same(state: State, one: t.Definition | None, other: t.Definition | None) -> bool:
    """Whether two policies are given the same value, spelled in the same variables."""
    if one is None or other is None or one.parameters != other.parameters:
        return False
    a, b = _value(state, one), _value(state, other)
    return a is not None and a == b


def _value(state: State, of: t.Definition) -> Polynomial | None:
    try:
        return Normaliser(state.context)(of.body)
    except (Unsupported, BudgetExceeded):
        return None


def at_the_optimum(state: State, statement: Statement) -> tuple[State, tuple[Posed, ...]]:
    """The state in which policies are the solutions of their problems, and of which problems.

    Only where a statement is about solutions: a policy stands in it at a point, and not as a whole; or a row has said
    that it is the solution. What moves a policy is about all of them.
    """
    sides = (statement.left, statement.right)
    moving = t.Partial | t.Gradient | t.Limit | t.Optimum | t.Optimiser
    if any(isinstance(part, moving) for side in sides for part in inside(side)):
        return state, ()
    names = t.symbols(statement.left) | t.symbols(statement.right)
    read = tuple(
        each
        for each in state.posed
        if each.policy in names
        and each.policy not in state.context.definitions
        and (
            each.stated
            or (
                statement.relation in EQUAL_OR_PROPORTIONAL
                and not any(averages(side, each.policy) for side in sides)
            )
        )
    )
    return _solved(state, read), read


def moving_with_a_scalar(state: State, statement: Statement) -> tuple[State, tuple[Posed, ...]]:
    """The state in which policies that stand under a derivative by a scalar, or in a limit, are the solutions of the
    problems that they are over, and of which problems: there a solution moves, and any policy does not."""
    names: set[str] = set()
    for part in (each for side in (statement.left, statement.right) for each in inside(side)):
        match part:
            case t.Partial(body, t.Scalar()) | t.Limit(body, t.Scalar()):
                names |= t.symbols(body) - {each.policy for each in inside(body) if isinstance(each, t.Optimum)}
    read = tuple(e for e in state.posed if e.policy in names and e.policy not in state.context.definitions)
    return _solved(state, read), read


def _solved(state: State, read: Sequence[Posed]) -> State:
    """The state in which the policies of problems are their solutions."""
    best = {each.policy: each.best for each in read if each.best is not None}
    if not best:
        return state
    context = replace(state.context, definitions={**state.context.definitions, **best})
    facts = tuple(fact for fact in state.facts if fact.symbol not in best)
    return replace(state, known=Knowledge(context, facts))


def at_a_past_optimum(state: State, statement: Statement) -> tuple[State, Posed] | None:
    """The same for a row that says what a policy is, of a problem whose reign is over."""
    policy = _given(statement)
    past = [each for each in state.past if each.policy == policy and each.best is not None]
    if not past or policy in state.context.definitions or any(each.policy == policy for each in state.posed):
        return None
    return _solved(state, past[-1:]), past[-1]


def averages(term: t.Term, policy: str) -> bool:
    """Whether a policy occurs below a sum: then the term is about the policy as a whole."""
    match term:
        case t.Bind(arguments=inside_it):
            return any(policy in t.symbols(part) for part in inside_it)
        case t.Apply(given=given):
            return t.Policy(policy) in given
    return any(averages(part, policy) for part in term.parts())
