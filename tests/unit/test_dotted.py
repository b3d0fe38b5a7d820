"""What a dot stands for where a law is of several outcomes."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text

BOTH = r"\sum_{y,z} \pi(y,z|x) \log\frac{\pi(y,z|x)}{\mu(y,z|x)}"


def statuses(*rows: str) -> list[str]:
    return [line.status.value for line in check_text("\n\n".join(f"$${row}$$" for row in rows), "t.md").lines]


@pytest.mark.parametrize("sides", [r"\pi(\cdot|x)\|\mu(\cdot|x)", r"\pi\|\mu", r"\pi(y,z|x)\|\mu(y,z|x)"])
def test_a_divergence_of_two_laws_of_a_pair_sums_over_the_pair(sides: str) -> None:
    assert statuses(rf"KL({sides}) = {BOTH}") == ["proved"]
    assert statuses(rf"KL({sides}) = 2 {BOTH}")[0] in ("refuted", "unknown")
    assert statuses(rf"KL({sides}) = {BOTH.replace('sum_{y,z}', 'sum_y')}")[0] in ("unreadable", "unknown", "refuted")


def test_what_is_written_with_a_dot_alone_beside_it_is_a_law_of_the_same() -> None:
    rows = (r"KL(\pi(\cdot|x)\|\mu(\cdot|x)) \ge 0", r"\sum_{y,z} \mu(y,z|x) = 1", r"\sum_{y} \mu(y,z|x) = 1")
    assert statuses(*rows)[:2] == ["proved", "proved"] and statuses(*rows)[2] != "proved"


def test_a_law_that_is_written_of_one_outcome_too_is_not_told_by_a_dot() -> None:
    rows = (r"\pi(y|x) = \sum_z \pi(y,z|x)", rf"KL(\pi(\cdot|x)\|\mu(\cdot|x)) = {BOTH}")
    assert statuses(*rows)[1] not in ("proved", "refuted")
