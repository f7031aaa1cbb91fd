"""What differs in meaning, at the smallest path that shows it."""

from __future__ import annotations

import pytest

from hebbdsl.pipeline import check_spec
from hebbdsl.source import Source
from hebbdsl.spec.checked import Checked
from hebbdsl.spec.semantic_diff import Difference, differences
from hebbdsl.syntax.yaml import parse_yaml
from tests.specs import with_sections


def checked(fragment: str) -> Checked:
    return check_spec(parse_yaml(Source("s.yaml", with_sections(fragment))))


def mixture(*experts: str) -> str:
    return f"output: {{mixture: {{experts: [{', '.join(experts)}]}}}}\n"


def text_of(found: Difference) -> tuple[str, str | None, str | None]:
    """Path, and the characters of both values."""
    old = found.old.place.text if found.old and found.old.place else None
    new = found.new.place.text if found.new and found.new.place else None
    return found.path, old, new


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            ("softmax", "{hebbian: {gamma: 0.1}}"),
            ("softmax", "{hebbian: {gamma: 0.2}}"),
            [("output.experts.1.gamma", "0.1", "0.2")],
        ),
        (
            ("{cache: {size: 5}}", "{hebbian: {gamma: 0.1}}"),
            ("{cache: {size: 6}}", "{hebbian: {gamma: 0.2}}"),
            [
                ("output.experts.0.size", "5", "6"),
                ("output.experts.1.gamma", "0.1", "0.2"),
            ],
        ),
        (("softmax", "hebbian"), ("softmax", "{hebbian: {}}"), []),
        (("softmax", "hebbian"), ("softmax", "cache"), [("output.experts.1", "hebbian", "cache")]),
    ],
)
def test_of_lists_of_parts_each_part_is_compared(
    old: tuple[str, ...], new: tuple[str, ...], expected: list[tuple[str, str, str]]
) -> None:
    found = differences(checked(mixture(*old)), checked(mixture(*new)))
    assert list(map(text_of, found.found)) == expected
    assert bool(found) == bool(expected)
    assert found.runs == {"main": not expected}


def test_lists_of_parts_of_two_lengths_differ_as_wholes() -> None:
    old, new = mixture("softmax", "cache"), mixture("softmax", "cache", "hebbian")
    found = differences(checked(old), checked(new)).found
    assert [one.path for one in found] == ["output.experts"]


def test_lists_of_numbers_differ_as_wholes() -> None:
    old, new = "model: {mlp: {hidden: [8, 9]}}\n", "model: {mlp: {hidden: [8, 7]}}\n"
    found = differences(checked(old), checked(new)).found
    assert [text_of(one) for one in found] == [("model.hidden", "[8, 9]", "[8, 7]")]
