"""``symkl agents-md``: a short page that tells an assistant how to write a derivation that is proved."""

from __future__ import annotations

import argparse

from symkl.cli.outputs import write

DESCRIPTION = "Write a short page for assistants: how to write a derivation that symkl proves."
EPILOG = "For example: symkl agents-md >> AGENTS.md. Exit code: 0."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """It has none."""


def run(options: argparse.Namespace) -> int:
    """Write it to standard output."""
    from symkl.teaching.assistants import page

    write(page())
    return 0
