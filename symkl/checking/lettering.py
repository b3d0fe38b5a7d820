"""Letters: which symbols of a document stand for the parts of a theorem, tried out one after the other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import permutations, product
from typing import NamedTuple

import symkl.language.terms as t
from symkl.language.frozen import frozen
from symkl.language.proof import Tilt
from symkl.language.terms import Variable

MINUS, HALF, ONE = (t.Number(Fraction(n)) for n in (-1, Fraction(1, 2), 1))


def over(a: t.Term, b: t.Term) -> t.Term:
    """``a / b``."""
    return t.Mul((a, t.Power(b, MINUS)))


def minus(a: t.Term, b: t.Term) -> t.Term:
    """``a - b``."""
    return t.Add((a, t.Mul((MINUS, b))))


@frozen
class Letters:
    """The parts of a theorem in the symbols of a document, each applied as the document applies it.

    ``y``: the response; ``pair``: the two of a preference. The temperature may be any term, as the 1 of ``E[r] - KL``.
    """

    policy: t.Apply
    reference: t.Apply
    optimum: t.Apply
    reward: t.Apply
    temperature: t.Term
    y: Variable
    pair: tuple[Variable, Variable]

    @classmethod
    def usual(cls, parts: Tilt) -> Letters:
        """The parts under the names that a document gives them, or that are usual.

        Where its problem has no prompt (the name is empty), everything is said at one prompt.
        """
        y, x = Variable(parts.outcome, parts.outcome), Variable(parts.prompt, parts.prompt)
        given = (x,) if parts.prompt else ()
        policy, reference, optimum = (
            t.Apply(name, (y,), given) for name in (parts.policy, parts.reference, parts.optimum)
        )
        winner, loser = (Variable(f"{parts.outcome}_{mark}", parts.outcome) for mark in "wl")
        reward = t.Apply(parts.reward, (), (*given, y))
        temperature = t.Scalar(parts.temperature)
        return cls(policy, reference, optimum, reward, temperature, y, (winner, loser))

    def at(self, letter: t.Apply, y: Variable | None = None) -> t.Apply:
        """A law or the reward, at another response."""
        new = self.y if y is None else y
        return replace(
            letter,
            outcomes=tuple(new for _ in letter.outcomes),
            given=tuple(new if a == self.y else a for a in letter.given),
        )

    def mean(self, law: t.Apply, body: t.Term) -> t.Term:
        """``E_{y ~ law}``."""
        return t.mean((self.y,), law, body)

    def kl(self, p: t.Apply, q: t.Apply) -> t.Term:
        """``KL(p ‖ q)``."""
        return t.kl(self.y, p, q)

    def log_ratio(self, law: t.Apply, y: Variable | None = None) -> t.Term:
        """``log law/π_ref``."""
        return t.log(over(self.at(law, y), self.at(self.reference, y)))

    def scaled(self, term: t.Term) -> t.Term:
        """``β term``."""
        return term if self.temperature == ONE else t.Mul((self.temperature, term))

    def objective(self, law: t.Apply) -> t.Term:
        """``E[r] - β KL(law ‖ π_ref)`` at one prompt."""
        return minus(self.mean(law, self.reward), self.scaled(self.kl(law, self.reference)))

    @property
    def weight(self) -> t.Term:
        """``π_ref exp(r/β)``."""
        exponent = self.reward if self.temperature == ONE else over(self.reward, self.temperature)
        return t.Mul((self.reference, t.exp(exponent)))

    @property
    def log_z(self) -> t.Term:
        """``log Z``."""
        return t.log(t.total(self.y, self.weight))

    def tilted(self) -> t.Term:
        """``π_ref exp(r/β) / Z``."""
        return over(self.weight, t.total(self.y, self.weight))

    def margin(self) -> t.Term:
        """``β log ratio(y_w) - β log ratio(y_l)``."""
        winner, loser = (self.scaled(self.log_ratio(self.policy, y)) for y in self.pair)
        return minus(winner, loser)

    def of_reward(self) -> t.Term:
        """``r(y_w) - r(y_l)``."""
        winner, loser = (self.at(self.reward, y) for y in self.pair)
        return minus(winner, loser)


LAWS = ("policy", "reference", "optimum")
"""The parts that are laws."""


class Alphabet(NamedTuple):
    """The symbols of a document, each as it is applied somewhere, with the scalars."""

    applied: Mapping[str, t.Apply]
    scalars: frozenset[str]

    @classmethod
    def of(cls, terms: Iterable[t.Term], definitions: Collection[t.Definition]) -> Alphabet:
        """What is used in terms and in the bodies of definitions."""
        applied: dict[str, t.Apply] = {}
        scalars: set[str] = set()
        for term in (*terms, *(definition.body for definition in definitions)):
            for part in walked(term):
                if isinstance(part, t.Apply):
                    applied.setdefault(part.symbol, part)
                elif isinstance(part, t.Scalar):
                    scalars.add(part.symbol)
        return cls(applied, frozenset(scalars))

    def letters(
        self, parts: Collection[str], names: Collection[str], visible: Sequence[Variable], known: Mapping[str, str]
    ) -> Iterator[Letters]:
        """Every way to take ``parts`` from ``names``; ``known`` are taken already, by part.

        ``visible``: the variables that are free where the theorem is stated.
        """
        inside = [self.applied[name] for name in sorted(names) if name in self.applied]
        todo = [part for part in LAWS if part in parts and part not in known]
        laws = [each for each in inside if len(each.outcomes) == 1 and each.symbol not in known.values()]
        temperatures = self._temperatures(names) if "temperature" in parts else [ONE]
        for chosen in permutations(laws, len(todo)):
            taken = dict(zip(todo, chosen, strict=True)) | {part: self.applied[name] for part, name in known.items()}
            sorts = {law.outcomes[0].sort for law in taken.values() if law.outcomes}
            if len(sorts) != 1:
                continue
            (sort,) = sorts
            rewards = [f for f in inside if not f.outcomes and sum(_sort(a) == sort for a in f.given) == 1]
            for reward in rewards if "reward" in parts and "reward" not in known else [None]:
                whole = taken if reward is None else taken | {"reward": reward}
                for temperature, (y, pair) in product(temperatures, _responses(sort, visible, "pair" in parts)):
                    yield _fitted(whole, temperature, visible, y, pair)

    def _temperatures(self, names: Collection[str]) -> list[t.Term]:
        own = [t.Scalar(name) for name in sorted(self.scalars.intersection(names))]
        return [*own, ONE, *(t.Power(each, MINUS) for each in own)]


def walked(term: t.Term) -> Iterator[t.Term]:
    """A term and everything inside it."""
    yield term
    for part in term.parts():
        yield from walked(part)


def _sort(argument: t.Argument) -> str:
    return argument.sort if isinstance(argument, Variable) else ""


def _responses(
    sort: str, visible: Sequence[Variable], pair: bool
) -> Iterator[tuple[Variable, tuple[Variable, Variable]]]:
    """The response and the pair of responses that a statement may be about."""
    here = [v for v in visible if v.sort == sort]
    y = here[0] if len(here) == 1 else Variable(f"{sort}′", sort)
    if not pair:
        yield y, (y, y)
    for winner, loser in permutations(here, 2) if pair else ():
        yield y, (winner, loser)


def _fitted(
    taken: Mapping[str, t.Apply],
    temperature: t.Term,
    visible: Sequence[Variable],
    y: Variable,
    pair: tuple[Variable, Variable],
) -> Letters:
    """Letters whose arguments are what is visible; what a theorem does not mention has a name of its own."""

    def fit(letter: t.Apply) -> t.Apply:
        def argument(a: t.Argument) -> t.Argument:
            if not isinstance(a, Variable):
                return a
            if a.sort == y.sort:
                return a if letter.outcomes else y
            same = [v for v in visible if v.sort == a.sort]
            return same[0] if len(same) == 1 else a

        return replace(letter, outcomes=tuple(y for _ in letter.outcomes), given=tuple(map(argument, letter.given)))

    law = next(letter for letter in taken.values() if letter.outcomes)
    other = replace(fit(law), symbol="p♯")
    fitted = {part: fit(taken[part]) if part in taken else other for part in (*LAWS, "reward")}
    return Letters(**fitted, temperature=temperature, y=y, pair=pair)
