"""What may be answered to a statement; that it is proved, only the kernel says."""

from __future__ import annotations

from enum import Enum
from typing import NoReturn

from symkl.language.frozen import frozen


class Scope(Enum):
    """Of what a proved relation is true."""

    VALUE = "value"
    OPTIMISER = "optimiser"
    FACTOR = "factor"


class Verdict:
    """A verdict has three cases: ``if verdict:`` would quietly merge two of them."""

    def __bool__(self) -> NoReturn:
        raise TypeError("a verdict is not true or false: match on Proved, Refuted or Unknown")


@frozen
class Refuted(Verdict):
    """The line is false: ``witness`` is a certified counterexample."""

    witness: object


@frozen
class Unknown(Verdict):
    """Neither proved nor refuted; ``reason`` says what was missing."""

    reason: str
