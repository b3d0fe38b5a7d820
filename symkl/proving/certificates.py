"""Certificates as plain data, for JSON: written with what they need and no more, and read back.

Not trusted either. Whatever is read is only data about terms, which ``symkl.kernel.replay`` goes through; and
:func:`replayed` asks that it shows word for word what the data says that it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from fractions import Fraction
from functools import cache
from json import dumps
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import symkl.language.terms as t
from symkl.kernel.polynomials import Polynomial
from symkl.kernel.replay import Rejected, replay
from symkl.kernel.verdict import Condition, Fact, Proved, Shown
from symkl.language.certificate import Attainment, Certificate, Gap, Optimality, Premise, Solution
from symkl.proving.reading_back import plain

SCHEMA = "symkl-certificate/1"

_CLASSES: Mapping[str, type] = {
    each.__name__: each
    for each in (
        *(t.Number, t.Scalar, t.Apply, t.Add, t.Mul, t.Power, t.Fn, t.Value, t.Bind, t.Cases, t.Partial, t.Gradient),
        *(t.Limit, t.Optimum, t.Optimiser, t.Variable, t.Policy, t.Statement, t.Definition, t.Context),
        *(Certificate, Premise, Optimality, Attainment, Gap, Solution),
    )
}

_FOR_READERS = ("same_maximiser",)
"""Laws that show no factor: where a verdict has one, it says how the two compare at one prompt, for a reader."""

_DEEPEST = 400


def write(shown: Proved | Fact) -> dict[str, Any]:
    """What was shown, and how, as lists, dictionaries, strings and whole numbers.

    >>> from symkl.proving.deciding import decide
    >>> beta = t.Scalar("β")
    >>> data = write(decide(t.Statement(t.log(t.exp(beta)), t.Relation.EQUAL, beta), t.Context()))
    >>> data["law"], data["statement"]["right"], data["shows"]["conditions"]
    ('identity', {'is': 'Scalar', 'symbol': 'β'}, [])
    """
    found = needed(shown)
    relied = sorted((each for each in shown.relied_on if isinstance(each, Fact)), key=lambda fact: fact.symbol)
    data: dict[str, Any] = _written(replace(found, facts=()))
    return {"schema": SCHEMA, **data, "facts": [write(fact) for fact in relied], "shows": _shows(shown)}


def read(data: object) -> Certificate:
    """The certificate in plain data, from anybody. Raises Rejected where it is none."""
    try:
        if not isinstance(data, dict) or data.get("schema") != SCHEMA:
            raise ValueError(f"no {SCHEMA}")
        inner = {key: value for key, value in data.items() if key not in ("schema", "shows", "facts")}
        own = _read(Certificate, {**inner, "facts": []}, 0)
        assert isinstance(own, Certificate)
        return replace(own, facts=tuple(read(fact) for fact in data["facts"]))
    except (ValueError, KeyError, TypeError, RecursionError) as reason:
        raise Rejected(f"not a certificate: {reason}") from None


def replayed(data: dict[str, Any]) -> Proved | Fact:
    """What data shows, had from it alone. Raises Rejected where that fails, or is not what the data says."""
    found = replay(read(data))
    if write(found) != data:
        raise Rejected("what it shows is not what it says")
    return found


def needed(shown: Shown) -> Certificate:
    """The certificate with no fact, premise, definition or sign that nothing was made of."""
    certificate = shown.certificate
    if certificate is None:
        raise Rejected("it was not shown by a law")
    facts = sorted((each for each in shown.relied_on if isinstance(each, Fact)), key=lambda fact: fact.symbol)
    inner = [needed(fact) for fact in facts]
    premises = tuple(premise for premise in certificate.premises if premise in shown.relied_on)
    return replace(
        certificate,
        context=_needed_of(certificate, shown.assumptions, premises, [each.context for each in inner]),
        facts=tuple(inner),
        premises=premises,
        fresh=made_up(tuple(certificate.arguments.values())),
    )


def made_up(said: object) -> int:
    """How many of the names ``~1``, ``~2``, ... may stand in what is said."""
    named = [v.name for v in _inside(said) if isinstance(v, t.Variable)]
    return max([int(name[1:]) for name in named if name.startswith("~")], default=0)


def _needed_of(
    certificate: Certificate,
    conditions: Iterable[Condition],
    premises: tuple[Premise, ...],
    inner: list[t.Context],
) -> t.Context:
    whole = certificate.context
    parts = [*_inside((certificate.statement, premises, tuple(certificate.arguments.values())))]
    said = [part for part in parts if isinstance(part, t.Term)]
    todo = [symbol for term in said for symbol in t.symbols(term)]
    reached: set[str] = set()
    while todo:
        symbol = todo.pop()
        if symbol not in reached:
            reached.add(symbol)
            todo += t.symbols(whole.definitions[symbol].body) if symbol in whole.definitions else ()
    solved = {part.symbol for part in parts if isinstance(part, Solution)}
    signs = solved.union(each.of for each in conditions if isinstance(each.of, str))
    definitions = {symbol: whole.definitions[symbol] for symbol in sorted(reached & set(whole.definitions))}
    for each in inner:
        definitions |= each.definitions
    bodies = tuple(definition.body for definition in definitions.values())
    moved = reached if any(isinstance(part, t.Gradient) for part in (*parts, *_inside(bodies))) else frozenset()
    return t.Context(
        (whole.positive & signs).union(*(each.positive for each in inner)),
        definitions,
        (whole.parametrised & moved).union(*(each.parametrised for each in inner)),
        moves=whole.moves,
        measures=whole.measures,
    )


def _inside(value: object) -> Iterator[object]:
    """A value and everything inside it: terms, variables, what arguments are made of."""
    yield value
    if isinstance(value, tuple):
        inner = list(value)
    else:
        inner = [getattr(value, field.name) for field in fields(value)] if is_dataclass(value) else []
    for each in inner:
        yield from _inside(each)


def _shows(shown: Proved | Fact) -> dict[str, Any]:
    conditions = sorted(({"of": _plain(c.of), "sign": c.sign} for c in shown.assumptions), key=dumps)
    if isinstance(shown, Fact):
        places: dict[str, Any] = {"outcomes": _written(shown.outcomes), "given": _written(shown.given)}
        return {"symbol": shown.symbol, **places, "value": _plain(shown.value), "conditions": conditions}
    certificate = shown.certificate
    kept = certificate is not None and certificate.law not in _FOR_READERS
    factor, difference = (shown.factor, shown.difference) if kept else (None, None)
    said = {"scope": shown.scope.value, "factor": _plain(factor), "difference": _plain(difference)}
    return {**said, "conditions": conditions}


def _plain(value: str | Polynomial | None) -> Any:
    return _written(plain(value)) if isinstance(value, Polynomial) else value


def _written(value: object) -> Any:
    match value:
        case Enum():
            return value.value
        case t.Number(value=number):
            return {"is": "Number", "value": str(number)}
        case frozenset():
            return sorted(value)
        case Mapping():
            return {key: _written(value[key]) for key in sorted(value)}
        case str() | bool() | int() | None:
            return value
    name = type(value).__name__
    if name in _CLASSES:
        return {"is": name, **{field: _written(getattr(value, field)) for field in _hints(name)}}
    assert isinstance(value, tuple)
    return [_written(each) for each in value]


@cache
def _hints(name: str) -> Mapping[str, Any]:
    """The fields of a class and their types, but for where something was written."""
    found = get_type_hints(_CLASSES[name])
    return {field: hint for field, hint in found.items() if field not in ("span", "NOTHING")}


def _read(hint: Any, data: Any, depth: int) -> Any:
    """Data as a value of a type. Raises ValueError, KeyError or TypeError where it is none."""
    if depth > _DEEPEST:
        raise ValueError("nested too deeply")
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _read_any(inner, data, depth)
    if origin is tuple and isinstance(data, list):
        kinds = [inner[0]] * len(data) if inner[-1] is Ellipsis else inner
        return tuple(_read(kind, each, depth + 1) for kind, each in zip(kinds, data, strict=True))
    if origin is frozenset and isinstance(data, list):
        return frozenset(_read(inner[0], each, depth + 1) for each in data)
    if origin is not None and issubclass(origin, Mapping) and isinstance(data, dict):
        return {key: _read(inner[1], each, depth + 1) for key, each in data.items()}
    if hint is Fraction and type(data) is str:
        return Fraction(data)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(data)
    if hint in (str, int, bool, type(None)) and type(data) is hint:
        return data
    if isinstance(hint, type) and isinstance(data, dict):
        found = _CLASSES[data["is"]]
        hints = _hints(data["is"])
        if issubclass(found, hint) and set(data) == {"is", *hints}:
            return found(**{name: _read(kind, data[name], depth + 1) for name, kind in hints.items()})
    raise ValueError(f"{str(data)[:40]} where {getattr(hint, '__name__', hint)} was expected")


def _read_any(kinds: tuple[Any, ...], data: Any, depth: int) -> Any:
    for kind in kinds:
        try:
            return _read(kind, data, depth)
        except (ValueError, KeyError, TypeError):
            continue
    raise ValueError(f"{str(data)[:40]} is nothing that could stand here")
