"""The book: every page of derivations/ is proved, short, says why, and takes for granted only what it says it does."""

from __future__ import annotations

import ast
import re

import pytest

from symkl.checking.report import Overall, Status
from symkl.derivations.derivation import Kind
from symkl.derivations.loading import names
from tests.book import FOLDER, PAGES, page

MOST_LINES = 120

STATES = {
    "best_of_n": {"best-of-n-kl"},
    "clipping": set(),
    "countable": set(),
    "donsker_varadhan": {"donsker-varadhan"},
    "dpo": {"dpo-reward", "dpo-loss", "dpo-gradient"},
    "estimators": {"k1-unbiased", "k3-unbiased", "k2-gradient", "k3-gradient"},
    "exact_samplers": set(),
    "f_dpo": {"forward-kl-optimum"},
    "forward_kl": {"forward-kl-optimum"},
    "gibbs": {"gibbs"},
    "group_normalisation": {"optimal-policy"},
    "kl_rewriting": {"optimal-policy", "optimal-value", "regret"},
    "lagrangian": {"optimal-policy"},
    "limits": {"limit-small-beta", "limit-large-beta"},
    "mirror_descent": {"optimal-policy"},
    "policy_gradient": {"policy-gradient"},
    "sequences": {"k3-unbiased"},
    "soft_values": {"soft-bellman"},
    "trade_off": {"reward-slope", "frontier-slope"},
}
"""The named theorems that a page states."""

SUPPOSES = {
    "best_of_n": (3, 2),
    "clipping": (2, 0),
    "countable": (2, 2),
    "dpo": (1, 0),
    "exact_samplers": (1, 1),
    "forward_kl": (3, 0),
    "group_normalisation": (0, 1),
    "limits": (3, 0),
}
"""Pages that suppose something: how many hypotheses, and how many steps that the kernel's language lacks."""


def test_every_page_has_its_row_here() -> None:
    assert set(PAGES) == set(STATES)
    assert set(PAGES) <= set(names())


@pytest.mark.parametrize("name", PAGES)
class TestPage:
    def test_is_proved(self, name: str) -> None:
        report = page(name).report
        assert report.verdict is Overall.PROVED
        assert not report.disagreements
        assert report.claim is None or report.claim.met

    def test_assumes_only_what_it_declares(self, name: str) -> None:
        supposed = {Kind.DEFINED, Kind.GIVEN, Kind.CONDITION, Kind.CARRIED}
        for step, line in zip(page(name).steps, page(name).report.lines, strict=True):
            assert line.status is (Status.ASSUMED if step.kind in supposed else Status.PROVED), line.readable

    def test_supposes_no_more_than_is_written_down_here(self, name: str) -> None:
        kinds = [step.kind for step in page(name).steps]
        assert (kinds.count(Kind.GIVEN), kinds.count(Kind.CARRIED)) == SUPPOSES.get(name, (0, 0))

    def test_carries_nothing_without_fifty_digits_of_evidence(self, name: str) -> None:
        for step in page(name).steps:
            if step.kind is Kind.CARRIED:
                assert step.agrees
                assert len(step.evidence) >= 2

    def test_states_its_theorems(self, name: str) -> None:
        marked = re.findall(r"# theorem: ([a-z0-9-]+)", (FOLDER / f"{name}.py").read_text(encoding="utf-8"))
        assert {step.theorem for step in page(name).steps if step.theorem} | set(marked) == STATES[name]

    def test_asks_its_question_and_says_why_at_each_step(self, name: str) -> None:
        assert "?" in page(name).text
        assert page(name).title
        assert page(name).states.endswith(".")
        assert page(name).sources
        for step in page(name).steps:
            assert len(step.why.split()) >= 2, step.why

    def test_says_what_each_symbol_means(self, name: str) -> None:
        for symbol in page(name).symbols:
            assert symbol.meaning

    def test_is_short(self, name: str) -> None:
        text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
        assert len(text.splitlines()) < MOST_LINES
        called = {node.func.id for node in ast.walk(ast.parse(text))
                  if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}  # fmt: skip
        assert "print" not in called
