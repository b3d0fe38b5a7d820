"""Where a machine reads the reports: SARIF, the hook for pre-commit, the action, pytest's plugin; in a scratch repository."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from symkl.checking.alone import NoFormula
from symkl.testing import assert_document, assert_proved, assert_refuted

ROOT = Path(__file__).parents[2]
RIGHT = "$$ \\log e^{r(x,y)} = r(x,y) $$\n"
WRONG = r"""# A

$$ \log \frac{\pi(y|x)}{\pi_{ref}(y|x)} = \log \pi(y|x) + \log \pi_{ref}(y|x) $$
"""
SKIPPED = "<!-- symkl: skip -->\n$$ 1 = 2 $$\n"

# What SARIF 2.1.0 lets a log have of what we write; nothing else may be in it.
TEXT = {"type": "object", "required": ["text"], "additionalProperties": False, "properties": {"text": {"type": "string", "minLength": 1}}}
PLACE = {"type": "integer", "minimum": 1}
SARIF = {
    "type": "object", "required": ["version", "runs"], "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "minItems": 1, "maxItems": 1, "items": {
            "type": "object", "required": ["tool", "results"], "additionalProperties": False,
            "properties": {
                "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                "tool": {"type": "object", "required": ["driver"], "additionalProperties": False, "properties": {"driver": {
                    "type": "object", "required": ["name"], "additionalProperties": False,
                    "properties": {"name": {"type": "string"}, "rules": {"type": "array", "uniqueItems": True, "items": {
                        "type": "object", "required": ["id"], "additionalProperties": False,
                        "properties": {"id": {"type": "string"}, "shortDescription": TEXT},
                    }}},
                }}},
                "results": {"type": "array", "items": {
                    "type": "object", "required": ["message"], "additionalProperties": False,
                    "properties": {
                        "ruleId": {"type": "string"}, "ruleIndex": {"type": "integer", "minimum": 0},
                        "level": {"enum": ["none", "note", "warning", "error"]}, "message": TEXT,
                        "locations": {"type": "array", "items": {"type": "object", "additionalProperties": False, "properties": {
                            "physicalLocation": {"type": "object", "additionalProperties": False, "properties": {
                                "artifactLocation": {"type": "object", "additionalProperties": False, "properties": {
                                    "uri": {"type": "string", "pattern": r"^[A-Za-z0-9/%._~:()'!$&*+,;=@-]+$"}}},
                                "region": {"type": "object", "required": ["startLine"], "additionalProperties": False, "properties": {
                                    "startLine": PLACE, "startColumn": PLACE, "endLine": PLACE, "endColumn": PLACE}},
                            }},
                        }}},
                    },
                }},
            },
        }},
    },
}  # fmt: skip


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of someone else's, with a command ``symkl`` on its path."""
    programs = tmp_path / "bin"
    programs.mkdir()
    command = programs / "symkl"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m symkl "$@"\n')
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    folder = tmp_path / "scratch"
    (folder / "docs").mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    for name in [each for each in os.environ if each.startswith(("GIT_", "PYTEST_"))]:
        monkeypatch.delenv(name)
    return folder


def run(*command: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **options)


# --- SARIF --------------------------------------------------------------------------------------


def test_sarif_holds_to_its_schema(scratch: Path) -> None:
    (scratch / "my proofs").mkdir()
    (scratch / "my proofs" / "a 50%é.md").write_text(WRONG + SKIPPED + "\n$$ f( = 2 $$\n")
    for name in ("malformed",):
        shutil.copytree(ROOT / "tests/golden" / name, scratch / name)
    notebook = {"cells": [{"cell_type": "markdown", "metadata": {}, "source": ["$$ 1 = 2 $$"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (scratch / "n.ipynb").write_text(json.dumps(notebook))
    done = run("symkl", "check", "--format", "sarif", "my proofs", "malformed", "n.ipynb", "docs/none.md")
    log = json.loads(done.stdout)
    jsonschema.Draft202012Validator(SARIF).validate(log)
    (made,) = log["runs"]
    rules = [each["id"] for each in made["tool"]["driver"]["rules"]]
    assert {"refuted", "skipped", "unreadable"} <= set(rules)
    for each in made["results"]:
        assert rules[each["ruleIndex"]] == each["ruleId"]
    places = {each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in made["results"]}
    assert "my%20proofs/a%2050%25%C3%A9.md" in places
    (cell,) = [each for each in made["results"] if each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "n.ipynb"]
    assert "cell 1, line 1" in cell["message"]["text"]


def test_the_schema_would_notice() -> None:
    good = {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "a"}}, "results": [{"message": {"text": "b"}}]}]}
    jsonschema.Draft202012Validator(SARIF).validate(good)
    for bad in ({"line": 3}, {"level": "bad"}, {"message": "b"}, {"locations": [{"physicalLocation": {"region": {"startLine": 0}}}]}):
        wrong = json.loads(json.dumps(good))
        wrong["runs"][0]["results"][0] |= bad
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft202012Validator(SARIF).validate(wrong)


# --- before a commit ----------------------------------------------------------------------------


def hooks() -> dict[str, dict[str, Any]]:
    return {each["id"]: each for each in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}


def test_a_hook_says_what_pre_commit_wants() -> None:
    for each in hooks().values():
        assert {"id", "name", "entry", "language"} <= each.keys()
        assert each["language"] == "python"  # so that it installs this repository


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
def test_a_wrong_row_is_not_committed(scratch: Path) -> None:
    for command in (("git", "init", "-q"), ("git", "config", "user.email", "a@b.c"), ("git", "config", "user.name", "a")):
        assert run(*command).returncode == 0
    hook = scratch / ".git/hooks/pre-commit"
    hook.parent.mkdir(exist_ok=True)
    entry = hooks()["symkl"]["entry"]
    hook.write_text(f"#!/bin/sh\ngit diff --cached --name-only -z --diff-filter=ACM -- '*.md' | xargs -0 {entry} --\n")
    hook.chmod(0o755)
    (scratch / "docs/a.md").write_text(RIGHT)
    run("git", "add", "-A")
    assert run("git", "commit", "-qm", "right").returncode == 0
    (scratch / "docs/b.md").write_text(WRONG)
    run("git", "add", "-A")
    refused = run("git", "commit", "-qm", "wrong")
    assert refused.returncode != 0
    assert "REFUTED" in refused.stdout + refused.stderr
    assert run("git", "log", "--oneline").stdout.count("\n") == 1
    fixing = run("sh", "-c", f"{hooks()['symkl-fix']['entry']} docs/b.md")
    assert fixing.returncode == 0
    run("git", "add", "-A")
    assert run("git", "commit", "-qm", "mended").returncode == 0


# --- the action ---------------------------------------------------------------------------------


def step(**inputs: str) -> subprocess.CompletedProcess[str]:
    """The last step of the action, run as a runner runs it."""
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    last = action["runs"]["steps"][-1]
    given = {name: inputs.get(name, each["default"]) for name, each in action["inputs"].items()}
    environment = {name: given[value.split("inputs.")[1].split("}")[0].strip()] for name, value in last["env"].items()}
    return run("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", last["run"], env=os.environ | environment)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_action_annotates_and_its_inputs_are_no_commands(scratch: Path) -> None:
    (scratch / "docs/a.md").write_text(WRONG)
    done = step(files="docs")
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=docs/a.md,line=3,col=4,")
    done = step(files="docs", format="sarif", output="out.sarif", options="--exit-zero --ignore skipped")
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads((scratch / "out.sarif").read_text())["version"] == "2.1.0"
    step(files="$(touch bad) docs; touch bad", options="`touch bad` && touch bad")
    assert not (scratch / "bad").exists()


def test_no_input_of_the_action_is_put_into_a_script() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    assert action["runs"]["using"] == "composite"
    for each in action["runs"]["steps"]:
        assert "${{" not in each.get("run", "")
        assert "run" not in each or each["shell"] == "bash"


# --- pytest -------------------------------------------------------------------------------------

PLUGIN = () if any(each.name == "symkl" for each in entry_points(group="pytest11")) else ("-p", "symkl.pytest_plugin")


def collected(*arguments: str) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", *PLUGIN, "-v", "--color=no", *arguments)


def test_each_row_is_a_test_with_the_report_as_its_message(scratch: Path) -> None:
    (scratch / "docs/a.md").write_text(RIGHT + "\n" + WRONG + "\n" + SKIPPED)
    (scratch / "docs/c.md").write_text("<!-- symkl: claim gibbs -->\n" + RIGHT)
    (scratch / "docs/drafts").mkdir()
    (scratch / "docs/drafts/d.md").write_text(WRONG)
    (scratch / "pyproject.toml").write_text('[tool.symkl]\nexclude = ["docs/drafts"]\n')
    done = collected("--symkl", "docs")
    assert done.returncode == 1
    assert "3 failed" not in done.stdout
    for line in ("docs/a.md::line-1 PASSED", "docs/a.md::line-5 FAILED", "docs/a.md::line-8 SKIPPED", "docs/c.md::line-1-incomplete FAILED"):
        assert line in done.stdout, line
    assert "✗ REFUTED" in done.stdout
    assert "Did you mean: flip the sign" in done.stdout
    assert "Claim gibbs: NOT met" in done.stdout
    assert "Traceback" not in done.stdout
    assert "d.md" not in done.stdout
    assert collected("--symkl", "docs/a.md::line-1").returncode == 0


def test_a_pytest_that_does_not_ask_for_it_loads_none_of_it(scratch: Path) -> None:
    code = "import symkl.pytest_plugin, sys; print(sorted(each for each in sys.modules if each.startswith('symkl')))"
    assert run(sys.executable, "-c", code).stdout == "['symkl', 'symkl.pytest_plugin']\n"


def test_without_the_option_nothing_is_collected(scratch: Path) -> None:
    (scratch / "docs/a.md").write_text(WRONG)
    assert collected("docs").returncode == 5  # no tests


def test_what_is_no_document_is_an_error_of_the_collection(scratch: Path) -> None:
    (scratch / "docs/a.md").write_bytes(b"\xff\xfe")
    done = collected("--symkl", "docs/a.md")
    assert done.returncode == 1
    assert "not UTF-8" in done.stdout


def test_formulas_are_asserted(tmp_path: Path) -> None:
    assert_proved(r"D_{KL}(p \| q) \ge 0")
    assert_proved("a + 1 = b + 1", assume=["a = b"], context=["a scalar", "b scalar"])
    assert_refuted(r"D_{KL}(p \| q) \le 0")
    for formula in (r"D_{KL}(p \| q) \le 0", "f( = 2", r"\kappa = 3"):
        with pytest.raises(AssertionError, match="not proved"):
            assert_proved(formula)
    for formula in (r"D_{KL}(p \| q) \ge 0", "f( = 2"):  # what is unreadable is not refuted
        with pytest.raises(AssertionError, match="not refuted"):
            assert_refuted(formula)
    with pytest.raises(NoFormula):
        assert_proved("a = b $$ $$ 1 = 1")
    path = tmp_path / "a.md"
    path.write_text(RIGHT)
    assert_document(path)
    path.write_text(WRONG)
    with pytest.raises(AssertionError, match=r"(?s)not proved: .*a.md.*REFUTED.*Did you mean"):
        assert_document(path)
    path.write_text(RIGHT)
    with pytest.raises(AssertionError, match="Claim gibbs: NOT met"):
        assert_document(path, claim="gibbs")
