"""One statement: proved, or refuted, or unknown.

The plain reading is tried first, then what earlier rows have established, then common shorthand;
only what none of these proves is searched for a counterexample.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

import symkl.language.terms as t
from symkl.checking.asking import (
    SPENT,
    conditioned,
    contradict_in,
    decide_tested,
    guarded,
    inside,
    moves_unsaid,
    proves,
    sides,
)
from symkl.checking.constants import (
    OF_THE_OPTIMISER,
    bears_a_constant,
    of_the_optimiser,
    up_to_a_constant,
    without_a_common_one,
)
from symkl.checking.described import given_otherwise, may_depend, said_otherwise, taken_away
from symkl.checking.differing import differing
from symkl.checking.pairs import apart
from symkl.checking.posing import at_a_past_optimum, at_the_optimum, averages, moving_with_a_scalar
from symkl.checking.report import Status
from symkl.checking.rewards import rewards_of, true_of_one, with_one_reward
from symkl.checking.specifying import specified
from symkl.checking.state import Judged, Knowledge, Posed, State
from symkl.checking.temperatures import with_any_temperature
from symkl.checking.using import by_hypotheses, tied
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.kernel.verdict import Fact, Proved
from symkl.language.dependence import reached
from symkl.language.roles import Role
from symkl.language.terms import Relation, Statement
from symkl.language.verdict import Refuted, Scope, Unknown, Verdict
from symkl.meaning.dependence import parameters
from symkl.proving.deciding import PROMPT_SORTS, in_full
from symkl.proving.problems import lifted, problem
from symkl.proving.reading_back import read_back
from symkl.proving.wording import sources
from symkl.refuting.valueless import nothing_there


def moves(statement: Statement) -> bool:
    """Whether something varies in a statement: under a derivative, or in a limit."""
    moving = (t.Partial, t.Gradient, t.Limit)
    return not (t.kinds(statement.left) | t.kinds(statement.right)).isdisjoint(moving)


def judge(state: State, statement: Statement) -> Judged:
    """Prove a statement, or else refute it, or else say that it is unknown."""
    if statement.relation is Relation.DIFFERENT:
        return differing(state, statement, show)
    if (whole := in_full(statement)) is not statement:
        return replace(judge(state, whole), written=statement)
    if (pair := apart(statement, state.known.informed)) is not None:
        found = judge(state, pair[0])
        return replace(found, written=statement, notes=(*found.notes, pair[1]))
    if bears_a_constant(state, statement := without_a_common_one(state, statement)):
        found, context = attempt(state, statement)
        return guarded(state, found, context)
    found, context = attempt(state, statement)
    if isinstance(found.verdict, Proved):
        return guarded(state, found, context)
    if isinstance(found.verdict, Unknown) and found.verdict.reason == SPENT:
        return found  # whatever is tried next would cost as much again
    return replace(_unproved(state, found), written=statement)


def show(state: State, statement: Statement) -> Judged:
    """Prove a statement, or else say that it is unknown."""
    found, context = attempt(state, statement)
    return guarded(state, found, context)


def attempt(state: State, statement: Statement) -> tuple[Judged, t.Context]:
    """The kernel's answer alone, to the plain reading or to the first that it proves, and in which context."""
    if bears_a_constant(state, plain := without_a_common_one(state, statement)):
        problems = of_the_optimiser(state, plain)
        if problems is None:
            return replace(up_to_a_constant(state, plain), written=statement), state.known.informed
        found, context = _attempt(state, problems)
        if isinstance(found.verdict, Proved):
            verdict = replace(found.verdict, scope=Scope.OPTIMISER)
            return replace(found, verdict=verdict, written=statement, notes=(*found.notes, OF_THE_OPTIMISER)), context
        return Judged(statement, Unknown("no law of the kernel shows it"), steps=found.steps), context
    found, context = _attempt(state, plain)
    return replace(found, written=statement), context


def keeps_value(statement: Statement, verdict: Proved) -> bool:
    """Whether two problems that are proved to have one optimiser have one value, too."""
    same = verdict.factor is not None and verdict.factor.rational == 1
    same &= verdict.difference is not None and verdict.difference.rational == 0
    if isinstance(statement.left, t.Optimum) and isinstance(statement.right, t.Optimum):
        same &= statement.left.sense is statement.right.sense
    return same


def _attempt(state: State, statement: Statement) -> tuple[Judged, t.Context]:
    if (told := taken_away(state, statement)) is not None:
        return Judged(statement, Unknown(told)), state.context
    if (state.opaque or state.said) and (unsaid := _unsaid_below(state, statement)) is not None:
        return Judged(statement, unsaid), state.context
    if (by := tied(state, statement)) is not None:
        scalar, source = by
        reason = f"{source} ties what stands here to {scalar}, and does not say how it moves with it"
        return Judged(statement, Unknown(reason)), state.context
    moving = moves(statement)
    at, solved = moving_with_a_scalar(state, statement)
    if solved:
        return _moving_solutions(at, statement, solved)
    verdict, steps = decide_tested(state, statement, facts := _moved(state, statement))
    if isinstance(verdict, Proved) and facts:
        return _by_what_it_uses(state, statement, verdict, steps)
    if isinstance(verdict, Proved) or (isinstance(verdict, Unknown) and verdict.reason == SPENT):
        return Judged(statement, _named(statement, verdict), steps=steps), state.context
    if len(facts) < len(state.facts):
        with_facts, more = decide_tested(state, statement, state.facts)
        steps += more
        if isinstance(with_facts, Proved):
            return _by_what_it_uses(state, statement, with_facts, steps)
    if state.facts and any(isinstance(part, t.Limit) for side in sides(statement) for part in inside(side)):
        put_in = replace(state, known=Knowledge(state.known.informed))  # in a limit, what is known must be put in
        at_end, more = decide_tested(put_in, statement)
        steps += more
        if isinstance(at_end, Proved):
            return _by_facts_put_in(state, statement, at_end, steps)
    if moving and state.known.at_any_policy is not state.known:
        general = replace(state, known=state.known.at_any_policy)
        at_any, more = decide_tested(general, statement, general.facts)
        steps += more
        if isinstance(at_any, Proved):
            return _by_what_it_uses(general, statement, at_any, steps)
    at, solved = at_the_optimum(state, statement)
    if any(each.best is not None for each in solved):
        found, more = decide_tested(at, statement, at.facts)
        steps += more
        if isinstance(found, Proved):
            read = tuple(map(_as_solution, solved))
            return Judged(statement, _named(statement, found), read, steps=steps), at.known.informed
    for other, note in _readings(state, statement):
        found, more = decide_tested(state, other, state.facts)
        steps += more
        if isinstance(found, Proved):
            return Judged(other, found, (note,), steps=steps), state.known.informed
    for base in () if moving else (state, at):
        if (one := with_one_reward(base, statement)) is not None:
            there, same, note = one
            found, more = decide_tested(there, same)
            steps += more
            if isinstance(found, Proved):
                return Judged(same, _named(same, found), (note,), steps=steps), there.known.informed
    if state.hypotheses and not moving:
        supposed, more = by_hypotheses(state, statement)
        steps += more
        if supposed is not None:
            return replace(supposed, steps=steps), state.known.informed
    return Judged(statement, verdict, steps=steps), state.context


def _moving_solutions(at: State, statement: Statement, solved: tuple[Posed, ...]) -> tuple[Judged, t.Context]:
    """A derivative by a scalar, or a limit, of policies that problems are over: only what holds of their solutions."""
    read = tuple(map(_as_solution, solved))
    unknown = next((each for each in solved if each.best is None), None)
    if unknown is None:
        found, steps = decide_tested(at, statement, at.facts)
        if isinstance(found, Proved):
            return Judged(statement, _named(statement, found), read, steps=steps), at.known.informed
    return Judged(statement, Unknown(f"{read[0]}, and whether that is meant here nobody can tell")), at.context


def _moved(state: State, statement: Statement) -> tuple[Fact, ...]:
    """What is known of that which stands under a derivative or a limit: what moves there may move it, too."""
    bodies, targets = list[t.Term](), set[str]()
    for part in (each for side in (statement.left, statement.right) for each in inside(side)):
        match part:
            case t.Partial(body, t.Scalar(symbol=_) as scalar) | t.Limit(body, scalar):
                bodies += [body, scalar]  # what is known of the scalar ties it to other things
            case t.Partial(body, t.Apply(symbol=symbol)):
                bodies.append(body)
                targets.add(symbol)
            case t.Gradient(body):
                bodies.append(body)
                targets |= state.context.parametrised
    names = reached(bodies, state.context) - targets
    return tuple(fact for fact in state.facts if fact.symbol in names)


def _by_facts_put_in(
    state: State, statement: Statement, verdict: Proved, steps: int
) -> tuple[Judged, t.Context]:
    """A proof in which facts were put in as definitions, with those that may have mattered."""
    names = reached(sides(statement), state.known.informed)
    used = tuple(sorted({fact.source for fact in state.facts if fact.symbol in names}))
    found = Judged(statement, _named(statement, verdict), (f"uses {', '.join(used)}",) if used else (), steps=steps)
    return replace(found, uses=used), state.known.informed


def _by_what_it_uses(state: State, statement: Statement, verdict: Proved, steps: int) -> tuple[Judged, t.Context]:
    """A proof under the name of what did the work, and the context in which it can be looked at again."""
    used = ", ".join(sorted(sources(verdict)))
    if not used:
        return Judged(statement, _named(statement, verdict), steps=steps), state.context
    because = "both sides agree once an earlier row is put in"
    named = replace(verdict, law="substitution", because=because)
    return Judged(statement, named, (f"uses {used}",), steps=steps), state.known.informed


def _unproved(state: State, judged: Judged) -> Judged:
    """What to say of a statement that no reading proves: a condition, undetermined, ambiguous, refuted or unknown."""
    statement = judged.statement
    condition = _stationarity(state, statement)
    if condition is not None:
        return condition
    if (unknown := _undetermined(state, statement)) is not None:
        return Judged(statement, Unknown(f"{unknown} is a multiplier that no row before determines"))
    if without_meaning(state, statement) is not None:
        state = with_any_temperature(
            state, statement, lambda at: contradict_in(at, statement, at.known.informed) is not None
        )
    if (unsaid := without_meaning(state, statement)) is not None:
        return Judged(statement, unsaid)
    if (ambiguous := true_of_one(state, statement)) is not None:
        return Judged(statement, ambiguous)
    if (moving := moves_unsaid(state, statement)) is not None:
        return Judged(statement, moving)
    if (unfit := _about_no_distribution(state, statement)) is not None:
        return Judged(statement, unfit)
    if (condition_on := specified(state, statement)) is not None:
        return Judged(statement, condition_on)
    if moving_with_a_scalar(state, statement)[1]:
        return judged
    at, solved = at_the_optimum(state, statement)
    if (reason := _unsolved(state, statement, solved)) is not None:
        return Judged(statement, Unknown(reason))
    if not moves(statement) and (one := with_one_reward(at, statement)) is not None:  # that they differ refutes nothing
        at, statement, _ = one
    witness = contradict_in(at, _worked_out(at, statement), at.known.informed)
    if witness is None:
        return _with_a_reason(at, judged)
    if state.unread:
        return Judged(statement, Unknown(_UNREAD.format(line=state.unread)))
    return Judged(statement, Refuted(witness), operators=given_otherwise(state, statement))


def _with_a_reason(state: State, judged: Judged) -> Judged:
    """What is neither proved nor refuted, with the reason, where one is found."""
    statement, context = judged.statement, state.known.informed
    if (where := nothing_there(statement, context)) is not None:
        return replace(judged, verdict=Unknown(f"it has no value: {where} in none of the problems that were tried"))
    if statement.relation is Relation.EQUAL and problem(statement.left) and problem(statement.right):
        one, two = lifted(statement.left, context), lifted(statement.right, context)
        if one and two and proves(state, Statement(one, Relation.EQUIVALENT, two)):
            return replace(judged, verdict=Unknown(_ONE_OPTIMISER))
    return judged


_ONE_OPTIMISER = (
    "both sides have one optimiser, and that they have one value is not shown: "
    "leave out what stands before the problem, if the optimiser is meant"
)

_UNREAD = "it does not hold in general; the hypothesis of line {line}, which could not be read, may matter"


def _worked_out(state: State, statement: Statement) -> Statement:
    """A statement with its derivatives by a policy worked out, where that policy is known: they are meant at it."""
    known = {fact.symbol for fact in state.facts}

    def worked(side: t.Term) -> t.Term:
        targets = (part.target for part in inside(side) if isinstance(part, t.Partial))
        if not any(target.symbol in known for target in targets):
            return side
        return read_back(Normaliser(state.context)(side), state.context)

    try:
        return replace(statement, left=worked(statement.left), right=worked(statement.right))
    except (Unsupported, BudgetExceeded):
        return statement


def without_meaning(state: State, statement: Statement) -> Unknown | None:
    """What a statement is about of which nobody can tell what is meant."""
    if (told := taken_away(state, statement) or said_otherwise(state, statement)) is not None:
        return Unknown(told)
    names = reached((statement.left, statement.right), state.known.informed) if state.unsaid else frozenset[str]()
    reasons = [reason for symbol, reason in state.unsaid.items() if symbol in names]
    return Unknown(reasons[0]) if reasons else None


def _unsaid_below(state: State, statement: Statement) -> Unknown | None:
    """What stands without arguments below a sum or a mean, and may depend on what is summed over, for all we know."""
    unsaid = {**state.opaque, **may_depend(state)}
    for part in (each for side in (statement.left, statement.right) for each in inside(side)):
        if isinstance(part, t.Bind):
            for within in inside(part):
                if not isinstance(within, t.Apply) or within.symbol not in unsaid or within.outcomes:
                    continue
                if not any(isinstance(a, t.Variable) for a in within.given):
                    return Unknown(unsaid[within.symbol])
    return None


def _as_solution(solved: Posed) -> str:
    """That a policy is read as the solution of a problem, in words."""
    name = f"the maximiser {solved.star} found in" if solved.star else "the solution of the problem in"
    return f"{solved.policy} is read as {name} line {solved.line}"


def _unsolved(state: State, statement: Statement, solved: tuple[Posed, ...]) -> str | None:
    """Why a statement may be about the solution of a problem, and nobody can tell whether it holds of it."""
    unknown = next((each for each in solved if each.best is None), None)
    if unknown is not None:
        what = f"{unknown.policy} may be the solution of the problem in line {unknown.line}"
        return f"{what}, which was not found: nothing is said of it"
    past = at_a_past_optimum(state, statement)
    if past is not None and proves(past[0], statement, past[0].facts):
        what = f"this is the solution of the problem in line {past[1].line}"
        return f"{what}, which ended with its section: state the problem in this one, too"
    return None


def _named(statement: Statement, verdict: Verdict) -> Verdict:
    """A verdict under the name of the law that did the work, where rewriting alone says too little."""
    if isinstance(verdict, Proved) and verdict.law == "identity" and any(
        isinstance(part, t.Partial | t.Gradient) for side in (statement.left, statement.right) for part in inside(side)
    ):
        return replace(verdict, law="derivative", because="the derivative, worked out term by term, is the other side")
    return verdict


def _undetermined(state: State, statement: Statement) -> str | None:
    """A Lagrange multiplier in a statement that is about one value of it, not about all.

    ``∂L/∂π = r - ... - λ`` is about all; ``λ = β log Z - β`` about one, which a row before must fix.
    """
    known = {fact.symbol for fact in state.facts} | set(state.context.definitions)
    sides = (statement.left, statement.right)
    names = sorted(
        s
        for s in t.symbols(statement.left) | t.symbols(statement.right)
        if _is_multiplier(state, s) and s not in known and s not in state.context.positive
    )
    defined = any(
        isinstance(part, t.Partial | t.Gradient)
        or (
            isinstance(part, t.Apply)
            and part.symbol in state.context.definitions
            and any(isinstance(a, t.Policy) for a in part.given)
        )
        for side in sides
        for part in inside(side)
    )
    return names[0] if names and not defined else None


def _is_multiplier(state: State, symbol: str) -> bool:
    return state.context.roles.get(symbol) is Role.MULTIPLIER


def _stationarity(state: State, statement: Statement) -> Judged | None:
    """``expression = 0`` or ``= λ``, where a Lagrangian or an objective is given: its first-order condition.

    Held against the derivative, with either sign; a multiplier or a constant that is not in it takes up what is free
    of the outcome.
    """
    if statement.relation is not Relation.EQUAL or not (levels := _levels(state, statement)):
        return None
    whole = t.Add((statement.left, _times(-1, statement.right)))
    line = _line(state, statement)
    exact: Judged | None = None
    for name, policy, slope in _slopes(state, whole):
        own = levels & _reached(state, slope)
        for sign in (1, -1):
            if _takes_up(state, t.Add((_times(sign, slope), _times(-1, whole))), levels - own, policy):
                return condition(state, statement, line, policy.symbol, of=name)
        if not own:
            continue
        found = judge(state, Statement(slope, Relation.EQUAL, whole))
        turned = show(state, Statement(_times(-1, slope), Relation.EQUAL, whole))
        proved = found if isinstance(found.verdict, Proved) else turned
        if isinstance(proved.verdict, Proved):
            taken = condition(state, statement, line, policy.symbol, of=name)
            return replace(proved, notes=(*proved.notes, *taken.notes), facts=taken.facts, stationary=taken.stationary)
        why = f"the first-order condition of {name} that is set to 0 is not its derivative"
        exact = exact or replace(found, opaque={policy.symbol: why})
    return exact


def condition(state: State, statement: Statement, line: int, policy: str, *, of: str = "") -> Judged:
    """A derivative set to zero, or to a multiplier: not a claim, but the condition that a stationary policy satisfies.

    ``of``: what it is the derivative of, where the row does not say so itself.
    """
    facts = conditioned(state, statement, line, policy)
    if not facts:
        targets = [part.target for side in sides(statement) for part in inside(side) if isinstance(part, t.Partial)]
        function = any(isinstance(target, t.Apply) and not target.outcomes for target in targets)
        reason = f"{policy} could not be found from this condition"
        if not function:
            reason = f"no {policy} that sums to 1 could be found from this condition: a multiplier may be missing"
        return not_taken(statement, line, policy, reason)
    whose = f" of {of}: from here on the policy satisfies it"
    note = "the first-order condition" + (whose if of else ": from here on the policy is one that satisfies it")
    return Judged(statement, Unknown(""), (note,), Status.ASSUMED, facts=facts, stationary=True)


def not_taken(statement: Statement, line: int, policy: str, reason: str) -> Judged:
    """A first-order condition that gives nothing: so nobody can tell from here on what its policy is."""
    why = f"the first-order condition of line {line} gave nothing, so nobody can tell what {policy} is"
    return Judged(statement, Unknown(f"{reason}. Nothing is taken from it"), opaque={policy: why})


def is_level(state: State, term: t.Term) -> bool:
    """Whether a term is a multiplier, or a constant of no other role, that no row determines."""
    if not isinstance(term, t.Scalar | t.Apply) or (isinstance(term, t.Apply) and term.outcomes):
        return False
    known = {fact.symbol for fact in state.facts} | set(state.context.definitions) | state.context.positive
    if term.symbol in known:
        return False
    role = state.context.roles.get(term.symbol)
    given = term.given if isinstance(term, t.Apply) else ()
    constant = all(isinstance(a, t.Variable) and a.sort in PROMPT_SORTS for a in given)
    return role is Role.MULTIPLIER or (role is None and constant)


def _levels(state: State, statement: Statement) -> frozenset[str]:
    """The multipliers and constants of a statement that no row before determines; none beside a derivative."""
    parts = [*inside(statement.left), *inside(statement.right)]
    if any(isinstance(part, t.Partial | t.Gradient) for part in parts):
        return frozenset()
    return frozenset(p.symbol for p in parts if isinstance(p, t.Scalar | t.Apply) and is_level(state, p))


def _slopes(state: State, whole: t.Term) -> Iterator[tuple[str, t.Apply, t.Term]]:
    """The functionals and problems of a document by a policy that stands in a term: each with its derivative there."""
    places: dict[str, t.Apply] = {}
    for part in inside(whole):
        if isinstance(part, t.Apply) and part.outcomes:
            places.setdefault(part.symbol, part)
    for definition in state.context.definitions.values():
        policies = [p.symbol for p in definition.parameters if isinstance(p, t.Policy)]
        if len(policies) == 1 and policies[0] in places:
            functional = t.Apply(definition.symbol, (), definition.parameters)
            yield definition.symbol, places[policies[0]], t.Partial(functional, places[policies[0]])
    for posed in state.posed:
        if posed.policy in places:
            place = places[posed.policy]
            yield f"the problem in line {posed.line}", place, t.Partial(posed.objective.body, place)


def _reached(state: State, slope: t.Term) -> frozenset[str]:
    """The symbols of a derivative, those of the functional included."""
    names = t.symbols(slope)
    bodies = (state.context.definitions[name].body for name in names if name in state.context.definitions)
    return names.union(*map(t.symbols, bodies))


def _takes_up(state: State, gap: t.Term, levels: frozenset[str], policy: t.Apply) -> bool:
    """Whether a difference is free of the outcome and of the policy, and a level that may be anything is in it."""
    nf = Normaliser(state.context)
    try:
        names = nf(gap).names
    except (Unsupported, BudgetExceeded):
        return False
    return names.isdisjoint((policy.symbol, *policy.outcomes)) and not names.isdisjoint(levels)


def _times(sign: int, term: t.Term) -> t.Term:
    return term if sign == 1 else t.Mul((t.Number(Fraction(sign)), term))


def _line(state: State, statement: Statement) -> int:
    """The line of a statement."""
    rows = state.document.proof.rows
    line = next((row.line for row in rows if row.clauses and statement.left in row.clauses[0].terms), 0)
    return line or state.thread.last_line


def _readings(state: State, statement: Statement) -> Iterator[tuple[Statement, str]]:
    """Other readings of common shorthand, each tried only when the plain one is not proved.

    A decorated reward (r*, r_θ), the only one in the statement, for the reward of the problem. DPO's substitution: the
    policy that is trained for the optimum, in what it makes of the reward.
    """
    sides = statement.left, statement.right

    def exchanged(exchange: dict[t.Argument, t.Argument]) -> Statement:
        return Statement(t.substitute(sides[0], exchange), statement.relation, t.substitute(sides[1], exchange))

    trained = _trained(state, statement)
    if trained is not None and state.parts is not None:
        star = state.parts.optimum
        yield (
            exchanged({t.Policy(trained): t.Policy(star)}),
            f"{trained} is put for {star}: so the row is about the optimum, which {trained} is to become",
        )
    name = _other_reward(state, statement)
    if name is not None and state.parts is not None and moves_unsaid(state, statement) is None:
        reward = state.parts.reward
        if (name in state.context.parametrised) == (reward in state.context.parametrised):  # else a gradient tells them
            yield (
                exchanged({t.Policy(name): t.Policy(reward)}),
                f"{name} is read as {reward}: one reward, written in two ways",
            )


def _trained(state: State, statement: Statement) -> str | None:
    """The policy that is trained, in ``r(x,y) = β log π_θ/π_ref + β log Z``."""
    sides = (statement.left, statement.right)
    parts = state.parts
    alone = parts is not None and any(_is_of_the_reward(side, parts.reward) for side in sides)
    if parts is None or not alone or statement.relation is not Relation.EQUAL or parts.optimum in state.unsaid:
        return None
    names = t.symbols(statement.left) | t.symbols(statement.right)
    roles = {name: state.context.roles.get(name) for name in sorted(names)}
    policies = [n for n, role in roles.items() if role is Role.POLICY or (role is not Role.REFERENCE and parameters(n))]
    if len(policies) != 1 or parts.optimum in names:
        return None
    if policies[0] not in state.context.parametrised and not state.context.moves.get(policies[0]):
        return None
    known = parts.optimum in state.context.definitions and policies[0] not in state.opaque
    return policies[0] if known and not any(averages(side, policies[0]) for side in sides) else None


def _is_of_the_reward(term: t.Term, reward: str) -> bool:
    """Whether a term is a reward, or made of rewards alone: ``r(x, y_w) - r(x, y_l)``."""
    parts = [part for part in inside(term) if not isinstance(part, t.Add | t.Mul | t.Number)]
    return bool(parts) and all(isinstance(part, t.Apply) and part.symbol == reward for part in parts)


def _other_reward(state: State, statement: Statement) -> str | None:
    """The one reward that a statement names, when it is not the one that π* and Z are about."""
    rewards = rewards_of(state, statement)
    known = set() if state.parts is None else {state.parts.reward}
    if not (rewards | known).isdisjoint(state.opaque):
        return None
    return next(iter(rewards)) if len(rewards) == 1 and rewards != known else None


def _about_no_distribution(state: State, statement: Statement) -> Unknown | None:
    """Whether a statement takes for a distribution what its row did not make one."""
    sides = (statement.left, statement.right)
    functions = {} if state.meaning is None else state.meaning.functions
    used = {s for side in sides for part in inside(side) for s in _taken_for_distributions(part)}
    for symbol in sorted(used & functions.keys()):
        return Unknown(f"{symbol} is used as a distribution, and its row (line {functions[symbol]}) makes it none")
    return None


def _taken_for_distributions(term: t.Term) -> Iterator[str]:
    """What a term draws from, or puts in a divergence, an entropy, or a functional."""
    match term:
        case t.Bind("E" | "Var", _, (weight, _)):
            yield from t.symbols(weight)
        case t.Bind(name, _, arguments) if name != "sum":
            yield from (part.symbol for part in arguments if isinstance(part, t.Apply) and part.outcomes)
        case t.Apply(given=given):
            yield from (a.symbol for a in given if isinstance(a, t.Policy))
