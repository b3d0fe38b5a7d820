"""What a symbol is for in a document: fixed once, where it is read; no later room goes by its letter."""

from __future__ import annotations

from enum import Enum


class Role(Enum):
    """The part that a symbol plays in the problem a document is about."""

    POLICY = "policy"
    REFERENCE = "reference"
    OPTIMUM = "optimum"
    """The tilted policy, of whichever reward: π*, π_r."""
    DISTRIBUTION = "distribution"
    """Any other distribution that a row may compare policies with: p, q."""
    PROMPTS = "prompts"
    """The distribution of the prompts."""
    REWARD = "reward"
    TEMPERATURE = "temperature"
    INVERSE = "inverse temperature"
    """What words say to be one over a temperature."""
    MULTIPLIER = "multiplier"
    """Of Lagrange: a first-order condition may determine it, besides the policy."""
    PARTITION = "partition"
    PROMPT = "prompt"
    """An index over prompts."""
    RESPONSE = "response"
    """An index over responses."""
    CONSTANT = "constant"
    """What is added at the end of a side, and nobody names: C, const."""
    SAMPLES = "samples"
    """Which response each of some numbered ones is: for each number one 1, and zeros."""
    PREFIX = "prefix"
    """Whether two responses have their first t tokens in common: 1 or 0."""
    SHORTER_PREFIX = "shorter prefix"
    """Whether they have the first t - 1."""
    POSITIONS = "positions"
    """The uniform distribution over the positions of a response."""
    STEP = "step"
    """What stands at a step of a trajectory: an action's probability, a reward, a transition."""
    LENGTH = "length"
    """How many tokens a response has."""


POLICIES = frozenset({Role.POLICY, Role.REFERENCE, Role.OPTIMUM})
"""The roles of policies, by whatever name."""
