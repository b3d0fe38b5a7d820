"""Words of the glossary are links where they first stand on a page for readers of the mathematics.

The terms are read from ``docs/reference/glossary.md``. A page that links a term by hand keeps that link alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx

FILE = Path(__file__).parents[1] / "reference" / "glossary.md"
PAGES = ("derivations/", "tutorials/", "errata/", "practise/", "training", "explorer")
FORMS: Mapping[str, str] = {
    "baseline": "baselines?", "log-ratio": "log-ratios?", "margin": "margins?", "maximiser": "maximisers?",
    "nat": "nats?", "partition function": "partition function", "regret": "regret",
    "score": "scores?", "soft value": "soft values?", "temperature": "temperatures?", "tilt": "tilt(?:ed|s)?",
}  # fmt: skip
"""Terms of the mathematics, as they stand in sentences. Words such as *claim* and *stated* have plain uses, too."""
_APART = (
    nodes.title, nodes.reference, pending_xref, nodes.literal, nodes.FixedTextElement, nodes.math, nodes.math_block,
    nodes.term, nodes.caption, nodes.raw, nodes.thead,
)  # fmt: skip
_NO_PROSE = frozenset({"symkl-verdict", "symkl-status", "symkl-counterexample", "symkl-suggestions", "symkl-notes"})


def terms(source: str) -> list[str]:
    """What a glossary explains: the lines without an indent.

    >>> terms("# Words\\n```{glossary}\\nnat\\n  A unit.\\n\\nscore\\n  A gradient.\\n```")
    ['nat', 'score']
    """
    found = re.search(r"^```\{glossary\}\n(.*?)^```", source, re.DOTALL | re.MULTILINE)
    return [] if found is None else re.findall(r"^\S.*$", found[1], re.MULTILINE)


@cache
def _words() -> re.Pattern[str]:
    known = terms(FILE.read_text("utf-8"))
    if strange := FORMS.keys() - known:
        raise ValueError(f"{FILE.name} does not explain {', '.join(sorted(strange))}")
    named = (f"(?P<t{n}>{form})" for n, form in enumerate(FORMS.values()))
    return re.compile(rf"(?<![\w-])(?:{'|'.join(named)})(?![\w-])", re.IGNORECASE)


def link(doctree: nodes.Element, docname: str) -> None:
    """Each term becomes a link where it first stands in a sentence of the page."""
    seen = {str(each["reftarget"]) for each in doctree.findall(pending_xref) if each["reftype"] == "term"}
    for piece in list(_sentences(doctree)):
        parts = list(_split(piece.astext(), seen, docname))
        if len(parts) > 1:
            piece.parent.replace(piece, parts)


def _sentences(doctree: nodes.Element) -> Iterator[nodes.Text]:
    for piece in doctree.findall(nodes.Text):
        above: nodes.Element | None = piece.parent
        inside = False
        while above is not None and not (isinstance(above, _APART) or _NO_PROSE & set(above.get("classes", ()))):
            inside = inside or isinstance(above, nodes.paragraph)
            above = above.parent
        if above is None and inside:
            yield piece


def _split(words: str, seen: set[str], docname: str) -> Iterator[nodes.Node]:
    last = 0
    for found in _words().finditer(words):
        term = list(FORMS)[int(str(found.lastgroup)[1:])]
        if term in seen:
            continue
        seen.add(term)
        yield nodes.Text(words[last : found.start()])
        named = {"refdomain": "std", "reftype": "term", "reftarget": term, "refexplicit": True, "refdoc": docname}
        yield pending_xref("", nodes.inline("", found[0], classes=["xref", "std", "std-term"]), refwarn=True, **named)
        last = found.end()
    yield nodes.Text(words[last:])


def _read(app: Sphinx, doctree: nodes.document) -> None:
    docname = app.env.docname
    if docname.startswith(PAGES):
        app.env.note_dependency(str(FILE))
        link(doctree, docname)


def setup(app: Sphinx) -> dict[str, Any]:
    """Pages are looked through when all their directives have run."""
    app.connect("doctree-read", _read)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
