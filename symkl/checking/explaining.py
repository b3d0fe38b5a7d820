"""Verdicts in words: what a proved row rests on, and what is off in a refuted one."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import symkl.language.terms as t
from symkl.checking.asking import decide_in, proves, sides
from symkl.checking.report import Line
from symkl.checking.state import Judged, State
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.polynomials import Polynomial
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.kernel.verdict import Proved
from symkl.language.sequences import is_any
from symkl.language.signs import in_words
from symkl.language.terms import Relation, Statement
from symkl.language.verdict import Refuted, Scope, Unknown
from symkl.language.writing import Formula, formula
from symkl.proving.problems import problem
from symkl.proving.reading_back import read_back
from symkl.proving.wording import told
from symkl.refuting.contradicting import separated
from symkl.refuting.witnesses import Witness, counterexample
from symkl.repairing.suggestion import Suggestion


def proved_line(state: State, line: Line, judged: Judged) -> Line:
    """The line with its law, and with how values differ where only the optimiser is the same."""
    verdict = judged.verdict
    assert isinstance(verdict, Proved)
    notes = list(line.notes)
    because = verdict.because
    if verdict.scope is Scope.OPTIMISER and verdict.difference is not None and verdict.factor is not None:
        notes.append(_values_differ(state, judged.statement, verdict))
    both = problem(judged.statement.left) and problem(judged.statement.right)
    if both and verdict.law == "Gibbs" and verdict.scope is Scope.VALUE:
        notes.append("true of the values; that both have the same maximiser is not shown")
    if _solved_before(state, judged.statement):
        verdict = told(verdict, "stationary")
        because = verdict.because
    scope = verdict.scope.value
    if verdict.scope is Scope.FACTOR and verdict.factor is not None:
        notes.append(f"the factor is {formula(read_back(verdict.factor, state.context)).text}")
    return replace(line, law=verdict.law, because=because, scope=scope, notes=tuple(dict.fromkeys(notes)))


def _solved_before(state: State, statement: Statement) -> bool:
    """Whether an arg max is what the first-order condition of an earlier row was solved to.

    Of one with a KL the kernel shows that the objective lies below its tangent there, and level is the tangent: that is
    Gibbs' inequality, and it is that of a concave function. A reader who solved the condition knows it by this name.
    """
    for of, claimed in (sides(statement), sides(statement)[::-1]):
        if isinstance(of, t.Optimiser) and isinstance(claimed, t.Apply) and claimed.outcomes:
            own = replace(claimed, symbol=of.policy)
            return any(fact.symbol == of.policy for fact in state.conditions) and proves(
                state, Statement(own, Relation.EQUAL, claimed), state.facts
            )
    return False


def _values_differ(state: State, statement: Statement, verdict: Proved) -> str:
    """How the values of two problems with the same optimiser are related, in words."""
    assert verdict.factor is not None and verdict.difference is not None
    a, b = problem(statement.left), problem(statement.right)
    assert a is not None and b is not None
    factor, difference = (read_back(p, state.context, a.policy) for p in (verdict.factor, verdict.difference))
    if verdict.difference.rational == 0 and verdict.factor.rational == 1 and a.sense is b.sense:
        return "true of the maximiser and of the value"
    same = "" if verdict.factor.rational == 1 else f"{formula(factor).text} times "
    turned = a.sense is not b.sense
    if turned:
        same = "minus " + (same or "")
    if separated(verdict, a) or separated(verdict, b):
        gap = read_back(_per(verdict, state), state.context, a.policy)
        more = (
            ""
            if isinstance(gap, t.Number) and gap.value == 0
            else f"; at each prompt the value of this row is that of the row before plus {formula(gap).text}"
        )
        return f"true of the maximiser, prompt by prompt: the weight {formula(factor).text} is left out{more}"
    if a.sense is t.Sense.MIN:
        difference = t.Mul((t.Number(Fraction(-1)), difference))
    gap_text = "" if verdict.difference.rational == 0 else f" plus {formula(difference).text}"
    return f"true of the maximiser; the values differ: the row before has {same}the value of this row{gap_text}"


def _per(verdict: Proved, state: State) -> Polynomial:
    """By how much a value grew: ``left = factor · right + difference`` solved for the change from left/factor."""
    assert verdict.factor is not None and verdict.difference is not None
    nf = Normaliser(state.context)
    minus_one = nf(t.Number(Fraction(-1)))
    return nf.times(verdict.difference, nf.power(verdict.factor, minus_one)).scaled(-1)


def why_unknown(judged: Judged) -> str:
    """Why neither a proof nor a counterexample was found."""
    assert isinstance(judged.verdict, Unknown)
    if judged.statement.relation is Relation.APPROXIMATE:
        return "≈ claims no equality, and no error bound is given"
    if "#" in judged.verdict.reason:  # a name that the kernel made up, which says nothing to a reader
        return "no law of the kernel shows it"
    return judged.verdict.reason


def residual_of(state: State, statement: Statement) -> Formula | None:
    """Left minus right, read back under the document's names."""
    if problem(statement.left) or problem(statement.right) or statement.relation is Relation.PROPORTIONAL:
        return None
    context = state.known.informed
    nf = Normaliser(context)
    try:
        found = nf(statement.left) - nf(statement.right)
        if len(found.terms) > 12 or (not found.terms and statement.relation is Relation.EQUAL):
            return None  # "they differ by 0" is no news of a row that no law shows
        shown = read_back(found, context)
    except (Unsupported, BudgetExceeded, RecursionError):
        return None
    made_up = any(is_any(name) or in_words(name) for name in t.symbols(shown))  # which says nothing to a reader
    return None if made_up else formula(shown)


def refuted_line(state: State, line: Line, judged: Judged, suggestions: tuple[Suggestion, ...]) -> Line:
    """The line with what is off, a counterexample, and edits that mend it."""
    verdict = judged.verdict
    assert isinstance(verdict, Refuted) and isinstance(verdict.witness, Witness)
    shown = counterexample(verdict.witness)
    residual = residual_of(state, judged.statement)
    words = ""
    if residual is not None:
        words = f"the two sides differ by {residual.text}" if residual.text != "0" else "the two sides are equal"
    elif (found := _turned(state, judged.statement) or _objectives_differ(state, judged.statement)) is not None:
        words, residual = found
    elif judged.statement.relation is Relation.PROPORTIONAL:
        words, residual = _quotient(state, judged.statement)
    alphabets = verdict.witness.problem.alphabets
    here = verdict.witness.length
    spread = [_spread(sort, here) for sort in sorted(state.context.measures) if here != 1 or alphabets.get(sort, 1) > 1]
    return replace(
        line,
        notes=(*line.notes, *spread),
        because=words or _fallback(judged.statement, verdict.witness),
        residual=residual,
        residual_words=words,
        counterexample=shown,
        against=verdict.witness,
        suggestions=suggestions,
    )


def _spread(sort: str, length: Fraction) -> str:
    """How a counterexample with sums is one with integrals."""
    each = f"take each {sort} to be an interval of length {length}, on which every function is constant"
    return f"here the integral over {sort} is a sum: {each}"


def _fallback(statement: Statement, witness: Witness) -> str:
    strict = statement.relation in (Relation.LESS, Relation.GREATER)
    if strict and all(side.left.overlaps(side.right) for side in witness.sides):
        return "the two sides are equal at the point below"
    if not any(isinstance(side, t.Optimum | t.Optimiser) for side in (statement.left, statement.right)):
        return "the two sides differ at the point below"
    return "a policy does better there than the claimed optimum"


def _quotient(state: State, statement: Statement) -> tuple[str, Formula | None]:
    nf = Normaliser(state.context)
    try:
        found = nf.times(nf(statement.left), nf.power(nf(statement.right), nf(t.Number(Fraction(-1)))))
        shown = formula(read_back(found, state.context))
    except (Unsupported, BudgetExceeded):
        return "", None
    return f"the quotient of the two sides is not constant: it is {shown.text}", shown


def _turned(state: State, statement: Statement) -> tuple[str, Formula] | None:
    """In words: this problem is largest where the row before is smallest; and the row before in terms of it."""
    b = problem(statement.right)
    if b is None or problem(statement.left) is None:
        return None
    flipped = type(b)(b.sense.opposite, b.policy, b.body)
    found = decide_in(state, Statement(statement.left, Relation.EQUIVALENT, flipped))
    if not isinstance(found, Proved) or found.factor is None or found.difference is None:
        return None
    way = ("largest", "smallest") if b.sense is t.Sense.MAX else ("smallest", "largest")
    sign = -1 if b.sense is t.Sense.MAX else 1
    body = t.Mul((t.Number(Fraction(sign)), read_back(found.factor, state.context), b.body))
    that = formula(t.Add((body, read_back(found.difference, state.context))) if found.difference.terms else body)
    return f"This is {way[0]} where the row before is {way[1]}: that row's objective equals {that.text}", that


def _objectives_differ(state: State, statement: Statement) -> tuple[str, Formula] | None:
    """What two problems that should be one maximise, subtracted."""
    a, b = problem(statement.left), problem(statement.right)
    if a is None or b is None:
        return None
    nf = Normaliser(state.context)
    try:
        gap = nf.objective(a) - nf.objective(b)
        shown = formula(read_back(gap, state.context, a.policy))
    except (Unsupported, BudgetExceeded):
        return None
    if not gap.terms or len(gap.terms) > 12:
        return None
    return f"what the two problems maximise differs by {shown.text}, which depends on {a.policy}", shown
