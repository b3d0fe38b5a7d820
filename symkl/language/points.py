"""What is one in particular, and what stands for any: ``y_w`` is one response, ``y`` is every one."""

from __future__ import annotations

from symkl.language.terms import Statement, Variable, free_variables


def is_point(variable: Variable) -> bool:
    """Whether a variable is decorated, and so names one index rather than any.

    >>> is_point(Variable("y_w", "y")), is_point(Variable("y'", "y")), is_point(Variable("y", "y"))
    (True, True, False)
    """
    return len(variable.name) > 1


def is_named(variable: Variable) -> bool:
    """Whether its name alone says which it is, a winner, a loser, the first: of ``y_1`` that is not so sure.

    >>> is_named(Variable("y_w", "y")), is_named(Variable("y_0", "y")), is_named(Variable("y_1", "y"))
    (True, True, False)
    """
    return variable.name.partition("_")[2].rstrip("*") in ("w", "l", "0", "+", "-", "win", "lose")


def points(statement: Statement) -> frozenset[Variable]:
    """The points that a statement is about.

    Requires: nothing. A hypothesis with one is about that point alone.
    """
    return frozenset(filter(is_point, free_variables(statement.left) | free_variables(statement.right)))
