"""From a certificate to a theorem: what it says, under which hypotheses, and a script."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import symkl.language.terms as t
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.verdict import Condition, Proved
from symkl.language.terms import Statement
from symkl.proving.certificates import needed
from symkl.rocq.defined import defined
from symkl.rocq.facts import facts_in, take
from symkl.rocq.forms import CLOSED
from symkl.rocq.laws import LAWS
from symkl.rocq.models import Thing, model
from symkl.rocq.names import Names
from symkl.rocq.refusals import NotExported
from symkl.rocq.rows import (
    BUDGET,
    Hypothesis,
    Row,
    conditions_of,
    declarations,
    distributions,
    families,
    integrands,
    supposed,
)
from symkl.rocq.scripts import Prover
from symkl.rocq.slopes import derivative, settle
from symkl.rocq.spelling import Signature, Spelling, signatures

OVER_ANY_MEASURE = ("identity", "inequality", "cases", "value")
"""The laws that need no more of sums than that they are linear, and not negative."""


@dataclass(frozen=True)
class Theorem:
    """A row for Rocq: the definitions it uses, what it says of what, under which hypotheses, and a script.

    ``needs``: that what it says is defined. ``symbols``, ``sorts``, ``conditions``, ``supposed``: what a later row that
    uses it has to declare and to grant.
    """

    name: str
    law: str
    definitions: tuple[str, ...]
    about: tuple[tuple[str, str], ...]
    hypotheses: tuple[Hypothesis, ...]
    conclusion: str
    script: str
    shown: Statement
    symbols: tuple[tuple[str, Signature], ...] = ()
    sorts: tuple[str, ...] = ()
    conditions: frozenset[Condition] = frozenset()
    supposed: tuple[Hypothesis, ...] = ()
    needs: str = ""
    needs_script: str = ""
    model: str = ""
    model_script: str = ""

    def applied(self, row: Row, label: str) -> None:
        """Have it among the lemmas of a later row, which has to grant all that it grants."""
        row.spelling.sorts.update(dict.fromkeys(self.sorts))
        for symbol, signature in self.symbols:
            row.spelling.head(symbol, signature)
        row.conditions |= self.conditions
        row.hypotheses += [each for each in self.supposed if each not in row.hypotheses]
        at = " ".join([f"{self.name}_holds", *(name for name, _ in self.about)])
        row.before.append(f"assert ({label} : {self.conclusion}). {{ apply ({at}); assumption. }}")

    @property
    def statement(self) -> str:
        """What it says, as a definition of a proposition."""
        groups: list[tuple[list[str], str]] = []
        for name, kind in self.about:
            if groups and groups[-1][1] == kind:
                groups[-1][0].append(name)
            else:
                groups.append(([name], kind))
        every = " ".join(f"({' '.join(names)} : {kind})" for names, kind in groups)
        lines = [*([f"  forall {every},"] if every else []), *(f"  ({each.text}) ->" for each in self.hypotheses)]
        said = [f"Definition {self.name} : Prop :=", *lines, f"  {self.conclusion}."]
        if self.needs:
            said += ["(* what is written there is defined: *)", f"Definition {self.name}_is_defined : Prop :="]
            said += [*lines, f"  {self.needs}."]
        if self.model:
            said += ["(* and its hypotheses can all hold: *)", f"Definition {self.name}_has_a_model : Prop :="]
            said += [f"  {self.model}."]
        return "\n".join(said)

    @property
    def proofs(self) -> dict[str, str]:
        """By name: the theorem with its script, and the one that what it says is defined."""
        out = {f"{self.name}_holds": self._proof(f"{self.name}_holds", self.name, self.script)}
        if self.needs:
            label = f"{self.name}_defined"
            out[label] = self._proof(label, f"{self.name}_is_defined", self.needs_script)
        if self.model:
            label = f"{self.name}_model"
            begin = f"unfold {self.name}_has_a_model."
            out[label] = f"Theorem {label} : {self.name}_has_a_model.\nProof.\n  {begin}\n  {self.model_script}\nQed."
        return out

    def _proof(self, label: str, says: str, script: str) -> str:
        names = " ".join([name for name, _ in self.about] + [each.label for each in self.hypotheses])
        begin = f"unfold {says}." + (f" intros {names}." if names else "")
        return f"Theorem {label} : {says}.\nProof.\n  {begin}\n  {script}\nQed."


def theorem(
    shown: Proved,
    name: str,
    names: Names | None = None,
    library: dict[str, str] | None = None,
    earlier: Mapping[Statement, Callable[[Row, str], None]] | None = None,
) -> Theorem:
    """The theorem that a tick is. Raises NotExported where there is none."""
    roots, competing = dict[str, int](), dict[t.Term, tuple[t.Variable, t.Term]]()
    while True:
        before, known = dict(roots), len(competing)
        taken = names or Names(), {} if library is None else library, earlier or {}
        found = _theorem(shown, name, *taken, roots, competing)
        if all(root == before.get(key, 1) for key, root in roots.items()) and len(competing) == known:
            return found


def _theorem(
    shown: Proved,
    name: str,
    names: Names,
    library: dict[str, str],
    earlier: Mapping[Statement, Callable[[Row, str], None]],
    roots: dict[str, int],
    competing: dict[t.Term, tuple[t.Variable, t.Term]],
) -> Theorem:
    certificate = needed(shown)
    if certificate.law not in LAWS:
        raise NotExported(f"the law {certificate.law}")
    statements = [each.statement for each in (certificate, *certificate.facts) if each is not None]
    said = [side for each in statements for side in (each.left, each.right)]
    spelling = Spelling(certificate.context, names, library, signatures=signatures(said, certificate.context))
    facts = facts_in(shown.relied_on)
    nf = Normaliser(certificate.context, facts, BUDGET, certificate.premises, certificate.fresh)
    prover = Prover(nf, spelling, roots)
    prover.competing = competing
    row = Row(certificate, spelling, prover, set(shown.assumptions), theorems=earlier)
    for fact in facts:
        take(row, fact)
    lemmas = tuple(row.before)
    direct = derivative(row) if certificate.law == "identity" else None
    if direct is not None:
        conclusion, script = direct
    else:
        named, begin = settle(row, certificate.statement.left, certificate.statement.right)
        conclusion, script = LAWS[certificate.law](row)
        conclusion, script = named + conclusion, begin + script
    needs, needs_script = defined(row)
    if certificate.context.measures and (facts or spelling.families or certificate.law not in OVER_ANY_MEASURE):
        what = f"the law {certificate.law}" if certificate.law not in OVER_ANY_MEASURE else "an earlier row"
        raise NotExported(f"{what} beside integrals over a space with any measure")
    begin_with = [*families(spelling), *supposed(row)]
    plain = [Hypothesis(label, text) for label, text in distributions(spelling)]
    hypotheses = [*plain, *conditions_of(row), *integrands(row), *row.hypotheses]
    about = declarations(spelling)
    heads = {spelling.base(symbol): (symbol, of) for symbol, of in spelling.symbols.items()}
    things = [Thing(label, kind, *heads.get(label, ())) for label, kind in about]
    of_model = model(row, things, hypotheses)
    return Theorem(
        name,
        certificate.law,
        tuple(each.text for each in spelling.definitions.values()),
        tuple(about),
        tuple(hypotheses),
        conclusion,
        " ".join([*begin_with, *row.before, script]),
        certificate.statement,
        tuple((s, of) for s, of in spelling.symbols.items() if s != CLOSED),
        tuple(spelling.sorts),
        frozenset(row.conditions),
        tuple(row.hypotheses),
        needs,
        " ".join([*begin_with, *lemmas, needs_script]),
        *of_model,
    )

