"""What is audited: public libraries that train with feedback, each in a fixed version, their functions, and in which
configurations.

What an argument is taken for is said here by hand. Numbers are the library's defaults where it has them, else examples:
β = 0.1, ε = 0.2. They stand in the table that the site shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from tests.libraries.standing_in import Count, Fields, Instance, Log, Processes, Training, gives

KINDS = ("KL", "policy", "advantage", "preference")
ON, OFF, BOTH = ("policy",), ("old",), ("policy", "old")


@dataclass(frozen=True)
class Library:
    """A library as the package registry has it."""

    name: str
    version: str


@dataclass(frozen=True)
class Configuration:
    """One function in one configuration.

    ``file``: from the root of the package. ``said``: the configuration, as it is shown. ``bind``, ``set``, ``samplers``
    and ``output``: as of ``symkl.audit``.
    """

    library: Library
    kind: str
    file: str
    function: str
    said: str
    bind: Mapping[str, str]
    set: Mapping[str, Any]
    samplers: tuple[str, ...] = ON
    output: str = ""


@dataclass(frozen=True)
class _Of:
    """A function of a library, from which configurations are made."""

    library: Library
    kind: str
    file: str
    function: str
    bind: Mapping[str, str]

    def with_(
        self, samplers: tuple[str, ...] = ON, output: str = "", about: str = "",
        hidden: Mapping[str, Any] | None = None, bind: Mapping[str, str] | None = None, **over: Sequence[Any],
    ) -> Iterator[Configuration]:  # fmt: skip
        """A configuration for each choice of ``over`` (``self__x`` for ``self.x``); ``hidden`` is not shown."""
        names = [name.replace("__", ".") for name in over]
        for chosen in product(*over.values()):
            choice = dict(zip(names, chosen, strict=True))
            told = [f"{name.removeprefix('self.')}={value!r}" for name, value in choice.items()]
            yield Configuration(
                self.library, self.kind, self.file, self.function, ", ".join([*told, *([about] if about else [])]),
                {**self.bind, **(bind or {})}, {**(hidden or {}), **choice}, samplers, output,
            )  # fmt: skip


PAIR = {
    "policy_chosen_logps": "policy.chosen", "policy_rejected_logps": "policy.rejected",
    "reference_chosen_logps": "reference.chosen", "reference_rejected_logps": "reference.rejected",
}  # fmt: skip
TRL_PAIR = {
    "chosen_logps": "policy.chosen", "rejected_logps": "policy.rejected",
    "ref_chosen_logps": "reference.chosen", "ref_rejected_logps": "reference.rejected",
}  # fmt: skip
ONE_SIDED = {"policy_chosen_logps": "policy.chosen", "policy_rejected_logps": "policy.rejected"}


# --- TRL ----------------------------------------------------------------------------------------


def _trl() -> Iterator[Configuration]:
    newest, before, pairs = Library("trl", "1.16.0"), Library("trl", "0.29.1"), Library("trl", "0.19.1")
    for library, rest in ((newest, (None,)), (before, ())):
        yield from _grpo(library, rest)
    yield from _Of(
        newest, "policy", "trl/trainer/rloo_trainer.py", "RLOOTrainer._compute_loss",
        {**_INPUTS, "inputs.old_logps": "old:B", "inputs.advantages": "advantage:B"},
    ).with_(OFF, about="ε=0.2", hidden=_trainer(gives(None)))  # fmt: skip

    dpo = _Of(pairs, "preference", "trl/trainer/dpo_trainer.py", "DPOTrainer.dpo_loss", TRL_PAIR)
    plain = {"self.accelerator": Processes(), "self.reference_free": False, "self.f_divergence_type": "reverse_kl",
             "self.args": Fields(discopop_tau=0.05)}  # fmt: skip
    for loss, smoothing in (
        ("sigmoid", 0.0), ("sigmoid", 0.1), ("robust", 0.1), ("exo_pair", 0.1), ("hinge", 0.0), ("ipo", 0.0),
        ("sppo_hard", 0.0), ("nca_pair", 0.0), ("apo_zero", 0.0), ("apo_down", 0.0), ("discopop", 0.0), ("aot", 0.0),
        ("aot_pair", 0.0),
    ):  # fmt: skip
        yield from dpo.with_(hidden=plain, self__loss_type=[loss], self__beta=[0.1], self__label_smoothing=[smoothing])
    yield from dpo.with_(
        hidden={**plain, "self.f_divergence_type": "js_divergence"}, about="f_divergence_type='js_divergence'",
        self__loss_type=["sigmoid"], self__beta=[0.1], self__label_smoothing=[0.0],
    )  # fmt: skip
    one_sided = {"self.accelerator": Processes()}
    cpo = _Of(newest, "preference", "trl/experimental/cpo/cpo_trainer.py", "CPOTrainer.cpo_loss", ONE_SIDED)
    yield from cpo.with_(
        hidden={**one_sided, "self.alpha": 0.0, "self.simpo_gamma": 0.5, "self.label_smoothing": 0.0},
        self__loss_type=["sigmoid", "simpo", "hinge", "ipo"], self__beta=[0.1],
    )  # fmt: skip
    orpo = _Of(newest, "preference", "trl/experimental/orpo/orpo_trainer.py", "ORPOTrainer.odds_ratio_loss", ONE_SIDED)
    yield from orpo.with_(hidden=one_sided, self__beta=[0.1])


_INPUTS = {
    "model": "policy", "inputs.completion_mask": "mask", "inputs.prompt_mask": "mask", "inputs.prompt_ids": "labels",
    "inputs.completion_ids": "labels",
}  # fmt: skip


def _trainer(given: Any) -> dict[str, Any]:
    """What a trainer of TRL has beside its loss."""
    return {
        "self._get_per_token_logps_and_entropies": given, "self.epsilon_low": 0.2, "self.epsilon_high": 0.2,
        "self.aux_loss_enabled": False, "self._metrics": Log(), "self.accelerator": Processes(),
        "self.model": Training(), "self.current_gradient_accumulation_steps": 1,
    }  # fmt: skip


def _grpo(library: Library, rest: tuple[Any, ...]) -> Iterator[Configuration]:
    of = _Of(
        library, "policy", "trl/trainer/grpo_trainer.py", "GRPOTrainer._compute_loss",
        {**_INPUTS, "inputs.old_per_token_logps": "old", "inputs.advantages": "advantage:B",
         "inputs.ref_per_token_logps": "reference"},
    )  # fmt: skip
    options: dict[str, Any] = {
        "use_bias_correction_kl": False, "delta": None, "sapo_temperature_pos": 1.0, "sapo_temperature_neg": 1.05,
        "steps_per_generation": 1,
    }  # fmt: skip
    hidden = {
        **_trainer(gives(*rest)), "self.top_entropy_quantile": 1.0, "self.off_policy_mask_threshold": None,
        "self.use_vllm": False, "self.max_completion_length": 5, "self._entropy_bonus_enabled": False,
        "self.args": Fields(**options), "inputs.num_items_in_batch": Count(7.0),
    }  # fmt: skip
    level = "self__importance_sampling_level"
    for loss, beta in (("grpo", 0.0), ("grpo", 0.1), ("bnpo", 0.1), ("dr_grpo", 0.1), ("dapo", 0.1), ("sapo", 0.0)):
        yield from of.with_(OFF, hidden=hidden, self__loss_type=[loss], self__beta=[beta], **{level: ["token"]})
    yield from of.with_(
        OFF, hidden={**hidden, "self.epsilon_high": 5.0}, about="epsilon_high=5.0",
        self__loss_type=["cispo"], self__beta=[0.0], **{level: ["token"]},
    )  # fmt: skip
    yield from of.with_(
        OFF, hidden={**hidden, "self.args": Fields(**{**options, "use_bias_correction_kl": True})},
        about="use_bias_correction_kl=True", self__loss_type=["dapo"], self__beta=[0.1], **{level: ["token"]},
    )  # fmt: skip
    for loss, beta in (("grpo", 0.0), ("luspo", 0.0), ("luspo", 0.1)):
        yield from of.with_(OFF, hidden=hidden, self__loss_type=[loss], self__beta=[beta], **{level: ["sequence"]})


# --- verl ---------------------------------------------------------------------------------------

_CORE = "verl/trainer/ppo/core_algos.py"


def _verl() -> Iterator[Configuration]:
    newest, before = Library("verl", "0.9.1"), Library("verl", "0.7.1")
    logs = {"logprob": "policy", "ref_logprob": "reference"}
    kinds = ["k1", "abs", "k2", "k3", "k1+", "k3+"]
    yield from _Of(newest, "KL", _CORE, "kl_penalty", logs).with_(kl_penalty=kinds)
    yield from _Of(before, "KL", _CORE, "kl_penalty", logs).with_(kl_penalty=["k3", "k1+", "k3+"])

    inputs = {"old_log_prob": "old", "log_prob": "policy", "advantages": "advantage", "response_mask": "mask"}
    for loss, modes in (
        ("vanilla", ("token-mean", "seq-mean-token-sum", "seq-mean-token-mean", "seq-mean-token-sum-norm")),
        ("gspo", ("seq-mean-token-mean",)), ("cispo", ("token-mean",)), ("sapo", ("seq-mean-token-mean",)),
        ("gpg", ("token-mean",)), ("dro", ("token-mean",)), ("geo_mean", ("token-mean",)),
        ("dppo_tv", ("token-mean",)), ("dppo_kl", ("token-mean",)),
    ):  # fmt: skip
        config = Instance("ActorConfig", {
            "clip_ratio": 0.2, "clip_ratio_low": 0.2, "clip_ratio_high": 0.2, "clip_ratio_c": 3.0,
            "global_batch_info": {}, "tau_pos": 1.0, "tau_neg": 1.05, "policy_loss": Fields(dro_beta=0.1),
        })  # fmt: skip
        of = _Of(newest, "policy", _CORE, f"compute_policy_loss_{loss}", inputs)
        yield from of.with_(OFF, hidden={"config": config}, loss_agg_mode=modes, about="ε=0.2")
    rewards = {"token_level_rewards": "reward", "response_mask": "mask"}
    groups = {"index": [0, 0, 1, 1]}
    of = _Of(newest, "advantage", _CORE, "compute_grpo_outcome_advantage", rewards)
    yield from of.with_(hidden=groups, norm_adv_by_std_in_grpo=[True, False])
    yield from _Of(newest, "advantage", _CORE, "compute_rloo_outcome_advantage", rewards).with_(hidden=groups)


# --- OpenRLHF -----------------------------------------------------------------------------------


def _openrlhf() -> Iterator[Configuration]:
    newest, before = Library("openrlhf", "0.11.2"), Library("openrlhf", "0.9.0")
    logs = {"log_probs": "policy", "log_probs_base": "reference"}
    file = "openrlhf/models/utils.py"
    yield from _Of(newest, "KL", file, "compute_approx_kl", logs).with_(kl_estimator=["k1", "k2", "k3"])
    yield from _Of(newest, "KL", file, "compute_approx_kl", {**logs, "log_probs_old": "old"}).with_(
        OFF, kl_estimator=["k1", "k3"], unbiased_gradient=[True]
    )
    yield from _Of(before, "KL", file, "compute_approx_kl", logs).with_(kl_estimator=["k1", "k2", "k3"])
    ppo = _Of(
        newest, "policy", "openrlhf/models/loss.py", "PolicyLoss.forward",
        {"log_probs": "policy", "old_log_probs": "old", "advantages": "advantage", "action_mask": "mask"},
    )  # fmt: skip
    clip = {"self.clip_eps_low": 0.2, "self.clip_eps_high": 0.2, "self.is_correction_level": "off"}
    yield from ppo.with_(
        OFF, hidden=clip, about="ε=0.2", self__policy_loss_type=["ppo"], self__dual_clip=[None, 3.0],
        self__token_level_loss=[True],
    )  # fmt: skip
    yield from ppo.with_(
        OFF, hidden=clip, about="ε=0.2", self__policy_loss_type=["ppo", "gspo"], self__dual_clip=[None],
        self__token_level_loss=[False],
    )  # fmt: skip
    dpo = _Of(newest, "preference", "openrlhf/models/loss.py", "DPOLoss.forward", PAIR)
    yield from dpo.with_(self__beta=[0.1], self__label_smoothing=[0.0, 0.1], self__ipo=[False])
    yield from dpo.with_(self__beta=[0.1], self__label_smoothing=[0.0], self__ipo=[True])


# --- others -------------------------------------------------------------------------------------


def _torchtune() -> Iterator[Configuration]:
    library = Library("torchtune", "0.6.1")
    dpo = "torchtune/rlhf/loss/dpo.py"
    yield from _Of(library, "preference", dpo, "DPOLoss.forward", PAIR).with_(
        self__beta=[0.1], self__label_smoothing=[0.0, 0.1]
    )
    yield from _Of(library, "preference", dpo, "RSOLoss.forward", PAIR).with_(self__gamma=[0.1])
    yield from _Of(
        library, "policy", "torchtune/rlhf/loss/ppo.py", "PPOLoss.forward",
        {"pi_old_logprobs": "old", "pi_logprobs": "policy", "advantages": "advantage", "phi_old_values": "value",
         "phi_values": "value", "returns": "returns", "padding_masks": "mask:bool"},
    ).with_(OFF, hidden={"self.value_clip_range": 0.2}, self__epsilon=[0.1], self__value_coeff=[0.0])  # fmt: skip
    yield from _Of(
        library, "KL", "torchtune/rlhf/rewards.py", "get_rewards_ppo",
        {"scores": "reward:B", "logprobs": "policy", "ref_logprobs": "reference"},
    ).with_(output="1", kl_coeff=[0.1], about="its second result, the KL")  # fmt: skip
    yield from _Of(
        library, "advantage", "torchtune/rlhf/rewards.py", "estimate_advantages",
        {"values": "value", "rewards": "reward"},
    ).with_(gamma=[1.0], lmbda=[0.95])  # fmt: skip


def _skyrl() -> Iterator[Configuration]:
    newest, before = Library("skyrl", "0.4.0"), Library("skyrl-train", "0.3.1")
    files = {newest: "skyrl/backends/skyrl_train/utils/ppo_utils.py", before: "skyrl_train/utils/ppo_utils.py"}
    logs = {"log_probs": "policy", "log_probs_base": "reference"}
    for library, file in files.items():
        kl = _Of(library, "KL", file, "compute_approx_kl", logs)
        yield from kl.with_(kl_estimator_type=["k1", "abs", "k2", "k3"])
    inputs = {"log_probs": "policy", "old_log_probs": "old", "advantages": "advantage", "loss_mask": "mask"}
    correction = Fields(
        tis_ratio_type=None, sequence_mask_metric=None, outlier_token_is_threshold_low=None,
        outlier_token_is_threshold_high=None, token_mask_is_threshold_low=None, token_mask_is_threshold_high=None,
    )  # fmt: skip
    config = {
        "config.eps_clip_low": 0.2, "config.eps_clip_high": 0.2, "config.clip_ratio_c": 3.0, "config.use_tis": False,
        "config.max_seq_len": 5, "config.off_policy_correction": correction,
        "config.cispo": Fields(cispo_eps_clip_low=0.2, cispo_eps_clip_high=0.2, cispo_anchor="old"),
        "config.sapo": Fields(tau_pos=1.0, tau_neg=1.05),
    }  # fmt: skip
    for library, file in files.items():
        ppo = _Of(library, "policy", file, "ppo_policy_loss", inputs)
        reductions = ["token_mean", "sequence_mean"] if library is before else ["token_mean"]
        for kind in ("regular", "dual_clip"):
            yield from ppo.with_(
                OFF, hidden={**config, "config.policy_loss_type": kind}, about=f"policy_loss_type={kind!r}, ε=0.2",
                config__loss_reduction=reductions,
            )  # fmt: skip
        for loss in ("gspo_policy_loss", "compute_policy_loss_cispo", "sapo_policy_loss"):
            of = _Of(library, "policy", file, loss, inputs)
            yield from of.with_(OFF, hidden=config, about="ε=0.2", config__loss_reduction=["sequence_mean"])


def _areal() -> Iterator[Configuration]:
    library = Library("areal", "1.0.4")
    kl = _Of(
        library, "KL", "areal/utils/data.py", "KLEstimator._compute_approx_kl",
        {"log_probs": "policy", "log_probs_base": "reference"},
    )  # fmt: skip
    yield from kl.with_(kl_estimator=["k1", "k2", "k3"], apply_clamp=[True])
    yield from kl.with_(kl_estimator=["k3"], apply_clamp=[False])
    file = "areal/utils/functional/functional.py"
    ppo = _Of(
        library, "policy", file, "ppo_actor_loss_fn",
        {"logprobs": "policy", "proximal_logprobs": "old", "old_logprobs": "old", "advantages": "advantage",
         "loss_mask": "mask:bool"},
    )  # fmt: skip
    yield from ppo.with_(OFF, eps_clip=[0.2], c_clip=[None, 3.0], importance_sampling_level=["token"])
    yield from ppo.with_(OFF, eps_clip=[0.2], importance_sampling_level=["sequence"])
    pairs = _Of(
        library, "preference", file, "dpo_preference_loss",
        {"logits": "policy.chosen - policy.rejected - reference.chosen + reference.rejected"},
    )  # fmt: skip
    yield from pairs.with_(beta=[0.1], loss_type=["sigmoid", "ipo"])


def _nemo() -> Iterator[Configuration]:
    library, file = Library("nemo-aligner", "0.7.0"), "nemo_aligner/utils/ppo_utils.py"
    logs = {"log_probs_a": "policy", "log_probs_b": "reference"}
    yield from _Of(library, "KL", file, "calculate_kl_penalty", logs).with_(use_absolute_kl=[True, False])
    yield from _Of(
        library, "advantage", file, "calculate_advantages_and_returns", {"values": "value", "rewards": "reward"},
    ).with_(discount_factor=[1.0], gae_lambda=[0.95])  # fmt: skip
    yield from _Of(
        Library("nemo-rl", "0.0.0"), "KL", "nemo_rl/algorithms/utils.py", "calculate_kl",
        {"logprobs": "policy", "logprobs_reference": "reference"},
    ).with_(kl_type=["k1", "k2", "k3"])  # fmt: skip


def _llamafactory() -> Iterator[Configuration]:
    library, file = Library("llamafactory", "0.9.5"), "llamafactory/train/dpo/trainer.py"
    pair = {"chosen_logps": "policy.chosen", "rejected_logps": "policy.rejected"}
    yield from _Of(library, "preference", file, "CustomDPOTrainer.odds_ratio_loss", pair).with_(self__beta=[0.1])
    yield from _Of(library, "preference", file, "CustomDPOTrainer.simpo_loss", pair).with_(
        self__beta=[2.0], self__simpo_gamma=[0.5]
    )


def _swift() -> Iterator[Configuration]:
    library, file = Library("ms-swift", "4.6.0"), "swift/rl_core/advantage.py"
    logs = {"teacher_per_token_logps": "reference", "policy_per_token_logps": "policy", "completion_mask": "mask"}
    for name in ("compute_teacher_kl_per_token", "compute_teacher_logratio"):
        yield from _Of(library, "KL", file, name, logs).with_()


def _oat() -> Iterator[Configuration]:
    library, file = Library("oat-llm", "0.2.4"), "oat/learners/loss.py"
    every = {"loss_masks": 1.0}
    yield from _Of(library, "preference", file, "DPOLoss.forward", PAIR).with_(
        hidden={**every, "token_masks": None, "self.len_reg_alpha": 0.0, "self.sft_weight": 0.0, "self.dap_algo": "DPO"},
        self__beta=[0.1], self__label_smoothing=[0.0], self__dpo_positive_lambda=[0.0, 5.0],
    )  # fmt: skip
    yield from _Of(library, "preference", file, "SimPOLoss.forward", ONE_SIDED).with_(
        hidden={**every, "self.label_smoothing": 0.0}, self__loss_type=["sigmoid", "hinge"], self__beta=[2.0],
        self__gamma_beta_ratio=[0.25],
    )  # fmt: skip


def configurations() -> tuple[Configuration, ...]:
    """All of them, library by library."""
    makers = (_trl, _verl, _openrlhf, _torchtune, _skyrl, _areal, _nemo, _llamafactory, _swift, _oat)
    return tuple(each for maker in makers for each in maker())
