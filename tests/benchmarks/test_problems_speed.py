"""How long FiniteProblem takes: printed by ``make bench``, never asserted as times.

Ratios are taken within one run, so that another machine changes little.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random
from statistics import median
from time import perf_counter
from typing import Any

import mpmath
import numpy as np
import pytest

from symkl.problems import FiniteProblem

SIZES, DIGITS = (8, 100, 1000), (50, 200, 1000)


def tables(n: int) -> tuple[list[Fraction], list[Fraction]]:
    """Exact tables of n responses."""
    rng = Random(n)
    weights = [rng.randint(1, 999) for _ in range(n)]
    return [Fraction(w, sum(weights)) for w in weights], [Fraction(rng.randint(-5000, 5000), 1000) for _ in range(n)]


def by_mpmath(reference: list[Fraction], reward: list[Fraction], beta: Fraction, digits: int) -> list[Any]:
    """The policy as one writes it down: nothing is certified, nothing is checked."""
    mp = mpmath.MPContext()
    mp.dps = digits
    inverse = mp.mpf(beta.denominator) / beta.numerator
    weights = [
        mp.mpf(p.numerator) / p.denominator * mp.exp(mp.mpf(r.numerator) / r.denominator * inverse)
        for p, r in zip(reference, reward, strict=True)
    ]
    total = mp.fsum(weights)
    return [w / total for w in weights]


def _seconds(what: Callable[[], object], rounds: int = 7) -> float:
    """The median time of a call."""
    times = []
    for _ in range(rounds):
        start = perf_counter()
        what()
        times.append(perf_counter() - start)
    return median(times)


@pytest.mark.parametrize("n", SIZES)
def test_a_certified_policy_of_fifty_digits(benchmark: Any, n: int) -> None:
    reference, reward = tables(n)
    problem = FiniteProblem(reference, reward, "0.3")
    benchmark.group = "certified policy() at 50 digits, n = 8, 100, 1000"
    benchmark(lambda: problem.at("0.3").balls(50).policy())


def ratios(n: int, digits: int) -> str:
    """One row: the time of balls, and the others as multiples of it; tables are read anew each time."""
    reference, reward = tables(n)
    beta = Fraction(3, 10)
    rounds = 3 if n * digits >= 100_000 else 7
    balls = _seconds(lambda: FiniteProblem(reference, reward, beta).balls(digits).policy(), rounds)
    plain = _seconds(lambda: by_mpmath(reference, reward, beta, digits), rounds)
    agreed = _seconds(lambda: FiniteProblem(reference, reward, beta).digits(digits).policy(), rounds)
    return f"{n:5} {digits:7} {1e3 * balls:12.2f} {plain / balls:16.1f} {agreed / balls:11.1f}"


def test_balls_beside_mpmath(capsys: pytest.CaptureFixture[str], timed: bool) -> None:
    """One table of ratios, and the figure that is aimed at."""
    sizes = SIZES if timed else SIZES[:1]
    lines = [ratios(n, digits) for n in sizes for digits in DIGITS]
    reference, reward = tables(sizes[-1])
    problem = FiniteProblem(reference, reward, "0.3")
    figure = _seconds(lambda: problem.at("0.3").balls(50).policy())
    plain = by_mpmath(reference, reward, Fraction(3, 10), 60)
    assert all(abs(float(a) - b) < 1e-15 for a, b in zip(problem.balls(50).policy(), plain, strict=True))
    with capsys.disabled():
        print("\n                               as multiples of balls")
        print("    n  digits  balls, in ms   plain mpmath  .digits(n)")
        print("\n".join(lines))
        print(f"certified policy(), n = {sizes[-1]}, 50 digits: {1e3 * figure:.1f} ms (aim: 20)")


def test_a_million_rows(capsys: pytest.CaptureFixture[str], timed: bool) -> None:
    rng = np.random.default_rng(0)
    rows = 1_000_000 if timed else 1000
    labels, reward = np.repeat(np.arange(rows // 10), 10), rng.normal(size=rows)
    weights = rng.random(rows)
    weights /= np.bincount(labels, weights)[labels]
    mixed = rng.permutation(rows)
    together = _seconds(lambda: FiniteProblem(weights, reward, 0.1, prompts=labels).policy(), 3)
    apart = _seconds(
        lambda: FiniteProblem(weights[mixed], reward[mixed], 0.1, prompts=labels[mixed]).policy(), 3
    )
    balls = FiniteProblem(weights, reward, 0.1, prompts=labels).balls(12)
    certified = _seconds(lambda: balls.policy(), 1)
    assert together > 0
    with capsys.disabled():
        print(f"\n{rows:,} rows of {rows // 10:,} prompts: {together:.2f} s; in random order {apart:.2f} s (aim: 2)")
        print(f"certified to 12 digits, tables read: {certified:.1f} s")
