r"""Numbers between 0 and 1, said in prose or behind a statement, with the ends or without them."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text

CLAIM = r"H(\lambda p + (1-\lambda)q) \ge \lambda H(p) + (1-\lambda)H(q)"


def statuses(text: str) -> list[str]:
    return [line.status.value for line in check_text(text, "a.md").lines]


@pytest.mark.parametrize("said", [
    r", \quad \lambda\in[0,1]",
    r", \quad \lambda \in (0,1)",
    r"\quad\text{for all } \lambda \in [0,1]",
    r"\quad \forall \lambda \in (0,1).",
    r", \quad \forall\, \lambda \in [0, 1],",
])  # fmt: skip
def test_behind_a_statement(said: str) -> None:
    assert statuses(f"$$ {CLAIM}{said} $$") == ["proved"]
    assert statuses(f"$$ {CLAIM.replace('ge', 'le')}{said} $$") == ["refuted"]


@pytest.mark.parametrize("said", [
    r"Let $\lambda \in [0,1]$.", r"Let $\lambda\in(0,1)$.", r"For $0 \le \lambda \le 1$:", r"For every $\lambda\in [0, 1]$,",
])  # fmt: skip
def test_in_prose(said: str) -> None:
    assert statuses(f"{said}\n\n$$ {CLAIM} $$") == ["proved"]


@pytest.mark.parametrize("row", [
    r"2\lambda > \lambda",
    r"\mathbb{1}\{\lambda > 0\} = 1",
    r"\lambda H(p) < H(p) + 1",
    r"\lambda r(y) = 0 \implies r(y) = 0",
])  # fmt: skip
def test_where_the_ends_count_what_holds_in_between_is_not_shown(row: str) -> None:
    """At λ = 0 the first three are false, or may be."""
    assert statuses(f"Let $\\lambda \\in [0,1]$.\n\n$$ {row} $$") in (["unknown"], ["assumed"])


@pytest.mark.parametrize("said", [r"\quad \forall \lambda \in [0, 2]", r"\quad\text{for all } \lambda \in [-1, 1]"])
def test_another_range_behind_a_statement_is_not_passed_over(said: str) -> None:
    assert statuses(f"$$ \\lambda \\le 2{said} $$") == ["unreadable"]


def test_an_alphabet_behind_a_statement_is_an_aside() -> None:
    assert statuses(r"$$ \pi(y|x) \le 1 \quad \forall y \in \mathcal{Y} $$") == ["proved"]


@pytest.mark.parametrize(
    ("statement", "range_", "expected"),
    [
        (r"\log u \le u - 1", r"u > 0", "proved"),
        (r"\log(1 + u) \le u", r"u > -1", "proved"),
        (r"\log(1 + v) \ge v", r"v > -1", "refuted"),
        (r"\beta KL(p\|q) \ge 0", r"\beta > 0", "proved"),
        (r"\tau KL(p\|q) \le 0", r"\tau > 0", "refuted"),
        (r"(1-\lambda) KL(p\|q) \ge 0", r"0 < \lambda < 1", "proved"),
        (r"r(x,y) = \beta\log\frac{\pi^*(y|x)}{\pi_{ref}(y|x)} + \beta\log Z(x)", r"0 < \beta < 1", "proved"),
        (r"r(x,y) = \beta\log\frac{\pi^*(y|x)}{\pi_{ref}(y|x)} + \log Z(x)", r"0 < \beta < 1", "refuted"),
        (r"c KL(p\|q) \ge 0", r"c > 0", "proved"),
    ],
)
def test_a_range_behind_a_wide_space_is_a_condition_with_a_comma_or_brackets_or_without(
    statement: str, range_: str, expected: str
) -> None:
    ways = (r"\quad %s", r",\quad %s", r"\qquad (%s)", r"\quad [%s]", r"\quad \text{if } %s")
    for behind in (way % range_ for way in ways):
        line, = check_text(f"$$ {statement} {behind} $$", "a.md").lines
        assert line.status.value == expected, behind


def test_a_statement_behind_a_wide_space_is_none_of_its_ranges() -> None:
    line, = check_text(r"$$ KL(p\|q) \ge 0 \quad (KL(q\|p) \le 0) $$", "a.md").lines
    assert line.status.value in ("refuted", "unreadable", "unknown")


def test_how_many_there_are_at_least_is_a_condition() -> None:
    assert statuses(r"$$ \log n - \frac{n-1}{n} \ge 0 \quad n \ge 1 $$") == ["proved"]
    assert statuses(r"$$ A_i = r_i - \frac1G\sum_{j=1}^G r_j, \quad G \ge 2 $$") == ["assumed"]
    assert statuses(r"$$ \log n - \frac{n-1}{n} \le 0, \quad n \ge 1 $$")[0] != "proved"
    assert statuses(r"$$ H(p) \le \log n, \quad n \ge 1 $$") == ["unknown"]  # of how many, nothing says
