r"""The conditions that a sentence puts on the display behind it: “If $\pi = \mu$, then”, “For $\beta = 1$ we get”.

They hold for that display alone, as a condition does that stands in its row.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import NamedTuple

from symkl.language.patterns import pattern

_INLINE = pattern(r"(?<![\\$])\$(?![$`\s])([^$\n]+)(?<![\s\\])\$(?![$\d])|\\\((.+?)\\\)", re.DOTALL)
_ENDS = pattern(r"(?<=[.!?])\s+(?=[^a-z])|\n\s*\n|\n(?=[ \t]*(?:[-*+]|\d{1,2}[.)])[ \t])")
_RELATES = pattern(r"[<>=≤≥]|\\(?:[lg]eq?|[lg]eqslant|neq?|equiv)(?![A-Za-z])")
_RANGES = pattern(r"\\[lc]?dots|\.\.\.|…")
"""In what says of an index how far it goes."""

_WORD = pattern(r"[^\W\d_]+(?:['’][^\W\d_]+)*")

_GOES_ON = (
    r"(?:(?:and|but|so|now|then|thus|hence|indeed|moreover|also|finally|first|second|again|however|similarly|instead"
    r"|we|let\s+us|here|in\s+particular|on\s+the\s+other\s+hand)\b\W*)*"
)
_SUPPOSES = pattern(
    rf"\W*{_GOES_ON}(?:if|when(?:ever)?|suppos(?:e|ing)|assum(?:e|ing)|provided|for|at|in\s+the\s+(?:special\s+)?case)\b",
    re.IGNORECASE,
)
_ORDERS = pattern(rf"\W*{_GOES_ON}(?:suppose|assume)\b", re.IGNORECASE)

_OTHERWISE = frozenset(
    [
        "not", "never", "no", "cannot", "unless", "whether", "only", "iff", "equality", "would", "were", "could",
        "might", "may", "show", "prove", "claim", "check", "want", "wants", "wrong", "false", "fails", "or",
        "either", "why", "example", "least", "until", "unlike", "some", "others", "looks", "because", "since", "recall",
    ]
)  # fmt: skip
"""Words by which a sentence is no condition of what is shown behind it, or none that is its formula alone."""

_DRAWS = frozenset(
    [
        "then", "we", "have", "get", "obtain", "find", "see", "so", "hence", "thus", "therefore", "that",
        "in", "this", "case", "it", "follows", "gives", "yields", "and", "is", "the", "one",
        "has", "also", "now", "indeed", "clearly", "of", "course", "by", "definition", "consequently", "immediately",
    ]
)  # fmt: skip
"""Words of a sentence that says nothing but that a display follows from what stands before."""


class Condition(NamedTuple):
    """A formula that is a condition, and where it starts in its text."""

    formula: str
    start: int


def conditions(prose: str) -> tuple[Condition, ...]:
    r"""The conditions on the display behind some prose.

    >>> conditions(r"A remark. If $\pi = \mu$, then")
    (Condition(formula='\\pi = \\mu', start=14),)
    >>> [each.formula for each in conditions(r"Suppose that $r = 0$. Then we have")]
    ['r = 0']
    >>> conditions(r"If $\pi = \mu$, all is well. It is also known that"), conditions(r"with equality only if $p = q$:")
    ((), ())
    """
    if "$" not in prose and "\\(" not in prose:
        return ()
    plain = _INLINE.sub(lambda found: "\0" * len(found.group()), prose)
    ends = [0, *(found.end() for found in _ENDS.finditer(plain)), len(plain)]
    sentences = [(start, end) for start, end in pairwise(ends) if plain[start:end].strip()]
    if not sentences or plain.rstrip()[-1:] in (".", "!", "?"):
        return ()
    start, end = sentences.pop()
    if _draws(plain[start:end]) and sentences:
        start, end = sentences.pop()
        if _ORDERS.match(plain, start, end) is None:
            return ()
    words = {word.lower() for word in _WORD.findall(plain, start, end)}
    if _SUPPOSES.match(plain, start, end) is None or not _OTHERWISE.isdisjoint(words):
        return ()
    inside = (found for found in _INLINE.finditer(prose, start, end))
    found = [(each[1] or each[2], each.start(1) if each[1] else each.start(2)) for each in inside]
    return tuple(
        Condition(formula, at) for formula, at in found if _RELATES.search(formula) and not _RANGES.search(formula)
    )


def goes_on(prose: str) -> bool:
    """Whether prose between two displays says no more than that the second follows.

    >>> goes_on(", and hence"), goes_on(""), goes_on("Now for something else:")
    (True, True, False)
    """
    return _draws(_INLINE.sub("\0", prose))


def _draws(sentence: str) -> bool:
    return "\0" not in sentence and {word.lower() for word in _WORD.findall(sentence)} <= _DRAWS
