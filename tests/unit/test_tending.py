r"""Limits as documents write them: ``A \to B \quad\text{as } \beta \to \infty``."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text

POLICY = r"\pi_\beta(y) = \frac{\mu(y)e^{r(y)/\beta}}{\sum_{y'}\mu(y')e^{r(y')/\beta}}"


def answer(row: str) -> str:
    first, second = check_text(f"$$ {POLICY} $$\n\n$$ {row} $$", "a.md").lines
    assert first.status.value == "assumed"
    return second.status.value


@pytest.mark.parametrize(("row", "wanted"), [
    (r"\pi_\beta(y) \to \mu(y) \quad\text{as } \beta\to\infty", "proved"),
    (r"\pi_\beta(y) \to \mu(y), \text{ as } \beta\to 0^+.", "refuted"),
    (r"\mathrm{KL}(\pi_\beta\|\mu) \rightarrow 0 \quad\text{as } \beta \to \infty", "proved"),
    (r"\mathrm{KL}(\pi_\beta\|\mu) \to 0 \quad\text{as } \beta \to 0", "refuted"),
    (r"\beta\log\sum_y\mu(y)e^{r(y)/\beta} \to \max_y r(y) \text{ when } \beta \to 0", "proved"),
    (r"\beta\log\sum_y\mu(y)e^{r(y)/\beta} \to \mathbb{E}_{y\sim\mu}[r(y)] \text{ as } \beta \to \infty", "proved"),
    (r"\beta\log\sum_y\mu(y)e^{r(y)/\beta} \to 0 \text{ as } \beta \to \infty", "refuted"),
])  # fmt: skip
def test_what_tends_to_what(row: str, wanted: str) -> None:
    assert answer(row) == wanted


@pytest.mark.parametrize("row", [
    r"\pi_\beta(y) \to \pi_\beta(y) \quad\text{as } \beta\to\infty",
    r"\beta r(y) \to \beta \quad\text{as } \beta\to\infty",
    r"\pi_\beta \to \mu",
    r"\pi_\beta(y) \to \mu(y) \to \mu(y) \quad\text{as } \beta\to\infty",
    r"\pi_\beta(y) = \mu(y) \to \mu(y) \quad\text{as } \beta\to\infty",
    r"\pi_\beta(y) \to \mu(y) \quad\text{as } \beta\to 1",
])  # fmt: skip
def test_any_other_arrow_is_not_read(row: str) -> None:
    assert answer(row) == "unreadable"
