"""The public face, and the README that shows it."""

import re
from pathlib import Path

import pytest

import symkl
from symkl.cli import main

ROOT = Path(__file__).parents[2]


def test_at_most_sixteen_names_are_public_and_each_is_there() -> None:
    assert len(symkl.__all__) <= 16
    assert all(getattr(symkl, name) is not None for name in symkl.__all__)
    assert set(symkl.__all__) <= set(dir(symkl))


def test_what_is_offered_is_the_public_face_alone() -> None:
    import symkl.tilt.table  # what is loaded besides is not offered
    import symkl.tokens

    for module in (symkl, symkl.tokens):
        assert {name for name in dir(module) if not name.startswith("__")} == set(module.__all__)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'simplify'"):
        _ = symkl.simplify


def shown() -> list[tuple[str, str]]:
    text = (ROOT / "README.md").read_text()
    return re.findall(r"<!-- output of: symkl (.+?) -->\n```text\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize(("command", "printed"), shown(), ids=[command for command, _ in shown()])
def test_the_readme_shows_what_the_command_prints(
    command: str, printed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    main([*command.split(), "--width", "80"])
    assert [line.rstrip() for line in capsys.readouterr().out.split("\n")] == printed.split("\n")


def test_the_readme_shows_both_commands() -> None:
    assert {command.split()[0] for command, _ in shown()} == {"check", "tilt"}


def test_the_python_of_the_readme_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    programs = re.findall(r"```python\n(.*?)```", Path("README.md").read_text(), re.DOTALL)
    assert programs
    for program in programs:
        exec(compile(program, "README.md", "exec"), {})
