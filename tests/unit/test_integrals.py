r"""Integrals over responses: read as sums over a space with a measure, proved where every measure has it, and no further."""

from __future__ import annotations

import pytest

import symkl
from symkl.checking.document import check_text
from symkl.checking.report import Line, Status
from symkl.language.terms import Span
from symkl.meaning.document import read
from symkl.proving.wording import ENDLESS, INTEGRALS
from symkl.reading.latex import parse_row
from symkl.reading.mistakes import Unreadable
from symkl.reading.readable import row_text
from tests.told import told


def shown(row: str) -> str:
    return row_text(parse_row(row, Span(0, len(row))))


def lines(*rows: str) -> list[Line]:
    return list(symkl.check_text("\n\n".join(f"$$ {row} $$" for row in rows), "rows.md").lines)


def statuses(*rows: str) -> list[str]:
    return [told(line).value for line in lines(*rows)]


@pytest.mark.parametrize(("row", "text"), [
    (r"\int p(y)\,dy\, r(x)", "∫ p(y) dy r(x)"),
    (r"\int \rho(x) \int \pi(y|x) \, dy \, dx", "∫ ρ(x) ∫ π(y|x) dy dx"),
    (r"\int\int \rho(x) \pi(y|x) \, \mathrm{d}y \, \mathrm dx", "∫ ∫ ρ(x) π(y|x) dy dx"),
    (r"\iint p(x,y)\,dxdy", "∫ p(x,y) dx dy"),
    (r"\int p(y_1) p(y_2) \, dy_1 \, dy_2", "∫ p(y_1) p(y_2) dy_1 dy_2"),
    (r"\int dx\, \rho(x) \int dy\, \pi(y|x) + 1", "∫ ρ(x) ∫ π(y|x) dy dx + 1"),
    (r"\int dy = 1", "∫ 1 dy = 1"),
    (r"\log\int_{\mathcal Y} e^{r(y)}\, {\rm d}y", "log(∫ exp(r(y)) dy)"),
    (r"\int_{y \in \mathcal{Y}} p(y) \text{d} y'", ""),
    (r"\int_{-\infty}^{+\infty} p(y)\,dy - \int_{\mathbb{R}^d} q(y)\,dy", "∫ p(y) dy − ∫ q(y) dy"),
    (r"\int_y p(y) + 1", "∫ p(y) dy + 1"),
    (r"\left(\int p(y)^2 dy\right)^2", "(∫ p(y)^2 dy)^2"),
    (r"∫ p(z) dz", "∫ p(z) dz"),
])
def test_an_integral_ends_at_its_differential(row: str, text: str) -> None:
    if text:
        assert shown(row) == text
    else:
        with pytest.raises(Unreadable):
            shown(row)


@pytest.mark.parametrize("row", [
    r"\int p(y) = 1",
    r"\int \frac{p(y) \, dy}{q(y)} = 1",
    r"\int_0^1 p(y)\,dy = 1",
    r"\int_{\mathcal{Y}\times\mathcal{X}} p(x,y)\,dx\,dy = 1",
    r"\int_B p(y)\,dy = 1",
    r"\int r(y) \, d\pi(y) = 1",
    r"\int r(y) \, d\pi = 1",
    r"\int p(y) \int q(z) \, dy \, dz = 1",
    r"\iint p(x,y)\,dy = 1",
    r"\sum_y p(y) = \int p(y)\,dy",
])
def test_what_is_no_integral_over_a_whole_space_is_refused(row: str) -> None:
    assert statuses(row) == ["unreadable"]


TRUE = [
    r"\mathrm{KL}(p\|q) = \int p(y) \log\frac{p(y)}{q(y)}\,dy",
    r"\mathrm{KL}(p\|q) = \int p(y) \log p(y)\,dy - \int p(y) \log q(y)\,dy",
    r"\int p(y)\,dy\int q(z)\,dz = 1",
    r"\int\int p(y) q(z) (r(y) - r(z))\,dy\,dz = \mathbb{E}_{y\sim p}[r(y)] - \mathbb{E}_{y\sim q}[r(y)]",
    r"\int p(y) \log\frac{p(y)}{q(y)}\,dy \ge 0",
    r"\log\int p(y) e^{r(y)}\,dy \ge \int p(y) r(y)\,dy",
    r"\frac{d}{d\beta}\int p(y) e^{\beta r(y)}\,dy = \int p(y) r(y) e^{\beta r(y)}\,dy",
    r"\int \nabla_\theta \pi_\theta(y|x)\,dy = 0",
    r"\frac{\partial}{\partial p(y)}\int p(z)\log p(z)\,dz = \log p(y) + 1",
    r"\chi^2(p\|q) = \int \frac{(p(y) - q(y))^2}{q(y)}\,dy",
    r"\int \frac{e^{r(y)}}{\int e^{r(z)}\,dz}\,dy = 1",
]  # fmt: skip


@pytest.mark.parametrize("row", TRUE)
def test_what_holds_for_every_measure_is_proved(row: str) -> None:
    report = check_text(f"$$ {row} $$", "row.md")
    (line,) = report.lines
    assert line.status.value == "proved", line.because
    assert INTEGRALS in report.rests_on


def test_of_a_sum_without_an_end_the_sum_is_taken_to_exist() -> None:
    report = check_text(r"$$ \sum_{t=0}^\infty 2\gamma^t r_t = 2\sum_{t=0}^\infty \gamma^t r_t $$", "row.md")
    assert [told(line).value for line in report.lines] == ["proved"]
    assert ENDLESS in report.rests_on
    assert INTEGRALS not in report.rests_on


FALSE = [
    r"\mathrm{KL}(p\|q) = \int q(y) \log\frac{p(y)}{q(y)}\,dy",
    r"\int p(y) \log\frac{p(y)}{q(y)}\,dy \le 0",
    r"\int p(y)^2\,dy = 1",
    r"\int\int p(y) q(z) r(y)\,dy\,dz = \mathbb{E}_{y\sim q}[r(y)]",
    r"\frac{d}{d\beta}\int p(y) e^{\beta r(y)}\,dy = \int p(y) e^{\beta r(y)}\,dy",
    r"\log\int p(y) e^{r(y)}\,dy \le \int p(y) r(y)\,dy",
]  # fmt: skip


@pytest.mark.parametrize("row", FALSE)
def test_what_fails_for_sums_is_refuted_and_says_what_the_sum_stands_for(row: str) -> None:
    (line,) = lines(row)
    assert line.status.value == "refuted"
    assert any("interval of length 1" in note for note in line.notes)


@pytest.mark.parametrize("row", [
    r"-\int p(y)\log p(y)\,dy \ge 0",
    r"\int p(y)^2\,dy \le 1",
    r"\int p(y)^2\,dy \le \int p(y)\,dy",
    r"p(y) \le \int p(z)\,dz",
    r"1 - p(y) \ge 1 - \int p(z)\,dz",
    r"-\int p(y)\log p(y)\,dy \le \log\int dy",
    r"\lim_{\beta\to\infty}\int p(y) e^{r(y)/\beta}\,dy = 1",
    r"\lim_{\beta\to 0^+}\beta\log\int p(y) e^{r(y)/\beta}\,dy = \int p(y) r(y)\,dy",
    r"\frac{\partial}{\partial p(y)}\left[p(y) + \int p(z) r(z)\,dz\right] = 1 + r(y)",
])
def test_what_holds_for_counting_alone_is_not_proved(row: str) -> None:
    """A density may be 10 on an interval of length 1/10: it is more than 1, and its entropy is -log 10."""
    assert statuses(row)[0] != "proved"


@pytest.mark.parametrize("row", [r"H(p) \ge 0", r"\sum_y p(y)^2 \le 1", r"H(p) \le \log|\mathcal{Y}|"])
def test_one_integral_makes_the_alphabet_a_continuum_in_every_row(row: str) -> None:
    """The row before the integral and the row behind it, too."""
    integral = r"\int p(y) r(y)\,dy = \mathbb{E}_{y\sim p}[r(y)]"
    assert "proved" not in statuses(row, integral, row)[::2]
    assert statuses(row, integral)[1] == "proved"


def test_a_sum_over_what_is_integrated_elsewhere_is_that_integral_and_is_said_to_be() -> None:
    _, line = lines(r"\int p(y)\,dy = 1", r"\sum_y p(y) = 1")
    assert line.status.value == "proved"
    assert any("read as the integral over y, as line 1" in note for note in line.notes)


def test_prompts_may_be_summed_where_responses_are_integrated() -> None:
    rows = [r"\sum_x \rho(x) \int \pi(y|x)\,dy = 1", r"\sum_x \rho(x) = 1"]
    assert [(line.status.value, line.notes) for line in lines(*rows)] == [("proved", ()), ("proved", ())]
    context = read(f"$$ {rows[0]} $$").context
    assert context.measures == frozenset({"y"})


def test_a_document_without_an_integral_rests_on_none() -> None:
    report = check_text(r"$$ \sum_y p(y) = 1 $$", "row.md")
    assert report.lines[0].status.value == "proved"
    assert INTEGRALS not in report.rests_on


def test_a_tilted_density_and_its_normaliser() -> None:
    found = statuses(
        r"Z(x) = \int \mu(y|x) e^{r(x,y)/\beta}\,dy",
        r"\pi^*(y|x) = \frac{1}{Z(x)} \mu(y|x) e^{r(x,y)/\beta}",
        r"\max_\pi \left\{\int \pi(y|x) r(x,y)\,dy - \beta\,\mathrm{KL}(\pi\|\mu)\right\} = \beta\log Z(x)",
        r"\arg\max_\pi \int \pi(y|x) r(x,y)\,dy - \beta\int\pi(y|x)\log\frac{\pi(y|x)}{\mu(y|x)}\,dy = \pi^*",
        r"\frac{d}{d\beta}\log Z(x) = \frac{1}{\beta^2}\int \pi^*(y|x) r(x,y)\,dy",
    )
    assert found == ["assumed", "assumed", "proved", "proved", "refuted"]


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (r"\int q(\mathbf{z}) \, d\mathbf{z} = 1", Status.PROVED),
        (r"\int q(\mathbf{z}) d \boldsymbol{z} = 2", Status.REFUTED),
        (r"\int\int q(\mathbf{y}|\mathbf{x}) \rho(\mathbf{x}) d\mathbf{y} d\mathbf{x} = 1", Status.PROVED),
    ],
)
def test_a_differential_is_seen_in_any_type(row: str, status: Status) -> None:
    assert [line.status for line in check_text(f"$$ {row} $$", "a.md").lines] == [status]


@pytest.mark.parametrize(("row", "length"), [
    (r"-\int p(y)\log p(y)\,dy \ge 0", "1/10"),
    (r"-\int p(y)\log p(y)\,dy \le 0", "1"),
    (r"\int p(y)^2\,dy \le 1", "1/10"),
    (r"\int p(y)^2\,dy \ge 1", "1"),
    (r"p(y) \le \int p(z)\,dz", "1/10"),
    (r"\log p(y) \le \log\int p(z)\,dz", "1/10"),
    (r"-\int p(y)\log q(y)\,dy \ge \mathrm{KL}(p\|q)", "1/10"),
    (r"\int q(y) e^{r(y)}\,dy \ge q(y) e^{r(y)}", "1/10"),
    (r"\int p(y)\, dy \le 1 + \int p(y)\log p(y)\,dy + \log\int dy", "1"),
])
def test_what_holds_for_counting_alone_is_refuted_by_densities(row: str, length: str) -> None:
    """By hand: two responses of probability 1/2 on intervals of length 1/10 have the density 5, and 5 > 1, log 5 > 0."""
    (line,) = lines(row)
    if row.endswith(r"\log\int dy"):  # 1 <= 1 + log n - H, which is Gibbs' inequality to what is uniform
        assert line.status.value != "refuted"
        return
    assert line.status.value == "refuted"
    assert any(f"interval of length {length}," in note for note in line.notes)
    assert line.counterexample is not None and ("interval of length" in line.counterexample.summary) == (length != "1")


@pytest.mark.parametrize("row", [
    r"\int p(y)\log\frac{p(y)}{q(y)}\,dy \ge 0",
    r"-\int p(y)\log p(y)\,dy \le \log\int dy",
    r"\int p(y)\,dy = 1",
    r"\log\int q(y) e^{r(y)}\,dy \ge \int q(y) r(y)\,dy",
])
def test_what_holds_for_every_measure_is_refuted_by_no_length(row: str) -> None:
    assert statuses(row)[0] != "refuted"
