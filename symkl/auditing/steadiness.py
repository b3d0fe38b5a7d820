"""Whether a function gives the same when it is called again with the same: draws, and what is kept between calls."""

from __future__ import annotations

import random
import sys
from typing import Any


def drawn(of_torch: Any) -> tuple[bytes, ...]:
    """Where the random numbers of torch, of Python and of NumPy stand: after a draw they stand elsewhere."""
    found = [of_torch.numpy().tobytes(), repr(random.getstate()).encode()]
    if (numpy := sys.modules.get("numpy")) is not None:
        state = numpy.random.get_state(legacy=False)
        found.append(repr((state["state"]["pos"], state["has_gauss"], state["gauss"])).encode())
        found.append(state["state"]["key"].tobytes())
    return tuple(found)
