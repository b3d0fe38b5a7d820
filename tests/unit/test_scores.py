"""The programs that score symkl: their changes are changes, their oracle sees a false tick, and what they found is mended."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from symkl import check_text
from symkl.checking.report import Status
from tests.many.writing import written
from tests.scores import oracle
from tests.scores.__main__ import main
from tests.scores.judging import Answer, Original
from tests.scores.mutating import Mutant, judged, mutants, outcome, pairs, sampled
from tests.scores.running import Limits, answered
from tests.scores.showing import shown
from tests.scores.sources import documents
from tests.scores.spans import changes

DATA = Path(__file__).parents[2] / "docs" / "data"


def test_every_change_is_one_and_what_a_maximum_is_over_stays() -> None:
    row = r"\max_{\pi} \mathbb{E}_{y \sim \pi}[r(x,y)] - \beta \log \frac{\pi(y)}{Z(x)} \le 2"
    found = list(changes(row))
    assert {change.kind for change in found} >= {
        "sign", "relation", "temperature", "logarithm", "fraction", "partition", "reward", "optimum", "term dropped",
        "term doubled", "term added", "expectation", "number",
    }  # fmt: skip
    assert len({(change.start, change.stop, change.new) for change in found}) == len(found)
    for change in found:
        assert row[: change.start] + change.new + row[change.stop :] != row
        assert change.start != row.index(r"\pi")


def test_a_term_of_a_sum_goes_with_its_sign_and_the_only_one_stays() -> None:
    row = r"a - \frac{b + c}{d} = e"
    dropped = [row[: c.start] + c.new + row[c.stop :] for c in changes(row) if c.kind == "term dropped"]
    assert dropped == [r"a - \frac{+ c}{d} = e", r"a - \frac{b }{d} = e", r"- \frac{b + c}{d} = e", "a = e"]
    assert not any(c.kind == "term dropped" for c in changes("a = b"))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (r"$$D_{KL}(p \| q) \ge 0$$", "proved"),
        (r"$$D_{KL}(p \| q) \ge 1$$", "refuted"),
        (r"$$\frac{$$", "unreadable"),
    ],
)
def test_what_became_of_a_mutant(row: str, said: str) -> None:
    assert outcome(check_text(row, "x.md"), 0) == said
    original = Original("x", "$$D_{KL}(p \\| q) \\ge 2 - 2$$")
    assert original.changed(row, 0).outcome == said


def test_a_row_judged_alone_has_the_answer_of_a_whole_check() -> None:
    """What makes it cheap changes no answer: the state before a row, kept, is that of a check from the beginning."""
    texts = dict(documents())
    for mutant in Random(5).sample(list(mutants()), 25):
        report = check_text(mutant.of(texts[mutant.document]), f"{mutant.document}.md")
        assert judged([mutant])[0].outcome == outcome(report, mutant.row), mutant


def test_a_definition_that_is_changed_is_judged_by_the_rows_behind_it() -> None:
    text = "$$f(x) = 2 x^2$$\n\n$$f(x) = x^2 + x^2$$\n\n$$f(x) - x^2 = x^2$$\n"
    original = Original("x", "<!-- symkl: x scalar -->\n" + text)
    changed = original.text.replace("2 x^2", "3 x^2", 1)
    assert original.changed(original.text, 0).outcome == "assumed"
    assert original.changed(changed, 0).outcome == "refuted"


def test_the_oracle_agrees_with_what_is_true_and_sees_what_is_false(monkeypatch: pytest.MonkeyPatch) -> None:
    text = r"$$D_{KL}(p \| q) \ge 0$$"
    original = Original("x", text)
    assert original.changed(text, 0) == Answer("proved", met=1, same=True)
    assert original.changed(text.replace("0", "-1"), 0) == Answer("proved", met=1)
    monkeypatch.setattr(oracle, "confirm", lambda statement, context, **options: [statement])
    assert original.changed(text.replace("0", "-1"), 0) == Answer("proved", wrong=1, met=1)


def test_problems_of_one_value_are_held_against_that_and_those_of_one_optimiser_against_it() -> None:
    """min KL(π‖p) and min KL(π‖q) are both 0, at p and at q."""
    p, q = (rf"\min_\pi KL(\pi \| {name})" for name in ("p", "q"))
    text = f"$$ {p} $$\n\n$$ = {q} $$\n"
    original = Original("x", text)
    assert original.changed(text.replace(q, r"\min_\pi (2 KL(\pi \| q))"), 1) == Answer("proved", met=1)
    assert original.changed(text.replace(q, r"\min_\pi (KL(\pi \| p) + 1)"), 1) == Answer("proved", met=1)
    assert original.changed(text.replace(q, r"\min_\pi (KL(\pi \| q) + 1)"), 1).outcome == "refuted"


def test_pairs_change_two_spans_that_do_not_overlap_and_are_all_new() -> None:
    singles = [each for each in mutants() if each.document == "kl-1"]
    found = list(pairs(singles, 50, 3))
    assert len({each.new for each in found}) == 50 == len(found)
    assert not {each.new for each in found} & {each.new for each in singles}
    assert found == list(pairs(singles, 50, 3)) != list(pairs(singles, 50, 4))


def test_chunks_hold_every_mutant_once_and_one_document_each() -> None:
    some = [Mutant(document, row, "", 0, "", "") for document in "ab" for row in range(7)]
    chunks = sampled(some, 3, 0)
    assert sorted((each.document, each.row) for chunk in chunks for each in chunk) == [
        (m.document, m.row) for m in some
    ]
    assert all(len({each.document for each in chunk}) == 1 and len(chunk) <= 3 for chunk in chunks)


def _double(numbers: list[int]) -> list[int]:
    return [2 * each for each in numbers]


def test_a_stopped_run_goes_on_and_a_run_of_something_else_begins_anew(tmp_path: Path) -> None:
    chunks = [[i, i + 1] for i in range(5)]
    kept = tmp_path / "in" / "kept.jsonl"
    limits = Limits(1, kept=kept)
    first = answered(chunks, _double, limits, "a", lambda i: 2)
    some = dict([next(first), next(first)])
    first.close()
    kept.write_text(kept.read_text() + "[4, [8,")  # stopped while it wrote
    whole = dict(answered(chunks, _double, limits, "a", lambda i: 2))
    assert whole == {i: _double(chunk) for i, chunk in enumerate(chunks)} and some.items() <= whole.items()
    assert dict(answered(chunks, _double, limits._replace(seconds=0.0), "a", lambda i: 2)) == whole
    assert not dict(answered(chunks, _double, limits._replace(seconds=-1.0), "b", lambda i: 2))


def test_what_the_mutants_found() -> None:
    """A condition that was noted while conditions were looked through: an internal error."""
    row = r"\mathbb{E}_{(x,y_w,y_l)\sim D}\left[\log\left(1 + \exp(%s - r(x,y_w))\right)\right]"
    report = check_text(f"$$ {row % 'r(x, y_l)'} = {row % 'r(x, y)^2'} $$", "x.md")
    assert report.lines[0].status is not Status.PROVED and "internal error" not in report.lines[0].because


def test_documents_to_measure_with_are_all_different() -> None:
    texts = written(300)
    assert len(set(texts)) == 300 and written(300) == texts


def test_a_small_run_says_how_many_with_what_seed_and_in_how_long(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mutate", "--count", "12", "--jobs", "1", "--seed", "2"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["tried"] == 12 == sum(found["outcomes"].values()) and found["seed"] == 2 and found["seconds"] > 0
    assert found["commit"] is not None and found["false_ticks"] == 0


@pytest.mark.parametrize("name", ["mutate", "complete", "many"])
def test_what_is_written_down_has_no_false_tick_and_is_shown(name: str, tmp_path: Path) -> None:
    data = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    assert data.get("false_ticks", 0) == 0
    (tmp_path / f"{name}.json").write_text(json.dumps(data))
    lines = list(shown(tmp_path))
    assert len(lines) > 3 and any(f"{data.get('tried', data.get('documents')):,}" in line for line in lines)
