"""The explorer as a reader uses it, and every digit it shows against certified or 60-digit values."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import mpmath
import pytest

from symkl.problems import FiniteProblem
from symkl.tilt.table import read

pytestmark = pytest.mark.web

ROOT = Path(__file__).parents[2]
EIGHT = ROOT / "docs" / "data" / "eight-responses.csv"
TABLE = read(EIGHT.read_bytes())
NAMES, REWARDS, LOGITS = list(TABLE.responses), [str(r) for r in TABLE.rewards], [str(z) for z in TABLE.reference]
FIGURES = ("reward", "kl", "logPartition", "objective", "top")
DIGITS = 5
# Four significant digits each, from one end of the slider to the other.
BETAS = [f"{Decimal(f'{10 ** (k / 7 - 3):.3e}').normalize():f}" for k in range(43)]

READ = """() => ({
  figures: Object.fromEntries([...document.querySelectorAll('.explorer [data-figure]')].map(
    (each) => [each.dataset.figure, each.textContent])),
  rows: [...document.querySelector('.explorer-table').tBodies[0].rows].map((row) => ({
    name: row.querySelector('th input')?.value ?? row.querySelector('th').textContent,
    ...Object.fromEntries([...row.querySelectorAll('[data-out]')].map((out) => [out.dataset.out, out.textContent])),
    ...Object.fromEntries([...row.querySelectorAll('td input')].map((input) => [input.dataset.field + 'Field', input.value])),
  })),
})"""


def open_explorer(page: Any, link: str = "") -> Any:
    # Another part of the address alone would not load the page anew.
    page.goto("about:blank")
    page.goto(f"/explorer.html{link}")
    page.wait_for_selector(".explorer-moves")
    return page


def shows(page: Any) -> dict[str, Any]:
    return page.evaluate(READ)


def link(names: Sequence[str], rewards: Sequence[str], masses: Sequence[str], beta: str = "1", kind: str = "logit") -> str:
    rows = [pair for row in zip(names, rewards, masses, strict=True) for pair in zip(("response", "reward", kind), row, strict=True)]
    return f"#explorer-1:{urlencode([('beta', beta), *rows])}"


def until(page: Any, condition: str) -> None:
    """Wait for a condition. Playwright's own way evaluates text in the page, which the page's policy forbids."""
    for _ in range(200):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {condition}")


def message(page: Any) -> str:
    return page.text_content(".explorer-message")


# --- every digit shown --------------------------------------------------------------------------

WIDE = Context(prec=60, Emin=MIN_EMIN, Emax=MAX_EMAX)
SUPERSCRIPTS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")
SHOWN = re.compile(r"(−?[0-9.]+)(?:×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+))?")


def decimal_of(text: str) -> tuple[Decimal, int]:
    """The number, and how many significant digits it is shown with."""
    found = SHOWN.fullmatch(text)
    assert found, f"{text!r} is no number"
    mantissa = found[1].translate(SUPERSCRIPTS)
    exponent = (found[2] or "0").translate(SUPERSCRIPTS)
    return WIDE.create_decimal(f"{mantissa}e{exponent}"), len(mantissa.lstrip("-0.").replace(".", ""))


def agrees(text: str, exact: Any, at_least: int = DIGITS) -> bool:
    """Whether ``text`` is ``exact`` rounded to the digits it has, and those are enough."""
    if text == "0":
        return bool(exact == 0)
    if power := re.fullmatch(r"10\^\((.*)\)", text):
        return agrees(power[1], mpmath.log10(exact), at_least)
    value, digits = decimal_of(text)
    rounding = Context(prec=digits, Emin=MIN_EMIN, Emax=MAX_EMAX)
    return digits >= at_least and value == rounding.create_decimal(Decimal(mpmath.nstr(exact, 58, strip_zeros=False)))


def problem_of(rewards: Sequence[str], masses: Sequence[str], beta: str, kind: str) -> FiniteProblem:
    if kind == "logit":
        return FiniteProblem.from_logits([float(m) if m == "-inf" else m for m in masses], rewards, beta)
    return FiniteProblem(masses, rewards, beta)


def exact_figures(rewards: Sequence[str], masses: Sequence[str], beta: str, kind: str = "logit") -> dict[str, Any]:
    problem = problem_of(rewards, masses, beta, kind).digits(60)
    policy, reference, support = list(problem.policy()), list(problem.reference), list(problem.support)
    top = max(Decimal(r) for r, has in zip(rewards, support, strict=True) if has)
    with mpmath.workdps(70):
        best = mpmath.fsum(q for q, r, has in zip(policy, rewards, support, strict=True) if has and Decimal(r) == top)
        ratio = [q / p if has else None for p, q, has in zip(reference, policy, support, strict=True)]
    return {
        "reward": problem.expected_reward(), "kl": problem.kl(), "logPartition": problem.log_partition(),
        "objective": problem.objective(), "top": best, "policies": policy, "references": reference, "ratios": ratio,
    }  # fmt: skip


def check_digits(seen: dict[str, Any], exact: dict[str, Any], at_least: int = DIGITS) -> None:
    for name in FIGURES:
        assert agrees(seen["figures"][name], exact[name], at_least), (name, seen["figures"][name], exact[name])
    assert len(seen["rows"]) == len(exact["policies"])
    for i, row in enumerate(seen["rows"]):
        assert agrees(row["reference"], exact["references"][i], at_least), (row, exact["references"][i])
        assert agrees(row["policy"], exact["policies"][i], at_least), (row, exact["policies"][i])
        if exact["ratios"][i] is None:
            assert row["ratio"] == "–"
        else:
            assert agrees(row["ratio"], exact["ratios"][i], at_least), (row, exact["ratios"][i])


def test_the_judge_of_digits_can_say_no():
    third = mpmath.mpf(1) / 3
    assert agrees("0.33333", third) and agrees("0.333333", third)
    assert not agrees("0.33334", third) and not agrees("0.3333", third) and not agrees("0", third)
    assert agrees("3.7432×10⁻⁶⁰⁸¹", mpmath.mpf("3.74321e-6081")) and not agrees("3.7432×10⁻⁶⁰⁸⁰", mpmath.mpf("3.74321e-6081"))
    assert not agrees("1.2345", mpmath.mpf("-1.2345"))


def test_every_digit_at_many_temperatures(page):
    open_explorer(page)
    assert BETAS[0] == "0.001" and BETAS[-1] == "1000" and len(set(BETAS)) == 43
    for beta in (*BETAS, "0.000001", "1000000", "0.1", "3.14159265358979"):
        page.fill(".explorer-beta", beta)
        check_digits(shows(page), exact_figures(REWARDS, LOGITS, beta))


TABLES = {
    "ties at the top": (["2", "2", "-1", "0.5"], ["0", "1.5", "3", "-2"], "logit"),
    "all the same": (["0.7", "0.7", "0.7"], ["0.1", "-4", "2.25"], "logit"),
    "all zero": (["0", "0"], ["0", "0"], "logit"),
    "one row": (["-3.25"], ["17"], "logit"),
    "one row of fifty has nearly all": ([str(k % 7) for k in range(50)], ["0"] * 49 + ["40"], "logit"),
    "fifty rows": (
        [f"{(37 * k) % 101 / 8 - 5}" for k in range(50)], [f"{(53 * k) % 97 / 16 - 3}" for k in range(50)], "logit",
    ),
    "large rewards": (["1000000", "999999", "-1e12"], ["0.3", "0.1", "5"], "logit"),
    "tiny differences": (["1.0000001", "1", "0.9999999"], ["0.3", "0.1", "-0.2"], "logit"),
    "an unlikely best": (["1", "0"], ["-700", "0"], "logit"),
    "a mean reward of 0": (["1", "-1"], ["0", "0"], "logit"),
    "zero mass": (["1", "9", "3"], ["0.25", "0", "0.75"], "probability"),
    "no mass by its logit": (["1", "9", "3"], ["0.25", "-inf", "0.75"], "logit"),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_every_digit_of_other_tables(page, name):
    rewards, masses, kind = TABLES[name]
    names = [f"response {k}" for k in range(len(rewards))]
    # What a double cannot vouch for is left out: next to nothing of these.
    at_least = {"tiny differences": 3, "large rewards": 1}.get(name, DIGITS)
    open_explorer(page, link(names, rewards, masses, "1", kind))
    for beta in ("0.001", "0.02", "0.3", "1", "7.5", "60", "1000"):
        page.fill(".explorer-beta", beta)
        check_digits(shows(page), exact_figures(rewards, masses, beta, kind), at_least)


def test_bounds_hold_for_random_tables(page):
    """Every value of tilt.js lies within its bound of the exact one, and the bound is small where it should be."""
    open_explorer(page)
    rng = random.Random(20261121)
    cases = []
    for k in range(150):
        size, scale = rng.choice((1, 2, 3, 8, 20)), 10.0 ** rng.randint(-3, 4)
        rewards = [f"{rng.uniform(-scale, scale):.{rng.choice((1, 6))}f}" for _ in range(size)]
        masses = [f"{rng.uniform(-1, 1) * rng.choice((1, 30)):.3f}" for _ in range(size)]
        cases.append((rewards, masses, f"{10 ** rng.uniform(-6, 6):.4e}" if k % 3 else f"{10 ** rng.uniform(-1, 2):.3g}"))
    computed = page.evaluate(
        """async (cases) => {
          const { reference, tilt } = await import('/_static/explorer/tilt.js');
          return cases.map(([rewards, masses, beta]) =>
            tilt(reference('logit', masses.map(Number)), rewards.map(Number), Number(beta)));
        }""",
        cases,
    )
    usual = 0
    for (rewards, masses, beta), result in zip(cases, computed, strict=True):
        exact = exact_figures(rewards, masses, beta)
        assert result["top"]["log"] == pytest.approx(float(mpmath.log(exact["top"])), rel=1e-9, abs=1e-12)
        for name in FIGURES[:-1]:
            value, error = mpmath.mpf(result[name]["value"]), mpmath.mpf(result[name]["error"])
            # The last rounding to a double is the display's affair.
            assert abs(value - exact[name]) <= error + abs(value) * mpmath.mpf(2) ** -52, (rewards, masses, beta, name)
            usual += error <= 1e-9 * abs(value)
        with mpmath.workdps(70):
            for each, probability in zip(result["policy"], exact["policies"], strict=True):
                log = mpmath.log(probability)
                assert abs(mpmath.mpf(each["log"]) - log) <= mpmath.mpf(each["error"]) + abs(log) * mpmath.mpf(2) ** -52
    assert usual > 0.97 * len(cases) * len(FIGURES[:-1])


def test_digits_that_a_double_does_not_vouch_for_are_not_shown(page):
    open_explorer(page)
    shown = page.evaluate(
        """async () => {
          const { shown, shownExp } = await import('/_static/explorer/digits.js');
          return [shown({value: 2/3, error: 0}), shown({value: 2/3, error: 1e-4}), shown({value: -2/3, error: 1e-2}),
            shown({value: 0.125, error: 1e-9}, 2), shown({value: 1e-17, error: 3e-17}), shown({value: 0, error: 0}),
            shown({value: 999999, error: 1}), shown({value: 0.00001234567, error: 0}), shownExp({log: -1e6, error: 1e-10}),
            shownExp({log: -1e6, error: 0.01}), shownExp({log: -1e15, error: 10}), shownExp({log: -Infinity, error: 0}),
            shown({value: 1, error: Infinity}), shown({value: 0, error: 6e-320}), shown({value: -1e-305, error: 1e-304}),
            shown({value: 1e-305, error: 0}), shown({value: 0, error: 2.5e-299}), shownExp({log: -1e99, error: 1e100}),
            shownExp({log: -1e99, error: Infinity}), shownExp({log: 0, error: 1e84})];
        }"""
    )
    with mpmath.workdps(30):
        exponent = -mpmath.mpf(10) ** 6 / mpmath.log(10)
        mantissa = mpmath.power(10, exponent - mpmath.floor(exponent))
        large = mpmath.nstr(mpmath.power(10, 15) / mpmath.log(10) / mpmath.power(10, 14), 5)
    assert shown == [
        "0.66667", "0.667", "−0.7", "0.125", "0 ± 5×10⁻¹⁷", "0", "1.0000×10⁶", "1.2346×10⁻⁵",
        f"{mpmath.nstr(mantissa, 5)}×10⁻⁴³⁴²⁹⁵", f"{mpmath.nstr(mantissa, 2)}×10⁻⁴³⁴²⁹⁵",
        f"10^(−{large}×10¹⁴)", "0", "?", "0", "0", "1.0000×10⁻³⁰⁵", "0 ± 3×10⁻²⁹⁹", "?", "?", "?",
    ]  # fmt: skip


# --- the limits ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*TABLES, "the eight"])
def test_both_limits_are_exact(page, name):
    rewards, masses, kind = TABLES.get(name, (REWARDS, LOGITS, "logit"))
    open_explorer(page, link([f"r{k}" for k in range(len(rewards))], rewards, masses, "1", kind))
    with mpmath.workdps(60):
        weights = [(mpmath.exp(m) if kind == "logit" else mpmath.mpf(m)) for m in map(mpmath.mpf, masses)]
        total = mpmath.fsum(weights)
        reference = [w / total for w in weights]
        r = [mpmath.mpf(each) for each in rewards]
        top = max(each for each, p in zip(r, reference, strict=True) if p)
        best = [bool(p) and each == top for each, p in zip(r, reference, strict=True)]
        mass = mpmath.fsum(p for p, has in zip(reference, best, strict=True) if has)
        mean = mpmath.fsum(p * each for p, each in zip(reference, r, strict=True))
        cold = [p / mass if has else mpmath.mpf(0) for p, has in zip(reference, best, strict=True)]
        kl = mpmath.mpf(0) if all(has or not p for p, has in zip(reference, best, strict=True)) else -mpmath.log(mass)

    page.click("text='β → 0'")
    seen = shows(page)
    assert [agrees(row["policy"], p) for row, p in zip(seen["rows"], cold, strict=True)] == [True] * len(r)
    assert [row["policy"] == "0" for row in seen["rows"]] == [not has for has in best]
    assert agrees(seen["figures"]["reward"], top) and agrees(seen["figures"]["objective"], top)
    assert agrees(seen["figures"]["kl"], kl)
    assert seen["figures"]["top"] == "1.0000"
    if top:
        assert seen["figures"]["logPartition"] == ("∞" if top > 0 else "−∞")
    else:
        assert agrees(seen["figures"]["logPartition"], -kl)

    page.click("text='β → ∞'")
    seen = shows(page)
    assert [agrees(row["policy"], p) for row, p in zip(seen["rows"], reference, strict=True)] == [True] * len(r)
    assert {row["ratio"] for row in seen["rows"]} <= {"1.0000", "–"}
    assert seen["figures"]["kl"] == seen["figures"]["logPartition"] == "0"
    assert agrees(seen["figures"]["top"], mass)
    if mean:
        assert agrees(seen["figures"]["reward"], mean) and agrees(seen["figures"]["objective"], mean)
    else:  # a sum of doubles cannot say that it is 0 exactly, unless all of it is
        assert re.fullmatch("0( ± .*)?", seen["figures"]["reward"])


# --- the first picture --------------------------------------------------------------------------


def test_the_picture_is_there_without_javascript(context_of):
    page = context_of(java_script_enabled=False).new_page()
    page.goto("/explorer.html")
    # Nothing can be evaluated in such a page by its own scripts, but Playwright reads it.
    figures = {name: page.text_content(f'.explorer [data-figure="{name}"]') for name in FIGURES}
    rows = [
        {out: row.locator(f'[data-out="{out}"]').text_content() for out in ("reference", "policy", "ratio")}
        for row in page.locator(".explorer-table tbody tr").all()
    ]
    check_digits({"figures": figures, "rows": rows}, exact_figures(REWARDS, LOGITS, "1"))
    assert page.is_visible(".explorer-static") and "β = 1" in page.text_content(".explorer-static")
    assert not page.is_visible(".explorer-controls") and not page.is_visible(".explorer-actions")
    assert page.locator(".explorer-table input").count() == 0
    assert page.locator(".explorer-bar").count() == 8
    assert page.get_attribute(".explorer-curve", "d").count("L") > 100


def test_the_script_takes_over_without_a_change(context_of):
    """Two programs, one picture: what the build drew is what the page draws."""
    still = context_of(java_script_enabled=False).new_page()
    still.goto("/explorer.html")
    moving = open_explorer(context_of().new_page())
    for selector in (".explorer-figures", ".explorer-slope", ".explorer-moving-label", ".explorer-axes", ".explorer-bars"):
        texts = ["".join(page.text_content(selector).split()) for page in (still, moving)]
        assert texts[0] == texts[1], selector
    for selector in ("[data-out]",):
        assert still.locator(selector).all_text_contents() == moving.locator(selector).all_text_contents()
    for selector, attributes in {
        ".explorer-curve": ("d",), ".explorer-moving": ("cx", "cy"), ".explorer-tangent": ("x1", "y1", "x2", "y2"),
        ".explorer-end": ("cx", "cy"), ".explorer-box": ("x", "width"), ".explorer-moving-label": ("x", "y", "dx", "dy"),
        ".explorer-bar .explorer-optimum": ("width",), ".explorer-bar .explorer-reference": ("width",),
        ".explorer-axes text": ("x", "y"),
    }.items():  # fmt: skip
        for one, other in zip(still.locator(selector).all(), moving.locator(selector).all(), strict=True):
            for attribute in attributes:
                before, after = (
                    [float(n) for n in re.findall(r"-?[0-9.]+", page.get_attribute(attribute))] for page in (one, other)
                )
                assert after == pytest.approx(before, abs=0.03), (selector, attribute)


@pytest.mark.parametrize("beta", ["0.3", "1", "4", "30"])
def test_the_point_lies_on_the_curve_and_the_tangent_has_the_slope_beta(page, beta):
    open_explorer(page)
    page.fill(".explorer-beta", beta)
    across, up = axes(page)
    exact = exact_figures(REWARDS, LOGITS, beta)
    x, y = (float(page.get_attribute(".explorer-moving", name)) for name in ("cx", "cy"))
    assert across(float(exact["kl"])) == pytest.approx(x, abs=0.1)
    assert up(float(exact["reward"])) == pytest.approx(y, abs=0.1)
    x1, y1, x2, y2 = (float(page.get_attribute(".explorer-tangent", name)) for name in ("x1", "y1", "x2", "y2"))
    slope = (y2 - y1) / (up(1) - up(0)) / ((x2 - x1) / (across(1) - across(0)))
    assert slope == pytest.approx(float(beta), rel=0.01)
    assert ((x1 + x2) / 2, (y1 + y2) / 2) == pytest.approx((x, y), abs=0.02)
    path = page.get_attribute(".explorer-curve", "d")
    curve = [tuple(map(float, pair.split())) for pair in path.removeprefix("M").split("L")]
    assert min(abs(a - x) + abs(b - y) for a, b in curve) < 8
    # Optimality, drawn: no point of the curve lies above the tangent.
    assert all(b >= y1 + (y2 - y1) / (x2 - x1) * (a - x1) - 0.05 for a, b in curve)


def axes(page: Any) -> tuple[Any, Any]:
    """What the labels of the axes say of places: functions from numbers to places."""
    labels = page.evaluate(
        """() => [...document.querySelectorAll('.explorer-axes text')].map(
          (t) => [t.getAttribute('text-anchor'), +t.getAttribute('x'), +t.getAttribute('y'), t.textContent.replace('−', '-')])"""
    )

    def line(pairs: list[tuple[float, float]]) -> Any:
        (v0, p0), (v1, p1) = pairs[0], pairs[-1]
        return lambda value: p0 + (value - v0) * (p1 - p0) / (v1 - v0)

    return (
        line([(float(text), x) for anchor, x, _, text in labels if anchor == "middle"]),
        line([(float(text), y) for anchor, _, y, text in labels if anchor == "end"]),
    )


# --- controls -----------------------------------------------------------------------------------


def test_the_slider_by_mouse_and_keyboard_and_the_field_stay_together(page):
    open_explorer(page)
    slider, field, output = (page.locator(f".explorer-{name}") for name in ("slider", "beta", "output"))
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] / 2, steps=5)
    page.mouse.up()
    beta = field.input_value()
    assert 5 < float(beta) < 60
    assert output.text_content() == f"β = {beta}" == page.text_content(".explorer-moving-label")
    check_digits(shows(page), exact_figures(REWARDS, LOGITS, beta))

    slider.focus()
    page.keyboard.press("Home")
    assert field.input_value() == "0.001"
    page.keyboard.press("ArrowRight")
    assert field.input_value() == "0.001023"  # 10^-2.99 to four digits
    assert slider.get_attribute("aria-valuetext") == "β = 0.001023"
    page.keyboard.press("End")
    assert field.input_value() == "1000"
    check_digits(shows(page), exact_figures(REWARDS, LOGITS, "1000"))

    field.fill("0.5")
    assert float(slider.input_value()) == pytest.approx(-0.30)
    assert output.text_content() == "β = 0.5"
    field.fill("20000")  # beyond the slider, which stands at its end and says what counts
    assert slider.input_value() == "3" and slider.get_attribute("aria-valuetext") == "β = 20000, beyond the slider"
    assert output.text_content() == "β = 20000, beyond the slider"


@pytest.mark.parametrize(
    ("beta", "key", "back", "stays"), [("0.000001", "ArrowRight", "0.001023", "ArrowLeft"), ("20000", "ArrowLeft", "977.2", "ArrowRight")]
)
def test_the_slider_says_when_it_takes_the_temperature_back(page, beta, key, back, stays):
    open_explorer(page)
    page.fill(".explorer-beta", beta)
    page.focus(".explorer-slider")
    page.keyboard.press(stays)
    assert page.input_value(".explorer-beta") == beta and message(page) == ""
    page.keyboard.press(key)
    assert page.input_value(".explorer-beta") == back
    assert message(page) == f"The slider goes from 0.001 to 1000: β was {beta}, and is {back}."
    assert page.get_attribute(".explorer-slider", "aria-valuetext") == f"β = {back}"


@pytest.mark.parametrize("text", ["", "0", "-1", "1e7", "1e-7", "1,5", "1e-400", "abc", "-inf", "0x10"])
def test_a_bad_temperature_is_told_and_changes_nothing(page, text):
    open_explorer(page)
    field = page.locator(".explorer-beta")
    field.fill("2")
    before = shows(page)
    field.fill(text)
    assert field.get_attribute("aria-invalid") == "true"
    error = page.locator(f"#{field.get_attribute('aria-describedby')}")
    assert error.is_visible() and "expected" in error.text_content()
    assert error.text_content().endswith("Until then β = 2 counts.")
    assert shows(page) == before
    field.fill("3")
    assert field.get_attribute("aria-invalid") is None and not error.is_visible()
    assert shows(page) != before


def test_presets(page):
    open_explorer(page)
    pressed = "[data-beta][aria-pressed=true]"
    assert page.locator(pressed).all_text_contents() == ["β = 1"]
    page.click("text='β → 0'")
    assert page.locator(pressed).all_text_contents() == ["β → 0"]
    assert page.text_content(".explorer-output") == "β → 0" and page.input_value(".explorer-slider") == "-3"
    assert page.text_content("[data-figure=beta]") == "→ 0" and page.input_value(".explorer-beta") == ""
    tangent = page.locator(".explorer-tangent")
    assert tangent.get_attribute("y1") == tangent.get_attribute("y2")
    page.click("text='β → ∞'")
    assert tangent.get_attribute("x1") == tangent.get_attribute("x2")
    page.click("text='β = 1'")
    check_digits(shows(page), exact_figures(REWARDS, LOGITS, "1"))
    assert page.locator(".explorer-beta").get_attribute("aria-invalid") is None
    page.click("text='β → 0'")
    page.focus(".explorer-slider")
    page.keyboard.press("ArrowRight")
    assert page.input_value(".explorer-beta") == "0.001023"


def test_editing_rewards_logits_and_names(page):
    open_explorer(page)
    page.get_by_label("Reward of lazy").fill("9.5")
    page.get_by_label("Logit of lazy").fill("-1.25")
    rewards, logits = REWARDS.copy(), LOGITS.copy()
    rewards[6], logits[6] = "9.5", "-1.25"
    check_digits(shows(page), exact_figures(rewards, logits, "1"))
    page.get_by_label("Name of lazy").fill("brilliant")
    assert page.get_by_label("Reward of brilliant").input_value() == "9.5"
    assert "brilliant" in page.locator(".explorer-bar").all_text_contents()
    field = page.get_by_label("Reward of brilliant")
    field.fill("09.50")
    field.press("Tab")
    assert field.input_value() == "9.5"


@pytest.mark.parametrize(
    ("label", "text", "says"),
    [
        ("Reward of lazy", "", "found nothing"),
        ("Reward of lazy", "1e200", "a size from"),
        ("Logit of lazy", "", "found nothing"),
        ("Reward of lazy", "1,5", "found ‘1,5’, expected a number; write 1.5"),
        ("Logit of lazy", "−0,25", "write -0.25"),
        ("Reward of lazy", "1,500", "write 1500 or 1.500"),
        ("Reward of lazy", "-inf", "found ‘-inf’, expected a number"),
        ("Logit of lazy", "inf", "expected a number, or -inf for no mass"),
        ("Reward of lazy", "1e-400", "found ‘1e-400’, expected a size from 1e-100"),
        ("Logit of lazy", "-0." + "0" * 400 + "1", "a size from"),
        ("Reward of lazy", "1e400", "a size from"),
        ("Name of lazy", "  ", "found nothing"),
        ("Name of lazy", "evasive", "twice"),
    ],
)
def test_a_bad_field_is_marked_and_the_last_good_state_stays(page, label, text, says):
    open_explorer(page)
    figures = shows(page)["figures"]
    field = page.get_by_label(label)
    field.fill(text)
    assert field.get_attribute("aria-invalid") == "true"
    error = page.locator(f"#{field.get_attribute('aria-describedby')}")
    assert says in error.text_content() and error.is_visible()
    assert re.search(r"[.] Until then \S+ counts[.]$", error.text_content())  # what the figures show
    page.fill(".explorer-beta", "2")  # the rest goes on, from the last good state
    check_digits(shows(page), exact_figures(REWARDS, LOGITS, "2"))
    assert shows(page)["figures"] != figures


@pytest.mark.parametrize("width", [360, 1280])
def test_a_long_number_is_shown_whole(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    open_explorer(page)
    field = page.get_by_label("Reward of lazy")
    field.fill("-123456.123456789")
    assert field.evaluate("(input) => input.scrollWidth <= input.clientWidth")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_what_is_typed_stays_as_it_was_typed(page):
    """Key by key: a field for numbers alone would leave out the comma, and 1,5 would be 15."""
    open_explorer(page)
    assert page.locator(".explorer input[type=number]").count() == 0
    for label in ("Reward of lazy", "Logit of lazy", "β"):
        field = page.get_by_label(label, exact=True)
        before, figures = field.input_value(), shows(page)["figures"]
        field.click(click_count=3)
        page.keyboard.type("1")
        page.keyboard.type(",5")
        assert field.input_value() == "1,5" and field.get_attribute("aria-invalid") == "true"
        error = page.locator(f"#{field.get_attribute('aria-describedby')}")
        assert "‘1,5’" in error.text_content() and "write 1.5" in error.text_content()
        field.fill(before)
        assert shows(page)["figures"] == figures and not error.is_visible()


@pytest.mark.parametrize("text", ["-inf", "−∞", "-Infinity"])
def test_no_mass_is_typed_into_a_logit(page, text):
    open_explorer(page)
    field = page.get_by_label("Logit of lazy")
    field.click(click_count=3)
    page.keyboard.type(text)
    page.keyboard.press("Tab")
    assert field.input_value() == "-inf" and field.get_attribute("aria-invalid") is None
    logits = [*LOGITS[:6], "-inf", LOGITS[7]]
    check_digits(shows(page), exact_figures(REWARDS, logits, "1"))
    field.fill(LOGITS[6])
    check_digits(shows(page), exact_figures(REWARDS, LOGITS, "1"))


@pytest.mark.parametrize("text", ["0e-400", "-0.000", "0"])
def test_a_zero_is_a_zero_in_every_spelling(page, text):
    open_explorer(page)
    page.get_by_label("Reward of lazy").fill(text)
    check_digits(shows(page), exact_figures([*REWARDS[:6], "0", REWARDS[7]], LOGITS, "1"))


# --- numbers at the ends of what is allowed -----------------------------------------------------

EXTREMES = {
    "rewards": (["1e100", "-1e100"], ["0", "0"]),
    "the best is unlikely": (["1", "0"], ["-1e100", "0"]),
    "the worst is unlikely": (["1", "0"], ["0", "-1e100"]),
    "both": (["1e100", "-1e100", "0"], ["1e100", "-1e100", "0"]),
    "neighbours": (["1e100", "9.999999999999998e99"], ["0", "0"]),
    "neighbouring logits": (["1", "2"], ["-1e100", "-9.999999999999998e99"]),
    "small and large": (["1e-100", "1e100"], ["-1e-100", "3"]),
    "one": (["1e90"], ["1e90"]),
    "tied": (["-1e100", "-1e100"], ["0", "2"]),
}


@pytest.mark.parametrize("name", EXTREMES)
def test_extremes_are_drawn_with_numbers(page, name):
    rewards, logits = EXTREMES[name]
    open_explorer(page, link([f"r{k}" for k in range(len(rewards))], rewards, logits))
    assert message(page) == ""
    for beta in ("0.000001", "1", "1000000", "β → 0", "β → ∞"):
        if beta.startswith("β"):
            page.click(f"text='{beta}'")
        else:
            page.fill(".explorer-beta", beta)
        drawn = page.evaluate("document.querySelector('.explorer-pictures').outerHTML")
        assert "NaN" not in drawn and "Infinity" not in drawn, beta
        tangent = page.locator(".explorer-tangent")
        if tangent.get_attribute("visibility") != "hidden":
            ends = [float(tangent.get_attribute(end)) for end in ("x1", "y1", "x2", "y2")]
            assert (ends[2] - ends[0]) ** 2 + (ends[3] - ends[1]) ** 2 == pytest.approx(140**2, rel=1e-3)
        text = page.text_content(".explorer")
        assert "(?)" not in text and "10^(0" not in text and "NaN" not in text and "undefined" not in text, beta


def test_what_the_extremes_show_is_so(page):
    """By hand: where one response has all the mass the figures are its own."""
    log10 = mpmath.log10(mpmath.e)
    open_explorer(page, link(["a", "b"], *EXTREMES["the best is unlikely"]))
    seen = shows(page)
    assert [row["policy"] for row in seen["rows"]] == [f"10^(−{mpmath.nstr(10 * log10, 5)}×10⁹⁹)", "1.0000"]
    assert {seen["figures"][name] for name in ("reward", "kl", "logPartition", "objective")} == {"0"}
    page.click("text='β → 0'")
    assert shows(page)["figures"]["kl"] == "1.0000×10¹⁰⁰"
    open_explorer(page, link(["a", "b"], *EXTREMES["neighbouring logits"]))
    seen = shows(page)  # two doubles side by side: which of the two responses is likelier, their roundings decide
    assert {row["policy"] for row in seen["rows"]} == {"?"} and seen["figures"]["kl"] == "?"


def test_rows_are_added_and_removed(page):
    open_explorer(page)
    page.click("text='Add a response'")
    assert page.evaluate("document.activeElement.value") == "response 9"
    page.get_by_label("Reward of response 9").fill("3")
    check_digits(shows(page), exact_figures([*REWARDS, "3"], [*LOGITS, "0"], "1"))
    page.get_by_role("button", name="Remove polite-detailed").click()
    check_digits(shows(page), exact_figures([*REWARDS[1:], "3"], [*LOGITS[1:], "0"], "1"))
    assert page.evaluate("document.activeElement.value") == "rude-refusal"
    for name in [*NAMES[1:]]:
        page.get_by_role("button", name=f"Remove {name}", exact=True).click()
    check_digits(shows(page), exact_figures(["3"], ["0"], "1"))
    assert page.get_by_role("button", name="Remove response 9").is_disabled()
    assert page.locator(".explorer-tangent").get_attribute("visibility") == "hidden"
    page.click("text='Reset'")
    assert [row["name"] for row in shows(page)["rows"]] == NAMES
    check_digits(shows(page), exact_figures(REWARDS, LOGITS, "1"))


def test_the_last_mass_cannot_be_removed(page):
    open_explorer(page, link(["a", "b"], ["1", "2"], ["0", "1"], kind="probability"))
    before = shows(page)
    page.get_by_role("button", name="Remove b").click()
    assert "no response has any mass" in message(page)
    assert shows(page) == before
    assert page.is_visible(".explorer-note")  # on what becomes of probabilities
    page.get_by_label("Probability of a").fill("3")
    check_digits(shows(page), exact_figures(["1", "2"], ["3/4", "1/4"], "1", "probability"))


# --- links --------------------------------------------------------------------------------------


def test_a_link_carries_the_state(context_of):
    context = context_of(permissions=["clipboard-read", "clipboard-write"])
    page = open_explorer(context.new_page())
    page.get_by_label("Reward of lazy").fill("7.25")
    page.get_by_label("Name of lazy").fill('a "b", & <c> # é 100%')
    page.fill(".explorer-beta", "0.37")
    page.click("text='Copy link'")
    until(page, "document.querySelector('.explorer-message').textContent !== ''")
    address = page.evaluate("navigator.clipboard.readText()")
    assert address == page.url and "copied" in message(page)
    other = context_of().new_page()
    other.goto(address)
    other.wait_for_selector(".explorer-moves")
    assert shows(other) == shows(page)
    assert other.input_value(".explorer-beta") == "0.37"


@pytest.mark.parametrize("preset", ["β → 0", "β → ∞"])
def test_a_link_carries_a_limit(page, preset):
    open_explorer(page)
    page.click(f"text='{preset}'")
    until(page, "location.hash !== ''")
    seen, address = shows(page), page.url
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector(".explorer-moves")
    assert shows(page) == seen


GOOD = "beta=1&response=a&reward=1&logit=0"


@pytest.mark.parametrize(
    "bad",
    [
        "", "beta=2", "beta=-1&response=a&reward=1&logit=0", "beta=x&response=a&reward=1&logit=0", GOOD + "&reward=2",
        GOOD + "&response=a&reward=1&logit=0", "beta=1&response=a&reward=NaN&logit=0", GOOD + "&beta=2",
        "beta=1&response=&reward=1&logit=0", "beta=1&response=a&reward=1&logit=-inf", "%ff%zz",
        "beta=1" + "".join(f"&response={k}&reward=1&logit=0" for k in range(201)),
    ],
)  # fmt: skip
def test_a_broken_link_is_told_and_ignored(page, bad):
    open_explorer(page, f"#explorer-1:{bad}")
    assert "The link cannot be used" in message(page)
    check_digits(shows(page), exact_figures(REWARDS, LOGITS, "1"))


def test_a_good_link_is_not_told_as_broken_and_other_anchors_are_left_alone(page):
    open_explorer(page, f"#explorer-1:{GOOD}")
    assert message(page) == "" and len(shows(page)["rows"]) == 1
    open_explorer(page, "#what-to-try")
    assert message(page) == "" and len(shows(page)["rows"]) == 8


def test_names_are_text_and_nothing_else(page):
    name = "<img src=x onerror=alert(1)><b>bold"
    open_explorer(page, link([name, "other"], ["1", "0"], ["0", "0"]))
    assert shows(page)["rows"][0]["name"] == name
    assert page.locator(".explorer img, .explorer b").count() == 0
    page.get_by_role("button", name=f"Remove {name}").click()
    assert message(page) == f"Removed {name}."


# --- files --------------------------------------------------------------------------------------


def save(page: Any) -> bytes:
    with page.expect_download() as download:
        page.click("text='Save CSV'")
    return Path(download.value.path()).read_bytes()


def load(page: Any, data: bytes, name: str = "mine.csv") -> str:
    page.evaluate("document.querySelector('.explorer-message').textContent = ''")
    page.set_input_files(".explorer-load input", {"name": name, "mimeType": "text/csv", "buffer": data})
    until(page, "document.querySelector('.explorer-message').textContent !== ''")
    return message(page)


def test_a_table_saved_is_read_by_symkl_and_loaded_back_equal(page):
    open_explorer(page)
    page.get_by_label("Reward of evasive").fill("0.1")
    page.get_by_label("Name of evasive").fill('evasive, "sort of"; é')
    before = shows(page)
    data = save(page)
    table = read(data)
    assert list(table.responses) == [row["name"] for row in before["rows"]]
    assert [float(r) for r in table.rewards] == [float(row["rewardField"]) for row in before["rows"]]
    page.click("text='Reset'")
    assert shows(page) != before
    assert load(page, data) == "Loaded mine.csv: 8 responses."
    assert shows(page) == before
    assert save(page) == data


def policies(page: Any) -> list[str]:
    return [row["policy"] for row in shows(page)["rows"]]


@pytest.mark.parametrize(
    ("kind", "masses", "column"),
    [
        ("logit", ["0.25", "-inf", "0.75"], "logit"),
        ("logit", ["-200", "-inf", "17.5"], "logit"),
        ("logit", ["1e100", "0", "-1e100"], "logit"),
        ("probability", ["3", "0", "2"], "probability"),
        ("probability", ["1e-100", "1e100", "1e20"], "logit"),
        ("probability", ["1e-250", "0.5", "0.5"], "logit"),
    ],
)
def test_what_is_saved_is_read_by_symkl_whatever_the_masses(page, kind, masses, column):
    rewards = ["1", "9", "3"]
    open_explorer(page, link(["a", "b", "c"], rewards, masses, "1", kind))
    before, data = policies(page), save(page)
    assert message(page).startswith("Saved as responses.csv") and "does not" not in message(page)
    assert ("symkl tilt" in message(page)) == (column != kind)  # a change is told
    table = read(data)
    assert data.splitlines()[0].decode() == f"response,reward,{column}" and table.logits == (column == "logit")
    with mpmath.workdps(60):
        given = [mpmath.exp(m) if kind == "logit" else mpmath.mpf(m) for m in map(mpmath.mpf, masses)]
        there = [True] * 3 if table.mass is None else table.mass.tolist()
        found = [mpmath.mpf(str(m)) if has else mpmath.mpf("-inf") for m, has in zip(table.reference, there, strict=True)]
        written = [mpmath.exp(m) if table.logits else m for m in found]
        for one, other in zip(given, written, strict=True):
            assert mpmath.almosteq(one / mpmath.fsum(given), other / mpmath.fsum(written), 1e-11)
    page.click("text='Reset'")
    assert load(page, data).startswith("Loaded")
    assert policies(page) == before


def test_a_share_that_a_double_would_lose_is_told(page):
    open_explorer(page, link(["a", "b"], ["1", "2"], ["1e-250", "1"], kind="probability"))
    before = shows(page)["figures"]
    page.get_by_label("Probability of b").fill("1e60")
    assert page.get_by_label("Probability of b").get_attribute("aria-invalid") == "true"
    assert "‘a’; give it more, or 0" in page.text_content(".explorer-table")
    assert shows(page)["figures"] == before


def test_names_that_a_spreadsheet_takes_for_formulas_come_back_as_they_were(page):
    """Nothing is put before them; the page says what a spreadsheet would do."""
    names = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x","y")']
    open_explorer(page, link(names, ["0"] * 5, ["0"] * 5))
    data = save(page)
    assert list(read(data).responses) == names
    page.click("text='Reset'")
    load(page, data)
    assert [row["name"] for row in shows(page)["rows"]] == names
    said = " ".join(page.text_content("#your-own-table").split())
    assert "begins with =, +, - or @ for a formula" in said


def test_the_table_of_the_page_is_loaded_as_it_is(page):
    open_explorer(page, f"#explorer-1:{GOOD}")
    load(page, EIGHT.read_bytes())
    check_digits(shows(page), exact_figures(REWARDS, LOGITS, "1"))


def test_probabilities_in_other_spellings_of_csv(page):
    open_explorer(page)
    text = '\ufeffReward;Response;probability\r\n1;"a; ""b""";.25\r\n\r\n+2e0;c;0.75\r\nd\n'
    assert "line 5: found 1 cells, expected 3" in load(page, text.encode())
    assert load(page, text.removesuffix("d\n").encode()).startswith("Loaded")
    assert [row["name"] for row in shows(page)["rows"]] == ['a; "b"', "c"]
    check_digits(shows(page), exact_figures(["1", "2"], ["0.25", "0.75"], "1", "probability"))
    page.get_by_label("Probability of c").fill("0.25")
    table = read(save(page))  # an edited table is saved with probabilities that sum to 1
    assert [float(p) for p in table.reference] == [0.5, 0.5]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "the file is empty"),
        (b"\n \n", "the file is empty"),
        (b"hello\n", "line 1: found ‘hello’, expected a header line".encode()),
        (b"response,reward\na,1\n", "line 1: expected one of the columns"),
        (b"response,reward,logit,probability\na,1,0,1\n", "line 1: expected one of the columns"),
        (b"response,logit\na,1\n", "no column ‘reward’".encode()),
        (b"prompt,response,reward,logit\np,a,1,0\n", "one prompt"),
        (b"response,reward,logit,colour\na,1,0,red\n", "unknown column ‘colour’".encode()),
        (b"response,reward,logit\n", "found no rows"),
        (b"response,reward,logit\na,1,0\nb,two,0\n", "line 3, column ‘reward’: found ‘two’, expected a number".encode()),
        (b"response,reward,logit\na,1,0\n\na,2,0\n", "line 4, column ‘response’: found ‘a’ again, first in line 2".encode()),
        (b'response,reward,logit\n"a\nb",1,0\n"c",2\n', "line 4: found 2 cells, expected 3"),
        (b'response,reward,logit\na,1,0\n"b,2,0\n', "line 3: a quote"),
        (b"response;reward;logit\na;1,5;0\n", "write 1.5"),
        (b"response,reward,logit\na,nan,0\n", "found ‘nan’".encode()),
        (b"response,reward,logit\na,1,inf\n", "found ‘inf’".encode()),
        (b"response,reward,logit\na,1e-400,0\n", "found ‘1e-400’, expected a size".encode()),
        (b"response,reward,probability\na,1,-0.5\nb,1,1.5\n", "at least 0"),
        (b"response,reward,probability\na,1,0.5\nb,1,0.6\n", "sum to 1.1"),
        (b"response,reward,probability\na,1,0\n", "no response has any mass"),
        (b"response,reward,logit\n\xff\xfe,1,0\n", "not UTF-8"),
        (b"response,reward,logit\n" + b"".join(b"r%d,1,0\n" % k for k in range(201)), "found 201 rows"),
        (b"x" * 1_000_001, "too large"),
    ],
)  # fmt: skip
def test_a_bad_file_is_told_where_and_changes_nothing(page, data, says):
    open_explorer(page)
    page.fill(".explorer-beta", "2")
    before = shows(page)
    told = load(page, data, "bad.csv")
    assert told.startswith("bad.csv is not loaded: ")
    assert (says if isinstance(says, str) else says.decode()) in told
    assert shows(page) == before
    assert page.get_attribute(".explorer-message", "role") == "status"  # it is read out


# --- for every reader ---------------------------------------------------------------------------


def test_changes_are_announced_once_they_rest(page):
    open_explorer(page)
    page.evaluate(
        """() => { window.said = []; new MutationObserver(() => window.said.push(
             document.querySelector('.explorer-live').textContent)).observe(
             document.querySelector('.explorer-live'), { childList: true }); }"""
    )
    page.focus(".explorer-slider")
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    until(page, "window.said.length > 0")
    page.wait_for_timeout(300)
    said = page.evaluate("window.said")
    figures = shows(page)["figures"]
    assert said == [f"β = 1.318: E[r] {figures['reward']}, KL {figures['kl']}, log Z {figures['logPartition']}, P(top) {figures['top']}"]
    assert page.get_attribute(".explorer-live", "aria-live") == "polite"
    assert page.get_attribute(".explorer-output", "aria-live") == "off"


def test_every_control_has_a_name(page):
    open_explorer(page)
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll('.explorer :is(input, button)')].filter((control) =>
          !(control.getAttribute('aria-label') || control.labels?.[0]?.textContent.trim() ||
            (control.tagName === 'BUTTON' && control.textContent.trim().length > 1))).map((each) => each.outerHTML)"""
    )
    assert unnamed == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((each) => each.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("width", [360, 560, 600, 640, 680, 690, 720, 800, 1280])
def test_no_page_is_wider_than_its_screen(context_of, width):
    page = context_of(viewport={"width": width, "height": 780}).new_page()
    long = ["a response with a name that goes on and on and has nowhere to break" + "x" * 30, "b"]
    for address in ("", link(long, ["123456.789", "-1e-50"], ["1e6", "-1e6"])):
        open_explorer(page, address)
        for beta in ("1", "0.000001"):
            page.fill(".explorer-beta", beta)
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (address, beta)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_colour_schemes_can_be_read(context_of, scheme):
    page = open_explorer(context_of(color_scheme=scheme).new_page())
    pairs = page.evaluate(
        """() => [['.explorer-optimum', 'fill'], ['.explorer-reference', 'stroke'], ['.explorer-curve', 'stroke'],
                  ['.explorer-tangent', 'stroke'], ['.explorer-frontier', 'fill'], ['.explorer-table td', 'color'],
                  ['.explorer td input', 'color'], ['.explorer button', 'color']].map(([selector, property]) =>
          [selector, getComputedStyle(document.querySelector(selector))[property], getComputedStyle(document.body).backgroundColor])"""
    )
    for selector, colour, background in pairs:
        least = 3 if selector in (".explorer-optimum", ".explorer-tangent") else 4.5  # of graphics, and of text
        assert contrast(colour, background) >= least, (selector, colour, background)


def contrast(one: str, other: str) -> float:
    """Of two colours, as the Web Content Accessibility Guidelines define it."""

    def luminance(colour: str) -> float:
        channels = [float(each) / 255 for each in re.findall(r"[0-9.]+", colour)[:3]]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_print_shows_the_current_picture(page):
    open_explorer(page)
    page.fill(".explorer-beta", "5")
    page.emulate_media(media="print")
    assert page.is_visible(".explorer-frontier") and page.is_visible(".explorer-bars")
    assert not page.is_visible(".explorer-controls") and not page.is_visible(".explorer-actions")
    assert page.text_content("[data-figure=beta]") == "5"
    paper = page.pdf()
    assert paper.startswith(b"%PDF") and len(paper) > 20_000


def test_no_digit_of_the_data_is_hard_coded(page):
    """What the page starts from is the table in the repository."""
    open_explorer(page)
    start = json.loads(page.get_attribute(".explorer", "data-start"))
    assert [row["name"] for row in start["rows"]] == NAMES
    assert [row["reward"] for row in start["rows"]] == [float(r) for r in REWARDS]
    assert [row["mass"] for row in start["rows"]] == [float(z) for z in LOGITS]
