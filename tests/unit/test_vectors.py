"""Distributions as vectors: entries, sums over an index, inner products, sizes; and what is no entry of a vector."""

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Line, Status
from symkl.meaning.vectors import component
from tests.told import told

PROVED, REFUTED, ASSUMED, UNKNOWN = Status.PROVED, Status.REFUTED, Status.ASSUMED, Status.UNKNOWN
UNREADABLE = Status.UNREADABLE


def judged(*rows: str, before: str = "") -> list[Line]:
    return list(check_text(before + "\n\n".join(f"$${row}$$" for row in rows), "a.md").lines)


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"\sum_{k=1}^{K} p_k\log\frac{p_k}{q_k} \ge 0", PROVED),
        (r"\sum_{i\in[n]} p_i = 1", PROVED),
        (r"\sum_{i\in\{1,\dots,n\}} p_i = 1", PROVED),
        (r"\sum_{i=1}^{|\mathcal{Y}|} p_i = 1", PROVED),
        (r"\sum_i p_i (r_i - \beta)^2 = \sum_i p_i r_i^2 - 2\beta\sum_i p_i r_i + \beta^2", PROVED),
        (r"\sum_i p_i (r_i - \beta)^2 = \sum_i p_i r_i^2 - \beta^2", REFUTED),
        (r"\langle p - q, r\rangle = \sum_i p_i r_i - q^\top r", PROVED),
        (r"\langle p - q, r\rangle = \sum_i p_i r_i + q^\top r", REFUTED),
        (r"\left\langle p, \log\frac{p}{q}\right\rangle = KL(p\|q)", PROVED),
        (r"\langle p, \log p\rangle = H(p)", REFUTED),
        (r"\beta\langle p, r\rangle = \langle\beta p, r\rangle", PROVED),
        (r"\langle\pi(\cdot|x), r(x,\cdot)\rangle = E_{y\sim\pi(\cdot|x)}[r(x,y)]", PROVED),
        (r"\mathbf{1}^{\mathsf{T}} p = 1", PROVED),
        (r"p^T(r + \beta\mathbf{1}) = p^T r + \beta", PROVED),
        (r"\operatorname{Var}_{i\sim p}[r_i] = \sum_i p_i r_i^2 - (p^\top r)^2", PROVED),
        (r"\sum_a \pi_a r_a = E_{a\sim\pi}[r_a]", PROVED),
        (r"-\sum_{i=1}^n p_i\log p_i \le \log n", PROVED),
        (r"-\sum_{i=1}^n p_i\log p_i = \log n", REFUTED),
        (r"H(q) \le \log|\mathcal{Y}|", PROVED),
        (r"H(q) \ge \log|\mathcal{Y}|", REFUTED),
        (r"\sum_{y\in\mathcal{Y}} 1 = |\mathcal{Y}|", PROVED),
        (r"\log\pi(y|x) = |y|\log\left(\pi(y|x)^{1/|y|}\right)", PROVED),
        (r"|y|\log\pi(y|x) = \log\pi(y|x)", REFUTED),
    ],
)
def test_a_row_of_vectors(row: str, status: Status) -> None:
    assert told(judged(row)[0]) is status


def test_a_lagrangian_by_entries() -> None:
    rows = (
        r"L(p,\nu) = \sum_{i=1}^n p_i r_i - \tau\sum_{i=1}^n p_i\log\frac{p_i}{q_i} + \nu(1 - \sum_{i=1}^n p_i)",
        r"\frac{\partial L}{\partial p_i} = r_i - \tau\log\frac{p_i}{q_i} - \tau - \nu = 0",
    )
    right, wrong = (rf"p_i = \frac{{q_i e^{{{s} r_j}}}}{{\sum_j q_j e^{{{s} r_j}}}}".replace(f"{s} r_j", f"{s} r_i", 1)
                    for s in (r"\frac1\tau", r"\tau"))
    assert [told(line) for line in judged(*rows, right)] == [ASSUMED, PROVED, PROVED]
    assert told(judged(*rows, wrong)[2]) is REFUTED


def test_letters_of_other_roles_are_functions_where_they_are_entries() -> None:
    rows = (r"p_k = \frac{e^{z_k}}{\sum_j e^{z_j}}", r"\log\frac{p_k}{p_m} = z_k - z_m", r"\log p_k = z_k")
    assert [told(line) for line in judged(*rows)] == [ASSUMED, PROVED, REFUTED]


@pytest.mark.parametrize(
    "rows",
    [
        (r"\sum_{i=1}^n p_i = 1", r"p_i = \pi(y_i|x)"),  # samples
        (r"\sum_{i=1}^n p_i = 1", r"KL(p_i\|q) \ge 0"),  # several distributions
        (r"\sum_k p_k = 1", r"p_{k+1}(y|x) = p_k(y|x)"),  # iterates
        (r"\sum_{i=2}^n p_i = 1",),
        (r"\sum_{i=1}^{n-1} p_i = 1",),
        (r"\sum_{i=1}^n r(x,y_i) p_i = 1",),
        (r"\sum_{i\in S} p_i = 1",),
        (r"\langle p, r(x,y)\rangle = 0",),
        (r"\langle r\rangle = 0",),
    ],
)
def test_what_is_no_sum_over_the_entries_of_a_vector(rows: tuple[str, ...]) -> None:
    assert told(judged(*rows)[0]) is UNREADABLE


def test_a_sum_to_another_size_is_over_a_part() -> None:
    first, second = judged(r"\sum_{i=1}^n p_i = 1", r"\sum_{i=1}^k p_i = 1")
    assert first.status is PROVED
    assert second.status is UNKNOWN


def test_a_power_of_a_number_is_no_transposition() -> None:
    before = "<!-- symkl: T > 0; c > 0 -->\n\n"
    assert told(judged(r"c^T c = c^{T + 1}", before=before)[0]) is not REFUTED


def test_an_entry_by_its_number_is_not_guessed() -> None:
    entry, divergence = judged(r"p_1 + p_2 = 1", r"KL(p_1\|p_2) \ge 0", r"\sum_i p_i = 1")[:2]
    assert told(entry) is UNREADABLE
    assert divergence.status is PROVED


def test_which_names_may_be_entries() -> None:
    assert component("p*_i") is None  # the star stands last in a name
    assert component("p_i*") == ("p*", "i")
    assert [component(name) for name in ("p_ij", "s_t", "π_ref", "y_<t", "p_k+1", "q_x")] == [None] * 6


def test_what_prose_puts_in_a_simplex_is_a_law_by_any_letter() -> None:
    for letter in ("w", r"\nu", "p", r"\lambda"):
        said = rf"Let ${letter}\in\Delta_n$ be given." + "\n\n"
        rows = [
            rf"\sum_{{i=1}}^n {letter}_i = 1", rf"\langle {letter}, r\rangle = \sum_{{i=1}}^n {letter}_i r_i",
            rf"-\sum_i {letter}_i\log {letter}_i \le \log n", rf"\langle {letter}, r\rangle = \sum_{{i=1}}^n r_i",
        ]  # fmt: skip
        lines = check_text(said + "\n\n".join(f"$$ {row} $$" for row in rows), "a.md").lines
        assert [line.status.value for line in lines] == ["proved", "proved", "proved", "refuted"], letter


def test_an_inner_product_is_of_vectors_by_any_letter() -> None:
    def verdict(row: str) -> str:
        return check_text(f"$$ {row} $$", "a.md").lines[0].status.value

    assert verdict(r"\langle u, v\rangle = \sum_{i=1}^n u_i v_i") == "proved"
    assert verdict(r"\langle u, v\rangle = \sum_{i=1}^n u_i v_i^2") == "refuted"
    assert verdict(r"\langle \nu, r\rangle = \sum_{i=1}^n \nu_i r_i") != "refuted"
