"""What each tool answers, as small plain data: first the rows that need attention, the rest on demand.

Arguments come from a model, and are trusted as little as a document: limits before work, and a sentence for what is
refused. No file is read unless a root is given, and none outside it.
"""

from __future__ import annotations

import math
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from symkl.beside import loader
from symkl.checking.alone import NoFormula, check_formula
from symkl.checking.document import check_text
from symkl.checking.report import Line, Report
from symkl.language.loading import Load, nothing
from symkl.language.places import part_of
from symkl.reporting import words
from symkl.reporting.json import shown_counterexample
from symkl.teaching.explaining import NotKnown, as_object, explained
from symkl.teaching.laws import THEOREMS

LONGEST = 100_000
"""Characters of a text, or bytes of a file, that are checked."""

ROWS, RESPONSES, BETAS = 20, 1_000, 12
"""Rows that one answer tells; responses and temperatures of a problem."""

_SAID, _GIVEN, _DIRECTIVES, _FORMULA = 400, 20, 50, 10_000


class Refused(Exception):
    """What is not done, and what to send instead."""


@dataclass(frozen=True)
class Allowed:
    """What the tools may do. ``root``: the folder whose files may be read; None: no file is."""

    root: str | None = None
    budget: int = 60_000


# --- documents ----------------------------------------------------------------------------------


def check_derivation(
    allowed: Allowed, *, text: str = "", path: str = "", markup: str = "markdown", claim: str = "",
    context: Sequence[str] = (), rows: str = "attention", start: int = 0,
) -> dict[str, Any]:  # fmt: skip
    """What is said of a derivation: a verdict, and its rows from ``start`` on, of those that ``rows`` asks for."""
    if rows not in ("attention", "all"):
        raise Refused("rows: write attention or all")
    report = _report(allowed, text, path, markup, claim, context)
    wanted = [row for row in report.lines if rows == "all" or row.status in words.NEED_ATTENTION]
    start = max(start, 0)
    shown = wanted[start : start + ROWS]
    return {
        "verdict": report.verdict.value,
        "summary": words.counted(report),
        "rows": [_row(row) for row in shown],
        "more": max(len(wanted) - start - len(shown), 0),
        "claim": None if report.claim is None else {
            "name": report.claim.name, "met": report.claim.met, "why_not": _cut(report.claim.why_not),
            "rows_that_would_meet_it": list(report.claim.rows),
        },
        "rests_on": [_cut(each) for each in report.rests_on[:_GIVEN]],
        "troubles": [_trouble(each) for each in report.troubles[:ROWS]],
        "not_checked": [
            {"line": int(each.line), "part": part_of(each.line), "why": _cut(each.why)}
            for each in report.not_checked[:_GIVEN]
        ],
        "contradictions": list(report.disagreements[:_GIVEN]),
    }  # fmt: skip


def symbols(
    allowed: Allowed, *, text: str = "", path: str = "", markup: str = "markdown", context: Sequence[str] = ()
) -> dict[str, Any]:
    """What each symbol of a derivation was taken for."""
    report = _report(allowed, text, path, markup, "", context)
    known = [
        {"symbol": each.symbol, "kind": f"{each.kind} {each.signature}".rstrip(), "moves_with": each.moves,
         "standing": each.standing.value, "where": each.where}
        for each in report.symbols[:100]
    ]  # fmt: skip
    return {"symbols": known, "more": max(len(report.symbols) - len(known), 0)}


def _report(
    allowed: Allowed, text: str, path: str, markup: str, claim: str, context: Sequence[str]
) -> Report:
    if bool(text) == bool(path):
        raise Refused("send either text or path, and not both")
    if markup not in ("markdown", "latex"):
        raise Refused("markup: write markdown or latex")
    if claim and claim not in THEOREMS:
        raise Refused(f"claim: no theorem is called {claim[:60]!r}; list_theorems tells which there are")
    name = "text.tex" if markup == "latex" else "text.md"
    load: Load = nothing
    if path:
        name, text, load = _file(allowed, path)
    if len(text) > LONGEST:
        raise Refused(f"text: it has {len(text):,} characters; at most {LONGEST:,} are checked: send its parts")
    return check_text(
        text, name, claim=claim or None, budget=allowed.budget, load=load, context=_directives(context)
    )


def _file(allowed: Allowed, path: str) -> tuple[str, str, Load]:
    """The name, the text, and what may be put in, of a file below the root."""
    if allowed.root is None:
        raise Refused("path: no file may be read here; send the text, or start the server with --root DIR")
    if "\0" in path:
        raise Refused("path: it holds what no path does")
    root = Path(allowed.root).resolve()
    whole = (root / path).resolve()
    if not whole.is_relative_to(root):
        raise Refused("path: it lies outside the root, and is not read")
    try:
        found = os.stat(whole)
        if not stat.S_ISREG(found.st_mode):
            raise Refused("path: this is no file")
        if found.st_size > LONGEST:
            raise Refused(f"path: it has {found.st_size:,} bytes; at most {LONGEST:,} are checked: send its parts")
        with open(whole, "rb") as stream:
            text = stream.read(LONGEST + 1).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Refused("path: this is no UTF-8 text") from None
    except OSError as error:
        raise Refused(f"path: {(error.strerror or 'it cannot be read').lower()}") from None
    if whole.suffix.lower() == ".py":
        raise Refused("path: a derivation module is a program, and is not run here")
    return whole.relative_to(root).as_posix(), text.replace("\r\n", "\n").replace("\r", "\n"), loader(str(whole))


def _directives(context: Sequence[str]) -> tuple[str, ...]:
    if len(context) > _DIRECTIVES or any(len(each) > 200 for each in context):
        raise Refused(f"context: at most {_DIRECTIVES} directives of 200 characters")
    return tuple(context)


def _row(row: Line) -> dict[str, Any]:
    """A row, with what is empty left out."""
    told = {
        "line": int(row.line), "column": row.column, "part": part_of(row.line), "status": row.status.value,
        "row": _cut(row.source), "law": row.law or "", "because": _cut(row.because), "off_by": _cut(words.off_by(row)),
        "counterexample": _counterexample(row),
        "suggestions": [{"slip": s.slip, "edit": s.edit, "latex": _cut(s.latex)} for s in row.suggestions],
        "assumptions": [_cut(each) for each in row.assumptions[:_GIVEN]],
        "notes": [_cut(each) for each in row.notes[:_GIVEN]],
        "trouble": _trouble(row.trouble) if row.trouble is not None else None,
    }  # fmt: skip
    return {key: value for key, value in told.items() if value not in ("", None, [])}


def _counterexample(row: Line) -> dict[str, Any] | None:
    found = shown_counterexample(row.counterexample)
    if row.counterexample is None or found is None:
        return None
    return {"problem": _cut(row.counterexample.summary), "left": found["left"], "right": found["right"]}


def _trouble(trouble: Any) -> dict[str, Any]:
    return {
        "line": int(trouble.line), "column": trouble.column, "message": _cut(trouble.message),
        "found": _cut(trouble.found), "expected": _cut(trouble.expected), "write": _cut(trouble.advice),
    }  # fmt: skip


def _cut(text: str) -> str:
    return text if len(text) <= _SAID else f"{text[:_SAID]}… ({len(text):,} characters)"


# --- formulas, names, problems ------------------------------------------------------------------


def prove(
    allowed: Allowed, *, formula: str, assume: Sequence[str] = (), context: Sequence[str] = ()
) -> dict[str, Any]:
    """What is said of one formula."""
    if len(assume) > _GIVEN or any(len(each) > _FORMULA for each in (formula, *assume)):
        raise Refused(f"formula: at most {_FORMULA:,} characters, and at most {_GIVEN} that are assumed")
    try:
        report = check_formula(formula, assume=assume, context=_directives(context), budget=allowed.budget)
    except NoFormula as bad:
        raise Refused(f"formula: {bad}") from None
    return {
        "verdict": report.verdict.value,
        "rows": [_row(row) for row in report.lines[:ROWS]],
        "rests_on": [_cut(each) for each in report.rests_on[:_GIVEN]],
        "troubles": [_trouble(each) for each in report.troubles[:ROWS]],
        "contradictions": list(report.disagreements[:_GIVEN]),
    }


def explain(allowed: Allowed, *, name: str) -> dict[str, Any]:
    """What a law, a theorem or a slip is."""
    try:
        return as_object(explained(name[:200]))
    except NotKnown as unknown:
        raise Refused(str(unknown)) from None


def list_theorems(allowed: Allowed) -> dict[str, Any]:
    """The theorems that a document may claim, each in a sentence."""
    return {"theorems": dict(THEOREMS)}


def tilt(
    allowed: Allowed, *, rewards: Sequence[float], reference: Sequence[float], betas: Sequence[float]
) -> dict[str, Any]:
    """The optimal policy of a finite problem at each temperature, with E[r], KL, log Z and the value."""
    from symkl.problems import FiniteProblem, InvalidProblem

    if not 1 <= len(rewards) <= RESPONSES or not 1 <= len(betas) <= BETAS:
        raise Refused(f"rewards: 1 to {RESPONSES:,} responses; betas: 1 to {BETAS} temperatures")
    if not all(math.isfinite(each) for each in (*rewards, *reference, *betas)):
        raise Refused("rewards, reference, betas: finite numbers")
    try:
        problem = FiniteProblem(list(reference), list(rewards), betas[0])
        at = [problem.at(beta) for beta in betas]
        tilts = [
            {
                "beta": beta, "policy": [float(each) for each in one.policy()],
                "expected_reward": float(one.expected_reward()), "kl": float(one.kl()),
                "log_partition": float(one.log_partition()), "objective": float(one.objective()),
            }
            for beta, one in zip(betas, at, strict=True)
        ]  # fmt: skip
    except InvalidProblem as bad:
        raise Refused(str(bad)) from None
    return {"tilts": tilts}


TOOLS: Mapping[str, Any] = {
    "check_derivation": check_derivation, "prove": prove, "explain": explain, "symbols": symbols,
    "list_theorems": list_theorems, "tilt": tilt,
}  # fmt: skip
"""Every tool by its name."""
