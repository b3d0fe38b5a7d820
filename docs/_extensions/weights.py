"""What the build took and what a page weighs: printed at its end.

A page's weight is the page with every style, script, picture and font that it can load: nothing is
counted as cached, and all fonts of a style sheet count, whether the page uses them or not.
"""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)
LARGEST = 1.5e6
"""Bytes; a page above it is a warning."""
_LOADED = re.compile(
    r'<(?:script|img)[^>]*\ssrc="([^"]+)"|<link(?=[^>]*\brel="(?:stylesheet|preload|icon)")[^>]*\shref="([^"]+)"'
)


def weight(page: Path) -> int:
    """The bytes of an HTML page with all that it loads.

    Requires: the files that it names lie beside it, as in a built site.
    """
    pending = [page]
    seen: set[Path] = set()
    while pending:
        path = pending.pop().resolve()
        if path in seen or not path.is_file():
            continue
        seen.add(path)
        pending += [path.parent / name for name in _named(path)]
    return sum(path.stat().st_size for path in seen)


def _named(path: Path) -> list[str]:
    match path.suffix:
        case ".html":
            found = [a or b for a, b in _LOADED.findall(path.read_text("utf-8"))]
        case ".css":
            found = re.findall(r"url\(['\"]?([^'\")]+)", path.read_text("utf-8"))
        case ".js":
            found = re.findall(r"""\bfrom\s+["'](\.[^"']+)["']""", path.read_text("utf-8"))
        case _:
            found = []
    return [re.split(r"[?#]", name)[0] for name in found if not name.startswith("data:")]


def _begin(app: Sphinx) -> None:
    app.symkl_began = time.perf_counter()  # type: ignore[attr-defined]


def _report(app: Sphinx, exception: Exception | None) -> None:
    if exception is not None or app.builder.name != "html":
        return
    seconds = time.perf_counter() - app.symkl_began  # type: ignore[attr-defined]
    pages = sorted(Path(app.outdir).rglob("*.html"))
    weights = sorted((weight(page), page.relative_to(app.outdir).as_posix()) for page in pages)
    total = sum(path.stat().st_size for path in Path(app.outdir).rglob("*") if path.is_file())
    heaviest, name = weights[-1]
    # Not a message of Sphinx's, which a quiet build keeps to itself.
    print(
        f"== built in {seconds:.1f} s: {len(pages)} pages, {total / 1e6:.1f} MB in all; "
        f"the heaviest is {name}, {heaviest / 1e6:.2f} MB with all fonts, styles and scripts"
    )
    if heaviest > LARGEST:
        message = "%s weighs %.2f MB, more than %.1f"
        logger.warning(message, name, heaviest / 1e6, LARGEST / 1e6, type="symkl", subtype="weight")


def setup(app: Sphinx) -> dict[str, Any]:
    """Measure from the builder's start to its end."""
    app.connect("builder-inited", _begin)
    app.connect("build-finished", _report, priority=950)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
