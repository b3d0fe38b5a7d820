"""Beyond the branch of close policies: a problem, certified, in which the whole function is not what its branch is."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from symkl.auditing.roles import POLICIES, Input, fraction
from symkl.language.terms import Context, Statement
from symkl.refuting.cases import Case, Needs, Shape, Table
from symkl.refuting.counterexample import Counterexample
from symkl.refuting.values import certified, prepared
from symkl.refuting.witnesses import counterexample

_SHARES = tuple(Fraction(1, n) for n in (4, 10, 100, 1000, 10**6, 10**9, 10**12))
"""What the first of two responses has of one policy, where it has a half of the others."""


def beyond(statement: Statement, context: Context, scalars: dict[str, Input]) -> Counterexample | None:
    """The first of some problems, in each of which one policy is further off, that certainly violates an equation."""
    claim = prepared(statement, context)
    if claim is None:
        return None
    for case in _cases(claim.program.needs, scalars):
        witness = certified(claim, case, ({},))
        if witness is not None:
            return counterexample(witness)
    return None


def _cases(needs: Needs, scalars: dict[str, Input]) -> Iterator[Case]:
    policies = [shape.symbol for shape in needs.shapes if shape.symbol in POLICIES.values()]
    values = {name: _inside(scalars[name]) if name in scalars else Fraction(1) for name in needs.scalars}
    for share in _SHARES:
        for far in policies:
            for sign in (1, -1):
                tables: dict[Shape, Table] = {}
                for shape in needs.shapes:
                    first = share if shape.symbol == far else Fraction(1, 2)
                    pair = (first, 1 - first) if shape.outcomes else (Fraction(sign), Fraction(-sign))
                    tables[shape] = {(0,): pair[0], (1,): pair[1]}
                yield Case({"y": 2}, values, tables)


def _inside(each: Input) -> Fraction:
    """A number in the range of a scalar."""
    if each.high == float("inf"):
        return fraction(each.low) + 1
    return (fraction(each.low) + fraction(each.high)) / 2
