"""What a row costs in a long document: no more than in a short one, whether one row in five is wrong or none.

Wrong rows cost most: each is evaluated until a counterexample is certified, and then mended. Of both, ``make bench`` prints
the time a row, and how often that of the shortest document goes into it.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import Any

import pytest

from symkl.checking.document import check_text

RIGHT = (
    r"D_{KL}(p\|q) + N = \sum_y p(y) \log p(y) - \sum_y p(y) \log q(y) + N",
    r"r(x,y) + N = \beta \log \frac{\pi^*(y|x)}{\pi_{ref}(y|x)} + \beta \log Z(x) + N",
    r"\sum_y p(y) \frac{q(y)}{p(y)} + N = 1 + N",
    r"N E_{y \sim p}[r(x,y)] - \beta D_{KL}(p\|q) = E_{y \sim p}[N r(x,y)] - \beta E_{y \sim p}[\log \frac{p(y)}{q(y)}]",
)
WRONG = (
    r"D_{KL}(p\|q) + N = \sum_y p(y) \log p(y) + \sum_y p(y) \log q(y) + N",
    r"r(x,y) + N = \beta \log \frac{\pi^*(y|x)}{\pi_{ref}(y|x)} - \beta \log Z(x) + N",
    r"\sum_y q(y) \frac{q(y)}{p(y)} + N = 1 + N",
    r"N E_{y \sim p}[r(x,y)] - \beta D_{KL}(p\|q) = E_{y \sim p}[N r(x,y)] + \beta E_{y \sim p}[\log \frac{p(y)}{q(y)}]",
)
SIZES = (50, 200, 1000)


def document(rows: int, wrong: int) -> str:
    """So many rows, no two the same, of which every ``wrong``-th is wrong; with 0 none is."""
    kinds = [(WRONG if wrong and i % wrong == wrong - 1 else RIGHT)[i // 5 % 4] for i in range(rows)]
    return "\n\n".join(f"$${kind.replace('N', str(i + 2))}$$" for i, kind in enumerate(kinds))


@pytest.fixture(scope="module")
def a_row() -> Iterator[dict[tuple[int, int], float]]:
    found: dict[tuple[int, int], float] = {}
    yield found
    print()
    for (rows, wrong), seconds in sorted(found.items(), key=lambda each: each[0][::-1]):
        shortest = found.get((SIZES[0], wrong))
        times = f", {seconds / shortest:.2f} times that of {SIZES[0]} rows" if shortest and rows != SIZES[0] else ""
        print(f"{rows:5} rows, {f'1 in {wrong}' if wrong else 'none'} wrong: {1e3 * seconds:7.2f} ms a row{times}")


@pytest.mark.parametrize("rows", SIZES)
@pytest.mark.parametrize("wrong", [0, 5], ids=["all right", "1 in 5 wrong"])
def test_a_row_costs_the_same_in_a_long_document(
    benchmark: Any, a_row: dict[tuple[int, int], float], rows: int, wrong: int, timed: bool
) -> None:
    if rows != SIZES[0] and not timed:
        pytest.skip("nothing is timed: make bench has the long documents")
    text = document(rows, wrong)
    benchmark.group = "rows of one document, all different: 50, 200, 1000; none wrong, or one in five"

    def run() -> object:
        start = perf_counter()
        report = check_text(text, "rows.md")
        a_row[rows, wrong] = (perf_counter() - start) / rows
        return report

    report = benchmark.pedantic(run, rounds=1)
    statuses = [line.status.value for line in report.lines]
    assert (len(statuses), statuses.count("refuted")) == (rows, rows // wrong if wrong else 0)
    assert set(statuses) <= {"proved", "refuted"}
