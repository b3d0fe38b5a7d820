r"""Numbers between 0 and 1, as a directive or a sentence says it, and what a mixture with them is."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text

MIXTURE = r"$$m(y) = \alpha p(y) + (1-\alpha) q(y)$$"


def judged(*parts: str) -> list[str]:
    return [line.status.value for line in check_text("\n\n".join(parts), "a.md").lines]


@pytest.mark.parametrize(
    "said",
    [r"<!-- symkl: \alpha in (0, 1) -->", r"Suppose $0 < \alpha < 1$."],
)
def test_a_mixture_is_a_distribution(said: str) -> None:
    rows = (r"$$\mathrm{KL}(p\|m) \ge 0$$", r"$$\alpha^2 \le \alpha$$", r"$$\alpha \le \frac12$$", r"$$H(m) \le \alpha H(p)$$")
    assert judged(said, MIXTURE, *rows) == ["assumed", "proved", "proved", "refuted", "refuted"]


def test_a_sentence_that_says_where_it_is_may_be_a_condition_too() -> None:
    rows = (r"$$\mathrm{KL}(p\|m) \ge 0$$", r"$$\alpha^2 \le \alpha$$")
    assert judged(r"Here $\alpha \in (0,1)$ is a weight.", MIXTURE, *rows) == ["assumed", "proved", "proved"]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("", "refuted"),
        (r"For $\alpha \in (0,1)$ all is well, and for $\alpha > 1$ not.", "refuted"),
        (r"We look at $\alpha = 2$. Here $\alpha \in (0,1)$.", "unknown"),
        (r"Here $\lambda \in (0,1)$.", "unknown"),
        (r"Here $p(y) \in (0,1)$.", "unknown"),
    ],
)
def test_what_sentences_say_otherwise_is_heeded(said: str, answer: str) -> None:
    assert judged(said, r"$$\alpha^2 \le \alpha$$") == [answer]


def test_a_derivative_by_it_is_open() -> None:
    assert judged(r"Here $\alpha \in (0,1)$.", r"$$\frac{d}{d\alpha}\alpha^2 = 0$$") == ["unknown"]
