"""Direct preference optimisation: what a policy says about rewards, and that its loss is least at the optimum."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from symkl.problems import FiniteProblem
from symkl.strategies import distributions, policies
from tests.properties.definitions import Number, Tables, ball, close, is_optimum, log_logistic, tables

pytestmark = pytest.mark.usefixtures("high_precision")
F = Fraction

shifts = st.one_of(st.integers(-9, 9).map(F), st.sampled_from([F(10**6), F(1, 10**12), -F(10**9) / 7]))


@given(tables(), tables(), shifts, shifts)
def test_rewards_may_be_shifted_at_every_prompt(one: Tables, two: Tables, b: Fraction, c: Fraction) -> None:
    """r(x, y) + c(x) gives the same π*, KL and variance; log Z(x) grows by c(x)/β and the value by c(x)."""
    references = [list(one.reference), list(two.reference)]
    plain = FiniteProblem(references, [list(one.reward), list(two.reward)], one.beta).balls(50)
    moved = FiniteProblem(
        references, [[r + b for r in one.reward], [r + c for r in two.reward]], one.beta
    ).balls(50)  # fmt: skip
    for p, q in zip(plain.policy().ravel(), moved.policy().ravel(), strict=True):
        assert p.overlaps(q)
    for before, after in zip(plain.kl(), moved.kl(), strict=True):
        assert before.overlaps(after)
    for before, after in zip(plain.variance(), moved.variance(), strict=True):
        assert before.overlaps(after)
    for before, after, constant in zip(plain.log_partition(), moved.log_partition(), (b, c), strict=True):
        assert after.overlaps(before + ball(constant / one.beta))
    for before, after, constant in zip(plain.objective(), moved.objective(), (b, c), strict=True):
        assert after.overlaps(before + ball(constant))


@given(tables())
def test_the_optimum_remembers_the_reward(of: Tables) -> None:
    """β log(π*/π_ref) + β log Z = r, so differences of the implicit reward are differences of the reward."""
    beta, logs, log_z = ball(of.beta), of.balls.log_policy(), of.balls.log_partition()
    implicit = {y: beta * (logs[y] - ball(of.reference[y]).log()) for y in of.support}
    size = max(map(abs, of.reward)) + of.beta
    for y, found in implicit.items():
        assert close(found + beta * log_z, of.reward[y], 100 * size)
        for z, other in implicit.items():
            assert close(found - other, of.reward[y] - of.reward[z], 100 * size)
    if of.span:
        worse = min(of.support, key=lambda y: of.reward[y])
        assert not implicit[worse].overlaps(ball(of.reward[worse])) or log_z.contains(0)


def pairs(of: Tables) -> list[tuple[int, int]]:
    return [(a, b) for a in of.support for b in of.support if a < b]


def loss(of: Tables, pi: list[Number], weights: list[Fraction]) -> arb:
    """The population loss: pairs by weight, winners by Bradley and Terry with the true reward."""
    found = arb(0)
    for (a, b), weight in zip(pairs(of), weights, strict=True):
        margin = ball(of.beta) * (
            (ball(pi[a]) / ball(of.reference[a])).log() - (ball(pi[b]) / ball(of.reference[b])).log()
        )
        difference = ball(of.reward[a] - of.reward[b])
        for sign in (1, -1):
            found -= ball(weight) * log_logistic(sign * difference).exp() * log_logistic(sign * margin)
    return found


@given(tables(least=2, zero_mass=False), st.data())
def test_the_population_loss_is_least_at_the_optimum(of: Tables, data: st.DataObject) -> None:
    """``E[-log σ(β log(π/π_ref)(y_w) - β log(π/π_ref)(y_l))]`` is no less at any policy than at π*.

    And strictly more at every other policy if each pair is compared: each pair's cross-entropy is least at its own
    truth. That is certain where no comparison is as good as decided (rewards less than 100 apart).
    """
    weights = list(data.draw(distributions(len(pairs(of)), zero_mass=False)))
    pi = data.draw(policies(of.problem, full_support=True))
    star = list(of.problem.balls(280).policy())
    here, least = loss(of, pi, weights), loss(of, star, weights)
    assert not here < least
    if is_optimum(of, pi):
        assert here.overlaps(least)
    elif of.span < 100:
        assert here > least


@given(tables(least=2, zero_mass=False), st.data())
def test_each_pair_is_judged_best_by_the_true_margin(of: Tables, data: st.DataObject) -> None:
    """The slope of the loss in each margin h is σ(h) - σ(r_w - r_l): 0 at π*, else of the sign of the error."""
    star = of.problem.balls(280).log_policy()
    pi = data.draw(policies(of.problem, full_support=True))
    for a, b in pairs(of):
        margin = ball(of.beta) * ((star[a] - star[b]) - (ball(of.reference[a]) / ball(of.reference[b])).log())
        truth = log_logistic(of.reward[a] - of.reward[b])
        assert close(margin, of.reward[a] - of.reward[b], of.beta * 10 + max(map(abs, of.reward)), digits=200)
        assert log_logistic(margin).overlaps(truth)
        other = ball(of.beta) * ((ball(pi[a]) / ball(pi[b])).log() - (ball(of.reference[a] / of.reference[b])).log())
        slope = log_logistic(other).exp() - truth.exp()
        assert slope.contains(0) or (slope > 0) == (other > ball(of.reward[a] - of.reward[b]))
