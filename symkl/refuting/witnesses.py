"""A certified counterexample, and the few numbers of it that a reader can recompute by hand."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from flint import arb, fmpq

from symkl.kernel.verdict import Fact
from symkl.language.certificate import Attainment, Optimality
from symkl.language.joints import whole, written
from symkl.language.sorts import is_numbers, size_name, usual_name
from symkl.language.terms import Context, Statement, Variable
from symkl.refuting.cases import Case, Shape
from symkl.refuting.counterexample import Counterexample, Point, Setting
from symkl.refuting.evaluating import Values, direction

DIGITS = 4
MOST_DIGITS = 14

_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_NOUNS = {"x": ("prompt", "prompts"), "y": ("response", "responses"), "s": ("state", "states"),
          "a": ("action", "actions")}


class Contender(NamedTuple):
    """One policy that a counterexample compares: ``symbol = label = values``; the label may be empty."""

    symbol: str
    label: str
    shape: Shape
    values: Values


class Sides(NamedTuple):
    """The two certified numbers of one place: a point, and the policies it is about, if any."""

    at: Mapping[Variable, int]
    left: arb
    right: arb
    contenders: tuple[Contender, ...] = ()


class Claimed(NamedTuple):
    """What a witness speaks against: a statement with what its symbols mean, and what is given beside it.

    ``facts``: of the definitions, those that earlier rows gave. ``known``: why the optimum that it is about is what the
    witness says.
    """

    statement: Statement
    context: Context
    given: tuple[Statement, ...] = ()
    facts: tuple[Fact, ...] = ()
    known: Optimality | Attainment | None = None


class Witness(NamedTuple):
    """A problem in which a statement is false.

    ``sides``: one place for an equation or an inequality, two for a proportionality or for
    problems that order two policies differently. ``precision``: the bits it took to certify.
    ``along``: the policies whose logits a gradient moves. ``functions``: what functions of a number are taken to be.
    ``length``: how long the interval is that each value of the sorts ``spread`` is; there probabilities have densities.
    ``against``: the statement, as it was asked for.
    """

    problem: Case
    sides: tuple[Sides, ...]
    precision: int
    heads: tuple[str, str] = ("left side", "right side")
    along: tuple[Shape, ...] = ()
    functions: tuple[str, ...] = ()
    length: Fraction = Fraction(1)
    spread: frozenset[str] = frozenset()
    against: Claimed | None = None


def counterexample(witness: Witness) -> Counterexample:
    """The witness in words, exact where it is exact, decimals with certified digits elsewhere.

    A sort with one value only (one prompt) is left out of the text.
    """
    problem = witness.problem
    settings = [Setting(symbol, str(value), decimal(value)) for symbol, value in problem.scalars.items()]
    words = [*witness.functions, *([_sizes(problem)] if _sizes(problem) else [])]
    words += [f"each an interval of length {witness.length}"] if witness.length != 1 else []
    words += [said for said in dict.fromkeys(problem.told.values()) if said]
    for shape, table in problem.tables.items():
        if shape.symbol in problem.told:
            continue
        if shape.outcomes and all(problem.alphabets[sort] == 1 for sort in shape.outcomes):
            continue  # one outcome, of probability 1
        each = witness.length ** sum(sort in witness.spread for sort in shape.outcomes)
        table = {place: value / each for place, value in table.items()}
        words += _rows(shape, table, problem.alphabets)
        settings += [Setting(_entry(shape, place, problem.alphabets), str(value), decimal(value))
                     for place, value in table.items()]
    words += [f"{symbol} = {value}" for symbol, value in problem.scalars.items()]
    for which, shape in enumerate(witness.along):
        speeds = {place: Fraction(direction(place, which)) for place in shape.places(problem.alphabets)}
        moved = f"∇ along d logit {shape.symbol}" if shape.outcomes else f"∇{shape.symbol}"
        words += _rows(shape._replace(symbol=moved), speeds, problem.alphabets)
    points = []
    for sides in witness.sides:
        left, right = decimals(sides.left, sides.right)
        points.append(Point(_place(sides, problem.alphabets), left, right))
    return Counterexample(", ".join(words) or "in every problem", tuple(settings), tuple(points), witness.heads)


def _sizes(problem: Case) -> str:
    parts = []
    for sort in sorted(problem.alphabets):
        size = problem.alphabets[sort]
        if size_name(sort):
            parts.append(f"{size_name(sort)} = {size}")
        elif size > 1:
            number = _COUNTS[size] if size < len(_COUNTS) else str(size)
            parts.append(f"{number} {_NOUNS[sort][1]}" if sort in _NOUNS else f"{number} values of {usual_name(sort)}")
    return ", ".join(parts)


def _rows(shape: Shape, table: Values, alphabets: Mapping[str, int], most: int = 6) -> list[str]:
    """``π_ref = (1/2, 1/2)``, or a row for each prompt: ``r(x1, ·) = (1, 0), r(x2, ·) = (0, 1)``."""
    inner = len(shape.outcomes) if shape.outcomes else min(1, len(shape.given))
    rows: dict[tuple[int, ...], list[str]] = {}
    for place, value in table.items():
        key = place[inner:] if shape.outcomes else place[:-1]
        rows.setdefault(key, []).append(_number(value))
    sorts = shape.given if shape.outcomes else shape.given[:-1]
    spelled = {key: f"({', '.join(row)})" if len(row) > 1 else row[0] for key, row in rows.items()}
    if all(alphabets[sort] == 1 for sort in sorts):
        return [f"{written(shape.symbol)} = {next(iter(spelled.values()))}"]
    if len(set(spelled.values())) == 1:
        return [f"{written(shape.symbol)} = {next(iter(spelled.values()))} at every {' and '.join(map(_noun, sorts))}"]
    found = []
    for key, row in list(spelled.items())[:most]:
        names = ", ".join(_at(sort, i) for sort, i in zip(sorts, key, strict=True) if alphabets[sort] > 1)
        where = f"(·|{names})" if shape.outcomes else f"({names}, ·)"
        found.append(f"{whole(shape.symbol)}{where} = {row}")
    return found + (["…"] if len(spelled) > most else [])


def _noun(sort: str) -> str:
    return _NOUNS[sort][0] if sort in _NOUNS else usual_name(sort)


def _at(sort: str, i: int) -> str:
    """One value of a sort: ``y1``, and of numbers the number."""
    return str(i + 1) if is_numbers(sort) else f"{sort}{i + 1}"


def _entry(shape: Shape, place: tuple[int, ...], alphabets: Mapping[str, int]) -> str:
    """``π_ref(y1|x1)``."""
    arguments = zip(shape.arguments, place, strict=True)
    names = [_at(sort, i) if alphabets[sort] > 1 else "" for sort, i in arguments]
    split = len(shape.outcomes)
    over, under = [n for n in names[:split] if n], [n for n in names[split:] if n]
    inside = f"{', '.join(over)}|{', '.join(under)}" if over and under else ", ".join(over + under)
    return f"{whole(shape.symbol)}({inside})" if inside else written(shape.symbol)


def _place(sides: Sides, alphabets: Mapping[str, int]) -> str:
    variables = sorted(sides.at, key=lambda v: (v.sort, v.name))
    at = ", ".join(f"{v.name} = {_at(v.sort, sides.at[v])}" for v in variables if alphabets[v.sort] > 1)
    policies = []
    for each in sides.contenders:
        label = each.label if each.label and each.label != each.symbol else ""
        rows = _rows(each.shape._replace(symbol=label or each.symbol), each.values, alphabets)
        between = ": " if len(rows) > 1 else " = "
        policies.append((f"{each.symbol} = {label}{between}" if label else f"{each.symbol}{between}")
                        + ", ".join(row if len(rows) > 1 else row.partition(" = ")[2] for row in rows))
    return ", ".join(part for part in (" instead of ".join(policies), at) if part)


def _number(value: Fraction | arb) -> str:
    if isinstance(value, Fraction):
        return str(value)
    low, high = _ends(value)
    return str(low) if low == high and low.denominator < 1000 else decimal(value)


def decimal(value: Fraction | arb, digits: int = DIGITS) -> str:
    """A decimal with at most ``digits`` significant digits, each of them right.

    A ball is rounded at both its ends; where they differ a digit fewer is shown.

    >>> decimal(Fraction(1, 2)), decimal(Fraction(1, 3)), decimal(Fraction(-20000, 3))
    ('0.5', '0.3333', '-6667')
    """
    if isinstance(value, arb) and not value.is_finite() and (value > 0 or value < 0):
        return "∞" if value > 0 else "-∞"  # of a limit
    if isinstance(value, Fraction):
        if value.denominator == 1 and abs(value) < 10 ** (MOST_DIGITS // 2):
            return str(value)
        for count in range(1, MOST_DIGITS // 2 + 1):
            if Fraction(short := _rounded(value, count)) == value:
                return short
        return _rounded(value, digits)
    low, high = _ends(value)
    if low == high:
        return decimal(low, digits)
    for count in range(digits, 0, -1):
        if (shown := _rounded(low, count)) == _rounded(high, count):
            return shown
    return "0." + "0" * digits if max(-low, high) < Fraction(1, 10 ** (digits + 1)) else "?"


def decimals(left: arb, right: arb) -> tuple[str, str]:
    """Two decimals, with as many digits as it takes to see that they differ.

    >>> decimals(arb(1) / 3, arb("0.33333"))
    ('0.333333', '0.333330')
    """
    for digits in range(DIGITS, MOST_DIGITS + 1):
        shown = decimal(left, digits), decimal(right, digits)
        if not _NO_NUMBERS.isdisjoint(shown) or not (left < right or left > right):
            return shown
        if Fraction(shown[0]) != Fraction(shown[1]):
            return shown
    return shown


_NO_NUMBERS = frozenset({"?", "∞", "-∞"})


def _ends(value: arb) -> tuple[Fraction, Fraction]:
    """The two ends of a ball, which contain it whatever the precision now is."""
    middle, radius = value.mid().fmpq(), value.rad().fmpq()
    low, high = middle - radius, middle + radius
    return Fraction(int(low.p), int(low.q)), Fraction(int(high.p), int(high.q))


def _rounded(value: Fraction, digits: int) -> str:
    """Rounded to significant digits, half to even; with an exponent where the point would be far off."""
    if value == 0:
        return "0"
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > 10_000:  # too long to be spelled out
        return str(arb(fmpq(value.numerator, value.denominator)).str(digits, radius=False))
    size = abs(value)
    exponent = len(str(size.numerator)) - len(str(size.denominator))
    while size >= Fraction(10) ** (exponent + 1):
        exponent += 1
    while size < Fraction(10) ** exponent:
        exponent -= 1
    mantissa = round(size / Fraction(10) ** (exponent - digits + 1))
    if mantissa == 10 ** digits:
        mantissa, exponent = mantissa // 10, exponent + 1
    sign, figures = "-" if value < 0 else "", str(mantissa)
    if not -4 <= exponent < digits:
        return f"{sign}{figures[0]}{'.' + figures[1:] if digits > 1 else ''}e{exponent}"
    if exponent == digits - 1:
        return sign + figures
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{figures}"
    return f"{sign}{figures[:exponent + 1]}.{figures[exponent + 1:]}"
