r"""Constants that nobody names: the ``+ C``, ``+ \text{const}``, ``+ C(x)`` at the end of a side.

A letter is one where it does nothing else in the document: it is added to what stands on a side, and no row, no
directive and no prose says what it is. What is left unsaid then is all but that it is a constant.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from symkl.language.patterns import pattern
from symkl.meaning.symbols import Declarations
from symkl.reading.syntax import Clause, Node, named, walk

WORDS = ("const", "const.", "constant", "constants", "cst", "cst.")
"""Words that are constants wherever they are added."""

_LETTER = pattern(r"[CcK](_\d)?'*")


def constants(known: Declarations, rows: Sequence[Sequence[Clause]], said: Iterable[str]) -> frozenset[str]:
    """The constants of a document; ``said``: what rows that could not be read, and prose, give."""
    sides = [side for clauses in rows for clause in clauses for side in clause.expressions]
    everywhere = Counter(node.value for side in sides for node in walk(side) if node.kind == "symbol")
    added = Counter(name for side in sides for name in _added(side))
    found = {name for name, count in added.items() if everywhere[name] == count and known.kind(name) is None}
    return frozenset(name for name in found - set(said) if name in WORDS or _LETTER.fullmatch(name))


def _added(side: Node) -> Iterator[str]:
    """The symbols that are added at the end of a side, or of what is maximised there; words, wherever they stand."""
    if side.kind == "optimum":
        yield from _added(side.children[-1])
    if side.kind == "add":
        for child in side.children:
            part = child.children[0] if child.kind == "negate" else child
            name = named(part)
            if name in WORDS or (name and child is side.children[-1]):
                yield name
            elif part.kind == "optimum":
                yield from _added(part)
