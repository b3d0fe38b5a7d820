"""What is known of a symbol: what the field means by its letter, and what its document declares and shows.

This is the one place that goes by letters. All that follows asks :class:`Declarations`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from functools import lru_cache

from symkl.language.frozen import frozen
from symkl.language.functions import LENGTH
from symkl.language.joints import MARKED, Shape
from symkl.language.roles import Role
from symkl.language.sorts import numbers
from symkl.language.terms import Variable
from symkl.reading.syntax import Node

VARIABLES = {"x": "x", "y": "y", "s": "s", "a": "a"}
"""Letters that index alphabets, and the sort of the alphabet."""

CONDITION = {"y": "x", "a": "s"}
"""The sort that a policy over this sort conditions on."""

POLICIES = ("π", "p", "q", "μ")
LAWS = ("p", "P", "q", "π")
"""Letters of laws that may be of trajectories, too: p_θ(τ) beside p_θ(s'|s, a)."""

TRAJECTORIES = ("τ", "ξ", "ζ", "ω")
"""Greek letters that may be variables of sums and means."""

PROMPTS = ("D", "ρ", "P")
REWARDS = ("r", "R", "A", "Q", "V", "r̂", "R̂")
NO_LAWS = ("f", "g", "h", "w", "b", "c", "k", "u", "v", "F", "G", "J", "L", "E", "ℓ", "δ", "Δ")
"""Letters of functions and weights: where no row says what it is, a bar behind one makes no distribution of it."""

GIVEN_BY_EQUATION = ("A", "Q", "V", "r̂", "R̂")
"""Rewards and values that a document may also define itself."""

VALUES = ("V", "V̂")
"""Functions of the prompt alone where nothing is written: what a state is worth."""

TEMPERATURES = ("β", "τ", "α", "η", "λ_KL")
SMALL = "ε"
"""The letter of a number that is positive and no temperature: how far a clipped ratio may go, how large an error is."""

SIZES = frozenset("nNGKMT")
"""Letters of how many there are, which other rows may say."""
MULTIPLIERS = ("λ", "ν")
PARTITIONS = ("Z", "z")
PARAMETERS = ("θ", "φ", "ψ", "ω", "ϑ", "ξ")
"""Letters that a functional of a policy's parameters may be written with: J(θ)."""


def is_parameter(name: str) -> bool:
    """Whether a letter is one for parameters, or marked as what the document's gradients are by."""
    return name in PARAMETERS or name.endswith(MARKED)


def is_value_of_parameter(name: str) -> bool:
    """Whether a name may be that of a parameter or of one value of it: θ, θ', θ_old.

    >>> is_value_of_parameter("θ'"), is_value_of_parameter("θ_old"), is_value_of_parameter("t")
    (True, True, False)
    """
    return is_parameter(name) or letter(name) in PARAMETERS


INDICES = "ᵢⱼₖₗ"
"""What the name of a function of numbers ends with, one for each number: R_i is a value of Rᵢ."""

REFERENCES = ("ref", "SFT", "old", "0", "base", "init", "sft", "θ_old", "teacher")


_ROLES = {
    **dict.fromkeys(("p", "q", "μ"), Role.DISTRIBUTION),
    **dict.fromkeys(PROMPTS, Role.PROMPTS),
    **dict.fromkeys(REWARDS, Role.REWARD),
    **dict.fromkeys(("β", "τ", "α", "η"), Role.TEMPERATURE),
    **dict.fromkeys(PARTITIONS, Role.PARTITION),
    "x": Role.PROMPT,
    "y": Role.RESPONSE,
}


@lru_cache(maxsize=4096)
def letter(name: str) -> str:
    """The letter under a symbol's decorations.

    >>> letter("π_ref"), letter("r̂_θ"), letter("y_w"), letter("p⟦x|z⟧_θ")
    ('π', 'r̂', 'y', 'p')
    """
    found = re.match(r"[^_^*'+\-⟦]+", name)
    return found.group() if found else name


def subscript(name: str) -> str:
    """What stands below a symbol, without stars and primes.

    >>> subscript("π_θ*"), subscript("π"), subscript("π_r'")
    ('θ', '', "r'")
    """
    return name.partition("_")[2].rstrip("*").partition("^")[0]


def numbered_by(name: str) -> frozenset[str]:
    """The letters below a symbol, one of which may be an index that it is numbered by.

    >>> sorted(numbered_by("s_i")), sorted(numbered_by("y_<t")), sorted(numbered_by("π_ref"))
    (['i'], ['', 't'], ['ref'])
    """
    return frozenset(re.split(r"[_,<>≤≥=:{}+\-0-9]", subscript(name)))


def usual_role(name: str) -> Role | None:
    """The role that the field gives a symbol by its letter, None where it gives none.

    >>> usual_role("π_ref"), usual_role("λ"), usual_role("λ_KL"), usual_role("c")
    (<Role.REFERENCE: 'reference'>, <Role.MULTIPLIER: 'multiplier'>, <Role.TEMPERATURE: 'temperature'>, None)
    """
    base = letter(name)
    if base == "π":
        if name.endswith("*") or re.fullmatch(r"π_[rR](_\w|'+)?(,\d*[βτ].*)?", name) is not None:
            return Role.OPTIMUM
        return Role.REFERENCE if subscript(name) in REFERENCES else Role.POLICY
    if name in TEMPERATURES:
        return Role.TEMPERATURE
    return Role.MULTIPLIER if base[:1] in MULTIPLIERS else _ROLES.get(base)


def is_an_advantage(name: str) -> bool:
    """Whether a symbol is written as an advantage is, by its letter: what that is, only a row can say.

    >>> is_an_advantage("A"), is_an_advantage("Â_t"), is_an_advantage("r")
    (True, True, False)
    """
    return letter(name) in ("A", "Â", "Ã")


def is_one_reward(name: str, reward: str) -> bool:
    """Whether two names may be those of one reward, which decorations but a number leave it: r, r_φ, r*.

    >>> is_one_reward("r_φ", "r"), is_one_reward("r_1", "r_2"), is_one_reward("r", "r'")
    (True, False, False)
    """
    if subscript(name).isdigit() or subscript(reward).isdigit():
        return name == reward
    marks = (each[len(letter(each)) :][:1] for each in (name, reward))
    return letter(name) == letter(reward) and all(mark in ("_", "*", "") for mark in marks)


@frozen
class OfNumbers:
    """What gives a function of one number: its parameter as a scalar, as it is ``written`` in rows, and its body.

    ``stands``: whether a row gives the letter of the parameter, too: ``Δ = ...`` and ``f(Δ) = e^Δ``.
    """

    parameter: str
    written: str
    body: Node
    stands: bool = False


@frozen
class Joint:
    """A law of several variables by its factors, each behind those before it (:mod:`symkl.meaning.joints`).

    ``order``: of the variables; none where the letter has several laws of one variable each. ``parts``: those that the
    document writes. ``prior``: the first factor, where that is a distribution of another name.
    """

    order: tuple[str, ...]
    parts: frozenset[Shape] = frozenset()
    prior: str = ""

    def has(self, variables: Iterable[str]) -> bool:
        """Whether it is a law of these variables, and perhaps of others."""
        return set(self.order).issuperset(variables)


@frozen
class Declarations:
    """What the symbols of one document are.

    ``barred``: the distributions that only a bar makes such. ``functions``: name to (is it positive). ``defined``:
    name to the line of the row that gives it, 0 for none, and ``instances`` those that are what another is, of another
    policy or number, with that other (:mod:`symkl.meaning.instances`).
    ``rivals``: of which part of the problem several symbols could be meant, and which; none that a directive says.
    ``signatures``: for a distribution, its (outcome sorts, condition sorts) when nothing is written; ``arguments``: for
    a function. ``sorts``: of the places that symbols and letters have in the document, ``written`` the line where each
    is first filled, ``usual`` the letter that is usual for a sort, and ``usual_in`` that of a section
    (:mod:`symkl.meaning.alphabets`). ``measures``:
    the sorts that are integrated over, and in which line first. ``vectors``: what is written with an index for its
    outcome, as p_i, and ``sizes`` how many of those there are (:mod:`symkl.meaning.vectors`), ``portions`` the sizes of
    portions of an alphabet, with its sort (:mod:`symkl.meaning.portions`). ``numbering``: the
    letters of indices that run to an end, ``from_zero`` those that start at 0, ``families`` what is written with one,
    and ``samples`` the letters of
    responses that are (:mod:`symkl.meaning.groups`), ``made_of_samples`` what rows give with these in it
    (:mod:`symkl.meaning.samples`). ``chains``: the policies that are written token by token
    (:mod:`symkl.meaning.chains`). ``step``, ``took_steps``: the letter of one step of many, and the policy that took
    them (:mod:`symkl.meaning.steps`). ``steps``, ``trajectory``, ``moments``: the letters of steps of a trajectory, its
    own letter, and what something at a step is called (:mod:`symkl.meaning.trajectories`). ``tokens``, ``lengths``:
    whether responses are sequences of tokens, and whether they have several lengths, and ``token_pairs`` how responses
    and positions are written (:mod:`symkl.meaning.sequences`). ``joints``: the laws of several variables that are
    written by their parts (:mod:`symkl.meaning.joints`). ``own_parameters``: letters that gradients are by, and
    ``written_parameters`` what is written as ``p(x; θ)``, ``partial_parameters`` those that ``∂/∂θ`` is
    by, ``of_parameters`` what is called with parameters alone, ``moved_alone`` what stands below gradients alone and
    bears none, with what bears it
    (:mod:`symkl.meaning.parametrised`). ``multipliers``,
    ``functionals``, ``scores`` and what is called with scalars are what their use shows (:mod:`symkl.meaning.usage`);
    ``of_policies``: what is called with a policy somewhere; ``conditioned``: the probabilities of preferences that are
    written with a prompt behind a bar; ``deviations``: where the square of one is given first;
    ``with_parameter_alone``: rewards by their letter that rows give as ``r(θ)``;
    ``laws``: from what several variables are drawn at once, ``singly``: what is a law of one response wherever it
    is called, and ``draws``: whether responses are drawn from policies.
    ``slopes``, ``transposes``: whether σ' and a transpose are written anywhere.
    ``constants``: what is added to a side and named nowhere (:mod:`symkl.meaning.constants`); ``undeclared``: functions
    of which nothing is said, each with what it is called with (:mod:`symkl.meaning.undeclared`).
    ``of_numbers``: functions of one number, None for one that nothing gives (:mod:`symkl.meaning.functions`).
    ``varied``: the distributions that problems are over. ``shares``: numbers between 0 and 1; ``real``: those that
    prose says to be any, or not to be positive. ``moves``: what a symbol is said to move with, which is nothing for
    what is said to be fixed.
    """

    distributions: frozenset[str] = frozenset()
    barred: frozenset[str] = frozenset()
    signatures: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=dict)
    arguments: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sorts: Mapping[tuple[str | int, ...], str] = field(default_factory=dict)
    written: Mapping[tuple[str | int, ...], int] = field(default_factory=dict)
    usual: Mapping[str, str] = field(default_factory=dict)
    usual_in: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    measures: Mapping[str, int] = field(default_factory=dict)
    vectors: frozenset[str] = frozenset()
    sizes: frozenset[str] = frozenset()
    portions: Mapping[str, str] = field(default_factory=dict)
    numbering: frozenset[str] = frozenset()
    families: frozenset[str] = frozenset()
    from_zero: Mapping[str, str] = field(default_factory=dict)
    samples: frozenset[str] = frozenset()
    made_of_samples: Mapping[str, tuple[tuple[str, ...], Node] | None] = field(default_factory=dict)
    chains: frozenset[str] = frozenset()
    step: str = ""
    took_steps: str = ""
    steps: frozenset[str] = frozenset()
    trajectory: str = ""
    moments: frozenset[str] = frozenset()
    tokens: bool = False
    lengths: bool = False
    token_pairs: frozenset[tuple[str, str]] = frozenset()
    own_parameters: frozenset[str] = frozenset()
    written_parameters: frozenset[str] = frozenset()
    partial_parameters: frozenset[str] = frozenset()
    of_parameters: frozenset[str] = frozenset()
    moved_alone: Mapping[str, str] = field(default_factory=dict)
    joints: Mapping[str, tuple[Joint, ...]] = field(default_factory=dict)
    multipliers: frozenset[str] = frozenset()
    functionals: frozenset[str] = frozenset()
    of_policies: frozenset[str] = frozenset()
    conditioned: frozenset[str] = frozenset()
    with_parameter_alone: frozenset[str] = frozenset()
    deviations: Mapping[str, int] = field(default_factory=dict)
    of_scalars: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scores: frozenset[str] = frozenset()
    laws: Mapping[tuple[str, ...], str] = field(default_factory=dict)
    singly: frozenset[str] = frozenset()
    constants: frozenset[str] = frozenset()
    undeclared: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    of_numbers: Mapping[str, OfNumbers | None] = field(default_factory=dict)
    draws: bool = False
    slopes: bool = False
    transposes: bool = False
    positive: frozenset[str] = frozenset()
    scalars: frozenset[str] = frozenset()
    shares: frozenset[str] = frozenset()
    real: frozenset[str] = frozenset()
    functions: frozenset[str] = frozenset()
    defined: Mapping[str, int] = field(default_factory=dict)
    instances: Mapping[str, str] = field(default_factory=dict)
    sampler: str | None = None
    reference: str | None = None
    reward: str | None = None
    temperature: str | None = None
    prompts: str | None = None
    claim: str | None = None
    goal: str | None = None
    most_laws: int | None = None
    outcome: str = "y"
    prompt: str = "x"
    indices: frozenset[str] = frozenset()
    called: frozenset[str] = frozenset()
    carried: frozenset[str] = frozenset()
    gradient: str = ""
    exchanged: frozenset[str] = frozenset()
    varied: frozenset[str] = frozenset()
    carriers: frozenset[str] = frozenset()
    rivals: tuple[tuple[str, tuple[str, ...]], ...] = ()
    moves: dict[str, frozenset[str]] = field(default_factory=dict)

    def is_index(self, name: str) -> bool:
        """Whether a name is that of an index variable: x, y, s, a, or what the document draws or sums over."""
        base = letter(name)
        if base in REWARDS and subscript(name) in PARAMETERS:
            return False  # r_θ, beside an r that is drawn
        return name not in self.scores | self.called and (base in VARIABLES or base in self.indices)

    def sort(self, name: str) -> str:
        """The sort of the alphabet that an index runs over where nothing about its row tells."""
        base = letter(name)
        own = numbers(base) if base in self.numbering else base
        return self.sorts.get(("letter", base)) or VARIABLES.get(base, own)

    def condition(self, outcome: str) -> str:
        """The sort that a policy over a sort conditions on where nothing is written; nothing where there is none."""
        return self.prompt if outcome == self.outcome else CONDITION.get(outcome, "")

    def within(self, section: int) -> Declarations:
        """What holds in one section: its letters are the usual ones there."""
        return replace(self, usual={**self.usual, **self.usual_in.get(section, {})})

    def usual_variable(self, sort: str) -> Variable:
        """The variable that is meant of a sort where none is written."""
        return Variable(self.usual.get(sort, sort), sort)

    def kind(self, name: str) -> str | None:
        """One of variable, distribution, function, scalar, multiplier, partition, defined; None if undeclared."""
        base = letter(name)
        if name in self.constants:
            return "constant"
        if name in self.multipliers:
            return "multiplier"
        if base in PARTITIONS and name in self.of_scalars:  # Z(η) is what its row says that it is
            return "defined" if name in self.defined else None
        if name in self.defined and base not in POLICIES:
            return "defined"
        if name in self.scalars or (name in self.positive and name not in self.functions):
            return "scalar"
        if name in self.functions:
            return "function"
        if name in self.distributions:
            return "distribution"
        if name in self.defined:
            return "defined"
        if self.is_index(name) and "^(" not in name:
            return "variable"
        if base in POLICIES or (name in PROMPTS and name not in self.of_parameters):
            return "distribution"
        if name in TEMPERATURES or base in ("β", "τ", "α", "η", "γ", SMALL):
            return "scalar"
        if base in REWARDS or base == "E":
            return "function"
        if base in PARTITIONS:
            return "partition"
        if base in MULTIPLIERS:
            return "multiplier"
        return None

    def is_positive(self, name: str) -> bool:
        """Whether a scalar or function is > 0 throughout."""
        usual = name in TEMPERATURES or letter(name) in ("β", "τ", "α", "η", SMALL)
        return name in self.positive or name == LENGTH or (usual and name not in self.scalars | self.real)

    def is_optimum(self, name: str) -> bool:
        """Whether a policy is an optimum by its name: ``π*``, ``π_r`` for a reward r; p* where a problem is over p."""
        return usual_role(name) is Role.OPTIMUM or (name.endswith("*") and name[:-1] in self.varied)

    def is_reward(self, name: str) -> bool:
        """Whether a name is that of the document's reward, with any decoration but a number: r, r_φ, r*."""
        return is_one_reward(name, self.reward or "r")

    def is_reference(self, name: str) -> bool:
        """Whether a policy is a reference by its name."""
        return name == self.reference or subscript(name) in REFERENCES or name.startswith("μ")

    def role(self, name: str) -> Role | None:
        """The part that a symbol plays: as the document says or shows, else as is usual."""
        if name in self.constants:
            return Role.CONSTANT
        own = {self.reference: Role.REFERENCE, self.reward: Role.REWARD, self.temperature: Role.TEMPERATURE}
        usual = Role.OPTIMUM if self.is_optimum(name) else usual_role(name)
        if name in self.functions and usual in (Role.PARTITION, Role.MULTIPLIER, Role.TEMPERATURE):
            return own.get(name)
        if name in self.distributions and usual in (Role.MULTIPLIER, Role.TEMPERATURE):
            return own.get(name, Role.DISTRIBUTION)
        if name in self.multipliers:
            return Role.MULTIPLIER
        if usual is Role.PARTITION and name in self.of_scalars:
            return own.get(name)
        if name in self.scalars and usual is Role.MULTIPLIER:
            return own.get(name)
        if name == self.prompts and usual is not Role.DISTRIBUTION:  # that an x is drawn from q makes no prompts of it
            return Role.PROMPTS
        return own.get(name, usual)
