"""A witness computed again from what the report prints, with mpmath and none of symkl's arithmetic.

Only reading is shared: the row's two sides as terms. The tables come from the printed settings.
Rows about derivatives and about maxima have witnesses of another kind and are left out here.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from fractions import Fraction

import mpmath

import symkl.terms as t
from symkl.reading.document import read
from symkl.report import Line, Report
from symkl.terms import Variable
from symkl.tilting import settle

Numbers = dict[tuple[str, ...], mpmath.mpf]


class NotOfThisKind(Exception):
    """A term that this little evaluator leaves out."""


def recomputed(text: str, report: Report, line: Line) -> None:
    """Assert that the printed numbers of an equation's counterexample are right to every digit shown."""
    proof = read(text, "planted.md")
    index = next(i for i, row in enumerate(proof.rows) if row.line == line.line)
    row = proof.rows[index]
    found = line.counterexample
    assert found is not None
    clause = row.clauses[0]
    if found.heads != ("left side", "right side") or clause.opening is not None or len(clause.terms) != 2 or len(found.points) != 1:
        return
    context = settle(proof).context
    with mpmath.workdps(50):
        tables: dict[str, Numbers] = {}
        for setting in found.settings:
            assert setting.exact is not None
            name, _, inside = setting.name.partition("(")
            key = tuple(part.strip() for part in re.split(r"[|,]", inside.rstrip(")"))) if inside else ()
            tables.setdefault(name, {})[key] = mpmath.mpf(Fraction(setting.exact).numerator) / Fraction(setting.exact).denominator
        place = dict(re.findall(r"(\S+) = (\w+)", found.points[0].place))
        try:
            sides = [_value(term, context, tables, place) for term in clause.terms]
        except NotOfThisKind:
            return
        for value, printed in zip(sides, (found.points[0].left, found.points[0].right), strict=True):
            digits = len(printed.partition(".")[2]) if "e" not in printed else 3
            assert abs(value - mpmath.mpf(printed)) <= mpmath.mpf(10) ** -digits, (line.line, printed, value)


def _value(term: t.Term, context: t.Context, tables: Mapping[str, Numbers], at: Mapping[str, str]) -> mpmath.mpf:
    def sizes(sort: str) -> list[str]:
        names = {part for numbers in tables.values() for key in numbers for part in key if re.fullmatch(rf"{sort}\d+", part)}
        return sorted(names) or [sort]

    def over(variables: tuple[Variable, ...], body: t.Term) -> mpmath.mpf:
        choices = itertools.product(*(sizes(v.sort) for v in variables))
        return mpmath.fsum(
            inner(body, {**at, **{v.name: name for v, name in zip(variables, names, strict=True)}}) for names in choices
        )

    def inner(body: t.Term, here: Mapping[str, str]) -> mpmath.mpf:
        return _value(body, context, tables, here)

    match term:
        case t.Number(value=value):
            return mpmath.mpf(value.numerator) / value.denominator
        case t.Scalar(symbol=symbol):
            return tables[symbol][()]
        case t.Apply(symbol=symbol, outcomes=outcomes, given=given):
            if symbol in context.definitions:
                definition = context.definitions[symbol]
                return inner(t.substitute(definition.body, dict(zip(definition.parameters, (*outcomes, *given), strict=True))), at)
            if any(isinstance(a, t.Policy) for a in given):
                raise NotOfThisKind
            names = [at.get(a.name, a.sort) for a in (*outcomes, *given) if isinstance(a, Variable)]
            shown = tuple(n for n in names if re.search(r"\d", n))
            if symbol not in tables:
                raise NotOfThisKind
            return tables[symbol][shown]
        case t.Add(terms=terms):
            return mpmath.fsum(inner(part, at) for part in terms)
        case t.Mul(factors=factors):
            return mpmath.fprod(inner(part, at) for part in factors)
        case t.Power(base=base, exponent=exponent):
            return inner(base, at) ** inner(exponent, at)
        case t.Exp(argument=argument):
            return mpmath.exp(inner(argument, at))
        case t.Log(argument=argument):
            return mpmath.log(inner(argument, at))
        case t.Logistic(argument=argument):
            return 1 / (1 + mpmath.exp(-inner(argument, at)))
        case t.Sum(variable=v, body=body):
            return over((v,), body)
        case t.Expectation(variables=vs, weight=weight, body=body):
            return over(vs, t.Mul((weight, body)))
        case t.KL(variable=v, left=p, right=q):
            return over((v,), t.Mul((p, t.Add((t.Log(p), t.Mul((t.Number(Fraction(-1)), t.Log(q))))))))
    raise NotOfThisKind
