"""To SymPy and back, and the page that derivations are written on.

A derivation is found with SymPy and checked by the kernel::

    from symkl.sympy import Page

    page = Page("Gibbs' inequality", states="A KL divergence is never negative.")
    (y,) = page.outcomes("y")
    p, q = page.distribution("p", y), page.distribution("q", y)
    page.step(page.kl(p, q, y), ">=", 0, "KL is a mean of t - 1 - log t.")
    derivation = page.derivation()

``language`` has what SymPy lacks, ``translating`` the two translations, ``page`` the page and
``evidence`` the numbers beside what only SymPy can say.
"""

from symkl.sympy.language import (
    KL,
    ArgMax,
    ArgMin,
    Average,
    Clip,
    Detached,
    Deviation,
    Expectation,
    Logistic,
    Maximum,
    Minimum,
    Score,
    Slope,
)
from symkl.sympy.page import Page
from symkl.sympy.translating import Untranslatable, Vocabulary, from_sympy, to_sympy

__all__ = [
    "KL",
    "ArgMax",
    "ArgMin",
    "Average",
    "Clip",
    "Detached",
    "Deviation",
    "Expectation",
    "Logistic",
    "Maximum",
    "Minimum",
    "Page",
    "Score",
    "Slope",
    "Untranslatable",
    "Vocabulary",
    "from_sympy",
    "to_sympy",
]
