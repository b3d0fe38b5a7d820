r"""One step of many: ``\pi_\theta(a_t|s_t)``, ``\hat A_t`` and ``\mathbb{E}_t`` as PPO is written with them.

Where a document nowhere sums over t, and looks at no other step, t says no more than that s_t and a_t belong together::

    \pi(a_t|s_t)      π(a|s)
    \hat A_t          Â(s, a), and so is all else that bears t
    \mathbb{E}_t      s ∼ D, a ∼ π_old(·|s), where the document has one old policy; else (s, a) ∼ a law of its own
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace

from symkl.language.terms import Span
from symkl.meaning.symbols import PARAMETERS, Declarations, letter, subscript
from symkl.reading.syntax import Clause, Node, named, walk

OF_A_STEP = "ᵗ"
"""What the name of a function of the step bears: the r_t of PPO is a ratio, and no reward."""

_AT = re.compile(r"(?P<base>[^_^,]+)_(?P<at>[a-z])")
_OTHER = re.compile(r"[a-z][+-]1|[<:≤>]|\d")


def with_steps(known: Declarations, rows: Sequence[Sequence[Clause]], unread: Container[str]) -> Declarations:
    """``known`` with the letter of the steps, where there are such, and with the policy that took them.

    ``unread``: what rows that could not be read would give, and prose does. Of such a part of a step nobody can tell.
    """
    nodes = [n for clauses in rows for clause in clauses for side in clause.expressions for n in walk(side)]
    taken = [(node, at) for node in nodes if (at := _step(node)) is not None]
    if len({at for _, at in taken}) != 1 or any(_elsewhere(node, taken[0][1]) for node in nodes):
        return known
    at = taken[0][1]
    parts = {found["base"] for node in nodes if (found := _part_of(node, at))} - {"s", "a"}
    if any(known.kind(part) not in (None, "function") or f"{part}_{at}" in unread for part in parts):
        return known  # β_t is a number of the step, and not of what was done in it
    firsts = [named(c.expressions[0]) for clauses in rows for c in clauses if c.relations and c.opening is None]
    given = {part for part in parts if f"{part}_{at}" in firsts}
    old = {node.children[0].value for node, _ in taken if "old" in subscript(node.children[0].value)}
    positive = {part + OF_A_STEP for part in parts if known.positive & {part, f"{part}_{at}"}}
    return replace(
        known,
        step=at,
        took_steps=old.pop() if len(old) == 1 else "",
        functions=known.functions | {part + OF_A_STEP for part in parts - given},
        positive=known.positive | positive,
    )


def _elsewhere(node: Node, at: str) -> bool:
    """Whether a node looks at another step, or at all of them: s_{t+1}, a_{<t}, a sum over t."""
    if node.kind == "sampled" and letter(node.children[0].value) == "τ":
        return True
    if node.kind == "symbol":
        return at in (below := subscript(node.value)) and _OTHER.search(below) is not None
    if node.kind in ("range", "positions"):
        return node.children[0].value == at
    return node.kind in ("sum", "product") and any([at] == _letters(binder) for binder in node.children[:-1])


def _part_of(node: Node, at: str) -> re.Match[str] | None:
    """Of ``A_t``, the A."""
    found = _AT.fullmatch(node.value) if node.kind == "symbol" else None
    return found if found is not None and found["at"] == at else None


def _step(node: Node) -> str | None:
    """The t of ``π(a_t|s_t)`` and of ``π(·|s_t)``."""
    if node.kind != "call" or len(node.children[1].children) != 1 or len(node.children[2].children) != 1:
        return None
    (action,), (state,) = node.children[1].children, node.children[2].children
    found = _AT.fullmatch(state.value) if state.kind == "symbol" else None
    if found is None or found["base"] != "s" or (action.kind != "dot" and action.value != f"a_{found['at']}"):
        return None
    return found["at"]


def in_steps(known: Declarations, clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Clauses in which one step of many is a state and an action."""
    if not known.step:
        return tuple(clauses)
    return tuple(clause.with_sides(lambda side: _plain(known, side)) for clause in clauses)


def _plain(known: Declarations, node: Node) -> Node:
    if found := _part_of(node, known.step):
        if found["base"] in ("s", "a"):
            return replace(node, value=found["base"])
        return _of_a_step(node, found["base"])
    if node.kind == "call" and (found := _part_of(node.children[0], known.step)):
        _, arguments, conditions = node.children
        moved = all(c.kind == "symbol" and c.value in PARAMETERS for c in arguments.children)
        if moved and not conditions.children and found["base"] + OF_A_STEP not in known.functions:
            return _of_a_step(node, found["base"])
    if _is_over_steps(known, node):
        return replace(node, children=(*_drawn(known, node), _plain(known, node.children[-1])))
    children = tuple(_plain(known, child) for child in node.children)
    return node.with_children(children)


def name_of_a_step(known: Declarations, name: str) -> str:
    """What the symbol of a step is called: of ``r_t`` what a function of the step is."""
    found = _AT.fullmatch(name)
    return found["base"] + OF_A_STEP if found is not None and found["at"] == known.step else name


def step_notes(known: Declarations, clauses: Sequence[Clause]) -> tuple[str, ...]:
    """What a reader should see of how ``\\mathbb{E}_t`` is read: under which policy the steps were taken."""
    nodes = [node for clause in clauses for side in clause.expressions for node in walk(side)]
    if not known.took_steps or not any(_is_over_steps(known, node) for node in nodes):
        return ()
    return (f"the mean over {known.step} is read as that over s ∼ D, a ∼ {known.took_steps}(·|s)",)


def _is_over_steps(known: Declarations, node: Node) -> bool:
    return node.kind == "expectation" and [_letters(binder) for binder in node.children[:-1]] == [[known.step]]


def _letters(binder: Node) -> list[str]:
    return [c.value for c in binder.children] if binder.kind == "over" else []


def _of_a_step(node: Node, base: str) -> Node:
    r"""``\hat A_t`` as a function of state and action; so is ``r_t(\theta)``, where a row says how θ moves it."""
    head = Node("symbol", (), node.span, base + OF_A_STEP)
    return _call(node, head, tuple(Node("symbol", (), node.span, name) for name in ("s", "a")))


def _call(at: Node, head: Node, arguments: tuple[Node, ...], conditions: tuple[Node, ...] = ()) -> Node:
    places = Node("arguments", arguments, at.span), Node("conditions", conditions, at.span)
    return Node("call", (head, *places), at.span)


def _drawn(known: Declarations, node: Node) -> Iterator[Node]:
    r"""What ``\mathbb{E}_t`` draws."""
    (binder,) = node.children[:-1]
    state = Node("symbol", (), Span(node.span.start, binder.span.start), "s")
    action = Node("symbol", (), binder.span, "a")  # two places, for what is bound is known by where it is
    if not known.took_steps:
        yield replace(binder, children=(state, action))
        return
    yield replace(binder, children=(state,))
    head, dot = Node("symbol", (), binder.span, known.took_steps), Node("dot", (), binder.span)
    yield Node("sampled", (action, _call(binder, head, (dot,), (state,))), binder.span)
