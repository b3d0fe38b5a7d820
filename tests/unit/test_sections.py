r"""A name that every section gives anew, as something of another kind: ``f(u) = u \log u``, then ``f(u) = (u - 1)^2``."""

from __future__ import annotations

import pytest

import symkl

SUM = r"\sum_y q(y) f\left(\frac{p(y)}{q(y)}\right)"
KINDS = {r"u \log u": r"\mathrm{KL}(p\|q)", r"-\log u": r"\mathrm{KL}(q\|p)", r"(u - 1)^2": r"\chi^2(p\|q)"}


def answers(*rows: str) -> list[str]:
    text = "\n\n".join(f"$$ {row} $$" if not row.startswith("#") else row for row in rows)
    return [line.status.value for line in symkl.check_text(text, "sections.md").lines]


def test_each_section_has_its_own() -> None:
    rows: list[str] = []
    for n, (body, divergence) in enumerate(KINDS.items()):
        wrong = list(KINDS.values())[n - 1]
        rows += [f"## {n}", f"f(u) = {body}", f"{SUM} = {divergence}", f"{SUM} = {wrong}"]
    assert answers(*rows) == ["assumed", "proved", "refuted"] * 3


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (("# A", r"f(y) = r(y) + 1", r"f(y) - r(y) = 1", "# B", r"f(u) = u^2", r"f(3) = 9", r"f(3) = 6"),
         ["assumed", "proved", "assumed", "proved", "refuted"]),
        (("# A", r"g(y) = r(y)", r"g(y) \ge r(y)", "# B", r"g(x,y) = 2 r(x,y)", r"g(x,y) = r(x,y)"),
         ["assumed", "proved", "assumed", "refuted"]),
    ],
)  # fmt: skip
def test_a_function_of_responses_then_one_of_numbers_or_of_more(rows: tuple[str, ...], expected: list[str]) -> None:
    assert answers(*rows) == expected


def test_what_a_section_uses_and_does_not_give_nobody_can_tell() -> None:
    rows = "# A", r"f(u) = u^2", "# B", r"f(u) = u^3", "# C", r"f(2) = 4", r"f(2) = 8"
    assert not {"proved", "refuted"} & set(answers(*rows)[2:])
    named = "# A", rf"D_f(p\|q) = {SUM}", "# B", r"f(u) = u \log u", r"D_f(p\|q) = \mathrm{KL}(p\|q)", "# C", r"f(u) = -\log u"
    assert answers(*named)[2] not in ("refuted",)


def test_what_is_mentioned_before_it_is_given_keeps_its_name() -> None:
    rows = "# A", r"f(u) = u^2", "# B", r"f(2) = 4", r"f(u) = u^3", r"f(2) = 8"
    assert "refuted" not in answers(*rows)
