"""What a page of derivations/ concludes, put into numbers, is what FiniteProblem and plain enumeration say.

Each formula is evaluated as it stands on the page, in balls; the other side never looks at the page. Two balls agree if
they overlap and are both small.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

import symkl.language.terms as t
from symkl.derivations.derivation import Kind, Step
from symkl.problems import FiniteProblem
from symkl.refuting.cases import Case
from symkl.refuting.evaluating import direction, evaluate, needed
from symkl.strategies import distributions, rewards, temperatures
from tests.book import page

BITS, DIGITS = 600, 50
Tables = Mapping[str, Any]

pytestmark = pytest.mark.usefixtures("high_precision")
few = settings(max_examples=25)
mild = st.fractions(Fraction(1, 5), 5, max_denominator=20)
"""Temperatures at which nothing is extreme."""


# -- a page in numbers -----------------------------------------------------------------------


def step(name: str, left: str, relation: str = "=", nth: int = 0) -> Step:
    """The nth step whose left side reads so."""
    found = [s for s in page(name).steps if s.statement and (s.left.text, s.relation) == (left, relation)]
    assert found, f"{name} has no step {left!r} {relation}: {[s.left.text for s in page(name).steps]}"
    return found[nth]


def sides(found: Step) -> tuple[t.Term, t.Term]:
    """Both sides of what a step states."""
    assert found.statement is not None
    return found.statement.left, found.statement.right


def theorem(name: str, of: str) -> tuple[t.Term, t.Term]:
    """Both sides of the step that states a named theorem."""
    (found,) = [s for s in page(name).steps if s.theorem == of]
    return sides(found)


def theorem_last(name: str) -> tuple[t.Term, t.Term]:
    """Both sides of what a page concludes."""
    return sides(page(name).conclusion)


def value(name: str, term: t.Term, tables: Tables, **at: int) -> arb:
    """A term of a page where its symbols have these values, at the given indices.

    A table is nested as deep as its symbol has arguments, outcomes first. What a page supposes of a symbol (``r`` is
    λ - β π_ref/q, say) the tables must satisfy.
    """
    context = page(name).context
    needs = needed([term], context)
    alphabets: dict[str, int] = {}
    filled = {}
    for shape in needs.shapes:
        filled[shape] = dict(_entries(tables[shape.symbol], len(shape.arguments)))
        for i, sort in enumerate(shape.arguments):
            alphabets[sort] = 1 + max(place[i] for place in filled[shape])
    scalars = {symbol: Fraction(tables[symbol]) for symbol in needs.scalars}
    places = {v: at[v.name] for v in t.free_variables(term)}
    for sort in needs.sorts:
        alphabets.setdefault(sort, 1)
    return evaluate(term, Case(alphabets, scalars, filled), context, places, BITS)


def _entries(table: Any, depth: int) -> list[tuple[tuple[int, ...], Fraction]]:
    if depth == 0:
        return [((), Fraction(table))]
    return [((i, *place), x) for i, row in enumerate(table) for place, x in _entries(row, depth - 1)]


def defined(name: str, symbol: str) -> t.Term:
    """What a page defines a symbol as, at the symbol's own indices."""
    return page(name).context.definitions[symbol].body


def same(left: arb, right: Any) -> bool:
    """Whether two balls overlap, and hold 20 digits or nothing above 1e-20."""
    left, right = exact(left), exact(right)
    small = [x.rad() <= arb("1e-20") * max(arb(1), abs(x.mid())) for x in (left, right)]
    return bool(left.overlaps(right)) and all(small)


def exact(number: Any) -> arb:
    """A number as a ball."""
    if isinstance(number, arb):
        return number
    return arb(fmpq(Fraction(number).numerator, Fraction(number).denominator))


def near(left: arb, right: Any, within: Any) -> bool:
    """Whether two balls certainly differ by no more than ``within``."""
    return bool(abs(exact(left) - exact(right)) <= exact(within))


# -- random problems -------------------------------------------------------------------------


@st.composite
def cases(draw: st.DrawFn, *, beta: st.SearchStrategy[Fraction] | None = None, least: int = 1) -> dict[str, Any]:
    """A reference, two policies, a reward and a temperature over the same responses."""
    size = draw(st.integers(least, 4))
    rows = [draw(distributions(size, zero_mass=False)) for _ in range(3)]
    return dict(zip(("π_ref", "π", "π_old"), rows, strict=True)) | {
        "r": draw(rewards(size)),
        "β": draw(temperatures() if beta is None else beta),
    }


def problem(case: Tables) -> FiniteProblem:
    """The problem that a case is, certified."""
    return FiniteProblem(case["π_ref"], case["r"], case["β"]).balls(DIGITS)


def responses(case: Tables) -> range:
    """The indices of the responses."""
    return range(len(case["π_ref"]))


def log_ratio_sum(p: Sequence[Any], q: Sequence[Any]) -> arb:
    """``Σ p log(p/q)``, added up."""
    return sum((exact(a) * (exact(a) / exact(b)).log() for a, b in zip(p, q, strict=True)), arb(0))


# -- the optimum and what follows from it ----------------------------------------------------


@few
@given(cases())
def test_lagrangian_finds_the_policy(case: Tables) -> None:
    star = theorem("lagrangian", "optimal-policy")[1]
    for y, expected in enumerate(problem(case).policy()):
        assert same(value("lagrangian", star, case, y=y), expected)


@few
@given(cases())
def test_rewriting_finds_the_value_and_the_regret(case: Tables) -> None:
    name, optimum = "kl_rewriting", problem(case)
    assert same(value(name, t.Scalar("Z"), case).log(), optimum.log_partition())
    assert same(value(name, theorem(name, "optimal-value")[1], case), optimum.objective())
    left, right = theorem(name, "regret")
    for side in (left, right):
        assert same(value(name, side, case), optimum.regret(case["π"]))


@few
@given(cases(), st.data())
def test_gibbs_counts_what_lies_outside_the_support(case: Tables, data: st.DataObject) -> None:
    left = theorem("gibbs", "gibbs")[0]
    optimum = problem(case)
    assert same(value("gibbs", left, {"p": case["π"], "q": case["π_old"]}), optimum.kl(case["π"], case["π_old"]))
    weights = data.draw(st.lists(mild, min_size=1, max_size=3))
    tables = {"s": case["π"], "u": case["π_ref"], "v": weights}
    total = 1 + sum(weights)
    whole = [*(p / total for p in case["π_ref"]), *(w / total for w in weights)]
    wide = FiniteProblem(whole, [0] * len(whole), 1).balls(DIGITS)
    divergence, outside = sides(next(s for s in page("gibbs").steps if s.left.text.startswith("KL(s")))
    assert same(value("gibbs", divergence, tables), wide.kl([*case["π"], *(0 for _ in weights)]))
    assert same(value("gibbs", outside, tables), Fraction(sum(weights), total))


@few
@given(cases())
def test_donsker_varadhan_at_both_temperatures(case: Tables) -> None:
    name = "donsker_varadhan"
    left = theorem(name, "donsker-varadhan")[0]
    assert same(value(name, left, case), problem(case).at(1).log_partition())
    assert same(value(name, t.Scalar("Z"), case).log(), problem(case).log_partition())


@few
@given(cases())
def test_trade_off_names_the_points_of_the_frontier(case: Tables) -> None:
    name = "trade_off"
    (point,) = problem(case).frontier([case["β"]])
    assert same(value(name, t.Scalar("E"), case), point.expected_reward)
    assert same(value(name, t.Scalar("K"), case), point.kl)
    assert same(value(name, t.Scalar("J"), case), point.objective)
    assert same(value(name, t.Scalar("V"), case), problem(case).variance())


@few
@given(cases(beta=mild))
def test_trade_off_gives_the_slopes_of_the_frontier(case: Tables) -> None:
    """Against a central difference, which is off by the square of its step."""
    name, h = "trade_off", Fraction(1, 10**12)
    small = dict(case, r=[max(-10, min(10, x)) for x in case["r"]])
    before, after = problem(small).frontier([case["β"] - h, case["β"] + h])
    for of, slope in (("expected_reward", theorem(name, "reward-slope")), ("kl", sides(step(name, "∂/∂β K")))):
        rise = exact(getattr(after, of) - getattr(before, of)) / exact(2 * h)
        for side in slope:
            assert near(value(name, side, small), rise, Fraction(1, 10**12))
    for side in theorem(name, "frontier-slope"):
        rise = exact(after.expected_reward - before.expected_reward) / exact(2 * h)
        assert near(value(name, side, small), rise, Fraction(1, 10**12))


@few
@given(cases(beta=st.just(Fraction(1))), st.integers(6, 9))
def test_limits_are_what_the_extremes_approach(case: Tables, far: int) -> None:
    name = "limits"
    r = [round(x) for x in case["r"]]
    at_best = [y for y in responses(case) if r[y] == max(r)]
    others = [y for y in responses(case) if r[y] < max(r)]
    cold, hot = (FiniteProblem(case["π_ref"], r, beta).balls(DIGITS) for beta in (Fraction(1, 1000), 10**far * 10**7))
    p = [case["π_ref"][y] for y in at_best]
    limit = theorem(name, "limit-small-beta")[1]
    for i, y in enumerate(at_best):
        assert near(value(name, limit, {"p": p}, a=i), cold.policy()[y], Fraction(1, 10**30))
    for y in others:
        assert near(cold.policy()[y], 0, Fraction(1, 10**30))
    gains = step(name, "lim_{β→∞} β (π*(y)/π_ref(y) − 1)")
    for y in responses(case):
        gain = hot.beta * (hot.policy()[y] / exact(case["π_ref"][y]) - 1)
        assert near(value(name, sides(gains)[1], {"π_ref": case["π_ref"], "r": r}, y=y), gain, Fraction(1, 10))


@few
@given(cases(), st.data())
def test_dpo_solves_for_the_reward(case: Tables, data: st.DataObject) -> None:
    reward = theorem("dpo", "dpo-reward")[1]
    for y in responses(case):
        assert same(value("dpo", reward, case, y=y), case["r"][y])
    small = dict(case, β=data.draw(mild))
    y_w, y_l = (data.draw(st.sampled_from(responses(case))) for _ in range(2))
    ratios = [exact(small["β"]) * (exact(p) / exact(q)).log() for p, q in zip(case["π"], case["π_ref"], strict=True)]
    for side in theorem("dpo", "dpo-loss"):
        assert same(value("dpo", side, small, y_w=y_w, y_l=y_l), (1 + (ratios[y_l] - ratios[y_w]).exp()).log())


@settings(max_examples=8)
@given(st.fractions(Fraction(1, 20), Fraction(3, 4), max_denominator=30), mild)
def test_countable_is_what_truncations_approach(target: Fraction, beta: Fraction) -> None:
    """The reference (1 - q) q^k with reward k, cut off where q e^(1/β), about ``target``, has decayed below 1e-40."""
    name, tolerance = "countable", Fraction(1, 10**30)
    q = fraction(exact(target) * (-1 / exact(beta)).exp(), 40)
    ratio = exact(q) * (1 / exact(beta)).exp()
    m = fraction(ratio / (1 - ratio), 200)  # on the page m is any number; here it is the one that goes with q and β
    size = next(k for k in range(1, 1000) if target**k < Fraction(1, 10**40))
    weights = [q**k for k in range(size)]
    total = sum(weights)
    optimum = FiniteProblem([w / total for w in weights], range(size), beta).balls(DIGITS)
    tables = {"A": 1 - q, "m": m}
    z = value(name, sides(step(name, "Z", ":="))[1], tables)
    assert near(z.log(), optimum.log_partition(), tolerance)
    assert near(exact(beta) * z.log(), optimum.objective(), tolerance)
    assert near(exact(m), optimum.expected_reward(), tolerance)
    law = next(s for s in page(name).steps if s.why.startswith("So the optimum is the geometric law"))
    for k, expected in enumerate(optimum.policy()[:6]):
        assert near(value(name, sides(law)[1], dict(tables, k=k)), expected, tolerance)


def fraction(ball: arb, bits: int) -> Fraction:
    """The fraction nearest to a ball, to so many bits after the point."""
    middle = ball.mid()  # of a ball around 0 no floor is known
    return Fraction(int((middle * 2**bits).floor().unique_fmpz()), 2**bits)


# -- estimators ------------------------------------------------------------------------------


def moved(policy: Sequence[Fraction], by: Fraction) -> list[arb]:
    """The policy after its logits moved so far along the direction in which gradients are evaluated."""
    weights = [exact(p) * (exact(by) * direction((y,))).exp() for y, p in enumerate(policy)]
    return [w / sum(weights, arb(0)) for w in weights]


def rise(f: Any, policy: Sequence[Fraction]) -> arb:
    """The derivative of f along that direction: a central difference."""
    h = Fraction(1, 10**30)
    before, after = (f(moved(policy, step_size)) for step_size in (-h, h))
    return exact(after - before) / exact(2 * h)


@few
@given(cases())
def test_estimators_average_to_what_the_page_says(case: Tables) -> None:
    name, expected = "estimators", problem(case).kl(case["π"], case["π_ref"])
    for of in ("k1-unbiased", "k3-unbiased"):
        for side in theorem(name, of):
            assert same(value(name, side, case), expected)
    chi2 = sum((exact(p * p / q) for p, q in zip(case["π"], case["π_ref"], strict=True)), arb(-1))
    assert same(value(name, sides(step(name, "E_{y∼π}[k3'(y)]"))[0], case), chi2 - expected)


@few
@given(cases(least=2))
def test_estimators_have_the_gradients_that_the_page_says(case: Tables) -> None:
    name, ref = "estimators", case["π_ref"]
    forward = rise(lambda pi: log_ratio_sum(pi, ref), case["π"])
    reverse = rise(lambda pi: log_ratio_sum(ref, pi), case["π"])
    expected = {
        "E_{y∼π}[∇k1(y)]": arb(0),
        "E_{y∼π}[∇k2(y)]": forward,
        "E_{y∼π}[∇k3(y)]": reverse,
        "E_{y∼π}[k1(y) ∇(log π(y))]": forward,
        "E_{y∼π}[k3(y) ∇(log π(y))]": forward - reverse,
        "E_{y∼π_old}[∇(k3(y) π(y)/π_old(y))]": forward,
        "E_{y∼π_old}[π(y) ∇k3(y)/π_old(y)]": reverse,
    }
    scale = 1 + max(exact(q / p) for p, q in zip(case["π"], ref, strict=True))
    for left, number in expected.items():
        for side in sides(step(name, left)):
            assert near(value(name, side, case), number, exact(Fraction(1, 10**20)) * scale)


# -- policy gradients ------------------------------------------------------------------------


def groups(policy: Sequence[Any], size: int) -> list[tuple[tuple[int, ...], Any]]:
    """Every group of so many samples, each with its chance."""
    drawn = product(range(len(policy)), repeat=size)
    return [(group, math.prod((policy[y] for y in group), start=Fraction(1))) for group in drawn]


def scores(policy: Sequence[Fraction]) -> list[arb]:
    """The derivative of each log-probability along the direction in which gradients are evaluated."""
    mean = sum((exact(p) * direction((y,)) for y, p in enumerate(policy)), arb(0))
    return [direction((y,)) - mean for y in range(len(policy))]


@few
@given(cases(beta=mild, least=2), mild)
def test_policy_gradients_point_where_the_objective_rises(case: Tables, baseline: Fraction) -> None:
    name, pi, beta = "policy_gradient", case["π"], exact(case["β"])
    reward = [exact(r) for r in case["r"]]
    tables = dict(case, b=baseline)

    def objective(policy: Sequence[arb]) -> arb:
        earned = sum((exact(p) * r for p, r in zip(policy, reward, strict=True)), arb(0))
        return earned - beta * log_ratio_sum(policy, case["π_ref"])

    expected = rise(objective, pi)
    scale = 1 + sum(abs(r) for r in reward) + 100 * beta
    offset = step(name, "E_{y∼π}[(ρ(y) − b) ∇(log π(y))]")
    for side in (*theorem(name, "policy-gradient"), *sides(offset)):
        assert near(value(name, side, tables), expected, exact(Fraction(1, 10**20)) * scale)


@settings(max_examples=8)
@given(cases(beta=mild, least=2), st.integers(2, 3))
def test_the_leave_one_out_gradient_by_all_groups_of_samples(case: Tables, size: int) -> None:
    """The mean over all groups of what a group gives, with the others' mean taken off, and with the mean of all."""
    name, pi, beta = "policy_gradient", case["π"], exact(case["β"])
    score = scores(pi)
    prices = [beta * (exact(p) / exact(q)).log() for p, q in zip(pi, case["π_ref"], strict=True)]
    earned = [exact(r) - price for r, price in zip(case["r"], prices, strict=True)]
    alone, among = arb(0), arb(0)
    for group, chance in groups(pi, size):
        total = sum((earned[y] for y in group), arb(0))
        for y in group:
            alone += exact(chance) * (earned[y] - (total - earned[y]) / (size - 1)) * score[y] / size
            among += exact(chance) * (earned[y] - total / size) * score[y] / size
    others = groups(pi, size - 1)
    sums = [fraction(sum((earned[y] for y in group), arb(0)), 400) for group, _ in others]
    tables = dict(case, N=size, μ=[chance for _, chance in others], S=sums)
    left_out = next(s for s in page(name).steps if s.why.startswith("RLOO"))
    shared = next(s for s in page(name).steps if s.why.startswith("The mean of all N"))
    for found, expected in ((left_out, alone), (shared, among)):
        for side in sides(found):
            assert near(value(name, side, tables), expected, Fraction(1, 10**40))


def by_prompt(tables: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Laws by prompt, as the table [y][x] that a page wants."""
    return [list(row) for row in zip(*tables, strict=True)]


def moved_at(policy: Sequence[Fraction], x: int, by: Fraction) -> list[arb]:
    """The policy at one prompt after its logits moved so far along the direction of gradients."""
    return normalised([exact(p) * (exact(by) * direction((y, x))).exp() for y, p in enumerate(policy)])


def rise_at(f: Any, policy: Sequence[Fraction], x: int) -> arb:
    """The derivative of f along that direction at one prompt."""
    h = Fraction(1, 10**30)
    before, after = (f(moved_at(policy, x, by)) for by in (-h, h))
    return exact(after - before) / exact(2 * h)


@settings(max_examples=10)
@given(st.integers(2, 3), st.data())
def test_group_normalised_rewards_climb_what_the_page_says(size: int, data: st.DataObject) -> None:
    """Two prompts: the rate of the mean reward of each, added up with the weights that the page gives."""
    name = "group_normalisation"
    laws = [data.draw(distributions(size, zero_mass=False)) for _ in range(2)]
    rewards_ = [data.draw(st.lists(st.fractions(-3, 3, max_denominator=9), min_size=size, max_size=size)) for _ in laws]
    lengths = [data.draw(st.lists(mild, min_size=size, max_size=size)) for _ in laws]
    prompts, s = data.draw(distributions(2, zero_mass=False)), [data.draw(mild) for _ in laws]
    tables = {"π": by_prompt(laws), "D": prompts, "r": rewards_, "s": s, "ℓ": lengths}

    def mean(law: Sequence[Any], f: Sequence[Any]) -> arb:
        return sum((exact(p) * exact(v) for p, v in zip(law, f, strict=True)), arb(0))

    rates = [rise_at(lambda law, r=rewards_[x]: mean(law, r), pi, x) for x, pi in enumerate(laws)]
    plain = sum((exact(d) * rate for d, rate in zip(prompts, rates, strict=True)), arb(0))
    weighted = sum((exact(d / each) * rate for d, each, rate in zip(prompts, s, rates, strict=True)), arb(0))
    for why, expected in (("Dr. GRPO follows", plain), ("GRPO gives", weighted)):
        for side in sides(next(each for each in page(name).steps if each.why.startswith(why))):
            assert near(value(name, side, tables), expected, Fraction(1, 10**20))
    for x, pi in enumerate(laws):
        middle = mean(pi, rewards_[x])
        worth = [(exact(r) - middle) / exact(each) for r, each in zip(rewards_[x], lengths[x], strict=True)]
        expected = rise_at(lambda law, worth=worth: mean(law, worth), pi, x)
        for side in sides(next(each for each in page(name).steps if each.why.startswith("Divide each sample's term"))):
            assert near(value(name, side, tables, x=x), expected, Fraction(1, 10**20))


@few
@given(st.lists(st.fractions(-9, 9, max_denominator=9), min_size=2, max_size=5), mild, st.integers(-5, 5))
def test_group_advantages_one_sample_at_a_time(group: list[Fraction], a: Fraction, c: int) -> None:
    name, size = "group_normalisation", len(group)
    middle = sum(group) / size
    squares = sum((each - middle) ** 2 for each in group)
    tables = {"R": group, "a": a, "c": c}
    moved_ = [a * each + c for each in group]
    for i, each in enumerate(moved_):
        for side in sides(next(s for s in page(name).steps if s.why.startswith("Scale the reward by a"))):
            assert same(value(name, side, tables, i=i), each - sum(moved_) / size)
    for side in sides(next(s for s in page(name).steps if s.why.startswith("The deviation is scaled by a"))):
        assert same(value(name, side, tables), a**2 * squares / size)
    if squares:
        deviation = exact(squares / size).sqrt()
        for i, each in enumerate(group):
            assert same(value(name, defined(name, "A"), tables, i=i), exact(each - middle) / deviation)


@few
@given(cases(), mild, st.integers(-5, 5))
def test_a_group_normalised_optimum_is_colder_by_the_deviation(case: Tables, s: Fraction, c: int) -> None:
    """Against the problem in which the reward is what GRPO makes of it, at the price τ/s."""
    name, tau = "group_normalisation", case["β"]
    prize = [(r + c) / s for r in case["r"]]
    expected = FiniteProblem(case["π_ref"], prize, tau / s).balls(DIGITS).policy()
    tables = {"π_ref": by_prompt([case["π_ref"]]), "r": [case["r"]], "τ": tau}
    for y, p in enumerate(expected):
        assert same(value(name, theorem(name, "optimal-policy")[1], tables, y=y, x=0), p)


shares = st.fractions(Fraction(1, 20), Fraction(19, 20), max_denominator=20)
"""How far a ratio may go."""


@few
@given(st.fractions(Fraction(1, 20), 4, max_denominator=20), mild, shares)
def test_the_clipped_objective_of_one_sample(ratio: Fraction, size: Fraction, eps: Fraction) -> None:
    """As a library computes it, at both signs of the advantage."""
    name, found = "clipping", []
    kept = min(max(ratio, 1 - eps), 1 + eps)
    for advantage, why in ((size, "For A = a > 0"), (-size, "For A = -a < 0")):
        expected = min(ratio * advantage, kept * advantage)
        for side in sides(next(s for s in page(name).steps if s.why.startswith(why))):
            assert same(value(name, side, {"ρ": ratio, "a": size, "ε": eps}), expected)
        found.append(expected)
    for each, why in zip(found, ("So a good sample", "A bad one"), strict=True):
        bound = next(s for s in page(name).steps if s.why.startswith(why))
        assert not bool(exact(each) > value(name, sides(bound)[1], {"a": size, "ε": eps}))


@few
@given(cases(least=2), shares)
def test_the_clipped_objective_of_all_samples(case: Tables, eps: Fraction) -> None:
    name, pi, old = "clipping", case["π"], case["π_old"]
    tables = dict(case, A=case["r"], ε=eps)
    clipped = Fraction(0)
    for p, q, advantage in zip(pi, old, case["r"], strict=True):
        clipped += q * min(p / q * advantage, min(max(p / q, 1 - eps), 1 + eps) * advantage)
    left, right = sides(page(name).steps[-1])
    mean = sum(p * advantage for p, advantage in zip(pi, case["r"], strict=True))
    assert same(value(name, left, tables), clipped)
    assert same(value(name, right, tables), mean)
    assert clipped <= mean
    expected = rise(lambda law: sum((p * exact(a) for p, a in zip(law, case["r"], strict=True)), arb(0)), pi)
    for side in sides(next(s for s in page(name).steps if s.why.startswith("Without the clip, the gradient"))):
        assert near(value(name, side, tables), expected, Fraction(1, 10**20))


# -- steps -----------------------------------------------------------------------------------


def drawn_nearer(policy: Sequence[arb], case: Tables, eta: Fraction, price: arb) -> list[arb]:
    """What maximises ``E[r] - price KL(π‖π_ref) - KL(π‖policy)/η``, by the first-order condition at each response."""
    logs = [
        (exact(r) + price * exact(q).log() + p.log() / exact(eta)) / (price + 1 / exact(eta))
        for r, q, p in zip(case["r"], case["π_ref"], policy, strict=True)
    ]
    return normalised([each.exp() for each in logs])


def normalised(weights: Sequence[arb]) -> list[arb]:
    """Weights over their sum."""
    return [w / sum(weights, arb(0)) for w in weights]


@settings(max_examples=10)
@given(cases(beta=mild), mild, st.integers(1, 5))
def test_steps_taken_one_by_one_lead_where_the_page_says(case: Tables, eta: Fraction, count: int) -> None:
    name, start = "mirror_descent", [exact(p) for p in case["π_ref"]]
    free, held = list(start), list(start)
    for _ in range(count):
        free, held = drawn_nearer(free, case, eta, arb(0)), drawn_nearer(held, case, eta, exact(case["β"]))
    optimum = problem(dict(case, β=1 / (eta * count))).policy()
    tables = dict(case, η=eta, T=count, w=1 / (1 + eta * case["β"]) ** count)
    for y in responses(case):
        for expected in (free[y], optimum[y]):
            assert same(value(name, defined(name, "π_T"), tables, y=y), expected)
        assert same(value(name, defined(name, "π_w"), tables, y=y), held[y])
        assert same(value(name, theorem_last(name)[1], tables, y=y), problem(case).policy()[y])


@few
@given(cases(), mild)
def test_the_three_points_of_a_step(case: Tables, eta: Fraction) -> None:
    """What any policy lacks is what the best step has more, all three KLs added up."""
    last, pi, eta_ = case["π_old"], case["π"], exact(eta)
    new = normalised([exact(p) * (eta_ * exact(r)).exp() for p, r in zip(last, case["r"], strict=True)])
    gains = [
        exact(sum(exact(p) * exact(r) for p, r in zip(law, case["r"], strict=True))) - log_ratio_sum(law, last) / eta_
        for law in (new, pi)
    ]
    found = next(s for s in page("mirror_descent").steps if s.why.startswith("Any π falls short of that maximum"))
    tables = dict(case, η=eta, π_k=last)
    for side in sides(found):
        assert near(value("mirror_descent", side, tables), gains[0] - gains[1], Fraction(1, 10**20))


# -- tokens ----------------------------------------------------------------------------------


@st.composite
def trees(draw: st.DrawFn) -> dict[str, Any]:
    """Two prefixes, two or three tokens after each, completions of two tokens after those; tables [a][s], [c][s][a]."""
    tokens = draw(st.integers(2, 3))
    conditional = [draw(distributions(tokens, zero_mass=False)) for _ in range(2)]
    firsts = [[draw(distributions(2, zero_mass=False)) for _ in range(tokens)] for _ in range(2)]
    seconds = [[[draw(distributions(2, zero_mass=False)) for _ in range(2)] for _ in range(tokens)] for _ in range(2)]
    number = st.integers(-3, 3)
    return {
        "π_ref": [[conditional[s][a] for s in range(2)] for a in range(tokens)],
        "ρ_ref": [[[firsts[s][a][c // 2] * seconds[s][a][c // 2][c % 2] for a in range(tokens)] for s in range(2)]
                  for c in range(4)],
        "r": [[draw(number) for _ in range(tokens)] for _ in range(2)],
        "R": [[[draw(number) for _ in range(4)] for _ in range(tokens)] for _ in range(2)],
        "β": draw(temperatures().filter(lambda beta: beta >= Fraction(1, 10**4))),
    }  # fmt: skip


@few
@given(trees())
def test_soft_values_choose_whole_responses_as_the_sequence_optimum_does(tree: dict[str, Any]) -> None:
    name, tokens = "soft_values", len(tree["π_ref"])
    token, completion = defined(name, "π*"), defined(name, "ρ*")
    for s in range(2):
        sequences = list(product(range(tokens), range(4)))
        reference = [tree["π_ref"][a][s] * tree["ρ_ref"][c][s][a] for a, c in sequences]
        reward = [tree["r"][s][a] + tree["R"][s][a][c] for a, c in sequences]
        whole = FiniteProblem(reference, reward, tree["β"]).balls(DIGITS)
        for side in sides(step(name, "V(s)")):
            assert same(value(name, side, tree, s=s), whole.objective())
        for (a, c), expected in zip(sequences, whole.policy(), strict=True):
            found = value(name, token, tree, s=s, a=a) * value(name, completion, tree, s=s, a=a, c=c)
            assert same(found, expected)
        for a in range(tokens):
            after = FiniteProblem([tree["ρ_ref"][c][s][a] for c in range(4)], tree["R"][s][a], tree["β"]).balls(DIGITS)
            assert same(value(name, defined(name, "V'"), tree, s=s, a=a), after.objective())


TOKENS, AFTER = 3, 3
"""How many tokens there are, and how many more of them are written after the first."""


@st.composite
def chains(draw: st.DrawFn) -> tuple[list[list[Fraction]], list[Fraction], list[list[Fraction]]]:
    """A law over all sequences of four tokens, by tokens that see the one before: the first, then each whole rest."""
    start = list(draw(distributions(TOKENS, zero_mass=False)))
    steps = [list(draw(distributions(TOKENS, zero_mass=False))) for _ in range(TOKENS)]
    rests = []
    for first in range(TOKENS):
        laws = []
        for rest in product(range(TOKENS), repeat=AFTER):
            chance, last = Fraction(1), first
            for token in rest:
                chance, last = chance * steps[last][token], token
            laws.append(chance)
        rests.append(laws)
    return steps, start, rests


@settings(max_examples=6)
@given(chains(), chains())
def test_sequences_by_all_sequences_of_four_tokens(policy: Any, reference: Any) -> None:
    """The KL over all sequences, added up at once, and token by token as the tokens were drawn."""
    name, (steps, start, rests), (under, begin, ends) = "sequences", policy, reference
    tables = {"π": start, "ρ": by_prompt(rests), "π_ref": begin, "ρ_ref": by_prompt(ends)}
    sequences = [(s, a) for s in range(TOKENS) for a in range(TOKENS**AFTER)]
    whole = [[law[s] * after[s][a] for s, a in sequences] for law, after in ((start, rests), (begin, ends))]
    expected = log_ratio_sum(*whole)
    for why in ("The chain rule", "The sum of the tokens' k3"):
        for side in sides(next(each for each in page(name).steps if each.why.startswith(why))):
            assert same(value(name, side, tables), expected)
    tokens, prefix = log_ratio_sum(start, begin), start
    for _ in range(AFTER):
        tokens += sum((exact(p) * log_ratio_sum(steps[s], under[s]) for s, p in enumerate(prefix)), arb(0))
        prefix = [sum(p * steps[s][token] for s, p in enumerate(prefix)) for token in range(TOKENS)]
    assert same(tokens, expected)
    for s in range(TOKENS):
        for side in theorem(name, "k3-unbiased"):
            assert same(value(name, side, tables, s=s), log_ratio_sum(rests[s], ends[s]))


@settings(max_examples=8)
@given(trees(), st.data())
def test_the_gradients_of_sequences_are_those_of_what_they_stand_for(tree: dict[str, Any], data: st.DataObject) -> None:
    """Against a difference, when the logits of both policies move along the directions of gradients."""
    name, size, after = "sequences", len(tree["π_ref"]), len(tree["ρ_ref"])
    start, older = (data.draw(distributions(size, zero_mass=False)) for _ in range(2))
    rests, olds = ([data.draw(distributions(after, zero_mass=False)) for _ in range(size)] for _ in range(2))
    begin, ends = [row[0] for row in tree["π_ref"]], [[row[0][s] for row in tree["ρ_ref"]] for s in range(size)]
    prize = [[sum(divmod(s * 7 + a * 5, 3)) for a in range(after)] for s in range(size)]
    tables = {
        "π": start, "ρ": by_prompt(rests), "π_ref": begin, "ρ_ref": by_prompt(ends),
        "π_old": older, "ρ_old": by_prompt(olds), "R": prize,
    }  # fmt: skip
    h = Fraction(1, 10**30)

    def along(by: Fraction) -> tuple[list[arb], list[list[arb]]]:
        first = [exact(p) * (exact(by) * direction((s,), 0)).exp() for s, p in enumerate(start)]
        then = [
            [exact(p) * (exact(by) * direction((a, s), 1)).exp() for a, p in enumerate(rest)]
            for s, rest in enumerate(rests)
        ]
        return normalised(first), [normalised(each) for each in then]

    def kl(first: list[arb], then: list[list[arb]]) -> arb:
        each = (p * log_ratio_sum(rest, end) for p, rest, end in zip(first, then, ends, strict=True))
        return log_ratio_sum(first, begin) + sum(each, arb(0))

    def reward(first: list[arb], then: list[list[arb]]) -> arb:
        pairs = ((p * u, r) for p, rest, row in zip(first, then, prize, strict=True)
                 for u, r in zip(rest, row, strict=True))  # fmt: skip
        return sum((p * r for p, r in pairs), arb(0))

    for f, why in ((kl, "In the gradient of KL a token"), (reward, "The ratio of whole")):
        found = sides(next(each for each in page(name).steps if each.why.startswith(why)))
        rate = exact(f(*along(h)) - f(*along(-h))) / exact(2 * h)
        for side in found:
            assert near(value(name, side, tables), rate, Fraction(1, 10**18))


# -- other ways to a policy ------------------------------------------------------------------


@few
@given(distributions(4, zero_mass=False), st.integers(1, 4))
def test_best_of_n_by_all_tuples_of_draws(reference: tuple[Fraction, ...], n: int) -> None:
    """Four responses with the rewards 0, 1, 1, 2: the first best of n draws is kept, so that ties are shared."""
    reward, law = (0, 1, 1, 2), [Fraction(0)] * 4
    for draws in product(range(4), repeat=n):
        chance = Fraction(1)
        for y in draws:
            chance *= reference[y]
        law[max(draws, key=lambda y: reward[y])] += chance
    tables = {"n": n, "F1": reference[0], "F2": 1 - reference[3]}
    name = "best_of_n"
    levels = [law[0], law[1] + law[2], law[3]]
    for k, expected in enumerate(levels, 1):
        assert same(value(name, defined(name, f"b{k}"), tables), expected)
    assert law[1] * reference[2] == law[2] * reference[1]
    enumerated = FiniteProblem(reference, reward, 1).balls(DIGITS).kl(law, reference)
    left, bound = sides(next(s for s in page(name).steps if s.left.text.startswith("b1 log") and s.relation == "≤"))
    assert same(value(name, left, tables), enumerated)
    assert not bool(value(name, left, tables) > value(name, bound, tables))


def test_best_of_n_without_ties_is_what_ever_finer_levels_approach() -> None:
    integral = next(s for s in page("best_of_n").steps if s.kind is Kind.CARRIED)
    for point in integral.evidence:
        n, size = int(point.at.removeprefix("n = ")), 400
        law = [Fraction(k + 1, size) ** n - Fraction(k, size) ** n for k in range(size)]
        kl = FiniteProblem([Fraction(1, size)] * size, [0] * size, 1).balls(DIGITS).kl(law)
        assert kl < arb(point.right)
        assert near(kl, arb(point.right), Fraction(1, size))


@few
@given(cases(least=2), mild)
def test_forward_kl_by_finding_the_multiplier(case: Tables, beta: Fraction) -> None:
    """From the rewards of a stationary q, bisection finds λ and the policy again, and no policy is better."""
    name, q, ref = "forward_kl", case["π"], case["π_ref"]
    lam = Fraction(3)
    r = [lam - beta * p / x for p, x in zip(ref, q, strict=True)]
    tables = {"π_ref": ref, "q": q, "π": case["π_old"], "r": r, "β": beta, "λ": lam}
    low, high = max(r), max(r) + beta  # at the upper end the terms add up to at most 1
    for _ in range(300):
        middle = (low + high) / 2
        if sum(beta * p / (middle - x) for p, x in zip(ref, r, strict=True)) > 1:
            low = middle
        else:
            high = middle
        low, high = (Fraction(round(end * 2**400), 2**400) for end in (low, high))
    solution = sides(step(name, "q(y)"))[1]
    for y, expected in enumerate(q):
        assert near(value(name, solution, dict(tables, λ=high), y=y), expected, Fraction(1, 10**8))
        assert same(value(name, solution, tables, y=y), expected)
    found = next(s for s in page(name).steps if s.left.text.endswith("KL(π_ref‖π))"))
    gap = [sum((exact(p * x) for p, x in zip(pi, r, strict=True)), arb(0)) - exact(beta) * log_ratio_sum(ref, pi)
           for pi in (q, case["π_old"])]  # fmt: skip
    for side in sides(found):
        assert near(value(name, side, tables), gap[0] - gap[1], Fraction(1, 10**30))
    assert not bool(gap[0] < gap[1])


@few
@given(cases(beta=mild), st.sampled_from([Fraction(1, 2), Fraction(3), Fraction(7, 2)]), st.integers(-3, 3))
def test_no_policy_beats_the_one_whose_reward_it_is(case: Tables, order: Fraction, lam: int) -> None:
    """Each divergence is added up as it is defined, at the reward that the page gives."""
    name, q, ref, beta = "f_dpo", case["π"], case["π_ref"], exact(case["β"])
    tables = dict(case, q=q, α=order, λ=lam)

    def alpha(a: Fraction) -> Any:
        return lambda t: (t ** exact(a) - 1) / exact(a * (a - 1))

    kinds = {"ρ_α": alpha(order), "ρ_χ": alpha(Fraction(2)), "ρ_KL": lambda t: t * t.log(), "ρ_F": lambda t: -t.log()}
    for symbol, f in kinds.items():
        reward = [value(name, defined(name, symbol), tables, y=y) for y in responses(case)]

        def objective(law: Sequence[Fraction], f: Any = f, reward: Sequence[arb] = reward) -> arb:
            terms = zip(law, ref, reward, strict=True)
            return sum((exact(p) * r - beta * exact(u) * f(exact(p) / exact(u)) for p, u, r in terms), arb(0))

        for other in (case["π_old"], ref, [(a + b) / 2 for a, b in zip(q, ref, strict=True)]):
            assert not bool(objective(q) < objective(other))
        if symbol == "ρ_χ":
            gap = next(s for s in page(name).steps if s.why.startswith("What another policy loses"))
            other = dict(tables, π=case["π_old"])
            for side in sides(gap):
                assert near(value(name, side, other), objective(q) - objective(case["π_old"]), Fraction(1, 10**20))
            back = sides(next(s for s in page(name).steps if s.why.startswith("Solve for q. It is linear")))[1]
            for y, expected in enumerate(q):
                assert same(value(name, back, tables, y=y), expected)


@few
@given(cases(), mild)
def test_samplers_draw_what_the_page_says(case: Tables, deviation: Fraction) -> None:
    name, optimum = "exact_samplers", problem(case)
    tables = dict(case, M=max(case["r"]), s=deviation)
    kept = [exact(p) * value(name, defined(name, "A"), tables, y=y) for y, p in enumerate(case["π_ref"])]
    rate = sum(kept, arb(0))
    for side in sides(step(name, "E_{y∼π_ref}[A(y)]")):
        assert same(value(name, side, tables), rate)
    for y, expected in enumerate(optimum.policy()):
        assert same(kept[y] / rate, expected)
        assert same(value(name, defined(name, "π*"), tables, y=y), expected)
    for y, expected in enumerate(optimum.at(case["β"] * deviation).policy()):
        assert same(value(name, defined(name, "π_G"), tables, y=y), expected)
    bound = sides(step(name, "KL(π*‖π_ref)", "≤"))[1]
    assert same(value(name, bound, tables), -rate.log())
    assert not bool(optimum.kl() > -rate.log())
