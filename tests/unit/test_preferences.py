r"""Preferences that no row gives, and preferences of policies: ``P(\pi \succ \mu) = E[P(y \succ y')]``."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from tests.told import told

TAU = r"<!-- symkl: \tau > 0; \eta > 0 -->"


def statuses(*rows: str) -> list[str]:
    text = TAU + "\n" + "\n\n".join(f"$$ {row} $$" for row in rows)
    return [told(line).value for line in check_text(text, "a.md").lines]


@pytest.mark.parametrize("row", [
    r"P(\pi\succ\pi') = \mathbb{E}_{y\sim\pi, y'\sim\pi'}[P(y\succ y')]",
    r"P(\pi\succ\pi') = \sum_{y,y'}\pi(y)\pi'(y')P(y\succ y')",
    r"P(\pi\succ\pi') = \mathbb{E}_{y\sim\pi}[P(y\succ\pi')]",
    r"P(\pi\succ\mu) + P(\mu\succ\pi) = 1",
    r"P(\pi\succ\pi) = \frac12",
    r"P(y\succ y') = 1 - P(y'\succ y)",
    r"\mathcal{P}(\pi\succ\mu|x) = \mathbb{E}_{y\sim\pi(\cdot|x), y'\sim\mu(\cdot|x)}[\mathcal{P}(y\succ y'|x)]",
    r"\arg\max_\pi\left\{\mathbb{E}_{y\sim\pi}[P(y\succ\mu)] - \tau\mathrm{KL}(\pi\|\mu)\right\}"
    r" \propto \mu(y)e^{P(y\succ\mu)/\tau}",
    r"\max_\pi\left\{P(\pi\succ\mu) - \tau\mathrm{KL}(\pi\|\mu)\right\} = \tau\log\sum_y\mu(y)e^{P(y\succ\mu)/\tau}",
])  # fmt: skip
def test_what_is_so_is_proved(row: str) -> None:
    assert statuses(row) == ["proved"]


@pytest.mark.parametrize("row", [
    r"P(\pi\succ\pi') = \sum_{y}\pi(y)\pi'(y)P(y\succ y)",
    r"P(\pi\succ\pi') = \mathbb{E}_{y\sim\pi, y'\sim\pi'}[P(y'\succ y)]",
    r"P(\pi\succ\mu) = P(\mu\succ\pi)",
    r"P(\pi\succ\pi) = 1",
    r"P(y\succ y') = P(y'\succ y)",
    r"P(y\succ y') \ge \frac12",
    r"P(y\succ y') > 1",
    r"\arg\max_\pi\left\{\mathbb{E}_{y\sim\pi}[P(y\succ\mu)] - \tau\mathrm{KL}(\pi\|\mu)\right\}"
    r" \propto \mu(y)e^{P(\mu\succ y)/\tau}",
    r"P(y_1\succ y_2) + P(y_2\succ y_3) \ge 1",
])  # fmt: skip
def test_a_false_neighbour_is_refuted(row: str) -> None:
    assert statuses(row) == ["refuted"]


@pytest.mark.parametrize("row", [r"P(y\succ y') \le 1", r"P(y\succ y') \ge 0", r"P(\pi\succ\mu) < 1"])
def test_a_probability_stays_between_0_and_1(row: str) -> None:
    """No counterexample takes a preference for any number."""
    assert statuses(row) != ["refuted"]


def test_what_a_row_gives_is_what_it_is() -> None:
    given = r"P(y\succ y') = \sigma(r(y) - r(y'))"
    assert statuses(given, r"P(y\succ y') = 1 - P(y'\succ y)") == ["assumed", "proved"]
    assert statuses(given, r"P(y_1\succ y_2) = \sigma(r(y_2) - r(y_1))") == ["assumed", "refuted"]
    pair = r"P(\pi\succ\mu) = \sum_{y,y'}\pi(y)\mu(y')\sigma(r(y) - r(y'))"
    assert statuses(given, pair) == ["assumed", "proved"]
    assert statuses(pair) == ["unknown"]


@pytest.mark.parametrize("p", ["p", "P", r"\mathbb{P}"])
def test_where_rewards_are_about_preferences_are_meant_to_be_made_of_them(p: str) -> None:
    """That a loss is -log σ of something needs the Bradley-Terry model, which most notes say in words."""
    mean = r"\mathbb{E}_{(x,y_w,y_l)\sim D}"
    loss = rf"L = -{mean}[\log {p}(y_w\succ y_l\mid x)] = -{mean}[\log\sigma(r(x,y_w) - r(x,y_l))]"
    assert statuses(loss) == ["unknown"]
    given = rf"{p}(y\succ y'\mid x) = \sigma(r(x,y) - r(x,y'))"
    assert statuses(given, loss) == ["assumed", "proved"]
    assert statuses(given, loss.replace("r(x,y_w) - r(x,y_l)", "r(x,y_l) - r(x,y_w)"))[1] == "refuted"


def test_the_convention_is_said() -> None:
    (line,) = check_text(r"$$ P(\pi\succ\pi) = \frac12 $$", "a.md").lines
    assert any("nothing says what P" in note for note in line.notes)
    assert any("mean over what it draws" in note for note in line.notes)


def test_one_that_moves_with_a_parameter_must_be_given() -> None:
    assert statuses(r"P_\theta(y\succ y') = 1 - P_\theta(y'\succ y)") == ["unreadable"]
    assert statuses(r"\pi(y\succ y') = 1 - \pi(y'\succ y)") == ["unreadable"]


@pytest.mark.parametrize("half", [r"P(y\succ y) = \frac12", r"P(y\succ y|x) = 0.5"])
def test_that_nothing_is_better_than_itself_does_not_say_what_a_preference_is(half: str) -> None:
    model = r"P(y_1\succ y_2|x) = \sigma(r(x,y_1) - r(x,y_2))"
    turned = r"P(y_2\succ y_1|x) = \sigma(r(x,y_1) - r(x,y_2))"
    lines = check_text("\n\n".join(f"$$ {row} $$" for row in (half, model, turned)), "a.md").lines
    assert [line.status.value for line in lines] == ["proved", "assumed", "refuted"]
