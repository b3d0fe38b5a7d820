r"""One law of several variables, written by its parts: ``p(x|z)``, ``p(z)``, ``p(x)``, ``p(z|x)``, ``p(x,z)``.

In Bayes' rule and in variational inference it is the letters in the brackets that tell which distribution is meant.
Where a document writes a letter behind the bar of p in one place, and as what p is of in another, all of these are
parts of one law. Some are its factors, which may be any distributions; the others are what follows from them::

    p(x, z) = p(z) p(x|z)    p(x) = Σ_z p(z) p(x|z)    p(z|x) = p(z) p(x|z) / Σ_z' p(z') p(x|z')

The factors are those that the document writes most. A decoder ``p_θ(x|z)`` whose prior is only ever written ``p(z)``
has that for its prior.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, permutations

import symkl.language.terms as t
from symkl.language.frozen import frozen
from symkl.language.joints import OPEN, Shape, part, variables_of, written
from symkl.language.proof import Opaque
from symkl.language.terms import EQUATIONS, Variable
from symkl.meaning.symbols import LAWS, TRAJECTORIES, Declarations, Joint, letter
from symkl.reading.syntax import Clause, Node, named, walk

_LAWS = ("p", "P", "q")
"""Letters of laws of which the variables tell; of any other letter only a bar makes one."""

_MOST = 3
"""How many variables a law may have: its factors are found by trying the orders."""

_MINUS = t.Number(Fraction(-1))

def with_joints(known: Declarations, rows: Sequence[Sequence[Clause]]) -> Declarations:
    """``known`` with the laws of several variables that the rows write by their parts."""
    calls: dict[str, Counter[Shape]] = {}
    orders: dict[str, set[tuple[str, ...]]] = {}
    kernels: set[str] = set()
    for node in _nodes(rows):
        if node.kind == "call":
            name, shape = named(node), _shape(node)
            if shape is not None:
                calls.setdefault(name, Counter())[shape] += 1
                orders.setdefault(name, set()).add(_letters(node.children[1]))
            else:
                kernels |= {name} if {*_letters(node.children[1])} & {*_letters(node.children[2])} else set()
    free = {name: found for name, found in calls.items() if _may_be_one(known, name, found)}
    apart = {frozenset((v, w)) for some in calls.values() for of, given in some if given for v in of for w in given}
    joints: dict[str, list[Joint]] = {}
    for name, every in free.items():
        for found in _connected(every, apart if letter(name) in _LAWS else ()):
            if _is_one(name, found, apart) or _turned(name, orders[name], _variables(found)):
                joints.setdefault(name, []).append(_with_its_prior(name, found, free, joints))
    for name, every in free.items():
        for found in _connected(every, ()) if name not in joints else ():
            if (joint := _with_its_prior(name, found, free, joints)).prior:
                joints.setdefault(name, []).append(joint)
    for name in sorted(kernels & free.keys() - joints.keys()):
        if alone := frozenset(shape for shape in free[name] if not shape[1]):
            joints[name] = [Joint((), alone)]
    for name, every in calls.items():
        along = frozenset(s for s in every if len(s[0]) == 1 and not s[1] and s[0][0] in TRAJECTORIES)
        if along and name not in {*joints, *known.signatures} and along < every.keys() and letter(name) in LAWS:
            joints[name] = [Joint((), along)]
    names = {part(name, *shape) for name, some in joints.items() for joint in some for shape in joint.parts}
    names |= {factor for name, some in joints.items() for joint in some for factor, _ in _factors(name, joint)}
    found_of = {name: tuple(some) for name, some in joints.items()}
    return replace(known, joints=found_of, distributions=known.distributions | names)


def _connected(shapes: Counter[Shape], apart: Iterable[frozenset[str]]) -> list[Counter[Shape]]:
    """The parts of a name in groups: of each its variables stand together in some part, or on two sides of a bar."""
    groups: list[tuple[set[str], Counter[Shape]]] = []
    ties = [({*of, *given}, Counter({(of, given): n})) for (of, given), n in shapes.items()]
    own = _variables(shapes)
    for letters, found in [*ties, *((set(pair), Counter[Shape]()) for pair in apart if pair <= own)]:
        touched = [group for group in groups if group[0] & letters]
        groups = [group for group in groups if not group[0] & letters]
        groups.append((
            letters.union(*(group[0] for group in touched)),
            sum((group[1] for group in touched), found),
        ))  # fmt: skip
    return [found for _, found in sorted(groups, key=lambda group: sorted(group[0]))]


def _letters(places: Node) -> tuple[str, ...]:
    return tuple(letter(c.value) for c in places.children if c.kind == "symbol")


def _variables(shapes: Mapping[Shape, int]) -> set[str]:
    return {each for of, given in shapes for each in (*of, *given)}


def _turned(name: str, orders: Iterable[tuple[str, ...]], of: set[str]) -> bool:
    """Whether the same variables are written in two orders: ``p(x, z)`` and ``p(z, x)``."""
    several = [order for order in orders if len(order) > 1 and of.issuperset(order)]
    return letter(name) in _LAWS and len({frozenset(order) for order in several}) < len(several)


def _nodes(rows: Sequence[Sequence[Clause]]) -> Iterator[Node]:
    return (n for clauses in rows for clause in clauses for side in clause.expressions for n in walk(side))


def _shape(call: Node) -> Shape | None:
    """What a call is of, and what stands given; None where it is no part of a law in this way."""
    _, arguments, conditions = call.children
    of, given = (
        tuple(sorted(letter(c.value) for c in some.children if c.kind == "symbol")) for some in (arguments, conditions)
    )
    dotted = [c.kind for c in arguments.children] == ["dot"] and len(given) == len(conditions.children) == 1
    whole = len(of) == len(arguments.children) and len(given) == len(conditions.children)
    if not (dotted or whole) or len({*of, *given}) < len(of) + len(given):
        return None
    return of, given


def _may_be_one(known: Declarations, name: str, shapes: Mapping[Shape, int]) -> bool:
    """Whether a name may be that of a law that nothing else says what it is."""
    barred = any(given for _, given in shapes)
    plain = letter(name) in _LAWS or (barred and letter(name) not in ("π", "μ"))
    free = name not in known.signatures and name not in known.chains and name not in known.functions
    return plain and free and known.kind(name) in (None, "distribution")


def _is_one(name: str, shapes: Mapping[Shape, int], apart: Container[frozenset[str]]) -> bool:
    """Whether the parts of a name are of several variables, and so of one law.

    ``apart``: which letters stand on the two sides of a bar somewhere, and so are no two names of one variable.
    """
    outcomes = {each for of, _ in shapes for each in of}
    marginals = {of[0] for of, given in shapes if len(of) == 1 and not given}
    together = {each for of, given in shapes if len(of) > 1 and not given for each in of}
    if outcomes & _behind(shapes):
        return True
    several = any(frozenset(pair) in apart for pair in combinations(sorted(marginals), 2))
    return letter(name) in _LAWS and (several or bool(marginals & together))


def _order(shapes: Mapping[Shape, int], first: str = "") -> tuple[str, ...]:
    """The variables in the order in which the factors that are written most come one behind the other."""
    letters = sorted(_variables(shapes), key=lambda v: (v != first, v))
    if len(letters) > _MOST:
        return tuple(letters)

    def counted(order: Sequence[str]) -> int:
        return sum(shapes.get(((v,), tuple(sorted(order[:k]))), 0) for k, v in enumerate(order))

    return max((order for order in permutations(letters) if first in ("", order[0])), key=counted)


def _behind(shapes: Mapping[Shape, int]) -> set[str]:
    """The variables that stand given in some part."""
    return {each for _, given in shapes for each in given}


def _with_its_prior(
    name: str, shapes: Mapping[Shape, int], others: Mapping[str, Mapping[Shape, int]], joints: Mapping[str, list[Joint]]
) -> Joint:
    """The parts of a name as one law; its first factor is the prior that another law has for it, where one does."""
    if not (borrowed := _borrowed(name, shapes, others)):
        return Joint(_order(shapes), frozenset(shapes))
    prior, first = borrowed
    factor = part(prior, first) if any(first in joint.order for joint in joints.get(prior, ())) else prior
    return Joint(_order(shapes, first), frozenset(shapes), factor)


def _borrowed(
    name: str, shapes: Mapping[Shape, int], others: Mapping[str, Mapping[Shape, int]]
) -> tuple[str, str] | None:
    """The law without the parameter of this one, and the variable whose prior it has, which this one nowhere has.

    ``p_θ(x, z)`` and ``p_θ(x|z)`` beside ``p(z)``: the prior is ``p(z)``.
    """
    plain = letter(name)
    if name == plain or plain not in others:
        return None
    found = [v for v in _behind(shapes) if ((v,), ()) in others[plain] and ((v,), ()) not in shapes]
    return (plain, found[0]) if len(found) == 1 else None


def in_joints(known: Declarations, clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Clauses in which each part of a law has a name of its own."""
    if not known.joints:
        return tuple(clauses)
    return tuple(clause.with_sides(lambda side: _rewritten(known, side)) for clause in clauses)


def _rewritten(known: Declarations, node: Node, bound: frozenset[str] = frozenset()) -> Node:
    if node.kind == "call" and (shape := _part_of(known, node)) is not None:
        head, arguments, conditions = node.children
        behind = tuple(sorted(conditions.children, key=lambda c: letter(c.value)))
        before = arguments.children
        if all(c.kind == "symbol" for c in before):
            before = tuple(sorted(before, key=lambda c: letter(c.value)))
        name = replace(head, value=part(head.value, *shape))
        return replace(node, children=(name, replace(arguments, children=before), replace(conditions, children=behind)))
    if node.kind == "symbol" and (over := _of_a_trajectory(known, node.value, bound)):
        places = (Node("arguments", (replace(node, value=over),), node.span), Node("conditions", (), node.span))
        return Node("call", (replace(node, value=part(node.value, over)), *places), node.span)
    own = {v.value for each in node.children if each.kind in ("over", "sampled") for v in each.children}
    below = bound | (own & known.indices)
    fixed = node.children[:1] if node.kind == "call" else node.children if node.kind in ("over", "sampled") else ()
    children = tuple(c if c in fixed and c.kind == "symbol" else _rewritten(known, c, below) for c in node.children)
    if node.kind == "sampled" and node.children[-1].kind == "symbol":
        law = node.children[-1].value
        drawn = tuple(letter(c.value) for c in children[:-1])
        known_part = any(joint.has(drawn) or (drawn, ()) in joint.parts for joint in known.joints.get(law, ()))
        if len(set(drawn)) == len(drawn) and known_part:
            children = (*children[:-1], replace(children[-1], value=part(law, drawn)))
    return node.with_children(children)


def _of_a_trajectory(known: Declarations, name: str, bound: frozenset[str]) -> str:
    r"""The trajectory that a law by its bare name is of, below what binds one: π_θ in ``\int π_θ r(τ) dτ``."""
    alone = [joint.parts for joint in known.joints.get(name, ()) if not joint.order]
    return next((v for v in sorted(bound) for parts in alone if ((v,), ()) in parts), "")


def _part_of(known: Declarations, call: Node) -> Shape | None:
    r"""Which part of a law of several variables a call is; None for no part.

    ``p(\cdot|x)`` is one where there is but one other variable. Beside a kernel ``P(s'|s)``, ``P(s)`` is a distribution
    by itself.
    """
    shape = _shape(call) if named(call) in known.joints else None
    if shape is None:
        return None
    of, given = shape
    for joint in known.joints[named(call)]:
        if not of and joint.has(given) and len(joint.order) == 2:
            return tuple(v for v in joint.order if v not in given), given
        if of and (joint.has((*of, *given)) or shape in joint.parts):
            return shape
    return None


def _factors(name: str, joint: Joint) -> Iterator[tuple[str, tuple[str, tuple[str, ...]]]]:
    """The factors of a law: the name of each, what it is of, and what stands given, in alphabetical order."""
    for k, v in enumerate(joint.order):
        given = tuple(sorted(joint.order[:k]))
        yield joint.prior if joint.prior and k == 0 else part(name, v, given), (v, given)


def joined(known: Declarations, symbols: Iterable[str]) -> dict[str, t.Definition]:
    """What the parts of laws among some symbols come to, where they are no factors."""
    used = set(symbols)
    found: dict[str, t.Definition] = {}
    for name, joint in _laws(known):
        law = _Law(name, joint, {v: Variable(v, known.sorts.get(variable_of(name, v), v)) for v in joint.order})
        factors = {factor for factor, _ in _factors(name, joint)}
        for symbol, (of, given) in law.parts():
            if symbol in used and symbol not in factors:
                found[symbol] = law.definition(symbol, of, given)
    return found


def _laws(known: Declarations) -> Iterator[tuple[str, Joint]]:
    """The laws whose factors are known."""
    yield from ((name, joint) for name, some in known.joints.items() for joint in some if 0 < len(joint.order) <= _MOST)


def variable_of(name: str, variable: str) -> tuple[str | int, ...]:
    """The place that stands for the alphabet of a variable of a law."""
    return "joint", name, variable


@frozen
class _Law:
    """A law with its variables."""

    name: str
    joint: Joint
    variables: Mapping[str, Variable]

    def parts(self) -> Iterator[tuple[str, Shape]]:
        """Every part that a law of so many variables has."""
        letters = sorted(self.joint.order)
        for code in range(3 ** len(letters)):
            at = [code // 3**k % 3 for k in range(len(letters))]
            of, given = (tuple(v for v, where in zip(letters, at, strict=True) if where == side) for side in (1, 2))
            if of:
                yield part(self.name, of, given), (of, given)

    def marginal(self, of: frozenset[str]) -> t.Term:
        """``Σ p`` over the other variables."""
        k = len(of)
        if of == frozenset(self.joint.order[:k]):
            return t.Mul(tuple(self.factor(name, v, given) for name, (v, given) in self._first(k)))
        missing = next(v for v in reversed(self.joint.order[: self._last(of) + 1]) if v not in of)
        return t.total(self.variables[missing], self.marginal(of | {missing}))

    def _last(self, of: frozenset[str]) -> int:
        return max(k for k, v in enumerate(self.joint.order) if v in of)

    def _first(self, k: int) -> list[tuple[str, tuple[str, tuple[str, ...]]]]:
        return list(_factors(self.name, self.joint))[:k]

    def factor(self, name: str, variable: str, given: Sequence[str]) -> t.Apply:
        return t.Apply(name, (self.variables[variable],), tuple(self.variables[v] for v in given))

    def definition(self, symbol: str, of: Sequence[str], given: Sequence[str]) -> t.Definition:
        """``p(of|given) = p(of, given) / p(given)``."""
        whole = self.marginal(frozenset({*of, *given}))
        body = t.Mul((whole, t.Power(self.marginal(frozenset(given)), _MINUS))) if given else whole
        return t.Definition(symbol, tuple(self.variables[v] for v in (*of, *given)), body)


def part_notes(known: Declarations, clauses: Sequence[Clause]) -> Iterator[str]:
    """What the parts of laws in a row are read as, where they are no factors."""
    used = dict.fromkeys(named(node) for node in _nodes([clauses]) if node.kind == "call")
    for name, joint in _laws(known):
        factors = [symbol for symbol, _ in _factors(name, joint)]
        others = [written(each) for each in used if _is_part(joint, each, name) and each not in factors]
        if others:
            product = " ".join(written(each) if OPEN in each else f"{each}({joint.order[0]})" for each in factors)
            what = "is read as a part" if len(others) == 1 else "are read as parts"
            yield f"{' and '.join(others)} {what} of the law {product}"


def _is_part(joint: Joint, symbol: str, name: str) -> bool:
    shape = variables_of(symbol, name)
    return shape is not None and joint.has((*shape[0], *shape[1]))


def untold_parts(known: Declarations, rows: Sequence[Sequence[Clause]]) -> tuple[Opaque, ...]:
    """The parts of laws of which nobody can tell what they are, and the laws that are named alone.

    ``p(z|x) = e^{-E(x,z)}`` says of a part what its factors are not known to be; a law of more variables than are read
    has no factors; and which part is p, nobody can tell.
    """
    out: dict[str, Opaque] = {}
    for name, some in known.joints.items():
        for shape in (shape for joint in some if len(joint.order) > _MOST for shape in joint.parts):
            why = f"{name} is written of more variables than {_MOST}, and which parts follow from others is not read"
            out[part(name, *shape)] = Opaque(part(name, *shape), why)
    for clause in (clause for clauses in rows for clause in clauses):
        heads = [(a, b) for a, b in zip(clause.expressions, clause.expressions[1:], strict=False)]
        equal = [pair for pair, relation in zip(heads, clause.relations, strict=False) if relation in _GIVE]
        for head, body in equal[:1]:
            for name, joint in _laws(known):
                mark = named(head)
                if not _is_part(joint, mark, name) or mark in {factor for factor, _ in _factors(name, joint)}:
                    continue
                if not any(variables_of(named(n), name) for n in walk(body)):
                    why = f"a row gives this part of {name} by something else, and how that fits the rest is not known"
                    out.setdefault(mark, Opaque(mark, why))
                elif _is_a_model(name, mark, body):
                    why = f"a row says that variables of {name} are independent, which is not taken up"
                    out.setdefault(mark, Opaque(mark, why))
    bare = {node.value for node in _nodes(rows) if node.kind == "symbol"}
    for name, some in known.joints.items():
        if name in bare and some[0].order:
            why = f"{name} alone may be any part of its law: write what it is of, as {name}({some[0].order[0]})"
            out[name] = Opaque(name, why)
    return tuple(out.values())


def _is_a_model(name: str, head: str, body: Node) -> bool:
    """Whether a product says that some variables are independent: ``p(x, z) = p(x) p(z)``, which is no chain rule."""
    while body.kind == "group":
        (body,) = body.children
    factors = body.children if body.kind == "multiply" else (body,)
    shapes = [variables_of(named(factor), name) for factor in factors]
    of = variables_of(head, name)
    left = [shape for shape in shapes if shape is not None]
    if of is None or len(left) < len(shapes) or sorted(v for each, _ in left for v in each) != sorted(of[0]):
        return False
    known, less = {*of[1]}, False
    while ready := [shape for shape in left if known.issuperset(shape[1])]:
        less |= len(ready[0][1]) < len(known)
        known |= {*ready[0][0]}
        left.remove(ready[0])
    return less and not left


_GIVE = (*EQUATIONS, t.Relation.PROPORTIONAL)
