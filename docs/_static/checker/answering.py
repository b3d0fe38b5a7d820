"""What the page asks of symkl: a document's report, as ``symkl check --format json`` prints it, with words for people.

The checker's worker runs this in the browser; nothing in it knows of a browser.
"""

from __future__ import annotations

import json as plain
import os
import tempfile
from pathlib import PurePath

from symkl.batch import Job, Missing, check
from symkl.checking.report import Report
from symkl.language.troubles import Trouble
from symkl.reporting import json, words
from symkl.reporting.sentences import to_type
from symkl.reporting.symbols import in_words

DOCUMENTS = frozenset({".md", ".markdown", ".tex", ".ipynb", ".qmd", ".rmd", ".org", ".rst", ".html"})
"""Endings of files that are read. A derivation module is run, and no stranger's program is run here."""


def file_name(asked: str) -> str:
    """The name under which a text is checked: its ending says how it is read.

    >>> file_name("../notes/proof.tex"), file_name("proof.py"), file_name("")
    ('proof.tex', 'proof.py.md', 'proof.md')
    """
    name = PurePath(asked.replace("\\", "/")).name.replace("\0", "") or "proof.md"
    return name if PurePath(name).suffix.lower() in DOCUMENTS else f"{name}.md"


def answer(name: str, text: str, exercise: str = "") -> str:
    r"""The report of ``text`` as a JSON object: ``json``, the very bytes of the command line, and ``words``.

    ``exercise``: the name of the exercise that the text is a worksheet of; then ``grade`` says how far it is.

    >>> found = plain.loads(answer("gibbs.md", r"$$D_{KL}(p \| q) \ge 0$$"))
    >>> plain.loads(found["json"])[0]["verdict"], found["words"]["counted"]
    ('proved', 'every claim. 1 row: 1 proved.')
    """
    if exercise:
        return _graded(exercise, text)
    with tempfile.TemporaryDirectory() as folder:
        before = os.getcwd()
        os.chdir(folder)
        try:
            # As it is, line by line: what an editor saves is what is checked.
            with open(file_name(name), "w", encoding="utf-8", errors="surrogatepass", newline="") as file:
                file.write(text)
            report = check(Job(file_name(name)))
        finally:
            os.chdir(before)
    if isinstance(report, Missing):
        raise OSError(report.why)
    return plain.dumps({"json": json.dumps([report]) + "\n", "words": said(report)})


def _graded(exercise: str, text: str) -> str:
    from symkl.exercises.grading import grade
    from symkl.exercises.shelf import exercises

    found = grade(exercises()[exercise], text, f"{exercise}.md")
    report = found.report
    told = {"solved": found.solved, "why": list(found.why), "follow": found.follow, "rows": found.rows}
    return plain.dumps({"json": json.dumps([report]) + "\n", "words": said(report), "grade": told})


def said(report: Report) -> dict[str, object]:
    """The sentences that every way of reporting has in common."""
    return {
        "counted": words.counted(report),
        "claimed": words.claimed(report),
        "not_checked": words.not_checked(report),
        "troubles": [_told(each) for each in report.troubles],
        "told": [_told(line.trouble) for line in report.lines],
        "off_by": [words.off_by(line) for line in report.lines],
        "symbols": [in_words(each) for each in report.symbols],
    }


def _told(trouble: Trouble | None) -> list[tuple[str, list[tuple[str, bool]]]]:
    """What was found where a text cannot be read, what was expected and what to write, in pieces: which are LaTeX."""
    if trouble is None:
        return []
    said = (("found", trouble.found), ("expected", trouble.expected), ("instead", trouble.advice))
    return [(name, to_type(sentence)) for name, sentence in said if sentence]
