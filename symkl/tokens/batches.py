"""What a trainer holds of a batch: log-probabilities of sampled tokens [B, T], a mask, and rewards, from its files."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symkl.tokens import pickled
from symkl.tokens.files import BadFile, tensor_names, whole_tensor

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

ENDINGS = (".npy", ".npz", ".pt", ".jsonl", ".safetensors")
_MOST_BYTES = 4_000_000_000
_NAMES = {
    "policy": ("logprobs", "policy_logprobs", "log_probs", "per_token_logps", "logps", "old_log_probs"),
    "ref": ("ref_logprobs", "ref_log_prob", "ref_log_probs", "ref_per_token_logps", "ref_logps"),
    "old": ("old_logprobs", "old_log_probs", "old_per_token_logps", "old_logps"),
    "mask": ("mask", "completion_mask", "response_mask"),
    "rewards": ("rewards", "reward", "token_level_scores", "scores", "score"),
}
_ROUNDING = 1e-5
"""A log-probability may be so much above 0 by the rounding of the sum that it was divided by; what is more is none."""


@dataclass(frozen=True)
class Batch:
    """Sequences of sampled tokens: ``policy`` and ``reference`` are log-probabilities [B, T], 0 where nothing counts.

    ``rewards`` are of each sequence, summed where they came by position; ``old`` are log-probabilities under the
    policy that drew the tokens, where it is another. ``notes`` are what a reader should know.
    """

    policy: Array
    reference: Array
    mask: Mask
    rewards: Array | None = None
    old: Array | None = None
    notes: tuple[str, ...] = ()


def read(paths: Mapping[str, str]) -> Batch:
    """The batch in these files, by the options ``policy``, ``ref``, ``mask``, ``rewards`` and ``old``.

    One file may hold several arrays: they are found by their usual names, or named after a colon, ``FILE:NAME``.

    Raises: BadFile, which names the option, the place, and what to do.
    """
    arrays = {option: _array(path, option) for option, path in paths.items()}
    if "ref" not in arrays and "policy" in arrays:
        raise BadFile("--ref: no file; the log-probabilities of the same tokens under the reference are wanted, too")
    if "policy" not in arrays:
        raise BadFile("--policy: no file; the log-probabilities of the sampled tokens are wanted")
    for option in ("mask", "rewards", "old"):  # what lies beside the policy in one file
        if option not in arrays and (beside := _beside(paths["policy"], option)) is not None:
            arrays[option] = beside
    return _checked(arrays)


def _array(path: str, option: str) -> NDArray[Any]:
    path, name = _split(path)
    argument = f"--{option}"
    _check_file(path, argument)
    named = _named(path, argument)
    if name:
        if name not in named:
            raise BadFile(f"{argument}: {path} has no array {name!r}; it has {', '.join(named) or 'none'}")
        return named[name]
    if len(named) == 1 and not path.lower().endswith(".jsonl"):
        return next(iter(named.values()))
    known = next((each for each in _NAMES[option] if each in named), None)
    if known is None:
        raise BadFile(
            f"{argument}: {path} has the arrays {', '.join(named) or 'none'}; write {path}:NAME with one of them"
        )
    return named[known]


def _beside(path: str, option: str) -> NDArray[Any] | None:
    path, _ = _split(path)
    if path.lower().endswith(".npy"):
        return None
    named = _named(path, f"--{option}")
    names = _NAMES[option][:1] if option == "old" else _NAMES[option]
    return next((named[each] for each in names if each in named), None)


def _split(path: str) -> tuple[str, str]:
    head, colon, name = path.rpartition(":")
    return (head, name) if colon and head.lower().endswith(ENDINGS) else (path, "")


def _check_file(path: str, argument: str) -> None:
    if os.path.isdir(path):
        raise BadFile(f"{argument}: {path} is a folder; name a file that ends with {', '.join(ENDINGS)}")
    if not os.path.isfile(path):
        raise BadFile(f"{argument}: {path}: no such file")
    if not path.lower().endswith(ENDINGS):
        raise BadFile(f"{argument}: {path} is no kind of batch; its name must end with {', '.join(ENDINGS)}")
    if os.path.getsize(path) > _MOST_BYTES:
        raise BadFile(f"{argument}: {path} is larger than {_MOST_BYTES / 1e9:g} GB; write fewer sequences")


def _named(path: str, argument: str) -> dict[str, NDArray[Any]]:
    """The arrays of a file."""
    ending = os.path.splitext(path)[1].lower()
    try:
        if ending == ".npy":
            return {"": np.load(path, allow_pickle=False)}
        if ending == ".npz":
            with np.load(path, allow_pickle=False) as archive:
                return {each: archive[each] for each in archive.files}
        if ending == ".jsonl":
            return _json_lines(path, argument)
        if ending == ".pt":
            found = pickled.tensors(path)
            if found is None:
                raise BadFile(f"{argument}: {path} needs torch: pip install 'symkl[torch]'; .npz needs none")
            return found
        return _safetensors(path, argument)
    except BadFile:
        raise
    except (ValueError, EOFError, OSError, KeyError) as error:
        lines = str(error).splitlines() or [type(error).__name__]
        told = "it holds Python objects, or is cut short" if "pickle" in str(error) else lines[0][:200]
        raise BadFile(f"{argument}: {path} cannot be read: {told}") from None


def _safetensors(path: str, argument: str) -> dict[str, NDArray[Any]]:
    """Every tensor of the file."""
    return {name: whole_tensor(path, argument, name) for name in tensor_names(path, argument)}


def _json_lines(path: str, argument: str) -> dict[str, NDArray[Any]]:
    """One sequence a line; shorter ones are filled up, and a mask says so."""
    rows: list[dict[str, Any]] = []
    with open(path, encoding="utf-8-sig") as stream:
        for line, text in enumerate(stream, 1):
            if not text.strip():
                continue
            try:
                row = json.loads(text)
            except (ValueError, RecursionError):
                raise BadFile(f"{argument}: {path}:{line}: not JSON; write one object a line") from None
            if not isinstance(row, dict):
                raise BadFile(f"{argument}: {path}:{line}: expected an object, such as {{\"logprobs\": [...]}}")
            rows.append(row)
    if not rows:
        raise BadFile(f"{argument}: {path} has no lines; write one sequence a line")
    lists = [name for name, value in rows[0].items() if isinstance(value, list)]
    lengths = [max((len(row[name]) for name in lists if isinstance(row.get(name), list)), default=0) for row in rows]
    found: dict[str, NDArray[Any]] = {}
    for name, first in rows[0].items():
        if not isinstance(first, list | int | float) or isinstance(first, bool):
            continue
        found[name] = _column(path, argument, name, rows, lengths)
    if "mask" not in found and lists and len(set(lengths)) > 1:
        found["mask"] = np.arange(max(lengths)) < np.array(lengths)[:, None]
    return found


def _column(
    path: str, argument: str, name: str, rows: list[dict[str, Any]], lengths: list[int]
) -> NDArray[Any]:
    values: list[Any] = []
    wide = isinstance(rows[0][name], list)
    for i, row in enumerate(rows):
        value = row.get(name)
        place = f"{argument}: {path}: sequence {i}: {name!r}"
        if wide != isinstance(value, list) or value is None:
            raise BadFile(f"{place} is {'a list' if wide else 'a number'} in the first sequence, and not here")
        if wide and len(value) != lengths[i]:
            raise BadFile(f"{place} has {len(value)} positions, and others of this sequence {lengths[i]}")
        cells = value if wide else [value]
        if not all(isinstance(cell, int | float) or cell is None for cell in cells):
            raise BadFile(f"{place}: found something that is no number")
        numbers = [np.nan if cell is None else float(cell) for cell in cells]
        values.append(numbers + [0.0] * (max(lengths) - len(numbers)) if wide else numbers[0])
    return np.array(values, dtype=np.float64)


# --- checks -------------------------------------------------------------------------------------


def _checked(arrays: Mapping[str, NDArray[Any]]) -> Batch:
    policy, reference = (_floats(arrays[each], each) for each in ("policy", "ref"))
    if policy.ndim != 2 or not policy.size:
        raise BadFile(f"--policy: found the shape {list(policy.shape)}, expected [B, T]: a row a sequence")
    shape = policy.shape
    _same(reference, shape, "ref")
    mask = _mask(arrays["mask"], shape) if "mask" in arrays else np.ones(shape, dtype=bool)
    notes: list[str] = []
    if not mask.any():
        raise BadFile("--mask: no position counts; true, or 1, is a token of the completion")
    policy = _logs(policy, mask, "policy", notes, infinite=False)
    reference = _logs(reference, mask, "ref", notes, infinite=True)
    old = None
    if "old" in arrays:
        old = _floats(arrays["old"], "old")
        _same(old, shape, "old")
        old = _logs(old, mask, "old", notes, infinite=False)
    if "mask" not in arrays:
        tail = (policy[:, -1] == 0.0) & (reference[:, -1] == 0.0)
        if tail.any():
            notes.append(
                f"{int(tail.sum()):,} of {shape[0]:,} sequences end with log-probabilities of 0 in both files, as "
                "padding does: give --mask"
            )
    elif not mask.any(axis=1).all():
        empty = int(np.count_nonzero(~mask.any(axis=1)))
        notes.append(f"{empty:,} of {shape[0]:,} sequences have no token that counts, and are left out")
    if np.array_equal(policy, reference):
        notes.append("the policy and the reference have the same log-probability at every token: is it one file?")
    rewards = _rewards(arrays["rewards"], mask) if "rewards" in arrays else None
    kept = mask.any(axis=1)
    if not kept.all():
        policy, reference, mask = policy[kept], reference[kept], mask[kept]
        rewards = None if rewards is None else rewards[kept]
        old = None if old is None else old[kept]
    return Batch(policy, reference, mask, rewards, old, tuple(notes))


def _floats(values: NDArray[Any], option: str) -> Array:
    if values.dtype.kind not in "fiu":
        raise BadFile(f"--{option}: found {values.dtype.name}, expected numbers")
    return np.asarray(values, dtype=np.float64)


def _same(values: NDArray[Any], shape: tuple[int, ...], option: str) -> None:
    if values.shape != shape:
        raise BadFile(f"--{option}: found the shape {list(values.shape)}, expected {list(shape)}, as --policy has")


def _mask(values: NDArray[Any], shape: tuple[int, ...]) -> Mask:
    _same(values, shape, "mask")
    if values.dtype.kind not in "biuf" or not np.isin(values, (0, 1)).all():
        raise BadFile("--mask: found other numbers than 0 and 1, expected true or 1 where a token counts")
    return np.asarray(values, dtype=bool)


def _logs(values: Array, mask: Mask, option: str, notes: list[str], *, infinite: bool) -> Array:
    bad = np.isnan(values) | (values > _ROUNDING) | (np.isneginf(values) & (not infinite))
    bad &= mask
    if bad.any():
        row, position = (int(i) for i in np.argwhere(bad)[0])
        found = float(values[row, position])
        wanted = "a log-probability, at most 0" if found > 0 else "a finite number: the token was drawn"
        hint = "; are these probabilities, or the negative of what is wanted?" if found > 0 else ""
        more = f", and {int(bad.sum()) - 1:,} more" if bad.sum() > 1 else ""
        place = f"sequence {row:,}, position {position:,}"
        raise BadFile(f"--{option}: {place}: found {found:g}{more}, expected {wanted}{hint}")
    above = int(np.count_nonzero(mask & (values > 0)))
    if above:
        notes.append(f"--{option}: {above:,} log-probabilities are above 0 by rounding, and taken for 0")
    return np.asarray(np.where(mask, np.minimum(values, 0.0), 0.0))


def _rewards(values: NDArray[Any], mask: Mask) -> Array:
    rewards = _floats(values, "rewards")
    if rewards.shape == (mask.shape[0], 1):
        rewards = rewards[:, 0]
    if rewards.shape == mask.shape:
        rewards = np.where(mask, rewards, 0.0).sum(axis=1)
    elif rewards.shape != (mask.shape[0],):
        found, wide = list(rewards.shape), list(mask.shape)
        expected = f"[{mask.shape[0]}], a sequence, or {wide}, a position"
        raise BadFile(f"--rewards: found the shape {found}, expected {expected}")
    bad = ~np.isfinite(rewards) & mask.any(axis=1)
    if bad.any():
        row = int(bad.argmax())
        raise BadFile(f"--rewards: sequence {row:,}: found {float(rewards[row])}, expected a finite number")
    return rewards
