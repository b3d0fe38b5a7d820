"""What SymPy has no class for: KL, expectations, groups, policy gradients, optimisation over policies.

Each is an unevaluated function. ``doit()`` writes those that are sums out as sums, so that SymPy
can differentiate, expand and solve them.
"""

from __future__ import annotations

from typing import Any

import sympy as sp


class KL(sp.Function):
    """``KL(p, q, (y, 1, n))``: the sum over y of ``p log(p/q)``.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> y = sp.Symbol("y", integer=True, positive=True)
    >>> p, q = sp.IndexedBase("p", positive=True), sp.IndexedBase("q", positive=True)
    >>> KL(p[y], q[y], (y, 1, n)).doit()
    Sum(log(p[y]/q[y])*p[y], (y, 1, n))
    """

    def doit(self, **hints: Any) -> sp.Expr:
        """The sum it stands for."""
        p, q, limits = self.args
        return sp.Sum(p * sp.log(p / q), limits)


class Expectation(sp.Function):
    """``Expectation(weight, body, (y, 1, n), ...)``: the sum over y of ``weight * body``."""

    def doit(self, **hints: Any) -> sp.Expr:
        """The sum it stands for."""
        weight, body, *limits = self.args
        return sp.Sum(weight * body, *limits)


class Average(sp.Function):
    """``Average(f, (i, 1, n))``: the mean of f over a group, each member of it counted once."""

    def doit(self, **hints: Any) -> sp.Expr:
        """The sum over the size that it stands for."""
        body, limits = self.args
        return sp.Sum(body, limits) / limits[2]


class Deviation(sp.Function):
    """``Deviation(f, (i, 1, n))``: the standard deviation of a group, by its size and not by one less.

    >>> n, i = sp.symbols("n i", integer=True, positive=True)
    >>> Deviation(i, (i, 1, n)).doit().subs(n, 3).doit()
    sqrt(6)/3
    """

    def doit(self, **hints: Any) -> sp.Expr:
        """The root that it stands for."""
        body, limits = self.args
        mean = sp.Sum(body, limits) / limits[2]
        return sp.sqrt(sp.Sum((body - mean) ** 2, limits) / limits[2])


class Logistic(sp.Function):
    """``σ(u) = 1/(1 + exp(-u))``."""

    def doit(self, **hints: Any) -> sp.Expr:
        """The quotient it stands for."""
        return 1 / (1 + sp.exp(-self.args[0]))

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """``σ' = σ (1 - σ)``."""
        return self * (1 - self)


class Detached(sp.Function):
    """``sg(u)``: the value of u, of which no derivative is taken.

    >>> x = sp.Symbol("x")
    >>> sp.diff(x * Detached(x), x).doit()
    x
    """

    def doit(self, **hints: Any) -> sp.Expr:
        """What it is worth."""
        return self.args[0]

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """0."""
        return sp.S.Zero


class Clip(sp.Function):
    """``Clip(u, low, high)``: u, brought between two bounds.

    >>> Clip(sp.Integer(3), 0, 1).doit()
    1
    """

    def doit(self, **hints: Any) -> sp.Expr:
        """The minimum and maximum that it stands for."""
        u, low, high = self.args
        return sp.Min(sp.Max(u, low), high)


class Slope(sp.Function):
    """``Slope(f, x)``: the derivative of f by a symbol or by one entry ``π[j]`` of a policy, not worked out.

    SymPy's own ``Derivative`` is 0 as soon as f is a name; this one is what a page shows.
    """


class Score(sp.Function):
    """``Score(f)``: the gradient of f by the parameters of the policies that have some."""


class Maximum(sp.Function):
    """``Maximum(f, π)``: the largest value of f over all policies π, or over all functions."""


class Minimum(sp.Function):
    """``Minimum(f, π)``: the smallest value of f over all policies π, or over all functions."""


class ArgMax(sp.Function):
    """``ArgMax(f, π)``: the policy π at which f is largest."""


class ArgMin(sp.Function):
    """``ArgMin(f, π)``: the policy π at which f is smallest."""


def differentiate(f: sp.Expr, entry: sp.Indexed, size: sp.Symbol) -> sp.Expr:
    """The derivative of a symbolic sum by one entry of a policy, as SymPy finds it.

    SymPy turns ``d Sum_y f(π[y]) / d π[j]`` into a sum of Kronecker deltas, and that into a case
    distinction on ``1 <= j <= n``; here j is a response, so the case is known.

    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> y, j = sp.symbols("y j", integer=True, positive=True)
    >>> p = sp.IndexedBase("p", positive=True)
    >>> differentiate(sp.Sum(p[y] * sp.log(p[y]), (y, 1, n)), p[j], n)
    log(p[j]) + 1
    """
    (index, *_) = entry.indices
    found = sp.diff(f.doit() if not isinstance(f, sp.Sum) else f, entry).doit()
    return sp.refine(found, sp.And(sp.Le(1, index), sp.Le(index, size)))
