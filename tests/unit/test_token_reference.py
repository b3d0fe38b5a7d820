"""The float64 reference against balls, and both against definitions that share nothing with them."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import arb

from symkl.problems import FiniteProblem
from symkl.tokens import tilt_statistics
from symkl.tokens.reference import certified, distances, divergence_terms, refer
from symkl.tokens.trials import BETAS, KINDS, Trial


@pytest.mark.parametrize("kind", KINDS)
def test_the_reference_is_within_a_few_roundings_of_the_balls(kind: str) -> None:
    logits, rewards = (rows[0] for rows in Trial(kind, 700, rows=1, tile=256).make())
    for beta in BETAS:
        exact, balls = refer(logits, rewards, beta), certified(logits, rewards, beta, bits=192)
        far = distances(exact, balls)
        for name, distance in far.items():
            size = np.abs(exact.log_policy[np.isfinite(exact.log_policy)]).max() if name == "log_policy" else 1.0
            value = abs(getattr(exact, name)) if name != "log_policy" else 0.0
            assert distance <= 1e-15 * max(1.0, size, value), (name, beta, distance)
        # A divergence near 0 has relative precision, and so has a policy with all its mass at one token.
        assert far["kl"] <= 1e-12 * exact.kl + 1e-30, beta
        assert far["max_log_policy"] <= 1e-14 * -exact.max_log_policy + 1e-45, beta


@pytest.mark.parametrize("beta", [Fraction(1, 10), 0.1, 1.0, 250.0])
def test_both_agree_with_the_definitions(beta: float | Fraction) -> None:
    rng = np.random.default_rng(5)
    logits, rewards = rng.standard_normal(12).tolist(), rng.standard_normal(12).tolist()
    with mpmath.workdps(60):
        b = mpmath.mpf(beta.numerator) / beta.denominator if isinstance(beta, Fraction) else mpmath.mpf(beta)
        weights = [mpmath.exp(mpmath.mpf(a) + mpmath.mpf(r) / b) for a, r in zip(logits, rewards, strict=True)]
        given = [mpmath.exp(a) for a in logits]
        z = sum(w for w in weights) / sum(given)
        pi = [w / sum(weights) for w in weights]
        ref = [w / sum(given) for w in given]
        expected = {
            "log_partition": mpmath.log(z),
            "expected_reward": sum(p * r for p, r in zip(pi, rewards, strict=True)),
            "kl": sum(p * mpmath.log(p / q) for p, q in zip(pi, ref, strict=True)),
            "entropy": -sum(p * mpmath.log(p) for p in pi),
            "max_log_policy": mpmath.log(max(pi)),
        }
        exact, balls = refer(logits, rewards, beta), certified(logits, rewards, beta)
        for name, value in expected.items():
            assert abs(getattr(exact, name) - value) < 2e-15, name
            assert getattr(balls, name).contains(arb(mpmath.nstr(value, 50)) + arb(0, 1e-25)) or abs(
                float(getattr(balls, name).mid()) - float(value)
            ) < 1e-15, name
        for j, p in enumerate(pi):
            assert abs(exact.log_policy[j] - mpmath.log(p)) < 2e-15


def test_they_agree_with_the_problem_of_sequences() -> None:
    logits, rewards, beta = [0.25, -1.5, 3.0], [1.0, 0.5, -2.0], "3/10"
    problem = FiniteProblem.from_logits(logits, rewards, beta).balls(25)
    balls = certified(logits, rewards, Fraction(beta))
    assert balls.log_partition.overlaps(problem.log_partition())
    assert balls.kl.overlaps(problem.kl())
    assert balls.expected_reward.overlaps(problem.expected_reward())


def test_a_rational_temperature_is_not_rounded() -> None:
    logits, rewards, third = [0.0, 0.0], [3e6, 0.0], Fraction(1, 3)
    near = refer(logits, rewards, float(third))
    assert refer(logits, rewards, third).log_partition == pytest.approx(9e6 - math.log(2), rel=1e-16)
    assert distances(refer(logits, rewards, third), certified(logits, rewards, third))["log_partition"] < 2e-9
    assert abs(near.log_partition - (9e6 - math.log(2))) < 2e-9


def test_masks_and_forbidden_tokens() -> None:
    nothing = float("-inf")
    masked = refer([0.0, nothing, 1.0], [1.0, 7.0, 0.0], 1.0)
    assert masked.kl == refer([0.0, 1.0], [1.0, 0.0], 1.0).kl
    assert masked.log_policy[1] == nothing
    forbidden = refer([0.0, 0.0], [0.0, nothing], 1.0)
    assert forbidden.kl == pytest.approx(math.log(2), abs=1e-16)
    assert forbidden.log_partition == pytest.approx(-math.log(2), abs=1e-16)
    balls = certified([0.0, 0.0], [0.0, nothing], 1.0)
    assert max(distances(forbidden, balls).values()) < 1e-15


def test_a_distance_is_never_less_than_the_difference() -> None:
    row = [0.0, 1.0], [1.0, 0.0], 0.5
    exact = refer(*row)
    off = replace(exact, kl=exact.kl + 1e-3, log_policy=exact.log_policy + np.array([0.0, 1e-2]))
    far = distances(off, certified(*row))
    assert far["kl"] >= 1e-3 and far["log_policy"] >= 1e-2
    assert distances(replace(exact, kl=math.nan), certified(*row))["kl"] != 0


def test_terms_of_the_divergence_are_none_negative_and_precise() -> None:
    x = np.concatenate([np.linspace(-0.3, 0.3, 61), [1e-8, -1e-8, 1e-300]])
    terms = divergence_terms(x, np.ones_like(x), np.exp(-x))
    with mpmath.workdps(50):
        for value, term in zip(x.tolist(), terms.tolist(), strict=True):
            exact = mpmath.mpf(value) - 1 + mpmath.exp(-mpmath.mpf(value))
            assert term >= 0 and abs(term - exact) <= 1e-14 * exact + 1e-320, value


@pytest.mark.parametrize(
    "arguments, message",
    [
        (([0.0, math.nan], [0.0, 0.0], 1.0), "logits: NaN or .*position 1"),
        (([0.0, 0.0], [math.inf, 0.0], 1.0), "rewards: NaN or .*position 0"),
        (([-math.inf], [0.0], 1.0), "logits: every entry .* masked"),
        (([0.0], [0.0, 0.0], 1.0), "rewards: 2 entries"),
        (([[0.0]], [0.0], 1.0), "logits: one row"),
        (([0.0], [0.0], 0.0), "beta"),
        (([0.0], [0.0], math.nan), "beta"),
        (([0.0], [1e300], 1e-300), "rewards: reward / beta"),
    ],
)
def test_what_is_no_row_is_refused(arguments: tuple[object, object, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        refer(*arguments)  # type: ignore[arg-type]


# --- far from usual temperatures ----------------------------------------------------------------


def divergence(logits: Any, rewards: Any, beta: float) -> mpmath.mpf:
    """KL of the definition, with so many digits that nothing is left to cancel."""
    with mpmath.workdps(140):
        given = [(mpmath.mpf(float(x)), mpmath.mpf(float(y))) for x, y in zip(logits, rewards, strict=True)]
        reference = [mpmath.exp(x) for x, _ in given]
        policy = [mpmath.exp(x + y / mpmath.mpf(beta)) for x, y in given]
        z, y = mpmath.fsum(policy), mpmath.fsum(reference)
        return mpmath.fsum(p / z * mpmath.log(p / z * y / q) for p, q in zip(policy, reference, strict=True))


@pytest.mark.parametrize("beta", [1.0, 1e3, 1e8, 1e14, 1e16, 1e20, 1e30, 1e37])
def test_a_divergence_has_all_its_digits_however_small_it_is(beta: float) -> None:
    generator = np.random.default_rng(0)
    logits, rewards = 3 * generator.normal(size=100), generator.normal(size=100)
    exact = divergence(logits, rewards, beta)
    assert abs(refer(logits, rewards, beta).kl / exact - 1) < 2e-15
    assert abs(float(tilt_statistics(logits, rewards, beta).kl) / exact - 1) < 2e-14
    if beta < 1e15:  # beyond, the squares are below what float32 has
        single = float(tilt_statistics(logits.astype(np.float32), rewards.astype(np.float32), beta).kl)
        assert abs(single / divergence(logits.astype(np.float32), rewards.astype(np.float32), beta) - 1) < 1e-6


@pytest.mark.parametrize("beta", [1e-8, 1e-12, 3e-14, 1e-15, 1e-20, 1e-40, 1e-300])
def test_rewards_that_are_alike_leave_the_logits_however_large_they_are(beta: float) -> None:
    """Three are the largest, one of them by next to nothing: r/β is so large that l is lost in a float64."""
    generator = np.random.default_rng(1)
    logits, rewards = 3 * generator.normal(size=40), generator.normal(size=40)
    rewards[:3] = rewards.max()
    rewards[1] += 1e-9
    found, balls = refer(logits, rewards, beta), certified(logits, rewards, beta, 2400)
    for name, distance in distances(found, balls).items():
        size = np.abs(found.log_policy).max() if name == "log_policy" else abs(getattr(found, name))
        assert distance <= 3e-15 * max(1.0, size), name


@pytest.mark.parametrize(
    ("row", "bits"),
    [
        # v is 0 and 0, and the second is known to within a few millions.
        (([0.0, 6056502063386.0], [0.0, -224090576345282.0], 37.0), 24),
        (([0.0, 2.0**126], [0.0, -3 * 2.0**126], 3.0), 96),
        (([0.5, 3.0, -1.0, 2.0], [1.0, 2.5, 2.5, 2.5], 1e-100), 96),
    ],
)
def test_balls_of_too_few_bits_are_wide_and_never_beside(
    row: tuple[list[float], list[float], float], bits: int
) -> None:
    """No weight may be taken for nothing because too little is known of it."""
    coarse, fine, usual = certified(*row, bits), certified(*row, 3000), certified(*row)
    for name in ("log_partition", "expected_reward", "kl", "entropy", "max_log_policy", "lse_tilted"):
        assert getattr(coarse, name).overlaps(getattr(fine, name)), name
        assert getattr(usual, name).overlaps(getattr(fine, name)), name
        assert float(getattr(usual, name).rad()) <= 1e-25 * max(1.0, abs(float(getattr(fine, name).mid()))), name
    assert all(a.overlaps(b) for a, b in zip(coarse.log_policy, fine.log_policy, strict=True))


def test_equal_rewards_beyond_all_measure_tilt_nothing() -> None:
    found = refer([25.0, -1.6329869], [1.0, 1.0], 1e-20)
    assert abs(found.kl) < 1e-40
    assert np.allclose(found.log_policy, refer([25.0, -1.6329869], [0.0, 0.0], 1.0).log_policy, atol=1e-15)
