"""What an argument of a function is: the log of which probability, what is trained, who sampled, what is a mask.

Roles are said, by name, and never assumed; from an argument's name a guess is *offered*.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from itertools import product
from random import Random

from symkl.auditing.expressions import Symbol

POLICIES = {"policy": "π", "reference": "π_ref", "old": "π_old"}
"""The policies, by role, and how they are written."""

CHOSEN, REJECTED = "chosen", "rejected"

LOGS = frozenset(
    {*POLICIES, *(f"{policy}.{side}" for policy in POLICIES for side in (CHOSEN, REJECTED))}
)
"""The roles of log-probabilities: of a response, or of the two of a comparison."""

NUMBERS = {"advantage": "A", "reward": "r", "value": "V", "returns": "R"}
"""The roles of real numbers that come with a response."""

TRAINED = frozenset({"policy", "policy.chosen", "policy.rejected", "value", "logits"})
"""The roles that gradients flow to."""

USUAL_SHAPES = {"mask": "BT", "labels": "BT", "index": "BT", "logits": "BTV", "logits.reference": "BTV", "scalar": ""}
NAMED_SCALARS = {
    "beta": "β", "eps": "ε", "epsilon": "ε", "alpha": "α", "tau": "τ", "gamma": "γ", "lambda": "λ", "eta": "η",
    "kl_coef": "β", "label_smoothing": "ε", "delta": "δ", "lam": "λ", "clip_eps": "ε",
}  # fmt: skip


class Misuse(Exception):
    """A command that cannot be run, and what to do instead."""


@dataclass(frozen=True)
class Input:
    """A symbolic argument: a combination of roles (``policy - reference``), of one shape.

    ``shape``: letters, ``B`` sequences, ``T`` tokens, ``V`` a vocabulary. ``kind``: of a mask, bool, float or int.
    ``symbol`` and ``low``, ``high``: of a scalar, how it is written and between what it lies. ``fixed``: its shape was
    said.
    """

    terms: tuple[tuple[int, str], ...]
    shape: str
    kind: str = ""
    symbol: str = ""
    low: float = 0.0
    high: float = float("inf")
    fixed: bool = False

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles in it."""
        return tuple(role for _, role in self.terms)

    @property
    def concrete(self) -> bool:
        """Whether it is given as numbers: a mask, labels."""
        return self.roles in (("mask",), ("labels",), ("index",))

    def sized(self, sizes: Mapping[str, int]) -> tuple[int, ...]:
        """Its shape, in numbers."""
        return tuple(sizes[letter] for letter in self.shape)

    def places(self, sizes: Mapping[str, int]) -> Iterator[tuple[int, ...]]:
        """Where its entries stand."""
        return product(*(range(size) for size in self.sized(sizes)))


_BINDING = re.compile(r"(?P<terms>[^:\[]+?)(?:\[(?P<range>[^]]*)\])?(?::(?P<more>\w*))?$")


def bound(name: str, text: str) -> Input:
    """What is said of one argument: ``policy - reference``, ``advantage:B``, ``mask:bool``, ``scalar[0,1]``.

    >>> bound("logprob", "policy").terms, bound("d", "policy - reference").terms
    (((1, 'policy'),), ((1, 'policy'), (-1, 'reference')))
    >>> bound("beta", "scalar[0,1]").symbol
    'β'
    """
    found = _BINDING.match(text.strip())
    if found is None:
        raise Misuse(f"--bind {name}={text}: {_KNOWN}")
    pieces = [each for each in re.split(r"\s*([+-])\s*|\s+", found["terms"].strip()) if each]
    terms: list[tuple[int, str]] = []
    sign = 1
    for piece in pieces:
        if piece in ("+", "-"):
            sign = 1 if piece == "+" else -1
        else:
            terms.append((sign, _role(name, text, piece)))
            sign = 1
    roles = {role for _, role in terms}
    if not terms or (len(terms) > 1 and not roles <= LOGS | NUMBERS.keys()):
        raise Misuse(f"--bind {name}={text}: {_KNOWN}")
    (role, *_) = roles
    kind, letters = "", found["more"]
    if letters in ("bool", "float", "int", "long"):
        kind, letters = letters, None
    if letters is not None and not set(letters) <= set("BTV"):
        raise Misuse(f"--bind {name}={text}: a shape is written with B, T and V, as in {role}:BT; found {letters!r}")
    usual = USUAL_SHAPES.get(role, "B" if any("." in each for each in roles) else "BT")
    if role == "scalar":
        low, high = _range(name, text, found["range"])
        own = name.rpartition(".")[2].lower()
        symbol = NAMED_SCALARS.get(own, own if len(own) == 1 else f"c_{own.replace('_', '')}")
        return Input(((1, f"scalar {symbol}"),), letters or "", "", symbol, low, high)
    return Input(tuple(terms), usual if letters is None else letters, kind, fixed=letters is not None)


def _role(name: str, text: str, piece: str) -> str:
    if piece in LOGS or piece in NUMBERS or piece in USUAL_SHAPES:
        return piece
    raise Misuse(f"--bind {name}={text}: there is no role {piece!r}; {_KNOWN}")


_KNOWN = (
    "write one of policy, reference, old (each with .chosen or .rejected for comparisons), advantage, reward, value, "
    "returns, mask, labels, index, logits, logits.reference, scalar, or a difference such as policy-reference"
)


def _range(name: str, text: str, said: str | None) -> tuple[float, float]:
    if said is None:
        return 0.0, float("inf")
    try:
        low, high = (float(each) for each in said.split(","))
    except ValueError:
        raise Misuse(f"--bind {name}={text}: a range is written scalar[0,1]; found [{said}]") from None
    return low, high


_GUESSES = (
    (r"ref.*(chosen|_w$|win)|(chosen|win).*ref", "reference.chosen"),
    (r"ref.*(reject|_l$|lose)|(reject|lose).*ref", "reference.rejected"),
    (r"(policy|logp|pi).*(chosen|_w$|win)|(chosen|win).*logp", "policy.chosen"),
    (r"(policy|logp|pi).*(reject|_l$|lose)|(reject|lose).*logp", "policy.rejected"),
    (r"log_?ratio", "policy - reference"),
    (r"(^|_)(ref|reference|base|init|sft)", "reference"),
    (r"(^|_)(old|prev|behav|rollout|sampling)", "old"),
    (r"adv", "advantage"),
    (r"mask", "mask"),
    (r"label", "labels"),
    (r"(ref|teacher).*logits", "logits.reference"),
    (r"logits", "logits"),
    (r"^returns?$", "returns"),
    (r"^values?$|vpred", "value"),
    (r"reward|score", "reward"),
    (r"log_?p|logprob|log_prob|per_token_logps", "policy"),
    (r"^(beta|eps|epsilon|alpha|tau|gamma|kl_coef|label_smoothing|lam|lambda_?)$", "scalar"),
)


def guess(argument: str) -> str:
    """What an argument of this name usually is; nothing where the name says nothing. Offered, never taken.

    >>> guess("ref_logprob"), guess("old_log_probs"), guess("x")
    ('reference', 'old', '')
    """
    return next((role for pattern, role in _GUESSES if re.search(pattern, argument.lower())), "")


# --- samples ------------------------------------------------------------------------------------

SHAPES: tuple[dict[str, int], ...] = ({"B": 2, "T": 3, "V": 3}, {"B": 4, "T": 2, "V": 4})
"""The sizes at which a function is run."""


class Padding(Enum):
    """Where a mask is 0."""

    RIGHT = "where padding stands on the right"
    LEFT = "where padding stands on the left"
    HOLES = "where the mask has holes"
    EMPTY = "where a sequence is masked as a whole"


_HOLES = ((0, 1), (2, 0))


def mask(sizes: Mapping[str, int], padding: Padding = Padding.RIGHT) -> list[list[int]]:
    """A ragged mask: every second sequence is shorter, and none is empty where that is not asked for.

    >>> mask({"B": 2, "T": 3}), mask({"B": 3, "T": 2})
    ([[1, 1, 1], [1, 0, 0]], [[1, 1], [1, 0], [1, 1]])
    >>> [mask({"B": 2, "T": 3}, each) for each in (Padding.LEFT, Padding.HOLES, Padding.EMPTY)]
    [[[1, 1, 1], [0, 0, 1]], [[1, 0, 1], [1, 0, 0]], [[1, 1, 1], [0, 0, 0]]]
    """
    rows, columns = sizes["B"], sizes["T"]
    lengths = [columns if i % 2 == 0 else 1 + (i // 2) % max(columns - 1, 1) for i in range(rows)]
    found = [[int(j < length) for j in range(columns)] for length in lengths]
    match padding:
        case Padding.LEFT:
            return [row[::-1] for row in found]
        case Padding.HOLES:
            return [[one * ((i, j) not in _HOLES) for j, one in enumerate(row)] for i, row in enumerate(found)]
        case Padding.EMPTY:
            return [*found[:-1], [0] * columns]
    return found


def labels(sizes: Mapping[str, int]) -> list[list[int]]:
    """Labels that count upwards, by row.

    >>> labels({"B": 2, "T": 3, "V": 4})
    [[0, 1, 2], [3, 0, 1]]
    """
    return [[(i * sizes["T"] + j) % sizes["V"] for j in range(sizes["T"])] for i in range(sizes["B"])]


def sampled(
    inputs: Mapping[str, Input], sizes: Mapping[str, int], rng: Random, scale: float, spread: float = 1.0,
    wide: bool = False,
) -> dict[Symbol, float]:  # fmt: skip
    """A number for every symbol: log-probabilities that differ by about ``scale``, and real numbers by ``spread``.

    ``wide``: scalars from all of their range, its ends among them; else from its middle, or around 1/2.
    """
    found: dict[Symbol, float] = {}
    for each in inputs.values():
        if each.concrete:
            continue
        for role in each.roles:
            for place in each.places(sizes):
                symbol = Symbol(role, place)
                if symbol not in found:
                    found[symbol] = _number(each, role, rng, scale, spread, wide)
    return found


def _number(of: Input, role: str, rng: Random, scale: float, spread: float, wide: bool) -> float:
    if of.symbol:
        return of.low + scalar(of, rng.random(), wide)
    if role in LOGS:
        return -abs(rng.gauss(1.5, scale)) - 0.05
    return rng.gauss(0.0, spread)


def scalar(of: Input, share: float, wide: bool) -> float:
    """How far above the lower end of its range a scalar is taken, for a share of that way.

    ``wide``: to within a thousandth of both ends, or from a thousandth to a hundred where there is no upper end.
    """
    if of.high == float("inf"):
        return float(10 ** (5 * share - 3)) if wide else 0.1 + 0.8 * share
    near = 0.001 + 0.998 * (0.5 - 0.5 * math.cos(math.pi * share)) if wide else 0.1 + 0.8 * share
    return near * (of.high - of.low)


def fraction(value: float) -> Fraction:
    """A float as the decimal that it is written as."""
    return Fraction(repr(float(value)))
