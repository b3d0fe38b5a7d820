"""The slips people make in these derivations, each as edits of the author's LaTeX that undo it.

Every function of these modules knows one kind of slip: from a node of the parsed row it makes edits
of the source text. Nothing here decides whether an edit is right; ``symkl.repairing.suggesting`` tries them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from symkl.language.proof import Row, Tilt
from symkl.language.written import Part
from symkl.repairing import estimators, exchanges, losses, relations, signs
from symkl.repairing.spelling import Survey
from symkl.repairing.text import Edit, Text, Tier

__all__ = ["Edit", "Tier", "edits"]


def edits(row: Row, document: Survey, parts: Tilt | None) -> list[Edit]:
    """Every edit worth trying, the likeliest first; the order is fixed."""
    text = Text(row, document, parts)
    # In a chain it is the side on the right that is new.
    nodes = [node for side in reversed(row.sides) for node in side.walk()]
    found = list(relations.turned_relations(text))
    for kind in _KINDS:
        for node in nodes:
            found += kind(node, text)
    for side in row.sides:
        found += losses.whole_side(side, text)
    if row.sides:
        found += losses.added(row.sides[-1], text)
    found += relations.weaker_relations(text)
    return sorted(found, key=lambda edit: edit.tier)


_KINDS: tuple[Callable[[Part, Text], Iterator[Edit]], ...] = (
    signs.problems,
    estimators.smaller_for_larger,
    exchanges.swapped_arguments,
    exchanges.swapped_limits,
    signs.signs,
    exchanges.inverted_ratios,
    exchanges.inverted_exponent,
    exchanges.inverted_temperature,
    losses.scaled,
    exchanges.samplers,
    exchanges.indices,
    exchanges.pairs,
    estimators.detached,
    estimators.sampled_gradients,
    estimators.means_of_ratios,
    losses.gradients,
    losses.squares,
    losses.logs,
    losses.drops,
)
