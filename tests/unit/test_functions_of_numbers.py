r"""Functions of one number, ``f(u) = u \log u``, and the divergences that are made with them."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

import symkl
import symkl.language.terms as t
from symkl.checking.document import check_text
from symkl.checking.report import Line
from symkl.kernel.verdict import Proved
from symkl.language.writing import formula
from symkl.meaning.functions import derivative
from symkl.proving.certificates import replayed, write
from symkl.proving.deciding import decide
from tests.told import told

U = t.Scalar("u")
D_F = r"D_f(p\|q) = \mathbb{E}_{y\sim q}\left[f\left(\frac{p(y)}{q(y)}\right)\right]"


def n(value: int, below: int = 1) -> t.Term:
    return t.Number(Fraction(value, below))


def lines(*rows: str) -> list[Line]:
    text = "\n\n".join(row if row.startswith("#") else f"$$ {row} $$" for row in rows)
    return list(symkl.check_text(text, "rows.md").lines)


def statuses(*rows: str) -> list[str]:
    return [told(line).value for line in lines(*rows)]


@pytest.mark.parametrize(("given", "true", "false"), [
    (r"u\log u", r"\mathrm{KL}(p\|q)", r"\mathrm{KL}(q\|p)"),
    (r"-\log u", r"\mathrm{KL}(q\|p)", r"\mathrm{KL}(p\|q)"),
    (r"(u - 1)^2", r"\chi^2(p\|q)", r"\chi^2(q\|p)"),
    (r"u(u - 1)", r"\chi^2(p\|q)", r"\chi^2(p\|q) + 1"),
    (r"u\log u - u + 1", r"\mathrm{KL}(p\|q)", r"\mathrm{KL}(p\|q) + 1"),
    (r"\frac12 u\log u - \frac{u+1}{2}\log\frac{u+1}{2}", r"\mathrm{JS}(p\|q)", r"2\,\mathrm{JS}(p\|q)"),
    (r"(\sqrt u - 1)^2", r"2 - 2\sum_y \sqrt{p(y)q(y)}", r"1 - \sum_y \sqrt{p(y)q(y)}"),
])
def test_a_divergence_is_what_its_function_makes_it(given: str, true: str, false: str) -> None:
    assert statuses(f"f(u) = {given}", D_F, rf"D_f(p\|q) = {true}", rf"D_f(p\|q) = {false}") \
        == ["assumed", "assumed", "proved", "refuted"]  # fmt: skip


@pytest.mark.parametrize("letter", ["u", "t", "x", "z", r"\rho", "w", "s"])
def test_the_parameter_may_have_any_letter(letter: str) -> None:
    rows = (rf"f({letter}) = {letter}\log {letter}", D_F, r"D_f(p\|q) = \mathrm{KL}(p\|q)",
            rf"f'({letter}) = 1 + \log {letter}", rf"f'({letter}) = \log {letter}")  # fmt: skip
    assert statuses(*rows) == ["assumed", "assumed", "proved", "proved", "refuted"]


def test_the_report_rests_on_the_function_and_on_the_divergence() -> None:
    report = symkl.check_text("\n\n".join(f"$$ {row} $$" for row in (
        r"f(u) = u\log u", D_F, r"D_f(p\|q) = \mathrm{KL}(p\|q)")), "rows.md")  # fmt: skip
    assert {"f(u) as in line 1", "D_f(p‖q) as in line 3"} <= set(report.rests_on)


@pytest.mark.parametrize(("row", "status"), [
    (r"f(1) = 0", "proved"),
    (r"f(1) = 1", "refuted"),
    (r"f'(1) = 1", "proved"),
    (r"f''(u) = \frac{1}{u}", "proved"),
    (r"f''(u) = u", "refuted"),
    (r"f'\left(\frac{p(y)}{q(y)}\right) = 1 + \log\frac{p(y)}{q(y)}", "proved"),
    (r"f'\left(\frac{p(y)}{q(y)}\right) = 1 + \log\frac{q(y)}{p(y)}", "refuted"),
    (r"f(uv) = f(u) + f(v)", "unreadable"),
    (r"u f\left(\frac1u\right) = -\log u", "proved"),
    (r"f(u) \ge u - 1", "proved"),
])
def test_values_and_slopes(row: str, status: str) -> None:
    assert statuses(r"f(u) = u\log u", row)[1] == status


def test_a_function_may_be_made_of_another_and_of_none_that_is_made_of_it() -> None:
    twice = (r"f(u) = u\log u", r"g(u) = f(u) - (u - 1)", r"\mathbb{E}_{y\sim q}[g(p(y)/q(y))] = \mathrm{KL}(p\|q)")
    assert statuses(*twice) == ["assumed", "assumed", "proved"]
    round_and_round = (r"f(u) = g(u) + 1", r"g(u) = f(u) - 1", r"f(p(y)) = g(p(y)) + 1")
    assert "proved" not in statuses(*round_and_round)


def test_a_parameter_is_positive_only_where_its_function_stands() -> None:
    """In ``log σ(u) ≤ u`` nobody says that u > 0, whatever f(u) = u log u needs: it fails at u = -1."""
    assert statuses(r"f(u) = u\log u", r"\log\sigma(u) + \log 2 \ge 0") == ["assumed", "refuted"]


def test_functions_of_functions_are_written_out_up_to_a_size() -> None:
    """Each of these is twice the one before: written out, the last would have 2^40 terms."""
    names = ["f", *(f"f_{{{k}}}" for k in range(1, 41))]
    rows = [f"{names[0]}(u) = u + 1", *(f"{b}(u) = {a}(u) + {a}(u)" for a, b in pairwise(names))]
    assert statuses(*rows[:5], r"f_{4}(p(y)) = 16 p(y) + 16")[-1] == "proved"
    assert statuses(*rows, r"f_{40}(p(y)) = 1")[-1] == "unknown"
    nested = "f(" * 30 + "p(y)" + ")" * 30
    assert statuses("f(u) = u + u", f"{nested} = 1")[-1] == "unreadable"


def test_an_argument_is_not_caught_by_what_a_function_binds() -> None:
    r"""With ``f(u) = Σ_y p(y) u`` written out at r(y), the y of the argument would be summed over."""
    assert statuses(r"f(u) = \sum_y p(y) u", r"f(r(y)) = \sum_y p(y) r(y)")[1] == "unreadable"


def test_what_two_sections_give_is_in_each_what_it_gives() -> None:
    rows = ("# One", r"f(u) = u\log u", "# Two", r"f(u) = -\log u")
    mean = r"\mathbb{E}_{y\sim q}[f(p(y)/q(y))]"
    assert statuses(*rows, mean + r" = \mathrm{KL}(q\|p)")[-1] == "proved"
    assert statuses(*rows, mean + r" = \mathrm{KL}(p\|q)")[-1] == "refuted"


def test_a_second_row_of_a_section_is_a_claim() -> None:
    assert statuses(r"f(u) = u\log u", r"f(u) = -u\log\frac1u", r"f(u) = u") == ["assumed", "proved", "refuted"]


def test_a_double_bar_names_a_divergence_that_a_row_gives() -> None:
    (line,) = lines(r"1 + D_g(p\|q) \ge 0")
    assert told(line).value == "unreadable"
    assert line.trouble is not None and "no row gives it" in line.trouble.message
    assert statuses(r"P(y\|x) = P(y, x)") == ["unreadable"]
    rows = (r"L(p\|q) = \sum_y p(y)^2 q(y)", r"L(p\|q) = \mathbb{E}_{y\sim q}[p(y)^2]", r"L(p\|q) = L(q\|p)")
    assert statuses(*rows) == ["assumed", "proved", "refuted"]


def test_a_divergence_of_policies_given_prompts() -> None:
    rows = (
        r"f(u) = u\log u",
        r"D_f(\pi\|\mu) = \sum_y \mu(y|x) f\left(\frac{\pi(y|x)}{\mu(y|x)}\right)",
        r"\max_\pi \left\{\mathbb{E}_{y\sim\pi}[r(x,y)] - \beta D_f(\pi\|\mu)\right\}"
        r" = \beta\log\sum_y \mu(y|x) e^{r(x,y)/\beta}",
        r"\max_\pi \left\{\mathbb{E}_{y\sim\pi}[r(x,y)] - \beta D_f(\pi\|\mu)\right\}"
        r" = \log\sum_y \mu(y|x) e^{r(x,y)/\beta}",
    )
    assert statuses(*rows) == ["assumed", "assumed", "proved", "refuted"]


@pytest.mark.parametrize("term", [
    t.Mul((U, t.log(U))),
    t.Power(t.Add((U, n(-1))), n(2)),
    t.Power(U, t.Scalar("a")),
    t.Power(U, U),
    t.exp(t.Mul((n(-1), U))),
    t.logistic(t.Mul((U, U))),
    t.Mul((n(1, 2), U, t.exp(U), t.log(t.Add((n(1), U))))),
    t.Fn("log σ", (U,)),
])
def test_the_slope_is_what_the_kernel_says_that_it_is(term: t.Term) -> None:
    found = derivative(term, "u")
    assert found is not None
    context = t.Context(frozenset({"u", "a"}))
    verdict = decide(t.Statement(t.Partial(term, U), t.Relation.EQUAL, found), context)
    assert verdict == decide(t.Statement(t.Partial(term, U), t.Relation.EQUAL, t.Partial(term, U)), context) or \
        type(verdict).__name__ == "Proved"  # fmt: skip
    wrong = decide(t.Statement(t.Partial(term, U), t.Relation.EQUAL, t.Add((found, n(1)))), context)
    assert type(wrong).__name__ != "Proved"


def test_what_has_no_rule_has_no_slope() -> None:
    assert derivative(t.Fn("abs", (U,)), "u") is None
    assert derivative(t.Apply("r", (), ()), "u") is None


# -- functions that nothing gives --------------------------------------------------------------


@pytest.mark.parametrize("row", [
    r"\sum_z q(z) f\left(\frac{p(z)}{q(z)}\right) = \mathbb{E}_{y\sim q}\left[f\left(\frac{p(y)}{q(y)}\right)\right]",
    r"f(e^{\log p(y)}) = f(p(y))",
    r"f(p(y) + p(y)) = f(2 p(y))",
    r"\frac{d}{d\beta}\left[\beta f(p(y))\right] = f(p(y))",
    r"\lim_{\beta\to 0^+} \beta f(p(y)) = 0",
])
def test_what_holds_for_every_function_is_proved(row: str) -> None:
    assert statuses(row) == ["proved"]


@pytest.mark.parametrize("row", [
    r"f(2 p(y)) = 2 f(p(y))",
    r"\mathbb{E}_{y\sim p}[f(p(y)/q(y))] = \mathbb{E}_{y\sim q}[f(p(y)/q(y))]",
    r"\frac{d}{d\beta} f(\beta p(y)) = f(p(y))",
])
def test_what_fails_for_each_of_several_functions_is_refuted_and_says_for_which(row: str) -> None:
    (line,) = lines(row)
    assert line.status.value == "refuted"
    assert line.counterexample is not None and line.counterexample.summary.startswith("f(u) = (u − 1)²")


@pytest.mark.parametrize("row", [
    r"f(1) = 0",
    r"\mathbb{E}_{y\sim q}[f(p(y)/q(y))] \ge 0",
    r"\mathbb{E}_{y\sim q}[f(p(y)/q(y))] = \mathrm{KL}(p\|q)",
    r"\mathbb{E}_{y\sim q}[f(p(y)/q(y))] = \chi^2(p\|q)",
    r"f(2 p(y)) \ge f(p(y))",
    r"g(f(2 p(y))) = 2 p(y)",
    r"f^*(f'(2 p(y))) = 2 p(y) f'(2 p(y)) - f(2 p(y))",
    r"f(2 p(y)) = f'(2 p(y))",
])
def test_what_may_hold_for_the_function_that_is_meant_is_not_refuted(row: str) -> None:
    """f may be convex, with f(1) = 0, or increase; g may be its inverse, f' is its slope, and f^* its conjugate."""
    assert statuses(row) == ["unknown"]


def test_a_value_is_written_certified_and_read_back() -> None:
    row = t.Statement(t.Value("f", t.Add((U, U))), t.Relation.EQUAL, t.Value("f", t.Mul((n(2), U))))
    shown = decide(row, t.Context())
    assert isinstance(shown, Proved)
    assert replayed(write(shown)) == shown
    assert formula(row.left).text == "f(u + u)"
    assert formula(row.right).latex == r"f\left(2 u\right)"


def test_a_function_that_prose_or_an_unread_row_gives_is_not_any_function() -> None:
    row = r"$$ \mathbb{E}_{y\sim q}[f(p(y)/q(y))] = \mathrm{TV}(p, q) $$"
    told = symkl.check_text("Now $f(u) = \\frac12 |u - 1|$.\n\n" + row, "row.md").lines
    assert told[0].status.value not in ("refuted", "proved")
    unread = r"$$ f(u) = \int_0^u g(v) \, dv $$"
    assert symkl.check_text(unread + "\n\n" + row, "row.md").lines[-1].status.value not in ("refuted", "proved")


def test_a_divergence_of_any_function_at_other_distributions() -> None:
    rows = (
        D_F,
        r"D_f(q\|p) = \sum_y p(y) f\left(\frac{q(y)}{p(y)}\right)",
        r"D_f(q\|p) = \sum_y p(y) f\left(\frac{p(y)}{q(y)}\right)",
        r"D_f(q\|q) = f(1)",
        r"D_f(p\|q) = f(1)",
    )
    assert statuses(*rows) == ["assumed", "proved", "refuted", "proved", "refuted"]


def test_a_directive_that_calls_it_a_function_of_u_makes_u_no_index_where_rows_call_it_with_numbers() -> None:
    text = r"""<!-- symkl: f function of u -->
$$ D_f(p\|q) = \mathbb{E}_{y\sim q}\left[f\left(\frac{p(y)}{q(y)}\right)\right] $$

$$ f(u) = (u-1)^2 $$

$$ D_f(p\|q) = \chi^2(p\|q) $$

$$ D_f(p\|q) = \mathrm{KL}(p\|q) $$
"""
    found = [told(line).value for line in check_text(text, "a.md").lines]
    assert found == ["assumed", "assumed", "proved", "refuted"]


def _statuses(*rows: str) -> list[str]:
    text = "\n\n".join(row if row.startswith("With") else f"$$ {row} $$" for row in rows)
    return [line.status.value for line in check_text(text, "a.md").lines]


@pytest.mark.parametrize(
    ("f", "true", "false"),
    [
        (r"u\log u", r"KL(\pi\|\pi_{ref})", r"KL(\pi_{ref}\|\pi)"),
        (r"-\log u", r"KL(\pi_{ref}\|\pi)", r"KL(\pi\|\pi_{ref})"),
        (r"(u-1)^2", r"\chi^2(\pi\|\pi_{ref})", r"2\chi^2(\pi\|\pi_{ref})"),
    ],
)
def test_a_divergence_of_a_function_that_no_row_gives_is_what_everybody_means(f: str, true: str, false: str) -> None:
    assert _statuses(f"f(u) = {f}", rf"D_f(\pi\|\pi_{{ref}}) = {true}")[1] == "proved"
    assert _statuses(f"f(u) = {f}", rf"D_f(\pi\|\pi_{{ref}}) = {false}")[1] == "refuted"
    assert _statuses(rf"D_f(\pi\|\pi_{{ref}}) = {true}", r"f(1) = 0")[0] not in ("proved", "refuted")


def test_a_problem_with_a_divergence_of_any_function_is_solved_by_no_tilt() -> None:
    problem = r"\max_\pi E_{y\sim\pi(\cdot|x)}[r(x,y)] - \beta D_f(\pi(\cdot|x)\|\pi_{ref}(\cdot|x))"
    tilt = r"\pi^*(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x)e^{r(x,y)/\beta}"
    assert _statuses(problem, tilt) == ["stated", "unknown"]
    assert _statuses(r"f(u) = u\log u", problem, tilt)[2] in ("assumed", "proved")


def test_a_function_that_prose_gives_is_any_and_nothing_of_it_is_refuted() -> None:
    given = r"D_f(p\|q) = \sum_y q(y) f\left(\frac{p(y)}{q(y)}\right)"
    rows = [given, r"With $f(u) = u\log u$ this is the KL:", r"D_f(p\|q) = \sum_y p(y)\log\frac{p(y)}{q(y)}"]
    assert _statuses(*rows)[0] == "assumed"
    assert _statuses(*rows)[1] != "refuted"
