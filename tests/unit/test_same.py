r"""Whether two indices are one: ``\mathbf 1[y = y']``, ``\delta_{ij}``, and the derivatives that give it."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest

import symkl.language.terms as t
from symkl.checking.document import check_text
from symkl.kernel.normal_form import Normaliser
from symkl.kernel.quotients import Unsupported
from symkl.language.terms import SAME, Variable
from symkl.language.writing import formula
from symkl.refuting.cases import random_case
from symkl.refuting.evaluating import evaluate, needed

Y, W, Z = (Variable(name, "y") for name in ("y", "w", "z"))
P = {v: t.Apply("p", (v,), ()) for v in (Y, W, Z)}
R = {v: t.Apply("r", (), (v,)) for v in (Y, W, Z)}
EQUAL = t.same(Y, W)


def judged(text: str) -> list[str]:
    return [line.status.value for line in check_text(text, "a.md").lines]


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"\sum_y p(y)\mathbf{1}[y = y'] = p(y')", "proved"),
        (r"\sum_y p(y)\mathbf{1}[y = y'] = p(y')^2", "refuted"),
        (r"\sum_y p(y)\mathbf{1}[y \ne y'] = 1 - p(y')", "proved"),
        (r"p(y)\mathbb{1}\{y = y'\} = p(y')\mathbb{1}\{y' = y\}", "proved"),
        (r"p(y)\mathbb{1}\{y = y'\} = p(y)", "refuted"),
        (r"\mathbf{1}[y = y']^2 = \mathbf{1}[y = y']", "proved"),
        (r"\mathbf{1}[y = y'] \ge 0", "proved"),
        (r"\mathbf{1}[y = y'] \ge 1", "refuted"),
        (r"\sum_{y,y'} \mathbf{1}[y = y'] = |\mathcal{Y}|", "proved"),
        (r"\sum_{y,y'} \mathbf{1}[y = y'] = 1", "refuted"),
        (r"E_{y\sim p,\,y'\sim q}[\mathbb{I}(y \ne y')] = 1 - \sum_y p(y)q(y)", "proved"),
        (r"E_{y\sim p,\,y'\sim q}[\mathbb{I}(y = y')] = 1 - \sum_y p(y)q(y)", "refuted"),
        (r"\sum_y (\mathbf{1}[y = y'] - p(y))^2 = 1 - 2p(y') + \sum_y p(y)^2", "proved"),
        (r"\frac{\partial\log q(y)}{\partial q(y')} = \frac{\delta_{yy'}}{q(y')}", "proved"),
        (r"\frac{\partial\log q(y)}{\partial q(y')} = \frac{1}{q(y')}", "refuted"),
        (r"\frac{\partial}{\partial r(y)} r(y') = \mathbf{1}[y = y']", "proved"),
        (r"\sum_j\delta_{ij}r_j = r_i", "proved"),
        (r"\sum_j\delta_{ij}r_j = \sum_j r_j", "refuted"),
        (r"\mathbf{1}[y = y'] = \mathbf{1}[r(y) = r(y')]", "refuted"),
    ],
)
def test_a_row_about_two_indices(row: str, status: str) -> None:
    assert judged(f"$${row}$$") == [status]


def test_the_slopes_of_a_softmax() -> None:
    given = r"$$p_i = \frac{e^{z_i}}{\sum_k e^{z_k}}$$"
    slope = r"$$\frac{\partial p_i}{\partial z_j} = p_i(\delta_{ij} - p_j)$$"
    turned = r"$$\frac{\partial p_i}{\partial z_j} = p_j(\delta_{ij} - p_i)$$"
    wrong = r"$$\frac{\partial p_i}{\partial z_j} = p_i(\delta_{ij} + p_j)$$"
    apart = r"$$\frac{\partial p_i}{\partial z_j} = -p_ip_j$$"
    assert judged("\n\n".join((given, slope, turned, wrong, apart))) == [
        "assumed", "proved", "proved", "refuted", "unknown",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "before",
    [
        r"$$\delta_{ij} = r_i - r_j$$",  # a margin
        r"Here $\delta_{ij} = r_i - r_j$ is the margin.",
        r"$$\delta_{ij} = \nonsense{i}{j}$$",
    ],
)
def test_what_a_document_calls_delta_is_no_indicator(before: str) -> None:
    *_, last = judged(before + "\n\n" + r"$$\sum_j\delta_{ij}r_j = r_i$$")
    assert last != "proved"


def test_an_error_of_a_step_is_no_indicator() -> None:
    assert judged(r"$$\sum_{t=1}^T\delta_{it} = 1$$")[0] in ("unreadable", "unknown")


@pytest.mark.parametrize(
    "row", [r"\int \mathbf{1}[z = z']\,p(z)\,dz = p(z')", r"\int \mathbf{1}[z = z']\,p(z)\,dz = 0"],
)  # fmt: skip
def test_of_densities_nothing_is_said(row: str) -> None:
    assert judged(f"$${row}$$")[0] in ("unknown", "unreadable")


def test_it_is_written_as_people_write_it() -> None:
    shown = formula(EQUAL)
    assert (shown.text, shown.latex) == ("1[y = w]", r"\mathbf{1}[y = w]")


@pytest.mark.parametrize(
    "pair",
    [
        (t.total(Y, t.Mul((EQUAL, P[Y], t.log(P[Y])))), t.Mul((P[W], t.log(P[W])))),
        (t.Mul((EQUAL, t.exp(R[Y]))), t.Mul((EQUAL, t.exp(R[W])))),
        (t.Mul((EQUAL, t.same(W, Z), R[Z])), t.Mul((t.same(Y, Z), t.same(Z, W), R[Y]))),
        (t.log(t.Add((P[Y], t.Mul((EQUAL, P[Y]))))), t.log(t.Add((t.Mul((t.same(W, Y), P[W])), P[Y])))),
        (t.total(Z, t.Mul((t.same(Y, Z), t.same(Z, W)))), EQUAL),
    ],
)
def test_equal_normal_forms_have_equal_values(pair: tuple[t.Term, t.Term]) -> None:
    nf = Normaliser(t.Context.NOTHING)
    assert nf.is_zero(nf(pair[0]) - nf(pair[1]))
    rng = Random(7)
    for _ in range(5):
        size = rng.randint(1, 3)
        case = random_case(rng, needed(pair, t.Context.NOTHING), {"y": size})
        for y, w, z in product(range(size), repeat=3):
            one, other = (evaluate(side, case, at={Y: y, W: w, Z: z}, bits=120) for side in pair)
            assert one.overlaps(other)


@pytest.mark.parametrize(
    "pair",
    [
        (EQUAL, t.same(Y, Z)),
        (t.total(Y, EQUAL), t.total(Y, t.Mul((EQUAL, R[Y])))),
        (t.Mul((EQUAL, R[Y])), R[Y]),
        (t.Mul((EQUAL, t.same(W, Z))), EQUAL),
    ],
)
def test_what_differs_is_not_proved(pair: tuple[t.Term, t.Term]) -> None:
    nf = Normaliser(t.Context.NOTHING)
    assert not nf.is_zero(nf(pair[0]) - nf(pair[1]))


def test_the_kernel_knows_no_point_of_a_density() -> None:
    nf = Normaliser(t.Context(measures=frozenset({"y"})))
    with pytest.raises(Unsupported):
        nf(t.Apply(SAME, (), (Y, W)))
    with pytest.raises(Unsupported):
        nf(t.Partial(P[Y], t.Apply("p", (W,), ())))
