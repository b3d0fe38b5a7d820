r"""Headings between the steps of one derivation: “### Step 2: take the derivative”, “### 4. Solve”.

A heading ends what rows above it supposed and found, since “The general case” behind “A special case” does. People who
write a derivation in steps, and programs that write one, put a heading above each: there the reasoning goes on.
"""

from __future__ import annotations

import re

from symkl.language.patterns import pattern
from symkl.reading.blocks import Block

_DONE = (
    "solv", "isolat", "rearrang", "simplif", "expand", "rewrit", "substitut", "insert", "invert", "differentiat",
    "normali[sz]", "exponentiat", "integrat", "collect", "combin", "factor", "eliminat", "plug", "take", "taking",
    "set(?:ting)? (?:the|it|this)", "comput", "complet", "apply", "multiply", "divid", "cancel", "recogni[sz]",
    "conclud", "verif", "putting", "read(?:ing)? off", "find", "get", "obtain", "writ(?:e|ing) out", "reformulat",
    "recast", "form(?:ing)? the", "introducing (?:the|a) (?:multiplier|lagrangian)",
    "add(?:ing)? (?:the|a) (?:constraint|multiplier)",
)  # fmt: skip
"""How verbs begin by which a heading says what is done next."""
_REACHED = (
    "first[- ]order condition", "stationarity", "lagrangian", "the derivative", "functional derivative",
    "normali[sz]ation", "conclusion", "closed[- ]form", "final (?:result|answer|form|step)", "result", "optimal value",
    "value at the optimum", "optimum value", "(?:kl|objective|value|reward) at the optimum", "limits?",
    "sanity checks?", "limiting cases?",
)  # fmt: skip
"""What a heading calls that is reached next; nothing else stands in such a heading."""
_ANEW = pattern(
    r"\b(?:any|arbitrary|all|every|each|general(?:ly)?|generic|another|others?|new|different|without|instead|"
    r"alternative(?:ly)?|again|second|evaluate|unregulari[sz]ed|worst)\b",
    re.IGNORECASE,
)
"""Words by which a heading says that what follows is about something else."""
_NUMBER = r"(?:(?:\d+(?:\.\d+)*|[ivx]+|[a-e])\s*[.):\-–—]\s*|\((?:\d+|[ivx]+|[a-e])\)\s*)?"
_STEP = pattern(
    rf"\W*{_NUMBER}\W*(?:step\b|(?:{'|'.join(_DONE)})|(?:the\s+)?(?:{'|'.join(_REACHED)})\W*\Z)", re.IGNORECASE
)


def is_a_step(heading: Block, before: Block | None) -> bool:
    """Whether a heading opens the next step of the derivation above it, which is under ``before``, and no new subject.

    ::

        # DPO          # DPO             # DPO
        ### Setup      ### 3. Result     ## Step 1
        ### 4. Solve   # Solve           ## The general case
        goes on        a new chapter     a new subject

    >>> from symkl.language.terms import Span
    >>> from symkl.reading.blocks import Kind
    >>> three, four = (Block(Kind.HEADING, text, Span(0, 1), level=3) for text in ("1. Objective", "4. Solve for π"))
    >>> is_a_step(four, three), is_a_step(three, four), is_a_step(four, None)
    (True, False, False)
    """
    if before is None or heading.level < before.level:
        return False
    return _STEP.match(heading.text) is not None and _ANEW.search(heading.text) is None
