r"""Two bars that touch: in ``|a||b|`` one absolute value ends and the next begins."""

from __future__ import annotations

from collections.abc import Sequence

from symkl.reading.raws import Raw


def parted(raws: Sequence[Raw]) -> list[Raw]:
    """The raw symbols with ``||`` as two bars where one is open in the same bracket, and one more follows there."""
    if not any(raw.kind == "dbar" and raw.font == "||" for raw in raws):
        return list(raws)
    out: list[Raw] = []
    open_bars = [0]
    for raw, another in zip(raws, _followed(raws), strict=True):
        if raw.kind in ("open", "lb"):
            open_bars.append(0)
        elif raw.kind in ("close", "rb") and len(open_bars) > 1:
            open_bars.pop()
        elif raw.kind == "bar" and raw.text == "|":
            open_bars[-1] += 1
        if raw.kind == "dbar" and raw.font == "||" and open_bars[-1] % 2 and another:
            middle = (raw.start + raw.stop) // 2
            out += [Raw("bar", "|", raw.start, middle), Raw("bar", "|", middle, raw.stop)]
        else:
            out.append(raw)
    return out


def _followed(raws: Sequence[Raw]) -> list[bool]:
    """Of each symbol whether a bar stands behind it in the same bracket."""
    found, behind = list[bool](), [False]
    for raw in reversed(raws):
        if raw.kind in ("close", "rb"):
            behind.append(False)
        elif raw.kind in ("open", "lb") and len(behind) > 1:
            behind.pop()
        found.append(behind[-1])
        if raw.kind == "bar" and raw.text == "|":
            behind[-1] = True
    return found[::-1]
