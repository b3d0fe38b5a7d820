r"""What sentences say of a symbol in passing: “we write $r'(x,y) = r(x,y) - \beta\log\pi_\theta(y|x)$ for it”.

Such a formula may hold for a case alone, so it gives nothing. But what it makes a symbol of, the symbol may move with:
who takes r' for free of θ proves gradients that are false.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from symkl.language.dependence import EVERYTHING
from symkl.language.patterns import pattern
from symkl.language.terms import Span
from symkl.meaning.giving import given_unread
from symkl.meaning.symbols import Declarations
from symkl.reading.latex import parse_row
from symkl.reading.mistakes import Unreadable
from symkl.reading.syntax import walk

_MOST = 1_000
"""So many formulas are looked at."""
_A_LAW = pattern(r"\\pi(?![a-zA-Z])|π")


def moved_by_words(
    known: Declarations, formulas: Iterable[str], settled: Container[str]
) -> Mapping[str, frozenset[str]]:
    r"""With what functions may move, by formulas of sentences, whatever the sentences say; but those that are settled.

    ::

        r'(x,y) = r(x,y) - β log π_θ(y|x)     with everything: a policy stands in it
        r'(x,y) = r(x,y) / τ                  with τ

    >>> moved_by_words(Declarations(), [r"r'(x,y) = r(x,y) - \log\pi_\theta(y|x)"], ())
    {"r'": frozenset({'?'})}
    """
    found: dict[str, frozenset[str]] = {}
    for formula in list(dict.fromkeys(formulas))[:_MOST]:
        name = given_unread(formula)
        if not name or name in settled or known.kind(name) in ("distribution", "variable", "scalar", "partition"):
            continue
        found[name] = found.get(name, frozenset()) | _inside(known, formula) - {name}
    return {name: by for name, by in found.items() if by}


def _inside(known: Declarations, formula: str) -> frozenset[str]:
    try:
        clauses = parse_row(formula, Span(0, len(formula))).clauses
    except Unreadable:
        return frozenset({EVERYTHING}) if _A_LAW.search(formula) else frozenset()
    inside = [n for clause in clauses for side in clause.expressions[1:] for n in walk(side)]
    names = {n.value for n in inside if n.kind in ("symbol", "token")}
    laws = any(known.kind(name) == "distribution" and not known.is_reference(name) for name in names)
    scalars = frozenset(name for name in names if known.kind(name) == "scalar")
    return scalars | {EVERYTHING} if laws else scalars
