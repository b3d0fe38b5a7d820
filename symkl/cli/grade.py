"""``symkl grade``: the worksheets of a class, a line each."""

from __future__ import annotations

import argparse
import csv
import io
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from symkl.cli.options import add_format, add_quiet
from symkl.cli.outputs import encoding, write

if TYPE_CHECKING:
    from symkl.exercises.grading import Grade

DESCRIPTION = (
    "Grade every worksheet in a folder. Which exercise a file is of, its name says: dpo-3.md, dpo-3-ada.md, or any "
    "name in a folder called dpo-3."
)
EPILOG = "Exit code: 0 all are solved; 1 not all; 2 misuse: no such folder, or no worksheet in it."

HEADS = ("file", "exercise", "solved", "rows", "follow", "reached", "too_large", "why")
LARGEST = 1_000_000
"""Bytes of a worksheet."""
_MOST_NAMED = 5
_NAME = re.compile(r"(?<![a-z0-9])([a-z]+-\d+)(?!\d)")
_SOLVED, _NOT_SOLVED, _MISUSE = range(3)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``symkl grade``."""
    parser.add_argument("folder", metavar="FOLDER", help="where the files are; folders in it are searched, too")
    add_format(parser, ("text", "json", "csv"))
    add_quiet(parser, "show only what is not solved")


def run(options: argparse.Namespace) -> int:
    """Grade, and say it in the form that is asked for."""
    folder = Path(options.folder)
    if not folder.is_dir():
        return _complain(f"{folder}: no such folder")
    files = sorted(
        path for path in folder.rglob("*")
        if path.suffix.lower() == ".md" and path.is_file() and exercise_of(path, folder)
    )  # fmt: skip
    if not files:
        return _complain(f"{folder}: no file here is named after an exercise, as dpo-3.md or dpo-3-ada.md")
    rows = []
    _tell_of_others(folder, files)
    for path in files:
        found = graded(path, folder)
        name = path.relative_to(folder).as_posix()
        if isinstance(found, str):
            rows.append(dict.fromkeys(HEADS, "") | {
                "file": name, "exercise": exercise_of(path, folder), "solved": False, "rows": 0, "follow": 0,
                "reached": False, "too_large": 0, "why": [found],
            })  # fmt: skip
        else:
            rows.append(as_object(name, found))
    solved = sum(bool(row["solved"]) for row in rows)
    shown = [row for row in rows if not (options.quiet and row["solved"])]
    _show(shown, options.format)
    if options.format == "text":
        print(f"{solved} of {len(rows)} {'file is' if len(rows) == 1 else 'files are'} solved.")
    return _SOLVED if solved == len(rows) else _NOT_SOLVED


def _tell_of_others(folder: Path, files: list[Path]) -> None:
    """What else lies there and is not graded: perhaps a worksheet with another name."""
    taken = set(files)
    there = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    others = [path for path in there if path not in taken]
    if others:
        names = ", ".join(sorted(path.relative_to(folder).as_posix() for path in others)[:_MOST_NAMED])
        more = f" and {len(others) - _MOST_NAMED} more" if len(others) > _MOST_NAMED else ""
        are = "file is" if len(others) == 1 else "files are"
        _complain(f"{len(others)} other {are} not graded: {names}{more}; a worksheet is named like dpo-3-ada.md")


def _show(rows: list[dict[str, object]], form: str) -> None:
    if form == "json":
        write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
    elif form == "csv":
        out = io.StringIO()
        table = csv.writer(out, lineterminator="\n")
        table.writerow(HEADS)
        for row in rows:
            table.writerow([cell(row[head]) for head in HEADS])
        write(out.getvalue())
    else:
        for row in rows:
            mark = "✓" if row["solved"] else "✗"
            write(f"{mark} {row['file']}  {row['exercise']}  {row['follow']} of {row['rows']} rows follow\n")
            why = row["why"]
            assert isinstance(why, list)
            for each in why:
                write(f"    {each}\n")


def cell(value: object) -> str:
    """A value in a table. A spreadsheet runs what begins like a formula: such a text gets a quote in front.

    >>> cell(True), cell(["a", "b"]), cell("=1+1")
    ('yes', 'a; b', "'=1+1")
    """
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text


def exercise_of(path: Path, folder: Path | None = None) -> str:
    """Which exercise a file is of, by its name or that of its folder; nothing where neither says it."""
    from symkl.exercises.shelf import exercises

    within = path.relative_to(folder).parts if folder is not None else (path.parent.name, path.name)
    for part in (path.stem, *reversed(within[:-1])):
        for name in _NAME.findall(part.lower()):
            if name in exercises():
                return str(name)
    return ""


def graded(path: Path, folder: Path | None = None) -> Grade | str:
    """The grade of a file, or why there is none."""
    from symkl.exercises.grading import grade
    from symkl.exercises.shelf import exercises

    name = exercise_of(path, folder)
    if not name:
        return "no exercise is named by this file; keep its name in it, as in dpo-3-ada.md"
    try:
        if path.stat().st_size > LARGEST:  # before it is read: whoever handed it in chose its size
            return f"this file is larger than {LARGEST // 10**6} MB"
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        return (error.strerror or str(error)).lower()
    except UnicodeDecodeError:
        return "this file is not UTF-8 text; save it again as UTF-8"
    try:
        return grade(exercises()[name], text.replace("\r\n", "\n").replace("\r", "\n"), path.name)
    except Exception as error:  # one worksheet costs no other its grade
        return f"internal error ({type(error).__name__}): this is a bug in symkl, please report it with this file"


def as_object(file: str, found: Grade) -> dict[str, object]:
    """A grade as plain data."""
    return {
        "file": file, "exercise": found.exercise, "solved": found.solved, "rows": found.rows, "follow": found.follow,
        "reached": found.reached, "too_large": found.too_large, "why": list(found.why),
    }  # fmt: skip


def _complain(message: str) -> int:
    from symkl.reporting.text import spelled

    print(spelled(f"symkl: {message}", encoding(sys.stderr)), file=sys.stderr)
    return _MISUSE
