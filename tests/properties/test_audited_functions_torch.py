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


# --- what shares its entries --------------------------------------------------------------------

VIEWS = (
    lambda x: x.float(), lambda x: x.to(torch.float32), lambda x: x.type_as(x),
    lambda x: x.to(torch.float32, copy=True),
    lambda x: x.contiguous(), lambda x: x.reshape(x.shape), lambda x: x.flatten().view(x.shape), lambda x: x.flip(0),
    lambda x: x.t().t(), lambda x: x.t().contiguous().t(), lambda x: x[:], lambda x: x.clone(),
    lambda x: x.detach().clone(),
    lambda x: x.view(x.shape), lambda x: x.expand_as(x), lambda x: x * 1, lambda x: x.t().reshape(x.shape).t().t(),
    lambda x: x.double(), lambda x: x.squeeze(), lambda x: x.roll(1, 0),
)  # fmt: skip


def writing(seed: int) -> Callable[..., Any]:
    """Casts, views and copies of each other, and writes into some of them; the sum of all is given."""

    def function(lp: Any, ref: Any) -> Any:
        rng = Random(seed)
        pool = [lp * 1, ref * 1]
        for _ in range(rng.randint(3, 7)):
            chosen = rng.choice(pool)
            match rng.randrange(5):
                case 0:
                    chosen.mul_(2)
                case 1:
                    chosen[:, 0] = 3.0
                case 2:
                    chosen[0].add_(rng.choice(pool)[-1])
                case _:
                    pool.append(rng.choice(VIEWS)(chosen))
        return sum(rng.random() * each.double() for each in pool[-3:])

    return function


@FEW
@given(st.integers(0, 2**40))
def test_what_is_written_into_is_followed_whatever_casts_copy_or_refused(seed: int) -> None:
    """On float64 a cast to float32 is a copy, on float32 it is the tensor itself: a trace that is given is of both."""
    from symkl.auditing.roles import SHAPES, sampled
    from symkl.auditing.tensors import run, trace
    from symkl.auditing.traces import Untraceable

    inputs = {"lp": bound("lp", "policy"), "ref": bound("ref", "reference")}
    for each in range(4 * seed, 4 * seed + 4):
        function, sizes = writing(each), SHAPES[0]
        values, e = sampled(inputs, sizes, Random(1), 1.0), Expressions(TRAINED)
        try:
            found = trace(function, inputs, sizes, values, e).output
        except Untraceable:
            continue
        mine = [e.value(entry, values) for entry in found.entries]
        for dtype in ("", "float64", "float32"):
            real = run(function, inputs, sizes, values, frozenset(), dtype=dtype)
            assert real.entries == pytest.approx(mine, rel=1e-4, abs=1e-4), (each, dtype)
