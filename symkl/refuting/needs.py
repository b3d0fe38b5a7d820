"""What a finite problem must give before terms have a value in it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from types import MappingProxyType
from typing import NamedTuple

from symkl.language.roles import Role
from symkl.language.sorts import is_numbers

Table = Mapping[tuple[int, ...], Fraction]


class Shape(NamedTuple):
    """A symbol with the sorts of its arguments: ``π(y|x)`` and ``π(x)`` are two shapes of one symbol.

    >>> Shape("π", ("y",), ("x",)).arguments
    ('y', 'x')
    """

    symbol: str
    outcomes: tuple[str, ...]
    given: tuple[str, ...]

    @property
    def arguments(self) -> tuple[str, ...]:
        """The sorts of all arguments, outcomes first: the order of a table's keys."""
        return (*self.outcomes, *self.given)

    def places(self, alphabets: Mapping[str, int]) -> list[tuple[int, ...]]:
        """Every key of a table of this shape, in order."""
        return list(product(*(range(alphabets[sort]) for sort in self.arguments)))


class Needs(NamedTuple):
    """What a problem must give before certain terms have a value in it.

    ``positive``: the scalars and functions that must be > 0; distributions always are.
    ``parametrised``: the policies that gradients differentiate. ``structure``: the roles of symbols whose tables
    say what the problem is about, as which responses the samples are.
    """

    sorts: tuple[str, ...]
    scalars: tuple[str, ...]
    shapes: tuple[Shape, ...]
    positive: frozenset[str] = frozenset()
    parametrised: frozenset[str] = frozenset()
    structure: Mapping[str, Role] = MappingProxyType({})

    @property
    def numbers(self) -> frozenset[str]:
        """The sorts of numbers up to an end."""
        return frozenset(filter(is_numbers, self.sorts))

    @property
    def prompts(self) -> frozenset[str]:
        """The sorts that a problem can do with one value of: no conditional distribution is over them."""
        sorts = [sort for sort in self.sorts if not is_numbers(sort)]
        conditional = {sort for shape in self.shapes if shape.given for sort in shape.outcomes}
        chosen = conditional or ({"y"} & set(sorts)) or set(sorts[-1:])
        return frozenset(sorts) - chosen
