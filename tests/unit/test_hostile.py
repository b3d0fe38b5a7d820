"""Input that was made to hurt: a located message or *unknown*, within 2 seconds and 500 MB, never a traceback."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SECONDS = 2.0
"""What an answer may take of our own processor time."""
A_ROW = 0.004
"""What each of the rows of a large document may take of it besides."""
MEGABYTES = 500

PROGRAM = """
import re, resource, sys, time
from pathlib import Path
from symkl.cli import main
start = time.process_time()
code = main(["check", sys.argv[1], "--format", "json"])
used = time.process_time() - start
# Of this program alone, where the system tells: what getrusage calls its peak counts the parent's when it forked, too.
status = Path("/proc/self/status")
found = re.search(r"VmHWM:\\s*(\\d+)", status.read_text()) if status.exists() else None
peak = (int(found[1]) if found else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) / 1024
print(f"{used} {peak}", file=sys.stderr)
sys.exit(code)
"""

ROW = r"\pi(y|x) r(x,y)"
HOSTILE: dict[str, bytes] = {
    "a row of 5 MB": b"$$" + b"x+" * 2_500_000 + b"x$$",
    "5 MB without a dollar": b"\\frac{" * 800_000,
    "brackets 10,000 deep": b"$$" + b"(" * 10_000 + b"1" + b")" * 10_000 + b"$$",
    "fractions 10,000 deep": b"$$" + b"\\frac{1}{" * 10_000 + b"1" + b"}" * 10_000 + b"$$",
    "sums 3,000 deep": b"$$" + b"\\sum_y " * 3_000 + b"\\pi(y|x) = 1$$",
    "a tower of powers": b"$$2^{2^{2^{2^{2^{2^{2}}}}}} = 1$$",
    "a large power of a sum": br"$$(r(x,y_1) + r(x,y_2) + \beta + \tau)^{60} = 0$$",
    "a large negative power": b"$$2^{-1000000} = 0$$",
    "a million terms": b"$$" + b"+".join([b"\\beta"] * 1_000_000) + b" = 1$$",
    "a thousand terms": b"$$" + b"+".join([rf"r(x,y_{{{i}}})".encode() for i in range(1_000)]) + b" = 0$$",
    "a product of sums": b"$$" + b"".join(rf"(r(x,y_{{{i}}}) + \beta)".encode() for i in range(40)) + b" = 0$$",
    "NUL bytes": b"$$\x00\x00 = \x00$$",
    "invalid UTF-8": b"$$\xff\xfe\xfa = 1$$",
    "code in a text": rb'$$\text{__import__("os").system("echo owned")} = 1$$',
    "an environment nobody knows": rb"$$\begin{evil} 1 = 1 \end{evil}$$",
    "an escape sequence": b"$$\\text{\x1b[2J\x1b[31mred} r(x,y) = 1$$",
    "a chain of doublings": "\n\n".join(
        [r"$$\omega_{0} = \beta$$"] + [rf"$$\omega_{{{i + 1}}} = \omega_{{{i}}} + \omega_{{{i}}} r(x,y)$$" for i in range(40)]
        + [r"$$\omega_{40} = 1$$"]).encode(),
    "definitions in a circle": rb"$$\omega = \psi + 1$$" b"\n\n" rb"$$\psi = \omega - 1$$" b"\n\n" rb"$$\omega = 2$$",
    "2,000 rows": "\n\n".join(rf"$${ROW} = {ROW}$$" for _ in range(2_000)).encode(),
    "a long name": b"$$\\pi_{" + b"a" * 15_000 + b"}(y|x) = 1$$",
    "20,000 open brackets of display": b"\\[ " * 20_000,
    "more open brackets of display than rows": b"\\[ " * 300_000,
    "inline brackets that nothing closes": b"\\( " * 300_000,
    "20,000 formulas in one sentence": b"Let " + b"$a = b$, " * 20_000 + b"and so it goes\n\n$$ a = b $$",
    "a sign of a formula in each line": b"$a\n" * 200_000,
    "fences of display that nothing closes": b":::{math}\n" * 2_000,
    "a gigabyte of exponent": b"$$10^{999999999999} = 1$$",
    "nested maxima": b"$$" + b"\\max_\\pi " * 50 + b"E_{y\\sim\\pi}[r(x,y)] = 0$$",
    "nested expectations of products": b"$$" + b"E_{y\\sim\\pi}[r(x,y) " * 30 + b"1" + b"]" * 30 + b" = 0$$",
    "20,000 rows that nobody can read": "\n\n".join(rf"$$\foo_{{{i}}} = y$$" for i in range(20_000)).encode(),
    "2,000 definitions, each of the one before": "\n\n".join(
        [r"$$f_{0}(x) = \sum_y \pi(y|x) r(x,y)$$"] + [rf"$$f_{{{i + 1}}}(x) = f_{{{i}}}(x) + 1$$" for i in range(2_000)]
    ).encode(),
    "a remark that never ends, 2,000 times": b"$$" + b"\\intertext{ a \\\\\n" * 2_000 + b"$$",
    "an aligned block of 1,000 rows": b"\\begin{align}" + b"\\\\".join([b"&= \\beta"] * 1000) + b"\\end{align}",
}

OTHERS: dict[str, bytes] = {
    "bomb.tex": b"".join(b"\\def\\%c{\\%c\\%c}" % (n, n + 1, n + 1) for n in range(97, 122)) + b"\\[ \\a = 1 \\]" * 100,
    "recursion.tex": b"\\def\\x#1{\\x{#1#1}}" + b"\\[ \\x{a} = 1 \\]" * 100,
    "recursion.md": b"$\\def\\x{\\x\\x}$\n\n" + b"$$ \\x = 1 $$\n\n" * 100,
    "unclosed-arguments.tex": b"\\newcommand{\\x}[9]{#1}" + b"\\x{" * 5_000,
    "definitions.tex": b"\\def\\x{a}" * 50_000,
    "definitions.md": b"$\\def\\x{a}$ " * 100_000,
    "large-with-macros.tex": b"\\newcommand{\\x}{a}" + b"words \\alpha {and} words $x$\n" * 300_000,
    "nested.tex": b"\\documentclass{a}" + b"\\begin{aligned}" * 10_000 + b"a=b" + b"\\end{aligned}" * 10_000,
    "nested.md": b"$$" + b"\\begin{aligned}" * 10_000 + b"a=b" + b"\\end{aligned}" * 10_000 + b"$$",
    "own-nested.tex": b"\\newenvironment{e}{\\begin{e}}{\\end{e}}" + b"\\begin{e}" * 10_000 + b"\\[ a = b \\]",
    "nul.tex": b"\\newcommand{\\x}{\x00}\\[ \\x = 1 \\]",
    "nul.ipynb": b'{"cells": [{"cell_type": "markdown", "source": "$$ \\u0000 = 1 $$"}]}',
    "invalid.ipynb": b'{"cells": [{"cell_type": "markdown", "source": "\xff"}]}',
    "deep.ipynb": b"[" * 5_000_000,
    "outputs.ipynb": b'{"cells": [{"cell_type": "markdown", "source": "$$ \\\\foo $$"}, {"cell_type": "code", "source": "", "outputs": '
    b'[{"data": {"image/png": "' + b"A" * 9_800_000 + b'"}}]}]}',
    "blocks.org": b"#+begin_src\n" * 100_000,
    "code.org": b"=a " * 1_000_000,
    "tags.html": b"<math>" * 200_000,
    "comments.html": b"<!--" * 500_000,
    "notes.rst": b"\n".join(b" " * n + b".. note::" for n in range(1_500)),
    "switches.tex": b"\\iffalse" * 300_000,
    "dollars.tex": b"\\def\\x{a}" + b"$" * 200_000,
    "options.tex": b"\\lstinline[" * 30_000,
    "calls.tex": b"\\def\\b#1{#1#1#1#1#1#1}\\def\\a#1{\\b{#1}\\b{#1}\\b{#1}\\b{#1}}" + b"\\[ \\a{\\a{\\a{x}}} = 1 \\]" * 200,
    "braces.tex": b"\\def\\x{a}" + b"{" * 200_000,
}
"""Other kinds of files, by their names."""


ROWS = re.compile(r"([\d,]+) (?:rows|definitions)")


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_input_is_answered_in_time(name: str, tmp_path: Path) -> None:
    file = tmp_path / "hostile.md"
    file.write_bytes(HOSTILE[name])
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(file)], capture_output=True, timeout=60, check=False)
    errors = done.stderr.decode()
    assert "Traceback" not in errors, errors[-2000:]
    assert done.returncode in (0, 1), errors[-2000:]
    (report,) = json.loads(done.stdout)
    assert "internal error" not in json.dumps(report), report["troubles"]
    assert b"owned" not in done.stdout.splitlines()
    rows = ROWS.search(name)
    assert report["verdict"] != "proved" or rows
    for line in report["lines"]:
        if line["status"] == "unreadable":
            assert line["trouble"]["line"] >= 1
            assert line["trouble"]["advice"]
    seconds, megabytes = map(float, errors.split()[-2:])
    assert seconds < min(SECONDS + A_ROW * (int(rows[1].replace(",", "")) if rows else 0), 20), seconds
    assert megabytes < MEGABYTES, megabytes


@pytest.mark.parametrize("name", sorted(OTHERS))
def test_hostile_files_of_other_kinds_are_answered_in_time(name: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(OTHERS[name])
    _answered(file)


def test_links_that_lead_round_in_a_circle_are_told(tmp_path: Path) -> None:
    (tmp_path / "one.tex").symlink_to(tmp_path / "two.tex")
    (tmp_path / "two.tex").symlink_to(tmp_path / "one.tex")
    file = tmp_path / "main.tex"
    file.write_text("\\documentclass{a}\\begin{document}\\input{one}\\input{main}\\end{document}")
    report = _answered(file)
    assert "\\input{one}" in report["not_checked"][0]["reason"]


def _answered(file: Path) -> dict[str, Any]:
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(file)], capture_output=True, timeout=60, check=False)
    errors = done.stderr.decode()
    assert "Traceback" not in errors, errors[-2000:]
    assert done.returncode == 1, errors[-2000:]
    (report,) = json.loads(done.stdout)
    assert "internal error" not in json.dumps(report), report["troubles"]
    seconds, megabytes = map(float, errors.split()[-2:])
    assert seconds < SECONDS, seconds
    assert megabytes < MEGABYTES, megabytes
    return dict(report)


def test_no_escape_sequence_reaches_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "hostile.md"
    file.write_bytes(HOSTILE["an escape sequence"])
    done = subprocess.run([sys.executable, "-m", "symkl", "check", str(file)], capture_output=True, timeout=60, check=False)
    assert b"\x1b[2J" not in done.stdout
