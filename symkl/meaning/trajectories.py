r"""Trajectories: what stands at a step of one, ``\pi_\theta(a_t|s_t)``, ``r_t``, ``V(s_{t+1})``, is a function of both.

Where a document sums over steps, or looks at several, a state s_t is a part of the trajectory at hand. So each way to
write something at a step is a function of the trajectory and the step, of its own::

    \pi_\theta(a_t|s_t)    π‹a|s›_θ(τ, t)        r(s_t, a_t)    r‹s,a›(τ, t)        r_t    r‹t›(τ, t)
    V(s_{t+1})             V‹s₊₁›(τ, t)          \rho(s_0)      ρ‹s₀›(τ)            a_{i,t} of \tau_i

Of these functions nothing is known but that probabilities are > 0, and that rewards, transitions and beginnings are
no policy's. What holds of any such functions is proved; that they follow from each other, as that a reward before a
step has nothing to do with the action there, is not used, and nothing is refuted with them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from symkl.language.dependence import EVERYTHING
from symkl.language.patterns import pattern
from symkl.language.proof import Opaque
from symkl.language.roles import Role
from symkl.language.terms import Span
from symkl.meaning.dependence import parameters
from symkl.meaning.symbols import (
    LAWS,
    PARAMETERS,
    POLICIES,
    TRAJECTORIES,
    VARIABLES,
    Declarations,
    letter,
    usual_role,
)
from symkl.reading.syntax import Clause, Node, walk

OPEN, CLOSE = "‹", "›"
"""What stands around the way in which something is written at a step, in its name."""

_AT = pattern(
    r"(?P<base>[^_^*',<>≤≥:‹]+)_(?:(?P<of>[a-z]),)?(?P<at>[a-zT]'*|\d)(?P<by>[+-](?:\d|[a-z]))?(?P<marks>(?:[_^*].*)?)"
)
_SMALL = str.maketrans("+-0123456789T", "₊₋₀₁₂₃₄₅₆₇₈₉ₜ")
_FIXED = ("r", "R", "P", "p", "d", "ρ", "μ")
"""Letters of rewards, transitions and beginnings, which no policy moves."""

_BARE = pattern(r"[^_^*']+(?:_\d)?")
_CALLED = "(θ)"
"""What is written at a step and called with a parameter."""

_BINDS = ("sum", "product", "expectation", "functional", "extremum", "statistic", "family", "limit", "optimum", "at")
_WHOLE = ("divergence", "norm", "inner", "entry", "token", "next", "response")
"""What is not looked into: a distribution at a step is no number."""


def is_at_a_step(name: str) -> bool:
    """Whether a symbol is what something at a step of a trajectory is called."""
    return OPEN in name


def with_trajectories(known: Declarations, rows: Sequence[Sequence[Clause]]) -> Declarations:
    """``known`` with the letters of steps, and with that of the trajectory, where rows look at steps of one."""
    nodes = [n for clauses in rows for clause in clauses for side in clause.expressions for n in walk(side)]
    if known.step:
        return known
    found = [places for node in nodes if node.kind == "call" and (places := _places(node)) is not None]
    steps = {each["at"] for places in found for each in places if each["at"][0].islower()}
    runs = {c.children[0].value for n in nodes for c in n.children if c.kind in ("range", "positions", "over", "apart")}
    drawn = [each for each in TRAJECTORIES if each in known.indices]
    steps |= {"t"} if not steps and any(map(_is_later, nodes)) else set()
    numbered = {at["at"] for node in nodes if (at := _numbered(node)) is not None and at["at"][0] == "t"}
    steps |= numbered & runs if drawn else set()
    if not steps or any(known.kind(base) not in (None, "variable") for base in ("s", "a")):
        return known
    names = {node.value for node in nodes if node.kind == "symbol"}
    free = [each for each in TRAJECTORIES if each not in names]
    behind = {at["by"][1:] for n in nodes if (at := _step_of(n)) is not None and at["at"] in steps and at["by"]}
    if (not drawn and not free) or (not drawn and runs.isdisjoint(steps | behind)):
        return known  # two states of which nothing binds the step are two states
    several = {each["of"] + "," for places in found for each in places if each["of"]}  # a_{i,t} of the i-th of some
    known = replace(known, steps=frozenset(steps | several), trajectory=(drawn or free)[0])
    known = replace(known, indices=known.indices | {known.trajectory, *(each[0] for each in steps)})
    written = [side for row in rows for clause in in_trajectories(known, row) for side in clause.expressions]
    calls = [n.children[0].value for side in written for n in walk(side) if n.kind == "call"]
    moments = frozenset(name for name in calls if is_at_a_step(name))
    laws = {f"law_{known.trajectory},{step}": frozenset({EVERYTHING}) for step in steps}  # whose policy took them?
    return replace(
        known,
        moments=moments,
        functions=known.functions | moments,
        positive=known.positive | {name for name in moments if _is_positive(known, name)},
        moves={**laws, **{name: by for name in moments if (by := _moved(name, moments)) is not None}, **known.moves},
    )


def _is_later(node: Node) -> bool:
    """Whether something is written at a later step, ``r_{t+k}``."""
    at = _numbered(node)
    return at is not None and at["at"] == "t" and bool(at["by"])


def _numbered(node: Node) -> re.Match[str] | None:
    """Something with a step below it, ``r_t``, that is no state, no policy and no parameter."""
    at = _step_of(node)
    base = letter(at["base"]) if at is not None else ""
    return at if base and base not in (*VARIABLES, *POLICIES, *PARAMETERS, *TRAJECTORIES) else None


def _is_positive(known: Declarations, name: str) -> bool:
    """Whether what a name was before is a probability, or declared to be > 0."""
    return _plain(name) in known.positive or letter(_plain(name)) in (*POLICIES, *LAWS)


def _plain(name: str) -> str:
    """The symbol that is written at a step."""
    return name[: name.index(OPEN)] + name[name.index(CLOSE) + 1 :]


def _moved(name: str, moments: Collection[str]) -> frozenset[str] | None:
    """What may move something at a step of a fixed trajectory; None for whatever there is."""
    plain = _plain(name)
    if own := parameters(plain):
        return own if letter(plain) in POLICIES else None
    ratio = any(_plain(each) == plain and _CALLED + CLOSE in each for each in moments)  # r_t(θ) is no reward
    fixed = letter(plain) in _FIXED and _BARE.fullmatch(plain) is not None and not ratio
    way = name[name.index(OPEN) + 1 : name.index(CLOSE)]
    if letter(plain) not in ("r", "R"):  # where a policy takes part in it, it may move with that: p(a_t|s_t), p(s_t)
        fixed &= way.startswith("s₊₁|") or way in ("s₀", "s₁")
    return frozenset() if fixed or usual_role(plain) is Role.REFERENCE else None


def _step_of(node: Node) -> re.Match[str] | None:
    return _AT.fullmatch(node.value) if node.kind == "symbol" else None


def _places(call: Node) -> list[re.Match[str]] | None:
    """The states and actions that a call is of, where it is of nothing else, and of one trajectory."""
    every = [*call.children[1].children, *call.children[2].children]
    steps = [at for each in every if (at := _step_of(each)) is not None]
    found = [at for at in steps if at["base"] in ("s", "a") and not at["marks"]]
    if not found or len(found) < len(every) or len({at["of"] for at in found}) > 1:
        return None
    return found


def in_trajectories(known: Declarations, clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Clauses in which what stands at a step is a function of the trajectory and the step."""
    if not known.trajectory:
        return tuple(clauses)
    whole = known.trajectory
    return tuple(clause.with_sides(lambda side: _written(known, side, whole)) for clause in clauses)


def _written(known: Declarations, node: Node, whole: str) -> Node:
    """A node in which what stands at a step is of the trajectory ``whole``: the one that is bound here."""
    if node.kind in _WHOLE:
        return node
    if node.kind in _BINDS:
        return _below(known, node, whole)
    if node.kind == "call" and (places := _places(node)) is not None:
        return _of_places(known, node, places, whole)
    if node.kind == "call" and (at := _moment(known, node.children[0])) is not None:
        _, arguments, conditions = node.children
        alone = all(c.kind == "symbol" and letter(c.value) in PARAMETERS for c in arguments.children)
        if alone and arguments.children and not conditions.children:  # r_t(θ)
            name = _name(node.children[0].value, at, [f"t{_by(at)}{_CALLED}"])
            return _call(whole, node, name, at, at["at"])
        return node
    if node.kind == "symbol":
        at = _moment(known, node)
        return node if at is None else _call(whole, node, _name(node.value, at, [f"t{_by(at)}"]), at, at["at"])
    children = tuple(_written(known, child, whole) for child in node.children)
    return node.with_children(children)


def _moment(known: Declarations, node: Node) -> re.Match[str] | None:
    """What ``r_t`` is at a step; None for a state by itself, a parameter, and what is numbered by something else."""
    at = _numbered(node)
    if at is None or at["at"] not in known.steps:
        return None
    return at if not at["of"] or f"{at['of']}," in known.steps else None  # else it is of the i-th response


def _below(known: Declarations, node: Node, whole: str) -> Node:
    """Something that binds: as it stands where a state or an action is bound, or what a mean is over is not known."""
    binders = [c for c in node.children if c.kind in ("over", "sampled", "range", "under", "apart", "positions")]
    bound = [v for binder in binders for v in binder.children[: 1 if binder.kind in ("range", "apart") else None]]
    if any((at := _step_of(v)) is not None and at["base"] in ("s", "a") for each in bound for v in walk(each)):
        return node
    drawn = [v.value for v in bound if v.kind == "symbol" and letter(v.value) in TRAJECTORIES]
    if len(drawn) > 1:
        return node  # of which of them a step is

    def below(of: str) -> Node:
        return replace(node, children=tuple(c if c in binders else _written(known, c, of) for c in node.children))

    inside = below(drawn[0] if drawn else whole)
    if drawn or node.kind in ("sum", "product", "limit", "optimum", "at") or inside == node:
        return inside
    inside = below(known.trajectory)
    here = Node("symbol", (), Span(node.span.start, node.span.start + 1), known.trajectory)
    kinds = [(binder.kind, [c.kind for c in binder.children]) for binder in binders]
    if node.kind == "expectation" and kinds == [("over", ["symbol"])] and binders[0].children[0].value in known.steps:
        (binder,) = binders  # one unnamed law of the trajectory and the step
        return replace(inside, children=(replace(binder, children=(here, *binder.children)), inside.children[-1]))
    if node.kind == "expectation" and kinds == [("under", ["symbol"])]:
        (binder,) = binders
        law = Node("sampled", (here, *binder.children), binder.span)
        return replace(inside, children=(law, inside.children[-1]))
    return node


def _of_places(known: Declarations, node: Node, places: list[re.Match[str]], whole: str) -> Node:
    """``V(s_{t+1})`` as a function of the trajectory and the step."""
    head, arguments, conditions = node.children
    count = len(arguments.children)
    said = [f"{at['base']}{_by(at)}" if at["at"] in known.steps else f"{at['base']}{at['at'].translate(_SMALL)}"
            for at in places]  # fmt: skip
    steps = {at["at"] for at in places if at["at"] in known.steps}
    own = _moment(known, head)
    letters = {at["by"] for at in places if at["by"] and at["by"][1:].isalpha()}
    if len(steps) > 1 or (own is not None and own["at"] not in steps) or (letters and len(places) > 1):
        return node  # of two steps at once
    if own is not None:
        said[0] = f"t{_by(own)};{said[0]}"
    written = [",".join(said[:count]), *([",".join(said[count:])] if conditions.children else [])]
    step = next(iter(steps), "")
    return _call(whole, node, _name(head.value, own, written), places[0], step)


def _by(at: re.Match[str]) -> str:
    by = at["by"] or ""
    return (by[0] + "·" if by[1:].isalpha() else by).translate(_SMALL)


def _name(name: str, at: re.Match[str] | None, written: Sequence[str]) -> str:
    """The name with the way it is written in brackets behind its letter."""
    plain = f"{at['base']}{at['marks']}" if at is not None else name
    base = letter(plain)
    return f"{base}{OPEN}{'|'.join(written)}{CLOSE}{plain[len(base):]}"


def _call(trajectory: str, at: Node, name: str, found: re.Match[str], step: str) -> Node:
    whole = trajectory + (f"_{found['of']}" if found["of"] else "")
    more = found["by"][1:] if found["by"] and found["by"][1:].isalpha() else ""  # δ_{t+l}
    places = [Node("symbol", (), at.span, each) for each in (whole, step, more) if each]
    end = Span(at.span.stop, at.span.stop)
    arguments = Node("arguments", tuple(places), at.span)
    return Node("call", (Node("symbol", (), at.span, name), arguments, Node("conditions", (), end)), at.span)


def untold_moments(known: Declarations, given: Collection[str]) -> tuple[Opaque, ...]:
    """What stands at steps and no row gives: nobody knows how it hangs together; ``given``: what rows give."""
    names = [name for name in sorted(known.moments) if name not in given]
    why = "of {} at a step only that is used which holds of any function of the step and of what it is a step of"
    return tuple(Opaque(name, why.format(_plain(name))) for name in names)
