"""Values of states that equations give by themselves: nothing is refuted of what only such an equation gives."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text

V_BY_Q = r"V(s) = E_{a\sim\pi}[Q(s,a)]"
SOFT = r"V(s_t) = E_{a_t\sim\pi}[Q(s_t,a_t) - \alpha\log\pi(a_t|s_t)]"
Q_BY_V = r"Q(s,a) = r(s,a) + \gamma E_{s'\sim P(\cdot|s,a)}[V(s')]"


def statuses(*rows: str) -> list[str]:
    return [line.status.value for line in check_text("\n\n".join(f"$${row}$$" for row in rows), "t.md").lines]


@pytest.mark.parametrize("rows", [(V_BY_Q, Q_BY_V), (Q_BY_V, V_BY_Q)])
def test_either_of_two_values_may_be_given_first(rows: tuple[str, ...]) -> None:
    right = r"V(s) = E_{a\sim\pi}[r(s,a) + \gamma E_{s'\sim P(\cdot|s,a)}[V(s')]]"
    assert statuses(*rows, right, right.replace(r"\gamma", "2")) == ["assumed", "assumed", "proved", "refuted"]


def test_what_a_definition_meets_at_the_state_itself_follows_or_is_false() -> None:
    given = r"A(s,a) = Q(s,a) - V(s)"
    assert statuses(V_BY_Q, given, r"Q(s,a) = V(s) + A(s,a)") == ["assumed", "assumed", "proved"]
    assert statuses(V_BY_Q, given, r"Q(s,a) = A(s,a) - V(s)") == ["assumed", "assumed", "refuted"]


def test_the_one_state_that_a_row_writes_is_meant_where_none_is() -> None:
    after = r"Q(s_t,a_t) = r(s_t,a_t) + \gamma E_{s_{t+1}\sim p}[V(s_{t+1})]"
    entropy = r"V(s_t) = E_{a_t\sim\pi}[Q(s_t,a_t)] {} \alpha H(\pi(\cdot|s_t))"
    assert statuses(SOFT, entropy.replace("{}", "+"), entropy.replace("{}", "-"), after) == [
        "assumed", "proved", "refuted", "assumed"
    ]  # fmt: skip
    assert statuses(r"E_{y\sim\pi}[-\log\pi(y|x')] = H(\pi(\cdot|x'))") == ["proved"]
