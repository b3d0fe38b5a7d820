"""Theorems for a second judge: what they say, that Rocq accepts them, and that it refuses what a broken kernel ticks."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Report
from symkl.cli import main
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.quotients import Field
from symkl.kernel.replay import LAWS as KERNEL
from symkl.rocq.documents import Exported, comment, exported, write
from symkl.rocq.facts import FACTS
from symkl.rocq.judging import judge, rechecked
from symkl.rocq.laws import LAWS
from symkl.rocq.names import Names, identifier
from symkl.rocq.scripts import Prover
from tests.second_judge.__main__ import OURS
from tests.second_judge.table import WRITTEN

ROOT = Path(__file__).parents[2]
NOTE = ROOT / "docs" / "proofs" / "note-on-ppo.md"
needs_rocq = pytest.mark.skipif(shutil.which("coqc") is None, reason="coqc is not here: apt install coq")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the library is compiled once."""
    return tmp_path_factory.mktemp("rocq")


@cache
def report_of(path: Path) -> Report:
    return check_text(path.read_text("utf-8"), path.name)


def of_rows(*rows: str, before: str = "") -> Exported:
    return exported(check_text(before + "".join(f"\n\n$$ {row} $$\n" for row in rows), "rows.md"))


def test_every_law_has_a_lemma() -> None:
    """A law without one cannot be merged."""
    assert set(KERNEL) == set(LAWS) | set(FACTS)


def test_a_statement_stands_beside_what_its_author_wrote() -> None:
    found = exported(report_of(NOTE))
    assert [tick.line for tick in found.ticks] == [14, 18, 22, 27]
    for tick in found.ticks:
        assert tick.theorem is not None
        said = found.statements.index(comment(f"line {tick.line}\n{tick.source}"))
        assert found.statements.index(tick.theorem.statement) > said
    assert "ln (z r beta pi_ref x)" in found.statements
    assert "Definition z {Y : alphabet} {X : alphabet} (r : X -> Y -> R)" in found.statements
    assert "Proof" not in found.statements


def test_hypotheses_are_what_the_row_rests_on() -> None:
    """Of a row that needs that something is > 0, that; of another, nothing."""
    (tick,) = of_rows(r"D_{KL}(p \| q) \ge 0").ticks
    assert tick.theorem is not None
    assert {each.text for each in tick.theorem.hypotheses} == {
        "forall y x, 0 <= p y x", "forall x, sum Y (fun y => p y x) = 1", "forall y x, 0 < p y x",
        "forall y x, 0 <= q y x", "forall x, sum Y (fun y => q y x) = 1", "forall y x, 0 < q y x",
    }  # fmt: skip
    (tick,) = of_rows(r"r(x,y) + r(x,y) = 2 r(x,y)").ticks
    assert tick.theorem is not None and not tick.theorem.hypotheses


def test_a_policy_of_a_problem_may_be_0() -> None:
    found = exported(report_of(NOTE)).ticks[1].theorem
    assert found is not None
    assert "(forall y x, 0 <= p y x) /\\ (forall x, sum Y (fun y => p y x) = 1)" in found.conclusion
    assert "0 < p " not in found.conclusion


def test_what_is_written_is_defined() -> None:
    """Rocq's quotients and logarithms have values everywhere: that they mean something is a theorem of its own."""
    (tick,) = of_rows(r"\log \frac{1}{\beta} = -\log \beta").ticks
    assert tick.theorem is not None
    assert list(tick.theorem.proofs) == [f"{tick.theorem.name}_{kind}" for kind in ("holds", "defined", "model")]
    assert {part.strip("() \n") for part in tick.theorem.needs.split("/\\")} == {"0 < 1 / beta", "beta <> 0", "0 < beta"}
    (tick,) = of_rows(r"r(x,y) + r(x,y) = 2 r(x,y)").ticks
    assert tick.theorem is not None and not tick.theorem.needs


def test_names() -> None:
    assert [identifier(name) for name in ("π_ref", "β", "y'", "π*", "2", "*")] == [
        "pi_ref", "beta", "y_prime", "pi_star", "n2", "star",
    ]  # fmt: skip
    names = Names()
    taken = [names.of(kind, name) for kind in ("symbol", "variable") for name in ("R", "exp", "π", "pi")]
    assert len(set(taken)) == 8 and not {"R", "exp"} & set(taken)


ORDERED = """
import sys
from symkl.batch import Job, certified
from symkl.rocq.documents import exported
of = exported(certified(Job(sys.argv[1])))
print(of.statements, of.proofs())
"""


def test_an_export_is_the_same_whatever_the_hashes_of_a_run_are() -> None:
    """Two facts stand behind a row of this proof; sets come in another order with other hashes."""
    path = ROOT / "tests" / "power" / "proofs" / "up-to-a-factor.md"
    said = {
        subprocess.run(
            [sys.executable, "-c", ORDERED, str(path)], env={**os.environ, "PYTHONHASHSEED": seed}, cwd=ROOT,
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("0", "1")
    }  # fmt: skip
    assert len(said) == 1 and "Theorem" in said.pop()


def test_text_is_no_code() -> None:
    r"""Whatever a document says stays in its comment."""
    for text in ('*) Axiom a : False. (*', '" (*', "(*)", "*" * 9 + ")"):
        inside = comment(text)[2:-2]
        assert "*)" not in inside and "(*" not in inside and '"' not in inside


def test_what_is_written(tmp_path: Path) -> None:
    found = exported(report_of(NOTE))
    write(found, tmp_path)
    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert names == {
        "_CoqProject", "note_on_ppo_statements.v", "note_on_ppo_proofs.v",
        "Symkl/Meaning.v", "Symkl/Theory.v", "Symkl/Enclosure.v", "Symkl/Tactics.v",
    }  # fmt: skip
    text = (tmp_path / "note_on_ppo_proofs.v").read_text("utf-8") + found.statements
    library = "".join(path.read_text("utf-8") for path in (tmp_path / "Symkl").glob("*.v"))
    for word in ("Admitted", "Axiom", "Parameter", "admit", "Conjecture"):
        assert not re.search(rf"\b{word}\b", text + library)


@needs_rocq
def test_rocq_accepts_the_note(folder: Path) -> None:
    said = judge(exported(report_of(NOTE)), folder)  # four rows that are proved, and the one that is refuted
    assert len(said) == 5 and all(each.accepted for each in said.values()), said
    assert all(each.seconds > 0 and each.defined and each.modelled for each in said.values())


SAID = "<!-- symkl: R function of i; u scalar; v scalar; c function of x; β scalar > 0; Z positive function of x -->"
HARD = (
    r"\sum_y\pi(y|x)\mu(y|x) \le 1",
    r"\frac{\pi(y)}{1 + \pi(y)} \le \frac{1}{2}",
    r"-\log(1 - \pi(y)) \ge \pi(y)",
    r"\log\frac{\pi(y)/(1 - \pi(y))}{\mu(y)/(1 - \mu(y))} = \log\frac{\pi(y)}{1 - \pi(y)} - \log\frac{\mu(y)}{1 - \mu(y)}",
    r"\mathrm{KL}(q\|p) \ge 2\,\mathrm{TV}(q,p)^2",
    r"\frac{1}{|u|} = \left|\frac{1}{u}\right|",
    r"\frac{\sum_i (R(i) - \frac{\sum_j R(j)}{\sum_j 1})^2}{\sum_k (R(k) - \frac{\sum_j R(j)}{\sum_j 1})^2} = 1",
    r"\sqrt{\beta Z(x)} / \sqrt{Z(x)} = \sqrt{\beta}",
    r"\sqrt{2}\sqrt{2} = 2",
    r"\operatorname{sign}(c(x) \beta)^3 = -\operatorname{sign}(-c(x))",
    r"|u + v| \le |u| + |v|",
    r"|\min(u, v)| \le |u| + |v|",
    r"\left|\sum_y \pi(y|x) r(x,y)\right| \le \sum_y \pi(y|x) |r(x,y)|",
    r"\max_y r(x,y) \ge E_{y\sim\pi(\cdot|x)}[r(x,y)]",
    r"\max_y (2 r(x,y) + c(x)) = c(x) + 2 \max_y r(x,y)",
    r"\max_\pi (2 E_{y\sim\pi(\cdot|x)}[r(x,y)] + \beta) = \beta + 2 \max_\pi E_{y\sim\pi(\cdot|x)}[r(x,y)]",
    r"\max_\pi E_{y\sim\pi}[r(y)] = \max_y r(y)",
    r"\max_\pi E_{y\sim\pi}[r(y)] - \mathrm{KL}(\pi\|\mu) \le \max_y r(y)",
    r"\max_\pi \frac{1}{\beta} E_{y\sim\pi}[r(y)] - \mathrm{KL}(\pi\|\mu) = \log \sum_y \mu(y) e^{r(y)/\beta}",
    r"\arg\max_\pi E_{y\sim\pi}[r(y)] - \mathrm{KL}(\pi\|\mu) = \frac{\mu(y) e^{r(y)}}{\sum_z \mu(z) e^{r(z)}}",
    r"\mathrm{KL}(p\|q) = \max_f E_{y\sim p}[f(y)] - \log E_{y\sim q}[e^{f(y)}]",
    r"\nabla_\phi (\rho_\phi(x,y)^2) = 2 \rho_\phi(x,y) \nabla_\phi \rho_\phi(x,y)",
    r"\beta^{\beta - \beta - 1} = \frac{1}{\beta}",
    r"\lim_{\beta \to 0^+} \frac{e^{\beta u} - 1}{\beta} = u",
    r"\lim_{\beta \to 0^+} \frac{e^{\beta u} - 1 - \beta u}{\beta^2} = \frac{u^2}{2}",
    r"\lim_{\beta \to \infty} \frac{1}{1 + \beta} = 0",
    r"\lim_{\beta \to \infty} \beta^3 e^{-\beta} = 0",
    r"\lim_{\beta \to 0^+} \beta \log (Z(x) + e^{-1/\beta}) = 0",
)
"""Parts of sums, weights over a line, what is supposed to be > 0 beside factors, Pinsker's bound with its squares of
sizes, quotients of sums; roots, signs, cases, largest values; maxima that are attained at one place or several, over
functions, and in inequalities; slopes of what may be 0; exponents that come to a number; limits, by slopes and beside
what vanishes."""


@needs_rocq
def test_rocq_accepts_what_takes_more_than_arithmetic(folder: Path) -> None:
    found = of_rows(*HARD, before=SAID)
    assert len(found.theorems) == len(HARD)
    said = judge(found, folder)
    assert all(each.accepted and each.defined for each in said.values()), said


@needs_rocq
def test_what_moves_moves_whatever_a_definition_says_that_it_is(folder: Path) -> None:
    said = r"$$ \pi_\omega(y) := \frac{e^{g(y)}}{\sum_w e^{g(w)}} $$"
    found = of_rows(r"\nabla_\omega \sum_y \pi_\omega(y) = 0", before=f"<!-- symkl: g function of y -->\n\n{said}")
    assert len(found.theorems) == 1
    assert all(each.accepted and each.defined for each in judge(found, folder).values())


@needs_rocq
def test_what_was_solved_is_what_it_was_solved_to_in_a_model(folder: Path) -> None:
    """No number is what an equation between exponentials was solved to."""
    text = "<!-- symkl: a scalar; m > 0; assume -->\n\n$$ a e^{1/\\beta} = \\frac{m}{m + 1} $$\n\n"
    row = "$$ \\log a + \\frac{1}{\\beta} = \\log m - \\log(m + 1) $$\n"
    found = exported(check_text(text + row, "solved.md"))
    (said,) = judge(found, folder).values()
    assert said.accepted and said.modelled, said
    (theorem,) = found.theorems
    assert "exists a : R" in theorem.statement and "a * exp (1 / beta) = m / (m + 1)" in theorem.statement


@needs_rocq
def test_one_that_is_refused_does_not_take_the_others_with_it(folder: Path) -> None:
    (tick,) = of_rows(r"r(x,y) + r(x,y) = 2 r(x,y)").ticks
    assert tick.theorem is not None
    scripts = {"row_1": tick.theorem.script, "row_2": "intros. reflexivity.", "row_3": tick.theorem.script}
    ticks = tuple(
        replace(tick, theorem=replace(tick.theorem, name=name, script=script)) for name, script in scripts.items()
    )
    said = judge(Exported("three.md", "three", ticks), folder)
    assert [said[name].accepted for name in ("row_1", "row_2", "row_3")] == [True, False, True]
    assert said["row_2"].why


NOTEBOOK = {
    "cells": [{"cell_type": "markdown", "metadata": {}, "source": [f"$$ \\log e^{n} = {n} $$\n"]} for n in (2, 3)],
    "metadata": {}, "nbformat": 4, "nbformat_minor": 5,
}  # fmt: skip


@needs_rocq
@pytest.mark.parametrize(
    ("text", "file", "count"),
    [(r"$$ \log e^2 = 2 $$ and $$ \log e^3 = 3 $$", "two.md", 2), (json.dumps(NOTEBOOK), "cells.ipynb", 2)],
)
def test_rows_of_one_line_and_of_a_notebook_have_names_of_their_own(
    folder: Path, text: str, file: str, count: int
) -> None:
    report = check_text(text, file)
    found = exported(report)
    assert len({each.name for each in found.theorems}) == count
    said = judge(found, folder)
    assert [each.accepted for each in said.values()] == [True] * count
    assert [[note for note in line.notes if "re-checked" in note] != [] for line in rechecked(report).lines] == [True] * 2


def test_what_is_no_file_of_ours_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proof, folder = tmp_path / "proof.md", tmp_path / "out"
    proof.write_text(r"$$ \log e^2 = 2 $$", "utf-8")
    folder.mkdir()
    (folder / "proof_proofs.v").write_text("Theorem mine : True. exact I. Qed.\n", "utf-8")
    assert main(["export", "--rocq", str(proof), "-o", str(folder)]) == 2
    assert "proof_proofs.v is there already" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["proof_proofs.v"]
    assert main(["export", "--rocq", str(proof), "-o", str(proof)]) == 2
    assert "this is a file" in capsys.readouterr().err
    (folder / "proof_proofs.v").unlink()
    for _ in range(2):  # its own it overwrites
        assert main(["export", "--rocq", str(proof), "-o", str(folder)]) == 0


def test_the_table_of_the_site_is_of_the_ticks_of_today() -> None:
    """It is written by ``make second-judge``, which takes minutes: here only that nothing else is to be judged."""
    written = {each["file"]: each["rows"] for each in json.loads(WRITTEN.read_text("utf-8"))["documents"]}
    assert set(written) <= {path.relative_to(ROOT).as_posix() for path in OURS}
    assert {f"derivations/{path.name}" for path in (ROOT / "derivations").glob("*.py")} <= set(written)
    for path in (ROOT / "docs" / "proofs").glob("*.md"):
        told = [(row["line"], row["law"], row["exported"]) for row in written[f"docs/proofs/{path.name}"]]
        ticks = exported(report_of(path)).ticks
        assert told == [(tick.line, tick.law, tick.theorem is not None) for tick in ticks], "run make second-judge"


@needs_rocq
def test_what_rests_on_more_than_it_may_is_not_accepted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symkl.rocq.judging.AXIOMS", frozenset())
    (said,) = judge(of_rows(r"r(x,y) + r(x,y) = 2 r(x,y)"), folder).values()
    assert not said.accepted and "it rests on" in said.why and "ClassicalDedekindReals" in said.why


def test_without_rocq_the_command_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert main(["check", "--second-judge", str(NOTE)]) == 2
    said = capsys.readouterr()
    assert "apt install coq" in said.err and not said.out


@needs_rocq
@pytest.mark.parametrize("form", ["text", "json", "junit"])
def test_verdicts_say_that_they_are_re_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    """In every report that has the rows which are proved; the others list what needs attention."""
    proof = tmp_path / "proof.md"
    proof.write_text(r"$$ D_{KL}(p \| q) \ge 0 $$", "utf-8")
    assert main(["check", "--second-judge", "--format", form, str(proof)]) == 0
    assert "re-checked by Rocq" in capsys.readouterr().out


@needs_rocq
def test_a_refusal_is_loud(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit code 3, as for anything in which symkl contradicts itself."""
    monkeypatch.setattr(Prover, "equal", lambda self, left, right: "reflexivity.")
    proof = tmp_path / "proof.md"
    proof.write_text(r"$$ r(x,y) + r(x,y) = 2 r(x,y) $$", "utf-8")
    assert main(["check", "--second-judge", str(proof)]) == 3
    said = capsys.readouterr().out
    assert "did NOT accept the proof" in said and "does not say that the row is false" in " ".join(said.split())
    assert "CONTRADICTION" in said and "false at a problem" not in said
    for form in ("sarif", "junit", "github", "concise"):
        assert main(["check", "--second-judge", "--format", form, str(proof)]) == 3
        assert "did not accept the proof" in capsys.readouterr().out


@needs_rocq
def test_a_row_that_is_not_exported_keeps_its_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    proof = tmp_path / "proof.md"
    row = r"\lim_{\beta \to 0^+} \beta \log \sum_y \mu(y|x) e^{r(x,y)/\beta} = \max_y r(x,y)"
    proof.write_text(f"$$ {row} $$", "utf-8")
    assert main(["check", "--second-judge", str(proof)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "not re-checked by Rocq" in said and "a limit of what is over no whole power" in said and "CONTRADICTION" not in said


OVER_A_SPACE = (
    r"\int \pi(y|x) \, dy = 1",
    r"\int \pi(y|x) r(x,y) \, dy - \int \pi(y|x) (r(x,y) - c(x)) \, dy = c(x)",
    r"\int \pi(y|x) \log \frac{\pi(y|x)}{\mu(y|x)} \, dy \ge 0",
    r"\log \int \mu(y|x) e^{r(x,y)} \, dy \ge \int \mu(y|x) r(x,y) \, dy",
    r"\max_\pi \left(\int \pi(y|x) r(x,y) \, dy - \beta D_{KL}(\pi(\cdot|x) \| \mu(\cdot|x))\right) "
    r"= \beta \log \int \mu(y|x) e^{r(x,y)/\beta} \, dy",
)


def test_over_any_measure_the_hypotheses_are_what_can_be_integrated() -> None:
    """Part by part, and no more: of a function that varies no other way than another one, that is said once."""
    found = of_rows(*OVER_A_SPACE, before="<!-- symkl: c function of x -->")
    said = [[each.text for each in theorem.hypotheses if "integrable" in each.text] for theorem in found.theorems]
    pi = "forall x, integrable Y (fun y => pi y x)"
    assert said[0] == [pi] and len(said) == len(OVER_A_SPACE)
    assert {re.sub(r"_\d+", "", each) for each in said[1]} == {
        pi, "forall (x : X), integrable Y (fun y => r x y * pi y x)",
    }  # fmt: skip
    assert all("(Y : space)" in theorem.statement for theorem in found.theorems)
    assert "integral Y (fun y => pi y x) = 1" in found.theorems[0].conclusion
    competing = re.sub(r"_\d+", "", found.theorems[-1].conclusion)  # of a policy too, part by part
    assert "(forall (x : X), integrable Y (fun y => p y x * ln (p y x))) /\\" in competing


@needs_rocq
def test_rocq_accepts_rows_over_any_measure(folder: Path) -> None:
    found = of_rows(*OVER_A_SPACE, before="<!-- symkl: c function of x -->")
    said = judge(found, folder)
    assert len(said) == len(OVER_A_SPACE)
    assert all(each.accepted and each.defined and each.modelled for each in said.values()), said


# -- a kernel that is broken on purpose ----------------------------------------------------------


@pytest.fixture
def zero_is_everything(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The zero test says yes to all."""
    monkeypatch.setattr(Field, "is_zero", lambda self, polynomial: True)
    yield


FALSE = (
    r"D_{KL}(p \| q) = D_{KL}(q \| p)",
    r"\mathbb{E}_{y \sim \pi(\cdot|x)}[r(x,y)^2] = \left(\mathbb{E}_{y \sim \pi(\cdot|x)}[r(x,y)]\right)^2",
    r"\sigma(r(x,y) - r(x,y')) = \sigma(r(x,y') - r(x,y))",
)


TRUE = (
    r"D_{KL}(p \| q) = E_{y\sim p}[\log p(y) - \log q(y)]",
    r"\log \frac{1}{\beta} = -\log \beta",
    r"\log(\beta \cdot \beta) = 2 \log \beta",
    r"\max_\pi 2 \mathbb{E}_{y \sim \pi(\cdot|x)}[r(x,y)] = 2 \max_\pi \mathbb{E}_{y \sim \pi(\cdot|x)}[r(x,y)]",
)
"""What the kernel ticks as it is, of the kinds below: were these refused, too, a refusal would say nothing."""


@needs_rocq
def test_what_is_true_is_accepted_where_nothing_is_broken(folder: Path) -> None:
    found = of_rows(*TRUE)
    said = judge(found, folder)
    assert [each.accepted for each in said.values()] == [True] * len(found.theorems)
    assert len(found.theorems) >= 3


@needs_rocq
def test_a_zero_test_that_says_yes_is_caught(folder: Path, zero_is_everything: None) -> None:
    found = of_rows(*FALSE)
    assert len(found.theorems) == len(FALSE)  # the broken kernel ticks them all
    assert not any(each.accepted for each in judge(found, folder).values())


@needs_rocq
def test_a_sign_that_is_lost_is_caught(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``log(1/a) = log a``: in one rewriting, on which both sides are built."""
    log = Normaliser._log

    def wrong(self: Normaliser, argument):  # type: ignore[no-untyped-def]
        found = log(self, argument)
        return found.scaled(-1) if found.single and found.single[1] == -1 else found

    monkeypatch.setattr(Normaliser, "_log", wrong)
    found = of_rows(r"\log \frac{1}{\beta} = \log \beta")
    assert len(found.theorems) == 1
    assert not any(each.accepted for each in judge(found, folder).values())


@needs_rocq
def test_a_condition_that_is_not_looked_at_is_caught(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is taken to be > 0, and nothing is said of it."""
    monkeypatch.setattr(Normaliser, "positive_atom", lambda self, atom: True)
    found = of_rows(r"\log(c \cdot c) = 2 \log c", before="<!-- symkl: c scalar -->")
    assert len(found.theorems) == 1
    assert not any(each.accepted for each in judge(found, folder).values())




@needs_rocq
def test_a_definition_that_is_unfolded_wrongly_is_caught(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice what it says is put in."""
    unfold = Normaliser._unfold
    monkeypatch.setattr(Normaliser, "_unfold", lambda self, found, at: unfold(self, found, at).scaled(2))
    found = of_rows(r"V(x) = c(x) + c(x)", r"V(x) = 4 c(x)", before="<!-- symkl: c function of x -->")
    assert len(found.theorems) == 1
    assert not any(each.accepted for each in judge(found, folder).values())


@needs_rocq
def test_a_factor_whose_sign_is_not_looked_at_is_caught(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The maximisers of f are not those of -f."""
    monkeypatch.setattr(Normaliser, "positive", lambda self, polynomial: True)
    found = of_rows(
        r"\max_\pi \mathbb{E}_{y \sim \pi(\cdot|x)}[r(x,y)]", r"= \max_\pi -\mathbb{E}_{y \sim \pi(\cdot|x)}[r(x,y)]"
    )
    assert [each.law for each in found.theorems] == ["same_optimiser"]
    assert not any(each.accepted for each in judge(found, folder).values())
