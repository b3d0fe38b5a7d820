"""Changes of a function that people mean to have made: each with what it would be called in code, and its slip."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from symkl.auditing.expressions import Call, Expressions, Product, Sum, Symbol
from symkl.auditing.roles import TRAINED


class Change(NamedTuple):
    """A change of a formula: what to do, how the slip is called, and the formula after it."""

    edit: str
    slip: str
    expression: int


class Mend(NamedTuple):
    """A change of what is estimated, and under whose samples."""

    edit: str
    slip: str
    expression: int
    sampler: str


def mends(e: Expressions, f: int, use: str, sampler: str, arguments: Mapping[str, str]) -> Iterator[Mend]:
    """The changes that are tried of an estimator, the smallest first.

    ``arguments``: what the code calls the logs of a role.
    """
    logp, old_logp = arguments.get("policy", "logp"), arguments.get("old", "old_logp")
    for change in changes(e, f):
        yield Mend(*change, sampler)
    log_pi = e.entry("policy")
    if use == "loss":
        carried = e.call("exp", e.subtract(log_pi, e.call("sg", log_pi)))
        lost = "the gradient of the expectation is lost"
        yield Mend(f"multiply it by exp({logp} - {logp}.detach())", lost, e.multiply(f, carried), sampler)
        score = e.multiply(e.call("sg", f), log_pi)
        yield Mend(f"detach it, and multiply it by {logp}", "it is no loss, but a reward", score, sampler)
        for role in ("reference", "old"):
            square = e.scale(e.power(e.subtract(log_pi, e.entry(role)), 2), Fraction(1, 2))
            yield Mend("use half the square of the log-ratio", "k2 is meant", square, sampler)
    if use in ("loss", "value") and sampler == "old":
        ratio = e.call("exp", e.subtract(log_pi, e.entry("old")))
        yield Mend(f"multiply it by exp({logp} - {old_logp})", "importance weight lost", e.multiply(f, ratio), sampler)
    for under, words in _SAMPLERS.items():
        if under != sampler:
            yield Mend(f"use samples of {words}", "wrong sampler", f, under)


_SAMPLERS = {"policy": "the policy", "old": "the old policy", "reference": "the reference"}


def changes(e: Expressions, f: int) -> Iterator[Change]:
    """The changes of a formula as it stands, the smallest first."""
    yield Change("turn its sign", "sign", e.negate(f))
    yield Change("halve it", "factor ½", e.scale(f, Fraction(1, 2)))
    yield Change("double it", "factor ½", e.scale(f, Fraction(2)))
    yield from _exchanged(e, f)
    if (attached := e.unstopped(f)) != f:
        yield Change("leave out detach()", "detached too much", attached)
    yield from _detached(e, f)
    yield from _inside(e, f)
    for part in _parts(e, f):
        yield Change("turn the sign of a term", "sign of a term", e.subtract(f, e.scale(part, Fraction(2))))


def _parts(e: Expressions, f: int) -> list[int]:
    """The terms of a sum."""
    node = e.nodes[f]
    return [e.scale(part, factor) for part, factor in node.parts] if isinstance(node, Sum) else []


def _roles(e: Expressions, f: int) -> set[str]:
    return {symbol.role for symbol in e.symbols(f)}


# --- exchanges ----------------------------------------------------------------------------------

_EXCHANGES: tuple[tuple[str, str, Mapping[str, str]], ...] = (
    ("exchange the policy and the reference", "ratio inverted", {"policy": "reference"}),
    ("exchange the policy and the old policy", "ratio inverted", {"policy": "old"}),
    (
        "exchange chosen and rejected", "chosen and rejected exchanged",
        {"policy.chosen": "policy.rejected", "reference.chosen": "reference.rejected"},
    ),
    (
        "exchange chosen and rejected of the policy", "chosen and rejected exchanged",
        {"policy.chosen": "policy.rejected"},
    ),
    (
        "exchange chosen and rejected of the reference", "chosen and rejected exchanged",
        {"reference.chosen": "reference.rejected"},
    ),
    (
        "exchange the policy and the reference", "ratio inverted",
        {"policy.chosen": "reference.chosen", "policy.rejected": "reference.rejected"},
    ),
)  # fmt: skip


def _exchanged(e: Expressions, f: int) -> Iterator[Change]:
    """Two roles exchanged: everywhere, or in the terms that have both alone."""
    for edit, slip, pairs in _EXCHANGES:
        both = {**pairs, **{other: one for one, other in pairs.items()}}
        if not set(pairs) & _roles(e, f) or not set(pairs.values()) & _roles(e, f):
            continue
        yield Change(edit, slip, turned(e, f, both))
        mixed = [part for part in _parts(e, f) if both.keys() <= _roles(e, part)]
        if mixed:
            some = e.add(*(turned(e, part, both) for part in mixed), *(e.negate(part) for part in mixed))
            yield Change(f"{edit} in a term", slip, e.add(f, some))
        beside = [part for part in _parts(e, f) if _roles(e, part) <= both.keys() | _SCALED]
        if beside:
            some = e.add(*(turned(e, part, both) for part in beside), *(e.negate(part) for part in beside))
            yield Change(f"{edit} in a term", slip, e.add(f, some))


_SCALED = frozenset({"scalar β", "scalar λ"})


def turned(e: Expressions, f: int, names: Mapping[str, str]) -> int:
    """A formula with roles exchanged."""
    return e.renamed(f, lambda s: Symbol(names.get(s.role, s.role), s.place))


# --- detaching ----------------------------------------------------------------------------------


def _detached(e: Expressions, f: int) -> Iterator[Change]:
    """A term, a factor or a ratio detached."""
    for part in _parts(e, f):
        if _live(e, part):
            yield Change("detach a term", "detach lost", e.add(e.subtract(f, part), e.call("sg", part)))
    for inside in sorted(e.inside(f)):
        node = e.nodes[inside]
        if isinstance(node, Product) and len(node.parts) > 1:
            for part, _ in node.parts:
                if _live(e, part) and not isinstance(e.nodes[part], Call):
                    yield Change("detach a factor", "detach lost", _replaced(e, f, inside, _one_stopped(e, node, part)))
        elif isinstance(node, Call) and node.name == "exp" and _live(e, inside):
            yield Change("detach the ratio", "detach lost", _replaced(e, f, inside, e.call("sg", inside)))


def _one_stopped(e: Expressions, node: Product, stopped: int) -> int:
    parts = (e.power(e.call("sg", part) if part == stopped else part, power) for part, power in node.parts)
    return e.multiply(e.constant(node.factor), *parts)


def _live(e: Expressions, f: int) -> bool:
    """Whether a gradient flows through all of it."""
    return bool(_roles(e, f) & TRAINED) and not e.has(f, frozenset({"sg"}))


def _replaced(e: Expressions, f: int, old: int, new: int) -> int:
    return e.rebuilt(f, lambda number, go: new if number == old else None)


# --- inside -------------------------------------------------------------------------------------


def _inside(e: Expressions, f: int) -> Iterator[Change]:
    """A function inside exchanged for its neighbour: a ratio upside down, min for max, without the bars."""
    for inside in sorted(e.inside(f)):
        match e.nodes[inside]:
            case Call("exp", (inner,)) if isinstance(e.nodes[inner], Sum):
                upside = e.call("exp", e.negate(inner))
                yield Change("turn the ratio upside down", "ratio inverted", _replaced(e, f, inside, upside))
            case Call("max" | "min" as name, arguments):
                other = e.call("min" if name == "max" else "max", *arguments)
                words = f"write {'min' if name == 'max' else 'max'} for {name}"
                yield Change(words, "min for max", _replaced(e, f, inside, other))
            case Call("abs", (inner,)):
                yield Change("leave out the absolute value", "absolute value", _replaced(e, f, inside, inner))


PARAMETERS: tuple[tuple[str, str, Callable[[Expressions, int], int]], ...] = (
    ("turn the sign of a parameter", "sign of a parameter", lambda e, c: e.negate(c)),
    ("turn a parameter upside down", "parameter inverted", lambda e, c: e.power(c, -1)),
    ("halve a parameter", "factor ½", lambda e, c: e.scale(c, Fraction(2))),
    ("double a parameter", "factor ½", lambda e, c: e.scale(c, Fraction(1, 2))),
    ("take 1 less a parameter", "parameter exchanged for 1 less it", lambda e, c: e.subtract(e.one, c)),
)
"""Slips in a parameter: what to do, how the slip is called, and what stands where the parameter should."""
