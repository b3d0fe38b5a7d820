"""Derivations as pages: every form reads, nothing is lost, and what cannot be shown says why."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest

from symkl.checking.document import check_text
from symkl.derivations import rendering
from symkl.derivations.loading import Broken, find, is_derivation, load, names
from tests.book import PAGES, page

ROOT = Path(__file__).parents[2]


def symkl(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "symkl", *arguments], capture_output=True, text=True, cwd=cwd, encoding="utf-8"
    )


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [40, 80])
def test_a_page_fits_the_terminal(name: str, width: int) -> None:
    text = rendering.text(page(name), width)
    assert [line for line in text.split("\n") if len(line) > width] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_form_says_every_step_and_every_reason(name: str) -> None:
    derivation = page(name)
    words = [" ".join(step.why.split()) for step in derivation.steps]
    text = " ".join(rendering.text(derivation, 500).split())
    assert all(why in text for why in words)
    assert all(str(step.right.text) in text for step in derivation.steps)
    read = json.loads(rendering.json(derivation))
    assert read["schema"] == "symkl-derivation/1" and read["name"] == name
    assert [step["why"] for step in read["steps"]] == [step.why for step in derivation.steps]
    assert [line["status"] for line in read["report"]["lines"]] == [step["status"] for step in read["steps"]]
    for shown in (rendering.markdown(derivation), derivation._repr_latex_(), derivation._repr_html_()):
        assert all(step.right.latex in unescape(shown) for step in derivation.steps)


@pytest.mark.parametrize("name", PAGES)
def test_latex_has_no_bare_special_character_and_no_unknown_sign(name: str) -> None:
    latex = rendering.latex(page(name))
    prose = re.sub(r"\\\[.*?\\\]|\$[^$]*\$|\\ensuremath\{[^{}]*\}", "", latex, flags=re.S)
    assert re.findall(r"(?<!\\)[_^&#%]", prose) == []
    assert sorted({c for c in latex if ord(c) > 0x24F}) == []  # accented letters are a name's own
    assert latex.count(r"\begin{enumerate}") == latex.count(r"\end{enumerate}") == 1
    assert latex.count("{") - latex.count(r"\{") == latex.count("}") - latex.count(r"\}")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_speaks_of_steps_and_not_of_lines_of_the_module(name: str) -> None:
    assert not re.search(r"\bline \d", rendering.text(page(name), 500))


def test_a_derivation_is_found_by_name_and_by_path() -> None:
    assert find("lagrangian") is not None
    assert find(str(ROOT / "derivations" / "lagrangian.py")) is not None
    assert set(PAGES) <= set(names())


def test_show_prints_a_page_and_exits_with_its_verdict() -> None:
    found = symkl("show", "lagrangian", "--width", "80")
    assert found.returncode == 0 and "optimal-policy" in found.stdout and not found.stderr


def test_show_without_a_name_lists_what_there_is() -> None:
    found = symkl("show")
    assert found.returncode == 0
    assert all(name in found.stdout for name in PAGES)


@pytest.mark.parametrize(
    ("name", "said"), [("lagrangain", "did you mean lagrangian"), ("zzz", "there are"), ("none.py", "no derivation")]
)
def test_an_unknown_name_is_misuse_and_says_what_is_near(name: str, said: str) -> None:
    found = symkl("show", name)
    assert found.returncode == 2 and said in found.stderr and "Traceback" not in found.stderr


BROKEN = {
    "syntax.py": ("from symkl.sympy import Page\npage = Page(\n", "not Python"),
    "raises.py": ("from symkl.sympy import Page\nx = 1\n1 / 0\n", "ZeroDivisionError"),
    "empty.py": ("from symkl.sympy import Page\n", "no derivation"),
    "other.py": ("from symkl.sympy import Page\nderivation = 3\n", "derivation is a int"),
    "leaves.py": ("from symkl.sympy import Page\nraise SystemExit(0)\n", "SystemExit"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_module_is_a_located_message(name: str, tmp_path: Path) -> None:
    text, said = BROKEN[name]
    (tmp_path / name).write_text(text)
    for arguments in (("show", str(tmp_path / name)), ("check", str(tmp_path / name))):
        found = symkl(*arguments)
        assert found.returncode in (1, 2)
        assert "Traceback" not in found.stderr + found.stdout
        assert said in " ".join((found.stderr + found.stdout).split())
    if name == "raises.py":
        with pytest.raises(Broken) as caught:
            load(tmp_path / name)
        assert caught.value.line == 3


def test_a_folder_gives_its_derivations_and_leaves_other_programs_alone(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("raise SystemExit('this must not run')\n")
    (tmp_path / "page.py").write_text((ROOT / "derivations" / "lagrangian.py").read_text())
    assert is_derivation(tmp_path / "page.py") and not is_derivation(tmp_path / "script.py")
    found = symkl("check", str(tmp_path))
    assert found.returncode == 0 and "script" not in found.stdout + found.stderr


WRONG = '''"""Is this right?"""
from symkl.sympy import Page

page = Page("A slip", states="KL is symmetric.")
(y,) = page.outcomes("y")
p, q = page.distribution("p", y), page.distribution("q", y)
page.step(page.kl(p, q, y), "=", page.kl(q, p, y), "Distances are symmetric.")
page.step(page.kl(p, q, y), ">=", 0, "This holds all the same.")
derivation = page.derivation()
'''


def test_a_wrong_step_fails_where_it_stands_with_the_counterexample(tmp_path: Path) -> None:
    (tmp_path / "slip.py").write_text(WRONG)
    found = symkl("check", str(tmp_path / "slip.py"), "--format", "json")
    (report,) = json.loads(found.stdout)
    assert found.returncode == 1 and report["verdict"] == "refuted"
    first, second = report["lines"]
    assert (first["line"], first["status"], second["status"]) == (7, "refuted", "proved")
    assert first["counterexample"]["problem"]["summary"]


def test_a_page_in_markdown_is_a_document_that_is_proved_again() -> None:
    """Two roads to one answer: terms from SymPy, and the same formulas written out and read back."""
    derivation = page("kl_rewriting")
    report = check_text(rendering.markdown(derivation), "kl_rewriting.md")
    assert report.verdict.value == "proved"
    assert [line.status for line in report.lines] == [line.status for line in derivation.report.lines]
