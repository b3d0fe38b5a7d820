"""The errata: what the page says of the two documents is computed, and each check would notice if it were not so."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from flint import arb

from symkl import FiniteProblem

DOCS = Path(__file__).parents[2] / "docs"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("errata", DOCS / "_extensions" / "errata.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["errata"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


pytest.importorskip("sphinx", reason="the errata are a page of the site: pip install '.[docs]'")
errata = _load()


def changed(tmp_path: Path, **cells: str) -> Any:
    """The eight responses with other numbers: ``polite_concise_reward="8"``."""
    lines = (DOCS / "data" / "eight-responses.csv").read_text("utf-8").splitlines()
    names = lines[0].split(",")
    for i, line in enumerate(lines[1:], 1):
        row = line.split(",")
        for column in names[1:]:
            row[names.index(column)] = cells.get(f"{row[0].replace('-', '_')}_{column}", row[names.index(column)])
        lines[i] = ",".join(row)
    path = tmp_path / "table.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return errata.eight_responses(path)


@pytest.mark.parametrize("name", errata.CHECKS)
def test_what_the_page_says_is_so(name: str) -> None:
    rows = errata.settle(name, errata.eight_responses())
    assert rows
    assert all(row.found for row in rows)


EQUAL = {f"{name}_reward": "0" for name in (
    "polite_detailed", "rude_refusal", "polite_concise", "evasive", "off_topic", "polite_formal", "lazy", "dishonest")
}  # fmt: skip

TABLES: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("reference", {"polite_detailed_logit": "1.25"}),
    ("one", {"polite_formal_logit": "1.2"}),
    ("tenth", {"polite_concise_reward": "7.4394"}),  # where π*(polite-detailed) is 0.997, as the chapter has it
    ("milder", {"lazy_reward": "1"}),
    ("ends", {"polite_concise_reward": "8"}),
    ("frontier", {"polite_detailed_logit": "0.5"}),  # where a nat is left after the first one and a half
    ("knee", EQUAL | {"polite_detailed_reward": "2", "polite_detailed_logit": "-40"}),  # a rare best one: β hardly moves
    ("overshoot", {"polite_concise_reward": "8", "off_topic_logit": "30"}),  # two best ones, and a reference far away
    ("estimators", EQUAL),
    ("grouped", EQUAL | {f"{n}_reward": "2" for n in ("polite_detailed", "off_topic", "polite_formal")}),
    ("regrouped", EQUAL | {"polite_detailed_reward": "2", "polite_detailed_logit": "-5"}),  # a rare best one: T ≈ 1/2
)
"""Checks of the table, and another table in which what the page says is not so."""


@pytest.mark.parametrize(("name", "cells"), TABLES, ids=[name for name, _ in TABLES])
def test_a_check_of_the_table_notices_another_table(name: str, cells: Mapping[str, str], tmp_path: Path) -> None:
    with pytest.raises(errata.NotSo):
        errata.settle(name, changed(tmp_path, **cells))


OTHERS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("ties", {"best": ("polite-detailed",)}),  # no tie: one response is left
    ("token", {"spread": 0.0}),  # no reward: both divergences are 0
    ("sampling", {"short": 1}),  # the bound is not one
    ("best_of_n", {"n": 1}),  # best-of-1 is the reference
    ("population", {"taste": 2}),  # odds of twice the reward: DPO leads to another policy
    ("preferences", {"references": ("1/2", "1/2")}),
    ("tokens", {"rewards": {"aa": 0, "ab": 1, "ba": 0, "bb": 1}}),  # the first token decides nothing
    ("modes", {"target": (1, 8, 1)}),  # one mode
    ("overflow", {"exponent": 100}),
    ("counting", {"length": 10**80}),
    ("unbounded", {"q": "1/10"}),  # finite at both temperatures
)
"""Checks of something else, and an argument for which what the page says is not so."""


@pytest.mark.parametrize(("name", "arguments"), OTHERS, ids=[name for name, _ in OTHERS])
def test_a_check_notices_when_something_else_is_so(name: str, arguments: Mapping[str, Any]) -> None:
    with errata.precision(errata.BITS), pytest.raises(errata.NotSo):
        tuple(errata.CHECKS[name](errata.eight_responses(), **arguments))


def test_no_check_goes_without_a_change_that_it_notices() -> None:
    assert sorted(name for name, _ in (*TABLES, *OTHERS)) == sorted(errata.CHECKS)


@pytest.mark.parametrize(("said", "right"), [("0.33", False), ("0.34", True), ("0.333", False), ("3e-1", False)])
def test_a_figure_is_right_if_it_is_the_value_rounded(said: str, right: bool) -> None:
    third = arb(1) / 3
    with pytest.raises(errata.NotSo, match=said):
        errata.figure("1/3", said, third, right=right)
    assert errata.figure("1/3", said, third, right=not right).found == "0.33333"


@pytest.mark.parametrize("right", [True, False])
def test_a_ball_too_wide_settles_nothing(right: bool) -> None:
    with pytest.raises(errata.NotSo):
        errata.figure("a wide ball", "0.33", arb("0.33 +/- 0.1"), right=right)


def test_the_largest_spread_is_that_of_a_fine_grid() -> None:
    toy = errata.eight_responses()
    problem = FiniteProblem.from_logits([float(x) for x in toy.logits], [float(x) for x in toy.rewards], 1.0)
    grid = (problem.at(beta) for beta in np.geomspace(0.05, 500, 4001).tolist())
    largest = max(float(at.variance(at.policy())) ** 0.5 / float(at.beta) for at in grid)
    with errata.precision(errata.BITS):
        enclosed = errata._largest_spread(toy)
    # The grid misses its top by less than the square of its step, 0.0023 in log T; the largest lies between two points.
    assert float(enclosed.lower()) - 1e-5 < largest < float(enclosed.upper())


def test_every_check_stands_on_the_page_once() -> None:
    pages = "\n".join(path.read_text("utf-8") for path in (DOCS / "errata").glob("*.md"))
    assert sorted(re.findall(r"^```\{erratum\} (\w+)$", pages, re.MULTILINE)) == sorted(errata.CHECKS)


def test_what_is_not_so_is_a_warning_at_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sphinx.testing.util import SphinxTestApp

    source = tmp_path / "site"
    source.mkdir()
    (source / "conf.py").write_text("extensions = ['myst_parser', 'errata']\n", "utf-8")
    (source / "index.md").write_text("# Page\n\n```{erratum} reference\n```\n", "utf-8")
    for table, expected in ((errata.eight_responses(), 0), (changed(tmp_path, lazy_logit="2"), 1)):
        monkeypatch.setattr(errata, "eight_responses", lambda table=table: table)
        app = SphinxTestApp("html", srcdir=source, freshenv=True)
        app.build()
        warned = app.warning.getvalue()
        html = (Path(app.outdir) / "index.html").read_text("utf-8")
        app.cleanup()
        assert warned.count("erratum reference") == expected
        assert ("index.md:3" in warned) is bool(expected)
        assert ("✗\N{NO-BREAK SPACE}wrong" in html) is not expected
