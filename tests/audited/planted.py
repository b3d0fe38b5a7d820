"""Slips, one a row: the function they are in, what is replaced by what, what is expected of it, and what is said.

Each function is as expected before the slip, and the test holds it to that.
"""

from __future__ import annotations

from typing import NamedTuple

from tests.audited.functions import ESTIMATORS, LOSSES, PREFERENCES

BOTH = {"logprob": "policy", "ref_logprob": "reference"}
THREE = {**BOTH, "old_logprob": "old"}
TRAINED = {"logprobs": "policy", "advantages": "advantage", "mask": "mask"}
CLIPPED = {**TRAINED, "old_logprobs": "old"}
GROUP = {
    "logprobs": "policy", "ref_logprobs": "reference", "old_logprobs": "old", "advantages": "advantage:B", "mask": "mask",
    "config.beta": "scalar",
}  # fmt: skip
PAIRS = {
    "policy_chosen": "policy.chosen", "policy_rejected": "policy.rejected", "reference_chosen": "reference.chosen",
    "reference_rejected": "reference.rejected",
}  # fmt: skip
FREE = {"chosen_logps": "policy.chosen", "rejected_logps": "policy.rejected"}


class Slip(NamedTuple):
    """``before`` is replaced by ``after`` in ``source``; then what is ``expected`` is not so, and ``said`` is said."""

    source: str
    function: str
    before: str
    after: str
    bind: dict[str, str]
    settings: dict[str, object]
    expected: str
    said: str
    sampler: str = "policy"


def estimator(kind: str, before: str, after: str, expected: str, said: str) -> Slip:
    return Slip(ESTIMATORS, "kl_penalty", before, after, BOTH, {"kind": kind}, expected, said)


def loss(function: str, before: str, after: str, expected: str, said: str, **settings: object) -> Slip:
    bind = {"policy_gradient": TRAINED, "grpo": GROUP}.get(function, CLIPPED)
    sampler = "policy" if function == "policy_gradient" else "old"
    return Slip(LOSSES, function, before, after, bind, settings, expected, said, sampler)


def preference(kind: str, before: str, after: str, expected: str, said: str) -> Slip:
    settings: dict[str, object] = {"kind": kind, "beta": 0.1, "eps": 0.2}
    return Slip(PREFERENCES, "preference_loss", before, after, PAIRS, settings, expected, said)


K3 = "torch.expm1(negative) - negative"
WEIGHTED = "return ratio * ("
GRPO = {"config.eps": 0.2, "config.mode": "token-mean"}
VALUE, LOSS, GRADIENT = "value=KL(π‖π_ref)", "loss=∇KL(π‖π_ref)", "loss=-∇E_π[A]"

SLIPS = (
    estimator("k1", "return log_ratio\n", "return -log_ratio\n", VALUE, "(sign)"),
    estimator("k1", "return log_ratio\n", "return log_ratio / 2\n", VALUE, "(factor ½)"),
    estimator("k1", "return log_ratio\n", "return log_ratio.abs()\n", VALUE, "(absolute value)"),
    estimator("k2", "0.5 * log_ratio.square()", "log_ratio.square()", LOSS, "(factor ½)"),
    estimator("k2", "0.5 * log_ratio.square()", "-0.5 * log_ratio.square()", LOSS, "(sign)"),
    estimator("k2", "0.5 * log_ratio.square()", "(0.5 * log_ratio.square()).detach()", LOSS, "(detached too much)"),
    estimator("k3", K3, "negative - torch.expm1(negative)", VALUE, "(sign)"),
    estimator("k3", "negative = -log_ratio", "negative = log_ratio", VALUE, "(ratio inverted)"),
    estimator("k3", K3, f"2 * ({K3})", VALUE, "(factor ½)"),
    estimator("k3", K3, "torch.expm1(negative) + negative", VALUE, "(sign)"),
    Slip(ESTIMATORS, "score_function", ").detach() *", ") *", BOTH, {}, LOSS, "(detach lost)"),
    Slip(ESTIMATORS, "score_function", ").detach() * logprob", ").detach()", BOTH, {}, LOSS, "(detached too much)|(the gradient of the expectation is lost)"),
    Slip(ESTIMATORS, "straight_through", "value.detach()", "value", BOTH, {}, LOSS, "(detach lost)"),
    Slip(ESTIMATORS, "straight_through", "0.5 * (logprob", "(logprob", BOTH, {}, LOSS, "(factor ½)|(k2 is meant)"),
    Slip(ESTIMATORS, "straight_through", "return square - square.detach() +", "return square.detach() - square.detach() +", BOTH, {}, LOSS, "(k2 is meant)"),
    Slip(ESTIMATORS, "reward_penalty", "return logprob - ref_logprob", "return ref_logprob - logprob", BOTH, {}, "reward=∇KL(π‖π_ref)", "(sign)"),
    Slip(ESTIMATORS, "weighted", WEIGHTED, "return ratio.detach() * (", THREE, {}, LOSS, "(detached too much)", "old"),
    Slip(ESTIMATORS, "weighted", WEIGHTED, "return (", THREE, {}, VALUE, "(importance weight lost)", "old"),
    Slip(ESTIMATORS, "weighted", "logprob - old_logprob", "old_logprob - logprob", THREE, {}, VALUE, "(ratio inverted)", "old"),
    Slip(ESTIMATORS, "weighted", "def weighted", "def weighted", THREE, {}, VALUE, "(wrong sampler)", "policy"),
    loss("policy_gradient", "-logprobs * advantages", "logprobs * advantages", GRADIENT, "(sign)"),
    loss("policy_gradient", "-logprobs * advantages", "-logprobs.detach() * advantages", GRADIENT, "(detached too much)"),
    loss("policy_gradient", "return masked_mean(values, mask)\n", "return masked_mean(values, mask, -1).mean()\n", "gathers=token-mean", "it is the mean over sequences of the mean over their tokens"),
    loss("policy_gradient", "return masked_mean(values, mask)\n", "return masked_mean(values, mask, 0).mean()\n", "gathers=token-mean", "it is no way that has a name here"),
    loss("policy_gradient", "(mask.sum(axis) + 1e-8)", "mask.numel()", "gathers=token-mean", "it is the sum over tokens divided by a fixed length"),
    loss("policy_gradient", "(values * mask).sum(axis)", "values.sum(axis)", "gathers=token-mean", "where the mask is 0"),
    loss("policy_gradient", "return (values * mask).sum(axis) / (mask.sum(axis) + 1e-8)", "return (values * mask).mean()", "gathers=token-mean", "it is the sum over tokens divided by a fixed length"),
    loss("ppo", "torch.maximum(unclipped", "torch.minimum(unclipped", "is=PPO(0.2, 0.2)", "(min for max)"),
    loss("ppo", "logprobs - old_logprobs)\n    unclipped", "old_logprobs - logprobs)\n    unclipped", "is=PPO(0.2, 0.2)", "(ratio inverted)"),
    loss("ppo", "torch.exp(logprobs -", "torch.exp(logprobs.detach() -", "is=PPO(0.2, 0.2)", "(detached too much)"),
    loss("ppo", "1.0 - low", "low", "is=PPO(0.2, 0.2)", "(parameter exchanged for 1 less it)"),
    loss("ppo", "1.0 + high", "1.0 + 2 * high", "is=PPO(0.2, 0.2)", "(factor ½)"),
    loss("ppo", "torch.maximum(unclipped, clipped)", "-torch.maximum(unclipped, clipped)", "is=PPO(0.2, 0.2)", "(sign)"),
    loss("grpo", "d = ref_logprobs - logprobs", "d = logprobs - ref_logprobs", "is=GRPO(0.2, 0.2, β)", "(ratio inverted)", **GRPO),
    loss("grpo", "loss + config.beta", "loss - config.beta", "is=GRPO(0.2, 0.2, β)", "(sign of a parameter)", **GRPO),
    loss("grpo", "loss = -torch.min", "loss = torch.min", "is=GRPO(0.2, 0.2, β)", "(sign of a term)", **GRPO),
    preference("sigmoid", "-F.logsigmoid(beta * logits)\n", "F.logsigmoid(beta * logits)\n", "is=DPO(0.1)", "(sign)"),
    preference("sigmoid", "(policy_chosen - policy_rejected)", "(policy_rejected - policy_chosen)", "is=DPO(0.1)", "(chosen and rejected exchanged)"),
    preference("sigmoid", "- (reference_chosen", "+ (reference_chosen", "is=DPO(0.1)", "(chosen and rejected exchanged)"),
    preference("sigmoid", "-F.logsigmoid(beta * logits)\n", "-F.logsigmoid(logits / beta)\n", "is=DPO(0.1)", "(parameter inverted)"),
    preference("sigmoid", "= (policy_chosen -", "= (policy_chosen.detach() -", "is=DPO(0.1)", "(detached too much)"),
    preference("sigmoid", "losses.mean()", "losses.sum()", "gathers=mean", "it is the sum over samples"),
    preference("conservative", "- F.logsigmoid(-beta * logits) * eps", "+ F.logsigmoid(-beta * logits) * eps", "is=cDPO(0.1, 0.2)", "(sign of a term)"),
    preference("conservative", "(1 - eps) - F.logsigmoid(-beta * logits) * eps", "eps - F.logsigmoid(-beta * logits) * (1 - eps)", "is=cDPO(0.1, 0.2)", "(parameter exchanged for 1 less it)"),
    preference("robust", "(-F.logsigmoid(beta * logits) * (1 - eps) +", "(F.logsigmoid(beta * logits) * (1 - eps) +", "is=robust DPO(0.1, 0.2)", "(sign of a term)"),
    preference("ipo", "1 / (2 * beta)", "1 / beta", "is=IPO(0.1)", "(factor ½)"),
    preference("ipo", "1 / (2 * beta)", "beta / 2", "is=IPO(0.1)", "(parameter inverted)"),
    preference("hinge", "1 - beta * logits", "1 + beta * logits", "is=hinge(0.1)", "(chosen and rejected exchanged)|(sign of a parameter)"),
    preference("exponential", "torch.exp(-beta * logits)", "torch.exp(beta * logits)", "is=exponential(0.1)", "(sign of a parameter)"),
    preference("sppo", "(won - 0.5 / beta)", "(won - 1 / beta)", "is=SPPO(0.1)", "not as expected"),
    Slip(PREFERENCES, "reference_free", "- gamma", "+ gamma", FREE, {}, "is=SimPO(2, 1)", "(sign of a parameter)"),
    Slip(PREFERENCES, "odds_ratio", "return -F", "return F", FREE, {}, "is=ORPO", "(sign)"),
)  # fmt: skip
