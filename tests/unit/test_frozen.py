"""Frozen dataclasses of our own making, held against those of the standard library."""

from __future__ import annotations

import dataclasses
import inspect
import pickle
from typing import Any, get_type_hints

import pytest

from symkl.checking.report import Claim, Report
from symkl.language.frozen import field, frozen


class Base:
    __slots__ = ("_kept",)


def fields_of(decorate: Any, slots: bool) -> Any:
    """The same class by one decorator or the other."""

    class Plain(Base if slots else object):  # type: ignore[misc]
        """Some fields."""

        one: int
        two: tuple[str, ...] = ()
        three: dict[str, int] = field(default_factory=dict, compare=False)
        four: float = field(default=0.5, kw_only=True, repr=False)

        @property
        def both(self) -> Any:
            return self.one, self.two

    Plain.__qualname__ = "Plain"
    return decorate(Plain)


OURS = [fields_of(frozen, False), fields_of(frozen(slots=True), True)]
THEIRS = [
    fields_of(dataclasses.dataclass(frozen=True), False),
    fields_of(dataclasses.dataclass(frozen=True, slots=True), True),
]
MADE: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((1,), {}), ((1, ("a",)), {}), ((2, ("a",), {"k": 1}), {"four": 2.0}), ((), {"one": 1, "two": ("b",)}),
]  # fmt: skip
BADLY: list[tuple[tuple[Any, ...], dict[str, Any]]] = [((), {}), ((1, (), {}, 2.0), {}), ((1,), {"one": 2}), ((1,), {"five": 5})]


@pytest.mark.parametrize(("ours", "theirs"), [*zip(OURS, THEIRS, strict=True)])
def test_it_is_made_compared_hashed_and_shown_as_the_standard_library_does(ours: Any, theirs: Any) -> None:
    for arguments, named in MADE:
        mine, other = ours(*arguments, **named), theirs(*arguments, **named)
        assert dataclasses.asdict(mine) == dataclasses.asdict(other)
        assert repr(mine) == repr(other) and hash(mine) == hash(other) and mine.both == other.both
        assert dataclasses.asdict(dataclasses.replace(mine, one=7)) == dataclasses.asdict(dataclasses.replace(other, one=7))
    for first, named in MADE:
        for second, others in MADE:
            assert (ours(*first, **named) == ours(*second, **others)) == (theirs(*first, **named) == theirs(*second, **others))
    for arguments, named in BADLY:
        for kind in (ours, theirs):
            with pytest.raises(TypeError):
                kind(*arguments, **named)
    assert ours(1) != theirs(1) and ours(1) != 1
    assert ours(1).three is not ours(1).three
    assert list(inspect.signature(ours).parameters) == list(inspect.signature(theirs).parameters)
    assert ours.__match_args__ == theirs.__match_args__ and ours.__doc__ == "Some fields."


@pytest.mark.parametrize("kind", OURS)
def test_nothing_of_it_can_be_changed(kind: Any) -> None:
    made = kind(1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.one = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.five = 2
    with pytest.raises(dataclasses.FrozenInstanceError):
        del made.one
    assert made == kind(1)


def test_slots_leave_no_dictionary_and_no_value_at_the_class() -> None:
    made = OURS[1](1)
    assert not hasattr(made, "__dict__") and made.two == ()


@frozen(slots=True)
class Kept(Base):
    """With a slot that is no field."""

    one: int


@frozen(eq=False)
class Same:
    """Equal to itself alone."""

    one: int


@frozen
class Own:
    """With methods of its own."""

    one: int

    def __post_init__(self) -> None:
        if self.one < 0:
            raise ValueError("below 0")

    def __hash__(self) -> int:
        return 5

    def __repr__(self) -> str:
        return "own"


@frozen
class Longer(Own):
    """One field more."""

    two: int = 2


def test_what_is_worked_out_of_the_fields_is_not_pickled() -> None:
    made = Kept(1)
    object.__setattr__(made, "_kept", "worked out")
    again = pickle.loads(pickle.dumps(made))
    assert again == made and not hasattr(again, "_kept")


def test_methods_of_its_own_stay() -> None:
    assert hash(Own(1)) == 5 and repr(Own(1)) == "own" and Own(1) == Own(1)
    with pytest.raises(ValueError, match="below 0"):
        Own(-1)
    one, other = Same(1), Same(1)
    assert one != other and one == one and len({one, other}) == 2


def test_a_class_may_go_on_from_another() -> None:
    assert Longer(1) != Own(1) and Longer(1).two == 2 and hash(Longer(1)) == hash((1, 2)) and repr(Longer(1)) == "Longer(one=1, two=2)"


def test_the_types_of_its_parameters_are_looked_up_where_the_class_stands() -> None:
    assert get_type_hints(Longer.__init__) == {"one": int, "two": int, "return": type(None)}
    assert get_type_hints(Report.__init__)["claim"] == Claim | None
