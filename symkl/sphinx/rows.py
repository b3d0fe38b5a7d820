"""What symkl says of one row or step, as docutils nodes: the verdict, what is off, a counterexample, edits.

Only plain nodes with classes are made, so that every builder can write them. Status is always a word
and a mark, never a colour alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import accumulate

from docutils import nodes
from sphinx.addnodes import pending_xref

from symkl.checking.report import Line, Overall, Status
from symkl.language.troubles import Trouble
from symkl.refuting.counterexample import Counterexample
from symkl.repairing.suggestion import Suggestion
from symkl.reporting import words
from symkl.reporting.sentences import in_letters, quoted, to_type


def status(of: Status) -> nodes.inline:
    """``✓ proved``."""
    return nodes.inline("", f"{words.MARKS[of]} {of.value}", classes=["symkl-status", f"symkl-{of.value}"])


def verdict(of: Overall) -> nodes.inline:
    """``✗ refuted``, of a whole document."""
    return nodes.inline("", f"{words.OVERALL_MARKS[of]} {of.value}", classes=["symkl-status", f"symkl-{of.value}"])


def link(kind: str, name: str, shown: str = "") -> pending_xref:
    """A link to a law, a theorem, a slip, ... that some page defines; plain words where none does."""
    content = nodes.inline("", shown or name, classes=["symkl-link", f"symkl-{kind}"])
    named = {"refdomain": "symkl", "reftype": kind, "reftarget": name, "refexplicit": True}
    return pending_xref("", content, **named, symkl_named=True)


def math(latex: str) -> nodes.math_block:
    """A displayed formula without a number."""
    return nodes.math_block("", latex, nowrap=False, number=None, label=None)


def listed(items: Iterable[nodes.Node]) -> nodes.inline:
    """Nodes with commas between them, each once; a dash for none."""
    shown = list({item.astext(): item for item in items}.values())
    commas = (node for n, item in enumerate(shown) for node in (*([nodes.Text(", ")] if n else []), item))
    return nodes.inline("", "", *commas) if shown else nodes.inline("", "—")


def text(words_: str, *classes: str) -> nodes.paragraph:
    """A paragraph of plain words."""
    return nodes.paragraph("", "", *typeset(words_), classes=list(classes))


_RAISED = re.compile(
    r"(?P<base>(?<![A-Za-z])[A-Za-zα-ωΑ-Ω][\u0302\u0304]?\*?)(?P<sign>[_^])(?:\{(?P<group>[^{}]*)\}|(?P<word>-?[A-Za-zα-ω0-9]+))"
    r"|(?P<digit>(?<![A-Za-z])\d(?:\.\d+)?)e\+?(?P<power>-?\d+)\b"
)


def typeset(words_: str) -> list[nodes.Node]:
    """Words in which one letter's ``_ref`` or ``^2`` is lowered or raised, and so is a number's power of ten.

    >>> [node.astext() for node in typeset("KL to π_ref in kl_rewriting is 2.5e-7, not 1e+17")]
    ['KL to π', 'ref', ' in kl_rewriting is 2.5×10', '-7', ', not 1×10', '17']
    """
    out: list[nodes.Node] = []
    last = 0
    for found in _RAISED.finditer(words_):
        before = words_[last : found.start()]
        if found["digit"]:
            out += [nodes.Text(f"{before}{found['digit']}×10"), nodes.superscript("", found["power"])]
        else:
            kind = nodes.subscript if found["sign"] == "_" else nodes.superscript
            out += [nodes.Text(before + found["base"]), kind("", found["group"] or found["word"])]
        last = found.end()
    return [*out, nodes.Text(words_[last:])] if words_[last:] or not out else out


def said(line: Line, because: str, where: str = "") -> nodes.paragraph:
    """The verdict of a row in a line: status, the law with a link, why."""
    out = nodes.paragraph("", "", status(line.status), classes=["symkl-verdict"])
    parts: list[nodes.Node] = []
    if line.law:
        parts += [link("law", line.law)] if line.law != "counterexample" else [nodes.Text(line.law)]
    if line.scope in words.SCOPES:
        parts.append(nodes.Text((", " if parts else "") + words.SCOPES[line.scope]))
    if because:
        parts += [nodes.Text(": "), *typeset(because)] if parts else typeset(because)
    if parts:
        out += [nodes.Text(" "), *parts]
    if where:
        out += nodes.inline("", f" {where}", classes=["symkl-where"])
    return out


def details(line: Line, notes: Iterable[str]) -> list[nodes.Node]:
    """What follows a verdict: by what the row is off, a counterexample, edits, notes."""
    out: list[nodes.Node] = []
    if line.status in words.NEED_ATTENTION and (off := words.off_by(line)):
        out += _residual(line, off)
    if line.counterexample is not None:
        out.append(counterexample(line.counterexample))
    if line.suggestions:
        out.append(_suggestions(line.suggestions))
    if shown := [nodes.list_item("", text(note)) for note in notes]:
        out.append(nodes.bullet_list("", *shown, classes=["symkl-notes"]))
    return out


def counterexample(found: Counterexample) -> nodes.Element:
    """The problem where a statement is false, and both sides there: every digit is certified."""
    summary = words.capitalised(found.summary)
    rows = [[point.place, point.left, point.right] for point in found.points]
    heads = ["at", *(words.capitalised(head) for head in found.heads)]
    if not any(row[0] for row in rows):
        rows, heads = [row[1:] for row in rows], heads[1:]
    lead = nodes.paragraph("", "", nodes.strong("", "Counterexample"), *typeset(f": {summary}"))
    return nodes.container("", lead, table(heads, rows), classes=["symkl-counterexample"])


def _suggestions(suggestions: Sequence[Suggestion]) -> nodes.container:
    out = nodes.container("", classes=["symkl-suggestions"])
    for first, each in enumerate(suggestions):
        lead = nodes.paragraph("", "", nodes.strong("", "or" if first else "Did you mean"), nodes.Text(": "))
        lead += _quoting(each)
        if each.slip:
            lead += [nodes.Text(" ("), link("slip", each.slip), nodes.Text(")")]
        lead += nodes.Text(". Then it is proved:")
        begin, end = each.changed
        shown = [nodes.Text(each.latex[:begin]), nodes.inline("", each.latex[begin:end], classes=["symkl-changed"])]
        # Not a literal block: what is new in it must stay marked, and highlighting would take that away.
        edited = nodes.literal("", "", *shown, nodes.Text(each.latex[end:]))
        out += [lead, math(each.expanded or each.latex), nodes.paragraph("", "", edited, classes=["symkl-edit"])]
    return out


def _quoting(each: Suggestion) -> list[nodes.Node]:
    r"""What an edit says, with the piece of the row that it quotes as a formula.

    >>> says = Suggestion(r"flip the sign of \beta \log Z", r"r = - \beta \log Z", "sign of log Z", (4, 5))
    >>> [node.tagname for node in _quoting(says)], _quoting(says)[1].astext()
    (['#text', 'math'], '\\beta \\log Z')
    """
    says = each.edit.rstrip(". ")
    found = None if each.expanded else quoted(says)  # an author's own macros no site knows
    if found is None or not _balanced(found[1]):
        return typeset(in_letters(says))
    before, latex, after = found
    return [nodes.Text(before), nodes.math("", latex), *(typeset(f" {in_letters(after.strip())}") if after else ())]


def _balanced(latex: str) -> bool:
    plain = re.sub(r"\\[{}]", "", latex)
    depths = list(accumulate({"{": 1, "}": -1}.get(sign, 0) for sign in plain))
    paired = len(re.findall(r"\\left\b", latex)) == len(re.findall(r"\\right\b", latex))
    return paired and min(depths, default=0) >= 0 and (not depths or depths[-1] == 0)


def trouble(found: Trouble) -> nodes.container:
    """Why something could not be read: the place under a caret, what was found, expected, and to write."""
    caret = " " * (found.column - 1) + "^" * max(found.width, 1)
    place = nodes.literal_block("", f"{found.excerpt}\n{caret}" if found.excerpt else found.found)
    lead = nodes.paragraph("", "", status(Status.UNREADABLE), nodes.Text(f" {found.message}"))
    lead["classes"].append("symkl-verdict")
    told = (("found", found.found), ("expected", found.expected), ("instead", found.advice))
    fields = [
        nodes.field("", nodes.field_name("", name), nodes.field_body("", nodes.paragraph("", "", *_to_type(value))))
        for name, value in told
        if value
    ]
    return nodes.container("", lead, place, nodes.field_list("", *fields), classes=["symkl-trouble"])


def _to_type(sentence: str) -> list[nodes.Node]:
    pieces = [[nodes.literal(each, each)] if latex else typeset(each) for each, latex in to_type(sentence)]
    return [node for piece in pieces for node in piece]


def table(heads: Sequence[str | nodes.Node], rows: Sequence[Sequence[str | nodes.Node]], *classes: str) -> nodes.table:
    """A table of words and nodes."""
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _ in heads), cols=len(heads))
    group += nodes.thead("", _row(heads))
    group += nodes.tbody("", *map(_row, rows))
    return nodes.table("", group, classes=["symkl-table", *classes])


def _row(cells: Sequence[str | nodes.Node]) -> nodes.row:
    shown = ([cell] if isinstance(cell, nodes.Node) else typeset(cell) for cell in cells)
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in shown))


def _residual(line: Line, off: str) -> list[nodes.Node]:
    """By what a row is off, in words with the formula set as one; a long formula stands, and scrolls, by itself."""
    formula = line.residual
    if formula is None or not formula.text or formula.text not in off:
        return [text(off if off.endswith((".", ":")) else f"{off}.", "symkl-residual")]
    before, _, after = off.partition(formula.text)
    if len(formula.text) > _LONG:
        rest = [text(after.lstrip(" ,") + ".", "symkl-residual")] if after.strip(" .") else []
        return [text(before.rstrip(" :") + ":", "symkl-residual"), math(formula.latex), *rest]
    words_ = [*typeset(before), nodes.math("", formula.latex), *typeset(f"{after}.")]
    return [nodes.paragraph("", "", *words_, classes=["symkl-residual"])]


_LONG = 32
"""Letters of a formula that a line of a telephone still holds."""
