"""The optimum of E[r] - β KL, certified: what it is, that nothing beats it, and by how much everything else loses."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb
from hypothesis import assume, given
from hypothesis import strategies as st

from symkl.language.terms import free_variables
from symkl.problems import FiniteProblem
from symkl.refuting.cases import Case, Shape
from symkl.refuting.evaluating import evaluate, points
from symkl.strategies import distributions, policies, rewards, temperatures
from tests.book import page
from tests.properties.definitions import (
    Tables,
    ball,
    close,
    is_optimum,
    kl,
    mean,
    objective,
    optimum,
    partition,
    scale,
    tables,
    total,
    variance,
    visible,
)

pytestmark = pytest.mark.usefixtures("high_precision")
F = Fraction


@given(tables())
def test_the_optimum_is_the_reference_tilted_by_the_reward(of: Tables) -> None:
    """π* = π_ref e^(r/β) / Z, log π* its logarithm, and both sum up as they should."""
    found, logs, expected = of.balls.policy(), of.balls.log_policy(), optimum(of)
    for y in range(len(of.reference)):
        if y in of.support:
            assert found[y] > 0 and close(found[y], expected[y])
            assert close(logs[y], expected[y].log(), abs(ball(of.reward[y] / of.beta)))
        else:
            assert found[y].is_zero() and not logs[y].is_finite() and logs[y] < 0
    assert close(total(found), 1)
    assert close(of.balls.log_partition(), partition(of).log(), max(map(abs, of.reward)) / of.beta)


@given(tables(), st.data())
def test_no_policy_beats_the_optimum(of: Tables, data: st.DataObject) -> None:
    """J(π) <= J(π*) = β log Z, with equality only at π*, and the gap is β KL(π‖π*)."""
    pi = data.draw(policies(of.problem))
    here, best, value = objective(of, pi), objective(of, optimum(of)), of.balls.objective()
    beta = ball(of.beta)
    assert best.overlaps(beta * partition(of).log())
    assert close(value, best, max(map(abs, of.reward)))
    gap, regret = best - here, of.balls.regret(pi)
    assert gap.overlaps(beta * kl(pi, optimum(of))) and gap.overlaps(regret)
    if is_optimum(of, pi):
        assert gap.contains(0) and regret.contains(0) and regret.rad() < 1e-45
    else:
        assert not regret < 0 and not gap < 0
        if visible(regret, scale(of, pi)):
            assert regret > 0 and gap > 0 and close(regret, gap)
    assert close(of.balls.objective(pi), here, scale(of, pi))


@given(tables(), st.data())
def test_the_optimum_in_balls_attains_the_value(of: Tables, data: st.DataObject) -> None:
    """J at symkl's π*, computed by the definition of J, is certainly no less than J at any policy."""
    star = of.problem.balls(280).policy()
    best, other = objective(of, star), objective(of, data.draw(policies(of.problem)))
    assert close(best, ball(of.beta) * partition(of).log(), max(map(abs, of.reward)))
    assert not best < other


@given(tables(least=2), st.sampled_from([F(1, 2), F(1, 100), F(1, 10**6), F(1, 10**12), F(1, 10**20)]), st.data())
def test_no_step_inside_the_simplex_improves(of: Tables, size: Fraction, data: st.DataObject) -> None:
    """Mass moved from one response to another, or towards any policy, loses: to second order β/2 Σ (step)²/π*.

    A step ε between a and b, t = ε / min(π*_a, π*_b) <= 1/2, loses ``β Σ π* h(±ε/π*)`` with
    ``h(u) = (1+u) log(1+u) - u``, and ``|h(u) / (u²/2) - 1| <= |u|`` there: a quadratic loss within a factor 1 ± t.
    """
    star = of.problem.balls(280).policy()
    heavy = [y for y in of.support if star[y] > ball(F(1, 10**60))]
    assume(len(heavy) > 1)
    a, b = data.draw(st.permutations(heavy))[:2]
    step = ball(size) * (star[a] if star[a] < star[b] else star[b])
    moved = [p + (step if y == a else -step if y == b else 0) for y, p in enumerate(star)]
    lost = objective(of, star) - objective(of, moved)
    quadratic = ball(of.beta) / 2 * step**2 * (1 / star[a] + 1 / star[b])
    assert lost > 0
    assert abs(lost / quadratic - 1) <= ball(size)


@given(tables(), st.sampled_from([F(1), F(1, 2), F(1, 10**3), F(1, 10**15)]), st.data())
def test_no_mixture_with_the_optimum_improves(of: Tables, share: Fraction, data: st.DataObject) -> None:
    """J is strictly concave: on the way from π* to any policy it falls, and lies above the chord."""
    pi, star = data.draw(policies(of.problem)), optimum(of)
    assume(not is_optimum(of, pi))
    mixed = [(1 - ball(share)) * p + ball(share) * ball(q) for p, q in zip(star, pi, strict=True)]
    best, there, end = (objective(of, each) for each in (star, mixed, pi))
    chord = (1 - ball(share)) * best + ball(share) * end
    assert not there > best and not there < chord
    if visible(of.balls.regret(pi) * ball(share) ** 2, scale(of, pi)):
        assert there < best and (share == 1 or there > chord)


@given(tables())
def test_the_optimum_is_stationary(of: Tables) -> None:
    """r - β (log(π*/π_ref) + 1) - λ = 0 at every response, with the multiplier λ = β log Z - β."""
    beta, star, log_z = ball(of.beta), of.balls.policy(), of.balls.log_partition()
    multiplier = beta * log_z - beta
    for y in of.support:
        log_ratio = (star[y] / ball(of.reference[y])).log()
        slope = ball(of.reward[y]) - beta * (log_ratio + 1) - multiplier
        size = abs(ball(of.reward[y])) + beta * (abs(log_ratio) + 1 + abs(log_z))
        assert close(slope, 0, size)
        also = of.balls.log_policy()[y] - ball(of.reference[y]).log()
        assert also.overlaps(log_ratio)


# -- the derivations --------------------------------------------------------------------------------


def concluded(name: str, theorem: str, of: Tables) -> list[arb]:
    """What the step of a derivation that states a theorem has on its right side, for each response if it has one."""
    derivation = page(name)
    (step,) = (step for step in derivation.steps if step.theorem == theorem)
    assert step.statement is not None
    term = step.statement.right
    case = Case(
        {"y": len(of.reference)},
        {"β": of.beta},
        {
            Shape("π_ref", ("y",), ()): {(y,): p for y, p in enumerate(of.reference)},
            Shape("r", (), ("y",)): {(y,): r for y, r in enumerate(of.reward)},
        },
    )
    where = points(free_variables(term), case.alphabets)
    return [evaluate(term, case, derivation.context, at, bits=768) for at in where]


@given(tables())
def test_both_derivations_give_the_same_policy(of: Tables) -> None:
    """Lagrange's method and the rewriting as a KL divergence conclude with one and the same π*, which is symkl's."""
    found = [concluded(name, "optimal-policy", of) for name in ("lagrangian", "kl_rewriting")]
    for first, second, known in zip(*found, of.balls.policy(), strict=True):
        assert first.overlaps(second) and close(first, second)
        assert first.overlaps(known) and second.overlaps(known)


@given(tables())
def test_the_derived_value_is_the_maximum(of: Tables) -> None:
    """β log Z, as the second derivation concludes, is J at the optimum of the definition."""
    (value,) = concluded("kl_rewriting", "optimal-value", of)
    assert close(value, objective(of, optimum(of)), max(map(abs, of.reward)))


# -- any policies --------------------------------------------------------------------------------------


@given(tables(), st.data())
def test_quantities_of_any_policy_are_their_definitions(of: Tables, data: st.DataObject) -> None:
    """E_π[r], Var_π(r), KL(π‖ρ); and Gibbs' inequality: KL >= 0, and 0 only between equal distributions."""
    pi, rho = data.draw(policies(of.problem)), data.draw(policies(of.problem, full_support=True))
    size = max(map(abs, of.reward))
    assert close(of.balls.expected_reward(pi), mean(pi, of.reward), size)
    assert close(of.balls.variance(pi), variance(pi, of.reward), F(size) ** 2 / 10**60)
    found = of.balls.kl(pi, rho)
    if pi == rho:
        assert close(found, 0, 1)
    else:
        assert found > 0 and close(found, kl(pi, rho))
    assert close(of.balls.expected_reward(), mean(optimum(of), of.reward), size)
    assert of.balls.variance().overlaps(variance(optimum(of), of.reward))
    if of.span:
        assert of.balls.kl() > 0 and close(of.balls.kl(), kl(optimum(of), of.reference))
    else:
        assert of.balls.kl().contains(0)


@given(tables(least=2), st.data())
def test_mass_where_the_reference_has_none_costs_everything(of: Tables, data: st.DataObject) -> None:
    """KL(π‖π_ref) is infinite, and J(π) minus infinity, exactly where π has mass outside the support."""
    pi = data.draw(distributions(len(of.reference)))
    outside = any(p > 0 and q == 0 for p, q in zip(pi, of.reference, strict=True))
    assert (of.balls.kl(pi) == arb.pos_inf()) == outside
    assert (of.balls.objective(pi) == arb.neg_inf()) == outside


@given(tables(), st.data())
def test_every_function_bounds_a_divergence(of: Tables, data: st.DataObject) -> None:
    """Donsker and Varadhan: E_π[f] - log E_ref[e^f] <= KL(π‖π_ref) for every f, with equality at f = log(π/π_ref)."""
    pi, f = data.draw(policies(of.problem)), data.draw(rewards(len(of.reference)))
    divergence = of.balls.kl(pi)
    log_mean = FiniteProblem(list(of.reference), list(f), 1).balls(200).log_partition()
    assert not mean(pi, f) - log_mean > divergence
    ratio = [ball(p) / ball(q) if q else arb(0) for p, q in zip(pi, of.reference, strict=True)]
    attained = mean(pi, [u.log() if not u.is_zero() else arb(0) for u in ratio]) - mean(of.reference, ratio).log()
    assert attained.overlaps(divergence)


# -- many prompts ----------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 4), min_size=1, max_size=3), temperatures(), st.data())
def test_every_prompt_is_a_problem_of_its_own(sizes: list[int], beta: Fraction, data: st.DataObject) -> None:
    """With many prompts, rows or labels in any order, each gets the answers that it gets alone."""
    alone = [data.draw(tables(size=n, beta=st.just(beta))) for n in sizes]
    rows = FiniteProblem([list(of.reference) for of in alone], [list(of.reward) for of in alone], beta).balls(50)
    entries = [(x, y) for x, of in enumerate(alone) for y in range(len(of.reference))]
    mixed = data.draw(st.permutations(entries))
    flat = FiniteProblem(
        [alone[x].reference[y] for x, y in mixed], [alone[x].reward[y] for x, y in mixed], beta,
        prompts=[x for x, _ in mixed],
    ).balls(50)  # fmt: skip
    expected = {(x, y): p for x, of in enumerate(alone) for y, p in enumerate(optimum(of))}
    for place, p in zip(entries, rows.policy().ravel(), strict=True):
        assert p.overlaps(expected[place])
    for place, p in zip(mixed, flat.policy(), strict=True):
        assert p.overlaps(expected[place])
    for problem in (rows, flat):
        for x, log_z, value, divergence in zip(
            problem.prompts, problem.log_partition(), problem.objective(), problem.kl(), strict=True
        ):
            of = alone[x]
            assert log_z.overlaps(partition(of).log())
            assert value.overlaps(ball(beta) * partition(of).log())
            assert divergence.overlaps(kl(optimum(of), of.reference))
