"""The tools of language models, called by a real client over standard input and output, with hostile arguments, too."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from symkl import cli
from symkl.checking.document import check_text
from symkl.mcp.answering import LONGEST, ROWS, TOOLS, Allowed, Refused, check_derivation, prove, symbols, tilt
from symkl.mcp.working import answer, worker
from symkl.teaching.assistants import page
from symkl.teaching.laws import THEOREMS

ROOT = Path(__file__).parents[2]
NO_FILES = Allowed()
RIGHT = "$$ \\log e^{r(x,y)} = r(x,y) $$\n"
WRONG = r"$$ \log \frac{\pi(y|x)}{\pi_{ref}(y|x)} = \log \pi(y|x) + \log \pi_{ref}(y|x) $$"


# --- a session ----------------------------------------------------------------------------------

Session = Callable[[Any], Awaitable[None]]


def session(talk: Session, *arguments: str, cwd: Path | None = None) -> None:
    """A real client, and a server that is a process of its own."""
    anyio = pytest.importorskip("anyio")
    mcp = pytest.importorskip("mcp")
    server = mcp.StdioServerParameters(
        command=sys.executable, args=["-m", "symkl", "mcp", *arguments], env={"PYTHONPATH": str(ROOT)}, cwd=cwd
    )

    async def main() -> None:
        with anyio.fail_after(120):
            async with mcp.Client(server) as client:
                await talk(client)

    anyio.run(main)


def said(result: Any) -> str:
    return "\n".join(each.text for each in result.content)


def test_a_session_with_every_tool() -> None:
    async def talk(client: Any) -> None:
        listed = {each.name for each in (await client.list_tools()).tools}
        assert listed == set(TOOLS)
        wrong = (await client.call_tool("check_derivation", {"text": RIGHT + "\n" + WRONG})).structured_content
        assert wrong["verdict"] == "refuted"
        (row,) = wrong["rows"]
        assert (row["line"], row["status"], row["suggestions"][0]["slip"]) == (3, "refuted", "a sign")
        mended = await client.call_tool("check_derivation", {"text": f"$$ {row['suggestions'][0]['latex']} $$"})
        assert mended.structured_content["verdict"] == "proved"
        assert (await client.call_tool("prove", {"formula": r"D_{KL}(p \| q) \ge 0"})).structured_content["verdict"] == "proved"
        assert "log Z" in (await client.call_tool("explain", {"name": "sign of log Z"})).structured_content["says"]
        known = (await client.call_tool("symbols", {"text": RIGHT})).structured_content["symbols"]
        assert [each["symbol"] for each in known] == ["r"]
        assert (await client.call_tool("list_theorems", {})).structured_content["theorems"] == THEOREMS
        tilts = (await client.call_tool("tilt", {"rewards": [1, 0], "reference": [0.5, 0.5], "betas": [1.0]})).structured_content
        assert tilts["tilts"][0]["policy"][0] == pytest.approx(0.7310585786300049, abs=1e-15)
        # What comes next must not be spoilt by what comes before.
        for name, arguments in HOSTILE:
            refused = await client.call_tool(name, arguments)
            assert refused.is_error, (name, arguments)
            assert "Traceback" not in said(refused)
            assert len(said(refused)) < 2_000
        assert (await client.call_tool("prove", {"formula": "1 = 1"})).structured_content["verdict"] == "proved"

    session(talk)


HOSTILE: list[tuple[str, dict[str, Any]]] = [
    ("check_derivation", {}), ("check_derivation", {"text": RIGHT, "path": "a.md"}), ("check_derivation", {"path": "/etc/passwd"}),
    ("check_derivation", {"text": "x" * (LONGEST + 1)}), ("check_derivation", {"text": RIGHT, "claim": "no such"}),
    ("check_derivation", {"text": RIGHT, "rows": "none"}), ("check_derivation", {"text": RIGHT, "markup": "html"}),
    ("check_derivation", {"text": RIGHT, "context": ["tau > 0"] * 51}), ("check_derivation", {"text": RIGHT, "context": ["x" * 201]}),
    ("check_derivation", {"text": 3}), ("check_derivation", {"text": RIGHT, "start": "a lot"}), ("prove", {"formula": ""}),
    ("prove", {"formula": "a = b $$ <!-- symkl: assume --> $$ c = d"}), ("prove", {"formula": "x" * 20_000}),
    ("prove", {"formula": "1 = 1", "assume": ["1 = 1"] * 21}), ("explain", {"name": "\x1b[31m" * 1000}), ("symbols", {"path": "../a.md"}),
    ("tilt", {"rewards": [], "reference": [], "betas": []}), ("tilt", {"rewards": [1], "reference": [2], "betas": [1]}),
    ("tilt", {"rewards": [1, 2], "reference": [1], "betas": [1]}), ("tilt", {"rewards": [1], "reference": [1], "betas": [0]}),
    ("tilt", {"rewards": [1] * 1001, "reference": [1] * 1001, "betas": [1]}), ("tilt", {"rewards": [1e999], "reference": [1], "betas": [1]}),
    ("no_such_tool", {}),
]  # fmt: skip


def test_a_root_and_nothing_outside_it(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "deep").mkdir(parents=True)
    (root / "deep/a.tex").write_text("\\input{b}\n\\begin{equation}1 = 2\\end{equation}\n")
    (root / "deep/b.tex").write_text("\\begin{equation}1 = 1\\end{equation}\n")
    (tmp_path / "secret.md").write_text(WRONG)
    (root / "link.md").symlink_to(tmp_path / "secret.md")
    (root / "page.py").write_text("raise SystemExit")
    (root / "large.md").write_text("x" * (LONGEST + 1))
    (root / "bytes.md").write_bytes(b"\xff")
    os.mkfifo(root / "pipe.md")

    async def talk(client: Any) -> None:
        read = (await client.call_tool("check_derivation", {"path": "deep/a.tex", "rows": "all"})).structured_content
        assert [each["row"] for each in read["rows"]] == ["1 = 1", "1 = 2"]
        outside = ["../secret.md", str(tmp_path / "secret.md"), "link.md", "deep/../../secret.md", "\0", "", ".", "pipe.md"]
        for path in [*outside, "page.py", "large.md", "bytes.md", "none.md", "x" * 5_000]:
            refused = await client.call_tool("check_derivation", {"path": path})
            assert refused.is_error, path
            assert "pi_{ref}" not in said(refused)

    session(talk, "--root", str(root), cwd=tmp_path)


# --- what each says -----------------------------------------------------------------------------


def test_rows_that_need_attention_come_first_and_the_rest_on_demand() -> None:
    text = "\n\n".join([RIGHT, *[f"$$ {n} = {n + 1} $$" for n in range(1, ROWS + 6)]])
    first = check_derivation(NO_FILES, text=text)
    assert (len(first["rows"]), first["more"]) == (ROWS, 5)
    assert all(each["status"] == "refuted" for each in first["rows"])
    assert len(check_derivation(NO_FILES, text=text, start=ROWS)["rows"]) == 5
    every = check_derivation(NO_FILES, text=text, rows="all")
    assert (every["rows"][0]["status"], every["more"]) == ("proved", 6)
    assert check_derivation(NO_FILES, text=text, start=10**9)["rows"] == []


def test_answers_are_small() -> None:
    worst = "\n\n".join([r"$$ \log \frac{\pi(y|x)}{\pi_{ref}(y|x)} = " + " + ".join(["r(x,y)"] * 60) + " $$"] * 2)
    assert len(json.dumps(check_derivation(NO_FILES, text=worst, rows="all"))) < 60_000
    assert len(json.dumps(check_derivation(NO_FILES, text="$$ f( $$\n\n" * 200))) < 30_000


def test_a_claim_that_is_not_met_is_told() -> None:
    found = check_derivation(NO_FILES, text=RIGHT, claim="gibbs")
    assert (found["verdict"], found["claim"]["met"]) == ("incomplete", False)


def test_what_is_skipped_or_assumed_is_no_proof() -> None:
    skipped = check_derivation(NO_FILES, text=f"<!-- symkl: skip -->\n{WRONG}\n\n{RIGHT}")
    assert (skipped["verdict"], [each["status"] for each in skipped["rows"]]) == ("incomplete", ["skipped"])
    assert prove(NO_FILES, formula="1 = 2", assume=["1 = 2"])["verdict"] != "proved"


def test_symbols_and_tilts() -> None:
    assert symbols(NO_FILES, text="prose")["symbols"] == []
    with pytest.raises(Refused, match=r"sum to 1\.1"):
        tilt(NO_FILES, rewards=[1, 2], reference=[0.5, 0.6], betas=[1])


# --- limits -------------------------------------------------------------------------------------


def test_what_takes_too_long_is_ended_and_the_next_is_answered() -> None:
    working = worker(NO_FILES, 1.5)
    rows = r"$$ \sum_y " + " ".join(["(p(y|x) + q(y|x))"] * 14) + " = \\sum_y " + " ".join(["(q(y|x) + p(y|x))"] * 14) + " + r(x,y) $$"
    slow = "\n\n".join([rows] * 150)
    try:
        assert answer(working, "prove", {"formula": "1 = 1"})["verdict"] == "proved"
        begun = time.monotonic()
        with pytest.raises(Refused, match=r"took more than 1\.5 seconds"):
            answer(working, "check_derivation", {"text": slow})
        assert time.monotonic() - begun < 10
        working.seconds = 60
        assert answer(working, "prove", {"formula": "1 = 1"})["verdict"] == "proved"
    finally:
        working.close()


def test_a_process_that_dies_costs_one_answer() -> None:
    working = worker(NO_FILES, 60)
    try:
        answer(working, "list_theorems", {})
        assert working.process is not None
        working.process.kill()
        working.process.join()
        assert answer(working, "prove", {"formula": "1 = 1"})["verdict"] == "proved"
    finally:
        working.close()


def test_standard_input_that_ends_ends_the_server_and_noise_gets_no_traceback() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "symkl", "mcp"], input=b"no json\n{\"jsonrpc\": 3}\n\xff\xfe\n", capture_output=True, timeout=60,
        env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    for line in done.stdout.splitlines():
        json.loads(line)


@pytest.mark.parametrize("options", [["--root", "no such folder"], ["--seconds", "0"], ["--budget", "999999999"]])
def test_misuse(options: list[str], capfd) -> None:
    try:
        code = cli.main(["mcp", *options])
    except SystemExit as stopped:
        code = stopped.code
    assert code == 2
    assert options[0] in capfd.readouterr().err


# --- what assistants are told -------------------------------------------------------------------


def test_the_page_for_assistants_is_true(capfd) -> None:
    assert cli.main(["agents-md"]) == 0
    assert capfd.readouterr().out == page()
    assert check_text(page(), "AGENTS.md").verdict.value == "proved"  # its example is
    named = set(re.findall(r"symkl (\w[\w-]*)", page())) & set(cli.COMMANDS)
    assert {"check", "explain", "prove"} <= named
    assert all(f"`{name}`" in page() for name in THEOREMS)
