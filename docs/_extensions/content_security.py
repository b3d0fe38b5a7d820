"""A strict Content-Security-Policy in every page: nothing but the site's own files is loaded or run.

The theme writes a few inline styles in the head, and one inline script that opens the body; the policy
names these by their hashes. Whatever else stands in a page, wherever it came from, is refused. Style
attributes are allowed: KaTeX places the parts of a formula with them.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

MARK = '<meta http-equiv="Content-Security-Policy"'
_SCRIPT = re.compile(r"<body[^>]*>\s*<script>(.*?)</script>", re.DOTALL)
_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)


def policy(page: str) -> str:
    """The policy for a page's HTML, with the hashes of what the theme wrote.

    >>> "sha256" in policy("<head></head><body><article><script>alert(1)</script></article></body>")
    False
    """
    head = page.partition("</head>")[0]
    script = " ".join(_hash(body) for body in _SCRIPT.findall(page)[:1])
    style = " ".join(sorted({_hash(body) for body in _STYLE.findall(head)}))
    rules = {
        "default-src": "'none'",
        "script-src": f"'self' {script}",
        "style-src-elem": f"'self' {style}",
        "style-src-attr": "'unsafe-inline'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
    }
    return "; ".join(f"{name} {value}".strip() for name, value in rules.items())


def _hash(body: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()}'"


def _write(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        page = path.read_text("utf-8")
        if MARK not in page:
            path.write_text(page.replace("<head>", f'<head>{MARK} content="{policy(page)}">', 1), "utf-8")


def setup(app: Sphinx) -> dict[str, Any]:
    """Write the policy when all pages are there."""
    app.connect("build-finished", _write, priority=900)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
