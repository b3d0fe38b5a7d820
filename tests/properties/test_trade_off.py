"""What a nat of KL buys: slopes of the frontier against exact derivatives and differences, and its concavity."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from flint import arb
from hypothesis import assume, given
from hypothesis import strategies as st

from symkl.strategies import policies, temperatures
from tests.properties.definitions import Tables, ball, close, objective, optimum, tables, total

pytestmark = pytest.mark.usefixtures("high_precision")
F = Fraction


def slopes(of: Tables) -> tuple[arb, arb]:
    """dE[r]/dβ and dKL/dβ by the rules for products and quotients, from ``dw/dβ = -r/β² w`` of every weight w.

    Rewards count from their maximum, exactly, which changes neither: else the two products would cancel.
    """
    beta, top = ball(of.beta), max(of.reward[y] for y in of.support)
    rows = [(ball(of.reference[y]), ball(of.reward[y] - top)) for y in of.support]
    w = [p * (r / beta).exp() for p, r in rows]
    dw = [-r / (beta * beta) * u for (_, r), u in zip(rows, w, strict=True)]
    z, dz = total(w), total(dw)
    dp = [(d * z - u * dz) / (z * z) for u, d in zip(w, dw, strict=True)]  # of each π*
    reward = total(d * r for d, (_, r) in zip(dp, rows, strict=True))
    # KL = Σ π* log(π*/π_ref): the product rule; Σ dπ* = 0 is not used
    logs = [r / beta - z.log() for _, r in rows]
    dlogs = [-r / (beta * beta) - dz / z for _, r in rows]
    star = [u / z for u in w]
    divergence = total(d * g + p * h for d, g, p, h in zip(dp, logs, star, dlogs, strict=True))
    return reward, divergence


@given(tables())
def test_slopes_are_the_variance(of: Tables) -> None:
    """``dE[r]/dβ = -Var(r)/β²``, ``dKL/dβ = -Var(r)/β³`` and so ``dE[r]/dKL = β``, at every temperature."""
    reward, divergence = slopes(of)
    beta, spread = ball(of.beta), of.balls.variance()
    assert reward.overlaps(-spread / (beta * beta))
    assert divergence.overlaps(-spread / (beta * beta * beta))
    assert reward.overlaps(beta * divergence)
    if of.span:
        assert reward < 0 and close(-reward * beta * beta, spread)
        assert close(spread, -reward * beta * beta)
    (point,) = of.balls.frontier([of.beta])
    assert point.slope.overlaps(beta) and (reward.contains(0) or (reward - point.slope * divergence).contains(0))


@given(tables(), st.sampled_from([30, 40]))
def test_slopes_against_differences(of: Tables, k: int) -> None:
    """Central differences of symkl's E[r], KL and β log Z at β(1 ± 10^-k) in 400 digits meet the slopes.

    The third is ``d(β log Z)/dβ = -KL``. A central difference is off by the third derivative times ``h²/6``. With
    ``x = span/β`` and the cumulants κ of the reward, ``dκ_n/dβ = -κ_(n+1)/β²``, ``|κ_3| <= span κ_2`` and
    ``|κ_4| <= 2 span² κ_2``, so relative to the slope that is less than ``4 (1 + x)² 10^-2k`` for the first two; as
    ``κ_2/β² <= (2 + x) KL``, less than ``8 (1 + x)³ 10^-2k`` for the third. A factor 10 covers κ_2 moving within ±h.
    """
    x = of.span / of.beta
    assume(of.span and x < 200)
    h = of.beta / F(10) ** k
    problem = of.problem.digits(400)
    low, high, here = problem.at(of.beta - h), problem.at(of.beta + h), problem
    context = mpmath.mp.clone()
    context.dps = 400
    beta, step = (context.mpf(v.numerator) / v.denominator for v in (of.beta, h))
    spread, allowed = here.variance(), 100 * (1 + float(x)) ** 3 * context.mpf(10) ** (-2 * k)
    reward = (high.expected_reward() - low.expected_reward()) / (2 * step)
    divergence = (high.kl() - low.kl()) / (2 * step)
    value = (high.objective() - low.objective()) / (2 * step)
    assert abs(reward / (-spread / beta**2) - 1) < allowed
    assert abs(divergence / (-spread / beta**3) - 1) < allowed
    assert abs(value / -here.kl() - 1) < allowed


three = st.lists(temperatures(), min_size=3, max_size=3, unique=True).map(sorted)


@given(tables(), three)
def test_the_frontier_is_concave(of: Tables, betas: list[Fraction]) -> None:
    """E[r] as a function of KL is concave and increasing: of three points the middle one lies above the chord,

    and the slope of a chord lies between the temperatures at its ends (the mean value theorem on dE/dKL = β).
    """
    assume(of.span)
    cold, middle, hot = of.problem.balls(250).frontier(betas)
    assert not hot.kl > middle.kl and not middle.kl > cold.kl
    assert not hot.expected_reward > cold.expected_reward
    width, height = cold.kl - hot.kl, cold.expected_reward - hot.expected_reward
    above = (middle.expected_reward - hot.expected_reward) * width - height * (middle.kl - hot.kl)
    assert not above < 0
    for first, second in ((cold, middle), (middle, hot), (cold, hot)):
        run, rise = first.kl - second.kl, first.expected_reward - second.expected_reward
        assert not rise < first.beta * run and not rise > second.beta * run
        # Far below the gap between rewards all points are the same one, up to e^(-gap/β).
        if run > ball(F(1, 10**120)):
            assert first.beta * run < rise < second.beta * run
    if (cold.kl - middle.kl) * (middle.kl - hot.kl) > ball(F(1, 10**60)):
        assert above > 0


@given(tables(), st.data())
def test_every_policy_lies_below_every_tangent(of: Tables, data: st.DataObject) -> None:
    """``E_π[r] <= E* + β (KL(π‖π_ref) - KL*)`` at every β: the frontier is the most reward at its divergence."""
    pi, beta = data.draw(policies(of.problem)), data.draw(temperatures())
    (point,) = of.balls.frontier([beta])
    here = Tables(of.reference, of.reward, beta)
    tangent = point.expected_reward + ball(beta) * (of.balls.kl(pi) - point.kl)
    assert not of.balls.expected_reward(pi) > tangent
    assert point.objective.overlaps(point.expected_reward - ball(beta) * point.kl)
    assert point.objective.overlaps(objective(here, optimum(here)))
    assert (point.objective / ball(beta)).overlaps(point.log_partition)


@given(tables(), temperatures(), temperatures())
def test_the_optimum_of_one_temperature_is_not_that_of_another(of: Tables, one: Fraction, two: Fraction) -> None:
    """What π* at one temperature loses at another: ``J_β(π*_β) - J_β(π*_τ) = β KL(π*_τ‖π*_β) >= 0``."""
    here, there = Tables(of.reference, of.reward, one), Tables(of.reference, of.reward, two)
    gap = objective(here, optimum(here)) - objective(here, optimum(there))
    rival = there.problem.balls(280).policy()
    assert not gap < 0 and gap.overlaps(here.problem.balls(100).regret(rival))
