r"""Numbered responses: ``y_i`` is the i-th of some responses, and ``y_1, \dots, y_n \sim \pi`` are independent.

Which response each is, is a table of zeros and ones, one 1 for each i, written ``y•(y|i)``: what stands with a y_i in
it is its mean under that, ``r(x, y_i) = Σ_z y•(z|i) r(x, z)``. What holds for every distribution in the place of
``y•(·|i)`` holds for y_i.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from symkl.language import terms as t
from symkl.language.sorts import is_numbers
from symkl.language.terms import Span, Variable
from symkl.meaning.alphabets import POSITION
from symkl.meaning.giving import sides
from symkl.meaning.mistakes import refuse
from symkl.meaning.symbols import INDICES, REWARDS, TRAJECTORIES, Declarations, letter
from symkl.reading.syntax import Clause, Node, RowSyntax, named, walk

MARK = "•"
"""What the name of a table of samples ends with."""


def at_samples(
    known: Declarations, term: t.Term, i: Variable, span: Span, around: Iterable[Variable] = ()
) -> t.Term:
    """A term with the i-th samples in it as its mean under which responses these are.

    Requires: i is a number that the term is to be taken at; what is sampled has its name below, as in y_i; ``around``:
    the variables bound around it.
    Raises Unreadable where responses are integrated over: there one of them has no weight. And where y_i may be the
    i-th token of a y: where i is a position, or y is bound around.
    """
    if not is_numbers(i.sort):
        return term
    for v in sorted(t.free_variables(term), key=lambda v: v.name):
        base = letter(v.name)
        if v.name == f"{base}_{i.name}" and base in known.samples:
            position = i.sort == known.sorts.get(POSITION) and (known.tokens or known.lengths)
            if position or i.name == "t" or any(u.name == base for u in around):
                raise refuse("token or sample", span, name=v.name, base=base)
            if v.sort in known.measures and t.SAME in t.symbols(term):  # which of them one is has no weight there
                raise refuse("sample of a density", span, name=v.name)
            taken = {u.name for u in t.free_variables(term)}
            name = base
            while name in taken:
                name += "′"
            z = Variable(name, v.sort)
            term = t.mean((z,), t.Apply(base + MARK, (z,), (i,)), t.substitute(term, {v: z}), span=term.span)
    return term


def at_free_samples(known: Declarations, terms: Sequence[t.Term], span: Span) -> tuple[t.Term, ...]:
    """The terms of one row with the samples in them at the numbers that are free in it."""
    free = frozenset[Variable]().union(*map(t.free_variables, terms))
    for i in sorted((v for v in free if is_numbers(v.sort)), key=lambda v: v.name):
        terms = [at_samples(known, term, i, span) for term in terms]
    return tuple(terms)


def made_of_samples(
    known: Declarations, rows: Sequence[tuple[RowSyntax, int]], sections: Sequence[int]
) -> dict[str, tuple[tuple[str, ...], Node] | None]:
    """What rows give with samples in it: its arguments and its body; None where it cannot be put in for its name.

    ``\\hat J = \\frac1n\\sum_i r(x, y_i)`` is averaged with the samples, wherever it is written by its name. What a
    row of another section gives, too, or what is called with more than letters, has no one body. ``sections``: in which
    each row stands.
    """
    if not known.numbering:
        return {}
    found: dict[str, list[tuple[Node, Node, int, int]]] = {}
    users: dict[str, set[str]] = {}
    for (row, line), section in zip(rows, sections or [0] * len(rows), strict=True):
        for clause in row.clauses:
            for head, body in sides(clause):
                if (name := named(head)) in known.defined and head is clause.expressions[0]:
                    found.setdefault(name, []).append((head, body, line, section))
                    for n in _symbols(body):
                        users.setdefault(n.value, set()).add(name)
    left = [name for value, some in users.items() if _is_sample(known, value) for name in some]
    out: dict[str, tuple[tuple[str, ...], Node] | None] = {}
    while left:  # what is made of what holds samples holds them
        name = left.pop()
        if name not in out:
            (head, body, line, section), *others = found[name]
            letters = tuple(c.value for c in _arguments(head))
            one = line == known.defined[name] and all(there == section for *_, there in others)
            out[name] = (letters, body) if one and len(set(letters)) == len(_places(head)) else None
            left += users.get(name, ())
    return out


def with_samples_written_out(known: Declarations, clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Clauses in which what is averaged over samples is written out, where a row gives it by a name."""
    if not known.made_of_samples:
        return tuple(clauses)
    return tuple(clause.with_sides(lambda side: _written_out(known, side)) for clause in clauses)


def may_hold_samples(known: Declarations, term: t.Term) -> str:
    """What stands in a term and may depend on samples though none is written with it; nothing where nothing may.

    A member of a group may be of the sample with its number: r_i, where no row says what it is.
    """
    left = [term]
    while left:
        here = left.pop()
        left.extend(here.parts())
        if isinstance(here, t.Apply | t.Scalar):
            name = here.symbol
            numbered = isinstance(here, t.Apply) and any(is_numbers(getattr(v, "sort", "")) for v in here.given)
            if name in known.made_of_samples or known.defined.get(name) == 0:
                return name
            if numbered and not name.endswith(MARK) and _is_free(known, base := name.rstrip(INDICES)):
                return f"{base}_i"
    return ""


def may_be_of_what_is_drawn(known: Declarations, term: t.Term, drawn: Sequence[Variable]) -> str:
    """What is numbered in a term and may depend on what is drawn, for no row explains it.

    r_t is of the response or of the trajectory at hand: what is numbered by a position or by a step that starts at 0, a
    reward by its letter, and of a trajectory all that is numbered.
    """
    trajectory = any(letter(v.name) in TRAJECTORIES for v in drawn)
    left = [term]
    while left:
        here = left.pop()
        left.extend(here.parts())
        places = [v for v in here.given if isinstance(v, Variable)] if isinstance(here, t.Apply) else []
        numbers = [v for v in places if is_numbers(v.sort) or v.name == "t" or v.sort == known.sorts.get(POSITION)]
        if not isinstance(here, t.Apply) or not numbers:
            continue
        base = here.symbol.rstrip(INDICES)
        of_a_step = any(v.name == "t" or v.name in known.from_zero or not is_numbers(v.sort) for v in numbers)
        if base != here.symbol and (of_a_step or trajectory or letter(base) in REWARDS) and _is_free(known, base):
            return f"{base}_{numbers[0].name}"
        if trajectory and here.symbol.endswith(MARK):
            return f"{letter(here.symbol)}_{numbers[0].name}"
    return ""


def _is_free(known: Declarations, base: str) -> bool:
    """Whether nothing says of the members of a group what they are, nor that nothing moves them."""
    fixed = any(not by and letter(said) == letter(base) for said, by in known.moves.items())
    return not fixed and not any(name.rstrip(INDICES) == base for name in known.defined)


def _is_sample(known: Declarations, name: str) -> bool:
    base, _, below = name.partition("_")
    return base in known.samples and bool(below) and set(below) <= known.numbering


def _symbols(body: Node) -> list[Node]:
    return [n for n in walk(body) if n.kind == "symbol"]


def _places(head: Node) -> tuple[Node, ...]:
    return () if head.kind == "symbol" else (*head.children[1].children, *head.children[2].children)


def _arguments(head: Node) -> list[Node]:
    return [c for c in _places(head) if c.kind == "symbol"]


def _written_out(known: Declarations, node: Node) -> Node:
    sampled = node.kind == "expectation" and any(c.kind == "samples" for each in node.children for c in each.children)
    if sampled:
        *binders, body = node.children
        return replace(node, children=(*binders, _put_in(known, body)))
    children = tuple(_written_out(known, child) for child in node.children)
    return node.with_children(children)


def _put_in(known: Declarations, node: Node) -> Node:
    """A node with what is made of samples in the place of its name."""
    name = named(node) if node.kind in ("symbol", "call") else ""
    given = known.made_of_samples.get(name)
    if given is not None:
        letters, body = given
        places = _arguments(node)
        if len(places) == len(_places(node)) == len(letters):
            exchange = {one: c.value for one, c in zip(letters, places, strict=True) if one != c.value}
            if not any(n.kind == "symbol" and n.value in exchange.values() for n in walk(body)):
                return _put_in(known, Node("group", (_renamed(body, exchange),), node.span, "("))
    children = tuple(_put_in(known, child) for child in node.children)
    return node.with_children(children)


def _renamed(node: Node, exchange: Mapping[str, str]) -> Node:
    """A node at other letters: r(x, y_i) at j is r(x, y_j)."""
    if node.kind == "symbol" and exchange:
        base, mark, below = node.value.partition("_")
        value = exchange.get(node.value) or (base + mark + exchange.get(below, below))
        return replace(node, value=value)
    return replace(node, children=tuple(_renamed(child, exchange) for child in node.children))


def tables(names: Iterable[str]) -> frozenset[str]:
    """Those of some symbols that say which responses are the samples.

    >>> sorted(tables(["y•", "π"]))
    ['y•']
    """
    return frozenset(name for name in names if name.endswith(MARK))

