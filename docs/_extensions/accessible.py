"""Small things that screen readers and keyboards need, and that theme and builder leave out.

The headings of the sidebar get their level, and code and tables that may scroll sideways can be reached by keyboard.
Whether a table has to scroll depends on the reader's screen and fonts, so none is left out.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx


def mended(page: str) -> str:
    """A page's HTML with what was missing.

    >>> mended('<p class="caption" role="heading">A</p><pre>x</pre>')
    '<p class="caption" role="heading" aria-level="2">A</p><pre tabindex="0">x</pre>'
    >>> mended('<div class="table-wrapper container symkl-table"><table>')
    '<div class="table-wrapper container symkl-table" tabindex="0"><table>'
    """
    page = re.sub(r'(<p class="caption" role="heading")>', r'\1 aria-level="2">', page)
    page = re.sub(r'(<div class="table-wrapper\b[^"]*")>', r'\1 tabindex="0">', page)
    return re.sub(r"<pre>", '<pre tabindex="0">', page)


def _mend(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        before = path.read_text("utf-8")
        if (after := mended(before)) != before:
            path.write_text(after, "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Mend pages when all are written, before their policies are."""
    app.connect("build-finished", _mend, priority=800)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
