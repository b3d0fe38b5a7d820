"""Numbers, sums, products, quotients, powers and functions of numbers."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import reduce

from symkl.language import terms as t
from symkl.language.functions import LENGTH, TABLE
from symkl.language.terms import Span
from symkl.meaning.alphabets import SETS
from symkl.meaning.binders import Draw
from symkl.meaning.calls import left_out, size
from symkl.meaning.functionals import AVERAGED
from symkl.meaning.mistakes import refuse
from symkl.meaning.reader import Reader
from symkl.meaning.symbols import Declarations, letter
from symkl.reading.syntax import Node, named

FORKS = {
    "log": "\\log a b is read as the logarithm of the product a b",
    "slash": "a/b c is read as a/(b c)",
    AVERAGED: "a divergence that names no prompt is read as its mean over the prompts",
}
"""Common second readings: tried where the first one is not proved, and said in a note."""


def minus(term: t.Term) -> t.Term:
    """The negative of a term."""
    return t.Mul((MINUS, term), span=term.span)


def over(left: t.Term, right: t.Term) -> t.Term:
    """A quotient."""
    return t.Mul((left, t.Power(right, MINUS)))


MINUS = t.Number(Fraction(-1))


def number(read: Reader, node: Node) -> t.Term:
    """A number as it is written."""
    return t.Number(Fraction(node.value))


def group(read: Reader, node: Node) -> t.Term:
    """Brackets mean what is inside them."""
    return read(node.children[0])


def add(read: Reader, node: Node) -> t.Term:
    """A sum. An expectation over prompts at the front of a term reaches over later divergences and means that need
    it, where the row is an objective; elsewhere that is a second reading."""
    terms = [left_out(read, child) if child.kind == "dots" else read(child) for child in node.children]
    for i, first in enumerate(terms):
        draw = _over_prompts(first)
        if draw is None or draw.variables[0] in read.bound:
            continue
        (x,) = draw.variables
        for j in range(i + 1, len(terms)):
            if x not in t.free_variables(terms[j]) or not _holds_a_mean(terms[j]) or _is_averaged(terms[j], first):
                continue
            if not read.reaches:
                read.said.forks.add(PROMPTS)
                continue
            terms[j] = t.mean(draw.variables, draw.weight, terms[j], span=terms[j].span)
            read.said.note(f"the expectation over {x.name} is read as reaching over later terms with {x.name} in them")
    return t.Add(tuple(terms))


PROMPTS = "prompts"
"""The fork at which an expectation over prompts may reach over later terms."""


def _holds_a_mean(term: t.Term) -> bool:
    """Whether a term averages over responses: only then may its own mean over prompts have been left out."""
    return isinstance(term, t.Bind) or any(_holds_a_mean(part) for part in term.parts())


def _is_averaged(term: t.Term, written: t.Term) -> bool:
    """Whether the mean of a term is written beside it, so that the two are told apart."""
    means = [part for part in _all(written) if isinstance(part, t.Bind) and part.name == "E"]
    return any(_core(mean.arguments[-1]) == _core(term) for mean in means)


def _all(term: t.Term) -> list[t.Term]:
    return [term, *(inner for part in term.parts() for inner in _all(part))]


def _core(term: t.Term) -> t.Term:
    """A term without its place, and without the numbers and scalars that multiply it."""
    if isinstance(term, t.Mul):
        factors = [f for f in term.factors if not isinstance(f, t.Number | t.Scalar)]
        return _core(factors[0]) if len(factors) == 1 else t.Mul(tuple(map(_core, factors)))
    return replace(t.rebuilt(term, _core), span=None)


def _over_prompts(term: t.Term) -> Draw | None:
    """The expectation over prompts that a written term starts with, behind signs and factors."""
    match term:
        case t.Bind("E", (v,), (weight, _)) if v.sort in ("x", "s"):
            return Draw((v,), weight)
        case t.Mul(factors=factors):
            found = [b for f in factors if (b := _over_prompts(f)) is not None]
            return found[0] if found else None
    return None


def negate(read: Reader, node: Node) -> t.Term:
    """A sign before a term."""
    return minus(read(node.children[0]))


def multiply(read: Reader, node: Node) -> t.Term:
    """A product; ``log a b`` and ``a/b c`` have a second reading each."""
    children = list(node.children)
    for i, child in enumerate(children[:-1]):
        if child.kind == "function" and child.value == "log" and child.children[0].kind != "group":
            read.said.forks.add("log")
            if read.other == "log":
                inner = child.children[0]
                rest = Node("multiply", (inner, *children[i + 1 :]), Span(inner.span.start, node.span.stop))
                return t.Mul((*read.many(children[:i]), t.log(read(rest))))
    for i, child in enumerate(children[:-1]):
        if child.kind == "divide":
            read.said.forks.add("slash")
            if read.other == "slash":
                above, first = child.children
                below = Node("multiply", (first, *children[i + 1 :]), Span(child.span.start, node.span.stop))
                return t.Mul((*read.many(children[:i]), over(read(above), read(below))))
            read.said.note("a/b c is read as (a/b) c")
    return t.Mul(read.many(children))


def divide(read: Reader, node: Node) -> t.Term:
    """A quotient, written with a line or a slash."""
    return over(*read.many(node.children))


def power(read: Reader, node: Node) -> t.Term:
    """A power; ``β(a)^2`` is β times (a)^2."""
    base, exponent = node.children
    if base.kind == "call":
        head, arguments, _ = base.children
        if read.known.kind(head.value) == "scalar" and len(arguments.children) == 1:
            return t.Mul((read(head), t.Power(read(arguments.children[0]), read(exponent))))
    return t.Power(read(base), read(exponent))


def function(read: Reader, node: Node) -> t.Term:
    """A function of one or more numbers, by its name; ``max`` and ``min`` are of as many as are written.

    Raises: Unreadable.
    """
    arguments = read.many(node.children)
    if node.value in ("max", "min"):
        return reduce(lambda u, v: t.Fn(node.value, (u, v)), arguments)
    record = TABLE[node.value]
    if len(arguments) != record.arity:
        said = {"wanted": f"{record.arity} numbers", "example": "u, a, b"[: 3 * record.arity - 2]}
        raise refuse("wrong count", node.span, name=node.value, count=str(len(arguments)), **said)
    return t.Fn(node.value, arguments)


def part(read: Reader, node: Node) -> t.Term:
    """``(u)_+``, which is max(u, 0), or ``(u)_-``, which is max(−u, 0); ``β(u)_+`` is β times (u)_+."""
    (inside,) = node.children
    if inside.kind == "call" and read.known.kind(inside.children[0].value) == "scalar":
        head, arguments, _ = inside.children
        if len(arguments.children) == 1:
            return t.Mul((read(head), _part(node.value, read(arguments.children[0]))))
    return _part(node.value, read(inside))


def _part(sign: str, u: t.Term) -> t.Term:
    return t.Fn("max", (u if sign == "+" else minus(u), t.Number(Fraction(0))))


def _alphabet(read: Reader, name: str, node: Node) -> str:
    """The alphabet that a set is: what runs over it, or what its letter is for. Raises Unreadable for none in use."""
    known = read.known
    sort = known.sorts.get(("set", name)) or known.sort(SETS[name])
    taken = {of for place, of in known.sorts.items() if place[0] != "letter"}
    if SETS[name] in ("a", "y") and sort not in (known.outcome, *taken):
        raise refuse("size of a set", node.span, name=name)
    return sort


def of_index(known: Declarations, side: Node) -> bool:
    """Whether a side of a condition is an index by itself, as both are of ``[y = y']``."""
    return side.kind == "symbol" and known.kind(side.value) == "variable"


def indicator(read: Reader, node: Node) -> t.Term:
    """1 where a condition holds, and 0 elsewhere. Raises Unreadable where it is none between numbers, or indices."""
    if node.value in ("=", "≠") and all(of_index(read.known, side) for side in node.children):
        left, right = node.children
        same = t.same(read.variable(left.value), read.variable(right.value), node.span)
        return same if node.value == "=" else t.Add((t.Number(Fraction(1)), minus(same)))
    gap, one = t.Add((read(node.children[0]), minus(read(node.children[1])))), t.Number(Fraction(1))
    least, most = (t.Cases((side,), (one, t.Number(Fraction(0)))) for side in (gap, minus(gap)))
    match node.value:
        case "≥" | "≤":
            return least if node.value == "≥" else most
        case ">" | "<":
            return t.Add((one, minus(most if node.value == ">" else least)))
        case "=":
            return t.Mul((least, most))
    raise refuse("no condition", node.span, relation=node.value)


def absolute(read: Reader, node: Node) -> t.Term:
    """An absolute value, or the number of elements of an alphabet, |Y|, or the length of a response, |y|.

    A letter that may name a set is none where the document writes it with arguments or says what it is.
    Raises: Unreadable.
    """
    (inside,) = node.children
    if inside.kind == "symbol":
        name, kind = inside.value, read.known.kind(inside.value)
        said = name in read.known.functions or any(place[:2] == ("argument", name) for place in read.known.written)
        if name in SETS and (kind is None or (node.value == "set" and not said)):
            return size(read, _alphabet(read, name, node))
        if kind == "variable" and node.value != "set":
            return t.Apply(LENGTH, (), (read.variable(name),))
        if node.value == "set" or kind == "distribution" or (kind == "function" and letter(name) in "AV" and not said):
            raise refuse("size of a set", node.span, name=name)
    elif node.value == "set":
        raise refuse("size of a set", node.span, name=named(inside) or "this")
    return t.Fn("abs", (read(inside),))
