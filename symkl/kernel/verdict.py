"""What the kernel may answer, and what an answer carries."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import NoReturn

from symkl.kernel.polynomials import Polynomial


class Scope(Enum):
    """Of what a proved relation is true."""

    VALUE = "value"
    OPTIMISER = "optimiser"
    FACTOR = "factor"


class Verdict:
    """A verdict has three cases: ``if verdict:`` would quietly merge two of them."""

    def __bool__(self) -> NoReturn:
        raise TypeError("a verdict is not true or false: match on Proved, Refuted or Unknown")


@dataclass(frozen=True)
class Proved(Verdict):
    """The line follows by ``law``, if the ``assumptions`` hold and the rows in ``used`` do.

    ``factor``, ``difference``: of problems, ``left = factor * right + difference``; of a proportionality, its constant.
    """

    law: str
    because: str
    scope: Scope = Scope.VALUE
    assumptions: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    factor: Polynomial | None = None
    difference: Polynomial | None = None


@dataclass(frozen=True)
class Refuted(Verdict):
    """The line is false: ``witness`` is a certified counterexample."""

    witness: object


@dataclass(frozen=True)
class Unknown(Verdict):
    """Neither proved nor refuted; ``reason`` says what was missing."""

    reason: str
