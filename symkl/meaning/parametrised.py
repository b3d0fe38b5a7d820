r"""What a document's policies move with, however it writes that: ``\nabla_w``, ``p(x; \theta)``; and trajectories.

A letter that gradients are by, and that a symbol bears below, is a parameter: the w of ``\nabla_w \log π_w``. It gets a
mark, for the w of ``y_w`` is none. ``\frac{\partial}{\partial\theta}`` is ``\nabla_\theta`` where θ is no number
anywhere. ``p(x; θ)`` is ``p_θ(x)`` wherever θ is no variable itself. And τ is a trajectory
where something is summed over it, or drawn, and nothing divided by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from symkl.language.joints import MARKED
from symkl.language.proof import Point
from symkl.meaning.symbols import LAWS, PARAMETERS, POLICIES, TRAJECTORIES, VARIABLES, Declarations, letter
from symkl.reading.syntax import Clause, Node, walk


def with_parameters(known: Declarations, rows: Sequence[Sequence[Clause]]) -> Declarations:
    """``known`` with the letters that the rows use as parameters, and those of trajectories."""
    nodes = [node for clauses in rows for clause in clauses for side in clause.expressions for node in walk(side)]
    names = {node.value for node in nodes if node.kind == "symbol"}
    by = {node.value for node in nodes if node.kind == "gradient" and node.value}
    free = {each for each in _alone(nodes) if known.kind(each) is None}
    by |= {each for each in free if any(letter(n) in POLICIES and _bears(n, each) for n in names)}
    by -= set(PARAMETERS)
    own = frozenset(each for each in by if any(_bears(name, each) for name in names))
    bound = {v.value for node in nodes for v in _bound(node)}
    plain = {name for clauses in rows for clause in clauses for side in clause.expressions for name in _numbers(side)}
    whole = {name for node in nodes if node.kind == "call" for name in _of_a_trajectory(node)}
    trajectories = {name for name in (bound | whole) & {*TRAJECTORIES} if name not in plain}
    called = {each for node in nodes for each in _behind(node)} - bound
    heads = {c.children[0].value for c in nodes if c.kind == "call" for a in c.children[1].children[:1]
             if a.kind == "symbol" and a.value in PARAMETERS and len(c.children[1].children) == 1}  # fmt: skip
    called = {(name, parameter) for name, parameter in called if name not in heads}
    bare = {name: f"{name}_{parameter}" for name, parameter in _below_gradients_alone(rows) if letter(name) in LAWS}
    slopes = {node.children[1].value for node in nodes if node.kind == "derivative"} & set(PARAMETERS)
    carried = {parameter for parameter in slopes if any(_bears(name, parameter) for name in names)}
    return replace(
        known,
        moved_alone={name: whole for name, whole in bare.items() if whole in names},
        partial_parameters=frozenset(each for each in carried - plain if known.kind(each) is None),
        indices=known.indices | trajectories,
        of_parameters=_of_parameters_alone(nodes),
        own_parameters=own,
        written_parameters=frozenset(name for name, _ in called),
        distributions=known.distributions | {f"{name}_{by}" for name, by in called if name in LAWS},
    )


def _alone(nodes: Iterable[Node]) -> set[str]:
    """What something is called with alone: the w of ``J(w)``."""
    calls = [node for node in nodes if node.kind == "call" and not node.children[2].children]
    taken = [call.children[1].children for call in calls]
    return {places[0].value for places in taken if len(places) == 1 and places[0].kind == "symbol"}


def _bears(name: str, parameter: str) -> bool:
    """Whether a symbol has a parameter below it, or below what it is of, perhaps at a value: ``π_w``, ``V_{θ'}``,
    ``Q^{π_w}``, ``π_{w_old}``; the w of ``y_w`` tells responses apart."""
    return letter(name) not in VARIABLES and _where(parameter).search(name) is not None


@lru_cache(maxsize=64)
def _where(parameter: str) -> re.Pattern[str]:
    """Where a name has a parameter: first below its letter, or below the policy above it."""
    return re.compile(rf"(^[^_^]+(?:\^[^_^]+|_(?:{'|'.join(POLICIES)}))?_{re.escape(parameter)})(?=$|_|')")


def _bound(node: Node) -> tuple[Node, ...]:
    """The variables that a binder binds."""
    if node.kind == "over":
        return tuple(c for c in node.children if c.kind == "symbol")
    return tuple(c for c in node.children[:-1] if c.kind == "symbol") if node.kind == "sampled" else ()


def _of_parameters_alone(nodes: Sequence[Node]) -> frozenset[str]:
    """What is called with a parameter wherever it stands: the ρ of ``ρ(θ) = π_θ(a|s)/π_old(a|s)`` is no law."""
    calls: dict[str, list[bool]] = {}
    for call in (node for node in nodes if node.kind == "call"):
        head, arguments, conditions = call.children
        given = [letter(c.value) in PARAMETERS if c.kind == "symbol" else False for c in arguments.children]
        calls.setdefault(head.value, []).append(all(given) and bool(given) and not conditions.children)
    alone = {name for name, found in calls.items() if all(found)}
    return frozenset(alone - {node.children[-1].value for node in nodes if node.kind == "sampled"})


def _of_a_trajectory(call: Node) -> tuple[str, ...]:
    """What a law or a reward is called with alone, as the τ of ``R(τ)`` and ``p_θ(τ)``."""
    head, arguments, conditions = call.children
    behind = all(c.kind == "symbol" and letter(c.value) in PARAMETERS for c in conditions.children)
    alone = len(arguments.children) == 1 and arguments.children[0].kind == "symbol" and behind
    return (arguments.children[0].value,) if alone and letter(head.value) in (*LAWS, "r", "R") else ()


def _numbers(node: Node) -> Iterator[str]:
    """The symbols that stand as numbers somewhere in an expression: behind no letter, and below no sign."""
    if node.kind == "symbol":
        yield node.value
    below = node.children[:1] if node.kind == "derivative" else node.children
    for child in () if node.kind in ("call", "over", "sampled", "range", "under") else below:
        yield from _numbers(child)
    if node.kind == "call":
        for argument in (*node.children[1].children, *node.children[2].children):
            yield from _numbers(argument) if argument.kind != "symbol" else ()


def _below_gradients_alone(rows: Sequence[Sequence[Clause]]) -> Iterator[tuple[str, str]]:
    r"""What bears nothing, with the parameter of the gradients that it stands below: ``\nabla_\theta\log\pi``."""
    below: dict[str, set[str]] = {}
    left = [(side, "") for clauses in rows for clause in clauses for side in clause.expressions]
    while left:
        node, by = left.pop()
        if node.kind == "symbol":
            below.setdefault(node.value, set()).add(by)
        left += [(child, node.value if node.kind == "gradient" else by) for child in node.children]
    for name, some in below.items():
        if len(some) == 1 and (by := next(iter(some))) in PARAMETERS and name == letter(name):
            yield name, by


def parameter_notes(known: Declarations, clauses: Sequence[Clause]) -> tuple[str, ...]:
    """What is said of a policy that is written without its parameter."""
    nodes = [node for clause in clauses for side in clause.expressions for node in walk(side)]
    names = {node.value for node in nodes if node.kind == "symbol"}
    return tuple(
        f"{name} is read as {whole}: it stands nowhere but below gradients, and those move {whole}"
        for name, whole in sorted(known.moved_alone.items())
        if name in names
    )


def _behind(node: Node) -> Iterator[tuple[str, str]]:
    """The parameters that are written last in a call of something else, as in ``p(x; θ)`` and ``π(a|s, θ)``."""
    if node.kind == "call":
        _, arguments, conditions = node.children
        last = (conditions if conditions.children else arguments).children[-1:]
        others = len(arguments.children) + len(conditions.children) > 1
        whole = arguments.children[:1] and arguments.children[0].value in TRAJECTORIES  # P(τ|θ)
        if others and (len(conditions.children) != 1 or whole) and last and last[0].value in PARAMETERS:
            yield node.children[0].value, last[0].value


def in_parameters(known: Declarations, clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Clauses in which what moves bears its parameter below."""
    if not (known.own_parameters or known.written_parameters or known.partial_parameters or known.moved_alone):
        return tuple(clauses)
    return tuple(clause.with_sides(lambda side: _rewritten(known, side)) for clause in clauses)


def _rewritten(known: Declarations, node: Node) -> Node:
    children = tuple(_rewritten(known, child) for child in node.children)
    node = node.with_children(children)
    if node.kind == "derivative" and node.children[1].value in known.partial_parameters:
        return Node("gradient", node.children[:1], node.span, node.children[1].value)
    if node.kind == "symbol" and node.value in known.moved_alone:
        return replace(node, value=known.moved_alone[node.value])
    if node.kind == "symbol" and known.own_parameters:
        return replace(node, value=_marked(known, node.value))
    if node.kind == "call" and not node.children[2].children and len(node.children[1].children) == 1:
        head, arguments, conditions = node.children
        (argument,) = arguments.children
        if argument.kind == "symbol" and argument.value in known.own_parameters:  # J(w)
            moved = replace(argument, value=argument.value + MARKED)
            return replace(node, children=(head, replace(arguments, children=(moved,)), conditions))
    if node.kind == "gradient" and node.value in known.own_parameters:
        return replace(node, value=node.value + MARKED)
    if node.kind == "call" and node.children[0].value in known.written_parameters and (found := list(_behind(node))):
        head, arguments, conditions = node.children
        ((name, parameter),) = found
        if "_" not in name:
            if conditions.children:
                conditions = replace(conditions, children=conditions.children[:-1])
            else:
                arguments = replace(arguments, children=arguments.children[:-1])
            return replace(node, children=(replace(head, value=f"{name}_{parameter}"), arguments, conditions))
    return node


def at_parameter(known: Declarations, point: Point) -> Point:
    """The point at which a row is looked at, by the names that its parameter has."""
    if point.parameter not in known.own_parameters:
        return point
    marked = point.parameter + MARKED
    return point._replace(parameter=marked, value=marked + point.value.removeprefix(point.parameter))


def _marked(known: Declarations, name: str) -> str:
    """A symbol with a mark at the parameter that stands below it."""
    for parameter in known.own_parameters:
        if _bears(name, parameter):
            return _where(parameter).sub(rf"\1{MARKED}", name)
    return name
