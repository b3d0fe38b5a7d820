"""The face: a problem as a user states it, and what can be asked of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from symkl.problems.formulas import Data, Tempered, Tilt
from symkl.problems.kinds import Balls, Digits, Floats, Kind
from symkl.problems.layout import Layout, lay_out
from symkl.problems.measures import Measure, Probabilities, read_logits, read_policy, read_reference
from symkl.problems.tables import Vector, given, objects, read_digits, read_table, read_temperature, refuse, shown, text
from symkl.problems.training import Training, read_method, read_rate, read_steps, train

_NEAR, _SHARP = 1e-6, 17  # divergences of floats that lose digits to rounding; the digits that a float has


@dataclass(frozen=True)
class FrontierPoint:
    """The optimum at one temperature: a point of the curve of best rewards against divergence.

    ``E[r]`` and ``KL(π*‖π_ref)`` of π*, ``log Z``, the maximum ``β log Z``, and the slope ``dE[r]/dKL = β``. Each is
    a number, or with many prompts an array of shape (prompts,); ``beta`` and ``slope`` are numbers.
    """

    beta: Any
    expected_reward: Any
    kl: Any
    log_partition: Any
    objective: Any
    slope: Any


class FiniteProblem:
    r"""Maximise ``E_π[r] - β KL(π‖π_ref)`` over finitely many responses, at one prompt or many.

    ``π*(y|x) = π_ref(y|x) exp(r(x,y)/β) / Z(x)``, ``Z(x) = Σ_y π_ref(y|x) exp(r(x,y)/β)``.

    ``reference`` and ``reward`` are tables of the same form, of which there are four: a flat sequence or 1-D array;
    rows, one a prompt (nested sequences, perhaps of different lengths, or a 2-D array); a mapping from names of
    responses to numbers; a mapping from prompts to such mappings. With ``prompts=labels``, one label for each entry of
    a flat table, the entries of equal labels are one prompt; they need not be neighbours. ``responses=names`` names
    the entries. Numbers are int, float, Fraction, Decimal, strings such as ``"0.1"`` and ``"1/3"``, NumPy scalars; a
    float is the binary rational that it is. ``beta`` is one such number.

    Results are float64; ``digits(n)`` and ``balls(n)`` are the same problem with other numbers. Results for every
    response have the shape of the table: (n,) for a flat one, (prompts, n) for rows of equal length given as such,
    flat in the order given for all others. Results for every prompt are one number for a flat table, else of shape
    (prompts,), prompts in order of first appearance. Where a method takes a policy it takes a table of the same form,
    or what a method gave.

    Two problems are equal that are given by equal tables of one form, with one temperature and one kind of number; one
    from logits equals none from probabilities. A problem does not change, and has a hash.

    Requires: each prompt of ``reference`` is >= 0 and sums to exactly 1; a table with floats in it to 1 within 1e-9,
    and is then divided by its sum. Rewards are finite, at most 1e300 in size; ``1e-300 <= beta <= 1e300``.

    Raises: InvalidProblem, which names the argument, the place and the number.

    >>> problem = FiniteProblem({"a": "1/2", "b": "1/2"}, {"a": 1, "b": 0}, "1/2")
    >>> problem.policy().round(6).tolist()
    [0.880797, 0.119203]
    >>> problem.digits(30).log_partition()
    mpf('1.43378083048302718702649468490008')
    >>> problem.balls(20).kl().str(12, radius=False)
    '0.327813325473'
    """

    _problem: Tempered
    _kind: Kind

    def __init__(
        self, reference: Any, reward: Any, beta: Any, *, prompts: Iterable[Any] | None = None,
        responses: Iterable[Any] | None = None,
    ) -> None:
        layout, entries = lay_out(reference, "reference", prompts, responses)
        self._set(_problem(layout, read_reference(layout, entries), reward, beta), Floats())

    @classmethod
    def from_logits(
        cls, logits: Any, reward: Any, beta: Any, *, prompts: Iterable[Any] | None = None,
        responses: Iterable[Any] | None = None,
    ) -> FiniteProblem:
        """The problem whose reference is ``softmax(logits)``, exactly so in every kind of number.

        A logit of ``-inf`` is no mass.

        Requires: as for the class; at each prompt a logit that is finite.

        >>> FiniteProblem.from_logits([0, 0], [3, 3], 1).policy().tolist()
        [0.5, 0.5]
        """
        layout, entries = lay_out(logits, "logits", prompts, responses)
        return cls._made(_problem(layout, read_logits(layout, entries), reward, beta), Floats())

    @classmethod
    def _made(cls, problem: Tempered, kind: Kind) -> FiniteProblem:
        made = object.__new__(cls)
        made._set(problem, kind)
        return made

    def _set(self, problem: Tempered, kind: Kind) -> None:
        vars(self).update(_problem=problem, _kind=kind)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a FiniteProblem does not change; cannot set {name!r}")

    # the problem itself

    @property
    def beta(self) -> Any:
        """The temperature."""
        beta = np.array([self._problem.beta], dtype=object)
        return self._kind.settle(lambda arithmetic: (arithmetic.numbers(beta),), 0)[0].tolist()[0]

    @property
    def prompts(self) -> tuple[Any, ...]:
        """Their names: labels, keys, or 0, 1, ... for rows."""
        return self._layout.prompts

    @property
    def responses(self) -> tuple[Any, ...] | None:
        """Their names in the order given, as long as the table; ``None`` where they have none."""
        return self._layout.names

    @property
    def reference(self) -> Vector:
        """``π_ref``, which sums to 1."""
        return self._responses(lambda tilt: tilt.p)

    @property
    def reward(self) -> Vector:
        """``r``."""
        return self._responses(lambda tilt: tilt.reward)

    @property
    def support(self) -> Vector:
        """Whether ``π_ref > 0``, for every response: booleans."""
        return self._layout.outside(self._problem.data.reference.support)

    @property
    def prompt_of(self) -> Vector:
        """Which of ``prompts`` a response belongs to, for every response: integers."""
        return self._layout.outside(self._layout.which)

    def at(self, beta: Any) -> FiniteProblem:
        """The same problem at another temperature, in the same kind of number.

        >>> FiniteProblem([0.5, 0.5], [1, 0], 1).at(1e-8).policy().tolist()
        [1.0, 0.0]
        """
        return self._made(Tempered(self._problem.data, read_temperature(beta)), self._kind)

    def floats(self) -> FiniteProblem:
        """The same problem in float64. What is below the range of floats is 0.0."""
        return self._made(self._problem, Floats())

    def digits(self, digits: int) -> FiniteProblem:
        """The same problem in ``mpf`` of so many decimal digits, in an mpmath context of its own.

        Computed at rising precision until two results agree to these digits: reliable, not certified. What only
        becomes smaller as the precision rises, up to thousands of bits, is given as 0.

        >>> FiniteProblem(["1/3", "2/3"], [0, 0], 1).digits(40).policy()[0]
        mpf('0.3333333333333333333333333333333333333333352')
        """
        return self._made(self._problem, Digits(read_digits(digits)))

    def balls(self, digits: int) -> FiniteProblem:
        """The same problem in ``arb``: every ball certainly encloses the exact value.

        Computed at rising precision until radii are below ``10^-digits`` of the number, or no more than a few rounds: a
        value that is exactly 0 may stay a small ball around 0.

        >>> ball = FiniteProblem(["1/3", "2/3"], [0, 0], 1).balls(40).policy()[0]
        >>> ball.str(30, radius=False), 1 in 3 * ball
        ('0.333333333333333333333333333333', True)
        """
        return self._made(self._problem, Balls(read_digits(digits)))

    # the optimum

    def policy(self) -> Vector:
        """``π*(y|x) = π_ref(y|x) exp(r(x,y)/β) / Z(x)``, for every response."""
        return self._responses(lambda tilt: tilt.policy)

    def log_policy(self) -> Vector:
        """``log π*(y|x)``, for every response; ``-inf`` where the reference has no mass."""
        return self._responses(lambda tilt: tilt.logs)

    def log_partition(self) -> Any:
        """``log Z(x)``, for every prompt. In floats the error is some 1e-16 of the largest ``|r|/β``."""
        return self._prompts(lambda tilt: tilt.log_partition)

    # any policy

    def expected_reward(self, pi: Any = None) -> Any:
        """``E_π[r]``, for every prompt; of π* where no policy is given."""
        measure = self._measure(pi, "pi")
        return self._prompts(lambda tilt: tilt.expected_reward(measure))

    def variance(self, pi: Any = None) -> Any:
        """``Var_π[r]``, for every prompt; of π* where no policy is given."""
        measure = self._measure(pi, "pi")
        return self._prompts(lambda tilt: tilt.variance(measure))

    def kl(self, pi: Any = None, rho: Any = None) -> Any:
        """``KL(π‖ρ) = Σ_y π log(π/ρ)`` in nats, for every prompt; π* and the reference where none is given.

        ``0 log 0`` is 0; the divergence is ``inf`` where π has mass and ρ has none. In floats ``kl()`` is precise at
        every temperature, ``kl(policy())`` as precise as rounded probabilities allow, and the divergence of two
        policies that are next to each other is that of the numbers given.
        """
        left, right = self._measure(pi, "pi"), self._measure(rho, "rho") or self._problem.data.reference
        if left is None:
            return self._prompts(lambda tilt: tilt.kl(left, right))
        return self._sharp(lambda tilt: tilt.kl(left, right), 1.0)

    def objective(self, pi: Any = None) -> Any:
        """``J(π) = E_π[r] - β KL(π‖π_ref)``, for every prompt; the maximum ``β log Z`` where no policy is given."""
        measure = self._measure(pi, "pi")
        return self._prompts(lambda tilt: tilt.maximum if measure is None else tilt.objective(measure))

    def regret(self, pi: Any) -> Any:
        """``J(π*) - J(π) = β KL(π‖π*)``, for every prompt: computed as the divergence, which does not cancel.

        In floats, too, a policy next to π* has the regret of the numbers given, not of what rounding makes of them.

        >>> problem = FiniteProblem(["1/10", "9/10"], [0, 0], 1)
        >>> problem.regret([0.1, 0.9]), problem.digits(5).regret([0.1, 0.9])
        (4.279844320860524e-35, mpf('4.2798464e-35'))
        """
        measure = self._measure(pi, "pi")
        if measure is None:
            raise refuse("pi", "", "None", "a policy")
        return self._sharp(lambda tilt: tilt.regret(measure), float(self._problem.beta))

    def frontier(self, betas: Iterable[Any]) -> tuple[FrontierPoint, ...]:
        """The optimum at each of these temperatures.

        >>> point, = FiniteProblem([0.5, 0.5], [1, 0], 1).frontier([2])
        >>> point.slope, round(point.expected_reward, 6), round(point.kl, 6)
        (2.0, 0.622459, 0.0303)
        """
        if not isinstance(betas, Iterable):
            raise refuse("betas", "", shown(betas), "a sequence of temperatures")
        return tuple(self.at(beta)._point() for beta in betas)

    # training

    def gradient(self, pi: Any) -> Vector:
        """``∂J/∂θ(y) = π(y) (ρ(y) - E_π[ρ])`` for every response, where ``π ∝ e^θ`` and ``ρ = r - β log(π/π_ref)``.

        That is the policy gradient ``E_π[(ρ - b) ∇log π]`` of the page ``policy_gradient``, whatever the baseline b.
        At a response to which π gives no mass it is 0. In floats its error is some 1e-16 of the largest ``|ρ|``.

        Raises: InvalidProblem, where π is no policy, or has mass where the reference has none: J is -inf there.

        >>> FiniteProblem([0.5, 0.5], [1, 0], 1).gradient([0.5, 0.5]).tolist()
        [0.25, -0.25]
        """
        measure = self._measure(pi, "pi")
        if measure is None:
            raise refuse("pi", "", "None", "a policy")
        for i in np.flatnonzero(measure.support & ~self._problem.data.reference.support):
            raise refuse("pi", self._layout.place(int(i)), "mass", "none, as the reference has none there")
        return self._responses(lambda tilt: tilt.gradient(measure))

    def train(
        self, true_reward: Any = None, *, rate: Any, steps: int = 200, method: str = "gradient"
    ) -> Training:
        """The path of exact ascent of J from the reference, by softmax parameters θ with steps of size ``rate``.

        ``gradient`` adds ``η ∂J/∂θ``; ``natural`` adds ``η ρ``, which multiplies log-odds to those of π* by ``1 - ηβ``;
        ``mirror`` is the step of mirror descent, which multiplies them by ``1/(1 + ηβ)``. The reward of the problem is
        the one that is trained on; ``true_reward``, a table of the same form, is what is wanted and not trained on.

        The path is in floats. End points and the largest KL are numbers of the problem's kind: balls are certified.

        Requires: ``steps`` from 1 to 100,000; ``1e-300 <= rate <= 1e300``.

        Raises: InvalidProblem, which names the argument; also where a step leaves the range of floats.

        >>> problem = FiniteProblem(["1/2", "3/10", "1/5"], [1, 2, 9], 2)
        >>> run = problem.train([1, 2, -9], rate=1, steps=60)
        >>> run.expected_reward[[0, -1]].round(3).tolist(), run.true_reward[[0, -1]].round(3).tolist()
        ([2.9, 8.374], [-0.7, -8.124])
        >>> bool(run.gap[-1] < 1e-6 < run.gap[0]), round(run.coldest_kl, 4)
        (True, 1.6094)
        """
        true = problem = self._problem
        if true_reward is not None:
            true = _problem(self._layout, problem.data.reference, true_reward, problem.beta, "true_reward")
        return train(problem, true, self._kind, read_method(method), read_rate(rate), read_steps(steps))

    # -- inside

    @property
    def _layout(self) -> Layout:
        return self._problem.data.layout

    def _measure(self, value: Any, argument: str) -> Probabilities | None:
        if value is None:
            return None
        return read_policy(self._layout, value, argument, isinstance(self._kind, Balls))

    def _responses(self, evaluate: Callable[[Tilt], Vector]) -> Vector:
        return self._layout.outside(self._settled(lambda tilt: (evaluate(tilt),))[0])

    def _prompts(self, evaluate: Callable[[Tilt], Vector]) -> Any:
        return self._layout.each(self._settled(lambda tilt: (evaluate(tilt),))[0])

    def _sharp(self, evaluate: Callable[[Tilt], Vector], scale: float) -> Any:
        """A divergence, or β times one, of every prompt: where it is next to nothing, computed in balls.

        Two policies may differ by less than the rounding of their probabilities.
        """
        problem, values = self._problem, self._settled(lambda tilt: (evaluate(tilt),))[0]
        if isinstance(self._kind, Floats) and (near := values < _NEAR * scale).any():
            sharp = Balls(_SHARP).settle(lambda arithmetic: (evaluate(problem.tilt(arithmetic)),), problem.guard)[0]
            values[near] = [0.0 if ball.contains(0) else float(ball) for ball in sharp[near].tolist()]
        return self._layout.each(values)

    def _settled(self, evaluate: Callable[[Tilt], tuple[Vector, ...]]) -> tuple[Vector, ...]:
        problem = self._problem
        return self._kind.settle(lambda arithmetic: evaluate(problem.tilt(arithmetic)), problem.guard)

    def _point(self) -> FrontierPoint:
        reference = self._problem.data.reference
        results = self._settled(
            lambda tilt: (tilt.expected_reward(None), tilt.kl(None, reference), tilt.log_partition, tilt.maximum)
        )
        reward, kl, log_z, maximum = map(self._layout.each, results)
        return FrontierPoint(self.beta, reward, kl, log_z, maximum, self.beta)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FiniteProblem):
            return NotImplemented
        mine, theirs = self._problem, other._problem
        return (
            (self._kind, mine.beta) == (other._kind, theirs.beta)
            and mine.data.layout == theirs.data.layout
            and mine.data.reference.same(theirs.data.reference)
            and mine.data.reward.same(theirs.data.reward)
        )

    def __hash__(self) -> int:
        return hash((self._kind, float(self._problem.beta), self._layout))

    def __repr__(self) -> str:
        layout, reference, beta = self._layout, self._problem.data.reference, self._problem.beta
        if layout.size > 20:
            size = f"{layout.size} responses, {len(layout.prompts)} prompts"
            return f"<FiniteProblem: {size}, β = {text(beta)}{self._kind}>"
        first, second = (objects(given, table.values) for table in (reference.table, self._problem.data.reward))
        first[~reference.support] = 0 if isinstance(reference, Probabilities) else _NoMass("-inf")
        start = "FiniteProblem" if isinstance(reference, Probabilities) else "FiniteProblem.from_logits"
        tables = f"{layout.written(first)}, {layout.written(second)}"
        return f"{start}({tables}, {given(beta)!r}{layout.keywords}){self._kind}"


class _NoMass(float):
    """``-inf``, written so that it can be read."""

    def __repr__(self) -> str:
        return "float('-inf')"


def _problem(layout: Layout, reference: Measure, reward: Any, beta: Any, argument: str = "reward") -> Tempered:
    rewards = read_table(layout.same(reward, argument), argument, layout.place, "a finite number")
    return Tempered(Data(layout, reference, rewards), read_temperature(beta))
