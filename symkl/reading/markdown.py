r"""Markdown: where ``$$..$$``, ``\[..\]``, ```` ```math ```` and bare environments stand, also in quotes and lists.

GitHub's, Jupyter's, MyST, Quarto, R Markdown and kramdown are all meant: the contents of a directive, an admonition or
a callout are document. Prose and inline formulas are passed over.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from symkl.language.patterns import pattern
from symkl.language.terms import Span
from symkl.reading.blocks import Block, Kind, Unchecked
from symkl.reading.containers import opened
from symkl.reading.directives import MARK, declarations, misspelt
from symkl.reading.finding import (
    DISPLAY,
    OUTER,
    PROSE_LINE,
    RELATION,
    Display,
    blanked,
    find_unescaped,
    holds_a_formula,
    kind_of,
)
from symkl.reading.marked import Marked
from symkl.reading.places import line_starts

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token


_OPENER = pattern(
    r"(?P<code>`+)|(?P<comment><!--.*?(?:-->|$))|(?P<bracket>\\{1,2}\[)|(?P<escaped>\\\\|\\\$|\\`)"
    rf"|(?P<dollars>\$\$)|\\begin\{{(?P<env>{OUTER})\}}|\\begin\{{(?P<other>[A-Za-z]+\*?)\}}"
)
_MATH_FENCE = pattern(
    r"(?P<fence>`{3,}|~{3,})\s*\{?=?(?P<of>math|latex|tex|katex)\}?\s*$|(?P<colons>:{3,})\s*\{math\}\s*$", re.IGNORECASE
)
_CONTAINER = pattern(r">|(?:[-*+]|\d{1,9}[.)])(?:\s|$)|#{1,6}\s")
_LEAD = pattern(r"[ >\t]*")
_SOMETHING = pattern(r"\S")
_LOOKS_LIKE_MATHS = pattern(r"[\\=^_<>]")
_COMMENT = pattern(r"<!--(?P<body>.*?)(?P<end>-->)", re.DOTALL)
#: HTML whose content is shown as it is written, or not at all.
_VERBATIM_HTML = pattern(
    r"<(?P<tag>pre|code|script|style|textarea|xmp|samp|kbd)\b.*?(?:</(?P=tag)\s*>|\Z)", re.DOTALL | re.IGNORECASE
)

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


def _read(text: str) -> tuple[list[Token], list[Display]]:
    """A document's blocks as markdown-it sees them, and its displayed formulas."""
    from markdown_it import MarkdownIt

    reader = MarkdownIt("commonmark").disable(["normalize", "inline", "text_join"])
    reader.block.ruler.before(
        "code", "symkl_display", _display_rule, {"alt": ["paragraph", "reference", "list", "table"]}
    )
    found: list[Display] = []
    # Offsets must stay what they are in the document, so line ends are blanked rather than joined.
    source = opened(text.replace("\r", " "))
    return reader.parse(source, {"symkl": found, "ahead": _Ahead(source)}), found


def marked(text: str) -> Marked:
    r"""What Markdown has of displays, headings and directives.

    >>> marked("so\n\n$$a = b$$\n").displays[0].pieces
    ((6, 11),)
    """
    tokens, found = _read(text)
    starts = line_starts(text)
    quoted: list[tuple[int, int]] = []
    blocks: list[Block] = []
    untold: list[Unchecked] = []
    for n, token in enumerate(tokens):
        if token.map is None:
            continue
        first, last = token.map
        start = starts[first]
        stop = starts[last] if last < len(starts) else len(text)
        if token.type in ("fence", "code_block"):
            quoted.append((start, stop))
            if token.info.strip().lower() == "{eval-rst}" and (shown := text.find(".. math::", start, stop)) >= 0:
                why = "reStructuredText inside Markdown is not read"
                untold.append(Unchecked(Span(shown, shown + 9), why, seen=True))
        elif token.type == "inline":
            quoted += _code_spans(text, start, stop)
        elif token.type == "html_block":
            hidden = [(start + m.start(), start + m.end()) for m in _VERBATIM_HTML.finditer(text[start:stop])]
            quoted += hidden
            if not text.startswith("<!--", start + len(text[start:stop]) - len(text[start:stop].lstrip())):
                found += in_html(text, start, stop, hidden)
        elif token.type == "heading_open":
            place = Span(start, max(start, stop - 1))
            blocks.append(Block(Kind.HEADING, tokens[n + 1].content, place, level=int(token.tag[1:])))
    unchecked = [Unchecked(_first_line(text, *place), "code") for place in quoted if _displays(text, *place)]
    displays, inline = _without_inline(text, found)
    quoted += [(each.start, each.stop) for each in displays if each.tex]
    quoted.sort()
    said, hushed = _comments(text, quoted)
    return Marked(tuple(displays), (*blocks, *said), tuple(quoted), (*untold, *unchecked, *inline, *hushed))


def _displays(text: str, start: int, stop: int) -> bool:
    """Whether a display is opened there."""
    return DISPLAY.search(text, start, stop) is not None


def _first_line(text: str, start: int, stop: int) -> Span:
    opener = DISPLAY.search(text, start, stop)
    start = opener.start() if opener else start
    line = text.find("\n", start, stop)
    return Span(start, line if line >= 0 else stop)


_SINGLE_DOLLARS = pattern(r"(?<![\\$])\$(?![$`])[^$\n]+(?<!\\)\$(?!\$)")
_WORDS = pattern(r"[^\W\d_]{2,}")
_LIST_MARK = pattern(r"[\s>]*(?:(?:[-*+]|\d{1,9}[.)])\s+)?")
_MORE_THAN_A_NAME = pattern(
    r"[+\-]|\\(?:mathbb|sum|prod|[td]?frac|log|exp|int|max|min|arg|operatorname|nabla)(?![A-Za-z])"
)


def _without_inline(text: str, found: list[Display]) -> tuple[list[Display], list[Unchecked]]:
    """The displays without those that kramdown sets inside a sentence: ``let $$\\pi$$ be a policy``."""
    within = {id(each) for each in found if _in_a_sentence(text, each)}
    bare = [each for each in found if id(each) in within and not RELATION.search(text, each.start, each.stop)]
    kramdown = bool(bare) and not _SINGLE_DOLLARS.search(text)
    names = [each for each in bare if not _MORE_THAN_A_NAME.search(text, each.start, each.stop)]
    inline = [each for each in found if id(each) in within] if kramdown else names
    gone = {id(each) for each in inline}
    stating = [each for each in inline if RELATION.search(text, each.start, each.stop)]
    why = "it stands inside a sentence: put it on a line of its own"
    told = [Unchecked(Span(each.start, each.stop), why) for each in stating]
    return [each for each in found if id(each) not in gone], told


_EQUATION_LABEL = pattern(r"^[ \t]*\([\w:.-]+\)[ \t]*$")
_NEAR = 300
"""How far around a formula words are looked for that it stands among."""


def _in_a_sentence(text: str, each: Display) -> bool:
    """Whether ``$$..$$`` stands in one line with words around it that are no table."""
    if each.unclosed or len(each.pieces) != 1 or not text.startswith("$$", each.start):
        return False
    near = max(each.start - _NEAR, 0)
    begin = text.rfind("\n", near, each.start)
    end = text.find("\n", each.stop, each.stop + _NEAR)
    after = text[each.stop : end if end >= 0 else each.stop + _NEAR]
    around = text[begin + 1 if begin >= 0 else near : each.start] + "\n" + _EQUATION_LABEL.sub(" ", after)
    around = re.sub(r"\$\$[^$\n]*\$\$|\{[^{}\n]*\}|<[^<>\n]*>", " ", around)
    if "|" in around or "{{" in around:
        return False
    mark = _LIST_MARK.match(around)
    return _WORDS.search(around, mark.end() if mark else 0) is not None


def _code_spans(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The code spans of a paragraph, and the HTML in it that is shown as it is written."""
    at = start
    while (piece := _INLINE_PIECE.search(text, at, stop)) is not None:
        at = piece.end()
        if piece["ticks"]:
            at = _behind_code(text, piece, stop)
            if at > piece.end():
                yield piece.start(), at
        elif piece["tag"]:
            if closer := re.compile(rf"</{piece['tag']}\s*>", re.IGNORECASE).search(text, at, stop):
                yield piece.start(), closer.end()
                at = closer.end()
        elif piece["comment"]:
            close = text.find("-->", at, stop)
            at = close + 3 if close >= 0 else at


_INLINE_PIECE = pattern(
    r"\\[\\`]|(?P<ticks>`+)|(?P<comment><!--)|<(?P<tag>pre|code|script|style|textarea|xmp|samp|kbd)\b[^<>]*>",
    re.IGNORECASE,
)
_IN_HTML = pattern(
    r"\$\$(?P<dollars>[^$]+)\$\$|\\\[(?P<bracket>.+?)\\\]"
    rf"|\\begin\{{(?P<env>{OUTER})\}}.*?\\end\{{(?P=env)\}}",
    re.DOTALL,
)


def in_html(text: str, start: int, stop: int, hidden: list[tuple[int, int]]) -> Iterator[Display]:
    """The displays in a block of HTML: a reader sees them, though Markdown passes the block on as it is."""
    plain = text[start:stop]
    for begin, end in hidden:
        plain = plain[: begin - start] + blanked(text[begin:end]) + plain[end - start :]
    plain = _COMMENT.sub(lambda m: blanked(m.group()), plain)
    for each in _IN_HTML.finditer(plain):
        inside = each.span("dollars" if each["dollars"] else "bracket" if each["bracket"] else 0)
        yield Display(start + each.start(), start + each.end(), ((start + inside[0], start + inside[1]),))


def _comments(text: str, quoted: list[tuple[int, int]]) -> tuple[list[Block], list[Unchecked]]:
    """The directives in the comments of a Markdown document, those that look like one, and comments with a display."""
    starts = [start for start, _ in quoted]
    blocks: list[Block] = []
    unchecked: list[Unchecked] = []
    at = 0
    while (at := text.find("<!--", at)) >= 0:
        before = bisect_right(starts, at) - 1
        if before >= 0 and at < quoted[before][1]:
            at = quoted[before][1]
            continue
        comment = _COMMENT.match(text, at)
        mark = MARK.match(text, at + 4)
        if comment is None:
            if mark is not None and mark["colon"]:
                blocks.append(misspelt("unclosed directive", text, at, mark.end()))
            break
        if mark is not None:
            blocks += declarations(text, mark, comment.end("body"))
        elif _displays(text, *comment.span("body")):
            unchecked.append(Unchecked(_first_line(text, *comment.span("body")), "a comment"))
        at = comment.end()
    return blocks, unchecked


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
    into: list[Display] = state.env["symkl"]
    if fence is not None:
        tex = (fence["of"] or "").lower() in ("latex", "tex")
        state.line = _fenced(state, line, end_line, fence["fence"] or fence["colons"], into, tex=tex)
        return True
    while opener is not None:
        kind, closer, inside = kind_of(opener)
        found, line, after = _closed(state, line, end_line, opener.start(), inside, closer, kind)
        if found is not None:
            other = opener["other"] or ""
            into.append(replace(found, unread="" if other == "array" else other))
        opener = _next_opener(source, after, state.eMarks[line])
    state.line = line + 1
    return True


def _next_opener(source: str, begin: int, stop: int) -> re.Match[str] | None:
    alone: set[str] = set()
    line = source.rfind("\n", 0, begin) + 1
    while (found := _OPENER.search(source, begin, stop)) is not None:
        begin = found.end()
        if found["code"]:
            begin = _behind_code(source, found, stop)
        elif found["bracket"] and not _bracket_is_maths(source, found, line, stop, alone):
            continue
        elif found["other"]:
            if holds_a_formula(source, found.end(), found["other"]):
                return found
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


def _bracket_is_maths(source: str, opener: re.Match[str], line: int, stop: int, alone: set[str]) -> bool:
    """``\\[`` is also how Markdown escapes a bracket, ``\\[1\\]``; ``\\\\[`` opens one at the start of a line.

    ``line``: where its line begins; ``alone``: the brackets that nothing closes from some opener before this one on.
    """
    at, inside = opener.start(), opener.end()
    close = -1 if opener["bracket"] in alone else source.find(opener["bracket"].replace("[", "]"), inside, stop)
    if close < 0:
        alone.add(opener["bracket"])
    opens_line = _LEAD.fullmatch(source, line, at) is not None
    ends_line = _SOMETHING.search(source, inside, stop) is None
    if len(opener["bracket"]) > 2:
        return opens_line and (close >= 0 or ends_line)
    if close >= 0:
        return _LOOKS_LIKE_MATHS.search(source, inside, close) is not None
    return opens_line or ends_line


def _closed(
    state: StateBlock, line: int, end_line: int, start: int, inside: int, closer: str, kind: str
) -> tuple[Display | None, int, int]:
    """The display that starts at ``start``: what was found, the line it ends on, and the offset behind it."""
    source = state.src
    pieces: list[tuple[int, int]] = []
    at, row, blank, prose = inside, line, False, False
    ahead: _Ahead = state.env["ahead"]
    while ahead(closer, at) >= 0:
        stop = state.eMarks[row]
        close = find_unescaped(source, closer, at, stop)
        if close >= 0:
            keep = close + (len(closer) if kind.startswith("\\begin") else 0)
            pieces.append((at, keep))
            end = close + len(closer)
            return Display(start, end, tuple(pieces)), row, end
        pieces.append((at, stop))
        row += 1
        if row >= end_line or (state.sCount[row] < state.blkIndent and not state.isEmpty(row)):
            break
        at = state.bMarks[row] + state.tShift[row]
        words = source[at : state.eMarks[row]]
        blank = blank or not words.strip()
        prose = prose or PROSE_LINE.match(words) is not None
        if (blank and prose) or re.match(r"#{1,6}\s|`{3}|~{3}", words):
            break
    return Display(start, inside, (), unclosed=kind), line, inside if inside > start else start + len(kind)


def _fenced(state: StateBlock, line: int, end_line: int, fence: str, into: list[Display], *, tex: bool) -> int:
    start = state.bMarks[line] + state.tShift[line]
    pieces: list[tuple[int, int]] = []
    for row in range(line + 1, end_line):
        begin, stop = state.bMarks[row] + state.tShift[row], state.eMarks[row]
        words = state.src[begin:stop].strip()
        if (state.sCount[row] < state.blkIndent and words) or re.match(r"(?:`{3}|~{3})\s*\w|:{3,}\s*\{", words):
            break  # the container ends, or the next fence opens: this one was never closed
        if words.startswith(fence) and not words.strip(fence[0]):
            into.append(Display(start, stop, tuple(pieces), tex=tex))
            return row + 1
        if not re.match(r":\w+:", words):  # an option of MyST's {math} directive
            pieces.append((begin, stop))
    into.append(Display(start, start, (), unclosed=":::{math}" if fence[0] == ":" else "```math"))
    return line + 1
