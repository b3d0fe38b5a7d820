"""Input that was made to hurt: a located message or *unknown*, within 2 seconds and 500 MB, never a traceback."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

SECONDS = 2.0
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
    "a gigabyte of exponent": b"$$10^{999999999999} = 1$$",
    "nested maxima": b"$$" + b"\\max_\\pi " * 50 + b"E_{y\\sim\\pi}[r(x,y)] = 0$$",
    "nested expectations of products": b"$$" + b"E_{y\\sim\\pi}[r(x,y) " * 30 + b"1" + b"]" * 30 + b" = 0$$",
    "20,000 rows that nobody can read": "\n\n".join(rf"$$\foo_{{{i}}} = y$$" for i in range(20_000)).encode(),
    "2,000 definitions, each of the one before": "\n\n".join(
        [r"$$f_{0}(x) = \sum_y \pi(y|x) r(x,y)$$"] + [rf"$$f_{{{i + 1}}}(x) = f_{{{i}}}(x) + 1$$" for i in range(2_000)]
    ).encode(),
    "a remark that never ends, 2,000 times": b"$$" + b"\\intertext{ a \\\\\n" * 2_000 + b"$$",
    "an aligned block of a thousand": b"\\begin{align}" + b"\\\\".join([b"&= \\beta"] * 1000) + b"\\end{align}",
}


ROWS = re.compile(r"[\d,]+ (?:rows|definitions)")


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
    assert report["verdict"] != "proved" or ROWS.match(name)
    for line in report["lines"]:
        if line["status"] == "unreadable":
            assert line["trouble"]["line"] >= 1
            assert line["trouble"]["advice"]
    seconds, megabytes = map(float, errors.split()[-2:])
    many = 10 if ROWS.match(name) else 1  # those are large documents, not one row that hurts
    assert seconds < SECONDS * many, seconds
    assert megabytes < MEGABYTES, megabytes


def test_no_escape_sequence_reaches_the_terminal(tmp_path: Path) -> None:
    file = tmp_path / "hostile.md"
    file.write_bytes(HOSTILE["an escape sequence"])
    done = subprocess.run([sys.executable, "-m", "symkl", "check", str(file)], capture_output=True, timeout=60, check=False)
    assert b"\x1b[2J" not in done.stdout
