"""The command ``symkl``: arguments in, reports and an exit code out. Each of its commands is a module of this package.

A module is loaded when its command is asked for, and no sooner. It has ``DESCRIPTION``, ``EPILOG``,
``add_arguments(parser)`` and ``run(options) -> int``.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from symkl.cli.parsing import Parser, gathered

VERSION = "0.2.0"

COMMANDS = {
    "check": "check derivations written in Markdown or LaTeX",
    "prove": "check one formula",
    "explain": "say what a law, a theorem or a slip is",
    "practise": "exercises, to be filled in and graded",
    "grade": "grade the worksheets of a class",
    "show": "show a derivation, step by step, with its verdicts",
    "export": "write what is proved as theorems for a second judge, the Rocq prover",
    "tilt": "the optimal policies of a table of your own, every digit certified",
    "audit": "what a training function computes, and what it estimates",
    "tokens": "check a policy over a vocabulary of tokens, every error against its bound",
    "lsp": "serve an editor, by the Language Server Protocol",
    "mcp": "serve tools to language models, by the Model Context Protocol",
    "agents-md": "write a page that tells assistants how to use symkl",
    "config": "show what the pyproject.toml of a project says",
    "completion": "write what a shell needs to complete commands and options",
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
    if sys.stderr is None:  # closed by whoever started us; what is printed there would go to standard output
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    options = parser(asked).complete(_gathered(asked, arguments))
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
        _leave_output()
        with contextlib.suppress(OSError):  # where that can be written no more than the output
            print(f"symkl: the output could not be written: {(error.strerror or str(error)).lower()}", file=sys.stderr)
        return _MISUSE


def _leave_output() -> None:
    """Where standard output takes nothing more, Python would complain once again while it closes it."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _gathered(asked: str, arguments: Sequence[str]) -> Sequence[str]:
    """The arguments, with what an option of several values takes in one piece, so that a file may follow it."""
    if asked not in COMMANDS:
        return arguments
    left_out = getattr(_module(asked), "LEFT_OUT", {})
    # A word that follows such an option is a file; its value stands behind a sign of equality.
    end = list(arguments).index("--") if "--" in arguments else len(arguments)
    before = [f"{each}={left_out[each]}" if each in left_out else each for each in arguments[:end]]
    arguments = [*before, *arguments[end:]]
    lists = getattr(_module(asked), "LISTS", {})
    for option, several in lists.items():
        arguments = gathered(arguments, option, several)
    return arguments


def _module(command: str) -> ModuleType:
    return import_module(f"symkl.cli.{command.replace('-', '_')}")


def parser(*asked: str) -> Parser:
    """The parser that knows the options of the commands ``asked``, and of the others what they are for."""
    top = Parser(prog="symkl", description="A proof checker for the mathematics of RLHF.")
    top.add_argument("-V", "--version", action="version", version=f"symkl {VERSION}")
    commands = top.add_subparsers(title="commands", dest="command", required=True, metavar="COMMAND")
    for name, purpose in COMMANDS.items():
        command = commands.add_parser(name, help=purpose)
        if name in asked:
            module = _module(name)
            command.description, command.epilog = module.DESCRIPTION, module.EPILOG
            command.set_defaults(run=module.run)
            module.add_arguments(command)
    return top
