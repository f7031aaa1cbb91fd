"""`extends`: what is inherited, what is changed, and what is said when parents are wrong."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hebbdsl.diagnostics.diagnostic import Problem
from hebbdsl.diagnostics.render import render_text
from hebbdsl.pipeline import check_spec, inspect, parse_tree, read_source
from hebbdsl.program.identity import identity
from hebbdsl.source import Source, Span
from hebbdsl.spec.checked import Checked
from hebbdsl.spec.extending import MOST_PARENTS, extended_path
from tests.specs import GOOD, with_sections

PARENT = with_sections("""\
experiment: parent
about: What the parent asks.
seeds: 0..4
output: {hebbian: {gamma: 0.05, T: 7}}
baseline: as_written
variants:
  as_written: {}
  raw: {output.rescale: none}
  wide: {model.features: 32, training: {steps: 9}}
claims:
  - steps_to_finish(as_written) < steps_to_finish(raw)
""")
CHILD = "hebbdsl: 1\nexperiment: child\nextends: parent.yaml\n"


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("parent.yaml").write_text(PARENT)


def child(text: str, *overrides: str, name: str = "child.yaml") -> Checked:
    Path(name).write_text(text)
    return check_spec(parse_tree(read_source(name)), overrides)


def said(text: str, *overrides: str) -> list[tuple[str, str]]:
    """Code, and `file:characters` of each problem; those of stage 3 and before alone."""
    Path("child.yaml").write_text(text)
    found = [p for p in inspect("child.yaml", overrides) if p.code < "HEB7"]
    return [(problem.code, where(problem.place)) for problem in found]


def where(place: object) -> str:
    assert isinstance(place, Span)
    return f"{place.source.name}:{place.text}"


def test_a_child_that_changes_nothing_has_the_same_runs() -> None:
    parent = check_spec(parse_tree(read_source("parent.yaml")))
    same = child(CHILD)
    assert same.experiment.experiment == "child"
    assert same.experiment.about == "What the parent asks."
    assert same.experiment.extends is None
    assert (same.experiment.seeds, same.baseline) == (tuple(range(5)), "as_written")
    assert same.experiment.claims == parent.experiment.claims
    assert list(same.variants) == list(parent.variants)
    for name, variant in same.variants.items():
        ours, theirs = variant.setup, parent.variants[name].setup
        assert identity(ours, 0, "data") == identity(theirs, 0, "data")


def test_entries_of_the_child_are_changes_by_path() -> None:
    parent = check_spec(parse_tree(read_source("parent.yaml"))).experiment
    found = child(
        CHILD
        + "output.gamma: 0.1\n"
        + "training: {batch_size: 8, optimizer.learning_rate: 0.5}\n"
        + "model: {mlp: {hidden: [8, 8]}}\n"
        + "model.hidden.1: 4\n"
        + "seeds: 3\n"
    ).experiment
    assert (found.output.gamma, found.output.T) == (0.1, 7)  # type: ignore[attr-defined]
    assert found.training.batch_size == 8
    assert found.training.steps == parent.training.steps
    assert found.training.optimizer.learning_rate == 0.5
    assert (found.model.hidden, found.model.features) == ((8, 4), 64)  # type: ignore[attr-defined]
    assert found.seeds == (3,)


def test_a_part_given_anew_keeps_nothing_of_the_old_one() -> None:
    assert child(CHILD + "output: hebbian\n").experiment.output.T == 500  # type: ignore[attr-defined]
    assert child(CHILD + "output: {hebbian: {}}\n").experiment.output.gamma == 0.01  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("variants: {raw: null}\nclaims: []\n", ["as_written", "wide"]),
        ("variants.raw: null\nclaims: []\n", ["as_written", "wide"]),
        ("variants: {more: {}}\n", ["as_written", "raw", "wide", "more"]),
        ("variants.more: {}\n", ["as_written", "raw", "wide", "more"]),
        ("variants: {}\n", ["as_written", "raw", "wide"]),
        (
            "variants: {raw: null, as_written: null, wide: null}\nclaims: []\nbaseline: null\n",
            ["main"],
        ),
    ],
)
def test_variants_merge_by_name(text: str, names: list[str]) -> None:
    assert list(child(CHILD + text).variants) == names


def test_a_variant_named_again_is_another() -> None:
    assert child(CHILD + "variants: {wide: {model.features: 16}}\n").experiment.variants == {
        "as_written": {},
        "raw": {"output.rescale": "none"},
        "wide": {"model.features": 16},
    }


def test_paths_into_a_variant_change_it() -> None:
    found = child(
        CHILD
        + "variants.wide.training.batch_size: 4\n"
        + "variants.wide.model.features: 16\n"
        + "variants.raw.output: softmax\n"
    ).experiment
    assert found.variants["wide"] == {
        "training.steps": 9,
        "training.batch_size": 4,
        "model.features": 16,
    } or found.variants["wide"] == {
        "model.features": 16,
        "training.steps": 9,
        "training.batch_size": 4,
    }
    assert found.variants["raw"] == {"output": "softmax"}


def test_order_is_parent_child_variant_set() -> None:
    text = CHILD + "training.steps: 8\nvariants.raw: {training.steps: 7}\n"
    found = child(text)
    steps = {name: variant.setup.training.steps for name, variant in found.variants.items()}
    assert steps == {"as_written": 8, "raw": 7, "wide": 9}
    found = child(text, "training.steps=6")
    assert {variant.setup.training.steps for variant in found.variants.values()} == {6}


def test_what_set_changes_is_in_the_experiment() -> None:
    """So that it can be written down, and mean the same."""
    found = child(CHILD, "training.steps=6", "training.batch_size=5").experiment
    assert found.training.steps == 6
    assert found.variants["wide"] == {"model.features": 32, "training.steps": 6}
    assert found.variants["raw"] == {"output.rescale": "none"}


def test_any_depth_and_places() -> None:
    Path("deep").mkdir()
    Path("deep/b.yaml").write_text(
        "hebbdsl: 1\nexperiment: b\nextends: ../parent.yaml\noutput.gamma: 0.2\n"
    )
    found = child("hebbdsl: 1\nexperiment: c\nextends: deep/b.yaml\ntraining.steps: 5\n")
    origins = found.origins
    assert where(origins["output", "gamma"].value) == "deep/b.yaml:0.2"
    assert where(origins["output", "T"].value) == "parent.yaml:7"
    assert where(origins["training", "steps"].value) == "child.yaml:5"
    assert where(origins["experiment",].value) == "child.yaml:c"


def test_absolute_paths_and_the_users_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in (str(tmp_path / "parent.yaml"), "~/parent.yaml", "./parent.yaml"):
        text = CHILD.replace("parent.yaml", f'"{path}"')
        assert child(text).experiment.seeds == tuple(range(5))


def test_a_link_to_a_folder_is_followed_as_the_system_does(tmp_path: Path) -> None:
    (tmp_path / "far" / "inner").mkdir(parents=True)
    (tmp_path / "far" / "parent.yaml").write_text(PARENT.replace("0..4", "0..1"))
    (tmp_path / "link").symlink_to(tmp_path / "far" / "inner")
    found = child(CHILD.replace("parent.yaml", "link/../parent.yaml"))
    assert found.experiment.seeds == (0, 1)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("extends: parent.yaml\n", "folder/parent.yaml"),
        ("extends: ../parent.yaml\n", "parent.yaml"),
        ("extends: not_there.yaml\n", "folder/not_there.yaml"),
        ("extends: [parent.yaml]\n", None),
        ("extends: 2024.yaml\n", None),
        ("extends:\n", None),
        ("", None),
    ],
)
def test_the_path_of_the_parent_be_it_there_or_not(line: str, expected: str | None) -> None:
    tree = parse_tree(Source("folder/child.yaml", f"hebbdsl: 1\n{line}"))
    assert extended_path(tree) == (None if expected is None else Path(expected))


def test_across_surfaces() -> None:
    text = (
        'hebbdsl 1\nexperiment mid\nextends "parent.yaml"\n'
        "output.gamma = 0.3\nvariants.raw = null\nclaims = []\n"
    )
    Path("mid.hebb").write_text(text)
    found = child(CHILD.replace("parent.yaml", "mid.hebb"))
    assert where(found.origins["output", "gamma"].value) == "mid.hebb:0.3"
    assert list(found.variants) == ["as_written", "wide"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("extends: paren.yaml\n", [("HEB230", "child.yaml:paren.yaml")]),
        ("extends: 'paren.yaml'\n", [("HEB230", "child.yaml:paren.yaml")]),
        ("extends: no/where.yaml\n", [("HEB230", "child.yaml:no/where.yaml")]),
        ("extends: .\n", [("HEB231", "child.yaml:.")]),
        ("extends: ''\n", [("HEB231", "child.yaml:''")]),
        ("extends: notes.txt\n", [("HEB231", "child.yaml:notes.txt")]),
        ('extends: "a\\0b.yaml"\n', [("HEB231", "child.yaml:a\\0b.yaml")]),
        ("extends: ~nobody_at_all/a.yaml\n", [("HEB230", "child.yaml:~nobody_at_all/a.yaml")]),
        ("extends: child.yaml\n", [("HEB232", "child.yaml:child.yaml")]),
        ("extends: ./child.yaml\n", [("HEB232", "child.yaml:./child.yaml")]),
        ("extends: 2024.yaml\n", [("HEB306", "child.yaml:2024.yaml")]),
        ("extends: [a]\n", [("HEB301", "child.yaml:[")]),
        ("extends: true\n", [("HEB306", "child.yaml:true")]),
        ("extends:\n", [("HEB307", "child.yaml:extends")]),
        ("extends: empty.yaml\n", [("HEB103", "empty.yaml:")]),
        ("extends: broken.yaml\n", [("HEB114", "broken.yaml:[")]),
        ("extends: unversioned.yaml\n", [("HEB214", "unversioned.yaml:")]),
    ],
)
def test_parents_that_cannot_be_had(text: str, expected: list[tuple[str, str]]) -> None:
    Path("empty.yaml").write_text("")
    Path("notes.txt").write_text(PARENT)
    Path("broken.yaml").write_text("output: [")
    Path("unversioned.yaml").write_text(PARENT.removeprefix("hebbdsl: 1\n"))
    assert said("hebbdsl: 1\nexperiment: child\n" + text) == expected


def test_when_the_parent_is_missing_only_the_childs_own_faults_are_said() -> None:
    text = (
        CHILD.replace("parent.yaml", "gone.yaml")
        + "output: {hebbian: {gama: 1}}\n"
        + "training.steps: 4\ntraining: {batch_size: 0}\n"
        + "variants: {a: {output.rescale: none}}\nvariants.raw: null\n"
        + "baseline: softmax\nclaims: [steps_to_finish(softmax) < 3]\nsedes: 3\n"
    )
    assert said(text) == [
        ("HEB230", "child.yaml:gone.yaml"),
        ("HEB201", "child.yaml:gama"),
        ("HEB302", "child.yaml:0"),
        ("HEB201", "child.yaml:sedes"),
    ]


def test_a_near_name_is_suggested_and_mends() -> None:
    Path("deep").mkdir()
    Path("deep/parent.yaml").write_text(PARENT)
    Path("child.yaml").write_text(CHILD.replace("parent.yaml", '"deep/parrent.yaml"'))
    (problem,) = inspect("child.yaml").errors
    assert problem.hint == "did you mean `deep/parent.yaml`?"
    assert isinstance(problem.place, Span)
    text, fix = problem.place.source.text, problem.fix
    assert fix is not None
    mended = text[: problem.place.start] + fix + text[problem.place.end :]
    assert 'extends: "deep/parent.yaml"\n' in mended
    assert said(mended) == []


def problems_in(name: str) -> tuple[Problem, ...]:
    return inspect(name).errors


def test_a_cycle_shows_all_its_links() -> None:
    for name, next_ in (("a", "b"), ("b", "c"), ("c", "a")):
        text = f"hebbdsl: 1\nexperiment: {name}\nextends: {next_}.yaml\n"
        Path(f"{name}.yaml").write_text(text)
    (problem,) = problems_in("a.yaml")
    assert problem.code == "HEB232"
    assert where(problem.place) == "c.yaml:a.yaml"
    links = [where(related.place) for related in problem.elsewhere]
    assert links == ["a.yaml:b.yaml", "b.yaml:c.yaml"]
    assert len(render_text([problem]).splitlines()) <= 20


def test_a_chain_has_an_end() -> None:
    Path("s0.yaml").write_text(PARENT)
    for number in range(1, MOST_PARENTS + 2):
        text = f"hebbdsl: 1\nexperiment: a\nextends: s{number - 1}.yaml\n"
        Path(f"s{number}.yaml").write_text(text)
    assert problems_in(f"s{MOST_PARENTS}.yaml") == ()
    assert [p.code for p in problems_in(f"s{MOST_PARENTS + 1}.yaml")] == ["HEB233"]


def test_faults_of_the_parent_stand_in_the_parent() -> None:
    Path("parent.yaml").write_text(PARENT.replace("gamma: 0.05", "gama: 3").replace("T: 7", "T: x"))
    assert said(CHILD) == [("HEB201", "parent.yaml:gama"), ("HEB301", "parent.yaml:x")]
    for problem in inspect("child.yaml"):
        (link,) = problem.elsewhere
        assert (where(link.place), link.label) == ("child.yaml:parent.yaml", "extended here")


def test_a_clash_of_child_and_parent_shows_both() -> None:
    (code, place), *more = said(CHILD + "curriculum.start: 200\n")
    assert (code, place, more) == ("HEB403", "child.yaml:200", [])
    problem = next(p for p in inspect("child.yaml") if p.code == "HEB403")
    assert [where(related.place) for related in problem.elsewhere] == ["parent.yaml:100"]


def test_faults_of_a_parent_of_several_are_the_same() -> None:
    Path("parent.yaml").write_text(PARENT.replace("gamma: 0.05", "gama: 3"))
    Path("child.yaml").write_text(CHILD)
    found = {*inspect("parent.yaml").errors, *inspect("child.yaml").errors}
    assert len(found) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CHILD + "variants: {rwa: null}\n", [("HEB234", "child.yaml:rwa")]),
        (CHILD + "variants.rwa: null\n", [("HEB234", "child.yaml:rwa")]),
        (GOOD + "variants: {raw: null}\n", [("HEB234", "child.yaml:raw")]),
        (GOOD + "variants: {raw: {}}\nvariants.raw: null\n", [("HEB234", "child.yaml:raw")]),
        (CHILD + "variants.rwa.output: softmax\n", [("HEB236", "child.yaml:rwa")]),
        (CHILD + "variants.raw.output.gamme: 1\n", [("HEB210", "child.yaml:gamme")]),
        (CHILD + "variants: 3\n", [("HEB301", "child.yaml:3")]),
        (CHILD + "variants: {raw: {extends: a}}\n", [("HEB212", "child.yaml:extends")]),
        (CHILD + "output.gama: 1\n", [("HEB210", "child.yaml:gama")]),
        (CHILD + "otput.gamma: 1\n", [("HEB201", "child.yaml:otput")]),
        (CHILD + "otput: softmax\n", [("HEB201", "child.yaml:otput")]),
        (CHILD + "experiment.x: 1\n", [("HEB211", "child.yaml:x")]),
        (CHILD + "training.schedule.steps: 1\n", [("HEB211", "child.yaml:steps")]),
        (CHILD + "variants: {raw: null}\n", [("HEB226", "parent.yaml:raw")]),
        (CHILD.replace("experiment: child\n", ""), [("HEB203", "child.yaml:")]),
        (CHILD.replace("hebbdsl: 1\n", ""), [("HEB214", "child.yaml:")]),
    ],
)
def test_faults_of_the_child(text: str, expected: list[tuple[str, str]]) -> None:
    assert said(text) == expected


def test_set_comes_too_late_for_extends() -> None:
    assert said(CHILD, "extends=other.yaml") == [("HEB235", "--set:extends")]


def test_paths_at_the_root_change_what_the_file_itself_says() -> None:
    Path("alone.yaml").write_text(
        GOOD + "output.gamma: 0.5\ntraining.optimizer.learning_rate: 0.1\nvariants.a: {}\n"
    )
    found = check_spec(parse_tree(read_source("alone.yaml")))
    assert list(found.variants) == ["a"]
    assert found.experiment.output.gamma == 0.5  # type: ignore[attr-defined]
    assert found.experiment.training.optimizer.learning_rate == 0.1
    assert said(GOOD + "output.gama: 0.5\n") == [("HEB210", "child.yaml:gama")]
    assert said(GOOD + "model.hidden.0: 5\n") == [("HEB211", "child.yaml:0")]


def test_an_unreadable_parent() -> None:
    os.mkfifo("pipe.yaml")
    text = CHILD.replace("parent.yaml", "pipe.yaml")
    assert said(text) == [("HEB231", "child.yaml:pipe.yaml")]
