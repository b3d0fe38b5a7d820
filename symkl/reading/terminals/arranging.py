r"""The lexer's second half: raw symbols become the terminals of ``latex.lark``.

A terminal's kind depends on where it stands: a bracket behind a symbol opens a *call*, a bar inside
it separates conditions, a double bar belongs to a divergence, a comma under ``\mathbb{E}`` lists what
is sampled. All of that is decided in this room, bracket by bracket, so that the grammar stays small and
unambiguous. Here each raw symbol is given to the rule for its kind, and what the rules say is put in a row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from symkl.language.frozen import frozen
from symkl.language.terms import Span
from symkl.reading.mistakes import refuse
from symkl.reading.raws import Raw
from symkl.reading.scanning import scan
from symkl.reading.spellings import GREEK
from symkl.reading.terminals.bars import parted
from symkl.reading.terminals.calls import named, symbol_at
from symkl.reading.terminals.commands import command, variation
from symkl.reading.terminals.functionals import inner, norm
from symkl.reading.terminals.integrals import differentials
from symkl.reading.terminals.naming import symbol
from symkl.reading.terminals.operators import estimate, head, under_an_accent
from symkl.reading.terminals.pieces import STATES, Before, Part, Reading, Token, enclosed
from symkl.reading.terminals.ranges import with_ranges
from symkl.reading.terminals.row import Row
from symkl.reading.terminals.scripts import exponent, part
from symkl.reading.terminals.signs import bar, dot, operator, quad, relation, star
from symkl.reading.terminals.tending import with_limits
from symkl.reading.terminals.under import condition, numbered, such, under
from symkl.reading.terminals.words import comma, letter, opening, plain_indicator, probability, remark, word
from symkl.reading.trimming import apart, of_the_best, prepared, trimmed, turned


@frozen(slots=True)
class Arranged:
    """The terminals of a row, and what a person should know of how they were read.

    ``supposes``: the kind of hypothesis that the first words make of it, if they do.
    """

    tokens: tuple[Token, ...]
    notes: tuple[str, ...]
    supposes: str = ""


def tokenise(text: str, base: int = 0) -> Arranged:
    r"""The terminals of one row of LaTeX that starts at offset ``base`` of its document.

    Raises: Unreadable.

    >>> [token.value for token in tokenise(r"\beta \log \pi_{\text{ref}}").tokens]
    ['β', 'log', 'π_ref']
    """
    repairs: list[str] = []
    arranged = arrange(scan(text, base, repairs))
    return replace(arranged, notes=(*repairs, *arranged.notes))


def arrange(raws: Sequence[Raw], *, reasons: bool = True) -> Arranged:
    """Terminals from raw symbols whose brackets must match; ``reasons``: whether reasons are read, or passed over.

    Raises: Unreadable.
    """
    plain = turned(with_ranges(with_limits(parted(trimmed(raws)))))
    row = Row.of(apart(prepared(differentials(of_the_best(plain)))), reasons=reasons)
    tokens: list[Token] = []
    notes: list[str] = []
    stated = False

    def read(part: Part) -> None:
        nonlocal stated
        i = part.first
        while i < part.end:
            rule = _rule(part.row, i, part.end, part.frame, Before(tokens[-1] if tokens else None, stated))
            try:
                while True:
                    piece = next(rule)
                    if isinstance(piece, Token):
                        tokens.append(piece)
                        stated = piece.kind in STATES or (stated and piece.kind != "SEP")
                    elif isinstance(piece, Part):
                        read(piece)
                    else:
                        notes.append(piece.text)
            except StopIteration as done:
                i = done.value

    first, supposes = opening(row)
    read(Part(row, first, len(row.raws), "row"))
    return Arranged(tuple(tokens), tuple(notes), supposes)


def _rule(row: Row, i: int, end: int, frame: str, before: Before) -> Reading:
    """What to read at i, by the kind of the raw symbol there."""
    raw = row.raws[i]
    if (found := probability(row, i, end)) is not None:
        return found
    match raw.kind:
        case "letter" if raw.text == "δ" and variation(row, i, end):
            return _single("PARTIAL", "δ", row, i)
        case "letter":
            return letter(row, i, end)
        case "accent" if under_an_accent(row, i, end) is not None:
            return estimate(row, i, end)
        case "accent":
            return symbol_at(row, i, end)
        case "open":
            return _bracket(row, i, end, frame, before)
        case "num" if (found := plain_indicator(row, i, end)) is not None:
            return found
        case "num":
            if before.kind == "NUMBER":
                raise refuse("two numbers", raw.span, raw.text)
            return _single("NUMBER", raw.text, row, i)
        case "op" if raw.text == "∀":
            return remark(row, i, end, "∀", condition=True)
        case "op":
            return operator(row, i, frame, before)
        case "head":
            return head(row, i, end)
        case "cmd":
            return command(row, i, end, frame, before)
        case "sub" | "sup" if sign := part(row, i, end):
            return _part(row, i, end, sign)
        case "sup":
            return exponent(row, i, end)
        case "lb":
            return _braces(row, i, end, frame)
        case "rel":
            return relation(row, i, end, frame)
        case "bar":
            return bar(row, i, end, frame, before)
        case "comma":
            return comma(row, i, end, frame, before)
        case "quad":
            return quad(row, i, end, frame, before)
        case "word":
            return word(row, i, end, frame, before)
        case "cdot":
            return dot(row, i, end, frame, before)
        case "star":
            return star(row, i, end, before)
        case "column":
            return _single("SEP", "&", row, i)
        case "dots":
            return _single("DOTS", "…", row, i)
        case "run" if set(raw.text) <= _SIZES:
            return _sizes(row, i)
        case "run" if _SCALED.fullmatch(raw.text):
            return _scaled(row, i, end)
        case "run" if len(raw.text) > 1:
            raise refuse("bare command" if raw.text in GREEK else "letter run", raw.span, raw.text)
        case "sub":
            raise refuse("subscript on a group", raw.span, before.token.value if before.token else "nothing")
        case "prime":
            raise refuse("star on a group" if before.operand else "lonely prime", raw.span, raw.text)
        case "dbar":
            return norm(row, i, end)
        case "arrow":
            raise refuse("arrow", raw.span)
    raise refuse("unknown character", raw.span, raw.text)


_SIZES = frozenset("GLTNBKMn")
"""Letters that name how many there are: GT is their product."""


_SCALED = re.compile("[abc][RAQV]")
"""A scale and a reward, as in ``aR_1``."""


def _scaled(row: Row, i: int, end: int) -> Reading:
    raw = row.raws[i]
    yield Token("SYMBOL", raw.text[0], Span(raw.start, raw.start + 1))
    rest = row.instead({i: Raw("letter", raw.text[1:], raw.start + 1, raw.stop)})
    return (yield from letter(rest, i, end))


def _sizes(row: Row, i: int) -> Reading:
    raw = row.raws[i]
    for n, size in enumerate(raw.text):
        yield Token("SYMBOL", size, Span(raw.start + n, raw.start + n + 1))
    return i + 1


def _single(kind: str, value: str, row: Row, i: int) -> Reading:
    yield Token(kind, value, row.raws[i].span)
    return i + 1


def _part(row: Row, i: int, end: int, sign: str) -> Reading:
    """``(u)_+`` and ``[u]_-``: what is positive, or negative, of u."""
    stop = row.script(i, end)[2]
    yield Token("PART", sign, row.span(i, stop))
    return stop


def _bracket(row: Row, i: int, end: int, frame: str, before: Before) -> Reading:
    """Brackets around an expression; under an operator, around a list of variables."""
    if row.partner[i] == i + 1:
        raise refuse("empty bracket", row.span(i, i + 2))
    if row.raws[i].text == "⟨":
        return inner(row, i, end)
    if row.raws[i].text == "{" and row.kind(row.partner[i] + 1, end) == "sub":
        return _family(row, i, end)
    if row.raws[i].text == "{" and (mark := such(row, i + 1, row.partner[i])):
        return _set(row, i, mark)
    if frame == "binder" and before.kind == "IN" and (size := numbered(row, i)):
        return _sized(row, i, size)
    if frame == "binder" and not before.operand:
        return enclosed(row, i, ("TOPEN", "TCLOSE"), "binder")
    return enclosed(row, i, ("OPEN", "CLOSE"))


def _family(row: Row, i: int, end: int) -> Reading:
    r"""``\{R_j\}_{j=1}^G``: what is numbered, after what numbers it, as under a sum."""
    yield Token("SUM", "family", row.raws[i].span)
    stop = yield from under(row, row.partner[i] + 1, end, "family")
    yield from enclosed(row, i, ("OPEN", "CLOSE"))
    return stop


def _set(row: Row, i: int, mark: int) -> Reading:
    r"""``\{y : r(y) > c\}``: all of which a condition holds."""
    close = row.partner[i]
    yield Token("SETOPEN", "{", row.raws[i].span)
    yield from condition(row, i + 1, mark, close)
    yield Token("SETCLOSE", "}", row.raws[close].span)
    return close + 1


def _sized(row: Row, i: int, size: str) -> Reading:
    """``[n]`` or ``\\{1, \\dots, n\\}``: the first n numbers, as one alphabet."""
    yield Token("SYMBOL", f"[{size}]", row.span(i, row.partner[i] + 1))
    return row.partner[i] + 1


def _braces(row: Row, i: int, end: int, frame: str) -> Reading:
    """``{...}``: nothing around a single symbol or sign, brackets around anything else."""
    close = row.partner[i]
    after = row.at(close + 1, end)
    if close == i + 1:
        if after is not None and after.kind in ("sub", "sup"):
            raise refuse("empty script", after.span, "an empty pair of braces before " + after.text)
        return close + 1
    first = row.raws[i + 1]
    if first.kind in ("letter", "accent", "word") and not (first.text == "e" and close > i + 2):
        inner = symbol(row, i + 1, close)
        if inner.stop == close:
            if after is not None and after.kind in ("sub", "sup", "prime"):
                return (yield from symbol_at(row, i, end))
            return (yield from named(row, inner, i, close + 1, end))
    if close == i + 2 and first.kind in ("op", "rel", "num", "dots", "head"):
        yield Part(row, i + 1, close, frame)
        return close + 1
    return (yield from enclosed(row, i, ("OPEN", "CLOSE")))
