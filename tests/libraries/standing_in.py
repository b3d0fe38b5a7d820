"""What stands for the parts of a library that are not there: one process, a model that is being trained, a log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


def same(value: Any, *more: Any, **named: Any) -> Any:
    """What it is given: of a sum over all processes where there is one, or of a move to a device."""
    return value


class Processes:
    """For all processes: there is one."""

    num_processes = 1
    device = "cpu"
    sync_gradients = True
    gather = gather_for_metrics = reduce = unwrap_model = staticmethod(same)


class Training:
    """For a model that is being trained."""

    training = True


class Log(dict[str, Any]):
    """For what a trainer logs: kept by nobody."""

    def __missing__(self, key: str) -> Log:
        return self

    def append(self, value: Any) -> None:
        """Forgotten."""


class Count(float):
    """For a number that comes as a tensor."""

    def clamp(self, min: float = 0.0) -> Count:
        """At least ``min``."""
        return Count(max(self, min))


class Fields:
    """For a configuration object: what is said of it, and nothing else."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)

    def get(self, name: str, otherwise: Any = None) -> Any:
        """A field, as of a mapping."""
        return self.__dict__.get(name, otherwise)


@dataclass(frozen=True)
class Instance:
    """Fields as an object of a class of the library, for a function that asks whether it is one."""

    name: str
    fields: Mapping[str, Any]

    def made(self, space: dict[str, Any]) -> Fields:
        """The object; its class takes the place of the library's among what the function sees."""
        space[self.name] = type(self.name, (Fields,), {})
        made = space[self.name](**self.fields)
        assert isinstance(made, Fields)
        return made


def gives(*more: Any) -> Callable[..., Any]:
    """For a model's pass: the log-probabilities that are bound in its place, those again where a tensor is only logged."""
    return lambda model, *rest, **named: (model, model.detach(), *more)
