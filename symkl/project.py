"""What a project says of its documents: the table ``[tool.symkl]`` of its ``pyproject.toml``.

::

    [tool.symkl]
    context = ["tau > 0", "q distribution over y"]   # directives of every document
    exclude = ["drafts/*"]                           # what is left out of a folder
    budget = 60000
    ignore = ["skipped"]                             # statuses that no one is told
    baseline = "symkl-baseline.json"

    [tool.symkl.claims]
    "proofs/dpo.md" = "dpo-loss"

Paths are those of the folder that the file lies in.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Any

NAME = "pyproject.toml"
BUDGET = 60_000
_MOST = 999_999_999
_KEYS = ("context", "claims", "exclude", "budget", "select", "ignore", "baseline")
_OTHERS = ("audit",)  # which symkl audit reads


class BadProject(Exception):
    """A table that says nothing that can be done, with the file and what to write."""


@dataclass(frozen=True)
class Project:
    """What holds of the documents below a folder. ``path``: the file that says so, None where none does."""

    path: Path | None = None
    context: tuple[str, ...] = ()
    claims: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    exclude: tuple[str, ...] = ()
    budget: int = BUDGET
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    baseline: str = ""

    @property
    def folder(self) -> Path:
        """The folder that its paths are of."""
        return Path.cwd() if self.path is None else self.path.parent

    def claim(self, document: str) -> str | None:
        """The theorem that a document has to reach."""
        return next((claim for pattern, claim in self.claims.items() if self.matches(document, (pattern,))), None)

    def matches(self, path: str, patterns: Sequence[str]) -> bool:
        """Whether one of the patterns is of a path below the folder, of a folder in it, or of its name."""
        absolute = os.path.abspath(path)
        inside = os.path.relpath(absolute, self.folder).replace(os.sep, "/")
        return any(matches(inside, pattern) for pattern in patterns)


def matches(path: str, pattern: str) -> bool:
    """Whether a pattern is of a path, or of a folder that it lies in.

    >>> matches("drafts/old/a.md", "drafts"), matches("p/a.md", "*.md"), matches("p/a.md", "q/*")
    (True, True, False)
    """
    pattern = pattern.replace(os.sep, "/").removeprefix("./").rstrip("/")
    parts = path.split("/")
    above = ["/".join(parts[: n + 1]) for n in range(len(parts))]
    return any(fnmatchcase(each, pattern) for each in above) or any(fnmatchcase(each, pattern) for each in parts)


def project(start: Path, named: Path | None = None) -> Project:
    """The project that a folder is in: the first ``pyproject.toml`` with such a table, upwards. Raises: BadProject."""
    if named is not None:
        found = _read(named)
        if found is None:
            raise BadProject(f"{named}: it has no table [tool.symkl]")
        return found
    for folder in (start, *start.parents):
        path = folder / NAME
        if path.is_file() and (found := _read(path)) is not None:
            return found
    return Project()


def _read(path: Path) -> Project | None:
    try:
        table = tomllib.loads(path.read_text("utf-8")).get("tool", {}).get("symkl")
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadProject(f"{path}: it cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise BadProject(f"{path}: tool.symkl is a table: [tool.symkl]")
    for key in table:
        if key not in _KEYS + _OTHERS:
            raise BadProject(f"{path}: [tool.symkl] has {key!r}; it may have {', '.join(_KEYS)}")
    return Project(
        path.absolute(),
        context=_texts(path, table, "context"),
        claims=MappingProxyType(_claims(path, table.get("claims", {}))),
        exclude=_texts(path, table, "exclude"),
        budget=_budget(path, table.get("budget", BUDGET)),
        select=_texts(path, table, "select"),
        ignore=_texts(path, table, "ignore"),
        baseline=_text(path, table, "baseline"),
    )


def _texts(path: Path, table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise BadProject(f"{path}: {key} of [tool.symkl] is a list of texts")
    return tuple(value)


def _text(path: Path, table: Mapping[str, Any], key: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str):
        raise BadProject(f"{path}: {key} of [tool.symkl] is a text")
    return value


def _claims(path: Path, value: object) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(each, str) for each in value.values()):
        raise BadProject(f'{path}: claims of [tool.symkl] is a table of names by files: "proofs/dpo.md" = "dpo-loss"')
    return dict(value)


def _budget(path: Path, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= _MOST:
        raise BadProject(f"{path}: budget of [tool.symkl] is a whole number from 1 to {_MOST}")
    return value
