"""Headings: which of them end what rows above supposed and found, and which stand between steps of one derivation."""

from __future__ import annotations

import pytest

from symkl.checking.document import check_text
from symkl.checking.report import Status

LAGRANGIAN = (
    r"$$ L(\pi,\lambda) = \sum_y\pi(y|x)r(x,y) - \beta\sum_y\pi(y|x)\log\frac{\pi(y|x)}{\mu(y|x)}"
    r" + \lambda\left(1 - \sum_y\pi(y|x)\right) $$"
)
SLOPE = r"$$ \frac{\partial L}{\partial\pi(y|x)} = r(x,y) - \beta\log\frac{\pi(y|x)}{\mu(y|x)} - \beta - \lambda = 0 $$"
SOLVED = r"$$ \log\frac{\pi(y|x)}{\mu(y|x)} = \frac{r(x,y) - \lambda}{\beta} - 1 $$"


def solved_under(first: str, second: str, third: str, row: str = SOLVED) -> Status:
    text = "\n\n".join([first, LAGRANGIAN, second, SLOPE, third, row])
    return check_text(text + "\n", "answer.md").lines[-1].status


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        ("### Step 1: the Lagrangian", "### Step 2: set the derivative to zero", "### Step 3: isolate the ratio"),
        ("### 1. Objective", "### 2. Take the derivative", "### 3. Solve for $\\pi$"),
        ("## Lagrangian", "## First-order condition", "## Solving"),
        ("# The proof", "## (a) Differentiate", "## (b) Rearrange"),
        ("### I. Setting", "### **II. Differentiation**", "### III) Closed form"),
    ],
)
def test_a_derivation_goes_on_under_the_heading_of_its_next_step(first: str, second: str, third: str) -> None:
    assert solved_under(first, second, third) is Status.PROVED
    assert solved_under(first, second, third, SOLVED.replace("- 1", "+ 1")) is Status.REFUTED


@pytest.mark.parametrize(
    "third",
    ["## A policy that we evaluate", "## The general case", "# Solve", "## 3. Another policy", "## Stepping back: any policy",
     "## Take any policy", "### Introducing another policy", "## Results for DPO", "## Setting", "## Introduction"],
)
def test_a_new_subject_ends_what_was_found_of_the_policy(third: str) -> None:
    assert solved_under("## Lagrange", "## Differentiate", third) is not Status.PROVED


def test_in_latex_too() -> None:
    text = rf"""\documentclass{{article}}\begin{{document}}
\subsection{{The Lagrangian}} {LAGRANGIAN}
\subsection{{Step 2}} {SLOPE}
\subsection{{Step 3}} {SOLVED}
\end{{document}}"""
    assert check_text(text, "answer.tex").lines[-1].status is Status.PROVED
