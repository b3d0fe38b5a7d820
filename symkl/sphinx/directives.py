"""The directives: each reads or writes something that can be checked, checks it, and shows the answer.

A verdict that is not the one expected is a warning at the file and line of what is wrong.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from symkl import theorems
from symkl.derivation import Derivation
from symkl.loading import Broken, load
from symkl.report import Overall, Report
from symkl.reporting import derivations as said
from symkl.reporting import words
from symkl.sphinx import catalogue, documents, pages, rows
from symkl.sphinx.uses import of_derivation, of_document
from symkl.sphinx.waiting import dependencies, stated

if TYPE_CHECKING:
    from symkl.sphinx.domain import SymklDomain

logger = logging.getLogger(__name__)


class _Checking(SphinxDirective):
    """What the directives of this module have in common: the domain, and a way to complain."""

    @property
    def domain(self) -> SymklDomain:
        return cast("SymklDomain", self.env.domains["symkl"])

    def complain(self, where: tuple[str, int] | None, message: str, *about: object) -> None:
        """A warning of the type ``symkl.verdict``, which ends a build with ``-W``, at a file and line or right here."""
        place = f"{where[0]}:{where[1]}" if where is not None else self.get_location()
        logger.warning(message, *about, location=place, type="symkl", subtype="verdict")

    def file(self) -> Path | None:
        """The file that the argument names, relative to the page; None, with a warning, where there is none."""
        _, found = self.env.relfn2path(self.arguments[0])
        self.env.note_dependency(found)
        if Path(found).is_file():
            return Path(found)
        self.complain(None, "%s: there is no such file; paths are relative to this page", self.arguments[0])
        return None


class DerivationDirective(_Checking):
    """``symkl:derivation PATH``: a derivation module, run and checked, as a page."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """The page as a section; a derivation that is not proved is a warning at each line that is not."""
        path = self.file()
        if path is None:
            return []
        started = time.perf_counter()
        try:
            derivation = load(path)
        except Broken as broken:
            message = "%s: %s; %s"
            self.complain((str(path), broken.line), message, broken.message, broken.found, broken.advice)
            return []
        report = derivation.report
        seconds = time.perf_counter() - started
        self._complain_of(derivation, path)
        shown = pages.page(derivation, seconds)
        self.domain.note("derivation", derivation.name, derivation.title, shown)
        latex = [
            (step.theorem, f"{step.left.latex} {said.relation(step)} {step.right.latex}")
            for step in derivation.steps
            if step.theorem and report.verdict is Overall.PROVED
        ]
        self.domain.uses["derivation", derivation.name] = of_derivation(derivation, self.env.docname, latex)
        return [shown]

    def _complain_of(self, derivation: Derivation, path: Path) -> None:
        for line in derivation.report.lines:
            if line.status in words.NEED_ATTENTION:
                why = words.off_by(line) or line.because
                self.complain((str(path), line.line), "this step is %s: %s", line.status.value, why)
        for finding in derivation.report.disagreements:
            self.complain((str(path), 1), "symkl contradicts itself: %s", finding)


def _verdict(argument: str) -> Overall:
    return Overall(directives.choice(argument, [each.value for each in Overall]))


def _theorem(argument: str) -> str:
    return str(directives.choice(argument, theorems.NAMES))


class _ProofDirective(_Checking):
    """What documents and inline proofs have in common: they are read, checked, and held to ``:expect:``."""

    option_spec: ClassVar[dict[str, Any]] = {"expect": _verdict, "claim": _theorem}

    def hold(self, report: Report, where: tuple[str, int], first: int = 0) -> None:
        """Complain unless the verdict is the one expected; ``first``: the page's line before the proof's first."""
        expected = self.options.get("expect", Overall.PROVED)
        for finding in report.disagreements:
            self.complain(where, "symkl contradicts itself: %s", finding)
        if report.verdict is expected:
            return
        bad = [line for line in report.lines if line.status in words.NEED_ATTENTION]
        place = (where[0], bad[0].line + first) if bad else where
        why = words.off_by(bad[0]) or bad[0].because if bad else words.claimed(report) or words.counted(report)
        message = "this proof is %s, and the page expects %s: %s"
        self.complain(place, message, report.verdict.value, expected.value, why)


class DocumentDirective(_ProofDirective):
    """``symkl:document PATH``: a proof document with what symkl says of each row."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """The document as a section, under its own first heading."""
        path = self.file()
        if path is None:
            return []
        text = path.read_text("utf-8", errors="replace")
        checked = documents.checked(text, path.name, self.options.get("claim"))
        self.hold(checked.report, (str(path), 1))
        name = path.stem
        shown = nodes.section("", nodes.title("", checked.title), ids=[nodes.make_id(name)], classes=["symkl-proof"])
        shown += documents.body(checked, heading=True)
        self.domain.note("document", name, checked.title, shown)
        self.domain.uses["document", name] = of_document(checked, name, self.env.docname)
        return [shown]


class InlineProof(_ProofDirective):
    """``symkl:proof``: a proof written in the page."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The proof, row by row, in a box of its own."""
        source, _ = self.get_source_info()
        text = "\n".join(self.content) + "\n"
        checked = documents.checked(text, f"{self.env.docname} (line {self.lineno})", self.options.get("claim"))
        self.hold(checked.report, (source, self.lineno), self.content_offset)
        shown = nodes.container("", classes=["symkl-proof", "symkl-inline"])
        shown += documents.body(checked, heading=False)
        shown["slips"] = sorted({each.slip for line in checked.report.lines for each in line.suggestions})
        return [shown]


class SlipDirective(_Checking):
    """``symkl:slip NAME``: a slip described, with a proof in which symkl finds and names it."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """A section for the slip; a warning where no proof inside is answered with this slip's name."""
        name = self.arguments[0]
        shown = nodes.section("", nodes.title("", name[:1].upper() + name[1:]), classes=["symkl-slip"])
        shown += self.parse_content_to_nodes()
        named = {slip for each in shown.findall(nodes.container) for slip in each.get("slips", ())}
        if name not in named:
            self.complain(None, "no proof here is answered with the slip %r: found %s", name, sorted(named) or "none")
        self.domain.note("slip", name, name, shown)
        return [shown]


class LawsDirective(_Checking):
    """``symkl:laws``: every law that a report may name, with the kernel's own rules."""

    def run(self) -> list[nodes.Node]:
        """A section for each law."""
        out: list[nodes.Node] = []
        for name, law in catalogue.LAWS.items():
            section = nodes.section("", nodes.title("", name), rows.text(law.says), classes=["symkl-law"])
            section += catalogue.rules(name)
            self.domain.note("law", name, name, section)
            out.append(section)
        return out


class TheoremsDirective(_Checking):
    """``symkl:theorems``: every theorem that a document may claim, and which pages show it."""

    def run(self) -> list[nodes.Node]:
        """A section for each theorem."""
        out: list[nodes.Node] = []
        for name, sentence in catalogue.THEOREMS.items():
            section = nodes.section("", nodes.title("", name), rows.text(sentence), stated(name=name))
            self.domain.note("theorem", name, name, section)
            out.append(section)
        return out


class GraphDirective(_Checking):
    """``symkl:graph``: what rests on what, drawn and as a table."""

    def run(self) -> list[nodes.Node]:
        """A place for the graph, which is drawn when every page is read."""
        return [dependencies()]


DIRECTIVES: dict[str, type[Directive]] = {
    "derivation": DerivationDirective,
    "document": DocumentDirective,
    "proof": InlineProof,
    "slip": SlipDirective,
    "laws": LawsDirective,
    "theorems": TheoremsDirective,
    "graph": GraphDirective,
}
