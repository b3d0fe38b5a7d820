"""The exercises: each can be done, none is done already, and nobody is taken in by a worksheet that claims less."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status
from symkl.cli import main
from symkl.cli.grade import cell, exercise_of
from symkl.exercises.exercise import BadExercise, exercise
from symkl.exercises.grading import grade
from symkl.exercises.shelf import LADDERS, exercises
from symkl.teaching.slips import SLIPS

EXERCISES = exercises()


def test_there_are_enough_on_each_ladder() -> None:
    assert len(EXERCISES) >= 24
    assert {each.ladder for each in EXERCISES.values()} == set(LADDERS)
    for ladder in LADDERS:
        rungs = [int(name.rpartition("-")[2]) for name, each in EXERCISES.items() if each.ladder == ladder]
        assert rungs == list(range(1, len(rungs) + 1)) and len(rungs) >= 4
    assert len({each.title for each in EXERCISES.values()}) == len(EXERCISES)


@pytest.mark.parametrize("name", EXERCISES)
def test_the_solution_solves_it_and_the_worksheet_does_not(name: str) -> None:
    asked = EXERCISES[name]
    assert "**To show:**" in asked.given and "at most" in asked.given
    solved = grade(asked, asked.solved, f"{name}.md")
    assert solved.solved and not solved.why and solved.reached and solved.rows > 0, solved.why
    before = grade(asked, asked.worksheet, f"{name}.md")
    assert not before.solved and before.why
    assert len({*asked.hints}) == 3


@pytest.mark.parametrize(("name", "leap"), [
    ("optimum-6", r"\max_{\pi} \; \mathbb{E}_{y \sim \pi}[r(x, y)] - \beta D_{\text{KL}}(\pi \| \pi_{\text{ref}}) = \beta \log Z(x)"),
    ("dpo-5", r"\nabla_\theta \left( - \log \sigma\left( \beta \log \frac{\pi_\theta(y_w \mid x)}{\pi_{\text{ref}}(y_w \mid x)} - \beta \log \frac{\pi_\theta(y_l \mid x)}{\pi_{\text{ref}}(y_l \mid x)} \right) \right) = - \beta \sigma\left( \beta \log \frac{\pi_\theta(y_l \mid x)}{\pi_{\text{ref}}(y_l \mid x)} - \beta \log \frac{\pi_\theta(y_w \mid x)}{\pi_{\text{ref}}(y_w \mid x)} \right) \left( \nabla_\theta \log \pi_\theta(y_w \mid x) - \nabla_\theta \log \pi_\theta(y_l \mid x) \right)"),
    ("tokens-2", r"\mathbb{E}_{y \sim \pi_\theta}[(r(x, y) - b(x)) \nabla_\theta \log \pi_\theta(y \mid x)] = \mathbb{E}_{y \sim \pi_\theta}[r(x, y) \nabla_\theta \log \pi_\theta(y \mid x)]"),
    ("tokens-5", r"\nabla_\theta \left( \mathbb{E}_{y \sim \pi_\theta}[r(x, y)] - \beta D_{\text{KL}}(\pi_\theta \| \pi_{\text{ref}}) \right) = \mathbb{E}_{y \sim \pi_\theta}\left[ \left( r(x, y) - \beta \log \frac{\pi_\theta(y \mid x)}{\pi_{\text{ref}}(y \mid x)} \right) \nabla_\theta \log \pi_\theta(y \mid x) \right]"),
])  # fmt: skip
def test_the_goal_in_one_leap_is_too_large(name: str, leap: str) -> None:
    found = grade(EXERCISES[name], EXERCISES[name].with_proof(f"$$ {leap} $$"), f"{name}.md")
    assert not found.solved and found.reached and found.follow == found.rows == 1 and found.too_large == 1, found.why


@pytest.mark.parametrize("name", [name for name in EXERCISES if name.startswith("slip-")])
def test_a_slip_is_one_of_the_catalogue_and_is_mended_by_one_edit(name: str) -> None:
    asked = EXERCISES[name]
    report = check_text(asked.worksheet, f"{name}.md")
    (wrong,) = [line for line in report.lines if line.status is Status.REFUTED]
    assert {each.slip for each in wrong.suggestions} & set(SLIPS)
    fixed = asked.worksheet.replace(wrong.source, wrong.suggestions[0].latex)
    assert grade(asked, fixed, f"{name}.md").solved


def test_a_worksheet_that_claims_less_is_held_to_what_was_asked() -> None:
    asked = EXERCISES["optimum-2"]
    leap = asked.with_proof(
        r"$$ \log \frac{\pi^*(y \mid x)}{\pi_{\text{ref}}(y \mid x)} = \frac{r(x, y)}{\beta} - \log Z(x) $$"
    )
    assert "needs 2 laws, and 1 is allowed" in grade(asked, leap, "a.md").why[0]
    assert not grade(asked, leap.replace("at most 1 law a step", "at most 9 laws a step"), "a.md").solved
    assert not grade(asked, leap.replace("; at most 1 law a step", ""), "a.md").solved
    nothing = asked.with_proof("$$ 1 + 1 = 2 $$")
    assert "goal is not reached" in grade(asked, nothing, "a.md").why[0]
    assert not grade(asked, "$$ 1 + 1 = 2 $$\n", "a.md").solved
    assert not grade(asked, "", "a.md").solved


def test_what_is_given_stays_and_nothing_is_added_to_it() -> None:
    asked = EXERCISES["optimum-2"]
    changed = asked.solved.replace(r"\frac{1}{Z(x)}", r"\frac{2}{Z(x)}")
    assert any("is missing" in each for each in grade(asked, changed, "a.md").why)
    goal = r"\log \frac{\pi^*(y \mid x)}{\pi_{\text{ref}}(y \mid x)} = \frac{r(x, y)}{\beta} - \log Z(x)"
    for supposed in (f"<!-- symkl: assume -->\n\n$$ {goal} $$", f"Suppose that\n\n$$ {goal}. $$"):
        found = grade(asked, asked.with_proof(supposed), "a.md")
        assert not found.solved and any("taken for granted" in each for each in found.why), found.why
    # A name of one's own is no hypothesis.
    own = asked.solved.replace("## Proof\n", "## Proof\n\n$$ u(x, y) := r(x, y) / \\beta $$\n")
    assert grade(asked, own, "a.md").solved


@pytest.mark.parametrize(("name", "own", "symbol"), [
    ("optimum-1", r"\beta := 0", "β"), ("optimum-1", r"\pi(y \mid x) := \pi_{\text{ref}}(y \mid x)", "π"), ("dpo-2", "u := 0", "u"),
    ("tokens-3", "R_i := 0", "Rᵢ"), ("kl-1", "q(y) := p(y)", "q"),
])  # fmt: skip
def test_what_the_exercise_leaves_open_is_not_given_by_a_student(name: str, own: str, symbol: str) -> None:
    asked = EXERCISES[name]
    found = grade(asked, asked.solved.replace("## Proof\n", f"## Proof\n\n$$ {own} $$\n\nSo\n"), "a.md")
    assert not found.solved and any(f"about any {symbol}" in each for each in found.why), found.why


def test_a_wrong_row_is_named() -> None:
    asked = EXERCISES["kl-1"]
    wrong = asked.solved.replace(r"- \sum_y p(y) \log q(y) $$", r"+ \sum_y p(y) \log q(y) $$")
    found = grade(asked, wrong, "a.md")
    assert not found.solved and "is refuted" in found.why[0] and found.follow == found.rows - 1


@pytest.mark.parametrize(("text", "why"), [
    ("# A\n", "'## Proof'"), ("# A\n## Proof\n## Hints\n1. a\n## Solution\nx", "found 1 hints"), ("## Proof\n## Hints\n1. a\n2. b\n3. c\n## Solution\nx", "no title"),
    ("# A\n## Proof\n## Hints\n1. a\n2. b\n3. c\n## Solution\n", "no solution"), ("# A\n## Proof\n## Proof\n## Hints\n", "found 2 headings"),
])  # fmt: skip
def test_what_is_no_exercise_is_refused_with_what_is_missing(text: str, why: str) -> None:
    with pytest.raises(BadExercise, match=why):
        exercise("x-1", text)


# --- the command line ----------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_practise_lists_writes_and_grades(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["practise"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in EXERCISES) and all(title in listed for title in LADDERS.values())
    assert main(["practise", "kl-2"]) == 0
    file = here / "kl-2.md"
    assert file.read_text() == EXERCISES["kl-2"].worksheet and "kl-2.md" in capsys.readouterr().out
    assert main(["practise", "kl-2"]) == 2 and "there already" in capsys.readouterr().err
    assert main(["practise", "--grade", "kl-2.md"]) == 1 and "not solved yet" in capsys.readouterr().out
    assert main(["check", "kl-2.md"]) == 1
    file.write_text(EXERCISES["kl-2"].solved)
    assert main(["practise", "--grade", "kl-2.md"]) == 0 and main(["check", "kl-2.md"]) == 0
    capsys.readouterr()
    assert main(["practise", "--grade", "kl-2.md", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["solved"] is True
    assert main(["practise", "kl-2", "--hint", "2"]) == 0
    assert capsys.readouterr().out.strip() == EXERCISES["kl-2"].hints[1]
    assert main(["practise", "kl-2", "--solution"]) == 0 and capsys.readouterr().out == EXERCISES["kl-2"].solved
    assert main(["practise", "--random", "--quiet"]) == 0
    assert Path(capsys.readouterr().out.strip()).stem in EXERCISES


@pytest.mark.parametrize(("arguments", "said"), [
    (["practise", "kl-22"], "did you mean kl-2?"), (["practise", "--grade", "other.md"], "no exercise is named"), (["practise", "--grade"], "needs the file"),
    (["practise", "kl-1", "--random"], "leave the name out"), (["practise", "--grade", "kl-1-none.md"], "no such file"),
    (["practise", "kl-1", "-o", "no/such/folder.md"], "no such file"), (["grade", "nowhere"], "no such folder"), (["grade", "."], "named after an exercise"),
])  # fmt: skip
def test_misuse_says_what_to_do(here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_a_class_is_graded_a_line_each(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "kl-2-ada.md").write_text(EXERCISES["kl-2"].solved)
    (here / "kl-2-bob.md").write_text(EXERCISES["kl-2"].worksheet)
    (here / "kl-2-ed.md").write_bytes(b"\xff\xfe")
    (here / "dpo-1").mkdir()
    (here / "dpo-1" / "=cmd.md").write_text(EXERCISES["dpo-1"].solved.replace("\n", "\r\n"))
    (here / "readme.md").write_text("no worksheet")
    (here / "kl-2-fay.txt").write_text(EXERCISES["kl-2"].solved)
    (here / "KL-2-GUS.MD").write_text(EXERCISES["kl-2"].solved)
    with (here / "kl-2-huge.md").open("wb") as huge:
        huge.truncate(2_000_000)
    assert main(["grade", ".", "--format", "json"]) == 1
    said = capsys.readouterr()
    assert "2 other files are not graded: kl-2-fay.txt, readme.md" in said.err
    rows = {row["file"]: row for row in json.loads(said.out)}
    assert "larger than 1 MB" in rows.pop("kl-2-huge.md")["why"][0] and rows.pop("KL-2-GUS.MD")["solved"]
    (here / "kl-2-huge.md").unlink()
    (here / "KL-2-GUS.MD").unlink()
    assert {name: row["solved"] for name, row in rows.items()} == {
        "kl-2-ada.md": True, "kl-2-bob.md": False, "kl-2-ed.md": False, "dpo-1/=cmd.md": True,
    }  # fmt: skip
    assert rows["dpo-1/=cmd.md"]["exercise"] == "dpo-1" and "UTF-8" in rows["kl-2-ed.md"]["why"][0]
    assert main(["grade", ".", "--format", "csv"]) == 1
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [(row["file"], row["solved"]) for row in table] == [(name, cell(row["solved"])) for name, row in rows.items()]
    assert main(["grade", "."]) == 1
    assert "2 of 4 files are solved." in capsys.readouterr().out
    assert cell("=1+1") == "'=1+1" and cell("-x") == "'-x" and cell(["@a"]) == "'@a"


def test_a_worksheet_that_breaks_the_checker_costs_no_other_its_grade(
    here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(of: object, text: str, file: str) -> object:
        if "ada" in file:
            raise RecursionError
        return grade(EXERCISES["kl-2"], text, file)

    monkeypatch.setattr("symkl.exercises.grading.grade", broken)
    for who in ("ada", "bob"):
        (here / f"kl-2-{who}.md").write_text(EXERCISES["kl-2"].solved)
    assert main(["grade", ".", "--format", "json"]) == 1
    rows = {row["file"]: row for row in json.loads(capsys.readouterr().out)}
    assert "internal error (RecursionError)" in rows["kl-2-ada.md"]["why"][0] and rows["kl-2-bob.md"]["solved"]


def test_a_file_is_told_by_its_name(tmp_path: Path) -> None:
    for name, of in {"dpo-1.md": "dpo-1", "Dpo-1 ada.md": "dpo-1", "ada_dpo-1.md": "dpo-1", "dpo-11.md": "", "x-1.md": "", "adadpo-1.md": ""}.items():
        assert exercise_of(tmp_path / name, tmp_path) == of, name
