r"""Updates: ``\theta \leftarrow \theta + \alpha\nabla_\theta J(\theta)`` says what the next θ is, and claims nothing.

A step of an algorithm has two values of one symbol in it, and no statement about terms has two. So such a row is
neither a definition nor a claim. What it updates is another thing behind it than before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import symkl.language.terms as t
from symkl.language.joints import written
from symkl.language.proof import Opaque, Row
from symkl.language.terms import Relation
from symkl.meaning.symbols import PARAMETERS, letter
from symkl.reading.syntax import Clause, Node, RowSyntax, named, walk

UPDATE = "rebinding"
"""The name of the refusal that such a row has."""


def updated(syntax: RowSyntax) -> str:
    r"""The symbol that a row gives its next value; nothing where it is no update.

    ::

        R \leftarrow ... R ...                       R
        θ' = ... ∇ ...,  θ_{k+1} = θ_k + ...         what is written with the letter of a parameter
        θ \leftarrow argmax_θ ...
    """
    clauses = [clause for clause in syntax.clauses if clause.joined != "if"]
    return _by_a_clause(clauses[0]) if len(clauses) == 1 and not syntax.supposed else ""


def best(rows: Sequence[RowSyntax]) -> frozenset[str]:
    r"""The parameters that rows give as the best ones, ``\theta^* = \arg\max_\theta ...``, and that π alone bears."""
    nodes = [n for row in rows for clause in row.clauses for side in clause.expressions for n in walk(side)]
    names = {node.value for node in nodes if node.kind == "symbol"}
    found = set[str]()
    for row in rows:
        for clause in row.clauses:
            if clause.opening is None and len(clause.expressions) == 2 and clause.expressions[1].kind == "optimum":
                head, body = clause.expressions
                over = [named(each) for each in body.children[:-1]]
                bearing = {name for name in names if name.endswith(f"_{head.value[:-1]}")}
                if head.value.endswith("*") and over == [head.value[:-1]] and bearing == {f"π_{head.value[:-1]}"}:
                    found |= {head.value} if head.kind == "symbol" and letter(head.value) in PARAMETERS else set()
    return frozenset(found)


def unread_best(rows: Sequence[Row], parameters: frozenset[str]) -> Iterator[Opaque]:
    """The policies of best parameters of which the rows do not say in what they are best, for all that was read."""
    terms = [clause.terms for row in rows for clause in row.clauses if len(clause.terms) > 1]
    said = {written(a.symbol) for a, b, *_ in terms if isinstance(a, t.Apply) and isinstance(b, t.Optimiser)}
    names = frozenset().union(*(t.symbols(term) for row in rows for clause in row.clauses for term in clause.terms))
    for name in sorted(names):
        policy = written(name)
        if policy in {f"π_{each}" for each in parameters} - said:
            yield Opaque(name, f"what {policy} is best in was not read")


def spelled(row: RowSyntax, parameters: frozenset[str]) -> RowSyntax:
    r"""A row that gives the best parameter, as one that gives its policy."""
    if not parameters:
        return row
    clauses = [
        replace(clause, expressions=(replace(head, value=f"π_{head.value}"), *others))
        if (head := clause.expressions[0]).kind == "symbol" and head.value in parameters and clause.opening is None
        and (others := clause.expressions[1:]) and others[0].kind == "optimum"
        else clause
        for clause in row.clauses
    ]  # fmt: skip
    return replace(row, clauses=tuple(clauses))


def _by_a_clause(clause: Clause) -> str:
    if clause.opening is not None or len(clause.relations) != 1:
        return ""
    head, body = clause.expressions
    name, inside = named(head), list(walk(body))
    if clause.relations == (Relation.DEFINED,) and name and any(_alike(node, head) for node in inside):
        return name
    if head.kind != "symbol" or letter(name) not in PARAMETERS or clause.relations[0] not in (
        Relation.EQUAL, Relation.DEFINED
    ):  # fmt: skip
        return ""
    steps = body.kind == "add" and any(_is_one(node, name) for node in inside)
    varied = body.kind == "optimum" and all(_is_one(over, name) for over in body.children[:-1])
    return name if steps or varied else ""


def _alike(one: Node, other: Node) -> bool:
    """Whether two nodes say the same: of other arguments one name may be another thing."""
    if (one.kind, one.value, len(one.children)) != (other.kind, other.value, len(other.children)):
        return False
    return all(map(_alike, one.children, other.children))


def _is_one(node: Node, name: str) -> bool:
    """Whether something is a value of the same parameter, or a slope by it."""
    by = node.value if node.kind in ("symbol", "gradient") else ""
    return bool(by) and letter(by) == letter(name)
