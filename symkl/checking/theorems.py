"""The theorems that a document may claim: each a pattern of statements in letters, which may be any symbols."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import NamedTuple

import symkl.language.terms as t
from symkl.checking.lettering import HALF, MINUS, Letters, minus, over
from symkl.language.terms import Relation, Statement

Says = Callable[[Letters], Statement | None]


def _nothing(letters: Letters) -> tuple[t.Term, ...]:
    return ()


class Way(NamedTuple):
    """One statement about these ``parts``, by which a theorem may be stated; None where a part does not fit.

    ``apart``: the parts that may be given by a row, and are names of their own here, whatever they mean: with the
    optimum unfolded every true equation would be 0 = 0. ``tie``: what must be known of them. Of every other part
    the document may say nothing. ``held``: what a row must show as such, see :class:`symkl.checking.matching.Held`.
    """

    parts: frozenset[str]
    says: Says
    apart: tuple[str, ...] = ()
    tie: Callable[[Letters], Statement | None] = lambda letters: None
    held: Callable[[Letters], tuple[t.Term, ...]] = _nothing


def _equal(left: t.Term, right: t.Term) -> Statement:
    return Statement(left, Relation.EQUAL, right)


def is_tilted(s: Letters) -> Statement:
    """That the optimum is the reference, tilted by the reward."""
    return _equal(s.optimum, s.tilted())


def _best(s: Letters) -> t.Optimum:
    return t.Optimum(t.Sense.MAX, s.policy.symbol, s.objective(s.policy))


def _value(s: Letters) -> t.Term:
    return s.scaled(s.log_z)


def _largest(s: Letters) -> Statement:
    return _equal(_best(s), _value(s))


def _bound(s: Letters) -> Statement:
    return Statement(s.objective(s.policy), Relation.LESS_EQUAL, _value(s))


def _attained(s: Letters) -> Statement:
    return _equal(s.objective(s.optimum), _value(s))


def is_best(s: Letters) -> Statement:
    """That the optimum is the one that maximises."""
    return _equal(t.Optimiser(t.Sense.MAX, s.policy.symbol, s.objective(s.policy)), s.optimum)


def _regret_from(best: Callable[[Letters], t.Term]) -> Way:
    """How far a policy falls short of the best value, in one of its forms."""

    def says(s: Letters) -> Statement:
        lost = s.scaled(s.kl(s.policy, s.optimum))
        return _equal(minus(best(s), s.objective(s.policy)), lost)

    return _of_optimum(says, "policy")


def _gibbs(s: Letters) -> Statement:
    return Statement(s.kl(s.policy, s.reference), Relation.GREATER_EQUAL, t.Number(Fraction(0)))


def _dpo_reward(s: Letters) -> Statement:
    return _equal(s.reward, t.Add((s.scaled(s.log_ratio(s.optimum)), _value(s))))


def _loss(margin: t.Term) -> t.Term:
    return t.Mul((MINUS, t.log(t.logistic(margin))))


def _dpo_loss(s: Letters) -> Statement:
    return _equal(_loss(s.of_reward()), _loss(s.margin()))


def _reward_of_policy(s: Letters) -> Statement:
    return _equal(s.of_reward(), s.margin())


def _loss_slope(s: Letters) -> tuple[t.Term, ...]:
    return (t.Gradient(_loss(s.margin())),)


def _dpo_gradient(s: Letters) -> Statement:
    winner, loser = (t.Gradient(t.log(s.at(s.policy, y))) for y in s.pair)
    weight = s.scaled(t.logistic(t.Mul((MINUS, s.margin()))))
    return _equal(_loss_slope(s)[0], t.Mul((MINUS, weight, minus(winner, loser))))


def _k1(s: Letters) -> t.Term:
    return s.log_ratio(s.policy)


def _k2(s: Letters) -> t.Term:
    return t.Mul((HALF, t.Power(s.log_ratio(s.policy), t.Number(Fraction(2)))))


def _k3(s: Letters) -> t.Term:
    ratio = over(s.reference, s.policy)
    return t.Add((ratio, MINUS, t.Mul((MINUS, t.log(ratio)))))


def _unbiased(estimator: Callable[[Letters], t.Term]) -> Way:
    """That a formula has the mean KL(π‖π_ref): the formula must stand there, since its mean alone does not tell it."""

    def mean(s: Letters) -> tuple[t.Term, ...]:
        return (s.mean(s.policy, estimator(s)),)

    return Way(_DIVERGENCE, lambda s: _equal(mean(s)[0], s.kl(s.policy, s.reference)), held=mean)


def _pulling(estimator: Callable[[Letters], t.Term], towards: Callable[[Letters], t.Term]) -> Way:
    """That the mean gradient of a formula is the gradient of a divergence."""

    def both(s: Letters) -> tuple[t.Term, t.Term]:
        return s.mean(s.policy, t.Gradient(estimator(s))), t.Gradient(towards(s))

    return Way(_DIVERGENCE, lambda s: _equal(both(s)[0], both(s)[1]), held=both)


def _climbing(objective: Callable[[Letters], t.Term], earned: Callable[[Letters], t.Term]) -> Way:
    """That the gradient of an objective is the mean of what a sample earned times its score."""

    def both(s: Letters) -> tuple[t.Term, t.Term]:
        score = t.Gradient(t.log(s.policy))
        return t.Gradient(objective(s)), s.mean(s.policy, t.Mul((earned(s), score)))

    return Way(_PROBLEM | {"policy"}, lambda s: _equal(both(s)[0], both(s)[1]), held=both)


def _earned(s: Letters) -> t.Term:
    return minus(s.reward, s.scaled(s.log_ratio(s.policy)))


def _slopes(s: Letters) -> tuple[t.Term, ...]:
    """The derivatives of mean reward and KL of the optimum, by the temperature."""
    if not isinstance(s.temperature, t.Scalar):
        return ()
    bodies = (s.mean(s.optimum, s.reward), s.kl(s.optimum, s.reference))
    return tuple(t.Partial(body, s.temperature) for body in bodies)


def _reward_slope(s: Letters) -> Statement | None:
    deviation = minus(s.reward, s.mean(s.optimum, s.reward))
    spread = s.mean(s.optimum, t.Power(deviation, t.Number(Fraction(2))))
    wanted = t.Mul((MINUS, spread, t.Power(s.temperature, t.Number(Fraction(-2)))))
    slopes = _slopes(s)
    return _equal(slopes[0], wanted) if slopes else None


def _frontier_slope(s: Letters) -> Statement | None:
    slopes = _slopes(s)
    return _equal(slopes[0], t.Mul((s.temperature, slopes[1]))) if slopes else None


def _flat(s: Letters) -> tuple[t.Term, ...]:
    return (t.Limit(s.tilted(), s.temperature, t.End.INFINITY),) if isinstance(s.temperature, t.Scalar) else ()


def _flattens(s: Letters) -> Statement | None:
    limits = _flat(s)
    return _equal(limits[0], s.reference) if limits else None


def _forward(s: Letters) -> Statement:
    objective = minus(s.mean(s.policy, s.reward), s.scaled(s.kl(s.reference, s.policy)))
    return _equal(t.Optimiser(t.Sense.MAX, s.policy.symbol, objective), s.optimum)


_PROBLEM = frozenset({"reference", "reward", "temperature"})
_TILTED = _PROBLEM | {"optimum"}
_DIVERGENCE = frozenset({"policy", "reference"})
_PAIR = frozenset({"policy", "reference", "temperature", "pair"})


def _of_optimum(says: Says, *more: str, held: Callable[[Letters], tuple[t.Term, ...]] = _nothing) -> Way:
    """What is said of the tilted policy."""
    return Way(_TILTED.union(more), says, ("optimum",), is_tilted, held)


_BOUND, _ATTAINED, _LARGEST = Way(_PROBLEM | {"policy"}, _bound), _of_optimum(_attained), Way(_PROBLEM, _largest)

WAYS: Mapping[str, tuple[tuple[Way, ...], ...]] = {
    "optimal-value": ((_LARGEST,), (_BOUND, _ATTAINED), (_of_optimum(is_best), _ATTAINED)),
    "regret": tuple((_regret_from(best),) for best in (lambda s: s.objective(s.optimum), _value, _best)),
    "gibbs": ((Way(_DIVERGENCE, _gibbs),),),
    "donsker-varadhan": ((_LARGEST,), (_BOUND, _ATTAINED)),
    "dpo-reward": ((_of_optimum(_dpo_reward),),),
    "dpo-loss": ((Way(_PAIR | {"reward"}, _dpo_loss, ("reward", "policy"), _reward_of_policy),),),
    "dpo-gradient": ((Way(_PAIR, _dpo_gradient, held=_loss_slope),),),
    "k1-unbiased": ((_unbiased(_k1),),),
    "k3-unbiased": ((_unbiased(_k3),),),
    "k2-gradient": ((_pulling(_k2, lambda s: s.kl(s.policy, s.reference)),),),
    "k3-gradient": ((_pulling(_k3, lambda s: s.kl(s.reference, s.policy)),),),
    "policy-gradient": ((_climbing(lambda s: s.objective(s.policy), _earned),),),
    "reward-slope": ((_of_optimum(_reward_slope, held=_slopes),),),
    "frontier-slope": ((_of_optimum(_frontier_slope, held=_slopes),),),
    "limit-large-beta": ((Way(_PROBLEM, _flattens, held=_flat),),),
    "forward-kl-optimum": ((Way(_TILTED, _forward, ("optimum", "reward")),),),
}
"""Theorems by what says them, the usual form first: each of the alternatives, rows that say it together."""

NAMES = tuple(sorted({*WAYS, "optimal-policy", "limit-small-beta", "soft-bellman", "best-of-n-kl"}))
"""Every theorem that a document may claim."""
