r"""What stands below and above an operator that binds: ``\mathbb{E}_{y \sim \pi}``, ``\sum_{t=1}^T``."""

from __future__ import annotations

from collections.abc import Generator

from symkl.reading.mistakes import refuse
from symkl.reading.terminals.pieces import ABOVE, Note, Part, Piece, Reading, Token, group
from symkl.reading.terminals.row import Row


def under(row: Row, i: int, end: int, of: str) -> Reading:
    """The subscript and superscript at i of the operator before it, in either order."""
    sub: tuple[int, int] | None = None
    sup: tuple[int, int] | None = None
    while i < end and row.raws[i].kind in ("sub", "sup", "star"):
        raw = row.raws[i]
        if raw.kind == "star":
            after = row.at(i + 1, end)
            if after is None or after.kind != "lb" or raw.stop != after.start or sub is not None:
                break
            yield Note(f"“{of}*{{…}}” is read as “{of}_{{…}}”: Markdown turned the “_” into “*”")
            a, b, i = row.argument(i + 1, end, raw)
            sub = (a, b)
            continue
        a, b, behind = row.script(i, end)
        if raw.kind == "sup" and of == "E" and row.raws[a].kind in ("num", "op"):
            break
        if (sub if raw.kind == "sub" else sup) is not None:
            raise refuse("double subscript" if raw.kind == "sub" else "double superscript", raw.span)
        if raw.kind == "sub":
            sub = (a, b)
        else:
            sup = (a, b)
        i = behind
    if sup is not None and of in ("E", "Var") and sub is None:
        sub, sup = sup, None
    if sub is not None:
        yield from binder(row, *sub, of)
    if sup is not None:
        if of not in ("sum", "product", "family") or sub is None:
            raise refuse("binder", row.raws[sup[0]].span, of, "a subscript")
        yield Token("TO", "^", row.raws[sup[0]].span)
        yield from group(row, *sup, ABOVE)
    return i


def numbered(row: Row, i: int) -> str:
    """The n of ``[n]`` or of ``\\{1, \\dots, n\\}`` in the bracket at i; nothing for any other."""
    inside = [raw for raw in row.raws[i + 1 : row.partner[i]] if raw.kind not in ("quad", "comma")]
    if row.raws[i].text == "{":
        if len(inside) != 3 or inside[0].text != "1" or inside[1].kind != "dots":
            return ""
        inside = inside[2:]
    return inside[0].text if len(inside) == 1 and inside[0].kind == "letter" else ""


def binder(row: Row, a: int, b: int, of: str) -> Generator[Piece, None, None]:
    """What stands from a to b under the operator ``of``."""
    raws = row.raws
    first, last = a, b
    yield Token("BOPEN", of, raws[a].span)
    if of.endswith(("max", "min")):
        places = [k for k in row.level(a, b) if raws[k].text in ("∈", "≪", "<")]
        if places and places[0] > a:
            yield Note(f"“{row.written(a, b)}” under {of} is read as: over all {row.written(a, places[0])}")
    if raws[a].kind == "open" and row.partner[a] == b - 1:
        first, last = a + 1, b - 1  # \sum_{(x, y)}, \mathbb{E}_{(x, y)}
    if of == "sum" and (mark := such(row, first, last)):  # \sum_{y : r(y) > c}
        yield from condition(row, first, mark, last)
    else:
        yield Part(row, first, last, "binder")
    yield Token("BCLOSE", of, raws[last - 1].span)


def such(row: Row, a: int, b: int) -> int:
    """Where the sign is that stands between an index and a condition on it, as in ``y : r(y) > c``; 0 for none."""
    mark = next((k for k in row.level(a, b) if row.raws[k].kind == "bar" or row.raws[k].text == ":"), a)
    return mark if over_indices(row, a, mark) and states(row, mark + 1, b) else 0


def states(row: Row, a: int, b: int) -> bool:
    """Whether a condition stands from a to b."""
    return any(row.raws[k].kind == "rel" or row.raws[k].text in ("∈", "∉", "≠") for k in row.level(a, b))


def condition(row: Row, a: int, mark: int, b: int) -> Generator[Piece, None, None]:
    """An index and the condition on it."""
    yield Part(row, a, mark, "binder")
    yield Token("SUCH", ":", row.raws[mark].span)
    yield Part(row, mark + 1, b, "condition")


def over_indices(row: Row, a: int, b: int) -> bool:
    """Whether indices stand from a to b, perhaps in an alphabet: ``y``, ``y' \\in \\mathcal{Y}``."""
    inside = row.raws[a:b]
    return (
        bool(inside)
        and inside[0].kind == "letter"
        and inside[0].text in _INDICES
        and all(raw.kind in _IN_AN_INDEX or raw.text in ("∈", "(", ")") for raw in inside)
    )


_INDICES = frozenset("xysaziojktXY")
_IN_AN_INDEX = frozenset(["letter", "num", "sub", "prime", "comma", "lb", "rb", "quad", "word"])
