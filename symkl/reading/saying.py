r"""What prose states in inline formulas: “From here on $\beta = 1$.”

A sentence that only supposes, denies or concludes states nothing that rows could rest on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from symkl.language.patterns import pattern
from symkl.reading.inline import INLINE

_CODE = pattern(r"<!--.*?-->|`[^`]*`|\$\$.*?\$\$|\\\[.*?\\\]|\\begin\{.*?\\end\{[^{}]*\}", re.DOTALL)
_STATES = pattern(r":?=|[<>≤≥∝]|\\(?:[lg]eq?|[lg]eqslant|propto|coloneqq|triangleq)(?![A-Za-z])")
_PLACES = pattern(r"\\(?:sim|in)(?![A-Za-z])|[∼∈]")
_WORD = pattern(r"[^\W\d_]+(?:['’][^\W\d_]+)*")

SENTENCE_ENDS = re.compile(r"(?<=[.!?;:])\s+|\n\s*\n|\n(?=[ \t]*(?:[-*+]|\d{1,2}[.)])[ \t])")
"""Where a sentence ends: at its full stop, its paragraph, or its item of a list."""

_OTHERWISE = frozenset(
    [
        "if", "when", "whenever", "unless", "whether", "suppose", "supposing", "assuming", "not", "never", "no",
        "cannot", "would", "should", "could", "might", "may", "want", "wants", "show", "prove", "claim", "check",
        "example", "say", "for", "at", "until", "only", "so", "hence", "thus", "therefore", "then", "gives", "get",
        "obtain", "implies",
        "since", "because", "provided", "given", "long", "recall", "note", "wrong", "false", "fails", "or", "either",
        "instead", "case", "equality",
        "unlike", "some", "others", "other", "often", "usually", "commonly", "sometimes", "mistake", "mistakenly",
        "authors", "students", "people", "many", "whereas", "while", "although", "but", "least", "best",
    ]
)  # fmt: skip
"""Words by which a sentence says something else than that what it states holds from here on."""


_ANY = frozenset(
    ["any", "arbitrary", "whatever", "general", "generic", "every", "unknown", "free", "another", "different"]
)
"""Words by which a sentence says that a symbol is not this or that one."""

_SAYS_ANY = pattern(rf"\b(?:{'|'.join(sorted(_ANY))})\b", re.IGNORECASE)

_SMALL = r"(?:now|here|also|next|first|finally|again|and|throughout|below|above|let|us|we|i)"
_IS_SOME = pattern(r"\0(\d+)\0\s+(?:is|be|denotes)\s+(?:an?|some|constant|fixed)\b", re.IGNORECASE)
_ANY_SUCH = (
    pattern(
        r"\b(?:any|arbitrary|all|every|each|generic|general|whatever)\s+(?:[^\W\d_]+\s+){0,3}?"
        r"(\0\d+\0(?:\s*(?:,\s*and\b|,|and\b)\s*\0\d+\0)*)",
        re.IGNORECASE,
    ),
    pattern(
        r"(\0\d+\0)\s+(?:now\s+)?(?:be|is|denotes?)\s+(?:now\s+)?(?:an?\s+)?(?:any|arbitrary|generic|free)\b",
        re.IGNORECASE,
    ),
)
"""How a sentence calls a symbol any."""

_ALSO = r"(?:,\s*and\b|,|and\b)(?:\s+(?:the|an?|our|its)(?:\s+[\w-]+){1,3})?"  # and the margin
_FORMULAS = rf"\0\d+\0(?:\s*{_ALSO}\s*\0\d+\0)*"
_WRITES = pattern(r"\s*(?:we\s+)?write\b", re.IGNORECASE)
_STANDS_FOR = pattern(
    r"(\0\d+\0)\s+for(?=\s+(?:the|our|its)\s+(?:[\w-]+\s+){0,2}"
    r"(?:weight|ratio|reward|score|gap|margin|advantage|difference|odds|estimator|loss|objective|penalty)\s*[.,;:]?\s*\Z)",
    re.IGNORECASE,
)
"""How a sentence calls one quantity by a symbol: “Write $u = ...$ for the weight”. That “for” is no condition."""
_GIVES = pattern(
    # Let $b = ...$; we write $b = ...$; where the score $b = ...$; the score is $b = ...$
    rf"\s*(?:[-*+]\s|\d+[.)]\s)?\W{{0,4}}(?:{_SMALL}\W+)*"
    rf"(?:(?:let|define|set|denote|write|put|take|call|introduce|consider|use|where|with|here)\b(?:\s+(?:the|a|an|our|its|by|as)"
    rf"(?:\s+\w+){{0,3}}?)?|(?:the|our|its|this)(?:\s+[\w-]+){{1,4}}?\s+(?:is|are|be|by)|)\s*{_FORMULAS}"
    # ... be the score; ... is the score; ...: the score, $k_1 = ...$ and $k_2 = ...$
    r"(?:\s*[,:]?\s*(?:(?:be|is|are|denotes?|for|as)\s+)?(?:the|an?|our|its)\s+(?P<what>\w+(?:[\s-]+\w+){0,5})"
    rf"(?:\s*(?:,\s*and\b|,|and\b)\s*{_FORMULAS})?|\s*,?\s*(?:is|be))?"
    # ..., and the objective
    r"(?:\s*,?\s*and\s+(?:the|our|its|this)(?:\s+\w+){0,2}?\s+"
    r"(?:objective|surrogate|loss|problem|reward|gradient|value|advantage|estimator|update|penalty|bound|policy|optimum|solution)"
    r"(?:\s+(?:is|becomes|reads))?)?"
    r"\s*[.,;:]?\s*\Z",
    re.IGNORECASE,
)
_DRAWN = frozenset(["so", "hence", "thus", "therefore", "then", "gives", "get", "obtain", "implies", "given"])
"""Words by which a sentence says that a display follows from what it says."""
_NAMES = pattern(
    # With $h = ...$ this is; Setting $u = ...$, we get
    rf"\s*(?:[-*+]\s|\d+[.)]\s)?\W{{0,4}}(?:{_SMALL}\W+)*"
    rf"(?:with|setting|writing|putting|denoting|defining|letting|abbreviating|using)\b(?:\s+\w+){{0,4}}?"
    rf"\s*(?P<formulas>{_FORMULAS})\s*,?\s*(?:\Z|(?:this|that|we|the|it|one|so|then|hence|thus|therefore)\b[^\0]*\Z)",
    re.IGNORECASE,
)
"""How a sentence names something on the way to a display: by the formula as it stands, and not by it clipped."""
_NAMES_LAST = pattern(rf"[,;(]\s*(?:with|where)\s+(?P<formulas>{_FORMULAS})\s*\)?\s*[.:,;]?\s*\Z", re.IGNORECASE)
"""How it does so at its end: “Plugging in, the loss becomes, with $h = ...$:”."""
_LETS = pattern(r"\s*,?\s*\band\s+(?=(?:let|define|write|denote|set|put)\s+\0)", re.IGNORECASE)
"""How a sentence goes on to give something: “For a prompt draw some responses and let $b = ...$”."""
_APPOSED = pattern(
    r"\s*(?:[-*+]\s|\d+[.)]\s)?\W{0,4}(?:so\s+)?(?:the|our|its|this)(?P<noun>(?:\s+[\w-]+){1,4}?)\s*"
    rf"(?P<formulas>{_FORMULAS})\s+(?:is|has|are|have)\b[^\0]*\Z",
    re.IGNORECASE,
)
"""How it names what it says something of: “The estimator $g = ...$ is unbiased”."""
_NO_NAMES = frozenset(
    [
        "equation", "equality", "identity", "inequality", "condition", "case", "claim", "choice", "assumption", "limit",
        "constraint", "bound", "relation", "requirement", "hypothesis", "statement", "formula", "point", "special",
    ]
)  # fmt: skip
"""Nouns of what a formula is that gives nothing."""
_ANYWHERE = frozenset(["for", "at", "so", "only", "recall", "note", "since", "because", "best"])
"""Words before such an end that say nothing of it."""
_CHANGES = frozenset(
    [
        "after", "before", "except", "approximately", "roughly", "up", "plus", "minus", "times", "initially", "clipped",
        "rounded", "normalised", "normalized", "whitened", "scaled", "shifted", "noise", "noisy", "almost", "limit",
        "modulo", "per", "without",
    ]
)  # fmt: skip
"""Words by which what a formula is said to be is not all that it is."""

"""How a sentence gives a symbol, all of it."""


class Spoken(NamedTuple):
    """The inline formulas of some prose, as LaTeX: those by which it states something, and all with a relation.

    ``giving``: of the first, those that a sentence gives in so many words; ``explaining``: those behind “where”, which
    are about the display before. ``naming``: those that give something if its symbol is new there, and suppose
    something if it is not. ``loose``: what sentences that call something any have in them, by its formula or its
    letter; ``any_such``: what they do call any. ``drawn``: all that say how something is drawn, or where it is.
    ``here``: what a sentence gives from which the next draws something: “Let $b = ...$. Then”.
    """

    stated: tuple[str, ...] = ()
    every: tuple[str, ...] = ()
    giving: frozenset[str] = frozenset()
    explaining: frozenset[str] = frozenset()
    naming: frozenset[str] = frozenset()
    loose: frozenset[str] = frozenset()
    any_such: frozenset[str] = frozenset()
    drawn: tuple[str, ...] = ()
    here: frozenset[str] = frozenset()


def _sentences(text: str) -> Iterator[str]:
    """The sentences of prose, and behind “and let” what one goes on to give, unless it is about a case."""
    for sentence in SENTENCE_ENDS.split(text):
        first, *more = _LETS.split(sentence)
        if more and (_OTHERWISE - {"for", "at"}).isdisjoint(word.lower() for word in _WORD.findall(first)):
            yield from (first, *more)
        else:
            yield sentence


def spoken(prose: str) -> Spoken:
    r"""The inline formulas of some prose.

    >>> spoken(r"From here on $\beta = 1$. If $p = q$, all is well.")[:2]
    (('\\beta = 1',), ('\\beta = 1', 'p = q'))
    >>> spoken("where $w = p/q$ is the ratio").explaining
    frozenset({'w = p/q'})
    >>> spoken("With $w = p/q$ we get").naming
    frozenset({'w = p/q'})
    >>> spoken("Let $w = p/q$ be the ratio. We let b be any function.")[2:6:3]
    (frozenset({'w = p/q'}), frozenset({'b'}))
    """
    if "$" not in prose and "\\(" not in prose and _SAYS_ANY.search(prose) is None:
        return Spoken()
    formulas: list[str] = []

    def masked(found: re.Match[str]) -> str:
        formulas.append((found[1] or found[2]).strip())
        return f" \0{len(formulas) - 1}\0 "

    text = INLINE.sub(masked, _CODE.sub(" ", prose))
    stated: list[str] = []
    giving, explaining, naming, loose, any_such = set[str](), set[str](), set[str](), set[str](), set[str]()
    here, before = set[str](), list[str]()
    goes_on = False  # whether what stands before its colon says something else
    for sentence in _sentences(text):
        sentence = _STANDS_FOR.sub(r"\1 as", sentence) if _WRITES.match(sentence) else sentence
        words = [word.lower() for word in _WORD.findall(sentence)]
        inside = [formulas[int(number)] for number in re.findall("\0(\\d+)\0", sentence)]
        if not _ANY.isdisjoint(words):
            loose |= {*inside, *(word for word in _WORD.findall(sentence) if len(word) == 1)}
        loose |= {formulas[int(each)] for each in _IS_SOME.findall(sentence)}
        called = [found for way in _ANY_SUCH for found in way.findall(sentence)]
        any_such |= {formulas[int(number)] for some in called for number in re.findall("\0(\\d+)\0", some)}
        here.update(before if words[:1] and words[0] in _DRAWN else ())
        before = inside or before
        otherwise = not _OTHERWISE.isdisjoint(words)
        names, spared = None if goes_on else _NAMES.match(sentence), _DRAWN
        if names is None and not goes_on and (names := _NAMES_LAST.search(sentence)) is not None:
            spared = _DRAWN | _ANYWHERE
        if names is None and not goes_on and (apposed := _APPOSED.match(sentence)) is not None:
            names = apposed if _NO_NAMES.isdisjoint(apposed["noun"].lower().split()) else None
        if names is not None and (_OTHERWISE - spared | _CHANGES).isdisjoint(words):
            named = [formulas[int(number)] for number in re.findall("\0(\\d+)\0", names["formulas"])]
            naming.update(formula for formula in named if _STATES.search(formula))
        if not otherwise:
            found = [formula for formula in inside if _STATES.search(formula)]
            stated += found
            gives = None if goes_on else _GIVES.match(sentence)
            if gives is not None and _CHANGES.isdisjoint((gives["what"] or "").lower().split()):
                giving.update(found)
            if words[:1] in (["where"], ["with"], ["here"]):
                explaining.update(found)
        goes_on = otherwise and sentence.rstrip()[-1:] in (":", ";")
    every = tuple(formula for formula in formulas if _STATES.search(formula))
    drawn = tuple(formula for formula in formulas if _PLACES.search(formula))
    return Spoken(
        tuple(stated), every, frozenset(giving), frozenset(explaining), frozenset(naming), frozenset(loose),
        frozenset(any_such), drawn, frozenset(here),
    )  # fmt: skip
