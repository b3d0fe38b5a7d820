"""Numbers, sums, products, quotients, powers and functions of numbers."""

from __future__ import annotations

from fractions import Fraction

from symkl.language import terms as t
from symkl.language.terms import Span
from symkl.meaning.binders import Draw
from symkl.meaning.mistakes import refuse
from symkl.meaning.reader import Reader
from symkl.reading.syntax import Node

FORKS = {
    "log": "\\log a b is read as the logarithm of the product a b",
    "slash": "a/b c is read as a/(b c)",
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
    """A sum; an expectation over prompts at the front of a term reaches over later terms that need it."""
    terms = list(read.many(node.children))
    for i, first in enumerate(terms):
        draw = _over_prompts(first)
        if draw is None or draw.variables[0] in read.bound:
            continue
        (x,) = draw.variables
        for j in range(i + 1, len(terms)):
            if x in t.free_variables(terms[j]):
                terms[j] = t.mean(draw.variables, draw.weight, terms[j], span=terms[j].span)
                read.said.note(
                    f"the expectation over {x.name} is read as reaching over later terms with {x.name} in them"
                )
    return t.Add(tuple(terms))


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
    """A function of numbers, by its name."""
    return t.Fn(node.value, (read(node.children[0]),))


def absolute(read: Reader, node: Node) -> t.Term:
    """Absolute values are refused. Raises Unreadable."""
    raise refuse("absolute value", node.span)
