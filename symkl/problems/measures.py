"""Distributions over the responses of each prompt, given as probabilities or as logits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from flint import arb

from symkl.problems.layout import Layout
from symkl.problems.numbers import FLOATS, Arithmetic
from symkl.problems.tables import (
    MPF,
    SMALLEST,
    InvalidProblem,
    Table,
    Vector,
    objects,
    rational,
    read_table,
    refuse,
    shown,
    text,
)
from symkl.refuting.arithmetic import precision

_TOLERANCE = 1e-9  # how far from 1 the sum of a table of floats may be


@dataclass(frozen=True)
class Probabilities:
    """Given as probabilities; ``table.rounded``: divided by their sum."""

    layout: Layout
    table: Table

    def same(self, other: Measure) -> bool:
        """Whether the other is given by the same numbers."""
        rounded = self.table.rounded
        return isinstance(other, Probabilities) and rounded == other.table.rounded and self.table.same(other.table)

    @cached_property
    def support(self) -> Vector:
        """Where there is mass."""
        return np.asarray(self.table.values != 0, dtype=bool)

    @cached_property
    def logs(self) -> Vector:
        """The logarithms in floats; ``-inf`` without mass."""
        floats = self.table.floats
        with np.errstate(divide="ignore"):
            logs = np.log(floats)
        for i in np.flatnonzero((floats < SMALLEST) & self.support):
            with precision(64):
                logs[i] = float(arb(self.table.values[i]).log())
        return logs - np.log(self.layout.spread(self.layout.total(floats))) if self.table.rounded else logs

    def values(self, arithmetic: Arithmetic) -> Vector:
        """The probabilities."""
        values = arithmetic.numbers(self.table.values)
        return values / self.layout.spread(self.layout.total(values)) if self.table.rounded else values


@dataclass(frozen=True)
class Softmax:
    """Given as logits: ``p ∝ e^logit``; ``support`` is where they are not ``-inf``."""

    layout: Layout
    table: Table
    support: Vector

    def same(self, other: Measure) -> bool:
        """Whether the other is given by the same numbers."""
        return (
            isinstance(other, Softmax)
            and np.array_equal(self.support, other.support)
            and self.table.same(other.table)
        )

    @cached_property
    def _best(self) -> Vector:
        return self.layout.first_maximum(np.where(self.support, self.table.floats, -np.inf))

    @cached_property
    def logs(self) -> Vector:
        """The logarithms in floats; ``-inf`` without mass."""
        with FLOATS.working():
            u = np.where(self.support, differences(self.layout, self.table, self._best, FLOATS), -np.inf)
            return u - self.layout.spread(np.log(self.layout.total(np.exp(u))))

    def values(self, arithmetic: Arithmetic) -> Vector:
        """The probabilities."""
        weights = arithmetic.exp(differences(self.layout, self.table, self._best, arithmetic))
        weights = np.where(self.support, weights, 0)
        return weights / self.layout.spread(self.layout.total(weights))


Measure: TypeAlias = "Probabilities | Softmax"


def differences(layout: Layout, table: Table, where: Vector, arithmetic: Arithmetic) -> Vector:
    """Each entry less its prompt's entry at ``where``: subtracted before it is rounded, where it can be."""
    if table.values.dtype == object:
        return arithmetic.numbers(table.values - layout.spread(table.values[where]))
    values = arithmetic.numbers(table.values)
    return values - layout.spread(values[where])


# -- reading -----------------------------------------------------------------------------------


def read_reference(layout: Layout, entries: Any) -> Probabilities:
    """The reference, from probabilities."""
    return _distribution(layout, read_table(entries, "reference", layout.place, "a probability"), "reference")


def read_logits(layout: Layout, logits: Any) -> Softmax:
    """The reference ``softmax(logits)``, with no mass where a logit is ``-inf``."""
    if isinstance(logits, np.ndarray) and logits.dtype.kind == "f":
        support = np.asarray(logits != -np.inf)
        finite: Any = np.where(support, logits, 0)
    else:
        items = logits.tolist() if isinstance(logits, np.ndarray) else logits
        there = [not (isinstance(item, float | np.floating) and item == -math.inf) for item in items]
        support = np.array(there)
        finite = [item if kept else 0 for item, kept in zip(items, there, strict=True)]
    table = read_table(finite, "logits", layout.place, "a number or -inf")
    for i in np.flatnonzero(~np.logical_or.reduceat(support, layout.starts)):
        raise InvalidProblem(f"logits: all are -inf{layout.at(int(i))}; one must be finite")
    return Softmax(layout, table, support)


def read_policy(layout: Layout, value: Any, argument: str, balls: bool) -> Probabilities:
    """A policy beside a reference; ``balls``: those in it are kept, and not only their middles."""
    entries = layout.entries(value, argument)
    kinds = set(map(type, entries)) if not isinstance(entries, np.ndarray) or entries.dtype == object else set()
    if any(issubclass(kind, arb | MPF) for kind in kinds):
        table = _computed(layout, entries, argument, balls)
    else:
        table = read_table(entries, argument, layout.place, "a probability")
    return _distribution(layout, table, argument)


def _computed(layout: Layout, entries: Any, argument: str, balls: bool) -> Table:
    """Numbers of which some are ``mpf`` or ``arb``: exponents may be too large for a fraction."""

    def number(entry: Any) -> Any:
        if isinstance(entry, arb):
            return entry if balls else entry.mid()
        return entry if isinstance(entry, MPF) else rational(entry)

    values = objects(number, entries)
    for i, value in enumerate(values.tolist()):
        if value is None or not math.isfinite(float(value)):
            raise refuse(argument, layout.place(i), shown(entries[i]), "a probability")
    return Table(values, True)


def _distribution(layout: Layout, table: Table, argument: str) -> Probabilities:
    """A distribution at each prompt, or an error that says where it is none."""
    for i in np.flatnonzero(table.floats < 0):
        raise refuse(argument, layout.place(int(i)), text(table.values[i]), "a probability, >= 0")
    if table.values.dtype == object and any(isinstance(v, arb) and not v.is_exact() for v in table.values):
        _check_balls(layout, table, argument)
        return Probabilities(layout, Table(table.values, False))
    totals = layout.total(table.floats if table.rounded else table.values)
    for i in np.flatnonzero(np.abs(totals - 1) > (_TOLERANCE if table.rounded else 0)):
        raise _no_distribution(layout, argument, int(i), text(totals[i]))
    return Probabilities(layout, table)


def _check_balls(layout: Layout, table: Table, argument: str) -> None:
    with precision(1 + max(value.bits() for value in table.values if isinstance(value, arb))):
        balls = objects(arb, table.values)
        for i, ball in enumerate(balls.tolist()):
            if not (ball.is_zero() or ball > 0):
                raise refuse(argument, layout.place(i), str(ball), "exactly 0, or a ball of numbers > 0")
        for i, total in enumerate(layout.total(balls)):
            if not total.contains(1):
                raise _no_distribution(layout, argument, i, str(total))


def _no_distribution(layout: Layout, argument: str, prompt: int, total: str) -> InvalidProblem:
    return InvalidProblem(
        f"{argument}: the probabilities sum to {total}{layout.at(prompt)}; a distribution sums to 1"
    )
