"""Symbols of which nobody could read what is said: never refuted, proved only whatever they are; chains behind a gap."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status
from symkl.reading.saying import spoken
from tests.told import told


def answers(text: str) -> list[str]:
    """The status of each row of a document."""
    return [told(line).value for line in check_text(text, "a.md").lines]


def rows(*each: str) -> str:
    """A document of these rows."""
    return "\n\n".join(f"$${row}$$" for row in each)


@pytest.mark.parametrize("unread", [r"\oint r(x,y)\,dy", r"\mathfrak{Z}\langle r \diamond \pi\rangle", r"r \Bowtie 2"])
def test_what_an_unread_row_gives_is_never_refuted_and_proved_only_whatever_it_is(unread: str) -> None:
    text = rows(
        rf"B(x,y) = {unread}",
        r"E_{y\sim\pi}[B(x,y)] = E_{y\sim\pi}[r(x,y)]",
        r"B(x,y) = r(x,y)",
        r"E_{y\sim\pi}[2B(x,y)] = 2E_{y\sim\pi}[B(x,y)]",
        r"\nabla_\theta(B(x,y)\log\pi_\theta(y|x)) = B(x,y)\nabla_\theta\log\pi_\theta(y|x)",
        r"KL(\pi\|\mu) = 0",
    )
    assert answers(text) == ["unreadable", "unknown", "unknown", "proved", "unknown", "refuted"]


@pytest.mark.parametrize("body", [r"\oint\pi_\theta(y|x)\,d\pi", r"c\,\pi_\theta(y|x)"])
def test_a_bar_alone_makes_no_distribution_of_what_an_unread_row_gives(body: str) -> None:
    claims = [
        r"\sum_y w_\theta(y|x) = 1",
        r"w_\theta(y|x) \ge 0",
        r"\nabla_\theta\sum_y w_\theta(y|x) = 0",
        r"\sum_y w_\theta(y|x)\nabla_\theta\log w_\theta(y|x) = 0",
        r"\sum_y w_\theta(y|x) - \sum_y w_\theta(y|x) = 0",
    ]
    unread = rows(rf"w_\theta(y|x) = {body}", *claims)
    assert answers(unread) == ["unreadable", "unknown", "unknown", "unknown", "unknown", "proved"]
    # What is drawn from is a distribution, whatever its row says.
    drawn = rows(rf"w_\theta(y|x) = {body}", r"E_{y\sim w_\theta(\cdot|x)}[1] = 1")
    assert answers(drawn) == ["unreadable", "proved"]


def test_an_unread_row_says_of_every_member_of_a_group_what_it_is() -> None:
    text = rows(
        r"A_i = \oint R_i",
        r"\sum_{i=1}^G A_i = 0",
        r"\sum_{i=1}^G A_i^2 \ge 0",
        r"\frac1G\sum_{j=1}^G A_j = \frac1G\sum_{j=1}^G R_j",
        r"\sum_{i=1}^G (A_i + R_i) = \sum_{i=1}^G A_i + \sum_{i=1}^G R_i",
        r"\nabla_\theta\sum_{i=1}^G A_i\log\pi_\theta(y_i|x) = \sum_{i=1}^G A_i\nabla_\theta\log\pi_\theta(y_i|x)",
        r"\sum_{i=1}^G R_i = 0",
    )
    assert answers(text) == ["unreadable", "unknown", "proved", "unknown", "proved", "unknown", "refuted"]


def test_an_unread_row_about_what_was_given_before_gives_nothing() -> None:
    text = rows(r"B(x,y) = 2r(x,y)", r"B(x,y) = \oint r\,dy", r"B(x,y) = r(x,y)")
    assert answers(text) == ["assumed", "unreadable", "refuted"]


def test_a_number_without_arguments_may_depend_on_what_is_summed_over() -> None:
    text = rows(r"G = \oint r\,dy", r"E_{y\sim\pi}[G r(x,y)] = G E_{y\sim\pi}[r(x,y)]", "G - G = 0")
    assert answers(text) == ["unreadable", "unknown", "proved"]


def test_an_unread_condition_on_a_policy_may_fix_it_to_the_next_heading() -> None:
    wrong = r"KL(\pi\|\mu) = 0"
    text = rows(r"\oint(r - \beta\log\pi(y|x))\,dy = 0", wrong) + "\n\n# Next\n\n" + rows(wrong)
    assert answers(text) == ["unreadable", "unknown", "refuted"]


def test_after_a_refuted_first_order_condition_nothing_about_its_policy_is_refuted() -> None:
    text = rows(
        r"L(\pi,\lambda) = E_{y\sim\pi}[r(x,y)] - \beta KL(\pi\|\mu) + \lambda(1 - \sum_y\pi(y|x))",
        r"\frac{\partial L}{\partial\pi(y|x)} = r(x,y) - \beta\log\frac{\pi(y|x)}{\mu(y|x)} - \lambda = 0",
        r"\pi(y|x) \propto \mu(y|x)e^{r(x,y)/\beta}",
        r"\pi(y|x) \propto \mu(y|x)e^{\beta r(x,y)}",
    )
    assert answers(text) == ["assumed", "refuted", "unknown", "unknown"]


def test_a_chain_goes_on_behind_a_gap_and_not_over_it() -> None:
    first = r"E_{y\sim\pi}[r(x,y)] = \sum_y\pi(y|x)r(x,y)"
    behind = (r"= \sum_y\pi(y|x)r(x,y)", r"= E_{y\sim\pi}[r(x,y)]", r"= E_{y\sim\pi}[2r(x,y)]")
    for gap in (r"= \oint r\,d\pi", r"G = \oint r\,d\pi"):
        assert answers(rows(first, gap, *behind)) == ["proved", "unreadable", "unknown", "proved", "refuted"]
    (_, _, line, _, _) = check_text(rows(first, r"= \oint r\,d\pi", *behind), "a.md").lines
    assert line.because == "it goes on from line 3, which could not be read"


@pytest.mark.parametrize(
    "prose, first",
    [
        (r"From here on $\beta = 1$.", "unknown"),
        (r"If $\beta = 1$, this is well known.", "refuted"),
        (r"Here $\beta > 0$.", "refuted"),
        (r"As an example, take `$\beta = 1$`.", "refuted"),
    ],
)
def test_what_prose_states_nobody_can_tell(prose: str, first: str) -> None:
    text = rows(r"Z(x) = \sum_y\pi_{ref}(y|x)e^{r(x,y)/\beta}") + f"\n\n{prose}\n\n"
    row = rows(r"\beta\log Z(x) = \log Z(x)")
    assert answers(text + row)[1:] == [first]
    assert answers(text + row + "\n\n# Next\n\n" + row)[1:] == [first, "refuted"]


def test_prose_that_repeats_what_rows_give_says_nothing_new() -> None:
    text = rows(r"V(x) = 2\beta") + "\n\nwhere $V(x) = 2\\beta$.\n\n" + rows(r"V(x) = \beta")
    assert answers(text) == ["assumed", "refuted"]


def test_the_advice_for_what_prose_states_works() -> None:
    row = rows(r"\beta\log Z(x) = \log Z(x)")
    (line,) = check_text("From here on $\\beta = 1$.\n\n" + row, "a.md").lines
    assert "<!-- symkl: assume --> and then $$ \\beta = 1 $$" in line.because
    assert answers("<!-- symkl: assume -->\n\n$$ \\beta = 1 $$\n\n" + row) == ["assumed", "proved"]


def test_an_advantage_that_no_row_gives_is_not_refuted() -> None:
    mean = r"E_{a\sim\pi(\cdot|s)}[A^\pi(s,a)] = 0"
    assert answers(rows(mean)) == ["unknown"]
    assert answers(rows(r"A^\pi(s,a) = Q^\pi(s,a) - V^\pi(s)", mean)) == ["assumed", "refuted"]
    assert answers("<!-- symkl: A^\\pi function of s, a -->\n\n" + rows(mean)) == ["refuted"]


def test_inline_code_and_formulas_that_end_nowhere_state_nothing() -> None:
    assert spoken("`$a = b$` and $c").stated == ()
    assert spoken("a price of $5 and $6 = x").stated == ()
    assert spoken("We take $b = 1$ and \\(c \\ge 2\\).").stated == ("b = 1", "c \\ge 2")


@pytest.mark.parametrize(
    "words",
    [
        "It is common to use unbounded scores, where $p_i = e^{r_i}$, which results in the form below.",
        "It is common to use unbounded scores, where $p_i = e^{r_i}$, and the form is then",
    ],
)
def test_prose_about_a_member_is_about_the_function_that_it_is_a_value_of(words: str) -> None:
    """What is said of $p_i$ is said of p: a row that is so by it is not refuted."""
    strength = r"$$P(i > j) = \frac{p_i}{p_i + p_j}$$"
    score = r"$$P(i > j) = \frac{e^{r_i}}{e^{r_i} + e^{r_j}}$$"
    assert answers(f"{strength}\n\n{words}\n\n{score}") == ["assumed", "unknown"]
    assert answers(f"{strength}\n\nThis is the form.\n\n{score}") == ["assumed", "refuted"]


def test_what_dots_give_may_depend_on_the_policy_that_it_is_taken_of() -> None:
    given = r"$$ F(\pi) = E_{y \sim \pi}[r(y)] + \cdots $$"
    claimed = r"$$ F(\mu) - F(\pi) = E_{y \sim \mu}[r(y)] - E_{y \sim \pi}[r(y)] $$"
    assert check_text(f"{given}\n\n{claimed}", "a.md").lines[1].status is Status.UNKNOWN


@pytest.mark.parametrize("right", [r"\frac{\pi(y|x)}{\mu(y|x)} - 1", r"\log \frac{\pi(y|x)}{\mu(y|x)}"])
def test_a_function_may_be_given_at_a_ratio(right: str) -> None:
    """``h(p/q) = p/q - 1`` is how people give an h: nothing refutes it; that it is symmetric is no way to give one."""
    ratio = r"\frac{\pi(y|x)}{\mu(y|x)}"
    (line,) = check_text(rf"$$ h\Bigl({ratio}\Bigr) = {right} $$", "a.md").lines
    assert line.status is Status.UNKNOWN
    (symmetric,) = check_text(rf"$$ h\Bigl({ratio}\Bigr) = h\Bigl(\frac{{\mu(y|x)}}{{\pi(y|x)}}\Bigr) $$", "a.md").lines
    assert symmetric.status is Status.REFUTED


@pytest.mark.parametrize("text", [
    # a joint law is given by laws after each other, behind its first use
    r"$$ \sum_{s,a} \mu(s,a) r(s,a) \ge \sum_{s,a} \mu(s,a) r(s,a) - 1 $$" "\n\n" r"$$ \mu(s,a) = \rho(s) \pi(a|s) $$",
    # the law of trajectories of a policy
    r"$$ \nabla_\theta E_{\tau\sim\pi_\theta}[R(\tau)] = E_{\tau\sim\pi_\theta}[R(\tau) \nabla_\theta\log p_{\pi_\theta}(\tau)] $$",
    # a law and its density
    r"$$ E_{x \sim P}[\log p(x)] = \sum_x p(x) \log p(x) $$",
    r"$$ \mathrm{KL}(P \| Q) = E_{x \sim P}\left[\log \frac{p(x)}{q(x)}\right] $$",
])  # fmt: skip
def test_a_law_that_is_meant_to_be_something_of_another_is_not_taken_for_any(text: str) -> None:
    assert answers(text)[-1] == "unknown"


@pytest.mark.parametrize("text", [
    r"$$ E_{x \sim p}[\log q(x)] = \sum_x q(x) \log q(x) $$",  # two laws by two letters
    r"$$ E_{y\sim\mu}[r(y)] = E_{y\sim\pi}[r(y)] $$",
])  # fmt: skip
def test_laws_of_their_own_are_any(text: str) -> None:
    assert answers(text)[-1] == "refuted"


def test_of_what_could_not_be_read_at_any_number_nothing_is_known_at_one() -> None:
    unread = r"$$ \pi_n(y) = \Bowtie F(y)^n $$" + "\n\n"
    for row in (r"$$ \pi_1(y) = \pi_{ref}(y) $$", r"$$ \pi_{n+1}(y) \le \pi_n(y) $$"):
        assert check_text(unread + row, "note.md").lines[-1].status is Status.UNKNOWN
    other = r"$$ E_{y\sim\pi_{ref}}[r(y)] = E_{y\sim\pi_{old}}[r(y)] $$"  # of π_ref the row says nothing
    assert check_text(unread + other, "note.md").lines[-1].status is Status.REFUTED
