"""The command ``symkl``: arguments in, reports and an exit code out. Each of its commands is a module of this package.

A module is loaded when its command is asked for, and no sooner. It has ``DESCRIPTION``, ``EPILOG``,
``add_arguments(parser)`` and ``run(options) -> int``.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Sequence
from importlib import import_module

VERSION = "0.1.0"

COMMANDS = {
    "check": "check derivations written in Markdown or LaTeX",
    "show": "show a derivation, step by step, with its verdicts",
    "export": "write what is proved as theorems for a second judge, the Rocq prover",
    "tilt": "the optimal policies of a table of your own, every digit certified",
    "audit": "what a training function computes, and what it estimates",
    "tokens": "check a policy over a vocabulary of tokens, every error against its bound",
}
"""Which there are, and what each is for."""

_MISUSE = 2
_INTERRUPTED = 130
_BROKEN_PIPE = 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    arguments = sys.argv[1:] if arguments is None else arguments
    # No option in front of the command takes a value, so the first argument that is none names it.
    asked = next((argument for argument in arguments if not argument.startswith("-")), "")
    options = parser(asked).parse_args(arguments)
    if sys.stdout is None:  # closed by whoever started us: symkl check x.md >&-
        print("symkl: standard output is closed, and there is nowhere to write to", file=sys.stderr)
        return _MISUSE
    try:
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:  # whoever read our output has enough
        _leave_output()
        return _BROKEN_PIPE
    except OSError as error:
        print(f"symkl: the output could not be written: {(error.strerror or str(error)).lower()}", file=sys.stderr)
        _leave_output()
        return _MISUSE


def _leave_output() -> None:
    """Where standard output takes nothing more, Python would complain once again while it closes it."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def parser(asked: str) -> argparse.ArgumentParser:
    """The parser that knows the options of the command ``asked``, and of the others what they are for."""
    top = argparse.ArgumentParser(
        prog="symkl",
        description="A proof checker for the mathematics of RLHF.",
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=f"symkl {VERSION}")
    commands = top.add_subparsers(title="commands", dest="command", required=True, metavar="COMMAND")
    for name, purpose in COMMANDS.items():
        command = commands.add_parser(name, help=purpose, allow_abbrev=False)
        if name == asked:
            module = import_module(f"symkl.cli.{name}")
            command.description, command.epilog = module.DESCRIPTION, module.EPILOG
            command.set_defaults(run=module.run)
            module.add_arguments(command)
    return top
