"""A function run on expressions is the function: values and gradients, whatever idiom it is written in. Needs torch."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from symkl.auditing import crosscheck, tensors  # noqa: E402
from symkl.auditing.expressions import Expressions  # noqa: E402
from symkl.auditing.roles import bound  # noqa: E402
from symkl.auditing.traces import Untraceable  # noqa: E402

F = torch.nn.functional

ROLES = {"lp": "policy", "ref": "reference", "old": "old", "adv": "advantage", "m": "mask", "logits": "logits"}


def checked(function: Callable[..., Any], *names: str, **settings: Any) -> crosscheck.Checked:
    inputs = {name: bound(name, ROLES[name]) for name in names}
    return crosscheck.check(function, {**inputs, **settings}, inputs, Expressions())


def in_place(lp: Any, ref: Any) -> Any:
    out = torch.zeros_like(lp)
    out[:, 0] = lp[:, 0] - ref[:, 0]
    out[:, 1:] += 2 * lp[:, 1:]
    view = out[:, -1]
    view.mul_(3)
    return out


def quiet(lp: Any, ref: Any) -> Any:
    with torch.no_grad():
        weight = torch.softmax(lp, dim=-1)
    return weight * (lp - ref)


def quiet_in_place(lp: Any) -> Any:
    out = lp * 1.0
    with torch.no_grad():
        out.mul_(5).add_(1)
    return out * lp


def labelled(logits: Any, labels: Any) -> Any:
    labels = labels.clone()
    keep = labels != -100
    labels[~keep] = 0
    logs = torch.gather(logits.log_softmax(-1), dim=2, index=labels.unsqueeze(2)).squeeze(2)
    return (logs * keep).sum(-1)


def loop(lp: Any, m: Any) -> Any:
    last, found = 0.0, []
    for t in reversed(range(lp.size(1))):
        last = lp[:, t] * m[:, t] + 0.95 * last
        found.append(last)
    return torch.stack(found[::-1], dim=1)


def containers(lp: Any, ref: Any) -> Any:
    parts = {"a": [lp, ref], "b": (lp * ref,)}
    return {"aux": parts["a"][0], "loss": torch.cat([*parts["a"], parts["b"][0]]).mean()}


FUNCTIONS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "arithmetic": (lambda lp, ref: (2 - lp / 3) * ref + lp**2 - 1 / (1 + ref**2), ("lp", "ref")),
    "reflected": (lambda lp, ref: 1.0 - (2.0 / (3.0 + lp * lp)) + 2.0 ** (ref / 10), ("lp", "ref")),
    "exponentials": (lambda lp, ref: torch.expm1(lp - ref) + torch.log1p(lp.exp()) + torch.sigmoid(ref * lp), ("lp", "ref")),
    "log-sigmoid": (lambda lp, ref: -F.logsigmoid(0.1 * (lp - ref)) + F.softplus(lp) + torch.tanh(ref - lp), ("lp", "ref")),
    "clamps": (lambda lp, ref: (lp - ref).clamp(-1, 1) + torch.clamp(lp, min=-2.0) + lp.clip(max=-1.0), ("lp", "ref")),
    "extremes": (lambda lp, ref: torch.max(lp, ref) - torch.minimum(lp, 2 * ref) + torch.relu(lp - ref), ("lp", "ref")),
    "detached": (lambda lp, ref: (lp - ref).detach() * lp + (lp.data - ref) * lp, ("lp", "ref")),
    "no_grad": (quiet, ("lp", "ref")),
    "no_grad in place": (quiet_in_place, ("lp",)),
    "in place": (in_place, ("lp", "ref")),
    "choices": (lambda lp, adv: torch.where(adv < 0, lp * adv, torch.exp(lp)) - lp.masked_fill(adv > 1, 0.0), ("lp", "adv")),
    "masked mean": (lambda lp, m: (lp * m).sum(-1) / m.sum(-1).clamp(min=1), ("lp", "m")),
    "masked select": (lambda lp, m: lp[m.bool()].mean() + torch.masked_select(lp, m.bool()).std(), ("lp", "m")),
    "reductions": (lambda lp: lp.var(dim=1) + lp.std(-1, unbiased=False) + lp.prod(1) + lp.amax(1) + lp.norm(dim=1), ("lp",)),
    "cumulative": (lambda lp: lp.cumsum(1).flip(1) + torch.cumprod(lp, dim=-1), ("lp",)),
    "softmax": (lambda logits: torch.logsumexp(logits, -1) - (F.softmax(logits, -1) * logits).sum(-1), ("logits",)),
    "largest": (lambda logits: logits.max(dim=-1).values + logits.topk(2, dim=-1).values.sum(-1), ("logits",)),
    "shapes": (lambda lp, ref: torch.stack([lp.t(), ref.transpose(0, 1)]).permute(1, 0, 2).reshape(-1, 2).chunk(2, 1)[0], ("lp", "ref")),
    "expanding": (lambda lp, adv: lp.sum(1, keepdim=True).expand_as(adv) * adv[..., None].squeeze(-1), ("lp", "adv")),
    "padding": (lambda lp: F.pad(lp, (1, 2), value=-3.0).sum(-1) + lp.roll(1, 0)[:, 0] + lp.repeat(1, 2)[:, -1], ("lp",)),
    "casts": (lambda lp, ref: (lp.to(torch.bfloat16) - ref.half()).float().to(lp.dtype) * lp.type_as(ref), ("lp", "ref")),
    "losses": (lambda lp, ref: F.mse_loss(lp, ref) + F.kl_div(lp, ref, log_target=True, reduction="batchmean") + F.l1_loss(lp, ref), ("lp", "ref")),
    "cross entropy": (lambda logits: F.cross_entropy(logits.flatten(0, 1), torch.arange(logits.shape[0] * logits.shape[1]) % 3), ("logits",)),
    "binary": (lambda lp, m: F.binary_cross_entropy_with_logits(lp, m, reduction="none"), ("lp", "m")),
    "loop": (loop, ("lp", "m")),
    "containers": (containers, ("lp", "ref")),
    "whitening": (lambda adv, lp: (adv - adv.mean()) * torch.rsqrt(adv.var() + 1e-8) * lp, ("adv", "lp")),
    "autocast": (lambda lp, ref: _autocast(lp, ref), ("lp", "ref")),
    "products": (lambda lp, ref: torch.matmul(lp, ref.T) + lp @ ref[0], ("lp", "ref")),
    "scatter": (lambda lp, ref: torch.zeros_like(lp).scatter_add(1, torch.zeros(lp.shape, dtype=torch.long), lp) + ref, ("lp", "ref")),
}  # fmt: skip


def _autocast(lp: Any, ref: Any) -> Any:
    with torch.autocast("cpu", dtype=torch.bfloat16):
        return torch.exp(lp - ref).sum(-1)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_value_and_gradient_are_those_of_the_function(name: str) -> None:
    function, names = FUNCTIONS[name]
    found = checked(function, *names)
    assert (found.wrong, found.worst < 1e-9) == ("", True)


def test_labels_are_gathered_and_padding_ignored() -> None:
    inputs = {"logits": bound("logits", "logits"), "labels": bound("labels", "labels")}
    assert checked_with(labelled, inputs).wrong == ""


def checked_with(function: Callable[..., Any], inputs: Any) -> crosscheck.Checked:
    return crosscheck.check(function, inputs, inputs, Expressions())


def test_a_compiled_function_is_what_was_compiled() -> None:
    compiled = torch.compile(lambda lp, ref: torch.exp(lp - ref))
    assert checked(compiled, "lp", "ref").wrong == ""


# --- what is passed over would be noticed: the check is broken on purpose ------------------------


@pytest.mark.parametrize(
    ("name", "sabotage"),
    [
        ("detached", lambda monkeypatch: monkeypatch.setattr(tensors, "_detached", lambda numbers: numbers)),
        ("no_grad", lambda monkeypatch: monkeypatch.setattr(tensors, "_recorded", lambda numbers: numbers)),
        ("in place", lambda monkeypatch: monkeypatch.setattr(tensors, "_written", lambda tensor, key, numbers: None)),
    ],
)
def test_a_trace_that_ignores_something_disagrees(name: str, sabotage: Any, monkeypatch: Any) -> None:
    sabotage(monkeypatch)
    function, names = FUNCTIONS[name]
    assert checked(function, *names).wrong


# --- what cannot be followed says so ------------------------------------------------------------


class Own(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        return x.exp()

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return g


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda lp: Own.apply(lp), "Own, an autograd function with a gradient of its own"),
        (lambda lp: torch.fft.fft(lp).real, "the torch operation fft_fft"),
        (lambda lp: lp.detach().mul_(2), "it writes through detach"),
        (lambda lp: 3, "it gives int, and no tensor"),
    ],
)
def test_what_cannot_be_followed(function: Callable[..., Any], words: str) -> None:
    with pytest.raises(Untraceable, match=words):
        checked(function, "lp")
