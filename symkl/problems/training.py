"""A policy being trained: exact ascent of ``E_π[r] - β KL(π‖π_ref)`` by softmax parameters, in floats.

A policy is ``π ∝ e^θ`` over the support of the reference, where it starts. Every method climbs along what a response
earns, ``ρ = r - β log(π/π_ref)``:

    gradient   θ += η π (ρ - E_π ρ)        the gradient by θ; π* is stable for η < 2/(β λ), with λ the largest
                                           eigenvalue of diag(π*) - π* π*ᵀ
    natural    θ += η ρ                    log-odds to those of π* are multiplied by 1 - ηβ: stable for η < 2/β
    mirror     θ += η/(1 + ηβ) ρ           by 1/(1 + ηβ), whatever η is: the page ``mirror_descent`` proves it

Near π* the gradient is ``-β F (θ - θ*)``, with ``F = diag(π*) - π* π*ᵀ``: each eigenvalue λ > 0 of F has a part of the
way that is multiplied by ``1 - ηβλ`` in a step. That a small step comes to π* from everywhere: J. Mei et al., On the
Global Convergence Rates of Softmax Policy Gradient Methods (2020).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from symkl.problems.formulas import Tempered, Tilt
from symkl.problems.kinds import Kind
from symkl.problems.layout import Layout
from symkl.problems.measures import Measure, Softmax
from symkl.problems.numbers import FLOATS, Arithmetic
from symkl.problems.tables import LARGEST, SMALLEST, Table, Vector, floats, rational, refuse, shown, text

METHODS = ("gradient", "natural", "mirror")
"""How a step is taken."""

MOST_STEPS = 100_000


@dataclass(frozen=True)
class EndPoint:
    """A policy that a training starts from or leads to: numbers of the problem's kind, as ``FrontierPoint`` has them.

    ``expected_reward`` is that which is trained on, ``true_reward`` that which is wanted.
    """

    expected_reward: Any
    true_reward: Any
    kl: Any
    objective: Any


@dataclass(frozen=True, eq=False)
class Training:
    """The path of a training: read-only float arrays with an entry for the start and one after each step.

    Of many prompts the arrays have the shape (steps + 1, prompts), and each prompt is trained by itself.
    ``expected_reward`` and ``true_reward`` are ``E_π[r]`` of the reward that is trained on and of the other one;
    ``kl`` is ``KL(π‖π_ref)`` in nats, ``objective`` J, ``gap`` is ``J* - J = β KL(π‖π*)``. ``policy`` is the last one.

    ``start`` is π_ref, ``optimum`` is π*. ``coldest_kl`` is ``-log π_ref(A)``, with A the best responses: what KL of π*
    rises to as ``β → 0``; ``coldest_true_reward`` is what is then earned of the other reward, ``E[r_true | A]``.
    ``largest_kl`` is ``-log min π_ref``: no policy on the support is further away.

    ``stable_rate``: with a rate below it the steps come back to π* from nearby, with one above it they do not.
    """

    method: str
    rate: float
    steps: Vector
    expected_reward: Vector
    true_reward: Vector
    kl: Vector
    objective: Vector
    gap: Vector
    policy: Vector
    start: EndPoint
    optimum: EndPoint
    coldest_true_reward: Any
    coldest_kl: Any
    largest_kl: Any
    stable_rate: Any


def read_method(method: Any) -> str:
    """One of the methods."""
    if method not in METHODS:
        raise refuse("method", "", shown(method), f"one of {', '.join(METHODS)}")
    return str(method)


def read_steps(steps: Any) -> int:
    """How many."""
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or not 1 <= steps <= MOST_STEPS:
        raise refuse("steps", "", shown(steps), f"a whole number from 1 to {MOST_STEPS}")
    return int(steps)


def read_rate(rate: Any) -> float:
    """η."""
    number = rational(rate)
    if number is None or not SMALLEST <= floats(np.array([number], dtype=object))[0] <= LARGEST:
        raise refuse("rate", "", shown(rate), "a number > 0 (between 1e-300 and 1e300)")
    return float(floats(np.array([number], dtype=object))[0])


def train(problem: Tempered, true: Tempered, kind: Kind, method: str, rate: float, steps: int) -> Training:
    """Train from the reference; ``true`` is the same problem with the other reward, ``kind`` is that of the ends."""
    layout = problem.data.layout
    with FLOATS.working():
        *paths, policy = _walk(problem, true, method, rate, steps)
        stable = _stable_rate(layout, problem.tilt(FLOATS).policy, float(problem.beta), method)
    ends = kind.settle(partial(_ends, problem, true), max(problem.guard, true.guard))
    zero, reward, true_reward, best, true_best, kl, maximum, cold_true, cold_kl, farthest = map(layout.each, ends)
    rewards, true_rewards, kls, objectives, gaps = (_kept(path[:, 0] if layout.flat else path) for path in paths)
    return Training(
        method, rate, _kept(np.arange(steps + 1)), rewards, true_rewards, kls, objectives, gaps,
        _kept(layout.outside(policy)), EndPoint(reward, true_reward, zero, reward),
        EndPoint(best, true_best, kl, maximum), cold_true, cold_kl, farthest, layout.each(stable),
    )  # fmt: skip


def _kept(values: Vector) -> Vector:
    """Values that nobody changes."""
    values.flags.writeable = False
    return values


def _walk(problem: Tempered, true: Tempered, method: str, rate: float, steps: int) -> tuple[Vector, ...]:
    """What each policy gave, a row a policy and a column a prompt; and the last policy."""
    tilt, wanted, reference = problem.tilt(FLOATS), true.tilt(FLOATS), problem.data.reference
    rows = []
    for policy in _policies(tilt, steps, rate, method):
        reward, kl = tilt.expected_reward(policy), tilt.kl(policy, reference)
        rows.append((reward, wanted.expected_reward(policy), kl, reward - tilt.beta * kl, tilt.regret(policy)))
    return *(np.array(column) for column in zip(*rows, strict=True)), policy.values(FLOATS)


def _ends(problem: Tempered, true: Tempered, arithmetic: Arithmetic) -> tuple[Vector, ...]:
    """What the reference, π* and its limit ``β → 0`` give, and the largest KL."""
    tilt, wanted = problem.tilt(arithmetic), true.tilt(arithmetic)
    layout, reference = problem.data.layout, problem.data.reference
    best, rarest = _best(problem), _rarest(problem)
    likeliest = layout.first_maximum(np.where(best, reference.logs, -np.inf))
    if arithmetic is FLOATS:  # where probabilities may be too small
        shares = np.exp(reference.logs - layout.spread(reference.logs[likeliest]))
    else:
        shares = tilt.p / layout.spread(tilt.p[likeliest])
    shares = np.where(best, shares, 0)
    total = layout.total(shares)

    def cost(rows: Vector) -> Vector:
        return arithmetic.logs(tilt.p[rows], reference.logs[rows])

    return (
        arithmetic.numbers(np.zeros(len(total))), tilt.expected_reward(reference), wanted.expected_reward(reference),
        tilt.expected_reward(None), wanted.c + layout.total(tilt.policy * wanted.d), tilt.kl(None, reference),
        tilt.maximum, wanted.c + layout.total(shares * wanted.d) / total,
        0 - cost(likeliest) - arithmetic.log(total), 0 - cost(rarest),
    )  # fmt: skip


def _policies(tilt: Tilt, steps: int, rate: float, method: str) -> Iterator[Measure]:
    """The reference, and the policy after each step."""
    layout, support = tilt.layout, tilt.data.reference.support
    policy: Measure = tilt.data.reference
    yield policy
    for step in range(steps):
        earned = tilt.earned(policy)
        if method == "gradient":
            change = rate * tilt.gradient(policy)
        elif method == "natural":
            change = rate * (earned - layout.spread(layout.total(policy.values(FLOATS) * earned)))
        else:
            change = earned / (1 / rate + tilt.beta)
        theta = np.where(support, policy.logs + change, 0)
        if not np.isfinite(theta).all():
            found = f"{text(rate)}, with which step {step + 1} leaves the range of floats"
            raise refuse("rate", "", found, "a smaller number")
        policy = Softmax(layout, Table(theta, True), support)
        yield policy


def _stable_rate(layout: Layout, policy: Vector, beta: float, method: str) -> Vector:
    """For every prompt the rate below which the steps come back to π* from nearby."""
    if method == "mirror":
        return np.full(len(layout.prompts), np.inf)
    if method == "natural":
        return np.full(len(layout.prompts), 2 / np.float64(beta))
    ends = (layout.starts + layout.counts).tolist()
    largest = [_largest_eigenvalue(policy[a:b]) for a, b in zip(layout.starts.tolist(), ends, strict=True)]
    return 2 / (np.float64(beta) * np.array(largest))


def _largest_eigenvalue(policy: Vector) -> float:
    """Of ``diag(π) - π πᵀ``: the root of ``Σ π/(π - λ)`` between the two largest probabilities."""
    ordered = np.sort(policy[policy > 0])[::-1]
    if len(ordered) < 2:
        return 0.0
    high, low = float(ordered[0]), float(ordered[1])
    for _ in range(200):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        if np.sum(ordered / (ordered - middle)) > 0:
            high = middle
        else:
            low = middle
    return high


def _best(problem: Tempered) -> Vector:
    """Where the reward is greatest, exactly, among the responses with mass: booleans."""
    layout, support, values = problem.data.layout, problem.data.reference.support, problem.data.reward.values
    out = np.zeros(layout.size, dtype=bool)
    for members in _members(layout, support):
        best = max(values[i] for i in members)
        out[[i for i in members if values[i] == best]] = True
    return out


def _rarest(problem: Tempered) -> Vector:
    """Of each prompt a response with the least mass, exactly, among those with any: places."""
    layout, reference = problem.data.layout, problem.data.reference
    values = reference.table.values
    return np.array([min(members, key=lambda i: values[i]) for members in _members(layout, reference.support)])


def _members(layout: Layout, support: Vector) -> Iterator[list[int]]:
    for start, count in zip(layout.starts.tolist(), layout.counts.tolist(), strict=True):
        yield [i for i in range(start, start + count) if support[i]]
