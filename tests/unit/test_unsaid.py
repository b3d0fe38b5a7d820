"""What is left unsaid: a bare name is about what is bound around it, else about the letter that its row writes."""

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status
from tests.told import told

PROVED, REFUTED, UNREADABLE = Status.PROVED, Status.REFUTED, Status.UNREADABLE


def _last(*rows: str) -> Status:
    return told(check_text("\n\n".join(row if row.startswith("#") else f"$$ {row} $$" for row in rows), "t.md").lines[-1])


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        # under its binder, whatever the binder's letter is
        (r"E_{y'\sim\pi}[r] = E_{y'\sim\pi}[r(x,y')]", PROVED),
        (r"E_{y'\sim\pi}[r] = r(x,y')", REFUTED),
        (r"\sum_{y'} \pi = 1", PROVED),
        (r"\sum_{y'} \pi_{ref} e^{r/\beta} = E_{y\sim\pi_{ref}}[e^{r(x,y)/\beta}]", PROVED),
        (r"E_{y\sim\pi}\Big[r - \sum_{y'} \pi r\Big] = 0", PROVED),
        (r"E_{y\sim\pi}\Big[r - \sum_{y'} \pi(y'|x) r\Big] = 0", PROVED),
        (r"E_{x'\sim D}[KL(\pi\|\pi_{ref})] = E_{x\sim D}[KL(\pi(\cdot|x)\|\pi_{ref}(\cdot|x))]", PROVED),
        (r"E_{q\sim P(Q),\, o\sim\pi}[r(q,o)] = E_{q\sim P}[E_{o\sim\pi(\cdot|q)}[r(q,o)]]", PROVED),
        (r"E_{q\sim P(Q),\, o\sim\pi(O|q)}[r(q,o)] = E_{q\sim P}[E_{o\sim\pi}[r]]", PROVED),
        # what is drawn by a name is new
        (r"E_{y'\sim\pi}\big[E_{\pi_{ref}}[r(x,y') - r]\big] = E_\pi[r] - E_{\pi_{ref}}[r]", PROVED),
        (r"E_{y'\sim\pi}\big[E_{\pi_{ref}}[r(x,y') - r]\big] = 0", REFUTED),
        # the letter of the row
        (r"KL(\pi\|\pi_{ref}) = E_{o\sim\pi(\cdot|q)}\left[\log\frac{\pi(o|q)}{\pi_{ref}(o|q)}\right]", PROVED),
        (r"KL(\pi\|\pi_{ref}) = E_{o\sim\pi(\cdot|q)}\left[\log\frac{\pi_{ref}(o|q)}{\pi(o|q)}\right]", REFUTED),
        # the two of one binder
        (r"E_{y_1, y_2\sim\pi(\cdot|x)}[r] = 0", UNREADABLE),
    ],
)
def test_in_a_row(row: str, answer: Status) -> None:
    assert _last(row) is answer


def test_what_is_defined_is_about_what_is_bound() -> None:
    given = r"A = r(x,y) - V(x)"
    assert _last(given, r"E_{y'\sim\pi}[A] = E_{y'\sim\pi}[r(x,y')] - V(x)") is PROVED
    assert _last(given, r"E_{y'\sim\pi}[A] = r(x,y) - V(x)") is REFUTED


def test_the_letters_of_a_section_are_its_own() -> None:
    tilted = r"\pi_r(y|x) = \frac{1}{Z(x)}\pi_{ref}(y|x) e^{r(x,y)/\beta}"
    objective = r"J = E_{q\sim P,\, o\sim\pi}[r(q,o)] - \beta E_{q\sim P}[KL(\pi\|\pi_{ref})]"
    later = r"= E_{q\sim P}\big[E_{o\sim\pi(\cdot|q)}[r - \beta\log\pi(o|q) + \beta\log\pi_{ref}]\big]"
    assert _last(tilted, "# Groups", objective, later) is PROVED
    assert _last(tilted, "# Groups", objective, later.replace("+", "-")) is REFUTED


def test_what_one_section_defines_another_uses_with_its_letters() -> None:
    value = r"V = E_{y\sim\pi(\cdot|x)}[r(x,y)]"
    assert _last(value, "# Groups", r"E_{o\sim\pi(\cdot|q)}[r(q,o)] = V") is PROVED
    assert _last(value, "# Groups", r"E_{q\sim P}[V] = E_{q\sim P}[E_{o\sim\pi}[r(q,o)]]") is PROVED
    assert _last(value, "# Groups", r"E_{q\sim P}[V] = E_{o\sim\pi(\cdot|q)}[r(q,o)]") is REFUTED


@pytest.mark.parametrize("drawn", [r"_{q\sim P(Q), o\sim\pi_\theta(O|q)}", r"{[q\sim P(Q), o\sim\pi_\theta(O|q)]}"])
def test_what_is_drawn_may_stand_in_a_bracket_behind_the_sign(drawn: str) -> None:
    objective = r"J(\theta) = E" + drawn + r"\left[r(q,o)\right]"
    gradient = r"\nabla_\theta J(\theta) = E_{q\sim P}E_{o\sim\pi_\theta}[r(q,o)\nabla_\theta\log\pi_\theta(o|q)]"
    assert _last(objective, gradient) is PROVED
    assert _last(objective, gradient.replace(r"\log", "")) is REFUTED


def test_samples_may_be_drawn_beside_their_prompt() -> None:
    drawn = r"q\sim P(Q), \{o_i\}_{i=1}^G\sim\pi_{old}(O|q)"
    weighed = r"\frac1G\sum_{i=1}^G\frac{\pi_\theta(o_i|q)}{\pi_{old}(o_i|q)} r(q,o_i)"
    plain = r"E_{q\sim P}\big[E_{o\sim\pi_\theta(\cdot|q)}[r(q,o)]\big]"
    assert _last(rf"E[{drawn}]\left[{weighed}\right] = {plain}") is PROVED
    assert _last(rf"E_{{{drawn}}}\left[{weighed}\right] = {plain}") is PROVED
    assert _last(rf"E_{{{drawn}}}\left[{weighed}\right] = {plain.replace('theta', 'old')}") is not PROVED
    assert _last(rf"E_{{{drawn}}}\left[{weighed.replace('1G', '12')}\right] = {plain}") is REFUTED


def test_two_lists_of_samples_are_drawn_one_after_the_other() -> None:
    both = r"E_{\{y_i\}_{i=1}^n\sim\pi, \{u_j\}_{j=1}^m\sim\mu}"
    means = r"\left[\frac1n\sum_{i=1}^n r(x,y_i) - \frac1m\sum_{j=1}^m r(x,u_j)\right]"
    assert _last(both + means + r" = E_\pi[r] - E_\mu[r]") is PROVED
    assert _last(both + means + r" = E_\pi[r]") is REFUTED


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (r"KL(\pi\|\pi_{ref}) = E_{x\sim D, y\sim\pi}\left[\log\frac{\pi(y|x)}{\pi_{ref}(y|x)}\right]", PROVED),
        (r"KL(\pi\|\pi_{ref}) = E_{x\sim D, y\sim\pi_{ref}}\left[\log\frac{\pi(y|x)}{\pi_{ref}(y|x)}\right]", REFUTED),
        (r"E_{x\sim D, y\sim\pi}[r(x,y)] - \beta KL(\pi\|\pi_{ref}) = "
         r"E_{x\sim D, y\sim\pi}\left[r(x,y) - \beta\log\frac{\pi(y|x)}{\pi_{ref}(y|x)}\right]", PROVED),
        (r"KL(\pi\|\pi_{ref}) = 2 E_{x\sim D}[KL(\pi(\cdot|x)\|\pi_{ref}(\cdot|x))]", REFUTED),
        # what names its prompt is about that
        (r"KL(\pi(\cdot|x)\|\pi_{ref}(\cdot|x)) = E_{x\sim D}[KL(\pi(\cdot|x)\|\pi_{ref}(\cdot|x))]", REFUTED),
    ],
)  # fmt: skip
def test_a_divergence_that_names_no_prompt_may_be_its_mean_over_them(row: str, answer: Status) -> None:
    assert _last(row) is answer


@pytest.mark.parametrize(
    ("given", "row", "answer"),
    [
        (r"u = r(x,y_w) - r(x,y_l)", r"u = r(x,y_l) - r(x,y_l)", REFUTED),
        (r"u = r(x,y_w) - r(x,y_l)", r"\sigma(u) + r(x,y_w) = \frac12 + r(x,y_w)", REFUTED),
        (r"u = r(x,y_w) - r(x,y_l)", r"\sigma(u) + r(x,y_w) = \sigma(r(x,y_w) - r(x,y_l)) + r(x,y_w)", PROVED),
        (r"u = r(x,y_w) - r(x,y_l)", r"E_{y_l\sim\pi}[u] = 0", REFUTED),
        (r"u = r(x,y_w) - r(x,y_l)", r"E_{y_l\sim\pi}[u] = r(x,y_w) - E_{y\sim\pi}[r(x,y)]", PROVED),
        (r"u = r(x,y_w) - r(x,y_l)", r"\sum_y \pi(y|x) u = 0", REFUTED),
        (r"u = r(x,y) - r(x,y')", r"u + r(x,y') = r(x,y')", REFUTED),
        (r"u = r(x,y) - r(x',y)", r"u + r(x',y) = r(x',y)", REFUTED),
        (r"u(x) = r(x,y_w) - r(x,y_l)", r"u(x) + r(x,y_w) = r(x,y_w)", REFUTED),
        (r"u = r(x,y_w)", r"u = r(x,y_l)", REFUTED),
        (r"u = r(x,y_w)", r"u - r(x,y_l) = r(x,y_w) - r(x,y_l)", PROVED),
        (r"V(x) = E_{y\sim\pi}[r(x,y)]", r"r(x,y_w) - r = 0", REFUTED),
    ],
)
def test_what_bears_a_mark_is_itself_and_two_unsaid_are_two(given: str, row: str, answer: Status) -> None:
    assert _last(given, row) is answer
