"""The formulas, written once for every kind of number: the tilt of a reference, its measures, divergences.

Whatever cancels is written so that it does not: rewards are subtracted before anything is rounded, and a KL divergence
is a sum of terms that are none of them negative.
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from flint import fmpq

from symkl.problems.layout import Layout
from symkl.problems.measures import Measure, differences
from symkl.problems.numbers import FLOATS, Arithmetic
from symkl.problems.tables import LARGEST, SMALLEST, Table, Vector, floats

_INF = np.array([np.inf])


class Data:
    """The tables of a problem, and the reference in the arithmetics used last."""

    def __init__(self, layout: Layout, reference: Measure, reward: Table) -> None:
        self.layout, self.reference, self.reward = layout, reference, reward
        self._numbers: dict[Arithmetic, Vector] = {}

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_numbers": {}}

    def probabilities(self, arithmetic: Arithmetic) -> Vector:
        """The reference."""
        if arithmetic not in self._numbers:
            while len(self._numbers) >= 4:
                del self._numbers[next(iter(self._numbers))]
            self._numbers[arithmetic] = self.reference.values(arithmetic)
        return self._numbers[arithmetic]


class Tempered:
    """A problem at one temperature: the formulas in any arithmetic, and what they must know before they begin."""

    def __init__(self, data: Data, beta: fmpq) -> None:
        self.data, self.beta = data, beta

    def __getstate__(self) -> dict[str, Any]:
        return {"data": self.data, "beta": self.beta}  # what is computed from them is not kept

    def tilt(self, arithmetic: Arithmetic) -> Tilt:
        """The formulas; those of the arithmetic used last are kept, and those of floats."""
        if arithmetic is FLOATS:
            return self._in_floats
        if self._latest.arithmetic is not arithmetic:
            self._latest = Tilt(self.data, self.beta, self._centre, arithmetic, self._in_floats)
        return self._latest

    @cached_property
    def _latest(self) -> Tilt:
        return self._in_floats

    @cached_property
    def _in_floats(self) -> Tilt:
        return Tilt(self.data, self.beta, self._centre, FLOATS, None)

    @cached_property
    def _behind(self) -> Vector:
        """``(r - max r)/β`` over the support in floats; ``-inf`` without mass."""
        layout, reward, support = self.data.layout, self.data.reward, self.data.reference.support
        best = layout.first_maximum(np.where(support, reward.floats, -np.inf))
        with FLOATS.working():
            return np.where(support, differences(layout, reward, best, FLOATS), -np.inf) / float(self.beta)

    @cached_property
    def _centre(self) -> Vector:
        """The likeliest response of each prompt under π*."""
        return self.data.layout.first_maximum(self._behind + self.data.reference.logs)

    @cached_property
    def guard(self) -> int:
        """The bits that sums and exponentials are sure to lose."""
        u = np.where(self.data.reference.support, -self._behind, 0.0)
        largest = max(float(np.max(np.minimum(u, LARGEST))), 1.0)
        return math.ceil(math.log2(largest)) + int(max(self.data.layout.counts)).bit_length()


class Tilt:
    """Every quantity of one problem at one temperature, as numbers of one arithmetic.

    Rewards count from the reward c of the likeliest response under π*: ``t = (r - c)/β`` and
    ``Z' = Σ π_ref e^t``, so that ``log Z = c/β + log Z'`` and ``log(π*/π_ref) = t - log Z'``.

    Where a measure is taken, ``None`` is π*.
    """

    def __init__(
        self, data: Data, beta: fmpq, centre: Vector, arithmetic: Arithmetic, in_floats: Tilt | None
    ) -> None:
        self.data, self.layout, self.arithmetic = data, data.layout, arithmetic
        self._beta, self._centre, self._in_floats = beta, centre, in_floats

    @cached_property
    def beta(self) -> Vector:
        """The temperature, as an array of one number."""
        return self.arithmetic.numbers(np.array([self._beta], dtype=object))

    @cached_property
    def p(self) -> Vector:
        """The reference."""
        return self.data.probabilities(self.arithmetic)

    @property
    def reward(self) -> Vector:
        """``r``."""
        return self.arithmetic.numbers(self.data.reward.values)

    @cached_property
    def c(self) -> Vector:
        """The reward that others are counted from."""
        return self.arithmetic.numbers(self.data.reward.values[self._centre])

    @cached_property
    def d(self) -> Vector:
        """``r - c``."""
        return differences(self.layout, self.data.reward, self._centre, self.arithmetic)

    @cached_property
    def t(self) -> Vector:
        """``(r - c)/β``, and 0 where there is no mass."""
        return np.where(self.data.reference.support, self.d, 0) / self.beta

    # the optimum

    @cached_property
    def _weights(self) -> tuple[Vector, Vector, Vector]:
        weights, m = self.arithmetic.weights(self.p, self.data.reference.logs, self.t, self.layout)
        return weights, m, self.layout.total(weights)

    @cached_property
    def policy(self) -> Vector:
        """``π*``."""
        weights, _, total = self._weights
        return weights / self.layout.spread(total)

    @cached_property
    def log_z(self) -> Vector:
        """``log Z'``: through ``log(1 + Σ π_ref (e^t - 1))`` where that is near 0."""
        _, m, total = self._weights
        out = m + self.arithmetic.log(total)
        near = np.abs(floats(out)) < 0.5
        if near.any():
            excess = self.layout.total(self.arithmetic.excess(self.p, self.data.reference.logs, self.t))
            out[near] = self.arithmetic.log1p(excess[near])
        return out

    @property
    def log_partition(self) -> Vector:
        """``log Z``."""
        return self.c / self.beta + self.log_z

    @property
    def maximum(self) -> Vector:
        """``β log Z = c + β log Z'``, which does not overflow where ``c/β`` does."""
        rest: Vector = self.beta * self.log_z
        return self.c + rest

    @cached_property
    def log_ratio(self) -> Vector:
        """``log(π*/π_ref)``; of no meaning where there is no mass."""
        return self.t - self.layout.spread(self.log_z)

    @cached_property
    def logs(self) -> Vector:
        """``log π*``."""
        reference = self.data.reference
        mass = reference.support
        out = np.repeat(self.arithmetic.numbers(-_INF), len(mass))
        out[mass] = self.arithmetic.logs(self.p[mass], reference.logs[mass]) + self.log_ratio[mass]
        return out

    # any policy

    def expected_reward(self, pi: Measure | None) -> Vector:
        """``c + E_π[r - c]``."""
        return self.c + self.layout.total(self._mass(pi).values * self.d)

    def variance(self, pi: Measure | None) -> Vector:
        """``E_π[(r - E_π r)²]``."""
        p = self._mass(pi).values
        away = self.d - self.layout.spread(self.layout.total(p * self.d))
        return self.layout.total(p * away * away)

    def kl(self, pi: Measure | None, rho: Measure) -> Vector:
        """``KL(π‖ρ)``."""
        left, right = self._mass(pi), self._mass(rho)
        if pi is None and rho is self.data.reference:
            return self._divergence(left, right, self.log_ratio[left.support])
        with FLOATS.working():
            logs = (self._in_floats or self).logs if pi is None else pi.logs
        return self._divergence(left, right, self._log_quotient(left, right, logs, rho.logs))

    def objective(self, pi: Measure) -> Vector:
        """``J(π) = E_π[r] - β KL(π‖π_ref)``."""
        cost: Vector = self.beta * self.kl(pi, self.data.reference)
        return self.expected_reward(pi) - cost

    def earned(self, pi: Measure) -> Vector:
        """``ρ - c``, where ``ρ = r - β log(π/π_ref)`` is what a response earns; 0 where a measure has no mass."""
        reference = self.data.reference
        left, right = self._mass(pi), self._mass(reference)
        both = left.support & right.support
        out = np.where(both, self.d, 0)
        out[both] -= self.beta * self._log_quotient(left, right, pi.logs, reference.logs)
        return out

    def gradient(self, pi: Measure) -> Vector:
        """``∂J/∂θ(y) = π(y) (ρ(y) - E_π[ρ])``, where ``π ∝ e^θ``."""
        p, earned = self._mass(pi).values, self.earned(pi)
        out: Vector = p * (earned - self.layout.spread(self.layout.total(p * earned)))
        return out

    def regret(self, pi: Measure) -> Vector:
        """``β KL(π‖π*)``, where ``log(π/π*) = log(π/π_ref) - log(π*/π_ref)``.

        Floats in which that overflows get it as ``E_π[c - r] + β (log Z' + KL(π‖π_ref))``, whose first part is then
        the larger by far.
        """
        reference_measure = self.data.reference
        left, right, reference = self._mass(pi), self._mass(None), self._mass(reference_measure)
        u = self._log_quotient(left, reference, pi.logs, reference_measure.logs)
        u -= self.log_ratio[left.support & reference.support]
        out: Vector = self.beta * self._divergence(left, right, u)
        if self.arithmetic is FLOATS and (lost := ~np.isfinite(out)).any():
            rest = self.beta * (self.log_z + self.kl(pi, reference_measure))
            out[lost] = (rest - self.layout.total(left.values * self.d))[lost]
        return out

    def _mass(self, measure: Measure | None) -> _Mass:
        reference = self.data.reference
        if measure is None:
            return _Mass(reference.support, self.policy)
        return _Mass(measure.support, self.p if measure is reference else measure.values(self.arithmetic))

    def _log_quotient(self, left: _Mass, right: _Mass, left_logs: Vector, right_logs: Vector) -> Vector:
        """``log(p/q)`` where both have mass: through ``log(1 + (p-q)/q)`` where it is near 0. Logs are in floats."""
        both = left.support & right.support
        p, q, difference = left.values[both], right.values[both], left_logs[both] - right_logs[both]
        near = (np.abs(difference) < 0.5) & (floats(q) > SMALLEST)
        out = np.empty_like(p)
        out[near] = self.arithmetic.log1p((p[near] - q[near]) / q[near])
        out[~near] = self.arithmetic.logs(p[~near] / q[~near], difference[~near])
        return out

    def _divergence(self, left: _Mass, right: _Mass, u: Vector) -> Vector:
        """``KL(p‖q) = Σ (p log(p/q) + q - p)``, where u is ``log(p/q)`` at the places where both have mass."""
        both = left.support & right.support
        p, q, terms = left.values[both], right.values[both], right.values.copy()
        near = floats(u) > -1
        inner = np.empty_like(u)
        inner[near] = p[near] * self.arithmetic.gap(u[near])
        product = p[~near] * u[~near]
        product[np.asarray(p[~near] == 0, dtype=bool)] = 0  # also where u overflowed
        inner[~near] = product - q[~near] * self.arithmetic.expm1(u[~near])
        terms[both] = inner
        out = self.layout.total(terms)
        out[np.logical_or.reduceat(left.support & ~right.support, self.layout.starts)] = self.arithmetic.numbers(_INF)
        return out


class _Mass(NamedTuple):
    """A measure in numbers of the arithmetic at hand; 0 outside the support."""

    support: Vector
    values: Vector
