"""What is said of a parameter of which nothing is known, of a length, and of how many actions there are."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from tests.told import told


def answers(*rows: str) -> list[str]:
    text = "\n\n".join(row if row.startswith(("#", "<")) else f"$$ {row} $$" for row in rows)
    return [told(line).value for line in check_text(text, "a.md").lines]


@pytest.mark.parametrize("row", [r"\gamma \le 1", r"0 \le \gamma < 1", r"1 > \gamma \ge 0", r"-1 < \gamma < \lambda < 1",
                                 r"\gamma > \lambda"])
def test_where_a_parameter_lies_is_a_hypothesis(row: str) -> None:
    assert answers(row) == ["assumed"]


@pytest.mark.parametrize(
    ("rows", "last"),
    [
        ((r"0 \le \gamma < 1", r"\gamma \le 1"), "proved"),  # it follows, and supposes nothing anew
        ((r"0 \le \gamma < 1", r"\gamma \ge 2"), "refuted"),
        ((r"0 \le \gamma \le 1", r"\gamma \sum_y \pi(y|x) \le 1"), "proved"),
        ((r"0 \le \gamma \le 1", r"2 \gamma \le 1"), "refuted"),
        ((r"0 \le \gamma \le 1", "# Another part", r"2 \gamma \le 2"), "refuted"),
        ((r"\lambda = \gamma", r"\lambda \le 1"), "refuted"),  # it is given, so something is known of it
        ((r"\beta \le -1",), "refuted"),  # a temperature is > 0
        ((r"2 \le \gamma \le 1",), "unknown"),
        ((r"\gamma < \gamma",), "refuted"),
        ((r"\gamma + 1 \le 1",), "refuted"),
        ((r"\gamma^2 \ge 0 \implies \gamma \ge 0",), "refuted"),  # what is drawn from something is claimed
        ((r"\gamma \le 1 \implies 2 \gamma \le 2",), "proved"),
        ((r"\gamma \le 1 \implies 2 \gamma \le 1",), "refuted"),
        (("<!-- symkl: \\gamma > 0 -->", r"\gamma \le 1"), "refuted"),
        ((r"r(x,y) \le 1",), "refuted"),
        ((r"V(x) \le 1",), "refuted"),
    ],
)  # fmt: skip
def test_what_is_more_than_where_a_parameter_lies_is_a_claim(rows: tuple[str, ...], last: str) -> None:
    assert answers(*rows)[-1] == last


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (r"|y| \ge 1", "unknown"), (r"\frac{1}{|y|} \le 1", "unknown"), (r"|y| > 0", "proved"), (r"|y| \ge 2", "refuted"),
        (r"|y_w| = |y_l|", "refuted"), (r"\frac{1}{|y|} r(x,y) = r(x,y)", "refuted"), (r"|y| \le 3", "refuted"),
    ],
)  # fmt: skip
def test_a_length_is_a_whole_number(row: str, answer: str) -> None:
    report = check_text(f"$$ {row} $$", "a.md")
    (line,) = report.lines
    assert line.status.value == answer
    if line.counterexample is not None:
        assert "1/2" not in line.counterexample.summary.split("r =")[0]


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (r"H(\pi(\cdot|s)) \le \log|\mathcal{A}|", "proved"), (r"H(\pi(\cdot|x)) \le \log|\mathcal{A}|", "proved"),
        (r"H(\pi(\cdot|s)) \ge \log|\mathcal{A}|", "refuted"), (r"\sum_{a \in \mathcal A} 1 = |\mathcal A|", "proved"),
        (r"H(\pi(\cdot|s)) \ge 0", "proved"), (r"|\mathcal A| \ge 3", "refuted"), (r"|\mathcal A| \ge 1", "unknown"),
        (r"\sum_y \pi(y|x) \log \pi(y|x) \le \log |\mathcal A| + r(x,y) + r(x,y) - 2 r(x,y)", "unreadable"),
        (r"\sum_a \pi(a|s) A(s,a) \le |\mathcal A|", "unreadable"),  # how many, or the advantage
        (r"|\mathcal A(s)| \ge 0", "unreadable"),
    ],
)  # fmt: skip
def test_how_many_actions_there_are(row: str, answer: str) -> None:
    assert answers(row) == [answer]
