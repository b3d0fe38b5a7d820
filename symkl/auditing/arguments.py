"""What a function is called with: tensors, configurations, containers, and what stands for a model.

A binding names a place: ``logp`` is an argument, ``cfg.beta`` a field or an item of one, ``model().logits`` a field of
what a call of ``model`` gives, ``self._forward().0`` the first of what a method gives.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import replace
from typing import Any

from symkl.auditing.lifting import Lifted, Method
from symkl.auditing.roles import NUMBERS, Input, Misuse, guess
from symkl.auditing.traces import Untraceable

CALLED = "()"
"""Where what a call gives stands."""


class Config(dict[str, Any]):
    """A configuration with what was set of it, as attributes and as items; called, it gives what was said of a call.

    ``_said``: where it is noted that it was asked for what is not set, and had it not; and that it was called.
    """

    def __init__(self, said: dict[str, None] | None = None, name: str = "it") -> None:
        super().__init__()
        self.__dict__.update(_said={} if said is None else said, _name=name, _calls=0)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self:
            return self[name]
        raise AttributeError(f"{self._name}.{name} is not set: --set {self._name}.{name}=VALUE")

    def __contains__(self, key: object) -> bool:
        if super().__contains__(key):
            return True
        if not str(key).startswith("__"):
            self._said[f"{self._name}.{key} is not set, and taken not to be there"] = None
        return False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What a call gives, whatever it is given; live only where gradients are recorded.

        Raises: TypeError, where nothing was said of a call; Untraceable, where it is called again in one run, for then
        nothing says which result is which.
        """
        name = self._name
        if CALLED not in self.keys():
            raise TypeError(f"{name} is called, and nothing says what it gives: --bind '{name}().FIELD=ROLE'")
        self.__dict__["_calls"] += 1
        if self._calls > 1:
            raise Untraceable(f"it calls {name} more than once, and would be given the same each time")
        self._said[f"what {name}(...) gives is what was said of it, whatever it is given"] = None
        recording = sys.modules["torch"].is_grad_enabled()
        return self[CALLED] if recording else _detached(self[CALLED])

    def get(self, key: str, default: Any = None) -> Any:
        """A field, or what is taken where it is not set, which is noted."""
        if key not in self:
            return default
        return self[key]


def _detached(value: Any) -> Any:
    """A result as it is where no gradients are recorded."""
    if isinstance(value, dict):
        found = copy(value)
        found.update({key: _detached(each) for key, each in value.items()})
        return found
    if isinstance(value, tuple):
        return tuple(map(_detached, value))
    return value.detach() if hasattr(value, "detach") else value


def parameters(found: Lifted) -> Mapping[str, inspect.Parameter]:
    """The parameters of a function, by name."""
    try:
        return inspect.signature(found.function).parameters
    except (TypeError, ValueError):
        return inspect.signature(found.function.__call__).parameters


def path(name: str) -> list[str]:
    """The steps to a place.

    >>> path("cfg.beta"), path("self.model().logits")
    (['cfg', 'beta'], ['self', 'model', '()', 'logits'])
    """
    return re.findall(r"\(\)|[^.()]+", name)


def _joined(steps: list[str]) -> str:
    """The name of a place.

    >>> _joined(["self", "model", "()", "logits"])
    'self.model().logits'
    """
    return ".".join(steps).replace("." + CALLED, CALLED)


def arguments_of(found: Lifted, inputs: Mapping[str, Input], settings: Mapping[str, Any]) -> dict[str, Any]:
    """What the function is called with, ``self`` among it.

    Raises: Misuse, with a guess from the name of what is missing.
    """
    known = parameters(found)
    given: dict[str, Any] = {}
    for name, value in (*inputs.items(), *settings.items()):
        steps = path(name)
        if not steps or _joined(steps) != name:
            raise Misuse(f"{name!r} is no place: write an argument, as in logp, cfg.beta, model().logits")
        at: Any = given
        for depth, key in enumerate(steps[:-1], 1):
            at = at.setdefault(key, Config(found.said, _joined(steps[:depth])))
            if not isinstance(at, Config):
                raise Misuse(f"{_joined(steps[:depth])} is said as a whole, and {name} as a part of it: leave out one")
        if steps[-1] in {*at}:
            raise Misuse(f"{name} is said as a whole, and a part of it, too, or twice: leave out one")
        at[steps[-1]] = value
    given = {name: _numbered(value) for name, value in given.items()}
    free = any(p.kind is p.VAR_KEYWORD for p in known.values())
    own = {"self"} if isinstance(found.function, Method) else set()
    unknown = [name for name in given if name not in known.keys() | own and not free]
    if unknown:
        raise Misuse(f"{found.name} has no argument {unknown[0]!r}; it has {', '.join(known) or 'none'}")
    missing = [
        name for name, p in known.items()
        if name not in given and p.default is p.empty and p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL)
    ]  # fmt: skip
    if missing:
        offers = [f"--bind {name}={guess(name)}" if guess(name) else f"--bind {name}=ROLE or --set {name}=VALUE"
                  for name in missing]  # fmt: skip
        said = f"what {', '.join(missing)} of {found.name} is, is not said"
        raise Misuse(f"{said}. By the names, perhaps: {'; '.join(offers)}")
    return given


def _numbered(value: Any) -> Any:
    """Configurations whose fields are called 0, 1, ... as tuples: what several results are."""
    if not isinstance(value, Config):
        return value
    found = copy(value)
    found.update({key: _numbered(each) for key, each in value.items()})
    order = [str(k) for k in range(len(found))]
    return tuple(found[key] for key in order) if order and set(found.keys()) == set(order) else found


def shapes(inputs: Mapping[str, Input]) -> Iterator[dict[str, Input]]:
    """The shapes that are tried: as said or usual; one number a sequence for what is no policy; that for everything."""
    yield dict(inputs)
    free = [name for name, each in inputs.items() if not each.fixed and each.shape == "BT"]
    numbers = [name for name in free if inputs[name].roles[0] in NUMBERS]
    if numbers and len(numbers) < len(free):
        yield {name: replace(each, shape="B") if name in numbers else each for name, each in inputs.items()}
    if free:
        yield {name: replace(each, shape="B") if name in free else each for name, each in inputs.items()}


def shaped_as(arguments: Any, inputs: Mapping[str, Input], at: tuple[str, ...] = ()) -> Any:
    """The same arguments, with tensors of these shapes."""
    if isinstance(arguments, Input):
        return inputs[_joined(list(at))]
    if isinstance(arguments, dict):
        found = copy(arguments)
        found.update({key: shaped_as(each, inputs, (*at, key)) for key, each in arguments.items()})
        return found
    if isinstance(arguments, tuple):
        return tuple(shaped_as(each, inputs, (*at, str(k))) for k, each in enumerate(arguments))
    return arguments
