"""Losses and estimators that have a name: each as the formula of one sample, and what its parameters are called."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from random import Random

from symkl.auditing.expressions import Call, Constant, Expressions, Product, Sum, Symbol
from symkl.auditing.roles import LOGS, TRAINED

Build = Callable[..., int]
HALF = Fraction(1, 2)


@dataclass(frozen=True)
class Named:
    """A formula with a name. ``roles``: what it is made of. ``parameters``: as they are written.

    ``means``: whether it is of sequences, with the means of logs over tokens.
    """

    name: str
    roles: frozenset[str]
    parameters: tuple[str, ...]
    build: Build
    means: bool = False


PAIR = ("policy.chosen", "policy.rejected", "reference.chosen", "reference.rejected")


def _margin(e: Expressions) -> int:
    """``log π(y_w)/π_ref(y_w) − log π(y_l)/π_ref(y_l)``."""
    w, lo, rw, rl = (e.entry(role) for role in PAIR)
    return e.add(w, e.negate(lo), e.negate(rw), rl)


def _gain(e: Expressions, side: str) -> int:
    return e.subtract(e.entry(f"policy.{side}"), e.entry(f"reference.{side}"))


def _loss(e: Expressions, u: int) -> int:
    """``−log σ(u)``."""
    return e.negate(e.call("log σ", u))


def _dpo(e: Expressions, beta: int) -> int:
    return _loss(e, e.multiply(beta, _margin(e)))


def _both_ways(e: Expressions, beta: int) -> tuple[int, int]:
    u = e.multiply(beta, _margin(e))
    return _loss(e, u), _loss(e, e.negate(u))


def _conservative(e: Expressions, beta: int, eps: int) -> int:
    right, wrong = _both_ways(e, beta)
    return e.add(e.multiply(e.subtract(e.one, eps), right), e.multiply(eps, wrong))


def _robust(e: Expressions, beta: int, eps: int) -> int:
    right, wrong = _both_ways(e, beta)
    above = e.subtract(e.multiply(e.subtract(e.one, eps), right), e.multiply(eps, wrong))
    return e.divide(above, e.subtract(e.one, e.scale(eps, Fraction(2))))


def _half_over(e: Expressions, beta: int) -> int:
    return e.scale(e.power(beta, -1), HALF)


def _ipo(e: Expressions, beta: int) -> int:
    return e.power(e.subtract(_margin(e), _half_over(e, beta)), 2)


def _hinge(e: Expressions, beta: int) -> int:
    return e.call("max", e.subtract(e.one, e.multiply(beta, _margin(e))), e.zero)


def _exponential(e: Expressions, beta: int) -> int:
    return e.call("exp", e.negate(e.multiply(beta, _margin(e))))


def _sppo(e: Expressions, beta: int) -> int:
    target = _half_over(e, beta)
    won = e.power(e.subtract(_gain(e, "chosen"), target), 2)
    return e.add(won, e.power(e.add(_gain(e, "rejected"), target), 2))


def _nca(e: Expressions, beta: int) -> int:
    won, lost = (e.multiply(beta, _gain(e, side)) for side in ("chosen", "rejected"))
    halves = (e.scale(_loss(e, e.negate(u)), HALF) for u in (won, lost))
    return e.add(_loss(e, won), *halves)


def _kto(e: Expressions, beta: int, z: int, won: int | None = None, lost: int | None = None) -> int:
    """``½ λ_w (1 − σ(β (g_w − z))) + ½ λ_l (1 − σ(β (z − g_l)))``, g the log of π/π_ref: one of each kind."""

    def lack(x: int) -> int:
        return e.subtract(e.one, e.call("σ", e.multiply(beta, x)))

    above = lack(e.subtract(_gain(e, "chosen"), z))
    below = lack(e.subtract(z, _gain(e, "rejected")))
    weights = (e.one if won is None else won, e.one if lost is None else lost)
    return e.scale(e.add(e.multiply(weights[0], above), e.multiply(weights[1], below)), HALF)


def _positive(e: Expressions, beta: int, weight: int) -> int:
    lack = e.call("max", e.negate(_gain(e, "chosen")), e.zero)
    return _loss(e, e.multiply(beta, e.subtract(_margin(e), e.multiply(weight, lack))))


def _plain_margin(e: Expressions) -> int:
    return e.subtract(e.entry("policy.chosen"), e.entry("policy.rejected"))


def _simpo(e: Expressions, beta: int, gamma: int) -> int:
    return _loss(e, e.subtract(e.multiply(beta, _plain_margin(e)), gamma))


def _cpo(e: Expressions, beta: int) -> int:
    return _loss(e, e.multiply(beta, _plain_margin(e)))


def _odds(e: Expressions) -> int:
    """``−log σ(log odds(y_w) − log odds(y_l))``."""

    def rest(role: str) -> int:
        return e.call("log", e.subtract(e.one, e.call("exp", e.entry(role))))

    return _loss(e, e.subtract(_plain_margin(e), e.subtract(rest("policy.chosen"), rest("policy.rejected"))))


def _ratio(e: Expressions) -> int:
    return e.call("exp", e.subtract(e.entry("policy"), e.entry("old")))


def _clip(e: Expressions, x: int, low: int, high: int) -> int:
    return e.call("min", e.call("max", x, e.subtract(e.one, low)), e.add(e.one, high))


def _reinforce(e: Expressions) -> int:
    return e.negate(e.multiply(e.entry("advantage"), e.entry("policy")))


def _weighted(e: Expressions) -> int:
    return e.negate(e.multiply(e.entry("advantage"), _ratio(e)))


def _ppo(e: Expressions, low: int, high: int) -> int:
    a, ratio = e.entry("advantage"), _ratio(e)
    return e.negate(e.call("min", e.multiply(ratio, a), e.multiply(_clip(e, ratio, low, high), a)))


def _ppo_dual(e: Expressions, low: int, high: int, most: int) -> int:
    a, clipped = e.entry("advantage"), _ppo(e, low, high)
    bounded = e.call("min", clipped, e.negate(e.multiply(most, a)))
    return e.call("if", a, clipped, bounded)  # the bound is where A < 0


def _cispo(e: Expressions, low: int, high: int) -> int:
    weight = e.call("sg", _clip(e, _ratio(e), low, high))
    return e.negate(e.multiply(weight, e.entry("advantage"), e.entry("policy")))


def _k1(e: Expressions) -> int:
    return e.subtract(e.entry("policy"), e.entry("reference"))


def _k2(e: Expressions) -> int:
    return e.scale(e.power(_k1(e), 2), HALF)


def _k3(e: Expressions) -> int:
    x = e.negate(_k1(e))
    return e.add(e.call("exp", x), e.negate(x), e.constant(-1))


def _grpo(e: Expressions, low: int, high: int, beta: int) -> int:
    return e.add(_ppo(e, low, high), e.multiply(beta, _k3(e)))


def _named(name: str, roles: str, parameters: str, build: Build, means: bool = False) -> Named:
    return Named(name, frozenset(roles.split()), tuple(parameters.split()), build, means)


_FOUR, _TWO = " ".join(PAIR), "policy.chosen policy.rejected"
_RATIO = "policy old advantage"

LOSSES = (
    _named("k1", "policy reference", "", _k1),
    _named("k2", "policy reference", "", _k2),
    _named("k3", "policy reference", "", _k3),
    _named("DPO", _FOUR, "β", _dpo),
    _named("conservative DPO", _FOUR, "β ε", _conservative),
    _named("robust DPO", _FOUR, "β ε", _robust),
    _named("IPO", _FOUR, "β", _ipo),
    _named("the hinge loss", _FOUR, "β", _hinge),
    _named("the exponential loss", _FOUR, "β", _exponential),
    _named("SPPO", _FOUR, "β", _sppo),
    _named("NCA", _FOUR, "β", _nca),
    _named("DPO-Positive", _FOUR, "β λ", _positive),
    _named("KTO", _FOUR, "β z", _kto),
    _named("KTO with weights", _FOUR, "β z λ_w λ_l", _kto),
    _named("CPO", _TWO, "β", _cpo),
    _named("SimPO", _TWO, "β γ", _simpo),
    _named("ORPO", _TWO, "", _odds),
    _named("REINFORCE", "policy advantage", "", _reinforce),
    _named("the importance-weighted policy gradient", _RATIO, "", _weighted),
    _named("PPO", _RATIO, "ε_low ε_high", _ppo),
    _named("PPO with a dual clip", _RATIO, "ε_low ε_high c", _ppo_dual),
    _named("CISPO", _RATIO, "ε_low ε_high", _cispo),
    _named("GRPO", f"{_RATIO} reference", "ε_low ε_high β", _grpo),
    _named("GSPO", _RATIO, "ε_low ε_high", _ppo, means=True),
)
"""Those that are known, the simpler before those that have them as a case."""

ALIASES = {
    "hinge": "the hinge loss", "SLiC": "the hinge loss", "exponential": "the exponential loss",
    "cDPO": "conservative DPO", "PPO clip": "PPO", "dual clip": "PPO with a dual clip",
}  # fmt: skip


@dataclass(frozen=True)
class Match:
    """A named formula with its parameters, by number, and as they are to be written."""

    named: Named
    expression: int
    parameters: tuple[int, ...]


def matches(
    e: Expressions, f: int, known: Sequence[int], name: str = "",
    change: Callable[[Expressions, int], int] | None = None, exact: bool = False, means: bool = False,
) -> Iterator[Match]:  # fmt: skip
    """The named formulas that agree with one in value and slope at sampled points, under some choice of parameters.

    ``known``: what parameters may be, or with ``exact`` what they are. ``change``: made to one of them at a time.
    ``means``: whether logs are means over the tokens of a sequence.
    """
    roles = {symbol.role for symbol in e.symbols(f) if not symbol.role.startswith("scalar ")}
    if not any(roles == named.roles and name in ("", named.name) and named.means == means for named in LOSSES):
        return
    values = list(known) if exact else _values(e, f, known)
    seen = _seen(e, f)
    for named in LOSSES:
        if roles != named.roles or name not in ("", named.name) or named.means != means:
            continue
        if exact and len(values) != len(named.parameters):
            continue
        values_of = values if exact or named.parameters else []
        for chosen in _choices(e, values_of, 0 if exact else len(named.parameters), change):
            try:
                expression = named.build(e, *chosen)
            except (ZeroDivisionError, OverflowError):
                continue
            if _agrees(e, seen, expression):
                yield Match(named, expression, chosen)
                break


def _choices(
    e: Expressions, values: Sequence[int], count: int, change: Callable[[Expressions, int], int] | None
) -> Iterator[tuple[int, ...]]:
    """Every choice of so many values, or the values as they are; each with one of them changed, where that is asked."""
    for chosen in product(values, repeat=count) if count else (tuple(values),):
        if change is None:
            yield chosen
        else:
            for k in range(len(chosen)):
                yield (*chosen[:k], change(e, chosen[k]), *chosen[k + 1 :])


_MOST = 7


def _values(e: Expressions, f: int, known: Sequence[int]) -> list[int]:
    """What parameters may be: what is known of the call, then the numbers that stand in the formula."""
    found = {each: None for each in known if each != e.zero}
    for inside in sorted(e.inside(f)):
        for number in _constants(e, inside):
            for each in (abs(number), abs(number - 1)):
                if each and each.denominator < 10**4:
                    found[e.constant(each)] = None
    return list(found)[:_MOST]


def _constants(e: Expressions, expression: int) -> list[Fraction]:
    match e.nodes[expression]:
        case Sum(parts, constant):
            return [constant, *(factor for _, factor in parts)]
        case Product(_, factor):
            return [factor]
        case Call("max" | "min", arguments):
            numbers = (e.nodes[each] for each in arguments)
            return [node.value for node in numbers if isinstance(node, Constant)]
    return []


_POINTS = 16
_CLOSE = 1e-9


@dataclass(frozen=True)
class _Seen:
    """What a formula is at a point: its value, and the branch that it takes there."""

    at: Mapping[Symbol, float]
    value: float
    branch: int


def _seen(e: Expressions, f: int) -> list[_Seen]:
    """A formula at sampled points, near and far."""
    found = []
    symbols = sorted(e.symbols(f))
    for k in range(_POINTS):
        rng = Random(k)
        at = {symbol: _number(symbol, rng, (0.5, 0.05, 2.0, 8.0)[k % 4]) for symbol in symbols}
        branch = e.settled(f, at)[0]
        found.append(_Seen(at, e.value(branch, at), branch))
    return found


def near(e: Expressions, one: int, other: int) -> bool:
    """Whether two formulas have one value where policies are close."""
    symbols = sorted(e.symbols(one) | e.symbols(other))
    for k in range(_POINTS):
        rng = Random(k)
        at = {symbol: _number(symbol, rng, 0.05) for symbol in symbols}
        if not _near(e.value(one, at), e.value(other, at)):
            return False
    return True


def _agrees(e: Expressions, seen: Sequence[_Seen], other: int) -> bool:
    """Whether another formula has the same value and the same slopes there."""
    symbols = e.symbols(other)
    for each in seen:
        if not symbols <= each.at.keys() or not _near(each.value, e.value(other, each.at)):
            return False
    for each in seen:
        branch = e.settled(other, each.at)[0]
        for symbol in each.at:
            if symbol.role in TRAINED:
                slopes = (e.value(e.derivative(one, symbol), each.at) for one in (each.branch, branch))
                if not _near(*slopes):
                    return False
    return True


def _number(symbol: Symbol, rng: Random, scale: float) -> float:
    if symbol.role in LOGS:
        return -abs(rng.gauss(1.5, scale)) - 0.05
    return rng.uniform(0.05, 0.45) if symbol.role.startswith("scalar ") else rng.gauss(0, 1)


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= _CLOSE * (1 + abs(a)) or (a != a and b != b)
