"""A derivation as a page: for a terminal, LaTeX, Markdown, JSON and a notebook. No mathematics here.

The words are the derivation's, the verdicts its report's; ``check`` shows the verdicts alone.
"""

from __future__ import annotations

import json as _json
import re
import textwrap
from collections.abc import Iterator
from html import escape

from symkl.checking.report import Line, Status
from symkl.derivations.derivation import Derivation, Evidence, Kind, Step
from symkl.refuting.counterexample import Point
from symkl.reporting.json import as_object
from symkl.reporting.text import wrap
from symkl.reporting.words import MARKS

SCHEMA = "symkl-derivation/1"


def text(derivation: Derivation, width: int = 80) -> str:
    """The page for a terminal of ``width`` columns."""
    title = textwrap.wrap(derivation.title, width)
    out = [*title, "=" * max(map(len, title)), ""]
    out += [*textwrap.wrap(derivation.states, width), ""]
    for paragraph in paragraphs(derivation):
        out += [*textwrap.wrap(paragraph, width), ""]
    if derivation.symbols:
        out.append("Symbols")
        longest = max(len(symbol.name.text) for symbol in derivation.symbols)
        for symbol in derivation.symbols:
            head, indent = f"  {symbol.name.text:<{longest}}  ", " " * (longest + 4)
            out += textwrap.wrap(head + symbol.meaning, width, subsequent_indent=indent, drop_whitespace=True)
        out.append("")
    for number, step, line in numbered(derivation):
        head = f"{number:>3}. {MARKS[line.status]} "
        out += _wrapped(line.readable, width, head)
        out += textwrap.wrap(step.why, width - 7, initial_indent=" " * 7, subsequent_indent=" " * 7)
        out += _wrapped(verdict(derivation, step, line), width, " " * 7)
        if line.counterexample is not None:
            out += _wrapped("counterexample: " + line.counterexample.summary, width, " " * 7)
            for point in line.counterexample.points:
                out += _wrapped(_point(point), width, " " * 9)
        out += [row for each in step.evidence for row in _wrapped(evidence(each), width, " " * 9)]
        out.append("")
    report = derivation.report
    out += _wrapped(f"{overall(derivation)}", width, "")
    if report.rests_on:
        assumed = "; ".join(rests_on(derivation))
        out += textwrap.wrap(f"Rests on: {assumed}.", width, subsequent_indent="  ")
    for source in derivation.sources:
        out += textwrap.wrap("Source: " + source + ".", width, subsequent_indent="  ")
    return "\n".join(out).rstrip() + "\n"


def markdown(derivation: Derivation) -> str:
    """The page in Markdown with display formulas, as GitHub and MyST render it."""
    out = [f"# {derivation.title}", "", f"**{_marked(derivation.states)}**", ""]
    for paragraph in paragraphs(derivation):
        out += [_marked(paragraph), ""]
    if derivation.symbols:
        out += ["| symbol | meaning |", "|---|---|"]
        out += [f"| ${_bar_free(symbol.name.latex)}$ | {_marked(symbol.meaning)} |" for symbol in derivation.symbols]
        out.append("")
    for number, step, line in numbered(derivation):
        out += [f"**{number}.** {MARKS[line.status]} {_marked(step.why)}", "", f"$${formula(step)}$$", ""]
        out += [f"*{_marked(verdict(derivation, step, line))}*", ""]
        if line.counterexample is not None:
            points = "; ".join(map(_point, line.counterexample.points))
            out += [f"> Counterexample: {_marked(line.counterexample.summary)}. {_marked(points)}", ""]
        out += [f"> {_marked(evidence(each))}" for each in step.evidence] + ([""] if step.evidence else [])
    out += [_marked(overall(derivation)), ""]
    if derivation.report.rests_on:
        out += ["Rests on:", "", *(f"- {_marked(each)}" for each in rests_on(derivation)), ""]
    if derivation.sources:
        out += ["Sources:", "", *(f"- {_marked(source)}" for source in derivation.sources), ""]
    return "\n".join(out).rstrip() + "\n"


def latex(derivation: Derivation) -> str:
    """The page as a LaTeX fragment: a section, and an ``align*`` a step (needs amsmath and amssymb)."""
    out = [rf"\section*{{{_tex(derivation.title)}}}", rf"\emph{{{_tex(derivation.states)}}}", ""]
    for paragraph in paragraphs(derivation):
        out += [_tex(paragraph), ""]
    if derivation.symbols:
        out.append(r"\begin{description}")
        out += [rf"\item[${symbol.name.latex}$] {_tex(symbol.meaning)}" for symbol in derivation.symbols]
        out += [r"\end{description}", ""]
    out.append(r"\begin{enumerate}")
    for _, step, line in numbered(derivation):
        said = _tex(verdict(derivation, step, line))
        out += [rf"\item {_tex(step.why)}", rf"\[ {formula(step)} \]", rf"{{\small {said}}}"]
        if line.counterexample is not None:
            points = "; ".join(map(_point, line.counterexample.points))
            out.append(rf"{{\small Counterexample: {_tex(line.counterexample.summary)}. {_tex(points)}}}")
    out += [r"\end{enumerate}", _tex(overall(derivation))]
    out += [rf"\par Source: {_tex(source)}." for source in derivation.sources]
    return "\n".join(out) + "\n"


def json(derivation: Derivation) -> str:
    """The page and its report, schema ``symkl-derivation/1``: an object with the report under ``report``."""
    found = {
        "schema": SCHEMA,
        "name": derivation.name,
        "title": derivation.title,
        "states": derivation.states,
        "text": derivation.text,
        "symbols": [
            {"text": symbol.name.text, "latex": symbol.name.latex, "meaning": symbol.meaning}
            for symbol in derivation.symbols
        ],
        "steps": [
            {
                "number": number,
                "kind": step.kind.value,
                "left": {"text": step.left.text, "latex": step.left.latex},
                "relation": step.relation,
                "right": {"text": step.right.text, "latex": step.right.latex},
                "goes_on": step.goes_on,
                "why": step.why,
                "theorem": step.theorem,
                "line": step.line,
                "status": line.status.value,
                "law": line.law,
                "evidence": [{"at": e.at, "left": e.left, "right": e.right} for e in step.evidence],
            }
            for number, step, line in numbered(derivation)
        ],
        "sources": list(derivation.sources),
        "report": as_object(derivation.report),
    }
    return _json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def html(derivation: Derivation) -> str:
    """The page for a notebook, formulas between ``$$`` for its MathJax."""
    out = [f"<h3>{escape(derivation.title)}</h3><p><b>{escape(derivation.states)}</b></p>"]
    out += [f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs(derivation)]
    out.append("<ol>")
    for _, step, line in numbered(derivation):
        shown, said = escape(formula(step)), escape(verdict(derivation, step, line))
        out.append(f"<li>{escape(step.why)}<br>$${shown}$$<small>{MARKS[line.status]} {said}</small></li>")
    out.append(f"</ol><p>{escape(overall(derivation))}</p>")
    return "\n".join(out)


def numbered(derivation: Derivation) -> Iterator[tuple[int, Step, Line]]:
    """The steps by their numbers, each with what is said of it."""
    lines = derivation.report.lines
    yield from ((n, step, line) for n, (step, line) in enumerate(zip(derivation.steps, lines, strict=True), 1))


def paragraphs(derivation: Derivation) -> list[str]:
    """The introduction, paragraph by paragraph."""
    return [" ".join(part.split()) for part in derivation.text.split("\n\n") if part.strip()]


def verdict(derivation: Derivation, step: Step, line: Line) -> str:
    """What is said of a step, in a line."""
    theorem = f" This is the theorem {step.theorem}." if step.theorem and line.status is Status.PROVED else ""
    law = f"{line.law}: " if line.law else ""
    said = "; ".join([law + line.because, *line.notes]) if step.kind is not Kind.CARRIED else line.because
    return f"{line.status.value}, {by_number(derivation, said)}.{theorem}"


def by_number(derivation: Derivation, words: str) -> str:
    """Words in which lines of the module are called by the numbers of their steps: a page has no lines."""
    number = {str(step.line): str(n) for n, step in enumerate(derivation.steps, 1)}
    return re.sub(r"\bline (\d+)", lambda m: f"step {number[m[1]]}" if m[1] in number else m[0], words)


def _point(point: Point) -> str:
    where = f"{point.place}: " if point.place else ""
    return f"{where}left {point.left}, right {point.right}"


def evidence(each: Evidence) -> str:
    """One point of a carried step's evidence, in a line."""
    return f"at {each.at}: left {each.left}, right {each.right}"


def rests_on(derivation: Derivation) -> list[str]:
    """What the steps rest on, steps called by their numbers."""
    return [by_number(derivation, each) for each in derivation.report.rests_on]


def overall(derivation: Derivation) -> str:
    """The verdict and how many steps are proved and assumed."""
    report = derivation.report
    proved = sum(line.status is Status.PROVED for line in report.lines)
    assumed = sum(line.status is Status.ASSUMED for line in report.lines)
    return f"{report.verdict.value}: {proved} steps proved, {assumed} assumed."


_TEX_RELATIONS = {"≤": r"\le", "≥": r"\ge", "∝": r"\propto", "≡": r"\equiv", "≈": r"\approx", ":=": ":="}
_TEX_NOT = {"=": r"\ne", "≤": r"\nleq", "≥": r"\ngeq", "<": r"\nless", ">": r"\ngtr", "∝": r"\not\propto"}


def formula(step: Step) -> str:
    """A step in LaTeX; one that goes on from the step before starts with its relation."""
    return f"{'' if step.goes_on else step.left.latex + ' '}{relation(step)} {step.right.latex}"


def relation(step: Step) -> str:
    """A step's relation in LaTeX, struck through where the step says that it fails."""
    return _TEX_NOT[step.relation] if step.kind is Kind.FALSE else _TEX_RELATIONS.get(step.relation, step.relation)


def _wrapped(words: str, width: int, head: str) -> list[str]:
    """Lines of a formula or a note, broken where a formula may be."""
    ranges = wrap(words, width - len(head), 2, formula=True)
    pieces = [words[start:stop].rstrip() for start, stop in ranges]
    return [head + pieces[0], *(" " * (len(head) + 2) + piece.lstrip() for piece in pieces[1:])] if pieces else [head]


_MATH = {
    "π": r"\pi", "β": r"\beta", "λ": r"\lambda", "μ": r"\mu", "σ": r"\sigma", "Σ": r"\sum", "φ": r"\phi",
    "≥": r"\ge", "≤": r"\le", "≠": r"\ne", "∞": r"\infty", "→": r"\to", "∝": r"\propto", "∇": r"\nabla",
    "‖": r"\Vert", "−": "-", "∂": r"\partial", "∼": r"\sim", "·": r"\cdot", "χ": r"\chi", "²": "^2", "Δ": r"\Delta",
    "≡": r"\equiv", "∫": r"\int", "√": r"\surd", "∈": r"\in", "≻": r"\succ", "ε": r"\varepsilon", "τ": r"\tau",
    "α": r"\alpha", "γ": r"\gamma", "η": r"\eta", "θ": r"\theta", "ρ": r"\rho", "ν": r"\nu", "≈": r"\approx",
    "ℓ": r"\ell", "′": "'", "×": r"\times", "³": "^3", "⁻": "^{-}", "¹": "^1", "ⁿ": "^n", "₁": "_1", "₂": "_2",
    "₃": "_3", "κ": r"\kappa", "Γ": r"\Gamma", "ω": r"\omega", "ψ": r"\psi", "δ": r"\delta", "ξ": r"\xi",
}  # fmt: skip


def _tex(words: str) -> str:
    """Prose for LaTeX: its special characters escaped, mathematical signs in math mode."""
    escaped = re.sub(r"([#$%&_{}])", r"\\\1", words.replace("\\", r"\textbackslash "))
    escaped = escaped.replace("^", r"\textasciicircum{}").replace("~", r"\textasciitilde{}")
    return "".join(rf"\ensuremath{{{_MATH[c]}}}" if c in _MATH else c for c in escaped)


def _marked(words: str) -> str:
    """Prose for Markdown: what would be markup escaped."""
    return re.sub(r"([\\`*_|<>\[\]])", r"\\\1", words)


def _bar_free(formula: str) -> str:
    """A formula for a table's cell, in which a bar would end the cell."""
    return formula.replace("|", r"\vert ")
