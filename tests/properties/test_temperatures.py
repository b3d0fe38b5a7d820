"""Both ends of the temperature, with rates that hold at every β between 1e-6 and 1e12."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given

from tests.properties.definitions import Tables, ball, close, mean, tables, total, variance

pytestmark = pytest.mark.usefixtures("high_precision")
F = Fraction


def best(of: Tables) -> list[int]:
    """The responses of the largest reward, ties decided in fractions; what has no mass is no response."""
    top = max(of.reward[y] for y in of.support)
    return [y for y in of.support if of.reward[y] == top]


def deviations(of: Tables) -> tuple[list[Fraction], Fraction, Fraction]:
    """``d = r - E_ref[r]``, ``Var_ref(r)`` and ``E_ref[r]``, exact."""
    centre = sum((p * r for p, r in zip(of.reference, of.reward, strict=True)), F(0))
    away = [r - centre for r in of.reward]
    return away, sum((p * d * d for p, d in zip(of.reference, away, strict=True)), F(0)), centre


# -- small β ---------------------------------------------------------------------------------------


@given(tables())
def test_what_the_best_responses_lack_decays_at_the_rate_of_the_gap(of: Tables) -> None:
    """``q e^(-Δ/β) <= 1 - π*(A) <= (1-m)/m e^(-Δ/β)``: m the mass of the best responses A, q that of the second best.

    Above: Z is at least its part from A, and no shortfall is below Δ. Below: ``Z <= e^(M/β)``. The right side exceeds
    the middle by a factor of at least ``1 + q e^(-Δ/β)``, so it is certainly larger where 50 digits can show that.
    """
    top, star = best(of), of.balls.policy()
    others = [y for y in of.support if y not in top]
    mass = sum((of.reference[y] for y in top), F(0))
    lost = total(star[y] for y in others)
    if not others:
        assert lost.is_zero() and all(close(star[y], of.reference[y]) for y in top)
        return
    gap = of.reward[top[0]] - max(of.reward[y] for y in others)
    second = sum((of.reference[y] for y in others if of.reward[y] == of.reward[top[0]] - gap), F(0))
    decay = ball(-gap / of.beta).exp()
    upper, lower = ball((1 - mass) / mass) * decay, ball(second) * decay
    assert not lost > upper and not lost < lower
    if ball(second) * decay > ball(F(1, 10**40)):
        assert lower < lost < upper
    assert close(lost, 1 - total(star[y] for y in top), 1)


@given(tables())
def test_ties_are_shared_as_the_reference_shares_them(of: Tables) -> None:
    """π*(a)/π*(b) = π_ref(a)/π_ref(b) among the best at every β; what the reference never says is never said."""
    top, star = best(of), of.balls.policy()
    for y in top:
        assert (star[y] * ball(of.reference[top[0]])).overlaps(star[top[0]] * ball(of.reference[y]))
    for y, p in enumerate(of.reference):
        assert star[y].is_zero() == (p == 0)


@given(tables())
def test_the_soft_maximum_lies_below_the_maximum(of: Tables) -> None:
    """``M + β log m <= β log Z <= M``, so that β log Z -> M at the rate β; and ``E[r] >= M - span (1 - π*(A))``."""
    top, value = best(of), of.balls.objective()
    largest, mass = of.reward[top[0]], sum((of.reference[y] for y in best(of)), F(0))
    floor = ball(largest) + ball(of.beta) * ball(mass).log()
    if not of.span:
        assert value.contains(ball(largest)) or value.overlaps(ball(largest))
        return
    assert not value > ball(largest) and not value < floor
    assert value < ball(largest) or ball(of.beta) * (1 - ball(mass)) < ball(F(1, 10**40)) * abs(ball(largest))
    lost = 1 - total(of.balls.policy()[y] for y in top)
    assert not of.balls.expected_reward() < ball(largest) - ball(of.span) * lost


@given(tables())
def test_the_divergence_approaches_what_the_best_cost(of: Tables) -> None:
    """``s log(s/m) + (1-s) log((1-s)/(1-m)) <= KL(π*‖π_ref) <= -log m``, s = π*(A): from below by merging responses."""
    top, star = best(of), of.problem.balls(200).policy()
    mass = sum((of.reference[y] for y in top), F(0))
    found = of.problem.balls(200).kl()
    assert not found > -ball(mass).log()
    if mass == 1:
        return
    others = total(star[y] for y in of.support if y not in top)
    share = total(star[y] for y in top)
    coarse = share * (share / ball(mass)).log() + others * (others / ball(1 - mass)).log()
    assert not found < coarse


# -- large β ---------------------------------------------------------------------------------------


@given(tables())
def test_no_probability_moves_by_more_than_the_span(of: Tables) -> None:
    """``(l - h)/β <= log(π*/π_ref) <= (r - E_ref r)/β <= (h - l)/β``, strictly where rewards differ."""
    star, away = of.problem.balls(120).log_policy(), deviations(of)[0]
    bound = ball(of.span / of.beta)
    for y in of.support:
        ratio = star[y] - ball(of.reference[y]).log()
        if of.span:
            assert abs(ratio) < bound
            assert ratio < ball(away[y] / of.beta) <= bound
        else:
            assert close(ratio, 0, 1)


@given(tables())
def test_probabilities_move_by_reward_over_temperature(of: Tables) -> None:
    """``|β(π*/π_ref - 1) - d| <= span²/β e^(2 span/β)`` with ``d = r - E_ref[r]``, and with the next term

    ``|β(π*/π_ref - 1) - d - (d² - Var_ref r)/(2β)| <= span³/β² e^(2 span/β)``.

    With ``u = d/β``, ``s = span/β`` and ``Z' = E_ref[e^u]``, where ``|u| <= s``: ``π*/π_ref - 1 = e^u/Z' - 1``, and by
    Jensen ``Z' >= 1``. Taylor's remainder gives ``|e^u - 1 - u| <= s²/2 e^s``, so also ``Z' - 1 <= s²/2 e^s``, and
    ``|e^u - Z'(1 + u)| <= s²/2 e^s + (1 + s) s²/2 e^s <= s² e^(2s)``. One order further, with ``v = E_ref[u²] <= s²``,
    ``|e^u - Z'(1 + u + (u² - v)/2)| <= s³ (e^s/6 + (1 + s/2)/2 + e^s (1 + s + s²/2)/6) <= s³ e^(2s)``.
    """
    star, (away, spread, _) = of.problem.balls(250).policy(), deviations(of)
    beta, span = ball(of.beta), ball(of.span)
    growth = (2 * span / beta).exp()
    for y in of.support:
        moved = beta * (star[y] / ball(of.reference[y]) - 1)
        first = abs(moved - ball(away[y]))
        second = abs(moved - ball(away[y]) - ball((away[y] ** 2 - spread) / (2 * of.beta)))
        if not of.span:
            assert first.contains(0)
            continue
        assert first <= span * span / beta * growth
        assert second <= span * span * span / (beta * beta) * growth


@given(tables())
def test_values_move_by_the_variance(of: Tables) -> None:
    """Three rates, at every β, with ``v = Var_ref(r)`` and ``s = span``:

    ``|β log Z - E_ref r - v/(2β)| <= s³/(6β²)``, ``|E[r] - E_ref r - v/β| <= s³/(2β²)`` and
    ``|KL - v/(2β²)| <= s³/(3β³)``.

    ``F(η) = log E_ref[e^(ηd)]`` at ``η = 1/β`` has ``F(0) = F'(0) = 0``, ``F'' = Var`` and as ``F'''`` the third
    central moment of the tilted rewards, at most s³. So ``|F''(u) - v| <= u s³``, and the three are ``F(η)/η``,
    ``F'(η)`` and ``ηF'(η) - F(η) = ∫ u F''(u) du``.
    """
    _, spread, centre = deviations(of)
    problem, beta, cube = of.problem.balls(250), of.beta, ball(of.span) * ball(of.span) * ball(of.span)
    value = problem.objective() - ball(centre) - ball(spread / (2 * beta))
    reward = problem.expected_reward() - ball(centre) - ball(spread / beta)
    divergence = problem.kl() - ball(spread / (2 * beta * beta))
    if not of.span:
        assert value.contains(0) and reward.contains(0) and divergence.contains(0)
        return
    assert abs(value) <= cube / ball(6 * beta**2)
    assert abs(reward) <= cube / ball(2 * beta**2)
    assert abs(divergence) <= cube / ball(3 * beta**3)


@given(tables())
def test_the_temperature_is_a_unit_of_reward(of: Tables) -> None:
    """Only r/β matters: rewards times c at temperature c β give the same π*, log Z and KL, and c times the values."""
    c = F(7, 3)
    other = Tables(of.reference, tuple(c * r for r in of.reward), c * of.beta).balls
    this = of.balls
    assert all(p.overlaps(q) for p, q in zip(this.policy(), other.policy(), strict=True))
    assert this.log_partition().overlaps(other.log_partition()) and this.kl().overlaps(other.kl())
    assert (ball(c) * this.objective()).overlaps(other.objective())
    assert (ball(c * c) * this.variance()).overlaps(other.variance())


@given(tables(zero_mass=False))
def test_rewards_are_seen_through_the_policy(of: Tables) -> None:
    """``Var_{π*}(r) <= span²/4`` (Popoviciu), and it is positive exactly where rewards differ."""
    found = of.balls.variance()
    assert not found > ball(of.span) * ball(of.span) / 4
    assert found > 0 if of.span else found.contains(0)
    assume(of.span)
    star = of.problem.balls(280).policy()
    assert found.overlaps(variance(star, of.reward))
    assert of.balls.expected_reward().overlaps(mean(star, of.reward))
