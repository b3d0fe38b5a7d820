"""The tilt of every row: log π*, and what there is to know of it without writing it down.

Source: π* ∝ π_ref e^(r/β) is on the page "lagrangian" of the book; log-sum-exp block by block is the online softmax
of M. Milakov and N. Gimelshein, Online normalizer calculation for softmax (2018).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np

from symkl.problems.tables import refuse
from symkl.tokens import fused as fused_kernels
from symkl.tokens.accumulators import (
    FAR,
    Five,
    Growth,
    Summary,
    cancelling,
    centre,
    exponentials,
    finish,
    grown,
    merge,
    of_block,
    out_of_range,
    small_kl,
    taken,
)
from symkl.tokens.arrays import Array, Arrays, out_of_memory
from symkl.tokens.rows import Rows, read_rows

BLOCK = 4096
"""Tokens summed in the numbers of the row before float64 takes over."""

TIMES = 4
"""How often a centre is sought anew: each is nearer by the digits of the numbers, and two do but for huge scales."""

_LEAST_BLOCK = 64


@dataclass(frozen=True)
class Top:
    """The likeliest tokens of a policy, falling, of equals the smaller token first, [.., k].

    ``tokens`` are indices; ``log_reference`` and ``log_policy`` their log π_ref and log π*.
    """

    tokens: Array
    log_reference: Array
    log_policy: Array


@dataclass(frozen=True)
class TiltStatistics:
    """Of each row: float64, in the shape [..] of the leading dimensions.

    ``log_partition`` is log Z, ``expected_reward`` E[r] of π*, ``kl`` KL(π*‖π_ref), ``entropy`` and
    ``max_log_policy`` those of π*, all in nats. ``top_before`` are the likeliest tokens of π_ref, ``top_after`` those
    of π*. ``counted`` is how many tokens were read, masked ones included: V.
    """

    log_partition: Array
    expected_reward: Array
    kl: Array
    entropy: Array
    max_log_policy: Array
    top_before: Top
    top_after: Top
    counted: Array


def log_tilt(
    logits: Any, rewards: Any, beta: float, *, mask: Any = None, fused: bool | None = None
) -> Array:
    """``log π*(a) = l(a) + r(a)/β - log Σ e^(l + r/β)``, for every token.

    ``logits`` and ``rewards``: bfloat16, float16, float32 or float64, of shape [.., V]; the leading dimensions
    broadcast. ``mask``: boolean, true where a token counts; a token that does not is in neither policy, and whatever
    its numbers are, they are not read. Nor is one with the logit -inf, whose reward has to be a number that is finite.
    The result is float64 if either argument is, else float32, -inf where a token has no mass. In torch, gradients of
    both orders flow to logits and rewards.

    ``fused``: whether kernels do the work, Triton's and torch.compile's on a CUDA device, torch.compile's elsewhere,
    instead of one operation after the other. They are compiled at the first call (seconds), and know no gradients. By
    default they do on a CUDA device, where Triton is installed and no gradient is asked for.

    Raises: InvalidProblem, for shapes that do not match, whole numbers, NaN, +inf, a reward that is not finite, a row
    without mass, a beta that is not a positive normal number, and for ``fused=True`` where there can be no kernels.

    >>> log_tilt(np.zeros(2), np.array([1.0, 0.0]), 0.5).round(6).tolist()
    [-0.126928, -2.126928]
    """
    rows = read_rows(logits, rewards, beta, mask)
    arrays, kernels = rows.arrays, fused_kernels.wanted(rows, fused)
    if arrays.differentiable(rows.logits, rows.rewards):
        return rows.shaped(_log_policy(rows, slice(0, rows.count), BLOCK))
    result = arrays.empty((rows.count, rows.width), rows.dtype, rows.logits)
    numbers = fused_kernels.at_once(rows, twice=True) if kernels else arrays.at_once(rows.logits)

    def fill(chosen: slice, block: int) -> tuple[()]:
        if kernels:
            _fill(rows, chosen, result, chosen)
        else:
            result[chosen] = _log_policy(rows, chosen, block)
        return ()

    _by_rows(rows, numbers, rows.width, BLOCK, fill)
    return rows.shaped(result)


def tilt_statistics(
    logits: Any, rewards: Any, beta: float, *, mask: Any = None, top: int = 5, block: int = BLOCK,
    fused: bool | None = None,
) -> TiltStatistics:  # fmt: skip
    """Of each row log Z, E[r], KL(π*‖π_ref), the entropy and the maximum of π*, and the likeliest tokens of both.

    The arguments are those of :func:`log_tilt`; ``top`` is how many tokens (fewer in a smaller vocabulary), ``block``
    how many are summed at a time where no kernels do the work. Both inputs are read once; where KL is small, those
    rows a second time, so that its relative error is small, too. Where memory runs out, it goes on with half as much
    at a time. In torch, gradients flow to logits and rewards.

    Raises: InvalidProblem, as :func:`log_tilt` does; MemoryError, if it does not fit even a few numbers at a time.

    >>> statistics = tilt_statistics(np.zeros((2, 3)), np.array([[3.0, 0.0, 0.0], [0.0, 0.0, 0.0]]), 1.0, top=1)
    >>> statistics.kl.round(4).tolist(), statistics.top_after.tokens.tolist()
    ([0.732, 0.0], [[0], [0]])
    """
    for name, value, least in (("top", top, 0), ("block", block, 1)):
        if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
            raise refuse(name, "", repr(value), f"a whole number from {least}")
    rows = read_rows(logits, rewards, beta, mask)
    block = min(int(block), rows.width)
    if fused_kernels.wanted(rows, fused):
        numbers = fused_kernels.at_once(rows, twice=False)
        width: int = rows.width
        work: Callable[..., tuple[Array, ...]] = _fused_statistics
    else:
        numbers = rows.arrays.at_once(rows.logits)
        width, work = block, _statistics
    parts = _by_rows(rows, numbers, width, block, lambda chosen, size: _settled(rows, chosen, work, int(top), size))
    columns = [rows.shaped(rows.arrays.join(each, axis=0)) for each in zip(*parts, strict=True)]
    log_partition, expected, kl, entropy, highest = columns[:5]
    before, after, counted = Top(*columns[5:8]), Top(*columns[8:11]), columns[11]
    return TiltStatistics(log_partition, expected, kl, entropy, highest, before, after, counted)


# --- some rows at a time ------------------------------------------------------------------------


def _by_rows(
    rows: Rows, numbers: int, width: int, block: int, work: Callable[[slice, int], tuple[Array, ...]]
) -> list[tuple[Array, ...]]:
    """``work`` on so many rows that ``width`` of each are ``numbers``; where they do not fit, on half as many."""
    size = max(1, numbers // width)
    parts: list[tuple[Array, ...]] = []
    start = 0
    while start < rows.count or not parts:
        try:
            with rows.arrays.quiet():
                parts.append(work(slice(start, start + size), block))
        except (MemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
            if size == 1 and block <= _LEAST_BLOCK:
                raise MemoryError(f"logits: no memory for {block} tokens of one row at a time") from error
            size, block = (size // 2, block) if size > 1 else (1, block // 2)
            continue
        start += size
    return parts




def _settled(rows: Rows, chosen: slice, work: Callable[..., tuple[Array, ...]], *options: Any) -> tuple[Array, ...]:
    """The figures of these rows; of those whose rewards are far from 0 beside β again, about a centre near them."""
    figures = work(rows, chosen, *options)
    for _ in range(TIMES):
        centres = 0.0 if rows.centre is None else rows.arrays.cast(rows.centre[chosen], "float64")
        far, moved = centre(rows.arrays, figures[1] - centres, rows.beta, rows.dtype)
        if not len(far):
            break
        again = _part(chosen, far)
        rows = rows.about(again, moved)
        pairs = zip(figures, work(rows, again, *options), strict=True)
        figures = tuple(rows.arrays.put(each, far, better) for each, better in pairs)
    return figures


def _part(chosen: slice | Array, few: Array) -> Array:
    """The numbers of a few of the chosen rows."""
    return few + chosen.start if isinstance(chosen, slice) else chosen[few]


def _log_policy(rows: Rows, chosen: slice | Array, block: int, times: int = TIMES) -> Array:
    arrays = rows.arrays
    logits, rewards, values = rows.block(chosen, slice(None))
    highest, below, weights = exponentials(arrays, values)
    sums = _total(arrays, weights, block)
    log_sum = arrays.log(sums)
    nothing = below == -math.inf
    # A token may be without mass only where its logit says so: v, or what it is below the largest, may be out of range.
    lost = bool(nothing.any()) and bool((nothing & (logits != -math.inf)).any())
    if lost or not arrays.all_finite(highest):
        raise rows.explain()
    log_policy = below - arrays.cast(log_sum, rows.dtype)[:, None]
    # E[r] is no farther than the farthest reward: to look for that costs less.
    farthest = arrays.highest(abs(arrays.plain(rewards))) if times else None
    if farthest is None or not bool((farthest > FAR * rows.beta).any()):
        return log_policy
    mean = _total(arrays, arrays.plain(weights * rewards), block) / arrays.plain(sums)
    far, moved = centre(arrays, mean, rows.beta, rows.dtype)
    if not len(far):
        return log_policy
    again = _part(chosen, far)
    return arrays.put(log_policy, far, _log_policy(rows.about(again, moved), again, block, times - 1))


def _total(arrays: Arrays, x: Array, block: int) -> Array:
    """The sum of each row in float64, of blocks that are summed in their own numbers."""
    whole = x.shape[-1] // block * block
    blocks = arrays.total(x[:, :whole].reshape(x.shape[0], -1, block)) if whole else x[:, :0]
    return sum(arrays.total(arrays.cast(part, "float64")) for part in (blocks, arrays.total(x[:, whole:])[:, None]))


def _columns(width: int, block: int) -> Iterator[slice]:
    return (slice(first, min(first + block, width)) for first in range(0, width, block))


def _statistics(rows: Rows, chosen: slice | Array, top: int, block: int) -> tuple[Array, ...]:
    arrays = rows.arrays
    parts: list[Five] = []
    before = after = None
    counted = 0
    for columns in _columns(rows.width, block):
        tokens = rows.block(chosen, columns)
        part = of_block(arrays, tokens, rows.dtype)
        before = _best(arrays, before, tokens.logits, part.m_l, counted, top)
        after = _best(arrays, after, tokens.values, part.m_v, counted, top)
        parts.append(part)
        counted += tokens.logits.shape[-1]
    assert before is not None and after is not None
    numbers = merge(*parts)
    summary = _summary(rows, numbers)

    def growth(some: Any, numbers: Five, summary: Summary) -> Growth:
        blocks = (rows.block(some, columns) for columns in _columns(rows.width, block))
        each = [grown(arrays, tokens, numbers, summary, rows.beta, rows.dtype) for tokens in blocks]
        return Growth(sum(part.excess for part in each), sum(part.offset for part in each))

    kl = _kl(rows, chosen, numbers, summary, growth)
    return _figures(rows, chosen, summary, kl, (before[1], after[1]), counted)


def _summary(rows: Rows, numbers: Five) -> Summary:
    """What follows from the numbers; NaN or infinity anywhere in the row is in one of these.

    Rows of which a token has mass and no log π* are refused, as :func:`log_tilt` refuses them.
    """
    summary = finish(numbers, rows.beta)
    told = summary.log_sum + summary.log_sum_tilted + summary.expected_reward + summary.entropy
    if not rows.arrays.all_finite(told) or bool(out_of_range(rows.arrays, numbers, rows.dtype).any()):
        raise rows.explain()
    return summary


def _figures(
    rows: Rows, chosen: slice | Array, summary: Summary, kl: Array, tops: tuple[Array, Array], counted: int
) -> tuple[Array, ...]:
    named = [each for tokens in tops for each in _named(rows, chosen, summary, tokens)]
    count = rows.arrays.array(np.full(kl.shape[0], counted), rows.logits)
    log_partition, expected = summary.log_partition, summary.expected_reward
    if rows.centre is not None:
        moved = rows.arrays.cast(rows.centre[chosen], "float64")
        log_partition, expected = log_partition + moved / rows.beta, expected + moved
    return (log_partition, expected, kl, summary.entropy, summary.max_log_policy, *named, count)


def _kl(
    rows: Rows, chosen: slice | Array, numbers: Five, summary: Summary, growth: Callable[[Any, Five, Summary], Growth]
) -> Array:
    """KL, computed again for those rows in which it is small: they are read a second time."""
    arrays, kl = rows.arrays, summary.kl
    again = cancelling(arrays, summary, rows.beta)
    if not len(again):
        return kl
    if len(again) == len(kl):
        return small_kl(arrays, growth(chosen, numbers, summary))
    few = growth(_part(chosen, again), taken(numbers, again), taken(summary, again))
    return arrays.put(kl, again, small_kl(arrays, few))


# --- by kernels ---------------------------------------------------------------------------------


def _fused_statistics(rows: Rows, chosen: slice | Array, top: int, _: int) -> tuple[Array, ...]:
    tiles = fused_kernels.tiles(rows, chosen)
    numbers = fused_kernels.fold(rows, tiles)
    summary = _summary(rows, numbers)
    kl = _kl(rows, chosen, numbers, summary, lambda *few: fused_kernels.grown(rows, *few))
    tops = (
        fused_kernels.largest(rows, chosen, attrgetter("logits"), tiles.highest_logits, top),
        fused_kernels.largest(rows, chosen, attrgetter("values"), tiles.highest_values, top),
    )
    return _figures(rows, chosen, summary, kl, tops, rows.width)


def _fill(rows: Rows, chosen: slice | Array, result: Array, where: slice | Array, times: int = TIMES) -> None:
    numbers = fused_kernels.fold(rows, fused_kernels.tiles(rows, chosen))
    # A slice of the result is a view and is written to in place; rows picked out are not.
    if isinstance(where, slice):
        into = result[where]
    else:
        into = rows.arrays.empty((len(where), rows.width), rows.dtype, result)
    lost = fused_kernels.log_policy(rows, chosen, numbers, into)
    if not rows.arrays.all_finite(numbers.m_v + numbers.s_v) or bool(lost):
        raise rows.explain()
    if not isinstance(where, slice):
        result[where] = into
    far, moved = centre(rows.arrays, numbers.t_v / numbers.s_v, rows.beta, rows.dtype)
    if times and len(far):
        again = _part(chosen, far)
        _fill(rows.about(again, moved), again, result, again, times - 1)


# --- the likeliest tokens -----------------------------------------------------------------------


def _best(
    arrays: Arrays, best: tuple[Array, Array] | None, values: Array, highest: Array, seen: int, count: int
) -> tuple[Array, Array]:
    """The largest values so far and their tokens, with another block; rows that it does not change cost nothing."""
    values = arrays.plain(values)
    if best is None:
        return arrays.largest(values, count)
    if not count:
        return best
    kept, tokens = best
    full = kept.shape[-1] == count
    changed = arrays.found(arrays.plain(highest) > (kept[:, -1] if full else -math.inf))
    if full and not len(changed):
        return best
    which = changed if full else slice(None)
    more, where = arrays.largest(values[which], count)
    # Those seen before stand first: of equals they stay first.
    together, numbered = arrays.join((kept[which], more), 1), arrays.join((tokens[which], where + seen), 1)
    largest, order = arrays.largest(together, count)
    named = arrays.gather(numbered, order)
    return (arrays.put(kept, changed, largest), arrays.put(tokens, changed, named)) if full else (largest, named)


def _named(rows: Rows, chosen: slice | Array, summary: Summary, tokens: Array) -> tuple[Array, Array, Array]:
    at = rows.at(chosen, tokens)
    reference, tilted = (rows.arrays.cast(each, "float64") for each in (at.logits, at.values))
    return tokens, reference - summary.log_sum[:, None], tilted - summary.log_sum_tilted[:, None]
