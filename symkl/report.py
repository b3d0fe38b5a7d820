"""The answer to a document, as plain data: what every way of reporting is given.

``checking`` makes a :class:`Report`; ``reporting`` shows it. All mathematics in it is text
already: Unicode for a terminal, LaTeX for a page.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class _Answer(Enum):
    """An answer, which is no truth value: ``if report.verdict`` would hold of a refuted proof, too."""

    def __bool__(self) -> bool:
        name = type(self).__name__
        raise TypeError(f"{name} is no truth value: compare it, as in `answer is {name}.PROVED`")


class Status(_Answer):
    """What symkl says of a row."""

    STATED = "stated"
    PROVED = "proved"
    ASSUMED = "assumed"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"
    REFUTED = "refuted"


class Overall(_Answer):
    """What symkl says of a document, best first."""

    PROVED = "proved"
    INCOMPLETE = "incomplete"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"
    REFUTED = "refuted"


@dataclass(frozen=True)
class Formula:
    """One formula, spelled for a terminal and for a page."""

    text: str
    latex: str


@dataclass(frozen=True)
class Setting:
    """One value of the problem a counterexample lives in: ``π_ref(y1|x1)`` is ``1/2``.

    ``exact`` is a rational (``"1/2"``) or, where the value is no rational, None;
    ``approximate`` is a decimal with every digit shown certified.
    """

    name: str
    exact: str | None
    approximate: str


@dataclass(frozen=True)
class Point:
    """The two sides at one place: a choice of the free variables, or one policy of several.

    ``place`` reads ``"x = x1, y = y2"`` or ``"π = π* = (0.731, 0.269)"``; ``left`` and
    ``right`` are decimals with every digit shown certified.
    """

    place: str
    left: str
    right: str


@dataclass(frozen=True)
class Counterexample:
    """A problem inside the declared domain where the row is false, certified with balls.

    ``summary`` is one line (``"two responses, π_ref = (1/2, 1/2), r = (1, 0), β = 1"``),
    ``settings`` the same value by value, ``points`` one place for an equation, two policies
    for problems that order them differently. ``heads`` name the two columns.
    """

    summary: str
    settings: tuple[Setting, ...]
    points: tuple[Point, ...]
    heads: tuple[str, str] = ("left side", "right side")


@dataclass(frozen=True)
class Suggestion:
    """An edit of the author's own LaTeX after which the kernel proves the row.

    ``edit`` is a sentence; ``latex`` the whole row after the edit; ``changed`` the (start, stop)
    offsets inside ``latex`` of what is new; ``slip`` the name of the slip.
    """

    edit: str
    latex: str
    slip: str
    changed: tuple[int, int]


@dataclass(frozen=True)
class Trouble:
    """Why a row is unreadable, and what to do.

    ``column`` is 1-based in the source line ``excerpt``; ``width`` >= 1 is how far the caret reaches.
    """

    line: int
    column: int
    width: int
    excerpt: str
    message: str
    found: str
    expected: str
    advice: str


@dataclass(frozen=True)
class Line:
    """One row and what is said of it. ``scope``: "value", "optimiser", "factor" or None."""

    line: int
    column: int
    source: str
    relation: str | None
    status: Status
    scope: str | None = None
    law: str | None = None
    because: str = ""
    residual: Formula | None = None
    residual_words: str = ""
    counterexample: Counterexample | None = None
    suggestions: tuple[Suggestion, ...] = ()
    assumptions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    trouble: Trouble | None = None
    opening: str | None = None
    """The relation that ties the row to the one before, if it starts with one."""
    readable: str = ""
    """The row as Unicode text for a terminal, without its opening relation."""


@dataclass(frozen=True)
class Claim:
    """A theorem the document says it proves. ``why_not`` is empty when it is met."""

    name: str
    met: bool
    why_not: str = ""


@dataclass(frozen=True)
class Report:
    """Everything symkl says of one document.

    ``rests_on``: the assumptions and definitions that the proved rows use, each once.
    ``disagreements``: the guard's findings; any makes the exit code 3.
    ``troubles``: of the document as a whole (undecodable, too long), not of one row.
    """

    file: str
    verdict: Overall
    claim: Claim | None
    lines: tuple[Line, ...]
    rests_on: tuple[str, ...] = ()
    disagreements: tuple[str, ...] = ()
    troubles: tuple[Trouble, ...] = ()
