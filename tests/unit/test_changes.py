"""What is marked as changed between the two sides of a step, and that a mark changes nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from random import Random

import pytest

import symkl.language.terms as t
from symkl.derivations.changes import at, changed, marked
from symkl.derivations.derivation import Kind, of_statement
from symkl.language.terms import Relation, Statement
from symkl.language.writing import formula
from tests.book import PAGES, page

MARK = r"\changed{"


def statements(name: str) -> Iterator[Statement]:
    return (step.statement for step in page(name).steps if step.statement is not None and step.kind is Kind.STEP)


def terms(name: str) -> Iterator[t.Term]:
    for step in page(name).steps:
        if step.statement is not None:
            yield from (step.statement.left, step.statement.right)


def places(term: t.Term, path: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    yield path
    for i, part in enumerate(term.parts()):
        yield from places(part, (*path, i))


def pieces(latex: str) -> tuple[str, list[str]]:
    """The formula without its marks, and what stood under each, inner marks taken away, too."""
    out, under, opened, depth, i = "", [], [], 0, 0
    while i < len(latex):
        if latex.startswith(MARK, i):
            opened.append((depth, len(out)))
            depth += 1
            i += len(MARK)
            continue
        if latex[i] == "}" and opened and opened[-1][0] == depth - 1:
            under.append(out[opened.pop()[1] :])
            depth -= 1
            i += 1
            continue
        depth += (latex[i] == "{") - (latex[i] == "}")
        out += latex[i]
        i += 1
    assert not opened
    assert depth == 0
    return out, under


def balanced(latex: str) -> bool:
    """Whether every brace, parenthesis and ``\\left`` that opens in a piece of LaTeX closes in it."""
    stack: list[str] = []
    closes = {"}": "{", ")": "(", "]": "[", r"\right)": r"\left(", r"\right]": r"\left["}
    for token in re.findall(r"\\left[(\[]|\\right[)\]]|[{}()\[\]]", latex):
        if token in closes:
            if not stack or stack.pop() != closes[token]:
                return False
        else:
            stack.append(token)
    return not stack


@pytest.mark.parametrize("name", PAGES)
class TestPage:
    def test_without_its_marks_a_side_is_what_it_is_without_marking(self, name: str) -> None:
        for statement in statements(name):
            for side, shown in zip((statement.left, statement.right), marked(statement), strict=True):
                assert pieces(shown.latex)[0] == formula(side).latex
                assert shown.text == formula(side).text
                assert all(balanced(piece) for piece in pieces(shown.latex)[1]), shown.latex

    def test_any_parts_may_be_marked(self, name: str) -> None:
        random = Random(7)
        for term in terms(name):
            every = list(places(term))
            for _ in range(4):
                some = [path for path in every if random.random() < 0.3]
                found, under = pieces(formula(term, some).latex)
                assert found == formula(term).latex
                assert all(balanced(piece) for piece in under)

    def test_a_part_that_is_marked_is_what_stands_under_the_mark(self, name: str) -> None:
        for term in terms(name):
            for path in places(term):
                part = at(term, path)
                if isinstance(part, t.Number) and part.value <= 1:
                    continue  # a sign, a quotient, a factor 1: not written as a number
                _, under = pieces(formula(term, [path]).latex)
                assert under, (formula(term).text, path)
                if isinstance(part, t.Scalar) or getattr(part, "name", "") in ("exp", "σ", "E", "KL"):
                    assert set(under) == {formula(part).latex}

    def test_what_is_marked_is_not_on_the_other_side(self, name: str) -> None:
        """A name is marked more often than not only because it occurs more often: as often as on both sides."""
        for statement in statements(name):
            for before, after in ((statement.left, statement.right), (statement.right, statement.left)):
                new = changed(before, after)
                kept = [path for path in places(after) if not any(path[: len(each)] == each for each in new)]
                names = [formula(at(after, path)).text for path in kept if isinstance(at(after, path), t.Scalar)]
                other = [formula(at(before, p)).text for p in places(before) if isinstance(at(before, p), t.Scalar)]
                if new:
                    assert all(names.count(each) <= other.count(each) for each in names), formula(after).text

    def test_a_formula_against_itself_has_nothing_new(self, name: str) -> None:
        assert not any(changed(term, term) for term in terms(name))


def shown(name: str, text: str) -> tuple[list[str], list[str]]:
    """What is marked on the left and on the right of the step with this text."""
    (statement,) = [s for s in statements(name) if "{} {} {}".format(*map(as_text, of_statement(s))) == text]
    left, right = marked(statement)
    return pieces(left.latex)[1], pieces(right.latex)[1]


def as_text(part: object) -> str:
    return str(getattr(part, "text", part))


LOG_RATIO = r"\beta \log \left(\frac{\pi(y)}{\pi_{\mathrm{ref}}(y)}\right)"


@pytest.mark.parametrize(
    ("name", "text", "gone", "new"),
    [
        (  # β log Z is added and subtracted
            "kl_rewriting",
            "E_{y∼π}[r(y) − β log (π(y)/π_ref(y))] = β log Z + E_{y∼π}[r(y) − β log Z − β log (π(y)/π_ref(y))]",
            [],
            [r"\beta \log Z", r"\beta \log Z"],
        ),
        (  # the divergence goes into the mean
            "kl_rewriting",
            "E_{y∼π}[r(y)] − β KL(π‖π_ref) = E_{y∼π}[r(y) − β log (π(y)/π_ref(y))]",
            [r"\beta D_{\mathrm{KL}}(\pi \,\|\, \pi_{\mathrm{ref}})"],
            [LOG_RATIO],
        ),
        (  # a divergence to another policy
            "kl_rewriting",
            "E_{y∼π}[r(y)] − β KL(π‖π_ref) = β log Z − β KL(π‖π*)",
            [r"\mathbb{E}_{y\sim \pi}\left[r(y)\right]", r"\pi_{\mathrm{ref}}"],
            [r"\beta \log Z", r"\pi^{*}"],
        ),
        (  # β is taken out, and r divided by it
            "donsker_varadhan",
            "max_π E_{y∼π}[r(y)] − β KL(π‖π_ref) = β (max_π E_{y∼π}[r(y)/β] − KL(π‖π_ref))",
            [r"\beta"],
            [r"\beta", r"\beta"],
        ),
        ("trade_off", "∂/∂β E = β ∂/∂β K", ["E"], [r"\beta", "K"]),
        ("countable", "log n ≤ log (n + 1)", [], ["1"]),
        (
            "soft_values",
            "π_ref(a|s) exp((r(s, a) + w(s))/β)/(Σ_a π_ref(a|s) exp((r(s, a) + w(s))/β))"
            " = π_ref(a|s) exp(r(s, a)/β)/(Σ_a π_ref(a|s) exp(r(s, a)/β))",
            ["w(s)", "w(s)"],
            [],
        ),
        ("kl_rewriting", "KL(π‖π*) ≥ 0", [], []),  # nothing to lay on each other
        ("lagrangian", "π(y) = π_ref(y) exp(r(y)/β)/Z", [], []),
        ("limits", "r(y) − E_{y∼π_ref}[r(y)] ≤ h − l", [], []),
        ("trade_off", "log Z − E/β = −K", [], []),
    ],
)
def test_what_a_teacher_would_underline(name: str, text: str, gone: list[str], new: list[str]) -> None:
    assert shown(name, text) == (gone, new)


A, B, C, D = (t.Scalar(name) for name in "abcd")
MINUS, TWO = t.Number(Fraction(-1)), t.Number(Fraction(2))


def under(before: t.Term, after: t.Term) -> list[str]:
    return pieces(formula(after, changed(before, after)).latex)[1]


def test_what_only_moved_is_not_new() -> None:
    assert under(t.Add((A, t.log(B), C)), t.Add((C, A, t.log(B)))) == []
    assert under(t.Mul((A, t.Mul((B, C)))), t.Mul((t.Mul((C, A)), B))) == []
    assert under(t.log(t.Add((A, B))), t.Mul((C, t.log(t.Add((B, A)))))) == ["c"]


def test_what_stands_there_twice_is_new_once() -> None:
    assert under(t.Add((A, B)), t.Add((A, B, A))) == ["a"]


def test_neighbours_share_a_mark() -> None:
    assert under(t.Add((A, B)), t.Add((A, C, t.Mul((MINUS, D)), B))) == ["c - d"]
    assert under(t.log(A), t.Mul((B, C, t.log(A)))) == ["b c"]


def test_a_sign_that_turned_marks_what_it_belongs_to() -> None:
    assert under(t.Add((A, B, C)), t.Add((A, B, t.Mul((MINUS, C))))) == ["c"]


def test_a_mark_on_all_is_no_mark() -> None:
    assert under(A, t.log(B)) == []
    assert under(A, t.Add((A, t.exp(t.Add((B, C, D)))))) == []


def test_a_divisor_is_marked_below_the_line() -> None:
    whole = t.Mul((t.log(A), t.Power(t.Add((B, C)), t.Number(Fraction(-2)))))
    assert formula(whole, [(1,)]).latex == r"\frac{\log a}{\changed{\left(b + c\right)^{2}}}"
    assert under(t.log(A), t.Mul((t.log(A), t.Power(B, MINUS)))) == ["b"]


def test_one_object_in_two_places_is_marked_in_one() -> None:
    assert formula(t.Add((A, t.log(A))), [(1, 0)]).latex == r"a + \log \changed{a}"


def test_a_negative_number_keeps_its_mark() -> None:
    assert formula(t.Mul((t.Number(Fraction(-2)), A)), [(0,)]).latex == r"-\changed{2} a"


def test_both_sides_are_left_alone_where_one_is_all_new() -> None:
    statement = Statement(t.Add((A, B)), Relation.EQUAL, A)
    left, right = marked(statement)
    assert (pieces(left.latex)[1], pieces(right.latex)[1]) == (["b"], [])
    left, right = marked(Statement(t.Add((A, B)), Relation.EQUAL, t.exp(t.Add((C, D)))))
    assert MARK not in left.latex + right.latex


def test_two_is_a_number_like_others() -> None:
    assert under(t.Mul((A, B)), t.Mul((TWO, A, B))) == ["2"]
