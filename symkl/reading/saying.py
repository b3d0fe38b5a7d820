r"""What prose states in inline formulas: “From here on $\beta = 1$.”

A sentence that only supposes, denies or concludes states nothing that rows could rest on.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from symkl.language.patterns import pattern

_CODE = pattern(r"<!--.*?-->|`[^`]*`|\$\$.*?\$\$|\\\[.*?\\\]|\\begin\{.*?\\end\{[^{}]*\}", re.DOTALL)
_INLINE = pattern(r"(?<![\\$])\$(?![$`\s])([^$\n]+)(?<![\s\\])\$(?![$\d])|\\\((.+?)\\\)", re.DOTALL)
_STATES = pattern(r":?=|[<>≤≥∝]|\\(?:[lg]eq?|[lg]eqslant|propto|coloneqq|triangleq)(?![A-Za-z])")
_WORD = pattern(r"[^\W\d_]+(?:['’][^\W\d_]+)*")

_ENDS = re.compile(r"(?<=[.!?;:])\s+|\n\s*\n|\n(?=[ \t]*(?:[-*+]|\d{1,2}[.)])[ \t])")
"""Where a sentence ends: at its full stop, its paragraph, or its item of a list."""

_OTHERWISE = frozenset(
    [
        "if", "when", "whenever", "unless", "whether", "suppose", "supposing", "assuming", "not", "never", "no",
        "cannot", "would", "should", "could", "might", "may", "want", "wants", "show", "prove", "claim", "check",
        "example", "say", "for", "at", "until", "only", "so", "hence", "thus", "therefore", "then", "gives", "get",
        "obtain", "implies",
        "since", "because", "recall", "note", "wrong", "false", "fails", "or", "either", "instead", "case", "equality",
        "unlike", "some", "others", "other", "often", "usually", "commonly", "sometimes", "mistake", "mistakenly",
        "authors", "students", "people", "many", "whereas", "while", "although", "but", "least", "best",
    ]
)  # fmt: skip
"""Words by which a sentence says something else than that what it states holds from here on."""


class Spoken(NamedTuple):
    """The inline formulas of some prose, as LaTeX: those by which it states something, and all with a relation.

    ``explaining``: of the first, those behind “where”, which are about the display before.
    """

    stated: tuple[str, ...] = ()
    every: tuple[str, ...] = ()
    explaining: frozenset[str] = frozenset()


def spoken(prose: str) -> Spoken:
    r"""The inline formulas of some prose.

    >>> spoken(r"From here on $\beta = 1$. If $p = q$, all is well.")
    Spoken(stated=('\\beta = 1',), every=('\\beta = 1', 'p = q'), explaining=frozenset())
    >>> spoken("where $w = p/q$ is the ratio").explaining
    frozenset({'w = p/q'})
    """
    if "$" not in prose and "\\(" not in prose:
        return Spoken()
    formulas: list[str] = []

    def masked(found: re.Match[str]) -> str:
        formulas.append((found[1] or found[2]).strip())
        return f" \0{len(formulas) - 1}\0 "

    text = _INLINE.sub(masked, _CODE.sub(" ", prose))
    out: list[str] = []
    explaining: set[str] = set()
    for sentence in _ENDS.split(text):
        words = [word.lower() for word in _WORD.findall(sentence)]
        if _OTHERWISE.isdisjoint(words):
            inside = [formulas[int(number)] for number in re.findall("\0(\\d+)\0", sentence)]
            found = [formula for formula in inside if _STATES.search(formula)]
            out += found
            explaining |= set(found) if words[:1] in (["where"], ["with"], ["here"]) else set()
    every = tuple(formula for formula in formulas if _STATES.search(formula))
    return Spoken(tuple(out), every, frozenset(explaining))
