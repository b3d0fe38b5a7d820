"""The page of a training as a reader uses it: four clicks, and the numbers of Python at the end of each."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from symkl.problems import FiniteProblem
from symkl.tilt.columns import Wanted
from symkl.tilt.table import read

pytestmark = pytest.mark.web

ROOT = Path(__file__).parents[2]
TABLE = read((ROOT / "docs" / "data" / "proxy.csv").read_bytes(), wanted=Wanted(training=True))
PAGE = (ROOT / "docs" / "training.md").read_text("utf-8")
PRESETS = [[cell.strip() for cell in line.split("|")] for line in re.findall(r"^(?:.+ \| ){3}\d+$", PAGE, re.MULTILINE)]
READ = """() => ({
  figures: Object.fromEntries([...document.querySelectorAll('.training [data-figure]')].map(
    (each) => [each.dataset.figure, each.textContent])),
  stories: [...document.querySelectorAll('.training-story')].filter((each) => !each.hidden).map((each) => each.textContent),
  points: [...document.querySelectorAll('.training-picture .training-curve')].map(
    (each) => each.getAttribute('d').split('L').length),
  drawn: [...document.querySelectorAll('.training-picture .training-curve')].map((each) => each.getBBox().width),
  pressed: [...document.querySelectorAll('[data-preset][aria-pressed="true"]')].map((each) => each.textContent),
})"""


def ends(page: Any, which: int) -> dict[str, Any]:
    for _ in range(400):
        if page.evaluate(f"() => document.querySelector('.training').dataset.done === '{which}'"):
            found: dict[str, Any] = page.evaluate(READ)
            return found
        page.wait_for_timeout(25)
    raise AssertionError(f"training {which} never came to its end")


def number(text: str) -> float:
    found = text.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-")).replace("×10", "e")
    return float(found)


def test_each_click_trains_to_the_numbers_of_python(page: Any) -> None:
    page.goto("/training.html")
    assert len(PRESETS) == 4
    for which, (name, beta, rate, steps) in enumerate(PRESETS):
        page.get_by_role("button", name=name, exact=True).click()
        seen = ends(page, which)
        run = FiniteProblem.from_logits(list(TABLE.reference), list(TABLE.rewards), beta).train(
            list(TABLE.true_rewards or ()), rate=rate, steps=int(steps)
        )
        exact = {"reward": run.expected_reward, "wanted": run.true_reward, "kl": run.kl}
        assert seen["figures"]["step"] == steps and seen["pressed"] == [name]
        for figure, path in exact.items():
            assert number(seen["figures"][figure]) == pytest.approx(path[-1], rel=1e-4), (name, figure)
        assert len(seen["stories"]) == 1 and seen["stories"][0].strip().startswith(name)
        assert seen["points"] == [int(steps) + 1] * 3 and min(seen["drawn"]) > 250


def test_without_scripts_every_training_is_a_table(context_of: Any) -> None:
    page = context_of(java_script_enabled=False).new_page()
    page.goto("/training.html")
    assert page.locator(".training-static").count() == 4 and page.locator(".training-static").first.is_visible()
    assert not page.locator(".training-moves").first.is_visible()


def test_who_wants_no_motion_sees_the_end_at_once(context_of: Any) -> None:
    page = context_of(reduced_motion="reduce").new_page()
    page.goto("/training.html")
    assert ends(page, 0)["figures"]["step"] == PRESETS[0][3]


def test_what_is_printed_in_the_middle_of_a_training_is_its_end(page: Any) -> None:
    page.goto("/training.html")
    seen = page.evaluate(f"() => {{ dispatchEvent(new Event('beforeprint')); return ({READ})(); }}")
    assert seen["figures"]["step"] == PRESETS[0][3] and seen["points"] == [int(PRESETS[0][3]) + 1] * 3
    page.wait_for_timeout(200)
    assert page.evaluate(READ) == seen
