"""How large a step is: the laws that it cannot do without."""

from __future__ import annotations

from pathlib import Path

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Overall, Report, Status
from symkl.checking.sizing import LOGARITHMS, NORMALISED, SUMS, laws_of
from symkl.checking.slopes import LINEAR
from symkl.cli import main
from symkl.reporting.findings import findings

KL, DEFINED = "the definition of KL", r"""
$$ Z(x) = \sum_y \pi_{ref}(y|x) e^{r(x,y)/\beta} $$

$$ \pi^*(y|x) = \pi_{ref}(y|x) e^{r(x,y)/\beta} / Z(x) $$

"""

ONE = "<!-- symkl: at most 1 law a step -->\n\n"

STEPS = [
    (r"\sum_y p(y) \log \frac{p(y)}{q(y)} = D_{KL}(p \| q)", {KL}),
    (r"\sum_y p(y) (\log p(y) - \log q(y)) = D_{KL}(p \| q)", {KL}),
    (r"E_{y \sim p}[\log \frac{p(y)}{q(y)}] = D_{KL}(p \| q)", {KL}),
    (r"E_{y \sim p}[h(y)] = \sum_y p(y) h(y)", set()),
    (r"2 \beta + \beta = 3 \beta", set()),
    (r"\log \frac{p(y)}{q(y)} = \log p(y) - \log q(y)", {LOGARITHMS}),
    (r"\sum_y p(y) \log \frac{p(y)}{q(y)} = \sum_y p(y) (\log p(y) - \log q(y))", {LOGARITHMS}),
    (r"\sum_y p(y) (\log p(y) - \log q(y)) = \sum_y p(y) \log p(y) - \sum_y p(y) \log q(y)", {SUMS}),
    (r"\sum_y \beta p(y) h(y) = \beta \sum_y p(y) h(y)", {SUMS}),
    (r"\sum_y \beta p(y) = \beta \sum_y p(y)", {SUMS}),
    (r"\sum_y p(y) = 1", {NORMALISED}),
    (r"\sum_y \beta p(y) = \beta", {SUMS, NORMALISED}),
    (r"e^{\log p(y)} = p(y)", {LOGARITHMS}),
    (r"D_{KL}(p \| q) \ge 0", {"Gibbs"}),
    (r"\sum_z p(z) h(z) = \sum_y p(y) h(y)", set()),
    (r"D_{KL}(p \| q) + D_{KL}(q \| p) = D_{KL}(q \| p) + D_{KL}(p \| q)", set()),
    (r"\max_\pi E_{y\sim\pi}[r(x,y)] - \beta KL(\pi\|\pi_{ref}) = \min_\pi \beta KL(\pi\|\pi_{ref}) - E_{y\sim\pi}[r(x,y)]", {"same maximiser"}),
    (DEFINED + r"$$ \log \pi^*(y|x) = \log \frac{\pi_{ref}(y|x) e^{r(x,y)/\beta}}{Z(x)}", {"the definitions of Z, π*"}),
    (r"\nabla_\theta \log \pi_\theta(y|x) = \frac{\nabla_\theta \pi_\theta(y|x)}{\pi_\theta(y|x)}", {"the derivative of log"}),
    # What Gibbs' law needs besides itself.
    (r"E_{y\sim p}[\log \frac{p(y)}{q(y)}] \ge 0", {"Gibbs"}),
    (r"\sum_y p(y) \log p(y) \ge \sum_y p(y) \log q(y)", {"Gibbs", SUMS}),
    (r"\log p(y) \le p(y) - 1", {"log bound"}),
    (r"\beta D_{KL}(p \| q) + \beta \ge \beta", {"Gibbs"}),
    (r"\max_\pi \beta - \beta D_{KL}(\pi\|\pi_{ref}) = \beta", {"Gibbs"}),
    (r"\pi_{ref}(y|x) = \arg\max_\pi - \beta D_{KL}(\pi\|\pi_{ref})", {"Gibbs"}),
    (DEFINED + r"$$ \max_\pi \beta \log Z(x) - \beta D_{KL}(\pi\|\pi^*) = \beta \log Z(x)", {"Gibbs"}),
    (DEFINED + r"$$ \max_\pi E_{y\sim\pi}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref}) = \beta \log Z(x)",
     {"Gibbs", KL, LOGARITHMS, SUMS, NORMALISED, "the definition of Z"}),
    (DEFINED + r"$$ \beta \log Z(x) - \beta D_{KL}(\pi\|\pi^*) \le \beta \log Z(x)", {"Gibbs"}),
    # What a derivative needs: its rules, and what is done with the result.
    (r"\nabla_\theta \sum_y \pi_\theta(y|x) = \sum_y \nabla_\theta \pi_\theta(y|x)", {LINEAR}),
    (r"\nabla_\theta \sum_y \pi_\theta(y|x) = \nabla_\theta 1", {NORMALISED}),
    (r"\nabla_\theta \sum_y \pi_\theta(y|x) = 0", {LINEAR, NORMALISED}),
    (r"E_{y\sim\pi_\theta}[\nabla_\theta \log \pi_\theta(y|x)] = 0", {"the derivative of log", NORMALISED}),
    (r"\nabla_\theta (\pi_\theta(y|x) \log \pi_\theta(y|x)) = \log \pi_\theta(y|x) \nabla_\theta \pi_\theta(y|x) + \nabla_\theta \pi_\theta(y|x)",
     {"the product rule", "the derivative of log"}),
    (r"\nabla_\theta \log \sigma(\log \pi_\theta(y|x)) = \sigma(-\log \pi_\theta(y|x)) \nabla_\theta \log \pi_\theta(y|x)",
     {"the derivative of log", "the derivative of σ"}),
    (r"\nabla_\theta D_{KL}(\pi_\theta\|\pi_{ref}) = \nabla_\theta E_{y\sim\pi_\theta}[\log \frac{\pi_\theta(y|x)}{\pi_{ref}(y|x)}]", {KL}),
    (r"\frac{\partial}{\partial \beta} \beta^2 = 2 \beta", {"the derivative of a power"}),
    (r"\frac{\partial}{\partial p(y)} \sum_y p(y) h(y) = h(y)", {LINEAR}),
]  # fmt: skip


def of(row: str) -> Report:
    text = f"{row} $$" if row.startswith("\n") else f"$$ {row} $$"
    return check_text(f"<!-- symkl: h function of y; p distribution over y; q distribution over y -->\n{text}\n", "a.md")


@pytest.mark.parametrize(("row", "laws"), STEPS, ids=[row[-40:] for row, _ in STEPS])
def test_a_step_needs_these_laws_and_no_others(row: str, laws: set[str]) -> None:
    line = of(row).lines[-1]
    assert line.status is Status.PROVED, line
    (step,) = line.shown
    assert set(laws_of(step)) == laws


def test_a_step_by_an_earlier_row_names_it() -> None:
    text = (Path(__file__).parents[2] / "docs" / "proofs" / "lagrangian.md").read_text()
    lines = {line.line: line for line in check_text(text, "lagrangian.md").lines}
    assert [laws_of(step) for step in lines[24].shown] == [("line 20",)]


EARLIER = DEFINED + r"""
$$ J(\pi) = E_{y\sim\pi}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref}) $$

$$ J(\pi) = \beta \log Z(x) - \beta D_{KL}(\pi\|\pi^*) $$

$$ J(\pi^*) = \beta \log Z(x) $$

$$ J(\pi^*) - J(\pi) = \beta D_{KL}(\pi\|\pi^*) $$
"""


def test_a_step_from_earlier_rows_is_as_large_as_it_is_from_there() -> None:
    def last(text: str) -> tuple[str, ...]:
        return check_text("<!-- symkl: at most 1 law a step -->\n" + text, "a.md").lines[-1].laws

    assert sorted(last(EARLIER)) == ["line 10", "line 12"]
    first, second = (f"$$ {row} $$" for row in (r"J(\pi) = \beta \log Z(x) - \beta D_{KL}(\pi\|\pi^*)", r"J(\pi^*) = \beta \log Z(x)"))
    for without in (first, second):
        assert len(last(EARLIER.replace(without, ""))) > 2
    # A row that is not proved helps nobody.
    wrong = EARLIER.replace(second, second.replace("log Z(x)", "log Z(x) + 1"))
    assert "line 12" not in last(wrong) and len(last(wrong)) > 2


@pytest.mark.parametrize(("first", "then"), [
    # in another order, and within a longer sum
    (r"\log Z(x) + \log \pi^*(y|x) = \log \pi_{ref}(y|x) + r(x,y)/\beta",
     r"h(y) + \log \pi^*(y|x) + \log Z(x) = r(x,y)/\beta + h(y) + \log \pi_{ref}(y|x)"),
    # for another response, and for every response of a sum
    (r"r(x,y) = \beta \log \frac{\pi^*(y|x)}{\pi_{ref}(y|x)} + \beta \log Z(x)",
     r"r(x,y') = \beta \log \frac{\pi^*(y'|x)}{\pi_{ref}(y'|x)} + \beta \log Z(x)"),
    # of another policy
    (r"E_{y\sim\pi}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref}) = \beta \log Z(x) - \beta D_{KL}(\pi\|\pi^*)",
     r"E_{y\sim q}[r(x,y)] - \beta D_{KL}(q\|\pi_{ref}) = \beta \log Z(x) - \beta D_{KL}(q\|\pi^*)"),
    # inside a problem
    (r"E_{y\sim\pi}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref}) = \beta \log Z(x) - \beta D_{KL}(\pi\|\pi^*)",
     r"\max_\pi E_{y\sim\pi}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref}) = \max_\pi \beta \log Z(x) - \beta D_{KL}(\pi\|\pi^*)"),
])  # fmt: skip
def test_an_earlier_row_counts_however_it_is_written(first: str, then: str) -> None:
    head = "<!-- symkl: at most 1 law a step; h function of y; q distribution over y given x -->\n"
    with_row = check_text(f"{head}{DEFINED}$$ {first} $$\n\nSo\n\n$$ {then} $$\n", "a.md").lines[-1]
    without = check_text(f"{head}{DEFINED}$$ {then} $$\n", "a.md").lines[-1]
    assert with_row.status is without.status is Status.PROVED
    assert with_row.laws == ("line 7",) and len(without.laws) > 1


def test_rows_of_a_chain_count_together() -> None:
    rows = (
        r"E_{y\sim\pi}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref})", r"= E_{y\sim\pi}[r(x,y) - \beta \log \frac{\pi(y|x)}{\pi_{ref}(y|x)}]",
        r"= E_{y\sim\pi}[\beta \log Z(x) - \beta \log \frac{\pi(y|x)}{\pi^*(y|x)}]", r"= \beta \log Z(x) - \beta D_{KL}(\pi\|\pi^*)",
        r"\max_\pi E_{y\sim\pi}[r(x,y)] - \beta D_{KL}(\pi\|\pi_{ref}) = \max_\pi \beta \log Z(x) - \beta D_{KL}(\pi\|\pi^*)",
    )  # fmt: skip
    text = ONE + DEFINED + "\n\n".join(f"$$ {row} $$" for row in rows)
    lines = check_text(text, "a.md").lines
    assert lines[-1].laws == (f"line {lines[-2].line}",)


LEAP = r"$$ D_{KL}(p \| q) = \sum_y p(y) \log p(y) - \sum_y p(y) \log q(y) $$" + "\n"
SPLIT = (
    r"$$ D_{KL}(p \| q) = \sum_y p(y) (\log p(y) - \log q(y)) $$" "\n\n"
    r"$$ = \sum_y p(y) \log p(y) - \sum_y p(y) \log q(y) $$" "\n"
)  # fmt: skip


def test_a_leap_is_proved_and_leaves_the_proof_incomplete() -> None:
    assert check_text(LEAP, "a.md").verdict is Overall.PROVED
    report = check_text(ONE + LEAP, "a.md")
    (line,) = report.lines
    assert report.verdict is Overall.INCOMPLETE and line.status is Status.PROVED and report.too_large == (line,)
    assert line.laws == (KL, SUMS) and KL in line.notes[-1] and SUMS in line.notes[-1]
    (finding,) = findings(report)
    assert (finding.line, finding.status) == (3, "incomplete") and "needs 2 laws, and 1 is allowed" in finding.message
    split = check_text(ONE + SPLIT, "a.md")
    assert split.verdict is Overall.PROVED and not split.too_large and not findings(split)


def test_the_stricter_limit_holds() -> None:
    two = "<!-- symkl: at most 2 laws a step -->\n\n"
    assert check_text(two + LEAP, "a.md").verdict is Overall.PROVED
    assert check_text(two + LEAP, "a.md", context=("at most 1 laws a step",)).verdict is Overall.INCOMPLETE
    assert check_text(ONE + LEAP, "a.md", context=("at most 2 laws a step",)).verdict is Overall.INCOMPLETE


def test_a_wrong_row_stays_wrong_however_small() -> None:
    report = check_text(ONE + r"$$ D_{KL}(p \| q) = \sum_y p(y) \log \frac{q(y)}{p(y)} $$", "a.md")
    assert report.verdict is Overall.REFUTED and not report.lines[0].laws


def test_strict_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.md"
    file.write_text(LEAP)
    assert main(["check", str(file)]) == 0
    for option in ("--strict", "--strict=law", "--strict=1"):
        assert main(["check", option, str(file), "--width", "200"]) == 1
        assert "needs 2 laws, and 1 is allowed" in capsys.readouterr().out
    assert main(["check", str(file), "--strict", "--quiet", "--width", "200"]) == 1
    assert "needs 2 laws" in capsys.readouterr().out
    assert main(["check", "--strict=2", str(file)]) == 0
    for wrong in ("0", "lw", ""):
        with pytest.raises(SystemExit) as code:
            main(["check", f"--strict={wrong}", str(file)])
        assert code.value.code == 2
    assert "--strict" in capsys.readouterr().err
