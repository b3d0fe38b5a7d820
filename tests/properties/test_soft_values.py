"""Token by token against whole responses: every sequence of a small tree is enumerated."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import pytest
from flint import arb
from hypothesis import given
from hypothesis import strategies as st

from symkl.problems import FiniteProblem
from symkl.strategies import distributions, rewards, temperatures
from tests.properties.definitions import ball, close, kl, total

pytestmark = pytest.mark.usefixtures("high_precision")
F = Fraction
Prefix = tuple[int, ...]


@dataclass(frozen=True)
class Tree:
    """Sequences of ``depth`` tokens: at each prefix a reference for the next token and a reward of it."""

    vocabulary: int
    depth: int
    reference: dict[Prefix, tuple[Fraction, ...]]
    reward: dict[Prefix, tuple[Fraction, ...]]
    beta: Fraction

    def ways(self, prefix: Prefix) -> list[Prefix]:
        """Every way to go on from a prefix to the end."""
        return list(product(range(self.vocabulary), repeat=self.depth - len(prefix)))

    def probability(self, prefix: Prefix, rest: Prefix) -> Fraction:
        """Of going on so, by the reference."""
        found = F(1)
        for i, token in enumerate(rest):
            found *= self.reference[prefix + rest[:i]][token]
        return found

    def earned(self, prefix: Prefix, rest: Prefix) -> Fraction:
        """By the tokens of ``rest``."""
        return sum((self.reward[prefix + rest[:i]][token] for i, token in enumerate(rest)), F(0))

    def problem(self, prefix: Prefix) -> FiniteProblem:
        """Whole responses from a prefix on, as one flat problem: its optimum by enumeration."""
        ways = self.ways(prefix)
        return FiniteProblem(
            [self.probability(prefix, way) for way in ways], [self.earned(prefix, way) for way in ways], self.beta
        )

    def value(self, prefix: Prefix) -> arb:
        """The soft value by its recursion: ``V(s) = β log Σ π_ref(a|s) e^((r(s,a) + V(sa))/β)``, 0 at the end."""
        if len(prefix) == self.depth:
            return arb(0)
        beta = ball(self.beta)
        return beta * total(self.weight(prefix, token) for token in range(self.vocabulary)).log()

    def weight(self, prefix: Prefix, token: int) -> arb:
        p, r = self.reference[prefix][token], self.reward[prefix][token]
        return ball(p) * ((ball(r) + self.value((*prefix, token))) / ball(self.beta)).exp()


@st.composite
def trees(draw: st.DrawFn, *, at_the_end: bool = False) -> Tree:
    """Two or three steps over two or three tokens. Subtrees are shared now and then, so that soft values tie."""
    vocabulary, depth = draw(st.sampled_from([(2, 2), (2, 3), (3, 2)]))
    beta = draw(temperatures())
    reference: dict[Prefix, tuple[Fraction, ...]] = {}
    reward: dict[Prefix, tuple[Fraction, ...]] = {}
    for length in range(depth):
        shared = length > 0 and draw(st.booleans()) and draw(st.booleans())
        once = draw(distributions(vocabulary)), draw(rewards(vocabulary))
        for prefix in product(range(vocabulary), repeat=length):
            p, r = once if shared else (draw(distributions(vocabulary)), draw(rewards(vocabulary)))
            nothing = at_the_end and length < depth - 1
            reference[prefix], reward[prefix] = p, (F(0),) * vocabulary if nothing else r
    return Tree(vocabulary, depth, reference, reward, beta)


def size(tree: Tree) -> Fraction:
    return sum((max(map(abs, row)) for row in tree.reward.values()), tree.beta)


@given(st.one_of(trees(), trees(at_the_end=True)))
def test_the_policy_over_sequences_is_the_product_of_soft_tilts(tree: Tree) -> None:
    """π*(whole response) = Π_t π_ref(a|s) e^((r(s,a) + V(sa) - V(s))/β), with V from the recursion."""
    beta, whole = ball(tree.beta), tree.problem(()).balls(50).policy()
    values = {p: tree.value(p) for n in range(tree.depth + 1) for p in product(range(tree.vocabulary), repeat=n)}
    for way, expected in zip(tree.ways(()), whole, strict=True):
        found = arb(1)
        for i, token in enumerate(way):
            s = way[:i]
            advantage = ball(tree.reward[s][token]) + values[way[: i + 1]] - values[s]
            found *= ball(tree.reference[s][token]) * (advantage / beta).exp()
        assert expected.overlaps(found) and expected.is_zero() == found.is_zero()


@given(st.one_of(trees(), trees(at_the_end=True)))
def test_soft_values_are_the_values_of_what_is_left(tree: Tree) -> None:
    """V of a prefix by recursion is β log Z, and so the maximal objective, over all ways to go on from it."""
    for n in range(tree.depth):
        for prefix in product(range(tree.vocabulary), repeat=n):
            assert close(tree.problem(prefix).balls(50).objective(), tree.value(prefix), size(tree))


@given(trees())
def test_tokens_of_the_best_policy_are_tilted_by_soft_values(tree: Tree) -> None:
    """The conditional of the enumerated π* is the token's own problem with V added to its reward, at every prefix.

    Enumerated: π* of whole responses, summed over all that begin so. The token's tilt: values of symkl, of the rest.
    """
    whole = dict(zip(tree.ways(()), tree.problem(()).balls(120).policy(), strict=True))
    for n in range(tree.depth):
        for prefix in product(range(tree.vocabulary), repeat=n):
            reached = total(p for way, p in whole.items() if way[:n] == prefix)
            if reached.is_zero():
                continue
            after = [
                tree.problem((*prefix, token)).balls(120).objective() if n + 1 < tree.depth else arb(0)
                for token in range(tree.vocabulary)
            ]
            weights = [
                ball(p) * ((ball(r) + v) / ball(tree.beta)).exp()
                for p, r, v in zip(tree.reference[prefix], tree.reward[prefix], after, strict=True)
            ]
            for token in range(tree.vocabulary):
                begun = total(p for way, p in whole.items() if way[: n + 1] == (*prefix, token))
                assert (begun * total(weights)).overlaps(weights[token] * reached)


@given(st.one_of(trees(), trees(at_the_end=True)))
def test_the_reward_of_a_token_alone_is_not_enough(tree: Tree) -> None:
    """The tilt by r(s, a) alone is π*(a|s) exactly where V(sa) is the same after each token the reference ever gives.

    With all reward at the end, that tilt is the reference itself.
    """
    whole = dict(zip(tree.ways(()), tree.problem(()).balls(250).policy(), strict=True))
    begun = [total(p for way, p in whole.items() if way[0] == token) for token in range(tree.vocabulary)]
    alone = FiniteProblem(list(tree.reference[()]), list(tree.reward[()]), tree.beta).balls(250).policy()
    possible = [token for token in range(tree.vocabulary) if tree.reference[()][token]]
    for a in possible:
        for b in possible:
            odds, others = begun[a] / begun[b], alone[a] / alone[b]
            x, y = tree.value((a,)), tree.value((b,))
            rests = [
                {s[1:]: (tree.reference[s], tree.reward[s]) for s in tree.reference if s[:1] == (token,)}
                for token in (a, b)
            ]
            if x > y:
                assert odds > others
            elif rests[0] == rests[1]:
                assert odds.overlaps(others) and x.overlaps(y)
    if not any(tree.reward[()]):
        assert all(p.overlaps(ball(q)) for p, q in zip(alone, tree.reference[()], strict=True))


@given(trees(), st.data())
def test_divergences_add_up_over_tokens(tree: Tree, data: st.DataObject) -> None:
    """KL of whole responses is the sum of the tokens' KL, each weighted by how often its prefix is reached.

    And the objective of any token-wise policy is V less β times its distance to π*: every token adds its own regret.
    """
    policy = {}
    for s, p in tree.reference.items():
        drawn = data.draw(distributions(sum(1 for q in p if q), zero_mass=True))
        places = iter(drawn)
        policy[s] = tuple(next(places) if q else F(0) for q in p)
    other = Tree(tree.vocabulary, tree.depth, policy, tree.reward, tree.beta)
    sequences = [other.probability((), way) for way in tree.ways(())]
    problem = tree.problem(()).balls(50)
    tokens = arb(0)
    for s, p in policy.items():
        reached = other.probability((), s)
        if reached:
            tokens += ball(reached) * kl(p, tree.reference[s])
    assert close(problem.kl(sequences), tokens, 1)
    gap = ball(tree.beta) * problem.kl(sequences, tree.problem(()).balls(250).policy())
    assert (tree.value(()) - problem.objective(sequences)).overlaps(gap)
