"""Trained runs evaluated otherwise: what decides their settings, and what they leave behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from hebbdsl.parts.adaptations.dynamic_evaluation.spec import DynamicEvaluation
from hebbdsl.parts.adaptations.mbpa.spec import Mbpa
from hebbdsl.parts.datasets.drawings import CharacterContent
from hebbdsl.parts.datasets.omniglot import Omniglot
from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.parts.outputs.mixture.spec import Mixture
from hebbdsl.parts.outputs.nearest.spec import Nearest
from hebbdsl.parts.outputs.softmax.spec import Softmax
from hebbdsl.parts.outputs.trained.spec import Trained
from hebbdsl.parts.part import Output
from hebbdsl.parts.reporter import Quiet
from hebbdsl.plan.planning import plan_setup
from hebbdsl.program.building import assemble
from hebbdsl.program.data import Opened
from hebbdsl.program.program import Program
from hebbdsl.run.evaluating import evaluate
from hebbdsl.run.loop import execute
from hebbdsl.run.monitor import Silent
from hebbdsl.run.record import Record
from hebbdsl.run.store import RunFolder
from hebbdsl.spec.experiment import Evaluation, Setup
from tests import tiny, words

TUNED = Mixture(experts=(Trained(), Cache(size=50, theta="tuned")), weights="tuned")
OF_TRAIN = Mixture(
    experts=(Trained(), Nearest(datastore="train", theta="tuned", neighbours=20)), weights="entropy"
)
WAYS = {
    "train": Evaluation(output=OF_TRAIN),
    "cache": Evaluation(output=TUNED),
    "mbpa": Evaluation(adaptation=Mbpa(size=30, learning_rate="tuned")),
    "both": Evaluation(output=TUNED, adaptation=Mbpa(size=30, learning_rate="tuned")),
    "dynamic": Evaluation(
        output=TUNED, adaptation=DynamicEvaluation(segment_length=9, training_batches=5)
    ),
}


_BY_RATE = Mbpa(size=50, learning_rate="tuned")
_BY_ENTROPY = Mixture(experts=(Trained(), Cache(size=50)), weights="entropy")
PICTURE_WAYS = {
    "mbpa": Evaluation(adaptation=_BY_RATE),
    "both": Evaluation(output=TUNED, adaptation=_BY_RATE),
    "entropy": Evaluation(output=_BY_ENTROPY, adaptation=_BY_RATE),
}


def trained(program: Program, folder: Path) -> Record:
    return execute(program, RunFolder(folder / "trained"), Silent())


def evaluated(program: Program, parent: Record, folder: Path) -> Record:
    return evaluate(program, parent, RunFolder(folder), Quiet(), Silent())


def on_validation(record: Record) -> Mapping[str, float]:
    found = {name: value.value for name, value in record.metrics.items() if "validation" in name}
    assert found
    return found


def tuned(record: Record) -> Mapping[str, Any]:
    assert record.evaluation is not None
    found: Mapping[str, Any] = record.evaluation["tuned"]
    return found


@pytest.mark.parametrize("way", WAYS)
def test_on_text_nothing_depends_on_the_test_but_its_own_numbers(way: str, tmp_path: Path) -> None:
    setup = replace(words.setup(epochs=1), evaluation=WAYS[way])
    parent = trained(words.program(setup), tmp_path)
    content, found = words.content(), []
    for number, seed in enumerate((2, 77)):
        splits = {**content.splits, "test": words.tokens(150, seed)}
        program = words.program(setup, text=replace(content, splits=splits))
        found.append(evaluated(program, parent, tmp_path / str(number)))
    one, other = found
    assert tuned(one)
    assert tuned(one) == tuned(other)
    assert on_validation(one) == on_validation(other)
    assert one.metrics["test_perplexity"].value != other.metrics["test_perplexity"].value


def test_on_pictures_nothing_depends_on_the_test_but_its_own_numbers(tmp_path: Path) -> None:
    cache = Mixture(experts=(Trained(), Cache(size=100, theta="tuned")), weights="tuned")
    setup = replace(
        tiny.setup(steps=20),
        data=Omniglot(classes=12, image_size=8, validation_drawings=5),
        evaluation=Evaluation(output=cache),
    )
    content, found = tiny.content(), []
    parent = trained(_pictures(setup, content), tmp_path)
    for number, noise in enumerate((0, 200)):
        found.append(
            evaluated(_pictures(setup, _with_test(content, noise)), parent, tmp_path / str(number))
        )
    one, other = found
    assert set(tuned(one)) == {"weights", "experts.1.theta"}
    assert tuned(one) == tuned(other)
    assert on_validation(one) == on_validation(other)
    accuracies = [record.metrics["final_test_accuracy"].value for record in found]
    assert accuracies[0] != accuracies[1]


@pytest.mark.parametrize("output", [Softmax(), tiny.HEBBIAN])
@pytest.mark.parametrize("way", PICTURE_WAYS)
def test_on_pictures_mbpa_reads_no_label_and_leaves_the_weights(
    way: str, output: Output, tmp_path: Path
) -> None:
    setup = replace(
        tiny.setup(output, steps=20),
        data=Omniglot(classes=12, image_size=8, validation_drawings=5),
        evaluation=PICTURE_WAYS[way],
    )
    content, found = tiny.content(), []
    parent = trained(_pictures(setup, content), tmp_path)
    assert parent.folder is not None
    for number, noise in enumerate((0, 200)):
        program = _pictures(setup, _with_test(content, noise))
        found.append(evaluated(program, parent, tmp_path / str(number)))
        again = _pictures(setup, content)
        RunFolder(parent.folder).load_weights(again)
        kept = again.state()
        assert all(torch.equal(value, kept[name]) for name, value in program.state().items())
    one, other = found
    assert "adaptation.learning_rate" in tuned(one)
    assert tuned(one) == tuned(other)
    assert on_validation(one) == on_validation(other)
    assert one.evaluation is not None
    assert one.evaluation["reads_labels"] is False


def _pictures(setup: Setup, content: CharacterContent) -> Program:
    return assemble("tiny", "main", plan_setup(setup), 0, Opened(setup.data, content), tiny.CPU)


def _with_test(content: CharacterContent, noise: float) -> CharacterContent:
    """The same drawings, but for noise on the first five of each class: those of the test."""

    def read(wanted: Any, size: int) -> np.ndarray:
        images = content.read(wanted, size).astype(float)
        generator = np.random.default_rng(0)
        images[:, :5] += noise * generator.standard_normal(images[:, :5].shape)
        return np.clip(images, 0, 255).astype(np.uint8)

    return replace(content, read=read)


@pytest.mark.parametrize("way", WAYS)
def test_the_weights_are_the_trained_ones_afterwards_and_the_record_says_whose(
    way: str, tmp_path: Path
) -> None:
    setup = replace(words.setup(epochs=1), evaluation=WAYS[way])
    parent = trained(words.program(setup), tmp_path)
    program = words.program(setup)
    record = evaluated(program, parent, tmp_path / "evaluated")
    again = words.program(setup)
    assert parent.folder is not None
    RunFolder(parent.folder).load_weights(again)
    kept = again.state()
    assert all(torch.equal(value, kept[name]) for name, value in program.state().items())
    assert record.evaluation is not None
    assert record.evaluation["parent"]["identity"] == parent.identity
    assert record.evaluation["reads_labels"] is (way != "train")
    assert record.metrics["memory_at_test"].value == program.plan.memory.at_test
    assert not (tmp_path / "evaluated" / "weights.safetensors").exists()
    # Evaluated twice it says the same, to the last bit.
    twice = evaluated(words.program(setup), parent, tmp_path / "twice")
    assert tuned(twice) == tuned(record)
    timing = {"predictions_per_second"}
    assert {n: v for n, v in twice.metrics.items() if n not in timing} == {
        n: v for n, v in record.metrics.items() if n not in timing
    }
