"""From a document to what matters in it to a proof, whatever kind of file it is."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from symkl.language.terms import Span
from symkl.reading.blocks import Block, Kind, Unchecked
from symkl.reading.entities import decoded, named
from symkl.reading.finding import RELATION, Display, rows_of
from symkl.reading.macros import DEFINES, Expander
from symkl.reading.markdown import Marked, marked
from symkl.reading.places import Places
from symkl.reading.splitting import split_rows
from symkl.reading.tex import MATHS, living, tex_blocks
from symkl.reading.tracing import Builder, Traced, Written


@dataclass(frozen=True, slots=True)
class Document:
    """A document, found: its blocks in order, where each was written, and what is not judged."""

    blocks: tuple[Block, ...]
    places: Places
    unchecked: tuple[Unchecked, ...] = ()


def document(text: str, file: str = "") -> Document:
    r"""What matters to a proof in a document, by the kind of its file: LaTeX, or Markdown where its name says nothing.

    >>> [(b.kind.value, b.text) for b in document("# Proof\n\n$$a = b$$\n").blocks]
    [('heading', 'Proof'), ('row', 'a = b')]
    """
    return _tex(text) if is_latex(text, file) else _markdown(text)


def is_latex(text: str, file: str) -> bool:
    """Whether a document is LaTeX."""
    return file.endswith(".tex") or "\\documentclass" in text or "\\begin{document}" in text


def blocks(text: str, file: str = "") -> tuple[Block, ...]:
    """The rows, headings and directives of a document, in the order they stand."""
    return document(text, file).blocks


def displays(text: str) -> tuple[Span, ...]:
    r"""Where the displayed formulas of a Markdown document stand, their delimiters included.

    >>> displays("so $$a = b$$ holds")
    (Span(start=3, stop=12),)
    """
    found = marked(text).displays
    return tuple(Span(each.start, each.stop) for each in found if not (each.unclosed or each.unread or each.tex))


def _tex(text: str) -> Document:
    plain, unchecked = living(text)
    builder = Builder()
    source = builder.source(text, plain=plain)
    whole = [Written(plain, source, 0, len(plain))]
    expander = Expander(tex=True)
    builder.put_all(expander.run(whole) if DEFINES.search(plain) else whole)
    traced = builder.traced(expander.names)
    found = list(tex_blocks(traced.text))
    if not any(block.kind in (Kind.ROW, Kind.TROUBLE) for block in found):
        unchecked += _inline(plain, ())
    return _placed(found, traced, unchecked)


_INLINE = re.compile(r"(?<![\\$])\$(?![$`\s])(?P<dollars>[^$\n]+)(?<![\s\\])\$(?![$\d])|\\\((?P<round>.+?)\\\)")


def _inline(text: str, quoted: Sequence[tuple[int, int]]) -> list[Unchecked]:
    """The first inline formula that states something, with what to do, for a document that has no other."""
    for found in _INLINE.finditer(text):
        inside = found["dollars"] or found["round"]
        if RELATION.search(inside) and not any(start <= found.start() < stop for start, stop in quoted):
            why = f"inline formulas are not checked: put the steps on lines of their own, as in $$ {inside.strip()} $$"
            return [Unchecked(Span(*found.span()), why)]
    return []


def _markdown(text: str) -> Document:
    builder = Builder()
    return _placed(*_assembled(text, marked(text), builder))


def _assembled(text: str, found: Marked, builder: Builder) -> tuple[list[Block], Traced, list[Unchecked]]:
    """A document of prose with displays in it, put together."""
    source = builder.source(text)
    expander = Expander(tex=False)
    at = 0
    plain: list[str] = []
    rows: list[tuple[Display, int, int]] = []
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
            builder.put_all(expander.run(pieces) if expander.macros or DEFINES.search(text) else pieces)
            at = each.stop
        rows.append((each, base, builder.length))
    builder.put(Written(text[at:], source, at, len(text)))
    builder.plain(source, "".join((*plain, text[at:])))
    traced = builder.traced(expander.names)
    places = Places.of(traced)
    out = [
        replace(block, notes=named(places.author(block.span)))
        for display, start, stop in rows
        for block in _shown(display, traced.text[start:stop], start)
    ]
    positions = traced.positions(source)
    out += [_moved(block, positions(block.span.start) - block.span.start) for block in found.blocks]
    unchecked = list(found.unchecked)
    if not any(block.kind in (Kind.ROW, Kind.TROUBLE) for block in out):
        unchecked += _inline(text, found.quoted)
    return out, traced, unchecked


def _in_order(text: str, found: Marked) -> list[Display | int]:
    """The displays of a document, and where macros are defined outside them, as they stand."""
    away = sorted([*found.quoted, *((each.start, each.stop) for each in found.displays if not each.unclosed)])
    starts = [start for start, _ in away]
    defined = [
        each.start()
        for each in DEFINES.finditer(text)
        if (n := bisect_right(starts, each.start()) - 1) < 0 or each.start() >= away[n][1]
    ]
    return sorted([*found.displays, *defined], key=lambda each: each if isinstance(each, int) else each.start)


_PREAMBLE = re.compile(
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


def _moved(block: Block, by: int) -> Block:
    """A block with its place so many characters further on."""
    trouble = None if block.trouble is None else block.trouble.moved(by)
    span = Span(block.span.start + by, block.span.stop + by)
    return replace(block, span=span, display=block.display + by, trouble=trouble)


def _placed(found: list[Block], traced: Traced, unchecked: list[Unchecked]) -> Document:
    """Blocks in their order, with the lines and columns of their authors."""
    places = Places.of(traced)
    ordered = sorted(found, key=lambda block: block.span.start)
    placed = tuple(_located(block, places) for block in _troubled(ordered, traced))
    return Document(placed, places, tuple(sorted(unchecked, key=lambda each: each.span.start)))


def _troubled(found: list[Block], traced: Traced) -> Iterator[Block]:
    """The blocks in their order, each row with the trouble of a macro in it that leads nowhere."""
    troubles = list(traced.troubles)
    for block in found:
        while troubles and troubles[0].span.stop <= block.span.start:
            troubles.pop(0)
        inside = troubles and troubles[0].span.start < block.span.stop
        yield replace(block, trouble=troubles[0]) if inside and block.kind is Kind.ROW else block


def _located(block: Block, places: Places) -> Block:
    start = block.span.start
    return replace(block, line=places.line(start), column=places.column(start))
