"""A function that looks at a whole sequence: as a formula of the sum, or the mean, of the logs of its tokens."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symkl.auditing.crosscheck import Point
from symkl.auditing.expressions import Expressions, Symbol
from symkl.auditing.roles import LOGS, TRAINED, Padding
from symkl.auditing.splitting import terms

GATHERED = {True: "the mean over sequences", False: "the sum over sequences"}
_CLOSE = 1e-9


def by_sequence(e: Expressions, points: Sequence[Point], masked: bool) -> tuple[int, str, bool] | None:
    """The formula of one sequence, how sequences are gathered, and whether logs are means over tokens.

    ``masked``: whether a mask leaves tokens out. None where a token is left out that no mask does, where it depends on
    more than the sum or the mean of the logs of its tokens, or sequences mix.
    """
    if not all(_all_tokens(e, point, masked) for point in points):
        return None
    for means in (False, True):
        for shared in (True, False):
            found = {_formula(e, point, means, shared) for point in points}
            if len(found) == 1 and (formula := found.pop()) is not None:
                return formula, GATHERED[shared], means
    return None


def _all_tokens(e: Expressions, point: Point, masked: bool) -> bool:
    """Whether of each log-probability all tokens are in it, or all that a mask leaves."""
    some = [s for entry in point.traced.output.entries for s in e.symbols(entry) if s.role in LOGS]
    left = {(i, j) for i, row in enumerate(point.mask) for j, one in enumerate(row) if one or not masked}
    return all(
        left <= {s.place for s in some if s.role == role} for role in {s.role for s in some if len(s.place) == 2}
    )


def holds(e: Expressions, points: Sequence[Point], formula: int, gathered: str, means: bool, masked: bool) -> bool:
    """Whether the formula is that of every sequence at every point, in value and slope, on every branch met."""
    shared = gathered == GATHERED[True]
    if not all(_all_tokens(e, point, masked) for point in points if point.padding is not Padding.EMPTY):
        return False
    for point in points:
        owns = _sequences(e, point, shared)
        if owns is None or not all(_holds(e, point, own, formula, means) for own in owns):
            return False
    return True


def _sequences(e: Expressions, point: Point, shared: bool) -> list[int] | None:
    """What is computed of each sequence at a point; None where sequences mix."""
    if len(point.traced.output.entries) != 1:
        return None
    groups: dict[int, list[int]] = {}
    for term in terms(e, point.traced.output.entries[0]):
        rows = {symbol.place[0] for symbol in e.symbols(term) if symbol.place}
        if len(rows) != 1:
            return None
        groups.setdefault(rows.pop(), []).append(term)
    weight = Fraction(len(groups)) if shared else Fraction(1)
    return [e.scale(e.add(*parts), weight) for parts in groups.values()]


def _formula(e: Expressions, point: Point, means: bool, shared: bool) -> int | None:
    """The one formula of all sequences at a point, and held against it there in value and slope."""
    found = set()
    for own in _sequences(e, point, shared) or ():
        formula = _bare(e, own, means)
        if formula is None or not _holds(e, point, own, formula, means):
            return None
        found.add(formula)
    return found.pop() if len(found) == 1 else None


def _tokens(e: Expressions, own: int) -> dict[str, list[Symbol]]:
    """The tokens of a sequence that it depends on, by role."""
    found: dict[str, list[Symbol]] = {}
    for symbol in sorted(e.symbols(own)):
        if symbol.role in LOGS and len(symbol.place) == 2:
            found.setdefault(symbol.role, []).append(symbol)
    return found


def _bare(e: Expressions, own: int, means: bool) -> int | None:
    """The formula with every token's log put as that of the sequence, or its share of it."""
    counts = {role: len(some) for role, some in _tokens(e, own).items()}
    if not counts:
        return None

    def change(number: int, go: object) -> int | None:
        for symbol in e.symbols(number):
            if number == e.entry(*symbol):
                bare = e.entry(symbol.role)
                share = Fraction(1, counts.get(symbol.role, 1))
                return bare if means or len(symbol.place) != 2 else e.scale(bare, share)
        return None

    return e.rebuilt(own, lambda number, go: change(number, go) if len(e.symbols(number)) == 1 else None)


def _holds(e: Expressions, point: Point, own: int, formula: int, means: bool) -> bool:
    """Whether the formula has the value and the slopes of the function at a point where tokens differ."""
    tokens = _tokens(e, own)
    at: dict[Symbol, float] = {}
    for symbol in e.symbols(own):
        if symbol.role not in tokens:
            at[Symbol(symbol.role)] = point.values[symbol]
    for role, some in tokens.items():
        at[Symbol(role)] = sum(point.values[each] for each in some) / (len(some) if means else 1)
    mine, theirs = e.settled(formula, at)[0], e.settled(own, point.values)[0]
    if not _near(e.value(mine, at), e.value(theirs, point.values)):
        return False
    for role, some in tokens.items():
        if role in TRAINED:
            whole = e.value(e.derivative(mine, Symbol(role)), at)
            share = len(some) if means else 1
            for each in some:
                if not _near(whole / share, e.value(e.derivative(theirs, each), point.values)):
                    return False
    return True


def _near(a: float, b: float) -> bool:
    return a == b or abs(a - b) <= _CLOSE * (1 + abs(a)) or (a != a and b != b)
