"""The rooms of ``symkl/``: who may import whom, and which files may import packages of others.

All imports count: those inside functions, those for type checkers only, and those written as strings to
``import_module``. A room imports itself and rooms above it in the table; no two files import each other, and no more
of them in a circle.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

ROOMS: dict[str, set[str]] = {
    "language": set(),
    "reading": {"language"},
    "meaning": {"language", "reading"},
    "kernel": {"language"},
    "proving": {"language", "kernel"},
    "refuting": {"language", "kernel", "proving"},
    "repairing": {"language", "proving"},
    "checking": {"language", "meaning", "kernel", "proving", "refuting", "repairing"},
    "reporting": {"language", "refuting", "repairing", "checking"},
    "teaching": {"language", "kernel", "checking", "reporting"},
    "exercises": {"meaning", "checking", "reporting"},
    "derivations": {"language", "kernel", "proving", "refuting", "checking", "reporting"},
    "rocq": {"language", "kernel", "proving", "refuting", "checking"},
    "problems": {"refuting"},
    "tilt": {"language", "refuting", "reporting", "problems"},
    "tokens": {"language", "refuting", "reporting", "problems"},
    "sympy": {"language", "meaning", "derivations"},
    "sphinx": {
        "language", "reading", "meaning", "kernel", "proving", "refuting", "repairing", "checking", "reporting",
        "derivations", "teaching",
    },
    "auditing": {
        "language", "meaning", "kernel", "proving", "refuting", "repairing", "checking", "reporting",
    },
    "strategies": {"language", "problems"},
    "beside": {"language"},
    "project": set(),
    "pooling": set(),
    "remembering": {"checking", "language", "refuting", "repairing"},
    "batch": {"language", "checking", "derivations", "rocq", "beside", "pooling", "remembering"},
    "many": {"checking", "batch", "pooling", "remembering"},
    "testing": {"checking", "reporting", "beside"},
    "pytest_plugin": {"checking", "reporting", "testing", "project", "batch"},
    "notebook": {"checking", "reporting"},
    "working": set(),
    "mcp": {"language", "checking", "reporting", "teaching", "problems", "beside", "working"},
    "lsp": {"language", "reading", "refuting", "checking", "reporting", "project", "batch", "working"},
    "cli": {
        "language", "checking", "reporting", "teaching", "exercises", "derivations", "rocq", "tilt", "tokens", "auditing",
        "project", "batch", "mcp", "lsp", "working",
    },
}  # fmt: skip
"""Each room, or file beside the rooms, with what it may import, in the order in which text runs through them."""

PACKAGES: dict[str, set[str]] = {
    # What a document's check loads besides the standard library.
    "markdown_it": {"reading/markdown.py", "sphinx/prose.py"},  # documents; and prose on a site
    "flint": {  # balls are what these files compute with, not a service that one of them could lend to the others
        "refuting/arithmetic.py", "refuting/evaluating.py", "refuting/guard.py", "refuting/limits.py",
        "refuting/optima.py", "refuting/values.py", "refuting/witnesses.py", "problems/formulas.py",
        "problems/kinds.py", "problems/measures.py", "problems/numbers.py", "problems/tables.py", "tilt/decimals.py",
        "tilt/figures.py", "tilt/placing.py", "tilt/selecting.py", "tilt/training.py", "tokens/bounds.py", "tokens/reference.py",
    },
    "rich": {"cli/progress.py", "reporting/cells.py", "tilt/command.py", "tokens/command.py"},  # terminals
    # What only numbers and derivations load.
    "numpy": {
        "problems/", "tilt/", "tokens/", "auditing/arrays.py", "auditing/claims.py", "auditing/functionals.py", "auditing/searching.py",
        "auditing/worlds.py",
    },
    "mpmath": {"problems/kinds.py", "problems/numbers.py", "problems/tables.py", "sympy/evidence.py"},
    "sympy": {"sympy/"},
    # Optional ones.
    "matplotlib": {"tilt/plot.py"},
    "hypothesis": {"strategies.py"},
    "torch": {"tokens/arrays.py", "tokens/pickled.py", "auditing/tensors.py"},
    "triton": {"tokens/kernels.py"},
    "safetensors": {"tokens/files.py"},
    "pyarrow": {"tilt/parquet.py"},
    "sphinx": {"sphinx/"},
    "docutils": {"sphinx/"},
    "mdit_py_plugins": {"sphinx/prose.py"},
    "pygments": {"sphinx/prose.py"},
    "watchfiles": {"cli/watching.py"},
    "shtab": {"cli/completion.py"},
    "pytest": {"pytest_plugin.py"},
    "mcp": {"mcp/serving.py"},
    "anyio": {"mcp/serving.py"},
    "pydantic": {"mcp/serving.py"},
    "IPython": {"notebook/magics.py"},
    "pygls": {"lsp/serving.py"},
    "lsprotocol": {"lsp/serving.py"},
    # What only we need: the parser's table is made with it and shipped.
    "lark": {"reading/table.py"},
}  # fmt: skip
"""Each package of others with the files, or the whole rooms, that may import it."""


def module(path: Path) -> str:
    """A file's name as a module."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {module(path): path for path in sorted((ROOT / "symkl").rglob("*.py"))}


def imported(source: str) -> Iterator[str]:
    """What ``source`` imports, names out of modules as ``module.name``."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=name, names=names, level=level):
                assert not level, "imports are written in full here"
                yield from (f"{name}.{alias.name}" for alias in names)
            case ast.Call(func=ast.Name(id=f) | ast.Attribute(attr=f), args=[ast.Constant(value=str(name)), *_]):
                if f in ("import_module", "__import__"):
                    yield name


def ours(name: str) -> str | None:
    """The module of ours that an import leads to: ``symkl.language.terms`` for ``symkl.language.terms.Add``."""
    while name and name not in SOURCES:
        name = name.rpartition(".")[0]
    return name or None


def room(name: str) -> str:
    """The room of a module; of the files beside the rooms, their own name."""
    return name.split(".")[1] if "." in name else name


IMPORTS = {name: set(imported(path.read_text("utf-8"))) for name, path in SOURCES.items()}
OURS = {name: {found for each in all_ if (found := ours(each)) not in (None, name)} for name, all_ in IMPORTS.items()}


def upward(graph: Mapping[str, set[str]]) -> list[tuple[str, str]]:
    """Imports from a room into one that it may not import."""
    return [
        (name, other)
        for name, others in graph.items()
        for other in sorted(others)
        if room(name) in ROOMS and room(other) not in {room(name), *ROOMS[room(name)]}  # the face of all is no room
    ]


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Files that import each other, however long the way round: found by taking away what leads nowhere."""
    left = {name: set(others) for name, others in graph.items()}
    while ends := [name for name, others in left.items() if not others & left.keys()]:
        for name in ends:
            del left[name]
    return [[name, *sorted(others & left.keys())] for name, others in sorted(left.items())]


def test_the_table_is_in_order_and_complete() -> None:
    order = list(ROOMS)
    for name, allowed in ROOMS.items():
        assert allowed <= set(order[: order.index(name)]), f"{name} may import what comes after it"
    assert {room(name) for name in SOURCES} - {"symkl", "__main__"} == ROOMS.keys()


def test_nothing_imports_upward() -> None:
    assert upward(OURS) == []


def test_no_files_import_each_other() -> None:
    assert circles(OURS) == []


def places(package: str) -> set[str]:
    """The files of ours that import a package of others."""
    found = {name for name, all_ in IMPORTS.items() if any(each.partition(".")[0] == package for each in all_)}
    return {SOURCES[name].relative_to(ROOT / "symkl").as_posix() for name in found}


def test_packages_of_others_are_imported_where_the_table_says() -> None:
    strangers = {each.partition(".")[0] for all_ in IMPORTS.values() for each in all_}
    strangers -= {"symkl", *sys.stdlib_module_names}
    assert strangers <= PACKAGES.keys()
    for package, allowed in PACKAGES.items():
        found = places(package)
        missed = {each for each in found if each not in allowed and each.split("/")[0] + "/" not in allowed}
        assert missed == set(), package


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_the_table_of_packages_promises_no_more_than_is_so(package: str) -> None:
    found = places(package)
    for each in PACKAGES[package]:
        assert any(path == each or path.startswith(each) for path in found), f"{each} imports no {package}"


# -- a test that cannot fail is a defect -----------------------------------------------------


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("symkl.language.terms", "symkl.reading.syntax"), ("symkl.kernel.laws", "symkl.proving.deciding"),
        ("symkl.repairing.text", "symkl.reading.syntax"), ("symkl.meaning.document", "symkl.cli"),
        ("symkl.refuting.values", "symkl.checking.document"),
    ],
)  # fmt: skip
def test_an_import_upward_would_be_noticed(name: str, other: str) -> None:
    assert upward({name: {other}}) == [(name, other)]


def test_a_circle_would_be_noticed() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}, "e": set()}) != []
    assert circles({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


@pytest.mark.parametrize(
    "source",
    [
        "import symkl.batch", "from symkl import batch", "def f():\n    from symkl.batch import check_file",
        "if TYPE_CHECKING:\n    import symkl.batch", "importlib.import_module('symkl.batch')",
    ],
)  # fmt: skip
def test_an_import_that_hides_is_found(source: str) -> None:
    assert {ours(each) for each in imported(source)} == {"symkl.batch"}
