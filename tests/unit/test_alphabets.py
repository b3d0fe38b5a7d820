"""Which alphabet a letter runs over: by the places that it stands at in the whole document, and not by the letter."""

import pytest

import symkl.language.terms as t
from symkl.checking.document import check_text
from symkl.checking.report import Line, Status
from symkl.meaning.document import read
from tests.told import told

PROVED, REFUTED, ASSUMED = Status.PROVED, Status.REFUTED, Status.ASSUMED


def judged(*rows: str, before: str = "") -> list[Line]:
    return list(check_text(before + "\n\n".join(f"$${row}$$" for row in rows), "a.md").lines)


def sorts(row: str, *more: str) -> set[tuple[str, str]]:
    """The free letters of the first row with their sorts."""
    proof = read("\n\n".join(f"$${each}$$" for each in (row, *more)))
    assert proof.rows[0].trouble is None, proof.rows[0].trouble
    return {(v.name, v.sort) for c in proof.rows[0].clauses for term in c.terms for v in t.free_variables(term)}


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"\sum_w\pi(w|x)r(x,w) = E_{y\sim\pi(\cdot|x)}[r(x,y)]", PROVED),
        (r"\sum_w\pi(w|x)r(x,w) = E_{y\sim\mu(\cdot|x)}[r(x,y)]", REFUTED),
        (r"\sum_{w\in\mathcal{Y}} r(x,w) = \sum_y r(x,y)", PROVED),
        (r"\sum_{w\in\mathcal{Y}} r(x,w) = \sum_y r(x,w)", REFUTED),
        (r"E_{x\sim\rho}[V(x)] = \sum_z\rho(z)V(z)", PROVED),
        (r"E_{a\sim\pi(\cdot|s)}[Q(s,a)] = \sum_b\pi(b|s)Q(s,b)", PROVED),
        (r"H(\mu) = -\sum_w\mu(w|x)\log\mu(w|x)", PROVED),
        (r"D_{KL}(p\|q) = \sum_u p(u)\log\frac{p(u)}{q(u)}", PROVED),
        (r"D_{KL}(p\|q) = \sum_u q(u)\log\frac{p(u)}{q(u)}", REFUTED),
    ],
)
def test_a_bound_letter_runs_over_what_stands_at_its_places(row: str, status: Status) -> None:
    assert told(judged(row)[0]) is status


def test_letters_bound_in_one_row_by_two_binders_are_two() -> None:
    (line,) = judged(r"\sum_z\rho(z)V(z) + \sum_z\pi(z|x)r(x,z) = E_{x\sim\rho}[V(x)] + E_{y\sim\pi(\cdot|x)}[r(x,y)]")
    assert told(line) is PROVED


def test_a_place_is_one_in_all_rows() -> None:
    assert sorts(r"q(w|x) = 1", r"\sum_y q(y|x) = 1") == {("w", "y"), ("x", "x")}
    assert sorts(r"\log\pi(w|x) \le 0", r"\log\pi(y|x) \le 0") == {("w", "y"), ("x", "x")}


@pytest.mark.parametrize(
    ("rows", "free"),
    [
        ((r"p(y) r = p(y) r",), {("y", "y")}),
        ((r"p(y) r = p(y) r", r"r(x,y) = r(x,y)"), {("x", "x"), ("y", "y")}),
        ((r"\log\pi = \log\pi", r"\pi(y) = \pi(y)"), {("y", "y")}),
        ((r"\log\pi = \log\pi", r"\pi(y|x) = \pi(y|x)"), {("x", "x"), ("y", "y")}),
        ((r"\pi(y) r(y) = 0", r"r(x,y) = \pi(y|x)"), {("x", "x"), ("y", "y")}),
        ((r"\lambda p(y) = 0", r"r(x,y) = \pi(y|x)"), {("y", "y")}),
        ((r"\lambda\pi = 0",), {("x", "x"), ("y", "y")}),
    ],
)
def test_what_is_written_without_a_prompt_is_read_without_one(
    rows: tuple[str, ...], free: set[tuple[str, str]]
) -> None:
    assert sorts(*rows) == free


def test_what_is_never_written_with_arguments_goes_with_what_stands_beside_it_in_any_row() -> None:
    rows = (r"J(\pi) = E_{y\sim\pi}[r(y)] - \beta KL(\pi\|\pi_{ref})", r"\pi^*(y|x) = \pi_{ref} e^{r(y)/\beta}/Z(x)")
    assert sorts(r"\log\pi = 0", *rows) == {("x", "x"), ("y", "y")}
    assert sorts(r"\log\pi = 0", rows[0], r"\rho(y|x) = 1") == {("y", "y")}


def test_a_lagrangian_without_a_prompt() -> None:
    rows = (
        r"L(p,\lambda) = \sum_y p(y)r(y) - \beta\sum_y p(y)\log\frac{p(y)}{q(y)} + \lambda\left(\sum_y p(y) - 1\right)",
        r"\frac{\partial L}{\partial p(y)} = r(y) - \beta\log\frac{p(y)}{q(y)} - \beta + \lambda = 0",
        r"p(y) = \frac{q(y)e^{r(y)/\beta}}{\sum_{z}q(z)e^{r(z)/\beta}}",
    )
    assert [told(line) for line in judged(*rows)] == [ASSUMED, PROVED, PROVED]
    wrong = judged(*rows[:2], r"p(y) = \frac{q(y)e^{\beta r(y)}}{\sum_{z}q(z)e^{\beta r(z)}}")
    assert wrong[2].status is REFUTED


def test_two_alphabets_at_one_place_clash_and_both_places_are_said() -> None:
    *_, line = judged(r"V(x) = E_{y\sim\pi(\cdot|x)}[r(x,y)]", r"V(y) = 0")
    assert told(line) is Status.UNREADABLE
    assert line.trouble is not None
    assert "V takes x here by line 1" in line.trouble.message
    assert "y is of another alphabet" in line.trouble.message


def test_a_sum_over_a_set_of_another_name_is_no_sum_over_all() -> None:
    first, second = judged(r"\sum_{y\in\mathcal{Y}} \pi(y|x) = 1", r"\sum_{w\in\mathcal{W}} \pi(w|x) = 1")
    assert first.status is PROVED
    assert second.status is Status.UNKNOWN


def test_one_name_with_one_condition_and_with_two_is_never_one_symbol() -> None:
    first, second = judged(r"\log\pi(y_1|x) = \log\pi(y_1|x)", r"\log\pi(y_2|x,y_1) = \log\pi(y_2|x)")
    assert first.status is PROVED
    assert second.status is not PROVED


def test_what_is_declared_of_x_is_of_x() -> None:
    before = "<!-- symkl: h function of x; g function of y -->\n\n"
    (line,) = judged(r"E_{y\sim\pi}[h] = h", before=before)
    assert told(line) is PROVED
    (line,) = judged(r"E_{y\sim\pi}[g] = g", before=before)
    assert told(line) is REFUTED


SAME = r"\sum_{y_1}\sum_{y_2}\frac{\pi(y_1|x)\pi(y_2|x)}{\pi(y_1|x) + \mu(y_2|x)}"


@pytest.mark.parametrize(
    ("right", "status"), [(SAME, PROVED), (SAME.replace(r"\mu", r"\pi"), Status.UNKNOWN), ("1", Status.UNKNOWN)]
)
def test_an_expression_is_itself_also_where_it_has_no_normal_form(right: str, status: Status) -> None:
    assert told(judged(f"{SAME} = {right}")[0]) in (status, REFUTED if status is Status.UNKNOWN else status)


@pytest.mark.parametrize("declared", ["s distribution over a", "a distribution over y", "x distribution over y", "t distribution over a given s"])
def test_a_letter_for_an_index_that_is_declared_a_law_breaks_nothing(declared: str) -> None:
    for row in ("1 = 1", r"D_{KL}(s \| q) \ge 0", r"\sum_a s(a) = 1"):
        assert check_text(f"<!-- symkl: {declared} -->\n\n$$ {row} $$\n", "a.md").lines
