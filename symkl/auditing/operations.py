"""What each operation of torch is, as expressions: one method each, under torch's own name and signature."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, Protocol

from symkl.auditing.expressions import Expressions, Infinite
from symkl.auditing.traces import Untraceable

Numbers = Any
"""A tensor of the numbers of expressions."""


class Arrays(Protocol):
    """What is asked of the library of arrays."""

    def lifted(self, a: Any) -> Numbers:
        """The numbers of anything numeric."""

    def each(self, change: Callable[..., int], *numbers: Numbers) -> Numbers:
        """A change, entry by entry, of all of one shape."""

    def along(self, numbers: Numbers, dim: Any, keepdim: bool, change: Callable[[list[int]], int]) -> Numbers:
        """A change of all entries along some axes into one."""

    def scanned(self, numbers: Numbers, dim: int, change: Callable[[int, int], int]) -> Numbers:
        """A change of each entry with what came of those before it along an axis."""

    def chosen(self, condition: Any, yes: Numbers, no: Numbers) -> Numbers:
        """One or the other, where a condition holds."""

    def places(self, numbers: Numbers, dim: int | None, keepdim: bool, largest: bool) -> Any:
        """Where the largest entry along an axis stands, at the sample."""

    def pair(self, name: str, values: Numbers, places: Any) -> Any:
        """What torch gives for values with their places."""

    def ordered(self, a: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        """Entries in the order that they have at the sample."""

    def put_at(
        self, numbers: Numbers, dim: int, index: Any, source: Numbers, change: Callable[[int, int], int], adding: bool
    ) -> Numbers:
        """Where an index says, a change of what stands there with what comes; ``adding``: there more than once, too."""

    def along_rows(self, index: Any, dim: int, source: Numbers) -> Any:
        """An index of rows as one of entries."""

    def finite(self, number: int) -> bool:
        """Whether an expression is a number at the sample, said where that is assumed of a symbol."""

    def padded(self, numbers: Numbers, pad: Sequence[int], value: int) -> Numbers:
        """More entries around."""

    def labelled(self, numbers: Numbers, labels: Any, ignored: int) -> tuple[Numbers, Any]:
        """Along axis 1, the entry that a label names (the first where it is ignored), and where it counts."""

    def floats(self, a: Any) -> bool:
        """Whether a tensor holds floats, expressions among them."""

    def matrix(self, a: Numbers, b: Numbers, dot: Callable[[list[int], list[int]], int]) -> Numbers:
        """The product of two matrices, or of a matrix and a vector."""


class Operations:
    """The operations, on expressions."""

    def __init__(self, expressions: Expressions, arrays: Arrays) -> None:
        self._e = expressions
        self._arrays = arrays

    def _map(self, change: Callable[..., int], *args: Any) -> Numbers:
        return self._arrays.each(change, *map(self._arrays.lifted, args))

    def _call(self, name: str, *args: Any) -> Numbers:
        return self._map(lambda *numbers: self._e.call(name, *numbers), *args)

    # -- one entry at a time -----------------------------------------------------------------

    def exp(self, x: Any) -> Numbers:
        return self._call("exp", x)

    def expm1(self, x: Any) -> Numbers:
        return self._map(lambda i: self._e.subtract(self._e.call("exp", i), self._e.one), x)

    def exp2(self, x: Any) -> Numbers:
        return self._map(lambda i: self._e.call("exp", self._e.multiply(i, self._log_of(2))), x)

    def _log_of(self, value: float) -> int:
        return self._e.call("log", self._e.constant(value))

    def log(self, x: Any) -> Numbers:
        return self._map(self._log, x)

    def _log(self, i: int) -> int:
        return self._e.call("log", i)

    def log1p(self, x: Any) -> Numbers:
        return self._map(lambda i: self._log(self._e.add(self._e.one, i)), x)

    def log2(self, x: Any) -> Numbers:
        return self._map(lambda i: self._e.divide(self._log(i), self._log_of(2)), x)

    def log10(self, x: Any) -> Numbers:
        return self._map(lambda i: self._e.divide(self._log(i), self._log_of(10)), x)

    def neg(self, x: Any) -> Numbers:
        return self._map(self._e.negate, x)

    negative = neg

    def positive(self, x: Any) -> Numbers:
        return self._map(lambda i: i, x)

    def abs(self, x: Any) -> Numbers:
        return self._call("abs", x)

    absolute = abs

    def square(self, x: Any) -> Numbers:
        return self._map(lambda i: self._e.power(i, 2), x)

    def sqrt(self, x: Any) -> Numbers:
        return self._map(lambda i: self._e.power(i, Fraction(1, 2)), x)

    def rsqrt(self, x: Any) -> Numbers:
        return self._map(lambda i: self._e.power(i, Fraction(-1, 2)), x)

    def reciprocal(self, x: Any) -> Numbers:
        return self._map(lambda i: self._e.power(i, -1), x)

    def sigmoid(self, x: Any) -> Numbers:
        return self._call("σ", x)

    def logsigmoid(self, x: Any) -> Numbers:
        return self._call("log σ", x)

    log_sigmoid = logsigmoid

    def softplus(self, x: Any, beta: float = 1, threshold: float = 20) -> Numbers:
        sharp = Fraction(repr(float(beta)))

        def soft(i: int) -> int:
            return self._e.scale(self._e.call("log σ", self._e.scale(i, -sharp)), -1 / sharp)

        return self._map(soft, x)

    def tanh(self, x: Any) -> Numbers:
        def tanh(i: int) -> int:
            doubled = self._e.call("σ", self._e.scale(i, Fraction(2)))
            return self._e.subtract(self._e.scale(doubled, Fraction(2)), self._e.one)

        return self._map(tanh, x)

    def relu(self, x: Any, inplace: bool = False) -> Numbers:
        return self._map(lambda i: self._e.call("max", i, self._e.zero), x)

    def detach(self, x: Any) -> Numbers:
        return self._call("sg", x)

    def logit(self, x: Any) -> Numbers:
        return self._map(lambda i: self._e.subtract(self._log(i), self._log(self._e.subtract(self._e.one, i))), x)

    def nan_to_num(self, x: Any, nan: float | None = 0.0, posinf: Any = None, neginf: Any = None) -> Numbers:
        def number(i: int) -> int:
            node = self._e.nodes[i]
            if not isinstance(node, Infinite):
                if not self._arrays.finite(i):
                    raise Untraceable("nan_to_num of what is no number at a sample")
                return i
            if node.value != node.value:
                return self._e.constant(nan or 0.0)
            bound = posinf if node.value > 0 else neginf
            if bound is None:
                raise Untraceable("nan_to_num of an infinite number, to the largest of its kind of floats")
            return self._e.constant(bound)

        return self._map(number, x)

    def xlogy(self, x: Any, y: Any) -> Numbers:
        return self._map(lambda i, j: self._e.multiply(i, self._log(j)), x, y)

    # -- arithmetic --------------------------------------------------------------------------

    def add(self, x: Any, other: Any, *, alpha: float = 1) -> Numbers:
        return self._map(self._e.add, x, other) if alpha == 1 else self._added(x, other, alpha)

    def _added(self, x: Any, other: Any, alpha: float) -> Numbers:
        factor = self._e.constant(alpha)
        return self._map(lambda i, j: self._e.add(i, self._e.multiply(factor, j)), x, other)

    def sub(self, x: Any, other: Any, *, alpha: float = 1) -> Numbers:
        return self._added(x, other, -alpha)

    subtract = sub

    def rsub(self, x: Any, other: Any, *, alpha: float = 1) -> Numbers:
        return self._added(other, x, -alpha)

    def mul(self, x: Any, other: Any) -> Numbers:
        return self._map(self._e.multiply, x, other)

    multiply = mul

    def div(self, x: Any, other: Any) -> Numbers:
        return self._map(self._e.divide, x, other)

    divide = true_divide = truediv = div

    def pow(self, x: Any, exponent: Any) -> Numbers:
        def raised(i: int, j: int) -> int:
            constant = self._e.number_of(j)
            if constant is not None:
                return self._e.power(i, constant)
            return self._e.call("exp", self._e.multiply(j, self._log(i)))

        return self._map(raised, x, exponent)

    def addcmul(self, x: Any, a: Any, b: Any, *, value: float = 1) -> Numbers:
        factor = self._e.constant(value)
        return self._map(lambda i, j, k: self._e.add(i, self._e.multiply(factor, j, k)), x, a, b)

    def lerp(self, x: Any, end: Any, weight: Any) -> Numbers:
        def between(i: int, j: int, w: int) -> int:
            return self._e.add(i, self._e.multiply(w, self._e.subtract(j, i)))

        return self._map(between, x, end, weight)

    def logaddexp(self, x: Any, other: Any) -> Numbers:
        def both(i: int, j: int) -> int:
            return self._log(self._e.add(self._e.call("exp", i), self._e.call("exp", j)))

        return self._map(both, x, other)

    def maximum(self, x: Any, other: Any) -> Numbers:
        return self._call("max", x, other)

    def minimum(self, x: Any, other: Any) -> Numbers:
        return self._call("min", x, other)

    def clamp(self, x: Any, min: Any = None, max: Any = None) -> Numbers:
        found = self._arrays.lifted(x)
        if min is not None:
            found = self._arrays.each(lambda i, j: self._e.call("max", i, j), found, self._arrays.lifted(min))
        if max is not None:
            found = self._arrays.each(lambda i, j: self._e.call("min", i, j), found, self._arrays.lifted(max))
        return found

    clip = clamp

    def clamp_min(self, x: Any, min: Any) -> Numbers:
        return self.clamp(x, min)

    def clamp_max(self, x: Any, max: Any) -> Numbers:
        return self.clamp(x, None, max)

    def hardtanh(self, x: Any, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Numbers:
        return self.clamp(x, min_val, max_val)

    # -- choosing ----------------------------------------------------------------------------

    def where(self, condition: Any, x: Any, other: Any) -> Numbers:
        return self._arrays.chosen(condition, self._arrays.lifted(x), self._arrays.lifted(other))

    def masked_fill(self, x: Any, mask: Any, value: Any) -> Numbers:
        return self._arrays.chosen(mask, self._arrays.lifted(value), self._arrays.lifted(x))

    def copy(self, x: Any, source: Any, non_blocking: bool = False) -> Numbers:
        return self._arrays.lifted(source)

    def fill(self, x: Any, value: Any) -> Numbers:
        return self._arrays.each(lambda i, j: j, self._arrays.lifted(x), self._arrays.lifted(value))

    def zero(self, x: Any) -> Numbers:
        return self.fill(x, 0)

    def scatter(
        self, x: Any, dim: int, index: Any, src: Any = None, *, value: Any = None, reduce: Any = None
    ) -> Numbers:
        source = self._arrays.lifted(value if src is None else src)
        return self._arrays.put_at(self._arrays.lifted(x), dim, index, source, lambda old, new: new, False)

    def scatter_add(self, x: Any, dim: int, index: Any, src: Any) -> Numbers:
        return self._arrays.put_at(self._arrays.lifted(x), dim, index, self._arrays.lifted(src), self._e.add, True)

    def index_add(self, x: Any, dim: int, index: Any, source: Any, *, alpha: Any = 1) -> Numbers:
        numbers = self._arrays.lifted(source)
        rows = self._arrays.along_rows(index, dim, numbers)
        return self._arrays.put_at(self._arrays.lifted(x), dim, rows, numbers, self._e.add, True)

    def dropout(self, x: Any, p: float = 0.5, training: bool = True, inplace: bool = False) -> Numbers:
        if training and p:
            raise Untraceable("dropout draws random numbers")
        return self._arrays.lifted(x)

    def pad(self, x: Any, pad: Sequence[int], mode: str = "constant", value: Any = None) -> Numbers:
        if mode != "constant":
            raise Untraceable(f"pad with mode={mode!r}")
        return self._arrays.padded(self._arrays.lifted(x), pad, self._e.constant(value or 0))

    # -- many into one -----------------------------------------------------------------------

    def _reduced(self, x: Any, dim: Any, keepdim: bool, change: Callable[[list[int]], int]) -> Numbers:
        return self._arrays.along(self._arrays.lifted(x), dim, keepdim, change)

    def sum(self, x: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Numbers:
        return self._reduced(x, dim, keepdim, lambda row: self._e.add(*row))

    def _numbers_of(self, row: list[int]) -> list[int]:
        """A row without what is no number."""
        nodes = self._e.nodes
        found = [i for i in row if not (isinstance(node := nodes[i], Infinite) and node.value != node.value)]
        if not all(map(self._arrays.finite, found)):
            raise Untraceable("a sum over what may be no number at a sample")
        return found

    def nansum(self, x: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Numbers:
        return self._reduced(x, dim, keepdim, lambda row: self._e.add(*self._numbers_of(row)))

    def _mean(self, row: list[int]) -> int:
        if not row:
            return self._e.constant(float("nan"))
        return self._e.scale(self._e.add(*row), Fraction(1, len(row)))

    def mean(self, x: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Numbers:
        return self._reduced(x, dim, keepdim, self._mean)

    def nanmean(self, x: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Numbers:
        return self._reduced(x, dim, keepdim, lambda row: self._mean(self._numbers_of(row)))

    def prod(self, x: Any, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Numbers:
        return self._reduced(x, dim, keepdim, lambda row: self._e.multiply(self._e.one, *row))

    def _variance(self, row: list[int], less: int) -> int:
        middle = self._mean(row)
        squares = (self._e.power(self._e.subtract(i, middle), 2) for i in row)
        if len(row) <= less:
            return self._e.constant(float("nan"))
        return self._e.scale(self._e.add(*squares), Fraction(1, len(row) - less))

    def var(
        self, x: Any, dim: Any = None, unbiased: bool = True, keepdim: bool = False, *, correction: Any = None
    ) -> Numbers:
        if isinstance(dim, bool):
            dim, unbiased = None, dim
        less = int(unbiased) if correction is None else int(correction)
        return self._reduced(x, dim, keepdim, lambda row: self._variance(row, less))

    def std(
        self, x: Any, dim: Any = None, unbiased: bool = True, keepdim: bool = False, *, correction: Any = None
    ) -> Numbers:
        return self.sqrt_of(self.var(x, dim, unbiased, keepdim, correction=correction))

    def sqrt_of(self, numbers: Numbers) -> Numbers:
        """The root of numbers that are expressions already."""
        return self._arrays.each(lambda i: self._e.power(i, Fraction(1, 2)), numbers)

    def norm(self, x: Any, p: Any = 2, dim: Any = None, keepdim: bool = False, *, dtype: Any = None) -> Numbers:
        if p not in (2, 2.0, "fro", None):
            raise Untraceable(f"norm with p={p!r}")
        return self._reduced(
            x, dim, keepdim,
            lambda row: self._e.power(self._e.add(*(self._e.power(i, 2) for i in row)), Fraction(1, 2)),
        )  # fmt: skip

    def _most(self, name: str, row: list[int]) -> int:
        found = row[0]
        for each in row[1:]:
            found = self._e.call(name, found, each)
        return found

    def _extreme(self, name: str, x: Any, dim: Any, keepdim: bool) -> Any:
        numbers = self._arrays.lifted(x)
        values = self._arrays.along(numbers, dim, keepdim, lambda row: self._most(name, row))
        if dim is None:
            return values
        return self._arrays.pair(name, values, self._arrays.places(numbers, dim, keepdim, name == "max"))

    def max(self, x: Any, dim: Any = None, keepdim: bool = False) -> Any:
        return self._extreme("max", x, dim, keepdim) if dim is None or isinstance(dim, int) else self.maximum(x, dim)

    def min(self, x: Any, dim: Any = None, keepdim: bool = False) -> Any:
        return self._extreme("min", x, dim, keepdim) if dim is None or isinstance(dim, int) else self.minimum(x, dim)

    def amax(self, x: Any, dim: Any = None, keepdim: bool = False) -> Numbers:
        return self._reduced(x, dim, keepdim, lambda row: self._most("max", row))

    def amin(self, x: Any, dim: Any = None, keepdim: bool = False) -> Numbers:
        return self._reduced(x, dim, keepdim, lambda row: self._most("min", row))

    def topk(self, x: Any, k: int, dim: int = -1, largest: bool = True, sorted: bool = True) -> Any:
        return self._arrays.ordered(x, "topk", k, dim=dim, largest=largest)

    def sort(self, x: Any, dim: int = -1, descending: bool = False, stable: bool = False) -> Any:
        return self._arrays.ordered(x, "sort", dim=dim, descending=descending)

    def cumsum(self, x: Any, dim: int, *, dtype: Any = None) -> Numbers:
        return self._arrays.scanned(self._arrays.lifted(x), dim, self._e.add)

    def cumprod(self, x: Any, dim: int, *, dtype: Any = None) -> Numbers:
        return self._arrays.scanned(self._arrays.lifted(x), dim, self._e.multiply)

    # -- distributions from logits -----------------------------------------------------------

    def _log_total(self, row: list[int]) -> int:
        return self._log(self._e.add(*(self._e.call("exp", i) for i in row)))

    def logsumexp(self, x: Any, dim: Any = None, keepdim: bool = False) -> Numbers:
        return self._reduced(x, dim, keepdim, self._log_total)

    def log_softmax(self, x: Any, dim: Any = -1, _stacklevel: int = 3, dtype: Any = None) -> Numbers:
        numbers = self._arrays.lifted(x)
        return self._arrays.each(
            self._e.subtract, numbers, self._arrays.along(numbers, dim, True, self._log_total)
        )

    def softmax(self, x: Any, dim: Any = -1, _stacklevel: int = 3, dtype: Any = None) -> Numbers:
        return self._arrays.each(lambda i: self._e.call("exp", i), self.log_softmax(x, dim))

    # -- products ----------------------------------------------------------------------------

    def _dot(self, row: list[int], column: list[int]) -> int:
        return self._e.add(*(self._e.multiply(i, j) for i, j in zip(row, column, strict=True)))

    def matmul(self, x: Any, other: Any) -> Numbers:
        return self._arrays.matrix(self._arrays.lifted(x), self._arrays.lifted(other), self._dot)

    mm = mv = dot = matmul

    # -- losses of torch ---------------------------------------------------------------------

    def _collected(self, numbers: Numbers, reduction: str) -> Numbers:
        if reduction == "none":
            return numbers
        if reduction == "batchmean":
            rows = numbers.shape[0]
            return self._arrays.along(numbers, None, False, lambda r: self._e.scale(self._e.add(*r), Fraction(1, rows)))
        whole = self._mean if reduction == "mean" else (lambda row: self._e.add(*row))
        return self._arrays.along(numbers, None, False, whole)

    def mse_loss(
        self, x: Any, target: Any, size_average: Any = None, reduce: Any = None, reduction: str = "mean",
        weight: Any = None,
    ) -> Numbers:  # fmt: skip
        squares = self._map(lambda i, j: self._e.power(self._e.subtract(i, j), 2), x, target)
        return self._collected(squares, reduction)

    def l1_loss(
        self, x: Any, target: Any, size_average: Any = None, reduce: Any = None, reduction: str = "mean",
        weight: Any = None,
    ) -> Numbers:  # fmt: skip
        apart = self._map(lambda i, j: self._e.call("abs", self._e.subtract(i, j)), x, target)
        return self._collected(apart, reduction)

    def kl_div(
        self, x: Any, target: Any, size_average: Any = None, reduce: Any = None, reduction: str = "mean",
        log_target: bool = False,
    ) -> Numbers:  # fmt: skip
        def pointwise(i: int, j: int) -> int:
            if log_target:
                return self._e.multiply(self._e.call("exp", j), self._e.subtract(j, i))
            return self._e.multiply(j, self._e.subtract(self._log(j), i)) if j != self._e.zero else self._e.zero

        return self._collected(self._map(pointwise, x, target), reduction)

    def binary_cross_entropy_with_logits(
        self, x: Any, target: Any, weight: Any = None, size_average: Any = None, reduce: Any = None,
        reduction: str = "mean", pos_weight: Any = None,
    ) -> Numbers:  # fmt: skip
        def entropy(i: int, j: int) -> int:
            yes = self._e.multiply(j, self._e.call("log σ", i))
            no = self._e.multiply(self._e.subtract(self._e.one, j), self._e.call("log σ", self._e.negate(i)))
            return self._e.negate(self._e.add(yes, no))

        return self._collected(self._map(entropy, x, target), reduction)

    def _counted(self, numbers: Numbers, count: int, reduction: str) -> Numbers:
        """The sum of losses, or their mean over the labels that count; over none, no number."""
        if reduction == "sum":
            return self._collected(numbers, reduction)
        if not count:
            return self._arrays.along(numbers, None, False, lambda row: self._e.constant(float("nan")))
        share = Fraction(1, count)
        return self._arrays.along(numbers, None, False, lambda row: self._e.scale(self._e.add(*row), share))

    def nll_loss(
        self, x: Any, target: Any, weight: Any = None, size_average: Any = None, ignore_index: int = -100,
        reduce: Any = None, reduction: str = "mean",
    ) -> Numbers:  # fmt: skip
        taken, counts = self._arrays.labelled(self._arrays.lifted(x), target, ignore_index)
        found = self._arrays.each(
            lambda i, c: self._e.multiply(self._e.negate(i), c), taken, self._arrays.lifted(counts)
        )
        if reduction == "none":
            return found
        return self._counted(found, int(counts.sum()), reduction)

    def cross_entropy(
        self, x: Any, target: Any, weight: Any = None, size_average: Any = None, ignore_index: int = -100,
        reduce: Any = None, reduction: str = "mean", label_smoothing: float = 0.0,
    ) -> Numbers:  # fmt: skip
        if self._arrays.floats(target):
            raise Untraceable("cross_entropy with probabilities in place of labels")
        numbers = self._arrays.lifted(x)
        dim = 1 if numbers.dim() > 1 else 0
        logs = self._arrays.each(self._e.subtract, numbers, self._arrays.along(numbers, dim, True, self._log_total))
        taken, counts = self._arrays.labelled(logs, target, ignore_index)
        found = self._arrays.each(
            lambda i, c: self._e.multiply(self._e.negate(i), c), taken, self._arrays.lifted(counts)
        )
        if reduction == "none":
            return found
        return self._counted(found, int(counts.sum()), reduction)
