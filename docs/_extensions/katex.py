"""Formulas rendered by KaTeX while the site is built, so that pages need no script to show them.

A formula that KaTeX cannot read is a warning at its place, and with ``-W`` ends the build. The style
sheet and the fonts come from the same package, ``docs/node_modules/katex`` (``npm ci`` puts it there).
"""

from __future__ import annotations

import atexit
import json
import os
import re
import shutil
import subprocess
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from opening import opened
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

from symkl.sphinx import MACROS

HERE = Path(__file__).parent
PACKAGE = HERE.parent / "node_modules" / "katex" / "dist"
OURS = {rf"\{name}": rf"\htmlClass{{symkl-{name}}}{{{body}}}" for name, body in MACROS.items()}
_INSIDE = re.compile(r"\\(?:mid|succ|prec)(?![A-Za-z])")
"""Relations that stand inside an argument, as in p(y | x): there a wide formula does not go on in the next line."""
_OPENING = re.compile(r"\s*(?:[<>]|:?=|\\(?:leq?|geq?|neq?|propto|equiv|approx|sim)(?![A-Za-z]))")
"""The relation with which a row goes on from the one before: it is no line of its own."""
logger = logging.getLogger(__name__)


@cache
def _server(_process: int) -> subprocess.Popen[str]:
    """The renderer of one process: Sphinx writes pages in several, and a pipe has one reader."""
    node = shutil.which("node")
    if node is None:
        raise ExtensionError("no 'node' was found, which renders the formulas: run `make docs`, which installs it")
    command = [node, str(HERE / "katex_server.mjs"), json.dumps(OURS)]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    atexit.register(server.kill)
    return server


@cache
def rendered(latex: str, display: bool) -> dict[str, str]:
    """``{"html"}`` of a formula, or ``{"error"}``."""
    server = _server(os.getpid())
    assert server.stdin is not None and server.stdout is not None
    held = _INSIDE.sub(r"\g<0>\\nobreak ", opened(latex) if display else latex)
    if opening := _OPENING.match(held):
        held = f"{opening[0]}\\nobreak {held[opening.end():]}"
    server.stdin.write(json.dumps({"latex": held, "display": display}) + "\n")
    server.stdin.flush()
    answer = server.stdout.readline()
    if not answer:
        raise ExtensionError("the formula renderer stopped: `npm ci` in docs/ restores docs/node_modules")
    found: dict[str, str] = json.loads(answer)
    return found


def _html(node: nodes.Element, display: bool) -> str:
    latex = node.astext()
    found = rendered(latex, display)
    if "error" in found:
        logger.warning("KaTeX: %s, in: %s", found["error"], latex, location=node, type="katex", subtype="formula")
        return f"<code>{escape(latex)}</code>"
    return found["html"]


def _inline(translator: HTML5Translator, node: nodes.Element) -> None:
    translator.body.append(_html(node, display=False))
    raise nodes.SkipNode


def _block(translator: HTML5Translator, node: nodes.Element) -> None:
    # A wide formula scrolls by itself, by keyboard as well; the page does not.
    start = translator.starttag(node, "div", "", CLASS="math", tabindex="0", role="group")
    translator.body.append(start.replace(">", ' aria-label="formula">', 1))
    translator.body.append(_html(node, display=True) + "</div>\n")
    raise nodes.SkipNode


def _check(app: Sphinx, doctree: nodes.document) -> None:
    """Complain while a page is read, so that the next build reads it again and complains again."""
    if app.builder.format == "html":
        for node in (*doctree.findall(nodes.math), *doctree.findall(nodes.math_block)):
            if "error" in rendered(node.astext(), isinstance(node, nodes.math_block)):
                app.env.note_reread()


def _copy_assets(app: Sphinx, exception: Exception | None) -> None:
    """The style sheet with woff2 alone, which every browser of today reads, and the fonts it names."""
    if exception is not None or app.builder.format != "html":
        return
    target = Path(app.outdir, "_static", "katex")
    (target / "fonts").mkdir(parents=True, exist_ok=True)
    style = (PACKAGE / "katex.min.css").read_text("utf-8")
    style = re.sub(r',url\([^)]*\.(?:woff|ttf)\) format\("[a-z]+"\)', "", style)
    (target / "katex.css").write_text(style, "utf-8")
    # For the page that sets formulas while they are typed; no other loads it.
    shutil.copy(PACKAGE / "katex.min.js", target / "katex.min.js")
    for font in sorted(set(re.findall(r"url\((fonts/[^)]+)\)", style))):
        shutil.copy(PACKAGE / font, target / font)


def _check_package(app: Sphinx) -> None:
    if app.builder.format == "html" and not PACKAGE.is_dir():
        raise ExtensionError("docs/node_modules/katex is not there: run `make docs`, or `npm ci` in docs/")


def _add_to_search(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    if page == "search":
        app.add_js_file("search.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, Any]:
    """Make this the renderer of formulas for HTML."""
    app.add_html_math_renderer("katex", inline_renderers=(_inline, None), block_renderers=(_block, None))
    app.config.html_math_renderer = "katex"
    app.add_css_file("katex/katex.css")
    app.connect("builder-inited", _check_package)
    app.connect("html-page-context", _add_to_search)
    app.connect("doctree-read", _check)
    app.connect("build-finished", _copy_assets)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
