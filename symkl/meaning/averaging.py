r"""The mean over independent samples of a polynomial in what depends on single ones.

Samples with different numbers are independent, and each has the distribution that it is drawn from. A sum over numbers
meets each number that is taken already once: there it is about the same sample::

    Σ_j g(y_j) = Σ_j g(z_j) + g(y_i) - g(z_i)      i taken, every z_j a sample of its own

So ``E[(Σ_i r(y_i))^2]`` is ``Σ_i Σ_j E[r]^2 + Σ_i (E[r^2] - E[r]^2)``. What is no polynomial is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from symkl.language import terms as t
from symkl.language.sorts import is_numbers
from symkl.language.terms import Span, Variable
from symkl.meaning.mistakes import refuse

_ONE, _MINUS = t.Number(Fraction(1)), t.Number(Fraction(-1))
_MOST_STEPS = 300
"""The factors that may be looked at for one expectation: products of many sums have many coincidences."""

Taken = Mapping[Variable, Variable]
"""The numbers whose samples are drawn already, each with its sample."""


def averaged(term: t.Term, table: str, weight: t.Apply, span: Span) -> t.Term:
    """The mean of a term over independent samples, each drawn from ``weight``; ``table``: which samples they are.

    Requires: ``weight`` is over one variable. Raises Unreadable where the term is no polynomial in single samples.
    """
    return _Averaging(table, weight, span)([term], {})


@dataclass
class _Averaging:
    table: str
    weight: t.Apply
    span: Span
    steps: int = field(default=0)

    def __call__(self, factors: Sequence[t.Term], taken: Taken) -> t.Term:
        """The mean of a product, given the samples that are drawn already."""
        self.steps += 1
        at = next((n for n, each in enumerate(factors) if self.table in t.symbols(each)), None)
        if at is None:
            return factors[0] if len(factors) == 1 else t.Mul(tuple(factors))
        if self.steps > _MOST_STEPS:
            raise self.refusal()
        rest = [*factors[:at], *factors[at + 1 :]]
        match factors[at]:
            case t.Add(terms):
                return t.Add(tuple(self([each, *rest], taken) for each in terms))
            case t.Mul(parts):
                return self([*parts, *rest], taken)
            case t.Power(base, t.Number(value)) if value in (2, 3):
                return self([*[base] * int(value), *rest], taken)
            case t.Bind("mean", (j,), (body,)):
                return self([t.total(j, body), t.Power(t.total(j, _ONE), _MINUS), *rest], taken)
            case t.Bind("sum", (j,), (body,)) if is_numbers(j.sort):
                return self.over_numbers(j, body, rest, taken)
            case t.Bind("sum", (v,), (body,)):
                u = self.fresh(v)
                return t.total(u, self([t.substitute(body, {v: u}), *rest], taken))
            case t.Bind("E", (z,), (t.Apply(symbol, _, (i,)), body)) if symbol == self.table and i in taken:
                return self([t.substitute(body, {z: taken[i]}), *rest], taken)  # type: ignore[index]
            case t.Bind("E", variables, (law, body)) if self.table not in t.symbols(law):
                own: dict[t.Argument, t.Argument] = {v: self.fresh(v) for v in variables}
                names = tuple(v for v in own.values() if isinstance(v, Variable))
                return t.mean(names, t.substitute(law, own), self([t.substitute(body, own), *rest], taken))
        raise self.refusal()

    def over_numbers(self, j: Variable, body: t.Term, rest: Sequence[t.Term], taken: Taken) -> t.Term:
        """A sum over numbers: a sample of its own at each, put right where the number is taken."""
        i, z = self.fresh(j), self.fresh(self.weight.outcomes[0])
        body = t.substitute(body, {j: i})
        inside = self([body, *rest], {**taken, i: z})
        inside = t.mean((z,), replace(self.weight, outcomes=(z,)), inside)
        terms: list[t.Term] = [t.total(i, inside)]
        for k in taken:
            if k.sort == j.sort:
                terms.append(self([t.substitute(body, {i: k}), *rest], taken))
                terms.append(t.Mul((_MINUS, t.substitute(inside, {i: k}))))
        return terms[0] if len(terms) == 1 else t.Add(tuple(terms))

    def fresh(self, v: Variable) -> Variable:
        """A variable that nothing else is called by."""
        self.steps += 1
        return replace(v, name=f"{v.name.partition('°')[0]}°{self.steps}")

    def refusal(self) -> Exception:
        """Why there is no mean."""
        return refuse("several samples at once", self.span, name=self.table[:-1])
