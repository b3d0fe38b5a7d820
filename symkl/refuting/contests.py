"""Problems about one policy, ready to be run in finite problems at any policy.

What a maximum binds is renamed first, so that only what the problem says depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

import symkl.language.terms as t
from symkl.language.terms import Relation, Statement, Variable
from symkl.refuting.arithmetic import BALLS, NotEvaluable
from symkl.refuting.candidates import functions, policies
from symkl.refuting.cases import Case, Needs, Shape
from symkl.refuting.compiling import Compiled, Program
from symkl.refuting.evaluating import Run, Values, points
from symkl.refuting.values import Claim, agrees, consistent, hypotheses
from symkl.refuting.witnesses import Contender

Problem = t.Optimum | t.Optimiser

BOUND = "#π"
"""What the policy of every problem is called while it is looked at: no document can write this."""

class Contest(NamedTuple):
    """Problems about one policy, compiled together with a policy that is claimed to be optimal.

    ``shape`` is that of the policy; ``places`` are the variables the claimed policy is spelled in. ``given``: what a
    problem must satisfy before it says anything about them.
    """

    program: Program
    needs: Needs
    shape: Shape
    symbol: str
    label: str
    claimed: Compiled | None
    places: tuple[Variable | None, ...]
    bodies: tuple[Compiled, ...]
    given: tuple[Claim, ...] = ()

    def where(self, problem: Case) -> list[Mapping[Variable, int]]:
        """The points of a problem, as far as it certainly satisfies there what is given."""
        found = points(self.free(), problem.alphabets)
        if not self.given:
            return list(found)
        claim = Claim(self.program, self.bodies[0], self.bodies[0], Relation.EQUAL, (), self.given)
        beside = {self.shape: self.filler(problem.alphabets)}  # which nothing that is given speaks of
        allowed = claim.allowed(replace(problem, tables={**problem.tables, **beside}))
        return [at for at in found if any(agrees(at, some) for some in allowed)]

    def claimed_table(self, run: Run) -> dict[tuple[int, ...], Any]:
        """The claimed policy's probabilities, as numbers of the run's kind."""
        assert self.claimed is not None
        found = {}
        for place in self.shape.places(run.alphabets):
            at = {v: i for v, i in zip(self.places, place, strict=True) if v is not None}
            found[place] = run.value(self.claimed, at)
        return found

    def contender(self, values: Values, label: str = "") -> Contender:
        """A policy as a witness shows it."""
        return Contender(self.symbol, label, self.shape._replace(symbol=self.symbol), values)

    def free(self) -> frozenset[Variable]:
        """The free variables of all bodies."""
        return frozenset().union(*(body.free for body in self.bodies))

    def ball_run(self, problem: Case, policy: Values) -> Run:
        """A run in balls with this policy. Requires: inside ``precision(bits)``."""
        return Run.of(self.program, problem, BALLS, {BOUND: policy})

    def filler(self, alphabets: Mapping[str, int]) -> Values:
        """Any policy: what the claimed one is worked out beside."""
        return policies_of(self.shape, tuple(sorted(alphabets.items())))[0].exact


def contest(problems: tuple[Problem, ...], context: t.Context, claimed: t.Term | None = None,
            others: tuple[t.Term, ...] = (), spelled: tuple[Variable, ...] | None = None,
            given: tuple[Statement, ...] = ()) -> Contest | None:
    """The problems, ready to be run; None where a finite problem alone cannot settle what they say.

    ``claimed`` is a policy as a term in its own outcome and given variables: found by their sorts,
    or named in order by ``spelled``. ``others`` are terms to be compiled after the bodies. ``given``: what a problem
    must satisfy; nothing is known of it where it speaks of the policy that is chosen.
    """
    program = Program(context)
    hidden = t.Policy(BOUND)
    try:
        bodies = [program.compile(t.substitute(p.body, {t.Policy(p.policy): hidden})) for p in problems]
        bodies += [program.compile(term) for term in others]
        policy = None if claimed is None else program.compile(claimed)
        known = hypotheses(program, given, frozenset().union(*(body.free for body in bodies)))
    except NotEvaluable:
        return None
    shapes = [shape for shape in program.shapes if shape.symbol == BOUND]
    bound = {p.policy for p in problems}
    rest = tuple(shape for shape in program.shapes if shape.symbol != BOUND)
    # Of the policy that is chosen nothing else may speak, such as a definition read outside the maximum.
    if len(shapes) != 1 or bound & {shape.symbol for shape in rest}:
        return None
    needs = program.needs._replace(shapes=rest)
    places = () if policy is None else _places(shapes[0], policy.free, spelled)
    if places is None or not consistent(needs):
        return None
    label = claimed.symbol if isinstance(claimed, t.Apply) else ""
    return Contest(program, needs, shapes[0], problems[0].policy, label, policy, places, tuple(bodies), known)


def _places(shape: Shape, free: frozenset[Variable],
            spelled: tuple[Variable, ...] | None) -> tuple[Variable | None, ...] | None:
    """The variable of the claimed policy that stands at each argument, if that is beyond doubt."""
    if spelled is not None:
        fits = [v.sort for v in spelled] == list(shape.arguments) and free <= set(spelled)
        return tuple(spelled) if fits else None
    sorts = [v.sort for v in free]
    if len(set(shape.arguments)) < len(shape.arguments) or len(set(sorts)) < len(sorts):
        return None
    if not set(sorts) <= set(shape.arguments):
        return None
    by_sort = {v.sort: v for v in free}
    return tuple(by_sort.get(sort) for sort in shape.arguments)


class RationalPolicy(NamedTuple):
    """A policy exact and as floats: the floats are for the search."""

    exact: Values
    floats: Values


@lru_cache(maxsize=256)
def policies_of(shape: Shape, frozen: tuple[tuple[str, int], ...]) -> tuple[RationalPolicy, ...]:
    """The policies, or functions, that are tried in a problem of this size, exact and as floats."""
    tried = policies if shape.outcomes else functions
    return tuple(rational_policy(table) for table in tried(shape, dict(frozen)))


def rational_policy(table: Values) -> RationalPolicy:
    """The policy with this exact table."""
    return RationalPolicy(table, {place: float(p) for place, p in table.items()})


def sums(shape: Shape, table: Values) -> dict[tuple[int, ...], Any]:
    """The sum of a table over its outcomes, for each given value."""
    found: dict[tuple[int, ...], Any] = {}
    for place, value in table.items():
        row = place[len(shape.outcomes):]
        found[row] = found[row] + value if row in found else value
    return found
