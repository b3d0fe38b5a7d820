"""Changes of a function that people mean to have made: each with what it would be called in code, and its slip."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import NamedTuple

from symkl.auditing.expressions import Call, Expressions, Sum, Symbol


class Mend(NamedTuple):
    """A change: what to do in the code, how the slip is called, the formula after it, and under whose samples."""

    edit: str
    slip: str
    expression: int
    sampler: str


def mends(e: Expressions, f: int, use: str, sampler: str) -> Iterator[Mend]:
    """The changes that are tried, the smallest first."""
    log_pi = e.entry("policy")

    def mend(edit: str, slip: str, expression: int, under: str = sampler) -> Mend:
        return Mend(edit, slip, expression, under)

    yield mend("turn its sign", "sign", e.negate(f))
    for factor, words in ((Fraction(1, 2), "halve it"), (Fraction(2), "double it")):
        yield mend(words, "factor ½", e.scale(f, factor))
    yield from _exchanged(e, f, mend)
    if (attached := e.unstopped(f)) != f and use == "loss":
        yield mend("leave out detach()", "detached too much", attached)
    if use == "loss":
        yield from _weights_detached(e, f, mend)
        carried = e.call("exp", e.subtract(log_pi, e.call("sg", log_pi)))
        lost = "the gradient of the expectation is lost"
        yield mend("multiply it by exp(logp - logp.detach())", lost, e.multiply(f, carried))
        score = e.multiply(e.call("sg", f), log_pi)
        yield mend("detach it, and multiply it by logp", "it is no loss, but a reward", score)
        for role in ("reference", "old"):
            other = e.entry(role)
            square = e.scale(e.power(e.subtract(log_pi, other), 2), Fraction(1, 2))
            yield mend("use half the square of the log-ratio", "k2 is meant", square)
        if sampler == "old":
            ratio = e.call("exp", e.subtract(log_pi, e.entry("old")))
            yield mend("multiply it by exp(logp - old_logp)", "importance weight lost", e.multiply(f, ratio))
    if use == "value" and sampler == "old":
        ratio = e.call("exp", e.subtract(log_pi, e.entry("old")))
        yield mend("multiply it by exp(logp - old_logp)", "importance weight lost", e.multiply(f, ratio))
    for under in ("policy", "old", "reference"):
        if under != sampler:
            of = {"policy": "the policy", "old": "the old policy", "reference": "the reference"}[under]
            yield mend(f"use samples of {of}", "wrong sampler", f, under)



def _exchanged(e: Expressions, f: int, mend: Callable[..., Mend]) -> Iterator[Mend]:
    """The two policies exchanged."""
    for one, other, words in (("policy", "reference", "the reference"), ("policy", "old", "the old policy")):
        if {one, other} <= {symbol.role for symbol in e.symbols(f)}:
            yield mend(f"exchange the policy and {words}", "ratio inverted", _turned(e, f, one, other))


def _turned(e: Expressions, f: int, one: str, other: str) -> int:
    names = {one: other, other: one}
    return e.renamed(f, lambda s: Symbol(names.get(s.role, s.role), s.place))


def _weights_detached(e: Expressions, f: int, mend: Callable[..., Mend]) -> Iterator[Mend]:
    """Each ratio detached where it multiplies something."""
    for inside in sorted(e.inside(f)):
        match e.nodes[inside]:
            case Call("exp", (inner,)) if isinstance(e.nodes[inner], Sum):
                roles = {s.role for s in e.symbols(inner)}
                if "policy" in roles and not _stopped(e, inner):
                    yield mend("detach the ratio", "detach lost", _detached(e, f, inside))


def _detached(e: Expressions, f: int, part: int) -> int:
    return e.rebuilt(f, lambda number, go: e.call("sg", part) if number == part else None)


def _stopped(e: Expressions, expression: int) -> bool:
    return any(isinstance(node, Call) and node.name == "sg" for node in map(e.nodes.__getitem__, e.inside(expression)))


