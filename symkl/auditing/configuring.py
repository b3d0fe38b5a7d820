"""The audits that a project wants, from its ``pyproject.toml``: one table each under ``[tool.symkl.audit]``.

::

    [tool.symkl.audit.penalty]
    function = "src/losses.py:kl_penalty"
    bind = { logprob = "policy", ref_logprob = "reference" }
    set = { kind = "k3" }
    sampler = ["policy"]
    expect = ["value=KL(π‖π_ref)"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from symkl.auditing.roles import Misuse

_KEYS = ("function", "bind", "set", "sampler", "expect", "output", "range")


@dataclass(frozen=True)
class Wanted:
    """One audit that is wanted. ``table``: where that is written, as messages begin with it."""

    function: str
    bind: Mapping[str, str]
    set: Mapping[str, Any] = field(default_factory=dict)
    sampler: tuple[str, ...] = ("policy",)
    expect: tuple[str, ...] = ()
    output: str = ""
    table: str = ""


def ranged(bind: Mapping[str, str], ranges: Mapping[str, str]) -> dict[str, str]:
    """Bindings with the ranges of their scalars. Raises: Misuse, where one is no scalar, or has a range already.

    >>> ranged({"logp": "policy", "beta": "scalar"}, {"beta": "0, 2"})
    {'logp': 'policy', 'beta': 'scalar[0, 2]'}
    """
    found = dict(bind)
    for name, text in ranges.items():
        role, colon, shape = found.get(name, "").partition(":")
        if role.strip() != "scalar":
            was = f"it is {found[name]}" if name in found else "it is not bound"
            raise Misuse(f"a range is of a scalar, as in --bind {name}=scalar --range {name}=0,1; {was}")
        found[name] = f"scalar[{text}]{colon}{shape}"
    return found


def configured(path: Path) -> list[Wanted]:
    """The audits of a project, in their order; files are named from where its configuration lies. Raises: Misuse."""
    try:
        tables = tomllib.loads(path.read_text("utf-8")).get("tool", {}).get("symkl", {}).get("audit", {})
    except FileNotFoundError:
        raise Misuse(f"{path}: no such file; name a function, as FILE.py:FUNCTION") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Misuse(f"{path}: it cannot be read: {error}") from None
    if not isinstance(tables, dict) or not tables or not all(isinstance(each, dict) for each in tables.values()):
        raise Misuse(f"{path}: it has no table [tool.symkl.audit.NAME]; name a function, as FILE.py:FUNCTION")
    return [_wanted(path, name, table) for name, table in tables.items()]


def _wanted(path: Path, name: str, table: Mapping[str, Any]) -> Wanted:
    where = f"{path}: [tool.symkl.audit.{name}]"
    for key in table:
        if key not in _KEYS:
            raise Misuse(f"{where} has {key!r}; it may have {', '.join(_KEYS)}")
    function, bind = table.get("function"), table.get("bind")
    if not isinstance(function, str) or not isinstance(bind, dict):
        raise Misuse(f'{where} wants function = "FILE.py:FUNCTION" and bind = {{ ARGUMENT = "ROLE" }}')
    ends = table.get("range", {})
    if not isinstance(ends, dict) or not all(isinstance(each, list) and len(each) == 2 for each in ends.values()):
        raise Misuse(f"{where}: range is a table, as in range = {{ beta = [0, 2] }}")
    ranges = {key: f"{low},{high}" for key, (low, high) in ends.items()}
    return Wanted(
        str(path.parent / function), ranged({key: str(value) for key, value in bind.items()}, ranges),
        table.get("set", {}),
        _texts(where, "sampler", table.get("sampler", ["policy"])), _expected(where, table.get("expect", [])),
        str(table.get("output", "")), f"{where}: ",
    )  # fmt: skip


def _expected(where: str, value: object) -> tuple[str, ...]:
    """What is expected: ``"value=KL(π‖π_ref)"``, a list of such, or a table ``{ value = "KL(π‖π_ref)" }``."""
    if isinstance(value, dict) and all(isinstance(each, str) for each in value.values()):
        return tuple(f"{use}={formula}" for use, formula in value.items())
    if isinstance(value, dict):
        raise Misuse(f"{where}: expect is a table of texts, as in expect = {{ value = \"KL(π‖π_ref)\" }}")
    return _texts(where, "expect", value)


def _texts(where: str, key: str, value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Misuse(f"{where}: {key} is a text, or a list of texts")
    return tuple(value)
