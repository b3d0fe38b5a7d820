r"""What stands at another value than its own: ``F'(0)``, ``Z(β/2)``, ``F[q + εh]``, ``\frac{d}{dε} f |_{ε=0}``."""

from __future__ import annotations

import pytest
from mpmath import diff, exp, log, mp, mpf

import symkl
from symkl.checking.report import Status

FREE_ENERGY = r"$$ F(t) = \log \sum_y \mu(y) e^{t r(y)} $$"
PARTITION = r"$$ Z(\beta) = \sum_y \mu(y) e^{r(y)/\beta} $$"
DIVERGENCE = r"$$ F[q] = \sum_y q(y) \log\frac{q(y)}{p(y)} $$"


def last(*rows: str) -> Status:
    return symkl.check_text("\n\n".join(rows), "row.md").lines[-1].status


TRUE = [
    (FREE_ENERGY, r"F(0) = 0"),
    (FREE_ENERGY, r"F'(0) = E_{y\sim\mu}[r(y)]"),
    (FREE_ENERGY, r"F''(0) = \operatorname{Var}_{y\sim\mu}[r(y)]"),
    (FREE_ENERGY, r"F'(t) = \frac{\sum_y \mu(y) r(y) e^{t r(y)}}{\sum_y \mu(y) e^{t r(y)}}"),
    (FREE_ENERGY, r"F(2t) = \log \sum_y \mu(y) e^{2 t r(y)}"),
    (PARTITION, r"Z(\beta/2) = \sum_y \mu(y) e^{2 r(y)/\beta}"),
    (PARTITION, r"Z(1) = \sum_y \mu(y) e^{r(y)}"),
    (PARTITION + "\n\n" + r"$$ G(\beta) = \beta \log Z(\beta) $$", r"G(2) = 2 \log \sum_y \mu(y) e^{r(y)/2}"),
    (DIVERGENCE, r"\frac{d}{d\epsilon} F[q + \epsilon h] \Big|_{\epsilon=0} = \sum_y h(y) (\log\frac{q(y)}{p(y)} + 1)"),
    (DIVERGENCE, r"\frac{d}{d\epsilon} F[(1-\epsilon) p + \epsilon q] \Big|_{\epsilon=0} = 0"),
    (r"$$ C(b) = E_{y\sim\pi}[(r(y) - b)^2] $$", r"C'(0) = -2 E_{y\sim\pi}[r(y)]"),
]  # fmt: skip

FALSE = [
    (FREE_ENERGY, r"F'(0) = E_{y\sim\mu}[r(y)^2]"),
    (FREE_ENERGY, r"F''(0) = E_{y\sim\mu}[r(y)^2]"),
    (FREE_ENERGY, r"F(2t) = 2 F(t)"),
    (PARTITION, r"Z(\beta/2) = \sum_y \mu(y) e^{r(y)/(2\beta)}"),
    (PARTITION, r"Z(\beta/2) = Z(\beta)"),
    (DIVERGENCE, r"\frac{d}{d\epsilon} F[(1-\epsilon) p + \epsilon q] \Big|_{\epsilon=0} = 1"),
    (r"$$ C(b) = E_{y\sim\pi}[(r(y) - b)^2] $$", r"C'(0) = 2 E_{y\sim\pi}[r(y)]"),
]  # fmt: skip

NOT_READ = [
    (PARTITION, r"Z(0) = 1"),  # r/0
    (r"$$ G(t) = t E_{y\sim q_t}[r(y)] $$", r"G(0) = 0"),  # q_t moves with t, and nothing says how
    (r"$$ G(t) = t c $$ $$ c = E_{y\sim q_t}[r(y)] $$", r"G(2) = 2c"),
    (r"$$ F(\beta) = \beta \log \sum_y \mu(y) e^{r(y)/\beta} $$", r"F(0) = E_{y\sim\mu}[r(y)]"),
    (DIVERGENCE, r"F[(1-\epsilon) q + \epsilon p] \le (1-\epsilon) F[q]"),  # of an ε between 0 and 1
    (DIVERGENCE, r"\frac{d}{d\epsilon} F[q + \epsilon h] \Big|_{\epsilon=0} = \frac{d}{d\epsilon} F[q + \epsilon h]"),
    (DIVERGENCE, r"\frac{d}{d\epsilon} F[q + \epsilon h] \Big|_{\epsilon=0} = \epsilon"),
    (r"$$ J[q] = E_{y\sim q}[Q^q(y)] $$", r"\frac{d}{d\epsilon} J[q + \epsilon h] \Big|_{\epsilon=0} = \sum_y h(y) Q^q(y)"),
]  # fmt: skip


@pytest.mark.parametrize(("given", "row"), TRUE)
def test_a_true_row_is_proved(given: str, row: str) -> None:
    assert last(given, f"$$ {row} $$") is Status.PROVED


@pytest.mark.parametrize(("given", "row"), FALSE)
def test_a_false_neighbour_is_refuted(given: str, row: str) -> None:
    assert last(given, f"$$ {row} $$") is Status.REFUTED


@pytest.mark.parametrize(("given", "row"), NOT_READ)
def test_what_may_move_unsaid_is_neither(given: str, row: str) -> None:
    assert last(given, f"$$ {row} $$") in (Status.UNREADABLE, Status.UNKNOWN)


def test_the_slopes_that_are_proved_are_those_of_numbers() -> None:
    """F'(0) and F''(0), by differences of high precision."""
    mp.dps = 40
    weights, values = [mpf(1) / 5, mpf(3) / 10, mpf(1) / 2], [mpf(2), mpf(-1), mpf("0.5")]

    def energy(t: mpf) -> mpf:
        return log(sum(w * exp(t * v) for w, v in zip(weights, values, strict=True)))

    mean = sum(w * v for w, v in zip(weights, values, strict=True))
    variance = sum(w * (v - mean) ** 2 for w, v in zip(weights, values, strict=True))
    assert abs(diff(energy, 0) - mean) < mpf(10) ** -15
    assert abs(diff(energy, 0, 2) - variance) < mpf(10) ** -12


def test_a_function_of_a_bound_variable_is_not_caught() -> None:
    """m has a y of its own: F(m) is another number for each y, and F sums over y."""
    text = FREE_ENERGY + "\n\n$$ m = r(y) $$\n\n$$ F(m) = F(m) $$"
    assert symkl.check_text(text, "row.md").lines[-1].status in (Status.UNREADABLE, Status.UNKNOWN)
