"""Rewards far from 0 beside β: what is asked of π* has the digits that it has where they are small, or is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symkl.problems import InvalidProblem
from symkl.tokens import log_tilt, tilt_statistics
from symkl.tokens.bounds import OWN, OWN_DOUBLE, bound, compare
from symkl.tokens.reference import refer

SCALES = [1.0, 50.0, 65.0, 100.0, 1e3, 1e4, 1e6, 1e7, 1e9, 1e12, 1e17, 1e25]
KINDS = ["numpy", "torch", "fused"]


def made(kind: str, *arrays: Any) -> list[Any]:
    if kind == "numpy":
        return list(arrays)
    torch = pytest.importorskip("torch")
    return [torch.tensor(each) for each in arrays]


def rows(scale: float, dtype: str) -> tuple[Any, Any]:
    """Ties at the best reward, rewards a little below it, and others far away, with masked ones among them."""
    generator = np.random.default_rng(round(scale) % 1000)
    logits = generator.normal(size=(4, 300)) * 2
    near = scale - np.abs(generator.normal(size=(4, 300)))
    rewards = np.where(generator.random((4, 300)) < 0.2, near, -scale * generator.random((4, 300)))
    rewards[:, :40] = scale
    rewards[1] *= -1
    rewards[2, 3:] = scale
    logits[3, 5:30] = -np.inf
    return logits.astype(dtype), rewards.astype(dtype)


# Each kind of numbers is compiled once more.
CASES = [(kind, dtype, scale) for kind in KINDS[:2] for dtype in ("float32", "float64") for scale in SCALES]


@pytest.mark.parametrize(("kind", "dtype", "scale"), [*CASES, ("fused", "float32", 1e7)])
def test_every_figure_at_every_scale(scale: float, dtype: str, kind: str) -> None:
    logits, rewards = rows(scale, dtype)
    fused = True if kind == "fused" else None if kind == "numpy" else False
    given = made(kind, logits, rewards)
    found, logs = tilt_statistics(*given, 1.0, fused=fused), np.asarray(log_tilt(*given, 1.0, fused=fused))
    unit = 2.0**-24 if dtype == "float32" else 2.0**-53
    for i in range(len(logits)):
        exact = refer(logits[i], rewards[i], 1.0)
        # v of what has mass is of this size once the common part of the rewards is gone.
        size = 64 + 2 * np.abs(logits[i][np.isfinite(logits[i])]).max()
        names = ("log_partition", "kl", "entropy", "max_log_policy", "expected_reward")
        figures = {name: float(np.asarray(getattr(found, name))[i]) for name in names}
        for name in ("kl", "entropy", "max_log_policy"):
            wanted = getattr(exact, name)
            assert abs(figures[name] - wanted) <= 64 * unit * (size + abs(wanted)), (i, name, figures[name], wanted)
        heavy = exact.log_policy > -30
        assert np.abs(logs[i][heavy] - exact.log_policy[heavy]).max() <= 64 * unit * size, i
        limits = bound(logits[i], rewards[i], 1.0, rounding=OWN if dtype == "float32" else OWN_DOUBLE, reference=exact)
        over = [each for each in compare(figures | {"log_policy": logs[i]}, exact, limits) if each.bound < each.error]
        assert not over, (i, over)


@pytest.mark.parametrize("scale", [1e3, 1e5, 1e6])
def test_the_bound_of_a_divergence_is_small_at_large_scales_too(scale: float) -> None:
    logits, rewards = np.log(np.array([0.25, 0.25, 0.5])), np.array([scale, scale, -scale])
    limits = bound(logits, rewards, 1.0, rounding=OWN)
    assert limits.kl < 1e-3 and limits.log_policy[:2].max() < 1e-3


@pytest.mark.parametrize("scale", [1e6, 1e7, 1e17])
def test_the_divergence_of_the_report(scale: float) -> None:
    """Four equal responses, one of them far better: log 4, which one pass in float32 gives as 0, 4097 or 1.5."""
    for dtype in ("float32", "float64"):
        row = np.zeros(4, dtype), np.array([scale, 0, 0, 0], dtype)
        assert abs(float(tilt_statistics(*row, 1.0).kl) - np.log(4)) < 1e-6


def test_gradients_flow_at_large_scales() -> None:
    torch = pytest.importorskip("torch")
    logits = torch.tensor([0.3, -0.2, 0.1], dtype=torch.float64, requires_grad=True)
    rewards = torch.tensor([1e9, 1e9 + 1, 1e9], dtype=torch.float64, requires_grad=True)
    near = torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64, requires_grad=True)
    for function in (lambda *row: log_tilt(*row, 0.5)[1], lambda *row: tilt_statistics(*row, 0.5).kl):
        far_slopes = torch.autograd.grad(function(logits, rewards), (logits, rewards))
        near_slopes = torch.autograd.grad(function(logits, near), (logits, near))
        for one, other in zip(far_slopes, near_slopes, strict=True):
            assert torch.allclose(one, other, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("logits", "rewards"),
    [
        ([0.0, 0.0], [0.0, -3e38]),  # r/β = -6e38 where a logit is 0
        ([3e38, -3e38], [0.0, 0.0]),  # two logits too far apart
        ([0.0, 0.0], [3e38, -3e38]),
    ],
)
def test_log_tilt_and_the_statistics_refuse_alike(kind: str, logits: list[float], rewards: list[float]) -> None:
    row = made(kind, np.array([logits, [0.0, 0.0]], "float32"), np.array([rewards, [0.0, 1.0]], "float32"))
    fused = True if kind == "fused" else None if kind == "numpy" else False
    said = []
    for function in (log_tilt, tilt_statistics):
        with pytest.raises(InvalidProblem) as refused:
            function(*row, 0.5, fused=fused)
        said.append(str(refused.value))
    assert said[0] == said[1]


def test_what_is_masked_may_be_anything() -> None:
    logits, rewards = np.zeros((1, 2), "float32"), np.array([[1.0, -3e38]], "float32")
    mask = np.array([[True, False]])
    assert float(tilt_statistics(logits, rewards, 0.5, mask=mask).kl[0]) == 0.0
    assert log_tilt(logits, rewards, 0.5, mask=mask).tolist() == [[0.0, -np.inf]]
