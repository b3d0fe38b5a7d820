r"""Numbers with cases as people write them: |u|, min, max, clip and positive parts, read and judged."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction as F
from itertools import product

import pytest

import symkl
from symkl.language import terms as t
from symkl.refuting.cases import Case, Shape
from symkl.refuting.evaluating import evaluate
from tests.told import told

SCALARS = "<!-- symkl: u scalar; v scalar; w scalar; c > 0; A scalar; \\rho > 0; \\epsilon > 0 -->\n"


def status(row: str) -> tuple[str, ...]:
    report = symkl.check_text(f"{SCALARS}$$ {row} $$", "row.md")
    return tuple(told(line).value for line in report.lines)


TRUE = [
    r"\max(-u, -v) = -\min(u, v)",
    r"\min\{u, v\} + \max\{u, v\} = u + v",
    r"\max(u, v, w) \ge v",
    r"\min(u, v) = \frac{u + v - |u - v|}{2}",
    r"c \max(u, v) = \max(c u, c v)",
    r"\max(u + w, v + w) = \max(u, v) + w",
    r"|u|\,|v| = |u v|",
    r"|u||v| = |u v|",
    r"\lvert -u \rvert = \left| u \right|",
    r"\bigl|u\bigr|^2 = u^2",
    r"[u]_+ - [-u]_+ = u",
    r"(u)_+ + (u)_- = |u|",
    r"(u - v)^+ + v = \max(u, v)",
    r"A [u]_+ = A \max(u, 0)",
    r"\operatorname{clip}(\rho, 1-\epsilon, 1+\epsilon) \le 1 + \epsilon",
    r"\mathbb{E}_{y \sim p}\left[\left|r(x,y)\right|\right] \ge \mathbb{E}_{y \sim p}[r(x,y)]",
    r"\sum_y |p(y|x) - q(y|x)| \ge 0",
]
FALSE = [
    r"\max(-u, -v) = \min(u, v)",
    r"\min\{u, v\} - \max\{u, v\} = u - v",
    r"\max(u, v, w) \le v",
    r"\min(u, v) = \frac{u + v + |u - v|}{2}",
    r"A \max(u, v) = \max(A u, A v)",
    r"\max(u + w, v) = \max(u, v) + w",
    r"|u||v| = u v",
    r"\lvert -u \rvert = - \left| u \right|",
    r"[u]_+ + [-u]_+ = u",
    r"(u)_+ - (u)_- = |u|",
    r"A [u]_+ = \max(A u, 0)",
    r"\operatorname{clip}(\rho, 1-\epsilon, 1+\epsilon) \le 1",
    r"\operatorname{clip}(\rho, 1-\epsilon, 1+\epsilon) = \rho",
    r"\mathbb{E}_{y \sim p}\left[\left|r(x,y)\right|\right] = \left|\mathbb{E}_{y \sim p}[r(x,y)]\right|",
    r"\sum_y |p(y|x) - q(y|x)| \ge 2",
]
REFUSED = [
    r"|\mathcal{D}| \ge 0",
    r"|D| \ge 0",
    r"\log |A(x,y)| + |V| \ge 0",
    r"|u| v |w| \ge 0",
    r"\operatorname{clip}(u, v) \ge 0",
    r"\operatorname{clip} u \ge 0",
    r"\mathbb{E}_{y \sim p}[r(x,y)]_+ \ge 0",
    r"u | v = 0",
    r"\left. u \right|_{v = 0} = 0",
    r"|u \ge 0",
    r"{u + v}_+ \ge 0",
]


@pytest.mark.parametrize("row", TRUE)
def test_what_is_true_is_proved(row: str) -> None:
    assert status(row) == ("proved",)


@pytest.mark.parametrize("row", FALSE)
def test_what_is_false_is_refuted(row: str) -> None:
    assert status(row) == ("refuted",)


@pytest.mark.parametrize("row", REFUSED)
def test_what_could_mean_something_else_is_refused(row: str) -> None:
    assert status(row) == ("unreadable",)


def test_a_letter_that_may_name_a_set_is_a_number_where_the_document_writes_it_so() -> None:
    report = symkl.check_text("$$ |V| \\ge 0 $$\n$$ V(x) = V(x) $$", "row.md")
    assert [told(line).value for line in report.lines] == ["proved", "proved"]


def test_how_many_elements_an_alphabet_has_is_still_read() -> None:
    report = symkl.check_text(r"$$ \sum_y \frac{1}{|\mathcal{Y}|} = 1 $$", "row.md")
    assert [told(line).value for line in report.lines] == ["proved"]


def clip(u: F, low: F, high: F) -> F:
    return low if u < low else high if u > high else u


@pytest.mark.parametrize(("u", "low", "high"), list(product([F(-2), F(0), F(1, 2), F(4)], [F(-1), F(0)], [F(0), F(2)])))
def test_a_clip_is_worth_what_it_is_brought_to(u: F, low: F, high: F) -> None:
    term = t.Fn("clip", tuple(map(t.Number, (u, low, high))))
    assert evaluate(term, Case({}, {}, {})) == evaluate(t.Number(clip(u, low, high)), Case({}, {}, {}))


def test_a_clip_between_bounds_the_wrong_way_round_refutes_nothing() -> None:
    row = r"\operatorname{clip}(u, v, w) = \max(v, \min(u, w))"
    declared: Mapping[str, str] = {"u": "scalar", "v": "scalar", "w": "scalar"}
    text = "<!-- symkl: " + "; ".join(f"{name} {what}" for name, what in declared.items()) + f" -->\n$$ {row} $$"
    assert [told(line).value for line in symkl.check_text(text, "row.md").lines] == ["unknown"]


def test_an_equation_that_holds_on_one_piece_alone_is_refuted() -> None:
    """Random problems may all lie on the piece where it holds."""
    assert status(r"\min(\rho, 2) = \rho") == ("refuted",)


LARGEST = "<!-- symkl: c > 0; d scalar; f function of x -->\n"


def judged(row: str) -> tuple[str, ...]:
    return tuple(told(line).value for line in symkl.check_text(f"{LARGEST}$$ {row} $$", "row.md").lines)


@pytest.mark.parametrize("row", [
    r"\mathbb{E}_{y\sim\pi}[r(x,y)] \le \max_y r(x,y)",
    r"\mathbb{E}_{y\sim\pi}[r(x,y)] \ge \min_{y\in\mathcal{Y}} r(x,y)",
    r"\mathbb{E}_{x\sim D, y\sim\pi}[r(x,y)] \le \mathbb{E}_{x\sim D}\left[\max_y r(x,y)\right]",
    r"\max_y (c\, r(x,y) + d) = c \max_y r(x,y) + d",
    r"-\max_y r(x,y) + d = d - \max_{y'} r(x,y')",
    r"-\max_y r(x,y) = \min_y (-r(x,y))",
    r"\max_y (r(x,y) + R(x,y)) \le \max_y r(x,y) + \max_y R(x,y)",
    r"\max_y r(x,y) \le \max_y |r(x,y)|",
    r"\mathbb{E}_{y\sim\pi}[r(x,y)] - \beta\mathrm{KL}(\pi\|\mu) \le \max_y r(x,y)",
    r"\beta\log\sum_y \mu(y|x) e^{r(x,y)/\beta} \le \max_y r(x,y)",
    r"\max_y f(x) = f(x)",
    r"\max_y (d\, r(x,y)) \ge d \max_y r(x,y)",
])  # fmt: skip
def test_what_is_true_of_a_largest_value_is_proved(row: str) -> None:
    assert judged(row) == ("proved",)


@pytest.mark.parametrize("row", [
    r"\mathbb{E}_{y\sim\pi}[r(x,y)] \ge \max_y r(x,y)",
    r"\mathbb{E}_{y\sim\pi}[r(x,y)] \le \min_y r(x,y)",
    r"\mathbb{E}_{y\sim\pi}[r(x,y)] = \max_y r(x,y)",
    r"\max_y (d\, r(x,y)) = d \max_y r(x,y)",
    r"-\max_y r(x,y) + d = -\max_y (r(x,y) + d)",
    r"-\max_y r(x,y) = \max_y (-r(x,y))",
    r"\max_y (r(x,y) + R(x,y)) = \max_y r(x,y) + \max_y R(x,y)",
    r"\max_y |r(x,y)| \le \max_y r(x,y)",
    r"\beta\log\sum_y \mu(y|x) e^{r(x,y)/\beta} \ge \max_y r(x,y)",
    r"r(x,y) = \max_{y'} r(x,y')",
])  # fmt: skip
def test_what_is_false_of_a_largest_value_is_refuted(row: str) -> None:
    assert judged(row) == ("refuted",)


@pytest.mark.parametrize("row", [
    r"\max_y r(x,y) \max_y R(x,y) = 0",
    r"\max_y r(x,y)\, d = 0",
    r"\arg\max_y r(x,y) = 0",
    r"\max_{y : r(x,y) \le d} r(x,y) = 0",
    r"\max_y = 0",
])  # fmt: skip
def test_a_maximum_that_could_mean_something_else_is_refused(row: str) -> None:
    assert judged(row) == ("unreadable",)


def test_nothing_is_said_of_a_largest_density() -> None:
    text = r"$$ \int \pi(y|x)\, r(x,y)\,dy \le \max_y r(x,y) $$"
    assert [told(line).value for line in symkl.check_text(text, "row.md").lines] != ["proved"]


@pytest.mark.parametrize("values", [[F(1), F(3), F(-2)], [F(0), F(0)], [F(-1, 2)]])
def test_a_largest_value_is_worth_what_python_says(values: list[F]) -> None:
    y = t.Variable("y", "y")
    case = Case({"y": len(values)}, {}, {Shape("r", (), ("y",)): {(i,): each for i, each in enumerate(values)}})
    for name, of in (("maximum", max), ("minimum", min)):
        found = evaluate(t.Bind(name, (y,), (t.Apply("r", (), (y,)),)), case)
        assert found == evaluate(t.Number(of(values)), case)


@pytest.mark.parametrize("row", [
    r"\sum_y q(y)\,\mathbf{1}[R(y) > c] \le 1",
    r"\mathbb{E}_{y\sim q}[\mathbb{1}\{R(y) > c\}] \ge 0",
    r"\mathbb{E}_{y\sim q}[\mathbf 1_{R(y) > d}] + \mathbb{E}_{y\sim q}[\mathbf{1}_{\{R(y) \le d\}}] = 1",
    r"\mathbf{1}[d > c]^2 = \mathbf{1}[d > c]",
    r"\mathbf{1}[d \ge c] = \mathbf{1}[d > c] + \mathbf{1}[d = c]",
    r"d\,\mathbf{1}[d \ge 0] = [d]_+",
    r"\mathbb{I}[d > c] \le \mathbb{I}[d \ge c]",
    r"\mathbf{1}[d > c]\, \mathbf{1}[d < c] = 0",
    r"c\,\mathbb{E}_{y\sim q}[\mathbf{1}[|R(y)| \ge c]] \le \mathbb{E}_{y\sim q}[|R(y)|]",
])  # fmt: skip
def test_what_is_true_of_an_indicator_is_proved(row: str) -> None:
    assert judged(row) == ("proved",)


@pytest.mark.parametrize("row", [
    r"\mathbb{E}_{y\sim q}[\mathbf{1}[R(y) > d]] = 1",
    r"\mathbb{E}_{y\sim q}[\mathbf{1}[R(y) > d]] + \mathbb{E}_{y\sim q}[\mathbf{1}[R(y) < d]] = 1",
    r"\mathbf{1}[d \ge c] = \mathbf{1}[d > c]",
    r"\mathbf{1}[d \ge c] + \mathbf{1}[d \le c] = 1",
    r"\mathbf{1}[d = c] = 0",
    r"d\,\mathbf{1}[d \ge 0] = |d|",
    r"\mathbf{1}[d \ge c] \le \mathbf{1}[d > c]",
    r"\mathbf{1}[-d \ge 0] = 1 - \mathbf{1}[d \ge 0]",
])  # fmt: skip
def test_what_is_false_of_an_indicator_is_refuted(row: str) -> None:
    assert judged(row) == ("refuted",)


@pytest.mark.parametrize("row", [
    r"\mathbf{1}[d] = 1", r"\mathbf{1}\{y \in A\} = 1", r"\mathbf{1}[0 < d < c] = 1",
])
def test_a_condition_that_is_none_between_two_numbers_is_refused(row: str) -> None:
    assert judged(row) == ("unreadable",)


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (r"1[r(y) > 0] + 1[r(y) \le 0] = 1", "proved"),
        (r"1\{r(y) > 0\} = \mathbf{1}\{r(y) > 0\}", "proved"),
        (r"1[r(y) > 0] + 1[r(y) < 0] = 1", "refuted"),
        (r"1[2 + r(y)] = 2 + r(y)", "proved"),
    ],
)
def test_a_plain_one_before_a_condition_is_an_indicator(row: str, answer: str) -> None:
    assert symkl.check_text(f"$$ {row} $$", "a.md").lines[0].status.value == answer
