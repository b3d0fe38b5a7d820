"""What is imported by what: the start stays light, and the kernel stays apart."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KERNEL = ROOT / "symkl" / "kernel"
HEAVY = ("sympy", "numpy", "torch", "hypothesis", "sphinx", "mpmath", "matplotlib")
MOST_LINES = 1770


def heavy_after(statement: str) -> list[str]:
    """The heavy packages that a fresh Python has loaded after ``statement``."""
    code = f"{statement}\nimport sys, json\nprint(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "statement", ["import symkl", "import symkl.cli", "import symkl.cli, symkl.batch, symkl.checking.document"]
)
def test_the_command_needs_no_heavy_package(statement: str) -> None:
    assert heavy_after(statement) == []


@pytest.mark.skipif(find_spec("sympy") is None, reason="needs a heavy package to detect")
def test_the_detector_detects() -> None:
    assert "sympy" in heavy_after("import sympy")


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_version_and_help_load_nothing_they_do_not_need(option: str) -> None:
    code = (
        "import sys\nfrom symkl.cli import main\n"
        f"try: main([{option!r}])\nexcept SystemExit: pass\n"
        "bad = {'rich', 'lark', 'flint', 'markdown_it', 'symkl.checking.document'} & set(sys.modules)\n"
        "sys.exit(repr(bad) if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_report_in_a_pipe_loads_no_rich_and_no_other_command(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("$$ \\beta \\log Z = 2 \\beta \\log Z $$\n", "utf-8")
    code = (
        "import sys\nfrom symkl.cli import main\n"
        f"code = main(['check', {str(tmp_path / 'a.md')!r}])\n"
        "bad = {'rich', 'symkl.tilt', 'symkl.tokens', 'symkl.cli.tilt', 'symkl.derivations.derivation'} & set(sys.modules)\n"
        "sys.exit(repr(bad) if bad else 10 + code)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (11, "")


# --- the kernel ---------------------------------------------------------------------------------


def imported(source: str) -> Iterator[str]:
    """Every module that ``source`` imports, wherever in it; and a mark for an import that hides."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield ("." * node.level) + (node.module or "")
        elif isinstance(node, ast.Name) and node.id in {"__import__", "importlib", "eval", "exec"}:
            yield f"<{node.id}>"


def strangers(source: str) -> set[str]:
    """What ``source`` imports that a trusted module may not."""
    return {
        name
        for name in imported(source)
        if not (
            name in ("symkl.language", "symkl.kernel")
            or name.startswith(("symkl.language.", "symkl.kernel."))
            or (name.partition(".")[0] in sys.stdlib_module_names and not name.startswith("importlib"))
        )
    }


def test_the_kernel_imports_the_standard_library_and_the_terms_alone() -> None:
    found = {path.name: strangers(path.read_text(encoding="utf-8")) for path in KERNEL.rglob("*.py")}
    assert found
    assert {name: what for name, what in found.items() if what} == {}


def test_the_ground_floors_import_nothing_above_them() -> None:
    for name in ("language/terms.py", "language/troubles.py", "kernel/polynomials.py", "refuting/counterexample.py"):
        source = (ROOT / "symkl" / name).read_text(encoding="utf-8")
        above = [module for module in imported(source) if module.startswith(("symkl", "."))]
        assert set(above) <= {"symkl.language.terms", "symkl.language.roles", "symkl.language.frozen"}, name


@pytest.mark.parametrize(
    "source",
    [
        "import sympy", "from flint import arb", "def f():\n    import numpy as np", "import symkl.reading",
        "from symkl import refuting", "from . import verdict", "__import__('numpy')", "import importlib",
        "eval('1')", "from symkl.kernel_helpers import x",
    ],
)  # fmt: skip
def test_a_stranger_in_the_kernel_would_be_noticed(source: str) -> None:
    assert strangers(source)


@pytest.mark.parametrize("source", ["import re", "from enum import Enum", "from symkl.language.terms import Add"])
def test_what_the_kernel_may_import(source: str) -> None:
    assert not strangers(source)


def test_the_kernel_is_small_enough_to_read() -> None:
    lines = {path.name: len(path.read_text(encoding="utf-8").splitlines()) for path in KERNEL.rglob("*.py")}
    assert sum(lines.values()) <= MOST_LINES, lines
