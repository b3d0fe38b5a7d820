"""A table and temperatures -> policies in training: the path of each, its certified ends, and what it shows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray

from symkl.problems import FiniteProblem, Training
from symkl.refuting.arithmetic import precision
from symkl.tilt.decimals import decimal
from symkl.tilt.table import Table

FIGURES = ("expected_reward", "true_reward", "kl", "objective", "gap")
"""What there is of every step."""

ENDS = FIGURES[:-1]
"""What there is of an end."""

SPARE = 15  # digits of a ball beyond those shown
_NEARLY = 0.95  # of the KL that β → 0 leads to: as good as there
_NOTICED = 0.1  # of all that the true reward has moved: less is no fall
_SETTLED = 1e-3  # of the gap at the start, and of the KL in its last steps: less is none
_INDISTINCT = 1e-28  # a KL of two policies that floats do not tell apart


@dataclass(frozen=True)
class Run:
    """One temperature: the path in floats, its ends in balls, and the names of the responses it may lead to."""

    beta: Decimal | Fraction
    rate: Decimal | Fraction
    training: Training
    prompts: tuple[str, ...] | None
    best: tuple[str, ...]
    """The responses with the best reward of those with mass, where there is one prompt."""

    def path(self, name: str) -> NDArray[np.float64]:
        """A figure after every step, averaged over the prompts."""
        values: NDArray[np.float64] = getattr(self.training, name)
        return values if values.ndim == 1 else values.mean(axis=1)

    @property
    def unstable(self) -> bool:
        """Whether π* does not hold the steps at some prompt: they are too large."""
        return bool(float(self.rate) > np.min(self.training.stable_rate))


def trained(
    table: Table, betas: Sequence[Decimal | Fraction], rate: Decimal | Fraction, steps: int, method: str, digits: int
) -> tuple[Run, ...]:
    """Train on the rewards of a table at each temperature. Where it has no true reward, that is the one trained on.

    Raises: InvalidProblem, where a step leaves the range of floats.
    """
    problem, runs = _problem(table, betas[0]), []
    best = _best(table)
    names = None if table.labels is None else table.prompts[0]
    true = None if table.true_rewards is None else list(table.true_rewards)
    for beta in betas:
        training = problem.at(beta).balls(digits + SPARE).train(true, rate=rate, steps=steps, method=method)
        runs.append(Run(beta, rate, training, names, best))
    return tuple(runs)


def _problem(table: Table, beta: Decimal | Fraction) -> FiniteProblem:
    labels = table.labels
    rewards, masses = list(table.rewards), list(table.reference)
    if table.logits:
        there = [True] * len(table) if table.mass is None else table.mass.tolist()
        logits = [each if has else -math.inf for each, has in zip(masses, there, strict=True)]
        return FiniteProblem.from_logits(logits, rewards, beta, prompts=labels)
    which = table.prompts[1].tolist()
    totals = [Fraction(0)] * len(table.prompts[0])
    for prompt, mass in zip(which, masses, strict=True):
        totals[prompt] += Fraction(mass)
    shares = [Fraction(mass) / totals[prompt] for prompt, mass in zip(which, masses, strict=True)]
    return FiniteProblem(shares, rewards, beta, prompts=labels)


def _best(table: Table) -> tuple[str, ...]:
    if len(table.prompts[0]) > 1:
        return ()
    there = [mass != 0 for mass in table.reference] if not table.logits else [True] * len(table)
    there = there if table.mass is None else table.mass.tolist()
    most = max(reward for reward, has in zip(table.rewards, there, strict=True) if has)
    rows = zip(table.responses, table.rewards, there, strict=True)
    return tuple(name for name, reward, has in rows if has and reward == most)


def averaged(value: Any, digits: int) -> str:
    """A ball, or the mean of one a prompt, in certified digits.

    >>> averaged(arb(1) / 3, 4), averaged(np.array([arb(1), arb(2)]), 4)
    ('0.3333', '1.500')
    """
    if not isinstance(value, np.ndarray):
        return decimal(value, digits)
    with precision(64 + 4 * (digits + SPARE)):
        return decimal(sum(value.tolist(), arb(0)) / len(value), digits)


def said(run: Run, digits: int) -> list[str]:
    """What the path and its ends show, in sentences: every number in them is computed, those of the ends certified."""
    training = run.training

    def shown(value: Any) -> str:
        return averaged(value, digits)

    ends = (
        f"π* lies at KL {shown(training.optimum.kl)}: the reward trained on is "
        f"{shown(training.optimum.expected_reward)} there, the true one {shown(training.optimum.true_reward)}; "
        f"at π_ref they are {shown(training.start.expected_reward)} and {shown(training.start.true_reward)}."
    )
    named = f" ({', '.join(run.best)})" if 0 < len(run.best) <= 3 else ""
    farthest = (
        f"As β → 0 the KL of π* rises to {shown(training.coldest_kl)}, log 1/π_ref of the best responses{named}, and "
        f"the true reward goes to {shown(training.coldest_true_reward)}. No policy has a KL above "
        f"{shown(training.largest_kl)}."
    )
    return [*verdicts(run, digits), ends, farthest]


def verdicts(run: Run, digits: int) -> list[str]:
    """What a reader of the three curves should notice."""
    found = [_too_large(run), _collapsed(run, digits), _hacked(run)]
    return [each for each in found if each] or [_unremarkable(run)]


def _too_large(run: Run) -> str:
    if not run.unstable:
        return ""
    bound, kl = float(np.min(run.training.stable_rate)), run.path("kl")
    said = (
        f"The step is too large: π* holds steps of rates below {bound:.4g} alone, and this rate is "
        f"{float(run.rate):.4g}."
    )
    last = _last(kl)
    if np.ptp(last) > _SETTLED * max(kl):
        said += f" KL does not settle: in the last {len(last)} policies it lies "
        said += f"between {min(last):.4g} and {max(last):.4g}."
    return said


def _collapsed(run: Run, digits: int) -> str:
    here, cold = run.training.optimum.kl, run.training.coldest_kl
    if not _mean(here) > _NEARLY * _mean(cold) > 0:
        return ""
    return (
        f"Collapse: the KL of π* is {averaged(here, digits)}, and without a price it would be "
        f"{averaged(cold, digits)}: next to nothing is left but the best responses."
    )


def _hacked(run: Run) -> str:
    """The true reward has fallen while the other one rose: not where both go up and down."""
    if run.unstable:
        return ""
    true, earned = run.path("true_reward"), run.path("expected_reward")
    peak = int(np.argmax(true))
    if not (true[peak] - true[-1] > _NOTICED * np.ptp(true) and earned[-1] > earned[peak]):
        return ""
    return (
        f"Reward hacking: the true reward is largest after step {peak}, {true[peak]:.4g}, and {true[-1]:.4g} at "
        f"the end, while the reward trained on rises from {earned[peak]:.4g} to {earned[-1]:.4g}."
    )


def _unremarkable(run: Run) -> str:
    gap, kl, true = run.path("gap"), run.path("kl"), run.path("true_reward")
    if not gap[0] > 0:
        return "Nothing to train: π_ref is the best policy already."
    if gap[0] < float(run.beta) * _INDISTINCT:
        return "Nothing to train in floats: π_ref and π* differ by less than the rounding of their probabilities."
    left = gap[-1] / gap[0]
    if left > _SETTLED:
        bound = float(np.min(run.training.stable_rate))
        said = f"Not there yet: {100 * left:.2g} % of the gap to the best objective is left. Take more steps"
        return said + (f", or a rate nearer to {bound:.4g}." if np.isfinite(bound) else ", or a larger rate.")
    if true[-1] < true[0]:
        return f"π* is reached, and the true reward has fallen from {true[0]:.4g} to {true[-1]:.4g}."
    return (
        f"Healthy: KL settles at {kl[-1]:.4g}, the true reward rises from {true[0]:.4g} to {true[-1]:.4g}, "
        f"and less than {100 * _SETTLED:g} % of the gap to the best objective is left."
    )


def _last(path: NDArray[np.float64]) -> NDArray[np.float64]:
    """A tenth of it, two policies at least."""
    return path[-max(2, len(path) // 10) :]


def _mean(value: Any) -> float:
    return float(np.mean(np.asarray(value, dtype=np.float64)))
