"""What other programs are asked: every key is confirmed by numbers, and the page shows what the file says."""

from __future__ import annotations

import importlib.util
import json
import math
import random
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests.benchmarks.peers import with_symkl
from tests.benchmarks.peers.statements import STATEMENTS, CannotBeSaid, Statement
from tests.benchmarks.peers.with_pycodemath import Text, Texts, written
from tests.benchmarks.peers.worker import judged, put

DOCS = Path(__file__).parents[2] / "docs"
DATA = json.loads((DOCS / "data" / "peers.json").read_text("utf-8"))


class Floats:
    """One random problem with three outcomes."""

    def __init__(self, chance: random.Random) -> None:
        self.p, self.q = self._distribution(chance), self._distribution(chance)
        self.r = [chance.uniform(-2, 2) for _ in range(3)]
        self.beta, self.t, self.u = chance.uniform(0.4, 3), chance.uniform(0.1, 4), chance.uniform(-3, 3)

    def _distribution(self, chance: random.Random) -> list[float]:
        made = [chance.uniform(0.1, 1) for _ in range(3)]
        return [each / sum(made) for each in made]

    def log(self, x: float) -> float:
        return math.log(x)

    def exp(self, x: float) -> float:
        return math.exp(x)

    def slope(self, of: Callable[[float], float], at: float) -> float:
        h = 1e-5
        return (of(at + h) - of(at - h)) / (2 * h)


def excess(statement: Statement, chance: random.Random) -> float:
    """By how much it fails at a random problem; nothing or less where it holds."""
    left, right = statement.sides(Floats(chance))
    return {"=": abs(left - right), "≤": left - right, "≥": right - left}[statement.relation]


@pytest.mark.parametrize("statement", STATEMENTS, ids=lambda each: each.name)
def test_numbers_confirm_every_key(statement: Statement) -> None:
    chance = random.Random(20)
    worst = max(excess(statement, chance) for _ in range(400))
    assert worst < 1e-7 if statement.true else worst > 0.05, worst


def test_half_are_true_and_none_comes_twice() -> None:
    assert Counter(each.true for each in STATEMENTS) == {True: 20, False: 20}
    assert len({each.latex for each in STATEMENTS}) == len({each.name for each in STATEMENTS}) == 40


@pytest.mark.parametrize("statement", [each for each in STATEMENTS if each.relation == "="], ids=lambda each: each.name)
def test_a_text_says_the_same_as_the_numbers(statement: Statement) -> None:
    """The writer for pycodemath, read by Python at a point of its own variables."""

    class Pointed(Texts):
        def slope(self, of, at):
            raise CannotBeSaid

    names = {name: random.Random(name).uniform(-1, 1) for name in ("a1", "a2", "b1", "b2", "r1", "r2", "r3", "s", "t", "u")}
    try:
        left, right = (eval(written(side), {"exp": math.exp, "log": math.log} | names) for side in statement.sides(Pointed()))
    except CannotBeSaid:
        return
    # A slip may hide at one point, but not at this one.
    assert (abs(left - right) < 1e-9) is statement.true


def test_a_text_keeps_the_order_of_operations() -> None:
    u = Text("u")
    for made, told in ((1 - u, "(1 - u)"), (1 / (1 + u), "(1/(1 + u))"), (-u * 2, "((-u)*2)")):
        assert made.text == told


# --- the worker ---------------------------------------------------------------------------------


def test_an_answer_is_worth_what_the_key_says() -> None:
    true, false = STATEMENTS[:2]
    assert [judged(true, said) for said in (True, False, None)] == ["right", "wrong", "undecided"]
    assert [judged(false, said) for said in (True, False, None)] == ["wrong", "right", "undecided"]


def test_a_peer_that_hangs_dies_or_has_no_words_is_told_apart() -> None:
    def hangs(statement: Statement) -> bool:
        time.sleep(60)
        return True

    def speechless(statement: Statement) -> bool:
        raise CannotBeSaid("no words")

    def fails(statement: Statement) -> bool:
        raise ValueError("odd")

    def dies(statement: Statement) -> bool:
        import os

        os._exit(1)

    assert put(hangs, STATEMENTS[0], 0.2) == {"answer": "undecided", "why": "stopped after 0.2 seconds", "seconds": 0.2}
    assert put(speechless, STATEMENTS[0])["answer"] == "cannot be said"
    assert put(fails, STATEMENTS[0])["why"] == "ValueError: odd"
    assert put(dies, STATEMENTS[0])["answer"] == "undecided"
    assert put(lambda statement: True, STATEMENTS[0])["answer"] == "right"


def test_symkl_is_asked_what_a_person_writes() -> None:
    named = {each.name: each for each in STATEMENTS}
    for name in ("regret", "both outcomes"):
        assert with_symkl.answer(named[name]) is True
        assert with_symkl.answer(named[f"{name}, with a slip"]) is False


# --- the file and the page ----------------------------------------------------------------------


def test_the_file_is_of_these_statements() -> None:
    """After a change of one: make bench-peers."""
    kept = [(each["name"], each["about"], each["true"], each["latex"]) for each in DATA["statements"]]
    assert kept == [(each.name, each.about, each.true, each.latex) for each in STATEMENTS]
    assert list(DATA["peers"]) == ["symkl", "sympy", "pycodemath", "knuckledragger"]
    for peer in DATA["peers"].values():
        assert "missing" in peer or [each["statement"] for each in peer["answers"]] == [each.name for each in STATEMENTS]


def test_symkl_was_wrong_nowhere() -> None:
    assert "wrong" not in {each["answer"] for each in DATA["peers"]["symkl"]["answers"]}


@pytest.fixture(scope="module")
def page() -> ModuleType:
    pytest.importorskip("sphinx", reason="a page of the site: pip install '.[docs]'")
    spec = importlib.util.spec_from_file_location("peers", DOCS / "_extensions" / "peers.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cells(found: list, number: int) -> list[list[str]]:
    from docutils import nodes

    tables = [each for node in found for each in node.findall(nodes.table)]
    return [[entry.astext() for entry in row.findall(nodes.entry)] for row in tables[number].findall(nodes.row)]


def made_up() -> dict:
    answers = [
        {"statement": "a", "answer": "right", "why": "", "seconds": 0.5},
        {"statement": "b", "answer": "wrong", "why": "", "seconds": 1.5},
        {"statement": "c", "answer": "cannot be said", "why": "x", "seconds": 9.0},
        {"statement": "d", "answer": "undecided", "why": "", "seconds": 30.0},
        {"statement": "e", "answer": "right", "why": "", "seconds": 2.0},
    ]
    keys = (True, False, True, False, False)
    return {
        "schema": "symkl-peers/1", "machine": "a machine", "limit_s": 30.0,
        "statements": [{"name": n, "about": "KL", "true": k, "latex": f"{n} = {n}"} for n, k in zip("abcde", keys, strict=True)],
        "peers": {"one": {"how": "somehow", "versions": {"one": "1.2"}, "answers": answers},
                  "two": {"how": "somehow", "missing": "it could not be installed: no such thing"}},
    }  # fmt: skip


def test_every_cell_is_reckoned_from_the_file(page: ModuleType) -> None:
    found = list(page.shown(made_up()))
    assert cells(found, 0)[1:] == [["one", "2", "1", "1", "1", "1", "1", "1.750 s"]]
    assert [row[2] for row in cells(found, 1)[1:]] == ["✓\xa00.500", "✗\xa01.500", "–", "?\xa030.000", "✓\xa02.000"]
    told = "\n".join(node.astext() for node in found)
    assert "2 true and 3 false statements" in told
    assert "two: it could not be installed: no such thing." in told
    assert "one 1.2" in told


def test_the_page_shows_the_file_that_is_kept(page: ModuleType) -> None:
    found = list(page.shown(DATA))
    first, every = cells(found, 0), cells(found, 1)
    there = [name for name, peer in DATA["peers"].items() if "answers" in peer]
    assert [row[0] for row in first[1:]] == there
    assert len(every) == 41 and every[0][2:] == there
    for name, row in zip(there, first[1:], strict=True):
        assert sum(map(int, row[1:5])) == 40, name
