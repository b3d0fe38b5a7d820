"""Whole reports, pinned as a user sees them: the proofs in docs/proofs, and malformed input.

After a change that is meant: ``SYMKL_UPDATE_GOLDEN=1 python -m pytest tests/golden``, and read
the difference as prose before it is committed.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Overall, Report, Status
from symkl.derivations import rendering
from symkl.reporting import json
from symkl.reporting.terminal import Look, render
from tests.book import page

HERE = Path(__file__).parent
PROOFS = sorted((HERE.parents[1] / "docs" / "proofs").glob("*.md"))
SHOWN = ("lagrangian", "limits", "best_of_n")  # a condition; limits and premises; what is carried
MALFORMED = sorted((HERE / "malformed").glob("*.md"))

pytestmark = pytest.mark.golden


def pinned(file: Path, printed: str) -> None:
    """Assert that a report reads as it did, or write it down anew."""
    if os.environ.get("SYMKL_UPDATE_GOLDEN"):
        file.write_text(printed)
    assert file.exists(), f"{file.name} is missing: see the head of this test for how to make it"
    assert printed == file.read_text()


@cache
def report(proof: Path) -> Report:
    """What symkl says of a proof, asked once."""
    return check_text(proof.read_text(), proof.name)


def shown(proof: Path, width: int) -> str:
    return "\n".join(line.rstrip() for line in render(report(proof), Look(width, "utf-8")).plain.split("\n")) + "\n"


@pytest.mark.parametrize("proof", PROOFS, ids=lambda path: path.stem)
def test_the_report_of_a_proof_at_80_columns(proof: Path) -> None:
    pinned(HERE / "proofs" / f"{proof.stem}.txt", shown(proof, 80))


@pytest.mark.parametrize("proof", PROOFS, ids=lambda path: path.stem)
def test_the_report_of_a_proof_as_json(proof: Path) -> None:
    pinned(HERE / "proofs" / f"{proof.stem}.json", json.dumps([report(proof)]) + "\n")


@pytest.mark.parametrize("name", SHOWN)
def test_a_derivation_as_a_page(name: str) -> None:
    derivation = page(name)
    pinned(HERE / "derivations" / f"{name}.txt", rendering.text(derivation, 80))
    pinned(HERE / "derivations" / f"{name}.md", rendering.markdown(derivation))


@pytest.mark.parametrize("proof", PROOFS, ids=lambda path: path.stem)
def test_the_same_input_gives_the_same_report(proof: Path) -> None:
    assert check_text(proof.read_text(), proof.name) == report(proof)


def test_the_published_note_is_refuted_and_everything_else_is_proved() -> None:
    verdicts = {proof.stem: report(proof).verdict for proof in PROOFS}
    assert verdicts.pop("note-on-ppo") is Overall.REFUTED
    assert set(verdicts.values()) == {Overall.PROVED}


def test_the_note_says_what_is_wrong_with_its_last_row() -> None:
    proof = next(path for path in PROOFS if path.stem == "note-on-ppo")
    *before, last = report(proof).lines
    assert not [line for line in before if line.status in (Status.REFUTED, Status.UNKNOWN, Status.UNREADABLE)]
    assert sum("mean the same" in note for line in before for note in line.notes) == 3
    assert any("plus β log z(x)" in note for note in before[4].notes)
    assert last.status is Status.REFUTED
    assert "largest where the row before is smallest" in last.residual_words
    assert any("-\\beta D_" in suggestion.latex for suggestion in last.suggestions)


def test_there_are_enough_malformed_inputs() -> None:
    assert len(MALFORMED) >= 25


@pytest.mark.parametrize("document", MALFORMED, ids=lambda path: path.stem)
def test_what_is_said_of_malformed_input(document: Path) -> None:
    pinned(document.with_suffix(".txt"), shown(document, 80))
