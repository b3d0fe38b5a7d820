"""Reading a document: rows with their places, definitions for the whole of it, troubles located."""

from __future__ import annotations

import symkl.language.terms as t
from symkl.language.proof import Row
from symkl.language.terms import Relation
from symkl.meaning.document import read


def rows(text: str) -> tuple[Row, ...]:
    return read(text, "a.md").rows


def test_each_row_knows_where_its_latex_starts() -> None:
    found = rows("Words.\n\n$$ r(x,y) = r(x,y) $$\n\n\\[\nr(x,y) \\\\\n= r(x,y)\n\\]\n")
    assert [(row.line, row.column) for row in found] == [(3, 4), (6, 1), (7, 1)]
    assert [row.source for row in found] == ["r(x,y) = r(x,y)", "r(x,y)", "= r(x,y)"]


def test_an_aligned_block_is_one_chain() -> None:
    found = rows("$$\\begin{aligned}\nr(x,y) &= r(x,y) \\\\\n&= r(x,y)\n\\end{aligned}$$")
    assert [row.clauses[0].opening for row in found] == [None, Relation.EQUAL]
    assert found[0].clauses[0].relations == (Relation.EQUAL,)


def test_a_definition_holds_above_it_too() -> None:
    text = "$$ J(\\pi) = J(\\pi) $$\n\n$$ J(\\pi) = \\mathbb{E}_{y \\sim \\pi}[r(x,y)] $$"
    proof = read(text, "a.md")
    definition = proof.context.definitions["J"]
    assert isinstance(definition.body, t.Bind)
    assert proof.rows[1].clauses[0].definition is not None


def test_the_first_definition_wins_and_the_second_row_is_a_claim() -> None:
    text = "$$ \\omega := \\beta $$\n\n$$ \\omega = 2 \\beta $$"
    proof = read(text, "a.md")
    assert proof.context.definitions["ω"].body == t.Scalar("β")
    assert [row.clauses[0].definition is not None for row in proof.rows] == [True, False]


def test_a_trouble_is_located_in_the_document() -> None:
    (row,) = rows("One.\n\n  $$ r(x,y) + = 0 $$")
    assert not row.clauses
    assert row.trouble is not None
    assert (row.trouble.line, row.trouble.excerpt) == (3, "  $$ r(x,y) + = 0 $$")
    assert row.trouble.excerpt[row.trouble.column - 1] == "="
    assert row.trouble.advice


def test_the_rows_around_an_unreadable_one_are_read() -> None:
    found = rows("$$ r(x,y) = r(x,y) $$\n\n$$ \\int r $$\n\n$$ \\beta = \\beta $$")
    assert [bool(row.clauses) for row in found] == [True, False, True]


def test_a_directive_declares_a_symbol() -> None:
    without = rows("$$ c\\, r(x,y) = r(x,y)\\, c $$")
    declared = rows("<!-- symkl: c > 0 -->\n\n$$ c\\, r(x,y) = r(x,y)\\, c $$")
    assert without[0].trouble is not None
    assert "declare" in without[0].trouble.advice
    assert declared[0].trouble is None
    assert "c" in read("<!-- symkl: c > 0 -->\n\n$$ c = c $$").context.positive


def test_a_directive_that_is_not_understood_is_a_trouble_of_the_document() -> None:
    proof = read("<!-- symkl: nonsense here -->\n\n$$ \\beta = \\beta $$")
    assert [trouble.line for trouble in proof.troubles] == [1]
    assert proof.rows[0].clauses


def test_a_claim_is_read_from_its_directive() -> None:
    assert read("<!-- symkl: claim gibbs -->\n\n$$ D_{KL}(p \\| q) \\ge 0 $$").claim == "gibbs"
    assert read("$$ D_{KL}(p \\| q) \\ge 0 $$").claim is None


def test_the_parts_of_the_problem_are_found_under_their_own_names() -> None:
    text = (
        "$$ \\max_{\\pi_\\theta} \\mathbb{E}_{y \\sim \\pi_\\theta}[r_\\phi(x,y)]"
        " - \\tau D_{KL}(\\pi_\\theta \\| \\pi_{SFT}) $$\n\n"
        "$$ \\pi^*(y|x) = \\frac{1}{Z(x)} \\pi_{SFT}(y|x) e^{r_\\phi(x,y)/\\tau} $$"
    )
    proof = read(text, "a.md")
    assert proof.parts is not None
    assert (proof.parts.reference, proof.parts.reward, proof.parts.temperature) == ("π_SFT", "r_φ", "τ")
    assert proof.optimised == {"π_θ"}


def test_a_row_can_be_read_again_after_an_edit() -> None:
    proof = read("$$ r(x,y) = \\beta $$")
    edited = proof.reread("r(x,y) = 2 \\beta")
    assert edited is not None
    assert edited.clauses[0].terms[0] == proof.rows[0].clauses[0].terms[0]
    assert edited.clauses[0].terms[1] != proof.rows[0].clauses[0].terms[1]
    assert proof.reread("r(x,y) = \\frac{1}") is None


def test_a_tex_file_is_a_bare_fragment() -> None:
    found = read("% symkl: claim gibbs\n\\[ D_{KL}(p \\| q) \\ge 0 \\]\n", "a.tex")
    assert found.claim == "gibbs"
    assert found.rows[0].line == 2
