"""Whole responses, token by token: soft values by dynamic programming, and the exact token policy for small horizons.

A tree is given as arrays: position t has one axis for each token so far and one for the next, so that an entry is a
prefix and a token. Every prefix is visited; V^T of them must fit in memory.

Source: the page "soft_values" of the book; B. D. Ziebart, Modeling Purposeful Adaptive Behavior (2010).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from symkl.problems.tables import InvalidProblem, refuse
from symkl.tokens.arrays import FLOATS, Array, arrays_of
from symkl.tokens.statistics import log_tilt, tilt_statistics


@dataclass(frozen=True)
class SoftValues:
    """What every prefix is worth, and how the optimal policy goes on from it: float64, one array a position.

    ``values[t]`` is V after t tokens, of shape (V_1, .., V_t): ``values[0]`` is β log Z of whole responses.
    ``log_policy[t]`` is log π* of the next token, of shape (V_1, .., V_t, V_t+1).
    """

    values: tuple[Array, ...]
    log_policy: tuple[Array, ...]


def soft_values(logits: Sequence[Any], rewards: Any, beta: float) -> SoftValues:
    """``V(s) = β log Σ_a π_ref(a|s) e^((r(s, a) + V(s, a))/β)``, from the last position to the first.

    ``logits``: one floating array a position, the t-th of shape (V_1, .., V_t), softmax over its last axis being
    π_ref of the t-th token. ``rewards``: one array (V_1, .., V_T), the rewards of whole responses, or a list of T
    arrays, the rewards of tokens, each of the shape of its logits. The value after the last token is 0. The product
    of the token policies is the optimal policy of whole responses, whose reward is the sum. All is computed in
    float64; in torch, gradients flow to logits and rewards.

    Raises: InvalidProblem, for shapes that do not match, and as :func:`symkl.tokens.log_tilt` does, with the position.

    >>> import numpy as np
    >>> uniform = [np.zeros(2), np.zeros((2, 2))]
    >>> soft = soft_values(uniform, np.array([[1.0, 0.0], [0.0, 0.0]]), 1.0)
    >>> [value.round(4).tolist() for value in soft.values]
    [0.3574, [0.6201, 0.0]]
    >>> np.exp(soft.log_policy[0]).round(4).tolist()
    [0.6502, 0.3498]
    """
    tree, prizes = _read(logits, rewards)
    later: Array = 0.0
    values, policies = [], []
    for t in reversed(range(len(tree))):
        prize = later if prizes[t] is None else prizes[t] + later
        try:
            policies.append(log_tilt(tree[t], prize, beta))
            statistics = tilt_statistics(tree[t], prize, beta, top=0)
        except InvalidProblem as error:
            raise InvalidProblem(f"position {t}: {error}") from None
        # β log Z, without the digits that log Z loses at large β.
        later = statistics.expected_reward - beta * statistics.kl
        values.append(later)
    return SoftValues(tuple(reversed(values)), tuple(reversed(policies)))


def token_policy(logits: Sequence[Any], rewards: Any, beta: float) -> tuple[Array, ...]:
    """π* of the next token after every prefix: probabilities, one array a position; see :func:`soft_values`.

    >>> import numpy as np
    >>> first, second = token_policy([np.zeros(2), np.zeros((2, 2))], np.array([[1.0, 0.0], [0.0, 0.0]]), 1.0)
    >>> (first[:, None] * second).round(4).tolist()
    [[0.4754, 0.1749], [0.1749, 0.1749]]
    """
    policies = soft_values(logits, rewards, beta).log_policy
    arrays, _ = arrays_of(log_policy=policies[0])
    return tuple(arrays.exp(each) for each in policies)


def _read(logits: Any, rewards: Any) -> tuple[list[Array], list[Array | None]]:
    """The tree in float64; of each position the rewards, ``None`` where there are none."""
    if not isinstance(logits, list | tuple) or not logits:
        raise refuse("logits", "", f"{type(logits).__name__}", "a list of arrays, one a position")
    last = len(logits) - 1
    given = dict(enumerate(rewards)) if isinstance(rewards, list | tuple) else {last: rewards}
    if len(given) not in (1, last + 1):
        raise refuse("rewards", "", f"{len(given)} arrays", f"one for each of {last + 1} positions, or one for all")
    if isinstance(rewards, list | tuple) and len(given) <= last:
        raise refuse("rewards", "", "a list of 1 array", f"a list of {last + 1}, or the array itself")
    named = {f"logits[{t}]": each for t, each in enumerate(logits)}
    prizes = {f"rewards[{t}]" if isinstance(rewards, list | tuple) else "rewards": each for t, each in given.items()}
    arrays, read = arrays_of(**named, **prizes)
    shape: tuple[int, ...] = ()
    for t, (name, each) in enumerate(zip((*named, *prizes), read, strict=True)):
        if arrays.dtype(each) not in FLOATS:
            raise refuse(name, "", f"numbers of type {arrays.dtype(each)}", f"one of {', '.join(FLOATS)}")
        if t <= last:
            if len(each.shape) != t + 1 or tuple(each.shape[:-1]) != shape or not each.shape[-1]:
                expected = f"({''.join(f'{size}, ' for size in shape)}V): an axis for every token so far, then V"
                raise refuse(name, "", f"shape {tuple(each.shape)}", expected)
            shape = tuple(each.shape)
    double = [arrays.cast(each, "float64") for each in read]
    tree, found = double[: last + 1], dict(zip(given, double[last + 1 :], strict=True))
    for (t, each), name in zip(found.items(), prizes, strict=True):
        if each.shape != tree[t].shape:
            raise refuse(name, "", f"shape {tuple(each.shape)}", f"{tuple(tree[t].shape)}, as logits[{t}] has")
    return tree, [found.get(t) for t in range(last + 1)]
