"""The state of a check is a value: what is tried in it leaves no trace."""

from __future__ import annotations

import pytest

from symkl.checking import lines, rows
from symkl.checking.document import check_text
from symkl.checking.report import Status
from symkl.checking.rows import check_row
from symkl.checking.state import Document, State
from symkl.checking.tilting import settle
from symkl.meaning.document import read

DERIVED = (
    r"L = \sum_y \pi(y|x) r(x,y) - \beta \sum_y \pi(y|x) \log \frac{\pi(y|x)}{\pi_{ref}(y|x)} - \lambda \left("
    r" \sum_y \pi(y|x) - 1 \right)",
    r"\frac{\partial L}{\partial \pi(y|x)} = r(x,y) - \beta \log \frac{\pi(y|x)}{\pi_{ref}(y|x)} - \beta - \lambda = 0",
    r"\pi(y|x) = \frac{\pi_{ref}(y|x) e^{r(x,y)/\beta}}{\sum_{y'} \pi_{ref}(y'|x) e^{r(x,y')/\beta}}",
)


def start(*texts: str) -> tuple[State, list]:
    proof = read("\n\n".join(f"$${text}$$" for text in texts))
    meant = settle(proof)
    return State.at_start(Document(proof, meant.context, meant.places)), list(enumerate(proof.rows))


def test_checking_a_row_gives_another_state_and_leaves_the_one_it_was_given() -> None:
    state, numbered = start(*DERIVED)
    for number, row in numbered[:2]:
        before = dict(vars(state.thread)), state.facts, state.rests_on
        _, after = check_row(state, number, row)
        assert (dict(vars(state.thread)), state.facts, state.rests_on) == before
        assert after.thread != state.thread
        state = after
    assert state.facts  # the first-order condition


def test_a_row_checked_twice_from_one_state_is_answered_twice_alike() -> None:
    state, numbered = start(*DERIVED)
    for number, row in numbered:
        first, after = check_row(state, number, row)
        again, _ = check_row(state, number, row)
        assert first == again
        state = after
    assert first.status is Status.PROVED


def test_what_a_condition_gives_is_known_from_that_row_on_and_not_before() -> None:
    state, numbered = start(*DERIVED)
    early, _ = check_row(state, *numbered[2])
    assert early.status is not Status.PROVED
    for number, row in numbered[:2]:
        _, state = check_row(state, number, row)
    late, _ = check_row(state, *numbered[2])
    assert late.status is Status.PROVED


def test_edits_that_are_tried_leave_nothing_behind() -> None:
    wrong = r"\log \pi^*(y|x) = \log \pi_{ref}(y|x) + \frac{r(x,y)}{\beta} + \log Z(x)"
    alone = check_text(f"$${wrong}$$", "a.md")
    assert alone.lines[0].suggestions
    state, numbered = start(wrong)
    _, after = check_row(state, *numbered[0])
    assert after.facts == state.facts == ()
    assert after.disagreements == ()


def test_known_facts_are_put_into_the_context_once() -> None:
    state, numbered = start(*DERIVED)
    for number, row in numbered[:2]:
        _, state = check_row(state, number, row)
    assert state.known.informed is state.known.informed
    assert state.known.and_also() is state.known
    assert set(state.known.informed.definitions) > set(state.context.definitions)


def test_another_reading_that_is_not_taken_costs_no_counterexample(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    line_of = lines.line_of
    monkeypatch.setattr(rows, "line_of", lambda *given: asked.append(1) or line_of(*given))
    text = r"$$\log \pi(y|x) \pi_{ref}(y|x) = \log \pi(y|x) - \log \pi_{ref}(y|x)$$"
    assert read(text).rows[0].readings
    assert check_text(text, "a.md").lines[0].status is Status.REFUTED
    assert len(asked) == 1
