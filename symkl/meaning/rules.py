"""Which rule reads which kind of node. What is not here has no meaning inside an expression."""

from __future__ import annotations

from symkl.meaning import arithmetic, binders, calls, evaluated, functionals, functions, moving, problems
from symkl.meaning.alphabets import Letters
from symkl.meaning.reader import Reader, Rule
from symkl.meaning.symbols import Declarations

RULES: dict[str, Rule] = {
    "number": arithmetic.number,
    "symbol": calls.symbol,
    "call": calls.call,
    "group": arithmetic.group,
    "add": arithmetic.add,
    "negate": arithmetic.negate,
    "multiply": arithmetic.multiply,
    "divide": arithmetic.divide,
    "fraction": arithmetic.divide,
    "power": arithmetic.power,
    "function": arithmetic.function,
    "value": functions.value,
    "slope": functions.slope,
    "at": evaluated.at_value,
    "absolute": arithmetic.absolute,
    "part": arithmetic.part,
    "indicator": arithmetic.indicator,
    "sum": binders.total,
    "extremum": binders.extremum,
    "product": binders.product,
    "statistic": binders.statistic,
    "token": binders.token,
    "next": binders.next_token,
    "response": binders.response,
    "joint": binders.joint,
    "member": binders.member,
    "family": binders.group,
    "expectation": binders.expectation,
    "divergence": functionals.divergence,
    "functional": functionals.functional,
    "norm": functionals.norm,
    "inner": functionals.inner,
    "entry": functionals.entry,
    "gradient": moving.gradient,
    "derivative": moving.derivative,
    "limit": moving.limit,
    "optimum": problems.optimum,
    "unread": calls.left_out,
}


def reader(known: Declarations, letters: Letters, other: str = "", *, reaches: bool = True) -> Reader:
    """Who reads one row of a document whose symbols are ``known``; ``other``: the second reading to take, if any."""
    return Reader(RULES, known, other, reaches, letters=letters)
