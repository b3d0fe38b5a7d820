r"""What a row gives at one step, at another: ``\delta_{t+1}`` after ``\delta_t = r_t + \gamma V(s_{t+1}) - V(s_t)``."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text

ERROR = r"\delta_t = r_t + \gamma V(s_{t+1}) - V(s_t)"


def judged(*rows: str) -> list[str]:
    text = "\n\n".join(row if row.startswith("@") else f"$${row}$$" for row in rows).replace("@", "")
    return [line.status.value for line in check_text(text, "a.md").lines]


@pytest.mark.parametrize(
    ("row", "answer"),
    [
        (r"\delta_t + \gamma\delta_{t+1} = r_t + \gamma r_{t+1} + \gamma^2 V(s_{t+2}) - V(s_t)", "proved"),
        (r"\delta_t + \gamma\delta_{t+1} = r_t + \gamma r_{t+1} + \gamma V(s_{t+2}) - V(s_t)", "refuted"),
        (r"\delta_t + \delta_{t+1} = r_t + r_{t+1} + \gamma V(s_{t+2}) - V(s_t)", "refuted"),
        (r"\delta_{t-1} = r_{t-1} + \gamma V(s_t) - V(s_{t-1})", "proved"),
        (r"\delta_{t+2} - r_{t+2} + V(s_{t+2}) = \gamma V(s_{t+3})", "proved"),
        (r"\delta_{t+1} = \delta_t", "refuted"),
    ],
)
def test_an_error_of_temporal_difference_at_other_steps(row: str, answer: str) -> None:
    assert judged(ERROR, row) == ["assumed", answer]


def test_what_is_made_of_other_steps() -> None:
    two = r"A^{(2)}_t = \delta_t + \gamma\delta_{t+1}"
    assert judged(ERROR, two, r"A^{(2)}_{t+1} = \delta_{t+1} + \gamma\delta_{t+2}") == ["assumed", "assumed", "proved"]
    assert judged(ERROR, two, r"A^{(2)}_t = r_t + \gamma r_{t+1} + \gamma^2 V(s_{t+2}) - V(s_t)")[-1] == "proved"
    assert judged(ERROR, two, r"A^{(2)}_t = r_t + \gamma r_{t+1} + \gamma^2 V(s_{t+2})")[-1] == "refuted"


@pytest.mark.parametrize(
    "rows",
    [
        (r"\delta_t = r_t - V(s_t)", r"\delta_t = r_t", r"\delta_{t+1} = r_{t+1} - V(s_{t+1})"),  # given twice
        (ERROR, r"\sum_{t=1}^T r_t = 0", r"\delta_{t+1} = r_{t+1} + \gamma V(s_{t+2}) - V(s_{t+1})"),  # t is summed over
        (r"c_t = \gamma^t", r"c_{t+1} = \gamma^{t+1}"),
        ("@If $t = T$, then", r"\delta_t = r_t", r"\delta_{t+1} = r_{t+1}"),
    ],
)
def test_where_nobody_can_tell_nothing_is_proved(rows: tuple[str, ...]) -> None:
    assert judged(*rows)[-1] not in ("proved", "refuted")


def test_what_is_given_by_itself_at_the_next_step_is_so_of_each() -> None:
    given = r"G_t = r_t + \gamma G_{t+1}"
    assert judged(given, r"G_{t+1} = r_{t+1} + \gamma G_{t+2}") == ["assumed", "proved"]
    assert judged(given, r"G_{t+1} = r_{t+1} + G_{t+2}")[-1] in ("refuted", "unknown")


def test_steps_that_grow_end() -> None:
    rows = [rf"c_t = {' + '.join([f'd_{{t+{n}}}' for n in range(1, 10)])}"]
    rows.append(rf"d_t = {' + '.join([f'c_{{t+{n}}}' for n in range(1, 10)])}")
    assert len(judged(*rows, r"c_{t+1} = c_{t+1}")) == 3
