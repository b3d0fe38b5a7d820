r"""An entry of a softmax, ``\operatorname{softmax}(z/\tau)_i``: read as ``e^{z_i/\tau} / \sum_j e^{z_j/\tau}``."""

from __future__ import annotations

from symkl.language.terms import Span
from symkl.reading.mistakes import refuse
from symkl.reading.raws import Raw
from symkl.reading.terminals.pieces import Piece, Reading, Token
from symkl.reading.terminals.row import Row

NAMES = ("softmax", "Softmax", "SoftMax")


def softmax(row: Row, i: int, end: int) -> Reading | None:
    """The entry at i; None where no index stands behind the bracket.

    Raises Unreadable for what is no vector by one letter, or that times numbers: nobody can tell what the index is of.
    """
    if row.kind(i + 1, end) != "open" or row.kind(close := row.partner[i + 1] + 1, end) != "sub":
        return None
    a, b, stop = row.script(close, end)
    index = row.raws[a]
    inside = list(row.raws[i + 2 : row.partner[i + 1]])
    vectors = [raw for raw in inside if _is_vector(raw)]
    if b != a + 1 or index.kind != "letter" or len(vectors) != 1 or not all(map(_is_plain, inside)):
        raise refuse("softmax of what", row.span(i, stop), row.written(i, stop))
    return _quotient(row.span(i, stop), inside, index.text, stop)


def _is_vector(raw: Raw) -> bool:
    return (raw.kind == "letter" and raw.text.isascii() and raw.text not in ("T", "n")) or raw.kind == "word"


def _is_plain(raw: Raw) -> bool:
    scaled = raw.kind == "op" and raw.text in ("/", "-")
    return raw.kind in ("letter", "num", "cdot", "quad") or scaled or (raw.kind == "word" and len(raw.text) == 1)


def _quotient(span: Span, inside: list[Raw], index: str, stop: int) -> Reading:
    other = "j" if index != "j" else "k"
    yield Token("FRAC", "/", span)
    yield Token("LB", "{", span)
    yield from _exponential(span, inside, index)
    yield Token("RB", "}", span)
    yield Token("LB", "{", span)
    yield Token("SUM", "sum", span)
    yield Token("BOPEN", "sum", span)
    yield Token("SYMBOL", other, span)
    yield Token("BCLOSE", "}", span)
    yield from _exponential(span, inside, other)
    yield Token("RB", "}", span)
    return stop


def _exponential(span: Span, inside: list[Raw], index: str) -> list[Piece]:
    out: list[Piece] = [Token("EULER", "e", span), Token("POW", "^", span), Token("LB", "{", span)]
    for raw in inside:
        if raw.kind != "quad":
            name = f"{raw.text}_{index}" if _is_vector(raw) else raw.text
            kinds = {"num": "NUMBER", "op": "DIV" if raw.text == "/" else "MINUS", "cdot": "MUL"}
            out.append(Token(kinds.get(raw.kind, "SYMBOL"), name, raw.span))
    return [*out, Token("RB", "}", span)]
