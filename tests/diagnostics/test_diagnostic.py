"""Problems, their order, and how an end of a stage sums them up."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass
from typing import ClassVar

import pytest

from hebbdsl.diagnostics.diagnostic import At, Problem, Problems, Rejected, Related, nearest
from hebbdsl.diagnostics.wording import (
    listed,
    number_of,
    plain_list,
    plural,
    quoted,
    quoted_path,
    suggestion,
)
from hebbdsl.source import Source, Span
from hebbdsl.spec.checked import Origin, Path
from hebbdsl.spec.mismatches import UnknownField
from hebbdsl.spec.origins import resolve
from hebbdsl.spec.version import NoVersion
from hebbdsl.syntax.reading import Empty

SOURCE = Source("s.yaml", "output: {gamma: 0.5}")
OUTPUT, GAMMA, VALUE = Span(SOURCE, 0, 6), Span(SOURCE, 9, 14), Span(SOURCE, 16, 19)


class Failed(Empty):
    """Ends a run."""

    code: ClassVar[str] = "HEB198"
    exit_code: ClassVar[int] = 4


@dataclass(frozen=True, kw_only=True)
class Placed(Problem):
    """Has places of every sort."""

    code: ClassVar[str] = "HEB197"
    one: At | Span
    several: tuple[At | Span, ...]

    @property
    def title(self) -> str:
        return "placed"

    @property
    def related(self) -> tuple[Related, ...]:
        return (Related(self.one, "one"), Related(At.field("T"), "inner"))


def test_problems_are_frozen_keyword_only_dataclasses() -> None:
    problem = NoVersion(place="a")
    assert problem == NoVersion(place="a")
    assert hash(problem) == hash(NoVersion(place="a"))
    assert repr(problem).startswith("<NoVersion HEB214 at 'a': ")
    with pytest.raises(FrozenInstanceError):
        problem.place = "b"  # type: ignore[misc]
    with pytest.raises(TypeError):
        NoVersion("a")  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        UnknownField(place="a", owner="x")  # type: ignore[call-arg]


def test_each_is_said_once_and_in_order() -> None:
    problems = Problems()
    late, early = NoVersion(place=VALUE), NoVersion(place=OUTPUT)
    problems.extend([late, early, NoVersion(place=VALUE)])
    assert list(problems) == [early, late]
    assert len(problems) == 2


def test_the_gravest_exit_code_wins() -> None:
    assert Rejected([NoVersion(place=None), Failed(place=None)]).exit_code == 4
    assert Rejected([NoVersion(place=None)]).exit_code == 1


def test_places_are_resolved_wherever_they_stand() -> None:
    origins: dict[Path, Origin] = {
        ("output",): Origin(OUTPUT),
        ("output", "gamma"): Origin(VALUE, GAMMA),
    }
    gamma, rate = At.field("gamma"), At.field("rate")
    problem = Placed(place=gamma, one=At(("gamma",), key=True), several=(gamma, rate))
    found = resolve(problem, origins, ("output",))
    assert isinstance(found, Placed)
    assert (found.place, found.one, found.several) == (VALUE, GAMMA, (VALUE, OUTPUT))
    assert [related.place for related in found.elsewhere] == [GAMMA, OUTPUT]


def test_suggestions() -> None:
    assert nearest("gama", ["T", "gamma", "rate"]) == "gamma"
    assert nearest("zzz", ["T", "gamma"]) is None
    assert suggestion("gama", ("gamma",), "more") == "did you mean `gamma`? more"
    assert suggestion("zzz", ("gamma",)) is None


def test_suggestions_take_the_nearest_and_of_two_the_first() -> None:
    assert nearest("abcd", ["abxx", "abcx", "abyy"]) == "abcx"
    assert nearest("abcx", ["abcy", "abcz"]) == "abcy"
    assert nearest("ABC", ["abc"]) == "abc"
    assert nearest("abcde", ["abcxy"]) == "abcxy"  # 0.6, which is near enough
    assert nearest("abcdef", ["abcxyz"]) is None


def test_suggestions_are_not_looked_for_without_end() -> None:
    assert nearest("x" * 100, ["x" * 100]) == "x" * 100
    assert nearest("x" * 101, ["x" * 101]) is None
    assert nearest("x" * 100, ["x" * 101, "x" * 99]) == "x" * 99
    many = [f"a{n}" for n in range(199)]
    assert nearest("zzz", [*many, "zzy"]) == "zzy"
    assert nearest("zzz", [*many, "b", "zzy"]) is None


def test_wording() -> None:
    assert listed(["a", "b", "c"]) == "`a`, `b` or `c`"
    assert listed(["a"]) == "`a`"
    assert plain_list(["b", "T", "a"]) == "a, b, T"
    assert quoted("x" * 100) == "`" + "x" * 59 + "…`"
    assert quoted_path("runs/" * 20 + "spec.yaml") == "`…" + ("runs/" * 20)[-50:] + "spec.yaml`"
    assert quoted_path("specs/a.yaml") == "`specs/a.yaml`"
    assert (number_of(1, "seed"), number_of(2_000, "seed")) == ("1 seed", "2_000 seeds")
    assert (plural("output"), plural("curriculum")) == ("outputs", "curricula")
