"""The command, with a stub in the place of the checker: what it says is read off the document's own text."""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import textwrap
import tomllib
import types
from collections.abc import Iterator
from pathlib import Path

import pytest

from symkl import batch, cli
from symkl.checking.report import Overall, Report
from symkl.cli.options import colour as colour_of
from symkl.language.troubles import Trouble

ROOT = Path(__file__).parents[2]
ASCII = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}

STUB = '''
import os, signal, sys, time, types
from symkl.checking.report import Line, Overall, Report, Status

def check_text(text, file, *, claim=None, budget=60_000, load=None, context=()):
    word = text.split()[0] if text.split() else ""
    if word == "crash":
        raise RuntimeError("something \\x1b[31m of the document")
    if word == "deep":
        return check_text(text, file)
    if word == "die":
        os._exit(9)
    if word == "interrupt":
        raise KeyboardInterrupt
    if word == "sleep":
        time.sleep(0.3)
    if word == "prose":
        return Report(file, Overall.PROVED, None, ())
    bad = word == "wrong"
    row = Line(1, 1, text, "=", Status.REFUTED if bad else Status.PROVED, readable=text.strip()[:40])
    odd = ("row 1",) if word == "odd" else ()
    return Report(file, Overall.REFUTED if bad else Overall.PROVED, None, (row,), (), odd)

sys.modules["symkl.checking.document"] = types.ModuleType("symkl.checking.document")
sys.modules["symkl.checking.document"].check_text = check_text
'''


@pytest.fixture(autouse=True)
def stub_checker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    before = sys.modules.get("symkl.checking.document", types.ModuleType("symkl.checking.document"))
    monkeypatch.setitem(sys.modules, "symkl.checking.document", before)
    exec(STUB, {})
    yield


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)

    def write(name: str, text: str | bytes) -> str:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return name

    return write


def run(capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    try:
        code = cli.main(["check", *arguments])
    except SystemExit as stopped:
        code = stopped.code if isinstance(stopped.code, int) else 1
    out, err = capfd.readouterr()
    return code, out, err


# --- exit codes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (["right"], 0),
        (["right", "right 2"], 0),
        (["wrong"], 1),
        (["wrong", "right"], 1),
        (["odd"], 3),
        (["right", "odd", "wrong"], 3),
        (["prose"], 1),
        (["crash"], 1),
    ],
)
def test_the_worst_file_decides(texts: list[str], code: int, write, capfd) -> None:
    files = [write(f"{i}.md", text) for i, text in enumerate(texts)]
    assert run(capfd, *files)[0] == code


def test_a_missing_file_is_named_and_the_others_are_checked(write, capfd) -> None:
    code, out, err = run(capfd, "none.md", write("a.md", "right"))
    assert code == 2
    assert "symkl: none.md: no such file" in err
    assert "proved" in out


def test_a_contradiction_outranks_a_missing_file(write, capfd) -> None:
    assert run(capfd, "none.md", write("a.md", "odd"))[0] == 3


@pytest.mark.parametrize(
    "options",
    [
        [], ["--jobs", "-1", "a.md"], ["--jobs", "many", "a.md"], ["--budget", "-1", "a.md"], ["--budget", "0", "a.md"], ["--budget", "1000000000", "a.md"],
        ["--budget", "much", "a.md"], ["--width", "3", "a.md"], ["--format", "xml", "a.md"],
        ["--colour", "blue", "a.md"], ["--form", "json", "a.md"],
    ],
)  # fmt: skip
def test_misuse(options: list[str], write, capfd) -> None:
    write("a.md", "right")
    code, out, err = run(capfd, *options)
    assert (code, out) == (2, "")
    assert "usage: symkl" in err


@pytest.mark.parametrize(("budget", "steps"), [("60000", 60_000), ("1", 1), ("10000", 10_000), ("999999999", 999_999_999)])
def test_a_budget_is_a_number_of_steps(budget: str, steps: int, write, capfd, monkeypatch) -> None:
    seen = []

    def check_text(text: str, file: str, **options: object) -> Report:
        seen.append(options["budget"])
        return Report(file, Overall.PROVED, None, ())

    monkeypatch.setattr(sys.modules["symkl.checking.document"], "check_text", check_text)
    run(capfd, "--budget", budget, write("a.md", "right"))
    assert seen == [steps]


def options_of_every_command() -> list[tuple[str, argparse.Action]]:
    return [(f"{name} {'/'.join(each.option_strings)}", each) for name in cli.COMMANDS for each in of_command(name)._actions]


def of_command(asked: str) -> argparse.ArgumentParser:
    commands = next(each for each in cli.parser(asked)._actions if isinstance(each, argparse._SubParsersAction))
    return commands.choices[asked]


@pytest.mark.parametrize(
    "action", [pytest.param(action, id=name) for name, action in options_of_every_command() if callable(action.type)]
)
def test_every_option_takes_its_own_default(action: argparse.Action) -> None:
    """Of each option that reads a text: what it does when left out can be asked for, too."""
    said = re.search(r"\(default: ([0-9. ]*[0-9])\b", action.help or "")
    told = said[1].split() if said and ":" not in (action.metavar or "") else []  # of A:B[:N] it is N's alone
    for text in [str(action.default)] * (action.default is not None) + told:
        read = action.type(text)
        assert action.default is None or read == action.default, text
        assert str(read) == text or float(read) == float(text)


def test_other_commands_are_known_by_their_purpose_alone(capsys) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    told = capsys.readouterr().out
    assert all(f"{name} " in told and purpose.split(",")[0] in told for name, purpose in cli.COMMANDS.items())
    options = {name: len(of_command(name)._actions) for name in cli.COMMANDS}
    commands = next(each for each in cli.parser("show")._actions if isinstance(each, argparse._SubParsersAction))
    assert {name: len(each._actions) for name, each in commands.choices.items()} == dict.fromkeys(options, 1) | {"show": options["show"]}


def test_a_module_of_the_package_is_no_command(capsys) -> None:
    for name in ("options", "progress", "__init__", "chek"):
        with pytest.raises(SystemExit) as stopped:
            cli.main([name, "a.md"])
        assert stopped.value.code == 2
        assert "no command is called" in capsys.readouterr().err


def test_no_command_is_misuse(capfd) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main([])
    assert stopped.value.code == 2


# --- files and folders --------------------------------------------------------------------------


def test_a_folder_is_searched_in_order_and_prose_in_it_is_no_failure(write, capfd) -> None:
    for name in ("p/b.md", "p/a.tex", "p/deep/c.md", "p/.hidden/d.md", "p/e.txt"):
        write(name, "right")
    write("p/README.md", "prose")
    code, out, _ = run(capfd, "--format", "json", "p")
    assert code == 0
    assert [each["file"] for each in json.loads(out)] == ["p/a.tex", "p/b.md", "p/deep/c.md"]


@pytest.mark.parametrize("name", ["p/a.txt", "p/README.md"])
def test_a_folder_without_proofs_is_misuse(name: str, write, capfd) -> None:
    write(name, "prose")
    code, _, err = run(capfd, "p")
    assert code == 2
    assert "symkl: p: no" in err


def test_a_file_is_checked_once_however_often_it_is_named(write, capfd) -> None:
    write("p/a.md", "right")
    _, out, _ = run(capfd, "--format", "json", "p/a.md", "p", "p/a.md")
    assert len(json.loads(out)) == 1


def test_standard_input(write, capfd, monkeypatch) -> None:
    source = write("in", "wrong")
    with open(source) as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        code, out, _ = run(capfd, "--format", "json", "-")
    assert code == 1
    assert json.loads(out)[0]["file"] == "<stdin>"


def test_options_reach_the_checker(write, capfd, monkeypatch) -> None:
    seen: dict[str, object] = {}

    def check_text(text: str, file: str, **options: object) -> Report:
        seen.update(options, text=text)
        return Report(file, Overall.PROVED, None, ())

    monkeypatch.setattr(sys.modules["symkl.checking.document"], "check_text", check_text)
    run(capfd, "--claim", "gibbs", "--budget", "500", write("a.md", b"\xef\xbb\xbfa\r\nb\rc"))
    assert callable(seen.pop("load"))
    assert seen == {"claim": "gibbs", "budget": 500, "context": (), "text": "a\nb\nc"}


# --- bad input ----------------------------------------------------------------------------------


def only_trouble(path: str) -> Trouble:
    report = batch.check(batch.Job(path))
    assert isinstance(report, Report)
    assert report.verdict is Overall.UNREADABLE
    [trouble] = report.troubles
    return trouble


def test_bytes_that_are_no_text_are_located(write) -> None:
    trouble = only_trouble(write("a.md", "one\nβ = ".encode() + b"\xff rest\nthree"))
    assert (trouble.line, trouble.column) == (2, 5)
    assert trouble.excerpt[trouble.column - 1] == "\ufffd"
    assert "0xff" in trouble.found


def test_the_place_does_not_count_a_byte_order_mark(write) -> None:
    trouble = only_trouble(write("a.md", b"\xef\xbb\xbfab\xff"))
    assert (trouble.line, trouble.column, trouble.excerpt) == (1, 3, "ab\ufffd")


def test_utf_16_is_recognised(write) -> None:
    assert "UTF-16" in only_trouble(write("a.md", "a = b".encode("utf-16"))).found


def test_a_file_that_is_too_large_is_refused(write) -> None:
    assert "larger than 10 MB" in only_trouble(write("a.md", b"a" * (batch.LARGEST + 1))).message


@pytest.mark.parametrize("word", ["crash", "deep"])
def test_a_failure_of_ours_costs_one_file_and_shows_no_traceback(word: str, write, capfd) -> None:
    files = [write("a.md", word), write("b.md", "right")]
    code, out, err = run(capfd, *files)
    assert code == 1
    assert "a.md:1:1: internal error" in out
    assert "report" in out
    assert "b.md" in out
    assert "Traceback" not in out + err
    assert "\x1b" not in out


def test_an_interrupt_is_quiet(write, capfd) -> None:
    code, _, err = run(capfd, write("a.md", "interrupt"))
    assert (code, err) == (130, "")


# --- what is printed ----------------------------------------------------------------------------


def test_json_is_one_array_and_nothing_else(write, capfd) -> None:
    code, out, err = run(capfd, "--format", "json", write("a.md", "right β"), write("b.md", "wrong"))
    assert [each["verdict"] for each in json.loads(out)] == ["proved", "refuted"]
    assert (code, err) == (1, "")
    assert "β" in out


def test_colour_is_off_unless_asked_for(write, capfd) -> None:
    write("a.md", "right")
    assert "\x1b" not in run(capfd, "a.md")[1]
    assert "\x1b[" in run(capfd, "--color", "always", "a.md")[1]


@pytest.mark.parametrize(
    ("terminal", "environment", "colour"),
    [(True, {}, True), (False, {}, False), (True, {"NO_COLOR": "1"}, False), (True, {"TERM": "dumb"}, False)],
)
def test_automatic_colour(terminal: bool, environment: dict[str, str], colour: bool, monkeypatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    assert colour_of("auto") is colour


def test_the_width_can_be_chosen(write, capfd) -> None:
    text = "right " + "x + " * 60
    for width in (30, 80):
        _, out, _ = run(capfd, "--width", str(width), write("a.md", text))
        assert max(map(len, out.splitlines())) <= width


def test_several_files_end_with_a_summary(write, capfd) -> None:
    _, out, _ = run(capfd, write("a.md", "right"), write("b.md", "wrong"))
    assert "2 files: 1 proved, 1 refuted." in out
    assert re.search(r"refuted +b\.md:1", out)


# --- as a process of its own --------------------------------------------------------------------


@pytest.fixture
def symkl(tmp_path: Path, write):
    """Runs the command in a fresh process, with the stub there and in the processes it starts."""
    script = tmp_path / "symkl_with_stub.py"
    script.write_text(STUB + textwrap.dedent("""
        if __name__ == "__main__":
            from symkl.cli import main
            sys.exit(main())
    """))  # fmt: skip

    def symkl(*arguments: str, stdout: int = subprocess.PIPE, **environment: str):
        return subprocess.run(
            [sys.executable, str(script), *arguments],
            env=os.environ | {"PYTHONPATH": str(ROOT)} | environment,
            stdout=stdout, stderr=subprocess.PIPE, timeout=60, check=False,
        )  # fmt: skip

    return symkl


def test_jobs_keep_the_order_and_lose_nothing(symkl, write) -> None:
    files = [write(f"{i}.md", text) for i, text in enumerate(["sleep", "right", "wrong", "right"])]
    alone = symkl("check", "--format", "json", *files)
    together = symkl("check", "--format", "json", "--jobs", "3", *files)
    assert together.stdout == alone.stdout
    assert together.returncode == alone.returncode == 1
    assert [each["file"] for each in json.loads(together.stdout)] == files


def test_a_dying_process_costs_one_file(symkl, write) -> None:
    files = [write(f"{i}.md", text) for i, text in enumerate(["right", "die", "right", "wrong"])]
    done = symkl("check", "--format", "json", "--jobs", "2", *files)
    reports = json.loads(done.stdout)
    assert [each["verdict"] for each in reports] == ["proved", "unreadable", "proved", "refuted"]
    assert reports[1]["troubles"][0]["message"] == "the process that checked it ended before it was done"
    assert (done.returncode, done.stderr) == (1, b"")


def test_output_fits_the_encoding_of_the_stream(symkl, write) -> None:
    done = symkl("check", write("a.md", "right β KL(π‖π*)"), **ASCII)
    assert done.returncode == 0
    assert b"right beta KL(pi||pi*)" in done.stdout


def test_json_is_utf_8_whatever_the_terminal_speaks(symkl, write) -> None:
    done = symkl("check", "--format", "json", write("a.md", "right β"), **ASCII)
    assert json.loads(done.stdout.decode("utf-8"))[0]["lines"][0]["source"] == "right β"


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_reader_who_leaves_gets_no_complaint(form: str, symkl, write) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = symkl("check", "--format", form, write("a.md", "right"), stdout=writing)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_the_version_is_that_of_the_project(symkl) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == cli.VERSION
    done = symkl("--version")
    assert (done.returncode, done.stdout.decode().strip()) == (0, f"symkl {cli.VERSION}")




@pytest.mark.parametrize(("stream", "said"), [("stdout", "standard output is closed"), ("stdin", "standard input is closed")])
def test_a_stream_that_is_closed_is_said(stream: str, said: str, monkeypatch, capfd) -> None:
    monkeypatch.setattr(sys, stream, None)
    assert cli.main(["check", "-"]) == 2
    monkeypatch.undo()
    assert said in capfd.readouterr().err
