"""Optimisation problems: over which policy, and of what."""

from __future__ import annotations

from collections.abc import Sequence

from symkl.language import terms as t
from symkl.meaning.mistakes import refuse
from symkl.meaning.reader import Reader
from symkl.meaning.symbols import letter, subscript
from symkl.reading.syntax import Node, named, walk


def optimum(read: Reader, node: Node) -> t.Term:
    """``max``, ``min``, ``arg max`` or ``arg min`` over a policy."""
    overs, body = node.children[:-1], node.children[-1]
    sense = t.Sense.MAX if node.value.endswith("max") else t.Sense.MIN
    policy = _varied(read, overs) or _optimised(read, node, overs, body)
    if len(overs) == 1 and named(overs[0]) == subscript(policy):
        read.said.note(f"over {named(overs[0])} is read as over all policies, as if {policy} could be any of them")
    make = t.Optimiser if node.value.startswith("arg") else t.Optimum
    if body.kind == "add" and body.children[0].kind == "group":
        for term in body.children[1:]:
            if any(n.kind == "symbol" and n.value == policy for n in walk(term)):
                raise refuse("problem closed early", term.span, sense=sense.value, policy=policy)
    return make(sense, policy, read(body))


def _varied(read: Reader, overs: Sequence[Node]) -> str:
    """The function that a problem is over, as in ``\\sup_g``."""
    names = [named(over) for over in overs]
    return names[0] if len(names) == 1 and names[0] and read.known.kind(names[0]) == "function" else ""


def _optimised(read: Reader, node: Node, overs: Sequence[Node], body: Node) -> str:
    """The policy that a problem is over: written, or that with the parameter written, or the only one there."""
    known = read.known
    names = [named(over) for over in overs]
    symbols = dict.fromkeys(n.value for n in walk(body) if n.kind == "symbol")
    inside = [n for n in symbols if known.kind(n) == "distribution" and letter(n) not in ("D", "ρ", "P")]
    for name in names:
        if known.kind(name) == "distribution":
            return name
        with_parameter = [n for n in inside if subscript(n) == name]
        if with_parameter:
            return with_parameter[0]
    if any(letter(name) == "θ" for name in names) or not names:
        free = [n for n in inside if not known.is_reference(n) and not known.is_optimum(n)]
        if len(free) == 1:
            return free[0]
        if names and not free and "π_θ" in known.distributions:
            return "π_θ"
    raise refuse("problem over no policy", (overs[0] if overs else node).span, name=names[0] if names else node.value)
