r"""Names that a section gives anew as something of another kind: ``f(u) = u \log u``, then ``f(u) = (u - 1)^2``.

Each section that mentions such a name gives it, so nobody can take one for the other: in later sections it goes by a
name of its own, ``f₂``. A name that some section only uses is left alone, as nobody can tell which is meant there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace

from symkl.language.frozen import frozen
from symkl.meaning.giving import sides
from symkl.meaning.symbols import PARAMETERS, PARTITIONS, POLICIES, letter
from symkl.reading.syntax import Node, RowSyntax, named, walk

_INDICES = frozenset("xysa")
_LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


@frozen
class Anew:
    """What names are called in a section, by section and name."""

    names: Mapping[tuple[int, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Sequence[tuple[RowSyntax, int]], unread: Iterable[str]) -> Anew:
        """Those that rows give, each with its section; ``unread``: what rows give that could not be read."""
        given: dict[str, dict[int, tuple[str, ...]]] = {}
        mentioned: dict[str, set[int]] = {}
        for row, section in rows:
            for clause in row.clauses:
                heads = [head for head, _ in sides(clause) if head is clause.expressions[0] and _is_new(head)]
                for head in heads:
                    if section not in mentioned.get(named(head), ()):
                        given.setdefault(named(head), {})[section] = _signature(head)
                for node in (node for side in clause.expressions for node in walk(side) if node.kind == "symbol"):
                    mentioned.setdefault(node.value.rstrip("'"), set()).add(section)
        barred, found = set(unread), dict[tuple[int, str], str]()
        for name, by in given.items():
            several = len(set(by.values())) > 1 or ("",) in by.values()
            if len(by) > 1 and several and mentioned[name] == set(by) and name not in barred:
                later = sorted(by)[1:]
                found |= {(section, name): name + str(n).translate(_LOW) for n, section in enumerate(later, 2)}
        return cls(found)

    def spelled(self, row: RowSyntax, section: int) -> RowSyntax:
        """A row of a section, in the names that are its own."""
        names = {name: new for (at, name), new in self.names.items() if at == section}
        if not names:
            return row
        return row.with_sides(lambda side: _renamed(side, names))

    def about(self, row: RowSyntax) -> bool:
        """Whether a row mentions a name that sections give anew."""
        ours = {name for _, name in self.names}
        nodes = (node for clause in row.clauses for side in clause.expressions for node in walk(side))
        return any(node.kind == "symbol" and node.value.rstrip("'") in ours for node in nodes)


def _is_new(head: Node) -> bool:
    """Whether a head is a function's, and not by its letter a policy's or a partition function's."""
    if head.kind != "call" or head.children[2].children or letter(named(head)) in (*POLICIES, *PARTITIONS):
        return False
    arguments = head.children[1].children
    return all(c.kind == "symbol" and letter(c.value) not in (*POLICIES, *PARAMETERS) for c in arguments)


def _signature(head: Node) -> tuple[str, ...]:
    """The letters of the indices that a function is given with; nothing for a number."""
    return tuple([letter(c.value) if letter(c.value) in _INDICES else "" for c in head.children[1].children])


def _renamed(node: Node, names: Mapping[str, str]) -> Node:
    base = node.value.rstrip("'") if node.kind == "symbol" else ""
    value = names[base] + node.value[len(base) :] if base in names else node.value
    return replace(node, value=value, children=tuple([_renamed(child, names) for child in node.children]))
