"""Labelled examples that are no drawn characters: of any shape, and unequally many of a class.

A package adds the data sets by two entry points, and no line of hebbdsl knows of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

import hebbdsl
from hebbdsl import vocabulary
from hebbdsl.expression.metric import Split
from hebbdsl.parts.classification import facts_of
from hebbdsl.parts.part import Dataset
from hebbdsl.pipeline import build_program, inspect, load_plan, run_program
from hebbdsl.program.classification import evaluation
from hebbdsl.program.classification.evaluation import accuracy_by_class, over_examples
from hebbdsl.program.classification.program import ClassificationProgram
from hebbdsl.run.classification.curriculum_state import CurriculumState
from hebbdsl.run.classification.evaluation import assess
from tests.test_packages import hebbdsl as command
from tests.test_packages import made, runner

PACKAGE = Path(__file__).parent / "fixtures" / "shapes_package"
SPEC = """\
hebbdsl: 1
experiment: others
seeds: 0..0
data: {DATA: {classes: 7}}
model: MODEL
output: softmax
curriculum: {growing: {start: 3, add: 2, when: test_accuracy >= 0.0, newest_share: 0.5}}
training: {optimizer: adam, batch_size: 6, steps: 12, evaluate_every: 2}
variants:
  softmax: {}
  hebbian: {output: hebbian}
  cache: {output: {cache: {size: 40}}}
  fixed: {curriculum: fixed}
  remembered: {evaluation.output: {mixture: {experts: [trained, {cache: {size: 7}}]}}}
  adapted: {evaluation.adaptation: {mbpa: {size: 20}}}
"""
MODELS = {
    "vectors": "{mlp: {hidden: [16], features: 8}}",
    "photographs": "{convnet: {channels: [4, 4], features: 8}}",
}
POINTS = """\
[hebbdsl.datasets]
vectors = hebbdsl_shapes:Vectors
photographs = hebbdsl_shapes:Photographs
"""
EVERY = pytest.mark.parametrize("data", MODELS)


def written(data: str, folder: Path, *changes: tuple[str, str]) -> Path:
    text = SPEC.replace("DATA", data).replace("MODEL", MODELS[data])
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / "spec.yaml"
    path.write_text(text)
    return path


@pytest.fixture(autouse=True)
def words(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One line of the vocabulary each, in this process."""
    monkeypatch.syspath_prepend(str(PACKAGE))
    for data in MODELS:
        where = f"hebbdsl_shapes:{data.title()}"
        monkeypatch.setitem(vocabulary.VOCABULARY[Dataset], data, where)
    vocabulary._own_words.cache_clear()
    yield
    vocabulary._own_words.cache_clear()


def built(path: Path, variant: str = "softmax") -> ClassificationProgram:
    program = build_program(load_plan(path), variant, device="cpu")
    assert isinstance(program, ClassificationProgram)
    return program


def test_a_package_that_adds_them_has_them_checked_planned_trained_and_compared(
    tmp_path: Path,
) -> None:
    made(tmp_path, "hebbdsl-shapes", POINTS, (PACKAGE / "hebbdsl_shapes.py").read_text())
    path, run = written("vectors", tmp_path), runner(tmp_path, tmp_path)
    assert "error" not in command(run, "validate", path)
    shown = " ".join(command(run, "plan", path).split())
    assert "vectors: 7 of 9 classes, 3 to 11 + 1 to 6 examples each to train and test on" in shown
    assert "5 features" in shown
    assert "vectors: a dataset" in command(run, "explain", "vectors")
    trained = ("softmax", "remembered")
    variants = [word for name in trained for word in ("--variant", name)]
    said = command(run, "compare", path, *variants, "--device", "cpu", "--quiet")
    assert all(name in said for name in trained)


@EVERY
def test_a_whole_comparison_has_every_variant_finished(data: str, tmp_path: Path) -> None:
    found = hebbdsl.compare(written(data, tmp_path), out=tmp_path / "runs", device="cpu")
    records = {name: record for name, (record,) in found.records.items()}
    assert set(records) == {"softmax", "hebbian", "cache", "fixed", "remembered", "adapted"}
    for name, record in records.items():
        assert record.status == "finished"
        assert len(set(record.data["classes"])) == 7
        assert all(one.startswith(f"{data} ") for one in record.data["classes"])
        assert 0 <= record.metrics["final_test_accuracy"].value <= 1
        levels = [7] if name == "fixed" else [3, 5, 7]
        assert [level.classes for level in record.levels] == levels
        assert ("final_validation_accuracy" in record.metrics) is (data == "photographs")


@torch.no_grad()
def slowly(program: ClassificationProgram, split: Split, label: int) -> list[bool]:
    """Example by example, from what the data set reads."""
    program.model.eval()
    program.output.eval()
    data, content = program.plan.data, program.opened.content
    number = list(data.class_names(content)).index(program.chosen[label])
    right = []
    for example in data.read(content, [number])[split][0]:
        given = torch.from_numpy(example).float()[None]
        inputs = given / 255 if example.dtype == np.uint8 else given
        scores = program.output.log_probabilities(program.model(inputs), 7)
        right.append(int(scores.argmax()) == label)
    return right


def trained(path: Path, folder: Path, variant: str = "softmax") -> ClassificationProgram:
    program = built(path, variant)
    run_program(program, folder)
    return program


@EVERY
def test_accuracy_counts_the_examples_of_each_class(data: str, tmp_path: Path) -> None:
    program = trained(written(data, tmp_path), tmp_path / "runs")
    labels = [4, 0, 6, 2, 1]
    found = accuracy_by_class(program, labels, 7)
    assert set(found) == program.plan.data.splits() - {"train"}
    for split, shares in found.items():
        right = [slowly(program, split, label) for label in labels]
        counts = program.examples[split].counts
        assert len(set(counts)) > 1
        assert [len(one) for one in right] == counts[labels].tolist()
        assert shares.tolist() == pytest.approx([np.mean(one) for one in right])
        each = [slowly(program, split, label) for label in range(7)]
        every, added = np.concatenate(each).mean(), np.concatenate(each[5:]).mean()
        assert 0 < every < 1
        assert every != np.mean([np.mean(one) for one in each]), "it is no mean of the classes"
        course = CurriculumState((3, 5, 7), began=[0, 1, 2], passed=[1, 2])
        assessed = assess(program, course, 12, np.zeros(7, np.int64), whole=True).accuracies
        assert assessed[f"{split}_accuracy"] == pytest.approx(every)
        newest = "newest_accuracy" if split == "test" else "newest_validation_accuracy"
        assert assessed[newest] == pytest.approx(added)


def test_accuracy_over_examples_leaves_out_what_was_not_looked_at() -> None:
    shares, counts = np.array([0.5, np.nan, 1.0]), np.array([2, 100, 6])
    assert over_examples(shares, counts) == pytest.approx(7 / 8)


@EVERY
def test_what_is_planned_is_held(data: str, tmp_path: Path) -> None:
    """Of some of the classes at most so much, for the seed draws which."""
    for classes in (7, 9):
        path = written(data, tmp_path, ("classes: 7", f"classes: {classes}"))
        program = built(path)
        held = sum(one.values.untyped_storage().nbytes() for one in program.examples.values())
        facts = facts_of(program.plan.data)
        assert held == facts.bytes if classes == 9 else held < facts.bytes
        assert program.examples["train"].values.shape[1:] == facts.shape
        counts = {split: int(one.counts.sum()) for split, one in program.examples.items()}
        if classes == 9:
            assert counts["train"] == facts.examples_at_test
            assert sum(counts.values()) - counts["train"] == facts.held_out(None)


@EVERY
def test_a_memory_at_test_time_keeps_the_last_examples_of_every_class(
    data: str, tmp_path: Path
) -> None:
    program = built(written(data, tmp_path), "remembered")
    shown: list[int] = []
    seen: list[torch.Tensor] = []

    class Remembering:
        def remember(self, h: torch.Tensor, labels: torch.Tensor, in_play: int) -> None:
            shown.extend(labels.tolist())
            seen.append(h)

    evaluation.remember_training(program, Remembering(), 5)  # type: ignore[arg-type]
    train = program.examples["train"]
    counts = train.counts[:5].tolist()
    assert [shown.count(label) for label in range(5)] == counts
    assert sorted(shown[-5:]) == list(range(5)), "the last of each"
    assert sorted(shown[-10:-5]) == list(range(5))
    last = train.inputs(torch.from_numpy(train.offsets[1:6] - 1))
    with torch.no_grad():
        torch.testing.assert_close(torch.cat(seen)[-5:], program.model(last))


def problems(path: Path) -> dict[str, str]:
    return {one.code: f"{one.title}; {one.hint}" for one in inspect(path)}


def test_a_model_of_images_refuses_vectors_and_names_those_that_read_them(tmp_path: Path) -> None:
    path = written("vectors", tmp_path, (MODELS["vectors"], MODELS["photographs"]))
    said = problems(path)["HEB413"]
    assert "`convnet` reads examples of 3 dimensions" in said
    assert "`vectors` holds examples of 1 dimension;" in said
    assert said.endswith(": mlp")


def test_a_model_of_images_says_how_small_they_become(tmp_path: Path) -> None:
    path = written("photographs", tmp_path, ("[4, 4]", "[4, 4, 4, 4]"))
    assert "8×12 → 4×6 → 2×3 → 1×1 → 0×0" in problems(path)["HEB401"]


def test_a_batch_is_drawn_from_the_smallest_classes_too(tmp_path: Path) -> None:
    enough = written("vectors", tmp_path, ("batch_size: 6", "batch_size: 12"))
    assert not {"HEB404", "HEB405"} & problems(enough).keys()
    too_many = written("vectors", tmp_path, ("batch_size: 6", "batch_size: 13"))
    said = problems(too_many)["HEB404"]
    assert "a batch of 13" in said
    assert "3 classes are in play, with 12 training examples or more; set" in said
    newest = ("newest_share: 0.5", "newest_share: 1.0")
    said = problems(written("vectors", tmp_path, newest, ("batch_size: 6", "batch_size: 8")))
    assert "2 classes with 7 training examples or more" in said["HEB405"]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("(self.features,)", "(self.features + 1,)", "examples of shape (5,), not of (6,)"),
        ("TEST = tuple(range(3, 12)), (1, 4", "TEST = tuple(range(3, 12)), (0, 0", None),
    ],
)
def test_a_data_set_that_reads_something_else_is_refused(
    old: str, new: str, reason: str | None, tmp_path: Path
) -> None:
    module = (PACKAGE / "hebbdsl_shapes.py").read_text()
    assert old in module
    if reason is None:
        reason = "a class has no example in test"
    else:
        module = module.replace("random(facts.shape)", "random(5)").replace("*facts.shape)", "5)")
    made(tmp_path, "hebbdsl-shapes", POINTS, module.replace(old, new))
    path = written("vectors", tmp_path, ("classes: 7", "classes: 9"))
    words = ("run", path, "--variant", "softmax", "--device", "cpu", "--quiet")
    said = command(runner(tmp_path, tmp_path), *words, code=1)
    assert "error[HEB218]: `vectors` of the package `hebbdsl-shapes` is broken" in said
    assert reason in said
    assert "Traceback" not in said


@EVERY
def test_only_a_data_set_that_can_hold_examples_out_is_told_how(data: str, tmp_path: Path) -> None:
    when = ("when: test_accuracy >= 0.0", "when: validation_accuracy >= 0.5")
    weights = ("7}}]}}", "7}}], weights: tuned}}")
    of_condition = problems(written(data, tmp_path, when)).get("HEB229")
    of_weights = problems(written(data, tmp_path, weights)).get("HEB436")
    if data == "photographs":
        assert (of_condition, of_weights) == (None, None)
        return
    assert of_condition == "`validation_accuracy` needs examples held out for validation; None"
    assert of_weights is not None
    assert of_weights.endswith("; give values: the test split decides nothing")
    drawn = (f"{data}: ", "glyphs: ")
    said = problems(written(data, tmp_path, when, drawn))["HEB229"]
    assert "for example `data.validation_drawings: 5`" in said
    assert (
        "; set `validation_drawings`, or give"
        in problems(written(data, tmp_path, weights, drawn))["HEB436"]
    )
