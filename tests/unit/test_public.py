"""The public face, and the README that shows it."""

import re
from pathlib import Path

import pytest

import symkl
from symkl.batch import Job, check
from symkl.reporting.terminal import Look, render

ROOT = Path(__file__).parents[2]


def test_at_most_fifteen_names_are_public_and_each_is_there() -> None:
    assert len(symkl.__all__) <= 15
    assert all(getattr(symkl, name) is not None for name in symkl.__all__)
    assert set(symkl.__all__) <= set(dir(symkl))


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'simplify'"):
        _ = symkl.simplify


def test_the_readme_shows_what_the_command_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = re.search(r"<!-- output of: symkl check (\S+) -->\n```text\n(.*?)```", Path("README.md").read_text(), re.DOTALL)
    assert found is not None
    report = check(Job(found[1]))
    printed = render(report, Look(80, "utf-8")).plain  # type: ignore[arg-type]
    assert [line.rstrip() for line in printed.strip("\n").split("\n")] == [line.rstrip() for line in found[2].strip("\n").split("\n")]


def test_the_python_of_the_readme_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    programs = re.findall(r"```python\n(.*?)```", Path("README.md").read_text(), re.DOTALL)
    assert programs
    for program in programs:
        exec(compile(program, "README.md", "exec"), {})
