"""What torch.export makes of a function, as a second opinion beside our own trace: where it runs, and what it gives.

torch.export follows the function with the shapes of one point, and its own rules. What it gives is run on other numbers
of the same branch. It has no part in what is claimed.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from typing import Any

from symkl.auditing.expressions import Values
from symkl.auditing.roles import Padding
from symkl.auditing.traces import Ran

Again = Callable[[Values, Sequence[float]], Ran]
"""What was exported, run at a point: with weights of its entries, for the gradient."""


class NotExported(Exception):
    """That torch.export does not run, and why."""


@contextmanager
def _quiet() -> Iterator[None]:
    """torch says much of what it cannot export; what is to be known of it is said by us."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), redirect_stderr(StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)


def exported(
    function: Callable[..., Any], arguments: Mapping[str, Any], sizes: Mapping[str, int], values: Values,
    trained: frozenset[str], output: str = "", padding: Padding = Padding.RIGHT,
) -> Again:  # fmt: skip
    """A function as torch.export gives it, at some sizes. Raises: NotExported."""
    from symkl.auditing import tensors

    names = [*tensors.leaves_of(arguments, sizes, values, trained)]

    def forward(self: Any, *some: Any) -> Any:
        given = dict(zip(names, some, strict=True))
        return tensors.called(function, arguments, sizes, given, output, padding)[0]

    def run(values: Values, weights: Sequence[float]) -> Ran:
        leaves = tensors.leaves_of(arguments, sizes, values, trained)
        with tensors.widened():
            return tensors.ran(module(*leaves.values()), leaves, weights)

    try:
        with _quiet(), tensors.widened():
            leaves = tensors.leaves_of(arguments, sizes, values, trained)
            module = tensors.exported(forward, tuple(leaves.values()))
            run(values, ())
    except Exception as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise NotExported(f"{type(error).__name__}: {lines[0][:80] if lines else ''}".rstrip(": ")) from None
    return run
