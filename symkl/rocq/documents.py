"""A checked document as two files of Rocq: what its ticks say, for people, and their proofs, for Rocq."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from symkl.checking.report import Line, Report, Status
from symkl.kernel.quotients import BudgetExceeded, Unsupported
from symkl.kernel.verdict import Proved
from symkl.language.terms import Statement
from symkl.rocq.counterexamples import LAW, Example, counterexample
from symkl.rocq.names import Names, identifier
from symkl.rocq.refusals import NotExported
from symkl.rocq.rows import Row
from symkl.rocq.theorems import Theorem, theorem

Made = TypeVar("Made", Theorem, Example)

LIBRARY = Path(__file__).parent / "library"
FILES = ("Meaning", "Theory", "Enclosure", "Tactics")
"""The files of the library, each after those that it needs."""

ALL = "all_of_them"
"""What the theorems of a file are called together: asking each alone on what it rests takes most of Rocq's time."""


@dataclass(frozen=True)
class Tick:
    """One thing that a document has a tick for, in its ``row``-th row. ``theorem`` is None where it is not exported,
    and ``why`` says why."""

    row: int
    line: int
    source: str
    law: str
    theorem: Theorem | Example | None
    why: str = ""


@dataclass(frozen=True)
class Exported:
    """A document for Rocq: ``name`` is what its files begin with. ``refuted``: its rows that have counterexamples."""

    file: str
    name: str
    ticks: tuple[Tick, ...]
    refuted: tuple[Tick, ...] = ()

    @property
    def all(self) -> tuple[Tick, ...]:
        """What is proved or refuted, in the order of the rows."""
        return tuple(sorted((*self.ticks, *self.refuted), key=lambda each: each.row))

    @property
    def theorems(self) -> tuple[Theorem | Example, ...]:
        """What is exported of it."""
        return tuple(each.theorem for each in self.all if each.theorem is not None)

    @property
    def statements(self) -> str:
        """What its ticks say."""
        parts = [_header(self), "Require Import Symkl.Meaning."]
        declared: dict[str, None] = {}
        for tick in self.all:
            false = ", which is false" if tick in self.refuted else ""
            said = comment(f"line {tick.line}{false}\n{tick.source}")
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
    """Every tick of a report as a theorem, and every counterexample, or with the reason why it is none."""
    names, library = Names(), dict[str, str]()
    earlier: dict[Statement, Callable[[Row, str], None]] = {}
    ticks: list[Tick] = []
    refuted: list[Tick] = []
    for row, line in enumerate(report.lines):
        for shown in line.shown:
            name = names.fresh(identifier(f"row_{line.line}"))
            tick = _tick(row, line.line, line.source, shown, name, names, library, earlier)
            ticks.append(tick)
            if isinstance(tick.theorem, Theorem):
                earlier[tick.theorem.shown] = tick.theorem.applied
        if (line.status is Status.PROVED and not line.shown) or (line.status is Status.REFUTED and line.against):
            name = names.fresh(identifier(f"row_{line.line}"))
            found = _or_not(partial(_refuted, line, name, names, library))
            (ticks if line.status is Status.PROVED else refuted).append(Tick(row, line.line, line.source, LAW, *found))
    return Exported(report.file, module(report.file), tuple(ticks), tuple(refuted))


def of_ticks(file: str, shown: Iterable[tuple[Proved, str]]) -> Exported:
    """Ticks that are of no document, each with what it says in words, as those of a file with a row for each."""
    names, library = Names(), dict[str, str]()
    ticks = [_tick(i, i + 1, source, each, names.fresh(f"row_{i + 1}"), names, library, {})
             for i, (each, source) in enumerate(shown)]  # fmt: skip
    return Exported(file, module(file), tuple(ticks))


def _tick(
    row: int, line: int, source: str, shown: Proved, name: str, names: Names, library: dict[str, str],
    earlier: Mapping[Statement, Callable[[Row, str], None]],
) -> Tick:  # fmt: skip
    """A tick as a theorem, or with the reason why it is none."""
    law = shown.certificate.law if shown.certificate is not None else ""
    return Tick(row, line, source, law, *_or_not(partial(theorem, shown, name, names, library, earlier)))


def _refuted(line: Line, name: str, names: Names, library: dict[str, str]) -> Example:
    """What is shown by a counterexample, and not by a law."""
    if line.against is None:
        raise NotExported("it is shown by no law, and by no counterexample")
    return counterexample(line.against, name, names, library)


def _or_not(make: Callable[[], Made]) -> tuple[Made | None, str]:
    """A theorem, or why there is none."""
    try:
        return make(), ""
    except NotExported as reason:
        return None, str(reason)
    except (Unsupported, BudgetExceeded, RecursionError) as reason:
        return None, f"its script needs what the kernel's arithmetic refuses: {reason}"


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


_OURS = "Written by symkl export."
"""What every file says that is ours to overwrite."""


class Foreign(Exception):
    """A file that is in the way, and that symkl has not written; the message names it."""


def _header(of: Exported) -> str:
    return comment(f"{of.file}: what symkl proved there, row by row. {_OURS}")


def write(of: Exported, folder: Path, refused: frozenset[str] = frozenset()) -> None:
    """The files of a document in a folder, with the library and what Rocq needs to find it.

    Raises Foreign where a file that symkl has not written would be overwritten, and then writes nothing; OSError.
    """
    texts = {
        Path("Symkl", f"{name}.v"): f"{comment(_OURS)}\n{(LIBRARY / f'{name}.v').read_text('utf-8')}" for name in FILES
    }
    texts[Path(f"{of.name}_statements.v")] = of.statements
    texts[Path(f"{of.name}_proofs.v")] = of.proofs(refused)
    listed = [f"Symkl/{name}.v" for name in FILES]
    for kind in ("statements", "proofs"):
        listed += sorted({*(path.name for path in folder.glob(f"*_{kind}.v")), f"{of.name}_{kind}.v"})
    texts[Path("_CoqProject")] = "\n".join([f"# {_OURS}", "-R . Rows", *listed]) + "\n"
    for path in texts:
        if (folder / path).exists() and _OURS not in (folder / path).read_text("utf-8", errors="replace"):
            raise Foreign(f"{folder / path} is there already, and symkl has not written it")
    (folder / "Symkl").mkdir(parents=True, exist_ok=True)
    for path, text in texts.items():
        _put(folder / path, text)


def _put(path: Path, text: str) -> None:
    """A file with a text, left alone where it has it already, so that nothing is compiled again for nothing."""
    if not path.is_file() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")


Verdicts = Mapping[str, "Verdict"]


@dataclass(frozen=True)
class Verdict:
    """What Rocq says of a theorem: whether it accepts it, after how many seconds, and else why not.

    ``defined``: whether it accepts that what is written there is defined. ``modelled``: whether it accepts that its
    hypotheses can all hold.
    """

    accepted: bool
    seconds: float = 0.0
    why: str = ""
    defined: bool = False
    modelled: bool = False
