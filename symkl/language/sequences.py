"""What a policy over sequences says of tokens, and what the symbols of that are called.

A response y is a sequence of tokens. ``π⟩(x, y, t)`` is the probability of its t-th token behind those before it,
``π(y_t|x, y_<t)``. The other symbols are tables of a finite problem that say what its responses are.
"""

from __future__ import annotations

from symkl.language.patterns import pattern

MARK = "⟩"
"""What the name of a function of the first tokens of a response ends with."""

ANY = MARK + "d"
"""What the name of the arbitrary function in it ends with, of which nothing but sums is known."""

POSITIONS = "u⟩"
"""The uniform distribution over the positions of a response: a sum over them is its length times a mean."""

AGREES, BEFORE = "≼⟩", "≺⟩"
"""Whether two responses have the first t tokens in common, and the first t - 1: 1 or 0."""

_OF_TWO = pattern(r"(?P<name>\w+)\((?P<left>.+)‖(?P<right>.+)\)⟩")


def token(policy: str) -> str:
    """The probabilities of a policy's tokens.

    >>> token("π")
    'π⟩'
    """
    return policy + MARK


def divergence(name: str, left: str, right: str) -> str:
    """A divergence of two policies over the next token.

    >>> divergence("KL", "π", "μ")
    'KL(π‖μ)⟩'
    """
    return f"{name}({left}‖{right}){MARK}"


def is_an_entropy(symbol: str) -> bool:
    """Whether it is a cross-entropy over the next token: an entropy, where the two policies are one.

    >>> is_an_entropy(divergence("H", "π", "π")), is_an_entropy(divergence("KL", "π", "μ"))
    (True, False)
    """
    found = _OF_TWO.fullmatch(symbol)
    return found is not None and found["name"] == "H"


def policies_of(symbol: str) -> tuple[str, ...]:
    """The policy, or the two, of which a symbol says something at one token; none where it is no such symbol.

    >>> policies_of("π⟩"), policies_of("KL(π‖μ)⟩"), policies_of("π")
    (('π',), ('π', 'μ'), ())
    """
    if not symbol.endswith(MARK) or symbol in (POSITIONS, AGREES, BEFORE):
        return ()
    found = _OF_TWO.fullmatch(symbol)
    return (found["left"], found["right"]) if found else (symbol.removesuffix(MARK),)


def is_any(symbol: str) -> bool:
    """Whether a symbol is the arbitrary part of what is said of tokens.

    >>> is_any("π⟩d"), is_any("π⟩")
    (True, False)
    """
    return symbol.endswith(ANY)
