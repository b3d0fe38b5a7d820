r"""Two bars that touch: in ``|a||b|`` one absolute value ends and the next begins."""

from __future__ import annotations

from collections.abc import Sequence

from symkl.reading.scanning import Raw


def parted(raws: Sequence[Raw]) -> list[Raw]:
    """The raw symbols with ``||`` as two bars where one is open in the same bracket, and one more follows there."""
    out: list[Raw] = []
    open_bars = [0]
    for k, raw in enumerate(raws):
        if raw.kind in ("open", "lb"):
            open_bars.append(0)
        elif raw.kind in ("close", "rb") and len(open_bars) > 1:
            open_bars.pop()
        elif raw.kind == "bar" and raw.text == "|":
            open_bars[-1] += 1
        if raw.kind == "dbar" and raw.font == "||" and open_bars[-1] % 2 and _another(raws, k + 1):
            middle = (raw.start + raw.stop) // 2
            out += [Raw("bar", "|", raw.start, middle), Raw("bar", "|", middle, raw.stop)]
        else:
            out.append(raw)
    return out


def _another(raws: Sequence[Raw], i: int) -> bool:
    """Whether a bar stands behind i in the same bracket."""
    depth = 0
    for raw in raws[i:]:
        depth += (raw.kind in ("open", "lb")) - (raw.kind in ("close", "rb"))
        if depth < 0:
            return False
        if not depth and raw.kind == "bar" and raw.text == "|":
            return True
    return False
