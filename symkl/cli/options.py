"""What several commands ask for in the same words: numbers, colour, width."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, overload

MOST = 999_999_999


class Misuse(Exception):
    """What cannot be done, and what to do instead."""


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


def add_format(
    parser: argparse.ArgumentParser,
    formats: Sequence[str],
    old: Mapping[str, str] = MappingProxyType({}),
    told: str = "",
) -> None:
    """The option ``--format``, the first of which is the default; ``old``: spellings that were, with what is meant."""

    class Format(argparse.Action):
        def __call__(self, parser: object, namespace: argparse.Namespace, value: Any, option: object = None) -> None:
            if value in old:
                outdated(f"--format {value}", f"--format {old[value]}")
            namespace.format = old.get(value, value)

    parser.add_argument(
        "--format", action=Format, default=formats[0], choices=_Choices(formats, old), metavar="FORMAT",
        help=f"{', '.join(formats)} (default: {formats[0]})" + (f"; {told}" if told else ""),
    )  # fmt: skip


class _Choices(Sequence[str]):
    """What is offered; what was once offered is taken, too."""

    def __init__(self, offered: Sequence[str], old: Mapping[str, str]) -> None:
        self.offered, self.old = offered, old

    def __contains__(self, value: object) -> bool:
        return value in self.offered or value in self.old

    def __len__(self) -> int:
        return len(self.offered)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return self.offered[index]


def outdated(old: str, new: str) -> None:
    """A note to whoever writes what will not be understood for ever."""
    print(f"symkl: note: {old} is now written {new}; the old spelling works until version 0.3", file=sys.stderr)


def add_quiet(parser: argparse.ArgumentParser, told: str) -> None:
    """The option ``--quiet``."""
    parser.add_argument("-q", "--quiet", action="store_true", help=told)


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
