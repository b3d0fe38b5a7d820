"""A kernel that is broken on purpose: for every law, Rocq refuses a false row that the broken law ticks."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import symkl.language.terms as t
from symkl.checking.document import check_text
from symkl.kernel import replay
from symkl.kernel.verdict import Fact, Proved
from symkl.language.verdict import Scope
from symkl.rocq.documents import exported, of_ticks
from symkl.rocq.facts import FACTS
from symkl.rocq.judging import judge
from symkl.rocq.laws import LAWS

needs_rocq = pytest.mark.skipif(shutil.which("coqc") is None, reason="coqc is not here: apt install coq")
ROOT = Path(__file__).parents[2]
SAID = "<!-- symkl: u scalar; v scalar; β scalar > 0 -->\n\n"
OBJECTIVE = r"E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi(\cdot|x) \| \mu(\cdot|x))"
DOUBLE = r"2 E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_{KL}(\pi(\cdot|x) \| \mu(\cdot|x))"
FALSE = {
    "identity": r"D_{KL}(p \| q) = D_{KL}(q \| p)",
    "optimal": rf"\arg\max_\pi {OBJECTIVE} = \mu(y|x)",
    "value": rf"\max_\pi {OBJECTIVE} = \beta",
    "same_optimiser": r"\arg\max_\pi E_{y\sim\pi(\cdot|x)}[r(x,y)] = \arg\max_\pi E_{y\sim\pi(\cdot|x)}[-r(x,y)]",
    "same_maximiser": rf"\arg\max_\pi {OBJECTIVE} = \arg\max_\pi {DOUBLE}",
    "tends": r"\lim_{\beta \to 0^+} \frac{e^{\beta u} - 1}{\beta} = 2 u",
}
"""A false row for each law, which the law ticks when it says yes to all."""

TURNED: dict[str, tuple[str, Callable[[t.Term], t.Term]]] = {
    "cases": (r"|u + v| \le |u| + |v|", lambda right: t.Mul((t.Number(Fraction(1, 2)), right))),
    "inequality": (r"D_{KL}(p \| q) \ge 0", lambda right: t.Number(Fraction(1))),
    "proportional": (r"\pi(y|x) \propto 2 \pi(y|x)", lambda right: t.Power(right, t.Number(Fraction(2)))),
}
"""A true row for each law whose search asks more than the law, and what makes its right side wrong."""


def says_yes(law: Callable[..., Any], scope: Scope) -> Callable[..., Any]:
    """A law that looks at nothing."""

    def broken(nf: Any, row: Any, **arguments: Any) -> Any:
        try:
            return law(nf, row, **arguments) or Proved(scope)
        except Exception:  # whatever it would refuse
            return Proved(scope)

    return broken


def test_every_law_is_broken_once() -> None:
    assert set(FALSE) | set(TURNED) == set(LAWS)


@needs_rocq
@pytest.mark.parametrize("law", sorted(FALSE))
def test_a_law_that_says_yes_is_caught(law: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scope = Scope.OPTIMISER if law in ("optimal", "same_optimiser", "same_maximiser") else Scope.VALUE
    monkeypatch.setitem(replay.LAWS, law, says_yes(replay.LAWS[law], scope))  # type: ignore[arg-type]
    report = check_text(f"{SAID}$$ {FALSE[law]} $$\n", "false.md")
    found = exported(report)
    assert [each.law for each in found.theorems] == [law], "the broken law ticks it, and it is put to Rocq"
    assert not any(each.accepted for each in judge(found, tmp_path).values())


@needs_rocq
@pytest.mark.parametrize("law", sorted(TURNED))
def test_a_certificate_of_another_row_is_caught(law: str, tmp_path: Path) -> None:
    row, wrong = TURNED[law]
    (shown,) = check_text(f"{SAID}$$ {row} $$\n", "true.md").lines[0].shown
    assert shown.certificate is not None and shown.certificate.law == law
    assert all(each.accepted for each in judge(of_ticks("true.md", [(shown, row)]), tmp_path).values())
    statement = replace(shown.certificate.statement, right=wrong(shown.certificate.statement.right))
    turned = replace(shown, certificate=replace(shown.certificate, statement=statement))
    found = of_ticks("false.md", [(turned, row)])
    assert [each.law for each in found.theorems] == [law], [tick.why for tick in found.ticks]
    assert not any(each.accepted for each in judge(found, tmp_path).values())


@needs_rocq
@pytest.mark.parametrize("law", sorted(FACTS))
def test_a_fact_that_is_solved_wrongly_is_caught(law: str, tmp_path: Path) -> None:
    """Twice what it is, in a row that takes it."""
    text = (ROOT / "docs" / "proofs" / "lagrangian.md").read_text("utf-8")
    shown = [
        each
        for line in check_text(text, "facts.md").lines
        for each in line.shown
        if any(isinstance(of, Fact) and of.certificate and of.certificate.law == law for of in each.relied_on)
    ][-1]
    assert all(each.accepted for each in judge(of_ticks("true.md", [(shown, "")]), tmp_path).values())
    facts = frozenset(
        replace(of, value=of.value.scaled(2))
        if isinstance(of, Fact) and of.certificate and of.certificate.law == law
        else of
        for of in shown.relied_on
    )
    found = of_ticks("false.md", [(replace(shown, relied_on=facts), "")])
    assert len(found.theorems) == 1
    assert not any(each.accepted for each in judge(found, tmp_path).values())
