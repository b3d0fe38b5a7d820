"""A derivation as a page: what it states, its steps, where it would fail, what it rests on."""

from __future__ import annotations

import tokenize
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from docutils import nodes

from symkl.checking.report import Line, Overall, Status
from symkl.derivations import rendering as said
from symkl.derivations.changes import marked
from symkl.derivations.derivation import Derivation, Kind, Step
from symkl.derivations.dropping import Dropped, dropping
from symkl.sphinx import rows
from symkl.sphinx.waiting import used_by


def page(derivation: Derivation, seconds: float) -> nodes.section:
    """The whole page, as a section with its title; ``seconds``: what the check took."""
    out = nodes.section("", nodes.title("", derivation.title))
    out += _head(derivation)
    out += [rows.text(paragraph) for paragraph in said.paragraphs(derivation)]
    if derivation.symbols:
        out += _section("Symbols", derivation, _symbols(derivation))
    out += _section("Step by step", derivation, _steps(derivation))
    if failing := list(_failing(derivation)):
        out += _section("Where it would fail", derivation, *failing)
    out += _section("What it rests on", derivation, *_rests_on(derivation))
    out += _section("Where it comes from", derivation, *_origin(derivation, seconds))
    return out


def _section(title: str, derivation: Derivation, *content: nodes.Node) -> nodes.section:
    name = nodes.make_id(f"{derivation.name} {title}")
    return nodes.section("", nodes.title("", title), *content, ids=[name])


def _head(derivation: Derivation) -> Iterator[nodes.Node]:
    report = derivation.report
    proved, assumed = (sum(line.status is s for line in report.lines) for s in (Status.PROVED, Status.ASSUMED))
    one = "is a definition or a hypothesis" if assumed == 1 else "are definitions or hypotheses"
    words = f": {proved} {'step is' if proved == 1 else 'steps are'} proved, {assumed} {one}."
    yield nodes.paragraph("", "", rows.verdict(report.verdict), nodes.Text(words), classes=["symkl-verdict"])
    yield nodes.paragraph("", "", nodes.strong("", "", *rows.typeset(derivation.states)), classes=["symkl-states"])
    conclusion = derivation.conclusion
    whole = f"{conclusion.left.latex} {said.relation(conclusion)} {conclusion.right.latex}"
    yield nodes.container("", rows.math(whole), classes=["symkl-conclusion"])
    if conditions := _conditions(derivation):
        yield nodes.paragraph(
            "", "", nodes.strong("", "Side conditions"), *rows.typeset(f": {', '.join(conditions)}."),
            classes=["symkl-conditions"],
        )  # fmt: skip


def _conditions(derivation: Derivation) -> list[str]:
    return list(dict.fromkeys(each for line in derivation.report.lines for each in line.assumptions))


def _symbols(derivation: Derivation) -> nodes.table:
    found = [[nodes.math("", symbol.name.latex), symbol.meaning] for symbol in derivation.symbols]
    return rows.table(["symbol", "meaning"], found, "symkl-symbols")


def _steps(derivation: Derivation) -> nodes.enumerated_list:
    out = nodes.enumerated_list("", classes=["symkl-steps"], enumtype="arabic", prefix="", suffix=".")
    for number, step, line in said.numbered(derivation):
        item = nodes.list_item("", classes=["symkl-step", f"symkl-{line.status.value}"])
        item["ids"] = [f"{nodes.make_id(derivation.name)}-step-{number}"]
        item["step"] = number
        item += rows.text(step.why, "symkl-why")
        item += rows.math(said.formula(_marked(step)))
        item += _verdict(derivation, step, line)
        if step.evidence:
            found = [[each.at, each.left, each.right] for each in step.evidence]
            item += rows.table(["at", "left side", "right side"], found)
        notes = () if step.kind is Kind.CARRIED else line.notes  # which are its evidence, shown above
        item += rows.details(line, [said.by_number(derivation, note) for note in notes])
        out += item
    return out


def _marked(step: Step) -> Step:
    """The step with what is new on one side against the other marked, where one side is made from the other."""
    if step.kind is not Kind.STEP or step.statement is None:
        return step
    left, right = marked(step.statement)
    return replace(step, left=left, right=right)


def _verdict(derivation: Derivation, step: Step, line: Line) -> nodes.paragraph:
    out = rows.said(line, said.by_number(derivation, line.because))
    if step.theorem and line.status is Status.PROVED:
        out += [nodes.Text(". This is the theorem "), rows.link("theorem", step.theorem)]
    return out


def _failing(derivation: Derivation) -> Iterator[nodes.Node]:
    if derivation.report.verdict is not Overall.PROVED:
        return
    for each in dropping(derivation):
        yield _dropped(derivation, each)


def _dropped(derivation: Derivation, found: Dropped) -> nodes.container:
    number = found.step + 1
    lead = nodes.paragraph("", "", nodes.strong("", "", *rows.typeset(found.words[:1].upper() + found.words[1:])))
    target = f"{nodes.make_id(derivation.name)}-step-{number}"
    lead += [nodes.Text(", "), nodes.reference("", f"step {number}", refid=target, internal=True)]
    lead += nodes.Text(" is false: ")
    return nodes.container(
        "", lead, rows.math(said.formula(derivation.steps[found.step])), *rows.details(found.line, ()),
        classes=["symkl-dropped"],
    )  # fmt: skip


def _rests_on(derivation: Derivation) -> Iterator[nodes.Node]:
    laws = dict.fromkeys(line.law for line in derivation.report.lines if line.law and line.law != "counterexample")
    yield _led("Laws of the kernel", rows.listed([rows.link("law", law) for law in laws]))
    conditions = {said.by_number(derivation, each) for each in _conditions(derivation)}
    rest = [each for each in said.rests_on(derivation) if each not in conditions]
    if rest:
        yield _led("Definitions and hypotheses")
        yield nodes.bullet_list("", *(nodes.list_item("", rows.text(each)) for each in rest))
    yield used_by(name=derivation.name)


def _led(words: str, *content: nodes.Node) -> nodes.paragraph:
    return nodes.paragraph("", "", nodes.strong("", words), nodes.Text(": " if content else ":"), *content)


def _origin(derivation: Derivation, seconds: float) -> Iterator[nodes.Node]:
    for source in derivation.sources:
        yield _led("Source", nodes.Text(f"{source}."))
    with tokenize.open(derivation.file) as file:  # in the encoding that it declares
        text = file.read()
    words = f", run and checked in {seconds:.2f} s when this page was built. How SymPy found the steps:"
    yield _led("Module", nodes.literal("", Path(derivation.file).name), nodes.Text(words))
    yield nodes.literal_block(text, text, language="python", linenos=True, classes=["symkl-module"])
