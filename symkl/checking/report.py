"""The answer to a document, as plain data: what every way of reporting is given.

``checking`` makes a :class:`Report`; ``reporting`` shows it. All mathematics in it is text
already: Unicode for a terminal, LaTeX for a page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field, replace
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from symkl.language.frozen import frozen
from symkl.language.places import told
from symkl.language.troubles import NotChecked, Trouble
from symkl.language.writing import Formula
from symkl.refuting.counterexample import Counterexample
from symkl.repairing.suggestion import Suggestion

if TYPE_CHECKING:
    from symkl.kernel.verdict import Proved
    from symkl.refuting.witnesses import Witness


class _Answer(Enum):
    """An answer, which is no truth value: ``if report.verdict`` would hold of a refuted proof, too."""

    def __bool__(self) -> bool:
        name = type(self).__name__
        raise TypeError(f"{name} is no truth value: compare it, as in `answer is {name}.PROVED`")


class Status(_Answer):
    """What symkl says of a row."""

    STATED = "stated"
    PROVED = "proved"
    ASSUMED = "assumed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"
    UNREADABLE = "unreadable"
    REFUTED = "refuted"


class Overall(_Answer):
    """What symkl says of a document, best first."""

    PROVED = "proved"
    INCOMPLETE = "incomplete"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"
    REFUTED = "refuted"


class Standing(_Answer):
    """How a symbol stands in a document."""

    DECLARED = "declared"
    DEFINED = "defined"
    FIXED = "fixed by a condition"
    USUAL = "its usual meaning"
    FREE = "free: for all"
    OPAQUE = "opaque"


class Understood(NamedTuple):
    """What a symbol was taken for: its kind, of what it is, what moves it, how it stands, and where that is said."""

    symbol: str
    kind: str
    signature: str
    moves: str
    standing: Standing
    where: str = ""


@frozen
class Line:
    """One row and what is said of it. ``scope``: "value", "optimiser", "factor" or None."""

    line: int
    column: int
    source: str
    relation: str | None
    status: Status
    scope: str | None = None
    law: str | None = None
    because: str = ""
    residual: Formula | None = None
    residual_words: str = ""
    counterexample: Counterexample | None = None
    suggestions: tuple[Suggestion, ...] = ()
    assumptions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    trouble: Trouble | None = None
    opening: str | None = None
    """The relation that ties the row to the one before, if it starts with one."""
    readable: str = ""
    """The row as Unicode text for a terminal, without its opening relation."""
    laws: tuple[str, ...] = ()
    """The laws that its largest step needs, where the document limits them."""
    shown: tuple[Proved, ...] = field(default=(), compare=False, repr=False)
    """What the kernel showed of it, link by link, with certificates: for a second judge, and in no report."""
    against: Witness | None = field(default=None, compare=False, repr=False)
    """The problem that the counterexample is in, exact: for a second judge, and in no report."""

    def __str__(self) -> str:
        """In one line, for a REPL."""
        formula = self.readable or " ".join(self.source.split())
        why = self.because or (self.trouble.message if self.trouble else "")
        return f"{told(self.line)}: {self.status.value}: {formula}" + (f" ({why})" if why else "")


@frozen
class Claim:
    """A theorem the document says it proves. ``why_not`` is empty when it is met.

    ``rows``: in LaTeX, what would meet it if it stood at the end; nothing where a row is broken, or nothing is known.
    """

    name: str
    met: bool
    why_not: str = ""
    rows: tuple[str, ...] = ()


@frozen
class Report:
    """Everything symkl says of one document.

    ``rests_on``: the assumptions and definitions that the proved rows use, each once.
    ``disagreements``: the guard's findings; any makes the exit code 3.
    ``troubles``: of the document as a whole (undecodable, too long), not of one row.
    ``not_checked``: where something like a formula stands that is no row: code, a comment, a file that is not there.
    ``symbols``: what each symbol was taken for.
    """

    file: str
    verdict: Overall
    claim: Claim | None
    lines: tuple[Line, ...]
    rests_on: tuple[str, ...] = ()
    disagreements: tuple[str, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    symbols: tuple[Understood, ...] = ()
    most_laws: int | None = None
    """How many laws a step may need; None where nobody limits them."""

    @property
    def too_large(self) -> tuple[Line, ...]:
        """The rows with a step that needs more laws than are allowed."""
        most = self.most_laws
        return () if most is None else tuple(line for line in self.lines if len(line.laws) > most)

    def __repr__(self) -> str:
        """Short, for a REPL: the file, the verdict, and how many rows there are."""
        rows = "1 row" if len(self.lines) == 1 else f"{len(self.lines)} rows"
        return f"<Report {self.file!r}: {self.verdict.value}, {rows}>"

    def __str__(self) -> str:
        """The report as a terminal shows it."""
        return self._shown("text")

    def _repr_markdown_(self) -> str:
        """For a notebook."""
        return self._shown("markdown")

    def _repr_html_(self) -> str:
        """For a notebook."""
        return self._shown("html")

    def _shown(self, form: str) -> str:
        return SHOWN[form](self) if form in SHOWN else repr(self)


SHOWN: dict[str, Callable[[Report], str]] = {}
"""How a report shows itself, by form (text, markdown, html): ``symkl.reporting.shown`` says how."""


def for_readers(report: Report) -> Report:
    """A report without what only a second judge needs of it, so that it can be handed to another process."""
    return replace(report, lines=tuple(replace(line, shown=(), against=None) for line in report.lines))
