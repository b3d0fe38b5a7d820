"""Ways in which a page, or a row about maxima and limits, was once talked into a false tick; and what a page may do to us."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import sympy as sp

import symkl.batch
from symkl.batch import Job, check_all
from symkl.checking.document import check_text
from symkl.checking.report import Report
from symkl.sympy import Maximum, Minimum, Page, Slope, Untranslatable
from symkl.sympy.translating import Vocabulary, from_sympy

ROOT = Path(__file__).parents[2]
J = r"\max_\pi \left( E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta KL(\pi\|\pi_{ref}) \right)"


class Problem:
    """A page with the usual symbols on it."""

    def __init__(self) -> None:
        self.page = page = Page("A page", states="Something.")
        self.y, self.j = page.outcomes("y j")
        self.pi, self.ref = page.distribution("π", self.y), page.distribution("π_ref", self.y)
        self.r, self.beta = page.function("r", self.y), page.positive("β")
        kl = page.kl(self.pi, self.ref, self.y)
        self.objective = page.mean(self.pi, self.r[self.y], self.y) - self.beta * kl

    def statuses(self) -> list[str]:
        return [line.status.value for line in self.page.derivation().report.lines]


# -- what is made from a maximum is a value ------------------------------------------------------


@pytest.mark.parametrize(
    ("around", "status"),
    [
        (r"\log {}", "refuted"),
        (r"\exp( {} )", "refuted"),
        # People write = where the optimiser alone is the same: no tick, but no cross either.
        ("- {}", "unknown"),
        ("3 + {}", "unknown"),
        ("2 {}", "unknown"),
    ],
)
def test_what_stands_around_a_maximum_counts(around: str, status: str) -> None:
    report = check_text(f"$${J}$$\n\n$$= {around.format(J)}$$", "max.md")
    assert report.lines[1].status.value == status


@pytest.mark.parametrize("change", [lambda m: m + 1, lambda m: 2 * m, lambda m: -m, sp.exp])
def test_on_a_page_too(change) -> None:
    p = Problem()
    best = Maximum(p.objective, p.pi)
    p.page.step(best, "=", change(best), "no")
    assert p.statuses() in (["refuted"], ["unknown"])


def test_a_maximum_is_not_the_minimum_of_the_negative() -> None:
    p = Problem()
    p.page.step(Maximum(p.objective, p.pi), "=", Minimum(-p.objective, p.pi), "no")
    p.page.step(Maximum(p.objective, p.pi), "=", -Minimum(-p.objective, p.pi), "yes")
    p.page.step(Maximum(p.objective, p.pi), "≡", Minimum(-p.objective, p.pi), "one optimiser")
    assert p.statuses() == ["unknown", "proved", "proved"]


# -- what is supposed ----------------------------------------------------------------------------


def test_an_equation_may_contradict_an_inequality_before_it() -> None:
    p = Problem()
    a = p.page.real("a")
    p.page.given(a, "<=", 0, "small")
    p.page.given(a, "=", 1, "large")
    p.page.step(sp.Integer(1), "<=", 0, "so anything")
    assert "unknown" in p.statuses() and p.page.derivation().report.verdict.value != "proved"


def test_a_theorem_that_is_supposed_or_defined_is_not_shown() -> None:
    tilted = "π_ref exp(r/β)/Z"
    for supposed in (True, False):
        p = Problem()
        y = p.y
        weight = p.ref[y] * sp.exp(p.r[y] / p.beta)
        star = p.page.distribution("π*", y)
        body = weight / p.page.sum(weight, y)
        if supposed:
            p.page.given(star[y], "=", body, tilted)
        else:
            p.page.define(star[y], body, tilted)
        p.page.step(star[y], "=", body, "by itself", theorem="optimal-policy")
        assert p.statuses()[-1] == "unknown"


def test_what_is_carried_states_no_theorem() -> None:
    p = Problem()
    with pytest.raises(TypeError):
        p.page.carried(sp.Integer(1), sp.Integer(1), "w", by="x", at=[{p.beta: 1}], theorem="regret")


def test_a_limit_without_a_tilt_is_no_theorem_about_the_temperature() -> None:
    p = Problem()
    p.page.step(sp.Limit(p.ref[p.y] + p.beta, p.beta, 0, "+"), "=", p.ref[p.y], "w", theorem="limit-small-beta")
    assert p.statuses() == ["unknown"]


def test_another_reward_is_another_reward() -> None:
    p = Problem()
    other = p.page.function("r_1", p.y)
    p.page.given(p.r[p.y], "<=", 1, "of r alone")
    p.page.step(other[p.y], "<=", 1, "no")
    assert p.statuses() == ["assumed", "refuted"]


def test_a_condition_is_a_derivative_that_was_shown() -> None:
    p = Problem()
    lam = p.page.real("λ")
    lagrangian = p.objective - lam * (p.page.sum(p.pi[p.y], p.y) - 1)
    slope = p.page.differentiate(lagrangian, p.pi[p.j])
    p.page.condition(slope, p.pi, "not shown yet")
    p.page.step(Slope(lagrangian, p.pi[p.j]), "=", slope, "shown")
    p.page.condition(slope - 2 * p.r[p.j], p.pi, "another sign")
    p.page.condition(slope, p.pi, "as shown")
    assert p.statuses() == ["unknown", "proved", "unknown", "assumed"]


def test_a_distribution_is_defined_by_what_sums_to_one() -> None:
    p = Problem()
    twice = p.page.distribution("p", p.y)
    p.page.define(twice[p.y], 2 * p.ref[p.y], "no distribution")
    assert p.statuses() == ["unknown"]


def test_a_name_is_one_thing() -> None:
    p = Problem()
    for again in (lambda: p.page.positive("r"), lambda: p.page.function("π", p.y), lambda: p.page.real("β")):
        with pytest.raises(ValueError, match="declared already"):
            again()
    a = p.page.real("a")
    p.page.define(a, sp.Integer(1), "once")
    with pytest.raises(ValueError, match="defined already"):
        p.page.define(a, sp.Integer(2), "twice")


def test_a_chain_goes_on_from_the_step_right_before_it_alone() -> None:
    p = Problem()
    p.page.step(p.beta, "=", p.beta, "a step")
    p.page.given(p.beta, "<=", 3, "something else")
    with pytest.raises(ValueError, match="no step stands right before it"):
        p.page.then("=", p.beta, "of what?")


# -- limits --------------------------------------------------------------------------------------


def test_a_limit_is_of_a_scalar_from_the_side_that_is_known() -> None:
    p = Problem()
    n, c = p.page.size(p.y), p.page.real("c")
    vocabulary = p.page._vocabulary
    for limit in (
        sp.Limit(1 / n, n, sp.oo),
        sp.Limit(p.ref[p.y], p.y, sp.oo),
        sp.Limit(sp.exp(-1 / c), c, 0, "-"),
        sp.Limit(sp.exp(-1 / c), c, 0, "+-"),
    ):
        with pytest.raises(Untranslatable):
            from_sympy(limit, vocabulary)


def test_the_names_of_the_kernel_are_its_own() -> None:
    for name in ("#s", "#π", "~1"):
        with pytest.raises(Untranslatable, match="the kernel's own"):
            from_sympy(sp.Symbol(name), Vocabulary())


def test_a_scalar_of_which_something_is_known_has_no_limit() -> None:
    p = Problem()
    gamma = p.page.positive("γ")
    p.page.given(p.beta, "=", 2 * gamma, "tied together")
    p.page.step(sp.Limit(p.beta / gamma, p.beta, 0, "+"), "=", 0, "as if γ stood still")
    assert p.statuses()[-1] != "proved"


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"\lim_{c \to 0} e^{-1/c} = 0", "unreadable"),
        (r"\lim_{c \to 0^+} e^{-1/c} = 0", "proved"),
        (r"\lim_{\beta \to 0} \pi_\beta(y|x) = \pi_\beta(y|x)", "unknown"),
    ],
)
def test_limits_in_documents(row: str, status: str) -> None:
    (line,) = check_text(f"<!-- symkl: c scalar -->\n\n$${row}$$", "limits.md").lines
    assert line.status.value == status


def test_an_inequality_is_not_read_of_the_maximiser() -> None:
    rows = [J.replace(r"\left(", "").replace(r"\right)", ""), r"\pi(y|x) \le \pi^*(y|x)"]
    report = check_text("\n\n".join(f"$${row}$$" for row in rows), "reading.md")
    assert report.lines[1].status.value != "proved"


# -- programs ------------------------------------------------------------------------------------


def symkl_(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "symkl", *arguments], capture_output=True, text=True, cwd=ROOT)


HEAD = "from symkl.sympy import Page\n"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("import os\nos._exit(0)\n", "ended the process"),
        ("class X(BaseException): pass\nraise X('no')\n", "X: no"),
        ("import sys\nsys.stdout.close()\nprint(1)\n", "ValueError"),
    ],
)
def test_whatever_a_page_does_the_others_are_reported(body: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "page.py").write_text(HEAD + body + "derivation = None\n")
    found = symkl_("check", "--format", "json", str(tmp_path / "page.py"), "docs/proofs/note-on-ppo.md")
    reports = json.loads(found.stdout)
    assert found.returncode == 1 and [report["verdict"] for report in reports] == ["unreadable", "refuted"]
    assert said in json.dumps(reports[0])


def test_what_a_page_prints_is_no_part_of_the_report(tmp_path: Path) -> None:
    page = (ROOT / "derivations" / "gibbs.py").read_text()
    (tmp_path / "page.py").write_text(page + "import os\nprint('hello')\nos.chdir('/')\n")
    for command in ("check", "show"):
        found = symkl_(command, "--format", "json", str(tmp_path / "page.py"))
        assert found.returncode == 0 and json.loads(found.stdout)


def test_a_page_that_never_ends_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(symkl.batch, "TIME_LIMIT", 6)
    (tmp_path / "page.py").write_text(HEAD + "while True:\n    pass\nderivation = None\n")
    paths = (str(tmp_path / "page.py"), str(ROOT / "docs" / "proofs" / "dpo.md"))
    slow, other = check_all([Job(path) for path in paths])
    assert isinstance(slow, Report) and "was stopped" in slow.troubles[0].message
    assert isinstance(other, Report) and other.verdict.value == "proved"


def test_a_folder_runs_nothing_that_is_no_derivation(tmp_path: Path) -> None:
    (tmp_path / "note.py").write_text("print('ran')  # symkl.sympy\nderivation = 1\n")
    (tmp_path / "other.py").write_text("import symkl.sympy\nprint('ran')\n")
    found = symkl_("check", str(tmp_path))
    assert found.returncode == 2 and "ran" not in found.stdout + found.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
@pytest.mark.parametrize("command", [["check", "docs/proofs/dpo.md"], ["show", "gibbs"]])
def test_output_that_cannot_be_written_is_said_in_a_line(command: list[str]) -> None:
    with open("/dev/full", "w") as full:
        found = subprocess.run(
            [sys.executable, "-m", "symkl", *command], stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )
    assert found.returncode == 2 and "Traceback" not in found.stderr and "could not be written" in found.stderr
