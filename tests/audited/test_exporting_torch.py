"""torch.export as a second opinion: where it runs it agrees, where it does not that is said. Needs torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from symkl.auditing import crosscheck, exporting  # noqa: E402
from symkl.auditing.expressions import Expressions  # noqa: E402
from symkl.auditing.roles import TRAINED, bound  # noqa: E402

ROLES = {"lp": "policy", "ref": "reference", "m": "mask"}


def checked(function: Callable[..., Any], *names: str) -> crosscheck.Checked:
    inputs = {name: bound(name, ROLES[name]) for name in names}
    return crosscheck.check(function, inputs, inputs, Expressions(TRAINED))


def quiet(lp: Any, ref: Any) -> Any:
    with torch.no_grad():
        weight = torch.exp(lp - ref)
    return weight * (lp - ref)


def written(lp: Any, ref: Any) -> Any:
    out = lp * 1
    out[:, 0] -= ref[:, 0]
    return out.clamp(-2, 2)


def branching(lp: Any, ref: Any) -> Any:
    return lp - ref if (lp - ref).sum().item() > 0 else ref - lp


@pytest.mark.parametrize("function", [lambda lp, ref: (lp - ref).detach() * lp, quiet, written, lambda lp, ref: torch.maximum(lp, ref)])
def test_it_gives_the_same(function: Any) -> None:
    found = checked(function, "lp", "ref")
    assert (found.wrong, found.exported) == ("", "torch.export gives the same at 6 points")


def test_masks_are_no_part_of_what_varies() -> None:
    assert "gives the same" in checked(lambda lp, m: (lp * m).sum() / m.sum(), "lp", "m").exported


def test_that_it_does_not_run_is_said_and_nothing_else(capfd: Any) -> None:
    found = checked(branching, "lp", "ref")
    assert capfd.readouterr().err == ""
    assert (found.wrong, found.exported.startswith("torch.export does not run on it (")) == ("", True)


@pytest.mark.parametrize("share", ["entries", "slopes"])
def test_another_function_by_torch_is_said_and_no_error_of_ours(share: str, monkeypatch: Any) -> None:
    """The function itself is asked where the two differ."""
    right = exporting.exported

    def wrong(*args: Any, **kwargs: Any) -> Any:
        again = right(*args, **kwargs)

        def run(values: Any, weights: Any) -> Any:
            found = again(values, weights)
            if share == "entries":
                return replace(found, entries=tuple(each + 0.5 for each in found.entries))
            return replace(found, slopes={symbol: each + 0.5 for symbol, each in (found.slopes or {}).items()})

        return run

    monkeypatch.setattr(exporting, "exported", wrong)
    found = checked(lambda lp, ref: torch.exp(lp - ref), "lp", "ref")
    assert (found.wrong, found.exported) == ("", "torch.export makes another function of it than it is itself")
