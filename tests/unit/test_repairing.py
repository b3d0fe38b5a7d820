"""Repairs: the likeliest small edits first, none that is silly, and few of them."""

from __future__ import annotations

import pytest

from symkl.checking import trials
from symkl.checking.document import check_text
from symkl.checking.report import Line, Status
from symkl.language.proof import Proof, Row
from symkl.meaning.document import read
from symkl.repairing import spelling
from symkl.repairing.slips import Edit, Tier, edits
from symkl.repairing.spelling import survey
from symkl.repairing.suggesting import MOST_SHOWN, MOST_TRIED, Trial, repairs
from symkl.repairing.suggestion import Suggestion

REWARD = r"r(x, y) = \beta \log \frac{\pi^*(y \mid x)}{\pi_{\text{ref}}(y \mid x)}"
OBJECTIVE = r"\mathbb{E}_{y \sim \pi}[r(x, y)] - \beta D_{KL}(\pi \| \pi_{ref})"


def last_line(*rows: str) -> Line:
    line = check_text("\n\n".join(f"$$ {row} $$" for row in rows), "a.md").lines[-1]
    assert line.status is Status.REFUTED, (line.status, line.because)
    return line


def offers(*rows: str) -> tuple[Suggestion, ...]:
    return last_line(*rows).suggestions


@pytest.mark.parametrize(
    ("row", "slip", "latex"),
    [
        (rf"{REWARD} - \beta \log Z(x)", "sign of log Z", rf"{REWARD} + \beta \log Z(x)"),
        (rf"{REWARD} + \log Z(x)", "no beta on log Z", rf"{REWARD} + \beta \log Z(x)"),
        (REWARD, "log Z dropped", REWARD + r" + \beta \log \sum_{y'} \pi_{\text{ref}}(y' \mid x)"
         r" \exp\left( \frac{r(x, y')}{\beta} \right)"),
        (r"D_{KL}(\pi_{ref} \| \pi) = \mathbb{E}_{y \sim \pi}[\log \frac{\pi(y|x)}{\pi_{ref}(y|x)}]",
         "KL arguments swapped", r"D_{KL}(\pi \| \pi_{ref}) = \mathbb{E}_{y \sim \pi}[\log \frac{\pi(y|x)}{\pi_{ref}(y|x)}]"),
        (r"D_{KL}(\pi \| \pi_{ref}) = \mathbb{E}_{y \sim \pi}[\log \frac{\pi_{ref}(y|x)}{\pi(y|x)}]",
         "KL ratio inverted", r"D_{KL}(\pi \| \pi_{ref}) = \mathbb{E}_{y \sim \pi}[\log \frac{\pi(y|x)}{\pi_{ref}(y|x)}]"),
        (r"\pi^*(y|x) \propto \pi_{ref}(y|x) e^{\beta r(x,y)}", "beta inverted",
         r"\pi^*(y|x) \propto \pi_{ref}(y|x) e^{\frac{r(x,y)}{\beta}}"),
        (r"D_{KL}(\pi \| \pi_{ref}) \le 0", "Jensen the wrong way round", r"D_{KL}(\pi \| \pi_{ref}) \ge 0"),
        (r"\sum_x \pi(y|x) = 1", "sum over the wrong index", r"\sum_y \pi(y|x) = 1"),
    ],
)  # fmt: skip
def test_the_first_offer(row: str, slip: str, latex: str) -> None:
    assert (offers(row)[0].slip, offers(row)[0].latex) == (slip, latex)


def test_the_same_row_with_braces_left_out_keeps_its_latex_whole() -> None:
    found = offers(r"D_{KL}(p \| q) = \sum_y p(y) \log \frac{q(y)}{p(y)}")
    assert found[0].latex == r"D_{KL}(p \| q) = \sum_y p(y) \log \frac{p(y)}{q(y)}"
    halved = offers(r"\frac12 D_{KL}(p \| q) = \mathbb{E}_{y \sim p}[\log \frac{p(y)}{q(y)}]")
    assert (halved[0].slip, halved[0].latex) == (
        "a factor of two",
        r"D_{KL}(p \| q) = \mathbb{E}_{y \sim p}[\log \frac{p(y)}{q(y)}]",
    )


def edits_of(proof: Proof) -> list[Edit]:
    return edits(proof.rows[0], survey(proof.rows), proof.parts)


def test_every_edit_keeps_the_braces_in_pairs() -> None:
    rows = (
        rf"{REWARD} - \beta \log Z(x)",
        r"= \max_{\pi} \mathbb{E}_{y \sim \pi}\left[ \frac{1}{\beta} r(x,y) - \log \frac{\pi(y|x)}{\pi_{ref}(y|x)} \right]",
        r"\log \pi^*(y|x) = - \log Z(x) + \frac{r(x,y)}{\beta}",
        r"\log \sigma\left(r(x,y_w) - r(x,y_l)\right) = \frac{1}{\log\left( 1 + e^{r(x,y_l) - r(x,y_w)} \right)}",
    )
    for source in rows:
        proof = read(f"$$ {source} $$")
        tried = edits_of(proof)
        assert len(tried) > 10
        for edit in tried:
            latex, (start, stop) = edit.applied(proof.rows[0].source)
            assert latex.count("{") == latex.count("}"), (edit.says, latex)
            assert latex.count(r"\left") == latex.count(r"\right"), (edit.says, latex)
            assert 0 <= start <= stop <= len(latex)


def test_the_tiers_come_in_order_and_the_order_is_fixed() -> None:
    proof = read(f"$$ {REWARD} $$")
    tiers = [edit.tier for edit in edits_of(proof)]
    assert tiers == sorted(tiers)
    assert {Tier.USUAL, Tier.WEAKER} <= set(tiers)
    assert edits_of(proof) == edits_of(proof)


def test_an_edit_of_several_places_is_applied_from_the_end() -> None:
    edit = Edit(((0, 1, "long"), (4, 5, ""), (2, 2, "-")), "", "")
    assert edit.applied("a b c") == ("long -b ", (0, 8))


# -- what must not be offered ------------------------------------------------------------------


def test_a_weaker_claim_is_offered_only_where_nothing_else_helps() -> None:
    strong = offers(rf"{REWARD} - \beta \log Z(x)")
    assert not any(r"\le" in each.latex or r"\propto" in each.latex for each in strong)
    weak = offers(r"\log \mathbb{E}_{y \sim q}[e^{r(y)}] = \mathbb{E}_{y \sim q}[r(y)]")
    assert [each.slip for each in weak] == ["a bound written as an equality"]


def test_nothing_trivial_is_offered() -> None:
    rows = (
        r"p(y_w \succ y_l | x) = \sigma(r(x, y_w) - r(x, y_l))",
        r"p(y_l \succ y_w | x) = p(y_w \succ y_l | x)",
    )
    assert all(each.latex.split("=")[0].strip() != each.latex.split("=")[1].strip() for each in offers(*rows))


def test_a_problem_is_not_mended_by_dropping_the_policy_from_it() -> None:
    rows = (
        rf"\max_\pi {OBJECTIVE}",
        r"= \max_\pi \mathbb{E}_{y \sim \pi}\left[ \log \frac{\pi_{ref}(y|x) e^{\beta r(x,y)}}{\pi(y|x)} \right]",
    )
    assert all(r"\sim \pi" in each.latex and r"\pi(y|x)" in each.latex for each in offers(*rows))


@pytest.mark.parametrize("sense", ["max", "min"])
def test_a_sign_before_a_sense_where_the_problem_above_has_this_sense(sense: str) -> None:
    first = rf"\{sense}_\pi {'' if sense == 'max' else '-'}\left( {OBJECTIVE} \right)"
    wrong = rf"= \{sense}_\pi {'' if sense == 'max' else '-'} \beta D_{{KL}}(\pi \| \pi^*)"
    found = offers(first, wrong)
    assert [each.slip for each in found] == ["sign of KL in a loss or a maximum", "minimiser for maximiser"]


def test_a_sense_before_a_sign_where_the_problem_above_has_the_other() -> None:
    found = offers(rf"\max_\pi {OBJECTIVE}", r"= \min_\pi - \beta D_{KL}(\pi \| \pi^*)")
    assert [each.slip for each in found] == ["minimiser for maximiser", "sign of KL in a loss or a maximum"]
    assert found[0].latex == r"= \max_\pi - \beta D_{KL}(\pi \| \pi^*)"


# -- how much is tried --------------------------------------------------------------------------


def test_no_more_is_tried_than_allowed() -> None:
    terms = " + ".join(rf"r(x, y_{{{i}}})" for i in range(60))
    proof = read(f"$$ {terms} = 1 $$")
    row = proof.rows[0]
    tried: list[Row] = []

    def never(edited: Row) -> Trial:
        tried.append(edited)
        return Trial(False, 100)

    def count(allowed: int) -> int:
        tried.clear()
        assert repairs(row, survey(proof.rows), proof.parts, proof.reread, never, allowed) == ()
        return len(tried)

    assert 10 < count(10**9) <= MOST_TRIED
    assert count(1000) == 10
    assert count(1001) == 11


def test_the_edits_of_a_row_share_a_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    source = rf"$${REWARD} - \beta \log Z(x)$$"
    assert check_text(source, "a.md").lines[0].suggestions
    monkeypatch.setattr(trials, "ALLOWED", 0)
    line = check_text(source, "a.md").lines[0]
    assert line.status is Status.REFUTED
    assert not line.suggestions


def test_no_more_is_shown_than_allowed_and_none_twice() -> None:
    proof = read(rf"$$ {REWARD} - \beta \log Z(x) $$")
    found = repairs(proof.rows[0], survey(proof.rows), proof.parts, proof.reread, lambda edited: Trial(True), 1)
    assert len(found) == MOST_SHOWN
    assert len({each.latex for each in found}) == MOST_SHOWN
    assert proof.rows[0].source not in [each.latex for each in found]


# -- how the author writes things --------------------------------------------------------------


def test_symbols_are_spelled_as_the_row_and_then_as_the_document_does() -> None:
    proof = read("\n\n".join((r"$$\pi_{\text{ref}}(y|x) = q(y|x)$$", r"$$\log Z(x) = \log \pi_{ref}(y|x)$$")))
    found = survey(proof.rows).spellings
    assert found.symbols["π_ref"] == r"\pi_{\text{ref}}"
    assert spelling.spellings(proof.rows[1:]).symbols["π_ref"] == r"\pi_{ref}"
    assert found.policies == ("π_ref", "q")
    assert found.partition == "Z(x)"


def test_the_sense_before_a_row_is_that_of_the_last_problem_above_it() -> None:
    proof = read("\n\n".join((r"$$\max_\pi E_\pi[r]$$", "$$r(x,y) = r(x,y)$$", r"$$\min_\pi E_\pi[r]$$", "$$a=b$$")))
    found = survey(proof.rows)
    assert [found.sense_before(row.span.start) for row in proof.rows] == [None, "max", "max", "min"]


def test_a_document_is_looked_through_once_however_many_rows_are_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    spellings = spelling.spellings
    monkeypatch.setattr(spelling, "spellings", lambda rows: looked.append(1) or spellings(rows))
    check_text("\n\n".join([rf"$${REWARD} - \beta \log Z(x)$$"] * 6), "six.md")
    assert len(looked) == 1  # each row's own are found by the editor of that row
