"""``symkl tokens``: the options, in the words of the command line. What they ask for is in :mod:`symkl.tokens`."""

from __future__ import annotations

import argparse
import math

from symkl.cli.options import add_colour, add_format, add_quiet, add_width, colour, outdated, whole
from symkl.tokens.command import CHAIN, DTYPES, REFERRED, ROWS, VOCABULARY

DESCRIPTION = (
    "Compute the tilt of every row of logits and rewards, or take the log pi* that other code "
    "computed, and hold every quantity against a float64 reference and the bound for its rounding errors. Or take the "
    "log-probabilities of sampled tokens, and estimate KL."
)
EPILOG = (
    "Exit code: 0 within every bound, or samples of the policy; 1 a bound is exceeded, tokens are missing, or samples "
    "are of another policy; 2 misuse."
)


_LEAST = 2.0**-1022
_RANGE = "from 2.3e-308 to 4.4e307 (in float32 from 1.2e-38 to 8.5e37)"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``symkl tokens``."""
    made = parser.add_argument_group("rows that are made, of all kinds that code is known to fail on")
    made.add_argument("--vocabulary", type=whole(1), metavar="V", help=f"tokens of a row (default: {VOCABULARY})")
    made.add_argument("--rows", type=whole(1), metavar="B", help=f"how many rows (default: {ROWS})")
    made.add_argument("--dtype", choices=tuple(DTYPES), help="their kind of numbers (default: float32)")
    parser.add_argument(
        "--seed", type=whole(0), default=0, metavar="N", help="of the rows, and of the samples (default: 0)"
    )
    read = parser.add_argument_group("rows from files: .npy, or .safetensors (its tensor: FILE:NAME)")
    read.add_argument("--logits", metavar="FILE", help="of shape [.., V]; -inf masks a token")
    read.add_argument(
        "--rewards", metavar="FILE", help="of the same shape, or one row for all: [V]; of samples [B] or [B, T]"
    )
    read.add_argument("--log-pi", metavar="FILE", help="log pi* that other code computed of them, to be checked")
    read.add_argument(
        "--chain", type=whole(1), metavar="H",
        help=f"the longest chain of float additions in the code that computed --log-pi (default: {CHAIN})",
    )  # fmt: skip
    batch = parser.add_argument_group(
        "samples of a trainer, of shape [B, T]: .npy, .npz, .pt, .jsonl, .safetensors (one array of several: FILE:NAME)"
    )
    batch.add_argument("--policy", metavar="FILE", help="log-probabilities of the sampled tokens under the policy")
    batch.add_argument("--ref", metavar="FILE", help="the same under the reference")
    batch.add_argument("--mask", metavar="FILE", help="1 or true for a token of the completion, 0 for padding")
    batch.add_argument(
        "--old", metavar="FILE", help="the same under the policy that drew the tokens, where it may be another"
    )
    parser.add_argument(
        "--beta", type=_beta, metavar="B", help=f"the temperature, {_RANGE}, such as 0.1 or 1/3 (default: 1)"
    )
    parser.add_argument("--device", default="cpu", metavar="D", help="cpu, or cuda or cuda:1 with torch (default: cpu)")
    path = parser.add_mutually_exclusive_group()
    path.add_argument(
        "--fused", dest="fused", action="store_true", default=None,
        help="compute by compiled kernels, which needs torch (default: on a CUDA device that has Triton)",
    )  # fmt: skip
    path.add_argument("--eager", dest="fused", action="store_false", help="compute by one operation after the other")
    parser.add_argument(
        "--block", type=whole(1), metavar="N", help="rows at a time (default: about a million numbers)"
    )
    parser.add_argument(
        "--check-rows", type=whole(0), metavar="N",
        help="so many rows against the reference, evenly spread, besides those that a float64 pass over every row "
        f"leaves open; 0: all (default: all that are made, {REFERRED} of files)",
    )  # fmt: skip
    add_format(parser, ("text", "json"), told="json is for programs: the schema symkl-tokens/1")
    parser.add_argument("--json", action=_Json, nargs=0, help=argparse.SUPPRESS)
    add_quiet(parser, "show nothing where every row is within its bounds")
    add_colour(parser)
    add_width(parser)


class _Json(argparse.Action):
    """``--json``, as ``--format json`` was once written."""

    def __call__(self, parser: object, namespace: argparse.Namespace, *_: object) -> None:
        outdated("--json", "--format json")
        namespace.format = "json"


def _beta(text: str) -> float:
    above, slash, below = text.partition("/")
    try:
        number = float(above) / float(below) if slash else float(text)
    except (ValueError, ZeroDivisionError):
        number = math.nan
    if not _LEAST <= number <= 1 / _LEAST:
        wanted = f"a number {_RANGE}, such as 0.1 or 1/3"
        raise argparse.ArgumentTypeError(f"{text[:60]!r} is not a temperature; write {wanted}")
    return number


def run(options: argparse.Namespace) -> int:
    """Check, and show what was found."""
    from symkl.tokens.command import run as check

    return check(options, colour=colour(options.color))
