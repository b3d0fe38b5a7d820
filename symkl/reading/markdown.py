r"""From a document to its rows of display mathematics, in order, with headings and directives.

Markdown: ``$$..$$``, ``\[..\]``, ```` ```math ````, bare environments, also inside block quotes and
lists. LaTeX: environments, ``\[..\]``, ``$$``, or a bare fragment. Prose and inline mathematics are
passed over. Every row keeps its place in the document.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from symkl.language.terms import Span
from symkl.reading.mistakes import Unreadable, refuse
from symkl.reading.places import Places
from symkl.reading.scanning import ROW_ENVIRONMENTS, statements

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
    found = _read(text)[1]
    return tuple(Span(each.start, each.stop) for each in found if not (each.unclosed or each.unread or each.tex))


# -- Markdown ------------------------------------------------------------------------------------------

_OUTER = "|".join(sorted((re.escape(name) for name in ROW_ENVIRONMENTS), key=len, reverse=True))
_OPENER = re.compile(
    rf"(?P<code>`+)|(?P<comment><!--.*?(?:-->|$))|(?P<escaped>\\\\|\\\$|\\`)"
    rf"|(?P<dollars>\$\$)|(?P<bracket>\\\[)|\\begin\{{(?P<env>{_OUTER})\}}|\\begin\{{(?P<other>[A-Za-z]+\*?)\}}"
)
_MATH_FENCE = re.compile(
    r"(?P<fence>`{3,}|~{3,})\s*\{?(?P<of>math|latex|tex|katex)\}?\s*$|(?P<colons>:{3,})\s*\{math\}\s*$", re.IGNORECASE
)
_CONTAINER = re.compile(r">|(?:[-*+]|\d{1,9}[.)])(?:\s|$)|#{1,6}\s")
_LOOKS_LIKE_MATHS = re.compile(r"[\\=^_<>]")
_PROSE_LINE = re.compile(r"^(?:[^\\$]*\s)?[A-Za-z]{2,}\s+[A-Za-z]{2,}\s+[A-Za-z]{2,}")
_MARK = re.compile(r"\s*symkl\s*(?P<colon>:?)", re.IGNORECASE)
_COMMENT = re.compile(r"<!--(?P<body>.*?)(?P<end>-->)", re.DOTALL)
#: HTML whose content is shown as it is written, or not at all.
_VERBATIM_HTML = re.compile(
    r"<(?P<tag>pre|code|script|style|textarea|xmp|samp|kbd)\b.*?(?:</(?P=tag)\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_RELATION = re.compile(
    r"[=<>≤≥∝≡≈]|\\(?:[lg]eq?|[lg]eqslant|propto|approx|equiv|iff|implies|coloneqq|triangleq|neq?|sim|to)(?![A-Za-z])"
)
_ONLY_IN_MATHS = re.compile(
    r"\\(?:frac|sum|prod|log|exp|mathbb|mathcal|mathrm|left|KL|pi|beta|theta|tau|alpha|mu|lambda|sigma|mathbb|operatorname"
    r"|max|min|arg|partial|nabla|cdot|[lg]eq?|propto|approx|quad|int|E)(?![A-Za-z])|[_^]\s*[\w{\\]"
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


@dataclass(frozen=True, slots=True)
class _Found:
    """A formula's pieces in the document, line by line, or a formula that never ends.

    ``unread`` is the environment it stands in, if that is none that is read; ``tex`` is set where the pieces are
    LaTeX that may hold displays of its own.
    """

    start: int
    stop: int
    pieces: tuple[tuple[int, int], ...]
    unclosed: str = ""
    unread: str = ""
    tex: bool = False


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
    quoted: list[tuple[int, int]] = []
    for n, token in enumerate(tokens):
        if token.map is None:
            continue
        first, last = token.map
        start = places.starts[first]
        stop = places.starts[last] if last < len(places.starts) else len(text)
        if token.type in ("fence", "code_block"):
            quoted.append((start, stop))
        elif token.type == "inline":
            quoted += _code_spans(text, start, stop)
        elif token.type == "html_block":
            hidden = [(start + m.start(), start + m.end()) for m in _VERBATIM_HTML.finditer(text[start:stop])]
            quoted += hidden
            if not text.startswith("<!--", start + len(text[start:stop]) - len(text[start:stop].lstrip())):
                found += _in_html(text, start, stop, hidden)
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
        if each.tex:
            quoted.append((each.start, each.stop))
    yield from _comments(text, sorted(quoted), places)


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


_INLINE_PIECE = re.compile(
    r"\\[\\`]|(?P<ticks>`+)|(?P<comment><!--)|<(?P<tag>pre|code|script|style|textarea|xmp|samp|kbd)\b[^<>]*>",
    re.IGNORECASE,
)
_IN_HTML = re.compile(
    r"\$\$(?P<dollars>[^$]+)\$\$|\\\[(?P<bracket>.+?)\\\]"
    rf"|\\begin\{{(?P<env>{_OUTER})\}}.*?\\end\{{(?P=env)\}}",
    re.DOTALL,
)


def _in_html(text: str, start: int, stop: int, hidden: list[tuple[int, int]]) -> Iterator[_Found]:
    """The displays in a block of HTML: a reader sees them, though Markdown passes the block on as it is."""
    plain = text[start:stop]
    for begin, end in hidden:
        plain = plain[: begin - start] + re.sub(r"[^\n]", " ", text[begin:end]) + plain[end - start :]
    plain = _COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), plain)
    for each in _IN_HTML.finditer(plain):
        inside = each.span("dollars" if each["dollars"] else "bracket" if each["bracket"] else 0)
        yield _Found(start + each.start(), start + each.end(), ((start + inside[0], start + inside[1]),))


def _comments(text: str, quoted: list[tuple[int, int]], places: Places) -> Iterator[Block]:
    """The directives in the comments of a Markdown document, and those that look like one and are none."""
    starts = [start for start, _ in quoted]
    at = 0
    while (at := text.find("<!--", at)) >= 0:
        before = bisect_right(starts, at) - 1
        if before >= 0 and at < quoted[before][1]:
            at = quoted[before][1]
            continue
        comment = _COMMENT.match(text, at)
        mark = _MARK.match(text, at + 4)
        if comment is None:
            if mark is not None and mark["colon"]:
                yield _misspelt("unclosed directive", text, at, mark.end(), places)
            return
        if mark is not None:
            yield from _marked(text, mark, comment.end("body"), places)
        at = comment.end()


def _marked(text: str, mark: re.Match[str], stop: int, places: Places) -> Iterator[Block]:
    """What a comment that begins with our name declares."""
    written = mark.group().strip()
    if written == "symkl:":
        yield from _directive(text, mark.end(), stop, places)
    elif mark["colon"] or _DECLARES.match(text, mark.end(), stop):
        start = mark.start() + mark.group().index(written)
        yield _misspelt("misspelt directive", text, start, start + len(written), places)


#: What stands in a directive and hardly in prose.
_DECLARES = re.compile(
    r"\s*(?:claim\s+[\w-]+|(?:reference|reward|temperature|prompts|sampler)\s+\\?\S+|\S+\s*>\s*0|\S+\s+(?:real\s+)?scalar"
    r"|\S+\s+(?:positive\s+)?function\b.*|\S+\s+distribution\b.*|assume)\s*(?:;|$)"
)


def _misspelt(name: str, text: str, start: int, stop: int, places: Places) -> Block:
    place = Span(start, stop)
    problem = refuse(name, place, text[start:stop].strip())
    return Block(Kind.TROUBLE, text[start:stop], place, places.line(start), places.column(start), trouble=problem)


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
    inside = "".join(masked)
    if found.unread:
        yield from _unread(inside, found.start, found.unread, places)
    elif not found.tex:
        yield from split_rows(inside, found.start, places)
    elif _TEX_MATHS.search(inside):
        yield from _moved(_tex_blocks(inside, Places.of(inside)), found.start, places)
    elif _RELATION.search(inside) and not _PREAMBLE.search(inside):
        yield from split_rows(inside, found.start, places)


_ENDS_OF_ENVIRONMENTS = re.compile(
    r"\\begin\s*\{[A-Za-z]+\*?\}(?:\s*\[[^\[\]]*\])?(?:\s*\{[\w\s|@.,/?:*-]*\})?|\\end\s*\{[A-Za-z]+\*?\}"
)
_PREAMBLE = re.compile(
    r"\\(?:documentclass|usepackage|(?:re)?newcommand|providecommand|def|DeclareMathOperator|input|include|begin"
    r"|hypersetup|setlength|title|author|section|newtheorem)(?![A-Za-z])"
)
"""What a listing of LaTeX holds, and a formula does not."""


def _unread(inside: str, base: int, environment: str, places: Places) -> Iterator[Block]:
    """The rows of an environment that is not read: each is reported, none is passed over."""
    body = _ENDS_OF_ENVIRONMENTS.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), inside)
    for row in split_rows(body, base, places):
        if _RELATION.search(row.text):
            yield replace(row, trouble=refuse("environment", row.span, environment))


def _moved(found: Iterator[Block], base: int, places: Places) -> Iterator[Block]:
    """Blocks of a text within the document, with the places they have there; what is declared there is quoted."""
    for block in found:
        if block.kind in (Kind.ROW, Kind.TROUBLE):
            span = Span(block.span.start + base, block.span.stop + base)
            trouble = block.trouble
            if trouble is not None:
                trouble = copy(trouble)
                trouble.span = Span(trouble.span.start + base, trouble.span.stop + base)
            yield replace(
                block,
                span=span,
                line=places.line(span.start),
                column=places.column(span.start),
                display=block.display + base,
                trouble=trouble,
            )


DISPLAY_LIMIT = 1_000_000
"""Characters of one displayed formula, all its rows together."""

_CLOSER_OF = {"$$": "$$", "\\[": "\\]", "```math": "```", ":::{math}": ":::"}


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
        tex = (fence["of"] or "").lower() in ("latex", "tex")
        state.line = _fenced(state, line, end_line, fence["fence"] or fence["colons"], into, tex=tex)
        return True
    while opener is not None:
        kind, closer, inside = _kind(opener)
        found, line, after = _closed(state, line, end_line, opener.start(), inside, closer, kind)
        if found is not None:
            into.append(replace(found, unread=opener["other"] or ""))
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
        elif found["other"]:
            if _holds_a_formula(source, found.end(), found["other"]):
                return found
        elif found["dollars"] or found["bracket"] or found["env"]:
            return found
    return None


_DISPLAY = re.compile(rf"\$\$|\\\[|\\begin\{{(?:{_OUTER})\}}")
_NO_FORMULA = re.compile(
    r"\$[^$]*\$|\\\(.*?\\\)|%[^\n]*|\\(?:text|textbf|textit|emph|caption|label|ref|eqref|cite[tp]?|includegraphics"
    r"|footnote|url|href|verb)\*?\s*(?:\[[^\]]*\])?\{[^{}]*\}", re.DOTALL
)
#: Environments that hold words, pictures or code: a sign of relation in them is no formula.
_WORDED = frozenset(
    [
        "document", "figure", "table", "tabular", "tabularx", "longtable", "tikzpicture", "axis", "algorithm",
        "algorithmic", "verbatim", "Verbatim", "lstlisting", "minted", "comment", "filecontents", "itemize",
        "enumerate", "description", "center", "abstract", "quote", "quotation", "minipage", "thebibliography",
        "frame", "array", "cases", "matrix", "pmatrix", "bmatrix", "tcolorbox", "mdframed", "scope", "picture", "alltt",
    ]
)  # fmt: skip


def _holds_a_formula(source: str, at: int, environment: str) -> bool:
    """Whether an environment that is none of ours displays a formula: a relation that stands in no inline formula."""
    if environment.rstrip("*") in _WORDED:
        return False
    close = source.find(f"\\end{{{environment}}}", at, at + 20_000)
    if close < 0 or _DISPLAY.search(source, at, close):
        return False
    plain = _NO_FORMULA.sub(" ", source[at:close])
    return _RELATION.search(plain) is not None and _ONLY_IN_MATHS.search(plain) is not None


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
    return opener.group(), f"\\end{{{opener['env'] or opener['other']}}}", opener.start()


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


def _fenced(state: StateBlock, line: int, end_line: int, fence: str, into: list[_Found], *, tex: bool) -> int:
    start = state.bMarks[line] + state.tShift[line]
    pieces: list[tuple[int, int]] = []
    for row in range(line + 1, end_line):
        begin, stop = state.bMarks[row] + state.tShift[row], state.eMarks[row]
        words = state.src[begin:stop].strip()
        if (state.sCount[row] < state.blkIndent and words) or re.match(r"(?:`{3}|~{3})\s*\w", words):
            break  # the container ends, or the next fence opens: this one was never closed
        if words.startswith(fence) and not words.strip(fence[0]):
            into.append(_Found(start, stop, tuple(pieces), tex=tex))
            return row + 1
        if not re.match(r":\w+:", words):  # an option of MyST's {math} directive
            pieces.append((begin, stop))
    into.append(_Found(start, start, (), unclosed=":::{math}" if fence[0] == ":" else "```math"))
    return line + 1


# -- LaTeX ---------------------------------------------------------------------------------------------

_TEX_COMMENT = re.compile(r"(?<!\\)(?:\\\\)*(?P<comment>%[^\n]*)")
_TEX_PIECE = re.compile(
    rf"\\begin\{{(?P<env>{_OUTER})\}}|\\begin\{{(?P<other>[A-Za-z]+\*?)\}}"
    r"|(?P<bracket>\\\[)|(?P<dollars>\$\$)|(?P<inline>\$)"
    r"|\\(?P<section>part|chapter|(?:sub)*section|paragraph)\*?\s*\{|(?P<escaped>\\.)",
    re.DOTALL,
)
_TEX_MATHS = re.compile(rf"\\begin\{{(?:{_OUTER})\}}|\\\[|\$|\\\(")


#: What LaTeX passes over or prints as it is written, and comments, in the order of their beginnings.
_TEX_DEAD = re.compile(
    r"\\begin\{(?P<env>(?:[Vv]erbatim|BVerbatim|lstlisting|minted|comment|alltt|filecontents)\*?)\}"
    r"|\\(?:verb\*?|lstinline(?:\[[^\]]*\])?|mintinline\{\w+\})(?P<mark>[^\w\s*{])|(?P<off>\\if(?:false|0)(?![A-Za-z]))"
    r"|(?P<end>\\end\{document\})|(?P<comment>%[^\n]*)|\\.",
    re.DOTALL,
)
_CONDITIONAL = re.compile(
    r"\\(?P<open>if(?!f(?![A-Za-z]))[A-Za-z]+)|\\(?P<other>else)(?![A-Za-z])|\\(?P<close>fi)(?![A-Za-z])|%[^\n]*|\\.",
    re.DOTALL,
)


def _living(text: str) -> tuple[str, list[tuple[int, int]]]:
    """A LaTeX document without what is quoted or switched off in it, and where its comments stand."""
    out, comments = list(text), []

    def blank(start: int, stop: int) -> None:
        out[start:stop] = re.sub(r"[^\n]", " ", text[start:stop])

    at = 0
    while (found := _TEX_DEAD.search(text, at)) is not None:
        at = found.end()
        if found["comment"]:
            comments.append(found.span("comment"))
            blank(*found.span("comment"))
        elif found["env"]:
            close = text.find(f"\\end{{{found['env']}}}", at)
            at = close if close >= 0 else len(text)
            blank(found.start(), at)
        elif found["mark"]:
            line = text.find("\n", at)
            close = text.find(found["mark"], at, line if line >= 0 else len(text))
            if close >= 0:
                at = close + 1
                blank(found.start(), at)
        elif found["off"]:
            at = _switched_on(text, at)
            blank(found.start(), at)
        elif found["end"]:
            blank(at, len(text))
            break
    return "".join(out), comments


def _switched_on(text: str, at: int) -> int:
    """Where what ``\\iffalse`` switches off ends: behind its ``\\fi`` or ``\\else``."""
    depth = 1
    for mark in _CONDITIONAL.finditer(text, at):
        if mark["open"]:
            depth += 1
        elif mark["close"] or (mark["other"] and depth == 1):
            depth -= 1
            if not depth:
                return mark.end()
    return len(text)


def _tex_blocks(text: str, places: Places) -> Iterator[Block]:
    plain, comments = _living(text)
    for start, stop in comments:
        mark = _MARK.match(text, start + len(text[start:stop]) - len(text[start:stop].lstrip("%")), stop)
        if mark is not None:
            yield from _marked(text, mark, stop, places)
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
        elif found["other"]:
            if not fragment and _holds_a_formula(plain, at, found["other"]):
                close = plain.find(f"\\end{{{found['other']}}}", at, end)
                each = _Found(found.start(), close, ((found.start(), close),), unread=found["other"])
                yield from _rows(plain, each, places)
                at = close
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
_OPTIONS = re.compile(r"(?:\s*\[[^\[\]]*\])?(?:\s*\{[\w\s|@.,/?:*-]*\})?")
_WITH_OPTIONS = ("IEEEeqnarray", "empheq", "dmath", "dgroup", "xalignat")
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
    return _columns(rows)


_GOES_ON = re.compile(r"[\s&]*(?:[=≤≥<>∝≡]|\\(?:[lg]eq?|[lg]eqslant|propto|approx|equiv|iff|implies)(?![A-Za-z]))")


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
    marks = []
    for mark in _ENVIRONMENT.finditer(text):
        if mark["name"] in ROW_ENVIRONMENTS:
            stop = mark.end()
            more = _AFTER_BEGIN.match(text, stop) if mark["which"] == "begin" else None
            if mark["which"] == "begin" and mark["name"].rstrip("*") in _WITH_OPTIONS:
                options = _OPTIONS.match(text, stop)
                stop = options.end() if options else stop
            elif more and ("[" in more.group() or mark["name"].startswith(("alignat", "alignedat"))):
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
