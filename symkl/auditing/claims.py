"""What a function of a sample estimates: guessed by a search over named functionals, and decided by the kernel.

Three uses are looked at, each as a statement of symkl's own language: the *value*, ``E_s[f] = F``; the function *as a
loss*, ``E_s[∇f] = ∇F``; and *as a detached reward*, ``E_π[f ∇log π] = ∇F``. Where the function has branches, the
formula is that of the branch on which policies are close, and what is proved of it is held against the whole function.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import symkl.language.terms as t
from symkl.auditing import worlds as w
from symkl.auditing.beyond import beyond
from symkl.auditing.expressions import Expressions, Symbol
from symkl.auditing.functionals import Functional, functionals
from symkl.auditing.mending import mends
from symkl.auditing.roles import NUMBERS, POLICIES, Input, Misuse, fraction
from symkl.auditing.searching import fit
from symkl.auditing.splitting import terms
from symkl.auditing.translating import Untranslatable, Y, add, multiply, number, probability, term
from symkl.checking.asking import proves
from symkl.checking.explaining import proved_line, refuted_line, residual_of, why_unknown
from symkl.checking.judging import judge
from symkl.checking.report import Line, Status
from symkl.checking.state import Document, State
from symkl.kernel.verdict import Proved
from symkl.language.places import LineOf
from symkl.language.proof import Proof
from symkl.language.terms import Relation, Statement
from symkl.language.verdict import Refuted
from symkl.language.writing import formula
from symkl.meaning.document import read
from symkl.proving.wording import conditions
from symkl.refuting.counterexample import Counterexample
from symkl.repairing.suggestion import Suggestion

Array = NDArray[np.float64]
POLICY = Symbol("policy")


class Use(Enum):
    """What is done with a function."""

    VALUE = "value"
    LOSS = "loss"
    REWARD = "reward"
    NAME = "is"
    MINIMISER = "minimiser"
    NOISE = "noise"
    GATHERS = "gathers"
    PADDING = "padding"

    @property
    def words(self) -> str:
        """As it is said."""
        return _WORDS.get(self.value, self.value)


_WORDS = {
    "loss": "as a loss", "reward": "as a detached reward", "is": "its name", "noise": "noisy labels",
}  # fmt: skip
ESTIMATES = (Use.VALUE, Use.LOSS, Use.REWARD)
"""The uses of which a statement about an expectation is made."""


class Held(NamedTuple):
    """Whether something is so of the whole function, family by family, and by how much it is off."""

    off: Mapping[str, float]
    branched: bool = False

    @property
    def everywhere(self) -> bool:
        """Whether it is so however far apart policies are."""
        return all(each <= CLOSE for each in self.off.values())

    @property
    def inside(self) -> bool:
        """Whether it is so where policies are close."""
        return self.off["close"] <= CLOSE


CLOSE = 1e-7


@dataclass(frozen=True)
class Subject:
    """What is judged: the formula of one sample, with all its branches; ``inner``: on the branch of close policies.

    ``partial``: whether other decisions on data lead to other formulas, of which nothing is said. ``means``: whether
    logs are means over the tokens of a sequence, and so those of no distribution. ``arguments``: by role, the argument
    that holds the logs of one policy alone, so that what is suggested speaks of it.
    """

    e: Expressions
    whole: int
    inner: int
    scalars: Mapping[str, Input]
    line: int = 1
    partial: bool = False
    means: bool = False
    arguments: Mapping[str, str] = field(default_factory=dict)

    @property
    def policies(self) -> frozenset[str]:
        """The policies in it, as they are written."""
        return frozenset(POLICIES[s.role] for s in self.e.symbols(self.whole) if s.role in POLICIES)

    @property
    def numbers(self) -> frozenset[str]:
        """The real functions in it, as they are written."""
        return frozenset(NUMBERS[s.role] for s in self.e.symbols(self.whole) if s.role in NUMBERS)

    @property
    def branched(self) -> bool:
        """Whether it has branches."""
        return self.whole != self.inner

    @property
    def context(self) -> t.Context:
        """What its symbols are: π carries the parameters, the scalars are what they were said to be."""
        positive = frozenset(symbol for symbol, each in self.scalars.items() if each.low >= 0)
        fixed = {"π_ref", "π_old", *NUMBERS.values(), *self.scalars}
        return t.Context(positive, parametrised=frozenset({"π"}), moves={name: frozenset() for name in fixed})


@dataclass(frozen=True)
class Claim:
    """One answer. ``of``: what is estimated, in words; ``expected``: whether that was said, or found by us.

    ``held``: of what is proved on a branch, whether it is so of the whole function; ``beyond``: a problem in which it
    is not.
    """

    use: Use
    sampler: str
    of: str
    line: Line
    expected: bool = False
    held: Held | None = None
    disagreements: tuple[str, ...] = ()
    partial: bool = False
    beyond: Counterexample | None = None

    @property
    def inside_only(self) -> bool:
        """Whether it is so on the branch of close policies, or the path of one sample, and not shown beyond."""
        branch = self.held is not None and (self.held.branched or not self.held.everywhere)
        return self.line.status is Status.PROVED and (self.partial or branch)


def subject(e: Expressions, whole: int, scalars: Mapping[str, Input], line: int = 1, partial: bool = False) -> Subject:
    """The subject with its inner branch: the one that it takes at most points where policies are close."""
    taken: dict[int, int] = {}
    for world in w.worlds("close", scalars, 12):
        for y in range(4):
            branch = e.settled(whole, world.at(e.symbols(whole), y))[0]
            taken[branch] = taken.get(branch, 0) + 1
    inner = max(taken, key=lambda branch: taken[branch])
    return Subject(e, whole, inner if taken[inner] == sum(taken.values()) else whole, scalars, line, partial)


# --- looking for it in numbers ------------------------------------------------------------------


def _side(of: Subject, expression: int, use: Use, sampler: str, world: w.World) -> Array:
    """The left side in one problem: a number, or a gradient by the logits of π."""
    policy, weights = world.tables["π"], world.tables[POLICIES[sampler]]
    if use is Use.VALUE:
        return np.array([float((weights * w.values(of.e, expression, world)).sum())])
    h = w.slopes if use is Use.LOSS else None
    found = h(of.e, expression, world, POLICY) if h is not None else w.values(of.e, expression, world)
    return w.score(weights, found, policy)


def _other(each: Functional, factor: str, use: Use, world: w.World) -> Array:
    """A functional in one problem, or its gradient."""
    times = world.scalars[factor] if factor else 1.0
    if use is Use.VALUE:
        return np.array([times * each.value(world.tables)])
    return times * w.by_logits(each.slope(world.tables), world.tables["π"])


Combination = tuple[tuple[Functional, str, Fraction], ...]
"""Functionals, each with a scalar before it (or none) and a factor."""


def _blocks(of: Subject) -> list[tuple[int, str, frozenset[str]]]:
    """The formula as a sum of what can be looked at apart: by the scalar before it and the real functions in it.

    Each with that scalar, which is divided out, and the real functions.
    """
    e, found = of.e, dict[tuple[str, frozenset[str]], list[int]]()
    for part in terms(e, of.inner):
        roles = {symbol.role for symbol in e.symbols(part)}
        named = [scalar for scalar in of.scalars if f"scalar {scalar}" in roles]
        factor = ""
        for scalar in named[:1] if len(named) == 1 else ():
            bare = e.divide(part, own := e.entry(f"scalar {scalar}"))
            if not e.symbols(own) & e.symbols(bare):
                part, factor = bare, scalar
        numbers = frozenset(NUMBERS[role] for role in roles if role in NUMBERS)
        found.setdefault((factor, numbers), []).append(part)
    return [(e.add(*parts), factor, numbers) for (factor, numbers), parts in found.items()]


def _found(of: Subject, use: Use, sampler: str) -> Combination | None:
    """A combination for the whole formula, put together from one for each block of it."""
    whole: list[tuple[Functional, str, Fraction]] = []
    for block, factor, numbers in _blocks(of):
        found = _block(of, block, numbers, use, sampler)
        if found is None:
            return None
        whole += [(each, factor, times) for each, times in found]
    return tuple(whole)


def _block(
    of: Subject, block: int, numbers: frozenset[str], use: Use, sampler: str
) -> list[tuple[Functional, Fraction]] | None:
    policies = frozenset(POLICIES[s.role] for s in of.e.symbols(block) if s.role in POLICIES)
    basis = functionals(policies, numbers, POLICIES[sampler])
    problems = w.worlds("ordinary", of.scalars, 24 + 2 * len(basis) if use is Use.VALUE else 12 + len(basis) // 2)
    with np.errstate(all="ignore"):
        rows = np.concatenate([_side(of, block, use, sampler, world) for world in problems])
        columns = [np.concatenate([_other(each, "", use, world) for world in problems]) for each in basis]
    picked = fit(rows, columns)
    return None if picked is None else [(basis[k], times) for k, times in picked]


def _held(of: Subject, use: Use, sampler: str, found: Combination) -> Held:
    """The whole function against what was found, by enumeration."""
    off = {}
    for family in w.FAMILIES:
        worst = 0.0
        with np.errstate(all="ignore"):
            for world in w.worlds(family, of.scalars, 25, 3, seed=7):
                right = sum((float(times) * _other(each, scalar, use, world) for each, scalar, times in found),
                            np.zeros(1))  # fmt: skip
                gap = _side(of, of.whole, use, sampler, world) - right
                size = 1 + float(np.abs(right).max())
                worst = max(worst, float(np.abs(gap).max()) / size if np.isfinite(gap).all() else float("inf"))
        off[family] = worst
    return Held(off, of.branched)


def combined(found: Combination, use: Use) -> t.Term:
    """A combination as a term: ``KL(π‖π_ref)``, or as a gradient ``∇ KL(π‖π_ref)``."""
    wrapped = (lambda each: each) if use is Use.VALUE else t.Gradient
    ordered = sorted(found, key=lambda part: part[2] < 0)
    parts = [
        multiply(number(times), *([t.Scalar(scalar)] if scalar else []), wrapped(each.term))
        for each, scalar, times in ordered
    ]
    return add(*parts)


# --- asking the kernel --------------------------------------------------------------------------


def left_side(of: Subject, expression: int, use: Use, sampler: str) -> t.Term:
    """The expectation that a use of the function is. Raises: Untranslatable."""
    body = term(of.e, expression if use is Use.LOSS else of.e.unstopped(expression))
    if use is Use.LOSS:
        body = t.Gradient(body)
    elif use is Use.REWARD:
        body = multiply(body, t.Gradient(t.log(probability("policy"))))
    return t.mean((Y,), probability(sampler), body)


_SAMPLED = {"policy": "π", "old": "π_old", "reference": "π_ref"}


def _label(of: Subject, use: Use, sampler: str) -> LineOf:
    return LineOf(of.line, use.words if sampler == "policy" else f"{use.words}, under {_SAMPLED[sampler]}")


def started(of: Subject) -> State:
    """What the kernel is asked in: the symbols, and the ranges of the scalars, which a counterexample must keep to."""
    given = []
    for symbol, each in of.scalars.items():
        for end, relation in ((each.low, Relation.GREATER_EQUAL), (each.high, Relation.LESS_EQUAL)):
            if end not in (0.0, float("inf")):
                given.append(Statement(t.Scalar(symbol), relation, number(fraction(end))))
    return replace(State.at_start(Document(Proof((), of.context), of.context)), given=tuple(given))


def judged(of: Subject, statement: Statement, label: LineOf) -> tuple[Line, tuple[str, ...]]:
    """A statement judged, as a row of a report; and what speaks against the kernel, if anything."""
    left, right = formula(statement.left), formula(statement.right)
    shown = left.text if left == right else f"{left.text} = {right.text}"
    line = Line(label, 1, f"{left.latex} = {right.latex}", "=", Status.UNKNOWN, readable=shown)
    answer = judge(state := started(of), statement)
    against = answer.disagreements
    match answer.verdict:
        case Proved() as verdict:
            line = replace(line, status=Status.PROVED, assumptions=tuple(sorted(conditions(verdict.assumptions))))
            return proved_line(state, line, answer), against
        case Refuted():
            return refuted_line(state, replace(line, status=Status.REFUTED), answer, ()), against
    return replace(line, because=why_unknown(answer), residual=residual_of(state, statement)), against


def claims(of: Subject, samplers: tuple[str, ...], expected: Mapping[Use, str]) -> Iterator[Claim]:
    """What is found for each use and sampler, and then what was expected of it."""
    for sampler in samplers:
        for use in ESTIMATES:
            if use is Use.REWARD and sampler != "policy":
                continue
            found = _of(of, use, sampler)
            wanted = _expected(of, use, sampler, expected[use], found) if use in expected else None
            if wanted is None or wanted.line.status is not Status.PROVED:
                yield found
            if wanted is not None:
                yield wanted


def _of(of: Subject, use: Use, sampler: str) -> Claim:
    """What is found by us."""
    label = _label(of, use, sampler)
    try:
        found = _found(of, use, sampler)
        held = None if found is None else _held(of, use, sampler, found)
        if found is not None and held is not None and not held.inside:
            found = None  # a branch that closeness does not lead to, and what is so there alone says nothing
        left = left_side(of, of.whole if found is None else of.inner, use, sampler)
    except Untranslatable as reason:
        line = Line(label, 1, "", None, Status.UNKNOWN, because=str(reason), readable=use.words)
        return Claim(use, sampler, "", line)
    if found is None:
        return _nameless(label, use, sampler, left)
    right = combined(found, use)
    line, against = judged(of, Statement(left, Relation.EQUAL, right), label)
    if line.status is Status.REFUTED and not against:
        return _nameless(label, use, sampler, left)  # it was only nearly that
    far = _beyond(of, use, sampler, right, line, held)
    return Claim(use, sampler, formula(right).text, _noted(of, line, held), False, held, against, of.partial, far)


def _nameless(label: LineOf, use: Use, sampler: str, left: t.Term) -> Claim:
    shown = formula(left)
    words = "it is no combination of functionals that have a name here"
    line = Line(label, 1, shown.latex, None, Status.UNKNOWN, because=words, readable=shown.text)
    return Claim(use, sampler, "", line)


def _beyond(of: Subject, use: Use, sampler: str, right: t.Term, line: Line, held: Held | None) -> Counterexample | None:
    if held is None or held.everywhere or line.status is not Status.PROVED:
        return None
    whole = Statement(left_side(of, of.whole, use, sampler), Relation.EQUAL, right)
    return beyond(whole, of.context, dict(of.scalars))


def _noted(of: Subject, line: Line, held: Held | None) -> Line:
    if held is None or not of.branched or line.status is not Status.PROVED:
        return line
    if held.everywhere:
        note = "proved on the branch of close policies; no problem was tried in which the whole function differs"
        return replace(line, notes=(*line.notes, note))
    family = next(f for f in w.FAMILIES if held.off[f] > CLOSE)
    how = {"ordinary": "already where they differ by a factor of a few", "far": "where they are far apart"}[family]
    note = f"proved on the branch of close policies; it is not so of the whole function {how}"
    return replace(line, notes=(*line.notes, note))


def _expected(of: Subject, use: Use, sampler: str, text: str, found: Claim) -> Claim:
    """What was expected, judged; where it is not so, with changes after which the kernel proves it."""
    right = expectation(text, of)
    label = _label(of, use, sampler)
    try:
        inner = left_side(of, of.inner, use, sampler)
        whole = left_side(of, of.whole, use, sampler)
    except Untranslatable as reason:
        return Claim(use, sampler, text, Line(label, 1, "", None, Status.UNKNOWN, because=str(reason)), True)
    state = started(of)
    statement = Statement(inner, Relation.EQUAL, right)
    if found.held is not None and proves(state, statement):
        line, against = judged(of, statement, label)
        far = _beyond(of, use, sampler, right, line, found.held)
        return Claim(use, sampler, text, _noted(of, line, found.held), True, found.held, against, of.partial, far)
    refutable = inner if found.held is not None else whole  # the branch where it stands for the function
    line, against = judged(of, Statement(refutable, Relation.EQUAL, right), label)
    if of.branched and found.held is None and line.status is Status.PROVED:
        held = None
    else:
        held = found.held
    if line.status is not Status.PROVED:
        line = replace(line, suggestions=tuple(_suggestions(of, use, sampler, right, state)))
    return Claim(use, sampler, text, line, True, held, against, of.partial)


def _suggestions(of: Subject, use: Use, sampler: str, right: t.Term, state: State) -> Iterator[Suggestion]:
    """Changes of the function after which the kernel proves what was expected; the first few."""
    count = 0
    for mend in mends(of.e, of.inner, use.value, sampler, of.arguments):
        try:
            left = left_side(of, mend.expression, use, mend.sampler)
        except Untranslatable:
            continue
        if proves(state, Statement(left, Relation.EQUAL, right)):
            before = formula(left_side(of, of.inner, use, sampler)).latex
            body, whole = formula(left).latex, formula(right).latex
            yield Suggestion(mend.edit, f"{body} = {whole}", mend.slip, _changed(before, body))
            count += 1
        if count == 2:
            return


def _changed(before: str, after: str) -> tuple[int, int]:
    """Where the later of two texts differs from the earlier."""
    start = _shared(before, after)
    return start, len(after) - _shared(before[start:][::-1], after[start:][::-1])


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return next((k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def expectation(text: str, of: Subject) -> t.Term:
    """What was written in an expectation, read as every formula is. Raises: Misuse.

    >>> from symkl.auditing.expressions import Expressions
    >>> e = Expressions()
    >>> from symkl.language.writing import formula
    >>> formula(expectation("∇KL(π‖π_ref)", Subject(e, e.zero, e.zero, {}))).text
    '∇KL(π‖π_ref)'
    """
    spelled = text.replace("JS(", r"\mathrm{JS}(").replace("½", r"\tfrac{1}{2}")
    known = " + ".join(f"{name}(y)" for name in (*POLICIES.values(), *NUMBERS.values()))
    scalars = "".join(f" + {name}" for name in of.scalars)
    declared = "; ".join([f"{name} > 0" for name, each in of.scalars.items() if each.low >= 0])
    head = f"<!-- symkl: {declared} -->\n\n" if declared else ""
    proof = read(f"{head}$$ \\mathbb{{E}}_{{y \\sim π}}[{known}{scalars}] = {spelled} $$")
    row = proof.rows[0] if proof.rows else None
    if row is None or row.trouble is not None or len(row.clauses) != 1 or len(row.clauses[0].terms) != 2:
        trouble = None if row is None else row.trouble
        why = f"{trouble.message}; {trouble.advice}" if trouble is not None else "it is no formula"
        raise Misuse(f"the expectation {text!r} cannot be read: {why}")
    return row.clauses[0].terms[1]
