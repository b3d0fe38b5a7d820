r"""Standard deviations: ``\sigma^2 = \frac1G\sum_i (r_i - \mu)^2`` gives σ, the root that is not negative.

σ is a function where a bracket stands behind it. A σ that no bracket follows anywhere is a number, and by its letter a
deviation. Where no row gives it, it may be any.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from symkl.language.terms import EQUATIONS
from symkl.meaning.symbols import Declarations, letter
from symkl.reading.syntax import Clause, Node, walk

_LETTERS = ("σ", "σ̂")


def with_deviations(known: Declarations, rows: Sequence[Sequence[Clause]], said: Collection[str]) -> Declarations:
    """``known`` with the deviations of the document: where their squares are given first, and those that nothing gives.

    ``said``: what rows that could not be read, and prose, give.
    """
    nodes = [n for clauses in rows for clause in clauses for side in clause.expressions for n in walk(side)]
    names = {n.value for n in nodes if n.kind == "symbol" and letter(n.value) in _LETTERS}
    names = {name for name in names if known.kind(name) is None}
    names -= {n.children[0].value for n in nodes if n.kind == "call"}
    firsts = [clause.expressions[0] for clauses in rows for clause in clauses if clause.relations]
    names -= {first.value for first in firsts if first.kind == "symbol"}
    squares: dict[str, int] = {}
    for clause in (clause for clauses in rows for clause in clauses):
        if (name := _squared(clause)) in names:
            squares.setdefault(name, clause.expressions[0].span.start)
    free = dict.fromkeys(names - squares.keys() - set(said), ())
    return replace(
        known,
        deviations=squares,
        scalars=known.scalars | free.keys(),
        undeclared={**known.undeclared, **free},
    )


def _squared(clause: Clause) -> str:
    """The symbol whose square a clause gives; nothing where it gives none."""
    head = clause.expressions[0]
    gives = clause.opening is None and clause.relations and all(each in EQUATIONS for each in clause.relations)
    if not gives or clause.joined in ("if", "since") or head.kind != "power" or head.children[1].value != "2":
        return ""
    inside = {n.value for side in clause.expressions[1:] for n in walk(side)}
    return head.children[0].value if head.children[0].kind == "symbol" and head.children[0].value not in inside else ""


def in_deviations(known: Declarations, clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Clauses in which the row that gives the square of a deviation gives that, as a root, and std_π is one, too."""
    clauses = [_rooted(clause) if _gives(known, clause) else clause for clause in clauses]
    return tuple(clause.with_sides(lambda side: _under_a_policy(known, side)) for clause in clauses)


def _under_a_policy(known: Declarations, node: Node) -> Node:
    r"""``\operatorname{std}_\pi(r)`` as the root of the variance under π."""
    children = tuple(_under_a_policy(known, child) for child in node.children)
    node = node.with_children(children)
    word, _, below = node.children[0].value.partition("_") if node.kind == "call" else ("", "", "")
    if word not in ("std", "Std") or known.kind(below) != "distribution" or node.children[2].children:
        return node
    _, arguments, _ = node.children
    under = Node("under", (Node("symbol", (), node.span, below),), node.span)
    return _root(Node("functional", (*arguments.children, under), node.span, "Var"))


def deviation_notes(known: Declarations, clauses: Sequence[Clause]) -> tuple[str, ...]:
    """What a reader should see of a row that gives a deviation by its square."""
    given = [clause.expressions[0].children[0].value for clause in clauses if _gives(known, clause)]
    return tuple(f"{name} is read as the root that is not negative" for name in given)


def _gives(known: Declarations, clause: Clause) -> bool:
    name = _squared(clause)
    return bool(name) and known.deviations.get(name) == clause.expressions[0].span.start


def _rooted(clause: Clause) -> Clause:
    head, *sides = clause.expressions
    return replace(clause, expressions=(head.children[0], *map(_root, sides)))


def _root(side: Node) -> Node:
    one, two = (Node("number", (), side.span, digit) for digit in "12")
    return Node("power", (Node("group", (side,), side.span, "("), Node("fraction", (one, two), side.span)), side.span)
