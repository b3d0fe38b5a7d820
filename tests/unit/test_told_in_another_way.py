r"""What a document says in words, beside a row, or by a problem that no tilt solves, is not forgotten for what is usual."""

from __future__ import annotations

import pytest

from symkl import check_text


def statuses(text: str, file: str = "a.md") -> list[str]:
    return [line.status.value for line in check_text(text, file).lines]


def rows(*each: str) -> str:
    return "\n\n".join(row if "$" in row or row.startswith("#") else f"$$ {row} $$" for row in each)


SMALLER = r"\beta KL(p\|q) \le KL(p\|q)"


@pytest.mark.parametrize("said", [r"\quad\text{for }\beta\in(0,1)", r"\quad\text{for }0<\beta<1", r",\quad 0<\beta<1"])
@pytest.mark.parametrize("between", [r"In general, for any $\beta > 0$,", "## Another", r"Let $\pi$ be a policy."])
def test_a_range_beside_a_row_is_of_that_row(said: str, between: str) -> None:
    found = statuses(rows(rf"{SMALLER}{said}", between, SMALLER))
    assert found[0] in ("proved", "unknown")
    assert found[1] == "refuted"
    assert statuses(rows(rf"{SMALLER}{said}")) == ["proved"]


def test_a_range_in_the_prose_of_one_section_is_not_of_the_next() -> None:
    found = statuses(rows(r"For $0<\lambda<1$ we have", SMALLER.replace("beta", "lambda"), r"## Any $\lambda$",
                          SMALLER.replace("beta", "lambda")))  # fmt: skip
    assert found[1] == "refuted"
    assert statuses(rows(r"Let $\beta\in(0,1)$.", SMALLER, SMALLER)) == ["proved", "proved"]


def test_the_ends_of_a_range_are_not_lost_for_another_without_them() -> None:
    inner = r"\lambda(1-\lambda) > 0 \quad\text{for }\lambda\in"
    assert statuses(rows(rf"{inner}[0,1]", rf"{inner}(0,1)"))[0] == "refuted"
    assert statuses(rows(r"\frac{1}{\lambda}\ge 1 \quad\text{for }\lambda\in[0,1]")) != ["proved"]


TILT = r"r(y) = \beta\log\frac{\pi^*(y)}{\pi_{ref}(y)} + \beta\log Z"


@pytest.mark.parametrize(
    "problem",
    [
        r"\max_\pi E_{y\sim\pi}[r(y)] - \beta KL(\pi_{ref}\|\pi)",
        r"\max_\pi E_{y\sim\pi}[r(y)]",
        r"\max_\pi E_{y\sim\pi}[r(y)] \quad\text{s.t.}\quad KL(\pi\|\pi_{ref}) \le \epsilon",
    ],
)
def test_where_a_problem_has_another_solution_the_usual_one_is_not_meant(problem: str) -> None:
    assert statuses(rows(problem, TILT)) == ["stated", "unknown"]
    assert statuses(rows(r"\max_\pi E_{y\sim\pi}[r(y)] - \beta KL(\pi\|\pi_{ref})", TILT)) == ["stated", "proved"]


@pytest.mark.parametrize("lam", [r"\beta", r"\lambda"])
@pytest.mark.parametrize("q", ["q", r"\mu"])
def test_a_starred_policy_up_to_a_factor_is_the_solution_of_its_problem(lam: str, q: str) -> None:
    problem = rf"\max_p E_{{y\sim p}}[r(y)] - {lam} KL(p\|{q})"
    assert statuses(rows(problem, rf"p^*(y) \propto {q}(y)e^{{-r(y)/{lam}}}")) == ["stated", "refuted"]
    assert statuses(rows(problem, rf"p^*(y) \propto {q}(y)e^{{r(y)/{lam}}}"))[1] in ("assumed", "proved")


@pytest.mark.parametrize(
    ("said", "row"),
    [
        (r"Let $\pi^*\propto\pi_{ref}e^{-r/\beta}$. Then", r"E_{y\sim\pi^*}[r(y)] \ge E_{y\sim\pi_{ref}}[r(y)]"),
        (r"Let $Z=\sum_y\pi_{ref}(y)e^{-r(y)/\beta}$. Then", r"\log Z \ge E_{y\sim\pi_{ref}}[r(y)]/\beta"),
        (r"where $\pi^*(y)\propto\pi_{ref}(y)e^{\beta r(y)}$.", TILT),
    ],
)
def test_what_prose_gives_is_not_what_is_usual(said: str, row: str) -> None:
    assert statuses(rows(said + " $x$", row)) == ["unknown"]
    assert statuses(rows(row)) == ["proved"]


@pytest.mark.parametrize("row", [r"\lim_{\beta\to 0} KL(\pi^*\|\pi_{ref}) = \infty", r"Z(x) \to \infty \text{ as } \beta\to\infty"])
def test_that_a_limit_is_infinite_gives_nothing(row: str) -> None:
    assert statuses(rows(row)) == ["unreadable"]


@pytest.mark.parametrize(
    "before", ["", "\\begin{lemma}", "\\begin{theorem}\\label{t}", "\\noindent ", "\\textbf{Claim.} ", "\\item "]
)
def test_a_condition_behind_what_sets_a_sentence_is_a_condition(before: str) -> None:
    sentence = r"Assume $E_{y\sim\pi_{ref}}[r(y)] = 0$. Then"
    text = f"\\documentclass{{article}}\n\\begin{{document}}\n{before}{sentence}\n\\[\\log Z \\ge 0\\]\n\\end{{document}}\n"
    assert statuses(text, "a.tex") == ["proved"]


@pytest.mark.parametrize("row", [r"\pi^*(y|x) \propto \pi_{ref}(y|x)\exp(r(x,y)/T)"])
def test_a_horizon_may_be_the_temperature_that_no_row_writes(row: str) -> None:
    chain = r"\pi(y|x) = \prod_{t=1}^{T}\pi(y_t|x,y_{<t})"
    assert statuses(rows(chain, row))[1] != "refuted"


NAMED = r"L(\theta) = -E_{(x,y_w,y_l)\sim D}[\log\sigma(h(x,y_w) - h(x,y_l))]"
LOSS = NAMED.replace("h(x,y_w)", r"\beta\log\frac{\pi_\theta(y_w|x)}{\pi_{ref}(y_w|x)}").replace(
    "h(x,y_l)", r"\beta\log\frac{\pi_\theta(y_l|x)}{\pi_{ref}(y_l|x)}"
)
RATIO = r"$h(x,y) = \beta\log\frac{\pi_\theta(y|x)}{\pi_{ref}(y|x)}$"


@pytest.mark.parametrize("sentence", ["With {} this is", "Setting {}, we get", "Writing {}, the loss becomes", "Now, with {},"])
def test_a_sentence_that_names_something_new_on_the_way_to_a_display_gives_it(sentence: str) -> None:
    text = f"$${LOSS}$$\n\n{sentence.format(RATIO)}\n\n$${NAMED}$$\n\nand\n\n$${NAMED.replace('= -E', '= E')}$$"
    assert [line.status.value for line in check_text(text, "t.md").lines] == ["assumed", "assumed", "proved", "refuted"]


@pytest.mark.parametrize("sentence", ["Setting {} we get", "With {}, we have"])
def test_what_a_sentence_sets_that_rows_have_already_is_supposed_for_the_next_display(sentence: str) -> None:
    said = sentence.format(r"$f = r/\beta$")
    text = rf"$$f(x,y) = 2 r(x,y)$$" f"\n\n{said}\n\n" r"$$f(x,y) = r(x,y)/\beta$$" "\n\nIn general\n\n$$f(x,y) = r(x,y)/\\beta$$"
    first, *_, last = [line.status.value for line in check_text(text, "t.md").lines]
    assert first == "assumed" and last in ("refuted", "unknown")


@pytest.mark.parametrize("sentence", ["With {} clipped at 1, we get", "With {}, clipped at 1, we get", "With {} on average, this is"])
def test_what_a_sentence_changes_in_what_it_names_is_not_given(sentence: str) -> None:
    text = f"$${LOSS}$$\n\n{sentence.format(RATIO)}\n\n$${NAMED}$$"
    assert "proved" not in [line.status.value for line in check_text(text, "t.md").lines]
