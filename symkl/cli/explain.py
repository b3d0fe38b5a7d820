"""``symkl explain``: what a law, a theorem or a slip is."""

from __future__ import annotations

import argparse
import sys

from symkl.cli.options import add_colour, add_format, add_quiet, add_width, colour
from symkl.cli.outputs import encoding, write

DESCRIPTION = "Say what a law, a theorem or a slip is that a report names. Without a name: which there are."
EPILOG = "Exit code: 0 explained; 2 nothing is called that."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``symkl explain``."""
    parser.add_argument("name", nargs="*", metavar="NAME", help="as a report has it, for example: sign of log Z")
    add_format(parser, ("text", "json", "markdown"))
    add_quiet(parser, "what it is in a sentence, and no more")
    add_colour(parser)
    add_width(parser)


def run(options: argparse.Namespace) -> int:
    """Look it up, and print it."""
    import json

    from symkl.reporting.styled import columns
    from symkl.teaching.explaining import NotKnown, as_markdown, as_object, as_text, explained, names

    name = " ".join(options.name)
    if not name:
        if options.format == "json":
            write(json.dumps(names(), ensure_ascii=False, indent=2) + "\n")
        else:
            for kind, known in names().items():
                print(f"{kind}: " + ", ".join(known) + ".\n")
        return 0
    try:
        found = explained(name)
    except NotKnown as unknown:
        from symkl.reporting.text import spelled

        print(spelled(f"symkl: {unknown}", encoding(sys.stderr)), file=sys.stderr)
        return 2
    if options.format == "json":
        write(json.dumps(as_object(found), ensure_ascii=False, indent=2) + "\n")
    elif options.format == "markdown":
        write(as_markdown(found) + "\n")
    else:
        from symkl.reporting.styled import painted

        width = options.width or min(columns(colour=False), 100)
        text = as_text(found, width, encoding(sys.stdout), short=options.quiet)
        print(painted(text, colour=colour(options.color)))
    return 0
