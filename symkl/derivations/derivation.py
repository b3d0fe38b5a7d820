"""A derivation: a page of steps, each a statement with one sentence of why, and the report on it.

``symkl.sympy`` builds derivations; here they are data, and :func:`check` puts each step to the
kernel. Nothing of SymPy is trusted or even imported: what a step claims is a statement about terms.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from fractions import Fraction
from functools import cached_property

import symkl.language.terms as t
from symkl.checking import claiming
from symkl.checking.asking import proves, taken_up
from symkl.checking.explaining import proved_line, refuted_line, residual_of, why_unknown
from symkl.checking.judging import judge, keeps_value, moves
from symkl.checking.lettering import Alphabet
from symkl.checking.report import Claim, Line, Overall, Report, Status
from symkl.checking.shown import Reach, Shown
from symkl.checking.state import BUDGET, Document, State
from symkl.kernel.verdict import Proved
from symkl.language.certificate import Premise
from symkl.language.proof import Proof, Tilt
from symkl.language.terms import INEQUALITIES, Relation, Statement
from symkl.language.verdict import Refuted, Scope
from symkl.language.writing import Formula, formula
from symkl.proving.wording import conditions, granted
from symkl.refuting.values import satisfiable

PARTS = Tilt("π", "π*", "π_ref", "r", "β", "Z", "D", "y", "")
"""The usual names, at one prompt, which is left out."""


class Kind(Enum):
    """What a step does."""

    DEFINED = "definition"
    GIVEN = "hypothesis"
    CONDITION = "condition"
    STEP = "step"
    FALSE = "false"
    CARRIED = "carried"


@dataclass(frozen=True)
class Evidence:
    """One point at which both sides of a carried step were computed, each in its own way."""

    at: str
    left: str
    right: str


@dataclass(frozen=True)
class Step:
    """``left relation right``, for the reason ``why``; ``line`` is where the module says so.

    ``statement`` is None for a carried step alone: what it says, the kernel's language cannot.
    ``goes_on``: the left side is the right side of the step before. ``theorem``: the named theorem
    that it states. ``about``: the policy that a condition determines. ``agrees``: whether the
    evidence of a carried step speaks for it.
    """

    kind: Kind
    left: Formula
    relation: str
    right: Formula
    why: str
    line: int
    statement: Statement | None = None
    theorem: str | None = None
    goes_on: bool = False
    about: str = ""
    evidence: tuple[Evidence, ...] = ()
    agrees: bool = True
    found_by: str = ""


@dataclass(frozen=True)
class Symbol:
    """A name the derivation uses, and what it means."""

    name: Formula
    meaning: str


@dataclass(frozen=True)
class Derivation:
    """A page: what it shows, in which symbols, by which steps.

    ``states`` says the result in a sentence; ``text`` is the module's own introduction.
    """

    name: str
    title: str
    states: str
    text: str
    symbols: tuple[Symbol, ...]
    context: t.Context
    steps: tuple[Step, ...]
    sources: tuple[str, ...] = ()
    file: str = ""
    parts: Tilt = PARTS

    @cached_property
    def report(self) -> Report:
        """What the kernel says of each step. Computed once."""
        return check(self)

    @property
    def conclusion(self) -> Step:
        """The last step that states a named theorem, or else the last step."""
        return next((step for step in reversed(self.steps) if step.theorem), self.steps[-1])


def check(derivation: Derivation, *, budget: int = BUDGET) -> Report:
    """Put every step to the kernel, each with what the steps before it established.

    The verdict is *proved* where every step holds, what is said to be false is refuted, and the
    last step is proved. Requires: nothing; a wrong step is reported where it stands.
    """
    # No ``parts``: on a page every symbol is declared, and none is read as another.
    proof = Proof((), derivation.context)
    state = State.at_start(Document(proof, derivation.context, budget=budget))
    lines: list[Line] = []
    for step in derivation.steps:
        line, state = _checked(state, step, derivation, lines)
        lines.append(line)
    broken = next((line for line in lines if line.status not in (Status.PROVED, Status.ASSUMED)), None)
    stated = [step for step in derivation.steps if step.theorem]
    name = stated[-1].theorem if stated else None
    claim = None if name is None else Claim(name, broken is None, f"line {broken.line} does not hold" if broken else "")
    if broken is None:
        verdict = Overall.PROVED if any(line.status is Status.PROVED for line in lines) else Overall.INCOMPLETE
    else:
        verdict = Overall.REFUTED if any(line.status is Status.REFUTED for line in lines) else Overall.UNKNOWN
    return Report(
        derivation.file, verdict, claim, tuple(lines), tuple(dict.fromkeys(state.rests_on)), state.disagreements
    )


def _checked(state: State, step: Step, derivation: Derivation, before: list[Line]) -> tuple[Line, State]:
    """One step judged, and the state with what it establishes."""
    text = f"{step.relation} {step.right.text}" if step.goes_on else _whole(step)
    source = f"{step.left.latex} {_RELATION_LATEX.get(step.relation, step.relation)} {step.right.latex}"
    line = Line(step.line, 1, source, step.relation, Status.ASSUMED, readable=text)
    match step.kind:
        case Kind.DEFINED:
            return _defined(state, step, line)
        case Kind.CARRIED:
            return _carried(state, step, line)
        case Kind.GIVEN:
            return _given(state, step, line)
        case Kind.CONDITION:
            shown = zip(derivation.steps, before, strict=False)
            slopes = [s.statement for s, found in shown if s.kind is Kind.STEP and found.status is Status.PROVED]
            return _condition(state, step, line, [each for each in slopes if each is not None])
        case Kind.FALSE:
            return _false(state, step, line)
        case _:
            return _step(state, step, line, derivation)


def _whole(step: Step) -> str:
    return f"{step.left.text} {step.relation} {step.right.text}"


def _unknown(line: Line, state: State, because: str) -> tuple[Line, State]:
    return replace(line, status=Status.UNKNOWN, because=because), state


def _defined(state: State, step: Step, line: Line) -> tuple[Line, State]:
    left, body = _statement(step).left, _statement(step).right
    if isinstance(left, t.Apply) and left.outcomes:
        total = body
        for v in left.outcomes:
            total = t.total(v, total)
        one = Statement(total, Relation.EQUAL, t.Number(Fraction(1)))
        if not proves(state, one, state.facts):
            return _unknown(
                line, state, f"{left.symbol} is declared a distribution, and that this sums to 1 is not shown"
            )
    return replace(line, because="a definition"), state.resting_on(f"the definition {_whole(step)}")


def _carried(state: State, step: Step, line: Line) -> tuple[Line, State]:
    shown = tuple(f"{each.at}: {each.left} and {each.right}" for each in step.evidence)
    if not step.agrees:
        because = f"{step.found_by} and the numbers disagree"
        return replace(line, status=Status.REFUTED, because=because, notes=shown), state
    line = replace(line, because=f"by {step.found_by}, outside what the kernel checks", notes=shown)
    return line, state.resting_on(f"{step.found_by}: {_whole(step)} (line {step.line})")


def _given(state: State, step: Step, line: Line) -> tuple[Line, State]:
    statement = _statement(step)
    if statement.relation in INEQUALITIES:
        premises = (*state.premises, _premise(statement, step.line))
        state = replace(state, premises=premises, given=(*state.given, statement))
    else:
        facts = taken_up(state, statement, step.line)
        if not facts:
            return _unknown(line, state, "nothing can be taken from this: no symbol is solved for")
        state = state.knowing(*facts)
    if _contradicts(state):
        return _unknown(line, state, _CONTRADICTION)
    return replace(line, because="a hypothesis"), state.resting_on(f"{_whole(step)} as in line {step.line}")


_CONTRADICTION = "no problem was found that satisfies this and what was given before: they may contradict"


def _contradicts(state: State) -> bool:
    """Whether no problem is found in which all inequalities that are given hold, with what is known put in."""
    return bool(state.given) and not satisfiable(state.given, state.known.informed)


def _condition(state: State, step: Step, line: Line, shown: list[Statement]) -> tuple[Line, State]:
    slope = _statement(step).left
    if not any(
        isinstance(each.left, t.Partial)
        and isinstance(each.left.target, t.Apply)
        and each.left.target.symbol == step.about
        and each.right == slope
        for each in shown
    ):
        because = f"no step before shows that this is a derivative by {step.about}: prove Slope(L, π[j]) = it first"
        return _unknown(line, state, because)
    facts = taken_up(state, _statement(step), step.line, step.about or None)
    if not facts:
        because = f"no {step.about} that sums to 1 could be found from this condition: a multiplier may be missing"
        return _unknown(line, state, because)
    state = state.knowing(*facts)
    if _contradicts(state):
        return _unknown(line, state, _CONTRADICTION)
    state = replace(state, conditions=(*state.conditions, *facts))
    line = replace(line, because="the first-order condition: from here on the policy satisfies it")
    return line, state.resting_on(f"the first-order condition as in line {step.line}")


def _false(state: State, step: Step, line: Line) -> tuple[Line, State]:
    judged = judge(state, _statement(step))
    state = state.after(judged)
    if isinstance(judged.verdict, Proved):
        because = "this is said to be false, and the kernel proves it"
        return replace(line, status=Status.REFUTED, because=because), state
    if not isinstance(judged.verdict, Refuted):
        return _unknown(line, state, "no counterexample was found to what is said to be false")
    shown = refuted_line(state, line, judged, ())
    text = line.readable.replace(f" {step.relation} ", f" {_NOT[step.relation]} ", 1)
    words = "false in general: the counterexample below"
    shown = replace(shown, status=Status.PROVED, law="counterexample", because=words, readable=text, residual_words="")
    return shown, state


def _step(state: State, step: Step, line: Line, derivation: Derivation) -> tuple[Line, State]:
    statement = _statement(step)
    before = _for_limits(state) if moves(statement) else state
    judged = judge(before, statement)
    state = state.after(judged)
    match judged.verdict:
        case Proved() if _only_the_optimiser(statement, judged.verdict):
            return _unknown(line, state, "the maximiser is the same, the value is not: write ≡")
        case Proved():
            line = replace(line, status=Status.PROVED, notes=judged.notes, shown=(judged.verdict,))
            taken = (*sorted(conditions(judged.verdict.assumptions)), *granted(judged.verdict))
            line = replace(line, assumptions=taken)
            state = state.resting_on(*line.assumptions)
            line = proved_line(state, line, judged)
        case Refuted():
            return refuted_line(state, replace(line, status=Status.REFUTED), judged, ()), state
        case _:
            return _unknown(replace(line, residual=residual_of(state, statement)), state, why_unknown(judged))
    if statement.relation in INEQUALITIES:
        state = replace(state, premises=(*state.premises, _premise(statement, step.line)))
    if step.theorem is not None and not _states(before, statement, step.theorem, derivation):
        return _unknown(line, state, f"it holds, but it does not state the theorem {step.theorem}")
    return line, state


def _only_the_optimiser(statement: Statement, verdict: Proved) -> bool:
    """Whether ``max f = max g`` was shown of the optimisers alone: on a page of ours = is about values."""
    values = statement.relation is Relation.EQUAL and not isinstance(statement.left, t.Optimiser)
    return values and verdict.scope is Scope.OPTIMISER and not keeps_value(statement, verdict)


def _states(state: State, statement: Statement, name: str, derivation: Derivation) -> bool:
    """Whether a step that holds states a theorem, by what stands before it on the page."""
    sides = {statement.left, statement.right}
    if any(step.kind is Kind.GIVEN and {*_sides(step)} == sides for step in derivation.steps):
        return False  # what is supposed is not shown
    statements = [(step.statement, step.line) for step in derivation.steps if step.statement is not None]
    before = tuple(Shown(each, line, False, False, state, state) for each, line in statements if each != statement)
    terms = [side for each, _ in statements for side in (each.left, each.right)]
    document = Reach(before, (), Alphabet.of(terms, state.context.definitions.values()))
    holds = proves(state, statement, state.facts)
    return claiming.shows(name, Shown(statement, 0, holds, holds, state, state), document)


def _sides(step: Step) -> tuple[t.Term, t.Term]:
    return _statement(step).left, _statement(step).right


def _statement(step: Step) -> Statement:
    assert step.statement is not None
    return step.statement


def _for_limits(state: State) -> State:
    """The state without the inequalities that steps have shown: those hold of every scalar, so that it may move."""
    given = {_premise(statement, 0)[:2] for statement in state.given}
    return replace(state, premises=tuple(each for each in state.premises if each[:2] in given))


def _premise(statement: Statement, line: int) -> Premise:
    turned = statement.relation in (Relation.GREATER_EQUAL, Relation.GREATER)
    lower, upper = (statement.right, statement.left) if turned else (statement.left, statement.right)
    return Premise(lower, upper, f"line {line}")


_NOT = {"=": "≠", "≤": "≰", "≥": "≱", "<": "≮", ">": "≯", "∝": "∝̸"}
_RELATION_LATEX = {"≤": r"\le", "≥": r"\ge", "∝": r"\propto", "≈": r"\approx", ":=": ":="}


def of_statement(statement: Statement) -> tuple[Formula, str, Formula]:
    """A statement's sides and relation as they are shown."""
    return formula(statement.left), statement.relation.value, formula(statement.right)
