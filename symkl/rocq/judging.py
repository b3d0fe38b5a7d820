"""Putting theorems to Rocq: what it accepts, what it refuses, and on which axioms what it accepts rests."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from symkl.rocq.documents import FILES, Exported, Verdict, write

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
    version()
    verdicts: dict[str, Verdict] = {}
    while True:
        refused = frozenset(verdicts)
        write(of, folder, refused)
        for name in FILES:
            _library(folder, name)
        said = _compiled(folder, f"{of.name}_statements.v")
        if said.failed:
            return {each.name: Verdict(False, 0.0, said.error) for each in of.theorems}
        said = _compiled(folder, f"{of.name}_proofs.v")
        if not said.failed:
            break
        bad = _theorem_at(of.proofs(refused), said.line) or next(
            each.name for each in of.theorems if each.name not in refused
        )
        verdicts[bad] = Verdict(False, 0.0, said.error)
        tell()
    resting = _axioms(said.output)
    for each in of.theorems:
        if each.name not in verdicts:
            others = sorted(resting.get(each.name, frozenset()) - AXIOMS)
            why = f"it rests on {', '.join(others)}" if others else ""
            verdicts[each.name] = Verdict(not others, said.seconds.get(each.name, 0.0), why)
    return verdicts


class _Said:
    """What coqc said of a file."""

    def __init__(self, text: str, run: subprocess.CompletedProcess[str]) -> None:
        self.failed, self.output = run.returncode != 0, run.stdout
        found = re.search(r'File "[^"]*", line (\d+)', run.stderr)
        self.line = int(found[1]) if found else 0
        self.error = run.stderr.strip()[-2000:]
        self.seconds = _seconds(text, run.stdout)


def _library(folder: Path, name: str) -> None:
    source, made = folder / "Symkl" / f"{name}.v", folder / "Symkl" / f"{name}.vo"
    if made.is_file() and made.stat().st_mtime >= source.stat().st_mtime:
        return
    said = _compiled(folder, f"Symkl/{name}.v")
    if said.failed:
        raise NoRocq(f"this version of Rocq cannot use the library of symkl: {said.error}")


def _compiled(folder: Path, name: str) -> _Said:
    command = ["coqc", "-q", "-time", "-Q", ".", "Rows", "-Q", "Symkl", "Symkl", name]
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
        if begins := re.match(r"Theorem (\w+)_holds ", each):
            found = begins[1]
    return found


def _seconds(text: str, output: str) -> dict[str, float]:
    """How long each theorem took."""
    starts = [
        (len(text[: found.start()].encode()), found[1]) for found in re.finditer(r"^Theorem (\w+)_holds ", text, re.M)
    ]
    out: dict[str, float] = {}
    for found in re.finditer(r"^Chars (\d+) - \d+ \[.*\] ([\d.]+) secs", output, re.M):
        before = [name for start, name in starts if start <= int(found[1])]
        if before:
            out[before[-1]] = out.get(before[-1], 0.0) + float(found[2])
    return out


def _axioms(output: str) -> dict[str, frozenset[str]]:
    """What each theorem rests on, as ``Print Assumptions`` says it."""
    out: dict[str, frozenset[str]] = {}
    pieces = re.split(r"^Chars \d+ - \d+ \[Print~Assumptions~(\w+?)_holds\.\] .*$", output, flags=re.M)
    for text, name in zip(pieces[0::2], pieces[1::2], strict=False):
        said = text.rpartition("Axioms:")[2] if "Axioms:" in text else ""
        out[name] = frozenset(re.findall(r"^([A-Za-z_][\w.']*)\s*:", said, re.M))
    return out
