"""The programs that score symkl: their changes are changes, their oracle sees a false tick, and what they found is mended."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from symkl import check_text
from symkl.checking.report import Status
from tests.many.writing import written
from tests.scores import mutating
from tests.scores.mutating import Mutant, false_ticks, outcome
from tests.scores.showing import shown
from tests.scores.spans import changes

DATA = Path(__file__).parents[2] / "docs" / "data"


def test_every_change_is_one_and_what_a_maximum_is_over_stays() -> None:
    row = r"\max_{\pi} \mathbb{E}_{y \sim \pi}[r(x,y)] - \beta \log \frac{\pi(y)}{Z(x)} \le 2"
    found = list(changes(row))
    assert {change.kind for change in found} >= {"sign", "relation", "temperature", "logarithm", "fraction", "partition", "reward", "optimum"}
    for change in found:
        assert row[: change.start] + change.new + row[change.stop :] != row
        assert change.start != row.index(r"\pi")


@pytest.mark.parametrize(("row", "said"), [
    (r"$$D_{KL}(p \| q) \ge 0$$", "proved"), (r"$$D_{KL}(p \| q) \ge 1$$", "refuted"), (r"$$\frac{$$", "unreadable"),
])
def test_what_became_of_a_mutant(row: str, said: str) -> None:
    assert outcome(check_text(row, "x.md"), 0) == said


def test_the_oracle_agrees_with_what_is_true_and_sees_what_is_false(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Mutant("x", 0, "", r"$$D_{KL}(p \| q) \ge 0$$", 2, "")
    assert false_ticks(right) == (0, 1)
    monkeypatch.setattr(mutating, "confirm", lambda statement, context, seed: [statement])
    assert false_ticks(right) == (1, 1)


def test_what_the_mutants_found() -> None:
    """A condition that was noted while conditions were looked through: an internal error."""
    row = r"\mathbb{E}_{(x,y_w,y_l)\sim D}\left[\log\left(1 + \exp(%s - r(x,y_w))\right)\right]"
    report = check_text(f"$$ {row % 'r(x, y_l)'} = {row % 'r(x, y)^2'} $$", "x.md")
    assert report.lines[0].status is not Status.PROVED and "internal error" not in report.lines[0].because


def test_documents_to_measure_with_are_all_different() -> None:
    texts = written(300)
    assert len(set(texts)) == 300 and written(300) == texts


@pytest.mark.parametrize("name", ["mutate", "complete", "many"])
def test_what_is_written_down_has_no_false_tick_and_is_shown(name: str, tmp_path: Path) -> None:
    data = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    assert data.get("false_ticks", 0) == 0
    (tmp_path / f"{name}.json").write_text(json.dumps(data))
    lines = list(shown(tmp_path))
    assert len(lines) > 3 and any(f"{data.get('tried', data.get('documents')):,}" in line for line in lines)
