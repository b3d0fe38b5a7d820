"""A certified counterexample as plain data: the text of what a reader is shown."""

from __future__ import annotations

from typing import NamedTuple


class Setting(NamedTuple):
    """One value of the problem a counterexample lives in: ``π_ref(y1|x1)`` is ``1/2``.

    ``exact`` is a rational (``"1/2"``) or, where the value is no rational, None;
    ``approximate`` is a decimal with every digit shown certified.
    """

    name: str
    exact: str | None
    approximate: str


class Point(NamedTuple):
    """The two sides at one place: a choice of the free variables, or one policy of several.

    ``place`` reads ``"x = x1, y = y2"`` or ``"π = π* = (0.731, 0.269)"``; ``left`` and
    ``right`` are decimals with every digit shown certified.
    """

    place: str
    left: str
    right: str


class Counterexample(NamedTuple):
    """A problem inside the declared domain where the row is false, certified with balls.

    ``summary`` is one line (``"two responses, π_ref = (1/2, 1/2), r = (1, 0), β = 1"``),
    ``settings`` the same value by value, ``points`` one place for an equation, two policies
    for problems that order them differently. ``heads`` name the two columns.
    """

    summary: str
    settings: tuple[Setting, ...]
    points: tuple[Point, ...]
    heads: tuple[str, str] = ("left side", "right side")
