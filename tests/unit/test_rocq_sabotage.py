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
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.polynomials import Polynomial
from symkl.kernel.quotients import Field
from symkl.kernel.verdict import Fact, Proved
from symkl.language.certificate import Solution
from symkl.language.verdict import Scope
from symkl.proving.deciding import decide
from symkl.proving.putting import taken
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


OUTCOME = t.Variable("y", "y")
P, Q, REWARD = t.Apply("p", (OUTCOME,), ()), t.Apply("q", (OUTCOME,), ()), t.Apply("r", (), (OUTCOME,))
LEVEL = t.Scalar("c")
WEIGHT = t.Mul((Q, t.exp(REWARD)))
TAKEN: dict[str, tuple[t.Statement, Solution | None]] = {
    "a proportion": (t.Statement(P, t.Relation.PROPORTIONAL, WEIGHT), None),
    "a ratio": (
        t.Statement(t.Mul((P, t.Power(WEIGHT, t.Number(Fraction(-1))))), t.Relation.EQUAL, LEVEL),
        Solution("p", (OUTCOME,), (), WEIGHT, t.Number(Fraction(1))),
    ),
    "one over a ratio": (
        t.Statement(t.Mul((WEIGHT, t.Power(P, t.Number(Fraction(-1))))), t.Relation.EQUAL, LEVEL),
        Solution("p", (OUTCOME,), (), WEIGHT, t.Number(Fraction(1))),
    ),
    "a logarithm": (
        t.Statement(t.log(P), t.Relation.EQUAL, t.Add((t.log(Q), REWARD, LEVEL))),
        Solution("p", (OUTCOME,), (), WEIGHT, t.Number(Fraction(1)), True),
    ),
}
"""What says of a distribution that it is a weight up to a factor."""


def by_a_fact(law: str) -> Proved:
    """A tick that takes a fact that a law gives."""
    if law in TAKEN:
        row, of = TAKEN[law]
        guess = {} if of is None else {"of": of}
        fact = taken(Normaliser(t.Context()), "normalised", row, source="line 1", **guess)
        assert fact is not None
        claimed = t.Add((t.log(Q), REWARD, t.Mul((t.Number(Fraction(-1)), t.log(t.total(OUTCOME, WEIGHT))))))
        found = decide(t.Statement(t.log(P), t.Relation.EQUAL, claimed), t.Context(), (fact,))
        assert isinstance(found, Proved)
        return found
    text = (ROOT / "docs" / "proofs" / "lagrangian.md").read_text("utf-8")
    return [
        each
        for line in check_text(text, "facts.md").lines
        for each in line.shown
        if any(isinstance(of, Fact) and of.certificate and of.certificate.law == law for of in each.relied_on)
    ][-1]


def test_every_law_that_gives_a_fact_is_looked_at() -> None:
    assert {*FACTS} == {"substitution", "multiplier", "normalised"}


@needs_rocq
@pytest.mark.parametrize("law", [*sorted({*FACTS} - {"normalised"}), *TAKEN])
def test_a_fact_that_is_solved_wrongly_is_caught(law: str, tmp_path: Path) -> None:
    """Twice what it is, in a row that takes it."""
    shown = by_a_fact(law)
    assert all(each.accepted for each in judge(of_ticks("true.md", [(shown, "")]), tmp_path).values())
    facts = frozenset(
        replace(of, value=of.value.scaled(2))
        if isinstance(of, Fact) and of.certificate and of.certificate.law in (law, "normalised")
        else of
        for of in shown.relied_on
    )
    found = of_ticks("false.md", [(replace(shown, relied_on=facts), "")])
    assert len(found.theorems) == 1
    assert not any(each.accepted for each in judge(found, tmp_path).values())


# -- one rewriting that is broken, for every law -------------------------------------------------

PROBLEM = r"E_{y\sim\pi(\cdot|x)}[r(x,y) + %s s(x,y)] - \tau D_{KL}(\pi(\cdot|x) \| \mu(\cdot|x))"
TOLD = "<!-- symkl: c scalar; u scalar; s function of x, y -->\n\n"


def rows(a: str, b: str) -> dict[str, str]:
    """A row for each law that holds where a is b, and not in general."""
    b = f"({b})"
    best, worth = rf"e^{{(r(x,y) + {b} s(x,y))/\tau}}", rf"\sum_z \mu(z|x) e^{{(r(x,z) + {b} s(x,z))/\tau}}"
    return {
        "identity": f"{a} = {b}",
        "inequality": f"{a} + 1 > {b}",
        "cases": rf"|u + {a} + c| \le |u| + |{b} + c|",
        "optimal": rf"\arg\max_\pi {PROBLEM % a} = \frac{{\mu(y|x) {best}}}{{{worth}}}",
        "value": rf"\max_\pi {PROBLEM % a} = \tau \log {worth}",
        "same_optimiser": rf"\arg\max_\pi E_{{y\sim\pi(\cdot|x)}}[r(x,y) + {a} s(x,y)]"
        rf" = \arg\max_\pi E_{{y\sim\pi(\cdot|x)}}[2 r(x,y) + 2 {b} s(x,y)]",
        "same_maximiser": rf"\arg\max_\pi E_{{x \sim \rho}}[{PROBLEM % a}] = \arg\max_\pi {PROBLEM % b}",
        "proportional": rf"e^{{{a} r(x,y)}} \mu(y|x) \propto e^{{{b} r(x,y)}} \mu(y|x)",
        "tends": rf"\lim_{{\tau \to 0^+}} (1 + \tau) {a} = {b}",
    }


def of_each_law(b: str, before: str = "") -> list[Proved]:
    """What is ticked where m is b, as an earlier row says, one for each law."""
    text = f"{TOLD}{before}\n\n<!-- symkl: m scalar; assume -->\n\n$$ m = {b} $$\n"
    text += "".join(f"\n\n$$ {row} $$\n" for row in rows("m", b).values())
    shown = [line.shown[-1] for line in check_text(text, "rows.md").lines[-len(rows("m", b)) :]]
    assert [each.certificate.law for each in shown if each.certificate] == [*rows("m", b)]
    return shown


def ticked(shown: Proved, a: t.Term | None, unsaid: str = "") -> Proved:
    """The same as if m were a, and not by the fact, nor by what is said of one symbol."""

    def put(term: t.Term) -> t.Term:
        return a if a is not None and term == t.Scalar("m") else t.rebuilt(term, put)

    assert shown.certificate is not None
    statement = shown.certificate.statement
    statement = replace(statement, left=put(statement.left), right=put(statement.right))
    relied = frozenset(of for of in shown.relied_on if not isinstance(of, Fact))
    said = frozenset(
        each
        for each in shown.assumptions
        if unsaid not in (each.of.names if isinstance(each.of, Polynomial) else (each.of,))
    )
    return replace(
        shown, certificate=replace(shown.certificate, statement=statement), relied_on=relied, assumptions=said
    )


def accepted(shown: list[Proved], folder: Path) -> list[bool]:
    """Whether Rocq accepts each."""
    found = of_ticks("rows.md", [(each, "") for each in shown])
    assert all(tick.theorem is not None for tick in found.ticks), [tick.why for tick in found.ticks]
    said = judge(found, folder)
    return [said[each.name].accepted and said[each.name].defined for each in found.theorems]


@needs_rocq
def test_what_each_law_ticks_by_a_fact_is_accepted(tmp_path: Path) -> None:
    assert all(accepted(of_each_law(r"\beta^2"), tmp_path))


@needs_rocq
def test_a_fact_that_is_taken_out_of_scope_is_caught(tmp_path: Path) -> None:
    """It is used, and the verdict does not say so. The law of limits takes none: there m is defined."""
    shown = [each for each in of_each_law(r"\beta^2") if any(isinstance(of, Fact) for of in each.relied_on)]
    assert {each.certificate.law for each in shown if each.certificate} == set(LAWS) - {"tends"}
    assert not any(accepted([ticked(each, None) for each in shown], tmp_path))


def _lost_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    log = Normaliser._log

    def wrong(self: Normaliser, argument: Polynomial) -> Polynomial:
        found = log(self, argument)
        return found.scaled(-1) if found.single and found.single[1] == -1 else found

    monkeypatch.setattr(Normaliser, "_log", wrong)


def _wrong_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    unfold = Normaliser._unfold
    monkeypatch.setattr(Normaliser, "_unfold", lambda self, found, at: unfold(self, found, at).scaled(2))


def _any_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Normaliser, "positive_atom", lambda self, atom: True)


def _any_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("positive", "nonnegative"):
        monkeypatch.setattr(Normaliser, name, lambda self, polynomial: True)


def _any_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Field, "is_zero", lambda self, polynomial: True)


BROKEN: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], str, str, str, str]] = {
    "a zero test says yes": (_any_zero, "u", "c + c^2", "", ""),
    "a condition is not looked at": (_any_sign, r"c + \log(c \cdot c)", r"c + 2 \log c", "", "c"),
    "a sign is lost": (_lost_sign, r"\beta + \log \frac{1}{\beta}", r"\beta + \log \beta", "", ""),
    "a definition is unfolded wrongly": (_wrong_definition, "d + \\beta^2", r"2 \beta + \beta^2", r"$$ d = \beta $$", ""),
    "the sign of a factor is not looked at": (_any_factor, "c^2 + |c|", "c^2 + c", "", ""),
}
"""What is broken, what it takes to be the same, what stands before, and of what it no longer says that it is > 0."""


@needs_rocq
@pytest.mark.parametrize("wrong", BROKEN)
def test_one_rewriting_that_is_broken_is_caught_for_every_law(
    wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaking, a, b, before, unsaid = BROKEN[wrong]
    (said,) = check_text(f"{TOLD}{before}\n\n$$ {a} = {a} $$\n", "a.md").lines[-1].shown
    assert said.certificate is not None
    shown = [ticked(each, said.certificate.statement.left, unsaid) for each in of_each_law(b, before)]
    breaking(monkeypatch)
    assert not any(accepted(shown, tmp_path))
