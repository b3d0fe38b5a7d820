"""The same results from fused kernels: every input is read once, and what lies between is never written to memory.

A row is cut into tiles, each becomes its seven numbers, and these are folded in float64. On a CUDA device the tiles are
the work of Triton kernels (:mod:`symkl.tokens.kernels`), elsewhere of torch.compile, which also does the rest: the
formulas are those of :mod:`symkl.tokens.accumulators`.
"""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable
from dataclasses import astuple, dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import FunctionType
from typing import Any, TypeVar

from symkl.problems.tables import InvalidProblem, refuse
from symkl.tokens import accumulators
from symkl.tokens.accumulators import Five, Growth, Summary, numbers_of
from symkl.tokens.arrays import Array, Arrays, is_tensor, out_of_memory
from symkl.tokens.rows import Block, Rows, block_of, read_rows

WIDTH = 256
"""Tokens of a tile for torch.compile: 32 additions one after the other where a vector has 8 numbers, and 3 more.

Of so many there are maxima, too, which say where the likeliest tokens are.
"""

# Numbers at a time: what is read twice is found in a cache of a CPU the second time.
_TWICE, _ONCE, _ON_DEVICE = 1 << 22, 1 << 25, 1 << 31

Result = TypeVar("Result")


@dataclass(frozen=True)
class Tiles:
    """Rows in tiles, in their own arithmetic: the numbers of each, [b, T], and the maxima of every WIDTH tokens."""

    numbers: Five
    highest_logits: Array
    highest_values: Array


def wanted(rows: Rows, fused: bool | None) -> bool:
    """Whether the kernels are to be used: as it is asked for, and by default on a CUDA device that has Triton.

    Raises: InvalidProblem, if they are asked for where they cannot be.
    """
    if fused is not None and not isinstance(fused, bool):
        raise refuse("fused", "", repr(fused), "True, False or None")
    differentiable = rows.arrays.differentiable(rows.logits, rows.rewards)
    if fused is None:
        there = is_tensor(rows.logits) and _on_cuda(rows) and find_spec("triton") is not None
        return there and not differentiable and _works(str(rows.logits.device))
    if fused and not is_tensor(rows.logits):
        raise refuse("fused", "", "True, and NumPy arrays", "torch tensors, or fused=False")
    if fused and differentiable:
        raise refuse("fused", "", "True, and tensors that ask for gradients", "detached tensors, or fused=False")
    return fused


@cache
def _works(device: str) -> bool:
    """Whether kernels can be had on a device on which nobody has asked for them; it is told once if not.

    They are tried out there, on a row that has more than a tile, before they take the place of the eager code.
    """
    tokens = _torch().arange(5000.0, device=device)
    rows = read_rows((5 * (0.7 * tokens).sin())[None], (0.3 * tokens).cos()[None], 0.5)
    whole = slice(0, 1)
    eager = accumulators.of_block(rows.arrays, rows.block(whole, slice(None)), rows.dtype)
    into = rows.arrays.empty((1, rows.width), rows.dtype, rows.logits)
    try:
        numbers = fold(rows, tiles(rows, whole))
        log_policy(rows, whole, numbers, into)
    except InvalidProblem as problem:
        trouble = str(problem)
    else:
        expected = rows.block(whole, slice(None)).values - eager.m_v[:, None] - eager.s_v.log()[:, None]
        pairs = [*zip(astuple(numbers), astuple(eager), strict=True), (into.double(), expected)]
        if all(_torch().allclose(found, right, rtol=1e-4, atol=1e-4) for found, right in pairs):
            return True
        trouble = "they compute something else than the eager code there"
    warnings.warn(f"symkl.tokens goes on without kernels: {trouble}", RuntimeWarning, stacklevel=4)
    return False


def at_once(rows: Rows, twice: bool) -> int:
    """How many numbers to work on at a time, where all of them are read a second time or few are."""
    if rows.logits.device.type != "cpu":
        return _ON_DEVICE
    return _TWICE if twice else _ONCE


def tile(rows: Rows) -> int:
    """How many tokens a tile of these rows has, but for the last."""
    return int(_kernels().TILE) if _on_cuda(rows) else WIDTH


def tiles(rows: Rows, chosen: slice | Array) -> Tiles:
    """These rows in tiles.

    Raises: InvalidProblem, if no kernel can be built.
    """
    given = _given(rows, chosen)
    if _on_cuda(rows):
        numbers, maxima = _built(lambda: _kernels().tile_numbers(rows, given, WIDTH))
        return Tiles(Five(*numbers), *maxima)
    whole, rest = _tiled(rows, given)
    parts = []
    if whole is not None:
        parts.append(_run(rows, _numbers, *whole, rows.inverse, rows.dtype))
    if rest is not None:
        parts.append(tuple(each[:, None] for each in numbers_of(rows.arrays, rest, rows.dtype)))
    found = Five(*(rows.arrays.join(each, 1) for each in zip(*parts, strict=True)))
    return Tiles(found, found.m_l, found.m_v)


def fold(rows: Rows, of: Tiles) -> Five:
    """The numbers of the rows from those of their tiles."""
    return Five(*_run(rows, _fold, *astuple(of.numbers)))


def grown(rows: Rows, chosen: Array | slice, numbers: Five, summary: Summary) -> Growth:
    """What small divergences are made of, of whole rows: they are read a second time."""
    columns = (numbers.m_v, numbers.m_l, numbers.s_v, numbers.s_l, summary.expected_reward, summary.kl)
    whole, rest = _tiled(rows, _given(rows, chosen))
    parts = []
    if whole is not None:
        parts.append(_run(rows, _grown, *whole, rows.inverse, rows.beta, rows.dtype, *(c[:, None] for c in columns)))
    if rest is not None:
        growth = accumulators.grown(rows.arrays, rest, numbers, summary, rows.beta, rows.dtype)
        parts.append((growth.excess, growth.offset))
    return Growth(sum(each[0] for each in parts), sum(each[1] for each in parts))


def log_policy(rows: Rows, chosen: slice | Array, numbers: Five, into: Array) -> Array:
    """``log π*`` of these rows, written to ``into``; and whether in some row v is out of range where l is not -inf."""
    arrays, given = rows.arrays, _given(rows, chosen)
    highest, log_sum = arrays.cast(numbers.m_v, rows.dtype), arrays.cast(arrays.log(numbers.s_v), rows.dtype)
    if _on_cuda(rows):
        return _built(lambda: _kernels().log_policy(rows, given, highest, log_sum, into))
    return _run(rows, _log_policy, *given, rows.inverse, rows.dtype, highest[:, None], log_sum[:, None], into)


def largest(rows: Rows, chosen: slice | Array, of: Callable[[Block], Array], maxima: Array, count: int) -> Array:
    """The tokens of the so many largest of each row, which are where the so many largest maxima of WIDTH tokens are."""
    arrays, count = rows.arrays, min(count, rows.width)
    some = arrays.largest(maxima, min(count, maxima.shape[-1]))[1].sort(-1).values
    inside = _torch().arange(WIDTH, device=some.device)
    tokens = (some[..., None] * WIDTH + inside).flatten(1)
    there = tokens < rows.width
    values = of(rows.at(chosen, tokens.clamp(max=rows.width - 1)))
    # Beyond the row there is less than -inf: -inf, and later.
    order = arrays.largest(arrays.where(there, values, -math.inf), count)[1]
    return arrays.gather(tokens, order)


def exponentials(rows: Rows, x: Array) -> Array:
    """``e^x`` of a tensor [n], by the exponential that the kernels use."""
    if _on_cuda(rows):
        return _built(lambda: _kernels().exponentials(x))
    return _run(rows, _exp, x)


def _kernels() -> Any:
    return import_module("symkl.tokens.kernels")


def _on_cuda(rows: Rows) -> bool:
    return bool(rows.logits.device.type == "cuda")


def _given(rows: Rows, chosen: Array | slice) -> tuple[Array | None, ...]:
    """Logits, centred rewards and mask of these rows, the tokens of each beside one another; a row may be for all.

    Only so do compiled sums take many tokens at a time: others would be added one after the other.
    """
    logits, rewards, mask = (each if each is None else each[chosen] for each in (rows.logits, rows.rewards, rows.mask))
    some = (logits, rows.centred(chosen, rewards), mask)
    return tuple(each if each is None or each.stride(-1) == 1 else each.contiguous() for each in some)


def _tiled(rows: Rows, given: tuple[Array | None, ...]) -> tuple[tuple[Array | None, ...] | None, Block | None]:
    """What was given as [b, T, WIDTH], if there is a whole tile, and what is left of the rows."""
    tiles = rows.width // WIDTH
    end = tiles * WIDTH
    whole = tuple(each if each is None else each[:, :end].unflatten(1, (tiles, WIDTH)) for each in given)
    logits, rewards, mask = (each if each is None else each[:, end:] for each in given)
    rest = None if end == rows.width else block_of(rows.arrays, logits, rewards, mask, rows.inverse, rows.dtype)
    return whole if tiles else None, rest


# --- what is compiled ---------------------------------------------------------------------------


def _numbers(
    arrays: Arrays, logits: Array, rewards: Array, mask: Array | None, inverse: float, dtype: str
) -> tuple[Array, ...]:
    return numbers_of(arrays, block_of(arrays, logits, rewards, mask, inverse, dtype), dtype)


def _fold(arrays: Arrays, *blocks: Array) -> tuple[Array, ...]:
    numbers = accumulators.fold(arrays, Five(*(arrays.cast(each, "float64") for each in blocks)))
    return astuple(numbers)


def _grown(
    arrays: Arrays, logits: Array, rewards: Array, mask: Array | None, inverse: float, beta: float, dtype: str,
    m_v: Array, m_l: Array, s_v: Array, s_l: Array, expected: Array, kl: Array,
) -> tuple[Array, Array]:  # fmt: skip
    block = block_of(arrays, logits, rewards, mask, inverse, dtype)
    numbers = Five(m_l, s_l, m_v, s_v, m_v, m_v, m_v)
    summary = Summary(m_l, m_v, m_v, expected, kl, m_v, m_v)
    growth = accumulators.grown(arrays, block, numbers, summary, beta, dtype)
    return growth.excess.sum(1), growth.offset.sum(1)


def _log_policy(
    arrays: Arrays, logits: Array, rewards: Array, mask: Array | None, inverse: float, dtype: str,
    highest: Array, log_sum: Array, into: Array,
) -> Array:  # fmt: skip
    block = block_of(arrays, logits, rewards, mask, inverse, dtype)
    below = block.values - highest
    into.copy_(below - log_sum)
    return ((below == -math.inf) & (block.logits != -math.inf)).any()


def _exp(arrays: Arrays, x: Array) -> Array:
    return arrays.exp(x)


def _torch() -> Any:
    # Whoever has a tensor has imported torch; this does not.
    return sys.modules["torch"]


@cache
def _compiled(function: Callable[..., Any], kinds: tuple[Any, ...]) -> Callable[..., Any]:
    """The function compiled, once for each kinds of tensors.

    torch compiles the code of one function so many times and no more; then it goes on uncompiled. So each has a copy.
    """
    copy = FunctionType(function.__code__.replace(), function.__globals__, function.__name__)
    # Shapes and the temperature are no part of what is compiled, so that new ones cost little or nothing.
    compiled: Callable[..., Any] = _torch().compile(copy, dynamic=True)
    return compiled


def _run(rows: Rows, function: Callable[..., Any], *arguments: Any) -> Any:
    # What torch compiles anew for: kinds of numbers, and what there is one of.
    kinds = tuple(
        (each.dtype, *(size == 1 or not stride for size, stride in zip(each.shape, each.stride(), strict=True)))
        for each in arguments
        if is_tensor(each)
    )
    return _built(lambda: _compiled(function, kinds)(rows.arrays, *arguments))


def _built(work: Callable[[], Result]) -> Result:
    """Work that may have to be compiled first."""
    try:
        with _torch().no_grad():
            return work()
    except Exception as error:
        if isinstance(error, InvalidProblem) or out_of_memory(error) or not _of_compiler(error):
            raise
        told = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise refuse("fused", "", "no kernel", f"one that can be built, or fused=False ({told})") from error


def _of_compiler(error: Exception) -> bool:
    return type(error).__module__.startswith(("torch._", "triton")) or "ompiler" in str(error)
