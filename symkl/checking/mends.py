"""A row with a bracket that was put in or taken out: whether every way to do so means the same."""

from __future__ import annotations

import symkl.language.terms as t
from symkl.checking.state import State
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.polynomials import Polynomial
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.language.proof import Row

AMBIGUOUS = "the bracket can be put in several places, and they do not all mean the same"


def all_mean_the_same(state: State, row: Row) -> bool:
    """Whether every way to mend a row's brackets gives expressions with the same normal forms."""
    nf = Normaliser(state.context, state.facts, 4 * state.document.budget)

    def forms(way: Row) -> list[Polynomial | tuple[t.Sense, Polynomial]]:
        return [
            (term.sense, nf.objective(term)) if isinstance(term, t.Optimiser) else nf(term)
            for clause in way.clauses
            for term in clause.terms
        ]

    try:
        first = forms(row)
        return all(forms(other) == first for other in row.others)
    except (Unsupported, BudgetExceeded, RecursionError):
        return False


def mended_notes(row: Row) -> tuple[str, ...]:
    """The notes of a row that was mended, the first one saying where and in how many ways it could be."""
    if not row.notes or row.trouble is None:
        return row.notes
    count = "both" if len(row.others) == 1 else f"all {len(row.others) + 1}"
    ways = f"; {count} ways to mend it mean the same" if row.others else ""
    mend = row.notes[0].replace(" in here", "")
    place = f"{row.trouble.line}:{row.trouble.column}"
    return (f"{place}: {row.trouble.message}; {mend}{ways}", *row.notes[1:])
