"""The answer to an audit, as plain data, and as the report that every way of reporting is given."""

from __future__ import annotations

from dataclasses import dataclass, field

from symkl.auditing.claims import Claim
from symkl.checking.report import Overall, Report, Status
from symkl.language.troubles import Trouble
from symkl.language.writing import Formula

TRUST = (
    "the formula is proved; that the function computes it was checked at {points} points of {shapes} shapes, values "
    "and gradients, on {branches}"
)


@dataclass(frozen=True)
class Audit:
    """What a function computes, and what that estimates.

    ``arguments``: what each was taken for; ``defaults``: what the others were left at. ``computes``: the formula of one
    sample, on the branch of close policies, and ``whole`` with all its branches where it has several. ``gathered``: how
    samples are put together; ``mixes``: what else than its own sample a term depends on.
    ``positive``: the scalars that are > 0. ``limits``, ``notes``:
    what else is to be known. ``trouble``: why there is no formula. ``exported``: what torch.export
    says of it, in words.
    """

    name: str
    file: str
    line: int
    arguments: tuple[tuple[str, str], ...]
    computes: Formula | None = None
    whole: Formula | None = None
    unit: str = ""
    gathered: str = ""
    mixes: str = ""
    claims: tuple[Claim, ...] = ()
    points: int = 0
    shapes: int = 0
    branches: int = 0
    worst: float = 0.0
    positive: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    trouble: Trouble | None = None
    runs: bool = True
    disagreements: tuple[str, ...] = field(default=())
    defaults: tuple[tuple[str, str], ...] = ()
    exported: str = ""

    @property
    def trust(self) -> str:
        """What the verdicts rest on."""
        branches = "its one branch" if self.branches <= 1 else f"the {self.branches} branches met there"
        second = f"; {self.exported}" if self.exported else ""
        return TRUST.format(points=self.points, shapes=self.shapes, branches=branches) + second

    @property
    def report(self) -> Report:
        """The claims as a report, as of a document. What was only found by us fails nothing, what was expected does."""
        lines = tuple(claim.line for claim in self.claims)
        against = (*self.disagreements, *(each for claim in self.claims for each in claim.disagreements))
        rests = {each: None for line in lines for each in line.assumptions}
        troubles = () if self.trouble is None else (self.trouble,)
        return Report(self.file, self.verdict, None, lines, tuple(rests), against, troubles)

    @property
    def verdict(self) -> Overall:
        """The worst of what was expected; where nothing was, of what was found."""
        if self.trouble is not None:
            return Overall.UNREADABLE
        asked = [claim for claim in self.claims if claim.expected] or list(self.claims)
        found = {claim.line.status for claim in asked}
        if Status.REFUTED in found:
            return Overall.REFUTED
        if Status.UNKNOWN in found and (any(claim.expected for claim in asked) or Status.PROVED not in found):
            return Overall.UNKNOWN
        return Overall.PROVED if Status.PROVED in found else Overall.INCOMPLETE
