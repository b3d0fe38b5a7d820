"""A policy being trained: the gradient and each path against the formulas of the derivations, in mpmath."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings
from hypothesis import strategies as st

from symkl.problems import FiniteProblem, InvalidProblem, Training
from symkl.strategies import policies, problems

REFERENCE = ["1/2", "1/8", "0", "1/8", "1/4"]
PROXY = ["0", "3/10", "9", "5/2", "3/10"]
TRUE = [1, 0, 7, -4, 2]
BETA = "1/3"
MP = mpmath.MPContext()
MP.dps = 60


def number(value: Any) -> Any:
    value = Fraction(value)
    return MP.mpf(value.numerator) / value.denominator


def objective(pi: Sequence[Any], p: Sequence[Any], r: Sequence[Any], beta: Any) -> Any:
    return MP.fsum(q * (each - beta * MP.log(q / base)) for q, base, each in zip(pi, p, r, strict=True) if base)


def softmax(theta: Sequence[Any]) -> list[Any]:
    weights = [MP.exp(each) if each is not None else MP.zero for each in theta]
    return [each / MP.fsum(weights) for each in weights]


def tables() -> tuple[list[Any], list[Any], Any]:
    return list(map(number, REFERENCE)), list(map(number, PROXY)), number(BETA)


def gradient(pi: Sequence[Any], baseline: Any = 0) -> list[Any]:
    """``E_π[(r - β log(π/π_ref) - b) ∇log π]``, response by response, as ``derivations/policy_gradient.py`` has it."""
    p, r, beta = tables()
    inside = [i for i, base in enumerate(p) if base]
    earned = {i: r[i] - beta * MP.log(pi[i] / p[i]) - baseline for i in inside}
    return [MP.fsum(pi[y] * earned[y] * ((y == z) - pi[z]) for y in inside) for z in range(len(p))]


POLICY = ["1/10", "1/5", "0", "3/10", "2/5"]


@pytest.mark.parametrize("baseline", [0, 1, Fraction(-7, 3)])
def test_the_gradient_is_the_derivations_formula_whatever_the_baseline(baseline: Any) -> None:
    exact = gradient(list(map(number, POLICY)), number(baseline))
    problem = FiniteProblem(REFERENCE, PROXY, BETA)
    assert np.allclose(problem.gradient(POLICY), list(map(float, exact)), rtol=1e-14, atol=1e-16)
    assert all(abs(MP.mpf(a) - b) < 1e-28 for a, b in zip(problem.digits(30).gradient(POLICY), exact, strict=True))
    for ball, value in zip(problem.balls(30).gradient(POLICY), exact, strict=True):
        assert ball.overlaps(arb(MP.nstr(value, 50), 1e-45)) and ball.rad() < 1e-25


def test_the_gradient_is_that_of_differences() -> None:
    p, r, beta = tables()
    theta = [MP.log(number(each)) if Fraction(each) else None for each in POLICY]
    found = FiniteProblem(REFERENCE, PROXY, BETA).digits(25).gradient(POLICY)
    step = MP.mpf(10) ** -15
    for i in range(len(p)):
        if theta[i] is None:
            assert found[i] == 0
            continue
        above, below = ([*theta[:i], theta[i] + sign * step, *theta[i + 1 :]] for sign in (1, -1))
        slope = (objective(softmax(above), p, r, beta) - objective(softmax(below), p, r, beta)) / (2 * step)
        assert abs(MP.mpf(found[i]) - slope) < 1e-24


def test_the_gradient_vanishes_at_the_optimum_and_nowhere_else() -> None:
    problem = FiniteProblem(REFERENCE, PROXY, BETA)
    assert np.abs(problem.gradient(problem.policy())).max() < 1e-15
    assert np.abs(problem.gradient(problem.reference)).max() > 0.1


# -- the paths -----------------------------------------------------------------------------------


def stepped(method: str, rate: Any, steps: int) -> list[list[Any]]:
    """The policies of a path, by the definitions."""
    p, r, beta = tables()
    pi, out = p, [p]
    for _ in range(steps):
        theta = [MP.log(each) if each else None for each in pi]
        if method == "gradient":
            change = [rate * each for each in gradient(pi)]
        elif method == "natural":
            # F⁺ ∇J, with F the Fisher matrix of the softmax on the support: F ρ = ∇J.
            inside = [i for i, base in enumerate(p) if base]
            fisher = MP.matrix(len(inside))
            for a, i in enumerate(inside):
                for b, j in enumerate(inside):
                    fisher[a, b] = pi[i] * ((i == j) - pi[j]) + 1  # + 1: directions that add a constant change nothing
            solved = MP.lu_solve(fisher, MP.matrix([gradient(pi)[i] for i in inside]))
            change = [rate * solved[inside.index(i)] if i in inside else 0 for i in range(len(p))]
        else:
            # argmax E[r] - β KL(π‖π_ref) - KL(π‖π_k)/η: π ∝ exp((r + β log π_ref + log π_k/η)/(β + 1/η)).
            price = beta + 1 / rate
            theta = [
                (r[i] + beta * MP.log(p[i]) + theta[i] / rate) / price if p[i] else None for i in range(len(p))
            ]  # fmt: skip
            change = [0] * len(p)
        pi = softmax([None if t is None else t + c for t, c in zip(theta, change, strict=True)])
        out.append(pi)
    return out


@pytest.mark.parametrize(("method", "rate"), [("gradient", "0.7"), ("natural", "0.5"), ("mirror", "0.9")])
def test_a_path_is_that_of_the_definitions(method: str, rate: str) -> None:
    p, r, beta = tables()
    run = FiniteProblem(REFERENCE, PROXY, BETA).train(TRUE, rate=rate, steps=12, method=method)
    path = stepped(method, number(rate), 12)
    assert run.steps.tolist() == list(range(13)) and run.kl[0] == 0
    assert np.allclose(run.policy, list(map(float, path[-1])), rtol=1e-12, atol=0)
    z = MP.fsum(base * MP.exp(each / beta) for base, each in zip(p, r, strict=True))
    for k, pi in enumerate(path):
        kl = MP.fsum(q * MP.log(q / base) for q, base in zip(pi, p, strict=True) if q)
        earned, true = (MP.fsum(q * v for q, v in zip(pi, row, strict=True)) for row in (r, TRUE))
        exact = (earned, true, kl, earned - beta * kl, beta * MP.log(z) - earned + beta * kl)
        shown = (run.expected_reward, run.true_reward, run.kl, run.objective, run.gap)
        assert all(abs(row[k] - value) < 1e-13 for row, value in zip(shown, exact, strict=True)), k


@pytest.mark.parametrize(("method", "factor"), [("natural", 1 - 0.25 / 3), ("mirror", 1 / (1 + 0.25 / 3))])
def test_log_odds_come_nearer_by_one_factor_as_mirror_descent_proves(method: str, factor: float) -> None:
    problem = FiniteProblem(REFERENCE, PROXY, BETA)
    run = problem.train(rate="1/4", steps=40, method=method)
    support = problem.support
    away, first = (
        np.log(pi[support]) - np.log(problem.policy()[support]) for pi in (run.policy, problem.reference)
    )  # fmt: skip
    assert np.allclose(away - away[0], factor**40 * (first - first[0]), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("method", "rate"), [("gradient", 6), ("natural", 1), ("mirror", 1), ("mirror", 1e6)])
def test_a_training_comes_to_the_optimum_and_climbs_all_the_way(method: str, rate: float) -> None:
    problem = FiniteProblem(REFERENCE, PROXY, BETA)
    run = problem.train(rate=rate, steps=3000, method=method)
    assert run.gap[-1] < 1e-12 and np.abs(run.policy - problem.policy()).max() < 1e-6
    assert np.all(np.diff(run.gap) <= 1e-15) and run.gap[0] > 1


def test_the_last_of_the_way_shrinks_by_the_least_eigenvalue() -> None:
    problem = FiniteProblem(["3/10", "1/5", "1/2"], [1, 0, "1/2"], 2)
    policy = problem.policy()
    least = np.linalg.eigvalsh(np.diag(policy) - np.outer(policy, policy))[1]
    gap = problem.train(rate=1, steps=60).gap
    assert gap[20] < 1e-8 and gap[31] / gap[30] == pytest.approx((1 - 2 * least) ** 2, rel=1e-2)


def test_a_rate_is_stable_below_the_bound_and_not_above_it() -> None:
    for method in ("gradient", "natural"):
        problem = FiniteProblem(["3/10", "1/5", "1/2"], [1, 0, "1/2"], 2)
        bound = problem.train(rate=1, method=method, steps=1).stable_rate
        assert problem.train(rate=0.97 * bound, method=method, steps=900).gap[-1] < 1e-12
        beyond = problem.train(rate=1.03 * bound, method=method, steps=900)
        assert beyond.gap[-1] > 1e-4 and np.ptp(beyond.kl[-10:]) > 1e-3


def test_the_bound_is_that_of_the_hessian() -> None:
    rng = np.random.default_rng(3)
    for size in (1, 2, 3, 7):
        problem = FiniteProblem.from_logits(rng.normal(size=size), rng.normal(size=size), 0.7)
        policy = problem.policy()
        largest = np.linalg.eigvalsh(np.diag(policy) - np.outer(policy, policy))[-1]
        bound = problem.train(rate=1, steps=1).stable_rate
        assert bound == pytest.approx(2 / (0.7 * largest), rel=1e-9) if size > 1 else bound == math.inf
    tied = FiniteProblem(["1/4"] * 4, [0] * 4, 2).train(rate=1, steps=1)
    assert tied.stable_rate == pytest.approx(4)


# -- the ends ------------------------------------------------------------------------------------


def test_the_ends_are_certified() -> None:
    p, r, beta = tables()
    run = FiniteProblem(REFERENCE, PROXY, BETA).balls(20).train(TRUE, rate=1, steps=2)
    weights = [base * MP.exp(each / beta) for base, each in zip(p, r, strict=True)]
    best = [each / MP.fsum(weights) for each in weights]
    kl = MP.fsum(q * MP.log(q / base) for q, base in zip(best, p, strict=True) if q)

    def mean(pi: Sequence[Any], values: Sequence[Any]) -> Any:
        return MP.fsum(q * value for q, value in zip(pi, values, strict=True))

    pairs = [
        (run.start.expected_reward, mean(p, r)), (run.start.true_reward, mean(p, TRUE)), (run.start.kl, 0),
        (run.start.objective, mean(p, r)), (run.optimum.expected_reward, mean(best, r)),
        (run.optimum.true_reward, mean(best, TRUE)), (run.optimum.kl, kl),
        (run.optimum.objective, beta * MP.log(MP.fsum(weights))), (run.coldest_true_reward, -4),
        (run.coldest_kl, MP.log(8)), (run.largest_kl, MP.log(8)),
    ]  # fmt: skip
    for ball, exact in pairs:
        assert isinstance(ball, arb) and ball.overlaps(arb(MP.nstr(exact, 50), 1e-45)) and ball.rad() < 1e-18


def test_ties_share_the_cold_limit_as_the_reference_did() -> None:
    run = FiniteProblem(["1/2", "1/6", "1/3"], [0, 3, 3], 1).train([9, 1, 4], rate=1, steps=1)
    assert run.coldest_true_reward == pytest.approx(3)
    assert run.coldest_kl == pytest.approx(math.log(2)) and run.largest_kl == pytest.approx(math.log(6))


def test_a_best_response_that_floats_cannot_see() -> None:
    run = FiniteProblem.from_logits([0, -2000], [0, 1], 1).train(rate=1, steps=3)
    assert run.coldest_kl == run.largest_kl == 2000 and run.coldest_true_reward == 1


def test_each_prompt_is_trained_by_itself() -> None:
    rows = [["1/2", "1/2"], ["1/4", "3/4"]]
    both = FiniteProblem(rows, [[1, 0], [3, 5]], 1).train([[0, 1], [2, 2]], rate=1, steps=9)
    for i, reward in enumerate([[1, 0], [3, 5]]):
        alone = FiniteProblem(rows[i], reward, 1).train([[0, 1], [2, 2]][i], rate=1, steps=9)
        assert np.array_equal(both.kl[:, i], alone.kl) and np.array_equal(both.true_reward[:, i], alone.true_reward)
        assert both.optimum.kl[i] == alone.optimum.kl


# -- whatever comes ------------------------------------------------------------------------------


@settings(max_examples=60)
@given(problems(), st.sampled_from(["gradient", "mirror"]), st.integers(-9, 9))
def test_a_path_keeps_what_every_path_must(problem: FiniteProblem, method: str, size: int) -> None:
    """Ties, zero mass, temperatures from 1e-6 to 1e12: what no mass has gets none, and nothing passes its bounds."""
    rate = Fraction(10) ** size
    try:
        run = problem.train(rate=rate, steps=6, method=method)
    except InvalidProblem as error:
        assert method == "gradient" and str(error).startswith("rate: found ")
        return
    assert np.all(run.policy[~problem.support] == 0)
    scale = 1 + abs(problem.reward).max()
    beta = float(problem.beta)
    assert np.all(run.gap >= 0) and np.all(run.kl >= 0)
    assert np.all(run.kl <= np.asarray(run.largest_kl) * (1 + 1e-9) + 1e-12)
    assert np.all(np.abs(run.objective + run.gap - run.optimum.objective) <= 1e-9 * (scale + beta * (1 + run.kl)))
    if method == "mirror":
        assert np.all(np.diff(run.gap, axis=0) <= 1e-9 * (run.gap[:-1] + 1e-290) + 1e-15 * scale)
    assert np.array_equal(run.true_reward, run.expected_reward)


@settings(max_examples=40)
@given(st.data())
def test_a_small_step_along_the_gradient_climbs(data: st.DataObject) -> None:
    problem = data.draw(problems(prompts=1, size=3, zero_mass=False)).digits(40)
    pi = data.draw(policies(problem, full_support=True))
    slope = problem.gradient(pi).ravel()
    size = sum(each * each for each in slope)
    weights = [MP.mpf(q.numerator) / q.denominator for q in np.ravel(pi)]
    steep = max(1, *(abs(float(each)) for each in slope), float(problem.beta), *map(abs, map(float, problem.reward.ravel())))
    step = MP.mpf("1e-12") / MP.mpf(steep)
    theta = [MP.log(q) + step * MP.mpf(each) for q, each in zip(weights, slope, strict=True)]
    p, r = ([MP.mpf(each) for each in row.ravel()] for row in (problem.digits(60).reference, problem.digits(60).reward))
    beta = MP.mpf(problem.digits(60).beta)
    gain = objective(softmax(theta), p, r, beta) - objective(weights, p, r, beta)
    assert abs(gain - step * MP.mpf(size)) <= 1e-3 * step * MP.mpf(size) + step**2 * steep**3 * 1e3 + MP.mpf(10) ** -45


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rate": 0}, "rate: found 0, expected a number > 0 (between 1e-300 and 1e300)"),
        ({"rate": "fast"}, "rate: found 'fast', expected a number > 0 (between 1e-300 and 1e300)"),
        ({"steps": 0}, "steps: found 0, expected a whole number from 1 to 100000"),
        ({"steps": 2.0}, "steps: found 2.0, expected a whole number from 1 to 100000"),
        ({"method": "adam"}, "method: found 'adam', expected one of gradient, natural, mirror"),
        ({"method": []}, "method: found [] (list), expected one of gradient, natural, mirror"),
        ({"true_reward": [1]}, "true_reward: found 1 numbers in one flat table, expected 2 numbers in one flat table, as in the reference"),
        ({"true_reward": [1, math.nan]}, "true_reward at response 1: found nan, expected a finite number"),
        (
            {"rate": 1e200, "method": "natural"},
            "rate: found 1e+200, with which step 2 leaves the range of floats, expected a smaller number",
        ),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidProblem) as error:
        FiniteProblem(["1/2", "1/2"], [1, 0], 1).train(**{"rate": 1, **change})
    assert str(error.value) == message


def test_a_policy_with_mass_where_the_reference_has_none_has_no_gradient() -> None:
    problem = FiniteProblem(["1", "0"], [1, 0], 1)
    with pytest.raises(InvalidProblem, match="pi at response 1: found mass, expected none"):
        problem.gradient(["1/2", "1/2"])
    with pytest.raises(InvalidProblem, match="pi: found None, expected a policy"):
        problem.gradient(None)


def test_a_path_does_not_change() -> None:
    run = FiniteProblem(["1/2", "1/2"], [1, 0], 1).train(rate=1, steps=2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        run.kl = run.gap  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        run.kl[0] = 3
    assert isinstance(run, Training)
