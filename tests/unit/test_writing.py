"""Terms as formulas, and normal forms read back as terms that mean the same."""

from dataclasses import replace
from fractions import Fraction

import pytest

import symkl.language.terms as t
from symkl.checking.tilting import settle
from symkl.kernel.normal_form import Normaliser
from symkl.language.writing import formula, symbol_latex
from symkl.meaning.document import read
from symkl.proving.reading_back import read_back

BETA = t.Scalar("β")
ROWS = (
    r"E_{y\sim\pi}[r(x,y)] - \beta KL(\pi\|\pi_{ref})",
    r"2\beta\log Z(x) + \frac{1}{2} r(x,y)^2",
    r"\sum_y \pi_{ref}(y|x) e^{r(x,y)/\beta}",
    r"\sigma(r(x,y_w) - r(x,y_l))",
    r"E_{x\sim D} E_{y\sim\pi(\cdot|x)}[\log\frac{\pi(y|x)}{\pi^*(y|x)}]",
    r"\left(\frac{\pi(y|x)}{\pi_{ref}(y|x)}\right)^\beta - 1",
    r"E_{y\sim\pi_\theta}[\nabla_\theta \log \pi_\theta(y|x)\, r(x,y)]",
    r"\max_\pi E_{y\sim\pi}[r(x,y)] - \beta KL(\pi\|\pi_{ref})",
    r"-\log 6 + \mathrm{Var}_{y\sim\pi}[r(x,y)]",
)


def only_term(row: str) -> tuple[t.Term, t.Context]:
    proof = read(f"$${row}$$\n\n$$Z(x) = \\sum_y \\pi_{{ref}}(y|x) e^{{r(x,y)/\\beta}}$$")
    assert proof.rows[0].clauses, proof.rows[0].trouble
    return proof.rows[0].clauses[0].terms[0], settle(proof).context


@pytest.mark.parametrize("row", ROWS)
def test_what_is_read_back_has_the_normal_form_it_came_from(row: str) -> None:
    term, context = only_term(row)
    nf = Normaliser(context)
    normal = nf(term)
    assert nf.is_zero(nf(read_back(normal, context)) - normal)


@pytest.mark.parametrize("row", ROWS)
def test_the_latex_of_a_term_is_read_as_that_term(row: str) -> None:
    term, context = only_term(row)
    again, _ = only_term(formula(term).latex)
    nf = Normaliser(context)
    assert nf.is_zero(nf(again) - nf(term))


def test_a_partition_function_is_called_by_its_name() -> None:
    term, context = only_term(r"2 \log \sum_y \pi_{ref}(y|x) e^{r(x,y)/\beta}")
    assert formula(read_back(Normaliser(context)(term), context)).text == "2 log Z(x)"


def test_what_a_context_calls_a_sum_is_worked_out_once_for_it_and_for_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    term, context = only_term(r"\sum_y \pi_{ref}(y|x) e^{r(x,y)/\beta}")
    normal = Normaliser(context)(term)
    known = context.definitions["Z"]
    renamed = replace(context, definitions={"N": replace(known, symbol="N")})
    twice = replace(context, definitions={"Z": replace(known, body=t.Mul((t.Number(Fraction(2)), known.body)))})
    unsigned = replace(context, positive=frozenset())  # exp(r/β) is no other thing there
    for _ in range(2):
        said = [formula(read_back(normal, each)).text for each in (context, renamed, unsigned)]
        assert said == ["Z(x)", "N(x)", "Z(x)"]
        assert "Z" not in formula(read_back(normal, twice)).text
    seen: list[t.Term] = []
    monkeypatch.setattr(Normaliser, "_read", lambda nf, body: seen.append(body))
    assert formula(read_back(normal, replace(context))).text == "Z(x)"
    assert not seen


def test_two_sums_of_logarithms_are_shown_as_a_divergence() -> None:
    term, context = only_term(r"\sum_y \pi(y|x) \log\frac{\pi(y|x)}{\pi_{ref}(y|x)}")
    assert formula(read_back(Normaliser(context)(term), context)).text == "KL(π‖π_ref)"


@pytest.mark.parametrize(
    ("term", "text", "latex"),
    [
        (t.Add((BETA, t.Mul((t.Number(Fraction(-2)), t.log(BETA))))), "β − 2 log β", r"\beta - 2 \log \beta"),
        (t.Mul((BETA, t.Add((BETA, t.Number(Fraction(1)))))), "β (β + 1)", r"\beta \left(\beta + 1\right)"),
        (t.Mul((BETA, t.Power(t.Scalar("τ"), t.Number(Fraction(-1))))), "β/τ", r"\frac{\beta}{\tau}"),
        (t.Number(Fraction(-1, 2)), "−1/2", r"-\tfrac{1}{2}"),
        (t.Add(()), "0", "0"),
    ],
)
def test_signs_brackets_and_quotients(term: t.Term, text: str, latex: str) -> None:
    assert formula(term).text == text
    assert formula(term).latex == latex


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("π_ref", r"\pi_{\mathrm{ref}}"),
        ("π*", r"\pi^{*}"),
        ("y_w", "y_{w}"),
        ("r̂_θ", r"\hat{r}_{\theta}"),
        ("y'", "y'"),
    ],
)
def test_names_in_latex(name: str, latex: str) -> None:
    assert symbol_latex(name) == latex
