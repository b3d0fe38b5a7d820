"""Signs between operands: operators, relations, commas, bars, and wide spaces."""

from __future__ import annotations

from symkl.reading.mistakes import refuse
from symkl.reading.terminals.pieces import Before, Note, Part, Reading, Token
from symkl.reading.terminals.row import Row

_KINDS = {
    "+": "PLUS", "-": "MINUS", "*": "MUL", "/": "DIV", "∼": "SIM", "∈": "IN", "≪": "IN", "≻": "PREF", "⪰": "PREF",
    "≺": "UNPREF", "≠": "NE", "∉": "IN",
}  # fmt: skip


def operator(row: Row, i: int, frame: str, before: Before) -> Reading:
    """A sign that joins two operands, or says how something is sampled or preferred."""
    raw = row.raws[i]
    if raw.text == ":":
        if frame == "binder":
            raise refuse("constraint", raw.span)
        raise refuse("unexpected", raw.span, ":", before.token.value if before.token else "the start of the row")
    kind = _KINDS.get(raw.text)
    if kind is None:
        raise refuse("unknown character", raw.span, raw.text)
    after = row.at(i + 1, len(row.raws))
    if frame == "condition" and raw.text in "∈∉≠":
        yield Token("REL", raw.text, raw.span)
        return i + 1
    if raw.text == "∈" and frame == "row" and after is not None and after.text.startswith("arg"):
        yield Token("REL", "=", raw.span)
        yield Note("“∈ arg max” is read as “= arg max”: there is one maximiser, or the row does not hold")
        return i + 1
    if kind == "NE" and frame != "binder":
        yield Token("REL", raw.text, raw.span)
        return i + 1
    if kind in ("SIM", "IN") and raw.text != "≪" and frame != "binder":
        raise refuse("sampling" if kind == "SIM" else "membership", raw.span, raw.text)
    if kind in ("PREF", "UNPREF") and frame != "call":
        raise refuse("preference", raw.span)
    yield Token(kind, raw.text, raw.span)
    return i + 1


def star(row: Row, i: int, end: int, before: Before) -> Reading:
    """A ``*`` that multiplies; behind an E it is the rest of a subscript."""
    raw = row.raws[i]
    if before.kind == "EXPECT" and row.kind(i + 1, end) == "lb":
        raise refuse("lost subscript", raw.span, "E*{...}")
    yield Token("MUL", "*", raw.span)
    return i + 1


def dot(row: Row, i: int, end: int, frame: str, before: Before) -> Reading:
    """A ``\\cdot`` that multiplies, or stands for an argument: in a call, alone between separators."""
    alone = row.kind(i + 1, end) in ("", "comma", "bar", "dbar") and before.kind in ("", "CALL", "COMMA", "BAR")
    yield Token("DOT" if frame == "call" and alone else "MUL", "·", row.raws[i].span)
    return i + 1


def relation(row: Row, i: int, end: int, frame: str) -> Reading:
    """A relation between two sides; in a call it prefers, under an operator it gives a first value."""
    raw = row.raws[i]
    if frame == "call" and raw.text in "<>":
        yield Token("PREF" if raw.text == ">" else "UNPREF", raw.text, raw.span)
    elif frame == "binder":
        after = row.at(i + 1, end)
        if raw.text == "<" and after is not None and after.text == "<":
            yield Token("IN", "≪", raw.span)
            return i + 2
        if raw.text != "=":
            raise refuse("constraint", raw.span)
        yield Token("EQ", "=", raw.span)
    elif raw.text in "≡⟹":
        yield Token("CONN", raw.text, raw.span)
    else:
        yield Token("REL", raw.text, raw.span)
    return i + 1


def bar(row: Row, i: int, end: int, frame: str, before: Before) -> Reading:
    r"""A bar before conditions, or the first of two around an absolute value.

    Plain bars pair from the left, and ``|a| b |c|``, which could pair otherwise, is refused; ``\left|`` and ``\lvert``
    say which side they are.
    """
    raw = row.raws[i]
    if frame == "call" and raw.text == "|" and before.operand:
        yield Token("BAR", "|", raw.span)
        return i + 1
    partner = ")" if raw.text == "(" else "|"
    close = None if raw.text == ")" or row.kind(i + 1, end) == "sub" else _closing(row, i, end, partner)
    if close is None:
        raise refuse("empty side of a bar" if frame == "call" else "stray bar", raw.span)
    if raw.text == "|" and _starts_operand(row, close + 1, end) and _closing(row, close, end, "|") is not None:
        raise refuse("bars that pair in two ways", row.span(i, close + 1))
    yield Token("ABS_OPEN", _of_a_set(row, i + 1, close), raw.span)
    yield Part(row, i + 1, close, "group")
    yield Token("ABS_CLOSE", "|", row.raws[close].span)
    return close + 1


def _closing(row: Row, i: int, end: int, text: str) -> int | None:
    """The first bar behind i, with something before it, that ends an operand; None where there is none."""
    depth = 0
    for k in row.level(i + 1, end):
        if row.raws[k].kind != "bar":
            continue
        if text == ")" and row.raws[k].text == "(":
            depth += 1
        elif row.raws[k].text == text and depth:
            depth -= 1
        elif row.raws[k].text == text:
            ends = k > i + 1 and row.raws[k - 1].kind not in ("op", "rel", "comma")
            return k if ends else None
    return None


def _starts_operand(row: Row, i: int, end: int) -> bool:
    return row.kind(i, end) in ("letter", "num", "open", "lb", "head", "cmd", "accent", "word")


_CALLIGRAPHIC = frozenset(["mathcal", "mathscr", "mathfrak", "mathbb"])


def _of_a_set(row: Row, a: int, b: int) -> str:
    """“set” where what stands between bars is named as sets are; else the bar itself."""
    return "set" if row.raws[a].kind == "word" and row.raws[a].font in _CALLIGRAPHIC else "|"


def quad(row: Row, i: int, end: int, frame: str, before: Before) -> Reading:
    """A wide space: between two statements it separates them, elsewhere it is only space."""
    if (
        frame == "row"
        and before.operand
        and (row.kind(i + 1, end) in ("letter", "head", "accent") or _is_below(row, i + 1, end))
        and row.last_relation > i
        and before.stated
    ):
        yield Token("SEP", "", row.raws[i].span)
    after = row.at(i + 1, end)
    if frame == "row" and before.stated and after is not None and after.kind == "rel" and after.text not in "≡⟹":
        earlier = {row.raws[k].text for k in row.level(0, i) if row.raws[k].kind == "rel"}
        if earlier - {"=", ":="}:  # "A ≥ 0   ≤ 1" may be about A, or go on from 0
            raise refuse("whose relation", row.raws[i].span, "a wide space", after.text)
    return i + 1


def _is_below(row: Row, i: int, end: int) -> bool:
    """Whether a number and its relation begin at i: ``0 < β < 1``. Behind a wide space no number multiplies."""
    if row.kind(i, end) == "op" and row.raws[i].text in "-+":
        i += 1
    return row.kind(i, end) == "num" and row.kind(i + 1, end) == "rel" and row.raws[i + 1].text in "<>≤≥"


def starts_statement(row: Row, i: int, end: int) -> bool:
    """Whether a statement of its own, ``f(x) = ...``, follows a bare comma."""
    kinds = [row.raws[k].kind for k in row.level(i, end)]
    upto = next((n for n, k in enumerate(kinds) if k == "rel"), None)
    if upto is None or any(k == "comma" for k in kinds[:upto]):
        return False
    left = [k for k in kinds[:upto] if k not in ("sub", "sup", "prime", "star", "lb")]
    heads = [k for k in left if k in ("letter", "head", "accent", "word")]
    return (
        bool(left)
        and left[0] in ("letter", "head", "accent", "word")
        and all(k in ("letter", "head", "open", "accent", "word") for k in left)
        and len(heads) <= 2
        and left.count("open") <= 1
    )
