r"""The rows of one formula: where it is cut at ``\\``, and where a row goes on over the break."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from symkl.language.patterns import pattern
from symkl.language.terms import Span
from symkl.reading.asides import without_signs
from symkl.reading.blocks import Block, Kind
from symkl.reading.mistakes import refuse
from symkl.reading.scanning import statements
from symkl.reading.spellings import ROW_ENVIRONMENTS

_ENVIRONMENT = pattern(r"\\(?P<which>begin|end)\s*\{(?P<name>[A-Za-z]+\*?)\}")
_ROW_PIECE = pattern(
    r"(?P<break>(?:\\\\){1,2}\*?(?:[ \t]*\[\s*-?[\d.]+\s*[a-z]{2}\s*\])?)"
    r"|(?P<escaped>\\[{}\\])|(?P<brace>[{}])"
    r"|(?P<env>\\(?:begin|end)\s*\{[A-Za-z]+\*?\})|\\(?P<newline>newline|cr)(?![A-Za-z])|\\[A-Za-z]+|\\.",
    re.DOTALL,
)
_INTERTEXT = pattern(r"\\(?:short)?intertext\s*(?=\{)")
_AFTER_BEGIN = pattern(r"\s*\{[\w\s|@]*\}|\[[tbc]\]")
_OPTIONS = pattern(r"(?:\s*\[[^\[\]]*\])?(?:\s*\{[\w\s|@.,/?:*-]*\})?")
_WITH_OPTIONS = ("IEEEeqnarray", "empheq", "dmath", "dgroup", "xalignat")
_SPACING = (
    r"(?:\s|&|~|\{\}|\\(?:quad|qquad|hspace\*?\{[^{}]*\}|phantom\{[^{}]*\}|hphantom\{[^{}]*\}|[,;:! >]))*"
)
_STARTS_ON = pattern(_SPACING + r"(?:[+−-](?!-)|\\(?:cdot|times)(?![A-Za-z])|/)")
_ENDS_OPEN = pattern(
    r"(?:[=+−/<>-]|\\(?:cdot|times|leq?|geq?|leqslant|geqslant|propto|approx|equiv|iff|implies|Rightarrow|Leftrightarrow|"
    r"Longrightarrow|triangleq|coloneqq))" + _SPACING + r"$"
)
_NOTHING = pattern(
    r"\\(?:nonumber|notag|hline|hfill|dots|ldots|cdots|vdots|dotsc|dotsb|q?quad"
    r"|IEEEyesnumber|IEEEnonumber|[,;:! ])(?![A-Za-z])"
    r"|\\(?:tag|label)\*?\s*\{[^{}]*\}"
    r"|\\(?:text|textrm|textbf|textit|mbox)\s*\{[^{}]*\}|[\s&~.,;:…]|\{\}"
)


def split_rows(text: str, base: int) -> list[Block]:
    r"""The rows of one formula whose text starts at offset ``base``.

    Rows end at ``\\`` outside braces and inner environments. A row that begins with + or -, follows an open
    bracket or ends with a relation goes on with the one before it; a relation that stands on both sides of the break
    is one relation. Rows without mathematics are left out.

    >>> [row.text for row in split_rows(r"a &= b \\ &= c", 0)]
    ['a &= b', '&= c']
    >>> [row.text for row in split_rows(r"a &= b = \\ &= c", 0)]
    ['a &= b', '&= c']
    """
    text = _transparent(_without_comments(text))
    spans: list[tuple[int, int]] = []
    last, surplus = "", 0  # the last part of the row under way, and the brackets open behind it
    for start, stop in _cuts(text):
        part = text[start:stop]
        if not without_signs(_NOTHING.sub("", part)).strip():
            continue
        if spans and (again := _repeated(last, part)):
            spans[-1] = (spans[-1][0], spans[-1][1] - again)
            surplus = _surplus(part)
            spans.append((start, stop))
        elif spans and _goes_on(last, surplus, part):
            surplus += _surplus(text[spans[-1][1] : stop])
            spans[-1] = (spans[-1][0], stop)
        else:
            surplus = _surplus(part)
            spans.append((start, stop))
        last = part
    rows = []
    for start, stop in spans:
        part = text[start:stop]
        start += _LEADING.match(part).end()  # type: ignore[union-attr]
        stop = start + len(text[start:stop].rstrip())
        rows.append(Block(Kind.ROW, text[start:stop], Span(base + start, base + stop), display=base))
    return _columns(rows)


_LEADING = pattern(r"(?:\s|\\label\s*\{[^{}]*\})*")
"""What stands before a row and is no part of it."""

_SIGN = (
    r"(?:[=<>≤≥∝≡≈]|\\(?:[lg]eq?|[lg]eqslant|propto|approx|equiv|iff|implies|Rightarrow|triangleq|coloneqq)(?![A-Za-z]))"
)
_ENDS_WITH = pattern(rf"(?P<sign>{_SIGN}){_SPACING}$")
_BEGINS_WITH = pattern(rf"{_SPACING}(?P<sign>{_SIGN})")
_SAME = {"≤": "\\le", "\\leq": "\\le", "\\leqslant": "\\le", "≥": "\\ge", "\\geq": "\\ge", "\\geqslant": "\\ge"}


def _repeated(last: str, part: str) -> int:
    """How much of ``last`` is a relation that ``part`` repeats behind the break, as in ``a = \\\\ = b``."""
    ends, begins = _ENDS_WITH.search(last), _BEGINS_WITH.match(part)
    if ends is None or begins is None:
        return 0
    one, other = (_SAME.get(found["sign"], found["sign"]) for found in (ends, begins))
    before = last[: ends.start()]
    if one != other or not _NOTHING.sub("", before) or _ENDS_OPEN.search(before):
        return 0
    return len(last) - ends.start()


_GOES_ON = pattern(r"[\s&]*(?:[=≤≥<>∝≡]|\\(?:[lg]eq?|[lg]eqslant|propto|approx|equiv|iff|implies)(?![A-Za-z]))")


def _columns(rows: list[Block]) -> list[Block]:
    """The rows of one formula, where one that goes on from statements side by side is refused: from which?"""
    if sum(row.text.count("&") > 1 for row in rows) == 0:
        return rows
    out: list[Block] = []
    beside = 1
    for row in rows:
        cells = re.split(r"(?<!\\)&", row.text)
        goes_on = _GOES_ON.match(row.text) or any(
            not cells[n].strip() and _GOES_ON.match(cells[n + 1]) for n in range(2, len(cells) - 1)
        )
        if beside > 1 and goes_on:
            row = replace(row, trouble=refuse("goes on from columns", Span(row.span.start, row.span.start + 1)))
        else:
            beside = statements(row.text) if len(cells) > 2 else 1 if not goes_on else beside
        out.append(row)
    return out


def _goes_on(last: str, surplus: int, part: str) -> bool:
    """Whether ``part`` continues the row that ends with ``last`` rather than starting one of its own."""
    if _STARTS_ON.match(part) or _ENDS_OPEN.search(last):
        return True
    return surplus > 0 and _surplus(part) < 0


def _surplus(text: str) -> int:
    """Brackets opened and not closed."""
    return (
        sum(text.count(c) for c in "([")
        - sum(text.count(c) for c in ")]")
        + len(re.findall(r"\\(?:\{|lbrace|lbrack)", text))
        - len(re.findall(r"\\(?:\}|rbrace|rbrack)", text))
    )


def _transparent(text: str) -> str:
    """Blank the marks of environments that only arrange rows, and what stands between their rows in words."""
    marks: list[tuple[int, int]] = []
    ends: list[tuple[int, int]] = []
    for mark in _ENVIRONMENT.finditer(text):
        if mark["name"] in ROW_ENVIRONMENTS:
            stop = mark.end()
            more = _AFTER_BEGIN.match(text, stop) if mark["which"] == "begin" else None
            if mark["which"] == "begin" and mark["name"].rstrip("*") in _WITH_OPTIONS:
                options = _OPTIONS.match(text, stop)
                stop = options.end() if options else stop
            elif more and ("[" in more.group() or mark["name"].startswith(("alignat", "alignedat"))):
                stop = more.end()
            # Formulas of a group that is broken automatically stand one below the other without a sign for it.
            breaks = mark["which"] == "end" and mark["name"].rstrip("*") == "dmath"
            (ends if breaks else marks).append((mark.start(), stop))
    text = _blanked(_blanked(text, marks), ends, r"\\")
    remarks: list[tuple[int, int]] = []
    for words in _INTERTEXT.finditer(text):
        if not remarks or words.start() >= remarks[-1][1]:  # one inside another goes with it
            remarks.append((words.start(), closing_brace(text, words.end() + 1, len(text)) + 1))
    return _arrayed(_blanked(text, remarks, r"\\"))  # words between rows end the row before them


_ARRAY = pattern(r"\\begin\s*\{(?P<name>array|darray)\}\s*(?:\[[tbc]\]\s*)?\{[\w\s|@{},.!\\:;>]*?\}")


def _arrayed(text: str) -> str:
    r"""With the marks of an ``array`` blanked, where it is the whole formula and its rows state something."""
    opened = _ARRAY.search(text)
    if opened is None or _NOTHING.sub("", text[: opened.start()]):
        return text
    end = f"\\end{{{opened['name']}}}"
    close = text.rfind(end)
    inside = text[opened.end() : close]
    if close < 0 or _NOTHING.sub("", text[close + len(end) :]) or text.find(end, opened.end()) != close:
        return text
    if "\\begin{" + opened["name"] in inside or not re.search(_SIGN, inside):
        return text
    return _blanked(text, [opened.span(), (close, close + len(end))])


def _blanked(text: str, spans: list[tuple[int, int]], mark: str = "") -> str:
    """The text with a mark and spaces for all in these places but its line ends; they are in order, and apart."""
    kept: list[str] = []
    at = 0
    for start, stop in spans:
        kept += [text[at:start], mark, re.sub(r"[^\n]", " ", text[start + len(mark) : stop])]
        at = stop
    return "".join((*kept, text[at:]))


def _cuts(text: str) -> Iterator[tuple[int, int]]:
    depth = inner = start = 0
    for piece in _ROW_PIECE.finditer(text):
        if piece["brace"]:
            depth += 1 if piece["brace"] == "{" else -1
        elif piece["env"]:
            inner += 1 if piece["env"].startswith("\\begin") else -1
        elif (piece["break"] or piece["newline"]) and depth <= 0 and inner <= 0:
            yield start, piece.start()
            start = piece.end()
    yield start, len(text)


_COMMENT = pattern(r"(?<!\\)(?:\\\\)*(?P<comment>%[^\n]*)")


def _without_comments(text: str) -> str:
    def blank(match: re.Match[str]) -> str:
        return match.group()[: match.start("comment") - match.start()] + " " * len(match["comment"])

    return _COMMENT.sub(blank, text)


def closing_brace(text: str, at: int, end: int) -> int:
    """Where the brace closes behind whose opening ``at`` stands, or the end."""
    depth = 1
    while at < end:
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if not depth:
            return at
        at += 1
    return end
