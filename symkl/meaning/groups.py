r"""Indices with an end: ``\sum_{i=1}^G R_i``, ``\frac1G``, ``R_1, \dots, R_G``, ``j \ne i``.

An i that runs from 1 to G runs over the whole of an alphabet of its own, and G is how many elements that has:
``G = Σ_i 1``. What bears such an index is a function of it: R_i is ``Rᵢ(i)``, a_{i,t} is ``aᵢⱼ(i, t)``. Two letters
with one end run over one alphabet. A response y_i is none of these: it is the i-th of some responses
(:mod:`symkl.meaning.samples`). Policies and parameters are not read with such an index.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from symkl.language.frozen import frozen
from symkl.language.patterns import pattern
from symkl.language.terms import Span
from symkl.meaning.portions import ends as ends_of
from symkl.meaning.symbols import (
    INDICES,
    PARAMETERS,
    POLICIES,
    TRAJECTORIES,
    VARIABLES,
    Declarations,
    letter,
    subscript,
)
from symkl.reading.readable import readable
from symkl.reading.syntax import Clause, Node, named, walk

_MEMBER = pattern(r"(?P<base>[^_^*'\d<>|(]+)_(?P<below>[a-z]'*(?:,?[a-z]'*)*)(?P<marks>[*'†]*)")
_INDEX = pattern(r"[a-z]'*")
_NUMBERED = pattern(r"(?P<base>[^_^*'\d<>|(]+)_(?P<below>.+)")
_NAMED_ABOVE = pattern(r"(?P<base>[^_]+)_(?P<below>[a-z](?:,[a-z])*)_(?P<word>[A-Z][A-Za-z]+)")
"""``A_i^{\\text{RLOO}}``: a member of what is called ``A^{\\text{RLOO}}``."""
_USUAL = frozenset("ijklmnt")
"""Letters that number the members of a family, once something is known to be one."""
_BINDING = ("sum", "product", "family", "extremum")
STATISTICS = ("mean", "std")
"""What is said of a whole group, as in ``\\operatorname{mean}(R_1, \\dots, R_G)``."""


def member(name: str, letters: frozenset[str]) -> tuple[str, tuple[str, ...]] | None:
    """The family of which a name is a member, and its indices. A prime is that of the last index where such is one.

    >>> member("R_i", frozenset("i")), member("a_i,t", frozenset("it")), member("π_ref", frozenset("i"))
    (('R', ('i',)), ('a', ('i', 't')), None)
    >>> member("A_i_RLOO", frozenset("i"))
    ('A_RLOO', ('i',))
    >>> member("r_t'", frozenset("t")), member("r_t'", frozenset(["t", "t'"]))
    (("r'", ('t',)), ('r', ("t'",)))
    """
    above = _NAMED_ABOVE.fullmatch(name)
    found = _MEMBER.fullmatch(f"{above['base']}_{above['below']}" if above else name)
    *first, last = _INDEX.findall(found["below"]) if found else [""]
    marks = "" if last in letters else last[1:]
    below = (*first, last.removesuffix(marks) if marks else last)
    if found is None or not set(below) <= letters or letter(found["base"]) in (*POLICIES, *PARAMETERS):
        return None
    return found["base"] + (f"_{above['word']}" if above else marks + found["marks"]), below


def family(base: str, count: int) -> str:
    """What the function is called of which the members of a family are values.

    >>> family("R", 1), family("a", 2)
    ('Rᵢ', 'aᵢⱼ')
    """
    return base + INDICES[:count]


def with_groups(known: Declarations, rows: Sequence[Sequence[Clause]]) -> Declarations:
    """``known`` with what the rows show to be numbered to an end: the letters, the ends, and the families."""
    nodes = [n for clauses in rows for clause in clauses for side in clause.expressions for n in walk(side)]
    letters, ends, listed = set[str](), set[str](), set[str]()
    known = replace(known, from_zero=_from_zero(nodes))
    for node in nodes:
        for binder in node.children[:-1] if node.kind in _BINDING else ():
            bound, end = _bound(binder, node.children[-1])
            if (zero := _zero_end(binder)) and known.from_zero.get(binder.children[0].value) == zero:
                bound, end = {binder.children[0].value}, zero[-1] if zero != _ENDLESS else ""
            letters |= {name for name in bound if known.kind(name) in (None, "variable") and name not in VARIABLES}
            ends |= {end} if end else set()
        if node.kind in ("token", "next"):
            letters.add(node.children[2].value)
        if node.kind in ("arguments", "sampled") and (run := _run(node.children)):
            listed.add(run[0])
            ends.add(run[1])
        if node.kind == "call" and node.children[0].value in STATISTICS and len(node.children[1].children) == 1:
            base = node.children[1].children[0].value  # mean(R) beside R_i
            members = [found for n in nodes if n.kind == "symbol" and (found := member(n.value, _USUAL))]
            letters |= {below[0] for name, below in members if name == base and len(below) == 1}
        if node.kind == "call" and node.children[0].value in STATISTICS and (of := _listed(node.children[1].children)):
            listed |= of.bases
            ends.add(of.end)
    if not letters and not ends:
        return known
    ends = {end for end in ends if known.kind(end) in (None, "scalar")}
    names = [node.value for node in nodes if node.kind == "symbol"]
    bare = {letter(name) for name in known.scalars if member(name, frozenset(letters))}  # a_i is a number then
    samples = {*VARIABLES, *_sampled(known, nodes, frozenset(letters))} - bare
    bases = {found[0] for name in names if (found := member(name, frozenset(letters)))} | listed
    bases -= {base for base in bases if letter(base) in samples}
    for name in names:  # R_j beside \sum_i R_i
        beside = member(name, _USUAL)
        if beside is not None and beside[0] in bases:
            letters |= {each for each in beside[1] if known.kind(each) in (None, "variable") and each not in ends}
    powers = {power.name: power for node in nodes if (power := _power(known, node, letters)) is not None}
    known = replace(
        known,
        functions=known.functions | powers.keys(),
        undeclared={**known.undeclared, **{name: (each.at,) for name, each in powers.items()}},
        moves={**known.moves, **{name: each.of for name, each in powers.items()}},
        positive=known.positive | {name for name, each in powers.items() if each.positive},
    )
    return replace(
        known,
        numbering=frozenset(letters),
        families=frozenset(bases),
        samples=frozenset(samples),
        carried=_carried(nodes, frozenset(letters)),
        indices=known.indices | letters | (samples - set(VARIABLES)),
        sizes=known.sizes | ends,
        scalars=known.scalars - ends,
        positive=(known.positive - ends) | {family(b, n) for b in bases for n in (1, 2, 3, 4) if known.is_positive(b)},
    )


def with_ratios(known: Declarations, rows: Sequence[Sequence[Clause]], unsaid: Container[str]) -> Declarations:
    """``known`` with the families that every row about them gives as ratios and powers of probabilities: those are > 0.

    ``unsaid``: what rows that could not be read would give, and prose does.
    """
    members = {family(base, n): base for base in known.families for n in (1, 2, 3, 4)}
    said: dict[str, list[bool]] = {}
    for clause in (clause for row in rows for clause in row):
        for side in clause.expressions:
            if (name := named(side)) in members and clause.relations:
                others = [each for each in clause.expressions if each is not side]
                said.setdefault(name, []).extend(_is_a_ratio(known, each) for each in others)
    every = {name for name, found in said.items() if all(found) and name in known.defined}
    return replace(known, positive=known.positive | {name for name in every if members[name] not in unsaid})


def _is_a_ratio(known: Declarations, node: Node) -> bool:
    """Whether a node is made of probabilities, exponentials and what else is > 0 by products, quotients and powers."""
    match node.kind:
        case "token":
            return True
        case "call" | "symbol":
            return known.kind(named(node)) == "distribution" or known.is_positive(named(node))
        case "group" | "fraction" | "divide" | "multiply":
            return all(_is_a_ratio(known, each) for each in node.children)
        case "power":
            return _is_a_ratio(known, node.children[0])
        case "function":
            return node.value in ("exp", "σ")
        case "number":
            return float(node.value) > 0
    return False


def _bound(binder: Node, body: Node) -> tuple[set[str], str]:
    """The letters that a binder shows to be numbers, and the end that it gives them."""
    children = binder.children
    letters = {c.value for c in children[:2] if c.kind == "symbol" and len(c.value.rstrip("'")) == 1}
    match binder.kind:
        case "range":
            begins = {n.value for n in walk(children[1]) if n.kind == "symbol" and n.value in _USUAL}  # t of t' = t
            return ({children[0].value} | begins if ends_of(*children[1:]) else set()), _end(*children[1:])
        case "positions":
            return {children[0].value}, ""
        case "apart":
            return letters, _end(*children[2:]) if len(children) == 4 else ""
        case "over":
            below = {found["below"] for n in walk(body) if n.kind == "symbol" and (found := _MEMBER.fullmatch(n.value))}
            inside = {each for indices in below for each in _INDEX.findall(indices)}
            return {c.value for c in children if c.value in inside and c.value[0] in _USUAL}, ""
    return set(), ""


def _end(first: Node, last: Node) -> str:
    """The name of the number up to which a range goes that starts at 1: a letter."""
    plain = last.kind == "symbol" and len(last.value) == 1 and last.value.isalpha()
    return last.value if plain and first.kind == "number" and first.value == "1" else ""


_ENDLESS = "∞"
TO_THE = "^·"
"""What the name of ``γ^t`` as a function of t ends with."""


def _zero_end(binder: Node) -> str:
    """What names the numbers of a range that starts at 0: T where it ends at T-1, else the whole range, or no end."""
    if binder.kind != "range" or (binder.children[1].kind, binder.children[1].value) != ("number", "0"):
        return ""
    last = binder.children[2]
    if last.kind == "symbol" and last.value == _ENDLESS:
        return _ENDLESS
    if last.kind == "symbol" and len(last.value) == 1 and last.value.isalpha():
        return f"0…{last.value}"
    if last.kind == "add" and [c.kind for c in last.children] == ["symbol", "negate"]:
        length, one = last.children[0].value, last.children[1].children[0]
        return length if (one.kind, one.value) == ("number", "1") and len(length) == 1 and length.isalpha() else ""
    return ""


def _is_endless(known: Declarations, binder: Node) -> bool:
    return _zero_end(binder) == _ENDLESS == known.from_zero.get(binder.children[0].value)


def _from_zero(nodes: Sequence[Node]) -> dict[str, str]:
    """The letters that run from 0, each with the name of its numbers: where no other range has the letter or the end.

    Whether a sum from 0 and one from 1 are of the same terms nobody can tell who has but an alphabet for each.
    """
    ranges = [node for node in nodes if node.kind == "range"]
    found = {node.children[0].value: end for node in ranges if (end := _zero_end(node))}
    taken = {n.children[2].value for n in nodes if n.kind in ("token", "next")}
    taken |= {n.children[0].value for n in nodes if n.kind == "positions"}
    taken |= {subscript(n.value) for n in nodes if n.kind == "symbol" and letter(n.value) in VARIABLES}  # a step's s_t
    for node in ranges:
        if _zero_end(node) != found.get(node.children[0].value):
            taken.add(node.children[0].value)
        if not _zero_end(node):
            ends = {n.value for n in walk(node.children[2]) if n.kind == "symbol"}
            taken |= {name for name, end in found.items() if end[-1] in ends}
    if len({end[-1] for end in found.values()}) < len(set(found.values())):
        return {}  # 0, ..., T-1 beside 0, ..., T
    return {name: end for name, end in found.items() if name not in taken}


class _Power(NamedTuple):
    """``γ^t`` or ``(γλ)^t`` as a function of t: what it is called, its exponent, and the numbers that it is made of."""

    name: str
    at: str
    of: frozenset[str]
    positive: bool


def _power(known: Declarations, node: Node, letters: Container[str]) -> _Power | None:
    """A power of what is made of numbers alone, where its exponent is one of the letters."""
    if node.kind != "power" or node.children[1].kind != "symbol" or node.children[1].value not in letters:
        return None
    base, at = node.children[0], node.children[1].value
    of = frozenset(n.value for n in walk(base) if n.kind == "symbol")
    plain = all(n.kind in ("symbol", "number", "group", "add", "negate", "multiply") for n in walk(base))
    if not of or not plain or not all(known.kind(name) == "scalar" for name in of):
        return None
    while base.kind == "group":
        (base,) = base.children
    text = readable(base)
    factors = base.children if base.kind == "multiply" else (base,)
    positive = all(n.kind == "symbol" and known.is_positive(n.value) for n in factors)
    return _Power(f"{text if base.kind == 'symbol' else f'({text})'}{TO_THE}", at, of, positive)


def _run(nodes: Sequence[Node]) -> tuple[str, str] | None:
    r"""The family and the end of ``R_1, \dots, R_G``."""
    kinds = [node.kind for node in nodes[:3]]
    if kinds != ["symbol", "dots", "symbol"]:
        return None
    first, last = (_NUMBERED.fullmatch(node.value) for node in (nodes[0], nodes[2]))
    if first is None or last is None or first["base"] != last["base"] or first["below"] != "1":
        return None
    return (first["base"], last["below"]) if len(last["below"]) == 1 and last["below"].isalpha() else None


@frozen
class _Listed:
    """What ``a R_1 + b, \\dots, a R_G + b`` lists: any of it, ``a R_i + b``, of which families, and how many."""

    member: Node
    bases: frozenset[str]
    end: str


def _listed(nodes: Sequence[Node]) -> _Listed | None:
    """A list that is written by its first and its last member; None where they differ in more than a number.

    More may stand before the dots: ``R_1, R_2, \\dots, R_G``.
    """
    count = next((k for k, node in enumerate(nodes) if node.kind == "dots"), 0)
    if count > 1 and all(_is_numbered(nodes[0], nodes[k], k + 1) for k in range(1, count)):
        nodes = (nodes[0], *nodes[count:])
    if len(nodes) != 3 or nodes[1].kind != "dots" or any(n.value.endswith("_i") for n in walk(nodes[0])):
        return None
    found: set[tuple[str, str]] = set()
    member_ = _between(nodes[0], nodes[2], found)
    ends = {end for _, end in found}
    return _Listed(member_, frozenset(base for base, _ in found), ends.pop()) if member_ and len(ends) == 1 else None


def _is_numbered(first: Node, other: Node, number: int) -> bool:
    """Whether one is the other with this number for 1."""
    one, two = _NUMBERED.fullmatch(first.value), _NUMBERED.fullmatch(other.value)
    if one is None or two is None or not first.kind == other.kind == "symbol":
        return False
    return one["base"] == two["base"] and (one["below"], two["below"]) == ("1", str(number))


def _between(first: Node, last: Node, found: set[tuple[str, str]], *, sampled: bool = False) -> Node | None:
    """The member with the index i between the first and the last; the families in it and their end are ``found``.

    ``sampled``: whether it stands among arguments, where ``o_1`` is a response and no number.
    """
    if first.kind == "symbol" and (run := _run((first, Node("dots", (), first.span), last))) is not None:
        found.add(run)
        return replace(first, value=f"{run[0]}_i") if sampled else _call(first, family(run[0], 1), "i")
    if (first.kind, first.value, len(first.children)) != (last.kind, last.value, len(last.children)):
        return None
    within = sampled or first.kind == "arguments"
    pairs = zip(first.children, last.children, strict=True)
    parts = [_between(one, other, found, sampled=within) for one, other in pairs]
    return None if None in parts else replace(first, children=tuple(part for part in parts if part is not None))


def _sampled(known: Declarations, nodes: Sequence[Node], letters: frozenset[str]) -> Iterator[str]:
    """The letters of numbered responses beside the usual ones: the o of ``r(x, o_i)`` and of ``|o_i|``."""
    written = {node.value for node in nodes if node.kind == "symbol"}
    for node in nodes:
        places: Sequence[Node] = ()
        if node.kind in ("arguments", "conditions", "sampled"):
            places = [c for c in node.children if c.kind == "symbol"]
            places = places if len(places) == len(node.children) or node.kind == "sampled" else ()
        elif node.kind == "positions" or (node.kind == "absolute" and node.value != "set"):
            places = [c for c in node.children[-1:] if letter(c.value) == "o"]  # any other letter may be a number
        for c in places:
            found = member(c.value, letters | frozenset("1"))
            base = found[0] if found else ""
            usual = (len(base) == 1 and base.islower() and base.isascii()) or base == known.trajectory != ""
            numbered = base in TRAJECTORIES and base not in written  # r(τ_j): no temperature is among the arguments
            if numbered or (usual and known.kind(base) in (None, "variable")):
                yield base


def in_groups(known: Declarations, clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Clauses with members of families as calls, ranges to an end as whole alphabets, and lists of members as such."""
    if not known.samples:
        return tuple(clauses)
    return tuple(clause.with_sides(lambda side: _rewritten(known, side)) for clause in clauses)


def _rewritten(known: Declarations, node: Node) -> Node:
    if node.kind == "symbol":
        found = _family_of(known, node.value)
        if found is not None:
            return _call(node, family(found[0], len(found[1])), found[1])
        numbered = _NUMBERED.fullmatch(node.value)
        stray = numbered is not None and numbered["base"] in known.families and re.search(r"[\d+\-]", numbered["below"])
        return replace(node, kind="member") if stray else node
    base = node.children[0] if node.kind == "power" else node
    if base.kind == "call" and (product := _product(known, base)) is not None:
        first, last = product
        last = replace(node, children=(last, node.children[1])) if base is not node else last
        return Node("multiply", (_rewritten(known, first), _rewritten(known, last)), node.span)
    if node.kind == "call":
        head, arguments, conditions = node.children
        if head.value in STATISTICS and (of := _group(known, arguments.children)):  # whatever std alone is
            return Node("statistic", of, node.span, head.value)
        inside = _rewritten(known, arguments)
        found = _family_of(known, head.value)
        if found is not None and not conditions.children:
            call = _call(head, family(found[0], len(found[1])), found[1])
            every = (*call.children[1].children, *_without_parameter(known, found[0], inside.children))
            return replace(call, children=(call.children[0], replace(arguments, children=every), conditions))
        return replace(node, children=(head, inside, _rewritten(known, conditions)))
    if (power := _power(known, node, known.numbering)) is not None:
        return _call(node, power.name, power.at)
    children = tuple(_rewritten(known, child) for child in node.children)
    if node.kind == "sum" and any(_is_endless(known, binder) for binder in children[:-1]):
        node = replace(node, value="∫")  # a sum that exists if its parts do, as an integral
    if node.kind in _BINDING:
        children = (*(_whole(known, each) for each in children[:-1]), children[-1])
    if node.kind == "sampled" and (run := _run(node.children)) and letter(run[0]) in known.samples:
        children = (_samples(node.children[0], run), *children[3:])
    if node.kind == "sampled" and children[0].kind == "family":
        children = (_numbered_samples(children[0]), *children[1:])
    if node.kind == "expectation":
        children = _over_samples(known, children)
    return node.with_children(children)


def _family_of(known: Declarations, name: str) -> tuple[str, tuple[str, ...]] | None:
    found = member(name, known.numbering)
    return found if found is not None and found[0] in known.families else None


def _call(node: Node, name: str, indices: Sequence[str]) -> Node:
    """A call of a function of numbers."""
    places = tuple(Node("symbol", (), node.span, each) for each in indices)
    end = Span(node.span.stop, node.span.stop)
    head = Node("symbol", (), node.span, name)
    return Node("call", (head, Node("arguments", places, node.span), Node("conditions", (), end)), node.span)


def _without_parameter(known: Declarations, of: str, arguments: Sequence[Node]) -> tuple[Node, ...]:
    """The arguments of a member without the parameter, where it is called with one alone: ``s_i(θ)`` is s_i."""
    return tuple(n for n in arguments if n.value not in PARAMETERS) if of in known.carried else tuple(arguments)


def _carried(nodes: Sequence[Node], letters: frozenset[str]) -> frozenset[str]:
    """The families of which every member that is called has the same parameter among its arguments."""
    found: dict[str, set[tuple[str, ...]]] = {}
    for node in nodes:
        if node.kind == "call" and (of := member(node.children[0].value, letters)) is not None:
            given = [c.value for c in node.children[1].children if letter(c.value) in PARAMETERS]
            found.setdefault(of[0], set()).add(tuple(given))
    alone = {of: next(iter(given)) for of, given in found.items() if len(given) == 1}
    return frozenset(of for of, given in alone.items() if len(given) == 1 and given[0] in PARAMETERS)


def _product(known: Declarations, node: Node) -> tuple[Node, Node] | None:
    """What looks like a call and is a product: ``A_i (R_i - c)``, ``G (R_i - c)``."""
    head, arguments, conditions = node.children
    ours = head.value in known.sizes or _family_of(known, head.value) is not None
    if not ours or len(arguments.children) != 1 or conditions.children:
        return None
    only = arguments.children[0]
    if only.kind == "dot" or (only.kind == "symbol" and _family_of(known, only.value) is None):
        return None
    return head, Node("group", arguments.children, arguments.span, "(")


def _group(known: Declarations, arguments: Sequence[Node]) -> tuple[Node, ...]:
    """The index that runs over a whole group, and the member at it; nothing where what is written is no group."""
    if (of := _listed(arguments)) is not None:
        index = Node("symbol", (), of.member.span, "i")
        return Node("over", (index,), index.span, f"[{of.end}]"), _rewritten(known, of.member)
    if len(arguments) != 1:
        return ()
    only = arguments[0]
    if only.kind == "family":
        binders = tuple(_whole(known, each) for each in only.children[:-1])
        return (*binders, _rewritten(known, only.children[-1])) if all(b.kind == "over" for b in binders) else ()
    if only.kind == "symbol" and only.value in known.families:
        index = Node("symbol", (), only.span, "i")
        return Node("over", (index,), only.span), _call(only, family(only.value, 1), "i")
    return ()


def _whole(known: Declarations, binder: Node) -> Node:
    """A range to an end is a whole alphabet."""
    children = binder.children
    if binder.kind == "range" and (end := _end(*children[1:])) in known.sizes:
        return Node("over", children[:1], binder.span, f"[{end}]")
    if (end := _zero_end(binder)) and known.from_zero.get(children[0].value) == end:
        return Node("over", children[:1], binder.span, f"[{end}]")
    if binder.kind == "apart" and len(children) == 4 and (end := _end(*children[2:])) in known.sizes:
        return Node("apart", children[:2], binder.span, f"[{end}]")
    return binder


def _over_samples(known: Declarations, children: tuple[Node, ...]) -> tuple[Node, ...]:
    r"""An expectation's binders and body, where the body sums over the number that a sample has.

    ``E_{y_i\sim\pi}[\frac1n\sum_{i=1}^n r(y_i)]`` is over all of them; and below ``y_1, \dots, y_n`` a bare ``\sum_i``
    ends at n.
    """
    *binders, body = children
    for k, binder in enumerate(binders):
        if binder.kind != "sampled":
            continue
        first = binder.children[0]
        if first.kind == "symbol" and len(binder.children) == 2 and (found := member(first.value, known.numbering)):
            base, letters = found
            ends = {b.value for b in _numbering(body, first.value)}
            if base in known.samples and len(letters) == 1 and len(ends) == 1 and not _stands_free(body, first.value):
                samples = Node("samples", (replace(first, value=base),), first.span, ends.pop())
                binders[k] = replace(binder, children=(samples, *binder.children[1:]))
        elif first.kind == "samples" and first.value:
            body = _ended(body, first.children[0].value, first.value)
    return (*binders, body)


def _numbering(node: Node, name: str) -> Iterator[Node]:
    """The binders of the number of a sample, below which that stands: the i of ``\\sum_i r(y_i)``."""
    below = name.rpartition("_")[2]
    for part in walk(node):
        if part.kind in _BINDING and any(n.value == name for n in walk(part.children[-1])):
            yield from (b for b in part.children[:-1] if b.kind == "over" and [c.value for c in b.children] == [below])


def _stands_free(node: Node, name: str) -> bool:
    """Whether a sample stands where nothing binds its number."""
    below = name.rpartition("_")[2]
    if node.kind in _BINDING and any(c.value == below for b in node.children[:-1] for c in b.children):
        return False
    return node.value == name or any(_stands_free(child, name) for child in node.children)


def _ended(node: Node, base: str, end: str) -> Node:
    """A node in which bare sums over the numbers of samples have the end that the samples have."""
    children = tuple(_ended(child, base, end) for child in node.children)
    if node.kind in _BINDING:
        names = {n.value for n in walk(node.children[-1])}
        children = (*(
            replace(b, value=end)
            if b.kind == "over" and not b.value and len(b.children) == 1 and f"{base}_{b.children[0].value}" in names
            else b
            for b in children[:-1]
        ), children[-1])  # fmt: skip
    return node.with_children(children)


def _samples(first: Node, run: tuple[str, str]) -> Node:
    """``y_1, \\dots, y_n`` as what is drawn n times."""
    return Node("samples", (replace(first, value=run[0]),), first.span, f"[{run[1]}]")


def _numbered_samples(node: Node) -> Node:
    """``\\{y_i\\}_{i=1}^n`` as what is drawn n times; as it stands where it is not that."""
    binder, inside = node.children[0], node.children[-1]
    inside = inside.children[0] if inside.kind == "group" else inside
    found = _NUMBERED.fullmatch(inside.value)
    if len(node.children) != 2 or binder.kind != "over" or found is None or found["below"] != binder.children[0].value:
        return node
    return Node("samples", (replace(inside, value=found["base"]),), node.span, binder.value)
