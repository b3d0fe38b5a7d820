"""An audit as an assertion, for tests: what a function is expected to estimate, or the audit that says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any


def assert_estimates(
    function: Callable[..., Any] | str,
    value: str | None = None,
    loss: str | None = None,
    reward: str | None = None,
    *,
    bind: Mapping[str, str],
    set: Mapping[str, Any] | None = None,
    samplers: Sequence[str] = ("policy",),
    output: str = "",
    named: str | None = None,
    gathers: str | None = None,
) -> None:
    """That a function estimates what is said: its value, its gradient as a loss, its effect as a detached reward.

    ``named``: the loss that it is, as ``"DPO(0.1)"``. ``gathers``: how it puts samples together, as ``"token-mean"``.
    The rest is as of :func:`symkl.audit`.

    Requires: torch. Raises: AssertionError, with the whole audit, where any of it is not proved, or padding leaks in;
    Misuse, where nothing is said.

    >>> assert_estimates("losses.py:kl", value="KL(π‖π_ref)", bind={"logp": "policy"})  # doctest: +SKIP
    """
    from symkl.auditing.auditing import audit
    from symkl.auditing.roles import Misuse
    from symkl.auditing.text import render_audit
    from symkl.checking.report import Overall

    said = {"value": value, "loss": loss, "reward": reward, "is": named, "gathers": gathers}
    expect = {use: text for use, text in said.items() if text is not None}
    if not expect:
        raise Misuse("nothing is asserted: write value=, loss=, reward=, named= or gathers=")
    found = audit(function, bind=bind, set=set, samplers=samplers, expect=expect, output=output)
    if found.verdict is not Overall.PROVED or found.report.disagreements:
        raise AssertionError("\n" + render_audit(found).plain)
