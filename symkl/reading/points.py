r"""“Evaluated at”: the bar behind a derivative, as in ``\nabla_θ L(θ) \big|_{θ = θ_0}``, ``\frac{df}{dε} \big|_{ε=0}``.

It stands outside all brackets, and says of the whole row at which parameter, or number, it is meant.
"""

from __future__ import annotations

from collections.abc import Sequence

from symkl.language.proof import Point
from symkl.language.terms import Span
from symkl.reading.mistakes import refuse
from symkl.reading.raws import Raw


def without_bars(raws: Sequence[Raw]) -> tuple[list[Raw], Point | None]:
    """The row without what says where it is evaluated, and that.

    Raises Unreadable where the bar stands in a bracket, is about no parameter, or where there are two points.
    """
    out: list[Raw] = []
    point: Point | None = None
    depth = i = 0
    while i < len(raws):
        raw = raws[i]
        if raw.kind == "bar" and [each.kind for each in raws[i + 1 : i + 3]] == ["sub", "lb"]:
            end = _closing(raws, i + 2)
            inside = raws[i + 3 : end]
            if any(each.kind == "rel" for each in inside):
                found = _point(inside)
                if depth or found is None or (point is not None and point[:2] != found[:2]):
                    raise refuse("evaluation bar", Span(raw.start, raw.stop))
                point, i = found._replace(bars=1 + (point.bars if point is not None else 0)), end + 1
                continue
        depth += (raw.kind in ("open", "lb")) - (raw.kind in ("close", "rb"))
        out.append(raw)
        i += 1
    return out, point


def _closing(raws: Sequence[Raw], opening: int) -> int:
    depth = 0
    for i in range(opening, len(raws)):
        depth += (raws[i].kind == "lb") - (raws[i].kind == "rb")
        if not depth:
            return i
    return len(raws)


def _point(inside: Sequence[Raw]) -> Point | None:
    r"""``θ = θ_{\text{old}}``: a letter, and the same letter with something below it, or with a prime; or ``ε = 0``."""
    kinds = [each.kind for each in inside if each.kind not in ("lb", "rb")]
    texts = [each.text for each in inside if each.kind not in ("lb", "rb")]
    if kinds == ["letter", "rel", "num"] and texts[1] == "=":
        return Point(texts[0], texts[2])
    if kinds[:3] != ["letter", "rel", "letter"] or texts[1] != "=" or texts[0] != texts[2]:
        return None
    if kinds[3:] == ["prime"]:
        return Point(texts[0], texts[0] + texts[3])
    return Point(texts[0], f"{texts[0]}_{texts[4]}") if kinds[3:4] == ["sub"] and len(kinds) == 5 else None
