"""Counterexamples for a second judge: what they say, that Rocq accepts them, and that it refuses what is none."""

from __future__ import annotations

import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from symkl.batch import Job, Missing, certified
from symkl.checking.document import check_text
from symkl.checking.report import Status
from symkl.cli import main
from symkl.refuting.cases import Case, Shape
from symkl.rocq.counterexamples import LAW, Example
from symkl.rocq.documents import Exported, Tick, exported
from symkl.rocq.judging import judge

ROOT = Path(__file__).parents[2]
SAID = "<!-- symkl: c > 0; u scalar; v scalar -->\n\n"
OBJECTIVE = r"E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi(\cdot|x) \| \mu(\cdot|x))"
LINEAR = r"E_{y\sim\pi(\cdot|x)}[r(x,y)]"
needs_rocq = pytest.mark.skipif(shutil.which("coqc") is None, reason="coqc is not here: apt install coq")

FALSE = (
    r"D_{KL}(p \| q) = D_{KL}(q \| p)",
    r"\log (1 + c) \ge c",
    r"e^{c} < 2",
    r"\sqrt{c} \le 1",
    r"|u| = u",
    r"\max(u, v) = u + v",
    r"\sqrt{\sum_y \mu(y|x) r(x,y)^2} \ge 1",
    r"r(x,y) = \sum_z \mu(z|x) r(x,z)",
    r"\pi(y|x) \propto \mu(y|x)",
    r"\frac{d}{d\beta} \log\sum_y\mu(y|x)e^{\beta r(x,y)} = \sum_y \mu(y|x) r(x,y)",
    r"\frac{\partial}{\partial p(y|x)} \sum_y p(y|x)\log\frac{p(y|x)}{\mu(y|x)} = \log\frac{p(y|x)}{\mu(y|x)}",
    r"\nabla E_{y\sim\pi_\theta}[r(y)^2] = E_{y\sim\pi_\theta}[r(y) \nabla \log \pi_\theta(y)]",
    rf"\max_\pi ({OBJECTIVE}) = \beta",
    rf"\max_\pi {LINEAR} \le 1",
    rf"1 \ge \max_\pi {LINEAR}",
    rf"\max_\pi {LINEAR} > 1",
    rf"\min_\pi {LINEAR} = 3",
    rf"\arg\max_\pi {OBJECTIVE} = \mu(y|x)",
    rf"\arg\min_\pi ({LINEAR} + \beta D_{{KL}}(\pi(\cdot|x) \| \mu(\cdot|x))) = \mu(y|x)",
    rf"\arg\max_\pi {OBJECTIVE} = \arg\max_\pi 2 {OBJECTIVE}",
)
"""A row for each way to be false: of numbers, of derivatives, of what is only up to a factor, and of problems."""


EVEN = (0, 4, 7, 8, 11)
"""Of these, the ones that hold where everything is the same everywhere, and all numbers are 1."""


def of_rows(*rows: str, before: str = "") -> Exported:
    return exported(check_text(SAID + before + "".join(f"\n\n$$ {row} $$\n" for row in rows), "rows.md"))


def examples(found: Exported) -> list[Example]:
    return [each for each in found.theorems if isinstance(each, Example)]


def test_a_refuted_row_is_put_to_it_as_there_is_where_it_fails() -> None:
    found = of_rows(FALSE[0])
    ((tick,), ()) = found.refuted, found.ticks
    assert isinstance(tick.theorem, Example) and tick.law == LAW
    said = " ".join(tick.theorem.statement.split())
    assert "exists X : alphabet, exists Y : alphabet, exists p : Y -> X -> R, exists q : Y -> X -> R" in said
    for text in ("(forall x, sum Y (fun y => p y x) = 1) /\\", "(forall y x, 0 < q y x) /\\", "0 < p y_1 x) /\\"):
        assert text in said, "it is one problem in which all of it is so"
    assert said.endswith(
        "exists x : X, sum Y (fun y => p y x * (ln (p y x) - ln (q y x))) "
        "<> sum Y (fun y => q y x * (ln (q y x) - ln (p y x)))."
    )
    assert "which is false" in found.statements and "1 / 2" not in found.statements


@needs_rocq
def test_rocq_accepts_a_counterexample_of_every_kind(tmp_path: Path) -> None:
    found = of_rows(*FALSE)
    assert [tick.why for tick in found.refuted if tick.theorem is None] == []
    assert len(found.refuted) == len(FALSE), "each of them is refuted"
    said = judge(found, tmp_path)
    assert all(each.accepted for each in said.values()), {name: each.why for name, each in said.items() if each.why}


def test_what_is_given_is_so_where_it_fails() -> None:
    (tick,) = of_rows(r"\log (1 + c) \ge c", before="Suppose that $c \\ge 3$.\n\n").refuted
    assert tick.theorem is not None and "(c >= 3) /\\" in tick.theorem.statement


AT_ONE_PLACE = (
    r"\pi(y_w|x) = \mu(y_w|x) \implies D_{KL}(\pi \| \mu) = 0",
    r"r(x, y_w) \ge r(x, y_l) \implies \sum_y \mu(y|x) r(x,y) \le r(x, y_w)",
)
"""What is given of one response, or of two, that the row need not speak of."""


@needs_rocq
def test_what_is_given_at_one_place_is_so_there(tmp_path: Path) -> None:
    found = of_rows(*AT_ONE_PLACE)
    assert [tick.why for tick in found.refuted] == ["", ""]
    one, other = (" ".join(each.conclusion.split()) for each in examples(found))
    assert one.startswith("exists x : X, exists y_w : Y, (pi y_w x = mu y_w x) /\\ sum Y (fun y => ")
    assert other.startswith("exists x : X, exists y_l : Y, exists y_w : Y, (r x y_w >= r x y_l) /\\ r x y_w < sum Y (")
    said = judge(found, tmp_path)
    assert all(each.accepted for each in said.values()), said


def test_what_earlier_rows_say_is_so_where_it_fails() -> None:
    """Of what a symbol was solved from, not only of what it was solved to."""
    report = certified(Job(str(ROOT / "derivations" / "forward_kl.py")))
    assert not isinstance(report, Missing)
    ticks = [tick for tick in exported(report).ticks if tick.law == LAW]
    assert ticks and all(isinstance(tick.theorem, Example) for tick in ticks), [tick.why for tick in ticks]
    theorem = ticks[0].theorem  # below r is what the first-order condition for q says that it is
    assert theorem is not None
    assert "(forall (y : Y), r_1 q beta lambda pi_ref y = lambda - beta * pi_ref y / q y) /\\" in theorem.statement
    assert "(forall (y : Y), r_1 q beta lambda pi_ref y <= d) /\\" in theorem.statement


@needs_rocq
@pytest.mark.parametrize("page", ["estimators", "donsker_varadhan", "f_dpo"])
def test_rocq_accepts_what_a_page_says_is_not_so(page: str, tmp_path: Path) -> None:
    report = certified(Job(str(ROOT / "derivations" / f"{page}.py")))
    assert not isinstance(report, Missing)
    found = replace(exported(report), ticks=tuple(each for each in exported(report).ticks if each.law == LAW))
    assert found.ticks and all(each.theorem is not None for each in found.ticks)
    said = judge(found, tmp_path)
    assert len(said) == len(found.ticks) and all(each.accepted for each in said.values()), said


def elsewhere(case: Case) -> Case:
    """A problem in which everything is the same everywhere, and all numbers are 1."""
    tables = {shape: _even(shape, case) for shape in case.tables}
    return replace(case, scalars=dict.fromkeys(case.scalars, Fraction(1)), tables=tables)


def _even(shape: Shape, case: Case) -> dict[tuple[int, ...], Fraction]:
    count = 1
    for sort in shape.outcomes:
        count *= case.alphabets[sort]
    return dict.fromkeys(shape.places(case.alphabets), Fraction(1, count))


@needs_rocq
def test_a_problem_in_which_it_holds_is_none(tmp_path: Path) -> None:
    """Rocq refuses it: that it fails there is not so."""
    report = check_text(SAID + "".join(f"\n\n$$ {row} $$\n" for row in FALSE), "rows.md")
    lines = []
    for line in (report.lines[k] for k in EVEN):
        assert line.status is Status.REFUTED and line.against is not None
        case = elsewhere(line.against.problem)
        lines.append(replace(line, against=line.against._replace(problem=case)))
    found = exported(replace(report, lines=tuple(lines)))
    assert len(found.theorems) == len(EVEN)
    assert not any(each.accepted for each in judge(found, tmp_path).values())


@needs_rocq
def test_a_problem_outside_what_is_given_is_none(tmp_path: Path) -> None:
    report = check_text(f"{SAID}Suppose that $c \\ge 3$.\n\n$$ \\log (1 + c) \\ge c $$\n", "rows.md")
    (line,) = report.lines
    assert line.against is not None
    case = replace(line.against.problem, scalars={"c": Fraction(2)})  # where it fails, too
    found = exported(replace(report, lines=(replace(line, against=line.against._replace(problem=case)),)))
    assert [each.accepted for each in judge(found, tmp_path).values()] == [False]


def test_what_is_not_exported_says_why() -> None:
    ticks: tuple[Tick, ...] = of_rows(r"\lim_{\beta \to 0^+} \frac{e^{\beta u} - 1}{\beta} = 2 u").refuted
    assert [(tick.theorem, tick.why) for tick in ticks] == [(None, "a counterexample to a limit")]


@needs_rocq
def test_verdicts_say_that_counterexamples_are_re_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    proof = tmp_path / "proof.md"
    proof.write_text(rf"$$ {FALSE[0]} $$", "utf-8")
    assert main(["check", "--second-judge", str(proof)]) == 1
    assert "the counterexample is re-checked by Rocq" in capsys.readouterr().out
    monkeypatch.setattr(Example, "proofs", property(lambda self: {
        f"{self.name}_holds": f"Theorem {self.name}_holds : {self.name}.\nProof.\n  reflexivity.\nQed."
    }))  # fmt: skip
    assert main(["check", "--second-judge", str(proof)]) == 3
    said = " ".join(capsys.readouterr().out.split())
    assert "CONTRADICTION" in said and "That does not say that the row is true" in said
