r"""Policies over sequences: what is proved of tokens, held against an enumeration of all sequences, and false twins."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction as F
from itertools import product
from math import isclose, log
from random import Random

import pytest

import symkl
import symkl.language.terms as t
from symkl.checking.document import check_text
from symkl.checking.report import Line, Status
from symkl.language.terms import Variable
from symkl.meaning.document import read
from symkl.refuting.cases import random_case
from symkl.refuting.evaluating import evaluate, needed
from symkl.refuting.sequences import responses
from tests.told import told

PROVED, REFUTED, ASSUMED, UNREADABLE, UNKNOWN = (
    Status.PROVED, Status.REFUTED, Status.ASSUMED, Status.UNREADABLE, Status.UNKNOWN,
)  # fmt: skip

TOKEN, OTHER = r"\pi(y_t|x,y_{<t})", r"\mu(y_t|x,y_{<t})"
NEXT = r"\mathrm{KL}(\pi(\cdot|x,y_{<t})\|\mu(\cdot|x,y_{<t}))"
WHOLE = r"\mathrm{KL}(\pi(\cdot|x)\|\mu(\cdot|x))"


def judged(*rows: str) -> list[Line]:
    return list(check_text("\n\n".join(f"$${row}$$" for row in rows), "a.md").lines)


@pytest.mark.parametrize(
    ("row", "status"),
    [
        (rf"\sum_{{t=1}}^T \log{TOKEN} = \log\pi(y|x)", PROVED),
        (rf"\sum_{{t=1}}^T \log{TOKEN} = \log\mu(y|x)", REFUTED),
        (rf"\prod_{{t=1}}^T {TOKEN} = \pi(y|x)", PROVED),
        (rf"\prod_{{t=1}}^T {TOKEN}^2 = \pi(y|x)^2", PROVED),
        (rf"\prod_{{t=1}}^T {TOKEN} = \pi(y|x)^2", REFUTED),
        (rf"\prod_{{t=1}}^T e^{{\beta\log{TOKEN}}} = \pi(y|x)^\beta", PROVED),
        (rf"\prod_{{t=1}}^T \beta\,{TOKEN} = \beta\,\pi(y|x)", REFUTED),
        (rf"\prod_{{t=1}}^T \beta\,{TOKEN} = \beta^T\pi(y|x)", PROVED),
        (rf"E_{{y\sim\mu(\cdot|x)}}\left[\prod_{{t=1}}^T\frac{{{TOKEN}}}{{{OTHER}}}\, r(x,y)\right]"
         r" = E_{y\sim\pi(\cdot|x)}[r(x,y)]", PROVED),
        (rf"\prod_{{t=1}}^T {TOKEN}\, r(x,y) = \pi(y|x) r(x,y)", PROVED),
        (rf"\prod_{{t=1}}^T {TOKEN}\, r(x,y) = \pi(y|x)", REFUTED),
        (r"\prod_{t=1}^T \beta = \beta^T", PROVED),
        (r"\prod_{t=1}^T \beta = \beta", REFUTED),
        (rf"E_{{y\sim\mu(\cdot|x)}}\left[\frac1T\sum_{{t=1}}^T\frac{{{TOKEN}}}{{{OTHER}}}\, r(x,y)\right]"
         r" = E_{y\sim\pi(\cdot|x)}[r(x,y)]", REFUTED),
        (rf"\left(\frac{{\pi(y|x)}}{{\mu(y|x)}}\right)^{{1/T}}"
         rf" = \exp\left(\frac1T\sum_{{t=1}}^T\log\frac{{{TOKEN}}}{{{OTHER}}}\right)", PROVED),
        (rf"\left(\frac{{\pi(y|x)}}{{\mu(y|x)}}\right)^{{1/T}} = \frac1T\sum_{{t=1}}^T\frac{{{TOKEN}}}{{{OTHER}}}",
         REFUTED),
        (rf"{WHOLE} = \sum_{{t=1}}^T E_{{y\sim\pi(\cdot|x)}}\left[{NEXT}\right]", PROVED),
        (rf"{WHOLE} = \sum_{{t=1}}^T E_{{y_{{<t}}\sim\pi(\cdot|x)}}\left[{NEXT}\right]", PROVED),
        (rf"{WHOLE} = \sum_{{t=1}}^T E_{{y_{{<t}}\sim\mu(\cdot|x)}}\left[{NEXT}\right]", REFUTED),
        (rf"{WHOLE} = \frac1T\sum_{{t=1}}^T E_{{y\sim\pi(\cdot|x)}}\left[{NEXT}\right]", REFUTED),
        (rf"{WHOLE} = \sum_{{t=1}}^T {NEXT}", REFUTED),
        (rf"{WHOLE} = \sum_{{t=1}}^T \log\frac{{{TOKEN}}}{{{OTHER}}}", REFUTED),
        (rf"{WHOLE} = E_{{y\sim\pi(\cdot|x)}}\left[\sum_{{t=1}}^{{|y|}} {NEXT}\right]", PROVED),
        (rf"{WHOLE} = E_{{y\sim\mu(\cdot|x)}}\left[\sum_{{t=1}}^{{|y|}} {NEXT}\right]", REFUTED),
        (rf"{WHOLE} = E_{{y\sim\pi(\cdot|x)}}\left[\frac{{1}}{{|y|}}\sum_{{t=1}}^{{|y|}} {NEXT}\right]", REFUTED),
        (rf"\frac{{1}}{{|y|}}\log\pi(y|x) = \frac{{1}}{{|y|}}\sum_t\log{TOKEN}", PROVED),
        (rf"\log\pi(y|x) = \frac{{1}}{{|y|}}\sum_t\log{TOKEN}", REFUTED),
        (r"\log\frac{\pi(y_w|x)}{\mu(y_w|x)} = \sum_{t=1}^{|y_w|}"
         r"\log\frac{\pi(y_{w,t}|x,y_{w,<t})}{\mu(y_{w,t}|x,y_{w,<t})}", PROVED),
        (r"\log\frac{\pi(y_w|x)}{\mu(y_w|x)} = \sum_{t=1}^{|y_w|}"
         r"\log\frac{\pi(y_{w,t}|x,y_{w,<t})}{\mu(y_{l,t}|x,y_{l,<t})}", REFUTED),
        (rf"\sum_{{t=1}}^T r(x,y_t) = \sum_{{t=1}}^T\log{TOKEN}", UNKNOWN),
        (rf"\sum_{{t=1}}^T E_{{y_{{<t}}\sim\pi(\cdot|x)}}[\log{TOKEN}] = E_{{y\sim\pi(\cdot|x)}}[\log\pi(y|x)]",
         UNREADABLE),
        (r"E_{y\sim\pi(\cdot|x)}\left[\sum_{t=1}^T r(x,y_t)\right] = \sum_{t=1}^T r(x,y_t)", UNREADABLE),
    ],
)  # fmt: skip
def test_a_row_about_tokens(row: str, status: Status) -> None:
    assert told(judged(row)[-1]) is status


@pytest.mark.parametrize(
    "row",
    [
        rf"\sum_{{t=1}}^T \log{TOKEN} \le 0 \quad",
        rf"E_{{y\sim\mu(\cdot|x)}}\left[\sum_{{t=1}}^T\frac{{{TOKEN}}}{{{OTHER}}}\right] = T",
        rf"\log\pi(y|x) \le \frac1T\sum_{{t=1}}^T\log{TOKEN}",
        rf"\prod_{{t=1}}^T {TOKEN} \le 1",
    ],
)
def test_what_is_true_of_distributions_over_tokens_is_not_refuted(row: str) -> None:
    assert judged(row)[0].status in (PROVED, UNKNOWN)


def test_a_token_is_at_most_as_unlikely_as_the_response() -> None:
    rows = (rf"\log\pi(y|x) = \sum_{{t=1}}^T \log{TOKEN}", rf"{TOKEN} \le 1", rf"\pi(y|x) \le {TOKEN}", rf"{TOKEN} = 1")
    found = [line.status for line in judged(*rows)]
    assert found[1] in (PROVED, UNKNOWN) and found[2] in (PROVED, UNKNOWN) and found[3] is REFUTED


def test_what_is_numbered_by_a_position_may_depend_on_the_response() -> None:
    row = r"E_{y\sim\pi(\cdot|x)}\left[\sum_{t=1}^T r_t\right] = \sum_{t=1}^T r_t"
    assert told(judged(row)[0]) is UNREADABLE
    assert check_text(f"<!-- symkl: r_t fixed -->\n\n$${row}$$", "a.md").lines[0].status is PROVED


def test_what_a_row_gives_by_its_tokens_is_of_tokens() -> None:
    rows = (
        rf"\rho_t = \frac{{{TOKEN}}}{{{OTHER}}}",
        r"\prod_{t=1}^T\rho_t = \frac{\pi(y|x)}{\mu(y|x)}",
        r"\sum_{t=1}^T\log\rho_t = \log\frac{\pi(y|x)}{\mu(y|x)}",
        r"E_{y\sim\mu(\cdot|x)}\left[\prod_{t=1}^T\rho_t\right] = 1",
        r"E_{y\sim\pi(\cdot|x)}\left[\prod_{t=1}^T\rho_t\right] = 1",
        r"\log\prod_{t=1}^T\rho_t = \frac1T\sum_{t=1}^T\log\rho_t",
        r"E_{y\sim\mu(\cdot|x)}\left[\sum_{t=1}^T\rho_t\right] = \sum_{t=1}^T\rho_t",
    )
    assert [line.status for line in judged(*rows)] == [ASSUMED, PROVED, PROVED, PROVED, REFUTED, REFUTED, REFUTED]


def test_a_family_that_may_be_negative_has_no_product_of_powers() -> None:
    rows = (rf"c_t = \log\frac{{{TOKEN}}}{{{OTHER}}}", r"\prod_{t=1}^T c_t = \exp\left(\sum_{t=1}^T\log c_t\right)")
    assert judged(*rows)[-1].status is not PROVED


def test_gradients_of_tokens() -> None:
    live, dead = r"\pi_\theta(y_t|x,y_{<t})", OTHER
    rows = (
        rf"\nabla_\theta\log\pi_\theta(y|x) = \sum_{{t=1}}^T\nabla_\theta\log{live}",
        rf"\nabla_\theta\sum_{{t=1}}^T\log\frac{{{live}}}{{{dead}}} = \nabla_\theta\log\pi_\theta(y|x)",
        rf"\nabla_\theta\sum_{{t=1}}^T\log\frac{{{live}}}{{{dead}}} = \frac1T\nabla_\theta\log\pi_\theta(y|x)",
        rf"E_{{y\sim\pi_\theta(\cdot|x)}}\left[\sum_{{t=1}}^T\nabla_\theta\log{live}\right] = 0",
        rf"\nabla_\theta\log\pi_\theta(y|x) = \prod_{{t=1}}^T\nabla_\theta\log{live}",
    )
    assert [line.status for line in judged(*rows)] == [PROVED, PROVED, REFUTED, PROVED, REFUTED]


def test_the_witness_says_which_sequences_there_are() -> None:
    (line,) = judged(rf"\log\pi(y|x) = \frac1T\sum_{{t=1}}^T\log{TOKEN}")
    assert line.counterexample is not None
    assert line.counterexample.summary == (
        "T = 2, four responses, y1 = aa, y2 = ab, y3 = ba, y4 = bb, π = (1/4, 1/4, 1/4, 1/4)"
    )


def test_groups_of_responses_of_several_lengths() -> None:
    token_mean = r"\frac{1}{\sum_{i=1}^G|y_i|}\sum_{i=1}^G\sum_{t=1}^{|y_i|} a_{i,t}"
    rows = (
        rf"{token_mean} = \frac1G\sum_{{i=1}}^G\frac{{1}}{{|y_i|}}\sum_{{t=1}}^{{|y_i|}} a_{{i,t}}",
        rf"\beta\,{token_mean} = \frac{{\sum_{{i=1}}^G\sum_{{t=1}}^{{|y_i|}}\beta a_{{i,t}}}}{{\sum_{{i=1}}^G|y_i|}}",
        r"\sum_{i=1}^G\sum_{t=1}^{|y_i|} 1 = \sum_{i=1}^G |y_i|",
        r"\sum_{i=1}^G\sum_{t=1}^{|y_i|} 1 = G\beta",
    )
    assert [line.status for line in judged(*rows)] == [REFUTED, PROVED, PROVED, REFUTED]


Law = Mapping[tuple[int, ...], float]


def chance(law: Law, beginning: tuple[int, ...]) -> float:
    return sum(p for y, p in law.items() if y[: len(beginning)] == beginning)


def token(law: Law, y: tuple[int, ...], n: int) -> float:
    return chance(law, y[:n]) / chance(law, y[: n - 1])


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_a_token_has_the_value_that_enumeration_gives_it(length: int, several: bool) -> None:
    """What the evaluator makes of tokens and of a KL over the next one, against sums over all sequences."""
    end = "|y|" if several else "T"
    proof = read(rf"$$\sum_{{t=1}}^{{{end}}}\log{TOKEN} = \sum_{{t=1}}^{{{end}}} {NEXT}$$")
    left, right = proof.rows[0].clauses[0].terms
    needs = needed((left, right), proof.context)
    (positions,) = needs.numbers
    case = random_case(Random(length), needs, {"x": 1, "y": 1, positions: length})
    every = responses(length, several=several)
    assert case.alphabets["y"] == len(every)
    laws = {
        shape.symbol: {y: float(table[(k, 0)]) for k, y in enumerate(every)}
        for shape, table in case.tables.items() if shape.symbol in ("π", "μ")
    }  # fmt: skip
    assert all(isclose(sum(law.values()), 1.0) for law in laws.values())
    for k, y in enumerate(every):
        at = {Variable("x", "x"): 0, Variable("y", "y"): k}
        of_tokens = sum(log(token(laws["π"], y, n)) for n in range(1, len(y) + 1))
        assert isclose(float(evaluate(left, case, proof.context, at).mid()), of_tokens, rel_tol=1e-9, abs_tol=1e-9)
        assert isclose(of_tokens, log(laws["π"][y]), rel_tol=1e-9)
        over_next = 0.0
        for n in range(1, len(y) + 1):
            nexts = {z[:n] for z in every if z[: n - 1] == y[: n - 1] and len(z) >= n}
            p = {z: chance(laws["π"], z) / chance(laws["π"], y[: n - 1]) for z in nexts}
            q = {z: chance(laws["μ"], z) / chance(laws["μ"], y[: n - 1]) for z in nexts}
            over_next += sum(p[z] * log(p[z] / q[z]) for z in nexts)
        assert isclose(float(evaluate(right, case, proof.context, at).mid()), over_next, rel_tol=1e-9, abs_tol=1e-9)


H_NEXT, CROSS = r"H(\pi(\cdot|x,y_{<t}))", r"H(\pi(\cdot|x,y_{<t}), \mu(\cdot|x,y_{<t}))"


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("length", [1, 3])
def test_an_entropy_of_the_next_token_has_the_value_that_enumeration_gives_it(length: int, several: bool) -> None:
    end = "|y|" if several else "T"
    proof = read(rf"$$\sum_{{t=1}}^{{{end}}} {H_NEXT} = \sum_{{t=1}}^{{{end}}} (\log{TOKEN} + {CROSS})$$")
    left, right = proof.rows[0].clauses[0].terms
    needs = needed((left, right), proof.context)
    (positions,) = needs.numbers
    case = random_case(Random(length), needs, {"x": 1, "y": 1, positions: length})
    every = responses(length, several=several)
    laws = {
        shape.symbol: {y: float(table[(k, 0)]) for k, y in enumerate(every)}
        for shape, table in case.tables.items() if shape.symbol in ("π", "μ")
    }  # fmt: skip
    for k, y in enumerate(every):
        at = {Variable("x", "x"): 0, Variable("y", "y"): k}
        entropy = cross = 0.0
        for n in range(1, len(y) + 1):
            nexts = {z[:n] for z in every if z[: n - 1] == y[: n - 1] and len(z) >= n}
            p = {z: chance(laws["π"], z) / chance(laws["π"], y[: n - 1]) for z in nexts}
            q = {z: chance(laws["μ"], z) / chance(laws["μ"], y[: n - 1]) for z in nexts}
            entropy -= sum(p[z] * log(p[z]) for z in nexts)
            cross -= sum(p[z] * log(q[z]) for z in nexts)
        assert isclose(float(evaluate(left, case, proof.context, at).mid()), entropy, rel_tol=1e-9, abs_tol=1e-9)
        wanted = log(laws["π"][y]) + cross
        assert isclose(float(evaluate(right, case, proof.context, at).mid()), wanted, rel_tol=1e-9, abs_tol=1e-9)


ON_AVERAGE = r"E_{y\sim\pi(\cdot|x)}"
ENTROPY = r"H(\pi(\cdot|x))"


@pytest.mark.parametrize(("row", "status"), [
    (rf"{ENTROPY} = {ON_AVERAGE}\left[\sum_{{t=1}}^T {H_NEXT}\right]", PROVED),
    (rf"{ENTROPY} = \sum_{{t=1}}^T {H_NEXT}", REFUTED),
    (rf"{ENTROPY} = E_{{y\sim\mu(\cdot|x)}}\left[\sum_{{t=1}}^T {H_NEXT}\right]", REFUTED),
    (rf"{ON_AVERAGE}\left[\sum_{{t=1}}^T {CROSS}\right] = H(\pi(\cdot|x), \mu(\cdot|x))", PROVED),
    (rf"{ON_AVERAGE}\left[\sum_{{t=1}}^T {CROSS}\right] = {ENTROPY}", REFUTED),
    (rf"\sum_{{t=1}}^T\sum_{{y_t}} {TOKEN} = T", PROVED),
    (rf"\sum_{{t=1}}^T\sum_{{y_t}} {TOKEN} = 1", REFUTED),
    (rf"\sum_{{t=1}}^T\sum_{{y_t}} {TOKEN}\log\frac{{{TOKEN}}}{{{OTHER}}} = \sum_{{t=1}}^T {NEXT}", PROVED),
    (rf"\sum_{{t=1}}^T\sum_{{y_t}} {OTHER}\log\frac{{{TOKEN}}}{{{OTHER}}} = \sum_{{t=1}}^T {NEXT}", UNREADABLE),
    (rf"-\sum_{{t=1}}^T\sum_{{y_t}} {TOKEN}\log{TOKEN} = \sum_{{t=1}}^T {H_NEXT}", PROVED),
    (rf"-\sum_{{t=1}}^T\sum_{{y_t}} {TOKEN}\log{OTHER} = \sum_{{t=1}}^T {H_NEXT}", REFUTED),
    (rf"-\sum_{{t=1}}^T\sum_{{y_t}} {TOKEN}\log{OTHER} = \sum_{{t=1}}^T {CROSS}", PROVED),
])  # fmt: skip
def test_entropies_and_sums_over_the_next_token(row: str, status: Status) -> None:
    assert [told(line) for line in judged(row)] == [status]


@pytest.mark.parametrize("length", [1, 2, 3])
def test_the_chain_rule_by_enumeration_over_three_tokens(length: int) -> None:
    """What the kernel proves, in numbers: KL of responses is the mean of the sum of the KLs of tokens."""
    rng = Random(length)
    every = list(product(range(3), repeat=length))

    def law() -> Law:
        weights = [F(rng.randint(1, 9)) for _ in every]
        return {y: float(w / sum(weights)) for y, w in zip(every, weights, strict=True)}

    p, q = law(), law()
    whole = sum(p[y] * log(p[y] / q[y]) for y in every)
    by_tokens = 0.0
    for y in every:
        for n in range(1, length + 1):
            ends = [(*y[: n - 1], a) for a in range(3)]
            left = [chance(p, z) / chance(p, y[: n - 1]) for z in ends]
            right = [chance(q, z) / chance(q, y[: n - 1]) for z in ends]
            by_tokens += p[y] * sum(a * log(a / b) for a, b in zip(left, right, strict=True))
    assert isclose(whole, by_tokens, rel_tol=1e-9)


def test_what_the_kernel_may_use_holds_of_the_true_tokens() -> None:
    """A divergence that is no divergence of tokens would still have the mean that is used."""
    proof = read(rf"$${WHOLE} = E_{{y\sim\pi(\cdot|x)}}[\sum_{{t=1}}^{{T}} {NEXT}]$$")
    context = proof.context
    assert set(context.definitions) == set(context.models) == {"π⟩", "μ⟩", "KL(π‖μ)⟩"}
    assert all("⟩d" not in symbol for model in context.models.values() for symbol in t.symbols(model.body))


BEGINNINGS = r"$$ V_t(x,y_{<t}) = \beta\log\sum_{y_t}\mu(y_t|x,y_{<t}) e^{Q(x,@)/\beta} $$" + "\n\n$$ # $$"


@pytest.mark.parametrize("written", [r"y_{\le t}", r"y_{\leq t}", "y_{1:t}", "y_{<t},y_t"])
@pytest.mark.parametrize(("row", "status"), [
    (r"V_t(x,y_{<t}) \ge \sum_{y_t}\mu(y_t|x,y_{<t}) Q(x,@)", "proved"),
    (r"V_t(x,y_{<t}) \le \sum_{y_t}\mu(y_t|x,y_{<t}) Q(x,@)", "refuted"),
    (r"\sum_{y_t}\mu(y_t|x,y_{<t}) Q(x,@) = Q(x,@)", "refuted"),
    (r"\sum_{y_t}\mu(y_t|x,y_{<t}) Q(x,y_{<t}) = Q(x,y_{<t})", "proved"),
])
def test_what_depends_on_the_beginning_up_to_a_token_depends_on_the_token(written: str, row: str, status: str) -> None:
    text = BEGINNINGS.replace("#", row).replace("@", written)
    assert [line.status.value for line in symkl.check_text(text, "row.md").lines] == ["assumed", status]


@pytest.mark.parametrize("row", [
    r"\sum_{y_t}\pi(y_t|x,y_{<t})\, r(x,y) = r(x,y)",
    r"\sum_{y_t}\pi(y_t|x,y_{<t})\, r(x,y_{>t}) = r(x,y_{>t})",
    r"\sum_{y_t}\pi(y_t|x,y_{<t})\log\pi(y|x) = \log\pi(y|x)",
])
@pytest.mark.parametrize("before", ["", "$$ \\log\\pi(y|x) = \\sum_{t=1}^T \\log\\pi(y_t|x,y_{<t}) $$\n\n"])
def test_a_response_beside_a_token_of_it_that_is_summed_over_is_refused(row: str, before: str) -> None:
    assert told(symkl.check_text(f"{before}$$ {row} $$", "row.md").lines[-1]).value == "unreadable"


def test_a_winner_is_no_token_of_a_response() -> None:
    row = r"$$ \sum_{y_w}\pi(y_w|x)\, r(x,y) = r(x,y) $$"
    assert symkl.check_text(row, "row.md").lines[-1].status.value == "proved"
