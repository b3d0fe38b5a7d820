"""What becomes of a row that was changed: it is judged where it stands, without the rows before it being judged again.

A document is read whole, as always, for what a row means may hang on any other. Where the rows before the changed one
and all that symbols mean there are as they were, the state before it is the one that was found once. Nothing is
suggested of what is refuted, and nothing is written: that takes most of the time of a check.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

from symkl.checking.report import Status
from symkl.checking.rows import JudgedRow, judged_row
from symkl.checking.state import BUDGET, Document, Judged, State
from symkl.checking.tilting import Settled, settle
from symkl.kernel.verdict import Proved
from symkl.language.proof import Proof
from symkl.language.terms import Relation
from symkl.language.verdict import Scope, Unknown
from symkl.meaning.document import read
from tests.scores.oracle import NOTHING, Told, told


class Answer(NamedTuple):
    """What became of a changed row: the status of the row, ``refuted`` where any row is, and of what else went wrong.

    ``why``: of an unknown, in words. ``wrong``, ``met``: of its statements, how many a certified computation excludes,
    and how many it could; ``same``: whether they are, word for word, what stood there before.
    """

    outcome: str
    why: str = ""
    wrong: int = 0
    met: int = 0
    same: bool = False

    @property
    def told(self) -> str:
        """What is known of the row besides."""
        if self.same:
            return "the same statement"
        if self.wrong:
            return "false by balls"
        return "true by balls at random problems, and policies" if self.met else "not to be told by a computation"


@dataclass(frozen=True)
class Original:
    """A document that is right, with the states before its rows."""

    name: str
    text: str

    @cached_property
    def read(self) -> tuple[Proof, Settled]:
        """What is read of it."""
        return _read(self.text, self.name)

    @cached_property
    def document(self) -> Document:
        """What is checked."""
        return _document(*self.read)

    @cached_property
    def rows(self) -> tuple[list[State], list[JudgedRow]]:
        """The state before each row, and what became of it."""
        return _judged(State.at_start(self.document), self.read[0], 0)

    def changed(self, text: str, row: int) -> Answer:
        """What becomes of the document with another text at one row."""
        proof, settled = _read(text, self.name)
        if len(proof.rows) != len(self.read[0].rows):
            return Answer("unreadable")
        if _before(proof, settled, row) == _before(*self.read, row):
            # The context is the same object: what was found of normal forms under it serves again.
            document = replace(self.document, proof=proof)
            if settled.meanings != self.read[1].meanings or settled.places != self.read[1].places:
                document = _document(proof, settled)
            state = replace(self.rows[0][row], document=document)
        else:
            state = _judged(State.at_start(_document(proof, settled)), proof, 0, row)[0][-1]
        return self._answer(state, proof, row)

    def _answer(self, state: State, proof: Proof, row: int) -> Answer:
        before = state.at_row(row)
        own = judged_row(state, row, proof.rows[row])
        if own.behind.disagreements:
            return Answer("disagreement")
        if own.status in (Status.REFUTED, Status.UNREADABLE):
            return Answer(own.status.value)
        state = own.behind
        for index in range(row + 1, len(proof.rows)):
            after = judged_row(state, index, proof.rows[index])
            if after.status is Status.REFUTED:
                return Answer("refuted")
            state = after.behind
        if own.status is Status.PROVED:
            found = [_of_a_proof(each, before) for each in own.links or ()]
            same = _said(own) == _said(self.rows[1][row])
        else:
            found, same = [_of_the_rest(each, before) for each in own.links or ()], False
        wrong, met = sum(each.wrong for each in found), sum(each.met for each in found)
        return Answer(own.status.value, _why(own), wrong, met, same)


def _read(text: str, name: str) -> tuple[Proof, Settled]:
    proof = read(text, f"{name}.md")
    return proof, settle(proof)


def _document(proof: Proof, settled: Settled) -> Document:
    return Document(proof, settled.context, settled.places, settled.meanings, settled.of_rows, BUDGET)


def _judged(state: State, proof: Proof, start: int, stop: int | None = None) -> tuple[list[State], list[JudgedRow]]:
    """The states before the rows from one to another, and before that; and what became of them."""
    states, found = [state], list[JudgedRow]()
    for index in range(start, len(proof.rows) if stop is None else stop):
        found.append(judged_row(states[-1], index, proof.rows[index]))
        states.append(found[-1].behind)
    return states, found


def _before(proof: Proof, settled: Settled, row: int) -> tuple[Any, ...]:
    """All that rows before one are judged by."""
    return (
        proof.rows[:row], settled.meanings, settled.of_rows, [place for place in settled.places if place[0] < row],
        proof.opaque, [each for each in proof.asides if each.row < row], proof.again, proof.context, proof.parts,
    )  # fmt: skip


def _said(found: JudgedRow) -> list[Any]:
    """What a row says, and of what."""
    links = [each.statement for each in found.links or ()]
    return [links, [each.context for each in certificates(found)]]


def _why(found: JudgedRow) -> str:
    verdicts = [each.verdict for each in found.links or ()]
    return next((each.reason for each in verdicts if isinstance(each, Unknown) and each.reason), "")


def _of_a_proof(judged: Judged, before: State) -> Told:
    """What computations say of a statement that was proved, with what rows before have established put in.

    What rests on such a row and is excluded is not told: the row may tie what is free in the problems that are tried.
    """
    verdict = judged.verdict
    if judged.status is not None or not isinstance(verdict, Proved) or verdict.certificate is None:
        return NOTHING
    known, context = before.known.informed.definitions, verdict.certificate.context
    more = {name: each for name, each in known.items() if name not in context.definitions}
    context = replace(context, definitions={**context.definitions, **more}) if more else context
    statement = verdict.certificate.statement
    values = verdict.scope is Scope.VALUE and statement.relation is Relation.EQUAL
    found = told(statement, context, (*before.given, *before.thread.given), values=values)
    return NOTHING if found.wrong and verdict.relied_on else found


def _of_the_rest(judged: Judged, before: State) -> Told:
    """What computations say of a statement that is unknown; of ``<`` nothing, which may fail at equality alone."""
    if judged.status is not None or not isinstance(judged.verdict, Unknown):
        return NOTHING
    if judged.statement.relation in (Relation.LESS, Relation.GREATER):
        return NOTHING
    return told(judged.statement, before.known.informed, (*before.given, *before.thread.given))


def certificates(found: JudgedRow) -> Sequence[Any]:
    """What the kernel showed of a row."""
    verdicts = [each.verdict for each in found.links or () if each.status is None]
    return [each.certificate for each in verdicts if isinstance(each, Proved) and each.certificate is not None]
