"""A statement put to pycodemath: three outcomes, and every number one of its texts.

It has no way to say that a variable is positive, and looks for counterexamples among all numbers. So what is positive is
written as an exponential, a distribution with it, and no point that it tries is outside of what is meant.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.benchmarks.peers.statements import CannotBeSaid, Number, Statement

PACKAGES = ("pycodemath", "sympy")
LOADED = ("pycodemath.verify",)
HOW = (
    "With three outcomes, the simplex eliminated, and every positive number written as an exponential, for it knows no "
    "assumptions: pycodemath.verify.check_equal, and certify_diff of a derivative. It compares for equality alone."
)


class Text:
    """A formula as a text, which the operators of Python make longer."""

    def __init__(self, text: str) -> None:
        self.text = text

    def _with(self, operator: str, other: Number) -> Text:
        return Text(f"({self.text}{operator}{written(other)})")

    def __add__(self, other: Number) -> Text:
        return self._with(" + ", other)

    def __sub__(self, other: Number) -> Text:
        return self._with(" - ", other)

    def __mul__(self, other: Number) -> Text:
        return self._with("*", other)

    def __truediv__(self, other: Number) -> Text:
        return self._with("/", other)

    def __radd__(self, other: int) -> Text:
        return Text(f"({other} + {self.text})")

    def __rtruediv__(self, other: int) -> Text:
        return Text(f"({other}/{self.text})")

    def __rsub__(self, other: int) -> Text:
        return Text(f"({other} - {self.text})")

    def __neg__(self) -> Text:
        return Text(f"(-{self.text})")


def written(number: Number) -> str:
    """The text of a number of either kind."""
    return number.text if isinstance(number, Text) else str(number)


class Texts:
    """Distributions and a temperature made of exponentials of variables that may be any number."""

    def __init__(self) -> None:
        self.p, self.q = self._distribution("a"), self._distribution("b")
        self.r = [Text(f"r{i}") for i in (1, 2, 3)]
        self.beta, self.t, self.u = Text("exp(s)"), Text("exp(t)"), Text("u")

    def _distribution(self, name: str) -> list[Text]:
        total = f"(exp({name}1) + exp({name}2) + 1)"
        return [Text(f"({part}/{total})") for part in (f"exp({name}1)", f"exp({name}2)", "1")]

    def log(self, x: Number) -> Text:
        return Text(f"log({written(x)})")

    def exp(self, x: Number) -> Text:
        return Text(f"exp({written(x)})")

    def slope(self, of: Callable[[Number], Number], at: Number) -> Text:
        return Slope(of(at).text, "u" if at is self.u else "s")


class Slope(Text):
    """The derivative of ``text`` in u, or in β, where that is exp(s): the derivative in s over exp(s)."""

    def __init__(self, text: str, variable: str) -> None:
        super().__init__(text)
        self.variable = variable


def answer(statement: Statement) -> bool | None:
    """Whether it is true; None where it is undecided."""
    from pycodemath.verify import certify_diff, check_equal

    if statement.relation != "=":
        raise CannotBeSaid("it compares for equality alone")
    left, right = (side if isinstance(side, Slope) else written(side) for side in statement.sides(Texts()))
    if isinstance(left, Slope):
        verdict = certify_diff(left.text, left.variable, right if left.variable == "u" else f"({right})*exp(s)")
    else:
        verdict = check_equal(left, right)
    return {"verified": True, "refuted": False}.get(verdict.status.value)
