r"""What stands beside a formula and is no part of it: a sign that a proof ends, ``\forall y``, the range of an index.

All of it is blanked before a row is read, so that every other symbol keeps its place. Only what says nothing more
than a row says by itself is: each free variable of a row is meant for every value anyway.
"""

from __future__ import annotations

from symkl.language.patterns import pattern

_GAP = (
    r"(?:\s|~|&|\\[,;:! ]|\\(?:q?quad|hfill|hfil|null|thinspace|enspace|enskip)(?![A-Za-z])"
    r"|\\hspace\*?\{[^{}]*\}|\\hskip[\d. ]*em)"
)
_MARK = (
    r"(?:\\(?:qedhere|qedsymbol|qed|checkmark|blacksquare|square|Box|surd|openbox)(?![A-Za-z])|[✓✔✅☑∎■□◻◼]\ufe0f?)"
)
_DRESSED = (
    rf"(?:{_MARK}|\\(?:boxed|fbox|text|mbox|textbf|mathbf|textrm)\s*\{{\s*\$?\s*{_MARK}\s*\$?\s*\}}"
    rf"|\\textcolor\s*\{{\w+\}}\s*\{{\s*{_MARK}\s*\}}|\{{\s*\\color\s*\{{\w+\}}\s*{_MARK}\s*\}})"
)
_SIGNS = pattern(rf"(?:{_GAP}*{_DRESSED})+(?P<after>{_GAP}*[.,;]?\s*)$")
#: Behind these an operand must follow: a square there is a symbol, and none of ours.
_OPEN = pattern(r"(?:[=+\-*/<>≤≥^_({\[|∝≈≡]|\\(?:[lg]eq?|cdot|times|log|exp|propto|to|sim))\s*$")

#: Outcomes and indices: no document defines one of these to be something.
_INDEX = (
    r"(?:[aijklmnstwxyz]|\\(?:mathbf|boldsymbol|bm)\s*\{[axyz]\}|[axyz]_(?:\w|\{\w+\}))'{0,2}(?:_(?:\w|\{\w+\}))?"
)
_INDICES = rf"{_INDEX}(?:\s*,\s*{_INDEX})*"
#: Alphabets: what holds on a part of one alone would be refuted if that were left out.
_SET = r"(?:\\(?:mathcal|mathscr)\s*(?:\{[XYASVZD]\}|[XYASVZD])|[XY])"
_MEMBER = rf"(?:\\in\s*{_SET}(?:\s*\\times\s*{_SET})*)"
_END = r"(?:\s|~|\\[,;:! ])*(?:[:,]|\\colon(?![A-Za-z])|\\q?quad(?![A-Za-z]))"
_QUANTIFIED = pattern(
    rf"(?P<lead>[\s&]*)(?P<said>\\forall\s*(?:\\[,;:! ]\s*)?{_INDICES}\s*{_MEMBER}?"
    rf"|\\text\s*\{{\s*[Ff]or (?:all|every|each|any)\s*\}}\s*{_INDICES}\s*{_MEMBER}?"
    rf"|\\text\s*\{{\s*[Ff]or (?:all|every|each|any)\s*\$\s*{_INDICES}\s*{_MEMBER}?\s*\$\s*[:,]?\s*\}}){_END}"
)
_ALL_BRACKETED = pattern(
    rf"(?:{_GAP}|[,.])\s*[(\[]\s*(?P<said>(?:\\forall(?![A-Za-z])|\\text\s*\{{\s*for (?:all|every|each|any)\s*\}})\s*"
    rf"(?:\\[,;:! ]\s*)?{_INDICES}\s*{_MEMBER}?)\s*[)\]]{_GAP}*[.,;]?\s*$"
)
_CONCLUSION = pattern(r"[\s&]*(?P<said>\\(?:therefore|because)(?![A-Za-z]))")

_BOUND = r"(?:\d+|[A-Za-z]|\\ell|\|?\\mathcal\s*(?:\{\w\}|\w)\|?)"
_DOTS = r"(?:\\(?:l|c)?dots[cb]?(?![A-Za-z])|…|\.\.\.)"
_LIST = rf"\d\s*,\s*(?:\d\s*,\s*)*{_DOTS}\s*,\s*{_BOUND}"
_RANGE = pattern(
    rf"(?:,|;|\\q?quad(?![A-Za-z])|\\text\s*\{{\s*for(?: all| every| each| any)?\s*\}}){_GAP}*"
    rf"(?:\(\s*)?(?:\\text\s*\{{\s*for(?: all| every| each| any)?\s*\}}|\\forall(?![A-Za-z]))?{_GAP}*"
    rf"(?P<said>{_INDICES}\s*(?:=\s*{_LIST}|\\in\s*\\\{{\s*{_LIST}\s*\\\}}|\\in\s*\[\s*{_BOUND}\s*\]|{_MEMBER})"
    rf"|\d\s*(?:\\le(?:q|qslant)?|≤)\s*[i-n]\s*(?:\\le(?:q|qslant)?|≤)\s*{_BOUND})(?:\s*\))?{_GAP}*[.,;]?\s*$"
)

_TAIL = 300
"""How far from the end of a row what stands beside it is looked for."""


def without_signs(text: str) -> str:
    r"""The text with spaces for the signs that say at its end: shown, done.

    >>> without_signs(r"a = b \quad\checkmark"), without_signs("a = b . ✓"), without_signs(r"a = \Box")
    ('a = b                 ', 'a = b .  ', 'a = \\Box')
    """
    found = _SIGNS.search(text, max(len(text) - _TAIL, 0))
    if found is None or _OPEN.search(text, max(found.start() - _TAIL, 0), found.start()):
        return text
    return text[: found.start()] + " " * (found.start("after") - found.start()) + text[found.start("after") :]


def without_asides(text: str, notes: list[str]) -> str:
    r"""The text of a row with spaces for what stands beside it; ``notes`` gets what is left out of it.

    >>> said: list[str] = []
    >>> without_asides(r"\forall y: p(y) = q(y), \quad i = 1, \dots, n", said)
    '           p(y) = q(y)                       '
    >>> said
    ['“\\forall y” is read as: for each', '“i = 1, \\dots, n” is read as: for each']
    """
    text = without_signs(text)
    if found := _CONCLUSION.match(text):
        text = " " * found.end() + text[found.end() :]
    if found := _QUANTIFIED.match(text):
        notes.append(f"“{found['said'].strip()}” is read as: for each")
        text = " " * found.end() + text[found.end() :]
    if found := _ALL_BRACKETED.search(text, max(len(text) - _TAIL, 0)):
        notes.append(f"“{found['said'].strip()}” is read as: for each")
        text = text[: found.start()] + " " * (found.end() - found.start())
    if found := _RANGE.search(text, max(len(text) - _TAIL, 0)):
        notes.append(f"“{found['said'].strip()}” is read as: for each")
        text = text[: found.start()] + " " * (found.end() - found.start())
    return text
