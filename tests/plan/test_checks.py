"""What does not fit together is found in every variant, at both places, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from hebbdsl.diagnostics.diagnostic import Problem, Rejected, Severity
from hebbdsl.pipeline import check_spec, inspect, make_plan, parse_tree, read_source
from hebbdsl.plan.checks import UnfitSubstitute
from hebbdsl.source import Span

SPEC = """\
hebbdsl: 1
experiment: small
data:
  {data}
model:
  {model}
output: softmax
curriculum:
  growing: {{start: {start}, add: 10, when: test_accuracy >= 0.6}}
training:
  optimizer: adam
  batch_size: {batch_size}
  steps: 100
{more}"""

FIELDS = {
    "data": "glyphs: {image_size: 28, classes: 100}",
    "model": "convnet: {channels: [8, 8]}",
    "start": "30",
    "batch_size": "64",
    "more": "",
}


def written(tmp_path: Path, **fields: str) -> Path:
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC.format(**{**FIELDS, **fields}))
    return path


def errors(path: Path) -> list[Problem]:
    return [p for p in inspect(path) if p.severity is Severity.ERROR]


def at(problem: Problem) -> tuple[str, ...]:
    """The text of a problem's place, and of its related places."""
    assert isinstance(problem.place, Span)
    places = [problem.place]
    for related in problem.related:
        assert isinstance(related.place, Span)
        places.append(related.place)
    return tuple(place.text for place in places)


def test_a_good_spec_has_none(tmp_path: Path) -> None:
    assert errors(written(tmp_path)) == []


def test_each_clash_has_its_code_and_two_places(tmp_path: Path) -> None:
    (pooled,) = errors(written(tmp_path, model="convnet: {channels: [8, 8, 8, 8, 8]}"))
    assert (pooled.code, at(pooled)) == ("HEB401", ("[8, 8, 8, 8, 8]", "28"))
    (start,) = errors(written(tmp_path, start="101"))
    assert (start.code, at(start)) == ("HEB403", ("101", "100"))
    (batch,) = errors(written(tmp_path, batch_size="451"))
    assert (batch.code, at(batch)) == ("HEB404", ("451", "30"))


def test_all_clashes_are_found_at_once_in_every_variant(tmp_path: Path) -> None:
    more = """\
variants:
  good: {}
  deep: {model.channels: [8, 8, 8, 8, 8]}
  late: {curriculum.start: 999}
"""
    found = errors(written(tmp_path, batch_size="10_000", more=more))
    assert sorted(p.code for p in found) == ["HEB401", "HEB403", "HEB404"]
    assert {at(p)[0] for p in found} == {"[8, 8, 8, 8, 8]", "999", "10_000"}


def test_sections_that_are_right_are_asked_though_others_are_wrong(tmp_path: Path) -> None:
    found = errors(written(tmp_path, start="101", batch_size="minus"))
    assert "HEB403" in {p.code for p in found}
    found = errors(written(tmp_path, data="glyphs: {classes: 100, test_drawings: 20}", start="101"))
    assert {p.code for p in found}.isdisjoint({"HEB403", "HEB404"})


def test_field_that_was_not_written_stands_at_what_encloses_it(tmp_path: Path) -> None:
    (problem,) = errors(written(tmp_path, data="glyphs", start="9_999"))
    assert problem.code == "HEB403"
    assert at(problem) == ("9_999", "glyphs")


def test_substitute_is_checked_too(tmp_path: Path) -> None:
    """All of the substitute's classes leave a last addition of one, where Greek's leave two."""
    data = "omniglot: {alphabets: [Greek], fallback: glyphs}"
    share = {"start": "22", "more": "variants: {half: {curriculum: HALF, training.batch_size: 40}}"}
    half = "{growing: {start: 22, add: 2, when: test_accuracy >= 0.6, newest_share: 0.5}}"
    share["more"] = share["more"].replace("HALF", half)
    (problem,) = errors(written(tmp_path, data=data, **share))
    assert isinstance(problem, UnfitSubstitute)
    assert at(problem) == ("0.5", "40")
    assert problem.title.startswith("with `glyphs` standing in for the data, 20 examples")
    both = "omniglot: {alphabets: [Greek], classes: 24, fallback: glyphs}"
    assert errors(written(tmp_path, data=both, **share)) == []
    (once,) = errors(written(tmp_path, data=data, start="1_700"))
    assert once.code == "HEB403"


def test_make_plan_refuses_what_was_never_inspected(tmp_path: Path) -> None:
    checked = check_spec(parse_tree(read_source(written(tmp_path, start="101"))))
    with pytest.raises(Rejected) as refused:
        make_plan(checked)
    assert [p.code for p in refused.value.problems] == ["HEB403"]
