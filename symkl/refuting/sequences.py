"""Finite problems whose responses are sequences: which there are, and the tables that say so.

Tokens are 0 and 1. Where all responses are of one length T they are all sequences of T tokens; where they are not,
token 1 ends a response, and one of T tokens ends as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product

from symkl.language.roles import Role
from symkl.refuting.needs import Needs, Shape, Table

STRUCTURE = (Role.PREFIX, Role.SHORTER_PREFIX, Role.POSITIONS, Role.LENGTH)
"""The roles of symbols whose tables the responses of a problem settle."""


def responses(length: int, *, several: bool) -> list[tuple[int, ...]]:
    """All sequences of up to ``length`` tokens; ``several``: whether they have several lengths.

    >>> responses(2, several=False)
    [(0, 0), (0, 1), (1, 0), (1, 1)]
    >>> responses(2, several=True)
    [(1,), (0, 0), (0, 1)]
    """
    if not several:
        return list(product((0, 1), repeat=length))
    shorter = [(*(0,) * k, 1) for k in range(length - 1)]
    return [*shorter, *((*(0,) * (length - 1), last) for last in (0, 1))]


def spelled(response: tuple[int, ...]) -> str:
    """A response in letters.

    >>> spelled((0, 1))
    'ab'
    """
    return "".join("ab"[token] for token in response)


def sorts(needs: Needs) -> dict[str, str]:
    """The sorts of responses that are sequences, each with the sort of its positions ("" where none is needed)."""
    found: dict[str, str] = {}
    for shape in needs.shapes:
        match needs.structure.get(shape.symbol):
            case Role.PREFIX | Role.SHORTER_PREFIX:
                found[shape.given[0]] = shape.given[2]
            case Role.POSITIONS:
                found[shape.given[0]] = shape.outcomes[0]
            case Role.LENGTH:
                found.setdefault(shape.given[0], "")
    return found


def several_lengths(needs: Needs) -> bool:
    """Whether responses have several lengths."""
    return Role.LENGTH in needs.structure.values()


def fitted(needs: Needs, alphabets: Mapping[str, int]) -> dict[str, int]:
    """The alphabets with as many responses as there are sequences."""
    out = dict(alphabets)
    for y, positions in sorts(needs).items():
        if positions:
            out[y] = len(responses(alphabets[positions], several=several_lengths(needs)))
    return out


def table(needs: Needs, shape: Shape, alphabets: Mapping[str, int]) -> Table | None:
    """The table of a symbol that the responses settle; None for any other."""
    role = needs.structure.get(shape.symbol)
    if role not in STRUCTURE:
        return None
    found = _of(needs, shape, alphabets)
    if role is Role.LENGTH:
        return {(k,): Fraction(len(each)) for k, each in enumerate(found)}
    if role is Role.POSITIONS:
        return {
            (t, k): Fraction(int(t < len(each)), len(each))
            for t in range(alphabets[shape.outcomes[0]])
            for k, each in enumerate(found)
        }
    less = int(role is Role.SHORTER_PREFIX)
    return {
        (j, k, t): Fraction(int(one[: t + 1 - less] == other[: t + 1 - less]))
        for j, one in enumerate(found)
        for k, other in enumerate(found)
        for t in range(alphabets[shape.given[2]])
    }


def _of(needs: Needs, shape: Shape, alphabets: Mapping[str, int]) -> list[tuple[int, ...]]:
    y = shape.given[0]
    positions = sorts(needs)[y]
    if not positions:  # lengths alone: as long as they are many, and no shorter than one
        return [(0,) * (k + 1) for k in range(alphabets[y])]
    return responses(alphabets[positions], several=several_lengths(needs))


def told(needs: Needs, alphabets: Mapping[str, int]) -> dict[str, str]:
    """What is said of the responses of a problem, in the place of the tables that they settle."""
    out = {shape.symbol: "" for shape in needs.shapes if needs.structure.get(shape.symbol) in STRUCTURE}
    for shape in needs.shapes:
        y = shape.given[0] if shape.symbol in out else ""
        if y and alphabets[y] > 1:
            found = _of(needs, shape, alphabets)
            out[shape.symbol] = ", ".join(f"{y}{k + 1} = {spelled(each)}" for k, each in enumerate(found))
    return dict.fromkeys(out, "") | dict(zip(list(out)[:1], filter(None, dict.fromkeys(out.values())), strict=False))
