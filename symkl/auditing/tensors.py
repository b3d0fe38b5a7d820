"""A function run on tensors of expressions, and run as it is: the one file of this room that knows torch.

A symbolic tensor holds the numbers of expressions. What only moves entries (a view, a gather, an assignment through a
mask or a slice) is the same torch operation on these numbers, so views share what they share in torch. Every symbol has
a sample value: a branch on data is taken as it is taken there, and that is written down.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from symkl.auditing.expressions import Condition, Expressions, Symbol, Values
from symkl.auditing.operations import Operations
from symkl.auditing.roles import Input, Padding, labels, mask
from symkl.auditing.sharing import Sharing
from symkl.auditing.signatures import bound
from symkl.auditing.steadiness import drawn
from symkl.auditing.traces import Output, Ran, Traced, Untraceable, names

DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16, "float64": torch.float64}


@dataclass
class _Trace:
    """The run in progress. ``dtype``, ``device``: what a symbolic tensor says that it is, and where.

    ``altered``: in which way what is taken at the sample is made another; ``taken``: what that was.
    """

    expressions: Expressions
    values: Values
    dtype: Any = torch.float64
    device: Any = field(default_factory=lambda: torch.device("cpu"))
    altered: str = ""
    taken: dict[str, None] = field(default_factory=dict)
    known: dict[int, float] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    decided: dict[Condition, None] = field(default_factory=dict)
    comparisons: dict[int, tuple[Any, Any, bool]] = field(default_factory=dict)
    operations: dict[str, None] = field(default_factory=dict)
    sharing: Sharing = field(default_factory=Sharing)
    refused: Untraceable | None = None

    def __post_init__(self) -> None:
        self.expressed = Operations(self.expressions, _Arrays())

    def value(self, number: int) -> float:
        return self.expressions.value(number, self.values, self.known)


_running: list[_Trace] = []


def _now() -> _Trace:
    if not _running:
        raise Untraceable("a symbolic tensor outlived the run that made it")
    return _running[-1]


def _numbers(values: Sequence[int], shape: Sequence[int]) -> Any:
    return torch.tensor(list(values), dtype=torch.int64).reshape(tuple(shape))


def _lifted(a: Any) -> Any:
    """The numbers of anything numeric."""
    if isinstance(a, SymbolicTensor):
        _usable(a)
        return a.numbers
    constant = _now().expressions.constant
    if isinstance(a, torch.Tensor):
        return _numbers([constant(v) for v in a.detach().reshape(-1).tolist()], a.shape)
    return torch.tensor(constant(a), dtype=torch.int64)


def _each(change: Callable[..., int], *numbers: Any) -> Any:
    """A change of expressions, entry by entry; detached where no gradient is recorded."""
    wide = torch.broadcast_tensors(*numbers)
    found = [change(*row) for row in zip(*(each.reshape(-1).tolist() for each in wide), strict=True)]
    return _recorded(_numbers(found, wide[0].shape))


def _recorded(numbers: Any) -> Any:
    """What is computed now, as autograd will see it: detached under ``no_grad``."""
    if torch.is_grad_enabled():
        return numbers
    stop = _now().expressions.call
    return _numbers([stop("sg", n) for n in numbers.reshape(-1).tolist()], numbers.shape)


def _usable(tensor: Any) -> None:
    """Raises: Untraceable, where what a tensor holds depends on what is not known: whether a cast made a copy."""
    reason = _now().sharing.stale(_storage(tensor.numbers))
    if reason:
        raise Untraceable(reason)
    if tensor.unsure and torch.is_grad_enabled():
        raise Untraceable(
            "it uses what a cast under no_grad gives: whether gradients flow through it depends on the kinds of floats"
        )


def _storage(numbers: Any) -> int:
    return int(numbers.untyped_storage().data_ptr()) if numbers.numel() else 0


def _apart(source: Any, reason: str) -> Any:
    """A copy of numbers that may be one with them in torch: what is written into one makes the other unknown."""
    copy = source.clone(memory_format=torch.contiguous_format)
    _now().sharing.tied(_storage(source), _storage(copy), reason, (source, copy))
    return copy


_COPIED = (
    "{} gives a copy or the same entries, by the kind of floats or the layout; it writes into one and reads the other"
)
_SHARED = "it writes into what shares its entries with the result of {}, and reads that"


def _sampled(tensor: Any) -> Any:
    """A symbolic tensor at the sample values."""
    _usable(tensor)
    now = _now()
    found = [now.value(n) for n in tensor.numbers.reshape(-1).tolist()]
    return torch.tensor(found, dtype=torch.float64).reshape(tensor.numbers.shape)


class SymbolicTensor(torch.Tensor):
    """A tensor of expressions. ``alias``: it shares its entries with a tensor that gradients flow to.

    ``unsure``: whether gradients flow through it is not known.
    """

    numbers: Any
    alias: bool
    unsure: bool

    @staticmethod
    def __new__(cls, numbers: Any, alias: bool = False, unsure: bool = False) -> Any:  # noqa: D102
        made = torch.Tensor._make_wrapper_subclass(cls, numbers.shape, dtype=torch.float64)
        made.numbers = numbers
        made.alias = alias
        made.unsure = unsure
        return made

    def __repr__(self, *, tensor_contents: Any = None) -> str:
        return f"SymbolicTensor{tuple(self.numbers.shape)}"

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
        with _refusals():
            raise Untraceable(f"NumPy's {ufunc.__name__}: write it with torch, or audit what it is given")

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        with _refusals():
            raise Untraceable(f"NumPy's {func.__name__}: write it with torch, or audit what it is given")

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        with _refusals():
            raise Untraceable(f"the operation {func}, which is below what a program of torch calls")

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        with _refusals():
            return _called(func, args, kwargs or {})


@contextmanager
def _refusals() -> Iterator[None]:
    """What is refused stays so, though the function may catch it and do something else."""
    try:
        yield
    except Untraceable as error:
        if _running:
            _now().refused = _now().refused or error
        raise


def _symbolic(a: Any) -> bool:
    if isinstance(a, SymbolicTensor):
        return True
    if isinstance(a, tuple | list):
        return any(map(_symbolic, a))
    return isinstance(a, dict) and any(map(_symbolic, a.values()))


_MADE = names(
    "zeros ones full empty tensor as_tensor arange linspace rand randn eye zeros_like ones_like full_like "
    "empty_like rand_like randn_like new_zeros new_ones new_full new_tensor new_empty scalar_tensor"
)
"""What makes tensors. Of floats they are symbolic, so that expressions can be written into them."""


_RANDOM = names(
    "rand randn rand_like randn_like randint randint_like randperm bernoulli multinomial normal poisson binomial "
    "uniform exponential geometric cauchy log_normal random gumbel_softmax rrelu"
)
_DROPPING = names(
    "dropout dropout1d dropout2d dropout3d alpha_dropout feature_dropout feature_alpha_dropout native_dropout"
)


def _draws(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> bool:
    """Whether a function of torch draws random numbers, called so: a dropout only where it is in use."""
    plain = name.rstrip("_")
    if plain not in _DROPPING:
        return plain in _RANDOM
    share = kwargs.get("p", args[1] if len(args) > 1 else 0.5)
    training = kwargs.get("training", kwargs.get("train", args[2] if len(args) > 2 else True))
    return bool(share) and bool(training)


def _refuse_draws(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    if _draws(name, args, kwargs):
        raise Untraceable(f"{name} draws random numbers: what would be said is of one draw")


class _Making(TorchFunctionMode):
    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        with _refusals():
            return self._answered(func, args, kwargs or {})

    def _answered(self, func: Any, args: Any, kwargs: Any) -> Any:
        name = getattr(func, "__name__", "")
        _refuse_draws(name, args, kwargs)
        if name in ("tensor", "as_tensor") and _symbolic(args[:1]):
            return args[0] if name == "as_tensor" and isinstance(args[0], SymbolicTensor) else _nested(args[0])
        if _symbolic((args, kwargs)) or (name == "where" and len(args) > 1 and id(args[0]) in _now().comparisons):
            return _called(func, args, kwargs)
        if name in ("to", "cuda", "pin_memory"):  # there is one device here, whatever it is said to be
            return _stayed(func, args, kwargs)
        return _new(func, args, kwargs) if name in _MADE else func(*args, **kwargs)


def _stayed(func: Any, args: Any, kwargs: Any) -> Any:
    """A plain tensor, with the kind of numbers that it is cast to, where it is."""
    kinds = [a.dtype if isinstance(a, torch.Tensor) else a for a in (*args[1:], *kwargs.values())]
    wanted = next((a for a in kinds if isinstance(a, torch.dtype)), None)
    if kwargs.get("copy"):
        return args[0].clone() if wanted is None else func(args[0], wanted, copy=True)
    return args[0] if wanted is None else func(args[0], wanted)


def _new(func: Any, args: Any, kwargs: Any) -> Any:
    """A tensor that is made, on this device; of floats as expressions."""
    name = getattr(func, "__name__", "")
    if kwargs.get("out") is not None:
        raise Untraceable(f"the argument out of {name}")
    if name == "new_tensor" and _symbolic((args[1:], kwargs)):
        return _nested(kwargs.get("data", args[1] if len(args) > 1 else None))
    like = name.startswith("new_") or name.endswith("_like")
    if _symbolic((args[like:], {key: value for key, value in kwargs.items() if key != "input"})):
        _now().notes[_READ_OUT] = None
    kwargs = {key: _plain(value) for key, value in kwargs.items() if key != "device"}
    if isinstance(kind := kwargs.get("dtype"), torch.dtype) and kind.is_floating_point:
        kwargs["dtype"] = torch.float64
    found = func(*map(_plain, args), **kwargs)
    return SymbolicTensor(_lifted(found)) if found.dtype.is_floating_point else found


_READ_OUT = "a number is read out of a tensor: what follows is that of the sample"


def _nested(a: Any) -> Any:
    """A tensor made of numbers that are read out of others: a copy, which no gradient flows through."""
    if isinstance(a, tuple | list):
        return SymbolicTensor(torch.stack([_nested(each).numbers for each in a]))
    return SymbolicTensor(_detached(_lifted(a)))


# --- one call -----------------------------------------------------------------------------------

_STRUCTURE = names(
    "reshape view __getitem__ unsqueeze squeeze transpose permute expand expand_as cat concat concatenate stack "
    "flip fliplr flipud gather index_select masked_select chunk split tensor_split unbind contiguous clone repeat "
    "repeat_interleave flatten unflatten broadcast_to take_along_dim narrow select roll tile t view_as reshape_as "
    "movedim swapaxes swapdims diagonal hstack vstack dstack split_with_sizes broadcast_tensors "
    "atleast_1d atleast_2d ravel unfold take column_stack index_copy"
)
"""What only moves entries."""
_JOINED = names("cat concat concatenate stack hstack vstack dstack column_stack index_copy broadcast_tensors")
"""Of these what is a tensor of whole numbers is one of entries, and no index."""
_LAID_OUT = names("reshape flatten ravel contiguous reshape_as")
"""What gives a view or a copy, by how entries lie in memory."""

_CAST = names("float double half bfloat16 to type type_as cpu cuda pin_memory contiguous")
_COMPARED = {
    "gt": float.__gt__, "lt": float.__lt__, "ge": float.__ge__, "le": float.__le__, "eq": float.__eq__,
    "ne": float.__ne__, "greater": float.__gt__, "less": float.__lt__, "greater_equal": float.__ge__,
    "less_equal": float.__le__,
}  # fmt: skip
_ABOVE = frozenset({"gt", "ge", "greater", "greater_equal"})
_STRICT = frozenset({"gt", "lt", "greater", "less"})
_EQUALS = frozenset({"eq", "ne"})
_DECIDED = names(
    "isnan isinf isfinite any all argmax argmin nonzero argsort signbit sign count_nonzero bucketize searchsorted "
    "logical_and logical_or logical_not logical_xor isclose allclose equal floor ceil round trunc long int bool "
    "histc unique"
)
"""What gives no expression, and is taken at the sample."""

_OF_NUMBERS = names("isnan isinf isfinite")
"""What asks whether something is a number: at the samples all is, and that is said."""

_READ = names("item __float__ __int__ __bool__ __index__ tolist numpy __format__ __array__ __complex__")
_ASKED = names("size dim numel nelement stride ndimension __len__ is_contiguous")


def _called(func: Any, args: Any, kwargs: Any) -> Any:
    _refuse_draws(getattr(func, "__name__", ""), args, kwargs)
    with torch._C.DisableTorchFunctionSubclass(), torch._C.DisableTorchFunction():
        return _answered(func, getattr(func, "__name__", str(func)), list(args), dict(kwargs))


def _answered(func: Any, raw: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    if raw == "__get__":
        return _attribute(func.__self__.__name__, args[0])
    if raw == "__set__":
        raise Untraceable("an attribute of a tensor is set")
    if raw in _ASKED:
        return getattr(args[0].numbers, raw)(*args[1:], **kwargs)
    if raw == "is_floating_point":
        return True
    if raw == "__iter__":
        return iter(_moved(torch.unbind, args, {}))
    if raw == "__contains__":
        raise Untraceable("whether a tensor contains a number")
    name, args, inplace = _spelled(raw, args)
    now = _now()
    now.operations[name] = None
    if kwargs.get("out") is not None:
        raise Untraceable(f"the argument out of {name}")
    if raw in _READ:
        return _read(raw, args[0])
    if raw == "requires_grad_":
        return _trained(*args, **kwargs)
    if raw == "retain_grad":
        return None
    if name in _COMPARED and not inplace:
        return _compared(name, *args, **kwargs)
    if name in _DECIDED:
        how = getattr(torch.Tensor, raw, None) or func
        found = how(*map(_plain, args), **{key: _plain(value) for key, value in kwargs.items()})
        if _depends((args, kwargs)):
            now.notes[f"what {name} gives is that of the sample"] = None
            if name not in _OF_NUMBERS:
                size = _length(*args, **kwargs) if name in ("argmax", "argmin") else 0
                found = _taken(f"what {name} gives", found, size)
        if not inplace:
            return found
        return _finished(_lifted(found), args[0], inplace)
    if name in _CAST:
        return _cast(name, args, kwargs)
    if name == "setitem":
        return _assigned(*args)
    if name in _MADE:
        return _new(func, args, kwargs)
    if name == "detach" and not inplace:
        return SymbolicTensor(_beside(args[0], "detach"), alias=True)
    handler = getattr(now.expressed, name, None)
    if handler is not None:
        call = bound(handler, name, args, kwargs)
        if (kind := call.arguments.get("dtype")) is not None and not kind.is_floating_point:
            raise Untraceable(f"the argument dtype={kind} of {name}")
        return _finished(handler(*call.args, **call.kwargs), call.arguments.get("x"), inplace)
    if name in _STRUCTURE or raw in _STRUCTURE:
        if inplace:
            raise Untraceable(f"the shape of a tensor is changed in place, by {raw}")
        return _moved(func, args, kwargs)
    raise Untraceable(f"the torch operation {raw}")


def _spelled(raw: str, args: list[Any]) -> tuple[str, list[Any], bool]:
    """The name of an operation, its arguments in order, and whether it writes into the first."""
    if raw.startswith("__r") and raw[3:-2] in _REFLECTED:
        return raw[3:-2], [args[1], args[0], *args[2:]], False
    if raw.startswith("__i") and raw[3:-2] in _REFLECTED:
        return raw[3:-2], args, True
    plain = raw.strip("_")
    return plain, args, raw.endswith("_") and not raw.endswith("__")


_REFLECTED = frozenset(["add", "sub", "mul", "truediv", "div", "pow"])


def _attribute(name: str, tensor: SymbolicTensor) -> Any:
    numbers = tensor.numbers
    match name:
        case "data":
            return SymbolicTensor(_beside(tensor, ".data"), alias=True)
        case "T" | "mT" | "H":
            return _moved(torch.transpose, [tensor, -1, -2] if numbers.dim() > 1 else [tensor, 0, 0], {})
        case "shape" | "ndim" | "itemsize":
            return getattr(numbers, name)
        case "dtype":
            return _now().dtype
        case "device":
            return _now().device
        case "layout":
            return torch.strided
        case "requires_grad":
            return _flows(numbers)
        case "grad" | "_grad" | "_backward_hooks":
            return None
        case "is_cuda" | "is_sparse" | "is_nested" | "is_quantized" | "is_meta" | "is_cpu" | "is_mps" | "is_xpu":
            return name == f"is_{_now().device.type}"
    raise Untraceable(f"the attribute {name} of a tensor")


def _flows(numbers: Any) -> bool:
    """Whether gradients flow through any of some numbers."""
    e = _now().expressions
    return any(e.call("sg", n) != n for n in numbers.reshape(-1).tolist())


def _trained(tensor: Any, requires_grad: bool = True) -> Any:
    if not requires_grad:
        raise Untraceable("requires_grad_(False)")
    return tensor


def _beside(tensor: Any, name: str) -> Any:
    """The numbers of a tensor, detached: they share their entries with it, so nothing may be written into it after."""
    found = _detached(_lifted(tensor))
    _now().sharing.tied(_storage(tensor.numbers), _storage(found), _SHARED.format(name), (tensor.numbers, found))
    return found


def _detached(numbers: Any) -> Any:
    call = _now().expressions.call
    return _numbers([call("sg", n) for n in numbers.reshape(-1).tolist()], numbers.shape)


def _depends(a: Any) -> bool:
    """Whether anything in it depends on a symbol."""
    if isinstance(a, SymbolicTensor):
        symbols = _now().expressions.symbols
        return any(symbols(n) for n in a.numbers.reshape(-1).tolist())
    if isinstance(a, tuple | list):
        return any(map(_depends, a))
    return isinstance(a, dict) and any(map(_depends, a.values()))


ALTERED = ("turned", "large", "huge", "low", "none")
"""In which ways what is taken at the sample is made another, to see whether the result hangs on it."""


def _taken(words: str, found: Any, size: int = 0) -> Any:
    """What is taken at the sample, noted; made another where that is asked. ``size``: of places, how many there are."""
    now = _now()
    now.taken[words] = None
    if not now.altered:
        return found
    if not isinstance(found, torch.Tensor):
        if isinstance(found, tuple):
            return tuple(_made_another(each, now.altered, size) for each in found)
        return type(found)(_made_another(torch.tensor(found), now.altered, size).item())
    return _made_another(found, now.altered, size)


def _made_another(found: Any, how: str, size: int) -> Any:
    if found.dtype == torch.bool:
        return ~found if how == "turned" else torch.full_like(found, how == "large")
    if size:
        return (found + 1) % size
    match how:
        case "turned":
            return -found - 1
        case "large":
            return found * 1000 + 1000
        case "none":
            return torch.zeros_like(found)
    return found * 1000 + (10**15 if how == "huge" else -(10**15))


def _read(raw: str, tensor: Any) -> Any:
    now = _now()
    plain = _sampled(tensor)
    if _depends(tensor):
        now.notes[_READ_OUT] = None
        if raw not in ("__format__", "__bool__") or not _of_scalars(tensor.numbers):
            plain = _taken("a number that is read out of a tensor", plain)
    match raw:
        case "tolist":
            return plain.tolist()
        case "numpy" | "__array__":
            return plain.numpy()
        case "__bool__":
            return bool(plain)
        case "__int__" | "__index__":
            return int(plain)
    return float(plain)


def _data(numbers: Any) -> bool:
    return not _of_scalars(numbers)


def _length(tensor: Any, dim: int | None = None, keepdim: bool = False) -> int:
    """How many entries there are to choose from, along an axis or in all."""
    return int(tensor.numbers.numel() if dim is None else tensor.numbers.shape[dim])


def _of_scalars(numbers: Any) -> bool:
    """Whether some numbers depend on scalars alone: those are none of a few numbers but by chance."""
    symbols = _now().expressions.symbols
    return all(not each.place for n in numbers.reshape(-1).tolist() for each in symbols(n))


def _plain(a: Any) -> Any:
    return _sampled(a) if isinstance(a, SymbolicTensor) else a


def _compared(name: str, left: Any, other: Any = None, **kwargs: Any) -> Any:
    other = kwargs.pop("other", other)
    if kwargs:
        raise Untraceable(f"the argument {next(iter(kwargs))} of {name}")
    if other is None:
        return torch.full(left.numbers.shape, name == "ne")
    now, holds, e = _now(), _COMPARED[name], _now().expressions
    a, b = torch.broadcast_tensors(_lifted(left), _lifted(other))
    found, guards, made = [], [], []
    for i, j in zip(a.reshape(-1).tolist(), b.reshape(-1).tolist(), strict=True):
        outcome = holds(float(now.value(i)), float(now.value(j)))
        found.append(outcome)
        # x > y is not y >= x, and a guard holds from 0 on: of a strict comparison it is kept where it does not hold
        guards.append(e.subtract(i, j) if (name in _ABOVE) != (name in _STRICT) else e.subtract(j, i))
        if not e.symbols(i) and not e.symbols(j):
            continue
        if name in _EQUALS:
            now.notes["whether numbers are equal is decided at the sample"] = None
        else:
            made.append(Condition(i, j) if outcome == (name in _ABOVE) else Condition(j, i))
    answer = torch.tensor(found, dtype=torch.bool).reshape(a.shape)
    if name in _EQUALS and (_data(a) or _data(b)):
        answer = _taken("whether numbers are equal", answer)
    now.decided |= dict.fromkeys(made)
    if name not in _EQUALS:  # kept, so that its identity is not given away: a choice by it can be an expression
        now.comparisons[id(answer)] = (answer, _numbers(guards, a.shape), name in _STRICT)
    return answer


def _cast(name: str, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """A cast between kinds of floats changes nothing, but may copy; one to whole numbers takes the sample."""
    tensor = args[0]
    kinds = [a.dtype if isinstance(a, torch.Tensor) else a for a in (*args[1:], *kwargs.values())]
    wanted = next((a for a in kinds if isinstance(a, torch.dtype)), None)
    if name == "type" and wanted is None:
        raise Untraceable("type, with the name of a type or none")
    if not isinstance(tensor, SymbolicTensor):  # a plain tensor, made to be like a symbolic one
        return tensor.to(torch.float64) if wanted is None or wanted.is_floating_point else tensor.to(wanted)
    numbers = _lifted(tensor)
    if wanted is not None and not wanted.is_floating_point:
        _now().notes["what is rounded to whole numbers is that of the sample"] = None
        rounded = _sampled(tensor).to(wanted)
        return _taken("what is rounded to whole numbers", rounded) if _depends(tensor) else rounded
    if kwargs.get("copy"):
        return SymbolicTensor(_recorded(numbers.clone()))
    found = _apart(numbers, _COPIED.format(name))
    stopped = not torch.is_grad_enabled() and _flows(numbers)
    if stopped:
        found[...] = _detached(found)
    return SymbolicTensor(found, tensor.alias, stopped)


def _assigned(tensor: Any, key: Any, value: Any) -> None:
    if not isinstance(tensor, SymbolicTensor):
        raise Untraceable("an expression is written into a tensor that came from elsewhere")
    key = tuple(map(_plain, key)) if isinstance(key, tuple) else _plain(key)
    _written(tensor, key, _lifted(value))


def _written(tensor: SymbolicTensor, key: Any, numbers: Any) -> None:
    """Entries take other expressions; autograd does not notice what is written under ``no_grad``."""
    if tensor.alias:
        raise Untraceable("it writes through detach() or .data into a tensor that is in use")
    _usable(tensor)
    if not isinstance(key, type(...)):
        taken = torch.arange(tensor.numbers.numel()).reshape(tensor.numbers.shape)[key].reshape(-1)
        if taken.unique().numel() < taken.numel():
            raise Untraceable(_TWICE)
    _now().sharing.written(_storage(tensor.numbers))
    if torch.is_grad_enabled():
        tensor.numbers[key] = numbers
        return
    e = _now().expressions
    before = tensor.numbers[key]

    def unnoticed(old: int, new: int) -> int:
        return e.add(e.call("sg", new), old, e.negate(e.call("sg", old)))

    with torch.enable_grad():
        tensor.numbers[key] = _each(unnoticed, before, numbers.expand_as(before))


_TWICE = "it writes into one place twice: which of the two stays torch leaves open"


def _moved(func: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """The same operation on the numbers."""
    name = getattr(func, "__name__", "")
    joined = name in _JOINED
    copied = name in ("clone", "cat", "stack", "repeat", "index_select", "gather")
    alias = not copied and any(isinstance(a, SymbolicTensor) and a.alias for a in args)
    given: dict[int, Any] = {}
    plain: set[int] = set()

    def down(a: Any) -> Any:
        if isinstance(a, SymbolicTensor):
            numbers = _lifted(a)
            given[_storage(numbers)] = numbers
            return numbers
        if isinstance(a, torch.Tensor) and a.dtype.is_floating_point:
            return _lifted(a)
        return type(a)(map(down, a)) if type(a) in (list, tuple) else a

    def entries(a: Any) -> Any:
        if isinstance(a, torch.Tensor) and not isinstance(a, SymbolicTensor) and name != "broadcast_tensors":
            return _lifted(a)
        return type(a)(map(entries, a)) if type(a) in (list, tuple) else down(a)

    def up(a: Any) -> Any:
        if isinstance(a, torch.Tensor):
            source = given.get(_storage(a))
            if name in _LAID_OUT and len(given) == 1:
                a = _apart(next(iter(given.values())), _COPIED.format(name)).reshape(a.shape)
            elif source is not None and not torch.is_grad_enabled():
                a = _apart(a, _SHARED.format(f"{name} under no_grad"))
            if id(a) in plain:
                return a
            return SymbolicTensor(_recorded_in(a) if source is not None else _recorded(a), alias)
        return type(a)(map(up, a)) if isinstance(a, list | tuple) else a

    if name == "index_copy":  # its index is one
        found = func(*map(down, args[:3]), *map(entries, args[3:]), **{k: entries(v) for k, v in kwargs.items()})
    else:
        lower = entries if joined else down
        found = func(*map(lower, args), **{key: down(value) for key, value in kwargs.items()})
    if name == "broadcast_tensors":  # each stays what it is: indices, beside entries
        plain |= {id(a) for a, of in zip(found, args, strict=True) if not _floats(of)}
    return up(found)


def _floats(a: Any) -> bool:
    return isinstance(a, SymbolicTensor) or bool(a.dtype.is_floating_point)


def _recorded_in(numbers: Any) -> Any:
    """As :func:`_recorded`, in the same place: what is tied to it stays so."""
    if not torch.is_grad_enabled():
        numbers[...] = _detached(numbers)
    return numbers


def _finished(found: Any, target: Any, inplace: bool) -> Any:
    """The numbers that an operation gave, as a tensor; written into its first argument where it works in place."""
    if not isinstance(found, torch.Tensor) or found.dtype != torch.int64:
        return found
    if not inplace:
        return SymbolicTensor(found)
    if not isinstance(target, SymbolicTensor):
        raise Untraceable("an expression is written into a tensor that came from elsewhere")
    _written(target, ..., found.expand_as(target.numbers))
    return target


class _Arrays:
    """What :mod:`symkl.auditing.operations` asks of torch."""

    def lifted(self, a: Any) -> Any:
        return _lifted(a)

    def each(self, change: Callable[..., int], *numbers: Any) -> Any:
        return _each(change, *numbers)

    def along(self, numbers: Any, dim: Any, keepdim: bool, change: Callable[[list[int]], int]) -> Any:
        if not numbers.dim():
            return _recorded(_numbers([change([int(numbers)])], ()))
        every = dim is None or (isinstance(dim, tuple | list) and not dim)
        wanted = range(numbers.dim()) if every else [dim] if isinstance(dim, int) else dim
        dims = sorted({d % numbers.dim() for d in wanted})
        rest = [d for d in range(numbers.dim()) if d not in dims]
        shape = [numbers.shape[d] for d in rest]
        count = math.prod(numbers.shape[d] for d in dims)
        rows = numbers.permute(*rest, *dims).reshape(math.prod(shape), count).tolist()
        found = _numbers([change(row) for row in rows], shape)
        for d in dims if keepdim else ():
            found = found.unsqueeze(d)
        return _recorded(found)

    def scanned(self, numbers: Any, dim: int, change: Callable[[int, int], int]) -> Any:
        rows = list(numbers.movedim(dim, 0))
        found = rows[:1]
        for row in rows[1:]:
            found.append(_each(change, found[-1], row))
        return _recorded(torch.stack(found).movedim(0, dim))

    def chosen(self, condition: Any, yes: Any, no: Any) -> Any:
        now = _now()
        if (known := now.comparisons.get(id(condition))) is not None and not known[0]._version:
            _, guards, turned = known
            if turned:
                yes, no = no, yes
            return _each(lambda g, i, j: now.expressions.call("if", g, i, j), guards, yes, no)
        condition = _plain(condition)
        if not isinstance(condition, torch.Tensor):
            condition = torch.tensor(condition)
        return _recorded(torch.where(condition.bool(), yes, no))

    def places(self, numbers: Any, dim: int | None, keepdim: bool, largest: bool) -> Any:
        _now().notes["which entry is the largest is that of the sample"] = None
        how = torch.argmax if largest else torch.argmin
        found = how(_sampled(SymbolicTensor(numbers)), dim=dim, keepdim=keepdim)
        size = numbers.numel() if dim is None else numbers.shape[dim]
        return _taken("which entry is the largest", found, size)

    def pair(self, name: str, values: Any, places: Any) -> Any:
        return getattr(torch.return_types, name)((SymbolicTensor(values), places))

    def ordered(self, a: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        _now().notes[f"the order that {name} finds is that of the sample"] = None
        found = getattr(torch, name)(_sampled(a), *args, **kwargs)
        dim = kwargs.get("dim", -1)
        size = a.numbers.shape[dim] if a.numbers.dim() else 1
        places = _taken(f"the order that {name} finds", found.indices, size)
        return type(found)((SymbolicTensor(_recorded(a.numbers.gather(dim, places))), places))

    def put_at(
        self, numbers: Any, dim: int, index: Any, source: Any, change: Callable[[int, int], int], adding: bool
    ) -> Any:
        found, met = numbers.clone(), set()
        source = source if source.dim() else source.expand(index.shape)
        for at in product(*(range(n) for n in index.shape)):
            to = list(at)
            to[dim] = int(index[at])
            if (place := tuple(to)) in met and not adding:
                raise Untraceable(_TWICE)
            met.add(place)
            found[place] = change(int(found[place]), int(source[at]))
        return _recorded(found)

    def along_rows(self, index: Any, dim: int, source: Any) -> Any:
        shape = [1] * source.dim()
        shape[dim] = -1
        return index.reshape(shape).expand(source.shape)

    def finite(self, number: int) -> bool:
        now = _now()
        if now.expressions.symbols(number):
            now.notes["what is no number is left out: at the samples all were numbers"] = None
        return math.isfinite(now.value(number))

    def padded(self, numbers: Any, pad: Sequence[int], value: int) -> Any:
        return _recorded(torch.nn.functional.pad(numbers, list(pad), value=value))

    def labelled(self, numbers: Any, labels: Any, ignored: int) -> tuple[Any, Any]:
        dim = 1 if numbers.dim() > 1 else 0
        counts = labels != ignored
        safe = labels.where(counts, torch.zeros_like(labels))
        return numbers.gather(dim, safe.unsqueeze(dim)).squeeze(dim), counts.double()

    def floats(self, a: Any) -> bool:
        return _floats(a)

    def matrix(self, a: Any, b: Any, dot: Callable[[list[int], list[int]], int]) -> Any:
        if a.dim() > 2 or b.dim() > 2:
            raise Untraceable("a product of tensors of more than two axes")
        rows = (a if a.dim() == 2 else a.unsqueeze(0)).tolist()
        columns = (b.T if b.dim() == 2 else b.unsqueeze(0)).tolist()
        found = _numbers([dot(r, c) for r in rows for c in columns], (len(rows), len(columns)))
        found = found if a.dim() == 2 else found.squeeze(0)
        return _recorded(found if b.dim() == 2 else found.squeeze(-1))


# --- for functions of arrays --------------------------------------------------------------------


def is_symbolic(a: Any) -> bool:
    """Whether it is a tensor of expressions."""
    return isinstance(a, SymbolicTensor)


def is_tensor(a: Any) -> bool:
    """Whether it is a tensor, of expressions or of numbers."""
    return isinstance(a, torch.Tensor)


def is_truth(a: Any) -> bool:
    """Whether it is a tensor of truth values."""
    return isinstance(a, torch.Tensor) and a.dtype is torch.bool


def of_numbers(array: Any) -> Any:
    """An array of numbers as a tensor: a copy."""
    return torch.from_numpy(array.copy()) if array.ndim else torch.tensor(array.item())


def function(name: str) -> Callable[..., Any]:
    """A function of torch."""
    found: Callable[..., Any] = getattr(torch, name)
    return found


def cast(tensor: Any, kind: str) -> Any:
    """A tensor as floats, truth values or whole numbers: ``f``, ``b``, ``i``."""
    if kind == "f":
        return tensor.clone() if tensor.is_floating_point() else tensor.double()
    return tensor.to(torch.bool if kind == "b" else torch.int64)


def refuse(what: str) -> None:
    """Raises: Untraceable, and that stays so though it be caught."""
    with _refusals():
        raise Untraceable(what)


# --- whole runs ---------------------------------------------------------------------------------


Arguments = Mapping[str, Any]
"""What a function is called with: an :class:`Input` is made symbolic, anything else is as it is."""


def trace(
    function: Callable[..., Any], arguments: Arguments, sizes: Mapping[str, int], values: Values,
    expressions: Expressions, output: str = "", seed: int = 0, padding: Padding = Padding.RIGHT, dtype: str = "float64",
    device: str = "cpu", altered: str = "",
) -> Traced:  # fmt: skip
    """Run a function on expressions. Raises: Untraceable, and whatever the function raises.

    ``dtype``, ``device``: of what kind its tensors say that they are, and where; nothing is rounded, and nothing moved.
    ``altered``: one of :data:`ALTERED`: what is taken at the sample is not what it is there.
    """
    now = _Trace(expressions, values, DTYPES[dtype], torch.device(device), altered)
    _running.append(now)
    try:
        made = {name: _symbols_of(each, sizes, padding) for name, each in _walk(arguments)}
        torch.manual_seed(seed)
        with _double(), _refusing(), torch.enable_grad(), _Making():
            try:
                found, _ = selected(_eager(function)(**_put(arguments, made)), output)
                _left_on()
            finally:
                if now.refused is not None:
                    raise now.refused
            if isinstance(found, SymbolicTensor):
                _usable(found)
        if not isinstance(found, torch.Tensor):
            raise Untraceable(f"it gives {type(found).__name__}, and no tensor")
        numbers = _lifted(found)
        entries = tuple(numbers.reshape(-1).tolist())
    finally:
        _running.pop()
    return Traced(
        Output(tuple(numbers.shape), entries), tuple(now.notes), tuple(now.decided), tuple(now.operations),
        tuple(now.taken),
    )  # fmt: skip


def _left_on() -> None:
    """Raises: Untraceable, where gradients are not recorded any more after a call."""
    if not torch.is_grad_enabled():
        raise Untraceable("it switches the recording of gradients off, and leaves it so for all that runs after it")


def _symbols_of(each: Input, sizes: Mapping[str, int], padding: Padding) -> Any:
    if each.concrete:
        return _given(each, sizes, padding)
    e = _now().expressions
    found = [
        e.add(*(e.scale(e.entry(role, place), Fraction(sign)) for sign, role in each.terms))
        for place in each.places(sizes)
    ]
    return SymbolicTensor(_numbers(found, each.sized(sizes)))


def _given(each: Input, sizes: Mapping[str, int], padding: Padding) -> Any:
    """A mask; labels that count upwards, and of those that may be ignored -100 where the mask is 0."""
    ragged = torch.tensor(mask(sizes, padding))
    if each.shape == "B":
        ragged = ragged[:, 0]
    if each.roles in (("labels",), ("index",)):
        places = torch.tensor(labels(sizes))
        places = places if each.shape != "B" else places[:, 0]
        return places if each.roles == ("index",) else torch.where(ragged.bool(), places, torch.full_like(places, -100))
    return ragged.to({"bool": torch.bool, "int": torch.int64, "long": torch.int64}.get(each.kind, torch.float64))


def run(
    function: Callable[..., Any], arguments: Arguments, sizes: Mapping[str, int], values: Values,
    trained: frozenset[str], weights: Sequence[float] = (), output: str = "", seed: int = 0, dtype: str = "",
    padding: Padding = Padding.RIGHT,
) -> Ran:  # fmt: skip
    """Run a function on numbers: in float64, whatever casts it makes, or in a ``dtype`` with all of them."""
    kind = DTYPES[dtype or "float64"]
    leaves = leaves_of(arguments, sizes, values, trained, kind)
    torch.manual_seed(seed)
    before = drawn(torch.get_rng_state())
    with _double() if not dtype else _nothing(), torch.enable_grad(), _Wide() if not dtype else _nothing():
        found, taken = called(function, arguments, sizes, leaves, output, padding, kind)
    if drawn(torch.get_rng_state()) != before:
        raise Untraceable("it draws random numbers: what would be said is of one draw")
    return ran(found, leaves, weights, taken)


def leaves_of(
    arguments: Arguments, sizes: Mapping[str, int], values: Values, trained: frozenset[str], kind: Any = torch.float64
) -> dict[str, Any]:
    """The numbers that a function is given, as one tensor a role."""
    found: dict[str, Any] = {}
    for _, each in _walk(arguments):
        for role in () if each.concrete else each.roles:
            if role not in found:
                flat = [values[Symbol(role, place)] for place in each.places(sizes)]
                made = torch.tensor(flat, dtype=kind).reshape(each.sized(sizes))
                found[role] = made.requires_grad_(role in trained)
    return found


def called(
    function: Callable[..., Any], arguments: Arguments, sizes: Mapping[str, int], leaves: Mapping[str, Any],
    output: str, padding: Padding, kind: Any = torch.float64,
) -> tuple[Any, str]:  # fmt: skip
    """What a function gives for such numbers, and which of its results that is."""

    def number(each: Input) -> Any:
        if each.concrete:
            given = _given(each, sizes, padding)
            return given.to(kind) if given.dtype.is_floating_point else given
        return sum(sign * leaves[role] for sign, role in each.terms)

    made = {name: number(each) for name, each in _walk(arguments)}
    return selected(_eager(function)(**_put(arguments, made)), output)


def exported(forward: Callable[..., Any], some: tuple[Any, ...]) -> Callable[..., Any]:
    """What torch.export makes of a method of a module, for such tensors. Raises whatever torch raises."""
    whole: Any = type("Whole", (torch.nn.Module,), {"forward": forward})
    made: Callable[..., Any] = torch.export.export(whole(), some).module()
    return made


def ran(found: Any, leaves: Mapping[str, Any], weights: Sequence[float], taken: str = "") -> Ran:
    """What a function gave, as numbers, and the slope of the weighted sum of its entries."""
    if not isinstance(found, torch.Tensor):
        found = torch.tensor(found)
    flat = found.reshape(-1)
    entries = tuple(float(v) for v in flat.detach().tolist())
    if not flat.requires_grad:
        return Ran(tuple(found.shape), entries, None, taken)
    cotangent = torch.tensor(list(weights) or [1.0] * len(entries), dtype=flat.dtype)
    (flat * cotangent).sum().backward()
    slopes: dict[Symbol, float] = {}
    for role, tensor in leaves.items():
        if tensor.requires_grad:
            at = product(*(range(n) for n in tensor.shape))
            values_of = [0.0] * tensor.numel() if tensor.grad is None else tensor.grad.reshape(-1).tolist()
            slopes |= {Symbol(role, place): float(v) for place, v in zip(at, values_of, strict=True)}
    return Ran(tuple(found.shape), entries, slopes, taken)


def selected(found: Any, output: str) -> tuple[Any, str]:
    """What is looked at of what a function gives: ``0``, ``loss``, ``1.kl``; where nothing is said, which is taken."""
    for step in output.split(".") if output else ():
        if step.lstrip("-").isdigit():
            found = list(found.values())[int(step)] if isinstance(found, dict) else found[int(step)]
        else:
            found = found[step] if isinstance(found, Mapping) else getattr(found, step)
    if output:
        return found, ""
    taken: list[str] = []
    while isinstance(found, tuple | list | Mapping) and len(found):
        if isinstance(found, Mapping):
            key = "loss" if "loss" in found else next(iter(found))
            taken.append(str(key))
            found = found[key]
        else:
            taken.append("0")
            found = found[0]
    return found, ".".join(taken)


def _walk(arguments: Any, at: str = "") -> Iterator[tuple[str, Input]]:
    """The symbolic arguments, those inside containers too, by where they stand."""
    if isinstance(arguments, Input):
        yield at, arguments
    elif isinstance(arguments, Mapping):
        for key, value in arguments.items():
            yield from _walk(value, f"{at}.{key}")
    elif isinstance(arguments, tuple | list):
        for index, value in enumerate(arguments):
            yield from _walk(value, f"{at}.{index}")


def _put(arguments: Any, made: Mapping[str, Any], at: str = "") -> Any:
    if isinstance(arguments, Input):
        return made[at]
    if isinstance(arguments, dict):
        found = copy(arguments)
        found.update({key: _put(value, made, f"{at}.{key}") for key, value in arguments.items()})
        return found
    if type(arguments) in (tuple, list):
        return type(arguments)(_put(value, made, f"{at}.{index}") for index, value in enumerate(arguments))
    return arguments.clone() if isinstance(arguments, torch.Tensor) else arguments


def _eager(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function as it was before ``torch.compile``."""
    while hasattr(function, "_torchdynamo_orig_callable"):
        function = function._torchdynamo_orig_callable
    if isinstance(function, torch.jit.ScriptFunction | torch.jit.ScriptModule):
        raise Untraceable("a scripted function: name the function that was scripted")
    return function


@contextmanager
def widened() -> Iterator[None]:
    """Everything is of float64, whatever casts are made."""
    with _double(), torch.enable_grad(), _Wide():
        yield


@contextmanager
def _nothing() -> Iterator[None]:
    yield


@contextmanager
def _double() -> Iterator[None]:
    """New tensors are of float64."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


@contextmanager
def _refusing() -> Iterator[None]:
    """What would go past the symbols unseen says so: gradients of one's own."""
    functions: Any = torch.autograd.Function
    before = functions.__dict__["apply"]

    def refuse(cls: Any, *args: Any, **kwargs: Any) -> Any:
        with _refusals():
            raise Untraceable(f"{cls.__name__}, an autograd function with a gradient of its own")

    functions.apply = classmethod(refuse)
    try:
        yield
    finally:
        functions.apply = before


class _Wide(TorchFunctionMode):
    """Casts between kinds of floats are left out, so that numbers can be compared to the last digits."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        _refuse_draws(name, args, kwargs)
        floats = bool(args) and isinstance(args[0], torch.Tensor) and args[0].dtype.is_floating_point
        kinds = [a.dtype if isinstance(a, torch.Tensor) else a for a in (*args[1:], *kwargs.values())]
        wanted = [a for a in kinds if isinstance(a, torch.dtype)]
        if name in ("float", "half", "bfloat16") and isinstance(args[0], torch.Tensor):
            return args[0] if floats else args[0].double()
        if kwargs.get("copy") and floats:
            return args[0].clone()
        if name in ("to", "type", "type_as") and wanted and wanted[0].is_floating_point:
            return args[0] if floats else args[0].double()
        if "dtype" in kwargs and isinstance(kwargs["dtype"], torch.dtype) and kwargs["dtype"].is_floating_point:
            kwargs = {**kwargs, "dtype": torch.float64}
        return func(*args, **kwargs)
