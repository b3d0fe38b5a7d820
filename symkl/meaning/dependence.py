"""What a name says of what moves a symbol: ``q_θ`` carries a parameter, ``V_β`` a scalar, ``Q^π`` a policy.

A name can only say that something *may* move. Whether it does, a definition says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from symkl.language.dependence import EVERYTHING
from symkl.language.patterns import pattern
from symkl.language.roles import Role
from symkl.meaning.symbols import INDICES, POLICIES, REWARDS, Declarations, is_parameter, letter, subscript, usual_role

_VALUES = pattern(r"old|prev|last|new|next|ref|SFT|sft|init|base|target|0|\d+|\(?[ktnijm](?:[+-]\d+)?\)?|'+|-|−")
"""What stands behind a parameter to name one value of it: θ_old, θ_k, θ', θ^-."""


_BELOW = r"(?:[_^*'][^,]*)?(?:$|,)"
_OF_A_POLICY = pattern(rf"[_^,](?:{'|'.join(POLICIES)}){_BELOW}")
_OF_ANY_POLICY = pattern(rf"[_^,](?:{'|'.join((*POLICIES, 'ν', 'ρ'))}){_BELOW}")
_VALUES_OF_A_POLICY = ("Q", "V", "A", "J", "G")


def marks(name: str) -> tuple[str, ...]:
    """The pieces of a name below and above its letter.

    >>> marks("π_r,β"), marks("Q^π_θ"), marks("π_φ_RL"), marks("π*")
    (('r', 'β'), ('π', 'θ'), ('φ', 'RL'), ())
    """
    pieces = re.split(r"[_^,| ]+", name[len(letter(name)) :])
    return tuple(piece.strip("*") for piece in pieces if piece.strip("*"))


def parameters(name: str) -> frozenset[str]:
    """The parameters that a name carries; at a value of its own, as in ``π_θ_old``, it carries none.

    >>> sorted(parameters("π_φ_RL")), sorted(parameters("q_θ")), sorted(parameters("π_θ_old"))
    (['φ'], ['θ'], [])
    """
    pieces = marks(name)
    followed = zip(pieces, (*pieces[1:], ""), strict=False)
    return frozenset(piece for piece, after in followed if is_parameter(piece) and not _VALUES.fullmatch(after))


def policy_of(name: str) -> str | None:
    """The policy that a symbol is of, by its name.

    >>> policy_of("Q^π_θ"), policy_of("V_soft^π_old"), policy_of("π_θ"), policy_of("r_θ")
    ('π_θ', 'π_old', None, None)
    """
    of = _OF_ANY_POLICY if letter(name) in _VALUES_OF_A_POLICY else _OF_A_POLICY
    found = of.search(name[len(letter(name)) :])
    return found.group()[1:].rstrip(",") if found else None


def moved_by_name(known: Declarations, name: str, names: Iterable[str]) -> frozenset[str] | None:
    """What may move a symbol that no definition gives, by its name; ``names``: the symbols of the document.

    None where its name says nothing. ``Q^π`` is of the policy at hand, so it may move with what the document's
    gradients are by; a reference and a number without a mark are fixed.
    """
    if name in known.moves:
        return known.moves[name]
    if known.gradient and (base := name.rstrip(INDICES)) != name and base in known.families:
        return frozenset() if letter(base) in REWARDS else frozenset({known.gradient, EVERYTHING})  # it may be a ratio
    pieces, policy = {*marks(name), *re.split(r"[,|]", subscript(name))}, policy_of(name)
    by = parameters(name) | {n for n in names if n in pieces and known.kind(n) in ("scalar", "multiplier")}
    if policy is not None:
        moving = any(letter(n) == policy and carries(known, n, known.gradient) for n in names)
        by |= {policy} | ({known.gradient} if known.gradient and (policy == "π" or moving) else set())
    fixed = usual_role(name) is Role.REFERENCE or known.kind(name) == "scalar"
    return by - {name} if by - {name} or fixed else None


def carries(known: Declarations, name: str, parameter: str) -> bool:
    """Whether a symbol carries the parameter of gradients: by its name, or as the document says."""
    return parameter in (known.moves[name] if name in known.moves else parameters(name))
