r"""How far a right implementation can be from the exact values, on the row at hand. Derived on the site.

A bound is a function of the data, of an arithmetic (``Rounding``) and of an exponential (``ExpModel``). It is no
tolerance: whoever exceeds it has computed something else. To first order in the unit roundoff u, with
``D(x) = H(softmax x) - (LSE x - max x)``, ``S(x) = D(x)(1 + c1) + c0(1 + K) + K + h`` and
``A = E_π*[ρ|r|/β + |v|]``,

    |d log Z|  ≤ u (S(l) + S(v) + A)

What is computed here also contains the terms of higher order, what underflows, and the float64 epilogue: it is a bound
and not an estimate.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from flint import arb

from symkl.refuting.arithmetic import precision
from symkl.tokens.accumulators import FAR, ONE, SMALL
from symkl.tokens.reference import Reference, divergence_terms, refer

Row = npt.NDArray[np.float64]

UNITS = {"float64": 2.0**-53, "float32": 2.0**-24, "float16": 2.0**-11, "bfloat16": 2.0**-8}
_SMALLEST = {"float64": 2.0**-1022, "float32": 2.0**-126, "float16": 2.0**-14, "bfloat16": 2.0**-126}


@dataclass(frozen=True)
class ExpModel:
    """An exponential ``e^x (1 + ε)`` with ``|ε| ≤ (c0 + c1|x|) u``: what is supposed of a device, and probed."""

    c0: float
    c1: float = 0.0


# Tested figures and no guarantees: an exponential of 1 or 2 units in the last place has room in the first. The second
# is for 2^(x log2 e) with the product rounded, whose relative error grows with |x|.
ACCURATE = ExpModel(5.0)
BY_POWERS_OF_TWO = ExpModel(5.0, 2.0)


@dataclass(frozen=True)
class Rounding:
    """An arithmetic: how many roundings lie on the longest way from the data to a result.

    ``unit``: the unit roundoff of the sums. ``chain``: h, the longest chain of additions in them. ``rescalings``: K,
    how often on one path a sum in that arithmetic is multiplied by ``e^(m - m')``. ``rho``: roundings in r/β, 2, or 1
    where it is added in one fused operation. ``stored``: unit roundoff of the format of the results, if coarser.
    ``steps``: float64 operations on a path in the merging of tiles and in the epilogue. ``shifted``: log π* is
    ``(v - max v) - log s``; otherwise it may also be v minus a rounded M. ``by_terms``: where KL is small beside what
    it is the difference of, it is computed again as a sum of terms that are none of them negative. ``centred``: where
    E[r] is farther than ``FAR`` from 0 beside β, rewards are counted from a number near it.
    """

    unit: float = UNITS["float32"]
    chain: int = 64
    rescalings: int = 0
    rho: int = 2
    stored: float = 0.0
    steps: int = 512
    shifted: bool = False
    by_terms: bool = False
    centred: bool = False

    @property
    def smallest(self) -> float:
        """The smallest normal number of the sums' arithmetic: what is below it may be anything up to twice that."""
        return _SMALLEST["float64" if self.unit == UNITS["float64"] else "float32"]


OWN = Rounding(shifted=True, by_terms=True, centred=True)
"""The arithmetic of ``symkl.tokens`` on float32, float16 and bfloat16: tiles in float32, all else in float64."""
OWN_DOUBLE = Rounding(unit=UNITS["float64"], shifted=True, by_terms=True, centred=True)
"""The same on float64."""
FUSED = replace(OWN, chain=72)
"""That of its kernels: 256 numbers by vectors of 4 or more, or 4096 by 256 threads, each then by a tree."""

# Roundings in φ's series by Horner's rule, weighed by the size of its terms beside their sum.
_SERIES = 12


@dataclass(frozen=True)
class Bounds:
    """The largest error of each quantity of one row; ``total`` is of ``Σ π* = 1``, ``log_policy`` has shape ``[V]``."""

    log_partition: float
    expected_reward: float
    kl: float
    entropy: float
    total: float
    max_log_policy: float
    log_policy: Row = field(repr=False)


def bound(
    logits: npt.ArrayLike,
    rewards: npt.ArrayLike,
    beta: float,
    exp: ExpModel = ACCURATE,
    rounding: Rounding | None = None,
    reference: Reference | None = None,
) -> Bounds:
    """The bounds for one row of shape ``[V]``; ``reference`` where it has been computed already.

    A bound is ``inf`` where there are so many roundings that nothing can be said.

    >>> row = [0.5, -1.0, 2.0], [1.0, 0.25, -3.0], 0.5
    >>> 0 < bound(*row).log_partition < 1e-5
    True
    """
    exact = refer(logits, rewards, beta) if reference is None else reference
    arithmetic = Rounding() if rounding is None else rounding
    l_all, r_all = np.asarray(logits, dtype=np.float64), np.asarray(rewards, dtype=np.float64)
    kept = exact.log_policy > -np.inf
    return _Row(l_all, r_all[kept], kept, beta, exact, exp, arithmetic).bounds()


def exceeded(error: float, bound: float) -> bool:
    """Whether an error is beyond its bound. What is no number, or infinite, is beyond every bound.

    >>> exceeded(1.0, 2.0), exceeded(3.0, 2.0), exceeded(float("nan"), 2.0), exceeded(1.0, float("nan"))
    (False, True, True, True)
    >>> exceeded(math.inf, math.inf)
    True
    """
    return not (error <= bound and error < math.inf)


class Comparison(NamedTuple):
    """One quantity of one row: its error and its bound; of ``log π*`` those of the worst entry."""

    quantity: str
    error: float
    bound: float

    @property
    def ratio(self) -> float:
        """The share of the bound that is used; ``nan`` where there is no number to compare."""
        return self.error / self.bound if self.bound else (0.0 if self.error == 0 else math.inf)

    @property
    def exceeded(self) -> bool:
        """Whether the error is beyond the bound, or no number."""
        return exceeded(self.error, self.bound)


SCALARS = ("log_partition", "expected_reward", "kl", "entropy", "max_log_policy")


def compare(found: Mapping[str, Any], reference: Reference, bounds: Bounds) -> tuple[Comparison, ...]:
    """What was found for one row against its reference: the names are those of ``Bounds``, any of them.

    >>> row = [0.0, 0.0], [1.0, 0.0], 1.0
    >>> [c.exceeded for c in compare({"log_partition": 0.6201145, "total": 1.5}, refer(*row), bound(*row))]
    [False, True]
    """
    unknown = set(found) - {*SCALARS, "total", "log_policy"}
    if unknown:
        raise ValueError(f"found: {', '.join(sorted(unknown))} is no quantity that has a bound")
    exact = {name: getattr(reference, name) for name in SCALARS} | {"total": 1.0}
    errors = {name: abs(float(found[name]) - value) for name, value in exact.items() if name in found}
    rows = [Comparison(name, error, getattr(bounds, name)) for name, error in errors.items()]
    if "log_policy" in found:
        rows.append(_worst(differences(found["log_policy"], reference), bounds.log_policy))
    return tuple(rows)


def _worst(errors: Row, limits: Row) -> Comparison:
    """The entry that uses most of its bound; one that is no number, or has mass that it may not have, before all."""
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(errors == 0, 0.0, errors / limits)
    worst = int(np.argmax(share))  # a NaN counts as the largest
    return Comparison("log_policy", float(errors[worst]), float(limits[worst]))


def differences(log_policy: npt.ArrayLike, reference: Reference) -> Row:
    """The error of every entry of a ``log π*`` of shape ``[V]``: 0 where both are ``-inf``, ``nan`` stays ``nan``.

    >>> differences([-0.5, float("-inf")], refer([0.0, float("-inf")], [0.0, 0.0], 1)).tolist()
    [0.5, 0.0]
    """
    found = np.asarray(log_policy, dtype=np.float64)
    masked = np.isneginf(reference.log_policy)
    with np.errstate(invalid="ignore"):
        return np.where(masked & np.isneginf(found), 0.0, np.abs(found - reference.log_policy))


# -- an exponential, probed


class ExpProbe(NamedTuple):
    """What a probe found: the worst relative error in units of u and where, the worst share of what a model allows.

    ``one``: exp(0) is exactly 1. ``nothing``: exp(-inf) is exactly 0, and exp far below the range at most the smallest
    normal number.
    """

    worst: float
    where: float
    share: float
    one: bool
    nothing: bool

    @property
    def held(self) -> bool:
        """Whether the exponential keeps to its model."""
        return self.share <= 1 and self.one and self.nothing


def probe_exp(
    exp: Callable[[npt.NDArray[Any]], npt.ArrayLike],
    dtype: str = "float32",
    model: ExpModel = ACCURATE,
    points: int = 1 << 16,
) -> ExpProbe:
    """The error of an exponential over the arguments that a tilt has: from 0 down to where results are subnormal.

    ``exp`` takes and gives an array. For ``bfloat16``, which NumPy has not, arguments are float32 that bfloat16 has.

    >>> probe_exp(np.exp).held
    True
    >>> probe_exp(lambda x: np.exp(x.astype(np.float16))).held
    False
    """
    if dtype not in UNITS:
        raise ValueError(f"dtype: {dtype!r} is none of {', '.join(UNITS)}")
    unit, smallest = UNITS[dtype], _SMALLEST[dtype]
    grid = _grid(dtype, -math.log(smallest), points)
    with np.errstate(all="ignore"):
        found = np.asarray(exp(grid), dtype=np.float64)
        ends = np.asarray(exp(np.array([0.0, -np.inf, -1e4], dtype=grid.dtype)), dtype=np.float64)
    x = grid.astype(np.float64)
    error = _relative_errors(x, found, exact=unit > 2.0**-40) / unit
    share = error / (model.c0 + model.c1 * np.abs(x))
    # A NaN is worse than any number: argmax finds it first.
    worst, most = int(np.argmax(error)), float(np.max(share))
    return ExpProbe(
        float(error[worst]),
        float(x[worst]),
        most,
        bool(ends[0] == 1.0),
        bool(ends[1] == 0.0 and 0.0 <= ends[2] <= smallest),
    )


def _grid(dtype: str, depth: float, points: int) -> npt.NDArray[Any]:
    """Arguments that the format has: evenly spread, and ever denser towards 0."""
    even = -np.linspace(0.0, depth, points // 2)
    dense = -depth * np.logspace(-9, 0, points - points // 2)
    both = np.concatenate([even, dense])
    inside = both[both > -depth + 1e-3]
    if dtype == "bfloat16":
        return to_bfloat16(inside.astype(np.float32))
    return inside.astype(dtype)


def to_bfloat16(values: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """Float32 numbers rounded to the nearest that bfloat16 has, ties to even.

    >>> to_bfloat16([1.0, 1.00390625, 1.01171875]).tolist()
    [1.0, 1.0, 1.015625]
    """
    single = np.ascontiguousarray(values, dtype=np.float32)
    bits = single.view(np.uint32).astype(np.uint64)
    rounded = ((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000).astype(np.uint32).view(np.float32)
    return np.where(np.isfinite(single), rounded, single)


def _relative_errors(x: Row, found: Row, exact: bool) -> Row:
    if exact:  # float64 is exact enough for coarser formats
        return np.abs(found / np.exp(x) - 1.0)
    with precision(96):
        pairs = zip(x.tolist(), found.tolist(), strict=True)
        return np.array([float(abs(arb(y) / arb(a).exp() - 1).mid()) for a, y in pairs])


# -- the derivation, in code


class _Row:
    """One row with what its bounds are made of. ``x`` is ``v - max v``, ``d`` bounds the error of v, entry by entry."""

    def __init__(
        self,
        logits: Row,
        rewards: Row,
        kept: npt.NDArray[np.bool_],
        beta: float,
        exact: Reference,
        exp: ExpModel,
        rounding: Rounding,
    ) -> None:
        self.exact, self.exp, self.rounding, self.beta, self.kept = exact, exp, rounding, beta, kept
        self.count = len(logits)
        mass = logits > -np.inf
        self.r = rewards
        self.logs = exact.log_policy[kept]
        self.policy = np.exp(self.logs)
        # From the reward of the likeliest token, so that a distance has its digits however large rewards are.
        heaviest = rewards[int(np.argmax(self.logs))]
        away = rewards - heaviest
        mean = float(self.policy @ away)
        self.away, relative = away - mean, logits[kept] + (away - mean) / beta
        self.d = self.of_values(np.abs(rewards) / beta, np.abs(logits[kept] + rewards / beta), rounding.rho)
        self.slack: float | None = None  # how far c can be from E[r], where rewards are certainly counted from c
        if rounding.centred:
            self.centre(relative, exact.expected_reward)
        top = float(relative.max())
        self.shift = float((relative + self.d).max()) - top  # how far the largest v can move, either way
        self.x = np.abs(relative - top) + self.d + self.shift
        self.reference_logs = logits[mass] - exact.lse_logits
        self.reference_x = np.abs(logits[mass] - logits[mass].max())
        self.inside = kept[mass]

    def gamma(self, roundings: float) -> float:
        """``n u / (1 - n u)``: what n roundings can do to a product of theirs, in size and in its logarithm."""
        total = roundings * self.rounding.unit
        return total / (1 - total) if total < 1 else math.inf

    def of_values(self, scaled: Row, values: Row, roundings: int) -> Row:
        """The error of ``v = l + r/β``, from the sizes of r/β and of v."""
        rounding = self.rounding
        return self.gamma(roundings) * scaled * (1 + rounding.unit) + rounding.unit * values + 2 * rounding.smallest

    def centre(self, relative: Row, expected: float) -> None:
        """The error of v where rewards are counted from a c, which the first pass takes from its own E[r].

        ``relative`` is ``l + (r - E[r])/β``. The error of that E[r] says whether there is a c, and how near it is.
        """
        beta, unit = self.beta, self.rounding.unit
        top = float(relative.max())
        self.shift = float((relative + self.d).max()) - top
        self.x = np.abs(relative - top) + self.d + self.shift
        first = self.expectation(self.r, expected, self.d + self.weighing(self.x))
        if abs(expected) + first < FAR * beta:
            return
        slack = (first + unit * abs(expected)) * (1 + unit)
        if not slack <= FAR * beta:
            # It may have come to any c between the rewards, or to none.
            largest = float(np.abs(self.r).max())
            scaled = (np.abs(self.r) + largest) / beta
            self.d = self.of_values(scaled, np.abs(relative) + (largest + abs(expected)) / beta, self.rounding.rho + 1)
            return
        away = (np.abs(self.away) + slack) / beta
        about = self.of_values(away, np.abs(relative) + slack / beta, self.rounding.rho + 1)
        if abs(expected) - first > FAR * beta:
            self.d, self.slack = about, slack
        else:
            self.d = np.maximum(self.d, about)

    def weighing(self, x: Row, rescalings: int | None = None) -> Row:
        """What argument rounding, the exponential and that of the rescalings do to the logarithm of a weight."""
        u, exp = self.rounding.unit, self.exp
        times = 1 + (self.rounding.rescalings if rescalings is None else rescalings)
        worst = (exp.c0 + exp.c1 * min(float(x.max()), -math.log(self.rounding.smallest))) * u
        if worst >= 1:
            return np.full_like(x, math.inf)
        each = (exp.c0 * times + exp.c1 * x * (1 + u)) * u / (1 - worst)
        return np.asarray(x * u + each)

    def summing(self, more: int = 0) -> float:
        """What h additions and K multiplications do to a sum, relatively."""
        return self.gamma(self.rounding.chain + self.rounding.rescalings + more)

    @property
    def lost(self) -> float:
        """What underflows, beside a sum that is at least about 1."""
        return 2 * self.count * self.rounding.smallest * (2 + self.rounding.rescalings)

    def fine(self, *sizes: float) -> float:
        """The float64 epilogue on numbers of these sizes."""
        return UNITS["float64"] * (4 * sum(map(abs, sizes)) + self.rounding.steps)

    def stored(self, value: float, error: float) -> float:
        """The error, and the rounding of the result to the format that it is stored in."""
        return error + self.rounding.stored * (abs(value) + error) if self.rounding.stored else error

    def bounds(self) -> Bounds:
        """Each bound in turn, as on the page."""
        exact = self.exact
        weighing = self.weighing(self.x)
        parts = self.d + weighing
        tilted = _log_mean(self.logs, parts) + self.summing() + self.lost
        given = _log_mean(self.reference_logs, self.weighing(self.reference_x)) + self.summing() + self.lost
        if not math.isfinite(tilted + given):  # so many roundings that nothing can be said
            nothing = dict.fromkeys((*SCALARS, "total"), math.inf)
            return Bounds(**nothing, log_policy=np.where(self.kept, math.inf, 0.0))
        log_z = tilted + given + self.fine(exact.lse_tilted, exact.lse_logits, 1.0)
        log_m = tilted + self.fine(exact.lse_tilted, 1.0)
        # E[r - c], and E[r]: they are one where there is no c.
        reward = counted = self.expectation(self.r, exact.expected_reward, parts)
        if self.slack is not None:
            own = self.rounding.unit * (np.abs(self.away) + self.slack)
            counted = self.expectation(np.abs(self.away) + self.slack, 0.0, parts, own)
            reward = counted + self.fine(exact.expected_reward)
            log_z += self.fine(exact.expected_reward / self.beta)
        entries = np.zeros(self.count)
        error = self.d + log_m + self.subtracting(self.d + log_m) + self.fine() + 2 * self.rounding.smallest
        entries[self.kept] = error + self.rounding.stored * (np.abs(self.logs) + error)
        return Bounds(
            self.stored(exact.log_partition, log_z),
            self.stored(exact.expected_reward, reward),
            self.stored(exact.kl, self.divergence(counted, log_z, tilted, given, parts)),
            self.stored(exact.entropy, self.entropy(parts, log_m)),
            self.total(weighing, log_m),
            self.stored(exact.max_log_policy, self.shift + log_m),
            entries,
        )

    def subtracting(self, away: Row) -> Row:
        """The roundings of ``log π*`` itself, once v and M are there, each entry as far off as ``away`` says."""
        u, size = self.rounding.unit, np.abs(self.logs) + away
        # (v - m) and log s are of one sign, so that their roundings are of the size of their difference.
        anchor = size if self.rounding.shifted else np.maximum(size, abs(self.exact.lse_tilted) + away)
        return np.asarray(u * (anchor + size) * (1 + u))

    def total(self, weighing: Row, log_m: float) -> float:
        """π* summed again, from the same v: the error of v is no error of this sum."""
        own = math.log1p(self.moved(weighing)) + self.summing() + self.lost + self.fine(self.exact.lse_tilted, 1.0)
        rounded = own + self.subtracting(self.d + log_m)
        size = np.abs(self.logs) + self.d + log_m
        once = rounded + self.rounding.stored * size
        # The argument has been rounded already: what is left is the exponential.
        grown = self.moved(once + self.weighing(size, 0) - self.rounding.unit * size)
        summing = self.gamma(self.rounding.chain)
        return grown * (1 + summing) + summing + self.lost + self.fine(1.0)

    def divergence(self, reward: float, log_z: float, tilted: float, given: float, parts: Row) -> float:
        """The error of KL, from those of E[r] and of log Z; by terms, where it is computed so."""
        scale = least = abs(self.exact.expected_reward) / self.beta
        log_partition = self.exact.log_partition
        if self.slack is not None:
            least, scale, log_partition = 0.0, self.slack / self.beta, self.slack / self.beta + self.exact.kl
            log_z = tilted + given + self.fine(self.exact.lse_logits, log_partition, 1.0)
        whole = reward / self.beta + log_z + self.fine(scale, log_partition)
        share = max(self.exact.kl / (SMALL * (1 + scale)), (self.exact.kl - whole) / ONE)
        if not self.rounding.by_terms or share > 1.01:
            return whole
        terms = self.terms(reward, whole, tilted, given, parts)
        # Which of the two it is depends on the KL that one pass gives.
        sure = self.exact.kl < 0.99 * min(SMALL * (1 + least), ONE - whole)
        return terms if sure else max(terms, whole)

    def terms(self, reward: float, whole: float, tilted: float, given: float, parts: Row) -> float:
        """The error of ``log(1 + Σ π* φ(y))``, ``y = (r - E[r])/β``, where φ is computed by its series for |y| < 1."""
        u, exact = self.rounding.unit, self.exact
        y = self.away / self.beta
        size_of_mean = abs(exact.expected_reward) if self.slack is None else self.slack
        common = (reward + u * size_of_mean) / self.beta  # in every y alike, from E[r]
        if not common < 700:  # e^y may be anything
            return math.inf
        own = self.gamma(4) * (np.abs(y) + common) + u * (self.slack or 0.0) / self.beta
        # A y at the border may have been taken for one of either side: it counts on both.
        near, far = np.abs(y) < 1.01, np.abs(y) > 0.99
        z, logs = y[near], self.logs[near]
        phi = divergence_terms(z, np.ones_like(z), np.exp(-z))
        slope = np.expm1(-z)
        moved = float(np.exp(logs) @ (np.abs(slope) * own[near])) + abs(float(np.exp(logs) @ slope)) * common
        # What the slope leaves out of φ(y + δ) is e^-y φ(δ), at most e^-y φ(-|δ|).
        off = np.minimum(common + own[near], 700.0)
        second = float(np.exp(logs - z) @ divergence_terms(-off, np.ones_like(off), np.exp(off)))
        of_policy = _weighted(logs, parts[near], phi) + moved + second
        size = float(np.exp(logs) @ phi)
        of_policy += self.gamma(_SERIES) * size

        w, logs = np.abs(y[far] - 1), self.logs[far]
        of_policy += _weighted(logs, parts[far], w) + float(np.exp(logs) @ (own[far] + common + 2 * u * w))
        size += float(np.exp(logs) @ w)
        reference = self.reference_logs[self.inside][far]
        mass = float(np.exp(reference).sum())
        of_reference = _mean(reference, self.weighing(self.reference_x)[self.inside][far])
        of_reference += mass * (2 * given + self.summing() + math.expm1(min(whole, 700.0)))
        error = of_policy * (1 + 2 * tilted) + size * (2 * tilted + self.summing(1))
        error += of_reference * math.exp(exact.kl)
        error += self.lost * (1 + float(np.abs(y).max())) + UNITS["float64"] * self.rounding.steps * size
        grown = math.exp(exact.kl)
        return error / (grown - error) + self.fine(exact.kl) * exact.kl if error < grown else math.inf

    def moved(self, growth: Row) -> float:
        """``E[e^D - 1]`` under the softmax of the rounded v instead of v: the exact one's, but for a second order."""
        kept = 1 - _mean(self.logs, self.d)
        return _mean(self.logs + self.d, growth) / kept if kept > 0 else math.inf

    def expectation(
        self, values: Row, mean: float, parts: Row, own: Row | None = None, rescaled: int = 1
    ) -> float:
        """The error of ``Σ w f / Σ w``, where f itself may be off by ``own``, with the roundings of a rescaling."""
        away = _weighted(self.logs, parts, np.abs(values - mean))
        kept = 1 - _weighted(self.logs, parts, np.ones_like(values))  # E[e^-D] ≥ 1 - E[e^D - 1]
        if kept <= 0:
            return math.inf
        shift = away / kept
        size = (float(self.policy @ np.abs(values)) + _weighted(self.logs, parts, np.abs(values))) / kept
        over, under = self.summing(1 + (rescaled - 1) * self.rounding.rescalings), self.summing()
        if under >= 1:
            return math.inf
        error = shift + (over * size + under * (abs(mean) + shift)) / (1 - under)
        if own is not None:
            error += (1 + over) / (1 - under) * (float(self.policy @ own) + _weighted(self.logs, parts, own)) / kept
        lost = self.lost * (float(np.abs(values).max()) + abs(mean) + 1)
        return error + lost + self.fine(mean) + UNITS["float64"] * self.rounding.steps * size

    def entropy(self, parts: Row, log_m: float) -> float:
        """The error of ``log Σ e^x - E[x]`` with ``x = v - max v``."""
        x = -(self.x - self.d - self.shift)
        mean = float(self.policy @ x)
        own = self.d + self.shift + self.rounding.unit * self.x
        # A rescaling of Σ e^x x also adds (m - m') Σ e^x: three roundings.
        return log_m + self.shift + self.expectation(x, mean, parts, own, rescaled=3)


def _mean(logs: Row, growth: Row) -> float:
    """``E[e^D - 1]`` under the distribution with these logarithms; a weight of nothing stays nothing."""
    return _weighted(logs, growth, np.ones_like(logs))


def _weighted(logs: Row, growth: Row, values: Row) -> float:
    """``E[(e^D - 1) f]``, with f not negative."""
    if np.all(growth < 1):
        return float(np.sum(np.exp(logs) * np.expm1(growth) * values))
    small = growth < 1
    with np.errstate(over="ignore", invalid="ignore"):  # infinity times 0 is where nothing is summed
        near = np.exp(logs) * np.expm1(np.where(small, growth, 0.0))
        far = np.exp(logs + np.where(small, 0.0, growth))
        return float(np.sum(np.where(small, near, far) * values, where=values > 0))


def _log_mean(logs: Row, growth: Row) -> float:
    """``log E[e^D]``: what a weight's logarithm off by at most D can do to the logarithm of the sum, either way."""
    return math.log1p(_mean(logs, growth))
