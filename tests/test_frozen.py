"""`frozen` makes what `dataclass(frozen=True, slots=True)` makes: the second is the oracle."""

from __future__ import annotations

import copy
import inspect
import pickle
import types
from collections.abc import Callable
from dataclasses import (
    FrozenInstanceError,
    asdict,
    astuple,
    dataclass,
    field,
    fields,
    is_dataclass,
    replace,
)
from typing import Any, ClassVar, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hebbdsl.frozen import frozen

Maker = Callable[..., Any]

NAMES = ("a", "b", "c", "self", "cls")
Drawn = dict[str, dict[str, Any]]


def two_of(
    own: Drawn, bases: tuple[type, type] = (object, object), **options: bool
) -> tuple[Any, Any]:
    """The same class by `frozen` and by `dataclass`; or the same error by both."""
    made = []
    for make, base in zip((frozen, oracle), bases, strict=True):
        body = {
            "__annotations__": dict.fromkeys(own, "int"),
            "__module__": __name__,
            **{name: field(**how) for name, how in own.items()},
        }
        plain = types.new_class("Drawn", (base,), {}, lambda space, body=body: space.update(body))
        try:
            made.append(make(**options)(plain))
        except (TypeError, ValueError) as error:
            made.append(error)
    assert isinstance(made[0], type) == isinstance(made[1], type), made
    return made[0], made[1]


def oracle(*, slots: bool = True, **options: bool) -> Maker:
    return dataclass(frozen=True, slots=slots, **options)


DEFAULTS = st.sampled_from([{}, {}, {"default": 1}, {"default_factory": list}])
FIELDS = st.builds(
    lambda default, more: {**default, **more},
    DEFAULTS,
    st.dictionaries(
        st.sampled_from(["compare", "repr", "init", "hash", "kw_only"]), st.booleans(), max_size=2
    ),
)
OWN = st.dictionaries(st.sampled_from(NAMES), FIELDS, max_size=4)
OPTIONS = st.fixed_dictionaries(
    {"eq": st.booleans(), "kw_only": st.booleans(), "repr": st.booleans(), "slots": st.booleans()}
)
VALUES = st.sampled_from([0, 1, None, "x"])
CALLS = st.tuples(
    st.lists(VALUES, max_size=4),
    st.dictionaries(st.sampled_from([*NAMES, "other"]), VALUES, max_size=4),
)


def outcome(act: Callable[[], object]) -> object:
    """What it gives, or the kind of its error."""
    try:
        return act()
    except (TypeError, ValueError, AttributeError) as error:
        return type(error)


def seen(one: Any) -> dict[str, object]:
    """What can be seen of an object, and of what is made of it."""
    cls = type(one)
    return {
        "repr": cls.__repr__ is object.__repr__ or repr(one),
        "fields": [(f.name, f.type, f.kw_only, f.init) for f in fields(one)],
        "values": outcome(lambda: asdict(one)),
        "tuple": outcome(lambda: astuple(one)),
        "hash": cls.__hash__ is object.__hash__ or outcome(lambda: hash(one)),
        "copied": outcome(lambda: asdict(copy.copy(one))),
        "deeply": outcome(lambda: asdict(copy.deepcopy(one))),
        "equal": outcome(lambda: copy.copy(one) == one),
        "other": one == object(),
        "replaced": outcome(lambda: asdict(replace(one, a=7))),
        "assigned": outcome(lambda: setattr(one, "a", 1)),
        "deleted": outcome(lambda: delattr(one, "a")),
        "slots": getattr(cls, "__slots__", None),
        "matched": cls.__match_args__,
        "signature": str(inspect.signature(cls)),
        "doc": cls.__doc__,
    }


@given(OWN, OWN, OPTIONS, OPTIONS, CALLS, CALLS)
def test_what_is_made_is_what_dataclass_makes(
    base: Drawn,
    own: Drawn,
    base_options: dict[str, bool],
    options: dict[str, bool],
    call: tuple[list[object], dict[str, object]],
    other: tuple[list[object], dict[str, object]],
) -> None:
    pair = two_of(base, **base_options)
    if not isinstance(pair[0], type):
        return
    pair = two_of(own, pair, **options)
    if not isinstance(pair[0], type):
        return
    ours, theirs = (outcome(lambda cls=cls: cls(*call[0], **call[1])) for cls in pair)
    assert isinstance(ours, pair[0]) == isinstance(theirs, pair[1]), (ours, theirs)
    if not isinstance(ours, pair[0]):
        return
    assert outcome(lambda: seen(ours)) == outcome(lambda: seen(theirs))
    second, third = (outcome(lambda cls=cls: cls(*other[0], **other[1])) for cls in pair)
    assert outcome(lambda: ours == second) == outcome(lambda: theirs == third)


@frozen
class Point:
    """A place."""

    x: int
    y: int = 0
    seen: list[int] = field(default_factory=list, compare=False)


@frozen(kw_only=True)
class Named(Point):
    name: str
    count: ClassVar[int] = 0


@dataclass(frozen=True, slots=True)
class Theirs(Point):
    """One of a package, by `dataclass`, that derives from one of ours."""

    z: int = 3


@frozen
class Again(Theirs):
    """And one of ours that derives from theirs."""

    w: int = 4


class Undecorated(Point):
    """Takes what its ancestor takes."""


@pytest.mark.parametrize(
    "one", [Point(1), Named(1, name="a"), Theirs(1, z=2), Again(1, 2, [], 3, 5), Undecorated(1, 2)]
)
def test_pickling_and_copying(one: Any) -> None:
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(one, protocol)) == one
    assert copy.copy(one) == copy.deepcopy(one) == replace(one) == one
    assert hash(copy.copy(one)) == hash(one)
    with pytest.raises(FrozenInstanceError):
        one.x = 5


def test_classes_of_both_kinds_derive_from_each_other() -> None:
    one = Again(1, 2, [], 3, 4)
    assert (one.x, one.y, one.z, one.w) == (1, 2, 3, 4)
    assert [f.name for f in fields(Again)] == ["x", "y", "seen", "z", "w"]
    assert is_dataclass(Again)
    assert Again.__slots__ == ("w",)
    assert Theirs(1) != Again(1) != Point(1)
    assert get_type_hints(Named)["name"] is str


def test_signatures_are_those_of_the_fields() -> None:
    assert str(inspect.signature(Named)) == (
        "(x: 'int', y: 'int' = 0, seen: 'list[int]' = <factory>, *, name: 'str') -> None"
    )
    assert str(inspect.signature(Undecorated)) == str(inspect.signature(Point))
    assert str(inspect.signature(Theirs)) == (
        "(x: 'int', y: 'int' = 0, seen: 'list[int]' = <factory>, z: 'int' = 3) -> None"
    )
    for name in dir(Theirs):
        getattr(Theirs, name)  # none of them raises


@pytest.mark.parametrize(
    ("call", "named"),
    [
        (lambda: Point(), "'x'"),
        (lambda: Point(1, z=2), "'z'"),
        (lambda: Point(1, x=2), "'x'"),
        (lambda: Point(1, 2, [], 4), "too many positional"),
        (lambda: Named(1), "'name'"),
        (lambda: Named(1, name="a", nam="b"), "'nam'"),
    ],
)
def test_a_wrong_call_names_the_class_and_the_argument(call: Maker, named: str) -> None:
    with pytest.raises(TypeError, match=named) as raised:
        call()
    assert str(raised.value).startswith(("Point() ", "Named() "))


def test_a_default_before_a_required_field_is_refused() -> None:
    with pytest.raises(TypeError, match="non-default argument 'z' follows"):

        @frozen
        class _Wrong(Point):
            z: int


def test_what_a_class_writes_itself_is_kept() -> None:
    @frozen
    class Own:
        x: int
        sum: int = field(init=False, default=0)

        def __post_init__(self) -> None:
            object.__setattr__(self, "sum", self.x + 1)

        def __repr__(self) -> str:
            return "own"

        def __eq__(self, other: object) -> bool:
            return isinstance(other, Own)

    assert (repr(Own(1)), Own(1).sum, Own(1) == Own(2)) == ("own", 2, True)
    assert hash(Own(1)) == hash((1, 2))

    @frozen
    class Hashed:
        x: int

        def __hash__(self) -> int:
            return 7

    assert hash(Hashed(1)) == 7


def test_an_object_inside_itself_is_shown() -> None:
    one = Point(1)
    one.seen.append(one)  # type: ignore[arg-type]
    assert repr(one) == "Point(x=1, y=0, seen=[...])"


def test_a_field_may_be_hashed_but_not_compared_and_the_other_way() -> None:
    @frozen
    class Some:
        x: int
        hashed: int = field(hash=True, compare=False)
        compared: int = field(hash=False)

    assert Some(1, 2, 3) == Some(1, 5, 3) != Some(1, 2, 4)
    assert hash(Some(1, 2, 3)) == hash((1, 2)) == hash(Some(1, 2, 4))
