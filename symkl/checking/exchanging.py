"""One side of an equation in the place of the other, wherever it stands: in any order, and in other letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, product

import symkl.language.terms as t

_MOST = 24
"""Ways to read one equation in other letters that are tried."""


def exchanged(term: t.Term, old: t.Term, new: t.Term) -> t.Term:
    """``term`` with ``new`` for each ``old``, in whatever order either is written.

    A sum within a longer sum is found, and a product within a longer product.

    >>> a, b, c, d = map(t.Scalar, "abcd")
    >>> from symkl.language.writing import formula
    >>> formula(exchanged(t.Mul((a, t.Add((b, c, d)))), t.Add((d, b)), c)).text
    'a (c + c)'
    """
    wanted = ordered(old)

    def through(part: t.Term) -> t.Term:
        if ordered(part) == wanted:
            return new
        within = _without_part(part, old)
        if within is not None:
            others = (new, *map(through, within))
            return t.Add(others) if isinstance(part, t.Add) else t.Mul(others)
        return t.rebuilt(part, through)

    return through(term)


def _without_part(term: t.Term, old: t.Term) -> tuple[t.Term, ...] | None:
    """What is left of a sum, or a product, without the parts of ``old``; None where they are not in it."""
    if not isinstance(term, t.Add | t.Mul) or type(term) is not type(old):
        return None
    left = list(_flat(term, type(term)))
    keys = [ordered(each) for each in left]
    for part in _flat(old, type(term)):
        key = ordered(part)
        if key not in keys:
            return None
        at = keys.index(key)
        del left[at], keys[at]
    return tuple(left) if left else None


def _flat(term: t.Term, kind: type[t.Term]) -> Iterator[t.Term]:
    if isinstance(term, kind):
        for each in term.parts():
            yield from _flat(each, kind)
    else:
        yield term


def ordered(term: t.Term) -> object:
    """What two terms have in common that differ by the order in sums and products at most, and by bound names."""
    return _ordered(term, {})


def _ordered(term: t.Term, bound: Mapping[t.Variable, t.Variable]) -> object:
    if isinstance(term, t.Add | t.Mul):
        return (type(term).__name__, *sorted((_ordered(each, bound) for each in _flat(term, type(term))), key=repr))
    if isinstance(term, t.Apply):
        places = (*term.outcomes, *term.given)
        renamed = tuple(bound.get(each, each) if isinstance(each, t.Variable) else each for each in places)
        return ("Apply", term.symbol, len(term.outcomes), renamed)
    if isinstance(term, t.Bind):
        new = {each: t.Variable(f"#{len(bound)}.{n}", each.sort) for n, each in enumerate(term.variables)}
        inner = {**bound, **new}
        arguments = tuple(_ordered(each, inner) for each in term.arguments)
        return ("Bind", term.name, tuple(inner[each] for each in term.variables), arguments,
                tuple(_ordered(each, bound) for each in term.parameters))  # fmt: skip
    if not term.parts():
        return term
    names: tuple[str, ...] = type(term).__match_args__
    own = tuple(each for each in (getattr(term, name) for name in names) if not _has_terms(each))
    return (type(term).__name__, own, *(_ordered(each, bound) for each in term.parts()))


def _has_terms(value: object) -> bool:
    return isinstance(value, t.Term) or (isinstance(value, tuple) and any(isinstance(each, t.Term) for each in value))


def instances(equation: t.Statement, there: t.Statement, context: t.Context) -> Iterator[t.Statement]:
    """The equation as it is, and as it reads with the letters of ``there``: it holds for whatever its own letters are.

    A policy is exchanged for another only where no definition says which one it is.
    """
    yield equation
    sides = (equation.left, equation.right)
    free = sorted(frozenset[t.Variable]().union(*map(t.free_variables, sides)), key=lambda v: (v.sort, v.name))
    letters = sorted(_letters(there.left) | _letters(there.right), key=lambda v: (v.sort, v.name))
    policies = sorted({name for side in sides for name in _policies(side)} - set(context.definitions))
    others = sorted(_policies(there.left) | _policies(there.right))
    choices: list[list[t.Argument]] = []
    for each in free:
        choices.append([each, *(v for v in letters if v.sort == each.sort and v != each)])
    for policy in policies:
        choices.append([t.Policy(policy), *(t.Policy(name) for name in others if name != policy)])
    own: list[t.Argument] = [*free, *map(t.Policy, policies)]
    for way in islice(product(*choices), 1, _MOST + 1):
        exchange = dict(zip(own, way, strict=True))
        left, right = (t.substitute(side, exchange) for side in sides)
        yield t.Statement(left, equation.relation, right)


def _policies(term: t.Term) -> set[str]:
    """The distributions in a term, and what its functionals are taken at."""
    own: set[str] = set()
    if isinstance(term, t.Apply):
        own = {each.symbol for each in term.given if isinstance(each, t.Policy)}
        own |= {term.symbol} if term.outcomes else set()
    return own.union(*map(_policies, term.parts()))


def _letters(term: t.Term) -> set[t.Variable]:
    """Every index variable that stands in a term, free or bound."""
    own = set(term.variables) if isinstance(term, t.Bind) else set(t.free_variables(term))
    return own.union(*map(_letters, term.parts()))
