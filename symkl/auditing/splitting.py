"""An expression as a sum of terms, and where the entries that a term depends on stand."""

from __future__ import annotations

from fractions import Fraction

from symkl.auditing.expressions import Call, Expressions, Place, Product, Sum


def places_of(e: Expressions, expression: int) -> set[Place]:
    """The places of an expression, without those that are the beginning of another."""
    found = {symbol.place for symbol in e.symbols(expression) if symbol.place}
    return {place for place in found if not any(other != place and other[: len(place)] == place for other in found)}


def terms(e: Expressions, expression: int) -> list[int]:
    """What an expression is a sum of, with a factor before a sum multiplied in, and a sum detached term by term."""
    match e.nodes[expression]:
        case Sum(parts, constant):
            found = [e.scale(each, factor) for part, factor in parts for each in terms(e, part)]
            return [*found, e.constant(constant)] if constant else found
        case Call("sg", (inner,)) if len(inside := terms(e, inner)) > 1:
            return [_stopped(e, each) for each in inside]
        case Product(parts, factor):
            sums = [(part, power) for part, power in parts if power == 1 and _is_sum(e, part)]
            if len(sums) == 1 and not places_of(e, rest := e.multiply(
                e.constant(factor), *(e.power(part, power) for part, power in parts if part != sums[0][0]))):
                return [e.multiply(rest, each) for each in terms(e, sums[0][0])]
    return [expression]


def _stopped(e: Expressions, part: int) -> int:
    """A term detached, its factor outside."""
    node = e.nodes[part]
    factor = node.factor if isinstance(node, Product) else Fraction(1)
    return e.scale(e.call("sg", e.scale(part, 1 / factor)), factor)


def _is_sum(e: Expressions, part: int) -> bool:
    """Whether it is a sum, detached or not."""
    node = e.nodes[part]
    return isinstance(node, Sum) or (isinstance(node, Call) and node.name == "sg" and len(terms(e, part)) > 1)
