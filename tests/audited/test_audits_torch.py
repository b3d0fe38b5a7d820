"""What an audit says of functions as people write them. Needs torch."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

import symkl
from symkl import cli
from symkl.auditing.claims import Use
from symkl.auditing.report import Audit
from symkl.checking.report import Overall, Status
from tests.audited.functions import ESTIMATORS, LOSSES, PREFERENCES, SEQUENCES

BOTH = {"logprob": "policy", "ref_logprob": "reference"}
THREE = {**BOTH, "old_logprob": "old"}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("audited")
    (folder / "estimators.py").write_text(ESTIMATORS)
    (folder / "losses.py").write_text(LOSSES)
    (folder / "preferences.py").write_text(PREFERENCES)
    (folder / "sequences.py").write_text(SEQUENCES)
    return folder


def found(of: Audit, use: Use, sampler: str = "policy") -> tuple[str, str]:
    """What is found of a use: its status and of what."""
    (claim,) = [c for c in of.claims if c.use is use and c.sampler == sampler and not c.expected]
    return claim.line.status.value, claim.of


@pytest.mark.parametrize(
    ("kind", "value", "loss"),
    [
        ("k1", "KL(π‖π_ref)", "0"),
        ("k2", "E_{y∼π}[1/2 (log π(y) − log π_ref(y))^2]", "∇KL(π‖π_ref)"),
        ("k3", "KL(π‖π_ref)", "∇KL(π_ref‖π)"),
        ("low_var_kl", "KL(π‖π_ref)", "∇KL(π_ref‖π)"),
    ],
)
def test_the_estimators_of_kl(files: Path, kind: str, value: str, loss: str) -> None:
    """What each is known to estimate: k1 and k3 the value, k2 the gradient."""
    answer = symkl.audit(f"{files}/estimators.py:kl_penalty", bind=BOTH, set={"kind": kind})
    assert found(answer, Use.VALUE) == ("proved", value)
    assert found(answer, Use.LOSS) == ("proved", loss)


def test_an_output_clamp_stops_the_gradient_and_where(files: Path) -> None:
    answer = symkl.audit(f"{files}/estimators.py:kl_penalty", bind=BOTH, set={"kind": "low_var_kl"})
    assert "no gradient beyond π_ref/π = 13.61" in answer.limits  # exp(u) − u − 1 = 10 at u = 2.6108
    estimates = [claim for claim in answer.claims if claim.use is not Use.NAME]
    assert all(claim.inside_only and claim.beyond is not None for claim in estimates)


def test_an_absolute_value_is_none_of_them_and_no_branch_of_it_is_taken_for_the_whole(files: Path) -> None:
    answer = symkl.audit(f"{files}/estimators.py:kl_penalty", bind=BOTH, set={"kind": "abs"}, expect={"value": "KL(π‖π_ref)"})
    (claim,) = [claim for claim in answer.claims if claim.expected]
    assert claim.line.status is Status.REFUTED
    assert found(answer, Use.LOSS)[0] == "unknown"


def test_what_is_expected_is_refuted_with_a_counterexample_and_mended(files: Path) -> None:
    answer = symkl.audit(f"{files}/estimators.py:kl_penalty", bind=BOTH, set={"kind": "k3"}, expect=["loss=∇KL(π‖π_ref)"])
    (claim,) = [claim for claim in answer.claims if claim.expected]
    assert claim.line.status is Status.REFUTED
    assert claim.line.counterexample is not None
    assert claim.line.suggestions[0].edit == "multiply it by exp(logprob - logprob.detach())"
    assert answer.verdict is Overall.REFUTED


def test_what_is_suggested_speaks_of_the_arguments_by_their_own_names() -> None:
    def loss(mine: Any, theirs: Any) -> Any:
        return mine - theirs

    answer = symkl.audit(loss, bind={"mine": "policy", "theirs": "reference"}, expect=["loss=∇KL(π‖π_ref)"])
    edits = [each.edit for claim in answer.claims if claim.expected for each in claim.line.suggestions]
    assert edits[0] == "multiply it by exp(mine - mine.detach())"


@pytest.mark.parametrize(
    ("function", "bind", "sampler", "expect"),
    [
        ("straight_through", BOTH, "policy", {"value": "KL(π‖π_ref)", "loss": "∇KL(π‖π_ref)"}),
        ("weighted", THREE, "old", {"value": "KL(π‖π_ref)", "loss": "∇KL(π‖π_ref)"}),
        ("reward_penalty", BOTH, "policy", {"value": "KL(π‖π_ref)", "reward": "∇KL(π‖π_ref)", "loss": "0"}),
        ("score_function", BOTH, "policy", {"loss": "∇KL(π‖π_ref)"}),
    ],
)
def test_estimators_that_are_what_is_expected(
    files: Path, function: str, bind: dict[str, str], sampler: str, expect: dict[str, str]
) -> None:
    answer = symkl.audit(f"{files}/estimators.py:{function}", bind=bind, samplers=(sampler,), expect=expect)
    assert answer.verdict is Overall.PROVED
    assert sum(claim.expected for claim in answer.claims) == len(expect)


POLICY = {"logprobs": "policy", "old_logprobs": "old", "advantages": "advantage", "mask": "mask"}


@pytest.mark.parametrize(
    ("mode", "gathered"),
    [
        ("token-mean", "the mean over all tokens"),
        ("sequence-mean", "the mean over sequences of the mean over their tokens"),
        ("sequence-sum", "the mean over sequences of the sum over their tokens"),
        ("fixed-length", "the sum over tokens divided by a fixed length"),
    ],
)
def test_how_tokens_are_gathered_is_named(files: Path, mode: str, gathered: str) -> None:
    answer = symkl.audit(
        f"{files}/losses.py:policy_gradient", bind={k: v for k, v in POLICY.items() if "old" not in k}, set={"mode": mode},
        expect={"loss": "-∇E_π[A]"},
    )
    assert (answer.gathered, answer.verdict) == (gathered, Overall.PROVED)


def test_the_clipped_objective_is_a_policy_gradient_inside_the_clip(files: Path) -> None:
    answer = symkl.audit(f"{files}/losses.py:ppo", bind=POLICY, samplers=("old",), expect={"loss": "-∇E_π[A]"})
    (claim,) = [claim for claim in answer.claims if claim.expected]
    assert (claim.line.status, claim.inside_only) == (Status.PROVED, True)
    assert claim.beyond is not None
    assert claim.beyond.points[0].left != claim.beyond.points[0].right
    assert set(answer.limits) == {"no gradient beyond π/π_old = 1.2, where A > 0", "no gradient below π/π_old = 0.8, where A < 0"}


def test_a_penalty_on_samples_of_the_old_policy_follows_no_divergence(files: Path) -> None:
    """GRPO's k3 term under π_old: E_old[∇k3] has the weight 1 − π_ref/π, which no KL of π and π_ref has."""
    answer = symkl.audit(
        f"{files}/losses.py:grpo",
        bind={"logprobs": "policy", "ref_logprobs": "reference", "old_logprobs": "old", "advantages": "advantage:B", "mask": "mask", "config.beta": "scalar"},
        set={"config.eps": 0.2, "config.mode": "token-mean"}, samplers=("old",),
        expect={"loss": "-∇E_π[A] + β∇KL(π‖π_ref)"},
    )
    status, of = found(answer, Use.LOSS, "old")
    assert status == "proved"
    assert "∇E_{y∼π_old}[π_ref(y)/π(y)]" in of
    assert answer.verdict is Overall.REFUTED


def test_a_method_is_audited_with_a_stub_for_its_object(files: Path) -> None:
    answer = symkl.audit(f"{files}/losses.py:Trainer.loss", bind=POLICY, set={"self.limit": 2.0}, samplers=("old",))
    assert found(answer, Use.LOSS, "old") == ("proved", "−∇E_{y∼π}[A(y)]")
    assert answer.limits == ("no gradient beyond π/π_old = 2, where A < 0",)


# --- sequences and groups -----------------------------------------------------------------------

SEQUENCE = {"logp": "policy", "old": "old", "adv": "advantage:B", "mask": "mask"}


def test_a_ratio_of_means_over_tokens_is_gspo_and_no_ratio_of_probabilities(files: Path) -> None:
    answer = symkl.audit(f"{files}/sequences.py:gspo", bind=SEQUENCE, samplers=("old",), expect=["is=GSPO(0.2, 0.2)"])
    assert (answer.verdict, answer.unit, answer.gathered) == (Overall.PROVED, "sequence", "the mean over sequences")
    assert {claim.use for claim in answer.claims} == {Use.NAME}


def test_a_ratio_of_whole_sequences_is_judged_over_sequences(files: Path) -> None:
    answer = symkl.audit(f"{files}/sequences.py:whole_sequences", bind=SEQUENCE, samplers=("old",), expect=["loss=-∇E_π[A]"])
    assert (answer.verdict, answer.unit) == (Overall.PROVED, "sequence")


def test_a_sequence_whose_tokens_are_clipped_one_by_one_is_no_function_of_their_sum(tmp_path: Path) -> None:
    """Where log-ratios are small it looks like one: it is held against every point."""
    file = tmp_path / "clipped.py"
    file.write_text("""
import torch

def f(logp, old, adv, mask):
    kept = torch.clamp(logp - old, -1, 1)
    return -(torch.exp((kept * mask).sum(-1)) * adv).mean()
""")
    assert symkl.audit(f"{file}:f", bind=SEQUENCE, samplers=("old",)).computes is None


def test_one_ratio_for_a_whole_batch_is_said_to_mix_sequences(files: Path) -> None:
    answer = symkl.audit(f"{files}/sequences.py:one_ratio_for_all", bind=SEQUENCE, samplers=("old",))
    assert answer.mixes == "other sequences"
    assert not answer.claims


@pytest.mark.parametrize(
    ("function", "words"), [("leave_one_out", "free of that reward"), ("group_mean", "moves with that reward itself, here by 0.5 of it")]
)
def test_a_baseline_is_held_against_its_own_sample(files: Path, function: str, words: str) -> None:
    """Of two, leave-one-out takes off the other's reward; the mean of the group takes off half of one's own."""
    answer = symkl.audit(f"{files}/sequences.py:{function}", bind={"reward": "reward:B"})
    assert any(words in note for note in answer.notes)


def test_clipped_weights_that_are_detached_are_cispo(files: Path) -> None:
    bind = {"logprobs": "policy", "old_logprobs": "old", "advantages": "advantage", "mask": "mask"}
    answer = symkl.audit(f"{files}/sequences.py:clipped_weights", bind=bind, samplers=("old",), expect=["is=CISPO(0.2, 0.2)"])
    assert answer.verdict is Overall.PROVED


def test_a_clamp_that_bounds_what_is_far_leaves_a_loss_its_name_and_is_said(tmp_path: Path) -> None:
    file = tmp_path / "bounded.py"
    file.write_text(LOSSES.replace("ratio = torch.exp(logprobs - old_logprobs)\n    unclipped", "ratio = torch.exp(torch.clamp(logprobs - old_logprobs, -20, 20))\n    unclipped"))
    answer = symkl.audit(f"{file}:ppo", bind=POLICY, samplers=("old",), expect=["is=PPO(0.2, 0.2)"])
    (claim,) = [claim for claim in answer.claims if claim.use is Use.NAME]
    assert (claim.line.status, claim.inside_only) == (Status.PROVED, True)
    assert "but for clamps at -20, 20, beyond which it is another" in claim.line.notes


# --- the command --------------------------------------------------------------------------------


def command(files: Path, *options: str, capsys: Any) -> tuple[int, str, str]:
    code = cli.main(["audit", f"{files}/estimators.py:kl_penalty", "--width", "90", *options])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_the_command_says_it_and_its_exit_code(files: Path, capsys: Any) -> None:
    bind = ("--bind", "logprob=policy", "ref_logprob=reference")
    code, out, _ = command(files, *bind, "--set", "kind=k3", "--expect", "value=KL(π‖π_ref)", capsys=capsys)
    assert code == 0
    trust = r"the formula is proved; that the function computes it was checked at \d\d points of \d+ shapes, values and gradients"
    assert re.search(trust, " ".join(out.split()))
    code, out, _ = command(files, *bind, "--set", "kind=k3", "--expect", "loss=∇KL(π‖π_ref)", capsys=capsys)
    assert (code, "✗ 0 of 1 expected proved." in out) == (1, True)


def test_a_configuration_that_does_not_run_is_said_with_its_line(files: Path, capsys: Any) -> None:
    code, out, _ = command(files, "--bind", "logprob=policy", "ref_logprob=reference", "--set", "kind=k3+", capsys=capsys)
    assert code == 1
    assert "it does not run with these arguments, traced or not: NotImplementedError: k3+" in " ".join(out.split())


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--bind", "logprob=policy"), "what ref_logprob of kl_penalty is, is not said. By the names, perhaps: --bind ref_logprob=reference"),
        (("--bind", "logprob=policy", "reff=reference"), "kl_penalty has no argument 'reff'; it has logprob, ref_logprob, kind"),
        (("--bind", "logprob=policy", "ref_logprob=reference", "--expect", "lose=0"), "an expectation is of one of value, loss, reward, is, gathers"),
        (("--bind", "logprob=policy", "ref_logprob=reference", "--expect", "loss=∇KL(π‖"), "cannot be read"),
        (("--bind", "logprob"), "write NAME=VALUE"),
    ],
)
def test_misuse_says_what_to_write(files: Path, options: tuple[str, ...], words: str, capsys: Any) -> None:
    code, _, err = command(files, *options, capsys=capsys)
    assert (code, words in err) == (2, True), err


def test_the_json_is_what_the_schema_says(files: Path, capsys: Any) -> None:
    bind = ("--bind", "logprob=policy", "ref_logprob=reference")
    _, out, _ = command(files, *bind, "--set", "kind=k2", "--format", "json", capsys=capsys)
    (answer,) = json.loads(out)
    assert answer["schema"] == "symkl-audit/1"
    assert answer["computes"]["text"] == "1/2 (log π(y) − log π_ref(y))^2"
    assert {claim["use"]: claim["row"]["status"] for claim in answer["claims"]} == dict.fromkeys(("is", "value", "loss", "reward"), "proved")
    assert answer["checked"]["points"] == 23 + answer["checked"]["shapes"] - 5  # 9 of 2 shapes, a tie of either; 1 of others


@pytest.mark.parametrize("kind", ["k1", "k2", "k3"])
def test_the_rows_are_read_and_proved_again_by_check(files: Path, kind: str) -> None:
    from symkl.auditing.rows import document

    answer = symkl.audit(f"{files}/estimators.py:kl_penalty", bind=BOTH, set={"kind": kind}, expect=["loss=∇KL(π‖π_ref)"])
    report = symkl.check_text(document(answer), "audit.md")
    assert [line.status for line in report.lines] == [claim.line.status for claim in answer.claims]


# --- comparisons --------------------------------------------------------------------------------

PAIRS = {
    "policy_chosen": "policy.chosen", "policy_rejected": "policy.rejected", "reference_chosen": "reference.chosen",
    "reference_rejected": "reference.rejected",
}  # fmt: skip


def compared(files: Path, kind: str) -> Audit:
    bind = {**PAIRS, "beta": "scalar", "eps": "scalar[0,0.5]"}
    return symkl.audit(f"{files}/preferences.py:preference_loss", bind=bind, set={"kind": kind})


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("sigmoid", "DPO with β = β"), ("conservative", "conservative DPO with β = β, ε = ε"),
        ("robust", "robust DPO with β = β, ε = ε"), ("hinge", "the hinge loss with β = β"), ("ipo", "IPO with β = β"),
        ("exponential", "the exponential loss with β = β"), ("sppo", "SPPO with β = β"), ("nca", "NCA with β = β"),
    ],
)  # fmt: skip
def test_losses_of_comparisons_have_their_names_for_every_temperature(files: Path, kind: str, name: str) -> None:
    (claim,) = [claim for claim in compared(files, kind).claims if claim.use is Use.NAME]
    assert (claim.line.status, claim.of) == (Status.PROVED, name)


KTO = """
import torch

def kto(pc, pr, rc, rr, z, beta=0.1, won=1.0, lost=1.0):
    chosen, rejected = pc - rc, pr - rr
    above = 1 - torch.sigmoid(beta * (chosen - z))
    below = 1 - torch.sigmoid(beta * (z - rejected))
    return torch.cat([won * above, lost * below]).mean()

def slipped(pc, pr, rc, rr, z, beta=0.1):
    chosen, rejected = pc - rc, pr - rr
    return torch.cat([1 - torch.sigmoid(beta * (chosen - z)), 1 - torch.sigmoid(beta * (rejected - z))]).mean()
"""


@pytest.mark.parametrize(
    ("function", "options", "name"),
    [
        ("kto", {}, "KTO with β = 1/10, z = z"),
        ("kto", {"won": 1.0, "lost": 1.5}, "KTO with weights with β = 1/10, z = z, λ_w = 1, λ_l = 3/2"),
        ("slipped", {}, ""),
    ],
)
def test_kto_of_pairs_has_its_name(function: str, options: Any, name: str, tmp_path: Path) -> None:
    answer = symkl.audit(f"{written(tmp_path, KTO)}:{function}", bind={**SIDES, "z": "scalar"}, set=options)
    found_here = [claim for claim in answer.claims if claim.use is Use.NAME]
    assert [(c.line.status, c.of) for c in found_here] == ([(Status.PROVED, name)] if name else [])


@pytest.mark.parametrize(
    ("kind", "use", "words"),
    [
        ("sigmoid", Use.MINIMISER, "least at m = d/β, where d is the difference of the rewards"),
        ("exponential", Use.MINIMISER, "least at m = 1/2 d/β, where d is the difference of the rewards"),
        ("robust", Use.NOISE, "of labels turned with probability ε, the mean is DPO's loss with β = β"),
    ],
)
def test_what_a_loss_leads_to_is_proved(files: Path, kind: str, use: Use, words: str) -> None:
    """σ(d) f'(m) = σ(−d) f'(−m) at the minimum over m of what Bradley and Terry's labels give."""
    (claim,) = [claim for claim in compared(files, kind).claims if claim.use is use]
    assert (claim.line.status, claim.of) == (Status.PROVED, words)


@pytest.mark.parametrize("kind", ["conservative", "hinge", "ipo"])
def test_a_loss_that_does_not_recover_rewards_is_not_said_to(files: Path, kind: str) -> None:
    answer = compared(files, kind)
    assert not [claim for claim in answer.claims if claim.use is Use.MINIMISER]
    assert any(note.startswith("it does not recover differences of rewards") for note in answer.notes)


def test_a_counterexample_keeps_to_the_range_of_a_scalar(files: Path) -> None:
    answer = symkl.audit(
        f"{files}/preferences.py:preference_loss", bind={**PAIRS, "beta": "scalar", "eps": "scalar[0,0.5]"}, set={"kind": "robust"},
        expect=["is=DPO"],
    )
    (claim,) = [claim for claim in answer.claims if claim.expected]
    assert claim.line.counterexample is not None
    (eps,) = [s.exact for s in claim.line.counterexample.settings if s.name == "ε"]
    assert 0 < Fraction(eps or 0) <= Fraction(1, 2)


def test_padding_that_leaks_in_is_a_fault_whatever_is_expected(tmp_path: Path) -> None:
    file = tmp_path / "leaky.py"
    file.write_text(LOSSES.replace("(values * mask).sum(axis)", "values.sum(axis)"))
    bind = {"logprobs": "policy", "advantages": "advantage", "mask": "mask"}
    answer = symkl.audit(f"{file}:policy_gradient", bind=bind)
    assert answer.verdict is Overall.REFUTED


@pytest.mark.parametrize(("beta", "verdict"), [(0.1, Overall.REFUTED), (0.0, Overall.INCOMPLETE)])
def test_padding_that_leaks_into_what_has_no_formula_is_a_fault_too(beta: float, verdict: Overall, tmp_path: Path) -> None:
    """One ratio a sequence, masked, and beside it a KL of each token, which is not."""
    file = tmp_path / "weighted.py"
    file.write_text("""
import torch

def loss(logp, ref, old, mask, beta):
    per_token = -torch.exp((((logp - old) * mask).sum(-1) / mask.sum(-1)).unsqueeze(-1))
    if beta:
        per_token = per_token + beta * (torch.exp(ref - logp) - (ref - logp) - 1)
    return (per_token * mask.sum(-1, keepdim=True)).mean()
""")
    bind = {"logp": "policy", "ref": "reference", "old": "old", "mask": "mask"}
    assert symkl.audit(f"{file}:loss", bind=bind, set={"beta": beta}, samplers=["old"]).verdict is verdict


@pytest.mark.parametrize("decorator", ["torch.no_grad()", "torch.inference_mode()"])
def test_a_decorator_that_stops_gradients_is_heeded(decorator: str, tmp_path: Path) -> None:
    file = tmp_path / "quiet.py"
    file.write_text(f"import torch\n\n@{decorator}\ndef k2(logp, ref):\n    return 0.5 * (logp - ref) ** 2\n")
    answer = symkl.audit(f"{file}:k2", bind={"logp": "policy", "ref": "reference"}, expect={"loss": "∇KL(π‖π_ref)"})
    assert answer.verdict is Overall.REFUTED


def test_a_choice_may_be_called_by_the_names_of_its_arguments(tmp_path: Path) -> None:
    file = tmp_path / "named.py"
    file.write_text(
        "import torch\n\ndef f(lp, adv):\n"
        "    return -torch.where(condition=adv > 0, input=torch.tensor(2.0), other=torch.tensor(1.0)) * adv * lp\n"
    )
    answer = symkl.audit(f"{file}:f", bind={"lp": "policy", "adv": "advantage"})
    assert answer.computes is not None


def test_a_comparison_that_is_used_twice_is_no_part_of_one_formula(tmp_path: Path) -> None:
    """A choice by a comparison is an expression, a mask that is made of it is not: the formula would be that of one sample."""
    file = tmp_path / "twice.py"
    file.write_text("""
import torch

def f(lp, adv):
    won = adv > 0
    return torch.where(won, lp, 2 * lp) * won.float()
""")
    answer = symkl.audit(f"{file}:f", bind={"lp": "policy", "adv": "advantage"})
    assert not [c for c in answer.claims if c.line.status is Status.PROVED and not c.inside_only]


def test_a_token_that_is_left_out_is_not_passed_over(tmp_path: Path) -> None:
    """Of the first token nothing is computed: no formula is that of every token."""
    file = tmp_path / "first.py"
    file.write_text("""
def f(lp, ref):
    out = lp - ref
    out[:, 0] = 0.0
    return out

def masked(lp, ref, m):
    return (lp - ref) * m
""")
    bind = {"lp": "policy", "ref": "reference"}
    assert symkl.audit(f"{file}:f", bind=bind).computes is None
    assert symkl.audit(f"{file}:masked", bind={**bind, "m": "mask"}).computes is not None


def test_a_token_that_a_comparison_leaves_out_makes_another_formula(tmp_path: Path) -> None:
    """A threshold on π − π_old, multiplied on: where no token passes it the formula is that without it, elsewhere not."""
    file = tmp_path / "threshold.py"
    file.write_text("""
import torch

def f(lp, old, adv, mask):
    gap = lp.exp() - old.exp()
    kept = torch.where(adv > 0, gap <= 0.2, gap >= -0.2).detach().float()
    return (-adv * torch.exp(lp - old).detach() * lp * kept * mask).sum() / mask.sum()
""")
    bind = {"lp": "policy", "old": "old", "adv": "advantage", "mask": "mask"}
    answer = symkl.audit(f"{file}:f", bind=bind, samplers=["old"])
    assert not [c for c in answer.claims if c.line.status is Status.PROVED and not c.inside_only]


def test_decisions_on_data_are_said(tmp_path: Path) -> None:
    file = tmp_path / "deciding.py"
    file.write_text("""
def f(lp, ref):
    if (lp - ref).mean().item() > 0:
        return lp - ref
    return 2 * (lp - ref)
""")
    answer = symkl.audit(f"{file}:f", bind={"lp": "policy", "ref": "reference"})
    assert "its decisions on data led to 2 formulas: what is said is of the first" in answer.notes
    assert all(claim.inside_only for claim in answer.claims if claim.use in (Use.VALUE, Use.LOSS, Use.REWARD))


# --- in people's hands --------------------------------------------------------------------------


def test_an_assertion_passes_or_shows_the_audit(files: Path) -> None:
    from symkl.auditing import assert_estimates

    at = f"{files}/estimators.py:kl_penalty"
    assert_estimates(at, value="KL(π‖π_ref)", loss="∇KL(π_ref‖π)", bind=BOTH, set={"kind": "k3"})
    with pytest.raises(AssertionError, match=r"not as expected[\s\S]*Did you mean: multiply it by exp"):
        assert_estimates(at, loss="∇KL(π‖π_ref)", bind=BOTH, set={"kind": "k3"})


def test_a_function_is_audited_as_it_is_in_a_notebook() -> None:
    def k1(logp: Any, ref: Any) -> Any:
        return logp - ref

    answer = symkl.audit(k1, bind={"logp": "policy", "ref": "reference"})
    assert found(answer, Use.VALUE) == ("proved", "KL(π‖π_ref)")
    assert answer.file.endswith("test_audits_torch.py")


PROJECT = """
[tool.symkl.audit.value]
function = "estimators.py:kl_penalty"
bind = { logprob = "policy", ref_logprob = "reference" }
set = { kind = "k3" }
expect = ["value=KL(π‖π_ref)"]

[tool.symkl.audit.gradient]
function = "estimators.py:kl_penalty"
bind = { logprob = "policy", ref_logprob = "reference" }
set = { kind = "k3" }
expect = "loss=∇KL(π‖π_ref)"
"""


def test_a_project_has_many_functions_audited(files: Path, capsys: Any) -> None:
    (files / "pyproject.toml").write_text(PROJECT)
    assert cli.main(["audit", "--config", f"{files}/pyproject.toml", "--format", "json"]) == 1
    assert [each["verdict"] for each in json.loads(capsys.readouterr().out)] == ["proved", "refuted"]


def test_a_table_that_is_wrong_is_said_and_the_others_are_audited(files: Path, capsys: Any) -> None:
    wrong = '[tool.symkl.audit.wrong]\nfunction = "estimators.py:kl_penalty"\nbind = { logprob = "policy" }\n'
    (files / "pyproject.toml").write_text(wrong + PROJECT)
    assert cli.main(["audit", "--config", f"{files}/pyproject.toml", "--format", "json"]) == 2
    out, err = capsys.readouterr()
    assert [each["verdict"] for each in json.loads(out)] == ["proved", "refuted"]
    assert "[tool.symkl.audit.wrong]: what ref_logprob of kl_penalty is, is not said" in err


def test_other_tools_are_told_at_the_line_of_the_function(files: Path, capsys: Any) -> None:
    options = ["audit", f"{files}/estimators.py:kl_penalty", "--bind", "logprob=policy", "ref_logprob=reference", "--set", "kind=k3"]
    cli.main([*options, "--expect", "loss=∇KL(π‖π_ref)", "--format", "github"])
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("::error file=")
    assert ",line=7,title=symkl audit::kl_penalty, as a loss: refuted" in first
    cli.main([*options, "--expect", "loss=∇KL(π‖π_ref)", "--format", "sarif"])
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    assert (run["results"][0]["level"], run["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"]) == ("error", 7)


# --- what stands for a model --------------------------------------------------------------------

TRAINERS = """
import torch

class Trainer:
    def compute_loss(self, model, inputs):
        logps = self.logps(model(**inputs), inputs)
        return self.args.beta * ((logps - inputs["ref"]) * inputs["mask"]).sum() / inputs["mask"].sum()

    def logps(self, outputs, inputs):
        return outputs.logps

    def frozen(self, model, inputs):
        with torch.no_grad():
            logps = model(**inputs).logps
        return logps - inputs["ref"]

    def twice(self, model, inputs):
        return model(inputs["w"]).logps - model(inputs["l"]).logps

    def several(self):
        logps, ref, _ = self.forward(self.model, 0)
        return logps - ref
"""
INPUTS = {"model().logps": "policy", "inputs.ref": "reference"}


@pytest.fixture
def trainers(tmp_path: Path) -> str:
    (tmp_path / "trainers.py").write_text(TRAINERS)
    return f"{tmp_path}/trainers.py:Trainer"


def test_what_a_model_gives_is_bound_like_an_argument(trainers: str) -> None:
    answer = symkl.audit(f"{trainers}.compute_loss", bind={**INPUTS, "inputs.mask": "mask"}, set={"self.args.beta": 0.5})
    assert answer.computes is not None and answer.computes.text == "1/2 log π(y) − 1/2 log π_ref(y)"
    assert "what model(...) gives is what was said of it, whatever it is given" in answer.notes


def test_what_a_model_gives_where_no_gradient_is_recorded_is_detached(trainers: str) -> None:
    answer = symkl.audit(f"{trainers}.frozen", bind=INPUTS, expect={"loss": "0"})
    assert answer.computes is not None and answer.computes.text.startswith("sg(")
    live = symkl.audit(f"{trainers}.compute_loss", bind={**INPUTS, "inputs.mask": "mask"}, set={"self.args.beta": 1})
    assert live.computes is not None and "sg(" not in live.computes.text


def test_a_model_that_is_called_twice_is_refused_for_nothing_says_which_result_is_which(trainers: str) -> None:
    answer = symkl.audit(f"{trainers}.twice", bind={"model().logps": "policy"}, set={"inputs.w": 0, "inputs.l": 0})
    assert answer.trouble is not None and "it calls model more than once" in answer.trouble.message
    assert answer.computes is None


def test_several_results_of_a_method_are_bound_by_number(trainers: str) -> None:
    bind = {"self.forward().0": "policy", "self.forward().1": "reference"}
    answer = symkl.audit(f"{trainers}.several", bind=bind, set={"self.forward().2": None, "self.model": None})
    assert answer.computes is not None and answer.computes.text == "log π(y) − log π_ref(y)"


def test_a_call_of_which_nothing_is_said_says_how_to_say_it(trainers: str) -> None:
    answer = symkl.audit(f"{trainers}.frozen", bind={"model.logps": "policy", "inputs.ref": "reference"})
    assert answer.trouble is not None and "--bind 'model().FIELD=ROLE'" in answer.trouble.message


# --- logits, and the token that was sampled ------------------------------------------------------

LOGITS = """
import torch
import torch.nn.functional as F

def penalty(logits, labels, ref, mask):
    logp = torch.gather(logits.log_softmax(-1), -1, labels.unsqueeze(-1)).squeeze(-1)
    return ((logp - ref) * mask).sum() / mask.sum()

def half_square(logits, ref_logits, labels):
    logp = -F.cross_entropy(logits.flatten(0, 1), labels.flatten(), reduction="none").view(labels.shape)
    with torch.no_grad():
        ref = -F.cross_entropy(ref_logits.flatten(0, 1), labels.flatten(), reduction="none").view(labels.shape)
    m = (labels != -100).float()
    return ((logp - ref) ** 2 / 2 * m).sum() / m.sum()

def warm(logits, labels, ref):
    logp = torch.gather((logits / 2).log_softmax(-1), -1, labels.unsqueeze(-1)).squeeze(-1)
    return logp - ref

def next_label(logits, labels, ref):
    logp = torch.gather(logits.log_softmax(-1), -1, labels.roll(-1, 1).unsqueeze(-1)).squeeze(-1)
    return logp - ref

def probability(logits, labels, ref):
    return torch.gather(logits.softmax(-1), -1, labels.unsqueeze(-1)).squeeze(-1) - ref
"""
SAMPLED = {"logits": "logits", "labels": "index", "ref": "reference"}


@pytest.fixture
def logits(tmp_path: Path) -> str:
    (tmp_path / "logits.py").write_text(LOGITS)
    return f"{tmp_path}/logits.py"


@pytest.mark.parametrize(
    ("function", "bind", "computes", "loss"),
    [
        ("penalty", {**SAMPLED, "mask": "mask"}, "log π(y) − log π_ref(y)", "0"),
        (
            "half_square", {"logits": "logits", "ref_logits": "logits.reference", "labels": "labels"},
            "1/2 (log π(y) − log π_ref(y))^2", "∇KL(π‖π_ref)",
        ),
    ],
)  # fmt: skip
def test_logits_at_the_labels_are_the_logs_of_the_samples(
    logits: str, function: str, bind: dict[str, str], computes: str, loss: str
) -> None:
    answer = symkl.audit(f"{logits}:{function}", bind=bind, expect={"loss": loss})
    assert answer.computes is not None and answer.computes.text == computes
    assert answer.gathered == "the mean over all tokens"
    assert answer.verdict is Overall.PROVED


def test_a_probability_in_place_of_its_log_is_seen_through_logits(logits: str) -> None:
    answer = symkl.audit(f"{logits}:probability", bind=SAMPLED, expect={"value": "KL(π‖π_ref)"})
    assert answer.computes is not None and answer.computes.text == "π(y) − log π_ref(y)"
    assert answer.verdict is Overall.REFUTED


@pytest.mark.parametrize("function", ["warm", "next_label"])
def test_logits_of_another_law_or_at_another_token_are_no_log_of_the_sample(logits: str, function: str) -> None:
    answer = symkl.audit(f"{logits}:{function}", bind=SAMPLED, expect={"value": "KL(π‖π_ref)"})
    assert answer.verdict is not Overall.PROVED
    assert all(claim.line.status is not Status.PROVED for claim in answer.claims)


def test_logits_beside_logs_of_the_same_policy_are_not_folded_into_them(logits: str) -> None:
    answer = symkl.audit(f"{logits}:penalty", bind={**SAMPLED, "ref": "policy", "mask": "mask"})
    assert all(claim.line.status is not Status.PROVED for claim in answer.claims)


# --- what would pass unseen ---------------------------------------------------------------------

PLAIN = """
import torch
import torch.nn.functional as F

def dpo(pc, pr, rc, rr, beta=0.1):
    return -F.logsigmoid(beta * ((pc - pr) - (rc - rr))).mean()

def k1(logp, ref):
    return logp - ref

def k1m(logp, ref, mask):
    return ((logp - ref) * mask).sum() / mask.sum()

def two(logp, ref):
    d = ref - logp
    k = d.exp() - 1 - d
    if d.abs().max() > 1:
        return 5 * k + d
    return k
"""
SIDES = {"pc": "policy.chosen", "pr": "policy.rejected", "rc": "reference.chosen", "rr": "reference.rejected"}
PAIR = {"logp": "policy", "ref": "reference"}


def written(folder: Path, text: str) -> str:
    (folder / "written.py").write_text(text)
    return f"{folder}/written.py"


@pytest.mark.parametrize(
    ("function", "options", "verdict"),
    [
        ("dpo", {"bind": SIDES, "expect": {"loss": "∇KL(π‖π_ref)"}}, Overall.UNKNOWN),
        ("dpo", {"bind": SIDES, "expect": {"value": "17", "reward": "3"}}, Overall.UNKNOWN),
        ("k1", {"bind": PAIR, "samplers": ["old"], "expect": {"reward": "-3∇KL(π_ref‖π)"}}, Overall.UNKNOWN),
        ("k1m", {"bind": {**PAIR, "mask": "mask"}, "expect": {"gathers": "token-mean"}}, Overall.PROVED),
        ("k1m", {"bind": {**PAIR, "mask": "mask"}, "expect": {"gathers": "sequence-mean"}}, Overall.REFUTED),
        ("two", {"bind": PAIR, "expect": {"value": "KL(π‖π_ref)"}}, Overall.UNKNOWN),
    ],
)
def test_what_is_expected_is_answered_or_unknown(function: str, options: Any, verdict: Overall, tmp_path: Path) -> None:
    """An expectation that is never looked at would pass by what was found besides."""
    answer = symkl.audit(f"{written(tmp_path, PLAIN)}:{function}", **options)
    assert {claim.use.value for claim in answer.claims if claim.expected} == set(options["expect"])
    assert answer.verdict is verdict


def test_an_assertion_of_nothing_is_a_mistake(tmp_path: Path) -> None:
    from symkl.auditing import assert_estimates
    from symkl.auditing.roles import Misuse

    with pytest.raises(Misuse, match="nothing is asserted"):
        assert_estimates(f"{written(tmp_path, PLAIN)}:k1", bind=PAIR)
