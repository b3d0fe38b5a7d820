"""What a page asks who guesses its steps: the page's own answer is accepted, and a wrong one is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status
from symkl.derivations.loading import load
from symkl.sphinx.guessing import asked, document

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["lagrangian", "kl_rewriting", "gibbs", "donsker_varadhan"])
def test_the_pages_own_answer_follows_and_its_double_does_not(name: str) -> None:
    found = asked(load(ROOT / "derivations" / f"{name}.py"))
    steps = found["steps"]
    open_ = [n for n, each in enumerate(steps) if each["asked"]]
    assert len(open_) >= 5
    for n in open_[:4]:
        before, step = [each["row"] for each in steps[:n]], steps[n]
        right = check_text(document(found["head"], [*before, step["row"]]), "guess.md").lines[-1]
        assert right.status is Status.PROVED, step
        if step["relation"] == "=" and "arg" not in step["left"] and step["row"][-1] != "0":
            answer = step["row"].split("=", 1)[1]
            wrong = f"{step['left']} = 2 \\left( {answer} \\right) + 1"
            line = check_text(document(found["head"], [*before, wrong]), "guess.md").lines[-1]
            assert line.status is not Status.PROVED, wrong


def test_a_step_gives_the_side_that_is_there_and_no_more() -> None:
    for step in asked(load(ROOT / "derivations" / "lagrangian.py"))["steps"]:
        assert step["row"].startswith(step["left"])
        if not step["asked"]:
            assert step["left"] == step["relation"] == ""
