r"""What an optimum or a partition function bears below: a reward and a temperature: ``π*_{r',2β}``, ``Z_{β_1}``."""

from __future__ import annotations

from fractions import Fraction

from symkl.language.patterns import pattern
from symkl.language.proof import Borne
from symkl.meaning.symbols import REWARDS, Declarations, letter

_PART = pattern(r"(?P<times>[1-9]\d{0,3})?(?P<name>[^\d/.][^/.]*)(?:/(?P<by>[1-9]\d{0,3}))?")
_TEMPERATURES = ("β", "τ")
"""Letters that are read as a temperature below a policy, besides the document's own."""


def borne(known: Declarations, name: str) -> Borne | None:
    r"""The reward and the temperature below a symbol; None where something below it is neither.

    ::

        π*_{r'}    the optimum for the reward r'
        Z_{2β}     the partition function at twice the temperature
        π*_{r/2}   half the reward is twice the temperature

    >>> borne(Declarations(), "π_r',2β*")
    Borne(reward="r'", temperature='β', times=Fraction(2, 1))
    >>> borne(Declarations(), "Z_r/2"), borne(Declarations(), "Z_1")
    (Borne(reward='r', temperature='', times=Fraction(2, 1)), None)
    """
    rewards, temperatures, times = list[str](), list[str](), Fraction(1)
    for each in name.partition("_")[2].rstrip("*").split(","):
        found = _PART.fullmatch(each)
        if found is None:
            return None
        factor = Fraction(int(found["times"] or 1), int(found["by"] or 1))
        if _is_temperature(known, found["name"]):
            temperatures.append(found["name"])
            times *= factor
        elif letter(found["name"]) in REWARDS:
            rewards.append(found["name"])
            times /= factor
        else:
            return None
    if len(rewards) > 1 or len(temperatures) > 1:
        return None
    return Borne("".join(rewards), "".join(temperatures), times)


def _is_temperature(known: Declarations, name: str) -> bool:
    own = known.temperature or "β"
    if letter(name) not in (letter(own), *_TEMPERATURES) or name in known.real | known.functions:
        return False
    return letter(name) == letter(own) or known.is_positive(name)
