"""The table of the second judge: what is begun first, what stands where, and what is a refusal."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from tests.second_judge import judging
from tests.second_judge.judging import ROOT, Asked, judged_documents, longest_first, name_of, said_by_coqchk
from tests.second_judge.table import Document, Row, refused

SHORT, LONG, NEW = (ROOT / "docs" / "proofs" / f"{name}.md" for name in ("short", "long", "new"))


def row(seconds: float = 0.0, *, exported: bool = True, accepted: bool = True) -> Row:
    return {
        "line": 1, "law": "identity", "exported": exported, "accepted": accepted, "defined": True, "modelled": True,
        "seconds": seconds, "why": "",
    }  # fmt: skip


def of(path: Path, *rows: Row, refuted: tuple[Row, ...] = ()) -> Document:
    return {"file": name_of(path), "commit": "", "rows": list(rows), "refuted": list(refuted)}


def test_what_takes_long_is_begun_first_and_what_nobody_knows_before_it() -> None:
    """Were the longest begun last, one worker would be at it while the others have nothing to do."""
    before = [of(SHORT, row(1.0), row(2.0)), of(LONG, row(1.0), refuted=(row(3.0),))]
    assert longest_first([SHORT, LONG, NEW], before) == [NEW, LONG, SHORT]


def test_documents_stand_in_the_table_in_their_own_order(monkeypatch: pytest.MonkeyPatch) -> None:
    begun: list[Path] = []

    def begin(work: Any, path: Path, asked: Asked) -> Future[Any]:
        begun.append(path)
        future: Future[Any] = Future()
        future.set_result(None if path == NEW else of(path, row()))
        return future

    found = judged_documents(begin, [SHORT, NEW, LONG], [of(SHORT, row(1.0)), of(LONG, row(2.0))], Asked("commit"))
    assert begun == [NEW, LONG, SHORT]
    assert [each["file"] for each in found] == [name_of(SHORT), name_of(LONG)]


def test_a_document_without_a_tick_does_not_stand_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "judge", lambda *_: pytest.fail("there is nothing to judge"))
    (tmp_path / "prose.md").write_text("No formula.\n", "utf-8")
    assert judging.document(tmp_path / "prose.md", Asked("commit")) is None
    assert judging.document(tmp_path / "not there.md", Asked("commit")) is None


COQCHK = """
CONTEXT SUMMARY
===============

* Theory: Set is predicative

* Axioms:
    Coq.Reals.ClassicalDedekindReals.sig_forall_dec
    Coq.Logic.FunctionalExtensionality.functional_extensionality_dep{}

* Constants/Inductives relying on type-in-type: <none>
"""
"""As coqchk 8.16 says it."""


def test_coqchk_is_held_against_the_axioms_that_are_allowed() -> None:
    assert said_by_coqchk(COQCHK.format("")) == "accepted"
    assert said_by_coqchk(COQCHK.format("\n    Rows.note_proofs.trust_me")) == "it rests on Rows.note_proofs.trust_me"


def test_whatever_is_refused_fails_the_run() -> None:
    """A tick, the counterexample to a refuted row, a random tick, the library; what is not exported is no refusal."""
    bad = row(accepted=False)
    unshown = row(exported=False, accepted=False)
    assert not refused({"documents": [of(SHORT, row(), unshown)], "library": "accepted", "random": {"left": [unshown]}})
    assert refused({"documents": [of(SHORT, row(), bad)]})
    assert refused({"documents": [of(SHORT, refuted=(bad,))]})
    assert refused({"documents": [], "random": {"left": [{"exported": True, "why": "no"}]}})
    assert refused({"documents": [], "library": "it rests on Rows.note_proofs.trust_me"})
