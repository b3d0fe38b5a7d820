"""Functions of a whole row, over a vocabulary or along a sequence, have their names; what is nearly one has none. Needs torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

import symkl
from symkl.auditing.report import Audit

VOCABULARY = """
import torch
import torch.nn.functional as F

def entropy(logits):
    p = F.softmax(logits, -1)
    return -(p * p.log()).sum(-1)

def entropy_by_logsumexp(logits):
    return torch.logsumexp(logits, -1) - (F.softmax(logits, -1) * logits).sum(-1)

def entropy_detached(logits, mask):
    p = F.log_softmax(logits, -1)
    return (-(p.exp().detach() * p).sum(-1) * mask).sum() / mask.sum()

def entropy_of_half(logits):
    p = F.softmax(logits / 2, -1)
    return -(p * p.log()).sum(-1)

def kl(logits, ref):
    p, q = F.log_softmax(logits, -1), F.log_softmax(ref, -1)
    return F.kl_div(q, p, log_target=True, reduction="none").sum(-1)

def kl_turned(logits, ref):
    p, q = F.log_softmax(logits, -1), F.log_softmax(ref, -1)
    return F.kl_div(p, q, log_target=True, reduction="none").sum(-1)

def unnormalised(logits, ref):
    return (F.softmax(logits, -1) * (logits - ref)).sum(-1)

def jensen_shannon(logits, ref):
    p, q = F.softmax(logits, -1), F.softmax(ref, -1)
    m = (p + q) / 2
    return (p * (p / m).log() + q * (q / m).log()).sum(-1) / 2

def variation(logits, ref):
    return 0.5 * (F.softmax(logits, -1) - F.softmax(ref, -1)).abs().sum(-1).mean()

def chi(logits, ref):
    return (F.softmax(logits, -1) ** 2 / F.softmax(ref, -1)).sum(-1) - 1

def label(logits, labels):
    return torch.gather(F.log_softmax(logits, -1), 2, labels.unsqueeze(-1)).squeeze(-1)

def cross_entropy(logits, labels):
    return F.cross_entropy(logits.flatten(0, 1), labels.flatten())
"""

SEQUENCES = """
import torch

def gae(rewards, values, mask, gamma=0.99, lam=0.95):
    with torch.no_grad():
        after, last, found = 0, 0, []
        for t in reversed(range(rewards.shape[-1])):
            delta = rewards[:, t] + gamma * after - values[:, t]
            now = delta + gamma * lam * last
            after = values[:, t] * mask[:, t] + (1 - mask[:, t]) * after
            last = now * mask[:, t] + (1 - mask[:, t]) * last
            found.append(last)
        advantages = torch.stack(found[::-1], dim=1)
        return advantages, advantages + values

def symbolic(rewards, values, gamma, lam):
    last, found = 0, []
    for t in reversed(range(rewards.shape[-1])):
        after = values[:, t + 1] if t < rewards.shape[-1] - 1 else 0.0
        last = rewards[:, t] + gamma * after - values[:, t] + gamma * lam * last
        found.append(last)
    return torch.stack(found[::-1], dim=1)

def slipped(rewards, values, gamma=0.99, lam=0.95):
    last, found = 0, []
    for t in reversed(range(rewards.shape[-1])):
        after = values[:, t + 1] if t < rewards.shape[-1] - 1 else 0.0
        last = rewards[:, t] + gamma * after - values[:, t] + lam * last
        found.append(last)
    return torch.stack(found[::-1], dim=1)

def to_go(rewards, gamma=0.9):
    found, last = torch.zeros_like(rewards), 0
    for t in reversed(range(rewards.shape[1])):
        last = rewards[:, t] + gamma * last
        found[:, t] = last
    return found
"""
ONE = {"logits": "logits"}
TWO = {**ONE, "ref": "logits.reference"}
BACK = {"rewards": "reward", "values": "value"}


def audited(folder: Path, text: str, function: str, bind: dict[str, str], **options: Any) -> Audit:
    (folder / "mine.py").write_text(text)
    return symkl.audit(f"{folder}/mine.py:{function}", bind=bind, **options)


@pytest.mark.parametrize(
    ("function", "bind", "status", "name"),
    [
        ("entropy", ONE, "proved", "entropy of π over the vocabulary"),
        ("entropy_by_logsumexp", ONE, "proved", "entropy of π over the vocabulary"),
        ("kl", TWO, "proved", "KL(π‖π_ref) over the vocabulary"),
        ("kl_turned", TWO, "proved", "KL(π_ref‖π) over the vocabulary"),
        ("jensen_shannon", TWO, "unknown", "JS(π, π_ref) over the vocabulary"),
        ("variation", TWO, "proved", "TV(π, π_ref) over the vocabulary"),
        ("chi", TWO, "proved", "χ²(π‖π_ref) over the vocabulary"),
        ("label", {**ONE, "labels": "index"}, "proved", "the log-probability of each label"),
        ("cross_entropy", {**ONE, "labels": "labels"}, "proved", "minus the log-probability of each label"),
    ],
)
def test_what_is_computed_of_logits_has_its_name(function: str, bind: Any, status: str, name: str, tmp_path: Path) -> None:
    (claim,) = audited(tmp_path, VOCABULARY, function, bind).claims
    assert (claim.line.status.value, claim.of) == (status, name)


@pytest.mark.parametrize(("function", "bind"), [("entropy_of_half", ONE), ("unnormalised", TWO)])
def test_what_is_none_of_them_has_no_name(function: str, bind: Any, tmp_path: Path) -> None:
    assert not audited(tmp_path, VOCABULARY, function, bind).claims


def test_an_entropy_whose_weights_are_detached_is_one_in_value_alone(tmp_path: Path) -> None:
    answer = audited(tmp_path, VOCABULARY, "entropy_detached", {**ONE, "mask": "mask"}, expect=["is=entropy"])
    assert answer.verdict.value == "unknown"
    notes = next(claim.line.notes for claim in answer.claims if not claim.expected)
    assert {"in value: its gradient is another", "gathered as the mean over all tokens"} <= set(notes)


@pytest.mark.parametrize(
    ("function", "expect", "verdict"),
    [
        ("entropy", "is=entropy", "proved"), ("kl", "is=KL(π‖π_ref) over the vocabulary", "proved"),
        ("kl_turned", "is=KL(π‖π_ref) over the vocabulary", "unknown"),
    ],
)  # fmt: skip
def test_a_name_that_is_expected_is_met_or_unknown(function: str, expect: str, verdict: str, tmp_path: Path) -> None:
    bind = ONE if function == "entropy" else TWO
    assert audited(tmp_path, VOCABULARY, function, bind, expect=[expect]).verdict.value == verdict


@pytest.mark.parametrize(
    ("function", "bind", "options", "name", "note"),
    [
        ("gae", {**BACK, "mask": "mask"}, {}, "GAE with γ = 99/100, λ = 19/20", "with padding stepped over"),
        ("gae", {**BACK, "mask": "mask"}, {"output": "1"}, "the returns of GAE with γ = 99/100, λ = 19/20", "in value: no gradient flows through it"),
        ("symbolic", {**BACK, "gamma": "scalar[0,1]", "lam": "scalar[0,1]"}, {}, "GAE with γ = γ, λ = λ", "proved for rows of 2, 3 entries, and for everything that may stand in them"),
        ("to_go", {"rewards": "reward"}, {}, "the discounted reward to go with γ = 9/10", ""),
    ],
)
def test_what_is_computed_along_a_sequence_has_its_name(
    function: str, bind: Any, options: Any, name: str, note: str, tmp_path: Path
) -> None:
    (claim,) = audited(tmp_path, SEQUENCES, function, bind, **options).claims
    assert (claim.line.status.value, claim.of) == ("proved", name)
    assert not note or note in claim.line.notes


@pytest.mark.parametrize(
    ("function", "expect", "verdict"),
    [
        ("gae", "is=GAE(0.99, 0.95)", "proved"), ("gae", "is=GAE", "proved"), ("gae", "is=GAE(0.99, 0.9)", "unknown"),
        ("gae", "is=GAE(a, b)", "unknown"),
    ],
)  # fmt: skip
def test_gae_is_expected_with_its_parameters(function: str, expect: str, verdict: str, tmp_path: Path) -> None:
    answer = audited(tmp_path, SEQUENCES, function, {**BACK, "mask": "mask"}, expect=[expect])
    assert answer.verdict.value == verdict


@pytest.mark.parametrize(("expect", "verdict"), [("is=GAE(γ, λ)", "proved"), ("is=GAE(0.99, 0.95)", "unknown"), ("is=GAE(1/0, λ)", "unknown")])
def test_gae_is_expected_with_scalars(expect: str, verdict: str, tmp_path: Path) -> None:
    bind = {**BACK, "gamma": "scalar[0,1]", "lam": "scalar[0,1]"}
    assert audited(tmp_path, SEQUENCES, "symbolic", bind, expect=[expect]).verdict.value == verdict


def test_gae_with_a_slip_is_none(tmp_path: Path) -> None:
    """λ in place of γλ: it is GAE of other numbers nowhere, for γ stands in δ too."""
    assert not audited(tmp_path, SEQUENCES, "slipped", BACK).claims
