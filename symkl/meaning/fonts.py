r"""What stands in two fonts: ``\mathcal{L}`` and ``L`` may be two things, or one that is written carelessly.

symkl's names have no fonts. So where a document writes one in two ways nobody knows what it is, and a row that has it
in both is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from symkl.language.patterns import pattern
from symkl.language.proof import Opaque
from symkl.language.terms import Span
from symkl.meaning.mistakes import refuse
from symkl.meaning.symbols import PROMPTS, Declarations, letter
from symkl.reading.syntax import Clause, walk

_FONT = pattern(r"[\s{]*\\(math(?:cal|scr|bf|bb|frak|sf)|boldsymbol|bm|cal|bf)(?![A-Za-z])")


def fonts(text: str, span: Span, clauses: Iterable[Clause]) -> Mapping[str, dict[str, Span]]:
    """For each symbol of a row the fonts that it is written in, with where; "" for none."""
    found: dict[str, dict[str, Span]] = {}
    nodes = [node for clause in clauses for side in clause.expressions for node in walk(side)]
    marks = {node.children[1].span for node in nodes if node.kind == "power"}  # the T of a transposed vector
    for node in nodes:
        inside = span.start <= node.span.start < node.span.stop <= span.stop  # an empty one is of what is left unsaid
        if node.kind == "symbol" and inside and node.span not in marks:
            font = _FONT.match(text, node.span.start - span.start)
            found.setdefault(node.value, {}).setdefault(font[1] if font else "", node.span)
    return found


def _matters(known: Declarations, name: str) -> bool:
    return known.kind(name) != "variable" and letter(name) not in PROMPTS  # \mathcal{D} and D are one everywhere


def in_one_font(known: Declarations, text: str, span: Span, clauses: Iterable[Clause]) -> None:
    """Raises Unreadable where a row has a symbol in two fonts."""
    for name, some in fonts(text, span, clauses).items():
        if len(some) > 1 and _matters(known, name):
            raise refuse("two fonts", list(some.values())[1], name=name)


def in_two_fonts(known: Declarations, rows: Sequence[tuple[str, Span, Sequence[Clause]]]) -> tuple[Opaque, ...]:
    """The symbols that rows write in two fonts."""
    every: dict[str, set[str]] = {}
    for text, span, clauses in rows:
        for name, some in fonts(text, span, clauses).items():
            every.setdefault(name, set()).update(some)
    return tuple(
        Opaque(name, f"{name} is written in two fonts, and may be two things: give one of them another letter")
        for name, some in sorted(every.items())
        if len(some) > 1 and _matters(known, name)
    )
