r"""Expectations that do not say under which law: where one is meant, and where nobody can tell."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from tests.told import told


def judged(text: str) -> list[str]:
    return [told(line).value for line in check_text(text, "a.md").lines]


RATIO = r"$$\mathbb{E}\left[\frac{p(y)}{q(y)}\right] = 1$$"


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        (r"Let $y \sim q$. " + RATIO, ["proved"]),
        (r"Let $y \sim p$. " + RATIO, ["refuted"]),
        (r"Let $y \sim p$ or $y \sim q$. " + RATIO, ["unreadable"]),
        (RATIO, ["unreadable"]),
        (r"$$\mathbb{E}_{y\sim q}[r(y) - \log q(y)] = \mathbb{E}[r(y)] + H(q)$$", ["proved"]),
        (r"$$\mathbb{E}_{y\sim q}[r(y) - \log q(y)] = \mathbb{E}[r(y)] - H(q)$$", ["refuted"]),
        # the row's own law, whatever other rows have
        (r"$$\mathbb{E}_{y\sim p}[1] = 1$$" + "\n\n" + r"$$\mathbb{E}_{y\sim q}[r(y)] = \mathbb{E}[r(y)]$$",
         ["proved", "proved"]),
        (r"$$\mathbb{E}_{y\sim p}[1] = \mathbb{E}_{y\sim q}[1]$$" + "\n\n" + r"$$\mathbb{E}[r(y)] - \mathbb{E}[r(y)] = 0$$",
         ["proved", "unreadable"]),
        # a variable that is not drawn
        (r"$$\mathbb{E}_{x\sim D}[V(x)] = \mathbb{E}[r(x,y)]$$", ["unreadable"]),
    ],
)  # fmt: skip
def test_the_law_that_is_meant(text: str, answers: list[str]) -> None:
    assert judged(text) == answers


def test_a_chain_goes_on_under_its_law() -> None:
    rows = (
        r"\begin{align}\mathbb{E}_{y\sim q}\left[\log\frac{q(y)}{p(y)}\right] &= \mathbb{E}[\log q(y)] - \mathbb{E}[\log p(y)] \\",
        r"&= -H(q) - \mathbb{E}[\log p(y)]\end{align}",
        "",
        r"$$\mathbb{E}_{y\sim p}[r(y)] - \mathbb{E}_{y\sim p}[r(y)] = 0$$",
    )
    assert judged("\n".join(rows)) == ["proved", "proved", "proved"]


def test_it_is_said_which_law_is_taken() -> None:
    (line,) = check_text(r"Let $y \sim q$. " + RATIO, "a.md").lines
    assert "E is read as E_{y∼q}" in line.notes


def test_a_sampler_that_is_declared_is_the_one() -> None:
    assert judged("<!-- symkl: sampler q -->\n\nLet $y \\sim p$.\n\n" + RATIO) == ["proved"]


J = r"$$J(\theta) = \mathbb{E}_{q\sim D,\,o\sim\pi_\theta(\cdot|q)}[r(q,o)]$$"


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (r"\nabla_\theta J(\theta) = \mathbb{E}_{q,o}[r(q,o)\nabla_\theta\log\pi_\theta(o|q)]", "proved"),
        (r"\nabla_\theta J(\theta) = \mathbb{E}_{o,q}[r(q,o)\nabla_\theta\log\pi_\theta(o|q)]", "proved"),
        (r"\nabla_\theta J(\theta) = \mathbb{E}[r(q,o)\nabla_\theta\log\pi_\theta(o|q)]", "proved"),
        (r"\nabla_\theta J(\theta) = \mathbb{E}_{q,o}[\nabla_\theta\log\pi_\theta(o|q)]", "refuted"),
        (r"\mathbb{E}_{q,o}[r(q,o)] = \mathbb{E}_{o\sim\pi_\theta(\cdot|q)}[r(q,o)]", "refuted"),
    ],
)
def test_what_is_drawn_is_the_same_where_nothing_says_from_what(row: str, answer: str) -> None:
    assert judged(J + f"\n\n$${row}$$")[-1] == answer


def test_what_says_from_what_it_draws_stays_so() -> None:
    rows = (
        r"$$\mathbb{E}_{y_1,y_2\sim\mu(\cdot|x)}[r(x,y_1) - r(x,y_2)] = 0$$",
        r"$$\mathbb{E}_{y_1,y_2\sim\pi(\cdot|x)}[r(x,y_1) - r(x,y_2)] = 0$$",
    )
    assert judged("\n\n".join(rows)) == ["proved", "proved"]


def test_of_two_laws_of_the_same_variables_neither_is_meant() -> None:
    other = r"$$\mathbb{E}_{q\sim D,\,o\sim\mu(\cdot|q)}[1] = 1$$"
    assert judged("\n\n".join((J, other, r"$$\mathbb{E}_{q,o}[r(q,o)] = J(\theta)$$")))[-1] == "unreadable"
