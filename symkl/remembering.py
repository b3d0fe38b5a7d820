"""Reports kept in a folder, by content, version and options, so that work that was stopped goes on where it was.

A report is written whole or not at all. What is read may be anything: only the classes of a report are made from it,
and what is broken counts as nothing.
"""

from __future__ import annotations

import io
import os
import pickle
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from symkl.checking.report import Report

_CLASSES = {
    "symkl.checking.report": {"Report", "Line", "Claim", "Status", "Overall", "Standing", "Understood"},
    "symkl.language.troubles": {"Trouble", "NotChecked"},
    "symkl.language.writing": {"Formula"},
    "symkl.refuting.counterexample": {"Counterexample", "Point", "Setting"},
    "symkl.repairing.suggestion": {"Suggestion"},
}
"""All that a report is made of besides text, numbers and tuples."""


class Memory(Protocol):
    """Reports by text and options."""

    def of(self, text: str, options: Sequence[str]) -> Report | None:
        """The report that is kept, if there is one."""

    def keep(self, text: str, options: Sequence[str], report: Report) -> None:
        """Keep a report."""


class _Nothing:
    def of(self, text: str, options: Sequence[str]) -> Report | None:
        return None

    def keep(self, text: str, options: Sequence[str], report: Report) -> None:
        pass


class Folder:
    """Reports in a folder of files. It may be shared by processes: the last to write wins, and all write the same."""

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)
        self._folder.mkdir(parents=True, exist_ok=True)

    def of(self, text: str, options: Sequence[str]) -> Report | None:
        """The report that is kept; what cannot be read is none."""
        try:
            data = self._place(text, options).read_bytes()
        except OSError:
            return None
        return _loaded(data)

    def keep(self, text: str, options: Sequence[str], report: Report) -> None:
        """Keep a report; of what symkl failed on there is none, as another time it may not. A full disk loses it."""
        if report.troubles and any(each.message.startswith("internal error") for each in report.troubles):
            return
        place = self._place(text, options)
        name = ""
        try:
            place.parent.mkdir(exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as stream:
                name = stream.name
                stream.write(pickle.dumps(report, protocol=4))
            os.replace(name, place)
        except OSError:
            if name:
                Path(name).unlink(missing_ok=True)

    def _place(self, text: str, options: Sequence[str]) -> Path:
        import hashlib  # a tenth of a start, which only who keeps reports pays

        hashed = hashlib.sha256(program().encode())
        for part in (*options, text):
            data = part.encode("utf-8", "surrogatepass")
            hashed.update(len(data).to_bytes(8, "big") + data)
        key = hashed.hexdigest()
        return self._folder / key[:2] / key[2:]


def memory(folder: str | Path | None) -> Memory:
    """Where reports are kept: in a folder, or nowhere.

    >>> memory(None).of("text", ()) is None
    True
    """
    return _Nothing() if folder is None else Folder(folder)


@cache
def program() -> str:
    """What decides a report besides the text: the program itself, file by file, as a hash."""
    import hashlib

    root = Path(__file__).parent
    hashed = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.suffix in (".py", ".lark", ".json", ".table") and path.is_file():
            hashed.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return hashed.hexdigest()


class _Reports(pickle.Unpickler):
    """Makes what a report is made of, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if name in _CLASSES.get(module, ()):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a report")


def _loaded(data: bytes) -> Report | None:
    try:
        found = _Reports(io.BytesIO(data)).load()
    except Exception:  # whatever is in the file
        return None
    return found if isinstance(found, Report) else None
