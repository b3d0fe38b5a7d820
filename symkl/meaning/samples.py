r"""Numbered responses: ``y_i`` is the i-th of some responses, and ``y_1, \dots, y_n \sim \pi`` are independent.

Which response each is, is a table of zeros and ones, one 1 for each i, written ``y•(y|i)``: what stands with a y_i in
it is its mean under that, ``r(x, y_i) = Σ_z y•(z|i) r(x, z)``. What holds for every distribution in the place of
``y•(·|i)`` holds for y_i.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from symkl.language import terms as t
from symkl.language.sorts import is_numbers
from symkl.language.terms import Span, Variable
from symkl.meaning.mistakes import refuse
from symkl.meaning.symbols import Declarations, letter

MARK = "•"
"""What the name of a table of samples ends with."""


def at_samples(known: Declarations, term: t.Term, i: Variable, span: Span) -> t.Term:
    """A term with the i-th samples in it as its mean under which responses these are.

    Requires: i is a number that the term is to be taken at; what is sampled has its name below, as in y_i.
    Raises Unreadable where responses are integrated over: there one of them has no weight.
    """
    if not is_numbers(i.sort):
        return term
    for v in sorted(t.free_variables(term), key=lambda v: v.name):
        base = letter(v.name)
        if v.name == f"{base}_{i.name}" and base in known.samples:
            if v.sort in known.measures:
                raise refuse("sample of a density", span, name=v.name)
            taken = {u.name for u in t.free_variables(term)}
            name = base
            while name in taken:
                name += "′"
            z = Variable(name, v.sort)
            term = t.mean((z,), t.Apply(base + MARK, (z,), (i,)), t.substitute(term, {v: z}), span=term.span)
    return term


def at_free_samples(known: Declarations, terms: Sequence[t.Term], span: Span) -> tuple[t.Term, ...]:
    """The terms of one row with the samples in them at the numbers that are free in it."""
    free = frozenset[Variable]().union(*map(t.free_variables, terms))
    for i in sorted((v for v in free if is_numbers(v.sort)), key=lambda v: v.name):
        terms = [at_samples(known, term, i, span) for term in terms]
    return tuple(terms)


def averaged(term: t.Term, base: str, weight: t.Apply, span: Span) -> t.Term:
    """The mean of a term over independent samples, each drawn from ``weight``.

    ::

        f = c + Σ_i a_i g(y_i)     c and a_i free of the samples
        ──────────────────────────────────────────────────────────
              E_{y_1, ..., y_n ∼ p}[f] = c + Σ_i a_i E_{y∼p}[g(y)]

    Requires: ``weight`` is over one variable. Raises Unreadable where the term is no sum over single samples.
    """
    if base + MARK not in t.symbols(term):
        return term
    match term:
        case t.Add(terms):
            return t.Add(tuple(averaged(each, base, weight, span) for each in terms), span=term.span)
        case t.Mul(factors) if sum(base + MARK in t.symbols(each) for each in factors) == 1:
            return t.Mul(tuple(averaged(each, base, weight, span) for each in factors), span=term.span)
        case t.Bind("sum", variables, (body,)):
            return t.Bind("sum", variables, (averaged(body, base, weight, span),), span=term.span)
        case t.Bind("mean", variables, (body,)):
            return t.Bind("mean", variables, (averaged(body, base, weight, span),), span=term.span)
        case t.Bind("E", (z,), (t.Apply(symbol), body)) if symbol == base + MARK and symbol not in t.symbols(body):
            return t.mean((z,), _over(weight, z), body, span=term.span)
        case t.Bind("E", variables, (law, body)) if base + MARK not in t.symbols(law):
            return t.mean(variables, law, averaged(body, base, weight, span), span=term.span)
    raise refuse("several samples at once", span, name=base)


def _over(weight: t.Apply, z: Variable) -> t.Apply:
    """The same distribution over another variable of its alphabet."""
    return replace(weight, outcomes=(z,))


def tables(names: Iterable[str]) -> frozenset[str]:
    """Those of some symbols that say which responses are the samples.

    >>> sorted(tables(["y•", "π"]))
    ['y•']
    """
    return frozenset(name for name in names if name.endswith(MARK))

