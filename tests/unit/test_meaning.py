"""What the rows of a document mean: who is a policy, what a definition is, how far an expectation reaches."""

import pytest

import symkl.language.terms as t
from symkl.checking.document import check_text
from symkl.language.proof import Proof, Row
from symkl.language.terms import Relation
from symkl.language.writing import formula
from symkl.meaning.document import read


def document(*rows: str, before: str = "") -> Proof:
    return read(before + "\n\n".join(f"$${row}$$" for row in rows))


def text(row: Row) -> list[str]:
    return [formula(term).text for clause in row.clauses for term in clause.terms]


def only(*rows: str, before: str = "") -> list[str]:
    proof = document(*rows, before=before)
    assert proof.rows[0].trouble is None, proof.rows[0].trouble
    return text(proof.rows[0])


@pytest.mark.parametrize(
    "latex",
    [
        r"E_{y\sim\pi(\cdot|x)}[r(x,y)]", r"\mathbb{E}_{Y \sim \pi(\cdot\mid X)}[r(X,Y)]", r"E_\pi[r]",
        r"E_{\pi(y|x)}[r(x,y)]", r"\mathbf{E}_{y\sim\pi}\, r(x,y)",
    ],
)
def test_one_expectation_written_in_six_ways(latex: str) -> None:
    assert only(latex) == ["E_{y∼π}[r(x, y)]"]


def test_what_a_sampler_depends_on_is_bound_outside_it() -> None:
    assert only(r"E_{Y\sim\pi(\cdot|X), X\sim P}[r(X,Y)]") == ["E_{x∼P}[E_{y∼π}[r(x, y)]]"]


def test_an_expectation_over_prompts_reaches_over_the_divergence_and_says_so() -> None:
    proof = document(r"E_{x\sim D, y\sim\pi}[r(x,y)] - \beta KL(\pi\|\pi_{ref})")
    assert text(proof.rows[0]) == ["E_{x∼D}[E_{y∼π}[r(x, y)]] + E_{x∼D}[−β KL(π‖π_ref)]"]
    assert any("read as reaching" in note for note in proof.rows[0].notes)


def test_an_expectation_over_responses_does_not_reach_over_a_free_response() -> None:
    (term,) = document(r"E_{y\sim\pi}[r(x,y)] - \log\pi(y|x)").rows[0].clauses[0].terms
    assert {v.name for v in t.free_variables(term)} == {"x", "y"}


def test_a_scalar_before_a_bracket_is_a_product_and_its_power_is_of_the_bracket() -> None:
    assert only(r"\beta(r(x,y) - 1)^2") == ["β (r(x, y) − 1)^2"]


def test_definitions_hold_for_the_whole_document_and_take_the_prompt_along() -> None:
    proof = document(r"J(\pi^*) = \beta \log Z(x)", r"J(\pi) = E_{y\sim\pi}[r(x,y)] - \beta KL(\pi\|\pi_{ref})")
    definition = proof.context.definitions["J"]
    assert [getattr(p, "symbol", getattr(p, "name", "")) for p in definition.parameters] == ["π", "x"]
    used = proof.rows[0].clauses[0].terms[0]
    assert isinstance(used, t.Apply)
    assert used.given == (t.Policy("π*"), t.Variable("x", "x"))


def test_only_the_first_equation_for_a_symbol_defines_it() -> None:
    proof = document(r"J(\pi) = E_{y\sim\pi}[r(x,y)]", r"J(\pi) = 2 E_{y\sim\pi}[r(x,y)]")
    assert proof.rows[0].clauses[0].definition is not None
    assert proof.rows[1].clauses[0].definition is None


@pytest.mark.parametrize(
    ("row", "defined"),
    [
        (r"\hat r_\theta(x,y) = \beta\log\frac{\pi_\theta(y|x)}{\pi_{ref}(y|x)}", True),
        (r"r = \frac{\pi_{ref}(y|x)}{\pi(y|x)}", True),
        (r"V(x) = \beta\log\sum_y \pi_{ref}(y|x)e^{r(x,y)/\beta}", True),
        (r"r(x,y) = \beta\log\frac{\pi_\theta(y|x)}{\pi_{ref}(y|x)}", False),
        (r"\pi(y|x) = \pi_{ref}(y|x) e^{r(x,y)}", False),
    ],
)
def test_what_a_document_may_define_and_what_it_only_claims(row: str, defined: bool) -> None:
    assert (document(row).rows[0].clauses[0].definition is not None) is defined


def test_a_distribution_is_over_what_it_is_first_used_with() -> None:
    assert only(r"KL(p\|q) = \sum_x p(x)\log\frac{p(x)}{q(x)}") == ["KL(p‖q)", "Σ_x p(x) log (p(x)/q(x))"]


def test_actions_and_states_do_as_well_as_responses_and_prompts() -> None:
    row = r"\pi^*(a|s) \propto \pi_{ref}(a|s) \exp(Q(s,a)/\alpha)"
    proof = document(row)
    assert text(proof.rows[0]) == ["π*(a|s)", "π_ref(a|s) exp(Q(s, a)/α)"]
    assert proof.rows[0].clauses[0].relations == (Relation.PROPORTIONAL,)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (r"c\, r(x,y) = 0", "c is not declared"),
        (r"\mathbb{E}[r(x,y)] = 0", "does not say under which distribution"),
        (r"\sum_t r(s,a_t) = 0", "may be a token of a or one of several responses"),
        (r"R(x,y) \gets R(x,y) - \beta \log\pi(y|x)", "is given a new meaning"),
        (r"\max r(x,y)", "does not say over which policy"),
        (r"|\mathcal{D}| \ge 0", "may be how many elements a set has"),
        (r"\log Z(y) = 0", "depends on the prompt alone"),
    ],
)
def test_refusals_name_what_is_missing(row: str, message: str) -> None:
    trouble = document(row).rows[0].trouble
    assert trouble is not None
    assert message in trouble.message
    assert trouble.advice


@pytest.mark.parametrize("directive", ["c > 0", "c scalar", "g function of x, y; c scalar", r"\kappa > 0"])
def test_a_directive_declares(directive: str) -> None:
    proof = document(r"\kappa > 0" if "kappa" in directive else "c = c", before=f"<!-- symkl: {directive} -->\n\n")
    assert not proof.troubles
    assert proof.rows[0].trouble is None


def test_a_directive_that_is_not_understood_is_located() -> None:
    (trouble,) = document("1 = 1", before="<!-- symkl: beta is nice -->\n\n").troubles
    assert (trouble.line, trouble.column) == (1, 13)
    assert "claim optimal-policy" in trouble.advice


def test_a_declared_number_is_no_temperature_where_a_usual_one_is_about() -> None:
    alone, beside = (read(f"<!-- symkl: c > 0 -->\n\n$$ {row} $$") for row in ("c = c", r"c \beta = \beta c"))
    assert alone.parts is not None and alone.parts.temperature == "c"
    assert beside.parts is not None and beside.parts.temperature == "β"


def test_what_a_row_claimed_something_of_is_not_defined_by_a_later_plain_equation() -> None:
    declared = "<!-- symkl: c scalar; d scalar -->\n\n"
    for sign, defined in (("=", False), (":=", True)):
        proof = read(f"{declared}$$ c^2 = d^2 $$\n\n$$ c {sign} d $$")
        assert ("c" in proof.context.definitions) is defined
    assert "c" in read(f"{declared}$$ c = d $$\n\n$$ c^2 = d^2 $$").context.definitions


def test_a_divergence_that_names_no_prompt_is_averaged_by_the_law_of_its_row() -> None:
    """A document draws from pretraining prompts first and from others later: each row has its own mean."""
    row = (
        r"D_{KL}(\pi_\theta\|\mu) = E_{x\sim %s,\, y\sim\pi_\theta(\cdot|x)}"
        r"[\log\pi_\theta(y|x) - \log\mu(y|x)]"
    )
    text = "\n\n".join(f"$${row % law}$$" for law in (r"D_{\text{pre}}", "D"))
    found = [line.status.value for line in check_text(text, "a.md").lines]
    turned = text.replace(r"\log\pi_\theta(y|x) - \log\mu(y|x)", r"\log\mu(y|x) - \log\pi_\theta(y|x)")
    assert found == ["proved", "proved"]
    assert [line.status.value for line in check_text(turned, "a.md").lines] == ["refuted", "refuted"]
