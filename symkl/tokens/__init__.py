"""The tilt token by token: the optimal policy of one context over a vocabulary, from logits and rewards.

At each row, ``v = l + r/β``, ``π_ref = softmax(l)`` and ``π* = softmax(v)``. NumPy and torch arrays go in, the same
kind comes out, on its device; gradients flow through torch.

Each module uses those before it: ``arrays`` is what NumPy and torch have in common, ``rows`` checks arguments,
``accumulators`` has the numbers that a row is reduced to; ``statistics``, ``estimators`` and ``sequences`` are the
face.

>>> import numpy as np
>>> from symkl.tokens import log_tilt, tilt_statistics
>>> logits, rewards = np.log([0.5, 0.25, 0.25]), np.array([0.0, 1.0, 0.0])
>>> np.exp(log_tilt(logits, rewards, 1.0)).round(4).tolist()
[0.3498, 0.4754, 0.1749]
>>> round(float(tilt_statistics(logits, rewards, 1.0).kl), 6)
0.117993
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from symkl.tokens.estimators import ExactEstimates, KLSamples, kl_samples
    from symkl.tokens.sequences import SoftValues, soft_values, token_policy
    from symkl.tokens.sharded import ShardedStatistics, sharded_log_tilt, sharded_statistics
    from symkl.tokens.statistics import TiltStatistics, Top, log_tilt, tilt_statistics

_HOMES = {
    "ExactEstimates": "estimators",
    "KLSamples": "estimators",
    "kl_samples": "estimators",
    "ShardedStatistics": "sharded",
    "sharded_log_tilt": "sharded",
    "sharded_statistics": "sharded",
    "SoftValues": "sequences",
    "soft_values": "sequences",
    "token_policy": "sequences",
    "TiltStatistics": "statistics",
    "Top": "statistics",
    "log_tilt": "statistics",
    "tilt_statistics": "statistics",
}

__all__ = [
    "ExactEstimates",
    "KLSamples",
    "ShardedStatistics",
    "SoftValues",
    "TiltStatistics",
    "Top",
    "kl_samples",
    "log_tilt",
    "sharded_log_tilt",
    "sharded_statistics",
    "soft_values",
    "tilt_statistics",
    "token_policy",
]


if not TYPE_CHECKING:  # a name that is not there is an error to a type checker, too

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module 'symkl.tokens' has no attribute {name!r}")
        return getattr(import_module(f"symkl.tokens.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*__all__, *(name for name in globals() if name.startswith("__") and name.endswith("__"))})
