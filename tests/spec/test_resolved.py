"""Where each resolved value comes from; and that what is shown is the spec once more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from hebbdsl.diagnostics.diagnostic import Rejected
from hebbdsl.pipeline import check_spec, dump_spec, load_spec, parse_tree, read_source
from hebbdsl.source import Source, Span
from hebbdsl.spec.canonical import plain
from hebbdsl.spec.checked import Checked
from hebbdsl.spec.experiment import Setup
from hebbdsl.spec.printing import Surface, print_plain
from hebbdsl.spec.resolved import Resolved, resolved, resolved_plain
from hebbdsl.spec.semantic_diff import differences
from tests.sampling import examples
from tests.specs import with_sections
from tests.strategies import Value, specs, written

ROOT = Path(__file__).parents[2]
SURFACES: tuple[Surface, ...] = ("yaml", "hebb")

PARENT = with_sections("""\
experiment: parent
model: {mlp: {hidden: [8, 8, 8], features: 16}}
output: {hebbian: {gamma: 0.05, T: 7}}
training: {optimizer: adam, steps: 9, schedule: cosine}
""")
CHILD = """\
hebbdsl: 1
experiment: child
extends: parent.yaml
output.gamma: 0.1
model.hidden.1: 4
training: {batch_size: 2}
variants:
  as_written: {}
  tuned: {output.T: 3, training.optimizer.learning_rate: 0.5, model.hidden.2: 5}
  mixed: {output: {mixture: {experts: [softmax, {hebbian: {gamma: 0.2}}]}}}
"""


@pytest.fixture
def family(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checked:
    monkeypatch.chdir(tmp_path)
    Path("parent.yaml").write_text(PARENT)
    Path("child.yaml").write_text(CHILD)
    tree = parse_tree(read_source("child.yaml"))
    return check_spec(tree)


def said(of: Checked, variant: str | None = None) -> dict[str, tuple[object, str, str]]:
    """Path: value, kind, and `file:characters`."""
    return {one.name: (one.value, one.kind, where(one)) for one in resolved(of, variant)}


def where(one: Resolved) -> str:
    place = one.where
    return f"{place.source.name}:{place.text}" if isinstance(place, Span) else place


def test_child_parent_and_defaults(family: Checked) -> None:
    found = said(family)
    assert found["hebbdsl"] == (1, "spec", "child.yaml:1")
    assert found["experiment"] == ("child", "spec", "child.yaml:child")
    assert found["about"] == ("", "default", "default")
    assert found["output"] == ("hebbian", "spec", "parent.yaml:hebbian")
    assert found["output.gamma"] == (0.1, "spec", "child.yaml:0.1")
    assert found["output.T"] == (7, "spec", "parent.yaml:7")
    assert found["output.bias"] == (True, "default", "default")
    assert found["model.hidden"] == ([8, 4, 8], "spec", "parent.yaml:[8, 8, 8]")
    assert found["model.hidden.1"] == (4, "spec", "child.yaml:4")
    assert "model.hidden.0" not in found
    assert found["training.batch_size"] == (2, "spec", "child.yaml:2")
    assert found["training.steps"] == (9, "spec", "parent.yaml:9")
    assert found["training.optimizer"] == ("adam", "spec", "parent.yaml:adam")
    assert found["training.optimizer.learning_rate"] == (0.001, "default", "default")
    assert found["variants.tuned"][1:] == ("spec", "child.yaml:tuned")
    assert "extends" not in found


def test_a_variant(family: Checked) -> None:
    found = said(family, "tuned")
    assert found["output.T"] == (3, "variant", "child.yaml:3")
    assert found["output.gamma"] == (0.1, "spec", "child.yaml:0.1")
    assert found["output"] == ("hebbian", "spec", "parent.yaml:hebbian")
    assert found["training.optimizer.learning_rate"] == (0.5, "variant", "child.yaml:0.5")
    assert found["training.optimizer"] == ("adam", "spec", "parent.yaml:adam")
    assert found["training.steps"] == (9, "spec", "parent.yaml:9")
    assert found["model.hidden.1"] == (4, "spec", "child.yaml:4")
    assert found["model.hidden.2"] == (5, "variant", "child.yaml:5")
    assert not {"variants.tuned", "baseline", "claims"} & set(found)


def test_a_part_replaced_whole(family: Checked) -> None:
    found = said(family, "mixed")
    assert found["output"] == ("mixture", "variant", "child.yaml:mixture")
    assert found["output.experts.0"] == ("softmax", "variant", "child.yaml:softmax")
    assert found["output.experts.0.bias"] == (True, "default", "default")
    assert found["output.experts.1.gamma"] == (0.2, "variant", "child.yaml:0.2")
    assert found["output.experts.1.T"] == (500, "default", "default")
    assert "output.gamma" not in found


@pytest.mark.usefixtures("family")
def test_set_comes_last() -> None:
    tree = parse_tree(read_source("child.yaml"))
    changed = check_spec(tree, ["training.steps=5", "seeds=1..2"])
    for variant in (None, "tuned"):
        found = said(changed, variant)
        assert found["training.steps"] == (5, "set", "--set:5")
        assert found["seeds"] == ([1, 2], "set", "--set:1..2")
        assert found["training.batch_size"] == (2, "spec", "child.yaml:2")


def leaves(value: object, path: str = "") -> Iterator[str]:
    """Every field there is, found without the module under test."""
    for field in fields(value):  # type: ignore[arg-type]
        inner, name = getattr(value, field.name), f"{path}{field.name}"
        many = inner if isinstance(inner, tuple) else (inner,)
        parts = [item for item in many if is_dataclass(item) and not hasattr(item, "expression")]
        if not parts:
            yield name
        for index, part in enumerate(parts):
            yield from leaves(part, f"{name}.{index}." if isinstance(inner, tuple) else f"{name}.")


@pytest.mark.parametrize("path", sorted(ROOT.glob("specs/*.yaml")), ids=lambda path: path.stem)
def test_no_field_is_left_out(path: Path) -> None:
    checked = check_spec(parse_tree(read_source(path)))
    for name, variant in checked.variants.items():
        found = said(checked, name)
        assert set(leaves(variant.setup)) <= set(found)
        for one in resolved(checked, name):
            if isinstance(one.where, Span) and one.kind != "default":
                assert one.where.source.name == str(path)


def same(one: Checked, other: Checked) -> bool:
    return {name: v.setup for name, v in one.variants.items()} == {
        name: v.setup for name, v in other.variants.items()
    }


@pytest.mark.parametrize("surface", SURFACES)
def test_what_is_shown_is_the_spec_once_more(family: Checked, surface: Surface) -> None:
    for of in (family, *(load(path) for path in sorted(ROOT.glob("specs/*.yaml")))):
        again = reread(resolved_plain(of), surface)
        assert same(of, again)
        assert again.experiment == of.experiment
        assert not differences(of, again)
        for name, variant in of.variants.items():
            alone = reread(resolved_plain(of, name), surface)
            assert {n: v.setup for n, v in alone.variants.items()} == {name: variant.setup}
            assert alone.experiment.seeds == of.experiment.seeds


def load(path: Path) -> Checked:
    return check_spec(parse_tree(read_source(path)))


def reread(value: dict[str, object], surface: Surface) -> Checked:
    return check_spec(parse_tree(Source(f"s.{surface}", print_plain(value, surface))))


MANY = settings(
    max_examples=examples(40),
    suppress_health_check=[
        HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much
    ],
)  # fmt: skip


@st.composite
def experiments(draw: st.DrawFn) -> Checked:
    value: dict[str, Value] = draw(specs())
    try:
        return check_spec(parse_tree(Source("s.yaml", draw(written(value, "yaml")).text)))
    except Rejected:
        assume(False)
        raise


@MANY
@given(experiments(), st.sampled_from(SURFACES))
def test_any_experiment_can_be_shown_and_dumped(of: Checked, surface: Surface) -> None:
    again = reread(resolved_plain(of), surface)
    assert same(of, again)
    text = dump_spec(of.experiment, surface)
    dumped = check_spec(parse_tree(Source(f"s.{surface}", text)))
    # `{softmax: {}}` in a variant is written `softmax`.
    assert replace(dumped.experiment, variants={}) == replace(of.experiment, variants={})
    assert same(of, dumped)
    assert not differences(of, dumped)
    assert all(differences(of, dumped).runs.values())


@MANY
@given(experiments(), experiments())
def test_differences_are_there_where_setups_differ(one: Checked, other: Checked) -> None:
    for name in set(one.variants) & set(other.variants):
        setups = one.variants[name].setup, other.variants[name].setup
        found = differences(one, other, name)
        assert bool(found.found) == (setups[0] != setups[1])
        assert found.runs[name] == (deciding(setups[0]) == deciding(setups[1]))


def deciding(setup: Setup) -> object:
    return plain(setup, deciding_only=True)


def test_load_spec_holds_what_it_inherits(family: Checked) -> None:
    assert load_spec("child.yaml") == family.experiment
    Path("alone.yaml").write_text(dump_spec(family.experiment))
    Path("parent.yaml").unlink()
    assert load_spec("alone.yaml") == family.experiment
