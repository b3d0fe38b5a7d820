"""The KL-regularised problem on finite alphabets: in floats, in any number of digits, or in certified balls.

At each prompt x, maximise ``E_π[r] - β KL(π‖π_ref)``. The maximiser is ``π*(y|x) = π_ref(y|x) exp(r(x,y)/β) / Z(x)``,
the maximum is ``β log Z(x)``, and what any other policy loses is ``β KL(π‖π*)``.

Tables are kept as they were given: a decimal or a fraction is exact, a float is the binary rational that it is. The
formulas are written once (``_Tilt``), over NumPy arrays of one of three kinds of number; the kinds are the three
``_Arithmetic`` classes. Whatever cancels is written so that it does not: rewards are subtracted before anything is
rounded, and a KL divergence is a sum of terms that are none of them negative.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import chain
from typing import Any, Protocol

import mpmath
import numpy as np
import numpy.typing as npt
from flint import arb, ctx, fmpq
from mpmath import libmp

from symkl.arithmetic import precision

Vector = npt.NDArray[Any]
"""Numbers of one kind: dtype float64, or object with ``mpf``, ``arb`` or exact ``fmpq``."""

TOLERANCE = 1e-9
"""How far from 1 the sum of a table of floats may be."""

SMALLEST, LARGEST = 1e-300, 1e300
"""Temperatures lie between these; rewards and logits are at most the larger one in size."""

MOST_DIGITS = 100_000
_ROUNDS = 4  # for balls
_MOST_BITS, _WORK = 2**14, 2**22  # for digits: beyond eight times the bits at first, up to so many, or so many in all


class InvalidProblem(ValueError):
    """An argument that is no part of a problem: the message names it, the place, what was found and what is expected.

    >>> FiniteProblem([0.5, 0.4], [1, 2], 1)
    Traceback (most recent call last):
    symkl.problems.InvalidProblem: reference: the probabilities sum to 0.9; a distribution sums to 1
    """


# -- numbers as they are given ----------------------------------------------------------------


def _refuse(argument: str, place: str, found: str, expected: str) -> InvalidProblem:
    shown = f"{found[:60]}…" if len(found) > 61 else found
    return InvalidProblem(f"{argument}{f' at {place}' if place else ''}: found {shown}, expected {expected}")


def _rational(value: Any) -> fmpq | None:
    """A number as the rational that it is; ``None`` for what is not a finite number."""
    if isinstance(value, bool | np.bool_):
        return None
    if isinstance(value, int | np.integer):
        return fmpq(int(value))
    if isinstance(value, fmpq):
        return value
    if isinstance(value, Fraction):
        return fmpq(value.numerator, value.denominator)
    if isinstance(value, str):
        top, slash, bottom = value.partition("/")
        if slash:
            above, below = _decimal(top), _decimal(bottom)
            return None if above is None or below is None or below == 0 else above / below
        return _decimal(value)
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, float | np.floating):
        return fmpq(*value.as_integer_ratio()) if math.isfinite(value) else None
    if isinstance(value, mpmath.ctx_mp_python._mpf):
        return fmpq(*(int(part) for part in libmp.to_rational(value._mpf_))) if value.context.isfinite(value) else None
    return None


def _decimal(value: str | Decimal) -> fmpq | None:
    """A decimal; an exponent of thousands of digits is no number for us."""
    try:
        number = Decimal(value.strip() if isinstance(value, str) else value)
    except ArithmeticError:
        return None
    if not number.is_finite() or abs(number.adjusted()) > 5000:
        return None
    return fmpq(*number.as_integer_ratio())


def _is_rounded(kind: type) -> bool:
    return issubclass(kind, float | np.floating | mpmath.ctx_mp_python._mpf)


@dataclass(frozen=True)
class _Table:
    """Exact values in one array: float64 where every one of them is a float, else objects.

    ``rounded``: some were given as floats, so that they need not sum to exactly 1.
    """

    values: Vector
    rounded: bool

    @cached_property
    def floats(self) -> Vector:
        """The nearest floats."""
        return _floats(self.values)

    def __getitem__(self, key: Any) -> _Table:
        return _Table(self.values[key], self.rounded)


def _floats(values: Vector) -> Vector:
    return values if values.dtype == np.float64 else np.array([float(value) for value in values], dtype=np.float64)


def _table(entries: Vector | list[Any], argument: str, place: Callable[[int], str], expected: str) -> _Table:
    """Every entry as a number; the first that is none is refused."""
    if isinstance(entries, np.ndarray) and entries.dtype.kind == "f" and entries.dtype.itemsize <= 8:
        return _finite(entries.astype(np.float64), argument, place, expected, True)
    items = entries.tolist() if isinstance(entries, np.ndarray) and entries.dtype.kind != "f" else list(entries)
    kinds = set(map(type, items))
    if kinds == {float}:
        return _finite(np.array(items, dtype=np.float64), argument, place, expected, True)
    if kinds == {int} and max(map(abs, items)) <= 2**53:
        return _Table(np.array(items, dtype=np.float64), False)
    values = np.empty(len(items), dtype=object)
    values[:] = list(map(_rational, items))
    for i in np.flatnonzero(values == None):  # noqa: E711 (elementwise)
        raise _refuse(argument, place(int(i)), _shown(items[i]), expected)
    table = _Table(values, any(map(_is_rounded, kinds)))
    _finite(table.floats, argument, place, expected, False)
    return table


def _finite(values: Vector, argument: str, place: Callable[[int], str], expected: str, rounded: bool) -> _Table:
    for i in np.flatnonzero(~(np.abs(values) <= LARGEST)):
        raise _refuse(argument, place(int(i)), str(values[i]), expected)
    return _Table(values, rounded)


def _shown(item: Any) -> str:
    """What was found, in a message."""
    if isinstance(item, str):
        return repr(str(item))
    return str(item) if item is None or isinstance(item, int | float) else f"{item} ({type(item).__name__})"


# -- where the responses of a prompt are ------------------------------------------------------


@dataclass(frozen=True)
class _Flat:
    """A table as given: all entries in a row, and what the nesting said."""

    entries: Vector | list[Any]
    lengths: tuple[int, ...] | None  # None: one flat table
    rectangular: bool = False
    prompts: tuple[Any, ...] | None = None
    names: tuple[Any, ...] | None = None


def _nested(value: Any) -> bool:
    return isinstance(value, np.ndarray | Mapping | Sequence) and not isinstance(value, str | bytes)


def _flatten(value: Any, argument: str) -> _Flat:
    """A table in any of its forms."""
    if isinstance(value, Mapping):
        rows = list(value.values())
        if not any(isinstance(row, Mapping) for row in rows):
            return _Flat(rows, None, names=tuple(value))
        for prompt, row in value.items():
            if not isinstance(row, Mapping):
                raise _refuse(argument, f"prompt {prompt!r}", _shown(row), "a mapping from responses to numbers")
        return _Flat(
            list(chain.from_iterable(row.values() for row in rows)),
            tuple(map(len, rows)),
            prompts=tuple(value),
            names=tuple(chain.from_iterable(rows)),
        )
    if not isinstance(value, np.ndarray):
        if isinstance(value, str | bytes) or not (hasattr(value, "__array__") or isinstance(value, Iterable)):
            raise _refuse(argument, "", _shown(value), "a table of numbers")
        value = np.asarray(value) if hasattr(value, "__array__") else list(value)
    if isinstance(value, np.ndarray):
        if value.ndim not in (1, 2):
            raise _refuse(argument, "", f"a table of shape {value.shape}", "one or two dimensions")
        return _Flat(value.ravel(), None if value.ndim == 1 else (value.shape[1],) * value.shape[0], value.ndim == 2)
    if not any(map(_nested, value)):
        return _Flat(value, None)
    for i, row in enumerate(value):
        if not _nested(row) or isinstance(row, Mapping):
            raise _refuse(argument, f"row {i}", _shown(row), "a row of numbers, as the other rows are")
    lengths = tuple(map(len, value))
    return _Flat([entry for row in value for entry in row], lengths, len(set(lengths)) == 1)


class _Layout:
    """Which entries belong to which prompt. Inside, the entries of a prompt are neighbours; outside, they are as given.

    ``order`` takes entries in the order given to the order inside; ``None`` where the two agree.
    """

    def __init__(self, flat: _Flat, labels: Any, names: Any, argument: str) -> None:
        self.size = len(flat.entries)
        self.flat = flat.lengths is None and labels is None
        self.labelled = labels is not None
        self.lengths = flat.lengths
        self.columns = flat.lengths[0] if flat.rectangular and flat.lengths else None
        self.order: Vector | None = None
        if labels is not None:
            if flat.lengths is not None:
                raise InvalidProblem("prompts: labels go with a flat table; this one has rows, which are its prompts")
            labels = labels.tolist() if isinstance(labels, np.ndarray) else list(labels)
            self._expect(len(labels), "prompts")
            codes = {label: i for i, label in enumerate(dict.fromkeys(labels))}
            which = np.fromiter(map(codes.__getitem__, labels), dtype=np.intp, count=self.size)
            self.prompts: tuple[Any, ...] = tuple(codes)
            self.counts = np.bincount(which, minlength=len(codes))
            if np.any(which[1:] < which[:-1]):
                self.order = np.argsort(which, kind="stable")
        else:
            lengths = (self.size,) if flat.lengths is None else flat.lengths
            self.prompts = flat.prompts if flat.prompts is not None else tuple(range(len(lengths)))
            self.counts = np.array(lengths, dtype=np.intp)
        if not self.size or not self.counts.all():
            empty = "" if not self.size else f" at prompt {self.prompts[int(np.argmin(self.counts))]!r}"
            raise InvalidProblem(f"{argument}{empty}: found no responses, expected at least one")
        self.starts = np.concatenate(([0], np.cumsum(self.counts)[:-1])).astype(np.intp)
        self.names = flat.names
        if names is not None:
            self.names = tuple(names)
            self._expect(len(self.names), "responses")
        if self.names is not None:
            self._check_names(self.names)

    def _expect(self, found: int, argument: str) -> None:
        if found != self.size:
            raise InvalidProblem(f"{argument}: found {found} entries, expected {self.size}, one for each in the table")

    def _check_names(self, names: tuple[Any, ...]) -> None:
        pairs = zip(self.spread(np.arange(len(self.prompts))).tolist(), self.inside(list(names)), strict=True)
        seen = set()
        for pair in pairs:
            if pair in seen:
                raise InvalidProblem(f"responses: found {pair[1]!r} twice{self.at(pair[0])}, expected distinct names")
            seen.add(pair)

    def at(self, prompt: int) -> str:
        """In words, which prompt; nothing where there is one only."""
        return "" if self.flat else f" at prompt {self.prompts[prompt]!r}"

    # between the order given and the order inside

    def inside(self, entries: Any) -> Any:
        """From the order given to the order inside."""
        if self.order is None:
            return entries
        return entries[self.order] if isinstance(entries, np.ndarray) else [entries[i] for i in self.order.tolist()]

    def outside(self, values: Vector) -> Vector:
        """Results of every response: in the order given, in the shape given."""
        if self.order is not None:
            back = np.empty_like(values)
            back[self.order] = values
            values = back
        return values.copy() if self.columns is None else values.reshape(-1, self.columns).copy()

    def each(self, values: Vector) -> Any:
        """Results of every prompt: one number where the table was flat."""
        return values.tolist()[0] if self.flat else values.copy()

    def place(self, i: int) -> str:
        """In words, where an entry in the order inside was given."""
        prompt = int(np.searchsorted(self.starts, i, side="right")) - 1
        given = i if self.order is None else int(self.order[i])
        if self.names is not None:
            response = repr(self.names[given])
        else:
            response = str(given if self.labelled else i - int(self.starts[prompt]))
        return f"response {response}" + ("" if self.flat else f" of prompt {self.prompts[prompt]!r}")

    def written(self, entries: list[Any]) -> list[Any]:
        """Entries in the order inside as the table that they were given in."""
        values = np.empty(self.size, dtype=object)
        values[:] = entries
        out: list[Any] = self.outside(values).tolist()
        if self.lengths is None or self.columns is not None:
            return out
        return [out[start:start + count] for start, count in zip(self.starts, self.counts, strict=True)]

    @property
    def keywords(self) -> str:
        """The keyword arguments that give this layout, in words."""
        words = ""
        if self.labelled:
            labels = self.outside(self.spread(np.arange(len(self.prompts))))
            words += f", prompts={[self.prompts[i] for i in labels.tolist()]}"
        return words + ("" if self.names is None else f", responses={list(self.names)}")

    # sums over a prompt

    def total(self, values: Vector) -> Vector:
        """The sum over each prompt."""
        if values.dtype == np.float64 and len(self.starts) <= 64:  # pairwise summation, which reduceat does not do
            return np.array([part.sum() for part in np.split(values, self.starts[1:])])
        return np.add.reduceat(values, self.starts)

    def spread(self, values: Vector) -> Vector:
        """Each prompt's number, once for each of its responses."""
        return np.repeat(values, self.counts)

    def first_maximum(self, scores: Vector) -> Vector:
        """Where the largest score of each prompt is."""
        best = np.flatnonzero(scores == self.spread(np.maximum.reduceat(scores, self.starts)))
        return best[np.searchsorted(best, self.starts)]

    # reading another table onto the same responses

    def entries(self, value: Any, argument: str) -> Any:
        """The entries of another table in the order inside; shapes and names must agree."""
        if isinstance(value, Mapping):
            return self._by_name(value, argument)
        flat = _flatten(value, argument)
        lengths = (len(flat.entries),) if flat.lengths is None else flat.lengths
        expected = (self.size,) if self.flat or self.labelled else self.lengths
        ragged = expected is not None and self.columns is None and lengths == (self.size,)
        if lengths != expected and not ragged:
            raise InvalidProblem(f"{argument}: found {_extent(flat)}, expected {self.extent}, as in the reference")
        if flat.lengths is not None and (self.flat or self.labelled):
            raise InvalidProblem(f"{argument}: found {_extent(flat)}, expected {self.extent}, as in the reference")
        return self.inside(flat.entries)

    @property
    def extent(self) -> str:
        """The shape in words."""
        if self.flat or self.labelled:
            return f"{self.size} numbers in one flat table"
        return _extent(_Flat([], self.lengths))

    def _by_name(self, value: Mapping[Any, Any], argument: str) -> list[Any]:
        names = self.names
        if names is None:
            raise InvalidProblem(f"{argument}: found a mapping, but the responses of this problem have no names")
        given = self.inside(list(names))
        out: list[Any] = []
        if not self.flat:
            _same_keys(argument, "prompt", self.prompts, value, "")
        for prompt, start, count in zip(self.prompts, self.starts.tolist(), self.counts.tolist(), strict=True):
            row = value if self.flat else value[prompt]
            if not isinstance(row, Mapping):
                raise _refuse(argument, f"prompt {prompt!r}", _shown(row), "a mapping from responses to numbers")
            here = given[start:start + count]
            _same_keys(argument, "response", here, row, "" if self.flat else f" of prompt {prompt!r}")
            out += [row[name] for name in here]
        return out


def _extent(flat: _Flat) -> str:
    if flat.lengths is None:
        return f"{len(flat.entries)} numbers in one flat table"
    sizes = set(flat.lengths)
    if len(sizes) == 1:
        return f"{len(flat.lengths)} rows of {sizes.pop()} numbers"
    shown = ", ".join(map(str, flat.lengths[:6])) + (", …" if len(flat.lengths) > 6 else "")
    return f"{len(flat.lengths)} rows of {shown} numbers"


def _same_keys(argument: str, what: str, expected: Sequence[Any], found: Mapping[Any, Any], where: str) -> None:
    for name in expected:
        if name not in found:
            raise InvalidProblem(f"{argument}: nothing for {what} {name!r}{where}, which the reference has")
    if len(found) > len(expected):
        known = set(expected)
        extra = next(name for name in found if name not in known)
        raise InvalidProblem(f"{argument}: found {what} {extra!r}{where}, which the reference does not have")


# -- three kinds of number ---------------------------------------------------------------------


class _Arithmetic(Protocol):
    """What the formulas ask of a kind of number at one precision, besides ``+ - * /`` on arrays."""

    def working(self) -> AbstractContextManager[Any]:
        """Where computations at this precision happen."""

    def numbers(self, values: Vector) -> Vector:
        """Exact values as numbers of this kind."""

    def approximate(self, values: Vector) -> Vector:
        """Floats near the numbers: for choices that do not change what is exact."""

    def exp(self, u: Vector) -> Vector:
        """The exponential."""

    def log(self, u: Vector) -> Vector:
        """The natural logarithm."""

    def expm1(self, u: Vector) -> Vector:
        """``e^u - 1``, precise near 0."""

    def log1p(self, u: Vector) -> Vector:
        """``log(1 + u)``, precise near 0."""

    def gap(self, u: Vector) -> Vector:
        """``e^-u - 1 + u``, precise near 0: what each response adds to a KL divergence, beside its probability."""

    def weights(self, p: Vector, log_p: Vector, t: Vector, layout: _Layout) -> tuple[Vector, Vector]:
        """``p e^(t-m)`` and one m for each prompt, such that nothing overflows and not all underflows."""

    def excess(self, p: Vector, log_p: Vector, t: Vector) -> Vector:
        """``p (e^t - 1)``, precise near ``t = 0``."""

    def log_quotient(self, p: Vector, q: Vector, difference: Vector) -> Vector:
        """``log(p/q)`` far from 0; ``difference`` is it in floats."""


class _InFloats:
    """Float64. Probabilities are handled by their logarithms, so that none is lost before it is compared."""

    def working(self) -> AbstractContextManager[Any]:
        return np.errstate(all="ignore")

    def numbers(self, values: Vector) -> Vector:
        return _floats(values)

    def approximate(self, values: Vector) -> Vector:
        return values

    def exp(self, u: Vector) -> Vector:
        return np.exp(u)

    def log(self, u: Vector) -> Vector:
        return np.log(u)

    def expm1(self, u: Vector) -> Vector:
        return np.expm1(u)

    def log1p(self, u: Vector) -> Vector:
        return np.log1p(u)

    def gap(self, u: Vector) -> Vector:
        series = np.zeros_like(u)
        for k in range(18, 1, -1):  # u²/2! - u³/3! + ..., from its end
            series = 1 / math.factorial(k) - u * series
        return np.where(np.abs(u) < 0.5, u * u * series, u + np.expm1(-u))

    def weights(self, p: Vector, log_p: Vector, t: Vector, layout: _Layout) -> tuple[Vector, Vector]:
        scores = log_p + t
        m = np.maximum.reduceat(scores, layout.starts)
        return np.exp(scores - layout.spread(m)), m

    def excess(self, p: Vector, log_p: Vector, t: Vector) -> Vector:
        return np.where(t < 1, p * np.expm1(t), np.exp(log_p + t) - p)

    def log_quotient(self, p: Vector, q: Vector, difference: Vector) -> Vector:
        return difference


def _objects(function: Callable[[Any], Any], values: Vector | Sequence[Any]) -> Vector:
    """An array of what the function gives for each."""
    out = np.empty(len(values), dtype=object)
    out[:] = list(map(function, values.tolist() if isinstance(values, np.ndarray) else values))
    return out


_LOCAL = mpmath.MPContext()  # nobody else's: neither reads nor changes the precision of ``mpmath.mp``


def _mp_number(value: Any) -> Any:
    if isinstance(value, fmpq):
        return _LOCAL.make_mpf(libmp.from_rational(int(value.p), int(value.q), _LOCAL.prec, "n"))
    return _LOCAL.mpf(value)


def _mp_gap(u: Any) -> Any:
    with _LOCAL.extraprec(max(0, -2 * int(_LOCAL.mag(u))) + 4 if u else 0):
        return +(u + _LOCAL.expm1(-u))


def _ball_number(value: Any) -> arb:
    return arb(value)


def _ball_gap(u: arb) -> arb:
    """By the mean value theorem around the middle of the ball: ``gap'(u) = 1 - e^-u``."""
    middle = u.mid()
    if not u.is_finite() or middle.is_zero() or abs(float(middle)) > 0.25:
        return u + (-u).expm1()
    mantissa, exponent = middle.man_exp()
    size = int(mantissa).bit_length() + int(exponent)
    with precision(_bits() + max(0, -2 * size) + 8):
        there = middle + (-middle).expm1()
    return there - arb(0, u.rad()) * (-u).expm1()


def _bits() -> int:
    return int(ctx.prec)


@dataclass(frozen=True)
class _InObjects:
    """``mpf`` or ``arb`` of so many bits: exponents are unbounded, nothing underflows."""

    bits: int
    number: Callable[[Any], Any]
    library: Any
    small: Callable[[Any], Any]
    context: Callable[[int], AbstractContextManager[Any]]

    def working(self) -> AbstractContextManager[Any]:
        return self.context(self.bits)

    def numbers(self, values: Vector) -> Vector:
        return _objects(self.number, values)

    def approximate(self, values: Vector) -> Vector:
        return _floats(values)

    def exp(self, u: Vector) -> Vector:
        return _objects(self.library.exp, u)

    def log(self, u: Vector) -> Vector:
        return _objects(self.library.log, u)

    def expm1(self, u: Vector) -> Vector:
        return _objects(self.library.expm1, u)

    def log1p(self, u: Vector) -> Vector:
        return _objects(self.library.log1p, u)

    def gap(self, u: Vector) -> Vector:
        return _objects(self.small, u)

    def weights(self, p: Vector, log_p: Vector, t: Vector, layout: _Layout) -> tuple[Vector, Vector]:
        return p * self.exp(t), self.numbers(np.zeros(len(layout.starts)))

    def excess(self, p: Vector, log_p: Vector, t: Vector) -> Vector:
        return p * self.expm1(t)

    def log_quotient(self, p: Vector, q: Vector, difference: Vector) -> Vector:
        return self.log(p / q)


_INF = np.array([np.inf])


@lru_cache(maxsize=64)
def _arithmetic_of_mp(bits: int) -> _InObjects:
    return _InObjects(bits, _mp_number, _LOCAL, _mp_gap, _LOCAL.workprec)


@lru_cache(maxsize=64)
def _arithmetic_of_balls(bits: int) -> _InObjects:
    return _InObjects(bits, _ball_number, arb, _ball_gap, precision)


_FLOATS = _InFloats()

Evaluate = Callable[[_Arithmetic], tuple[Vector, ...]]


class _Kind(Protocol):
    """A kind of number as a user chooses it: how precise an answer must be, and how it is handed out."""

    balls: bool

    def settle(self, evaluate: Evaluate, guard: int) -> tuple[Vector, ...]:
        """The numbers, computed as precisely as was promised; ``guard`` bits are sure to be lost on the way."""

    def number(self, value: fmpq) -> Any:
        """One exact number."""


@dataclass(frozen=True)
class _Floats:
    balls = False

    def settle(self, evaluate: Evaluate, guard: int) -> tuple[Vector, ...]:
        with _FLOATS.working():
            return evaluate(_FLOATS)

    def number(self, value: fmpq) -> float:
        return float(value)

    def __str__(self) -> str:
        return ""


def _agree(before: Any, after: Any, bits: int) -> bool:
    return bool(before == after or _LOCAL.mag(before - after) < _LOCAL.mag(after) - bits)


@dataclass(frozen=True)
class _Digits:
    """Two precisions that agree; then rounded."""

    digits: int
    balls = False

    def settle(self, evaluate: Evaluate, guard: int) -> tuple[Vector, ...]:
        bits, need = _start(self.digits, guard), int(self.digits * 3.33) + 2
        before: list[Any] = []
        earlier: list[Any] = []
        most = 8 * bits
        while bits <= most:
            arithmetic = _arithmetic_of_mp(bits)
            with arithmetic.working():
                results = evaluate(arithmetic)
                numbers = list(chain.from_iterable(result.tolist() for result in results))
                lost = [i for i, (a, b) in enumerate(zip(before, numbers, strict=False)) if not _agree(a, b, need)]
                if before and not lost:
                    break
                most = max(most, min(_MOST_BITS, _WORK // len(numbers)))
            earlier, before, bits = before, numbers, bits + 64 if not before else 2 * bits
        else:
            whole = np.concatenate(results)
            whole[[i for i in lost if abs(numbers[i]) < abs(earlier[i]) * 2.0**-40]] = _LOCAL.zero  # noise
            results = tuple(np.split(whole, np.cumsum([len(result) for result in results])[:-1]))
        context = _context(self.digits)
        return tuple(_objects(self._rounded(context), result) for result in results)

    def _rounded(self, context: Any) -> Callable[[Any], Any]:
        return lambda value: +context.make_mpf(value._mpf_)

    def number(self, value: fmpq) -> Any:
        context = _context(self.digits)
        return context.make_mpf(libmp.from_rational(int(value.p), int(value.q), context.prec, "n"))

    def __str__(self) -> str:
        return f".digits({self.digits})"


@dataclass(frozen=True)
class _Balls:
    """Certified; the precision is raised until the radii are small enough."""

    digits: int
    balls = True

    def settle(self, evaluate: Evaluate, guard: int) -> tuple[Vector, ...]:
        bits, need = _start(self.digits, guard), int(self.digits * 3.33) + 3
        for _ in range(_ROUNDS):
            arithmetic = _arithmetic_of_balls(bits)
            with arithmetic.working():
                results = evaluate(arithmetic)
            if all(min(map(arb.rel_accuracy_bits, result.tolist())) >= need for result in results):
                break
            bits = 2 * bits + 64
        return results

    def number(self, value: fmpq) -> arb:
        with precision(_start(self.digits, 0)):
            return arb(value)

    def __str__(self) -> str:
        return f".balls({self.digits})"


def _start(digits: int, guard: int) -> int:
    return -(-(int(digits * 3.33) + guard + 24) // 32) * 32


@lru_cache(maxsize=16)
def _context(digits: int) -> Any:
    context = mpmath.MPContext()
    context.dps = digits
    return context


# -- distributions -----------------------------------------------------------------------------


class _Measure(Protocol):
    """A distribution over the responses of each prompt, in the order inside."""

    @property
    def support(self) -> Vector:
        """Where there is mass."""

    @property
    def logs(self) -> Vector:
        """The logarithms in floats; ``-inf`` without mass."""

    def values(self, arithmetic: _Arithmetic) -> Vector:
        """The probabilities."""


@dataclass(frozen=True)
class _Probabilities:
    """Given as probabilities; ``table.rounded``: divided by their sum. ``certified``: balls, left as they are."""

    layout: _Layout
    table: _Table

    @cached_property
    def support(self) -> Vector:
        return np.asarray(self.table.values != 0, dtype=bool)

    @cached_property
    def logs(self) -> Vector:
        floats = self.table.floats
        with np.errstate(divide="ignore"):
            logs = np.log(floats)
        for i in np.flatnonzero((floats < SMALLEST) & self.support):
            logs[i] = _log(self.table.values[i])
        return logs - np.log(self.layout.spread(self.layout.total(floats))) if self.table.rounded else logs

    def values(self, arithmetic: _Arithmetic) -> Vector:
        values = arithmetic.numbers(self.table.values)
        return values / self.layout.spread(self.layout.total(values)) if self.table.rounded else values


def _log(value: Any) -> float:
    """The logarithm of a number too small for a float."""
    if isinstance(value, float):
        return math.log(value)
    with precision(64):
        return float(_ball_number(value).log())


@dataclass(frozen=True)
class _Softmax:
    """Given as logits: ``p ∝ e^logit``; ``support`` is where they are not ``-inf``."""

    layout: _Layout
    table: _Table
    support: Vector

    @cached_property
    def _best(self) -> Vector:
        return self.layout.first_maximum(np.where(self.support, self.table.floats, -np.inf))

    @cached_property
    def logs(self) -> Vector:
        with _FLOATS.working():
            u = np.where(self.support, _differences(self.layout, self.table, self._best, _FLOATS), -np.inf)
            return u - self.layout.spread(np.log(self.layout.total(np.exp(u))))

    def values(self, arithmetic: _Arithmetic) -> Vector:
        weights = arithmetic.exp(_differences(self.layout, self.table, self._best, arithmetic))
        weights = np.where(self.support, weights, arithmetic.numbers(np.zeros(1)))
        return weights / self.layout.spread(self.layout.total(weights))


def _differences(layout: _Layout, table: _Table, where: Vector, arithmetic: _Arithmetic) -> Vector:
    """Each entry less its prompt's entry at ``where``: subtracted before it is rounded, where it can be."""
    if table.values.dtype == object:
        return arithmetic.numbers(table.values - layout.spread(table.values[where]))
    values = arithmetic.numbers(table.values)
    return values - layout.spread(values[where])


# -- the formulas --------------------------------------------------------------------------------


class _Data:
    """The tables of a problem, and their numbers in the arithmetics used last."""

    def __init__(self, layout: _Layout, reference: _Measure, reward: _Table) -> None:
        self.layout, self.reference, self.reward = layout, reference, reward
        self._numbers: dict[tuple[int, int], Vector] = {}

    def probabilities(self, arithmetic: _Arithmetic) -> Vector:
        """The reference."""
        return self._kept((id(arithmetic), 0), lambda: self.reference.values(arithmetic))

    def _kept(self, key: tuple[int, int], compute: Callable[[], Vector]) -> Vector:
        if key not in self._numbers:
            while len(self._numbers) >= 4:
                del self._numbers[next(iter(self._numbers))]
            self._numbers[key] = compute()
        return self._numbers[key]


class _Tilt:
    """Every quantity of one problem at one temperature, as numbers of one arithmetic.

    Rewards count from the reward c of the likeliest response under π*: ``t = (r - c)/β`` and
    ``Z' = Σ π_ref e^t``, so that ``log Z = c/β + log Z'`` and ``log(π*/π_ref) = t - log Z'``.
    """

    def __init__(self, data: _Data, beta: fmpq, centre: Vector, arithmetic: _Arithmetic) -> None:
        self.data, self.layout, self.arithmetic = data, data.layout, arithmetic
        self._centre, self._beta = centre, beta

    @cached_property
    def beta(self) -> Vector:
        """The temperature, as an array of one number."""
        return self.arithmetic.numbers(np.array([self._beta], dtype=object))

    @cached_property
    def p(self) -> Vector:
        """The reference."""
        return self.data.probabilities(self.arithmetic)

    @cached_property
    def c(self) -> Vector:
        """The reward that others are counted from."""
        return self.arithmetic.numbers(self.data.reward.values[self._centre])

    @cached_property
    def d(self) -> Vector:
        """``r - c``."""
        return _differences(self.layout, self.data.reward, self._centre, self.arithmetic)

    @cached_property
    def t(self) -> Vector:
        """``(r - c)/β``, and 0 where there is no mass."""
        zero = self.arithmetic.numbers(np.zeros(1))
        return np.where(self.data.reference.support, self.d, zero) / self.beta

    @cached_property
    def _weights(self) -> tuple[Vector, Vector, Vector]:
        weights, m = self.arithmetic.weights(self.p, self.data.reference.logs, self.t, self.layout)
        return weights, m, self.layout.total(weights)

    @cached_property
    def policy(self) -> Vector:
        """``π*``."""
        weights, _, total = self._weights
        return weights / self.layout.spread(total)

    @cached_property
    def log_z(self) -> Vector:
        """``log Z'``: through ``log(1 + Σ π_ref (e^t - 1))`` where that is near 0."""
        _, m, total = self._weights
        out = m + self.arithmetic.log(total)
        near = np.abs(self.arithmetic.approximate(out)) < 0.5
        if near.any():
            excess = self.layout.total(self.arithmetic.excess(self.p, self.data.reference.logs, self.t))
            out[near] = self.arithmetic.log1p(excess[near])
        return out

    @property
    def log_partition(self) -> Vector:
        """``log Z``."""
        return self.c / self.beta + self.log_z

    @cached_property
    def log_ratio(self) -> Vector:
        """``log(π*/π_ref)``; of no meaning where there is no mass."""
        return self.t - self.layout.spread(self.log_z)

    @property
    def logs(self) -> Vector:
        """``log π*``."""
        support = self.data.reference.support
        out = np.repeat(self.arithmetic.numbers(-_INF), len(support))
        if isinstance(self.arithmetic, _InFloats):
            return np.where(support, self.data.reference.logs + self.log_ratio, out)
        out[support] = self.arithmetic.log(self.p[support]) + self.log_ratio[support]
        return out

    def expected_reward(self, p: Vector) -> Vector:
        """``c + E_p[r - c]``."""
        return self.c + self.layout.total(p * self.d)

    def variance(self, p: Vector) -> Vector:
        """``E_p[(r - E_p r)²]``."""
        away = self.d - self.layout.spread(self.layout.total(p * self.d))
        return self.layout.total(p * away * away)

    def quotient(self, left: _Measure, p: Vector, right: _Measure, q: Vector) -> Vector:
        """``log(p/q)`` where both have mass: through ``log(1 + (p-q)/q)`` where it is near 0."""
        both = left.support & right.support
        p, q, difference = p[both], q[both], left.logs[both] - right.logs[both]
        close = (np.abs(difference) < 0.5) & (self.arithmetic.approximate(q) > SMALLEST)
        out = np.empty_like(p)
        out[close] = self.arithmetic.log1p((p[close] - q[close]) / q[close])
        out[~close] = self.arithmetic.log_quotient(p[~close], q[~close], difference[~close])
        return out

    def divergence(self, left: _Measure, p: Vector, right: _Measure, q: Vector, u: Vector) -> Vector:
        """``KL(p‖q) = Σ (p log(p/q) + q - p)``, where u is ``log(p/q)`` at the places where both have mass."""
        a = self.arithmetic
        both = left.support & right.support
        terms = np.where(right.support, q, a.numbers(np.zeros(1)))
        near = a.approximate(u) > -1
        inner, p, q = np.empty_like(u), p[both], q[both]
        inner[near] = p[near] * a.gap(u[near])
        inner[~near] = p[~near] * u[~near] - q[~near] * a.expm1(u[~near])
        terms[both] = inner
        out = self.layout.total(terms)
        out[np.logical_or.reduceat(left.support & ~right.support, self.layout.starts)] = a.numbers(_INF)[0]
        return out


@dataclass(frozen=True)
class _Optimum:
    """π* as a measure beside others."""

    tilt: _Tilt
    in_floats: _Tilt

    @property
    def support(self) -> Vector:
        return self.tilt.data.reference.support

    @cached_property
    def logs(self) -> Vector:
        with _FLOATS.working():
            return self.in_floats.logs

    def values(self, arithmetic: _Arithmetic) -> Vector:
        return self.tilt.policy


# -- the face ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FrontierPoint:
    """The optimum at one temperature: a point of the curve of best rewards against divergence.

    ``E[r]`` and ``KL(π*‖π_ref)`` of π*, ``log Z``, the maximum ``β log Z``, and the slope ``dE[r]/dKL = β``. Each is
    a number, or with many prompts an array of shape (prompts,); ``beta`` and ``slope`` are numbers.
    """

    beta: Any
    expected_reward: Any
    kl: Any
    log_partition: Any
    objective: Any
    slope: Any


class FiniteProblem:
    r"""Maximise ``E_π[r] - β KL(π‖π_ref)`` over finitely many responses, at one prompt or many.

    ``π*(y|x) = π_ref(y|x) exp(r(x,y)/β) / Z(x)``, ``Z(x) = Σ_y π_ref(y|x) exp(r(x,y)/β)``.

    ``reference`` and ``reward`` are tables of the same form, of which there are four: a flat sequence or 1-D array;
    rows, one a prompt (nested sequences, perhaps of different lengths, or a 2-D array); a mapping from names of
    responses to numbers; a mapping from prompts to such mappings. With ``prompts=labels``, one label for each entry of
    a flat table, the entries of equal labels are one prompt; they need not be neighbours. ``responses=names`` names
    the entries. Numbers are int, float, Fraction, Decimal, strings such as ``"0.1"`` and ``"1/3"``, NumPy scalars; a
    float is the binary rational that it is. ``beta`` is one such number.

    Results are float64; ``digits(n)`` and ``balls(n)`` are the same problem with other numbers. Results for every
    response have the shape of the table: (n,) for a flat one, (prompts, n) for rows of equal length given as such,
    flat in the order given for all others. Results for every prompt are one number for a flat table, else of shape
    (prompts,), prompts in order of first appearance. Where a method takes a policy it takes a table of the same form,
    or what a method gave.

    Requires: each prompt of ``reference`` is >= 0 and sums to exactly 1; a table with floats in it to 1 within 1e-9,
    and is then divided by its sum. Rewards are finite, at most 1e300 in size; ``1e-300 <= beta <= 1e300``.

    Raises: InvalidProblem, which names the argument, the place and the number.

    >>> problem = FiniteProblem({"a": "1/2", "b": "1/2"}, {"a": 1, "b": 0}, "1/2")
    >>> problem.policy().round(6).tolist()
    [0.880797, 0.119203]
    >>> problem.digits(30).log_partition()
    mpf('1.43378083048302718702649468490008')
    >>> problem.balls(20).kl().str(12, radius=False)
    '0.327813325473'
    """

    _data: _Data
    _beta: fmpq
    _kind: _Kind

    def __init__(
        self, reference: Any, reward: Any, beta: Any, *, prompts: Iterable[Any] | None = None,
        responses: Iterable[Any] | None = None,
    ) -> None:
        layout, entries = _laid_out(reference, "reference", prompts, responses)
        table = _table(entries, "reference", layout.place, "a probability")
        measure = _probabilities(layout, table, "reference")
        self._set(_Data(layout, measure, _rewards(layout, reward)), _beta(beta), _Floats())

    @classmethod
    def from_logits(
        cls, logits: Any, reward: Any, beta: Any, *, prompts: Iterable[Any] | None = None,
        responses: Iterable[Any] | None = None,
    ) -> FiniteProblem:
        """The problem whose reference is ``softmax(logits)``, exactly so in every kind of number.

        A logit of ``-inf`` is no mass.

        Requires: as for the class; at each prompt a logit that is finite.

        >>> FiniteProblem.from_logits([0, 0], [3, 3], 1).policy().tolist()
        [0.5, 0.5]
        """
        layout, entries = _laid_out(logits, "logits", prompts, responses)
        entries, support = _without_minus_infinity(entries)
        table = _table(entries, "logits", layout.place, "a number or -inf")
        for i in np.flatnonzero(~np.logical_or.reduceat(support, layout.starts)):
            raise InvalidProblem(f"logits: all are -inf{layout.at(int(i))}; one must be finite")
        problem = object.__new__(cls)
        problem._set(_Data(layout, _Softmax(layout, table, support), _rewards(layout, reward)), _beta(beta), _Floats())
        return problem

    def _set(self, data: _Data, beta: fmpq, kind: _Kind) -> None:
        for name, value in (("_data", data), ("_beta", beta), ("_kind", kind)):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a FiniteProblem does not change; cannot set {name!r}")

    def _with(self, beta: fmpq, kind: _Kind) -> FiniteProblem:
        problem = object.__new__(FiniteProblem)
        problem._set(self._data, beta, kind)
        return problem

    # the problem itself

    @property
    def beta(self) -> Any:
        """The temperature."""
        return self._kind.number(self._beta)

    @property
    def prompts(self) -> tuple[Any, ...]:
        """Their names: labels, keys, or 0, 1, ... for rows."""
        return self._data.layout.prompts

    @property
    def responses(self) -> tuple[Any, ...] | None:
        """Their names in the order given, as long as the table; ``None`` where they have none."""
        return self._data.layout.names

    @property
    def reference(self) -> Vector:
        """``π_ref``, which sums to 1."""
        return self._responses(lambda tilt: tilt.p)

    @property
    def reward(self) -> Vector:
        """``r``."""
        return self._responses(lambda tilt: tilt.arithmetic.numbers(tilt.data.reward.values))

    @property
    def support(self) -> Vector:
        """Whether ``π_ref > 0``, for every response: booleans."""
        return self._data.layout.outside(self._data.reference.support)

    @property
    def prompt_of(self) -> Vector:
        """Which of ``prompts`` a response belongs to, for every response: integers."""
        layout = self._data.layout
        return layout.outside(layout.spread(np.arange(len(layout.prompts))))

    def at(self, beta: Any) -> FiniteProblem:
        """The same problem at another temperature, in the same kind of number.

        >>> FiniteProblem([0.5, 0.5], [1, 0], 1).at(1e-8).policy().tolist()
        [1.0, 0.0]
        """
        return self._with(_beta(beta), self._kind)

    def floats(self) -> FiniteProblem:
        """The same problem in float64. What is below the range of floats is 0.0."""
        return self._with(self._beta, _Floats())

    def digits(self, digits: int) -> FiniteProblem:
        """The same problem in ``mpf`` of so many decimal digits, in an mpmath context of its own.

        Computed at rising precision until two results agree to these digits: reliable, not certified. What only
        becomes smaller as the precision rises, up to thousands of bits, is given as 0.

        >>> FiniteProblem(["1/3", "2/3"], [0, 0], 1).digits(40).policy()[0]
        mpf('0.3333333333333333333333333333333333333333352')
        """
        return self._with(self._beta, _Digits(_digits(digits)))

    def balls(self, digits: int) -> FiniteProblem:
        """The same problem in ``arb``: every ball certainly encloses the exact value.

        Computed at rising precision until radii are below ``10^-digits`` of the number, or no more than a few rounds: a
        value that is exactly 0 may stay a small ball around 0.

        >>> ball = FiniteProblem(["1/3", "2/3"], [0, 0], 1).balls(40).policy()[0]
        >>> ball.str(30, radius=False), 1 in 3 * ball
        ('0.333333333333333333333333333333', True)
        """
        return self._with(self._beta, _Balls(_digits(digits)))

    # the optimum

    def policy(self) -> Vector:
        """``π*(y|x) = π_ref(y|x) exp(r(x,y)/β) / Z(x)``, for every response."""
        return self._responses(lambda tilt: tilt.policy)

    def log_policy(self) -> Vector:
        """``log π*(y|x)``, for every response; ``-inf`` where the reference has no mass."""
        return self._responses(lambda tilt: tilt.logs)

    def log_partition(self) -> Any:
        """``log Z(x)``, for every prompt. In floats the error is some 1e-16 of the largest ``|r|/β``."""
        return self._prompts(lambda tilt: tilt.log_partition)

    # any policy

    def expected_reward(self, pi: Any = None) -> Any:
        """``E_π[r]``, for every prompt; of π* where no policy is given."""
        measure = self._measure(pi, "pi")
        return self._prompts(lambda tilt: tilt.expected_reward(self._numbers(measure, tilt)))

    def variance(self, pi: Any = None) -> Any:
        """``Var_π[r]``, for every prompt; of π* where no policy is given."""
        measure = self._measure(pi, "pi")
        return self._prompts(lambda tilt: tilt.variance(self._numbers(measure, tilt)))

    def kl(self, pi: Any = None, rho: Any = None) -> Any:
        """``KL(π‖ρ) = Σ_y π log(π/ρ)`` in nats, for every prompt; π* and the reference where none is given.

        ``0 log 0`` is 0; the divergence is ``inf`` where π has mass and ρ has none. In floats ``kl()`` is precise at
        every temperature, ``kl(policy())`` as precise as rounded probabilities allow.
        """
        left, right = self._measure(pi, "pi"), self._measure(rho, "rho")
        return self._prompts(lambda tilt: self._kl(tilt, left, right))

    def objective(self, pi: Any = None) -> Any:
        """``J(π) = E_π[r] - β KL(π‖π_ref)``, for every prompt; the maximum ``β log Z`` where no policy is given."""
        if pi is None:
            return self._prompts(lambda tilt: tilt.beta * tilt.log_partition)
        measure = self._measure(pi, "pi")
        return self._prompts(
            lambda tilt: tilt.expected_reward(self._numbers(measure, tilt)) - tilt.beta * self._kl(tilt, measure, None)
        )

    def regret(self, pi: Any) -> Any:
        """``J(π*) - J(π) = β KL(π‖π*)``, for every prompt: computed as the divergence, which does not cancel."""
        measure = self._measure(pi, "pi")
        if measure is None:
            raise _refuse("pi", "", "None", "a policy")
        return self._prompts(lambda tilt: tilt.beta * self._regret(tilt, measure))

    def frontier(self, betas: Iterable[Any]) -> tuple[FrontierPoint, ...]:
        """The optimum at each of these temperatures.

        >>> point, = FiniteProblem([0.5, 0.5], [1, 0], 1).frontier([2])
        >>> point.slope, round(point.expected_reward, 6), round(point.kl, 6)
        (2.0, 0.622459, 0.0303)
        """
        return tuple(self.at(beta)._point() for beta in betas)

    # -- inside

    def _point(self) -> FrontierPoint:
        def evaluate(tilt: _Tilt) -> tuple[Vector, ...]:
            log_z = tilt.log_partition
            return tilt.expected_reward(tilt.policy), self._kl(tilt, None, None), log_z, tilt.beta * log_z

        reward, kl, log_z, value = map(self._data.layout.each, self._settled(evaluate))
        return FrontierPoint(self.beta, reward, kl, log_z, value, self.beta)

    def _numbers(self, measure: _Measure | None, tilt: _Tilt) -> Vector:
        return tilt.policy if measure is None else measure.values(tilt.arithmetic)

    def _kl(self, tilt: _Tilt, left: _Measure | None, right: _Measure | None) -> Vector:
        reference = self._data.reference
        if left is None and right is None:
            return tilt.divergence(reference, tilt.policy, reference, tilt.p, tilt.log_ratio[reference.support])
        first: _Measure = _Optimum(tilt, self._in_floats) if left is None else left
        second = reference if right is None else right
        p, q = first.values(tilt.arithmetic), tilt.p if right is None else second.values(tilt.arithmetic)
        return tilt.divergence(first, p, second, q, tilt.quotient(first, p, second, q))

    def _regret(self, tilt: _Tilt, measure: _Measure) -> Vector:
        reference = self._data.reference
        p = measure.values(tilt.arithmetic)
        ratio = tilt.quotient(measure, p, reference, tilt.p) - tilt.log_ratio[measure.support & reference.support]
        return tilt.divergence(measure, p, reference, tilt.policy, ratio)

    def _responses(self, evaluate: Callable[[_Tilt], Vector]) -> Vector:
        return self._data.layout.outside(self._settled(lambda tilt: (evaluate(tilt),))[0])

    def _prompts(self, evaluate: Callable[[_Tilt], Vector]) -> Any:
        return self._data.layout.each(self._settled(lambda tilt: (evaluate(tilt),))[0])

    def _settled(self, evaluate: Callable[[_Tilt], tuple[Vector, ...]]) -> tuple[Vector, ...]:
        return self._kind.settle(lambda arithmetic: evaluate(self._tilt(arithmetic)), self._guard)

    def _tilt(self, arithmetic: _Arithmetic) -> _Tilt:
        if self._latest.arithmetic is not arithmetic:
            self.__dict__["_latest"] = _Tilt(self._data, self._beta, self._centre, arithmetic)
        return self._latest

    @cached_property
    def _latest(self) -> _Tilt:
        return self._in_floats

    @cached_property
    def _in_floats(self) -> _Tilt:
        return _Tilt(self._data, self._beta, self._centre, _FLOATS)

    @cached_property
    def _spread(self) -> Vector:
        """``r - max r`` over the support in floats, times 1/β; ``-inf`` without mass."""
        layout, reward, support = self._data.layout, self._data.reward, self._data.reference.support
        best = layout.first_maximum(np.where(support, reward.floats, -np.inf))
        with _FLOATS.working():
            return np.where(support, _differences(layout, reward, best, _FLOATS), -np.inf) / float(self._beta)

    @cached_property
    def _centre(self) -> Vector:
        """The likeliest response of each prompt under π*."""
        return self._data.layout.first_maximum(self._spread + self._data.reference.logs)

    @cached_property
    def _guard(self) -> int:
        """The bits that sums and exponentials are sure to lose."""
        u = np.where(self._data.reference.support, -self._spread, 0.0)
        largest = max(float(np.max(np.minimum(u, LARGEST))), 1.0)
        return math.ceil(math.log2(largest)) + int(max(self._data.layout.counts)).bit_length()

    def _measure(self, value: Any, argument: str) -> _Measure | None:
        if value is None:
            return None
        layout = self._data.layout
        entries = layout.entries(value, argument)
        kinds = set(map(type, entries)) if not isinstance(entries, np.ndarray) or entries.dtype == object else set()
        if arb in kinds or any(issubclass(kind, mpmath.ctx_mp_python._mpf) for kind in kinds):
            table = _computed(entries, argument, layout, self._kind.balls)
        else:
            table = _table(entries, argument, layout.place, "a probability")
        return _probabilities(layout, table, argument)

    def __repr__(self) -> str:
        layout, reference = self._data.layout, self._data.reference
        if layout.size > 20 or not isinstance(reference, _Probabilities | _Softmax):
            size = f"{layout.size} responses, {len(layout.prompts)} prompts"
            return f"<FiniteProblem: {size}, β = {_text(self._beta)}{self._kind}>"
        tables = (reference.table, self._data.reward)
        first, second = (layout.written([_given(value) for value in table.values]) for table in tables)
        start = "FiniteProblem" if isinstance(reference, _Probabilities) else "FiniteProblem.from_logits"
        return f"{start}({first}, {second}, {_given(self._beta)!r}{layout.keywords}){self._kind}"


# -- checking what was given ---------------------------------------------------------------------


def _laid_out(value: Any, argument: str, prompts: Any, responses: Any) -> tuple[_Layout, Any]:
    flat = _flatten(value, argument)
    layout = _Layout(flat, prompts, responses, argument)
    return layout, layout.inside(flat.entries)


def _without_minus_infinity(logits: Any) -> tuple[Any, Vector]:
    """Logits with 0 for ``-inf``, and where they are not ``-inf``."""
    if isinstance(logits, np.ndarray) and logits.dtype.kind == "f":
        support = np.asarray(logits != -np.inf)
        return np.where(support, logits, 0), support
    items = logits.tolist() if isinstance(logits, np.ndarray) else list(logits)
    support = np.array([not (isinstance(item, float | np.floating) and item == -math.inf) for item in items])
    return [item if there else 0 for item, there in zip(items, support.tolist(), strict=True)], support


def _rewards(layout: _Layout, reward: Any) -> _Table:
    return _table(layout.entries(reward, "reward"), "reward", layout.place, "a finite number")


def _beta(value: Any) -> fmpq:
    number = _rational(value)
    if number is None or not SMALLEST <= float(number) <= LARGEST:
        raise _refuse("beta", "", _shown(value), "a number > 0 (between 1e-300 and 1e300)")
    return number


def _digits(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_DIGITS:
        raise _refuse("digits", "", _shown(value), f"a whole number from 1 to {MOST_DIGITS}")
    return value


def _probabilities(layout: _Layout, table: _Table, argument: str) -> _Probabilities:
    """A distribution at each prompt, or an error that says where it is none."""
    inexact = table.values.dtype == object and any(isinstance(v, arb) and not v.is_exact() for v in table.values)
    low = table.floats
    for i in np.flatnonzero(low < 0):
        raise _refuse(argument, layout.place(int(i)), _text(table.values[i]), "a probability, >= 0")
    if inexact:
        _check_balls(layout, table, argument)
        return _Probabilities(layout, _Table(table.values, False))
    if table.rounded:
        totals = layout.total(low)
        wrong = ~(np.abs(totals - 1) <= TOLERANCE)
    else:
        totals = np.add.reduceat(table.values, layout.starts)
        wrong = np.asarray(totals != 1, dtype=bool)
    for i in np.flatnonzero(wrong):
        raise InvalidProblem(
            f"{argument}: the probabilities sum to {_text(totals[i])}{layout.at(int(i))}; a distribution sums to 1"
        )
    return _Probabilities(layout, table)


def _check_balls(layout: _Layout, table: _Table, argument: str) -> None:
    with precision(1 + max((v.bits() for v in table.values if isinstance(v, arb)), default=53)):
        balls = np.empty(len(table.values), dtype=object)
        balls[:] = [_ball_number(v) for v in table.values.tolist()]
        for i, ball in enumerate(balls.tolist()):
            if not (ball.is_zero() or ball > 0):
                raise _refuse(argument, layout.place(i), str(ball), "exactly 0, or a ball of numbers > 0")
        for i, total in enumerate(layout.total(balls)):
            if not total.contains(1):
                raise InvalidProblem(
                    f"{argument}: the probabilities sum to {total}{layout.at(i)}; a distribution sums to 1"
                )


def _computed(entries: Any, argument: str, layout: _Layout, balls: bool) -> _Table:
    """Results of ``digits`` or ``balls`` taken in again: exponents may be too large for a fraction."""
    values = np.empty(len(entries), dtype=object)
    for i, entry in enumerate(entries):
        value = entry if isinstance(entry, arb | mpmath.ctx_mp_python._mpf) else _rational(entry)
        if value is None or not math.isfinite(float(value)):
            raise _refuse(argument, layout.place(i), _shown(entry), "a probability")
        values[i] = value.mid() if isinstance(value, arb) and not balls else value
    return _Table(values, True)


def _given(value: Any) -> int | float | str:
    """A number in a form in which it can be given again."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 2**53 else float(value)
    if value.q == 1:
        return int(value.p)
    binary = int(value.q).bit_count() == 1 and value.q > 1024 and float(value).as_integer_ratio() == (value.p, value.q)
    return float(value) if binary else str(value)


def _text(value: Any) -> str:
    """A number in a message."""
    return str(_given(value)) if isinstance(value, float | fmpq) else str(value)
