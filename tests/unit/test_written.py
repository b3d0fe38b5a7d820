"""Rows as their authors wrote them: what reading hands to whoever edits the text."""

from __future__ import annotations

import re

import pytest

from symkl.language.proof import Row
from symkl.language.roles import Role
from symkl.language.written import Form, Part
from symkl.meaning.document import read
from symkl.meaning.written import FORMS
from symkl.reading import syntax


def row(source: str) -> Row:
    (found,) = read(f"$${source}$$").rows
    return found


def first(form: Form, source: str) -> str:
    found = row(source)
    part = next(part for side in found.sides for part in side.walk() if part.form is form)
    return found.source[part.start : part.stop]


def test_every_kind_of_node_is_put_down() -> None:
    assert syntax.__doc__ is not None
    columns = [found[1] for line in syntax.__doc__.splitlines() if (found := re.match(r"([a-z, ]{14,15}) ", line))]
    kinds = {kind for column in columns for kind in re.findall(r"\w+", column)} - {"kind"}
    assert kinds == set(FORMS)


@pytest.mark.parametrize(
    ("form", "source", "text"),
    [
        (Form.FRACTION, r"\beta = \frac{p(y)}{q(y)} + 1", r"\frac{p(y)}{q(y)}"),
        (Form.SYMBOL, r"\pi_{\text{ref}}(y|x) = q(y|x)", r"\pi_{\text{ref}}"),
        (Form.GROUP, r"2 \left( \beta + 1 \right) = 2", r"\left( \beta + 1 \right)"),
        (Form.GROUP, r"2 \Biggl( \beta + 1 \Biggr) = 2", r"\Biggl( \beta + 1 \Biggr)"),
        (Form.GROUP, r"2 \, ( \beta + 1 ) = 2", r"( \beta + 1 )"),
        (Form.POWER, r"1 = e^{\beta} r(x,y)^{2}", "r(x,y)^{2}"),
    ],
)
def test_a_part_stands_where_its_text_stands(form: Form, source: str, text: str) -> None:
    assert first(form, source) == text


def test_a_part_holds_what_is_in_it_in_order() -> None:
    def inside(part: Part) -> bool:
        ends = [each.start for each in part.parts]
        return ends == sorted(ends) and all(part.start <= p.start <= p.stop <= part.stop and inside(p) for p in part.parts)

    found = row(r"\log \pi^*(y|x) = \frac{r(x,y)}{\beta} + \log \pi_{ref}(y|x) - \log Z(x)")
    assert len(found.sides) == 2
    assert all(inside(side) for side in found.sides)


def test_symbols_carry_their_roles() -> None:
    found = row(r"\beta \log \frac{\pi^*(y|x)}{\pi_{ref}(y|x)} + \beta \log Z(x) = r(x,y) - \lambda")
    roles = {part.value: part.role for side in found.sides for part in side.walk() if part.form is Form.SYMBOL}
    assert roles == {
        "β": Role.TEMPERATURE, "π*": Role.OPTIMUM, "π_ref": Role.REFERENCE, "Z": Role.PARTITION, "r": Role.REWARD,
        "λ": Role.MULTIPLIER, "x": Role.PROMPT, "y": Role.RESPONSE,
    }  # fmt: skip


def test_a_document_says_which_symbol_plays_a_part() -> None:
    (found,) = read("<!-- symkl: reference b; b distribution over y given x -->\n$$KL(\\pi \\| b) \\ge 0$$").rows
    roles = {part.value: part.role for side in found.sides for part in side.walk() if part.form is Form.SYMBOL}
    assert roles["b"] is Role.REFERENCE
