"""The directives: each reads or writes something that can be checked, checks it, and shows the answer.

A verdict that is not the one expected is a warning at the file and line of what is wrong.
"""

from __future__ import annotations

import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, cast

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from symkl.checking import theorems
from symkl.checking.report import Line, Overall, Report, Status
from symkl.derivations import rendering as said
from symkl.derivations.derivation import Derivation
from symkl.derivations.loading import Broken, load
from symkl.reporting import words
from symkl.sphinx import catalogue, documents, pages, rows
from symkl.sphinx.domain import SymklDomain
from symkl.sphinx.guessing import asked
from symkl.sphinx.uses import of_derivation, of_document
from symkl.sphinx.waiting import dependencies, stated
from symkl.teaching.laws import LAWS, THEOREMS
from symkl.teaching.slips import SLIPS, Slip

logger = logging.getLogger(__name__)


class _Checking(SphinxDirective):
    """What the directives of this module have in common: the domain, and a way to complain."""

    @property
    def domain(self) -> SymklDomain:
        """The domain, which remembers what pages define."""
        return cast(SymklDomain, self.env.domains["symkl"])

    def number(self, shown: nodes.Element, what: str) -> None:
        """Short addresses: ``#step-7``, and ``#row-39`` for what stands in line 39; of the first on a page alone."""
        taken: set[str] = self.env.temp_data.setdefault("symkl_numbered", set())  # type: ignore[assignment]
        for each in shown.findall(nodes.Element):
            number = each.get(what)
            if number is not None and (name := f"{what}-{number}") not in taken:
                taken.add(name)
                each["ids"].append(name)
                for where in each.findall(nodes.inline):
                    if "symkl-where" in where["classes"]:
                        words_ = where.astext()
                        where.clear()
                        where += nodes.reference("", words_, refid=name, internal=True)

    def complain(self, where: tuple[str, int] | None, message: str, *about: object) -> None:
        """A warning of the type ``symkl.verdict``, which ends a build with ``-W``, at a file and line or right here.

        The page is read again by the next build, which complains again: what is wrong stays wrong.
        """
        place = f"{where[0]}:{where[1]}" if where is not None else self.get_location()
        logger.warning(message, *about, location=place, type="symkl", subtype="verdict")
        self.env.note_reread()


class _FileDirective(_Checking, ABC):
    """What shows a file, named by a path relative to the page."""

    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """What the file says, as a section; where there is no such file, a section that says so."""
        _, found = self.env.relfn2path(self.arguments[0])
        path = Path(found)
        self.domain.read(path)
        if path.is_file():
            return [self.shown(path)]
        self.complain(None, "%s: there is no such file; paths are relative to this page", self.arguments[0])
        return [_not_checked(path.name, "there is no such file")]

    @abstractmethod
    def shown(self, path: Path) -> nodes.section:
        """The file, checked, as a section."""


def _not_checked(title: str, why: str) -> nodes.section:
    lead = nodes.paragraph("", "", rows.verdict(Overall.UNREADABLE), nodes.Text(f": {why}. Nothing here was checked."))
    return nodes.section("", nodes.title("", title), lead, ids=[nodes.make_id(f"not-checked-{title}")])


class DerivationDirective(_FileDirective):
    """``symkl:derivation PATH``: a derivation module, run and checked, as a page."""

    def shown(self, path: Path) -> nodes.section:
        """The page as a section; a derivation that is not proved is a warning at each line that is not."""
        started = time.perf_counter()
        try:
            derivation = load(path)
        except Broken as broken:
            message = "%s: %s; %s"
            self.complain((str(path), broken.line), message, broken.message, broken.found, broken.advice)
            return _not_checked(path.name, f"{broken.message}: {broken.found}")
        for module in _own_modules(path.parent, Path(self.env.srcdir)):
            self.domain.read(module)
        report = derivation.report
        seconds = time.perf_counter() - started
        self._complain_of(derivation, path)
        if not derivation.steps:
            self.complain((str(path), 1), "%s: this derivation has no steps: nothing is shown", path.name)
            return _not_checked(derivation.title, "this derivation has no steps")
        shown = pages.page(derivation, seconds)
        if report.verdict is Overall.PROVED:
            shown["guesses"] = asked(derivation)  # for a site that has a checker in its pages
        self.number(shown, "step")
        self.domain.note("derivation", derivation.name, derivation.title, shown)
        latex = [
            (step.theorem, f"{step.left.latex} {said.relation(step)} {step.right.latex}")
            for step in derivation.steps
            if step.theorem and report.verdict is Overall.PROVED
        ]
        self.domain.uses["derivation", derivation.name] = of_derivation(derivation, self.env.docname, latex)
        return shown

    def _complain_of(self, derivation: Derivation, path: Path) -> None:
        for line in derivation.report.lines:
            if line.status in words.NEED_ATTENTION:
                self.complain((str(path), line.line), "this step is %s: %s", line.status.value, _why(line))
        for finding in derivation.report.disagreements:
            self.complain((str(path), 1), "symkl contradicts itself: %s", finding)


def _own_modules(*folders: Path) -> list[Path]:
    """The files of the Python modules that were imported from these folders: helpers of a derivation."""
    files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
    paths = (Path(file).resolve() for file in files if file)
    inside = [folder.resolve() for folder in folders]
    return sorted(p for p in paths if any(p.is_relative_to(folder) for folder in inside))


def _why(line: Line) -> str:
    return words.off_by(line) or line.because or (line.trouble.message if line.trouble else "")


def _verdict(argument: str) -> Overall:
    return Overall(directives.choice(argument, [each.value for each in Overall]))


def _theorem(argument: str) -> str:
    return str(directives.choice(argument, theorems.NAMES))


class _ProofDirective(_Checking):
    """What documents and inline proofs have in common: they are checked, and held to ``:expect:`` and ``:refuted:``."""

    option_spec: ClassVar[dict[str, Any]] = {
        "expect": _verdict,
        "claim": _theorem,
        "refuted": directives.positive_int_list,
    }

    def hold(self, report: Report, place: Callable[[int], tuple[str, int]]) -> None:
        """Complain unless the verdict is the one expected; ``place``: where a line of the proof stands."""
        expected = self.options.get("expect", Overall.PROVED)
        for finding in report.disagreements:
            self.complain(place(1), "symkl contradicts itself: %s", finding)
        if report.verdict is not expected:
            bad = next((line for line in report.lines if line.status in words.NEED_ATTENTION), None)
            why = _why(bad) if bad else words.claimed(report) or words.counted(report)
            message = "this proof is %s, and the page expects %s: %s"
            self.complain(place(bad.line if bad else 1), message, report.verdict.value, expected.value, why)
        elif "refuted" in self.options:
            found = [line.line for line in report.lines if line.status is Status.REFUTED]
            if found != self.options["refuted"]:
                message = "the lines refuted here are %s, and the page expects %s"
                self.complain(place(found[0] if found else 1), message, found, self.options["refuted"])


def _written(text: str, claim: str | None) -> str:
    """A proof as a file of its own, which claims what the page claims for it."""
    return f"<!-- symkl: claim {claim} -->\n\n{text}" if claim else text


class DocumentDirective(_FileDirective, _ProofDirective):
    """``symkl:document PATH``: a proof document with what symkl says of each row."""

    def shown(self, path: Path) -> nodes.section:
        """The document as a section, under its own first heading."""
        text = path.read_text("utf-8-sig", errors="replace")
        checked = documents.checked(text, path.name, self.options.get("claim"))
        self.hold(checked.report, lambda line: (str(path), line))
        shown = nodes.section("", nodes.title("", checked.title), classes=["symkl-proof"])
        shown += documents.body(checked, heading=True)
        shown["written"], shown["file"] = _written(text, self.options.get("claim")), path.name
        self.number(shown, "row")
        self.domain.note("document", path.stem, checked.title, shown)
        self.domain.uses["document", path.stem] = of_document(checked, path.stem, self.env.docname)
        return shown


class InlineProof(_ProofDirective):
    """``symkl:proof``: a proof written in the page."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The proof, row by row, in a box of its own."""
        text = "\n".join(self.content) + "\n"
        checked = documents.checked(text, f"{self.env.docname} (line {self.lineno})", self.options.get("claim"))
        self.hold(checked.report, self.place)
        shown = nodes.container("", classes=["symkl-proof", "symkl-inline"])
        shown += documents.body(checked, heading=False)
        shown["written"], shown["file"] = _written(text, self.options.get("claim")), "proof.md"
        shown["slips"] = sorted({each.slip for line in checked.report.lines for each in line.suggestions})
        return [shown]

    def place(self, line: int) -> tuple[str, int]:
        """Where a line of the content stands: in the page, or in a file that the page includes."""
        source, before = self.get_source_info()
        if len(self.content) and self.content.offset(0):  # reStructuredText keeps the place of every line
            found, offset = self.content.info(min(line, len(self.content)) - 1)
            return str(found), int(offset) + 1
        return source, before + self.content_offset + line


class SlipDirective(_Checking):
    """``symkl:slip NAME``: a slip described, with a proof in which symkl finds and names it.

    Without content it is described in symkl's own words, which a page of MyST can show.
    """

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True

    def run(self) -> list[nodes.Node]:
        """A section for the slip; a warning where no proof inside is answered with this slip's name."""
        name = self.arguments[0]
        shown = nodes.section("", nodes.title("", name[:1].upper() + name[1:]), classes=["symkl-slip"])
        if len(self.content) or name not in SLIPS:
            shown += self.parse_content_to_nodes()
        else:
            shown += self.parse_text_to_nodes(_of_slip(SLIPS[name]))
        named = {slip for each in shown.findall(nodes.container) for slip in each.get("slips", ())}
        if name not in named:
            self.complain(None, "no proof here is answered with the slip %r: found %s", name, sorted(named) or "none")
        self.domain.note("slip", name, name, shown)
        return [shown]


def _of_slip(slip: Slip) -> str:
    """What is taught of a slip, as MyST."""
    return f"{slip.says}\n\n```{{symkl:proof}}\n:expect: refuted\n\n{slip.example}\n```\n"


class LawsDirective(_Checking):
    """``symkl:laws``: every law that a report may name, with the kernel's own rules."""

    def run(self) -> list[nodes.Node]:
        """A section for each law."""
        out: list[nodes.Node] = []
        for name, law in LAWS.items():
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
        for name, sentence in THEOREMS.items():
            section = nodes.section("", nodes.title("", name), rows.text(sentence), stated(name=name))
            self.domain.note("theorem", name, name, section)
            out.append(section)
        return out


class TheoremDirective(_Checking):
    """``symkl:theorem NAME``: a theorem on a page of its own: what it says, its proofs, and what rests on it."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {"title": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """The theorem as a section; ``:title:`` is its heading, else its name."""
        name = _theorem(self.arguments[0])
        section = nodes.section("", nodes.title("", self.options.get("title", name)), classes=["symkl-theorem"])
        section += rows.text(THEOREMS[name])
        section += stated(name=name, whole=True)
        self.domain.note("theorem", name, name, section)
        return [section]


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
    "theorem": TheoremDirective,
    "graph": GraphDirective,
}
