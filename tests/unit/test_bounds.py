r"""Elementary bounds: each proved, and a false neighbour of it refuted or at least not proved."""

from __future__ import annotations

import pytest

import symkl

SAID = "<!-- symkl: f function of y; c scalar; a positive function of y; b positive function of y -->\n"
STAR = r"$$ \pi^*(y) = \frac{\mu(y) e^{r(y)/\tau}}{\sum_{y'}\mu(y') e^{r(y')/\tau}} $$" + "\n\n"


def status(row: str, before: str = "") -> str:
    return symkl.check_text(f"{SAID}{before}$$ {row} $$", "row.md").lines[-1].status.value


@pytest.mark.parametrize(("true", "false"), [
    (r"\pi(y|x) \le 1", r"\pi(y|x) \le \frac{1}{2}"),
    (r"\log\pi(y|x) \le 0", r"\log\pi(y|x) \ge 0"),
    (r"\pi(y|x)^3 \le \pi(y|x)^2", r"\pi(y|x)^2 \le \pi(y|x)^3"),
    (r"\sum_y\pi(y|x)\mu(y|x) \le 1", r"\sum_y\pi(y|x)\mu(y|x) \ge 1"),
    (r"\pi(y|x)\log\pi(y|x) \le 0", r"\pi(y|x)\log\pi(y|x) \le -\frac{1}{9}"),
    (r"\frac{\pi(y)}{\pi(y) + \mu(y)} \le 1", r"\frac{\pi(y)}{\pi(y) + \mu(y)} \le \frac{1}{2}"),
    (r"H(q) \ge 0", r"H(q) \ge \frac{1}{2}"),
    (r"H(q) \ge 1 - \sum_y q(y)^2", r"H(q) \ge 2 - 2\sum_y q(y)^2"),
    (r"H(q, p) \ge H(q)", r"H(q, p) \ge H(p)"),
    (r"\mathbb{E}_{y\sim q}[\log p(y)] \le 0", r"\mathbb{E}_{y\sim q}[\log p(y)] \le -1"),
    (r"\mathrm{KL}(q\|p) \le \sum_y\frac{(q(y) - p(y))^2}{p(y)}", r"\mathrm{KL}(q\|p) \le \sum_y\frac{(q(y) - p(y))^2}{2p(y)}"),
    (r"\mathrm{KL}(q\|p) \le \log(1 + \chi^2(q\|p))", r"\mathrm{KL}(q\|p) \ge \log(1 + \chi^2(q\|p))"),
    (r"\sum_y (q(y) - p(y))\log\frac{q(y)}{p(y)} \ge \mathrm{KL}(q\|p)", r"\sum_y (q(y) - p(y))\log\frac{p(y)}{q(y)} \ge 0"),
    (r"\mathrm{JS}(p\|q) \ge 0", r"\mathrm{JS}(p\|q) \ge \frac{1}{2}"),
    (r"\mathrm{JS}(p\|q) \le \log 2", r"\mathrm{JS}(p\|q) \le \frac{1}{9}"),
])
def test_bounds_of_distributions(true: str, false: str) -> None:
    assert (status(true), status(false)) == ("proved", "refuted")


@pytest.mark.parametrize(("true", "false"), [
    (r"\mathbb{E}_{y\sim q}[(r(y) - c)^2] \ge 0", r"\mathbb{E}_{y\sim q}[(r(y) - c)^2] \ge 1"),
    (r"\mathbb{E}_{y\sim q}[(r(y) - c)^2] \ge \operatorname{Var}_{y\sim q}[r(y)]",
     r"\mathbb{E}_{y\sim q}[(r(y) - c)^2] \le \operatorname{Var}_{y\sim q}[r(y)]"),
    (r"\mathbb{E}_{y\sim q}[(r(y) - f(y))^2] \ge 0", r"\mathbb{E}_{y\sim q}[(r(y) - f(y))^3] \ge 0"),
    (r"2r(y)f(y) \le r(y)^2 + f(y)^2", r"3r(y)f(y) \le r(y)^2 + f(y)^2"),
    (r"\sum_y\frac{a(y)^2}{b(y)} \ge \frac{(\sum_y a(y))^2}{\sum_y b(y)}",
     r"\sum_y\frac{a(y)^2}{b(y)} \ge 2\frac{(\sum_y a(y))^2}{\sum_y b(y)}"),
    (r"\mathbb{E}_{y\sim q}[e^{r(y)}] \ge e^{\mathbb{E}_{y\sim q}[r(y)]}", r"\mathbb{E}_{y\sim q}[e^{r(y)}] \le e^{\mathbb{E}_{y\sim q}[r(y)]}"),
    (r"\log\mathbb{E}_{y\sim q}[e^{r(y)}] \ge \mathbb{E}_{y\sim q}[r(y)]", r"\log\mathbb{E}_{y\sim q}[e^{r(y)}] \ge 2\mathbb{E}_{y\sim q}[r(y)]"),
    (r"r(y)e^{r(y)} \ge r(y)", r"r(y)e^{r(y)} \ge 2r(y)"),
    (r"e^{r(y)} + e^{-r(y)} \ge 2", r"e^{r(y)} + e^{-r(y)} \ge \frac{5}{2}"),
    (r"\sum_y a(y)\log\frac{a(y)}{b(y)} \ge \left(\sum_y a(y)\right)\log\frac{\sum_y a(y)}{\sum_y b(y)}",
     r"\sum_y a(y)\log\frac{a(y)}{b(y)} \ge 2\left(\sum_y a(y)\right)\log\frac{\sum_y a(y)}{\sum_y b(y)}"),
    (r"-\log\sigma(r(y) - r(y')) \ge 0", r"-\log\sigma(r(y) - r(y')) \ge \frac{1}{2}"),
    (r"\sigma(r(y))\sigma(-r(y)) \le \frac{1}{4}", r"\sigma(r(y))\sigma(-r(y)) \le \frac{1}{5}"),
    (r"-\log\sigma(r(y)) \ge 1 - \sigma(r(y))", r"-\log\sigma(r(y)) \ge 2 - 2\sigma(r(y))"),
    (r"\log(1 + e^{r(y)}) \ge r(y)", r"\log(1 + e^{r(y)}) \ge 2r(y)"),
    (r"-\log(1 - \pi(y)) \ge \pi(y)", r"-\log(1 - \pi(y)) \le \pi(y)"),
    (r"\log\frac{\pi(y)}{1 - \pi(y)} \ge \log\pi(y)", r"\log\frac{\pi(y)}{1 - \pi(y)} \ge 0"),
    (r"\sum_y\pi(y)\log(1 - \pi(y)) \le 0", r"\sum_y\pi(y)\log(1 - \pi(y)) \le -1"),
])
def test_bounds_by_squares_and_by_the_logarithm(true: str, false: str) -> None:
    assert (status(true), status(false)) == ("proved", "refuted")


@pytest.mark.parametrize(("true", "false"), [
    (r"\mathrm{KL}(q\|p) \ge 2\,\mathrm{TV}(q,p)^2", r"\mathrm{KL}(q\|p) \le 2\,\mathrm{TV}(q,p)^2"),
    (r"\mathrm{KL}(p\|q) \ge 2\,\mathrm{TV}(q,p)^2", r"\mathrm{KL}(p\|q) \ge \frac{9}{4}\mathrm{TV}(q,p)^2"),
    (r"\left(\sum_y |\pi(y|x) - \mu(y|x)|\right)^2 \le 2\,\mathrm{KL}(\pi(\cdot|x)\|\mu(\cdot|x))",
     r"\sum_y |\pi(y|x) - \mu(y|x)| \le 2\,\mathrm{KL}(\pi(\cdot|x)\|\mu(\cdot|x))"),
    (r"4\,\mathrm{TV}(q,p)^2 \le \chi^2(q\|p)", r"5\,\mathrm{TV}(q,p)^2 \le \chi^2(q\|p)"),
    (r"\max_y\frac{q(y)}{p(y)} \ge 1", r"\max_y\frac{q(y)}{p(y)} \le 1"),
    (r"\min_y\frac{q(y)}{p(y)} \le 1", r"\min_y\frac{q(y)}{p(y)} \ge 1"),
    (r"\log\max_y\frac{q(y)}{p(y)} \ge 0", r"\log\max_y\frac{q(y)}{p(y)} \ge \frac{1}{9}"),
    (r"\mathrm{KL}(q\|p) \le \log\max_y\frac{q(y)}{p(y)}", r"\mathrm{KL}(q\|p) \le \log\max_y\frac{p(y)}{q(y)}"),
    (r"\mathrm{KL}(q\|p) \le \chi^2(q\|p)", r"\mathrm{KL}(q\|p) \le \chi^2(p\|q)"),
    (r"\mathbb{E}_{y\sim q}\left[\frac{1}{p(y)}\right] \ge \frac{1}{\mathbb{E}_{y\sim q}[p(y)]}",
     r"\mathbb{E}_{y\sim q}\left[\frac{1}{p(y)}\right] \le \frac{1}{\mathbb{E}_{y\sim q}[p(y)]}"),
    (r"\frac{\pi(y|x)}{1 - \pi(y|x)} \ge \pi(y|x)", r"\frac{\pi(y|x)}{1 - \pi(y|x)} \le 1"),
    (r"\frac{1}{1 - \pi(y|x)} \ge 1 + \pi(y|x)", r"\frac{1}{1 - \pi(y|x)} \ge 1 + 2\pi(y|x)"),
    (r"\log\frac{\pi(y)/(1 - \pi(y))}{\mu(y)/(1 - \mu(y))} = \log\frac{\pi(y)}{1 - \pi(y)} - \log\frac{\mu(y)}{1 - \mu(y)}",
     r"\log\frac{\pi(y)/(1 - \pi(y))}{\mu(y)/(1 - \mu(y))} = \log\frac{\pi(y)}{1 - \pi(y)} + \log\frac{\mu(y)}{1 - \mu(y)}"),
])
def test_bounds_on_distances_largest_ratios_and_odds(true: str, false: str) -> None:
    assert (status(true), status(false)) == ("proved", "refuted")


def test_better_than_the_reference_on_average_over_prompts() -> None:
    star = r"$$ \pi^*(y|x) = \frac{1}{Z(x)}\mu(y|x) e^{r(x,y)/\beta} $$" + "\n\n"
    means = [rf"\mathbb{{E}}_{{x\sim D, y\sim{law}(\cdot|x)}}[r(x,y)]" for law in (r"\pi^*", r"\mu")]
    assert status(rf"{means[0]} \ge {means[1]}", star) == "proved"
    assert status(rf"{means[0]} \le {means[1]}", star) == "refuted"


@pytest.mark.parametrize("row", [
    r"\pi(y|x) < 1",
    r"1 - \pi(y|x) > 0",
    r"|1 - 2\pi(y|x)| = 1 - 2\pi(y|x)",
    r"\frac{1}{1 - 2\pi(y|x)} \ge 1",
    r"\frac{a(y)}{1 - a(y)} \ge a(y)",
])
def test_what_is_left_of_a_probability_is_positive_only_where_it_is_divided_by(row: str) -> None:
    assert status(row) in ("refuted", "unknown")


def test_a_density_may_be_above_1() -> None:
    row = r"$$ \frac{\pi(y|x)}{1 - \pi(y|x)} \ge \pi(y|x) $$"
    integral = r"$$ \int \pi(y|x)\,dy = 1 $$" + "\n\n"
    assert symkl.check_text(integral + row, "row.md").lines[-1].status.value != "proved"


@pytest.mark.parametrize(("true", "false"), [
    (r"\sum_y q(y)\left(\log\frac{q(y)}{p(y)}\right)^2 \ge \mathrm{KL}(q\|p)^2",
     r"\sum_y q(y)\left(\log\frac{q(y)}{p(y)}\right)^2 \le \mathrm{KL}(q\|p)^2"),
    (r"\mathbb{E}_{y\sim q}[r(y)f(y)]^2 \le \mathbb{E}_{y\sim q}[r(y)^2]\,\mathbb{E}_{y\sim q}[f(y)^2]",
     r"\mathbb{E}_{y\sim q}[r(y)f(y)]^2 \le \mathbb{E}_{y\sim q}[r(y)]\,\mathbb{E}_{y\sim q}[f(y)]"),
    (r"\mathbb{E}_{y\sim q}[r(y)e^{r(y)}] \ge \mathbb{E}_{y\sim q}[r(y)]\,\mathbb{E}_{y\sim q}[e^{r(y)}]",
     r"\mathbb{E}_{y\sim q}[r(y)e^{-r(y)}] \ge \mathbb{E}_{y\sim q}[r(y)]\,\mathbb{E}_{y\sim q}[e^{-r(y)}]"),
    (r"\sqrt{a(y)b(y)} \le \frac{a(y) + b(y)}{2}", r"\sqrt{a(y)b(y)} \le \frac{a(y) + b(y)}{3}"),
    (r"\sum_y\sqrt{p(y)q(y)} \le 1", r"\sum_y\sqrt{p(y)q(y)} \ge 1"),
    (r"\sum_y(\sqrt{p(y)} - \sqrt{q(y)})^2 \le \mathrm{KL}(p\|q)", r"\sum_y(\sqrt{p(y)} - \sqrt{q(y)})^2 \ge \mathrm{KL}(p\|q)"),
    (r"\frac{\pi(y)}{1 + \pi(y)} \le \frac{1}{2}", r"\frac{\pi(y)}{1 + \pi(y)} \le \frac{1}{3}"),
    (r"e^{r(y)} > r(y)", r"e^{r(y)} > 1 + r(y)"),
    (r"\log(1 + e^{r(y)}) > r(y)", r"\log(1 + e^{r(y)}) < r(y)"),
])
def test_bounds_that_take_several_gaps(true: str, false: str) -> None:
    assert (status(true), status(false)) == ("proved", "refuted")


@pytest.mark.parametrize(("true", "false"), [
    (r"H(\pi^*) \ge 0", r"H(\pi^*) \le 0"),
    (r"\pi^*(y) \le 1", r"\pi^*(y) \le \frac{1}{2}"),
    (r"\mathbb{E}_{y\sim\pi^*}[r(y)] \ge \mathbb{E}_{y\sim\mu}[r(y)]", r"\mathbb{E}_{y\sim\pi^*}[r(y)] \le \mathbb{E}_{y\sim\mu}[r(y)]"),
    (r"\mathbb{E}_{y\sim\pi^*}[r(y)] - \mathbb{E}_{y\sim\mu}[r(y)] \ge \tau\mathrm{KL}(\pi^*\|\mu)",
     r"\mathbb{E}_{y\sim\pi^*}[r(y)] - \mathbb{E}_{y\sim\mu}[r(y)] \ge 3\tau\mathrm{KL}(\pi^*\|\mu)"),
])
def test_bounds_of_the_optimum(true: str, false: str) -> None:
    assert (status(true, STAR), status(false, STAR)) == ("proved", "refuted")


@pytest.mark.parametrize("row", [r"\pi(y|x) < 1", r"\log\pi(y|x) < 0", r"H(q) > 0", r"1 - \pi(y|x) > 0"])
def test_what_fails_for_one_response_alone_is_not_proved(row: str) -> None:
    assert status(row) != "proved"


def test_what_needs_a_meaning_says_so() -> None:
    report = symkl.check_text(r"$$ -\log(1 - \pi(y|x)) \ge 0 $$", "row.md")
    assert report.lines[0].status.value == "proved"
    assert "what a logarithm or a root is taken of is > 0" in report.rests_on
