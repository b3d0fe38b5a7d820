"""``symkl tilt``: the options, in the words of the command line. What they ask for is in :mod:`symkl.tilt`."""

from __future__ import annotations

import argparse
import os
import re

from symkl.cli.options import add_colour, add_format, add_quiet, add_width, colour, whole
from symkl.cli.parsing import Several
from symkl.tilt.options import (
    FORMATS,
    LONG,
    METHODS,
    MOST_DIGITS,
    MOST_STEPS,
    POINTS,
    RANGE,
    RATE,
    SHORT,
    STEPS,
    beta,
    columns,
    point,
    rate,
    sweep,
)

DESCRIPTION = (
    "For each temperature the optimal policy, E[r], KL, log Z and J, how each response moved, and both "
    "limits, of a table (CSV, JSON Lines, Parquet) with the columns response, reward, logit or probability, and "
    "perhaps prompt; or of samples."
)
EPILOG = "Exit code: 0 done; 1 the table is wrong, or a reported point lies above the frontier; 2 misuse."

_NUMBERS = re.compile(r"[-+0-9.eE/,]+")
LISTS = {"--beta": Several(lambda word: _NUMBERS.fullmatch(word) is not None and not os.path.exists(word), ",")}
"""The options of several values, and which words are one: a file of that name is none."""

def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``symkl tilt``."""
    parser.add_argument("file", metavar="FILE", help="the table: .csv, .jsonl or .parquet, or - for standard input")
    parser.add_argument(
        "--beta", nargs="+", action="extend", type=beta, metavar="B",
        help=f"temperatures, {RANGE}, such as 0.1 or 1/3 (default: 0.1,1,10, without --sweep)",
    )  # fmt: skip
    parser.add_argument(
        "--columns", action="append", type=columns, metavar="ROLE=NAME[,...]",
        help="which column is the prompt, response, reward, logit, probability, logprob or true_reward, where names "
        "differ: response=completion,reward=score,logit=ref_logprob",
    )  # fmt: skip
    parser.add_argument(
        "--samples", action="store_true",
        help="the rows are completions that the reference drew, or with logprob and ref_logprob another policy: equal "
        "ones are merged, weights normalised by themselves",
    )  # fmt: skip
    parser.add_argument(
        "--point", action="append", type=point, metavar="KL:REWARD[:BETA]",
        help="a reported point: whether it lies on the frontier, below it, or above it, where no policy is",
    )  # fmt: skip
    parser.add_argument(
        "--sweep", type=sweep, metavar="A:B[:N]",
        help=f"the frontier at N temperatures from A to B, evenly spaced by their logarithms (default: {POINTS})",
    )  # fmt: skip
    parser.add_argument(
        "--train", action="store_true",
        help="train a policy from the reference by exact ascent of E[r] - β KL, and show its path; a column "
        "true_reward is what is wanted beside the reward that is trained on (formats: text, csv, json)",
    )  # fmt: skip
    parser.add_argument("--rate", type=rate, metavar="R", help=f"with --train: the size of a step (default: {RATE})")
    parser.add_argument(
        "--steps", type=whole(1, MOST_STEPS), metavar="N", help=f"with --train: how many (default: {STEPS})"
    )
    parser.add_argument(
        "--method", choices=METHODS,
        help="with --train: the gradient by softmax parameters, the natural gradient, or the steps of mirror descent "
        f"(default: {METHODS[0]})",
    )  # fmt: skip
    add_format(
        parser, FORMATS, {"table": "text"}, "csv is one table: the frontier of a sweep, else every response"
    )
    parser.add_argument(
        "--digits", type=whole(1, MOST_DIGITS), metavar="N",
        help=f"significant digits, each certified (default: {SHORT}; csv and json: {LONG})",
    )  # fmt: skip
    parser.add_argument(
        "--plot", metavar="OUT", help="draw π_ref beside π* and the frontier: a .svg, .png or .pdf file"
    )
    add_quiet(parser, "no notes, and no progress bar")
    add_colour(parser)
    add_width(parser)


def run(options: argparse.Namespace) -> int:
    """Tilt the table, and show it."""
    from symkl.tilt.command import run as tilt

    return tilt(options, colour=colour(options.color))
