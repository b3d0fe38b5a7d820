"""What becomes of a derivation when one of its side conditions is dropped: the step that then fails.

The page is taken again in a wider domain, in which only the one condition is missing, and its steps
are put to the refuter. What is shown is a certified counterexample that keeps every other condition;
where none is found nothing is said, for that a step then holds is not known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

import symkl.language.terms as t
from symkl.checking.asking import contradict_in, inside, proves, taken_up
from symkl.checking.explaining import refuted_line
from symkl.checking.report import Line, Status
from symkl.checking.state import Document, Judged, State
from symkl.derivations.derivation import Derivation, Kind, Step
from symkl.language.proof import Proof
from symkl.language.terms import EQUATIONS, Relation, Statement
from symkl.language.verdict import Refuted
from symkl.language.writing import Formula, formula
from symkl.refuting.arithmetic import NotEvaluable
from symkl.refuting.candidates import candidates
from symkl.refuting.cases import Case, Needs, Shape
from symkl.refuting.evaluating import needed
from symkl.refuting.optima import WRONG_SUM
from symkl.refuting.values import prepared
from symkl.refuting.witnesses import Witness

_ZERO, _ONE = t.Number(Fraction(0)), t.Number(Fraction(1))


@dataclass(frozen=True)
class Dropped:
    """A side condition, and the step (counted from 0) that fails without it.

    ``line`` is that step, refuted: its counterexample violates this condition and no other.
    """

    condition: Formula
    words: str
    step: int
    line: Line


@dataclass(frozen=True)
class _Page:
    """What a page claims, in the domain that is left when a condition is dropped.

    ``about``: the symbols that the condition is on. ``scalar``: the number that need no longer be
    positive; ``nonzero``: that it still is not 0. ``loose``: the distribution that need no longer
    sum to 1, as the page first writes it.
    """

    context: t.Context
    steps: tuple[Step, ...]
    about: frozenset[str]
    nonzero: tuple[Statement, ...] = ()
    scalar: str = ""
    loose: t.Apply | None = None


@dataclass(frozen=True)
class _Condition:
    shown: Formula
    words: str
    page: Callable[[], _Page]


def dropping(derivation: Derivation) -> tuple[Dropped, ...]:
    """For each side condition of a page that a counterexample shows to be needed, a step that fails without it.

    That is the conclusion where it fails, too, and otherwise the first step that does.

    Requires: the page is proved. Of a condition that is not listed nothing is said.
    """
    found = (_fails(derivation, condition) for condition in _conditions(derivation))
    return tuple(each for each in found if each is not None)


# -- conditions, each with the domain that is left without it --------------------------------


def _conditions(derivation: Derivation) -> Iterator[_Condition]:
    """The side conditions of a page, as it first uses them; a definition is none."""
    context, seen = derivation.context, set(derivation.context.definitions)
    for part in _parts(derivation):
        if not isinstance(part, t.Apply | t.Scalar) or part.symbol in seen:
            continue
        seen.add(part.symbol)
        if isinstance(part, t.Apply) and part.outcomes:
            yield _distribution(derivation, part)
        elif part.symbol in context.positive:
            yield _positive(derivation, part)
    for at, step in enumerate(derivation.steps):
        if step.kind is Kind.GIVEN:
            yield _given(derivation, at)


def _parts(derivation: Derivation) -> Iterator[t.Term]:
    """Every part of every statement, what an optimum binds left out: that is no symbol of the page."""
    for step in derivation.steps:
        if step.statement is not None:
            yield from _unbound(step.statement.left, frozenset())
            yield from _unbound(step.statement.right, frozenset())


def _parts_of(statement: Statement) -> list[t.Term]:
    return [*inside(statement.left), *inside(statement.right)]


def _unbound(term: t.Term, bound: frozenset[str]) -> Iterator[t.Term]:
    if isinstance(term, t.Optimum | t.Optimiser):
        bound |= {term.policy}
    if not (isinstance(term, t.Apply) and term.symbol in bound):
        yield term
    for part in term.parts():
        yield from _unbound(part, bound)


def _positive(derivation: Derivation, of: t.Apply | t.Scalar) -> _Condition:
    name, shown = of.symbol, formula(of)
    number = isinstance(of, t.Scalar)
    instead = "any number but 0" if number else "any real function"

    def page() -> _Page:
        context = replace(derivation.context, positive=derivation.context.positive - {name})
        squared = Statement(t.Power(of, t.Number(Fraction(2))), Relation.GREATER, _ZERO)
        return _Page(context, derivation.steps, frozenset({name}), (squared,) if number else (), name if number else "")

    condition = Formula(f"{shown.text} > 0", f"{shown.latex} > 0")
    return _Condition(condition, f"without {condition.text}, so that {name} is {instead}", page)


def _distribution(derivation: Derivation, of: t.Apply) -> _Condition:
    shown = formula(_total(of, of.outcomes))

    def page() -> _Page:
        wider = _without_sum(_Page(derivation.context, derivation.steps, frozenset({of.symbol}), loose=of), of.symbol)
        return replace(wider, context=replace(wider.context, positive=wider.context.positive | {of.symbol}))

    condition = Formula(f"{shown.text} = 1", f"{shown.latex} = 1")
    words = f"without {condition.text}, so that {of.symbol} is any positive function"
    return _Condition(condition, words, page)


def _total(term: t.Term, over: tuple[t.Variable, ...]) -> t.Term:
    for v in reversed(over):
        term = t.total(v, term)
    return term


def _without_sum(page: _Page, symbol: str) -> _Page:
    """The page with a distribution made a function."""

    def plain(term: t.Term) -> t.Term:
        return _unnormalised(term, symbol)

    definitions = {s: replace(d, body=plain(d.body)) for s, d in page.context.definitions.items()}
    steps = tuple(
        step if step.statement is None else replace(step, statement=_both(step.statement, plain))
        for step in page.steps
    )
    return replace(page, context=replace(page.context, definitions=definitions), steps=steps)


def _both(statement: Statement, change: Callable[[t.Term], t.Term]) -> Statement:
    return Statement(change(statement.left), statement.relation, change(statement.right))


def _unnormalised(term: t.Term, symbol: str) -> t.Term:
    """The term with a distribution made a function; one that an optimum is over stays what it was."""
    match term:
        case t.Apply(symbol=found, outcomes=outcomes, given=given) if found == symbol and outcomes:
            return t.Apply(symbol, (), (*outcomes, *given))
        case t.Optimum(policy=found) | t.Optimiser(policy=found) if found == symbol:
            return term
    return t.rebuilt(term, lambda part: _unnormalised(part, symbol))


def _given(derivation: Derivation, at: int) -> _Condition:
    step = derivation.steps[at]

    def page() -> _Page:
        steps = (*derivation.steps[:at], _NOTHING, *derivation.steps[at + 1 :])
        return _Page(derivation.context, steps, _unfolded(step, derivation.context))

    relation = _LATEX.get(step.relation, step.relation)
    text = f"{step.left.text} {step.relation} {step.right.text}"
    return _Condition(Formula(text, f"{step.left.latex} {relation} {step.right.latex}"), f"without {text}", page)


def _unfolded(step: Step, context: t.Context) -> frozenset[str]:
    """The symbols that a step speaks of, definitions put in."""
    statement = step.statement
    if statement is None:
        return frozenset()
    found: set[str] = set()
    rest = set(t.symbols(statement.left) | t.symbols(statement.right))
    while rest:
        symbol = rest.pop()
        found.add(symbol)
        if symbol in context.definitions:
            rest |= t.symbols(context.definitions[symbol].body) - found
    return frozenset(found)


def _concerned(page: _Page) -> frozenset[str]:
    """The symbols whose domain is another without the condition: its own, and what hypotheses tie to them."""
    found = page.about - set(page.context.definitions)
    ties = [_unfolded(step, page.context) for step in page.steps if step.kind in (Kind.GIVEN, Kind.CONDITION)]
    ties = [tie - set(page.context.definitions) for tie in ties]
    while further := [tie for tie in ties if tie & found and not tie <= found]:
        found = found.union(*further)
    return found


_LATEX = {"≤": r"\le", "≥": r"\ge", "∝": r"\propto"}
_NOTHING = Step(Kind.CARRIED, Formula("", ""), "=", Formula("", ""), "", 0)
"""What stands in the place of a hypothesis that is dropped: it says nothing, and the steps keep their numbers."""


# -- a page in its wider domain --------------------------------------------------------------


def _fails(derivation: Derivation, condition: _Condition) -> Dropped | None:
    """The conclusion, or else the first step, with a counterexample in the domain without the condition."""
    page = _loosened(condition.page())
    conclusion = derivation.conclusion
    state, concerned = _start(page), _concerned(page)
    first: Dropped | None = None
    for at, step in enumerate(page.steps):
        if step.kind in (Kind.GIVEN, Kind.CONDITION):
            taken = _taken(state, step)
            if taken is None:
                return first
            state = taken
        elif step.kind is Kind.STEP and step.statement is not None:
            last = derivation.steps[at] is conclusion
            if (first is not None and not last) or not concerned & _unfolded(step, page.context):
                continue
            line = _refuted(state, step, page)
            if line is not None:
                first = Dropped(condition.shown, condition.words, at, line)
        if derivation.steps[at] is conclusion and first is not None:
            return first
    return first


def _loosened(page: _Page) -> _Page:
    """The page with what it defines taken for no more than its definition says.

    That a defined function is positive, and that a defined distribution sums to 1, was shown with
    the condition. The refuter works definitions out and asks for neither; the kernel must not, either.
    """
    page = replace(page, context=replace(page.context, positive=page.context.positive - set(page.context.definitions)))
    for step in page.steps:
        left = step.statement.left if step.statement is not None else None
        if step.kind is Kind.DEFINED and isinstance(left, t.Apply) and left.outcomes:
            body = page.context.definitions[left.symbol].body
            one = Statement(_total(body, left.outcomes), Relation.EQUAL, _ONE)
            if not proves(_start(page), one):
                page = _without_sum(page, left.symbol)
    return page


def _start(page: _Page) -> State:
    return replace(State.at_start(Document(Proof((), page.context), page.context)), given=page.nonzero)


def _taken(state: State, step: Step) -> State | None:
    """The state with a hypothesis; None where nothing can be taken from it, so that no counterexample would keep it."""
    statement = step.statement
    assert statement is not None
    if statement.relation not in EQUATIONS:
        return replace(state, given=(*state.given, statement))
    facts = taken_up(state, statement, step.line, step.about or None)
    known = state.knowing(*facts)
    # Whatever was solved for must bring the equation back.
    return known if facts and proves(known, statement, known.facts) else None


def _refuted(state: State, step: Step, page: _Page) -> Line | None:
    statement = step.statement
    assert statement is not None
    sides = _parts_of(statement)
    loose = page.loose is not None and page.loose.symbol in state.context.parametrised
    if loose and any(isinstance(part, t.Gradient) for part in sides):
        return None  # its parameters are logits, which have a meaning for distributions alone
    if any(isinstance(part, t.Limit) and part.scalar.symbol == page.scalar for part in sides):
        return None  # what goes to 0 from above is positive, whatever is dropped
    if proves(state, statement, state.facts):
        return None
    context = state.known.informed
    witness = contradict_in(state, statement, context)
    kept = None if witness is None else _kept(state, statement, witness, context)
    if kept is None:
        return None
    relation = _LATEX.get(step.relation, step.relation)
    source = f"{step.left.latex} {relation} {step.right.latex}"
    text = f"{step.left.text} {step.relation} {step.right.text}"
    line = Line(step.line, 1, source, step.relation, Status.REFUTED, readable=text)
    shown = kept._replace(problem=_as_written(kept.problem, page))
    found = _respelled(refuted_line(state, line, Judged(statement, Refuted(shown)), ()), page)
    if kept.heads == WRONG_SUM:
        return replace(found, because="what is claimed as the optimum does not sum to 1")
    return found


# -- does a counterexample keep every other condition? ---------------------------------------


def _kept(state: State, statement: Statement, witness: Witness, context: t.Context) -> Witness | None:
    """The witness, with values for what only a hypothesis mentions, if it certainly keeps what is not dropped.

    What a page leaves free is in its domain by construction; this is about what its hypotheses say,
    and about symbols that they were solved for.
    """
    conditions = list(state.given)
    for fact in state.facts:
        at = (*fact.outcomes, *fact.given)
        solved: t.Term = t.Apply(fact.symbol, fact.outcomes, fact.given) if at else t.Scalar(fact.symbol)
        if fact.symbol in context.positive or fact.outcomes:
            conditions.append(Statement(solved, Relation.GREATER, _ZERO))
        if fact.outcomes:
            one = Statement(_total(solved, fact.outcomes), Relation.EQUAL, _ONE)
            if not proves(state, one, state.facts):
                return None
    moving = {part.scalar.symbol for part in _parts_of(statement) if isinstance(part, t.Limit)}
    if any(moving & _names(needed((each.left, each.right), context)) for each in conditions):
        return None  # a condition on what moves is none on one problem
    whole = _completed(witness.problem, conditions, context) if conditions else witness.problem
    if whole is None:
        return None
    return witness._replace(problem=_relevant(whole, statement, witness, conditions, context))


def _completed(problem: Case, conditions: list[Statement], context: t.Context) -> Case | None:
    """The problem with the simplest values for what only the conditions mention, if they can certainly hold."""
    claim = prepared(conditions[0], context, given=tuple(conditions))
    if claim is None:
        return None
    for candidate in candidates(claim.program.needs, (), 400):
        if any(problem.alphabets.get(sort, size) != size for sort, size in candidate.alphabets.items()):
            continue
        other = candidate.problem()
        alphabets = {**other.alphabets, **problem.alphabets}
        whole = Case(alphabets, {**other.scalars, **problem.scalars}, {**other.tables, **problem.tables})
        if claim.allowed(whole):
            return whole
    return None


def _relevant(whole: Case, statement: Statement, witness: Witness, conditions: list[Statement],
              context: t.Context) -> Case:  # fmt: skip
    """The part of a problem that a statement speaks of, or a condition on something that it speaks of."""
    try:
        needs = needed((statement.left, statement.right), context)
        names, sorts = _names(needs), set(needs.sorts)
    except NotEvaluable:  # of an optimum or a limit the problem holds what it needs, and no more
        names, sorts = {*witness.problem.scalars, *_symbols(witness.problem.tables)}, set(witness.problem.alphabets)
    rest = [needed((each.left, each.right), context) for each in conditions]
    while touching := [each for each in rest if _names(each) & names and not _names(each) <= names]:
        for each in touching:
            names |= _names(each)
    for each in rest:
        sorts |= set(each.sorts) if _names(each) & names else set()
    tables = {shape: table for shape, table in whole.tables.items() if shape.symbol in names}
    scalars = {symbol: value for symbol, value in whole.scalars.items() if symbol in names}
    sorts |= {sort for shape in tables for sort in shape.arguments}
    return Case({sort: size for sort, size in whole.alphabets.items() if sort in sorts}, scalars, tables)


def _names(needs: Needs) -> set[str]:
    return {*needs.scalars, *_symbols(needs.shapes)}


def _symbols(shapes: Iterable[Shape]) -> set[str]:
    return {shape.symbol for shape in shapes}


# -- how it is shown -------------------------------------------------------------------------


class _Wider(Case):
    """A case in the wider domain, in which a distribution need not sum to 1."""

    def __post_init__(self) -> None:
        pass


def _as_written(problem: Case, page: _Page) -> Case:
    """The problem with rows ``ρ(·|a1)`` of what was a conditional distribution, as the page writes it."""
    of = page.loose
    if of is None or not of.given or all(problem.alphabets.get(v.sort, 1) == 1 for v in of.outcomes):
        return problem  # a distribution over one outcome would not be shown at all
    count = len(of.outcomes)
    tables = {
        Shape(s.symbol, s.given[:count], s.given[count:]) if s.symbol == of.symbol else s: table
        for s, table in problem.tables.items()
    }
    return _Wider(problem.alphabets, problem.scalars, tables)


def _respelled(line: Line, page: _Page) -> Line:
    """``ρ(c|s)`` again in what the line says, where the page without its condition has a function ρ(c, s)."""
    of = page.loose
    if of is None or not of.given or line.residual is None:
        return line
    plain, written = formula(_unnormalised(of, of.symbol)), formula(of)
    residual = Formula(
        line.residual.text.replace(plain.text, written.text), line.residual.latex.replace(plain.latex, written.latex)
    )
    words = line.residual_words.replace(plain.text, written.text)
    return replace(line, because=words or line.because, residual=residual, residual_words=words)
