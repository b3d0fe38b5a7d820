"""Audit -> JSON, schema ``symkl-audit/1``.

Always an array, one object an audit:

====================  =========================================================================
``schema``            ``"symkl-audit/1"``
``file``, ``line``    where the function is; ``name``: what it is called
``arguments``         ``{argument: what it was taken for}``; ``defaults``: ``{argument: what it was left at}``
``verdict``           proved, incomplete, unknown, unreadable or refuted: of what was expected, else of what was found
``computes``          ``{"text", "latex"}`` of the formula of one sample, or null; ``whole``: with all branches, or null
``unit``              token, sample or number; ``gathered``: how samples are put together
``claims``            one object a claim, see below
``rows``              a Markdown document with the claims that are proved, which ``symkl check`` reads
``checked``           ``{"points", "shapes", "branches", "worst"}``: how the formula was held against the function
``trust``             what the verdicts rest on, in words
``limits``, ``notes`` what else is to be known, each a sentence
``trouble``           null, or why there is no formula, as in ``symkl-report/1``; ``runs``: whether the function runs
``disagreements``     anything here is a bug in symkl and exit code 3
====================  =========================================================================

A claim: ``use`` (value, loss, reward, ...), ``sampler`` (policy, old or reference), ``of`` (what is estimated, in
words; empty where nothing named is), ``expected`` (whether it was asked for), ``inside_only`` (proved on the branch
of close policies, and not so beyond), ``beyond`` (a certified problem in which it is not, or null), and ``row``, as a
row of ``symkl-report/1``. Uses beside value, loss and reward: ``is`` (a name), ``minimiser`` and ``noise`` (of the loss
of a comparison), ``gathers`` (how samples are put together; where that was
expected) and ``padding`` (only where it leaks in).
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from symkl.auditing.report import Audit
from symkl.auditing.rows import document
from symkl.language.writing import Formula
from symkl.reporting.json import as_object as report_object
from symkl.reporting.json import shown_counterexample

SCHEMA = "symkl-audit/1"


def dumps(audits: Iterable[Audit]) -> str:
    """The JSON text of some audits, in their order."""
    return json.dumps([as_object(audit) for audit in audits], ensure_ascii=False, indent=2, allow_nan=False)


def as_object(audit: Audit) -> dict[str, object]:
    """One audit as plain dicts, lists, strings and numbers."""
    report = report_object(audit.report)
    rows = report["lines"]
    troubles = report["troubles"]
    assert isinstance(rows, list) and isinstance(troubles, list)
    return {
        "schema": SCHEMA,
        "file": audit.file,
        "line": audit.line,
        "name": audit.name,
        "arguments": dict(audit.arguments),
        "defaults": dict(audit.defaults),
        "verdict": audit.verdict.value,
        "computes": _formula(audit.computes),
        "whole": _formula(audit.whole),
        "unit": audit.unit,
        "gathered": audit.gathered,
        "claims": [
            {
                "use": claim.use.value,
                "sampler": claim.sampler,
                "of": claim.of,
                "expected": claim.expected,
                "inside_only": claim.inside_only,
                "beyond": shown_counterexample(claim.beyond),
                "row": row,
            }
            for claim, row in zip(audit.claims, rows, strict=True)
        ],
        "rows": document(audit),
        "checked": {
            "points": audit.points, "shapes": audit.shapes, "branches": audit.branches, "worst": audit.worst,
        },
        "trust": audit.trust if audit.points and not audit.disagreements else "",
        "limits": list(audit.limits),
        "notes": list(audit.notes),
        "runs": audit.runs,
        "trouble": troubles[0] if troubles else None,
        "disagreements": report["disagreements"],
    }  # fmt: skip


def _formula(each: Formula | None) -> dict[str, str] | None:
    return None if each is None else {"text": each.text, "latex": each.latex}
