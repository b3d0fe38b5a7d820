r"""Convexity as people claim it, with a weight between 0 and 1: divergences, entropies, objectives, geometric means."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text

DECLARED = r"<!-- symkl: \lambda in (0,1); u distribution over y; v distribution over y; a > 0; b > 0 -->" + "\n"
MIXED = r"\lambda p + (1-\lambda)q"


def statuses(*rows: str) -> list[str]:
    return [each.status.value for each in check_text(DECLARED + "\n\n".join(f"$$ {row} $$" for row in rows), "a.md").lines]


@pytest.mark.parametrize(("left", "true", "right"), [
    (rf"\mathrm{{KL}}({MIXED}\,\|\,\mu)", r"\le", r"\lambda\mathrm{KL}(p\|\mu) + (1-\lambda)\mathrm{KL}(q\|\mu)"),
    (rf"\mathrm{{KL}}(\mu\,\|\,{MIXED})", r"\le", r"\lambda\mathrm{KL}(\mu\|p) + (1-\lambda)\mathrm{KL}(\mu\|q)"),
    (rf"\mathrm{{KL}}({MIXED}\,\|\,\lambda u + (1-\lambda)v)", r"\le",
     r"\lambda\mathrm{KL}(p\|u) + (1-\lambda)\mathrm{KL}(q\|v)"),
    (rf"H({MIXED})", r"\ge", r"\lambda H(p) + (1-\lambda)H(q)"),
    (rf"\chi^2({MIXED}\,\|\,\mu)", r"\le", r"\lambda\chi^2(p\|\mu) + (1-\lambda)\chi^2(q\|\mu)"),
    (r"\log\sum_y p(y)^\lambda q(y)^{1-\lambda}", r"\le", "0"),
    (r"\sum_y p(y)^\lambda q(y)^{1-\lambda}", r"\le", "1"),
    (r"a^\lambda b^{1-\lambda}", r"\le", r"\lambda a + (1-\lambda)b"),
    (r"\frac{1}{\lambda-1}\log\sum_y p(y)^\lambda q(y)^{1-\lambda}", r"\ge", "0"),
])  # fmt: skip
def test_a_claim_and_its_reverse(left: str, true: str, right: str) -> None:
    false = {r"\le": r"\ge", r"\ge": r"\le"}[true]
    assert statuses(f"{left} {true} {right}", f"{left} {false} {right}") == ["proved", "refuted"]


def test_an_objective_at_a_mixture() -> None:
    objective = r"J(\pi) = \mathbb{E}_{y\sim\pi}[r(y)] - \beta\mathrm{KL}(\pi\|\mu)"
    at = rf"J({MIXED})"
    assert statuses(objective, rf"{at} \ge \lambda J(p) + (1-\lambda)J(q)") == ["assumed", "proved"]
    assert statuses(objective, rf"{at} \le \lambda J(p) + (1-\lambda)J(q)") == ["assumed", "refuted"]
    gap = rf"\beta\lambda\mathrm{{KL}}(p\|{MIXED}) + \beta(1-\lambda)\mathrm{{KL}}(q\|{MIXED})"
    assert statuses(objective, rf"{at} = \lambda J(p) + (1-\lambda)J(q) + {gap}") == ["assumed", "proved"]
    assert statuses(objective, rf"{at} = \lambda J(p) + (1-\lambda)J(q)") == ["assumed", "refuted"]


def test_a_weight_that_nothing_bounds_makes_no_mixture() -> None:
    objective = r"J(\pi) = \mathbb{E}_{y\sim\pi}[r(y)] - \beta\mathrm{KL}(\pi\|\mu)"
    assert statuses(objective, r"J(c p + (1-c)q) \ge c J(p) + (1-c)J(q)")[1] in ("unreadable", "unknown")


@pytest.mark.parametrize("row", [
    r"a^\lambda b^\lambda \le \lambda a + (1-\lambda)b",
    r"\sum_y p(y)^{2-\lambda} q(y)^{\lambda-1} \le 1",
    rf"\mathrm{{KL}}({MIXED}\,\|\,\mu) \le \lambda\mathrm{{KL}}(p\|\mu)",
    rf"H({MIXED}) \ge H(p)",
])  # fmt: skip
def test_what_is_not_so_is_refuted(row: str) -> None:
    assert statuses(row) == ["refuted"]
