"""Tiny experiments of both tasks, whose variants share trainings."""

from __future__ import annotations

from pathlib import Path

IMAGES = """\
hebbdsl: 1
experiment: tiny
seeds: 0..1
data: {glyphs: {image_size: 8, classes: 12}}
model: {mlp: {hidden: [32], features: 16}}
output: softmax
curriculum: {growing: {start: 4, add: 4, when: test_accuracy >= 0.2}}
training: {optimizer: adam, batch_size: 16, steps: 20, evaluate_every: 5, binding_steps: 10}
variants:
  memory: {evaluation.output: {mixture: {experts: [trained, cache], weights: [0.5, 0.5]}}}
  softmax: {}
  hebbian: {output: hebbian}
"""

TEXT = """\
hebbdsl: 1
experiment: tiny_text
seeds: 0..1
data: {text: {train: [train.txt], validation: [held.txt], test: [test.txt], min_count: 1}}
model: {lstm: {hidden: [8], embedding: 8}}
output: softmax
training: {optimizer: adam, batch_size: 4, sequence_length: 5, epochs: 1, evaluation_streams: 2}
variants:
  hebbian_cache:
    output: hebbian
    evaluation.output: {mixture: {experts: [trained, cache], weights: tuned}}
  softmax: {}
  softmax_mbpa: {evaluation.adaptation: mbpa}
"""


def images(folder: Path) -> Path:
    path = folder / "tiny.yaml"
    path.write_text(IMAGES)
    return path


def text(folder: Path) -> Path:
    """`HEBBDSL_DATA` is the folder where this is run."""
    for number, name in enumerate(("train", "held", "test")):
        lines = [f"w{(i * (number + 3)) % 7} w{i % 5} w{i % 3}" for i in range(60)]
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")
    path = folder / "tiny_text.yaml"
    path.write_text(TEXT)
    return path
