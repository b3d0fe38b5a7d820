"""What a pass leaves as it is stays the same object, and keeps what was worked out of it."""

from __future__ import annotations

import pickle
from dataclasses import replace

import symkl.language.terms as t
from symkl.language.terms import Span
from symkl.reading.latex import parse_row
from symkl.reading.syntax import Node, RowSyntax, walk

TEXT = r"Z(x) = \sum_y \pi(y|x) e^{r(x,y)}"


def row() -> RowSyntax:
    return parse_row(TEXT, Span(0, len(TEXT)))


def renamed(node: Node, old: str, new: str) -> Node:
    node = node.with_children(tuple(renamed(child, old, new) for child in node.children))
    return replace(node, value=new) if node.kind == "symbol" and node.value == old else node


def test_a_row_of_which_nothing_changes_is_itself() -> None:
    read = row()
    assert read.with_sides(lambda side: renamed(side, "q", "p")) is read
    assert all(clause.with_sides(lambda side: side) is clause for clause in read.clauses)


def test_what_changes_is_new_and_what_does_not_is_shared() -> None:
    read = row()
    new = read.with_sides(lambda side: renamed(side, "π", "p"))
    (before,), (after,) = read.clauses, new.clauses
    assert after.expressions[0] is before.expressions[0] and after.expressions[1] != before.expressions[1]
    assert after.relations == before.relations
    values = [node.value for side in after.expressions for node in walk(side)]
    assert "p" in values and "π" not in values


def test_a_walk_is_from_left_to_right_and_the_same_the_second_time() -> None:
    side = row().clauses[0].expressions[1]

    def inside(node: Node) -> list[Node]:
        return [node, *[each for child in node.children for each in inside(child)]]

    assert list(walk(side)) == inside(side) == list(walk(side))
    assert pickle.loads(pickle.dumps(side)) == side


def test_a_term_of_which_nothing_changes_is_itself() -> None:
    y = t.Variable("y", "y")
    term = t.total(y, t.Mul((t.Apply("π", (y,), ()), t.log(t.Scalar("β")))))
    assert t.rebuilt(term, lambda part: part) is term
    changed = t.rebuilt(term, lambda part: t.Scalar("c"))
    assert changed == t.total(y, t.Scalar("c"))
    at = t.written_at(Span(3, 4), term)
    assert at == term and at.span == Span(3, 4) and term.span is None
