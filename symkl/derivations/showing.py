"""``symkl show``: one derivation as a page, or which there are."""

from __future__ import annotations

import difflib
import json
import re
import sys
from typing import TYPE_CHECKING

from symkl.derivations.loading import Broken, find, load, names, title

if TYPE_CHECKING:
    from symkl.derivations.derivation import Derivation


def run(name: str | None, form: str, width: int, *, quiet: bool = False, colour: bool = False) -> int:
    """Print a derivation, found by name or path; returns the exit code."""
    if name is None:
        return _list(form, width)
    path = find(name)
    if path is None:
        near = difflib.get_close_matches(name, names(), 3)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(names()) or 'none here'}"
        return _complain(f"{name}: no derivation is called that; {hint}")
    try:
        derivation = load(path)
    except Broken as broken:
        return _complain(f"{path}:{broken.line}: {broken.message}: {broken.found}; {broken.advice}")
    from symkl.derivations import rendering

    if quiet:
        return _code(derivation)
    shown = {
        "text": lambda: rendering.text(derivation, width),
        "latex": lambda: rendering.latex(derivation),
        "markdown": lambda: rendering.markdown(derivation),
        "json": lambda: rendering.json(derivation),
    }[form]()
    _print(shown, colour=colour and form == "text")
    return _code(derivation)


def _code(derivation: Derivation) -> int:
    return 0 if derivation.report.verdict.value == "proved" and not derivation.report.disagreements else 1


def _list(form: str, width: int) -> int:
    found = names()
    if not found:
        return _complain("there are no derivations here; run this where the folder derivations/ is, or name a module")
    if form == "json":
        listed = [{"name": name, "title": title(path)} for name in found if (path := find(name)) is not None]
        _print(json.dumps(listed, ensure_ascii=False, indent=2))
        return 0
    longest = max(map(len, found))
    for name in found:
        path = find(name)
        assert path is not None
        _print(f"{name:<{longest}}  {title(path)}"[:width])
    return 0


_MARKED = re.compile(r"(\s*\d+\. )(\S)(.*)")


def _print(text: str, *, colour: bool = False) -> None:
    from symkl.reporting.styled import Text, painted
    from symkl.reporting.terminal import STYLES
    from symkl.reporting.text import spelled
    from symkl.reporting.words import MARKS

    styles = {mark: STYLES[status] for status, mark in MARKS.items()}
    for line in text.splitlines():
        found = _MARKED.match(line)
        parts = found.groups() if found and found[2] in styles else ("", "", line)
        start, mark, rest = (spelled(part, sys.stdout.encoding or "utf-8") for part in parts)
        print(painted(Text(start).append(mark, styles.get(parts[1], "")).append(rest), colour=colour))


def _complain(message: str) -> int:
    from symkl.reporting.text import spelled

    print(spelled(f"symkl: {message}", sys.stderr.encoding or "utf-8"), file=sys.stderr)
    return 2
