"""``symkl practise``: exercises, to be filled in and graded."""

from __future__ import annotations

import argparse
import json
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from symkl.cli.options import add_format, add_quiet, whole
from symkl.cli.outputs import encoding, write
from symkl.cli.parsing import meant

if TYPE_CHECKING:
    from symkl.exercises.exercise import Exercise

DESCRIPTION = (
    "List the exercises, or write one to a file. Write your rows into it; then symkl practise FILE --grade, or "
    "symkl check FILE, says how far you are."
)
EPILOG = "Exit code: 0 done, or solved; 1 not solved yet; 2 misuse: no such exercise, or the file is there already."

_SOLVED, _NOT_SOLVED, _MISUSE = range(3)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``symkl practise``."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="for example dpo-3; without it, which there are")
    parser.add_argument("--random", action="store_true", help="choose one by chance")
    parser.add_argument("--hint", type=whole(1, 3), metavar="N", help="show hint N, from 1, light, to 3, heavy")
    parser.add_argument("--solution", action="store_true", help="show a model solution")
    parser.add_argument("--grade", action="store_true", help="NAME is a file that you have filled in: grade it")
    parser.add_argument("-o", "--output", metavar="FILE", help="where to write it (default: NAME.md, here)")
    add_format(parser, ("text", "json"))
    add_quiet(parser, "the exit code, or the name of the file, and no more")


def run(options: argparse.Namespace) -> int:
    """List, write, hint or grade."""
    from symkl.exercises.shelf import exercises

    known = exercises()
    if not known:
        return _complain("no exercises came with this installation")
    if options.grade:
        return _grade(options)
    if options.random:
        if options.name is not None:
            return _complain("--random chooses by itself; leave the name out")
        new = [name for name in known if not Path(f"{name}.md").exists()]
        if not new:
            return _complain("every exercise has its file here already; symkl practise --grade FILE grades one")
        options.name = random.choice(new)
    if options.name is None:
        return _list(options.format)
    found = known.get(options.name)
    if found is None:
        advice = meant(options.name, known) or "symkl practise lists them"
        return _complain(f"no exercise is called {options.name[:60]!r}; {advice}")
    if options.hint is not None:
        print(found.hints[options.hint - 1])
        return _SOLVED
    if options.solution:
        write(found.solved)
        return _SOLVED
    return _write(found, options)


def _list(form: str) -> int:
    from symkl.exercises.shelf import LADDERS, exercises

    known = exercises().values()
    if form == "json":
        listed = [
            {"name": each.name, "ladder": LADDERS.get(each.ladder, each.ladder), "title": each.title} for each in known
        ]
        write(json.dumps(listed, ensure_ascii=False, indent=2) + "\n")
        return _SOLVED
    longest = max(len(each.name) for each in known)
    ladder = ""
    for each in known:
        if each.ladder != ladder:
            print(("\n" if ladder else "") + LADDERS.get(each.ladder, each.ladder))
            ladder = each.ladder
        write(f"  {each.name:<{longest}}  {each.title}\n")
    print("\nTo begin with one: symkl practise NAME")
    return _SOLVED


def _write(found: Exercise, options: argparse.Namespace) -> int:
    path = Path(options.output or f"{found.name}.md")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(found.worksheet)
    except FileExistsError:
        return _complain(f"{path} is there already, and is left as it is; -o FILE writes to another")
    except OSError as error:
        return _complain(f"{path}: {(error.strerror or str(error)).lower()}")
    if options.quiet:
        print(path)
    elif options.format == "json":
        write(json.dumps({"name": found.name, "file": str(path)}, ensure_ascii=False) + "\n")
    else:
        write(f"{path}: {found.title}\n")
        print(f"Write your rows below {'## Proof'!r}. To grade it: symkl practise --grade {path}")
        print(f"A hint: symkl practise {found.name} --hint 1")
    return _SOLVED


def _grade(options: argparse.Namespace) -> int:
    from symkl.cli.grade import as_object, graded

    if options.name is None:
        return _complain("--grade needs the file that you have filled in")
    found = graded(Path(options.name))
    if isinstance(found, str):
        return _complain(f"{options.name}: {found}")
    if options.format == "json":
        write(json.dumps(as_object(options.name, found), ensure_ascii=False, indent=2) + "\n")
    elif not options.quiet:
        if found.solved:
            print(f"✓ {found.exercise} is solved: {found.rows} rows, each follows.")
        else:
            print(f"{found.exercise} is not solved yet; {found.follow} of {found.rows} rows follow.")
            for each in found.why:
                write(f"  - {each}\n")
            print(f"What symkl says of each row: symkl check {options.name}")
    return _SOLVED if found.solved else _NOT_SOLVED


def _complain(message: str) -> int:
    from symkl.reporting.text import spelled

    print(spelled(f"symkl: {message}", encoding(sys.stderr)), file=sys.stderr)
    return _MISUSE
