"""The estimators k1, k2 and k3 of KL(π‖π_ref) on sampled tokens, beside what they estimate, by enumeration.

Source: J. Schulman, Approximating KL Divergence (2020); the page "estimators" of the book proves what each estimates.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from symkl.problems.tables import refuse
from symkl.tokens.accumulators import excess, finite
from symkl.tokens.arrays import FLOATS, Array, Arrays, arrays_of

_FAR = 300.0  # log-ratios up to here have squares of e^x that are floats
_BLOCK = 1 << 16  # numbers at a time, in float64


@dataclass(frozen=True)
class ExactEstimates:
    """Mean and variance of one sample of each estimator under π, summed over all tokens: float64, [..].

    The mean of k1 is ``kl``; that of k3, too, unless π_ref has mass where π has none: ``k3`` is KL less that mass.
    ``k2`` is half the mean squared log-ratio, which is not KL. All are infinite where π has mass and π_ref none.
    """

    kl: Array
    k2: Array
    k3: Array
    k1_variance: Array
    k2_variance: Array
    k3_variance: Array


@dataclass(frozen=True)
class KLSamples:
    """With x = log π/π_ref of a sampled token: k1 = x, k2 = x²/2, k3 = e^-x - 1 + x, float64, [.., n].

    ``exact`` is what their mean and variance are, where whole rows were given, else ``None``.
    """

    k1: Array
    k2: Array
    k3: Array
    exact: ExactEstimates | None


def kl_samples(log_policy: Any, log_reference: Any, tokens: Any = None) -> KLSamples:
    """k1, k2 and k3 on tokens sampled from π, and their exact means and variances.

    ``log_policy`` and ``log_reference``: floating, [.., V] with leading dimensions that broadcast, and ``tokens``
    whole numbers [.., n] with the same leading dimensions. The rows need not be normalised: logits will do. Without
    ``tokens``, both are log-probabilities of the sampled tokens themselves, of one shape [.., n], and nothing is
    exact. k3 is computed so that it is never negative and precise where x is near 0. In torch, gradients flow to
    both; mind that the gradient of a mean of samples is not that of KL: the distribution they came from moves, too.

    Raises: InvalidProblem, for shapes that do not match, whole numbers, NaN, +inf, a token that is no index of the
    vocabulary, or one without mass under π.

    >>> samples = kl_samples(np.log([0.5, 0.5]), np.log([0.25, 0.75]), np.array([0, 1]))
    >>> samples.k3.round(4).tolist(), round(float(samples.exact.kl), 4)
    ([0.1931, 0.0945], 0.1438)
    """
    arrays, (policy, reference, tokens) = arrays_of(
        log_policy=log_policy, log_reference=log_reference, tokens=tokens
    )
    for name, value in (("log_policy", policy), ("log_reference", reference)):
        _check(arrays, name, value)
    if tokens is None:
        if policy.shape != reference.shape:
            expected = f"{tuple(policy.shape)}, as log_policy has"
            raise refuse("log_reference", "", f"shape {tuple(reference.shape)}", expected)
        ratio = _ratio(arrays.cast(policy, "float64"), arrays.cast(reference, "float64"), "log_policy")
        with arrays.quiet():
            return KLSamples(*_estimators(arrays, ratio), None)
    shape = _common(policy, reference)
    _check_tokens(arrays, tokens, shape)
    flat = (math.prod(shape[:-1]), shape[-1])
    policy, reference = (arrays.broadcast(each, shape).reshape(flat) for each in (policy, reference))
    with arrays.quiet():
        logs = [_log_sum(arrays, each) for each in (policy, reference)]
        for name, each in zip(("log_policy", "log_reference"), logs, strict=True):
            if not arrays.all_finite(each):
                raise refuse(name, "", "a row with -inf at every token", "a token that has mass")
        exact = _exact(arrays, policy, reference, *logs)
        indices = arrays.cast(arrays.broadcast(tokens, (*shape[:-1], tokens.shape[-1])), "int64").reshape(flat[0], -1)
        own, other = (
            arrays.cast(arrays.gather(each, indices), "float64") - log_sum[:, None]
            for each, log_sum in zip((policy, reference), logs, strict=True)
        )
        ratio = _ratio(own, other, "tokens").reshape(*shape[:-1], tokens.shape[-1])
        return KLSamples(*_estimators(arrays, ratio), ExactEstimates(*(each.reshape(shape[:-1]) for each in exact)))


# --- arguments ----------------------------------------------------------------------------------


def _check(arrays: Arrays, name: str, value: Array) -> None:
    if arrays.dtype(value) not in FLOATS:
        raise refuse(name, "", f"numbers of type {arrays.dtype(value)}", f"one of {', '.join(FLOATS)}")
    if not value.shape or not value.shape[-1]:
        raise refuse(name, "", f"shape {tuple(value.shape)}", "(.., V) with V > 0")
    if bool(((value != value) | (value == math.inf)).any()):
        raise refuse(name, "", "NaN or +inf", "finite numbers or -inf")


def _common(policy: Array, reference: Array) -> tuple[int, ...]:
    mine, other = tuple(policy.shape), tuple(reference.shape)
    if mine[-1] == other[-1]:
        try:
            return tuple(np.broadcast_shapes(mine, other))
        except ValueError:
            pass
    raise refuse("log_reference", "", f"shape {other}", f"one that goes with log_policy of shape {mine}")


def _check_tokens(arrays: Arrays, tokens: Array, shape: tuple[int, ...]) -> None:
    if not arrays.dtype(tokens).startswith(("int", "uint")):
        found = f"numbers of type {arrays.dtype(tokens)}"
        raise refuse("tokens", "", found, "whole numbers, indices of the vocabulary")
    try:
        fits = bool(tokens.shape) and np.broadcast_shapes(tokens.shape[:-1], shape[:-1]) == shape[:-1]
    except ValueError:
        fits = False
    if not fits:
        raise refuse("tokens", "", f"shape {tuple(tokens.shape)}", f"(.., n) with the leading dimensions {shape[:-1]}")
    if bool(((tokens < 0) | (tokens >= shape[-1])).any()):
        raise refuse("tokens", "", "an index outside the vocabulary", f"numbers from 0 to {shape[-1] - 1}")


def _ratio(policy: Array, reference: Array, name: str) -> Array:
    if bool((policy == -math.inf).any()):
        raise refuse(name, "", "a token without mass under the policy", "tokens that were sampled from it")
    return policy - reference


# --- the estimators -----------------------------------------------------------------------------


def _estimators(arrays: Arrays, ratio: Array) -> tuple[Array, Array, Array]:
    near = (ratio > -1.0) & (ratio < 1.0)
    # Where a gradient flows, what is not chosen must be finite, too.
    far = arrays.where(near, 0.0, ratio)
    k3 = arrays.where(near, excess(arrays, ratio, "float64"), arrays.exp(-far) - 1.0 + far)
    return ratio, ratio * ratio / 2.0, k3


def _log_sum(arrays: Arrays, x: Array) -> Array:
    highest = arrays.cast(arrays.highest(x), "float64")
    base = finite(arrays, highest)[:, None]
    parts = (arrays.total(arrays.exp(arrays.cast(x[:, columns], "float64") - base)) for columns in _columns(x))
    return highest + arrays.log(sum(parts))


def _columns(x: Array) -> Iterator[slice]:
    step = max(1, _BLOCK // max(1, x.shape[0]))
    return (slice(first, first + step) for first in range(0, x.shape[-1], step))


def _exact(arrays: Arrays, policy: Array, reference: Array, log_policy: Array, log_reference: Array) -> list[Array]:
    """The means of k1, k2, k3, then their variances: sums over all tokens of k, then of (k - mean)²."""
    zero = 0.0 * log_policy
    means, unseen = (zero, zero, zero), zero
    for columns in _columns(policy):
        own, other = _logs(arrays, policy, log_policy, columns), _logs(arrays, reference, log_reference, columns)
        means = tuple(a + b for a, b in zip(means, _moments(arrays, own, other, means=None), strict=True))
        unseen = unseen + arrays.total(arrays.where(own == -math.inf, arrays.exp(other), 0.0))
    kl = means[2] + unseen
    means = (kl, means[1], means[2])
    variances = (zero, zero, zero)
    for columns in _columns(policy):
        own, other = _logs(arrays, policy, log_policy, columns), _logs(arrays, reference, log_reference, columns)
        variances = tuple(a + b for a, b in zip(variances, _moments(arrays, own, other, means), strict=True))
    return [*means, *(arrays.where(kl == math.inf, math.inf, each) for each in variances)]


def _logs(arrays: Arrays, x: Array, log_sum: Array, columns: slice) -> Array:
    return arrays.cast(x[:, columns], "float64") - log_sum[:, None]


def _moments(arrays: Arrays, own: Array, other: Array, means: tuple[Array, ...] | None) -> list[Array]:
    """Of these tokens the sums of π k, or with means of π (k - mean)²; a token that is never drawn has no estimate."""
    alive = own != -math.inf
    own = arrays.where(alive, own, 0.0)
    weights = arrays.where(alive, arrays.exp(own), 0.0)
    ratio = arrays.where(alive, own - other, 0.0)
    sums = []
    for i, each in enumerate(_estimators(arrays, arrays.clip(ratio, -_FAR, _FAR))):
        spread = each if means is None else (each - means[i][:, None]) ** 2
        term = weights * spread
        if i == 2:
            # Where e^-x is no float any more, π may be none, either: their products π_ref and π_ref²/π are.
            product = arrays.exp(other) if means is None else arrays.exp(2.0 * other - own)
            term = arrays.where(alive & (ratio < -_FAR), product, term)
        sums.append(arrays.total(arrays.where(ratio == math.inf, math.inf, term)))
    return sums
