"""One command line: what is said of a slip of the finger, formats, what counts, what is mended, what a project says."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
import xml.etree.ElementTree as ET
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from symkl import cli
from symkl.batch import find
from symkl.checking.document import check_text
from symkl.checking.fixing import applied, mended, mends
from symkl.checking.report import Claim, Overall, Status
from symkl.cli.options import colour
from symkl.cli.parsing import Several, commands_of, gathered, meant
from symkl.reading.documents import MOST_LINES, MOST_MARKS
from symkl.reporting.annotations import Note, github
from symkl.reporting.findings import findings
from symkl.reporting.selecting import BadBaseline, Selection, baseline, marks, new
from symkl.reporting.text import wrap
from symkl.teaching.explaining import explained, names
from symkl.teaching.slips import SLIPS

ROOT = Path(__file__).parents[2]
RIGHT = "# A\n\n$$ \\log e^{r(x,y)} = r(x,y) $$\n"
WRONG = r"""# A

$$ \log \frac{\pi(y|x)}{\pi_{ref}(y|x)} = \log \pi(y|x) + \log \pi_{ref}(y|x) $$
"""
MENDED = WRONG.replace("+ ", "- ")


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    def write(name: str, text: str | bytes) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return name

    return write


@pytest.fixture
def symkl(capfd):
    def symkl(*arguments: str) -> tuple[int, str, str]:
        try:
            code = cli.main(arguments)
        except SystemExit as stopped:
            code = stopped.code if isinstance(stopped.code, int) else 1
        out, err = capfd.readouterr()
        return code, out, err

    return symkl


# --- what was meant -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["chek", "a.md"], "no command is called 'chek'; did you mean check?"),
        (["a.md"], "'a.md' is a file and no command; to check it: symkl check a.md"),
        (["nothing-like-it"], "no command is called 'nothing-like-it'; there are check"),
        (["check", "--frmat", "json", "a.md"], "no option is called '--frmat'; did you mean --format?"),
        (["check", "--frmat=json", "a.md"], "no option is called '--frmat'; did you mean --format?"),
        (["tilt", "a.csv", "--zzz"], "no option is called '--zzz'\n"),
        (["check", "a.md", "--format", "jsn"], "'jsn' is not known; did you mean json?"),
        (["check", "a.md", "--select", "prooved"], "'prooved' is not known; did you mean proved?"),
        (["check", "a.md", "--claim", "dpo-los"], "no theorem is called 'dpo-los'; did you mean dpo-loss?"),
        (["tilt", "a.csv", "b.csv"], "'b.csv' is one argument too many"),
        (["tilt", "a.csv", "--format", "latx"], "did you mean latex?"),
        (["explain", "sgn of log Z"], "did you mean sign of log Z"),
    ],
)
def test_a_slip_of_the_finger_is_answered_with_what_was_meant(arguments: list[str], said: str, write, symkl) -> None:
    write("a.md", RIGHT)
    code, out, err = symkl(*arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_what_is_like_nothing_is_not_guessed() -> None:
    assert meant("options", cli.COMMANDS) == ""


@pytest.mark.parametrize("command", list(cli.COMMANDS))
def test_every_command_speaks_the_same_words(command: str) -> None:
    options = {name: each for each in commands_of(cli.parser(command))[command]._actions for name in each.option_strings}
    if command in ("completion", "lsp", "mcp", "agents-md"):  # which have nothing of the kind to show
        return
    assert {"--format", "--quiet", "-q"} <= options.keys()
    painted = {"--color", "--colour", "--width"}
    assert painted <= options.keys() or not painted & options.keys()  # lists and tables need neither
    assert list(options["--format"].choices)[:2] == ["text", "json"]
    assert options["--format"].default == "text"


@pytest.mark.parametrize("flag", ["-V", "--version"])
def test_the_version_has_a_short_flag(flag: str, symkl) -> None:
    assert symkl(flag)[:2] == (0, f"symkl {cli.VERSION}\n")


@pytest.mark.parametrize(
    ("old", "new_"),
    [
        (["check", "--format", "terminal", "a.md"], ["check", "--format", "text", "a.md"]),
        (["tilt", "--format", "table", "t.csv"], ["tilt", "--format", "text", "t.csv"]),
        (["tokens", "--vocabulary", "50", "--rows", "1", "--json"], ["tokens", "--vocabulary", "50", "--rows", "1", "--format", "json"]),
    ],
)
def test_old_spellings_work_and_say_the_new_one(old: list[str], new_: list[str], write, symkl) -> None:
    write("a.md", RIGHT)
    write("t.csv", "response,reward,logit\na,1,0\nb,2,0\n")
    code, out, err = symkl(*old)
    assert (code, out) == symkl(*new_)[:2]
    assert re.match(r"symkl: note: \S+( \S+)? is now written --format \w+;", err)
    assert symkl(*new_)[2] == ""


@pytest.mark.parametrize(
    "betas", [["--beta", "0.1,1,10"], ["--beta", "0.1", "1", "10"], ["--beta=0.1,1,10"], ["--beta", "0.1", "--beta", "1,10"]]
)
def test_temperatures_and_a_file_behind_them(betas: list[str], write, symkl) -> None:
    write("t.csv", "response,reward,logit\na,1,0\nb,2,0\n")
    code, out, err = symkl("tilt", *betas, "t.csv", "--format", "csv")
    assert (code, err) == (0, "")
    assert {line.split(",")[3] for line in out.splitlines()[1:]} == {"0.1", "1", "10"}


def test_files_may_stand_before_and_behind_options(write, symkl) -> None:
    write("a.md", RIGHT)
    write("b.md", WRONG)
    code, out, _ = symkl("check", "a.md", "-q", "--format", "json", "b.md")
    assert (code, [each["file"] for each in json.loads(out)]) == (1, ["a.md", "b.md"])
    assert "did you mean --quiet?" in symkl("check", "a.md", "-q", "b.md", "--quet")[2]


def test_what_belongs_to_an_option_is_told_by_its_looks() -> None:
    pairs = Several(lambda word: "=" in word)
    assert gathered(["--bind", "a=b", "c=d", "f.py:g"], "--bind", pairs) == ["--bind=a=b", "--bind=c=d", "f.py:g"]
    assert gathered(["--", "--bind", "a=b"], "--bind", pairs) == ["--", "--bind", "a=b"]
    assert gathered(["--bind"], "--bind", pairs) == ["--bind"]


@pytest.mark.skipif(find_spec("torch") is not None, reason="torch is here")
def test_an_option_that_needs_torch_is_blamed_itself(symkl) -> None:
    code, _, err = symkl("tokens", "--vocabulary", "10", "--rows", "1", "--fused")
    assert code == 2
    assert err.startswith("symkl: --fused: it computes with torch")


# --- formats ------------------------------------------------------------------------------------

MANY = WRONG + "\n$$ f( = 2 $$\n\n<!-- symkl: skip -->\n\n$$ 1 = 1 $$\n\n$$ 2 = 2 $$\n"


def test_concise_is_a_line_a_finding(write, symkl) -> None:
    code, out, _ = symkl("check", "--format", "concise", write("a b.md", MANY))
    assert code == 1
    found = [re.fullmatch(r"a b\.md:(\d+):(\d+): (\w+): (.+)", line) for line in out.splitlines()]
    assert [(each[1], each[3]) for each in found if each] == [("3", "refuted"), ("5", "unreadable"), ("9", "skipped")]
    assert all(found)


def test_a_finding_acts_on_no_terminal_and_breaks_no_line(write, symkl) -> None:
    out = symkl("check", "--format", "concise", write("a.md", "$$ a \x1b[31m = \u2028 b $$\n"))[1]
    assert "\x1b" not in out
    assert len(out.splitlines()) == out.count("\n")


def test_github_escapes_what_it_must() -> None:
    line = github([Note("refuted", "error", "a,b:c.md", 3, 4, "50% off\nnow", (3, 9))], "t")
    assert line == "::error file=a%2Cb%3Ac.md,line=3,col=4,endLine=3,endColumn=9,title=t::50%25 off%0Anow"


def test_a_path_is_told_as_a_repository_names_it(write, symkl) -> None:
    write("p/a.md", WRONG)
    assert symkl("check", "--format", "github", ".")[1].startswith("::error file=p/a.md,line=3,")


def test_junit_has_a_case_a_row(write, symkl) -> None:
    out = symkl("check", "--format", "junit", write("a.md", MANY), write("b.md", RIGHT))[1]
    whole = ET.fromstring(out)
    assert (whole.get("tests"), whole.get("failures")) == ("5", "3")
    assert [len(suite.findall("testcase")) for suite in whole] == [4, 1]
    assert [len(suite.findall("testcase/failure")) for suite in whole] == [3, 0]


def test_every_document_that_is_not_proved_has_a_finding_and_no_other_has() -> None:
    paths = [*(ROOT / "docs/proofs").glob("*.md"), *(ROOT / "tests/golden/malformed").glob("*.md")]
    texts = [path.read_text("utf-8", "replace") for path in sorted(paths)]
    texts += ["", "prose", "$$ a", MANY, "$$ \\beta = 2 $$", "<!-- symkl: claim gibbs -->\n$$ 1 = 1 $$", "```\n$$ a = b $$\n```"]
    for text in texts:
        report = check_text(text, "a.md")
        proved = report.verdict is Overall.PROVED and bool(report.lines)
        assert (findings(report) == ()) is proved, text


def test_rows_can_be_asked_for_by_status(write, symkl) -> None:
    out = symkl("check", "--format", "concise", "--select", "proved", write("a.md", MANY))
    assert (out[0], out[1]) == (0, "a.md:11:4: proved: 2 = 2; identity: both sides have the same normal form\n")


# --- what counts --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ([], 1), (["--exit-zero"], 0), (["--ignore", "refuted"], 1), (["--ignore", "refuted,unreadable,skipped"], 0),
        (["--select", "refuted"], 1), (["--select", "unknown"], 0), (["--ignore", "refuted", "unreadable", "skipped"], 0),
    ],
)  # fmt: skip
def test_the_exit_code_is_of_what_counts(options: list[str], code: int, write, symkl) -> None:
    write("a.md", MANY)
    assert symkl("check", *options, "a.md")[0] == code


def test_a_contradiction_is_never_ignored() -> None:
    assert Selection(frozenset({"proved"}), frozenset({"contradiction"})).holds("contradiction")


def test_a_baseline_lets_through_what_it_knows_and_nothing_else(write, symkl, tmp_path: Path) -> None:
    write("a.md", MANY)
    assert symkl("check", "a.md", "--write-baseline", "known.json", "-q")[0] == 0
    code, out, err = symkl("check", "a.md", "--baseline", "known.json", "--format", "concise")
    assert (code, out) == (0, "")
    assert "the baseline knows 3 of the findings" in err
    write("a.md", "New words, which move every row.\n\n" + MANY + "\n$$ 1 = 2 $$\n")
    code, out, _ = symkl("check", "a.md", "--baseline", "known.json", "--format", "concise")
    assert (code, len(out.splitlines())) == (1, 1)
    assert "1 = 2" in out
    write("a.md", MANY + WRONG)  # the same slip twice: one of them is new
    assert symkl("check", "a.md", "--baseline", "known.json", "--format", "concise")[1].count("\n") == 1
    (tmp_path / "deep").mkdir()
    os.chdir(tmp_path / "deep")
    write("a.md", MANY)
    assert symkl("check", "../a.md", "--baseline", "../known.json")[0] == 0


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema": "symkl-baseline/1", "findings": [3]}', "[" * 100_000])
def test_what_is_no_baseline_is_said(text: str, write, symkl) -> None:
    with pytest.raises(BadBaseline):
        marks(text)
    write("a.md", RIGHT)
    code, _, err = symkl("check", "a.md", "--baseline", write("known.json", text))
    assert code == 2
    assert "--write-baseline known.json" in err


def test_a_baseline_knows_no_contradiction() -> None:
    found = findings(check_text(WRONG, "a.md"))
    odd = (found[0]._replace(status="contradiction"),)
    assert new(odd, marks(baseline(odd))) == odd
    assert new(found, marks(baseline(found))) == ()


# --- what is passed over ------------------------------------------------------------------------


def statuses(text: str, file: str = "a.md") -> list[str]:
    return [row.status.value for row in check_text(text, file).lines]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<!-- symkl: skip -->\n$$ 1 = 2 $$\n\n$$ 1 = 1 $$", ["skipped", "proved"]),
        ("<!-- symkl: skip -->\n$$ \\begin{aligned} 1 &= 2 \\\\ 2 &= 3 \\end{aligned} $$\n\n$$ 1 = 1 $$", ["skipped", "skipped", "proved"]),
        ("# A\n<!-- symkl: skip section -->\n$$ 1 = 2 $$\n## B\n$$ 1 = 2 $$\n# C\n$$ 1 = 1 $$", ["skipped", "skipped", "proved"]),
        ("<!-- symkl: skip -->\n# A\n$$ 1 = 1 $$", ["proved"]),
        ("<!-- symkl: skip -->\n$$ r = 7 $$\n\n$$ = 7 $$", ["skipped", "unknown"]),
    ],
)
def test_rows_and_sections_are_passed_over(text: str, expected: list[str]) -> None:
    assert statuses(text) == expected
    assert check_text(text, "a.md").verdict is not Overall.PROVED or "skipped" not in expected


def test_a_row_of_latex_is_passed_over() -> None:
    text = "\\begin{align}\n1 &= 1 \\\\\n% symkl: skip\n1 &= 2 \\\\\n2 &= 2\n\\end{align}\n"
    assert statuses(text, "a.tex") == ["proved", "skipped", "proved"]


def test_what_is_passed_over_gives_nothing_and_hides_nothing() -> None:
    """A definition that nobody judges must not leave its symbol with its usual meaning."""
    row = "$$ \\log Z(x) = \\log \\sum_y \\pi_{ref}(y|x) e^{r(x,y)/\\beta} $$"
    assert statuses(row) != ["unknown"]
    given = "$$ Z(x) = 7 $$\n\n"
    assert statuses("<!-- symkl: skip -->\n" + given + row) == ["skipped", "unknown"]
    claim = "<!-- symkl: claim gibbs -->\n<!-- symkl: skip -->\n$$ D_{KL}(p \\| q) \\ge 0 $$"
    found = check_text(claim, "a.md")
    assert found.claim is not None
    assert not found.claim.met
    assert found.verdict is Overall.INCOMPLETE


# --- what is mended -----------------------------------------------------------------------------


def test_a_diff_changes_nothing_and_a_fix_does_what_it_showed(write, symkl, tmp_path: Path) -> None:
    write("a.md", WRONG)
    code, out, _ = symkl("check", "--diff", "a.md")
    assert code == 1
    assert (tmp_path / "a.md").read_text() == WRONG
    assert "+" + MENDED.splitlines()[2] in out.splitlines()
    os.chmod("a.md", 0o640)
    code, out, err = symkl("check", "--fix", "a.md")
    assert (code, (tmp_path / "a.md").read_text()) == (0, MENDED)
    assert "mended 1 row" in err
    assert "proved: every claim. 1 row: 1 proved" in out
    assert os.stat("a.md").st_mode & 0o777 == 0o640
    assert sorted(os.listdir()) == ["a.md"]


def test_ends_of_lines_and_a_byte_order_mark_stay(write, symkl, tmp_path: Path) -> None:
    written = b"\xef\xbb\xbf" + WRONG.replace("\n", "\r\n").encode()
    write("a.md", written)
    symkl("check", "--fix", "a.md")
    assert (tmp_path / "a.md").read_bytes() == b"\xef\xbb\xbf" + MENDED.replace("\n", "\r\n").encode()


def test_only_what_is_proved_then_and_harms_no_other_row_is_mended() -> None:
    text = WRONG + "\n" + WRONG.splitlines()[2].replace("y|x", "a|x").replace("\\log \\pi", "2 \\log \\pi", 1) + "\n"
    report = check_text(text, "a.md")
    after = mended(text, report, lambda text: check_text(text, "a.md"))
    assert after.text != text
    for each in after.mends:
        assert after.report.lines[each.row].status is Status.PROVED
    assert check_text(after.text, "a.md").lines == after.report.lines

    beside = WRONG + "\n$$ 1 = 1 $$\n"

    def poisoned(text: str):
        """A checker for which any edit spoils the row that stands beside it."""
        found = check_text(text, "a.md")
        return replace(found, lines=(found.lines[0], replace(found.lines[1], status=Status.REFUTED)))

    assert mended(beside, check_text(beside, "a.md"), poisoned).text == beside

    def lost(text: str):
        """A checker for which any edit loses the claim."""
        found = check_text(text, "a.md")
        return replace(found, claim=Claim("gibbs", text == beside))

    assert mended(beside, replace(check_text(beside, "a.md"), claim=Claim("gibbs", True)), lost).text == beside


def test_a_mend_is_made_only_where_the_row_is_what_its_author_wrote() -> None:
    text = "\\newcommand{\\p}{\\pi(y|x)}\n" + WRONG
    report = check_text(text, "a.md")
    assert applied(text, mends(text, report)).count("\\log") == text.count("\\log")
    assert mends("\n" + text, report) == ()


def test_a_file_that_cannot_be_written_is_blamed_itself(write, symkl, monkeypatch) -> None:
    write("a.md", WRONG)
    code, _, err = symkl("check", "a.md", "--write-baseline", "a.md/known.json")
    assert (code, "--write-baseline: there is no folder a.md" in err) == (2, True)
    code, _, err = symkl("check", "a.md", "--write-baseline", ".")
    assert (code, "--write-baseline: .: is a directory" in err) == (2, True)

    def refused(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refused)
    code, _, err = symkl("check", "a.md", "--fix")
    assert (code, "--fix: a.md: it cannot be written: permission denied" in err) == (2, True)
    assert os.listdir() == ["a.md"]


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize("end", ["\n", ""])
def test_a_cell_of_a_notebook_is_mended_and_nothing_else_changes(listed: bool, end: str, write, symkl, tmp_path: Path) -> None:
    def notebook(text: str) -> str:
        cells = [
            {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": ["ü = 1"]},
            {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True) if listed else text},
        ]
        whole = {"cells": cells, "metadata": {"b": 1, "a": 2}, "nbformat": 4, "nbformat_minor": 5}
        return json.dumps(whole, indent=1, ensure_ascii=False) + end

    name = write("a.ipynb", notebook(WRONG))
    code, _, err = symkl("check", "--fix", name)
    assert (code, (tmp_path / name).read_text()) == (0, notebook(MENDED))
    assert "mended 1 row" in err


def test_a_notebook_of_another_layout_is_not_mended(write, symkl, tmp_path: Path) -> None:
    cell = {"cell_type": "markdown", "metadata": {}, "source": WRONG}
    name = write("a.ipynb", json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    before = (tmp_path / name).read_bytes()
    code, _, err = symkl("check", "--fix", name)
    assert (code, (tmp_path / name).read_bytes()) == (1, before)
    assert "not laid out as Jupyter writes it" in err


def test_standard_input_is_not_mended(symkl) -> None:
    code, _, err = symkl("check", "--fix", "-")
    assert code == 2
    assert "--fix: standard input is no file" in err


@pytest.mark.skipif(find_spec("watchfiles") is None, reason="needs watchfiles")
def test_a_watched_file_is_checked_again_when_it_changes(write, tmp_path: Path) -> None:
    write("a.md", WRONG)
    process = subprocess.Popen(
        [sys.executable, "-m", "symkl", "check", "--watch", "--format", "concise", "a.md"], cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    said: list[str] = []
    reader = threading.Thread(target=lambda: said.extend(process.stderr or []))
    reader.start()
    try:
        assert process.stdout is not None
        assert "a.md:3:4: refuted" in process.stdout.readline()
        for _ in range(100):
            if any("watching" in line for line in said):
                break
            time.sleep(0.05)
        time.sleep(0.3)
        (tmp_path / "a.md").write_text("$$ 1 = 2 $$\n")
        assert "a.md:1:4: refuted: 1 = 2" in process.stdout.readline()
    finally:
        process.send_signal(signal.SIGINT)
        code = process.wait(10)
        reader.join(5)
        for stream in (process.stdout, process.stderr):
            stream.close()
    assert code == 1
    assert not any("Traceback" in line for line in said)


# --- what a project says ------------------------------------------------------------------------

PROJECT = """
[tool.symkl]
context = ["kappa scalar", "u scalar", "w scalar"]
exclude = ["drafts", "*.draft.md"]
ignore = ["skipped"]
budget = 5000

[tool.symkl.claims]
"proofs/gibbs.md" = "gibbs"
"""


def test_a_project_says_what_holds_of_its_documents(write, symkl, tmp_path: Path) -> None:
    write("pyproject.toml", PROJECT)
    write("proofs/gibbs.md", "$$ 1 = 1 $$\n")
    write("proofs/drafts/a.md", "$$ 1 = 2 $$\n")
    write("proofs/b.draft.md", "$$ 1 = 2 $$\n")
    code, out, _ = symkl("check", "proofs", "--format", "json")
    (report,) = json.loads(out)
    assert (code, report["verdict"], report["claim"]["name"]) == (1, "incomplete", "gibbs")
    os.chdir(tmp_path / "proofs")
    assert json.loads(symkl("check", ".", "--format", "json")[1])[0]["claim"]["name"] == "gibbs"
    write("c.md", "$$ \\kappa u = u \\kappa $$\n")
    assert symkl("check", str(tmp_path / "c.md"))[0] == 0
    assert "drafts" in symkl("config")[1]
    assert json.loads(symkl("config", "--format", "json")[1])["budget"] == 5000


def test_a_context_is_read_as_directives_are() -> None:
    row = "$$ q(y|x) \\ge 0 $$"
    said = check_text(f"<!-- symkl: q distribution over y given x -->\n{row}", "a.md").lines
    assert check_text(row, "a.md", context=["q distribution over y given x"]).lines[0].status is said[0].status
    bad = check_text(row, "a.md", context=["q is a distribution, I think"])
    assert bad.verdict is Overall.UNREADABLE
    assert bad.troubles[0].excerpt == "q is a distribution, I think"
    for words in ("skip", "assume"):
        assert check_text(row, "a.md", context=[words]).verdict is Overall.UNREADABLE


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("[tool.symkl]\nbudgt = 3", "has 'budgt'; it may have"), ("[tool.symkl]\nbudget = 0", "a whole number from 1"),
        ("[tool.symkl]\nexclude = [3]", "is a list of texts"), ("[tool]\nsymkl = 3", "is a table"), ("[[", "cannot be read"),
        ("[tool.symkl.claims]\n'a.md' = 3", "is a table of names"), ("[tool.symkl]\nignore = ['prooved']", "has 'prooved'"),
        ("[tool.symkl.claims]\n'a.md' = 'dpo-los'", "did you mean dpo-loss?"), ("[tool.symkl]\nbaseline = 'none.json'", "no such file"),
    ],
)  # fmt: skip
def test_a_table_that_is_wrong_is_misuse(table: str, said: str, write, symkl) -> None:
    write("a.md", RIGHT)
    write("pyproject.toml", table)
    code, out, err = symkl("check", "a.md")
    assert (code, out) == (2, "")
    assert said in err


# --- the other commands -------------------------------------------------------------------------


def test_every_name_that_a_report_uses_is_explained(symkl) -> None:
    for kinds in names().values():
        for name in kinds:
            assert explained(name).says
    code, out, _ = symkl("explain", "sign", "of", "log", "Z")
    assert code == 0
    assert SLIPS["sign of log Z"].example in out
    assert json.loads(symkl("explain", "--format", "json")[1])["slips"] == list(SLIPS)
    assert symkl("explain", "log bound", "--format", "markdown")[1].startswith("## Log bound (law)")
    assert "─────" in symkl("explain", "log bound")[1]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([r"D_{KL}(p \| q) \ge 0"], 0), ([r"$$ D_{KL}(p \| q) \ge 0 $$"], 0), ([r"D_{KL}(p \| q) \le 0"], 1),
        (["a + 1 = b + 1", "--assume", "a = b", "--declare", "a scalar", "--declare", "b scalar"], 0),
        ([r"a = c", "--assume", "a = b", "--declare", "a scalar", "--declare", "b scalar", "--declare", "c scalar"], 1),
        (["a = b $$ $$ 1 = 1"], 2), (["<!-- symkl: skip --> 1 = 2"], 2), ([" "], 2), ([r"f( = 2"], 1),
    ],
)  # fmt: skip
def test_one_formula_is_proved(arguments: list[str], code: int, symkl, write) -> None:
    found = symkl("prove", *arguments)
    assert found[0] == code
    assert "Traceback" not in found[1] + found[2]


@pytest.mark.skipif(find_spec("shtab") is None, reason="needs shtab")
@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_is_told_commands_options_and_values(shell: str, symkl) -> None:
    code, out, _ = symkl("completion", shell)
    assert code == 0
    assert all(word in out for word in (*cli.COMMANDS, "--exit-zero", "sarif"))


@pytest.mark.skipif(find_spec("shtab") is None, reason="needs shtab")
def test_bash_completes(tmp_path: Path, symkl) -> None:
    (tmp_path / "symkl.bash").write_text(symkl("completion", "bash")[1])
    script = (
        f"source {tmp_path}/symkl.bash; COMP_WORDS=(symkl check --form); COMP_CWORD=2; "
        "$(complete -p symkl | sed 's/.*-F \\([^ ]*\\).*/\\1/') ; echo ${COMPREPLY[@]}"
    )
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=20, check=False)
    assert done.stdout.strip() == "--format"


# --- files and processes ------------------------------------------------------------------------


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_is_no_document(write, symkl, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    os.mkfifo(tmp_path / "pipe.py")
    write("a.md", RIGHT)
    code, _, err = symkl("check", "pipe.md")
    assert (code, "pipe.md: this is a named pipe" in err) == (2, True)
    assert symkl("check", ".")[0] == 0
    assert symkl("tilt", "pipe.md")[0] == 2
    assert symkl("tokens", "--logits", "pipe.md", "--rewards", "a.npy")[0] == 2
    assert symkl("show", "pipe.py")[0] == 2


def test_a_folder_that_cannot_be_read_is_an_error(write, tmp_path: Path, monkeypatch) -> None:
    write("p/a.md", RIGHT)
    write("p/shut/b.md", RIGHT)
    scan = os.scandir

    def scandir(path: str):
        if str(path).endswith("shut"):  # as for whom may not, which root may
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    _, found, missing = find(["p"])
    assert found == [os.path.join("p", "a.md")]
    assert [(each.path, each.why) for each in missing] == [(os.path.join("p", "shut"), "this folder cannot be read: permission denied")]


COMMANDS = (
    ("check", "a.md"), ("check", "--format", "sarif", "a.md"), ("tilt", "t.csv"), ("tilt", "--format", "csv", "t.csv"),
    ("explain", "Gibbs"), ("config",), ("prove", "1 = 1"), ("show", "gibbs"),
)  # fmt: skip


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", COMMANDS)
def test_a_full_disk_is_said(arguments: tuple[str, ...], write, tmp_path: Path) -> None:
    write("a.md", RIGHT)
    write("t.csv", "response,reward,logit\na,1,0\nb,2,0\n")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "symkl", *arguments], stdout=full, stderr=subprocess.PIPE, cwd=tmp_path, env=environment,
            check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (2, b"symkl: the output could not be written: no space left on device\n")


@pytest.mark.parametrize("command", [["check", "-"], ["tilt", "-"], ["prove", "-"]])
def test_standard_input_that_is_closed_is_said(command: list[str], monkeypatch, symkl) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    code, _, err = symkl(*command)
    assert (code, "standard input is closed" in err) == (2, True)


def test_errors_that_are_closed_do_not_go_to_the_output(write, tmp_path: Path) -> None:
    script = f"exec {sys.executable} -m symkl check --format json none.md 2>&-"
    done = subprocess.run(["sh", "-c", script], cwd=tmp_path, stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False)
    assert (done.returncode, json.loads(done.stdout)) == (2, [])


def test_a_document_of_marks_alone_is_refused_at_once() -> None:
    for text, file in (("$$" * (MOST_MARKS + 1), "a.md"), ("\\[\\]" * (MOST_MARKS + 1), "a.tex")):
        (trouble,) = check_text(text, file).troubles
        assert "marks of displayed formulas" in trouble.message
    for unit in ("# a\n", "- a\n"):
        (trouble,) = check_text(unit * (MOST_LINES + 1), "a.md").troubles
        assert trouble.message == "this document has more than 100,000 lines"
    assert check_text("\n$$ 1 = 1 $$\n" * 3, "a.md").verdict is Overall.PROVED


# --- how it looks -------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [20, 33, 57, 80])
def test_no_macro_is_broken_in_two(width: int) -> None:
    text = r"\pi_{\text{ref}}(y\mid x)\exp\left(\frac{1}{\beta}r(x,y)\right)\mathbb{E}_{y\sim\pi_\theta}" * 4
    places = wrap(text, width, 2, formula=True)
    pieces = [text[start:stop] for start, stop in places]
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")
    inside = {at for macro in re.finditer(r"\\[A-Za-z]+", text) for at in range(macro.start() + 1, macro.end())}
    assert not inside & {start for start, _ in places}
    assert max(map(len, pieces)) <= width


def test_colour_is_decided_for_the_stream_that_is_looked_at() -> None:
    assert colour("never") is False
    assert colour("always") is True


def test_a_row_that_no_law_shows_is_not_said_to_be_off_by_nothing() -> None:
    given = "<!-- symkl: assume -->\n$$ {} $$\n\n"
    text = given.format("a = b") + given.format("b = c") + "$$ a = c $$\n"
    row = check_text(text, "a.md", context=["a scalar", "b scalar", "c scalar"]).lines[-1]
    assert row.status in (Status.PROVED, Status.UNKNOWN)
    assert row.residual is None
    off = check_text("$$ a = b $$", "a.md", context=["a scalar", "b scalar"]).lines[-1]
    assert off.residual is not None
