"""What NumPy and torch have in common here: one small interface, so that every formula is written once.

Nothing else imports torch, and this does so only when it is handed a tensor or asked for a device. Reductions are
along the last axis; every operation on tensors is one that autograd knows.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Protocol

import numpy as np

from symkl.problems.tables import refuse

Array = Any
"""A NumPy array or a torch tensor."""

FLOATS = ("bfloat16", "float16", "float32", "float64")
"""The kinds of numbers that are read."""


class Arrays(Protocol):
    """What is asked of a library of arrays."""

    def dtype(self, x: Array) -> str:
        """The name of its kind of numbers, such as ``float32``."""

    def cast(self, x: Array, dtype: str) -> Array:
        """The same numbers in another kind; the array itself where it is of that kind."""

    def array(self, values: Any, like: Array) -> Array:
        """A new array of what NumPy has, on the device of ``like``."""

    def empty(self, shape: tuple[int, ...], dtype: str, like: Array) -> Array:
        """A new array, still without values."""

    def broadcast(self, x: Array, shape: tuple[int, ...]) -> Array:
        """A view of that shape."""

    def where(self, condition: Array, yes: Any, no: Any) -> Array:
        """``yes`` where the condition holds, else ``no``."""

    def exp(self, x: Array) -> Array:
        """``e^x``."""

    def log(self, x: Array) -> Array:
        """The natural logarithm."""

    def log1p(self, x: Array) -> Array:
        """``log(1 + x)``, also where x is small."""

    def clip(self, x: Array, low: float, high: float | None = None) -> Array:
        """Each number, brought into the interval."""

    def highest(self, x: Array) -> Array:
        """The maximum along the last axis; NaN where there is one."""

    def lowest(self, x: Array) -> Array:
        """The minimum along the last axis; NaN if there is one."""

    def lowest_where(self, x: Array, there: Array) -> Array:
        """The minimum of ``x`` where ``there`` is not -inf, +inf where it is everywhere: x is -inf where it is."""

    def total(self, x: Array) -> Array:
        """The sum along the last axis, by a tree and not one after the other."""

    def gather(self, x: Array, indices: Array) -> Array:
        """The entries of each row at its indices."""

    def put(self, x: Array, rows: Array, values: Array) -> Array:
        """``x`` with other values at these indices of its first axis."""

    def join(self, parts: Sequence[Array], axis: int) -> Array:
        """The parts behind one another."""

    def largest(self, x: Array, count: int) -> tuple[Array, Array]:
        """The so many largest of each row and where they are: falling, of equals the first first."""

    def found(self, condition: Array) -> Array:
        """Where a condition on rows holds: indices."""

    def all_finite(self, x: Array) -> bool:
        """Whether there is neither NaN nor infinity."""

    def plain(self, x: Array) -> Array:
        """Without what autograd keeps of it."""

    def differentiable(self, *arrays: Array) -> bool:
        """Whether gradients are to flow to one of them."""

    def numpy(self, x: Array) -> Any:
        """As a NumPy array on the CPU; for few numbers."""

    def device(self, x: Array) -> str:
        """Where it is."""

    def at_once(self, x: Array) -> int:
        """How many numbers of it to work on at a time: what fits the caches, or keeps a device busy."""

    def quiet(self) -> AbstractContextManager[Any]:
        """No warnings of NaN and overflow: both are looked for afterwards, and named."""


# --- NumPy --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _NumPy:
    def dtype(self, x: Array) -> str:
        return str(x.dtype.name)

    def cast(self, x: Array, dtype: str) -> Array:
        return x.astype(dtype, copy=False)

    def array(self, values: Any, like: Array) -> Array:
        return np.asarray(values)

    def empty(self, shape: tuple[int, ...], dtype: str, like: Array) -> Array:
        return np.empty(shape, dtype)

    def broadcast(self, x: Array, shape: tuple[int, ...]) -> Array:
        return np.broadcast_to(x, shape)

    def where(self, condition: Array, yes: Any, no: Any) -> Array:
        return np.where(condition, yes, no)

    def exp(self, x: Array) -> Array:
        return np.exp(x)

    def log(self, x: Array) -> Array:
        return np.log(x)

    def log1p(self, x: Array) -> Array:
        return np.log1p(x)

    def clip(self, x: Array, low: float, high: float | None = None) -> Array:
        return np.clip(x, low, high)

    def highest(self, x: Array) -> Array:
        return x.max(axis=-1)

    def lowest(self, x: Array) -> Array:
        return x.min(axis=-1)

    def lowest_where(self, x: Array, there: Array) -> Array:
        lowest = self.lowest(x)
        # Most rows have mass at every token: then there is nothing to leave out.
        return lowest if (lowest > -np.inf).all() else np.where(there == -np.inf, np.inf, x).min(axis=-1)

    def total(self, x: Array) -> Array:
        # In any other order NumPy adds one after the other.
        return np.ascontiguousarray(x).sum(axis=-1)

    def gather(self, x: Array, indices: Array) -> Array:
        return np.take_along_axis(x, indices, axis=-1)

    def put(self, x: Array, rows: Array, values: Array) -> Array:
        changed = x.copy()
        changed[rows] = values
        return changed

    def join(self, parts: Sequence[Array], axis: int) -> Array:
        return np.concatenate(list(parts), axis=axis)

    def largest(self, x: Array, count: int) -> tuple[Array, Array]:
        if count >= x.shape[-1]:
            indices = self._sorted(x)
        elif not count:
            indices = np.empty((*x.shape[:-1], 0), np.int64)
        else:
            # One more than asked for: where it equals the last, which of the equals come first is still open.
            some = np.sort(np.argpartition(x, -count - 1, axis=-1)[:, -count - 1 :], axis=-1)
            indices = np.take_along_axis(some, self._sorted(np.take_along_axis(x, some, axis=-1)), axis=-1)
            values = np.take_along_axis(x, indices, axis=-1)
            open_rows = np.flatnonzero(values[:, count] == values[:, count - 1])
            indices = indices[:, :count]
            indices[open_rows] = self._sorted(x[open_rows])[:, :count]
        return np.take_along_axis(x, indices, axis=-1), indices

    def _sorted(self, x: Array) -> Array:
        return np.argsort(-x, axis=-1, kind="stable")

    def found(self, condition: Array) -> Array:
        return np.flatnonzero(condition)

    def all_finite(self, x: Array) -> bool:
        return bool(np.isfinite(x).all())

    def plain(self, x: Array) -> Array:
        return x

    def differentiable(self, *arrays: Array) -> bool:
        return False

    def numpy(self, x: Array) -> Any:
        return x

    def device(self, x: Array) -> str:
        return "cpu"

    def at_once(self, x: Array) -> int:
        return 1 << 17

    def quiet(self) -> AbstractContextManager[Any]:
        return np.errstate(all="ignore")


# --- torch --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Torch:
    torch: Any

    def dtype(self, x: Array) -> str:
        return str(x.dtype).removeprefix("torch.")

    def cast(self, x: Array, dtype: str) -> Array:
        return x.to(getattr(self.torch, dtype))

    def array(self, values: Any, like: Array) -> Array:
        return self.torch.as_tensor(values, device=like.device)

    def empty(self, shape: tuple[int, ...], dtype: str, like: Array) -> Array:
        return self.torch.empty(shape, dtype=getattr(self.torch, dtype), device=like.device)

    def broadcast(self, x: Array, shape: tuple[int, ...]) -> Array:
        return x.expand(shape)

    def where(self, condition: Array, yes: Any, no: Any) -> Array:
        return self.torch.where(condition, yes, no)

    def exp(self, x: Array) -> Array:
        return x.exp()

    def log(self, x: Array) -> Array:
        return x.log()

    def log1p(self, x: Array) -> Array:
        return x.log1p()

    def clip(self, x: Array, low: float, high: float | None = None) -> Array:
        return x.clamp(low, high)

    def highest(self, x: Array) -> Array:
        return x.amax(dim=-1)

    def lowest(self, x: Array) -> Array:
        return x.amin(dim=-1)

    def lowest_where(self, x: Array, there: Array) -> Array:
        return self.torch.where(there == -self.torch.inf, self.torch.inf, x).amin(dim=-1)

    def total(self, x: Array) -> Array:
        return x.sum(dim=-1)

    def gather(self, x: Array, indices: Array) -> Array:
        return x.gather(-1, indices)

    def put(self, x: Array, rows: Array, values: Array) -> Array:
        return x.index_put((rows,), values)

    def join(self, parts: Sequence[Array], axis: int) -> Array:
        return self.torch.cat(list(parts), dim=axis)

    def largest(self, x: Array, count: int) -> tuple[Array, Array]:
        if count >= x.shape[-1]:
            indices = self._sorted(x)
        elif not count:
            indices = x.new_empty((*x.shape[:-1], 0), dtype=self.torch.int64)
        else:
            some = x.topk(count + 1, dim=-1).indices.sort(dim=-1).values
            indices = some.gather(-1, self._sorted(x.gather(-1, some)))
            values = x.gather(-1, indices)
            open_rows = (values[:, count] == values[:, count - 1]).nonzero()[:, 0]
            indices = indices[:, :count]
            if len(open_rows):
                indices = indices.index_put((open_rows,), self._sorted(x[open_rows])[:, :count])
        return x.gather(-1, indices), indices

    def _sorted(self, x: Array) -> Array:
        return x.sort(dim=-1, descending=True, stable=True).indices

    def found(self, condition: Array) -> Array:
        return condition.nonzero()[:, 0]

    def all_finite(self, x: Array) -> bool:
        return bool(self.torch.isfinite(x).all())

    def plain(self, x: Array) -> Array:
        return x.detach()

    def differentiable(self, *arrays: Array) -> bool:
        wrapped = self.torch._C._functorch.is_functorch_wrapped_tensor
        if any(wrapped(x) or self.torch.autograd.forward_ad.unpack_dual(x).tangent is not None for x in arrays):
            return True
        return bool(self.torch.is_grad_enabled()) and any(x.requires_grad for x in arrays)

    def numpy(self, x: Array) -> Any:
        return x.detach().cpu().numpy()

    def device(self, x: Array) -> str:
        return str(x.device)

    def at_once(self, x: Array) -> int:
        return 1 << 19 if x.device.type == "cpu" else 1 << 25

    def quiet(self) -> AbstractContextManager[Any]:
        return nullcontext()


# --- which of the two ---------------------------------------------------------------------------


def is_tensor(value: object) -> bool:
    """Whether it is a torch tensor; torch is not imported to find out.

    >>> is_tensor(np.zeros(3)), is_tensor([0.0])
    (False, False)
    """
    torch: Any = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def arrays_of(**named: Any) -> tuple[Arrays, tuple[Array, ...]]:
    """The library of these arguments, and each as an array of it, on one device; ``None`` stays as it is.

    Raises: InvalidProblem, if NumPy is mixed with torch or one device with another.
    """
    given = {name: value for name, value in named.items() if value is not None}
    first = next(iter(given))
    tensors = is_tensor(given[first])
    library: Arrays = _Torch(import_module("torch")) if tensors else _NumPy()
    read = {name: value if is_tensor(value) else _array(name, value) for name, value in given.items()}
    for name, value in read.items():
        if is_tensor(value) and (value.is_nested or str(value.layout) != "torch.strided"):
            kind = "nested" if value.is_nested else str(value.layout).removeprefix("torch.").removesuffix("_coo")
            raise refuse(name, "", f"a {kind} tensor", "a dense one, as .to_dense() or .to_padded_tensor(-inf) gives")
        if is_tensor(value) != tensors:
            expected = "a torch tensor" if tensors else "a NumPy array"
            raise refuse(name, "", f"a {_kind(value)}", f"{expected}, as {first} is one")
        if library.device(value) != library.device(read[first]):
            expected = f"one on {library.device(read[first])}, where {first} is"
            raise refuse(name, "", f"a tensor on {library.device(value)}", expected)
        if is_tensor(value) and value.is_meta:
            raise refuse(name, "", "a tensor without numbers, on the device meta", "one with numbers")
    return library, tuple(read.get(name) for name in named)


def _array(name: str, value: Any) -> Any:
    try:
        return np.asarray(value)
    except ValueError:
        raise refuse(name, "", f"a {type(value).__name__} of uneven lengths", "an array") from None


def _kind(value: Any) -> str:
    return "torch tensor" if is_tensor(value) else "NumPy array"


def on_device(array: Any, device: str) -> Array:
    """A torch tensor of these numbers on ``device``: ``cpu``, ``cuda`` or ``cuda:1``.

    Raises: InvalidProblem, if torch or the device is not there.
    """
    try:
        torch: Any = import_module("torch")
    except ImportError:
        raise refuse("device", "", repr(device), "torch to be installed: pip install 'symkl[torch]'") from None
    there = ["cpu", *(f"cuda:{i}" for i in range(torch.cuda.device_count()))]
    if device not in there and not (device == "cuda" and len(there) > 1):
        raise refuse("device", "", repr(device), f"a device that is there: {', '.join(there)}")
    # Of what may not be written to, a file or one row that stands for many, torch takes a copy.
    return torch.as_tensor(np.require(array, requirements="W"), device=device)


def out_of_memory(error: BaseException) -> bool:
    """Whether it says that memory ran out: on the CPU or on a device, in NumPy or in torch.

    >>> out_of_memory(MemoryError()), out_of_memory(ValueError("allocate"))
    (True, False)
    """
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    # On the CPU torch has no class for it.
    return type(error) is RuntimeError and "allocate" in str(error) and "memory" in str(error)
