"""What moves: gradients, derivatives, and limits."""

from __future__ import annotations

from symkl.language import terms as t
from symkl.language.functions import DETACHED
from symkl.meaning.dependence import parameters
from symkl.meaning.mistakes import refuse
from symkl.meaning.reader import Reader
from symkl.meaning.symbols import Declarations, is_parameter
from symkl.reading.syntax import Node


def gradient(read: Reader, node: Node) -> t.Term:
    """``∇`` of the next factor and what stands still before it (scalars, sg, ...); of a sum or E, of all of that."""
    (body,) = node.children
    known, parameter = read.known, node.value or read.known.gradient
    if not is_parameter(parameter):
        raise refuse("gradient by no parameter", node.span, parameter=parameter)
    if known.gradient not in ("", parameter):
        raise refuse("two parameters", node.span, parameter=parameter, other=known.gradient)
    if body.kind != "multiply":
        return t.Gradient(read(body))
    count = next((i for i, c in enumerate(body.children) if _varies(known, c)), len(body.children) - 1) + 1
    factors = read.many(body.children)
    inside = factors[0] if count == 1 else t.Mul(factors[:count])
    return t.Mul((t.Gradient(inside), *factors[count:])) if count < len(factors) else t.Gradient(inside)


def _varies(known: Declarations, node: Node) -> bool:
    if node.kind == "function" and node.value == DETACHED:
        return False
    if node.kind == "symbol":
        return known.kind(node.value) in ("distribution", "defined") or bool(parameters(node.value))
    return any(_varies(known, child) for child in node.children)


def derivative(read: Reader, node: Node) -> t.Term:
    """A derivative by a scalar, or by one value of a distribution or of a function, as the reward of one response."""
    body, by = node.children
    target = read(by)
    places = (*target.outcomes, *target.given) if isinstance(target, t.Apply) else ()
    if not isinstance(target, t.Apply | t.Scalar) or not all(isinstance(place, t.Variable) for place in places):
        raise refuse("derivative by no symbol", by.span, name=by.value or by.kind)
    return t.Partial(read(body), target)


def limit(read: Reader, node: Node) -> t.Term:
    """A limit in a scalar, to 0 from above or to infinity."""
    over, body = node.children
    scalar = read(over)
    if not isinstance(scalar, t.Scalar):
        raise refuse("limit of no scalar", over.span, name=over.value)
    if node.value == "0" and not read.known.is_positive(over.value):
        raise refuse("limit from both sides", over.span, name=over.value)
    return t.Limit(read(body), scalar, t.End.INFINITY if node.value == "∞" else t.End.ZERO)
