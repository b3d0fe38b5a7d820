"""What there is to say of one function or functional; the tables are lists of these."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

import symkl.language.terms as t


class Numbers(Protocol):
    """What a value asks of a kind of number, besides ``+``, ``*`` and ``/``: floats, balls, dual numbers."""

    def number(self, value: Fraction) -> Any:
        """A rational as a number of this kind."""

    def log(self, u: Any) -> Any:
        """The natural logarithm."""

    def exp(self, u: Any) -> Any:
        """The exponential."""

    def logistic(self, u: Any) -> Any:
        """``1/(1 + e^-u)``."""

    def log_logistic(self, u: Any) -> Any:
        """``log σ(u)``, without overflow."""

    def power(self, base: Any, exponent: Any) -> Any:
        """``base ** exponent``."""

    def whole_power(self, base: Any, exponent: int) -> Any:
        """An integer power."""

    def is_zero(self, u: Any) -> bool:
        """Whether u is exactly 0."""
        ...

    def is_finite(self, u: Any) -> bool:
        """Whether u has a value."""
        ...

    def still(self, u: Any) -> Any:
        """u as a constant, whatever moves it."""

    def choose(self, guard: Any, above: Callable[[], Any], below: Callable[[], Any]) -> Any:
        """``above`` where the guard is >= 0, else ``below``; what encloses both where that is not known."""


class Layout(Enum):
    """How what it takes stands beside a name."""

    FUNCTION = "log u"
    BETWEEN = "KL(p‖q)"
    UNDER = "E_{y∼p}[f]"
    OF = "H(p)"
    NORM = "‖f‖_1"


class Sign(Enum):
    """What is known of the sign of every value."""

    ANY = ""
    POSITIVE = "> 0"
    NONNEGATIVE = "≥ 0"
    NEGATIVE = "< 0"


class Written(NamedTuple):
    r"""How people write it.

    ``macros``: without the backslash. ``words``: set upright, as in ``\mathrm{KL}``. ``bare``: those of the words
    that are read as plain letters, too. ``below``: what stands below a D, as in ``D_{TV}``.
    """

    form: Layout
    macros: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    below: tuple[str, ...] = ()


class Place(Enum):
    """What an argument is printed as; the brackets it needs are those of its place."""

    WHOLE = 0
    TERM = 1
    FACTOR = 2
    NAME = 3


class Printed(NamedTuple):
    """How it is printed: ``@0``, ``@1`` are the arguments and then the parameters, ``@v`` the variables."""

    text: str
    latex: str
    places: tuple[Place, ...]
    level: Place = Place.FACTOR


class Function(NamedTuple):
    """A function of numbers.

    ``expansion``: what it means in other terms, None where the kernel knows it by rules of its own.
    ``value``: in any kind of number, None where the expansion is good enough. ``derivative``: by each argument.
    ``domain``: the sign that an argument must have. ``symmetric``: arguments may change places.
    ``sympy``: the class that it is there.
    """

    name: str
    arity: int
    written: Written
    printed: Printed
    expansion: Callable[..., t.Term] | None = None
    value: Callable[..., Any] | None = None
    derivative: Callable[..., tuple[t.Term, ...]] | None = None
    sign: Sign = Sign.ANY
    domain: Sign = Sign.ANY
    symmetric: bool = False
    sympy: str = ""
    meaning: str = ""


Rows = Sequence[tuple[Any, ...]]
"""The values of a functional's arguments, a tuple for each value of its variables."""


class Functional(NamedTuple):
    """What binds index variables; its ``expansion`` takes them first, then arguments and parameters.

    ``value``: in any kind of number, from the table of its arguments and from its parameters. Its first
    ``distributions`` arguments are distributions over its variables.
    """

    name: str
    arity: int
    written: Written
    printed: Printed
    expansion: Callable[..., t.Term] | None = None
    value: Callable[..., Any] | None = None
    parameters: int = 0
    distributions: int = 0
    sign: Sign = Sign.ANY
    symmetric: bool = False
    sympy: str = ""
    meaning: str = ""
