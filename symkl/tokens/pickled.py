"""Tensors in a ``.pt`` file, by torch, which loads nothing but tensors from it: the one file that does."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def tensors(path: str) -> dict[str, NDArray[Any]] | None:
    """The tensors of a file by their names, "" for one alone; bfloat16 comes as float32. ``None`` without torch.

    Raises: ValueError, for a file that is none, or holds anything but tensors.
    """
    try:
        import torch
    except ImportError:
        return None
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a broken file may raise whatever it likes
        told = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise ValueError(told) from None
    named = found if isinstance(found, dict) else {"": found}
    if not all(isinstance(each, torch.Tensor) for each in named.values()):
        raise ValueError("it holds other things than tensors; write torch.save({'logprobs': ..., ...}, path)")
    floats = (torch.bfloat16, torch.float16)
    return {
        str(name): np.asarray(each.detach().float() if each.dtype in floats else each.detach())
        for name, each in named.items()
    }
