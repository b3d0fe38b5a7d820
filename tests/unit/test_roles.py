"""Roles: what a symbol is for is fixed where it is read, and nobody goes by its letter afterwards."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status
from symkl.language.roles import Role
from symkl.meaning.document import read
from symkl.meaning.symbols import usual_role
from tests.book import page

ROOT = Path(__file__).parents[2]
READS = ("reading", "meaning")
"""The rooms that go by letters: a document's, and so nobody else."""

PAGES = "sympy/page.py"
"""Where the symbols of a page get the roles that are usual."""


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("π", Role.POLICY), ("π_θ", Role.POLICY), ("π*", Role.OPTIMUM), ("π_r", Role.OPTIMUM), ("π_ref", Role.REFERENCE),
        ("π_SFT", Role.REFERENCE), ("p", Role.DISTRIBUTION), ("q_φ", Role.DISTRIBUTION), ("r", Role.REWARD),
        ("r̂_φ", Role.REWARD), ("Z", Role.PARTITION), ("Z_β", Role.PARTITION), ("β", Role.TEMPERATURE),
        ("λ", Role.MULTIPLIER), ("ν_x", Role.MULTIPLIER), ("λ_KL", Role.TEMPERATURE), ("D", Role.PROMPTS),
        ("x", Role.PROMPT), ("y_w", Role.RESPONSE), ("f", None), ("c", None), ("σ", None),
    ],
)  # fmt: skip
def test_what_symbols_usually_are(name: str, role: Role | None) -> None:
    assert usual_role(name) is role


def test_a_document_gives_its_symbols_their_roles() -> None:
    proof = read(r"<!-- symkl: c > 0; temperature c -->" "\n" r"$$\pi^*(y|x) = \pi_{ref}(y|x) e^{r(x,y)/c}/Z(x) + \lambda$$")
    assert dict(proof.context.roles) == {
        "c": Role.TEMPERATURE, "Z": Role.PARTITION, "r": Role.REWARD, "λ": Role.MULTIPLIER, "π*": Role.OPTIMUM,
        "π_ref": Role.REFERENCE,
    }  # fmt: skip


def test_what_an_x_is_drawn_from_is_a_distribution_like_any_other() -> None:
    (line,) = check_text(r"$$KL(p\|q) = \mathbb{E}_{x\sim q}[\log(p(x)/q(x))]$$", "a.md").lines
    assert line.suggestions[0].slip == "E under the wrong policy"


def test_a_page_gives_its_symbols_their_roles() -> None:
    roles = page("lagrangian").context.roles
    assert roles["λ"] is Role.MULTIPLIER
    assert roles["β"] is Role.TEMPERATURE


def test_what_a_document_calls_its_temperature_is_no_multiplier() -> None:
    row = r"$$\lambda \log e^{r(x,y)} = \lambda r(x,y) + \lambda$$"
    assert check_text(row, "a.md").lines[0].status is Status.UNKNOWN  # of a multiplier that no row determines
    said = check_text("<!-- symkl: temperature \\lambda -->\n" + row, "a.md").lines[0]
    assert said.status is Status.REFUTED


# -- nobody else looks at letters --------------------------------------------------------------


def by_letter(source: str) -> Iterator[int]:
    """Lines in which the first letter of a string is compared with letters, or asked for by ``letter``."""
    tree = ast.parse(source)
    constants = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }

    def letters(node: ast.expr) -> bool:
        if isinstance(node, ast.Name) and node.id in constants:
            node = constants[node.id]
        texts = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
        return any(isinstance(text, str) and len(text) <= 3 and any(map(str.isalpha, text)) for text in texts)

    def first(node: ast.expr) -> bool:
        if not isinstance(node, ast.Subscript):
            return False
        match node.slice:
            case ast.Slice(lower=None, upper=ast.Constant(value=1 | 2), step=None) | ast.Constant(value=0):
                return True
        return False

    for node in ast.walk(tree):
        match node:
            case ast.Compare(left=left, comparators=[right]) if first(left) and letters(right):
                yield node.lineno
            case ast.Compare(left=left, comparators=[right]) if first(right) and (first(left) or letters(left)):
                yield node.lineno
            case ast.Call(func=ast.Attribute(attr="startswith"), args=[ast.Constant(value=str(text))]) if (
                text[:1].isalpha() and not text[:1].isascii()
            ):
                yield node.lineno
            case ast.Call(func=ast.Name(id="letter")):
                yield node.lineno
            case ast.ImportFrom(names=names) if {each.name for each in names} & {"letter", "usual_role"}:
                yield node.lineno


def test_no_room_after_reading_goes_by_letters() -> None:
    found = {}
    for path in (ROOT / "symkl").rglob("*.py"):
        where = path.relative_to(ROOT / "symkl").as_posix()
        if where.split("/")[0] not in READS and where != PAGES and (lines := [*by_letter(path.read_text("utf-8"))]):
            found[where] = lines
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "s[:1] in 'λν'", "n[:1] == 'π'", "a.symbol[:1] in 'Zz'", "a.symbol[0] == 'Z'", "name[:2] == 'π_'",
        "symbol.startswith('π')", "letter(name) == 'λ'", "M = ('λ', 'ν')\nsymbol[:1] not in M",
        "n[:1] == reward[:1]", "from symkl.meaning.symbols import letter", "'π' == n[:1]",
    ],
)  # fmt: skip
def test_a_look_at_a_letter_would_be_noticed(source: str) -> None:
    assert [*by_letter(source)]


@pytest.mark.parametrize("source", ["v.name[:1] == '#'", "side.factors[0] == minus", "text[:1].upper()", "a in 'πν'"])
def test_what_is_no_look_at_a_letter(source: str) -> None:
    assert not [*by_letter(source)]
