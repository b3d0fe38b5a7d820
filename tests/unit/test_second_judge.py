"""The table of the second judge: what is begun first, what stands where, what is a refusal, and what pages say of it."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from docutils import nodes

from symkl.batch import Job, Missing, certified
from symkl.checking.report import Report
from symkl.rocq.documents import exported
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


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Any]:
    """What the site says of the steps of a derivation, by what the table says of its ticks."""
    spec = importlib.util.spec_from_file_location("second_judge", ROOT / "docs" / "_extensions" / "second_judge.py")
    assert spec is not None and spec.loader is not None
    extension = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(extension)
    derivation = tmp_path / "derivations" / "gibbs.py"
    derivation.parent.mkdir()
    shutil.copy(ROOT / "derivations" / derivation.name, derivation)
    of = exported(_checked(derivation))

    def made(change: Callable[[list[dict[str, Any]]], None]) -> tuple[list[str], str]:
        rows = [{**row(), "line": tick.line, "law": tick.law} for tick in of.ticks]
        change(rows)
        extension.FILE = tmp_path / "docs" / "data" / "second-judge.json"
        extension.FILE.parent.mkdir(parents=True, exist_ok=True)
        data = {"rocq": "8.16", "commit": "c" * 40, "documents": [{"file": f"derivations/{derivation.name}", "rows": rows}]}
        extension.FILE.write_text(json.dumps(data), "utf-8")
        steps = [nodes.list_item("", classes=["symkl-step"]) for _ in _checked(derivation).lines]
        doctree = nodes.section("", nodes.bullet_list("", *steps))
        env = SimpleNamespace(docname=f"derivations/{derivation.stem}", note_dependency=lambda path: None)
        extension.on_derivations(SimpleNamespace(env=env, outdir=str(tmp_path / "html")), doctree)
        for link in doctree.findall(nodes.reference):
            assert (tmp_path / "html" / "derivations" / link["refuri"]).resolve().is_file()
        assert len(list(doctree.findall(nodes.reference))) == 2
        proved = {tick.row for tick in of.ticks}
        return [steps[i].astext() for i in sorted(proved)], doctree.astext()

    yield made


def _checked(path: Path) -> Report:
    report = certified(Job(str(path)))
    assert not isinstance(report, Missing)
    return report


def test_each_step_says_what_rocq_said_of_it_and_links_what_it_was_shown(page: Any) -> None:
    said, whole = page(lambda rows: None)
    assert len(said) > 1 and set(said) == {"Re-checked by Rocq 8.16."}
    assert f"Rocq 8.16 accepted {len(said)} of the {len(said)} steps that are proved, at the commit cccccccccccc." in whole


def test_a_step_that_was_refused_or_has_changed_is_not_said_to_be_accepted(page: Any) -> None:
    said, whole = page(lambda rows: rows[0].update(accepted=False))
    assert said[0] == "Rocq 8.16 did not accept the proof of it." and "Re-checked by Rocq 8.16." not in said[0]
    assert f"accepted {len(said) - 1} of the {len(said)} steps" in whole
    said, whole = page(lambda rows: rows[-1].update(line=rows[-1]["line"] + 1))
    assert said[-1] == "" and "1 has changed since, and was not put to it again." in whole
    assert f"accepted {len(said) - 1} of the {len(said)} steps" in whole
