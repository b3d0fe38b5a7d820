"""Putting theorems to Rocq: what it accepts, what it refuses, and on which axioms what it accepts rests."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from symkl.checking.report import Line, Report, Status
from symkl.rocq.documents import ALL, FILES, LIBRARY, Exported, Tick, Verdict, exported, write

AXIOMS = frozenset(
    {
        "ClassicalDedekindReals.sig_not_dec",
        "ClassicalDedekindReals.sig_forall_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
        "Classical_Prop.classic",
    }
)
"""What a theorem may rest on: the axioms of the real numbers of the standard library, and classical logic."""

HOW_TO_GET_IT = (
    "install it: apt install coq (Debian, Ubuntu), brew install coq (macOS), or see https://rocq-prover.org/install"
)
"""What to do where there is no ``coqc``."""

TIME_LIMIT = 600
"""Seconds that Rocq may take for one file."""


class NoRocq(Exception):
    """There is no ``coqc`` here, or it cannot use the library; the message says what to do."""


def version() -> str:
    """The version of Rocq that is here. Raises NoRocq where there is none."""
    program = shutil.which("coqc")
    if program is None:
        raise NoRocq(f"the second judge needs the program coqc, which is not here; {HOW_TO_GET_IT}")
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"version (\d+\.\d+)", said)
    if found is None:
        raise NoRocq(f"coqc does not say which version it is; {HOW_TO_GET_IT}")
    return found[1]


def judge(of: Exported, folder: Path, tell: Callable[[], None] = lambda: None) -> dict[str, Verdict]:
    """What Rocq says of each theorem of a document; its files are in ``folder`` then.

    A theorem that is refused is left out, and the others are put to it again, without what rests on that one.
    """
    compiled = library()
    write(of, folder)
    said = _compiled(folder, f"{of.name}_statements.v", compiled)
    if said.failed:
        return {each.name: Verdict(False, 0.0, said.error) for each in of.theorems}
    refused: dict[str, str] = {}
    while left := [label for each in of.theorems for label in each.proofs if label not in refused]:
        without = frozenset(refused)
        write(of, folder, without)
        said = _compiled(folder, f"{of.name}_proofs.v", compiled)
        if not said.failed:
            break
        refused[_theorem_at(of.proofs(without), said.line) or left[0]] = said.error
        tell()
    resting = _resting(of, folder, said, frozenset(refused), compiled)
    verdicts: dict[str, Verdict] = {}
    for each in of.theorems:
        why = {label: refused.get(label) or _beyond(resting.get(label)) for label in each.proofs}
        seconds = sum(said.seconds.get(label, 0.0) for label in why)
        holds, defined = why[f"{each.name}_holds"], why.get(f"{each.name}_defined", "")
        modelled = why.get(f"{each.name}_model", "no model" if each.hypotheses else "")
        verdicts[each.name] = Verdict(not holds, seconds, holds, not defined, not modelled)
    return verdicts


def rechecked(report: Report) -> Report:
    """A report with what Rocq says of its ticks: a proof that it does not accept is a contradiction, and loud."""
    found = exported(report)
    name = f"Rocq {version()}"
    with TemporaryDirectory(prefix="symkl-") as folder:
        verdicts = judge(found, Path(folder)) if found.theorems else {}
    of_row: dict[int, list[Tick]] = {}
    for tick in found.all:
        of_row.setdefault(tick.row, []).append(tick)
    refused = tuple(
        f"{_PROVED if tick in found.ticks else _REFUTED}".format(line=tick.line, name=name)
        + f" {name} said: {verdicts[tick.theorem.name].why}"
        for tick in found.all
        if tick.theorem is not None and not verdicts[tick.theorem.name].accepted
    )
    lines = tuple(_with_note(line, of_row.get(row, []), verdicts, name) for row, line in enumerate(report.lines))
    return replace(report, lines=lines, disagreements=(*report.disagreements, *refused))


_PROVED = (
    "line {line}: the kernel proved it, and {name} did not accept the proof that was made from the kernel's "
    "certificate. That does not say that the row is false."
)
_REFUTED = (
    "line {line}: symkl refuted it, and {name} did not accept the proof that was made from the counterexample. "
    "That does not say that the row is true."
)


def _with_note(line: Line, ticks: list[Tick], verdicts: dict[str, Verdict], name: str) -> Line:
    if not ticks:
        return line
    missing = next((tick.why for tick in ticks if tick.theorem is None), None)
    said = [verdicts[tick.theorem.name] for tick in ticks if tick.theorem is not None]
    what = "the counterexample is " if line.status is Status.REFUTED else ""
    if missing is not None:
        note = f"{what}not re-checked by {name}: {missing}"
    elif not all(each.accepted for each in said):
        note = f"{name} did NOT accept the proof of it"
    elif not all(each.defined for each in said):
        note = f"re-checked by {name}, but for that everything which it writes is defined"
    else:
        note = f"{what}re-checked by {name}"
    return replace(line, notes=(*line.notes, note))


class _Said:
    """What coqc said of a file."""

    def __init__(self, text: str, run: subprocess.CompletedProcess[str]) -> None:
        self.failed, self.output = run.returncode != 0, run.stdout
        found = re.search(r'File "[^"]*", line (\d+)', run.stderr)
        self.line = int(found[1]) if found else 0
        self.error = run.stderr.strip()[-2000:]
        self.seconds = _seconds(text, run.stdout)


def library() -> Path:
    """The compiled library, made once for each version of Rocq and of the library. Raises NoRocq."""
    here = version()
    texts = [(LIBRARY / f"{name}.v").read_text("utf-8") for name in FILES]
    key = sha256("\0".join([here, *texts]).encode()).hexdigest()[:16]
    place = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "symkl"
    made = place / f"rocq-{key}"
    if made.is_dir():
        return made
    try:
        place.mkdir(parents=True, exist_ok=True)
        making = Path(mkdtemp(prefix="making-", dir=place))
    except OSError:
        making = made = Path(mkdtemp(prefix="symkl-rocq-"))
    for name, text in zip(FILES, texts, strict=True):
        (making / f"{name}.v").write_text(text, "utf-8")
        said = _compiled(making, f"{name}.v", making)
        if said.failed:
            raise NoRocq(f"Rocq {here} cannot use the library of symkl, which is for 8.16 and later: {said.error}")
    if making != made:
        try:
            making.rename(made)
        except OSError:  # another process has made it meanwhile
            if not made.is_dir():
                return making
            shutil.rmtree(making, ignore_errors=True)
    return made


def _compiled(folder: Path, name: str, library: Path) -> _Said:
    command = ["coqc", "-q", "-time", "-Q", str(library), "Symkl", "-Q", ".", "Rows", name]
    if library == folder:
        command = ["coqc", "-q", "-Q", ".", "Symkl", name]
    try:
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
    except subprocess.TimeoutExpired:
        run = subprocess.CompletedProcess(command, 1, "", f"it takes longer than {TIME_LIMIT} seconds")
    return _Said((folder / name).read_text("utf-8"), run)


def _theorem_at(text: str, line: int) -> str | None:
    """The theorem that a line is of."""
    found = None
    for number, each in enumerate(text.splitlines(), 1):
        if number > line:
            break
        if begins := re.match(r"Theorem (\w+) ", each):
            found = begins[1]
    return found


def _seconds(text: str, output: str) -> dict[str, float]:
    """How long each theorem took."""
    starts = [(len(text[: found.start()].encode()), found[1]) for found in re.finditer(r"^Theorem (\w+) ", text, re.M)]
    out: dict[str, float] = {}
    for found in re.finditer(r"^Chars (\d+) - \d+ \[(?!Print|Definition).*\] ([\d.]+) secs", output, re.M):
        before = [name for start, name in starts if start <= int(found[1])]
        if before:
            out[before[-1]] = out.get(before[-1], 0.0) + float(found[2])
    return out


def _resting(
    of: Exported, folder: Path, said: _Said, without: frozenset[str], compiled: Path
) -> dict[str, frozenset[str]]:
    """What theorems rest on: one by one where not all together rest on what they may."""
    together = _axioms(said.output).get(ALL)
    if together is not None and together <= AXIOMS:
        return {label: together for each in of.theorems for label in each.proofs}
    if said.failed:
        return {}
    (folder / f"{of.name}_axioms.v").write_text(of.axioms(without), "utf-8")
    return _axioms(_compiled(folder, f"{of.name}_axioms.v", compiled).output)


def _beyond(resting: frozenset[str] | None) -> str:
    """What a theorem rests on and may not; nothing where there is none."""
    if resting is None:
        return "Rocq does not say on what it rests"
    others = sorted(resting - AXIOMS)
    return f"it rests on {', '.join(others)}" if others else ""


def _axioms(output: str) -> dict[str, frozenset[str]]:
    """What each theorem rests on, as ``Print Assumptions`` says it."""
    out: dict[str, frozenset[str]] = {}
    pieces = re.split(r"^Chars \d+ - \d+ \[Print~Assumptions~(\w+)\.\] .*$", output, flags=re.M)
    for text, name in zip(pieces[0::2], pieces[1::2], strict=False):
        said = text.rpartition("Axioms:")[2] if "Axioms:" in text else ""
        out[name] = frozenset(re.findall(r"^([A-Za-z_][\w.']*)\s*:", said, re.M))
    return out
