"""The tilt where every process holds a slice of the vocabulary, as tensor-parallel training has it.

No rank ever sees the logits of another. Each reduces its slice to the seven numbers a row of
``symkl.tokens.accumulators.Five``, in float64; one ``all_gather`` hands them round, and every rank merges all of
them in the order of the ranks. All ranks do the same operations on the same numbers, so that on devices of one kind
they have the same results, to the last bit. Five would do but for the entropy and the range.

Where KL is small it is computed again from terms that do not cancel, as in
:func:`symkl.tokens.tilt_statistics`; for those rows two more numbers are handed round. All ranks know which rows
these are, as they know the same numbers. So are the rows whose rewards are far from 0 beside β: about a centre near
them, all numbers again.

A rank that is given something wrong takes part in the collective all the same, and says so there: otherwise the
others would wait for it. Then every rank raises. That takes logits that are a tensor of as many rows as the others
have: without it there is nothing to take part with.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, NoReturn

import numpy as np

from symkl.problems.tables import InvalidProblem, refuse
from symkl.tokens.accumulators import (
    Five,
    Growth,
    Summary,
    cancelling,
    centre,
    finish,
    grown,
    merge,
    of_block,
    out_of_range,
    small_kl,
    taken,
)
from symkl.tokens.arrays import Array, Arrays, is_tensor, out_of_memory
from symkl.tokens.rows import Rows, read_rows
from symkl.tokens.statistics import BLOCK, TIMES

NUMBERS = len(fields(Five))
"""How many numbers of a row a rank hands round: seven, 56 bytes."""


@dataclass(frozen=True)
class ShardedStatistics:
    """Of each row over the whole vocabulary, the same on every rank: float64, in the shape [..] of leading dimensions.

    ``log_partition`` is log Z, ``expected_reward`` E[r] of π*, ``kl`` KL(π*‖π_ref), ``entropy`` and
    ``max_log_policy`` those of π*; ``log_sum`` is the log-sum-exp of the logits, ``log_sum_tilted`` that of
    v = l + r/β. ``counted`` is how many tokens all ranks have read, masked ones included: V.
    """

    log_partition: Array
    expected_reward: Array
    kl: Array
    entropy: Array
    max_log_policy: Array
    log_sum: Array
    log_sum_tilted: Array
    counted: int


def sharded_statistics(
    logits: Any, rewards: Any, beta: float, *, group: Any = None, mask: Any = None
) -> ShardedStatistics:
    """Of each row log Z, E[r], KL(π*‖π_ref), the entropy and the maximum of π*, from every rank's own slice.

    ``logits`` and ``rewards``: torch tensors [.., V_r] with the tokens of this rank, as
    :func:`symkl.tokens.tilt_statistics` takes them; slices may differ in size, be empty, or be masked all over, as
    long as every row has mass on some rank. ``group`` is the process group, without it the default one. Every rank
    of the group calls this, with the same β and the same rows. Ranks with another number of rows are not noticed
    here; gloo notices, and ends the process.

    No gradient flows through it: a tensor that asks for one is refused.

    Raises: InvalidProblem, as :func:`symkl.tokens.tilt_statistics` does, without a process group, and where another
    rank has refused its arguments or has another β; MemoryError, where memory has run out on a rank.
    """
    ranks = _ranks(group)
    shard = _read(logits, rewards, beta, mask)
    rows, numbers, counted = _exchanged(ranks, shard)
    summary = finish(numbers, rows.beta)
    kl = _kl(ranks, rows, numbers, summary)
    moved = 0.0 if rows.centre is None else rows.arrays.cast(rows.centre, "float64")
    return ShardedStatistics(
        rows.shaped(summary.log_partition + moved / rows.beta),
        rows.shaped(summary.expected_reward + moved),
        rows.shaped(kl),
        rows.shaped(summary.entropy),
        rows.shaped(summary.max_log_policy),
        rows.shaped(summary.log_sum),
        rows.shaped(summary.log_sum_tilted + moved / rows.beta),
        counted,
    )


def sharded_log_tilt(logits: Any, rewards: Any, beta: float, *, group: Any = None, mask: Any = None) -> Array:
    """``log π*`` of this rank's tokens, normalised over those of all: [.., V_r].

    The arguments, the errors and the collective are those of :func:`sharded_statistics`; the result is float64 if
    logits or rewards are, else float32, and -inf where a token has no mass.
    """
    ranks = _ranks(group)
    shard = _read(logits, rewards, beta, mask)
    rows, numbers, _ = _exchanged(ranks, shard)
    arrays, dtype = rows.arrays, rows.dtype
    # A maximum is one of the values, and is cast back without rounding.
    highest = arrays.cast(numbers.m_v, dtype)[:, None]
    log_sum = arrays.cast(arrays.log(numbers.s_v), dtype)[:, None]
    result = arrays.empty((rows.count, rows.width), dtype, rows.logits)
    for chosen, columns in _blocks(rows, rows.count):
        result[chosen, columns] = (rows.block(chosen, columns).values - highest[chosen]) - log_sum[chosen]
    return rows.shaped(result[:, : shard.width])


# --- the slice of this rank ---------------------------------------------------------------------


@dataclass(frozen=True)
class _Shard:
    """What this rank brings: its rows, or why there are none; ``count`` is B all the same, for the collective.

    ``width`` is V_r; an empty slice has one masked token in ``rows``. ``like`` is a tensor on the device.
    """

    rows: Rows | None
    numbers: Five | None
    refused: Exception | None
    count: int
    width: int
    like: Array


def _read(logits: Any, rewards: Any, beta: Any, mask: Any) -> _Shard:
    """The slice and its numbers."""
    if not is_tensor(logits):
        raise refuse("logits", "", type(logits).__name__, "a torch tensor: ranks hand tensors round")
    count, width = _rows_of(logits, rewards, mask), int(logits.shape[-1]) if logits.shape else 0
    rows = None
    try:
        rows = _slice(logits, rewards, beta, mask)
        numbers = _numbers(rows)
        return _Shard(rows, numbers, _refused(rows, numbers), rows.count, width, logits)
    # Whatever it is: the other ranks are waiting.
    except Exception as error:
        return _Shard(rows, None, _named(error), count, width, logits)


def _named(error: Exception) -> Exception:
    return MemoryError("logits: no memory for the slice of this rank") if out_of_memory(error) else error


def _rows_of(*given: Any) -> int:
    """How many rows there would be, of arguments that may go together or not."""
    shapes = [tuple(each.shape[:-1]) for each in given if is_tensor(each)]
    try:
        return math.prod(np.broadcast_shapes(*shapes))
    except ValueError:
        return math.prod(shapes[0])


def _slice(logits: Any, rewards: Any, beta: Any, mask: Any) -> Rows:
    if logits.shape and not logits.shape[-1] and is_tensor(rewards):
        # No tokens are one token without mass.
        for name, each in (("rewards", rewards), ("mask", mask)):
            if is_tensor(each) and tuple(each.shape[-1:]) != (0,):
                raise refuse(name, "", f"shape {tuple(each.shape)}", "(.., 0): as many tokens as logits, none")
        logits = logits.new_full((*logits.shape[:-1], 1), -math.inf)
        rewards = rewards.new_zeros((*rewards.shape[:-1], 1))
        mask = mask.new_zeros((*mask.shape[:-1], 1)) if is_tensor(mask) else mask
    rows = read_rows(logits, rewards, beta, mask)
    for name, each in (("logits", rows.logits), ("rewards", rows.rewards)):
        if rows.arrays.differentiable(each):
            raise refuse(name, "", "a tensor that asks for gradients", "one without: detach it, or torch.no_grad()")
    return rows


def _blocks(rows: Rows, count: int) -> Iterator[tuple[slice, slice]]:
    """Rows and columns to work on at a time; all blocks of some rows follow one another."""
    block = min(BLOCK, rows.width)
    size = max(1, rows.arrays.at_once(rows.logits) // block)
    for first in range(0, count, size):
        for column in range(0, rows.width, block):
            yield slice(first, first + size), slice(column, min(column + block, rows.width))


def _numbers(rows: Rows, few: Array | None = None) -> Five:
    """The numbers of the slice, of all rows or a few."""
    arrays = rows.arrays
    parts: list[Five] = []
    for chosen, columns in _blocks(rows, rows.count if few is None else len(few)):
        part = of_block(arrays, rows.block(chosen if few is None else few[chosen], columns), rows.dtype)
        if columns.start:
            parts[-1] = merge(parts[-1], part)
        else:
            parts.append(part)
    if not parts:  # no rows
        nothing = arrays.empty((0,), "float64", rows.logits)
        return Five(*(nothing for _ in range(NUMBERS)))
    return Five(*(arrays.join([getattr(each, field.name) for each in parts], 0) for field in fields(Five)))


def _refused(rows: Rows, numbers: Five) -> InvalidProblem | None:
    """What is wrong with the numbers of this slice; a row that is masked all over is not."""
    arrays = rows.arrays
    sums = numbers.s_l + numbers.s_v + numbers.t_v + numbers.w_v
    bad = arrays.found(~(abs(sums) < math.inf) | out_of_range(arrays, numbers, rows.dtype))
    if not len(bad):
        return None
    # The first row that is to blame, and with it a token that has mass: its own are not missed here.
    end = int(bad[0]) + 1
    one = np.zeros((end, 1), np.float32)

    def wider(x: Array, more: Any) -> Array:
        return arrays.join((x[:end], arrays.cast(arrays.array(more, rows.logits), arrays.dtype(x))), 1)

    mask = None if rows.mask is None else wider(rows.mask, np.ones((end, 1), bool))
    return replace(rows, logits=wider(rows.logits, one), rewards=wider(rows.rewards, one), mask=mask).explain()


# --- the collective -----------------------------------------------------------------------------


@dataclass(frozen=True)
class _Ranks:
    """A process group: ``rank`` of ``size``."""

    distributed: Any
    group: Any
    rank: int
    size: int

    def gathered(self, own: Array) -> list[Array]:
        """What each rank has brought, in their order: all of one shape."""
        own = own.contiguous()
        parts = [own.new_empty(own.shape) for _ in range(self.size)]
        self.distributed.all_gather(parts, own, group=self.group)
        return parts


def _ranks(group: Any) -> _Ranks:
    # Whoever has a process group has imported torch; this does not.
    torch: Any = sys.modules.get("torch")
    distributed = None if torch is None else torch.distributed
    if distributed is None or not distributed.is_available() or not distributed.is_initialized():
        raise refuse("group", "", "no process group", "torch.distributed.init_process_group to have been called")
    rank = distributed.get_rank(group)
    if rank < 0:
        raise refuse("group", "", "a process group without this process", "one that it is in")
    return _Ranks(distributed, group, rank, distributed.get_world_size(group))


def _exchanged(ranks: _Ranks, shard: _Shard) -> tuple[Rows, Five, int]:
    """The rows, each about its centre, with the numbers of the whole rows, and how many tokens they have."""
    rows, numbers = shard.rows, shard.numbers
    # A first line says how the rank fares: whether it refuses, its number of tokens, its β.
    own = shard.like.detach().new_zeros((1 + shard.count, NUMBERS)).double()
    own[0, 0], own[0, 1] = float(shard.refused is not None), shard.width
    if rows is not None:
        own[0, 2] = rows.beta
    if numbers is not None:
        for column, field in enumerate(fields(Five)):
            own[1:, column] = getattr(numbers, field.name)
    parts = ranks.gathered(own)
    if shard.refused is not None:
        raise shard.refused
    assert rows is not None
    said = np.stack([rows.arrays.numpy(each[0]) for each in parts])
    _agree(said)
    shares = [Five(*(each[1:, column] for column in range(NUMBERS))) for each in parts]
    whole = merge(*shares)
    without = rows.arrays.found(whole.m_v == -math.inf)
    if len(without):
        row = int(without[0])
        _without_mass(rows, row, bool(whole.m_l[row] > -math.inf))
    rows, whole = _centred(ranks, rows, whole)
    beyond = rows.arrays.found(out_of_range(rows.arrays, whole, rows.dtype))
    if len(beyond):
        _without_mass(rows, int(beyond[0]), True)
    return rows, whole, int(said[:, 1].sum())


def _centred(ranks: _Ranks, rows: Rows, whole: Five) -> tuple[Rows, Five]:
    """The rows whose rewards are far from 0 beside β, about centres near them, and their numbers again."""
    arrays = rows.arrays
    for _ in range(TIMES):
        far, moved = centre(arrays, whole.t_v / whole.s_v, rows.beta, rows.dtype)
        if not len(far):
            break
        rows = rows.about(far, moved)
        own, refused = whole.m_l.new_full((NUMBERS, len(far)), math.nan), None
        try:
            numbers = _numbers(rows, far)
            for line, field in enumerate(fields(Five)):
                own[line] = getattr(numbers, field.name)
        except Exception as error:  # the other ranks are waiting, as above
            own[:], refused = math.nan, _named(error)
        parts = ranks.gathered(own)
        if refused is not None:
            raise refused
        _all_there(arrays, [part[1] for part in parts])
        few = merge(*(Five(*part) for part in parts))
        whole = Five(*(arrays.put(getattr(whole, each.name), far, getattr(few, each.name)) for each in fields(Five)))
    return rows, whole


def _all_there(arrays: Arrays, parts: list[Array]) -> None:
    failed = [not arrays.all_finite(part) for part in parts]
    if any(failed):
        raise refuse("group", "", f"no second sum from rank {failed.index(True)}", "what is said there")


def _agree(said: Any) -> None:
    refusing = np.flatnonzero(said[:, 0])
    if len(refusing):
        which = f"rank{'s' if len(refusing) > 1 else ''} {', '.join(map(str, refusing))}"
        raise refuse("group", "", f"arguments that {which} refused", "what is said there")
    betas = said[:, 2].tolist()
    if len(set(betas)) > 1:
        other = next(rank for rank, beta in enumerate(betas) if beta != betas[0])
        raise refuse("beta", "", f"{betas[0]!r} on rank 0, {betas[other]!r} on rank {other}", "one for all ranks")


def _without_mass(rows: Rows, row: int, overflowed: bool) -> NoReturn:
    place = str([int(each) for each in np.unravel_index(row, rows.leading)]) if rows.leading else ""
    if overflowed:
        found = f"{rows.beta:g}, and rewards{f' at {place}' if place else ''} that are too large for it"
        raise refuse("beta", "", found, f"r/beta in the range of {rows.dtype}")
    raise refuse("logits", place, "-inf or masked at every token of every rank", "a token that has mass")


def _kl(ranks: _Ranks, rows: Rows, numbers: Five, summary: Summary) -> Array:
    """KL, computed again for those rows in which it is small: every rank reads its slice of them a second time."""
    arrays, kl = rows.arrays, summary.kl
    again = cancelling(arrays, summary, rows.beta)
    if not len(again):
        return kl
    own, refused = numbers.m_l.new_zeros((2, len(again))), None
    try:
        _grow(rows, again, numbers, summary, own)
    except Exception as error:  # the other ranks are waiting, as above
        own[:], refused = math.nan, _named(error)
    parts = ranks.gathered(own)
    if refused is not None:
        raise refused
    _all_there(arrays, parts)
    whole = parts[0]
    for part in parts[1:]:
        whole = whole + part
    return arrays.put(kl, again, small_kl(arrays, Growth(whole[0], whole[1])))


def _grow(rows: Rows, again: Array, numbers: Five, summary: Summary, into: Array) -> None:
    """What this slice contributes to KL in some rows."""
    size = max(1, rows.arrays.at_once(rows.logits) // min(BLOCK, rows.width))
    for first in range(0, len(again), size):
        part = slice(first, first + size)
        few, of_few = taken(numbers, again[part]), taken(summary, again[part])
        for column in range(0, rows.width, BLOCK):
            block = rows.block(again[part], slice(column, column + BLOCK))
            growth = grown(rows.arrays, block, few, of_few, rows.beta, rows.dtype)
            into[0, part] += growth.excess
            into[1, part] += growth.offset
