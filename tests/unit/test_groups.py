"""Indices with an end: sums over groups, their sizes, means and deviations, all but one, and independent samples."""

from __future__ import annotations

from fractions import Fraction as F
from itertools import product
from math import isclose, prod, sqrt
from random import Random

import pytest

import symkl.language.terms as t
from symkl.checking.document import check_text
from symkl.checking.report import Line, Status
from symkl.language.terms import Variable
from symkl.meaning.document import read
from symkl.refuting.cases import Case, Shape, random_case
from symkl.refuting.evaluating import evaluate, needed
from tests.told import told

PROVED, REFUTED, ASSUMED, UNREADABLE, UNKNOWN = (
    Status.PROVED, Status.REFUTED, Status.ASSUMED, Status.UNREADABLE, Status.UNKNOWN,
)  # fmt: skip


def judged(*rows: str, before: str = "") -> list[Line]:
    return list(check_text(before + "\n\n".join(f"$${row}$$" for row in rows), "a.md").lines)


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"\sum_{i=1}^{K} 1 = K", PROVED),
        (r"\sum_{i=1}^{K} 1 = K + 1", REFUTED),
        (r"\frac{1}{B}\sum_{i=1}^B \beta = \beta", PROVED),
        (r"\sum_{i=1}^B \beta = \beta", REFUTED),
        (r"\sum_{i=1}^N\sum_{t=1}^T c_{i,t} = \sum_{t=1}^T\sum_{i=1}^N c_{i,t}", PROVED),
        (r"\sum_{i=1}^N\sum_{t=1}^T c_i = T\sum_{i=1}^N c_i", PROVED),
        (r"\sum_{i=1}^N\sum_{t=1}^T c_i = N\sum_{i=1}^N c_i", REFUTED),
        (r"\frac{1}{NT}\sum_{i=1}^N\sum_{t=1}^T \beta = \beta", PROVED),
        (r"\sum_{k\ne i} w_k + w_i = \sum_{k=1}^m w_k", PROVED),
        (r"\sum_{k=1, k\ne i}^m w_k = \sum_{k=1}^m w_k - w_i", PROVED),
        (r"\sum_{i=1}^m\sum_{k\ne i} w_k = (m-1)\sum_{k=1}^m w_k", PROVED),
        (r"\sum_{i=1}^m\sum_{k\ne i} w_k = m\sum_{k=1}^m w_k", REFUTED),
        (r"\sum_{i=1}^m\sum_{k\ne i} w_i w_k = \left(\sum_{i=1}^m w_i\right)^2 - \sum_{i=1}^m w_i^2", PROVED),
        (r"\sum_{y'\ne y}\pi(y'|x) = 1 - \pi(y|x)", PROVED),
        (r"\sum_{y'\ne y}\pi(y'|x) = \pi(y|x)", REFUTED),
        (r"\operatorname{mean}(\{w_k\}_{k=1}^m) = \frac1m\sum_{k=1}^m w_k", PROVED),
        (r"\operatorname{mean}(\{w_1, \dots, w_m\}) = \sum_{k=1}^m w_k", REFUTED),
        (r"\operatorname{std}(w_1, \dots, w_m)^2 = \sum_{k=1}^m (w_k - \operatorname{mean}(w_1, \dots, w_m))^2",
         REFUTED),
        (r"\operatorname{std}(w_1, \dots, w_m)^2 = \frac1m\sum_{k=1}^m (w_k - \operatorname{mean}(w_1, \dots, w_m))^2", PROVED),
        (r"\frac1m\sum_{i=1}^m \left(\frac{w_i - \operatorname{mean}(w_1, \dots, w_m)}{\operatorname{std}(w_1, \dots, w_m)}\right)^2 = 1",
         PROVED),
        (r"\frac1m\sum_{i=1}^m \left(\frac{w_i - \operatorname{mean}(w_1, \dots, w_m)}{\operatorname{std}(w_1, \dots, w_m)}\right)^2 = m",
         REFUTED),
        (r"\sum_{i=1}^m w_i (v_i - \beta) = \sum_{i=1}^m w_i v_i - \beta\sum_{i=1}^m w_i", PROVED),
        (r"\sum_{i=1}^m w_i v_i = \sum_{i=1}^m w_i\sum_{j=1}^m v_j", REFUTED),
        (r"\sum_{i=1}^m r(x,y_i) = \sum_{k=1}^m r(x,y_k)", PROVED),
        (r"\sum_{i=1}^m r(x,y_i) = m\, r(x,y)", REFUTED),
        (r"w_1 + w_2 = \sum_{i=1}^m w_i", UNREADABLE),
        (r"\sum_{i=1}^m w_{i+1} = \sum_{i=1}^m w_i", UNREADABLE),
        (r"\sum_{i=2}^m w_i = 0", UNKNOWN),
        (r"\sum_{i=1}^{m-1} w_i = 0", UNKNOWN),
        (r"\sum_{i=1}^m i = m", UNKNOWN),
        (r"\sum_{i=1}^m \pi_i(y|x) = m", UNREADABLE),
        (r"w_i \ne w_j", UNREADABLE),
    ],
)  # fmt: skip
def test_a_row_of_a_group(row: str, status: Status) -> None:
    assert told(judged(row)[0]) is status


def test_two_ends_are_two_numbers() -> None:
    """Both are called i, and nothing says that there are as many of one as of the other."""
    rows = (r"u = \sum_{i=1}^G a_i", r"v = \sum_{i=1}^T b_i", r"G = T", r"\sum_{i=1}^G 1 = \sum_{i=1}^T 1")
    assert [line.status for line in judged(*rows)] == [ASSUMED, ASSUMED, REFUTED, REFUTED]


def test_a_family_is_over_one_alphabet() -> None:
    """Of two sums of it to two ends one is over a portion, and whether the two are equal nobody can tell."""
    rows = (r"u = \sum_{i=1}^G a_i", r"\sum_{i=1}^T a_i = u", r"\sum_{i=1}^T (a_i + u) = \sum_{i=1}^T a_i + T u")
    assert [line.status for line in judged(*rows)] == [ASSUMED, UNKNOWN, PROVED]


def test_a_member_where_its_index_is_free() -> None:
    rows = (
        r"b_i = \frac{1}{G-1}\sum_{j\ne i} R_j",
        r"R_i - b_i = \frac{G}{G-1}\left(R_i - \frac1G\sum_{j=1}^G R_j\right)",
        r"\sum_{k=1}^G b_k = \sum_{k=1}^G R_k",
        r"b_i = \frac1G\sum_{j=1}^G R_j",
        r"b_i = b_j",
    )
    assert [line.status for line in judged(*rows)] == [ASSUMED, PROVED, PROVED, REFUTED, REFUTED]


def test_a_declared_end_is_how_many_there_are() -> None:
    rows = (r"\sum_{i=1}^n 1 = n", r"\sum_{i=1}^n 1 = 2n")
    assert [line.status for line in judged(*rows, before="<!-- symkl: n > 0 -->\n\n")] == [PROVED, REFUTED]


def test_the_witness_says_how_many_there_are() -> None:
    (line,) = judged(r"\sum_{i=1}^G R_i = R_j")
    assert line.counterexample is not None
    assert line.counterexample.summary == "G = 2, Rᵢ = (1, 0)"
    assert [point.place for point in line.counterexample.points] == ["j = 2"]


@pytest.mark.parametrize(
    ("body", "mean", "status"),
    [
        (r"\frac1n\sum_{i=1}^n r(x,y_i)", r"E_{y\sim\pi}[r(x,y)]", PROVED),
        (r"\sum_{i=1}^n r(x,y_i)", r"n E_{y\sim\pi}[r(x,y)]", PROVED),
        (r"\sum_{i=1}^n r(x,y_i)", r"E_{y\sim\pi}[r(x,y)]", REFUTED),
        (r"\beta + \frac1n\sum_{i=1}^n r(x,y_i)^2", r"\beta + E_{y\sim\pi}[r(x,y)^2]", PROVED),
        (r"\frac1n\sum_{i=1}^n r(x,y_i)^2", r"E_{y\sim\pi}[r(x,y)]^2", REFUTED),
        (r"\frac1n\sum_{i=1}^n \log\frac{\pi(y_i|x)}{\mu(y_i|x)}", r"KL(\pi\|\mu)", PROVED),
        (r"\frac1n\sum_{i=1}^n \log\frac{\pi(y_i|x)}{\mu(y_i|x)}", r"KL(\mu\|\pi)", REFUTED),
        (r"\left(\sum_{i=1}^n r(x,y_i)\right)^2", r"n^2 E_{y\sim\pi}[r(x,y)]^2", REFUTED),
        (r"\sum_{i=1}^n\sum_{j=1}^n r(x,y_i) r(x,y_j)", r"n^2 E_{y\sim\pi}[r(x,y)]^2", REFUTED),
        (r"\sum_{i=1}^n\sum_{j\ne i} r(x,y_i) r(x,y_j)", r"n(n-1) E_{y\sim\pi}[r(x,y)]^2", PROVED),
        (r"\left(\frac1n\sum_{i=1}^n r(x,y_i)\right)^2",
         r"E_{y\sim\pi}[r(x,y)]^2 + \frac1n\operatorname{Var}_{y\sim\pi}[r(x,y)]", PROVED),
        (r"\frac{1}{n-1}\sum_{i=1}^n\left(r(x,y_i) - \frac1n\sum_{j=1}^n r(x,y_j)\right)^2",
         r"\operatorname{Var}_{y\sim\pi}[r(x,y)]", PROVED),
        (r"\frac{1}{n}\sum_{i=1}^n\left(r(x,y_i) - \frac1n\sum_{j=1}^n r(x,y_j)\right)^2",
         r"\operatorname{Var}_{y\sim\pi}[r(x,y)]", REFUTED),
        (r"\log\sum_{i=1}^n \mu(y_i|x)", r"\beta", UNREADABLE),
        (r"\frac{1}{\sum_{i=1}^n \mu(y_i|x)}", r"\beta", UNREADABLE),
        (r"r(x,y_i)", r"E_{y\sim\pi}[r(x,y)]", UNREADABLE),
    ],
)
@pytest.mark.parametrize("drawn", [r"y_1,\dots,y_n\sim\pi(\cdot|x)", r"\{y_i\}_{i=1}^n\sim\pi(\cdot|x)"])
def test_the_mean_over_independent_samples(drawn: str, body: str, mean: str, status: Status) -> None:
    (line,) = judged(rf"\mathbb{{E}}_{{{drawn}}}\left[{body}\right] = {mean}")
    assert told(line) is status


POLYNOMIALS = {
    r"\sum_{i=1}^n r(y_i)": lambda v, w: sum(v),
    r"\left(\sum_{i=1}^n r(y_i)\right)^2": lambda v, w: sum(v) ** 2,
    r"\left(\sum_{i=1}^n r(y_i)\right)^3": lambda v, w: sum(v) ** 3,
    r"\sum_{i=1}^n r(y_i) f(y_i)": lambda v, w: sum(a * b for a, b in zip(v, w, strict=True)),
    r"\sum_{i=1}^n r(y_i) \sum_{j=1}^n f(y_j)": lambda v, w: sum(v) * sum(w),
    r"\sum_{i=1}^n\sum_{j=1}^n f(y_j) r(y_i) r(y_j)": lambda v, w: sum(a * b for a, b in zip(v, w, strict=True)) * sum(v),
    r"\sum_{i=1}^n r(y_i) \sum_{j\ne i} f(y_j)": lambda v, w: sum(
        a * b for n, a in enumerate(v) for m, b in enumerate(w) if n != m
    ),
    r"\left(\sum_{i=1}^n r(y_i)\right)^2 \sum_{k=1}^n f(y_k)": lambda v, w: sum(v) ** 2 * sum(w),
    r"\sum_{i=1}^n \left(r(y_i) - \frac1n\sum_{j=1}^n r(y_j)\right)^2 f(y_i)": lambda v, w: sum(
        (a - sum(v) / len(v)) ** 2 * b for a, b in zip(v, w, strict=True)
    ),
    r"\operatorname{mean}(\{r(y_j)\}_{j=1}^n) \sum_{i=1}^n f(y_i)": lambda v, w: sum(v) / len(v) * sum(w),
}


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("body", POLYNOMIALS)
def test_the_mean_over_samples_is_what_enumeration_says(body: str, n: int) -> None:
    """The mean as it is read, against a sum over all y_1, ..., y_n with the product of their probabilities."""
    declared = "<!-- symkl: f function of y; r function of y -->\n\n"
    proof = read(declared + rf"$$\mathbb{{E}}_{{y_1,\dots,y_n\sim p}}\left[{body}\right] = 0$$")
    term = proof.rows[0].clauses[0].terms[0]
    needs = needed((term,), proof.context)
    (numbers,) = needs.numbers or ("i≤n",)
    case = random_case(Random(n), needs, {sort: n if sort == numbers else 3 for sort in needs.sorts})
    tables = {shape.symbol: [float(table[(k,)]) for k in range(3)] for shape, table in case.tables.items()}
    p, r, f = (tables.get(name, [1.0] * 3) for name in "prf")
    expected = sum(
        prod(p[y] for y in drawn) * POLYNOMIALS[body]([r[y] for y in drawn], [f[y] for y in drawn])
        for drawn in product(range(3), repeat=n)
    )
    assert isclose(float(evaluate(term, case, proof.context).mid()), expected, rel_tol=1e-9, abs_tol=1e-9)


def test_baselines_from_the_group() -> None:
    """A baseline from the other samples leaves the gradient unbiased; the mean of all shrinks it by (n - 1)/n."""

    def row(baseline: str, factor: str) -> str:
        inside = rf"\frac1n\sum_{{i=1}}^n\left(r(x,y_i) - {baseline}\right)\nabla_\theta\log\pi_\theta(y_i|x)"
        mean = rf"\mathbb{{E}}_{{y_1,\dots,y_n\sim\pi_\theta}}\left[{inside}\right]"
        return rf"{mean} = {factor}E_{{y\sim\pi_\theta}}[r(x,y)\nabla_\theta\log\pi_\theta(y|x)]"

    others, everyone = r"\frac{1}{n-1}\sum_{j\ne i} r(x,y_j)", r"\frac1n\sum_{j=1}^n r(x,y_j)"
    rows = (row(others, ""), row(everyone, ""), row(everyone, r"\frac{n-1}{n}"), row(others, r"\frac{n-1}{n}"))
    assert [judged(each)[0].status for each in rows] == [PROVED, REFUTED, PROVED, REFUTED]


@pytest.mark.parametrize("values", [(1.0, 4.0, -2.5), (3.0,), (0.5, 0.75)])
def test_mean_and_deviation_are_those_of_a_hand_held_calculator(values: tuple[float, ...]) -> None:
    i = Variable("i", "i≤G")
    table = {(k,): F(value) for k, value in enumerate(values)}
    case = Case({"i≤G": len(values)}, {}, {Shape("R", (), ("i≤G",)): table})
    mean = sum(values) / len(values)
    spread = sqrt(sum((value - mean) ** 2 for value in values) / len(values))
    for name, expected in (("mean", mean), ("std", spread)):
        found = float(evaluate(t.Bind(name, (i,), (t.Apply("R", (), (i,)),)), case).mid())
        assert isclose(found, expected, abs_tol=1e-12)


def test_normalised_advantages() -> None:
    rows = (
        r"A_i = \frac{r_i - \operatorname{mean}(\{r_1, \dots, r_G\})}{\operatorname{std}(\{r_1, \dots, r_G\})}",
        r"\sum_{i=1}^G A_i = 0",
        r"\frac1G\sum_{i=1}^G A_i = 1",
        r"\frac1G\sum_{i=1}^G A_i^2 = 0",
    )
    assert [line.status for line in judged(*rows)] == [ASSUMED, PROVED, REFUTED, REFUTED]


def test_a_ratio_with_an_index_may_move_with_the_parameter() -> None:
    (line,) = judged(r"\nabla_\theta \sum_{i=1}^n \rho_i \log\pi_\theta(y_i|x) "
                     r"= \sum_{i=1}^n \rho_i \nabla_\theta\log\pi_\theta(y_i|x)")
    assert line.status is UNKNOWN
    (line,) = judged(r"\nabla_\theta \sum_{i=1}^n R_i \log\pi_\theta(y_i|x) "
                     r"= \sum_{i=1}^n R_i \nabla_\theta\log\pi_\theta(y_i|x)")
    assert line.status is PROVED


SAMPLES = r"E_{y_1,\dots,y_n\sim\pi(\cdot|x)}"
ONE = r"E_{y\sim\pi(\cdot|x)}[r(x,y)]"


def test_what_is_made_of_samples_is_averaged_with_them_under_any_name() -> None:
    given = [
        r"m = \frac1n\sum_{i=1}^n r(x,y_i)",
        "u_i = r(x,y_i) - V(x)",
        r"v_j = u_j / 2",
    ]
    claims = [
        (SAMPLES + "[m] = " + ONE, PROVED),
        (SAMPLES + "[m] = m", REFUTED),
        (SAMPLES + "[2m - V(x)] = 2" + ONE + " - V(x)", PROVED),
        (SAMPLES + "[2m - V(x)] = 2m - V(x)", REFUTED),
        (SAMPLES + r"[m^2] = m^2", REFUTED),
        (SAMPLES + r"[\frac1n\sum_{k=1}^n u_k] = " + ONE + " - V(x)", PROVED),
        (SAMPLES + r"[\frac1n\sum_{k=1}^n u_k] = \frac1n\sum_{k=1}^n u_k", REFUTED),
        (SAMPLES + r"[\frac1n\sum_{k=1}^n v_k] = \frac12" + ONE + r" - \frac12 V(x)", PROVED),
        (SAMPLES + r"[\frac1n\sum_{k=1}^n v_k] = \frac12 m", REFUTED),
    ]
    lines = judged(*given, *(row for row, _ in claims))[len(given) :]
    assert [line.status for line in lines] == [status for _, status in claims]


def test_a_name_for_a_gradient_of_samples_is_averaged_with_them() -> None:
    drawn, one = r"E_{y_1,\dots,y_n\sim\pi_\theta(\cdot|x)}", r"E_{y\sim\pi_\theta(\cdot|x)}"
    given = [
        r"g = \frac1n\sum_{i=1}^n r(x,y_i)\nabla_\theta\log\pi_\theta(y_i|x)",
        r"L(\theta) = \frac1n\sum_{i=1}^n\log\pi_\theta(y_i|x)",
    ]
    claims = [
        (rf"{drawn}[g] = \nabla_\theta {one}[r(x,y)]", PROVED),
        (r"g = \nabla_\theta " + one + "[r(x,y)]", REFUTED),
        (rf"{drawn}[L(\theta)] = -H(\pi_\theta)", PROVED),
        (rf"\nabla_\theta {drawn}[L(\theta)] = -\nabla_\theta H(\pi_\theta)", PROVED),
        (rf"\nabla_\theta {drawn}[L(\theta)] = 0", REFUTED),
    ]  # fmt: skip
    lines = judged(*given, *(row for row, _ in claims))[len(given) :]
    assert [line.status for line in lines] == [status for _, status in claims]
    # Under other headings one name may be two things.
    text = f"$$ {given[0]} $$\n\n# Two\n\n$$ g = r(x,y_i) $$\n\n$$ {drawn}[g] = g $$"
    assert told(check_text(text, "a.md").lines[-1]) is UNREADABLE


def test_what_may_depend_on_samples_is_not_averaged_as_if_it_did_not() -> None:
    row = SAMPLES + r"[\frac1n\sum_{i=1}^n a_i] = \frac1n\sum_{i=1}^n a_i"
    (line,) = judged(row)
    assert told(line) is UNREADABLE
    assert line.trouble is not None
    assert "a_i fixed" in line.trouble.advice
    assert [line.status for line in judged(row, before="<!-- symkl: a_i fixed -->\n")] == [PROVED]
    assert told(judged(SAMPLES + r"[r] = r")[0]) is UNREADABLE
    unread = judged(r"g = \oint r(x,y_i)\,dy", SAMPLES + r"[g + \sum_{i=1}^n r(x,y_i)] = g + n " + ONE)
    assert [told(line) for line in unread] == [UNREADABLE, UNREADABLE]
    # A second row in the same section is a claim.
    two = judged(r"m = \sum_{i=1}^n r(x,y_i)", r"m = 2\sum_{i=1}^n r(x,y_i)", SAMPLES + "[m] = n " + ONE)
    assert [line.status for line in two] == [ASSUMED, REFUTED, PROVED]


WHOLE = r"\operatorname{std}(R_1, \dots, R_G)"


@pytest.mark.parametrize(("row", "wanted"), [
    (r"\operatorname{std}(aR_1, \dots, aR_G) = a " + WHOLE, "proved"),
    (r"\operatorname{std}(aR_1, \dots, aR_G) = a^2 " + WHOLE, "refuted"),
    (r"\operatorname{std}(a R_1 + b, \dots, a R_G + b) = a " + WHOLE, "proved"),
    (r"\operatorname{std}(a R_1 + b, \dots, a R_G + b) = a " + WHOLE + " + b", "refuted"),
    (r"\operatorname{std}(-R_1, \dots, -R_G) = " + WHOLE, "proved"),
    (r"\operatorname{std}(-R_1, \dots, -R_G) = -" + WHOLE, "refuted"),
    (r"\operatorname{mean}(R_1^2, \dots, R_G^2) = \operatorname{mean}(R_1, \dots, R_G)^2 + " + WHOLE + "^2", "proved"),
    (r"\operatorname{mean}(R_1^2, \dots, R_G^2) = \operatorname{mean}(R_1, \dots, R_G)^2", "refuted"),
    (r"\operatorname{mean}(\frac{R_1 - b}{a}, \dots, \frac{R_G - b}{a}) = \frac{\operatorname{mean}(R_1, \dots, R_G) - b}{a}",
     "proved"),
    (r"\operatorname{mean}(R_1 + b, \dots, R_G + c) = 0", "unreadable"),
    (r"\operatorname{mean}(R_1 + b, \dots, 2 R_G + b) = 0", "unreadable"),
    (r"\operatorname{mean}(R_1 b, \dots, b R_G) = 0", "unreadable"),
    (r"\operatorname{mean}(R_1, \dots, S_G) = 0", "unreadable"),
    (r"\operatorname{mean}(R_1 Q_1, \dots, R_G Q_N) = 0", "unreadable"),
])  # fmt: skip
def test_a_group_is_listed_by_its_first_and_its_last_member(row: str, wanted: str) -> None:
    text = f"<!-- symkl: a > 0; b scalar; c scalar -->\n$$ {row} $$"
    assert [told(line).value for line in check_text(text, "row.md").lines] == [wanted]


RATIOS = r"""
$$ s_i(\theta) = \left(\frac{\pi_\theta(y_i|x)}{\pi_{old}(y_i|x)}\right)^{1/|y_i|} $$

$$ @ $$
"""


@pytest.mark.parametrize(("row", "wanted"), [
    (r"\nabla_\theta s_i(\theta) = \frac{s_i(\theta)}{|y_i|}\nabla_\theta\log\pi_\theta(y_i|x)", "proved"),
    (r"\nabla_\theta s_i(\theta) = s_i(\theta)\nabla_\theta\log\pi_\theta(y_i|x)", "refuted"),
    (r"\sum_{i=1}^G s_i(\theta) = \sum_{i=1}^G s_i(\theta_{old})", "unknown"),
])
def test_a_member_that_moves_with_one_parameter_is_called_with_it(row: str, wanted: str) -> None:
    lines = check_text(RATIOS.replace("@", row), "row.md").lines
    assert [line.status.value for line in lines] == ["assumed", wanted]


def test_a_member_that_is_called_with_two_parameters_is_none_of_both() -> None:
    row = r"\sum_{i=1}^G s_i(\theta) = \sum_{i=1}^G s_i(\phi)"
    assert check_text(RATIOS.replace("@", row), "row.md").lines[-1].status.value not in ("proved", "refuted")


@pytest.mark.parametrize(("row", "wanted"), [
    (r"s(x)^2 = \mathbb{E}_{y\sim\pi(\cdot|x)}[r(x,y)^2] - \mathbb{E}_{y\sim\pi(\cdot|x)}[r(x,y)]^2", "proved"),
    (r"s(x)^2 = \mathbb{E}_{y\sim\pi(\cdot|x)}[r(x,y)^2]", "refuted"),
    (r"s(x) = V(s)", "unreadable"),
])
def test_a_letter_of_states_that_is_only_ever_called_is_a_function(row: str, wanted: str) -> None:
    text = r"$$ s(x) = \sqrt{\operatorname{Var}_{y\sim\pi(\cdot|x)}[r(x,y)]} $$" + f"\n\n$$ {row} $$"
    assert told(check_text(text, "row.md").lines[-1]).value == wanted


@pytest.mark.parametrize(
    "group", [r"\{r_1, r_2, \cdots, r_G\}", r"\{r_1, r_2, r_3, \dots, r_G\}", r"r_1, r_2, \dots, r_G", r"\mathbf{r}"]
)
def test_a_group_may_be_listed_with_more_than_its_first_member(group: str) -> None:
    row = rf"A_i = \frac{{r_i - \text{{mean}}({group})}}{{\text{{std}}({group})}}"
    rows = (row, r"\sum_i A_i = 0", r"\sum_i A_i = 1")
    found = [line.status.value for line in check_text("\n\n".join(f"$$ {each} $$" for each in rows), "a.md").lines]
    assert found == ["assumed", "proved", "refuted"]


def test_a_list_that_skips_a_number_is_no_group() -> None:
    (line,) = check_text(r"$$ A_i = r_i - \text{mean}(\{r_1, r_3, \dots, r_G\}) $$", "a.md").lines
    assert told(line).value == "unreadable"


@pytest.mark.parametrize(
    ("rows", "answers"),
    [
        ([r"\frac1G\sum_{i=1}^G\frac{1}{|o_i|}\sum_{t=1}^{|o_i|} \beta d_{i,t}"
          r" = \frac{\beta}{G}\sum_{i=1}^G\frac{1}{|o_i|}\sum_{t=1}^{|o_i|} d_{i,t}"], ["proved"]),
        ([r"\frac1G\sum_{i=1}^G\frac{1}{|o_i|}\sum_{t=1}^{|o_i|} d_{i,t} = \frac1G\sum_{i=1}^G\sum_{t=1}^{|o_i|} d_{i,t}"],
         ["refuted"]),
        ([r"\frac1G\sum_{i=1}^G\frac{1}{|o_i|}\sum_{t=1}^{|o_i|} A_i = \frac1G\sum_{i=1}^G A_i"], ["proved"]),
        ([r"\tilde A_i = R(q, o_i) - \operatorname{mean}(\{R(q,o_1),\dots,R(q,o_G)\})",
          r"\tilde A_i = R(q, o_i) - \frac1G\sum_{j=1}^G R(q, o_j)",
          r"\tilde A_i = R(q, o_i) - \sum_{j=1}^G R(q, o_j)",
          r"\sum_{i=1}^G\tilde A_i = 0"], ["assumed", "proved", "refuted", "proved"]),
        ([r"A_i^{\text{RLOO}} = R(x,y_i) - \frac{1}{k-1}\sum_{j\ne i} R(x,y_j)",
          r"\sum_{i=1}^k A_i^{\text{RLOO}} = 0",
          r"A_i^{\text{RLOO}} = \frac{k}{k-1}\left(R(x,y_i) - \frac1k\sum_{j=1}^k R(x,y_j)\right)",
          r"A_i^{\text{RLOO}} = \frac{k-1}{k}\left(R(x,y_i) - \frac1k\sum_{j=1}^k R(x,y_j)\right)"],
         ["assumed", "proved", "proved", "refuted"]),
        # members of two families
        ([r"A_i^{\text{RLOO}} = 2R_i", r"A_i^{\text{GRPO}} = 3R_i",
          r"\sum_{i=1}^k A_i^{\text{GRPO}} = \frac32\sum_{i=1}^k A_i^{\text{RLOO}}",
          r"\sum_{i=1}^k A_i^{\text{GRPO}} = \sum_{i=1}^k A_i^{\text{RLOO}}"],
         ["assumed", "assumed", "proved", "refuted"]),
    ],
)  # fmt: skip
def test_outputs_of_a_question_and_advantages_with_a_name(rows: list[str], answers: list[str]) -> None:
    found = check_text("\n\n".join(f"$${row}$$" for row in rows), "a.md").lines
    assert [line.status.value for line in found] == answers


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"\sum_{y\in\mathcal{Y}, y\ne z} \pi(y) = 1 - \pi(z)", PROVED),
        (r"\sum_{\substack{y\in\mathcal{Y} \\ y\ne z}} \pi(y) = 1 - \pi(z)", PROVED),
        (r"\sum_{\substack{y\in\mathcal{Y} \\ y\ne z}} \pi(y) = 1", REFUTED),
        (r"\sum_{y, y\ne z} \pi(y) = \sum_{y\ne z} \pi(y)", PROVED),
        (r"\sum_{y, z, y\ne z} \pi(y)\mu(z) = 1 - \sum_y \pi(y)\mu(y)", PROVED),
        (r"\sum_{y, z, y\ne z} \pi(y)\mu(z) = 1", REFUTED),
        (r"\mathbb{E}_{\substack{x\sim D \\ y\sim\pi(\cdot|x)}}[r(x,y)] = \sum_x D(x) \sum_y \pi(y|x) r(x,y)", PROVED),
        (r"\mathbb{E}_{\substack{x\sim D,\\ y\sim\pi(\cdot|x)}}[r(x,y)] = \sum_x D(x) \sum_y \mu(y|x) r(x,y)", REFUTED),
        (r"\sum_{y, y} \pi(y) = 1", UNREADABLE),
        (r"\sum_{y\ne a, y\ne b} \pi(y) = 1", UNREADABLE),
        (r"\mathbb{E}_{y\sim\pi, y\sim\mu}[r(y)] = 0", UNREADABLE),
    ],
)
def test_an_index_is_bound_once_under_an_operator(row: str, status: Status) -> None:
    """By hand: of all y but z, π leaves 1 - π(z); of all pairs but the equal ones, 1 - Σ π μ."""
    assert told(judged(row)[0]) is status


@pytest.mark.parametrize(
    "drawn",
    [
        r"\mathbb{E}_{y_i\sim\pi}",
        r"\mathbb{E}_{y_1,\dots,y_n\sim\pi}",
        r"\mathbb{E}_{y_1,\dots,y_n\overset{iid}{\sim}\pi}",
        r"\mathbb{E}_{y_1,\dots,y_n\overset{\text{i.i.d.}}{\sim}\pi}",
        r"\mathbb{E}_{\{y_i\}_{i=1}^n\sim\pi}",
    ],
)
@pytest.mark.parametrize("summed", [r"\sum_{i=1}^n", r"\sum_i"])
def test_a_mean_over_samples_is_over_all_that_its_body_sums_over(drawn: str, summed: str) -> None:
    def verdict(row: str) -> str:
        return check_text(f"$$ {row} $$", "a.md").lines[0].status.value

    if summed == r"\sum_i" and drawn == r"\mathbb{E}_{y_i\sim\pi}":
        return  # nothing says how many there are
    assert verdict(rf"{drawn}\left[\frac1n {summed} r(y_i)\right] = \mathbb{{E}}_{{y\sim\pi}}[r(y)]") == "proved"
    assert verdict(rf"{drawn}\left[{summed} r(y_i)\right] = \mathbb{{E}}_{{y\sim\pi}}[r(y)]") == "refuted"
    other = drawn.replace("y", "o")
    assert verdict(rf"{other}\left[\frac1n {summed} R(o_i)\right] = \mathbb{{E}}_{{o\sim\pi}}[R(o)]") == "proved"


def test_a_baseline_is_a_mean_over_trajectories() -> None:
    rows = [
        r"b = \frac1N\sum_{j=1}^N r(\tau_j)", r"\sum_{i=1}^N (r(\tau_i) - b) = 0", r"\sum_{i=1}^N r(\tau_i) = b",
    ]  # fmt: skip
    lines = check_text("\n\n".join(f"$$ {row} $$" for row in rows), "a.md").lines
    assert [line.status.value for line in lines] == ["assumed", "proved", "refuted"]


def test_how_many_samples_there_are_is_not_how_many_responses_there_are() -> None:
    """Where nothing runs up to n, the n of y_1, ..., y_n is a number that is not read: n = |Y| was a tick."""
    drawn = r"\mathbb{E}_{y_1,\dots,y_n\sim\pi}\left[\frac1n\max_i r(y_i)\right] \le 3"
    assert PROVED not in {told(line) for line in judged(drawn, r"n = \sum_y 1", r"\log n \ge H(\pi)")}


def test_the_deviation_of_a_group_is_one_whatever_its_name_is_given_as_alone() -> None:
    text = r"""$$ \hat A_i = \frac{r_i - \operatorname{mean}(r_1,\dots,r_G)}{\operatorname{std}(r_1,\dots,r_G)} $$

$$ \sum_{i=1}^G \hat A_i = 0 $$

With binary rewards, of which the share $\alpha$ is 1,

$$ \operatorname{std} = \sqrt{\alpha(1-\alpha)} $$
"""
    statuses = [line.status.value for line in check_text(text, "note.md").lines]
    assert statuses[:2] == ["assumed", "proved"]
    assert "refuted" not in statuses
