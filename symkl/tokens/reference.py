"""What every quantity of a row is, to about 1e-15: the measure of what faster arithmetic computes.

The inputs are taken for exactly the numbers that they are, and β for the rational number that it is. Nothing is
rounded to float64 where that could be seen in the result: ``r/β`` and ``l + r/β`` are kept as a float64 and the
remainder it leaves (T. J. Dekker, "A floating-point technique for extending the available precision", 1971), sums are
correctly rounded, and the divergence is a sum of terms that are none of them negative. ``certified`` does the same in
balls of `python-flint`, which certainly enclose the exact values: slower, for one row or two, to say how far the
first may be trusted.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
from flint import arb, arb_mat, fmpq

from symkl.refuting.arithmetic import precision

Row = npt.NDArray[np.float64]

# Below this, x - 1 + e^-x loses more to cancellation than its series of twelve terms leaves out.
_SMALL = 0.25
_TERMS = 13
_TINY = 0.01
_DEEP = -1_000_000
# r/β of this size, kept as a float64 and a remainder, is still known to 1e-16.
_LARGE = 2.0**48


@dataclass(frozen=True)
class Reference:
    """One row in float64: scalars, and ``log π*`` of shape ``[V]``; entries without mass are ``-inf``."""

    log_partition: float
    expected_reward: float
    kl: float
    entropy: float
    max_log_policy: float
    log_policy: Row
    lse_logits: float
    lse_tilted: float


@dataclass(frozen=True)
class Certified:
    """One row in balls, each of which certainly encloses the exact value; ``log_policy`` is ``-inf`` without mass."""

    log_partition: arb
    expected_reward: arb
    kl: arb
    entropy: arb
    max_log_policy: arb
    log_policy: tuple[arb, ...]
    lse_logits: arb
    lse_tilted: arb


def refer(logits: npt.ArrayLike, rewards: npt.ArrayLike, beta: float | Fraction) -> Reference:
    """The quantities of one row of shape ``[V]``; ``-inf`` masks an entry, and a reward of ``-inf`` forbids it.

    >>> row = refer([0.0, 0.0], [1.0, 0.0], 1)
    >>> round(row.log_partition, 6), round(row.kl, 6)
    (0.620115, 0.110944)
    """
    given, reward, rational = _row(logits, "logits"), _row(rewards, "rewards"), _rational(beta)
    mass, kept = _supports(given, reward)
    logit, r, near = given[mass], reward[mass], float(rational)
    inside = kept[mass]
    q, q_rest = _quotient(r[inside], rational)
    with np.errstate(over="ignore", invalid="ignore"):
        v, v_rest = _two_sum(logit[inside], q)
        v_rest = v_rest + q_rest
    if not np.isfinite(v).all():
        raise ValueError("rewards: reward / beta is beyond the range of float64")
    if np.abs(q).max() > _LARGE:
        return _rounded(certified(logits, rewards, rational))
    top, first = int(np.argmax(logit)), int(np.argmax(v))
    reference_weights = _weights(logit, np.zeros_like(logit), top)
    weights = _weights(v, v_rest, first)
    log_l, log_v = _log_of_sum(reference_weights, top), _log_of_sum(weights, first)
    parts = [v[first], v_rest[first], -logit[top], log_v, -log_l]
    log_z = math.fsum(parts)

    distance, distance_rest = _two_sum(v, -v[first])
    logs = distance + (distance_rest + (v_rest - v_rest[first]) - log_v)
    policy = weights / (1.0 + math.fsum(np.delete(weights, first).tolist()))
    ratio = (q - log_z) + (q_rest - math.fsum([*parts, -log_z]))
    pi_ref = reference_weights / (1.0 + math.fsum(np.delete(reference_weights, top).tolist()))
    away = r[inside] - r[inside][first]
    mean = math.fsum((policy * away).tolist())
    if inside.all() and float(np.abs((away - mean) / near).max()) < _SMALL:
        kl = _small_divergence((away - mean) / near, policy)
    else:
        kl = math.fsum([*divergence_terms(ratio, policy, pi_ref[inside]).tolist(), *pi_ref[~inside].tolist()])
    log_policy = np.full(len(given), -np.inf)
    log_policy[kept] = logs
    return Reference(
        log_partition=log_z,
        expected_reward=float(r[inside][first]) + mean,
        kl=kl,
        entropy=-math.fsum((policy * np.where(policy > 0, logs, 0.0)).tolist()),
        max_log_policy=-log_v,
        log_policy=log_policy,
        lse_logits=math.fsum([logit[top], log_l]),
        lse_tilted=math.fsum([v[first], v_rest[first], log_v]),
    )


def _small_divergence(y: Row, policy: Row) -> float:
    """KL from ``y = (r - e)/β`` with e near E[r]: however small it is, nothing cancels.

    ``KL = E[y] + log E[e^-y]``, and with ``x = E[e^-y] - 1 = E[φ(y)] - E[y]`` that is ``E[φ(y)] - (x - log(1 + x))``.
    """
    excess = math.fsum(divergence_terms(y, policy, np.zeros_like(y)).tolist())
    x = excess - math.fsum((policy * y).tolist())
    if abs(x) > _TINY:
        return math.fsum([excess, -x, math.log1p(x)])
    return math.fsum([excess, *((-1) ** (k + 1) * x**k / k for k in range(2, 10))])


def _rounded(balls: Certified) -> Reference:
    """The middles of balls: for numbers so large that a float64 and a remainder do not hold them."""
    names = [name for name in Reference.__dataclass_fields__ if name != "log_policy"]
    logs = np.array([float(each.mid()) for each in balls.log_policy])
    return Reference(**{name: float(getattr(balls, name).mid()) for name in names}, log_policy=logs)


def divergence_terms(ratio: Row, policy: Row, reference: Row) -> Row:
    """``π* φ(x)``, ``x = log(π*/π_ref)``, ``φ(x) = x - 1 + e^-x``: none negative, their sum is the divergence.

    >>> divergence_terms(np.array([1e-6]), np.array([1.0]), np.array([1.0])).tolist()[0] > 4.9e-13
    True
    """
    near = np.abs(ratio) < _SMALL
    x = np.where(near, ratio, 0.0)
    series = np.zeros_like(x)
    for k in range(_TERMS, 1, -1):  # x²/2! - x³/3! + ..., by Horner's rule
        series = (1.0 - x * series) / k if k > 2 else x * x * (1.0 - x * series) / 2
    return np.where(near, policy * series, policy * (ratio - 1.0) + reference)


def certified(
    logits: npt.ArrayLike, rewards: npt.ArrayLike, beta: float | Fraction, bits: int | None = None
) -> Certified:
    """The quantities of one row of shape ``[V]`` as balls, computed with so many bits: by default with enough of them.

    >>> ball = certified([0.0, 0.0], [1.0, 0.0], 1).log_partition
    >>> ball.str(15, radius=False)
    '0.620114506958278'
    """
    given, reward, rational = _row(logits, "logits"), _row(rewards, "rewards"), _rational(beta)
    mass, kept = _supports(given, reward)
    if bits is None:
        # Those of r/β, twice: the error of v is that of E[r], which is divided by β again.
        largest_value = max(abs(Fraction(float(each)) / rational) for each in (reward[kept].min(), reward[kept].max()))
        bits = 160 + 2 * max(0, math.ceil(largest_value).bit_length())
    with precision(bits):
        scale = arb(fmpq(rational.denominator, rational.numerator))
        logit = [arb(a) for a in given[mass].tolist()]
        r = [arb(b) for b in reward[kept].tolist()]
        v = [arb(a) + b * scale for a, b in zip(given[kept].tolist(), r, strict=True)]
        # Only an entry that is the largest but for float64's rounding can be the largest.
        near = given[kept] + reward[kept] / float(rational)
        slack = 1e-12 * float(np.max(np.abs(given[kept]) + np.abs(reward[kept] / float(rational))))
        candidates = [v[i] for i in np.flatnonzero(near >= near.max() - slack).tolist()]
        largest = candidates[0]
        for a in candidates[1:]:
            largest = largest.max(a)
        m_l, m_v = arb(float(given[mass].max())), largest.mid()
        x = [a - m_v for a in v]
        # Flint has no digits left for e^x where x is that far down: it is at least 0, and at most this.
        nearly_nothing = arb(0, arb(_DEEP).exp())
        weights = [nearly_nothing if a < _DEEP else a.exp() for a in x]
        s_l, s_v = sum([(a - m_l).exp() for a in logit], arb(0)), sum(weights, arb(0))
        log_s = s_v.log()
        lse_l, lse_v = m_l + s_l.log(), m_v + log_s
        log_z = lse_v - lse_l
        row = arb_mat(1, len(v), weights)
        mean = (row * arb_mat(len(v), 1, r))[0, 0] / s_v
        entropy = log_s - (row * arb_mat(len(v), 1, x))[0, 0] / s_v
        logs = iter([a - log_s for a in x])
        nothing = arb("-inf")
        log_policy = tuple(next(logs) if there else nothing for there in kept.tolist())
        return Certified(log_z, mean, mean * scale - log_z, entropy, largest - lse_v, log_policy, lse_l, lse_v)


def distances(reference: Reference, balls: Certified) -> dict[str, float]:
    """How far each quantity of the reference can be from the exact value: an upper bound, from the balls.

    >>> row = [0.5, -1.0, 2.0], [1.0, 0.25, -3.0], Fraction(1, 10)
    >>> max(distances(refer(*row), certified(*row)).values()) < 1e-14
    True
    """
    names = [name for name in Reference.__dataclass_fields__ if name != "log_policy"]
    found = {name: _distance(getattr(reference, name), getattr(balls, name)) for name in names}
    return found | {"log_policy": float(entry_distances(reference, balls).max())}


def entry_distances(reference: Reference, balls: Certified) -> Row:
    """How far ``log π*`` of each token can be from the exact value.

    >>> row = [0.5, -1.0, 2.0], [1.0, 0.25, -3.0], Fraction(1, 10)
    >>> bool((entry_distances(refer(*row), certified(*row)) < 1e-14).all())
    True
    """
    logs = zip(reference.log_policy.tolist(), balls.log_policy, strict=True)
    return np.array([_distance(a, b) for a, b in logs])


def _distance(number: float, ball: Any) -> float:
    if math.isinf(number):
        return 0.0 if ball == arb(number) else math.inf
    return float(abs(ball - arb(number)).upper())


def _row(values: npt.ArrayLike, argument: str) -> Row:
    row = np.asarray(values, dtype=np.float64)
    if row.ndim != 1 or not len(row):
        raise ValueError(f"{argument}: one row of shape [V] is wanted, not one of shape {list(row.shape)}")
    if np.isnan(row).any() or np.isposinf(row).any():
        raise ValueError(f"{argument}: NaN or +inf at position {int(np.argmax(~(row < np.inf)))}")
    return row


def _rational(beta: float | Fraction) -> Fraction:
    if not (0 < beta < math.inf):
        raise ValueError(f"beta: {beta!r} is not a positive number")
    return Fraction(beta)


def _supports(logits: Row, rewards: Row) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    if len(logits) != len(rewards):
        raise ValueError(f"rewards: {len(rewards)} entries, and logits has {len(logits)}")
    mass = logits > -np.inf
    kept = mass & (rewards > -np.inf)
    if not kept.any():
        raise ValueError("logits: every entry of the row is masked")
    return mass, kept


def _two_sum(a: Any, b: Any) -> tuple[Any, Any]:
    """``a + b`` rounded, and what the rounding left."""
    total = a + b
    back = total - a
    return total, (a - (total - back)) + (b - back)


def _two_product(a: Row, b: float) -> tuple[Row, Row]:
    """``a b`` rounded, and what the rounding left."""
    product = a * b
    a_high, b_high = _high(a), _high(np.float64(b))
    a_low, b_low = a - a_high, b - b_high
    return product, ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low


def _high(a: Any) -> Any:
    """The upper half of the digits."""
    c = a * 134217729.0  # 2^27 + 1
    return c - (c - a)


def _quotient(rewards: Row, beta: Fraction) -> tuple[Row, Row]:
    """``r/β`` rounded, and what the rounding left."""
    near = float(beta)
    rest = float(beta - Fraction(near))
    with np.errstate(over="ignore", invalid="ignore"):
        quotient = rewards / near
        product, left = _two_product(quotient, near)
        return quotient, ((rewards - product) - left - quotient * rest) / near


def _weights(high: Row, low: Row, first: int) -> Row:
    """``exp(v - v_first)``, of the remainders, too."""
    distance, rest = _two_sum(high, -high[first])
    weights = np.exp(distance)
    return np.asarray(weights + weights * np.expm1(rest + (low - low[first])))


def _log_of_sum(weights: Row, first: int) -> float:
    """``log Σ w``, where ``w_first = 1``: precise for a row with all its mass there, too."""
    return math.log1p(math.fsum(np.delete(weights, first).tolist()))
