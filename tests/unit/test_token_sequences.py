"""soft_values and token_policy: the product of the token policies is the optimal policy of whole responses."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest

from symkl import FiniteProblem
from symkl.problems import InvalidProblem
from symkl.tokens import soft_values, token_policy
from tests.unit.test_token_rows import KINDS, made
from tests.unit.test_token_statistics import back, leaves

SIZES = (3, 2, 4)


def tree(seed: int = 0, sizes: tuple[int, ...] = SIZES) -> tuple[list[Any], list[Any]]:
    """Logits and rewards of every token after every prefix."""
    generator = np.random.default_rng(seed)
    shapes = [sizes[: t + 1] for t in range(len(sizes))]
    return [generator.normal(size=shape) for shape in shapes], [generator.normal(size=shape) for shape in shapes]


def responses(logits: list[Any], rewards: list[Any], beta: float) -> FiniteProblem:
    """The problem whose responses are whole sequences: a logit of each is the sum of log π_ref of its tokens."""
    logs, prizes = [], []
    for sequence in product(*map(range, logits[-1].shape)):
        log = prize = 0.0
        for t in range(len(sequence)):
            row = logits[t][sequence[:t]]
            log += row[sequence[t]] - math.log(math.fsum(map(math.exp, row)))
            prize += rewards[t][sequence[: t + 1]]
        logs.append(log)
        prizes.append(prize)
    return FiniteProblem.from_logits(logs, prizes, beta).digits(30)


def joined(policies: Any) -> Any:
    """The probabilities of whole sequences."""
    whole = np.ones(())
    for policy in policies:
        whole = whole[..., None] * back(policy)
    return whole


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("beta", [0.05, 1.0, 1e4])
def test_token_by_token_is_whole_responses(beta: float, kind: str) -> None:
    logits, rewards = tree()
    problem = responses(logits, rewards, beta)
    given = [made(kind, each) for each in logits], [made(kind, each) for each in rewards]
    whole = joined(token_policy(*given, beta))
    assert whole.shape == SIZES
    for got, wanted in zip(whole.ravel().tolist(), problem.policy(), strict=True):
        assert abs(got - wanted) <= 1e-12 * wanted
    soft = soft_values(*given, beta)
    assert abs(float(soft.values[0]) - problem.objective()) < 1e-13
    assert [tuple(each.shape) for each in soft.values] == [(), (3,), (3, 2)]
    assert [tuple(each.shape) for each in soft.log_policy] == [(3,), (3, 2), (3, 2, 4)]
    assert {type(each) for each in (*soft.values[1:], *soft.log_policy)} == {type(given[0][0])}


@pytest.mark.parametrize("kind", KINDS)
def test_a_reward_at_the_end(kind: str) -> None:
    logits, rewards = tree(1)
    none = [0 * each for each in rewards[:-1]]
    problem = responses(logits, [*none, rewards[-1]], 0.5)
    given = [made(kind, each) for each in logits]
    whole = joined(token_policy(given, made(kind, rewards[-1]), 0.5))
    for got, wanted in zip(whole.ravel().tolist(), problem.policy(), strict=True):
        assert abs(got - wanted) <= 1e-12 * wanted


def test_the_value_of_a_prefix_is_that_of_the_problem_after_it() -> None:
    logits, rewards = tree(2)
    soft = soft_values(logits, rewards, 0.3)
    for prefix in range(3):
        rest = responses([each[prefix] for each in logits[1:]], [each[prefix] for each in rewards[1:]], 0.3)
        assert abs(soft.values[1][prefix].item() - rest.objective()) < 1e-13


def test_the_reward_of_the_token_alone_is_not_enough() -> None:
    """What the tests above would notice: a policy that is tilted by the next token's reward only."""
    from symkl.tokens import log_tilt

    logits, rewards = tree()
    problem = responses(logits, rewards, 0.05)
    greedy = joined([np.exp(log_tilt(*each, 0.05)) for each in zip(logits, rewards, strict=True)])
    assert max(abs(a - b) for a, b in zip(greedy.ravel().tolist(), problem.policy(), strict=True)) > 0.1


def test_a_token_that_is_never_written_may_have_any_reward_after_it() -> None:
    logits, rewards = tree(3)
    logits[0][1] = -math.inf
    first, *_ = token_policy(logits, rewards, 1.0)
    rewards[2][1] += 50
    assert first[1] == 0
    assert np.array_equal(token_policy(logits, rewards, 1.0)[0], first)


def test_halves_are_computed_in_float64() -> None:
    logits, rewards = tree(4)
    halves = [each.astype(np.float16) for each in logits], [each.astype(np.float32) for each in rewards]
    soft = soft_values(*halves, 0.7)
    problem = responses(*([each.astype(float) for each in half] for half in halves), 0.7)
    assert {each.dtype.name for each in (*soft.values, *soft.log_policy)} == {"float64"}
    assert abs(soft.values[0].item() - problem.objective()) < 1e-13


def test_gradients_of_the_value_are_visits() -> None:
    """``dV/dr(s, a)`` is how likely the optimal policy is to come to s and then write a."""
    logits, rewards = tree(5)
    given = leaves(*logits, *rewards)
    import torch

    assert torch.autograd.gradcheck(lambda *all_of: soft_values(list(all_of[:3]), list(all_of[3:]), 0.6).values[0], given)
    soft_values(given[:3], given[3:], 0.6).values[0].backward()
    policies = token_policy(logits, rewards, 0.6)
    for t in range(3):
        assert np.allclose(given[3 + t].grad.numpy(), joined(policies[: t + 1]), rtol=1e-10, atol=1e-14)


LOGITS, REWARDS = tree()
BAD = {
    "one array": (LOGITS[0], REWARDS, "logits: found ndarray, expected a list of arrays, one a position"),
    "nothing": ([], REWARDS, "logits: found list, expected a list of arrays, one a position"),
    "flat": ([LOGITS[0], LOGITS[1].ravel()], REWARDS[:2],
             "logits[1]: found shape (6,), expected (3, V): an axis for every token so far, then V"),
    "another tree": ([LOGITS[0], LOGITS[1].T], REWARDS[:2],
                     "logits[1]: found shape (2, 3), expected (3, V): an axis for every token so far, then V"),
    "first position": ([LOGITS[1]], REWARDS[1],
                       "logits[0]: found shape (3, 2), expected (V): an axis for every token so far, then V"),
    "too few rewards": (LOGITS, REWARDS[:2], "rewards: found 2 arrays, expected one for each of 3 positions, or one for all"),
    "one in a list": (LOGITS, REWARDS[2:], "rewards: found a list of 1 array, expected a list of 3, or the array itself"),
    "shape of rewards": (LOGITS, REWARDS[1], "rewards: found shape (3, 2), expected (3, 2, 4), as logits[2] has"),
    "shape of a reward": (LOGITS, [REWARDS[0], REWARDS[0], REWARDS[2]],
                          "rewards[1]: found shape (3,), expected (3, 2), as logits[1] has"),
    "whole numbers": ([np.array([1, 2])], np.array([1.0, 2.0]),
                      "logits[0]: found numbers of type int64, expected one of bfloat16, float16, float32, float64"),
    "NaN": (LOGITS, [REWARDS[0], REWARDS[1] * math.nan, REWARDS[2]],
            "position 1: rewards at [0, 0]: found nan, expected a finite number; leave a token out with mask"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_refused_by_name(case: str) -> None:
    logits, rewards, message = BAD[case]
    for function in (soft_values, token_policy):
        with pytest.raises(InvalidProblem) as refused:
            function(logits, rewards, 1.0)
        assert str(refused.value) == message


def test_a_bad_temperature_is_refused() -> None:
    with pytest.raises(InvalidProblem, match=r"^position 2: beta: found 0.0, expected a number > 0"):
        soft_values(LOGITS, REWARDS, 0.0)
