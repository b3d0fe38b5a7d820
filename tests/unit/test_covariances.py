"""Covariances under a policy."""

from __future__ import annotations

from fractions import Fraction

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status
from tests.told import told

ANY = "<!-- symkl: f function of y; g function of y -->"
TILT = r"$$ \pi_\eta(y) = \frac{\mu(y) e^{\eta g(y)}}{\sum_{y'} \mu(y') e^{\eta g(y')}} $$"


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"\operatorname{Cov}_{y\sim\pi}(f(y), g(y)) = E_\pi[f g] - E_\pi[f] E_\pi[g]", Status.PROVED),
        (r"\operatorname{Cov}_{y\sim\pi}(f(y), g(y)) = E_\pi[f g]", Status.REFUTED),
        (r"\mathrm{Cov}_\pi[f, g] = \mathrm{Cov}_\pi[g, f]", Status.PROVED),
        (r"\mathrm{Cov}_\pi[f, f] = \mathrm{Var}_\pi[f]", Status.PROVED),
        (r"\mathrm{Cov}_\pi[f, g] \ge 0", Status.REFUTED),
        (r"\mathrm{Cov}_\pi[f + 1, g] = \mathrm{Cov}_\pi[f, g]", Status.PROVED),
        (r"\frac{d}{d\eta} E_{y\sim\pi_\eta}[f(y)] = \mathrm{Cov}_{y\sim\pi_\eta}[f(y), g(y)]", Status.PROVED),
        (r"\frac{d}{d\eta} E_{y\sim\pi_\eta}[f(y)] = -\mathrm{Cov}_{y\sim\pi_\eta}[f(y), g(y)]", Status.REFUTED),
        (r"\mathrm{Cov}_{x\sim D, y\sim\pi(\cdot|x)}[r(x,y), c(x,y)] = \mathrm{Cov}_{x\sim D, y\sim\pi(\cdot|x)}[c(x,y), r(x,y)]",
         Status.PROVED),  # whatever c is
        (r"\mathrm{Cov}[f, g] = 0", Status.UNREADABLE),
        (r"\mathrm{Cov}_\pi[f] = 0", Status.UNREADABLE),
    ],
)  # fmt: skip
def test_a_covariance_is_the_mean_of_the_product_of_the_gaps(row: str, status: Status) -> None:
    assert told(check_text("\n\n".join((ANY, TILT, f"$$ {row} $$")), "row.md").lines[-1]) is status


def test_the_witness_of_a_false_covariance_is_what_it_says() -> None:
    """Cov(f, f) against E[f²] on (1/2, 1/2) and f = (1, 0): 1/4 against 1/2."""
    p, f = [Fraction(1, 2)] * 2, [1, 0]
    mean = sum(a * b for a, b in zip(p, f, strict=True))
    assert sum(a * (b - mean) ** 2 for a, b in zip(p, f, strict=True)) == Fraction(1, 4)
    line = check_text(f"{ANY}\n\n$$ \\mathrm{{Cov}}_\\pi[f, f] = E_\\pi[f^2] $$", "row.md").lines[-1]
    assert told(line) is Status.REFUTED
    assert line.counterexample is not None


@pytest.mark.parametrize(("row", "status"), [
    (r"\mathrm{Cov}_{y\sim p}(f(y), g(y))^2 \le \mathrm{Var}_{y\sim p}(f(y))\mathrm{Var}_{y\sim p}(g(y))",
     Status.PROVED),
    (r"\mathrm{Cov}_{y\sim p}(f(y), g(y))^2 \ge \mathrm{Var}_{y\sim p}(f(y))\mathrm{Var}_{y\sim p}(g(y))",
     Status.REFUTED),
    (r"|\mathrm{Cov}_{y\sim p}(f(y), g(y))| \le \sqrt{\mathrm{Var}_{y\sim p}(f(y))\mathrm{Var}_{y\sim p}(g(y))}",
     Status.PROVED),
    (r"\mathrm{Cov}_{y\sim p}(f(y), g(y)) \le \mathrm{Var}_{y\sim p}(f(y))", Status.REFUTED),
    (r"\mathrm{Var}_{y\sim p}(f(y)) = \frac12\mathbb{E}_{y,y'\sim p}[(f(y) - f(y'))^2]", Status.PROVED),
    (r"\mathrm{Var}_{y\sim p}(f(y)) = \mathbb{E}_{y,y'\sim p}[(f(y) - f(y'))^2]", Status.REFUTED),
    (r"\mathbb{E}_{y,y'\overset{iid}{\sim}\pi}[f(y)f(y')] = \mathbb{E}_{y\sim\pi}[f(y)]^2", Status.PROVED),
    (r"\mathbb{E}_{y,y'\stackrel{\text{i.i.d.}}{\sim}\pi}[f(y)f(y')] = \mathbb{E}_{y\sim\pi}[f(y)^2]", Status.REFUTED),
    (r"\mathbb{E}_{y,y'\overset{d}{\sim}\pi}[f(y)f(y')] = \mathbb{E}_{y\sim\pi}[f(y)]^2", Status.UNREADABLE),
    (r"|\mathbb{E}_{y\sim p}[f(y)g(y)]| \le \mathbb{E}_{y\sim p}[|f(y)||g(y)|]", Status.PROVED),
    (r"|\mathbb{E}_{y\sim p}[f(y)g(y)]| \ge \mathbb{E}_{y\sim p}[|f(y)||g(y)|]", Status.REFUTED),
])  # fmt: skip
def test_the_inequality_of_cauchy_and_schwarz_and_two_draws(row: str, status: Status) -> None:
    (line,) = check_text(f"{ANY}\n$$ {row} $$", "a.md").lines
    assert told(line) is status


def test_two_are_drawn_from_one_law_only_where_it_is_of_one() -> None:
    """Beside a law of pairs by the same name nobody can tell that the two are independent."""
    pairs = r"$$ \mathbb{E}_{y,y'\sim p}[f(y)f(y')] = \mathbb{E}_{y\sim p}[f(y)]^2 $$" + "\n\n" + r"$$ p(y,y') = p(y',y) $$"
    assert all(told(line) is not Status.PROVED for line in check_text(f"{ANY}\n{pairs}", "a.md").lines)


def test_two_bars_that_touch() -> None:
    rows = r"$$ |f(y)||g(y)| = |f(y)g(y)| $$" + "\n\n" + r"$$ |\mathrm{KL}(p||q)| = \mathrm{KL}(p(y)||q(y)) $$"
    assert [told(line) for line in check_text(f"{ANY}\n{rows}", "a.md").lines] == [Status.PROVED] * 2
