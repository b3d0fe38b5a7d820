"""Rows that are understood but for some things in them: what is left open, and that nothing is made of it."""

from __future__ import annotations

import pytest

import symkl.meaning.rows as rows_of_meaning
from symkl.checking.document import check_text
from symkl.checking.report import Line, Overall, Status
from symkl.language.terms import Span
from symkl.reading.readable import row_text
from symkl.reading.sketching import UNREAD, sketched
from symkl.reading.syntax import walk

UNKNOWN, UNREADABLE, PROVED, REFUTED = Status.UNKNOWN, Status.UNREADABLE, Status.PROVED, Status.REFUTED


def judged(*rows: str, before: str = "") -> list[Line]:
    return list(check_text(before + "\n\n".join(f"$$ {row} $$" for row in rows), "a.md").lines)


ONE_THING = [
    # what a row is of, and the things that are left open in it
    (r"L = E_{x \sim D, y \sim \pi}[\sum_t \mathrm{KL}(\pi(\cdot|s_t) \| \mu(\cdot|s_t))]", "∑_t KL(π(·|s_t)‖μ(·|s_t))"),
    (r"r(x,y) = \beta \log \pi(y|x) + \beta \log |B| + \exp(y)", "y"),
    (r"E_\theta(x) = -\log p_\theta(x)", "E_θ(x)"),
    (r"(B v)(x) = 2 r(x, y)", "(B v) (x)"),
    (r"F = E_{y \sim \pi}[\nabla_\theta \log \pi_\theta(y|x) \nabla_\theta \log \pi_\theta(y|x)^T]", ""),
    (r"r(x,y) = \sum_{y' \in B} r(x,y')", "∑_{y' ∈ B} r(x,y')"),
    (r"\pi(y|x) = \frac{p(O = 1, y | x)}{Z(x)}", ""),
]


@pytest.mark.parametrize(("row", "thing"), ONE_THING)
def test_a_thing_that_is_not_understood_is_named_and_left_open(row: str, thing: str) -> None:
    (line,) = judged(row)
    assert line.status is UNKNOWN, line.trouble
    assert line.because.startswith("it is read but for ") and line.because.endswith(", which may be anything")
    assert thing in line.because
    assert line.trouble is not None and line.trouble.advice  # what to write is said as of an unreadable row


@pytest.mark.parametrize(
    ("row", "sketch"),
    [
        (r"V(s) = \mathbb{E}[G \mid S = s]", r"V(s) = \mathbb{E}[G \mid S = s]"),
        (r"V(s) = \mathbb{E}\left[G \mid S = s\right] + 1", r"V(s) = \mathbb{E}\left[G \mid S = s\right] + 1"),
        (r"p = \Pr(s = 1) + c", r"p = \Pr(s = 1) + c"),
        (r"\gamma \Pr_\pi\big(s_t = s,\, a_t = a\big) = c", r"γ \Pr_\pi\big(s_t = s,\, a_t = a\big) = c"),
        (r"v = \begin{cases} 1 & l = 1 \\ 2 & l = 2 \\ 3 & l = 3 \end{cases}", "v = "),
        (r"D = \sup_{g: S \times A \to \mathbb{R}} g(s) - 1", r"D = \sup_{g: S \times A \to \mathbb{R}} g(s) - 1"),
        (r"a = \frac{[\pi(y)]_{\text{no grad}}}{c}", r"a = [\pi(y)]_{\text{no grad}}/c"),
        (r"c = \frac{1}{\binom{K}{2}} d", r"c = 1/\binom{K}{2} d"),
    ],
)
def test_a_construct_that_does_not_parse_is_left_open_where_its_end_is_clear(row: str, sketch: str) -> None:
    found = sketched(row, Span(0, len(row)))
    assert found is not None and row_text(found).startswith(sketch)
    nodes = [node for clause in found.clauses for side in clause.expressions for node in walk(side)]
    assert any(node.kind == UNREAD and row[node.span.start : node.span.stop] in row for node in nodes)


@pytest.mark.parametrize(
    "row",
    [
        r"\mathbb{E}[r(x,y) = 1",  # a bracket that may close elsewhere
        r"r(x,y) = \frac{1}{",
        r"\sum_{i=1}^G",  # nothing is stated
        r"r := r - 1",  # a step of an algorithm
        r"\mathbb{E}[G \mid S = s]",  # nothing but one thing that is not understood
        r"P = \text{a penalty that grows with distance}",
        r"r(x,y) \hookrightarrow \beta",
        r"\unknownmacro{x} = 1",
    ],
)
def test_what_leaves_open_what_is_stated_is_not_read(row: str) -> None:
    lines = judged(row)
    assert all(line.status in (UNREADABLE, Status.STATED) for line in lines) and lines
    assert not any("it is read but for" in line.because for line in lines)


CHAINS = [
    # documents with something that is left open, and rows that would hold if it were a constant, or one thing throughout
    (
        r"A = \mathbb{E}[G \mid S = s] + r(x,y)",
        r"E_{y \sim \pi}[A] = A",
        r"E_{y \sim \pi}[A] = E_{y \sim \pi}[r(x,y)] + A - r(x,y)",
    ),
    (r"F(\pi) = E_{y \sim \pi}[r(x,y)] + W(\pi)", r"F(\mu) - F(\pi) = E_{y \sim \mu}[r(x,y)] - E_{y \sim \pi}[r(x,y)]"),
    (r"F(\pi) = E_{y \sim \pi}[r(x,y)] + \cdots", r"F(\mu) - F(\pi) = E_{y \sim \mu}[r(x,y)] - E_{y \sim \pi}[r(x,y)]"),
    (r"\Pr(s = 1) + \beta = \beta + \Pr(s = 1)", r"\Pr(s = 1) = \Pr(s = 2)"),
    (r"E_{y \sim \pi}[W(y)] = W(y)", r"E_{y \sim \pi}[w] = w", r"w^2 \ge 0"),
    (r"J(\theta) = E_{y \sim \pi_\theta}[\Pr(s = y)]", r"\nabla_\theta J(\theta) = E_{y \sim \pi_\theta}[\Pr(s = y) \nabla_\theta \log \pi_\theta(y|x)]"),
    (r"v = \begin{cases} 1 & l = 1 \\ 2 & l = 2 \\ 3 & l = 3 \end{cases}", r"v = 1", r"v = 2"),
]  # fmt: skip


@pytest.mark.parametrize("rows", CHAINS)
def test_nothing_is_proved_or_refuted_with_what_is_left_open(rows: tuple[str, ...]) -> None:
    assert {line.status for line in judged(*rows)} <= {UNKNOWN, UNREADABLE}


DOCUMENTS = [
    *CHAINS,
    (
        r"L = E_{y \sim \pi}[r(x,y)] + \Pr(s = 1)",
        r"= E_{y \sim \pi}[r(x,y)] + c",
        r"\max_\pi E_{y\sim\pi}[r(x,y)] - \beta \mathrm{KL}(\pi \| \pi_{ref})",
        r"Z(x) = \sum_y \pi_{ref}(y|x) e^{r(x,y)/\beta}",
        r"\pi^*(y|x) = \frac{1}{Z(x)} \pi_{ref}(y|x) e^{r(x,y)/\beta}",
        r"r(x,y) = \beta \log \frac{\pi^*(y|x)}{\pi_{ref}(y|x)} + \beta \log Z(x)",
        r"r(x,y) = \beta \log \frac{\pi^*(y|x)}{\pi_{ref}(y|x)} - \beta \log Z(x)",
    ),
    (
        r"w = w \beta",
        r"w = 2",
        r"f = \mathbb{E}[r \mid x]",
        r"= E_{y\sim\pi}[r(x,y)]",
        r"= \sum_y \pi(y|x) r(x,y)",
        r"= \sum_y \pi(y|x) r(x,y) + 1",
    ),
]


@pytest.mark.parametrize("rows", DOCUMENTS)
def test_no_other_row_hears_of_what_is_left_open(rows: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every other row is answered as if the row could not be read: an outline is of its own line alone."""
    outlined = judged(*rows)
    monkeypatch.setattr(rows_of_meaning, "outlined", lambda *given: ())
    plain = judged(*rows)
    assert any(line.status is UNREADABLE for line in plain) or r"\cdots" in rows[0]
    for one, other in zip(outlined, plain, strict=True):
        if other.status is UNREADABLE:
            assert one.status in (UNKNOWN, UNREADABLE) and one.trouble == other.trouble
        else:
            assert one == other


def test_a_document_with_an_outline_is_not_proved() -> None:
    report = check_text("$$ 1 = 1 $$\n\n$$ r(x,y) = 1 + \\Pr(s = 1) $$", "a.md")
    assert [line.status for line in report.lines] == [PROVED, UNKNOWN] and report.verdict is Overall.UNKNOWN


def test_a_long_row_is_not_sketched_for_ever() -> None:
    row = "V = " + " + ".join([r"\mathbb{E}[G \mid S = s]"] * 200)
    assert judged(row)[0].status is UNREADABLE
