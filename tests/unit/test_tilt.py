"""``symkl tilt``: the figures against mpmath straight from the numbers, the formats, and every message."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import mpmath
import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from symkl import cli
from symkl.problems import FiniteProblem
from symkl.refuting.arithmetic import precision
from symkl.tilt import command, figures, formats, options, plot, table
from symkl.tilt.decimals import at_most, decimal, decimals

ROOT = Path(__file__).parents[2]
EIGHT = ROOT / "docs" / "data" / "eight-responses.csv"
GOLDEN = ROOT / "tests" / "golden" / "tilt"

REWARDS = [8, -6, 7, -3, 1, 6, -2, -5]
LOGITS = ["1.2", "0.5", "1.0", "0.3", "1.5", "1.1", "0.8", "0.9"]
PINNED = {  # β: E[r], KL, π*(polite-detailed), worked out at high precision apart from this code
    "0.1": ("8.0000", "1.8540", "0.99996"),
    "1": ("7.6104", "1.1107", "0.7018"),
    "5": ("5.6139", "0.3366", "0.3533"),
    "10": ("4.0582", "0.1100", "0.2592"),
    "20": ("2.9825", "0.0301", "0.2073"),
}


@pytest.fixture
def tilt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd):
    monkeypatch.chdir(tmp_path)

    def run(text: str | bytes | Path, *options: str) -> tuple[int, str, str]:
        if isinstance(text, Path):
            file = str(text)
        else:
            file = "t.csv"
            Path(file).write_bytes(text if isinstance(text, bytes) else text.encode())
        try:
            code = cli.main(["tilt", file, *options])
        except SystemExit as stopped:
            code = stopped.code if isinstance(stopped.code, int) else 1
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        assert "internal error" not in out + err
        return code, out, err

    return run


def values(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


# --- the figures --------------------------------------------------------------------------------


def by_hand(rewards, logits, beta):
    """E_ref[r], E[r], KL, log Z, J and both policies, from the definitions."""
    weights = [mpmath.exp(mpmath.mpf(z)) for z in logits]
    reference = [w / mpmath.fsum(weights) for w in weights]
    tilted = [p * mpmath.exp(mpmath.mpf(r) / mpmath.mpf(beta)) for p, r in zip(reference, rewards, strict=True)]
    z = mpmath.fsum(tilted)
    policy = [t / z for t in tilted]
    earned = mpmath.fsum(p * r for p, r in zip(policy, rewards, strict=True))
    kl = mpmath.fsum(p * mpmath.log(p / q) for p, q in zip(policy, reference, strict=True))
    before = mpmath.fsum(q * r for q, r in zip(reference, rewards, strict=True))
    return before, earned, kl, mpmath.log(z), earned - mpmath.mpf(beta) * kl, reference, policy


@pytest.mark.parametrize("beta", PINNED)
def test_the_chapter_computed_again(beta: str, tilt) -> None:
    code, out, err = tilt(EIGHT, "--beta", beta, "--format", "csv", "--digits", "20")
    assert (code, err) == (0, "")
    rows = values(out)
    with mpmath.workdps(60):
        before, earned, kl, log_z, best, reference, policy = by_hand(REWARDS, LOGITS, beta)
        assert mpmath.nstr(before, 5) == "1.7637"
        shown = {"expected_reward": earned, "kl": kl, "log_partition": log_z, "objective": best}
        for row, q, p in zip(rows, reference, policy, strict=True):
            for name, value in {**shown, "reference": q, "policy": p, "log_ratio": mpmath.log(p / q)}.items():
                assert abs(mpmath.mpf(row[name]) / value - 1) < mpmath.mpf(10) ** -19, name
                assert len(re.sub(r"e.*|[-.]", "", row[name]).lstrip("0")) == 20
    assert [Decimal(row["reward"]) for row in rows] == REWARDS


@pytest.mark.parametrize(("beta", "pinned"), PINNED.items())
def test_the_figures_of_the_notation(beta: str, pinned: tuple[str, str, str], tilt) -> None:
    _, out, _ = tilt(EIGHT, "--beta", beta, "--format", "csv")
    first = values(out)[0]
    assert first["response"] == "polite-detailed"
    found = first["expected_reward"], first["kl"], first["policy"]
    for shown, figure in zip(found, pinned, strict=True):
        assert f"{Decimal(shown):.{len(figure) - 2}f}" == figure
    assert "E_ref[r] = 1.7637" in tilt(EIGHT, "--beta", beta)[1]


def random_table(seed: int) -> tuple[str, list, list, list, list]:
    """Rows of several prompts in any order, with ties, zero mass and many sizes."""
    generator = random.Random(seed)
    rows = []
    for prompt in range(generator.randint(1, 4)):
        size = generator.randint(1, 6)
        parts = [generator.choice([0, 1, 2, 5, 100000]) for _ in range(size)]
        parts[0] = parts[0] or 1
        while sum(parts) not in (2**k * 5**m for k in range(25) for m in range(15)):
            parts[0] += 1
        for i, part in enumerate(parts):
            reward = generator.choice(["0", "1", "1.0", "-2.5", "3", "1000000", "1e-9"])
            rows.append((f"p{prompt}", f"r{i}", reward, Decimal(part) / Decimal(sum(parts))))
    generator.shuffle(rows)
    lines = ["prompt,response,reward,probability", *(",".join(map(str, row)) for row in rows)]
    return "\n".join(lines), *(list(column) for column in zip(*rows, strict=True))


@pytest.mark.parametrize("seed", range(30))
def test_they_are_those_of_a_finite_problem(seed: int) -> None:
    text, prompts, _, rewards, masses = random_table(seed)
    beta = random.Random(seed).choice(["1e-8", "0.1", "1", "7", "1e6", "1e12"])
    tilts = figures.tilt(table.read(text.encode()), [Decimal(beta)], [], 10)
    [tilted] = tilts.tilted
    problem = FiniteProblem(masses, rewards, beta, prompts=prompts).balls(30)
    names = list(problem.prompts)
    assert tilts.layout.names == tuple(names)
    order = sorted(range(len(prompts)), key=lambda i: names.index(prompts[i]))
    with precision(400):
        for mine, theirs in (
            (tilts.reference, problem.reference[order]),
            (tilted.policy(slice(None)), problem.policy()[order]),
            (tilted.point.expected_reward, problem.expected_reward()),
            (tilted.point.kl, problem.kl()),
            (tilted.point.log_partition, problem.log_partition()),
            (tilted.point.objective, problem.objective()),
        ):
            for a, b in zip(mine, theirs, strict=True):
                assert a.overlaps(b)
                assert a.rel_accuracy_bits() > 60 or abs(a) < arb("1e-20")


@pytest.mark.parametrize("seed", range(30))
def test_the_distances_to_both_limits_are_within_their_bounds(seed: int) -> None:
    text, prompts, _, rewards, masses = random_table(seed)
    tilts = figures.tilt(table.read(text.encode()), [Decimal("0.3"), Decimal(40)], [], 10)
    names = list(dict.fromkeys(prompts))
    for tilted in tilts.tilted:
        beta = Fraction(tilted.point.beta)
        for j, prompt in enumerate(names):
            there = [i for i in range(len(prompts)) if prompts[i] == prompt and masses[i] > 0]
            best = max(Fraction(rewards[i]) for i in there)
            rest = [Fraction(rewards[i]) for i in there if Fraction(rewards[i]) < best]
            gap = tilts.best.gap(j)
            assert (None if gap is None else Fraction(gap)) == (best - max(rest) if rest else None)
            span = best - min(Fraction(rewards[i]) for i in there)
            assert Fraction(tilts.best.span(j)) == span
            limits = {name: getattr(tilted.limits, name)[j] for name in figures.Limits.__dataclass_fields__}
            assert not limits["missed"] > limits["missed_bound"]
            assert not limits["moved"] > limits["moved_bound"]
            assert limits["moved_bound"].overlaps(arb(fmpq((span / beta).numerator, (span / beta).denominator)))
            with mpmath.workdps(60):
                m = sum(mpmath.mpf(str(masses[i])) for i in there if Fraction(rewards[i]) == best)
                if rest:
                    gap_over = (best - max(rest)) / beta
                    wanted = (1 - m) / m * mpmath.exp(-mpmath.mpf(gap_over.numerator) / gap_over.denominator)
                    assert abs(mpmath.mpf(limits["missed_bound"].str(30, radius=False)) / wanted - 1) < 1e-15
                else:
                    assert limits["missed_bound"].is_zero()
                    assert limits["missed"].is_zero()


def test_what_the_first_order_leaves_is_the_same_for_every_response() -> None:
    tilts = figures.tilt(table.read(EIGHT.read_bytes()), [Decimal(20)], [], 10)
    [tilted] = tilts.tilted
    with precision(tilts.bits):
        for ratio, reward in zip(tilted.log_ratio(slice(None)), REWARDS, strict=True):
            left = (arb(reward) - tilts.reference_reward[0]) / 20 - ratio
            assert left.overlaps(tilted.limits.beyond_first_order[0])


def test_the_identity_that_is_printed_holds_with_its_sign(tilt) -> None:
    out = " ".join(tilt(EIGHT, "--beta", "5")[1].split())
    [sign] = re.findall(r"log π\*/π_ref = \(r − E_ref\[r\]\)/β ([+−]) KL\(π_ref‖π\*\)", out)
    before, *_, reference, policy = by_hand(REWARDS, LOGITS, 5)
    kl = mpmath.fsum(q * mpmath.log(q / p) for p, q in zip(policy, reference, strict=True))
    for p, q, reward in zip(policy, reference, REWARDS, strict=True):
        right = (reward - before) / 5 + (kl if sign == "+" else -kl)
        assert abs(mpmath.log(p / q) - right) < 1e-12


def test_equal_rewards_move_nothing_and_that_is_exact(tilt) -> None:
    _, out, _ = tilt("response,reward,probability\na,3,0.3\nb,3,0.7\n", "--format", "csv", "--digits", "3")
    assert [row["kl"] for row in values(out)] == ["0"] * 6
    assert [row["log_ratio"] for row in values(out)] == ["0"] * 6
    assert [row["policy"] for row in values(out)] == ["0.300", "0.700"] * 3
    assert "=" in tilt("response,reward,probability\na,3,0.3\nb,3,0.7\n")[1]


def test_no_mass_stays_no_mass_whatever_the_reward(tilt) -> None:
    text = "response,reward,probability\na,1,0.5\nb,1e9,0\nc,0,0.5\n"
    _, out, _ = tilt(text, "--format", "csv", "--beta", "1e-8")
    rows = values(out)
    assert [rows[1][name] for name in ("reference", "policy", "log_ratio")] == ["0", "0", ""]
    assert rows[2]["policy"].endswith("e-43429449")  # far below the range of floats
    document = json.loads(tilt(text, "--format", "json", "--beta", "1")[1])
    assert document["tilts"][0]["prompts"][0]["log_ratio"][1] is None
    assert document["prompts"][0]["best"]["responses"] == ["a"]


# --- certified decimals -------------------------------------------------------------------------


@given(st.fractions(min_value=0, max_value=10**9), st.integers(1, 12))
def test_a_bound_is_rounded_up_and_by_less_than_a_unit(value: Fraction, digits: int) -> None:
    with precision(200):
        shown = at_most(arb(fmpq(value.numerator, value.denominator)), digits)
    printed = Fraction(shown)
    assert value <= printed <= value * (1 + Fraction(10, 10**digits))
    if len(str(value)) <= digits and value.denominator == 1:
        assert printed == value


@pytest.mark.parametrize("seed", range(10))
def test_what_is_shown_as_at_most_is_no_less_than_the_bound(seed: int) -> None:
    text = random_table(seed)[0]
    tilts = figures.tilt(table.read(text.encode()), [Decimal("0.3"), Decimal(7)], [], 4)
    for tilted in tilts.tilted:
        for name in ("missed_bound", "moved_bound"):
            for ball in getattr(tilted.limits, name).tolist():
                shown = arb(at_most(ball, 4))
                assert shown >= ball or (ball.is_zero() and shown.is_zero()) or ball.overlaps(shown)
                assert not shown < ball


def test_bounds_beyond_every_float_are_rounded_up_too() -> None:
    with precision(128):
        assert at_most(arb(-(10**6)).exp(), 5) == "3.2969e-434295"  # 3.29683 e-434295, by mpmath
        assert at_most(arb(-1), 4) == "?"



@pytest.mark.parametrize("digits", [1, 2, 5, 7, 12, 15])
def test_every_digit_shown_is_right(digits: int) -> None:
    generator = random.Random(digits)
    numbers = []
    for _ in range(1500):
        size = Fraction(10) ** generator.randint(-12, 9)
        near = Fraction(generator.choice([-1, 0, 1]), 10 ** generator.choice([5, 9, 14, 17, 25]))
        numbers += [
            Fraction(generator.randint(-(10**9), 10**9), 10**9) * size,
            (generator.randint(1, 99999) * 10 + 5 + near) * size,  # next to a tie
            (1 + near) * size,  # next to a power of ten
        ]
    with precision(200):
        balls = np.array([arb(fmpq(n.numerator, n.denominator)) for n in numbers], dtype=object)
    for number, shown in zip(numbers, decimals(balls, digits), strict=True):
        mantissa = re.sub(r"e.*|[-.]", "", shown).lstrip("0")
        assert len(mantissa) in (digits, digits + 1) or number == 0
        unit = Fraction(10) ** (Decimal(shown).adjusted() + 1 - len(mantissa)) if number else 0
        assert abs(Fraction(shown) - number) <= unit / 2


def test_a_wide_ball_shows_fewer_digits() -> None:
    ball = arb("0.123456", "0.0001")
    assert decimals(np.array([ball], dtype=object), 8) == [decimal(ball, 8)] == ["0.12"]
    assert decimal(arb(0, 1), 5) == "?"


# --- tables as people have them -----------------------------------------------------------------

GOOD = "response,reward,probability\na,1,0.25\nb,0,0.75\n"


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf" + GOOD.encode(),
        GOOD.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        GOOD.replace(",", ";"),
        GOOD.replace(",", "\t"),
        GOOD.replace(",", "|"),
        GOOD.replace(",", ", "),
        GOOD.removesuffix("\n"),
        "\n\n" + GOOD,
        GOOD.replace("\nb", "\n\n \nb") + "\n,,\n",
        'Response,"REWARD",Probability\n"a",1,0.25\n"b",0,0.75\n',
        "probability,response,reward\n2.5e-1,a,+1.\n.75,b,0\n",
    ],
)
def test_every_usual_form_of_the_same_table(text: str | bytes, tilt) -> None:
    wanted = tilt(GOOD, "--format", "csv")
    assert wanted[0] == 0
    assert tilt(text, "--format", "csv") == wanted


@pytest.mark.parametrize("cell", ["1\xa0", "\x0c1", '"1\r\n"', '"1\n"', '" 1\t"', "\u20091"])
def test_space_of_any_kind_around_a_number_is_none_of_it(cell: str, tilt) -> None:
    plain_table = "response,reward,probability\na,1,0.25\nb,0.5,0.75\n"
    spaced = plain_table.replace("a,1", f"a,{cell}")
    assert tilt(spaced, "--format", "csv") == tilt(plain_table, "--format", "csv")


def test_names_may_hold_anything(tilt) -> None:
    text = 'response,reward,logit\n"a, ""b""\nc",1,0\n"$%_&#{}~^\\|",0,0\nβ⁂,0,0\n'
    names = ['a, "b"\nc', "$%_&#{}~^\\|", "β⁂"]
    assert [row["response"] for row in values(tilt(text, "--format", "csv", "--beta", "1")[1])] == names
    assert json.loads(tilt(text, "--format", "json")[1])["prompts"][0]["responses"] == names
    assert r"\$\%\_\&\#\{\}\textasciitilde{}\textasciicircum{}\textbackslash{}\textbar{}" in tilt(text, "--format", "latex")[1]
    assert r"$%\_&#{}~^\\\|" in tilt(text, "--format", "markdown")[1]
    assert "β⁂" in tilt(text)[1]


def test_a_name_with_an_escape_sequence_does_nothing(tilt) -> None:
    for form in ("table", "markdown", "latex"):
        assert "\x1b" not in tilt("response,reward,logit\n\x1b[31mred,1,0\nb,0,0\n", "--format", form)[1]


def test_rounded_probabilities_are_divided_by_their_sum_and_that_is_said(tilt) -> None:
    text = "response,reward,probability\na,1,0.3333333\nb,0,0.3333333\nc,0,0.3333333\n"
    code, out, _ = tilt(text)
    assert code == 0
    assert "note: the probabilities do not sum to exactly 1" in " ".join(out.split())
    code, out, err = tilt(text, "--format", "csv", "--digits", "8")
    assert (code, values(out)[0]["reference"]) == (0, "0.33333333")
    assert "divided by their sum" in err
    assert "divided by their sum" in json.loads(tilt(text, "--format", "json")[1])["notes"][0]


def test_prompts_are_brought_together_and_averaged(tilt) -> None:
    text = "prompt,response,reward,logit\np,a,1,0\nq,a,2,1\np,b,0,0\nq,b,0,0\n"
    _, out, _ = tilt(text, "--format", "csv", "--beta", "1")
    rows = values(out)
    assert [(row["prompt"], row["response"]) for row in rows] == [("p", "a"), ("p", "b"), ("q", "a"), ("q", "b")]
    average = json.loads(tilt(text, "--format", "json", "--beta", "1")[1])["tilts"][0]
    each = [Decimal(rows[i]["kl"]) for i in (0, 2)]
    assert abs(sum(each) / 2 - Decimal(average["kl"])) < Decimal("1e-11")
    assert [prompt["kl"] for prompt in average["prompts"]] == [rows[0]["kl"], rows[2]["kl"]]
    sweep = values(tilt(text, "--format", "csv", "--sweep", "1:2:2")[1])
    assert [(row["prompt"], row["beta"]) for row in sweep] == [(p, b) for b in "12" for p in ("", "p", "q")]
    assert sweep[0]["kl"] == average["kl"]


def test_a_long_table_shows_what_moved_most(tilt) -> None:
    rows = [f"r{i},{i % 7},0" for i in range(60)] + ["best,50,0"]
    code, out, _ = tilt("response,reward,logit\n" + "\n".join(rows), "--beta", "1")
    assert code == 0
    assert "41 others are left out" in " ".join(out.split())
    assert re.search(r"β = 1 .*\n +best +50 ", out)
    assert len(values(tilt("response,reward,logit\n" + "\n".join(rows), "--format", "csv", "--beta", "1")[1])) == 61


# --- messages -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("", [(1, "the file is empty")]),
        ("\n \n", [(1, "the file is empty")]),
        ("response,reward,logit\n", [(1, "found a header and no rows")]),
        ("a,1,0\nb,2,0\n", [(1, "expected a header line")]),
        ("response,logit\na,0\n", [(1, "no column 'reward'")]),
        ("response,reward\na,0\n", [(1, "no column 'logit' or 'probability'")]),
        ("response,reward,logit,probability\na,0,0,1\n", [(1, "both columns")]),
        ("response,rewrad,logit\na,0,0\n", [(1, "unknown column 'rewrad'"), (1, "no column 'reward'")]),
        ("response,reward,logit,prompts\na,0,0,x\n", [(1, "unknown column 'prompts'")]),
        ("response,reward,reward,logit\na,0,0,0\n", [(1, "found 2 times")]),
        ("response,reward,logit\na,abc,0\n", [(2, "column 'reward': found 'abc', expected a number")]),
        ("response,reward,logit\na,nan,0\nb,0,-inf\n", [(2, "'nan', expected a finite")]),
        ("response,reward,logit\na,,0\n", [(2, "column 'reward': found nothing")]),
        ("response,reward,logit\na,1_0,0\nb,٣,0\n", [(2, "found '1_0'"), (3, "expected a number")]),
        ("response;reward;logit\na;1,5;0\nb;0,500;0\n", [(2, "write 1.5"), (3, "write 0.500")]),
        ('response,reward,logit\na,"1,000",0\nb,"-12,345",0\n', [(2, "write 1000 or 1.000"), (3, "write -12345 or -12.345")]),
        ("response,reward,probability\na,0,-0.5\nb,0,1.5\n", [(2, "found '-0.5'")]),
        ("response,reward,probability\na,0,50%\nb,0,0.5\n", [(2, "without %")]),
        ("response,reward,probability\na,0,0\nb,0,0\n", [(2, "(lines 2 to 3) sum to 0, expected 1; give")]),
        ("response,reward,probability\na,0,0.5\nb,0,0.4\n", [(2, "sum to 0.9, expected 1; divide")]),
        ("prompt,response,reward,probability\np,a,0,1\nq,a,0,0.9\n", [(3, "of prompt 'q' (line 3) sum to 0.9")]),
        ("response,reward,logit\na,0,0\nb,0,0\na,1,0\n", [(4, "found 'a' again, first in line 2")]),
        ("prompt,response,reward,logit\np,a,0,0\nq,a,0,0\np,a,1,0\n", [(4, "of prompt 'p' again, first in line 2")]),
        ("response,reward,logit\n,0,0\n", [(2, "column 'response': found nothing")]),
        ("prompt,response,reward,logit\n,a,0,0\n", [(2, "column 'prompt': found nothing")]),
        ("response,reward,logit\na,0\nb,0,0,0\n", [(2, "found 2 cells, expected 3"), (3, "found 4 cells, expected 3")]),
        ('response,reward,logit\n"a\nb",0,0\nc,x,0\n', [(4, "found 'x'")]),
        ('response,reward,logit\na,0,0\n"b,0,0\n', [(3, "never closed")]),
        ("response,reward,logit\na,1e500,0\n", [(2, "scale the column")]),
        ("response,reward,logit\na,1e9999999999,0\n", [(2, "found '1e9999999999'")]),
        (f"response,reward,logit\na,{'1' * 70},0\n", [(2, "70 characters")]),
        (b"response,reward,logit\na,0,0\nb\xff,0,0\n", [(3, "0xff")]),
        ("response,reward,logit\na,0,0\n".encode("utf-16"), [(1, "UTF-16")]),
        ("response,reward,logit\na\0b,x,0\n", [(2, "found 'x'")]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(text: str | bytes, messages: list[tuple[int, str]], tilt) -> None:
    code, out, err = tilt(text)
    assert (code, out) == (1, "")
    lines = err.splitlines()
    assert len(lines) == len(messages), err
    for line, (number, part) in zip(lines, messages, strict=True):
        assert line.startswith(f"t.csv:{number}: ")
        assert part in line


def test_an_unknown_column_has_its_likely_meaning_said(tilt) -> None:
    assert "did you mean 'probability'?" in tilt("response,reward,prob\na,0,1\n")[2]
    assert "did you mean 'logit'?" in tilt("response,reward,logits\na,0,1\n")[2]


def test_all_bad_rows_are_told_and_then_counted(tilt) -> None:
    text = "response,reward,logit\n" + "".join(f"r{i},x,0\n" for i in range(50))
    code, _, err = tilt(text)
    assert code == 1
    assert len(err.splitlines()) == 21
    assert err.endswith("t.csv: and 30 more\n")


@pytest.mark.parametrize(
    "options",
    [
        ["--beta", "0"], ["--beta", "-1"], ["--beta", "nan"], ["--beta", "x"], ["--beta", "1e999"], ["--beta"],
        ["--sweep", "1"], ["--sweep", "2:1"], ["--sweep", "0:1"], ["--sweep", "1:2:1"], ["--sweep", "1:2:3:4"],
        ["--sweep", "1:2:x"], ["--digits", "0"], ["--digits", "x"], ["--format", "xml"], ["--width", "3"],
        ["--plot", "a.jpg"], ["--plot", "none/a.svg"], ["--plot", "."], ["--bet", "1"],
    ],
)  # fmt: skip
def test_misuse(options: list[str], tilt, monkeypatch) -> None:
    monkeypatch.setattr(command, "read", None)  # found before any work
    code, out, err = tilt(GOOD, *options)
    assert (code, out) == (2, "")
    assert "symkl" in err


def test_missing_files_and_folders(tilt, tmp_path: Path) -> None:
    assert tilt(tmp_path / "none.csv") == (2, "", f"symkl: {tmp_path / 'none.csv'}: no such file\n")
    assert tilt(tmp_path)[2] == f"symkl: {tmp_path}: this is a folder; name a table\n"
    assert tilt(Path("a\0b"))[0] == 2


def test_without_matplotlib_it_says_how_to_get_it(tilt, monkeypatch) -> None:
    monkeypatch.setattr(plot, "available", lambda: False)
    assert tilt(GOOD, "--plot", "a.svg")[::2] == (2, "symkl: --plot needs matplotlib; pip install 'symkl[plot]'\n")


def test_a_failure_of_ours_shows_no_traceback(monkeypatch, capfd) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("oh")

    monkeypatch.setattr(command, "read", fail)
    assert cli.main(["tilt", str(EIGHT)]) == 1
    assert "internal error (RuntimeError: oh)" in capfd.readouterr().err


# --- formats ------------------------------------------------------------------------------------

OUTPUTS = {
    "eight.txt": ("--width", "80"),
    "eight-narrow.txt": ("--width", "48", "--beta", "1"),
    "eight-sweep.txt": ("--width", "80", "--sweep", "0.01:100:9"),
    "eight.csv": ("--format", "csv"),
    "eight-sweep.csv": ("--format", "csv", "--sweep", "0.01:100:9"),
    "eight.json": ("--format", "json", "--sweep", "0.1:10:3", "--beta", "1"),
    "eight.md": ("--format", "markdown"),
    "eight.tex": ("--format", "latex"),
}


@pytest.mark.golden
@pytest.mark.parametrize("name", OUTPUTS)
def test_the_output_is_pinned(name: str, capfd, monkeypatch) -> None:
    """After a change that is meant: ``SYMKL_UPDATE_GOLDEN=1 python -m pytest tests/unit/test_tilt.py``."""
    monkeypatch.chdir(EIGHT.parent)
    assert cli.main(["tilt", EIGHT.name, *OUTPUTS[name]]) == 0
    out = capfd.readouterr().out
    file = GOLDEN / name
    if os.environ.get("SYMKL_UPDATE_GOLDEN"):
        file.write_text(out)
    assert out == file.read_text()


@pytest.mark.parametrize("width", [24, 40, 60, 80, 120])
@pytest.mark.parametrize("encoding", ["utf-8", "ascii"])
def test_no_line_is_wider_than_the_terminal(width: int, encoding: str) -> None:
    from symkl.reporting.cells import cell_len
    from symkl.reporting.terminal import Look
    from symkl.tilt.terminal import render

    text = "prompt,response,reward,logit\n" + "".join(
        f"prompt {i // 3},a response with quite a long name {'x' * i},{i * 1.5},{i % 4}\n" for i in range(12)
    )
    tilts = figures.tilt(table.read(text.encode()), [Decimal("0.001"), Decimal(3)], [Decimal(1), Decimal(2)], 5)
    for line in render(tilts, "some/folder/table.csv", ["a note"], Look(width, encoding)):
        line.plain.encode(encoding)
        assert cell_len(line.plain) <= width or width == 24
        assert line.plain == line.plain.rstrip()


def test_json_says_all_and_every_number_is_text(tilt) -> None:
    document = json.loads(tilt(EIGHT, "--format", "json", "--beta", "1", "--sweep", "0.1:10:3")[1])
    assert document["schema"] == "symkl-tilt/1"
    assert [point["beta"] for point in document["frontier"]] == ["0.1", "1", "10"]
    [tilted] = document["tilts"]
    assert len(tilted["prompts"][0]["policy"]) == len(document["prompts"][0]["responses"]) == 8

    def numbers(value: object, key: str = "") -> None:
        assert not isinstance(value, float)
        assert not isinstance(value, int) or key == "digits"
        for name, each in value.items() if isinstance(value, dict) else ():
            numbers(each, name)
        for each in value if isinstance(value, list) else ():
            numbers(each)

    numbers(document)


def test_markdown_tables_are_rectangular(tilt) -> None:
    _, out, _ = tilt("response,reward,logit\na|b,1,0\nc,0,0\n", "--format", "markdown", "--sweep", "1:2:2", "--beta", "1")
    for block in out.split("\n\n"):
        rows = [re.sub(r"\\\|", "", line) for line in block.splitlines() if line.startswith("|")]
        assert len({row.count("|") for row in rows}) <= 1


def test_latex_is_balanced_and_rectangular(tilt) -> None:
    _, out, _ = tilt(EIGHT, "--format", "latex", "--sweep", "0.1:10:3", "--beta", "0.1", "1")
    assert out.count(r"\begin{tabular}") == out.count(r"\end{tabular}") == 3
    for block in re.findall(r"\\begin\{tabular\}\{(\w+)\}(.*?)\\end", out, re.DOTALL):
        for line in block[1].splitlines():
            spread = sum(int(n) - 1 for n in re.findall(r"\\multicolumn\{(\d)\}", line))
            if "&" in line:
                assert line.count(" & ") + spread == len(block[0]) - 1
                assert line.count("{") == line.count("}")
                assert line.count("$") % 2 == 0


def test_colour_is_off_unless_asked_for(tilt) -> None:
    assert "\x1b" not in tilt(EIGHT)[1]
    coloured = tilt(EIGHT, "--color", "always")[1]
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == tilt(EIGHT)[1]


@pytest.mark.parametrize("form", ["svg", "png", "pdf"])
def test_a_plot_is_drawn_and_the_same_twice(form: str, tilt, tmp_path: Path) -> None:
    starts = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}
    drawn = []
    for _ in range(2):
        code, _, err = tilt(EIGHT, "--sweep", "0.1:10:5", "--plot", f"out.{form}")
        assert (code, err) == (0, f"symkl: wrote out.{form}\n")
        drawn.append((tmp_path / f"out.{form}").read_bytes())
    assert drawn[0].startswith(starts[form])
    assert drawn[0] == drawn[1]


def test_a_plot_changes_nothing_of_what_is_shown(tilt) -> None:
    assert tilt(EIGHT, "--beta", "1")[1] == tilt(EIGHT, "--beta", "1", "--plot", "a.svg")[1]
    assert tilt(EIGHT, "--sweep", "1:2:3")[1] == tilt(EIGHT, "--sweep", "1:2:3", "--plot", "a.svg")[1]


def test_a_plot_of_ties_and_of_strange_names(tilt) -> None:
    assert tilt("response,reward,logit\n$\\frac$,1,0\n\x07b_{,1,0\n", "--plot", "a.png")[0] == 0
    assert tilt("response,reward,logit\none,1,0\n", "--plot", "a.png")[0] == 0


@pytest.mark.parametrize("beta", ["1e-100", "1e100", "9.9e100", "0." + "0" * 30 + "1234567"])
def test_a_plot_at_the_last_temperatures_allowed(beta: str, tilt) -> None:
    assert tilt(EIGHT, "--beta", beta, "--plot", "p.svg")[0] == 0


@pytest.mark.parametrize("text", ["1.0000004:1.0000008:5", "1:1.000000000000000000000000000000000001:9", "0.01:100:9999"])
def test_a_sweep_has_as_many_points_as_asked_for_and_stays_inside(text: str) -> None:
    low, high, count = text.split(":")
    points = options.sweep(text)
    assert len(points) == int(count)
    assert (points[0], points[-1]) == (Decimal(low), Decimal(high))
    assert all(a < b for a, b in pairwise(points))


TWO = "prompt,response,reward,probability\nx,a,1,0.5\nx,b,0,0.5\ny,a,3,0.25\ny,b,-1,0.75\n"


def axes_of(text: str, betas: list[str], sweep: str):
    """What is drawn, on axes, and the figures that it is drawn from."""
    pytest.importorskip("matplotlib").use("Agg")
    from matplotlib.figure import Figure

    tilts = figures.tilt(table.read(text.encode()), list(map(Decimal, betas)), options.sweep(sweep), 8)
    left, right = Figure().subplots(1, 2)
    plot._policies(left, tilts, tilts.tilted, range(len(tilts.table)))
    plot._frontier(right, tilts, tilts.tilted)
    return left, right, tilts


def test_what_is_drawn_is_what_is_so() -> None:
    betas = ["0.5", "2"]
    left, right, tilts = axes_of(TWO, betas, "0.01:1000:41")
    problem = FiniteProblem({"x": {"a": 0.5, "b": 0.5}, "y": {"a": 0.25, "b": 0.75}},
                            {"x": {"a": 1, "b": 0}, "y": {"a": 3, "b": -1}}, 1)  # fmt: skip
    order = [2, 0, 1, 3]  # the best reward on top
    drawn = [[bar.get_width() for bar in container] for container in left.containers]
    expected = [problem.reference, *(problem.at(beta).policy() for beta in betas)]
    assert np.allclose(drawn, [each[order] for each in expected], rtol=1e-12)
    assert [label.get_text().split("   ")[0] for label in left.get_yticklabels()] == ["y: a", "x: a", "x: b", "y: b"]

    curve, origin, *rest = right.get_lines()
    start = float(np.mean(problem.expected_reward(problem.reference)))
    points = problem.frontier(str(point.beta) for point in tilts.frontier)
    places = [(0, start), *((np.mean(each.kl), np.mean(each.expected_reward)) for each in reversed(points))]
    assert np.allclose(curve.get_xydata(), places, rtol=1e-9)
    assert np.allclose(origin.get_xydata(), [(0, start)])
    assert len(rest) == 2 * len(betas)
    for beta, tangent, mark in zip(betas, rest[::2], rest[1::2], strict=True):
        here = problem.at(beta)
        place = np.mean(here.kl()), np.mean(here.expected_reward())
        (x, y), (to_x, to_y) = tangent.get_xydata()
        assert np.isclose((to_y - y) / (to_x - x), float(beta))
        assert np.allclose([(x + to_x) / 2, (y + to_y) / 2], place)
        assert np.allclose(mark.get_xydata(), [place])


def test_equal_rewards_have_a_point_and_no_tangent() -> None:
    _, right, _ = axes_of("response,reward,logit\na,1,0\nb,1,0\n", ["1"], "0.1:10:5")
    curve, origin, mark = right.get_lines()
    assert np.allclose(mark.get_xydata(), [(0, 1)]) and np.allclose(curve.get_xydata(), (0, 1))
    assert origin.get_marker() == mark.get_marker() == "o"


def test_of_several_prompts_the_largest_and_the_average() -> None:
    tilts = figures.tilt(table.read(TWO.encode()), [Decimal(1)], [], 8)
    moved = tilts.tilted[0].limits.moved_bound  # span/β
    assert list(map(float, moved)) == [1, 4]
    assert float(tilts.largest(moved)) == 4 == float(tilts.largest(moved[::-1]))
    assert formats.earned(tilts) == "0.25000000"  # (1/2 + 0)/2


def test_as_a_process_of_its_own() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "symkl", "tilt", "-", "--beta", "1"],
        input=EIGHT.read_bytes(), capture_output=True, check=False, timeout=60,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"<stdin>: 8 responses" in done.stdout
    assert b"pi*/pi_ref" in done.stdout


def test_check_needs_none_of_it() -> None:
    code = "import sys; from symkl import cli; [cli.parser(each) for each in cli.COMMANDS]; print(sorted({'numpy', 'matplotlib', 'flint'} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert done.stdout.strip() == b"[]"
