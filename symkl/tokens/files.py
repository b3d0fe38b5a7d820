"""Arrays in files, ``.npy`` and ``.safetensors``, read some rows at a time: a block bounds the memory, not the file.

Whatever is read is the exact value in the file. bfloat16, which NumPy does not know, is the upper half of a float32,
so that a shift by sixteen bits reads it without torch.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symkl.language.loading import no_file

ENDINGS = (".npy", ".safetensors")
DTYPES = ("float64", "float32", "float16", "bfloat16")
"""What is read, most precise first."""

_SAFETENSORS = {"F64": "float64", "F32": "float32", "F16": "float16", "BF16": "bfloat16"}
# Of every tensor before ours in the file the size must be known. Formats of less than a byte a number stay out.
_BYTES = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "F8_E8M0": 1, "U16": 2, "I16": 2, "F16": 2, "BF16": 2,
    "U32": 4, "I32": 4, "F32": 4, "U64": 8, "I64": 8, "F64": 8, "C64": 8,
}  # fmt: skip
_MOST_NAMES = 8


class BadFile(ValueError):
    """A file that cannot be read as rows of numbers; the message names the argument and what to do."""


@dataclass(frozen=True)
class RowsOnDisk:
    """Rows of numbers in a file: where they are, and how to read some of them."""

    path: str
    dtype: str
    shape: tuple[int, ...]
    offset: int
    stored: np.dtype[Any]

    @property
    def vocabulary(self) -> int:
        """The length of a row."""
        return self.shape[-1]

    @property
    def rows(self) -> int:
        """How many rows: every axis but the last, multiplied."""
        return math.prod(self.shape[:-1])

    def read(self, start: int, stop: int) -> NDArray[np.floating[Any]]:
        """Rows ``start`` to ``stop``, exactly: ``[stop - start, V]``; bfloat16 comes as float32."""
        start, stop = max(0, start), min(stop, self.rows)
        if start >= stop:
            return np.empty((0, self.vocabulary), _native(self.dtype))
        # Mapped anew for each block, since the pages of a mapping that lasts would count as memory in use.
        offset = self.offset + start * self.vocabulary * self.stored.itemsize
        try:
            mapped = np.memmap(self.path, self.stored, "r", offset, (stop - start, self.vocabulary))
        except ValueError:
            raise BadFile(f"{self.path}: it became shorter while it was read") from None
        return widened(mapped) if self.dtype == "bfloat16" else np.array(mapped, _native(self.dtype))


def widened(halves: NDArray[np.unsignedinteger[Any]]) -> NDArray[np.float32]:
    """The float32 whose upper halves these bit patterns are: bfloat16, exactly.

    >>> widened(np.array([0x3F80, 0xC000, 0xFF80], np.uint16)).tolist()
    [1.0, -2.0, -inf]
    """
    bits = np.asarray(halves).astype(np.uint32)
    bits <<= np.uint32(16)
    return bits.view(np.float32)


def open_rows(path: str, argument: str, tensor: str) -> RowsOnDisk:
    """The array in ``path``, a ``.npy`` or a ``.safetensors`` file; ``argument`` is the option that named it.

    In a safetensors file with several tensors it is the one called ``tensor``, unless the path ends with ``:NAME``.
    Raises BadFile: no such file, an unknown ending, a shape or a dtype that makes no rows of numbers, a broken file.
    """
    path, name = _split(path)
    if os.path.isdir(path):
        raise BadFile(f"{argument}: {path} is a folder; name a file that ends with {' or '.join(ENDINGS)}")
    ending = os.path.splitext(path)[1].lower()
    if not os.path.exists(path):
        raise BadFile(f"{argument}: {path}: no such file")
    if ending not in ENDINGS:
        raise BadFile(f"{argument}: {path} is no kind of array; its name must end with {' or '.join(ENDINGS)}")
    try:
        if kind := no_file(os.stat(path).st_mode):
            raise BadFile(f"{argument}: {path}: this is {kind}; name a file")
        with open(path, "rb"):
            pass
        found = _npy(path, argument) if ending == ".npy" else _safetensors(path, argument, name, tensor)
    except OSError as error:
        raise BadFile(f"{argument}: {path}: {(error.strerror or str(error)).lower()}") from None
    if not found.shape or not found.rows or not found.vocabulary:
        size = " × ".join(map(str, found.shape)) or "a single number"
        raise BadFile(f"{argument}: {path} holds no rows: its shape is {size}; write one of shape [.., V]")
    return found


def _split(path: str) -> tuple[str, str]:
    """The path and the name of a tensor: a colon counts only after the ending, since a path may hold others."""
    head, colon, name = path.rpartition(":")
    return (head, name) if colon and head.lower().endswith(".safetensors") else (path, "")


def _native(dtype: str) -> np.dtype[Any]:
    return np.dtype("float32" if dtype == "bfloat16" else dtype)


def _npy(path: str, argument: str) -> RowsOnDisk:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, EOFError) as error:
        # NumPy takes whatever it does not know for a pickle, and says how to load one: that is not safe.
        told = "it is not one, or is cut short" if "pickle" in str(error) else _first(error)
        raise BadFile(f"{argument}: {path} is no .npy file that can be read: {told}") from None
    if not isinstance(array, np.memmap):
        raise BadFile(f"{argument}: {path} holds no single array; write it with numpy.save")
    name = array.dtype.name
    if name not in DTYPES:
        # What ml_dtypes writes; the file does not say which of the formats of two bytes it is.
        hint = "; bf16 wants a .safetensors file" if array.dtype.kind == "V" else ""
        raise BadFile(f"{argument}: {path} holds {name}; write float64, float32 or float16{hint}")
    if not array.flags.c_contiguous:
        raise BadFile(f"{argument}: {path} holds columns, not rows; write numpy.ascontiguousarray(array)")
    return RowsOnDisk(path, name, array.shape, array.offset, array.dtype)


def _safetensors(path: str, argument: str, name: str, tensor: str) -> RowsOnDisk:
    try:
        from safetensors import SafetensorError, safe_open
    except ImportError:
        raise BadFile(
            f"{argument}: {path} needs the package safetensors: pip install safetensors; .npy files need none"
        ) from None
    try:
        with safe_open(path, framework="numpy") as file:
            # In the order of their places, which the package has checked to be without holes.
            tensors = [(key, file.get_slice(key)) for key in file.offset_keys()]
            found = [(key, part.get_dtype(), tuple(part.get_shape())) for key, part in tensors]
    except SafetensorError as error:
        raise BadFile(f"{argument}: {path} is no .safetensors file that can be read: {_first(error)}") from None
    names = [key for key, _, _ in found]
    if not names:
        raise BadFile(f"{argument}: {path} holds no tensor")
    chosen = name or (names[0] if len(names) == 1 else tensor)
    if chosen not in names:
        listed = ", ".join(names[:_MOST_NAMES]) + (", …" if len(names) > _MOST_NAMES else "")
        raise BadFile(f"{argument}: {path} has no tensor {chosen!r}; write {path}:NAME with one of {listed}")
    at = names.index(chosen)
    _, dtype, shape = found[at]
    if dtype not in _SAFETENSORS:
        raise BadFile(f"{argument}: {path} holds {dtype}; write F64, F32, F16 or BF16")
    unknown = next((each for _, each, _ in found[at:] if each not in _BYTES), None)
    if unknown is not None:
        raise BadFile(f"{argument}: {path} also holds {unknown}; put {chosen} into a file of its own")
    # The data ends where the file ends, and the tensors lie side by side: counted from there no header is needed.
    behind = sum(_BYTES[each] * math.prod(size) for _, each, size in found[at:])
    stored = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2"}[dtype]
    return RowsOnDisk(path, _SAFETENSORS[dtype], shape, os.path.getsize(path) - behind, np.dtype(stored))


def tensor_names(path: str, argument: str) -> list[str]:
    """The tensors of a safetensors file."""
    try:
        from safetensors import SafetensorError, safe_open
    except ImportError:
        needed = "the package safetensors: pip install safetensors; .npz files need none"
        raise BadFile(f"{argument}: {path} needs {needed}") from None
    try:
        with safe_open(path, framework="numpy") as file:
            return [str(name) for name in file.keys()]  # noqa: SIM118 (it is no mapping)
    except SafetensorError as error:
        raise BadFile(f"{argument}: {path} is no .safetensors file that can be read: {_first(error)}") from None


def whole_tensor(path: str, argument: str, name: str) -> NDArray[Any]:
    """One tensor of a safetensors file, of whatever kind of numbers; bfloat16 comes as float32."""
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        part = file.get_slice(name)
        shape = tuple(part.get_shape())
        if part.get_dtype() in _SAFETENSORS:
            rows = _safetensors(path, argument, name, name)
            return rows.read(0, rows.rows).reshape(shape) if shape else np.empty(())
        found: NDArray[Any] = file.get_tensor(name)
    return found


def _first(error: BaseException) -> str:
    text = str(error).strip().splitlines() or [type(error).__name__]
    return text[0][:200]
