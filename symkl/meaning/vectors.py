r"""Distributions as vectors: ``p_i``, ``\sum_{i=1}^n``, ``p^\top r`` are read as functions over one alphabet.

``p_i`` is p(i) where something says that i runs over the outcomes of p: a sum over i in which ``p_i`` stands, or in
which something stands that is indexed beside ``p_k`` elsewhere. A letter that numbers samples, as in ``r(x, y_i)``,
policies, as in ``KL(p_i ‖ q)``, or iterates, as in ``p_{i+1}``, says nothing of the kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from symkl.language.patterns import pattern
from symkl.language.terms import Span
from symkl.meaning.symbols import VARIABLES, Declarations, letter
from symkl.reading.syntax import Clause, Node, named, walk

_COMPONENT = pattern(r"(?P<base>[^_^*'\d<>|(]+)_(?P<index>[a-z])(?P<marks>[*'†]*)")
_NO_INDEX = frozenset("txs")
"""Letters that never number the outcomes of a vector: a time, a prompt, a state."""
_ITEMS = frozenset("ijklmn")
"""Letters that may number items of a pair."""
_TRANSPOSED = ("⊤", "T")
_SAMPLED = (*VARIABLES, "o")
"""Letters of what is numbered when samples are: y_i, o_i."""


@dataclass
class _Group:
    """What one index numbers, in one sum over it or free in one row."""

    bases: set[str] = field(default_factory=set)
    summed: bool = False
    drawn: bool = False
    sampled: bool = False


def component(name: str) -> tuple[str, str] | None:
    """The vector and the index of which a name may be an entry.

    >>> component("p_i"), component("p_i*"), component("π_ref"), component("y_w")
    (('p', 'i'), ('p*', 'i'), None, ('y', 'w'))
    """
    found = _COMPONENT.fullmatch(name)
    if found is None or found["index"] in _NO_INDEX:
        return None
    return found["base"] + found["marks"], found["index"]


def with_vectors(known: Declarations, rows: Sequence[Sequence[Clause]]) -> Declarations:
    """``known`` with what the rows show to be vectors over the outcomes, and the letters that number their entries."""
    groups: list[_Group] = []
    numbered: set[str] = set()
    bare: set[str] = set()
    multiplied: set[str] = set()
    transposes = False
    indices: dict[str, set[str]] = {}
    every = (node for clauses in rows for clause in clauses for side in clause.expressions for node in walk(side))
    items = frozenset(c.value for node in every if node.kind == "preferred" for c in node.children)
    for clauses in rows:
        free: dict[str, _Group] = {}
        for clause in clauses:
            for side in clause.expressions:
                for found, base, index in _entries(side, {}, free, groups, items):
                    if found.kind == "symbol" and base:
                        indices.setdefault(base, set()).add(index)
                for node in walk(side):
                    numbered |= _numbered(node)
                    if node.kind == "symbol":
                        bare.add(node.value)
                    if node.kind == "inner":
                        multiplied |= {c.value for c in node.children if c.kind == "symbol"}
                    transposes |= node.kind == "power" and node.children[1].value in _TRANSPOSED
        paired = {index for clause in clauses for side in clause.expressions for index in _paired(side)}
        for index, group in free.items():
            group.summed = group.drawn = index in paired
        groups += free.values()
    vectors = _vectors(known, groups, numbered, bare, multiplied)
    letters = {index for base in vectors for index in indices.get(base, ())}
    functions = {base for base in vectors if known.kind(base) != "distribution"}
    known = replace(
        known,
        vectors=frozenset(vectors),
        transposes=transposes,
        functions=known.functions | functions,
        multipliers=known.multipliers - vectors,
        indices=known.indices | letters,
    )
    sums = [n for clauses in rows for c in clauses for e in c.expressions for n in walk(e) if n.kind == "sum"]
    whole = [_whole(known, binder, node.children[-1]).value for node in sums for binder in node.children[:-1]]
    sizes = frozenset(each.strip("[]") for each in whole if each.startswith("["))
    return replace(known, sizes=frozenset(each for each in sizes if len(each) == 1 and known.kind(each) is None))


def _entries(
    node: Node, scope: Mapping[str, _Group], free: dict[str, _Group], groups: list[_Group], items: frozenset[str]
) -> Iterator[tuple[Node, str, str]]:
    """The entries of possible vectors inside a node, each put into the group of its index; ``items``: the indices of
    what is preferred, which number scores and no samples."""
    if node.kind in ("sum", "expectation"):
        inner = dict(scope)
        for binder in node.children[:-1]:
            for variable in binder.children[:1] if binder.kind == "range" else binder.children:
                if variable.kind == "symbol" and len(variable.value) == 1:
                    whole = binder.kind != "range" or _is_whole(binder)
                    group = _Group(summed=whole, sampled=not whole)
                    group.drawn = binder.kind == "sampled" and binder.children[-1].kind == "symbol"
                    groups.append(group)
                    inner[variable.value] = group
        scope = inner
    if node.kind == "symbol":
        entry = component(node.value)
        if entry is not None:
            base, index = entry
            group = scope[index] if index in scope else free.setdefault(index, _Group())
            if letter(base) in _SAMPLED and index not in items:
                group.sampled = True
            else:
                group.bases.add(base)
                yield node, base, index
        return
    if node.kind == "call" and not _is_factor(node):
        for part in node.children[1:]:
            for inside in walk(part):
                if inside.kind == "symbol" and (entry := component(inside.value)) is not None and entry[1] in scope:
                    scope[entry[1]].sampled = True
    for child in node.children:
        yield from _entries(child, scope, free, groups, items)


def _paired(side: Node) -> set[str]:
    """The letters that number items: as in ``i ≻ j``, in ``σ(r_i - r_j)``, and in ``e^{r_i} / (e^{r_i} + e^{r_j})``."""
    found: set[str] = set()
    for node in walk(side):
        if node.kind == "preferred":
            found |= {c.value for c in node.children if c.kind == "symbol" and len(c.value) == 1}
        elif (node.kind == "function" and node.value == "σ") or (
            node.kind in ("fraction", "divide") and any(n.kind == "function" and n.value == "exp" for n in walk(node))
        ):
            at: dict[str, set[str]] = {}
            for inside in walk(node):
                entry = component(inside.value) if inside.kind == "symbol" else None
                if entry is not None and entry[1] in _ITEMS:
                    at.setdefault(entry[0], set()).add(entry[1])
            found |= {index for indices in at.values() if len(indices) > 1 for index in indices}
    return found


def _is_whole(binder: Node) -> bool:
    """Whether a range goes from 1 to a size: a letter, or the number of elements of an alphabet."""
    _, first, last = binder.children
    return first.kind == "number" and first.value == "1" and _size(last) != ""


def _size(node: Node) -> str:
    """The name of a number of outcomes: n, or |Y|."""
    inside = node.children[0] if node.kind == "absolute" else node
    plain = inside.kind == "symbol" and len(inside.value) == 1 and inside.value not in ("T", "H")
    return ("|" + inside.value + "|" if node.kind == "absolute" else inside.value) if plain else ""


def _is_factor(node: Node) -> bool:
    """Whether what looks like a call is a product: ``q_i (r_i - c)``."""
    head, arguments, conditions = node.children
    if len(arguments.children) != 1 or conditions.children or component(head.value) is None:
        return False
    return arguments.children[0].kind not in ("symbol", "dot", "preferred")


def _numbered(node: Node) -> set[str]:
    """The bases that a node shows to be numbered otherwise: policies by number, iterates."""
    names: list[str] = []
    if node.kind == "call" and not _is_factor(node):
        names = [node.children[0].value]
    elif node.kind == "divergence" or (node.kind == "functional" and node.value in ("H", "cross-entropy")):
        names = [c.value for c in node.children if c.kind == "symbol"]
    elif node.kind in ("sampled", "under"):
        names = [named(node.children[-1])]
    elif node.kind == "optimum":
        names = [c.value for c in node.children[:-1] if c.kind == "symbol"]
    found = {entry[0] for name in names if name and (entry := component(name)) is not None}
    if node.kind == "symbol" and (iterate := re.fullmatch(r"([^_^*']+)_[a-z][+\-]\d.*", node.value)):
        found.add(iterate.group(1))
    return found


def _vectors(
    known: Declarations, groups: list[_Group], numbered: set[str], bare: set[str], multiplied: set[str]
) -> set[str]:
    """The bases that stand, directly or through others, beside a distribution and below a sum over their index; or
    beside what an inner product is of, ``multiplied``."""
    above: dict[str, str] = {}

    def root(base: str) -> str:
        while above.setdefault(base, base) != base:
            base = above[base]
        return base

    opaque = {base for group in groups if group.sampled for base in group.bases} | numbered
    for group in groups:
        first, *rest = sorted(group.bases - opaque) or [""]
        for base in rest:
            above[root(base)] = root(first)
    summed = {root(base) for group in groups if group.summed for base in group.bases - opaque}
    seeds = {root(base) for base in list(above) if base and (known.kind(base) == "distribution" or base in multiplied)}
    seeds |= {root(base) for group in groups if group.drawn and not group.sampled for base in group.bases - opaque}
    found = {base for base in above if base and root(base) in summed & seeds}
    numbers = {base for base in bare - multiplied if known.kind(base) in ("scalar", "multiplier", "variable")}
    return found - numbers


def in_components(known: Declarations, clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Clauses with entries of vectors as calls, whole ranges as alphabets, and transposed products as inner ones."""
    if not (known.vectors or known.transposes):
        return tuple(clauses)
    return tuple(clause.with_sides(lambda side: _rewritten(known, side)) for clause in clauses)


def _rewritten(known: Declarations, node: Node) -> Node:
    if node.kind == "symbol":
        entry = component(node.value)
        if entry is None or entry[0] not in known.vectors:
            numbered = re.fullmatch(r"([^_]+)_\d+(\*?)", node.value)
            entry_of = numbered.group(1) + numbered.group(2) if numbered else ""
            return replace(node, kind="entry") if entry_of in known.vectors else node
        base, index = entry
        head = Node("symbol", (), node.span, base)
        end = Span(node.span.stop, node.span.stop)
        at = Node("arguments", (Node("symbol", (), node.span, index),), node.span)
        return Node("call", (head, at, Node("conditions", (), end)), node.span)
    first = node.children[0] if node.kind == "power" else node
    if first.kind == "call" and _is_factor(first) and _rewritten(known, first.children[0]) != first.children[0]:
        head, arguments, _ = first.children
        factor = Node("group", arguments.children, arguments.span, "(")
        factors = (head, replace(node, children=(factor, node.children[1])) if first is not node else factor)
        return Node("multiply", tuple(_rewritten(known, each) for each in factors), node.span)
    children = tuple(
        child if node.kind == "divergence" and child.kind == "symbol" else _rewritten(known, child)
        for child in node.children
    )
    if node.kind == "sum":
        children = tuple(_whole(known, child, node.children[-1]) for child in children[:-1]) + children[-1:]
    if node.kind == "multiply":
        return _transposed(known, replace(node, children=children))
    return node.with_children(children)


def _whole(known: Declarations, binder: Node, body: Node) -> Node:
    """A range from 1 to a size is the whole alphabet of the vectors whose entries stand below it."""
    if binder.kind != "range" or not _is_whole(binder):
        return binder
    index = binder.children[0]
    entries = [component(n.value) for n in walk(body) if n.kind == "symbol"]
    size = _size(binder.children[2])
    own = [base for base, at in filter(None, entries) if at == index.value]
    if (own and known.vectors.issuperset(own)) or (not own and size in known.sizes):
        return Node("over", (index,), binder.span, f"[{size}]")
    return binder


def _transposed(known: Declarations, node: Node) -> Node:
    """``p^T r`` as an inner product."""
    factors: list[Node] = []
    left = list(node.children)
    while left:
        first = left.pop(0)
        if left and first.kind == "power" and _is_transposition(known, first):
            second = left.pop(0)
            first = Node("inner", (first.children[0], second), Span(first.span.start, second.span.stop))
        factors.append(first)
    return factors[0] if len(factors) == 1 else replace(node, children=tuple(factors))


def _is_transposition(known: Declarations, node: Node) -> bool:
    base, exponent = node.children
    if exponent.kind != "symbol" or exponent.value not in _TRANSPOSED:
        return False
    if exponent.value == "⊤" or (base.kind == "symbol" and base.value in known.vectors):
        return True
    if base.kind == "symbol" and known.kind(base.value) not in ("distribution", "function"):
        return False
    return known.kind("T") is None and base.kind in ("symbol", "group", "number", "call")
