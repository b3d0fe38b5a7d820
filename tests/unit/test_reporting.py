"""Reports, built by hand, as a terminal and a JSON reader get them."""

from __future__ import annotations

import io
import json
import os
from dataclasses import replace

import pytest
from rich import text as rich_text
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.console import Console
from rich.style import Style

import symkl
from symkl.checking.report import Claim, Line, Overall, Report, Status
from symkl.language.troubles import Trouble
from symkl.language.writing import Formula
from symkl.refuting.counterexample import Counterexample, Point, Setting
from symkl.repairing.suggestion import Suggestion
from symkl.reporting.cells import _SINGLE
from symkl.reporting.cells import cell_len as our_cell_len
from symkl.reporting.json import as_object, dumps
from symkl.reporting.sentences import in_letters
from symkl.reporting.styled import _CODES, Text, columns, painted
from symkl.reporting.terminal import Look, render, render_summary
from symkl.reporting.text import harmless, spelled, wrap

STATED = Line(
    14, 4, r"\max_\pi E[r]", None, Status.STATED,
    readable="max_π E_{y∼π(·|x), x∼P}[r(x,y)] − β E_{x∼P}[KL(π(·|x) ‖ π_ref(·|x))]",
    notes=("'(' at 14:118 is never closed; read as closed before ']'",),
)  # fmt: skip
ASSUMED = Line(20, 1, "z(x) = ..", None, Status.ASSUMED, law="definition", readable="z(x) = Σ_y π_ref(y|x)")
PROVED = Line(
    30, 1, "= E[r]", "=", Status.PROVED, scope="value", law="identity",
    because="definition of KL", readable="E[r] − β KL", assumptions=("β > 0",),
)  # fmt: skip
WITNESS = Counterexample(
    "two responses, π_ref = (1/2, 1/2), r = (1, 0), β = 1",
    (Setting("π_ref(y1|x1)", "1/2", "0.5"), Setting("π*(y1|x1)", None, "0.731")),
    (Point("π = π* = (0.731, 0.269)", "1.240", "0"), Point("π = (1/2, 1/2)", "1.120", "0.120")),
    ("the row before", "this row"),
)
REFUTED = Line(
    71, 3, r"\equiv \max_\pi \beta D(\pi\|\pi^*)", "≡", Status.REFUTED, scope="optimiser",
    because="This is largest where the row before is smallest.",
    residual=Formula("2β log z(x)", r"2\beta\log z(x)"),
    residual_words="the two sides differ by 2β log z(x)",
    counterexample=WITNESS,
    suggestions=(
        Suggestion(
            "flip this sign", r"\equiv \max_\pi -\beta D(\pi\|\pi^*)", "sign of KL in a maximum", (16, 17)
        ),
    ),
    readable="max_π β KL(π ‖ π*)",
)  # fmt: skip
TROUBLE = Trouble(
    75, 3, 1, r"$$(\pi_{ref} \foo $$", "'(' is never closed", "the end of the row", "')'", "close it"
)  # fmt: skip
UNREADABLE = Line(75, 3, r"(\pi_{ref} \foo", None, Status.UNREADABLE, trouble=TROUBLE)
UNKNOWN = Line(80, 1, r"\le 2", "≤", Status.UNKNOWN, because="no law applies", readable="E[r̂_θ]² + 2^(2^t)")
ROWS = (STATED, ASSUMED, PROVED, REFUTED, UNREADABLE, UNKNOWN)
NOTE = Report(
    "note.md", Overall.REFUTED, Claim("optimal-policy", False, "row 71 does not follow"), ROWS,
    ("β > 0", "π_ref > 0"),
)  # fmt: skip
GOOD = Report("good.md", Overall.PROVED, Claim("gibbs", True), (PROVED,), ("β > 0",))


def shown(report: Report, width: int = 80, encoding: str = "utf-8", *, quiet: bool = False) -> str:
    return render(report, Look(width, encoding), quiet=quiet).plain


# --- terminal: what it says ---------------------------------------------------------------------


def test_symbols_never_stand_without_their_word() -> None:
    text = shown(NOTE)
    for label in ("· stated", "∴ assumed", "✓ proved", "✗ REFUTED", "⚠ unreadable", "? unknown"):
        assert label in text


def test_a_refuted_row_says_what_is_off_where_and_what_to_write() -> None:
    text = shown(NOTE)
    assert "The two sides differ by 2β log z(x)" in text
    assert "Two responses, π_ref = (1/2, 1/2), r = (1, 0), β = 1:" in text
    assert "Did you mean: flip this sign (sign of KL in a maximum)." in text


def test_the_table_of_points_is_aligned_under_its_heads() -> None:
    lines = shown(NOTE).splitlines()
    head = next(i for i, line in enumerate(lines) if "this row" in line and "the row before" in line)
    first, second = lines[head + 1 : head + 3]
    assert lines[head].index("the row before") + len("the row before") == first.index("1.240") + len("1.240")
    assert len(lines[head]) == len(first) == len(second)


def test_a_formula_at_the_start_of_a_sentence_keeps_its_case() -> None:
    witness = WITNESS._replace(summary="π_ref = (1/2, 1/2), r = (1, 0)")
    text = shown(replace(NOTE, lines=(replace(REFUTED, counterexample=witness, residual_words="r is off"),)))
    assert "π_ref = (1/2, 1/2)" in text
    assert "Π_ref" not in text
    assert "r is off: 2β log z(x)" in text


@pytest.mark.parametrize("width", [80, 34])
def test_the_mark_stands_under_what_a_suggestion_changes(width: int) -> None:
    latex = r"\max_{\text{distribution}\ \pi(\cdot \mid x)} -\beta D_{\text{KL}}(\pi \| \pi^*)"
    start = latex.index("-")
    row = replace(REFUTED, suggestions=(Suggestion("flip", latex, "sign", (start, start + 1)),))
    lines = shown(replace(NOTE, lines=(row,)), width).splitlines()
    marks = [i for i, line in enumerate(lines) if set(line.strip()) == {"^"}]
    assert len(marks) == 1
    assert lines[marks[0] - 1][lines[marks[0]].index("^")] == "-"


def test_a_mark_shows_even_where_text_was_only_taken_away() -> None:
    row = replace(REFUTED, suggestions=(Suggestion("drop", r"\log Z", "", (6, 6)),))
    assert "^" in shown(replace(NOTE, lines=(row,)))


def test_an_unreadable_row_has_place_caret_and_advice() -> None:
    lines = shown(NOTE).splitlines()
    at = next(i for i, line in enumerate(lines) if "note.md:75:3: '(' is never closed" in line)
    excerpt, caret = lines[at + 1 : at + 3]
    assert excerpt[caret.index("^")] == "("
    told = "\n".join(lines[at:])
    assert "found:    the end of the row" in told
    assert "expected: ')'" in told
    assert "write:    close it" in told


@pytest.mark.parametrize("width", [40, 80])
def test_an_unreadable_row_says_it_once_and_claims_no_relation(width: int) -> None:
    row = replace(UNREADABLE, relation="≡", because=TROUBLE.message)
    text = shown(replace(NOTE, lines=(row,)), width)
    assert text.count("is never closed") == 1
    assert "≡" not in text


@pytest.mark.parametrize("width", [40, 80])
@pytest.mark.parametrize("column", [1, 50, 4999, 5001])
def test_the_caret_stays_on_its_character_in_a_long_line(column: int, width: int) -> None:
    excerpt = "".join("abcdefghij"[i % 10] for i in range(5000))
    trouble = replace(TROUBLE, excerpt=excerpt, column=column, width=3)
    lines = shown(replace(NOTE, lines=(replace(UNREADABLE, trouble=trouble),)), width).splitlines()
    caret = next(i for i, line in enumerate(lines) if set(line.strip()) == {"^"})
    under = lines[caret - 1][lines[caret].index("^") :][:1]
    assert under == (excerpt[column - 1 : column])
    assert max(map(len, lines)) <= width


def test_the_caret_counts_cells_not_characters() -> None:
    trouble = replace(TROUBLE, excerpt="証明 (x", column=4)
    lines = shown(replace(NOTE, lines=(replace(UNREADABLE, trouble=trouble),))).splitlines()
    excerpt = next(line for line in lines if "証明" in line)
    caret = lines[lines.index(excerpt) + 1]
    assert caret.index("^") == cell_len(excerpt[: excerpt.index("(")])


def test_the_summary_line_counts_names_the_claim_and_what_it_rests_on() -> None:
    text = " ".join(shown(NOTE, 120).split())
    assert "refuted: 1 of 6 rows. 1 unreadable, 1 unknown, 1 proved, 1 assumed, 1 stated." in text
    assert "Claim optimal-policy: NOT met (row 71 does not follow)." in text
    assert "Rests on: β > 0, π_ref > 0." in text
    assert "Claim gibbs: met." in shown(GOOD)


def test_an_incomplete_proof_says_why() -> None:
    claim = Claim("gibbs", False, "the last row states less")
    report = replace(GOOD, verdict=Overall.INCOMPLETE, claim=claim)
    assert "incomplete: every row follows. 1 proved." in shown(report)
    assert "Claim gibbs: NOT met (the last row states less)." in shown(report, 60)


def test_a_document_without_formulas_is_not_called_proved() -> None:
    text = shown(Report("a.md", Overall.PROVED, None, ()))
    assert "nothing to check" in text
    assert "proved" not in text


def test_a_contradiction_is_shouted_and_told_what_to_do_about() -> None:
    text = shown(replace(GOOD, disagreements=("row 30: 1.2 is not 1.3",)))
    assert "SYMKL CONTRADICTS ITSELF" in text
    assert "row 30: 1.2 is not 1.3" in text
    assert "please report it" in text
    assert "✗ CONTRADICTION: see above" in text
    assert "✓ proved: " not in text


def test_quiet_keeps_what_needs_attention_and_the_verdict() -> None:
    text = shown(NOTE, quiet=True)
    assert "✓ proved" not in text
    assert "stated" not in text.splitlines()[1]
    assert "✗ REFUTED" in text
    assert "refuted: 1 of 6 rows" in text


def test_the_scope_of_a_proof_is_said() -> None:
    row = replace(PROVED, law="same maximiser", scope="optimiser", because="the values differ by β log z(x)")
    assert "same maximiser, for the maximiser (or minimiser), not the value:" in " ".join(
        shown(replace(GOOD, lines=(row,))).split()
    )


def test_many_files_come_to_one_summary() -> None:
    odd = replace(GOOD, file="odd.md", disagreements=("x",))
    lines = render_summary([NOTE, GOOD, odd], Look()).plain.splitlines()
    assert lines[0] == "3 files: 2 proved, 1 refuted."
    assert lines[1].split() == ["✗", "refuted", "note.md:71"]
    assert lines[2].split() == ["✗", "CONTRADICTION", "odd.md:30"]


# --- terminal: how it fits ----------------------------------------------------------------------


@pytest.mark.parametrize("width", [30, 40, 63, 64, 80, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    text = shown(replace(NOTE, disagreements=("row 30: one side is 1.2 and the other 1.3",)), width)
    assert max(map(cell_len, text.splitlines())) <= width


def test_reasons_stand_beside_the_formula_where_there_is_room() -> None:
    def beside(width: int) -> bool:
        lines = shown(GOOD, width).splitlines()
        return any("E[r] − β KL" in line and "definition of KL" in line for line in lines)

    assert beside(80)
    assert not beside(40)


def test_formulas_break_where_the_fewest_brackets_are_open() -> None:
    text = "E[r(x,y) − β KL(π ‖ π_ref)] + β log Z(x)"
    pieces = [text[a:b] for a, b in wrap(text, 32, formula=True)]
    assert pieces == ["E[r(x,y) − β KL(π ‖ π_ref)]", "+ β log Z(x)"]


def test_nothing_is_lost_and_no_accent_is_parted_in_wrapping() -> None:
    text = "r\u0302" * 40
    pieces = [text[a:b] for a, b in wrap(text, 11)]
    assert "".join(pieces) == text
    assert not any(piece.startswith("\u0302") for piece in pieces)


def test_a_huge_row_is_shortened() -> None:
    text = shown(replace(GOOD, lines=(replace(PROVED, readable="x + " * 100_000),)))
    assert len(text) < 10_000
    assert "(400,000 characters)" in text.replace("\n", " ").replace("  ", " ")


# --- terminal: what strangers write -------------------------------------------------------------

HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202ereversed\u2028\x00[bold]markup[/bold]"


def hostile_report() -> Report:
    h = HOSTILE
    trouble = Trouble(1, 2, 1, h, h, h, h, h)
    witness = Counterexample(h, (), (Point(h, h, h),), (h, h))
    edits = (Suggestion(h, h, h, (0, 3)),)
    row = Line(1, 1, h, "=", Status.REFUTED, None, h, h, Formula(h, h), h, witness, edits, (h,), (h,))
    rows = (row, replace(row, readable=h), Line(1, 1, h, None, Status.UNREADABLE, trouble=trouble))
    return Report(h, Overall.REFUTED, Claim(h, False, h), rows, (h,), (h,), (trouble,))


@pytest.mark.parametrize("width", [30, 80])
def test_no_control_character_of_a_document_reaches_the_terminal(width: int) -> None:
    for text in (render(hostile_report(), Look(width)), render_summary([hostile_report()] * 2, Look(width))):
        shown = painted(text, colour=False)
        assert not set(shown) & set("\x00\x07\x1b\x9b\u202e\u2028")
        assert "[bold]" in shown or "files:" in shown


def test_what_is_painted_is_what_rich_would_send() -> None:
    text = render(NOTE, Look())
    for colour in (True, False):
        stream = io.StringIO()
        console = Console(
            file=stream, force_terminal=colour, color_system="standard" if colour else None, width=200,
            highlight=False, markup=False, emoji=False, legacy_windows=False,
        )  # fmt: skip
        for line in painted(text, colour=False).split("\n"):
            assert cell_len(line) <= 200
        console.print(rich_text.Text.assemble(*text.parts), soft_wrap=True)
        assert stream.getvalue() == painted(text, colour=colour) + "\n"
        assert ("\x1b[" in stream.getvalue()) is colour


def test_every_style_is_one_that_rich_knows() -> None:
    for style in [*_CODES, "bold red", "bold green", "bold magenta"]:
        assert painted(Text("x", style), colour=True) == Style.parse(style).render(
            "x", color_system=ColorSystem.STANDARD
        )


def test_what_is_taken_for_one_cell_is_one() -> None:
    assert {character for character in _SINGLE if cell_len(character) != 1} == set()


@pytest.mark.parametrize("text", ["", "β KL(π‖π_ref) ≤ ∑", "証明", "r\u0302_θ", "⚠\ufe0f", "x" * 600 + "証"])
def test_texts_are_as_wide_as_rich_says(text: str) -> None:
    assert our_cell_len(text) == cell_len(text)


def test_nothing_is_changed_by_what_is_appended_to_it() -> None:
    head = Text("a", "bold")
    assert (head.append("b").plain, head.append("", "red").plain, head.plain) == ("ab", "a", "a")


@pytest.mark.parametrize(
    ("told", "term", "colour", "wide"),
    [
        ("61", "xterm", False, 61),
        ("61", "dumb", False, 61),
        ("61", "dumb", True, 80),
        ("0", "xterm", False, 99),
        ("", "xterm", True, 99),
    ],
)
def test_the_width_is_what_is_told_else_that_of_a_terminal(
    told: str, term: str, colour: bool, wide: int, monkeypatch
) -> None:
    def size(stream: int) -> os.terminal_size:
        if stream < 2:
            raise OSError
        return os.terminal_size((99, 20))

    monkeypatch.setenv("COLUMNS", told)
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr(os, "get_terminal_size", size)
    assert columns(colour=colour) == wide


def test_where_there_is_no_terminal_a_line_has_the_usual_width(monkeypatch) -> None:
    def size(stream: int) -> os.terminal_size:
        raise OSError

    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(os, "get_terminal_size", size)
    assert columns(colour=False) == 80


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp437", "cp1252"])
def test_every_line_can_be_encoded(encoding: str) -> None:
    text = shown(replace(NOTE, lines=(*ROWS, replace(PROVED, readable="π 証明 𝔼"))), 80, encoding)
    text.encode(encoding)
    assert max(map(len, text.splitlines())) <= 80


def test_ascii_keeps_the_words_and_spells_the_letters() -> None:
    text = shown(NOTE, 120, "ascii")
    assert "x REFUTED" in text
    assert "max_pi beta KL(pi || pi*)" in text
    assert spelled("r̂_θ ≤ βπ", "ascii") == "r_hat_theta <= beta pi"


def test_harmless_leaves_mathematics_alone() -> None:
    formula = "r̂_θ(x,y) − β KL(π‖π*) ≤ Σ_y ∇"
    assert harmless(formula) == formula


# --- JSON ---------------------------------------------------------------------------------------

LINE_KEYS = [
    "line", "column", "source", "relation", "status", "scope", "law", "because", "residual", "counterexample",
    "suggestions", "assumptions", "notes",
]  # fmt: skip


def test_the_keys_of_the_schema_come_first_and_in_its_order() -> None:
    report = as_object(NOTE)
    assert list(report)[:5] == ["schema", "file", "verdict", "claim", "lines"]
    assert report["schema"] == "symkl-report/1"
    for line in json.loads(dumps([NOTE]))[0]["lines"]:
        assert list(line)[:13] == LINE_KEYS


def test_json_is_an_array_with_one_object_a_file() -> None:
    assert json.loads(dumps([])) == []
    assert [each["file"] for each in json.loads(dumps([NOTE, GOOD]))] == ["note.md", "good.md"]


def test_json_of_a_refuted_row() -> None:
    row = json.loads(dumps([NOTE]))[0]["lines"][3]
    assert row["status"] == "refuted"
    assert row["residual"] == {
        "text": "2β log z(x)", "latex": r"2\beta\log z(x)", "words": "the two sides differ by 2β log z(x)",
    }  # fmt: skip
    assert (row["counterexample"]["left"], row["counterexample"]["right"]) == ("1.240", "0")
    assert row["counterexample"]["problem"]["settings"][1] == {
        "name": "π*(y1|x1)", "exact": None, "approximate": "0.731",
    }  # fmt: skip
    [suggestion] = row["suggestions"]
    assert list(suggestion)[:3] == ["edit", "latex", "slip"]
    assert suggestion["latex"][slice(*suggestion["changed"])] == "-"


def test_json_has_null_where_there_is_nothing() -> None:
    report = json.loads(dumps([replace(GOOD, claim=None)]))[0]
    row = report["lines"][0]
    assert report["claim"] is None
    assert row["residual"] is row["counterexample"] is row["trouble"] is None
    assert row["suggestions"] == row["notes"] == []
    assert row["assumptions"] == ["β > 0"]


def test_json_of_an_unreadable_row_says_why() -> None:
    row = json.loads(dumps([NOTE]))[0]["lines"][4]
    assert row["because"] == "'(' is never closed"
    assert row["trouble"]["advice"] == "close it"


def test_json_is_stable_and_spells_greek_as_greek() -> None:
    assert dumps([NOTE, GOOD]) == dumps([NOTE, GOOD])
    assert "β" in dumps([NOTE])


def test_a_verdict_is_no_truth_value() -> None:
    report = symkl.check_text(r"$$ a = b $$", "a.md")
    for answer in (report.verdict, report.lines[0].status):
        with pytest.raises(
            TypeError, match=r"is no truth value: compare it, as in `answer is (Overall|Status).PROVED`"
        ):
            bool(answer)


@pytest.mark.parametrize(("said", "letters"), [
    (r"flip the sign of \beta\log Z(x)", "flip the sign of β log Z(x)"),
    (r"halve \left( \log \frac{p(y)}{q(y) + 1} \right)^2", "halve (log (p(y)/(q(y) + 1)))^2"),
    (r"write \ge for \le", "write ≥ for ≤"),
    (r"leave out \unheard{of}", r"leave out \unheard{of}"),
    ("put a minus sign in front", "put a minus sign in front"),
])  # fmt: skip
def test_an_edit_is_said_in_letters(said: str, letters: str) -> None:
    assert in_letters(said) == letters


def test_the_terminal_says_an_edit_in_letters_and_shows_the_row_as_it_is_to_be_written() -> None:
    row = r"$$ r(x, y) = \beta \log \frac{\pi^*(y | x)}{\pi_{ref}(y | x)} - \beta \log Z(x) $$"
    report = symkl.check_text(row, "a.md")
    text = " ".join(shown(report).split())
    assert "Did you mean: flip the sign of β log Z(x)" in text and r"+ \beta \log Z(x)" in text
