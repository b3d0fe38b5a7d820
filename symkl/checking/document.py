"""A proof through the kernel, the refuter and the repairer: where they meet, and a report comes out.

Every row is held against the last row that stood. What the kernel proves is proved, and looked
at again by the guard; what it does not prove is searched for a counterexample; what is refuted
is searched for an edit that mends it. What neither side can settle is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import symkl.language.terms as t
from symkl.checking.advising import Rows, advised
from symkl.checking.claiming import broken_line, claim_of, goal_of
from symkl.checking.report import Claim, Line, Overall, Report, Status
from symkl.checking.rows import check_row
from symkl.checking.shown import Shown, reach
from symkl.checking.sizing import Earlier, measured
from symkl.checking.state import BUDGET, Document, State
from symkl.checking.tilting import Settled, settle
from symkl.checking.understood import understood
from symkl.language.loading import Load, nothing
from symkl.language.proof import Proof, Row
from symkl.language.writing import formula
from symkl.meaning.document import read
from symkl.proving.problems import problem


def check_text(
    text: str, file: str, *, claim: str | None = None, budget: int = BUDGET, load: Load = nothing,
    context: Sequence[str] = (),
) -> Report:  # fmt: skip
    r"""Check a document and report on every row of it.

    ``claim``: the theorem to reach, instead of the document's own. ``budget``: kernel steps for
    one question. ``load`` fetches what ``\input`` puts in (:func:`symkl.beside.loader`); without it, nothing is.
    ``context``: directives that hold before the document begins, such as ``"tau > 0"``.
    Requires: text, of any content; nothing in it makes this raise.

    >>> report = check_text(r"$$D_{KL}(p \| q) \ge 0$$", "gibbs.md", claim="gibbs")
    >>> report.verdict.value, report.claim.met
    ('proved', True)
    """
    return check(read(text, file, load, context), file, claim=claim, budget=budget)


def check(proof: Proof, file: str, *, claim: str | None = None, budget: int = BUDGET) -> Report:
    """Check a proof that has been read."""
    meant = settle(proof)
    steps = _steps(proof, meant, budget)
    lines = [line for _, line, _, _ in steps]
    if proof.most_laws is not None:
        said = list(_equations([each for each in reach(steps).shown if each.proved and _is_equation(each)]))
        lines = [measured(line, proof.most_laws, [each for each in said if each.line < line.line]) for line in lines]
    state = steps[-1][3] if steps else State.at_start(Document(proof, meant.context))
    if any(line.status is Status.PROVED for line in lines):
        state = state.resting_on(*map(_usual, meant.usual))
    name = claim or proof.claim
    met = None if name is None else _claimed(proof, steps, state, name, budget)
    if name is None and proof.goal is not None:
        met = goal_of(reach(steps), lines, proof.goal, proof.reread(proof.goal))
    return Report(
        file,
        _overall(lines, met, proof),
        met,
        tuple(lines),
        tuple(dict.fromkeys(state.rests_on)),
        state.disagreements,
        proof.troubles,
        proof.not_checked,
        understood(proof, meant, state),
        proof.most_laws,
    )


def _is_equation(row: Shown) -> bool:
    """Whether it says that two sides are one thing, of which no problem is one: its value is not its solution."""
    plain = all(problem(each) is None for each in (row.statement.left, row.statement.right))
    return plain and row.statement.relation in t.EQUATIONS


def _equations(rows: Sequence[Shown]) -> Iterator[Earlier]:
    """Each equation that was proved, and for a row that goes on from another what the two say together."""
    whole: t.Statement | None = None
    for row in rows:
        yield Earlier(row.statement, row.line)
        if whole is not None and row.statement.left == whole.right:
            whole = replace(row.statement, left=whole.left)
            yield Earlier(whole, row.line)
        else:
            whole = row.statement


Steps = list[tuple[Row, Line, State, State]]
"""Every row with its line, and the states before and after it."""


def _steps(proof: Proof, meant: Settled, budget: int) -> Steps:
    unstated = frozenset(each.symbol for each in meant.usual)
    document = Document(proof, meant.context, meant.places, meant.meanings, meant.of_rows, budget, unstated=unstated)
    state = State.at_start(document)
    steps: Steps = []
    for index, row in enumerate(proof.rows):
        line, after = _safely(state, index, row)
        steps.append((row, line, state, after))
        state = after
    return steps


ROWS = 200
"""In a longer document nobody looks for the rows that would meet its claim: that takes a check for each try."""


def _claimed(proof: Proof, steps: Steps, state: State, name: str, budget: int) -> Claim:
    """Whether the document meets its claim; where it does not, and nothing in it is broken, with rows that would."""
    document = reach(steps)
    found = claim_of(document, [line for _, line, _, _ in steps], name)
    broken = broken_line([line for _, line, _, _ in steps])
    if found.met or broken is not None or len(proof.rows) > ROWS or state.parts is None:
        return found

    def meets(rows: Rows) -> bool:
        longer = proof.longer(rows)
        if longer is None:
            return False
        tried = _steps(longer, settle(longer), budget)
        return claim_of(reach(tried), [line for _, line, _, _ in tried], name).met

    taken = {*state.context.definitions, *(fact.symbol for fact in state.facts)}
    return replace(found, rows=advised(name, state.parts, document.alphabet, taken, meets))


def _safely(state: State, index: int, row: Row) -> tuple[Line, State]:
    """The row checked; a bug of ours met on the way costs this row its answer and no other row anything."""
    try:
        return check_row(state, index, row)
    except Exception as error:
        because = f"internal error ({type(error).__name__}): this is a bug in symkl, please report it with this row"
        line = Line(row.line, row.column, row.written, None, Status.UNKNOWN, because=because, readable=row.readable)
        return line, state.under_a_heading() if row.heading else state


def _usual(definition: t.Definition) -> str:
    """A symbol that no row states, with the meaning it was given, in words."""
    outcomes, given = definition.parameters[:-1], definition.parameters[-1:]
    head = t.Apply(definition.symbol, tuple(v for v in outcomes if isinstance(v, t.Variable)), given)
    return f"{formula(head).text} = {formula(definition.body).text}, its usual meaning"


def _overall(lines: list[Line], claim: Claim | None, proof: Proof) -> Overall:
    found = {line.status for line in lines}
    if Status.REFUTED in found:
        return Overall.REFUTED
    if Status.UNREADABLE in found or proof.troubles or not lines:
        return Overall.UNREADABLE
    if Status.UNKNOWN in found:
        return Overall.UNKNOWN
    if Status.SKIPPED in found:
        return Overall.INCOMPLETE  # what nobody has judged is not proved, whoever asked for that
    if proof.most_laws is not None and any(len(line.laws) > proof.most_laws for line in lines):
        return Overall.INCOMPLETE
    if (claim is not None and not claim.met) or Status.PROVED not in found:
        return Overall.INCOMPLETE  # what claims nothing, or only assumes, proves nothing
    if any(each.shown for each in proof.not_checked):
        return Overall.INCOMPLETE  # a reader sees a formula there, and nobody has read it
    return Overall.PROVED
