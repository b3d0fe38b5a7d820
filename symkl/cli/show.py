"""``symkl show``: a derivation as a page."""

from __future__ import annotations

import argparse
import shutil

from symkl.cli.options import add_colour, add_format, add_quiet, add_width, colour

DESCRIPTION = "Show a derivation as a page. Without a name: which there are."
EPILOG = "Exit code: 0 proved; 1 not; 2 no such derivation."

_WIDEST = 120  # a line longer than this is hard to read, however wide the terminal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``symkl show``."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="for example lagrangian, or the path of a module")
    add_format(parser, ("text", "json", "markdown", "latex"))
    add_quiet(parser, "show nothing: the exit code says whether it is proved")
    add_colour(parser)
    add_width(parser)


def run(options: argparse.Namespace) -> int:
    """Show it, and say by the exit code whether it is proved."""
    from symkl.derivations import showing

    width = options.width or min(shutil.get_terminal_size().columns, _WIDEST)
    return showing.run(options.name, options.format, width, quiet=options.quiet, colour=colour(options.color))
