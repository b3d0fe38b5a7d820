r"""Updates: ``\theta \leftarrow \theta + \alpha\nabla_\theta J(\theta)`` says what the next θ is, and claims nothing.

A step of an algorithm has two values of one symbol in it, and no statement about terms has two. So such a row is
neither a definition nor a claim. What it updates is another thing behind it than before it.
"""

from __future__ import annotations

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
