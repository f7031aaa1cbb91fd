"""What variants and claims of one experiment can't be together is known before anything runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.pipeline import check_spec, make_plan, parse_tree
from hebbdsl.source import Source, Span
from tests.specs import codes_of, problems_of, with_sections


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ("{data: {glyphs: {classes: 100}}}", ["HEB411"]),
        ("{data.alphabets: [Greek, Latin], data.classes: 40}", ["HEB701"]),
        ("{data.image_size: 32}", []),
        ("{data: {omniglot: {classes: 100, fallback: glyphs}}, output: softmax}", []),
    ],
)
def test_variants_on_other_data(change: str, codes: list[str], tmp_path: Path) -> None:
    fragment = f"variants:\n  a: {{}}\n  b: {change}\n"
    assert codes_of(with_sections(fragment), tmp_path) == codes


def test_the_baseline_is_what_others_are_held_against(tmp_path: Path) -> None:
    fragment = """\
baseline: b
variants:
  a: {}
  b: {data: {glyphs: {classes: 100}}}
  c: {data: {glyphs: {classes: 100, rendering_seed: 1}}}
"""
    first, second = problems_of(with_sections(fragment), tmp_path)
    assert (first.code, second.code) == ("HEB411", "HEB411")
    assert first.title == "`a` is trained on `omniglot`, the baseline `b` on `glyphs`"
    assert second.title == "`c` is trained on another `glyphs` than the baseline `b`"
    (related,) = second.elsewhere
    assert isinstance(related.place, Span)
    assert related.place.text == "glyphs"


def test_make_plan_refuses_them_too() -> None:
    fragment = "variants:\n  a: {}\n  b: {data: {glyphs: {classes: 100}}}\n"
    checked = check_spec(parse_tree(Source("spec.yaml", with_sections(fragment))))
    with pytest.raises(Rejected) as refused:
        make_plan(checked)
    assert [problem.code for problem in refused.value.problems] == ["HEB411"]


@pytest.mark.parametrize(("start", "codes"), [(99, []), (100, ["HEB412"]), (101, ["HEB403"])])
def test_a_claim_on_added_classes_needs_some(start: int, codes: list[str], tmp_path: Path) -> None:
    fragment = (
        f"curriculum: {{growing: {{start: {start}, when: test_accuracy > 0.5}}}}\n"
        "claims: [newest_accuracy@10(main) > 0.3]\n"
    )
    assert codes_of(with_sections(fragment), tmp_path) == codes
