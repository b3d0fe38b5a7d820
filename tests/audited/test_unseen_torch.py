"""What a trace would pass over unseen: it is followed exactly, or refused by name. Needs torch."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from symkl.auditing import crosscheck  # noqa: E402
from symkl.auditing.expressions import Expressions  # noqa: E402
from symkl.auditing.roles import TRAINED, bound  # noqa: E402
from symkl.auditing.traces import Untraceable  # noqa: E402

F = torch.nn.functional
ROLES = {"lp": "policy", "ref": "reference", "adv": "advantage", "m": "mask", "logits": "logits"}


def checked(function: Callable[..., Any], *names: str) -> crosscheck.Checked:
    inputs = {name: bound(name, ROLES[name]) for name in names}
    return crosscheck.check(function, inputs, inputs, Expressions(TRAINED))


# --- casts and views that may be copies ---------------------------------------------------------


def written_after(cast: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def function(lp: Any) -> Any:
        x = lp * 1
        y = cast(x)
        y.mul_(2)
        return x + y

    return function


def written_before(cast: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def function(lp: Any) -> Any:
        x = lp * 1
        y = cast(x)
        x[:, 0] = 3.0
        return y

    return function


def only_its_own(cast: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def function(lp: Any) -> Any:
        y = cast(lp * 1)
        y[:, 0] += 3.0
        y.mul_(2)
        return y

    return function


CASTS: dict[str, Callable[[Any], Any]] = {
    "to": lambda x: x.to(torch.float32), "float": lambda x: x.float(), "type_as": lambda x: x.type_as(x),
    "double": lambda x: x.double(), "cpu": lambda x: x.cpu(), "contiguous": lambda x: x.contiguous(),
    "reshape": lambda x: x.reshape(x.shape), "flatten": lambda x: x.flatten(0, 1).view(x.shape),
    "view of a cast": lambda x: x.float()[:, :],
}  # fmt: skip


@pytest.mark.parametrize("name", CASTS)
@pytest.mark.parametrize("how", [written_after, written_before])
def test_what_is_read_after_a_write_into_what_may_be_its_copy_is_refused(name: str, how: Any) -> None:
    """Of float32 ``.float()`` is the tensor itself, of bfloat16 it is a copy: the function gives one thing or another."""
    with pytest.raises(Untraceable, match="a copy or the same entries"):
        checked(how(CASTS[name]), "lp")


@pytest.mark.parametrize("name", CASTS)
def test_a_cast_that_alone_is_written_into_is_followed(name: str) -> None:
    assert checked(only_its_own(CASTS[name]), "lp").wrong == ""


def test_a_copy_that_is_asked_for_is_one() -> None:
    assert checked(written_after(lambda x: x.to(torch.float32, copy=True)), "lp").wrong == ""


def quiet_cast(lp: Any) -> Any:
    with torch.no_grad():
        y = lp.float()
    return y * 2


def quiet_view(lp: Any) -> Any:
    out = lp * 1
    with torch.no_grad():
        out[:, 0].mul_(2)
    return out


def detached_before_a_write(lp: Any) -> Any:
    out = lp * 1
    held = out.detach()
    out.mul_(2)
    return held * lp


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (quiet_cast, "a cast under no_grad"), (quiet_view, "it writes into what shares its entries"),
        (detached_before_a_write, "the result of detach"),
    ],
)  # fmt: skip
def test_what_shares_its_entries_unseen_is_refused(function: Any, words: str) -> None:
    with pytest.raises(Untraceable, match=words):
        checked(function, "lp")


def test_a_cast_without_gradient_changes_nothing_of_what_has_none() -> None:
    def function(lp: Any, ref: Any) -> Any:
        with torch.no_grad():
            ref = ref.float()
            shown = (lp.float() - ref).exp()
        return (lp - ref) * shown

    assert checked(function, "lp", "ref").wrong == ""


# --- draws, and what is kept between calls ------------------------------------------------------

COUNTER = {"calls": 0}


def counting(lp: Any) -> Any:
    COUNTER["calls"] += 1
    return lp * (1 + COUNTER["calls"] % 2)


def after_a_while(lp: Any) -> Any:
    COUNTER["calls"] += 1
    return lp if COUNTER["calls"] < 30 else 2 * lp


def shuffled(lp: Any) -> Any:
    return lp * random.choice([1.0, 1.0])


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda lp: lp + torch.rand(2), "rand draws random numbers"),
        (lambda lp: lp * torch.rand_like(lp), "rand_like draws"),
        (lambda lp: lp * torch.bernoulli(torch.full(lp.shape, 0.5)), "bernoulli draws"),
        (lambda lp: F.dropout(lp, 0.1), "dropout draws"),
        (lambda lp: torch.nn.Dropout(0.1)(lp), "dropout draws"),
        (lambda lp: lp + torch.zeros(lp.shape).normal_(), "normal_ draws"),
        (lambda lp: lp[torch.randperm(lp.shape[0])], "randperm draws"),
        (shuffled, "it draws random numbers"),
        (counting, "called again with the same"),
        (after_a_while, "called again with the same"),
    ],
)
def test_a_function_that_draws_or_keeps_count_is_refused(function: Any, words: str) -> None:
    COUNTER["calls"] = 0
    with pytest.raises(Untraceable, match=words):
        checked(function, "lp")


def test_numpy_draws_are_seen() -> None:
    numpy = pytest.importorskip("numpy")
    with pytest.raises(Untraceable, match="it draws random numbers"):
        checked(lambda lp: lp * float(1 + 0 * numpy.random.rand()), "lp")


def test_a_dropout_that_is_off_is_none() -> None:
    assert checked(lambda lp: F.dropout(lp, 0.5, training=False) + torch.nn.Dropout(0.0)(lp), "lp").wrong == ""


# --- arguments that a rule does not handle ------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda lp, ref: F.mse_loss(lp, ref, weight=torch.ones_like(lp)), "the argument weight=a tensor of mse_loss"),
        (lambda lp, ref: F.l1_loss(lp, ref, size_average=False), "the argument size_average=False of l1_loss"),
        (lambda lp, ref: F.binary_cross_entropy_with_logits(lp, ref, pos_weight=torch.ones(3)), "pos_weight=a tensor"),
        (lambda lp, ref: F.relu(lp * ref, inplace=True), "the argument inplace=True of relu"),
        (lambda lp, ref: torch.div(lp, ref, rounding_mode="floor"), "the argument rounding_mode='floor' of div"),
        (lambda lp, ref: F.softplus(lp * ref, threshold=1), "the argument threshold=1 of softplus"),
        (lambda lp, ref: torch.logit(lp.exp(), eps=0.1) + ref, "the argument eps=0.1 of logit"),
        (lambda lp, ref: torch.add(lp, ref, out=torch.empty(lp.shape)), "the argument out of add"),
        (lambda lp, ref: torch.cat([lp, ref], out=torch.empty(4, 3)), "the argument out of cat"),
        (lambda lp, ref: lp.sum(-1, dtype=torch.int64) + ref[:, 0], "the argument dtype=torch.int64 of sum"),
        (lambda lp, ref: lp.scatter(1, torch.zeros(2, 3, dtype=torch.long), ref, reduce="add"), "reduce='add' of scatter"),
        (lambda lp, ref: lp.scatter(1, torch.zeros(lp.shape, dtype=torch.long), ref), "into one place twice"),
        (lambda lp, ref: written_twice(lp * ref), "into one place twice"),
        (lambda lp, ref: lp.norm(p=1, dim=-1) + ref[:, 0], "norm with p=1"),
        (lambda lp, ref: F.pad(lp - ref, (1, 1), mode="reflect"), "pad with mode='reflect'"),
        (lambda lp, ref: (lp - ref).quantile(0.5), "the torch operation quantile"),
        (lambda lp, ref: (lp * ref).requires_grad_(False), "requires_grad_"),
        (lambda lp, ref: [(lp * ref).register_hook(lambda g: 2 * g), lp][1], "the torch operation register_hook"),
    ],
)
def test_an_argument_that_is_not_handled_is_refused_by_name(function: Any, words: str) -> None:
    with pytest.raises(Untraceable, match=words):
        checked(function, "lp", "ref")


def written_twice(x: Any) -> Any:
    x[torch.tensor([0, 0])] = x[:2] * 2
    return x


def quiet_rows(lp: Any) -> list[Any]:
    with torch.no_grad():
        return list(lp)


@pytest.mark.parametrize(
    "function",
    [
        lambda lp, ref: torch.where(lp > ref, input=lp, other=2 * ref),
        lambda lp, ref: torch.sum(input=lp * ref, axis=-1),
        lambda lp, ref: lp.scatter(1, torch.zeros(2, 1, dtype=torch.long)[: lp.shape[0]], 5.0) + ref,
        lambda lp, ref: torch.zeros(lp.shape).index_add(0, torch.arange(lp.shape[0]), lp) + ref,
        lambda lp, ref: torch.stack([lp.sum(), torch.tensor(3), ref.sum()]),
        lambda lp, ref: torch.cat([lp, torch.ones(lp.shape, dtype=torch.int64)], 1).sum() + ref,
        lambda lp, ref: torch.nan_to_num(lp - ref, nan=7.0) + torch.nansum(torch.stack([lp, torch.full(lp.shape, float("nan"))]), 0),
        lambda lp, ref: torch.tensor(lp[0, 0]) * ref + torch.tensor([lp[0, 1], 2.0])[0],
        lambda lp, ref: ref if (lp.detach()).requires_grad else lp - ref,
        lambda lp, ref: torch.stack([a - b for a, b in zip(lp, ref, strict=True)]),
        lambda lp, ref: torch.stack(quiet_rows(lp)) * ref + lp,
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_what_is_handled_is_exact(function: Any) -> None:
    assert checked(function, "lp", "ref").wrong == ""


# --- ties ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["gt", "ge", "lt", "le"])
def test_a_comparison_is_as_strict_as_it_is(name: str) -> None:
    """At 0 itself: what a policy that did not move yet has, and an advantage of a group whose rewards agree."""
    e = Expressions()
    compare = getattr(torch, name)
    traced = crosscheck_trace(lambda adv: torch.where(compare(adv, 0), 5.0, 7.0), e)
    for value in (-1.0, 0.0, 1.0):
        held = bool(compare(torch.tensor(value), 0))
        assert [e.value(n, dict.fromkeys(e.symbols(n), value)) for n in traced] == [5.0 if held else 7.0] * 6


def crosscheck_trace(function: Any, e: Expressions) -> tuple[int, ...]:
    from symkl.auditing.roles import SHAPES, sampled
    from symkl.auditing.tensors import trace

    inputs = {"adv": bound("adv", "advantage")}
    return trace(function, inputs, SHAPES[0], sampled(inputs, SHAPES[0], random.Random(1), 1.0), e).output.entries


# --- what nobody said ---------------------------------------------------------------------------


def test_what_is_left_at_its_default_is_shown(tmp_path: Any) -> None:
    import symkl
    from symkl.auditing.json import as_object
    from symkl.auditing.text import render_audit

    file = tmp_path / "mine.py"
    file.write_text("def f(lp, ref, kind='k1', scale=2.0):\n    return scale * (lp - ref) if kind == 'k1' else lp\n")
    answer = symkl.audit(f"{file}:f", bind={"lp": "policy", "ref": "reference"}, set={"scale": 1})
    assert "default   left at its default: kind='k1'" in render_audit(answer).plain
    assert as_object(answer)["defaults"] == {"kind": "'k1'"}


@pytest.mark.parametrize("asked", ["cfg.get('fast', False)", "getattr(cfg, 'fast', False)", "'fast' in cfg", "hasattr(cfg, 'fast')"])
def test_what_a_configuration_is_asked_for_and_has_not_is_said(asked: str, tmp_path: Any) -> None:
    import symkl

    file = tmp_path / "mine.py"
    file.write_text(f"def f(lp, ref, cfg):\n    return cfg.scale * (lp - ref) if not {asked} else lp\n")
    answer = symkl.audit(f"{file}:f", bind={"lp": "policy", "ref": "reference"}, set={"cfg.scale": 1})
    assert answer.trouble is None
    assert "cfg.fast is not set, and taken not to be there" in answer.notes


# --- which points -------------------------------------------------------------------------------

MASKED = """
import torch

def from_the_left(lp, ref, m):
    keep = torch.arange(lp.shape[1]) < m.sum(-1)[:, None]
    return ((lp - ref) * keep).sum() / keep.sum()

def first(lp, ref, m):
    return torch.where(m[:, :1] > 0, (lp - ref) * m, 3 * (lp - ref) * m).sum() / m.sum()

def sequences(lp, ref, m):
    return (((lp - ref) * m).sum(-1) / m.sum(-1)).mean()

def refusing(lp, ref, m):
    if not bool(m[:, 0].all()):
        raise ValueError("padding on the left")
    return ((lp - ref) * m).sum() / m.sum()

def of_sequences(lp, ref, m):
    return (lp - ref).sum() / m.sum()
"""
POLICIES = {"lp": "policy", "ref": "reference"}


def audited(folder: Any, text: str, name: str, **options: Any) -> Any:
    import symkl

    (folder / "mine.py").write_text(text)
    return symkl.audit(f"{folder}/mine.py:{name}", **options)


@pytest.mark.parametrize("name", ["from_the_left", "of_sequences"])
def test_padding_that_leaks_in_with_another_mask_is_a_fault(name: str, tmp_path: Any) -> None:
    of = "policy:B", "reference:B", "mask:B"
    bind = dict(zip(("lp", "ref", "m"), of, strict=True)) if name == "of_sequences" else {**POLICIES, "m": "mask"}
    answer = audited(tmp_path, MASKED, name, bind=bind)
    assert answer.verdict.value == "refuted"
    assert [c.line.status.value for c in answer.claims if c.expected] == ["refuted"]


def test_another_formula_with_another_mask_leaves_what_is_expected_unknown(tmp_path: Any) -> None:
    answer = audited(tmp_path, MASKED, "first", bind={**POLICIES, "m": "mask"}, expect={"value": "KL(π‖π_ref)"})
    assert answer.verdict.value == "unknown"
    (claim,) = [c for c in answer.claims if c.expected]
    assert "where padding stands on the left" in (claim.line.because or "")


@pytest.mark.parametrize(
    ("name", "note"),
    [
        ("sequences", "where a sequence is masked as a whole, its result is not a number"),
        ("refusing", "where padding stands on the left, it does not run: ValueError: padding on the left"),
    ],
)
def test_what_a_mask_does_is_said(name: str, note: str, tmp_path: Any) -> None:
    answer = audited(tmp_path, MASKED, name, bind={**POLICIES, "m": "mask"}, expect={"value": "KL(π‖π_ref)"})
    assert (answer.verdict.value, note in answer.notes) == ("proved", True)


BRANCHES = """
import torch

def far(lp, ref):
    return 5 * (lp - ref) if (lp - ref).abs().max() > 60 else lp - ref

def large(lp, ref, beta):
    return (lp - ref) if beta > 5 else beta * (lp - ref)

def never(lp, ref):
    return 5 * (lp - ref) if (lp - ref).abs().max() > 1e6 else lp - ref

def rewarded(lp, adv):
    return lp * adv if adv.abs().max() > 500 else -lp * adv

def halved(lp, ref):
    return torch.where(lp > ref, lp - ref, (lp - ref).abs())
"""


@pytest.mark.parametrize(
    ("name", "bind", "expect", "verdict"),
    [
        ("far", POLICIES, {"value": "KL(π‖π_ref)"}, "unknown"),
        ("large", {**POLICIES, "beta": "scalar"}, {"value": "β KL(π‖π_ref)"}, "unknown"),
        ("large", {**POLICIES, "beta": "scalar[0,5]"}, {"value": "β KL(π‖π_ref)"}, "proved"),
        ("rewarded", {"lp": "policy", "adv": "advantage"}, {"loss": "-∇E_π[A]"}, "unknown"),
        ("never", POLICIES, {"value": "KL(π‖π_ref)"}, "proved"),
    ],
)
def test_a_branch_is_looked_for_that_no_sample_took(name: str, bind: Any, expect: Any, verdict: str, tmp_path: Any) -> None:
    answer = audited(tmp_path, BRANCHES, name, bind=bind, expect=expect)
    assert answer.verdict.value == verdict
    assert any("no sample was found where" in note for note in answer.notes) == (verdict == "proved")


BOUNDED = """
import torch

def clamped(lp, ref, beta):
    return beta.clamp(max=1.0) * (lp - ref)

def chosen(lp, ref, beta):
    return torch.where(beta > 3.0, 2 * (lp - ref), lp - ref)
"""


@pytest.mark.parametrize(("name", "value"), [("clamped", "β KL(π‖π_ref)"), ("chosen", "KL(π‖π_ref)")])
def test_a_branch_of_small_scalars_is_not_one_of_close_policies(name: str, value: str, tmp_path: Any) -> None:
    bind = {**POLICIES, "beta": "scalar"}
    assert audited(tmp_path, BOUNDED, name, bind=bind, expect={"value": value}).verdict.value != "proved"
    assert audited(tmp_path, BOUNDED, name, bind={**bind, "beta": "scalar[0,1]"}, expect={"value": value}).verdict.value == "proved"


def test_the_range_of_a_scalar_is_said(tmp_path: Any) -> None:
    (note,) = [n for n in audited(tmp_path, BRANCHES, "large", bind={**POLICIES, "beta": "scalar"}).notes if "β is" in n]
    assert note.startswith("β is any number > 0; the function was run with it from 0.00")
    assert float(note.rpartition(" ")[2]) > 5


def tied(lp: Any, ref: Any) -> Any:
    return torch.where(lp > ref, 2 * (lp - ref) + 1, lp - ref)


def test_a_tie_is_looked_at(monkeypatch: Any) -> None:
    from symkl.auditing import tensors

    assert checked(tied, "lp", "ref").wrong == ""
    monkeypatch.setattr(tensors, "_STRICT", frozenset())
    monkeypatch.setattr(tensors, "_ABOVE", frozenset({"gt"}))
    assert checked(tied, "lp", "ref").wrong.startswith("a value is 1")


def test_a_slope_at_a_tie_is_said_and_no_error() -> None:
    found = checked(lambda lp, ref: (lp - ref).abs(), "lp", "ref")
    assert found.wrong == ""
    assert any(note.startswith("where all policies are equal, a choice is a tie") for note in found.notes)


def test_what_rounding_hides_is_not_checked_and_said() -> None:
    """Far out, the sum of two exponentials is 0 as a float, and torch's function of their logs is not -inf."""
    found = checked(lambda lp, ref: torch.logaddexp(40 * lp, 40 * ref), "lp", "ref")
    assert found.wrong == ""
    assert any("more points rounding, or a number that is none, left nothing to compare" in note for note in found.notes)
    assert not all(point.held for point in found.points)
    with pytest.raises(Untraceable, match="leaves nothing to hold its formula against"):
        checked(lambda lp, ref: (lp - ref) * float("inf"), "lp", "ref")


# --- other programs -----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["json", "sarif", "github", "markdown"])
def test_other_programs_are_written_to_in_utf_8_whatever_the_terminal(kind: str, tmp_path: Any, monkeypatch: Any) -> None:
    import io
    import json
    import sys

    from symkl import cli

    (tmp_path / "mine.py").write_text("def f(lp, ref):\n    return lp - ref\n")
    command = ["audit", f"{tmp_path}/mine.py:f", "--bind", "lp=policy", "ref=reference", "--format", kind]
    written = io.BytesIO()
    with monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", io.TextIOWrapper(written, encoding="ascii", write_through=True))
        code = cli.main([*command, "--expect", "loss=KL(π‖π_ref)"])
        sys.stdout.detach()
    assert code == 1
    text = written.getvalue().decode("utf-8")
    assert ("\\pi" if kind == "markdown" else "π") in text
    if kind in ("json", "sarif"):
        json.loads(text)


KINDS = """
import torch

def kind(lp, ref):
    return 2 * (lp - ref) if lp.dtype == torch.bfloat16 else lp - ref

def cuda(lp, ref):
    return 2 * (lp - ref) if lp.is_cuda else lp - ref

def device(lp, ref):
    return 2 * (lp - ref) if lp.device.type == "cuda" else lp - ref

def plain(lp, ref):
    out = torch.zeros(lp.shape, dtype=lp.dtype, device=lp.device) + torch.full_like(lp, 0.1) - 0.1
    rows = torch.arange(lp.shape[0]).to(lp.device)
    return out + (lp[rows].to(torch.float32) - ref.to(lp.device, lp.dtype)).masked_fill(lp > 0, torch.finfo(lp.dtype).min)

def equal(lp, ref):
    return torch.where(lp == ref, 5 * lp, lp - ref)

def changed(lp, ref):
    above = lp > ref
    above[:, 0] = False
    return torch.where(above, lp, lp - ref)
"""


@pytest.mark.parametrize(
    ("name", "words"), [("kind", "on tensors of bfloat16"), ("cuda", "on a CUDA device"), ("device", "on a CUDA device")]
)
def test_a_function_that_asks_its_tensors_what_they_are_is_run_on_others(name: str, words: str, tmp_path: Any) -> None:
    answer = audited(tmp_path, KINDS, name, bind=POLICIES, expect={"value": "KL(π‖π_ref)"})
    assert answer.verdict.value == "unknown"
    assert f"{words} it computes something else: what is said is of float64, on the CPU" in answer.notes


def test_a_function_that_only_makes_tensors_of_the_same_kind_is_the_same_on_others(tmp_path: Any) -> None:
    answer = audited(tmp_path, KINDS, "plain", bind=POLICIES, expect={"value": "KL(π‖π_ref)"})
    assert (answer.verdict.value, [n for n in answer.notes if "something else" in n]) == ("proved", [])


def test_an_equality_of_numbers_is_said_to_be_decided_at_the_sample(tmp_path: Any) -> None:
    answer = audited(tmp_path, KINDS, "equal", bind=POLICIES)
    assert "whether numbers are equal is decided at the sample" in answer.notes


def test_a_comparison_that_is_written_into_is_none_any_more(tmp_path: Any) -> None:
    assert not audited(tmp_path, KINDS, "changed", bind=POLICIES).disagreements


CATCHING = """
import torch
from nowhere import fused

def refused(lp, ref):
    try:
        return torch.fft.fft(lp - ref).real
    except Exception:
        return lp - ref

def elsewhere(lp, ref):
    try:
        return fused(lp, ref)
    except Exception:
        return lp - ref

def several(lp, ref):
    return {"kl": lp - ref, "loss": (2 * (lp - ref), 3)}
"""


def test_what_is_refused_stays_so_though_it_is_caught(tmp_path: Any) -> None:
    answer = audited(tmp_path, CATCHING, "refused", bind=POLICIES)
    assert answer.trouble is not None
    assert "the torch operation fft_fft" in answer.trouble.message


def test_what_is_not_here_and_is_caught_is_said(tmp_path: Any) -> None:
    answer = audited(tmp_path, CATCHING, "elsewhere", bind=POLICIES)
    assert answer.trouble is None
    assert "it calls fused, which is not here, and goes on without" in answer.notes


def test_which_of_several_results_is_looked_at_is_said(tmp_path: Any) -> None:
    note = "of its results loss.0 is looked at; --output names another"
    assert note in audited(tmp_path, CATCHING, "several", bind=POLICIES).notes
    assert note not in audited(tmp_path, CATCHING, "several", bind=POLICIES, output="kl").notes


CHOOSING = """
def largest(lp, ref):
    return (lp - ref).sort(-1, descending=True).values[:, 0]

def top(lp, ref):
    return (lp - ref).topk(1, -1).values.squeeze(-1)

def positive(lp, ref):
    d = lp - ref
    return d[d > 0].mean()

def by_place(lp, ref):
    return (lp - ref)[:, (lp - ref).sum(0).argmax()]
"""


@pytest.mark.parametrize("name", ["largest", "top", "positive", "by_place"])
def test_samples_that_are_chosen_by_what_they_are_are_no_samples(name: str, tmp_path: Any) -> None:
    """Each entry is log π/π_ref, and the mean of the largest is not the mean."""
    answer = audited(tmp_path, CHOOSING, name, bind=POLICIES, expect={"value": "KL(π‖π_ref)"})
    assert answer.verdict.value == "unknown"
