"""kl_samples against sums over the vocabulary in mpmath, and against what many samples of them come to."""

from __future__ import annotations

import math
from typing import Any

import mpmath
import numpy as np
import pytest

from symkl import FiniteProblem
from symkl.problems import InvalidProblem
from symkl.tokens import kl_samples, log_tilt
from tests.unit.test_token_rows import KINDS, made
from tests.unit.test_token_statistics import back, leaves

POLICY = [0.5, 0.25, 0.125, 0.125]
REFERENCE = [0.125, 0.125, 0.25, 0.5]
LOGS = np.log(POLICY), np.log(REFERENCE)
EXACT = ("kl", "k2", "k3", "k1_variance", "k2_variance", "k3_variance")


def enumerated(log_policy: list[float], log_reference: list[float]) -> dict[str, Any]:
    """Means and variances by their definitions, of rows as they are given, normalised, in 60 digits."""
    with mpmath.workdps(60):
        p, q = ([mpmath.exp(mpmath.mpf(x)) for x in row] for row in (log_policy, log_reference))
        p, q = [x / mpmath.fsum(p) for x in p], [x / mpmath.fsum(q) for x in q]
        drawn = [(a, mpmath.log(a / b)) for a, b in zip(p, q, strict=True) if a]
        of = {"k1": lambda x: x, "k2": lambda x: x**2 / 2, "k3": lambda x: mpmath.exp(-x) - 1 + x}
        mean = {k: mpmath.fsum(a * f(x) for a, x in drawn) for k, f in of.items()}
        variance = {f"{k}_variance": mpmath.fsum(a * (f(x) - mean[k]) ** 2 for a, x in drawn) for k, f in of.items()}
        return {"kl": mean["k1"], "k2": mean["k2"], "k3": mean["k3"], **variance}


def assert_exact(found: Any, log_policy: Any, log_reference: Any, tolerance: float) -> None:
    wanted = enumerated(list(map(float, log_policy)), list(map(float, log_reference)))
    for name in EXACT:
        got = float(getattr(found, name))
        assert abs(got - wanted[name]) <= tolerance * wanted[name], (name, got, wanted[name])


# --- exact --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_by_hand(kind: str) -> None:
    """log-ratios are 2, 1, -1, -2 times log 2: KL = (1 + 1/4 - 1/8 - 1/4) log 2."""
    found = kl_samples(made(kind, LOGS[0]), made(kind, LOGS[1]), made(kind, np.array([0, 3, 3])))
    log2 = math.log(2)
    assert np.allclose(back(found.k1), [2 * log2, -2 * log2, -2 * log2], rtol=1e-14)
    assert np.allclose(back(found.k2), [2 * log2**2] * 3, rtol=1e-14)
    assert np.allclose(back(found.k3), [2 * log2 - 0.75, 3 - 2 * log2, 3 - 2 * log2], rtol=1e-14)
    assert abs(float(found.exact.kl) - 0.875 * log2) < 1e-15
    assert abs(float(found.exact.k2) - (0.5 * 4 + 0.25 + 0.125 + 0.125 * 4) / 2 * log2**2) < 1e-15
    assert abs(float(found.exact.k3) - 0.875 * log2) < 1e-15


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("beta", [0.05, 1.0, 30.0, 1e4])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_means_and_variances_by_enumeration(dtype: str, beta: float, kind: str) -> None:
    generator = np.random.default_rng(0)
    logits, rewards = (generator.normal(size=(2, 40)).astype(dtype) for _ in range(2))
    tilted = log_tilt(logits, rewards, beta)
    exact = kl_samples(made(kind, tilted), made(kind, logits), made(kind, np.zeros((2, 1), int))).exact
    for row in range(2):
        one = type(exact)(*(getattr(exact, name)[row] for name in EXACT))
        assert_exact(one, tilted[row], logits[row], 1e-11)


def test_the_divergence_of_the_optimal_policy() -> None:
    logits, rewards = [0.3, -1.0, 2.0, 0.0], [1.0, 0.25, -0.5, 2.0]
    problem = FiniteProblem.from_logits(logits, rewards, 0.4)
    tilted = log_tilt(np.array(logits), np.array(rewards), 0.4)
    exact = kl_samples(tilted, np.array(logits), np.array([0])).exact
    assert exact is not None
    for found in (exact.kl, exact.k3):
        assert abs(found.item() - problem.digits(40).kl()) < 1e-14


def test_many_tokens_are_summed_in_blocks() -> None:
    generator = np.random.default_rng(1)
    own, other = generator.normal(size=(2, 3, 151_936)).astype(np.float32) * 2
    exact = kl_samples(own, other, np.zeros((3, 1), int)).exact
    assert exact is not None
    long = np.longdouble
    logs = [x - np.log(np.exp(x).sum(-1, keepdims=True)) for x in (own.astype(long), other.astype(long))]
    policy, ratio = np.exp(logs[0]), logs[0] - logs[1]
    k3 = np.exp(-ratio) - 1 + ratio
    for got, wanted in (
        (exact.kl, (policy * ratio).sum(-1)), (exact.k2, (policy * ratio**2).sum(-1) / 2),
        (exact.k3, (policy * k3).sum(-1)), (exact.k3_variance, (policy * k3**2).sum(-1) - (policy * k3).sum(-1) ** 2),
    ):  # fmt: skip
        assert np.all(np.abs(got / wanted - 1) < 1e-11)


# --- samples ------------------------------------------------------------------------------------


def test_samples_come_to_their_means() -> None:
    """Within five standard errors, of which the exact variances say how long they are; one seed."""
    generator = np.random.default_rng(7)
    n = 200_000
    tokens = generator.choice(4, size=n, p=POLICY)
    found = kl_samples(*LOGS, tokens)
    assert found.exact is not None
    for k, mean, variance in (
        (found.k1, found.exact.kl, found.exact.k1_variance), (found.k2, found.exact.k2, found.exact.k2_variance),
        (found.k3, found.exact.k3, found.exact.k3_variance),
    ):  # fmt: skip
        assert abs(k.mean() - mean) <= 5 * math.sqrt(variance / n)
        assert abs(k.var() / variance - 1) <= 0.05
    # k2 estimates something else, and these samples tell.
    assert abs(found.k2.mean() - found.exact.kl) > 5 * math.sqrt(found.exact.k2_variance / n)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_k3_is_never_negative_and_precise_near_0(dtype: str, kind: str) -> None:
    generator = np.random.default_rng(2)
    reference = generator.normal(size=3000).astype(dtype)
    policy = (reference + generator.normal(size=3000) * 10.0 ** generator.uniform(-7, 1.5, 3000)).astype(dtype)
    found = kl_samples(made(kind, policy), made(kind, reference))
    assert found.exact is None
    k3 = back(found.k3)
    assert (k3 >= 0).all()
    naive = np.exp(reference - policy) - 1 - (reference - policy)
    assert (naive < 0).any()
    with mpmath.workdps(60):
        for got, a, b in zip(k3.tolist(), policy.tolist(), reference.tolist(), strict=True):
            ratio = mpmath.mpf(a) - mpmath.mpf(b)
            wanted = mpmath.exp(-ratio) - 1 + ratio
            assert abs(got - wanted) <= 1e-13 * wanted


@pytest.mark.parametrize("kind", KINDS)
def test_leading_dimensions_broadcast_and_are_kept(kind: str) -> None:
    generator = np.random.default_rng(3)
    policy, reference = generator.normal(size=(2, 3, 5)), generator.normal(size=(3, 5))
    tokens = generator.integers(0, 5, size=(2, 3, 7))
    found = kl_samples(made(kind, policy), made(kind, reference), made(kind, tokens))
    assert tuple(found.k1.shape) == (2, 3, 7) and tuple(found.exact.k2.shape) == (2, 3)
    assert type(found.k1) is type(made(kind, policy))
    one = kl_samples(policy[1, 2], reference[2], tokens[1, 2])
    assert one.exact is not None
    assert np.allclose(back(found.k3)[1, 2], one.k3, rtol=1e-12)
    assert np.allclose(float(found.exact.k3_variance[1, 2]), one.exact.k3_variance, rtol=1e-12)


def test_rows_need_not_be_normalised() -> None:
    tokens = np.array([0, 1, 2])
    one, other = kl_samples(*LOGS, tokens), kl_samples(LOGS[0] + 100, LOGS[1] - 7, tokens)
    assert one.exact is not None and other.exact is not None
    assert np.allclose(one.k3, other.k3, rtol=1e-12)
    assert np.allclose(one.exact.k3_variance, other.exact.k3_variance, rtol=1e-12)


# --- tokens without mass ------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_mass_that_the_policy_never_draws(kind: str) -> None:
    """k3 misses it, k1 does not: the mean of k3 is KL less π_ref of the tokens without mass."""
    with np.errstate(divide="ignore"):
        policy = np.log([0.5, 0.5, 0.0, 0.0])
    reference = np.log([0.25, 0.25, 0.5 - 1e-9, 1e-9])
    found = kl_samples(made(kind, policy), made(kind, reference), made(kind, np.array([0, 1])))
    assert abs(float(found.exact.kl) - math.log(2)) < 1e-15
    assert abs(float(found.exact.k3) - (math.log(2) - 0.5)) < 1e-15
    assert float(found.exact.k1_variance) < 1e-30


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_that_the_reference_lacks_costs_everything(kind: str) -> None:
    with np.errstate(divide="ignore"):
        reference = np.log([0.5, 0.0, 0.5])
    found = kl_samples(made(kind, np.log([0.5, 0.25, 0.25])), made(kind, reference), made(kind, np.array([0, 1])))
    assert [float(getattr(found.exact, name)) for name in EXACT] == [math.inf] * 6
    for k in (found.k1, found.k2, found.k3):
        assert math.isfinite(back(k)[0]) and back(k)[1] == math.inf


def test_tokens_that_both_lack_say_nothing() -> None:
    both = np.append(LOGS[0], -math.inf), np.append(LOGS[1], -math.inf)
    found, wanted = kl_samples(*both, np.array([0])).exact, kl_samples(*LOGS, np.array([0])).exact
    assert found is not None and wanted is not None
    for name in EXACT:
        assert getattr(found, name) == pytest.approx(getattr(wanted, name), rel=1e-14)


def test_a_policy_that_masks_with_a_large_number() -> None:
    """Where π is too small for a float, e^-x is too large for one, and their product is π_ref."""
    policy, reference = np.array([0.0, 1.0, -600.0, -400.0]), np.array([0.5, 0.0, 1.0, 0.25])
    found = kl_samples(policy, reference, np.array([0])).exact
    assert_exact(found, policy, reference, 1e-12)
    lower = kl_samples(np.array([0.0, 1.0, -1e4, -1e4]), reference, np.array([0])).exact
    assert lower is not None
    wanted = enumerated([0.0, 1.0, -1e4, -1e4], reference.tolist())
    for name in EXACT[:-1]:
        assert getattr(lower, name) == pytest.approx(float(wanted[name]), rel=1e-12)
    assert wanted["k3_variance"] > mpmath.mpf(10) ** 4000 and lower.k3_variance == math.inf


# --- gradients ----------------------------------------------------------------------------------


def test_gradients() -> None:
    generator = np.random.default_rng(4)
    policy, reference = leaves(generator.normal(size=(2, 5)), generator.normal(size=(2, 5)))
    import torch

    tokens = torch.tensor([[0, 4, 4], [1, 2, 0]])
    for name in ("k1", "k2", "k3"):
        assert torch.autograd.gradcheck(lambda *rows, name=name: getattr(kl_samples(*rows, tokens), name), (policy, reference))
    for name in EXACT:
        assert torch.autograd.gradcheck(
            lambda *rows, name=name: getattr(kl_samples(*rows, tokens).exact, name), (policy, reference)
        )


# --- what is refused ----------------------------------------------------------------------------

LOWEST = np.array([0.0, -math.inf])
BAD = {
    "whole numbers": (np.array([1, 2]), LOGS[1], None,
                      "log_policy: found numbers of type int64, expected one of bfloat16, float16, float32, float64"),
    "NaN": (LOGS[0], LOGS[1] * math.nan, None, "log_reference: found NaN or +inf, expected finite numbers or -inf"),
    "shapes": (LOGS[0], LOGS[1][:3], np.array([0]),
               "log_reference: found shape (3,), expected one that goes with log_policy of shape (4,)"),
    "shapes of samples": (LOGS[0], LOGS[1][:3], None, "log_reference: found shape (3,), expected (4,), as log_policy has"),
    "no vocabulary": (np.float64(0.0), LOGS[1], None, "log_policy: found shape (), expected (.., V) with V > 0"),
    "real tokens": (*LOGS, np.array([0.0]),
                    "tokens: found numbers of type float64, expected whole numbers, indices of the vocabulary"),
    "tokens beyond": (*LOGS, np.array([4]), "tokens: found an index outside the vocabulary, expected numbers from 0 to 3"),
    "negative tokens": (*LOGS, np.array([-1]),
                        "tokens: found an index outside the vocabulary, expected numbers from 0 to 3"),
    "one token alone": (*LOGS, np.array(0), "tokens: found shape (), expected (.., n) with the leading dimensions ()"),
    "batches of tokens": (*LOGS, np.array([[0], [1]]),
                          "tokens: found shape (2, 1), expected (.., n) with the leading dimensions ()"),
    "never drawn": (LOWEST, np.zeros(2), np.array([1]),
                    "tokens: found a token without mass under the policy, expected tokens that were sampled from it"),
    "never drawn, alone": (LOWEST, np.zeros(2), None,
                           "log_policy: found a token without mass under the policy, expected tokens that were sampled from it"),
    "no mass": (LOGS[0][:2], np.full(2, -math.inf), np.array([0]),
                "log_reference: found a row with -inf at every token, expected a token that has mass"),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_by_name(case: str, kind: str) -> None:
    policy, reference, tokens, message = BAD[case]
    with pytest.raises(InvalidProblem) as refused:
        kl_samples(*(made(kind, each) for each in (policy, reference, tokens)))
    assert str(refused.value) == message
