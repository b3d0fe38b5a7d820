"""What a check of a token policy finds: every error beside its bound, and whether every token was counted.

The rows come block by block. Of each, what is checked is computed (by this package) or read (from a file that some
other code wrote), and held against the float64 reference of the same row and the bound for the data of that row.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symkl.tokens import bounds, rows
from symkl.tokens import fused as kernels
from symkl.tokens.arrays import Array, arrays_of, on_device, out_of_memory
from symkl.tokens.bounds import ACCURATE, BY_POWERS_OF_TWO, Bounds, ExpModel, Rounding, differences, exceeded, probe_exp
from symkl.tokens.estimators import kl_samples
from symkl.tokens.mutants import MUTANTS, Smell, left_of, smells_of
from symkl.tokens.mutants import run as run_right
from symkl.tokens.reference import Certified, Reference, certified, distances, entry_distances, refer
from symkl.tokens.rows import read_beta
from symkl.tokens.screening import covered, suspects
from symkl.tokens.statistics import BLOCK, TiltStatistics, log_tilt, tilt_statistics
from symkl.tokens.trials import probes

Rows = NDArray[np.floating[Any]]

QUANTITIES = ("log_partition", "expected_reward", "kl", "entropy", "max_log_policy", "total", "log_policy")
"""What is computed here; of a file there are the last two."""

TOP = 5
SAMPLES = 4096
_AT_ONCE = 1 << 20  # numbers of a block, unless its rows are said
_INDEX = 1 << 32
_WHOLE = 1 << 25  # numbers that may be looked at together
_SUSPECTS = 64  # rows beyond their bounds: more of them say no more
_NOTHING = 1e-25  # what a ball of the precision of the check has no digits for
_REFERENCE = 0.1  # the share of a bound that the reference may be off by
_LEAVES = 0.05  # a mistake explains an error if it leaves no more of it than this
_WIDE = 1.959963984540054  # of a normal distribution, 95 % lie within so many standard deviations


class BadData(ValueError):
    """Rows that have no policy, or that memory cannot hold; the message names the argument."""


@dataclass(frozen=True)
class Data:
    """Some rows [B, V]: logits, rewards, and the ``log_policy`` that is to be checked, if there is one."""

    logits: Rows
    rewards: Rows
    log_policy: Rows | None = None


@dataclass(frozen=True)
class Source:
    """Where rows come from. ``read(start, stop)`` gives some of them.

    ``dtype`` is the kind of numbers of the logits, ``rewards_dtype`` that of the rewards if it is another,
    ``arithmetic`` that of the sums. ``checked`` names the file whose log π* is checked and ``stored`` its kind of
    numbers: empty, if what this package computes is checked. ``leading`` are the axes before the tokens, if known.
    """

    name: str
    rows: int
    vocabulary: int
    dtype: str
    arithmetic: str
    read: Callable[[int, int], Data]
    checked: str = ""
    stored: str = ""
    seed: int = 0
    rewards_dtype: str = ""
    leading: tuple[int, ...] = ()


@dataclass(frozen=True)
class Quantity:
    """The worst error of a quantity, by its share of the bound, and where it is."""

    name: str
    error: float
    bound: float
    row: int
    token: int | None = None

    @property
    def exceeded(self) -> bool:
        """Whether it is beyond its bound; what is no number is."""
        return exceeded(self.error, self.bound)

    @property
    def undecided(self) -> bool:
        """Whether there is an error, and no bound: rounding alone may have done anything to this row."""
        return not self.exceeded and self.error > 0 and math.isinf(self.bound)

    @property
    def ratio(self) -> float:
        """The share of the bound; infinite where error or bound is no number."""
        if not self.error:
            return 0.0
        share = self.error / self.bound if self.bound and self.bound < math.inf else math.inf
        return math.inf if math.isnan(share) else share


@dataclass(frozen=True)
class Coverage:
    """How many tokens have a log π* and should, and the sums of their indices mod 2^32; ``row`` is the first off."""

    counted: int = 0
    expected: int = 0
    index_sum: int = 0
    expected_index_sum: int = 0
    row: int | None = None

    @property
    def complete(self) -> bool:
        """Whether each row has the tokens that it should have."""
        return self.row is None


@dataclass(frozen=True)
class Probes:
    """Rows with the mass at the edges of a tile; ``token`` is the edge of the worst, ``undecided``: it has no bound."""

    rows: int
    tile: int
    ratio: float
    exceeded: bool
    token: int
    undecided: bool = False


@dataclass(frozen=True)
class Exponential:
    """What the device's exponential was found to be off by, in units of the arithmetic's roundoff."""

    worst: float
    where: float
    model: str
    held: bool


@dataclass(frozen=True)
class Top:
    """The likeliest tokens of a row with their log probabilities, under π_ref and under π*."""

    row: int
    before: tuple[tuple[int, float], ...]
    after: tuple[tuple[int, float], ...]


@dataclass(frozen=True)
class Estimate:
    """What an estimator gave, with a 95 % interval, and what it is exactly on average.

    ``seen`` is the standard deviation of the samples, from which the interval is, ``deviation`` the exact one.
    """

    name: str
    mean: float
    low: float
    high: float
    exact: float
    seen: float
    deviation: float

    @property
    def covers(self) -> bool:
        """Whether the interval has the exact value in it, float rounding allowed for."""
        slack = 1e-5 * abs(self.exact) + 1e-12
        return self.low - slack <= self.exact <= self.high + slack


@dataclass(frozen=True)
class CheckReport:
    """All that a check found.

    ``smells`` are the mistakes that explain a wrong log π*. Where there are none, ``chain`` is how many additions one
    after the other would, if so many do. ``referred`` rows were held against the reference, and all were compared
    in float64 (:mod:`symkl.tokens.screening`); ``sound``: the reference is within a tenth of the bounds of the exact
    values, by ball arithmetic.
    """

    source: str
    checked: str
    rows: int
    vocabulary: int
    dtype: str
    arithmetic: str
    beta: float
    device: str
    fused: bool
    seed: int
    quantities: tuple[Quantity, ...]
    coverage: Coverage
    probes: Probes | None
    exponential: Exponential | None
    referred: int
    certified: float
    certified_row: int
    top: Top
    row_kl: float
    samples: int
    estimates: tuple[Estimate, ...]
    smells: tuple[Smell, ...] = ()
    chain: int | None = None
    notes: tuple[str, ...] = ()
    sound: bool = True

    @property
    def own(self) -> bool:
        """Whether this package's own results were checked."""
        return not self.checked

    @property
    def passed(self) -> bool:
        """Whether nothing is beyond its bound, or without one, and no token is missing."""
        return (
            not any(each.exceeded or each.undecided for each in self.quantities)
            and self.coverage.complete
            and self.sound
            and (self.probes is None or not (self.probes.exceeded or self.probes.undecided))
            and (self.exponential is None or self.exponential.held)
        )


@dataclass(frozen=True)
class Settings:
    """How to check: ``block`` rows at a time, ``referred`` rows against the reference (0: all of them).

    ``fused``: whether by kernels, as in :func:`~symkl.tokens.tilt_statistics`. ``chain``: the longest chain of
    additions in the code that computed a file.
    """

    device: str = "cpu"
    fused: bool | None = None
    block: int | None = None
    referred: int = 0
    samples: int = SAMPLES
    chain: int = 64


def check(
    source: Source, beta: float, settings: Settings | None = None, progress: Callable[[float], None] | None = None
) -> CheckReport:
    """Check every row of ``source``; ``progress`` is told the share that is done.

    Raises: BadData, for NaN, +inf, a row without mass, and memory that holds not even one row; InvalidProblem, for a
    temperature or a device that cannot be.
    """
    settings = settings or Settings()
    run = _prepared(source, read_beta(beta, source.arithmetic), settings)
    chosen = _chosen(source.rows, settings.referred)
    referred, left = len(chosen), _SUSPECTS
    worst: dict[str, Quantity] = {}
    coverage = Coverage()
    culprits: dict[str, Culprit] = {}
    notes: list[str] = []
    block = settings.block or max(1, _AT_ONCE // source.vocabulary)
    start, done = 0, 0
    while start < source.rows:
        stop = min(start + block, source.rows)
        try:
            here = [row for row in chosen if start <= row < stop]
            found = _block(run, start, here, stop, left, _sharing(progress, done, len(chosen)))
        except (MemoryError, RuntimeError) as error:
            if not out_of_memory(error):
                raise
            if block == 1:
                raise BadData(f"--block: memory does not hold one row of {source.vocabulary:,} tokens") from None
            block = max(1, (stop - start) // 2)
            notes = [note for note in notes if not note.startswith("memory")]
            notes.append(f"memory ran out: it went on with {block:,} rows at a time.")
            continue
        for quantity in found.quantities:
            worst[quantity.name] = _worse(worst.get(quantity.name), quantity)
            if quantity is worst[quantity.name] and quantity.name in found.culprits:
                culprits[quantity.name] = found.culprits[quantity.name]
        coverage = _added(coverage, found.coverage)
        referred += found.suspected
        wrong = any(each.exceeded for each in found.quantities)
        left = left - found.suspected if wrong else left
        done += sum(start <= row < stop for row in chosen)
        start = stop
        if progress is not None:
            progress(start / source.rows)
    if referred < source.rows:
        notes.append(_looked_at(referred, source.rows, own=not source.checked))
    first = _first(run)
    smells = _smells(run, worst["log_policy"].row, culprits["log_policy"]) if "log_policy" in culprits else ()
    culprit = culprits.get("log_policy", culprits.get("total"))
    chain = None if culprit is None or smells or not source.checked else _chain(run, culprit)
    return CheckReport(
        source.name, source.checked, source.rows, source.vocabulary, source.dtype, source.arithmetic, run.beta,
        settings.device if not source.checked else "file", run.fused, source.seed,
        tuple(worst[name] for name in QUANTITIES if name in worst), coverage,
        None if source.checked else _probes(run),
        None if source.checked else _exponential(run),
        referred, first.certified, 0, first.top, first.kl, settings.samples, first.estimates,
        smells, chain, tuple(notes), first.sound,
    )  # fmt: skip


def _looked_at(referred: int, rows: int, *, own: bool) -> str:
    besides = " with all other quantities" if own else ""
    return (
        f"log π* and Σ π* of every row are compared in float64; {referred:,} of {rows:,} rows, among them all that "
        f"this leaves open, are held against the reference{besides}. Masks are compared bit by bit."
    )


@dataclass(frozen=True)
class _Run:
    source: Source
    beta: float
    settings: Settings
    fused: bool
    rounding: Rounding
    exp: ExpModel


Culprit = tuple[Rows, Rows, Rows, Rows]
"""The ``log π*`` that was found, logits, rewards, and what the first should have been."""


def _prepared(source: Source, beta: float, settings: Settings) -> _Run:
    """Of our own results it is known how they are computed; other people's may be by any right recipe."""
    unit = bounds.UNITS[source.arithmetic]
    if source.checked:
        stored = bounds.UNITS[source.stored]
        foreign = Rounding(unit=unit, chain=settings.chain, stored=stored if stored > unit else 0.0)
        return _Run(source, beta, settings, False, foreign, ACCURATE)
    if not _by_kernels(settings):
        return _Run(source, beta, settings, False, replace(bounds.OWN, unit=unit), ACCURATE)
    # On a CUDA device the kernel's exponential is a power of two.
    model = ACCURATE if settings.device == "cpu" else BY_POWERS_OF_TWO
    return _Run(source, beta, settings, True, replace(bounds.FUSED, unit=unit), model)


def _by_kernels(settings: Settings) -> bool:
    """Whether kernels compute what is checked; the device is there."""
    if settings.device == "cpu" and not settings.fused:
        return False
    return kernels.wanted(_one(settings.device), settings.fused)


def _one(device: str) -> rows.Rows:
    """A row of one token there."""
    one = on_device(np.zeros((1, 1), np.float32), device)
    return rows.read_rows(one, one, 1.0)


def _chosen(rows: int, wanted: int) -> list[int]:
    """Which rows are held against the reference: evenly spread, the first and the last among them."""
    if not 0 < wanted < rows:
        return list(range(rows))
    return sorted({round(i * (rows - 1) / max(1, wanted - 1)) for i in range(wanted)})


def _sharing(progress: Callable[[float], None] | None, done: int, whole: int) -> Callable[[int], None]:
    return (lambda count: None) if progress is None else (lambda count: progress((done + count) / max(1, whole)))


# --- one block ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Found:
    quantities: Sequence[Quantity]
    coverage: Coverage
    culprits: Mapping[str, Culprit]
    suspected: int


def _block(
    run: _Run, start: int, chosen: Sequence[int], stop: int, most: int, report: Callable[[int], None]
) -> _Found:
    """The chosen rows, and those that a cheap pass leaves open, against the reference; of wrong ones not many more."""
    data = run.source.read(start, stop)
    _validate(data, start)
    log_policy, statistics = (data.log_policy, None) if run.source.checked else _compute(run, data)
    assert log_policy is not None
    if run.source.stored == "float16":
        log_policy = _widened(log_policy, data, run.beta)
    coverage = _coverage(data, log_policy, statistics, start)
    worst: dict[str, Quantity] = {}
    culprits: dict[str, Culprit] = {}
    open_ = suspects(log_policy, data.logits, data.rewards, run.beta, run.rounding)
    known = set(chosen)
    suspected = [row for row in (start + np.flatnonzero(open_)).tolist() if row not in known]
    wrong = seen = 0
    for count, row in enumerate((*chosen, *suspected)):
        if count >= len(chosen):
            if wrong > most:
                break
            seen += 1
        i = row - start
        logits, rewards = data.logits[i], _row(data.rewards, i)
        try:
            exact = refer(logits, rewards, run.beta)
        except ValueError as error:  # the data is valid, so that it is r/β that is too large
            raise BadData(f"--beta: row {row:,}: {error}") from None
        limits = bounds.bound(logits, rewards, run.beta, run.exp, run.rounding, exact)
        for quantity in _errors(row, log_policy[i], None if statistics is None else statistics[i], exact, limits):
            worst[quantity.name] = _worse(worst.get(quantity.name), quantity)
            if quantity is worst[quantity.name] and quantity.exceeded:
                culprits[quantity.name] = log_policy[i], logits, rewards, exact.log_policy
            wrong += quantity.exceeded and quantity.name == "log_policy"
        report(min(count + 1, len(chosen)))
    return _Found(list(worst.values()), coverage, culprits, seen)


def _validate(data: Data, start: int) -> None:
    """What has no policy is said here, where the row of the file and the option are known."""
    for option, values, bad, expected in (
        ("--logits", data.logits, np.isnan(data.logits) | np.isposinf(data.logits), "a finite number or -inf"),
        ("--rewards", data.rewards, ~np.isfinite(data.rewards), "a finite number"),
    ):
        if bad.any():
            row, token = (int(i) for i in np.argwhere(bad)[0])
            found = str(float(values[row, token]))
            raise BadData(f"{option}: row {start + row:,}, token {token:,}: found {found}, expected {expected}")
    empty = np.isneginf(data.logits).all(axis=1)
    if empty.any():
        raise BadData(f"--logits: row {start + int(empty.argmax()):,} is -inf at every token; leave it out")


def _row(values: Rows, i: int) -> Rows:
    """One row; a single one stands for all."""
    row: Rows = values[i if len(values) > 1 else 0]
    return row


def _compute(run: _Run, data: Data) -> tuple[Rows, list[dict[str, float]]]:
    """This package's results: ``log π*``, and of each row the other quantities."""
    logits, rewards = _placed(run, data)
    log_policy = _numpy(log_tilt(logits, rewards, run.beta, fused=run.fused))
    statistics: TiltStatistics = tilt_statistics(logits, rewards, run.beta, top=0, fused=run.fused)
    columns = {name: _numpy(getattr(statistics, name)) for name in (*QUANTITIES[:5], "counted")}
    return log_policy, [{name: float(each[i]) for name, each in columns.items()} for i in range(len(log_policy))]


def _placed(run: _Run, data: Data) -> tuple[Array, Array]:
    """Rows where the work is done; bfloat16 is a kind of numbers in torch, and in NumPy the same as float32."""
    if run.settings.device == "cpu" and not run.fused:
        return data.logits, data.rewards
    tensors = (on_device(each, run.settings.device) for each in (data.logits, data.rewards))
    arrays, (logits, rewards) = arrays_of(**dict(zip(("logits", "rewards"), tensors, strict=True)))
    kinds = run.source.dtype, run.source.rewards_dtype or run.source.dtype
    logits, rewards = (
        arrays.cast(each, kind) if kind == "bfloat16" else each
        for each, kind in zip((logits, rewards), kinds, strict=True)
    )
    return logits, rewards


def _numpy(array: Array) -> NDArray[Any]:
    arrays, _ = arrays_of(array=array)
    found: NDArray[Any] = arrays.numpy(array)
    return found


def _errors(
    row: int, log_policy: Rows, statistics: Mapping[str, float] | None, exact: Reference, limits: Bounds
) -> Iterable[Quantity]:
    if statistics is not None:
        for name in QUANTITIES[:5]:
            yield Quantity(name, abs(statistics[name] - getattr(exact, name)), getattr(limits, name), row)
    found = log_policy.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore", divide="ignore"):
        yield Quantity("total", abs(float(np.exp(found).sum()) - 1.0), limits.total, row)
        error = differences(found, exact)
        shares = np.where(error == 0, 0.0, np.where(np.isinf(limits.log_policy), np.inf, error / limits.log_policy))
    # Of those beyond their bound the worst, if there is one; else the worst of those within, or without one.
    beyond = ~((error <= limits.log_policy) & (error < np.inf))
    shares = np.where(np.isnan(shares), np.inf, shares)
    token = int(np.argmax(np.where(beyond, shares, -1.0) if beyond.any() else shares))
    yield Quantity("log_policy", float(error[token]), float(limits.log_policy[token]), row, token)


def _widened(log_policy: Rows, data: Data, beta: float) -> Rows:
    """float16 has no numbers below -65,504: -inf that stands for one of those is taken for the number."""
    with np.errstate(over="ignore", invalid="ignore"):
        values = data.logits.astype(np.float64) + data.rewards.astype(np.float64) / beta
        below = values - values.max(axis=1, keepdims=True)
        known = below - np.log(np.exp(below).sum(axis=1, keepdims=True))
    lost = np.isneginf(log_policy) & np.isfinite(known) & (known < -65_503.0)
    return np.asarray(np.where(lost, known, log_policy)) if lost.any() else log_policy


def _worse(a: Quantity | None, b: Quantity) -> Quantity:
    return b if a is None or (b.exceeded, b.ratio) > (a.exceeded, a.ratio) else a


def _coverage(
    data: Data, log_policy: Rows, statistics: Sequence[Mapping[str, float]] | None, start: int
) -> Coverage:
    total = Coverage()
    alike = covered(log_policy, data.logits)
    for i, (logits, found) in enumerate(zip(data.logits, log_policy, strict=True)):
        there, wanted = np.flatnonzero(np.isfinite(found)), np.flatnonzero(logits > -np.inf)
        read = len(logits) if statistics is None else statistics[i]["counted"]
        sums = int(there.sum()), int(wanted.sum())
        same = bool(alike[i]) and read == len(logits)
        total = _added(total, Coverage(len(there), len(wanted), *sums, None if same else start + i))
    return total


def _added(a: Coverage, b: Coverage) -> Coverage:
    return Coverage(
        a.counted + b.counted, a.expected + b.expected,
        (a.index_sum + b.index_sum) % _INDEX, (a.expected_index_sum + b.expected_index_sum) % _INDEX,
        b.row if a.row is None else a.row,
    )  # fmt: skip


def _smells(run: _Run, row: int, culprit: Culprit) -> tuple[Smell, ...]:
    """Which mistakes explain the worst row: those of a row alone, and the rewards of the row beside it."""
    found, logits, rewards, exact = culprit
    smells = _missing(found, logits, rewards, exact, run.beta) or [
        smell
        for smell in smells_of(found, logits, rewards, run.beta, ACCURATE, run.rounding)
        if not _harmless(smell.name, logits, rewards, run.beta)
    ]
    for step, which in ((1, "next"), (-1, "previous"))[: run.source.rows - 1]:
        beside = (row + step) % run.source.rows
        other = _row(run.source.read(beside, beside + 1).rewards, 0)
        if not np.isfinite(other).all() or np.array_equal(other, rewards):
            continue
        suggestion = refer(logits, other, run.beta).log_policy
        seen = np.isfinite(found) & np.isfinite(exact) & np.isfinite(suggestion)
        error = float(np.linalg.norm(found[seen] - exact[seen]))
        left = float(np.linalg.norm(found[seen] - suggestion[seen])) / error if error else math.inf
        if left <= _LEAVES:
            smells.append(Smell("wrong row", f"rewards are those of the {which} row", left))
    smells += _wrong_axis(run, row, found, exact)
    return tuple(sorted(smells, key=lambda smell: smell.left))


def _wrong_axis(run: _Run, row: int, found: Rows, exact: Rows) -> list[Smell]:
    """Whether the row was normalised over the other rows, token by token, instead of over its tokens."""
    source = run.source
    if source.rows == 1 or source.rows * source.vocabulary > _WHOLE:
        return []
    data = source.read(0, source.rows)
    with np.errstate(all="ignore"):
        values = data.logits.astype(np.float64) + data.rewards.astype(np.float64) / run.beta
        smells = []
        for name, axis, shape in _axes(source):
            whole = values.reshape(*shape, source.vocabulary)
            highest = whole.max(axis=axis, keepdims=True)
            away = whole - highest
            suggestion = (away - np.log(np.exp(away).sum(axis=axis, keepdims=True))).reshape(values.shape)[row]
            left = left_of(found.astype(np.float64)[None], exact[None], suggestion[None])
            if left <= _LEAVES:
                smells.append(Smell("wrong axis", f"the softmax is over the {name}, not over the tokens", left))
    return smells


def _axes(source: Source) -> list[tuple[str, int, tuple[int, ...]]]:
    """The other axes: of the rows as they lie in the file, and of all rows as one."""
    leading = source.leading or (source.rows,)
    axes = [(f"axis {axis}", axis, leading) for axis in range(len(leading)) if leading[axis] > 1]
    return [("rows", 0, (source.rows,))] if len(leading) == 1 else axes


def _chain(run: _Run, culprit: Culprit) -> int | None:
    """The least power of two that, as a chain of additions, would explain the worst row."""
    found, logits, rewards, _ = culprit
    exact = refer(logits, rewards, run.beta)
    chain = run.rounding.chain
    while chain < len(logits):
        chain = 1 << chain.bit_length()
        limits = bounds.bound(logits, rewards, run.beta, ACCURATE, replace(run.rounding, chain=chain), exact)
        if not any(each.exceeded or each.undecided for each in _errors(0, found, None, exact, limits)):
            return chain
    return None


def _missing(found: Rows, logits: Rows, rewards: Rows, exact: Rows, beta: float) -> list[Smell]:
    """Mistakes that leave out the same tokens, or make the same of them no numbers: rounding errors say less."""
    kinds = _kinds(found)
    if np.array_equal(kinds, _kinds(exact)):
        return []
    return [
        Smell(mutant.name, mutant.sentence, 0.0)
        for mutant in MUTANTS
        if np.array_equal(_kinds(mutant(logits, rewards, beta).log_policy[0]), kinds)
    ]


def _kinds(row: Rows) -> NDArray[np.int_]:
    return np.asarray(np.isfinite(row) + 2 * np.isnan(row) + 4 * np.isposinf(row))


def _harmless(name: str, logits: Rows, rewards: Rows, beta: float) -> bool:
    """Whether a mistake makes no difference on this row: then it explains nothing, however near its result is."""
    mutant = next((each for each in MUTANTS if each.name == name), None)
    if mutant is None:
        return False
    right = run_right(logits, rewards, beta).log_policy
    return bool(np.array_equal(mutant(logits, rewards, beta).log_policy, right, equal_nan=True))


# --- what is looked at besides ------------------------------------------------------------------


@dataclass(frozen=True)
class _First:
    top: Top
    certified: float
    kl: float
    estimates: tuple[Estimate, ...]
    sound: bool


def _first(run: _Run) -> _First:
    """The first row in detail: its likeliest tokens, the reference certified, and the estimators from samples."""
    data = run.source.read(0, 1)
    logits, rewards = data.logits[0], data.rewards[0]
    exact = refer(logits, rewards, run.beta)
    balls = certified(logits, rewards, run.beta)
    off = max(distances(exact, balls).values())
    limits = bounds.bound(logits, rewards, run.beta, run.exp, run.rounding, exact)
    sound = _sound(exact, balls, limits)
    reference = logits.astype(np.float64) - exact.lse_logits
    if data.log_policy is None:
        policy = _compute(run, data)[0][0]
        statistics = tilt_statistics(*_placed(run, data), run.beta, top=TOP, fused=run.fused)
        top = Top(
            0,
            _pairs(statistics.top_before.tokens, statistics.top_before.log_reference),
            _pairs(statistics.top_after.tokens, statistics.top_after.log_policy),
        )
    else:
        policy = data.log_policy[0]
        top = Top(0, _likeliest(reference), _likeliest(policy))
    weights = np.exp(exact.log_policy)
    rng = np.random.default_rng([run.source.seed, 1])
    tokens = rng.choice(len(weights), size=run.settings.samples, p=weights / weights.sum())
    return _First(top, off, exact.kl, _estimates(policy, exact.log_policy, reference, tokens), sound)


def _sound(exact: Reference, balls: Certified, limits: Bounds) -> bool:
    """Whether the reference is so near the exact values of its row that errors can be measured from it.

    That is a tenth of the bound, or where the bound is not much more than a unit in the last place, half of it.
    """
    far = distances(exact, balls)
    rows = [(far[name], getattr(exact, name), getattr(limits, name)) for name in QUANTITIES[:5]]
    entries = zip(entry_distances(exact, balls).tolist(), exact.log_policy.tolist(), limits.log_policy, strict=True)
    rows += [each for each in entries if each[1] > -math.inf]
    return all(
        distance <= max(_REFERENCE * limit, min(0.5 * limit, math.ulp(value)), _NOTHING) and distance < math.inf
        for distance, value, limit in rows
    )


def _likeliest(log_policy: Rows) -> tuple[tuple[int, float], ...]:
    order = np.argsort(-log_policy.astype(np.float64), kind="stable")[:TOP]
    return tuple((int(token), float(log_policy[token])) for token in order)


def _pairs(tokens: Array, logs: Array) -> tuple[tuple[int, float], ...]:
    pairs = zip(_numpy(tokens)[0].tolist(), _numpy(logs)[0].tolist(), strict=True)
    return tuple((int(token), float(log)) for token, log in pairs)


def _estimates(
    found: Rows, exact: Rows, reference: Rows, tokens: NDArray[np.integer[Any]]
) -> tuple[Estimate, ...]:
    """Of the log π* that was found, at tokens that the exact π* has drawn, and of the exact one by enumeration."""
    mean = kl_samples(exact, reference, tokens).exact
    assert mean is not None  # whole rows were given
    drawn = found[tokens].astype(np.float64)
    if np.isfinite(drawn).all():
        samples = kl_samples(drawn, reference[tokens])
        values = {"k1": samples.k1, "k2": samples.k2, "k3": samples.k3}
    else:
        values = dict.fromkeys(("k1", "k2", "k3"), np.full(len(tokens), np.nan))
    exactly = {
        "k1": (mean.kl, mean.k1_variance), "k2": (mean.k2, mean.k2_variance), "k3": (mean.k3, mean.k3_variance),
    }  # fmt: skip
    return tuple(_estimate(name, each, *map(float, exactly[name])) for name, each in values.items())


def _estimate(name: str, values: Rows, exact: float, variance: float) -> Estimate:
    mean, seen = float(np.mean(values)), float(np.std(values, ddof=1))
    half = _WIDE * seen / math.sqrt(values.size)
    return Estimate(name, mean, mean - half, mean + half, exact, seen, math.sqrt(max(variance, 0.0)))


def _probes(run: _Run) -> Probes:
    """This package's results on rows that have their mass at the edges of its tiles."""
    tile = min(_tile(run), run.source.vocabulary)
    trial = probes(run.source.vocabulary, tile, run.source.seed)
    logits, rewards = trial.make()
    dtype = "float32" if run.source.arithmetic == "float32" else "float64"
    data = Data(logits.astype(dtype), rewards.astype(dtype))
    plain = replace(run, source=replace(run.source, dtype=dtype, rewards_dtype=""))
    worst: Quantity | None = None
    log_policy, statistics = _compute(plain, data)
    for i, (row, reward) in enumerate(zip(data.logits, data.rewards, strict=True)):
        exact = refer(row, reward, run.beta)
        limits = bounds.bound(row, reward, run.beta, run.exp, run.rounding, exact)
        for quantity in _errors(i, log_policy[i], statistics[i], exact, limits):
            worst = _worse(worst, quantity)
    assert worst is not None
    edge = int(data.logits[worst.row].argmax())
    return Probes(len(logits), tile, worst.ratio, worst.exceeded, edge, worst.undecided)


def _tile(run: _Run) -> int:
    if not run.fused:
        return BLOCK
    return kernels.tile(_one(run.settings.device))


def _exponential(run: _Run) -> Exponential:
    """The exponential of the device, and of the arithmetic's kind of numbers, against float64."""

    def exp(x: NDArray[Any]) -> NDArray[Any]:
        if run.fused:
            return _numpy(kernels.exponentials(_one(run.settings.device), on_device(x, run.settings.device)))
        placed = x if run.settings.device == "cpu" else on_device(x, run.settings.device)
        arrays, _ = arrays_of(x=placed)
        return _numpy(arrays.exp(placed))

    model = run.exp
    probe = probe_exp(exp, run.source.arithmetic, model)
    said = f"{model.c0:g} u" + (f" + {model.c1:g} u |x|" if model.c1 else "")
    return Exponential(probe.worst, probe.where, said, probe.held)
