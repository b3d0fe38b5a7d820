"""``symkl show``: one derivation as a page, or which there are."""

from __future__ import annotations

import difflib
import sys

from symkl.derivations.loading import Broken, find, load, names, title


def run(name: str | None, form: str, width: int) -> int:
    """Print a derivation, found by name or path; returns the exit code."""
    if name is None:
        return _list(width)
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

    shown = {
        "text": lambda: rendering.text(derivation, width),
        "latex": lambda: rendering.latex(derivation),
        "markdown": lambda: rendering.markdown(derivation),
        "json": lambda: rendering.json(derivation),
    }[form]()
    _print(shown)
    return 0 if derivation.report.verdict.value == "proved" and not derivation.report.disagreements else 1


def _list(width: int) -> int:
    found = names()
    if not found:
        return _complain("there are no derivations here; run this where the folder derivations/ is, or name a module")
    longest = max(map(len, found))
    for name in found:
        path = find(name)
        assert path is not None
        _print(f"{name:<{longest}}  {title(path)}"[:width])
    return 0


def _print(text: str) -> None:
    from symkl.reporting.text import spelled

    for line in text.splitlines():
        print(spelled(line, sys.stdout.encoding or "utf-8"))


def _complain(message: str) -> int:
    from symkl.reporting.text import spelled

    print(spelled(f"symkl: {message}", sys.stderr.encoding or "utf-8"), file=sys.stderr)
    return 2
