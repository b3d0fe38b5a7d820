"""A parser that says what was meant: of a command, an option or a value with a letter wrong it names the right one."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple, NoReturn


def meant(word: str, known: Iterable[str]) -> str:
    """What was probably meant, as a question; nothing where nothing is near.

    >>> meant("chek", ["check", "show"])
    'did you mean check?'
    """
    names = {name.lower(): name for name in known}
    near = get_close_matches(word.lower(), names, 1, 0.75)
    return f"did you mean {names[near[0]]}?" if near else ""


class Parser(argparse.ArgumentParser):
    """argparse's own, with errors that end in what to do."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        options.setdefault("allow_abbrev", False)
        super().__init__(*arguments, **options)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and where help is; exit with 2."""
        from symkl.reporting.text import spelled

        said = spelled(message, getattr(sys.stderr, "encoding", None) or "utf-8")
        self.exit(2, f"{self.prog}: {said}\nusage: {self.prog} --help tells all of it\n")

    def complete(self, arguments: Sequence[str]) -> argparse.Namespace:
        """The options, where nothing is left over; else the error of the command that was asked for."""
        options, left = self.parse_known_args(arguments)
        if left:
            command = commands_of(self).get(getattr(options, "command", ""), self)
            many = next((each.dest for each in command._actions if not each.option_strings and each.nargs == "+"), None)
            if many is None or any(word.startswith("-") and word != "-" for word in left):
                command.error(_unknown(next((w for w in left if w.startswith("-") and w != "-"), left[0]), command))
            getattr(options, many).extend(left)  # files that stand behind an option, which argparse leaves over
        return options

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        if isinstance(action, argparse._SubParsersAction):
            raise argparse.ArgumentError(None, no_command(str(value), action.choices))
        known = list(map(str, action.choices))
        advice = meant(str(value), known) or f"write one of {', '.join(known)}"
        raise argparse.ArgumentError(action, f"{str(value)[:60]!r} is not known; {advice}")


def no_command(word: str, known: Iterable[str]) -> str:
    """What to say of a word that stands where a command should."""
    if near := meant(word, known):
        return f"no command is called {word[:60]!r}; {near}"
    if os.path.exists(word):
        return f"{word!r} is a file and no command; to check it: symkl check {word}"
    return f"no command is called {word[:60]!r}; there are {', '.join(known)}"


def _unknown(word: str, command: argparse.ArgumentParser) -> str:
    if not word.startswith("-") or word == "-":
        return f"{word[:60]!r} is one argument too many"
    name, _, _ = word.partition("=")
    options = [option for each in command._actions for option in each.option_strings if option.startswith("--")]
    return f"no option is called {name[:60]!r}" + (f"; {near}" if (near := meant(name, options)) else "")


def commands_of(parser: argparse.ArgumentParser) -> Mapping[str, Parser]:
    """The commands of a parser by their names."""
    found = (each.choices for each in parser._actions if isinstance(each, argparse._SubParsersAction))
    return next(found, {})


class Several(NamedTuple):
    """How the values of an option are told that takes several: which words are one, and what stands between two."""

    belongs: Callable[[str], bool]
    between: str = ""


def gathered(arguments: Sequence[str], option: str, several: Several) -> list[str]:
    """The arguments, with the option before each of its values: a file that follows them is none of them.

    >>> gathered(["--beta", "0.1,1", "2", "mine.csv"], "--beta", Several(str.isdecimal, ","))
    ['--beta=0.1', '--beta=1', '--beta=2', 'mine.csv']
    """
    out: list[str] = []
    rest = list(arguments)
    while rest:
        each = rest.pop(0)
        if each == "--":
            return [*out, each, *rest]
        values: list[str] = []
        if each.startswith(f"{option}="):
            values.append(each.partition("=")[2])
        elif each == option and rest and not _is_option(rest[0]):
            values.append(rest.pop(0))
        else:
            out.append(each)
            continue
        while rest and not _is_option(rest[0]) and several.belongs(rest[0]):
            values.append(rest.pop(0))
        parts = [part for value in values for part in (value.split(several.between) if several.between else [value])]
        out += [f"{option}={part.strip()}" for part in parts]
    return out


def _is_option(word: str) -> bool:
    return (word.startswith("-") and word[1:2].isalpha()) or word.startswith("--")
