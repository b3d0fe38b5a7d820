"""Random ticks for Rocq: valid rewritings of random terms, and rows of whole documents that are written at random."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from random import Random

import symkl.language.terms as t
from symkl.checking.document import check_text
from symkl.kernel.quotients import BudgetExceeded
from symkl.kernel.verdict import Proved
from symkl.language.writing import formula
from symkl.proving.deciding import decide
from symkl.rocq.documents import Exported, exported, of_ticks
from tests.properties.documents.scoring import documents
from tests.properties.rewriting import CONTEXT, VALID, real, rewritten

TOGETHER = 20
"""How many rewritings are put to Rocq in one file."""


def random_ticks(number: int, seed: int = 0) -> Iterator[Exported]:
    """At least so many ticks: half of them rewritings, half of them rows of documents; the same for the same seed."""
    left, found = (number + 1) // 2, rewritings(seed)
    while left > 0:
        some = [next(found) for _ in range(min(TOGETHER, left))]
        left -= len(some)
        yield of_ticks(f"rewritings_{left}.md", some)
    left = number // 2
    for i, each in enumerate(documents(number, seed)):
        if left <= 0:
            return
        of = exported(check_text(each.text, f"document_{i}.md"))
        left -= len(of.ticks)
        yield of


def rewritings(seed: int = 0) -> Iterator[tuple[Proved, str]]:
    """Terms and what valid rules made of them, where the kernel has proved that they are equal."""
    for i in count():
        rng = Random(seed * 1_000_003 + i)
        start = term = real(rng, rng.randint(1, 3))
        for _ in range(rng.randint(1, 3)):
            found = rewritten(term, VALID, rng)
            if found is None:
                break
            term = found[0]
        else:
            try:
                shown = decide(t.Statement(start, t.Relation.EQUAL, term), CONTEXT)
            except BudgetExceeded:
                continue
            if isinstance(shown, Proved) and shown.certificate is not None:
                yield shown, f"{formula(start).text} = {formula(term).text}"
