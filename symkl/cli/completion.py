"""``symkl completion``: what a shell needs to complete commands, options and values."""

from __future__ import annotations

import argparse
import sys

from symkl.cli.outputs import write

DESCRIPTION = "Write what a shell needs to complete symkl's commands and options."
EPILOG = (
    "bash: symkl completion bash > ~/.local/share/bash-completion/completions/symkl. "
    "zsh: symkl completion zsh > a folder of $fpath, as _symkl. "
    "Exit code: 0 written; 2 misuse."
)
SHELLS = ("bash", "zsh", "tcsh")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``symkl completion``."""
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))


def run(options: argparse.Namespace) -> int:
    """Write it to standard output."""
    try:
        import shtab
    except ImportError:
        print("symkl: completion needs shtab: pip install 'symkl[completion]'", file=sys.stderr)
        return 2
    from symkl.cli import COMMANDS, parser

    write(shtab.complete(parser(*COMMANDS), options.shell) + "\n")
    return 0
