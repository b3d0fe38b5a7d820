"""symkl.tokens against FiniteProblem and against what must be true of every row."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from symkl import FiniteProblem
from symkl.tokens import kl_samples, log_tilt, soft_values, tilt_statistics
from symkl.tokens.accumulators import finish, five, merge
from tests.unit.test_token_rows import KINDS, made

UNIT = 2.0**-24
singles = st.floats(-30, 30, width=32)
temperatures = st.sampled_from([1e-3, 0.02, 0.5, 1.0, 7.0, 300.0, 1e3])


@st.composite
def rows(draw: st.DrawFn, width: int = 9) -> tuple[Any, Any]:
    """A row of logits, perhaps with -inf, and one of rewards; float32."""
    n = draw(st.integers(1, width))
    logits = draw(arrays.arrays(np.float32, n, elements=st.one_of(singles, st.just(-math.inf))))
    logits[draw(st.integers(0, n - 1))] = draw(singles)
    return logits, draw(arrays.arrays(np.float32, n, elements=singles))


@pytest.mark.parametrize("kind", KINDS)
@given(rows(), temperatures, st.integers(1, 4))
def test_statistics_are_those_of_the_finite_problem(kind: str, row: tuple[Any, Any], beta: float, block: int) -> None:
    """log Z, E[r], KL of the exact problem, to the roundings of numbers as large as |l| + |r|/β."""
    logits, rewards = row
    problem = FiniteProblem.from_logits(logits.tolist(), rewards.tolist(), beta).digits(40)
    size = 1 + 30 + 30 / beta
    found = tilt_statistics(*(made(kind, each) for each in row), beta, block=block)
    log = 20 * UNIT * size
    mean = 30 * (min(log, 2) + 20 * UNIT)
    assert abs(float(found.log_partition) - problem.log_partition()) <= log
    assert abs(float(found.expected_reward) - problem.expected_reward()) <= mean
    assert abs(float(found.kl) - problem.kl()) <= mean / beta + log
    assert float(found.kl) >= 0
    assert -1e-6 <= float(found.entropy) <= math.log(len(logits)) + 1e-6
    assert int(found.counted) == len(logits)


@pytest.mark.parametrize("kind", KINDS)
@given(rows(), temperatures)
def test_the_policy_is_that_of_the_finite_problem(kind: str, row: tuple[Any, Any], beta: float) -> None:
    logits, rewards = row
    wanted = FiniteProblem.from_logits(logits.tolist(), rewards.tolist(), beta).digits(40).log_policy()
    found = log_tilt(*(made(kind, each) for each in row), beta)
    for got, exact in zip(found.tolist(), wanted, strict=True):
        assert got == exact == -math.inf or abs(got - exact) <= 20 * UNIT * (31 + 30 / beta)


@given(rows(), temperatures, st.floats(-50, 50))
def test_a_constant_reward_changes_log_z_alone(row: tuple[Any, Any], beta: float, constant: float) -> None:
    """π* does not see it; log Z moves by c/β. In float64."""
    logits, rewards = (each.astype(np.float64) for each in row)
    one, other = tilt_statistics(logits, rewards, beta), tilt_statistics(logits, rewards + constant, beta)
    size = 100 / beta + 100
    assert abs(other.log_partition - one.log_partition - constant / beta) <= 1e-14 * size
    assert abs(other.kl - one.kl) <= 1e-12 * size
    assert abs(other.entropy - one.entropy) <= 1e-12 * size


@given(rows(12), temperatures, st.lists(st.integers(1, 11), max_size=3))
def test_blocks_merge_to_the_row(row: tuple[Any, Any], beta: float, cuts: list[int]) -> None:
    """However a row is cut, merging its blocks gives the row: log Z, E[r] and the entropy."""
    logits, rewards = (each.astype(np.float64)[None] for each in row)
    n = logits.shape[-1]
    edges = sorted({0, n, *(cut for cut in cuts if cut < n)})
    parts = [five(logits[:, a:b], rewards[:, a:b], beta) for a, b in pairwise(edges)]
    whole = parts[0]
    for part in parts[1:]:
        whole = merge(part, whole)
    one, other = finish(whole, beta), finish(five(logits, rewards, beta), beta)
    for name in ("log_partition", "expected_reward", "entropy", "max_log_policy"):
        assert abs(getattr(one, name) - getattr(other, name)).item() <= 1e-12 * (1 + 30 / beta), name


@given(rows(), st.sampled_from([0.5, 1.0, 100.0]))
def test_the_mean_of_k1_and_k3_is_the_divergence(row: tuple[Any, Any], beta: float) -> None:
    """Whatever the row: E[k1] = E[k3] = KL(π*‖π_ref), as both have the same support."""
    logits, rewards = (each.astype(np.float64) for each in row)
    problem = FiniteProblem.from_logits(logits.tolist(), rewards.tolist(), beta).digits(40)
    tokens = np.array([int(np.argmax(logits))])
    found = kl_samples(log_tilt(logits, rewards, beta), logits, tokens)
    assert found.exact is not None
    # Logarithms of π* that are rounded to 1e-16 of their size move KL by at most so much.
    slack = 1e-13 * (1 + 60 / beta)
    assert abs(float(found.exact.kl) - problem.kl()) <= slack
    assert abs(float(found.exact.k3) - problem.kl()) <= slack
    assert float(found.k3[0]) >= 0


@given(
    arrays.arrays(np.float64, (2,), elements=singles), arrays.arrays(np.float64, (2, 3), elements=singles),
    arrays.arrays(np.float64, (2, 3), elements=singles), temperatures,
)  # fmt: skip
def test_two_tokens_are_one_response(first: Any, second: Any, rewards: Any, beta: float) -> None:
    """The product of token policies is the tilt of the six responses."""
    with mpmath.workdps(60):
        logs = []
        for a in range(2):
            head = mpmath.mpf(first[a]) - mpmath.log(mpmath.fsum(mpmath.exp(x) for x in first.tolist()))
            tail = mpmath.log(mpmath.fsum(mpmath.exp(x) for x in second[a].tolist()))
            logs += [head + mpmath.mpf(x) - tail for x in second[a].tolist()]
        prizes = [mpmath.mpf(r) / mpmath.mpf(beta) for r in rewards.ravel().tolist()]
        weights = [log + prize for log, prize in zip(logs, prizes, strict=True)]
        total = mpmath.log(mpmath.fsum(mpmath.exp(w - max(weights)) for w in weights)) + max(weights)
        soft = soft_values([first, second], rewards, beta)
        whole = (soft.log_policy[0][:, None] + soft.log_policy[1]).ravel().tolist()
        for got, weight in zip(whole, weights, strict=True):
            assert abs(got - (weight - total)) <= 1e-13 * (100 + 100 / beta)
        assert abs(soft.values[0].item() - beta * total) <= 1e-12 * (1 + beta)
