"""Bounds with a root on a side: Pinsker's inequality as people use it, Jensen's for the root, total variation."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (r"\mathrm{TV}(p,q) \le \sqrt{\frac12\mathrm{KL}(p\|q)}", "proved"),
        (r"\mathrm{TV}(p,q) \le \sqrt{\frac13\mathrm{KL}(p\|q)}", "refuted"),
        (r"\sqrt{\frac12\mathrm{KL}(p\|q)} \le \mathrm{TV}(p,q)", "refuted"),
        (r"\|p-q\|_1 \le \sqrt{2\,\mathrm{KL}(p\|q)}", "proved"),
        (r"\|p-q\|_1 \le \sqrt{\mathrm{KL}(p\|q)}", "refuted"),
        (r"E_{y\sim p}[\sqrt{q(y)}] \le \sqrt{E_{y\sim p}[q(y)]}", "proved"),
        (r"E_{y\sim p}[\sqrt{q(y)}] \ge \sqrt{E_{y\sim p}[q(y)]}", "refuted"),
        (r"\left|E_{y\sim p}[r(y)]\right| \le \sqrt{E_{y\sim p}[r(y)^2]}", "proved"),
        (r"\beta E_{y\sim p}[r(y)] \le \beta\sqrt{E_{y\sim p}[r(y)^2]}", "proved"),
        (r"E_{y\sim p}[r(y)] \le \sqrt{E_{y\sim p}[r(y)]}", "refuted"),
        (r"\sqrt{\operatorname{Var}_{y\sim p}[r(y)]} \le \sqrt{E_{y\sim p}[r(y)^2]}", "proved"),
        (r"\mathrm{TV}(p,q) \le 1", "proved"),
        (r"\|p-q\|_1 \le 2", "proved"),
        (r"\|p-q\|_1 \le 1", "refuted"),
        (r"\sum_y\max(p(y),q(y)) \le 2", "proved"),
    ],
)
def test_a_bound(row: str, answer: str) -> None:
    (line,) = check_text(f"$${row}$$", "a.md").lines
    assert line.status.value == answer


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (r"\frac{1}{2\sqrt{\mathrm{KL}(p\|q)}} \le \frac{1}{\sqrt{\mathrm{KL}(p\|q)}}", "proved"),
        (r"\frac{\sqrt{\mathrm{KL}(p\|q)}}{2c} \le \frac{\sqrt{\mathrm{KL}(p\|q)}}{c}", "refuted"),
        (r"\frac{\sqrt{\beta}}{2(c + d)} \le \frac{\sqrt{\beta}}{c + d}", "refuted"),
        (r"\frac{1}{2(c + d)} \le \frac{1}{c + d}", "refuted"),
    ],
)
def test_what_a_root_is_taken_of_is_positive_and_nothing_else_is(row: str, answer: str) -> None:
    declared = "<!-- symkl: c scalar; d scalar -->"
    (line,) = check_text(f"{declared}\n\n$${row}$$", "a.md").lines
    assert line.status.value == answer
