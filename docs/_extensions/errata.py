"""The two seed documents held against exact figures: the directive ``erratum``, and the checks behind it.

Each check computes what a document gives a figure for, in ball arithmetic wherever a ball can say it, and knows
whether the document is right. Where that turns out otherwise the check raises :class:`NotSo`, which the build
reports at the line of the page. So no figure on the page is typed but those that are quoted.

``settle("reference", eight_responses())`` gives the rows of one table.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, pairwise, product
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from docutils import nodes
from flint import arb
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from symkl import FiniteProblem
from symkl.refuting.arithmetic import precision
from symkl.sphinx.rows import table
from symkl.tilt.decimals import decimal

TABLE = Path(__file__).parents[1] / "data" / "eight-responses.csv"
BITS = 160
"""Of the balls that figures are made from: far more than what is shown."""

logger = logging.getLogger(__name__)


class NotSo(Exception):
    """What the page says of a document does not hold."""


@dataclass(frozen=True)
class Row:
    """What is spoken of, what the document says of it, what it is, and whether the document is right."""

    what: str
    said: str
    found: str
    right: bool


@dataclass(frozen=True)
class Toy:
    """The chapter's example: eight responses with rewards and logits, at any temperature, in balls."""

    names: tuple[str, ...]
    rewards: tuple[Fraction, ...]
    logits: tuple[Fraction, ...]
    problem: FiniteProblem

    def at(self, beta: Any) -> FiniteProblem:
        """The problem at a temperature."""
        return self.problem.at(beta)

    def chance(self, name: str, beta: Any = None) -> arb:
        """The probability of a response: of the reference where no temperature is given."""
        row: Any = self.problem.reference if beta is None else self.at(beta).policy()
        found: arb = row[self.names.index(name)]
        return found

    def mean(self, beta: Any, of: Callable[[arb, arb], arb]) -> arb:
        """The mean of a function of ``π*/π_ref`` and of its logarithm, over samples from π*."""
        star, ref = self.at(beta).policy(), self.problem.reference
        return sum((p * of(p / q, (p / q).log()) for p, q in zip(star, ref, strict=True)), arb(0))

    def variance(self, beta: Any, of: Callable[[arb, arb], arb]) -> arb:
        """Its variance."""
        return self.mean(beta, lambda ratio, log: of(ratio, log) ** 2) - self.mean(beta, of) ** 2


def eight_responses(path: Path = TABLE, digits: int = 30) -> Toy:
    """The table in ``docs/data``."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rewards, logits = (tuple(Fraction(row[column]) for row in rows) for column in ("reward", "logit"))
    names = tuple(row["response"] for row in rows)
    problem = FiniteProblem.from_logits(logits, rewards, 1, responses=names)
    return Toy(names, rewards, logits, problem.balls(digits))


def _ball(number: Fraction) -> arb:
    return arb(number.numerator) / number.denominator


def figure(what: str, said: str, value: arb, *, right: bool, digits: int = 5) -> Row:
    """A figure, right if the value rounds to it: what lies within half a unit of its last digit.

    >>> figure("1/3", "0.33", arb(1) / 3, right=True).found
    '0.33333'
    """
    quoted = Decimal(said.lstrip("≈ ").replace("−", "-"))
    exponent = quoted.as_tuple().exponent
    assert isinstance(exponent, int)
    away = abs(value - _ball(Fraction(quoted)))
    half = arb(10) ** exponent / 2
    # A comparison of balls is true only where it is certain, so a ball too wide fails either way.
    if not (away <= half if right else away > half):
        raise NotSo(f"{what}: {said} should be {'right' if right else 'wrong'}, and it is {decimal(value, digits)}")
    return Row(what, said, decimal(value, digits), right)


def claim(what: str, said: str, found: str, *, holds: bool, right: bool = False) -> Row:
    """A claim in words: ``holds`` is what the computation says of it, ``right`` what the page says of it."""
    if holds is not right:
        raise NotSo(f"{what}: “{said}” should be {'right' if right else 'wrong'}, and it is not: {found}")
    return Row(what, said, found, right)


# -- the eight responses -------------------------------------------------------------------------


def reference(toy: Toy) -> Iterator[Row]:
    """The reference policy and its mean reward."""
    yield figure("sum of the shifted exponentials", "4.733", 1 / toy.chance("off-topic"), right=False)
    said = ("0.157", "0.078", "0.128", "0.064", "0.211", "0.142", "0.105", "0.116")
    for name, quoted in zip(toy.names, said, strict=True):
        yield figure(f"π_ref({name})", quoted, toy.chance(name), right=True)
    yield figure("E_ref[r]", "1.13", toy.problem.expected_reward(toy.problem.reference), right=False)


def one(toy: Toy) -> Iterator[Row]:
    """β = 1."""
    at = toy.at(1)
    best, off = toy.chance("polite-detailed", 1), toy.chance("off-topic", 1)
    for name, said, right in (
        ("polite-concise", "4.94", False),
        ("off-topic", "-0.56", False),
        ("polite-formal", "4.05", True),
    ):
        logit = toy.chance(name).log() + _ball(toy.rewards[toy.names.index(name)])
        yield figure(f"log π_ref + r of {name}", said, logit, right=right)
    yield figure("sum after the largest is taken out", "1.421", 1 / best, right=False)
    yield figure("π*(polite-detailed)", "0.704", best, right=False)
    yield figure("its growth, π*/π_ref", "4.5", best / toy.chance("polite-detailed"), right=True)
    yield figure("π*(polite-concise)", "0.210", toy.chance("polite-concise", 1), right=False)
    yield figure("π*(polite-formal)", "0.086", toy.chance("polite-formal", 1), right=True)
    yield figure("π*(off-topic)", "0.000855", off, right=False)
    yield figure("E[r]", "7.62", at.expected_reward(), right=False)
    yield figure("E[r], in the notes to the program", "7.86", at.expected_reward(), right=False)
    gain = at.expected_reward() - toy.problem.expected_reward(toy.problem.reference)
    yield figure("E[r] gained", "6.5", gain, right=False)
    yield figure("KL(π*‖π_ref)", "2.3", at.kl(), right=False)
    yield figure("KL, in the notes to the program", "2.4", at.kl(), right=False)


def tenth(toy: Toy) -> Iterator[Row]:
    """β = 0.1, and what KL can be at all."""
    at = toy.at("0.1")
    yield figure("π*(polite-detailed)", "0.997", toy.chance("polite-detailed", "0.1"), right=False)
    yield figure("π*(polite-concise)", "0.003", toy.chance("polite-concise", "0.1"), right=False)
    yield figure("E[r]", "7.99", at.expected_reward(), right=False, digits=6)
    for said in ("2.92", "2.9", "3"):
        yield figure("KL(π*‖π_ref)", said, at.kl(), right=False)
    most = -toy.chance("polite-detailed").log()
    if not all(toy.at(beta).kl() < most for beta in ("0.1", 1, 5, 20)):
        raise NotSo("KL(π*‖π_ref) is not below −log π_ref(A)")
    yield figure("the most that KL can be at any β, −log π_ref(polite-detailed)", "2.92", most, right=False)


def milder(toy: Toy) -> Iterator[Row]:
    """β = 5, 10 and 20."""
    five, ten, twenty = (toy.at(beta) for beta in (5, 10, 20))
    yield figure("β = 5: E[r]", "5.41", five.expected_reward(), right=False)
    yield figure("β = 5: KL", "0.6", five.kl(), right=False)
    yield figure("β = 10: E[r]", "3.6", ten.expected_reward(), right=False)
    yield figure("β = 10: KL", "0.35", ten.kl(), right=False)
    said = ("0.21", "0.03", "0.16", "0.04", "0.16", "0.18", "0.06", "0.05")
    for name, quoted in zip(toy.names, said, strict=True):
        right = name in ("rude-refusal", "evasive", "lazy", "dishonest")
        yield figure(f"β = 10: π*({name})", quoted, toy.chance(name, 10), right=right)
    total = sum(map(Fraction, said))
    yield claim("β = 10: what these eight add up to", "1", f"{float(total):g}", holds=total == 1)
    growth = toy.chance("polite-detailed", 10) / toy.chance("polite-detailed")
    yield claim("β = 10: the bar of polite-detailed over its grey one", "nearly indistinguishable",
                decimal(growth, 4), holds=bool(growth < arb(11) / 10))  # fmt: skip
    yield figure("β = 20: E[r]", "2.95", twenty.expected_reward(), right=False)
    yield figure("β = 20: KL", "0.1", twenty.kl(), right=False)


def ends(toy: Toy) -> Iterator[Row]:
    """Both ends of the temperature."""
    yield figure("β = 0.01: π*(polite-detailed)", "1.0", toy.chance("polite-detailed", "0.01"), right=True)
    moved = max((abs(p - q) for p, q in zip(toy.at("1e6").policy(), toy.problem.reference, strict=True)), key=float)
    yield figure("β = 10⁶: largest change of a probability", "0.000001", moved, right=True)
    gone = toy.chance("rude-refusal", "4.99") + toy.chance("dishonest", "4.99")
    yield claim("β = 4.99: π*(rude-refusal) + π*(dishonest)", "numerically zero", decimal(gone, 4),
                holds=bool(gone < arb(2) ** -24))  # fmt: skip
    formal = toy.chance("polite-formal", 1) / toy.chance("polite-formal")
    yield claim("β = 1: π*/π_ref of polite-formal", "rises", decimal(formal, 4), holds=bool(formal > 1))
    likeliest = toy.names[max(range(len(toy.names)), key=lambda i: float(toy.at(30).policy()[i]))]
    yield claim("β = 30: the likeliest response", "the one of largest reward", likeliest,
                holds=likeliest == toy.names[toy.rewards.index(max(toy.rewards))])  # fmt: skip
    most, collapsed = -toy.chance("polite-detailed").log(), toy.at("0.01").kl()
    yield claim("β = 0.01, all on one response: KL over the most it can be", "small", decimal(collapsed / most, 4),
                holds=bool(collapsed < most / 2))  # fmt: skip


def frontier(toy: Toy) -> Iterator[Row]:
    """The curve of reward against KL: which way it bends, and what the first nats buy."""
    points = toy.problem.frontier(["100", "50", "20", "10", "5", "2", "1", "0.5", "0.2", "0.1"])
    slopes = [(b.expected_reward - a.expected_reward) / (b.kl - a.kl) for a, b in pairwise(points)]
    rises = all(a.kl < b.kl and a.expected_reward < b.expected_reward for a, b in pairwise(points))
    between = all(b.beta < s < a.beta for s, (a, b) in zip(slopes, pairwise(points), strict=True))
    yield claim("as β falls", "reward and KL rise", "both rise", holds=rises, right=True)
    yield claim("reward as a function of KL", "concave", "concave: each slope lies between two temperatures",
                holds=between and all(b < a for a, b in pairwise(slopes)), right=True)  # fmt: skip
    yield claim("the same curve", "convex", "convex only with the axes exchanged, KL over reward",
                holds=not all(b < a for a, b in pairwise(slopes)))  # fmt: skip
    start, end = toy.problem.expected_reward(toy.problem.reference), _ball(max(toy.rewards))
    half, more = _reward_at(toy, Fraction(1, 2)), _reward_at(toy, Fraction(3, 2))
    yield figure("reward that the first half nat buys", "2", half - start, right=False)
    yield figure("that the next whole nat buys", "1", more - half, right=False)
    left = -toy.chance("polite-detailed").log() - arb(3) / 2
    yield figure("nats that are left after that", "1", left, right=False)
    yield figure("reward that they buy", "0.4", end - more, right=False)


def _reward_at(toy: Toy, kl: Fraction) -> arb:
    """The reward at the point of the frontier with this KL, between that of two temperatures: both fall with β."""
    low, high = Fraction(1, 100), Fraction(100)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if toy.at(middle).kl() > _ball(kl) else (low, middle)
    found: arb = toy.at(low).expected_reward().union(toy.at(high).expected_reward())
    return found


def ties(toy: Toy, best: tuple[str, ...] = ("polite-detailed", "polite-concise")) -> Iterator[Row]:
    """Two best responses, by raising a reward: what the optimum tends to."""
    rewards = [max(toy.rewards) if name in best else r for name, r in zip(toy.names, toy.rewards, strict=True)]
    cold = FiniteProblem.from_logits(toy.logits, rewards, "0.01", responses=toy.names).balls(30).policy()
    shares = [cold[toy.names.index(name)] for name in best]
    whole = sum((toy.chance(name) for name in best), arb(0))
    if not all(abs(p - toy.chance(name) / whole) < arb("1e-9") for p, name in zip(shares, best, strict=True)):
        raise NotSo("the optimum does not tend to the reference given the best responses")
    found = " and ".join(decimal(p, 4) for p in shares)
    yield claim("β = 0.01, with the reward of polite-concise raised to 8: π* of the two", "one response is left",
                found, holds=bool(shares[0] > arb(99) / 100))  # fmt: skip


def knee(toy: Toy, stretches: Sequence[float] = (0.25, 1, 4)) -> Iterator[Row]:
    """Whether the curve of reward over KL has a knee: how much β changes along it, where it bends, and what is bought.

    ``stretches``: how long a unit of reward is drawn beside a nat. The slope is β and ``dβ/dKL = -β³/Var_π*(r)``, so
    the curvature of the drawing is ``s β³/Var (1 + s² β²)^(-3/2)``. Above its chord the curve is farthest where its
    slope is that of the chord, in any units.
    """
    start, most = toy.problem.expected_reward(toy.problem.reference), _ball(max(toy.rewards))
    few, many = (_temperature(toy, start + (most - start) * share / 10) for share in (1, 9))
    yield claim("β where a tenth of the gain in reward is had, and where nine tenths are",
                "a small range", f"{decimal(few, 4)} and {decimal(many, 4)}", holds=bool(few < 2 * many))  # fmt: skip
    grid = np.geomspace(100, 0.1, 400)
    floats = FiniteProblem.from_logits([float(x) for x in toy.logits], [float(x) for x in toy.rewards], 1.0)
    variances = np.array([float(floats.at(beta).variance()) for beta in grid.tolist()])
    bends = [s * grid**3 / variances * (1 + (s * grid) ** 2) ** -1.5 for s in stretches]
    yield claim("where the drawing bends most, on the way from β = 100 to β = 0.1", "at the knee",
                "at its very end: it bends more and more as β falls to 0",
                holds=any(np.argmax(bend) < len(grid) - 1 for bend in bends))  # fmt: skip
    best = (q for q, r in zip(toy.problem.reference, toy.rewards, strict=True) if r == max(toy.rewards))
    largest = -sum(best, arb(0)).log()
    beta = (most - start) / largest
    at = toy.at(Fraction(str(beta.mid().str(30, radius=False))))
    gain, cost = (at.expected_reward() - start) / (most - start), at.kl() / largest
    yield claim(f"β = {decimal(beta, 4)}, farthest above the chord: share of the gain, and of the KL",
                "most of the gain for most of the cost", f"{decimal(gain, 3)} and {decimal(cost, 3)}",
                holds=bool(gain > arb(1) / 2) and bool(cost > arb(1) / 2))  # fmt: skip


def _temperature(toy: Toy, reward: arb) -> arb:
    """The temperature at which the optimum has this reward: it falls as β rises."""
    low, high = Fraction(1, 100), Fraction(1000)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if toy.at(middle).expected_reward() > reward else (low, middle)
    found: arb = _ball(low).union(_ball(high))
    return found


def overshoot(toy: Toy, betas: tuple[int, ...] = (1, 5, 10, 20)) -> Iterator[Row]:
    """Exact ascent with steps that are too large: what another β does to it, and what a smaller step does."""
    floats = FiniteProblem.from_logits([float(x) for x in toy.logits], [float(x) for x in toy.rewards], 1.0)
    rates = [float(floats.at(beta).train(rate=1, steps=1).stable_rate) for beta in betas]
    at, rate = floats.at(betas[-1]), 1.3 * rates[-1]
    lower, kl = rate / 2, float(at.kl())

    def settles(problem: FiniteProblem, step: float) -> bool:
        path = problem.train(rate=step, steps=20_000).kl
        return bool(np.ptp(path[-50:]) < 1e-9)

    of = f"β = {betas[-1]}, steps of {rate:.2g}: KL at the end of 20,000 exact steps"
    yield claim(of, "never plateaus" if not settles(at, rate) else "plateaus", "it goes on to and fro",
                holds=not settles(at, rate), right=True)  # fmt: skip
    yield claim("the same with half the step", "lower the learning rate", f"it settles at {kl:.4f}, that of π*",
                holds=settles(at, lower), right=True)  # fmt: skip
    shown = ", ".join(f"{each:.3g}" for each in rates)
    of = f"the largest step that settles, at β = {', '.join(map(str, betas))}"
    yield claim(of, "raise β", shown, holds=any(a <= b for a, b in pairwise(rates)))


def population(toy: Toy, taste: int = 1, n: int = 4) -> Iterator[Row]:
    """Where each method ends on the eight responses at β = 1, with as many samples as it likes: its distance from π*.

    ``taste``: how many times the rewards people's odds are the exponential of; Bradley and Terry have 1.
    """
    reference, at = toy.problem.reference, toy.at(1)
    star = at.policy()
    climbing = at.gradient(star)
    rows = list(zip(reference, toy.rewards, strict=True))
    below = [sum((q for q, other in rows if other < r), arb(0)) for _, r in rows]
    ties = [sum((q for q, other in rows if other == r), arb(0)) for _, r in rows]
    best_of = [((low + tie) ** n - low**n) * q / tie for (q, _), low, tie in zip(rows, below, ties, strict=True)]
    likely = [q * (taste * _ball(r)).exp() for q, r in rows]  # what the odds of all pairs say, over the reference
    deviation = toy.problem.variance(toy.problem.reference).sqrt()
    scaled = [q * (_ball(r) / deviation).exp() for q, r in rows]
    best = [arb(int(r == max(toy.rewards))) for _, r in rows]
    ends = (
        ("policy gradient, with KL as the penalty", star if all(g.contains(0) for g in climbing) else reference, True),
        ("DPO, from the odds of all pairs", _shares(likely), True),
        ("policy gradient with that penalty, rewards divided by their deviation under π_ref", _shares(scaled), False),
        (f"best of {n}", best_of, False),
        ("policy gradient without a penalty", best, False),
    )  # fmt: skip
    for method, end, right in ends:
        far = sum((abs(p - q) for p, q in zip(end, star, strict=True)), arb(0)) / 2
        found = "it is π*" if far.overlaps(arb(0)) else f"total variation from π*: {decimal(far, 4)}"
        yield claim(method, "samples from π*", found, holds=bool(far.overlaps(arb(0))), right=right)


def _shares(weights: Sequence[arb]) -> list[arb]:
    whole = sum(weights, arb(0))
    return [each / whole for each in weights]


# -- estimators ----------------------------------------------------------------------------------


def _k1(_ratio: arb, log: arb) -> arb:
    return log


def _k2(_ratio: arb, log: arb) -> arb:
    return log**2 / 2


def _k3(ratio: arb, log: arb) -> arb:
    return 1 / ratio - 1 + log


def _k3_inverted(ratio: arb, log: arb) -> arb:
    return ratio - 1 - log


def estimators(toy: Toy) -> Iterator[Row]:
    """What the chapter's two k3 lines estimate, and how they vary, under samples from π* at β = 1."""
    kl = toy.at(1).kl()
    shown = decimal(kl, 5)
    wrong = toy.mean(1, _k3_inverted)
    yield claim("mean of exp(l) − 1 − l, l = log π*/π_ref", f"the KL, {shown}", decimal(wrong, 5),
                holds=bool(wrong.overlaps(kl)))  # fmt: skip
    yield claim("mean of l − exp(l) + 1", f"the KL, {shown}", decimal(-wrong, 5), holds=bool((-wrong).overlaps(kl)))
    yield claim("mean of exp(−l) − 1 + l, which is k3", f"the KL, {shown}", decimal(toy.mean(1, _k3), 5),
                holds=bool(toy.mean(1, _k3).overlaps(kl)), right=True)  # fmt: skip
    for beta in (1, 20):
        k1, k2, k3 = (toy.variance(beta, each) for each in (_k1, _k2, _k3))
        less = bool(k3 < k1) and bool(k3 < k2)
        found = f"{decimal(k1, 3)}, {decimal(k2, 3)}, {decimal(k3, 3)}"
        yield claim(f"β = {beta}: variances of k1, k2, k3", "k3's is the smallest", found, holds=less)


def token(toy: Toy, spread: float = 0.5, seeds: int = 4) -> Iterator[Row]:
    """The chapter's program for one token: what its last lines estimate, exactly, for tables drawn as it draws them."""
    for seed in range(seeds):
        random = np.random.default_rng(seed)
        logits, rewards = random.standard_normal(32_000) * 2.0, random.standard_normal(32_000) * spread
        problem = FiniteProblem.from_logits(logits, rewards, 0.1)
        log = problem.log_policy() - np.log(problem.reference)
        kl, estimated = float(problem.kl()), float(np.sum(problem.policy() * (np.expm1(log) - log)))
        yield claim(f"table {seed + 1}: mean of its k3", f"the KL, {kl:.4g}, within 0.05", f"{estimated:,.0f}",
                    holds=abs(estimated - kl) <= 0.05)  # fmt: skip


# -- methods -------------------------------------------------------------------------------------


def sampling(toy: Toy, short: int = 0) -> Iterator[Row]:
    """Rejection: draw from the reference, keep a draw with probability exp((r − M)/β), at most 1; M = max r − short."""
    for beta in (1, "0.1"):
        at = toy.at(beta)
        keep = [arb.min((_ball(r - max(toy.rewards) + short) / at.beta).exp(), arb(1)) for r in toy.rewards]
        kept = [q * k for q, k in zip(toy.problem.reference, keep, strict=True)]
        rate = sum(kept, arb(0))
        same = all((k / rate).overlaps(p) for k, p in zip(kept, at.policy(), strict=True))
        yield claim(f"β = {beta}: what is kept follows π*, after this many draws on average", "impossible without Z",
                    decimal(1 / rate, 4), holds=not same)  # fmt: skip


def best_of_n(toy: Toy, n: int = 4) -> Iterator[Row]:
    """The law of best-of-n, and the temperature that each pair of responses would ask for."""

    def no_better(i: int) -> arb:
        return sum((q for q, r in zip(toy.problem.reference, toy.rewards, strict=True) if r <= toy.rewards[i]), arb(0))

    order = sorted(range(len(toy.names)), key=lambda i: -toy.rewards[i])
    asked = []
    for i, j in pairwise(order[:4]):
        (low_i, p), (low_j, q) = ((no_better(k) - toy.problem.reference[k], toy.problem.reference[k]) for k in (i, j))
        step = (((low_i + p) ** n - low_i**n) / p).log() - (((low_j + q) ** n - low_j**n) / q).log()
        asked.append((i, j, _ball(toy.rewards[i] - toy.rewards[j]) / step if n > 1 else arb(1)))
    for (i, j, beta), (_, _, other) in zip(asked, [*asked[1:], asked[0]], strict=True):
        yield claim(f"n = {n}: the β at which π* would give {toy.names[i]} and {toy.names[j]} their odds",
                    "samples from π*, so one β for all", decimal(beta, 4),
                    holds=bool(beta.overlaps(other)))  # fmt: skip


def grouped(toy: Toy) -> Iterator[Row]:
    """Rewards divided by their standard deviation under the reference: the temperature that this makes of β = 1."""
    deviation = toy.problem.variance(toy.problem.reference).sqrt()
    yield figure("temperature that rewards over their deviation under π_ref make of β = 1", "1", deviation, right=False)


def regrouped(toy: Toy, rounds: int = 6) -> Iterator[Row]:
    """Rewards divided by their deviation under the policy itself: whether any temperature gives itself back.

    The optimum for rewards over s is π* at T = β s. It stays where it is if s is its own deviation: sd(π*_T)/T = 1/β.
    """
    most = _largest_spread(toy)
    yield claim("β = 1: temperatures T > 0 that are the deviation of the rewards under π* at T",
                "samples from π*, so there is one", f"none: at its largest that deviation is {decimal(most, 4)} T",
                holds=not most < 1)  # fmt: skip
    found = [toy.problem.variance(toy.problem.reference).sqrt()]
    for _ in range(rounds):
        found.append(found[-1] * _spread(toy, 1 / found[-1]))
    if not all(later < earlier for earlier, later in pairwise(found)):
        raise NotSo("the temperature does not fall from round to round")
    yield Row("the temperature, if each round trains to its optimum, and the next divides by the deviation there", "",
              ", ".join(decimal(each, 4) for each in found) + ", …", True)  # fmt: skip
    yield Row("the smallest β at which some T is β times that deviation", "", decimal(1 / most, 4), True)


def _spread(toy: Toy, eta: arb) -> arb:
    """sd(π*_T)/T at T = 1/η; for a ball η, a ball that holds it for every number in there."""
    short = [_ball(max(toy.rewards) - r) for r in toy.rewards]
    weights = [q * (-g * eta).exp() for q, g in zip(toy.problem.reference, short, strict=True)]
    pairs = combinations(zip(weights, short, strict=True), 2)
    squares = sum((v * w * (g - h) ** 2 for (v, g), (w, h) in pairs), arb(0))
    found: arb = eta * squares.sqrt() / sum(weights, arb(0))
    return found


def _largest_spread(toy: Toy, within: str = "3e-5") -> arb:
    """An enclosure of the largest sd(π*_T)/T over all T > 0, by bisection in η = 1/T.

    What is dropped lies certainly below what was found, give or take what the enclosure allows for.
    """
    short = [max(toy.rewards) - r for r in toy.rewards]
    gap, span = min(each for each in short if each), max(short)
    low, high = 1 / (5 * span), 16 / gap
    found, pieces = arb(0), [(low, high)]
    while pieces:
        above = [_spread(toy, _ball(a).union(_ball(b))) for a, b in pieces]
        for a, b in pieces:
            found = arb.max(found, _spread(toy, _ball((a + b) / 2)).lower())
        kept = [piece for piece, value in zip(pieces, above, strict=True) if not value < found + arb(within)]
        pieces = [half for a, b in kept for half in ((a, (a + b) / 2), ((a + b) / 2, b))]

    # Below: a deviation is at most half the span, so the value is at most η span/2. Above: the second moment about
    # the best reward is at most the sum of (q/m) g² exp(−g η), m the mass of the best; x² exp(−x) falls from x = 2 on.
    mass = sum((q for q, g in zip(toy.problem.reference, short, strict=True) if not g), arb(0))
    far = [(q / mass, _ball(g * high)) for q, g in zip(toy.problem.reference, short, strict=True) if g]
    ends = (_ball(low * span / 2), sum((q * x**2 * (-x).exp() for q, x in far), arb(0)).sqrt())
    if not all(end < found for end in ends):
        raise NotSo("the largest deviation over T may lie beyond the temperatures that were searched")
    enclosed: arb = found.union(found + arb(within))
    return enclosed


def preferences(toy: Toy, references: tuple[str, str] = ("1/2", "4/5")) -> Iterator[Row]:
    """The DPO loss of one pair at β = 0.1 under a uniform policy, for two references."""
    losses = []
    for chance in map(Fraction, references):
        odds = _ball(chance / (1 - chance))
        losses.append((1 + (odds.log() / 10).exp()).log())
    yield claim("DPO loss of one pair under π = (1/2, 1/2), for two references", "π_ref is eliminated",
                ", ".join(decimal(loss, 4) for loss in losses), holds=bool(losses[0].overlaps(losses[1])))  # fmt: skip


def tokens(toy: Toy, rewards: Mapping[str, int] | None = None) -> Iterator[Row]:
    """Responses of two tokens, a or b, all four alike under the reference; the reward comes at the end. β = 1."""
    earned = rewards or {"aa": 0, "ab": 0, "ba": 0, "bb": 2}
    weight = {"".join(y): (arb(earned["".join(y)])).exp() / 4 for y in product("ab", repeat=2)}
    z = sum(weight.values(), arb(0))
    first = (weight["ba"] + weight["bb"]) / z
    rule = arb(1) / 2  # the reference tilted by the reward of a first token, which is 0
    yield claim("chance that the first token is b: by that token's reward, and by π* over whole responses",
                "the same", f"{decimal(rule, 4)} and {decimal(first, 4)}",
                holds=bool(first.overlaps(rule)))  # fmt: skip
    soft = {a: sum((arb(earned[a + b]).exp() / 2 for b in "ab"), arb(0)) for a in "ab"}
    tilted = soft["b"] / (soft["a"] + soft["b"])
    if not tilted.overlaps(first):
        raise NotSo("the soft value does not give the first token of π*")
    yield Row("the same chance, by the soft value of what may follow", "", decimal(tilted, 4), True)


def modes(toy: Toy, target: tuple[int, int, int] = (9, 2, 9)) -> Iterator[Row]:
    """A target with two modes, fitted by the binomial laws of two draws, with either divergence.

    ``target``: its weights at 0, 1 and 2.
    """
    p = [w / sum(target) for w in target]

    def kl(a: Sequence[float], b: Sequence[float]) -> float:
        return float(sum(x * np.log(x / y) for x, y in zip(a, b, strict=True)))

    family = [(t, ((1 - t) ** 2, 2 * t * (1 - t), t**2)) for t in np.linspace(0.005, 0.995, 199).tolist()]
    seeking, covering = (min(family, key=key)[0] for key in (lambda f: kl(f[1], p), lambda f: kl(p, f[1])))
    sides = abs(seeking - 0.5) > 0.2 and abs(covering - 0.5) < 0.01
    yield claim("the best chance θ by KL(policy‖target), and by KL(target‖policy)", "the first seeks a mode",
                f"{seeking:.3f} and {covering:.3f}", holds=sides, right=True)  # fmt: skip


# -- numbers -------------------------------------------------------------------------------------


def overflow(toy: Toy, exponent: float = 60) -> Iterator[Row]:
    """Where the exponential overflows, in NumPy's own floats."""
    with np.errstate(over="ignore"):
        value = np.exp(np.float32(exponent))
        yield claim(f"exp({exponent:g}) in float32", "overflows", f"{value:.4g}", holds=bool(np.isinf(value)))
        for kind, limit in ((np.float16, "float16"), (np.float32, "float32")):
            most = kind(np.log(np.float64(np.finfo(kind).max)))
            below, above = (np.exp(kind(most * kind(scale))) for scale in (0.99, 1.01))
            if not (np.isfinite(below) and np.isinf(above)):
                raise NotSo(f"the exponential does not overflow in {limit} at {most}")
            yield claim(f"{limit}: the exponent beyond which it overflows", f"{exponent:g}", f"{float(most):.2f}",
                        holds=abs(float(most) - exponent) < 1)  # fmt: skip
    chance = (arb(exponent) / 20 / arb(2).sqrt()).erfc() / 2
    yield claim(f"chance that r/β > {exponent:g}, for r standard normal and β = 0.05", "easily", decimal(chance, 3),
                holds=bool(chance > arb(1) / 20))  # fmt: skip


def counting(toy: Toy, vocabulary: int = 100_000, length: int = 3_000) -> Iterator[Row]:
    """How many responses there are, and how many digits that number has."""
    digits = (length * arb(vocabulary).log() / arb(10).log()).mid()  # one digit more or less is all the same here
    found = f"about {float(digits):,.0f}"
    yield claim(f"digits of {vocabulary:,} to the power {length:,}", "more than particles in the universe, about 10^80",
                found, holds=bool(digits > arb(10) ** 80))  # fmt: skip


def unbounded(toy: Toy, q: str = "1/2") -> Iterator[Row]:
    """Rewards 0, 1, 2, ... under the reference (1 − q) q^k: Z is finite at β = 2 and not at β = 1."""
    chance = _ball(Fraction(q))
    for beta, finite in ((2, True), (1, False)):
        tilt = chance * (arb(1) / beta).exp()
        if not (tilt < 1 if finite else tilt >= 1):
            raise NotSo(f"the tilted ratio at β = {beta} is on the other side of 1")
        parts = [sum(((1 - chance) * tilt**k for k in range(m)), arb(0)) for m in (50, 100, 200, 400)]
        limit = f", and in the limit {decimal((1 - chance) / (1 - tilt), 5)}" if finite else ""
        if finite and not abs(parts[-1] - (1 - chance) / (1 - tilt)) < arb("1e-6"):
            raise NotSo("the partial sums do not reach the limit")
        found = ", ".join(decimal(part, 5) for part in parts) + limit
        said = "bounded rewards are necessary" if finite else ""
        yield Row(f"β = {beta}: Z after 50, 100, 200, 400 responses", said, found, not finite)


CHECKS: Mapping[str, Callable[[Toy], Iterator[Row]]] = {
    check.__name__: check
    for check in (
        reference, one, tenth, milder, ends, ties, frontier, knee, overshoot, population, estimators, token, sampling,
        best_of_n, grouped,
        regrouped, preferences, tokens, modes, overflow, counting, unbounded,
    )
}  # fmt: skip
"""What can stand after ``{erratum}``."""


def settle(name: str, toy: Toy) -> tuple[Row, ...]:
    """The rows of one check. Raises NotSo where the page would say what is not so."""
    with precision(BITS):
        return tuple(CHECKS[name](toy))


# -- the page ------------------------------------------------------------------------------------


class Erratum(SphinxDirective):
    """``{erratum} name``: a table of what a document says and what is so, computed by this build."""

    required_arguments = 1
    has_content = False
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        """The table, or a warning at its place."""
        name = self.arguments[0]
        self.env.note_dependency(str(TABLE))
        self.env.note_dependency(__file__)
        try:
            rows = settle(name, eight_responses())
        except (KeyError, NotSo) as error:
            logger.warning("erratum %s: %s", name, error, location=self.get_location(), type="errata", subtype="check")
            self.env.note_reread()  # what is wrong stays wrong in the next build
            return []
        return [_table(rows)]


def _table(rows: Sequence[Row]) -> nodes.table:
    # In words as well as by a sign: never by colour alone. Beside what is said, so that a phone shows it.
    marks = {True: "✓\N{NO-BREAK SPACE}right", False: "✗\N{NO-BREAK SPACE}wrong"}
    shown = [[row.what, f"{row.said} {marks[row.right]}" if row.said else "", row.found] for row in rows]
    return table(["of", "it says", "it is"], shown, "errata")


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the directive."""
    app.add_directive("erratum", Erratum)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
