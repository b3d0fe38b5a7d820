"""A trace of any function made of the supported operations is that function, in value and gradient. Needs torch.

Theorem: for a composition f of these operations, at every point where f is differentiable, the expression that the
trace gives has the value of f, and its derivative is what autograd computes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch")

from symkl.auditing import crosscheck  # noqa: E402
from symkl.auditing.expressions import Expressions  # noqa: E402
from symkl.auditing.roles import TRAINED, bound  # noqa: E402

F = torch.nn.functional

UNARY = (
    torch.exp, torch.sigmoid, torch.tanh, torch.abs, torch.square, torch.relu, F.logsigmoid, lambda x: x.clamp(-1, 1),
    lambda x: x.detach(), lambda x: torch.log1p(x * x), lambda x: torch.sqrt(1 + x * x), lambda x: -x,
    lambda x: torch.where(x > 0.3, x, 2 * x), lambda x: x.softmax(-1), lambda x: x - x.mean(-1, keepdim=True),
    lambda x: x.cumsum(-1), lambda x: x.flip(0), lambda x: x.masked_fill(x > 2, 0.5),
)  # fmt: skip
BINARY = (torch.add, torch.sub, torch.mul, torch.maximum, torch.minimum, lambda x, y: x / (1 + y * y))


def written(x: Any, y: Any) -> Any:
    """Some entries of one put into the other, through a view."""
    found = x.clone()
    found[:, 0] = y[:, -1]
    found[0].mul_(2)
    return found


def quiet(x: Any) -> Any:
    """Without a gradient."""
    with torch.no_grad():
        return x * 2


def composition(seed: int) -> Callable[..., Any]:
    """A composition of the operations, bounded so that floats stay finite."""

    def function(lp: Any, ref: Any) -> Any:
        rng = Random(seed)
        pool = [lp, ref, lp - ref]
        for _ in range(rng.randint(2, 7)):
            kind = rng.random()
            if kind < 0.5:
                pool.append(rng.choice(UNARY)(torch.tanh(rng.choice(pool))))
            elif kind < 0.9:
                pool.append(rng.choice(BINARY)(rng.choice(pool), rng.choice(pool)))
            else:
                pool.append(written(rng.choice(pool), rng.choice(pool)) if kind < 0.95 else quiet(rng.choice(pool)))
        return pool[-1] if rng.random() < 0.5 else pool[-1].mean() + pool[-2].sum() / 7

    return function


FEW = settings(max_examples=40) if settings.default.derandomize else settings.default
"""In ``ci`` a few: each is two functions, at four points."""


@FEW
@given(st.integers(0, 2**40))
def test_a_trace_is_the_function(seed: int) -> None:
    inputs = {"lp": bound("lp", "policy"), "ref": bound("ref", "reference")}
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(crosscheck, "SCALES", (0.7, 2.0))
        monkeypatch.setattr(crosscheck, "EXPLORED", 0)  # no other points, no other kinds
        monkeypatch.setattr(crosscheck, "_OTHERS", {})
        for each in (2 * seed, 2 * seed + 1):
            found = crosscheck.check(composition(each), inputs, inputs, Expressions(TRAINED))
            assert found.wrong == "", each
            assert math.isfinite(found.worst)
