"""The kinds of number as a user chooses them: how precise an answer must be, and how it is handed out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any

import mpmath
import numpy as np
from flint import arb

from symkl.problems.numbers import FLOATS, MP, Arithmetic, ball_arithmetic, mp_arithmetic
from symkl.problems.tables import Vector, objects

_ROUNDS = 4  # for balls
_MOST_BITS, _WORK = 2**14, 2**22  # for digits: beyond eight times the bits at first, up to so many, or so many in all

Evaluate = Callable[[Arithmetic], tuple[Vector, ...]]
"""Some numbers, in the arithmetic given."""


@dataclass(frozen=True)
class Floats:
    """Float64."""

    def settle(self, evaluate: Evaluate, guard: int) -> tuple[Vector, ...]:
        """Computed once, and precise because the formulas are."""
        with FLOATS.working():
            return evaluate(FLOATS)

    def __str__(self) -> str:
        return ""


@dataclass(frozen=True)
class Digits:
    """So many decimal digits, reliable and not certified."""

    digits: int

    def settle(self, evaluate: Evaluate, guard: int) -> tuple[Vector, ...]:
        """Two precisions that agree; then rounded. ``guard`` bits are sure to be lost on the way."""
        bits, need = _start(self.digits, guard), int(self.digits * 3.33) + 2
        before: list[Any] = []
        earlier: list[Any] = []
        most = 8 * bits
        while bits <= most:
            arithmetic = mp_arithmetic(bits)
            with arithmetic.working():
                results = evaluate(arithmetic)
                numbers = list(chain.from_iterable(result.tolist() for result in results))
                lost = [i for i, (a, b) in enumerate(zip(before, numbers, strict=False)) if not _agree(a, b, need)]
                if before and not lost:
                    break
                most = max(most, min(_MOST_BITS, _WORK // len(numbers)))
            earlier, before, bits = before, numbers, 2 * bits if before else bits + 64
        else:
            whole = np.concatenate(results)
            whole[[i for i in lost if abs(numbers[i]) < abs(earlier[i]) * 2.0**-40]] = MP.zero  # noise
            results = tuple(np.split(whole, np.cumsum([len(result) for result in results])[:-1]))
        context = _context(self.digits)
        return tuple(objects(lambda value: +context.make_mpf(value._mpf_), result) for result in results)

    def __str__(self) -> str:
        return f".digits({self.digits})"


@dataclass(frozen=True)
class Balls:
    """Certified."""

    digits: int

    def settle(self, evaluate: Evaluate, guard: int) -> tuple[Vector, ...]:
        """The precision is raised until the radii are small enough. ``guard`` bits are sure to be lost on the way."""
        bits, need = _start(self.digits, guard), int(self.digits * 3.33) + 3
        for _ in range(_ROUNDS):
            arithmetic = ball_arithmetic(bits)
            with arithmetic.working():
                results = evaluate(arithmetic)
            if all(min(map(arb.rel_accuracy_bits, result.tolist())) >= need for result in results):
                break
            bits = 2 * bits + 64
        return results

    def __str__(self) -> str:
        return f".balls({self.digits})"


Kind = Floats | Digits | Balls


def _start(digits: int, guard: int) -> int:
    return -(-(int(digits * 3.33) + guard + 24) // 32) * 32


def _agree(before: Any, after: Any, bits: int) -> bool:
    return bool(before == after or MP.mag(before - after) < MP.mag(after) - bits)


@lru_cache(maxsize=16)
def _context(digits: int) -> Any:
    context = mpmath.MPContext()
    context.dps = digits
    return context
