"""LaTeX: environments, ``\\[..\\]``, ``$$``, or a bare fragment of mathematics."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symkl.language.patterns import pattern
from symkl.language.terms import Span
from symkl.reading.blocks import Block, Kind, Unchecked
from symkl.reading.directives import MARK, declarations
from symkl.reading.finding import (
    DISPLAY,
    OUTER,
    PROSE_LINE,
    Display,
    blanked,
    find_unescaped,
    holds_a_formula,
    kind_of,
    rows_of,
)
from symkl.reading.splitting import closing_brace, split_rows

_PIECE = pattern(
    rf"\\begin\{{(?P<env>{OUTER})\}}|\\begin\{{(?P<other>[A-Za-z]+\*?)\}}"
    r"|(?P<bracket>\\\[)|(?P<dollars>\$\$)|(?P<inline>\$)"
    r"|\\(?P<section>part|chapter|(?:sub)*section|paragraph)\*?\s*\{|(?P<escaped>\\.)",
    re.DOTALL,
)
MATHS = pattern(rf"\\begin\{{(?:{OUTER})\}}|\\\[|\$|\\\(")
"""What says that a text has formulas in it rather than being one."""

#: What LaTeX passes over or prints as it is written, comments, and switches, in the order of their beginnings.
_DEAD = pattern(
    r"\\begin\{(?P<env>(?:[Vv]erbatim|BVerbatim|lstlisting|minted|comment|alltt|filecontents)\*?)\}"
    r"|\\(?:verb\*?|lstinline(?:\[[^\]]{0,200}\])?|mintinline\{\w+\})(?P<mark>[^\w\s*{])"
    r"|\\newif\s*\\if(?P<switch>[A-Za-z]+)|\\if(?P<asked>[A-Za-z]+|0)(?![A-Za-z])"
    r"|\\(?P<turned>[A-Za-z]+)(?P<to>true|false)(?![A-Za-z])"
    r"|(?P<end>\\end\{document\})|(?P<comment>%[^\n]*)|\\.",
    re.DOTALL,
)
_CONDITIONAL = pattern(
    r"\\(?P<open>if(?!f(?![A-Za-z]))(?:[A-Za-z]+|0))|\\(?P<other>else)(?![A-Za-z])|\\(?P<close>fi)(?![A-Za-z])|%[^\n]*|\\.",
    re.DOTALL,
)


def living(text: str) -> tuple[str, list[Unchecked]]:
    r"""A LaTeX text with spaces for what is quoted, switched off or a comment in it, and where formulas stand there.

    Comments that are directives stay.

    >>> plain, unchecked = living("a % b\n\\iffalse \\[ c \\] \\fi d")
    >>> plain.split(), [each.why for each in unchecked]
    (['a', 'd'], ['switched off'])
    """
    dead: list[tuple[int, int]] = []
    unchecked: list[Unchecked] = []
    switches = {"false": False, "0": False, "true": True}
    skipped: dict[int, int] = {}

    def blank(start: int, stop: int, why: str) -> None:
        dead.append((start, stop))
        if DISPLAY.search(text, start, stop):
            line = text.find("\n", start, stop)
            unchecked.append(Unchecked(Span(start, min(line if line >= 0 else stop, start + 8)), why))

    at = 0
    while (found := _DEAD.search(text, at)) is not None:
        at = found.end()
        if skipped and found.start() >= (first := min(skipped)):
            at = max(at, skipped.pop(first))
        elif found["comment"]:
            if MARK.match(text, _behind_percent(text, found.start()), at) is None:
                blank(found.start(), at, "a comment")
        elif found["env"]:
            close = text.find(f"\\end{{{found['env']}}}", at)
            at = close if close >= 0 else len(text)
            blank(found.start(), at, "a comment" if found["env"].startswith("comment") else "shown as it is written")
        elif found["mark"]:
            line = text.find("\n", at)
            close = text.find(found["mark"], at, line if line >= 0 else len(text))
            if close >= 0:
                at = close + 1
                blank(found.start(), at, "shown as it is written")
        elif found["switch"]:
            switches[found["switch"]] = False
        elif found["to"] and found["turned"] in switches:
            switches[found["turned"]] = found["to"] == "true"
        elif found["asked"] in switches:
            other, end = _branches(text, at)
            if not switches[found["asked"]]:
                at = end if other is None else other
                blank(found.start(), at, "switched off")
            elif other is not None:
                begin = other - len("\\else")
                skipped[begin] = end
                blank(begin, end, "switched off")
        elif found["end"]:
            blank(at, len(text), "behind \\end{document}")
            break
    return _without(text, dead), unchecked


def _without(text: str, dead: list[tuple[int, int]]) -> str:
    kept, at = [], 0
    for start, stop in sorted(dead):
        start = max(start, at)
        if start < stop:
            kept += [text[at:start], blanked(text[start:stop])]
            at = stop
    return "".join((*kept, text[at:]))


def _behind_percent(text: str, at: int) -> int:
    while text[at : at + 1] == "%":
        at += 1
    return at


def _branches(text: str, at: int) -> tuple[int | None, int]:
    r"""Where the ``\else`` of a switch ends, if it has one, and where its ``\fi`` does."""
    depth, other = 1, None
    for mark in _CONDITIONAL.finditer(text, at):
        if mark["open"]:
            depth += 1
        elif mark["other"] and depth == 1 and other is None:
            other = mark.end()
        elif mark["close"]:
            depth -= 1
            if not depth:
                return other, mark.end()
    return other, len(text)


def tex_blocks(text: str) -> Iterator[Block]:
    """The blocks of a LaTeX text in which nothing is quoted, and every comment is a directive."""
    for comment in _COMMENT.finditer(text):
        mark = MARK.match(text, _behind_percent(text, comment.start("comment")), comment.end())
        if mark is not None:
            yield from declarations(text, mark, comment.end())
    plain = _COMMENT.sub(lambda m: m.group()[: m.start("comment") - m.start()] + blanked(m["comment"]), text)
    at = max(plain.find("\\begin{document}"), 0)
    end = plain.find("\\end{document}")
    end = end if end >= 0 else len(plain)
    fragment = not MATHS.search(plain, at, end) and "\\documentclass" not in plain
    last = at
    while (found := _PIECE.search(plain, at, end)) is not None:
        at = found.end()
        if found["section"]:
            close = closing_brace(plain, found.end(), end)
            if fragment:
                yield from _fragment(plain, last, found.start())
            level = 2 + found["section"].count("sub")
            yield Block(Kind.HEADING, plain[found.end() : close], Span(found.start(), min(close + 1, end)), level=level)
            at = last = close + 1
        elif found["other"]:
            if not fragment and holds_a_formula(plain, at, found["other"]):
                close = plain.find(f"\\end{{{found['other']}}}", at, end)
                each = Display(found.start(), close, ((found.start(), close),), unread=found["other"])
                yield from rows_of(each, plain[found.start() : close], found.start())
                at = close
        elif found["inline"]:
            close = plain.find("$", at, end)
            at = close + 1 if close >= 0 else end
        elif found["bracket"] or found["dollars"] or found["env"]:
            kind, closer, inside = kind_of(found)
            close = find_unescaped(plain, closer, inside if not found["env"] else at, end)
            blank = plain.find("\n\n", at, close) if not found["env"] else -1
            if close < 0 or (blank >= 0 and PROSE_LINE.search(plain[blank:close].lstrip())):
                yield from rows_of(Display(found.start(), at, (), unclosed=kind), "", found.start())
                continue
            keep = close + (len(closer) if found["env"] else 0)
            yield from rows_of(Display(inside, keep, ((inside, keep),)), plain[inside:keep], inside)
            at = close + len(closer)
    if fragment:
        yield from _fragment(plain, last, end)


_COMMENT = pattern(r"(?<!\\)(?:\\\\)*(?P<comment>%[^\n]*)")


def _fragment(text: str, start: int, stop: int) -> Iterator[Block]:
    """Bare mathematics: blank lines separate one formula from the next."""
    for part in re.finditer(r"(?:[^\n]|\n(?![ \t\r]*\n))+", text[start:stop]):
        if part.group().strip():
            a, b = start + part.start(), start + part.end()
            yield from split_rows(text[a:b], a)
