r"""Sets of responses: ``S = \{y : ...\}``, ``\arg\max_y``, sums over them, their mass and their size.

Rows are keyed by hand; those that are false are so in a problem of two or three responses that is written beside them.
"""

from __future__ import annotations

import pytest

import symkl
from tests.told import told

HALF = r"$$ S = \{y : r(y) > 0\} $$"
BEST = r"$$ S = \arg\max_y r(y) $$"
AT = r"$$ S(x) = \arg\max_{y} r(x,y) $$"


def answers(*rows: str) -> list[str]:
    text = "\n\n".join(row if row.startswith("$$") else f"$$ {row} $$" for row in rows)
    report = symkl.check_text(text, "sets.md")
    return [told(line).value for line in report.lines]


@pytest.mark.parametrize(
    ("given", "row", "answer"),
    [
        (HALF, r"\sum_{y \in S} \pi(y) \le 1", "proved"),
        (HALF, r"\sum_{y \in S} \pi(y) = 1", "refuted"),  # r = (1, 0)
        (HALF, r"\sum_{y \in S} \pi(y) + \sum_{y \notin S} \pi(y) = 1", "proved"),
        (HALF, r"\sum_{y \in S} \pi(y) = \sum_{y \notin S} \pi(y)", "refuted"),
        (HALF, r"\pi(S) = \sum_{y \in S} \pi(y)", "proved"),
        (HALF, r"\pi(S) = \sum_{y \in S} 1", "refuted"),
        (HALF, r"|S| = \sum_y \mathbf{1}[r(y) > 0]", "proved"),
        (HALF, r"|S| = \sum_y \mathbf{1}[r(y) \ge 0]", "refuted"),  # r = (1, 0)
        (HALF, r"\sum_{y \in S} \pi(y) r(y) \ge 0", "proved"),
        (HALF, r"\sum_{y \in S} \pi(y) r(y) \le 0", "refuted"),
        (HALF, r"\sum_{y : r(y) > 0} \pi(y) = \pi(S)", "proved"),
        (HALF, r"\sum_{y : r(y) < 0} \pi(y) = \pi(S)", "refuted"),
        (HALF, r"\mathbb{E}_{y \sim \pi}[\mathbf{1}[y \in S]] = \pi(S)", "proved"),
        (HALF, r"\mathbb{E}_{y \sim \pi}[\mathbf{1}\{y \notin S\}] = 1 - \pi(S)", "proved"),
        (HALF, r"\mathbb{E}_{y \sim \pi}[\mathbf{1}\{y \notin S\}] = \pi(S)", "refuted"),
        (HALF, r"S = \{z : r(z) > 0\}", "proved"),
        (HALF, r"S = \{y \in \mathcal{Y} \mid r(y) < 0\}", "refuted"),
        (BEST, r"\frac{1}{|S|} \sum_{y \in S} r(y) = \max_y r(y)", "proved"),
        (BEST, r"\sum_{y \in S} r(y) = \max_y r(y)", "refuted"),  # r = (1, 1)
        (BEST, r"\pi(S) > 0", "proved"),
        (BEST, r"\pi(S) = 1", "refuted"),
        (BEST, r"|S| > 0", "proved"),
        (BEST, r"|S| = 1", "refuted"),  # r = (1, 1)
        (BEST, r"S = \{y : r(y) = \max_{z} r(z)\}", "proved"),
        (BEST, r"S = \{y : r(y) = \min_{z} r(z)\}", "refuted"),
        (BEST, r"S = \arg\min_y (-r(y))", "proved"),
        (AT, r"\sum_{y \in S(x)} \pi(y|x) \le 1", "proved"),
        (AT, r"\pi(S(x)|x) = 1", "refuted"),
        (AT, r"\pi(S(x)|x) = \sum_{y \in S(x)} \pi(y|x)", "proved"),
    ],
)
def test_rows_about_a_set(given: str, row: str, answer: str) -> None:
    first, second = answers(given, row)
    assert first == "assumed" and second == answer


@pytest.mark.parametrize(
    "row",
    [
        r"\sum_{y \in B} \pi(y) \le 1",  # no row gives B: it may be all there is
        r"\sum_{y \notin B} \pi(y) = 0",
        r"\max_{y \in B} r(y) \le \max_y r(y)",
        r"\prod_{y \in S} \pi(y) \le 1",
        r"\{y : r(y) > 0, r(y) < 1\} = S",
        r"\{r(y) : \pi(y) > 0\} = S",
    ],
)
def test_what_is_no_set_that_is_known_is_not_read(row: str) -> None:
    assert answers(HALF, row)[1] == "unreadable"


def test_nothing_is_said_of_a_set_that_could_not_be_read() -> None:
    first, *rest = answers(
        r"S = \{y : r(y) > 0, r(y) < 1\}", r"\pi(S) = 1", r"\sum_y \pi_S(y) = \pi(S)", r"|S| = 1", r"\sum_{y\in S} \pi(y) = 1"
    )
    assert first == "unreadable" and not {"proved", "assumed", "refuted"} & set(rest)


def test_what_is_in_a_set_is_conditioned_on() -> None:
    rows = (r"\pi_S(y) = \frac{\pi(y) \mathbf{1}[y \in S]}{\pi(S)}", r"\sum_y \pi_S(y) = 1", r"\sum_{y \in S} \pi_S(y) = 1",
            r"\sum_{y \in S} \pi_S(y) = \pi(S)")  # fmt: skip
    assert answers(HALF, *rows)[1:] == ["assumed", "proved", "proved", "refuted"]


def test_the_cold_limit_is_the_reference_on_the_best() -> None:
    tilted = r"\frac{\pi_{ref}(y) e^{r(y)/\beta}}{\sum_{y'} \pi_{ref}(y') e^{r(y')/\beta}}"
    right = r"\frac{\pi_{ref}(y) \mathbf{1}[y \in S]}{\pi_{ref}(S)}"
    uniform = r"\frac{\mathbf{1}[y \in S]}{|S|}"
    limit = rf"\lim_{{\beta \to 0^+}} {tilted}"
    assert answers(BEST, rf"{limit} = {right}", rf"{limit} = {uniform}")[1:] == ["proved", "refuted"]


def test_the_price_of_the_best_response() -> None:
    star = r"\pi^*(y) = \frac{\pi_{ref}(y) e^{r(y)/\beta}}{\sum_{y'} \pi_{ref}(y') e^{r(y')/\beta}}"
    bound = r"\mathrm{KL}(\pi^* \| \pi_{ref}) %s \log \frac{1}{\pi_{ref}(S)}"
    assert answers(star, BEST, bound % r"\le", bound % r"\ge", bound % "=")[2:] == ["proved", "refuted", "refuted"]


def test_constraints_that_every_policy_meets_say_nothing() -> None:
    problem = r"\max_{\pi} \mathbb{E}_{y\sim\pi}[r(y)] - \beta\,\mathrm{KL}(\pi\|\mu) \quad \text{s.t. } "
    same = r"\min_{\pi} \mathrm{KL}(\pi\|\mu) - \frac1\beta\mathbb{E}_{y\sim\pi}[r(y)] \quad \text{subject to } "
    for said in (r"\sum_y \pi(y) = 1", r"\sum_y \pi(y|x) = 1 \ \forall x", r"\pi \in \Delta(\mathcal{Y})",
                 r"\sum_y \pi(y) = 1,\ \pi(y) \ge 0", r"\int \pi(y) \, dy = 1"):  # fmt: skip
        assert answers(problem + said, same + said)[0] in ("stated", "unreadable") or said.startswith(r"\int")
    assert answers(problem + r"\sum_y \pi(y) = 1", same + r"\pi(y) \ge 0") == ["stated", "proved"]
    for said in (r"\mathrm{KL}(\pi\|\mu) \le 1", r"\sum_y \pi(y) = 2", r"\sum_y \pi(y) r(y) = 1", r"\pi(y) \ge 1",
                 r"\pi(y) \ge \mu(y)", r"\pi \in \Pi_0", r"\sum_y \mu(y) = 1, \pi(y) \le \mu(y)"):  # fmt: skip
        assert answers(problem + said, "= 0") in (["unreadable", "unknown"], ["stated", "unknown"])
