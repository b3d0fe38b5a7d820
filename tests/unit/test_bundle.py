"""What the checker in the page runs: which wheel fits, what is missing, and what the page asks of symkl."""

from __future__ import annotations

import importlib
import importlib.util
import io
import json
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


def loaded(path: str) -> ModuleType:
    """A module that is in no package."""
    name = f"tested_{Path(path).stem}"
    spec = importlib.util.spec_from_file_location(name, ROOT / path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def bundle() -> ModuleType:
    pytest.importorskip("sphinx")
    return loaded("docs/_extensions/bundle.py")


@pytest.fixture(scope="module")
def answering() -> ModuleType:
    return loaded("docs/_static/checker/answering.py")


def runtime(folder: Path, python: str = "3.14.2", abi: str = "2026_0") -> Path:
    info = {"abi_version": abi, "arch": "wasm32", "platform": "emscripten_5_0_3", "python": python}
    (folder / "pyodide-lock.json").write_text(json.dumps({"info": info}))
    return folder


def test_only_the_wheel_for_this_very_python_is_taken(bundle: ModuleType, tmp_path: Path) -> None:
    wheel = tmp_path / "python_flint-0.9.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl"
    wheel.touch()
    assert bundle.flint_wheel(runtime(tmp_path), tmp_path) == wheel
    for other in ({"python": "3.15.0"}, {"abi": "2027_0"}):
        with pytest.raises(bundle.Missing, match="python-flint for WebAssembly"):
            bundle.flint_wheel(runtime(tmp_path, **other), tmp_path)


def test_what_is_missing_is_said_and_nothing_is_half_there(bundle: ModuleType, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(bundle, "PYODIDE", tmp_path / "nowhere")
    with pytest.raises(bundle.Missing, match="pyodide in docs/node_modules"):
        bundle.gather(tmp_path / "out")
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr(bundle, "find_spec", lambda name: None)
    with pytest.raises(bundle.Missing, match="hatchling"):
        bundle.own_wheel(tmp_path)


def test_the_wheel_is_the_working_trees_own(bundle: ModuleType, tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    with zipfile.ZipFile(bundle.own_wheel(tmp_path)) as wheel:
        held = {name: wheel.read(name) for name in wheel.namelist()}
    # Not what Rocq leaves beside its library.
    kinds = {".py", ".lark", ".v", ".css", ".js", ".html", ".typed", ".json", ".md"}
    ours = [path for path in (ROOT / "symkl").rglob("*") if path.suffix in kinds and path.is_file()]
    ours.append(ROOT / "symkl" / "py.typed")
    assert len(ours) > 100
    assert not [path for path in ours if held.get(path.relative_to(ROOT).as_posix()) != path.read_bytes()]


def test_pure_packages_are_whole_and_the_same_twice(bundle: ModuleType) -> None:
    made = bundle.pure_packages()
    assert made == bundle.pure_packages()
    names = zipfile.ZipFile(io.BytesIO(made)).namelist()
    assert "markdown_it/main.py" in names and "mdurl/__init__.py" in names
    assert not [name for name in names if name.endswith(".pyc") or name.startswith(("/", ".."))]


def test_names_of_a_package_wait_to_be_asked_for(bundle: ModuleType, tmp_path: Path, monkeypatch: Any) -> None:
    folder = tmp_path / "waiting"
    folder.mkdir()
    (folder / "__init__.py").write_text(bundle.lazily('from .one import a, b as c\nfrom .two import d\n__version__ = "3"\n'))
    (folder / "one.py").write_text("a, b = 1, 2\n")
    (folder / "two.py").write_text("raise RuntimeError('imported')\n")
    monkeypatch.syspath_prepend(tmp_path)
    waiting = importlib.import_module("waiting")
    assert waiting.__version__ == "3" and "waiting.one" not in sys.modules
    assert (waiting.a, waiting.c) == (1, 2) and waiting.__dict__["a"] == 1
    with pytest.raises(RuntimeError, match="imported"):
        _ = waiting.d
    with pytest.raises(AttributeError, match="no attribute 'e'"):
        _ = waiting.e


def test_a_wheel_is_lighter_by_its_tests_and_its_imports_wait(bundle: ModuleType, tmp_path: Path) -> None:
    wheel = tmp_path / "python_flint.whl"
    with zipfile.ZipFile(wheel, "w") as whole:
        for name in ("flint/__init__.py", "flint/types/__init__.py", "flint/test/__init__.py", "flint/types/arb.pyi"):
            whole.writestr(name, "from .types.arb import arb\n")
    with zipfile.ZipFile(io.BytesIO(bundle.lighter(wheel))) as kept:
        assert kept.namelist() == ["flint/__init__.py", "flint/types/__init__.py"]
        assert b"__getattr__" in kept.read("flint/__init__.py") and b"__getattr__" not in kept.read("flint/types/__init__.py")


def test_the_requirement_is_for_the_pyodide_that_is_installed(bundle: ModuleType) -> None:
    wanted = json.loads((ROOT / "docs" / "package-lock.json").read_text())["packages"]["node_modules/pyodide"]["version"]
    assert wanted.startswith("314."), "another Python: change docs/wasm.txt and the Makefile's --python-version, too"
    makefile = (ROOT / "Makefile").read_text()
    assert "--python-version 3.14" in makefile and "--require-hashes" in makefile
    assert "--hash=sha256:" in (ROOT / "docs" / "wasm.txt").read_text()


def test_a_strangers_program_is_read_and_not_run(answering: ModuleType, tmp_path: Path) -> None:
    flag = tmp_path / "was-run"
    program = f"open({str(flag)!r}, 'w')\n"
    for name in ("x.py", "x.py\0", "/etc/x.PY", "..", "", "x.pdf"):
        found = json.loads(json.loads(answering.answer(name, program))["json"])
        assert found[0]["file"].endswith(".md") and not found[0]["lines"]
    assert not flag.exists()


def test_a_texts_own_bytes_are_what_is_checked(answering: ModuleType) -> None:
    found = json.loads(json.loads(answering.answer("a.md", "one\r\n\r\n$$ p = \ud800 $$\r\n"))["json"])[0]
    assert "UTF-8" in found["troubles"][0]["message"]
