"""What each derivation and document rests on, and who uses what: computed from their reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import symkl.language.terms as t
from symkl.checking.lettering import Letters
from symkl.checking.report import Status
from symkl.checking.theorems import is_tilted
from symkl.derivations.derivation import Derivation
from symkl.kernel.quotients import BudgetExceeded
from symkl.kernel.verdict import Proved
from symkl.language.proof import Tilt
from symkl.proving.deciding import decide
from symkl.sphinx.documents import Checked

OPTIMAL = "optimal-policy"


@dataclass(frozen=True)
class Use:
    """What a derivation or a document rests on and shows.

    ``laws``: the names of those that its proved rows use. ``theorems``: each it states, proved or claimed and met,
    with the LaTeX it states it in. ``tilts``: it takes the tilted policy as a definition, which only the theorem
    ``optimal-policy`` makes worth having.
    """

    kind: str
    name: str
    docname: str
    title: str
    verdict: str
    laws: tuple[str, ...]
    theorems: tuple[tuple[str, str], ...]
    tilts: bool

    @property
    def shows(self) -> frozenset[str]:
        """The names of the theorems it states."""
        return frozenset(name for name, _ in self.theorems)


def of_derivation(derivation: Derivation, docname: str, latex: Iterable[tuple[str, str]]) -> Use:
    """What a derivation's report says it uses; ``latex``: its theorems as it states them."""
    report = derivation.report
    used = dict.fromkeys(line.law for line in report.lines if line.status is Status.PROVED)
    found = tuple(name for name in used if name and name != "counterexample")
    tilts = takes_tilted_policy(derivation.context, derivation.parts)
    return Use(
        "derivation", derivation.name, docname, derivation.title, report.verdict.value, found, tuple(latex), tilts
    )


def of_document(document: Checked, name: str, docname: str) -> Use:
    """What a document's report says it uses."""
    report = document.report
    used = dict.fromkeys(line.law for line in report.lines if line.status is Status.PROVED and line.law)
    stated = ((report.claim.name, ""),) if report.claim is not None and report.claim.met else ()
    parts = document.proof.parts
    tilts = parts is not None and takes_tilted_policy(document.proof.context, parts)
    return Use("document", name, docname, document.title, report.verdict.value, tuple(map(str, used)), stated, tilts)


def takes_tilted_policy(context: t.Context, parts: Tilt) -> bool:
    """Whether the optimum's name is *defined* to be the tilted policy, as the kernel decides it."""
    if parts.optimum not in context.definitions:
        return False
    same = is_tilted(Letters.usual(parts))
    try:
        return isinstance(decide(same, context), Proved)
    except BudgetExceeded:
        return False


def supports(use: Use, uses: Mapping[tuple[str, str], Use]) -> list[tuple[Use, str]]:
    """The derivations that show what ``use`` takes for granted, each with the theorem: a law's, or the optimum's."""
    needed = {law.lower() for law in use.laws} | ({OPTIMAL} if use.tilts else set())
    needed -= use.shows
    others = (e for e in uses.values() if e.kind == "derivation" and (e.kind, e.name) != (use.kind, use.name))
    return [(each, name) for each in others for name, _ in each.theorems if name in needed]


def used_by(use: Use, uses: Mapping[tuple[str, str], Use]) -> list[tuple[Use, str]]:
    """What rests on a theorem that the derivation ``use`` shows, each with the theorem."""
    found = [(each, name) for each in uses.values() for of, name in supports(each, uses) if of.name == use.name]
    return sorted(found, key=lambda pair: (pair[0].kind, pair[0].title, pair[1]))
