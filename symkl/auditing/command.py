"""``symkl audit``: options in, audits and an exit code out."""

from __future__ import annotations

import argparse
import ast
import os
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from symkl.auditing.configuring import Wanted, configured, ranged
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
    """Audit the function, or those of a project, and show what was found.

    What is wrong with one table of a project is said, and the other audits are made.
    """
    os.environ.setdefault("TORCHDYNAMO_DISABLE", "1")  # what a file compiles is looked at as it was written
    try:
        from symkl.auditing.auditing import audit

        import_module("symkl.auditing.tensors")  # without torch, that is what is said
        wanted = _wanted(options)
    except Misuse as problem:
        return _misused(str(problem))
    except ImportError as problem:
        if problem.name != "torch":
            raise
        return _misused(
            "the audit runs the function with torch, which is not installed: pip install 'symkl[torch]', or in a copy "
            "of the repository pip install '.[torch]'"
        )
    found, misused = [], 0
    for each in wanted:
        try:
            answer = audit(
                each.function, bind=each.bind, set=each.set, samplers=each.sampler, expect=each.expect,
                output=each.output,
            )  # fmt: skip
        except Misuse as problem:
            misused = _misused(f"{each.table}{problem}")
        else:
            found.append(answer)
    if found or not misused:
        show(found, options, colour=colour)
    return max(misused, exit_code(found))


def _wanted(options: argparse.Namespace) -> list[Wanted]:
    """The audit that the options ask for; where they name no function, those of the project."""
    if options.function is None:
        return configured(Path(options.config))
    values = {name: literal(value) for name, value in pairs(options.set, "--set").items()}
    bind = ranged(pairs(options.bind, "--bind"), pairs(options.range, "--range"))
    samplers = tuple(options.sampler or ["policy"])
    return [Wanted(options.function, bind, values, samplers, tuple(options.expect), options.output)]


def _misused(message: str) -> int:
    from symkl.reporting.text import spelled

    print(spelled(f"symkl: {message}", getattr(sys.stderr, "encoding", None) or "utf-8"), file=sys.stderr)
    return MISUSE


def show(audits: Sequence[Audit], options: argparse.Namespace, *, colour: bool) -> None:
    """Audits in the format that is asked for."""
    if options.format == "json":
        from symkl.auditing.json import dumps

        _written(dumps(audits))
        return
    if options.format == "markdown":
        from symkl.auditing.rows import document

        _written("\n".join(map(document, audits)))
        return
    if options.format in ("github", "sarif"):
        from symkl.auditing.annotations import github, sarif

        _written(github(audits) if options.format == "github" else sarif(audits))
        return
    from symkl.auditing.text import render_audit
    from symkl.reporting.styled import columns, painted
    from symkl.reporting.terminal import Look

    width = options.width or min(columns(colour=colour), _WIDEST)
    look = Look(width, getattr(sys.stdout, "encoding", None) or "utf-8")
    shown = [each for each in audits if not options.quiet or exit_code([each]) != PROVED]
    if shown:
        print("\n\n".join(painted(render_audit(each, look), colour=colour) for each in shown))


def _written(text: str) -> None:
    """A text for other programs: in UTF-8 whatever the terminal's encoding, as ``symkl check`` writes it."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:  # what stands for the standard output holds text
        print(text)
        return
    sys.stdout.flush()
    buffer.write(f"{text}\n".encode("utf-8", "backslashreplace"))
    buffer.flush()


def exit_code(audits: Iterable[Audit]) -> int:
    """0 where everything that was expected is proved; 1 where it is not; 3 where symkl contradicts itself."""
    code = PROVED
    for each in audits:
        if each.report.disagreements:
            return CONTRADICTION
        if each.verdict is not Overall.PROVED:
            code = NOT_PROVED
    return code
