"""Cases: alphabets, and a rational value for everything a document leaves undefined.

A case is one instance of a statement's "for all alphabets, functions and scalars": small enough
to write down, exact, and inside the declared domain. ``evaluating`` gives the value of any term
in one; ``refuting`` looks for one in which a row is false.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from fractions import Fraction
from itertools import product
from random import Random

from symkl.language.frozen import frozen
from symkl.language.functions import LENGTH
from symkl.language.roles import Role
from symkl.refuting import sequences
from symkl.refuting.needs import Needs as Needs
from symkl.refuting.needs import Shape as Shape
from symkl.refuting.needs import Table as Table


@frozen
class Case:
    """A case of the declared domain, exact.

    ``alphabets`` gives each sort its size, ``scalars`` and ``tables`` every undefined symbol its
    values, by index: the key of a table holds the outcomes first, then what is given. ``told``: of symbols whose tables
    nobody need see, what is said in their place.

    Requires: alphabets not empty; a distribution is >= 0 and sums to exactly 1 for each value of
    what is given. Raises: ValueError.

    >>> coin = {(0,): Fraction(1, 3), (1,): Fraction(2, 3)}
    >>> Case({"y": 2}, {"β": Fraction(1)}, {Shape("p", ("y",), ()): coin}).alphabets["y"]
    2
    """

    alphabets: Mapping[str, int]
    scalars: Mapping[str, Fraction]
    tables: Mapping[Shape, Table]
    told: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if any(size < 1 for size in self.alphabets.values()):
            raise ValueError("an alphabet is empty")
        for shape, table in self.tables.items():
            if set(table) != set(shape.places(self.alphabets)):
                raise ValueError(f"the table of {shape.symbol} does not fit its alphabets")
            totals: dict[tuple[int, ...], Fraction] = {}
            for place, value in table.items() if shape.outcomes else ():
                if value < 0:
                    raise ValueError(f"{shape.symbol} has a negative probability")
                row = place[len(shape.outcomes):]
                totals[row] = totals.get(row, Fraction(0)) + value
            if any(total != 1 for total in totals.values()):
                raise ValueError(f"{shape.symbol} does not sum to 1")


def normalised(shape: Shape, alphabets: Mapping[str, int],
               rows: list[list[int]]) -> dict[tuple[int, ...], Fraction]:
    """The distribution whose row at the i-th given value is proportional to ``rows[i % len(rows)]``.

    Requires: each row holds one positive weight for each outcome.

    >>> normalised(Shape("p", ("y",), ()), {"y": 2}, [[1, 3]])[1,]
    Fraction(3, 4)
    """
    outcomes = list(product(*(range(alphabets[sort]) for sort in shape.outcomes)))
    table = {}
    for i, given in enumerate(product(*(range(alphabets[sort]) for sort in shape.given))):
        row = rows[i % len(rows)]
        whole = sum(row)
        table.update({(*o, *given): Fraction(w, whole) for o, w in zip(outcomes, row, strict=True)})
    return table


def picked(shape: Shape, alphabets: Mapping[str, int], which: Sequence[int]) -> dict[tuple[int, ...], Fraction]:
    """The table that is 1 at one outcome for each given value: at ``which`` of them, counted round.

    >>> picked(Shape("y•", ("y",), ("i≤G",)), {"y": 2, "i≤G": 2}, [0, 1])
    {(0, 0): Fraction(1, 1), (1, 0): Fraction(0, 1), (0, 1): Fraction(0, 1), (1, 1): Fraction(1, 1)}
    """
    outcomes = list(product(*(range(alphabets[sort]) for sort in shape.outcomes)))
    table = {}
    for i, given in enumerate(product(*(range(alphabets[sort]) for sort in shape.given))):
        here = outcomes[which[i % len(which)] % len(outcomes)]
        table.update({(*each, *given): Fraction(each == here) for each in outcomes})
    return table


def random_case(rng: Random, needs: Needs, alphabets: Mapping[str, int]) -> Case:
    """A problem with small random rationals, distributions positive everywhere.

    No number is 0 or 1: a temperature of 1 would hide a factor β. The same generator state gives the same problem.

    >>> needs = Needs(("y",), ("β",), (Shape("p", ("y",), ()),), frozenset({"β"}))
    >>> random_case(Random(1), needs, {"y": 3}).scalars["β"] > 0
    True
    """

    def number(symbol: str) -> Fraction:
        if symbol == LENGTH:
            return Fraction(rng.randint(2, 9))
        if symbol in needs.positive:
            return Fraction(rng.choice((2, 3, 6, 7, 9, 11)), rng.choice((4, 5)))
        return Fraction(rng.choice((-7, -6, -3, -2, 2, 3, 6, 7)), rng.choice((1, 4, 5)))

    alphabets = sequences.fitted(needs, alphabets)
    scalars = {symbol: number(symbol) for symbol in needs.scalars}
    tables: dict[Shape, Table] = {}
    for shape in needs.shapes:
        settled = sequences.table(needs, shape, alphabets)
        if settled is not None:
            tables[shape] = settled
            continue
        places = shape.places(alphabets)
        if not shape.outcomes:
            tables[shape] = {place: number(shape.symbol) for place in places}
            continue
        if needs.structure.get(shape.symbol) is Role.SAMPLES:
            tables[shape] = picked(shape, alphabets, rng.sample(range(97), 8))
            continue
        count = rows = 1
        for sort in shape.outcomes:
            count *= alphabets[sort]
        rows = len(places) // count
        weights = [[rng.randint(1, 9) for _ in range(count)] for _ in range(rows)]
        tables[shape] = normalised(shape, alphabets, weights)
    return Case(dict(alphabets), scalars, tables, sequences.told(needs, alphabets))
