"""Finite problems to try, simplest first: what a reader would write down before anything clever.

Each undefined symbol has a short list of values, from the simplest (uniform, 1, an indicator) to
the odd ones; a problem's complexity is the sum of its symbols' positions in their lists, plus its
size. The order is fixed, so a search finds the same problem every time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import product
from typing import Any, NamedTuple

from symkl.language.functions import LENGTH
from symkl.language.roles import Role
from symkl.refuting import sequences
from symkl.refuting.cases import Case, Needs, Shape, Table, normalised, picked

LEVELS = 5
"""How many values each symbol has."""

_HALF = Fraction(1, 2)
_POSITIVE = (Fraction(1), Fraction(2), _HALF, Fraction(3), Fraction(1, 3))
_REAL = (Fraction(1), Fraction(2), Fraction(-1), Fraction(0), _HALF)
_WEIGHTS: dict[int, tuple[tuple[int, ...], ...]] = {
    2: ((1, 1), (3, 1), (1, 2), (1, 3), (9, 1)),
    3: ((1, 1, 1), (2, 1, 1), (1, 2, 3), (1, 1, 2), (8, 1, 1)),
    4: ((1, 1, 1, 1), (2, 1, 3, 2), (1, 2, 3, 4), (4, 1, 2, 1), (7, 1, 1, 1)),
}
_PICKED = ((0, 1, 2, 3), (1, 0, 0, 1), (0, 0, 1, 1), (1, 2, 0, 0), (0, 0, 0, 0))
_REAL_CELLS = ((1, -1, _HALF, 2), (2, 1, 0, -1), (1, 1, 0, _HALF))
_POSITIVE_CELLS = ((_HALF, 1, 2, 3), (3, _HALF, 1, 2), (2, 2, _HALF, 1))


_ENDS = (2, 3, 1, 4)
"""How far numbers go, what is simplest first."""


class Given(NamedTuple):
    """A value for one symbol, exact and as floats: the floats are for the search."""

    exact: Any
    floats: Any


class Candidate(NamedTuple):
    """A problem to try, not yet written out: ``values`` are in the order of ``needs``."""

    needs: Needs
    alphabets: Mapping[str, int]
    scalars: tuple[Given, ...]
    tables: tuple[Given, ...]

    def problem(self) -> Case:
        """The problem, exact."""
        scalars = {symbol: each.exact for symbol, each in zip(self.needs.scalars, self.scalars, strict=True)}
        tables: dict[Shape, Table] = {
            shape: each.exact for shape, each in zip(self.needs.shapes, self.tables, strict=True)
        }
        return Case(self.alphabets, scalars, tables, sequences.told(self.needs, self.alphabets))


def sizes(needs: Needs, most: int = 5) -> list[tuple[int, dict[str, int]]]:
    """Alphabets, each with its complexity: 1 to 3 prompts, 2 to 4 responses, and numbers up to 2, 3, 1 or 4.

    >>> [size for _, size in sizes(Needs(("y",), (), ()))]
    [{'y': 2}, {'y': 3}, {'y': 4}]
    """
    prompts, ends = sorted(needs.prompts), sorted(needs.numbers)
    responses = sorted(set(needs.sorts) - needs.prompts - needs.numbers)
    found: list[tuple[int, dict[str, int]]] = []
    for p, r in product(range(1, 4 if prompts else 2), range(2, 5 if responses else 3)):
        for places in product(range(len(_ENDS)), repeat=len(ends)):
            cost = 2 * (p - 1) + 2 * (r - 2) + sum(places)
            if cost <= most:
                upto = dict(zip(ends, (_ENDS[k] for k in places), strict=True))
                every = {**dict.fromkeys(prompts, p), **dict.fromkeys(responses, r), **upto}
                if (fit := sequences.fitted(needs, every)) not in (seen for _, seen in found):
                    found.append((cost, fit))
    return sorted(found, key=lambda each: each[0])


def candidates(needs: Needs, plain: Collection[str] = (), most: int = 400) -> Iterator[Candidate]:
    """The first ``most`` problems in order of complexity.

    The symbols in ``plain`` (references, prompt distributions) stay uniform the longest.

    >>> first = next(candidates(Needs(("y",), ("β",), (Shape("r", (), ("y",)),), frozenset({"β"}))))
    >>> first.problem().scalars["β"], list(first.problem().tables.values())[0][0,]
    (Fraction(1, 1), Fraction(1, 1))
    """
    scalars, shapes, positive = needs.scalars, needs.shapes, needs.positive
    weights = [1] * len(scalars) + [2 if shape.symbol in plain else 1 for shape in shapes]
    left = most
    for total in range(4 * len(weights) + 6):
        for cost, alphabets in sizes(needs):
            frozen = tuple(sorted(alphabets.items()))
            for levels in _levels(weights, total - cost):
                if left == 0:
                    return
                left -= 1
                split = len(scalars)
                yield Candidate(
                    needs, alphabets,
                    tuple(_scalar(s in positive, n) for s, n in zip(scalars, levels[:split], strict=True)),
                    tuple(_settled(needs, shape, alphabets) or _table(
                              shape, shape.symbol in positive, frozen, n,
                              needs.structure.get(shape.symbol) is Role.SAMPLES)
                          for shape, n in zip(shapes, levels[split:], strict=True)),
                )


FAR = 48
"""How many problems far from the simple ones are tried at most."""

_FAR_POSITIVE = (Fraction(1), Fraction(100), Fraction(1, 100))
_FAR_REAL = (Fraction(1), Fraction(20), Fraction(-20))


def far(needs: Needs) -> Iterator[Candidate]:
    """Problems with a response that is nearly sure, or nearly never drawn, and with numbers large and small.

    What is false only there, as that KL(q‖p) is at most χ²(p‖q), is seen in none of the simple ones.

    >>> last = list(far(Needs((), ("β",), (), frozenset({"β"}))))[-1]
    >>> last.problem().scalars["β"]
    Fraction(1, 100)
    """
    upto = {**dict.fromkeys(needs.sorts, 2), **dict.fromkeys(needs.prompts, 1)}
    alphabets = sequences.fitted(needs, upto)
    frozen, count = tuple(sorted(alphabets.items())), len(needs.scalars) + len(needs.shapes)
    every = sorted(product(range(3), repeat=count), key=sum) if count <= 6 else []
    for levels in every[:FAR]:
        split = len(needs.scalars)
        scalars = zip(needs.scalars, levels[:split], strict=True)
        yield Candidate(
            needs, alphabets,
            tuple(_given((_FAR_POSITIVE if s in needs.positive else _FAR_REAL)[n]) for s, n in scalars),
            tuple(_settled(needs, shape, alphabets) or _far_table(
                      shape, shape.symbol in needs.positive, frozen, n,
                      needs.structure.get(shape.symbol) is Role.SAMPLES)
                  for shape, n in zip(needs.shapes, levels[split:], strict=True)),
        )  # fmt: skip


def _given(value: Fraction) -> Given:
    return Given(value, float(value))


@lru_cache(maxsize=1024)
def _far_table(
    shape: Shape, positive: bool, frozen: tuple[tuple[str, int], ...], level: int, sample: bool
) -> Given:
    alphabets = dict(frozen)
    if sample or not level or shape.symbol == LENGTH:
        return _table(shape, positive, frozen, level, sample)
    if shape.outcomes:
        count = _count(shape.outcomes, alphabets)
        one = [1] * (count - 1)
        table = normalised(shape, alphabets, [[*one, 99] if level == 1 else [99, *one]] * count)
    else:
        usual, odd = (_FAR_POSITIVE if positive else (Fraction(0), *_FAR_REAL[1:]))[:: level][:2]
        table = {place: odd if k % 2 else usual for k, place in enumerate(shape.places(alphabets))}
    return Given(table, {place: float(value) for place, value in table.items()})


def _levels(weights: list[int], total: int) -> Iterator[tuple[int, ...]]:
    """Every choice of levels whose weighted sum is ``total``; the last symbols move first."""
    if total < 0:
        return
    if not weights:
        if total == 0:
            yield ()
        return
    for level in range(min(LEVELS - 1, total // weights[0]) + 1):
        for rest in _levels(weights[1:], total - level * weights[0]):
            yield (level, *rest)


@lru_cache(maxsize=64)
def _scalar(positive: bool, level: int) -> Given:
    value = (_POSITIVE if positive else _REAL)[level]
    return Given(value, float(value))


def _settled(needs: Needs, shape: Shape, alphabets: Mapping[str, int]) -> Given | None:
    table = sequences.table(needs, shape, alphabets)
    return None if table is None else Given(table, {place: float(value) for place, value in table.items()})


@lru_cache(maxsize=4096)
def _table(
    shape: Shape, positive: bool, frozen: tuple[tuple[str, int], ...], level: int, sample: bool = False
) -> Given:
    alphabets = dict(frozen)
    if sample:
        table = picked(shape, alphabets, _PICKED[level])
    elif shape.outcomes:
        table = normalised(shape, alphabets, _rows(_count(shape.outcomes, alphabets), level))
    else:
        table = _function(shape, alphabets, positive, level)
    return Given(table, {place: float(value) for place, value in table.items()})


def _count(sorts: tuple[str, ...], alphabets: Mapping[str, int]) -> int:
    count = 1
    for sort in sorts:
        count *= alphabets[sort]
    return count


def _rows(count: int, level: int) -> list[list[int]]:
    """Weights of the distributions of one level, one row for each prompt: no two prompts alike."""
    first = list(_WEIGHTS[count][level]) if count in _WEIGHTS else [1 + (i * i * level + i * (level > 1)) % 5
                                                                    for i in range(count)]
    return [first[-i:] + first[:-i] for i in range(count)]


def _function(shape: Shape, alphabets: Mapping[str, int], positive: bool,
              level: int) -> dict[tuple[int, ...], Fraction]:
    """Indicators first, one response apart from prompt to prompt; then values that all differ, and the best twice."""
    places = shape.places(alphabets)
    if shape.symbol == LENGTH:
        return {place: Fraction(1 + (level + 1) * k % 4) for k, place in enumerate(places)}
    if len(places) == 1:
        return {places[0]: (_POSITIVE if positive else _REAL)[level]}
    step = alphabets[shape.arguments[-1]] + 1
    if level < 2:
        high, low = (Fraction(2), Fraction(1)) if positive else (Fraction(1), Fraction(0))
        return {place: high if k % step == level else low for k, place in enumerate(places)}
    values = (_POSITIVE_CELLS if positive else _REAL_CELLS)[level - 2]
    return {place: Fraction(values[(k + k // 4) % 4]) for k, place in enumerate(places)}


def functions(shape: Shape, alphabets: Mapping[str, int]) -> list[dict[tuple[int, ...], Fraction]]:
    """Functions to try against a claimed supremum: constants, simple ones, and these larger and turned.

    >>> [table[0,] for table in functions(Shape("g", (), ("y",)), {"y": 2})][:3]
    [Fraction(0, 1), Fraction(1, 1), Fraction(-1, 1)]
    """
    plain = [_function(shape, alphabets, False, level) for level in range(LEVELS)]
    flat = [dict.fromkeys(shape.places(alphabets), Fraction(value)) for value in (0, 1, -1, 3, -3)]
    turned = [{place: by * v for place, v in table.items()} for by in (1, -1, 3, -3, _HALF) for table in plain]
    return flat + turned


def policies(shape: Shape, alphabets: Mapping[str, int]) -> list[dict[tuple[int, ...], Fraction]]:
    """Policies to try against a claimed optimum: uniform, simple ones, then ones near a vertex.

    The same row serves every prompt: what beats a claim at one prompt is found there.

    >>> [table[0,] for table in policies(Shape("π", ("y",), ()), {"y": 2})][:3]
    [Fraction(1, 2), Fraction(3, 4), Fraction(1, 4)]
    """
    count = _count(shape.outcomes, alphabets)
    rows: list[tuple[int, ...]] = [(1,) * count]
    for whole in {2: (4, 3, 5, 10, 20, 100), 3: (4, 5, 6, 10), 4: (5, 8, 10)}.get(count, ()):
        heads = product(range(whole - count + 1, 0, -1), repeat=count - 1)
        rows += [(*head, whole - sum(head)) for head in heads if sum(head) < whole]
    for big in (9, 99, 999):
        rows += [tuple(big if i == j else 1 for i in range(count)) for j in range(count)]
    found: dict[tuple[Fraction, ...], tuple[int, ...]] = {}
    for row in rows:
        found.setdefault(tuple(Fraction(w, sum(row)) for w in row), row)
    return [normalised(shape, alphabets, [list(row)]) for row in found.values()]
