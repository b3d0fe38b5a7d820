"""A statement put to symkl: the LaTeX that a person would write, in a document of its own."""

from __future__ import annotations

from tests.benchmarks.peers.statements import CannotBeSaid, Statement

PACKAGES = ("symkl", "python-flint")
LOADED = ("symkl.checking.document",)
HOW = "As it is written, for every number of outcomes: symkl.check_text of the formula in a Markdown document."


def answer(statement: Statement) -> bool | None:
    """Whether it is true; None where neither was shown."""
    from symkl import Status, check_text

    row = check_text(document(statement), "statement.md").lines[-1]
    if row.status is Status.UNREADABLE:
        raise CannotBeSaid(row.because)
    return {Status.PROVED: True, Status.REFUTED: False}.get(row.status)


def document(statement: Statement) -> str:
    """The document with this one row."""
    directive, _, formula = statement.latex.rpartition("-->\n")
    return f"{directive}-->\n\n$$\n{formula}\n$$\n" if directive else f"$$\n{formula}\n$$\n"
