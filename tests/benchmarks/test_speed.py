"""How long things take: printed by ``make bench``, never asserted as times.

Ratios are taken within one run, so that another machine changes little.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import pytest
import sympy

import symkl.language.terms as t
from symkl.checking.document import check_text
from symkl.checking.tilting import settle
from symkl.language.proof import Proof
from symkl.language.terms import Relation, Statement
from symkl.meaning.document import read
from symkl.proving.deciding import decide
from symkl.proving.problems import problem

DOCS = Path(__file__).parents[2] / "docs" / "proofs"
NOTES = ("note-on-ppo", "note-on-ppo-corrected")
WRONG = r"r(x,y) = \beta \log \frac{\pi^*(y|x)}{\pi_{ref}(y|x)} - \beta \log Z(x)"
ROW = r"r(x,y) = \beta \log \frac{\pi^*(y|x)}{\pi_{ref}(y|x)} + \beta \log Z(x)"


def statements(name: str) -> list[tuple[Statement, t.Context]]:
    """What the kernel is asked when a note is checked: each row against the one before it."""
    proof: Proof = read((DOCS / f"{name}.md").read_text())
    context = settle(proof).context
    out = []
    last: t.Term | None = None
    for row in proof.rows:
        for clause in row.clauses:
            for left, relation, right in zip(clause.terms, clause.relations, clause.terms[1:], strict=False):
                out.append((Statement(left, relation, right), context))
            if problem(clause.terms[0]) is not None and not isinstance(clause.terms[0], t.Optimiser):
                if last is not None:
                    out.append((Statement(last, Relation.EQUIVALENT, clause.terms[0]), context))
                last = clause.terms[0]
    return out


@pytest.mark.parametrize(
    ("name", "number"), [(name, i) for name in NOTES for i in range(len(statements(name)))]
)
def test_deciding_one_line_of_a_note(benchmark: Any, name: str, number: int) -> None:
    statement, context = statements(name)[number]
    benchmark.group = "deciding one line, kernel only"
    benchmark(decide, statement, context)


@pytest.mark.parametrize("name", NOTES)
def test_reading_a_note(benchmark: Any, name: str) -> None:
    text = (DOCS / f"{name}.md").read_text()
    benchmark.group = "reading a whole note (8 or 9 rows)"
    benchmark(read, text)


@pytest.mark.parametrize("name", NOTES)
def test_checking_a_note(benchmark: Any, name: str) -> None:
    text = (DOCS / f"{name}.md").read_text()
    benchmark.group = "checking a whole note: reading, kernel, guard, refuting, repairing"
    benchmark(check_text, text, f"{name}.md")


@pytest.mark.parametrize("rows", [10, 100, 1000])
def test_cost_grows_with_the_number_of_rows(benchmark: Any, rows: int, timed: bool) -> None:
    if rows > 10 and not timed:
        pytest.skip("nothing is timed: make bench has the long documents")
    text = "\n\n".join(f"$${ROW}$$" for _ in range(rows))
    benchmark.group = "rows of one document: 10, 100, 1000"
    benchmark.pedantic(check_text, (text, "rows.md"), rounds=3 if rows < 1000 else 1)


@pytest.mark.parametrize("rows", [10, 100, 1000])
def test_cost_grows_with_the_number_of_rows_where_each_fifth_is_wrong(benchmark: Any, rows: int, timed: bool) -> None:
    if rows > 10 and not timed:
        pytest.skip("nothing is timed: make bench has the long documents")
    text = "\n\n".join(f"$${WRONG if i % 5 == 4 else ROW}$$" for i in range(rows))
    benchmark.group = "rows of one document, each fifth wrong: 10, 100, 1000"
    report = benchmark.pedantic(check_text, (text, "rows.md"), rounds=3 if rows < 1000 else 1)
    assert sum(line.status.value == "refuted" for line in report.lines) == rows // 5


def test_a_row_of_thirty_terms(benchmark: Any) -> None:
    terms = " + ".join(rf"\beta^{{{k}}} E_{{y\sim\pi}}[r(x,y)]" for k in range(1, 31))
    other = " + ".join(rf"\beta^{{{k}}} E_{{y\sim\pi}}[r(x,y)]" for k in range(30, 0, -1))
    text = f"$${terms} = {other}$$"
    benchmark.group = "one row of 30 terms on each side"
    report = benchmark(check_text, text, "long.md")
    assert report.lines[0].status.value == "proved"


def test_the_command_from_start_to_exit(benchmark: Any) -> None:
    note = str(DOCS / "note-on-ppo.md")

    def run() -> int:
        return subprocess.run(
            [sys.executable, "-m", "symkl", "check", note], capture_output=True, check=False
        ).returncode

    benchmark.group = "symkl check note-on-ppo.md, process start to exit"
    assert benchmark.pedantic(run, rounds=5, warmup_rounds=1) == 1


def test_importing(benchmark: Any) -> None:
    def run() -> int:
        return subprocess.run(
            [sys.executable, "-c", "import symkl"], capture_output=True, check=False
        ).returncode

    benchmark.group = "python -c 'import symkl'"
    assert benchmark.pedantic(run, rounds=5, warmup_rounds=1) == 0


def _seconds(what: Callable[[], object], rounds: int) -> float:
    """The median time of a call."""
    times = []
    for _ in range(rounds):
        start = perf_counter()
        what()
        times.append(perf_counter() - start)
    return median(times)


def test_the_figures_to_reach(capsys: pytest.CaptureFixture[str], timed: bool) -> None:
    """One summary of the two notes and of growth, printed beside the figures that are aimed at."""
    rounds = 15 if timed else 1
    kernel = [_seconds(lambda s=s, c=c: decide(s, c), rounds) for name in NOTES for s, c in statements(name)]
    texts = [(DOCS / f"{name}.md").read_text() for name in NOTES]
    reading = sum(_seconds(lambda text=text: read(text), rounds) for text in texts) / sum(
        len(read(text).rows) for text in texts
    )
    growth = {
        n: _seconds(lambda n=n: check_text("\n\n".join([f"$${ROW}$$"] * n), "rows.md"), 3)
        for n in ((10, 100, 1000) if timed else (10, 100))
    }
    assert min(kernel) > 0 and growth[100] > growth[10]
    with capsys.disabled():
        print(f"\nkernel alone, median of {len(kernel)} lines: {1e3 * median(kernel):.2f} ms (aim: 2)")
        print(f"reading included: {1e3 * (median(kernel) + reading):.2f} ms (aim: 5)")
        for n, seconds in growth.items():
            print(f"{n:5} rows: {1e3 * seconds:7.0f} ms, {1e3 * seconds / n:.2f} ms a row")


# -- SymPy on the same identity ----------------------------------------------------------------


def identity_in_sympy(n: int) -> Any:
    """``J - (β log Z - β KL(π‖π*))`` for n responses, written out."""
    beta = sympy.Symbol("beta", positive=True)
    p, q, r = (sympy.symbols(f"{letter}1:{n + 1}", positive=letter != "r", real=True) for letter in "pqr")
    z = sum(q[i] * sympy.exp(r[i] / beta) for i in range(n))
    star = [q[i] * sympy.exp(r[i] / beta) / z for i in range(n)]
    left = sum(p[i] * r[i] - beta * p[i] * sympy.log(p[i] / q[i]) for i in range(n))
    right = sum(p) * beta * sympy.log(z) - beta * sum(p[i] * sympy.log(p[i] / star[i]) for i in range(n))
    return left - right


def identity_in_symkl() -> tuple[Statement, t.Context]:
    """The same for every number of responses."""
    proof = read(
        r"$$\mathbb{E}_{y\sim\pi}[r(x,y)] - \beta KL(\pi\|\pi_{ref}) = \beta\log Z(x) - \beta KL(\pi\|\pi^*)$$"
    )
    clause = proof.rows[0].clauses[0]
    return Statement(clause.terms[0], Relation.EQUAL, clause.terms[1]), settle(proof).context


def test_the_regret_identity_by_the_kernel_for_every_n(benchmark: Any) -> None:
    benchmark.group = "J = β log Z - β KL(π‖π*): the kernel for every n, SymPy's simplify for n = 3"
    benchmark(decide, *identity_in_symkl())


def test_the_regret_identity_by_simplify_for_three(benchmark: Any) -> None:
    benchmark.group = "J = β log Z - β KL(π‖π*): the kernel for every n, SymPy's simplify for n = 3"
    found = benchmark.pedantic(
        lambda: sympy.simplify(sympy.expand_log(identity_in_sympy(3), force=True)), rounds=1
    )
    print(f"\nSymPy's simplify, n = 3, left this of 0: {str(found)[:120]}")
    sympy.core.cache.clear_cache()


@pytest.mark.usefixtures("long")
def test_the_regret_identity_by_simplify_for_symbolic_n(benchmark: Any) -> None:
    n = sympy.Symbol("n", integer=True, positive=True)
    y = sympy.Symbol("y", integer=True)
    beta = sympy.Symbol("beta", positive=True)
    p, q, r = (sympy.IndexedBase(letter, positive=letter != "r") for letter in "pqr")
    z = sympy.Sum(q[y] * sympy.exp(r[y] / beta), (y, 1, n))
    star = q[y] * sympy.exp(r[y] / beta) / z
    left = sympy.Sum(p[y] * r[y] - beta * p[y] * sympy.log(p[y] / q[y]), (y, 1, n))
    right = sympy.Sum(p[y], (y, 1, n)) * beta * sympy.log(z) - beta * sympy.Sum(
        p[y] * sympy.log(p[y] / star), (y, 1, n)
    )
    benchmark.group = "the same for symbolic n by SymPy's simplify"
    found = benchmark.pedantic(lambda: sympy.simplify(left - right), rounds=1)
    print(f"\nSymPy's simplify, symbolic n, left this of 0: {str(found)[:120]}")
