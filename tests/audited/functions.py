"""Functions as people write them to train with, as source text: our own, in the idioms that are met.

They are text, and put into a file by who audits them: no file here imports torch at its top.
"""

from __future__ import annotations

ESTIMATORS = '''
import torch
from somewhere import Helper, registered


@registered("kl")
def kl_penalty(logprob: torch.Tensor, ref_logprob: "Helper", kind: str = "k1") -> torch.Tensor:
    log_ratio = logprob.float() - ref_logprob.float()
    if kind == "k1":
        return log_ratio
    if kind == "abs":
        return log_ratio.abs()
    if kind == "k2":
        return 0.5 * log_ratio.square()
    if kind == "k3":
        negative = -log_ratio
        return torch.expm1(negative) - negative
    if kind == "low_var_kl":
        difference = torch.clamp(ref_logprob - logprob, min=-20.0, max=20.0)
        return torch.clamp(torch.exp(difference) - difference - 1, min=-10, max=10)
    raise NotImplementedError(kind)


def straight_through(logprob, ref_logprob):
    square = 0.5 * (logprob - ref_logprob) ** 2
    value = torch.exp(ref_logprob - logprob) - (ref_logprob - logprob) - 1
    return square - square.detach() + value.detach()


def weighted(logprob, ref_logprob, old_logprob):
    ratio = torch.exp(logprob - old_logprob)
    return ratio * (torch.exp(ref_logprob - logprob) - (ref_logprob - logprob) - 1)


def reward_penalty(logprob, ref_logprob):
    with torch.no_grad():
        return logprob - ref_logprob


def score_function(logprob, ref_logprob):
    return (logprob - ref_logprob).detach() * logprob
'''

LOSSES = '''
import torch
from dataclasses import dataclass


@dataclass
class Settings:
    low: float = 0.2
    high: float = 0.2


def masked_mean(values, mask, axis=None):
    return (values * mask).sum(axis) / (mask.sum(axis) + 1e-8)


def gathered(values, mask, mode):
    if mode == "token-mean":
        return masked_mean(values, mask)
    if mode == "sequence-mean":
        return ((values * mask).sum(-1) / mask.sum(-1)).mean()
    if mode == "sequence-sum":
        return torch.mean(torch.sum(values * mask, dim=-1))
    if mode == "fixed-length":
        return (values * mask).sum() / (values.size(0) * mask.shape[-1])
    raise ValueError(f"no such mode: {mode}")


def policy_gradient(logprobs, advantages, mask, mode="token-mean"):
    return gathered(-logprobs * advantages, mask, mode)


def ppo(logprobs, old_logprobs, advantages, mask, low=0.2, high=0.2, mode="token-mean"):
    ratio = torch.exp(logprobs - old_logprobs)
    unclipped = -advantages * ratio
    clipped = -advantages * torch.clamp(ratio, 1.0 - low, 1.0 + high)
    fraction = masked_mean(torch.gt(clipped, unclipped).float(), mask)
    return gathered(torch.maximum(unclipped, clipped), mask, mode), fraction


def grpo(logprobs, ref_logprobs, old_logprobs, advantages, mask, config):
    old = logprobs.detach() if old_logprobs is None else old_logprobs
    ratio = torch.exp(logprobs - old)
    a = advantages.unsqueeze(1)
    loss = -torch.min(ratio * a, ratio.clamp(1 - config.eps, 1 + config.eps) * a)
    if config.beta != 0.0:
        d = ref_logprobs - logprobs
        loss = loss + config.beta * (torch.exp(d) - d - 1)
    return gathered(loss, mask, config.mode)


class Trainer:
    def __init__(self, model):
        self.model = model.load()

    def loss(self, logprobs, old_logprobs, advantages, mask):
        ratio = torch.exp(logprobs - old_logprobs.detach())
        kept = torch.where(advantages < 0, torch.clamp(ratio, max=self.limit), ratio)
        return self._mean(-(kept * advantages), mask)

    def _mean(self, values, mask):
        return masked_mean(values, mask)
'''

PREFERENCES = '''
import torch
import torch.nn as nn
import torch.nn.functional as F


class PreferenceLoss(nn.Module):
    def __init__(self, kind, beta, eps=0.0):
        super().__init__()
        self.kind, self.beta, self.eps = kind, beta, eps

    def forward(self, policy_chosen, policy_rejected, reference_chosen, reference_rejected):
        return preference_loss(
            policy_chosen, policy_rejected, reference_chosen, reference_rejected, self.kind, self.beta, self.eps
        )


def preference_loss(
    policy_chosen, policy_rejected, reference_chosen, reference_rejected, kind="sigmoid", beta=0.1, eps=0.0
):
    logits = (policy_chosen - policy_rejected) - (reference_chosen - reference_rejected)
    won, lost = policy_chosen - reference_chosen, policy_rejected - reference_rejected
    if kind == "sigmoid":
        losses = -F.logsigmoid(beta * logits)
    elif kind == "conservative":
        losses = -F.logsigmoid(beta * logits) * (1 - eps) - F.logsigmoid(-beta * logits) * eps
    elif kind == "robust":
        losses = (-F.logsigmoid(beta * logits) * (1 - eps) + F.logsigmoid(-beta * logits) * eps) / (1 - 2 * eps)
    elif kind == "hinge":
        losses = torch.relu(1 - beta * logits)
    elif kind == "ipo":
        losses = (logits - 1 / (2 * beta)) ** 2
    elif kind == "exponential":
        losses = torch.exp(-beta * logits)
    elif kind == "sppo":
        losses = (won - 0.5 / beta) ** 2 + (lost + 0.5 / beta) ** 2
    elif kind == "nca":
        losses = -F.logsigmoid(beta * won) - 0.5 * F.logsigmoid(-beta * won) - 0.5 * F.logsigmoid(-beta * lost)
    else:
        raise ValueError(kind)
    return losses.mean(), beta * won.detach(), beta * lost.detach()


def reference_free(chosen_logps, rejected_logps, beta=2.0, gamma=1.0):
    return -F.logsigmoid(beta * (chosen_logps - rejected_logps) - gamma).mean()


def odds_ratio(chosen_logps, rejected_logps):
    log_odds = (chosen_logps - rejected_logps) - (
        torch.log1p(-torch.exp(chosen_logps)) - torch.log1p(-torch.exp(rejected_logps))
    )
    return -F.logsigmoid(log_odds)
'''

SEQUENCES = '''
import torch


def gspo(logp, old, adv, mask, low=0.2, high=0.2):
    n = mask.sum(-1).clamp(min=1)
    s = ((logp - old) * mask).sum(-1) / n
    w = torch.exp(logp - logp.detach() + s.detach().unsqueeze(-1))
    a = adv.unsqueeze(1)
    loss = -torch.min(w * a, w.clamp(1 - low, 1 + high) * a)
    return ((loss * mask).sum(-1) / n).mean()


def one_ratio_for_all(logp, old, adv, mask):
    w = torch.exp(((logp - old) * mask).sum() / mask.sum())
    return -(w * adv).mean()


def whole_sequences(logp, old, adv, mask):
    w = torch.exp(((logp - old) * mask).sum(-1))
    return -(w * adv).mean()


def leave_one_out(reward, k=2):
    g = reward.reshape(-1, k)
    return (g - (g.sum(1, keepdim=True) - g) / (k - 1)).flatten()


def group_mean(reward, k=2):
    g = reward.view(-1, k)
    return (g - g.mean(1, keepdim=True)).view(-1)


def clipped_weights(logprobs, old_logprobs, advantages, mask, low=0.2, high=0.2):
    ratio = torch.exp(logprobs - old_logprobs).clamp(1 - low, 1 + high).detach()
    return -(ratio * advantages * logprobs * mask).sum() / mask.sum()
'''
