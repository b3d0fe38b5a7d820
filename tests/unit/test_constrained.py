"""Problems under a constraint, which are stated and not solved."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text

SAID = r"<!-- symkl: \delta > 0; \beta > 0 -->" + "\n"


def lines(*rows: str) -> list[tuple[str, str]]:
    found = check_text(SAID + "\n\n".join(f"$$ {row} $$" for row in rows), "a.md").lines
    return [(line.status.value, line.because) for line in found]


@pytest.mark.parametrize("word", [r"\quad \text{s.t.}\quad", r"\text{ subject to }", r"\quad\text{such that}\quad"])
def test_it_is_stated_and_nothing_follows(word: str) -> None:
    problem = rf"\max_\pi \mathbb{{E}}_{{y\sim\pi}}[r(y)] {word} \mathrm{{KL}}(\pi\|\mu) \le \delta"
    assert [status for status, _ in lines(problem)] == ["stated"]
    greedy = rf"\pi_1 = \arg{problem}"
    stated, claim = lines(greedy, r"\pi_1(y) = \mu(y)")
    assert stated[0] == "stated" and claim[0] == "unknown"


def test_its_lagrangian_is_read() -> None:
    problem = r"\max_\pi \mathbb{E}_{y\sim\pi}[r(y)] \quad \text{s.t.}\quad \mathrm{KL}(\pi\|\mu) \le \delta"
    lagrangian = r"L(\pi,\beta) = \mathbb{E}_{y\sim\pi}[r(y)] - \beta(\mathrm{KL}(\pi\|\mu) - \delta)"
    best = r"\arg\max_\pi L(\pi,\beta) \propto \mu(y)e^{r(y)/\beta}"
    value = r"\max_\pi L(\pi,\beta) = \beta\delta + \beta\log\sum_y\mu(y)e^{r(y)/\beta}"
    wrong = r"\max_\pi L(\pi,\beta) = \beta\log\sum_y\mu(y)e^{r(y)/\beta}"
    found = [status for status, _ in lines(problem, lagrangian, best, value, wrong)]
    assert found == ["stated", "assumed", "proved", "proved", "refuted"]


@pytest.mark.parametrize("row", [
    r"\mathbb{E}_{y\sim\pi}[r(y)] \text{ s.t. } \beta \le 1",
    r"\max_\pi \mathbb{E}_{y\sim\pi}[r(y)] \text{ s.t. }",
])  # fmt: skip
def test_without_a_problem_or_a_constraint_it_is_unreadable(row: str) -> None:
    assert [status for status, _ in lines(row)] == ["unreadable"]


def test_what_every_policy_meets_constrains_nothing() -> None:
    row = r"\max_\pi \left\{\mathbb{E}_{y\sim\pi}[r(y)] - \beta\mathrm{KL}(\pi\|\mu)\right\}"
    whole = row + r" = \beta\log\sum_y\mu(y)e^{r(y)/\beta} \quad\text{s.t.}\quad \sum_y\pi(y) = 1"
    assert [status for status, _ in lines(whole)] == ["proved"]
