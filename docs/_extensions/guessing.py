"""What one guesses on a derivation's page is compared by the checker in the page.

``symkl.sphinx`` hides the steps and what comes behind them; it leaves on the page what each step asks for. Here that is
handed to ``_static/checker/guessing.js``, with the side that is given rendered as the page's other formulas are.
"""

from __future__ import annotations

import json
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

FILES = ("checker/guessing.js", "checker/guessing.css")


def _hand_over(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """What the page asks, as an attribute of an empty element behind the steps."""
    if app.builder.format != "html":
        return
    from katex import rendered  # the module beside this one, which Sphinx alone finds

    for section in list(doctree.findall(nodes.section)):
        found = section.get("guesses")
        if not found or not any(each["asked"] for each in found["steps"]):
            continue
        steps = []
        for each in found["steps"]:
            open_row = f"{each['left']} {each['relation']} \\;?"
            steps.append(each | {"shown": rendered(open_row, False).get("html", "") if each["asked"] else ""})
        data = escape(json.dumps({"head": found["head"], "steps": steps}, ensure_ascii=False))
        section += nodes.raw("", f'<div class="guessing" hidden data-asks="{data}"></div>', format="html")


def _add_files(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    if doctree is not None and any(section.get("guesses") for section in doctree.findall(nodes.section)):
        app.add_js_file(FILES[0], type="module")
        app.add_css_file(FILES[1])


def setup(app: Sphinx) -> dict[str, Any]:
    """Hand over what pages ask."""
    app.connect("doctree-resolved", _hand_over)
    app.connect("html-page-context", _add_files)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
