"""``symkl audit``: options in, audits and an exit code out."""

from __future__ import annotations

import argparse
import ast
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from symkl.auditing.report import Audit
from symkl.auditing.roles import Misuse
from symkl.checking.report import Overall

PROVED, NOT_PROVED, MISUSE, CONTRADICTION = range(4)
_WIDEST = 120


def pairs(texts: Iterable[str], option: str) -> dict[str, str]:
    """``NAME=VALUE`` texts. Raises: Misuse.

    >>> pairs(["kind=k3"], "--set")
    {'kind': 'k3'}
    """
    found = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise Misuse(f"{option} {text}: write NAME=VALUE")
        found[name.strip()] = value.strip()
    return found


def literal(text: str) -> Any:
    """A number, None, True, ... where it is one, else the text itself.

    >>> literal("0.2"), literal("k3")
    (0.2, 'k3')
    """
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


def run(options: argparse.Namespace, *, colour: bool) -> int:
    """Audit the function, and show what was found."""
    os.environ.setdefault("TORCHDYNAMO_DISABLE", "1")  # what a file compiles is looked at as it was written
    try:
        from symkl.auditing.auditing import audit

        bind = pairs(options.bind, "--bind")
        values = {name: literal(value) for name, value in pairs(options.set, "--set").items()}
        found = audit(
            options.function, bind=bind, set=values, samplers=tuple(options.sampler), expect=options.expect,
            output=options.output,
        )  # fmt: skip
    except Misuse as problem:
        return _misused(str(problem))
    except ImportError as problem:
        if problem.name != "torch":
            raise
        return _misused("the audit runs the function with torch, which is not installed: pip install 'symkl[torch]'")
    show([found], options, colour=colour)
    return exit_code([found])


def _misused(message: str) -> int:
    from symkl.reporting.text import spelled

    print(spelled(f"symkl: {message}", getattr(sys.stderr, "encoding", None) or "utf-8"), file=sys.stderr)
    return MISUSE


def show(audits: Sequence[Audit], options: argparse.Namespace, *, colour: bool) -> None:
    """Audits in the format that is asked for."""
    if options.format == "json":
        from symkl.auditing.json import dumps

        print(dumps(audits))
        return
    if options.format == "markdown":
        from symkl.auditing.rows import document

        print("\n".join(map(document, audits)))
        return
    from symkl.auditing.text import render_audit
    from symkl.reporting.styled import columns, painted
    from symkl.reporting.terminal import Look

    width = options.width or min(columns(colour=colour), _WIDEST)
    look = Look(width, getattr(sys.stdout, "encoding", None) or "utf-8")
    print("\n\n".join(painted(render_audit(each, look), colour=colour) for each in audits))


def exit_code(audits: Iterable[Audit]) -> int:
    """0 where everything that was expected is proved; 1 where it is not; 3 where symkl contradicts itself."""
    code = PROVED
    for each in audits:
        if each.report.disagreements:
            return CONTRADICTION
        if each.verdict is not Overall.PROVED:
            code = NOT_PROVED
    return code
