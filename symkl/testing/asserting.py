"""Assertions on formulas and documents: where one fails, its message is the report."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from symkl.beside import loader
from symkl.checking.alone import check_formula
from symkl.checking.document import check_text
from symkl.checking.report import Overall, Report, Status
from symkl.checking.state import BUDGET
from symkl.reporting.terminal import Look, render


def assert_proved(
    formula: str, *, assume: Sequence[str] = (), context: Sequence[str] = (), budget: int = BUDGET
) -> None:
    r"""A formula in LaTeX is proved, with others taken as given. Raises: AssertionError, NoFormula.

    >>> assert_proved(r"\log e^{r(x,y)} = r(x,y)")
    """
    report = check_formula(formula, assume=assume, context=context, budget=budget)
    if report.verdict is not Overall.PROVED or report.disagreements:
        raise AssertionError(f"not proved: {formula}\n{said(report)}")


def assert_refuted(
    formula: str, *, assume: Sequence[str] = (), context: Sequence[str] = (), budget: int = BUDGET
) -> None:
    r"""A formula in LaTeX is refuted: there is a counterexample. Raises: AssertionError, NoFormula.

    What is unknown or unreadable is not refuted.

    >>> assert_refuted(r"\log e^{r(x,y)} = 2 r(x,y)")
    """
    report = check_formula(formula, assume=assume, context=context, budget=budget)
    last = report.lines[-1].status if report.lines else None
    if last is not Status.REFUTED or report.disagreements:
        raise AssertionError(f"not refuted: {formula}\n{said(report)}")


def assert_document(path: str | os.PathLike[str], *, claim: str | None = None, context: Sequence[str] = ()) -> None:
    """A document is proved to its end, and reaches its claim. Raises: AssertionError, OSError, UnicodeDecodeError."""
    file = os.fspath(path)
    text = Path(file).read_text("utf-8-sig")
    report = check_text(text, file, claim=claim, load=loader(file), context=context)
    if report.verdict is not Overall.PROVED or report.disagreements:
        raise AssertionError(f"not proved: {file}\n{said(report)}")


def said(report: Report, width: int = 100) -> str:
    """A report as a failing test shows it."""
    return render(report, Look(width), quiet=True).plain
