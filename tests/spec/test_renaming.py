"""Fields under their former names: read, said so, mended, and part of the same identities."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from hebbdsl.diagnostics.diagnostic import Severity
from hebbdsl.diagnostics.safe_fixes import apply_safe_fixes
from hebbdsl.parts.part import Output
from hebbdsl.pipeline import inspect_source, load_plan, parse_tree
from hebbdsl.program.identity import identity
from hebbdsl.source import Source
from hebbdsl.spec.canonical import plain
from hebbdsl.spec.checker import examine
from hebbdsl.spec.experiment import Experiment, Setup
from hebbdsl.spec.renaming import BothNames, FormerName, renamed_plain
from hebbdsl.spec.typed import source_of
from hebbdsl.spec.types import fields_of, former_names
from hebbdsl.vocabulary import every_part, words_of
from tests.specs import GOOD

FORMER = "output: {hebbian: {counting: after}}"
PRESENT = "output: {hebbian: {count_timing: after}}"
TEXT = """\
experiment: words
data: stdlib_docs
curriculum: null
output: softmax
training: {optimizer: adam, steps: 100}
"""


def spec(*lines: str) -> Source:
    kept = [line for line in GOOD.splitlines() if line.partition(":")[0] != "output"]
    return Source("spec.yaml", "\n".join([*kept, *lines]) + "\n")


def setups(source: Source, *overrides: str) -> list[Setup]:
    checked = examine(parse_tree(source), overrides).checked()
    return [variant.setup for variant in checked.variants.values()]


@pytest.mark.parametrize(
    "lines",
    [
        (FORMER,),
        ("output: hebbian", "variants: {a: {output.counting: after}}"),
        ("output: hebbian", "variants: {a: {output: {hebbian: {counting: after}}}}"),
        (PRESENT.replace("after", "before"), "variants: {a: {output.counting: after}}"),
        (FORMER.replace("after", "before"), "variants: {a: {output.count_timing: after}}"),
    ],
)
def test_the_former_name_means_the_present_one(lines: tuple[str, ...]) -> None:
    source = spec(*lines)
    assert setups(source) == setups(spec(PRESENT))
    found = list(inspect_source(source))
    assert [type(problem) for problem in found if isinstance(problem, FormerName)] == [FormerName]
    assert all(problem.severity is Severity.WARNING for problem in found)
    mended = apply_safe_fixes(source, inspect_source)
    assert "counting" not in mended.source.text
    assert setups(mended.source) == setups(source)


def test_it_is_read_on_the_command_line_too() -> None:
    assert setups(spec("output: hebbian"), "output.counting=after") == setups(spec(PRESENT))


def test_a_field_has_one_of_its_names() -> None:
    source = spec("output: {hebbian: {counting: after, count_timing: before}}")
    (problem,) = inspect_source(source).errors
    assert isinstance(problem, BothNames)
    assert problem.related[0].place == problem.other


def test_what_is_written_out_has_the_present_name() -> None:
    checked = examine(parse_tree(spec(FORMER))).checked()
    assert "count_timing: after" in source_of(checked.experiment).text


def every_class() -> list[type]:
    sections = [Experiment, *(type_.cls for type_ in _sections())]
    return [*sections, *every_part()]


def _sections() -> list[Any]:
    return [f.type for f in fields_of(Setup).values() if hasattr(f.type, "cls")]


@pytest.mark.parametrize("cls", every_class(), ids=lambda cls: cls.__name__)
def test_no_name_is_a_field_and_a_former_one(cls: type) -> None:
    assert not former_names(cls).keys() & fields_of(cls).keys()
    assert len(set(former_names(cls).values())) == len(former_names(cls))


def test_identities_are_made_with_the_first_names() -> None:
    (setup,) = setups(spec(PRESENT))
    written = plain(setup, deciding_only=True, former=True)
    assert written["output"]["hebbian"]["counting"] == "after"
    assert "count_timing" not in written["output"]["hebbian"]
    assert identity(setup, 0, "0" * 64) == identity(setups(spec(FORMER))[0], 0, "0" * 64)


def test_setups_of_records_get_the_present_names() -> None:
    inner = {"mixture": {"experts": [{"hebbian": {"counting": "after", "gone": 1}}, "odd"]}}
    present = {"mixture": {"experts": [{"hebbian": {"count_timing": "after", "gone": 1}}, "odd"]}}
    said = {"output": inner, "curriculum": None, "unknown": {"counting": 1}}
    assert renamed_plain(Setup, said) == {**said, "output": present}
    assert renamed_plain(Setup, {"output": {"gone": {"counting": 1}}, "data": {"text": 3}}) == {
        "output": {"gone": {"counting": 1}},
        "data": {"text": 3},
    }
    training = {"decay": 0.5, "schedule": {"step": {"every": 3, "decay": 0.1}}}
    assert renamed_plain(Setup, {"training": training})["training"] == {
        "learning_rate_decay": 0.5,
        "schedule": {"step": {"step_size": 3, "gamma": 0.1}},
    }


def test_words_of_the_gallery_have_no_former_names() -> None:
    for path in sorted(Path("specs").glob("*.yaml")):
        warnings = load_plan(path).checked.warnings
        assert not any(isinstance(problem, FormerName) for problem in warnings)


def test_outputs_are_among_them() -> None:
    assert former_names(words_of(Output)["hebbian"]) == {"counting": "count_timing"}


@pytest.mark.parametrize(
    ("path", "former", "present"),
    [
        (
            "model",
            "{transformer: {width: 96, blocks: 2, heads: 3, feedforward: 50, context: 20}}",
            "{transformer: {d_model: 96, num_layers: 2, num_heads: 3, dim_feedforward: 50, "
            "context_length: 20}}",
        ),
        ("training.schedule", "{cosine: {warmup: 5}}", "{cosine: {warmup_steps: 5}}"),
    ],
)
def test_a_section_of_former_names_is_the_same_setup(path: str, former: str, present: str) -> None:
    text = TEXT if path == "model" else GOOD
    (one,) = setups(Source("spec.yaml", text), f"{path}={former}")
    (other,) = setups(Source("spec.yaml", text), f"{path}={present}")
    assert one == other
    assert identity(one, 0, "0" * 64) == identity(other, 0, "0" * 64)
    assert plain(one, deciding_only=True, former=True) == plain(
        other, deciding_only=True, former=True
    )
    said = plain(one, deciding_only=True, former=True)
    for step in path.split("."):
        said = said[step]
    (fields,) = said.values()
    assert set(_names(former)) <= fields.keys()
    assert not set(_names(present)) & fields.keys()


def _names(flow: str) -> list[str]:
    return re.findall(r"(\w+): (?!\{)", flow)
