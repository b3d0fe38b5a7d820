"""Did you mean: small edits of the author's own LaTeX, kept only if the kernel then proves the row.

``slips`` says which edits are worth trying and in what order; here they are tried.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import symkl.language.terms as t
from symkl.language.proof import Row, Tilt
from symkl.proving.problems import problem
from symkl.repairing.slips import Tier, edits
from symkl.repairing.spelling import Survey
from symkl.repairing.suggestion import Suggestion

MOST_TRIED = 140
"""Edits tried for one row: a count and not a time, so that reports never vary."""

MOST_SHOWN = 2


class Trial(NamedTuple):
    """Whether an edited row is proved, and the steps it took to find out."""

    holds: bool
    steps: int = 0


def repairs(
    row: Row,
    document: Survey,
    parts: Tilt | None,
    reread: Callable[[str], Row | None],
    tried: Callable[[Row], Trial],
    allowed: int,
) -> tuple[Suggestion, ...]:
    """The edits of a refuted row after which it holds, the likeliest first, each with its slip's name.

    ``document``: how its author writes things. ``parts``: the names of the problem's parts. ``reread`` reads a row
    again after an edit, ``tried`` says whether that holds; no more is tried once ``allowed`` steps are taken.

    At most ``MOST_SHOWN``, and none of a worse tier than the first: who has mixed up two letters
    is not helped by a weaker claim.
    """
    found: list[Suggestion] = []
    seen = {row.source}
    best = max(Tier)
    count = steps = 0
    for edit in edits(row, document, parts):
        if count >= MOST_TRIED or steps >= allowed or len(found) >= MOST_SHOWN or edit.tier > max(best, Tier.TELLING):
            break
        text, changed = edit.applied(row.source)
        if text in seen:
            continue
        seen.add(text)
        count += 1
        edited = reread(text)
        if edited is None or not edited.clauses or _says_nothing(edited):
            continue
        trial = tried(edited)
        steps += trial.steps
        shown = (text, changed) if row.authored is None else row.authored.edited(row.source, edit.places)
        if trial.holds and shown is not None:
            found.append(Suggestion(edit.says, shown[0], edit.slip, shown[1], text if row.authored else ""))
            best = edit.tier
    return tuple(found)


def _says_nothing(row: Row) -> bool:
    """Whether an edit leaves a row that is true for a poor reason: A = A, or a problem without its policy."""
    for clause in row.clauses:
        if any(left == right for left, right in zip(clause.terms, clause.terms[1:], strict=False)):
            return True
        for term in clause.terms:
            of = problem(term)
            if (
                of is not None
                and t.Policy(of.policy) not in _policies(of.body)
                and of.policy not in t.symbols(of.body)
            ):
                return True
    return False


def _policies(term: t.Term) -> set[t.Argument]:
    """The policies among the arguments inside a term: the π of J(π)."""
    own = {a for a in term.given if isinstance(a, t.Policy)} if isinstance(term, t.Apply) else set()
    return own.union(*(_policies(part) for part in term.parts()))
