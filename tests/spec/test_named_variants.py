"""Variants by name: what paths say of one that is none."""

from __future__ import annotations

from hebbdsl.source import Source, Span
from hebbdsl.spec.checker import examine
from hebbdsl.syntax.yaml import parse_yaml
from tests.specs import with_sections


def said(fragment: str, *overrides: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Code and characters of each problem; the variants that could be read."""
    found = examine(parse_yaml(Source("s.yaml", with_sections(fragment))), overrides)
    problems = [(p.code, p.place.text) for p in found.problems if isinstance(p.place, Span)]
    return problems, [draft.name for draft in found.drafts]


def test_a_path_into_a_variant_that_is_no_mapping_adds_nothing_to_say() -> None:
    fragment = "variants: {a: 5, b: {}}\nvariants.a.output: softmax\n"
    assert said(fragment) == ([("HEB301", "5")], ["b"])


def test_a_path_into_a_variant_that_there_is_not_is_said() -> None:
    fragment = "variants: {a: {}, b: {}}\nvariants.c.output: softmax\n"
    assert said(fragment) == ([("HEB236", "c")], ["a", "b"])


def test_variants_that_are_no_mapping_take_no_paths() -> None:
    fragment = "variants: 5\nvariants.a.output: softmax\n"
    assert said(fragment)[0] == [("HEB301", "5")]
