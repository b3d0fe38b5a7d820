"""A polynomial as a combination of others with coefficients >= 0, by the simplex method in rationals.

Nothing here is trusted. What it finds is added up again by the kernel.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from fractions import Fraction

from symkl.kernel.polynomials import Monomial, Polynomial

_MOST_PIVOTS = 400


def combined(
    goal: Polynomial,
    parts: Sequence[Polynomial],
    sign: Callable[[Monomial], bool],
    *,
    strictly: bool = False,
) -> tuple[Fraction, ...] | None:
    """Coefficients λ >= 0 with ``goal - Σ λ part`` a sum of terms that are not negative; None where there are none.

    ``sign``: whether a product is known to be >= 0. ``strictly``: what is left adds up to 1 in its coefficients, and
    not to 0; with 0 for the goal any scale will do.

    >>> from symkl.kernel.polynomials import constant
    >>> combined(constant(-1), [constant(-2)], lambda m: True), combined(constant(-1), [constant(2)], lambda m: True)
    ((Fraction(1, 2),), None)
    """
    monomials = list(dict.fromkeys(m for each in (goal, *parts) for m in each.terms))
    signed = [m for m in monomials if sign(m)]
    equations: list[tuple[dict[Hashable, Fraction], Fraction]] = []
    for m in monomials:
        row: dict[Hashable, Fraction] = {n: Fraction(part.terms[m]) for n, part in enumerate(parts) if m in part.terms}
        equations.append((row | ({m: Fraction(1)} if m in signed else {}), Fraction(goal.terms.get(m, 0))))
    if strictly:
        equations.append(({m: Fraction(1) for m in signed}, Fraction(1)))
    found = feasible(equations)
    return None if found is None else tuple(found.get(n, Fraction(0)) for n in range(len(parts)))


def feasible(equations: Sequence[tuple[Mapping[Hashable, Fraction], Fraction]]) -> dict[Hashable, Fraction] | None:
    """Numbers >= 0 that satisfy linear equations; None where there are none, or too many steps lead to them.

    Each equation is the coefficients of its unknowns, and what they add up to. By Bland's rule, which never cycles.

    >>> feasible([({"x": Fraction(1), "y": Fraction(-1)}, Fraction(2))])
    {'x': Fraction(2, 1)}
    >>> feasible([({"x": Fraction(1), "y": Fraction(1)}, Fraction(-2))]) is None
    True
    """
    order = {name: n for n, name in enumerate(dict.fromkeys(name for row, _ in equations for name in row))}
    tableau = []
    for row, total in equations:
        turned = -1 if total < 0 else 1
        tableau.append(({order[name]: turned * c for name, c in row.items() if c}, turned * total))
    basis: list[int | None] = [None] * len(tableau)  # None: what an equation still lacks
    for _ in range(_MOST_PIVOTS):
        lacking = [k for k, b in enumerate(basis) if b is None]
        gains: dict[int, Fraction] = {}
        for k in lacking:
            for j, c in tableau[k][0].items():
                gains[j] = gains.get(j, Fraction(0)) + c
        entering = min((j for j, gain in gains.items() if gain > 0), default=None)
        if entering is None:
            names = list(order)
            if any(tableau[k][1] for k in lacking):
                return None
            return {names[b]: tableau[k][1] for k, b in enumerate(basis) if b is not None and tableau[k][1]}
        ratios = [
            (total / row[entering], -1 if basis[k] is None else basis[k] or 0, k)
            for k, (row, total) in enumerate(tableau)
            if row.get(entering, 0) > 0
        ]
        _pivot(tableau, min(ratios)[2], entering)
        basis[min(ratios)[2]] = entering
    return None


def _pivot(tableau: list[tuple[dict[int, Fraction], Fraction]], at: int, entering: int) -> None:
    """Solve one equation for an unknown, and put that into the others."""
    row, total = tableau[at]
    by = row[entering]
    row, total = {j: c / by for j, c in row.items()}, total / by
    tableau[at] = row, total
    for k, (other, rest) in enumerate(tableau):
        if k != at and (c := other.get(entering)):
            left = {j: other.get(j, Fraction(0)) - c * row.get(j, Fraction(0)) for j in {*other, *row}}
            tableau[k] = {j: d for j, d in left.items() if d}, rest - c * total
