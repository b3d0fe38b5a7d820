"""The page a derivation is written on: symbols declared, then steps, each with its reason.

A step takes ordinary SymPy expressions and remembers the line it was written in. It decides
nothing: the finished :class:`~symkl.derivations.derivation.Derivation` is checked by the kernel.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import sympy as sp

import symkl.language.terms as t
from symkl.derivations.derivation import PARTS, Derivation, Evidence, Kind, Step, Symbol, of_statement
from symkl.derivations.notebook import NotebookDerivation
from symkl.language.terms import Relation, Statement
from symkl.language.writing import Formula, formula
from symkl.meaning.symbols import usual_role
from symkl.sympy import translating
from symkl.sympy.evidence import evidence
from symkl.sympy.translating import Vocabulary, from_sympy

_RELATIONS = {
    "=": Relation.EQUAL,
    "<=": Relation.LESS_EQUAL,
    "≤": Relation.LESS_EQUAL,
    ">=": Relation.GREATER_EQUAL,
    "≥": Relation.GREATER_EQUAL,
    "<": Relation.LESS,
    ">": Relation.GREATER,
    "∝": Relation.PROPORTIONAL,
    "≡": Relation.EQUIVALENT,
}


class Page:
    """A derivation being written.

    ``title`` and ``states`` (the result, in a sentence of plain words) head it; the module's own
    docstring is its introduction, ``sources`` are papers and theorems.

    >>> page = Page("Gibbs' inequality", states="A KL divergence is never negative.")
    >>> (y,) = page.outcomes("y")
    >>> p, q = page.distribution("p", y), page.distribution("q", y)
    >>> page.step(page.kl(p, q, y), ">=", 0, "KL is a mean of t - 1 - log t.", theorem="gibbs")
    0
    >>> page.derivation().report.verdict.value
    'proved'
    """

    def __init__(self, title: str, *, states: str, sources: Sequence[str] = ()) -> None:
        frame = _caller()
        self._file = frame.f_code.co_filename
        self._text = inspect.cleandoc(frame.f_globals.get("__doc__") or "")
        self._title, self._states, self._sources = title, states, tuple(sources)
        self._vocabulary = Vocabulary()
        self._symbols: dict[str, Symbol] = {}
        self._definitions: dict[str, t.Definition] = {}
        self._parametrised: frozenset[str] = frozenset()
        self._steps: list[Step] = []
        self._last: sp.Basic | None = None
        self._declared: set[str] = set()

    # -- symbols -------------------------------------------------------------------------

    def outcomes(self, names: str) -> tuple[sp.Symbol, ...]:
        """Indices that run over one finite alphabet, called after the first of them: ``"y z j"``."""
        first, *_ = separate = names.split()
        made = {translating.index(name): t.Variable(name, first) for name in separate}
        self._vocabulary = replace(
            self._vocabulary,
            variables={**self._vocabulary.variables, **made},
            sizes={**self._vocabulary.sizes, first: translating.size(first)},
        )
        return tuple(made)

    def size(self, index: sp.Symbol) -> sp.Symbol:
        """How many letters the alphabet of an index has."""
        return self._vocabulary.sizes[self._vocabulary.variables[index].sort]

    def limits(self, index: sp.Symbol) -> tuple[sp.Symbol, int, sp.Symbol]:
        """``(y, 1, n)``: an index over all of its alphabet, as ``sympy.Sum`` wants it."""
        return index, 1, self.size(index)

    def sum(self, body: sp.Expr, *indices: sp.Symbol) -> sp.Expr:
        """The sum of ``body`` over the alphabets of ``indices``, the first of them innermost."""
        return sp.Sum(body, *map(self.limits, indices))

    def kl(self, p: sp.Expr | sp.IndexedBase, q: sp.Expr | sp.IndexedBase, index: sp.Symbol) -> sp.Expr:
        """``KL(p ‖ q)`` over the alphabet of ``index``; p and q as names or as functions of it."""
        sides = (side[index] if isinstance(side, sp.IndexedBase) else side for side in (p, q))
        return _language().KL(*sides, self.limits(index))

    def mean(self, weight: sp.Expr | sp.IndexedBase, body: sp.Expr, index: sp.Symbol) -> sp.Expr:
        """``E_{y ~ weight}[body]``."""
        weight = weight[index] if isinstance(weight, sp.IndexedBase) else weight
        return _language().Expectation(weight, body, self.limits(index))

    def average(self, body: sp.Expr, index: sp.Symbol) -> sp.Expr:
        """The mean of ``body`` over a group, each member of it counted once."""
        return _language().Average(body, self.limits(index))

    def deviation(self, body: sp.Expr, index: sp.Symbol) -> sp.Expr:
        """The standard deviation of ``body`` over a group."""
        return _language().Deviation(body, self.limits(index))

    def differentiate(self, f: sp.Expr, by: sp.Expr) -> sp.Expr:
        """The derivative of f by a symbol or one entry of a policy, found by SymPy."""
        if not isinstance(by, sp.Indexed):
            return sp.diff(f.doit(), by)
        return _language().differentiate(f.doit(), by, self.size(by.indices[0]))

    def distribution(
        self, name: str, *over: sp.Symbol, given: Sequence[sp.Symbol] = (), meaning: str = "", parameters: bool = False
    ) -> sp.IndexedBase:
        """A distribution over outcomes, positive and summing to 1: ``π[y]``, or ``π[y, x]`` given x.

        ``parameters``: it is the policy that ``Score`` differentiates.
        """
        self._vocabulary = replace(self._vocabulary, outcomes={**self._vocabulary.outcomes, name: len(over)})
        if parameters:
            self._parametrised |= {name}
        found = translating.base(name, positive=True)
        self._declare(found[(*over, *given)], name, meaning or "a distribution, positive everywhere")
        return found

    def function(self, name: str, *of: sp.Symbol, positive: bool = False, meaning: str = "") -> sp.IndexedBase:
        """A real function of indices: ``r[y]``."""
        self._positive(name, positive)
        found = translating.base(name, positive=positive)
        self._declare(found[of], name, meaning or ("a positive function" if positive else "a real function"))
        return found

    def positive(self, name: str, meaning: str = "") -> sp.Symbol:
        """A scalar > 0, as a temperature is."""
        self._positive(name, True)
        found = translating.scalar(name, positive=True)
        self._declare(found, name, meaning or "a number > 0")
        return found

    def real(self, name: str, meaning: str = "") -> sp.Symbol:
        """A real scalar, as a multiplier is."""
        found = translating.scalar(name, positive=False)
        self._declare(found, name, meaning or "a real number")
        return found

    def _positive(self, name: str, positive: bool) -> None:
        if positive:
            self._vocabulary = replace(self._vocabulary, positive=self._vocabulary.positive | {name})

    def _declare(self, expression: sp.Expr, name: str, meaning: str) -> None:
        if name in self._declared:
            raise ValueError(f"{name} is declared already: one name stands for one thing on a page")
        self._declared.add(name)
        self._symbols[name] = Symbol(formula(from_sympy(expression, self._vocabulary)), meaning)

    # -- steps ---------------------------------------------------------------------------

    def define(self, head: sp.Expr, body: sp.Expr, why: str) -> sp.Expr:
        """``head := body``, for all values of the indices of ``head``; returns ``head``."""
        left, right = self._term(head), self._term(body)
        if not isinstance(left, t.Apply | t.Scalar):
            raise TypeError(f"{head} cannot be defined: write a symbol, or a function at its indices")
        if left.symbol in self._definitions:
            raise ValueError(f"{left.symbol} is defined already: one name stands for one thing on a page")
        parameters = (*left.outcomes, *left.given) if isinstance(left, t.Apply) else ()
        self._definitions[left.symbol] = t.Definition(left.symbol, parameters, right)
        self._symbols.pop(left.symbol, None)  # what is defined on the page needs no line of its own above it
        self._add(Kind.DEFINED, left, ":=", right, why)
        return head

    def given(self, left: sp.Expr, relation: str, right: sp.Expr, why: str) -> None:
        """A hypothesis: an inequality, or an equation that can be solved for a symbol."""
        self._add(Kind.GIVEN, self._term(left), relation, self._term(right), why)

    def condition(self, slope: sp.Expr, policy: sp.IndexedBase, why: str) -> None:
        """``slope = 0``, the first-order condition that determines a policy."""
        self._add(Kind.CONDITION, self._term(slope), "=", self._term(sp.S.Zero), why, about=str(policy.args[0]))

    def step(self, left: sp.Expr, relation: str, right: Any, why: str, *, theorem: str | None = None) -> sp.Expr:
        """``left relation right``, to be proved by the kernel; returns ``right``."""
        right = sp.sympify(right) if isinstance(right, int) else right
        self._add(Kind.STEP, self._term(left), relation, self._term(right), why, theorem=theorem)
        self._last = right
        return right

    def then(self, relation: str, right: Any, why: str, *, theorem: str | None = None) -> sp.Expr:
        """The next step of a chain: its left side is where the last step ended; returns ``right``."""
        if self._last is None:
            raise ValueError("then: no step stands right before it; write step(left, relation, right, why)")
        left, right = self._last, sp.sympify(right) if isinstance(right, int) else right
        self._add(Kind.STEP, self._term(left), relation, self._term(right), why, theorem=theorem, goes_on=True)
        self._last = right
        return right

    def fails(self, left: sp.Expr, relation: str, right: Any, why: str) -> None:
        """What is false in general, to be refuted with a certified counterexample."""
        right = sp.sympify(right) if isinstance(right, int) else right
        self._add(Kind.FALSE, self._term(left), relation, self._term(right), why)

    def carried(
        self, left: sp.Expr, right: sp.Expr, why: str, *, by: str, at: Sequence[Mapping[sp.Symbol, Any]]
    ) -> sp.Expr:  # fmt: skip
        """``left = right`` outside the kernel's language, found by SymPy (``by`` says how), assumed on evidence.

        ``at``: points at which both sides are computed to 50 digits, each in its own way.
        """
        shown, agrees = evidence(left, right, at)
        self._last = None
        sides = (Formula(_text(side), sp.latex(side)) for side in (left, right))
        a, b = sides
        found = f"{by} (50 digits agree at {len(shown)} point{'s' if len(shown) != 1 else ''})"
        self._steps.append(
            Step(Kind.CARRIED, a, "=", b, why, _line(self._file), evidence=shown, agrees=agrees, found_by=found)
        )  # fmt: skip
        return right

    def derivation(self) -> Derivation:
        """The finished page."""
        statements = [step.statement for step in self._steps if step.statement is not None]
        names = sorted({name for each in statements for name in t.symbols(each.left) | t.symbols(each.right)})
        roles = {name: role for name in names if (role := usual_role(name)) is not None}
        context = t.Context(self._vocabulary.positive, dict(self._definitions), self._parametrised, roles)
        return NotebookDerivation(
            Path(self._file).stem,
            self._title,
            self._states,
            self._text,
            tuple(self._symbols.values()),
            context,
            tuple(self._steps),
            self._sources,
            self._file,
            PARTS,
        )

    def _term(self, expression: sp.Basic) -> t.Term:
        return from_sympy(sp.sympify(expression) if isinstance(expression, int) else expression, self._vocabulary)

    def _add(self, kind: Kind, left: t.Term, relation: str, right: t.Term, why: str, *, theorem: str | None = None,
             goes_on: bool = False, about: str = "", evidence: tuple[Evidence, ...] = ()) -> None:  # fmt: skip
        if relation not in _RELATIONS and kind is not Kind.DEFINED:
            raise ValueError(f"relation: found {relation!r}, expected one of {' '.join(_RELATIONS)}")
        statement = Statement(left, _RELATIONS.get(relation, Relation.DEFINED), right)
        a, sign, b = of_statement(statement)
        self._last = None  # only a step is gone on from, and only by what comes right after it
        self._steps.append(Step(kind, a, sign, b, why, _line(self._file), statement, theorem, goes_on, about, evidence))


def _language() -> Any:
    from symkl.sympy import language

    return language


def _caller() -> FrameType:
    """The frame outside this file that called into it."""
    frame = sys._getframe()
    while frame.f_code.co_filename == __file__ and frame.f_back is not None:
        frame = frame.f_back
    return frame


def _line(file: str) -> int:
    """The line of the page's own module that is being run."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code.co_filename != file:
        frame = frame.f_back
    return frame.f_lineno if frame is not None else 0


def _text(expression: sp.Basic) -> str:
    """A carried side in one line: ``Σ_(k=0)^∞ x^k``, ``∫_0^1 exp(u) du``."""
    if isinstance(expression, sp.Sum | sp.Integral) and len(expression.limits) == 1 and len(expression.limits[0]) == 3:
        body, (by, low, high) = _text(expression.function), expression.limits[0]
        body = f"({body})" if isinstance(expression.function, sp.Add) else body
        if isinstance(expression, sp.Sum):
            return f"Σ_({by}={_text(low)})^{_text(high)} {body}"
        return f"∫_{_text(low)}^{_text(high)} {body} d{by}"
    return str(sp.sstr(expression)).replace("**", "^").replace("*", " ").replace("oo", "∞").replace(" - ", " − ")
