"""From the entries that a function gives to one formula: what it computes of a token, and how tokens are gathered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

from symkl.auditing.crosscheck import Point
from symkl.auditing.expressions import Constant, Expressions, Place, Product, Sum
from symkl.auditing.roles import SHAPES, Padding
from symkl.auditing.sequences import by_sequence, holds
from symkl.auditing.splitting import places_of, terms

Masks = frozenset[str]
"""The shapes of the masks that a function takes."""

Weights = Callable[[list[int], int], list[Fraction]]
"""The weight of a token of each sequence, by their lengths and the width of the batch."""

WEIGHTS: dict[str, Weights] = {
    "the mean over all tokens": lambda lengths, width: [Fraction(1, sum(lengths))] * len(lengths),
    "the mean over sequences of the mean over their tokens": lambda lengths, width: [
        Fraction(1, len(lengths) * n) for n in lengths
    ],
    "the mean over sequences of the sum over their tokens": lambda lengths, width: [
        Fraction(1, len(lengths)) for _ in lengths
    ],
    "the sum over tokens divided by a fixed length": lambda lengths, width: [
        Fraction(1, len(lengths) * width) for _ in lengths
    ],
    "the sum over all tokens": lambda lengths, width: [Fraction(1) for _ in lengths],
    "the sum over sequences of the mean over their tokens": lambda lengths, width: [Fraction(1, n) for n in lengths],
}
"""How tokens are gathered, in words."""

PER_ENTRY = "entry by entry"
"""A tensor of what is computed of each token, not gathered."""

GATHERINGS = {
    "token-mean": "the mean over all tokens",
    "sequence-mean": "the mean over sequences of the mean over their tokens",
    "sequence-sum": "the mean over sequences of the sum over their tokens",
    "fixed-length": "the sum over tokens divided by a fixed length",
    "token-sum": "the sum over all tokens",
    "sum": "the sum over samples",
    "mean": "the mean over samples",
    "none": PER_ENTRY,
}
"""How ways of gathering are called in expectations."""


@dataclass(frozen=True)
class Reading:
    """What a function computes. ``formula``: of one sample, its symbols without places. ``gathered``: how.

    ``unit``: what a sample is, a token or a sequence. ``leaks``: whether it depends on what stands at padding.
    ``mixes``: what else a term depends on than its own token: other tokens of the sequence, or other sequences.
    ``near``: whether something small is added to a divisor. ``paths``: how many formulas decisions on data led to.
    ``means``: whether, of a sequence, logs of probabilities are means over its tokens. ``only``: with which masks it is
    that formula, where with others it is not; ``leaking``: with which masks padding leaks in. ``hangs``: what
    it hangs on that is taken at the samples, and is in no formula.
    """

    formula: int | None
    gathered: str = ""
    unit: str = "token"
    leaks: bool = False
    mixes: str = ""
    why: str = ""
    near: bool = False
    paths: int = 1
    means: bool = False
    only: str = ""
    leaking: str = ""
    hangs: str = ""

    @property
    def whole(self) -> bool:
        """Whether, as far as was looked, there is one formula, and it is all."""
        return self.paths == 1 and not self.only and not self.hangs


def reading(
    e: Expressions, points: Sequence[Point], padded: Sequence[Point], sized: Sequence[tuple[str, Point]], masks: Masks
) -> Reading:
    """The one formula of all points, and whether it is that with masks of every kind, and at other sizes."""
    found = _with_masks(e, points, padded, masks)
    if found.formula is None or found.leaks or found.unit == "number":
        return found
    off = [(words, each) for words, each in sized if each.held and not _as_well(e, found, [each], masks)]
    if any(point.traced.decided or point.traced.notes for _, point in off):
        return replace(found, paths=max(found.paths, 2))  # it may be the decisions and not the size
    others = [words for words, _ in off]
    if len(others) > 2:
        others = [others[0], f"at {len(others) - 1} other sizes"]
    return replace(found, only=", and ".join(filter(None, [found.only, *others])))


def _with_masks(e: Expressions, points: Sequence[Point], padded: Sequence[Point], masks: Masks) -> Reading:
    found = _of_all(e, points, masks)
    if found.leaks:
        return replace(found, leaking=Padding.RIGHT.value)
    other: dict[str, None] = {}
    for padding in (Padding.LEFT, Padding.HOLES, Padding.EMPTY):
        some = [point for point in padded if point.padding is padding]
        if not some:
            continue
        if any(_reaches_padding(e, point, masks) for point in some):
            return replace(found, leaks=True, leaking=padding.value if "BT" in masks else Padding.RIGHT.value)
        if padding is not Padding.EMPTY and len(some) == len(SHAPES) and not _as_well(e, found, some, masks):
            if found.formula is not None and any(point.traced.decided or point.traced.notes for point in some):
                found = replace(found, paths=max(found.paths, 2))  # it may be the decisions and not the mask
            else:
                other[padding.value] = None
    return replace(found, only=", and ".join(other)) if other else found


def _as_well(e: Expressions, found: Reading, points: Sequence[Point], masks: Masks) -> bool:
    """Whether other points have the formula that was found, gathered in the same way. Of none nothing is said."""
    if found.formula is None:
        return True
    if found.unit == "sequence":
        return holds(e, points, found.formula, found.gathered, found.means, "BT" in masks)
    if found.gathered == PER_ENTRY:
        return all(_each_is(e, found, point, masks) for point in points)
    weights = WEIGHTS.get(found.gathered.replace("samples", "all tokens"))
    if weights is None:
        also = _together(e, points, masks)
        return (also.formula, also.gathered) == (found.formula, found.gathered)
    every = [(point, groups) for point in points if isinstance(groups := _groups(e, point), dict)]
    gathered = _formula(e, every, weights, masks, 1 if found.unit == "sample" else 2)
    return len(every) == len(points) and gathered is not None and gathered[0] == found.formula


def _each_is(e: Expressions, found: Reading, point: Point, masks: Masks) -> bool:
    """Whether each entry that a mask leaves is the formula that was found, at the place that it is of."""
    shape = point.traced.output.shape
    if not shape or (len(shape) > 1) != (found.unit == "token"):
        return False
    left, whole = kept(point, masks), (point.sizes["B"], point.sizes["T"])
    for place, entry in zip(product(*map(range, shape)), point.traced.output.entries, strict=True):
        if len(places_of(e, entry)) > 1:
            return False
        if (left is None or shape != whole or place in left) and e.bare(entry) != found.formula:
            return False
    return True


def _of_all(e: Expressions, points: Sequence[Point], masks: Masks) -> Reading:
    """The one formula of all points; that of a sequence is held against each of them."""
    found = _reading(e, points, masks)
    if found.unit != "sequence" or found.formula is None:
        return found
    if holds(e, points, found.formula, found.gathered, found.means, "BT" in masks):
        return found
    why = f"{_MIXES.format(TOKENS)}, and on more than the sum or the mean of their logs"
    return Reading(None, mixes=TOKENS, why=why)


def _reading(e: Expressions, points: Sequence[Point], masks: Masks) -> Reading:
    """The one formula of the first points; what is met at two shapes must agree.

    Where the function decides on data in a way that is no part of an expression, other points may have other formulas:
    ``paths`` counts those, and where some points have none that is another; the formula is the first that is shared.
    """
    shapes = [[p for p in points if p.sizes == sizes] for sizes in SHAPES]
    if not any(p.traced.decided or p.traced.notes for p in points):
        return _together(e, [some[0] for some in shapes if some], masks)
    found = [_together(e, list(each), masks) for each in zip(*shapes, strict=False)]
    first = next((each for each in found if each.formula is not None), found[0])
    known = {each.formula for each in found}
    if first.formula is None:
        return first
    moves = any(len({_taken(e, p) for p in some}) > 1 for some in shapes)
    return replace(first, paths=max(len(known - {None}), 1 + (None in known or moves)))


def _taken(e: Expressions, point: Point) -> tuple[frozenset[Place], ...]:
    """Which samples each entry is made of: where that is chosen by what they are, the formula is not that of each."""
    return tuple(frozenset(places_of(e, each)) for each in point.traced.output.entries)


def _together(e: Expressions, points: Sequence[Point], masks: Masks) -> Reading:
    """One point of each shape."""
    found = [_at(e, point, masks) for point in points]
    first = found[0]
    trouble = next((each for each in found if each.formula is None), None)
    if trouble is not None:
        whole = by_sequence(e, points, "BT" in masks) if trouble.mixes == TOKENS else None
        if whole is None:
            return replace(trouble, leaks=trouble.leaks or any(_reaches_padding(e, p, masks) for p in points))
        return Reading(whole[0], whole[1], "sequence", means=whole[2])
    gathered = _gathered(e, [(p, _groups(e, p)) for p in points], masks) if first.gathered != PER_ENTRY else None
    if gathered is not None:
        return gathered
    if any(each.formula != first.formula for each in found):
        return Reading(None, why="at another shape another formula is computed")
    return replace(first, leaks=any(each.leaks for each in found))


def _at(e: Expressions, point: Point, masks: Masks) -> Reading:
    """The formula at one shape."""
    entries = point.traced.output.entries
    if len(entries) == 1:
        groups = _groups(e, point)
        return groups if isinstance(groups, Reading) else Reading(e.zero, "", "token", _leaks(point, groups, masks))
    formulas: dict[int, None] = {}
    left, shape = kept(point, masks), point.traced.output.shape
    whole = (point.sizes["B"], point.sizes["T"])
    for place, entry in zip(product(*map(range, shape)), entries, strict=True):
        places = places_of(e, entry)
        if len(places) > 1:
            return Reading(None, PER_ENTRY, mixes=_mixing(places), why=_MIXES.format(_mixing(places)))
        if left is None or shape != whole or place in left:
            formulas[e.bare(entry)] = None
    if len(formulas) != 1:
        return Reading(None, PER_ENTRY, why="tokens are treated differently by where they stand")
    return Reading(next(iter(formulas)), PER_ENTRY, "token" if len(shape) > 1 else "sample")


_MIXES = "a term depends on {}"
TOKENS = "other tokens of its sequence"


def _mixing(places: Iterable[Place]) -> str:
    return "other sequences" if len({place[0] for place in places}) > 1 else TOKENS


def kept(point: Point, masks: Masks) -> set[Place] | None:
    """The places that a mask leaves: tokens, and where it is one of sequences, these."""
    if not masks:
        return None
    rows = point.mask
    cells = {(i, j) for i, row in enumerate(rows) for j, one in enumerate(row) if "BT" not in masks or one}
    if "B" not in masks:
        return cells | {(i,) for i in range(len(rows))}
    whole = {i for i, row in enumerate(rows) if row[0]}
    return {place for place in cells if place[0] in whole} | {(i,) for i in whole}


def _outside(places: Iterable[Place], left: set[Place] | None) -> bool:
    """Whether one of some places is masked."""
    return left is not None and any(place[:2] not in left for place in places if place)


def _leaks(point: Point, places: Iterable[Place], masks: Masks) -> bool:
    return _outside(places, kept(point, masks))


def _reaches_padding(e: Expressions, point: Point, masks: Masks) -> bool:
    """Whether a single number depends on what stands at padding, whatever its formula."""
    if len(point.settled) != 1:
        return False
    return _outside((each.place for entry in point.settled for each in e.symbols(entry)), kept(point, masks))


def _groups(e: Expressions, point: Point) -> dict[Place, int] | Reading:
    """A number as a sum of terms, each of one place: the terms by their places, and under () what is of no place."""
    (entry, *_) = point.traced.output.entries
    found: dict[Place, list[int]] = {}
    for term in terms(e, entry):
        places = places_of(e, term)
        if len(places) > 1:
            return Reading(None, mixes=_mixing(places), why=_MIXES.format(_mixing(places)))
        found.setdefault(next(iter(places), ()), []).append(term)
    free = e.add(*found.pop((), [])) if () in found else e.zero
    if not found:
        return {(): entry}
    return {place: e.add(*some) for place, some in sorted(found.items())} | ({(): free} if free != e.zero else {})


def _gathered(
    e: Expressions, shapes: Sequence[tuple[Point, dict[Place, int] | Reading]], masks: Masks
) -> Reading | None:
    """The way of gathering after which the same formula stands at every place and shape."""
    every = [(point, groups) for point, groups in shapes if isinstance(groups, dict)]
    leaks = any(_leaks(point, groups, masks) for point, groups in every)
    depth = max(len(place) for _, groups in every for place in groups)
    if depth == 0:
        formulas = {e.bare(groups[()]) for _, groups in every}
        return Reading(formulas.pop(), "", "number") if len(formulas) == 1 else None
    for name, weights in WEIGHTS.items():
        if depth == 1 and "token" in name and name != "the mean over all tokens" and name != "the sum over all tokens":
            continue
        found = _formula(e, every, weights, frozenset() if leaks else masks, depth)
        if found is not None:
            formula, near = found
            said = name.replace("all tokens", "samples") if depth == 1 else name
            return Reading(formula, said, "sample" if depth == 1 else "token", leaks, near=near)
    return Reading(None, why="how tokens are gathered has no name here: their weights differ", leaks=leaks)


def _formula(
    e: Expressions, every: Sequence[tuple[Point, dict[Place, int]]], weights: Weights, masks: Masks, depth: int
) -> tuple[int, bool] | None:
    """The formula of one sample if these are its weights, and whether they are so only nearly."""
    formulas: dict[int, None] = {}
    near = False
    for point, groups in every:
        rows = point.mask
        if depth == 1:  # of sequences those that are kept, by their numbers
            counts = {i: 1 for i, row in enumerate(rows) if "B" not in masks or row[0]}
            width = 1
        else:
            counts = {i: sum(row) if "BT" in masks else len(row) for i, row in enumerate(rows)}
            width = point.sizes["T"]
        lengths = list(counts.values())
        given = dict(zip(counts, weights(lengths, width), strict=True))
        free = groups.get((), e.zero)
        terms_of = {place: term for place, term in groups.items() if place}
        if len(terms_of) != sum(lengths):
            return None
        whole = sum((given[i] * length for i, length in counts.items()), Fraction(0))
        if not all(place[0] in given for place in terms_of):
            return None
        for place, term in terms_of.items():
            own = e.bare(e.add(e.scale(term, 1 / given[place[0]]), e.scale(free, 1 / whole)))
            simple = _simple(e, own)
            near |= simple != own
            formulas[simple] = None
    return (next(iter(formulas)), near) if len(formulas) == 1 else None


def _simple(e: Expressions, expression: int) -> int:
    """An expression whose factors are short fractions, where they are so but for one part in a million."""
    factors = _factors(e, expression)
    odd = next((f for f in factors if f.denominator > 10**5), None)
    if odd is None:
        return expression
    short = odd.limit_denominator(1000)
    if not short or abs(odd / short - 1) > Fraction(1, 10**6):
        return expression
    return e.scale(expression, short / odd)


def _factors(e: Expressions, expression: int) -> list[Fraction]:
    match e.nodes[expression]:
        case Sum(parts, constant):
            return [*(factor for _, factor in parts), *([constant] if constant else [])]
        case Product(_, factor):
            return [factor]
        case Constant(value):
            return [value]
    return []
