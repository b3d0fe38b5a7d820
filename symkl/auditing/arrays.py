"""A function of NumPy's arrays, followed as one of tensors: each of NumPy's functions is the one of torch that it is.

No gradient flows through what NumPy computes, so what it gives is detached. What has no counterpart here is refused by
name, and so is what NumPy would have to look into: an expression that is written into an array of numbers.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from typing import Any

import numpy as np

Rule = Callable[..., Any]


class OfArrays(functools.partial[Any]):
    """A function of arrays, called with tensors: they are handed on as arrays, and what it gives is made a tensor."""

    def __call__(self, /, *args: Any, **kwargs: Any) -> Any:  # noqa: D102
        some, named = [*map(_handed, args)], {key: _handed(value) for key, value in kwargs.items()}
        with _making(_followed((some, named))):
            return _back(self.func(*some, **named))


def _followed(a: Any) -> bool:
    """Whether there is an array of expressions in it."""
    if isinstance(a, Mapping):
        return any(map(_followed, a.values()))
    return isinstance(a, FollowedArray) or (isinstance(a, tuple | list) and any(map(_followed, a)))


class _Wide(np.ndarray[Any, Any]):
    """Numbers that stay of float64, whatever kind of floats they are cast to."""

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        return self.copy() if np.dtype(dtype).kind == self.dtype.kind == "f" else super().astype(dtype, *args, **kwargs)


@contextmanager
def _making(followed: bool) -> Iterator[None]:
    """What NumPy makes arrays with, and asks no one: with no other floats than float64.

    Where expressions are followed, they can be written into what is made.
    """
    before = {name: getattr(np, name) for name in (*(_MADE if followed else ()), *_KEPT)}

    def made(name: str) -> Rule:
        def make(*args: Any, **kwargs: Any) -> Any:
            found = before[name](*args, **kwargs)
            return FollowedArray(_as_expressions(found)) if found.dtype.kind == "f" else found

        return make

    def kept(name: str) -> Rule:
        def keep(a: Any, dtype: Any = None, **kwargs: Any) -> Any:
            wide = dtype is not None and np.dtype(dtype).kind == "f"
            if not isinstance(a, FollowedArray):
                return before[name](a, np.float64 if wide else dtype, **kwargs)
            if dtype is not None and not wide:
                return a.astype(dtype)
            return FollowedArray(a.tensor.clone()) if name == "array" else a

        return keep

    for name in before:
        setattr(np, name, made(name) if name in _MADE else kept(name))
    try:
        yield
    finally:
        for name, function in before.items():
            setattr(np, name, function)


_MADE = ("zeros", "ones", "full", "empty")
_KEPT = ("asarray", "array", "asanyarray", "ascontiguousarray")


def _as_expressions(array: Any) -> Any:
    from symkl.auditing import tensors

    return tensors.function("full_like")(tensors.of_numbers(array), 0.0) + tensors.of_numbers(array)


def _handed(a: Any) -> Any:
    """A value with arrays for its tensors: of numbers where these are numbers."""
    from symkl.auditing import tensors

    if tensors.is_symbolic(a):
        return FollowedArray(a)
    if tensors.is_tensor(a):
        return a.detach().numpy().view(_Wide)
    if isinstance(a, dict):
        found = copy(a)
        found.update({key: _handed(value) for key, value in a.items()})
        return found
    return type(a)(map(_handed, a)) if type(a) in (list, tuple) else a


def _back(a: Any) -> Any:
    """What a function gave, with detached tensors for its arrays."""
    from symkl.auditing import tensors

    if isinstance(a, FollowedArray):
        return a.tensor.detach() if tensors.is_symbolic(a.tensor) else a.tensor
    if isinstance(a, np.ndarray | np.generic):
        return tensors.of_numbers(np.asarray(a))
    if isinstance(a, Mapping):
        return {key: _back(value) for key, value in a.items()}
    return type(a)(map(_back, a)) if type(a) in (list, tuple) else a


def _tensor(a: Any) -> Any:
    """A value as torch is to see it."""
    from symkl.auditing import tensors

    if isinstance(a, FollowedArray):
        return a.tensor
    if isinstance(a, np.ndarray):
        return tensors.of_numbers(a)
    if isinstance(a, np.generic):
        return a.item()
    return type(a)(map(_tensor, a)) if type(a) in (list, tuple) else a


def _array(a: Any) -> Any:
    from symkl.auditing import tensors

    return FollowedArray(a) if tensors.is_tensor(a) else a


def _refuse(what: str) -> Any:
    from symkl.auditing import tensors

    tensors.refuse(what)


def _torch(name: str) -> Rule:
    """A rule: the function of torch of this name."""

    def rule(*args: Any) -> Any:
        from symkl.auditing import tensors

        return tensors.function(name)(*args)

    return rule


_POINTWISE = {
    "add": "add", "subtract": "sub", "multiply": "mul", "divide": "div", "true_divide": "div", "negative": "neg",
    "power": "pow", "exp": "exp", "expm1": "expm1", "exp2": "exp2", "log": "log", "log1p": "log1p", "log2": "log2",
    "log10": "log10", "sqrt": "sqrt", "square": "square", "absolute": "abs", "reciprocal": "reciprocal",
    "maximum": "maximum", "minimum": "minimum", "tanh": "tanh", "logaddexp": "logaddexp", "greater": "gt",
    "greater_equal": "ge", "less": "lt", "less_equal": "le", "equal": "eq", "not_equal": "ne", "sign": "sign",
    "floor": "floor", "ceil": "ceil", "rint": "round", "isnan": "isnan", "isfinite": "isfinite", "isinf": "isinf",
    "logical_and": "logical_and", "logical_or": "logical_or", "logical_not": "logical_not",
    "bitwise_and": "logical_and", "bitwise_or": "logical_or", "invert": "logical_not", "matmul": "matmul",
}  # fmt: skip
"""NumPy's functions of entries, by what they are in torch."""


def _number(tensor: Any) -> Any:
    """As NumPy reduces it: truth values are numbers, and whole numbers have a mean."""
    return tensor if tensor.is_floating_point() else tensor.double()


def _along(name: str, a: Any, axis: Any, keepdims: bool, **more: Any) -> Any:
    tensor = _number(_tensor(a))
    dims = tuple(range(tensor.dim())) if axis is None else axis
    if not tensor.dim():
        return tensor
    return _torch_with(name, tensor, dims, keepdims, **more)


def _torch_with(name: str, tensor: Any, dims: Any, keepdims: bool, **more: Any) -> Any:
    from symkl.auditing import tensors

    return tensors.function(name)(tensor, dim=dims, keepdim=keepdims, **more)


def _sum(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return _along("sum", a, axis, keepdims)


def _mean(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return _along("mean", a, axis, keepdims)


def _max(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return _along("amax", a, axis, keepdims)


def _min(a: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    return _along("amin", a, axis, keepdims)


def _var(a: Any, axis: Any = None, *, ddof: int = 0, keepdims: bool = False) -> Any:
    return _along("var", a, axis, keepdims, correction=ddof)


def _std(a: Any, axis: Any = None, *, ddof: int = 0, keepdims: bool = False) -> Any:
    return _along("std", a, axis, keepdims, correction=ddof)


def _prod(a: Any, axis: int | None = None, *, keepdims: bool = False) -> Any:
    tensor = _number(_tensor(a))
    return tensor.prod() if axis is None else tensor.prod(axis, keepdim=keepdims)


def _clip(a: Any, a_min: Any = None, a_max: Any = None) -> Any:
    return _tensor(a).clamp(_tensor(a_min), _tensor(a_max))


def _where(condition: Any, x: Any, y: Any) -> Any:
    from symkl.auditing import tensors

    holds = _tensor(condition)
    return tensors.function("where")(holds if tensors.is_truth(holds) else holds != 0, _tensor(x), _tensor(y))


def _cumsum(a: Any, axis: int | None = None) -> Any:
    return _tensor(a).flatten().cumsum(0) if axis is None else _tensor(a).cumsum(axis)


def _joined(name: str) -> Rule:
    def rule(arrays: Any, axis: int = 0) -> Any:
        from symkl.auditing import tensors

        return tensors.function(name)(_tensor(list(arrays)), axis)

    return rule


def _expand_dims(a: Any, axis: int) -> Any:
    return _tensor(a).unsqueeze(axis)


def _squeeze(a: Any, axis: int | None = None) -> Any:
    return _tensor(a).squeeze() if axis is None else _tensor(a).squeeze(axis)


def _like(name: str) -> Rule:
    def rule(a: Any, *fill: Any) -> Any:
        from symkl.auditing import tensors

        return tensors.function(name)(_tensor(a), *map(_tensor, fill))

    return rule


def _flip(m: Any, axis: Any = None) -> Any:
    tensor = _tensor(m)
    dims = range(tensor.dim()) if axis is None else [axis] if isinstance(axis, int) else axis
    return tensor.flip(tuple(dims))


def _taken(arr: Any, indices: Any, axis: int) -> Any:
    return _tensor(arr).gather(axis, _tensor(indices))


def _transposed(a: Any, axes: Any = None) -> Any:
    tensor = _tensor(a)
    return tensor.permute(*(axes or reversed(range(tensor.dim()))))


_FUNCTIONS: dict[str, Rule] = {
    "sum": _sum, "mean": _mean, "max": _max, "amax": _max, "min": _min, "amin": _min, "var": _var, "std": _std,
    "prod": _prod,
    "clip": _clip, "where": _where,
    "cumsum": _cumsum, "concatenate": _joined("cat"), "stack": _joined("stack"),
    "expand_dims": _expand_dims, "squeeze": _squeeze, "zeros_like": _like("zeros_like"),
    "ones_like": _like("ones_like"), "full_like": _like("full_like"), "flip": _flip, "take_along_axis": _taken,
    "transpose": _transposed, "reshape": lambda a, shape: _tensor(a).reshape(shape),
    "ravel": lambda a: _tensor(a).reshape(-1), "copy": lambda a: _tensor(a).clone(),
    "broadcast_to": lambda array, shape: _tensor(array).expand(shape), "dot": lambda a, b: _tensor(a) @ _tensor(b),
    "any": lambda a: _tensor(a).any(), "all": lambda a: _tensor(a).all(), "ndim": lambda a: a.ndim,
    "shape": lambda a: a.shape, "size": lambda a: a.size,
}  # fmt: skip
"""NumPy's other functions, each with the arguments that are heeded."""

_REDUCED = {"add": _sum, "maximum": _max, "minimum": _min}


class FollowedArray(np.lib.mixins.NDArrayOperatorsMixin):
    """An array of expressions: what NumPy is asked of it is asked of the tensor in it."""

    def __init__(self, tensor: Any) -> None:
        self.tensor = tensor

    # -- what NumPy asks ---------------------------------------------------------------------

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        given = {key: value for key, value in kwargs.items() if value is not None}
        (out,) = given.pop("out", (None,))
        if method == "reduce" and ufunc.__name__ in _REDUCED:
            given.pop("dtype", None)
            return self._ruled(ufunc.__name__, _REDUCED[ufunc.__name__], inputs, {"axis": 0, **given})
        if method != "__call__" or ufunc.__name__ not in _POINTWISE or given:
            more = f" with {', '.join(given)}" if given else "" if method == "__call__" else f".{method}"
            return _refuse(f"NumPy's {ufunc.__name__}{more}: it has no rule here")
        found = _array(_torch(_POINTWISE[ufunc.__name__])(*map(_as_tensor, inputs)))
        if out is None:
            return found
        if not isinstance(out, FollowedArray):
            return _refuse(f"NumPy's {ufunc.__name__} into an array of numbers")
        out[...] = found
        return out

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        rule = _FUNCTIONS.get(func.__name__)
        if rule is None:
            return _refuse(f"NumPy's {func.__name__}: it has no rule here")
        return self._ruled(func.__name__, rule, args, kwargs)

    def _ruled(self, name: str, rule: Rule, args: Any, kwargs: Mapping[str, Any]) -> Any:
        """What a rule gives; refused where it does not heed an argument."""
        given = {key: value for key, value in kwargs.items() if value is not None and value is not np._NoValue}
        try:
            bound = _signature(rule).bind(*args, **given)
        except TypeError as error:
            return _refuse(f"NumPy's {name} with these arguments ({error})")
        return _array(rule(*bound.args, **bound.kwargs))

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        return _refuse("an expression is looked into by NumPy, or written into an array of numbers")

    # -- what is asked of an array -----------------------------------------------------------

    @property
    def shape(self) -> tuple[int, ...]:
        """Its sizes."""
        return tuple(self.tensor.shape)

    @property
    def ndim(self) -> int:
        """How many axes it has."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """How many entries it has."""
        return int(np.prod(self.shape))

    @property
    def dtype(self) -> Any:
        """Of floats, or of truth values."""
        from symkl.auditing import tensors

        return np.dtype(bool if tensors.is_truth(self.tensor) else float)

    @property
    def T(self) -> Any:
        """With its axes turned."""
        return _array(_transposed(self))

    def __getattr__(self, name: str) -> Any:
        rule = _FUNCTIONS.get(name)
        if name.startswith("__") or rule is None:
            if not name.startswith("_"):
                _refuse(f"the method {name} of an array: it has no rule here")
            raise AttributeError(name)
        return lambda *args, **kwargs: self._ruled(name, rule, (self, *args), kwargs)

    def astype(self, dtype: Any, *args: Any, **kwargs: Any) -> Any:
        """As numbers of another kind; floats stay what they are."""
        from symkl.auditing import tensors

        kind = np.dtype(dtype).kind
        if kind not in "fbiu":
            return _refuse(f"astype({dtype!r})")
        return FollowedArray(tensors.cast(self.tensor, kind))

    def reshape(self, *shape: Any) -> Any:
        """In another shape."""
        return _array(self.tensor.reshape(*shape))

    def transpose(self, *axes: Any) -> Any:
        """With other axes first."""
        return _array(_transposed(self, axes or None))

    def flatten(self) -> Any:
        """In one row, as a copy."""
        return _array(self.tensor.reshape(-1).clone())

    def item(self) -> Any:
        """The one number in it, as it is at the sample."""
        return self.tensor.item()

    def tolist(self) -> Any:
        """The numbers in it, as they are at the sample."""
        return self.tensor.tolist()

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Any:
        return (self[k] for k in range(len(self)))

    def __getitem__(self, key: Any) -> Any:
        return _array(self.tensor[_tensor(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        self.tensor[_tensor(key)] = _tensor(value)

    def __bool__(self) -> bool:
        return bool(self.tensor)

    def __float__(self) -> float:
        return float(self.tensor)

    def __int__(self) -> int:
        return int(self.tensor)


def _as_tensor(a: Any) -> Any:
    """As :func:`_tensor`; a plain number beside it as a tensor, for torch's functions take no two numbers."""
    from symkl.auditing import tensors

    found = _tensor(a)
    return found if tensors.is_tensor(found) else tensors.of_numbers(np.asarray(found))


@functools.cache
def _signature(rule: Rule) -> Any:
    return inspect.signature(rule)
