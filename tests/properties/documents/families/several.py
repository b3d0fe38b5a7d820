"""Whole documents: sections of several families in one hand and alphabet, each with letters of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.properties.documents.families import (
    alphabets,
    chains,
    conditions,
    giving,
    gradients,
    hypotheses,
    named,
    opaque,
    problems,
    scalars,
    which,
)
from tests.properties.documents.keying import Document, Row, WrongKey
from tests.properties.documents.vocabulary import Letters, Section, Unfit
from tests.properties.documents.writing import Hand

NAME = "several"

# What rests on being alone in a document is left out: what prose or a directive says of all of it, usual meanings,
# and a π* that cannot be read beside one that can.
SECTIONS: tuple[Callable[[Random], Document], ...] = (
    *gradients.KINDS,
    *scalars.KINDS,
    *named.KINDS,
    *chains.KINDS,
    *problems.KINDS,
    opaque.objective,
    opaque.reward,
    opaque.value,
    opaque.scalar,
    opaque.readable,
    which.two_rewards,
    which.two_references,
    which.two_temperatures,
    which.shaped_reward,
    conditions.equals_a_multiplier,
    conditions.forward_divergence,
    conditions.derivative_of_an_objective,
    conditions.unread_condition,
    conditions.ends_with_its_section,
    giving.reward,
    giving.with_a_bar,
    giving.mixture,
    giving.reference_point,
    giving.functional,
    giving.unknown_on_the_right,
    giving.optimum_by_arg_max,
    giving.without_arguments,
    giving.substituted,
    hypotheses.implied,
    hypotheses.beside_the_row,
    hypotheses.supposed,
    alphabets.respelt_rows,
    alphabets.shadowing,
    alphabets.optimum,
)
TITLES = [
    "Preliminaries",
    "Gradients",
    "The optimum",
    "A remark",
    "Bounds",
    "The general case",
    "Losses",
    "Notation",
    "Another view",
]


def sections(rng: Random) -> Document:
    """Two or three sections under headings."""
    whole = Letters.drawn(rng)
    hand = Hand.drawn(rng, whole.prompt is not None, whole.y)
    lines: list[str] = []
    rows: list[Row] = []
    names: list[str] = []
    titles = rng.sample(TITLES, 3)
    while len(names) < rng.choice([2, 3, 3]):
        before = set(whole.used)
        write = rng.choice(SECTIONS)
        try:
            found = write(Section(rng.randrange(1 << 30), whole, hand))
        except (Unfit, WrongKey):
            # No letters were left for it; what it took is given back.
            whole.used.clear()
            whole.used |= before
            continue
        lines += [f"# {titles[len(names)]}", ""]
        rows += [replace(row, line=row.line + len(lines)) for row in found.rows]
        lines += [*found.text.split("\n"), ""]
        names.append(f"{found.family}/{found.kind}")
    return Document(NAME, "sections", "\n".join(lines), tuple(rows))


KINDS = (sections,)
