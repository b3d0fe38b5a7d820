"""From a document to what matters in it to a proof, whatever kind of file it is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import NamedTuple

from symkl.language.loading import Load, nothing
from symkl.language.patterns import pattern
from symkl.language.terms import Span
from symkl.reading import markdown, notebooks, org, pages, restructured
from symkl.reading.blocks import Block, Kind, Unchecked
from symkl.reading.entities import decoded, named
from symkl.reading.finding import DISPLAY, RELATION, Display, rows_of
from symkl.reading.including import INCLUDES, Including
from symkl.reading.macros import DEFINES, LARGEST, Expander
from symkl.reading.marked import Marked
from symkl.reading.mistakes import Unreadable, refuse
from symkl.reading.places import Places
from symkl.reading.splitting import split_rows
from symkl.reading.tex import MATHS, living, tex_blocks
from symkl.reading.tracing import Builder, Traced, Written


class Document(NamedTuple):
    """A document, found: its blocks in order, where each was written, and what is not judged."""

    blocks: tuple[Block, ...]
    places: Places
    unchecked: tuple[Unchecked, ...] = ()


def document(text: str, file: str = "", load: Load = nothing) -> Document:
    r"""What matters to a proof in a document, by the kind of its file: Markdown where its name says nothing.

    ``load`` fetches what ``\input`` puts in.

    >>> [(b.kind.value, b.text) for b in document("# Proof\n\n$$a = b$$\n").blocks]
    [('heading', 'Proof'), ('row', 'a = b')]
    """
    if (marks := sum(map(text.count, _MARKS))) > MOST_MARKS:
        return _too_many("too many displays", marks, MOST_MARKS, text)
    ending = _ending(file)
    if ending == "ipynb" or ("." not in file and _NOTEBOOK.match(text)):
        return _notebook(text)
    if (lines := text.count("\n")) > MOST_LINES:
        return _too_many("too many lines", lines, MOST_LINES, text)
    if ending in _MARKUPS:
        return _of_one(text, _MARKUPS[ending])
    return _tex(text, load) if is_latex(text, file) else _of_one(text, markdown.marked)


MOST_MARKS = 40_000
"""Marks of displays in a document, at most: ``$$`` (two a display), ``\\[`` and ``\\begin``. They are counted before
anything is looked for, as each costs as much as a short row, however little stands in it."""

MOST_LINES = 100_000
"""Lines of a document, at most: each may be a heading or a list, which costs as much as a short row."""

_MARKS = ("$$", "\\[", "\\begin{")


def _too_many(name: str, found: int, most: int, text: str) -> Document:
    place = Span(0, 1)
    problem = refuse(name, place, f"{found:,}", f"{most:,}")
    return _placed([Block(Kind.TROUBLE, "", place, trouble=problem)], Traced.of(text), [])


_MARKUPS: dict[str, Callable[[str], Marked]] = {
    "org": org.marked,
    "rst": restructured.marked,
    "html": pages.marked,
    "htm": pages.marked,
    "xhtml": pages.marked,
}
_NOTEBOOK = pattern(r"\s*\{\s*\"(?:cells|metadata|nbformat\w*)\"\s*:")
_TEX_BEGINS = pattern(r"(?:\s|%[^\n]*\n)*\\")


def is_latex(text: str, file: str) -> bool:
    """Whether a document is LaTeX: by its name, or because it begins as LaTeX does."""
    if _ending(file) in ("tex", "ltx", "latex"):
        return True
    begins = _TEX_BEGINS.match(text) is not None and ("\\documentclass" in text or "\\begin{document}" in text)
    return begins and _ending(file) not in (*_MARKUPS, "ipynb")


def _ending(file: str) -> str:
    return file.rpartition(".")[2].lower() if "." in file else ""


def blocks(text: str, file: str = "") -> tuple[Block, ...]:
    """The rows, headings and directives of a document, in the order they stand."""
    return document(text, file).blocks


def displays(text: str) -> tuple[Span, ...]:
    r"""Where the displayed formulas of a Markdown document stand, their delimiters included.

    >>> displays("so $$a = b$$ holds")
    (Span(start=3, stop=12),)
    """
    found = markdown.marked(text).displays
    return tuple(Span(each.start, each.stop) for each in found if not (each.unclosed or each.unread or each.tex))


def expansion(text: str) -> Callable[[str], str]:
    r"""What the macros of a Markdown document make of a formula, once all of them are defined.

    >>> expansion(r"$\newcommand{\x}{\beta}$")(r"\x = 1")
    '\\beta = 1'
    """
    made = _Assembly()
    made.add(text, markdown.marked(text))

    def expanded(formula: str) -> str:
        written = Written(formula, 0, 0, len(formula))
        return "".join(each.text for each in made.expander.run([written])) if made.expander.macros else formula

    return expanded


# -- LaTeX ---------------------------------------------------------------------------------------------


def _tex(text: str, load: Load) -> Document:
    plain, unchecked = living(text)
    builder = Builder()
    source = builder.source(text, plain=plain)
    including = Including(load, builder)
    expander = Expander(tex=True, include=including)
    whole = [Written(plain, source, 0, len(plain))]
    defines = DEFINES.search(plain) is not None or INCLUDES.search(plain) is not None
    if defines and len(plain) > LARGEST:
        builder.put_all(whole)
        return _placed([_too_large(plain)], builder.traced(), unchecked)
    builder.put_all(expander.run(whole) if defines else whole)
    traced = builder.traced(expander.names)
    found = [*tex_blocks(traced.text), *_exhausted(expander, traced)]
    unchecked += including.unchecked
    if not _has_formulas(found):
        unchecked += _inline(plain, ())
    return _placed(found, traced, unchecked)


def _too_large(text: str) -> Block:
    """The trouble of a document that is too large for its macros to be carried out."""
    place = Span(LARGEST, LARGEST + 1)
    problem = refuse("too large for macros", place, f"{len(text):,}", f"{LARGEST:,}")
    return Block(Kind.TROUBLE, "", place, trouble=problem)


def _exhausted(expander: Expander, traced: Traced) -> list[Block]:
    """The trouble of a document that defines more than is carried out."""
    if not expander.exhausted:
        return []
    place = Span(max(len(traced.text) - 1, 0), len(traced.text))
    return [Block(Kind.TROUBLE, "", place, trouble=refuse("too many macros", place))]


# -- prose with displays in it ---------------------------------------------------------------------------


def _of_one(text: str, marked: Callable[[str], Marked]) -> Document:
    made = _Assembly()
    made.add(text, marked(text))
    return made.document()


def _notebook(text: str) -> Document:
    made = _Assembly()
    try:
        found = notebooks.cells(text)
    except Unreadable as problem:
        traced = Traced.of(text)
        return _placed([Block(Kind.TROUBLE, "", problem.span, trouble=problem)], traced, [])
    for cell in found:
        name = f"cell {cell.number}"
        if cell.kind == "markdown":
            made.add(cell.text, markdown.marked(cell.text), name)
        elif shown := DISPLAY.search(cell.text):
            made.pass_over(cell.text, Span(*shown.span()), name, "code" if cell.kind == "code" else "a raw cell")
    return made.document()


class _Assembly:
    """Texts of prose with displays in them, put together to one that is read."""

    def __init__(self) -> None:
        self.builder = Builder()
        self.expander = Expander(tex=False)
        self.rows: list[tuple[Display, int, int]] = []
        self.said: list[tuple[int, Block]] = []
        self.unchecked: list[Unchecked] = []
        self.texts: list[tuple[int, str, Marked]] = []

    def pass_over(self, text: str, span: Span, name: str, why: str) -> None:
        """Tell of a text that is not read."""
        source = self.builder.source(text, name)
        self.unchecked.append(Unchecked(span, why, source=source))

    def add(self, text: str, found: Marked, name: str = "") -> None:
        """Put a text behind those that are there; what ``name`` it has among them."""
        builder, expander = self.builder, self.expander
        source = builder.source(text, name)
        if builder.length:
            builder.put(Written("\n\n", source, 0, 0, own=False))
        self.texts.append((source, text, found))
        self.said += [(source, block) for block in found.blocks]
        self.unchecked += [each._replace(source=source) for each in found.unchecked]
        defines = DEFINES.search(text) is not None
        at = 0
        plain: list[str] = []
        for each in _in_order(text, found):
            if isinstance(each, int):
                expander.definition(text, each)
                continue
            if each.start < at:
                continue
            builder.put(Written(text[at : each.start], source, at, each.start))
            plain.append(text[at : each.start])
            base = builder.length
            at = each.start
            if not each.unclosed:
                plain.append(each.inside(text))
                pieces = decoded(plain[-1], source, each.start)
                builder.put_all(expander.run(pieces) if expander.macros or defines else pieces)
                at = each.stop
            self.rows.append((each, base, builder.length))
        builder.put(Written(text[at:], source, at, len(text)))
        builder.plain(source, "".join((*plain, text[at:])))

    def document(self) -> Document:
        """All of it, found."""
        traced = self.builder.traced(self.expander.names)
        places = Places.of(traced)
        out = _exhausted(self.expander, traced)
        for display, start, stop in self.rows:
            out += [
                replace(block, notes=named(places.author(block.span)))
                for block in _shown(display, traced.text[start:stop], start)
            ]
        positions = {source: traced.positions(source) for source, _ in self.said}
        out += [_moved(each, positions[source](each.span.start) - each.span.start) for source, each in self.said]
        unchecked = self.unchecked
        if not _has_formulas(out):
            inline = (each._replace(source=n) for n, text, found in self.texts for each in _inline(text, found.quoted))
            unchecked = list(chain(unchecked, *([each] for each in inline)))[: len(unchecked) + 1]
        return _placed(out, traced, unchecked)


def _has_formulas(found: Sequence[Block]) -> bool:
    return any(block.kind in (Kind.ROW, Kind.TROUBLE) for block in found)


def _in_order(text: str, found: Marked) -> list[Display | int]:
    """The displays of a document, and where macros are defined outside them, as they stand."""
    away = _Away([*found.quoted, *((each.start, each.stop) for each in found.displays if not each.unclosed)])
    defined = [each.start() for each in DEFINES.finditer(text) if each.start() not in away]
    return sorted([*found.displays, *defined], key=lambda each: each if isinstance(each, int) else each.start)


class _Away:
    """Stretches of a text: whether an offset lies in one."""

    def __init__(self, stretches: Sequence[tuple[int, int]]) -> None:
        self.stretches = sorted(stretches)
        self.starts = [start for start, _ in self.stretches]

    def __contains__(self, offset: int) -> bool:
        n = bisect_right(self.starts, offset) - 1
        return n >= 0 and offset < self.stretches[n][1]


_INLINE = pattern(
    r"(?<![\\$])\$(?![$`\s])(?P<dollars>[^$\n]{1,500})(?<![\s\\])\$(?![$\d])|\\\((?P<round>(?:(?!\\\()[^\n]){1,500}?)\\\)"
)


def _inline(text: str, quoted: Sequence[tuple[int, int]]) -> list[Unchecked]:
    """The first inline formula that states something, with what to do, for a document that has no other."""
    away = _Away(quoted)
    for found in _INLINE.finditer(text):
        inside = found["dollars"] or found["round"]
        if RELATION.search(inside) and found.start() not in away:
            why = f"inline formulas are not checked: put the steps on lines of their own, as in $$ {inside.strip()} $$"
            return [Unchecked(Span(*found.span()), why)]
    return []


_PREAMBLE = pattern(
    r"\\(?:documentclass|usepackage|(?:re)?newcommand|providecommand|def|DeclareMathOperator|input|include|begin"
    r"|hypersetup|setlength|title|author|section|newtheorem)(?![A-Za-z])"
)
"""What a listing of LaTeX holds, and a formula does not."""


def _shown(display: Display, inside: str, base: int) -> list[Block]:
    """The rows of a display; of a listing of LaTeX, those of the displays in it, or of the formula that it is."""
    if not display.tex or display.unclosed:
        return list(rows_of(display, inside, base))
    if MATHS.search(inside):
        return [_moved(block, base) for block in tex_blocks(inside) if block.kind in (Kind.ROW, Kind.TROUBLE)]
    if RELATION.search(inside) and not _PREAMBLE.search(inside):
        return split_rows(inside, base)
    return []


# -- in their places ---------------------------------------------------------------------------------------


def _moved(block: Block, by: int) -> Block:
    """A block with its place so many characters further on."""
    trouble = None if block.trouble is None else block.trouble.moved(by)
    span = Span(block.span.start + by, block.span.stop + by)
    return replace(block, span=span, display=block.display + by, trouble=trouble)


def _placed(found: list[Block], traced: Traced, unchecked: Sequence[Unchecked]) -> Document:
    """Blocks in their order, with the lines and columns of their authors."""
    places = Places.of(traced)
    ordered = sorted(found, key=lambda block: block.span.start)
    placed = tuple(_located(block, places) for block in _troubled(ordered, traced))
    return Document(placed, places, tuple(sorted(unchecked, key=lambda each: (each.source, each.span.start))))


def _troubled(found: list[Block], traced: Traced) -> Iterator[Block]:
    """The blocks in their order, each row with the trouble of a macro in it that leads nowhere."""
    troubles, n = traced.troubles, 0
    for block in found:
        while n < len(troubles) and troubles[n].span.stop <= block.span.start:
            n += 1
        inside = n < len(troubles) and troubles[n].span.start < block.span.stop
        yield replace(block, trouble=troubles[n]) if inside and block.kind is Kind.ROW else block


def _located(block: Block, places: Places) -> Block:
    start = block.span.start
    return replace(block, line=places.line(start), column=places.column(start))
