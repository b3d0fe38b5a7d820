"""Certificates: every tick is had again from its own, out of JSON, and none with an error planted in it is taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

import pytest

import symkl.language.terms as t
from symkl.kernel.replay import LAWS, Rejected, replay
from symkl.kernel.verdict import Fact, Proved
from symkl.proving.certificates import SCHEMA, read, replayed, write
from symkl.proving.deciding import decide
from symkl.refuting.values import refute
from tests.ticks import ticks

pytest.importorskip("sympy")  # the book's pages are programs that use it

Path = tuple[str | int, ...]
Error = tuple[str, Path, Any]

TURNED = {"max": "min", "min": "max", "0+": "∞", "∞": "0+", "log": "exp", "exp": "log"}
RELATION = {"≤": "≥", "≥": "≤", "<": ">", ">": "<", "∝": "≤", "=": "≤", "≡": "≤", ":=": "≤", "≈": "≤"}
LISTS = ("positive", "facts", "premises", "gaps", "why", "terms", "factors", "averaged", "variables", "exchange",
         "outcomes", "given", "arguments")  # fmt: skip


def test_there_are_ticks_of_every_law() -> None:
    laws = Counter(law for tick in ticks() for law in (tick["law"], *(fact["law"] for fact in tick["facts"])))
    assert set(laws) == set(LAWS)
    assert len(ticks()) > 250


@pytest.mark.parametrize("every", [12, 1])
def test_every_tick_is_replayed_from_its_certificate_alone(every: int) -> None:
    for tick in sorted(ticks(), key=lambda tick: len(str(tick)))[::every]:
        found = replayed(tick)
        assert isinstance(found, Proved)
        assert write(found) == tick
        assert replay(read(tick)) == found


def test_a_certificate_lists_what_its_facts_rest_on() -> None:
    with_facts = [tick for tick in ticks() if tick["facts"]]
    assert with_facts
    for tick in with_facts:
        for fact in tick["facts"]:
            assert fact["shows"]["symbol"] and fact["statement"] and "conditions" in fact["shows"]
            assert set(fact["context"]["positive"]) <= set(tick["context"]["positive"])
    signs = [c for tick in with_facts for fact in tick["facts"] for c in fact["shows"]["conditions"]]
    assert {"of": "β", "sign": ">"} in signs


# -- planted errors ----------------------------------------------------------------------------


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    yield path, value
    if isinstance(value, dict):
        for key in value:
            yield from walk(value[key], (*path, key))
    elif isinstance(value, list):
        for i, each in enumerate(value):
            yield from walk(each, (*path, i))


def errors(tick: dict[str, Any]) -> Iterator[Error]:
    """Small changes of a certificate, by kind and place."""
    for path, value in walk(tick):
        key = path[-1] if path else ""
        if key == "value" and isinstance(value, str):
            yield "number", path, str(Fraction(value) + 1)
        elif key in ("symbol", "source", "sort") and isinstance(value, str):
            yield key, path, f"{value}′"
        elif key in ("name", "sense", "end") and value in TURNED:
            yield f"{key} turned", path, TURNED[value]
        elif key in ("square", "logarithm"):
            yield "flag", path, not value
        elif key == "fresh" and value:
            yield "fresh names", path, 0
        elif key == "law":
            yield "law", path, "inequality" if value == "identity" else "identity"
        elif key == "relation":
            yield "relation", path, RELATION[value]
        elif key == "sign":
            yield "sign", path, "≠" if value == ">" else ">"
        elif key == "statement" and tick["statement"]["relation"] in ("≤", "<", "≥", ">", "∝"):
            yield "sides", path, {**value, "left": value["right"], "right": value["left"]}
        elif key == "definitions":
            for name in value:
                yield "definition dropped", path, {other: value[other] for other in value if other != name}
        elif key in ("conditions", *LISTS) and isinstance(value, list):
            for i in range(len(value)):
                yield f"one of {key} dropped", path, value[:i] + value[i + 1 :]


def planted(data: Any, path: Path, new: Any) -> Any:
    """The data with one place changed."""
    if not path:
        return new
    if isinstance(data, list):
        return [planted(each, path[1:], new) if i == path[0] else each for i, each in enumerate(data)]
    return {key: planted(each, path[1:], new) if key == path[0] else each for key, each in data.items()}


def harmless(tick: dict[str, Any], kind: str, path: Path) -> bool:
    """Whether a change leaves a certificate of the same statement: of what a flag is not about, of a word alone."""
    if kind == "flag" and path[0] == "arguments":
        gap = tick
        for key in path[:-1]:
            gap = gap[key]
        of, decided = gap.get("of", {}), gap.get("absolute") or gap.get("over")
        return bool(of and (of["is"] == "Premise" or decided or of.get("name") == "maximum"))
    return kind == "source" or _of_a_level(tick, path)


def _of_a_level(tick: dict[str, Any], path: Path) -> bool:
    """Whether it is in a condition that gives a distribution up to a factor: what that is does not count there."""
    while len(path) > 1 and path[0] == "facts" and isinstance(path[1], int):
        tick, path = tick["facts"][path[1]], path[2:]
    return tick["law"] == "normalised" and path[:1] == ("statement",)


def chosen(most: int) -> list[tuple[dict[str, Any], Error]]:
    """A few errors of each kind, at each part of a certificate, for each law."""
    by: dict[tuple[str, ...], list[tuple[dict[str, Any], Error]]] = {}
    for tick in ticks():
        for kind, path, new in errors(tick):
            if not harmless(tick, kind, path):
                by.setdefault((tick["law"], kind, str(path[0])), []).append((tick, (kind, path, new)))
    rng = Random(5)
    return [each for key in sorted(by) for each in rng.sample(by[key], min(most, len(by[key])))]


WITNESS = ("law", "relation", "facts", "premises", "arguments", "shows", "fresh", "schema")


@pytest.mark.parametrize(("most", "fewest"), [(1, 60), (12, 600)])
def test_an_error_in_what_was_guessed_is_rejected(most: int, fewest: int) -> None:
    """Law, arguments, premises, facts, conditions: whatever is changed, nothing is shown or something else."""
    count = 0
    for tick, (kind, path, new) in chosen(most):
        if path[0] in WITNESS or kind in ("relation", "sides", "sense turned", "one of positive dropped"):
            if kind == "one of facts dropped" and _holds_without_facts(tick):
                continue
            count += 1
            with pytest.raises(Rejected):
                print(tick["law"], kind, path, replayed(planted(tick, path, new)))
    assert count > fewest


def _holds_without_facts(tick: dict[str, Any]) -> bool:
    certificate = read(tick)
    return isinstance(decide(certificate.statement, certificate.context), Proved)


def test_a_statement_that_is_made_false_is_rejected() -> None:
    """Changes of the statement, or of a definition in it, after which the ball oracle finds numbers against it."""
    count = 0
    for tick, (_, path, new) in chosen(6):
        if path[0] not in ("statement", "context") or tick["facts"] or tick["premises"] or tick["law"] != "identity":
            continue
        changed = planted(tick, path, new)
        try:
            certificate = read(changed)
        except Rejected:
            continue
        if refute(certificate.statement, certificate.context) is None:
            continue
        count += 1
        with pytest.raises(Rejected):
            print(path, replayed(changed))
    assert count > 30


@pytest.mark.parametrize("data", [
    None, [], {}, {"schema": SCHEMA}, {"schema": "symkl-certificate/0"}, {"schema": SCHEMA, "facts": None},
])  # fmt: skip
def test_what_is_not_a_certificate_at_all(data: object) -> None:
    with pytest.raises(Rejected):
        read(data)


def test_what_is_read_has_the_types_it_should_have() -> None:
    tick = write(_tick())
    for path, value in walk(tick):
        if path and path[0] not in ("shows", "schema"):
            for wrong in (None, 7.5, {"is": "Policy", "symbol": 3}, [["x"]], {"is": "object"}):
                if wrong != value and (value is not None or wrong is not None):
                    with pytest.raises(Rejected):
                        replayed(planted(tick, path, wrong))
    deep: Any = {"is": "Scalar", "symbol": "β"}
    for _ in range(900):
        deep = {"is": "Fn", "name": "exp", "arguments": [deep]}
    with pytest.raises(Rejected):
        read(planted(tick, ("statement", "left"), deep))


def test_cases_are_written_and_read() -> None:
    a = t.Scalar("a")
    size = t.Cases((a,), (a, t.Mul((t.Number(Fraction(-1)), a))))
    found = decide(t.Statement(a, t.Relation.LESS_EQUAL, size), t.Context())
    assert isinstance(found, Proved)
    assert replayed(write(found)) == found


def test_a_fact_without_a_certificate_is_not_written() -> None:
    with pytest.raises(Rejected):
        write(Fact("a", (), (), replayed_value(), "line 1"))


def replayed_value() -> Any:
    from symkl.kernel.polynomials import constant

    return constant(1)


def _tick() -> Proved:
    y = t.Variable("y", "y")
    p, q = t.Apply("p", (y,), ()), t.Apply("q", (y,), ())
    found = decide(t.Statement(t.kl(y, p, q), t.Relation.GREATER_EQUAL, t.Number(Fraction(0))), t.Context())
    assert isinstance(found, Proved)
    return found
