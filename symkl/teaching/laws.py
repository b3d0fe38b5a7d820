"""The laws and theorems by the names that reports use, each in a sentence; rules are drawn by the kernel itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from symkl.checking import theorems
from symkl.kernel import laws, limits
from symkl.kernel.normal_form import Normaliser


@dataclass(frozen=True)
class Law:
    """What a law says in plain words, and the functions of the kernel that are it."""

    says: str
    rules: tuple[Callable[..., Any], ...]


LAWS: Mapping[str, Law] = {
    "identity": Law("Two expressions are the same number, for every alphabet, policy and reward.", (laws.identity,)),
    "derivative": Law(
        "A derivative, worked out term by term, is what the other side says; of a policy's parameters, with the "
        "mean of the score being 0.",
        (Normaliser.slope,),
    ),
    "log bound": Law("The logarithm lies below its tangent at 1: log t ≤ t − 1, with equality at t = 1 alone.",
                     (laws.inequality,)),
    "Gibbs": Law(
        "A KL divergence is never negative, and 0 only between equal distributions; so an objective that is a "
        "constant minus KL(π‖q) is largest at π = q alone.",
        (laws.inequality, laws.maximum, laws.optimal, laws.value),
    ),
    "stationary": Law("Where a strictly concave objective has slope 0, it has its one maximum.",
                      (laws.maximum, laws.optimal)),
    "same maximiser": Law(
        "One policy is best in two problems, though their values may differ. Their objectives differ by a positive "
        "factor and by what does not depend on the policy, or each prompt may choose for itself. A minimiser of f is a "
        "maximiser of -f.",
        (laws.same_optimiser, laws.same_maximiser),
    ),
    "positivity": Law("A sum of squares and of products of positive things is not negative.", (laws.inequality,)),
    "largest value": Law("A largest value is at least each value, and is one of them.",
                         (laws.inequality, laws.cases, laws.reached, laws.value)),
    "cases": Law("What holds where a term is not negative, and where it is not positive, holds.", (laws.cases,)),
    "proportional": Law("Two functions of y are the same up to a factor that is free of y.", (laws.proportional,)),
    "substitution": Law(
        "What an earlier row established is put in: an equation solved for a symbol, or inequalities added up.",
        (laws.substitution, laws.multiplier, laws.normalised, laws.inequality),
    ),
    "limit": Law("A limit on finite sums, term by term: of exponentials the largest wins, and what ties with it; with "
                 "l'Hôpital's rule where a power of 1/s remains.",
                 (limits.tends, limits.limit)),
}  # fmt: skip
"""Every law that a report may name; ``tests/unit/test_sphinx.py`` holds it to what the kernel returns."""

THEOREMS: Mapping[str, str] = {
    "best-of-n-kl": "The best of n draws is at most log n − (n − 1)/n nats away from the reference; shown for three "
    "levels of reward, on the hypothesis that an integral of what is never negative is not negative.",
    "donsker-varadhan": "log E_q[exp f] is the largest value of E_p[f] − KL(p‖q) over all p.",
    "dpo-gradient": "The gradient of the DPO loss weighs each pair by how wrongly it is ordered.",
    "dpo-loss": "The negative log-likelihood of preferences, written with a policy in place of a reward.",
    "dpo-reward": "A reward is β log(π*/π_ref) plus β log Z, of its own optimal policy.",
    "forward-kl-optimum": "With KL(π_ref‖π) as the price, the optimum is π_ref β/(λ − r), not an exponential.",
    "frontier-slope": "Along the frontier of optimal policies, reward rises with KL at the rate β.",
    "gibbs": "A KL divergence is never negative.",
    "k1-unbiased": "k1 = log(π/π_ref) has the mean KL(π‖π_ref) under samples from π.",
    "k2-gradient": "The mean gradient of k2 = k1²/2 is the gradient of KL(π‖π_ref).",
    "k3-gradient": "The mean gradient of k3 is the gradient of KL(π_ref‖π): the other way round.",
    "k3-unbiased": "k3 = π_ref/π − 1 − log(π_ref/π) has the mean KL(π‖π_ref) under samples from π.",
    "limit-large-beta": "As β → ∞ the optimal policy goes to the reference.",
    "limit-small-beta": "As β → 0 the optimal policy goes to the reference, restricted to the best responses.",
    "optimal-policy": "The policy that maximises E[r] − β KL(π‖π_ref) is the reference, tilted by exp(r/β).",
    "optimal-value": "The largest value of E[r] − β KL(π‖π_ref) is β log Z.",
    "policy-gradient": "The gradient of E[r] − β KL(π‖π_ref) is the mean of (r − β log(π/π_ref)) ∇log π.",
    "regret": "A policy falls short of the optimal value by β KL(π‖π*).",
    "reward-slope": "The expected reward of the optimal policy falls with β at the rate Var(r)/β².",
    "soft-bellman": "Token by token, the optimum tilts by a soft value, which obeys a Bellman equation.",
}
"""Every theorem that a document may claim."""

assert set(THEOREMS) == set(theorems.NAMES), "a theorem has no sentence"


class Rule(NamedTuple):
    """A function of the kernel that is a law: its name, and its docstring, which draws the rule.

    ``under``: the law that it is drawn under, where that is another one.
    """

    name: str
    drawn: str
    under: str = ""


def rules(name: str) -> Iterator[Rule]:
    """A law's rules, in the kernel's own words; one that an earlier law has, too, is drawn there."""
    for function in LAWS[name].rules:
        home = next(law for law, each in LAWS.items() if function in each.rules)
        yield Rule(function.__qualname__, inspect.getdoc(function) or "", "" if home == name else home)
