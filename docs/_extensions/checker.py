"""``{checker}``: a text area whose proof is checked in the page, and "try it" under every proof that the site shows.

The scripts are in ``_static/checker/``; what they run is gathered by ``bundle.py``. The directive's content names the
examples, a file a line; the first is the one that the page opens with.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from symkl.reporting import words

PAGE = "check"
"""The page with the checker, which "try it" leads to."""
LONGEST = 30_000
"""Characters of a link; link.js has the same limit."""
TEMPLATE = Path(__file__).with_suffix(".html")
FILES = {"js": "checker/checker.js", "css": "checker/checker.css"}


class checker(nodes.General, nodes.Element):
    """The checker; its child is what is read where nothing can run."""


class CheckerDirective(SphinxDirective):
    """``{checker}`` with the paths of its examples."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """The checker with the examples' texts."""
        self.env.note_dependency(str(TEMPLATE))
        examples = []
        for name in filter(None, (line.strip() for line in self.content)):
            relative, path = self.env.relfn2path(name)
            self.env.note_dependency(relative)
            text = Path(path).read_text("utf-8")
            examples.append({"name": Path(path).name, "title": title(text), "text": text})
        if not examples:
            raise self.error("the checker opens with an example: name one, relative to this page")
        instead = nodes.paragraph("", "On the command line, symkl check FILE does the same.")
        return [checker("", instead, examples=examples, exercises={})]


def title(text: str) -> str:
    """The first heading of a document.

    >>> title("<!-- symkl: claim gibbs -->\\n# Gibbs\\n")
    'Gibbs'
    """
    return next(line.removeprefix("# ") for line in text.splitlines() if line.startswith("# "))


def link(text: str, name: str = "proof.md") -> str:
    """What stands behind the page's address to open it with a text, as link.js reads it.

    >>> link("$$ a = b $$")
    '#proof:text=%24%24+a+%3D+b+%24%24'
    """
    return "#proof:" + urlencode({**({} if name == "proof.md" else {"file": name}), "text": text})


def known(app: Sphinx, page: str) -> dict[str, Any]:
    """What names in a report are shown with on a page: marks, scopes, and where laws, slips and theorems stand."""
    places: dict[str, dict[str, str]] = {}
    for (kind, name), place in app.env.domains["symkl"].places.items():
        address = f"{app.builder.get_relative_uri(page, place.docname)}#{place.anchor}"
        places.setdefault(kind, {})[name] = address
    return {
        "marks": {status.value: mark for status, mark in words.MARKS.items()},
        "overall": {overall.value: mark for overall, mark in words.OVERALL_MARKS.items()},
        "scopes": words.SCOPES,
        "places": {kind: places.get(kind, {}) for kind in ("law", "slip", "theorem")},
    }


def _try_it(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Under each proof of a page a link that opens the checker with its text."""
    if app.builder.format != "html" or PAGE not in app.env.found_docs:
        return
    for shown in doctree.findall(nodes.Element):
        text = shown.get("written")
        if text is None or len(address := link(text, shown["file"])) > LONGEST:
            continue
        words_ = nodes.reference(
            "", "Try it: open this proof in the checker",
            refuri=app.builder.get_relative_uri(docname, PAGE) + address, internal=True,
        )  # fmt: skip
        shown += nodes.paragraph("", "", words_, classes=["checker-try"])


_TEMPLATE = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(
    TEMPLATE.read_text("utf-8")
)


def _visit_html(translator: Any, node: checker) -> None:
    data = {
        "known": known(translator.builder.app, translator.builder.current_docname),
        "examples": node["examples"],
        "exercises": node["exercises"],
    }
    translator.body.append(
        _TEMPLATE.render({name: json.dumps(each, ensure_ascii=False) for name, each in data.items()})
    )
    raise nodes.SkipNode


def _pass(translator: Any, node: checker) -> None:
    """The child speaks for itself."""


def _add_files(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    if page == app.config.root_doc:  # whose proof one judges oneself, first
        app.add_css_file("guess.css")
        app.add_js_file("guess.js", type="module")
    if doctree is not None and any(True for _ in doctree.findall(checker)):
        app.add_css_file(FILES["css"])
        app.add_js_file(FILES["js"], type="module")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directive, its node for every builder, its files, and the links to it."""
    ignored = (_pass, _pass)
    app.add_node(
        checker, html=(_visit_html, _pass), latex=ignored, text=ignored, man=ignored, texinfo=ignored,
        override=False,
    )  # fmt: skip
    app.add_directive("checker", CheckerDirective)
    app.connect("doctree-resolved", _try_it)
    app.connect("html-page-context", _add_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
