r"""What is bound, and what stands free beside it though it may be a part of that, or follow from it.

::

    \sum_y π(y|x) r(x,y_t)          y_t is a token of y          E_{a ~ π(·|s)}[V(s')]     s' follows from a
    A = r(x,y_t), E_{y ~ π}[A]      and so inside a definition   Q(s,a) = r(s,a) + γ V(s')   is no function of s' alone

To take such a variable for a constant would prove that a mean over the whole leaves its parts as they are. So names
are looked at once more, when all rows have their meaning and every definition its arguments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import symkl.language.terms as t
from symkl.language.patterns import pattern
from symkl.language.proof import Row
from symkl.language.terms import Variable
from symkl.meaning.symbols import letter, subscript


class Left(NamedTuple):
    """A variable that is left free, by name, and what is bound that it may be a part of."""

    part: str
    whole: str


_HOLDS = pattern(r"[>≥]|\+\d")
"""Below a letter: what stands from a position on, or one behind it."""

_IS_A_PART = pattern(r"[<>≤≥:]|(^|[_,])[a-km-vx-z]($|[-+,])")
"""Below a letter: a beginning, or an index; w and l are a winner and a loser, which are others."""

_LATER = pattern(r"\+\d|next|new")


def left_free(row: Row) -> Left | None:
    """What a row leaves free that may be a part of what it binds; the first found, in every reading of the row."""
    for way in (row, *row.others, *row.readings):
        for clause in way.clauses:
            for term in clause.terms:
                if (found := next(_in(term, frozenset()), None)) is not None:
                    return found
    return None


def _in(term: t.Term, around: frozenset[Variable]) -> Iterator[Left]:
    if isinstance(term, t.Bind):
        yield from parts_of(term.variables, t.free_variables(term) - around)
        around = around.union(term.variables)
    for part in term.parts():
        yield from _in(part, around)


def parts_of(bound: Iterable[Variable], free: Iterable[Variable]) -> Iterator[Left]:
    """Which of some free variables may be parts of some that are bound, or follow from them."""
    wholes = [v.name for v in bound]
    for part in sorted(v.name for v in free):
        for whole in wholes:
            if _may_be_part(part, whole):
                yield Left(part, whole)


def _may_be_part(name: str, whole: str) -> bool:
    """Whether what stands free may depend on what is bound, by their names.

    ::

        y_t, y_{<t}, y_k     a token of y, its beginning, or one of several       y_w, y_1, y'    others than y
        s_t, a_t             a part of the trajectory τ                           s', s_{t+1}     follows from a
        y_{<t+1}, y_{≥t}     holds the token y_t                                  y_{<t}          was there before y_t
    """
    base, below = letter(name), subscript(name)
    if letter(whole) == "τ":
        return base in ("s", "a") and bool(below)
    if letter(whole) == "a" and _follows(name):
        return True
    if base != letter(whole) or name == whole:
        return False
    if ":" in subscript(whole):
        return True
    return (_HOLDS if subscript(whole) else _IS_A_PART).search(below) is not None


def _follows(name: str) -> bool:
    """Whether a name is that of the state after this one: ``s'``, ``s_{t+1}``, ``s_next``."""
    marked = name.endswith(("'", "+")) or _LATER.search(subscript(name)) is not None
    return letter(name) == "s" and marked
