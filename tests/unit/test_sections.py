r"""A name that every section gives anew, as something of another kind: ``f(u) = u \log u``, then ``f(u) = (u - 1)^2``."""

from __future__ import annotations

import pytest

import symkl

SUM = r"\sum_y q(y) f\left(\frac{p(y)}{q(y)}\right)"
KINDS = {r"u \log u": r"\mathrm{KL}(p\|q)", r"-\log u": r"\mathrm{KL}(q\|p)", r"(u - 1)^2": r"\chi^2(p\|q)"}


def answers(*rows: str) -> list[str]:
    text = "\n\n".join(f"$$ {row} $$" if not row.startswith("#") else row for row in rows)
    return [line.status.value for line in symkl.check_text(text, "sections.md").lines]


def test_each_section_has_its_own() -> None:
    rows: list[str] = []
    for n, (body, divergence) in enumerate(KINDS.items()):
        wrong = list(KINDS.values())[n - 1]
        rows += [f"## {n}", f"f(u) = {body}", f"{SUM} = {divergence}", f"{SUM} = {wrong}"]
    assert answers(*rows) == ["assumed", "proved", "refuted"] * 3


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (("# A", r"f(y) = r(y) + 1", r"f(y) - r(y) = 1", "# B", r"f(u) = u^2", r"f(3) = 9", r"f(3) = 6"),
         ["assumed", "proved", "assumed", "proved", "refuted"]),
        (("# A", r"g(y) = r(y)", r"g(y) \ge r(y)", "# B", r"g(x,y) = 2 r(x,y)", r"g(x,y) = r(x,y)"),
         ["assumed", "proved", "assumed", "refuted"]),
    ],
)  # fmt: skip
def test_a_function_of_responses_then_one_of_numbers_or_of_more(rows: tuple[str, ...], expected: list[str]) -> None:
    assert answers(*rows) == expected


def test_what_a_section_uses_and_does_not_give_nobody_can_tell() -> None:
    rows = "# A", r"f(u) = u^2", "# B", r"f(u) = u^3", "# C", r"f(2) = 4", r"f(2) = 8"
    assert not {"proved", "refuted"} & set(answers(*rows)[2:])
    named = "# A", rf"D_f(p\|q) = {SUM}", "# B", r"f(u) = u \log u", r"D_f(p\|q) = \mathrm{KL}(p\|q)", "# C", r"f(u) = -\log u"
    assert answers(*named)[2] not in ("refuted",)


def test_what_is_mentioned_before_it_is_given_keeps_its_name() -> None:
    rows = "# A", r"f(u) = u^2", "# B", r"f(2) = 4", r"f(u) = u^3", r"f(2) = 8"
    assert "refuted" not in answers(*rows)


REWARDED = r"E_{y\sim\pi}[r(x,y)] - \beta D_{KL}(\pi\|\mu)"
TURNED = r"\beta D_{KL}(\pi\|\mu) - E_{y\sim\pi}[r(x,y)]"


def test_a_functional_with_every_sign_turned_is_given_anew() -> None:
    for body in (TURNED, rf"-({REWARDED})", r"-E_{y\sim\pi}[r(x,y)] + \beta D_{KL}(\pi\|\mu)"):
        rows = "# A", rf"J(\pi) = {REWARDED}", "# B", rf"J(\pi) = {body}", r"J(\mu) = -E_{y\sim\mu}[r(x,y)]"
        assert answers(*rows, r"J(\mu) = E_{y\sim\mu}[r(x,y)]") == ["assumed", "assumed", "proved", "refuted"]


def test_without_a_heading_a_functional_with_every_sign_turned_is_a_slip() -> None:
    assert answers(rf"J(\pi) = {REWARDED}", rf"J(\pi) = {TURNED}") == ["assumed", "refuted"]


def test_of_a_functional_with_one_sign_turned_nobody_can_tell_whether_it_is_given_anew() -> None:
    other = REWARDED.replace("-", "+")
    rows = "# A", rf"J(\pi) = {REWARDED}", "# B", rf"J(\pi) = {other}", r"J(\pi) \ge E_{y\sim\pi}[r(x,y)]"
    assert answers(*rows) == ["assumed", "unknown", "unknown"]
    said = "# A", rf"J(\pi) = {REWARDED}", "# B", rf"J(\pi) := {other}", r"J(\pi) \ge E_{y\sim\pi}[r(x,y)]"
    assert answers(*said) == ["assumed", "assumed", "proved"]


def test_words_give_a_functional_anew_under_their_heading() -> None:
    other = REWARDED.replace("-", "+")
    parts = "# A", rf"$$ J(\pi) = {REWARDED} $$", "# B", "Here we define the objective as", rf"$$ J(\pi) = {other} $$"
    text = "\n\n".join((*parts, r"$$ J(\pi) \ge E_{y\sim\pi}[r(x,y)] $$"))
    assert [line.status.value for line in symkl.check_text(text, "x.md").lines] == ["assumed", "assumed", "proved"]


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (r"J(\mu) = E_{y\sim\mu}[r(x,y)]", "proved"),
        (r"J(\mu) = -E_{y\sim\mu}[r(x,y)]", "refuted"),
        (r"J(\pi) = \sum_y \pi(y|x)\left(r(x,y) - \beta\log\frac{\pi(y|x)}{\mu(y|x)}\right)", "proved"),
    ],
)
def test_what_a_later_section_says_of_one_policy_or_says_again_gives_nothing(claim: str, expected: str) -> None:
    rows = "# A", rf"J(\pi) = {REWARDED}", "# B", claim
    assert answers(*rows) == ["assumed", expected]


def test_what_is_given_of_more_under_another_heading_may_be_given_anew() -> None:
    """J of a lottery, then J of a prompt: whether the second row gives another J nobody can tell, nor what rests on
    it. In one section it is a claim."""
    lottery = r"J(\theta) = \sum_{i=1}^n p_\theta(i) r(i)"
    policy = r"J(\theta) = E_{o\sim\pi_\theta(\cdot|q)}[r(q,o)] = \sum_o\pi_\theta(o|q)r(q,o)"
    slope = r"\nabla_\theta J(\theta) = \sum_o r(q,o)\nabla_\theta\pi_\theta(o|q)"
    assert answers("# A lottery", lottery, "# A policy", policy, slope) == ["assumed", "unknown", "unknown"]
    assert answers("# A lottery", lottery, policy, slope) == ["assumed", "refuted", "refuted"]
