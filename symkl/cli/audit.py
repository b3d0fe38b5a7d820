"""``symkl audit``: the options, in the words of the command line. What they ask for is in :mod:`symkl.auditing`."""

from __future__ import annotations

import argparse

from symkl.cli.options import add_colour, add_format, add_quiet, add_width, colour
from symkl.cli.parsing import Several

DESCRIPTION = (
    "Run a function on symbolic tensors, find the formula that it computes, hold that against the function in "
    "values and gradients, and prove or refute what it estimates: its value, as a loss, as a detached reward. "
    "This executes the function."
)
EPILOG = "Exit code: 0 what is expected is proved; 1 not; 2 misuse; 3 symkl contradicts itself (please report it)."

SAMPLERS = ("policy", "old", "reference")
_PAIRS = Several(lambda word: "=" in word)
LISTS = {
    "--bind": _PAIRS, "--set": _PAIRS, "--expect": _PAIRS, "--sampler": Several(lambda word: word in SAMPLERS, ","),
}  # fmt: skip
"""The options of several values, and which words are one."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``symkl audit``."""
    parser.add_argument(
        "function", nargs="?", metavar="FILE.py:FUNCTION",
        help="a function, or FILE.py:Class.method; without one, every table [tool.symkl.audit.NAME] of --config",
    )  # fmt: skip
    parser.add_argument(
        "--config", default="pyproject.toml", metavar="FILE", help="where those tables are (default: pyproject.toml)"
    )
    parser.add_argument(
        "--bind", nargs="+", action="extend", default=[], metavar="ARG=ROLE",
        help="what an argument is: policy, reference, old (logs of probabilities; for comparisons with .chosen or "
        ".rejected), advantage, reward, value, returns, mask, labels, index, logits, scalar[LOW,HIGH], or a difference "
        "such as policy-reference; a shape behind it, as in advantage:B",
    )  # fmt: skip
    parser.add_argument(
        "--range", nargs="+", action="extend", default=[], metavar="ARG=LOW,HIGH",
        help="between what a scalar lies, as in beta=0,2 (default: any number > 0)",
    )  # fmt: skip
    parser.add_argument(
        "--set", nargs="+", action="extend", default=[], metavar="ARG=VALUE",
        help="the value of another argument; of a field: cfg.beta=0.1",
    )  # fmt: skip
    parser.add_argument(
        "--sampler", nargs="+", action="extend", choices=SAMPLERS, metavar="POLICY",
        help="whose samples the function is given: policy, old or reference, or several (default: policy)",
    )  # fmt: skip
    parser.add_argument(
        "--expect", nargs="+", action="extend", default=[], metavar="USE=FORMULA",
        help="what it should estimate, by its use: value, loss or reward, as in 'loss=∇KL(π‖π_ref)'; "
        "is=DPO(0.1), a loss by its name; gathers=token-mean",
    )  # fmt: skip
    parser.add_argument(
        "--output", default="", metavar="NAME",
        help="which of its results, by number or name (default: the first tensor)",
    )  # fmt: skip
    add_format(
        parser, ("text", "json", "markdown", "github", "sarif"), {"terminal": "text"},
        "markdown is a document of the claims that symkl check reads; github and sarif speak of the function's line",
    )  # fmt: skip
    add_quiet(parser, "show only what is not proved; nothing where all is")
    add_colour(parser)
    add_width(parser)


def run(options: argparse.Namespace) -> int:
    """Audit, and show what was found."""
    from symkl.auditing.command import run as audit

    return audit(options, colour=colour(options.color))
