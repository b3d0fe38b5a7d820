"""What several commands ask for in the same words: numbers, colour, width."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable

MOST = 999_999_999


def whole(least: int, most: int = MOST) -> Callable[[str], int]:
    """Reads a whole number of that range.

    >>> whole(1)("60000")
    60000
    >>> whole(1, 9)("10")
    Traceback (most recent call last):
    argparse.ArgumentTypeError: '10' is not a whole number from 1 to 9
    """

    def read(text: str) -> int:
        number = int(text) if text.isascii() and text.isdigit() and len(text) <= len(str(most)) else -1
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"{text[:60]!r} is not a whole number from {least} to {most}")
        return number

    return read


def add_colour(parser: argparse.ArgumentParser) -> None:
    """The option ``--colour``, however it is spelled."""
    parser.add_argument(
        "--color", "--colour", choices=("auto", "always", "never"), default="auto",
        help="default: auto, which is off where output is no terminal or NO_COLOR is set",
    )  # fmt: skip


def add_width(parser: argparse.ArgumentParser) -> None:
    """The option ``--width``."""
    parser.add_argument(
        "--width", type=whole(20, 9999), metavar="N", help="columns to fill (default: those of the terminal)"
    )


def colour(choice: str) -> bool:
    """Whether to paint, as ``--colour`` says or, where it leaves it open, as who looks can see."""
    if choice != "auto":
        return choice == "always"
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty()
