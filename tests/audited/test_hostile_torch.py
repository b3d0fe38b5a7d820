"""Functions written to have something false said of them: what is said is right, or unknown. Needs torch."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")

import symkl
from symkl.auditing.report import Audit
from symkl.auditing.text import render_audit
from symkl.reporting.terminal import Look
from tests.audited.hostile import CASES, SOURCE, UNSAID, Case


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hostile") / "hostile.py"
    path.write_text(SOURCE)
    return path


def said(answer: Audit) -> str:
    return " ".join(render_audit(answer, Look(4000)).plain.split())


def test_there_are_enough_of_them() -> None:
    assert len({case.name for case in CASES}) >= 60


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_what_is_said_is_right(case: Case, file: Path) -> None:
    answer = symkl.audit(f"{file}:{case.name}", bind=case.bind, samplers=(case.sampler,), expect=case.expect)
    text = said(answer)
    assert answer.disagreements == ()
    assert [c.line.status.value for c in answer.claims if c.expected] == case.right.split(), text
    assert case.words in text


@pytest.mark.parametrize(("name", "bind", "words"), UNSAID, ids=[name for name, *_ in UNSAID])
def test_what_would_be_false_is_not_said(name: str, bind: dict[str, str], words: str, file: Path) -> None:
    assert words not in said(symkl.audit(f"{file}:{name}", bind=bind, samplers=("old",)))
