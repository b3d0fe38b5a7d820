"""Functions written to have something false said of them, each with what is right, derived by hand.

They are text, and put into a file by who audits them: no file here imports torch at its top.
"""

from __future__ import annotations

from typing import NamedTuple

SOURCE = """
import math

import torch
import torch.nn.functional as F


def item_far(lp, adv):
    if adv.abs().max().item() > 500:
        return lp * adv
    return -lp * adv


def tolist_far(lp, ref):
    if max(max(row) for row in (lp - ref).tolist()) > 60:
        return 5 * (lp - ref)
    return lp - ref


def floor_far(lp, ref):
    return (lp - ref) * (1 + torch.floor((lp - ref).abs() / 100))


def round_far(lp, adv):
    return -lp * adv * (1 + torch.round(adv.abs() / 1000))


def sign_sum(lp, adv):
    return -lp * adv * torch.sign(adv.abs().sum() + 1)


def long_far(lp, ref):
    return (lp - ref) * (1 + ((lp - ref).abs() / 100).long())


def isclose_far(lp, ref):
    return torch.where(torch.isclose(lp, ref + 50.0), 7 * lp, lp - ref)


def exp_of_float(lp, adv):
    s = math.exp(min(0.0, 700 - float(adv.max())))
    return -s * lp * adv


def eq_tie(lp, ref):
    return torch.where(lp == ref, 5 * lp, lp - ref)


def float_threshold(lp, ref, beta):
    return (lp - ref) if float(beta) < 50 else 2 * (lp - ref)


def adaptive(lp, ref, m):
    d = lp - ref
    kl = ((d * m).sum() / m.sum()).item()
    coef = 2.0 if kl > 1e4 else 1.0
    return coef * (d * m).sum() / m.sum()


def early_stop(lp, ref, m):
    d = lp - ref
    if ((d * m).sum() / m.sum()).item() > 1e4:
        return torch.zeros(())
    return (d * m).sum() / m.sum()


def beta_int(lp, ref, beta):
    return (lp - ref) * (1 if int(beta * 10) >= 0 else 0) * beta


def new_tensor_old(lp, adv):
    old = torch.tensor(lp.tolist())
    return -(torch.exp(lp - old) * adv)


def sg_by_float(lp, adv):
    return torch.stack([float(x) * y for x, y in zip(-adv.flatten(), lp.flatten())]).view(lp.shape)


def metric_item(lp, ref, m):
    d = lp - ref
    stats = {"kl": (d * m).sum().item() / float(m.sum()), "max": d.max().item(), "frac": (d > 0).float().mean().item()}
    return (d * m).sum() / m.sum(), stats


def item_weight(lp, ref):
    w = (lp - ref).mean().item()
    return lp - ref + 0 * w


def beta_zero(lp, ref, beta):
    return (lp - ref) if beta == 0 else beta * (lp - ref)


def beta_round(lp, ref, beta):
    return round(float(beta)) * 0 + beta * (lp - ref)


def isfinite_guard(lp, ref):
    d = lp - ref
    if not torch.isfinite(d).all():
        raise ValueError("no number")
    return d


def nan_guard(lp, ref):
    d = lp - ref
    return torch.where(torch.isnan(d), torch.zeros_like(d), d)


def max_mean_tie(lp, ref):
    return torch.stack([lp - ref, lp - ref]).max(0).values


def long_sequences(lp, ref, m):
    k = (lp - ref)
    if lp.shape[1] > 4:
        k = 2 * k
    return (k * m).sum() / m.sum()


def big_batches(lp, ref):
    d = lp - ref
    return d if len(lp) < 5 else -d


def numel_branch(lp, ref):
    d = lp - ref
    return d if d.numel() < 100 else -d


def very_long(lp, ref):
    d = lp - ref
    return d if d.size(-1) <= 1024 else 2 * d


def one_sequence(lp, ref, m):
    k = ((lp - ref) * m).squeeze()
    return (k.sum(-1) / m.sum(-1)).mean()


def one_token(lp, ref):
    d = lp - ref
    return d if d.shape[1] > 1 else 2 * d


def parity(lp, ref):
    d = lp - ref
    return d if lp.shape[0] % 2 == 0 else 3 * d


def kl_full_topk(logits, rlogits):
    p = F.log_softmax(logits, -1)
    q = F.log_softmax(rlogits, -1)
    v, i = p.topk(min(8, p.shape[-1]), -1)
    return (v.exp() * (v - q.gather(-1, i))).sum(-1)


def seq_drop_first(lp, old, adv):
    return -(torch.exp((lp - old)[:, 1:].sum(-1)) * adv).mean()


def seq_drop_last_mean(lp, old, adv):
    return -(torch.exp((lp - old)[:, :-1].mean(-1)) * adv).mean()


def half_batch(lp, ref, m):
    h = lp.shape[0] // 2
    d = ((lp - ref) * m)[:h]
    return d.sum() / m[:h].sum()


def summed_twice(lp, ref, m):
    d = torch.cat([lp - ref, lp - ref], 0)
    return (d * torch.cat([m, m], 0)).sum() / m.sum()


def shift_ok(lp, ref, m):
    return ((lp - ref)[:, 1:] * m[:, 1:]).sum() / m[:, 1:].sum()


def per_position(lp, ref):
    return (lp - ref) * torch.arange(1, lp.shape[1] + 1)


def longest(lp, ref, m):
    return ((lp - ref) * m).sum() / (m.sum(-1).max() * m.shape[0])


def divisor_of_nonempty(lp, ref, m):
    n = (m.sum(-1) > 0).sum()
    return (((lp - ref) * m).sum(-1) / m.sum(-1).clamp(min=1)).sum() / n


def batch_len(lp, ref, m):
    return ((lp - ref) * m).sum() / len(m)


def wrong_shift(lp, ref, m):
    return ((lp - ref)[:, 1:] * m[:, :-1]).sum() / m[:, :-1].sum()


def leak_baseline(lp, adv, m):
    b = adv.mean()
    return -((adv - b) * lp * m).sum() / m.sum()


def clamp_min_ten(lp, old, adv):
    return -(torch.exp(lp - old).clamp(min=10.0) * adv)


def clamp_ratio_hundred(lp, old, adv):
    return -(torch.exp(lp - old).clamp(max=100.0) * adv)


def divided_back(lp, adv):
    return -(adv * lp * adv) / adv


def zero_variance(lp, adv):
    a = (adv - adv.mean(1, keepdim=True)) / adv.std(1, keepdim=True)
    return -(a.detach() * lp)


def two_masks(lp, ref, m1, m2):
    return ((lp - ref) * m1).sum() / m2.sum()


def actor_critic(lp, adv, v, ret):
    return -lp * adv + 0.5 * (v - ret) ** 2


def limit_depends_on_level(lp, ref):
    return torch.clamp(lp - ref + 0.01 * lp, -1, 1)


def ppo_eps(lp, old, adv, eps):
    r = torch.exp(lp - old)
    return -torch.min(r * adv, r.clamp(1 - eps, 1 + eps) * adv)


def clamp_of_product(lp, old, adv):
    return -torch.clamp(torch.exp(lp - old) * adv, -5, 5)


def baseline_clamped(reward):
    return reward - reward.clamp(min=10)


def leaves_grad_off(lp, ref):
    torch.set_grad_enabled(False)
    return 0.5 * (lp - ref) ** 2


def grad_inside(lp, ref):
    x = (lp - ref)
    (g,) = torch.autograd.grad((x ** 2).sum(), lp, create_graph=True)
    return g * 0.5


def backward_inside(lp, ref):
    ((lp - ref) ** 2).sum().backward(retain_graph=True)
    return lp - ref


def data_write(lp, ref):
    x = lp - ref
    x.data.mul_(2)
    return x


def detach_partial(lp, ref):
    d = lp - ref
    return d.detach() * d


def k1_wrong_detach(lp, ref):
    return (lp.detach() - ref) + (lp - lp.detach())


def only_where(lp, ref):
    return torch.where(lp > ref, lp - ref, torch.zeros_like(lp))


def grad_scaled(lp, adv):
    return -(lp * 0.5 + lp.detach() * 0.5) * adv


def hidden_scale(lp, adv):
    return -(lp * adv) + 1e-7 * lp ** 2


def near_kl(lp, ref):
    return (lp - ref) + 1e-10 * (lp - ref) ** 2


def near_kl2(lp, ref):
    return (lp - ref) * (1 + 1e-9)


def bad_kl_dir(lp, ref):
    return F.kl_div(lp, ref, log_target=True, reduction="none")


def len_scaled(lp, ref, m):
    return ((lp - ref) * m).sum() / 6.0


def sqrt_len(lp, ref, m):
    return (((lp - ref) * m).sum(-1) / m.sum(-1).sqrt()).mean()


def sampler_mix(lp, ref, old):
    return torch.exp(lp.detach() - old) * (torch.exp(ref - lp) - 1 - (ref - lp))


def importance_old_wrong(lp, ref, old):
    return torch.exp(old - lp) * (lp - ref)


def in_place_on_argument(lp, ref):
    lp.sub_(ref)
    return 0.5 * lp ** 2


def in_place_on_mask(lp, ref, m):
    m[:, 0] = 0
    return ((lp - ref) * m).sum() / m.sum()


def odd_factor(lp, ref):
    return 0.1234567 * (lp - ref)


def near_ten_81(lp, ref):
    return 0.1234567 * (lp - ref)


def expm1_series(lp, ref):
    d = ref - lp
    return d ** 2 / 2 + d ** 3 / 6


def checkpointed(lp, ref):
    from torch.utils.checkpoint import checkpoint
    return checkpoint(lambda a, b: 0.5 * (a - b) ** 2, lp, ref, use_reentrant=False)


def mean_of_masked(lp, ref, m):
    return (lp - ref)[m.bool()].mean()


def constant_plus(lp, ref, m):
    return ((lp - ref) * m).sum() / m.sum() + 3.0


def log_eps(lp, ref):
    return torch.log(lp.exp() + 1e-12) - ref


def sqrt_square(lp, ref):
    return torch.sqrt((lp - ref) ** 2)


def categorical_logprob(logits, labels):
    return torch.distributions.Categorical(logits=logits).log_prob(labels.clamp(min=0))


def kl_full(logits, rlogits):
    p = F.log_softmax(logits, -1)
    q = F.log_softmax(rlogits, -1)
    return F.kl_div(q, p, log_target=True, reduction="none").sum(-1)


def kl_full_rev(logits, rlogits):
    p = F.log_softmax(logits, -1)
    q = F.log_softmax(rlogits, -1)
    return F.kl_div(p, q, log_target=True, reduction="none").sum(-1)


def entropy_unnorm(logits):
    p = torch.softmax(logits, -1)
    return -(p * logits).sum(-1)


def entropy_wrong_axis(logits):
    lp = torch.log_softmax(logits, 1)
    return -(lp.exp() * lp).sum(1)


def jsd_not(logits, rlogits):
    p = F.softmax(logits, -1)
    q = F.softmax(rlogits, -1)
    m = 0.5 * (p + q)
    return 0.5 * (F.kl_div(p.log(), m, reduction="none").sum(-1) + F.kl_div(q.log(), m, reduction="none").sum(-1))


def dpo_detached_ref_missing(pc, pr, rc, rr, beta=0.1):
    return -F.logsigmoid(beta * (pc - pr)).mean() + 0 * (rc - rr).sum()


def dpo_bce(pc, pr, rc, rr, beta=0.1):
    u = beta * (pc - pr - rc + rr)
    return F.binary_cross_entropy_with_logits(u, torch.ones_like(u))


def dpo_of_each(pc, pr, rc, rr, beta=0.1):
    return -F.logsigmoid(beta * (pc - pr - rc + rr))


def dpo_squeezed(pc, pr, rc, rr, beta=0.1):
    return -F.logsigmoid(beta * (pc - pr - rc + rr)).squeeze()


def dpo_log(pc, pr, rc, rr, beta=0.1):
    return -torch.log(torch.sigmoid(beta * (pc - pr - rc + rr))).mean()
"""

KL = "KL(π‖π_ref)"
ASCENT = "-∇E_π[A]"
P = {"lp": "policy", "ref": "reference"}
PM = {**P, "m": "mask"}
PA = {"lp": "policy", "adv": "advantage"}
PO = {**PA, "old": "old"}
SEQUENCE = {"lp": "policy", "old": "old", "adv": "advantage:B"}
BETA = {**P, "beta": "scalar"}
ROWS = {"logits": "logits", "rlogits": "logits.reference"}
PAIRS = {"pc": "policy.chosen", "pr": "policy.rejected", "rc": "reference.chosen", "rr": "reference.rejected"}
VALUE, LOSS = {"value": KL}, {"loss": ASCENT}


class Case(NamedTuple):
    """``right``: what is to be said of what is expected, in its order. ``words``: what else is to be said somewhere."""

    name: str
    bind: dict[str, str]
    expect: dict[str, str]
    right: str
    words: str = ""
    sampler: str = "policy"


def hangs(name: str, bind: dict[str, str], expect: dict[str, str], on: str = "a number that is read out") -> Case:
    """Far off the function is another, by something that is in no formula."""
    return Case(name, bind, expect, "unknown", f"the result hangs on {on}")


CASES = (
    hangs("item_far", PA, LOSS), hangs("tolist_far", P, VALUE), hangs("adaptive", PM, VALUE), hangs("early_stop", PM, VALUE),
    hangs("floor_far", P, VALUE, "what floor gives"), hangs("round_far", PA, LOSS, "what round gives"),
    hangs("sign_sum", PA, LOSS, "what sign gives"), hangs("long_far", P, VALUE, "what long gives"),
    hangs("isclose_far", P, VALUE, "what isclose gives"), hangs("eq_tie", P, VALUE, "whether numbers are equal"),
    hangs("exp_of_float", PA, LOSS), hangs("float_threshold", BETA, VALUE), hangs("beta_int", BETA, {"value": f"β {KL}"}),
    hangs("new_tensor_old", PA, LOSS), hangs("sg_by_float", PA, LOSS),
    # what is read, and changes nothing
    Case("metric_item", PM, {"value": KL, "gathers": "token-mean"}, "proved proved"), Case("item_weight", P, VALUE, "proved"),
    Case("beta_zero", BETA, {"value": f"β {KL}"}, "proved"), Case("beta_round", BETA, {"value": f"β {KL}"}, "proved"),
    Case("isfinite_guard", P, VALUE, "proved"), Case("nan_guard", P, VALUE, "proved"), Case("max_mean_tie", P, VALUE, "proved"),
    # at other sizes another function
    Case("long_sequences", PM, VALUE, "unknown", "with 6 sequences of 5 tokens, and"),
    Case("big_batches", P, VALUE, "unknown", "with 6 sequences of 5 tokens, and"), Case("numel_branch", P, VALUE, "unknown", "101"),
    Case("very_long", P, VALUE, "unknown", "with 2 sequences of 1025 tokens, it computes another formula"),
    Case("one_sequence", PM, VALUE, "unknown", "with 4 sequences of 1 token, it computes another formula"),
    Case("one_token", P, VALUE, "unknown", "with 4 sequences of 1 token, it computes another formula"),
    Case("parity", P, VALUE, "unknown", "with 1 sequence of 3 tokens, and at"),
    Case("kl_full_topk", ROWS, {"is": f"{KL} over the vocabulary"}, "unknown"),
    # what is left out, counted twice, or weighed in another way
    Case("seq_drop_first", SEQUENCE, LOSS, "unknown", sampler="old"),
    Case("seq_drop_last_mean", SEQUENCE, {"is": "the importance-weighted policy gradient"}, "unknown", sampler="old"),
    Case("half_batch", PM, {"gathers": "token-mean", "value": KL}, "refuted unknown"),
    Case("summed_twice", PM, {"value": f"2 {KL}"}, "proved"), Case("shift_ok", PM, VALUE, "unknown"),
    Case("per_position", P, VALUE, "unknown"), Case("longest", PM, {"gathers": "fixed-length"}, "unknown", "the mask has holes"),
    Case("divisor_of_nonempty", PM, {"gathers": "sequence-mean"}, "proved"),
    Case("batch_len", PM, {"gathers": "sequence-sum"}, "proved"), Case("len_scaled", PM, VALUE, "refuted"),
    Case("sqrt_len", PM, VALUE, "unknown"), Case("wrong_shift", PM, VALUE, "refuted unknown", "where the mask is 0"),
    Case("leak_baseline", {**PA, "m": "mask"}, {}, "refuted", "where the mask is 0"),
    Case("mean_of_masked", PM, {"gathers": "token-mean", "value": KL}, "proved proved"),
    Case("constant_plus", PM, {"value": f"{KL} + 3"}, "proved"), Case("in_place_on_mask", PM, VALUE, "unknown"),
    # branches
    Case("clamp_min_ten", PO, {"is": "the importance-weighted policy gradient"}, "refuted", sampler="old"),
    Case("clamp_ratio_hundred", PO, {"is": "the importance-weighted policy gradient"}, "proved", "but for clamps at 100", "old"),
    Case("divided_back", PA, LOSS, "proved", "where every number of a response is 0, its result is not a number"),
    Case("zero_variance", PA, {}, "", "where every number of a response is 0, its result is not a number"),
    Case("two_masks", {**P, "m1": "mask", "m2": "mask"}, VALUE, "proved", "m1, m2 were given the same mask"),
    Case("actor_critic", {**PA, "v": "value", "ret": "returns"}, LOSS, "proved", "V is held still"),
    Case("ppo_eps", {**PO, "eps": "scalar"}, {}, "", "no gradient beyond π/π_old = 1.3, where A > 0, ε = 0.3", "old"),
    Case("clamp_of_product", PO, {}, "", "no gradient beyond π/π_old = 5, where A = 1", "old"),
    Case("only_where", P, VALUE, "refuted"), Case("sqrt_square", P, VALUE, "refuted"), Case("log_eps", P, VALUE, "refuted"),
    # gradients
    Case("leaves_grad_off", P, {"loss": f"∇{KL}"}, "unknown", "it switches the recording of gradients off"),
    Case("grad_inside", P, {"loss": f"∇{KL}"}, "unknown", "it cannot be followed: the torch operation grad"),
    Case("backward_inside", P, VALUE, "unknown", "it cannot be followed: the torch operation backward"),
    Case("data_write", P, VALUE, "unknown", "it writes through detach() or .data"),
    Case("detach_partial", P, {"loss": f"∇{KL}"}, "proved"), Case("k1_wrong_detach", P, {"loss": f"∇{KL}"}, "refuted"),
    Case("grad_scaled", PA, LOSS, "refuted"), Case("hidden_scale", PA, LOSS, "refuted"),
    Case("in_place_on_argument", P, {"loss": f"∇{KL}"}, "proved"), Case("checkpointed", P, {"loss": f"∇{KL}"}, "proved"),
    # nearly so, or the other way round
    Case("near_kl", P, VALUE, "refuted"), Case("near_kl2", P, VALUE, "refuted"), Case("expm1_series", P, VALUE, "refuted"),
    Case("odd_factor", P, {"value": f"0.1234567 {KL}"}, "proved"), Case("near_ten_81", P, {"value": f"10/81 {KL}"}, "refuted"),
    Case("bad_kl_dir", P, VALUE, "refuted"),
    Case("sampler_mix", {**P, "old": "old"}, {"value": KL, "loss": f"∇{KL}"}, "proved refuted", sampler="old"),
    Case("importance_old_wrong", {**P, "old": "old"}, VALUE, "refuted", sampler="old"),
    # over a vocabulary, and of comparisons
    Case("categorical_logprob", {"logits": "logits", "labels": "labels"}, {"is": "the log-probability of each label"}, "proved"),
    Case("kl_full", ROWS, {"is": f"{KL} over the vocabulary"}, "proved"),
    Case("kl_full_rev", ROWS, {"is": f"{KL} over the vocabulary"}, "unknown"),
    Case("entropy_unnorm", {"logits": "logits"}, {"is": "entropy"}, "unknown"),
    Case("entropy_wrong_axis", {"logits": "logits"}, {"is": "entropy"}, "unknown"),
    Case("jsd_not", ROWS, {"is": "JS(π, π_ref) over the vocabulary"}, "unknown"),
    Case("dpo_detached_ref_missing", PAIRS, {"is": "DPO(0.1)"}, "refuted"), Case("dpo_bce", PAIRS, {"is": "DPO(0.1)"}, "proved"),
    Case("dpo_of_each", PAIRS, {"is": "DPO(0.1)", "gathers": "none"}, "proved proved"),
    Case("dpo_squeezed", PAIRS, {"is": "DPO(0.1)"}, "unknown", "with 1 sequence, it computes another formula"),
    Case("dpo_log", PAIRS, {"is": "DPO(0.1)"}, "proved"),
)  # fmt: skip

UNSAID: tuple[tuple[str, dict[str, str], str], ...] = (
    ("limit_depends_on_level", P, "no gradient"), ("baseline_clamped", {"reward": "reward:B"}, "free of that reward"),
    ("clamp_of_product", PO, "A > 0"),
)  # fmt: skip
"""What would be false, with the function of which it would be."""
