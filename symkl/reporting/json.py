"""Report -> JSON, schema ``symkl-report/1``.

Always an array, one object a file:

====================  =========================================================================
``schema``            ``"symkl-report/1"``
``file``              the path as it was given; ``"<stdin>"`` for ``-``
``verdict``           proved, incomplete, unknown, unreadable or refuted
``claim``             ``{"name", "met"}`` or null; ``why_not``, empty when it is met; ``rows``, which would meet it
``lines``             one object a row, in the order of the document
``rests_on``          what the proved rows rest on, each once
``disagreements``     what the guard found; anything here is a bug in symkl and exit code 3
``troubles``          of the document as a whole, each as a row's ``trouble``
``not_checked``       what looks like a formula and is no row: ``{"line", "column", "reason", "shown", "part"}``
``symbols``           what each was taken for: ``{"symbol", "kind", "signature", "moves_with", "standing", "where"}``
====================  =========================================================================

A row: ``line``, ``column``, ``source``, ``relation``, ``status``, ``scope``, ``law``, ``because``;
``residual`` (``{"text", "latex", "words"}`` or null); ``counterexample`` (null, or ``{"problem":
{"summary", "settings": [{"name", "exact", "approximate"}], "heads", "points": [{"place", "left",
"right"}]}, "left", "right"}``, where left and right are the two sides at the first point);
``suggestions`` (``{"edit", "latex", "slip", "changed"}``, where ``latex[changed[0]:changed[1]]`` is new);
``assumptions``; ``notes``; ``laws`` (those that its largest step needs, where the document limits them); and, after
those that the schema names, ``readable`` (the row as Unicode) and ``trouble`` (null, or ``{"line", "column", "width",
"excerpt", "message", "found", "expected", "advice", "part"}``). ``part`` is what the line is counted in: ``"cell 3"``
of a notebook, a file that is put in, ``""`` for the document itself. Numbers of a counterexample are strings, with
every digit certified.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from symkl.checking.report import Claim, Line, Report, Understood
from symkl.language.places import part_of
from symkl.language.troubles import NotChecked, Trouble
from symkl.language.writing import Formula
from symkl.refuting.counterexample import Counterexample
from symkl.repairing.suggestion import Suggestion

SCHEMA = "symkl-report/1"


def dumps(reports: Iterable[Report]) -> str:
    r"""The JSON text for ``reports``: the same text for the same reports, in their order.

    >>> from symkl.checking.report import Overall
    >>> json.loads(dumps([Report("a.md", Overall.PROVED, None, ())]))[0]["verdict"]
    'proved'
    """
    objects = [as_object(report) for report in reports]
    return json.dumps(objects, ensure_ascii=False, indent=2, allow_nan=False)


def as_object(report: Report) -> dict[str, object]:
    """One report as plain dicts, lists, strings and integers."""
    return {
        "schema": SCHEMA,
        "file": report.file,
        "verdict": report.verdict.value,
        "claim": _claim(report.claim),
        "lines": [_line(line) for line in report.lines],
        "rests_on": list(report.rests_on),
        "disagreements": list(report.disagreements),
        "troubles": [_trouble(trouble) for trouble in report.troubles],
        "not_checked": [_not_checked(each) for each in report.not_checked],
        "symbols": [_symbol(each) for each in report.symbols],
    }


def _claim(claim: Claim | None) -> dict[str, object] | None:
    if claim is None:
        return None
    return {"name": claim.name, "met": claim.met, "why_not": claim.why_not, "rows": list(claim.rows)}


def _line(line: Line) -> dict[str, object]:
    return {
        "line": line.line,
        "column": line.column,
        "source": line.source,
        "relation": line.relation,
        "status": line.status.value,
        "scope": line.scope,
        "law": line.law,
        # A reader of the plain schema should learn why a row is unreadable, too.
        "because": line.because or (line.trouble.message if line.trouble else ""),
        "residual": _residual(line.residual, line.residual_words),
        "counterexample": shown_counterexample(line.counterexample),
        "suggestions": [_suggestion(suggestion) for suggestion in line.suggestions],
        "assumptions": list(line.assumptions),
        "notes": list(line.notes),
        "laws": list(line.laws),
        "readable": line.readable,
        "trouble": _trouble(line.trouble) if line.trouble else None,
        "part": part_of(line.line),
    }


def _symbol(each: Understood) -> dict[str, object]:
    return {
        "symbol": each.symbol,
        "kind": each.kind,
        "signature": each.signature,
        "moves_with": each.moves,
        "standing": each.standing.value,
        "where": each.where,
    }


def _not_checked(each: NotChecked) -> dict[str, object]:
    return {
        "line": each.line, "column": each.column, "reason": each.why, "shown": each.shown, "part": part_of(each.line),
    }  # fmt: skip


def _residual(residual: Formula | None, words: str) -> dict[str, object] | None:
    if residual is None and not words:
        return None
    text, latex = (residual.text, residual.latex) if residual else ("", "")
    return {"text": text, "latex": latex, "words": words}


def shown_counterexample(found: Counterexample | None) -> dict[str, object] | None:
    """A counterexample as plain data; null where there is none."""
    if found is None:
        return None
    first = found.points[0] if found.points else None
    return {
        "problem": {
            "summary": found.summary,
            "settings": [
                {"name": each.name, "exact": each.exact, "approximate": each.approximate}
                for each in found.settings
            ],
            "heads": list(found.heads),
            "points": [
                {"place": each.place, "left": each.left, "right": each.right} for each in found.points
            ],
        },
        "left": first.left if first else None,
        "right": first.right if first else None,
    }


def _suggestion(suggestion: Suggestion) -> dict[str, object]:
    return {
        "edit": suggestion.edit,
        "latex": suggestion.latex,
        "slip": suggestion.slip,
        "changed": list(suggestion.changed),
    }


def _trouble(trouble: Trouble) -> dict[str, object]:
    return {
        "line": trouble.line,
        "column": trouble.column,
        "width": trouble.width,
        "excerpt": trouble.excerpt,
        "message": trouble.message,
        "found": trouble.found,
        "expected": trouble.expected,
        "advice": trouble.advice,
        "part": part_of(trouble.line),
    }
