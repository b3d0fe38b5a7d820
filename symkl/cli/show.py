"""``symkl show``: a derivation as a page."""

from __future__ import annotations

import argparse
import shutil

from symkl.cli.options import add_width

DESCRIPTION = "Show a derivation as a page. Without a name: which there are."
EPILOG = "Exit code: 0 proved; 1 not; 2 no such derivation."

_WIDEST = 120  # a line longer than this is hard to read, however wide the terminal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``symkl show``."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="for example lagrangian, or the path of a module")
    parser.add_argument("--format", choices=("text", "latex", "markdown", "json"), default="text", help="default: text")
    add_width(parser)


def run(options: argparse.Namespace) -> int:
    """Show it, and say by the exit code whether it is proved."""
    from symkl.derivations import showing

    return showing.run(options.name, options.format, options.width or min(shutil.get_terminal_size().columns, _WIDEST))
