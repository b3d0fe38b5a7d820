"""``symkl config``: what a project's ``pyproject.toml`` says, and what holds where it says nothing."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from symkl.cli.options import add_colour, add_format, add_quiet, add_width
from symkl.cli.outputs import encoding, write
from symkl.project import BadProject, Project, project

DESCRIPTION = "Show what holds of the documents here: the table [tool.symkl] of the pyproject.toml here or above."
EPILOG = "Exit code: 0 shown; 2 the table is wrong."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``symkl config``."""
    parser.add_argument("--config", metavar="FILE", help="this file's table, and no other's")
    add_format(parser, ("text", "json"))
    add_quiet(parser, "show nothing: the exit code says whether the table is right")
    add_colour(parser)
    add_width(parser)


def run(options: argparse.Namespace) -> int:
    """Find the table, and show it."""
    import json

    from symkl.reporting.text import spelled

    try:
        found = project(Path.cwd(), Path(options.config) if options.config else None)
    except BadProject as bad:
        print(spelled(f"symkl: {bad}", encoding(sys.stderr)), file=sys.stderr)
        return 2
    if options.quiet:
        return 0
    if options.format == "json":
        write(json.dumps(_values(found) | {"file": str(found.path or "")}, ensure_ascii=False, indent=2) + "\n")
        return 0
    where = f"# {found.path}" if found.path else "# no pyproject.toml here or above has a table [tool.symkl]"
    lines = [where, "[tool.symkl]", *(f"{key} = {_toml(value)}" for key, value in _values(found).items())]
    print("\n".join(spelled(line, encoding(sys.stdout)) for line in lines))
    return 0


def _values(of: Project) -> dict[str, object]:
    return {
        "context": list(of.context), "claims": dict(of.claims), "exclude": list(of.exclude), "budget": of.budget,
        "select": list(of.select), "ignore": list(of.ignore), "baseline": of.baseline,
    }  # fmt: skip


def _toml(value: object) -> str:
    """A value as TOML writes it: JSON's texts and lists are TOML's, too."""
    import json

    if isinstance(value, dict):
        inside = ", ".join(f"{json.dumps(k, ensure_ascii=False)} = {_toml(v)}" for k, v in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    return json.dumps(value, ensure_ascii=False)
