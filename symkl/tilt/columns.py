"""Which column of a table is what: by its name, by a name that trainers use for it, or as it is asked for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

ROLES = ("prompt", "response", "reward", "logit", "probability", "logprob", "true_reward")
"""What a column can be; ``logprob``: of a sample, its log-probability under the policy that drew it; ``true_reward``:
what is wanted, beside the reward that a policy is trained on."""

_USUAL = ROLES[:5]
_OTHER_NAMES = {
    "prompt": ("question", "query"),
    "response": ("completion", "completions", "output", "answer"),
    "reward": ("score", "rewards", "scores"),
    "logit": ("ref_logprob", "ref_logprobs", "reference_logprob", "ref_logps"),
    "logprob": ("logprobs", "policy_logprob", "old_logprob", "logps"),
    "true_reward": ("gold_reward", "gold"),
}
IGNORED = ""


@dataclass(frozen=True)
class Wanted:
    """How to read a table: columns named by their role, whether rows are samples, whether a policy is trained on it."""

    columns: Mapping[str, str] = field(default_factory=dict)
    samples: bool = False
    training: bool = False


@dataclass(frozen=True)
class Roles:
    """The role of each column, or ``IGNORED``; what a reader should know of that, and what is wrong with it."""

    names: tuple[str, ...]
    notes: tuple[str, ...]
    wrong: tuple[str, ...]


def example(wanted: Wanted) -> str:
    """A header."""
    return "response,reward" if wanted.samples else "response,reward,logit (or probability)"


def known(name: str, wanted: Wanted) -> bool:
    """Whether a column of this name has a role."""
    named = (each.lower() for each in wanted.columns.values())
    return name in ROLES or name in named or any(name in others for others in _OTHER_NAMES.values())


def roles(written: Sequence[str], wanted: Wanted) -> Roles:
    """The role of each column of these names, which are in lower case.

    >>> roles(["step", "completion", "score", "ref_logprob"], Wanted()).names
    ('', 'response', 'reward', 'logit')
    >>> roles(["text", "r", "logit"], Wanted({"response": "text", "reward": "r"})).wrong
    ()
    """
    if not any(known(name, wanted) for name in written):
        shown = listed(written)[:40]
        expected = f"a header line with the names of the columns; put {example(wanted)} above the rows"
        return Roles((), (), (f"found {shown!r}, expected {expected}",))
    found, wrong = _found(written, wanted)
    notes = [
        f"column {written[place]!r} is read as {role!r}"
        for role, place in found.items()
        if written[place] != role and role not in wanted.columns
    ]
    names = [IGNORED] * len(written)
    for role, place in found.items():
        names[place] = role
    wrong += _lacking(written, found, wanted)
    left = [name or "a column without a name" for name, role in zip(written, names, strict=True) if not role]
    if left:
        notes.append(f"{'column' if len(left) == 1 else 'columns'} not read: {listed(left)}")
    return Roles(tuple(names), tuple(notes), tuple(wrong))


def _found(written: Sequence[str], wanted: Wanted) -> tuple[dict[str, int], list[str]]:
    """The place of each role."""
    found: dict[str, int] = {}
    wrong: list[str] = []
    roles_here = tuple(role for role in ROLES if role not in _unread(wanted))
    for role, name in wanted.columns.items():
        if name.lower() in written:
            found[role] = _once(written, name.lower(), wrong)
        else:
            near = difflib.get_close_matches(name.lower(), written, n=1, cutoff=0.5)
            meant = f"; did you mean {near[0]!r}?" if near else ""
            wrong.append(f"no column {name!r}, which --columns names as {role!r}: found {listed(written)}{meant}")
    for role in roles_here:
        others = _OTHER_NAMES.get(role, ())
        if role == "logit" and not wanted.samples:
            others += ("logprob", *_OTHER_NAMES["logprob"])  # of the only policy that the table has
        if role == "logit" and "probability" in {*written, *wanted.columns}:
            others = ()
        for name in (role, *others):
            if role not in found and role not in wanted.columns and name in written:
                place = _once(written, name, wrong)
                if place not in found.values():
                    found[role] = place
    return found, wrong


def _unread(wanted: Wanted) -> tuple[str, ...]:
    trained = () if wanted.training else ("true_reward",)
    return (*trained, "probability" if wanted.samples else "logprob")


def _once(written: Sequence[str], name: str, wrong: list[str]) -> int:
    if written.count(name) > 1:
        wrong.append(f"column {name!r}: found {written.count(name)} times, expected once; take the others out")
    return written.index(name)


def _lacking(written: Sequence[str], found: Mapping[str, int], wanted: Wanted) -> Iterator[str]:
    missing = [role for role in ("response", "reward") if role not in found and role not in wanted.columns]
    reference = {"logit", "probability"} & {*found, *wanted.columns}
    unknown = [name for i, name in enumerate(written) if name and i not in found.values()]
    unsaid = [*missing, *([] if "prompt" in found else ["prompt"])]
    if not wanted.samples and not reference:
        unsaid += ["logit", "probability"]
    for name in dict.fromkeys(unknown):
        near = [role for role in unsaid if len(name) > 2 and role.startswith(name)]
        near += difflib.get_close_matches(name, unsaid, n=1, cutoff=0.6)
        if near:
            advice = f"did you mean {near[0]!r}? Write so, or --columns {near[0]}={name}"
            yield f"unknown column {name!r}, expected {listed(_USUAL)}; {advice}"
    for role in missing:
        advice = f"write the table with {example(wanted)}, or name a column: --columns {role}=NAME"
        yield f"no column {role!r}: found {listed(written)}; {advice}"
    if wanted.samples:
        yield from _weighing({"logit", "logprob"} & {*found, *wanted.columns})
    elif len(reference) == 2:
        yield "found both columns 'logit' and 'probability', expected one of them; take the other out"
    elif not reference:
        yield f"no column 'logit' or 'probability': found {listed(written)}; the reference policy needs one of them"


def _weighing(found: set[str]) -> Iterator[str]:
    """Samples of another policy than the reference need both of their log-probabilities, samples of it none."""
    if len(found) == 1:
        other = "the policy that drew the samples (logprob)" if "logit" in found else "the reference (ref_logprob)"
        yield (
            f"a log-probability of each sample is there, but not the one under {other}: weights need both; "
            "add it, or take the other out where the reference drew the samples"
        )


def listed(names: Iterable[str]) -> str:
    """Names with commas between them."""
    return ", ".join(name or "''" for name in names)
