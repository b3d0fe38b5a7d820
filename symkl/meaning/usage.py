r"""What the use of a letter shows against its usual role: λ as a weight, μ as a multiplier, y as a number.

A letter proposes a role, and what a document does with it decides: D(π, μ) is a functional and no distribution of
prompts, ``s_θ(a, s)`` a function and no state, the u of ``\frac{d}{du}\log σ(u)`` a number, the i of ``i ≻ j`` an item.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace

from symkl.language.terms import EQUATIONS, INEQUALITIES, Relation
from symkl.meaning.symbols import (
    GIVEN_BY_EQUATION,
    PARAMETERS,
    REWARDS,
    VARIABLES,
    Declarations,
    letter,
    numbered_by,
    subscript,
)
from symkl.reading.syntax import Clause, Node, named, walk

_NUMBERED = frozenset("ijklmnt")
"""Letters of numbers, where nothing says that they are responses."""

OF_A_POLICY = "ᵖ"
"""What the name of a functional of policies bears where its letter has another meaning, too: the R of R(x, π)."""


@dataclass
class _Uses:
    """How the symbols of a document are used."""

    at_places: set[str] = field(default_factory=set)
    bare: set[str] = field(default_factory=set)
    heads: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    distributions: set[str] = field(default_factory=set)
    moving: set[str] = field(default_factory=set)
    items: set[str] = field(default_factory=set)
    constraints: set[str] = field(default_factory=set)
    terms: set[str] = field(default_factory=set)
    of_policies: set[str] = field(default_factory=set)
    with_policies: set[str] = field(default_factory=set)
    of_scalars: dict[str, set[tuple[str, ...]]] = field(default_factory=dict)
    conditioned: set[str] = field(default_factory=set)
    slopes: bool = False


def by_usage(known: Declarations, rows: Sequence[Sequence[Clause]]) -> Declarations:
    """``known`` with what the rows show of letters that have another role than their usual one."""
    uses = _Uses()
    weights, levels = _beside_divergences(known, rows)
    numbers = weights | levels | _temperatures(known, rows)
    known = replace(known, scalars=known.scalars | numbers, positive=known.positive | numbers)
    parameters = _parameters(known, rows)
    known = replace(known, scalars=known.scalars | set(parameters.values()))
    drawn = _drawn([n for clauses in rows for clause in clauses for side in clause.expressions for n in walk(side)])
    apart = replace(known, indices=known.indices | drawn)  # q is no policy in r(q, o), where o is drawn given q
    for clauses in rows:
        for clause in clauses:
            if clause.relations and clause.opening is None and clause.expressions[0].kind == "symbol":
                uses.heads.add(clause.expressions[0].value)
            for side in clause.expressions:
                for node in walk(side):
                    _take(apart, uses, node)
    always = _always_called(rows)
    indices = {letter(name) for name in uses.at_places}
    declared = known.distributions | known.functions | known.scalars | known.positive
    multipliers = {n for n in uses.constraints - uses.distributions - declared if known.kind(n) != "scalar"}
    numbers = {n for n in uses.bare - uses.called if subscript(n) and letter(n) in VARIABLES}
    numbers = {n for n in numbers if letter(n) not in indices}
    numbers |= {n for n in uses.bare - uses.called if subscript(n) in ("max", "min") and letter(n) in REWARDS}
    numbers |= {
        name
        for name in uses.moving - uses.heads - uses.called - declared
        if known.kind(name) in (None, "partition") and letter(name) not in indices
    }
    weights = {
        name
        for name in uses.bare - uses.constraints - uses.terms - uses.called - uses.distributions - declared
        if known.kind(name) == "multiplier"
    }
    items = {name for name in uses.items if name not in uses.called and letter(name) not in VARIABLES}
    scalar_at = {
        name if known.kind(name) != "function" else _of_scalars(name): found
        for name, found in uses.of_scalars.items()
        if len(found) == 1 and (known.kind(name) != "function" or name in always - uses.called)
    }
    return replace(
        known,
        multipliers=known.multipliers | multipliers,
        scalars=known.scalars | numbers | weights,
        indices=known.indices | {letter(name) for name in items},
        functionals=frozenset(uses.of_policies),
        of_policies=frozenset(uses.with_policies),
        conditioned=frozenset(uses.conditioned),
        with_parameter_alone=_with_a_parameter_alone(known, rows),
        slopes=uses.slopes,
        of_scalars={
            **{name: next(iter(found)) for name, found in scalar_at.items()},
            **{name: (written,) for name, written in parameters.items() if name in uses.of_scalars},
        },
        scores=frozenset(n for n in uses.called if letter(n) in VARIABLES and subscript(n) in PARAMETERS),
    )


def _with_a_parameter_alone(known: Declarations, rows: Sequence[Sequence[Clause]]) -> frozenset[str]:
    r"""Rewards by their letter that a row gives with a parameter alone, ``r_{i,t}(\theta) = \ldots``, and nothing else
    calls: such an r is a ratio."""
    nodes = [n for clauses in rows for clause in clauses for side in clause.expressions for n in walk(side)]
    calls = [n for n in nodes if n.kind == "call"]
    every = [c for clauses in rows for c in clauses if c.relations]
    heads = [c.expressions[0] for c in every if c.relations[0] in EQUATIONS]
    given = {n.children[0].value for n in heads if n.kind == "call" and _is_of_a_parameter(n)}
    given -= {n.children[0].value for n in calls if not _is_of_a_parameter(n)}
    alone = Counter(n.value for n in nodes if n.kind == "symbol")
    called = Counter(n.children[0].value for n in calls)
    return frozenset(n for n in given if known.kind(n) == "function" and alone[n] == called[n])


def _is_of_a_parameter(call: Node) -> bool:
    _, arguments, conditions = call.children
    return [c.value for c in arguments.children] in ([p] for p in PARAMETERS) and not conditions.children


def _beside_divergences(known: Declarations, rows: Sequence[Sequence[Clause]]) -> tuple[set[str], set[str]]:
    r"""The multipliers that weigh a divergence, ``\lambda (KL - δ)``, and the numbers that bound one, ``KL \le δ``.

    Both are > 0: a divergence that is bounded has a multiplier that is not negative, and one that is 0 bounds nothing.
    """
    every = [clause for clauses in rows for clause in clauses]
    nodes = [n for clause in every for side in clause.expressions for n in walk(side)]
    weights, levels, elsewhere = set[str](), set[str](), set[str]()
    priced = {  # c KL beside something else is a price; c KL ≥ 0 by itself says that c is no negative number
        factor.value
        for node in nodes
        for term in (node.children if node.kind == "add" else ())
        for factor in (term.children[0] if term.kind == "negate" else term).children
    }
    for clause in every:
        for left, relation, right in zip(clause.expressions, clause.relations, clause.expressions[1:], strict=False):
            if relation is Relation.LESS_EQUAL and left.kind == "divergence" and right.kind == "symbol":
                levels.add(right.value)
        head = clause.expressions[0]
        if clause.relations and head.kind == "symbol" and (clause.relations[0] in (*EQUATIONS, *INEQUALITIES)):
            elsewhere.add(head.value)
    for node in nodes:
        match node.kind:
            case "multiply" if any(_is_divergence(c) for c in node.children):
                weights |= {c.value for c in node.children if c.kind == "symbol"}
            case "call" if [_is_divergence(c) for c in node.children[1].children] == [True]:
                weights.add(node.children[0].value)
            case "call" if any(_is_constraint(c) for c in node.children[1].children):
                elsewhere.add(node.children[0].value)
            case "add" if len(node.children) == 2 and node.children[0].kind == "divergence":
                taken_off = [c.children[0] for c in node.children[1:] if c.kind == "negate"]
                levels |= {c.value for c in taken_off if c.kind == "symbol"}
            case "over" | "sampled" | "range" | "under":
                elsewhere |= {c.value for c in node.children}
    weights = {n for n in weights - elsewhere if _is_any_number(known, n) and n not in known.multipliers}
    weights = {n for n in weights if n in priced or known.kind(n) == "multiplier"}
    levels = {n for n in levels - elsewhere if known.kind(n) is None and len(letter(n)) == 1}
    return weights, levels


def _temperatures(known: Declarations, rows: Sequence[Sequence[Clause]]) -> set[str]:
    r"""The letters without such a role that stand where temperatures do: the λ of ``e^{r(x,y)/\lambda}``, ``λ log Z``.

    T is one where no t is about. Such a number is > 0, as every temperature. What an equation gives, what is called,
    and what has a place of its own elsewhere is none: the T of ``\sum_{t=1}^T``, the λ of ``\lambda(1 - \sum_y π)``.
    """
    clauses = [clause for some in rows for clause in some]
    nodes = [n for clause in clauses for side in clause.expressions for n in walk(side)]
    names = {n.value for n in nodes if n.kind == "symbol"}
    found = {"T"} & names if not any(letter(name) == "t" for name in names) else set()
    said = [c for c in clauses if c.relations]
    equal_to_one = [c for c in said if c.relations[0] is Relation.EQUAL and c.expressions[1].kind == "number"]
    elsewhere = {c.expressions[0].value for c in said if c not in equal_to_one}
    for node in nodes:
        match node.kind:
            case "function" if node.value == "exp" and _is_of_a_reward(known, node):
                divided = [n for n in walk(node) if n.kind in ("fraction", "divide")]
                found |= {below for each in divided for below in _factors(each.children[1])}
            case "over" | "sampled" | "range" | "under" | "apart" | "absolute":
                elsewhere |= {n.value for n in walk(node)}
            case "call":
                elsewhere |= {n.value for child in node.children for n in (child, *child.children)}
            case "power":
                elsewhere |= {node.children[1].value}
            case "multiply":
                if any(_is_constraint(c) for c in _without_groups(node.children)):
                    elsewhere |= {c.value for c in node.children}
                if any(_is_log_partition(known, c) for c in node.children):
                    found |= {c.value for c in node.children}
            case "add":  # the λ of r - β log π - β + λ is a multiplier
                terms = [c.children[0] if c.kind == "negate" else c for c in node.children]
                elsewhere |= {c.value for c in terms if known.kind(c.value) == "multiplier"}
    return {n for n in found - elsewhere if _is_any_number(known, n)}


def _is_any_number(known: Declarations, name: str) -> bool:
    """Whether a letter is of a number of which nothing is known, not even its sign: λ, T, the γ of a price."""
    free = known.kind(name) == "scalar" and name not in known.scalars and not known.is_positive(name)
    alone = len(letter(name)) == 1 and name not in known.real
    return alone and (free or known.kind(name) in (None, "multiplier"))


def _is_log_partition(known: Declarations, node: Node) -> bool:
    inside = node.children[0] if node.kind == "function" and node.value == "log" else node
    return inside is not node and known.kind(named(inside)) == "partition"


def _is_of_a_reward(known: Declarations, node: Node) -> bool:
    return any(n.kind == "symbol" and known.kind(n.value) == "function" for n in walk(node))


def _factors(node: Node) -> set[str]:
    """The symbols that a denominator is the product of."""
    inside = _without_groups((node,))[0]
    factors = _without_groups(inside.children) if inside.kind == "multiply" else (inside,)
    return {each.value for each in factors if each.kind == "symbol"}


def _without_groups(nodes: Sequence[Node]) -> tuple[Node, ...]:
    return tuple(_without_groups(n.children)[0] if n.kind == "group" else n for n in nodes)


def _is_divergence(node: Node) -> bool:
    """Whether an expression is a divergence, or one less a number, in a bracket or not."""
    if node.kind in ("group", "negate"):
        return _is_divergence(node.children[0])
    return node.kind == "divergence" or (node.kind == "add" and any(_is_divergence(c) for c in node.children[:1]))


def _parameters(known: Declarations, rows: Sequence[Sequence[Clause]]) -> dict[str, str]:
    """What rows give as functions of one number by sums or means, each with the letter of that number.

    A letter without a role is one where it stands as a number in what gives the function, and nowhere as an index.
    """
    nodes = [n for clauses in rows for clause in clauses for side in clause.expressions for n in walk(side)]
    given: dict[str, tuple[str, Node]] = {}
    for clauses in rows:
        for clause in clauses:
            head, *others = clause.expressions
            symbol = head.children[1].children if head.kind == "call" and not head.children[2].children else ()
            gives = clause.opening is None and clause.relations[:1] and clause.relations[0] in EQUATIONS
            plain = len(symbol) == 1 and symbol[0].kind == "symbol"
            if gives and plain and known.kind(head.children[0].value) in (None, "partition"):
                given.setdefault(head.children[0].value, (symbol[0].value, others[0]))
    found: dict[str, str] = {}
    while more := {
        name: written
        for name, (written, body) in given.items()
        if name not in found and _is_number(known, written) and _is_of(body, written, found)
    }:
        found |= more
    places = {p.value for n in nodes for p in _places(n, found) if p.kind == "symbol"}
    below = frozenset().union(*(numbered_by(n.value) for n in nodes if n.kind == "symbol"))
    heads = {n.children[0].value for n in nodes if n.kind == "call"}
    return {name: written for name, written in found.items() if written not in places | below | heads}


def _is_number(known: Declarations, name: str) -> bool:
    """Whether a letter may be that of a number: it is, or nothing says what it is."""
    plain = len(name) == 1 and known.kind(name) in (None, "scalar", "multiplier")
    return plain and name not in PARAMETERS and name not in VARIABLES


def _is_of(body: Node, written: str, functions: Container[str]) -> bool:
    """Whether a formula that binds something has a letter as a number in it, or for the number of such a function."""
    numbers = set(_numbers(body))
    calls = {
        n.children[0].value
        for n in walk(body)
        if n.kind == "call" and [c.value for c in n.children[1].children] == [written]
    }
    binds = any(n.kind in ("sum", "expectation", "functional", "divergence") for n in walk(body))
    return (binds and written in numbers) or any(name in functions for name in calls)


def _numbers(node: Node) -> Iterator[str]:
    """The symbols that stand as numbers in an expression: behind no letter, and below no sign."""
    if node.kind == "symbol":
        yield node.value
    for child in () if node.kind in ("call", "over", "sampled", "range", "under", "apart") else node.children:
        yield from _numbers(child)


def _places(node: Node, functions: Container[str]) -> tuple[Node, ...]:
    """What stands where indices do: below a binder, or behind what is no function of a number."""
    if node.kind in ("over", "sampled", "range", "apart"):
        return node.children
    if node.kind == "call" and node.children[0].value.rstrip("'") not in functions:
        return (*node.children[1].children, *node.children[2].children)
    return ()


def _drawn(nodes: Sequence[Node]) -> set[str]:
    """Letters that are drawn, or given to a policy, and are nowhere a distribution: the q of ``o ∼ π(·|q)``."""
    places: list[Node] = []
    laws: set[str] = set()
    for node in nodes:
        match node.kind:
            case "over" | "apart":
                places += node.children
            case "sampled":
                places += node.children[:-1]
                laws |= _names(node.children[-1:])
            case "under" | "divergence" | "functional" | "norm":
                laws |= _names(node.children)
            case "call":
                places += (*node.children[2].children, *of_a_question(node))
                laws.add(node.children[0].value)
    letters = {letter(place.value) for place in places if place.kind == "symbol"}
    return {name for name in letters - {letter(law) for law in laws} if len(name) == 1 and name.isascii()}


def of_a_question(call: Node) -> tuple[Node, ...]:
    """The q and the o of ``r(q, o)``, the c of ``r(c, y)``: a question and an output, and no policy nor any number."""
    places = call.children[1].children
    letters = [letter(c.value) if c.kind == "symbol" else "" for c in places]
    if len(places) != 2 or letter(call.children[0].value) not in REWARDS:
        return places if letters == ["q", "o"] else ()
    told = [name for name in letters if name in VARIABLES or letters == ["q", "o"]]
    plain = all(len(name) == 1 and name.isascii() and name.islower() and name not in _NUMBERED for name in letters)
    return places if told and plain else ()


def _take(known: Declarations, uses: _Uses, node: Node) -> None:
    """Take up how one node uses its symbols."""
    match node.kind:
        case "symbol":
            uses.bare.add(node.value)
        case "call":
            _call(known, uses, node)
        case "over" | "sampled" | "range" | "apart":
            uses.at_places |= {c.value for c in node.children if c.kind == "symbol"}
            if node.kind == "sampled":
                uses.distributions |= _names(node.children[-1:])
        case "absolute":
            uses.at_places |= {c.value for c in node.children if c.kind == "symbol"}
        case "under":
            uses.distributions |= _names(node.children)
        case "divergence":
            uses.distributions |= _names(node.children[:2])
        case "functional":
            uses.distributions |= _names(node.children)
        case "derivative":
            by = node.children[1]
            if by.kind == "symbol" and node.value == "d":
                uses.moving.add(by.value)
        case "add":
            plain = [c.children[0] if c.kind == "negate" else c for c in node.children]
            if any(c.kind != "number" for c in plain if c.kind != "symbol"):
                uses.terms |= {c.value for c in plain if c.kind == "symbol"}


def _call(known: Declarations, uses: _Uses, node: Node) -> None:
    head, arguments, conditions = node.children
    name = head.value
    uses.slopes |= name in ("σ'", "σ''")
    if any(c.kind == "preferred" for c in arguments.children):
        names = {n.value for c in arguments.children for n in c.children if n.kind == "symbol"}
        uses.items |= {name for name in names if known.kind(name) != "distribution"}
        if conditions.children:
            uses.conditioned.add(name)
        return
    if name.rstrip("'") == "σ" and len(arguments.children) == 1 and arguments.children[0].kind == "symbol":
        uses.moving.add(arguments.children[0].value)
        uses.slopes = True
        return
    symbols = [c.value for c in (*arguments.children, *conditions.children) if c.kind == "symbol"]
    policies = [n for n in symbols if known.kind(n) == "distribution"] + _dotted(arguments)
    scalars = tuple(n for n in symbols if known.kind(n) == "scalar")
    indices = [n for n in symbols if known.is_index(n)]
    uses.at_places |= {n for n in symbols if n not in policies}
    indices += [n for n in symbols if len(letter(n)) == 1 and n[:1].isascii() and n[:1].islower() and n not in scalars]
    if indices or any(c.kind == "dot" for c in arguments.children):
        uses.called.add(name)
        uses.distributions.add(name)
    if policies and not conditions.children:
        uses.with_policies.add(name)
    if policies and not conditions.children and known.kind(name) in ("distribution", "function"):
        uses.of_policies.add(name)
    if scalars and (known.kind(name) in (None, "partition") or _may_be_of_numbers(known, name)):
        uses.of_scalars.setdefault(name, set()).add(scalars)
    if policies:
        uses.terms |= {n for n in symbols if known.kind(n) == "multiplier"}
    if len(arguments.children) == 1 and _is_constraint(arguments.children[0]):
        uses.constraints.add(name)


def _always_called(rows: Sequence[Sequence[Clause]]) -> set[str]:
    """The symbols that stand nowhere without a bracket of their own."""
    nodes = [node for clauses in rows for clause in clauses for side in clause.expressions for node in walk(side)]
    every = Counter(node.value for node in nodes if node.kind == "symbol")
    called = Counter(node.children[0].value for node in nodes if node.kind == "call")
    return {name for name, count in called.items() if every[name] == count}


def _of_scalars(name: str) -> str:
    """What a function of scalars is called whose letter is usual for a function of places.

    >>> _of_scalars("A''")
    "Aᵖ''"
    """
    base = name.rstrip("'")
    return base + OF_A_POLICY + name[len(base) :]


def _may_be_of_numbers(known: Declarations, name: str) -> bool:
    """Whether a letter of advantages or values that a row may give is no function of places by a directive."""
    return name.rstrip("'") in GIVEN_BY_EQUATION and name not in known.functions | known.scalars


def _names(nodes: Sequence[Node]) -> set[str]:
    """The symbols that nodes are or call."""
    return {n.value if n.kind == "symbol" else n.children[0].value for n in nodes if n.kind in ("symbol", "call")}


def _dotted(arguments: Node) -> list[str]:
    """The policies among the arguments of a call that are written ``π(·|x)``."""
    calls = [c for c in arguments.children if c.kind == "call"]
    return [c.children[0].value for c in calls if any(d.kind == "dot" for d in c.children[1].children)]


def _is_constraint(node: Node) -> bool:
    r"""Whether an expression is what a multiplier multiplies: ``1 - \sum_y π(y)``."""
    terms = [c.children[0] if c.kind == "negate" else c for c in node.children] if node.kind == "add" else []
    return any(c.kind == "number" for c in terms) and any(n.kind == "sum" for c in terms for n in walk(c))


def as_used(known: Declarations, clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Clauses in which functionals of policies have their own names, and functions of a scalar no mention of it."""
    if not (known.functionals or known.of_scalars or known.slopes or known.with_parameter_alone):
        return tuple(clauses)
    return tuple(clause.with_sides(lambda side: _rewritten(known, side)) for clause in clauses)


def _rewritten(known: Declarations, node: Node) -> Node:
    children = tuple(_rewritten(known, child) for child in node.children)
    if children != node.children:
        node = replace(node, children=children)
    if node.kind != "call":
        return node
    head, arguments, conditions = node.children
    name = head.value
    if _of_scalars(name.rstrip("'")) in known.of_scalars:
        name = _of_scalars(name)
        head = replace(head, value=name)
        node = replace(node, children=(head, arguments, conditions))
    if name in ("σ'", "σ''") and len(arguments.children) == 1:
        return _slope(node, len(name) - 1)
    symbols = [c.value for c in arguments.children if c.kind == "symbol"]
    policies = any(known.kind(n) == "distribution" for n in symbols) or _dotted(arguments)
    if name in known.functionals and policies and not conditions.children:
        return replace(node, children=(replace(head, value=name + OF_A_POLICY), arguments, conditions))
    if name in known.with_parameter_alone:
        return head
    if (there := _at_a_number(known, node)) is not None:
        return there
    of = known.of_scalars.get(name, ())
    if of and all(n in symbols for n in of):
        rest = tuple(c for c in arguments.children if c.kind != "symbol" or c.value not in of)
        return replace(node, children=(head, replace(arguments, children=rest), conditions)) if rest else head
    return node


def _at_a_number(known: Declarations, node: Node) -> Node | None:
    """A function of one scalar, or a slope of it, at another number than its own scalar; a slope there, too."""
    head, arguments, conditions = node.children
    base = head.value.rstrip("'")
    of, order = known.of_scalars.get(base, ()), len(head.value) - len(base)
    number = _number_at(known, arguments) if len(of) == 1 and not conditions.children else None
    if number is None:
        return None
    rest = tuple(c for c in arguments.children if c is not number)
    plain = replace(head, value=base)
    body = replace(node, children=(plain, replace(arguments, children=rest), conditions)) if rest else plain
    by = Node("symbol", (), node.span, of[0])
    if (number.kind, number.value) != ("symbol", of[0]):
        return Node("at", (body, by, number), node.span, str(order))
    for _ in range(order):
        body = Node("derivative", (body, by), node.span, "d")
    return body


def _number_at(known: Declarations, arguments: Node) -> Node | None:
    """The one argument that is a number, made of numbers and scalars alone; None where there is no such one."""
    others = [c for c in arguments.children if c.kind != "symbol" or not known.is_index(c.value)]
    if len(others) != 1 or others[0].kind == "dot":
        return None
    for node in walk(others[0]):
        if node.kind not in _OF_NUMBERS or (node.kind == "symbol" and known.kind(node.value) not in _SCALARS):
            return None
    return others[0]


_OF_NUMBERS = ("number", "symbol", "group", "add", "negate", "multiply", "divide", "fraction", "power", "function")
_SCALARS = ("scalar", "multiplier", "defined")


def _slope(node: Node, order: int) -> Node:
    """``σ'(u) = σ(u)(1 - σ(u))``, and for the second order that times ``1 - 2σ(u)``."""
    span = node.span
    value = Node("function", node.children[1].children, span, "σ")
    one, two = (Node("number", (), span, digit) for digit in "12")
    factors = [value, Node("group", (Node("add", (one, Node("negate", (value,), span)), span),), span, "(")]
    if order == 2:
        twice = Node("multiply", (two, value), span)
        factors.append(Node("group", (Node("add", (one, Node("negate", (twice,), span)), span),), span, "("))
    return Node("group", (Node("multiply", tuple(factors), span),), span, "(")


def drawn_singly(nodes: Sequence[Node]) -> frozenset[str]:
    r"""What is a law of one response wherever it is called, and is drawn from, or called, so: it is no joint law."""
    found: set[str] = set()
    several: set[str] = set()
    for node in nodes:
        if node.kind == "sampled" and len(node.children) == 2:
            found |= _names(node.children[-1:])
        elif node.kind == "call" and not any(c.kind == "preferred" for c in node.children[1].children):
            (found if len(node.children[1].children) == 1 else several).add(node.children[0].value)
    return frozenset(found - several)


def drawn_together(nodes: Sequence[Node]) -> dict[tuple[str, ...], str]:
    r"""From which distribution the document draws several variables at once: ``(x, y_w, y_l) \sim D``."""
    found: dict[tuple[str, ...], str] = {}
    for node in nodes:
        if node.kind == "sampled" and len(node.children) > 2 and node.children[-1].kind == "symbol":
            found.setdefault(tuple(c.value for c in node.children[:-1]), node.children[-1].value)
    return found
