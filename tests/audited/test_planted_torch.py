"""Slips planted in training functions: each is found, and named. Needs torch."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")

import symkl
from symkl.auditing.report import Audit
from symkl.auditing.text import render_audit
from symkl.checking.report import Overall, Status
from symkl.reporting.terminal import Look
from tests.audited.planted import SLIPS, Slip

RIGHT: dict[str, Audit] = {}
"""What was said before the slip: several slips are of one function."""


def right_of(slip: Slip, folder: Path) -> Audit:
    sampler = {"(wrong sampler)": "old"}.get(slip.said, slip.sampler)
    key = repr((slip.function, slip.settings, slip.expected, sampler))
    if key not in RIGHT:
        RIGHT[key] = answered(slip, slip.source, folder, sampler)
    return RIGHT[key]


def answered(slip: Slip, source: str, folder: Path, sampler: str) -> Audit:
    file = folder / "planted.py"
    file.write_text(source)
    return symkl.audit(
        f"{file}:{slip.function}", bind=slip.bind, set=slip.settings, samplers=(sampler,), expect=[slip.expected]
    )


def test_there_are_enough_of_them_and_each_is_a_change() -> None:
    assert len(SLIPS) >= 40
    assert all(slip.source.count(slip.before) >= 1 for slip in SLIPS)


@pytest.mark.parametrize("slip", SLIPS, ids=[f"{s.function}: {s.after.strip()[:50]}" for s in SLIPS])
def test_a_slip_is_found_and_named(slip: Slip, tmp_path: Path) -> None:
    right = right_of(slip, tmp_path)
    assert not [c for c in right.claims if c.expected and c.line.status is not Status.PROVED], "wrong before the slip"
    wrong = answered(slip, slip.source.replace(slip.before, slip.after), tmp_path, slip.sampler)
    text = " ".join(render_audit(wrong, Look(4000)).plain.split())
    assert wrong.disagreements == ()
    assert wrong.verdict is Overall.REFUTED, text
    assert any(said in text for said in slip.said.split("|")), text
