"""Where a function leaves the branch of close policies, and where no gradient flows: ratios, found in numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from symkl.auditing.claims import POLICY, Subject
from symkl.auditing.expressions import Symbol
from symkl.auditing.roles import NUMBERS, POLICIES

FURTHEST = 60.0
"""How far the logarithm of a ratio is taken: beyond what a float32 holds as a ratio."""


def limits(of: Subject) -> Iterator[str]:
    """What happens as π and another policy part, in words: of each other policy, both ways, of each sign of A."""
    roles = {s.role for s in of.e.symbols(of.whole)}
    if not of.branched or "policy" not in roles:
        return
    for other in ("reference", "old"):
        if other in roles:
            for sign in (1.0, -1.0) if roles & NUMBERS.keys() else (0.0,):
                yield from _along(of, other, sign)


@dataclass(frozen=True)
class _Where:
    """Of what a limit may depend besides the ratio: the log-probabilities, the size of numbers, where scalars are."""

    level: float = -80.0
    size: float = 1.0
    share: float = 0.3


_HERE = _Where()


def _along(of: Subject, other: str, sign: float) -> Iterator[str]:
    names = sorted({NUMBERS[s.role] for s in of.e.symbols(of.whole) if s.role in NUMBERS})
    scalars = sorted(s for s in of.e.symbols(of.whole) if " " in s.role)
    for way in (1.0, -1.0):
        dead, left = ends = _ends(of, other, sign, way, _HERE)
        if not _same(ends, _ends(of, other, sign, way, replace(_HERE, level=-66.0))):
            continue  # it is no matter of the ratio
        when = [f"{name} {'>' if sign > 0 else '<'} 0" for name in names if sign]
        if sign and not _same(ends, _ends(of, other, sign, way, replace(_HERE, size=2.5))):
            when = [f"{name} = {sign:g}" for name in names]
        if scalars and not _same(ends, _ends(of, other, sign, way, replace(_HERE, share=0.45))):
            when += [f"{s.role.partition(' ')[2]} = {_number(of, s, other, 0.0, sign, _HERE):.4g}" for s in scalars]
        place = f", where {', '.join(when)}" if when else ""
        if dead is not None:
            yield f"no gradient {_place(other, way * dead)}{place}"
        if left is not None and (dead is None or abs(left - dead) > 1e-6):
            yield f"another branch {_place(other, way * left)}{place}"


def _ends(of: Subject, other: str, sign: float, way: float, where: _Where) -> tuple[float | None, float | None]:
    """From which logarithm of a ratio on no gradient flows, and from which on the branch is another."""

    def at(u: float) -> dict[Symbol, float]:
        return {s: _number(of, s, other, way * u, sign, where) for s in of.e.symbols(of.whole)}

    dead = _first(lambda u: _slope(of, at(u)) == 0.0, moving=_slope(of, at(0.01)) != 0.0)
    return dead, _first(lambda u: of.e.settled(of.whole, at(u))[0] != of.inner, moving=True)


def _same(some: Sequence[float | None], others: Sequence[float | None]) -> bool:
    return all(
        (a is None) == (b is None) and (a is None or b is None or abs(a - b) <= 1e-6)
        for a, b in zip(some, others, strict=True)
    )


def _place(other: str, log: float) -> str:
    """Beyond which ratio: of π to the policy that sampled, of the reference to π or of π to the reference."""
    policy, large = POLICIES[other], f"{math.exp(abs(log)):.4g}"
    if log > 0:
        return f"beyond π/{policy} = {large}"
    return f"beyond {policy}/π = {large}" if other == "reference" else f"below π/{policy} = {math.exp(log):.4g}"


def _number(of: Subject, symbol: Symbol, other: str, u: float, sign: float, where: _Where) -> float:
    """π moves away from one other policy, and what is neither moves with it."""
    if symbol.role == other:
        return where.level
    if symbol.role in POLICIES:
        return u + where.level + 1e-3 * (symbol != POLICY)
    if symbol.role in NUMBERS:
        return (sign or 1.0) * where.size
    each = of.scalars[symbol.role.removeprefix("scalar ")]
    return each.low + where.share * (each.high - each.low if each.high < math.inf else 1.0)


def _slope(of: Subject, at: dict[Symbol, float]) -> float:
    return of.e.value(of.e.derivative(of.e.settled(of.whole, at)[0], POLICY), at)


def _first(holds: Callable[..., bool], moving: bool) -> float | None:
    """The smallest logarithm of a ratio from which on something holds, by bisection."""
    if not moving or holds(0.01) or not holds(FURTHEST):
        return None
    low, high = 0.01, FURTHEST
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
