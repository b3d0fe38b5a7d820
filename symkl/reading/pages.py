r"""HTML pages: formulas in MathJax's delimiters, in its scripts, and LaTeX that MathML is annotated with."""

from __future__ import annotations

import re
from dataclasses import replace

from symkl.language.patterns import pattern
from symkl.language.terms import Span
from symkl.reading.blocks import Block, Kind, Unchecked
from symkl.reading.directives import MARK, declarations
from symkl.reading.finding import DISPLAY, Display, blanked, displays_in
from symkl.reading.marked import Marked

_OPENER = pattern(
    r"<!--|<(?P<tag>script|style|pre|code|textarea|xmp|samp|kbd|head|template|svg|math|h[1-6])\b(?P<how>[^<>]{0,1000})>",
    re.IGNORECASE,
)
_ANNOTATION = pattern(
    r"<annotation\b[^<>]*application/x-tex[^<>]*>(?P<tex>[^<]*)</annotation\s*>", re.IGNORECASE
)
_SHOWN = pattern(r"display\s*=\s*[\"']?(?:block|true)", re.IGNORECASE)
#: The only tags that MathJax takes within a formula.
_BREAK = pattern(r"</?w?br\b[^<>]*>", re.IGNORECASE)
_TAG = pattern(r"</?[a-zA-Z][^<>]*>")
_TEX_SCRIPT = pattern(r"type\s*=\s*[\"']?math/tex;\s*mode=display", re.IGNORECASE)
_NO_TEX = "MathML without the LaTeX that it stands for: write the formula between $$ and $$"


def marked(text: str) -> Marked:
    r"""What a page has of displays, headings and directives.

    >>> text = "<p>so</p> \\[ a = b \\] <pre>$$c$$</pre>"
    >>> [text[slice(*each.pieces[0])] for each in marked(text).displays]
    [' a = b ']
    """
    blocks: list[Block] = []
    displays: list[Display] = []
    quoted: list[tuple[int, int]] = []
    unchecked: list[Unchecked] = []
    plain: list[str] = []
    at = 0
    closing: dict[str, int] = {}
    while (opener := _OPENER.search(text, at)) is not None:
        tag = (opener["tag"] or "").lower()
        start, inside = opener.span()
        if start > at:
            plain.append(text[at:start])
        stop, end = (inside, inside) if closing.get(tag) == _EMPTY else _closed(text, tag, inside, closing)
        at = end
        if tag.startswith("h") and tag != "head":
            title = _TAG.sub("", text[inside:stop]).strip()
            blocks.append(Block(Kind.HEADING, title, Span(start, end), level=int(tag[1])))
            at = inside
            plain.append(text[start:at])
            continue
        plain.append(blanked(text[start:end]))
        quoted.append((start, end))
        if not tag and (mark := MARK.match(text, inside, stop)):
            blocks += declarations(text, mark, stop)
        elif tag == "script" and _TEX_SCRIPT.search(opener["how"]):
            displays.append(Display(start, end, ((inside, stop),)))
        elif tag == "math":
            if not opener["how"] or not _SHOWN.search(opener["how"]):
                continue
            if (annotation := _ANNOTATION.search(text, inside, stop)) is not None:
                displays.append(Display(start, end, (annotation.span("tex"),)))
            else:
                unchecked.append(Unchecked(Span(start, inside), _NO_TEX, seen=True))
        elif shown := DISPLAY.search(text, inside, stop):
            why = {"": "a comment", "head": "not shown", "script": "code", "style": "code"}.get(tag, "code")
            unchecked.append(Unchecked(Span(*shown.span()), why))
    living = "".join((*plain, text[at:]))
    displays += [_without_tags(each, living) for each in displays_in(living)]
    return Marked(tuple(displays), tuple(blocks), tuple(quoted), tuple(unchecked))


_OPEN, _EMPTY = -1, -2
"""What nothing closes: it is open to the end of the page, or holds nothing."""


def _closed(text: str, tag: str, at: int, known: dict[str, int]) -> tuple[int, int]:
    """Where the contents of an element or a comment end, and where it does itself; at the end, if nothing closes it."""
    closer = f"</{tag}" if tag else "-->"
    if known.get(tag, at) >= 0:  # else nothing closes it from here on
        found = re.compile(rf"</{tag}\s*>", re.IGNORECASE).search(text, at) if tag else None
        stop, end = found.span() if found else (text.find(closer, at), text.find(closer, at) + len(closer))
        if (found or not tag) and stop >= 0:
            return stop, end
        known[tag] = _EMPTY if tag in ("math", "svg") or tag.startswith("h") else _OPEN
    return (at, at) if known[tag] == _EMPTY else (len(text), len(text))


def _without_tags(display: Display, text: str) -> Display:
    """A display in pieces between the tags that stand in it."""
    pieces: list[tuple[int, int]] = []
    for start, stop in display.pieces:
        at = start
        for tag in _BREAK.finditer(text, start, stop):
            pieces.append((at, tag.start()))
            at = tag.end()
        pieces.append((at, stop))
    return replace(display, pieces=tuple(pieces))
