r"""Sums over a portion of an alphabet: ``\sum_{t=0}^{T}`` beside ``\sum_{t=1}^{T}``, ``\sum_{t'=t}^T``, two groups.

Which numbers are summed over is said by a function that is 1 there and 0 elsewhere, of which nothing else is known::

    \sum_{t=0}^{T} f(t)      Σ_t [0…T](t) f(t)
    \prod_{t'=t}^{T} f(t')   Π_t' f(t')^[t…T](t', t)
    G, as the end of one     Σ_i [1…G](i)

What holds of any such function is proved. Nothing is refuted with it, for it is not any function.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symkl.language import terms as t
from symkl.language.patterns import pattern
from symkl.language.proof import Opaque, Row
from symkl.language.terms import Variable
from symkl.reading.syntax import Node, named, walk

_OPEN = "["
_PLAIN = ("symbol", "number", "add", "negate", "group")


def is_portion(symbol: str) -> bool:
    """Whether a symbol says which elements of an alphabet a sum is over.

    >>> is_portion("[0…T]"), is_portion("[∈W]"), is_portion("[=]"), is_portion("r")
    (True, True, False, False)
    """
    return symbol.startswith(_OPEN) and ("…" in symbol or symbol.startswith("[∈"))


def ends(first: Node, last: Node) -> str:
    """The two ends of a range in words; nothing where one is more than sums of names and numbers."""
    if any(node.kind not in _PLAIN or (node.kind == "symbol" and not named(node)) for end in (first, last)
           for node in walk(end)):  # fmt: skip
        return ""
    return f"{_shown(first)}…{_shown(last)}"


def of_a_set(name: str) -> str:
    """The range that a set of numbers is by its name, or that something is in a set of another name.

    >>> of_a_set("[G]"), of_a_set("[0…T]"), of_a_set("W")
    ('1…G', '0…T', '∈W')
    """
    inside = name.strip("[]")
    return inside if "…" in inside else f"1…{inside}" if name != inside else f"∈{inside}"


def in_words(name: str) -> str:
    """Over what a portion is a sum.

    >>> in_words("[0…T]"), in_words("∈W")
    ('from 0 to T', 'over W')
    """
    inside = name.strip("[]")
    return f"over {inside[1:]}" if inside[0] == "∈" else f"from {inside.replace('…', ' to ')}"


def _shown(node: Node) -> str:
    match node.kind:
        case "group":
            return _shown(node.children[0])
        case "negate":
            return f"-{_shown(node.children[0])}"
        case "add":
            return "+".join(_shown(child) for child in node.children).replace("+-", "-")
    return node.value


def weight(name: str, v: Variable, around: Iterable[Variable] = ()) -> t.Apply:
    """What is 1 where a variable is in a portion; ``around``: what else decides on that."""
    return t.Apply(f"{_OPEN}{name}]", (), (v, *sorted(set(around) - {v}, key=lambda each: (each.sort, each.name))))


_NUMBER = pattern(r"\[(?:[A-Za-z∞]'*|\d+|[+\-…])+\]")


def _portions(rows: Iterable[Row]) -> list[str]:
    ways = [way for row in rows for way in (row, *row.readings, *row.others)]
    terms = (term for way in ways for clause in way.clauses for term in clause.terms)
    return [name for name in sorted(frozenset().union(*(t.symbols(term) for term in terms))) if is_portion(name)]


def fixed_portions(rows: Iterable[Row]) -> dict[str, frozenset[str]]:
    """The portions that nothing moves: those whose ends are numbers and plain letters."""
    return {name: frozenset() for name in _portions(rows) if _NUMBER.fullmatch(name)}


def untold_portions(rows: Iterable[Row]) -> Iterator[Opaque]:
    """The portions that rows sum over, as symbols of which nobody knows more than that they are some."""
    for name in _portions(rows):
        yield Opaque(name, f"of a sum {in_words(name)} only that is used which holds of a sum over any part of them")
