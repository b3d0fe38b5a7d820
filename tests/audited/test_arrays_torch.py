"""Functions of NumPy's arrays: followed where each of its functions has a rule, else refused by name. Needs torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

import numpy as np

import symkl
from symkl.auditing.report import Audit

SOURCE = """
import math
import numpy as np
import jax.numpy as jnp
import torch

def k1(logp, ref):
    return np.subtract(logp, ref)

def k3(logp, ref):
    d = np.asarray(ref) - logp
    return np.exp(d) - d - 1

def k3m(logp, ref, mask):
    d = np.clip(ref - logp, -20, 20)
    kl = np.expm1(d) - d
    return (kl * mask).sum() / mask.sum()

def seq(logp, ref, mask):
    kl = (logp - ref) * mask
    return np.mean(kl.sum(axis=1) / np.maximum(mask.sum(axis=-1), 1))

def where(logp, adv):
    return np.where(adv > 0, -adv * logp, -adv * logp)

def ppo(logp, old, adv, eps=0.2):
    r = np.exp(logp - old)
    return -np.minimum(r * adv, np.clip(r, 1 - eps, 1 + eps) * adv)

def index(logp, ref, mask):
    return np.mean((logp - ref)[mask.astype(bool)])

def loo(reward, k=2):
    g = np.reshape(reward, (-1, k))
    return (g - (g.sum(axis=1, keepdims=True) - g) / (k - 1)).reshape(-1)

def grp(reward, k=2):
    g = reward.reshape(-1, k)
    return ((g - g.mean(axis=1, keepdims=True)) / (np.std(g, axis=1, keepdims=True) + 1e-8)).ravel()

def cum(logp, ref):
    return np.cumsum(logp - ref, axis=1)[:, -1]

def zeros(logp, ref):
    out = np.zeros(logp.shape)
    out[:] = logp - ref
    return out

def zl(logp, ref):
    out = np.zeros_like(logp)
    out[:, :] = logp - ref
    return out

def fft(logp, ref):
    return np.fft.fft(logp - ref).real

def median(logp, ref):
    return np.median(logp - ref)

def ml(logp, ref):
    return math.exp(float((logp - ref).sum()))

def slip(logp, ref, mask):
    return np.mean(np.where(mask > 0, ref - logp, 0.0))

def to_go(reward, gamma=0.9):
    out = np.zeros_like(reward)
    run = np.zeros_like(reward[:, 0])
    for t in reversed(range(reward.shape[1])):
        run = reward[:, t] + gamma * run
        out[:, t] = run
    return out

def kinds(logp, ref):
    d = (logp - ref).astype(np.float32)
    keep = (d > -1000) & np.isfinite(d)
    return np.where(keep, d, 0).T.transpose(1, 0).copy()

def moved(logp, ref):
    both = np.stack([logp, np.asarray(ref)], axis=0)
    both = np.concatenate([both, np.expand_dims(np.array(ref), 0)], axis=0)
    return np.squeeze(both[:1], axis=0) - np.flip(both, axis=0)[0]

def spread(adv):
    return adv.std(axis=1, ddof=1, keepdims=True) - np.var(adv) + adv.max(axis=1, keepdims=True) * np.min(adv) + adv.prod()

def out_of(logp, ref):
    found = np.exp(logp - ref)
    np.multiply(found, 2.0, out=found)
    found -= 1
    return np.logaddexp(found, logp) + np.add.reduce(found, axis=0)

def by_jax(logp, ref):
    return jnp.exp(logp - ref)

@torch.no_grad()
def quiet_mean(logp, ref, mask):
    return ((logp - ref) * mask).sum() / mask.sum()
"""
P = {"logp": "policy", "ref": "reference"}
PM = {**P, "mask": "mask"}
VALUE = {"value": "KL(π‖π_ref)"}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("arrays") / "arrays.py"
    path.write_text(SOURCE)
    return path


def audited(file: Path, name: str, bind: dict[str, str], **more: Any) -> Audit:
    answer = symkl.audit(f"{file}:{name}", bind=bind, **more)
    assert answer.disagreements == ()
    return answer


@pytest.mark.parametrize(
    ("name", "bind", "expect", "right"),
    [
        ("k1", P, VALUE, "proved"), ("k3", P, VALUE, "proved"), ("k3m", PM, {**VALUE, "gathers": "token-mean"}, "proved proved"),
        ("seq", PM, {**VALUE, "gathers": "sequence-mean"}, "proved proved"), ("index", PM, VALUE, "proved"),
        ("kinds", P, VALUE, "proved"), ("moved", P, VALUE, "proved"), ("zeros", P, VALUE, "proved"), ("zl", P, VALUE, "proved"),
        ("slip", PM, VALUE, "refuted"), ("to_go", {"reward": "reward"}, {"is": "reward-to-go"}, "proved"),
        ("ppo", {"logp": "policy", "old": "old", "adv": "advantage"}, {"loss": "-∇E_π[A]"}, "refuted"),
    ],
)  # fmt: skip
def test_what_it_estimates_is_said(name: str, bind: dict[str, str], expect: dict[str, str], right: str, file: Path) -> None:
    """No gradient flows through NumPy: as a loss every one of these is nothing."""
    answer = audited(file, name, bind, expect=expect, samplers=("old",) if "old" in bind else ("policy",))
    assert [c.line.status.value for c in answer.claims if c.expected] == right.split()
    assert "it is run on arrays of NumPy: no gradient flows through it" in answer.notes


@pytest.mark.parametrize(
    ("name", "bind"),
    [
        ("spread", {"adv": "advantage"}), ("out_of", P), ("cum", P), ("where", {"logp": "policy", "adv": "advantage"}),
        ("loo", {"reward": "reward:B"}), ("grp", {"reward": "reward:B"}),
    ],
)  # fmt: skip
def test_values_are_those_of_numpy(name: str, bind: dict[str, str], file: Path) -> None:
    answer = audited(file, name, bind)
    assert (answer.trouble, answer.points > 8) == (None, True)


@pytest.mark.parametrize(
    ("name", "words"), [("fft", "NumPy's fft"), ("median", "NumPy's median"), ("by_jax", "jnp.exp"), ("ml", "it gives float")]
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_has_no_rule_is_refused_by_name(name: str, words: str, file: Path) -> None:
    answer = audited(file, name, P)
    assert answer.trouble is not None
    assert words in answer.trouble.message


def test_numpy_is_left_as_it_was(file: Path) -> None:
    before = np.zeros, np.asarray
    audited(file, "zeros", P)
    assert (np.zeros, np.asarray) == before
    assert isinstance(np.zeros(2), np.ndarray)


def test_a_mean_that_is_taken_without_gradient_is_one(file: Path) -> None:
    """What is detached as a whole is detached term by term."""
    answer = audited(file, "quiet_mean", PM, expect={**VALUE, "gathers": "token-mean"})
    assert answer.verdict.value == "proved"
