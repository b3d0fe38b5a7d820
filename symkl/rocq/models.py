"""That the hypotheses of a theorem can all hold: a model of two elements, in which distributions are uniform.

A theorem whose hypotheses contradict each other would say nothing. Where they say more than what is >= 0, sums to 1
or is > 0, no model is looked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symkl.rocq.forms import SCORE
from symkl.rocq.spelling import Signature


def model(
    about: Sequence[tuple[str, str]],
    hypotheses: Sequence[tuple[str, str]],
    symbols: Mapping[str, tuple[str, Signature]],
) -> tuple[str, str]:
    """That there are things of which hypotheses hold, and a script. ``symbols``: by the name that each has there."""
    if not hypotheses:
        return "", ""
    names = ", ".join(f"exists {name} : {kind}" for name, kind in about)
    says = f"{names},\n  " + " /\\\n  ".join(f"({text})" for _, text in hypotheses)
    script = "".join(f"exists {_witness(kind, symbols.get(name))}. " for name, kind in about)
    return says, f"{script}model."


def _witness(kind: str, symbol: tuple[str, Signature] | None) -> str:
    if kind == "alphabet":
        return "two"
    places = kind.count("->")
    value = "1"
    if symbol is not None and symbol[0].startswith(SCORE):
        value = "0"
    elif symbol is not None and symbol[1].outcomes:
        value = f"(1 / {2 ** symbol[1].outcomes})"
    return f"(fun {' '.join('_' * places)} => {value})" if places else value
