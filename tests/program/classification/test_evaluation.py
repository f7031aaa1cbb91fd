"""Accuracy on each held-out split, beside a slow loop; and what looking at a split costs."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from hebbdsl.parts.outputs.cache.spec import Cache
from hebbdsl.program.classification import evaluation as module
from hebbdsl.program.classification.batches import InPlay
from hebbdsl.program.classification.evaluation import accuracy_by_class
from hebbdsl.program.classification.program import ClassificationProgram
from tests import tiny


def _trained(validation: int) -> ClassificationProgram:
    setup = tiny.setup(tiny.HEBBIAN)
    data = replace(setup.data, test_drawings=4, validation_drawings=validation)
    program, play = tiny.program(replace(setup, data=data)), InPlay(classes=12, newest=8)
    statistics = torch.empty(12, len(program.update.statistic_names))
    program.train(0, program.draw(0, 12, play), play, statistics)
    return program


@torch.no_grad()
def _slowly(program: ClassificationProgram, label: int, drawings: range, in_play: int) -> float:
    """Drawing by drawing, from what the data set reads."""
    program.model.eval()
    program.output.eval()
    content = tiny.content()
    pixels = content.read([content.names.index(program.chosen[label])], 8)[0]
    right = 0
    for drawing in drawings:
        image = torch.from_numpy(pixels[drawing] / 255).float()[None, None]
        scores = program.output.log_probabilities(program.model(image), in_play)[0]
        right += int(np.argmax(scores.numpy())) == label
    return right / len(drawings)


@pytest.mark.parametrize("block", [5, 250])
def test_each_split_has_the_accuracy_that_a_slow_loop_finds(
    block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", block)
    program = _trained(validation=6)
    labels = [2, 9, 0, 5]
    found = accuracy_by_class(program, labels, in_play=10)
    assert list(found) == ["test", "validation"]
    slow = {
        "test": [_slowly(program, label, range(4), 10) for label in labels],
        "validation": [_slowly(program, label, range(4, 10), 10) for label in labels],
    }
    assert {split: shares.tolist() for split, shares in found.items()} == slow
    assert 0 < np.mean(slow["test"]) < 1, "some are right and some are wrong"
    assert 0 < np.mean(slow["validation"]) < 1
    assert slow["test"] != slow["validation"]


@pytest.mark.parametrize(("validation", "images"), [(0, 4 * 12), (6, (4 + 6) * 12)])
def test_only_splits_that_exist_are_looked_at_and_the_host_waits_once(
    validation: int, images: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = _trained(validation)
    looked_at, waits = 0, 0
    forward, transfer = program.model.forward, torch.Tensor.cpu

    def count_images(batch: torch.Tensor) -> torch.Tensor:
        nonlocal looked_at
        looked_at += len(batch)
        return forward(batch)

    def count_waits(tensor: torch.Tensor, *args: Any) -> torch.Tensor:
        nonlocal waits
        waits += 1
        return transfer(tensor, *args)

    monkeypatch.setattr(program.model, "forward", count_images)
    monkeypatch.setattr(torch.Tensor, "cpu", count_waits)
    accuracy_by_class(program, range(12), 12)
    assert (looked_at, waits) == (images, 1)


def test_how_long_a_prediction_takes_is_measured_warm_and_shortly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made, passes = tiny.program(tiny.setup()), list[int]()
    whole, now = module._classified_rightly, 0.0

    def slow_at_first(*given: Any) -> Any:
        nonlocal now
        passes.append(len(given[3]))
        now += 4 if len(passes) == 1 else 1
        return whole(*given)

    monkeypatch.setattr(module, "_classified_rightly", slow_at_first)
    monkeypatch.setattr(module, "time", SimpleNamespace(perf_counter=lambda: now))
    monkeypatch.setattr(module, "_SECONDS", 7.0)
    before = {name: value.clone() for name, value in made.state().items()}
    held_out = int(made.examples["test"].counts[0])
    assert module.predictions_per_second(made, 12) == 12 * held_out, "the first does not count"
    assert passes == [12] * 4, "they end after 4, 5, 6 and 7 seconds"
    assert all(torch.equal(value, made.state()[name]) for name, value in before.items())
    assert made.model.training
    passes.clear()
    monkeypatch.setattr(module, "_SECONDS", 0.0)
    monkeypatch.setattr(module, "_NUMBERS", 64 * 7)
    module.predictions_per_second(made, 12, Cache(size=9).build(16, 12))
    assert passes == [2, 2], "one to warm up, and one that counts, over seven drawings of 8 × 8"
