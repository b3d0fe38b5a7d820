"""The commands that our formulas use beyond LaTeX's own."""

from __future__ import annotations

MACROS = {"changed": r"\underline{#1}"}
r"""Commands of one argument, and what they stand for: ``\changed{...}`` marks what is new."""
