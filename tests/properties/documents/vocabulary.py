"""The letters that people use, drawn anew for each document."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from random import Random

from tests.properties.documents.keying import Draft
from tests.properties.documents.terms import (
    KL,
    At,
    Entropy,
    Extremum,
    Mean,
    Power,
    Sum,
    Symbol,
    Term,
    Times,
    exp,
    mapped,
)
from tests.properties.documents.writing import Hand

PARAMETERS = [r"\theta", r"\theta", r"\phi", r"\phi", r"\psi", r"\psi", r"\omega"]
LAWS = [r"\pi", "p", "q", r"\mu"]
REFERENCES = [r"\pi_{ref}", r"\mu", r"\pi_0", r"\pi_{old}", r"\pi_{\text{ref}}", r"\pi_{SFT}", r"\pi^{SFT}", "q"]
REWARDS = ["r", "R", "A", "Q", r"\hat r"]
TEMPERATURES = [r"\beta", r"\tau", r"\alpha", r"\eta"]
# A prompt's letter and the letters of outcomes beside it.
ALPHABETS = [
    ("x", ["y", "z", "w", "y'"]),
    ("x", ["y", "y'", "z"]),
    ("s", ["a", "b", "a'"]),
    (None, ["y", "z", "w"]),
    (None, ["a", "b", "a'"]),
    (None, ["x", "z", "x'"]),
]
PAIRS = {
    "y": [("y_1", "y_2"), ("y_w", "y_l"), ("y", "y'")],
    "a": [("a", "b"), ("a_1", "a_2")],
    "x": [("x", "x'"), ("x_1", "x_2")],
}


class Unfit(ValueError):
    """A kind that cannot be a section of the document that is being written."""


class Section(Random):
    """The choices of one section of a larger document: its letters are new, its alphabet and hand are the whole's."""

    def __init__(self, seed: int, whole: Letters, hand: Hand) -> None:
        super().__init__(seed)
        self.whole, self.hand = whole, hand


@dataclass
class Letters:
    """One document's letters, none of them used twice."""

    rng: Random
    prompt: str | None
    y: str
    z: str
    used: set[str] = field(default_factory=set)

    @classmethod
    def drawn(cls, rng: Random, prompt: bool | None = None) -> Letters:
        """Some alphabet, with a prompt if that is asked for."""
        if isinstance(rng, Section):
            whole = rng.whole
            if prompt is not None and prompt != (whole.prompt is not None):
                raise Unfit
            return cls(rng, whole.prompt, whole.y, whole.z, whole.used)
        choices = [a for a in ALPHABETS if prompt is None or (a[0] is not None) == prompt]
        x, outcomes = rng.choice(choices)
        return cls(rng, x, outcomes[0], rng.choice(outcomes[1:]))

    def draft(self, family: str, kind: str) -> Draft:
        """An empty document in these letters."""
        hand = self.rng.hand if isinstance(self.rng, Section) else Hand.drawn(self.rng, self.prompt is not None, self.y)
        return Draft(family, kind, self.rng, hand)

    def one(self, pool: list[str]) -> str:
        """A letter that is not used yet."""
        free = [name for name in pool if name not in self.used]
        if not free:
            raise Unfit
        found = self.rng.choice(free)
        self.used.add(found)
        return found

    def pair(self) -> tuple[str, str]:
        """Two outcomes."""
        return self.rng.choice(PAIRS[self.y])

    def parameter(self) -> str:
        return self.one(PARAMETERS)

    def law(self, *pool: str) -> Symbol:
        """A law that nothing moves."""
        return Symbol(self.one(list(pool) or LAWS), "law", self.prompt, 1)

    def reference(self) -> Symbol:
        return Symbol(self.one(REFERENCES), "law", self.prompt, 1)

    def moving_law(self, parameter: str) -> Symbol:
        """A law whose name carries a parameter."""
        shapes = [r"\pi_{}", r"\pi_{}", "q_{}", "p_{}", r"\mu_{}", r"\pi_{}^{{RL}}", r"\hat\pi_{}"]
        name = self.one([shape.format(parameter) for shape in shapes])
        return Symbol(name, "law", self.prompt, 1, frozenset([parameter]))

    def function(self, *pool: str, carries: tuple[str, ...] = (), standing: str = "free") -> Symbol:
        """A function of an outcome."""
        return Symbol(self.one(list(pool)), "function", self.prompt, 1, frozenset(carries), standing=standing)

    def reward(self) -> Symbol:
        return self.function(*REWARDS)

    def value(self, *pool: str, carries: tuple[str, ...] = (), standing: str = "free") -> Symbol:
        """A function of the prompt alone; a number where there is no prompt."""
        name = self.one(list(pool) or ["V"])
        return Symbol(name, "function", self.prompt, 0, frozenset(carries), standing=standing)

    def temperature(self, *pool: str) -> Symbol:
        return Symbol(self.one(list(pool) or TEMPERATURES), positive=True)

    def of(self, *rest: str) -> str:
        """``function of x, y`` and its kin, for a directive."""
        return "function of " + ", ".join([*([self.prompt] if self.prompt else []), *rest])


def tilted(reference: Symbol | None, scores: Term, temperature: Term, y: str, z: str) -> tuple[Term, Term]:
    """The weight of an outcome, and the sum of the weights over ``z``."""
    weight = exp(_quotient(scores, temperature))
    if reference is not None:
        weight = reference(y) * weight
    return weight, Sum(z, moved(weight, y, z))


def _quotient(scores: Term, temperature: Term) -> Term:
    """``β² r / β`` is written ``β r``."""
    if isinstance(scores, Times) and scores.factors[0] == Power(temperature, 2):
        return Times((temperature, *scores.factors[1:]))
    return scores / temperature


def softmax(reference: Symbol | None, scores: Term, temperature: Term, y: str, z: str) -> Term:
    """The policy that such weights give."""
    weight, total = tilted(reference, scores, temperature, y, z)
    return weight / total


def moved(whole: Term, old: str, new: str) -> Term:
    """The term with a free outcome letter replaced."""
    if isinstance(whole, At):
        return replace(whole, letters=tuple(new if letter == old else letter for letter in whole.letters))
    if getattr(whole, "letter", None) == old:
        return whole
    return mapped(whole, lambda held: moved(held, old, new) if isinstance(held, Term) else held)


def objective(policy: Symbol, reward: Symbol, temperature: Symbol, reference: Symbol | None, y: str) -> Term:
    """``E[r] - β KL(π‖ref)``, or with an entropy bonus where there is no reference."""
    mean = Mean(y, policy, reward(y))
    if reference is None:
        return mean + temperature() * Entropy(policy)
    return mean - temperature() * KL(policy, reference)


def solved(
    policy: Symbol, reward: Symbol, temperature: Symbol, reference: Symbol | None, y: str, z: str, parameter: str = ""
) -> Extremum:
    """The problem of that objective with its closed form."""
    return Extremum(
        "max",
        policy,
        objective(policy, reward, temperature, reference, y),
        y,
        softmax(reference, reward(y), temperature(), y, z),
        parameter,
    )
