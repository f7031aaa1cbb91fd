"""JSON Schemas that are derived from classes."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import pytest
from jsonschema import Draft202012Validator

from hebbdsl.parts.bounds import Pattern
from hebbdsl.run.record_json import EVALUATION_SCHEMA, RECORD_SCHEMA
from hebbdsl.run.store import METRICS, RECORD, find_runs
from hebbdsl.spec.json_schema import Distinct, Elsewhere, LeftOut, schema_of, to_json

KEPT = Path(__file__).parents[1] / "fixtures" / "runs_version_1" / "kept"
RECORDS = [json.loads((one.path / RECORD).read_bytes()) for one in find_runs(KEPT)]
LINES = [
    json.loads(line)
    for one in find_runs(KEPT)
    for line in (one.path / METRICS).read_bytes().splitlines()
]
OPEN = {("environment",), ("data",), ("plan",), ("setup",)}
"""What may hold more than is named."""


def fits(schema: Any, value: Any) -> bool:
    return not list(Draft202012Validator(schema).iter_errors(value))


def altered(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[str, Any]]:
    """The body with each of its keys taken away, or with one more, wherever it has any."""
    inner = body
    for step in path:
        inner = inner[step]
    if isinstance(inner, dict):
        changed = copy.deepcopy(body)
        at = changed
        for step in path:
            at = at[step]
        at["of_nobody"] = {}
        yield "more at " + ".".join(map(str, path)), changed
        if path not in OPEN:
            for key in inner:
                yield from altered(body, (*path, key))
    elif isinstance(inner, list) and inner and path[0] == "levels":
        yield from altered(body, (*path, 0))


def test_schemas_are_of_the_standard() -> None:
    Draft202012Validator.check_schema(RECORD_SCHEMA)
    Draft202012Validator.check_schema(EVALUATION_SCHEMA)


def test_every_stored_record_and_evaluation_is_accepted() -> None:
    assert len(RECORDS) == 12
    assert all(fits(RECORD_SCHEMA, body) for body in RECORDS)
    assert all(fits(EVALUATION_SCHEMA, line) for line in LINES)


@pytest.mark.parametrize("key", [key for key in RECORDS[0] if key != "evaluation"])
def test_a_record_lacks_nothing(key: str) -> None:
    body = {name: value for name, value in RECORDS[0].items() if name != key}
    assert not fits(RECORD_SCHEMA, body)


def test_a_record_has_nothing_more() -> None:
    tried = 0
    for body in RECORDS:
        for where, changed in altered(body):
            path = tuple(where.removeprefix("more at ").split("."))
            if path in OPEN or path[:2] == ("evaluation", "tuned"):
                continue
            tried += 1
            assert not fits(RECORD_SCHEMA, changed), where
    assert tried > 50


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("version", 2),
        ("variant", "No Name"),
        ("seed", -1),
        ("seed", 2**32),
        ("identity", "5eed"),
        ("status", "begun"),
        ("steps", 0.5),
        ("steps", True),
        ("levels", []),
        ("failure", {"step": 1}),
        ("data", {"word": "glyphs"}),
        ("environment", {}),
        ("metrics", {"final_test_accuracy": {"value": 1.5, "censored": False, "cohorts": None}}),
        ("seal", None),
    ],
)
def test_values_beyond_what_classes_say_are_refused(key: str, value: object) -> None:
    assert not fits(RECORD_SCHEMA, {**RECORDS[0], key: value})


def test_other_types_are_refused() -> None:
    with pytest.raises(TypeError, match="no such type"):
        schema_of(Path)


def test_scalars_stay_what_they_are() -> None:
    assert to_json({1: (True, None, 0.5)}) == {"1": [True, None, 0.5]}


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Inner:
    name: Annotated[str, Pattern("[a-z]+", "small letters")]
    colour: Colour = Colour.RED


@dataclass(frozen=True)
class Outer:
    many: Annotated[tuple[Inner, ...], Distinct()]
    old: Annotated[int | None, LeftOut()] = None
    shares: Mapping[str, float] | None = None
    here: Annotated[str, Elsewhere()] = ""


def test_what_a_class_writes_fits_what_it_declares() -> None:
    body = to_json(Outer((Inner("a"), Inner("b")), shares={"x": 0.5}, here="not written"))
    assert body == {
        "many": [{"name": "a", "colour": "red"}, {"name": "b", "colour": "red"}],
        "shares": {"x": 0.5},
    }
    schema = schema_of(Outer)
    assert fits(schema, body)
    assert fits(schema, to_json(Outer((), old=1)))
    for wrong in (
        {"many": [{"name": "A", "colour": "red"}]},
        {"many": [{"name": "a", "colour": "blue"}]},
        {"many": [{"name": "a", "colour": "red"}] * 2},
        {"old": None},
        {"shares": {"x": "much"}},
        {"here": ""},
    ):
        assert not fits(schema, {**body, **wrong}), wrong
