"""How Sphinx builds the site: `make docs`. Everything a page needs at view time is in the site itself."""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE / "_extensions"))

project = "symkl"
author = "The symkl maintainers"
project_copyright = "The symkl maintainers, Apache 2.0"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinxcontrib.programoutput",
    "symkl.sphinx",
    "katex",
    "explorer",
    "training",
    "bundle",
    "checker",
    "exercises",
    "guessing",
    "errata",
    "gpu_check",
    "peers",
    "second_judge",
    "library_audits",
    "notation",
    "glossary",
    "accessible",
    "content_security",
    "weights",
]
exclude_patterns = ["_build", "proofs", "data", "node_modules", "exercises", "_extensions", "_static", "_wasm"]
nitpicky = True
# Names of other projects in signatures: to look them up would need the network. And what no page shows.
nitpick_ignore_regex = [
    ("py:class", r"(?!symkl\.).*"),
    ("py:class", r"symkl\.reading\..*|symkl\.kernel\.polynomials\.T"),
    ("py:func", "objective"),
]

myst_enable_extensions = ["colon_fence", "deflist", "dollarmath", "attrs_inline"]
myst_heading_anchors = 3
# `#` in a formula's display and `|` in conditional probabilities are plain text here.
myst_dmath_double_inline = True

html_theme = "furo"
html_title = "symkl"
html_static_path = ["_static"]
html_css_files = ["page.css"]
html_search_scorer = str(HERE / "_static" / "scorer.js")
html_favicon = "_static/favicon.svg"
html_copy_source = False
html_show_sourcelink = False
html_theme_options = {
    "footer_icons": [],
}


def _pages_that_run_commands(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Where what commands read has changed, the pages that show what they print are read again."""
    root = HERE.parent
    files = [*HERE.glob("proofs/*"), *HERE.glob("data/*"), *root.glob("derivations/*.py")]
    now = sha256(b"".join(path.read_bytes() for path in sorted(files) if path.is_file())).hexdigest()
    before, env.symkl_read_by_commands = getattr(env, "symkl_read_by_commands", None), now
    if now == before:
        return []
    return [name for name in env.found_docs if "{program-output}" in Path(env.doc2path(name)).read_text("utf-8")]


def setup(app: Sphinx) -> None:
    """What a command printed is kept from build to build; what it read, or symkl itself, may have changed since."""
    app.connect("env-get-outdated", _pages_that_run_commands)
    app.connect("env-before-read-docs", lambda app, env, docnames: env.programoutput_cache.clear())
