"""A text as an editor has it, checked in a process of its own, as its project says."""

from __future__ import annotations

import os
from pathlib import Path

from symkl.batch import Job, checked
from symkl.checking.report import Overall, Report, for_readers
from symkl.language.troubles import Trouble
from symkl.project import BadProject, Project, project

LONGEST = 1_000_000
"""Characters of a text that are checked while someone types."""


def check(text: str, path: str) -> Report:
    """The report on a text in the place of a file. Never raises because of what is in it."""
    if len(text) > LONGEST:
        return _told(path, f"this document has more than {LONGEST:,} characters: check it with symkl check")
    try:
        of = project(Path(os.path.dirname(path) or os.curdir))
    except BadProject as bad:
        return _told(path, str(bad))
    report = checked(text, _job(path, of))
    return for_readers(report)


def _job(path: str, of: Project) -> Job:
    return Job(path, of.claim(path), of.budget, context=of.context)


def _told(path: str, why: str) -> Report:
    trouble = Trouble(1, 1, 1, "", why, "", "", "")
    return Report(path, Overall.UNREADABLE, None, (), troubles=(trouble,))
