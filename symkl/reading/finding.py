"""A displayed formula, wherever a kind of document has it, and which environments hold one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from symkl.language.frozen import frozen
from symkl.language.patterns import pattern
from symkl.language.terms import Span
from symkl.reading.blocks import Block, Kind
from symkl.reading.mistakes import refuse
from symkl.reading.spellings import ROW_ENVIRONMENTS
from symkl.reading.splitting import split_rows

DISPLAY_LIMIT = 1_000_000
"""Characters of one displayed formula, all its rows together."""

OUTER = "|".join(sorted((re.escape(name) for name in ROW_ENVIRONMENTS), key=len, reverse=True))
"""The environments that display a formula, as alternatives of a pattern."""

DISPLAY = pattern(rf"\$\$|\\\[|\\begin\{{(?:{OUTER})\}}")
"""What opens a display."""

RELATION = pattern(
    r"[=<>≤≥∝≡≈]|\\(?:[lg]eq?|[lg]eqslant|propto|approx|equiv|iff|implies|coloneqq|triangleq|neq?|sim|to)(?![A-Za-z])"
)
"""What says that something is stated."""

_CLOSER_OF = {"$$": "$$", "\\[": "\\]", "\\\\[": "\\\\]", "```math": "```", ":::{math}": ":::"}
_ONLY_IN_MATHS = pattern(
    r"\\(?:frac|sum|prod|log|exp|mathbb|mathcal|mathrm|left|KL|pi|beta|theta|tau|alpha|mu|lambda|sigma|mathbb|operatorname"
    r"|max|min|arg|partial|nabla|cdot|[lg]eq?|propto|approx|quad|int|E)(?![A-Za-z])|[_^]\s*[\w{\\]"
)
_NO_FORMULA = pattern(
    r"\$[^$]*\$|\\\(.*?\\\)|%[^\n]*|\\(?:text|textbf|textit|emph|caption|label|ref|eqref|cite[tp]?|includegraphics"
    r"|footnote|url|href|verb)\*?\s*(?:\[[^\]]*\])?\{[^{}]*\}", re.DOTALL
)
#: Environments that hold words, pictures or code: a sign of relation in them is no formula.
_WORDED = frozenset(
    [
        "document", "figure", "table", "tabular", "tabularx", "longtable", "tikzpicture", "axis", "algorithm",
        "algorithmic", "verbatim", "Verbatim", "lstlisting", "minted", "comment", "filecontents", "itemize",
        "enumerate", "description", "center", "abstract", "quote", "quotation", "minipage", "thebibliography",
        "frame", "tcolorbox", "mdframed", "scope", "picture", "alltt",
    ]
)  # fmt: skip
_MARKS_OF_ENVIRONMENTS = pattern(
    r"\\begin\s*\{[A-Za-z]+\*?\}(?:\s*\[[^\[\]]*\])?(?:\s*\{[\w\s|@.,/?:*-]*\})?|\\end\s*\{[A-Za-z]+\*?\}"
)


@frozen(slots=True)
class Display:
    """A formula's pieces in a document, line by line, or a formula that never ends.

    ``unclosed`` is what opened one that never ends; ``unread`` the environment it stands in, if that is none that is
    read; ``tex`` is set where the pieces are LaTeX that may hold displays of its own.
    """

    start: int
    stop: int
    pieces: tuple[tuple[int, int], ...]
    unclosed: str = ""
    unread: str = ""
    tex: bool = False

    def inside(self, text: str) -> str:
        """The formula as it stands from ``start`` to ``stop``, with spaces for what is no part of it."""
        kept, at = [], self.start
        for start, stop in self.pieces:
            kept += [blanked(text[at:start]), text[start:stop]]
            at = stop
        return "".join((*kept, blanked(text[at : self.stop])))


def blanked(text: str) -> str:
    """A text with spaces for all but its line ends.

    >>> blanked("a b\\nc")
    '   \\n '
    """
    if "\n" not in text:
        return " " * len(text)
    return "\n".join([" " * len(line) for line in text.split("\n")])


def rows_of(display: Display, inside: str, base: int) -> Iterator[Block]:
    """The rows of a display, or why there are none; ``inside`` is its formula, which stands at offset ``base``."""
    if display.unclosed:
        place = Span(base, base + len(display.unclosed))
        problem = refuse("unclosed display", place, display.unclosed, _CLOSER_OF.get(display.unclosed, "\\end"))
        yield Block(Kind.TROUBLE, display.unclosed, place, trouble=problem)
    elif len(inside) > DISPLAY_LIMIT:  # splitting megabytes into rows would cost more than any answer is worth
        place = Span(base, base + 1)
        problem = refuse("row too long", place, f"{len(inside):,}", f"{DISPLAY_LIMIT:,}")
        yield Block(Kind.TROUBLE, "", place, trouble=problem)
    elif display.unread:
        body = _MARKS_OF_ENVIRONMENTS.sub(lambda m: blanked(m.group()), inside)
        for row in split_rows(body, base):
            if RELATION.search(row.text):
                yield replace(row, trouble=refuse("environment", row.span, display.unread))
    else:
        yield from split_rows(inside, base)


def holds_a_formula(source: str, at: int, environment: str) -> bool:
    """Whether an environment that is none of ours displays a formula: a relation that stands in no inline formula."""
    if environment.rstrip("*") in _WORDED:
        return False
    close = source.find(f"\\end{{{environment}}}", at, at + 20_000)
    if close < 0 or DISPLAY.search(source, at, close):
        return False
    plain = _NO_FORMULA.sub(" ", source[at:close])
    return RELATION.search(plain) is not None and _ONLY_IN_MATHS.search(plain) is not None


def find_unescaped(source: str, closer: str, at: int, stop: int) -> int:
    """``closer`` between at and stop, unless its first character is escaped (``\\$$``, ``\\\\]``); else -1."""
    while (close := source.find(closer, at, stop)) >= 0:
        slashes = 0
        while close - slashes - 1 >= at and source[close - slashes - 1] == "\\":
            slashes += 1
        if slashes % 2 == 0:
            return close
        at = close + 1
    return -1


PROSE_LINE = pattern(r"^(?:[^\\$]*\s)?[A-Za-z]{2,}\s+[A-Za-z]{2,}\s+[A-Za-z]{2,}")
"""A line of words: a formula in which one stands behind an empty line was never closed."""


_OPENER = pattern(
    rf"\\\\|\\begin\{{(?P<env>{OUTER})\}}|\\begin\{{(?P<other>[A-Za-z]+\*?)\}}|(?P<bracket>\\\[)|(?P<dollars>\$\$)|\\."
)


def displays_in(text: str) -> Iterator[Display]:
    r"""The displays of a text in which nothing is quoted.

    >>> [text[slice(*each.pieces[0])] for text in [r"so \[ a \] and $$b$$"] for each in displays_in(text)]
    [' a ', 'b']
    """
    at = 0
    nowhere: set[str] = set()  # what closes nothing from here on
    while (found := _OPENER.search(text, at)) is not None:
        at = found.end()
        if found["other"] and not holds_a_formula(text, at, found["other"]):
            continue
        if not (found["env"] or found["other"] or found["bracket"] or found["dollars"]):
            continue
        kind, closer, inside = kind_of(found)
        close = -1 if closer in nowhere else find_unescaped(text, closer, at, len(text))
        blank = text.find("\n\n", at, close) if close >= 0 else -1
        if close < 0 or (blank >= 0 and PROSE_LINE.search(text[blank:close].lstrip())):
            nowhere |= {closer} if close < 0 else set()
            yield Display(found.start(), at, (), unclosed=kind)
            continue
        keep = close + (len(closer) if found["env"] or found["other"] else 0)
        yield Display(found.start(), close + len(closer), ((inside, keep),), unread=found["other"] or "")
        at = close + len(closer)


def kind_of(opener: re.Match[str]) -> tuple[str, str, int]:
    """What was opened, how it closes, and where its content starts."""
    if opener["dollars"]:
        return "$$", "$$", opener.end()
    if opener["bracket"]:
        return opener["bracket"], opener["bracket"].replace("[", "]"), opener.end()
    return opener.group(), f"\\end{{{opener['env'] or opener['other']}}}", opener.start()
