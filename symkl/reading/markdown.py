r"""From a document to its rows of display mathematics, in order, with headings and directives.

Markdown: ``$$..$$``, ``\[..\]``, ```` ```math ````, bare environments, also inside block quotes and
lists. LaTeX: environments, ``\[..\]``, ``$$``, or a bare fragment. Prose and inline mathematics are
passed over. Every row keeps its place in the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from symkl.language.terms import Span
from symkl.reading.mistakes import Unreadable, refuse
from symkl.reading.places import Places
from symkl.reading.scanning import ROW_ENVIRONMENTS

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token


class Kind(StrEnum):
    """What a block is."""

    ROW = "row"
    HEADING = "heading"
    DIRECTIVE = "directive"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Block:
    """One thing in a document that matters to a proof, in the order it stands.

    A *row* of a formula; a *heading*, behind which reasoning starts afresh; one declaration of a
    *directive* (``<!-- symkl: tau > 0; claim optimal-policy -->`` gives two); or a *trouble*, a
    formula that never ends. ``text`` is the document's at ``span``, except that the marks of block
    quotes, environments and comments inside a row are blanked. ``line`` and ``column`` count from 1.
    Rows of one formula share their ``display``; ``level`` is a heading's.
    """

    kind: Kind
    text: str
    span: Span
    line: int
    column: int
    display: int = 0
    level: int = 0
    trouble: Unreadable | None = None


def blocks(text: str, *, tex: bool | None = None) -> tuple[Block, ...]:
    r"""The rows, headings and directives of a document, in the order they stand.

    ``tex`` says whether it is LaTeX; None (or False) looks for ``\documentclass`` itself.

    >>> [(b.kind.value, b.text) for b in blocks("# Proof\n\n$$a = b$$\n")]
    [('heading', 'Proof'), ('row', 'a = b')]
    """
    tex = tex or "\\documentclass" in text or "\\begin{document}" in text
    places = Places.of(text)
    found = sorted(
        _tex_blocks(text, places) if tex else _markdown_blocks(text, places), key=lambda b: b.span.start
    )
    return tuple(found)


def displays(text: str) -> tuple[Span, ...]:
    r"""Where the displayed formulas of a Markdown document stand, their delimiters included.

    >>> displays("so $$a = b$$ holds")
    (Span(start=3, stop=12),)
    """
    return tuple(Span(each.start, each.stop) for each in _read(text)[1] if not each.unclosed)


# -- Markdown ------------------------------------------------------------------------------------------

_OUTER = "|".join(sorted((re.escape(name) for name in ROW_ENVIRONMENTS), key=len, reverse=True))
_OPENER = re.compile(
    rf"(?P<code>`+)|(?P<comment><!--.*?(?:-->|$))|(?P<escaped>\\\\|\\\$|\\`)"
    rf"|(?P<dollars>\$\$)|(?P<bracket>\\\[)|\\begin\{{(?P<env>{_OUTER})\}}"
)
_MATH_FENCE = re.compile(r"(?P<fence>`{3,}|~{3,})\s*\{?math\}?\s*$")
_CONTAINER = re.compile(r">|(?:[-*+]|\d{1,9}[.)])(?:\s|$)|#{1,6}\s")
_LOOKS_LIKE_MATHS = re.compile(r"[\\=^_<>]")
_PROSE_LINE = re.compile(r"^(?:[^\\$]*\s)?[A-Za-z]{2,}\s+[A-Za-z]{2,}\s+[A-Za-z]{2,}")
_COMMENT_DIRECTIVE = re.compile(r"<!--\s*symkl:")


class _Ahead:
    """Where each closing mark stands next, so that a document is searched through once and not for every line."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.known: dict[str, tuple[int, int]] = {}

    def __call__(self, closer: str, at: int) -> int:
        """The first place of ``closer`` at or behind an offset, -1 if there is none."""
        begin, place = self.known.get(closer, (at + 1, 0))
        if not (begin <= at and (at <= place or place < 0)):
            place = self.source.find(closer, at)
            self.known[closer] = at, place
        return place


@dataclass(frozen=True, slots=True)
class _Found:
    """A formula's pieces in the document, line by line, or a formula that never ends."""

    start: int
    stop: int
    pieces: tuple[tuple[int, int], ...]
    unclosed: str = ""


def _read(text: str) -> tuple[list[Token], list[_Found]]:
    """A document's blocks as markdown-it sees them, and its displayed formulas."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark").disable(["normalize", "inline", "text_join"])
    reader.block.ruler.before(
        "code", "symkl_display", _display_rule, {"alt": ["paragraph", "reference", "list", "table"]}
    )
    found: list[_Found] = []
    # Offsets must stay what they are in the document, so line ends are blanked rather than joined.
    source = text.replace("\r", " ")
    return reader.parse(source, {"symkl": found, "ahead": _Ahead(source)}), found


def _markdown_blocks(text: str, places: Places) -> Iterator[Block]:
    tokens, found = _read(text)
    code: list[tuple[int, int]] = []
    for n, token in enumerate(tokens):
        if token.map is None:
            continue
        first, last = token.map
        start = places.starts[first]
        stop = places.starts[last] if last < len(places.starts) else len(text)
        if token.type in ("fence", "code_block"):
            code.append((start, stop))
        elif token.type == "heading_open":
            yield Block(
                Kind.HEADING,
                tokens[n + 1].content,
                Span(start, max(start, stop - 1)),
                first + 1,
                1,
                level=int(token.tag[1:]),
            )
    for each in found:
        yield from _rows(text, each, places)
    at = 0
    while (directive := _COMMENT_DIRECTIVE.search(text, at)) is not None:
        at = text.find("-->", directive.end())
        if at < 0:
            break
        if not any(start <= directive.start() < stop for start, stop in code):
            yield from _directive(text, directive.end(), at, places)


def _rows(text: str, found: _Found, places: Places) -> Iterator[Block]:
    if found.unclosed:
        place = Span(found.start, found.start + len(found.unclosed))
        problem = refuse("unclosed display", place, found.unclosed, _CLOSER_OF.get(found.unclosed, "\\end"))
        yield Block(
            Kind.TROUBLE,
            found.unclosed,
            place,
            places.line(found.start),
            places.column(found.start),
            trouble=problem,
        )
        return
    length = found.stop - found.start
    if length > DISPLAY_LIMIT:  # splitting megabytes into rows would cost more than any answer is worth
        place = Span(found.start, found.start + 1)
        problem = refuse("row too long", place, f"{length:,}", f"{DISPLAY_LIMIT:,}")
        line, column = places.line(found.start), places.column(found.start)
        yield Block(Kind.TROUBLE, "", place, line, column, trouble=problem)
        return
    masked = ["\n" if c == "\n" else " " for c in text[found.start : found.stop]]
    for start, stop in found.pieces:
        masked[start - found.start : stop - found.start] = text[start:stop]
    yield from split_rows("".join(masked), found.start, places)


DISPLAY_LIMIT = 1_000_000
"""Characters of one displayed formula, all its rows together."""

_CLOSER_OF = {"$$": "$$", "\\[": "\\]", "```math": "```"}


def _directive(text: str, begin: int, stop: int, places: Places) -> Iterator[Block]:
    for part in re.finditer(r"[^;]+", text[begin:stop]):
        stripped = part.group().strip()
        if stripped:
            start = begin + part.start() + part.group().index(stripped)
            yield Block(
                Kind.DIRECTIVE,
                stripped,
                Span(start, start + len(stripped)),
                places.line(start),
                places.column(start),
            )


def _display_rule(state: StateBlock, line: int, end_line: int, silent: bool) -> bool:
    """A markdown-it block rule: a line on which a display starts, up to the line on which it ends."""
    if state.sCount[line] - state.blkIndent >= 4:
        return False
    begin, stop = state.bMarks[line] + state.tShift[line], state.eMarks[line]
    source = state.src
    if _CONTAINER.match(source, begin, stop):
        return False
    fence = _MATH_FENCE.match(source, begin, stop)
    opener = None if fence else _next_opener(source, begin, stop)
    if fence is None and opener is None:
        return False
    if silent:
        return True
    into: list[_Found] = state.env["symkl"]
    if fence is not None:
        state.line = _fenced(state, line, end_line, fence["fence"], into)
        return True
    while opener is not None:
        kind, closer, inside = _kind(opener)
        found, line, after = _closed(state, line, end_line, opener.start(), inside, closer, kind)
        if found is not None:
            into.append(found)
        opener = _next_opener(source, after, state.eMarks[line])
    state.line = line + 1
    return True


def _next_opener(source: str, begin: int, stop: int) -> re.Match[str] | None:
    while (found := _OPENER.search(source, begin, stop)) is not None:
        begin = found.end()
        if found["code"]:
            begin = _behind_code(source, found, stop)
        elif found["bracket"] and not _bracket_is_maths(source, found.start(), stop):
            continue
        elif found["dollars"] or found["bracket"] or found["env"]:
            return found
    return None


def _behind_code(source: str, ticks: re.Match[str], stop: int) -> int:
    """Where the code span that these backticks open ends, or they themselves if it never does."""
    at, size = ticks.end(), len(ticks.group())
    while (at := source.find(ticks.group(), at, stop)) >= 0:
        end = at
        while end < stop and source[end] == "`":
            end += 1
        if end - at == size:
            return end
        at = end
    return ticks.end()


def _bracket_is_maths(source: str, at: int, stop: int) -> bool:
    """``\\[`` is also how Markdown escapes a bracket in prose: ``\\[1\\]``."""
    close = source.find("\\]", at, stop)
    if close >= 0:
        return _LOOKS_LIKE_MATHS.search(source, at + 2, close) is not None
    return (
        source[source.rfind("\n", 0, at) + 1 : at].strip(" >\t") == "" or source[at + 2 : stop].strip() == ""
    )


def _kind(opener: re.Match[str]) -> tuple[str, str, int]:
    """What was opened, how it closes, and where its content starts."""
    if opener["dollars"]:
        return "$$", "$$", opener.end()
    if opener["bracket"]:
        return "\\[", "\\]", opener.end()
    return opener.group(), f"\\end{{{opener['env']}}}", opener.start()


def _closed(
    state: StateBlock, line: int, end_line: int, start: int, inside: int, closer: str, kind: str
) -> tuple[_Found | None, int, int]:
    """The display that starts at ``start``: what was found, the line it ends on, and the offset behind it."""
    source = state.src
    pieces: list[tuple[int, int]] = []
    at, row, blank, prose = inside, line, False, False
    ahead: _Ahead = state.env["ahead"]
    while ahead(closer, at) >= 0:
        stop = state.eMarks[row]
        close = _find(source, closer, at, stop)
        if close >= 0:
            keep = close + (len(closer) if kind.startswith("\\begin") else 0)
            pieces.append((at, keep))
            end = close + len(closer)
            return _Found(start, end, tuple(pieces)), row, end
        pieces.append((at, stop))
        row += 1
        if row >= end_line or (state.sCount[row] < state.blkIndent and not state.isEmpty(row)):
            break
        at = state.bMarks[row] + state.tShift[row]
        words = source[at : state.eMarks[row]]
        blank = blank or not words.strip()
        prose = prose or _PROSE_LINE.match(words) is not None
        if (blank and prose) or re.match(r"#{1,6}\s|`{3}|~{3}", words):
            break
    return _Found(start, inside, (), unclosed=kind), line, inside if inside > start else start + len(kind)


def _find(source: str, closer: str, at: int, stop: int) -> int:
    """``closer`` between at and stop, unless its first character is escaped (``\\$$``, ``\\\\]``)."""
    while (close := source.find(closer, at, stop)) >= 0:
        slashes = 0
        while close - slashes - 1 >= at and source[close - slashes - 1] == "\\":
            slashes += 1
        if slashes % 2 == 0:
            return close
        at = close + 1
    return -1


def _fenced(state: StateBlock, line: int, end_line: int, fence: str, into: list[_Found]) -> int:
    start = state.bMarks[line] + state.tShift[line]
    pieces: list[tuple[int, int]] = []
    for row in range(line + 1, end_line):
        begin, stop = state.bMarks[row] + state.tShift[row], state.eMarks[row]
        words = state.src[begin:stop].strip()
        if (state.sCount[row] < state.blkIndent and words) or re.match(r"(?:`{3}|~{3})\s*\w", words):
            break  # the container ends, or the next fence opens: this one was never closed
        if words.startswith(fence) and not words.strip(fence[0]):
            into.append(_Found(start, stop, tuple(pieces)))
            return row + 1
        if not re.match(r":\w+:", words):  # an option of MyST's {math} directive
            pieces.append((begin, stop))
    into.append(_Found(start, start, (), unclosed="```math"))
    return line + 1


# -- LaTeX ---------------------------------------------------------------------------------------------

_TEX_COMMENT = re.compile(r"(?<!\\)(?:\\\\)*(?P<comment>%[^\n]*)")
_TEX_DIRECTIVE = re.compile(r"%+\s*symkl:(?P<body>[^\n]*)")
_TEX_PIECE = re.compile(
    rf"\\begin\{{(?P<skip>verbatim|lstlisting|minted|comment)\*?\}}"
    rf"|\\begin\{{(?P<env>{_OUTER})\}}|(?P<bracket>\\\[)|(?P<dollars>\$\$)|(?P<inline>\$)"
    r"|\\(?P<section>part|chapter|(?:sub)*section|paragraph)\*?\s*\{|(?P<escaped>\\.)",
    re.DOTALL,
)
_TEX_MATHS = re.compile(rf"\\begin\{{(?:{_OUTER})\}}|\\\[|\$|\\\(")


def _tex_blocks(text: str, places: Places) -> Iterator[Block]:
    for comment in _TEX_COMMENT.finditer(text):
        if directive := _TEX_DIRECTIVE.match(text, comment.start("comment")):
            yield from _directive(text, directive.start("body"), directive.end("body"), places)
    plain = _without_comments(text)
    at = max(plain.find("\\begin{document}"), 0)
    end = plain.find("\\end{document}")
    end = end if end >= 0 else len(plain)
    fragment = not _TEX_MATHS.search(plain, at, end) and "\\documentclass" not in plain
    last = at
    while (found := _TEX_PIECE.search(plain, at, end)) is not None:
        at = found.end()
        if found["section"]:
            close = _closing_brace(plain, found.end(), end)
            if fragment:
                yield from _fragment(plain, last, found.start(), places)
            yield Block(
                Kind.HEADING,
                plain[found.end() : close],
                Span(found.start(), close),
                places.line(found.start()),
                places.column(found.start()),
                level=2 + found["section"].count("sub"),
            )
            at = last = close + 1
        elif found["skip"]:
            close = plain.find(f"\\end{{{found['skip']}", at, end)
            at = close if close >= 0 else end
        elif found["inline"]:
            close = plain.find("$", at, end)
            at = close + 1 if close >= 0 else end
        elif found["bracket"] or found["dollars"] or found["env"]:
            kind, closer, inside = _kind(found)
            close = _find(plain, closer, inside if not found["env"] else at, end)
            blank = plain.find("\n\n", at, close) if not found["env"] else -1
            if close < 0 or (blank >= 0 and _PROSE_LINE.search(plain[blank:close].lstrip())):
                yield from _rows(plain, _Found(found.start(), at, (), unclosed=kind), places)
                continue
            keep = close + (len(closer) if found["env"] else 0)
            yield from _rows(plain, _Found(found.start(), close + len(closer), ((inside, keep),)), places)
            at = close + len(closer)
    if fragment:
        yield from _fragment(plain, last, end, places)


def _without_comments(text: str) -> str:
    def blank(match: re.Match[str]) -> str:
        return match.group()[: match.start("comment") - match.start()] + " " * len(match["comment"])

    return _TEX_COMMENT.sub(blank, text)


def _closing_brace(text: str, at: int, end: int) -> int:
    depth = 1
    while at < end:
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if not depth:
            return at
        at += 1
    return end


def _fragment(text: str, start: int, stop: int, places: Places) -> Iterator[Block]:
    """Bare mathematics: blank lines separate one formula from the next."""
    for part in re.finditer(r"(?:[^\n]|\n(?![ \t\r]*\n))+", text[start:stop]):
        if part.group().strip():
            a, b = start + part.start(), start + part.end()
            yield from split_rows(text[a:b], a, places)


# -- rows ----------------------------------------------------------------------------------------------

_ENVIRONMENT = re.compile(r"\\(?P<which>begin|end)\s*\{(?P<name>[A-Za-z]+\*?)\}")
_ROW_PIECE = re.compile(
    r"(?P<break>(?:\\\\){1,2}\*?(?:[ \t]*\[\s*-?[\d.]+\s*[a-z]{2}\s*\])?)"
    r"|(?P<escaped>\\[{}\\])|(?P<brace>[{}])"
    r"|(?P<env>\\(?:begin|end)\s*\{[A-Za-z]+\*?\})|\\(?P<newline>newline|cr)(?![A-Za-z])|\\[A-Za-z]+|\\.",
    re.DOTALL,
)
_INTERTEXT = re.compile(r"\\(?:short)?intertext\s*(?=\{)")
_AFTER_BEGIN = re.compile(r"\s*\{[\w\s|@]*\}|\[[tbc]\]")
_SPACING = (
    r"(?:\s|&|~|\{\}|\\(?:quad|qquad|hspace\*?\{[^{}]*\}|phantom\{[^{}]*\}|hphantom\{[^{}]*\}|[,;:! >]))*"
)
_STARTS_ON = re.compile(_SPACING + r"(?:[+−-](?!-)|\\(?:cdot|times)(?![A-Za-z])|/)")
_ENDS_OPEN = re.compile(
    r"(?:[=+−/<>-]|\\(?:cdot|times|leq?|geq?|leqslant|geqslant|propto|approx|equiv|iff|implies|Rightarrow|Leftrightarrow|"
    r"Longrightarrow|triangleq|coloneqq))" + _SPACING + r"$"
)
_NOTHING = re.compile(
    r"\\(?:nonumber|notag|hline|hfill|dots|ldots|cdots|vdots|quad|qquad|[,;:! ])(?![A-Za-z])"
    r"|\\(?:tag|label)\*?\s*\{[^{}]*\}"
    r"|\\(?:text|textrm|textbf|textit|mbox)\s*\{[^{}]*\}|[\s&~.,;:…]|\{\}"
)


def split_rows(text: str, base: int, places: Places | None = None) -> list[Block]:
    r"""The rows of one formula whose text starts at offset ``base``.

    Rows end at ``\\`` outside braces and inner environments. A row that begins with + or -, follows an open
    bracket or ends with a relation goes on with the one before it. Rows without mathematics are left out.

    >>> [row.text for row in split_rows(r"a &= b \\ &= c", 0)]
    ['a &= b', '&= c']
    """
    places = places or Places.of(text)
    text = _transparent(_without_comments(text))
    spans: list[tuple[int, int]] = []
    last, surplus = "", 0  # the last part of the row under way, and the brackets open behind it
    for start, stop in _cuts(text):
        part = text[start:stop]
        if not _NOTHING.sub("", part):
            continue
        if spans and _goes_on(last, surplus, part):
            surplus += _surplus(text[spans[-1][1] : stop])
            spans[-1] = (spans[-1][0], stop)
        else:
            surplus = _surplus(part)
            spans.append((start, stop))
        last = part
    rows = []
    for start, stop in spans:
        part = text[start:stop]
        start += len(part) - len(part.lstrip())
        stop = start + len(part.strip())
        rows.append(
            Block(
                Kind.ROW,
                text[start:stop],
                Span(base + start, base + stop),
                places.line(base + start),
                places.column(base + start),
                display=base,
            )
        )
    return rows


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
    marks = []
    for mark in _ENVIRONMENT.finditer(text):
        if mark["name"] in ROW_ENVIRONMENTS:
            stop = mark.end()
            more = _AFTER_BEGIN.match(text, stop) if mark["which"] == "begin" else None
            if more and ("[" in more.group() or mark["name"].startswith(("alignat", "alignedat"))):
                stop = more.end()
            marks.append((mark.start(), stop))
    text = _blanked(text, marks)
    remarks: list[tuple[int, int]] = []
    for words in _INTERTEXT.finditer(text):
        if not remarks or words.start() >= remarks[-1][1]:  # one inside another goes with it
            remarks.append((words.start(), _closing_brace(text, words.end() + 1, len(text)) + 1))
    return _blanked(text, remarks)


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    """The text with spaces for all in these places but its line ends; they are in order and do not overlap."""
    kept: list[str] = []
    at = 0
    for start, stop in spans:
        kept += [text[at:start], re.sub(r"[^\n]", " ", text[start:stop])]
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
