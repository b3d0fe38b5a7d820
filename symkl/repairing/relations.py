r"""Relations: an inequality the wrong way round, ∝ for = up to a constant, a bound for an equation."""

from __future__ import annotations

import re
from collections.abc import Iterator

from symkl.repairing.losses import lost_terms
from symkl.repairing.text import Edit, Place, Text, Tier

_TURNED = (
    (r"\\leq?(?![a-zA-Z])|\\leqslant\b|≤", r"\ge"),
    (r"\\geq?(?![a-zA-Z])|\\geqslant\b|≥", r"\le"),
    (r"(?<!\\)<", ">"),
    (r"(?<!\\)>", "<"),
)


def _relation(text: Text, found: re.Match[str], new: str) -> Place:
    following = text.source[found.end() : found.end() + 1]
    return found.start(), found.end(), new + (" " if following.isalnum() else "")


def turned_relations(text: Text) -> Iterator[Edit]:
    """An inequality the wrong way round."""
    for pattern, new in _TURNED:
        for found in re.finditer(pattern, text.source):
            slip = "Jensen the wrong way round" if "\\" in new else "a relation the wrong way round"
            says = f"write {new} for {found.group()}"
            yield Edit((_relation(text, found, new),), says, slip, Tier.TELLING)


def weaker_relations(text: Text) -> Iterator[Edit]:
    """A proportionality for an equation up to a constant, and what claims less than an equation."""
    additive = "proportional to where + constant is meant"
    for found in re.finditer(r"\\propto(?![a-zA-Z])", text.source):
        equal = _relation(text, found, "=")
        yield Edit((equal,), r"write = for \propto", additive, Tier.RARER)
        if text.sides and text.parts is not None:
            stop = text.sides[-1].stop
            for term, _ in list(lost_terms(text))[:2]:
                for sign in ("-", "+"):
                    says = rf"write = for \propto and add {'−' if sign == '-' else '+'} {term}"
                    yield Edit((equal, (stop, stop, f" {sign} {term}")), says, additive, Tier.RARER)
    weaker = (
        (r"\propto", "a constant dropped under ="),
        (r"\le", "a bound written as an equality"),
        (r"\ge", "a bound written as an equality"),
    )
    for new, slip in weaker:
        for found in re.finditer(r"(?<![\\a-zA-Z:])=", text.source):
            yield Edit((_relation(text, found, new),), f"write {new} for =", slip, Tier.WEAKER)
