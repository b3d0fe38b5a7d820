"""A checked document as two files of Rocq: what its ticks say, for people, and their proofs, for Rocq."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from symkl.checking.report import Line, Report, Status
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.language.terms import Statement
from symkl.rocq.names import Names, identifier
from symkl.rocq.refusals import NotExported
from symkl.rocq.rows import Row
from symkl.rocq.theorems import Theorem, theorem

LIBRARY = Path(__file__).parent / "library"
FILES = ("Meaning", "Theory", "Tactics")
"""The files of the library, each after those that it needs."""

ALL = "all_of_them"
"""What the theorems of a file are called together: asking each alone on what it rests takes most of Rocq's time."""


@dataclass(frozen=True)
class Tick:
    """One thing that a document has a tick for. ``theorem`` is None where it is not exported, and ``why`` says why."""

    line: int
    source: str
    law: str
    theorem: Theorem | None
    why: str = ""


@dataclass(frozen=True)
class Exported:
    """A document for Rocq: ``name`` is what its files begin with."""

    file: str
    name: str
    ticks: tuple[Tick, ...]

    @property
    def theorems(self) -> tuple[Theorem, ...]:
        """What is exported of it."""
        return tuple(each.theorem for each in self.ticks if each.theorem is not None)

    @property
    def statements(self) -> str:
        """What its ticks say."""
        parts = [_header(self), "Require Import Symkl.Meaning."]
        declared: dict[str, None] = {}
        for tick in self.ticks:
            said = comment(f"line {tick.line}\n{tick.source}")
            if tick.theorem is None:
                parts.append(f"{said}\n(* not exported: {comment(tick.why)[3:-3]} *)")
                continue
            new = [each for each in tick.theorem.definitions if each not in declared]
            declared.update(dict.fromkeys(new))
            parts.append("\n\n".join([*new, f"{said}\n{tick.theorem.statement}"]))
        return "\n\n".join(parts) + "\n"

    def proofs(self, refused: frozenset[str] = frozenset()) -> str:
        """Their proofs, without those that are known to be none."""
        parts = [_header(self), f"Require Import Symkl.Tactics Rows.{self.name}_statements."]
        left = {label: proof for each in self.theorems for label, proof in each.proofs.items() if label not in refused}
        parts += left.values()
        if left:
            parts.append(f"Definition {ALL} := ({', '.join(left)}).\nPrint Assumptions {ALL}.")
        return "\n\n".join(parts) + "\n"

    def axioms(self, refused: frozenset[str] = frozenset()) -> str:
        """What asks of each theorem alone on what it rests, for where not all of them rest on what they may."""
        labels = [label for each in self.theorems for label in each.proofs if label not in refused]
        asked = [f"Print Assumptions {label}." for label in labels]
        return "\n".join([f"Require Import Rows.{self.name}_proofs.", *asked]) + "\n"


def exported(report: Report) -> Exported:
    """Every tick of a report as a theorem, or with the reason why it is none."""
    names, library = Names(), dict[str, str]()
    earlier: dict[Statement, Callable[[Row, str], None]] = {}
    ticks: list[Tick] = []
    for line in report.lines:
        for i, shown in enumerate(line.shown):
            name = f"row_{line.line}" + ("" if i == 0 else f"_{i + 1}")
            certificate = shown.certificate
            law = certificate.law if certificate is not None else ""
            try:
                found = theorem(shown, name, names, library, earlier)
            except NotExported as reason:
                ticks.append(Tick(line.line, line.source, law, None, str(reason)))
            except (Unsupported, BudgetExceeded, RecursionError) as reason:
                why = f"its script needs what the kernel's arithmetic refuses: {reason}"
                ticks.append(Tick(line.line, line.source, law, None, why))
            else:
                ticks.append(Tick(line.line, line.source, law, found))
                earlier[found.shown] = found.applied
        if line.status is Status.PROVED and not line.shown:
            ticks.append(_without(line))
    return Exported(report.file, module(report.file), tuple(ticks))


def _without(line: Line) -> Tick:
    """A row that is proved by a counterexample to something else: there is no certificate."""
    return Tick(line.line, line.source, line.law or "", None, "it is shown by a counterexample, and not by a law")


def module(file: str) -> str:
    """What the files of a document begin with.

    >>> module("docs/proofs/note-on-ppo.md")
    'note_on_ppo'
    """
    return identifier(re.sub(r"\W", "_", Path(file).stem, flags=re.ASCII)) or "document"


def comment(text: str) -> str:
    """Text as a comment, whatever is in it.

    >>> print(comment('p(*|x) "q" *)'))
    (* p( *|x) ''q'' * ) *)
    """
    inside = text.replace("(*", "( *").replace("*)", "* )").replace('"', "''").rstrip()
    return f"(* {inside} *)"


def _header(of: Exported) -> str:
    return comment(f"{of.file}: what symkl proved there, row by row. Written by symkl export.")


def write(of: Exported, folder: Path, refused: frozenset[str] = frozenset()) -> None:
    """The files of a document in a folder, with the library and what Rocq needs to find it."""
    (folder / "Symkl").mkdir(parents=True, exist_ok=True)
    for name in FILES:
        _put(folder / "Symkl" / f"{name}.v", (LIBRARY / f"{name}.v").read_text("utf-8"))
    _put(folder / f"{of.name}_statements.v", of.statements)
    _put(folder / f"{of.name}_proofs.v", of.proofs(refused))
    files = [f"Symkl/{name}.v" for name in FILES]
    files += sorted(path.name for path in folder.glob("*_statements.v")) + sorted(
        path.name for path in folder.glob("*_proofs.v")
    )
    _put(folder / "_CoqProject", "\n".join(["-Q . Rows", "-Q Symkl Symkl", *files]) + "\n")


def _put(path: Path, text: str) -> None:
    """A file with a text, left alone where it has it already, so that nothing is compiled again for nothing."""
    if not path.is_file() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


Verdicts = Mapping[str, "Verdict"]


@dataclass(frozen=True)
class Verdict:
    """What Rocq says of a theorem: whether it accepts it, after how many seconds, and else why not.

    ``defined``: whether it accepts that what is written there is defined.
    """

    accepted: bool
    seconds: float = 0.0
    why: str = ""
    defined: bool = False
