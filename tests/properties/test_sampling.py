"""Best-of-n and rejection sampling against their exact laws: all samples enumerated, in fractions where they can be."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from tests.properties.definitions import Tables, ball, close, kl, tables, total

pytestmark = pytest.mark.usefixtures("high_precision")
F = Fraction

small = st.integers(1, 4).flatmap(lambda n: tables(size=n))


def best_of(of: Tables, n: int) -> list[Fraction]:
    """The law of the best of n draws, by all n-tuples; among equally good draws one is picked at random."""
    law = [F(0)] * len(of.reference)
    for drawn in product(of.support, repeat=n):
        chance = F(1)
        for y in drawn:
            chance *= of.reference[y]
        top = max(of.reward[y] for y in drawn)
        winners = [y for y in drawn if of.reward[y] == top]
        for y in winners:
            law[y] += chance / len(winners)
    return law


@given(small, st.integers(1, 4))
def test_the_law_of_best_of_n(of: Tables, n: int) -> None:
    """``F_k^n - F_(k-1)^n`` for the k-th level of reward, F its cumulative mass, shared as the reference shares it."""
    law, below = best_of(of, n), F(0)
    assert sum(law) == 1
    for level in sorted({of.reward[y] for y in of.support}):
        ties = [y for y in of.support if of.reward[y] == level]
        mass = sum((of.reference[y] for y in ties), F(0))
        for y in ties:
            assert law[y] == of.reference[y] / mass * ((below + mass) ** n - below**n)
        below += mass


@given(small, st.integers(1, 4))
def test_the_divergence_of_best_of_n(of: Tables, n: int) -> None:
    """``KL(best of n‖π_ref) <= log n - (n-1)/n``, and strictly less for n > 1: equality needs a continuum."""
    law = best_of(of, n)
    found, bound = of.balls.kl(law), arb(n).log() - ball(F(n - 1, n))
    assert close(found, kl(law, of.reference), F(1, 10**100))
    if n == 1 or len({of.reward[y] for y in of.support}) == 1:
        assert law == list(of.reference) and found.contains(0) and not found > bound
    else:
        assert 0 < found < bound


@given(small, st.integers(1, 4))
def test_best_of_n_is_below_the_frontier(of: Tables, n: int) -> None:
    """At any β the best of n loses β KL(law‖π*) against the optimum; and more draws earn no less."""
    law, more = best_of(of, n), best_of(of, n + 1)
    gap = of.balls.objective() - of.balls.objective(law)
    assert not gap < 0 and gap.overlaps(of.balls.regret(law))
    earned = [sum((p * r for p, r in zip(each, of.reward, strict=True)), F(0)) for each in (law, more)]
    assert earned[0] <= earned[1]


def acceptance(of: Tables) -> list[arb]:
    """A proposal y of the reference is accepted with e^((r(y) - max r)/β)."""
    top = max(of.reward[y] for y in of.support)
    return [ball((r - top) / of.beta).exp() if p else arb(0) for p, r in zip(of.reference, of.reward, strict=True)]


@given(small, st.integers(1, 3))
def test_rejection_sampling_draws_from_the_optimum(of: Tables, rounds: int) -> None:
    """Given that round m accepts, the draw is from π*, for each m; so it is from π* however long it takes.

    Enumerated: all proposals of m rounds, the first m - 1 rejected.
    """
    accept, star = acceptance(of), of.balls.policy()
    law = [arb(0)] * len(of.reference)
    for proposed in product(of.support, repeat=rounds):
        chance = arb(1)
        for y in proposed[:-1]:
            chance *= ball(of.reference[y]) * (1 - accept[y])
        last = proposed[-1]
        law[last] += chance * ball(of.reference[last]) * accept[last]
    for p, q in zip(star, law, strict=True):
        assert (p * total(law)).overlaps(q)
    if rounds == 1:
        assert all(close(p, q / total(law)) for p, q in zip(star, law, strict=True))


@given(small)
def test_the_cost_of_rejection_sampling(of: Tables) -> None:
    """``e^(max r/β)/Z`` proposals on average: ``Σ m a (1-a)^(m-1) = 1/a``; the remainder is ``(1-a)^M (M + 1/a)``."""
    a = total(ball(p) * q for p, q in zip(of.reference, acceptance(of), strict=True))
    top = max(of.reward[y] for y in of.support)
    cost = (ball(top / of.beta) - of.problem.balls(80).log_partition()).exp()
    partial, survived = arb(0), arb(1)
    for m in range(1, 9):
        partial += m * a * survived
        survived *= 1 - a
        assert close(partial + survived * (m + 1 / a), cost, digits=30)
        assert not partial > cost
    assert not cost < 1 and not cost > 1 / ball(sum(of.reference[y] for y in of.support if of.reward[y] == top))


@given(small)
def test_a_metropolis_step_keeps_the_optimum(of: Tables) -> None:
    """Propose from the reference, accept with min(1, e^((r' - r)/β)): flows balance in detail, so π* P = π*."""
    star, n = of.balls.policy(), len(of.reference)
    step = [[arb(0)] * n for _ in range(n)]
    for y in of.support:
        for z in of.support:
            rise = of.reward[z] - of.reward[y]
            accepted = arb(1) if rise >= 0 else ball(rise / of.beta).exp()
            step[y][z] += ball(of.reference[z]) * accepted
            step[y][y] += ball(of.reference[z]) * (1 - accepted)
    for y in of.support:
        assert star[y].overlaps(total(star[z] * step[z][y] for z in of.support))
        for z in of.support:
            assert (star[y] * step[y][z]).overlaps(star[z] * step[z][y])
