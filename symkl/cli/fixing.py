"""``symkl check --fix``: the suggested edits made in the files, after their diff was shown."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from symkl.cli.options import Misuse, colour
from symkl.cli.outputs import encoding
from symkl.reporting.styled import Text, painted
from symkl.reporting.text import spelled

if TYPE_CHECKING:
    from symkl.batch import Job
    from symkl.checking.report import Report

_ELSEWHERE = (
    "what is suggested is for files that it puts in, or for a notebook that is not laid out as Jupyter writes it; "
    "edit it there"
)
_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def mend(job: Job, report: Report, options: argparse.Namespace) -> Report:
    """Make the edits that hold in a document, show them, and report on what came of it; of others, the same report.

    Raises: Misuse.
    """
    from symkl.batch import checked, text_of
    from symkl.checking.fixing import mended, mends

    if job.path.endswith(".py") or not any(row.suggestions for row in report.lines):
        return report
    written = Path(job.path).read_bytes()
    before = text_of(written)
    if before is None:
        return report
    after = mended(before, report, lambda text: checked(text, job))
    if not after.mends:
        why = "no edit can be made that is sure to help" if mends(before, report) else _ELSEWHERE
        print(f"symkl: {job.path}: {why}", file=sys.stderr)
        return report
    stream = sys.stdout if options.diff else sys.stderr
    for line in diff(before, after.text, job.path):
        shown = Text(spelled(line, encoding(stream)), _STYLES.get(line[:1], ""))
        print(painted(shown, colour=colour(options.color)), file=stream)
    if options.diff:
        return report
    try:
        replace(Path(os.path.realpath(job.path)), _as_written(after.text, written))
    except OSError as error:
        raise Misuse(f"--fix: {job.path}: it cannot be written: {(error.strerror or str(error)).lower()}") from None
    rows = "1 row" if len(after.mends) == 1 else f"{len(after.mends)} rows"
    print(f"symkl: {job.path}: mended {rows}", file=sys.stderr)
    return after.report


def diff(before: str, after: str, path: str) -> Iterator[str]:
    r"""The lines of a unified diff.

    >>> list(diff("a\nb\n", "a\nc\n", "x.md"))
    ['--- x.md', '+++ x.md', '@@ -1,2 +1,2 @@', ' a', '-b', '+c']
    """
    return difflib.unified_diff(before.split("\n")[:-1] if before.endswith("\n") else before.split("\n"),
                                after.split("\n")[:-1] if after.endswith("\n") else after.split("\n"),
                                path, path, lineterm="")  # fmt: skip


def _as_written(text: str, before: bytes) -> bytes:
    """The text in the bytes of its author: with a byte order mark and their ends of lines, if those are all alike."""
    mark = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
    windows = before.count(b"\r\n")
    data = text.encode()
    return mark + (data.replace(b"\n", b"\r\n") if windows and windows == before.count(b"\n") else data)


def replace(path: Path, data: bytes) -> None:
    """Write a file whole or not at all, with the mode that it has."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        os.chmod(name, os.stat(path).st_mode & 0o7777)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise
