r"""A row as its author wrote it: which part of the text is a sum, a fraction or a symbol, and where it stands.

Reading makes these trees, and an editor of the author's text works on them; neither knows of the other. A form fixes
which parts there are and what ``value`` says:

============  ================================================  =========================
form          parts                                             value
============  ================================================  =========================
NUMBER        --                                                "2", "0.5"
SYMBOL        --                                                canonical name, "π_ref"
CALL          the symbol, its arguments, its conditions
ARGUMENTS     each argument
CONDITIONS    each argument behind the bar; may be none
GROUP         what is in the brackets                           "(", "[" or "{"
ADD           terms; a subtracted one is a NEGATE
NEGATE        what is negated
MULTIPLY      factors
DIVIDE        left, right of a ``/``
FRACTION      numerator, denominator
POWER         base, exponent
FUNCTION      the argument                                      "log", "exp" or "σ"
SUM           binders, body
EXPECTATION   binders, body
SAMPLED       variables, distribution (``y \sim q``)
OVER          variables (``\sum_y``)
UNDER         distribution (``E_\pi``)
DIVERGENCE    left, right, perhaps its order; none when bare    "KL", "χ²", ...
FUNCTIONAL    arguments, then what stands below it              "H", "Var", ...
GRADIENT      body                                              the parameters
LIMIT         the scalar that moves, body                       "0", "0+" or "∞"
OPTIMUM       what is optimised over, then the body             "max", "min", "argmax", ...
OTHER         whatever is in it
============  ================================================  =========================
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import NamedTuple

from symkl.language.roles import Role


class Form(Enum):
    """What a part of a row is."""

    NUMBER = auto()
    SYMBOL = auto()
    CALL = auto()
    ARGUMENTS = auto()
    CONDITIONS = auto()
    GROUP = auto()
    ADD = auto()
    NEGATE = auto()
    MULTIPLY = auto()
    DIVIDE = auto()
    FRACTION = auto()
    POWER = auto()
    FUNCTION = auto()
    SUM = auto()
    EXPECTATION = auto()
    SAMPLED = auto()
    OVER = auto()
    UNDER = auto()
    DIVERGENCE = auto()
    FUNCTIONAL = auto()
    GRADIENT = auto()
    LIMIT = auto()
    OPTIMUM = auto()
    OTHER = auto()


class Part(NamedTuple):
    """A part of a row: ``source[start:stop]`` is its text, with the braces that it opens closed.

    ``role``: of a symbol, where it has one.
    """

    form: Form
    start: int
    stop: int
    parts: tuple[Part, ...] = ()
    value: str = ""
    role: Role | None = None

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands."""
        return self.start, self.stop

    def walk(self) -> Iterator[Part]:
        """It and everything in it, in the order written."""
        yield self
        for part in self.parts:
            yield from part.walk()
