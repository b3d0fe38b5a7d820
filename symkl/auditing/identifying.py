"""Whether a formula is one that has a name, put to the kernel; and of the loss of a comparison, what it leads to."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

import symkl.language.terms as t
from symkl.auditing.claims import Claim, Subject, Use, judged, started
from symkl.auditing.expressions import Call, Expressions, Symbol
from symkl.auditing.mending import PARAMETERS, changes
from symkl.auditing.naming import ALIASES, LOSSES, Match, matches, near
from symkl.auditing.preferences import Margin, Question, margin, minima, noise, numbers_at
from symkl.auditing.roles import Misuse
from symkl.auditing.translating import Untranslatable, term
from symkl.checking.asking import proves
from symkl.checking.report import Line, Status
from symkl.language.places import LineOf
from symkl.language.terms import Relation, Statement
from symkl.language.writing import formula
from symkl.repairing.suggestion import Suggestion

STOPPED = frozenset({"sg"})


def identified(of: Subject, known: Sequence[int], wanted: str) -> Iterator[Claim]:
    """What the formula is called; where a name was expected, whether it is that, and else what would make it so."""
    name, parameters = expected_name(of, wanted)
    for each, note in _readings(of):
        match = next(matches(of.e, each.whole, parameters or known, name, exact=bool(parameters), means=of.means), None)
        if match is not None:
            claim = _claim(each, match, bool(name))
            if claim.line.status is Status.PROVED:
                line = replace(claim.line, notes=(*claim.line.notes, note)) if note else claim.line
                yield replace(claim, line=line, partial=claim.partial or bool(note))
                return
    found = next(matches(of.e, of.whole, known, means=of.means), None)
    if found is not None and (claim := _claim(of, found, False)).line.status is Status.PROVED:
        yield claim
    if name:
        yield _refused(of, known, name, parameters)


def _readings(of: Subject) -> Iterator[tuple[Subject, str]]:
    """The formula as it is, and without the clamps that only bound what is far off."""
    yield of, ""
    loose, bounds = loosened(of.e, of.whole)
    if bounds and near(of.e, of.whole, loose):
        shown = ", ".join(str(bound) for bound in sorted(bounds))
        yield replace(of, whole=loose), f"but for clamps at {shown}, beyond which it is another"


FAR = 10
"""What a clamp has to be at least at to only bound what is far off."""


def loosened(e: Expressions, f: int) -> tuple[int, set[Fraction]]:
    """A formula without its clamps at numbers of 10 and more, and these numbers.

    >>> e = Expressions()
    >>> x = e.entry("policy")
    >>> found, bounds = loosened(e, e.call("min", e.call("max", x, e.constant(-20)), e.constant(20)))
    >>> found == x, sorted(map(int, bounds))
    (True, [-20, 20])
    """
    bounds: set[Fraction] = set()

    def change(number: int, go: Callable[[int], int]) -> int | None:
        node = e.nodes[number]
        if isinstance(node, Call) and node.name in ("max", "min"):
            a, b = node.arguments
            for one, other in ((a, b), (b, a)):
                bound = e.number_of(other)
                if bound is not None and abs(bound) >= FAR:
                    bounds.add(bound)
                    return go(one)
        return None

    return e.rebuilt(f, change), bounds


def expected_name(of: Subject, wanted: str) -> tuple[str, tuple[int, ...]]:
    """A name and its parameters, of ``DPO``, ``DPO(0.1)`` or ``DPO(β=0.1)``. Raises: Misuse."""
    name, _, inside = wanted.partition("(")
    name = ALIASES.get(name.strip(), name.strip())
    named = next((each for each in LOSSES if each.name == name), None)
    if name and named is None:
        known = ", ".join(each.name for each in LOSSES)
        raise Misuse(f"no loss is called {name!r} here; write one of {known}")
    said = [each.rpartition("=")[2].strip() for each in inside.rstrip(") ").split(",")] if inside else []
    if named is None or not said:
        return name, ()
    if len(said) != len(named.parameters):
        raise Misuse(f"{name} has the parameters {', '.join(named.parameters) or 'none'}; found {wanted!r}")
    return name, tuple(_parameter(of, each, wanted) for each in said)


def _parameter(of: Subject, text: str, wanted: str) -> int:
    if text in of.scalars:
        return of.e.entry(f"scalar {text}")
    try:
        return of.e.constant(float(text))
    except ValueError:
        raise Misuse(f"{wanted!r}: {text!r} is neither a number nor a scalar that is bound") from None


def _said(of: Subject, match: Match) -> str:
    """A name with its parameters: ``DPO with β = 1/10``."""
    given = [f"{name} = {formula(term(of.e, p)).text}" for name, p in
             zip(match.named.parameters, match.parameters, strict=True)]  # fmt: skip
    return match.named.name + (f" with {', '.join(given)}" if given else "")


def _claim(of: Subject, match: Match, expected: bool) -> Claim:
    label = LineOf(of.line, Use.NAME.words)
    words = _said(of, match)
    try:
        line, against = _same(of, match.expression, label)
    except Untranslatable as reason:
        line = Line(label, 1, "", None, Status.UNKNOWN, because=str(reason), readable=words)
        return Claim(Use.NAME, "", words, line, expected)
    return Claim(Use.NAME, "", words, line, expected, None, against, of.partial)


def _same(of: Subject, right: int, label: LineOf) -> tuple[Line, tuple[str, ...]]:
    """Two formulas held against each other: in value, and where something is detached in them, in slope, too."""
    e = of.e
    value = Statement(term(e, of.whole), Relation.EQUAL, term(e, right))
    line, against = judged(of, value, label)
    if line.status is not Status.PROVED or not (e.has(of.whole, STOPPED) or e.has(right, STOPPED)):
        return line, against
    slope = Statement(t.Gradient(term(e, of.whole)), Relation.EQUAL, t.Gradient(term(e, right)))
    if proves(started(of), slope):
        return replace(line, notes=(*line.notes, "so are their gradients: proved, too")), against
    note = "of the values; that the gradients agree, with what is detached, was checked at sampled points"
    return replace(line, notes=(*line.notes, note)), against


def _refused(of: Subject, known: Sequence[int], name: str, parameters: tuple[int, ...]) -> Claim:
    """What is expected to have a name and has it not: with a counterexample, and with what would make it so."""
    label = LineOf(of.line, Use.NAME.words)
    e, exact = of.e, bool(parameters)
    found: list[Suggestion] = []
    right = next(each for each in LOSSES if each.name == name).build(e, *parameters) if exact else None
    for edit, slip, change in PARAMETERS:
        match = next(matches(e, of.whole, parameters or known, name, change, exact=exact, means=of.means), None)
        if match is not None and len(found) < 2:
            latex = formula(term(e, match.expression)).latex
            found.append(Suggestion(f"{edit}: now it is {_said(of, match)}", latex, slip, (0, 0)))
    for edit, slip, changed in changes(e, of.whole):
        match = next(matches(e, changed, parameters or known, name, exact=exact, means=of.means), None)
        if match is not None and len(found) < 2:
            latex = f"{formula(term(e, changed)).latex} = {formula(term(e, match.expression)).latex}"
            found.append(Suggestion(f"{edit}: it is {_said(of, match)}", latex, slip, (0, 0)))
            right = match.expression if right is None else right
    if right is None:
        right = _usual(of, known, name)
    if right is None:
        line = Line(label, 1, "", None, Status.UNKNOWN, because=f"{name} is made of other things", readable=name)
        return Claim(Use.NAME, "", name, line, True)
    line, against = _compared(of, right, label)
    return Claim(Use.NAME, "", name, replace(line, suggestions=tuple(found)), True, None, against, of.partial)


def _compared(of: Subject, right: int, label: LineOf) -> tuple[Line, tuple[str, ...]]:
    """Two formulas that are not the same: in value, or where only their slopes differ, in slope."""
    value = Statement(term(of.e, of.whole), Relation.EQUAL, term(of.e, right))
    if not proves(started(of), value):
        return judged(of, value, label)
    return judged(of, Statement(t.Gradient(value.left), Relation.EQUAL, t.Gradient(value.right)), label)


def _usual(of: Subject, known: Sequence[int], name: str) -> int | None:
    """The named formula with the first parameters there are."""
    named = next(each for each in LOSSES if each.name == name)
    if not _roles(of) <= named.roles or len(known) < len(named.parameters):
        return None
    return named.build(of.e, *known[: len(named.parameters)])


def _roles(of: Subject) -> set[str]:
    return {symbol.role for symbol in of.e.symbols(of.whole) if " " not in symbol.role}


# --- comparisons --------------------------------------------------------------------------------

_GAPS = (1.0, 2.0)
_TURNED = 0.1


def compared(of: Subject, known: Sequence[int]) -> tuple[list[Claim], list[str]]:
    """Where the loss of a comparison is least, and what turned labels do; in numbers where nothing is proved."""
    alone = margin(of.e, of.whole)
    if alone is None:
        return [], []
    numbers = [each for each in (*known, of.e.one) if (n := of.e.number_of(each)) is None or n > 0]
    found = _first(of, minima(alone, numbers), Use.MINIMISER)
    shares = [each for each in known if (n := of.e.number_of(each)) is None or 0 < n < Fraction(1, 2)]
    turned = _first(of, noise(alone, numbers, shares), Use.NOISE)
    notes = [] if found is not None else _not_proportional(of, alone)
    if turned is None:
        notes += _moved(of, alone)
    return [each for each in (found, turned) if each is not None], notes


def _first(of: Subject, asked: Iterator[Question], use: Use) -> Claim | None:
    for question in asked:
        line, against = judged(of, question.statement, LineOf(of.line, use.words))
        if line.status is Status.PROVED:
            return Claim(use, "", question.of, line, False, None, against, of.partial)
    return None


def _scalars(of: Subject) -> dict[Symbol, float]:
    return {
        Symbol(f"scalar {name}"): each.low + 0.3 * min(each.high - each.low, 1.0) for name, each in of.scalars.items()
    }


def _not_proportional(of: Subject, alone: Margin) -> list[str]:
    margins = [numbers_at(alone, 1 / (1 + math.exp(-gap)), _scalars(of)) for gap in _GAPS]
    if any(m is None for m in margins):
        return ["the mean loss of a comparison has no minimum: margins grow without bound, or fall"]
    shown = ", ".join(f"m = {m:.4g} where rewards differ by {gap:g}" for m, gap in zip(margins, _GAPS, strict=True))
    first, second = (m for m in margins if m is not None)
    if abs(second - 2 * first) <= 1e-6 * (1 + abs(first)):
        return [f"the mean loss is least at {shown}: in proportion, as far as these numbers go"]
    return [f"it does not recover differences of rewards: its mean is least at {shown}"]


def _moved(of: Subject, alone: Margin) -> list[str]:
    p = 1 / (1 + math.exp(-2.0))
    clean = numbers_at(alone, p, _scalars(of))
    noisy = numbers_at(alone, p * (1 - _TURNED) + (1 - p) * _TURNED, _scalars(of))
    if clean is None or noisy is None or abs(clean - noisy) <= 1e-9:
        return []
    return [f"with {_TURNED:.0%} of labels turned, where rewards differ by 2, it is least at m = {noisy:.4g}, "
            f"not {clean:.4g}"]  # fmt: skip
