"""Whatever has a public name stands in the built documentation: names of Python, of laws, of theorems and of slips.

The names are found in the source, whatever the site says of them. The site is what ``make docs`` builds.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pytest

from symkl.checking import theorems
from symkl.proving.wording import SAID
from tests.power.planted import PLANTED

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "symkl"
INVENTORY = ROOT / "docs" / "_build" / "html" / "objects.inv"


@cache
def documented() -> Mapping[str, frozenset[str]]:
    """The names in the site, by what they are: ``py:function``, ``symkl:slip``, ..."""
    pytest.importorskip("sphinx", reason="the site is not checked: Sphinx is not installed")
    if not INVENTORY.is_file():
        pytest.skip(f"the site is not built, so nothing is known of it: run `make docs` ({INVENTORY} is not there)")
    from sphinx.util.inventory import InventoryFile

    found = InventoryFile.loads(INVENTORY.read_bytes(), uri="")
    return {kind: frozenset(names) for kind, names in found.data.items()}


# -- names of Python ---------------------------------------------------------------------------------


def public() -> Iterator[str]:
    """What packages and modules list in ``__all__``, under their own names."""
    for path in sorted(PACKAGE.rglob("*.py")):
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.Assign) and [ast.unparse(target) for target in node.targets] == ["__all__"]:
                yield from (f"{module}.{name}" for name in ast.literal_eval(node.value))


def test_public_names_are_found() -> None:
    assert {"symkl.check_text", "symkl.sympy.Page", "symkl.problems.FiniteProblem"} <= set(public())


@pytest.mark.parametrize("name", sorted(public()))
def test_a_public_name_is_documented(name: str) -> None:
    assert any(name in names for kind, names in documented().items() if kind.startswith("py:"))


@pytest.mark.parametrize("module", ["symkl.language.terms", "symkl.checking.report", "symkl.kernel.laws", "symkl.kernel.verdict",
                                    "symkl.strategies", "symkl.derivations.derivation"])  # fmt: skip
def test_a_module_without_such_a_list_is_documented_name_by_name(module: str) -> None:
    path = ROOT / Path(*module.split("."))
    tree = ast.parse((path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).read_text("utf-8"))
    own = [n.name for n in tree.body if isinstance(n, ast.ClassDef | ast.FunctionDef) and not n.name.startswith("_")]
    names = frozenset[str]().union(*(found for kind, found in documented().items() if kind.startswith("py:")))
    assert own
    assert [name for name in own if not {f"{module}.{name}", f"symkl.{name}"} & names] == []


# -- names that reports give -------------------------------------------------------------------------


class Unclear(Exception):
    """An expression of which this module cannot say what text it may be."""


class Texts:
    """What texts an expression in some modules may be, found by following names, branches and calls."""

    def __init__(self, *paths: Path) -> None:
        self.modules = [ast.parse(path.read_text("utf-8")) for path in paths]
        self.functions = {n.name: n for tree in self.modules for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}

    def arguments(self, function: str, position: int) -> Iterator[frozenset[str]]:
        """What an argument of a function may be, at each place where it is called."""
        for scope in self.functions.values():
            for node in ast.walk(scope):
                called = isinstance(node, ast.Call) and ast.unparse(node.func) == function
                if called and len(node.args) > position:
                    yield frozenset(self.of(node.args[position], scope))

    def of(self, node: ast.expr, scope: ast.FunctionDef) -> Iterator[str]:
        """What ``node``, inside ``scope``, may be."""
        match node:
            case ast.Constant(value=str(text)):
                yield text
            case ast.IfExp(body=one, orelse=other):
                yield from (*self.of(one, scope), *self.of(other, scope))
            case ast.Name(id=name):
                given = list(self.given(name, scope))
                if not given:
                    raise Unclear(f"{scope.name}: {name}")
                yield from (text for value, where in given for text in self.of(value, where))
            case ast.Call(func=ast.Name(id=name)) if name in self.functions:
                called = self.functions[name]
                returned = [n.value for n in ast.walk(called) if isinstance(n, ast.Return) and n.value is not None]
                yield from (text for value in returned for text in self.of(value, called))
            case _:
                raise Unclear(f"{scope.name}: {ast.unparse(node)}")

    def given(self, name: str, scope: ast.FunctionDef) -> Iterator[tuple[ast.expr, ast.FunctionDef]]:
        """The values that a name is given in a function."""
        for node in ast.walk(scope):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    yield from ((part, scope) for part in _parts(target, node.value, name))
            elif isinstance(node, ast.For) and name in ast.unparse(node.target).replace(",", " ").strip("()").split():
                for row, where in self.rows(node.iter, scope):
                    yield from ((part, where) for part in _parts(node.target, row, name))

    def rows(self, node: ast.expr, scope: ast.FunctionDef) -> Iterator[tuple[ast.expr, ast.FunctionDef]]:
        """What a loop goes over, where that is written down or yielded by one of the functions."""
        if isinstance(node, ast.Tuple):
            yield from ((row, scope) for row in node.elts)
        elif isinstance(node, ast.Name):
            for value, where in self.given(node.id, scope):
                yield from self.rows(value, where)
        for call in ast.walk(node):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in self.functions:
                called = self.functions[call.func.id]
                yield from ((n.value, called) for n in ast.walk(called) if isinstance(n, ast.Yield) and n.value)


def _parts(target: ast.expr, value: ast.expr, name: str) -> Iterator[ast.expr]:
    """What a name gets when a target is given a value."""
    if isinstance(value, ast.IfExp):
        yield from (*_parts(target, value.body, name), *_parts(target, value.orelse, name))
    elif isinstance(target, ast.Name) and target.id == name:
        yield value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, part in zip(target.elts, value.elts, strict=True):
            yield from _parts(one, part, name)


@cache
def slips() -> frozenset[str]:
    """The names that edits give to what they undo."""
    return frozenset().union(*Texts(*sorted((PACKAGE / "repairing").glob("*.py"))).arguments("Edit", 2))


@cache
def laws() -> frozenset[str]:
    """The names that proofs give to what shows a row: in the kernel, and where a verdict is renamed."""
    kernel = {law for law, _ in SAID.values()}
    renamed = re.compile(r'replace\([^()]*\blaw="([^"]+)"')
    named = {name for path in PACKAGE.rglob("*.py") for name in renamed.findall(path.read_text("utf-8"))}
    return kernel | named - {"counterexample"}  # no law: so a step of a derivation is marked that is said to be false


def test_names_are_found_in_the_source() -> None:
    assert {p.named for p in PLANTED} - {None} <= slips()
    assert {"identity", "Gibbs", "stationary", "derivative", "log bound", "positivity"} <= laws()


def test_what_the_source_does_not_say_outright_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text("def f(n):\n    a, b = ('x', 1) if n else ('y', 2)\n    Edit(0, 0, a)\n    Edit(0, 0, 'z' + a)\n")
    found = Texts(path).arguments("Edit", 2)
    assert next(found) == {"x", "y"}
    with pytest.raises(Unclear, match=r"f: 'z' [+] a"):
        next(found)


@pytest.mark.parametrize("name", sorted(slips()))
def test_a_slip_is_documented(name: str) -> None:
    assert name in documented()["symkl:slip"]


@pytest.mark.parametrize("name", sorted(laws()))
def test_a_law_is_documented(name: str) -> None:
    assert name in documented()["symkl:law"]


@pytest.mark.parametrize("name", theorems.NAMES)
def test_a_theorem_is_documented(name: str) -> None:
    assert name in documented()["symkl:theorem"]


def test_the_site_describes_nothing_that_is_not_there() -> None:
    assert documented()["symkl:slip"] == slips()


def test_the_overview_leads_to_every_slip_from_its_old_address() -> None:
    overview = (ROOT / "docs" / "reference" / "slips.md").read_text("utf-8")
    listed = re.findall(r'<span id="([^"]+)"></span>\{symkl:slip\}`([^`]+)`', overview)
    assert sorted(name for _, name in listed) == sorted(slips())
    assert all(anchor == f"symkl-slip-{re.sub(r'[^a-z0-9]+', '-', name.lower()).strip('-')}" for anchor, name in listed)
    assert documented()["symkl:law"] == laws()
    assert documented()["symkl:theorem"] == set(theorems.NAMES)
