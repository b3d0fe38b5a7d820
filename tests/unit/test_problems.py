"""FiniteProblem against the definitions, written out here over again in mpmath and fractions."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from time import perf_counter
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import arb, fmpq
from flint import ctx as flint_context
from hypothesis import given, settings
from hypothesis import strategies as st

from symkl.problems import FiniteProblem, InvalidProblem
from symkl.strategies import policies, problems

BETAS = ["1e-8", "1e-4", "0.1", "1", "7", "1e3", "1e6", "1e12"]
REFERENCE = [Fraction(1, 2), Fraction(1, 8), Fraction(0), Fraction(1, 8), Fraction(1, 4)]
REWARD = [Fraction(0), Fraction(3, 10), Fraction(9), Fraction(-1, 7), Fraction(3, 10)]


class Plain:
    """The definitions in 400 digits: nothing is shifted, nothing is written so that it does not cancel."""

    def __init__(self, reference: Sequence[Fraction], reward: Sequence[Fraction], beta: Any, digits: int = 400) -> None:
        self.mp = mpmath.MPContext()
        self.mp.dps = digits
        self.p = [self.number(v) for v in reference]
        self.r = [self.number(v) for v in reward]
        self.beta = self.number(Fraction(beta))
        weights = [p * self.mp.exp(r / self.beta) for p, r in zip(self.p, self.r, strict=True)]
        self.z = self.mp.fsum(weights)
        self.policy = [w / self.z for w in weights]

    def number(self, value: Any) -> Any:
        value = Fraction(value)
        return self.mp.mpf(value.numerator) / value.denominator

    def expected_reward(self, pi: Sequence[Any]) -> Any:
        return self.mp.fsum(p * r for p, r in zip(pi, self.r, strict=True))

    def kl(self, pi: Sequence[Any], rho: Sequence[Any]) -> Any:
        return self.mp.fsum(p * self.mp.log(p / q) for p, q in zip(pi, rho, strict=True) if p)

    def variance(self, pi: Sequence[Any]) -> Any:
        mean = self.expected_reward(pi)
        return self.mp.fsum(p * (r - mean) ** 2 for p, r in zip(pi, self.r, strict=True))

    def objective(self, pi: Sequence[Any]) -> Any:
        return self.expected_reward(pi) - self.beta * self.kl(pi, self.p)


def near(value: Any, exact: Any, tolerance: float) -> bool:
    """Relative, with what is below the range of floats as 0."""
    exact = mpmath.mpf(exact)
    if isinstance(value, float) and abs(exact) < 1e-290:
        return abs(value) < 1e-280
    return bool(abs(mpmath.mpf(value) - exact) <= tolerance * abs(exact))


def encloses(ball: arb, exact: Any, digits: int = 300) -> bool:
    """Whether a ball holds a number known to so many digits."""
    before, flint_context.prec = flint_context.prec, 2000
    try:
        error = arb(2) ** (int(exact.context.mag(exact)) - 10 * digits // 3) if exact else 0
        return bool(arb(arb(exact), error).overlaps(ball))
    finally:
        flint_context.prec = before


def quantities(problem: FiniteProblem) -> dict[str, Any]:
    return {
        name: getattr(problem, name)()
        for name in ("log_partition", "expected_reward", "variance", "kl", "objective")
    }


def plain_quantities(plain: Plain) -> dict[str, Any]:
    pi = plain.policy
    return {
        "log_partition": plain.mp.log(plain.z),
        "expected_reward": plain.expected_reward(pi),
        "variance": plain.variance(pi),
        "kl": plain.kl(pi, plain.p),
        "objective": plain.objective(pi),
    }


@pytest.mark.parametrize("beta", BETAS)
def test_the_three_kinds_agree_with_the_definitions(beta: str) -> None:
    problem, plain = FiniteProblem(REFERENCE, REWARD, beta), Plain(REFERENCE, REWARD, beta)
    floats, digits, balls = (p.policy() for p in (problem, problem.digits(60), problem.balls(60)))
    assert floats.dtype == np.float64 and floats.shape == digits.shape == balls.shape == (5,)
    for value, digit, ball, exact in zip(floats, digits, balls, plain.policy, strict=True):
        assert near(float(value), exact, 1e-9)
        assert abs(digit - exact) <= abs(exact) * mpmath.mpf(10) ** -59
        assert encloses(ball, exact) if exact else ball.is_zero()
    exact_values = plain_quantities(plain)
    for name, value in quantities(problem).items():
        assert isinstance(value, float)
        assert near(value, exact_values[name], 1e-9), name
    for name, value in quantities(problem.digits(60)).items():
        assert abs(value - exact_values[name]) <= abs(exact_values[name]) * mpmath.mpf(10) ** -59, name
    for name, value in quantities(problem.balls(60)).items():
        assert encloses(value, exact_values[name]), name
        assert value.rel_accuracy_bits() > 60 * math.log2(10)


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("spread", ["1e-12", "1", "1e6"])
def test_floats_are_precise_at_every_temperature(beta: str, spread: str) -> None:
    rewards = [Fraction(k) * Fraction(spread) + 5 for k in (0, 1, 1, -2, 3)]
    problem = FiniteProblem(["0.2", "0.3", "0.1", "0.3999", "0.0001"], rewards, beta)
    exact = problem.digits(60)
    for value, other in zip(problem.policy(), exact.policy(), strict=True):
        assert near(float(value), other, 1e-9)
    for name in ("kl", "variance", "expected_reward", "log_partition", "objective"):
        assert near(getattr(problem, name)(), getattr(exact, name)(), 1e-9), name
    pi = ["0.1", "0.1", "0.1", "0.3", "0.4"]
    assert near(problem.regret(pi), exact.regret(pi), 1e-9)


@given(problems(), st.data())
@settings(max_examples=30, deadline=None)
def test_any_problem(problem: FiniteProblem, data: st.DataObject) -> None:
    pi = data.draw(policies(problem))
    balls, digits = problem.balls(30), problem.digits(40)
    assert np.all(np.isfinite(problem.policy()))
    for ball, digit, value in zip(balls.policy().flat, digits.policy().flat, problem.policy().flat, strict=True):
        assert encloses(ball, digit, 39)
        assert near(float(value), digit, 1e-9)
    for name in ("regret", "kl", "expected_reward", "objective"):
        exact = np.atleast_1d(getattr(digits, name)(pi))
        certified = np.atleast_1d(getattr(balls, name)(pi))
        for ball, digit in zip(certified, exact, strict=True):
            assert encloses(ball, digit, 39), name
    regret = np.atleast_1d(balls.regret(pi))
    assert not any(value < 0 for value in regret)
    gap = np.atleast_1d(balls.objective() - balls.objective(pi) - balls.regret(pi))
    assert all(value.contains(0) for value in gap)


def test_one_response_has_nothing_to_choose() -> None:
    problem = FiniteProblem([1], ["3/7"], "1e-8")
    assert problem.policy().tolist() == [1.0]
    assert problem.kl() == problem.variance() == 0.0
    assert problem.balls(30).kl().is_zero()
    assert problem.digits(30).expected_reward() == problem.digits(30).reward[0]


def test_equal_rewards_leave_the_reference() -> None:
    problem = FiniteProblem(["1/3", "2/3"], ["1/7", "1/7"], "1e-8")
    assert problem.policy() == pytest.approx([1 / 3, 2 / 3])
    assert problem.kl() == 0.0 and problem.digits(50).kl() == 0 and problem.balls(50).kl().contains(0)


def test_ties_share_what_is_best_as_the_reference_has_it() -> None:
    assert FiniteProblem(["1/2", "1/4", "1/4"], [0, 1, 1], "1e-8").policy().tolist() == [0, 0.5, 0.5]


def test_mass_far_below_the_range_of_floats_may_win() -> None:
    tiny = Fraction(1, 10**400)
    problem = FiniteProblem([1 - tiny, tiny], [0, 1], "1e-8")
    assert problem.policy().tolist() == [0.0, 1.0]
    assert problem.kl() == pytest.approx(400 * math.log(10))
    assert problem.log_partition() == pytest.approx(1e8 - 400 * math.log(10), rel=1e-12)
    back = problem.at(1000)
    assert back.policy().tolist() == [1.0, 0.0]
    assert back.digits(30).policy()[1] > 0 and back.balls(30).policy()[1] > 0
    kl = back.balls(30).kl()
    assert kl > 0 and kl.rel_accuracy_bits() > 100


def test_policies_below_the_range_of_floats_have_logarithms() -> None:
    problem = FiniteProblem([0.5, 0.5, 0], [0, 1e6, 1e6], 1e-8)
    assert problem.policy().tolist() == [0, 1, 0]
    assert problem.log_policy().tolist() == [pytest.approx(-1e14), 0, -math.inf]
    exact = problem.digits(40)
    assert float(exact.log_policy()[0]) == pytest.approx(-1e14) and exact.log_policy()[2] == -mpmath.inf
    assert mpmath.log(exact.policy()[0]) == pytest.approx(-1e14)
    ball = problem.balls(40).log_policy()
    assert ball[2] == arb.neg_inf() and ball[0].rel_accuracy_bits() > 130
    taken = exact.kl(exact.policy(), exact.reference)
    assert taken == pytest.approx(math.log(2))


def test_what_methods_give_they_take() -> None:
    problem = FiniteProblem(REFERENCE, REWARD, "1e-2")
    for kind in (problem, problem.digits(40), problem.balls(40)):
        for giver in (problem, problem.digits(40), problem.balls(40), problem.balls(10)):
            value = kind.kl(giver.policy(), giver.reference)
            assert float(value) == pytest.approx(problem.kl(), rel=1e-9)
            assert float(kind.objective(giver.policy())) == pytest.approx(problem.objective(), rel=1e-9)
            assert abs(float(kind.regret(giver.policy()))) < 1e-10


def test_certified_all_the_way() -> None:
    problem = FiniteProblem(REFERENCE, REWARD, "0.3").balls(50)
    plain = Plain(REFERENCE, REWARD, "0.3")
    assert encloses(problem.kl(problem.policy(), problem.reference), plain.kl(plain.policy, plain.p))
    assert encloses(problem.expected_reward(problem.policy()), plain.expected_reward(plain.policy))
    assert problem.regret(problem.policy()).contains(0)


def test_divergences_of_any_two() -> None:
    pi, rho = ["1/2", "1/4", 0, "1/8", "1/8"], ["1/8", "1/8", "1/4", "1/4", "1/4"]
    problem, plain = FiniteProblem(REFERENCE, REWARD, 2), Plain(REFERENCE, REWARD, 2)
    a, b = ([plain.number(v) for v in row] for row in (pi, rho))
    for left, right, exact in [
        (pi, rho, plain.kl(a, b)), (pi, None, plain.kl(a, plain.p)), (None, rho, plain.kl(plain.policy, b)),
    ]:
        assert problem.kl(left, right) == pytest.approx(float(exact), rel=1e-14)
        assert abs(problem.digits(50).kl(left, right) - exact) < 1e-49
        assert encloses(problem.balls(50).kl(left, right), exact)
    regret = plain.objective(plain.policy) - plain.objective(a)
    assert encloses(problem.balls(50).regret(pi), regret)
    assert encloses(problem.balls(50).objective(pi), plain.objective(a))
    assert problem.kl(rho, pi) == math.inf == problem.regret(rho)
    assert problem.objective(rho) == -math.inf
    assert problem.digits(20).kl(rho, pi) == mpmath.inf and problem.balls(20).kl(rho, pi) == arb.pos_inf()


def test_near_equal_policies_keep_their_divergence() -> None:
    tiny = Fraction(1, 10**40)
    problem = FiniteProblem(["1/2", "1/2"], [0, 0], 1)
    pi = [Fraction(1, 2) + tiny, Fraction(1, 2) - tiny]
    for value in (problem.digits(50).kl(pi), problem.balls(50).regret(pi)):
        assert abs(float(value) / 2e-80 - 1) < 1e-12


@pytest.mark.parametrize("seed", range(4))
def test_the_regret_of_a_policy_next_to_the_reference_is_that_of_its_numbers(seed: int) -> None:
    """In floats its probabilities differ from those of the reference by rounding, or by less."""
    random = np.random.default_rng(seed)
    for beta in ("1e-3", 1, 10**6, 10**20, 10**60):
        weights = [Fraction(int(w)) / 10 ** int(k) for w, k in zip(random.integers(1, 9, 4), random.integers(0, 20, 4), strict=True)]
        reference = [w / sum(weights) for w in weights]
        reward = [Fraction(int(w)) / 10 ** int(k) for w, k in zip(random.integers(-9, 9, 4), random.integers(0, 12, 4), strict=True)]
        problem = FiniteProblem(reference, reward, beta)
        moved = np.array(problem.reference) * (1 + 1e-9 * random.normal(size=4))
        for pi in (problem.reference, problem.policy(), moved / moved.sum(), reference):
            exact = problem.digits(40).regret(pi)
            assert near(problem.regret(pi), exact, 1e-12), (beta, problem, pi)
            exact = problem.digits(40).kl(pi, problem.policy())
            found = problem.kl(pi, problem.policy())
            assert found == exact or near(found, exact, 1e-12), (beta, problem, pi)


def test_a_regret_that_is_lost_in_a_thousand_digits() -> None:
    tiny = Fraction(1, 10**30)
    problem = FiniteProblem([1 / (1 + tiny), tiny / (1 + tiny)], [0, -2], "1e-3")
    exact = Plain([1 / (1 + tiny), tiny / (1 + tiny)], [0, -2], "1e-3", digits=3000)
    regret = exact.mp.log1p(exact.policy[1] / exact.policy[0]) / 1000
    assert abs(problem.digits(40).regret([1, 0]) - regret) < regret * 1e-39
    assert encloses(problem.balls(30).regret([1, 0]), regret)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("reward", "beta"), [(1e10, 1e-300), (1e300, 1e-9)])
def test_rewards_that_overflow_over_the_temperature(reward: float, beta: float) -> None:
    problem = FiniteProblem([0.5, 0.5], [reward, 0], beta)
    assert near(problem.kl(), math.log(2), 1e-15)
    assert near(problem.objective(), reward, 1e-15)
    assert near(problem.regret([0.5, 0.5]), reward / 2, 1e-15)
    assert problem.regret([1, 0]) == 0
    assert problem.policy().tolist() == [1, 0]
    point, = problem.frontier([beta])
    assert near(point.kl, math.log(2), 1e-15) and near(point.objective, reward, 1e-15)
    assert point.expected_reward == reward
    rows = FiniteProblem([[0.5, 0.5], [0.5, 0.5]], [[reward, 0], [0, 0]], beta)
    assert np.allclose(rows.regret([[0.5, 0.5], [0.5, 0.5]]), [reward / 2, 0], rtol=1e-15)
    outside = FiniteProblem([0.5, 0.5, 0], [reward, 0, 0], beta)
    assert outside.regret([0.5, 0, 0.5]) == math.inf


def test_the_frontier() -> None:
    problem = FiniteProblem(REFERENCE, REWARD, 1)
    points = problem.frontier(["0.01", 0.5, 3])
    assert [point.beta for point in points] == [point.slope for point in points] == [0.01, 0.5, 3.0]
    for point in points:
        assert point.expected_reward == problem.at(point.beta).expected_reward()
        assert point.kl == problem.at(point.beta).kl()
        assert point.objective == pytest.approx(point.expected_reward - point.beta * point.kl)
        assert point.log_partition == pytest.approx(point.objective / point.beta)
    low, high = problem.digits(40).frontier([Fraction(1, 2), Fraction(1, 2) + Fraction(1, 10**12)])
    slope = (high.expected_reward - low.expected_reward) / (high.kl - low.kl)
    assert float(slope) == pytest.approx(0.5, abs=1e-9)
    (point,) = problem.balls(30).frontier([2])
    assert point.slope == 2 and encloses(point.kl, Plain(REFERENCE, REWARD, 2).kl(Plain(REFERENCE, REWARD, 2).policy, REFERENCE_MP))


REFERENCE_MP = Plain(REFERENCE, REWARD, 1).p


# -- tables in all their forms --------------------------------------------------------------------

FORMS = [
    ([0.25, 0.75], [1.0, 2.0]),
    (np.array([0.25, 0.75]), np.array([1, 2])),
    (np.array([0.25, 0.75], dtype=np.float32), np.array([1, 2], dtype=np.uint8)),
    (["1/4", "0.75"], ["1", " 2e0 "]),
    ([Fraction(1, 4), Fraction(3, 4)], (1, 2)),
    ([Decimal("0.25"), Decimal("0.75")], [Decimal(1), 2]),
    ([fmpq(1, 4), fmpq(3, 4)], [np.int64(1), np.float64(2)]),
    ([mpmath.mpf("0.25"), mpmath.mpf("0.75")], [mpmath.mpf(1), 2]),
    (np.array(["1/4", "3/4"]), np.array([1, "2"], dtype=object)),
    ({"a": "1/4", "b": "3/4"}, {"b": 2, "a": 1}),
    ((v for v in (0.25, 0.75)), iter([1, 2])),
]


@pytest.mark.parametrize(("reference", "reward"), FORMS)
def test_numbers_in_every_form(reference: Any, reward: Any) -> None:
    problem = FiniteProblem(reference, reward, Decimal("0.5"))
    assert problem.policy() == pytest.approx([0.25 / (0.25 + 0.75 * math.e**2), 0.75 / (0.25 * math.e**-2 + 0.75)])
    assert problem.digits(30).reference.tolist() == [0.25, 0.75]
    assert problem.beta == 0.5 and problem.at("1/3").balls(20).beta.overlaps(arb(1) / 3)


def test_a_float_is_the_binary_number_that_it_is() -> None:
    reward = FiniteProblem([1], [0.1], 1).balls(60).reward[0]
    exactly = FiniteProblem([1], [Fraction(1, 10)], 1).balls(60).reward[0]
    assert reward.is_exact() and float(reward) == 0.1 and not reward.overlaps(exactly)
    assert FiniteProblem([1], ["0.1"], 1).balls(60).reward[0].overlaps(exactly)


def test_a_table_of_floats_is_divided_by_its_sum() -> None:
    thirds = [0.1] * 9 + [0.1 + 5e-10]
    problem = FiniteProblem(thirds, [0] * 10, 1).balls(40)
    total = sum(Fraction(v) for v in thirds)
    assert encloses(problem.reference[0], Plain([1], [1], 1).number(Fraction(0.1) / total))
    assert sum(problem.policy()).contains(1)


def test_rows_of_equal_length_make_a_matrix() -> None:
    problem = FiniteProblem([["1/2", "1/2"], [1, 0]], [[1, 0], [5, 7]], 1)
    assert problem.policy().shape == (2, 2) and problem.prompts == (0, 1)
    assert problem.policy()[1].tolist() == [1.0, 0.0]
    assert problem.log_partition() == pytest.approx([math.log((math.e + 1) / 2), 5])
    assert problem.kl([[1, 0], ["1/2", "1/2"]]).tolist() == [math.log(2), math.inf]
    assert problem.balls(20).kl().shape == (2,) and problem.balls(20).policy().shape == (2, 2)
    assert problem.kl(problem.policy(), problem.reference) == pytest.approx(problem.kl())
    assert problem.support.tolist() == [[True, True], [True, False]]
    assert problem.prompt_of.tolist() == [[0, 0], [1, 1]]


def test_rows_of_other_lengths_stay_flat() -> None:
    problem = FiniteProblem([[1], ["1/2", "1/2"]], [[2], [1, 0]], 1)
    assert problem.policy().shape == (3,) and problem.kl().shape == (2,)
    assert problem.kl(problem.policy()) == pytest.approx(problem.kl())
    assert problem.expected_reward([[1], [0, 1]]).tolist() == [2, 0]


def test_names_of_prompts_and_responses() -> None:
    problem = FiniteProblem({"x": {"a": 1}, "z": {"b": "1/2", "a": "1/2"}}, {"z": {"a": 0, "b": 1}, "x": {"a": 3}}, 1)
    assert problem.prompts == ("x", "z") and problem.responses == ("a", "b", "a")
    assert problem.reward.tolist() == [3, 1, 0]
    assert problem.expected_reward({"z": {"b": 0, "a": 1}, "x": {"a": 1}}).tolist() == [3, 0]


def test_labels_need_not_be_neighbours() -> None:
    labels = ["z", "x", "z", "x", "x"]
    problem = FiniteProblem(
        ["1/2", "1/4", "1/2", "1/4", "1/2"], [1, 2, 3, 4, 5], "1/2", prompts=labels, responses="abcde"
    )
    z, x = FiniteProblem(["1/2", "1/2"], [1, 3], 0.5), FiniteProblem(["1/4", "1/4", "1/2"], [2, 4, 5], 0.5)
    assert problem.prompts == ("z", "x") and problem.responses == tuple("abcde")
    assert problem.policy()[[0, 2]].tolist() == z.policy().tolist()
    assert problem.policy()[[1, 3, 4]].tolist() == x.policy().tolist()
    assert problem.kl().tolist() == [z.kl(), x.kl()]
    assert problem.prompt_of.tolist() == [0, 1, 0, 1, 1]
    assert problem.expected_reward([1, 0, 0, 1, 0]).tolist() == [1, 4]
    assert problem.balls(30).policy()[2].overlaps(z.balls(30).policy()[1])
    assert FiniteProblem([1, 1], [0, 0], 1, prompts=np.array([3, 2])).prompts == (3, 2)


@pytest.mark.parametrize("beta", ["1e-8", "1", "1e12"])
def test_logits(beta: str) -> None:
    logits = [Fraction(1, 3), 0, -1000, -math.inf, 700]
    problem = FiniteProblem.from_logits(logits, [1, 2, 3, 1000, 0], beta)
    mp = mpmath.MPContext()
    mp.dps = 500
    weights = [mp.exp(mp.mpf(1) / 3), mp.mpf(1), mp.exp(-1000), mp.mpf(0), mp.exp(700)]
    reference = [w / sum(weights) for w in weights]
    tilted = [p * mp.exp(mp.mpf(r) / mp.mpf(beta)) for p, r in zip(reference, [1, 2, 3, 0, 0], strict=True)]
    for value, digit, ball, exact in zip(
        problem.policy(), problem.digits(50).policy(), problem.balls(50).policy(), tilted, strict=True
    ):
        exact = exact / sum(tilted)
        assert near(float(value), exact, 1e-9)
        assert abs(digit - exact) <= abs(exact) * 1e-49
        assert encloses(ball, exact) if exact else ball.is_zero()
    assert problem.reference[3] == 0 and problem.support.tolist() == [True, True, True, False, True]
    assert near(problem.kl(), problem.digits(40).kl(), 1e-9)
    many = FiniteProblem.from_logits(np.array([[0.0, 1.0], [2.0, -np.inf]]), np.zeros((2, 2)), 1)
    assert many.policy()[1].tolist() == [1, 0] and many.policy()[0] == pytest.approx(1 / (1 + np.exp([1, -1])))


def test_the_kinds_are_the_same_problem() -> None:
    problem = FiniteProblem(["1/2", "1/2"], [0, 1], "1/3")
    assert isinstance(problem.digits(20).log_partition(), mpmath.ctx_mp_python._mpf)
    assert isinstance(problem.balls(20).log_partition(), arb)
    assert problem.balls(20).digits(20).floats().policy().tolist() == problem.policy().tolist()
    assert isinstance(problem.balls(20).at(2).kl(), arb)
    assert mpmath.mp.dps == 15 and problem.digits(99).kl().context.dps == 99
    before = flint_context.prec
    problem.balls(500).kl()
    assert flint_context.prec == before


def test_a_problem_does_not_change() -> None:
    problem = FiniteProblem([1], [1], 1)
    with pytest.raises(AttributeError):
        problem.beta = 2  # type: ignore[misc]
    problem.policy()[0] = 7
    assert problem.policy().tolist() == [1]
    table = np.array([0.5, 0.5])
    problem = FiniteProblem(table, table, 1)
    table[0] = 1
    assert problem.reference.tolist() == [0.5, 0.5] == problem.reward.tolist()


@pytest.mark.parametrize("problem", [
    FiniteProblem(["1/3", "2/3"], ["0.3", 1], "0.1"),
    FiniteProblem([0.1, 0.9], [0.3, 0.1], 0.1).balls(30),
    FiniteProblem([[1], ["1/2", "1/2"]], [[2], [1, 0]], 1).digits(7),
    FiniteProblem([[1, 0], ["1/2", "1/2"]], [[2, 3], [1, 0]], 1),
    FiniteProblem.from_logits([1, 2, "1/3"], [1, 2, 3], 1e-8, prompts="xyx", responses="abc"),
    FiniteProblem.from_logits([0, -math.inf], [1, 2], 1),
    FiniteProblem({"x": {"a": 1}, "y": {"a": "1/3", "b": "2/3"}}, {"x": {"a": 2}, "y": {"a": 0, "b": 1}}, 1),
])
def test_shown_as_it_can_be_made_again(problem: FiniteProblem) -> None:
    again = eval(repr(problem), {"FiniteProblem": FiniteProblem})
    assert repr(again) == repr(problem)
    assert again.prompts == problem.prompts and again.responses == problem.responses
    again, problem = again.digits(60), problem.digits(60)
    assert np.all(again.reference == problem.reference) and np.all(again.reward == problem.reward)
    assert again.beta == problem.beta and np.all(again.policy() == problem.policy())


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda problem: pickle.loads(pickle.dumps(problem))])
def test_copied_and_pickled_after_use(copied: Any) -> None:
    for problem in (FiniteProblem({"a": "1/3", "b": "2/3"}, {"a": 1, "b": 0}, 1), FiniteProblem.from_logits([0, 1], [1, 0], 1)):
        for kind in (problem, problem.digits(20), problem.balls(20)):
            kind.policy(), kind.kl()
            again = copied(kind)
            assert repr(again) == repr(kind)
            assert again.digits(30).kl() == problem.digits(30).kl()
        assert copied(problem).kl() == problem.kl()


# -- equality ----------------------------------------------------------------------------------------


def test_equal_problems_are_equal() -> None:
    def made() -> list[FiniteProblem]:
        return [
            FiniteProblem(["1/4", "3/4"], [1, 2], "1/2"),
            FiniteProblem(["1/4", "3/4"], [1, 2], "1/3"),
            FiniteProblem(["1/4", "3/4"], [1, 3], "1/2"),
            FiniteProblem(["1/2", "1/2"], [1, 2], "1/2"),
            FiniteProblem([["1/4", "3/4"]], [[1, 2]], "1/2"),
            FiniteProblem(["1/4", "3/4"], [1, 2], "1/2", responses="ab"),
            FiniteProblem(["1/4", "3/4"], [1, 2], "1/2", responses="ba"),
            FiniteProblem({"a": "1/4", "b": "3/4"}, {"a": 1, "b": 2}, "1/2"),
            FiniteProblem(["1/4", "3/4"], [1, 2], "1/2").digits(20),
            FiniteProblem(["1/4", "3/4"], [1, 2], "1/2").balls(20),
            FiniteProblem([1, 1, "1/2", "1/2"], [1, 2, 3, 4], 1, prompts="xyzz"),
            FiniteProblem(["1/2", 1, "1/2", 1], [1, 2, 3, 4], 1, prompts="xyxz"),
            FiniteProblem.from_logits([0, 0], [1, 2], "1/2"),
            FiniteProblem.from_logits([0, -math.inf], [1, 2], "1/2"),
        ]

    for i, one in enumerate(made()):
        for j, other in enumerate(made()):
            assert (one == other) is (i == j), (one, other)
        assert hash(one) == hash(made()[i]) and one != "a problem" and len({one, made()[i]}) == 1
    assert FiniteProblem([0.25, 0.75], [1.0, 2], 0.5) == FiniteProblem(np.array([0.25, 0.75]), (1, 2), "1/2")
    assert FiniteProblem(["1/4", "3/4"], [1, 2], 1).at("1/2").digits(9).floats() == made()[0]
    used = made()[0]
    used.kl(), used.balls(40).policy()
    assert used == made()[0] and pickle.loads(pickle.dumps(used)) == used


# -- what is refused ---------------------------------------------------------------------------------

REFUSED = [
    (([0.5, 0.4], [1, 2], 1), "reference: the probabilities sum to 0.9; a distribution sums to 1"),
    ((["1/2", "2/5"], [1, 2], 1), "reference: the probabilities sum to 9/10; a distribution sums to 1"),
    (({"a": {"u": "9/10"}}, {"a": {"u": 1}}, 1), "reference: the probabilities sum to 9/10 at prompt 'a'; a distribution sums to 1"),
    (([0.75, -0.3, 0.55], [1, 2, 3], 1), "reference at response 1: found -0.3, expected a probability, >= 0"),
    (([[1], [2, "-1"]], [[1], [1, 1]], 1), "reference at response 1 of prompt 1: found -1, expected a probability, >= 0"),
    (({"u": 1, "v": math.nan}, {"u": 1, "v": 1}, 1), "reference at response 'v': found nan, expected a probability"),
    (([1, None], [1, 1], 1), "reference at response 1: found None, expected a probability"),
    (([True], [1], 1), "reference at response 0: found True, expected a probability"),
    (([1], [math.inf], 1), "reward at response 0: found inf, expected a finite number"),
    ((["1"], ["one"], 1), "reward at response 0: found 'one', expected a finite number"),
    ((["1"], ["1/0"], 1), "reward at response 0: found '1/0', expected a finite number"),
    ((["1"], ["1e999999999"], 1), "reward at response 0: found '1e999999999', expected a finite number"),
    ((["1"], [10**301], 1), "reward at response 0: found 1e+301, expected a finite number"),
    (([], [], 1), "reference: found no responses, expected at least one"),
    (([[1], []], [[1], []], 1), "reference at prompt 1: found no responses, expected at least one"),
    ((3, [1], 1), "reference: found 3, expected a table of numbers"),
    (("abc", [1], 1), "reference: found 'abc', expected a table of numbers"),
    ((np.ones((1, 1, 1)), [1], 1), "reference: found a table of shape (1, 1, 1), expected one or two dimensions"),
    (([[1], 1], [1], 1), "reference at row 1: found 1, expected a row of numbers, as the other rows are"),
    (([1], [1, 2], 1), "reward: found 2 numbers in one flat table, expected 1 numbers in one flat table, as in the reference"),
    (([[1, 0], [1, 0]], [1, 2, 3, 4], 1), "reward: found 4 numbers in one flat table, expected 2 rows of 2 numbers, as in the reference"),
    (([1], [[1]], 1), "reward: found 1 rows of 1 numbers, expected 1 numbers in one flat table, as in the reference"),
    (({"a": "1/4", "b": "3/4"}, [1, 2], 1), "reward: found a table without names (list), expected a mapping from names to numbers, as the reference is"),
    (({"x": {"a": 1}}, np.ones(1), 1), "reward: found a table without names (ndarray), expected a mapping from prompts to mappings, as the reference is"),
    (([[1], ["1/2", "1/2"]], [1, 2, 3], 1), "reward: found 3 numbers in one flat table, expected 2 rows of 1, 2 numbers, as in the reference"),
    (([[1, 0]], [1, 2], 1), "reward: found 2 numbers in one flat table, expected 1 rows of 2 numbers, as in the reference"),
    (({0.25, 0.75}, [1, 2], 1), "reference: found a set, which has no order, expected a list, a mapping or an array"),
    (([0.25, 0.75], frozenset([1, 2]), 1), "reward: found a frozenset, which has no order, expected a list, a mapping or an array"),
    (([0.25, 0.75], {"b": 2, "a": 1}.keys(), 1), "reward: found a dict_keys, which has no order, expected a list, a mapping or an array"),
    (([[1], {1}], [[1], [1]], 1), "reference: found a set, which has no order, expected a list, a mapping or an array"),
    (([1], {"a": 1}, 1), "reward: found a mapping, but the responses of this problem have no names"),
    (({"a": 1}, {"b": 1}, 1), "reward: nothing for response 'a', which the reference has"),
    (({"a": 1}, {"a": 1, "b": 1}, 1), "reward: found response 'b', which the reference does not have"),
    (({"x": {"a": 1}}, {"x": {"b": 1}}, 1), "reward: nothing for response 'a' of prompt 'x', which the reference has"),
    (({"x": {"a": 1}}, {"z": {"a": 1}}, 1), "reward: nothing for prompt 'x', which the reference has"),
    (([1], [1], 0), "beta: found 0, expected a number > 0 (between 1e-300 and 1e300)"),
    (([1], [1], -0.5), "beta: found -0.5, expected a number > 0 (between 1e-300 and 1e300)"),
    (([1], [1], "nan"), "beta: found 'nan', expected a number > 0 (between 1e-300 and 1e300)"),
    (([1], [1], None), "beta: found None, expected a number > 0 (between 1e-300 and 1e300)"),
    (([1], [1], 10**5000), "beta: found a number of thousands of digits (int), expected a number > 0 (between 1e-300 and 1e300)"),
    ((np.ma.array([0.5, 0.5], mask=[0, 1]), [1, 1], 1), "reference: found masked values, expected a number for every response"),
    (([0.5, 0.5], np.ma.array([1, 1], mask=[0, 1]), 1), "reward: found masked values, expected a number for every response"),
    (([1, np.ma.masked], [1, 1], 1), "reference: found masked values, expected a number for every response"),
]


@pytest.mark.parametrize(("arguments", "message"), REFUSED)
def test_bad_input_is_named(arguments: tuple[Any, Any, Any], message: str) -> None:
    with pytest.raises(InvalidProblem) as error:
        FiniteProblem(*arguments)
    assert str(error.value) == message
    assert isinstance(error.value, ValueError)


LATER = [
    (lambda p: p.kl([0.5, 0.4]), "pi: the probabilities sum to 0.9; a distribution sums to 1"),
    (lambda p: p.kl(None, [2, -1]), "rho at response 'b': found -1, expected a probability, >= 0"),
    (lambda p: p.regret([1]), "pi: found 1 numbers in one flat table, expected 2 numbers in one flat table, as in the reference"),
    (lambda p: p.regret({"a": 1}), "pi: nothing for response 'b', which the reference has"),
    (lambda p: p.regret(None), "pi: found None, expected a policy"),
    (lambda p: p.frontier(1), "betas: found 1, expected a sequence of temperatures"),
    (lambda p: p.at(0), "beta: found 0, expected a number > 0 (between 1e-300 and 1e300)"),
    (lambda p: p.digits(0), "digits: found 0, expected a whole number from 1 to 100000"),
    (lambda p: p.balls(5.0), "digits: found 5.0, expected a whole number from 1 to 100000"),
    (lambda p: p.balls(9).kl([arb(1), arb(0.5, 0.125)]), "pi: the probabilities sum to [2e+0 +/- 0.626]; a distribution sums to 1"),
    (lambda p: p.balls(9).kl([arb(1), arb(0, 1)]), "pi at response 'b': found [+/- 1.01], expected exactly 0, or a ball of numbers > 0"),
    (lambda p: p.balls(9).kl([arb("nan"), arb(1)]), "pi at response 'a': found nan (arb), expected a probability"),
]


@pytest.mark.parametrize(("call", "message"), LATER)
def test_bad_arguments_are_named(call: Any, message: str) -> None:
    with pytest.raises(InvalidProblem) as error:
        call(FiniteProblem({"a": "1/2", "b": "1/2"}, {"a": 0, "b": 1}, 1))
    assert str(error.value) == message


@pytest.mark.parametrize(("keywords", "message"), [
    ({"prompts": ["x"]}, "prompts: found 1 entries, expected 2, one for each in the table"),
    ({"responses": ["x"]}, "responses: found 1 entries, expected 2, one for each in the table"),
    ({"responses": ["x", "x"]}, "responses: found 'x' twice, expected distinct names"),
    ({"responses": {"x", "y"}}, "responses: found a set, which has no order, expected a list, a mapping or an array"),
    ({"prompts": {"x", "y"}}, "prompts: found a set, which has no order, expected a list, a mapping or an array"),
    ({"prompts": 3}, "prompts: found 3, expected a sequence, an entry for each in the table"),
    ({"prompts": [[1], [2]]}, "prompts at entry 0: found [1] (list), expected a name: text, a number or another hashable"),
    ({"responses": 5}, "responses: found 5, expected a sequence, an entry for each in the table"),
    ({"responses": [[1], [2]]}, "responses at entry 0: found [1] (list), expected a name: text, a number or another hashable"),
    ({"prompts": "ab"}, "reference: the probabilities sum to 1/2 at prompt 'a'; a distribution sums to 1"),
])
def test_bad_labels_are_named(keywords: Any, message: str) -> None:
    with pytest.raises(InvalidProblem) as error:
        FiniteProblem(["1/2", "1/2"], [1, 2], 1, **keywords)
    assert str(error.value) == message


def test_rows_and_labels_exclude_each_other() -> None:
    with pytest.raises(InvalidProblem, match="labels go with a flat table"):
        FiniteProblem([[1]], [[1]], 1, prompts=["x"])


def test_logits_without_any_mass_are_refused() -> None:
    with pytest.raises(InvalidProblem, match=r"logits: all are -inf at prompt 1; one must be finite"):
        FiniteProblem.from_logits([[0], [-math.inf]], [[1], [1]], 1)
    with pytest.raises(InvalidProblem, match=r"logits at response 0: found nan, expected a number or -inf"):
        FiniteProblem.from_logits([math.nan], [1], 1)


# -- size ----------------------------------------------------------------------------------------------


def test_a_million_rows() -> None:
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.repeat(np.arange(100_000), 10))
    reward, logits = rng.normal(size=1_000_000), rng.normal(size=1_000_000)
    weights = np.exp(logits)
    weights /= np.bincount(labels, weights)[labels]
    start = perf_counter()
    policy = FiniteProblem(weights, reward, 0.1, prompts=labels).policy()
    assert perf_counter() - start < 20  # 1 s; a loop over rows would take a minute
    tilted = weights * np.exp(reward / 0.1)
    assert np.allclose(policy, tilted / np.bincount(labels, tilted)[labels], rtol=1e-9, atol=0)
    again = FiniteProblem.from_logits(logits, reward, 0.1, prompts=labels).policy()
    assert np.allclose(again, policy, rtol=1e-9, atol=0)
